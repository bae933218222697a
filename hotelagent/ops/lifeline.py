"""A child of the supervisor ends with it: end-of-file on an inherited pipe says that the parent is gone.

Works where the kernel has no parent-death signal, and in the forks of the queue's workers too.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing.util import register_after_fork

VARIABLE = "LIFELINE_FD"
GRACE_S = 6.0


def watch() -> None:
    """Start watching when a supervisor handed us a pipe; otherwise do nothing."""
    if VARIABLE in os.environ:
        _start(None)
        # After every other hook: a thread that starts while logging's lock is still being renewed can wait for ever.
        register_after_fork(_start, _start)


def _start(_: object) -> None:
    threading.Thread(target=_wait, args=(int(os.environ[VARIABLE]),), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)  # nobody ever writes: this returns when the last writer is gone
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)
