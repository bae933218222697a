"""A promise has one test and two sizes: small in every run, full by ``make proof ROW=B1``.

``@promise("B1", small=10_000, full=100_000)`` marks a test; ``size`` is the number it runs with and ``figures`` takes what it
saw. A full run prints the figures and appends them to ``docs/proof/<row>.md``, with commit, machine, date and command.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROOF = ROOT / "docs" / "proof"
HEAD = "| date (UTC) | commit | machine | test | result | figures |\n|---|---|---|---|---|---|\n"


def promise(row: str, *, small: int | None = None, full: int | None = None):
    """Mark a test as the proof of a promise. Without sizes both runs are the same."""
    return pytest.mark.promise(row, small=small, full=full)


def pytest_addoption(parser):
    group = parser.getgroup("promises")
    group.addoption("--promise", action="append", default=[], metavar="ROW", help="only the tests of this promise (all: of every one)")
    group.addoption("--full", action="store_true", help="full size; figures are appended to docs/proof/")


def pytest_configure(config):
    config.addinivalue_line("markers", "promise(row, small, full): the proof of a promise, in two sizes")


def long_ones_first(items):
    """At the end the others would wait for them. Tests that run processes wait much, those of a promise or with a time limit of
    their own compute much: they come in turn, two by two as xdist deals them out, so that the processors are busy."""
    waiting = [item for item in items if item.get_closest_marker("process")]
    computing = [
        item
        for item in items
        if not item.get_closest_marker("process") and (item.get_closest_marker("promise") or item.get_closest_marker("timeout"))
    ]
    ordered = []
    for start in range(0, max(len(waiting), len(computing)), 2):
        ordered += waiting[start : start + 2] + computing[start : start + 2]
    long = set(ordered)
    return ordered + [item for item in items if item not in long]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    items[:] = long_ones_first(items)
    wanted = set(config.getoption("--promise"))
    if not wanted:
        return
    kept = [item for item in items if any("all" in wanted or mark.args[0] in wanted for mark in item.iter_markers("promise"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    if not kept:
        raise pytest.UsageError(f"no test proves {', '.join(sorted(wanted))}")


def _mark(node):
    mark = node.get_closest_marker("promise")
    if mark is None:
        raise pytest.UsageError(f"{node.nodeid} asks for a size but proves no promise")
    return mark


@pytest.fixture
def size(request):
    """How much of it: the small or the full number of the promise."""
    return _mark(request.node).kwargs["full" if request.config.getoption("--full") else "small"]


@pytest.fixture
def figures(request):
    """Name → figure, as the test saw them."""
    seen: dict[str, object] = {}
    request.node.figures = seen
    return seen


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    mark = item.get_closest_marker("promise")
    if call.when != "call" or mark is None:
        return
    seen = dict(getattr(item, "figures", {}))
    if seen:
        item.user_properties += [(name, str(value)) for name, value in seen.items()]
    if item.config.getoption("--full") and not os.environ.get("PYTEST_XDIST_WORKER"):
        for mark in item.iter_markers("promise"):
            _write(mark, item, outcome.get_result(), seen | {"took": f"{call.duration:.0f} s"})


def _write(mark, item, report, seen):
    row = mark.args[0]
    if mark.kwargs.get("full") is not None:
        seen = {"size": f"{mark.kwargs['full']:,}"} | seen
    told = " · ".join(f"{name} {value}" for name, value in seen.items())
    test = item.nodeid.removeprefix("tests/")
    terminal = item.config.pluginmanager.get_plugin("terminalreporter")
    terminal.write_line(f"\n{row} {report.outcome}: {told}")
    PROOF.mkdir(parents=True, exist_ok=True)
    page = PROOF / f"{row}.md"
    if not page.exists():
        page.write_text(f"# {row}\n\n    make proof ROW={row}\n\n{HEAD}")
    with page.open("a") as out:
        out.write(
            f"| {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} | {commit()} | {machine()} | `{test}` | {report.outcome} | {told} |\n"
        )


def commit() -> str:
    """What was tried; "+" when the checkout had changes of its own."""
    try:
        sha = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(
            ["git", "status", "--porcelain", "--", ".", ":!docs/proof"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return "?"
    return sha + ("+" if changed.strip() else "")


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory_kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} × {model}, {memory_kib // 1024**2} GiB, {platform.system()}, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
