"""Weekdays that belong to a week or a feast named beside them: "second week of February, Monday to Friday", "Easter, Thursday to
Monday"."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, MONTH, month

_DAY = dt.timedelta(days=1)
_LAST = r"(?:ultima|last)"
_NUMBERED = {
    rf"{_LAST}": -1,
    r"(?:primera|primeira|first|1(?:ra|a|st)?)": 1,
    r"(?:segunda|second|2(?:da|a|nd)?)": 2,
    r"(?:tercera|terceira|third|3(?:ra|a|rd)?)": 3,
    r"(?:cuarta|quarta|fourth|4(?:ta|a|th)?)": 4,
}
# "la segunda semana de febrero", "the last full week in January 2027"
_WEEK = compiled(
    rf"\b(?P<number>{'|'.join(_NUMBERED)}) (?:(?:full|whole|complete|plena) )?(?:semana|week)(?: (?:completa|entera|inteira|cheia))?"
    rf" (?:(?:de|del|do|da|of|in|en|em|the|el|mes) )+(?P<month>{LONG_MONTH}|{MONTH})(?:,? (?:de |del |of )?(?P<year>20\d\d))?"
)


def named(text: str) -> re.Match[str] | None:
    """The week of a month that the text names."""
    return _WEEK.search(text)


def monday(match: re.Match[str], today: dt.date, first_weekday: int) -> dt.date | None:
    """The Monday of the week named, of its month's next year; ``first_weekday`` is the day of arrival. None where people count
    differently: whether the days before the first Monday are a week of their own."""
    number = next(count for pattern, count in _NUMBERED.items() if re.fullmatch(pattern, match["number"]))
    wanted = month(match["month"])
    year = int(match["year"]) if match["year"] else today.year + (wanted < today.month)
    first = dt.date(year, wanted, 1)
    if number < 0:
        last = first.replace(day=calendar.monthrange(year, wanted)[1])
        # A month that ends early in a week has two last ones.
        return last - last.weekday() * _DAY if last.weekday() >= 4 else None
    ahead = -first.weekday() % 7
    # Up to three days before the first Monday are no week; a week that holds four of them or more may be meant.
    if 4 > first.weekday() > 0 and not (number == 1 and first_weekday < first.weekday()):
        return None
    return first + (ahead + 7 * (number - 1)) * _DAY


def fitted(stretch: tuple[dt.date, dt.date], arrival: int, departure: int) -> tuple[dt.date, dt.date] | None:
    """The stretch with its ends on these weekdays, each the nearest; None when nothing is left between them."""
    start, end = _near(stretch[0], arrival), _near(stretch[1], departure)
    return (start, end) if start < end else None


def _near(date: dt.date, wanted: int) -> dt.date:
    return date + ((wanted - date.weekday() + 3) % 7 - 3) * _DAY
