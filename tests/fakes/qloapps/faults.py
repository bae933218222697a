"""Scripted faults: what may happen between the shop and its client, decided before the work, around it or after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .shapes import HTML_TYPE, JSON_TYPE, Answer, Request

KINDS = frozenset({"status", "hang_up", "hang", "late", "slow", "truncated", "html", "redirect", "empty", "flood", "text"})
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Login</title></head><body><form method='post'>E-mail <input name='email'></form></body></html>"
)
LONGEST_HANG_S = 120.0


@dataclass
class Fault:
    """One script. `details`: status, body, content_type, commits, seconds, closed, size_bytes, location, as the kind needs."""

    kind: str
    method: str | None = None
    resource: str | None = None
    times: int = 1
    skip: int = 0
    details: dict[str, Any] = field(default_factory=dict)

    def is_for(self, request: Request) -> bool:
        return self.method in (None, request.method) and self.resource in (None, request.resource)


@dataclass
class Wire:
    """What the socket is to do. Without an answer the connection is reset."""

    answer: Answer | None = None
    cut_at: int | None = None  # bytes of the body that really go out
    true_length: bool = True  # Content-Length of the whole body although it is cut
    flood_bytes: int = 0


class Faults:
    """The scripts of a test, first in first out; each call uses at most one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: list[Fault] = []
        self._released = threading.Event()
        self._late: list[Callable[[], object]] = []

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"no such fault: {fault.kind}")
        with self._lock:
            if fault.kind in ("hang", "late"):
                self._released.clear()
            self._scripts.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._scripts.clear()

    def release(self) -> None:
        """Let hanging answers go on and do, now and in this thread, the work of calls that were hung up on."""
        with self._lock:
            work, self._late = self._late, []
        self._released.set()
        for do in work:
            do()

    def take(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self._scripts:
                if not fault.is_for(request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._scripts.remove(fault)
                return fault
        return None

    def perform(self, fault: Fault, work: Callable[[], Answer]) -> Wire:
        """Play one script around the work of one call."""
        details = fault.details
        if fault.kind == "late":
            with self._lock:
                self._late.append(work)
            return Wire()
        if fault.kind in ("slow", "truncated"):
            time.sleep(details.get("seconds", 0))
            return Wire(work()) if fault.kind == "slow" else _truncated(work(), closed=details.get("closed", True))
        if details.get("commits", False):
            work()
        if fault.kind == "hang":
            self._released.wait(details.get("seconds", LONGEST_HANG_S))
        if fault.kind in ("hang", "hang_up"):
            return Wire()
        if fault.kind == "flood":
            return Wire(Answer(200, b"", details.get("content_type", JSON_TYPE)), flood_bytes=details.get("size_bytes", 64 * 1024 * 1024))
        return Wire(_instead(fault.kind, details))


def _truncated(answer: Answer, *, closed: bool) -> Wire:
    # closed: the connection ends before the promised length; otherwise the length itself lies and all looks well.
    return Wire(answer, cut_at=len(answer.body) // 2, true_length=closed)


def _instead(kind: str, details: dict[str, Any]) -> Answer:
    if kind == "status":
        body = details.get("body", "")
        raw = body if isinstance(body, bytes) else str(body).encode()
        status = details.get("status", 500)
        return Answer(status, raw, details.get("content_type", HTML_TYPE), by_php=True, closes=status >= 500)
    if kind == "html":
        return Answer(200, details.get("body", LOGIN_PAGE).encode(), HTML_TYPE, by_php=True)
    if kind == "redirect":
        where = details.get("location", "https://login.example.com/")
        return Answer(details.get("status", 302), b"", HTML_TYPE, by_php=True, closes=True, headers={"Location": where})
    if kind == "empty":
        return Answer(200, b"", details.get("content_type", JSON_TYPE))
    return Answer(200, str(details.get("body", "Fatal error")).encode(), HTML_TYPE, by_php=True, cookie=True)
