"""What the guest wants: phrases of the lexicon found in the folded text. Several intents a message, surest first."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from conversations.dialogue.types import Intent

LEXICON = Path(__file__).resolve().parents[1] / "lexicon"
LANGUAGES = ("es", "en", "pt")
CONFIDENCE, WEAK = 0.9, 0.65
# A yes is only a yes when nothing else is said: one word beside these and it is none.
_SHORT = frozenset({"affirm", "deny"})
_SMALL_TALK = frozenset({"greeting", "thanks", "goodbye", "affirm", "deny"})


def read(folded: str, language: str, *, has_slots: bool) -> tuple[Intent, ...]:
    """Intents named in CAPABILITIES; "inform" when the message only fills slots."""
    if not folded.strip():
        return ()
    found: dict[str, float] = {}
    places: dict[str, int] = {}
    # A guest may mix languages; the other two are read as well, after the one that is spoken.
    for tongue in (language, *(other for other in LANGUAGES if other != language)):
        whole, parts = _patterns(tongue)
        bare = re.sub(r"[^\w' ]+", " ", folded).strip()
        for name, pattern in whole.items():
            if name not in found and pattern.fullmatch(re.sub(r" +", " ", bare)):
                found[name] = 0.97 if tongue == language else CONFIDENCE
        if tongue != language and set(found) - _SMALL_TALK:
            continue  # the spoken language has said it
        for name, pattern in parts.items():
            if name not in found and (match := pattern.search(folded)):
                places[name] = match.start()
                found[name] = CONFIDENCE if tongue == language else WEAK + 0.1
    if {"affirm", "deny"} <= found.keys():
        found.pop("affirm")  # yes and no in one breath is no yes
    if "affirm" in found and has_slots:
        found.pop("affirm")  # "sí, pero del 4 al 6" changes what was asked
    if has_slots and not set(found) - _SMALL_TALK:
        found["inform"] = CONFIDENCE
    return tuple(
        Intent(name, round(confidence, 3), places.get(name, 0)) for name, confidence in sorted(found.items(), key=lambda item: -item[1])
    )


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[dict[str, re.Pattern[str]], dict[str, re.Pattern[str]]]:
    """(intents of whole messages, intents of parts) of one language's lexicon."""
    data = tomllib.loads((LEXICON / f"{language}.toml").read_text(encoding="utf-8"))
    whole = {name: re.compile(_repeated(phrases, data["whole"]["polite"])) for name, phrases in data["whole"].items() if name != "polite"}
    parts = {name: re.compile(r"(?<!\w)(?:" + "|".join(map(_phrase, phrases)) + r")(?!\w)") for name, phrases in data["part"].items()}
    return whole, parts


def _phrase(phrase: str) -> str:
    """``*`` stands for the rest of a word, ``..`` for up to three words between."""
    escaped = re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ \.\.\ ", r"\W+(?:\w+\W+){0,3}?")
    return escaped.replace(r"\ ", r"\s+")


def _repeated(phrases: list[str], polite: list[str]) -> str:
    """The whole message is made of these phrases, with polite words around them."""
    core = "|".join(map(_phrase, sorted(phrases, key=len, reverse=True)))
    around = "|".join(map(_phrase, sorted(polite, key=len, reverse=True)))
    return rf"(?:(?:{around})\s+)*(?:{core})(?:\s+(?:{core}|{around}))*"
