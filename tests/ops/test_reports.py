"""Errors told to the operator by e-mail: each once, without secrets, and in nobody's way."""

from __future__ import annotations

import logging
import time

import pytest
import structlog

from hotelagent.ops import logging as logs
from hotelagent.ops import reports
from tests.fakes.mail import MailDouble
from tests.knock import wait_for


@pytest.fixture
def operator(settings):
    with MailDouble("reservas@hotel.example") as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = office.host, office.smtp_port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = office.address, office.password
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.SERVER_EMAIL, settings.ERROR_LOG_EMAIL = office.address, "operador@hotel.example"
        root = logging.getLogger()
        before, level = root.handlers[:], root.level
        logs.configure({"level": "INFO", "report_to": "operador@hotel.example"})
        yield office
        root.handlers[:] = before
        root.setLevel(level)


def said(office):
    return [part.get_payload(decode=True).decode() for one in office.sent for part in one.walk() if part.get_content_type() == "text/plain"]


def test_an_error_is_told_once_and_without_secrets(operator):
    log = structlog.get_logger("pms.line")
    for _again in range(5):
        log.error("the PMS is away", token="s3cr3t-token", guest="ana@guest.example", phone="+54 9 11 5555 1234")
    log.warning("only a warning")
    wait_for(lambda: operator.sent, 10, "the report")
    time.sleep(0.2)
    [body] = said(operator)
    assert "the PMS is away" in body
    for secret in ("s3cr3t", "ana@guest.example", "5555"):
        assert secret not in body
    assert operator.sent[0]["To"] == "operador@hotel.example"
    assert operator.sent[0]["Auto-Submitted"] == "auto-generated"


def test_a_trace_is_told_too_and_a_strange_event_is_no_header(operator):
    try:
        raise ValueError("gone")
    except ValueError:
        structlog.get_logger("x").exception("broken\r\nBcc: todos@evil.example")
    wait_for(lambda: operator.sent, 10, "the report")
    assert operator.sent[0]["Bcc"] is None
    assert "ValueError: gone" in said(operator)[0]


def test_a_storm_is_ten_mails(operator):
    log = structlog.get_logger("storm")
    for number in range(100):
        log.error(f"trouble number {number}")
    wait_for(lambda: len(operator.sent) >= reports.MOST, 20, "the reports")
    time.sleep(0.3)
    assert len(operator.sent) == reports.MOST


def test_a_mail_server_that_hangs_holds_nobody_up(operator):
    operator.fault("smtp_hang", times=5)
    began = time.monotonic()
    structlog.get_logger("x").error("one")
    structlog.get_logger("x").error("two")
    assert time.monotonic() - began < 5
    operator.release()


def test_without_an_address_nothing_is_reported():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure({"level": "INFO", "report_to": ""})
    try:
        assert not any(isinstance(one, reports.Reporter) for one in root.handlers)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
