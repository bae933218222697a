"""One request to a push service: only where a browser may be reached from outside, no redirect, an answer in seconds."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from hotelagent.ops import outgoing

TIMEOUT_S = 10.0
ENDPOINT_LIMIT = 1000
# Of what a service says about a failure.
SAID_BYTES = 300


class Refused(Exception):
    """An address we send nothing to; the message is for staff."""


@dataclass(frozen=True)
class Answer:
    """``status`` None: no whole answer came. ``wait_s``: how long the service wants to be left alone."""

    status: int | None
    said: str
    wait_s: int = 0


def check(endpoint: str) -> SplitResult:
    """An address of a service that may be written to, as far as it can be read. Raises Refused."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("this is no address") from error
    if not host or len(endpoint) > ENDPOINT_LIMIT or not endpoint.isascii() or any(one <= " " for one in endpoint):
        raise Refused("this is no address")
    if is_trusted(parts):
        return parts
    if parts.scheme != "https" or port not in {None, 443} or parts.username is not None:
        raise Refused("a push service is spoken to by https alone")
    return parts


def is_trusted(parts: SplitResult) -> bool:
    return f"{parts.scheme}://{parts.netloc}" in settings.WEB_PUSH["trusted"]


def post(endpoint: str, body: bytes, headers: dict[str, str]) -> Answer:
    """What the service answered. Raises Refused for an address inside the house."""
    parts = check(endpoint)
    deadline, host = time.monotonic() + TIMEOUT_S, parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        judged = outgoing.addresses(host, port, trusted=is_trusted(parts))
        plain = outgoing.line(judged, port, deadline=float("inf"), most_s=TIMEOUT_S / 2)
    except outgoing.Inside as error:
        raise Refused("a push service inside the house has to be named by the operator") from error
    except OSError as error:
        return Answer(None, f"not reached: {type(error).__name__}")
    handle = plain.dup()
    timer = outgoing.cut_at(deadline, handle)
    try:
        return _exchange(plain, parts, body, headers, deadline)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, f"no whole answer: {type(error).__name__}")
    finally:
        timer.cancel()
        handle.close()


def _exchange(plain: socket.socket, parts: SplitResult, body: bytes, headers: dict[str, str], deadline: float) -> Answer:
    host = parts.hostname or ""
    talk = http.client.HTTPConnection(host, parts.port or (443 if parts.scheme == "https" else 80))
    talk.sock = plain
    try:
        plain.settimeout(outgoing.timeout_s(deadline, TIMEOUT_S))
        if parts.scheme == "https":
            talk.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        own = {"Host": parts.netloc, "User-Agent": f"hotel-receptionist/{settings.VERSION}"}
        talk.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, {**own, **headers})
        answer = talk.getresponse()
        said = answer.read(SAID_BYTES).decode("utf-8", "replace")
        wait = answer.headers.get("Retry-After", "")
        return Answer(answer.status, " ".join(said.split()), int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 6 else 0)
    finally:
        talk.close()
