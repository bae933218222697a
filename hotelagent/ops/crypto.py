"""Secrets at rest: one encrypted text column, with key rotation."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UndecryptableError(RuntimeError):
    """The row was encrypted with a key that is no longer among ENCRYPTION_KEYS."""


def encrypt(clear: str) -> str:
    """Encrypt with the newest key."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(clear.encode()).decode()


def decrypt(cipher: str) -> str:
    """Decrypt with whichever key fits. Raises UndecryptableError."""
    return _decrypted(cipher, tuple(settings.ENCRYPTION_KEYS))


@lru_cache(maxsize=1024)
def _decrypted(cipher: str, keys: tuple[str, ...]) -> str:
    # Every webhook asks for the same few secrets.
    try:
        return _fernet(keys).decrypt(cipher.encode()).decode()
    except InvalidToken as error:
        raise UndecryptableError("this secret was encrypted with a key that is not in ENCRYPTION_KEYS") from error


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    # Any passphrase will do as a key: it is stretched to the 32 bytes Fernet wants.
    derived = [base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()) for key in keys]
    return MultiFernet([Fernet(key) for key in derived])


class SecretField(models.TextField):  # type: ignore[type-arg]
    """A text that is clear in Python and encrypted in the database. Empty stays empty, so that "is set" can be asked."""

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: str | None) -> str | None:
        return encrypt(value) if value else value
