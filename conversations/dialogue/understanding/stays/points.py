"""Where a message names days: single days (points) and whole stretches (a weekend, Easter). What only looks like a date is
blanked out first: ages, money, hours, codes, addresses, marks."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays import feasts, weeks
from conversations.dialogue.understanding.stays.blanks import INSTEAD, NOT_THEN, SLIP, blanked
from conversations.dialogue.understanding.stays.hedges import ABOUT, AFTER_FEAST, COMES_BEFORE, EITHER, HEDGED, NIGHT_BEFORE, UNDATED
from conversations.dialogue.understanding.stays.roles import OUT_BEFORE, role_of, told_behind
from conversations.dialogue.understanding.stays.vocabulary import (
    DAY,
    LONG_MONTH,
    LONG_WEEKDAY,
    MONTH,
    WEEKDAY,
    YEAR,
    day,
    month,
    weekday,
)

ONE_DAY = dt.timedelta(days=1)
# "del 29 al 3" crosses into the next month; "del 5 al 3" is a slip, and is asked about.
MONTH_CROSSING = 12
_TUESDAY, _WEDNESDAY, _SATURDAY = 1, 2, 5


@dataclass
class Point:
    """One day as far as it is said. ``role``: "in", "out" or "" (not said). ``named``: the weekday said beside it."""

    start: int
    end: int
    day: int = 0
    month: int | None = None
    year: int | None = None
    date: dt.date | None = None
    role: str = ""
    named: int | None = None
    feast: bool = False
    later: int = 0  # days after the day named: who sleeps there last on the 10th leaves on the 11th
    listed: bool = False  # one of two days that "and" joins
    joined: bool = False  # the first day of a range that names its month: "3 to 5 May"


@dataclass
class Found:
    points: list[Point] = field(default_factory=list)
    stretches: list[tuple[dt.date, dt.date]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    nights: int = 0  # "tonight", "la noche del 31" are one; "tonight and tomorrow" two
    doubtful_feast: bool = False  # "para el día de la madre": which night?
    again: bool = False  # "vuelvo": somebody who was here before comes again
    month: int | None = None  # a month named without a day
    undated: str = ""  # the text without what only looks like a date
    text: str = ""  # the same without the days either


_AND_DAY = r"(?:(?:,| ?(?:and|y|e|&)) ?(?:again |tambien |also )?(?:(?:on|la|na|a|the|el|o|del?|do|of|dia|noche|night|noite) )*)"
_NIGHTS_OF = compiled(
    rf"\b(?:nights?|noches?|noites?|dorm\w+|durm\w+|duerm\w+|sleep\w*|pernoct\w+)(?: (?:there|here|ahi|alli|aca|ai|aqui|at yours|con ustedes))? (?:of |del? |do |dos |los |on |the |el |la |na |no |dias? |o )*(?:({MONTH}) )?"
    rf"(\d{{1,2}}(?:st|nd|rd|th)?(?:{_AND_DAY}\d{{1,2}}(?:st|nd|rd|th)?)+)\b(?:(?: (?:de|of|do))? ({MONTH}))?(?! ?(?:noches|nights|noites|noite|personas|people|adult))"
)
# "14, 15 y 16 de agosto"
_LIST = compiled(rf"\b(\d{{1,2}}(?:, ?\d{{1,2}}){{1,6}},? (?:y|e|and|&) \d{{1,2}})(?: de| of|th of|st of|nd of|rd of)? ({MONTH})")
# "la última noche el 10": they leave on the day after.
_LAST_NIGHT = compiled(
    rf"\b(?:ultima noche|last night|ultima noite|(?:the )?last (?:one )?of (?:them|these|which)|la ultima|the last one)(?: (?:being|is|of|on|the|el|la|del|dia|seria|sera|es|e|o|no|do|de|:))*:? "
    rf"(?:({DAY})(?: ?(?:de|of|do)? ?({MONTH}))?|({MONTH}) (?:the )?({DAY}))"
)
# "A segunda cama", "terça parte": counted, no days.
_THAT_IS = compiled(r"\b(?:so really|really|o sea|en realidad|na verdade|ou seja|technically|tecnicamente|mejor dicho|or rather)\b")
_COUNTED = "cama|vez|via|opcao|pessoa|parte|diaria|semana|quinzena|reserva|andar|porta|rua|mensagem|tentativa|pergunta|coisa|crianca|avenida|linha|fila|classe|mao|chave|hospede|estadia|visita|viagem|quarto|fase|parcela|toalha|habitacion|opcion|noite|noche"
# "Hoy es jueves": no day of the stay.
_IS_WEEKDAY = compiled(
    rf"\b(hoy|today|hoje|manana|tomorrow|amanha)(?: es|'s| is| e|,? que es|,? que e|,? which is) (?:a |an |um |un )?({LONG_WEEKDAY})(?:-feira)?"
)
# "Sexta agora" is this Friday.
_NOW_COMING = compiled(rf"\b({LONG_WEEKDAY}(?:-feira)?) agora\b")
_SEE_YOU = compiled(
    r"(?:bueno |dale |ok |gracias |chau |entonces )*(?:hasta|ate|see you|nos vemos) (?:manana|amanha|tomorrow)(?: gracias| chau)*"
)
_WEEKDAY_BEFORE = compiled(rf"\b({WEEKDAY})[, ]*(?:el |the |o |dia )*$")
_JOIN = r" ?(?:-|–|—|>|\bal?\b|\bhasta\b|\bate\b|\bao\b|\bas\b|\bto\b|\btill?\b|\buntil\b|\bthru\b|\bthrough\b|\by\b|\be\b|\band\b)(?: ?(?:el|la|the|o|ao|dia))* ?"
_RANGE_JOIN = r"(?: ?(?:-|–|—|>) ?| (?:al?|ao|hasta|ate|to|till?|until|thru|through|(?<=\d )(?:para|pro|pra o))(?: (?:el|the|o|dia|ao))* )"
_BARE_RANGE = compiled(rf"\b{DAY}{_RANGE_JOIN}{DAY}(?! ?(?:de|of|do|del|/|{MONTH}))")
_SLEEPS = compiled(
    r"\b(?:noches?|nights?|noites?|lleg\w+|arriv\w+|cheg\w+|reserv\w+|book\w*|disponib\w+|availab\w+|stay\w*|dias?|days?|fechas?|dates?|datas?|check ?-?(?:in|out))\b"
)
_LONG = r"(?:fin(?:de)? de semana|finde|fds|fim de semana|fimde|weekend|feriado|feriadao|puente)"
_NEXT = r"(?:proxim[oa]|que viene|next|que vem|siguiente|seguinte|following)"
# "This weekend, Friday till Sunday", said on a Sunday, cannot be the one that is nearly over.
_FROM_FRIDAY = rf"\b(?:viernes|vie|friday|fri|sexta)(?:-feira)?,?{_RANGE_JOIN}{LONG_WEEKDAY}"
# Days of a feast that is a stretch: days before (negative) or after Easter Sunday.
_EASTER_DAYS = {
    r"jueves santo|maundy thursday|holy thursday|quinta(?:-feira)? santa": -3,
    r"viernes santo|good friday|sexta(?:-feira)? santa": -2,
    r"domingo de (?:pascuas?|resurreccion|pascoa)|easter sunday": 0,
    r"lunes de pascuas?|easter monday|segunda(?:-feira)? de pascoa": 1,
    r"sabado de carnaval": -50,
    r"lunes de carnaval|carnival monday|segunda(?:-feira)? de carnaval": -48,
    r"martes de carnaval|carnival tuesday|terca(?:-feira)? de carnaval|shrove tuesday": -47,
    r"miercoles de ceniza|ash wednesday|quarta(?:-feira)? de cinzas": -46,
}
_FEASTS = {
    r"nochebuena|noche buena|christmas eve|xmas eve|vespera de natal": (12, 24),
    r"navidad|christmas(?: day)?|xmas|natal": (12, 25),
    r"boxing day|st\.? stephen'?s day": (12, 26),
    r"nochevieja|fin de ano|new year'?s eve|nye|reveillon|vispera de ano nuevo|vespera de ano novo|virada(?: do ano)?": (12, 31),
    r"ano nuevo|new year'?s?(?: day)?|ano novo|primero de ano": (1, 1),
    r"reyes|three kings|epiphany": (1, 6),
}


def is_goodbye(folded: str) -> bool:
    """ "Hasta mañana"."""
    return bool(_SEE_YOU.fullmatch(folded.strip(" .!")))


def find(
    folded: str, *, language: str, today: dt.date, country: str, awaiting: str | None, relative: bool, check_in: dt.date | None
) -> Found:
    """Everything of the message that names days; numbers are digits already."""
    found = Found()
    text = folded
    text = re.sub(r"\b(?:see|ring|bring)(?:ing)? in the new year|recib\w+ el ano|receber o ano\b", lambda match: " " * len(match[0]), text)
    text = blanked(text, SLIP, INSTEAD, NOT_THEN)
    # "viernes a la noche": the part of the day says nothing about which
    text = re.sub(
        rf"\b({WEEKDAY}) (?:(?:a la|por la|de la|in the|pela|na|de|da|a) )?(?:noche|tarde|manana|mediodia|night|nite|evening|afternoon|arvo|morning|noite|manha)\b",
        lambda match: match[1] + " " * (len(match[0]) - len(match[1])),
        text,
    )
    text = _NOW_COMING.sub(lambda match: match[1] + " " * (len(match[0]) - len(match[1])), text)
    text = re.sub(
        rf"({WEEKDAY}) {{2,}}(?=(?:a|al|to|hasta|ate|till|until|-|>) )",
        lambda match: " " * (len(match[0]) - len(match[1]) - 1) + match[1] + " ",
        text,
    )
    text = _IS_WEEKDAY.sub(lambda match: _as_said(match, today), text)
    relative = relative and not _SEE_YOU.fullmatch(folded.strip(" .!"))
    finder = _Finder(text, found, language, today, check_in, awaiting)
    if EITHER[language].search(text):
        found.doubts.append("ambiguous")
    if re.search(rf"\b(?:o|or|ou) (?:de |in |en |em )?{LONG_MONTH}", text) and re.search(r"\d", text):
        found.doubts.append("ambiguous")
    if NIGHT_BEFORE.search(text) and not INSTEAD.search(folded) and len(re.findall(r"\d+", text)) <= 2:
        found.doubts.append("ambiguous")
    if (
        re.search(r"\b(?:andar|pisos?|floors?|vagas? de garagem|cuotas|parcelas|instal\w+)\b", text)
        and _BARE_RANGE.search(text)
        and not _SLEEPS.search(text)
    ):
        found.doubts.append("ambiguous")  # floors, or days?
    if re.search(r"\b(?:entre|between)\b.*\b(?:unos|uns|a few|algunos|some) (?:dias|days)\b", text):
        found.doubts.append("incomplete")
    if re.search(rf"\b{DAY}(?: de [a-z]+)?,? (?:inclusive|incluid[oa]|inclusivo|included)\b(?! (?:cafe|desayuno|breakfast))", text):
        found.doubts.append("ambiguous")  # is that night slept, or the morning of leaving?
    if HEDGED.search(text) or (check_in is None and COMES_BEFORE.search(text)):
        found.doubts.append("ambiguous")
    if UNDATED.search(text):
        found.doubts.append("undated")
    if ABOUT.search(text):
        found.doubts.append("incomplete")
    finder.nights_of()
    finder.weekend_of()
    finder.dates(bare=awaiting in {"check_in", "check_out"})
    finder.feasts_and_weekends(country, relative)
    if relative:
        finder.words()
    finder.weekdays(relative)
    finder.vague()
    found.undated, found.text = text, finder.text
    if AFTER_FEAST.search(text) and sum(not point.feast for point in found.points) < 2:
        found.doubts.append("ambiguous")
    found.points.sort(key=lambda point: point.start)
    if (
        len(found.points) == 2
        and re.search(
            r"\b(?:o|or|ou)\b",
            text[found.points[0].end : found.points[1].start].replace(" o dia", "").replace(" ao ", " ").replace("o sea ", ""),
        )
        and language != "pt"
    ):
        found.doubts.append("ambiguous")  # "el viernes sí, o el sábado"
    if (
        len(found.points) == 2
        and abs(found.points[0].day - found.points[1].day) in {1, 27, 28, 29, 30}
        and _THAT_IS.search(text[found.points[0].start : found.points[1].start + 1])
    ):
        found.doubts.append("ambiguous")  # "midnight of the 5th, so really the 6th"
    if len(found.points) == 2 and not any(point.role or point.listed for point in found.points):
        first, second = found.points
        if re.fullmatch(r" (?:and|y|e) (?:el |the |dia |o dia )?", text[first.end : second.start]) and not re.search(
            r"\b(?:entre|between)\b", text[: first.start]
        ):
            found.doubts.append("ambiguous")  # "December 24 and December 31"
    return found


class _Finder:
    """Takes what it finds out of the text, the surest first."""

    def __init__(self, text: str, found: Found, language: str, today: dt.date, check_in: dt.date | None, awaiting: str | None) -> None:
        self.text, self.found, self.language, self.today = text, found, language, today
        self.original, self.check_in, self.awaiting = text, check_in, awaiting
        self.week: re.Match[str] | None = None

    def take(self, pattern: str, make: Callable[[re.Match[str]], Iterable[Point] | None]) -> None:
        """``make`` returns the points of a match, or None when it is none after all."""
        for match in re.finditer(pattern, self.text):
            if self.language != "pt" and re.search(r"\bout\b", match[0]):
                continue  # a month in Portuguese alone
            points = make(match)
            if points is None:
                continue
            points = list(points)
            if points:
                points[0].role = points[0].role or self._role(max(match.start(), points[0].start), match.end(), only=len(points) == 1)
                if points[0].named is None and (before := _WEEKDAY_BEFORE.search(self.text[: match.start()])):
                    points[0].named = weekday(before[1])
                    self._blank(before.start(), before.end())
            self.found.points += points
            self._blank(match.start(), match.end())

    def _blank(self, start: int, end: int) -> None:
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

    def _role(self, start: int, end: int, *, only: bool) -> str:
        if not only:
            return ""
        before = _WEEKDAY_BEFORE.sub("", self.original[:start])
        before = re.sub(r"(?<!check )(?<!check-)\b(?:en|in|em|on|na|no|el|the|o) $|(?<= )$", "", before) + " "
        return role_of(before, self.original[end : end + 80], arrival_known=self.check_in is not None)

    def dates(self, *, bare: bool) -> None:
        """Days with a number."""
        self.take(r"\b(20\d\d)-(\d\d)-(\d\d)\b", lambda m: self._exact(m, int(m[1]), int(m[2]), int(m[3])))
        named = rf"(?:{WEEKDAY},? )?(?:el |the |o )?(?:dia )?"
        shared = rf"\b({DAY})(?:{_JOIN}{named})({DAY})"
        self.take(
            rf"(?<![\d/.-])\b(\d{{1,2}})(?:{_JOIN}{named})(\d{{1,2}})[/](\d{{1,2}})(?:/(20\d\d))?\b(?!/)", lambda m: self._pair_slashed(m)
        )
        # "3-5" is from the third to the fifth; "3-5-2027" is a date.
        self.take(
            r"\b(\d{1,2})[/.](\d{1,2})[/.](20\d\d|\d\d)\b|\b(\d{1,2})-(\d{1,2})-(20\d\d|\d\d)\b",
            lambda m: self._slashed(m, m[1] or m[4], m[2] or m[5], m[3] or m[6]),
        )
        self.take(r"\b(\d{1,2})[/.](\d{1,2})\b(?![/.]?\d)(?!-\d{4})", lambda m: self._slashed(m, m[1], m[2], None))
        # 3 al 5 de diciembre · 3-5 dec · 3rd to 5th of december · entre el 14 y el 17 de diciembre
        self.take(
            rf"{shared} ?(?:de |del |do |of |/ ?)?(?:(?:este|this|proximo|next|mes de|month of) )?({MONTH}){YEAR}",
            lambda m: self._pair(m, m[1], m[2], m[3], m[4]),
        )
        # 25 de mayo a 28
        self.take(
            rf"\b({DAY}) ?(?:de |del |do |of )?({MONTH}){_RANGE_JOIN}(?:the |el |dia )?({DAY})(?= |$|[,.!?;)])(?! ?(?:de|del|do|of|/|{MONTH}))",
            lambda m: self._pair(m, m[1], m[3], m[2], None) if day(m[1]) < day(m[3]) else None,
        )
        # december 3 to 5
        self.take(
            rf"\b({MONTH}) (?:the |el |del |dia )?({DAY}){_JOIN}({DAY})(?! ?(?:{MONTH}|de (?:{MONTH})|of))(?:,? (20\d\d))?",
            lambda m: self._pair(m, m[2], m[3], m[1], m[4]),
        )
        self.take(
            rf"\b({DAY}) ?(?:de |del |do |of |/ ?|d )?(?:(?:mes de|month of) )?({MONTH}){YEAR}",
            lambda m: [Point(m.start(), m.end(), day(m[1]), month(m[2]), _int(m[3]))],
        )
        self.take(
            rf"\b({MONTH}) (?:the |el |dia )?({DAY})(?:,? (20\d\d))?",
            lambda m: [Point(m.start(), m.end(), day(m[2]), month(m[1]), _int(m[3]))],
        )
        self.take(
            r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of| de| d| do)? (?:this month|este mes|deste mes|corriente)\b",
            lambda m: [Point(m.start(), m.end(), int(m[1]), self.today.month, self.today.year)],
        )
        self.take(
            r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of| de| d| do)? (?:next month|mes que viene|proximo mes|mes que vem|mes siguiente)\b|\b(?:del )?mes que viene (?:el )?(\d{1,2})\b",
            lambda m: [self._next_month(m, int(m[1] or m[2]))],
        )
        # Days without a month are a range only when they are joined like one: "5 and 8" are more often ages.
        self.take(
            rf"(?<![\d/.,])\b({DAY}){_RANGE_JOIN}{named}({DAY})(?= |$|[,.!?;)])",
            lambda m: self._bare_range(m),
        )
        self.take(
            rf"\b(?:entre el|between the|entre o dia|entre os dias|entre dia|entre) ({DAY}) (?:y|and|e)(?: (?:el|the|o|dia))* ({DAY})(?= |$|[,.!?])",
            lambda m: [Point(m.start(1), m.end(1), day(m[1])), Point(m.start(2), m.end(2), day(m[2]))],
        )
        self.take(
            rf"\b(?:el|the|dia|o dia|no dia|do dia|del|al|para el|ao dia|pro dia|on the|on) (?:{WEEKDAY},? )?(?:dia )?({DAY})(?= |$|[,.!?;)])(?! (?:de|of) \d)(?! (?:of us|of them|de nosotros|de nos)\b)(?! ?(?:noches|nights|noites|noite|semanas?|weeks?|dias|days|de cada))",
            lambda m: [self._with_weekday(m, day(m[1]))],
        )
        self.take(
            rf"\b({LONG_WEEKDAY}),? (?:the |el |dia )?({DAY})(?= |$|[,.!?])(?! ?(?:noches|nights|noites|semanas?|weeks?|dias|days|of us|of them))",
            lambda m: [Point(m.start(), m.end(), day(m[2]), named=weekday(m[1]))],
        )
        self.take(
            rf"\b(?:in(?=.*\bout\b)|arrival|llegada|chegada|entrada|partida|departure|salida|saida|desde|from|llego|llegamos|chego|chegamos|chegando|arriving|arrive|coming|hasta|until|till|ate|salgo|salimos|saliendo|saio|saimos|saindo|partir|partindo|partimos|entro|entramos|volto|vuelvo|volver|voltar|embora|sai|depart|vuelta|volta|egreso|regreso|ingreso|voltando|regresso|go back|back|out|leave|leaving)(?: (?:so|solo|recien|only|just|apenas))?(?: a)?(?: (?:el|o|the|no|dia|on))* ({DAY})(?= |$|[,.!?])(?! ?(?:noches|nights|noites|semanas?|weeks?|dias|days|anos|pesos|de la|personas|adult))",
            lambda m: [Point(m.start(1), m.end(1), day(m[1]))] if self._is_expected(m) else None,
        )
        self.take(
            r"\b(\d{1,2}) (?:for|de|da|para(?: la| a)?) (?:the )?(?:arrival|check ?-?in|llegada|entrada|chegada)\b",
            lambda m: [Point(m.start(1), m.end(1), int(m[1]), role="in")] if _is_day(m[1]) else None,
        )
        self.take(
            r"\b(?:salida|saida|departure|check ?-?out|llegada|chegada|arrival|check ?-?in|entrada)(?: (?:es|is|seria|sera|on|el|the|dia|o|a))* (\d{1,2})(?= ?(?:$|[,.!?;)]|no\b|nao\b|not\b))",
            lambda m: (
                [Point(m.start(1), m.end(1), int(m[1]), role="out" if re.match(r"sal|sai|dep|check ?-?out", m[0]) else "in")]
                if _is_day(m[1])
                else None
            ),
        )
        if bare and not self.found.points:
            self.take(
                rf"^(?:no |mejor |rather |melhor |creo que |acho que |maybe |seria |sera )*(?:el |the |dia |o )?({DAY})[.! ]*$",
                lambda m: [Point(m.start(), m.end(), day(m[1]))],
            )

    def _is_expected(self, match: re.Match[str]) -> bool:
        """ "Hasta 12" is a day where days are spoken of, and else an age, a price, a number of people."""
        bare = re.match(r"(?:hasta|until|till|ate) \d", match[0])
        return not bare or bool(self.found.points or self.check_in or self.awaiting in {"check_in", "check_out", "nights", "stay"})

    def nights_of(self) -> None:
        """ "the nights of January 3, 4 and 5"."""

        def make(match: re.Match[str]) -> list[Point] | None:
            days = [int(number) for number in re.findall(r"\d+", match[2])]
            if any(after - before != 1 for before, after in pairwise(days)):
                self.found.doubts.append("ambiguous")
                return []
            self.found.nights = len(days)
            name = match[1] or match[3]
            return [Point(match.start(), match.end(), days[0], month(name) if name else None, role="in")]

        for match in _NIGHTS_OF.finditer(self.text):
            if told_behind(self.text[match.end() : match.end() + 80]):
                continue  # "la noche del 5, y el 6 a la mañana seguimos"
            points = make(match)
            self.found.points += points or []
            self._blank(match.start(), match.end())
        for match in _LIST.finditer(self.text):
            days = [int(number) for number in re.findall(r"\d+", match[1])]
            if all(after - before == 1 for before, after in pairwise(days)):
                self.found.doubts.append("listed")
                self.found.points += [Point(match.start(), match.end(), number, month(match[2]), listed=True) for number in days]
                self._blank(match.start(), match.end())
        for match in _LAST_NIGHT.finditer(self.text):
            name = match[2] or match[3]
            self.found.points.append(
                Point(match.start(), match.end(), day(match[1] or match[4]), month(name) if name else None, role="out", later=1)
            )
            self._blank(match.start(), match.end())

    def weekend_of(self) -> None:
        if re.search(rf"\b(?:{DAY} (?:de |of )?{MONTH}|{MONTH} {DAY}) (?:weekend|wknd)\b", self.text):
            self.found.doubts.append("ambiguous")  # "4th of July weekend": which days are off where they live?
        self.take(
            rf"\b(?:fin de semana|weekend|finde|fds|fim de semana|final de semana) (?:of|del|de|do|around) (?:the |dia )?({DAY})(?: (?:de|of|do)? ?({MONTH}))?",
            lambda m: self._weekend_of(day(m[1]), month(m[2]) if m[2] else None),
        )
        self.take(rf"\b(?:weekend|finde|fin de semana) (?:of|around) ({MONTH}) ({DAY})", lambda m: self._weekend_of(day(m[2]), month(m[1])))

    def _bare_range(self, match: re.Match[str]) -> list[Point] | None:
        """ "del 29 al 3" goes into the next month; "10 to 4" are hours, or a slip."""
        first, second = day(match[1]), day(match[2])
        if not _is_day(match[1], match[2]):
            return None
        if 0 < first - second < MONTH_CROSSING:
            self.found.doubts.append("ambiguous")
        return [Point(match.start(1), match.end(1), first), Point(match.start(2), match.end(2), second)]

    def _with_weekday(self, match: re.Match[str], number: int) -> Point:
        inside = re.search(WEEKDAY, match[0][: match.start(1) - match.start()])
        return Point(match.start(), match.end(), number, named=weekday(inside[0]) if inside else None)

    def _next_month(self, match: re.Match[str], number: int) -> Point:
        ahead = self.today.replace(day=1) + dt.timedelta(days=32)
        return Point(match.start(), match.end(), number, ahead.month, ahead.year)

    def _exact(self, match: re.Match[str], year: int, month_: int, day_: int) -> list[Point]:
        if not exists(year, month_, day_):
            self.found.doubts.append("ambiguous")
            return []
        return [Point(match.start(), match.end(), day_, month_, year)]

    def _slashed(self, match: re.Match[str], one: str, other: str, written: str | None) -> list[Point] | None:
        """3/12 is the third of December in Spanish and Portuguese; in English only when it cannot be otherwise."""
        first, second = int(one), int(other)
        year = int(written) + (2000 if len(written) == 2 else 0) if written else None
        day_, month_ = (first, second) if second <= 12 else (second, first)
        if not (1 <= month_ <= 12 and 1 <= day_ <= 31):
            if written is None and "." in match[0]:
                return None  # 9.30 is an hour
            self.found.doubts.append("ambiguous")
            return []
        if self.language == "en" and first <= 12 and second <= 12 and first != second:
            if (order := self._slash_order()) is not None:
                return [Point(match.start(), match.end(), *((first, second) if order else (second, first)), year)]
            self.found.doubts.append("ambiguous")
            return []
        return [Point(match.start(), match.end(), day_, month_, year)]

    def _slash_order(self) -> bool | None:
        """Day before month (True) or after it, as another date of the message shows: "31/10 until 4/11"."""
        told = {
            int(match[1]) > 12
            for match in re.finditer(r"\b(\d{1,2})/(\d{1,2})\b", self.original)
            if (int(match[1]) > 12) != (int(match[2]) > 12) and int(match[1]) <= 31 and int(match[2]) <= 31
        }
        return told.pop() if len(told) == 1 else None

    def _pair_slashed(self, match: re.Match[str]) -> list[Point] | None:
        """ "del 15 al 18/1": both days are January's."""
        first, second, number = int(match[1]), int(match[2]), int(match[3])
        if number > 12 or not _is_day(match[1], match[2]) or (self.language == "en" and second <= 12):
            return None
        return self._shared(match, first, second, number, _int(match[4]))

    def _pair(self, match: re.Match[str], first: str, second: str, month_: str, year: str | None) -> list[Point]:
        between = self.text[match.start() : match.end()]
        if re.match(rf"(?:{MONTH} (?:the )?)?{DAY} (?:y|e|and) ", between) and not re.search(
            r"\b(?:entre|between)(?: \w+){0,2} $", self.text[: match.start()]
        ):
            self.found.doubts.append("listed")  # "el 24 y el 31 de diciembre"
            return [
                replace(point, joined=False, listed=True)
                for point in self._shared(match, day(first), day(second), month(month_), _int(year))
            ]
        return self._shared(match, day(first), day(second), month(month_), _int(year))

    def _shared(self, match: re.Match[str], start: int, end: int, number: int, year: int | None) -> list[Point]:
        """Two days that share a month; "29 al 3 de enero" starts in the month before."""
        month_, start_year = number, year
        if start - end >= MONTH_CROSSING:
            month_ = (number - 2) % 12 + 1
            start_year = year - 1 if year and month_ == 12 else year
        return [
            Point(match.start(), match.end(), start, month_, start_year, joined=True),
            Point(match.end(), match.end(), end, number, year),
        ]

    def feasts_and_weekends(self, country: str, relative: bool) -> None:
        """Feasts that are a stretch, and those that are a day."""
        dated = bool(self.found.points)
        today = self.today

        def stretch(stay: tuple[dt.date, dt.date] | None) -> list[Point]:
            if dated:
                return []  # "el finde largo del 5 al 8": the dates say it
            if stay is None:
                self.found.doubts.append("ambiguous")
            else:
                self.found.stretches.append(stay)
            return []

        def after_or_before(match: re.Match[str]) -> bool:
            return bool(
                re.search(
                    r"\b(?:depois|despues|after|antes|before)(?: (?:de|del|do|da|the|la|el|o))* $",
                    self.text[: match.start()].removesuffix(" ") + " ",
                )
            )

        def stretch_at(match: re.Match[str], stay: tuple[dt.date, dt.date] | None) -> list[Point]:
            return stretch(None if after_or_before(match) else stay)

        year = r"(?: (?:de |del |of )?(20\d\d))?"
        for pattern, days in _EASTER_DAYS.items():
            self.take(
                rf"\b(?:el |the |a |o )?(?:{pattern}){year}(?: (?=hasta|al?\b|ate))?",
                lambda m, days=days: self._of_easter(m, days),  # type: ignore[misc]
            )
        if len([point for point in self.found.points if point.feast]) == 1:  # "jueves santo a domingo"
            self.take(
                rf"(?<=\s)(?:al?|ao|hasta(?: el)?|ate(?: o)?|to|until|till?) (?:the |el |o )?({LONG_WEEKDAY})(?= |$|[,.!?])(?! (?:de|of))",
                lambda m: [Point(m.start(), m.end(), 0, named=weekday(m[1]), role="out")],
            )
        self.take(
            rf"\b(?:semana santa|pascuas?|easter(?: weekend)?|pascoa){year}", lambda m: stretch_at(m, feasts.easter_stay(today, _int(m[1])))
        )
        self.take(
            rf"\b(?:(?:el |the |o )?(?:feriado|finde|fin de semana|fim de semana|weekend|feriadao) (?:largo )?(?:de |do |of )?)?(?:carnavales|carnaval|carnival){year}(?: weekend)?(?! quebrado)",
            lambda m: stretch_at(m, feasts.carnival_stay(today, _int(m[1]))),
        )
        of = rf"(?: (?:de |del |do |of |in |em |en )?(?:(?P<day>\d{{1,2}}) (?:de|of) )?(?P<month>{MONTH}))?"
        self.take(
            rf"\b(?:(?:proximo |next |este |this |el |the |o )*(?:{_LONG} (?:largo|prolongado|xl|de puente)|feriadao|long weekend|[34]-day weekend|bank holiday weekend|puente)(?: que viene| que vem)?){of}",
            lambda m: stretch(self._long_weekend(country, m)) if relative or m["month"] else None,
        )
        for pattern, (number, day_) in _FEASTS.items():
            self.take(
                rf"(?<!happy )(?<!feliz )(?<!merry )(?<!muy feliz )(?<!prospero )\b(?:(?:el |the )?(?:dia|day) (?:de |of )?)?(?:{pattern})\b(?: day)?",
                lambda m, number=number, day_=day_: [Point(m.start(), m.end(), day_, number, feast=True)],  # type: ignore[misc]
            )
        for point in self.found.points:  # "come for Christmas": not on that day
            if point.feast and re.search(r"\b(?:for|por|para|pra|pa)(?: (?:la|las|el|the|o|a|as))* ?$", self.original[: point.start]):
                point.role = ""
        if (
            re.search(
                r"\b(?:dia (?:de la|del|de las|da|do|das|dos) (?:madre|padre|maes?|pais?|nino|criancas|trabajador|trabalho|namorados|enamorados|amigo|independencia)|mother'?s day|father'?s day|valentine'?s?(?: day)?|san valentin|halloween|thanksgiving|labou?r day|memorial day|4th of july)\b",
                self.text,
            )
            and not self.found.points
        ):
            self.found.doubtful_feast = True
        weekend = rf"\b(?P<lead>(?:est[ea]|this|coming|ese|esse|nesse|neste|{_NEXT}|el|the|o|no|pro)(?: {_NEXT})? )?(?:fin de semana|weekend|wknd|fim de semana|final de semana|finde|fds)\b(?P<tail> (?:que viene|que vem|proximo|siguiente|coming))?"
        self.take(weekend, lambda m: self._weekend(m) if relative and not dated else ([] if dated else None))

    def _of_easter(self, match: re.Match[str], days: int) -> list[Point]:
        date = feasts.of_easter(self.today, days, _int(match[1]))
        return [Point(match.start(), match.end(), date.day, date.month, date.year, date, feast=True)]

    def _long_weekend(self, country: str, match: re.Match[str]) -> tuple[dt.date, dt.date] | None:
        number = month(match["month"]) if match["month"] else None
        if number is None and (
            other := re.search(rf"\b(?:en|in|em|de|of) (?:el mes de )?({LONG_MONTH})", self.text[match.end() : match.end() + 30])
        ):
            number = month(other[1])
        if number is None and re.search(r"\b(?:this|este|deste|neste) (?:month|mes)\b", self.text):
            number = self.today.month
        feast = None
        if number and match["day"]:
            year = self.today.year + ((number, int(match["day"])) < (self.today.month, self.today.day))
            feast = dt.date(year, number, int(match["day"])) if exists(year, number, int(match["day"])) else None
        return feasts.long_weekend(country, self.today, number, feast)

    def _weekend_of(self, wanted: int, number: int | None) -> list[Point]:
        """ "el finde del 12 de diciembre": Friday to Sunday around that day."""
        for ahead in range(400):
            date = self.today + ahead * ONE_DAY
            if date.day == wanted and (number is None or date.month == number):
                break
        if date.weekday() < 4:
            self.found.doubts.append("ambiguous")
            return []
        friday = date - (date.weekday() - 4) * ONE_DAY
        self.found.stretches.append((friday, friday + 2 * ONE_DAY))
        return []

    def _weekend(self, match: re.Match[str]) -> list[Point]:
        """Friday to Sunday; in the middle of one, and "the next one" before one, mean different days to different people."""
        said = f"{match['lead'] or ''}{match['tail'] or ''}"
        is_next, on_weekend = bool(re.search(_NEXT, said)), self.today.weekday() >= 5
        if re.search(
            rf"(?:{_NEXT}) ?$|\b(?:2|3|otro|outro|cada|every|another|un|a|um|algun|some|algum) $",
            self.text[max(0, match.start() - 14) : match.start()],
        ):
            self.found.doubts.append("ambiguous")
            return []
        if re.match(rf" (?:in|de|em|en|of|do) (?:{LONG_MONTH}|{MONTH})", self.text[match.end() :]):
            self.found.doubts.append("incomplete")
            return []
        begins_friday = on_weekend and not is_next and re.search(_FROM_FRIDAY, self.original)
        # "El próximo" may be the one after, "el que viene" is not.
        until = _WEDNESDAY if "que v" in said else _TUESDAY
        plain = begins_friday or (is_next and self._is_plain_next(said, until=until))
        if (is_next != on_weekend and not plain) or re.search(
            r"\b(?:no|not|nao) (?:era|es|was|is|quise|foi|e)\b.*\b(?:otr[oa]|other|outr[oa])\b", self.original
        ):
            self.found.doubts.append("ambiguous")
            return []
        friday = self.today + ((4 - self.today.weekday()) % 7) * ONE_DAY
        self.found.stretches.append((friday, friday + 2 * ONE_DAY))
        return []

    def words(self) -> None:
        """Today, tomorrow, in three days."""
        today = self.today

        def on(match: re.Match[str], date: dt.date) -> list[Point]:
            return [Point(match.start(), match.end(), date.day, date.month, date.year, date)]

        self.take(
            r"\b(?:dentro de|en|in|daqui a|dali a|de aqui a) (\d{1,2}|un|una|um|uma|a|one) (dias?|days?|semanas?|weeks?)(?:'? time)?\b(?! (?:de|of) )",
            lambda m: on(m, today + (int(m[1]) if m[1].isdigit() else 1) * (7 if m[2][0] in "sw" else 1) * ONE_DAY),
        )
        # "Friday week", "a week on Friday", "a week today"
        self.take(
            rf"\b(?:({LONG_WEEKDAY}) week|(?<!for )a week (?:(?:on|this) ({LONG_WEEKDAY})|(today|tomorrow)))\b(?! ?-?end)",
            lambda m: self._week_after(m, on),
        )
        both = re.search(
            r"\b(?:tonight|tonite|today|(?:esta noche|hoy|hoje)(?: a la noche| a noite| de noite| mismo)?) (?:y|and|e|plus|mas) (?:(?:manana|tomorrow|amanha)\b|(?:the |las |as )?(?:next|following|proximas|siguientes|outras) (\d) (?:nights|noches|noites))",
            self.text,
        )
        if both:
            self.found.nights = 1 + int(both[1] or 1)
            self.found.points += on(both, today)
            self._blank(both.start(), both.end())
        self.take(
            r"\b(?:pasado manana|pasado|day after tomorrow|depois de amanha)\b",
            lambda m: on(m, today + 2 * ONE_DAY) if m[0] != "pasado" else None,
        )
        self.take(
            r"\b(?:(\d{1,2}|un|una|um|uma|a|one) (weeks?|semanas?|days?|dias?) (?:from|a partir de|desde) (?:today|now|hoy|hoje)|de (?:hoy|hoje) (?:en|a) (\d{1,2}|un|una|um|uma) (semanas?|dias?))\b",
            lambda m: on(
                m, today + (int(m[1] or m[3]) if (m[1] or m[3]).isdigit() else 1) * (7 if (m[2] or m[4])[0] in "sw" else 1) * ONE_DAY
            ),
        )
        # "por la mañana" and "breakfast" are no dates
        self.take(
            r"(?<!por la )(?<!a la )(?<!de la )(?<!en la )(?<!cafe da )(?<!da )(?<!cada )(?<!pela )(?<!esta )\b(?:manana|tomorrow|tmrw|tmw|tomoz|amanha|manha(?= a noite))\b",
            lambda m: self._tomorrow(on(m, today + ONE_DAY), m),
        )
        self.take(
            r"\b(?:tonight|tonite|esta noche|(?:hoy|hoje) (?:a la|por la|en la|a|de|esta|pela) (?:noche|noite)|hoje a noite|hoje de noite|hoy a la noche|esta noite)\b",
            lambda m: self._night(on(m, today)),
        )
        self.take(
            r"(?:(?<!de )(?<!desde )|(?<=de )(?=hoy (?:al?|hasta)\b|hoje (?:a|ao|ate)\b))\b(?:hoy(?: mismo)?|today|hoje|right now|ahora mismo|agora mesmo|(?:now|ahora|agora)(?= (?:until|till?|to|through|hasta|ate|al?)\b))\b|(?<=desde )hoy\b",
            lambda m: on(m, today),
        )
        if (
            re.search(
                r"\b(?:la noche del|the night of|nights? of (?:the|(?:"
                + MONTH
                + r") )|noite de |a noite d[eo]|noche del|noite d[eo] dia)\b",
                self.original,
            )
            and len(self.found.points) == 1
        ):
            self.found.nights = self.found.nights or 1

    def _week_after(self, match: re.Match[str], on: Callable[[re.Match[str], dt.date], list[Point]]) -> list[Point]:
        if match[3]:
            return on(match, self.today + (7 + (match[3] == "tomorrow")) * ONE_DAY)
        coming = self._coming(weekday(match[1] or match[2]))
        return on(match, coming + 7 * ONE_DAY) if coming else []

    def _tomorrow(self, points: list[Point], match: re.Match[str]) -> list[Point]:
        """ "tomorrow night" is one night, as "tonight" is."""
        if (
            re.match(r" (?:night\b|a la noche\b|por la noche\b|a noite\b|de noite\b)(?! (?:lleg|arriv|cheg))", self.text[match.end() :])
            and not self.found.points
        ):
            self.found.nights = self.found.nights or 1
        return points

    def _night(self, points: list[Point]) -> list[Point]:
        self.found.nights = self.found.nights or 1
        return points

    def weekdays(self, relative: bool) -> None:
        """A weekday beside a date only repeats it; two weekdays, or one after a day said otherwise, are the ends of a stay."""
        self.week = weeks.named(self.text)
        if self.week:
            self._blank(self.week.start(), self.week.end())
        if self.found.stretches:
            self._ends_of_stretch()
            return
        dated = [point for point in self.found.points if point.date is None or point.role == "out"]
        if len(self.found.points) == 1 and dated and dated[0].role != "out":
            self.take(
                rf"(?<=\w) ?(?:(?:el|on|the|na|no|o|this|following|next) ){{0,3}}\b({LONG_WEEKDAY})(?:-feira)?(?= |$|[,.!?])",
                lambda m: (
                    [Point(m.start(), m.end(), 0, named=weekday(m[1]), role="out")]
                    if len(self.found.points) == 1 and m.start() > dated[0].start and self._ends(m)
                    else None
                ),
            )
            return
        if dated:
            return
        self.take(rf"\b({WEEKDAY}),?(?:{_RANGE_JOIN}| (?:para|pra|pro) (?:o |a )?)({WEEKDAY})(?= |$|[,.!?])", self._weekday_pair)
        if not relative or len({point.date for point in self.found.points}) > 1:
            return
        self.found.points[1:] = []
        lead, tail = (
            r"(?:el |este |esse |this |on |na |no |a |da |(?:el |the |na |no |this )?(?:next|proxim[oa]|coming) )",
            r"(?: (?:que viene|que vem|proximo|proxima|siguiente|next))?",
        )
        if len(self.found.points) == 1 and self.found.points[0].date is not None:  # "tomorrow to fri"
            self.take(
                rf"(?:(?<= )|^)(?:to|till?|until|thru|through|al?|ao|hasta(?: el)?|ate(?: [oa])?|-|–) (?:the |el |o |a )?({WEEKDAY})(?= |$|[,.!?])(?! (?:\d|de))",
                lambda m: (
                    self._weekday(m, weekday(m[1]), "", "")
                    if len(self.found.points) == 1 and self.found.points[0].start < m.start()
                    else None
                ),
            )
        week = r"(?: (?:de|da|of) (?:la )?(?:proxima semana|semana que viene|semana que vem|next week)| next week)?"
        self.take(
            rf"\b({lead}?)({LONG_WEEKDAY})(?:-feira)?({tail})({week})(?! (?:a|to|al|ate) (?:el |o |the )?(?:\d|{WEEKDAY}))",
            lambda m: self._weekday(m, weekday(m[2]), m[1] + m[3], m[4]) if len(self.found.points) < 2 and self._meant(m) else None,
        )

    def _ends_of_stretch(self) -> None:
        """ "Semana santa, de jueves a lunes", "no carnaval, chego na sexta e volto na quarta de cinzas"."""
        named = [match for match in re.finditer(rf"\b({LONG_WEEKDAY})(?:-feira)?", self.text) if not self._is_counted(match)]
        told = [(match.start(), weekday(match[1])) for match in named]
        told += [(point.start, point.date.weekday()) for point in self.found.points if point.feast and point.date]
        if len(self.found.stretches) != 1 or len(told) != 2:
            return
        told.sort()
        if stay := weeks.fitted(self.found.stretches[0], told[0][1], told[1][1]):
            self.found.stretches, self.found.points = [stay], []
            for match in named:
                self._blank(match.start(), match.end())

    def _is_counted(self, match: re.Match[str]) -> bool:
        return bool(re.match(rf" (?:e ultima )?(?:{_COUNTED})\b", self.text[match.end() :]))

    def _ends(self, match: re.Match[str]) -> bool:
        """Whether a weekday behind a dated arrival is when the guests leave."""
        before = self.original[: match.start(1)]
        return bool(
            OUT_BEFORE.search(before)
            or re.search(r"\b(?:al?|ao|to|till?|until|hasta|ate)(?: (?:el|the|o|a))? $", before)
            or told_behind(self.original[match.end() : match.end() + 80])
        )

    def _meant(self, match: re.Match[str]) -> bool:
        """ "segunda", "quinta" are ordinals and farms, too; "los lunes" is every Monday."""
        before = self.text[max(0, match.start() - 16) : match.start()]
        if (
            re.search(r"\b(?:los|las|aos|nas|os|as|todos|cada|every|a|(?<!partir )(?<!antes )(?<!depois )(?<!despues )de) ?$", before)
            and not match[1]
        ):
            return False
        if self._is_counted(match):
            return False
        return match[2] not in {"segunda", "terca", "quarta", "quinta", "sexta"} or bool(
            match[1] or "feira" in match[0] or self.language == "pt"
        )

    def _weekday_pair(self, match: re.Match[str]) -> list[Point] | None:
        wanted = weekday(match[1])
        if self.week:
            first: dt.date | None = self._in_week(wanted)
        elif (
            self.check_in
            and self.awaiting not in {"check_in", "stay"}
            and not re.search(r"\b(?:est[ea]|this|next|proxim\w+|que v\w+|coming|week|semana)\b", self.original)
        ):
            near = self.check_in  # another stay in that week
            first = min((near + days * ONE_DAY for days in range(-3, 4)), key=lambda date: date.weekday() != wanted)
            first = first if first and first >= self.today else self._coming(wanted)
        else:
            first = self._coming(wanted)
        if first is None:
            return []
        if re.search(r"\b(?:next week|semana que vi?em|semana que viene|proxima semana|the week after)\b", self.original):
            first = self.today + (7 - self.today.weekday() + weekday(match[1])) * ONE_DAY
        last = first + ((weekday(match[2]) - first.weekday()) % 7 or 7) * ONE_DAY
        return [
            Point(match.start(), match.end(), first.day, first.month, first.year, first, role="in"),
            Point(match.end(), match.end(), last.day, last.month, last.year, last, role="out"),
        ]

    def _weekday(self, match: re.Match[str], wanted: int, said: str, week: str) -> list[Point]:
        anchor = self.found.points[0].date if self.found.points else None
        if self.week and not self.found.points:
            first = self._in_week(wanted)
            return [Point(match.start(), match.end(), first.day, first.month, first.year, first)] if first else []
        if (
            self.check_in
            and not week
            and not self.found.points
            and not re.search(r"\b(?:est[ea]|esse|this|coming|que v\w+)\b|" + _NEXT, said)
            and self.awaiting not in {"check_in", "stay"}
        ):
            near = min((self.check_in + days * ONE_DAY for days in range(-3, 4)), key=lambda date: date.weekday() != wanted)
            if near >= self.today and self._role(match.start(), match.end(), only=True) != "out":
                return [Point(match.start(), match.end(), near.day, near.month, near.year, near)]
        if (
            not self.found.points
            and re.search(
                r"\b(?:otr[oa]|outr[oa]|other) $|\bde (?:aca|aqui|hoy) a (?:\d|dos) $", self.text[: match.start()] + (match[1] or "")
            )
        ) or re.match(r",? (?:no,? )?(?:(?:el|the|a|o|na|no) )(?:otr[oa]|outr[oa]|other)\b", self.text[match.end() :]):
            self.found.doubts.append("ambiguous")  # "el otro jueves": the next one, or the one after?
            return []
        leaves = self.awaiting == "check_out" or self._role(match.start(), match.end(), only=True) == "out"
        if self.check_in and not week and not self.found.points and leaves:
            anchor = self.check_in
        if (
            self.found.points
            and anchor is not None
            and anchor.weekday() == wanted
            and not re.search(
                r"otr[oa]|outr[oa]|next|following|siguiente|seguinte", self.text[max(0, match.start() - 12) : match.start()] + match[0]
            )
        ):
            return []  # the same day once more
        if anchor is not None and anchor != self.today and not week:
            date: dt.date | None = anchor + ((wanted - anchor.weekday()) % 7 or 7) * ONE_DAY
        elif week:
            date = self.today + (7 - self.today.weekday() + wanted) * ONE_DAY
        else:
            date = self._coming(wanted, said)
        if date is None:
            return []
        return [Point(match.start(), match.end(), date.day, date.month, date.year, date)]

    def _in_week(self, wanted: int) -> dt.date | None:
        """That day of the week named; asked where it is in doubt which week is meant."""
        assert self.week is not None
        if (monday := weeks.monday(self.week, self.today, wanted)) is None:
            self.found.doubts.append("ambiguous")
            return None
        return monday + wanted * ONE_DAY

    def _is_plain_next(self, said: str, *, until: int = _TUESDAY) -> bool:
        """ "El sábado que viene", "o próximo fim de semana" is the coming one until Tuesday; later in the week, and of "next
        Saturday" on any day, it may be the one after."""
        return re.search(r"\bproxim|\bque (?:viene|vem)\b", said) is not None and self.today.weekday() <= until

    def _coming(self, wanted: int, said: str = "") -> dt.date | None:
        """The next such day after today. On that day itself, and "next friday" in the week that has it still, is asked."""
        is_next = bool(re.search(r"next|proxim|que vi?e|siguiente", said))
        ahead = (wanted - self.today.weekday()) % 7
        if ahead == 0 or (is_next and self.today.weekday() + ahead <= 6 and not (wanted >= _SATURDAY and self._is_plain_next(said))):
            self.found.doubts.append("ambiguous")
            return None
        return self.today + ahead * ONE_DAY

    def vague(self) -> None:
        """A month without a day, the middle of one, next week."""
        if match := re.search(
            rf"\b(?:en|in|em|para|pra|for|durante|during|all of|todo|de|of|mid|early|late|sometime in|next|mes de)[ -](?:el mes de |o mes de |mes de |the month of )?({LONG_MONTH}|{MONTH})(?! ?\d)",
            self.text,
        ):
            self.found.month = month(match[1])


def _as_said(match: re.Match[str], today: dt.date) -> str:
    """The statement blanked when the weekday is that day's: all of "today is Thursday", of "tomorrow is Friday" the weekday."""
    is_today = match[1] in {"hoy", "today", "hoje"}
    if (today + (not is_today) * ONE_DAY).weekday() != weekday(match[2]):
        return match[0]
    kept = 0 if is_today else len(match[1])
    return match[0][:kept] + " " * (len(match[0]) - kept)


def exists(year: int, month_: int, day_: int) -> bool:
    return 1 <= month_ <= 12 and 1 <= day_ <= calendar.monthrange(year, month_)[1]


def _is_day(*texts: str) -> bool:
    return all(1 <= day(text) <= 31 for text in texts)


def _int(text: str | None) -> int | None:
    return int(text) if text else None
