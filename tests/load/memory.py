"""Part ``memory``: the demo as it is started by ``make demo``: how long until it is ready, and what it weighs (PSS)."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from hotelagent.ops import embedded
from tests.knock import ROOT, environment, free_port, get, wait_for
from tests.load import letters, procfs
from tests.load.report import Report

GUESTS = 100


def run(options: argparse.Namespace, report: Report) -> None:
    data_dir = Path(tempfile.mkdtemp(prefix="bench-", dir=options.data_dir))
    data_dir.chmod(0o711)  # as root the server runs as somebody else, who must get through
    base = embedded.cluster_home(data_dir, explicit=True)
    demo = Demo(data_dir)
    try:
        with demo.started() as (cold, pid):
            idle = weights(pid, base)
            talk(demo)
            worked = weights(pid, base)
        wait_for(lambda: not (base / "data" / "postmaster.pid").exists(), 30, "the end of the database")
        with demo.started() as (warm, _pid):
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


class Demo:
    """``make demo`` with the double of Meta, in a session of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port, self.meta_port = data_dir, free_port(), free_port()

    @contextlib.contextmanager
    def started(self) -> Iterator[tuple[float, int]]:
        """(seconds until ready, the supervisor's pid); stopped at the end with all it started."""
        told = self.data_dir / "demo.json"
        told.unlink(missing_ok=True)
        given = environment(DATA_DIR=str(self.data_dir), PORT=str(self.port), DEMO_META="1", DEMO_META_PORT=str(self.meta_port))
        at = time.monotonic()
        with (self.data_dir / "demo.log").open("ab") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "manage.py", "demo"], cwd=ROOT, env=given, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_for(lambda: told.exists() and get(f"http://127.0.0.1:{self.port}/health/ready")[0] == 200, 120, "readiness")
            yield time.monotonic() - at, supervisor.pid
        finally:
            supervisor.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                supervisor.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()

    def double(self, path: str, body: object = None) -> None:
        """A control call at the double."""
        data = json.dumps(body).encode() if body is not None else None
        urllib.request.urlopen(f"http://127.0.0.1:{self.meta_port}/_double/{path}", data, timeout=60).close()


def talk(demo: Demo) -> None:
    """Every process works once before it is weighed again."""
    for guest in range(GUESTS):
        text = letters.QUESTIONS[guest % len(letters.QUESTIONS)]
        demo.double("guest", {"from": letters.phone(guest), "name": "Ana", "type": "text", "text": {"body": text}})
    demo.double(f"messages?at_least={GUESTS}&timeout_s=50")
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
