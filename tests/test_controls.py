"""Controls: take a guard out, and what it guards against happens. Each names the promise's test that would turn red."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.db import connection
from django.utils import timezone

from channels_app import delivery, inbox, outbox, webhooks
from channels_app.envelope import Content
from channels_app.models import Account, Inbound, Outbound, Thread
from channels_app.transports.whatsapp import content, parse
from conversations.dialogue.understanding import stays
from conversations.dialogue.understanding.stays import resolving
from hotelagent.ops import correlation
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, holds, quoting
from tests.conftest import FOREVER, envelope, make_account, text_message


def test_text_through_ascii_would_not_arrive_byte_for_byte(whatsapp, post, monkeypatch):
    monkeypatch.setattr(parse, "clean", lambda text: text.encode("ascii", "replace").decode())

    post(envelope(text_message("Núñez ☕")))

    assert Inbound.objects.get().text == "N??ez ?"


def test_routing_without_the_number_would_give_letters_to_another_hotel(whatsapp, post, monkeypatch):
    monkeypatch.setattr(webhooks, "_accounts", lambda items, apps: {item.account_key: whatsapp for item in items})

    post(envelope(text_message("hola"), number="9999"))

    assert Inbound.objects.get().account == whatsapp


def test_routing_without_the_app_would_accept_another_apps_signature(whatsapp, post, monkeypatch):
    from channels_app.models import MetaApp

    MetaApp.objects.create(name="other", secret="the other app's secret")
    everything = {row.external_id: row for row in Account.objects.all()}
    monkeypatch.setattr(webhooks, "_accounts", lambda items, apps: everything)

    post(envelope(text_message("hola")), secret="the other app's secret")

    assert Inbound.objects.count() == 1


def test_another_conflict_rule_would_let_the_second_body_win(whatsapp, post, monkeypatch):
    source = inbox.connection.cursor

    class Overwriting:
        def cursor(self):
            real = source()
            execute = real.execute
            real.execute = lambda query, values: execute(query.replace("DO NOTHING", "DO UPDATE SET text = EXCLUDED.text"), values)
            return real

    monkeypatch.setattr(inbox, "connection", Overwriting())

    post(envelope(text_message("primero", wamid="w")))
    post(envelope(text_message("segundo", wamid="w")))

    assert Inbound.objects.get().text == "segundo"


@pytest.mark.django_db(transaction=True)
def test_a_key_without_the_number_would_lose_the_second_hotels_letter(committed_hotel, post):
    make_account(committed_hotel)
    make_account(committed_hotel, number="1002")
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX narrow ON channels_app_inbound (provider_id)")
    try:
        post(envelope(text_message("a", wamid="w")))
        status = post(envelope(text_message("a", wamid="w"), number="1002")).status_code

        assert (status, Inbound.objects.count()) == (503, 1)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX narrow")


def test_content_that_is_not_made_to_fit_is_refused_by_meta(connected, double, monkeypatch):
    thread = Thread.objects.create(account=connected, identity="541155551234", address="5491155551234", last_inbound_at=timezone.now())
    double.guest("5491155551234", type="text", text={"body": "hola"}, deliver=False)
    monkeypatch.setattr(content, "fit", lambda whole: [whole])
    outbox.post(thread, Content("text", "x" * 9000), dedupe_key="k", author="bot")

    delivery.drain(FOREVER)

    row = Outbound.objects.get()
    assert (row.state, row.error_code in {100, 131009}) == ("failed", True)


@pytest.fixture
def stay(hotel):
    start = hotel.local_now().date() + dt.timedelta(days=10)
    return Stay(start, start + dt.timedelta(days=2))


def test_without_counting_holds_a_held_room_would_be_offered_to_others(hotel, stay, monkeypatch):
    from collections import Counter

    holds.hold(quoting.quote(hotel, stay, Party(2), "SUI", guest_key="guest:1"))
    monkeypatch.setattr(quoting, "kept_for_others", lambda *_: Counter())

    free = {offer.room_type.code: offer.free for offer in quoting.offers(hotel, stay, Party(2), guest_key="guest:2")}

    assert free["SUI"] == 1


def test_without_the_check_a_reused_key_would_hand_over_another_guests_booking(hotel, stay, monkeypatch):
    from reservations.models import Booking

    quote = quoting.quote(hotel, stay, Party(2), "SUI", guest_key="guest:1")
    mine = booking.place(quote, booking.Booker(GuestDetails("Ana"), "guest:1"))
    monkeypatch.setattr(booking, "_draft", lambda quote, booker, now: Booking.objects.get(key=quote.key))

    theirs = booking.place(quote, booking.Booker(GuestDetails("Eva"), "guest:2"))

    assert theirs.reference == mine.reference


def test_without_the_check_a_reversed_stay_would_be_silently_wrong(monkeypatch):
    monkeypatch.setattr(
        resolving, "checked", lambda check_in, check_out, nights, today: ({"check_in": str(check_in), "check_out": str(check_out)}, [])
    )

    reading = stays.read("del 5 al 3 de diciembre", language="es", now=dt.datetime(2026, 11, 18), known={}, awaiting=None)

    assert reading.slots == {"check_in": "2026-12-05", "check_out": "2026-12-03"}


def test_without_binding_the_id_a_message_could_not_be_followed(connected, post, work, monkeypatch):
    monkeypatch.setattr(correlation, "bound", lambda _id: nullcontext(_id))

    given = post(envelope(text_message("a que hora es el desayuno?")))["X-Correlation-Id"]
    work()

    assert not Outbound.objects.filter(correlation_id=given).exists()
