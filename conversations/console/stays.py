"""Where a guest stands with the hotel: in house, arriving, leaving, coming, or no stay at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from channels_app.phones import match_key
from hotelagent.hotels.models import Hotel
from pms.errors import PmsError
from pms.gateway import gateway
from reservations import booking
from reservations.models import Booking

LIVE = [Booking.State.CONFIRMED, Booking.State.CHANGING, Booking.State.CANCELLING]
OPEN = [Booking.State.CONFIRMED, *booking.OPEN]
# The order in which guests of equal deadlines are served.
IN_HOUSE, ARRIVING, DEPARTING, COMING, NONE = "in_house", "arriving", "departing", "coming", "none"
RANK = {IN_HOUSE: 0, DEPARTING: 0, ARRIVING: 1, COMING: 2, NONE: 3}


@dataclass(frozen=True)
class Stay:
    """A booking seen from today. ``rooms``: numbers, as far as the PMS has told."""

    booking: Booking
    when: str
    rooms: tuple[str, ...] = ()


def when_of(row: Booking, today: dt.date) -> str:
    """Which kind of guest this booking makes today."""
    if row.check_in == today:
        return ARRIVING
    if row.check_out == today:
        return DEPARTING
    return IN_HOUSE if row.check_in < today < row.check_out else COMING


def current(hotel: Hotel, guests: Iterable[int]) -> dict[int, Stay]:
    """Each guest's stay that matters today: the one they are in, else the next. One query."""
    today = hotel.local_now().date()
    keys = {f"guest:{pk}": pk for pk in guests}
    rows = Booking.objects.filter(hotel=hotel, guest_key__in=keys, state__in=LIVE, check_out__gte=today).order_by("check_in", "pk")
    known = gateway(hotel).rooms_known(today)
    found: dict[int, Stay] = {}
    for row in rows:
        found.setdefault(keys[row.guest_key], Stay(row, when_of(row, today), tuple(known.get(row.pms_id, ()))))
    return found


def guests_today(hotel: Hotel) -> dict[str, set[int]]:
    """Guests who are in house, arriving or leaving today, by their numbers. One query."""
    today = hotel.local_now().date()
    rows = Booking.objects.filter(hotel=hotel, state__in=LIVE, check_in__lte=today, check_out__gte=today, guest_key__startswith="guest:")
    found: dict[str, set[int]] = {IN_HOUSE: set(), ARRIVING: set(), DEPARTING: set()}
    for row in rows.only("guest_key", "check_in", "check_out"):
        guest = int(row.guest_key.removeprefix("guest:"))
        found[when_of(row, today)].add(guest)
        if row.check_in <= today < row.check_out:
            found[IN_HOUSE].add(guest)
    return found


def all_of(hotel: Hotel, guest_keys: list[str], phones: Iterable[str]) -> list[Stay]:
    """Every booking of this guest, and those made under the same phone: staff choose, nothing is chosen for them. What is
    still to come first, then the past, the latest first."""
    today = hotel.local_now().date()
    wanted = {match_key(phone) for phone in phones if phone}
    lately = today - dt.timedelta(days=400)
    same_end = Q(pk__in=[])
    for phone in wanted:
        same_end |= Q(guest_phone__endswith=phone[-4:])
    rows = Booking.objects.filter(hotel=hotel).filter(Q(guest_key__in=guest_keys) | (Q(check_out__gte=lately) & same_end))
    mine = [row for row in rows.order_by("check_in", "pk") if row.guest_key in guest_keys or match_key(row.guest_phone) in wanted]
    known = gateway(hotel).rooms_known(today)
    stays = [Stay(row, when_of(row, today), tuple(known.get(row.pms_id, ()))) for row in mine]
    ahead = [one for one in stays if one.booking.check_out >= today and one.booking.state in OPEN]
    past = [one for one in reversed(stays) if one not in ahead]
    return [*ahead, *past]


def refresh_rooms(hotel: Hotel) -> dt.datetime | None:
    """Ask the PMS which rooms are taken tonight, at most every two minutes. Returns since when that is known, when the PMS is
    away; raises nothing: a page is shown without room numbers."""
    try:
        return gateway(hotel).rooms_tonight(hotel.local_now().date())[1]
    except PmsError:
        return hotel.local_now()
