"""What became of the letters, by SQL: the house's tables and the double's ledger. No product code."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from tests.load.house import House
from tests.load.letters import Text

OPEN = """SELECT (SELECT count(*) FROM channels_app_inbound WHERE state = 'waiting'),
    (SELECT count(*) FROM channels_app_deliveryreceipt WHERE state = 'waiting'),
    (SELECT count(*) FROM channels_app_outbound WHERE state IN ('queued', 'sending'))"""


def introduce(house: House, texts: Sequence[Text]) -> None:
    """Let the double know what guests will write, as if it had carried it: else every answer is outside the window."""
    rows = [
        (text.line.number, text.id, text.at, text.at, text.at, text.sender, "Guest", "text", 1, "{}")
        for text in {text.id: text for text in texts}.values()
    ]
    with sqlite3.connect(house.double.ledger_path, timeout=30) as ledger:
        ledger.executemany(
            "INSERT INTO inbound (phone_number_id, id, at, clock_at, timestamp, wa_id, name, type, opens_window, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    ledger.close()


@dataclass
class Drain:
    """How long until nothing waits; ``left`` says what did when patience ended."""

    took_s: float = 0.0
    left: dict[str, int] = field(default_factory=dict)
    course: list[tuple[float, int, int, int]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return not any(self.left.values())

    def told(self) -> str:
        return f"{self.took_s:.1f} s" if self.done else f"not within {self.took_s:.0f} s: {self.left}"


def drained(house: House, since: float, limit_s: float) -> Drain:
    """Wait until no letter waits and no row is queued, counted from ``since`` (wall clock)."""
    seen = Drain()
    with psycopg.connect(house.url, autocommit=True) as connection:
        while True:
            counts = connection.execute(OPEN).fetchone() or (0, 0, 0)
            seen.took_s = max(0.0, time.time() - since)
            seen.left = dict(zip(("letters", "receipts", "outbox"), counts, strict=True))
            seen.course.append((round(seen.took_s, 1), *counts))
            if seen.done or seen.took_s > limit_s:
                return seen
            time.sleep(0.2)


class Replies:
    """Text replies at the double since this was made, judged against what each guest asked."""

    def __init__(self, house: House) -> None:
        self.path = house.double.ledger_path
        self.first = self._ask("SELECT COALESCE(MAX(id), 0) FROM calls")[0][0]

    def count(self) -> int:
        return int(self._ask("SELECT count(*) FROM accepted WHERE call_id > ? AND type <> 'reaction'", self.first)[0][0])

    def wait(self, count: int, limit_s: float) -> float:
        """Seconds until the double has taken so many; returns early when patience ends."""
        started = time.monotonic()
        while self.count() < count and time.monotonic() - started < limit_s:
            time.sleep(0.05)
        return time.monotonic() - started

    def rows(self) -> list[tuple[str, str, str, float]]:
        """(our number, guest, words, instant) in the order they were taken."""
        rows = self._ask("SELECT phone_number_id, wa_id, body, at FROM accepted WHERE call_id > ? ORDER BY call_id", self.first)
        return [(number, guest, words(json.loads(body)), at) for number, guest, body, at in rows]

    def judge(self, texts: Sequence[Text]) -> Judged:
        """One right answer for everybody who asked once; everything else is counted apart."""
        asked = {(text.line.number, text.sender): text for text in texts}
        judged = Judged()
        for number, guest, told, at in self.rows():
            text = asked.get((number, guest))
            if text is None:
                judged.strangers += 1
            elif text.answer not in told:
                judged.wrong += 1
                judged.example = told
            elif text.id in judged.right:
                judged.twice += 1
            else:
                judged.right[text.id] = at
        judged.missing = len(asked) - len(judged.right)
        return judged

    def _ask(self, query: str, *values: object) -> list[tuple]:
        ledger = sqlite3.connect(self.path, timeout=30)
        try:
            return ledger.execute(query, values).fetchall()
        finally:
            ledger.close()


@dataclass
class Judged:
    """Right answers by the question's id → instant, and how many were anything else."""

    right: dict[str, float] = field(default_factory=dict)
    wrong: int = 0
    twice: int = 0
    strangers: int = 0
    missing: int = 0
    example: str = ""

    @property
    def clean(self) -> bool:
        return not (self.wrong or self.twice or self.strangers or self.missing)

    def told(self) -> str:
        others = {name: getattr(self, name) for name in ("wrong", "twice", "strangers", "missing") if getattr(self, name)}
        return f"{len(self.right)} right, each once" if self.clean else f"{len(self.right)} right; {others} {self.example!r}"


def words(body: dict) -> str:
    """What the guest reads."""
    if body.get("type", "text") == "text":
        return str(body["text"]["body"])
    return str(body.get("interactive", {}).get("body", {}).get("text", ""))
