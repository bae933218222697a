"""The drain of the outbox: claims letters and sends them on threads, so that a slow line holds up only its own guest."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import structlog

from channels_app import outbox
from channels_app.envelope import Outcome, Unknown
from channels_app.models import Account, Outbound
from channels_app.transports import transport_of
from channels_app.transports.base import SendJob
from hotelagent.ops import correlation

log = structlog.get_logger(__name__)

THREADS = 8


def drain(deadline: float, driver: str = Account.Driver.WORKER, *, account: Account | None = None) -> int:
    """Send what is due until nothing is, or claiming must stop at ``deadline`` (monotonic). Returns how many were tried.

    The sending threads never touch the database; claims and settlements happen here.
    """
    tried = 0
    pending: dict[Future[Outcome], Outbound] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="delivery") as pool:
        while True:
            free = THREADS - len(pending)
            claimed = outbox.claim(free, driver, account=account) if free and time.monotonic() < deadline else []
            for row, job in claimed:
                pending[pool.submit(_send, row.account.kind, job)] = row
            tried += len(claimed)
            if not pending:
                return tried
            done, _running = wait(pending, return_when=FIRST_COMPLETED, timeout=1.0)
            for future in done:
                _settle(pending.pop(future), future)


def _send(kind: str, job: SendJob) -> Outcome:
    return transport_of(kind).send(job)


def _settle(row: Outbound, future: Future[Outcome]) -> None:
    with correlation.bound(row.correlation_id):
        error = future.exception()
        if error is not None:  # a fault of ours in one send: its outcome is unknown, its neighbours' are not
            log.error("send failed", outbound=row.pk, exc_info=error)
        outcome = Unknown(f"the send broke: {type(error).__name__}") if error is not None else future.result()
        outbox.settle(row, outcome)
        log.info("letter sent", outbound=row.pk, outcome=type(outcome).__name__, attempts=row.attempts)
