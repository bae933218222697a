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
from django.core.mail import EmailMessage

# The same error is told once in this time, and no more than so many different ones.
AGAIN_S, MOST = 3600.0, 10
WAITING = 20


class Reporter(logging.Handler):
    """Takes records of level ERROR and leaves the sending to a thread of its own; what is too many is left to the log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._told: dict[str, float] = {}
        self._left: queue.Queue[tuple[str, str]] = queue.Queue(WAITING)
        self._process = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            told: dict[str, Any] = json.loads(line)
            subject = f"{told.get('logger', '')}: {told.get('event', '')}"[:150]
            if self._is_new(subject):
                self._left.put_nowait((subject, "\n".join(f"{name}: {value}" for name, value in told.items())))
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
            subject, body = self._left.get()
            message = EmailMessage(
                " ".join(f"[hotel-receptionist@{socket.gethostname()}] {subject}".split()), body, settings.SERVER_EMAIL,
                [settings.ERROR_LOG_EMAIL], headers={"Auto-Submitted": "auto-generated"},
            )  # fmt: skip
            try:
                message.send()
            except (OSError, smtplib.SMTPException) as error:  # told where it makes no circle
                sys.stderr.write(json.dumps({"level": "warning", "event": f"an error report was not sent: {type(error).__name__}"}) + "\n")
