"""Part ``memory``: the demo as it is started by ``make demo``: how long until it is ready, and what it weighs (PSS)."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from hotelagent.ops import embedded
from tests.chaos.houses import Demo, wait_for
from tests.load import letters, procfs
from tests.load.report import Report

GUESTS = 100


def run(options: argparse.Namespace, report: Report) -> None:
    data_dir = Path(tempfile.mkdtemp(prefix="bench-", dir=options.data_dir))
    data_dir.chmod(0o711)  # as root the server runs as somebody else, who must get through
    base = embedded.cluster_home(data_dir, explicit=True)
    demo = Demo(data_dir)
    try:
        with started(demo) as (cold, pid):
            idle = weights(pid, base)
            talk(demo)
            worked = weights(pid, base)
        wait_for(lambda: not (base / "data" / "postmaster.pid").exists(), 30, "the end of the database")
        with started(demo) as (warm, _pid):
            pass
        wait_for(lambda: not (base / "data" / "postmaster.pid").exists(), 30, "the end of the database")
    finally:
        shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)
    report.add(
        "start until /health/ready says 200",
        {"cold s": round(cold, 2), "warm s": round(warm, 2), "data on": procfs.filesystem(data_dir.parent)},
    )
    names = list(worked)
    rows = [
        {
            "part": name,
            "processes": len(worked[name]),
            "PSS MiB idle": round(sum(idle.get(name, [])), 1),
            f"after {GUESTS} turns": round(sum(worked[name]), 1),
            "each": " ".join(f"{one:.0f}" for one in worked[name]),
        }
        for name in names
    ]
    report.rows("PSS by part", rows)
    ours = [row for row in rows if row["part"] != "double of Meta"]
    keys = ("PSS MiB idle", f"after {GUESTS} turns")
    report.add("all of it, without the double", {key: round(sum(float(row[key]) for row in ours), 1) for key in keys})


@contextlib.contextmanager
def started(demo: Demo):
    """(seconds until ready, the supervisor's pid)"""
    (demo.data_dir / "demo.json").unlink(missing_ok=True)
    at = time.monotonic()
    with demo.run() as supervisor:
        demo.ready()
        yield time.monotonic() - at, supervisor.pid


def talk(demo: Demo) -> None:
    """Every process works once before it is weighed again."""
    for guest in range(GUESTS):
        text = letters.QUESTIONS[guest % len(letters.QUESTIONS)]
        demo.double("guest", {"from": letters.phone(guest), "name": "Ana", "type": "text", "text": {"body": text}})
    demo.double(f"messages?at_least={GUESTS}&timeout_s=30")
    time.sleep(1.0)


def weights(supervisor: int, base: Path) -> dict[str, list[float]]:
    """Part → PSS of each of its processes."""
    found: dict[str, list[float]] = {}
    known = procfs.parents()
    for pid in procfs.tree(supervisor):
        found.setdefault(name(pid, supervisor, known), []).append(procfs.pss_mib(pid))
    postmaster = int((base / "data" / "postmaster.pid").read_text().split()[0])
    found["postgres"] = [procfs.pss_mib(pid) for pid in procfs.tree(postmaster)]
    found["keeper of postgres"] = [procfs.pss_mib(known.get(postmaster, 0))]
    return found


def name(pid: int, supervisor: int, known: dict[int, int]) -> str:
    """By the command of the child of the supervisor that it descends from."""
    while pid != supervisor and known.get(pid) not in {supervisor, None}:
        pid = known[pid]
    command = procfs.command(pid)
    if "tests.fakes.meta" in command:
        return "double of Meta"
    return "supervisor" if pid == supervisor else f"{command.rsplit('manage.py ', 1)[-1].split()[0]} {cluster(pid)}".strip()


def cluster(pid: int) -> str:
    """Which queue a cluster listens to."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for pair in Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0"):
            if pair.startswith("Q_CLUSTER_NAME="):
                return pair.partition("=")[2]
    return ""
