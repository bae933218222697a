"""When a guest wants to stay, from free text. Doubt is said in ``clarify``, never resolved by guessing.

First what only looks like a date is blanked out, then days, stretches of days and numbers of nights are found
(stays.points), then they are put together with what was known before.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from conversations.dialogue.types import MAX_DAYS_AHEAD, MAX_NIGHTS
from conversations.dialogue.understanding.stays import clauses, points
from conversations.dialogue.understanding.stays.points import MONTH_CROSSING, ONE_DAY, Found, Point, exists
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, LONG_WEEKDAY, MONTH, WEEKDAY, month, with_digits

MONTH_NAMES = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]

_N = r"(?:\d{1,3}|un|una|uno|um|uma|one|a|an|otra|another|outra|solo una|just one)"
_NIGHT = r"(?:noches?|nights?|noites?|nites?|nts?|nochecitas?|noitinhas?|noitadas?|pernoctes?|pernoites?|diarias?)"
_NIGHTS = re.compile(
    rf"\b(?:un par de|a couple of|um par de|couple of) {_NIGHT}\b|(?<![\d/.])\b({_N})(?: o (?:tal vez )?\d)? (?:(?!una? |uma? |one |otra )[a-z]+ )?{_NIGHT}\b(?! (?:or more|o mas|ou mais|or longer|minim|now\b|already|ya\b|ja\b))|\b(\d{{1,2}})[ -]?(?:night|noches?|noites?)\b(?! (?:or more|o mas|ou mais|or longer|minim))"
)
# "en vez de 3 noches, 5"
_NIGHTS_INSTEAD = re.compile(
    rf"\b(?:en (?:vez|lugar) de|instead of|rather than|em vez de|ao inves de) {_N}(?: {_NIGHT})?,? (?:\w+ ){{0,3}}?(\d{{1,2}})\b(?! ?(?:de|of|/))"
)
_SINGLE_NIGHT = re.compile(
    rf"\bovernight\b(?! (?:bus|train|flight|parking))|\b(?:hoy|today|hoje) (?:nomas|nada mas|only|so|apenas)\b|\b(?:una|uma|one|a|1) (?:sola |so |unica |single )(?:noche|noite|night|overnight)\b|\b(?:single|just one|only one) (?:night|overnight)\b|\b(?:esa|essa|that) (?:noche|noite|night) (?:nada mas|nomas|so|only|sola)\b|\b(?:{WEEKDAY}|tomorrow|manana|amanha|\w+) (?:night|noche|noite) (?:only|nada mas|nomas|unicamente|solamente)\b|\b(?:just|only|solo|solamente|so) (?:for )?(?:on )?(?:el |the |la |a |na |esa |that |es[st]a )?(?:noche del? )?(?:{WEEKDAY} )?(?:(?:a|de|por) (?:la )?)?(?:night|noche|noite)\b|\bnoche (?:del? )?{WEEKDAY}\b.{{0,24}}\b(?:unicamente|solamente|nomas|nada mas)\b|\b(?:just|only|solo|so) (?:for )?(?:the|la|a|esa) (?:night|noche|noite)\b"
)
_TONIGHT_AND = re.compile(
    rf"\b(?:tonight|esta noche|hoje(?: a noite)?|hoy(?: a la noche)?)( (?:and|y|e) (?:the |las |as )?(?:next|following|proximas|siguientes|outras) (\d) {_NIGHT})\b"
)
_MONTHS_LONG = re.compile(
    rf"\b({_N}|2|3) (?:mes|meses|months?) (?:desde|from|a partir|starting|a contar)\b|\b(?:por|for|durante|during|x) ({_N}) (?:mes|meses|months?)\b"
)
# "forget two nights, make it five"
_MAKE_IT = re.compile(
    rf"\b(?:make it|make that|que sean|poneme|pone|mejor|sean|faz|coloca|bota) (\d{{1,2}})(?: {_NIGHT})?\b(?=[ .!]*$)(?<=\d|\w)"
)
_BEFORE_IT = re.compile(rf"\b\d{{1,2}} {_NIGHT} (?:before|antes|previas|anteriores)\b")
_OR_NIGHTS = re.compile(
    rf"\b(?:\d{{1,2}}|una?|uma?|one) ?(?:o|or|ou|-|/) ?\d{{1,2}} {_NIGHT}\b|\b\d{{1,2}} {_NIGHT},? (?:puede que|maybe|talvez|quizas|tal vez|o) \d"
)
_WEEKS = re.compile(
    rf"(?<!daqui )(?<!daqui a )(?<!dentro de )(?<!\ben )(?<!\bin )\b({_N})(?: [a-z]+)? (?:semanas?|semanitas?|semaninhas?|weeks?)\b(?! (?:santa|antes|before|ago|que vi?em?|despues|later|proxima|next))"
)
_FORTNIGHT = re.compile(r"\b(?:a |one )?fortnight\b")
_DAYS = re.compile(
    r"(?<!en )(?<!in )(?<!de )(?<!aqui a )(?<!em )(?<!cada )(?<!every )\b(\d{1,2}|un par de|unos|a few|a couple of|uns|alguns|algunos|varios|some) (?:dias?|days?|diitas|diazinhos)\b(?! (?:antes|before|habiles|uteis|atras|ago|despues|depois|later|mas tarde|mais tarde|de anticip))"
)
_MORE = re.compile(
    rf"\b({_N}) {_NIGHT} (?:mas|more|extra|longer|a mais|adicional\w*)\b|\b({_N}) (?:more|extra|additional|mas|mais) {_NIGHT}\b|\b(?:otra noche|another night|one more night|mais uma noite|outra noite|una noche mas|uma noite a mais|an extra night|one extra night)\b"
    rf"|\b(?:mais|mas|another|otras?|outras|extra) (\d{{1,2}}) {_NIGHT}\b"
    # "un día más": a day more is a night more
    rf"|\b({_N}) (?:dias?|days?) (?:mas|more|extra|longer|a mais|adicional\w*)\b(?! (?:tarde|cedo|tarde|late|early))|\b({_N}) (?:more|extra|mas|mais|additional) (?:dias?|days?)\b|\b(?:otro dia|another day|mais um dia)\b(?= ?(?:$|[,.!?]|mas|por favor|please))"
    rf"|\b(?:agreg\w+|sum[ae]\w*|anad\w+|add|extend\w*(?: (?:it|the stay))?(?: by| for)?|acrescent\w+|adicion\w+|estend\w+|prolong\w+|alarg\w+)(?: por| em)? (?:le |me |nos |mais |mas )?({_N})(?: more| extra)? {_NIGHT}\b"
)
_LESS = re.compile(
    rf"\b(?:cut|drop|tir\w+|sac\w+|quit\w+|skip|cancel)\b(?: it| off)?(?: by)? ()(?:the|la|a|o)? ?(?:last |ultima |first |primera |primeira )?{_NIGHT}\b|\b({_N}) {_NIGHT} (?:menos|less|fewer|a menos)\b|\b({_N}) (?:less|fewer|menos) {_NIGHT}\b|\b(?:sac\w+|quit\w+|tir\w+|drop|cut|take|remov\w+|rest\w+|descont\w+)(?: (?:me|nos|le|off|out))? ({_N}) {_NIGHT}\b(?: off\b)?"
)
_EARLIER = re.compile(
    r"\b(\d|un|una|um|uma|one|a) (dia|day|semana|week)s? (antes|earlier|before|sooner|despues|depois|later|late|mas tarde|mais tarde|after)\b"
)
# "el 10, y al otro día me voy"
_OUT_NEXT_DAY = re.compile(
    r"\b(?:me voy|nos vamos|salgo|salimos|saliendo|saio|saimos|saindo|vou embora|vamos embora|vuelvo|volvemos|volto|voltamos|leav\w+|check(?:ing)? out|go(?:ing)? home|out|off)\b[^.?!\d]{0,12}\b(?:al (?:dia )?siguiente|al otro dia|the (?:next|following) (?:day|morning)|the day after|no dia seguinte|na manha seguinte|no outro dia)\b(?! (?:de|of|do|del))"
    r"|\b(?:al (?:dia )?siguiente|al otro dia|the (?:next|following) (?:day|morning)|no dia seguinte|no outro dia)\b,? (?:(?:ya|i|we|eu|a gente|me|nos|temprano|cedo) ){0,2}(?:voy|vamos|salgo|salimos|saio|saimos|embora|leave|check out|go home)\b"
)
# "agregá una noche antes"
_NIGHT_IN_FRONT = re.compile(
    rf"\b(?:agreg\w+|sum[ae]\w*|anad\w+|add|acrescent\w+|adicion\w+|coloc\w+|poneme|pone)\b(?: (?:le|me|nos|mais|mas|otra|one more|extra))* ({_N}) {_NIGHT}(?: mas| more| a mais)? (?:antes|before|earlier|al principio|no comeco)\b(?! d)"
    rf"|\b({_N}) {_NIGHT} (?:mas |more |a mais |extra )?(?:antes|before|earlier)(?: (?:tambien|too|also|as well|tambem))\b"
)
# "una más", "mais duas"
_ONLY_MORE = re.compile(
    rf"(?:(?:y|e|and|mejor|melhor|no|nao|si|sim|yes|dale|bueno)[ ,]+)*(?:({_N}) (?:mas|more|a mais)|(?:mais|mas) ({_N}))(?: (?:por favor|porfa|please|entonces|then))?"
)
# "no, una menos"
_ONE_LESS = re.compile(
    rf"(?:(?:no|nao|mejor|perdon|sorry|mm+|y|rather)[ ,]+)*({_N}) (?:menos|less|fewer|a menos)(?: (?:por favor|please|mejor))?"
)
_AGAIN = re.compile(r"\b(?:vuelv\w+|volv\w+|volt\w+|back|again|return\w*|regres\w+|otra vez|de nuevo|de novo)\b")
# "llego el 7, la vuelta es diez días después"
_DAYS_LATER = re.compile(rf"\b({_N}) (dias?|days?|semanas?|weeks?) (?:despues|later|depois|mas tarde|mais tarde|after that)\b")
# "¿cuánto sale una noche?" asks for the price of any night.
_PER_NIGHT = re.compile(
    rf"\b(?:sale|salen|cuesta|cuestan|vale|cuanto es|how much (?:is|for)|price (?:of|for)|cost of|custa|fica|sai) (?:la |el |a |one |una |uma |1 )?{_NIGHT}\b"
    rf"|(?<!hoje )(?<!amanha )(?<!hoy )(?<!manana )(?<!hoy a )(?<!manana a )\b(?:por|per|each|a|la|cada|x|de) {_NIGHT}\b(?= ?(?:[?.,!]|$|sale|cuesta|es|custa|costs?))|\b(?:per|each|cada) {_NIGHT}\b"
)
_SAME = re.compile(
    rf"\b(?:mism[oa]s?|same|igual\w*|mesm[oa]s?)\b.{{0,24}}?\b(?:fechas?|dias?|dates?|days?|datas?|numeros?|period\w*)\b.{{0,30}}?\b({LONG_MONTH}|{MONTH})|\b(?:igual|same|lo mismo|o mesmo|idem) (?:pero|but|mas|so que) (?:en|in|em|para|pra) ({LONG_MONTH})|\b({LONG_MONTH}|{MONTH})\b.{{0,20}}?\b(?:mism[oa]s?|same|mesm[oa]s?) (?:fechas?|dias?|dates?|days?|datas?)\b"
)
_SAME_AS = re.compile(r"\b(?:mism[oa]s?|same|mesm[oa]s?) (?:fechas?|dias?|dates?|days?|datas?)\b")
_SHIFTED_END = re.compile(
    r"\b(?:(?P<out>go(?:ing)? away|(?:fly|head|drive|travel)(?:ing)? (?:home|back|out)|vamos embora|vou embora|nos vamos|me voy|irnos|irme|go home|sal[gi]\w*|leav\w*|depart\w*|check ?-?out|sai\w*|vuelv\w*|volv\w*|embora|qued\w*|stay\w*|fic\w*)|(?P<in>lleg\w*|arriv\w*|cheg\w*|entr\w*|check ?-?in|ingres\w*|come|coming|vamos|vou|vengo|venimos))\b"
)
# "cambiame el 6 por el 8"
_REPLACED = re.compile(
    r"\b(?:cambi\w+|chang\w+|troc\w+|mud\w+|swap)(?: (?:me|nos))? (?:el|the|o|dia|o dia) (\d{1,2})(?:st|nd|rd|th)? (?:por|for|to|pelo|para|pro)(?: (?:el|the|o|dia))* (\d{1,2})(?:st|nd|rd|th)?\b"
)
_MONTH_MEANT = re.compile(
    r"\b(?:quise decir|quiero decir|i meant?|quis dizer|quero dizer|(?:me )?(?:confundi|equivoque|enganei|errei)(?: de| o)? mes|wrong month|digo|perdon|sorry|desculpa)\b"
)
# "no, en enero"
_ONLY_MONTH = re.compile(
    rf"(?:(?:no|nao|mejor|melhor|perdon|digo|sorry|rather|instead|but|pero|ah|ay|uy|bueno|well|sino|seria|make it)[ ,]+)+(?:en |in |em |para |pra |for )?{LONG_MONTH}(?: (?:instead|mejor|por favor|please|entonces|then))?"
)
_ADDED_DAY = re.compile(
    rf"\b(?:sum[ae]\w*|agreg\w+|anad\w+|add|includ\w+|inclu[iy]\w*|acrescent\w+|adicion\w+)\b(?: (?:me|nos|le|el|the|o|a|la|noche|night|noite|del?|of|on|do|da|also|tambien|tambem))* {LONG_WEEKDAY}"
)
_NEXT_WEEK = re.compile(
    r"\b(?:otra|outra|next|following|proxima) (?:semana|week)\b|(?<!fin de )(?<!fim de )\bsemana (?:siguiente|seguinte)\b|\bthe week after\b(?! next)"
)
_SAME_DAY = re.compile(r"\b(?:(?:el|ese|the|no|o|that|nesse|esse) )?(?:mism[oa]|same|mesm[oa]) (?:dia|day)\b")
_NEXT_DAY = re.compile(
    r"\b(?:(?:a la|al) (?:manana |dia )?siguiente|al otro dia|the (?:next|following) (?:day|morning)|the day after|no dia seguinte|na manha seguinte|no outro dia)\b"
)
_DAYS_STAY = re.compile(
    r"\b(?:(?:los )?dias|days|(?:os )?dias|fechas|dates)\b.{0,16}\b(?:estan? bien|stay|ficam?|quedan?|igual\w*|correct\w*|mism[oa]s|same|mesm[oa]s)\b|\b(?:mism[oa]s|same|mesm[oa]s) (?:dias|days|fechas|dates|datas)\b"
)
# "everything two days earlier", "corré todo una semana para adelante"
_ALL_SHIFTED = re.compile(
    rf"\b({_N}) (dias?|days?|semanas?|weeks?)\b.{{0,30}}\b(?:tambien|tambem|too|both|both ends)\b|\b(?:todo|tudo|everything|both|it all|las dos puntas|as duas pontas|whole (?:thing|stay))\b.{{0,30}}?\b({_N}) (dias?|days?|semanas?|weeks?)\b"
)
_SHIFT = re.compile(
    r"\b(?:antes|earlier|before|sooner|despues|depois|later|adelante|frente|forward|atras\w*|retras\w*|posterg\w*|adelant\w*|antecip\w*|adi(?:a|ar|e|em)|push|back|delay\w*|postpone\w*|mas tarde|mais tarde)\b"
)
# "corréla una semana para adelante", "antecipar a chegada em dois dias"
_PUSHED = re.compile(
    rf"\b(?:corr(?:e|er|ela|elo|eme|ela|emela|emelo|amos|an)|mov\w+|mueve\w*|push\w*|shift\w*|move|pas\w+|adelant\w+|posterg\w+|adi(?:a|ar|e|em)|antecip\w+|atras\w+|retras\w+|delay\w*|postpone\w*|bring|put|desloc\w+|jog\w+)\b(.{{0,30}}?)\b({_N}) (dias?|days?|semanas?|weeks?)\b"
)
_BACK = re.compile(r"\b(?:para atras|pa atras|pra tras|bring\b.{0,20}\bforward|antes|earlier|before|sooner|adelant[aeo]\w*|antecip\w*)\b")
_FORTH = re.compile(
    r"\b(?:para|pa|hacia) adelante\b|\bfrente\b|(?<!bring it )(?<!bring the arrival )(?<!bring us )\bforward\b|\b(?:despues|depois|later|mas tarde|mais tarde)\b"
)
_END_STAYS = re.compile(
    r"\b(?:salida|saida|check ?-?out|departure|vuelta|volta|return)\b.{0,24}\b(?:igual|unchanged|sin cambio|mantid\w+|remain\w*|continua|no se|nao mexe|no cambia|nao muda|no se toca|queda|stays|same|manten\w*|fica)\b|\b(?:manten\w*|manter|mantid[ao]|mantem|same|keep\w*|mism[oa]|mesm[oa])\b.{0,20}\b(?:salida|saida|check ?-?out|departure)\b"
)
_LEAVE = r"(?:leav\w+|volvemos|vuelvo|regresamos|volto|go(?:ing)? home|salida|saida|salimos|salgo|saio|saimos|vuelta|volta|voltamos|regreso|retorno|departure|check ?-?out|nos vamos|me voy|irnos|vou embora)"
_AS_IT_WAS = r"(?:same|still|igual|remains?|unchanged|sin cambios?|sem mudan\w+|mantid[ao]|manten\w+|mantem|manter|keep\w*|mism[oa]|mesm[oa]|no (?:la|lo|se)? ?(?:toques?|toca|cambia\w*|muev\w+|mueve)|continua\w*|queda|stays?|segue|sigue|nao muda|como estaba|as (?:is|booked|planned))"
_LEAVE_STAYS = re.compile(
    rf"\b{_LEAVE}\b.{{0,28}}\b{_AS_IT_WAS}\b|\b{_AS_IT_WAS}\b.{{0,12}}\b{_LEAVE}\b"
    r"|\b(?:lo otro|el resto|todo lo demas|lo demas|the rest|everything else|o resto|o restante)\b.{0,16}\b(?:queda|igual|stays?|same|fica|bien|bem|as (?:booked|is|it was|before)|fine|ok)\b"
)
_SAME_LENGTH = re.compile(
    r"\b(?:misma cantidad|mismas noches|same (?:number|amount|length)|mesm[oa]s? (?:quantidade|numero|noites)|(?:lo otro|el resto|todo lo demas|the rest|o resto) (?:queda|igual|stays|same|fica))"
)
_MOVED = re.compile(
    rf"\b(?:mov\w+|pas\w+|mud\w+|traslad\w+|shift|push|cambi\w+|transfer\w+|jog\w+)\b.{{0,24}}?\b(?:a|to|para|pra|into) ({LONG_MONTH})\b.{{0,20}}?\b(?:keep\w*|mantene\w*|mantend\w*|mantem|manten\w*|mism[oa]s?|same|mesm[oa]s?|igual)\b"
)
_VAGUE = re.compile(
    rf"\b(?:a |para |hacia |about |around |in |no |em |la |el |o |the |por |la por )*(?:principios?|comienzos?|mediados?|finales|fines|fin|primera (?:semana|quincena)|segunda (?:semana|quincena)|ultima semana|primeir[oa] (?:semana|quinzena)|segunda quinzena|ultima semana|inicio|comeco|meados?|final|early|mid|middle|late|end|beginning|start|first (?:week|half)|second (?:week|half)|last week|sometime)[ -](?:de |del |do |da |of |in |em |the |next |el |la |o |a )*(?:mes|month|ano|year|semana|week|{LONG_MONTH}|{MONTH})(?: que vi?em?)?"
    r"|\b(?:la |the |a )?(?:semana|week|mes|month) (?:que viene|que vem|proxim[oa])\b|\b(?:next|coming|proxim[oa]s) (?:couple of |few |unas |par de |\d )?(?:weeks|days|semanas|dias|months|meses)\b|\b(?:this month|este mes|deste mes|neste mes)\b(?! \d)|\b(?:this week|esta semana|a fin de mes|fin de mes|end of the month|fim do mes)\b|\b(?:next|coming|proxim[oa]) (?:week|month|semana|mes)\b|\b(?:algun|some|algum) (?:dia|day|finde|fin de semana|weekend|fim de semana)\b"
)
_SEASON = re.compile(
    r"\b(?:pras?|pros?|en|in|em|no|na|nas|durante|during|over|for|para|pra)(?: (?:el|la|las|los|the|o|a|as|os|my|mis|this|este|esta|next|proxim[oa]))* (?:holidays|feriado(?! largo)|invierno|verano|otono|primavera|winter|summer|autumn|spring|inverno|verao|outono|ferias|vacaciones|fiestas|festas)\b"
)
_VAGUE_MONTH = re.compile(
    rf"\b(?:principios?|comienzos?|mediados?|finales|fines|inicio|comeco|comecinho|meados?|finalzinho|final|early|mid|middle|late|end|beginning|start|sometime|some time|la pra|la para|la por|tipo|por|hacia|around|primera|segunda|ultima|last week|first week)\b.{{0,22}}?\b{LONG_MONTH}|\b{LONG_MONTH}-?ish\b"
)
_PRICED = re.compile(r"\b(?:cuanto|how much|quanto|hotel|precio|price|preco)\b")
_FEAST = r"(?:fiestas|festas|holidays|navidad|christmas|xmas|natal|ano nuevo|ano novo|new year'?s?|reyes|pascuas?|easter|semana santa|carnaval|carnival)"
_A_FEW = r"(?:unos|algunos|varios|pocos|a few|few|some|several|a couple of|uns|alguns|poucos|un par de|um par de)"
# A time that a guest means and does not name: "a few days in October", "around Easter", "any week in March", "whenever it's cheapest".
_WHENEVER = re.compile(
    rf"\b{_A_FEW} (?:dias|days|diitas)\b(?:.{{0,14}}\b(?:en|in|em|de|del|of|no|na|next|que viene|que vem)\b|$)|\b(?:mes (?:que viene|que vem|proximo)|proximo mes|next month)\b.{{0,12}}\b{_A_FEW} (?:dias|days)"
    rf"|\b(?:los )?(?:primeros|ultimos|primeir[oa]s|the first few|1 few|first few|last few|the last few) (?:dias|days) (?:de|del|of|do)\b"
    rf"|\b(?:en|dentro de|in|daqui a|em)(?: (?:unas?|unos|uns|umas?|about|around|a|like))+ (?:\d+ |par de |couple of |fortnight)(?:semanas?|weeks?|mes(?:es)?|months?|dias|days)?\b|\b(?:dentro de|daqui a) (?:un|um|una|uma|1) (?:mes|semana)\b|\bin a (?:month|fortnight)\b|\bin (?:about )?a fortnight\b"
    rf"|\b(?:despues de(?: l[ao]s?)?|depois d[aeo]s?|after(?: the)?|around|cerca de|por ahi de|near) {_FEAST}\b|\b{_FEAST} (?:o|ou|or) (?:por ahi|por ai|around then|thereabouts|cerca)\b"
    r"|\b(?:cualquier|qualquer|any|algun[oa]?|algum[a]?|un|um|some) (?:otr[oa] )?(?:semana|week|finde|fin de semana|fim de semana|weekend|feriado|dia|day)\b(?: (?:de|in|em|en|of|que|cualquiera|qualquer)\b|$)|\b(?:feriado|finde|semana) (?:cualquiera|qualquer)\b"
    r"|\b(?:lo antes posible|cuanto antes|asap|as soon as|o quanto antes|assim que|en cuanto (?:haya|tengan|se pueda))\b|\b(?:cuando|quando|when|whenever)(?: (?:sea|for|it's|its|it is|esta|este|fica|ficar))+ (?:lo )?(?:mas |mais )?(?:cheap\w*|barat\w*|tranquil\w*|quiet\w*)"
    rf"|\b(?:the )?week after next\b|\b(?:towards?|around|hacia|la para|la pro|la por el|a) (?:the )?(?:end|fim|fin|final|finales|beginning|start|inicio|comeco) (?:of|de|del|do) (?:the )?(?:year|ano|month|mes)\b|\ba fin de ano\b|\bmidweek\b|\b(?:in|en|em|no) (?:spring|summer|autumn|fall|winter|verano|invierno|otono|primavera|verao|inverno|outono)\b|\b(?:vacaciones|ferias) de (?:invierno|verano|julio|julho|verao|inverno)\b"
)
_FEW_DAYS = re.compile(rf"\b{_A_FEW} (?:dias|days|diitas|diazinhos|noches|nights|noites)\b(?! (?:antes|before|despues|depois|later))")
_STAYS = re.compile(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|estadia|stay\w*|book\w*|reserv\w+|noches?|nights?|noites?|lugar|dispon\w+|avail\w+|libre|free|vaga\w*|quarto|habitaci\w+|room|viaj\w+|travel\w*|trip|come|coming|ir|vamos|voy|iria\w*|vou|visit\w*|pasar|passar|spend|queda\w*|tenes|tienen|tem|have|got|fechas?|dates?|datas?|with you|con ustedes|com voces)\b"
)


# Words of the calendar that nothing has taken.
_UNREAD = re.compile(
    rf"(?<!los )(?<!as )(?<!aos )(?<!todos )(?<!cada )(?<!every )\b{LONG_WEEKDAY}|(?<![\d.,/:-])(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th)?(?![\d/:%-]|[.,]\d| ?[a-z])"
    rf"|\b{LONG_MONTH}|\b(?:un|um|a|one|\d) (?:mes|month|meses|months)\b"
    r"|\b(?:no puedo|no podemos|no voy a poder|no me sirve|can't|cannot|nao posso|nao podemos|nao da|nao consigo)\b|\b(?:menos|salvo|excepto|except|exceto|anything but|any day but)(?: (?:el|the|o))? "
)
_UNSURE = r"(?:nada mas|y|ponele|pongamos|ponle|digamos|no se|dunno|solo|just|so|unas|umas|uns|seria[n]?|serao|creo|que|q|acho|i|guess|think|mas o menos|mais ou menos|about|around|like|maybe|quizas?|tal vez|talvez|me parece|would be|make it|let's say|pone|digamos|nomas|please|por favor|porfa|hmm+|mm+|eh|bueno|probably|probablemente|provavelmente)"


@dataclass(frozen=True)
class Reading:
    """What the message says about the stay; ``rest`` is the text without it, for those who read after."""

    slots: dict[str, Any] = field(default_factory=dict)
    clarify: tuple[str, ...] = ()
    rest: str = ""

    @classmethod
    def of(cls, checked: tuple[dict[str, Any], list[str]]) -> Reading:
        slots, problems = checked
        return cls(slots, tuple(problems))


@dataclass(frozen=True)
class _Known:
    check_in: dt.date | None
    check_out: dt.date | None
    nights: int | None

    @classmethod
    def of(cls, slots: dict[str, Any]) -> _Known:
        start = dt.date.fromisoformat(slots["check_in"]) if slots.get("check_in") else None
        end = dt.date.fromisoformat(slots["check_out"]) if slots.get("check_out") else None
        if start and end is None and slots.get("nights"):
            end = start + slots["nights"] * ONE_DAY
        return cls(start, end, (end - start).days if start and end else slots.get("nights"))


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
    today, before = now.date(), _Known.of(known)
    written = _months_named(with_digits(folded, language), today)
    reader = _Reader(written, language, today, before, awaiting, about_a_stay, country, about_month)
    reading = reader.of_the_stay()
    told = reading.slots
    if before.check_in and not told and not reading.clarify and about_a_stay and points.is_corrected(folded):
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
    before: _Known
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

    def of_everything(self) -> Reading:
        return self._read(self.written, None)

    def _read(self, text: str, event: clauses.Anchor | None) -> Reading:
        written, language, today, before = self.written, self.language, self.today, self.before
        awaiting, about_a_stay = self.awaiting, self.about_a_stay
        if shifted := _shifted(text, before, today, awaiting):
            return shifted
        known_end = before.check_out if before.check_in and (_END_STAYS.search(text) or _LEAVE_STAYS.search(text)) else None
        nights, more, dated, doubts = _nights(text, language)
        counted_from = False
        if nights is None and not more and (match := _DAYS_LATER.search(dated)) and before.check_in is None:
            nights = _count(match[1]) * (7 if match[2][0] in "sw" else 1)
            dated = _blank(dated, match)
            counted_from = True
            if not (_SHIFTED_END.search(dated) or _AGAIN.search(dated) or re.search(r"\bvolta\b|\bvuelta\b", dated)):
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
        if counted_from and len(found.points) == 1:
            found.points[0].role = "in"
        found.again = bool(_AGAIN.search(written) and clauses.PAST.search(written))
        _apart(found.points, found.text, today)
        _in_that_month(found.points, self.about_month, today)
        if event is not None and any(point.date is not None for point in found.points):
            doubts.append("ambiguous")  # "el casamiento es el 16 de enero, llego el jueves": which Thursday?
        _near_event(found.points, event, today)
        _letterhead(found.points, today)
        _next_year(found.points, text, today)
        feasts = [point for point in found.points if point.feast]
        if feasts and len(found.points) - len(feasts) >= 2:  # "réveillon: do dia 29 ao dia 2"
            _near_event([point for point in found.points if not point.feast], (feasts[0].day, feasts[0].month or 1, None), today)
        if not doubts and not found.points and not found.stretches:
            doubts += _vague(text, found, nights, about_a_stay)
        if "listed" in doubts:  # "el 9 y 10 de enero": two nights only when they say so, or an arrival and a departure
            doubts.remove("listed")
            first, second = [point for point in found.points if point.listed][:2]
            if not (nights == 2 and (second.day - first.day == 1 or (second.day == 1 and first.day >= 28))):
                doubts.append("ambiguous")
        if "days" in doubts:  # "3 días" are no number of nights; with both ends said it only repeats them
            doubts.remove("days")
            if (
                len(found.points) < 2
                and not found.stretches
                and nights is None
                and (found.points or found.month or _STAYS.search(text) or _PRICED.search(text))
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
        few = nights is None and _FEW_DAYS.search(text)
        if few and (len(found.points) == 1 or (len(found.points) == 2 and re.search(r"\b(?:entre|between)\b", text))):
            doubts.append("incomplete")
        if about_a_stay is not False and _WHENEVER.search(written) and _is_relative(found.points):
            return Reading({}, ("incomplete",), rest)
        if doubts:
            return Reading({}, tuple(dict.fromkeys(doubts)), rest)
        if (
            not found.points
            and nights is None
            and awaiting == "nights"
            and (
                bare := re.fullmatch(
                    rf"(?:{_UNSURE}[ ,.]+)*({_N}|una sola|uma so|just one|only one|one)(?:[ ,]+(?:{_UNSURE}|pode ser|puede ser|esta bien|is fine))*",
                    text.strip(" .!?"),
                )
            )
        ):
            nights, rest = _count(bare[1]), ""
        elif (
            awaiting == "nights"
            and nights is None
            and not found.points
            and len(numbers := re.findall(r"\d+", text)) == 1
            and not re.search(r"\b(?:dias?|days?|adult\w*|person\w*|people|pessoas)\b", text)
            and re.match(rf"(?:\w{{1,6}}\W+){{0,2}}{numbers[0]}\b", text)
        ):
            nights = int(numbers[0])
        elif (
            awaiting == "nights"
            and nights is None
            and not found.points
            and re.search(
                rf"\b{_N}(?: (?:o|or|ou|-) |,? (?:o |or |ou |y )?(?:capaz|maybe|quizas?|tal vez|talvez|por ahi|perhaps|possibly)(?: que)? ){_N}\b",
                text,
            )
        ):
            return Reading({}, ("incomplete",), rest)
        if _BEFORE_IT.search(text) and len(found.points) == 1:
            found.points[0].role = "out"
        if known_end and len(found.points) == 1 and found.points[0].role != "out":
            return Reading(*_with_end(found.points[0], known_end, today), rest)
        ends = len(found.points)
        slots, problems = _resolve(found, nights, more, today, before, awaiting)
        if "check_in" in slots and ends == 1 and nights is None and _UNREAD.search(found.text):
            return Reading({}, ("ambiguous",), rest)  # a day was read, and words of a day beside it were not
        return Reading(slots, tuple(problems), rest)


def _one_range(text: str, rest: str, language: str, today: dt.date, country: str) -> Reading | None:
    """The only range of the whole message that names its month, whatever else is spoken of around it."""
    found = points.find(text, language=language, today=today, country=country, awaiting=None, relative=False, check_in=None)
    joined = [index for index, point in enumerate(found.points) if point.joined]
    if len(joined) != 1 or found.doubts or len(found.points) > 3:
        return None
    ends = found.points[joined[0] : joined[0] + 2]
    slots, problems = _two(ends[0], ends[1], None, today, _Known(None, None, None))
    return Reading(slots, (), rest) if slots and not problems else None


def _is_relative(ends: list[Point]) -> bool:
    """No day is named but by a feast ("around Easter") or a weekday ("Thursday to Sunday, any week in March")."""
    return all(point.feast or point.date is not None for point in ends) and sum(point.feast for point in ends) < 2


def _with_end(point: Point, check_out: dt.date, today: dt.date) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Another arrival, the departure stays."""
    check_in = _date(point, today, None)
    if point.date is None and point.month is None:
        earlier = (check_out - days * ONE_DAY for days in range(1, 62))
        check_in = next((date for date in earlier if date.day == point.day), None)
    slots, problems = _checked(check_in, check_out, None, today) if check_in else ({}, ["ambiguous"])
    return slots, tuple(problems)


_THIS_MONTH = re.compile(
    r"(?<=\d)(?:st|nd|rd|th)? (?:de |del |do |of )?(?:the )?(this month|este mes|deste mes|corriente|next month|mes que viene|proximo mes|mes que vem|mes siguiente|mes seguinte|following month)\b"
)


def _months_named(text: str, today: dt.date) -> str:
    """ "the 5th to the 10th of next month", with the month's name."""

    def name(match: re.Match[str]) -> str:
        is_next = match[1] not in {"this month", "este mes", "deste mes", "corriente"}
        before = [month(said) for said in re.findall(rf"\d(?:st|nd|rd|th)? (?:de |of )?({MONTH})", text[: match.start()])]
        from_month = before[-1] if before and match[1] in {"mes siguiente", "mes seguinte", "following month"} else today.month
        return " de " + MONTH_NAMES[(from_month - 1 + is_next) % 12]

    return _THIS_MONTH.sub(name, text)


def _apart(ends: list[Point], rest: str, today: dt.date) -> None:
    """ "en enero, del 10 al 14": the month stands apart from its days."""
    bare = [point for point in ends if not point.feast]
    if not bare or any(point.month or point.date for point in bare):
        return
    named = {month(name) for name in re.findall(rf"\b{LONG_MONTH}", rest)}
    if len(named) == 1:
        bare[-1].month = named.pop()
        if year := re.search(rf"\b{LONG_MONTH},? (?:de |del |of |do )?(20\d\d)\b", rest):
            bare[-1].year = int(year[1])
        if len(bare) == 1 or bare[0].day < bare[-1].day:
            bare[0].month = bare[-1].month


# A message of nothing but days: "este jueves", "hoy no, mañana", "de mañana al lunes", "fds que vem dá?".
_ONLY_DAYS = re.compile(
    rf"\W*(?:(?:{WEEKDAY}|feira|hoy|hoje|today|tonight|manana|tomorrow|amanha|pasado|depois de amanha|finde|fds|fin de semana|fim de semana|final de semana|weekend|feriado|largo|{LONG_MONTH}|"
    r"\d{1,2} (?:dias?|days?|semanas?|weeks?)|dentro de|daqui a|el|la|este|esta|esse|essa|ese|no|na|nao|o|a|al|ao|del?|do|da|the|this|that|on|in|en|em|y|e|and|to|till?|until|hasta|ate|desde|from|para|pra|pro|for|otr[oa]|outr[oa]|other|one|not|si|sim|yes|mejor|melhor|rather|better|"
    r"que viene|que vem|proxim[oa]|next|coming|noche|noite|night|fim|fin|comeco|inicio|mediados|meados|finales|principios|mid|early|late|end|of|beginning|pode ser|puede ser|podria ser|da|rola|maybe|creo|acho|dale|ok|please|por favor|porfa|nomas|entonces|then|entao)\b\W*)+"
)
_A_DAY = re.compile(
    rf"\b(?:{LONG_WEEKDAY}|hoy|hoje|today|tonight|manana|tomorrow|amanha|finde|fds|semana|weekend|feriado|{LONG_MONTH})|\b(?:en|in|dentro de|daqui a) \d{{1,2}} (?:dias|days|semanas|weeks)\b"
)


def is_only_days(folded: str) -> bool:
    """Whether a message is made of words of the calendar alone, and of words around them."""
    return bool(_A_DAY.search(folded)) and bool(_ONLY_DAYS.fullmatch(folded)) and not points.is_goodbye(folded)


def month_named(folded: str) -> int:
    """The one month the text names; 0 when there is none or several."""
    named = {month(name) for name in re.findall(rf"\b{LONG_MONTH}\b", folded)}
    return named.pop() if len(named) == 1 else 0


def _in_that_month(ends: list[Point], about_month: int, today: dt.date) -> None:
    """ "Algo en enero" was said before: "del 9 al 12" is in it."""
    bare = [point for point in ends if not point.feast]
    if not about_month or not bare or any(point.month or point.date for point in bare):
        return
    bare[0].month = about_month
    if len(bare) > 1 and bare[0].day < bare[-1].day:
        bare[-1].month = about_month


def _near_event(ends: list[Point], event: clauses.Anchor | None, today: dt.date) -> None:
    """Days without a month are the nearest ones to the event they go with."""
    if event is None or any(point.month for point in ends):
        return
    day_, month_, year = event
    wanted = _date(Point(0, 0, day_, month_, year), today, None)
    if wanted is None:
        return
    for point in ends:
        options = [
            dt.date(first.year, first.month, point.day)
            for first in ((wanted.replace(day=1) + shift * dt.timedelta(days=31)).replace(day=1) for shift in (-1, 0, 1))
            if exists(first.year, first.month, point.day)
        ]
        near = min(options, key=lambda date, to=wanted: abs((date - to).days))  # type: ignore[misc]
        point.month, point.year = near.month, near.year


def _letterhead(ends: list[Point], today: dt.date) -> None:
    """ "Buenos Aires, 18 de noviembre de 2026": the day the letter was written."""
    if len(ends) > 2:
        ends[:] = [
            point
            for point in ends
            if (point.day, point.month, point.year) != (today.day, today.month, today.year) or point.date is not None
        ]


def _shifted(text: str, before: _Known, today: dt.date, awaiting: str | None) -> Reading | None:
    """ "las mismas fechas pero en enero", "un día antes": the known stay, moved."""
    start, end = before.check_in, before.check_out
    if start is None:
        return None
    if end is not None and _NEXT_WEEK.search(text) and not re.search(r"\d", text):
        return Reading.of(_checked(start + 7 * ONE_DAY, end + 7 * ONE_DAY, None, today))
    if _ADDED_DAY.search(text) and len(re.findall(r"\d+", text)) == 0:
        return Reading({}, ("ambiguous",), "")  # "sumale el domingo": its night, or a departure then?
    others = {month(name) for name in re.findall(rf"\b{LONG_MONTH}", text)} - {start.month}
    if (
        len(others) == 1
        and not re.search(r"\d", text)
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
    if end is not None and (match := _NIGHT_IN_FRONT.search(text)):
        return Reading.of(_checked(start - _count(next(filter(None, match.groups()), "1")) * ONE_DAY, end, None, today))
    if end is not None and (match := _ONLY_MORE.fullmatch(text.strip(" .!?"))):
        return Reading.of(_checked(start, end + _count(next(filter(None, match.groups()), "1")) * ONE_DAY, None, today))
    if match := _REPLACED.search(text):
        was, is_now = int(match[1]), int(match[2])
        for known_day, other, is_end in ((start, end, False), (end, start, True)):
            if known_day is not None and known_day.day == was and exists(known_day.year, known_day.month, is_now):
                moved = known_day.replace(day=is_now)
                if not is_end and other is not None:  # another arrival keeps the number of nights
                    return Reading.of(_checked(moved, moved + (other - known_day), None, today))
                return Reading.of(_checked(other if is_end else moved, moved if is_end else other, None, today))
    if end is None and awaiting == "check_out" and _SAME_DAY.search(text):
        return Reading({}, ("reversed",), "")
    if end is None and _NEXT_DAY.search(text):
        return Reading.of(_checked(start, start + ONE_DAY, None, today))
    if (match := _ALL_SHIFTED.search(text)) and end is not None and _SHIFT.search(text):
        count = _count(match[1] or match[3]) * (7 if (match[2] or match[4])[0] in "sw" else 1)
        by = dt.timedelta(days=-count if _BACK.search(text) and not _FORTH.search(text) else count)
        return Reading.of(_checked(start + by, end + by, None, today))
    if (match := _PUSHED.search(text)) and end is not None and _SHIFT.search(text) and len(re.findall(r"\d+", text)) <= 1:
        count = _count(match[2]) * (7 if match[3][0] in "sw" else 1)
        by = dt.timedelta(days=-count if _BACK.search(text) and not _FORTH.search(text) else count)
        stays = bool(_END_STAYS.search(text) or _LEAVE_STAYS.search(text))
        if match[1] and _SHIFTED_END.search(match[1]) and (_SHIFTED_END.search(match[1]) or match)["out"]:
            return Reading.of(_checked(start, end + by, None, today))
        return Reading.of(_checked(start + by, end if stays else end + by, None, today))
    if (match := _EARLIER.search(text)) and end is not None:
        count = _count(match[1]) * (7 if match[2] in {"semana", "week"} else 1)
        by = dt.timedelta(days=-count if match[3] in {"antes", "earlier", "before", "sooner"} else count)
        if _SAME_AS.search(text) or match[2] in {"semana", "week"}:
            return Reading.of(_checked(start + by, end + by, None, today))
        if _SAME_LENGTH.search(text) or (before.nights and re.search(rf"\b{before.nights} {_NIGHT}", text)):
            return Reading.of(_checked(start + by, end + by, None, today))
        verbs = [*_SHIFTED_END.finditer(text)]
        before_it = [verb for verb in verbs if verb.start() < match.start()]
        verb = before_it[-1] if before_it else next(iter(verbs), None)
        if verb is not None:
            if verb["in"] and not (_END_STAYS.search(text) or _LEAVE_STAYS.search(text)):
                return Reading.of(_checked(start + by, end + by, None, today))  # another arrival keeps the number of nights
            return Reading.of(_checked(start + by, end, None, today) if verb["in"] else _checked(start, end + by, None, today))
        if not re.search(r"\d", text[: match.start()] + text[match.end() :]):
            # "one day later please"; what is moved in a longer message is asked
            return Reading.of(_checked(start + by, end + by, None, today)) if len(text.split()) <= 8 else Reading({}, ("ambiguous",), "")
    return None


def _in_month(before: _Known, year: int, wanted: int, today: dt.date) -> Reading:
    """The known stay in another month, its days and its length kept."""
    assert before.check_in is not None
    if not exists(year, wanted, before.check_in.day):
        return Reading({}, ("ambiguous",), "")
    moved = dt.date(year, wanted, before.check_in.day)
    return Reading.of(_checked(moved, moved + (before.check_out - before.check_in) if before.check_out else None, None, today))


def _nights(text: str, language: str) -> tuple[int | None, int, str, list[str]]:
    """Nights asked for, nights to add (or, negative, to take away), the text without them, and doubts."""
    if match := _LESS.search(text) or _ONE_LESS.fullmatch(text.strip(" .!?")):
        return None, -_count(next(filter(None, match.groups()), "1")), _blank(text, match) if match.end() <= len(text) else "", []
    if match := _MORE.search(text):
        return None, _count(next(filter(None, match.groups()), "1")), _blank(text, match), []
    if match := _TONIGHT_AND.search(text):
        return 1 + _count(match[2]), 0, _blank(text, match, 1), []
    if _OR_NIGHTS.search(text):
        return None, 0, text, ["ambiguous"]
    if match := _NIGHTS_INSTEAD.search(text):
        return int(match[1]), 0, _blank(text, match), []
    if match := _SINGLE_NIGHT.search(text):
        return 1, 0, text, []
    if _OUT_NEXT_DAY.search(text):
        return 1, 0, text, []
    # "quedamos en una semana" is no date
    text = re.sub(
        rf"\b(qued\w+|dej\w+|deix\w+|fic\w+|keep it|leave it) (en|em|at|to) (?={_N} (?:semana|noche|noite|week|night))",
        lambda match: f"{match[1]} {' ' * len(match[2])} ",
        text,
    )
    text = _PER_NIGHT.sub(lambda match: " " * len(match[0]), text)
    if match := _MONTHS_LONG.search(text):
        return None, 0, text, ["too_long" if _count(match[1] or match[2]) > 2 else "incomplete"]
    if match := _MAKE_IT.search(text):
        return _count(match[1]), 0, _NIGHTS.sub(lambda said: " " * len(said[0]), _blank(text, match)), []
    for pattern, factor in ((_NIGHTS, 1), (_WEEKS, 7), (_FORTNIGHT, 14)):
        found = (match for match in pattern.finditer(text) if language == "en" or not {"a", "an"} & set(match.groups()))
        if match := next(found, None):  # type: ignore[assignment]
            told = next(filter(None, match.groups()), "")
            count = _count(told) * factor if told else 14 if pattern is _FORTNIGHT else 2
            text = _blank(text, match)
            if days := _DAYS.search(text):
                text = _blank(text, days)
            return count, 0, text, []
    if match := _DAYS.search(text):  # "3 días": the field counts nights; three days are two nights or three, so a guest is asked
        return None, 0, _blank(text, match), ["days"] if match[1].isdigit() or match[1] == "un par de" else []
    return None, 0, text, []


def _vague(text: str, found: Found, nights: int | None, about_a_stay: bool | None) -> list[str]:
    """ "a principios de enero", "next week", "en febrero": when exactly?"""
    if found.doubtful_feast and (about_a_stay or _STAYS.search(text)):
        return ["incomplete"]
    if (
        not about_a_stay
        and not (about_a_stay is None and _VAGUE.search(text))
        and not (about_a_stay is None and found.month is not None and len(text.split()) <= 5)
        and not _STAYS.search(text)
        and not _VAGUE_MONTH.search(text)
        and not (about_a_stay is None and _SEASON.search(text))
    ):
        return []
    if (
        _VAGUE.search(text)
        or _VAGUE_MONTH.search(text)
        or _SEASON.search(text)
        or (found.month is not None and (about_a_stay is not False or nights is not None or _STAYS.search(text)))
    ):
        return ["incomplete"]
    return []


def _blank(text: str, match: re.Match[str], group: int = 0) -> str:
    """The text, as long as before, without the match from this group on."""
    return text[: match.start(group)] + " " * (match.end() - match.start(group)) + text[match.end() :]


def _count(word: str) -> int:
    return int(word) if word.isdigit() else 1


def _resolve(
    found: Found, nights: int | None, more: int, today: dt.date, before: _Known, awaiting: str | None
) -> tuple[dict[str, Any], list[str]]:
    ends = _told_ends(_unique(found.points))
    if more:
        if before.check_in is None or before.check_out is None:
            return {}, ["ambiguous"] if ends else []  # "el 8, y el 15 otra noche"
        later = before.check_out + more * ONE_DAY
        return _checked(before.check_in, later, None, today) if later > before.check_in else ({}, ["incomplete"])
    if len([point for point in ends if not point.feast]) >= 2:
        ends = [point for point in ends if not point.feast]
    if found.stretches:
        found.stretches = list(dict.fromkeys(found.stretches))
        if (
            len(found.stretches) > 1
            or any(not point.feast for point in ends)
            or (nights and nights != (found.stretches[0][1] - found.stretches[0][0]).days)
        ):
            return {}, ["ambiguous"]
        return _checked(*found.stretches[0], None, today)
    if len(ends) > 2:
        ends = _merged(ends)
    if (
        len(ends) == 2
        and ends[0].day == ends[1].day
        and not (ends[0].joined or ends[1].year)
        and (ends[0].month or ends[1].month) in {ends[0].month, ends[1].month}
    ):
        ends = _merged(ends)  # "the flight back is on the 21st, so we leave on the 21st"
    if listed := _listed_nights(ends, nights, today):
        return _checked(*listed, None, today)
    if len(ends) > 2:
        return {}, ["ambiguous"]
    if len(ends) == 2:
        return _two(ends[0], ends[1], nights, today, before)
    if len(ends) == 1:
        return _one(ends[0], found, nights, today, before, awaiting)
    if nights is None:
        return {}, []
    if before.check_in is None and before.check_out is not None and nights <= MAX_NIGHTS:
        return _checked(before.check_out - nights * ONE_DAY, before.check_out, None, today)
    return _checked(
        before.check_in, before.check_in + nights * ONE_DAY if before.check_in and nights <= MAX_NIGHTS else None, nights, today
    )


def _told_ends(ends: list[Point]) -> list[Point]:
    """Among other days, those the guest says they arrive and leave on."""
    if len(ends) < 3:
        return ends
    out = next((point for point in reversed(ends) if point.role == "out"), None)
    into = next((point for point in reversed(ends) if point.role == "in" and (out is None or point.start < out.start)), None)
    if out is None or into is None:
        return ends
    months = {point.month for point in ends if point.month}
    if into.month is None and out.month is None and into.date is None and len(months) == 1:
        into.month = months.pop()
        out.month = into.month if into.day < out.day else None
    return [into, out]


def _listed_nights(ends: list[Point], nights: int | None, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """ "the 21st and the 22nd, two nights", "el 12, el 13 y el 14, y el 15 nos volvemos": night by night."""
    if len(ends) < 2 or any(point.role == "in" or point.feast or point.joined for point in ends[1:]) or ends[0].joined:
        return None
    leaves = ends[-1].role == "out"
    if any(point.role == "out" for point in ends[:-1]) or not ((leaves and len(ends) > 2) or nights == len(ends)):
        return None
    months = {point.month for point in ends if point.month}
    if len(months) > 1:
        return None
    first = _date(replace(ends[0], month=ends[0].month or next(iter(months), None)), today, None)
    if first is None:
        return None
    for number, point in enumerate(ends):
        wanted = first + number * ONE_DAY
        if (point.date or wanted) != wanted or (point.date is None and point.day != wanted.day):
            return None
    return first, first + (len(ends) - leaves) * ONE_DAY


def _unique(ends: list[Point]) -> list[Point]:
    """ "mañana jueves 19": the same day said twice is one day."""

    def is_same(one: Point, point: Point) -> bool:
        told = one.date is not None or point.date is not None or one.feast or point.feast
        return told and (one.day, one.month or point.month) == (point.day, point.month or one.month)

    return _once(ends, is_same)


def _merged(ends: list[Point]) -> list[Point]:
    """ "we land the 7th, so from the 7th to the 12th": a day said twice among others."""
    return _once(ends, lambda one, point: one.day == point.day and (one.month == point.month or None in {one.month, point.month}))


def _once(ends: list[Point], is_same: Callable[[Point, Point], bool]) -> list[Point]:
    """Each day once, with the role and the month that any mention of it has."""
    kept: list[Point] = []
    for point in ends:
        same = next((one for one in kept if is_same(one, point)), None)
        if same is None:
            kept.append(point)
        else:
            same.role, same.month = same.role or point.role, same.month or point.month
    return kept


def _two(first: Point, second: Point, nights: int | None, today: dt.date, before: _Known) -> tuple[dict[str, Any], list[str]]:
    if first.role == "out" and second.role != "out":
        first, second = second, first
    elif first.role == "" and second.role == "in":
        first, second = second, first  # "the ferry is on the 31st, we come on the 28th"
    elif first.role == second.role == "out":
        return {}, ["ambiguous"]
    _share_month(first, second)
    check_in = _date(first, today, None, near=before.check_in)
    if second.day == 0 and check_in is not None and second.named is not None:  # "del 15 hasta el domingo"
        second.date = check_in + ((second.named - check_in.weekday()) % 7 or 7) * ONE_DAY
    check_out = _date(second, today, check_in)
    if check_in is None or check_out is None or _misnamed(first, check_in) or _misnamed(second, check_out):
        return {}, ["ambiguous"]  # 30 February; "Friday the 4th", which is a Saturday
    slots, problems = _checked(check_in, check_out, None, today)
    if slots and nights is not None and nights != slots.get("nights"):
        return {}, ["ambiguous"]
    if second.month is None and second.date is None and not first.joined and 0 < first.day - second.day < MONTH_CROSSING:
        return {}, ["reversed"]
    return slots, problems


def _one(
    point: Point, found: Found, nights: int | None, today: dt.date, before: _Known, awaiting: str | None
) -> tuple[dict[str, Any], list[str]]:
    if point.feast and not point.role and (point.month, point.day) not in {(12, 24), (12, 31)}:
        return {}, ["incomplete"]
    if point.feast and not point.role and nights is None:
        return {}, ["incomplete"]
    if point.role == "out" and nights is not None and found.again:
        point.role = "in"  # "I stayed with you in 2019; coming back on January 8, two nights"
    is_end = point.role == "out" or (
        point.role != "in" and (awaiting == "check_out" or (awaiting == "nights" and before.check_in is not None)) and nights is None
    )
    if found.nights and nights is None and not is_end:
        nights = found.nights
    if is_end:
        if point.date is None and point.month is None and before.check_in and 0 <= before.check_in.day - point.day < MONTH_CROSSING:
            return {}, ["reversed"]  # in on the 8th, out "on the 4th": a slip, as "del 8 al 4" is
        check_out = _date(point, today, before.check_in if nights is None else None)
        if check_out is None or _misnamed(point, check_out):
            return {}, ["ambiguous"]
        if nights is not None:
            return _checked(check_out - nights * ONE_DAY, check_out, None, today) if nights <= MAX_NIGHTS else ({}, ["too_long"])
        if before.check_in is None:
            return _only_out(check_out, today)
        return _checked(before.check_in, check_out, None, today)
    check_in = _date(_in_the_stay(point, before, today), today, None, near=before.check_in)
    if check_in is None or _misnamed(point, check_in):
        return {}, ["ambiguous"]
    length = nights or before.nights
    if length and length > MAX_NIGHTS:
        return {}, ["too_long"]
    return _checked(check_in, check_in + length * ONE_DAY if length else None, nights, today)


def _in_the_stay(point: Point, before: _Known, today: dt.date) -> Point:
    """The 2nd, of a stay from 29 December to 3 January, is January's."""
    start, end = before.check_in, before.check_out
    if point.date or point.month or start is None or end is None or start.month == end.month:
        return point
    options = [dt.date(date.year, date.month, point.day) for date in (start, end) if exists(date.year, date.month, point.day)]
    near = min((date for date in options if date >= today), key=lambda date: abs((date - start).days), default=None)
    return replace(point, month=near.month, year=near.year) if near else point


def _only_out(check_out: dt.date, today: dt.date) -> tuple[dict[str, Any], list[str]]:
    if check_out <= today:
        return {}, ["past"]
    return ({}, ["too_far"]) if (check_out - today).days > MAX_DAYS_AHEAD + MAX_NIGHTS else ({"check_out": check_out.isoformat()}, [])


def _misnamed(point: Point, date: dt.date) -> bool:
    return point.named is not None and date.weekday() != point.named


def _share_month(first: Point, second: Point) -> None:
    """ "llego el 10 y me voy el 12 de enero": both days are January's; "el 29 … al 3 de enero" starts in December."""
    if first.date is None and first.month is None and second.date is None and second.month is not None:
        crosses = first.day - second.day >= MONTH_CROSSING
        first.month = (second.month - 2) % 12 + 1 if crosses else second.month
        first.year = second.year - 1 if second.year and crosses and first.month == 12 else second.year
    if first.year is None and second.year is not None and first.month is not None and first.date is None:
        first.year = second.year - (second.month is not None and first.month > second.month)


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


def _next_year(ends: list[Point], text: str, today: dt.date) -> None:
    if re.search(r"\b(?:ano que viene|proximo ano|ano que vem|next year|ano proximo)\b", text):
        for point in ends:
            if point.month and point.year is None:
                point.year = today.year + 1


def _date(point: Point, today: dt.date, after: dt.date | None, near: dt.date | None = None) -> dt.date | None:
    """The date a point means, see _named_date."""
    date = _named_date(point, today, after - point.later * ONE_DAY if after else None, near)
    return date + point.later * ONE_DAY if date else None


def _named_date(point: Point, today: dt.date, after: dt.date | None, near: dt.date | None) -> dt.date | None:
    """The date a point means; None when there is no such day. Without a year the next one that comes; ``after`` is the
    check-in a check-out belongs to, ``near`` the stay a correction belongs to."""
    if point.date is not None:
        return point.date
    if point.month is not None and point.year is not None:
        return dt.date(point.year, point.month, point.day) if exists(point.year, point.month, point.day) else None
    if point.month is not None:
        start = after or today
        for year in range(start.year, start.year + 9):  # 29 February may be far away
            if exists(year, point.month, point.day):
                date = dt.date(year, point.month, point.day)
                if date > start if after else date >= today:
                    return date
                if after is None and (today - date).days <= 30:
                    return date  # just over: the guest is told, instead of being booked for next year
                if after is not None and (after - date).days < 180:
                    return date  # before the check-in: reversed, the guest is asked
            elif not (point.month == 2 and point.day == 29):
                return None
        return None
    return _day_only(point.day, after or near or today, strict=after is not None, today=today)


def _day_only(number: int, anchor: dt.date, *, strict: bool, today: dt.date) -> dt.date | None:
    """A day without a month: the next such day from the anchor on."""
    year, month_ = anchor.year, anchor.month
    for _month_ahead in range(3):
        if number <= calendar.monthrange(year, month_)[1]:
            date = dt.date(year, month_, number)
            if (date > anchor) if strict else (date >= today):
                return date
        year, month_ = (year + 1, 1) if month_ == 12 else (year, month_ + 1)
    return None
