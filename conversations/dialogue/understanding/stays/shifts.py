"""A known stay that is moved: "las mismas fechas pero en enero", "un día antes", "una semana más tarde"."""

from __future__ import annotations

import datetime as dt
import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.nights import NIGHT, SO_MANY, number
from conversations.dialogue.understanding.stays.points import ONE_DAY, exists
from conversations.dialogue.understanding.stays.reading import KnownStay, Reading
from conversations.dialogue.understanding.stays.resolving import another_arrival, checked
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, LONG_WEEKDAY, MONTH, month

_EARLIER = compiled(
    r"\b(\d|un|una|um|uma|one|a) (dia|day|semana|week)s? (antes|earlier|before|sooner|early|despues|depois|later|late|mas tarde|mais tarde|after"
    r"|(?:mas |mais )?(?:(?:para|pa|hacia) )?(?:a )?(?:adelante|frente|adiante)|forward)\b"
)
# "¿podría ser un día después?", and nothing else
_ONLY_EARLIER = compiled(
    r"\W*(?:(?:y|e|and|si|se|if|what|podria|puede|poderia|pode|could|can|would|it|be|ser|do|make|tudo|todo|everything|mejor|melhor|better|da|para|pra|fuera|fosse|was|were|sea|seja|posible|possible|possivel|is)[ ,]+)*"
    + _EARLIER.pattern
    + r"(?:[ ,]+(?:por favor|porfa|please|mejor|instead|entonces|then|entao))*\W*"
)
# "agregá una noche antes"
_NIGHT_IN_FRONT = compiled(
    rf"\b(?:agreg\w+|sum[ae]\w*|anad\w+|add|acrescent\w+|adicion\w+|coloc\w+|poneme|pone)\b(?: (?:le|me|nos|mais|mas|otra|one more|extra))* ({SO_MANY}) {NIGHT}(?: mas| more| a mais)? (?:antes|before|earlier|al principio|al comienzo|no comeco|no inicio|at the (?:start|beginning|front))\b(?! d)"
    rf"|\b({SO_MANY}) {NIGHT} (?:mas |more |a mais |extra )(?:al principio|al comienzo|no comeco|no inicio|at the (?:start|beginning|front))\b"
    rf"|\b({SO_MANY}) {NIGHT} (?:mas |more |a mais |extra )?(?:antes|before|earlier)(?: (?:tambien|too|also|as well|tambem))\b"
)
_FIRST_NIGHT_LESS = compiled(
    rf"\b(?:skip|drop|cut|cancel\w*|forget|lose|miss|sa(?:c|qu)\w+|quit\w+|tir\w+|cort\w+|perd\w+|salte\w+|pul\w+)\b(?: (?:out|me|nos))?(?: (?:the|la|a|o))? (?:first|primera|primeira) {NIGHT}\b"
)
# "una noche antes y una después"
_BOTH_ENDS = compiled(
    rf"\b({SO_MANY}) {NIGHT} (?:mas |more |a mais |extra )?(?:antes|before|earlier) (?:y|e|and) (?:otra |outra )?({SO_MANY}) (?:{NIGHT} )?(?:despues|after|later|depois)\b"
)
# "una más", "mais duas"
_ONLY_MORE = compiled(
    rf"(?:(?:y|e|and|mejor|melhor|no|nao|si|sim|yes|dale|bueno)[ ,]+)*(?:({SO_MANY}) (?:mas|more|a mais)|(?:mais|mas) ({SO_MANY}))(?: (?:por favor|porfa|please|entonces|then))?"
)
_SAME = compiled(
    rf"\b(?:mism[oa]s?|same|igual\w*|mesm[oa]s?)\b.{{0,24}}?\b(?:fechas?|dias?|dates?|days?|datas?|numeros?|period\w*)\b.{{0,30}}?\b({LONG_MONTH}|{MONTH})|\b(?:igual|same|lo mismo|o mesmo|idem) (?:pero|but|mas|so que) (?:en|in|em|para|pra) ({LONG_MONTH})|\b({LONG_MONTH}|{MONTH})\b.{{0,20}}?\b(?:mism[oa]s?|same|mesm[oa]s?) (?:fechas?|dias?|dates?|days?|datas?)\b"
)
_SAME_AS = compiled(r"\b(?:mism[oa]s?|same|mesm[oa]s?) (?:fechas?|dias?|dates?|days?|datas?)\b")
SHIFTED_END = compiled(
    r"\b(?:(?P<out>go(?:ing)? away|(?:fly|head|drive|travel)(?:ing)? (?:home|back|out)|vamos embora|vou embora|nos vamos|me voy|irnos|irme|go home|sal[gi]\w*|leav\w*|depart\w*|check ?-?out|sai\w*|vuelv\w*|volv\w*|volt\w*|regres\w*|embora|qued\w*|stay\w*|fic\w*)|(?P<in>get(?:ting)? (?:there|in)|ir(?! embora| a casa)|lleg\w*|arriv\w*|cheg\w*|entr\w*|check ?-?in|ingres\w*|come|coming|vamos|vou|vengo|venimos|start\w*|begin\w*|emp(?:ez|iez)\w*|comec\w*|com(?:enz|ienz)\w*|arranc\w*|inici\w*))\b"
)
# "cambiame el 6 por el 8"
_REPLACED = compiled(
    r"\b(?:cambi\w+|chang\w+|troc\w+|mud\w+|swap)(?: (?:me|nos))? (?:el|the|o|dia|o dia) (\d{1,2})(?:st|nd|rd|th)? (?:por|for|to|pelo|para|pro)(?: (?:el|the|o|dia))* (\d{1,2})(?:st|nd|rd|th)?\b"
)
_MONTH_MEANT = compiled(
    r"\b(?:quise decir|quiero decir|i meant?|quis dizer|quero dizer|(?:me )?(?:confundi|equivoque|enganei|errei)(?: de| o)? mes|wrong month|digo|perdon|sorry|desculpa)\b"
)
# "no, en enero"
_ONLY_MONTH = compiled(
    rf"(?:(?:no|nao|mejor|melhor|perdon|digo|sorry|rather|instead|but|pero|ah|ay|uy|bueno|well|sino|seria|make it)[ ,]+)+(?:en |in |em |para |pra |for )?{LONG_MONTH}(?: (?:instead|mejor|por favor|please|entonces|then))?"
)
_ADDED_DAY = compiled(
    rf"\b(?:sum[ae]\w*|agreg\w+|anad\w+|add|includ\w+|inclu[iy]\w*|acrescent\w+|adicion\w+)\b(?: (?:me|nos|le|el|the|o|a|la|noche|night|noite|del?|of|on|do|da|also|tambien|tambem))* {LONG_WEEKDAY}"
)
_NEXT_WEEK = compiled(
    r"\b(?:otra|outra|next|following|proxima) (?:semana|week)\b|(?<!fin de )(?<!fim de )\bsemana (?:siguiente|seguinte)\b|\bthe week after\b(?! next)"
)
_SAME_DAY = compiled(r"\b(?:(?:el|ese|the|no|o|that|nesse|esse) )?(?:mism[oa]|same|mesm[oa]) (?:dia|day)\b")
_NEXT_DAY = compiled(
    r"\b(?:(?:a la|al) (?:manana |dia )?siguiente|al otro dia|the (?:next|following) (?:day|morning)|the day after|no dia seguinte|na manha seguinte|no outro dia)\b"
)
_DAYS_STAY = compiled(
    r"\b(?:(?:los )?dias|days|(?:os )?dias|fechas|dates)\b.{0,16}\b(?:estan? bien|stay|ficam?|quedan?|igual\w*|correct\w*|mism[oa]s|same|mesm[oa]s)\b|\b(?:mism[oa]s|same|mesm[oa]s) (?:dias|days|fechas|dates|datas)\b"
)
# "everything two days earlier", "corré todo una semana para adelante"
_ALL_SHIFTED = compiled(
    rf"\b({SO_MANY})(?: full| whole)? (dias?|days?|semanas?|weeks?)\b.{{0,30}}\b(?:tambien|tambem|too|both|both ends|todo|tudo|everything|it all|entrada y salida|entrada e saida|in and out)\b|\b(?:todo|tudo|everything|both|it all|las dos puntas|as duas pontas|whole (?:thing|stay))\b.{{0,30}}?\b({SO_MANY})(?: full| whole)? (dias?|days?|semanas?|weeks?)\b"
)
_SHIFT = compiled(
    r"\b(?:antes|earlier|before|sooner|despues|depois|later|adelante|frente|forward|atras\w*|retras\w*|posterg\w*|adelant\w*|antecip\w*|adiant\w*|adi(?:a|ar|e|em)|push|back|delay\w*|postpone\w*|mas tarde|mais tarde)\b"
)
# "corréla una semana para adelante", "antecipar a chegada em dois dias"
_PUSHED = compiled(
    rf"\b(?:corr(?:e|er|ela|elo|eme|ela|emela|emelo|amos|an)|mov\w+|mueve\w*|push\w*|shift\w*|move|pas\w+|adelant\w+|posterg\w+|adi(?:a|ar|e|em)|antecip\w+|adiant\w+|atras\w+|retras\w+|delay\w*|postpone\w*|bring|put|desloc\w+|jog\w+)\b(.{{0,30}}?)\b({SO_MANY}) (dias?|days?|semanas?|weeks?)\b"
)
_BACK = compiled(
    r"\b(?:para atras|pa atras|pra tras|bring\b.{0,20}\bforward|antes|earlier|before|sooner|(?<!mas )(?<!para )(?<!pa )(?<!hacia )adelant[aeo]\w*|antecip\w*|adiant[aeo]\w*)\b"
)
_FORTH = compiled(
    r"\b(?:para|pa|hacia|mas) adelante\b|\bfrente\b|(?<!bring it )(?<!bring the arrival )(?<!bring us )(?<!bring the whole thing )(?<!bring everything )(?<!bring it all )\bforward\b|\b(?:despues|depois|later|mas tarde|mais tarde)\b"
)
# "llegar y salir un día antes"
_BOTH_JOINED = compiled(r" (?:y|e|and|tanto|como|as well as)(?: (?:we|i|also|tambien|tambem|a|la|el|o|the|me|nos|to))* ")
_DAY_TOLD = compiled(r"\b(?:el|the|dia|day) (\d{1,2})(?:st|nd|rd|th)?\b(?![:/%])")
END_STAYS = compiled(
    r"\b(?:salida|saida|check ?-?out|departure|vuelta|volta|return)\b.{0,24}\b(?:igual|unchanged|sin cambio|mantid\w+|remain\w*|continua|no se|nao mexe|no cambia|nao muda|no se toca|queda|stays|same|manten\w*|fica)\b|\b(?:manten\w*|manter|mantid[ao]|mantem|same|keep\w*|mism[oa]|mesm[oa])\b.{0,20}\b(?:salida|saida|check ?-?out|departure)\b"
)
_LEAVE = r"(?:leav\w+|salir|sair|sairmos|ir embora|volvemos|vuelvo|regresamos|volto|go(?:ing)? home|salida|saida|salimos|salgo|saio|saimos|vuelta|volta|voltamos|regreso|retorno|departure|check ?-?out|nos vamos|me voy|irnos|vou embora|vamos embora)"
_AS_IT_WAS = r"(?:(?:cuando|quando|when|como|as) (?:habiamos|tinhamos|we|i|estaba|estava|it was|dijimos|quedamos|acordamos|planned|booked|agreed|combinado)\w*|fine|ok|okay|bien|bem|perfect\w*|same|still|igual|remains?|unchanged|sin cambios?|sem mudan\w+|mantid[ao]|manten\w+|mantem|manter|keep\w*|mism[oa]|mesm[oa]|no (?:la|lo|se)? ?(?:toques?|toca|cambia\w*|muev\w+|mueve)|continua\w*|queda|stays?|segue|sigue|nao muda|como estaba|as (?:is|booked|planned))"
LEAVE_STAYS = compiled(
    rf"\b{_LEAVE}\b.{{0,28}}\b{_AS_IT_WAS}\b|\b{_AS_IT_WAS}\b.{{0,12}}\b{_LEAVE}\b"
    r"|\b(?:lo otro|el resto|todo lo demas|lo demas|(?:the )?rest|everything else|o resto|o restante)\b.{0,16}\b(?:queda|igual|stays?|same|fica|bien|bem|as (?:booked|is|it was|before)|fine|ok)\b"
)
_SAME_LENGTH = compiled(
    r"\b(?:misma cantidad|mismas noches|same (?:number|amount|length)|mesm[oa]s? (?:quantidade|numero|noites)|(?:lo otro|el resto|todo lo demas|the rest|o resto) (?:queda|igual|stays|same|fica))"
)
_MOVED = compiled(
    rf"\b(?:mov\w+|pas\w+|mud\w+|traslad\w+|shift|push|cambi\w+|transfer\w+|jog\w+)\b.{{0,24}}?\b(?:a|to|para|pra|into) ({LONG_MONTH})\b.{{0,20}}?\b(?:keep\w*|mantene\w*|mantend\w*|mantem|manten\w*|mism[oa]s?|same|mesm[oa]s?|igual)\b"
)


# Days of a dinner, a payment or a flight move no stay, unless arriving or leaving is spoken of as well.
_OTHER_MATTER = compiled(
    r"\b(?:pag[ou]\w*|pay\w*|call\w*|llam\w+|lig(?:o|ar|amos)|escrib\w+|escrev\w+|write|cen[ao]\w*|dinner|jantar|breakfast|desayun\w*|cafe|lunch|almuerz\w+|almorz\w+"
    r"|almoco|massages?|masajes?|massagem|spa|transfers?|traslados?|vuelos?|flights?|voo|tours?|mesas?|tables?|a las \d|habitacion \d|room \d|quarto \d)\b"
)
OF_THE_STAY = compiled(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|entr\w+|ingres\w+|check ?-?(?:in|out)|sal[gi]\w+|saldr\w+|nos vamos|me voy|leav\w+|depart\w*|sai\w*|reserv\w+|booking|stay\w*|estad\w+"
    r"|estancia|noches?|nights?|noites?|fechas?|dates?|datas?|venimos|vengo|coming|come)\b"
)


def is_only_shift(text: str) -> bool:
    """Whether a question moves the stay as a whole, and does nothing else."""
    return _ONLY_EARLIER.fullmatch(text) is not None


def is_other_matter(text: str) -> bool:
    """Does a message that moves days speak of something else than the stay?"""
    return _OTHER_MATTER.search(text) is not None and OF_THE_STAY.search(text) is None


def moved_stay(text: str, before: KnownStay, today: dt.date, awaiting: str | None) -> Reading | None:
    """ "las mismas fechas pero en enero", "un día antes": the known stay, moved."""
    start, end = before.check_in, before.check_out
    if start is None or is_other_matter(text):
        return None
    if end is not None and _NEXT_WEEK.search(text) and not re.search(r"\d", text):
        return Reading.of(checked(start + 7 * ONE_DAY, end + 7 * ONE_DAY, None, today))
    if _ADDED_DAY.search(text) and len(re.findall(r"\d+", text)) == 0:
        return Reading({}, ("ambiguous",), "")  # "sumale el domingo": its night, or a departure then?
    others = {month(name) for name in re.findall(rf"\b{LONG_MONTH}", text)} - {start.month}
    days = set(re.findall(r"\d+", text))
    if (
        len(others) == 1
        and (not days or (days == {str(start.day)} and _MONTH_MEANT.search(text)))  # "era enero, el 10 de enero", of a stay from the 10th
        and (
            _DAYS_STAY.search(text)
            or _MONTH_MEANT.search(text)
            or _ONLY_MONTH.fullmatch(text.strip(" .!?"))
            or re.search(rf"\b{LONG_MONTH}.{{1,40}}\b{LONG_MONTH}", text)
        )
    ):
        wanted = others.pop()
        year = start.year + ((wanted, start.day) < (today.month, today.day) and start.year == today.year)
        return _in_month(before, year, wanted, today)
    if match := _SAME.search(text) or _MOVED.search(text):
        wanted = month(next(filter(None, match.groups())))
        year = start.year + (wanted < start.month or ((wanted, start.day) < (today.month, today.day) and start.year == today.year))
        return _in_month(before, year, wanted, today)
    if end is not None and _FIRST_NIGHT_LESS.search(text):
        return Reading.of(checked(start + ONE_DAY, end, None, today))
    if end is not None and (match := _BOTH_ENDS.search(text)):
        return Reading.of(checked(start - number(match[1]) * ONE_DAY, end + number(match[2]) * ONE_DAY, None, today))
    if end is not None and (match := _NIGHT_IN_FRONT.search(text)):
        return Reading.of(checked(start - number(next(filter(None, match.groups()), "1")) * ONE_DAY, end, None, today))
    if end is not None and (match := _ONLY_MORE.fullmatch(text.strip(" .!?"))):
        return Reading.of(checked(start, end + number(next(filter(None, match.groups()), "1")) * ONE_DAY, None, today, known=start))
    if match := _REPLACED.search(text):
        was, is_now = int(match[1]), int(match[2])
        for known_day, other, is_end in ((start, end, False), (end, start, True)):
            if known_day is not None and known_day.day == was and exists(known_day.year, known_day.month, is_now):
                moved = known_day.replace(day=is_now)
                if not is_end and other is not None:  # another arrival keeps the number of nights
                    return Reading.of(checked(moved, moved + (other - known_day), None, today))
                return Reading.of(checked(other if is_end else moved, moved if is_end else other, None, today))
    if end is None and awaiting == "check_out" and _SAME_DAY.search(text):
        return Reading({}, ("reversed",), "")
    if end is None and _NEXT_DAY.search(text):
        return Reading.of(checked(start, start + ONE_DAY, None, today))
    if (match := _ALL_SHIFTED.search(text)) and end is not None and (_SHIFT.search(text) or _PUSHED.search(text)):
        count = number(match[1] or match[3]) * (7 if (match[2] or match[4])[0] in "sw" else 1)
        by = dt.timedelta(days=-count if _BACK.search(text) and not _FORTH.search(text) else count)
        return Reading.of(checked(start + by, end + by, None, today))
    if (match := _PUSHED.search(text)) and end is not None and _SHIFT.search(text) and len(re.findall(r"\d+", text)) <= 1:
        count = number(match[2]) * (7 if match[3][0] in "sw" else 1)
        by = dt.timedelta(days=-count if _BACK.search(text) and not _FORTH.search(text) else count)
        named = SHIFTED_END.search(match[1])
        if named and named["out"]:
            return Reading.of(checked(start, end + by, None, today, known=start))
        if END_STAYS.search(text) or LEAVE_STAYS.search(text):
            return Reading.of(checked(start + by, end, None, today))
        return Reading.of(another_arrival(start + by, before, today) if named else checked(start + by, end + by, None, today))
    if (match := _EARLIER.search(text)) and end is not None:
        count = number(match[1]) * (7 if match[2] in {"semana", "week"} else 1)
        by = dt.timedelta(days=-count if match[3] in {"antes", "earlier", "early", "before", "sooner"} else count)
        if (_SAME_AS.search(text) and not LEAVE_STAYS.search(text)) or match[2] in {"semana", "week"}:
            return Reading.of(checked(start + by, end + by, None, today))
        if _SAME_LENGTH.search(text) or (before.nights and re.search(rf"\b{before.nights} {NIGHT}", text)):
            return Reading.of(checked(start + by, end + by, None, today))
        ends = _ends_named(text, match)
        if ends and any(day not in {(start + by).day, (end + by).day, start.day, end.day} for day in _days_told(text)):
            return Reading({}, ("ambiguous",), "")  # "un día después, el 14", of a stay that begins on the 10th
        if ends == {"in", "out"}:
            return Reading.of(checked(start + by, end + by, None, today))
        if ends == {"out"}:
            return Reading.of(checked(start, end + by, None, today, known=start))
        if ends:
            stays = END_STAYS.search(text) or LEAVE_STAYS.search(text)
            return Reading.of(checked(start + by, end, None, today) if stays else another_arrival(start + by, before, today))
        if not re.search(r"\d", text[: match.start()] + text[match.end() :]):
            # "one day later please"; what is moved in a longer message is asked
            return Reading.of(checked(start + by, end + by, None, today)) if len(text.split()) <= 8 else Reading({}, ("ambiguous",), "")
    return None


def _ends_named(text: str, shift: re.Match[str]) -> set[str]:
    """Which ends of the stay the shift is said of: "salimos un día antes", "ir un día antes y volver un día antes"."""
    others = [match for match in _EARLIER.finditer(text) if match.start() != shift.start()]
    if any((match[1], match[2], match[3]) != (shift[1], shift[2], shift[3]) for match in others):
        return set()
    verbs = [*SHIFTED_END.finditer(text)]
    named = [verb for verb in verbs if verb.start() < shift.start()]
    if others:
        named += [verb for verb in verbs if shift.end() <= verb.start() < others[-1].start()]
    elif len(named) > 1 and not _BOTH_JOINED.fullmatch(text[named[-2].end() : named[-1].start()]):
        named = named[-1:]
    named = named or verbs[:1]
    return {str(verb.lastgroup) for verb in named}


def _days_told(text: str) -> set[int]:
    return {int(number) for number in _DAY_TOLD.findall(text)}


def _in_month(before: KnownStay, year: int, wanted: int, today: dt.date) -> Reading:
    """The known stay in another month, its days and its length kept."""
    assert before.check_in is not None
    if not exists(year, wanted, before.check_in.day):
        return Reading({}, ("ambiguous",), "")
    moved = dt.date(year, wanted, before.check_in.day)
    return Reading.of(checked(moved, moved + (before.check_out - before.check_in) if before.check_out else None, None, today))
