"""How many grown-ups, of those counted together and those named."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import asides, mentions
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.answers import POLITE
from conversations.dialogue.understanding.party.counts import MANY, NO_TIME, N, value
from conversations.dialogue.understanding.party.mentions import Mention
from conversations.dialogue.understanding.party.writer import GENERAL_WE, SELF, of_those_named

# "los dos" are people, "los dos ascensores" are not.
_TOGETHER = r"(?= ?(?:$|[.,;!?)]|y\b(?! media)|e\b(?! meia)|and\b|con\b|with\b|com\b|mas\b|mais\b|plus\b|of us|de nosotros|juntos|juntas|nomas|solos|solas|solit|sozinh|somos|vamos|viaj))"
_TOTALS = [
    compiled(pattern.replace("N_END", rf"({MANY})\b{NO_TIME}").replace("N_", f"({MANY})"))
    for pattern in (
        r"\b(?:somos|seremos|seriamos|sumamos|vamos|iremos|iriamos|viajamos|viajaremos|vendriamos|vendremos|quedamos|quedariamos|ficamos|ficariamos|estamos|estaremos|estariamos)(?: a ser)?(?: (?:en|em|ya|solo|solamente|los|las|unos|umas|uns|como|tipo|apenas|so|todos|total|de|total:?|ahora|agora|entonces))* N_END",
        r"\b(?:pasajeros|passageiros|guests|hospedes|huespedes|pax|personas|people|pessoas|viajeros|travell?ers|occupancy|ocupacion): ?N_",
        r"\b(?:al final|en realidad|no final|na verdade|in the end|actually)[ ,]+(?:somos |seriamos |we're |seremos |vamos |vamos a ser )?N_END(?= ?(?:$|[,.;!?]|nomas|so\b|personas|pessoas))",
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
        r"\b(?:para|for|pra|pa|p/|pros|pras) (?:nosotros |nosotras |us |nos |los |las |os |the |all )*N_END(?= ?(?:$|[.,;!?)+]|y\b|e\b|and\b|con\b|com\b|with\b|mas\b|mais\b|plus\b|por favor|please|pls|porfa|en\b|em\b|in\b|del\b|de \d|de ?(?:$|[.,;])|desde|from|a partir|personas))",
        r"\b(?:nosotros|nosotras|nos|nois|us|we) ([2-9]|dos|duas|two|dois|tres|three|cuatro|quatro|four|cinco|five|seis|six)\b(?! ?(?:noch|night|noit|dia|day|hab|cuart|quart|room|cama|bed|am\b|pm\b))",
        rf"\b(?<!\ba )(?<!hasta )(?<!desde )(?<!\bde )(?<!sobre )(?<!tipo )(?<!ate )(?:los|las|the|all|all the|os|(?<=todas )as) ([2-9]|dos|duas|two|dois|tres|three|cuatro|quatro|four|cinco|five|seis|six)\b{_TOGETHER}",
        r"\b(?:sino|e sim|mas sim|but|make (?:it|that)|sean|seamos|so|que sean|anotame|poneme|pon) N_(?: (?:adult\w*|person\w*|people|pessoas))?(?=$|[.,;!?)])",
    )
]
_NEGATED_TOTAL = compiled(r"(?:\bno(?! (?:total|fin|final)\b)|\bnao|\bnot|n't|\beramos|\bwere|\bera)(?: \w+)? $")
_BOTH = compiled(
    r"\b(?:(?:nosotros|nosotras|nos|nois|us|we) (?:2|dos|two|dois|duas)|(?:los|las|os|as|the) (?:2|dos|two|dois|duas)"
    + _TOGETHER
    + r"|(?:2|two) of us|both of us|us both|ambos|ella y yo|el y yo|ela e eu|ele e eu|(?:him|her) and (?:me|i)|(?:me|i) and (?:him|her)|eu e (?:ele|ela)|yo y (?:el|ella)|a dos\b|de a dos|en pareja|em casal|as a couple)\b"
)
_ADDED = compiled(
    r"\s*(?:[.!] ?(?:ah|ay|uy|oh|perdon|bah|e|y)?,? )?(?:[a-z'|-]+,? |, ){0,4}?\s*(?:,? ?(?:y|e|and|mas|mais|plus|\+|&|con|com|with|ademas de|alem de|as well as|and also|y tambien|junto (?:a|con|com)|together with)\s*)(?:(?:ahora|agora|now|tambien|tambem|also|luego|depois|se (?:nos )?(?:suma|sumo|agrega|une)|viene|vienen|vem|vai|entra|joins?|comes)\s+){0,3}(?:(?:el|la|los|las|the|o|a|os|as|mi|my|un|una|our|su)\s*)*"
)
_SUBTRACTED = compiled(
    r"(?:\b(?:de (?:los|las|ellos|estos) (?:cuales|que)|of (?:whom|which|them)|incluyendo|including|incluindo|contando|counting|sendo|siendo|entre ellos|dos quais|deles|inclu\w+|en total|in total|no total|ao todo|total|altogether|in all)\b)"
)
_HALF = compiled(
    r"\b(?:half of (?:them|us)|la mitad|metade) (?:are |son |sao |de ellos |deles )?(?:under|menores|ninos|chicos|kids|children|criancas)"
)
_PAIRED = compiled(rf"\b({N}) ?\+ ?({N})\b(?! ?(?:%|\d|noch|night))")
_BEGINS = compiled(
    rf"\s*(?:{POLITE}\s+)*({MANY})\b(?= ?(?:[,.:;+(]|no\b|sin\b|sem\b|without\b|y\b|e\b|and\b|con\b|com\b|with\b|mas\b|mais\b|plus\b|$))"
)
_CORRECTED = compiled(
    r"\b(?:perdon|perdao|sorry|apolog\w+|puse|botei|put|eran|eram|were|antes|incorrect\w*|est[ae] mal|equivo\w+|errad\w+|engan\w+|mistake\w*|wrong|o sea|ou seja|es decir|i mean|quer dizer|in other words|should (?:read|be)|sino|en vez|instead|corrijo|correct\w*|ahora|agora|now)\b"
)


# "son 2 chicos, no 3", "tengo 3 chicos": told by somebody who is none of them
_SPOKEN_OF = compiled(
    rf"\b(?:son|sao|eran|tengo|tenemos|tenho|temos|they are|they're|have) ({N}) [a-z]+\b|\b({N}) [a-z]+,? (?:no|not|nao|y no|e nao|and not) ({N})\b"
)


def are_grown(text: str, told: list[Mention], awaiting: str | None) -> bool:
    """ "vamos 3 pibes", "two girls": nobody else is there to look after them."""
    either = all(mentions.singular(one.noun) in v.EITHER and not one.owned for one in told if one.count)
    return (
        either
        and not SELF.search(text)
        and not GENERAL_WE.search(text)
        and not re.search(r"\bus two\b", text)
        and not _SPOKEN_OF.search(text)
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
        if not re.match(
            r" (?:\w+ )?(?:parej(?:it)?as|couples|casais|casaizinhos|matrimonios|familias|families|generaciones|generations|geracoes)\b",
            text[match.end(1) :],
        )
    ]
    return max(places, key=lambda match: (match.start(1), len(match[0])), default=None)


def told_adults(text: str, told: list[Mention], children: int | None, grown: int, awaiting: str | None) -> int | None:
    everyone = _total(text, awaiting, told)
    adults = [one for one in told if one.kind == "adult" and one.count is not None]
    said = [one for one in adults if _explicit(one.noun)]
    if re.search(r"\b(?:0|cero|zero) adult", text):
        return 0
    if said and len(said) > 1 and _CORRECTED.search(text):
        said = said[-1:]
    if said and (_ALL_TOLD.search(text[: said[-1].start]) or _ALTOGETHER.match(text[said[-1].end :])):
        return said[-1].count  # "mis hijos tienen 21 y 24, entonces 4 adultos"
    if said and everyone and not children and _SET_RIGHT.search(text[said[-1].end : everyone.start(1)]):
        return value(everyone[1])  # "two adults, sorry, I mean three"
    if said:
        return _sum(said) + grown + _also(text, adults, said)
    if everyone is not None:
        return _of_all(text, everyone, told, children or 0)
    if match := _PAIRED.search(text):
        return numbers.value(match[1])
    both = _BOTH.search(text)
    if both and re.match(r"(?:ella|el|ela|ele|him|her)\b", both[0]) and re.search(r",\s*$", text[: both.start()]):
        both = None  # the last of a row: "mi hermana, ella y yo"
    if both and SELF.search(text[both.end() :]) and _sum(one for one in adults if one.start >= both.end()) == 1 and not children:
        return 2  # "both of us are vegetarian, me and my friend"
    if both and not any(one.start < both.end() <= one.end for one in told):
        return 2 + _sum(one for one in adults if one.start > both.start() and _ADDED.fullmatch(text[both.end() : one.start])) + grown
    return of_those_named(text, told, _sum(adults) + grown)


_SET_RIGHT = compiled(
    r"^[ ,.;-]*(?:(?:no|nao|perdon|perdao|sorry|ops|oops|uy|desculp[ae]|disculp[ae])[ ,.;-]+)*(?:digo|mejor dicho|i mean|quer dizer|ou melhor|o sea|wait|pera)[ ,:]*(?:(?:que|somos|son|sao|we are|we're)[ ])*$"
)
# The grown-ups of all who were told before are added up.
_ALL_TOLD = compiled(
    r"\b(?:entonces|asi que|o sea(?: que)?|es decir|entao|ou seja|logo|portanto|so(?: that's| we are| we're)?|that makes|in total|en total|no total)[, :]*(?:somos|serian|seriamos|son|sao|quedamos|ficam|ficamos|we are|we're|that's)? ?$"
)
_ALTOGETHER = compiled(r" (?:en total|no total|ao todo|in total|altogether|all told|all in all|in all)\b")


def _sum(people: Iterable[Mention]) -> int:
    return sum(one.count or 0 for one in people)


def _of_all(text: str, everyone: re.Match[str], told: list[Mention], children: int) -> int:
    """The adults among a number told for everyone."""
    count = value(everyone[1])
    if _HALF.search(text):
        return count - count // 2
    if re.search(r"\bus two$", text[: everyone.end(1)]):
        return count + _beside_us(text, everyone, told)
    if (one_by_one := _told_one_by_one(text, everyone, told, children)) is not None:
        return one_by_one
    added = _added(text, everyone, told)
    if added is None:
        return count - children if children < count else count
    return count + _sum(one for one in added if one.kind == "adult")


# "dos, yo y mi novia", "three of us: me and my two girls"
_ONE_BY_ONE = compiled(r"[^.?!]{0,40}?(?:[,:(-]|\.)\s*(?:que somos |somos |son |it's |we're |es |e )?(?=[a-z])")


def _told_one_by_one(text: str, everyone: re.Match[str], told: list[Mention], children: int) -> int | None:
    """The adults of a number whose people are told after it one by one, the writer among them: they are the same."""
    start = _ONE_BY_ONE.match(text, everyone.end(1))
    after = [one for one in told if start and one.start >= start.end() - 1]
    if not (start and after and SELF.search(text[start.end() - 1 :])):
        return None
    grown = _sum(one for one in after if one.kind == "adult") + sum(sum(age >= mentions.GROWN for age in one.ages) for one in after)
    return grown + 1 if grown + 1 + children == value(everyone[1]) else None


_AND_US = compiled(r"(?:\b(?:y|e|and|mas|mais|plus)|\+) ?(?:us )?$")


def _beside_us(text: str, us: re.Match[str], told: list[Mention]) -> int:
    """The grown-ups told beside "the two of us": "una doble para mis suegros y una triple para nosotros dos"."""
    if SELF.search(text):
        return 0
    grown = sum(sum(age >= mentions.GROWN for age in one.ages) for one in told if one.kind == "child")
    beside = 0
    for one in told:
        if one.kind != "adult" or one.count is None or (one.noun in v.PARTNER and one.count == 1):
            continue  # whose partner it is: one of the two
        between = text[one.end : us.start()] if one.end <= us.start() else text[us.end() : one.start]
        if (
            _ADDED.fullmatch(between)
            or (one.end <= us.start() and _AND_US.search(text[: us.start()]))
            or re.search(r"\b(?:para|for|pra|pros?|pras) (?:mis?|my|los|the|meus?|minhas?|os|as)? ?$", text[: one.start])
        ):
            beside += one.count
    return beside + grown


def _explicit(noun: str) -> bool:
    return noun.startswith(("adult", "adt", "grown", "grande")) or noun in {"mayores"}


# Who they are is told behind the number; "and my mother" is one more.
_NAMES_THEM = compiled(r"\s*(?:,|:|\(|-|\.|;)\s*(?!(?:y|e|and|mas|mais|plus|con|com|with)\b)")
# "4 adultos, en dos habitaciones, y mi vieja en una single"
_APART = compiled(r"^[^.?!:;]{4,40}\b(?:y|e|and|plus|mas|mais) $")


def _also(text: str, adults: list[Mention], said: list[Mention]) -> int:
    """ "dos adultos y mi suegra" is three."""
    last = said[-1]
    after = [one for one in adults if one.start > last.end and not _explicit(one.noun)]
    if after and _NAMES_THEM.match(text, last.end) and _sum(after) + bool(SELF.search(text[last.end :])) == last.count:
        return 0  # "tres adultos, yo, mi papá y mi mamá"
    if after and not _ADDED.fullmatch(text[last.end : after[0].start]) and _APART.search(text[last.end : after[0].start]):
        return after[0].count or 0
    return _sum(one for one in after if _ADDED.fullmatch(text[last.end : one.start]))


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
        if not found and asides.AND_I_AM.search(between):
            return []  # "para dos. Me llamo Ana, con mi hermana"
        if not (_ADDED.fullmatch(between) or (found and re.fullmatch(r"\s*(?:,|y|e|and|\+)\s*", between))):
            break
        if re.search(r"\b(?:con|com|with) (?:los|las|os|as|the)\b", text[end : one.end]) and one.kind == "child" and not found:
            return None  # "somos 5 con los dos chicos"
        of_the_two = re.search(r"\b(?:los|las|os|as|the|nosotr[oa]s|nos) \w+$", text[: everyone.end(1)]) and one.noun not in v.PARTNER
        if not found and not of_the_two and _COUNTED_IN.search(text[end : one.end]):
            return None  # "somos dos con mi señora"
        found.append(one)
        end = one.end
    if not found:
        return None if any(one.kind in {"child", "twins"} for one in told) else []
    return found


_COUNTED_IN = compiled(r"^,? ?(?:ya )?(?:con|com) (?:mi|meu|minha|nuestr[oa]|nosso|nossa) ")
