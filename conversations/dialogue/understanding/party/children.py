"""How many children, and how old."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.counts import MANY, N
from conversations.dialogue.understanding.party.mentions import Mention

_HAVE = compiled(rf"\b(?:tengo|tenemos|have|tenho|temos|son|are|sao|somos) ({MANY})\b(?=,? ?(?:de\b|of\b|aged|:|\(|,|$))")


def told_children(text: str, told: list[Mention]) -> tuple[int | None, list[int], int]:
    """How many children, their ages when all are told, and how many of the "children" are grown up."""
    total: int | None = None
    ages: list[int] = []
    grown = 0
    children = _as_corrected(text, [one for one in told if one.kind in {"child", "twins"}])
    for one in _once_each(text, children):
        if one.negated or one.count == 0:
            total = total or 0
            continue
        count, own = one.count, one.ages
        if len(own) == 1 and (one.kind == "twins" or (count or 0) > 1) and not _THE_OTHER.match(text, one.end):
            own = own * (count or 2)  # "dos nenas de 5"
        if count is None and not own and (both := _BOTH_AGED.search(text, one.end)):
            count, own = 2, [numbers.value(both[1])] * 2  # "nuestras nenas, las dos de 6"
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
    if total and total > 1 and len(ages) == total and (right := _AGES_SET_RIGHT.search(text)):
        found = [int(number) for number in re.findall(r"\d+", right[1])]
        if len(found) == total and max(found) < mentions.GROWN:
            ages = found
    if total and len(ages) < total and (later := _ages_apart(text, told, total)):
        ages = later
    return total, ages, grown


# Beside the grown-ups, uncounted: "mi mujer, yo y los chicos".
_BESIDE = compiled(r"(?:\b(?:y|e|and|con|com|with|mas|mais|plus)|[,+&]) ?$")
_THAT_IS_ALL = compiled(r" ?(?:$|[.,;:!)\n]|(?:de|del|from|desde|on|para|por|for|en|em|in|no|na|a partir|llegamos|chegamos|arriving) )")


def are_uncounted(text: str, told: list[Mention]) -> bool:
    """Whether children come of whom nobody says how many."""
    return any(
        one.kind == "child"
        and (one.owned or any(other.owned and other.kind == "adult" and other.end <= one.start for other in told))  # "mi mujer e hijos"
        and one.count is None
        and not (one.ages or one.negated)
        and _BESIDE.search(text[: one.start])
        and _THAT_IS_ALL.match(text, one.end)
        for one in told
    )


# "uno de 5, y la otra va a cumplir 9": each has an age of its own.
_THE_OTHER = compiled(r"[^.?!\d]{0,12}\b(?:el|la|o|a|the|y|e|and) (?:otr[oa]|outr[oa]|other)\b")
# "1 criança, na verdade são 2": what comes after such words stands for what came before.
_CORRECTS = compiled(
    r"(?:\b(?:en realidad|na verdade|actually|in fact|perdon|perdao|desculp[ae]|disculp[ae]|sorry|ops|oops|uy|digo|mejor dicho|melhor|ou melhor|quer dizer|i mean|o sea|or rather|corrijo|corrigindo|me equivoque|me enganei|errei)\b[ ,:;.!-]*)+"
    r"(?:(?:que|son|sao|seran|serian|seriam|it's|they're|they are|there are|there're|we are|somos|we have|tenemos|temos|tengo|tenho|i have|van|vao|viajan|viajam|con|com|with|2 adult\w* (?:y|e|and)) )*$"
)


# "de 5 e 8, ops, 5 e 9"
_AGES_SET_RIGHT = compiled(
    r"\d(?: anos)?[ ,.;(-]+(?:(?:no|nao|perdon|perdao|sorry|ops|oops|uy|desculp[ae]|disculp[ae]|digo|mejor dicho|i mean|quer dizer|ou melhor|o sea)[ ,:.-]+)+(?:(?:son|sao|de|tienen|tem|are|they're)[ ])*(\d{1,2}(?:(?:, ?| y | e | and )\d{1,2})+)(?= anos| years|\W*$|[.,;)])"
)


def _as_corrected(text: str, children: list[Mention]) -> list[Mention]:
    """The children without those who are set right later in the message."""
    for index in reversed(range(1, len(children))):
        if children[index].count and _CORRECTS.search(text[children[index - 1].end : children[index].start]):
            return children[index:]
    return children


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
    alike = alike or _is_that_child(text, first, second)
    return not (_size(whole) == 1 and not alike) and not (joined and not whole.ages and not parts[0].ages)


def _is_that_child(text: str, first: Mention, second: Mention) -> bool:
    """ "A child of 4, a bed for the little one": the only one there is."""
    if first.count != 1 or second.ages or not re.match(r"(?:the|el|la|o|a|al|my|our|mi|nuestr[oa]) ", text[second.start :]):
        return False
    noun, sex = mentions.singular(second.noun), first.noun[-1] == "a"
    return noun in v.LITTLE and (noun in _OF_EITHER_SEX or (noun[-1] == "a") == sex)


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
_OF_EITHER_SEX = frozenset({"child", "kid", "crianca", "little", "menor", "minor", "peque"})
_GENERIC = frozenset({"child", "kid", "crianca", "chico", "nino", "menor", "minor"})
_JOINED = compiled(r"\s*(?:,|y|e|and|&|\+|,? ?(?:y|e|and|mas|plus|con|with|com))\s*(?:(?:un|una|um|uma|a|the|el|la|mi|my|our)\s*)?")
_DEFINITE = compiled(r"\b(?:the|el|la|los|las|o|os|as|mi|my|our|meu|minha|nuestr[oa])(?: \w+)? ?\w?$")
_BOTH_AGED = compiled(
    rf"\b(?:l[oa]s (?:dos|2)|[oa]s (?:dois|duas|2)|amb[oa]s|both(?: of them)?)(?: (?:son|sao|are))? (?:de|tienen|tem|aged|are|con|com) ({N})\b(?! (?:hab|cuart|quart|room|noch|night|noit))"
)
_YEARS_OLD = rf"(?!(?:un|una|uno|um|uma|a|an|one)\b){N}"
# "Tienen 4 y 6 los chicos", "edades 9 y 6": whoever it is, as many as the children are.
_THEY_ARE = compiled(
    rf"\b(?:tienen|tem|they're|edad(?:es)?|idades?|ages?|aged)(?: de)?:? \(?((?:{_YEARS_OLD})(?:(?:, ?(?:y |e |and )?| y | e | and | ?& ?|/)(?:{_YEARS_OLD}))+)(?= ?(?:$|[.,;:)!?]|an[io]\w*s\b|years|l?[oa]s\b))"
)
_APART = compiled(
    rf"\b(?:she|he|they|ella|ellos|ellas|ele|ela|eles|elas|child|children|kids?|son|daughter|boys?|girls?|nen[ea]s?|nin[oa]s?|chic[oa]s?|hij[oa]s?|filh[oa]s?|criancas?|beb[ea]s?|both|los dos|las dos|"
    rf"(?:un[oa]|one|uma?)(?= (?:tiene|tem|is|has)\b)|otr[oa]|outr[oa]|the other|ages?|edad(?:es)?|idades?|younger|older|youngest|oldest|mayor|menor|mais velh[oa]|mais nov[oa]|mas (?:chic[oa]|grande))\b"
    rf"(?:'s|'re|:| (?:is|are|has|have|es|son|tiene|tienen|tem|e|sao|turns?|turned|just|recien|ya|ja|already|only|solo|apenas|now|de|of|con|com)\b)*(?: one| ones)? \(?((?:{_YEARS_OLD})(?:(?:, ?| y | e | and |,? & |/)(?:{_YEARS_OLD}))*)(?! ?(?:noch|night|noit|person|people|pessoa|adult|room|hab|quart|of\b|/))"
)


def _ages_apart(text: str, told: list[Mention], total: int) -> list[int]:
    """Ages told in a clause of their own: "a kid, he's just turned 4". Only when they are as many as the children."""
    first = min(one.start for one in told if one.kind in {"child", "twins"})
    found = [numbers.value(number) for match in _APART.finditer(text, max(0, first)) for number in re.findall(_YEARS_OLD, match[1])]
    if not found and (they := _THEY_ARE.search(text, max(0, first))):
        found = [numbers.value(number) for number in re.findall(_YEARS_OLD, they[1])]
    ages = [age for age in found if age < mentions.GROWN]
    if len(ages) == 1 and total == 2 and re.search(r"\b(?:both|los dos|las dos|os dois|as duas)\b", text):
        ages = ages * 2
    return ages if len(ages) == total else []
