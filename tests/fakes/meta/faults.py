"""Scripted faults. To add one, write a function and register it in ANSWERS or STATUS_PLANS; nothing else changes.

An answer fault spoils what the caller is told; a status fault spoils what the webhooks say. A call takes at most one
of each. Whether the message was accepted is the fault's own fact: `accepted` in the specification overrides it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import GraphError

HTML = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"


@dataclass(frozen=True)
class Reply:
    """What goes back to the caller. `hang_up` is "fin" or "rst" to close without a byte of answer."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: str | None = None
    delay_s: float = 0.0


@dataclass(frozen=True)
class CallFacts:
    """What a fault may be aimed at."""

    path: str
    phone_number_id: str | None
    to: str | None
    type: str | None


@dataclass
class Fault:
    """One scripted fault: `skip` matching calls pass, then `times` of them are hit."""

    kind: str
    match: dict[str, str]
    times: int
    skip: int
    details: dict[str, Any]

    def matches(self, call: CallFacts) -> bool:
        """True if every aimed-at fact is as asked; sends are meant unless a path kind is named."""
        wanted = {"path": "messages", **self.match}
        return all(value in ("any", getattr(call, name)) for name, value in wanted.items())

    @property
    def accepts(self) -> bool:
        """Whether the call is carried out before its answer is spoiled."""
        return bool(self.details.get("accepted", self.kind in ACCEPTING))


def _http(fault: Fault, reply: Reply | None) -> Reply:
    status, code = fault.details.get("status"), fault.details.get("code")
    headers = {str(name): str(value) for name, value in fault.details.get("headers", {}).items()}
    if code is None:
        return Reply(int(status or 500), b"", "text/plain", headers)
    error = GraphError(
        int(code),
        fault.details.get("text"),
        http_status=status,
        is_transient=fault.details.get("is_transient"),
    )
    return Reply(error.http_status, json.dumps(error.body()).encode(), "text/javascript; charset=UTF-8", headers)


def _html(fault: Fault, reply: Reply | None) -> Reply:
    return Reply(int(fault.details.get("status", 502)), HTML.encode(), "text/html; charset=utf-8")


def _hang_up(fault: Fault, reply: Reply | None) -> Reply:
    return Reply(0, b"", hang_up="rst" if fault.details.get("reset") else "fin")


def _delay(fault: Fault, reply: Reply | None) -> Reply:
    if reply is None:
        raise ValueError("a delayed call is always carried out")
    return replace(reply, delay_s=float(fault.details.get("seconds", 1.0)))


def _no_id(fault: Fault, reply: Reply | None) -> Reply:
    if reply is None or reply.status != 200:
        return reply or Reply(200, b'{"messaging_product":"whatsapp"}')
    answer = json.loads(reply.body)
    answer.pop("messages", None)
    return replace(reply, body=json.dumps(answer).encode())


# kind -> what the caller gets. The reply is None when the call was not carried out.
ANSWERS: dict[str, Callable[[Fault, Reply | None], Reply]] = {
    "http": _http,
    "html": _html,
    "drop_before": _hang_up,
    "lost_answer": _hang_up,
    "delay": _delay,
    "no_id": _no_id,
}
ACCEPTING = {"lost_answer", "delay", "no_id"}
# kind -> which statuses are sent, in which order, given those that would have been.
STATUS_PLANS: dict[str, Callable[[list[str]], list[str]]] = {
    "duplicate_status": lambda names: [name for name in names for _ in range(2)],
    "reorder_status": lambda names: names[::-1],
    "status_before_answer": lambda names: names,
    "no_status": lambda names: [],
    "only_sent": lambda names: names[:1],
    "fail_status": lambda names: ["failed"],
}
DETAILS = {"status", "code", "text", "headers", "is_transient", "seconds", "accepted", "reset"}


class FaultPlan:
    """The faults still to come, first scripted first taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, spec: dict[str, Any]) -> None:
        """Script one fault; ValueError says what is wrong with it, so that a typo never becomes a test that passes."""
        details = {key: value for key, value in spec.items() if key not in {"kind", "match", "times", "skip"}}
        match = spec.get("match", {})
        if spec.get("kind") not in {*ANSWERS, *STATUS_PLANS}:
            raise ValueError(f"unknown kind; these exist: {sorted({*ANSWERS, *STATUS_PLANS})}")
        if unknown := set(details) - DETAILS:
            raise ValueError(f"unknown keys {sorted(unknown)}; a fault takes {sorted(DETAILS)}")
        if not isinstance(match, dict) or set(match) - set(CallFacts.__annotations__):
            raise ValueError(f"match takes {sorted(CallFacts.__annotations__)}")
        if spec["kind"] == "delay" and details.get("accepted") is False:
            raise ValueError("a delayed call is always carried out")
        fault = Fault(spec["kind"], match, int(spec.get("times", 1)), int(spec.get("skip", 0)), details)
        with self._lock:
            self._faults.append(fault)

    def take_answer(self, call: CallFacts) -> Fault | None:
        """The answer fault that hits this call, if any; it is used up by being taken."""
        return self._take(call, set(ANSWERS))

    def take_statuses(self, call: CallFacts) -> Fault | None:
        """The status fault that hits this accepted message, if any."""
        return self._take(call, set(STATUS_PLANS))

    def clear(self) -> None:
        """Forget every fault not yet used."""
        with self._lock:
            self._faults.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """What is still to come, as JSON."""
        with self._lock:
            return [{"kind": f.kind, "match": f.match, "times": f.times, "skip": f.skip, **f.details} for f in self._faults]

    def _take(self, call: CallFacts, kinds: set[str]) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.kind not in kinds or not fault.matches(call):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None


def spoil(fault: Fault, reply: Reply | None) -> Reply:
    """The answer the caller gets instead of `reply` (None if the call was not carried out)."""
    return ANSWERS[fault.kind](fault, reply)
