"""The small size of tests/chaos/sharing.py: everybody joins at once while the parts are killed one after the other."""

import re
import subprocess
import sys

import pytest

from tests.knock import ROOT, free_port

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]


def test_four_rounds_with_each_part_killed_once(tmp_path):
    command = [
        sys.executable,
        "tests/chaos/sharing.py",
        "--rounds",
        "4",
        "--checks",
        "2",
        "--data-dir",
        str(tmp_path / "data"),
        "--port",
        str(free_port()),
    ]

    result = subprocess.run([*command, "--python", sys.executable], cwd=ROOT, capture_output=True, text=True, timeout=590)

    last = result.stdout.strip().splitlines()[-1]
    assert re.fullmatch(r"rounds 4, failures 0, orphans 0", last), result.stdout[-3000:]
