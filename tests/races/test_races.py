"""Races on real connections, each with the control that shows the guard is what wins them."""

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, connections
from django.test import Client

from channels_app import outbox
from channels_app.models import Inbound, Thread
from conversations import handoff
from conversations.models import Conversation, Guest
from pms import inventory
from pms.errors import SoldOut
from pms.gateway import gateway
from pms.models import Room, RoomNight
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, quoting
from reservations.models import Booking, Quote
from tests.conftest import envelope, make_account, signed, text_message
from tests.promises import promise

pytestmark = pytest.mark.django_db(transaction=True)


def together(count, job, workers=16):
    """Run ``job(index)`` ``count`` times, the first ``workers`` of them released at one moment."""
    gate = threading.Barrier(workers)

    def one(index):
        try:
            if index < workers:
                gate.wait(20)
            return job(index)
        except Exception as error:  # the verdict counts them
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def last_room(committed_hotel):
    """Two nights in the only suite."""
    start = committed_hotel.local_now().date() + dt.timedelta(days=20)
    return committed_hotel, Stay(start, start + dt.timedelta(days=2))


def confirm(hotel, stay, index):
    """What a guest's yes does: a quote of their own, and the saga."""
    price = gateway(hotel).quote(stay, Party(2), "SUI").price
    quote = Quote.objects.create(
        hotel=hotel, guest_key=f"guest:{index}", check_in=stay.check_in, check_out=stay.check_out, adults=2,
        lines=[{"room_type": "SUI", "count": 1, "price": str(price.total)}], total=price.total, currency="ARS",
        created_at=hotel.local_now(), expires_at=hotel.local_now() + quoting.VALIDITY,
    )  # fmt: skip
    return booking.place(quote, booking.Booker(GuestDetails(f"Guest {index}"), f"guest:{index}"))


@promise("D1")
def test_two_hundred_guests_confirm_the_last_room(last_room, sql):
    hotel, stay = last_room

    rows = together(200, lambda index: confirm(hotel, stay, index))

    states = sorted(row.state if isinstance(row, Booking) else repr(row) for row in rows)
    assert (states.count("confirmed"), states.count("rejected")) == (1, 199)
    assert {row.reason for row in rows if row.state == "rejected"} == {"sold_out"}
    assert sql("select count(*) from pms_roomnight") == [(2,)]
    assert sql("select state, count(*) from pms_propertyreservation group by state") == [("confirmed", 1)]


def test_control_without_lock_and_constraint_the_room_is_sold_twice(last_room, monkeypatch, sql):
    from contextlib import nullcontext

    hotel, stay = last_room
    monkeypatch.setattr(inventory, "locked", lambda _hotel: nullcontext())
    real = inventory.take
    both_looked = threading.Barrier(2)

    def slow_take(*args):
        both_looked.wait(10)
        real(*args)

    monkeypatch.setattr(inventory, "take", slow_take)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pms_roomnight DROP CONSTRAINT one_taker_per_room_and_night")
    try:
        rows = together(2, lambda index: confirm(hotel, stay, index), workers=2)

        assert [row.state for row in rows] == ["confirmed", "confirmed"]
    finally:
        RoomNight.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pms_roomnight ADD CONSTRAINT one_taker_per_room_and_night UNIQUE (room_id, night)")


def test_the_last_wall_is_the_database(last_room, monkeypatch):
    """A writer who forgot the lock fails; the room is not sold twice."""
    from contextlib import nullcontext

    hotel, stay = last_room
    monkeypatch.setattr(inventory, "locked", lambda _hotel: nullcontext())
    real = inventory.take
    both_looked = threading.Barrier(2)

    def slow_take(*args):
        both_looked.wait(10)
        real(*args)

    monkeypatch.setattr(inventory, "take", slow_take)

    rows = together(2, lambda index: confirm(hotel, stay, index), workers=2)

    assert sorted(type(row).__name__ for row in rows) == ["Booking", "IntegrityError"]
    assert RoomNight.objects.count() == 2


def test_two_guests_cannot_both_hold_the_last_room(last_room):
    from reservations import holds

    hotel, stay = last_room

    def hold(index):
        quote = quoting.quote(hotel, stay, Party(2), "SUI", guest_key=f"guest:{index}")
        return holds.hold(quote)

    rows = together(16, hold)

    assert sorted({type(row).__name__ for row in rows}) == ["NothingFree", "list"]
    assert sum(isinstance(row, list) for row in rows) == 1


@promise("B2", small=100, full=1000)
def test_the_same_letter_twice_in_one_moment_is_one_letter(committed_hotel, size, figures):
    make_account(committed_hotel)

    def deliver(index):
        body = json.dumps(envelope(text_message("hola", wamid=f"pair{index // 2}"))).encode()
        return Client().post("/webhook", body, content_type="application/json", headers=signed(body)).status_code

    statuses = together(2 * size, deliver, workers=2)

    assert set(statuses) == {200}
    assert (Inbound.objects.count(), Inbound.objects.values("provider_id").distinct().count()) == (size, size)


def test_control_without_the_unique_key_repeats_are_doubled(committed_hotel, monkeypatch):
    from channels_app import inbox

    make_account(committed_hotel)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE channels_app_inbound DROP CONSTRAINT one_letter_per_provider_id")
    source = inbox.connection.cursor
    monkeypatch.setattr(inbox, "connection", _WithoutConflicts(source))
    try:
        body = json.dumps(envelope(text_message("hola", wamid="same"))).encode()
        for _ in range(2):
            Client().post("/webhook", body, content_type="application/json", headers=signed(body))

        assert Inbound.objects.count() == 2
    finally:
        Inbound.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE channels_app_inbound ADD CONSTRAINT one_letter_per_provider_id UNIQUE (account_id, provider_id)")


class _WithoutConflicts:
    """The connection, with the ON CONFLICT clause taken out of what is executed."""

    def __init__(self, cursor):
        self._cursor = cursor

    def cursor(self):
        real = self._cursor()

        class Cursor:
            def __enter__(self):
                real.__enter__()
                return self

            def __exit__(self, *error):
                return real.__exit__(*error)

            def execute(self, query, values):
                return real.execute(query.replace("ON CONFLICT (account_id, provider_id) DO NOTHING", ""), values)

            def fetchall(self):
                return real.fetchall()

        return Cursor()


@pytest.fixture
def conversation(committed_hotel):
    account = make_account(committed_hotel)
    thread = Thread.objects.create(account=account, identity="5411", address="54911")
    return Conversation.objects.create(hotel=committed_hotel, guest=Guest.objects.create(hotel=committed_hotel), thread=thread)


@promise("H8")
def test_fifty_people_take_one_conversation_and_one_gets_it(conversation):
    users = [get_user_model().objects.create(username=f"u{index}") for index in range(50)]

    results = together(50, lambda index: handoff.take(Conversation.objects.get(pk=conversation.pk), users[index]))

    conversation.refresh_from_db()
    winners = [users[index] for index, result in enumerate(results) if result is True]
    losers = [result for result in results if isinstance(result, handoff.NotYours)]
    assert (len(winners), len(losers), conversation.person) == (1, 49, winners[0])
    assert {loser.owner for loser in losers} == {winners[0].username}
    assert conversation.events.filter(type="taken").count() == 1


def test_control_a_take_that_looks_first_and_writes_later_has_several_winners(conversation):
    users = [get_user_model().objects.create(username=f"u{index}") for index in range(2)]
    both_looked = threading.Barrier(2)

    def naive_take(index):
        row = Conversation.objects.get(pk=conversation.pk)
        free = row.owner != "person"
        both_looked.wait(10)
        if free:
            Conversation.objects.filter(pk=row.pk).update(owner="person", person=users[index])
        return free

    assert together(2, naive_take, workers=2) == [True, True]


def test_one_letter_is_claimed_by_one_sender(conversation):
    from django.utils import timezone

    from channels_app.envelope import Content

    Thread.objects.update(last_inbound_at=timezone.now())
    outbox.post(conversation.thread, Content("text", "hola"), dedupe_key="k", author="bot")

    claimed = together(16, lambda _index: outbox.claim(8))

    assert sum(len(rows) for rows in claimed) == 1


def test_a_room_and_night_cannot_be_inserted_twice(last_room):
    hotel, stay = last_room
    row = confirm(hotel, stay, 1)
    taken = RoomNight.objects.filter(reservation__reference=row.reference).first()

    with pytest.raises(IntegrityError):
        RoomNight.objects.create(room=taken.room, night=taken.night, reservation=taken.reservation)


def test_selling_everything_leaves_nothing_over(committed_hotel):
    start = committed_hotel.local_now().date() + dt.timedelta(days=3)
    stay = Stay(start, start + dt.timedelta(days=1))
    rows = together(12, lambda index: confirm(committed_hotel, stay, index), workers=12)

    assert sorted(row.state for row in rows) == ["confirmed"] + ["rejected"] * 11
    with pytest.raises(SoldOut):
        from pms.terms import NewReservation, RoomLine

        price = gateway(committed_hotel).quote(stay, Party(2), "SUI").price.total
        line = RoomLine("SUI", 1, price)
        gateway(committed_hotel).create(NewReservation("RXTEST1", stay, Party(2), GuestDetails("X"), (line,), "ARS"))
    assert Room.objects.count() == 3
