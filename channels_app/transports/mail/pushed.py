"""Google's pushed notifications: who signed them, and which mailbox they speak of (facts: GMAIL, 4). They are hints: no mail is in
them, and a mailbox is looked at anyway."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any

import jwt
import requests
from django.conf import settings

from hotelagent.ops import outgoing

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
# Google's keys live for days; another one is asked for at most so often.
KEYS_S, AGAIN_S = 3600.0, 30.0
KEYS_LIMIT = 256 * 1024
_keys: dict[str, tuple[float, jwt.PyJWKSet | None]] = {}


class NotGoogleError(Exception):
    """Not signed by who may push; the reason is for the log."""


def looks_like_one(header: str) -> bool:
    """A JWT, which our own tokens never are."""
    return header[:7].lower() == "bearer " and header.count(".") == 2


def verified(header: str, body: Any) -> str:
    """The address whose mailbox changed. Raises NotGoogleError."""
    given: dict[str, Any] = settings.GMAIL
    if not given["push_audience"] or not given["push_account"]:
        raise NotGoogleError("no push is set up here")
    token = header[7:].strip()
    try:
        key = _key(str(jwt.get_unverified_header(token).get("kid", "")), given["push_keys_url"])
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=given["push_audience"], issuer=ISSUERS, leeway=30,
            options={"require": ["exp", "iat", "aud", "iss"]},
        )  # fmt: skip
    except (jwt.PyJWTError, requests.exceptions.RequestException, ValueError, KeyError) as error:
        raise NotGoogleError(type(error).__name__) from error
    if claims.get("email") != given["push_account"] or claims.get("email_verified") is not True:
        raise NotGoogleError("signed for somebody else")
    if given["push_subscription"] and (not isinstance(body, dict) or body.get("subscription") != given["push_subscription"]):
        raise NotGoogleError("another subscription")
    return _address(body)


def _key(kid: str, url: str) -> jwt.PyJWK:
    at, known = _keys.get(url, (-KEYS_S, None))
    age = time.monotonic() - at
    if age > AGAIN_S and (known is None or age > KEYS_S or kid not in {one.key_id for one in known.keys}):
        _keys[url] = (time.monotonic(), known)  # also when it fails: strangers' knocks must not make us ask all the time
        with outgoing.session() as session:
            answer = session.get(url, timeout=(3, 5), allow_redirects=False)
        known = jwt.PyJWKSet.from_dict(json.loads(answer.content[:KEYS_LIMIT]))
        _keys[url] = (time.monotonic(), known)
    if known is None:
        raise ValueError("no keys")
    return known[kid]


def _address(body: Any) -> str:
    """Of a push in Google's form; "" when it cannot be read: it was Google all the same, and would come again and again."""
    message = body.get("message") if isinstance(body, dict) else None
    data = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, str):
        return ""
    plain = data.replace("-", "+").replace("_", "/")
    try:
        told: Any = json.loads(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return ""
    return str(told.get("emailAddress", "")) if isinstance(told, dict) else ""
