"""A push service on loopback with one browser behind it: it opens what arrives with its own arithmetic, and answers as told."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import threading

import jwt
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _mac(key, data):
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


class Browser:
    """The receiving end of RFC 8291, with HKDF written out by its definition (RFC 5869)."""

    def __init__(self, private=None, auth=b"0123456789abcdef"):
        self.private, self.auth = private or ec.generate_private_key(ec.SECP256R1()), auth
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.keys = {"p256dh": b64(self.point), "auth": b64(auth)}

    def opened(self, body):
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        ikm = _mac(_mac(self.auth, shared), b"WebPush: info\0" + self.point + theirs + b"\1")
        prk = _mac(salt, ikm)
        key = _mac(prk, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = _mac(prk, b"Content-Encoding: nonce\0\1")[:12]
        text = AESGCM(key).decrypt(nonce, sealed, None)
        assert text.endswith(b"\2")
        return text[:-1]


# The house's own key of a test.
KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"


@contextlib.contextmanager
def push_service(settings):
    """A push service that the operator trusts, and the house has a key."""
    made = PushService(Browser())
    settings.WEB_PUSH = {"private_key": KEY, "contact": "mailto:it@hotel.example", "trusted": [made.origin]}
    yield made
    made.close()


class PushService:
    """``received``: (path, headers, what the browser showed). ``answers``: status by path, else 201."""

    def __init__(self, browser):
        self.browser, self.received, self.answers, self.trickles = browser, [], {}, False
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service.answers.get(self.path, 201)
                service.received.append((self.path, dict(self.headers), json.loads(service.browser.opened(body))))
                if service.trickles:
                    with contextlib.suppress(OSError):
                        while True:
                            self.wfile.write(b"H")
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{service.origin}/moved")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def claims(self, index=-1):
        """Of the signature, proved with the key it names."""
        _scheme, _space, told = self.received[index][1]["Authorization"].partition(" ")
        parts = dict(one.strip().split("=", 1) for one in told.split(","))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(parts["k"]))
        return jwt.decode(parts["t"], point, algorithms=["ES256"], audience=self.origin)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
