"""Posts webhooks: signs the raw bytes, retries what is not answered 200, and writes every attempt down."""

from __future__ import annotations

import contextlib
import heapq
import hmac
import http.client
import itertools
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from .ledger import Ledger
from .options import Options

# Meta gives up after seven days.
GIVE_UP_S = 7 * 24 * 3600
OURS = object()


@dataclass
class Delivery:
    """One webhook. `signature` is OURS (sign when posting), a header value of the test's choice, or None to omit it."""

    kind: str
    item_id: str | None
    detail: str | None
    body: bytes
    signature: object = OURS
    retry: bool = True
    number: int = 0
    attempts: int = 0
    first_at: float = 0.0


@dataclass(frozen=True)
class Attempt:
    """How one post ended: the HTTP status, or None and the reason no answer came."""

    http_status: int | None
    error: str | None = None


def sign(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    """The value of X-Hub-Signature-256 (or of the old sha1 header) over exactly these bytes."""
    return f"{algorithm}=" + hmac.new(secret.encode(), body, algorithm).hexdigest()


class Courier:
    """A pool of posting threads over one queue ordered by due time.

    A failed delivery goes back with a growing delay and never holds up others: like Meta, this breaks the order.
    """

    def __init__(self, options: Options, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._ready = threading.Condition()
        self._queue: list[tuple[float, int, list[Delivery]]] = []
        self._order = itertools.count()
        self._busy = 0
        self._stopped = False
        for index in range(options.workers):
            threading.Thread(target=self._work, name=f"courier-{index}", daemon=True).start()

    def post_now(self, delivery: Delivery) -> Attempt:
        """Make the first attempt in the caller's thread; retries, if any, follow in the background."""
        with self.holding():
            return self._attempt(delivery)

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Count as busy while the block runs: nobody may find the double idle between an answer and its statuses."""
        with self._ready:
            self._busy += 1
        try:
            yield
        finally:
            self._done()

    def post_in_turn(self, deliveries: list[Delivery]) -> None:
        """Queue first attempts one after another, each after the answer to the one before."""
        if deliveries:
            self._put(0.0, deliveries)

    def wait_idle(self, timeout_s: float) -> bool:
        """True once nothing is queued, retried or under way; False if that took too long."""
        with self._ready:
            return self._ready.wait_for(lambda: self._stopped or not (self._queue or self._busy), timeout_s)

    def drop_retries(self) -> int:
        """Forget everything queued, as if seven days had passed; returns how many deliveries that was."""
        with self._ready:
            dropped = sum(len(job) for _, _, job in self._queue)
            self._queue.clear()
            self._ready.notify_all()
            return dropped

    def stop(self) -> None:
        """Let the threads end, waiting shortly for posts under way so that the ledger has them."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
            self._ready.wait_for(lambda: not self._busy, timeout=2.0)

    def _put(self, delay_s: float, deliveries: list[Delivery]) -> None:
        with self._ready:
            heapq.heappush(self._queue, (time.monotonic() + delay_s, next(self._order), deliveries))
            self._ready.notify_all()

    def _done(self) -> None:
        with self._ready:
            self._busy -= 1
            self._ready.notify_all()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._attempt(job[0])
                if len(job) > 1:
                    self._put(self._options.status_gap_s, job[1:])
            finally:
                self._done()

    def _next(self) -> list[Delivery] | None:
        with self._ready:
            while not self._stopped:
                wait_s = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait_s is not None and wait_s <= 0:
                    self._busy += 1
                    return heapq.heappop(self._queue)[2]
                self._ready.wait(wait_s)
        return None

    def _attempt(self, delivery: Delivery) -> Attempt:
        if not delivery.attempts:
            delivery.number, delivery.first_at = self._ledger.next_delivery(), time.monotonic()
        delivery.attempts += 1
        headers = self._headers(delivery)
        at, started = time.time(), time.monotonic()
        attempt = self._post(delivery.body, headers)
        self._ledger.record_attempt(
            delivery=delivery.number,
            kind=delivery.kind,
            item_id=delivery.item_id,
            detail=delivery.detail,
            attempt=delivery.attempts,
            at=at,
            took_ms=(time.monotonic() - started) * 1000,
            http_status=attempt.http_status,
            error=attempt.error,
            signature=headers.get("X-Hub-Signature-256"),
            body=delivery.body if delivery.attempts == 1 else None,
        )
        lasted_s = time.monotonic() - delivery.first_at
        if attempt.http_status != 200 and delivery.retry and lasted_s < GIVE_UP_S and not self._stopped:
            self._put(self._delay_s(delivery.attempts), [delivery])
        return attempt

    def _delay_s(self, attempts: int) -> float:
        return min(self._options.retry_first_s * 2 ** min(attempts - 1, 30), self._options.retry_max_s)

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua", "Accept": "*/*"}
        if delivery.signature is OURS:
            headers["X-Hub-Signature"] = sign(self._options.app_secret, delivery.body, "sha1")
            headers["X-Hub-Signature-256"] = sign(self._options.app_secret, delivery.body)
        elif isinstance(delivery.signature, str):
            headers["X-Hub-Signature-256"] = delivery.signature
        return headers

    def _post(self, body: bytes, headers: dict[str, str]) -> Attempt:
        return call_webhook(self._options, "POST", "", body, headers)[0]


def call_webhook(options: Options, method: str, query: str, body: bytes | None, headers: dict[str, str]) -> tuple[Attempt, bytes]:
    """One HTTP exchange with the webhook address. Redirects are not followed: to Meta they are not a 200."""
    url = urllib.parse.urlsplit(options.webhook_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=options.webhook_timeout_s)
    path = (url.path or "/") + ("?" + query if query else "")
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer = response.read(1_000_000)
    except (OSError, http.client.HTTPException) as error:
        return Attempt(None, f"{type(error).__name__}: {error}"), b""
    finally:
        connection.close()
    return Attempt(response.status), answer
