"""PostgreSQL is killed, stopped, cut off and frozen under load: nothing acknowledged is lost, nothing is told twice."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from hotelagent.ops import embedded
from hotelagent.ops.embedded import binaries, keeper
from tests.chaos import traffic
from tests.chaos.houses import Demo
from tests.chaos.ledgers import Books
from tests.knock import free_port, wait_for
from tests.promises import promise

pytestmark = pytest.mark.process
PER_S = 20
NUMBER, DISPLAY = "1001", "5491150000000"
RECOVERY_S = 10.0
# In the suite other tests stop and start servers on the same disk at the same time: there it is only to end.
BESIDE_OTHERS = 3


class Server:
    """The demo's embedded PostgreSQL, seen from outside; its keeper starts it again."""

    def __init__(self, demo: Demo) -> None:
        self.base = embedded.cluster_home(demo.data_dir, explicit=True)

    @property
    def url(self):
        return embedded.server_url(self.base)

    @property
    def postmaster(self) -> int:
        return int((self.base / "data" / "postmaster.pid").read_text().split("\n", 1)[0])

    def restart(self, signum: int) -> None:
        """SIGKILL, or SIGINT: "fast", everybody is cut off, then an orderly end. Back when another postmaster is there."""
        before = self.postmaster
        os.kill(before, signum)
        wait_for(lambda: self._postmaster() not in {None, before}, 30, "another postmaster")

    def _postmaster(self) -> int | None:
        try:
            return self.postmaster
        except (FileNotFoundError, ValueError):
            return None

    def cut(self):
        with psycopg.connect(self.url, autocommit=True) as rows:
            rows.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    def freeze(self, seconds: float) -> float:
        """Stopped for so long; returns the moment the thaw began."""
        everybody = [self.postmaster, *children(self.postmaster)]
        try:
            for pid in everybody:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(seconds)
        finally:
            thawed = time.time()
            for pid in everybody:
                os.kill(pid, signal.SIGCONT)
        return thawed


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


class Load:
    """Twenty deliveries a second; every fourth is a new question, the others are Meta's repeats of the last ones.

    Every guest writes two, a good while apart.
    """

    def __init__(self, demo: Demo, lasts_s: int) -> None:
        now, count = time.time(), lasts_s * PER_S // 4
        self.letters = [
            traffic.Letter(f"w{index}", traffic.phone(index % (count // 2)), "a que hora es el desayuno?", now + index * 4 / PER_S)
            for index in range(count)
        ]
        self.ledger = demo.data_dir / "meta.sqlite3"
        traffic.enter(self.ledger, self.letters, NUMBER)
        secret = (demo.data_dir / "double_secret").read_text().strip()
        self.meta = traffic.Traffic([demo.port], threads=48)
        self.meta.send(
            [
                traffic.pack([self.letters[max(0, index // 4 - index % 4)]], secret=secret, number=NUMBER, display=DISPLAY)
                for index in range(lasts_s * PER_S)
            ],
            per_s=PER_S,
        )

    def healthy(self, since: float) -> float:
        """Wait for a 200 to a delivery that left after this moment; how long after it that was."""

        def first():
            return next((one.at + one.took_s for one in list(self.meta.attempts) if one.status == 200 and one.at > since), None)

        return wait_for(first, 60, "a 200 again") - since


@promise("E8", small=2, full=20)
def test_postgresql_restarted_cut_off_and_frozen_under_load(tmp_path, size, figures, request):
    """``size`` restarts, by turns killed and stopped, then every connection cut, then a freeze; the keeper restarts it."""
    full = request.config.getoption("--full")
    frozen_s, pause_s = (30.0, 10.0) if full else (5.0, 1.0)
    demo = Demo(tmp_path / "data")
    with demo.run() as supervisor:
        demo.ready()
        server = Server(demo)
        with psycopg.connect(server.url) as rows:
            durable = [rows.execute(f"SHOW {name}").fetchone()[0] for name in ("synchronous_commit", "fsync", "full_page_writes")]
        load = Load(demo, int((size + 2) * (pause_s + 6) + frozen_s))  # on a busy machine recoveries take their time
        load.healthy(time.time())
        recoveries = []
        for index in range(size):
            struck = time.time()
            server.restart(signal.SIGINT if index % 2 else signal.SIGKILL)
            recoveries.append(load.healthy(struck))
            time.sleep(pause_s)
        struck = time.time()
        server.cut()
        recoveries.append(load.healthy(struck))
        time.sleep(pause_s)
        froze = time.time()
        thawed = server.freeze(frozen_s)
        recoveries.append(load.healthy(thawed))
        load.meta.wait(240)
        load.meta.stop()
        load.meta.note(load.ledger)
        books = Books(load.ledger, server.url)
        wait_for(
            lambda: not books.waiting() and demo.double("idle?timeout_s=0")["idle"] and not books.waiting(), 150, "the end of the work"
        )
        differences, alive = books.differences(), supervisor.poll() is None

    statuses = load.meta.statuses()
    while_frozen = [one for one in load.meta.attempts if one.status == 200 and froze + 0.5 < one.at + one.took_s < thawed]
    figures.update(
        deliveries=len(load.meta.attempts), letters=len(load.letters), statuses=statuses, recoveries_s=[round(one, 1) for one in recoveries]
    )
    figures.update(answers=books.meta("SELECT count(*) FROM accepted")[0][0])
    assert durable == ["on", "on", "on"]
    assert differences == {}
    assert (while_frozen, alive) == ([], True)
    assert 503 in statuses and max(recoveries) <= RECOVERY_S * (1 if full else BESIDE_OTHERS), recoveries


def test_control_without_synchronous_commit_a_kill_loses_what_was_acknowledged(tmp_path):
    """Two servers of our own, the same kill after the same commits: only the one that waits for its disk has them all."""
    kept = {}
    for mode in ("on", "off"):
        with own_server(tmp_path / mode, synchronous_commit=mode, wal_writer_delay="10s") as (url, restart):
            with psycopg.connect(url, autocommit=True) as rows:
                for statement in ("SET synchronous_commit = on", "CREATE TABLE letters (id int)", "RESET synchronous_commit"):
                    rows.execute(statement)
                for index in range(20):
                    rows.execute("INSERT INTO letters VALUES (%s)", [index])
            restart()
            with psycopg.connect(url) as rows:
                kept[mode] = rows.execute("SELECT count(*) FROM letters").fetchone()[0]

    assert kept["on"] == 20
    assert kept["off"] < 20


@contextlib.contextmanager
def own_server(home: Path, **options: str):
    """A server in the test's own hands: its URL, and how to kill and start it."""
    base = embedded.cluster_home(home)
    cluster = keeper.Cluster(
        base, binaries.find(base, demoted=os.geteuid() == 0), "postgres", "nobody", keeper.UID_FLOOR if os.geteuid() == 0 else None
    )
    keeper._initialise(cluster)
    port = free_port()
    password = json.loads((base / "server.json").read_text())["password"]
    url = f"postgresql://{keeper.SUPERUSER}:{password}@127.0.0.1:{port}/postgres"
    child = None

    def start():
        nonlocal child
        given = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        child = cluster.spawn(
            "postgres", "-D", str(cluster.data), "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", *given,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(lambda: embedded.answers(url), 30, "a server of our own")

    def restart():
        everybody = children(child.pid)
        child.kill()
        child.wait(10)
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everybody), 10, "the end of its children")
        (cluster.data / "postmaster.pid").unlink()
        start()

    start()
    try:
        yield url, restart
    finally:
        child.send_signal(signal.SIGQUIT)
        child.wait(10)
        shutil.rmtree(base)
