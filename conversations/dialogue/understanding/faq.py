"""Is this one of the questions the hotel has answered? By rare words in common."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from conversations.dialogue.patterns import compiled
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
        "please",
        "tell",
        "what",
        "which",
        "qual",
        "quais",
        "cual",
        "cuales",
        "would",
        "be",
        "for",
        "if",
        "has",
        "had",
        "with",
        "we",
        "borrow",
        "lend",
        "prestan",
        "emprestam",
        "podemos",
        "pode",
        "al",
        "ou",
        "or",
        "su",
        "sus",
        "nos",
    ]
)


def best(text: str, questions: Sequence[str]) -> tuple[int, float] | None:
    """The index of the question that this text asks and how near it is (0 to 1), or None when none is near enough or two are
    equally near.

    A question of several sentences ("¿Hay toallas? ¿Puedo pedir más?") is as near as its nearest sentence.
    """
    parts = [_parts(question) for question in questions]
    counts = Counter(stem for own in parts for stem in set[str]().union(*own))
    weight = {stem: math.log(1 + len(questions) / count) for stem, count in counts.items()}
    asked = _joined(_stems(text), text, weight)
    known = {stem for stem in asked if stem in weight}
    if not known:
        return None
    unknown = len(asked - known) * math.log(1 + len(questions))
    heard = sum(weight[stem] for stem in known) + unknown
    scored = sorted(
        ((max(_nearness(asked, one, weight, heard) for one in own), -index) for index, own in enumerate(parts) if own), reverse=True
    )
    if not scored or scored[0][0] < THRESHOLD or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        return None
    return -scored[0][1], scored[0][0]


def points_past(text: str, question: str, other: str) -> bool:
    """Has the question a word of the text that the other words lack, while every word of the text they have stands in the
    question too?"""
    asked, own, rest = _stems(text), _stems(question), _stems(other)
    return bool((asked & own) - rest) and (asked & rest) <= own


def _joined(asked: set[str], text: str, weight: dict[str, float]) -> set[str]:
    """ "Hair dryer" is the hairdryer of the question."""
    for first, second in pairwise(words(fold(text))):
        if (joined := (first + second)[:STEM]) in weight and joined not in asked:
            asked = (asked - {_stem(first), _stem(second)}) | {joined}
    return asked


def _nearness(asked: set[str], question: set[str], weight: dict[str, float], heard: float) -> float:
    """0 to 1: rare words in common. All words of a question of two and more found in a short text make it that question."""
    shared = sum(weight[stem] for stem in asked & question)
    whole = sum(weight[stem] for stem in question)
    if len(question) > 1 and question <= asked and len(asked) <= len(question) + 4:
        return max(THRESHOLD, 2 * shared / (whole + heard))
    return 2 * shared / (whole + heard)


_SENTENCES = compiled(r"[?!.;]+")


@lru_cache(maxsize=4096)
def _parts(question: str) -> list[set[str]]:
    """The words of each sentence of a hotel's question."""
    return [one for one in map(_stems, _SENTENCES.split(question)) if one]


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in words(fold(text)) if word not in _EMPTY}


def _stem(word: str) -> str:
    """ "babies" and "baby" are one word, and so are "guardar" and "guardan"."""
    single = f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s") if len(word) > 3 else word
    return single[:STEM]
