"""When a guest wants to stay, from plainly written dates. Doubt is said in ``clarify``, never resolved by guessing.

The order matters: what only looks like a date (ages, money, times, codes, phones) is blanked out first; then nights
and dates are found as atoms; then two atoms, or one and a number of nights, make a stay.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from conversations.dialogue.types import MAX_DAYS_AHEAD, MAX_NIGHTS
from conversations.dialogue.understanding import numbers

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan janeiro", "febrero feb february fevereiro fev", "marzo mar march marco", "abril abr april apr",
            "mayo may maio mai", "junio jun june junho", "julio jul july julho", "agosto ago august aug",
            "septiembre setiembre sep set sept september setembro", "octubre oct october outubro out",
            "noviembre nov november novembro", "diciembre dic december dec dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunes monday mon segunda segunda-feira", "martes tuesday tue terca terca-feira", "miercoles wednesday wed quarta quarta-feira",
            "jueves thursday thu quinta quinta-feira", "viernes friday fri sexta sexta-feira", "sabado saturday sat", "domingo sunday sun",
        )
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAY = "(?:" + "|".join(sorted(_WEEKDAYS, key=len, reverse=True)) + r")\b"
_DAY = r"(?:[12]\d|3[01]|0?[1-9]|primero|primeiro|1ro)(?:st|nd|rd|th|º|°|o)?\b"
_YEAR = r"(?:,? ?(?:de |del |of )?(20\d\d))?"
_OF = r" ?(?:de |del |of |/ ?)?"

# "del 29 al 3" crosses into the next month; "del 5 al 3" is a slip, and is asked about.
MONTH_CROSSING = 12

_BLANKED = [
    re.compile(pattern)
    for pattern in (
        r"\b\d{1,2}(?:,| y|,? e|,? and)? ?(?:anos|anitos|years?(?: old)?|yo|y/o|meses|months?)\b",
        r"\b(?:de|of|aged?|tiene|tem|con) \d{1,2} (?:anos|years|anitos)\b",
        r"(?:[$€£]|usd|ars|brl|r\$|u\$s) ?\d[\d.,]*|\b\d[\d.,]* ?(?:pesos|dolares|dollars|reais|usd|ars|euros?|lucas|mil)\b",
        r"\b\d{1,2}(?::\d{2}| ?(?:hs|hrs|h|am|pm|a\.m\.|p\.m\.)\b)(?: ?(?:hs|am|pm))?",
        r"\brx[a-z0-9]{4,8}\b",
        r"\b\d{1,2} ?(?:personas?|people|persons?|pessoas?|adult\w*|pax|ninos?|ninas?|chicos?|nenes?|nenas?|kids?|child\w*|criancas?"
        r"|bebes?|guests?|huespedes|hospedes|habitacion\w*|rooms?|quartos?|camas?|beds?)\b",
    )
]
_NIGHTS = re.compile(rf"\b({numbers.PATTERN}) (?:noches?|nights?|noites?|nites?)\b")
_WEEKS = re.compile(rf"\b({numbers.PATTERN}) (?:semanas?|weeks?)\b")
_DAYS = re.compile(rf"\b({numbers.PATTERN}) (?:dias?|days?)\b(?! (?:antes|before))")
_NIGHT = r"(?:noches?|nights?|noites?)"
_MORE = re.compile(
    rf"\b({numbers.PATTERN}) {_NIGHT} (?:mas|more|extra|a mais|adicional\w*)\b|\b(?:otra noche|another night|one more night|mais uma noite)\b"
    rf"|\b(?:agreg\w+|sum[ae]\w*|anad\w+|add|extend\w*(?: by| for)?|acrescent\w+|adicion\w+) (?:le |me |nos )?({numbers.PATTERN}) {_NIGHT}\b"
)
_LESS = re.compile(rf"\b({numbers.PATTERN}) {_NIGHT} (?:menos|less|fewer|a menos)\b")
# "¿cuánto sale una noche?" asks for the price of any night.
_PER_NIGHT = re.compile(
    rf"\b(?:sale|salen|cuesta|cuestan|vale|cuanto es|how much (?:is|for)|price (?:of|for)|cost of|custa|fica) (?:la |el |a |one |una |uma )?{_NIGHT}\b"
    rf"|\b(?:por|per|each) {_NIGHT}\b"
)
# "el 10 en vez del 9": the ninth is what it is not.
_INSTEAD = re.compile(r"\b(?:en (?:vez|lugar) de(?:l)?|instead of(?: the)?|em vez d[eo]|no (?:el|al|del)) \d{1,2}(?:st|nd|rd|th)?\b(?! de)")
_SEE_YOU = re.compile(r"(?:bueno |dale |ok |gracias |chau )*(?:hasta|ate|see you) (?:manana|amanha|tomorrow)(?: gracias| chau)*")
_JOIN = r" ?(?:-|–|—|al|a|hasta|ate|to|till?|until|thru|through|y|e|and)(?: el| la| the| o| dia)* ?"
_UNTIL = re.compile(
    r"\b(?:hasta|until|till?|ate|check ?-?out|salida|salgo|salimos|me voy|nos vamos|leaving|saida|saio)\b[ :]*(?:el|la|the|o|dia|on|em|no)? ?(?:dia )?$"
)


@dataclass(frozen=True)
class Reading:
    """What the message says about the stay; ``rest`` is the text without it, for those who read after."""

    slots: dict[str, Any] = field(default_factory=dict)
    clarify: tuple[str, ...] = ()
    rest: str = ""


@dataclass
class _Atom:
    start: int
    end: int
    day: int
    month: int | None = None
    year: int | None = None
    date: dt.date | None = None
    until: bool = False


def read(
    folded: str, *, language: str, now: dt.datetime, known: dict[str, Any], awaiting: str | None, about_a_stay: bool = True
) -> Reading:
    """Dates and nights of one message, relative to the hotel's ``now``; ``known`` are the slots filled before.

    ``about_a_stay`` False: "mañana", "el viernes" are small talk or part of a question, and no dates of a stay.
    """
    today = now.date()
    text = _INSTEAD.sub(lambda match: " " * len(match[0]), folded)
    for pattern in _BLANKED:
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    dated = text  # what is blanked from here on was a date or a number of nights
    nights, more, text = _nights(text)
    doubts: list[str] = []
    relative = about_a_stay and not _SEE_YOU.fullmatch(folded.strip(" .!"))
    atoms, text = _atoms(text, language, today, doubts, bare=awaiting in {"check_in", "check_out"}, relative=relative)
    rest = "".join(" " if left == " " != was else original for original, was, left in zip(folded, dated, text, strict=True))
    if doubts:
        return Reading({}, tuple(dict.fromkeys(doubts)), rest)
    if (
        not atoms
        and nights is None
        and awaiting == "nights"
        and (bare := re.fullmatch(rf"(?:solo |just |so )?({numbers.PATTERN})", text.strip(" .!")))
    ):
        nights, rest = numbers.value(bare[1]), ""
    slots, problems = _resolve(atoms, nights, more, today, known, awaiting)
    return Reading(slots, tuple(problems), rest)


def _nights(text: str) -> tuple[int | None, int, str]:
    """Nights asked for, nights to add (or, negative, to take away), and the text without them."""
    if match := _LESS.search(text):
        return None, -numbers.value(match[1]), _blank(text, match)
    if match := _MORE.search(text):
        return None, numbers.value(match[1] or match[2] or "1"), _blank(text, match)
    text = _PER_NIGHT.sub(lambda match: " " * len(match[0]), text)
    for pattern, factor in ((_NIGHTS, 1), (_WEEKS, 7), (_DAYS, 0)):
        if match := pattern.search(text):
            count = numbers.value(match[1])
            if factor == 0:  # "3 días": the field counts nights; two days are one night or two, so a guest is asked
                continue
            return count * factor, 0, _blank(text, match)
    return None, 0, text


def _blank(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]


def _atoms(text: str, language: str, today: dt.date, doubts: list[str], *, bare: bool, relative: bool) -> tuple[list[_Atom], str]:
    atoms: list[_Atom] = []

    def take(pattern: str, make: Any) -> None:
        nonlocal text
        for match in re.finditer(pattern, text):
            found = make(match)
            before = text[: match.start()]
            for atom in found:
                atom.until = atom is found[0] and len(found) == 1 and bool(_UNTIL.search(before))
            if found or doubts:
                atoms.extend(found)
                text = _blank(text, match)

    take(r"\b(20\d\d)-(\d\d)-(\d\d)\b", lambda m: _exact(m, int(m[1]), int(m[2]), int(m[3]), doubts))
    # "3-5" is from the third to the fifth; "3-5-2027" is a date.
    take(
        r"\b(\d{1,2})(?:[/.](\d{1,2})(?:[/.](20\d\d|\d\d))?|-(\d{1,2})-(20\d\d|\d\d))\b(?![/.-]?\d)",
        lambda m: _slashed(m, language, doubts),
    )
    weekday = rf"(?:{_WEEKDAY},? )?(?:el |the |o )?(?:dia )?"
    # 3 al 5 de diciembre · 3-5 dec · 3rd to 5th of december
    take(rf"\b({_DAY})(?:{_JOIN}{weekday})({_DAY}){_OF}({_MONTH}){_YEAR}", lambda m: _pair(m, m[1], m[2], m[3], m[4]))
    # december 3 to 5
    take(
        rf"\b({_MONTH}) (?:the )?({_DAY}){_JOIN}({_DAY})(?! ?(?:{_MONTH}|de ))(?:,? (20\d\d))?", lambda m: _pair(m, m[2], m[3], m[1], m[4])
    )
    take(rf"\b({_DAY}){_OF}({_MONTH}){_YEAR}", lambda m: [_Atom(m.start(), m.end(), _day(m[1]), _month(m[2]), _int(m[3]))])
    take(rf"\b({_MONTH}) (?:the )?({_DAY})(?:,? (20\d\d))?", lambda m: [_Atom(m.start(), m.end(), _day(m[2]), _month(m[1]), _int(m[3]))])
    if relative:
        take(r"\b(?:pasado manana|day after tomorrow|depois de amanha)\b", lambda m: _on(m, today + dt.timedelta(days=2)))
        # "por la mañana" and "breakfast" are no dates
        take(
            r"(?<!por la )(?<!a la )(?<!de la )(?<!cafe da )(?<!da )\b(?:manana|tomorrow|amanha)\b",
            lambda m: _on(m, today + dt.timedelta(days=1)),
        )
        take(r"\b(?:hoy|today|hoje|tonight|esta noche|hoje a noite)\b", lambda m: _on(m, today))
    # Days without a month are a range only when they are joined like one: "5 and 8" are more often ages.
    take(
        rf"\b({_DAY})(?: ?(?:-|–|—) ?| (?:al|a|hasta|ate|to|till?|until|thru|through)(?: el| the| o| dia)* ){weekday}({_DAY})(?= |$|[,.!?])",
        lambda m: [_Atom(m.start(1), m.end(1), _day(m[1])), _Atom(m.start(2), m.end(2), _day(m[2]))],
    )
    take(
        rf"(?:\bel |\bthe |\bdia |\bo dia |\bno dia |\bdel |\bal |\bpara el ){'(?:' + _WEEKDAY + ' )?'}({_DAY})(?= |$|[,.!?])",
        lambda m: [_Atom(m.start(), m.end(), _day(m[1]))],
    )
    if bare and not atoms:
        take(rf"^(?:no |mejor |rather |melhor )*({_DAY})[.! ]*$", lambda m: [_Atom(m.start(), m.end(), _day(m[1]))])
    dated = bool(atoms)
    # "el fin de semana del 12 al 14", "el viernes 4": the dates say it, the day's name only repeats it.
    take(
        r"\b(?:est[ea]|this|coming|ese|nesse|neste)? ?(?:fin de semana|weekend|fim de semana|finde)\b(?! (?:largo|que viene))(?<!largo)",
        lambda m: _weekend(m, today, text[max(0, m.start() - 9) : m.start()], doubts) if relative and not dated else [],
    )
    if relative:
        # A weekday beside a date only repeats it; after "mañana" or another weekday it is the other end of the stay.
        ends = [atom.date for atom in atoms if atom.date is not None]
        take(
            rf"\b(?:el |este |this |on |na |no |next |proximo )?({_WEEKDAY})",
            lambda m: _weekday(m, ends[0] if ends else today, doubts) if not dated or len(atoms) == len(ends) == 1 else [],
        )
    return sorted(atoms, key=lambda atom: atom.start), text


def _exact(match: re.Match[str], year: int, month: int, day: int, doubts: list[str]) -> list[_Atom]:
    if not _exists(year, month, day):
        doubts.append("ambiguous")
        return []
    return [_Atom(match.start(), match.end(), day, month, year)]


def _slashed(match: re.Match[str], language: str, doubts: list[str]) -> list[_Atom]:
    """3/12 is the third of December in Spanish and Portuguese; in English only when it cannot be otherwise."""
    first, second, written = int(match[1]), int(match[2] or match[4]), match[3] or match[5]
    year = int(written) + (2000 if len(written) == 2 else 0) if written else None
    day, month = (first, second) if second <= 12 else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        doubts.append("ambiguous")
        return []
    if language == "en" and first <= 12 and second <= 12 and first != second:
        doubts.append("ambiguous")
        return []
    return [_Atom(match.start(), match.end(), day, month, year)]


def _pair(match: re.Match[str], first: str, second: str, month: str, year: str | None) -> list[_Atom]:
    """Two days that share a month; "29 al 3 de enero" starts in the month before."""
    start, end, number, year_number = _day(first), _day(second), _month(month), _int(year)
    if start <= end:
        return [_Atom(match.start(), match.end(), start, number, year_number), _Atom(match.end(), match.end(), end, number, year_number)]
    if start - end < MONTH_CROSSING:
        return [_Atom(match.start(), match.end(), start, number, year_number), _Atom(match.end(), match.end(), end, number, year_number)]
    before = (number - 2) % 12 + 1
    start_year = year_number - 1 if year_number and before == 12 else year_number
    return [_Atom(match.start(), match.end(), start, before, start_year), _Atom(match.end(), match.end(), end, number, year_number)]


def _on(match: re.Match[str], date: dt.date) -> list[_Atom]:
    return [_Atom(match.start(), match.end(), date.day, date.month, date.year, date)]


def _weekend(match: re.Match[str], today: dt.date, before: str, doubts: list[str]) -> list[_Atom]:
    """Friday to Sunday; "the next one" means different days to different people, so it is asked."""
    if re.search(r"(?:proximo|next) ?$", before):
        doubts.append("ambiguous")
        return []
    friday = today + dt.timedelta(days=(4 - today.weekday()) % 7)
    if today.weekday() in {5, 6}:
        doubts.append("ambiguous")
        return []
    return [*_on(match, friday), *_on(match, friday + dt.timedelta(days=2))]


def _weekday(match: re.Match[str], today: dt.date, doubts: list[str]) -> list[_Atom]:
    """The next such day after ``today``, which is the check-in when the weekday is the other end of a stay."""
    ahead = (_WEEKDAYS[match[1]] - today.weekday()) % 7
    if ahead == 0 or re.match(r"(?:next|proximo)", match[0]):
        doubts.append("ambiguous")  # today, or in a week?
        return []
    return _on(match, today + dt.timedelta(days=ahead))


def _resolve(
    atoms: list[_Atom], nights: int | None, more: int, today: dt.date, known: dict[str, Any], awaiting: str | None
) -> tuple[dict[str, Any], list[str]]:
    old_in = dt.date.fromisoformat(known["check_in"]) if known.get("check_in") else None
    old_out = dt.date.fromisoformat(known["check_out"]) if known.get("check_out") else None
    old_nights = (old_out - old_in).days if old_in and old_out else known.get("nights")
    check_in = check_out = None
    if len(atoms) > 2:
        return {}, ["ambiguous"]
    if len(atoms) == 2:
        _share_month(*atoms)
        check_in = _date(atoms[0], today, None, near=old_in)
        check_out = _date(atoms[1], today, check_in)
        dates = [check_in, check_out]
    elif len(atoms) == 1:
        atom = atoms[0]
        is_end = atom.until or (awaiting in {"check_out", "nights"} and old_in is not None and nights is None)
        if is_end:
            check_in = old_in
            check_out = _date(atom, today, old_in)
        else:
            check_in = _date(atom, today, None, near=old_in)
        dates = [check_out if is_end else check_in]
    else:
        dates = []
    if None in dates:
        return {}, ["ambiguous"]  # 30 February
    if check_in is None and check_out is None and nights is None and not more:
        return {}, []
    check_in = check_in or old_in
    if more and old_in and old_out:
        check_in, check_out = old_in, old_out + dt.timedelta(days=more)
        if check_out <= check_in:
            return {}, ["incomplete"]
    if check_out is None and check_in is not None:
        length = nights or old_nights
        check_out = check_in + dt.timedelta(days=length) if length else None
    return _checked(check_in, check_out, nights, today)


def _share_month(first: _Atom, second: _Atom) -> None:
    """ "llego el 10 y me voy el 12 de enero": both days are January's; "el 29 … al 3 de enero" starts in December."""
    if first.date is None and first.month is None and second.date is None and second.month is not None:
        crosses = first.day - second.day >= MONTH_CROSSING
        first.month = (second.month - 2) % 12 + 1 if crosses else second.month
        first.year = second.year - 1 if second.year and crosses and first.month == 12 else second.year


def _checked(check_in: dt.date | None, check_out: dt.date | None, nights: int | None, today: dt.date) -> tuple[dict[str, Any], list[str]]:
    if nights is not None and not 1 <= nights <= MAX_NIGHTS:
        return {}, ["too_long" if nights > MAX_NIGHTS else "incomplete"]
    if check_in is None:
        return ({"nights": nights} if nights else {}), ([] if nights else ["incomplete"])
    if check_in < today:
        return {}, ["past"]
    if (check_in - today).days > MAX_DAYS_AHEAD:
        return {}, ["too_far"]
    if check_out is None:
        return {"check_in": check_in.isoformat()}, []
    if check_out <= check_in:
        return {}, ["reversed"]
    length = (check_out - check_in).days
    if length > MAX_NIGHTS:
        return {}, ["too_long"]
    return {"check_in": check_in.isoformat(), "check_out": check_out.isoformat(), "nights": length}, []


def _date(atom: _Atom, today: dt.date, after: dt.date | None, near: dt.date | None = None) -> dt.date | None:
    """The date an atom means; None when there is no such day. Without a year the next one that comes; ``after`` is the
    check-in a check-out belongs to, ``near`` the stay a correction belongs to."""
    if atom.date is not None:
        return atom.date
    if atom.month is not None and atom.year is not None:
        return dt.date(atom.year, atom.month, atom.day) if _exists(atom.year, atom.month, atom.day) else None
    if atom.month is not None:
        start = after or today
        for year in range(start.year, start.year + 9):  # 29 February may be far away
            if _exists(year, atom.month, atom.day):
                date = dt.date(year, atom.month, atom.day)
                if date > start if after else date >= today:
                    return date
                if after is None and (today - date).days <= 30:
                    return date  # just over: the guest is told, instead of being booked for next year
                if after is not None and (after - date).days < 180:
                    return date  # before the check-in: reversed, the guest is asked
            elif not (atom.month == 2 and atom.day == 29):
                return None
        return None
    return _day_only(atom.day, after or near or today, strict=after is not None, today=today)


def _day_only(day: int, anchor: dt.date, *, strict: bool, today: dt.date) -> dt.date | None:
    """A day without a month: the next such day from the anchor on."""
    year, month = anchor.year, anchor.month
    for _month_ahead in range(3):
        if day <= calendar.monthrange(year, month)[1]:
            date = dt.date(year, month, day)
            if (date > anchor) if strict else (date >= today):
                return date
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _day(text: str) -> int:
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else 1


def _month(text: str) -> int:
    return _MONTHS[text.rstrip(". ")]


def _int(text: str | None) -> int | None:
    return int(text) if text else None
