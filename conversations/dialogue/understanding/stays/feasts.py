"""Days off: public holidays of the hotel's country (package ``holidays``; moved ones and bridges too), Easter, Carnival."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import holidays
from dateutil.easter import easter

DAY = dt.timedelta(days=1)
AHEAD = 400  # days


def easter_stay(today: dt.date, year: int | None = None) -> tuple[dt.date, dt.date]:
    """Thursday to Sunday of the next Easter, or of that year's."""
    return _next(today, year, lambda sunday: (sunday - 3 * DAY, sunday))


def carnival_stay(today: dt.date, year: int | None = None) -> tuple[dt.date, dt.date]:
    """Friday to Tuesday; Ash Wednesday is 46 days before Easter."""
    return _next(today, year, lambda sunday: (sunday - 51 * DAY, sunday - 47 * DAY))


def _next(today: dt.date, year: int | None, stay: object) -> tuple[dt.date, dt.date]:
    for candidate in [year] if year else range(today.year, today.year + 2):
        found: tuple[dt.date, dt.date] = stay(easter(candidate))  # type: ignore[operator]
        if year or found[0] >= today:
            return found
    return found


def of_easter(today: dt.date, days: int, year: int | None = None) -> dt.date:
    """The day that many days after Easter Sunday (negative: before it), of that year or the next to come."""
    return _next(today, year, lambda sunday: (sunday + days * DAY, sunday))[0]


def long_weekend(country: str, today: dt.date, month: int | None = None, feast: dt.date | None = None) -> tuple[dt.date, dt.date] | None:
    """The next three or more days off in a row: from the evening before the first to the last. ``month``: one that lies in
    it; ``feast``: the one around that day. None when there is none within a year, or the country is not known."""
    day = today
    while day < today + AHEAD * DAY:
        if not is_free(country, day):
            day += DAY
            continue
        last = day
        while is_free(country, last + DAY):
            last += DAY
        fits = (month is None or month in {day.month, last.month}) and (feast is None or day <= feast <= last)
        if (last - day).days >= 2 and fits and day - DAY >= today:
            return day - DAY, last
        day = last + DAY
    return None


def is_free(country: str, day: dt.date) -> bool:
    return day.weekday() >= 5 or day in _holidays(country, day.year)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[dt.date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
