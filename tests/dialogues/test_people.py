"""Who wants a person, or needs one, gets one; nobody else does."""

import json
from collections import Counter
from pathlib import Path

import pytest

from conversations.dialogue.understanding.evaluation import is_dev
from conversations.trial import try_out
from tests.promises import promise

ROOT = Path(__file__).resolve().parents[2]
# What is reached at the first message; whoever is not understood twice gets a person anyway. Money is disputed in many words.
AT_ONCE = {"asked": 0.98, "complaint": 0.94, "money": 0.84, "emergency": 0.96, "none": 0.9}


def rows():
    for language in ("es", "en", "pt"):
        for line in (ROOT / "tests" / "golden" / f"people.{language}.jsonl").read_text(encoding="utf-8").splitlines():
            yield language, json.loads(line)


@pytest.mark.long
@promise("H2")
@promise("H11")
def test_who_needs_a_person_gets_one_at_once(demo, figures):
    right, told = Counter(), Counter()
    for language, row in rows():
        outcome, kind = try_out(demo, row["text"]).outcome, row["kind"]
        reason, words = outcome.hand_off.reason if outcome.hand_off else "", outcome.reply.text if outcome.reply else ""
        # An emergency hears the number at once.
        fits = not reason if kind == "none" else (reason == kind and "911" in words) if kind == "emergency" else bool(reason)
        told[kind] += 1
        right[kind] += fits
        if not fits and is_dev(row["text"]):
            print(language, kind, "→", reason or "-", "|", row["text"], "|", words[:100])

    figures.update({kind: f"{right[kind]} of {told[kind]}" for kind in told})
    assert {kind for kind, floor in AT_ONCE.items() if right[kind] < floor * told[kind]} == set()
