"""How well messages are understood, on golden sets that training never sees (``tests/golden``).

A line of ``utterances.<language>.jsonl`` is ``{"text", "intents", "asked"?}``, of ``stays`` ``{"text", "now", "known"?, "asked"?}`` with
``slots`` or ``ask``, of ``parties`` ``{"text", "asked"?, "slots"}``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import resource
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conversations.dialogue.types import HotelView, State, Understanding
from conversations.dialogue.understanding import understand
from conversations.dialogue.understanding.intents import ACT, SMALL_TALK
from conversations.dialogue.understanding.normalise import fold, words
from conversations.dialogue.understanding.training import LANGUAGES, misspelt

Row = dict[str, Any]
NOW = dt.datetime.fromisoformat("2026-11-18T10:30:00")
SURE = 0.8
STAY = ("check_in", "check_out", "nights")
PARTY = ("adults", "children", "child_ages", "rooms")
# Intents whose handler does something about a booking or a person: a wrong one is a wrong action.
ACTIONS = frozenset(
    [
        "check_availability",
        "make_reservation",
        "modify_reservation",
        "cancel_reservation",
        "reservation_status",
        "human_handoff",
        "emergency",
        "complaint",
        "opt_out",
    ]
)


def rows(folder: Path, kind: str, language: str, part: str) -> list[Row]:
    """Golden lines; ``part`` is "all", or "dev": the fifth that may be looked at while building."""
    lines = [json.loads(line) for line in (folder / f"{kind}.{language}.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in lines if part == "all" or is_dev(row["text"])]


def is_dev(text: str) -> bool:
    """Whether a golden line belongs to the fifth that may be looked at."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 5 == 0


def bare(text: str) -> str:
    """Folded words alone: two texts with the same ones are the same line."""
    return " ".join(words(fold(text))) or text


@dataclass
class Tally:
    """Hits, false alarms and misses of each intent."""

    hits: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)

    def add(self, wanted: set[str], got: set[str]) -> None:
        self.hits.update(wanted & got)
        self.alarms.update(got - wanted)
        self.misses.update(wanted - got)

    def f1(self, name: str | None = None) -> tuple[float, float, float]:
        """(precision, recall, F1) of one intent, or over all of them."""
        hits, alarms, misses = (sum(c.values()) if name is None else c[name] for c in (self.hits, self.alarms, self.misses))
        precision, recall = hits / max(1, hits + alarms), hits / max(1, hits + misses)
        return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)

    def names(self) -> list[str]:
        return sorted(self.hits.keys() | self.misses.keys())

    def macro(self) -> float:
        return statistics.fmean(self.f1(name)[2] for name in self.names())


def evaluate(folder: Path, hotel: HotelView, *, part: str = "all") -> dict[str, Any]:
    """Every figure, as one JSON object; see the keys."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    _understood({"text": "hola"}, hotel, "es")
    start_s, took = time.perf_counter() - began, []
    figures: dict[str, Any] = {"part": part, "intents": {}, "stays": {}, "parties": {}, "language": {}}
    overall = Tally()
    outside: tuple[list[float], list[float]] = [], []
    sure, acted = [0, 0], [0, 0]
    for language in LANGUAGES:
        tally, several, chance = Tally(), Tally(), random.Random(1)  # noqa: S311 - no secret
        typos = Tally()
        right, short = [0, 0], [0, 0]
        for row in rows(folder, "utterances", language, part):
            at = time.perf_counter()
            found = _understood(row, hotel, "")
            took.append((time.perf_counter() - at) * 1000)
            wanted, got = set(row["intents"]), {intent.name for intent in found.intents}
            tally.add(wanted, got)
            overall.add(wanted, got)
            if len(wanted - SMALL_TALK) > 1:
                several.add(wanted - SMALL_TALK, got - SMALL_TALK)
            typos.add(wanted, {intent.name for intent in _understood(row | {"text": misspelt(row["text"], chance)}, hotel, "").intents})
            for intent in found.intents:
                if intent.confidence >= SURE:
                    sure[0] += intent.name in wanted
                    sure[1] += 1
            acting = (
                {intent.name for intent in found.intents if intent.confidence >= ACT} & ACTIONS if found.decision != "clarify" else set()
            )
            acted[0] += bool(acting - wanted)
            acted[1] += 1
            outside["out_of_scope" not in wanted].append(_outside(found))
            length = len(row["text"].split())
            into = short if length <= 3 else right
            into[0] += found.language == language
            into[1] += 1
        precision, recall, micro = tally.f1()
        figures["intents"][language] = {
            "lines": sum(right[1:] + short[1:]), "micro_f1": micro, "precision": precision, "recall": recall, "macro_f1": tally.macro(),
            "several_wishes_precision": several.f1()[0], "several_wishes_recall": several.f1()[1], "micro_f1_at_6_percent_typos": typos.f1()[2],
            "typo_loss_points": (micro - typos.f1()[2]) * 100,
        }  # fmt: skip
        figures["language"][language] = {"accuracy": right[0] / max(1, right[1]), "accuracy_up_to_3_words": short[0] / max(1, short[1])}
        figures["stays"][language] = _stays(folder, hotel, language, part)
        figures["parties"][language] = _parties(folder, hotel, language, part)
    took.sort()
    figures |= {
        "accuracy_where_confidence_0.8": sure[0] / max(1, sure[1]), "share_where_confidence_0.8": sure[1] / max(1, sum(overall.hits.values()) + sum(overall.alarms.values())),
        "wrong_action": acted[0] / max(1, acted[1]), "out_of_scope_auroc": _auroc(*outside),
        "ms": {"p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)], "max": took[-1]},
        "start_s": start_s, "memory_mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "per_intent": {name: dict(zip(("precision", "recall", "f1"), overall.f1(name), strict=True)) for name in overall.names()},
    }  # fmt: skip
    return figures


def _understood(row: Row, hotel: HotelView, language: str) -> Understanding:
    now = dt.datetime.fromisoformat(row["now"]) if "now" in row else NOW
    state = State(slots=row.get("known", {}), awaiting=row.get("asked"), language=language)
    return understand(row["text"], hotel=hotel, state=state, now=now)


def _outside(found: Understanding) -> float:
    """How far out of scope a message looks: the surer any wish of the hotel's, the less."""
    scores = {intent.name: intent.confidence for intent in (*found.candidates, *found.intents)}
    wishes = [sure for name, sure in scores.items() if name not in SMALL_TALK | {"out_of_scope"}]
    return scores.get("out_of_scope", 0.0) - max(wishes, default=0.0)


def _auroc(outside: list[float], inside: list[float]) -> float:
    """The chance that a message out of scope looks more so than one within it."""
    better = sum((a > b) + (a == b) / 2 for a in outside for b in inside)
    return better / max(1, len(outside) * len(inside))


def stay_verdict(row: Row, found: Understanding) -> str:
    """exact, asked (in doubt where an answer was wanted), wrong (something else, without asking) or missed."""
    got = {name: found.slots[name] for name in STAY if name in found.slots}
    if "ask" in row:
        return "exact" if found.clarify else "wrong" if {"check_in", "check_out"} & got.keys() else "missed"
    if found.clarify:
        return "asked"
    if not got:  # nothing said about the stay: right when nothing was to change
        return "exact" if _ends(row["slots"]) in ({}, _ends(row.get("known", {}))) else "missed"
    full = {name: row.get("known", {})[name] for name in STAY if name in row.get("known", {})} | got
    wanted = _ends(row["slots"])
    if wanted in (_ends(got), _ends(full)):
        return "exact"
    return "wrong" if got else "missed"


def _ends(slots: Row) -> Row:
    ends = {name: slots[name] for name in STAY if slots.get(name) is not None}
    if "check_in" in ends and "check_out" in ends:
        ends.pop("nights", None)
    return ends


def _stays(folder: Path, hotel: HotelView, language: str, part: str) -> Row:
    verdicts = Counter(stay_verdict(row, _understood(row, hotel, language)) for row in rows(folder, "stays", language, part))
    count = verdicts.total()
    return {
        "lines": count,
        **{name: verdicts[name] / max(1, count) for name in ("exact", "asked", "missed")},
        "silently_wrong": verdicts["wrong"],
    }


def party_is_right(row: Row, found: Understanding) -> bool:
    """The same people; children not told and none are the same."""
    got = {name: found.slots[name] for name in PARTY if name in found.slots}
    wanted = row["slots"]
    return all(
        got.get(name) == wanted.get(name) or (name == "children" and not got.get(name) and not wanted.get(name))
        for name in PARTY
        if name != "child_ages"
    ) and ("child_ages" not in wanted or got.get("child_ages") == wanted["child_ages"])


def _parties(folder: Path, hotel: HotelView, language: str, part: str) -> Row:
    verdicts = [party_is_right(row, _understood(row, hotel, language)) for row in rows(folder, "parties", language, part)]
    return {"lines": len(verdicts), "exact": sum(verdicts) / max(1, len(verdicts))}


def misses(folder: Path, hotel: HotelView) -> Iterator[tuple[str, Row, Understanding]]:
    """What went wrong in the dev fifth, to be looked at."""
    for language in LANGUAGES:
        for row in rows(folder, "utterances", language, "dev"):
            found = _understood(row, hotel, "")
            if {intent.name for intent in found.intents} != set(row["intents"]):
                yield "intents", row, found
        for row in rows(folder, "stays", language, "dev"):
            if stay_verdict(row, found := _understood(row, hotel, language)) != "exact":
                yield "stay", row, found
        for row in rows(folder, "parties", language, "dev"):
            if not party_is_right(row, found := _understood(row, hotel, language)):
                yield "party", row, found


def table(figures: Row) -> str:
    """The figures to read; the weakest intents last."""
    lines = [
        f"{'':10}{'micro-F1':>9}{'macro':>8}{'several P':>11}{'R':>7}{'typos':>8}{'language':>10}{'<=3 words':>11}{'stays':>8}{'wrong':>7}{'parties':>9}{'lines':>7}"
    ]
    for language in LANGUAGES:
        own, spoken, stays, parties = (figures[kind][language] for kind in ("intents", "language", "stays", "parties"))
        lines.append(
            f"{language:10}{own['micro_f1']:9.3f}{own['macro_f1']:8.3f}{own['several_wishes_precision']:11.3f}{own['several_wishes_recall']:7.3f}{-own['typo_loss_points']:8.1f}"
            f"{spoken['accuracy']:10.3f}{spoken['accuracy_up_to_3_words']:11.3f}{stays['exact']:8.3f}{stays['silently_wrong']:7}{parties['exact']:9.3f}{own['lines']:7}"
        )
    lines.append(
        f"right where confidence >= 0.8: {figures['accuracy_where_confidence_0.8']:.3f} (of {figures['share_where_confidence_0.8']:.2f} of all)   wrong action: {figures['wrong_action']:.3f}   out of scope AUROC: {figures['out_of_scope_auroc']:.3f}"
    )
    ms = figures["ms"]
    lines.append(
        f"ms a message: P50 {ms['p50']:.1f}, P95 {ms['p95']:.1f}   start {figures['start_s']:.2f} s   memory {figures['memory_mib']:.0f} MiB"
    )
    weakest = sorted(figures["per_intent"].items(), key=lambda item: item[1]["f1"], reverse=True)
    lines += [f"{name:28}P {one['precision']:.2f}  R {one['recall']:.2f}  F1 {one['f1']:.2f}" for name, one in weakest]
    return "\n".join(lines)
