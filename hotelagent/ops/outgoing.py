"""Requests that leave the house: one kind of session, and one judgement of what surely never left."""

from __future__ import annotations

import io
import ipaddress
import math
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import requests
from django.conf import settings

# Addresses of the next version that mean one of the last, which may be inside the house, and site-local ones.
DISGUISES = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "2002::/16", "::/96", "fec0::/10", "2001::/32")]


class Inside(Exception):
    """A host inside the house, which only the operator may name."""


def session() -> requests.Session:
    """Named as the product; no proxy, netrc or certificate of the machine's environment gets our keys."""
    return _ours(requests.Session())


def bounded_session(limit: int, whole_s: float) -> requests.Session:
    """For libraries that make requests themselves: no redirects, answers of at most ``limit`` bytes within ``whole_s`` seconds
    (else ConnectionError, ReadTimeout)."""
    return _ours(_Bounded(limit, whole_s))


class _Bounded(requests.Session):
    def __init__(self, limit: int, whole_s: float) -> None:
        super().__init__()
        self._limit, self._whole_s = limit, whole_s

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        until, read = time.monotonic() + self._whole_s, bytearray()
        with super().send(request, **(kwargs | {"allow_redirects": False, "stream": True})) as answer:
            for chunk in answer.iter_content(64 * 1024):
                read += chunk
                if len(read) > self._limit:
                    raise requests.exceptions.ConnectionError("the answer is too large")
                if time.monotonic() > until:
                    raise requests.exceptions.ReadTimeout("the answer trickles")
        given = requests.Response()
        for name in ("status_code", "reason", "headers", "encoding", "url", "request"):
            setattr(given, name, getattr(answer, name))
        given.raw = io.BytesIO(bytes(read))
        return given


def _ours(made: requests.Session) -> requests.Session:
    made.headers["User-Agent"] = f"hotel-receptionist/{settings.VERSION}"
    made.trust_env = False
    return made


def never_left(error: Exception) -> str:
    """Why surely no byte of the request was sent, or "": then it may have been, and nobody knows what became of it."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL)):
        return f"not connected: {type(error).__name__}"
    if isinstance(error, requests.exceptions.SSLError):
        # Only a certificate is looked at before anything is sent; any other trouble may have come afterwards.
        return "not connected: its certificate is not valid" if "CERTIFICATE_VERIFY_FAILED" in repr(error) else ""
    if isinstance(error, requests.exceptions.ConnectionError):
        refused = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
        return "not connected: refused" if refused else ""
    return ""


def is_outside(address: str) -> bool:
    """Is this IP address one of the open net?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip.is_global and not any(ip.version == net.version and ip in net for net in DISGUISES)


def addresses(host: str, port: int, *, trusted: bool) -> list[str]:
    """Where a host is. Raises OSError for a name nobody knows, Inside for one inside the house that is not trusted."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"there is no host {host}") from error
    known = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not trusted and not all(is_outside(address) for address in known):
        raise Inside(host)
    return known


def timeout_s(deadline: float, most_s: float) -> float:
    """How long one step may take, of ``most_s`` and what is left until a deadline (seconds; never none at all)."""
    return max(0.1, min(most_s, deadline - time.monotonic()))


def line(judged: list[str], port: int, *, deadline: float, most_s: float) -> socket.socket:
    """Connected to one of the addresses that were judged: the name is asked once, so nobody can give another answer in between.
    ``deadline`` by the monotonic clock; with one the line is cut then, whatever goes on. Raises OSError."""
    error: OSError = OSError("no address")
    for address in judged:
        try:
            made = socket.create_connection((address, port), timeout_s(deadline, most_s))
        except OSError as failure:
            error = failure
        else:
            if math.isfinite(deadline):
                cut_at(deadline, made.dup())
            return made
    raise error


def cut_at(deadline: float, line: socket.socket) -> threading.Timer:
    """A server may hang in any of many steps, or trickle: then the line ends for whoever reads it. On a handle of its own, because
    TLS takes the first one over; who cancels the timer closes it."""

    def cut() -> None:
        with line, suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout_s(deadline, math.inf), cut)
    timer.daemon = True
    timer.start()
    return timer
