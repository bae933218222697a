"""The control API under /_double/: guests write, faults are scripted, the clock moves, the ledger is read."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import time
import urllib.parse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .envelopes import envelope, read_guest_spec, tap_message, to_bytes
from .interactive import offered
from .pacing import spellings
from .webhooks import OURS, Delivery, call_webhook, sign

if TYPE_CHECKING:
    from .server import Double

Json = dict[str, Any]
WAIT_MAX_S = 120.0


def answer_control(double: Double, method: str, target: str, raw: bytes) -> tuple[int, Any]:
    """Answer one control call with (HTTP status, JSON value); a call that makes no sense gets 400 and the reason."""
    url = urllib.parse.urlsplit(target)
    action = ACTIONS.get((method, url.path.removeprefix("/_double").rstrip("/")))
    if action is None:
        return 404, {"error": "no such control call", "calls": sorted(" ".join(pair) for pair in ACTIONS)}
    query = dict(urllib.parse.parse_qsl(url.query))
    try:
        body = json.loads(raw) if raw else {}
        if not isinstance(body, dict):
            raise TypeError("the body is a JSON object")
        return 200, action(double, body | query if method == "GET" else body)
    except (ValueError, KeyError, TypeError, sqlite3.Error) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}


def _guest(double: Double, spec: Json) -> Json:
    """A guest writes or taps. The window opens before the webhook is posted: the answer may come that fast."""
    if "tap" in spec:
        spec = {**spec, "message": tap_message(spec["tap"], _offered_to(double, spec))}
    row, value = read_guest_spec(spec, double.options)
    double.ledger.record_inbound(row)
    double.graph.note_inbound(row.phone_number_id)
    if not spec.get("deliver", True):
        return {"id": row.id, "status": None}
    body = to_bytes(envelope(double.options, row.phone_number_id, "messages", value))
    delivery = Delivery("message", row.id, row.type, body, retry=bool(spec.get("retry", True)))
    attempt = double.courier.post_now(delivery)
    answer: Json = {"id": row.id, "status": attempt.http_status}
    return answer | ({"error": attempt.error} if attempt.error else {})


def _offered_to(double: Double, spec: Json) -> tuple[str, Json] | None:
    """The newest interactive message this guest got that holds the tapped choice."""
    known = double.ledger.find_guest(spellings(spec.get("from") or ""), spec.get("user_id"))
    who = (known and known.wa_id) or spec.get("from") or spec.get("user_id")
    for message in reversed(double.ledger.messages(who, "interactive")):
        choices = offered(message["body"]["interactive"])
        if str(spec["tap"]["id"]) in choices:
            return message["wamid"], choices
    return None


def _raw(double: Double, body: Json) -> Json:
    """Post exactly these bytes; by default once, because a refused forgery would otherwise come back for a week."""
    data = base64.b64decode(body["body_base64"], validate=True)
    signature: object = body.get("signature", OURS)
    if "secret" in body:
        signature = sign(body["secret"], data)
    if isinstance(signature, str):
        signature.encode("latin-1")
    delivery = Delivery("raw", None, None, data, signature, retry=bool(body.get("retry", False)))
    attempt = double.courier.post_now(delivery)
    return {"status": attempt.http_status, "error": attempt.error}


def _webhook(double: Double, body: Json) -> Json:
    """Post any field and value, signed; with a phone_number_id the value gets its product and metadata."""
    made = envelope(double.options, body.get("phone_number_id"), body["field"], body["value"])
    delivery = Delivery("field", body.get("id"), body["field"], to_bytes(made), retry=bool(body.get("retry", True)))
    attempt = double.courier.post_now(delivery)
    return {"status": attempt.http_status, "error": attempt.error}


def _verify(double: Double, body: Json) -> Json:
    """The subscription handshake; `ok` is what Meta would conclude."""
    challenge = str(body.get("challenge", time.time_ns()))
    query = {
        "hub.mode": body.get("mode", "subscribe"),
        "hub.challenge": challenge,
        "hub.verify_token": body.get("token", double.options.verify_token),
    }
    attempt, answer = call_webhook(double.options, "GET", urllib.parse.urlencode(query), None, {})
    text = answer.decode("utf-8", "replace")
    return {"status": attempt.http_status, "body": text, "ok": attempt.http_status == 200 and text == challenge}


def _messages(double: Double, query: Json) -> Json:
    """Accepted messages; with at_least, wait until there are that many or timeout_s has passed."""
    at_least, timeout_s = int(query.get("at_least", 0)), float(query.get("timeout_s", 5))
    found: list[Json] = []

    def enough() -> bool:
        found[:] = double.ledger.messages(query.get("to"), query.get("type"))
        return len(found) >= at_least

    with double.ledger.changed:
        complete = double.ledger.changed.wait_for(enough, min(timeout_s, WAIT_MAX_S))
    return {"messages": found, "complete": complete}


def _idle(double: Double, query: Json) -> Json:
    return {"idle": double.courier.wait_idle(min(float(query.get("timeout_s", 5)), WAIT_MAX_S))}


def _add_faults(double: Double, body: Json) -> Json:
    for spec in body.get("faults", [body]):
        double.faults.add(spec)
    return {"waiting": double.faults.waiting()}


def _clear_faults(double: Double, body: Json) -> Json:
    double.faults.clear()
    return {"waiting": []}


def _clock(double: Double, body: Json) -> Json:
    double.options.offset_s = float(body.get("offset_s", 0.0))
    double.options.stopped_at = float(body["stopped_at"]) if "stopped_at" in body else None
    return {"now": double.options.now(), "offset_s": double.options.offset_s}


def _token(double: Double, body: Json) -> Json:
    if not isinstance(body["token"], str) or not body["token"]:
        raise TypeError("token is a string")
    double.options.token = body["token"]
    return {"ok": True}


def _templates(double: Double, body: Json) -> Json:
    made = double.graph.templates.replace(body["templates"], append=bool(body.get("append")))
    return {"templates": made}


def _number(double: Double, body: Json) -> Json:
    facts = dict(body)
    number = facts.pop("phone_number_id", next(iter(double.options.numbers)))
    double.options.number_facts.setdefault(number, {}).update(facts)
    return double.options.number_facts[number]


def _media(double: Double, body: Json) -> Json:
    return dict(double.graph.media.plant(base64.b64decode(body["body_base64"], validate=True), body["mime_type"]))


def _health(double: Double, query: Json) -> Json:
    return {"ok": True, "now": double.options.now(), "pid": os.getpid(), "broken": double.broken}


ACTIONS: dict[tuple[str, str], Callable[[Double, Json], Any]] = {
    ("POST", "/guest"): _guest,
    ("POST", "/raw"): _raw,
    ("POST", "/webhook"): _webhook,
    ("POST", "/verify"): _verify,
    ("POST", "/faults"): _add_faults,
    ("GET", "/faults"): lambda double, query: {"waiting": double.faults.waiting()},
    ("DELETE", "/faults"): _clear_faults,
    ("POST", "/clock"): _clock,
    ("POST", "/rest"): lambda double, body: double.graph.rest() or {},
    ("POST", "/token"): _token,
    ("POST", "/options"): lambda double, body: double.options.change(body),
    ("POST", "/templates"): _templates,
    ("POST", "/number"): _number,
    ("POST", "/media"): _media,
    ("DELETE", "/retries"): lambda double, body: {"dropped": double.courier.drop_retries()},
    ("GET", "/messages"): _messages,
    ("GET", "/ledger"): lambda double, query: double.ledger.everything(),
    ("GET", "/idle"): _idle,
    ("GET", "/health"): _health,
}
