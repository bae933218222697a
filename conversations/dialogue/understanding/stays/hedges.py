"""Days that are not meant exactly: one or the other, about then, until whenever."""

from __future__ import annotations

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.vocabulary import (
    DAY,
    LONG_MONTH,
    LONG_WEEKDAY,
    MONTH,
    WEEKDAY,
)

# One day or another: which?
_OR = {
    "es": r"(?:o|u|o si no|o sino|o bien|o capaz|o tal vez)",
    "en": r"(?:or|or else|or maybe|or otherwise|or alternatively)",
    "pt": r"(?:ou|ou entao|ou talvez|ou se nao|ou senao)",
}
_DAYISH = rf"(?:(?:el |the |o |dia |no |on |para el |na |maybe |quizas |del |de |do |from |desde |entre |between )*(?:{DAY}(?: ?(?:de|of|do|/) ?(?:{MONTH}|\d{{1,2}}))?|{MONTH} {DAY}|{WEEKDAY}|hoy|today|hoje|manana|tomorrow|amanha|pasado))"
EITHER = {
    language: compiled(rf"\b{_DAYISH} {word} {_DAYISH}(?! ?(?:noches|nights|noites|personas|people|pessoas|adult|hab|room|quart|hs|am|pm))")
    for language, word in _OR.items()
}
# "alrededor del 10", "la semana del 10": about then.
ABOUT = compiled(
    rf"\b(?:alrededor|cerca|close|tipo|a eso|hacia|despues|antes|around|(?<!how )(?<!what )about|circa|after|before|near|por volta|perto|depois|(?<!fin de )(?<!fim de )(?<!final de )semana|week)(?:(?: (?:de|del|do|da|of|to|the|dia|o|el|al|a|los))+ (?=\d)|(?: (?:de|del|do|da|of|to|the|dia|o|el|al|a|los))* (?=[a-z]|\d{{1,2}}(?:st|nd|rd|th)|{DAY} (?:de |of )?{MONTH}))(?:{DAY}(?! ?(?:al?|ao|to|ate|hasta|until|till|-)(?: (?:el|the|dia))? \d)(?! ?(?:noche|night|noite|dias|days|semana|week|hs|am|pm|h\b|horas|hours|ano|year|hora))|{MONTH} {DAY})"
)
_SOME = r"(?:una|uma|one|alguna|algum|alguma|algun|any|some|cualquier|qualquer|unos|uns|unas|umas|a few|algunos|alguns|un|um)"
_SPAN = r"(?:semanas?|weeks?|fin de semana|fim de semana|fds|weekend|dias|days|noches|noites|nights|dia|day)"
# Nights that are counted, and days nobody knows: "dos noches, no sé qué fecha".
UNDATED = compiled(
    r"\b(?:no se|nao sei|don't know|not sure|dunno|no estoy segur[oa])\b(?: \w+){0,2} (?:que|which|what|cual|qual|o|el) (?:dia|day|mes|month|fecha|date|data)\b"
)
# No day of its own; beside both days of a stay it only says what they are: "la semana después de pascua, del 6 al 10 de abril".
AFTER_FEAST = compiled(
    r"\b(?:despues|after|depois|antes|before)(?: (?:de|del|do|da|the|las?|el|o))* (?:fiestas|festas|holidays|navidad|christmas|xmas|natal|ano nuevo|ano novo|new year\S*|reyes|semana santa|easter|pascuas?|pascoa|carnaval|carnival)\b"
)
# An end that is left open: "hasta después de navidad", "este viernes o el otro", "no sé qué mes".
HEDGED = compiled(
    rf"{WEEKDAY},? (?:o|or|ou)(?: (?:el|the|na|no|a|o))* (?:otr[oa]|other|outr[oa]|next|siguiente|seguinte|proxim[oa])\b"
    # "viernes, y si no el sábado", "não esta sexta, a próxima"
    rf"|\b{WEEKDAY}[,.;?]* (?:(?:y|e|and|o|or|ou) )?(?:if not|si no|se nao|otherwise|or else)[, ]+(?:(?:on|el|the|na|no|o|a|maybe) )*{WEEKDAY}"
    r"|\b(?:no|not|nao) (?:es[st][ea]|est[ea]|this|n?est[ea])(?: (?:one|que viene|que vem))?,? (?:sino |but |mas )?(?:(?:the|el|la|a|o|en|na|no) )*(?:next|following|proxim[oa]|otr[oa]|outr[oa]|siguiente|seguinte)\b"
    # "el 26 o después", "any day from the 10th"
    rf"|\b(?:{DAY}(?: (?:de |of )?{MONTH})?|{MONTH} {DAY}),? (?:or|o|ou) (?:later|after|earlier|before|despues|antes|depois|mas adelante|mas tarde|mais tarde|mais para frente|mais adiante)\b"
    r"|\b(?:cualquier|qualquer|any|whatever) (?:dia|day|fecha|date|data)(?: \w+){0,2} (?:a partir|desde|from|after|between|entre|depois|despues|starting)\b"
    # "alguna semana entre el 5 y el 20"
    rf"|\b(?:entre|between)\b[^.?!]{{0,60}}\b{_SOME} {_SPAN}\b|\b{_SOME} {_SPAN}\b[^.?!\d]{{0,24}}\b(?:entre|between)\b|\b(?:entre|between)\b[^.?!]{{0,60}}\b(?:el|o|the|whichever|which) (?:fin de semana|fim de semana|fds|weekend)\b"
    r"|\b(?:hasta|until|till|ate)(?: (?:el|la|the|o|a))* (?:fin(?:es)?|final(?:es)?|end|principios?|comienzos?|mediados|meados|inicio|comeco|mid|early|late|middle)\b(?! de semana)(?! (?:de(?:l)?|do|of) (?:the )?(?:ano|year))"
    r"|\b(?:alguna|algum?a?|any|some|cualquier|qualquer) (?:noche|night|noite)\b"
    # "el 10 más o menos", "from the 10th or so", "lá pelo dia 10", "w/c 7 December"
    rf"|\b(?:{DAY}(?: (?:de |of )?{MONTH})?|{MONTH} {DAY})(?:,? (?:or so|or thereabouts|give or take|mas o menos|mais ou menos|aprox\w*|approx\w*|o por ahi|ou por ai|por ahi)|-?ish)\b"
    rf"|\b(?:w/c|week commencing|la pel[oa]|pelo dia|epoca|temporada)(?: (?:de|do|da|del|el|dia|the|o|la))* (?:{DAY}|{MONTH} {DAY}|carnaval|natal|navidad)"
    # "until whenever", "unos días entre el 5 y el 20", "un martes de enero", "the marathon weekend"
    r"|\b(?:hasta|until|till?|ate) (?:whenever|(?:cuando|quando|que) (?:se|haya|puedan?|der|quier\w+|quis\w+|sea|me|nos)\b)|\b(?:amanha|manana|tomorrow) (?:ou|o|or) (?:depois|despues|later)\b|\bin the new year\b"
    r"|\b(?:unos|unas|algunos|algunas|some|a few|uns|umas|alguns|algumas) (?:dias|days|noches|nights|noites) (?:entre|between)\b"
    rf"|\b(?:un|um|uma|algun|algum|alguma|any|some|(?:on|for) a) {LONG_WEEKDAY}"
    rf"|\b(?:finde|fin de semana|fim de semana) (?:del?|da|do) (?:la |los |las |el )?(?!{LONG_MONTH}|carnaval|pascua|semana|mes\b|dia\b|ano\b|(?:que|prox))[a-z]{{4,}}"
    r"|\bthe (?!(?:long|next|this|coming|whole|holiday|easter|carnival|same|entire|full|following|first|second|third|last|other)\b)[a-z]{3,} weekend\b"
    # another weekend than the one that is named, and feasts the hotel's country does not keep
    r"|\b(?:weekend|finde|fin de semana|fim de semana|final de semana) after\b(?! the \d)|\b(?:no (?:el|este|ese)|not(?: the| this| next)?|nao (?:neste|nesse|este|esse|no|o)) (?:proximo )?(?:weekend|finde|fin de semana|fim de semana|final de semana)\b"
    r"|\b(?:weekend|finde|fin de semana|fim de semana|final de semana),? (?:no|not|nao)?,? ?(?:the one after|(?:el|o|no|en el|para el) (?:otro|outro|siguiente|seguinte|que sigue))\b"
    r"|\b(?:thanksgiving|memorial(?: day)?|labou?r(?: day)?|mlk(?: day)?|president'?s'?(?: day)?|columbus(?: day)?|halloween|valentine'?s?(?: day)?|birthday|wedding|anniversary|marathon|graduation|super ?bowl|derby) (?:weekend|wknd)\b"
    rf"|\b{LONG_WEEKDAY} feriado\b|\b(?:desde|from|de|since) (?:ayer|yesterday|ontem)\b|\b(?:ayer|yesterday|ontem) (?:llegue|llegamos|entre|we arrived|i arrived|cheguei|chegamos|till?|until|hasta|ate)\b"
)
# "El show es el 12, llegamos un día antes": the day told is not the one they come on.
COMES_BEFORE = compiled(
    r"\b(?:lleg\w+|cheg\w+|arriv\w+|come|coming|entr\w+|get there|get in)(?: (?:there|ahi|ai|eu|nos))? (?:un|um|a|one|el|o|the|uno?s|\d) (?:dias?|days?|noches?|noites?|nights?) (?:antes|before|earlier)\b(?!,? (?:(?:o sea|ou seja) )?(?:el |the |o |on |no |dia )*(?:\d|de\b))"
)
# Counted back from another day: which one is asked.
NIGHT_BEFORE = compiled(
    rf"\b(?:noche|dia|day|night|noite|{WEEKDAY}) (?:anterior|before|previ[oa]|antes)\b(?!,? (?:(?:o sea|that is|ou seja|es decir) )?(?:el |the |o |on |no |dia )*(?:{WEEKDAY},? (?:the |el |dia )*)?\d)|\bv[ei]spera\b(?! de (?:natal|ano novo|ano nuevo|navidad|reyes|fin de ano))"
)
