"""Bare answers to what was asked: how many are you, how many children, how old, how many rooms."""

from __future__ import annotations

import re
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party.counts import MANY, NO_TIME, N, value

POLITE = r"(?:al final|no final|in the end|en realidad|na verdade|somos|seremos|seriamos|solo|just|only|so|apenas|seria|serian|unos|por ahora|we are|we're|pra|para|for|us|vamos|em|en|be|we'd|hola|hi|oi|nos|nois|the|e|yes|si|sim|ok|a gente|mesmo|memo|nomas)"
# A short answer to "how many are you?" that names the writer alone.
MYSELF = compiled(
    r"(?:\W|\b(?:soy|sou|i'm|es|e|it's|just|only|solo|so|apenas|unicamente|nomas|nada mas|voy|vou|a|por ahora|jaja|jeje|mi amor|alcanza|mesm[oa]|mism[oa]|enquanto|momento|confirmo|de momento|for now|so|myself|the|este|humilde|mi|gracias|please|por favor|porfa)\b)*\b(?:yo|eu|me|i|euzinh[oa]|conmigo|comigo|persona|servidora?|una?|uno|um|uma|one|solo|sol[oa]|solit[oa]|sozinh[oa]|alone)\b(?:\W|\b(?:sol[oa]|solit[oa]|sozinh[oa]|mism[oa]|mesm[oa]|myself|and i|nomas|nada mas|alcanza|mi amor|jaja|jeje|so|only|por favor|porfa|please|gracias|one|for now|por ahora)\b)*"
)
# "Sí, las dos": the rooms of the summary, nobody.
ALL_OF_THEM = compiled(rf"\b(?:(?:las|los|as|os|the|ambas|ambos|all) (?:{N})|both|ambas|ambos)\W*$")


# "1 pessoa", "una persona": how many come. "Una persona, por favor" asks for somebody to talk to.
_HEAD_COUNT = compiled(
    r"\W*(?:(?:hola|oi|hi|hello|buenas|si|sim|yes|somos|soy|sou|seria|serian|es|e|it's|solo|so|just|only|apenas|para|pra|for)[ ,]+)*"
    r"(?:(?:\d{1,2}|one) (?:personas?|pessoas?|persons?|people|pax)(?:[ ,]+(?:sol[oa]|so|only|nomas|apenas|total|por favor|porfa|please|gracias|thanks|obrigad[oa]))*"
    r"|(?:una|uma) (?:unica |so )?(?:persona|pessoa)(?: (?:sol[oa]|so|nomas|apenas))*)\W*"
)
# "she's 7", "tiene 4", "el nene cumple 5", "eles têm 4 e 6"
_TELLS_AGES = compiled(
    r"\W*(?:(?:y|e|and|si|sim|yes|ah|oh|el|la|los|las|the|o|a|os|as|mi|mis|my|our|he|she|they|ell[oa]s?|el[ea]s?|nuestr[oa]s?|meus?|minhas?|(?P<noun>[a-z]{3,20}))(?:[ ,]{1,3}|(?='))){0,3}"
    rf"(?:'s|'re|\b(?:is|are|tienen?|tem|cumplen?|cumplio|faz|fazem|fez|turns?|turned))(?: (?:just|only|solo|so|apenas|ya|ja|recien|turned|de)){{0,2}} (?:{N}|zero|cero)(?:(?:, ?| y | e | and )(?:{N}))*(?: (?:anos?|anitos?|aninhos?|years?(?: old)?|meses|months?(?: old)?))?\W*"
)


# "11 e 13", "4 y 7 añitos", "son de 3 y 5": ages and nothing else, of children whose ages are not known yet.
_ONLY_AGES = compiled(
    rf"\W*(?:(?:de|of|aged|son|sao|are|they're|edades|idades|ages|los chicos|las nenas|os meninos)[ :,]+){{0,3}}(?:{N}|zero|cero)(?P<more>(?:(?:, ?| y | e | and | & )(?:{N}|zero|cero))*)(?P<unit> (?:anos?|anitos?|aninhos?|years?(?: old)?|meses|months?(?: old)?))?\W*"
)
_OF_DATES = frozenset({"check_in", "check_out", "nights", "stay", "rooms", "children", "name"})


def only_ages(text: str, known: dict[str, Any], awaiting: str | None) -> list[int]:
    """The ages of all the children who are known, when the whole message is these and no day was asked for."""
    children = known.get("children") or 0
    match = _ONLY_AGES.fullmatch(text)
    if not children or known.get("child_ages") or match is None or awaiting in _OF_DATES or not (match["more"] or match["unit"]):
        return []
    return _how_old(text.strip(" .!?"), children)


def is_head_count(text: str) -> bool:
    """Whether the whole message is how many people come."""
    return bool(_HEAD_COUNT.fullmatch(text))


def told_ages(text: str, children: int) -> list[int]:
    """The ages of the ``children`` who are known, when the whole message tells them: "she's 7"."""
    match = _TELLS_AGES.fullmatch(text)
    if match is None or (match["noun"] and not mentions.kind_of(match["noun"])):
        return []
    return _how_old(text.strip(" .!?"), children)


def how_many(text: str) -> dict[str, Any]:
    """A number alone, or "2+1", in answer to "how many are you?"; "just one, business trip"."""
    first, _comma, reason = text.partition(",")
    if (
        reason
        and not any(mentions.kind_of(word) for word in re.findall(r"[a-z]+", reason))
        and not re.search(rf"{MANY}|\b(?:{N})\b", reason)
    ):
        return _how_many(first)
    return _how_many(text)


def _how_many(text: str) -> dict[str, Any]:
    bare = re.sub(r"[^a-z0-9+ ]+", " ", text).strip()
    polite = rf"(?:{POLITE}\s+)*"
    if match := re.fullmatch(
        rf"{polite}({N})(?: (?:personas|people|pessoas|pax|nomas|only|please|por favor|porfa|of us|adult\w*|so|apenas|gente|en total|in total|total|memo|mesmo|nada mas|no more|gracias|thanks|obrigad[oa]|i think|creo|acho))*",
        bare,
    ):
        return {"adults": numbers.value(match[1])}
    if re.fullmatch(
        r"(?:(?:solo|sola|just|only|so|apenas|para|for|pra|it's|es|e|voy|vou|viajo|hola|oi|hi)\s+)*(?:yo|me|eu|mi|mim|myself|i|uno|una|one|um)(?: (?:solo|sola|nomas|only|alone|so|mesmo|mesma|sozinho|sozinha|please|por favor))*",
        bare,
    ):
        return {"adults": 1}
    if match := re.fullmatch(rf"{polite}({N}) ?\+ ?({N})", bare):
        return {"adults": numbers.value(match[1]), "children": numbers.value(match[2])}
    return {}


# "They're 3 and 5", in answer to how many children: two, by their ages.
_AGES_ALONE = compiled(rf"(?:{N})(?:(?:, ?| y | e | and )(?:{N}))+(?: (?:anos|anitos|years?(?: old)?|respectiv\w+))?\W*$")


_IN_ALL = compiled(r"\b(?:total|in all|all together|altogether|ao todo|todos)\b")


def how_many_of(text: str, awaiting: str, known: dict[str, Any]) -> dict[str, Any]:
    """A bare answer to "how many children?", "how old?", "how many rooms?", in the light of who is known."""
    told = text.strip(" .!?")
    if awaiting == "child_ages":
        ages = _how_old(told, known.get("children"))
        return {"child_ages": ages} if ages else {}
    if awaiting == "children" and _NONE.match(told) and len(told.split()) <= 6 and not re.search(rf"\d|{MANY}", told):
        return {"children": 0}
    if awaiting == "rooms" and (rooms := _shared(told, known.get("adults"))):
        return {"rooms": rooms}
    if re.match(r"(?:un par|um par|a couple|a pair)\b(?! de noches)", told):
        return {awaiting: 2}
    polite = r"(?:(?:si|yes|sim|mm+|eh|son|somos|are|sao|it's|es|e|they're|they are|there are|hay|tem|tiene|tienen|hola|only|just|solo|so)[ ,]+)*"
    match = re.match(rf"{polite}({N})\b(?! ?(?:noch|night|noit|dia|day|adult|person|people|pessoa))(.*)$", told)
    if match is None or len(re.findall(r"\w+", match[2])) > 6 or (awaiting == "children" and _IN_ALL.search(told)):
        return {}
    if awaiting == "children" and (listed := _AGES_ALONE.match(told, match.start(1))):
        ages = [numbers.value(number) for number in re.findall(rf"\b(?:{N})\b", listed[0])]
        count, *rest = ages
        ages = rest if count == len(rest) else ages  # "2, 4 y 6"
        return {"children": len(ages), "child_ages": ages} if max(ages) < mentions.GROWN else {}
    if awaiting == "rooms":
        return {"rooms": numbers.value(match[1])}
    count = numbers.value(match[1])
    told_ages, _used = mentions.ages(match[2], count)
    return {"children": count} | ({"child_ages": told_ages} if count and len(told_ages) == count else {})


def children_told(text: str, known: dict[str, Any]) -> dict[str, Any]:
    """ "Son dos, de 7 y 4 años", where the grown-ups are known: children, by their ages."""
    answered = how_many_of(text, "children", known)
    if ages := answered.get("child_ages"):
        return answered if max(ages) < mentions.GROWN else {}
    kinds = [mentions.kind_of(word) for word in re.findall(r"[a-z]+", text)]
    return answered if "child" in kinds and not {"adult", "pair", "people"} & set(kinds) else {}


# None at all.
_NONE = compiled(
    r"(?:(?:no|nao|nope|nah|bueno|por ahora|eh)[ ,]+)*(?:no|nope|nah|nao|none|ningun[oa]?|nenhum|nenhuma|zero|cero|0|nadie|ninguem|sin (?:chicos|ninos|nenes|hijos|menores)|no (?:kids|children)|sem (?:criancas|filhos))\b"
)
_AGE = rf"(?:{N}|zero|cero|" + "|".join(mentions.TEENS) + r")\b"
_BOTH = r"(?:(?:l[oa]s|[oa]s|the|son) (?:dos|2|two|dois|duas)\b(?! (?:anos|years))|ambos|ambas|both|the pair(?: of them)?|cada un[oa]?|cada um|each|todos|all of them)"
# "Todavía no cumplió uno"
_NOT_ONE_YET = compiled(
    r"\b(?:no|nao|not|isn't|hasn't|aun no|todavia no|ainda nao)(?: (?:cumpl\w+|complet\w+|fez|faz|turned|tiene|tem|ha|even|yet|un|um|one|a|el|o|su|primer|primeiro|ano|year))*\b.{0,24}\b(?:0|cero|zero)\b|\b(?:no|nao|isn't|hasn't)(?: \w+){0,3} (?:un ano|um ano|one yet|a year|el ano|one year)\b"
)
_TO_COME = compiled(
    rf"\b(?:cumple|cumplen|va a cumplir|faz|vai fazer|turns|turning|will be|is about to be) ({_AGE})(?: anos| anitos)? (?:en|in|em|el|on|no|dia|este|this|next|el proximo|pronto|soon)\b"
)


def _how_old(told: str, children: int | None) -> list[int]:
    """The ages of an answer to "how old are they?"; each of twins, of "both", has the one told."""
    if len(told.split()) > 14 or re.search(r"\b(?:adult\w*|noches?|nights?|noites?|rooms?|habitaci\w+)\b", told):
        return []
    if _NOT_ONE_YET.search(told):
        return [0]
    if coming := _TO_COME.search(told):
        return [_age(coming[1]) - 1] if children in {None, 1} and _age(coming[1]) else []
    told = re.sub(r"\b(?:un|um|a|one)? ?(?:anito|aninho|ano|year) (?:y|e|and) (?:medio|meio|a half|pico)\b", " 1 ", told)
    told = re.sub(r"\b(?:y|e|and) (?:medio|meio|a half)\b", " ", told)
    each = re.search(_BOTH, told)
    ages: list[int] = []
    rest = told if each is None else told[: each.start()] + " " + told[each.end() :]
    twins = next((match for match in re.finditer(r"[a-z]+", rest) if mentions.kind_of(match[0]) == "twins"), None)
    for match in re.finditer(
        rf"(?<![\w.:]){_AGE}(?: ?(meses|mesecitos|mesinhos|months?|mos?)\b)?(?! ?(?:hij|filh|kid|child|nen|nin|crian|chic|girls|boys))",
        rest,
    ):
        word = match[0].split()[0]
        if word in {"un", "una", "um", "uma", "a", "an", "one"} and not re.match(
            r"(?: ?(?:ano|anito|aninho|year|mes|month)|\W*$)", rest[match.start() + len(word) :]
        ):
            continue
        age = _age(word) // 12 if match[1] else _age(word)
        is_of_twins = twins is not None and match.start() > twins.start() and not ages
        ages += [age] * (2 if is_of_twins and children != len(ages) + 1 else 1)
    if each and len(ages) == 1:
        ages = ages * (children or 2)
    if not ages or any(age >= mentions.GROWN for age in ages):
        return []
    return ages if children in {None, len(ages)} else []


def _age(word: str) -> int:
    return 0 if word in {"zero", "cero"} else mentions.TEENS.get(word) or numbers.value(word)


def _shared(told: str, adults: int | None) -> int:
    """ "Una para cada uno", "one per couple", "all in one": how many rooms; 0 when it says nothing of the kind."""
    if re.search(
        r"\b(?:juntos|juntas|together|misma|mismo|mesmo|mesma|same|share|compart\w+|dividir)\b|\b(?:todos|all|todo mundo|the (?:whole )?lot|squeeze|entramos|cabemos)\b.{0,24}\b(?:en|in|into|em|num|numa) (?:un[ao]?|one|uma?)\b",
        told,
    ):
        return 1
    if adults and re.search(r"\b(?:per|por|para cada|por cada|for each|each) (?:couple|pareja|casal|matrimonio)\b", told):
        return adults // 2 or 1
    if adults and re.search(
        r"\b(?:one|una?|um|uma|single) (?:room )?(?:each|apiece|per person|por persona|por pessoa|por cabeza|por cabeca|(?:para|pra|por) cada(?: (?:uno|una|um|uma|cual))?|for each)\b|\bcada (?:uno|una|um|uma)\b|\b(?:separad[oa]s|separate(?: ones| rooms)?|own room)\b",
        told,
    ):
        return adults
    return 0


def only_number(text: str) -> int | None:
    """ "Ya te dije, dos": the only number of a short answer."""
    told = [word for word in re.findall(MANY, text) if word]
    if (
        len(told) != 1
        or len(text.split()) > 6
        or re.search(rf"\d[:./]|\b{MANY}{NO_TIME.replace('(?!', '(?=', 1)}", text)
        or _ROOM_SAID.search(text)
    ):
        return None
    return value(told[0])


_ROOM_SAID = compiled(
    r"\b(?:habitaci\w+|hab|cuartos?|rooms?|quartos?|piezas?|camas?|beds?|dobles?|hs|am|pm|o|or|ou|capaz|maybe|talvez|quizas?)\b"
)
