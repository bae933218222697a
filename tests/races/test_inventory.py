"""Random bookings, cancellations, holds and expiries at once: no night is ever given twice."""

import datetime as dt
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone

from pms.gateway import gateway
from pms.models import Room, RoomNight, RoomType
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, holds, quoting
from reservations.errors import NothingFree, TooManyHolds
from reservations.models import Booking, Hold, Quote
from tests.promises import promise

pytestmark = pytest.mark.django_db(transaction=True)
ROOMS, NIGHTS, THREADS = 30, 60, 8


@pytest.fixture
def house(committed_hotel):
    """30 rooms of two kinds."""
    double, suite = RoomType.objects.get(code="DBL"), RoomType.objects.get(code="SUI")
    have = Room.objects.count()
    for index in range(ROOMS - have):
        Room.objects.create(hotel=committed_hotel, room_type=double if index % 3 else suite, number=f"9{index:02d}")
    return committed_hotel


_prices = {}


def quoted(hotel, stay, room_type, guest):
    """A quote at the hotel's price; the price of a stay is asked once, so that the steps spend their time on the rooms."""
    key = (hotel.pk, stay, room_type)
    if key not in _prices:
        _prices[key] = gateway(hotel).quote(stay, Party(2), room_type).price
    price, now = _prices[key], timezone.now()
    return Quote.objects.create(
        hotel=hotel, guest_key=guest, check_in=stay.check_in, check_out=stay.check_out, adults=2, total=price.total, currency="ARS",
        lines=[{"room_type": room_type, "count": 1, "price": str(price.total)}], created_at=now, expires_at=now + quoting.VALIDITY,
    )  # fmt: skip


def one_of(hotel, rng, index, taken):
    """One random step of one guest; the name of what was done."""
    start = hotel.local_now().date() + dt.timedelta(days=rng.randrange(1, NIGHTS - 7))
    stay = Stay(start, start + dt.timedelta(days=rng.randrange(1, 7)))
    guest = f"guest:{index % 200}"
    what = rng.choices(["create", "cancel", "hold", "expire"], [4, 3, 2, 1])[0]
    if what == "cancel":
        try:
            row = taken.pop(rng.randrange(len(taken)))
        except (IndexError, ValueError):
            return "nothing"
        return f"cancel {booking.cancel(row, actor='guest').state}"
    if what == "expire":
        holds.expire(now=timezone.now() + dt.timedelta(minutes=rng.choice([0, 16])))
        return what
    quote = quoted(hotel, stay, rng.choice(["DBL", "SUI"]), guest)
    if what == "hold":
        try:
            holds.hold(quote)
        except (NothingFree, TooManyHolds) as refusal:
            return f"{what} {type(refusal).__name__}"
        return what
    row = booking.place(quote, booking.Booker(GuestDetails(f"Guest {index}"), guest))
    if row.state == "confirmed":
        taken.append(row)
    return f"create {row.state}"


@promise("D2", small=2000, full=10_000)
def test_random_steps_of_many_never_overbook(house, sql, size, figures):
    """``size`` steps on 30 rooms and 60 nights from 8 threads; judged by SQL alone."""
    taken, done, lock = [], {}, threading.Lock()

    def work(part):
        rng = random.Random(part)
        try:
            for index in range(part, size, THREADS):
                what = one_of(house, rng, index, taken)
                with lock:
                    done[what] = done.get(what, 0) + 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))

    figures.update(steps=size, **{name.replace(" ", "_"): count for name, count in sorted(done.items())})
    assert sum(done.values()) == size
    assert verdict(sql) == []
    assert done["create confirmed"] > size / 20 and done["cancel cancelled"] > size / 20


def verdict(sql):
    """Everything that is not as it must be, by independent SQL."""
    doubled = sql("SELECT room_id, night, count(*) FROM pms_roomnight GROUP BY 1, 2 HAVING count(*) > 1")
    overbooked = sql(
        "SELECT r.room_type_id, n.night FROM pms_roomnight n JOIN pms_room r ON r.id = n.room_id GROUP BY 1, 2 "
        "HAVING count(*) > (SELECT count(*) FROM pms_room c WHERE c.room_type_id = r.room_type_id)"
    )
    nights = sql(
        "SELECT p.reference, p.state, p.check_out - p.check_in, count(n.*) FROM pms_propertyreservation p "
        "LEFT JOIN pms_roomnight n ON n.reservation_id = p.id GROUP BY p.id "
        "HAVING count(n.*) <> CASE WHEN p.state = 'cancelled' THEN 0 ELSE p.check_out - p.check_in END"
    )
    apart = sql(
        "SELECT b.reference, b.state, p.state FROM reservations_booking b FULL JOIN pms_propertyreservation p USING (reference) "
        "WHERE (b.state = 'confirmed') <> (coalesce(p.state, '') = 'confirmed') OR b.state NOT IN ('confirmed', 'cancelled', 'rejected')"
    )
    overlapping = sql(
        "SELECT a.id, b.id FROM pms_roomnight a JOIN pms_roomnight b ON a.room_id = b.room_id AND a.night = b.night AND a.id < b.id"
    )
    return [*doubled, *overbooked, *nights, *apart, *overlapping]


def test_control_the_verdict_sees_a_night_given_twice_and_one_not_given_back(house, sql):
    start = house.local_now().date() + dt.timedelta(days=3)
    stay = Stay(start, start + dt.timedelta(days=1))
    quotes = [quoting.quote(house, stay, Party(2), "SUI", guest_key=f"guest:{index}") for index in range(2)]
    first, second = (booking.place(quote, booking.Booker(GuestDetails("X"), quote.guest_key)) for quote in quotes)
    assert verdict(sql) == []

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pms_roomnight DROP CONSTRAINT one_taker_per_room_and_night")
    try:
        room = RoomNight.objects.get(reservation__reference=first.reference).room
        RoomNight.objects.filter(reservation__reference=second.reference).update(room=room)
        twice = len(verdict(sql))
    finally:
        RoomNight.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pms_roomnight ADD CONSTRAINT one_taker_per_room_and_night UNIQUE (room_id, night)")

    assert (twice, len(verdict(sql))) == (2, 2)  # the night and the pair; then two bookings without their nights
    assert gateway(house).room_types() and Hold.objects.exists() is False and Booking.objects.count() == 2
