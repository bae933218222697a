"""Ports, doors and patience, free of Django and of the tests' fixtures, so that the load harness starts without them."""

from __future__ import annotations

import http.client
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
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


def get(url: str, timeout_s: float = 5.0) -> tuple[int, str]:
    """(status, body), or (0, "") when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return 0, ""


def wait_for(condition: Callable[[], Any], timeout_s: float = 60.0, what: str = "it") -> Any:
    """The condition's first true value, looked at often; AssertionError when patience ends."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.03)
    raise AssertionError(f"{what} did not happen in {timeout_s} s")
