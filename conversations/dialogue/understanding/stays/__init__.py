"""When a guest wants to stay, from free text. Doubt is said in ``clarify``, never resolved by guessing.

First what only looks like a date is blanked out, then days, stretches of days and numbers of nights are found
(stays.points), then they are put together with what was known before.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.types import MAX_NIGHTS
from conversations.dialogue.understanding.stays import answers, around, blanks, clauses, corrections, letters, points, remarks
from conversations.dialogue.understanding.stays.context import (
    apart,
    around_event,
    beside_the_stay,
    in_that_month,
    is_of_another_month,
    last_told,
    leaving_behind,
    letterhead,
    months_named,
    near_event,
)
from conversations.dialogue.understanding.stays.context import month_named as month_named
from conversations.dialogue.understanding.stays.nights import NIGHT, SO_MANY, THE_NIGHT, asked_nights, blanked, number
from conversations.dialogue.understanding.stays.reading import KnownStay, Reading
from conversations.dialogue.understanding.stays.resolving import checked, listed_nights, next_year, resolve, two, with_end
from conversations.dialogue.understanding.stays.roles import role_of
from conversations.dialogue.understanding.stays.shifts import (
    END_STAYS,
    LEAVE_STAYS,
    OF_THE_STAY,
    SHIFTED_END,
    is_only_shift,
    is_other_matter,
    moved_stay,
)
from conversations.dialogue.understanding.stays.vague import (
    FEW_DAYS,
    PRICED,
    STAYS,
    UNKNOWN_YET,
    WHENEVER,
    is_relative,
    open_doubt,
    vague_doubts,
)
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, LONG_WEEKDAY, WEEKDAY, weekday, with_digits

# So many words ask for something; fewer may be "how about the 22nd?".
SENTENCE = 5
_BEFORE_IT = compiled(rf"\b\d{{1,2}} {NIGHT} (?:before|antes|previas|anteriores)\b")
_AGAIN = compiled(r"\b(?:vuelv\w+|volv\w+|volt\w+|back|again|return\w*|regres\w+|otra vez|de nuevo|de novo)\b")
# "llego el 7, la vuelta es diez días después"
_DAYS_LATER = compiled(rf"\b({SO_MANY}) (dias?|days?|semanas?|weeks?) (?:despues|later|depois|mas tarde|mais tarde|after that)\b")
# Words of the calendar that nothing has taken.
_UNREAD = compiled(
    rf"(?<!los )(?<!as )(?<!aos )(?<!todos )(?<!cada )(?<!every )\b{LONG_WEEKDAY}|(?<![\d.,/:-])(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th)?(?![\d/:%-]|[.,]\d| ?[a-z])"
    rf"|\b{LONG_MONTH}|\b(?:un|um|a|one|\d) (?:mes|month|meses|months)\b"
    r"|\b(?:no puedo|no podemos|no voy a poder|no me sirve|can't|cannot|nao posso|nao podemos|nao da|nao consigo)\b|\b(?:menos|salvo|excepto|except|exceto|anything but|any day but)(?: (?:el|the|o))? "
)
_UNREAD_LENGTH = compiled(
    r"(?<!cuantas )(?<!cuantos )(?<!how many )(?<!quantas )(?<!quantos )\b(?:noches|nights|noites|dias|days|semana|week)\b|(?<![\d.,:/])\b(?:[12]\d|3[01]|[2-9])\b(?![\d:/%]|[.,]\d)"
)
_UNREAD_WEEKDAY = compiled(rf"(?<!los )(?<!as )(?<!aos )(?<!todos )(?<!cada )(?<!every )\b{LONG_WEEKDAY}")
_RATHER = compiled(r"\b(?:mejor|melhor|better|rather|instead|en realidad|na verdade|actually)\b")
_THAT_NIGHT = compiled(
    r"\b(?:dorm\w+|durm\w+|duerm\w+|qued\w+|aloj\w+|hosped\w+|fic\w+|pernoct\w+|sleep\w*|stay\w*|room|quarto|habitacion|lugar)(?: \w+){0,3} (?:esa|n?essa|that) (?:(?:misma|mesma|one|same) )?(?:noche|noite|night)\b"
)
_BETWEEN = compiled(r"\b(?:entre|between)\b")
_UNSURE = r"(?:nada mas|y|ponele|pongamos(?: que)?|ponle|digamos(?: que)?|call it|let's go with|go with|vamos (?:de|com|con|colocar|botar|por)|bota|coloca|no se|dunno|solo|just|so|unas|umas|uns|seria[n]?|serao|creo|que|q|acho|i|guess|think|mas o menos|mais ou menos|about|around|like|maybe|quizas?|tal vez|talvez|me parece|would be|make it|let's say|pone|nomas|please|por favor|porfa|hmm+|mm+|eh|bueno|probably|probablemente|provavelmente)"


# "Digamos tres", asked how long they stay, is no day of a month.
_LETS_SAY = compiled(
    r"\W*(?:bueno|y|e|well|so|entao|entonces)?[ ,]*(?:pongamos|ponele|ponle|digamos|let's say|call it|let's go with|vamos (?:de|com|con))\b"
)
# Numbers that answer no "how many nights?".
_COUNTED = (
    r"\b(?:dias?|days?|adult\w*|person\w*|people|pessoas|crianca\w*|chic[oa]s|nin[oa]s|nen[ea]s|hij[oa]s|filh[oa]s|kids|child\w*|amig[oa]s|friends|guests"
    r"|huespedes|hospedes|rooms|quartos|habitaciones|camas|beds)\b"
)
_SWAPPED = compiled(r"\b(?:instead|rather than|en (?:vez|lugar) de|em vez d|ao inves|no lugar d)")


def read(
    folded: str,
    *,
    language: str,
    now: dt.datetime,
    known: dict[str, Any],
    awaiting: str | None,
    about_a_stay: bool | None = True,
    country: str = "",
    about_month: int = 0,
) -> Reading:
    """Dates and nights of one message, relative to the hotel's ``now`` and the holidays of its ``country`` (ISO 3166);
    ``known`` are the slots filled before.

    ``about_month`` is the month that was spoken of before. ``about_a_stay`` False: "mañana", "el viernes" are part of a
    question about something else, and no dates of a stay; None: nothing tells. A range in full words counts even where the
    words around it speak of something else.
    """
    today, before = now.date(), KnownStay.of(known)
    written = with_digits(letters.without_numbering(folded), language)
    written = corrections.without_denied_month(corrections.day_after(months_named(written, today)))
    if before.check_in is not None and is_other_matter(written) and _SWAPPED.search(written):
        return Reading({}, (), written)  # "massage on the 16th instead of the 15th"
    if (remark := remarks.beside_the_dates(written, before)) is not None:
        return remark
    if right := corrections.corrected(written, before, today):
        return right
    if before.check_in is None and (told_around := around.stay_around(written, language, today, country)):
        return told_around
    reader = _Reader(written, language, today, before, awaiting, about_a_stay, country, about_month)
    reading = reader.of_the_stay()
    if "ambiguous" in reading.clarify and before.check_in is None and (plain := clauses.without_what_if(written)) != written:
        first = replace(reader, written=plain).of_the_stay()
        reading = first if {"check_in", "check_out"} <= first.slots.keys() else reading
    told = reading.slots
    if (
        about_a_stay is None
        and before.check_out
        and "?" in folded
        and len(folded.split()) >= SENTENCE
        and not (reading.clarify or OF_THE_STAY.search(written) or is_only_shift(written))
    ):
        return Reading({}, (), written)  # "el 22 podemos hacer una excursión?", of a stay that is known
    alone = not reading.clarify and {"check_in", "check_out"} <= told.keys() and clauses.without_others(written)[0] != written
    if about_a_stay is not False and not alone and (whole := letters.whole_stay(written, reader.piece)):
        if reading.clarify or whole.clarify or not {"check_in", "check_out"} <= told.keys() or letters.in_doubt(written, told):
            return whole
        return reading if told == whole.slots else replace(whole, slots={}, clarify=("ambiguous",))
    if told and not reading.clarify and letters.in_doubt(written, told):
        return replace(reading, slots={}, clarify=("ambiguous",))
    if not told and not reading.clarify and (doubt := open_doubt(written)) and (about_a_stay is not False or len(written.split()) <= 6):
        return replace(reading, clarify=(doubt,))
    if not told and not reading.clarify and awaiting in {"check_in", "check_out", "nights", "stay"} and UNKNOWN_YET.search(written):
        return replace(reading, clarify=("incomplete",))
    if before.check_in and not told and not reading.clarify and about_a_stay and blanks.is_corrected(folded):
        return reader.of_everything()
    if (
        ("check_in" in told and "check_out" in told)
        or reading.clarify not in {(), ("incomplete",)}
        or about_a_stay is False
        or before.check_in
        or not re.search(r"\d", written)
    ):
        return reading
    return _one_range(clauses.without_the_past(written, today), reading.rest, language, today, country) or reading


@dataclass(frozen=True)
class _Reader:
    """One message, its numbers written as digits, and in what light it is read."""

    written: str
    language: str
    today: dt.date
    before: KnownStay
    awaiting: str | None
    about_a_stay: bool | None
    country: str
    about_month: int

    def of_the_stay(self) -> Reading:
        """Without the clauses that speak of something else."""
        reading = self._read(*clauses.of_the_stay(self.written, self.today))
        if reading.clarify or {"check_in", "check_out"} & reading.slots.keys():
            return reading
        # "School trip, March 15, 4 nights": the only day there is.
        alone = self._read(*clauses.of_the_stay(self.written, self.today, spill=False))
        return alone if "check_in" in alone.slots and "nights" in reading.slots else reading

    def piece(self, text: str, event: clauses.Anchor | None) -> Reading:
        """A piece of a letter, the rest of it blanked out."""
        return self._read(text, event)

    def of_everything(self) -> Reading:
        return self._read(self.written, None)

    def _answer(self, text: str) -> Reading | None:
        start = self.before.check_in
        if answers.is_open(text, start.day if start else 0):
            return Reading({}, ("incomplete",), text)
        if match := answers.told_nights(text):
            nights = int(match[1])
            end = start + nights * points.ONE_DAY if start and 0 < nights <= MAX_NIGHTS else None
            slots, problems = checked(start, end, nights, self.today)
            return Reading(slots, tuple(problems), " " * match.end() + text[match.end() :])
        return None

    def _read(self, text: str, event: clauses.Anchor | None) -> Reading:
        written, language, today, before = self.written, self.language, self.today, self.before
        awaiting, about_a_stay = self.awaiting, self.about_a_stay
        if awaiting == "nights" and (answer := self._answer(text)):
            return answer
        if shifted := moved_stay(text, before, today, awaiting):
            return shifted
        known_end = before.check_out if before.check_in and (END_STAYS.search(text) or LEAVE_STAYS.search(text)) else None
        nights, more, dated, doubts = asked_nights(text, language, before.nights)
        counted_from = False
        if nights is None and not more and (match := _DAYS_LATER.search(dated)) and before.check_in is None:
            nights = number(match[1]) * (7 if match[2][0] in "sw" else 1)
            dated = blanked(dated, match)
            counted_from = True
            if not (SHIFTED_END.search(dated) or _AGAIN.search(dated) or re.search(r"\bvolta\b|\bvuelta\b", dated)):
                doubts.append("ambiguous")
        found = points.find(
            dated,
            language=language,
            today=today,
            country=self.country,
            awaiting=awaiting,
            relative=bool(about_a_stay) or nights is not None,
            check_in=before.check_in,
        )
        # Ages and head counts were blanked out for the dates only; whoever reads next gets them back.
        rest = "".join(was if left == kept else " " for was, kept, left in zip(text, found.undated, found.text, strict=True))
        rest = "".join(was if kept == was else " " for was, kept in zip(rest, dated, strict=True))
        rest = "".join(told if was == " " and kept == " " else kept for told, was, kept in zip(written, text, rest, strict=True))
        doubts += found.doubts
        if _THAT_NIGHT.search(found.undated) and len(found.points) == 1:
            found.nights = found.nights or 1
        if nights is None and len(found.points) == 1 and found.points[0].date and THE_NIGHT.search(text) and PRICED.search(text):
            found.nights = found.nights or 1  # "este sábado, ¿cuánto sale la noche?"
        if awaiting == "check_in" and found.nights == 1 and all(point.date for point in found.points):
            found.nights = 0  # "tonight" tells when they arrive
        if counted_from and len(found.points) == 1:
            found.points[0].role = "in"
        found.again = bool(_AGAIN.search(written) and clauses.PAST.search(written))
        beside_the_stay(found.points, found.undated)
        last_told(found.points, found.undated, before.check_in)
        apart(found.points, found.text, today)
        in_that_month(found.points, self.about_month, today)
        if before.check_in is None and is_of_another_month(found.points, self.about_month, text):
            doubts.append("ambiguous")
        if not around_event(found.points, event, text, today):
            doubts.append("ambiguous")  # "el casamiento es el 16 de enero, llego el jueves": which Thursday?
        near_event(found.points, event, today)
        letterhead(found.points, today)
        next_year(found.points, text, today)
        feasts = [point for point in found.points if point.feast]
        if feasts and len(found.points) - len(feasts) >= 2:  # "réveillon: do dia 29 ao dia 2"
            near_event([point for point in found.points if not point.feast], (feasts[0].day, feasts[0].month or 1, None), today)
        if not doubts and not found.points and not found.stretches:
            doubts += vague_doubts(text, found, nights, about_a_stay)
        if "listed" in doubts:  # "el 9 y 10 de enero": two nights only when they say so, or an arrival and a departure
            doubts.remove("listed")
            leaving_behind(found, today)
            first, second = [point for point in found.points if point.listed][:2]
            told = {point.role for point in found.points if not point.listed}  # a fair on the 7th and 8th, in on the 6th, out on the 9th
            if (
                not {"in", "out"} <= told
                and not listed_nights(found.points, nights, today)
                and not (nights == 2 and (second.day - first.day == 1 or (second.day == 1 and first.day >= 28)))
            ):
                doubts.append("ambiguous")
        if "undated" in doubts:  # "dos noches, no sé qué fecha"
            doubts.remove("undated")
            if nights is None or found.points or found.month:
                doubts.append("ambiguous")
        if "days" in doubts and (_BETWEEN.search(text) or (before.check_in and any(point.role == "out" for point in found.points))):
            doubts.remove("days")  # "acortamos dos días, nos vamos el 7"; "4 días entre el 5 y el 20"
            if _BETWEEN.search(text):
                doubts.append("ambiguous")
        if "days" in doubts:  # "3 días" are no number of nights; with both ends said it only repeats them
            doubts.remove("days")
            if (
                len(found.points) < 2
                and not found.stretches
                and nights is None
                and (found.points or found.month or STAYS.search(text) or PRICED.search(text))
            ):
                doubts.append("incomplete")
        if (
            about_a_stay is False
            and awaiting not in {"check_in", "check_out", "nights", "stay"}
            and len(found.points) < 2
            and not found.stretches
            and nights is None
        ):
            return Reading({}, (), rest)  # "el 24 de diciembre hacen cena?"
        if re.search(r"\b(?:desde|from|de) (?:ayer|yesterday|ontem)\b", text):
            return Reading({}, ("past",), rest)
        few = nights is None and FEW_DAYS.search(text)
        if few and (len(found.points) == 1 or (len(found.points) == 2 and re.search(r"\b(?:entre|between)\b", text))):
            doubts.append("incomplete")
        if about_a_stay is not False and WHENEVER.search(written) and is_relative(found.points):
            return Reading({}, ("incomplete",), rest)
        if doubts:
            return Reading({}, tuple(dict.fromkeys(doubts)), rest)
        if (
            not found.points
            and nights is None
            and (awaiting == "nights" or (awaiting == "check_out" and before.check_in and _LETS_SAY.match(text)))
            and (
                bare := re.fullmatch(
                    rf"(?:{_UNSURE}[ ,.]+)*({SO_MANY}|una sola|uma so|just one|only one|one)(?:[ ,]+(?:{_UNSURE}|pode ser|puede ser|esta bien|is fine))*",
                    text.strip(" .!?"),
                )
            )
        ):
            nights, rest = number(bare[1]), ""
        elif (
            awaiting == "nights"
            and nights is None
            and not found.points
            and len(numbers := list(dict.fromkeys(re.findall(r"\d+", text)))) == 1
            and not re.search(_COUNTED, text)
            and re.match(rf"(?:\w{{1,6}}\W+){{0,2}}{numbers[0]}\b", text)
        ):
            nights = int(numbers[0])
        elif (
            awaiting == "nights"
            and nights is None
            and not found.points
            and re.search(
                rf"\b{SO_MANY}(?: (?:o|or|ou|-) |,? (?:o |or |ou |y )?(?:capaz|maybe|quizas?|tal vez|talvez|por ahi|perhaps|possibly)(?: que)? ){SO_MANY}\b",
                text,
            )
        ):
            return Reading({}, ("incomplete",), rest)
        if _BEFORE_IT.search(text) and len(found.points) == 1:
            found.points[0].role = "out"
        if known_end and len(found.points) == 1 and found.points[0].role != "out":
            return Reading(*with_end(found.points[0], known_end, today), rest)
        ends = len(found.points)
        slots, problems = resolve(found, nights, more, today, before, awaiting)
        unread = found.text
        if {"check_in", "check_out"} <= slots.keys() and found.points and found.points[0].role == "out" and _weekdays_agree(found, slots):
            unread = _UNREAD_WEEKDAY.sub(" ", unread)
        if "check_in" in slots and ends == 1 and nights is None and _UNREAD.search(unread):
            return Reading({}, ("ambiguous",), rest)  # a day was read, and words of a day beside it were not
        if ("check_in" in slots) != ("check_out" in slots) and _UNREAD_LENGTH.search(found.text):
            return Reading({}, ("ambiguous",), rest)
        if "check_out" in slots and not _weekdays_agree(found, slots):
            return Reading({}, ("ambiguous",), rest)
        return Reading(slots, tuple(problems), rest)


def _weekdays_agree(found: points.Found, slots: dict[str, Any]) -> bool:
    """Whether the weekdays that are no ends of the stay lie in it: "el sábado paseamos y nos vamos el domingo 6"."""
    unread = [*_UNREAD_WEEKDAY.finditer(found.text)]
    if unread and ("check_in" not in slots or _RATHER.search(found.undated)):
        return False
    ends = [dt.date.fromisoformat(slots[name]).weekday() for name in ("check_in", "check_out")] if unread else []
    for match in unread:
        role = role_of(
            found.undated[: match.start()].removesuffix("el ").removesuffix("o "), found.undated[match.end() :], arrival_known=False
        )
        within = {ends[0], ends[1]} if slots["nights"] >= 7 else {(ends[0] + day) % 7 for day in range(slots["nights"] + 1)}
        if weekday(match[0]) not in ({ends[1]} if role == "out" else {ends[0]} if role == "in" else within):
            return False
    return True


def _one_range(text: str, rest: str, language: str, today: dt.date, country: str) -> Reading | None:
    """The only range of the whole message that names its month, whatever else is spoken of around it."""
    found = points.find(text, language=language, today=today, country=country, awaiting=None, relative=False, check_in=None)
    joined = [index for index, point in enumerate(found.points) if point.joined]
    if len(joined) != 1 or found.doubts or len(found.points) > 3:
        return None
    ends = found.points[joined[0] : joined[0] + 2]
    slots, problems = two(ends[0], ends[1], None, today, KnownStay(None, None, None))
    return Reading(slots, (), rest) if slots and not problems else None


# A message of nothing but days: "este jueves", "hoy no, mañana", "de mañana al lunes", "fds que vem dá?".
_ONLY_DAYS = compiled(
    rf"\W*(?>(?:(?:{WEEKDAY}|feira|hoy|hoje|today|tonight|manana|tomorrow|amanha|pasado|depois de amanha|finde|fds|fin de semana|fim de semana|final de semana|weekend|feriado|largo|{LONG_MONTH}|"
    r"\d{1,2} (?:dias?|days?|semanas?|weeks?)|dentro de|daqui a|el|la|este|esta|esse|essa|ese|no|na|nao|o|a|al|ao|del?|do|da|the|this|that|on|in|en|em|y|e|and|to|till?|until|hasta|ate|desde|from|para|pra|pro|for|otr[oa]|outr[oa]|other|one|not|si|sim|yes|mejor|melhor|rather|better|"
    r"que viene|que vem|proxim[oa]|next|coming|noche|noite|night|fim|fin|comeco|inicio|mediados|meados|finales|principios|mid|early|late|end|of|beginning|pode ser|puede ser|podria ser|da|rola|maybe|creo|acho|dale|ok|please|por favor|porfa|nomas|entonces|then|entao)\b\W*)+)"
)
_A_DAY = compiled(
    rf"\b(?:{LONG_WEEKDAY}|hoy|hoje|today|tonight|manana|tomorrow|amanha|finde|fds|semana|weekend|feriado|{LONG_MONTH})|\b(?:en|in|dentro de|daqui a) \d{{1,2}} (?:dias|days|semanas|weeks)\b"
)


def is_only_days(folded: str) -> bool:
    """Whether a message is made of words of the calendar alone, and of words around them."""
    return bool(_A_DAY.search(folded)) and bool(_ONLY_DAYS.fullmatch(folded)) and not points.is_goodbye(folded)
