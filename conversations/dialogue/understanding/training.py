"""Trains the classifier from the phrases in ``training/``: the same phrases give the same model, on one thread.

Needs scipy (requirements/dev.in); a hotel runs the trained artifact without it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conversations.dialogue.phrasebook import LANGUAGES as LANGUAGES
from conversations.dialogue.understanding import features
from conversations.dialogue.understanding.features import SIZE
from conversations.dialogue.understanding.intents import SMALL_TALK
from conversations.dialogue.understanding.normalise import fold, words

PHRASES = Path(__file__).with_name("training")
ALONE = frozenset({"out_of_scope", "inform", "affirm", "deny", "repeat"})
JOINS = {
    "es": (". ", ", ", " y ", "? ", "\n", " ", " ademas ", " y tambien ", " y otra cosa ", "... "),
    "en": (". ", ", ", " and ", "? ", "\n", " ", " also ", " and also ", " one more thing ", "... "),
    "pt": (". ", ", ", " e ", "? ", "\n", " ", " tambem ", " e mais uma coisa ", " e outra ", "... "),
}
SEED, ROUNDS, BATCH = 20, 4, 2048
STEP, DECAY, DROPPED, AVERAGED_FROM = 0.1, 4e-6, 0.2, 0.5
# Evidence seen in fewer examples is left out, and weights this small (of 127): the artifact stays small.
SEEN, FAINT = 6, 2
# How many joined letters for every phrase, which share of all is repeated misspelt, and how badly.
PAIRS, REPEATED, NOISE = 0.3, 0.2, 0.06


@dataclass(frozen=True)
class Example:
    text: str
    intents: frozenset[str]
    language: str


def phrases(language: str) -> Iterator[Example]:
    """The lines of a language's file: ``[intent]`` or ``[one+other]`` heads the phrases below it."""
    intents: frozenset[str] = frozenset()
    for line in (PHRASES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if head := re.fullmatch(r"\[([a-z_+]+)\]", line.strip()):
            intents = frozenset(head[1].split("+"))
        elif line.strip():
            yield Example(line.strip(), intents, language)


def examples() -> list[Example]:
    """Every phrase, phrases joined into letters with several wishes, and misspelt ones."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    made: list[Example] = []
    for language in LANGUAGES:
        own = list(phrases(language))
        made += own
        made += joined(own, chance, round(len(own) * PAIRS))
    made += [Example(misspelt(one.text, chance), one.intents, one.language) for one in made if chance.random() < REPEATED]
    chance.shuffle(made)
    return made


def joined(own: list[Example], chance: random.Random, count: int) -> Iterator[Example]:
    """Letters made of two or three phrases, mostly short ones; half begin with a greeting."""
    polite = {name: [one for one in own if one.intents == {name}] for name in sorted(SMALL_TALK)}
    by_intent: dict[str, list[Example]] = {}
    for one in own:
        if not one.intents & (SMALL_TALK | ALONE) and len(one.text) < 160:
            by_intent.setdefault("+".join(sorted(one.intents)), []).append(one)
    names, alone = sorted(by_intent), [one for one in own if one.intents & ALONE and len(one.intents) == 1]
    for _number in range(count):
        kind = chance.random()
        if kind < 0.55:
            parts = [chance.choice(by_intent[name]) for name in chance.sample(names, 2 if chance.random() < 0.8 else 3)]
        elif kind < 0.75:
            parts = [chance.choice(by_intent[chance.choice(names)])]
        elif kind < 0.9:
            parts = [chance.choice(alone)]
        else:  # two remarks on the same matter
            parts = chance.choices(by_intent[chance.choice(names)], k=2)
        if chance.random() < 0.5 or len(parts) == 1:
            greeting = chance.choice(polite["greeting"])
            parts = [greeting, *parts] if chance.random() < 0.8 else [*parts, chance.choice(polite[chance.choice(["thanks", "goodbye"])])]
        language, text = own[0].language, parts[0].text
        for part in parts[1:]:
            text += chance.choice(JOINS[language]) + part.text
        yield Example(text, frozenset().union(*(part.intents for part in parts)) - ({"inform"} if len(parts) > 2 else set()), language)


def misspelt(text: str, chance: random.Random, share: float = NOISE) -> str:
    """Letters left out, doubled, swapped with a neighbour or taken for the next key."""
    near = {
        "a": "sq",
        "e": "wr",
        "i": "uo",
        "o": "ip",
        "s": "ad",
        "n": "bm",
        "r": "et",
        "t": "ry",
        "l": "k",
        "c": "xv",
        "m": "n",
        "d": "sf",
    }
    out: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter.isalpha() and chance.random() < share:
            kind = chance.randrange(4)
            if kind == 1:
                out.append(letter * 2)
            elif kind == 2 and at + 1 < len(text):
                out += [text[at + 1], letter]
                at += 1
            elif kind == 3:
                out.append(chance.choice(near.get(letter.lower(), letter)))
        else:
            out.append(letter)
        at += 1
    return "".join(out)


def train(*, say: Callable[[str], None] = lambda _text: None) -> dict[str, NDArray[np.generic]]:
    """The artifact's arrays (see model.Model)."""
    import scipy.sparse  # noqa: PLC0415 - only here: a hotel runs without it

    made = examples()
    intents = sorted({name for one in made for name in one.intents})
    rows = [features.features(fold(one.text)) for one in made]
    starts = np.cumsum([0, *(len(positions) for positions, _values in rows)])
    columns = np.concatenate([positions for positions, _values in rows])
    values = np.concatenate([values for _positions, values in rows])
    matrix = scipy.sparse.csr_matrix((values, columns, starts), shape=(len(rows), SIZE), dtype=np.float32)
    matrix.sum_duplicates()
    seen = np.asarray((matrix > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(seen >= SEEN)
    rarity = (np.log(1 + len(rows) / (1 + seen)) / 4).astype(np.float32)[kept]
    matrix = matrix[:, kept].multiply(rarity).tocsr().astype(np.float32)
    wanted = np.array(
        [[name in one.intents for name in intents] + [name == one.language for name in LANGUAGES] for one in made], dtype=np.float32
    )
    say(f"{len(made)} examples, {len(intents)} intents, {len(kept)} features")
    weights, bias = _fit(matrix, wanted, say)
    whole = np.zeros((SIZE, wanted.shape[1]), np.float32)
    whole[kept] = weights * rarity[:, None]
    scale = np.abs(whole).max(axis=0) / 127
    small = np.round(whole / scale).astype(np.int8)
    return {
        "intents": np.array(intents),
        "languages": np.array(LANGUAGES),
        "weights": np.where(np.abs(small) <= FAINT, 0, small),
        "scale": scale.astype(np.float32),
        "bias": bias.astype(np.float32),
        "words": np.array(sorted(_vocabulary())),
    }


def save(arrays: dict[str, NDArray[np.generic]], path: Path) -> None:
    """The artifact: compressed numpy arrays, no pickle."""
    with path.open("wb") as out:
        np.savez_compressed(out, **arrays)  # type: ignore[arg-type]


def _fit(matrix: Any, wanted: NDArray[np.float32], say: Callable[[str], None]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One-vs-rest logistic regression of all intents at once, by Adam on small batches; a part of every row's features is
    dropped each time, so that no single word decides. What the last rounds saw is averaged: the order of the phrases says less."""
    chance = np.random.Generator(np.random.PCG64(SEED))
    count, outputs = wanted.shape
    weights, bias = np.zeros((matrix.shape[1], outputs), np.float32), np.full(outputs, -3.0, np.float32)
    mean, spread, mean_b, spread_b = np.zeros_like(weights), np.zeros_like(weights), np.zeros_like(bias), np.zeros_like(bias)
    turn, turns = 0, ROUNDS * (count // BATCH + 1)
    whole, whole_b, averaged = np.zeros_like(weights), np.zeros_like(bias), 0
    for round_ in range(ROUNDS):
        order = chance.permutation(count)
        shuffled, right, loss = matrix[order], wanted[order], 0.0
        for start in range(0, count, BATCH):
            turn += 1
            step = STEP * (1 - turn / turns)
            part, told = shuffled[start : start + BATCH].copy(), right[start : start + BATCH]
            part.data *= (chance.random(len(part.data), dtype=np.float32) >= DROPPED) / np.float32(1 - DROPPED)
            guess = 1 / (1 + np.exp(-(part @ weights + bias)))
            loss -= float((told * np.log(guess + 1e-9) + (1 - told) * np.log(1 - guess + 1e-9)).sum())
            error = (guess - told) / len(told)
            slope = part.T @ error + DECAY * weights
            mean += 0.1 * (slope - mean)
            spread += 0.01 * (slope * slope - spread)
            weights -= step * mean / (np.sqrt(spread) + 1e-7)
            slope_b = error.sum(axis=0)
            mean_b, spread_b = 0.9 * mean_b + 0.1 * slope_b, 0.99 * spread_b + 0.01 * slope_b * slope_b
            bias -= step * 0.3 * mean_b / (np.sqrt(spread_b) + 1e-7)
            if turn > turns * AVERAGED_FROM:
                whole += weights
                whole_b += bias
                averaged += 1
        say(f"round {round_ + 1}: loss {loss / count:.3f}")
    return (whole / averaged).astype(np.float32), (whole_b / averaged).astype(np.float32)


def _vocabulary() -> set[str]:
    """Words that stand in at least two phrases."""
    counts: dict[str, int] = {}
    for language in LANGUAGES:
        for one in phrases(language):
            for word in set(words(fold(one.text))):
                counts[word] = counts.get(word, 0) + 1
    return {word for word, count in counts.items() if count >= 2 and len(word) >= 2 and word.isalpha()}
