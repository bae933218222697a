"""Is this really from Meta? HMAC-SHA256 over the raw bytes, before anything is parsed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import TypeVar

_HEADER = re.compile(r"sha256=([0-9a-f]{64})")
Key = TypeVar("Key")


def fitting(body: bytes, header: str, secrets: Iterable[tuple[Key, str]]) -> set[Key]:
    """The keys whose secret signs these bytes. Every secret is tried, each compared in constant time."""
    match = _HEADER.fullmatch(header)
    given = match[1] if match else ""
    found: set[Key] = set()
    for key, secret in secrets:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if secret and hmac.compare_digest(expected, given):
            found.add(key)
    return found
