"""Doorbells: a task says "rows of yours are due" and nothing else; it may be lost or doubled without harm.

One kind of bell per cluster. A rung worker drains every registered room until nothing is due, for 5 seconds at most,
and then rings itself again, so that a long backlog never holds a worker past the queue's own timeout.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.tasks import async_task

from hotelagent.ops.models import Heartbeat

log = structlog.get_logger(__name__)

DRAIN_BUDGET_S = 5.0


def ring(cluster: str = "default") -> None:
    """Queue a bell in the caller's transaction, unless one is already waiting to be heard.

    Two at once are harmless, and one too few is made good by the sweeper.
    """
    if not OrmQ.objects.filter(key=cluster, lock__lte=timezone.now()).exists():
        async_task("hotelagent.ops.queue.drain", cluster, cluster=cluster)


def drain(cluster: str) -> None:
    """The one task of the queue: work off what is due in ``settings.DRAINS[cluster]``."""
    deadline = time.monotonic() + DRAIN_BUDGET_S
    drains: list[Callable[[float], int]] = [import_string(path) for path in settings.DRAINS[cluster]]
    beat(cluster)
    while True:
        worked = sum(_isolated(one, deadline) for one in drains)
        if not worked:
            return
        if time.monotonic() >= deadline:
            ring(cluster)
            return


def _isolated(one: Callable[[float], int], deadline: float) -> int:
    """A room that breaks must not keep the others from their work; the sweeper will ring for its rows again."""
    try:
        return one(deadline)
    except OperationalError:
        raise  # the database is away: for everybody
    except Exception:  # the edge between rooms: logged for the operator, and its rows stay due
        log.exception("drain failed", drain=f"{one.__module__}.{one.__qualname__}")
        return 0


def earliest_due(cluster: str) -> datetime | None:
    """When the next row of the cluster becomes due, or None."""
    times = [moment for path in settings.DUE[cluster] if (moment := import_string(path)()) is not None]
    return min(times, default=None)


def beat(name: str) -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def backoff(attempts: int, *, first_s: float = 2.0, limit_s: float = 900.0) -> timedelta:
    """Exponential delay before try number ``attempts + 1``, without jitter: callers add their own where peers collide."""
    return timedelta(seconds=min(limit_s, first_s * 2.0 ** max(0, attempts - 1)))
