"""No more than 70 requests a minute to one hotel's PMS, whichever process asks.

The generic cell rate algorithm on one row (unlogged: after a crash of the database it begins anew): ``BURST`` requests may
follow one another at once, then one every ``INTERVAL_S``. Any 60 seconds hold at most BURST + 60 / INTERVAL_S = 70 (the
servers of shared hosting begin to refuse at about 80).
"""

from __future__ import annotations

import time

from django.db import connection

from pms.errors import Unavailable

A_MINUTE, BURST = 70, 10
INTERVAL_S = 60 / (A_MINUTE - BURST)
# One row, one statement: the place is taken only when the wait for it is bearable (and the breaker knows of no trouble).
TAKE = """
    INSERT INTO pms_pace AS pace (hotel_id, spent_until) SELECT %(hotel)s, clock_timestamp() + make_interval(secs => %(step)s)
    WHERE %(anyway)s OR NOT EXISTS (SELECT FROM pms_breaker WHERE hotel_id = %(hotel)s AND (open_until IS NOT NULL OR failures > 0))
    ON CONFLICT (hotel_id) DO UPDATE
    SET spent_until = greatest(pace.spent_until, clock_timestamp()) + make_interval(secs => %(step)s)
    WHERE pace.spent_until <= clock_timestamp() + make_interval(secs => %(bearable)s)
    RETURNING extract(epoch FROM spent_until - clock_timestamp()) - %(burst)s
"""


def wait(hotel_id: int, *, patience_s: float = 20.0) -> None:
    """Wait for a place. Raises Unavailable when that would take longer than ``patience_s``; then no place is taken."""
    if not _take(hotel_id, patience_s, anyway=True):
        raise Unavailable("more requests than the PMS bears")


def wait_if_well(hotel_id: int, *, patience_s: float = 20.0) -> bool:
    """As ``wait`` when the breaker knows of no trouble, in one question. False when it does, or when the wait is too long."""
    return _take(hotel_id, patience_s, anyway=False)


def _take(hotel_id: int, patience_s: float, *, anyway: bool) -> bool:
    with connection.cursor() as cursor:
        burst_s = BURST * INTERVAL_S
        bearable_s = patience_s + burst_s - INTERVAL_S
        cursor.execute(TAKE, {"hotel": hotel_id, "step": INTERVAL_S, "burst": burst_s, "bearable": bearable_s, "anyway": anyway})
        row = cursor.fetchone()
    if row is not None and row[0] > 0:
        time.sleep(float(row[0]))
    return row is not None
