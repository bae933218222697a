"""The words for people and rooms; those for people are in people.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers

_PEOPLE = tomllib.loads(Path(__file__).with_name("people.toml").read_text(encoding="utf-8"))
(CHILD, TWINS, THREE_AT_ONCE, PAIR, OWNED_PAIR, PARTNER, ADULT, PARENT, GRANDPARENT, IN_LAW, LITTLE, EITHER, DESCRIBES, PEOPLE,
 BETWEEN, OWNERS, ARTICLES, JOINS) = (
    frozenset(_PEOPLE[name].split())
    for name in (
        "child", "twins", "three_at_once", "pair", "owned_pair", "partner", "adult", "parent", "grandparent", "in_law", "little", "either",
        "describes", "people", "between", "owners", "articles", "joins",
    )
)  # fmt: skip
CHILD_PLURAL: dict[str, str] = _PEOPLE["child_plural"]
ADULT_PLURAL: dict[str, str] = _PEOPLE["adult_plural"]
PAIR_PLURAL: dict[str, str] = _PEOPLE["pair_plural"]
GROUP: dict[str, int] = _PEOPLE["group"]
NOT_IN = {language: frozenset(words.split()) for language, words in _PEOPLE["not_in"].items()}

_ROOM = r"(?:habitacion(?:es)?|habitacao|habs?|cuartos?|piezas?|piecitas?|cuartitos?|dormitorios?|recamaras?|rooms?|quartos?|quartinhos?|aposentos?|aptos?|apartamentos?|departamentos?|deptos?|apartments?|apes?|qtos?|suites?|dobles?|doubles?|duplos?|duplas?|dbls?|sgls?|singles?|individual(?:es)?|individuais|solteiros?|twins?|triples?|triplos?|triplas?|tpls?|cuadruples?|quadruplos?|quadruplas?|quads?|queens?|kings?|de casal|de solteiro|familia|familiar(?:es)?|matrimonial(?:es)?)"
ROOMS = compiled(
    rf"(?<![\w.,/-])(un[ao]? sol[ao]|un unico|una unica|num? so|um so|uma so|mesm[oa]|mism[oa]|same|single|both|ambas|{numbers.PATTERN}) (?:(?!cam(?:a|as|itas?)\b|beds?\b|adult|person|pessoa|people|pax|guest|kid|child|chic|nin|nen|crian|noche|night|noite|de\b)\w+ )?{_ROOM}\b(?! ?(?:beds?|camas?|floor|piso|number|numero))"
)
# "Una doble uso individual" is a double, with one person in it.
SINGLE_USE = compiled(
    r"\b(?:(?:para |pra |for |de |como |as )?(?:uso|ocupaca?[oi]o?n?) (?:individual|single|simples?|personal|unico)"
    r"|(?:for |as )?(?:single|sole)[- ](?:use|occupancy))\b"
)
_NOUN = r"(?:habitacion|habitacao|hab|cuarto|pieza|piecita|cuartito|room|quarto|quartinho|apto|apartamento|departamento|apartment|ape|suite|dormitorio)"
_KIND = r"(?:doble|double|dbl|duplo|dupla|single|sgl|simple|simples|individual|solteiro|twin|triple|triplo|tripla|cuadruple|quadruplo|quadrupla|quad|queen|king|matrimonial|familiar|de casal|family)"
# One room, spoken of with an article; "una individual", not "una cama individual" nor "uma família". In English "a double" is as
# often the kind of room as the number of rooms.
A_ROOM = rf"(?:un[ao]?|uma?) (?:(?:buen[ao]?|lind[ao]|sol[ao]|otra|{_KIND}) )*(?:{_NOUN}|{_KIND}(?! (?:bed|beds|person|de)\b))\b"
GENERAL_ROOM = compiled(r"(?:habitacion(?:es)?|habs?|cuartos?|piezas?|rooms?|quartos?|qtos?|apes?|aptos?|apartamentos?)$")
ROOM_WORD = compiled(rf"{_ROOM}$")
