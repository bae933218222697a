"""What the guest wants: the classifier's scores, of the whole message and of its sentences, and what is decided from them.

A message that is nothing but a plain "sí", "no gracias", "hola" is read by the lexicon's lists, not by the classifier.
"""

from __future__ import annotations

import re

from conversations.dialogue.types import Intent
from conversations.dialogue.understanding import lexicon
from conversations.dialogue.understanding.model import Model

# Scores from which an intent is decided, and told as possible.
DECIDED, CANDIDATE = 0.4, 0.1
# Scores are surer than they should be on people nobody trained on: this factor on their log-odds makes 0.8 mean 98 of 100.
COOLED = 0.35
# The confidence (cooled) from which an intent is acted on.
ACT = 0.54
# A sentence of the message speaks for an intent when it is this sure, and the whole message does not deny it.
SENTENCE, NOT_DENIED = 0.8, 0.05
# A yes, or a remark out of scope, counts beside something else only from this score on.
SURE = 0.6
# Nobody wants both: the less sure one goes unless it is surer than this.
EXCLUSIVE, KEPT = (
    (("make_reservation", "check_availability"), ("make_reservation", "modify_reservation"), ("check_availability", "modify_reservation")),
    0.7,
)
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye"})
SHORT = frozenset({"affirm", "deny", "repeat"})
LONE = frozenset({"inform", "out_of_scope"})
# Wants a person, whatever else is said.
FOR_PEOPLE = frozenset({"human_handoff", "emergency", "complaint"})
# A yes to a summary is plain: no doubt, no condition, no question, few words.
PLAIN_YES, PLAIN_WORDS = 0.62, 8
_NOT_PLAIN = re.compile(r"[?\d]|\b(?:no|not|nao|pero|but|mas|si es|if|se for|salvo|unless|don'?t|nunca|todavia|ainda|wait|espera|espere)\b")
_ASKS = re.compile(
    r"\?|\b(?:do you have|have you got|is there|are there|any|hay|tenes|tienen|tendran|tem|teria\w*|voces tem|queda|quedan)\b"
)
_SENTENCES = re.compile(r"[.?!\n;]+|, (?=\w+ \w+ \w+)| (?:y|and|e|also|tambien|tambem|ademas) (?=\w+ \w+ \w+)")


def read(folded: str, language: str, *, has_slots: bool, asked: str | None = None) -> tuple[tuple[Intent, ...], tuple[Intent, ...]]:
    """(what is decided, the rest that is possible), surest first; "inform" when the message only fills slots."""
    if not folded.strip():
        return (), ()
    if plain := lexicon.plain(folded, language, asked):
        scores, places = plain, dict.fromkeys(plain, 0)
    else:
        scores, places = _scored(folded)
    chosen = _chosen(scores, folded, has_slots=has_slots, asked=asked)
    decided = [Intent(name, _confidence(sure), places.get(name, 0)) for name, sure in chosen.items()]
    possible = [Intent(name, _confidence(sure)) for name, sure in scores.items() if sure >= CANDIDATE and name not in chosen]
    return tuple(sorted(decided, key=_order)), tuple(sorted(possible, key=_order))


def _confidence(score: float) -> float:
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    odds: float = ((1 - bounded) / bounded) ** COOLED
    return round(1 / (1 + odds), 3)


def _order(intent: Intent) -> tuple[bool, float]:
    return intent.name in SMALL_TALK, -intent.confidence


def _scored(folded: str) -> tuple[dict[str, float], dict[str, int]]:
    """Every intent's score, and where in the text it is spoken of."""
    model = Model.load()
    scores = model.scores(folded)
    places: dict[str, int] = {}
    for at, sentence in _sentences(folded):
        for name, sure in model.scores(sentence).items():
            if sure >= DECIDED:
                places.setdefault(name, at)
            if sure >= SENTENCE and scores[name] >= NOT_DENIED and name not in LONE | SHORT:
                scores[name] = max(scores[name], sure)
    return scores, places


def _sentences(folded: str) -> list[tuple[int, str]]:
    """Parts of two words and more, and where they begin; none for a message of one sentence."""
    breaks = [match.span() for match in _SENTENCES.finditer(folded)]
    starts, ends = [0, *(end for _start, end in breaks)], [*(start for start, _end in breaks), len(folded)]
    parts = [(start, folded[start:end].strip()) for start, end in zip(starts, ends, strict=True)]
    parts = [(start, part) for start, part in parts if len(part.split()) >= 2]
    return parts if len(parts) > 1 else []


def _chosen(scores: dict[str, float], folded: str, *, has_slots: bool, asked: str | None) -> dict[str, float]:
    chosen = {name: sure for name, sure in scores.items() if sure >= DECIDED}
    wishes = chosen.keys() - SMALL_TALK - SHORT - LONE
    if wishes:
        chosen = {name: sure for name, sure in chosen.items() if name not in LONE and (name not in SHORT or sure >= SURE)}
    for pair in EXCLUSIVE:
        if chosen.keys() >= set(pair) and (less := min(pair, key=lambda name: chosen[name])) and chosen[less] < KEPT:
            chosen.pop(less)
    if {"affirm", "deny"} <= chosen.keys():
        chosen.pop("affirm")  # yes and no in one breath is no yes
    if "affirm" in chosen and has_slots:
        chosen.pop("affirm")  # "sí, pero del 4 al 6" changes what was asked
    if "out_of_scope" in chosen and has_slots and chosen["out_of_scope"] < SURE:
        chosen.pop("out_of_scope")
    rest = {name: sure for name, sure in scores.items() if name not in SMALL_TALK | SHORT}
    if has_slots and not chosen.keys() - SMALL_TALK - SHORT:
        # Dates and people come with a wish more often than alone, unless they answer a question.
        wish = max(rest.keys() - {"inform"}, key=lambda name: rest[name], default="")
        if not asked and rest.get(wish, 0.0) >= CANDIDATE:
            chosen[wish] = rest[wish]
        elif not asked and _ASKS.search(folded):
            chosen["check_availability"] = DECIDED
        else:
            chosen["inform"] = max(scores.get("inform", 0.0), 0.9 if asked else 0.7)
    if not chosen.keys() - SMALL_TALK:
        best = max(rest, key=lambda name: rest[name], default="")
        if rest.get(best, 0.0) >= (0.25 if chosen else CANDIDATE):
            chosen[best] = rest[best]
    return chosen


def is_plain_yes(folded: str, decided: tuple[Intent, ...]) -> bool:
    """Nothing but a yes: only this agrees to a summary."""
    wishes = {intent.name: intent.confidence for intent in decided if intent.name not in SMALL_TALK}
    return (
        wishes.keys() == {"affirm"}
        and wishes["affirm"] >= PLAIN_YES
        and len(folded.split()) <= PLAIN_WORDS
        and not _NOT_PLAIN.search(folded)
    )
