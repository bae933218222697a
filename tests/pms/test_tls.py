"""A TLS line that breaks after the request was read: sent, and nobody knows what became of it."""

import datetime as dt
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pms import line
from pms.errors import OutcomeUnknown, Unavailable


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(tz=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def breaking(certificate):
    """Reads a whole request over TLS, then answers with bytes that are no TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("localhost", 0))
    read = []

    def serve():
        raw, _ = listener.accept()
        try:
            secured = context.wrap_socket(raw, server_side=True)
            read.append(secured.recv(65536))
            plain = socket.socket(fileno=secured.detach())
            plain.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            plain.close()
        except OSError:
            raw.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}/api/bookings", read
    listener.close()
    thread.join(5)


def test_what_broke_after_it_was_sent_is_unknown(breaking, certificate, monkeypatch):
    url, read = breaking
    real = line._new_session

    def trusting():
        session = real()
        session.verify = str(certificate)
        return session

    monkeypatch.setattr(line, "_new_session", trusting)

    with pytest.raises(OutcomeUnknown):
        line._send("POST", url, b"{}", {}, line.WRITE_S)

    assert read and b"POST /api/bookings" in read[0]


def test_a_certificate_nobody_vouches_for_is_seen_before_anything_is_sent(breaking):
    url, read = breaking

    with pytest.raises(Unavailable, match="certificate"):
        line._send("POST", url, b"{}", {}, line.WRITE_S)

    assert read == []
