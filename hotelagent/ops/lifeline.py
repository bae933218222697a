"""A child of the supervisor ends with it: end-of-file on an inherited pipe says that the parent is gone.

Works where the kernel has no parent-death signal, and in the forks of the queue's workers too.
"""

from __future__ import annotations

import os
import signal
import threading
import time

VARIABLE = "LIFELINE_FD"
GRACE_S = 6.0


def watch() -> None:
    """Start watching when a supervisor handed us a pipe; otherwise do nothing."""
    if VARIABLE in os.environ:
        _start()
        os.register_at_fork(after_in_child=_start)


def _start() -> None:
    threading.Thread(target=_wait, args=(int(os.environ[VARIABLE]),), name="lifeline", daemon=True).start()


def _wait(descriptor: int) -> None:
    os.read(descriptor, 1)  # nobody ever writes: this returns when the last writer is gone
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)
