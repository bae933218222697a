"""Numbers of people."""

from __future__ import annotations

from conversations.dialogue.understanding import numbers

N = numbers.PATTERN
# A number that is no article: "somos una familia" counts nobody.
MANY = rf"(?!(?:un|una|uno|um|uma|a|an|one)\b)(?:media docena|{N})"
NO_TIME = r"(?! ?(?:/|:|h\b|hs\b|am\b|pm\b|%|\$|usd|euro|peso|dolar|reais|noche|night|noite|dia\b|dias\b|days?\b|semana|week|mes\b|meses|month|ano|year|hora|hour|minut|cuadra|block|quadra|km|cama|bed|perr|dog|cachorr|gat|cat|mascota|valija|mala|suitcase|bag|vez|veces|vezes|time|piso|floor|andar|estrella|star|coche|car\b|auto|moto|cafe|coffee|mail))"


def value(word: str) -> int:
    return 6 if word == "media docena" else numbers.value(word)
