"""A day of the known stay set right: "15 en vez de 14", "el lunes en vez del domingo", "agregale la noche del 14"; and dates that no
longer hold, without new ones."""

from __future__ import annotations

import datetime as dt
import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.nights import NIGHT, SO_MANY, number
from conversations.dialogue.understanding.stays.points import ONE_DAY, exists
from conversations.dialogue.understanding.stays.reading import KnownStay, Reading
from conversations.dialogue.understanding.stays.resolving import checked
from conversations.dialogue.understanding.stays.shifts import END_STAYS, LEAVE_STAYS, is_other_matter
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, LONG_WEEKDAY, weekday

_ORDINAL = r"(?:st|nd|rd|th)?"
_THE = r"(?:(?:el|la|the|o|a|on|na|no|dia|del|da|do|los) )*"
_NO_DAY = rf"(?! ?(?:noche|night|noite|nights|dias?|days?|anos|years|person|pessoa|people|adult|de (?:{LONG_MONTH})|/|:|hs|h\b|am\b|pm\b))"
_INSTEAD = r"(?:en (?:vez|lugar) de(?:l)?|instead of|in place of|rather than|em vez d[eoa]|no lugar d[eoa]|ao inves d[eoa])"
_NOT = r"(?:(?:y |and |e )?(?:no|not|nao))"
# now, was
_DAY_FOR_DAY = compiled(
    rf"\b(?P<now>\d{{1,2}}){_ORDINAL},? (?:{_INSTEAD}|{_NOT})(?: (?:era|es|the))? {_THE}(?P<was>\d{{1,2}}){_ORDINAL}\b{_NO_DAY}"
    rf"|\b{_NOT} {_THE}(?P<old>\d{{1,2}}){_ORDINAL},? (?:sino|but|mas sim|e sim|es|is|e|it's) {_THE}(?P<right>\d{{1,2}}){_ORDINAL}\b{_NO_DAY}"
    rf"|\b{_INSTEAD} {_THE}(?P<former>\d{{1,2}}){_ORDINAL},? {_THE}(?P<latter>\d{{1,2}}){_ORDINAL}\b{_NO_DAY}"
)
# "llego el sábado a la mañana", "we get there on saturday"
_PART_OF_DAY = r"(?: (?:(?:a|por|en|de) la |in the |pela |de |a |early |temprano )?(?:manana|tarde|noche|mediodia|morning|afternoon|evening|night|manha|noite))?"
_ENDS = r"(?:lleg\w+|entr\w+|ingres\w+|salimos|salgo|saldr\w+|vamos|voy|vuelv\w+|volv\w+|arriv\w+|com(?:e|ing)|get(?:ting)?|leav\w+|depart\w*|cheg\w+|sai\w*|volt\w+|vou|check(?:ing)? ?-?(?:in|out)|venimos|vengo|es|e|is|it's|be|seria|sera)"
_GLUE = r"(?:sino|but|mas|pero|sim|si|y|e|and|que|q|we|we're|we'll|i|i'm|i'll|eu|a|gente|nos|me|recien|there|in|ya|ja|so|solo|only|mejor|rather|melhor)"
# In Portuguese "no sábado" is on Saturday.
_DENIED = r"(?:not|nao|no(?=,| (?:el|la|al|del|este|es|era|me|nos|pued|pod|lleg|entr|sal|volv|vuelv|ven[gi])))"
_ABLE = r"(?:pued\w+|pod\w+|poss\w+|consig\w+|conseg\w+|da|can|make|do|it|ir|a tiempo|on time|a tempo)"
_TOLD = rf"(?:(?:{_ENDS}|{_GLUE})[ ,]+){{0,5}}"
_WEEKDAY_FOR = compiled(
    rf"\b(?P<now>{LONG_WEEKDAY})(?:-feira)?(?: (?:the )?\d{{1,2}}{_ORDINAL})?{_PART_OF_DAY},? (?:{_INSTEAD}|(?:y |and |e )?{_DENIED}) {_THE}(?P<was>{LONG_WEEKDAY})"
    # "no llego el viernes sino el sábado", "not friday, we get there saturday", "sexta não, chegamos sábado"
    rf"|(?<!si )(?<!se )(?<!que )(?<!why )(?<!if )\b(?:{_DENIED}|can't|cannot|don't|won't) (?:(?:{_ENDS}|{_GLUE}|{_ABLE}) ){{0,3}}{_THE}(?P<old>{LONG_WEEKDAY})(?:-feira)?{_PART_OF_DAY}[ ,.]+{_TOLD}{_THE}(?P<right>{LONG_WEEKDAY})"
    rf"|\b(?P<late>{LONG_WEEKDAY})(?:-feira)?{_PART_OF_DAY},? {_DENIED}[ ,.]+(?:{_ABLE}[ ,]+){{0,2}}{_TOLD}{_THE}(?P<then>{LONG_WEEKDAY})"
    rf"|\b(?P<from>{LONG_WEEKDAY})(?:-feira)? (?:por|for|pela|pelo|to|pra|para) {_THE}(?P<to>{LONG_WEEKDAY})"
    rf"|\b{_INSTEAD} {_THE}(?P<former>{LONG_WEEKDAY})(?:-feira)?,? {_THE}(?P<latter>{LONG_WEEKDAY})"
)
_SWAPS = compiled(r"\b(?:cambi\w+|chang\w+|swap\w*|switch\w*|troc\w+|troqu\w+|mud\w+|mov\w+|pas\w+)\b")
_LEAVING = compiled(
    r"\b(?:salida|salimos|salgo|saldr\w+|nos vamos|me voy|irnos|vuelta|volvemos|check ?-?out|leav\w+|depart\w*|go home|go back|saida|saimos|saio|sair\w*|vamos embora|vou embora|volta|voltamos|partida|egreso)\b"
)
_ARRIVING = compiled(
    r"\b(?:llegada|lleg\w+|entr\w+|ingres\w+|check ?-?in|arriv\w+|com(?:es?|ing)|get(?:ting)? (?:there|in)|be there|chegada|cheg\w+|vamos para|vengo|venimos)\b"
)
_ADDED_NIGHT = compiled(
    rf"\b(?:agreg\w+|sum\w+|anad\w+|add|includ\w+|inclu\w+|coloc\w+|acrescent\w+|poneme|pone(?:le)?|bota|poe)\b(?: (?:le|me|nos|also|tambien|tambem|please|por favor|in))* (?:la |the |a )?(?:noche|night|noite) (?:del?|of|do|da)(?: (?:the|el|dia))* (?P<day>\d{{1,2}}){_ORDINAL}\b"
)
# "¿y si nos quedamos también el domingo?": one night more, before the stay or behind it
_STAYS = compiled(
    r"\b(?:(?:me|nos) qued\w+|quedar(?:me|nos)|stay(?:ing)?|fic(?:o|amos|ar|armos|arei|aremos|aria|ariamos|assemos)|a gente fic\w+|dorm\w+|durm\w+|duerm\w+|sleep\w*|pernoct\w+|pernoit\w+)\b"
)
_TOO = compiled(r"\b(?:tambien|tambem|also|too|as well)\b")
_ONLY_THAT_TOO = compiled(
    rf"\W*(?:(?:y|e|and|what about|que tal|si|se|also|tambien|tambem|could we do|el|la|o|a|on|the|no|na|noche|noite|night|del?|do|da) )*{LONG_WEEKDAY}(?: (?:a la noche|a noite|de noche|night|tambien|tambem|also|too|as well|please|por favor))*\W*"
)
_OTHER_ENDS = compiled(r"\b(?:hasta|until|till?|ate|desde|from|a partir)\b")
_DAY_NAMED = compiled(rf"\b(?:el|the|dia|del|do|on)(?: (?:dia|the))? (\d{{1,2}}){_ORDINAL}\b(?![:/%h])|\b({LONG_WEEKDAY})")
# Dates that do not hold any more; others are not told.
_OPEN_AGAIN = compiled(
    r"^\W*(?:no,? |nao,? |bueno,? |actually,? )?(?:mejor|melhor|better|rather)(?: (?:un poco|a bit|um pouco|algo))? (?:mas adelante|later(?: on)?|mais (?:pra|para)(?: a)? frente|mais tarde|depois|despues|otro dia|another time|outro dia)\W*$"
    r"|\b(?:no|not|nao|can't|cannot|won't)\b.{0,24}\b(?:es[ao]s?|est[ao]s?|those|these|that|n?ess[ae]s?) (?:fechas?|dates?|datas?|dias|days)\b|\b(?:es[ao]s|est[ao]s|those|these|n?ess[ae]s) (?:fechas|dates|datas|dias|days)\b.{0,16}\b(?:no|not|nao|don't|won't|ya no)\b"
    r"|\b(?:quizas?|capaz|tal vez|talvez|might|maybe|puede que|a lo mejor|may)\b.{0,24}\b(?:cambi\w+|chang\w+|mud\w+|mov\w+)\b.{0,16}\b(?:fechas?|dates?|datas?|dias?|days?)\b"
    # "corrámoslo unos días", "another month, I'll let you know", "cambiar la fecha, no sé a cuál"
    r"|\b(?:corr[aei]\w*|mov\w+|mud\w+|push\w*|shift\w*|pas[ae]\w*|adelant\w+|posterg\w+|adi(?:a|ar|e|em|amos)|antecip\w+|atras\w+|retras\w+|delay\w*|postpone\w*)\b.{0,24}\b(?:un[oa]s|algun[oa]s|uns|umas|alg?uns|algumas|a few|some|a couple of|u[nm] par de|un poco|um pouco|a bit)\b(?! noche| night| noite)"
    r"|^\W*(?:(?:no|nao|mejor|melhor|maybe|quizas?|tal vez|talvez|capaz|para|pro|por|en|em|in|for|el|la|o|a|another|seria|vamos) )*(?:otr[oa]|outr[oa]|another|(?:a )?different) (?:mes|month|fecha|date|data)\b"
    r"|\b(?:cambi\w+|chang\w+|mud\w+|mov\w+|troc\w+)\b.{0,24}\b(?:fechas?|dates?|datas?|dias?|days?)\b.{0,30}\b(?:no (?:lo |la )?(?:se|sabemos|tengo|tenemos)|don't know|nao (?:sei|sabemos|tenho)|not sure|yet|aun|ainda)\b"
)
# "i wrote december but it's january": said before the right one
_MONTH_WRITTEN = compiled(
    rf"\b(?:wrote|put|said|typed|puse|escribi|dije|anote|pedi|marque|escrevi|falei|coloquei|disse|botei|marquei)(?: (?:en|in|em|for|para|of))* {LONG_MONTH},? (?=(?:but|pero|mas|(?:and )?it's|y (?:es|era)|e (?:e|era))\b)"
)
# "only the first two nights"
_FIRST_NIGHTS = compiled(
    rf"\b(?:only|just|solo|solamente|unicamente|so|somente|apenas|keep|qued\w+|dej\w+|deix\w+|fic\w+)(?: (?:me|nos|con|com|with|keep|para|for|quiero|quero|want|need|solo|so|the|l?as?))* (?:(?:first|primeras?|primeiras?) (?:({SO_MANY}) )?|({SO_MANY}) (?:primeras|primeiras) ){NIGHT}\b"
)
_DENIED_MONTH = compiled(
    rf"\b(?P<month>{LONG_MONTH})(?:'s| is| was| esta| se| ya| e)*(?: a)? (?:no|nao|not|complic\w+|mess|imposs\w+|impos\w+|out|fora|lleno|full|bad|ruim|malo|descartado)\b(?! (?:hay|tienen|tem|tenes)\b)(?! (?:en |in |em |es |e )?{LONG_MONTH})"
)
# "Not tomorrow, the day after"
_DAY_AFTER = compiled(
    r"\b(?:(?:no|nao|not) )?(?P<day>manana|amanha|tomorrow)(?: no| nao)?[ ,]+(?:no[ ,]+|nao[ ,]+|not[ ,]+)?(?:sino |mejor |melhor |but |rather |el |the )*(?P<after>pasado(?: manana)?|depois(?: de amanha)?|day after(?: tomorrow)?)\b(?! (?:las|de las))"
)
_SAME_WEEKEND = compiled(
    r"\b(?:(?:el|the|o|al|no|para o|para el) )?(?:finde|fin de semana|weekend|fim de semana|final de semana) (?:siguiente|seguinte|after that|after|posterior|despues|que sigue)\b|\b(?:the |el |o )?(?:following|siguiente|seguinte) (?:weekend|finde|fin de semana|fim de semana)\b"
)

# "no, el 7", "perdón, al 7", "sorry, the 7th": the day told last was another
_NO_THAT_DAY = compiled(
    rf"\W*(?:(?:no|nao|nope|perdon\w*|disculp\w*|sorry|desculp\w*|digo|ops|oops|ay|ai|uy|i mean|i meant|quise decir|quero dizer|quis dizer|me equivoque|me enganei|errei)[ ,.!]+){{1,4}}"
    rf"(?:(?:al?|ao|el|la|the|o|no|em|en|on|to|for|pro|pra|para|dia|es|e|era|it's|is|make it|until|hasta|ate)[ ,]+){{0,5}}(?P<day>\d{{1,2}}){_ORDINAL}(?:[ ,]+(?:por favor|porfa|please|pfv|mejor|melhor|instead|entonces|entao|then)){{0,3}}[ .!]*"
)
# A departure is set right by a few days at most, and only one that lies nearer to it than to the arrival.
_MOST_LATER, _LEAST_STAY = 3, 4


def _day_set_right(day: int, start: dt.date, end: dt.date, today: dt.date) -> Reading | None:
    """A bare day that sets right the one told before, which may have been the arrival or the departure: read as the departure where
    it can hardly be the arrival, asked where it may be either; None where it lies before the stay."""
    date = next(date for date in (start + ahead * ONE_DAY for ahead in range(62)) if date.day == day) if 1 <= day <= 31 else start
    if not 0 < (date - start).days <= 16:
        return None
    if 0 < (date - end).days <= _MOST_LATER and (date - start).days >= _LEAST_STAY:
        return Reading.of(checked(start, date, None, today, known=start))
    return Reading({}, ("ambiguous",), "")


def corrected(text: str, before: KnownStay, today: dt.date) -> Reading | None:
    """The known stay with one of its days set right; None when the message does nothing of the kind."""
    start, end = before.check_in, before.check_out
    if start is None or is_other_matter(text):
        return None
    if _OPEN_AGAIN.search(text) and not re.search(rf"\d|{LONG_WEEKDAY}|{LONG_MONTH}", text):
        return Reading({}, ("incomplete",), "")
    if end is not None and start.weekday() == 4 and _SAME_WEEKEND.search(text) and not re.search(r"\d", text):
        return Reading.of(checked(start + 7 * ONE_DAY, end + 7 * ONE_DAY, None, today))
    if end is not None and (match := _ADDED_NIGHT.search(text)):
        return _one_night_more(int(match["day"]), start, end, today)
    if end is not None and (more := _stays_too(text, start, end, today)):
        return more
    if end is not None and (match := _FIRST_NIGHTS.search(text)):
        return Reading.of(
            checked(start, min(end, start + number(next(filter(None, match.groups()), "1")) * ONE_DAY), None, today, known=start)
        )
    if (match := _DAY_FOR_DAY.search(text)) and not re.search(rf"{LONG_MONTH} \d|\d (?:de )?{LONG_MONTH}", text):
        now, was = (
            int(next(filter(None, pair)))
            for pair in ((match["now"], match["right"], match["latter"]), (match["was"], match["old"], match["former"]))
        )
        return _moved({"day": was}, now, text, before, today)
    if end is not None and (match := _NO_THAT_DAY.fullmatch(text)):
        return _day_set_right(int(match["day"]), start, end, today)
    if pairs := _weekday_pairs(text):
        return _weekdays_moved(pairs, text, before, today)
    return None


def without_denied_month(text: str) -> str:
    """ "Diciembre se complicó. Enero, 5 al 10": as long as before, without the month that is not meant."""
    if re.search(r"\d", text):
        text = _MONTH_WRITTEN.sub(lambda match: " " * len(match[0]), text)
    return _DENIED_MONTH.sub(lambda match: " " * len(match[0]), text) if len(set(re.findall(LONG_MONTH, text))) > 1 else text


def day_after(text: str) -> str:
    """ "Mañana no, pasado" is the day after tomorrow."""
    return _DAY_AFTER.sub(
        lambda match: {"manana": "pasado manana", "amanha": "depois de amanha", "tomorrow": "day after tomorrow"}[match["day"]], text
    )


def _one_night_more(day: int, start: dt.date, end: dt.date, today: dt.date) -> Reading:
    if day == end.day:
        return Reading.of(checked(start, end + ONE_DAY, None, today))
    if day == (start - ONE_DAY).day:
        return Reading.of(checked(start - ONE_DAY, end, None, today))
    return Reading({}, ("ambiguous",), "")


def _stays_too(text: str, start: dt.date, end: dt.date, today: dt.date) -> Reading | None:
    """The night told beside those that are known; asked when it does not touch them, None when none is told."""
    if not _TOO.search(text) or not (_STAYS.search(text) or _ONLY_THAT_TOO.fullmatch(text)):
        return None
    if _OTHER_ENDS.search(text) or _LEAVING.search(text) or _ARRIVING.search(text) or len(days := _DAY_NAMED.findall(text)) != 1:
        return None
    day, name = days[0]
    around = [date for date in (start - ONE_DAY, end) if (date.weekday() == weekday(name) if name else date.day == int(day))]
    if len(around) != 1 or (end - start).days >= 7:
        return Reading({}, ("ambiguous",), "")
    return Reading.of(checked(min(start, around[0]), max(end, around[0] + ONE_DAY), None, today, known=start))


def _is_leaving(text: str, start: dt.date, end: dt.date | None, *, is_start: bool, is_end: bool) -> bool | None:
    """Whether the departure is meant; None when nothing tells."""
    if is_start != is_end:
        return is_end
    leaving, arriving = bool(_LEAVING.search(text)), bool(_ARRIVING.search(text))
    return leaving if leaving != arriving and (is_start or is_end) else None


def _moved(was: dict[str, int], now: int, text: str, before: KnownStay, today: dt.date) -> Reading | None:
    start, end = before.check_in, before.check_out
    assert start is not None
    is_start, is_end = start.day == was["day"], end is not None and end.day == was["day"]
    leaving = _is_leaving(text, start, end, is_start=is_start, is_end=is_end)
    if leaving is None:
        return None
    wanted = _near(end if leaving and end else start, now)
    if wanted is None:
        return Reading({}, ("ambiguous",), "")
    if leaving:
        return Reading.of(checked(start, wanted, None, today, known=start))
    return Reading.of(checked(wanted, _end(wanted, text, before), None, today))


def _end(new_start: dt.date, text: str, before: KnownStay) -> dt.date | None:
    """Another arrival keeps the number of nights, unless the departure stays: when that is said, when the arrival alone is
    spoken of and lies within the stay, or when they come earlier."""
    start, end = before.check_in, before.check_out
    if start is None or end is None or END_STAYS.search(text) or LEAVE_STAYS.search(text):
        return end
    if new_start < start or (new_start < end and _ARRIVING.search(text) and not _LEAVING.search(text)):
        return end
    return new_start + (end - start)


def _near(known: dt.date, day: int) -> dt.date | None:
    """The date with that day of the month that is nearest to a known one."""
    months = {(date.year, date.month) for date in (known, known - 20 * ONE_DAY, known + 20 * ONE_DAY)}
    options = [dt.date(year, number, day) for year, number in months if exists(year, number, day)]
    return min(options, key=lambda date: abs((date - known).days), default=None)


def _weekday_pairs(text: str) -> list[tuple[int, int]]:
    """(now, was) of each weekday that takes another's place."""
    found = []
    for match in _WEEKDAY_FOR.finditer(text):
        if match["from"]:
            if _SWAPS.search(text[: match.start()]):
                found.append((weekday(match["to"]), weekday(match["from"])))
        else:
            now = match["now"] or match["right"] or match["then"] or match["latter"]
            found.append((weekday(now), weekday(match["was"] or match["old"] or match["late"] or match["former"])))
    return found


def _weekdays_moved(pairs: list[tuple[int, int]], text: str, before: KnownStay, today: dt.date) -> Reading | None:
    start, end = before.check_in, before.check_out
    assert start is not None
    new_start, new_end = None, None
    for now, was in pairs:
        is_start, is_end = start.weekday() == was, end is not None and end.weekday() == was
        leaving = _is_leaving(text, start, end, is_start=is_start, is_end=is_end)
        if leaving is None and now in {start.weekday(), end.weekday() if end else None}:
            continue  # "el viernes, no el jueves", of a stay that begins on Friday
        if leaving is None:
            return Reading({}, ("ambiguous",), "")
        known = end if leaving and end else start
        date = min((known + days * ONE_DAY for days in range(-3, 4)), key=lambda one, day=now: one.weekday() != day)  # type: ignore[misc]
        if leaving:
            new_end = date
        else:
            new_start = date
    if new_start and not new_end:
        new_end = _end(new_start, text, before)
    return Reading.of(checked(new_start or start, new_end or end, None, today, known=start))
