"""The part of a hotel's text that answers what was asked: its own sentences, fewer of them."""

from __future__ import annotations

from conversations.dialogue.details import ASKS_HOUR, ASKS_PRICE
from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.normalise import fold

# One answer of several questions stays below this many characters.
MOST = 1000
# Rules are told whole: half a rule is another rule.
WHOLE = frozenset(
    {"policy_cancellation", "policy_deposit", "policy_pets", "policy_children", "early_checkin", "late_checkout", "accessibility"}
)
_SENTENCE = compiled(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑÂÊÔÃÕÇ¿¡0-9])")
_HOUR = compiled(
    r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2} ?(?:hs|h|am|pm)\b|\b24 ?(?:horas|hours|h)\b|a toda hora|round the clock|any time|cualquier hora"
)
_MONEY = compiled(r"[$€£]|\b(?:ars|usd|brl|eur|pesos|reais|dolares|dollars)\b")
_FREE = compiled(
    r"\b(?:sin (?:cargo|costo)|gratis|gratuit\w*|incluid\w*|free|no (?:extra )?charge|included|sem (?:custo|taxa)|inclus\w*)\b"
)


def precise(text: str, asked: str, topic: str) -> str:
    """Sentences of ``text`` that tell the hour or the price when that was asked; the whole text when nothing so narrow was."""
    asked = fold(asked)
    wants = [evidence for question, evidence in ((ASKS_HOUR, (_HOUR,)), (ASKS_PRICE, (_MONEY, _FREE))) if question.search(asked)]
    if topic in WHOLE or len(wants) != 1:
        return text
    sentences = _SENTENCE.split(text)
    kept = [one for one in sentences if any(pattern.search(fold(one)) for pattern in wants[0])]
    return " ".join(kept) if kept else text


def shorter(texts: list[str]) -> list[str]:
    """The same answers; when they do not fit, with their last sentences left out, the longest first, until they do."""
    if sum(len(text) + 2 for text in texts) <= MOST:
        return texts
    parts = [_SENTENCE.split(text) for text in texts]
    while sum(len(" ".join(one)) + 2 for one in parts) > MOST:
        longest = max(parts, key=lambda one: (len(one) > 1, len(" ".join(one))))
        if len(longest) == 1:
            break
        longest.pop()
    return [" ".join(one) for one in parts]
