"""Who may say that there is new mail (S1), and what is said back."""

from __future__ import annotations

import base64
import json
import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from channels_app import mailroom
from channels_app.models import Inbound, Mailbox
from channels_app.transports.mail import imap, pushed, servers
from hotelagent.hotels import api_tokens
from hotelagent.hotels.models import ApiToken, Hotel, Membership
from tests.mail.conftest import a_mail
from tests.promises import promise

pytestmark = pytest.mark.django_db

ASK = {"notification": "new_message"}
AUDIENCE, PUSHER = "https://hotel.example/webhooks/gmail/", "push@project.iam.gserviceaccount.com"


def knock(body=ASK, *, path="/webhooks/gmail/", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True).post(path, raw, content_type="application/json", headers=headers)


@pytest.fixture
def token(hotel, django_user_model):
    user = django_user_model.objects.create_user("eva", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role="receptionist")
    given = api_tokens.new()
    api_tokens.keep(user, "test", given)
    return given


@pytest.mark.parametrize("path", ["/webhooks/gmail/", "/webhooks/gmail", "/webhook/gmail", "/api/webhooks/gmail/"])
@pytest.mark.parametrize("scheme", ["Bearer", "Token"])
def test_with_a_token_the_mailbox_is_looked_at_now(mailbox, post_office, token, path, scheme):
    post_office.receive(a_mail("hola"))
    answer = knock(path=path, Authorization=f"{scheme} {token}")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok", "messages_processed": 1,
        "results": [{"account": mailbox.address, "messages": 1, "status": "ok", "detail": ""}],
    }  # fmt: skip
    assert Inbound.objects.count() == 1
    assert ApiToken.objects.get().last_used_at is not None


@promise("S1")
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer ",
        "Bearer nobody",
        "Token nobody",
        "Basic ZXZhOmV2YQ==",
        "Bearer a b",
        "Bearer \xe1\xe9",
        "Bearer eyJ.eyJ.x",
        "bearer ..",
        "Bearer " + "x" * 9000,
    ],
)
def test_without_a_good_token_nothing_happens(mailbox, post_office, token, header):
    post_office.receive(a_mail("hola"))
    before = Mailbox.objects.get().next_look_at
    answer = knock(**({"Authorization": header} if header else {}))
    assert answer.status_code == 401
    assert answer.json()["status"] == "error"
    assert Inbound.objects.count() == 0
    assert Mailbox.objects.get().next_look_at == before


def test_a_token_that_was_switched_off_or_whose_person_left_opens_nothing(mailbox, token):
    ApiToken.objects.update(enabled=False)
    assert knock(Authorization=f"Bearer {token}").status_code == 401
    row = ApiToken.objects.get()
    ApiToken.objects.update(enabled=True)
    row.user.is_active = False
    row.user.save()
    assert knock(Authorization=f"Bearer {token}").status_code == 401


def test_a_token_is_not_stored_and_cannot_be_read_back(token):
    assert token not in json.dumps(list(ApiToken.objects.values()), default=str)


def test_another_hotels_token_reaches_no_mailbox_of_this_one(mailbox, post_office, django_user_model):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    user = django_user_model.objects.create_user("luz", is_staff=True)
    Membership.objects.create(user=user, hotel=other, role="hotel_admin")
    given = api_tokens.new()
    api_tokens.keep(user, "test", given)
    post_office.receive(a_mail("hola"))
    answer = knock(Authorization=f"Bearer {given}")
    assert answer.json() == {"status": "ok", "messages_processed": 0, "results": []}
    assert Inbound.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"notification": "other"}', b"null", b"[" * 100_000, b"\xff"])
def test_a_body_that_says_something_else_is_told_so(mailbox, token, body):
    answer = knock(body, Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json()["status"]) == (400, "error")


def test_a_mailbox_that_is_away_is_told(mailbox, post_office, token):
    post_office.stop()
    answer = knock(Authorization=f"Bearer {token}").json()
    assert (answer["status"], answer["results"][0]["status"]) == ("error", "error")
    assert "does not answer" in answer["results"][0]["detail"]
    post_office.start()


@pytest.mark.timeout(60)
def test_a_server_that_hangs_keeps_nobody_waiting(mailbox, post_office, token, monkeypatch):
    monkeypatch.setattr(mailroom, "WHILE_ASKED_S", 1.5)
    monkeypatch.setattr(servers, "TIMEOUT_S", 300.0)
    post_office.fault("imap_hang", at="SELECT")
    answer = knock(Authorization=f"Bearer {token}").json()
    post_office.release()
    assert (answer["status"], answer["messages_processed"], answer["results"][0]["status"]) == ("error", 0, "error")
    assert Mailbox.objects.get().failures == 1


@pytest.mark.timeout(60)
def test_a_server_that_trickles_is_cut_off():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = Event()

        def trickle():
            line = listening.accept()[0]
            with line, suppress(OSError):
                while not ended.wait(0.05):
                    line.sendall(b"* ")

        thread = Thread(target=trickle, daemon=True)
        thread.start()
        port = listening.getsockname()[1]
        server = servers.Server("127.0.0.1", port, "none", trusted=True, user="", password="x", deadline=time.monotonic() + 0.5)
        with pytest.raises(servers.ConnectionFailed), imap.connected(server):
            pass
        ended.set()
        thread.join(10)


# --- Google's push ---------------------------------------------------------------------------------------------------------


class Google:
    """Google's keys, on a port of this machine."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())) | {"kid": "k1", "alg": "RS256", "use": "sig"}
        keys = json.dumps({"keys": [public]}).encode()
        self.asked = 0
        google = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                google.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/certs"

    def sign(self, *, key=None, kid="k1", algorithm="RS256", **claims):
        now = int(time.time())
        said = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "email": PUSHER,
            "email_verified": True,
            "iat": now,
            "exp": now + 600,
        }
        return jwt.encode({**said, **claims}, key or self.key, algorithm=algorithm, headers={"kid": kid})


@pytest.fixture
def google(settings):
    google = Google()
    settings.GMAIL = {**settings.GMAIL, "push_audience": AUDIENCE, "push_account": PUSHER, "push_keys_url": google.url}
    pushed._keys.clear()
    yield google
    google.server.shutdown()


def push(address, *, alphabet=base64.b64encode, padding=True, history=77):
    data = alphabet(json.dumps({"emailAddress": address, "historyId": history}).encode()).decode()
    return {"message": {"data": data if padding else data.rstrip("="), "messageId": "1"}, "subscription": "projects/p/subscriptions/s"}


def is_due():
    return Mailbox.objects.get().next_look_at <= timezone.now()


@pytest.mark.parametrize(
    ("alphabet", "padding"), [(base64.b64encode, True), (base64.urlsafe_b64encode, True), (base64.urlsafe_b64encode, False)]
)
def test_a_push_of_google_makes_the_mailbox_due(mailbox, google, alphabet, padding):
    assert not is_due()
    answer = knock(push(mailbox.address.upper(), alphabet=alphabet, padding=padding), Authorization=f"Bearer {google.sign()}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert is_due()
    knock(push(mailbox.address), Authorization=f"Bearer {google.sign()}")
    assert google.asked == 1  # its keys are kept


FORGED = {
    "another audience": {"aud": "https://other.example/"},
    "another account": {"email": "push@evil.example"},
    "unverified": {"email_verified": False},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(time.time()) - 600},
    "unknown key": {"kid": "k2"},
}


@promise("S1")
@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
def test_what_google_did_not_sign_for_us_is_refused(mailbox, google, claims):
    answer = knock(push(mailbox.address), Authorization=f"Bearer {google.sign(**claims)}")
    assert answer.status_code == 401
    assert not is_due()


@promise("S1")
def test_another_key_or_no_signature_is_refused(mailbox, google):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for token in (google.sign(key=other), google.sign(key="secret" * 8, algorithm="HS256"), "eyJhbGciOiJub25lIn0.e30."):
        assert knock(push(mailbox.address), Authorization=f"Bearer {token}").status_code == 401
    assert not is_due()


@promise("S1")
@pytest.mark.parametrize(
    ("wanted", "body", "status"),
    [("projects/p/subscriptions/s", {}, 204), ("projects/p/subscriptions/other", {}, 401), ("x", {"subscription": None}, 401)],
)
def test_only_the_subscription_that_was_named_is_believed(mailbox, google, settings, wanted, body, status):
    settings.GMAIL = {**settings.GMAIL, "push_subscription": wanted}
    assert knock(push(mailbox.address) | body, Authorization=f"Bearer {google.sign()}").status_code == status
    assert is_due() == (status == 204)


def test_without_a_setup_no_push_is_believed(mailbox, google, settings):
    settings.GMAIL = {**settings.GMAIL, "push_audience": "", "push_account": ""}
    assert knock(push(mailbox.address), Authorization=f"Bearer {google.sign()}").status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"message": {}}, {"message": {"data": "%%%"}}, {"message": {"data": "e30="}}, [], {"message": {"data": "bnVsbA=="}}]
)
def test_an_odd_push_of_google_is_acknowledged_or_it_would_come_for_a_week(mailbox, google, body):
    assert knock(body, Authorization=f"Bearer {google.sign()}").status_code == 204
    assert not is_due()
