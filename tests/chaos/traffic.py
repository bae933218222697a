"""Guests' letters as Meta delivers them: signed, on time whatever the answers do, and again until they get their 200."""

from __future__ import annotations

import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import math
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

PATH = "/webhooks/whatsapp/"
OUR_DELIVERIES = 1_000_000  # the double numbers its own from 1


@dataclass(frozen=True)
class Letter:
    """One message of a guest."""

    wamid: str
    guest: str
    text: str
    at: float

    def message(self):
        return {"from": self.guest, "id": self.wamid, "timestamp": str(int(self.at)), "type": "text", "text": {"body": self.text}}


@dataclass
class Delivery:
    """One webhook, its bytes and signature made beforehand; ``items`` are the ids in it."""

    body: bytes
    signature: str
    items: list[tuple[str, str]]
    due_s: float = 0.0
    tries: int = 0


@dataclass(frozen=True)
class Attempt:
    """One POST: 0 is a line that broke. ``lag_s`` is how late it left, by its sender's own fault."""

    number: int
    at: float
    took_s: float
    lag_s: float
    status: int
    tries: int


def phone(index: int) -> str:
    return f"54911{index:08d}"


def pack(letters: Sequence[Letter], *, secret: str, number: str, display: str, statuses: Sequence[dict] = ()) -> Delivery:
    """One body of these letters and statuses, signed over its very bytes."""
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": display, "phone_number_id": number}}
    if letters:
        value["contacts"] = [{"profile": {"name": "Ana"}, "wa_id": guest} for guest in dict.fromkeys(one.guest for one in letters)]
        value["messages"] = [one.message() for one in letters]
    if statuses:
        value["statuses"] = list(statuses)
    entry = {"id": "2001", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Delivery(body, signature, [("message", one.wamid) for one in letters] + [("status", one["id"]) for one in statuses])


def enter(ledger: Path, letters: Sequence[Letter], number: str) -> None:
    """The guests wrote these: they stand in the double's book, so that their windows are open and their ids known."""
    with sqlite3.connect(ledger, timeout=20) as book:
        book.executemany(
            "INSERT OR IGNORE INTO inbound VALUES (?, ?, ?, ?, ?, ?, NULL, 'Ana', 'text', 1, ?)",
            [(number, one.wamid, one.at, one.at, one.at, one.guest, json.dumps(one.message())) for one in letters],
        )
    book.close()


@dataclass
class Traffic:
    """Sends deliveries on threads when they are due, in turn to each port; what was not answered 200 comes again.

    Open loop: a slow answer delays nobody's departure until all threads are taken, and then the lag tells.
    """

    ports: Sequence[int]
    threads: int = 16
    timeout_s: float = 20.0
    retry_s: float = 0.5
    retry_max_s: float = 4.0
    attempts: list[Attempt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ready = threading.Condition()
        self._queue: list[tuple[float, int, int]] = []
        self._order = itertools.count()
        self._deliveries: list[Delivery] = []
        self._open = 0
        self._stopped = False
        self._turns = itertools.count()
        for index in range(self.threads):
            threading.Thread(target=self._work, name=f"meta-{index}", daemon=True).start()

    def send(self, deliveries: Sequence[Delivery], *, per_s: float | None = None) -> None:
        """Queue them, ``per_s`` a second from now on, or all at once."""
        start = time.monotonic()
        with self._ready:
            for index, one in enumerate(deliveries):
                one.due_s = start + (index / per_s if per_s else 0.0)
                self._deliveries.append(one)
                self._push(one.due_s, len(self._deliveries) - 1)
            self._open += len(deliveries)
            self._ready.notify_all()

    def wait(self, timeout_s: float) -> None:
        """Until everything got its 200."""
        with self._ready:
            done = self._ready.wait_for(lambda: not self._open, timeout_s)
        assert done, f"{self._open} deliveries without a 200 after {timeout_s} s"

    def stop(self) -> None:
        with self._ready:
            self._stopped = True
            self._ready.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *_error) -> None:
        self.stop()

    def statuses(self) -> dict[int, int]:
        """How often each status was given."""
        seen = [one.status for one in list(self.attempts)]
        return {status: seen.count(status) for status in sorted(set(seen))}

    def note(self, ledger: Path) -> None:
        """Every attempt into the double's book, one row an item, as the double notes its own."""
        rows = []
        for one in self.attempts:
            for kind, item in self._deliveries[one.number].items:
                rows.append((OUR_DELIVERIES + one.number, kind, item, one.tries, one.at, one.took_s * 1000, one.status or None))
        with sqlite3.connect(ledger, timeout=20) as book:
            book.executemany(
                "INSERT INTO webhooks (delivery, kind, item_id, attempt, at, took_ms, http_status) VALUES (?,?,?,?,?,?,?)", rows
            )
        book.close()

    def latencies_ms(self) -> list[float]:
        """Of first attempts, from when they were due, so that a generator that lagged cannot flatter the figure."""
        return sorted((one.took_s + one.lag_s) * 1000 for one in self.attempts if one.tries == 1)

    def _push(self, due_s: float, number: int) -> None:
        heapq.heappush(self._queue, (due_s, next(self._order), number))

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._stopped and not (self._queue and self._queue[0][0] <= time.monotonic()):
                    self._ready.wait(self._queue[0][0] - time.monotonic() if self._queue else None)
                if self._stopped:
                    return
                due_s, _order, number = heapq.heappop(self._queue)
                port = self.ports[next(self._turns) % len(self.ports)]
            self._attempt(number, port, time.monotonic() - due_s)

    def _attempt(self, number: int, port: int, lag_s: float) -> None:
        delivery = self._deliveries[number]
        delivery.tries += 1
        at, started = time.time(), time.monotonic()
        status = post(port, delivery, self.timeout_s)
        self.attempts.append(Attempt(number, at, time.monotonic() - started, lag_s, status, delivery.tries))
        with self._ready:
            if status == 200:
                self._open -= 1
            else:
                pause_s = min(self.retry_s * 2 ** min(delivery.tries - 1, 10), self.retry_max_s)
                self._push(time.monotonic() + pause_s, number)
            self._ready.notify_all()


def post(port: int, delivery: Delivery, timeout_s: float = 20.0) -> int:
    """One POST on a line of its own: its status, or 0 when the line broke or nobody answered in time."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        line.request("POST", PATH, delivery.body, {"Content-Type": "application/json", "X-Hub-Signature-256": delivery.signature})
        response = line.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        line.close()


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
