"""Finds the people a text speaks of: how many, of which kind, how old."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, zip_longest

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import vocabulary as v

_N = numbers.PATTERN
_TOKEN = compiled(r"[a-z]+(?:[-'][a-z]+)*|\d+|[^\s\w]")
_AGE_UNIT = r"(?:anos|anitos|aninhos|ano|years? old|years?|yrs?|a\b(?=\)|$|[,.;]|(?<=\da) (?:e|y|and|con|com)\b))"
_MONTHS = r"(?:meses|mesecitos|mesinhos|mes|months? old|months?|mo)\b"
# "a 3-year-old", "5yo", "11 month old girl": written the other way round, so that all ages come after their people.
_OLD_BEFORE = compiled(rf"\b({_N}|eighteen|nineteen|twenty)[ -]?(?:(years?|yrs?|months?)[ -]?old'?s?|(yo|y/o))\b( (?:[a-z]+ )?([a-z]+))?")
_AGE = rf"({_N}|dieciseis|diecisiete|dieciocho|diecinueve|veinte|dezesseis|dezessete|dezoito|sixteen|seventeen|eighteen|nineteen)"
TEENS = {
    "dieciseis": 16,
    "diecisiete": 17,
    "dieciocho": 18,
    "diecinueve": 19,
    "veinte": 20,
    "dezesseis": 16,
    "dezessete": 17,
    "dezoito": 18,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
}
_INTRO = compiled(
    r"\s*(?:,|:|-|\(|;)?\s*(?:(?:dela|dele|de ell?[ae]s?) )?(?:tambien |tambem |also )?(?:que |who |llamad[oa] \w+ |called \w+ |(?!de |of |aged? |con |com |with |tiene|tem |is |are |son |sao |somos |seremos |we |so |that's |asi |entonces |entao |da )[a-z]+,? )?(?:respectivamente )?"
    r"(?:(de edades?|com idades?|con edades?|de|d|of|aged|ages?|con|com|with|tienen?|tenian?|cumplio|cumple|tem|who are|who is|who's|which are|is|are|son|sao|edades?|idades?|turning)\b)?\s*(?:de |of |are |is |just |solo |apenas |so |casi |nearly |quase )*\(?:?\s*"
)
_NEXT = compiled(
    r"\s*(?:anos?|years?)?\s*(?:(?<=\s)(?=(?:el|la|o|a|the) (?:otr[oa]|outr[oa]|other)\b|(?:el[ea]|ella|el|s?he) \d)|, y\b|, and\b|, e\b|,|y\b|e\b|and\b|&|/|\+|-)\s*(?:(?:el|la|o|a|os|as|los|las|the|un|una|um|uma|el[ea]|ella|s?he) )?(?:otr[oa]s?|outr[oa]s?|another|others?(?: (?:two|ones))?|del? medio|do meio|middle(?: one)?|chiquit[oa]|chic[oa]|grande|mayor|menor|mais velh[oa]|mais nov[oa])?\s*(?:de|of|a|an|tienen?|tem|is|are|con|com)?\s*"
)

_ANOTHER = compiled(r"\b(?:otr[oa]|outr[oa]|another|the other)\b")
# "..., Lola, que tiene 4" after one child.
_LATER = compiled(
    rf"^[^.?!\d]{{0,30}}?\b(?:que|who|she|he|ella|el|ele|ela) ?(?:ainda |todavia |still |recien |ya |ja |apenas |just |solo |so )?(?:tiene|tem|'s|is|has|cumple|turned|faz|ya tiene|ja tem)(?: still| just| only| now| ainda| todavia| apenas)* (?!(?:un|una|uno|um|uma|a|an|one)\b(?! (?:an|year|mes|month))){_AGE}\b"
)
# "dos son chicos", "four of them are kids", "el Theo de 4 añitos".
_SO_MANY = compiled(
    rf"\b({_N}) (?:(?:son|are|sao|de ellos|de ellas|de nosotr[oa]s|de nos|deles|delas|of (?:them|us|whom|these|which)|sendo|siendo|serian|would be|dess[ae]s|of those|de es[oa]s) )+(?:still |todavia |aun |ainda )?(?=([a-z-]+))"
)
_NAMED = compiled(rf"\b(?:el|la|o|a|e|y|and|,) ([a-z]+) (?:(?:de |\()({_N}) (?:anos|anitos|aninhos)|\(({_N})\))")
# "el mayor de 8 y el menor de 5"
_ELDER = compiled(
    rf"\b(?:el|la|the|o|a) (?:mayor|menor|mas (?:grande|chic[oa])|older|younger|oldest|youngest|eldest|mais velh[oa]|mais nov[oa])(?: one)?(?: is| de| of| tiene| tem| con| com)* (?={_N}\b)"
)
# "Kids from 5 to 9 years old": how old each is is asked.
_AGE_RANGE = compiled(
    r"\b(?:(?:de|of|aged?|are|son|sao|entre|between|from) ){0,2}(?:1[0-7]|\d) ?(?:to|a|ate|-) ?(?:1[0-7]|\d) ?(?:anos|anitos|years(?: old)?|yrs?|yo)\b"
)
_ONE_AND_ANOTHER = compiled(
    rf"\b(?:un[oa]?|uma?|one) (?:de|of) ({_N}) (?:anos )?(?:y|e|and) (?:otr[oa]|outr[oa]|another|one) (?:de|of) ({_N})\b"
)
_WORD_FORMS = [
    (compiled(r"\b(?:media docena|meia duzia|half a dozen)(?: (?:de|of))?\b"), "6"), (compiled(r"\b(?:una docena|uma duzia|a dozen|docena|duzia)(?: (?:de|of))?\b"), "12"),
    (compiled(r"\b(?:a pair of|un par de|um par de|a couple of)\b"), "2"), (compiled(r"\btwin (?=girls|boys|daughters|sons|babies|kids|toddlers)\w+"), "twins"),
    (compiled(r"(?<=[a-z])'s (?=\d)"), " is "), (compiled(r"\bjunto comigo|junto conmigo"), "conmigo"),
    (compiled(r"\b(yo|eu|i|me), (?:su|a|o|the|their|his|her|sua|seu) (?:madre|padre|mae|pai|mother|father|mum|mom|dad|granny|grandma|grandpa|abuela|abuelo|avo)(?: deles| delas)?\b"), r"\1"),
    (compiled(r"\b(?:small|wee|tiny) ones\b"), "kids"), (compiled(r"\bbig ones\b"), "adults"), (compiled(r"(?<=\d )\(\d+\) ?"), ""),

               (compiled(r"\blittle ones\b"), "kids"), (compiled(r"\blittle one\b"), "kid"), (compiled(r"\brecien nacid[oa]\b"), "bebe"), (compiled(r"(?<=\d )\((?:um|uma|dois|duas|tres|quatro|un|una|uno|dos|cuatro|one|two|three|four)\)"), ""),
               (compiled(r"\b(?:menor de edad|menor de idade)\b"), "menor"), (compiled(r"\bmenores de (?:edad|idade)\b"), "menores")]  # fmt: skip


# "la tropa: 9, 6 y 2 añitos"
_AGES_ALONE = compiled(r"[:(] ?(\d{1,2}(?:, ?\d{1,2})* ?(?:y|e|and|&) ?\d{1,2} ?(?:anos|anitos|aninhos|years))")
# Somebody who does not come after all.
_LEFT_OUT = compiled(
    r"^,? ?(?:que |who |has |have |ha |nos |us )?(?:ya |already )?(?:given|gave|recommended|recomend\w+|regal\w+|pago|paid|presenteou|deu\b|lives?\b|vive\b|mora\b|trabaj\w+|works?\b|stayed|estuvo|ficou|se alojo|me dijo|told)|^,? ?(?:que |who |ella |el |ela |ele |she |he )?(?:se )?(?:fica com|queda con|queda en|stays? (?:with|at)|queda (?:de|afuera)|no v(?:a|iene)\b|nao vai\b|isn't coming|won't come|can't|cannot|no viaja\w*|no va[ns]?\b|no vien\w+|nao v\w+|desist\w+|se quedan?\b|quedan? con|ficam? com|desistiu|dropped out|(?:finalmente |al final |ya |no fim )?se (?:baj[oa]|cayo|borro|enferm\w+)\b|(?:isn't|is not|not|no longer) (?:joining|going|travell?ing|with us)|(?:esta |is |ta )?(?:internad[oa]|hospitali[sz]\w+|hospitalizad[oa])|(?:ia|iba|was going|was coming|was meant)\b(?: (?:a|to) [a-z]+)?,? (?:mas|porem|pero|but)\b|(?:stays?|se quedan?|ficam?) (?:in|en|em) (?!(?:the|la|el|una?|a|o|um|uma|another|otr[oa]|outro|su|their|rooms?|habitacion|hotel|casa)\b)[a-z])"
    r"|^(?: de ell[oa]s| deles| delas)?,? ?(?:que |who |ya |ja |just |only |solo |so |is |are |he |she )*(?:sleeps? in the (?:car|van|truck|bus)|duermen? en (?:el|su) (?:auto|camion|camioneta|micro)|dormem? no (?:carro|caminhao|onibus)|(?:viajan?|van?|vai|vao|viajam) aparte|tienen? (?:ya )?(?:su |otro |otra )?(?:hotel|cuarto|habitacion|casa)|tem (?:ja )?(?:hotel|quarto|casa)|booked elsewhere|dropping (?:us|me)|(?:nos|me) (?:llevan?|traen?|dejan?|acercan?)|vai (?:nos|me) (?:deixar|levar)|stays? behind|se quedan? (?:trabajando|cuidando)|ficam? (?:trabalhando|em casa|cuidando|na\b)|sorts? (?:him|her)self)"
)
_TAKEN_OUT = compiled(
    r"\b(?:no viene|no va|nao vai|nao vem|tirar?|tire|sacar?|saque|quitar?|remove|visit\w*|ver a|conocer a|despedir a|scrap|deixei|deixamos|deje|dejamos|dejo|left|without|drop|menos|minus|except|salvo|quem paga e|el que paga es|en lo de|na casa d[aeo]|en casa de|a casa de|at my|qued\w+ con|stay\w* with|ficam? com|con la reserva de)(?: (?:a|o|os|as|el|la|los|las|the|mi|my|meu|minha))* ?$"
)
# Whoever told of the hotel: "mi nieta me pasó este número", "o genro falou que é bom". A partner may come all the same.
_TOLD_OF_IT = compiled(
    r"^,? ?(?:(?:que|who|ya|ja|has|have|ha|se|me|nos|te|us|les?|lhe|also|tambien|tambem|sempre|siempre|always|once|mucho|muito) )*"
    r"(?:passou|paso|pasaron|falou|falaram|hablo|disse|disseram|dijo|dijeron|conto|contou|coment\w+|suger\w+|sugir\w+|suggest\w+|indic(?:o|ou|aron|aram)|mando|mandou|mostro|mostrou|aconsej\w+|told|said|says|showed|sent|mentioned|raved|helped)\b"
)
_HEARD_FROM = compiled(
    r"\b(?:recom\w+|indica\w+) (?:por|de|da|do|by|from|pel[ao])(?: (?:mi|my|meu|minha|la|el|a|o|un|una|um|uma|our))? ?$|\b(?:number|contact|numero|contacto|contato|name|link|instagram|insta|facebook|face|posts?|fotos?|photos?|videos?|stor(?:y|ies)) (?:from|of|through|por|por medio de|de|da|do|pel[ao])(?: (?:mi|my|meu|minha|la|el|a|o|un|una|um|uma))? ?$|\b(?:heard|know|learned) (?:about|of) (?:you|this|it|the hotel) (?:from|through|by)(?: (?:my|a|our))? ?$|\b(?:de parte de|thanks to|gracias a|gracas a[o]?)(?: (?:mi|my|meu|minha|un|una|um|uma))? ?$"
)
# What somebody thinks of the stay ("mi hija dice que mejor el 10"), unless it is that one comes; who is only here to see the guest.
_SAYS = compiled(
    r"^,? ?(?:(?:ya|ja|me|nos|te|also|tambien|tambem|sempre|siempre|always) )*"
    r"(?:dice|dicen|opina\w*|cree|creen|piensa|piensan|pregunta|preguntan|insiste\w*|avisa|avisan|thinks?|reckons?|says?|insists?|asks?|wonders?|diz|dizem|acha|acham|pensa|pensam|acredita|pergunta|perguntam)\b"
    r"(?![^.?!]{0,40}\b(?:viene|vienen|vendra|va|van|viaja\w*|suma\w*|coming|comes?|joins?|joining|travel\w*|vem|vai|vao|tambien|tambem|too)\b)"
)
_ONLY_VISITS = compiled(
    r"^ (?:(?:que|who|to|puede|pueden|pode|podem|can|could|may|quiere|quieren|quer|wants?|va|van|vai|vao|will|would|might|pasa|vem|viene|comes?|vir|venir|come|like|a|me|nos) ){0,4}(?:visit(?:s|ar\w*|a|an|e|em|ing)?|verme|vernos|me ver|nos ver|see (?:me|us))\b"
)
# Whose wedding it is, or who lives there: "se casa mi sobrina", "my son is getting married".
_THEIR_DAY = compiled(
    r"^ (?:(?:que|who) )?(?:se (?:casa|casan|recibe|gradua)|(?:is|are) (?:getting married|graduating)|gets? married|graduates|vai (?:se )?casar|va a casarse|se forma|vai se formar|estudia|estuda|studies)\b"
)
_ON_THEIR_DAY = compiled(
    r"\b(?:(?:casamiento|boda|casorio|casamento|wedding|graduacion|formatura|graduation|velorio|velatorio|funeral|entierro|enterro|bautismo|bautizo|batizado) (?:de|da|do|of)|se (?:casa|recibe|gradua|forma))(?: (?:mi|my|meu|minha|la|el|a|o|un|una|um|uma))?(?: [a-z]+)? ?$"
)
# "mi jefe paga"; "mi nene de 2, ¿paga?" asks about one who comes.
_PAYS = compiled(r"^(?: de ell[oa]s| deles| delas)?,? ?(?:que |who |el |ele |he |she |ella |ela |is |are )*(?:pays|paga|pagan)\b")
GROWN = 18


# "sumar a mi sobrina": she comes; "a mi señora no le anda la tarjeta" tells of nobody.
_ANIMAL = compiled(r"(?:perr|gat[oai]|mascota|dog|cat|cachorr|caniche|animal|bichi)")
_SMALL = frozenset({"chico", "chica", "chiquito", "chiquita", "pequeno", "pequena", "bebe", "chicos", "pequenos"})
_TAKEN = compiled(r"(?:sum(?!mer)|agreg|llev|tra(?:er|ig|je|emos)|inclu|invit|regal|acompan|anot|cont)")
_NONE = frozenset({"sin", "no", "without", "sem", "zero", "cero", "0", "nada", "ningun", "nenhuma", "nenhum"})
_EACH = frozenset({"por", "per", "cada", "each"})
_BEFORE_A_NUMBERED_ROOM = frozenset({"la", "the", "in", "from", "en", "de", "no", "na", "do", "da", "o"})
_COUNTS = {"both": 2, "ambos": 2, "ambas": 2, "dozen": 12, "docena": 12, "duzia": 12, "par": 2}


@dataclass
class Mention:
    """``count`` is None for an uncounted plural ("mis hijos")."""

    kind: str  # child | adult | twins
    noun: str
    start: int
    end: int
    count: int | None
    owned: bool = False
    ages: list[int] = field(default_factory=list)
    negated: bool = False


def turned(text: str) -> str:
    """Ages that stand before their people, put behind them."""

    def turn(match: re.Match[str]) -> str:
        if re.search(r"(?:\bof|\baged?|\bis|\bare|,|\band|\bde|\bturning|'s) $", match.string[: match.start()]) and not match[5]:
            return f"{match[1]} {'meses' if (match[2] or '').startswith('month') else 'anos'}{match[4] or ''}"
        unit = "meses" if (match[2] or "").startswith("month") else "anos"
        noun = match[5] if match[5] and kind_of(match[5]) else None
        rest = "" if noun else (match[4] or "")
        return f" {(match[4] or '').strip() if noun else 'kid'} de {match[1]} {unit} {rest}"

    text = _AGE_RANGE.sub(" ", text)
    text = _ELDER.sub(
        lambda match: (
            "y de "
            if re.search(r"\d(?: anos| years)? $", match.string[: match.start()])
            else "otro de "
            if re.search(r"\d(?: anos| years)?,? (?:y|e|and) $", match.string[: match.start()])
            else "de "
        ),
        text,
    )
    text = _ONE_AND_ANOTHER.sub(r"2 kids de \1 y \2", text)
    for form, word in _WORD_FORMS:
        text = form.sub(word, text)
    text = _OLD_BEFORE.sub(turn, text)
    text = _NAME_AND_AGE.sub(_as_kid, text)
    text = _SO_MANY.sub(lambda match: f"{match[1]} " if kind_of(match[2]) else match[0], text)
    text = _NAMED.sub(lambda match: match[0] if kind_of(match[1]) or match[1] in v.BETWEEN else match[0].replace(match[1], "kid", 1), text)
    return re.sub(r" +", " ", text)


# "Benja (13), Juli (10)", "the kids, Lola de 8 y Fran de 5": names with an age beside them are children.
_NAME_AND_AGE = compiled(
    r"(?<![\w-])([a-z]{3,12}) ?\((\d{1,2})(?: ?(?:anos|anitos|aninhos|years?|yrs?|y))?\)"
    r"|(?<=[,:(] )(?:(?:el|la|o|a|and|y|e) )?([a-z]{3,12}) (?:de|tiene|tem|is) (\d{1,2})(?= ?(?:,|\)|\.|$|y\b|e\b|and\b|anos|anitos|aninhos))"
    r"|(?:\b(?:y|e|and) |[,:] )(?:el |la |o |a )?([a-z]{3,12}),? (?:que|who) (?:tem|tiene|is|ya tiene|ja tem) (\d{1,2})\b"
    r"|\b(?:y|e|and) (?:el |la |o |a )?([a-z]{3,12}) (?:de|tiene|tem|is) (\d{1,2})(?= ?(?:,|\)|\.|$|anos\b|anitos|aninhos))"
)
NO_NAMES = frozenset(
    [
        "que",
        "who",
        "she",
        "he",
        "ella",
        "ele",
        "ela",
        "mine",
        "ya",
        "ja",
        "ahora",
        "now",
        "a",
        "age",
        "aged",
        "ages",
        "and",
        "anos",
        "are",
        "beds",
        "bed",
        "camas",
        "cama",
        "de",
        "del",
        "desde",
        "doble",
        "dobles",
        "double",
        "doubles",
        "dia",
        "dias",
        "e",
        "edad",
        "edades",
        "el",
        "entre",
        "for",
        "from",
        "habitacion",
        "habitaciones",
        "hasta",
        "hay",
        "hotel",
        "kids",
        "la",
        "las",
        "los",
        "mas",
        "menos",
        "noche",
        "noches",
        "night",
        "nights",
        "no",
        "o",
        "of",
        "only",
        "para",
        "partir",
        "per",
        "piso",
        "por",
        "room",
        "rooms",
        "single",
        "so",
        "suite",
        "than",
        "total",
        "triple",
        "twin",
        "until",
        "uno",
        "una",
        "quarto",
        "quartos",
        "semana",
        "week",
        "years",
        "year",
        "y",
        "salida",
        "llegada",
        "check",
        "out",
        "vuelo",
        "precio",
        "price",
        "salir",
        "llegar",
        "quedan",
        "queda",
        "hora",
        "horas",
        "gente",
        "grupo",
        "familia",
        "family",
        "alguien",
    ]
)


def _as_kid(match: re.Match[str]) -> str:
    name, age = next((match[index], match[index + 1]) for index in (1, 3, 5, 7) if match[index])
    spoken_of = re.findall(r"[a-z]+", match.string[max(0, match.start() - 30) : match.start()])[-3:]
    if match[7] and any(kind_of(word) == "child" for word in spoken_of):
        return match[0]  # "one niece, Lola, who is 4"
    if int(age) >= GROWN or name in NO_NAMES or name in v.BETWEEN or kind_of(name) or v.ROOM_WORD.match(name) or re.fullmatch(_N, name):
        return match[0]
    return match[0].replace(name, "kid" if match[1] else "a kid", 1)


@lru_cache(maxsize=4096)
def kind_of(word: str) -> str:
    """child, adult, pair, twins, people or "" for a word."""
    if word in v.TWINS:
        return "twins"
    if word in v.GROUP:
        return "pair"
    if word in v.PAIR or word in v.PAIR_PLURAL:
        return "pair"
    if word in v.PEOPLE:
        return "people"
    if _singular(word, v.CHILD, v.CHILD_PLURAL):
        return "child"
    if _singular(word, v.ADULT | v.PARTNER, v.ADULT_PLURAL):
        return "adult"
    return _kind_of_small(word)


def _kind_of_small(word: str) -> str:
    """ "suegrita", "amiguinha": as the word it is made of."""
    match = re.fullmatch(r"([a-z]{3,}?)(?:c?it|z?inh)([oa])(s?)", word)
    if match is None:
        return ""
    stem = re.sub(r"gu$", "g", re.sub(r"qu$", "c", match[1]))
    base = next((one for one in (stem + match[2], stem, stem + "e") if one in v.CHILD or one in v.ADULT | v.PARTNER), "")
    return "child" if base in v.CHILD else "adult" if base else ""


def _singular(word: str, known: frozenset[str], irregular: dict[str, str]) -> str:
    if word in known:
        return word
    if word in irregular:
        return irregular[word]
    for ending in ("s", "es"):
        if word.endswith(ending) and word.removesuffix(ending) in known:
            return word.removesuffix(ending)
    return ""


def singular(word: str) -> str:
    """The noun of a child in the singular; the word itself for another."""
    return _singular(word, v.CHILD, v.CHILD_PLURAL) or word


_GROWN_WITH_PARTNER = frozenset({"hijo", "hija", "son", "daughter", "filho", "filha"})
_IN_LAWS = frozenset({"yerno", "genro", "nuera", "nora", "son-in-law", "daughter-in-law"})
_AND_THEIRS = compiled(
    r"\s*(?:(?:que |who )?(?:va|viaja|viene|ira|vai|vem|goes|is going|travels|is travell?ing|comes|is coming|will (?:stay|come|travel)) )?(?:y|e|and|,|con|com|with|&)\s+(?:(?:su|her|his|the|el|la|o|a|meu|minha|mi|my)\s*)?(?:(?:su|her|his)\s*)?"
)
# "mis dos hermanos con sus esposas": as many again.
_THEIR_PARTNERS = compiled(
    r"^[^.?!:;]{0,30}\b(?:sus|suas|seus|their|as respectivas|los respectivos|las respectivas|os respectivos) (?:respectiv[oa]s )?"
    r"(?:espos[oa]s|mujeres|maridos|parejas|novi[oa]s|mulheres|namorad[oa]s|wives|husbands|partners|girlfriends|boyfriends|spouses|companheir[oa]s)$"
)
# "el marido de mi cuñada": the sister-in-law only says whose.
_OF = compiled(r" (?:de|del|do|da|of)(?: (?:mi|my|meu|minha|la|el|the|su|nuestr[oa]|our|nosso|nossa))? ")
# "criança até que idade não paga?"
_ASKED_ABOUT = compiled(
    r" (?:hasta|ate|up to|under|menor|menores|paga\w*|pays?|gratis|free|stays? free|de (?:que|cuantos|quantos) (?:edad|anos)|cuenta como)\b"
)
# "el chico de la recepción", "la chica que me atendió": nobody who stays.
_STAFF = compiled(
    r"^ (?:de|da|do|of|en|at|in|from) (?:la |the |a |el |o )?(?:recepcion|recepcao|limpieza|limpeza|reception|front desk|desk|bar|cocina|cozinha|hotel|portaria)\b|^ (?:que|who) (?:me |nos |us )?(?:atend|limp|sube|sub[ií]|carg|clean|help|check)"
)


def find(text: str, language: str, *, all_of_them: bool = False) -> list[Mention]:
    """Mentions in their order; ages are read from what follows each. ``all_of_them``: those who do not come as well."""
    tokens = [(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]
    found: list[Mention] = []
    for index, (word, start, end) in enumerate(tokens):
        kind = kind_of(word)
        if kind in {"", "people"} or word in v.NOT_IN.get(language, ()):
            continue
        mention = _mention(tokens, index, kind, word, start, end, language, all_of_them)
        if mention is not None:
            found.append(mention)
    for mention, after in zip_longest(found, found[1:]):
        if mention.kind in {"child", "twins"} or mention.noun in {"hijo", "hija"}:
            tail = text[mention.end : after.start if after else len(text)]
            mention.ages, used = ages(tail, mention.count)
            if mention.count == 1 and len(mention.ages) > 1 and _ANOTHER.search(tail[:used]):
                mention.count = len(mention.ages)
            mention.end += used
        elif mention.count == 1 and mention.noun not in v.PARTNER:  # "mi hermana (10)" is a child
            told, used = ages(text[mention.end : after.start if after else len(text)], 1)
            if len(told) == 1 and told[0] < GROWN:
                mention.kind, mention.ages, mention.end = "child", told, mention.end + used
    if not any(mention.kind in {"child", "twins"} for mention in found) and (match := _AGES_ALONE.search(text)):
        told, used = ages(text[match.end() - len(match[1]) :])
        if len(told) > 1 and max(told) < GROWN:
            found.append(Mention("child", "kids", match.start(1), match.start(1) + used, len(told), ages=told))
    for mention, after in pairwise(found):
        grown_up = mention.noun in _GROWN_WITH_PARTNER and not mention.ages
        if (
            after.noun in _GROWN_WITH_PARTNER
            and not after.ages
            and mention.noun in _IN_LAWS
            and _AND_THEIRS.fullmatch(text[mention.end : after.start] + " ")
        ):
            after.kind = "adult"  # "mi nuera, mi hijo"
        if grown_up and after.noun in v.PARTNER | _IN_LAWS and _AND_THEIRS.fullmatch(text[mention.end : after.start] + " "):
            mention.kind = "adult"  # "mi hija y su marido"
        if mention.count and mention.count > 1 and after.count is None and _THEIR_PARTNERS.search(text[mention.end : after.end]):
            after.count = mention.count
    of_another = [
        after for mention, after in pairwise(found) if mention.count == 1 and _OF.fullmatch(text[mention.end : after.end - len(after.noun)])
    ]
    return [
        mention
        for mention in found
        if mention not in of_another
        and not (mention.kind == "child" and not (mention.owned or mention.ages) and _ASKED_ABOUT.match(text[mention.end :]))
        and not _STAFF.search(text[mention.end : mention.end + 40])
        and not (mention.noun not in v.PARTNER and _TOLD_OF_IT.search(text[mention.end : mention.end + 50]))
        and not (mention.noun not in v.PARTNER and _SAYS.search(text[mention.end : mention.end + 80]))
        and not _ONLY_VISITS.search(text[mention.end : mention.end + 60])
        and not (mention.noun not in v.PARTNER and _THEIR_DAY.search(text[mention.end : mention.end + 50]))
        and not (mention.noun not in v.PARTNER and _ON_THEIR_DAY.search(text[max(0, mention.start - 60) : mention.end - len(mention.noun)]))
        and not _HEARD_FROM.search(text[max(0, mention.start - 60) : mention.end - len(mention.noun)])
        and not (mention.kind == "adult" and _PAYS.search(text[mention.end : mention.end + 30]))
        and (all_of_them or not (_LEFT_OUT.search(text[mention.end : mention.end + 30]) or _TAKEN_OUT.search(text[: mention.start])))
    ]


def _is_number_of_a_room(tokens: list[tuple[str, int, int]], at: int) -> bool:
    """ "In room 2", "la habitación 2"; not "a double room, 2 adults"."""
    words = [token[0] for token in tokens[max(0, at - 2) : at]]
    return bool(words) and (
        words[-1] in {"no", "nro"} or (words[-1] in {"habitacion", "room", "quarto"} and words[0] in _BEFORE_A_NUMBERED_ROOM)
    )


def _mention(
    tokens: list[tuple[str, int, int]], index: int, kind: str, word: str, start: int, end: int, language: str, all_of_them: bool
) -> Mention | None:
    known = word in v.CHILD | v.ADULT | v.PARTNER
    plural = word == "grandes" or (
        kind in {"child", "adult"} and not known and (word.endswith("s") or word in v.CHILD_PLURAL or word in v.ADULT_PLURAL)
    )
    if word in {"chico", "chicos", "chica", "chicas"} and index and kind_of(tokens[index - 1][0]) == "child":
        return None  # "mis dos cabros chicos"
    if index and _ANIMAL.match(tokens[index - 1][0]) and word in _SMALL:
        return None  # "un perro chiquito"
    if word in v.DESCRIBES and index and kind_of(tokens[index - 1][0]) in {"adult", "people"}:
        return None
    count: int | None = None
    owned = possessed = joined = negated = False
    begin, at = start, index - 1
    while at >= 0 and index - at <= 5:
        before, before_start, _end = tokens[at]
        if before in {"nombre", "name", "nome"} or (
            before == "a" and language == "es" and possessed and not all_of_them and not _is_taken(tokens, at - 1)
        ):
            return None  # "a nombre de mi marido", "a mi señora no le anda la tarjeta"
        if before in _EACH and not plural:
            return None
        if before in _EACH | _NONE:
            negated = before in _NONE and not (before == "no" and language == "pt")
            joined = before == "no" and language == "pt"
            break
        if re.fullmatch(_N, before) or before in _COUNTS:
            count, begin = _COUNTS.get(before) or numbers.value(before), before_start
            if _is_number_of_a_room(tokens, at):
                return None
            break
        if before == "couple" and index - at == 2 and tokens[at + 1][0] == "of":
            count, begin = 2, before_start
            break
        if at and _is_adjective(before, tokens[at - 1][0]):
            begin, at = before_start, at - 1
            continue
        if before not in v.BETWEEN and kind_of(before) != "adult":
            joined = before in v.JOINS
            break
        if kind_of(before) == "adult" and before not in v.BETWEEN:
            joined = True
            break
        owned = owned or before in v.OWNERS
        possessed = possessed or (before in v.OWNERS and before not in v.ARTICLES)
        begin, at = before_start, at - 1
    else:
        joined = True
    if at < 0:
        joined = True
    if negated:
        return Mention("child" if kind == "twins" else kind, word, begin, end, 0, negated=True) if kind in {"child", "twins"} else None
    if (
        count is None
        and index + 1 < len(tokens)
        and tokens[index + 1][0] in {":", "s"}
        and index + 2 < len(tokens)
        and tokens[index + 2][0].isdigit()
    ):
        count, end = int(tokens[index + 2][0]), tokens[index + 2][2]
    elif (
        count is None
        and kind in {"adult", "child"}
        and plural
        and index + 1 < len(tokens)
        and tokens[index + 1][0].isdigit()
        and len(tokens[index + 1][0]) == 1
    ):
        following = tokens[index + 2][0] if index + 2 < len(tokens) else ""
        if following not in {"anos", "y", "e", "and", ",", "years", "meses", "-"} or kind == "adult":
            count, end = int(tokens[index + 1][0]), tokens[index + 1][2]
    if word in v.GROUP:
        return Mention("adult", word, begin, end, v.GROUP[word] * (count or 1), owned)
    if kind == "pair":
        word = v.PAIR_PLURAL.get(word, word)
        if count is None and at >= 0 and not (owned or joined) and tokens[index - 1][0] in {"de", "cama", "quarto"}:
            return None
        if (
            word in v.OWNED_PAIR
            and not all_of_them
            and not (_with_children(tokens, index) or (at < 0 and index <= 1 and word in _TWO_ALONE))
            and not (possessed or count or (joined and _with_others(tokens, index)))
        ):
            return None
        if (
            word in {"pareja", "casal", "couple", "matrimonio"}
            and begin == start
            and at >= 0
            and tokens[at][0] in {"cama", "quarto", "habitacion", "suite", "bed", "double"}
        ):
            return None
        if word in {"casal", "pareja"} and at >= 0 and tokens[at][0] in {"cama", "quarto", "habitacion", "suite"}:
            return None
        if word == "couple" and index + 1 < len(tokens) and tokens[index + 1][0] == "of":
            return None
        if word == "pareja" and owned and count is None and at + 1 < index and tokens[index - 1][0] in {"mi", "su", "my"}:
            return Mention("adult", word, begin, end, 1, owned=True)
        return Mention("adult", word, begin, end, 2 * (count or 1) if word not in v.OWNED_PAIR or count in {None, 1} else count, owned)
    if kind == "twins":
        if word == "twins" and not (owned or count is None):
            return None  # twin rooms
        return Mention("twins", word, begin, end, 3 if word in v.THREE_AT_ONCE else 2, owned)
    joined = joined or (kind == "adult" and _beside_another(tokens, index))
    if count is None and not plural:
        if not (owned or joined) or (kind == "child" and not owned and at >= 0 and tokens[at][0] in {"for", "para", "pra", "pro"}):
            return None  # "¿tienen juegos para niños?"
        count = 1
    return Mention(kind, word, begin, end, count, owned)


def _is_taken(tokens: list[tuple[str, int, int]], at: int) -> bool:
    """ "Llevo a mi hija y a su prima": somebody who is brought, or one more."""
    if tokens[max(0, at)][0] in {"y", "e", ","}:
        return any(_TAKEN.match(word) for word, _start, _end in tokens[max(0, at - 10) : at])
    return bool(_TAKEN.match(tokens[max(0, at)][0]))


_TWO_ALONE = frozenset({"novios", "noivos", "esposos"})
_DETERMINERS = frozenset(
    [
        "a",
        "an",
        "un",
        "una",
        "um",
        "uma",
        "one",
        "my",
        "mi",
        "meu",
        "minha",
        "our",
        "nuestro",
        "nuestra",
        "nosso",
        "nossa",
        "their",
        "su",
        "seu",
        "sua",
        "his",
        "her",
    ]
)
_NO_ADJECTIVES = frozenset(
    ["room", "table", "seat", "cama", "habitacion", "cuarto", "quarto", "mesa", "vez", "para", "with", "friend", "hotel", "jefe"]
)


def _is_adjective(word: str, before: str) -> bool:
    """ "a stroppy kid", "mi pobre suegra": an unknown word between an article and a person."""
    return (
        before in _DETERMINERS
        and len(word) > 3
        and word.isalpha()
        and not kind_of(word)
        and word not in v.BETWEEN | v.JOINS | _NO_ADJECTIVES
    )


def _with_children(tokens: list[tuple[str, int, int]], index: int) -> bool:
    """ "the twins and their exhausted parents", "los de 4 y 7 con los abuelos"."""
    if index and tokens[index - 1][0] in {"de", "of", "dos", "das"}:
        return False
    return any(kind_of(word) in {"child", "twins"} for word, _start, _end in tokens)


def _with_others(tokens: list[tuple[str, int, int]], index: int) -> bool:
    """ "los abuelos y los 3 nietos", "un bebé y padres": others are told beside them."""
    after = [word for word, _start, _end in tokens[index + 1 : index + 6]]
    before = [word for word, _start, _end in tokens[max(0, index - 6) : index]]
    return (bool(after) and after[0] in v.JOINS and any(map(kind_of, after))) or (
        any(word in {"y", "e", "and", "+", "con"} for word in before[-2:]) and any(map(kind_of, before))
    )


def _beside_another(tokens: list[tuple[str, int, int]], index: int) -> bool:
    """ "mum, dad and two kids": a row of people."""
    after = [token for token, _start, _end in tokens[index + 1 : index + 3]]
    return len(after) == 2 and after[0] in {",", "y", "e", "and", "&", "+"} and kind_of(after[1]) == "adult"


# "my daughter 16, plus the two of us"
_BARE_AGE = compiled(r"\s*\d{1,2}\s*(?:$|[,.;:)]|(?:y|e|and|plus|mas|mais)\b)")


_BOTH_OF_THEM = compiled(r",? ?(?:(?:l[oa]s|[oa]s|the) (?:dos|2|two|dois|duas)|amb[oa]s|both) (?:de|tienen|tem|are|aged|con|com)\b")


def ages(tail: str, count: int | None = None) -> tuple[list[int], int]:
    """Ages told right after the people, and how far they reach."""
    if _BOTH_OF_THEM.match(tail):
        return [], 0  # "nuestras hijas, las dos de 9"
    intro = _INTRO.match(tail)
    for at in sorted(
        {*([intro.end()] if intro else []), *(match.end() for match in [re.match(r"\s*[,(:]?\s*", tail)] if match)}, reverse=True
    ):
        told, end, sure = _ages_from(tail, at)
        if told and (
            sure
            or (intro and intro[1])
            or (len(told) > 1 and count in {None, len(told)})
            or re.match(r"\s*[,(:-]", tail)
            or tail[:at].endswith("(")
            or (count == 1 and len(told) == 1 and _BARE_AGE.match(tail))
        ):
            return told, end
    if count and count > 1 and (stop := re.match(r"\s*[.!]\s*", tail)):
        told, end, _sure = _ages_from(tail, stop.end())
        if len(told) == count and max(told) < GROWN:
            return told, end
    later = _LATER.match(tail)
    return ([TEENS.get(later[1]) or numbers.value(later[1])], later.end()) if later else ([], 0)


# "A daughter of 6, 4 to 7 February": from the fourth.
_BEGINS_A_STAY = compiled(r" ?(?:(?:to|al?|ao|ate|hasta|till?|until|thru|through)\b(?! \d{1,2} anos\b)|- ?(?:\d|\s))")


def _ages_from(tail: str, at: int) -> tuple[list[int], int, bool]:
    told: list[int] = []
    sure = False
    if re.match(
        rf"{_AGE} (?:en total|in total|in all|total|ao todo|no total|altogether|of us|of them|de ell[oa]s|del[ea]s|personas|people|pessoas)\b",
        tail[at:],
    ):
        return [], at, False  # "mi prima, 5 en total"
    while match := re.match(rf"{_AGE}(?![\d:/.]\d)(?: ?({_MONTHS})| ?({_AGE_UNIT})\b)?", tail[at:]):
        after = tail[at + match.end() :]
        follower = re.match(r"\s*(?:de )?([a-z-]+)", after)
        word = follower[1] if follower else ""
        unit = bool(match[2] or match[3])
        if not unit and (
            kind_of(word)
            or v.ROOM_WORD.match(word)
            or re.match(
                r"(?:noche|night|noite|dia|day|hora|am|pm|h\b|hs|cuadra|block|cama|bed|perr|dog|gat|cat|vez|times|pesos|dolar|usd|reais)",
                word,
            )
        ):
            break
        value = TEENS.get(match[1]) or numbers.value(match[1])
        if match[1] in {"un", "una", "um", "uma", "a", "an", "one", "uno"} and not unit:
            break
        if value > 99 or (told and _BEGINS_A_STAY.match(after)):
            break
        told.append(value // 12 if match[2] else value)
        sure = sure or unit
        at += match.end()
        gap = _NEXT.match(tail[at:])
        if gap is None or not re.match(_AGE, tail[at + gap.end() :]):
            break
        at += gap.end()
    return told, at, sure
