"""Errors by e-mail to whoever operates the house (``ERROR_LOG_EMAIL``): redacted like the log, few, and never in anybody's way."""

from __future__ import annotations

import json
import logging
import os
import queue
import smtplib
import socket
import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

# The same error is told once in this time, and no more than so many different ones.
AGAIN_S, MOST = 3600.0, 10
WAITING = 20
NAMES = {
    "event": gettext_noop("What happened"),
    "level": gettext_noop("Level"),
    "logger": gettext_noop("Where"),
    "timestamp": gettext_noop("When"),
    "exception": gettext_noop("Trace"),
}
# As the mails of a hotel that has chosen nothing.
LOOK = {"hotel": "hotel-receptionist", "colour": "#1f5f8b", "lines": ()}


class Reporter(logging.Handler):
    """Takes records of level ERROR and leaves the sending to a thread of its own; what is too many is left to the log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._told: dict[str, float] = {}
        self._left: queue.Queue[dict[str, Any]] = queue.Queue(WAITING)
        self._process = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            told: dict[str, Any] = json.loads(line)
            if self._is_new(title(told)):
                self._left.put_nowait(told)
                self._begin()
        except (queue.Full, ValueError):
            pass
        except Exception:  # noqa: BLE001 - a report that cannot be made must not make another
            self.handleError(record)

    def _is_new(self, subject: str) -> bool:
        now = time.monotonic()
        self._told = {name: at for name, at in self._told.items() if now - at < AGAIN_S}
        if subject in self._told or len(self._told) >= MOST:
            return False
        self._told[subject] = now
        return True

    def _begin(self) -> None:
        """A thread does not live on in a process that was forked."""
        if self._process != os.getpid():
            self._process = os.getpid()
            threading.Thread(target=self._send, name="reports", daemon=True).start()

    def _send(self) -> None:
        while True:
            told = self._left.get()
            try:
                mail_of(told, settings.LANGUAGE_CODE, settings.ERROR_LOG_EMAIL).send()
            except (OSError, smtplib.SMTPException) as error:  # told where it makes no circle
                sys.stderr.write(json.dumps({"level": "warning", "event": f"an error report was not sent: {type(error).__name__}"}) + "\n")


def title(told: dict[str, Any]) -> str:
    return f"{told.get('logger', '')}: {told.get('event', '')}"[:150]


def mail_of(told: dict[str, Any], language: str, to: str) -> EmailMultiAlternatives:
    """The report of one record of the log, already redacted, in both forms."""
    subject = " ".join(f"[hotel-receptionist@{socket.gethostname()}] {title(told)}".split())
    with override(language):
        words = {
            "heading": _("Something went wrong"),
            "rows": [(_(NAMES[name]) if name in NAMES else name, value) for name, value in told.items()],
        }
        paragraphs = [_("The same error is told once an hour at most; the log has the rest.")]
    context = {"language": language, "subject": subject, "look": LOOK, "words": words, "paragraphs": paragraphs}
    text = render_to_string("mail/letter.txt", context).strip() + "\n"
    message = EmailMultiAlternatives(subject, text, settings.SERVER_EMAIL, [to], headers={"Auto-Submitted": "auto-generated"})
    message.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
    return message


def sample() -> dict[str, Any]:
    """A record for whoever wants to see a report."""
    return {"event": "this is a test", "level": "error", "logger": "hotelagent.ops.reports", "exception": "RuntimeError: a test"}
