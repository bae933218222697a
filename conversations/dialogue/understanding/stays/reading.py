"""What a message says about a stay, and what was known of it before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from conversations.dialogue.understanding.stays.points import ONE_DAY


@dataclass(frozen=True)
class Reading:
    """What the message says about the stay; ``rest`` is the text without it, for those who read after."""

    slots: dict[str, Any] = field(default_factory=dict)
    clarify: tuple[str, ...] = ()
    rest: str = ""

    @classmethod
    def of(cls, checked: tuple[dict[str, Any], list[str]]) -> Reading:
        slots, problems = checked
        return cls(slots, tuple(problems))


@dataclass(frozen=True)
class KnownStay:
    """The stay as it was known before; dates in the hotel's zone."""

    check_in: dt.date | None
    check_out: dt.date | None
    nights: int | None

    @classmethod
    def of(cls, slots: dict[str, Any]) -> KnownStay:
        start = dt.date.fromisoformat(slots["check_in"]) if slots.get("check_in") else None
        end = dt.date.fromisoformat(slots["check_out"]) if slots.get("check_out") else None
        if start and end is None and slots.get("nights"):
            end = start + slots["nights"] * ONE_DAY
        return cls(start, end, (end - start).days if start and end else slots.get("nights"))
