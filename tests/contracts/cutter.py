"""A proxy that cuts the line after a booking was asked for and before its answer comes back."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from hotelagent.hotels.models import Hotel
from pms.models import Connection

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Cutter(ThreadingHTTPServer):
    """Forwards everything to ``base``; the answer to a POST of a booking is thrown away and the line cut."""

    daemon_threads = True

    def __init__(self, base: str) -> None:
        self.base, self.cut = urlsplit(base), 0
        super().__init__(("127.0.0.1", 0), _Handler)

    @classmethod
    @contextmanager
    def before(cls, hotel: Hotel) -> Iterator[Cutter]:
        """The hotel's connection goes through a new one."""
        row = Connection.objects.get(hotel=hotel)
        real, trusted = row.base_url, row.base_url_trusted
        server = cls(real)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Connection.objects.filter(pk=row.pk).update(base_url=f"http://127.0.0.1:{server.server_address[1]}", base_url_trusted=True)
        try:
            yield server
        finally:
            Connection.objects.filter(pk=row.pk).update(base_url=real, base_url_trusted=trusted)
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Cutter

    def do_GET(self) -> None:
        self._forward()

    def do_POST(self) -> None:
        self._forward()

    def _forward(self) -> None:
        base = self.server.base
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        secure = base.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        upstream = kind(base.hostname or "", base.port or (443 if secure else 80), timeout=90)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        upstream.request(self.command, base.path.rstrip("/") + self.path, body or None, {**headers, "Host": base.netloc})
        answer = upstream.getresponse()
        told = answer.read()
        upstream.close()
        if self.command == "POST" and "/api/bookings" in self.path:
            self.server.cut += 1
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_args: Any) -> None:
        pass
