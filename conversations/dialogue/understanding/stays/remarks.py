"""What is asked or told of one day or hour of a known stay, and moves nothing: "el 24 a la noche hay algo abierto?", "can we keep the
room until 4 pm on Wednesday?", "llego recién a la 1 de la mañana del 11"."""

from __future__ import annotations

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.blanks import blanked
from conversations.dialogue.understanding.stays.nights import NIGHT, SO_MANY
from conversations.dialogue.understanding.stays.points import ONE_DAY
from conversations.dialogue.understanding.stays.reading import KnownStay, Reading
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, LONG_WEEKDAY, MONTH, weekday

_PART_OF_DAY = compiled(r"\b(?:(?:a|por|en|de|na|da|pela)(?: la)? |in the |at )(?:noche|noite|night|evening)\b")
# What the house has or does, on whatever day.
_HOUSE = compiled(
    r"\b(?:recepcion|recepcao|reception|front desk|desayun\w+|breakfast|cafe da manha|brunch|almuerz\w*|almoco|lunch|cen(?:a|as|ar|amos)|dinner|jant\w+|ceia|comer|eat|restaurante?s?|bar|pileta|piscina|pool|gimnasio|gym|academia|spa"
    r"|fiesta|festa|party|show|musica|music|fireworks|fuegos artificiales|fogos|supermercado|supermarket|mercado|shops?|tiendas?|lojas?|quiet|tranquil\w+|silencios\w*|ruido\w*|barulho\w*|nois[ey]\w*|limpi\w+|limpeza|limpam|clean\w*|visit\w*|llov\w+|llueve|lluvia|rain\w*|chov\w+|chuva|calor|frio|hot|cold|weather|clima|tempo|"
    r"(?:abiert|cerrad|abert|fechad)[oa]s?|abr[ei]n?|abrem?|open(?:s|ing)?|closed?|funciona\w*|atend\w+|atiend\w+|occupied|staffed|manned)\b"
)
_ASKS = compiled(r"\?|\b(?:hay|habra|tem|tera|is there|are there|do you|does|hacen|fazem|abren?|abrem?|funcionam?)\b")
_CLEANED = compiled(
    r"\b(limpi\w+|limpam|clean\w*|arrum\w+) (?:(?:the|our|my|la|el|o|nuestra|mi|nosso|meu) )*(?:habitacion|cuarto|pieza|quarto|rooms?)\b"
)
_WITH_IT = compiled(
    r"\b(?:con|with|com|sin|without|sem|inclu\w+)(?: (?:el|la|the|o|a))? (?:desayun\w+|breakfast|cafe da manha|cena|dinner|jantar|pileta|piscina|pool)\b"
)
_OF_THE_STAY = compiled(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|ingres\w+|check ?-?(?:in|out)|sal[gi]\w+|saldr\w+|nos vamos|me voy|leav\w+|depart\w*|sai\w*|reserv\w+|booking|stay(?:s|ing)?|(?:me|nos) qued\w+|quedar\w+|quedamos|fic(?:o|amos|ar\w*)|a gente fica|noches?|nights?|noites?|diarias?|lugar|vagas?|dispon\w+|availab\w+"
    rf"|(?:hasta|until|till|ate|desde|from|a partir)(?: (?:del?|el|the|o|no|dia|do))+ \d{{1,2}}(?:st|nd|rd|th)?|(?:hasta|until|till|ate|desde|from|a partir)(?: (?:del?|el|the|o|a|na|no|da))* {LONG_WEEKDAY}"
    r"|fechas?|dates?|datas?|venimos|vengo|coming|come|cambi\w+|chang\w+|mud\w+|troc\w+|mov\w+|en vez|en lugar|instead|rather|better|mejor|melhor|quarto|habitacion|rooms?)\b"
)
_HOUR = r"(?:(?:las |as |la |a |about |around |like |tipo )*\d{1,2}(?:[:.h]\d\d)?(?: y media| e meia)? ?(?:hs|hrs?|h|horas?|am|pm|a\.m\.?|p\.m\.?|o'?clock|de la (?:tarde|noche)|da (?:tarde|noite)|in the (?:afternoon|evening)|at night)|\d{1,2}[:h]\d\d|(?:las |as )\d{1,2}(?: y media| e meia)?|(?:el |o |a )?(?:mediodia|medio dia|meio-?dia|noon|midday|after lunch))"
# "until 4 pm", "hasta las 5 de la tarde": a late departure
_UNTIL_HOUR = compiled(rf"\b(?:hasta|until|till?|ate|past|by|after|despues de|depois d[ea]s?) (?:{_HOUR})(?!\w)")
_LENGTH = compiled(rf"\b{SO_MANY} (?:{NIGHT}|dias?|days?|semanas?|weeks?)\b")
# "a la 1 y media de la mañana del 11": whoever comes so late has booked the night before
_SMALL_HOURS = compiled(
    rf"\b(?:0?[0-5]|12)(?:[:.h]\d\d)?(?: y media| e meia| y cuarto)?(?: ?(?:hs|h|horas?))? ?(?:(?:de la|da|in the) (?:manana|madrugada|manha|morning|night)|de madrugada|am|a\.m\.?)(?: ya)?,? (?:(?:del?|do|of|on|el|no|the|d[ao]|ja|ya|dia) )*(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)|(?P<weekday>{LONG_WEEKDAY}))"
    rf"|\b(?:(?P<first>\d{{1,2}})(?:st|nd|rd|th)?|(?P<named>{LONG_WEEKDAY}))(?: (?:de |of )?{MONTH})?,? (?:a|as|at|like|tipo|a eso de|por volta d[ea])? ?(?:las? |as )?(?:0?[0-5]|12)(?:[:.h]\d\d)?(?: y media| e meia)?(?: ?(?:hs|h|horas?))? ?(?:de la (?:manana|madrugada)|da (?:manha|madrugada)|de madrugada|in the (?:night|morning)|am|a\.m\.)(?!\w)"
)
_ARRIVING = compiled(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|aterri\w+|land\w*|get(?:ting)? (?:there|in|to)|entr\w+|check(?:ing)? ?-?in|be there|vuelo|flight|voo|plane|avion|aviao|bus|micro|onibus)\b"
)
_DAYS = compiled(rf"(?<![\d.,:/h])\b(\d{{1,2}})(?:st|nd|rd|th)?\b(?![\d:/%h]|[.,]\d| ?(?:hs|am|pm)\b)|\b({LONG_WEEKDAY})")

# "until 6 on the last day", "tener el cuarto hasta las 6": a number that has neither a month nor the sound of a day is an hour.
_UNTIL_NUMBER = compiled(
    rf"\b(?:hasta|until|till?|ate|past|by)(?: (?P<hour>las?|as))? (?P<number>\d{{1,2}})(?: y media| e meia)?\b(?!(?:st|nd|rd|th)\b|[:/.,]\d)(?! ?(?:de |of )?(?:{LONG_MONTH}|{MONTH})\b)"
)
_LAST_DAY = compiled(
    r"\b(?:ultimo dia|last day|final day|last morning|ultima manana|ultima manha|dia (?:de (?:la |a )?|da )(?:salida|partida|saida)|day (?:we|i) leave|departure day|day of (?:departure|check ?-?out)|checkout day)\b"
)
_ROOM_KEPT = compiled(r"\b(?:rooms?|habitaci\w+|cuarto|pieza|quarto|check ?-?out|late check)\b")
# "el 9 quiero salir más tarde", "leaving early on the 9th"
_LEAVES = compiled(
    r"\b(?:sal(?:ir|imos|go|dr\w+|iendo)|nos vamos|me voy|irnos|irme|sair\w*|saio|saimos|saindo|ir embora|vamos embora|vou embora|leav(?:e|ing)|check(?:ing)? ?-?out|go(?:ing)? home|saida|salida|departure)\b"
)
_AT_AN_HOUR = compiled(
    rf"\b(?:(?:un poco |um pouco |a bit |a little )?(?:mas|mais) (?:tarde|temprano|cedo)|(?:tipo|a eso de|around|umas) (?:las )?\d{{1,2}}|tarde|temprano|tempranito|cedo|cedinho|late|later|early|earlier|{_HOUR})(?!\w)"
)
# "can my mum visit me for one night?", "ella se quedaría a dormir el 7"
_SOMEBODY = r"(?:(?:mi|my|minha|meu|our|nuestr[oa]|noss[oa]) (?!(?:stay|booking|reserv\w+|room|estad\w+|habitaci\w+|cuarto|quarto|dates?|fechas?|datas?|nights?|noche|noite|plans?|arrival|departure|vuelos?|voos?|flights?|avion|aviao|plane|bus|bondi|micro|onibus|trem|tren|train|ferry|buque|barco|transfer)\b)[a-z]+(?: (?:de|da|do|del) [a-z]+)?|(?:an?|una?|uma?) (?:friend|amig[oa])|some(?:one|body)|alguien|alguem|s?he|ella|el(?= (?:se|va|pued|podr|dorm|duerm))|ela|ele)"
_SLEEPS_OVER = r"(?:visit\w*|stay(?:s|ing)?|sleep\w*|crash\w*|(?:se )?qued(?:a|ar|aria|ara|e|arse)|dorm\w+|duerm\w+|durm\w+|fi(?:ca|car|caria|casse|que)|pernoct\w+|pernoit\w+)"
_VISITS = compiled(
    rf"\b{_SOMEBODY}(?:'d|'ll)? (?:[a-z]+ ){{0,4}}?{_SLEEPS_OVER}\b|\b(?:quedarse|dormir|visitar(?:me|nos)|ficar|visitar) (?:a dormir |aca |aqui |conmigo |comigo )?{_SOMEBODY}\b"
)
_OURS = compiled(
    r"\b(?:i|we|i'll|we'll|i'd|we'd|i'm|we're|yo|nosotr[oa]s|eu|a gente|(?:me|nos) (?!visit)[a-z]+(?:o|amos|emos|imos)|quedarnos|quedarme|ficamos|fico|ficarmos)\b"
)
_WITH_US = compiled(r"\b(?:con nosotr[oa]s|com a gente|with us)\b")
# "mi hermano llega el 12": a guest of the stay, or the only one?
_COMES = compiled(
    rf"^\W*(?:(?:y|e|and|but|pero|mas|ah|oh|also|tambien) )*{_SOMEBODY}(?: (?!and\b|y\b|e\b)[a-z]+){{0,2}}? (?:lleg\w+|arrives?|arriving|cheg\w+|comes?|viene|vem|joins?|se suma)\b"
)
_OF_OUR_NIGHTS = compiled(
    r"\b(?:hasta|until|till?|ate|desde|from|more|extra|mas|mais|another|otra|outra|only|just|solo|so|instead|lleg\w+|cheg\w+|arriv\w+|sal[gie]\w*|sai\w*|leav\w+)\b"
)


def beside_the_dates(text: str, before: KnownStay) -> Reading | None:
    """A message that speaks of an hour, or of what the house has on one day, of the stay that is known; None when it is none.
    Nothing is moved; whether leaving late on another day than the last moves the departure is asked."""
    if before.check_in is None or before.check_out is None:
        return None
    if (last := _leaves_late_on(text, before)) is not None:
        return Reading({}, () if last else ("ambiguous",), text)
    if (hour := _keeps_the_room(text, before)) is not None:
        return Reading({}, () if hour else ("ambiguous",), text)
    if _COMES.search(text) and not _OURS.search(_WITH_US.sub(" ", text)) and len(_DAYS.findall(blanked(text))) == 1:
        return Reading({}, ("ambiguous",), text)
    if _leaves_at_an_hour(text, before) or _is_somebodys_night(text, before):
        return Reading({}, (), text)
    return Reading({}, (), text) if _is_late_arrival(text, before) or _is_of_the_house(text) else None


def _is_of_the_house(text: str) -> bool:
    """ "¿el 25 la recepción está atendida?" A room for the 25th, breakfast included, is a stay's."""
    plain = _CLEANED.sub(r"\1", _PART_OF_DAY.sub(" ", text))
    return (
        len(_DAYS.findall(plain)) <= 1
        and _HOUSE.search(plain) is not None
        and _ASKS.search(plain) is not None
        and not _OF_THE_STAY.search(plain)
        and not (_WITH_IT.search(plain) or _LENGTH.search(plain))
    )


def _leaves_late_on(text: str, before: KnownStay) -> bool | None:
    """Whether the room is kept until some hour of the last day; None when no such hour and day are told."""
    assert before.check_out is not None
    hour = _UNTIL_HOUR.search(text)
    if hour is None:
        return None
    rest = text[: hour.start()] + " " * len(hour[0]) + text[hour.end() :]
    days = _DAYS.findall(rest)
    if len(days) != 1 or _LENGTH.search(rest) or _ARRIVING.search(rest):
        return None
    return weekday(days[0][1]) == before.check_out.weekday() if days[0][1] else int(days[0][0]) == before.check_out.day


def _keeps_the_room(text: str, before: KnownStay) -> bool | None:
    """Whether the room is kept until some hour, in doubt where the number may be a day near the stay; None when nothing says so."""
    assert before.check_in is not None and before.check_out is not None
    match = _UNTIL_NUMBER.search(text)
    is_last = _LAST_DAY.search(text) is not None
    if match is None or int(match["number"]) > 12 or not (is_last or _ROOM_KEPT.search(text)):
        return None
    if _LENGTH.search(text) or _DAYS.search(text[: match.start()] + text[match.end() :]):
        return None
    week = {(before.check_in + days * ONE_DAY).day for days in range((before.check_out - before.check_in).days + 8)}
    return is_last or bool(match["hour"]) or int(match["number"]) not in week


def _leaves_at_an_hour(text: str, before: KnownStay) -> bool:
    """ "El 9 quiero salir más tarde, tipo 16 h", of a stay that ends on the 9th."""
    assert before.check_out is not None
    if not (_LEAVES.search(text) and _AT_AN_HOUR.search(text)) or _LENGTH.search(text) or _ARRIVING.search(text):
        return False
    days = _DAYS.findall(_AT_AN_HOUR.sub(" ", text))
    return len(days) == 1 and (weekday(days[0][1]) == before.check_out.weekday() if days[0][1] else int(days[0][0]) == before.check_out.day)


def _is_somebodys_night(text: str, before: KnownStay) -> bool:
    """Of somebody who sleeps there beside the guests, on a day of the stay."""
    assert before.check_in is not None and before.check_out is not None
    if not _VISITS.search(text) or _OURS.search(_WITH_US.sub(" ", text)) or _OF_OUR_NIGHTS.search(text):
        return False
    days = _DAYS.findall(text.replace("1 night", "").replace("1 noche", "").replace("1 noite", ""))
    within = [before.check_in + ahead * ONE_DAY for ahead in range((before.check_out - before.check_in).days + 1)]
    return len(days) <= 1 and all(
        any(date.weekday() == weekday(name) if name else date.day == int(number) for date in within) for number, name in days
    )


def _is_late_arrival(text: str, before: KnownStay) -> bool:
    assert before.check_in is not None
    match = _SMALL_HOURS.search(text)
    if match is None or not _ARRIVING.search(text):
        return False
    rest = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    morning = before.check_in + ONE_DAY
    number, name = match["day"] or match["first"], match["weekday"] or match["named"]
    return not _DAYS.search(rest) and (int(number) == morning.day if number else weekday(name) == morning.weekday())
