"""The web process on a real socket: chunked and large bodies, slow clients, headers that would be somebody else's."""

import http.client
import json
import socket
import time

import pytest
from django.conf import settings
from django.db import connection

from channels_app.models import Inbound
from tests.chaos.houses import free_port, get, process, wait_for
from tests.conftest import envelope, make_account, signed, text_message

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def web(committed_hotel, tmp_path):
    make_account(committed_hotel)
    database, port = connection.settings_dict, free_port()
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@127.0.0.1:{database['PORT']}/{database['NAME']}"
    keys = {"DATA_DIR": str(tmp_path), "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS)}
    with process("web", "--port", str(port), log=tmp_path / "log", DATABASE_URL=url, PROCESS_ROLE="web", **keys):
        wait_for(lambda: get(f"http://127.0.0.1:{port}/health/live")[0] == 200, 60, "the web process")
        yield port


def send(port, body, headers, *, chunked=False):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    pieces = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    try:
        line.request(
            "POST", "/webhook", pieces if chunked else body, {"Content-Type": "application/json", **headers}, encode_chunked=chunked
        )
        return line.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413  # refused before we had said everything
    finally:
        line.close()


def test_bodies_of_every_size_and_manner(web):
    chunked = json.dumps(envelope(text_message("en pedazos", wamid="chunked"))).encode()
    large = json.dumps(envelope(*(text_message("y" * 3000, wamid=f"large{index}") for index in range(1000)))).encode()
    huge = json.dumps(envelope(text_message("z" * 5_000_000, wamid="huge"))).encode()

    assert len(large) > 3_000_000
    assert send(web, chunked, {**signed(chunked), "Transfer-Encoding": "chunked"}, chunked=True) == 200
    assert send(web, large, signed(large)) == 200
    assert send(web, huge, signed(huge)) == 413
    assert send(web, huge, {**signed(huge), "Transfer-Encoding": "chunked"}, chunked=True) == 413
    assert get(f"http://127.0.0.1:{web}/health/live")[0] == 200
    assert Inbound.objects.count() == 1001


def test_a_header_with_underscores_is_not_its_dashed_twin(web):
    body = json.dumps(envelope(text_message("hola"))).encode()
    twin = {"X_Hub_Signature_256": signed(body)["X-Hub-Signature-256"]}

    assert (send(web, body, twin), Inbound.objects.count()) == (401, 0)


def test_slow_clients_cost_the_others_nothing(web):
    slow = []
    for _ in range(40):  # more than there are threads
        line = socket.create_connection(("127.0.0.1", web))
        line.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        slow.append(line)
    body = json.dumps(envelope(text_message("hola", wamid="quick"))).encode()
    started = time.monotonic()

    status = send(web, body, signed(body))

    took = time.monotonic() - started
    for line in slow:
        line.close()
    assert (status, Inbound.objects.count()) == (200, 1)
    assert took < 5  # not one of the thirty seconds the slow ones are given
