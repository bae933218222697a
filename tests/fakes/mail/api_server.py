"""The HTTP face of the Gmail API double.

Under /_double/ are the control calls for a test in another process: POST receive?mailbox=INBOX (raw body), POST fault
(JSON), POST release, GET sent, GET requests.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
import traceback
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from .gmail_api import ApiError, Call, HangUp, TokenError, not_found, read_json
from .headers import field_of

if TYPE_CHECKING:
    from .client import MailDouble


class ApiHandler(BaseHTTPRequestHandler):
    """One connection, kept alive between calls."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: ApiServer

    def do_GET(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        call = Call(self.command, url.path, urllib.parse.parse_qs(url.query), raw, self.headers.get("Content-Type", ""), token)
        try:
            if url.path.startswith("/_double/"):
                self._write(200, control(self.server.double, call, url.path.removeprefix("/_double/")))
                return
            self.server.double.account.note("api", f"{self.command} {self.path}")
            answer = self.server.double.api.answer(call)
            self._write(200 if answer is not None else 204, answer)
        except (ApiError, TokenError) as refusal:
            self._write(refusal.status, refusal.body)
        except HangUp:
            self.close_connection = True

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: `requests` is the log."""

    def _write(self, status: int, answer: Any) -> None:
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def control(double: MailDouble, call: Call, name: str) -> Any:
    """The words of a test that runs in another process."""
    if (call.method, name) == ("POST", "receive"):
        return vars(double.receive(call.body, mailbox=call.one("mailbox", "INBOX")))
    if (call.method, name) == ("POST", "fault"):
        double.fault(**read_json(call.body))
    elif (call.method, name) == ("POST", "release"):
        double.release()
    elif (call.method, name) == ("GET", "sent"):
        return [
            {"to": list(one.recipients), "subject": field_of(one.message, "Subject"), "raw": base64.b64encode(one.handed).decode()}
            for one in double.delivered
        ]
    elif (call.method, name) == ("GET", "requests"):
        return [vars(one) for one in double.requests]
    else:
        raise not_found()
    return {"ok": True}


class ApiServer(ThreadingHTTPServer):
    """Listens on loopback only."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, double: MailDouble) -> None:
        self.double = double
        self.broken: list[str] = []
        super().__init__(("127.0.0.1", port), ApiHandler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A fault of the double itself must not pass for one of Google's."""
        if isinstance(sys.exception(), ConnectionError | TimeoutError):
            return
        self.broken.append(traceback.format_exc())
        traceback.print_exc(file=sys.stderr)
