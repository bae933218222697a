"""Who comes: adults, children with their ages, rooms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import asides, changes, mentions, phrasing, vocabulary
from conversations.dialogue.understanding.party.answers import (
    ALL_OF_THEM,
    MYSELF,
    children_told,
    how_many,
    how_many_of,
    is_head_count,
    only_ages,
    only_number,
    told_ages,
)
from conversations.dialogue.understanding.party.children import are_uncounted, told_children
from conversations.dialogue.understanding.party.counts import MANY, value
from conversations.dialogue.understanding.party.rooms import ONE_AND_ANOTHER, ONE_ROOM, counted, is_one_spoken_of, is_one_wanted
from conversations.dialogue.understanding.party.shorthand import written_out
from conversations.dialogue.understanding.party.totals import are_grown, told_adults
from conversations.dialogue.understanding.party.writer import is_alone, tells_of_self

MAX_GUESTS = 60
# "Voy sola con los chicos", "just me and the kids"
_ALONE_WITH_THEM = compiled(
    r"\b(?:sol[oa]|just|only|so|sozinh[oa]|alone|solamente|nomas|apenas)\b.{0,16}\b(?:con|with|com|and|y|e)(?: (?:los|las|the|my|mis|os|as|meus|minhas|our))* (?:chic[oa]s|nen[ea]s|nin[oa]s|hij[oa]s|kids|children|boys|girls|criancas|filh[oa]s|menin[oa]s|pibes|peques)\b"
)
_GROWN_ALONE = compiled(r"\b(?:adult\w*|grown[- ]?ups?|grandes|mayores)\b")
_FORM = compiled(
    r"(?<!\d )\b(?:adult\w*|adt|ads?|adl|pax):? (\d+)[,;/]? (?:e |y |and )?(?:children|kids|ninos|criancas|menores|chd):? (\d+)\b"
)
_FAMILIES = compiled(
    rf"\b({MANY}) (?:families|familias|couples|parejas|casais)\b.*\b(?:each|cada)\b(?! (?:(?:un[oa]|uma?|pareja|casal|couple|familia|family) )?(?:en|in|no|na|em)\b)"
)
# "Cuatro, pero uno es bebé", "half of them kids"
_ONE_IS_A_CHILD = compiled(
    r"(?:,? ?(?:pero|but|mas|porem|,) )?\b(un[oa]|uma?|one|2|dos|two|dois|duas|3|tres|three) (?:de ellos |de ellas |deles |delas |of (?:them|us|whom) )?(?:es|is|son|are|sao|(?<=um )e|(?<=uma )e) (?:un |una |um |uma |a )?(?:bebes?|beba|bab(?:y|ies)|nen[ea]s?|nin[oa]s?|chic[oa]s?|kids?|child(?:ren)?|menor(?:es)?|criancas?)\b(?! (?:de|of) \d{1,2}\b(?! (?:mes|month)))"
)


# "Somos 5 chicas, una es menor": the others are grown.
_BOYS_AND_GIRLS = compiled(
    rf"\b({MANY}) (?:chic[oa]s|pib[ea]s|girls|boys|lads|menin[oa]s|garot[oa]s|muchach[oa]s)(?! (?:de|of|aged) \d|,? ?\()"
)
_THEY_ARE = compiled(r"\W*(?:son|sao|they|are|hay)\b")
_E_FOR_Y = compiled(r" e (?=h?i[a-z])")  # "esposa e hijos"
_SPELT_BY_EAR = compiled(r"(?<=[a-z0-9]) i (?=(?:una?|uno|mi|mis|\d|dos|tres|el|la|los|las)\b)")
# Portuguese "of the", where Spanish has a number.
_OF_THE = compiled(r"\bdos(?= (?!quais\b|adult|noches|chicos|ninos|nenes|habitac|personas|dias|camas)[a-z])")


@dataclass(frozen=True)
class Reading:
    """adults, children, child_ages and rooms as far as the message says them; ``clarify``: "party" when that does not go with
    what was known."""

    slots: dict[str, Any] = field(default_factory=dict)
    clarify: tuple[str, ...] = ()


def read(text: str, *, language: str, awaiting: str | None, known: dict[str, Any] | None = None) -> Reading:
    """Who comes. ``known`` are the slots filled before: a change is added up with them, and in the slots is what is new."""
    if language == "pt":
        text = re.sub(r"\bmas\b", "porem", text)  # "but", not "plus"
        text = _OF_THE.sub("de os", text)
    if language == "en":
        text = re.sub(r"(?<=\d) ?y/?o\b", " years old", text)
    if language == "es":
        text = _E_FOR_Y.sub(" y ", _SPELT_BY_EAR.sub(" y ", text))
    if awaiting == "children" and _THEY_ARE.match(text) and (answered := how_many_of(written_out(text), awaiting, known or {})):
        return Reading(answered)  # "son dos": before who is meant is guessed
    text = mentions.turned(phrasing.plainly(asides.without(written_out(text))))
    if match := _ONE_IS_A_CHILD.search(text):
        text = (
            _BOYS_AND_GIRLS.sub(r"\1 friends", text[: match.start()]) + f", incluyendo {numbers.value(match[1])} kids" + text[match.end() :]
        )
    if awaiting == "confirmation" and ALL_OF_THEM.search(text):
        return Reading()
    if awaiting == "adults" and (answered := how_many(text)):
        return Reading(answered)
    if awaiting == "adults" and known and known.get("adults") and (answered := children_told(text, known)):
        return Reading(answered)
    if awaiting in {"children", "child_ages", "rooms"} and (answered := how_many_of(text, awaiting, known or {})):
        if answered == {"children": 0}:
            answered = _told(text, language, None) | answered  # "sin niños, viajo solo"
        return Reading(answered)
    if known and known.get("children") and (ages := told_ages(text, known["children"]) or only_ages(text, known, awaiting)):
        return Reading({"child_ages": ages})
    if known and asides.tells_who_sleeps_where(text, language, known.get("children") or 0):
        return Reading({name: value for name, value in _told(text, language, None).items() if name == "rooms"})
    if known and (changed := changes.read(text, language=language, known=known, told=lambda rest: _told(rest, language, None))):
        return Reading(changed[0], ("party",) if changed[1] else ())
    text = asides.without_that_child(text, (known or {}).get("child_ages") or [])
    found = _told(text, language, awaiting)
    if found.get("rooms") == 1 and ((known or {}).get("rooms") or 1) > 1 and is_one_spoken_of(text):
        found.pop("rooms")  # "¿tienen una habitación con bañera?" takes none of the two away
    if not (known and known.get("adults")) or awaiting == "adults":
        how_many_children = "adults" in found and "children" not in found and are_uncounted(text, mentions.find(text, language))
        return Reading(found, ("party",) if how_many_children and not (known or {}).get("children") else ())
    if 0 < found.get("children", 0) < (known.get("children") or 0) and _is_one_of_them(text, language):
        found = {name: value for name, value in found.items() if name not in {"children", "child_ages"}}
    if _ALONE_WITH_THEM.search(text) and known.get("children"):
        return Reading(found | {"adults": 1} if "children" not in found or not found["children"] else found)
    if "adults" in found and not changes.COUNTED.search(text) and not (is_alone(text) or tells_of_self(text)):
        found.pop("adults")  # somebody who is only spoken of: "mi esposa es celíaca"
    return _beside_children(text, found, known)


_WHO_COMES = compiled(
    r"\b(?:somos|seremos|quedamos|ficamos|vamos|viajamos|voy|vou|viajo|we are|we're|we'll|adult\w*|total)\b"
    r"|\b(?:solo|only|just|so|apenas|somente) (?:(?:va|vai|viene|vem|viaja|comes|con|com|with) )?(?:el|la|mi|my|the|o|a|meu|minha|one|una?|uma?)\b"
)


def _is_one_of_them(text: str, language: str) -> bool:
    """Whether a child of those who are known is only spoken of, uncounted: "mi nene de 6 es alérgico"."""
    children = [one for one in mentions.find(text, language) if one.kind == "child"]
    return not _WHO_COMES.search(text) and all(
        one.count == 1 and not re.match(rf"(?:\d|{MANY})", text[one.start : one.end]) for one in children
    )


def tells_only_numbers(folded: str, told: dict[str, Any]) -> bool:
    """Whether a message of which ``told`` was read says nothing but how many come or how old the children are: it calls nobody."""
    if "child_ages" in told and told.keys() <= {"children", "child_ages"}:
        return bool(told_ages(folded, len(told["child_ages"])))
    return told.keys() == {"adults"} and is_head_count(folded)


def _beside_children(text: str, found: dict[str, Any], known: dict[str, Any]) -> Reading:
    """ "Al final somos cinco", where two and two were known: how many of them are children?"""
    adults, children = known.get("adults") or 0, known.get("children") or 0
    if not (adults and children and found.get("adults")) or "children" in found or _GROWN_ALONE.search(text):
        return Reading(found)
    if found["adults"] == 1 and is_alone(text):
        return Reading(found | {"children": 0})
    if found["adults"] == adults + children:
        return Reading({name: value for name, value in found.items() if name != "adults"})
    if found["adults"] == adults or not changes.COUNTED.search(text):
        return Reading(found)
    return Reading({}, ("party",))


def _told(text: str, language: str, awaiting: str | None) -> dict[str, Any]:
    """The party of a text that tells all of it. Zero adults is told as it is."""
    found: dict[str, Any] = {}
    text = counted(text, found)
    if match := _FORM.search(text):
        found |= {"adults": int(match[1]), "children": int(match[2])}
        told_ages, _used = mentions.ages(text[match.end() :], found["children"])
        return found | ({"child_ages": told_ages} if told_ages and len(told_ages) == found["children"] else {})
    told = asides.once_each(text, mentions.find(text, language))
    children, ages, grown = told_children(text, told)
    families = _FAMILIES.search(text)
    if children and not ages and are_grown(text, told, awaiting):
        for one in told:
            one.kind = "adult"
        children = None
    adults = told_adults(text, told, children, grown, awaiting)
    if families and not ages:
        times = value(families[1])
        adults, children = adults and adults * times, children and children * times
    if "rooms" not in found and ONE_AND_ANOTHER.search(text):
        found["rooms"] = 2
    if adults and "rooms" not in found and not children and phrasing.has_a_room_each(text):
        found["rooms"] = adults // 2 if phrasing.is_of_couples(text) else adults
    if "rooms" not in found and ((adults and ONE_ROOM.search(text)) or is_one_wanted(text)):
        found["rooms"] = 1
    if adults is None and not children and _WITH_ANOTHER.search(text):
        adults = 2
    if adults is None and awaiting == "adults" and not children:
        adults = 1 if MYSELF.fullmatch(text) else only_number(text)
    if adults is None and (told_by_name := phrasing.named(text)):
        adults = told_by_name
    if adults is None and not children and vocabulary.SINGLE_USE.search(text):
        adults = found.get("rooms", 1)
    if adults is not None and 0 <= adults <= MAX_GUESTS:
        found["adults"] = adults
    if children is not None and children <= MAX_GUESTS:
        found["children"] = children
        if children and len(ages) == children:
            found["child_ages"] = ages
    return found


# "mi jermu y yo": whoever it is, unless it is an animal.
_WITH_ANOTHER = compiled(
    r"\b(?:mi|my|meu|minha|la|el|o|a) (?!(?:perr|gat|mascot|dog|cat|pet|cachorr|cao|nombre|name|nome|auto|moto|bici|equipaje|guitarra|hij|nen|beb)\w*)[a-z]{3,} (?:y yo|e eu|and i|and me|and myself)\b"
)
