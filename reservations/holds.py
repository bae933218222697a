"""Keeping a room for a guest who is about to say yes.

A hold is ours alone; the PMS does not know it. It keeps our other guests away for 15 minutes, and the PMS is asked
again when the guest confirms.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db import connection, transaction
from django.utils import timezone

from hotelagent.hotels.models import Hotel
from hotelagent.ops import killpoints
from pms.gateway import gateway
from pms.terms import Party, Stay
from reservations import quoting
from reservations.errors import NothingFree, TooManyHolds
from reservations.models import Hold, Quote

MAX_OPEN_PER_GUEST = 3
# Second family of the two-key advisory lock (see pms.inventory); held only inside one short transaction.
HOLDS_LOCK = 0x484F4C44
State = Hold.State


def hold(quote: Quote, *, replacing: str = "", now: dt.datetime | None = None) -> list[Hold]:
    """Keep the quoted rooms until the quote expires, a row for each room type. Raises NothingFree, TooManyHolds, PmsError.

    Holds are counted under one lock per hotel, so two guests cannot both keep the last room.
    """
    now = now or timezone.now()
    stay, party = Stay(quote.check_in, quote.check_out), Party(quote.adults, quote.children, tuple(quote.child_ages))
    wanted = Counter[str]()
    for line in quote.lines:
        wanted[line["room_type"]] += line["count"]
    pms = gateway(quote.hotel)
    free = {code: pms.quote(stay, party, code, replacing=replacing).free for code in wanted}  # the network comes before the lock
    with _locked(quote.hotel):
        mine = Hold.objects.filter(hotel=quote.hotel, guest_key=quote.guest_key, state=State.HELD, expires_at__gt=now)
        if mine.values("quote").distinct().count() >= MAX_OPEN_PER_GUEST:
            raise TooManyHolds(quote.guest_key)
        kept = quoting.kept_for_others(quote.hotel, stay, quote.guest_key, now)
        for code, count in wanted.items():
            if free[code] - kept[code] < count:
                raise NothingFree(code)
        made = Hold.objects.bulk_create(
            Hold(
                quote=quote, hotel=quote.hotel, guest_key=quote.guest_key, room_type=code, count=count,
                check_in=quote.check_in, check_out=quote.check_out, expires_at=quote.expires_at, created_at=now,
            )
            for code, count in wanted.items()
        )  # fmt: skip
    killpoints.reached("hold.made")
    return made


def release(quote: Quote | int) -> bool:
    """The guest decided otherwise. False when the hold was not open any more."""
    return bool(Hold.objects.filter(quote=quote, state=State.HELD).update(state=State.RELEASED))


def use(quote: Quote | int) -> None:
    """The hold has become a booking; an expired one too, when the room was still free."""
    Hold.objects.filter(quote=quote, state__in=[State.HELD, State.EXPIRED]).update(state=State.USED)


def is_open(quote: Quote, *, now: dt.datetime | None = None) -> bool:
    """Is the room still kept for this guest?"""
    return Hold.objects.filter(quote=quote, state=State.HELD, expires_at__gt=now or timezone.now()).exists()


def is_due(*, now: dt.datetime | None = None) -> bool:
    """Is a hold's time over?"""
    return Hold.objects.filter(state=State.HELD, expires_at__lte=now or timezone.now()).exists()


def expire(*, now: dt.datetime | None = None) -> int:
    """Close the holds whose time is over."""
    return Hold.objects.filter(state=State.HELD, expires_at__lte=now or timezone.now()).update(state=State.EXPIRED)


class _locked:
    """A transaction that alone decides about the hotel's holds."""

    def __init__(self, hotel: Hotel) -> None:
        self.hotel = hotel
        self.atomic = transaction.atomic()

    def __enter__(self) -> None:
        self.atomic.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [HOLDS_LOCK, self.hotel.pk])

    def __exit__(self, *error: object) -> None:
        self.atomic.__exit__(*error)  # type: ignore[arg-type]
