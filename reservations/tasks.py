"""What the booking desk does when rung: thin, one verb each."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone

from hotelagent.ops.metrics import Gauge
from reservations import booking, holds
from reservations.models import Booking, Hold

OPEN = [Booking.State.PLACING, Booking.State.UNKNOWN, Booking.State.CANCELLING, Booking.State.HOLDING]
# A draft this old belonged to a process that died before its first step.
FORGOTTEN = dt.timedelta(minutes=1)


def drain_placings(deadline: float) -> int:
    """Advance every booking that is due. Returns how many were taken."""
    worked = 0
    due = Booking.objects.filter(state__in=OPEN, due_at__lte=timezone.now()).order_by("due_at").values_list("pk", flat=True)
    for pk in list(due[:50]):
        if time.monotonic() >= deadline:
            break
        worked += booking.advance(pk)
    return worked


def drain_expired_holds(_deadline: float) -> int:
    holds.expire()
    return 0


def due_placings() -> dt.datetime | None:
    at: dt.datetime | None = Booking.objects.filter(state__in=OPEN).aggregate(at=Min("due_at"))["at"]
    return at


def due_holds() -> dt.datetime | None:
    at: dt.datetime | None = Hold.objects.filter(state=Hold.State.HELD).aggregate(at=Min("expires_at"))["at"]
    return at


def repair() -> None:
    """A yes whose worker died between the first steps goes on: it was a yes."""
    left = Booking.objects.filter(state__in=[Booking.State.DRAFT, Booking.State.HOLDING], created_at__lt=timezone.now() - FORGOTTEN)
    for pk in list(left.values_list("pk", flat=True)):
        booking.take_up(pk)


def gauges() -> Iterable[Gauge]:
    """Bookings that are not settled."""
    for row in Booking.objects.filter(state__in=OPEN).values("state").annotate(n=Count("id")):
        yield "bookings_open", "Bookings that are not settled", {"state": row["state"]}, row["n"]
