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

from channels_app.envelope import Content, Retry, Unknown
from channels_app.transports.base import SendJob
from channels_app.transports.whatsapp import api
from hotelagent.ops import outgoing
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
    yield f"https://localhost:{listener.getsockname()[1]}", read
    listener.close()
    thread.join(5)


@pytest.fixture
def trusting(certificate, monkeypatch):
    """Sessions that trust the server's certificate."""
    real = outgoing.session

    def session():
        made = real()
        made.verify = str(certificate)
        return made

    monkeypatch.setattr(outgoing, "session", session)
    monkeypatch.setattr(api, "_sessions", threading.local())


def letter(base):
    return SendJob(
        account_id=1, external_id="1001", access_token="token", api_url=base, api_url_trusted=True, api_version="v26.0",
        address="5491150001111", user_id="", content=Content("text", "hola"), callback="7",
    )  # fmt: skip


def test_what_broke_after_it_was_sent_is_unknown_to_the_pms_line(breaking, trusting):
    url, read = breaking

    with pytest.raises(OutcomeUnknown):
        line._send("POST", f"{url}/api/bookings", b"{}", {}, changes=True)

    assert read and b"POST /api/bookings" in read[0]


def test_a_letter_that_broke_after_it_was_sent_is_never_sent_again(breaking, trusting):
    url, read = breaking

    outcome = api.send(letter(url))

    assert isinstance(outcome, Unknown)
    assert read and b"/1001/messages" in read[0]


def test_a_certificate_nobody_vouches_for_is_seen_before_anything_is_sent(breaking):
    url, read = breaking

    with pytest.raises(Unavailable, match="certificate"):
        line._send("POST", f"{url}/api/bookings", b"{}", {}, changes=True)

    assert read == []


def test_a_letter_to_somebody_with_a_strange_certificate_waits(breaking):
    url, read = breaking

    outcome = api.send(letter(url))

    assert isinstance(outcome, Retry) and "certificate" in outcome.reason
    assert read == []
