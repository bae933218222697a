"""What a PMS said a moment ago. Nothing here is ever needed to be right: an offer is not a promise, and whoever books asks
the PMS itself. Keys contain the hotel.

Three shelves: this process's memory for seconds (``remembered``), the shared cache for what hardly ever changes
(``kept``) and for answers that cost a request (``answered``). A write of ours makes every answer of a hotel untrue at once,
in every process: the number of writes is part of the key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from pms.errors import LeftAlone
from pms.models import Writer

CATALOGUE_S = 20.0
AVAILABILITY_S, GUEST_S, STATUS_S = 300, 1800, 120
# How old an answer may be that stands in while the PMS is left alone.
STALE_S = 24 * 3600
_entries: dict[tuple[str, int], tuple[float, Any]] = {}


def remembered(name: str, hotel_id: int, make: Callable[[], Any], *, seconds: float = CATALOGUE_S) -> Any:
    """What ``make`` returned for this hotel at most ``seconds`` ago. What it raises is not remembered."""
    known = _entries.get((name, hotel_id))
    if known is not None and known[0] > time.monotonic():
        return known[1]
    value = make()
    _entries[name, hotel_id] = (time.monotonic() + seconds, value)
    return value


def kept(name: str, hotel_id: int, make: Callable[[], Any], *, seconds: int) -> Any:
    """As ``remembered``, for every process: a new one does not ask the PMS what its neighbour was told."""
    key = f"pms:{hotel_id}:{_generation(hotel_id)}:{_digest(name)}"
    known = cache.get(key)
    if known is None:
        known = (make(),)
        cache.set(key, known, seconds)
    return known[0]


def answered(
    name: str, hotel_id: int, question: tuple[object, ...], make: Callable[[], Any], *, seconds: int
) -> tuple[Any, dt.datetime | None]:
    """The answer to a question, and since when it is known: None when that is not worth telling.

    While the PMS is left alone an answer up to a day old stands in, with its time. Raises what ``make`` raises.
    """
    asked = _digest(repr(question))
    last = f"pms:{hotel_id}:{name}:last:{asked}"
    key = f"pms:{hotel_id}:{name}:{_writes(hotel_id)}:{asked}"
    known = cache.get(key)
    if known is not None:
        return known[0], None
    try:
        value = make()
    except LeftAlone:
        old = cache.get(last)
        if old is None:
            raise
        return old[0], old[1]
    now = timezone.now()
    cache.set(key, (value, now), seconds)
    cache.set(last, (value, now), STALE_S)
    return value, None


def known(name: str, hotel_id: int, question: tuple[object, ...]) -> Any | None:
    """What ``answered`` would tell without asking, however old; None when nothing is known."""
    found = cache.get(f"pms:{hotel_id}:{name}:last:{_digest(repr(question))}")
    return found[0] if found is not None else None


def outdate(hotel_id: int) -> None:
    """Something was written there: what was answered before is not asked for again."""
    if not Writer.objects.filter(hotel=hotel_id).update(writes=F("writes") + 1):
        Writer.objects.get_or_create(hotel_id=hotel_id)


def forget(hotel_id: int | None = None) -> None:
    """Everything is asked again; of one hotel, or (a new process) of all."""
    for key in [key for key in _entries if hotel_id in (None, key[1])]:
        del _entries[key]
    if hotel_id is not None:
        cache.set(f"pms:{hotel_id}:generation", uuid.uuid4().hex, None)
        outdate(hotel_id)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _generation(hotel_id: int) -> str:
    return str(cache.get_or_set(f"pms:{hotel_id}:generation", lambda: uuid.uuid4().hex, None))


def _writes(hotel_id: int) -> int:
    return Writer.objects.filter(hotel=hotel_id).values_list("writes", flat=True).first() or 0
