"""Who comes: adults, children with their ages, rooms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import mentions, phrasing
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.mentions import Mention

MAX_GUESTS = 60
_N = numbers.PATTERN
# A number that is no article: "somos una familia" counts nobody.
_MANY = rf"(?!(?:un|una|uno|um|uma|a|an|one)\b)(?:media docena|{_N})"
_NO_TIME = r"(?! ?(?:/|:|h\b|hs\b|am\b|pm\b|%|\$|usd|euro|peso|dolar|reais|noche|night|noite|dia\b|dias\b|days?\b|semana|week|mes\b|meses|month|ano|year|hora|hour|minut|cuadra|block|quadra|km|cama|bed|perr|dog|cachorr|gat|cat|mascota|valija|mala|suitcase|bag|vez|veces|vezes|time|piso|floor|andar|estrella|star|coche|car\b|auto|moto|cafe|coffee|mail))"
# "los dos" are people, "los dos ascensores" are not.
_TOGETHER = r"(?= ?(?:$|[.,;!?)]|y\b(?! media)|e\b(?! meia)|and\b|con\b|with\b|com\b|mas\b|mais\b|plus\b|of us|de nosotros|juntos|juntas|nomas|solos|solas|solit|sozinh|somos|vamos|viaj))"
_TOTALS = [
    re.compile(pattern.replace("N_END", rf"({_MANY})\b{_NO_TIME}").replace("N_", f"({_MANY})"))
    for pattern in (
        r"\b(?:somos|seremos|seriamos|sumamos|vamos|iremos|iriamos|viajamos|viajaremos|vendriamos|vendremos|quedamos|quedariamos|ficamos|ficariamos|estamos|estaremos|estariamos)(?: a ser)?(?: (?:en|em|ya|solo|solamente|los|las|unos|umas|uns|como|tipo|apenas|so|todos|total|de|total:?|ahora|agora|entonces))* N_END",
        r"\b(?:pasajeros|passageiros|guests|hospedes|huespedes|pax|personas|people|pessoas|viajeros|travell?ers|occupancy|ocupacion): ?N_",
        r"\b(?:o sea|digo|mejor dicho|i mean|quer dizer|ou seja|no para|nao pera|no wait|wait)(?: que)?[ ,:]*(?:somos |seriamos |we're |somos )?N_END",
        r"\b(?:somos|vamos|viajamos|seremos|iriamos|we are|we're)\b[^.?!\d]{1,24}[,:] N_(?= ?(?:$|[.,;!]))",
        r"^N_(?=,? (?:incluyendo|including)\b)",
        r"\ba gente (?:e|eh|sera|seria|vai|vai ser)(?: em)? N_END",
        r"\b(?:we are|we're|we'll be|we would be|we'd be|there are|there're|there will be|there'll be|there would be|there'd be|that makes|makes it|it's|it is|it'll be|making)(?: (?:just|only|about|like|going to be|in total|the|all|now|around))* N_END",
        r"\bN_ (?:en total|in total|total|in all|no total|ao todo|altogether|all told|of us|of them|de nosotros|de nos|contando)\b",
        r"\b(?:total|headcount|pax|cantidad)(?:'s)?(?: (?:de|of|is|es|sera))?:? N_END",
        r"\bN_ (?:\w+ )?(?:" + "|".join(sorted(v.PEOPLE, key=len, reverse=True)) + r")\b",
        r"\b(?:tripulacion|tripulacao|crew|comitiva|excursion|excursao|squad|familia|grupo|equipo|contingente|delegacion|banda|combo|family|group|party|team|crew|bunch|turma|equipe|time) (?:es |is |e )?(?:de|of|com|con) N_END",
        r"\b(?:sao|(?<!my )(?<!our )(?<!his )(?<!her )(?<!a )(?<!and )(?<!one )son|serian|seriam|ahora|agora|quedan|ficam) N_END(?= ?(?:$|[.,;!?]|en total|no total|ahora|agora|nomas|personas|pessoas))",
        r"\b(?:para|for|pra|pa|p/|pros|pras) (?:nosotros |nosotras |us |nos |los |las |os |the |all )*N_END(?= ?(?:$|[.,;!?)+]|y\b|e\b|and\b|con\b|com\b|with\b|mas\b|mais\b|plus\b|por favor|please|pls|porfa|en\b|em\b|in\b|del\b|de \d|desde|from|a partir|personas))",
        r"\b(?:nosotros|nosotras|nos|nois|us|we) ([2-9]|dos|duas|two|dois|tres|three|cuatro|quatro|four|cinco|five|seis|six)\b(?! ?(?:noch|night|noit|dia|day|hab|cuart|quart|room|cama|bed|am\b|pm\b))",
        rf"\b(?<!\ba )(?<!hasta )(?<!desde )(?<!\bde )(?<!sobre )(?<!tipo )(?<!ate )(?:los|las|the|all|all the|os|(?<=todas )as) ([2-9]|dos|duas|two|dois|tres|three|cuatro|quatro|four|cinco|five|seis|six)\b{_TOGETHER}",
        r"\b(?:sino|e sim|mas sim|but|make (?:it|that)|sean|seamos|so|que sean|anotame|poneme|pon) N_(?: (?:adult\w*|person\w*|people|pessoas))?(?=$|[.,;!?)])",
    )
]
_POLITE = r"(?:somos|seremos|seriamos|solo|just|only|so|apenas|seria|serian|unos|por ahora|we are|we're|pra|para|for|us|vamos|em|en|be|we'd|hola|hi|oi|nos|nois|the|e|yes|si|sim|ok|a gente|mesmo|memo|nomas)"
_NEGATED_TOTAL = re.compile(r"(?:\bno|\bnao|\bnot|n't|\beramos|\bwere|\bera)(?: \w+)? $")
_SELF = re.compile(
    r"\bthere'?s me\b|\bself\b(?=,| and|$)|(?:,|and|&|y) self\b|\b(?:soy|sou|i'm|i am) (?:(?:una?|uma?|a|the) )?(?:single |solo )?(?:mae|madre|mama|mother|mum|mom|padre|papa|pai|dad|father)\b|\b(?:y|e) (?:quien|este que|quem|la que) (?:les? |vos |lhes? )?escribe\b|\b(?:e|y) (?:este que vos escreve|quem escreve)\b|\by yo\b|\b(?:yo|eu) (?:y|e|con|com|mais|\+)\b|\b(?:solo|solamente|nomas|unicamente|so|apenas) (?:yo|eu)\b|\b(?:yo|eu) (?:sol[oa]|nomas|mesm[oa]|so|sozinh[oa])\b|(?:,|\+) ?(?:yo|eu)\b|\b(?:yo|eu) ?[,+]|^(?:yo|eu)\b|\b(?:vou|vai|voy|viajo|vamos) (?:yo|eu)\b"
    r"|\b(?:yo|eu) (?=(?:mi|mis|meu|minha|meus|minhas)\b)|\b(?:para|pra|y|e) mi(?:m)?\b(?= ?(?:$|[.,;!?)+]|y\b|e\b|sol[oa]\b|nomas|con\b))|\bmim\b|\bconmigo\b|\bcomigo\b|\bun servidor\b|\bum criado\b|\b[ey] (?:eu|yo)\b"
    r"|\b(?:and|&) (?:i|me|myself)\b|\b(?:me|i|myself) (?:and|plus|with|&|\+)|^me,|\b(?:just|only|nobody but|but) (?:me|myself)\b|\bmyself\b|\byours truly\b|(?:,|\+) ?me\b|\bme ?\+|\bme, (?=my|the|and)|\bwith me\b"
)
_ALONE = re.compile(
    r"\b(?:(?:viajo|voy|vengo|estoy|estaria|ire|vou|viajando|fico|viajar|chego|llego|irei|traveling|travelling|travel|coming|come|go|going|be|sleep\w*) (?:\w+ )?(?:sol[oa]|so\b|sozinh[oa]|alone|solo|by myself|on my own)|sol[oa] para mi|(?:para|pra) mi(?:m)? (?:sol[oa]|so|nomas|apenas)|sozinh[oa]|desacompanhad[oa]|solita (?:mi alma|yo)|\bim solo\b|(?:travels?|travell?ing|stays?|comes?) by (?:him|her)self|solo backpacker|mochiler[oa] sol[oa]|mochileir[oa] (?:solo|sozinh[oa])|^(?:uno|una|um|uma|one) (?:sol[oa]|so|only)\b(?! (?:cuarto|habitacion|quarto|pieza|room|noche|night|noite|cama|bed))|\bi'm solo\b|\bsolamente yo\b|yo nomas|little old me|solo (?:female |male )?travell?er|una sola persona|uma pessoa so|una unica persona|uma unica pessoa|just (?:me|myself)|only me|(?:room|habitacion|cuarto|quarto|single|bed|cama) (?:for|para|pra) (?:me|mi|mim)(?=$|[ .,;!?])(?! (?:and|y|e|padre|madre|hij|espos|wife|hus))|by myself|on my own|solo (?:yo|para mi|travell?er)|"
    r"yo sol[oa]|so (?:eu|pra mim|para mim)|eu so|eu mesm[oa]|(?:(?:para|pra|for|somos|solo|so|apenas|only|just|es|e|soy|sou|seria|tarifa|precio|price|of|de) (?:una?|uma?|one|a)|1|one|single|lone|solo) (?:sol[oa] |unic[oa] |so |single )?(?:persona|pessoa|person|traveller|traveler|huesped|hospede|guest|pax|pasajero|viajer[oa])|(?<![a-z] )(?:una|uma|one|un) (?:persona|pessoa|person)\b(?= ?(?:$|[.,;!?)]|por|para|pra|for|nada|nomas|sol[oa]|y\b|e\b|and\b|con|en\b|del\b|desde|from|apenas|only|so\b|2|3|1|,))|(?<=, )sol[oa](?=,)|for one(?=$|[ .,;!?])(?! night)|para una?(?=$|[.,;!?])|pra (?:um|uma)(?=$|[.,;!?])|"
    r"(?:lugar|cuarto|habitacion|algo|cama|place|room|space|quarto|vaga) (?:para|for|pra) (?:uno|um|one|1)\b(?! (?:noche|night|noite|semana|week|fin|dia|person|people))|sin (?:acompanante|compania)|sem acompanhante|nobody else|nadie mas|ninguem mais)\b"
)
_LONELY = r"(?:sol[oa]|solit[oa]|sozinh[oa]|sozinhinh[oa]|alone|solo)"
# Alone, not "only": the word ends what is said, or the reason of the journey follows.
_LONELY_END = r"(?= ?(?:$|[.,;!?)]|(?:por|a) (?:trabajo|laburo|negocios|trabalho|work|business|primera)|for work|y\b|e\b|and\b|pero|but|mas\b|con mi|com meu|com minha|with my|a (?:la|una|um)\b|desde|en esta|nesta|nomas|jaja|kkk|ja\b))"
_BY_ONESELF = re.compile(
    rf"\b(?:soy|voy|viajo|viajaba|vengo|ando|andando|estoy|vine|llego|duermo|quedo|ire|viaja|viene|viajara|sou|estou|vou|fico|chego|venho|i am|i'm|i'll be|am)\b(?: (?!(?:con|com|with|no|not|nao)\b)\w+){{0,5}}? {_LONELY}\b{_LONELY_END}"
    rf"|(?:^|, ?)(?:y |yo |eu |i )?{_LONELY}(?= ?(?:$|[.,;!]))"
    r"|\b(?:nadie me acompan\w+|no me acompan\w+ nadie|ninguem me acompanha|no one (?:else|with me)|nobody with me|sin acompanantes?|sin nadie|sem (?:ninguem|companhia|acompanhantes?)|party of (?:one|1)|table of one|yours truly|me, myself(?:,)? and i|soy yo(?: (?:nomas|nada mas|y nadie mas|solit[oa]))?(?= ?(?:$|[.,;!]))|vou eu e deus|mi persona|quien suscribe|humilde servidora?)\b"
    r"|^\W*(?:(?:es|e|is|it's|seria|sera|so|solo|just|only|hola|oi|hi|algo(?: \w+)?|lugar|cama|una cama) )*(?:para|pra|for) (?:una?|um|uma|one|mi|mim|me)\W*$"
)
# A short answer to "how many are you?" that names the writer alone.
_MYSELF = re.compile(
    r"(?:\W|\b(?:soy|sou|i'm|es|e|it's|just|only|solo|so|apenas|unicamente|nomas|nada mas|voy|vou|a|por ahora|jaja|jeje|mi amor|alcanza|mesm[oa]|mism[oa]|myself|the|este|humilde|mi|gracias|please|por favor|porfa)\b)*\b(?:yo|eu|me|i|euzinh[oa]|conmigo|comigo|persona|servidora?|una?|uno|um|uma|one|solo|sol[oa]|solit[oa]|sozinh[oa]|alone)\b(?:\W|\b(?:sol[oa]|solit[oa]|sozinh[oa]|mism[oa]|mesm[oa]|myself|and i|nomas|nada mas|alcanza|mi amor|jaja|jeje|so|only|por favor|porfa|please|gracias|one|for now|por ahora)\b)*"
)
_GOES_ALONE = re.compile(
    r"(?<!no )(?<!nao )\b(?:voy|viajo|vou|vengo|ire|irei|i'm going|i'll be|going|coming) (?:a estar |a ir |yo |eu )?(?:sol[oa]|sozinh[oa]|alone|on my own|by myself)\b"
)
_WITH = re.compile(
    r"(?:\b(?:con|with|com|a|traigo a|llevo a|levo|trago|bringing|bring|acompan\w+ (?:de|por|pelo|pela)|me acompana\w*|accompanied by|joined by|viene\w* conmigo|along with|junto (?:a|con|com)|together with|tambien viene\w*)) (?:a )?(?:(?:mis?|my|meus?|minhas?) )?$"
)
_GENERAL_WE = re.compile(r"\b(?:nosotros|nosotras|us|nos)\b (?:y|and|e|mas|plus|com|con)\b")
_BOTH = re.compile(
    r"\b(?:(?:nosotros|nosotras|nos|nois|us|we) (?:2|dos|two|dois|duas)|(?:los|las|os|as|the) (?:2|dos|two|dois|duas)"
    + _TOGETHER
    + r"|(?:2|two) of us|both of us|us both|ambos|ella y yo|el y yo|ela e eu|ele e eu|(?:him|her) and (?:me|i)|(?:me|i) and (?:him|her)|eu e (?:ele|ela)|yo y (?:el|ella)|a dos\b|de a dos|en pareja|em casal|as a couple)\b"
)
_ONLY_ONE = re.compile(
    r"\b(?:solo|only|apenas|so|just) (?:el|ella|he|she|ele|ela|him|her)\b|\b(?:el|ella|ele|ela) (?:solo|sola|sozinh[oa])\b"
)
_ADDED = re.compile(
    r"\s*(?:[.!] ?(?:ah|ay|uy|oh|perdon|bah|e|y)?,? )?(?:[a-z'|-]+,? |, ){0,4}?\s*(?:,? ?(?:y|e|and|mas|mais|plus|\+|&|con|com|with|ademas de|alem de|as well as|and also|y tambien|junto (?:a|con|com)|together with)\s*)(?:(?:el|la|los|las|the|o|a|os|as|mi|my|un|una|our|su)\s*)*"
)
_SUBTRACTED = re.compile(
    r"(?:\b(?:de (?:los|las|ellos|estos) (?:cuales|que)|of (?:whom|which|them)|incluyendo|including|incluindo|contando|counting|sendo|siendo|entre ellos|dos quais|deles|inclu\w+|en total|in total|no total|ao todo|total|altogether|in all)\b)"
)
_HALF = re.compile(
    r"\b(?:half of (?:them|us)|la mitad|metade) (?:are |son |sao |de ellos |deles )?(?:under|menores|ninos|chicos|kids|children|criancas)"
)
_PAIRED = re.compile(rf"\b({_N}) ?\+ ?({_N})\b(?! ?(?:%|\d|noch|night))")
_BEGINS = re.compile(
    rf"\s*(?:{_POLITE}\s+)*({_MANY})\b(?= ?(?:[,.:;+(]|no\b|sin\b|sem\b|without\b|y\b|e\b|and\b|con\b|com\b|with\b|mas\b|mais\b|plus\b|$))"
)
_CORRECTED = re.compile(
    r"\b(?:perdon|perdao|sorry|apolog\w+|puse|botei|put|eran|eram|were|antes|should (?:read|be)|sino|en vez|instead|corrijo|correct\w*|ahora|agora|now)\b"
)
_NOT_ME = re.compile(
    r"\b(?:yo (?:les? reservo|solo les? reservo|solo pago|les? hago la reserva|no viajo|me quedo|no voy|solo reservo|solo escribo|me quedo en)|quem paga sou eu|el que paga soy yo|eu (?:so (?:to|estou) reservando|so reservo|nao viajo|so pago|fico|nao vou)|i (?:stay|am not|won't)|i'm (?:not (?:coming|going)|(?:only|just) booking|his pa|her pa))\b"
)
_BESIDE = re.compile(
    r"\b(?:para|for|pra|pro|pros|viaj\w*|travel\w*|va|vai|van|vao|vamos|voy|vou|con|with|com|lev\w*|llev\w*|somos|es|e|is|are|viene\w*|venimos|vem|come\w*|coming|join\w*|acomoda\w*|accommodate)\b[^.?!]{0,24}$"
)
_FORM = re.compile(
    r"(?<!\d )\b(?:adult\w*|adt|ads?|adl|pax):? (\d+)[,;/]? (?:e |y |and )?(?:children|kids|ninos|criancas|menores|chd):? (\d+)\b"
)
_FAMILIES = re.compile(rf"\b({_MANY}) (?:families|familias|couples|parejas|casais)\b.*\b(?:each|cada)\b")
_OTHERS = re.compile(
    r"\b(?:bici\w*|bike|moto\w*|guitarra|guitar|violao|mochila|backpack|valijas?|mala|alma|sombra|compu|laptop|camara|prancha|tabla|surfboard|perr[oa]|dog|cachorr[oa]|gat[oa]|cat|mascota|pet|plus one|(?:nobody but|but) (?:me|myself))\b"
)
_HAVE = re.compile(rf"\b(?:tengo|tenemos|have|tenho|temos|son|are|sao|somos) ({_MANY})\b(?=,? ?(?:de\b|of\b|aged|:|\(|,|$))")


# "Cuatro, pero uno es bebé", "half of them kids"
_ONE_IS_A_CHILD = re.compile(
    r"(?:,? ?(?:pero|but|mas|porem|,) )?\b(un[oa]|uma?|one|2|dos|two|dois|duas|3|tres|three) (?:de ellos |de ellas |deles |delas |of (?:them|us|whom) )?(?:es|is|son|are|sao|(?<=um )e|(?<=uma )e) (?:un |una |um |uma |a )?(?:bebes?|beba|bab(?:y|ies)|nen[ea]s?|nin[oa]s?|chic[oa]s?|kids?|child(?:ren)?|menor(?:es)?|criancas?)\b(?! (?:de|of) \d)"
)
# "Somos Beto y yo": a name that is no other word.
_ME_AND_NAME = re.compile(
    r"\b(?:somos|seriamos|vamos|viajamos|va|it's|we are|we're|just|serian?|seremos)(?: a ser| ser)? (?:eu e (?:o |a )?|yo y |me and )(?!mi\b|meu|minha|quien|quem|my\b|the\b|mais|mas|otr|outr|nad|un|um|los|las|os\b|as\b|dos|two)([a-z]{3,})\b|\b(?:somos|seriamos|vamos|viajamos) (?!mi\b|meu|minha|un|um|los|dos|tres)([a-z]{3,}) (?:y yo|e eu)\b"
)
# "Sí, las dos": the rooms of the summary, nobody.
_ALL_OF_THEM = re.compile(rf"\b(?:(?:las|los|as|os|the|ambas|ambos|all) (?:{_N})|both|ambas|ambos)\W*$")


def read(text: str, *, language: str, awaiting: str | None) -> dict[str, Any]:
    """adults, children, child_ages and rooms as far as the message says them. Zero adults is told as it is."""
    found: dict[str, Any] = {}
    if language == "pt":
        text = re.sub(r"\bmas\b", "porem", text)  # "but", not "plus"
    text = mentions.turned(phrasing.plainly(_written_out(text)))
    if match := _ONE_IS_A_CHILD.search(text):
        text = text[: match.start()] + f", incluyendo {numbers.value(match[1])} kids" + text[match.end() :]
    if awaiting == "confirmation" and _ALL_OF_THEM.search(text):
        return {}
    if awaiting == "adults" and (answered := _bare(text)):
        return answered
    if awaiting in {"children", "child_ages", "rooms"} and (answered := _bare_count(text, awaiting)):
        return answered
    text = _rooms(text, found)
    if match := _FORM.search(text):
        return found | {"adults": int(match[1]), "children": int(match[2])}
    told = mentions.find(text, language)
    children, ages, grown = _children(text, told)
    families = _FAMILIES.search(text)
    if children and not ages and _are_grown(text, told, awaiting):
        for one in told:
            one.kind = "adult"
        children = None
    adults = _adults(text, told, children, grown, awaiting)
    if families and not ages:
        times = _count(families[1])
        adults, children = adults and adults * times, children and children * times
    if "rooms" not in found and _ONE_AND_ANOTHER.search(text):
        found["rooms"] = 2
    if adults and "rooms" not in found and _ONE_ROOM.search(text):
        found["rooms"] = 1
    if adults is None and not children and _WITH_ANOTHER.search(text):
        adults = 2
    if adults is None and awaiting == "adults" and not children:
        adults = 1 if _MYSELF.fullmatch(text) else _only_number(text)
    if adults is None and (told_by_name := phrasing.named(text)):
        adults = told_by_name
    if adults and "rooms" not in found and not children and phrasing.has_a_room_each(text):
        found["rooms"] = adults
    if adults is not None and 0 <= adults <= MAX_GUESTS:
        found["adults"] = adults
    if children is not None and children <= MAX_GUESTS:
        found["children"] = children
        if children and len(ages) == children:
            found["child_ages"] = ages
    return found


_KEY_WORDS = [
    "adultos",
    "adultas",
    "adults",
    "personas",
    "pessoas",
    "people",
    "ninos",
    "ninas",
    "children",
    "criancas",
    "chicos",
    "chicas",
    "adulto",
    "adulta",
    "adult",
    "persona",
    "pessoa",
    "child",
    "crianca",
    "nenes",
    "nenas",
]
_SHORT = [
    (
        re.compile(
            r"(\d) ?(?:ads?|adl|adts?|a)\b(?=\W{0,3}(?:(?:y|e|and|con|com|with|mas|plus)\W)? ?\d ?(?:c|ch|chd|chl|cri|men|k|n)s?\b)"
        ),
        r"\1 adults",
    ),
    (re.compile(r"(?<=adults)(\W{0,3}(?:(?:y|e|and|con|com|with|mas|plus)\W)? ?)(\d) ?(?:c|ch|chd|chl|cri|men|k|n)s?\b"), r"\1 \2 kids"),
    (
        re.compile(
            rf"\b(adult|nin[oa]|kid|child|crianca|menor|chic[oa])(s|es|ren)? ?[-=:] ?({_N})\b(?!\d|,? ?(?:y |e |and |& )?\d| \(\w+\), ?\d)"
        ),
        r"\3 \1\2",
    ),
    (re.compile(r"\bgrown[- ]?ups?\b"), "adults"),
    (re.compile(r"\b(?:my |mi |mis |minha |meu )?(?:other|better) half\b|\bmedia naranja\b|\bcara metade\b"), "my wife"),
    (re.compile(r"\bmr\.? (?:and|&) mrs\.?|\bel (?:sr|senor) y la (?:sra|senora)\b"), "couple"),
    (re.compile(r"\bthe pair of us\b|\b(?:yo|eu|me|i) ?\+ ?(?:1|uno|um|one)\b"), "us two"),
    (re.compile(r"\b(?:pa|p/) mi\b"), "para mi"),
    (re.compile(r"\bpersonitas?\b|\bpersoninhas?\b"), "personas"),
    (re.compile(r"\bprsonas?\b|\bpersns\b|\bpers\b"), "personas"),
    (re.compile(r"\bfamilia tipo\b"), "2 adultos y 2 chicos"),
    (re.compile(r"\b(?:w/?)(?= (?:my|the|a|our)\b)"), "with"),
    # "los menores de 12 pagan?" counts nobody
    (
        re.compile(
            r"(?<!\d )(?<!dos )(?<!tres )(?<!two )(?<!three )\b(?:(?:los|las|the|os|as) )?(?:ninos|ninas|chicos|kids|children|criancas)? ?(?:menores|under|abaixo|below|up to|hasta los|hasta|ate) (?:de |the age of )?\d{1,2}\b(?= ?(?:anos |years )?(?:pag|entra|can|puede|pode|stay|son grat|are free|nao|no |free|se |cobr|count|cuent|\?))"
        ),
        " ",
    ),
    (
        re.compile(
            r"\b(?:mesa|table|tour|pase|pass|passes|entradas|tickets|salon|sala)\b(?: \w+){0,3} (?:para|for|pra|de|max|takes|up to|hasta) (?:max )?(?:\d{1,2}|two|three|four|five|six|dos|tres|cuatro|seis)\b(?: (?:persons|people|personas|pessoas))?"
        ),
        " ",
    ),
]


def _written_out(text: str) -> str:
    """Short forms and misspelt key words as the rest reads them."""
    for short, word in _SHORT:
        text = short.sub(word, text)

    def mend(word: str) -> str:
        if mentions.kind_of(word) or word in v.BETWEEN:
            return word
        near = process.extractOne(word, _KEY_WORDS, scorer=DamerauLevenshtein.distance, score_cutoff=1)
        return near[0] if near else word

    text = re.sub(r"(?<=\d )[a-z]{4,}", lambda match: mend(match[0]), text)
    counted = rf"\b((?!(?:un|una|uno|um|uma|a|an|one|on)\b){_N} )([a-z]{{4,}})"
    return re.sub(counted, lambda match: match[1] + mend(match[2]), text)


def _bare(text: str) -> dict[str, Any]:
    """A number alone, or "2+1", in answer to "how many are you?"."""
    bare = re.sub(r"[^a-z0-9+ ]+", " ", text).strip()
    polite = rf"(?:{_POLITE}\s+)*"
    if match := re.fullmatch(
        rf"{polite}({_N})(?: (?:personas|people|pessoas|pax|nomas|only|please|por favor|porfa|of us|adult\w*|so|apenas|gente|en total|in total|total|memo|mesmo|nada mas|no more|gracias|thanks|obrigad[oa]|i think|creo|acho))*",
        bare,
    ):
        return {"adults": numbers.value(match[1])}
    if re.fullmatch(
        r"(?:(?:solo|sola|just|only|so|apenas|para|for|pra|it's|es|e|voy|vou|viajo|hola|oi|hi)\s+)*(?:yo|me|eu|mi|mim|myself|i|uno|una|one|um)(?: (?:solo|sola|nomas|only|alone|so|mesmo|mesma|sozinho|sozinha|please|por favor))*",
        bare,
    ):
        return {"adults": 1}
    if match := re.fullmatch(rf"{polite}({_N}) ?\+ ?({_N})", bare):
        return {"adults": numbers.value(match[1]), "children": numbers.value(match[2])}
    return {}


def _bare_count(text: str, awaiting: str) -> dict[str, Any]:
    """A number alone in answer to "how many children?", "how old?", "how many rooms?"."""
    told = text.strip(" .!?")
    polite = r"(?:(?:si|yes|sim|mm+|eh|son|are|sao|it's|es|e|they're|tem|tiene|tienen|hola|only|just|solo|so)[ ,]+)*"
    if awaiting == "child_ages":
        if re.fullmatch(rf"{polite}(?:\d{{1,2}}(?: (?:anos|years|y|e|and))*[ ,/]*)+", told):
            return {"child_ages": [int(age) for age in re.findall(r"\d+", told) if int(age) < mentions.GROWN]}
        return {}
    match = re.match(rf"{polite}({_N})\b(?! ?(?:noch|night|noit|dia|day|adult|person|people|pessoa))(.*)$", told)
    if match is None or len(match[2].split()) > 5:
        return {}
    if awaiting == "rooms":
        return {"rooms": numbers.value(match[1])}
    count = numbers.value(match[1])
    told_ages, _used = mentions.ages(match[2], count)
    return {"children": count} | ({"child_ages": told_ages} if count and len(told_ages) == count else {})


_ARTICLES = frozenset({"un", "una", "um", "uma", "a", "an", "uno"})


# "en vez de dos habitaciones que sea una sola"
_RATHER_ONE = re.compile(
    r"\b(?:en (?:vez|lugar) de|instead of|em vez de|troca(?:r)?|cambia\w*|change)\b.{0,30}\b(?:habitaciones|cuartos|quartos|rooms|dobles|doubles|piezas)\b.{0,30}\b(?:una sola|uno solo|um so|uma so|just one|only one|a single one|one)\b(?! (?:noche|night|noite))"
)


def _rooms(text: str, found: dict[str, Any]) -> str:
    """Counted rooms; "una habitación" is a room, not a number of rooms, unless others are counted beside it. "One for them and
    one for us, so two rooms": a plain number of rooms says it for all."""
    counts: list[int] = []
    plain: list[int] = []
    articles = 0
    if match := re.search(r"\b(?:rooms|habitaciones|quartos|cuartos): ?(\d{1,2})\b", text):
        found["rooms"] = int(match[1])
    for match in v.ROOMS.finditer(text):
        word = match[1]
        if word in _ARTICLES:
            articles += 1
            continue
        number = numbers.value(word) if re.fullmatch(_N, word) else 2 if word in {"both", "ambas"} else 0 if word == "single" else 1
        if number:
            counts.append(number)
        if number > 1 and v.GENERAL_ROOM.search(match[0]) and len(match[0].split()) == 2:
            plain.append(number)
    if re.search(r"\b(?:un|um|num|one) (?:cuarto|quarto|room|pieza)s? (?:so|solo|unico|only)\b", text):
        counts.append(1)
        articles = 0
    if re.search(r"\b(?:un|una|um) (?:cuarto|habitacion|quarto|pieza|room)\b.* (?:y|e|and) (?:otr[oa]|outro|another)\b", text):
        articles = max(2, articles)
    if _RATHER_ONE.search(text):
        found["rooms"] = 1
        return v.ROOMS.sub(" | ", text)
    if plain and re.search(
        r"\b(?:una?|uma?|num|numa|a|in) (?:single|individual|doble|double|triple|suite|solteiro)\b.{0,24}\b(?:own|aparte|propia|sozinh[oa]|sol[oa])\b|\b(?:aparte|sozinh[oa]|by (?:him|her)self)\b.{0,16}\b(?:en una|num|numa|in a) (?:single|individual|doble|double)\b",
        text,
    ):
        plain[-1] += 1  # "4 adults in two rooms, plus my mother in a single of her own"
    total = plain[-1] if plain else sum(counts) + articles if counts or articles > 1 else 0
    if total:
        found["rooms"] = total
    return v.ROOMS.sub(lambda match: " | " if re.fullmatch(_N, match[1]) and match[1] not in _ARTICLES - {"uno"} else match[0], text)


def _children(text: str, told: list[Mention]) -> tuple[int | None, list[int], int]:
    """How many children, their ages when all are told, and how many of the "children" are grown up."""
    total: int | None = None
    ages: list[int] = []
    grown = 0
    for one in _once_each(text, [one for one in told if one.kind in {"child", "twins"}]):
        if one.negated or one.count == 0:
            total = total or 0
            continue
        count, own = one.count, one.ages
        if len(own) == 1 and (one.kind == "twins" or (count or 0) > 1):
            own = own * (count or 2)  # "dos nenas de 5"
        if count is None:
            count = len(own)
            if not own and (had := _HAVE.search(text, one.end)):  # "¿cobran por los niños? tengo tres"
                count = numbers.value(had[1])
                own, _used = mentions.ages(text[had.end() :])
            if not count:
                continue
        older = [age for age in own if age >= mentions.GROWN]
        grown += len(older)
        own = [age for age in own if age < mentions.GROWN]
        ages += own
        total = (total or 0) + max(0, count - len(older))
    if total and len(ages) < total and (later := _ages_apart(text, told, total)):
        ages = later
    return total, ages, grown


def _once_each(text: str, told: list[Mention]) -> list[Mention]:
    """ "Three kids, the kids are 2, 4 and 7": children who are spoken of twice are there once."""
    people = [one for one in told if not one.negated and _size(one)]
    apart = [one for one in told if one not in people]
    merged = True
    while merged and len(people) > 1:
        merged = False
        for whole, parts in _wholes(people):
            if _are_the_same(text, whole, parts):
                ages = whole.ages or [age for one in parts for age in one.ages]
                start, end = min(whole.start, parts[0].start), max(whole.end, parts[-1].end)
                kept = Mention(whole.kind, whole.noun, start, end, _size(whole), whole.owned, ages)
                people = [kept if one is whole else one for one in people if one not in parts]
                merged = True
                break
    return [*apart, *people]


def _wholes(people: list[Mention]) -> Iterator[tuple[Mention, list[Mention]]]:
    """Each mention with those beside it that are as many together."""
    for index, whole in enumerate(people):
        for step in (1, -1):
            parts: list[Mention] = []
            place = index + step
            while 0 <= place < len(people) and sum(map(_size, parts)) < _size(whole):
                parts.append(people[place])
                place += step
            if parts and sum(map(_size, parts)) == _size(whole):
                yield whole, parts[::step]


def _are_the_same(text: str, whole: Mention, parts: list[Mention]) -> bool:
    if (whole.ages and any(one.ages for one in parts)) or any(bool(one.ages) != bool(parts[0].ages) for one in parts):
        return False
    first, second = sorted((whole, parts[0]), key=lambda one: one.start)
    if {first.noun, second.noun} <= _KIN and first.noun != second.noun:
        return False  # a son and a daughter are two
    joined = _JOINED.fullmatch(text[first.end : second.start])
    generic = (
        mentions.singular(second.noun) in _GENERIC
        and re.search(r"\badult\w* \W*(?:y|e|and|con|com|with|\+)?\W*\w*\W*$", text[: second.start]) is not None
    )
    alike = (
        generic or mentions.singular(first.noun) == mentions.singular(second.noun) or _DEFINITE.search(text[: second.start + 1]) is not None
    )
    return not (_size(whole) == 1 and not alike) and not (joined and not whole.ages and not parts[0].ages)


def _size(one: Mention) -> int:
    return max(one.count or 0, len(one.ages))


_KIN = frozenset(
    [
        "son",
        "daughter",
        "hijo",
        "hija",
        "filho",
        "filha",
        "nieto",
        "nieta",
        "neto",
        "neta",
        "grandson",
        "granddaughter",
        "sobrino",
        "sobrina",
        "sobrinho",
        "sobrinha",
        "nephew",
        "niece",
    ]
)
_GENERIC = frozenset({"child", "kid", "crianca", "chico", "nino", "menor", "minor"})
_JOINED = re.compile(r"\s*(?:,|y|e|and|&|\+|,? ?(?:y|e|and|mas|plus|con|with|com))\s*(?:(?:un|una|um|uma|a|the|el|la|mi|my|our)\s*)?")
_DEFINITE = re.compile(r"\b(?:the|el|la|los|las|o|os|as|mi|my|our|meu|minha|nuestr[oa])(?: \w+)? ?\w?$")
_YEARS_OLD = rf"(?!(?:un|una|uno|um|uma|a|an|one)\b){_N}"
_APART = re.compile(
    rf"\b(?:she|he|they|ella|ellos|ellas|ele|ela|eles|elas|child|children|kids?|son|daughter|boys?|girls?|nen[ea]s?|nin[oa]s?|chic[oa]s?|hij[oa]s?|filh[oa]s?|criancas?|beb[ea]s?|both|los dos|las dos|"
    rf"(?:un[oa]|one|uma?)(?= (?:tiene|tem|is|has)\b)|otr[oa]|outr[oa]|the other|ages?|edad(?:es)?|idades?|younger|older|youngest|oldest|mayor|menor|mais velh[oa]|mais nov[oa]|mas (?:chic[oa]|grande))\b"
    rf"(?:'s|:| (?:is|are|has|have|es|son|tiene|tienen|tem|e|sao|turns?|turned|just|recien|ya|ja|already|only|solo|apenas|now|de|of|con|com)\b)*(?: one| ones)? \(?((?:{_YEARS_OLD})(?:(?:, ?| y | e | and |,? & |/)(?:{_YEARS_OLD}))*)(?! ?(?:noch|night|noit|person|people|pessoa|adult|room|hab|quart|of\b|/))"
)


def _ages_apart(text: str, told: list[Mention], total: int) -> list[int]:
    """Ages told in a clause of their own: "a kid, he's just turned 4". Only when they are as many as the children."""
    first = min(one.start for one in told if one.kind in {"child", "twins"})
    found = [numbers.value(number) for match in _APART.finditer(text, max(0, first)) for number in re.findall(_YEARS_OLD, match[1])]
    ages = [age for age in found if age < mentions.GROWN]
    if len(ages) == 1 and total == 2 and re.search(r"\b(?:both|los dos|las dos|os dois|as duas)\b", text):
        ages = ages * 2
    return ages if len(ages) == total else []


def _are_grown(text: str, told: list[Mention], awaiting: str | None) -> bool:
    """ "vamos 3 pibes", "two girls": nobody else is there to look after them."""
    either = all(mentions.singular(one.noun) in v.EITHER and not one.owned for one in told if one.count)
    return (
        either
        and not _SELF.search(text)
        and not _GENERAL_WE.search(text)
        and not re.search(r"\bus two\b", text)
        and _total(text, awaiting, told) is None
    )


def _total(text: str, awaiting: str | None, told: list[Mention]) -> re.Match[str] | None:
    """Where everyone is counted; of several such places the last that is not denied."""
    places = [match for pattern in _TOTALS for match in pattern.finditer(text) if not _NEGATED_TOTAL.search(text[: match.start()] + " ")]
    # "los dos ingenieros" are no total; "somos tres hermanas" are one.
    places = [
        match
        for match in places
        if not any(
            one.start <= match.start(1) < one.end and (one.kind != "adult" or re.match(r"(?:los|the|os|all|nos) ", match[0]))
            for one in told
        )
    ]
    if awaiting == "adults" and not places and (match := _BEGINS.match(text)):
        places = [match]
    places = [match for match in places if not _NEGATED_TOTAL.search(text[: match.start(1)])]
    places = [
        match
        for match in places
        if not re.match(r" (?:\w+ )?(?:parejas|couples|casais|matrimonios|familias|families)\b", text[match.end(1) :])
    ]
    return max(places, key=lambda match: (match.start(1), len(match[0])), default=None)


# "una para los chicos y otra para nosotros"
_ONE_AND_ANOTHER = re.compile(
    r"\b(?:una?|uno|um|uma|one) (?:para|pra|pros?|for) [^.?!]{3,40} (?:y|e|and) (?:otr[oa]|outr[oa]|another|one) (?:para|pra|pros?|for)\b"
)
# "una habitación para cuatro"
_ONE_ROOM = re.compile(
    r"\b(?:una?|uma?|el mismo|o mesmo|un solo|una sola) (?:habitacion|hab|cuarto|quarto|pieza)(?: (?:sol[oa]|so))? (?:para|pra|p/|x|pros?|pras?) (?:(?:los|as|os|las|nosotros|nosotras|nos|todos) )?(?:[2-9]|us two)\b|\b(?:todos|juntos|all)(?: juntos| together)? (?:en|in|no|num) (?:el |the |una |un |uma |um |la )?(?:mism[oa]|mesm[oa]|same|sol[oa]|one) ?(?:habitacion|cuarto|quarto|room|pieza)?\b"
)
# "mi jermu y yo": whoever it is, unless it is an animal.
_WITH_ANOTHER = re.compile(
    r"\b(?:mi|my|meu|minha|la|el|o|a) (?!(?:perr|gat|mascot|dog|cat|pet|cachorr|cao|nombre|name|nome|auto|moto|bici|equipaje|guitarra|hij|nen|beb)\w*)[a-z]{3,} (?:y yo|e eu|and i|and me|and myself)\b"
)


def _only_number(text: str) -> int | None:
    """ "Ya te dije, dos": the only number of a short answer."""
    told = [word for word in re.findall(_MANY, text) if word]
    if (
        len(told) != 1
        or len(text.split()) > 6
        or re.search(rf"\d[:./]|\b{_MANY}{_NO_TIME.replace('(?!', '(?=', 1)}", text)
        or _ROOM_SAID.search(text)
    ):
        return None
    return _count(told[0])


_ROOM_SAID = re.compile(
    r"\b(?:habitaci\w+|hab|cuartos?|rooms?|quartos?|piezas?|camas?|beds?|dobles?|hs|am|pm|o|or|ou|capaz|maybe|talvez|quizas?)\b"
)


def _count(word: str) -> int:
    return 6 if word == "media docena" else numbers.value(word)


def _adults(text: str, told: list[Mention], children: int | None, grown: int, awaiting: str | None) -> int | None:
    everyone = _total(text, awaiting, told)
    adults = [one for one in told if one.kind == "adult" and one.count is not None]
    said = [one for one in adults if _explicit(one.noun)]
    if re.search(r"\b(?:0|cero|zero) adult", text):
        return 0
    if said and len(said) > 1 and _CORRECTED.search(text):
        said = said[-1:]
    if said:
        return _sum(said) + grown + _also(text, adults, said)
    if everyone is not None:
        return _of_all(text, everyone, told, children or 0)
    if match := _PAIRED.search(text):
        return numbers.value(match[1])
    both = _BOTH.search(text)
    if both and not any(one.start < both.end() <= one.end for one in told):
        return 2 + _sum(one for one in adults if one.start > both.start() and _ADDED.fullmatch(text[both.end() : one.start])) + grown
    return _of_list(text, told, _sum(adults) + grown)


def _sum(people: Iterable[Mention]) -> int:
    return sum(one.count or 0 for one in people)


def _of_all(text: str, everyone: re.Match[str], told: list[Mention], children: int) -> int:
    """The adults among a number told for everyone."""
    count = _count(everyone[1])
    if _HALF.search(text):
        return count - count // 2
    if re.search(r"\bus two$", everyone[0]):
        return count + _beside_us(text, everyone, told)
    added = _added(text, everyone, told)
    if added is None:
        return count - children if children < count else count
    return count + _sum(one for one in added if one.kind == "adult")


def _beside_us(text: str, us: re.Match[str], told: list[Mention]) -> int:
    """The grown-ups told beside "the two of us": "una doble para mis suegros y una triple para nosotros dos"."""
    if _SELF.search(text):
        return 0
    grown = sum(sum(age >= mentions.GROWN for age in one.ages) for one in told if one.kind == "child")
    beside = 0
    for one in told:
        if one.kind != "adult" or one.count is None:
            continue
        between = text[one.end : us.start()] if one.end <= us.start() else text[us.end() : one.start]
        if _ADDED.fullmatch(between) or re.search(
            r"\b(?:para|for|pra|pros?|pras) (?:mis?|my|los|the|meus?|minhas?|os|as)? ?$", text[: one.start]
        ):
            beside += one.count
    return beside + grown


def _of_list(text: str, told: list[Mention], counted: int) -> int | None:
    """ "mi marido, mis dos nenas y yo": those who are named, and the writer."""
    myself = bool(_SELF.search(text)) and not _NOT_ME.search(text)
    if _GENERAL_WE.search(text) and not myself:
        return counted + 2
    adults = [one for one in told if one.kind == "adult" and one.count is not None]
    children = [one for one in told if one.kind in {"child", "twins"} and (one.count or one.ages)]
    if not children and (alone := _GOES_ALONE.search(text)) and not any(one.start > alone.end() for one in adults):
        return 1  # "iba con mi novio pero nos peleamos, voy sola"
    if counted == 1 and not (myself or children) and (_ALONE.search(text) or _BY_ONESELF.search(text)):
        return 1
    if counted == 1 and not (myself or children) and not _BESIDE.search(text[: told[0].start]) and len(text.split()) > 4:
        return None  # "my sister hasn't answered yet"
    if counted or any(one.owned for one in children) or (children and told[0] in children and _comes_along(text, told, adults)):
        return counted + int(myself or _comes_along(text, told, adults)) or None
    if _ALONE.search(text) or _ONLY_ONE.search(text) or (not children and _BY_ONESELF.search(text)):
        return 1
    if (match := _ME_AND_NAME.search(text)) and not mentions.kind_of(match[1] or match[2]):
        return 2
    if myself and (children or _OTHERS.search(text)):
        return 2 if "plus one" in text else 1
    return 1 if re.fullmatch(r"[^a-z]*(?:para|pra|for) (?:mi|mim|me)[^a-z]*", text) else None


def _explicit(noun: str) -> bool:
    return noun.startswith(("adult", "adt", "grown", "grande")) or noun in {"mayores"}


def _also(text: str, adults: list[Mention], said: list[Mention]) -> int:
    """ "dos adultos y mi suegra" is three."""
    last = said[-1]
    return _sum(one for one in adults if one.start > last.end and not _explicit(one.noun) and _ADDED.fullmatch(text[last.end : one.start]))


def _added(text: str, everyone: re.Match[str], told: list[Mention]) -> list[Mention] | None:
    """The people who come on top of the total ("somos 2 y un nene"); None when the total has all of them."""
    after = [one for one in told if one.start > everyone.start(1) and one.count is not None]
    if not after or _SUBTRACTED.search(text) or re.search(r"\bde nosotros\b", everyone[0]):
        return None if any(one.kind in {"child", "twins"} for one in told) else []
    end = max([everyone.end(1), *(one.end for one in told if one.start <= everyone.start(1) < one.end)])
    found: list[Mention] = []
    for one in after:
        if one.start < end:
            continue
        between = text[end : one.start]
        if not (_ADDED.fullmatch(between) or (found and re.fullmatch(r"\s*(?:,|y|e|and|\+)\s*", between))):
            break
        if re.search(r"\b(?:con|com|with) (?:los|las|os|as|the)\b", text[end : one.end]) and one.kind == "child" and not found:
            return None  # "somos 5 con los dos chicos"
        if not found and _COUNTED_IN.search(text[end : one.end]):
            return None  # "somos dos con mi señora"
        found.append(one)
        end = one.end
    if not found:
        return None if any(one.kind in {"child", "twins"} for one in told) else []
    return found


# "Juan Paz, viaja con su esposa"
_THEIR_OWN = re.compile(
    r"\b(?:viaja\w*|viene|va|travel\w*|coming|comes|vem|vai|ira) (?:con|with|com) (?:su|his|her|sua|seu|el|la) (?:\w+ )?$|\b(?:viaja\w*|viene|va|travel\w*|coming|comes|vem|vai|ira) (?:con|with|com) $"
)
_COUNTED_IN = re.compile(r"^,? ?(?:ya )?(?:con|com) (?:mi|meu|minha|nuestr[oa]|nosso|nossa) ")


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
        r"\b(?:mi|mis|my|our|meu|minha|meus|minhas|nuestro|nuestra|nuestros|nuestras|nosso|nossa)\b|\b(?:voy|vamos|viajo|viajamos|vengo|venimos|vou|travel\w*|coming|llego|llegamos|chego|im|i'm|i'll be|i am|ire|iremos|estoy|estamos|vim|venho|soy|sou)\b",
        text[: first.end],
    ):
        return True
    if first.noun in v.PARTNER and re.search(r"\b(?:con|com|with) (?:la|el|the|o|a) $", text[: first.end - len(first.noun)]):
        return True
    return bool(
        re.search(
            r"\bme acompan\w+|\b(?:viajo|voy|vou|vengo|llevo a|levo|traigo a|i'm taking|i'm bringing|im bringing|travell?ing)\b.{0,12}\b(?:mis?|meus?|minhas?|my)\b|\bviene\w* conmigo|\b(?:i'm|i am) accompan\w+ by\b|\bjoin(?:s|ing)? me\b|\bmother of\b|\btheir (?:granny|mum|mom|dad|mother|father)\b",
            text,
        )
    )
