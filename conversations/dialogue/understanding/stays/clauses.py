"""Parts of a message that speak of other days than the stay's: a wedding, a bill that was due, last year's visit, the 29 bus."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.vocabulary import DAY, MONTH, YEAR, day, month

_BREAK = compiled(
    r"[.!?;\n]+(?!\d)|:(?!\d)|, |\s-\s|\b(?:so|asi que|entonces|por eso|pero|but|entao|porque|because|therefore|por lo que|and (?:we|i|he|she|they)|(?=\b(?:tem|tienen|tenes|hay|do you have|is there) (?:algum |alguna |a |un |um )?(?:quarto|vaga|lugar|habitaci\w+|room|cuarto|pieza|cama))|and (?=gets?\b|arriv|land|then)|e (?=cheg|fic)|y (?=lleg|entr|sal[gid]|me |nos )|y nosotros|e a gente|(?:y|and|e) (?=(?:si|if|se)\b (?!no\b|nao\b))|y (?=(?:(?:le|les|lo|la|te) )?(?:quiero|queremos|queria|querria|quisiera|necesit))|and (?=(?:would|want|need)\b)|e (?=(?:quero|queremos|queria|gostaria|preciso)\b)|y (?=(?:con ustedes|con vos|al hotel|en el hotel)\b)|and (?=(?:would be |be |stay )?with you\b)|e (?=(?:com voces|no hotel|ai com)\b)|e nos|mas a gente|mas nos|mas (?=(?:no hotel|com|so|eu|ai)\b))\b"
)
# What happens on its own day, whoever stays where.
EVENT = compiled(
    r"\b(?:se casan?|casamos|me caso|eu caso|casament\w+|casamient\w+|bodas?|promesa|acto\b|apresentac\w+|presentacion|quinceane\w+|bautismo|batizado|christening|funeral|velorio|reunion\b|reuniao|meeting|training|capacitaci\w+|curso|course|workshop|taller|locaciones|locacoes|locations|entradas? para|ingressos?|tickets? for|teatro|theatre|theater|contrato|contract|traslado|deslocamento|devoluci\w+|devoluc\w+|rooming list|release|liberacion|rinde|keynote|palestra|wedding|get(?:s|ting)? married|recital\w*|concierto|concert|gig|show\b|festival|congres\w+|conferenc\w+|simposio|marat\w+|cumpl\w+|birthday|aniversari\w+|anniversary|"
    r"turns? \d+|turned \d+|faz \d+|fara|born|naci[oa]?|nasc\w+|graduat\w+|graduac\w+|formatura|gradua|recibe de|examen|exam\b|prova|consulta|turno|appointment|surgery|operan|operacion|cirug\w+|cirurgia|vence\w*|vencio|venceu|due|deadline|"
    r"aula\b|lecture|ponencia|charla|audienci\w+|hearing|preach\w*|prega\w*|predica\w*|(?:es|e|is) (?:a )?(?:feriado|holiday|festivo)|expediente|tramite|partido|match\b|game\b|jogo|final de la|clases|aulas|ferias da|ferias escolares|vacaciones de|(?:mis|minhas|my|las|as|de|me tomo) (?:vacaciones|ferias|holidays?|francos|folgas|vacation)|on leave|licencia|term (?:starts|ends)|school(?! trip)|(?<!excursao da )escola|colegio|cole\b|elecciones|paro\b|huelga|greve|strike|cen(?:amos|ar|aremos)\b|feria\b|fair\b|expo\w*|talk is|speech|kick-?off|bus|buses|colectivo|bondi|onibus|subte|subway|metro|tren llega|"
    r"factura|fatura|invoice|boleto|alquiler|aluguel|rent\b|mail|e-mail|email|ticket|debito|hacen algo|hacen en|fiesta|festa|party(?! of)|ceia|cena\b|dinner|jantar|almuerzo|almoco|lunch|brunch|menu|juega\w*|jugamos|joga(?! (?:tudo|para|as? ))\w*|plays?\b|what time|a que hora|que horas?|horarios?|(?:do|does|is|are|esta|estan|sera|estara) (?:\w+ )?(?:open|close\w*|abiert\w+|cerrad\w+|abert\w+|fechad\w+)|live music|tocan|tango|museo|museum|market|tarjeta|cartao|card|mudanza|clausura|inaugur\w+|recibo)\b"
)
# Where the journey begins: no day of the stay, whatever else is said.
_ORIGIN = compiled(
    r"\b(?:fly(?:ing)? out of|(?:sal[eig]\w*|partimos|parto|saio|saimos|fly(?:ing)?|leav\w+|depart\w*) (?:out )?(?:de|of|from) (?!aca|ahi|alli|alla|aqui|ai\b|there|here|hotel|the |la |el |casa|ustedes|vces|voces|you|manha|manana|viaje|madrugad|tarde|noche|noite|mi\b|my\b)[a-z]{3,})\b(?!.*\b(?:hotel|habitaci))"
)
_LEAVING = compiled(
    r"\bleav(?:e|ing) (?!(?:the|on|at|early|late|in|by|around|after|before|for|home|from|here|there|you|it|them|us|tomorrow|today|tonight|again|luggage|our|my|your|mon|tue|wed|thu|fri|sat|sun)\w*)[a-z]{4,} on\b"
    r"|\b(?:bus|flight|plane|vuelo|avion|micro|voo|onibus|train|tren|ferry|barco)\b.{0,20}\b(?:leaves?|departs?|sale|parte|sai)\b(?!.*\b(?:hotel|habitaci))"
)
# "La promo es hasta el 30": a price's own days.
_OFFER = compiled(
    r"\b(?:promo\w*|oferta\w*|deal|offer|cupon|cupom|coupon|voucher|descuento|discount|desconto)\b.{0,24}\b(?:hasta|until|till|ate|valid\w*|vale|dura|lasts|ends|termina)\b|\b(?:hasta|until|till|ate)\b.{0,12}\b(?:dura|vale|la promo|a promo|the deal)\b"
)
# Another house's nights.
_ELSEWHERE = compiled(
    r"\b(?:elsewhere|somewhere else|(?:en|para|in|at|em) (?:otro|outro|another|other) (?:hotel|hostel|lugar|lado|place|airbnb)|(?:otro|outro|another) hotel|(?:dorm|durm|duerm|sleep|stay|qued|fic)\w*(?: \w+){0,3} (?:en lo de|en (?:la )?casa de|na casa d[aeo]|at (?:my|our) \w+'s|at a friend's|with (?:my )?(?:friends|family)))\b(?!.*\b(?:con ustedes|com voces|with you)\b)"
)
# "La cotización vence el 30": whatever it is, that day is its own.
_EXPIRES = compiled(r"\b(?:vence\w*|expir(?:es?|a|am|an|ing)|caduca\w*|vencimiento|vencimento)\b")
# What is over.
PAST = compiled(
    r"\b(?:estuve|estuvimos|estivemos|estive|(?<!if we )(?<!if i )stayed|(?<!if )(?:we|i) (?:(?:were|was)(?! (?:hoping|thinking|wondering|looking|planning|considering|going to|wanting|after|told))|had(?! (?:hoped|in mind|planned|thought))|paid|sent|wrote(?! \d)|left|forgot|lost|slept|sang|visited|came|went|spent)|pague|pagamos|paguei|mande|envie|enviei|mandei|escribi(?! \d)|escrevi(?! \d)|liguei|llame|llamamos|(?:les|te|lo|la|los) hable|hable (?=con|el|ayer|por)|falei(?! \d)|falamos com|spoke|(?:i|we|she|he) called|me (?:dijo|dijeron|disse|disseram|confirm(?:o|aron|ou|aram)|atendi(?:o|eu))|deje|dejamos(?! en (?:\d|una?) (?:noche|semana))|deixei|deixamos|olvide|olvidamos|esqueci|esquecemos|"
    r"perdi|perdimos|fui|fuimos|fomos|me hospede|se hosped(?:o|ou|aron|aram)|se quedo (?:con ustedes|ahi|aca)|(?:was|were) your guests?|nos hospedamos en|me aloje|nos alojamos en|fiquei|(?<!ia )(?<!ar )(?<!amos )(?<!fico )(?<!aremos )hospedad[oa]s?|estuvo (?:con|en|ahi|aca|alojad)|esteve (?:com|no|ai|hospedad)|cobraron|cobraram|descontaron|descontaram|debitaron|debitaram|charged|(?:hace|ya van|faz) \d+ (?:noches|noites)|haven't slept|nao durmo|no duermo|hace (?:\d+|un|una|unos|mucho) (?:anos?|mes|meses|semanas?|dias)|faz (?:\d+ )?(?:anos|meses)|(?:years?|months?|weeks?|days?) ago|ano pasado|ano passado|mes pasado|mes passado|(?:fue|foi|fueron|foram|was|were)(?: (?:el|on|no|em|the|dia|o|del?|for))* \d|(?:iba|ibamos|ia|iamos) a? ?(?:salir|sair|irme|irnos|ir embora)|was due|"
    r"last (?:year|winter|summer|spring|autumn|fall|month|march|april|may|june|july|august|january|february|september|october|november|december)|ultima vez|last time|back in|passado|(?:vez|ano|estadia|visita|viaje|viagem|reserva|estada) anterior|alguna vez|en su momento|vino|vinimos|viemos|vim em)\b"
)
_YEARS = compiled(r"\b(?:19\d\d|20\d\d)\b")
_SENTENCE_END = compiled(r"[.!?;\n]")
# "..., pero ahora": what was over is over.
_CONTRAST = compiled(r"\b(?:pero|but|mas|porem)\b")
# A clause with these speaks of the stay after all.
_STAY = compiled(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|entr(?:ar|amos|aria|ariamos|o|ando)|ingres\w+|check ?-?(?:in|out)|reserv\w+|book(?!ing\.com)\w*|habitaci\w+|rooms?|quartos?|cuartos?|noches?|nights?|noites?|diarias?|lugar|dispon\w+|avail\w+|vagas?|stay\w*|entrada|salida|saida|llegada|chegada|arrival|departure|"
    r"quedar\w*|quedamos|quedo|alojar\w*|alojamiento|hospedar\w*|hospedagem|estadia|estancia|salimos|salir|salgo|leave|leaving|irnos|irme|sair|saio|saimos|ficar\w*|ficamos|fico|come|coming|venir|vamos|voy|vou|ire|iria|vuelv\w+|volv\w+|volt\w+|regres\w+|off on|iriamos|iremos|dormir|duerm\w*|durmo|dorm\w*|sleep|desde|from|hasta|until|need|necesit\w+|precis\w+|quer\w+|quier\w+|quisier\w+|want|like|busco|procuro|dates?|fechas?|datas?|fin de semana|finde|weekend)\b"
)


# "Off on Monday after lunch": an hour, no matter of its own.
_AFTER_MEAL = compiled(
    r"\b(?:after|before|despues de|antes de|luego de|depois d[eo]|antes d[eo]|con|with|com|sin|without|sem|para|pra|for)(?: (?:la|el|the|a|o|l))* ?(?:cena|dinner|jantar|almuerzo|almoco|lunch|brunch|fiesta|festa|party)\b"
)
_PART_OF_DAY = compiled(
    r"\b(?:a la|por la|de la|de|a|at|pela) (?:noche|noite|night)\b|\b(?:hay|tem|any) (?:lugar )?(?:para |pra |for )?(?:cenar|jantar|dinner)\b"
)
_WISH = compiled(
    r"\b(?:vuelvo|volvemos|volto|voltamos|back|lleg\w+|salgo|salimos|saio|saimos|leave|leaving|chego|chegamos|arriv\w+|quer\w+|quier\w+|quisier\w+|want|need|necesit\w+|precis\w+|reserv\w+|book\w*|gustar\w*|like to|busc\w+|looking|tenes|tienen|have you|do you|could|tem quarto|tem vaga|hay lugar|quartos?|vagas?|lugar|habitaci\w+|volver\w*|voltar\w*|come back|coming|ahora|now|agora|this time|esta vez|desta vez|proxim\w+|next)\b"
)
# "entre el 5 y el 8 hay una feria, nos quedamos esos días": the other matter's days are the stay's.
_SAME_DAYS = compiled(
    r"\b(?:es[ao]s (?:dias|fechas)|those (?:days|dates)|ess[ae]s (?:dias|datas)|ese dia|esa noche|that day|that (?:one |same )?night|esse dia|nesse dia|essa noite|todo ese tiempo|the whole time)\b"
)
DATE = compiled(rf"\b({DAY})(?: ?(?:de |del |do |of |/)?)({MONTH}){YEAR}|\b({MONTH}) (?:the )?({DAY}){YEAR}|\b(\d{{1,2}})/(\d{{1,2}})\b")

Anchor = tuple[int, int, int | None]
_DAYS = compiled(rf"(?<![\d.,:/])\b{DAY}(?!:|[.,]\d| ?(?:hs|h|am|pm)\b)")
_WITH_YOU = compiled(
    r"\b(?:con (?:ustedes|vos|uds)|com (?:voces|vcs|vces)|with you|at (?:your (?:place|hotel)|yours|the hotel)|(?:in|to) your (?:city|town|area)|(?:en|a) (?:su|tu|vuestra) (?:ciudad|pueblo|zona)|n?a sua cidade|(?:en|al?|no) (?:el |tu |su |seu |vuestro )?hotel|hotel de voces|your hotel|en lo de ustedes)\b"
)
_SOMEBODY = compiled(
    r"^\W*(?:(?:y|and|e|pero|but|mas) )?(?:mi|my|meu|minha|mis|meus|minhas|nuestr[oa]s?|our|el|the|o|a|la) (?!(?:mujer|marido|esposa|esposo|wife|husband|familia|family|vuelo|flight|voo)\b)[a-z]+(?:'s)? (?:\w+ ){0,4}?(?:va|vai|van|vao|goes|is|are|esta|estan|llegan?|chegam?|arrives?|vienen?|vem|comes?|reserv\w+|booked|tiene|tem|has|quedan?|se queda|fica|stays|duerme|dorme|alquil\w+)\b"
)
_OURSELVES = compiled(r"\b(?:yo|nosotr[oa]s|eu|a gente|nos|nois|we|i|me|us)\b")


# "tengo reserva para el 5, ¿puedo pasarla al 12?": what follows counts.
_MOVED_TO = compiled(
    r"\b(?:cambi\w+|pas[ae]\w*|mov\w+|mud\w+|trasl\w+|chang\w+|mov\w+|switch\w*|reschedul\w*|reprogram\w*|remarc\w+|transfer\w+)(?: (?:la|lo|it|them|my|the|mi|a|o|minha|reserva|booking|reservation|stay|para|pra|fecha|dates?|por favor))* (?=(?:para |pra |a )?(?:al?|to|del|do|from|para|pra|pro|por|ao|el)\b)"
)
# "Era del 10 al 12 y tiene que ser del 17 al 19".
_SHOULD_BE = compiled(
    r"\b(?:tiene que ser|tendria que ser|deberia ser|debe ser|tem que ser|deve ser|deveria ser|should (?:be|read|say)|must be|needs to be|has to be|ought to be)\b"
)
_HAD = compiled(
    r"\b(?:estaba|estava|puse|pusieron|dice|diz|says?|tengo|tenia|tenemos|hice|teniamos|era|i have|i've got|we have|it was|mine is|tenho|tinha|fiz|reserve|reservei|booked|mi reserva|my booking|minha reserva)\b"
)


def of_the_stay(text: str, today: dt.date, *, spill: bool = True) -> tuple[str, Anchor | None]:
    """The text, as long as before, with the clauses about other matters blanked out, and the (day, month, year) of an event
    among them: "el congreso es el 15 de marzo, llegaría el 14" means March. ``spill``: a short clause behind such a matter
    belongs to it."""
    if _SAME_DAYS.search(text):
        return text, None
    if (
        (moved := next(reversed([*_MOVED_TO.finditer(text)]), None))
        and _HAD.search(text[: moved.start()])
        and re.search(r"\d", text[: moved.start()])
    ):
        text = " " * moved.end() + text[moved.end() :]
    if (meant := _SHOULD_BE.search(text)) and re.search(r"\d", text[: meant.start()]) and re.search(r"\d", text[meant.end() :]):
        text = " " * meant.end() + text[meant.end() :]
    if with_you := _with_you(text):
        return with_you
    text, anchor = without_others(text)
    kept: list[str] = []
    over, other, same_sentence = False, False, False
    for clause, gap in _clauses(text):
        over = bool(PAST.search(clause)) or (over and not _WISH.search(clause))
        # "which bus is it, the 17 or the 10?"
        more = spill and other and same_sentence and not _STAY.search(clause) and len(clause.split()) <= 6
        other = over or _is_other(clause, today) or more
        same_sentence = not _SENTENCE_END.search(gap) and ":" not in gap
        over = over and not _CONTRAST.search(gap)
        if other and not over and (match := DATE.search(clause)):
            anchor = anchor_of(match)
        kept += [" " * len(clause) if other else clause, gap]
        over = over and not _SENTENCE_END.search(gap)
    return "".join(kept), anchor


def _with_you(text: str) -> tuple[str, Anchor | None] | None:
    """The one clause that says both ends of the stay "with you", "en el hotel", of several that name days; None without one."""
    parts = [*_clauses(text)]
    own = [
        index
        for index, (clause, _gap) in enumerate(parts)
        if _WITH_YOU.search(clause) and len(_DAYS.findall(clause)) >= 2 and not PAST.search(clause)
    ]
    others = [index for index, (clause, _gap) in enumerate(parts) if index not in own and _DAYS.search(clause)]
    if len(own) != 1 or not others:
        return None
    dated = [match for index in others if (match := DATE.search(parts[index][0]))]
    anchor = anchor_of(dated[0]) if dated and not DATE.search(parts[own[0]][0]) else None
    return "".join((clause if index in own else " " * len(clause)) + gap for index, (clause, gap) in enumerate(parts)), anchor


def without_others(text: str) -> tuple[str, Anchor | None]:
    """The text without the days of somebody who is told apart, and when those are: "mi hermano llega el 5, nosotros el 6"."""
    parts = [*_clauses(text)]
    others = [index for index, (clause, _gap) in enumerate(parts) if _SOMEBODY.search(clause) and _DAYS.search(clause)]
    later = [clause for clause, _gap in parts[others[-1] + 1 :]] if others else []
    ours = next((index for index, clause in enumerate(later) if _OURSELVES.search(clause)), len(later))
    if not any(_DAYS.search(clause) for clause in later[ours:]):
        return text, None
    dated = next((match for index in others if (match := DATE.search(parts[index][0]))), None)
    anchor = anchor_of(dated) if dated and not any(DATE.search(clause) for clause in later) else None
    return "".join((" " * len(clause) if index in others else clause) + gap for index, (clause, gap) in enumerate(parts)), anchor


def anchor_of(match: re.Match[str]) -> Anchor:
    if match[7]:
        return int(match[7]), min(12, max(1, int(match[8]))), None
    return day(match[1] or match[5]), month(match[2] or match[4]), int(match[3] or match[6] or 0) or None


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """Each clause and what parts it from the next."""
    start = 0
    for match in _BREAK.finditer(text):
        yield text[start : match.start()], match[0]
        start = match.end()
    yield text[start:], ""


# "The congress is from the 10th to the 12th", "hacen algo del 24 al 26": the range is the matter's own.
_ITS_OWN = compiled(
    r"\b(?:is|are|es|e|sao|son|sera|seran|va|vai|van|vao|dura|lasts|takes place|goes|runs?|from|hacen|abr\w+|open\w*|cerrad\w+|closed|fechad\w+|valid\w*|vigente)(?: (?:from|on|de|del|do|desde|entre|between|the|el|los|dias|"
    + MONTH
    + r"))* $"
)


def without_the_past(text: str, today: dt.date) -> str:
    """The text, as long as before, without the clauses that speak of what is over or of another matter's own days."""
    kept: list[str] = []
    over = False
    for clause, gap in _clauses(text):
        over = bool(PAST.search(clause)) or _names_a_past_year(clause, today) or (over and not _WISH.search(clause))
        date = re.search(r"\d", clause)
        own = bool(EVENT.search(clause) and date and _ITS_OWN.search(clause[: date.start()]))
        kept += [" " * len(clause) if own or over else clause, gap]
        over = over and not _SENTENCE_END.search(gap) and not _CONTRAST.search(gap)
    return "".join(kept)


# "Me quedo del 5 al 8, ¿y si me quedo hasta el 10?"
_WHAT_IF = compiled(
    r"[,.;!?]? \b(?:(?:y|e|and) )?(?:what |que pasa |que tal )?(?:si|se|if)\b(?! (?:no|nao|not)\b)[^.?!]{0,80}\d[^.?!]{0,60}\?"
)


def without_what_if(text: str) -> str:
    """The text, as long as before, without what is asked of another length or other days behind the stay that is told."""
    return _WHAT_IF.sub(lambda match: " " * len(match[0]) if re.search(r"\d", text[: match.start()]) else match[0], text)


def _is_other(clause: str, today: dt.date) -> bool:
    if _ORIGIN.search(clause) or _LEAVING.search(clause) or _EXPIRES.search(clause) or _ELSEWHERE.search(clause) or _OFFER.search(clause):
        return True
    if _STAY.search(_PART_OF_DAY.sub(" ", clause)):
        return False
    return bool(EVENT.search(_AFTER_MEAL.sub(" ", clause))) or (not DATE.search(clause) and _names_a_past_year(clause, today))


def _names_a_past_year(clause: str, today: dt.date) -> bool:
    return any(int(year[0]) < today.year for year in _YEARS.finditer(clause))
