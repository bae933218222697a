"""The one way out to a PMS that speaks HTTP: let in by the breaker, paced, with timeouts, capped answers, and a row each.

No redirects, no cookies, no proxy of the machine. What an answer means is the adapter's business; it tells the line when
one made no sense (``nonsense``), so that the breaker counts that too.
"""

from __future__ import annotations

import functools
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from django.db import connection
from django.utils import timezone

from hotelagent.ops import correlation, outgoing
from pms import breaker, pacing
from pms.errors import AuthFailed, LeftAlone, OutcomeUnknown, PmsError, Unavailable
from pms.models import Connection, Exchange

CONNECT_S, READ_S, WRITE_S = 5.0, 20.0, 60.0
ANSWER_LIMIT = 4 * 1024 * 1024
CHUNK = 64 * 1024
# A read that failed this quickly is asked once more; a slow one has cost the guest enough already.
RETRY_WITHIN_S, RETRY_AFTER_S = 3.0, 0.3
# Beside an INSERT … SELECT: its commit does not wait for the disk.
SOON = "(SELECT set_config('synchronous_commit', 'off', true)) AS soon"
_sessions = threading.local()
# The booking that requests are about, for the log.
_about: ContextVar[str] = ContextVar("about", default="")


@contextmanager
def about(reference: str) -> Iterator[None]:
    """Requests inside are logged under this booking."""
    token = _about.set(reference[:80])
    try:
        yield
    finally:
        _about.reset(token)


@dataclass(frozen=True)
class Answer:
    """What came back. ``content_type`` in lower case without parameters."""

    status: int
    content_type: str
    body: bytes
    location: str = ""


class Line:
    """One hotel's PMS at the other end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._failed_before = False
        # Called when a write is about to leave, after every wait. Raises Busy when this process may not write any more.
        self.before_write: Callable[[], None] = lambda: None

    def read(self, method: str, resource: str, query: str = "", *, body: bytes = b"", headers: dict[str, str]) -> Answer:
        """A request that changes nothing there; asked twice when it failed quickly. Raises Unavailable."""
        for last in (False, True):
            started = time.monotonic()
            try:
                return self._ask(method, resource, query, body, headers, changes=False)
            except LeftAlone:
                raise
            except Unavailable:
                if last or time.monotonic() - started > RETRY_WITHIN_S:
                    raise
                time.sleep(RETRY_AFTER_S)
        raise AssertionError("not reached")

    def write(self, method: str, resource: str, query: str = "", *, body: bytes, headers: dict[str, str]) -> Answer:
        """A request that may change something; never repeated here. Raises Unavailable when surely nothing was sent,
        OutcomeUnknown when it was and no whole answer came."""
        return self._ask(method, resource, query, body, headers, changes=True)

    def makes_sense(self) -> None:
        """The answer was understood."""
        if self._failed_before:
            breaker.succeeded(self.connection.hotel_id)
            self._failed_before = False

    def nonsense(self, why: str) -> NoReturn:
        """An answer nobody can act on: counts as a failure. Raises Unavailable."""
        breaker.failed(self.connection, why)
        raise Unavailable(why)

    def refused(self, why: str) -> NoReturn:
        """We are not let in. Raises AuthFailed."""
        breaker.refused(self.connection, why)
        raise AuthFailed(why)

    def _let_in(self, *, changes: bool) -> None:
        """By the breaker, at the pace, and to write by whoever has the right to."""
        hotel = self.connection.hotel_id
        well = pacing.wait_if_well(hotel)
        self._failed_before = not well and breaker.enter(hotel)
        try:
            if not well:
                pacing.wait(hotel)
            if changes:
                self.before_write()
        except Unavailable:
            breaker.leave(hotel)
            raise

    def _ask(self, method: str, resource: str, query: str, body: bytes, headers: dict[str, str], *, changes: bool) -> Answer:
        base = self.connection.base_url.rstrip("/")
        check_address(base, trusted=self.connection.base_url_trusted)
        self._let_in(changes=changes)
        at, started, answer, result, note = timezone.now(), time.monotonic(), None, "ok", ""
        try:
            answer = _send(method, f"{base}/{resource}{'?' + query if query else ''}", body, headers, changes=changes)
        except PmsError as error:
            result, note = type(error).__name__, str(error)
            breaker.failed(self.connection, note)
            if isinstance(error, OutcomeUnknown) and not changes:
                raise Unavailable(note) from error  # reading changes nothing
            raise
        finally:
            _record(
                Exchange(
                    hotel_id=self.connection.hotel_id, at=at, method=method, resource=resource[:80], reference=_about.get(), result=result,
                    status=answer.status if answer else None, note=note[:200], took_ms=round((time.monotonic() - started) * 1000),
                    request_digest=_digest(body or query.encode()), answer_digest=_digest(answer.body) if answer else "",
                    answer_bytes=len(answer.body) if answer else 0, correlation_id=correlation.current(),
                )
            )  # fmt: skip
        return answer


def _record(row: Exchange) -> None:
    """In one statement that does not wait for the disk: the last second of this log may be lost with the machine's power."""
    insert, names = _insert()
    with connection.cursor() as cursor:
        cursor.execute(insert, [getattr(row, name) for name in names])  # numbers, words and a moment: as they are


@functools.cache
def _insert() -> tuple[str, list[str]]:
    fields = [field for field in Exchange._meta.concrete_fields if not field.primary_key]
    names, places = ", ".join(str(field.column) for field in fields), ", ".join(["%s"] * len(fields))
    return f"INSERT INTO pms_exchange ({names}) SELECT {places} FROM {SOON}", [field.attname for field in fields]  # noqa: S608 - names of our own columns


def check_address(url: str, *, trusted: bool) -> None:
    """An address inside the house, or plain http, only when the operator gave it. Raises AuthFailed."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AuthFailed("the PMS has no address")
    if trusted:
        return
    if parts.scheme != "https":
        raise AuthFailed("the address of the PMS must begin with https:// (another one is given in the provisioning file)")
    try:
        outgoing.addresses(parts.hostname, parts.port or 443, trusted=False)
    except outgoing.Inside as error:
        raise AuthFailed("the PMS has an address inside the house (the provisioning file may give one)") from error
    except OSError as error:
        raise Unavailable(f"there is no host {parts.hostname}") from error


def _send(method: str, url: str, body: bytes, headers: dict[str, str], *, changes: bool) -> Answer:
    patience_s = WRITE_S if changes else READ_S
    deadline = time.monotonic() + CONNECT_S + patience_s
    try:
        # What changes something gets a connection of its own: an old one may be closed under the request.
        with (outgoing.session() if changes else _session()).request(
            method, url, data=body or None, headers=headers, timeout=(CONNECT_S, patience_s), allow_redirects=False, stream=True
        ) as response:
            kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
            return Answer(response.status_code, kind, _body(response, deadline), response.headers.get("Location", ""))
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
        if reason := outgoing.never_left(error):
            raise Unavailable(reason) from error
        raise OutcomeUnknown(f"no whole answer: {type(error).__name__}") from error


def _body(response: requests.Response, deadline: float) -> bytes:
    parts, size = [], 0
    while part := response.raw.read1(CHUNK, decode_content=True):
        size += len(part)
        if size > ANSWER_LIMIT:
            raise OutcomeUnknown(f"an answer of more than {ANSWER_LIMIT} bytes")
        if time.monotonic() > deadline:
            raise OutcomeUnknown("the answer did not end in time")
        parts.append(part)
    return b"".join(parts)


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_sessions, "session", None)
    if session is None:
        session = _sessions.session = outgoing.session()
    session.cookies.clear()  # QloApps sets one that means nothing
    return session


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16] if text else ""
