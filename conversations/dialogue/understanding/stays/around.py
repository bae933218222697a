"""A stay told from the one day between its ends: "the party is on Saturday 23 January, arriving the day before and leaving the day
after"."""

from __future__ import annotations

import datetime as dt

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays import points
from conversations.dialogue.understanding.stays.nights import NIGHT, SO_MANY, blanked, number
from conversations.dialogue.understanding.stays.points import ONE_DAY
from conversations.dialogue.understanding.stays.reading import Reading
from conversations.dialogue.understanding.stays.resolving import checked, date_of, next_year

_ARRIVE = (
    r"(?:lleg\w+|cheg\w+|arriv\w+|com(?:e|ing)|entr\w+|ingres\w+|get(?:ting)? (?:there|in)|vamos|iriamos|check(?:ing)? ?-?in|venimos|vengo)"
)
_LEAVE = r"(?:leav\w+|depart\w*|check(?:ing)? ?-?out|go(?:ing)? (?:home|back)|salimos|salgo|saliendo|saldr\w+|nos vamos|me voy|irnos|irme|nos iriamos|volv\w+|vuelv\w+|regres\w+|sai\w*|volt\w+|vamos embora|vou embora)"
_AROUND = compiled(
    rf"\b{_ARRIVE}\b[^.?!;\d]{{0,16}}?\b(?P<before>{SO_MANY}|el|o|the|no) (?:dia|day|noche|night|noite)s? (?:antes|before|earlier|anterior|previo)\b[^.?!;\d]{{0,24}}?\b{_LEAVE}\b[^.?!;\d]{{0,16}}?"
    rf"\b(?:(?P<after>{SO_MANY}|el|o|the|no|al) (?:dia|day)s? (?:despues|after|later|depois|siguiente|seguinte|posterior)|(?:al otro|no outro) dia|the (?:next|following) (?:day|morning))\b"
)

# "we'd arrive the day before and stay four nights"
_SO_LONG = compiled(
    rf"\b{_ARRIVE}\b[^.?!;\d]{{0,16}}?\b(?P<before>{SO_MANY}|el|o|the|no) (?:dia|day|noche|night|noite)s? (?:antes|before|earlier|anterior|previo)\b[^.?!;\d]{{0,40}}?\b(?P<nights>{SO_MANY}) {NIGHT}\b"
)


def stay_around(text: str, language: str, today: dt.date, country: str) -> Reading | None:
    """None when the message tells no such stay, or not the one day it lies around."""
    if (match := _AROUND.search(text) or _SO_LONG.search(text)) is None:
        return None
    found = points.find(blanked(text, match), language=language, today=today, country=country, awaiting=None, relative=False, check_in=None)
    if len(found.points) != 1 or found.doubts or found.stretches:
        return None
    next_year(found.points, text, today)
    (point,) = found.points
    date = date_of(point, today, None)
    if date is None or (point.named is not None and point.named != date.weekday()):
        return None
    check_in = date - number(match["before"]) * ONE_DAY
    told = match.groupdict()
    check_out = check_in + number(told["nights"]) * ONE_DAY if "nights" in told else date + number(told["after"] or "1") * ONE_DAY
    return Reading.of(checked(check_in, check_out, None, today))
