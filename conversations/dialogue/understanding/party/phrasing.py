"""Ways to say who comes, written as the rest of the package reads them: "40 guests, twelve of whom are under ten" becomes
"40 guests, incluyendo 12 kids"."""

from __future__ import annotations

import re
from collections.abc import Callable

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v

_N = numbers.PATTERN
_AGE = r"(?:1[0-7]|\d|un|una|um|uma|one|dos|duas|dois|two|tres|three|cuatro|quatro|four|cinco|five|seis|six|siete|sete|seven|ocho|oito|eight|nueve|nove|nine|diez|dez|ten|once|onze|eleven|doce|doze|twelve)"
_YEARS = r"(?:anos|anitos|aninhos|anhos|years?(?: old)?|yrs?)"
_AND = r"(?:y|e|and|mas|mais|plus|con|com|with|&|\+)"
_KIDS = r"(?:menores|children|kids|ninos|ninas|nenes|nenas|chicos|chicas|criancas|crianca|pibes|under[- ]?age|bebes|babies|minors)"
_OF_THEM = r"(?:de (?:los|las) cuales|de (?:los|las) que|de ell[oa]s|of (?:whom|which|them|us)|deles|delas|dos quais|das quais|sendo|siendo|entre ell[oa]s|de nosotros)"
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
    if word in {"mayor", "mayores"} and re.search(r"\b(?:el|la|l[oa]s|o|a) $", match.string[: match.start()]):
        return match[0]  # "mis hijas: la mayor tiene 21": who of them
    return word if mentions.kind_of(word) == "adult" or word in {"yo", "me", "eu", "i"} else match[0]


def _as_kids(match: re.Match[str]) -> str:
    """As many ages as there are of them: children, whatever they are called."""
    told = re.findall(r"\d+", match[2])
    return (
        f"{match[1]} kids de {' y '.join(told)} anos"
        if len(told) == numbers.value(match[1]) and all(int(age) < mentions.GROWN for age in told)
        else match[0]
    )


_MANY = (
    rf"(?!(?:un|una|uno|um|uma|a|an|one)\b){_N}\b(?! ?(?:noch|night|noit|dia|day|hab|cuart|quart|room|cama|bed|hij|kid|chil|nen|nin|anos))"
)


def _each(match: re.Match[str]) -> str:
    """So many couples or families with so many children each, all of them counted."""
    if mentions.kind_of(match["kind"].split()[-1]) != "child" and mentions.kind_of(match["kind"].split()[0]) != "child":
        return match[0]
    if not (match["each"] or re.search(r"\b(?:cada|each)\b", match[0])):
        return match[0]
    if match["noun"] not in v.PAIR_PLURAL and match["noun"] not in {"families", "familias"}:
        told = match["ages"] or ""
        if mentions.kind_of(match["noun"]) != "adult":
            return match[0]
        return f"{numbers.value(match['all'])} adultos y {numbers.value(match['all']) * numbers.value(match['count'])} kids{told}"
    families, children = numbers.value(match["all"]), numbers.value(match["count"])
    grown = 2 * families if match["noun"] not in {"families", "familias"} else 0
    told = match["ages"] or ""
    kids = f"{families * children} kids" + (told if len(re.findall(r"\d+", told)) == families * children else "")
    if grown and re.search(rf"\b{grown} adult", match.string[match.end() :]):
        return kids  # those grown-ups are counted once more behind
    return (f"{grown} adultos y " if grown else f"{families} {match['noun']} y ") + kids


def _by_name(match: re.Match[str]) -> str:
    """Children who are named one by one, each with an age."""
    ages = re.findall(r"\d+", match["list"])
    names = re.findall(r"(?:^|, ?| y | e | and )([a-z]+)", match["list"])
    if mentions.kind_of(match["noun"]) != "child" or any(mentions.kind_of(name) or name in mentions.NO_NAMES for name in names):
        return match[0]
    return f"{len(ages)} kids de {' y '.join(ages)} anos"


def _one_of_all(match: re.Match[str]) -> str:
    age = mentions.TEENS.get(match["age"]) or numbers.value(match["age"])
    return f", {'incluyendo' if re.search(r'sendo|siendo|of them|deles|de ellos', match[0]) else 'y'} 1 kid de {age} anos"


def _grown_and_not(match: re.Match[str]) -> str:
    """Everybody's ages in one list: who is eighteen or older is grown up."""
    ages = [int(age) for age in re.findall(r"\d+", match["ages"])]
    told = match["all"] and numbers.value(match["all"])
    young = [str(age) for age in ages if age < mentions.GROWN]
    if (told and told != len(ages)) or len(young) == len(ages) or not (told or young) or max(ages) > 99:
        return match[0]
    kids = f" y {len(young)} kids de {' y '.join(young)} anos" if young else ""
    return f"{len(ages) - len(young)} adultos{kids}. "


def _two_by_age(match: re.Match[str]) -> str:
    """ "Our youngest is 2 and the oldest 6", when nobody has counted them."""
    spoken_of = re.findall(r"[a-z]+", match.string[max(0, match.start() - 160) : match.start()])
    if any(mentions.kind_of(word) in {"child", "twins"} for word in spoken_of):
        return match[0]
    return f" 2 kids de {match['one']} y {match['two']} anos"


def _the_young_one(match: re.Match[str]) -> str:
    spoken_of = re.findall(r"[a-z]+", match.string[max(0, match.start() - 160) : match.start()])
    if any(mentions.kind_of(word) in {"child", "twins"} for word in spoken_of):
        return match[0]
    return f", incluyendo 1 kid de {numbers.value(match['age'])} anos"


def _theirs(match: re.Match[str]) -> str:
    """ "¿Los chicos pagan? Los míos tienen 4 y 6"."""
    spoken_of = re.findall(r"[a-z]+", match.string[max(0, match.start() - 80) : match.start()])
    ages = [numbers.value(word) for word in re.findall(_N, match["ages"])]
    if not any(mentions.kind_of(word) in {"child", "twins"} for word in spoken_of) or max(ages) >= mentions.GROWN:
        return match[0]
    return f"mis {len(ages)} kids de {' y '.join(map(str, ages))} anos" if len(ages) > 1 else f"mi kid de {ages[0]} anos"


def _other_ones(match: re.Match[str]) -> str:
    ages = re.findall(r"\d+", match["ages"])
    if len(ages) not in {1, numbers.value(match["count"])} or any(int(age) >= mentions.GROWN for age in ages):
        return match[0]
    return f"{match['count']} kids de {' y '.join(ages)} anos"


def _pronoun(match: re.Match[str]) -> str:
    """Somebody of whom nothing but "she" is said; a child told before is the same."""
    spoken_of = re.findall(r"[a-z]+", match.string[max(0, match.start() - 90) : match.start()])
    if any(mentions.kind_of(word) in {"child", "adult"} and word not in {"grande", "mayor"} for word in spoken_of):
        return match[1]
    goes_on = re.match(r",| (?:y|e|and|con|com)\b", match.string[match.end() :])
    return f"{match[1]}, amiga" if goes_on else match[0]


def _younger_than(match: re.Match[str]) -> str:
    """ "2 crianças menores de 5" tells no age."""
    return match[1] if mentions.kind_of(match["noun"]) == "child" else match[0]


def _mother_of(match: re.Match[str]) -> str:
    """ "Mamá de tres"; "mi mamá de 82" is that old."""
    if re.search(r"\b(?:mi|my|minha|meu|la|el|the|a|o|su|nuestr[oa]) $", match.string[: match.start()]) or (
        match[1].isdigit() and int(match[1]) > 12
    ):
        return match[0]
    return f"yo y mis {match[1]}" + ("" if mentions.kind_of(match[1]) == "twins" else " kids")


def _parent_and_child(match: re.Match[str]) -> str:
    """ "Somos madre e hija": two grown-ups, unless the child's age says otherwise."""
    young = [int(age) for age in re.findall(r"\d{1,2}", match["rest"]) if int(age) < mentions.GROWN]
    return (f"yo y mi {match['child']}" if young else "somos 2 adultos, ") + (match["rest"] if young else " ")


def _last_of_the_row(match: re.Match[str]) -> str:
    """ "Three kids, 12, 9 and the baby 1": the third of them, when so many are missing."""
    told = [*re.finditer(rf"\b(?P<count>{_N}) (?:[a-z]+ )?(?P<noun>[a-z]+)\b", match.string[: match.start() + 1])]
    kids = next((one for one in reversed(told) if mentions.kind_of(one["noun"]) == "child"), None)
    if kids is None:
        return match[0]
    ages = re.findall(r"\d+", match.string[kids.end() : match.start() + 1])
    return " y " if len(ages) < numbers.value(kids["count"]) else match[0]


def _whose_bed(match: re.Match[str]) -> str:
    """ "Our son of 3, a cot for the little one": his; after "two boys, and a cot for the baby" the baby is one more."""
    children = [word for word in re.findall(r"[a-z]+", match.string[: match.start()]) if mentions.kind_of(word) in {"child", "twins"}]
    noun = mentions.singular(match["noun"])
    if len(children) == 1 and (children[0] == noun or (noun in v.LITTLE and mentions.singular(children[0]) == children[0])):
        return " "
    return f"y un {match['noun']}"


def _all_of_age(match: re.Match[str]) -> str:
    """ "Tenemos 70 y 75 años": as many grown-ups as ages; no age of theirs is a number of people."""
    told = [int(age) for age in re.findall(r"\d{2}", match["ages"])]
    children = any(
        mentions.kind_of(word) == "child" for word in re.findall(r"[a-z]+", match.string[max(0, match.start() - 40) : match.start()])
    )
    return match[0] if children or min(told) < mentions.GROWN else f"{len(told)} adultos"


_ROW = r"\d{1,2}(?: anos| years)?(?:(?:, ?(?:y |e |and )?| y | e | and | ?& ?|/| )\d{1,2}(?: anos| years)?)"
_ELDER = r"(?:mayor|menor|mas (?:grande|chic[oa]|peque\w+)|older|younger|oldest|youngest|eldest|mais velh[oa]|mais nov[oa])"
_LEFT = r"(?:se bajaron|se bajo|bailed(?: out)?|dropped out|can't (?:come|make it)|cancelaron|no vienen|no van|nao vao|nao vem|furaram|desistiram|desistiu|desistieron|pulled out)"
_RULES: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    # everybody's ages: "somos 4 (45, 43, 17 y 12)"
    (compiled(rf"(?:\b(?P<all>{_N}) (?:personas|people|pessoas|pax|adult[oa]s|adults|guests|huespedes|hospedes|en total|in total|no total|of us)?[,.:;]? ?)?(?:\(?(?:(?:las |as |our |nuestras |de )?(?:edades|idades|ages|edad)(?: (?:son|sao|are|de))?:? ?)(?P<ages>{_ROW}{{1,11}})\)?)"), lambda match: _grown_and_not(match)),
    (compiled(rf"\b(?P<all>{_N})(?: (?:personas|people|pessoas|pax|of us))?:? ?\((?P<ages>{_ROW}{{1,11}})\)"), lambda match: _grown_and_not(match)),
    # "una habitación más, serían 3" counts rooms
    (compiled(rf"\b((?:otra|una|another|one|outro|um|1) (?:habitacion|cuarto|pieza|hab|room|quarto)(?: (?:mas|more|extra|a mais|adicional))?\b[^.?!]{{0,40}}?)(?<!para ),? (?:serian|seriam|son|sao|that makes|making|total|en total|quedarian|ficam|ficariam) ({_N})(?= ?(?:$|[.,;!?]))(?<=\d|[a-z])"), lambda match: f"{match[1]}, {match[2]} habitaciones" if re.search(r"\b(?:otra|another|outro|mas|more|extra|mais|adicional)\b", match[1]) else match[0]),
    # half of them grown up, half children
    (compiled(rf"(?P<all>{_N})\b(?: (?:personas|people|pessoas))?[,:]? (?:la )?(?:mitad|half|metade) (?:adult\w+|grandes|mayores|grown[- ]?ups),? (?:(?:y|e|and) )?(?:la |the other )?(?:mitad|half|metade) (?:{_KIDS})\b"), lambda match: f"{numbers.value(match['all']) // 2} adultos y {numbers.value(match['all']) // 2} kids"),
    (compiled(rf"\b({_N} (?P<noun>[a-z]+)),? (?:todos |all |ambos )?(?:menores de|menores a|under|below|abaixo de|com menos de|de menos de|con menos de|younger than|ate|de hasta|hasta) {_N}\b(?: {_YEARS})?(?! (?:y|e|and) (?:\d|{_AGE}\b))"), lambda match: _younger_than(match)),
    # "the other two are 15 and 17"
    (compiled(rf"\b(?:l[oa]s|[oa]s|the) (?:otr[oa]s|outr[oa]s|other) (?P<count>{_N}) (?:tienen|tem|are|de|of|son|sao|aged)(?: de)? (?P<ages>\d{{1,2}}(?:(?:, ?| y | e | and | ?& ?)\d{{1,2}})*)\b"), lambda match: _other_ones(match)),
    # "ours are 2, 4 and 9", "el mío tiene 5"
    (compiled(rf"\b(?:ours|mine|l[oa]s (?:mi[oa]s|nuestr[oa]s)|[oa]s (?:meus|minhas|noss[oa]s)|(?:el|la) (?:mi[oa]|nuestr[oa])|[oa] (?:meu|minha|noss[oa]))(?: ones?)? (?:are|is|tienen?|tem|son|es|sao|e|de)(?: de)? (?P<ages>(?:{_AGE})(?:(?:, ?| y | e | and | ?& ?)(?:{_AGE}))*)\b(?: {_YEARS})?"), lambda match: _theirs(match)),
    # "our youngest turned 2, the oldest is 6"; "somos cinco, el más chico tiene 14"
    (compiled(rf"\b(?:our|my|the|el|la|mi|nuestr[oa]|o|a|meu|minha) {_ELDER}(?: one)? (?:(?:turned|is|tiene|tem|cumplio|fez|de|just|recien|acaba de cumplir|has) )*(?P<one>1[0-7]|\d)\b(?: {_YEARS})?[^.,;\d]{{0,16}}(?:,|\band\b|\by\b|\be\b)(?: (?:and|y|e))? ?(?:our|my|the|el|la|mi|nuestr[oa]|o|a|meu|minha)? ?{_ELDER}(?: one)? (?:(?:turned|is|tiene|tem|cumplio|fez|de|just|recien|has) )*(?P<two>1[0-7]|\d)\b(?: {_YEARS})?"), lambda match: _two_by_age(match)),
    (compiled(rf"(?<=[a-z\d]),? (?:y |and |e |pero |but |porem )?(?:the|el|la|o|a) (?:mas (?:chic[oa]|peque\w+|joven)|youngest|younger|mais nov[oa]|menor|cacula)(?: one)?(?: de (?:tod[oa]s|nosotros)| of (?:us|all))? (?:(?:is|tiene|tem|just|apenas|solo|so|de|has) )+(?P<age>{_AGE})\b(?: {_YEARS})?"), lambda match: _the_young_one(match)),
    # "I've got three kids but only the youngest (4) is coming"
    (compiled(rf"\b(?:tengo|tenemos|i have|we have|tenho|temos|i've got|we've got) (?:{_N}) [a-z]+,? (?:pero|but|mas|porem|and|y|e) (?:(?:viene|viaja|va|vem|vai) )?(?:solo|only|so|apenas|solamente|just)(?: (?:viene|viaja|va|vem|vai|viajo con|voy con))? (?:with )?(?:el|la|the|o|a) (?:{_ELDER}|[a-z]+),? ?(?:\(|de |of |aged |que tiene |que tem |who is )?(?P<age>{_AGE})\b\)?(?: {_YEARS})?"), lambda match: f"vengo con mi kid de {numbers.value(match['age'])} anos"),
    # "las criaturas: 2 mías y 1 de ella"
    (compiled(rf"\b(?P<noun>[a-z]+)[:,(] ?(?P<one>{_N}) (?:mi[oa]s?|mine|meus?|minhas?|nuestr[oa]s?|ours|noss[oa]s?) (?:y|e|and|\+) (?P<two>{_N}) (?:de (?:ell?[ae]s?|ele|ela)|dela|dele|suy[oa]s?|hers|his|theirs)\b"), lambda match: f"{numbers.value(match['one']) + numbers.value(match['two'])} {match['noun']}" if mentions.kind_of(match["noun"]) == "child" else match[0]),
    # "mi amiga y yo, las dos docentes": who they are
    (compiled(rf"(?<= y yo),? (?:l[oa]s|amb[oa]s|tod[oa]s)(?: (?:{_N}))? (?=[a-z]+)(?!(?:nen|nin|chic|hij|beb)\w*)[a-z]+\b|(?<= e eu),? (?:[oa]s|amb[oa]s|tod[oa]s)(?: (?:{_N}))? (?!(?:filh|crian|menin|beb)\w*)[a-z]+\b|(?:(?<=and i)|(?<=and me)),? (?:both|all)(?: of us)?(?: (?!kids|children)[a-z]+)?\b(?! (?:our|the|my))"), " "),
    (compiled(r"\b((?:yo y|eu e|me and) (?:mi|meu|minha|my) [a-z]+),? (?:los dos|las dos|os dois|as duas|ambos|ambas|both)(?: of us)? (?!(?:nen|nin|chic|hij|beb|filh|crian|menin|kid)\w*|de\b|con\b|com\b|y\b|e\b)[a-z]+"), r"\1"),
    # "somos madre e hija"
    (compiled(r"\b(?:somos|we are|we're|it's|just|seriamos|vamos|viajamos)(?: (?:una?|uma?|a))? (?:madre|padre|mae|pai|mother|father|mum|mom|dad|mama|papa) (?:y|e|and|&) (?P<child>hij[oa]|filh[oa]|daughter|son)\b(?P<rest>[^.!?\n]{0,24})"), lambda match: _parent_and_child(match)),
    # "un casal de hijos, él 10 y ella 7"
    (compiled(r"\b(?:(?:un|um|o|el|nosso|nuestro|meu|mi) )?(?:casal(?:zinho)?|parejita|par) de (?:filh\w+|hij\w+|criancas|kids|gemeos|mellizos|nenes|netos|nietos|sobrinhos)\b"), "2 kids"),
    # "sólo un muchacho, mi empleado"
    (compiled(r"\b((?:solo|solamente|so|just|only|apenas) (?:una?|uno|uma?|one|a) (?!de\b)[a-z]+),? (?:mi|my|meu|minha) [a-z]+(?=,| (?:para|pra|for)\b|$)"), r"\1"),
    # the child's own bed: "cama extra para criança de 6 anos"
    (compiled(rf"(?:\b(?:y|e|and|mas|mais|plus|con|com|with) |\+ ?)?\b(?:una? |uma? |an? )?(?:cam(?:a|ita|inha) (?:extra|adicional|supletoria|auxiliar|chica)|(?:extra|additional|small) bed|colchao(?:zinho)? extra|colchon extra|colchon) (?:para|for|pra|pro|pros)(?: (?:el|la|o|a|the|mi|my|our|nuestr[oa]|un|una|um|uma|meu|minha))* (?=[a-z]+ (?:de |of |\()(?:{_AGE})\b)"), "y un "),
    # five or six people: how many is asked
    (
        compiled(
            rf"\b(?:somos |seremos |entre |between |de |from )?(?:{_N}) ?(?:o|or|ou|u|a|to|-|y|e|and)(?: maybe| capaz| quizas?| talvez)? (?:{_N}) (?=(?:personas|people|pessoas|adult\w*|pax|huespedes|hospedes|guests|amig[oa]s|friends)\b)(?<!\be \d )"
        ),
        lambda match: " " if re.search(r"\b(?:o|or|ou|u|entre|between|to|de)\b", match[0]) or "-" in match[0] else match[0],
    ),
    (compiled(r"\b(?:todos|todas|the rest|everyone else|everybody else|el resto|os outros|los otros|los demas|o resto)(?: (?:\d+|[a-z]+))?(?: (?:is|are|son|sao|es|e))?(?: (?:an|all|todos))? (?:adults?|adult[oa]s?|grandes|mayores)\b"), " "),
    (compiled(r"\b(?<!each )(?<!cada uno )(?<!cada una )(?<!cada um )(?<!cada uma )(?:contando|counting|con|incl\w*|including|incluido|with)(?: (?:al?|el|la|the|ao|o|a|also|un|una|a))* (?:bebe|beba|baby|nene|nena|crianca|nino|nina|kid)(?: incluid[oa])?(?=,? ?(?:$|[.,;)]|los otros|everyone|os outros))"), ", incluyendo 1 kid"),
    # twelve of whom are under ten; uno tiene 2 años; the third is a baby
    (compiled(rf",? ?(?:pero |but |mas )?(?:{_OF_THEM} )?(?P<count>{_N})(?: {_OF_THEM})? (?:are |son |sao |es |is )?(?:todavia |still |ainda )?(?:menores de|under|below|abaixo de|por debajo de|con menos de) (?:{_N})\b(?! (?:y|e|and) (?:\d|{_AGE}\b))(?: {_YEARS})?(?<!^)"), _under),
    (compiled(rf"(?<=\w),? (?:pero |but |mas |porem |y |e |and )?(?:{_OF_THEM} )?(?P<count>un[oa]|uma?|one)(?: {_OF_THEM})? (?:tiene|tem|is|has|e|es) (?P<age>{_AGE}) {_YEARS}\b"), _with_age),
    (compiled(r",? (?:pero|but|mas|porem|so que|solo que)(?: (?:el|la|the|o|a))* (?:tercer[oa]?|third|terceir[oa]|ultim[oa]|last|cuart[oa]|fourth|quart[oa]|segund[oa]|second|otr[oa]|outr[oa]|other|quint[oa]|fifth)(?: one)? (?:es|is|e)(?: (?:un|una|um|uma|a))? (?:beb\w+|bab\w+|nen[ae]m?|nin[oa]|chic[oa]|kid|child|crianca|menor|de colo|menin[oa])\b"), ", incluyendo 1 kid"),
    (compiled(rf"((?P<all>{_N})\b(?: (?:personas|people|pessoas|pax|guests))?),? (?:y |and |e )?(?:half(?: of (?:them|us|whom))?|la mitad(?: de (?:ell[oa]s|nosotros))?|metade(?: deles| delas)?) (?:are |son |sao |de )?{_KIDS}\b"), _half),
    (compiled(rf"\bde(?: los|las|s|os)? (?P<all>{_N}) que (?:vamos|somos|viajamos|vao|vamos|seremos),? (?=(?:{_N}) )"), lambda match: f"somos {match['all']}, incluyendo "),
    (compiled(rf"\b(?:de (?:l[oa]s|[oa]s|nosotros)|d[oa]s|of the|of us|out of) (?P<all>{_N}),? (?=(?:{_N}) (?:son|sao|are) )"), lambda match: f"somos {match['all']}, incluyendo "),
    # "una habitación para tres y otra para dos"
    (compiled(rf"\b(?:para|pra|for) (?P<one>{_MANY})(?: (?:adult\w*|personas|people|pessoas))?,? (?:y|e|and) (?:otr[oa]|outr[oa]|another|one)(?: (?:habitacion|cuarto|pieza|room|quarto|one))? (?:para|pra|for) (?P<two>{_MANY})(?= ?(?:$|[.,;!?]|adult|person|people|pesso))"), lambda match: f"2 habitaciones para {numbers.value(match['one']) + numbers.value(match['two'])} "),
    (compiled(r"\bdos (?P<all>\d+) que (?:vao|vamos|somos|viajam),? "), lambda match: f"somos {match['all']}, incluyendo "),
    # éramos 6 pero se bajaron dos
    (compiled(rf"\b(?:eramos|we were|iamos ser|ibamos a ser|eram|were going to be|eran) (?P<all>{_N})\b.{{0,16}}?(?:\b(?P<out>{_N}) (?:se )?{_LEFT}|{_LEFT} (?P<out2>{_N}))\b"), _fewer),
    (compiled(r"\b(?:un |um |a |one )?(?:anito|aninho|ano|year) (?:y|e|and) (?:medio|meio|a half)\b"), "1 anos"),
    # three or four: how many is asked
    (compiled(rf"\b(?:somos|seremos|seriamos|vamos a ser|we'll be|we are|we're|vamos ser|a gente e|vamos|viajamos|^)(?: (?:unos|unas|uns|like|about|entre|de|between|from))* ?(?:{_N}) (?:o|or|ou|u) (?:{_N})\b(?! ?(?:noch|night|noit|dia|day|hab|cuart|quart|room|cama|bed|:|hs|am|pm))"), " "),
    # ten, but two sleep elsewhere
    (compiled(rf"\b(?P<all>{_N})(?: (?:personas|people|pessoas|amig[oa]s))?,? (?:pero|but|mas|porem) (?P<out>{_N}|(?P<out2>\b\B)) (?:(?:no|nao|don't|won't|aren't|duermen|dormem|sleep|sleeping|se quedan|ficam|staying|stay) (?:vienen|van|se quedan|duermen|ficam|vem|vao|stay\w*|come|coming|sleep\w*|en otro|en otra|em outro|elsewhere|somewhere else|at))\b"), _fewer),
    (compiled(r"\b(somos|we are|we're|seriamos|seremos) ([a-z]+|\d+) (?:mas|mais|plus|y|e|and) (?:el|ella|ele|ela|him|her)\b(?= ?(?:$|[,.;!?)]|y\b|que\b))"), lambda match: match[0] if match[2] in {"eu", "yo", "me", "i"} else f"{match[1]} {match[2]} adultos"),
    (compiled(r"\b(?:solo|solamente|unicamente|so) (?:voy|viajo|vou|vengo|venho) (?:yo|eu)\b"), "solo yo"),
    (compiled(rf"^\W*(?:todos|todas|all|total|entre todos): ?({_N})\b"), r"somos \1"),
    (compiled(r"\b(?:mi|my|minha|meu) (?:chica|chico|flaca|flaco|piba|pibe|mina|garota|garoto|girl|boy|negra|negro|gorda|gordo) (?=(?:y yo|and i|and me|e eu)\b)"), "mi mujer "),
    (compiled(r", (?=(?:otr[oa]|another|outr[oa]) (?:pareja|matrimonio|casal|couple)\b)"), " y "),
    (compiled(rf"\b(?:familia|family|grupo|group|party) (?:de|of) (?P<all>{_N}),? (?:con|with|com) (?P<count>{_N}) (?P<noun>[a-z]+)"), lambda match: f"somos {match['all']}, incluyendo {match['count']} {match['noun']}" if mentions.kind_of(match["noun"]) == "child" else match[0]),
    (compiled(r"\bpersonas? adultas?\b|\bpessoas? adultas?\b"), "adulto"),
    # two couples, each with a child; three couples with a kid apiece
    (compiled(rf"\b(?P<all>{_N}) (?P<noun>couples|parejas|casais|matrimonios|families|familias|[a-z]+)\b,? (?:y |and |e )?(?:(?:cada (?:un[oa]|uma?|pareja|matrimonio|casal|familia)|each(?: (?:one|couple|family))?|every (?:couple|family))|con|com|with|tiene|tem|has|have|having|tienen|trae|traz|brings?|lleva|leva| )*(?<= )(?P<count>{_N}) (?P<kind>[a-z]+(?: [a-z]+)??)(?: (?P<each>cada un[oa]|cada uma?|cada|each|apiece)\b)?(?P<ages> ?\([^()]{{1,40}}\))?"), lambda match: _each(match)),
    # "two rooms, two adults in each"
    (compiled(rf"\b(?P<rooms>{_N}) (?P<room>[a-z]+),? (?:con |with |com )?(?P<count>{_N}) (?P<people>adult\w*|people|personas?|pessoas?|pax|guests?)(?: (?:in|en|em|por|per))? (?:each|cada|habitacion|room|quarto)(?: un[oa]| uma?| one)?\b"), lambda match: f"{match['rooms']} {match['room']}, {numbers.value(match['rooms']) * numbers.value(match['count'])} {match['people']}"),
    # both sets of parents
    (compiled(r"\b(?:both sets of parents|(?:los )?padres de (?:los dos|los 2|ambos)(?: lados)?|(?:os )?pais d(?:os (?:dois|2)(?: lados)?|e ambos(?: os lados)?)|(?:los )?(?:cuatro )?consuegros)\b"), "4 amigos"),
    # otra pareja, outro casal
    (compiled(r"\b(?:otra pareja|otro matrimonio|outro casal|another couple)(?: (?:de amigos|amigo|amiga|amigos))?\b(?=.{0,20}\b(?:con nosotros|with us|com a gente|conosco)\b)|(?<=vamos con )(?:otra pareja|otro matrimonio)|(?<=vamos com )outro casal|(?<=going with )another couple"), "us two y 2 amigos"),
    # eu, ela e os meus sogros
    (compiled(r"\b(yo|eu|me|i),? (?:(?:y|e|and) )?(?:ella|ela|ele|she|he|him|her)(?=,| y\b| e\b| and\b| con\b| com\b| ?(?:$|[.;!?]))"), lambda match: _pronoun(match)),
    # para el Dr. Ferro
    (compiled(r"\b(?:para|for|pra|pro) (?:el |la |o |a |the )?(?:dr|dra|sr|sra|srta|mr|mrs|ms|miss|lic|ing|prof|don|dona)\.? [a-z]+\b(?! (?:y|e|and|&))"), "para un amigo"),
    # an under-15 team's players; the pupils of a primary school, "alumnas de 17"
    (compiled(r"(\b(?:sub|under|u)[- ]?1[0-7]s?\b.{0,40}?)\b(\d{1,2}) (?:jugador[ea]s|jogador[ea]s|players|jugadoras|nadador[ea]s|swimmers|atletas|athletes|chic[oa]s|boys|girls|lads)\b"), r"\1\2 kids"),
    (compiled(r"\b(\d{1,2}) (?:jugador[ea]s|jogador[ea]s|players|jugadoras|nadador[ea]s|swimmers|atletas|athletes|chic[oa]s|boys|girls|lads)(?= (?:de la |del? |do |da )?(?:sub|under|u)[- ]?1[0-7]s?\b)"), r"\1 kids"),
    (compiled(rf"\b({_N}) (?:alumn[oa]s|alun[oa]s|students|pupils|estudiantes|estudantes)(?= (?:de|of|aged) (?:\d|1[0-7])\b| (?:do|de) (?:fundamental|ensino|primer|segundo|tercer|cuarto|quinto|sexto|septimo|jardim|jardin))"), r"\1 kids"),
    # los nietos, Tomás de 12 y Lola de 10
    (compiled(r"\b(?:(?:los|las|the|mis|my|os|as|meus|minhas|our|nuestr[oa]s|noss[oa]s) )?(?P<noun>[a-z]+)[,:] (?P<list>[a-z]+,? (?:de |of |aged |\()?\d{1,2}\)?(?:(?:,? (?:y|e|and) |, ?)[a-z]+,? (?:de |of |aged |\()?\d{1,2}\)?)+)"), lambda match: _by_name(match)),
    # the kids' ages told apart: "tienen 2, 4, 7 y 11"
    (compiled(r"\b(?:mama|mae|mother|mum|mom|madre|papa|pai|dad|padre|father) (?:de|of) ({_N})(?: aca| aqui| here)?: (?:tienen|tem|they're|they are|aged)".replace("{_N}", _N)), r"yo y mis \1 kids de"),
    # out of 60 guests just 14 sleep at yours
    (compiled(rf"\b(?:out of|de los|de las|dos|das|de) (?:the |los |las |nossos |nuestros )?(?:\d+) (?:[a-z]+),? (?:just|only|solo|so|apenas|solamente)? ?(?P<count>{_N}) (?=(?:sleep|stay|se alojan|se quedan|duermen|dormimos|dormem|ficam|se hospedam|will sleep|will stay|van a dormir)\b)"), lambda match: f"{match['count']} personas "),
    # we are 78 and 81
    (compiled(rf"\b(?:(?:we're|we are|tenemos|temos|teniamos|aged|nuestras edades son|our ages are)(?: both| now| ya| ja)?) (?P<ages>[1-9]\d(?: {_YEARS})?(?:, [1-9]\d(?: {_YEARS})?){{0,3}},? (?:y|e|and|&) [1-9]\d)\b(?! ?%)(?: {_YEARS})?(?= ?(?:$|[.,;!?)]|y\b|e\b|and\b|pero|but|porem|so\b|asi\b))"), lambda match: _all_of_age(match)),
    # one single guy: no room
    (compiled(rf"\b(?P<count>{_N}) (?:single|solter[oa]s?|solteir[oa]s?) (?=(?:guys?|m[ae]n|wom[ae]n|lads?|lad(?:y|ies)|friends?|mates?|blokes?|chaps?|gals?|gentlem[ae]n|amig[oa]s?)\b)"), r"\g<count> "),
    # I'm 68, she's 66
    (compiled(r"\b(?:i'm|i am|yo tengo|tengo|yo|eu tenho|tenho|eu) (?:[2-9]\d)(?: anos)?,? (?:y |and |e )?(?:mi [a-z]+ |my [a-z]+ |minha [a-z]+ |meu [a-z]+ )?(?:she's|she is|he's|he is|ella|ela|el|ele|is|tiene|tem)(?: (?:tiene|tem))? (?:[2-9]\d)\b"), "2 adultos"),
    # my two grown daughters, minhas duas filhas adultas, (los dos grandes)
    (compiled(r"\bgrown(?:[- ]up)? (?=(?:sons?|daughters?|kids|children|boys|girls)\b)|\badult (?=(?:sons?|daughters?|kids|children)\b)"), "adult-"),
    (compiled(r"\badult-(sons|daughters|kids|children|boys|girls)\b"), "friends"), (compiled(r"\badult-(son|daughter)\b"), "friend"),
    (compiled(r"\b(?:filhas|filhos|hijas|hijos) (?:ya |ja )?(?:adult[oa]s|grandes|mayores|maiores)\b"), "amigos"),
    (compiled(r"\b(?:filha|filho|hija|hijo) (?:ya |ja )?(?:adult[oa]|grande|mayor de edad|maior de idade)\b"), "amigo"),
    (compiled(r"\((?:los|las|os|as|the)? ?(?:\d|dos|two|dois|duas|tres|three|ambos|both)? ?(?:grandes|adult[oa]s|adults|mayores|adultos)\)"), " "),
    # only adults, two
    (compiled(rf"\b(?:solo|solamente|only|just|so|apenas) (?:adult[oa]s|adults|grandes|mayores)[,:]? ({_N})\b"), r"\1 adultos"),
    # plus my dad, so three in total; com meu pai, dá três
    (compiled(rf"\b(?<!my )(?<!our )(?<!his )(?<!her )(?<!a )(?<!and )(?:da|dao|son|somos|sao|makes|make|that's|it's|quedamos|seriamos|seremos|suma|suman|so|asi que|entonces|entao)(?: que)?(?: (?:somos|that's|we are|we're|son|sao|a gente e))? ({_MANY})(?: (?:en total|in total|total|ao todo|no total|altogether|in all))?(?=\s*(?:$|[.!]))"), r"somos \1 en total"),
    # there's four of us, half of them kids
    (compiled(rf"(?P<all>{_N}) (?:of us|de nosotros|de nos|personas|people|pessoas),? half (?:of (?:them|us) )?(?:are )?{_KIDS}\b"), lambda match: f"somos {match['all']}, incluyendo {numbers.value(match['all']) // 2} kids"),
    # cinco ao todo, sendo um de quatorze anos; tres grandes y uno de 9
    (compiled(rf"(?<=[a-z\d]),? (?:sendo|siendo|one|y|e|and|mas|mais)(?: (?:of them|deles|de ellos))? (?:un[oa]?|uma?|one)(?: (?:de ellos|deles|of them|is|es|tiene|tem))? (?:de|of|aged|is) (?P<age>1[0-7]|[1-9]|catorce|quatorze|catorze|fourteen|fifteen|quince|quinze|sixteen|trece|treze|thirteen|once|onze|eleven|doce|doze|twelve|diez|dez|ten|nueve|nove|nine|ocho|oito|eight|siete|sete|seven|seis|six|cinco|five|cuatro|quatro|four|tres|three|dos|dois|two)(?: {_YEARS})?(?=\s*(?:$|[.,;)]))"), lambda match: _one_of_all(match)),
    # the eleven of us; nós onze
    (compiled(r"\b(?:the) (three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2}) of us\b"), r"somos \1"),
    (compiled(r"\b(?:nosotr[oa]s|nos) (?:los |las |os |as )?(ocho|nueve|diez|once|doce|sete|siete|oito|nove|dez|onze|doze|[7-9]|1\d)\b(?! (?:noch|noit|dia))"), r"somos \1"),
    # two and a half, the half is a baby
    (compiled(rf"\b({_N}) (?:y|e|and) (?:medi[oa]|mei[oa]|a half)\b(?=.{{0,30}}\b(?:beb|bab|nen|nin|crian|kid|child|chic)\w*)"), r"\1 adultos y "),
    # two of the four are kids, 7 and 11
    (compiled(rf"\b(?P<count>{_N}) (?:of|de|dos|das|de l[oa]s|d[oa]s) (?:the |los |las |os |as |nosotros |us )?(?P<all>{_N}) (?:are|son|sao|somos) (?=(?:{_KIDS})\b)"), lambda match: f"somos {numbers.value(match['all'])}, incluyendo {numbers.value(match['count'])} "),
    # tengo tres hijos pero sólo dos viajan conmigo
    (compiled(rf"\b(?:tengo|i have|tenho|i've got) (?:{_N}) [a-z]+ (?:pero|but|mas|porem|and|y|e)(?: (?:solo|only|so|apenas|solamente))* ({_N}) (?:viajan|travel|vienen|come|vem|viajam|van|vao|are coming)(?: (?:conmigo|with me|comigo))?"), r"vamos yo y \1 kids"),
    # a school's class, a youth team
    (compiled(rf"\b({_N}) (?:alumn[oa]s|alun[oa]s|students|pupils|estudiantes|estudantes|[a-z]+ graders)(?=(?: (?:de|del|do|da|from|in|of|\w+))* (?:grado|grade|primaria|escuela|primary|school|ano|serie|jardin)\b)"), r"\1 kids"),
    (compiled(rf"\b({_N}) (?:[a-z]+ graders|grade schoolers|schoolchildren|escolares)\b"), r"\1 kids"),
    (compiled(rf"(?<=[\s-])(?:1[0-7]|[5-9])\b([^\d.]{{0,30}}?)\b({_N}) (?:jugador[ea]s|jogador[ea]s|players|chicos)\b"), lambda match: match[0]),
    # hermanos: 15, 13 y 9
    (compiled(r"\b(?:hermanos|hermanas|siblings|irmaos|irmas|brothers|sisters)(?::| de| of|,| aged)? (?=(?:\d{1,2}, )+\d{1,2} (?:y|e|and) \d{1,2}\b)"), "kids de "),
    # three kids, 12, 9 and the baby 1
    (compiled(rf"(?<=\d)(?: {_YEARS})?,? (?:y|e|and) (?:the|el|la|o|a) (?:baby|beb[ea]|chiquit[oa]|peque\w{{0,4}}|cacula)(?: (?:is|de|of|tiene|tem|con|com))? (?=\d{{1,2}}\b(?! ?(?:mes|month)))"), lambda match: _last_of_the_row(match)),
    # ela tem gêmeos de 3 e eu tenho um de 13
    (compiled(rf"(?:(?:(?<=\d),? ?|\b{_YEARS},? )?(?:y|e|and) )?\b(?:yo|eu|i|ella|ela|el|ele|she|he) (?:tengo|tenho|have|tiene|tem|has)(?: (?:una?|uno|uma?|one|otr[oa]|outr[oa]|another))? (?:de |of |aged |con |com )(?={_AGE}\b(?! (?:pers|pess|people|cam|bed|quart|habit|room)))"), " y 1 kid de "),
    # su hijo de 10 y el mío de 11; mi mujer con la de 2 y yo con el de 6
    (compiled(rf"(?<=\d)(?: {_YEARS})? (?:y|e|and) (?:el |la |o |a )?(?:mi[oa]|mine|meu|minha|suy[oa]|hers|dele|dela)(?: (?:de|who's|who is|que tiene|que tem|tiene|tem|is|of|con|com))+ (?={_AGE}\b)"), " y 1 kid de "),
    (compiled(rf"\b(?:el|la|o|a|al) de ({_AGE})(?: {_YEARS})?(?=\s*(?:$|[,.;)]|y\b|e\b))"), r"1 kid de \1 anos"),
    # a cot for the baby
    (compiled(r"\b(?:y |e |and |mas |mais |plus )?(?:una? |uma? |a )?(?:cunit?a|cuna|crib|cot|berco|bercinho|practicuna|moises)(?: extra)? (?:para|for|pra|pro)(?: (?:el|la|o|a|the|mi|my|our|nuestr[oa]|un|una|um|uma))* (?P<noun>(?:beb|bab|nen|nin|hij|kid|child|little|filh|menin|crianc|peque)\w*)"), lambda match: _whose_bed(match)),
    (compiled(r"\bx ?([1-9])\b(?= ?(?:$|[,.;)]|c/|con\b|with\b|com\b|pax|pers))"), r"para \1 personas"),
    (compiled(r"\b(?:una? servidora?|euzinh[oa]|moi|(?:(?<=y )|(?<=, ))(?:el|la) que (?:te|les?) escribe)\b"), "yo"),
    (compiled(r"\bwe(?:'re| are| both are) both\b|\bwe both\b|\bambos (?:tenemos|somos)\b"), "us two, "),
    (compiled(r"\b(?:menores|under) de? ?(?=\d+ anos? para (?:arriba|cima))"), " "),
    # "besides him we are two"
    (compiled(rf"\b{_BESIDES}\w*(?: (?:el|ella|him|her|ele|ela|eles|them|ellos|it))?,? (?:nosotros )?(?:somos|we are|we're|seremos) ({_N})\b"), r"y \1 adultos"),
    (compiled(rf"\b(?:there's|there are|somos|we're|we are) ({_N})(?: of us)? {_BESIDES}\w*(?: (?:el|ella|him|her|ele|ela|eles|them|ellos|it))?\b"), r"\1 adultos"),
    # "nosotros dos" beside children are the grown-ups
    (compiled(r"\b(?:nosotr[oa]s|nos|nois|us) (?:somos )?(?:dos|two|dois|duas|2)\b|\bthe two of us\b(?! of)"), "us two"),
    (compiled(r"\b([a-z]+),? (?:de |is |tiene |tem )?(?:1[89]|[2-9]\d)(?: anos| years(?: old)?)?(?=\s*(?:$|[,.;:)]|y\b|e\b|and\b))"), _no_age),
    (compiled(r"\b(hij[oa]s?|sons?|daughters?|kids?|filh[oa]s?|nen[ea]s?|boys?|girls?) (?:adolescentes?|teenage[rd]?s?|teens?) (?=\(?\d)"), r"\1 "),
    (compiled(rf"\b(?:single )?(?:mother|father|mum|mom|dad|mae|pai|madre|padre|mama|papa)(?: solter[oa]| solo)? (?:of|de) ({_N}|twins|mellizos|mellizas|gemelos|gemelas|gemeos|gemeas|trillizos|trillizas|triplets|trigemeos)\b(?! (?:anos|years))(?: -)?"), lambda match: _mother_of(match)),
    (compiled(rf"^({_N}) {_AND} (?=(?:{_N}|un|una|um|uma|a) (?:nen|nin|beb|bab|kid|child|crian|menor|chic|pib)\w*)"), r"\1 adultos y "),
    (compiled(r"\b(hij[oa]|niet[oa]|net[oa]|sobrin[oah]+|hermanit[oa]|granddaughter|grandson|son|daughter|little|nephew|niece|filh[oa]|irmaozinho|irmazinha|nene|nena|boy|girl|menin[oa]) (?!(?:que|who|is|de|of|tiene|tem|con|com|with|mayor|menor|y|e|and|mas|plus)\b)[a-z]{3,}, (?=(?:de )?\d{1,2}\b)"), r"\1 "),
    (compiled(r"\blittle (?=\d{1,2}\b)"), "kid "),
    (compiled(r"\b(?:somo|semos|zomos)\b"), "somos"),
    (compiled(r"\bhabs?\."), "hab"),
    (compiled(rf"\b({_N}) [a-z]+ (?:de|of|aged) ((?:\d{{1,2}}(?:, ?| y | e | and |,? & | ))+\d{{1,2}})(?: {_YEARS})?\b"), lambda match: _as_kids(match)),
    (compiled(r"\b(?:hij[oa]s|filh[oa]s|sons|daughters|kids|children) (?:ya |all |already )?(?:mayores de edad|mayores|grandes|adult[oa]s|maiores(?: de idade)?|of age|grown[- ]?up)\b"), "adultos"),
    (compiled(r"\bgrown[- ]?up (?:kids|children|sons|daughters)\b"), "adults"),
    (compiled(r"\bvarones\b(?=.*\bmujeres\b)|(?<=mujeres y )varones\b"), "hombres"),
    (compiled(r"\b(?:(?:el|la|o|a|the) )?(?:sr|sra|srta|mr|mrs|ms|miss|dr|dra|don|dona)\.? [a-z]+ (?:y|e|and|&) (?:(?:el|la|o|a|the) )?(?:sr|sra|srta|mr|mrs|ms|miss|dr|dra|don|dona)\.? [a-z]+\b"), "2 adultos"),
    # whose number it is, and what it holds: "la suite es para 4 personas?", "hay 4 personas gritando"
    (compiled(rf"\b(?:suite|doble|triple|habitacion|cuarto|pieza|room|quarto|taxi|remis|transfer|combi|van|auto|carro|car|sala|salon) (?:es|is|e|son|sirve|alcanza|da|holds|fits)(?: (?:para|for|pra))? {_N} (?:personas|people|pessoas|pax|adult\w+)\b"), " "),
    (compiled(rf"\b(?:hay|habia|there (?:are|were)|tem|tinha) {_N} (?:personas|people|pessoas|chic[oa]s|tipos|kids|men|women)(?: (?:que|who|haciendo|gritando|making|shouting|fazendo|gritando|en la|in the|no quarto|no corredor|afuera|outside))\b"), " "),
    (compiled(r"\b(?:senor|senora) (?=(?:espos|marid|muj|padre|madre|espos)\w+)"), ""),
    (compiled(r"\((?:hombre|mujer|man|woman|male|female|homem|mulher|varon)\)"), ""),
    # "contándome a mí, cuatro", "cuatro conmigo", "yo más dos"
    (compiled(rf"\b(?:contandome(?: a mi)?|counting me|including me|including myself|contando comigo|comigo|conmigo|me included)(?: (?:somos|sao|serian|we are|we're|son|that's))?,? ({_N})\b(?! (?:hij|kid|child|nen|chic|nin|filh|crian))"), r"somos \1 en total"),
    (compiled(rf"\b({_N}) (?:conmigo|comigo|contandome|contando conmigo|contando comigo|including me|counting me|with me)\b(?=\s*(?:$|[.,;]))"), r"somos \1 en total"),
    (compiled(rf"^\W*(?:somos )?(?:yo|eu|me|i) (?:mas|mais|porem|plus|\+|y|e|and) (?:mas |mais |porem |otr[oa]s? |outr[oa]s? |other )?({_N})(?: (?:mas|mais|more|others|otros|outros|otras|outras))?\W*$"), lambda match: f"somos {1 + numbers.value(match[1])}"),
    # "los chicos, que son dos"
    (compiled(rf"\b(?:(?:los|las|the|os|as|mis|my|meus|minhas|nuestros|our) )?([a-z]+),? (?:que|who) (?:son|are|sao) ({_N})\b(?! (?:anos|years))"), lambda match: f"{match[2]} kids" if mentions.kind_of(match[1]) == "child" else match[0]),
    # "uma é criança de 8"
    (compiled(rf"(?<=\w),? (?:pero |but |mas |porem |y |e |and )?(?P<count>un[oa]|uma?|one)(?: {_OF_THEM})? (?:es|is|e) (?:un |una |um |uma |a )?(?:nen[ea]|nin[oa]|chic[oa]|kid|child|crianca|menor|menin[oa]|bebe) (?:de|of) (?P<age>{_AGE})\b(?! (?:mes|month))"), _with_age),
    (compiled(r"\b(\d+|veinte|twenty|vinte|treinta|thirty|trinta|quince|quinze|fifteen) (?:alumn[oa]s|alun[oa]s|students|pupils|estudiantes|estudantes)\b(?=.*\b(?:profe\w*|maestr[oa]s?|docentes?|teachers?|preceptor\w*)\b)"), r"\1 kids"),
]  # fmt: skip


_EACH_OWN = compiled(
    r"\bcada (?:uno|una|um|uma|cual|quien|pareja|matrimonio|casal) (?:en|no|na|con|com|em)(?: (?:su|seu|sua))?(?: (?:propi[oa]|propri[oa]))? (?:habitacion|cuarto|pieza|quarto|single|apartamento|room)|\b(?:a|one|1) (?:single )?room each\b|\beach (?:in|with|has|gets)?(?: (?:their|his|her|our))?(?: own)? (?:own )?room\b"
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


def is_of_couples(text: str) -> bool:
    """Whether it is every couple that has a room."""
    return bool(re.search(r"\b(?:cada|each|every) (?:pareja|matrimonio|casal|couple)\b|\b(?:per|por) (?:pareja|casal|couple)\b", text))


def named(text: str) -> int:
    """How many come in "somos Ana, Beto, Caro y yo": names, and the writer; 0 when the words are no names."""
    match = _NAMES.search(text)
    if match is None:
        return 0
    names = [name for name in re.findall(r"[a-z]+", match[1] or match[2]) if name not in {"y", "e", "and", "el", "la", "o", "a"}]
    if any(mentions.kind_of(name) or name in v.BETWEEN or name in v.OWNERS or name in mentions.NO_NAMES for name in names):
        return 0
    return len(names) + 1


_NAMES = compiled(
    r"(?:^|\b(?:somos|it's|its|vamos|viajamos|seremos|seriamos|we're|we are)(?: a ser)?) ?((?!hola|hi|oi|si|yes|sim|buen)[a-z]{3,}(?:, [a-z]{3,}){1,6}),? (?:y|and|e) (?:yo|me|eu|myself|i)\b(?= ?(?:$|[.,;]))"
    r"|(?:^|[:,] ?|\b(?:somos|seriamos|vamos|viajamos|para|pra|for|we are|we're) )(?:yo|eu|me|i)(?: \([a-z]+\))?, ((?:(?:el|la|o|a) )?[a-z]{3,}(?:, (?:(?:el|la|o|a) )?[a-z]{3,}){0,5},? (?:y|and|e) (?:(?:el|la|o|a) )?[a-z]{3,})(?= ?(?:$|[.,;]))"
)
