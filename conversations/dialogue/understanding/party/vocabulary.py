"""The words for people and rooms; those for people are in people.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from conversations.dialogue.understanding import numbers

_PEOPLE = tomllib.loads(Path(__file__).with_name("people.toml").read_text(encoding="utf-8"))
(CHILD, TWINS, THREE_AT_ONCE, PAIR, OWNED_PAIR, PARTNER, ADULT, EITHER, DESCRIBES, PEOPLE, BETWEEN, OWNERS, ARTICLES, JOINS) = (
    frozenset(_PEOPLE[name].split())
    for name in (
        "child", "twins", "three_at_once", "pair", "owned_pair", "partner", "adult", "either", "describes", "people", "between",
        "owners", "articles", "joins",
    )
)  # fmt: skip
CHILD_PLURAL: dict[str, str] = _PEOPLE["child_plural"]
ADULT_PLURAL: dict[str, str] = _PEOPLE["adult_plural"]
PAIR_PLURAL: dict[str, str] = _PEOPLE["pair_plural"]
GROUP: dict[str, int] = _PEOPLE["group"]
NOT_IN = {language: frozenset(words.split()) for language, words in _PEOPLE["not_in"].items()}

_ROOM = r"(?:habitacion(?:es)?|habitacao|habs?|cuartos?|piezas?|dormitorios?|recamaras?|rooms?|quartos?|aposentos?|aptos?|apartamentos?|departamentos?|deptos?|apartments?|apes?|qtos?|suites?|dobles?|doubles?|duplos?|duplas?|dbls?|sgls?|singles?|individual(?:es)?|individuais|solteiros?|twins?|triples?|triplos?|tpls?|cuadruples?|quadruplos?|quads?|queens?|kings?|de casal|de solteiro|familia|familiar(?:es)?|matrimonial(?:es)?)"
ROOMS = re.compile(
    rf"(?<![\w.,/-])(un[ao]? sol[ao]|un unico|una unica|num? so|um so|uma so|mesm[oa]|mism[oa]|same|single|both|ambas|{numbers.PATTERN}) (?:(?!camas?\b|beds?\b|adult|person|pessoa|people|pax|guest|kid|child|chic|nin|nen|crian|noche|night|noite|de\b)\w+ )?{_ROOM}\b(?! ?(?:floor|piso|number|numero))"
)
GENERAL_ROOM = re.compile(r"(?:habitacion(?:es)?|habs?|cuartos?|piezas?|rooms?|quartos?|qtos?|apes?|aptos?|apartamentos?)$")
ROOM_WORD = re.compile(rf"{_ROOM}$")
