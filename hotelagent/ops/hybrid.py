"""The hybrid ASGI application: HTTP goes to Django's WSGI side on threads, websockets to Channels.

Django's own ASGI handler is 3 to 9 times slower on synchronous views (docs/architecture.md). The body is read in the
event loop before a thread is taken, so that a slow client costs no thread; chunked bodies get a length; headers with
an underscore are dropped (they would be read as their dashed twins).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi.wsgi import WSGIMiddleware

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS = 12
WAITING_LIMIT = 200
BODY_DEADLINE_S = 30.0


class BodyError(Exception):
    """The body cannot be taken; carries the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HybridApplication:
    """``body_limit`` in bytes; above it 413, slower than 30 s 408, more than 200 requests waiting 503."""

    def __init__(self, wsgi: Any, websocket: Any, *, body_limit: int) -> None:
        self.http = WSGIMiddleware(wsgi, workers=THREADS)
        self.websocket = websocket
        self.body_limit = body_limit
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.http(scope, receive, send)  # type: ignore[arg-type]
        else:
            await self.websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.waiting >= WAITING_LIMIT:
            await _refuse(send, 503)
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(BODY_DEADLINE_S):
                body = await self._body(scope, receive)
        except TimeoutError:
            await _refuse(send, 408)
            return
        except BodyError as error:
            if error.status:
                await _refuse(send, error.status)
            return
        else:
            await self.http(_clean(scope, len(body)), _once(body), send)  # type: ignore[arg-type]
        finally:
            self.waiting -= 1

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self.body_limit:
            raise BodyError(413)
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BodyError(0)  # nobody is left to answer
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self.body_limit:
                raise BodyError(413)
            if not message.get("more_body", False):
                return b"".join(chunks)


def _clean(scope: Scope, length: int) -> Scope:
    headers = [
        (name, value) for name, value in scope["headers"] if b"_" not in name and name not in {b"content-length", b"transfer-encoding"}
    ]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def _once(body: bytes) -> Receive:
    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
