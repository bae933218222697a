"""The breaker of a hotel's PMS: after so many failures in a row it is left alone for a while, by every process.

A row in PostgreSQL, because a breaker of one process never opens for the others. When the pause is over one caller
tries (a compare-and-swap decides who); it closes the breaker or opens it again. A library's breaker lets every process
through at that moment, and asks its storage several questions where one row is one question.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Q
from django.utils import timezone
from prometheus_client import Counter

from pms.errors import LeftAlone
from pms.models import Breaker, Connection

# A probe that says nothing for this long is dead: its turn goes to somebody else. Longer than any answer is waited for.
PROBE = dt.timedelta(seconds=90)
# A refused key does not get right by asking again.
REFUSED = dt.timedelta(seconds=60)
OPENED = Counter("pms_breaker_opened_total", "How often a PMS was left alone", ["hotel"])


def enter(hotel_id: int) -> bool:
    """May the PMS be asked now? True when an answer is news: it failed before. Raises LeftAlone."""
    row = Breaker.objects.filter(hotel=hotel_id).values_list("open_until", "probe_until", "reason", "failures").first()
    if row is None or (row[0] is None and not row[3]):
        return False
    if row[0] is None:
        return True
    now = timezone.now()
    if row[0] <= now and (row[1] is None or row[1] <= now):
        free = Q(probe_until__isnull=True) | Q(probe_until__lte=now)
        if Breaker.objects.filter(free, hotel=hotel_id, open_until__lte=now).update(probe_until=now + PROBE):
            return True
    raise LeftAlone(row[2])


def leave(hotel_id: int) -> None:
    """Nothing was asked after all: whoever comes next may try."""
    Breaker.objects.filter(hotel=hotel_id, probe_until__isnull=False).update(probe_until=None)


def succeeded(hotel_id: int) -> None:
    """An answer that makes sense: whatever was, is over."""
    Breaker.objects.filter(Q(failures__gt=0) | Q(open_until__isnull=False), hotel=hotel_id).update(
        failures=0, open_until=None, probe_until=None, reason=""
    )


def failed(connection: Connection, reason: str) -> None:
    """No answer, or none that makes sense."""
    _count(connection, reason, connection.failures_allowed, dt.timedelta(seconds=connection.pause_s))


def refused(connection: Connection, reason: str) -> None:
    """The PMS does not let us in: it is asked once a minute at most until it does."""
    _count(connection, reason, 1, REFUSED)


def state(hotel_id: int) -> tuple[str, Breaker | None]:
    """ "closed", "open" or "half-open", and the row when there is one."""
    row = Breaker.objects.filter(hotel=hotel_id).first()
    if row is None or row.open_until is None:
        return "closed", row
    return ("open" if row.open_until > timezone.now() else "half-open"), row


def reset(hotel_id: int) -> None:
    """A person says: try again now."""
    Breaker.objects.filter(hotel=hotel_id).update(failures=0, open_until=None, probe_until=None)


def _count(connection: Connection, reason: str, limit: int, pause: dt.timedelta) -> None:
    now, hotel_id = timezone.now(), connection.hotel_id
    known = {"reason": reason[:200], "failed_at": now, "probe_until": None}
    if not Breaker.objects.filter(hotel=hotel_id).update(failures=F("failures") + 1, **known):
        Breaker.objects.get_or_create(hotel_id=hotel_id, defaults={"failures": 1, **known})
    if Breaker.objects.filter(hotel=hotel_id, failures__gte=limit).update(open_until=now + pause):
        OPENED.labels(str(hotel_id)).inc()
