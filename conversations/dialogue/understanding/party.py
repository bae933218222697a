"""Who comes: adults, children with their ages, rooms."""

from __future__ import annotations

import re
from typing import Any

from conversations.dialogue.understanding import numbers

_N = numbers.PATTERN
_CHILD = r"(?:ninos?|ninas?|chicos?|chicas?|nenes?|nenas?|hijos?|hijas?|kids?|child(?:ren)?|sons?|daughters?|criancas?|filhos?|filhas?|menor(?:es)?|bebes?|baby|babies|infants?|toddlers?)"
_BABY = r"(?:bebes?|baby|babies|infants?)"
_ADULT = r"(?:adult\w*|grown-?ups?)"
_PEOPLE = r"(?:personas?|people|persons?|pessoas?|pax|guests?|huespedes|hospedes|pasajeros?|passageiros?|viajeros?)"
_AGES = re.compile(
    r"(?:de|of|aged?|con|tiene|tem|,|\(|y|e|and)? ?(\d{1,2})(?= ?(?:,|y|e|and|anos|anitos|years?|yo|y/o|meses|months|\)|$|\.))"
)
# A number that is no article: "somos una familia" counts nobody.
_MANY = rf"(?!(?:un|una|uno|um|uma|a|an|one)\b){_N}"
MAX_GUESTS = 30


def read(text: str, *, awaiting: str | None, known: dict[str, Any]) -> dict[str, Any]:
    """adults, children, child_ages and rooms as far as the message says them. Zero adults is told as it is."""
    found: dict[str, Any] = {}
    if rooms := re.search(rf"\b({_N}) (?:habitacion(?:es)?|rooms?|quartos?|doubles?|singles?|twins?|dobles)\b", text):
        found["rooms"] = numbers.value(rooms[1])
        text = text.replace(rooms[0], " ")
    children = _children(text, found)
    adults = _adults(text, children, awaiting)
    if adults is not None and 0 <= adults <= MAX_GUESTS:
        found["adults"] = adults
        if children is None and not known.get("children"):
            children = 0
    if children is not None and children <= MAX_GUESTS:
        found["children"] = children
    return found


def _children(text: str, found: dict[str, Any]) -> int | None:
    if re.search(rf"\b(?:sin|no|without|sem) {_CHILD}\b", text):
        return 0
    total: int | None = None
    ages: list[int] = []
    for match in re.finditer(
        rf"\b(?:({_N}) (?:son |are |sao )?|(?:mi|my|meu|minha|nuestro|nuestra|our|nosso|nossa|con el|con la) )({_CHILD})\b", text
    ):
        total = (total or 0) + (numbers.value(match[1]) if match[1] else 1)
        tail = text[match.end() : match.end() + 40]
        if re.fullmatch(_BABY, match[2]):
            ages.append(0)
        else:
            ages += [int(age) for age in _AGES.findall(re.split(rf"\b{_ADULT}|\b{_PEOPLE}", tail)[0])]
    if total and len(ages) == total and all(age <= 17 for age in ages):
        found["child_ages"] = ages
    return total


def _adults(text: str, children: int | None, awaiting: str | None) -> int | None:
    if match := re.search(rf"\b({_N}|0|cero|zero) {_ADULT}|\b{_ADULT}s?: ?(\d{{1,2}})\b", text):
        count = match[1] or match[2]
        return 0 if count in {"0", "cero", "zero"} else numbers.value(count)
    if match := re.search(rf"\b(?:familia|grupo|family|group|party) (?:de |of )({_N})\b", text):
        return max(0, numbers.value(match[1]) - (children or 0))
    if match := re.search(rf"\b({_MANY}) (?:parejas|couples|casais)\b", text):
        return 2 * numbers.value(match[1])
    if re.search(r"\b(?:pareja|couple|casal|mi (?:esposa|esposo|marido|mujer|novia|novio) y (?:yo|para mi)|para mi (?:esposa|esposo|marido|mujer|novia|novio) y|my (?:wife|husband|partner|girlfriend|boyfriend) and (?:i|me)|"
                 r"(?:minha|meu) (?:esposa|marido|namorada|namorado) e eu|los dos|the two of us|nos dois)\b", text):  # fmt: skip
        return 2
    if match := re.search(
        rf"\b(?:somos|seremos|seriamos|vamos|viajamos|we are|we're|there are|there will be|somos em|estamos em)(?: en total| like| about)? ({_MANY})\b",
        text,
    ):
        return max(0, numbers.value(match[1]) - (children or 0)) if _counts_all(text) else numbers.value(match[1])
    if match := re.search(rf"\b({_MANY}) {_PEOPLE}\b|\b(?:para|for|pra|somos|es|seria) ({_N}) {_PEOPLE}\b", text):
        return max(0, numbers.value(match[1] or match[2]) - (children or 0)) if _counts_all(text) else numbers.value(match[1] or match[2])
    if awaiting == "adults" and (match := re.search(rf"\b({_N}) {_PEOPLE}\b", text)):
        return max(0, numbers.value(match[1]) - (children or 0)) if _counts_all(text) else numbers.value(match[1])
    if match := re.search(
        rf"\b(?:para|for|pra) (?:nosotros )?({_N})\b(?! ?(?:/|de\b|-|noches|nights|noites|{_CHILD}|dia|habitacion|room|quarto))", text
    ):
        if match[1] not in {"a", "an", "un", "una", "um", "uma"}:
            return numbers.value(match[1])
    if re.search(
        r"\b(?:para mi sol[oa]|solo yo|yo sol[oa]|viajo sol[oa]|just me|only me|by myself|on my own|so eu|sozinh[oa]|para mi)\b", text
    ):
        return 1
    if awaiting == "adults" and (
        match := re.fullmatch(rf"[^a-z0-9]*(?:somos |solo |just |only |so )?({_N})(?: personas)?[^a-z0-9]*", text.strip())
    ):
        return numbers.value(match[1])
    return None


def _counts_all(text: str) -> bool:
    """ "somos 4, dos son chicos" counts the children in; "somos 2 y un nene" does not."""
    return (
        re.search(
            rf"\b(?:{_N}) (?:son|are|sao|de ellos|of (?:them|whom)|deles) .{{0,12}}{_CHILD}|(?:incluyendo|including|incluindo|contando)\b",
            text,
        )
        is not None
    )
