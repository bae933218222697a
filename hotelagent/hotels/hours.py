"""When people answer: a hotel's opening hours, several periods a day, on its own wall clock.

Without any period the reception is always open, whatever days it is closed on. All moments are aware; periods end at their
``closes``, which does not belong to them. On the day the clock changes a period is as long as it really was.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hotelagent.hotels.models import Hotel

# Nobody is asked to wait longer than this; hours that leave fewer open minutes in a fortnight are a mistake.
HORIZON_DAYS = 15


@dataclass(frozen=True)
class Period:
    """``weekday`` 0 is Monday; wall clock times."""

    weekday: int
    opens: dt.time
    closes: dt.time


@dataclass(frozen=True)
class Hours:
    """The opening hours of one hotel."""

    zone: zoneinfo.ZoneInfo
    periods: tuple[Period, ...]
    closed: frozenset[dt.date] = frozenset()  # whole days of the hotel's calendar

    @classmethod
    def of(cls, hotel: Hotel) -> Hours:
        periods = tuple(Period(row.weekday, row.opens, row.closes) for row in hotel.opening_hours.all())
        return cls(hotel.zone, periods, frozenset(hotel.closed_days))

    def is_closed_at(self, moment: dt.datetime) -> bool:
        """Is nobody there? Never so for a house that never closes."""
        return bool(self.periods) and self.closes_at(moment) is None

    def closes_at(self, moment: dt.datetime) -> dt.datetime | None:
        """When the period that is open at ``moment`` ends; None while closed, and for a house that never closes."""
        return next((end for start, end in self._spans(moment) if start <= moment < end), None)

    def opens_at(self, moment: dt.datetime) -> dt.datetime | None:
        """The next opening after ``moment``; None when there is none, or nothing ever closes."""
        return next((start for start, _end in self._spans(moment) if start > moment), None)

    def add(self, moment: dt.datetime, minutes: float) -> dt.datetime:
        """The moment at which so many open minutes have passed."""
        left = dt.timedelta(minutes=minutes)
        if not self.periods:
            return moment + left
        for start, end in self._spans(moment):
            begin = max(start, moment)
            if begin >= end:
                continue
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return moment + dt.timedelta(days=HORIZON_DAYS)

    def _spans(self, moment: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Open spans in UTC in order, from the day of ``moment`` on. Spans that touch or overlap are one."""
        today = moment.astimezone(self.zone).date()
        yield from _joined(
            (_moment(day, period.opens, self.zone), _moment(day, period.closes, self.zone))
            for day in (today + dt.timedelta(days=ahead) for ahead in range(HORIZON_DAYS + 1))
            for period in sorted(self.periods, key=lambda one: one.opens)
            if period.weekday == day.weekday() and day not in self.closed
        )


def _moment(day: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    # 23:59 is how a day is written that goes on at 00:00.
    if time >= dt.time(23, 59):
        day, time = day + dt.timedelta(days=1), dt.time(0)
    return dt.datetime.combine(day, time, tzinfo=zone).astimezone(dt.UTC)


def _joined(spans: Iterable[tuple[dt.datetime, dt.datetime]]) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    kept: tuple[dt.datetime, dt.datetime] | None = None
    for start, end in spans:
        if kept is not None and start <= kept[1]:
            kept = (kept[0], max(kept[1], end))
            continue
        if kept is not None:
            yield kept
        kept = (start, end)
    if kept is not None:
        yield kept
