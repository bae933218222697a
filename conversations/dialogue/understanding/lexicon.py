"""Messages that are nothing but a plain "sí", "no gracias", "hola": lists of them (``dialogue/lexicon/``), one file per language."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

LEXICON = Path(__file__).resolve().parents[1] / "lexicon"
LANGUAGES = ("es", "en", "pt")


def plain(folded: str, language: str, asked: str | None) -> dict[str, float]:
    """The intents of a message that is nothing but one of the lexicon's short ones, in any language."""
    bare = _bare(folded)
    found: dict[str, float] = {}
    for tongue in (language, *(other for other in LANGUAGES if other != language)):
        for name, pattern in _patterns(tongue).items():
            if name == "confirmation" and asked != "confirmation":
                continue
            if pattern.fullmatch(bare):
                found.setdefault("affirm" if name == "confirmation" else name, 0.995 if tongue == language else 0.97)
    return found


def languages(folded: str) -> set[str]:
    """The languages in whose lists the whole message stands."""
    return {tongue for tongue in LANGUAGES if any(pattern.fullmatch(_bare(folded)) for pattern in _patterns(tongue).values())}


def _bare(folded: str) -> str:
    return re.sub(r" +", " ", re.sub(r"[^\w' ]+", " ", folded)).strip()


@lru_cache(maxsize=8)
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    """Intents of whole messages in one language's lexicon."""
    data = tomllib.loads((LEXICON / f"{language}.toml").read_text(encoding="utf-8"))
    return {name: re.compile(_repeated(phrases, data["polite"])) for name, phrases in data.items() if name != "polite"}


def _phrase(phrase: str) -> str:
    return re.escape(phrase).replace(r"\ ", r"\s+")


def _repeated(phrases: list[str], polite: list[str]) -> str:
    """The whole message is made of these phrases, with polite words around them."""
    core = "|".join(map(_phrase, sorted(phrases, key=len, reverse=True)))
    around = "|".join(map(_phrase, sorted(polite, key=len, reverse=True)))
    return rf"(?:(?:{around})\s+)*(?:{core})(?:\s+(?:{core}|{around}))*"
