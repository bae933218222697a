"""Days in the light of what stands around them: a month told apart, an event, a letterhead."""

from __future__ import annotations

import datetime as dt
import re

from conversations.dialogue.understanding.stays import clauses
from conversations.dialogue.understanding.stays.points import Point, exists
from conversations.dialogue.understanding.stays.resolving import date_of
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, MONTH, month

MONTH_NAMES = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
_THIS_MONTH = re.compile(
    r"(?<=\d)(?:st|nd|rd|th)? (?:de |del |do |of )?(?:the )?(this month|este mes|deste mes|corriente|next month|mes que viene|proximo mes|mes que vem|mes siguiente|mes seguinte|following month)\b"
)


def months_named(text: str, today: dt.date) -> str:
    """ "the 5th to the 10th of next month", with the month's name."""

    def name(match: re.Match[str]) -> str:
        is_next = match[1] not in {"this month", "este mes", "deste mes", "corriente"}
        before = [month(said) for said in re.findall(rf"\d(?:st|nd|rd|th)? (?:de |of )?({MONTH})", text[: match.start()])]
        from_month = before[-1] if before and match[1] in {"mes siguiente", "mes seguinte", "following month"} else today.month
        return " de " + MONTH_NAMES[(from_month - 1 + is_next) % 12]

    return _THIS_MONTH.sub(name, text)


def apart(ends: list[Point], rest: str, today: dt.date) -> None:
    """ "en enero, del 10 al 14": the month stands apart from its days."""
    bare = [point for point in ends if not point.feast]
    if not bare or any(point.month or point.date for point in bare):
        return
    named = {month(name) for name in re.findall(rf"\b{LONG_MONTH}", rest)}
    if len(named) == 1:
        bare[-1].month = named.pop()
        if year := re.search(rf"\b{LONG_MONTH},? (?:de |del |of |do )?(20\d\d)\b", rest):
            bare[-1].year = int(year[1])
        if len(bare) == 1 or bare[0].day < bare[-1].day:
            bare[0].month = bare[-1].month


def month_named(folded: str) -> int:
    """The one month the text names; 0 when there is none or several."""
    named = {month(name) for name in re.findall(rf"\b{LONG_MONTH}\b", folded)}
    return named.pop() if len(named) == 1 else 0


def in_that_month(ends: list[Point], about_month: int, today: dt.date) -> None:
    """ "Algo en enero" was said before: "del 9 al 12" is in it."""
    bare = [point for point in ends if not point.feast]
    if not about_month or not bare or any(point.month or point.date for point in bare):
        return
    bare[0].month = about_month
    if len(bare) > 1 and bare[0].day < bare[-1].day:
        bare[-1].month = about_month


def near_event(ends: list[Point], event: clauses.Anchor | None, today: dt.date) -> None:
    """Days without a month are the nearest ones to the event they go with."""
    if event is None or any(point.month for point in ends):
        return
    day_, month_, year = event
    wanted = date_of(Point(0, 0, day_, month_, year), today, None)
    if wanted is None:
        return
    for point in ends:
        options = [
            dt.date(first.year, first.month, point.day)
            for first in ((wanted.replace(day=1) + shift * dt.timedelta(days=31)).replace(day=1) for shift in (-1, 0, 1))
            if exists(first.year, first.month, point.day)
        ]
        near = min(options, key=lambda date, to=wanted: abs((date - to).days))  # type: ignore[misc]
        point.month, point.year = near.month, near.year


def letterhead(ends: list[Point], today: dt.date) -> None:
    """ "Buenos Aires, 18 de noviembre de 2026": the day the letter was written."""
    if len(ends) > 2:
        ends[:] = [
            point
            for point in ends
            if (point.day, point.month, point.year) != (today.day, today.month, today.year) or point.date is not None
        ]
