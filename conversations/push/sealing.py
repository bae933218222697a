"""Words for one browser that nobody on the way can read (RFC 8291), and our name below them (VAPID, RFC 8292).

Two pages of two standards, made of the primitives of ``cryptography`` and ``pyjwt``: the library for it (pywebpush) brings an
asynchronous HTTP client of nine packages that asks names by itself, and one package that has no wheel.
"""

from __future__ import annotations

import base64
import os
import struct
import time
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

CURVE = ec.SECP256R1()
POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16
# One record holds the whole of it; a service takes no more than that (RFC 8030, 7.2).
RECORD_BYTES = 4096
TEXT_BYTES = RECORD_BYTES - 16 - 1 - SALT_BYTES - 5 - POINT_BYTES
# A service takes a signature for at most a day.
SIGNED_S = 12 * 3600


class BadKey(ValueError):
    """No key of a browser."""


def is_on() -> bool:
    return bool(settings.WEB_PUSH["private_key"])


def public_key() -> str:
    """Ours, as a browser wants it; "" when there is none."""
    return encoded(_point(_own().public_key())) if is_on() else ""


def fresh_private_key() -> str:
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return encoded(number.to_bytes(32, "big"))


def key_of(p256dh: str) -> ec.EllipticCurvePublicKey:
    """A browser's public key. Raises BadKey."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decoded(p256dh))
    except ValueError as error:
        raise BadKey("p256dh") from error


def secret_of(auth: str) -> bytes:
    """A browser's secret. Raises BadKey."""
    try:
        secret = decoded(auth)
    except ValueError as error:
        raise BadKey("auth") from error
    if len(secret) != AUTH_BYTES:
        raise BadKey("auth")
    return secret


def sealed(
    text: bytes, p256dh: str, auth: str, *, salt: bytes | None = None, ours: ec.EllipticCurvePrivateKey | None = None
) -> bytes:  # fmt: skip
    """The body of a push, ``Content-Encoding: aes128gcm``; at most TEXT_BYTES of text. Salt and key are made for every one.
    Raises BadKey."""
    theirs, secret = key_of(p256dh), secret_of(auth)
    salt, ours = salt or os.urandom(SALT_BYTES), ours or ec.generate_private_key(CURVE)
    own, other = _point(ours.public_key()), _point(theirs)
    shared = _derived(ours.exchange(ec.ECDH(), theirs), secret, b"WebPush: info\0" + other + own, 32)
    key = _derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + struct.pack(">IB", RECORD_BYTES, POINT_BYTES) + own
    return head + AESGCM(key).encrypt(nonce, text[:TEXT_BYTES] + b"\x02", None)  # 2: the last record


def signature(endpoint: str) -> str:
    """The Authorization header for the service of this endpoint."""
    parts = urlsplit(endpoint)
    contact = settings.WEB_PUSH["contact"] or (f"mailto:{settings.ERROR_LOG_EMAIL}" if settings.ERROR_LOG_EMAIL else settings.PUBLIC_URL)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + SIGNED_S, "sub": contact}
    return f"vapid t={jwt.encode(claims, _own(), algorithm='ES256')}, k={public_key()}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _own() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(str(settings.WEB_PUSH["private_key"])), "big"), CURVE)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
