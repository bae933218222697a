"""A webhook address for tests of the double itself: it keeps every request and answers as told."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class Hook:
    """Answers 200 unless `answers` holds other statuses, and only while `gate` is set."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.arrived = threading.Condition()
        self.gate = threading.Event()
        self.gate.set()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(200, self.path.partition("hub.challenge=")[2].partition("&")[0].encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with hook.arrived:
                    hook.got.append((dict(self.headers), body))
                    status = hook.answers.pop(0) if hook.answers else 200
                    hook.arrived.notify_all()
                hook.gate.wait(10)
                self._reply(status, b"")

            def _reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/whatsapp/"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def values(self) -> list[Json]:
        """The `value` of every webhook that came, in order."""
        return [json.loads(body)["entry"][0]["changes"][0]["value"] for _, body in self.got]

    def statuses(self) -> list[Json]:
        """Every status that came, in order."""
        return [status for value in self.values() for status in value.get("statuses", [])]

    def wait_posts(self, count: int, timeout_s: float = 5) -> None:
        """Return once that many requests came; AssertionError if they do not."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.got) >= count, timeout_s), f"{len(self.got)} of {count} posts"

    def close(self) -> None:
        """Stop listening."""
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
