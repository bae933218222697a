"""Who a message is for, whether the guest's window is open, and how fast a number may speak."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from .errors import GraphError

WINDOW_S = 24 * 3600
# One message per 6 s to one guest in the long run, 45 borrowed in a burst (Cloud API, pair rate limits).
PAIR_PERIOD_S = 6.0
PAIR_BURST = 45
# Kinds of inbound item that Meta does not promise open the window. Not counting them is never kinder.
NOT_OPENING = {"reaction", "system", "edit", "revoke", "request_welcome"}


@dataclass(frozen=True)
class Guest:
    """One person as Meta knows them; either id may be unknown (None), never both."""

    wa_id: str | None
    user_id: str | None
    name: str | None = None

    @property
    def key(self) -> str:
        """One key per person, so that two spellings of a number share one pace."""
        return self.wa_id or self.user_id or ""


def spellings(digits: str) -> list[str]:
    """The given digits first, then the other forms under which the same WhatsApp account may be known."""
    forms = [digits]
    if len(digits) == 12 and digits.startswith("54"):
        forms.append("549" + digits[2:])
    elif len(digits) == 13 and digits.startswith("549"):
        forms.append("54" + digits[3:])
    elif len(digits) == 12 and digits.startswith("52"):
        forms.append("521" + digits[2:])
    elif len(digits) == 13 and digits.startswith("521"):
        forms.append("52" + digits[3:])
    elif len(digits) == 12 and digits.startswith("55") and digits[4] in "6789":
        forms.append(digits[:4] + "9" + digits[4:])
    elif len(digits) == 13 and digits.startswith("55") and digits[4] == "9":
        forms.append(digits[:4] + digits[5:])
    return forms


def usual_wa_id(digits: str) -> str:
    """The id Meta gives to a number nobody has written from yet: Argentina gets its 9, others stay as typed."""
    return "549" + digits[2:] if len(digits) == 12 and digits.startswith("54") else digits


def window_is_open(last_inbound_at: float | None, now: float) -> bool:
    """Twenty-four hours from the timestamp of the guest's last message (unix seconds); the last second is closed."""
    return last_inbound_at is not None and now - last_inbound_at < WINDOW_S


class Pacing:
    """Counts what each number and each pair has used, on the double's clock; setting it back forgives nothing."""

    def __init__(self, throughput_per_s: int) -> None:
        self._most = throughput_per_s
        self._lock = threading.Lock()
        self._numbers: dict[str, deque[float]] = {}
        self._debts: dict[tuple[str, str], tuple[float, float]] = {}

    def admit(self, number: str, guest: str, now: float) -> None:
        """Spend one message, or raise GraphError 130429 (number) or 131056 (pair) and spend nothing."""
        with self._lock:
            recent = self._recent(number, now)
            if len(recent) >= self._most:
                raise GraphError(130429)
            debt_s, since = self._debts.get((number, guest), (0.0, now))
            debt_s = max(0.0, debt_s - max(0.0, now - since))
            if debt_s + PAIR_PERIOD_S > PAIR_PERIOD_S * PAIR_BURST:
                self._debts[number, guest] = (debt_s, now)
                raise GraphError(131056)
            self._debts[number, guest] = (debt_s + PAIR_PERIOD_S, now)
            recent.append(now)

    def note_inbound(self, number: str, now: float) -> None:
        """A guest's message counts against the number's throughput too, but is never refused."""
        with self._lock:
            self._recent(number, now).append(now)

    def forget(self) -> None:
        """As after a long rest: for another test, which has spent nothing yet."""
        with self._lock:
            self._numbers.clear()
            self._debts.clear()

    def _recent(self, number: str, now: float) -> deque[float]:
        recent = self._numbers.setdefault(number, deque())
        if recent and recent[-1] > now:
            recent = self._numbers[number] = deque([now] * len(recent))
        while recent and now - recent[0] >= 1.0:
            recent.popleft()
        return recent
