"""What the booking desk does when rung: thin, one verb each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q
from django.utils import timezone

from hotelagent.ops import queue
from hotelagent.ops.metrics import Gauge
from pms import sync, writing
from reservations import booking, holds, reconcile
from reservations.models import Booking

# A draft this old belonged to a process that died before its first step.
FORGOTTEN = dt.timedelta(minutes=1)


def _due(limit: int) -> list[int]:
    now = timezone.now()
    rows = Booking.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), state__in=booking.OPEN, due_at__lte=now)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:limit])


def _renew() -> None:
    booking.HELD.renew(Booking)
    writing.renew()


# A PMS that takes its time holds up two bookings of a process, and nobody's turn.
PLACING = queue.Drain("placing", 2, _due, booking.advance, renew=_renew, feeds=("delivery",))
HOLDS = queue.Drain("holds", 1, lambda _limit: ["holds"] if holds.is_due() else [], lambda _job: holds.expire())


# Looks at what the PMS holds; the beat of the slow cluster is quick enough for them.
SYNC = queue.Drain("sync", 2, sync.due, reconcile.perform)


DUE_PLACINGS = (
    "SELECT due_at FROM reservations_booking WHERE state IN ('placing', 'unknown', 'changing', 'cancelling', 'holding') "
    "AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
)
DUE_HOLDS = ("SELECT expires_at FROM reservations_hold WHERE state = 'held' ORDER BY expires_at LIMIT 1",)


def repair() -> None:
    """A yes whose worker died between the first steps goes on: it was a yes."""
    left = Booking.objects.filter(state__in=[Booking.State.DRAFT, Booking.State.HOLDING], created_at__lt=timezone.now() - FORGOTTEN)
    for pk in list(left.values_list("pk", flat=True)):
        booking.take_up(pk)
    booking.expire_unpaid()
    sync.clean_up()


def gauges() -> Iterable[Gauge]:
    """Bookings that are not settled."""
    for row in Booking.objects.filter(state__in=booking.OPEN).values("state").annotate(n=Count("id")):
        yield "bookings_open", "Bookings that are not settled", {"state": row["state"]}, row["n"]
