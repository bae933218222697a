"""Ports, doors and patience. Of its own, so that the harness starts without Django and without the tests' fixtures."""

from __future__ import annotations

import http.client
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What a shell may carry that would change what is measured; the empty ones stand against a .env.
FOREIGN = ("DATABASE", "POSTGRES", "REDIS", "PYTEST", "WHATSAPP", "META_", "DJANGO", "DEMO_", "WORKERS", "DEBOUNCE")
EMPTY = {"DATABASE_URL": "", "REDIS_URL": "", "WHATSAPP_ACCESS_TOKEN": ""}


def environment(**more: str) -> dict[str, str]:
    """This shell's, without what is foreign."""
    return {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)} | EMPTY | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str) -> int:
    """What is answered, 0 when nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return 0


def wait_for(condition: Callable[[], object], limit_s: float, what: str) -> None:
    """Returns with the condition's first true value, looked at often; TimeoutError when patience ends."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen in {limit_s:.0f} s")
        time.sleep(0.03)
