"""XOAUTH2 and PLAIN, as both IMAP and SMTP take them."""

from __future__ import annotations

import base64
import binascii
import hmac
import json

from .account import Account

# What Google sends for a token it does not take; the client must answer with an empty line before it hears the refusal.
CHALLENGE = base64.b64encode(json.dumps({"status": "401", "schemes": "bearer mac", "scope": "https://mail.google.com/"}).encode())


def decode(text: bytes) -> bytes | None:
    """None for what is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def is_known(account: Account, user: str, password: str) -> bool:
    return user.lower() == account.address.lower() and hmac.compare_digest(password.encode(), account.password.encode())


def takes_xoauth2(account: Account, answer: bytes) -> bool:
    """Whether `user=...^Aauth=Bearer ...^A^A` names the account and a token that is still good."""
    parts = answer.split(b"\x01")
    if len(parts) != 4 or parts[2:] != [b"", b""] or not parts[0].startswith(b"user=") or not parts[1].startswith(b"auth=Bearer "):
        return False
    user = parts[0].removeprefix(b"user=").decode("utf-8", "replace")
    token = parts[1].removeprefix(b"auth=Bearer ").decode("utf-8", "replace")
    return user.lower() == account.address.lower() and token in account.access_tokens


def takes_plain(account: Account, answer: bytes) -> bool:
    """Whether `authzid NUL user NUL password` is right."""
    parts = answer.decode("utf-8", "replace").split("\0")
    return len(parts) == 3 and is_known(account, parts[1], parts[2])
