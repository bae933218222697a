"""What a PMS said a moment ago, in this process's memory: the catalogue of rooms, never what is free.

Keys contain the hotel. Nothing here is ever needed to be right: an entry is as old as its seconds say at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

CATALOGUE_S = 20.0
_entries: dict[tuple[str, int], tuple[float, Any]] = {}


def remembered(name: str, hotel_id: int, make: Callable[[], Any], *, seconds: float = CATALOGUE_S) -> Any:
    """What ``make`` returned for this hotel at most ``seconds`` ago. What it raises is not remembered."""
    known = _entries.get((name, hotel_id))
    if known is not None and known[0] > time.monotonic():
        return known[1]
    value = make()
    _entries[name, hotel_id] = (time.monotonic() + seconds, value)
    return value


def forget() -> None:
    """Everything is asked again."""
    _entries.clear()
