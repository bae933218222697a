"""Whether a day is one of arriving or of leaving, by the verbs around it."""

from __future__ import annotations

import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.vocabulary import WEEKDAY

# Having to go home, and not wanting to come again: "tengo que volver el 4", "we have to get back on the 4th".
_MUST = r"(?:(?:ten(?:go|emos|ho)|temos) (?:que|de)|debo|debemos|devo|devemos|hay que|precis\w+|necesit\w+|have to|has to|need to|must|got to|gotta)"
_MUST_GO = (
    rf"{_MUST} (?:(?:ya|ja|estar|me|nos|a|be) )*(?:volver|voltar|regresar|retornar|return|go|get back|ir(?! (?:a|para|pra|ate|to)\b)|yendo)"
)
_EMBORA = r"(?:vou|vamos|vai|vao|ir|irmos|indo|fui|fomos) embora"
_TURNS_BACK = r"(?:peg\w+|emprend\w+|inici\w+) (?:la vuelta|el regreso|la retirada|a volta|o retorno)"
_TRAVELS_ON = r"(?:sigo|seguimos|segue|continuo|continuamos|carry on|travel on|move on)(?: (?:viaje|viagem|camino|caminho))?"
OUT_BEFORE = compiled(
    r"\b(?:hasta|until|till?|'til|ate|thru|(?<!passing )(?<!pass )through|check ?-?out|salida|sal[ig]\w*|saldr\w+|nos vamos|me voy|irnos|irme|(?:nos iria|nos ire)mos|me iria|me ire|partimos|volvemos|vuelvo|volver(?:me|nos)|regres\w+|retir\w+|leav\w+|depart\w*|"
    r"fly(?:ing)? (?:out|home|back)|go(?:ing)? home|head(?:ing)? (?:home|out|back)|check(?:ing)? out|saida|sai\w*|sair\w*|volto|voltamos|volta|partida|partimos|deix\w+ o quarto|me quedo hasta|stay(?:ing)? until|gone|out by|vacat\w+|take off|taking off|yendo|(?:dejo|dejamos|dejar|dejaria) (?:la|el) (?:habitacion|cuarto|pieza)|go(?:ing)? back|(?<!come )(?<!coming )(?<!came )back|(?:flight|train|bus|ferry) home|raj\w+|volamos a|regress\w+|egres\w+|out|off|vuelta|regreso|stretch\w*|extend\w*|estir\w*|alarg\w*|prolong\w*|estend\w*|esticar?|(?:cort|acort|achic|encurt)\w+|shorten\w*|"
    rf"{_MUST_GO}|{_EMBORA}|{_TRAVELS_ON})\b"
    r"[^\d,.;?!]{0,22}$|\b(?:vuelta|salida|regreso|return|departure|saida|volta|check ?-?out|partida|egreso), $"
)
# "salgo para allá el 11" is how one arrives.
_SETS_OUT = compiled(
    r"\b(?:sal[gi]\w*|part(?:o|imos)|saio|saimos|sair\w*|viaj\w+|leav\w+|head\w*|set(?:ting)? (?:off|out)) (?:para|hacia|rumbo a|for|to) (?:alla|aca|ahi|alli|la|ai|ca|there|yours|(?:el |your |o )?hotel)\b[^\d,.;?!]{0,16}$"
)
_IN_BEFORE = compiled(
    r"\b(?:desde|from|starting|a partir|lleg\w+|arriv\w+|cheg\w+|entr\w+|check(?:ing)? ?-?in|ingres\w+|beginning|empezando|comecando|comec\w+|partir|a contar|land\w*|aterriz\w+|caemos|caigo|coming|come|in|dou entrada|doy ingreso)\b[^\d,.;?!]{0,22}$"
)
# Arriving itself; "from the 11th" may be said of the whole stay.
ARRIVES = compiled(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|entr(?!e\b)\w+|check(?:ing)? ?-?in|ingres\w+|land\w*|aterriz\w+|caemos|caigo|com(?:e|ing)|get(?:ting)? (?:in|there)|be there)\b"
)
# Of a known arrival: "and we go on the 2nd".
_GO_ON = compiled(r"\b(?:we|i)(?:'ll| will)? go (?:on )?(?:the )? ?$")
_AT_THAT_HOUR = r"(?:a la (?:manana|tarde)|a primera hora|de manha|temprano|tempranito|cedo|bem cedo|cedinho|morning|in the morning|first thing|early|bien temprano|por la manana|pela manha|al mediodia|as +|a las +)"
_SUBJECT = r"(?:(?:mejor|ya|ja|eu|yo|i|we|a gente|nosotr[oa]s|nos|todos|recien) )"
_LEAVES = (
    rf"(?:{_MUST} (?:estar )?(?:yendo|ir(?:me|nos)?\b(?! a)|salir|sair|leave|go home|be out|dejar|vacate)|(?:me|nos)? ?{_MUST_GO}"
    r"|nos vamos|me voy|salimos|salgo|(?:nos )?volvemos|(?:me )?vuelvo|regresamos|regreso|check(?:ing)? ?-?out(?! ?:? ?\d)|(?:is|es|e) (?:when|cuando|quando) (?:i|we|me|nos|eu|a gente)? ?(?:leave|vamos|voy|saio|go|salimos|salgo)|(?:we |i )?leav(?:e|ing)|we fly|departing|depart"
    r"|(?:fly|drive|go|head)(?:ing)? (?:home|back|out)|me fui|saimos|saio|saindo|(?<=gente )sai|volto|voltamos|volta para casa|voltando"
    rf"|{_TRAVELS_ON}|{_EMBORA}|{_TURNS_BACK})\b"
)
_BLANKS = compiled(r" {2,}")  # an hour that was blanked out
_OUT_AFTER = compiled(
    r"^ ?(?:so |entao |asi que |,? ?)(?:we leave|nos vamos|salimos|saimos|vamos embora) (?:that|ese|esse|nesse) (?:day|dia)\b"
    rf"|^ ?(?:,? ?{_AT_THAT_HOUR})? ?,? ?{_SUBJECT}{{0,3}}{_LEAVES}"
    rf"(?! (?:para|hacia|rumbo a|for|to) (?:alla|ahi|la|ai|there)\b)(?! (?:el |la |on |the |na |no |dia |recien |mismo |o |a |de )*(?:{WEEKDAY}|\d))(?! [a-z]+ (?:el |la |on |the |na |no |dia )+(?:{WEEKDAY}|\d))"
)


def role_of(before: str, after: str, *, arrival_known: bool) -> str:
    """ "in", "out" or "" (not told) of a day between these texts."""
    if _SETS_OUT.search(before):
        return "in"
    if OUT_BEFORE.search(before) or (arrival_known and _GO_ON.search(before)):
        return "out"
    if (verb := _IN_BEFORE.search(before)) and not re.search(r"\b(?:y|and|e)\b", verb[0]):  # "el 31 llegamos y el 2 seguimos"
        return "in"
    return "out" if told_behind(after) else ""


def told_behind(after: str) -> bool:
    """ "el martes ya nos vamos": that day is when they leave."""
    return bool(_OUT_AFTER.search(_BLANKS.sub(" ", after)))
