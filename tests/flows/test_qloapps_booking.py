"""A guest books on WhatsApp while the hotel's rooms are in a QloApps: told "checking", then told once what became of it."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from channels_app.models import Outbound
from conversations.models import Conversation
from pms import breaker, cache
from pms.gateway import gateway
from pms.models import Breaker
from reservations import booking, tasks
from reservations.models import Booking
from tests.conftest import connect_pms
from tests.flows.test_whatsapp_booking import Guest, buttons, words
from tests.knock import wait_for
from tests.promises import promise


@pytest.fixture
def ana(connected, post, work, double, shop):
    connect_pms(connected.hotel, shop)
    return Guest(f"54911{int(timezone.now().timestamp() * 1000) % 10**8:08d}", post, work, double)


@pytest.fixture
def dates(hotel):
    start = hotel.local_now().date() + dt.timedelta(days=30)
    return start, start + dt.timedelta(days=2)


def place(work):
    """What the worker does that places bookings."""
    Booking.objects.filter(state__in=booking.OPEN).update(due_at=timezone.now(), lease_until=None)
    for pk in tasks.PLACING.claim(10):
        booking.advance(pk)
    work()


def asks(ana, dates):
    return ana.says(f"hola, hay lugar del {dates[0]:%d/%m} al {dates[1]:%d/%m}? somos 2 adultos")


def books(ana, dates):
    offers = asks(ana, dates)[-1]
    ana.taps(buttons(offers)[0])
    return ana.says("a nombre de Ana Paz")


def test_from_hola_to_confirmed(ana, dates, shop, work):
    summary = books(ana, dates)[-1]
    checking = ana.taps(buttons(summary)[0])
    posted_before = sum(record.method == "POST" and "/api/bookings" in record.path for record in shop.requests)
    place(work)
    confirmed = ana.heard()

    row = Booking.objects.get()
    assert posted_before == 0  # a turn never waits for a POST
    assert len(checking) == 1 and row.reference in words(checking[0])
    assert len(confirmed) == 1 and row.reference in words(confirmed[0])
    assert (row.state, row.guest_phone) == ("confirmed", f"+{ana.number}")
    order = shop.orders[0]
    assert (order["source"], abs(order["total_paid_tax_incl"] - row.total) < 1) == (row.reference, True)


def test_the_phone_whatsapp_tells_is_not_asked_for(ana, dates, shop):
    summary = words(books(ana, dates)[-1])

    assert "Ana Paz" in summary and "teléfono" not in summary


@promise("D12", small=1, full=20)
def test_told_once_however_often_the_bells_ring(ana, dates, shop, work, size):
    summary = books(ana, dates)[-1]
    ana.taps(buttons(summary)[0])
    for _ in range(3):
        place(work)

    row = Booking.objects.get()
    told = Outbound.objects.filter(dedupe_key__startswith=f"booking:{row.pk}:")
    assert (told.count(), [message["type"] for message in ana.heard()]) == (1, ["text"])


@promise("D3")
def test_a_lost_answer_is_checking_and_never_failed(ana, dates, shop, work):
    summary = books(ana, dates)[-1]
    shop.fault("hang_up", method="POST", resource="bookings", commits=True)
    checking = words(ana.taps(buttons(summary)[0])[0])
    place(work)
    meanwhile = ana.heard()
    state = Booking.objects.get().state
    place(work)

    assert "confirmándolo" in checking
    assert (state, meanwhile) == ("unknown", [])
    assert Booking.objects.get().reference in words(ana.heard()[0])


@promise("D11")
def test_the_desk_was_quicker_and_the_guest_hears_what_else_there_is(ana, dates, shop, work):
    summary = books(ana, dates)[-1]
    shop.desk_books(1, dates[0], dates[1], rooms=5)
    ana.taps(buttons(summary)[0])
    place(work)

    told = words(ana.heard()[0])
    assert Booking.objects.get().reason == "sold_out"
    assert "se acaba de ocupar" in told or "ya no" in told or "no pud" in told.lower()


@promise("E1")
def test_a_pms_that_is_away_gives_the_hotels_contact_and_a_person(ana, dates, shop, hotel):
    shop.fault("status", status=500, body="", content_type="text/html", times=999)
    cache.forget(hotel.pk)
    started = timezone.now()

    told = words(asks(ana, dates)[-1])

    assert hotel.phone in told
    assert Conversation.objects.get().owner != "bot"
    assert timezone.now() - started < dt.timedelta(seconds=3)
    assert "$" not in told and "USD" not in told


@promise("E1", small=2, full=300)
def test_a_pms_that_fails_for_long_is_left_alone_and_taken_up_again(hotel, connected, shop, post, work, double, size, figures):
    """So many seconds of 500: guests in between, each answered at once; the PMS is looked at once a pause, by one of them."""
    pause_s = min(30, size / 2)
    connect_pms(hotel, shop, pause_s=pause_s)
    gateway(hotel).room_types()  # as in any house that has been open for an hour
    shop.fault("status", status=500, body="", content_type="text/html", resource="hotel_ari", times=10**6)
    start, started, slowest, guests, tries = hotel.local_now().date() + dt.timedelta(days=30), time.monotonic(), 0.0, 0, 0
    while time.monotonic() - started < size or breaker.state(hotel.pk)[0] == "closed":  # a busy machine fails late
        asked = time.monotonic()
        day = start + dt.timedelta(days=guests % 200)
        guest = Guest(f"549116{guests:07d}", post, work, double)
        told = words(asks(guest, (day, day + dt.timedelta(days=2)))[-1])
        slowest, guests = max(slowest, time.monotonic() - asked), guests + 1
        assert hotel.phone in told and "$" not in told
        time.sleep(size / 60)
    tries, spent = sum("/api/hotel_ari" in record.path for record in shop.requests), time.monotonic() - started
    shop.clear_faults()
    wait_for(lambda: breaker.state(hotel.pk)[0] == "half-open", pause_s + 5, "the end of the pause")
    after = words(asks(Guest("5491170000000", post, work, double), (start, start + dt.timedelta(days=2)))[-1])

    figures.update(seconds=size, pause_s=pause_s, guests=guests, asked_of_the_pms=tries, slowest_answer_s=round(slowest, 2))
    assert breaker.state(hotel.pk)[0] == "closed" and "US$" in after
    # Five failures, each read asked for twice; then one look a pause, and its repeat.
    assert tries <= 2 * (5 + spent / pause_s + 1)
    assert slowest <= 3


@promise("E5")
def test_an_old_answer_says_how_old_it_is(ana, dates, shop, hotel):
    asks(ana, dates)
    cache.outdate(hotel.pk)
    Breaker.objects.create(hotel=hotel, failures=5, open_until=timezone.now() + dt.timedelta(minutes=5), reason="down")

    told = words(asks(ana, dates)[-1])

    assert f"{hotel.local_now():%H:}" in told and "confirma una persona" in told


def test_changing_and_cancelling_go_through_the_pms(ana, dates, shop, work):
    summary = books(ana, dates)[-1]
    ana.taps(buttons(summary)[0])
    place(work)
    ana.heard()
    later = dates[1] + dt.timedelta(days=5)
    new = ana.says(f"quiero cambiar mi reserva para el {later:%d/%m} al {later + dt.timedelta(days=2):%d/%m}")[-1]
    ana.taps(buttons(new)[0])
    place(work)
    changed = words(ana.heard()[-1])
    ask = ana.says("al final quiero cancelar la reserva")[-1]
    ana.taps(buttons(ask)[0])
    place(work)
    # By now the guest has had so many letters that the next one waits for the pace of the number.
    cancelled = Outbound.objects.get(dedupe_key__contains=":cancelled:").content["text"]

    row = Booking.objects.get()
    assert (row.state, row.check_in, shop.active_lines()) == ("cancelled", later, [])
    assert row.reference in changed and row.reference in cancelled
