"""Leases this process holds on rows: renewed while their work goes on, so that a dead process is noticed soon.

A lease is short (``LEASE_S``), because nothing else says that a worker died. A fence on the row makes a holder that only
slept harmless: whatever it writes after its lease was given away is refused.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

# Work that takes longer than this hangs: its lease is left to lapse.
RENEWED_S = 120.0


def length() -> dt.timedelta:
    """How long the work of a process that died stays with it."""
    return dt.timedelta(seconds=settings.LEASE_S)


class Held:
    """The rows of one table this process works on, with ``fence`` and ``lease_until`` columns; leases of ``length``."""

    def __init__(self, length: dt.timedelta | None = None) -> None:
        self._length = length
        self._lock = threading.Lock()
        self._rows: dict[int, tuple[int, float]] = {}

    def add(self, pk: int, fence: int) -> None:
        with self._lock:
            self._rows[pk] = (fence, time.monotonic())

    def remove(self, pk: int) -> None:
        with self._lock:
            self._rows.pop(pk, None)

    @contextmanager
    def keep(self, pk: int, fence: int) -> Iterator[None]:
        """Renewed while the block runs."""
        self.add(pk, fence)
        try:
            yield
        finally:
            self.remove(pk)

    def renew(self, model: type[Model]) -> None:
        """One short statement a row. A lease that is lost already stays lost."""
        with self._lock:
            rows = [(pk, fence) for pk, (fence, since) in self._rows.items() if time.monotonic() - since < RENEWED_S]
        until = timezone.now() + (self._length or length())
        for pk, fence in rows:
            model._default_manager.filter(pk=pk, fence=fence, lease_until__lt=until).update(lease_until=until)
