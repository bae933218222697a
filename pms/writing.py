"""One writer at a time to a hotel's PMS.

QloApps sells the last room to everybody who asks in the same 20 ms; among our own guests that must not happen, so writes
to one hotel wait for one another. A lease row, because no lock of the database may be held across the network: taken
and renewed by compare-and-swap, fenced, 180 s long, renewed every few seconds by the worker's own thread while the
write goes on. Whoever lost it stops before the request leaves. The lease names the booking: when that very booking is
taken up by another worker, the first one is dead or fenced off, and the lease goes with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from hotelagent.ops import leases
from pms.errors import Busy
from pms.line import SOON
from pms.models import Writer

LEASE = dt.timedelta(seconds=180)
HELD = leases.Held(LEASE)
# Neither waits for the disk: a lease lost with the database's power fails its next check, because fence and holder are gone.
TAKE = f"""
    UPDATE pms_writer SET fence = fence + 1, holder = %(holder)s, lease_until = %(until)s FROM {SOON}
    WHERE hotel_id = %(hotel)s AND (lease_until IS NULL OR lease_until <= %(now)s OR holder = %(holder)s) RETURNING fence
"""  # noqa: S608 - our own words
# What was read before this is untrue now (pms.cache).
RELEASE = f"""
    UPDATE pms_writer SET lease_until = NULL, holder = '', writes = writes + 1 FROM {SOON}
    WHERE hotel_id = %(hotel)s AND fence = %(fence)s
"""  # noqa: S608 - our own words

HELD_BY = "SELECT 1 FROM pms_writer WHERE hotel_id = %s AND fence = %s AND holder = %s AND lease_until > %s"
# A statement, with its values, that has a row while the writer may still write.
Guard = tuple[str, Sequence[str | int]]


@contextmanager
def lease(hotel_id: int, holder: str, guard: Guard | None = None) -> Iterator[Callable[[], None]]:
    """Yields ``check()``, to be called right before a request leaves: it raises Busy when the lease is lost, or ``guard`` has
    no row any more.

    Raises Busy when somebody else writes.
    """
    fence = _take(hotel_id, holder)
    if fence is None:
        raise Busy("another booking is being written")

    def check() -> None:
        asked, values = guard or ("SELECT 1", ())
        with connection.cursor() as cursor:
            cursor.execute(f"{HELD_BY} AND EXISTS ({asked})", [hotel_id, fence, holder, timezone.now(), *values])
            if cursor.fetchone() is None:
                raise Busy("the right to write went to another process")

    try:
        with HELD.keep(hotel_id, fence):
            yield check
    finally:
        with connection.cursor() as cursor:
            cursor.execute(RELEASE, {"hotel": hotel_id, "fence": fence})


def renew() -> None:
    """Called by the worker's own thread every few seconds."""
    HELD.renew(Writer)


def _take(hotel_id: int, holder: str) -> int | None:
    now = timezone.now()
    for _try in range(2):
        with connection.cursor() as cursor:
            cursor.execute(TAKE, {"hotel": hotel_id, "holder": holder, "now": now, "until": now + LEASE})
            if (row := cursor.fetchone()) is not None:
                return int(row[0])
        _row, created = Writer.objects.get_or_create(hotel_id=hotel_id)
        if not created:
            return None
    return None
