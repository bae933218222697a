"""Is this one of the questions the hotel has answered? By rare words in common."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from conversations.dialogue.understanding.normalise import fold, words

THRESHOLD = 0.5
STEM = 5  # letters that decide: "guardar", "guardan" and "guardamos" are one word here
_EMPTY = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "de",
        "del",
        "en",
        "con",
        "por",
        "para",
        "que",
        "es",
        "hay",
        "tiene",
        "tienen",
        "tenes",
        "se",
        "me",
        "mi",
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "is",
        "are",
        "do",
        "does",
        "you",
        "have",
        "can",
        "i",
        "my",
        "there",
        "o",
        "os",
        "as",
        "um",
        "uma",
        "do",
        "da",
        "no",
        "na",
        "com",
        "ha",
        "tem",
        "voces",
        "posso",
        "puedo",
        "y",
        "e",
        "and",
        "it",
        "hola",
        "oi",
        "hi",
        "hello",
    ]
)


def best(text: str, questions: Sequence[str]) -> int | None:
    """The index of the question that this text asks, or None when none is near enough or two are equally near."""
    stems = [_stems(question) for question in questions]
    counts = Counter(stem for one in stems for stem in one)
    weight = {stem: math.log(1 + len(stems) / count) for stem, count in counts.items()}
    asked = _stems(text)
    known = {stem for stem in asked if stem in weight}
    if not known:
        return None
    unknown = len(asked - known) * math.log(1 + len(stems))
    scored = sorted(
        (
            (
                2
                * sum(weight[stem] for stem in known & one)
                / (sum(weight[stem] for stem in one) + sum(weight[stem] for stem in known) + unknown),
                -index,
            )
            for index, one in enumerate(stems)
            if one
        ),
        reverse=True,
    )
    if not scored or scored[0][0] < THRESHOLD or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return -scored[0][1]


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in words(fold(text)) if word not in _EMPTY}
