"""Days in the light of what stands around them: a month told apart, an event, a letterhead."""

from __future__ import annotations

import datetime as dt
import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays import clauses
from conversations.dialogue.understanding.stays.points import ONE_DAY, Found, Point, exists
from conversations.dialogue.understanding.stays.resolving import date_of
from conversations.dialogue.understanding.stays.roles import role_of
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, LONG_WEEKDAY, MONTH, month, weekday

MONTH_NAMES = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
_THIS_MONTH = compiled(
    r"(?<=\d)(?:st|nd|rd|th)? (?:de |del |do |of )?(?:the )?(this month|este mes|deste mes|corriente|next month|mes que viene|proximo mes|mes que vem|mes siguiente|mes seguinte|following month)\b"
)

_YEAR_END = compiled(
    r"\b(?:ano nuevo|new year'?s?|ano novo|reveillon|fin de ano|nochevieja|virada(?: do ano)?|navidad|nochebuena|christmas|xmas|natal)\b"
)
# Said of this week or of the next, whatever month was spoken of.
_THEN = compiled(
    r"\d|\b(?:hoy|hoje|today|tonight|manana|amanha|tomorrow|est[ea]|ess[ea]|n?est[ea]|this|coming|next|proxim[oa]|que viene|que vem|ahora|agora|now)\b"
)

_BESIDE = compiled(r"\b(?:feriado|holiday|festivo|cumple\w*|congres\w*|boda|show)\b")
_IS_EVENT = compiled(r" ?(?:is|es|e|cae|sera|hay|tem|ha|tengo|tenho|tenemos|temos|we have|i have|there is|there's) ")
_SLIPPED = compiled(
    r"\b(?:errei|me equivoque|me confundi|me enganei|digo|perdon|quer dizer|quero dizer|quise decir|quiero decir|i mean|i meant|sorry|oops|ops|desculpa)\b"
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
        number = named.pop()
        at = next(match.start() for match in re.finditer(rf"\b{LONG_MONTH}", rest) if month(match[0]) == number)
        if len(bare) == 2 and bare[0].start < at < bare[1].start and bare[0].day > bare[1].day:
            bare[0].month = number  # "chego no dia 28, último de fevereiro, e saio dia 3"
            return
        bare[-1].month = number
        if year := re.search(rf"\b{LONG_MONTH},? (?:de |del |of |do )?(20\d\d)\b", rest):
            bare[-1].year = int(year[1])
        if len(bare) == 1 or bare[0].day < bare[-1].day:
            bare[0].month = bare[-1].month


def beside_the_stay(ends: list[Point], text: str) -> None:
    """ "Del 5 al 9, el 7 es mi cumpleaños": a third day that something else happens on goes, when both ends are told."""
    if len(ends) < 3 or any(point.feast for point in ends):
        return
    others = [point for index, point in enumerate(ends) if _is_other(point, index, ends, text)]
    kept = [point for point in ends if point not in others]
    if others and len(kept) == 2 and (kept[0].joined or kept[1].role == "out" or kept[0].month or kept[0].role == "in"):
        ends[:] = kept


def _is_other(point: Point, index: int, ends: list[Point], text: str) -> bool:
    if point.role or point.joined or point.listed or point.start == point.end:
        return False
    since = max(ends[index - 1].end if index else 0, point.start - 50)
    before = re.split(r"[.;?!]", text[since : point.start])[-1]
    until = ends[index + 1].start if index + 1 < len(ends) else len(text)
    after = re.split(r"[.,;?!]", text[point.end : min(until, point.end + 40)])[0]
    return bool(_BESIDE.search(before) or clauses.EVENT.search(before) or _IS_EVENT.match(after))


def last_told(ends: list[Point], text: str, check_in: dt.date | None) -> None:
    """ "Volto dia 8, quer dizer, errei, volto dia 18": of two departures the one that sets the other right."""
    if (
        len(ends) == 2
        and check_in
        and ends[1].role == "out"
        and ends[0].role != "in"
        and _SLIPPED.search(text[ends[0].end : ends[1].start])
    ):
        ends[:] = ends[1:]


def leaving_behind(found: Found, today: dt.date) -> None:
    """ "El martes 1 y miércoles 2 de diciembre, me vuelvo el jueves": the weekday behind days that are listed is when they leave."""
    listed = [point for point in found.points if point.listed]
    if not listed:
        return
    last = max(listed, key=lambda point: point.start)
    before = date_of(last, today, None)
    for match in re.finditer(rf"\b{LONG_WEEKDAY}(?:-feira)?", found.text[last.end :]):
        start, end = last.end + match.start(), last.end + match.end()
        said = re.sub(r"\b(?:el|on|the|na|no|a|o) $", "", found.undated[:start])
        date = before + ONE_DAY if before else None
        if date and weekday(match[0]) == date.weekday() and role_of(said, found.undated[end:], arrival_known=False) == "out":
            found.points.append(Point(start, end, date.day, date.month, date.year, date, role="out"))
            found.text = found.text[:start] + " " * (end - start) + found.text[end:]
            return


def month_named(folded: str) -> int:
    """The one month the text names, or the one of Christmas or New Year's Eve; 0 when there is none or several."""
    named = {month(name) for name in re.findall(rf"\b{LONG_MONTH}\b", folded)}
    if not named and _YEAR_END.search(folded):
        return 12
    return named.pop() if len(named) == 1 else 0


def is_of_another_month(ends: list[Point], about_month: int, text: str) -> bool:
    """ "Algo en febrero" was said before, then "de lunes a viernes", which are the next ones only if no month was spoken of."""
    dated = [point.date for point in ends if point.date is not None]
    return about_month > 0 and len(dated) == len(ends) == 2 and about_month not in {date.month for date in dated} and not _THEN.search(text)


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
    if len(ends) == 2 and 0 < ends[0].day < ends[1].day and not any(point.date for point in ends):
        _nearest_pair(ends, wanted)
        return
    for point in ends:
        options = [
            dt.date(first.year, first.month, point.day)
            for first in ((wanted.replace(day=1) + shift * dt.timedelta(days=31)).replace(day=1) for shift in (-1, 0, 1))
            if exists(first.year, first.month, point.day)
        ]
        near = min(options, key=lambda date, to=wanted: abs((date - to).days))  # type: ignore[misc]
        point.month, point.year = near.month, near.year


def around_event(ends: list[Point], event: clauses.Anchor | None, text: str, today: dt.date) -> bool:
    """ "La boda es el sábado 23, llegamos el viernes y nos vamos el domingo": the Friday before and the Sunday after. False where
    weekdays are left of which it is not known what week's they are."""
    if event is None or not any(point.date is not None for point in ends):
        return True
    wanted = date_of(Point(0, 0, event[0], event[1], event[2]), today, None)
    if wanted is None or len(ends) != 2 or ends[0].role == "out" or ends[1].role != "out" or _THEN.search(text):
        return False
    dates = [point.date for point in ends if point.date is not None and not point.feast]
    if len(dates) != 2:
        return False
    start = wanted - (wanted.weekday() - dates[0].weekday()) % 7 * ONE_DAY
    end = wanted + (dates[1].weekday() - wanted.weekday()) % 7 * ONE_DAY
    if not 0 < (end - start).days < 7:
        return False
    for point, date in zip(ends, (start, end), strict=True):
        point.day, point.month, point.year, point.date = date.day, date.month, date.year, date
    return True


def _nearest_pair(ends: list[Point], wanted: dt.date) -> None:
    """Both days in the month in which one of them is nearest."""
    months = [(wanted.replace(day=1) + shift * dt.timedelta(days=31)).replace(day=1) for shift in (-1, 0, 1)]
    options = [
        (abs((dt.date(first.year, first.month, point.day) - wanted).days), first.year, first.month)
        for first in months
        for point in ends
        if exists(first.year, first.month, point.day)
    ]
    _days, year, month_ = min(options)
    for point in ends:
        point.year, point.month = year, month_


def letterhead(ends: list[Point], today: dt.date) -> None:
    """ "Buenos Aires, 18 de noviembre de 2026": the day the letter was written."""
    if len(ends) > 2:
        ends[:] = [
            point
            for point in ends
            if (point.day, point.month, point.year) != (today.day, today.month, today.year) or point.date is not None
        ]
