"""Which language a message is in, by the trained classifier and the signs only one language has."""

from __future__ import annotations

import math
import re

from conversations.dialogue.understanding import lexicon
from conversations.dialogue.understanding.model import Model
from conversations.dialogue.understanding.normalise import words

# A conversation changes its language for a message that is this clearly in another one, not for a word of it.
SWITCH, SHORT_SWITCH, KEPT, UNSURE = 0.9, 0.99, 0.05, 0.5
_SIGNS = {"es": re.compile(r"[ñ¿¡]"), "pt": re.compile(r"[ãõçâêôà]")}
SIGN = 3.0  # how much more likely a sign makes its language, as a logarithm


def detect(text: str, folded: str, *, previous: str, offered: tuple[str, ...]) -> str:
    """One of ``offered``: ``previous`` unless the message is clearly in another; without a previous one the likeliest, and
    the hotel's first when nothing tells."""
    fallback = previous or next(iter(offered), "es")
    likely = {name: share for name, share in Model.load().spoken(folded).items() if name in offered} if re.search(r"[a-z]", folded) else {}
    listed = lexicon.languages(folded) & likely.keys()
    if len(listed) == 1:
        return listed.pop()
    known = any(word in Model.load().words for word in words(folded))
    if not likely or not known or (previous and len(folded.split()) == 1):
        return fallback
    raised = {
        name: share * math.exp(SIGN * bool(name in _SIGNS and _SIGNS[name].search(text.casefold()))) for name, share in likely.items()
    }
    best = max(raised, key=lambda name: raised[name])
    sure = raised[best] / sum(raised.values())
    if not previous:
        return best if sure >= UNSURE else fallback
    needed = SWITCH if len(folded.split()) > 2 else SHORT_SWITCH
    return best if sure >= needed and raised.get(previous, 0.0) / sum(raised.values()) <= KEPT else previous
