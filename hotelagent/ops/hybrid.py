"""The hybrid ASGI application: HTTP goes to Django's WSGI side on threads, websockets to Channels.

Django's own ASGI handler is 3 to 9 times slower on synchronous views (docs/architecture.md). The body is read in the
event loop before a thread is taken, so that a slow client costs no thread; chunked bodies get a length; headers with
an underscore are dropped (they would be read as their dashed twins).
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Coroutine, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from a2wsgi.wsgi import build_environ

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

THREADS = 12
# Requests that have their body and wait for a thread or have one; more are told to come again.
WAITING_LIMIT = 200
# Bodies on their way in: how many at a time, and how many bytes of them in all.
READING_LIMIT = 1000
BUFFER_LIMIT = 64 * 1024 * 1024
BODY_DEADLINE_S = 30.0


class BodyError(Exception):
    """The body cannot be taken; carries the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HybridApplication:
    """``body_limit`` in bytes; above it 413, slower than 30 s 408, more than 200 requests waiting 503.

    A slow client holds no thread and no place among those who wait; bodies on their way in have limits of their own. The
    answer is sent as a whole: nothing here is large enough to be streamed. ``background`` runs beside the requests for as long
    as the process serves.
    """

    def __init__(
        self, wsgi: Any, websocket: Any, *, body_limit: int, background: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> None:
        self.wsgi = wsgi
        self.websocket = websocket
        self.body_limit = body_limit
        self.background = background
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="http")
        self.reading = self.waiting = self.buffered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await self.websocket(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """``background`` runs from start to stop."""
        running: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup" and self.background is not None:
                running = asyncio.get_running_loop().create_task(self.background())
            if message["type"] == "lifespan.shutdown" and running is not None:
                running.cancel()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._counted("reading", READING_LIMIT):
                body = await self._body(scope, receive)
            with self._counted("waiting", WAITING_LIMIT):
                environ = build_environ(_clean(scope, len(body)), io.BytesIO(body))  # type: ignore[arg-type]
                status, headers, content = await asyncio.get_running_loop().run_in_executor(self.pool, self._answer, environ)
        except TimeoutError:
            await _refuse(send, 408)
        except UnicodeDecodeError:  # a query that is not ASCII
            await _refuse(send, 400)
        except BodyError as error:
            if error.status:
                await _refuse(send, error.status)
        else:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": content, "more_body": False})

    @contextmanager
    def _counted(self, name: str, limit: int) -> Iterator[None]:
        """One of at most so many; above it 503."""
        if getattr(self, name) >= limit:
            raise BodyError(503)
        setattr(self, name, getattr(self, name) + 1)
        try:
            yield
        finally:
            setattr(self, name, getattr(self, name) - 1)

    def _answer(self, environ: Any) -> Answer:
        """Django's answer, on a thread."""
        told: list[Any] = []
        chunks = self.wsgi(environ, lambda status, headers, _error=None: told.append((status, headers)))
        try:
            content = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = told[-1]
        # Django's cookies begin with a blank, which the server would not take.
        return int(status[:3]), [(name.lower().encode("latin1"), value.strip().encode("latin1")) for name, value in headers], content

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.body_limit:
            raise BodyError(413)
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_DEADLINE_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise BodyError(0)  # nobody is left to answer
                    chunks.append(message.get("body", b""))
                    size += len(chunks[-1])
                    self.buffered += len(chunks[-1])
                    if size > self.body_limit:
                        raise BodyError(413)
                    if self.buffered > BUFFER_LIMIT:
                        raise BodyError(503)
                    if not message.get("more_body", False):
                        return b"".join(chunks)
        finally:
            self.buffered -= size


def _clean(scope: Scope, length: int) -> Scope:
    headers = [
        (name, value) for name, value in scope["headers"] if b"_" not in name and name not in {b"content-length", b"transfer-encoding"}
    ]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
