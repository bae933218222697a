"""Ways to say who comes, written as the rest of the package reads them: "40 guests, twelve of whom are under ten" becomes
"40 guests, incluyendo 12 kids"."""

from __future__ import annotations

import re
from collections.abc import Callable

from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v

_N = numbers.PATTERN
_AGE = r"(?:1[0-7]|\d|un|una|um|uma|one|dos|duas|dois|two|tres|three|cuatro|quatro|four|cinco|five|seis|six|siete|sete|seven|ocho|oito|eight|nueve|nove|nine|diez|dez|ten|once|onze|eleven|doce|doze|twelve)"
_YEARS = r"(?:anos|anitos|aninhos|anhos|years?(?: old)?|yrs?|yo)"
_AND = r"(?:y|e|and|mas|mais|plus|con|com|with|&|\+)"
_KIDS = r"(?:menores|children|kids|ninos|ninas|nenes|nenas|chicos|chicas|criancas|crianca|pibes|under[- ]?age|bebes|babies|minors)"
_OF_THEM = r"(?:de (?:los|las) cuales|de (?:los|las) que|de ell[oa]s|of (?:whom|which|them|us)|deles|delas|dos quais|das quais|sendo|siendo|entre ell[oa]s|de nosotros)"
_PRO = r"(?:nosotros|nosotras|nos|nois|us|the)"
_BESIDES = r"(?:ademas de|aparte de|alem d|besides|apart from|sin contar|without counting|not counting|sem contar)"


def _under(match: re.Match[str]) -> str:
    return f", incluyendo {numbers.value(match['count'])} kids"


def _with_age(match: re.Match[str]) -> str:
    return f", incluyendo {numbers.value(match['count'])} kids de {numbers.value(match['age'])} anos"


def _fewer(match: re.Match[str]) -> str:
    left = numbers.value(match["all"]) - numbers.value(match["out"] or match["out2"])
    return f"somos {left}" if left > 0 else match[0]


def _half(match: re.Match[str]) -> str:
    count = numbers.value(match["all"])
    return f"{match[1]}, incluyendo {count // 2} kids" if count > 1 else match[0]


def _no_age(match: re.Match[str]) -> str:
    """A grown person's age is no number of people: "abuela 66"."""
    word = match[1]
    return word if mentions.kind_of(word) == "adult" or word in {"yo", "me", "eu", "i"} else match[0]


def _as_kids(match: re.Match[str]) -> str:
    """As many ages as there are of them: children, whatever they are called."""
    told = re.findall(r"\d+", match[2])
    return (
        f"{match[1]} kids de {' y '.join(told)} anos"
        if len(told) == numbers.value(match[1]) and all(int(age) < mentions.GROWN for age in told)
        else match[0]
    )


_LEFT = r"(?:se bajaron|se bajo|bailed(?: out)?|dropped out|can't (?:come|make it)|cancelaron|no vienen|no van|nao vao|nao vem|furaram|desistiram|desistiu|desistieron|pulled out)"
_RULES: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    # five or six people: how many is asked
    (
        re.compile(
            rf"\b(?:somos |seremos |entre |between |de |from )?(?:{_N}) ?(?:o|or|ou|u|a|to|-|y|e|and)(?: maybe| capaz| quizas?| talvez)? (?:{_N}) (?=(?:personas|people|pessoas|adult\w*|pax|huespedes|hospedes|guests|amig[oa]s|friends)\b)(?<!\be \d )"
        ),
        lambda match: " " if re.search(r"\b(?:o|or|ou|u|entre|between|to|de)\b", match[0]) or "-" in match[0] else match[0],
    ),
    (re.compile(r"\b(?:todos|todas|the rest|everyone else|everybody else|el resto|os outros|los otros|los demas|o resto)(?: (?:\d+|[a-z]+))?(?: (?:is|are|son|sao|es|e))?(?: (?:an|all|todos))? (?:adults?|adult[oa]s?|grandes|mayores)\b"), " "),
    (re.compile(r"\b(?:contando|counting|con|incl\w*|including|incluido|with)(?: (?:al?|el|la|the|ao|o|a|also|un|una|a))* (?:bebe|beba|baby|nene|nena|crianca|nino|nina|kid)(?: incluid[oa])?(?=,? ?(?:$|[.,;)]|los otros|everyone|os outros))"), ", incluyendo 1 kid"),
    # twelve of whom are under ten; uno tiene 2 años; the third is a baby
    (re.compile(rf",? ?(?:pero |but |mas )?(?:{_OF_THEM} )?(?P<count>{_N})(?: {_OF_THEM})? (?:are |son |sao |es |is )?(?:todavia |still |ainda )?(?:menores de|under|below|abaixo de|por debajo de|con menos de) (?:{_N})(?: {_YEARS})?\b(?<!^)"), _under),
    (re.compile(rf"(?<=\w),? (?:pero |but |mas |porem |y |e |and )?(?:{_OF_THEM} )?(?P<count>un[oa]|uma?|one)(?: {_OF_THEM})? (?:tiene|tem|is|has|e|es) (?P<age>{_AGE}) {_YEARS}\b"), _with_age),
    (re.compile(r",? (?:pero|but|mas|porem|so que|solo que)(?: (?:el|la|the|o|a))* (?:tercer[oa]?|third|terceir[oa]|ultim[oa]|last|cuart[oa]|fourth|quart[oa]|segund[oa]|second|otr[oa]|outr[oa]|other|quint[oa]|fifth)(?: one)? (?:es|is|e)(?: (?:un|una|um|uma|a))? (?:beb\w+|bab\w+|nen[ae]m?|nin[oa]|chic[oa]|kid|child|crianca|menor|de colo|menin[oa])\b"), ", incluyendo 1 kid"),
    (re.compile(rf"((?P<all>{_N})\b(?: (?:personas|people|pessoas|pax|guests))?),? (?:y |and |e )?(?:half(?: of (?:them|us|whom))?|la mitad(?: de (?:ell[oa]s|nosotros))?|metade(?: deles| delas)?) (?:are |son |sao |de )?{_KIDS}\b"), _half),
    (re.compile(rf"\bde(?: los|las|s|os)? (?P<all>{_N}) que (?:vamos|somos|viajamos|vao|vamos|seremos),? (?=(?:{_N}) )"), lambda match: f"somos {match['all']}, incluyendo "),
    (re.compile(r"\bdos (?P<all>\d+) que (?:vao|vamos|somos|viajam),? "), lambda match: f"somos {match['all']}, incluyendo "),
    # éramos 6 pero se bajaron dos
    (re.compile(rf"\b(?:eramos|we were|iamos ser|ibamos a ser|eram|were going to be|eran) (?P<all>{_N})\b.{{0,16}}?(?:\b(?P<out>{_N}) (?:se )?{_LEFT}|{_LEFT} (?P<out2>{_N}))\b"), _fewer),
    # tengo tres hijos pero sólo dos viajan conmigo
    (re.compile(rf"\b(?:tengo|i have|tenho|i've got) (?:{_N}) [a-z]+ (?:pero|but|mas|porem|and|y|e)(?: (?:solo|only|so|apenas|solamente))* ({_N}) (?:viajan|travel|vienen|come|vem|viajam|van|vao|are coming)(?: (?:conmigo|with me|comigo))?"), r"vamos yo y \1 kids"),
    # a school's class, a youth team
    (re.compile(rf"\b({_N}) (?:alumn[oa]s|alun[oa]s|students|pupils|estudiantes|estudantes|[a-z]+ graders)(?=(?: (?:de|del|do|da|from|in|of|\w+))* (?:grado|grade|primaria|escuela|primary|school|ano|serie|jardin)\b)"), r"\1 kids"),
    (re.compile(rf"\b({_N}) (?:[a-z]+ graders|grade schoolers|schoolchildren|escolares)\b"), r"\1 kids"),
    (re.compile(rf"(?<=[\s-])(?:1[0-7]|[5-9])\b([^\d.]{{0,30}}?)\b({_N}) (?:jugador[ea]s|jogador[ea]s|players|chicos)\b"), lambda match: match[0]),
    # hermanos: 15, 13 y 9
    (re.compile(r"\b(?:hermanos|hermanas|siblings|irmaos|irmas|brothers|sisters)(?::| de| of|,| aged)? (?=(?:\d{1,2}, )+\d{1,2} (?:y|e|and) \d{1,2}\b)"), "kids de "),
    # su hijo de 10 y el mío de 11; mi mujer con la de 2 y yo con el de 6
    (re.compile(rf"(?<=\d)(?: {_YEARS})? (?:y|e|and) (?:el |la |o |a )?(?:mi[oa]|mine|meu|minha|suy[oa]|hers|dele|dela)(?: (?:de|who's|who is|que tiene|que tem|tiene|tem|is|of|con|com))+ (?={_AGE}\b)"), " y 1 kid de "),
    (re.compile(rf"\b(?:el|la|o|a|al) de ({_AGE})(?: {_YEARS})?(?=\s*(?:$|[,.;)]|y\b|e\b))"), r"1 kid de \1 anos"),
    # a cot for the baby
    (re.compile(r"\b(?:y |e |and |mas |mais |plus )?(?:una? |uma? |a )?(?:cunit?a|cuna|crib|cot|berco|bercinho|practicuna|moises)(?: extra)? (?:para|for|pra|pro)(?: (?:el|la|o|a|the|mi|my|our|nuestr[oa]|un|una|um|uma))* (?=(?:beb|bab|nen|nin|hij|kid|child|little|filh|menin|crianc|peque)\w*)"), "y un "),
    (re.compile(r"\bx ?([1-9])\b(?= ?(?:$|[,.;)]|c/|con\b|with\b|com\b|pax|pers))"), r"para \1 personas"),
    (re.compile(r"\b(?:una? servidora?|euzinh[oa]|moi|(?:(?<=y )|(?<=, ))(?:el|la) que (?:te|les?) escribe)\b"), "yo"),
    (re.compile(r"\bwe(?:'re| are| both are) both\b|\bwe both\b|\bambos (?:tenemos|somos)\b"), "us two, "),
    (re.compile(r"\b(?:menores|under) de? ?(?=\d+ anos? para (?:arriba|cima))"), " "),
    # "besides him we are two"
    (re.compile(rf"\b{_BESIDES}\w*(?: (?:el|ella|him|her|ele|ela|eles|them|ellos|it))?,? (?:nosotros )?(?:somos|we are|we're|seremos) ({_N})\b"), r"y \1 adultos"),
    (re.compile(rf"\b(?:there's|there are|somos|we're|we are) ({_N})(?: of us)? {_BESIDES}\w*(?: (?:el|ella|him|her|ele|ela|eles|them|ellos|it))?\b"), r"\1 adultos"),
    # "nosotros dos" beside children are the grown-ups
    (re.compile(r"\b(?:nosotr[oa]s|nos|nois|us) (?:somos )?(?:dos|two|dois|duas|2)\b|\bthe two of us\b(?! of)"), "us two"),
    (re.compile(r"\b([a-z]+),? (?:de |is |tiene |tem )?(?:1[89]|[2-9]\d)(?: anos| years(?: old)?)?(?=\s*(?:$|[,.;:)]|y\b|e\b|and\b))"), _no_age),
    (re.compile(r"\b(hij[oa]s?|sons?|daughters?|kids?|filh[oa]s?|nen[ea]s?|boys?|girls?) (?:adolescentes?|teenage[rd]?s?|teens?) (?=\(?\d)"), r"\1 "),
    (re.compile(rf"\b(?:single )?(?:mother|father|mum|mom|dad|mae|pai|madre|padre|mama|papa)(?: solter[oa]| solo)? (?:of|de) ({_N}|twins|mellizos|mellizas|gemelos|gemelas|gemeos|gemeas|trillizos|trillizas|triplets|trigemeos)\b(?! (?:anos|years))(?: -)?"), lambda match: f"yo y mis {match[1]}" + ("" if mentions.kind_of(match[1]) == "twins" else " kids")),
    (re.compile(rf"^({_N}) {_AND} (?=(?:{_N}|un|una|um|uma|a) (?:nen|nin|beb|bab|kid|child|crian|menor|chic|pib)\w*)"), r"\1 adultos y "),
    (re.compile(r"\b(hij[oa]|niet[oa]|net[oa]|sobrin[oah]+|hermanit[oa]|granddaughter|grandson|son|daughter|little|nephew|niece|filh[oa]|irmaozinho|irmazinha|nene|nena|boy|girl|menin[oa]) (?!(?:que|who|is|de|of|tiene|tem|con|com|with|mayor|menor|y|e|and|mas|plus)\b)[a-z]{3,}, (?=(?:de )?\d{1,2}\b)"), r"\1 "),
    (re.compile(r"\blittle (?=\d{1,2}\b)"), "kid "),
    (re.compile(r"\b(?:somo|semos|zomos)\b"), "somos"),
    (re.compile(r"\bhabs?\."), "hab"),
    (re.compile(rf"\b({_N}) [a-z]+ (?:de|of|aged) ((?:\d{{1,2}}(?:, ?| y | e | and |,? & | ))+\d{{1,2}})(?: {_YEARS})?\b"), lambda match: _as_kids(match)),
    (re.compile(r"\b(?:hij[oa]s|filh[oa]s|sons|daughters|kids|children) (?:ya |all |already )?(?:mayores de edad|mayores|grandes|adult[oa]s|maiores(?: de idade)?|of age|grown[- ]?up)\b"), "adultos"),
    (re.compile(r"\bgrown[- ]?up (?:kids|children|sons|daughters)\b"), "adults"),
    (re.compile(r"\bvarones\b(?=.*\bmujeres\b)|(?<=mujeres y )varones\b"), "hombres"),
    (re.compile(r"\b(?:(?:el|la|o|a|the) )?(?:sr|sra|srta|mr|mrs|ms|miss|dr|dra|don|dona)\.? [a-z]+ (?:y|e|and|&) (?:(?:el|la|o|a|the) )?(?:sr|sra|srta|mr|mrs|ms|miss|dr|dra|don|dona)\.? [a-z]+\b"), "2 adultos"),
    # whose number it is, and what it holds: "la suite es para 4 personas?", "hay 4 personas gritando"
    (re.compile(rf"\b(?:suite|doble|triple|habitacion|cuarto|pieza|room|quarto|taxi|remis|transfer|combi|van|auto|carro|car|sala|salon) (?:es|is|e|son|sirve|alcanza|da|holds|fits)(?: (?:para|for|pra))? {_N} (?:personas|people|pessoas|pax|adult\w+)\b"), " "),
    (re.compile(rf"\b(?:hay|habia|there (?:are|were)|tem|tinha) {_N} (?:personas|people|pessoas|chic[oa]s|tipos|kids|men|women)(?: (?:que|who|haciendo|gritando|making|shouting|fazendo|gritando|en la|in the|no quarto|no corredor|afuera|outside))\b"), " "),
    (re.compile(r"\b(?:senor|senora) (?=(?:espos|marid|muj|padre|madre|espos)\w+)"), ""),
    (re.compile(r"\((?:hombre|mujer|man|woman|male|female|homem|mulher|varon)\)"), ""),
    # "contándome a mí, cuatro", "cuatro conmigo", "yo más dos"
    (re.compile(rf"\b(?:contandome(?: a mi)?|counting me|including me|including myself|contando comigo|comigo|conmigo|me included)(?: (?:somos|sao|serian|we are|we're|son|that's))?,? ({_N})\b(?! (?:hij|kid|child|nen|chic|nin|filh|crian))"), r"somos \1 en total"),
    (re.compile(rf"\b({_N}) (?:conmigo|comigo|contandome|contando conmigo|contando comigo|including me|counting me|with me)\b(?=\s*(?:$|[.,;]))"), r"somos \1 en total"),
    (re.compile(rf"^\W*(?:somos )?(?:yo|eu|me|i) (?:mas|mais|porem|plus|\+|y|e|and) (?:otr[oa]s |outr[oa]s |other )?({_N})(?: (?:mas|mais|more|others|otros|outros|otras|outras))?\W*$"), lambda match: f"somos {1 + numbers.value(match[1])}"),
    # "los chicos, que son dos"
    (re.compile(rf"\b(?:(?:los|las|the|os|as|mis|my|meus|minhas|nuestros|our) )?([a-z]+),? (?:que|who) (?:son|are|sao) ({_N})\b(?! (?:anos|years))"), lambda match: f"{match[2]} kids" if mentions.kind_of(match[1]) == "child" else match[0]),
    # "uma é criança de 8"
    (re.compile(rf"(?<=\w),? (?:pero |but |mas |porem |y |e |and )?(?P<count>un[oa]|uma?|one)(?: {_OF_THEM})? (?:es|is|e) (?:un |una |um |uma |a )?(?:nen[ea]|nin[oa]|chic[oa]|kid|child|crianca|menor|menin[oa]|bebe) (?:de|of) (?P<age>{_AGE})\b"), _with_age),
    (re.compile(r"\b(\d+|veinte|twenty|vinte|treinta|thirty|trinta|quince|quinze|fifteen) (?:alumn[oa]s|alun[oa]s|students|pupils|estudiantes|estudantes)\b(?=.*\b(?:profe\w*|maestr[oa]s?|docentes?|teachers?|preceptor\w*)\b)"), r"\1 kids"),
]  # fmt: skip


_EACH_OWN = re.compile(
    r"\bcada (?:uno|una|um|uma|cual|quien) (?:en|no|na|con|com|em)(?: (?:su|seu|sua))?(?: (?:propi[oa]|propri[oa]))? (?:habitacion|cuarto|pieza|quarto|single|apartamento|room)|\b(?:a|one|1) (?:single )?room each\b|\beach (?:in|with|has|gets)?(?: (?:their|his|her|our))?(?: own)? (?:own )?room\b"
    r"|\bseparate rooms\b|\b(?:habitaciones|cuartos|piezas|quartos) separad[oa]s\b|\b(?:um|1) quarto (?:pra|para|por) cada(?: um)?\b|\b(?:una|1) (?:habitacion|pieza|cuarto) (?:para|por) cada (?:uno|una)\b|\bown rooms\b|\bindividual rooms\b|\b(?:ponelos |todos |all )?(?:en|in|em) singles\b"
)


def plainly(text: str) -> str:
    """The text with such ways to say it written out."""
    for pattern, plain in _RULES:
        text = pattern.sub(plain, text)
    return re.sub(r" +", " ", text)


def has_a_room_each(text: str) -> bool:
    """Whether everyone sleeps in a room of their own."""
    return bool(_EACH_OWN.search(text))


def named(text: str) -> int:
    """How many come in "somos Ana, Beto, Caro y yo": names, and the writer; 0 when the words are no names."""
    match = _NAMES.search(text)
    if match is None:
        return 0
    names = re.findall(r"[a-z]+", match[1])
    if any(mentions.kind_of(name) or name in v.BETWEEN or name in v.OWNERS or name in mentions.NO_NAMES for name in names):
        return 0
    return len(names) + 1


_NAMES = re.compile(
    r"(?:^|\b(?:somos|it's|its|vamos|viajamos|seremos|seriamos|we're|we are)(?: a ser)?) ?((?!hola|hi|oi|si|yes|sim|buen)[a-z]{3,}(?:, [a-z]{3,}){1,6}),? (?:y|and|e) (?:yo|me|eu|myself|i)\b(?= ?(?:$|[.,;]))"
)
