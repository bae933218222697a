"""Starts a double as its own process, and speaks to its control API in the words of a test."""

from __future__ import annotations

import base64
import http.client
import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[3]
Json = dict[str, Any]


class MetaDouble:
    """A running double. Use as a context manager, or call start and stop.

    `base_url` is what the product gets instead of https://graph.facebook.com.
    """

    def __init__(
        self,
        ledger: Path,
        webhook_url: str,
        *,
        app_secret: str = "app-secret",
        token: str = "meta-token",
        phone_number_ids: Sequence[str] = ("1001",),
        display_numbers: Sequence[str] = (),
        verify_token: str = "verify",
        port: int = 0,
        extra: Sequence[str] = (),
    ) -> None:
        self.ledger_path = Path(ledger)
        self.app_secret = app_secret
        self.token = token
        self.phone_number_ids = tuple(phone_number_ids)
        self.port = port
        self._process: subprocess.Popen[str] | None = None
        self._arguments = ["--ledger", str(ledger), "--webhook-url", webhook_url, "--app-secret", app_secret]
        self._arguments += ["--token", token, "--verify-token", verify_token]
        for number in phone_number_ids:
            self._arguments += ["--phone-number-id", number]
        for number in display_numbers:
            self._arguments += ["--display-number", number]
        self._arguments += extra

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Return once the double answers. A later start after stop reuses port and ledger, as after an outage."""
        command = [sys.executable, "-m", "tests.fakes.meta", "--port", str(self.port), "--until-stdin-closes"]
        self._process = subprocess.Popen([*command, *self._arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"the double did not start (exit code {self._process.wait()})")
        self.port = json.loads(line)["port"]
        return self

    def stop(self) -> int:
        """Stop by SIGTERM and return the exit code: 0, or 1 if the double itself broke while answering."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.terminate()
        try:
            code = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def guest(self, from_: str | None, **spec: Any) -> Json:
        """A guest sends anything; see POST /_double/guest. Returns {"id", "status"} of the first delivery."""
        return self.control("POST", "guest", {"from": from_, **spec})

    def guest_says(self, from_: str | None, text: str, **spec: Any) -> Json:
        """A guest writes text."""
        return self.guest(from_, type="text", text={"body": text}, **spec)

    def guest_taps(self, from_: str | None, id_: str, *, kind: str = "button_reply", **spec: Any) -> Json:
        """A guest taps a choice; the title is the one offered last unless given as `title`."""
        title = {"title": spec.pop("title")} if "title" in spec else {}
        return self.guest(from_, tap={"id": id_, "kind": kind, **title}, **spec)

    def raw(self, body: bytes, **spec: Any) -> Json:
        """Post exactly these bytes; `signature` (a value, or None to leave it out) or `secret` override ours."""
        return self.control("POST", "raw", {"body_base64": base64.b64encode(body).decode(), **spec})

    def webhook(self, field: str, value: Json, **spec: Any) -> Json:
        """Post any webhook field, signed."""
        return self.control("POST", "webhook", {"field": field, "value": value, **spec})

    def verify(self, **spec: str) -> Json:
        """Do the subscription handshake; returns {"status", "body", "ok"}."""
        return self.control("POST", "verify", spec)

    def fault(self, kind: str, *, times: int = 1, skip: int = 0, match: Json | None = None, **details: Any) -> None:
        """Script a fault for the next matching calls."""
        spec = {"kind": kind, "times": times, "skip": skip, "match": match or {}, **details}
        self.control("POST", "faults", spec)

    def clear_faults(self) -> None:
        """Forget the faults not yet used."""
        self.control("DELETE", "faults")

    def rest(self) -> None:
        """Let so much time pass that what was sent so far counts against no limit."""
        self.control("POST", "rest")

    def set_clock(self, offset_s: float) -> float:
        """Move the double's clock against the wall clock; returns its time."""
        return float(self.control("POST", "clock", {"offset_s": offset_s})["now"])

    def stop_clock(self, at: float) -> None:
        """The double's clock stands at this unix time until it is set again."""
        self.control("POST", "clock", {"stopped_at": at})

    def set_token(self, token: str) -> None:
        """Accept only this token from now on."""
        self.control("POST", "token", {"token": token})

    def set_options(self, **options: Any) -> Json:
        """Change window, read, status_gap_s, limit_http_status, webhook_url, app_secret, ... while running."""
        return self.control("POST", "options", options)

    def set_templates(self, *templates: Json, append: bool = False) -> list[Json]:
        """Replace (or extend) the template catalogue."""
        return self.control("POST", "templates", {"templates": list(templates), "append": append})["templates"]

    def set_number(self, phone_number_id: str, **facts: Any) -> None:
        """Change what GET /{phone_number_id} tells."""
        self.control("POST", "number", {"phone_number_id": phone_number_id, **facts})

    def plant_media(self, data: bytes, mime_type: str) -> Json:
        """A file a guest can send; returns {"id", "mime_type", "sha256"} to put into a message."""
        return self.control("POST", "media", {"body_base64": base64.b64encode(data).decode(), "mime_type": mime_type})

    def messages(self, to: str | None = None, *, at_least: int = 0, timeout_s: float = 5, **query: str) -> list[Json]:
        """Accepted messages in order; AssertionError if `at_least` of them do not come in time."""
        asked = {"at_least": at_least, "timeout_s": timeout_s, **query} | ({"to": to} if to else {})
        answer = self.control("GET", "messages?" + urlencode(asked), timeout_s=timeout_s + 5)
        assert answer["complete"], f"{len(answer['messages'])} of {at_least} messages came within {timeout_s} s"
        return answer["messages"]

    def ledger(self) -> dict[str, list[Json]]:
        """All tables as JSON."""
        return self.control("GET", "ledger")

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows straight from the ledger file; works after stop, too."""
        connection = sqlite3.connect(self.ledger_path)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def wait_idle(self, timeout_s: float = 5) -> None:
        """Return once every webhook is delivered; AssertionError if some are still due after `timeout_s`."""
        answer = self.control("GET", "idle?" + urlencode({"timeout_s": timeout_s}), timeout_s=timeout_s + 5)
        assert answer["idle"], f"webhooks are still due after {timeout_s} s"

    def is_idle(self) -> bool:
        """Whether every webhook is delivered right now."""
        return bool(self.control("GET", "idle?timeout_s=0")["idle"])

    def drop_retries(self) -> int:
        """Forget undelivered webhooks, as after seven days; returns how many."""
        return int(self.control("DELETE", "retries")["dropped"])

    def control(self, method: str, path: str, body: Json | None = None, timeout_s: float = 60) -> Any:
        """Any control call; ValueError carries the reason of a refusal."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(method, f"/_double/{path}", json.dumps(body).encode() if body is not None else None)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(answer)
        return answer
