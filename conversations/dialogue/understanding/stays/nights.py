"""How many nights, told as a number: "dos noches", "una semana", "una noche más"."""

from __future__ import annotations

import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.vocabulary import LONG_WEEKDAY, MONTH, WEEKDAY

SO_MANY = r"(?:\d{1,3}|un|una|uno|um|uma|one|a|an|otra|another|outra|solo una|just one)"
NIGHT = r"(?:noches?|nights?|noites?|nites?|nts?|nochecitas?|noitinhas?|noitadas?|pernoctes?|pernoites?|diarias?)"
_NIGHTS = compiled(
    rf"\b(?:un par de|a couple of|um par de|couple of) {NIGHT}\b|(?<![\d/.])\b({SO_MANY})(?: o (?:tal vez )?\d)? (?:(?!una? |uma? |one |otra |a |la |por |per |each |cada )[a-z]+ )?{NIGHT}\b(?! (?:or more|o mas|ou mais|or longer|minim|now\b|already|ya\b|ja\b))|\b(\d{{1,2}})[ -]?(?:night|noches?|noites?)\b(?! (?:or more|o mas|ou mais|or longer|minim))"
)
# "en vez de 3 noches, 5"
_NIGHTS_INSTEAD = compiled(
    rf"\b(?:en (?:vez|lugar) de|instead of|rather than|em vez de|ao inves de) ({SO_MANY})(?: {NIGHT})?,? (?:\w+ ){{0,3}}?(\d{{1,2}})\b(?! ?(?:de|of|/))"
)
_SINGLE_NIGHT = compiled(
    rf"\bovernight\b(?! (?:bus|train|flight|parking))|\b(?:hoy|today|hoje) (?:nomas|nada mas|only|so|apenas)\b|\b(?:una|uma|one|a|1) (?:sola |so |unica |single )(?:noche|noite|night|overnight)\b|\b(?:single|just one|only one) (?:night|overnight)\b|\b(?:esa|essa|that) (?:noche|noite|night) (?:nada mas|nomas|so|only|sola)\b|\b(?:{WEEKDAY}|tomorrow|manana|amanha|\w+) (?:night|noche|noite) (?:only|nada mas|nomas|unicamente|solamente)\b|\b(?:just|only|solo|solamente|so) (?:for )?(?:on )?(?:el |the |la |a |na |esa |that |es[st]a )?(?:noche del? )?(?:{WEEKDAY} )?(?:(?:a|de|por) (?:la )?)?(?:night|noche|noite)\b|\bnoche (?:del? )?{WEEKDAY}\b.{{0,24}}\b(?:unicamente|solamente|nomas|nada mas)\b|\b(?:just|only|solo|so) (?:for )?(?:the|la|a|esa) (?:night|noche|noite)\b"
)
_TONIGHT_AND = compiled(
    rf"\b(?:tonight|esta noche|hoje(?: a noite)?|hoy(?: a la noche)?)( (?:and|y|e) (?:the |las |as )?(?:next|following|proximas|siguientes|outras) (\d) {NIGHT})\b"
)
_MONTHS_LONG = compiled(
    rf"\b({SO_MANY}|2|3) (?:mes|meses|months?) (?:desde|from|a partir|starting|a contar)\b|\b(?:por|for|durante|during|x) ({SO_MANY}) (?:mes|meses|months?)\b"
)
# "10 días desde el 4 de enero": counted from a day they are nights; "3 días desde el viernes" may be two nights, and is asked
_A_WEEK = 7
_FROM = r"(?:desde|a partir|a contar|contando|starting|beginning|from|as of|comecando|empezando|arrancando|iniciando|com inicio|con inicio)"
_A_DATE = rf"(?:(?:de|del|do|el|the|on|o|dia|em|en|no|na|la|as of|{WEEKDAY}),? )*(?:\d{{1,2}}(?:st|nd|rd|th)?\b|{MONTH} \d)"
_DAYS_FROM = compiled(
    rf"\b(\d{{1,2}}) (?:dias?|days?)(?: (?:seguidos|corridos|straight|in a row|total|completos))?,? {_FROM} {_A_DATE}"
    rf"|\b{_FROM} {_A_DATE}(?: (?:de |of )?{MONTH})?,? (?:por |for |x |durante |during )?(\d{{1,2}}) (?:dias?|days?)\b"
)
# "no eran 5 noches, son 6", "not four but five nights", "we don't need 4 nights, 2 will do"
_DENIED_NIGHTS = compiled(
    rf"(?:\b(?:no|not|nao|sin|never)|n't|\bcannot)(?: (?:[a-z']+ ){{0,4}}?| )({SO_MANY})(?: {NIGHT})?[,.;]? (?:(?:sino|but|mas|sao|son|eran|eram|era|es|e|it's|its|they're|is|just|only|solo|so|con|com|que|quero|quiero|want|make it|mejor|melhor|rather|perdon|sorry) )*(\d{{1,2}}|una|uma|one)(?: {NIGHT}| (?:is|are|will|would|alcanza\w*|basta\w*|chega\w*|esta|sobra\w*|sirve\w*|bast\w+|suffice\w*|mejor|melhor)\b|(?=[ .!]*$))"
)
# "forget two nights, make it five"
_MAKE_IT = compiled(
    rf"\b(?:make it|make that|que sean|poneme|pone|mejor|sean|faz|coloca|bota) (\d{{1,2}})(?: {NIGHT})?\b(?=[ .!]*$)(?<=\d|\w)"
)
_OR_NIGHTS = compiled(
    rf"\b(?:\d{{1,2}}|una?|uma?|one) ?(?:o|or|ou|-|/) ?\d{{1,2}} {NIGHT}\b|\b\d{{1,2}} {NIGHT},? (?:puede que|maybe|talvez|quizas|tal vez|o) \d"
)
_WEEKS = compiled(
    rf"(?<!daqui )(?<!daqui a )(?<!dentro de )(?<!\ben )(?<!\bin )\b({SO_MANY})(?: [a-z]+)? (?:semanas?|semanitas?|semaninhas?|weeks?)\b(?! (?:santa|antes|before|ago|que vi?em?|despues|later|proxima|next|today|tomorrow|(?:on|this) {LONG_WEEKDAY}|from (?:today|now)|a partir de (?:hoy|hoje)))"
)
_FORTNIGHT = compiled(r"\b(?:a |one )?fortnight\b")
_DAYS = compiled(
    r"(?<!en )(?<!in )(?<!de )(?<!aqui a )(?<!em )(?<!cada )(?<!every )\b(\d{1,2}|un par de|unos|a few|a couple of|uns|alguns|algunos|varios|some) (?:dias?|days?|diitas|diazinhos)\b(?! (?:antes|before|habiles|uteis|atras|ago|despues|depois|later|mas tarde|mais tarde|de anticip))"
)
_DAY_WORD = compiled(r"\b(?:dias?|days?)\b")
_UNTIL = compiled(r"\b(?:hasta|ate|until|till?|to|al|ao) (?:el |the |o |dia )*\d")
_MORE = compiled(
    rf"\b({SO_MANY}) {NIGHT} (?:mas|more|extra|longer|a mais|adicional\w*)\b|\b({SO_MANY}) (?:more|extra|additional|mas|mais) {NIGHT}\b|\b(?:otra noche|another night|one more night|mais uma noite|outra noite|una noche mas|uma noite a mais|an extra night|one extra night)\b"
    rf"|\b(?:mais|mas|another|otras?|outras|extra) (\d{{1,2}}) {NIGHT}\b"
    # "un día más": a day more is a night more
    rf"|\b({SO_MANY}) (?:dias?|days?) (?:mas|more|extra|longer|a mais|adicional\w*)\b(?! (?:tarde|cedo|tarde|late|early))|\b({SO_MANY}) (?:more|extra|mas|mais|additional) (?:dias?|days?)\b|\b(?:otro dia|another day|mais um dia)\b(?= ?(?:$|[,.!?]|mas|por favor|please))"
    rf"|\b(?:agreg\w+|sum[ae]\w*|anad\w+|add|extend\w*(?: (?:it|the stay))?(?: by| for)?|acrescent\w+|adicion\w+|estend\w+|prolong\w+|alarg\w+)(?: por| em)? (?:le |me |nos |mais |mas )?({SO_MANY})(?: more| extra)? {NIGHT}\b"
)
_LESS = compiled(
    rf"\b(?:cancel\w*|desist\w* de|give up|renunci\w+ a|abr\w+ mao de) ({SO_MANY}) {NIGHT}\b|\b(?:cut|drop|lose|forget|tir\w+|sa(?:c|qu)\w+|quit\w+|cort\w+|baj\w+|perd\w+|dele\w+|skip|cancel)\b(?: it| off)?(?: by)?(?: (?:me|nos|le))? ()(?:the|la|a|o|una|uma|one)? ?(?:last |ultima |first |primera |primeira )?{NIGHT}\b|\b(?:knock|shave|take|chop) ({SO_MANY}) {NIGHT} off\b|\b({SO_MANY}) {NIGHT} (?:menos|less|fewer|a menos)\b|\b({SO_MANY}) (?:less|fewer|menos) {NIGHT}\b|\b(?:sa(?:c|qu)\w+|quit\w+|tir\w+|baj\w+|cort\w+|drop|cut|take|remov\w+|rest\w+|descont\w+)(?: (?:me|nos|le|off|out))? ({SO_MANY}) {NIGHT}\b(?: off\b)?"
)
# "el 10, y al otro día me voy"
_OUT_NEXT_DAY = compiled(
    r"\b(?:me voy|nos vamos|salgo|salimos|saliendo|saio|saimos|saindo|vou embora|vamos embora|vuelvo|volvemos|volto|voltamos|leav\w+|check(?:ing)? out|go(?:ing)? home|out|off)\b[^.?!\d]{0,12}\b(?:al (?:dia )?siguiente|al otro dia|the (?:next|following) (?:day|morning)|the day after|no dia seguinte|na manha seguinte|no outro dia)\b(?! (?:de|of|do|del))"
    r"|\b(?:al (?:dia )?siguiente|al otro dia|the (?:next|following) (?:day|morning)|no dia seguinte|no outro dia)\b,? (?:(?:ya|i|we|eu|a gente|me|nos|temprano|cedo) ){0,2}(?:voy|vamos|salgo|salimos|saio|saimos|embora|leave|check out|go home)\b"
)
# "no, una menos"
_ONE_LESS = compiled(
    rf"(?:(?:no|nao|mejor|perdon|sorry|mm+|y|rather)[ ,]+)*({SO_MANY}) (?:menos|less|fewer|a menos)(?: (?:por favor|please|mejor))?"
)
# One night, of one day that is named beside it; "a la noche" is a part of the day.
THE_NIGHT = compiled(
    r"(?<!\ba )(?<!por )(?<!en )(?<!de )(?<!in )\b(?:la noche|the night)\b|\b(?:sai|custa|fica|quanto e|preco d|valor d) ?a noite\b"
)
# "¿cuánto sale una noche?" asks for the price of any night.
_PER_NIGHT = compiled(
    rf"\b(?:sale|salen|cuesta|cuestan|vale|cuanto es|how much (?:is|for)|price (?:of|for)|cost of|custa|fica|sai) (?:la |el |a |one |una |uma |1 )?{NIGHT}\b"
    rf"|(?<!hoje )(?<!amanha )(?<!hoy )(?<!manana )(?<!hoy a )(?<!manana a )\b(?:por|per|each|a|la|cada|x|(?<!par )(?<!couple )de) {NIGHT}\b(?= ?(?:[?.,!]|$|sale|cuesta|es|custa|costs?))|\b(?:per|each|cada) {NIGHT}\b"
)


def asked_nights(text: str, language: str, known: int | None) -> tuple[int | None, int, str, list[str]]:
    """Nights asked for, nights to add (or, negative, to take away), the text without them, and doubts."""
    if match := _LESS.search(text) or _ONE_LESS.fullmatch(text.strip(" .!?")):
        return None, -number(next(filter(None, match.groups()), "1")), blanked(text, match) if match.end() <= len(text) else "", []
    if (match := _MORE.search(text)) and not (language == "pt" and match[0].endswith(" mas")):  # "but"
        return None, number(next(filter(None, match.groups()), "1")), blanked(text, match), []
    if match := _TONIGHT_AND.search(text):
        return 1 + number(match[2]), 0, blanked(text, match, 1), []
    if _OR_NIGHTS.search(text):
        return None, 0, text, ["ambiguous"]
    if (match := _NIGHTS_INSTEAD.search(text)) and (re.search(NIGHT, match[0]) or (match[1].isdigit() and int(match[1]) == known)):
        return int(match[2]), 0, blanked(text, match), []
    if (match := _DENIED_NIGHTS.search(text)) and (re.search(NIGHT, match[0]) or (known and number(match[1]) == known)):
        return number(match[2]), 0, blanked(text, match), []
    if (match := _DAYS_FROM.search(text)) and int(match[1] or match[2]) >= _A_WEEK and not _UNTIL.search(text):
        at = 1 if match[1] else 2
        return int(match[at]), 0, text[: match.start(at)] + " " * len(match[at]) + _DAY_WORD.sub(_blank, text[match.end(at) :], count=1), []
    if match := _SINGLE_NIGHT.search(text):
        return 1, 0, text, []
    if _OUT_NEXT_DAY.search(text):
        return 1, 0, text, []
    # "quedamos en una semana" is no date
    text = re.sub(
        rf"\b(qued\w+|dej\w+|deix\w+|fic\w+|keep it|leave it) (en|em|at|to) (?={SO_MANY} (?:semana|noche|noite|week|night))",
        lambda match: f"{match[1]} {' ' * len(match[2])} ",
        text,
    )
    text = _PER_NIGHT.sub(lambda match: " " * len(match[0]), text)
    if match := _MONTHS_LONG.search(text):
        return None, 0, text, ["too_long" if number(match[1] or match[2]) > 2 else "incomplete"]
    if match := _MAKE_IT.search(text):
        return number(match[1]), 0, _NIGHTS.sub(lambda said: " " * len(said[0]), blanked(text, match)), []
    for pattern, factor in ((_NIGHTS, 1), (_WEEKS, 7), (_FORTNIGHT, 14)):
        found = (match for match in pattern.finditer(text) if language == "en" or not {"a", "an"} & set(match.groups()))
        if match := next(found, None):  # type: ignore[assignment]
            told = next(filter(None, match.groups()), "")
            count = number(told) * factor if told else 14 if pattern is _FORTNIGHT else 2
            text = blanked(text, match)
            if days := _DAYS.search(text):
                text = blanked(text, days)
            return count, 0, text, []
    if match := _DAYS.search(text):  # "3 días": the field counts nights; three days are two nights or three, so a guest is asked
        return None, 0, blanked(text, match), ["days"] if match[1].isdigit() or match[1] == "un par de" else []
    return None, 0, text, []


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def blanked(text: str, match: re.Match[str], group: int = 0) -> str:
    """The text, as long as before, without the match from this group on."""
    return text[: match.start(group)] + " " * (match.end() - match.start(group)) + text[match.end() :]


def number(word: str) -> int:
    return int(word) if word.isdigit() else 1
