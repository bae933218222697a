"""The drain of the outbox: claims letters and sends them on threads, so that a slow line holds up only its own guest."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

import structlog

from channels_app import outbox
from channels_app.envelope import Outcome, Unknown
from channels_app.models import Account, Outbound
from channels_app.transports import transport_of
from channels_app.transports.base import SendJob
from hotelagent.ops import correlation, leases, queue

log = structlog.get_logger(__name__)

# They wait on the network and never touch the database: claims and settlements happen on the drain's own thread.
THREADS = 32
Job = tuple[Outbound, SendJob]
_held = leases.Held()
_lapsed_at = 0.0


def drain_of(driver: str = Account.Driver.WORKER, *, account: Account | None = None) -> queue.Drain:
    """The drain for the letters of one kind of processes, or of one account."""
    return queue.Drain(
        "delivery",
        THREADS,
        partial(_claim, driver=driver, account=account),
        work=_send,
        settle=_settle,
        renew=partial(_held.renew, Outbound),
    )


def drain(deadline: float, driver: str = Account.Driver.WORKER, *, account: Account | None = None) -> int:
    """Send what is due until nothing is, or claiming must stop at ``deadline`` (monotonic). Returns how many were tried."""
    tried = 0
    one = drain_of(driver, account=account)

    def counted(limit: int) -> list[Job]:
        nonlocal tried
        jobs = list(one.claim(limit))
        tried += len(jobs)
        return jobs

    queue.work_off([replace(one, claim=counted)], deadline)
    return tried


def _claim(limit: int, driver: str, account: Account | None) -> list[Job]:
    global _lapsed_at
    if time.monotonic() >= _lapsed_at:
        outbox.lapsed()
        _lapsed_at = time.monotonic() + 1.0
    jobs = outbox.claim(limit, driver, account=account)
    for row, _job in jobs:
        _held.add(row.pk, row.fence)
    return jobs


def _send(job: Job) -> Outcome:
    row, letter = job
    with correlation.bound(row.correlation_id):
        return transport_of(row.thread.account.kind).send(letter)


def _settle(job: Job, future: Future[Outcome]) -> None:
    row, _letter = job
    with correlation.bound(row.correlation_id):
        error = future.exception()
        if error is not None:  # a fault of ours in one send: its outcome is unknown, its neighbours' are not
            log.error("send failed", outbound=row.pk, exc_info=error)
        outcome = Unknown(f"the send broke: {type(error).__name__}") if error is not None else future.result()
        outbox.settle(row, outcome)
        log.info("letter sent", outbound=row.pk, outcome=type(outcome).__name__, attempts=row.attempts)
    _held.remove(row.pk)
