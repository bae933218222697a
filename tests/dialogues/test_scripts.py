"""Scripted guests of every kind: what they wanted is done, and nothing else."""

from pathlib import Path

import pytest
import yaml

from hotelagent.hotels.provision import provision
from tests.dialogues.play import play
from tests.promises import promise

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def demo(db, monkeypatch):
    return provision(ROOT / "demo" / "hotel.yaml")


def scripts(language):
    return yaml.safe_load((Path(__file__).with_name(f"{language}.yaml")).read_text(encoding="utf-8"))


@promise("D15")
@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_scripted_guests(demo, language, figures):
    played = {script["name"]: play(demo, script) for script in scripts(language)}

    failed = {name: one for name, one in played.items() if one.problems}
    figures[language] = {
        "dialogues": len(played),
        "as wanted": len(played) - len(failed),
        "wrong actions": sum(one.wrong for one in played.values()),
    }
    for name, one in failed.items():
        print(f"\n##### {name}: {one.problems}\n" + "\n".join(one.transcript))
    assert sum(one.wrong for one in played.values()) == 0
    assert len(failed) <= 0.05 * len(played)
