"""The keeper of one embedded PostgreSQL cluster. Standard library only: it runs as a script, before any set-up.

It is the parent of ``postgres``, restarts it when it dies, and stops it when the last user has left. See the package's
docstring for the protocol. Usage: ``python keeper.py '{"base": …, "bin": …, "database": …, "initdb_user": …}'``.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SUPERUSER = "hotelagent"
TICK_S = 0.1
STOP_TIMEOUT_S = 8.0
PORTS = range(20_000, 32_000)
UID_FLOOR, UID_RANGE = 61_184, 4_000  # numeric ids no distribution hands out to people or services


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lives and as whom its server runs (uid None: as ourselves)."""

    base: Path
    bin: Path
    database: str
    initdb_user: str
    uid: int | None

    @property
    def data(self) -> Path:
        return self.base / "data"

    def spawn(self, name: str, *arguments: str, uid: int | None = None, **options: object) -> subprocess.Popen[bytes]:
        user = uid if uid is not None else self.uid
        demote = {"user": user, "group": user, "extra_groups": []} if user is not None else {}
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.Popen([str(self.bin / name), *arguments], env=environment, stdin=subprocess.DEVNULL, cwd="/", **demote, **options)  # type: ignore[call-overload,no-any-return]


def main() -> None:
    spec = json.loads(sys.argv[1])
    if os.fork():  # leave our starter at once; init adopts and reaps us
        os._exit(0)
    base = Path(spec["base"])
    uid = UID_FLOOR + int(base.name[:8], 16) % UID_RANGE if os.geteuid() == 0 and _is_hex(base.name) else None
    if os.geteuid() == 0 and uid is None:
        uid = UID_FLOOR
    cluster = Cluster(base, Path(spec["bin"]), spec["database"], spec["initdb_user"], uid)
    keeper_lock = (base / "keeper.lock").open("a")
    if not _obtain(keeper_lock):
        return  # somebody keeps it already
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # only the last user's leaving ends us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keep(cluster, keeper_lock)


def _obtain(keeper_lock: IO[str]) -> bool:
    """Several tries: who only looks whether there is a keeper holds the lock for a moment."""
    for _try in range(10):
        try:
            fcntl.flock(keeper_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def keep(cluster: Cluster, keeper_lock: IO[str]) -> None:
    """Run the server until nobody holds the users' lock any more."""
    if not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster)
    users = (cluster.base / "lock").open("a")
    child: subprocess.Popen[bytes] | None = None
    while True:
        if child is not None and child.poll() is not None:
            child = None
        if child is None and _postmaster_pid(cluster) is None:
            child = _start(cluster)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(TICK_S)
            continue
        _stop(cluster, child)
        keeper_lock.close()  # first, so that whoever waits for the users' lock can send a new keeper
        users.close()
        return


def _initialise(cluster: Cluster) -> None:
    fresh = cluster.base / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(cluster.data, ignore_errors=True)
    (cluster.base / "created").unlink(missing_ok=True)
    fresh.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    password_file = cluster.base / "password.tmp"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    builder: int | None = None
    if cluster.uid is not None:
        builder = pwd.getpwnam(cluster.initdb_user).pw_uid
        for path in (fresh, password_file):
            os.chown(path, builder, -1)
    process = cluster.spawn(
        "initdb",
        f"--pgdata={fresh}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-instructions",
        uid=builder,
        stdout=subprocess.DEVNULL,
    )
    code = process.wait()
    password_file.unlink()
    if code != 0:
        raise SystemExit(f"initdb ended with {code}")
    if cluster.uid is not None:
        for directory, folders, files in os.walk(fresh):
            for name in (".", *folders, *files):
                os.chown(Path(directory) / name, cluster.uid, cluster.uid, follow_symlinks=False)
    _write_server(cluster, {"user": SUPERUSER, "password": password, "port": _free_port()})
    fresh.rename(cluster.data)


def _write_server(cluster: Cluster, server: dict[str, str | int]) -> None:
    fresh = cluster.base / "server.json.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(server))
    fresh.rename(cluster.base / "server.json")


def _start(cluster: Cluster) -> subprocess.Popen[bytes]:
    server = json.loads((cluster.base / "server.json").read_text())
    if not _port_free(int(server["port"])):
        server["port"] = _free_port()
        _write_server(cluster, server)
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)  # nobody answers to it: _postmaster_pid said so
    log = (cluster.base / "postgres.log").open("wb")
    child = cluster.spawn(
        "postgres",
        "-D",
        str(cluster.data),
        "-p",
        str(server["port"]),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "unix_socket_directories=",
        "-c",
        "max_connections=150",
        "-c",
        "timezone=UTC",
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    log.close()
    _create_database(cluster, server, child)
    return child


def _create_database(cluster: Cluster, server: dict[str, str | int], child: subprocess.Popen[bytes]) -> None:
    """``createdb`` until the server answers; "already exists" is as good as done."""
    marker = cluster.base / "created"
    while not marker.exists() and child.poll() is None:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGPASSWORD": str(server["password"])}
        result = subprocess.run(
            [
                *(str(cluster.bin / "psql"), "-h", "127.0.0.1", "-p", str(server["port"]), "-U", SUPERUSER, "-d", "postgres"),
                *("-qtAc", f"CREATE DATABASE {cluster.database}"),
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        if result.returncode == 0 or "already exists" in result.stderr:
            marker.touch()
        else:
            time.sleep(0.03)


def _stop(cluster: Cluster, child: subprocess.Popen[bytes] | None) -> None:
    pid = child.pid if child is not None else _postmaster_pid(cluster)
    if pid is None:
        return
    for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, last resort
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            if child is not None and child.poll() is not None:
                return
            if child is None and not _is_postgres(pid, cluster):
                return
            time.sleep(0.02)


def _postmaster_pid(cluster: Cluster) -> int | None:
    """The pid of a live postmaster of this very cluster, whoever started it."""
    try:
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_postgres(pid, cluster) else None


def _is_postgres(pid: int, cluster: Cluster) -> bool:
    """Not a zombie, and really ours: pids are reused, in containers quickly."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        result = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        state, _, command = result.stdout.strip().partition(" ")
    except ProcessLookupError:
        return False
    return not state.startswith("Z") and "postgres" in command and str(cluster.data) in command


def _free_port() -> int:
    """Below the range from which outgoing connections take theirs, so that it is still free after a restart."""
    for _try in range(200):
        port = PORTS.start + secrets.randbelow(len(PORTS))
        if _port_free(port):
            return port
    raise SystemExit("no free port on the loopback interface")


def _port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_hex(name: str) -> bool:
    return len(name) == 16 and all(character in "0123456789abcdef" for character in name)


if __name__ == "__main__":
    main()
