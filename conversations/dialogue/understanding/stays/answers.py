"""A bare answer to "how many nights?": "3, porque el lunes trabajo", "entre cuatro y seis"."""

from __future__ import annotations

import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.nights import NIGHT
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, MONTH

_LEAD = r"^\W*(?:(?:bueno|y|e|eh|mm+|well|so|creo que|acho que|i think|seria[n]?|son|sao|serao|con|com|just|solo|so|unas|umas|como|digamos|ponele|make it|let's say|por|for)[ ,]+){0,4}"
# The answer, and then something else: a reason, a child's age, the time of a flight.
_NUMBER = compiled(rf"{_LEAD}(\d{{1,2}})(?: {NIGHT})?(?:[.,;:!]| (?=(?:porque|because|since|ya que|pues|por que)\b))")
_OTHER_LENGTH = compiled(
    r"^\W*(?:o|or|ou|a|to|y|e|and|-|maybe|quizas?|talvez|tal vez|capaz|max\w*)?\W*\d{1,2}\b(?! (?:adult|person|pessoa|people|anos|years|hab|quart|room))"
)
_DAYS_TOLD = compiled(
    rf"\d/\d|{LONG_MONTH}|\d ?{MONTH}|\b(?:del?|el|al|dia|the|from|to|ate|hasta|until|till|on) \d|\b(?:hasta|until|till?|ate|desde|from|lleg\w+|cheg\w+|arriv\w+|entr\w+|sal[gi]\w+|leav\w+|sai\w*)\b"
)
_SPAN = compiled(
    rf"{_LEAD}(entre |between )?(\d{{1,2}}) ?(?:y|e|and|a|to|o|or|ou|-|/|,)(?: (?:max\w*|como mucho|a lo sumo|no maximo|at most|up to|hasta|ate|maybe|quizas?|talvez|tal vez|capaz))? ?(\d{{1,2}})(?: {NIGHT}| max\w*| como maximo| no maximo| at most| a lo sumo| dependiendo| dependendo| depending)?(?=$|[ ,.;!?])(?! ?(?:de |of )?{MONTH})"
)


def told_nights(text: str) -> re.Match[str] | None:
    """The number (group 1) that the answer begins with, when what follows says nothing more about the stay."""
    match = _NUMBER.match(text)
    if match is None or _OTHER_LENGTH.search(text[match.end() :]) or _DAYS_TOLD.search(text[match.end() :]):
        return None
    return match


def is_open(text: str, check_in_day: int) -> bool:
    """Whether it names two numbers of nights; "10 a 12" of a stay that begins on the 10th are its days."""
    match = _SPAN.match(text)
    return match is not None and int(match[2]) < int(match[3]) and (bool(match[1]) or int(match[2]) != check_in_day)
