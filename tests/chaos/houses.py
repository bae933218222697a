"""Running houses for tests: the product's own processes, on ports and data of their own, always stopped again."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, timeout_s=60.0, what="it"):
    """The condition's first true value, looked at often; a test never waits longer than it has to."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.03)
    raise AssertionError(f"{what} did not happen in {timeout_s} s")


def get(url, timeout_s=5.0):
    """(status, body), or (0, "") when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return 0, ""


@contextlib.contextmanager
def process(*arguments, log: Path, **environment):
    """``manage.py`` with these arguments, in a session of its own; killed with all it started at the end."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE", "POSTGRES", "REDIS", "PYTEST"))} | environment
    with log.open("ab") as out:
        child = subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
        )
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
            lambda: (self.data_dir / "demo.json").exists() and get(f"http://127.0.0.1:{self.port}/health/ready")[0] == 200, 90, "readiness"
        )
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
