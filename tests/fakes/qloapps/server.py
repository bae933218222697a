"""The HTTP side: keys, verbs, routing, headers, and the socket tricks of the scripted faults."""

from __future__ import annotations

import base64
import binascii
import contextlib
import socket
import struct
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import ari, bookings, changes, generic
from .demo import RESOURCES
from .faults import Faults, Wire
from .fields import Resource, resources
from .listing import Listing, closest
from .schemas import schema
from .shapes import (
    HTML_TYPE,
    JSON_TYPE,
    XML_HEAD,
    XML_TAIL,
    XML_TYPE,
    Answer,
    Refusal,
    Request,
    crash,
    errors,
    http_date,
    ok,
    php_json,
    refuse,
)
from .shop import Shop

SERVER = "Apache/2.4.71 (Debian) PHP/8.2.35"
PHP = "PHP/8.2.35"
COOKIE = "QloApps-daf117f818c8eeecfa2bccccdd849a8c=opaque; expires={}; Max-Age=1728000; path=/; HttpOnly; SameSite=Lax"
_REALM = 'Basic realm="Welcome to {} Webservice, please enter the authentication key as the login. No password required."'
VERBS = ("GET", "HEAD", "POST", "PUT", "DELETE")
FLOOD_CHUNK = b" " * 65536


@dataclass
class Record:
    """One call as it came. `status` is None as long as no answer was given."""

    at: float  # monotonic seconds
    method: str
    path: str
    query: dict[str, str]
    body: str
    status: int | None = None


class Webservice:
    """One shop behind one key. `permissions` maps resources to verbs; None permits everything."""

    def __init__(self, shop: Shop, key: str, permissions: dict[str, set[str]] | None, *, enabled: bool) -> None:
        self.shop, self.key, self.permissions, self.enabled = shop, key, permissions, enabled
        self.resources: dict[str, Resource] = resources()
        self.faults = Faults()

    def answer(self, request: Request) -> Answer:
        """The true answer, the work done."""
        try:
            return self._redirected(request) or self._authorised(request)
        except Refusal as refusal:
            return refusal.answer

    def _redirected(self, request: Request) -> Answer | None:
        """A Host other than the shop's domain: 302 to the shop, whatever was asked (recording 72)."""
        if self.shop.rules.domain is None or request.headers.get("host") == self.shop.rules.domain:
            return None
        rest = "".join(f"&{part}" for part in urllib.parse.urlsplit(request.path).query.split("&") if part)
        path = f"{request.resource}/{request.ident}" if request.ident else request.resource
        where = f"{self.shop.public_url}/index.php?url={path}{rest}"
        return Answer(302, b"", HTML_TYPE, by_php=True, closes=True, headers={"Location": where}, version="HTTP/1.0")

    def _authorised(self, request: Request) -> Answer:
        key = _key_of(request)
        if key is None:
            realm = _REALM.format("PrestaShop")
            return Answer(401, b"401 Unauthorized", HTML_TYPE, by_php=True, cookie=True, headers={"WWW-Authenticate": realm})
        if not self.enabled:
            raise refuse(request, 503, 22, "The QloApps webservice is disabled. Please activate it in the QloApps Back Office")
        realm = {"WWW-Authenticate": _REALM.format("QloApps")}
        if len(key) != 32:
            raise refuse(request, 401, 18, "Invalid authentication key format", headers=realm)
        if key != self.key:
            found = [(20, "Authentification key is not active"), (21, "No permission for this authentication key")]
            return errors(request, 401, found, headers=realm)
        if request.method not in VERBS:
            raise refuse(request, 405, 23, f"Method {request.method} is not valid")
        return self._permitted(request)

    def _permitted(self, request: Request) -> Answer:
        name = request.resource
        if not name:
            return self._root(request)
        if name not in RESOURCES:
            listed = ", ".join(f'"{one}"' for one in RESOURCES)
            words = f'Resource of type "{name}" does not exists. Did you mean: "{closest(name, RESOURCES)}"? The full list is: {listed}'
            raise refuse(request, 400, 27, words)
        if self.permissions is not None:
            if name not in self.permissions:
                raise refuse(request, 401, 26, f'Resource of type "{name}" is not allowed with this authentication key')
            if request.method.replace("HEAD", "GET") not in self.permissions[name]:
                raise refuse(
                    request, 405, 25, f"Method {request.method} is not allowed for the resource {name} with this authentication key"
                )
        if request.method in ("GET", "HEAD") and "schema" in request.query:
            return schema(request, self.resources.get(name))
        return self._route(request)

    def _root(self, request: Request) -> Answer:
        names = [name for name in RESOURCES if self.permissions is None or name in self.permissions]
        if request.is_json:
            return ok(php_json(names), JSON_TYPE)
        url, lines = f"{self.shop.public_url}/api/", ['<api shopName="QloApps">']
        for name in names:
            may = "".join(f' {verb.lower()}="{str(self._may(name, verb)).lower()}"' for verb in ("GET", "PUT", "POST", "DELETE", "HEAD"))
            lines.append(f'<{name} xlink:href="{url}{name}"{may}/>')
        return ok(XML_HEAD + "\n".join([*lines, "</api>\n"]) + XML_TAIL, XML_TYPE)

    def _may(self, name: str, verb: str) -> bool:
        return self.permissions is None or verb in self.permissions[name] or (verb == "HEAD" and "GET" in self.permissions[name])

    def _route(self, request: Request) -> Answer:
        shop, name, verb = self.shop, request.resource, request.method
        resource = self.resources.get(name)
        if name == "hotel_ari":
            if verb == "POST":
                return ari.answer(shop, request)
            raise refuse(request, 405, 23, f"Method {verb} is not valid")
        if name == "bookings":
            by_verb = {"GET": bookings.get, "HEAD": bookings.get, "POST": bookings.post, "PUT": changes.put}
            if verb in by_verb:
                return by_verb[verb](shop, request)
            raise refuse(request, 405, 101, f"Method {verb} is not allowed for the resource bookings")
        if name == "extra_services" and verb in ("GET", "HEAD"):
            return crash()
        if resource is None:
            raise refuse(request, 400, 27, f'Resource of type "{name}" is not doubled')
        if verb in ("GET", "HEAD"):
            with shop.lock:
                return Listing(shop, resource, request).answer(self._rows(name))
        writers: dict[tuple[str, str], Callable[[], Answer]] = {
            ("POST", "order_histories"): lambda: generic.post_history(shop, request),
            ("PUT", "room_bookings"): lambda: generic.put_line(shop, request, resource),
            ("POST", "customers"): lambda: generic.post_customer(shop, request, resource),
            ("PUT", "customers"): lambda: generic.put_customer(shop, request, resource),
            ("DELETE", "orders"): lambda: generic.delete_order(shop, request),
        }
        if (verb, name) in writers:
            return writers[verb, name]()
        raise refuse(request, 405, 25, f"Method {verb} is not allowed for the resource {name} with this authentication key")

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = self.shop.tables[name]
        # A guest without a shop is found by no search.
        return [row for row in rows if row["id_shop"] and not row["deleted"]] if name == "customers" else list(rows)


def _key_of(request: Request) -> str | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        with contextlib.suppress(binascii.Error, UnicodeDecodeError):
            return base64.b64decode(value).decode().partition(":")[0] or request.query.get("ws_key")
    return request.query.get("ws_key")


def parsed(method: str, path: str, headers: dict[str, str], body: str) -> Request:
    """A call as the dispatcher sees it: rewritten or not, the verb overridden or not, the format chosen by header or query."""
    parts = urllib.parse.urlsplit(path)
    query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
    where = query.get("url", "") if parts.path.endswith("/webservice/dispatcher.php") else parts.path.removeprefix("/api")
    resource, _, ident = where.strip("/").partition("/")
    formats = [headers.get("io-format"), headers.get("output-format"), query.get("output_format"), query.get("io_format")]
    chosen = next((one for one in formats if one is not None), "XML")
    verb = query.get("ps_method", method)
    return Request(verb, path, headers, body, query, urllib.parse.unquote(resource), urllib.parse.unquote(ident), chosen == "JSON")


class Handler(BaseHTTPRequestHandler):
    """One connection; keep-alive as Apache's."""

    protocol_version = "HTTP/1.1"
    timeout = 120
    disable_nagle_algorithm = True
    server: QloAppsServer

    def __getattr__(self, name: str) -> Any:
        # Every verb is handled in one place, the ones the webservice refuses too.
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Tests read the record of calls, not a log."""

    def _handle(self) -> None:
        started = time.monotonic()
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        if len(raw) < length:
            self.close_connection = True  # the client left before it had said everything: PHP is never called
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = parsed(self.command, self.path, headers, raw.decode("utf-8", "replace"))
        wire = self.server.handled(request, started)
        if wire.answer is None:
            self._reset()
            return
        # A client that has gone away is no error of ours: the work is done and stays done.
        with contextlib.suppress(ConnectionError):
            self._send(wire, wire.answer, started)
        if wire.cut_at is not None and wire.true_length:
            self.close_connection = True

    def _send(self, wire: Wire, answer: Answer, started: float) -> None:
        body = answer.body if wire.cut_at is None else answer.body[: wire.cut_at]
        length = wire.flood_bytes or (len(answer.body) if wire.true_length else len(body))
        self.protocol_version = answer.version
        self.send_response_only(answer.status)
        for name, value in _headers(answer, length, time.monotonic() - started):
            self.send_header(name, value)
        self.end_headers()
        if answer.closes:
            self.close_connection = True
        if self.command == "HEAD":
            return
        self.wfile.write(body)
        for size in range(0, wire.flood_bytes, len(FLOOD_CHUNK)):
            self.wfile.write(FLOOD_CHUNK[: wire.flood_bytes - size])

    def _reset(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()  # the socket is closed with its last reader, and only then reset
            self.connection.close()


def _headers(answer: Answer, length: int, took_s: float) -> list[tuple[str, str]]:
    lines = [("Date", http_date()), ("Server", SERVER), ("X-Powered-By", PHP if answer.by_php else "PrestaShop Webservice")]
    lines += answer.headers.items()
    if answer.cookie:
        lines.append(("Set-Cookie", COOKIE.format(http_date(time.time() + 1728000))))
    if not answer.by_php:
        lines += [("Access-Time", str(int(time.time()))), ("PSWS-Version", "1.6.1.23"), ("Execution-Time", f"{round(took_s, 3):g}")]
    if answer.sha1 is not None:
        lines.append(("Content-Sha1", answer.sha1))
    lines.append(("Content-Length", str(length)))
    if answer.closes:
        lines.append(("Connection", "close"))
    return [*lines, ("Content-Type", answer.content_type)] if answer.content_type else lines


class QloAppsServer(ThreadingHTTPServer):
    """The listening socket on loopback; one thread per connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, webservice: Webservice) -> None:
        self.webservice = webservice
        self.requests: list[Record] = []
        self._connections: list[socket.socket] = []
        self._records = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)
        webservice.shop.address = f"127.0.0.1:{self.server_address[1]}"

    def handled(self, request: Request, started: float) -> Wire:
        """Do the work and play the script, if there is one; the call is on record from its arrival."""
        record = Record(started, request.method, request.path, request.query, request.body)
        with self._records:
            self.requests.append(record)
        service = self.webservice
        fault = service.faults.take(request)
        if fault is not None:
            wire = service.faults.perform(fault, lambda: service.answer(request))
        else:
            wire = Wire(service.answer(request))
        record.status = wire.answer.status if wire.answer else None
        return wire

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        with self._records:
            self._connections.append(connection)
        return connection, address

    def hang_up_all(self) -> None:
        """A stopped server answers on no connection, kept alive or not."""
        with self._records:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._connections.clear()

    def shutdown_request(self, request: Any) -> None:
        with self._records, contextlib.suppress(ValueError):
            self._connections.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reset by the other side is what many tests are about; anything else is told as usual."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)
