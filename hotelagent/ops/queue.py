"""Doorbells: a task says "rows of yours are due" and nothing else; it may be lost or doubled without harm.

One kind of bell per cluster. A rung worker works off everything that is due in ``settings.DRAINS[cluster]``: what may
start is claimed on the worker's own thread, and done on the threads of its drain, so that a PMS or a Graph API that
takes 30 s holds up only its own guest. After 5 s a worker stops claiming and rings again, so that a long backlog never
holds it past the queue's own timeout; while something slow is under way it goes on claiming, because it could not leave
anyway and the others need not wait.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from hotelagent.ops.models import Heartbeat

log = structlog.get_logger(__name__)

DRAIN_BUDGET_S = 5.0
# With something slow under way claiming goes on until here, far below the queue's timeout of 300 s.
DRAIN_LIMIT_S = 120.0
SLOW_S = 1.0
# How often to look for new work while older work is under way, and how often signs of life and leases are renewed.
LOOK_S, RENEW_S = 0.1, 5.0
# The same for work that comes now and then, mostly from another drain, which says so (``feeds``).
SELDOM_S = 0.5
# With something under way a drain claims no more often than this: a claim of many costs hardly more than a claim of one.
PAUSE_S = 0.04
AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Drain:
    """One kind of work.

    ``claim(n)`` returns up to n jobs that may start now; it runs on the worker's own thread and has committed on return.
    ``work(job)`` runs on one of ``threads`` threads and may use the database. ``settle(job, future)``, when given, runs on
    the worker's own thread again and reads the outcome. ``renew()`` keeps the leases of what is under way.
    """

    name: str
    threads: int
    claim: Callable[[int], Sequence[Any]]
    work: Callable[[Any], Any]
    settle: Callable[[Any, Future[Any]], None] | None = None
    renew: Callable[[], None] | None = None
    # Jobs claimed beyond the threads, because claiming many at once is cheaper; the work looks whether a job that waited is
    # still its own.
    ahead: int = 0
    # Names of drains that may find work when a job of this one is done; the others look every so often.
    feeds: tuple[str, ...] = ()
    look_s: float = LOOK_S


def ring(cluster: str = "default") -> None:
    """Queue a bell in the caller's transaction, unless one is already waiting to be heard.

    Two at once are harmless, and one too few is made good by the sweeper. Inside a drain nobody rings: whoever works
    there looks again when a job is done, and the sweeper rings for the others a quarter of a second later.
    """
    if getattr(_here, "draining", False):
        return
    with connection.cursor() as cursor:  # asked with every webhook: the statement is ready made
        cursor.execute("SELECT 1 FROM django_q_ormq WHERE key = %s AND lock <= %s LIMIT 1", [cluster, timezone.now()])
        waiting = cursor.fetchone()
    if waiting is None:
        async_task("hotelagent.ops.queue.drain", cluster, cluster=cluster)


def drain(cluster: str) -> None:
    """The one task of the queue."""
    drains: list[Drain] = [import_string(path) for path in settings.DRAINS[cluster]]
    beat(cluster)
    if work_off(drains, time.monotonic() + DRAIN_BUDGET_S, sign=lambda: beat(cluster)):
        ring(cluster)


def work_off(drains: Iterable[Drain], deadline: float, *, sign: Callable[[], None] | None = None) -> bool:
    """Work until nothing is due or claiming must stop at ``deadline`` (monotonic). True when it stopped for the time.

    A database that goes away is waited for with the outcomes in hand: what was sent is not forgotten.
    """
    crews = [_Crew(drain) for drain in drains]
    renew_at = time.monotonic() + min(RENEW_S, settings.LEASE_S / 3)
    while True:
        now = time.monotonic()
        slow = any(now - since > SLOW_S for crew in crews for _job, since in crew.running.values())
        claiming = now < deadline or (slow and now < deadline + DRAIN_LIMIT_S)
        try:
            fed = {name for crew in crews for name in crew.settle_done()}
            if fed:
                for crew in crews:
                    crew.has_looked = False
            for crew in crews:
                crew.hungry = crew.hungry or crew.drain.name in fed
            for crew in crews:
                if claiming:
                    crew.claim_what_is_due()
                crew.start()
            if now >= renew_at:
                renew_at = now + min(RENEW_S, settings.LEASE_S / 3)
                for crew in crews:
                    crew.renew()
                if sign is not None:
                    sign()
        except AWAY as error:
            if now >= deadline + DRAIN_LIMIT_S or not any(crew.busy for crew in crews):
                raise
            log.warning("the database is away", error=type(error).__name__)
            close_old_connections()
            time.sleep(0.5)
            continue
        running = [future for crew in crews for future in crew.running]
        if not running:
            if not claiming:
                return True
            if not any(crew.backlog for crew in crews):
                if all(crew.has_looked for crew in crews):
                    return False
                for crew in crews:  # one last look: work may have come from anywhere
                    crew.hungry = not crew.has_looked
            continue
        wait(running, timeout=PAUSE_S if any(crew.hungry for crew in crews) else LOOK_S, return_when=FIRST_COMPLETED)
        now = time.monotonic()
        for crew in crews:
            crew.hungry = crew.hungry or now >= crew.claimed_at + crew.drain.look_s


class _Crew:
    """A drain at work in one call of work_off."""

    def __init__(self, drain: Drain) -> None:
        self.drain = drain
        self.backlog: deque[Any] = deque()
        self.running: dict[Future[Any], tuple[Any, float]] = {}
        self.hungry = True
        self.claimed_at = 0.0
        self.has_looked = False  # since a job of anybody's was done, and found nothing

    @property
    def busy(self) -> bool:
        return bool(self.running)

    def claim_what_is_due(self) -> None:
        free = self.drain.threads - len(self.running)
        now = time.monotonic()
        if free > 0 and not self.backlog and self.hungry and (not self.running or now >= self.claimed_at + PAUSE_S):
            self.hungry, self.claimed_at = False, now
            try:
                known = [job for job, _since in self.running.values()]
                found = self.drain.claim(free + self.drain.ahead)
                self.backlog.extend(job for job in found if job not in known)
                self.has_looked = not self.backlog
            except AWAY:
                raise
            except Exception:  # the edge between rooms: logged for the operator, and its rows stay due
                self.has_looked = True
                log.exception("claim failed", drain=self.drain.name)

    def start(self) -> None:
        """What is claimed is begun, also when no more is claimed."""
        while self.backlog and len(self.running) < self.drain.threads:
            job = self.backlog.popleft()
            self.running[_pool(self.drain).submit(_on_thread, self.drain.work, job)] = (job, time.monotonic())

    def settle_done(self) -> set[str]:
        """Read the outcomes; returns the names of the drains that may have work now."""
        fed: set[str] = set()
        for future in [future for future in self.running if future.done()]:
            job, _since = self.running[future]
            if self.drain.settle is not None:
                self.drain.settle(job, future)  # raises while the database is away: asked again
            elif (error := future.exception()) is not None:
                log.error("work failed", drain=self.drain.name, job=str(job), exc_info=error)
            del self.running[future]
            fed |= {self.drain.name, *self.drain.feeds}
        return fed

    def renew(self) -> None:
        if self.drain.renew is not None:
            self.drain.renew()


# --- threads -------------------------------------------------------------------------------------------------------------
# They outlive a drain, and so do their connections: a new one costs more than most of the work done on it.

_here = threading.local()
_pools: dict[tuple[int, str], ThreadPoolExecutor] = {}
_connections: list[Any] = []


def _pool(drain: Drain) -> ThreadPoolExecutor:
    key = (os.getpid(), drain.name)  # a fork has no threads of its parent
    if key not in _pools:
        _pools[key] = ThreadPoolExecutor(drain.threads, thread_name_prefix=drain.name, initializer=_remember)
    return _pools[key]


def _remember() -> None:
    _connections.extend(connections.all())


def _on_thread(work: Callable[[Any], Any], job: Any) -> Any:
    _here.draining = True
    close_old_connections()  # one that broke since the last job
    return work(job)


def dismiss() -> None:
    """End the threads of this process and close their connections."""
    for key in list(_pools):
        _pools.pop(key).shutdown(wait=key[0] == os.getpid())
    while _connections:
        one = _connections.pop()
        one.inc_thread_sharing()
        one.close()


# --- when ----------------------------------------------------------------------------------------------------------------


def earliest_due(cluster: str) -> datetime | None:
    """When the next row of the cluster becomes due, or None: the least of what the rooms' statements say, asked together,
    because it is asked four times a second."""
    statements = [statement for path in settings.DUE[cluster] for statement in import_string(path)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT LEAST({', '.join(f'({statement})' for statement in statements)})")
        moment: datetime | None = cursor.fetchone()[0]
    return moment


def beat(name: str) -> None:
    """Leave a sign of life."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def backoff(attempts: int, *, first_s: float = 2.0, limit_s: float = 900.0) -> timedelta:
    """Exponential delay before try number ``attempts + 1``, without jitter: callers add their own where peers collide."""
    return timedelta(seconds=min(limit_s, first_s * 2.0 ** max(0, attempts - 1)))
