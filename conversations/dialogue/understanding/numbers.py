"""Small numbers written as words."""

from __future__ import annotations

_NUMBERS: dict[str, int] = {}
_NAMES = (
    ("un una uno um uma one a an", 1), ("dos dois duas two", 2), ("tres three", 3), ("cuatro quatro four", 4), ("cinco five", 5),
    ("seis six", 6), ("siete sete seven", 7), ("ocho oito eight", 8), ("nueve nove nine", 9), ("diez dez ten", 10),
    ("once onze eleven", 11), ("doce doze twelve", 12), ("trece treze thirteen", 13), ("catorce quatorze fourteen", 14),
    ("quince quinze fifteen", 15), ("primero primeiro", 1),
)  # fmt: skip
for _words, _value in _NAMES:
    _NUMBERS.update(dict.fromkeys(_words.split(), _value))

PATTERN = r"(?:\d{1,3}|(?:" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")\b)"


def value(word: str) -> int:
    """Raises KeyError for a word that is no number."""
    return int(word) if word.isdigit() else _NUMBERS[word]
