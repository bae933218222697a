"""How many rooms."""

from __future__ import annotations

import re
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.counts import N

_ARTICLES = frozenset({"un", "una", "um", "uma", "a", "an", "uno"})
# "en vez de dos habitaciones que sea una sola"
_RATHER_ONE = compiled(
    r"\b(?:en (?:vez|lugar) de|instead of|em vez de|troca(?:r)?|cambia\w*|change)\b.{0,30}\b(?:habitaciones|cuartos|quartos|rooms|dobles|doubles|piezas)\b.{0,30}\b(?:una sola|uno solo|um so|uma so|just one|only one|a single one|one)\b(?! (?:noche|night|noite))"
)


_ORDINAL_ROOM = compiled(
    r"\b(?:a|un|una|um|uma) (second|third|segund[oa]|tercer[oa]?|terceir[oa]) (?:room|habitacion|cuarto|quarto|pieza)\b"
)
# "ella va aparte en otra habitación", "parents in one and the kids in the other"
_THE_OTHER_ROOM = compiled(
    r"\b(?:en|in|em|no|num|numa|take|y|and|e) (?:la |el |the |o |a )?(?:otr[oa]|outr[oa]|another|other) (?:habitacion|cuarto|room|quarto|pieza)\b|\b(?:in|en|em|no|na|num) (?:one|una|uno|um|uma) (?:y|and|e) [^.?!]{3,40} (?:in|en|em|no|na) (?:the |la |el |o |a )?(?:otr[oa]|outr[oa]|another|other)\b|\broom (?:one|1)\b.*\broom (?:two|2)\b(?!.*\broom (?:three|3))|\b(?:room|cuarto|habitacion|quarto) (?:for|para|pra) [^.?!]{2,24} (?:and|y|e) (?:another|otr[oa]|outr[oa]) (?:for|para|pra)\b|\b(?:doble|double|duplo|triple|single|individual|suite) (?:para|for|pra) [^.?!]{3,40}?,? (?:y |and |e )?(?:una |a |um |uma )?(?:doble|double|duplo|triple|single|individual|suite) (?:para|for|pra)\b|\b(?:for|para|pra|en|in) (?:the|la|el) (?:doble|double|triple|single|individual)\b[^.?!]{3,40} (?:for|para|pra|en|in) (?:the|la|el) (?:doble|double|triple|single|individual)\b|\b(?:duerme|dorme|sleeps)\b.*\b(?:en la otra|no outro|in the other)\b"
)


_MANY_ROOMS = r"(?:habitaciones|quartos|rooms|cuartos|piezas|dobles|doubles|singles|triples|duplos|triplos)"
# "habitaciones individuales (2)"
_ROOMS_IN_FIGURES = compiled(rf"\b{_MANY_ROOMS}(?: [a-z]+)? ?\((\d{{1,2}})\)")
_EITHER_OR = compiled(
    rf"\b{N} {_MANY_ROOMS}(?: [a-z]+)? (?:o|or|ou|u) {N} (?:habitaci\w+|quartos?|rooms?|cuartos?|piezas?|doble|double|single|triple|duplo|triplo|tripla|family|familiar\w*|familia|cuadruple|quadruplo|quad|suite|departamento|apartamento)\b"
)


# What makes a room with an article one more.
_ONE_MORE = compiled(
    r"(?:\b(?:y|e|and|mas|mais|plus|tambien|tambem|also|ademas|otr[oa]|outr[oa]|another|en|em|in|o|or|ou)|[+&/])(?: (?:para|pra|for) [a-z ]{1,20})? ?$"
)
_FOR_SOMEBODY = compiled(r" (?:[a-z]+ ){0,2}(?:para|pra|pros?|pras?|for)\b")
_ANOTHER_CLAUSE = compiled(r"[.!?\n]|[,;:][^,;:]+[,;:] ?$")


def _is_spoken_of_again(text: str, first: re.Match[str], room: re.Match[str]) -> bool:
    """ "Un departamento, voy solo, un cuarto tranquilo": the same room in other words, unless it is joined to the first, is one of
    a list, or both have people of their own."""
    between = text[first.end() : room.start()]
    if _ONE_MORE.search(between) or not v.GENERAL_ROOM.search(room[0]):
        return False
    if _FOR_SOMEBODY.match(text, room.end()) and _FOR_SOMEBODY.match(text, first.end()):
        return False
    return bool(_ANOTHER_CLAUSE.search(between))


def counted(text: str, found: dict[str, Any]) -> str:
    """Counted rooms; "una habitación" is a room, not a number of rooms, unless others are counted beside it. "One for them and
    one for us, so two rooms": a plain number of rooms says it for all."""
    counts: list[int] = []
    plain: list[int] = []
    articles = 0
    first: re.Match[str] | None = None
    if match := re.search(r"\b(?:rooms|habitaciones|quartos|cuartos): ?(\d{1,2})\b", text):
        found["rooms"] = int(match[1])
    if match := _ROOMS_IN_FIGURES.search(text):
        found["rooms"] = int(match[1])
    if _EITHER_OR.search(text):
        return v.ROOMS.sub(" | ", text)  # "¿dos dobles o una familiar?": which is asked
    for match in v.ROOMS.finditer(text):
        word = match[1]
        if word in _ARTICLES:
            if not (first and _is_spoken_of_again(text, first, match)):
                articles += 1
            first = match
            continue
        number = numbers.value(word) if re.fullmatch(N, word) else 2 if word in {"both", "ambas"} else 0 if word == "single" else 1
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
    if not counts and articles <= 1:
        if match := _ORDINAL_ROOM.search(text):
            articles = {"t": 3, "s": 2}.get(match[1][0], 2)
        elif _THE_OTHER_ROOM.search(text):
            articles = 2
    total = plain[-1] if plain else sum(counts) + articles if counts or articles > 1 else 0
    if total:
        found["rooms"] = total
    return v.ROOMS.sub(lambda match: " | " if re.fullmatch(N, match[1]) and match[1] not in _ARTICLES - {"uno"} else match[0], text)


# "una para los chicos y otra para nosotros"
ONE_AND_ANOTHER = compiled(
    r"\b(?:una?|uno|um|uma|one|a) (?:[a-z]+ )?(?:para|pra|pros?|pras?|for) [^.?!]{2,40}(?:,| y| e| and) (?:(?:la|el|o|a|the) )?(?:otr[oa]|outr[oa]|another|one|other) (?:[a-z]+ )?(?:para|pra|pros?|pras?|for)\b"
)
# "necesito una habitación para mí y mi marido", "um quarto triplo, por favor", "con una estamos bien" of rooms: one is wanted.
_WANTED = compiled(
    rf"\b(?:necesit\w+|precis\w+|quier\w+|quisier\w+|queri\w*|quer\w+|gostari\w+|busc\w+|reserv\w+|cotiz\w+|prefier\w+|prefer\w*|tom(?:ar|o|amos|aria|ariamos)|alquil\w+|tenes|tienen|tendran|teneis|tendrian|tem|teriam?|hay|habra|dame|deme|pone[lm]e|alcanza|basta|chega|serve|mejor|melhor|prefiro|cambi\w+|troc\w+|mud\w+)\b(?: [a-z']+){{0,6}}? {v.A_ROOM}"
    rf"|(?:^|[,.:;!?] ?|\b(?:hola|buenas|buenos dias|oi|ola|bom dia|boa tarde|boa noite|con|com|a principio|solo|so|apenas) ){v.A_ROOM}"
    rf"|\b{v.A_ROOM}(?: [a-z]+){{0,3}} (?:para|pra|pros?|pras?|p/) "
)
# English leaves the article out: "twin room please", "hi, single room for me".
_WITHOUT_ARTICLE = compiled(
    r"(?:^|[,.!] ?)(?:(?:hi|hello|hey|good (?:morning|evening|afternoon))[,!]? )?(?:need |want |looking for )?(?:single|double|twin|triple|family|queen|king|quad) room (?:for|please|tonight|with)\b"
    r"|\ban? (?:(?:single|double|twin|triple|family|queen|king|quad) )?room for (?:myself\b|my |me and |me,|one [a-z]*man\b|us and )"
)
# "¿hay una habitación en planta baja con bañera?" asks about the house; "en una habitación del segundo piso" says where.
_SPOKEN_OF = compiled(
    rf"\b(?:cuant\w+ (?:camas|personas|gente|entra\w*)|quant[oa]s (?:camas|pessoas)|entra\w* en|en|em|dentro de|cada|otra|outro) {v.A_ROOM}"
)


def is_one_wanted(text: str) -> bool:
    """Whether a room is asked for that is no more than one; "una habitación" in another sense is none."""
    return bool(_WITHOUT_ARTICLE.search(text) or (_WANTED.search(text) and not _SPOKEN_OF.search(text)))


_RATHER = compiled(
    r"\b(?:mejor|melhor|alcanza|basta|chega|prefier\w+|prefir\w+|solo|sola|apenas|al final|no final|con|com)\b.{0,24}\b(?:una?|uma?)\b"
)


def is_one_spoken_of(text: str) -> bool:
    """Whether one room is told by an article alone, not as "una sola" or instead of several."""
    found: dict[str, Any] = {}
    counted(text, found)
    return "rooms" not in found and not ONE_ROOM.search(text) and not _RATHER.search(text)


# "una habitación para cuatro"
ONE_ROOM = compiled(
    r"\b(?:una?|uma?|el mismo|o mesmo|un solo|una sola) (?:habitacion|hab|cuarto|quarto|pieza)(?: (?:sol[oa]|so))? (?:para|pra|p/|x|pros?|pras?) (?:(?:los|as|os|las|nosotros|nosotras|nos|todos) )?(?:[2-9]|us two)\b|\b(?:todos|juntos|all)(?: juntos| together)? (?:en|in|no|num) (?:el |the |una |un |uma |um |la )?(?:mism[oa]|mesm[oa]|same|sol[oa]|one) ?(?:habitacion|cuarto|quarto|room|pieza)?\b"
)
