"""What the classifier sees of a message: words, word pairs, pieces of words, what the words are about, and what is known of it.

Everything is hashed with CRC-32, so it is the same on every machine and in every process.
"""

from __future__ import annotations

import tomllib
import zlib
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conversations.dialogue.patterns import compiled

BITS = 18
SIZE = 1 << BITS
CONCEPTS = Path(__file__).with_name("concepts.toml")
_TOKEN = compiled(r"[a-z]+(?:'[a-z]+)?|\d+|[?!]|[^\s\w.,;:()\"'¿¡-]")
# How much each kind of evidence weighs against the others; the rest is learned.
WEIGHTS = {"w": 1.0, "p": 0.8, "s": 0.5, "c": 1.0, "k": 1.0, "m": 0.6, "f": 0.7}

Features = tuple[NDArray[np.int64], NDArray[np.float32]]


def tokens(folded: str) -> list[str]:
    """Words, question marks and signs; a number counts only by its length."""
    return ["#" * min(len(token), 5) if token.isdigit() else token for token in _TOKEN.findall(folded)]


def features(folded: str) -> Features:
    """(positions below SIZE, values); every kind of evidence has length 1 before its weight, so that long letters and
    short ones weigh the same."""
    found = tokens(folded)
    own = [_of_word(word) for word in dict.fromkeys(found)]
    about = sorted(concepts(found))
    kinds: dict[str, set[int]] = {
        "w": {position for position, _pieces, _about in own},
        "p": {_position(f"p:{a} {b}") for a, b in pairwise(["<", *found, ">"])},
        "s": {_position(f"s:{a} _ {b}") for a, b in zip(found, found[2:], strict=False)},
        "c": {position for _word, pieces, _about in own for position in pieces},
        "k": {_position(f"k:{name}") for name in about},
        "f": {_position(f"f:{name}") for name in (_length(len(found)), *(["ask"] if "?" in found else []))},
        "m": {_position(f"m:{a}+{b}") for index, a in enumerate(about) for b in about[index + 1 :]} if len(about) <= 8 else set(),
    }
    positions: list[int] = []
    values: list[float] = []
    for kind, places in kinds.items():
        if places:
            positions += sorted(places)
            values += [WEIGHTS[kind] / len(places) ** 0.5] * len(places)
    return np.array(positions, dtype=np.int64), np.array(values, dtype=np.float32)


@lru_cache(maxsize=1 << 16)
def _position(name: str) -> int:
    return zlib.crc32(name.encode()) & (SIZE - 1)


@lru_cache(maxsize=1 << 14)
def _of_word(word: str) -> tuple[int, tuple[int, ...], tuple[str, ...]]:
    """Where a word and its pieces are, and what it is about."""
    exact, stems, _phrases = _lexicon()
    padded = f"<{word}>"
    pieces = {padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1)} if len(word) > 2 else set()
    about = {*exact.get(word, ()), *(name for size in range(3, len(word) + 1) for name in stems.get(word[:size], ()))}
    return _position(f"w:{word}"), tuple(_position(f"c:{piece}") for piece in sorted(pieces)), tuple(sorted(about))


def _length(count: int) -> str:
    return next((f"n<{limit}" for limit in (2, 4, 7, 12, 25) if count < limit), "n>")


def concepts(found: list[str]) -> set[str]:
    """What the words are about."""
    _exact, _stems, phrases = _lexicon()
    about = {name for word in dict.fromkeys(found) for name in _of_word(word)[2]}
    for first, second, third in zip(found, [*found[1:], ""], [*found[2:], "", ""], strict=False):
        about.update(phrases.get(f"{first}_{second}", ()))
        about.update(phrases.get(f"{first}_{second}_{third}", ()))
    return about


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]:
    exact: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    phrases: dict[str, list[str]] = {}
    for name, words in tomllib.loads(CONCEPTS.read_text(encoding="utf-8")).items():
        for word in words.split():
            into = phrases if "_" in word else stems if word.endswith("*") else exact
            into.setdefault(word.rstrip("*"), []).append(name)
    return exact, stems, phrases
