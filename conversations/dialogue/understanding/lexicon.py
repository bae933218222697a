"""Messages that are nothing but a plain "sí", "no gracias", "hola": lists of them (``dialogue/lexicon/``), one file per language."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from conversations.dialogue.phrasebook import LANGUAGES

LEXICON = Path(__file__).resolve().parents[1] / "lexicon"


def plain(folded: str, language: str, asked: str | None) -> dict[str, float]:
    """The intents of a message that is nothing but one of the lexicon's short ones, in any language."""
    said = _words(folded)
    found: dict[str, float] = {}
    for tongue in (language, *(other for other in LANGUAGES if other != language)):
        for name, phrases in _lists(tongue).items():
            if name in {"polite", "confirmation" if asked != "confirmation" else ""}:
                continue
            if _is_made_of(said, phrases, _lists(tongue)["polite"]):
                found.setdefault("affirm" if name == "confirmation" else name, 0.995 if tongue == language else 0.97)
    return found


def languages(folded: str) -> set[str]:
    """The languages in whose lists the whole message stands."""
    said = _words(folded)
    return {
        tongue
        for tongue in LANGUAGES
        if any(_is_made_of(said, phrases, _lists(tongue)["polite"]) for name, phrases in _lists(tongue).items() if name != "polite")
    }


def _words(folded: str) -> list[str]:
    return re.sub(r"[^\w' ]+", " ", folded).split()


@lru_cache(maxsize=8)
def _lists(language: str) -> dict[str, frozenset[tuple[str, ...]]]:
    """The phrases of one language's lexicon by intent, and the polite words that may stand around them."""
    data: dict[str, list[str]] = tomllib.loads((LEXICON / f"{language}.toml").read_text(encoding="utf-8"))
    return {name: frozenset(tuple(phrase.split()) for phrase in phrases) for name, phrases in data.items()}


def _is_made_of(said: list[str], phrases: frozenset[tuple[str, ...]], polite: frozenset[tuple[str, ...]]) -> bool:
    """Whether the whole message is these phrases and polite words, one phrase at least. Every place is looked at once: "si si" is
    a phrase and two, and a guest who writes it two hundred times must not keep a worker busy."""
    longest = max(map(len, phrases | polite))
    reached = {(0, False)}
    for place in range(len(said)):
        for spoken in (False, True):
            if (place, spoken) not in reached:
                continue
            for length in range(1, min(longest, len(said) - place) + 1):
                part = tuple(said[place : place + length])
                if part in phrases:
                    reached.add((place + length, True))
                if part in polite:
                    reached.add((place + length, spoken))
    return bool(said) and (len(said), True) in reached
