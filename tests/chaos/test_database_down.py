"""The database goes away under the webhook: never a 200 for what was not kept, and nothing is missing afterwards."""

import http.client
import json

import pytest
from django.conf import settings
from django.db import connection

from channels_app.models import Inbound
from hotelagent.ops import queue
from hotelagent.ops.models import Heartbeat
from tests.chaos.houses import Proxy, process
from tests.conftest import envelope, make_account, signed, text_message
from tests.knock import free_port, get, wait_for

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
LETTERS = 200


def ours(tmp_path):
    """The same keys as the test, or the account's secret could not be read."""
    return {"DATA_DIR": str(tmp_path), "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS)}


def deliver(port, body):
    """One delivery as Meta makes it: the status, or 0 when the line broke."""
    connection_ = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection_.request("POST", "/webhooks/whatsapp/", body, {"Content-Type": "application/json", **signed(body)})
        return connection_.getresponse().status
    except OSError:
        return 0
    finally:
        connection_.close()


def test_down_is_503_and_after_the_return_every_letter_is_there_once(committed_hotel, tmp_path):
    make_account(committed_hotel)
    database = connection.settings_dict
    proxy, port = Proxy(int(database["PORT"])), free_port()
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@127.0.0.1:{proxy.port}/{database['NAME']}"
    bodies = [json.dumps(envelope(text_message(f"n {index}", wamid=f"down{index}"))).encode() for index in range(LETTERS)]
    proxy.open()
    with process("web", "--port", str(port), log=tmp_path / "log", DATABASE_URL=url, PROCESS_ROLE="web", **ours(tmp_path)):
        wait_for(lambda: get(f"http://127.0.0.1:{port}/health/live")[0] == 200, 60, "the web process")
        before = [deliver(port, body) for body in bodies[:50]]
        proxy.shut()
        down = [deliver(port, body) for body in bodies[50:54]]
        live = get(f"http://127.0.0.1:{port}/health/live", 10)[0]
        proxy.open()
        wait_for(lambda: deliver(port, bodies[50]) == 200, 30, "the return of the database")
        pending = {body: deliver(port, body) for body in bodies[50:]}
        for _again in range(5):  # Meta comes again for whatever was not answered 200
            pending = {body: deliver(port, body) for body, status in pending.items() if status != 200}
        repeats = {deliver(port, body) for body in bodies[:50]}
    proxy.shut()

    assert (set(before), set(down), live) == ({200}, {503}, 200)
    assert (pending, repeats) == ({}, {200})
    assert sorted(Inbound.objects.values_list("provider_id", flat=True)) == sorted(f"down{index}" for index in range(LETTERS))


def test_workers_hear_again_as_soon_as_the_database_is_back(committed_hotel, tmp_path):
    """The queue's own pause after a failed pull is ten seconds; the sweeper's bell must not wait for it."""
    database, log = connection.settings_dict, tmp_path / "log"
    proxy = Proxy(int(database["PORT"]))
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@127.0.0.1:{proxy.port}/{database['NAME']}"
    proxy.open()

    def beat():
        return Heartbeat.objects.filter(name="default").values_list("at", flat=True).first()

    with process(
        "qcluster",
        log=log,
        DATABASE_URL=url,
        PROCESS_ROLE="worker",
        Q_CLUSTER_NAME="default",
        SECRET_KEY=settings.SECRET_KEY,
        **ours(tmp_path),
    ):
        queue.ring("default")
        before = wait_for(beat, 60, "a sign of life")
        proxy.shut()
        wait_for(lambda: "Failed to pull task" in log.read_text(), 20, "a pull that fails")
        proxy.open()
        queue.ring("default")
        wait_for(lambda: beat() > before, 8, "a sign of life after the return")
    proxy.shut()


def test_control_a_webhook_that_says_200_without_keeping_would_lose_letters(committed_hotel, client, monkeypatch):
    from channels_app import inbox

    make_account(committed_hotel)
    monkeypatch.setattr(inbox, "accept", lambda *_args, **_more: 0)
    bodies = [json.dumps(envelope(text_message("x", wamid=f"lost{index}"))).encode() for index in range(3)]

    statuses = {client.post("/webhook", body, content_type="application/json", headers=signed(body)).status_code for body in bodies}

    assert (statuses, Inbound.objects.count()) == ({200}, 0)
