"""The product's own drains at work in this process, as a worker's are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connections

from channels_app.tasks import DELIVERY
from conversations.tasks import SORTING, TURNS
from hotelagent.ops import queue


@contextmanager
def at_work(workers: int, *, also: Sequence[queue.Drain] = ()) -> Iterator[None]:
    """As many workers' drains at once, each on a thread, until the block ends."""
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                queue.work_off([SORTING, TURNS, DELIVERY, *also], time.monotonic() + 5)
                stop.wait(0.005)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
        queue.dismiss()
