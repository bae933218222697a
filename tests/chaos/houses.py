"""Running houses for tests: the product's own processes, on ports and data of their own, always stopped again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
import redis
from django.conf import settings

from tests.chaos import forkserver
from tests.conftest import redis_binary
from tests.fakes.meta.client import MetaDouble
from tests.knock import ROOT, free_port, get, wait_for


@contextlib.contextmanager
def process(*arguments, log: Path, **environment):
    """``manage.py`` with these arguments, in a session of its own; killed with all it started at the end.

    What runs a whole house by itself starts as on a newcomer's machine, its pieces by the fork server.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE", "POSTGRES", "REDIS", "PYTEST"))} | environment
    child: subprocess.Popen[bytes] | forkserver.Forked
    if arguments[0] in {"demo", "check"}:
        with log.open("ab") as out:
            child = subprocess.Popen(
                [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
            )
    else:
        child = forkserver.start(arguments, environment=env, log=log)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)


class Demo:
    """``make demo`` as it is, with the double of Meta beside it."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir, self.port, self.meta_port = data_dir, free_port(), free_port()
        self.environment = {
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "DEMO_META": "1",
            "DEMO_META_PORT": str(self.meta_port),
            **environment,
        }
        self.log = data_dir / "demo.log"
        data_dir.mkdir(parents=True, exist_ok=True)

    def run(self):
        return process("demo", log=self.log, **self.environment)

    def ready(self):
        wait_for(
            lambda: (self.data_dir / "demo.json").exists() and get(f"http://127.0.0.1:{self.port}/health/ready")[0] == 200, 180, "readiness"
        )
        if "DEMO_META" in self.environment:
            wait_for(lambda: get(f"http://127.0.0.1:{self.meta_port}/_double/idle?timeout_s=0")[0] == 200, 30, "the double")
        return json.loads((self.data_dir / "demo.json").read_text())

    def double(self, path, body=None):
        """A control call at the double."""
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(
            urllib.request.Request(f"http://127.0.0.1:{self.meta_port}/_double/{path}", data), timeout=40
        ) as response:
            return json.loads(response.read())


class Proxy:
    """A door in front of a TCP server that can be shut: whoever is inside is cut off, whoever knocks is refused."""

    def __init__(self, port: int) -> None:
        self.target, self.port = port, free_port()
        self.listener: socket.socket | None = None
        self.pairs: list[socket.socket] = []

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def shut(self) -> None:
        if self.listener is not None:
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        for one in self.pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.pairs.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.pairs += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class House:
    """The whole house on a database that is there already: web, workers, sweeper and the double, as separate processes.

    Several of a kind when asked for. A piece that dies stays dead until ``revive``; ``dead`` says which.
    """

    def __init__(self, home: Path, database_url: str, *, account, redis_url: str = "", **environment: str) -> None:
        self.home, self.log = home, home / "house.log"
        self.ledger = home / "ledger.sqlite3"
        self.environment = {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(home),
            "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
            **({"REDIS_URL": redis_url} if redis_url else {}),
            **environment,
        }
        self.ports: list[int] = []
        self.running: dict[str, subprocess.Popen[bytes] | forkserver.Forked] = {}
        self.made: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {}
        self.stack = contextlib.ExitStack()
        self.double = MetaDouble(
            self.ledger, "http://127.0.0.1:9/", app_secret=account.app.secret, token=account.access_token,
            phone_number_ids=[account.external_id], display_numbers=[account.display_number],
        )  # fmt: skip
        self.account = account

    def __enter__(self):
        self.stack.enter_context(self.double)
        self.account.api_url = self.double.base_url
        self.account.save(update_fields=["api_url"])
        return self

    def __exit__(self, *_error) -> None:
        for child in self.running.values():  # all at once, or each would be waited for in turn
            if child.poll() is None:
                child.terminate()
        self.stack.close()

    def web(self, count=1):
        """Web processes, answering; the double posts its statuses to the first."""
        fresh = [free_port() for _ in range(count)]
        for port in fresh:
            self._start(f"web {port}", "web", "--port", str(port), PROCESS_ROLE="web")
        for port in fresh:
            wait_for(lambda port=port: get(f"http://127.0.0.1:{port}/health/live")[0] == 200, 60, "a web process")
        self.ports += fresh
        self.double.set_options(webhook_url=f"http://127.0.0.1:{self.ports[0]}/webhooks/whatsapp/")

    def workers(self, count=1, *, sweepers=1):
        """``count`` clusters of each kind and the sweepers; back when every kind gave a sign of life."""
        for index in range(count):
            for cluster in ("default", "slow"):
                self._start(f"{cluster} {index}", "qcluster", PROCESS_ROLE="worker", Q_CLUSTER_NAME=cluster)
        for index in range(sweepers):
            self._start(f"sweeper {index}", "sweep", PROCESS_ROLE="sweeper")
        wait_for(lambda: json.loads(get(f"http://127.0.0.1:{self.ports[0]}/health/ready")[1] or "{}").get("workers") == "ok", 60, "workers")

    def rest(self, books, timeout_s):
        """Until nothing is left to do: not in the tables, not at the double (whose statuses make new work), and still not."""
        wait_for(lambda: not books.waiting() and self.double.is_idle() and not books.waiting(), timeout_s, "the end of the work")

    def dead(self):
        return sorted(name for name, child in self.running.items() if child.poll() is not None)

    def _start(self, name, *arguments, **environment):
        self.made[name] = (arguments, environment)
        self.running[name] = self.stack.enter_context(process(*arguments, log=self.log, **self.environment, **environment))

    def revive(self):
        """Start what died again, as a supervisor would; returns the names."""
        names = self.dead()
        for name in names:
            arguments, environment = self.made[name]
            self._start(name, *arguments, **environment)
        return names


class Redis:
    """A redis-server of the test's own, to be stopped, killed, filled and emptied."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.client = redis.Redis(port=self.port, socket_timeout=5)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        binary = redis_binary()
        if binary is None:
            pytest.fail("no redis-server: install one, or the wheel")
        self.process = subprocess.Popen(
            [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.home)], stdout=subprocess.DEVNULL
        )
        wait_for(self._answers, 10, "redis")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def _answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error) -> None:
        self.kill()
        self.client.close()
