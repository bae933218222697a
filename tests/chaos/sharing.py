#!/usr/bin/env python3
"""Proves the embedded server's sharing protocol by killing its parts while everybody joins at once.

    python tests/chaos/sharing.py --rounds 20 --data-dir /tmp/share --port 8765 --python .venv/bin/python

Each round starts eight (``--checks``) ``manage.py check`` and one ``manage.py demo`` at the same moment and sends one ``kill -9``, in
turn to the process that started the server, the demo's supervisor, the keeper and the postmaster. A round fails when a
check fails, or when the demo, unless it was killed on purpose, is not ready after the kill or does not stop in order.
Every ``--cold-every`` rounds the cluster is removed first, so that the kill also meets initdb. After the last round no
process of this data directory may be left within 15 s.

Standard library only, Linux only (it reads /proc). It signals only its own children and processes that carry its data
directory: by a pidfd, after looking again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

CHECK_LIMIT_S = 120.0
READY_LIMIT_S = 120.0  # join's own limit is 60 s, the demo's another 60 s
TARGET_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0
LEFT_LIMIT_S = 15.0
KINDS = ("starter", "demo", "keeper", "postmaster")
TAG = "SHARING_TAG"
MARKER = ".made-by-sharing"
CHECKOUT = Path(__file__).resolve().parents[2]
BROKEN = re.compile(r"Traceback \(most recent call last\)|OperationalError|EmbeddedError")


@dataclass(frozen=True)
class Process:
    """One line of the process table."""

    pid: int
    ppid: int
    sid: int
    kind: str  # manage.py, keeper, postmaster, postgres
    command: str
    tag: str


class Table:
    """The processes that belong to one data directory, as /proc tells."""

    def __init__(self, data_dir: Path, base: Path) -> None:
        self.data_dir, self.base = data_dir, base
        self.manage = str(CHECKOUT / "manage.py")

    def read(self) -> list[Process]:
        found = [one for entry in Path("/proc").iterdir() if entry.name.isdigit() and (one := self.look(int(entry.name)))]
        # A fork of the postmaster carries its command line for an instant.
        masters = {one.pid for one in found if one.kind == "postmaster"}
        return [one for one in found if one.kind != "postmaster" or one.ppid not in masters]

    def look(self, pid: int) -> Process | None:
        """The process when it is alive and ours, else None."""
        root = Path(f"/proc/{pid}")
        try:
            state, ppid, _group, sid = (root / "stat").read_text().rsplit(")", 1)[1].split()[:4]
            arguments = (root / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if state in "ZX" or pid == os.getpid():
                return None
            variables = _environment(root)
            kind = self._kind(root, arguments, variables)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        if kind is None:
            return None
        return Process(pid, int(ppid), int(sid), kind, " ".join(arguments)[:120].strip(), variables.get(TAG, ""))

    def _kind(self, root: Path, arguments: list[str], variables: dict[str, str]) -> str | None:
        if any(word.endswith("keeper.py") for word in arguments) and any(f'"base": "{self.base}"' in word for word in arguments):
            return "keeper"
        if str(self.base / "data") in arguments and "-D" in arguments:
            return "postmaster"
        if Path(arguments[0]).name in {"initdb", "postgres"} and any(f"{self.base}/" in word for word in arguments):
            return "postgres"  # initdb and what it starts
        with contextlib.suppress(OSError):
            if (root / "cwd").readlink() == self.base / "data":
                return "postgres"
        ours = variables.get("DATA_DIR") == str(self.data_dir)
        return "manage.py" if ours and any(word in {self.manage, "manage.py"} for word in arguments) else None

    def holder(self) -> Process | None:
        """The keeper that holds the keeper's lock (others come, see that it is held and go)."""
        try:
            inode = str((self.base / "keeper.lock").stat().st_ino)
        except FileNotFoundError:
            return None
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1:2] == ["FLOCK"] and words[3] == "WRITE" and words[5].rsplit(":", 1)[1] == inode:
                one = self.look(int(words[4]))
                if one and one.kind == "keeper":
                    return one
        return None

    def signal(self, pid: int, signum: int) -> bool:
        """Signal a process that is (still) ours; False when it is gone."""
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            if self.look(pid) is None:
                return False
            signal.pidfd_send_signal(descriptor, signum)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True

    def wait_until_empty(self, limit_s: float, *kinds: str) -> list[Process]:
        """What is left (of these kinds) when nothing is, or after the limit."""
        deadline = time.monotonic() + limit_s
        while True:
            left = [one for one in self.read() if not kinds or one.kind in kinds]
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.1)


def _environment(root: Path) -> dict[str, str]:
    try:
        pairs = (root / "environ").read_bytes().decode(errors="replace").split("\0")
    except (PermissionError, OSError):
        return {}
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


@dataclass
class Round:
    """What happened in one round."""

    number: int
    kind: str
    cold: bool
    killed: str = "nobody"
    seconds: float = 0.0
    ready_s: float | None = None
    left: list[Process] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Chaos:
    def __init__(self, options: argparse.Namespace, base: Path, logs: Path) -> None:
        self.options, self.base, self.logs = options, base, logs
        self.table = Table(options.data_dir, base)
        self.random = random.Random(options.seed)
        self.password: str | None = None

    def start(self, round_: Round, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "POSTGRES_", "REDIS_"))}
        environment |= {"DATA_DIR": str(self.options.data_dir), "PORT": str(self.options.port), "HOST": "127.0.0.1"}
        environment |= {TAG: name, "PYTHONUNBUFFERED": "1"}
        with self.log(round_, name).open("wb") as log:
            return subprocess.Popen(
                [str(self.options.python), self.table.manage, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                start_new_session=True,
            )

    def log(self, round_: Round, name: str) -> Path:
        return self.logs / f"{round_.number:02d}-{name}.log"

    def run(self, round_: Round) -> None:
        began = time.monotonic()
        if round_.cold:
            self._forget(round_)
        names = [f"check-{number}" for number in range(1, self.options.checks + 1)]
        self.random.shuffle(names)
        names.insert(self.random.randrange(self.options.checks + 1), "demo")
        processes = {name: self.start(round_, name, name.split("-")[0]) for name in names}
        demo = processes.pop("demo")
        victims: set[str] = set()
        killer = threading.Thread(target=self._kill, args=(round_, victims), daemon=True)
        watcher = _Watcher(self.table)
        killer.start()
        watcher.start()
        try:
            for name, process in processes.items():
                self._judge_check(round_, name, process, victims)
            killer.join(TARGET_LIMIT_S + 20.0)
            self._judge_demo(round_, demo, "demo" in victims, began)
        finally:
            watcher.done.set()
            watcher.join(5.0)
            for process in (demo, *processes.values()):
                if process.poll() is None:
                    process.kill()
                    process.wait(5.0)
        if watcher.doubles:
            round_.failures.append(f"two postmasters at once for {watcher.longest:.1f} s: {watcher.doubles}")
        for one in self.table.wait_until_empty(LEFT_LIMIT_S, "manage.py"):
            round_.failures.append(f"left after {LEFT_LIMIT_S:.0f} s: {one.pid} {one.command}")
            self.table.signal(one.pid, signal.SIGKILL)
        # A keeper that was killed leaves the server to the next one who joins: told, judged after the last round only.
        round_.left = self.table.wait_until_empty(3.0)
        round_.seconds = time.monotonic() - began

    def _forget(self, round_: Round) -> None:
        """Remove the cluster, which this script made: the next start runs initdb again."""
        for one in self.table.wait_until_empty(LEFT_LIMIT_S):
            self.table.signal(one.pid, signal.SIGKILL)
        if self.table.wait_until_empty(5.0):
            round_.failures.append("the last round's processes are still there; the cluster was kept")
            return
        for name in ("data", "data.new", "created", "server.json", "password.tmp"):
            path = self.base / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _kill(self, round_: Round, victims: set[str]) -> None:
        began = time.monotonic()
        delay = self._delay(round_.kind)
        while time.monotonic() - began < TARGET_LIMIT_S:
            target = self._target(round_.kind)
            if target is None:
                time.sleep(0.005)
                continue
            seen = time.monotonic() - began
            time.sleep(delay)
            # The server may have got another keeper, and the keeper another server, in the meantime.
            again = self._target(round_.kind) if round_.kind in {"keeper", "postmaster"} else self.table.look(target.pid)
            name = (target.tag if round_.kind in {"starter", "demo"} else target.kind) or target.kind
            if again is None:
                round_.killed = f"{round_.kind} {name} had ended"
                return
            victims.add(name)
            if self.table.signal(again.pid, signal.SIGKILL):
                round_.killed = f"{round_.kind}{f' = {name}' if name != round_.kind else ''} +{seen:.2f}+{delay:.2f} s"
            else:
                victims.discard(name)
                round_.killed = f"{round_.kind} {name} had ended"
            return
        round_.failures.append(f"no {round_.kind} seen within {TARGET_LIMIT_S:.0f} s")

    def _delay(self, kind: str) -> float:
        """Half of the kills hit the start, half come anywhere up to the steady state."""
        if kind == "starter":
            return self.random.uniform(0.0, 0.6)
        return self.random.uniform(0.0, 1.0) if self.random.random() < 0.5 else self.random.uniform(0.0, 12.0)

    def _target(self, kind: str) -> Process | None:
        if kind == "keeper":
            return self.table.holder()
        if kind == "starter":
            holder = self.table.holder()
            everyone = self.table.read() if holder else []
            mains = [one for one in everyone if one.kind == "manage.py" and holder and one.tag == holder.tag and one.pid == one.sid]
            return min(mains, key=lambda one: one.pid, default=None)
        if kind == "demo":
            mains = [one for one in self.table.read() if one.tag == "demo" and one.command.endswith(" demo")]
            return mains[0] if mains else None
        return next((one for one in self.table.read() if one.kind == "postmaster"), None)

    def _judge_check(self, round_: Round, name: str, process: subprocess.Popen[bytes], victims: set[str]) -> None:
        try:
            code = process.wait(CHECK_LIMIT_S)
        except subprocess.TimeoutExpired:
            round_.failures.append(f"{name}: not ended after {CHECK_LIMIT_S:.0f} s")
            process.kill()
            process.wait(5.0)
            return
        if name in victims:
            return
        text = self.log(round_, name).read_text(errors="replace")
        if code != 0 or BROKEN.search(text):
            round_.failures.append(f"{name}: exit {code}: {_last_line(text)}")

    def _judge_demo(self, round_: Round, demo: subprocess.Popen[bytes], killed: bool, began: float) -> None:
        if killed:
            with contextlib.suppress(subprocess.TimeoutExpired):
                demo.wait(5.0)
            return
        deadline = time.monotonic() + READY_LIMIT_S
        while not self._ready():
            if demo.poll() is not None or time.monotonic() > deadline:
                text = self.log(round_, "demo").read_text(errors="replace")
                how = f"ended with {demo.returncode}" if demo.returncode is not None else f"not ready after {READY_LIMIT_S:.0f} s"
                round_.failures.append(f"demo: {how}: {_last_line(text)}")
                break
            time.sleep(0.1)
        else:
            round_.ready_s = time.monotonic() - began
            self._same_password(round_)
        if demo.poll() is None:
            demo.terminate()
            try:
                code = demo.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                round_.failures.append(f"demo: not stopped {STOP_LIMIT_S:.0f} s after SIGTERM")
                return
            if code != 0:
                round_.failures.append(f"demo: exit {code} after SIGTERM")

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.options.port}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _same_password(self, round_: Round) -> None:
        """It is printed once ready; a later start tells the same."""
        path = self.options.data_dir / "demo.json"
        deadline = time.monotonic() + 10.0
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        try:
            password = json.loads(path.read_text())["login"]["password"]
        except (FileNotFoundError, ValueError, KeyError) as error:
            round_.failures.append(f"demo.json: {error!r}")
            return
        if self.password not in {None, password}:
            round_.failures.append("demo.json: another password than before")
        self.password = password


class _Watcher(threading.Thread):
    """Looks for two postmasters of one cluster; the second one refuses by itself, so only a lasting pair counts."""

    def __init__(self, table: Table) -> None:
        super().__init__(daemon=True)
        self.table, self.done = table, threading.Event()
        self.doubles: list[int] = []
        self.longest = 0.0

    def run(self) -> None:
        since: dict[tuple[int, ...], float] = {}
        while not self.done.wait(0.2):
            pids = tuple(sorted(one.pid for one in self.table.read() if one.kind == "postmaster"))
            if len(pids) < 2:
                since.clear()
                continue
            lasted = time.monotonic() - since.setdefault(pids, time.monotonic())
            if lasted > 2.0:
                self.doubles, self.longest = list(pids), max(lasted, self.longest)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if BROKEN.search(line) and not line.startswith("Traceback")]
    return (telling or lines or ["(no output)"])[-1][:300]


def _cluster_home(python: Path, data_dir: Path) -> Path:
    """Asked of the product itself: it depends on who we are and where the directory is."""
    code = "import sys; from pathlib import Path; from hotelagent.ops import embedded as e; print(e.cluster_home(Path(sys.argv[1]), explicit=True))"
    result = subprocess.run([str(python), "-c", code, str(data_dir)], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60)
    return Path(result.stdout.strip())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--data-dir", type=Path, required=True, help="a new directory, or one of an earlier run of this script")
    parser.add_argument("--port", type=int, default=8765)
    # Not resolved: the link is what makes a virtual environment's python find its packages.
    parser.add_argument("--python", type=lambda text: Path(text).absolute(), default=Path(sys.executable))
    parser.add_argument("--checks", type=int, default=8, help="how many join in a round, beside the demo")
    parser.add_argument("--cold-every", type=int, default=5, help="remove the cluster before every n-th round; 0: never")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="whom to kill, in turn")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--logs", type=Path, default=None, help="where the processes' output goes (default: a new directory in /tmp)")
    options = parser.parse_args()
    options.data_dir = options.data_dir.resolve()
    options.seed = random.randrange(10**6) if options.seed is None else options.seed
    if options.data_dir.exists() and any(options.data_dir.iterdir()) and not (options.data_dir / MARKER).exists():
        parser.error(f"{options.data_dir} has data in it that this script did not make")
    options.data_dir.mkdir(parents=True, exist_ok=True)
    (options.data_dir / MARKER).touch()
    logs = options.logs or Path(tempfile.mkdtemp(prefix="sharing-"))
    logs.mkdir(parents=True, exist_ok=True)
    base = _cluster_home(options.python, options.data_dir)
    chaos = Chaos(options, base, logs)
    if strangers := chaos.table.read():
        parser.error(f"processes of this data directory are running: {[one.pid for one in strangers]}")
    print(f"cluster {base}, logs {logs}, seed {options.seed}, uid {os.geteuid()}", flush=True)
    row = "{:>5}  {:<4}  {:<38} {:>7} {:>8}  {:<24} {}"
    print(row.format("round", "", "killed (+seen +delay)", "ready s", "all s", "left to the next", "failures"), flush=True)
    failed = 0
    for number in range(1, options.rounds + 1):
        cold = number == 1 or (options.cold_every > 0 and number % options.cold_every == 1)
        round_ = Round(number, options.kinds[(number - 1) % len(options.kinds)], cold)
        chaos.run(round_)
        failed += bool(round_.failures)
        kinds = sorted({one.kind for one in round_.left})
        ready = "-" if round_.ready_s is None else f"{round_.ready_s:.1f}"
        text = "; ".join(round_.failures) or "0"
        print(row.format(number, "cold" if cold else "", round_.killed, ready, f"{round_.seconds:.1f}", ", ".join(kinds), text), flush=True)
    orphans = chaos.table.wait_until_empty(LEFT_LIMIT_S)
    for one in orphans:
        print(f"orphan: {one.pid} {one.kind}: {one.command}")
    for one in orphans:  # nothing of ours stays behind
        chaos.table.signal(one.pid, signal.SIGINT if one.kind == "postmaster" else signal.SIGKILL)
    chaos.table.wait_until_empty(10.0)
    print(f"rounds {options.rounds}, failures {failed}, orphans {len(orphans)}")
    return 0 if not failed and not orphans else 1


if __name__ == "__main__":
    sys.exit(main())
