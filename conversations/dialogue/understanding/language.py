"""Which language a message is in, by the trained classifier and the signs only one language has."""

from __future__ import annotations

import math
import re

from conversations.dialogue.understanding import lexicon
from conversations.dialogue.understanding.model import Model
from conversations.dialogue.understanding.normalise import words

# A conversation changes its language for a message that is this clearly in another one, not for a word of it.
SWITCH, SHORT_SWITCH, KEPT, UNSURE, LOOKS = 0.9, 0.99, 0.05, 0.5, 0.85
# Letters and endings only one of them writes: "lavandería" and "horário", "cancelá", laughter.
_SIGNS = {
    "es": re.compile(
        r"[ñ¿¡]|[^\W\d_]{2,}(?:ía|ías|íos|ío|ón|ción)\b|\b(?:ja){2,}|\b(?:je){2,}|\b(?!está\b|olá\b|sofá\b|crachá\b|guaraná\b|sabiá\b)[^\W\d_]{2,}[^\W\d_rhj]á\b|[^\W\d_]{2,}[^aeiou\W\d_]í\b"
    ),
    "pt": re.compile(r"[ãõçâêôà]|[áéíóú](?:ri|ci|di|li|mi|ni|ti|gi|bi|vi|si)[oa]s?\b|[áí]vel\b|água|ém\b|\bk{3,}\b|\b(?:rs){2,}"),
}
SIGN = 4.0  # how much more likely a sign makes its language, as a logarithm


# Countries an address may end in.
_COUNTRIES = {"es": "ar bo cl co cr cu do ec es gt hn mx ni pa pe py sv uy ve", "pt": "br pt ao mz", "en": "uk us au nz ie ca za"}


def detect(text: str, folded: str, *, previous: str, offered: tuple[str, ...], address: str = "") -> str:
    """One of ``offered``: ``previous`` unless the message is clearly in another; without a previous one the likeliest, and
    the hotel's first when nothing tells. ``address``: the e-mail address taken out of the text; it counts when it is all."""
    fallback = previous or next(iter(offered), "es")
    if address and not previous and not re.search(r"[a-z]{2}", folded):
        country = address.rpartition(".")[2].lower()
        if (name := next((name for name, ends in _COUNTRIES.items() if country in ends.split()), "")) in offered:
            return name
        text, folded = "", " ".join(re.findall(r"[a-z]+", address.partition("@")[0].lower()))
    likely = {name: share for name, share in Model.load().spoken(folded).items() if name in offered} if re.search(r"[a-z]", folded) else {}
    listed = lexicon.languages(folded) & likely.keys()
    if len(listed) == 1:
        return listed.pop()
    signs = {name for name, sign in _SIGNS.items() if sign.search(text.casefold())}
    known = bool(signs) or any(word in Model.load().words for word in words(folded))
    if not likely or (previous and (not known or len(folded.split()) == 1)):
        return fallback
    raised = {name: share * math.exp(SIGN * (name in signs)) for name, share in likely.items()}
    best = max(raised, key=lambda name: raised[name])
    sure = raised[best] / sum(raised.values())
    if not previous:  # a name that nobody trained on still looks like its language
        return best if sure >= (UNSURE if known else LOOKS) else fallback
    needed = SWITCH if len(folded.split()) > 2 else SHORT_SWITCH
    return best if sure >= needed and raised.get(previous, 0.0) / sum(raised.values()) <= KEPT else previous
