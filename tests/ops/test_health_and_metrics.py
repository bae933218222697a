"""Alive, ready, measured."""

import datetime as dt

import pytest
from django.utils import timezone

from hotelagent.ops.models import Heartbeat
from tests.conftest import envelope, text_message


def beat(**ages):
    for name in ("default", "slow", "sweeper"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now() - dt.timedelta(seconds=ages.get(name, 1))})


def test_live_depends_on_nothing(client):
    assert (client.get("/health/live").json(), client.get("/health/live").status_code) == ({"status": "ok"}, 200)


def test_ready_when_every_part_gives_a_sign_of_life(client, db):
    beat()

    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "workers": "ok"})


@pytest.mark.parametrize("silent", ["default", "slow", "sweeper"])
def test_not_ready_while_a_part_is_silent(client, db, silent):
    beat(**{silent: 120})

    response = client.get("/health")

    assert (response.status_code, response.json()["workers"]) == (503, f"no sign of life: {silent}")


def test_the_pms_counts_by_switch(client, hotel, settings, monkeypatch):
    beat()
    monkeypatch.setattr("pms.gateway.health", lambda: "not reachable (Unavailable)")
    without = client.get("/health/ready").status_code
    settings.CHECK_PMS_IN_READINESS = True

    response = client.get("/health/ready")

    assert (without, response.status_code, response.json()["pms"]) == (200, 503, "not reachable (Unavailable)")


@pytest.mark.redis
def test_redis_counts_when_it_is_configured(client, db, settings, redis_server):
    beat()
    settings.REDIS_URL = redis_server
    settings.CACHES = {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": redis_server, "OPTIONS": {"IGNORE_EXCEPTIONS": True}}
    }
    there = client.get("/health/ready").json()["redis"]
    settings.CACHES = {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": {"IGNORE_EXCEPTIONS": True}}
    }

    away = client.get("/health/ready")

    assert (there, away.status_code, away.json()["redis"]) == ("ok", 503, "not reachable")


def test_the_scrape_counts_what_happens_and_names_nobody(client, whatsapp, post):
    post(envelope(text_message("hola soy Ana", sender="5491155551234")))

    text = client.get("/metrics").content.decode()

    assert 'messages_by_channel_total{channel="whatsapp"}' in text
    assert 'inbox_waiting{channel="whatsapp"} 1.0' in text
    assert "5491155551234" not in text and "Ana" not in text


def test_the_front_page_for_people_and_for_machines(client, db):
    page, machine = client.get("/"), client.get("/", headers={"Accept": "application/json"})

    assert b"<html" in page.content and machine.json()["status"] == "ok"


def test_every_answer_carries_the_headers_also_the_errors(client, db):
    wanted = {
        "X-Content-Type-Options",
        "X-Frame-Options",
        "Strict-Transport-Security",
        "Content-Security-Policy",
        "Referrer-Policy",
        "Permissions-Policy",
    }
    missing = {
        path: sorted(wanted - set(client.get(path).headers))
        for path in ("/", "/nowhere", "/health/live", "/metrics", "/webhook", "/admin/login/")
    }

    assert missing == dict.fromkeys(missing, [])
    assert "unsafe" not in client.get("/").headers["Content-Security-Policy"]


def test_log_lines_hide_secrets_and_people():
    from hotelagent.ops.logging import redact

    line = redact(
        None, "", {"event": "from +54 9 11 5555-1234 and ana@x.com", "access_token": "abc", "outbound": 12, "reference": "RX23AB45"}
    )

    assert line == {"event": "from [number] and [e-mail]", "access_token": "[redacted]", "outbound": 12, "reference": "RX23AB45"}
