"""The trained classifier: how sure it is of every intent and every language for a text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.features import features

ARTIFACT = Path(__file__).with_name("model.npz")
Scores = NDArray[np.floating]
_WORD = compiled(r"[a-z]{4,}")
LONG = 1500  # characters of a letter that are read


class Model:
    """Arrays of the artifact: ``intents`` and ``languages`` names, ``weights`` int8 (features x both) with a ``scale`` for
    each column, ``bias``, and the ``words`` of the phrases, the longer of which a misspelt one may stand for."""

    def __init__(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        self.intents: list[str] = [str(name) for name in arrays["intents"]]
        self.languages: list[str] = [str(name) for name in arrays["languages"]]
        self.weights = arrays["weights"].astype(np.int8)
        self.scale, self.bias = arrays["scale"].astype(np.float32), arrays["bias"].astype(np.float32)
        self.words = {str(word) for word in arrays["words"]}
        by_start: dict[str, list[str]] = {}
        for word in sorted(word for word in self.words if len(word) >= 4):
            by_start.setdefault(word[0], []).append(word)
        self._by_start = by_start

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Model:
        """The committed artifact. Raises FileNotFoundError when nothing was trained."""
        with np.load(ARTIFACT, allow_pickle=False) as arrays:
            return cls(dict(arrays))

    def scores(self, folded: str) -> dict[str, float]:
        """0 to 1 for every intent, of the text and of the same with its misspelt words corrected, averaged."""
        sums = self._sums(folded[:LONG])[: len(self.intents)]
        return dict(zip(self.intents, map(float, 1 / (1 + np.exp(-sums))), strict=True))

    def spoken(self, folded: str) -> dict[str, float]:
        """How likely each language is; together 1."""
        sums = self._sums(folded[:LONG])[len(self.intents) :]
        likely = np.exp(sums - sums.max())
        return dict(zip(self.languages, map(float, likely / likely.sum()), strict=True))

    @lru_cache(maxsize=64)  # noqa: B019 - one model lives as long as the process
    def _sums(self, folded: str) -> Scores:
        sums = self._seen(folded)
        corrected = self.corrected(folded)
        return (sums + self._seen(corrected)) / 2 if corrected != folded else sums

    def _seen(self, folded: str) -> Scores:
        positions, values = features(folded)
        return (values @ self.weights[positions].astype(np.float32)) * self.scale + self.bias

    def corrected(self, folded: str) -> str:
        """The text with every unknown word replaced by the known one nearest to it, if one is near enough."""
        return _WORD.sub(lambda match: match[0] if match[0] in self.words else self._nearest(match[0]), folded)

    @lru_cache(maxsize=4096)  # noqa: B019 - one model lives as long as the process
    def _nearest(self, word: str) -> str:
        limit = 1 if len(word) < 8 else 2
        candidates = self._by_start.get(word[0], [])
        found = process.extractOne(word, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=limit)
        if found is None and len(word) > 4:  # the first letters swapped, or one left out before
            others = [*self._by_start.get(word[1], [])]
            found = process.extractOne(word, others, scorer=DamerauLevenshtein.distance, score_cutoff=1)
        return found[0] if found else word
