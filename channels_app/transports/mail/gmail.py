"""Gmail's API, as far as it is needed (facts: GMAIL, 4): what came, the mails themselves, what was read, sending, and "say when mail
comes"."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import math
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Self

import requests

from channels_app.envelope import Failed, JsonObject, Outcome, Retry, Sent, Unknown
from channels_app.models import Mailbox
from channels_app.transports.mail import servers, smtp
from channels_app.transports.mail.imap import SIZE_LIMIT
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached, MailError
from hotelagent.ops import outgoing

# An answer has to be there after so long, however it trickles.
CONNECT_S, READ_S, WHOLE_S = 5.0, 30.0, 90.0
LIMIT = 4 * 1024 * 1024
# A mail of the largest size we take whole, in base64, and what stands around it.
MAIL_LIMIT = SIZE_LIMIT // 3 * 4 + 64 * 1024
# A larger mail is uploaded; what Gmail takes at all.
SEND_LIMIT, UPLOAD_LIMIT = 3 * 1024 * 1024, 35 * 1024 * 1024
PAGE, MARKED_AT_ONCE = 500, 1000
# Quotas of a minute; one of a day pauses as IMAP's do.
MINUTE_S, HOUR_S = 60.0, 3600.0
OFTEN = {"rateLimitExceeded", "userRateLimitExceeded", "concurrentLimitExceeded"}
SPENT = {"quotaExceeded", "dailyLimitExceeded", "limitExceeded"}


class GoneError(MailError):
    """Not there, or not any more."""


class TooLargeError(MailError):
    """More than we take."""


@dataclass(frozen=True)
class Way:
    """Where the API is, and our way in; free of the database."""

    base_url: str
    token: str = field(repr=False)
    deadline: float = math.inf


@dataclass(frozen=True)
class Change:
    """Something happened to a mail: ``number`` is the mark once it is known. ``labels``: what the mail bears now."""

    number: int
    mail: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Given:
    """A mail; only its headers when it is too large."""

    raw: bytes
    received_at: dt.datetime
    thread: str
    too_large: bool


def way_of(box: Mailbox) -> Way:
    return Way(box.api_url, box.access_token, box.deadline)


class Api:
    """One connection. Every method raises AuthError, LimitReached and ConnectionFailed; GoneError where it says so."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._session = outgoing.session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._session.close()

    def profile(self) -> tuple[str, int]:
        """(the address, the mark of now)."""
        told = self._ask("GET", "profile")
        with understood():
            return str(told["emailAddress"]), int(told["historyId"])

    def changes(self, since: int) -> tuple[int, list[Change]]:
        """What came into the inbox after a mark, in order, and the mark of now. Raises GoneError when it is too long ago."""
        asked: dict[str, Any] = {"startHistoryId": since, "historyTypes": ["messageAdded", "labelAdded"], "labelId": "INBOX"}
        found: list[Change] = []
        newest = 0
        for told in self._pages("history", asked):
            with understood():
                newest = newest or int(told["historyId"])  # of the first page: what comes while we turn pages is not passed over
                for record in told.get("history", []):
                    moved = [one for one in record.get("labelsAdded", []) if "INBOX" in one["labelIds"]]
                    for one in [*record.get("messagesAdded", []), *moved]:
                        mail = one["message"]
                        found.append(Change(int(record["id"]), str(mail["id"]), frozenset(mail.get("labelIds", []))))
        return max(newest, since), sorted(found, key=lambda change: change.number)

    def listed(self, label: str, since: dt.datetime) -> list[str]:
        """Mails with a label that came after a moment, oldest first."""
        found: list[str] = []
        for told in self._pages("messages", {"labelIds": label, "q": f"after:{int(since.timestamp())}"}):
            with understood():
                found += [str(one["id"]) for one in told.get("messages", [])]
        return found[::-1]

    def mail(self, key: str) -> Given:
        """Raises GoneError for one that was deleted meanwhile."""
        try:
            told, too_large = self._ask("GET", f"messages/{key}", {"format": "raw"}, limit=MAIL_LIMIT), False
        except TooLargeError:
            told, too_large = self._ask("GET", f"messages/{key}", {"format": "metadata"}), True
        with understood():
            raw = _head(told["payload"]["headers"]) if too_large else _decoded(told["raw"])
            received = dt.datetime.fromtimestamp(int(told["internalDate"]) / 1000, dt.UTC)
            return Given(raw, received, str(told.get("threadId", "")), too_large or len(raw) > SIZE_LIMIT)

    def holds(self, message_id: str) -> bool:
        """Is a mail with this Message-ID among the sent ones?"""
        return bool(self._ask("GET", "messages", {"labelIds": "SENT", "q": f"rfc822msgid:{message_id}"}).get("messages"))

    def mark_read(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), MARKED_AT_ONCE):
            asked = {"ids": list(keys[start : start + MARKED_AT_ONCE]), "removeLabelIds": ["UNREAD"]}
            self._ask("POST", "messages/batchModify", body=asked)

    def watch(self, topic: str) -> dt.datetime:
        """Push to a topic; until when."""
        told = self._ask("POST", "watch", body={"topicName": topic, "labelIds": ["INBOX"], "labelFilterBehavior": "INCLUDE"})
        with understood():
            return dt.datetime.fromtimestamp(int(told["expiration"]) / 1000, dt.UTC)

    def posted(self, raw: bytes, thread: str) -> tuple[int, str, JsonObject]:
        """Send a mail; as ``_called``."""
        about = {"threadId": thread} if thread else {}
        if len(raw) <= SEND_LIMIT:
            return self._called("POST", "messages/send", body=about | {"raw": base64.urlsafe_b64encode(raw).decode()})
        mark = secrets.token_hex(16)
        parts = ("application/json; charset=UTF-8", json.dumps(about).encode()), ("message/rfc822", raw)
        data = b"".join(b"--%s\r\nContent-Type: %s\r\n\r\n%s\r\n" % (mark.encode(), kind.encode(), part) for kind, part in parts)
        return self._called(
            "POST",
            "messages/send",
            {"uploadType": "multipart"},
            upload=(f"multipart/related; boundary={mark}", data + f"--{mark}--".encode()),
        )

    def _called(
        self, method: str, what: str, asked: JsonObject | None = None, *, body: JsonObject | None = None,
        upload: tuple[str, bytes] | None = None, limit: int = LIMIT,
    ) -> tuple[int, str, JsonObject]:  # fmt: skip
        """(status, Retry-After, the JSON object of the answer). Raises requests' errors, and TooLargeError."""
        base, headers = f"{self._way.base_url}{'/upload' if upload else ''}", {"Authorization": f"Bearer {self._way.token}"}
        if upload:
            headers["Content-Type"] = upload[0]
        timeout = (servers.timeout_s(self._way.deadline, CONNECT_S), servers.timeout_s(self._way.deadline, READ_S))
        with self._session.request(
            method, f"{base}/gmail/v1/users/me/{what}", params=asked, json=body, data=upload[1] if upload else None, timeout=timeout,
            allow_redirects=False, stream=True, headers=headers,
        ) as response:  # fmt: skip
            raw, until = bytearray(), min(time.monotonic() + WHOLE_S, self._way.deadline)
            for chunk in response.iter_content(64 * 1024):
                raw += chunk
                if len(raw) > limit:
                    raise TooLargeError("an answer of Gmail's is too large")
                if time.monotonic() > until:
                    raise requests.exceptions.ReadTimeout("the answer trickles")
            try:
                told: Any = json.loads(raw or b"{}")
            except (ValueError, RecursionError):
                told = None
            return response.status_code, response.headers.get("Retry-After", ""), told if isinstance(told, dict) else {}

    def _ask(
        self, method: str, what: str, asked: JsonObject | None = None, *, body: JsonObject | None = None, limit: int = LIMIT
    ) -> JsonObject:
        try:
            status, retry_after, told = self._called(method, what, asked, body=body, limit=limit)
        except requests.exceptions.RequestException as error:
            raise ConnectionFailed(f"Gmail's API does not answer: {type(error).__name__}") from error
        if status in {200, 204}:
            return told
        raise refusal(status, retry_after, told)

    def _pages(self, what: str, asked: JsonObject) -> Iterator[JsonObject]:
        asked = {**asked, "maxResults": PAGE}
        while True:
            told = self._ask("GET", what, asked)
            yield told
            if not told.get("nextPageToken"):
                return
            asked["pageToken"] = told["nextPageToken"]


def watch(box: Mailbox) -> dt.datetime:
    """Ask Google to push to the mailbox's topic; returns until when it does. Raises AuthError, LimitReached, ConnectionFailed."""
    with Api(way_of(box)) as api:
        return api.watch(box.push_topic)


def send(way: Way, message: EmailMessage, thread: str) -> Outcome:
    """Never raises for what the network or Google does. ``Sent`` carries the mail's own Message-ID; ``thread`` is Gmail's number of
    the talk it goes on, if any."""
    if not way.token:
        return Retry("there is no way in just now", tries=0, after_s=smtp.AWAY_S)
    raw = message.as_bytes(policy=smtp.UNFOLDED)
    if len(raw) > UPLOAD_LIMIT:
        return Failed("the mail is too large")
    try:
        with Api(way) as api:
            status, retry_after, told = api.posted(raw, thread)
            if status == 404 and thread:  # staff deleted the talk: nothing has left
                status, retry_after, told = api.posted(raw, "")
    except (requests.exceptions.RequestException, TooLargeError) as error:
        if reason := outgoing.never_left(error):
            return Retry(reason, tries=0, after_s=smtp.AWAY_S)
        return Unknown(f"the line was cut: {type(error).__name__}")
    if status == 200:
        return Sent(str(message["Message-ID"]).strip("<>"))
    return _outcome(status, refusal(status, retry_after, told))


def _outcome(status: int, error: MailError) -> Outcome:
    if isinstance(error, LimitReached):
        spent = "sending limit" in str(error) or error.wait_s is None
        return Retry(str(error), after_s=HOUR_S if spent else error.wait_s, whole_number=True, tries=0)
    if status == 401:  # a token may have died a moment ago: whoever looks makes a new one
        return Retry(str(error), tries=0, after_s=smtp.AWAY_S)
    if isinstance(error, AuthError):
        return Failed(str(error), channel_dead=True)
    return Unknown(str(error)) if status >= 500 or status < 400 else Failed(str(error))


def refusal(status: int, retry_after: str, told: JsonObject) -> MailError:
    """What an answer that is no success means."""
    error = told.get("error")
    error = error if isinstance(error, dict) else {}
    several = error.get("errors")
    first = several[0] if isinstance(several, list) and several and isinstance(several[0], dict) else {}
    reason, words = str(first.get("reason", "")), " ".join(f"{status} {error.get('message', '')}".split())[:300]
    if status == 429 or (status == 403 and reason in OFTEN | SPENT):
        given = float(retry_after) if retry_after.isdecimal() else MINUTE_S
        return LimitReached(words, None if reason in SPENT else min(max(given, MINUTE_S), HOUR_S))
    if status in {401, 403}:
        return AuthError(words)
    return GoneError(words) if status == 404 else ConnectionFailed(words)


@contextmanager
def understood() -> Iterator[None]:
    """An answer that is not as Google says it is."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise ConnectionFailed(f"Gmail's API cannot be understood: {type(error).__name__}") from error


def _decoded(given: str) -> bytes:
    return base64.urlsafe_b64decode(given.rstrip("=") + "=" * (-len(given.rstrip("=")) % 4))


def _head(headers: list[JsonObject]) -> bytes:
    lines = (f"{one['name']}: {' '.join(str(one['value']).split())}\r\n" for one in headers)
    return "".join(lines).encode() + b"\r\n"
