"""A fork server for the pieces of a house: ``manage.py`` in a process of its own, whose libraries are imported already.

Half of what a start costs is the import of libraries and of the understanding's patterns, and the tests start pieces by the
hundred. Nothing that looks at the settings is imported beforehand: every piece reads its environment, its settings and its
tables anew, in a session of its own, and can be killed like any other.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django.conf

from conversations.dialogue import patterns
from tests.knock import ROOT

LIBRARIES = [
    "conversations.dialogue.policy",
    "django.contrib.admin",
    "django.contrib.postgres.fields",
    "django.core.handlers.wsgi",
    "django.core.management",
    "channels.auth",
    "cryptography.fernet",
    "icalendar",
    "imapclient",
    "phonenumbers",
    "prometheus_client",
    "psycopg_pool",
    "redis",
    "requests",
    "rest_framework.serializers",
    "structlog.dev",
    "uvicorn",
    "yaml",
]


class Forked:
    """One piece, with the part of ``subprocess.Popen`` that tests use."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative after a signal, or None while it lives."""
        if self.returncode is None:
            self.returncode = _ask(wait=self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Its exit code; TimeoutExpired after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(arguments: Sequence[str], *, environment: dict[str, str], log: Path) -> Forked:
    """``manage.py`` with these arguments and exactly this environment, what it says appended to ``log``."""
    return Forked(_ask(arguments=list(arguments), environment=environment, log=str(log)))


_asking = threading.Lock()


def _ask(**question: Any) -> Any:
    with _asking:
        server = _server()
        server.stdin.write(json.dumps(question) + "\n")  # type: ignore[union-attr]
        server.stdin.flush()  # type: ignore[union-attr]
        return json.loads(server.stdout.readline())  # type: ignore[union-attr]


@functools.cache
def _server() -> subprocess.Popen[str]:
    """One for this process; it ends when this process does, by the end of its stdin."""
    # A library that had threads would not survive the fork.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")} | {"OPENBLAS_NUM_THREADS": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.forkserver"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    atexit.register(server.communicate)
    return server


def serve() -> list[str] | None:
    """Answer until there is nobody to ask; in a forked child, return the arguments to run."""
    for library in LIBRARIES:
        importlib.import_module(library)
    patterns.compile_all()
    if django.conf.settings.configured:
        raise RuntimeError("a library looked at the settings: every piece would have those of the server")
    gc.freeze()  # pages that no collection touches stay shared
    while line := sys.stdin.readline():
        question = json.loads(line)
        if "wait" in question:
            pid, status = os.waitpid(question["wait"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif not (answer := os.fork()):
            _become(**question)
            return list(question["arguments"])
        print(json.dumps(answer), flush=True)
    return None


def _become(arguments: list[str], environment: dict[str, str], log: str) -> None:
    """What ``Popen`` gives a child: its own session, streams, environment and arguments."""
    os.setsid()
    told, nothing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666), os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(descriptor, place)
    os.close(told)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["manage.py", *arguments]


if __name__ == "__main__" and serve() is not None:
    gc.unfreeze()
    runpy.run_path(str(ROOT / "manage.py"), run_name="__main__")
