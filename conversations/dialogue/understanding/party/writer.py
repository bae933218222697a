"""Whether the writer comes too, and comes alone: "mi marido y dos nenes", "voy sola"."""

from __future__ import annotations

import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.mentions import Mention

SELF = compiled(
    r"\b(?:mas|mais|plus) (?:yo|eu|me|myself)\b|\bthere'?s me\b|\b(?:sou|soy|it'?s|its|seriamos|somos|seria|sera) (?:eu|yo|me)\b|\bme (?=my\b)|\bself\b(?=,| and|$)|(?:,|and|&|y) self\b|\b(?:soy|sou|i'm|i am) (?:(?:una?|uma?|a|the) )?(?:single |solo )?(?:mae|madre|mama|mother|mum|mom|padre|papa|pai|dad|father)\b|\b(?:y|e) (?:quien|este que|quem|la que) (?:les? |vos |lhes? )?escribe\b|\b(?:e|y) (?:este que vos escreve|quem escreve)\b|\by yo\b|\b(?:yo|eu) (?:y|e|con|com|mais|\+)\b|\b(?:solo|solamente|nomas|unicamente|so|apenas) (?:yo|eu)\b|\b(?:yo|eu) (?:sol[oa]|nomas|mesm[oa]|so|sozinh[oa])\b|(?:,|\+) ?(?:yo|eu)\b|\b(?:yo|eu) ?[,+]|^(?:yo|eu)\b|\b(?:vou|vai|voy|viajo|vamos) (?:yo|eu)\b"
    r"|\b(?:yo|eu) (?=(?:mi|mis|meu|minha|meus|minhas)\b)|\b(?:para|pra|y|e) mi(?:m)?\b(?= ?(?:$|[.,;!?)+]|y\b|e\b|sol[oa]\b|nomas|con\b))|\bmim\b|\bconmigo\b|\bcomigo\b|\bun servidor\b|\bum criado\b|\b[ey] (?:eu|yo)\b"
    r"|\b(?:and|&) (?:i|me|myself)\b|\b(?:me|i|myself) (?:and|plus|with|&|\+)|^me,|\b(?:just|only|nobody but|but) (?:me|myself)\b|\bmyself\b|\byours truly\b|(?:,|\+) ?me\b|\bme ?\+|\bme, (?=my|the|and)|\bwith me\b"
)
_ALONE = compiled(
    r"\b(?:(?:viajo|voy|vengo|estoy|estaria|ire|vou|viajando|fico|viajar|chego|llego|irei|traveling|travelling|travel|coming|come|go|going|be|sleep\w*) (?:\w+ )?(?:sol[oa]|so\b|sozinh[oa]|alone|solo|by myself|on my own)|sol[oa] para mi|(?:para|pra) mi(?:m)? (?:sol[oa]|so|nomas|apenas)|sozinh[oa]|desacompanhad[oa]|solita (?:mi alma|yo)|\bim solo\b|(?:travels?|travell?ing|stays?|comes?) by (?:him|her)self|solo backpacker|mochiler[oa] sol[oa]|mochileir[oa] (?:solo|sozinh[oa])|^(?:uno|una|um|uma|one) (?:sol[oa]|so|only)\b(?! (?:cuarto|habitacion|quarto|pieza|room|noche|night|noite|cama|bed))|\bi'm solo\b|\bsolamente yo\b|yo nomas|(?:nomas|nada mas) yo|little old me|solo (?:female |male )?travell?er|una sola persona|uma pessoa so|una unica persona|uma unica pessoa|just (?:me|myself)|only me|(?:room|habitacion|cuarto|quarto|single|bed|cama) (?:for|para|pra) (?:me|mi|mim)(?=$|[ .,;!?])(?! (?:and|y|e|padre|madre|hij|espos|wife|hus))|(?:(?<=, )|^)(?:uno|una|um|uma) (?:sol[oa]|so)(?=$|[,.])|by myself|on my own|unaccompanied|the only one (?:staying|sleeping|coming|travell?ing)|only i (?:sleep|stay|travel|come)|viaja (?:so|solo|sola)(?= ?(?:$|[.,;!]))|solo (?:yo|para mi|travell?er)|"
    r"yo sol[oa]|so (?:eu|pra mim|para mim)|eu so|eu mesm[oa]|(?:(?:para|pra|for|somos|solo|so|apenas|only|just|es|e|soy|sou|seria|tarifa|precio|price|of|de) (?:una?|uma?|one|a)|1|one|single|lone|solo) (?:sol[oa] |unic[oa] |so |single )?(?:persona|pessoa|person|traveller|traveler|huesped|hospede|guest|pax|pasajero|viajer[oa])|(?<![a-z] )(?:una|uma|one|un) (?:persona|pessoa|person)\b(?! ?,? ?(?:por favor|porfa|please))(?= ?(?:$|[.,;!?)]|por|para|pra|for|nada|nomas|sol[oa]|y\b|e\b|and\b|con|en\b|del\b|desde|from|apenas|only|so\b|2|3|1|,))|(?<=, )sol[oa](?=,)|for one(?=$|[ .,;!?])(?! night)|para una?(?=$|[.,;!?])|(?:pra|para) (?:um|uma)(?: so)?(?=$|[.,;!?])|"
    r"(?:lugar|cuarto|habitacion|algo|cama|place|room|space|quarto|vaga) (?:para|for|pra) (?:uno|um|one|1)\b(?! (?:noche|night|noite|semana|week|fin|dia|person|people))|sin (?:acompanante|compania)|sem acompanhante|nobody else|nadie mas|ninguem mais)\b"
)
_LONELY = r"(?:sol[oa]|solit[oa]|sozinh[oa]|sozinhinh[oa]|alone|solo)"
# Alone, not "only": the word ends what is said, or the reason of the journey follows.
_LONELY_END = r"(?= ?(?:$|[.,;!?)]|(?:por|a) (?:trabajo|laburo|negocios|trabalho|work|business|primera)|for work|y\b|e\b|and\b|pero|but|mas\b|con mi|com meu|com minha|with my|a (?:la|una|um)\b|desde|en esta|nesta|nomas|jaja|kkk|ja\b))"
_BY_ONESELF = compiled(
    rf"\b(?:soy|voy|viajo|viajaba|vengo|ando|andando|estoy|vine|llego|duermo|quedo|ire|viaja|viene|viajara|sou|estou|vou|fico|chego|venho|i am|i'm|i'll be|am)\b(?: (?!(?:con|com|with|no|not|nao)\b)\w+){{0,5}}? {_LONELY}\b{_LONELY_END}"
    rf"|(?:^|, ?)(?:y |yo |eu |i )?{_LONELY}(?= ?(?:$|[.,;!]))"
    r"|\b(?:nadie me acompan\w+|no me acompan\w+ nadie|ninguem me acompanha|no one (?:else|with me)|nobody with me|sin acompanantes?|sin nadie|sem (?:ninguem|companhia|acompanhantes?)|party of (?:one|1)|table of one|yours truly|me, myself(?:,)? and i|soy yo(?: (?:nomas|nada mas|y nadie mas|solit[oa]))?(?= ?(?:$|[.,;!]))|vou eu e deus|mi persona|quien suscribe|humilde servidora?)\b"
    r"|^\W*(?:(?:es|e|is|it's|seria|sera|so|solo|just|only|hola|oi|hi|algo(?: \w+)?|lugar|cama|una cama) )*(?:para|pra|for) (?:una?|um|uma|one|mi|mim|me)\W*$"
)
_GOES_ALONE = compiled(
    r"\b(?:for me (?:alone|only)|just for me|(?:para|pra) mi sol[oa]|(?:para|pra) mim (?:so|sozinh[oa]|apenas)|so (?:para|pra) mim|(?:solo|solamente|unicamente) para mi|(?:only|just) for (?:me|myself))\b(?! ?,? ?(?:y|e|and|con|com|with)\b)|\bvou (?:so )?eu(?= ?[.!;])|\bvoy (?:solo )?yo(?= ?[.!;])|"
    r"(?<!no )(?<!nao )\b(?:voy|viajo|vou|vengo|ire|irei|i'm going|i'll be|going|coming) (?:a estar |a ir |yo |eu )?(?:sol[oa]|sozinh[oa]|alone|on my own|by myself)\b"
)
_WITH = compiled(
    r"(?:\b(?:con|with|com|a|traigo a|llevo a|levo|trago|bringing|bring|acompan\w+ (?:de|por|pelo|pela)|me acompana\w*|accompanied by|joined by|viene\w* conmigo|along with|junto (?:a|con|com)|together with|tambien viene\w*)) (?:a )?(?:(?:as|os|los|las|the) )?(?:(?:mis?|my|meus?|minhas?) )?$"
)
GENERAL_WE = compiled(
    r"\b(?:nosotros|nosotras|us|nos|a gente(?! e uma? (?:casal|familia|grupo|trio|dupla|turma)\b(?! de amig)))\b ?,? ?(?:y|and|e|mas|mais|plus|com|con|our|incluyendo|nuestr[oa]|noss[oa])\b"
)
_ONLY_ONE = compiled(
    r"\b(?:solo|only|apenas|so|just) (?:el|ella|he|she|ele|ela|him|her)\b|\b(?:el|ella|ele|ela) (?:solo|sola|sozinh[oa])\b"
)
_NOT_ME = compiled(
    r"\b(?:yo (?:(?:solo|solamente|nomas|solo les?|les?|te|aca|aca solo) )?(?:reservo|pago|ayudo|consulto|averiguo|hago (?:la|el)|se lo pago|pregunto|organizo)\b|yo (?:les? hago la reserva|no viajo|me quedo|no voy|solo reservo|solo escribo|me quedo en)|quem (?:paga|reserva|organiza) sou eu|(?:el|la) que (?:paga|reserva|organiza|escribe) soy yo|eu (?:so |apenas |somente )?(?:(?:to|estou|tou|vou) (?:so |apenas )?(?:ajud\w+|reserv\w+|fazendo|marc\w+|organiz\w+|pag\w+|vendo|pergunt\w+|cuidando)|reservo|pago|ajudo|organizo|nao viajo|fico|nao vou)|i (?:stay|am not|won't)|(?:i'm|i am) (?:not (?:coming|going|travell?ing)|(?:only |just )?(?:booking|paying|arranging|organi[sz]ing|helping|asking)|his pa|her pa))\b"
)
_BESIDE = compiled(
    r"\b(?:para|for|pra|pro|pros|viaj\w*|travel\w*|va|vai|van|vao|vamos|voy|vou|con|with|com|lev\w*|llev\w*|somos|es|e|is|are|viene\w*|venimos|vem|come\w*|coming|join\w*|acomoda\w*|accommodate)\b[^.?!]{0,24}$"
)
_OTHERS = compiled(
    r"\b(?:bici\w*|bike|moto\w*|guitarra|guitar|violao|mochila|backpack|valijas?|mala|alma|sombra|compu|laptop|camara|prancha|tabla|surfboard|perr[oa]|dog|cachorr[oa]|gat[oa]|cat|mascota|pet|plus one|(?:nobody but|but) (?:me|myself))\b"
)
# "Somos Beto y yo": a name that is no other word.
_ME_AND_NAME = compiled(
    r"\b(?:somos|seriamos|vamos|viajamos|va|it's|we are|we're|just|serian?|seremos)(?: a ser| ser)? (?:eu e (?:o |a )?|yo y |me and )(?!mi\b|meu|minha|quien|quem|my\b|the\b|mais|mas|otr|outr|nad|un|um|los|las|os\b|as\b|dos|two)([a-z]{3,})\b|\b(?:somos|seriamos|vamos|viajamos) (?!mi\b|meu|minha|un|um|los|dos|tres)([a-z]{3,}) (?:y yo|e eu)\b"
)


# "voy solo con mi viejo": only with him
_ONLY_WITH = compiled(r"\b(?:sol[oa]|so|alone|sozinh[oa]) (?:con|com|with) (?:mi|my|meu|minha|un|una|um|uma|a)\b")
_ONLY = compiled(
    r"\b(?:only|just|solo|solamente|unicamente|so|apenas|somente)(?: (?:va|viaja|viene|vai|vem|para|pra|for|por))?(?: (?:la|el|o|a|the|un|una|um|uma|mi|my|meu|minha|nuestr[oa]|our))+ $"
)
# Somebody beside the writer after all.
_JOINS_ME = compiled(
    r"\b(?:y|e|and|con|com|with|mas|plus) (?:yo|eu|me|i|mi|my|meu|minha)\b|\b(?:yo|eu|me|i) (?:y|e|and|con|com|with)\b|\b(?:con|com|with) (?:un|una|um|uma|a)\b"
)


def of_those_named(text: str, told: list[Mention], counted: int) -> int | None:
    """ "mi marido, mis dos nenas y yo": those who are named, and the writer."""
    myself = bool(SELF.search(text)) and not _NOT_ME.search(text)
    if GENERAL_WE.search(text) and not myself:
        return counted + 2
    adults = [one for one in told if one.kind == "adult" and one.count is not None]
    if myself and _are_that_couple(text, adults):
        counted -= 2
    children = [one for one in told if one.kind in {"child", "twins"} and (one.count or one.ages)]
    if not children and (alone := _GOES_ALONE.search(text)) and not any(one.start > alone.end() for one in adults):
        return 1  # "iba con mi novio pero nos peleamos, voy sola"
    if counted == 1 and not children and not (adults and adults[0].owned) and not _JOINS_ME.search(text) and is_alone(text):
        return 1  # "mochilero, sólo yo"
    if counted == 1 and not (myself or children) and (_ALONE.search(text) or _BY_ONESELF.search(text)) and not _ONLY_WITH.search(text):
        return 1
    if counted == 1 and not myself and adults and _ONLY.search(text[: adults[0].end - len(adults[0].noun)]):
        return 1  # "only my mother travels"
    if counted == 1 and not (myself or children) and not _BESIDE.search(text[: told[0].start]) and len(text.split()) > 4:
        return None  # "my sister hasn't answered yet"
    if myself and (children or counted) and (match := _ME_AND_THEM.search(text)) and _is_a_name(match[1]):
        return counted + 2  # "la Bia (8), Theo (5), yo y Marcos"
    if counted or any(one.owned for one in children) or (children and told[0] in children and _comes_along(text, told, adults)):
        return counted + int(myself or _comes_along(text, told, adults)) or None
    if _ALONE.search(text) or _ONLY_ONE.search(text) or (not children and _BY_ONESELF.search(text)):
        return 1
    if (match := _ME_AND_NAME.search(text)) and not mentions.kind_of(match[1] or match[2]):
        return 2
    if myself and (children or _OTHERS.search(text)):
        return 2 if "plus one" in text else 1
    return 1 if re.fullmatch(r"[^a-z]*(?:para|pra|for) (?:mi|mim|me)[^a-z]*", text) else None


def _are_that_couple(text: str, adults: list[Mention]) -> bool:
    """ "Un cuarto para casal, eu e meu marido": told twice, unless it is another couple."""
    pairs = [one for one in adults if one.noun in {"casal", "pareja", "couple", "matrimonio", "parejita"} and one.count == 2]
    partners = [one for one in adults if one.noun in v.PARTNER and one.owned and one.count == 1]
    return (
        len(pairs) == len(partners) == 1
        and pairs[0] is not partners[0]
        and not re.match(r" (?:de |of )?(?:amig|friend|vizinh|vecin|conoc)", text[pairs[0].end :])
        and not re.search(
            r"\b(?:otr[oa]|outr[oa]|another|other|y|e|and|con|com|with|mas|mais|\+) (?:un[ao]? |uma? |a )?$",
            text[: pairs[0].end - len(pairs[0].noun)],
        )
    )


_ME_AND_THEM = compiled(
    r"(?:^|,|\b(?:y|e|and|con|com|with|somos|vamos|viajamos|para|pra)) ?(?:yo y|eu e|me and) (?:(?:el|la|o|a) )?([a-z]{3,})(?= ?(?:$|[,.;!)]))"
)
_NO_NAME = frozenset(
    [
        "que",
        "nadie",
        "nada",
        "listo",
        "chau",
        "gracias",
        "thanks",
        "obrigado",
        "obrigada",
        "ella",
        "ela",
        "ele",
        "him",
        "her",
        "ellos",
        "elas",
        "eles",
        "them",
        "mais",
        "mas",
        "otro",
        "otra",
        "outro",
        "outra",
        "mi",
        "meu",
        "minha",
        "my",
        "solo",
        "sola",
        "punto",
        "ponto",
        "pronto",
        "nosotros",
    ]
)


def _is_a_name(word: str) -> bool:
    return not (mentions.kind_of(word) or word in v.BETWEEN | v.OWNERS | _NO_NAME or word in mentions.NO_NAMES or _OTHERS.fullmatch(word))


# "Juan Paz, viaja con su esposa"
_THEIR_OWN = compiled(
    r"\b(?:viaja\w*|viene|va|travel\w*|coming|comes|vem|vai|ira) (?:con|with|com) (?:su|his|her|sua|seu|el|la) (?:\w+ )?$|\b(?:viaja\w*|viene|va|travel\w*|coming|comes|vem|vai|ira) (?:con|with|com) $"
)


_BOTH_PARENTS = compiled(
    r"\b(?:mum|mom|mother|mama|mae|madre|dad|daddy|father|papa|pai|padre) (?:and|y|e|&) (?:(?:the|el|la|o|a|their|su) )?(?:mum|mom|mother|mama|mae|madre|dad|daddy|father|papa|pai|padre)\b"
)


def _comes_along(text: str, told: list[Mention], adults: list[Mention]) -> bool:
    """Whether the writer comes too without saying "I": "voy con mi hijo", "mi marido y dos nenes"."""
    first = told[0]
    if _NOT_ME.search(text):
        return False
    if (
        re.search(r"\b(?:mi|my|meu|minha|mia)\b", text[max(0, first.start - 1) : first.end])
        and any(one.noun in v.PARTNER and re.search(r"\b(?:mi|my|meu|minha)\b", text[one.start : one.end]) for one in adults)
        and not re.search(r"\bpara (?:mi|a minha|o meu)\b", text[: first.end])
    ):
        return True
    if _THEIR_OWN.search(text[: first.start] + " "):
        return True
    if _WITH.search(text[: first.start] + ("" if text[: first.start].endswith(" ") else " ")) and re.search(
        r"\b(?:mi|mis|my|our|meu|minha|meus|minhas|nuestro|nuestra|nuestros|nuestras|nosso|nossa)\b|\b(?:voy|vamos|viajo|viajamos|vengo|venimos|vou|travel\w*|coming|llego|llegamos|chego|im|i'm|i'll|i will|i'd|i am|ire|iremos|estoy|estamos|vim|venho|soy|sou)\b",
        text[: first.end],
    ):
        return True
    if first.noun in v.PARTNER and re.search(r"\b(?:con|com|with) (?:la|el|the|o|a) $", text[: first.end - len(first.noun)]):
        return True
    if _BOTH_PARENTS.search(text) and not SELF.search(text):
        return False
    return bool(
        re.search(
            r"\bme acompan\w+|\b(?:viajo|voy|vou|vengo|llevo a|levo|traigo a|i'm taking|i'm bringing|im bringing|travell?ing)\b.{0,12}\b(?:mis?|meus?|minhas?|my)\b|\bviene\w* conmigo|\b(?:i'm|i am) accompan\w+ by\b|\bjoin(?:s|ing)? me\b|\bmother of\b|\btheir (?:granny|mum|mom|dad|mother|father)\b",
            text,
        )
    )


def is_alone(text: str) -> bool:
    """Whether the writer travels alone."""
    return bool(_ALONE.search(text) or _BY_ONESELF.search(text) or _GOES_ALONE.search(text))


def tells_of_self(text: str) -> bool:
    """Whether the writer is told among those who come: "mi marido y yo", "nosotros con la beba"."""
    return bool(SELF.search(text) or GENERAL_WE.search(text))
