"""Inside the house: a property with history, and what it costs to look and to book. Prints one line of JSON."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import django

django.setup()

from django.db import connection, connections  # noqa: E402 - after setup
from django.utils import timezone  # noqa: E402

from hotelagent.hotels.models import Hotel  # noqa: E402
from pms import cache, pacing  # noqa: E402
from pms.gateway import gateway  # noqa: E402
from pms.models import Connection, Exchange, Rate, Room, RoomType, Tax  # noqa: E402
from pms.terms import GuestDetails, Party, Stay  # noqa: E402
from reservations import booking, quoting  # noqa: E402
from reservations.models import Booking, Quote  # noqa: E402
from tests.load.report import latencies  # noqa: E402

TYPES, ROOMS, NIGHTS, LOOKS = 10, 30, 30, 300
COUPLE = Party(2)
KEY = "K" * 32


def main(old: int) -> None:
    told = {}
    hotel = furnished(old)
    told["stored"] = {"past bookings": count("pms_propertyreservation"), "room nights": count("pms_roomnight"), "room types": TYPES}
    told["availability, embedded (10 types × 30 nights)"] = embedded(hotel)
    told["200 confirms for the last room"] = last_room(hotel)
    with double() as base_url:
        far = Hotel.objects.create(slug="far", name="Far", timezone="UTC", country="AR", currency="USD", email="far@hotel.example")
        Connection.objects.create(hotel=far, type="qloapps", base_url=base_url, base_url_trusted=True, api_key=KEY, property_id="1")
        told["availability, QloApps, remembered"] = remembered(far)
        told["saga beside the PMS"] = saga(far)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


@contextmanager
def double() -> Iterator[str]:
    """A QloApps in a process of its own: what it does is not our time."""
    command = [sys.executable, "-m", "tests.fakes.qloapps", "--key", KEY, "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        process.stdin.close()


def furnished(old: int) -> Hotel:
    """300 rooms, 100,000 nights taken, so many bookings of the past."""
    hotel = Hotel.objects.create(slug="stock", name="Stock", timezone="UTC", country="AR", currency="USD")
    today = timezone.now().date()
    for index in range(TYPES):
        kind = RoomType.objects.create(
            hotel=hotel, code=f"T{index}", names={"es": f"Tipo {index}"}, max_adults=4, max_children=2, max_guests=6
        )
        Room.objects.bulk_create(Room(hotel=hotel, room_type=kind, number=f"{index}-{number}") for number in range(ROOMS))
        Rate.objects.create(room_type=kind, first_night=today, end=today + dt.timedelta(days=900), price=100 + index)
        Rate.objects.create(room_type=kind, first_night=today, end=today + dt.timedelta(days=900), weekdays=[4, 5], price=130 + index)
    Tax.objects.create(hotel=hotel, name="IVA", percent=21)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pms_propertyreservation (hotel_id, reference, state, check_in, check_out, adults, children, child_ages, guest_name, "
            "guest_email, guest_phone, lines, total, currency, notes, created_at, changed_at) "
            "SELECT %s, 'P' || n, 'confirmed', current_date - 400 + (n %% 365)::int, current_date - 398 + (n %% 365)::int, 2, 0, '[]', "
            "'Guest ' || n, '', '', '[]', 100, 'USD', '', now() - interval '400 days', now() - interval '400 days' "
            "FROM generate_series(1, %s) AS n",
            [hotel.pk, max(old, 1)],
        )
        cursor.execute(
            "INSERT INTO pms_roomnight (room_id, night, reservation_id) SELECT room.id, current_date - 200 + day, "
            "(SELECT min(id) FROM pms_propertyreservation WHERE hotel_id = %s) FROM pms_room room, generate_series(0, 399) AS day "
            "WHERE room.hotel_id = %s AND (room.id + day) %% 6 <> 0",
            [hotel.pk, hotel.pk],
        )
        cursor.execute("ANALYZE")
    return hotel


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def timed(times: int, work) -> dict[str, float]:  # type: ignore[no-untyped-def]
    took = []
    for index in range(times):
        started = time.perf_counter()
        work(index)
        took.append(time.perf_counter() - started)
    return latencies(took)


def embedded(hotel: Hotel) -> dict[str, float]:
    today = timezone.now().date()
    port = gateway(hotel).port
    look = lambda index: port.availability(Stay(d := today + dt.timedelta(days=index % 150), d + dt.timedelta(days=NIGHTS)), COUPLE)  # noqa: E731
    timed(20, look)
    return timed(LOOKS, look)


def remembered(hotel: Hotel) -> dict[str, float]:
    pacing.INTERVAL_S = 0.0
    today = timezone.now().date() + dt.timedelta(days=30)
    stays = [Stay(today + dt.timedelta(days=index), today + dt.timedelta(days=index + 2)) for index in range(20)]
    for stay in stays:
        gateway(hotel).availability(stay, COUPLE)
    asked = Exchange.objects.count()
    told = timed(2000, lambda index: gateway(hotel).availability(stays[index % len(stays)], COUPLE))
    return told | {"requests meanwhile": Exchange.objects.count() - asked}


def last_room(hotel: Hotel) -> dict[str, float]:
    """200 guests confirm the last room of a type at once."""
    start = timezone.now().date() + dt.timedelta(days=700)
    stay = Stay(start, start + dt.timedelta(days=2))
    Room.objects.filter(hotel=hotel, room_type__code="T0").exclude(number="0-0").update(active=False)
    price = quoting.offers(hotel, stay, COUPLE, guest_key="nobody")[0].price
    assert price is not None
    now = timezone.now()
    quotes = [
        Quote.objects.create(
            hotel=hotel, guest_key=f"guest:{index}", check_in=stay.check_in, check_out=stay.check_out, adults=2,
            lines=[{"room_type": "T0", "count": 1, "price": str(price.total)}], total=price.total, currency="USD", created_at=now,
            expires_at=now + quoting.VALIDITY,
        )
        for index in range(200)
    ]  # fmt: skip
    gate = threading.Barrier(16)

    def confirm(index: int) -> str:
        try:
            if index < 16:
                gate.wait(20)
            return booking.place(quotes[index], booking.Booker(GuestDetails(f"Guest {index}"), f"guest:{index}")).state
        finally:
            connections.close_all()

    started = time.perf_counter()
    with ThreadPoolExecutor(16) as pool:
        states = list(pool.map(confirm, range(200)))
    return {"s": round(time.perf_counter() - started, 2), "confirmed": states.count("confirmed"), "refused": states.count("rejected")}


def saga(hotel: Hotel) -> dict[str, float]:
    """A booking by a worker, without the time the PMS took to answer."""
    start = timezone.now().date() + dt.timedelta(days=60)
    beside, whole = [], []
    for index in range(40):
        stay = Stay(start + dt.timedelta(days=2 * index), start + dt.timedelta(days=2 * index + 2))
        quote = quoting.quote(hotel, stay, COUPLE, "1", guest_key=f"guest:{index}")
        row = booking.place(quote, booking.Booker(GuestDetails("Ana Paz", "", "+541155551234"), f"guest:{index}"))
        before = Exchange.objects.order_by("-id").values_list("pk", flat=True).first() or 0
        Booking.objects.filter(pk=row.pk).update(due_at=timezone.now())
        started = time.perf_counter()
        booking.advance(row.pk)
        took = time.perf_counter() - started
        pms = sum(Exchange.objects.filter(pk__gt=before).values_list("took_ms", flat=True)) / 1000
        row.refresh_from_db()
        assert row.state == "confirmed", row.state
        beside.append(took - pms)
        whole.append(took)
    cache.forget(hotel.pk)
    return latencies(beside) | {"whole P50 ms": latencies(whole)["P50 ms"]}


if __name__ == "__main__":
    main(int(sys.argv[1]))
