"""One id that follows a guest's message from the webhook to the delivery status, in every log line and row."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from django.http import HttpRequest, HttpResponse

HEADER = "X-Correlation-Id"
MAX_LENGTH = 48

_current: ContextVar[str] = ContextVar("correlation_id", default="")


def new_id() -> str:
    """A fresh id: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def current() -> str:
    """The id in force, or an empty string outside any."""
    return _current.get()


@contextmanager
def bound(correlation_id: str) -> Iterator[str]:
    """Work inside under this id."""
    token = _current.set(correlation_id[:MAX_LENGTH])
    with structlog.contextvars.bound_contextvars(correlation_id=correlation_id[:MAX_LENGTH]):
        try:
            yield correlation_id
        finally:
            _current.reset(token)


class CorrelationMiddleware:
    """Every request runs under a fresh id of ours (a caller's own id is never trusted), told in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with bound(new_id()) as correlation_id:
            response = self.get_response(request)
        response[HEADER] = correlation_id
        return response
