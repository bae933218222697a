"""Tokens for other systems: shown once, kept as a digest, valid for what their person may see."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hotelagent.hotels.models import ApiToken

# How often it is noted that a token is in use.
NOTED = dt.timedelta(minutes=1)
SCHEMES = {b"bearer", b"token"}


def new() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Tokens are long and random: a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def keep(user: AbstractBaseUser, name: str, token: str) -> ApiToken:
    """The person's token of this name is this one from now on."""
    row, _made = ApiToken.objects.update_or_create(user_id=user.pk, name=name, defaults={"digest": digest(token), "enabled": True})
    return row


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token>`` (or ``Token <token>``). Raises AuthenticationFailed for a token nobody has."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() not in SCHEMES:
            return None
        try:
            given = parts[1].decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed from None
        if "." in given:
            return None  # somebody else's kind of token
        row = ApiToken.objects.select_related("user").filter(digest=digest(given), enabled=True, user__is_active=True).first()
        if row is None:
            raise AuthenticationFailed
        now = timezone.now()
        if row.last_used_at is None or now - row.last_used_at > NOTED:
            ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
