"""Talking to the Graph API. One POST a call: explicit timeouts, capped answers, no redirects."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from prometheus_client import Counter, Histogram

from channels_app.envelope import Failed, JsonObject, Outcome, Retry, Sent, Unknown
from channels_app.models import Account
from channels_app.transports.base import SendJob
from channels_app.transports.whatsapp import content as whatsapp_content
from channels_app.transports.whatsapp.errors import classify
from hotelagent.ops import outgoing

DEFAULT_VERSION = "v26.0"
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 20.0
ANSWER_LIMIT = 256 * 1024
# A file that takes longer is asked for again.
DOWNLOAD_S = 120.0
LIST_LIMIT = 4 * 1024 * 1024
RETRY_AFTER_LIMIT_S = 900.0
_VERSION = re.compile(r"/(v\d+\.\d+)$")
_sessions = threading.local()

SENT = Counter("whatsapp_messages_sent_total", "Letters handed to Meta", ["type", "status"])
LATENCY = Histogram("whatsapp_api_latency_seconds", "Time one Graph call took", ["endpoint", "method"])


def endpoint(api_url: str, api_version: str, external_id: str) -> str:
    """``{base}/{version}/{phone_number_id}/messages``; a version in the URL wins over the account's."""
    return f"{base_of(api_url, api_version)}/{external_id}/messages"


def base_of(api_url: str, api_version: str) -> str:
    """``{base}/{version}``."""
    return f"{_VERSION.sub('', api_url.rstrip('/'))}/{version_of(api_url, api_version)}"


def version_of(api_url: str, api_version: str) -> str:
    """The Graph version an account talks to."""
    match = _VERSION.search(api_url.rstrip("/"))
    return match[1] if match else (api_version or DEFAULT_VERSION)


def send(job: SendJob) -> Outcome:
    """Hand one letter to Meta. A cut or silent line after sending is Unknown: there is no idempotency key."""
    if is_private(job.api_url) and not job.api_url_trusted:
        return Failed("the API address is not Meta's, and was not given by the operator", channel_dead=True)
    media_id = ""
    if job.content.kind == "file":
        uploaded = upload(job)
        if not isinstance(uploaded, str):
            return uploaded
        media_id = uploaded
    body = whatsapp_content.body(job.content, callback=job.callback, to=job.address, recipient=job.user_id, media_id=media_id)
    url = endpoint(job.api_url, job.api_version, job.external_id)
    try:
        with LATENCY.labels("messages", "POST").time():
            answer = _post(url, job.access_token, json=body)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        reason = outgoing.never_left(error)
        outcome: Outcome = Retry(reason) if reason else Unknown(f"no whole answer: {type(error).__name__}")
    else:
        outcome = _read(answer, is_read=job.content.kind == "read")
    SENT.labels(job.content.kind, type(outcome).__name__.lower()).inc()
    return outcome


def upload(job: SendJob) -> str | Outcome:
    """The letter's file to Meta; its id there, or why not. Nothing reaches the guest by this, so any trouble may be tried again."""
    if not isinstance(job.prepared, bytes):
        return Failed("the file is not there any more")
    kind, name = job.content.file["mime_type"], job.content.file["name"]
    url = f"{base_of(job.api_url, job.api_version)}/{job.external_id}/media"
    form = {"data": {"messaging_product": "whatsapp", "type": kind}, "files": {"file": (name, job.prepared, kind)}}
    try:
        with LATENCY.labels("media", "POST").time():
            answer = _post(url, job.access_token, **form)
        told: Any = json.loads(answer.raw)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError, RecursionError) as error:
        return Retry(f"the file was not taken: {type(error).__name__}")
    if answer.status == 200 and isinstance(told, dict) and told.get("id"):
        return str(told["id"])[:200]
    outcome = _read(answer, is_read=False)
    return Retry("the file was not taken") if isinstance(outcome, Sent | Unknown) else outcome


@dataclass(frozen=True)
class _Answer:
    status: int
    content_type: str
    retry_after_s: float | None
    raw: bytes


def _post(url: str, token: str, **body: Any) -> _Answer:
    with _session().post(
        url,
        **body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        allow_redirects=False,
        stream=True,
    ) as response:
        raw = response.raw.read(ANSWER_LIMIT, decode_content=True)
        after = response.headers.get("Retry-After", "")
        retry_after_s = min(float(after), RETRY_AFTER_LIMIT_S) if after.isdecimal() and len(after) < 10 else None
        return _Answer(response.status_code, response.headers.get("Content-Type", ""), retry_after_s, raw)


def get(account: Account, url: str) -> JsonObject | None:
    """What the Graph API tells under this address of its own; None when it does not, or not in a way that can be read."""
    if is_private(account.api_url) and not account.api_url_trusted:
        return None
    try:
        with LATENCY.labels("read", "GET").time(), _session().get(
            url, headers={"Authorization": f"Bearer {account.access_token}"}, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            allow_redirects=False, stream=True,
        ) as response:  # fmt: skip
            raw = response.raw.read(LIST_LIMIT, decode_content=True)
            answer: Any = json.loads(raw) if response.status_code == 200 else None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def download(account: Account, url: str, limit: int) -> bytes | None:
    """The bytes behind an address of Meta's, at most one more than ``limit``; None when they did not come whole. The caller has
    looked whose address it is: it gets our token."""
    data = bytearray()
    try:
        with LATENCY.labels("media", "GET").time(), _session().get(
            url, headers={"Authorization": f"Bearer {account.access_token}"}, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            allow_redirects=False, stream=True,
        ) as response:  # fmt: skip
            if response.status_code != 200:
                return None
            until = time.monotonic() + DOWNLOAD_S
            for piece in response.iter_content(64 * 1024):
                data += piece
                if len(data) > limit:
                    return bytes(data[: limit + 1])
                if time.monotonic() > until:
                    return None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError):
        return None
    return bytes(data)


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_sessions, "session", None)
    if session is None:
        session = _sessions.session = outgoing.session()
    return session


def _read(given: _Answer, *, is_read: bool) -> Outcome:
    status = given.status
    try:
        answer: Any = json.loads(given.raw)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        return classify(answer["error"], retry_after_s=given.retry_after_s)
    if status == 429:  # said by whatever stands in front of Meta: surely not taken
        return Retry("too many requests (HTTP 429)", after_s=given.retry_after_s, whole_number=True)
    if 400 <= status < 500:
        return Failed(f"refused without a reason (HTTP {status})")
    if not isinstance(answer, dict):
        return Unknown(f"an answer that is no JSON object (HTTP {status}, {given.content_type[:40]})")
    if is_read and status == 200:
        return Sent("")
    messages = answer.get("messages")
    if status == 200 and isinstance(messages, list) and messages and isinstance(messages[0], dict) and messages[0].get("id"):
        return Sent(str(messages[0]["id"])[:200])
    return Unknown(f"HTTP {status} without an id")


def is_private(api_url: str) -> bool:
    """Plain http, or a host that is not Meta's: allowed only for a base given by the operator."""
    parts = urlsplit(api_url)
    return parts.scheme != "https" or parts.hostname != "graph.facebook.com"
