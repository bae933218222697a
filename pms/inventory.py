"""What is free, and taking it, in the embedded PMS.

Locking protocol. Whoever changes who has a room night holds ``pg_advisory_xact_lock(INVENTORY, hotel id)``: one lock,
taken in one place (``locked``), first thing in one short transaction, before anything is read that the decision rests
on. No network and no other lock inside. Readers take no lock: an availability is an offer, not a promise. Behind it
stands the unique constraint on (room, night), so that a writer who forgot the lock fails instead of overbooking.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection, transaction

from hotelagent.hotels.models import Hotel
from pms.models import OutOfOrder, PropertyReservation, Rate, Restriction, Room, RoomNight, RoomType, Tax
from pms.terms import Broken, Party, Price, RestrictionKind, RoomTypeInfo, Stay

# First key of the two-key advisory lock; any constant will do as long as nobody else uses it.
INVENTORY_LOCK = 0x484F5445
INCLUDED_ADULTS = 2
CENT = Decimal("0.01")
# By hand, because building this query costs the ORM more time than PostgreSQL takes to answer it.
IS_FREE = """NOT EXISTS (
    SELECT FROM pms_roomnight AS taken
    WHERE taken.room_id = room.id AND taken.night >= %(check_in)s AND taken.night < %(check_out)s
    AND NOT coalesce(taken.reservation_id = (
        SELECT id FROM pms_propertyreservation WHERE hotel_id = %(hotel)s AND reference = nullif(%(replacing)s, '')
    ), false)
)"""
FREE_ROOMS = f"""
    SELECT room.* FROM pms_room AS room
    WHERE room.hotel_id = %(hotel)s AND room.active AND room.room_type_id = ANY(%(room_types)s) AND {IS_FREE} ORDER BY room.number
"""  # noqa: S608 - our own words
SOLD = f"""
    SELECT kind.*, coalesce(counted.in_service, 0) AS in_service, coalesce(counted.free, 0) AS free
    FROM pms_roomtype AS kind LEFT JOIN (
        SELECT room.room_type_id, count(*) AS in_service, count(*) FILTER (WHERE {IS_FREE}) AS free
        FROM pms_room AS room WHERE room.hotel_id = %(hotel)s AND room.active GROUP BY room.room_type_id
    ) AS counted ON counted.room_type_id = kind.id
    WHERE kind.hotel_id = %(hotel)s AND kind.active AND (%(code)s::text IS NULL OR kind.code = %(code)s)
    ORDER BY kind.position, kind.code
"""  # noqa: S608 - our own words


@contextmanager
def locked(hotel: Hotel) -> Iterator[None]:
    """A transaction that alone decides about the hotel's room nights. Keep it short."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [INVENTORY_LOCK, hotel.pk])
        yield


def info(room_type: RoomType, rooms: int) -> RoomTypeInfo:
    return RoomTypeInfo(
        code=room_type.code,
        names=room_type.names,
        synonyms=room_type.synonyms,
        descriptions=room_type.descriptions,
        max_adults=room_type.max_adults,
        max_children=room_type.max_children,
        max_guests=room_type.max_guests,
        rooms=rooms,
    )


def free_rooms(hotel: Hotel, stay: Stay, room_types: Iterable[int], *, replacing: str = "") -> dict[int, list[Room]]:
    """Rooms of these types free on every night of the stay, by room type id, ordered by number; free are those too that only
    the booking with the reference ``replacing`` has."""
    free: dict[int, list[Room]] = defaultdict(list)
    for room in Room.objects.raw(FREE_ROOMS, _asked(hotel, stay, replacing) | {"room_types": list(room_types)}):
        free[room.room_type_id].append(room)
    return free


def sold(hotel: Hotel, stay: Stay, *, code: str | None = None, replacing: str = "") -> list[tuple[RoomType, int, int]]:
    """The types that are sold (or the one of this code), each with its rooms in service and how many ``free_rooms`` would find."""
    rows = RoomType.objects.raw(SOLD, _asked(hotel, stay, replacing) | {"code": code})
    return [(row, row.__dict__["in_service"], row.__dict__["free"]) for row in rows]


def _asked(hotel: Hotel, stay: Stay, replacing: str) -> dict[str, Any]:
    return {"hotel": hotel.pk, "check_in": stay.check_in, "check_out": stay.check_out, "replacing": replacing}


def prices(hotel: Hotel, stay: Stay, party: Party, room_types: Iterable[RoomType]) -> dict[int, Price]:
    """The price of one room of each type, by type id; a type without a rate on every night is left out.

    Rounded once, per night, half up, to the cent. Taxes not included in the rate come on top of the sum.
    """
    wanted = [room_type.pk for room_type in room_types]
    rates: dict[int, list[Rate]] = defaultdict(list)
    query = Rate.objects.filter(room_type_id__in=wanted, first_night__lt=stay.check_out, end__gt=stay.check_in)
    for rate in query.order_by("pk"):
        rates[rate.room_type_id].append(rate)
    taxes = list(Tax.objects.filter(hotel=hotel))
    found: dict[int, Price] = {}
    nights = [(night, night.weekday()) for night in stay]
    for pk in wanted:
        nightly = _nightly(rates[pk], nights, party)
        if len(nightly) == len(nights):
            found[pk] = _with_taxes(nightly, taxes, hotel.currency)
    return found


def broken_rules(hotel: Hotel, stay: Stay) -> dict[int | None, tuple[Broken, ...]]:
    """Rules the stay breaks, by room type id; under None those that hold for every type.

    Minimum and maximum count where the arrival night falls; departures where the check-out date falls.
    """
    broken: dict[int | None, list[Broken]] = defaultdict(list)
    rules = Restriction.objects.filter(hotel=hotel, first_night__lte=stay.check_out, end__gt=stay.check_in)
    for rule in rules:
        found = broken[rule.room_type_id]
        if rule.first_night <= stay.check_in < rule.end:
            if rule.min_stay and stay.nights < rule.min_stay:
                found.append(Broken(RestrictionKind.MIN_STAY, rule.min_stay))
            if rule.max_stay and stay.nights > rule.max_stay:
                found.append(Broken(RestrictionKind.MAX_STAY, rule.max_stay))
            if rule.closed_to_arrival:
                found.append(Broken(RestrictionKind.CLOSED_TO_ARRIVAL))
        if rule.closed_to_departure and rule.first_night <= stay.check_out < rule.end:
            found.append(Broken(RestrictionKind.CLOSED_TO_DEPARTURE))
    return {key: tuple(rules) for key, rules in broken.items()}


def take(reservation: PropertyReservation, rooms: Iterable[Room], stay: Stay) -> None:
    """Write the nights. Call under ``locked``, with rooms found free under the same lock."""
    RoomNight.objects.bulk_create(RoomNight(room=room, night=night, reservation=reservation) for room in rooms for night in stay)


def release(reservation: PropertyReservation) -> None:
    """Give the nights back. Call under ``locked``."""
    RoomNight.objects.filter(reservation=reservation).delete()


def block(row: OutOfOrder) -> bool:
    """Take the nights of a room that is out of order. Call under ``locked``. False when a booking has one of them."""
    nights = [row.first_night + dt.timedelta(days=offset) for offset in range((row.end - row.first_night).days)]
    if RoomNight.objects.filter(room=row.room, night__in=nights).exclude(out_of_order=row).exists():
        return False
    RoomNight.objects.filter(out_of_order=row).delete()
    RoomNight.objects.bulk_create(RoomNight(room=row.room, night=night, out_of_order=row) for night in nights)
    return True


def _nightly(rates: list[Rate], nights: list[tuple[dt.date, int]], party: Party) -> list[Decimal]:
    """The price of each night, given with its weekday; without those no rate covers."""
    amounts: dict[dt.date, Decimal] = {}
    for rate in rates:  # the last one wins
        extra = max(0, party.adults - INCLUDED_ADULTS) * rate.extra_adult + party.children * rate.child
        amount = (rate.price + extra).quantize(CENT, ROUND_HALF_UP)
        for night, weekday in nights:
            if rate.first_night <= night < rate.end and (not rate.weekdays or weekday in rate.weekdays):
                amounts[night] = amount
    return [amounts[night] for night, _weekday in nights if night in amounts]


def _with_taxes(nightly: list[Decimal], taxes: list[Tax], currency: str) -> Price:
    rate_total = sum(nightly, Decimal(0))
    included = sum((tax.percent for tax in taxes if tax.included), Decimal(0))
    added = sum((tax.percent for tax in taxes if not tax.included), Decimal(0))
    net = rate_total / (1 + included / 100)
    total = (rate_total + net * added / 100).quantize(CENT, ROUND_HALF_UP)
    return Price(total=total, taxes=(total - net).quantize(CENT, ROUND_HALF_UP), currency=currency, nightly=tuple(nightly))
