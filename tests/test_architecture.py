"""The house as it is written down: who may import whom, and what must not exist."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("hotelagent", "channels_app", "pms", "reservations", "conversations")


def test_imports_point_down_only():
    result = subprocess.run([str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True)

    assert "0 broken" in result.stdout, result.stdout


def test_no_lock_line_names_an_index():
    for name in ("base.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text().splitlines()
        assert not [
            line
            for line in lines
            if re.search(r"https?://|file:|--index-url|--find-links|--trusted-host", re.sub("--no-emit-(index-url|find-links)", "", line))
        ]
        assert [line for line in lines if line.startswith("django==")] == ["django==5.2.19 \\"]


def test_every_requirement_has_a_hash_and_every_direct_one_a_reason():
    for name in ("base", "dev"):
        blocks = re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{name}.txt").read_text())
        assert [
            block.split("==")[0] for block in blocks if "==" in block and not block.startswith("#") and "--hash=sha256:" not in block
        ] == []
        direct = [
            line for line in (ROOT / "requirements" / f"{name}.in").read_text().splitlines() if line and not line.startswith(("#", "-r"))
        ]
        assert [line for line in direct if "#" not in line or "==" not in line] == []


def test_no_room_for_everything_and_nothing():
    forbidden = {"utils.py", "helpers.py", "common.py", "misc.py"}
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]

    assert [path for path in files if path.name in forbidden] == []
    assert [path for path in files if re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text())] == []


def test_every_ignored_lint_says_why_or_is_understood_by_its_name():
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"# noqa\b(?!: [A-Z]+\d+(, [A-Z]+\d+)* - )", line)
    ]
    assert bare == []
