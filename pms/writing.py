"""One writer at a time to a hotel's PMS.

QloApps sells the last room to everybody who asks in the same 20 ms; among our own guests that must not happen, so writes
to one hotel wait for one another. A lease row, because no lock of the database may be held across the network: taken
and renewed by compare-and-swap, fenced, 180 s long, renewed every few seconds by the worker's own thread while the
write goes on. Whoever lost it stops before the request leaves. The lease names the booking: when that very booking is
taken up by another worker, the first one is dead or fenced off, and the lease goes with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.models import F, Q
from django.utils import timezone

from hotelagent.ops import leases
from pms.errors import Busy
from pms.models import Writer

LEASE = dt.timedelta(seconds=180)
HELD = leases.Held(LEASE)


@contextmanager
def lease(hotel_id: int, holder: str) -> Iterator[Callable[[], None]]:
    """Yields ``check()``, to be called right before a request leaves: it raises Busy when the lease is lost.

    Raises Busy when somebody else writes.
    """
    fence = _take(hotel_id, holder)
    if fence is None:
        raise Busy("another booking is being written")

    def check() -> None:
        if not Writer.objects.filter(hotel=hotel_id, fence=fence, lease_until__gt=timezone.now()).exists():
            raise Busy("the right to write went to another process")

    try:
        with HELD.keep(hotel_id, fence):
            yield check
    finally:
        # What was read before this is untrue now (pms.cache).
        Writer.objects.filter(hotel=hotel_id, fence=fence).update(lease_until=None, holder="", writes=F("writes") + 1)


def renew() -> None:
    """Called by the worker's own thread every few seconds."""
    HELD.renew(Writer)


def _take(hotel_id: int, holder: str) -> int | None:
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now) | Q(holder=holder)
    for _try in range(2):
        for fence in Writer.objects.filter(free, hotel=hotel_id).values_list("fence", flat=True):
            mine = Writer.objects.filter(free, hotel=hotel_id, fence=fence)
            if mine.update(fence=F("fence") + 1, holder=holder, lease_until=now + LEASE):
                return fence + 1
        _row, created = Writer.objects.get_or_create(hotel_id=hotel_id)
        if not created:
            return None
    return None
