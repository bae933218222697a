"""Who sleeps where: double bookings found night by night, by none of the code that books."""

from __future__ import annotations

import datetime as dt
import itertools

from .demo import Row


def is_active(line: Row) -> bool:
    """A line that promises a room to somebody."""
    return not (line["is_cancelled"] or line["is_refunded"] or line["is_back_order"])


def nights(line: Row) -> set[dt.date]:
    """The nights somebody is promised; those after an early check-out are not."""
    start, end = dt.date.fromisoformat(line["date_from"][:10]), dt.date.fromisoformat(line["date_to"][:10])
    if line["id_status"] == 3 and line["check_out"][:4] != "0000":
        end = min(end, dt.date.fromisoformat(line["check_out"][:10]))
    return {start + dt.timedelta(days=day) for day in range(max(0, (end - start).days))}


def double_booked(lines: list[Row]) -> list[tuple[Row, Row]]:
    """Pairs of active lines that share a night of one room, lower id first."""
    active = sorted((line for line in lines if is_active(line)), key=lambda line: line["id"])
    return [
        (one, other)
        for one, other in itertools.combinations(active, 2)
        if one["id_room"] == other["id_room"] and nights(one) & nights(other)
    ]
