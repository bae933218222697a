"""Guests of every kind: what they wanted is done, and nothing else."""

import statistics
from pathlib import Path

import pytest
import yaml

from tests.dialogues.play import play
from tests.dialogues.simulate import simulate
from tests.promises import promise


def scripts(language):
    return yaml.safe_load((Path(__file__).with_name(f"{language}.yaml")).read_text(encoding="utf-8"))


def p95(seconds):
    return statistics.quantiles(seconds, n=20)[-1]


@promise("D15")
@pytest.mark.long
@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_scripted_guests(demo, language, figures):
    played = {script["name"]: play(demo, script) for script in scripts(language)}

    failed = {name: one for name, one in played.items() if one.problems}
    figures[language] = {
        "dialogues": len(played),
        "as_wanted": len(played) - len(failed),
        "wrong_actions": sum(one.wrong for one in played.values()),
        "asked_again": sum(one.repeats for one in played.values()),
        "p95_s": round(p95([second for one in played.values() for second in one.seconds]), 2),
    }
    for name, one in failed.items():
        print(f"\n##### {name}: {one.problems}\n" + "\n".join(one.transcript))
    assert len(played) >= 50
    assert sum(one.wrong for one in played.values()) == 0
    assert len(failed) <= 0.05 * len(played)


@pytest.mark.long
@promise("D15", small=120, full=850)
def test_guests_with_a_goal(demo, size, figures):
    """Noise, interruptions, corrections and changed minds by chance, from a seed."""
    played = {seed: simulate(demo, seed) for seed in range(size)}

    failed = {seed: one for seed, one in played.items() if not one.success}
    figures.update(
        goals=size,
        reached=len(played) - len(failed),
        wrong_actions=sum(one.wrong for one in played.values()),
        asked_again=round(sum(one.repeats for one in played.values()) / sum(one.answers for one in played.values()), 4),
        median_lines_over_the_least=statistics.median(one.lines - one.minimum for one in played.values()),
        p95_s=round(p95([second for one in played.values() for second in one.seconds]), 2),
    )
    for seed, one in failed.items():
        print(f"\n##### {seed}\n" + "\n".join(one.transcript))
    assert len(failed) <= 0.05 * size
    assert figures["wrong_actions"] == 0
    assert figures["asked_again"] <= 0.01
    assert figures["median_lines_over_the_least"] <= 1
    assert figures["p95_s"] < 3
