"""Places where a test may let a process die as if the power went, so that every "what if it dies here" is really tried.

``KILL_POINT=outbox.answered`` dies at that place; ``KILL_POINT=@/path`` reads the name from a file and takes the file away
first, so that a house that is running dies once. Production refuses to start with it.
"""

from __future__ import annotations

import os
from pathlib import Path

# In the order a letter and a booking meet them. The places are in the code: search for reached("...").
POINTS = (
    "mailroom.stored",  # a mail and the mark of its folder are written, nothing is committed
    "mailroom.kept",
    "inbox.stored",  # the letters are inserted, nothing is committed
    "inbox.kept",  # committed, Meta has no 200 yet
    "sorting.claimed",
    "sorting.sorted",  # not committed
    "turn.claimed",
    "turn.computed",
    "turn.committed",
    "outbox.claimed",  # marked as sending, nothing sent
    "outbox.answered",  # Meta has it, the row does not say so
    "outbox.settled",
    "receipts.applied",  # not committed
    "booking.drafted",
    "booking.holding",
    "booking.placing",  # before the PMS is asked
    "booking.created",  # the PMS has it, the row does not say so
    "booking.settled",
    "booking.cancelled",  # the PMS has cancelled, the row does not say so
    "hold.made",
    "handoff.taken",  # a person is the owner, the gate is shut, nothing is committed
)
EXIT_STATUS = 9


def reached(point: str) -> None:
    """Die here if that is asked for."""
    wanted = os.environ.get("KILL_POINT", "")
    if wanted and (wanted == point or (wanted.startswith("@") and _asked(Path(wanted[1:]), point))):
        os._exit(EXIT_STATUS)


def _asked(file: Path, point: str) -> bool:
    """Whoever takes the file away dies: one process, once."""
    try:
        if file.read_text() != point:
            return False
        file.unlink()
    except FileNotFoundError:
        return False
    return True
