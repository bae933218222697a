"""A house to be measured: the demo's own processes on a fresh embedded database, and the double of Meta beside them.

Everything is stopped at the end, also on Ctrl-C; if the harness itself is killed, the children end by their lifeline
and the double by its closed stdin.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from hotelagent.ops import embedded, lifeline
from tests.fakes.meta.client import MetaDouble
from tests.knock import ROOT, environment, free_port, get, wait_for
from tests.load import letters, procfs

MANY = 10**9


class House:
    """Use as a context manager; it starts with the database, the hotels, the double and the web process."""

    def __init__(
        self, *, hotels: int, debounce_s: float = 0.0, statuses: bool = False, settings: str = "hotelagent.settings", data_dir: Path | None
    ) -> None:
        self.lines = letters.lines(hotels)
        self.port, self.statuses = free_port(), statuses
        self.data_dir = Path(tempfile.mkdtemp(prefix="bench-", dir=data_dir))
        self.data_dir.chmod(0o711)  # as root the server runs as somebody else, who must get through
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.reading, self.writing = os.pipe()
        os.set_inheritable(self.writing, False)
        self.environment = environment(
            DATA_DIR=str(self.data_dir), PORT=str(self.port), DEBOUNCE_S=str(debounce_s), DJANGO_SETTINGS_MODULE=settings,
            PROMETHEUS_MULTIPROC_DIR=str(self.data_dir / "metrics"), BENCH_TOKEN=letters.TOKEN, BENCH_SECRET=letters.SECRET,
            BENCH_VERIFY=letters.VERIFY, **{lifeline.VARIABLE: str(self.reading)},
        )  # fmt: skip
        self.double = MetaDouble(
            self.data_dir / "meta.sqlite3",
            f"http://127.0.0.1:{self.port}{letters.PATH}",
            app_secret=letters.SECRET,
            token=letters.TOKEN,
            verify_token=letters.VERIFY,
            phone_number_ids=[line.number for line in self.lines],
            display_numbers=[line.display for line in self.lines],
        )

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _begin(self) -> None:
        (self.data_dir / "logs").mkdir()
        self.url = embedded.join(self.data_dir, explicit=True)
        self.double.start()
        self.reset_faults()
        self.run("manage.py", "migrate", "--verbosity=0")
        spec = {"api_url": self.double.base_url, "lines": [asdict(line) for line in self.lines]}
        self.run("-m", "tests.load.prepare", given=json.dumps(spec))
        self.start("web", "web", PROCESS_ROLE="web")
        wait_for(lambda: get(f"http://127.0.0.1:{self.port}/health/live")[0] == 200, 60, "the web process")

    def run(self, *arguments: str, given: str = "", **environment: str) -> str:
        """One command in the house's environment, to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment | environment, input=given, capture_output=True, text=True,
            pass_fds=[self.reading],
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return done.stdout

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        """A process of the product, in a session of its own."""
        with (self.data_dir / "logs" / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment | environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, pass_fds=[self.reading], start_new_session=True,
            )  # fmt: skip

    def stop(self, *names: str) -> None:
        """End these processes and all they forked."""
        ended = [self.children.pop(name) for name in names if name in self.children]
        for child in ended:
            child.terminate()
        for child in ended:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def start_workers(self, clusters: int, workers: int) -> float:
        """The queue's clusters and the sweeper; returns the instant (wall clock) before the first was started."""
        at = time.time()
        for index in range(clusters):
            self.start(f"worker{index + 1}", "qcluster", PROCESS_ROLE="worker", Q_CLUSTER_NAME="default", WORKERS=str(workers))
        self.start("slow", "qcluster", PROCESS_ROLE="worker", Q_CLUSTER_NAME="slow")
        self.start("sweeper", "sweep", PROCESS_ROLE="sweeper")
        return at

    def stop_workers(self) -> None:
        self.stop(*(name for name in self.children if name != "web"))

    def ready(self) -> None:
        """As whoever stands before the house sees it."""
        wait_for(lambda: get(f"http://127.0.0.1:{self.port}/health/ready")[0] == 200, 90, "readiness")

    def reset_faults(self, delay_s: float = 0.0) -> None:
        """Script the double: an answer that takes its time, and no statuses unless they were asked for."""
        self.double.clear_faults()
        if delay_s:
            self.double.fault("delay", seconds=delay_s, times=MANY, match={"path": "any"})
        if not self.statuses:
            self.double.fault("no_status", times=MANY)

    def sql(self, query: str, *values: object) -> list[tuple]:
        """Ask the house's database, without product code."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query, values or None).fetchall()

    def roots(self) -> dict[str, int]:
        """Name → first process of every part of the house."""
        found = {name: child.pid for name, child in self.children.items()}
        found["double of Meta"] = int(self.double.control("GET", "health")["pid"])
        pidfile = embedded.cluster_home(self.data_dir, explicit=True) / "data" / "postmaster.pid"
        return found | {"postgres": int(pidfile.read_text().split()[0])}

    def cpu(self) -> dict[str, float]:
        """Processor seconds of every part so far."""
        return {name: procfs.cpu_s(pid) for name, pid in self.roots().items()}

    def facts(self) -> dict[str, object]:
        """What a reader must know of the house to compare figures."""
        shown = {name: self.sql(f"SHOW {name}")[0][0] for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers")}
        return {
            "hotels": len(self.lines),
            "statuses of the double": "on" if self.statuses else "off",
            "debounce_s": self.environment["DEBOUNCE_S"],
            "data on": procfs.filesystem(self.data_dir),
            "postgres": ", ".join(f"{name} {value}" for name, value in shown.items()),
        }

    def _end(self) -> None:
        self.stop(*self.children)
        self.double.stop()
        base = embedded.cluster_home(self.data_dir, explicit=True)
        embedded.leave(self.data_dir, explicit=True)
        os.close(self.writing)
        os.close(self.reading)
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not (base / "data" / "postmaster.pid").exists(), 20, "the end of the database")
        shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)


def spent(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Processor seconds between two looks."""
    return {name: round(seconds - before.get(name, 0.0), 2) for name, seconds in after.items()}
