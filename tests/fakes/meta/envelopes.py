"""Builds the JSON of webhooks as Meta writes it, down to the escapes that break a re-serialised signature."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from .errors import status_error
from .ledger import Acceptance, InboundRow
from .options import Options
from .pacing import Guest

Json = dict[str, Any]
# Keys of a guest specification that are not part of the message itself.
ABOUT = {
    "from", "name", "username", "phone_number_id", "timestamp", "id", "user_id", "parent_user_id", "contacts", "tap",
    "message", "deliver", "retry",
}  # fmt: skip
COUNTRIES = {"54": "AR", "55": "BR", "52": "MX", "56": "CL", "57": "CO", "51": "PE", "34": "ES", "1": "US", "598": "UY"}


def to_bytes(envelope: Json) -> bytes:
    """JSON as Meta escapes it: non-ASCII as \\uXXXX and every slash as \\/ (a slash only occurs inside strings)."""
    return json.dumps(envelope, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def new_wamid(seed: str) -> str:
    """A fresh message id of Meta's look: base64 of the party's id and random bytes."""
    return "wamid." + base64.b64encode(b"\x1d\x0b" + seed.encode() + b"\x15\x02" + secrets.token_bytes(16)).decode()


def envelope(options: Options, phone_number_id: str | None, field: str, value: Json) -> Json:
    """One entry, one change. Message fields get product and metadata; account fields are left as given."""
    if phone_number_id is not None:
        shown = options.numbers.get(phone_number_id, "15550000000")
        metadata = {"display_phone_number": shown, "phone_number_id": phone_number_id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": options.waba_id, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def usual_user_id(phone: str) -> str:
    """The BSUID of a phone number: since April 2026 every message carries one, so a guest has one unless denied."""
    country = next((code for prefix, code in COUNTRIES.items() if phone.startswith(prefix)), "GB")
    return f"{country}.{int.from_bytes(hashlib.sha256(phone.encode()).digest()[:8], 'big'):020d}"


def read_guest_spec(spec: Json, options: Options) -> tuple[InboundRow, Json]:
    """Turn a guest specification into the ledger row and the `value` of its webhook; ValueError or TypeError if odd.

    `from` may be null for a guest known by `user_id` only; `user_id` may be null for a webhook of the old kind.
    """
    phone = spec.get("from")
    if phone is not None and not isinstance(phone, str):
        raise TypeError("'from' is a string of digits, or null")
    user_id = spec["user_id"] if "user_id" in spec else (usual_user_id(phone) if phone else None)
    if not phone and not user_id:
        raise ValueError("a guest needs 'from' or 'user_id'")
    message = dict(spec.get("message") or {key: value for key, value in spec.items() if key not in ABOUT})
    stamp = str(int(spec.get("timestamp", options.now())))
    frame: Json = {"from": phone} if phone else {}
    if user_id:
        frame["from_user_id"] = user_id
    if spec.get("parent_user_id"):
        frame["from_parent_user_id"] = spec["parent_user_id"]
    frame |= {"id": spec.get("id") or new_wamid(phone or user_id or ""), "timestamp": stamp}
    message = frame | message
    if "type" not in message:
        raise ValueError("a message needs 'type', 'tap' or 'message'")
    guest = Guest(message.get("from"), message.get("from_user_id"), spec.get("name"))
    number = spec.get("phone_number_id") or next(iter(options.numbers))
    row = InboundRow(number, message["id"], float(message["timestamp"]), guest, message["type"], message)
    contacts = spec["contacts"] if "contacts" in spec else _contacts(message, guest, spec)
    return row, {"contacts": contacts, "messages": [message]} if contacts else {"messages": [message]}


def tap_message(tap: Json, offered: tuple[str, Json] | None) -> Json:
    """The message a tap makes. `offered` is the message tapped on: its wamid and its choices, id to title."""
    wamid, choices = offered or (None, {})
    kind, choice = tap.get("kind", "button_reply"), str(tap["id"])
    title = tap.get("title", choices.get(choice))
    if title is None:
        raise ValueError("no message offered this choice, so the tap needs a title")
    if kind == "button":
        message: Json = {"type": "button", "button": {"payload": choice, "text": title}}
    elif kind in {"button_reply", "list_reply"}:
        reply = {"id": choice, "title": title}
        if "description" in tap:
            reply["description"] = tap["description"]
        message = {"type": "interactive", "interactive": {"type": kind, kind: reply}}
    else:
        raise ValueError("tap kind is button_reply, list_reply or button")
    replied_to = tap.get("context_id", wamid)
    return {"context": {"id": replied_to}, **message} if replied_to else message


def status_value(status: str, sent: Acceptance, now: float, fail_code: int | None, text: str | None) -> Json:
    """The `value` of one status webhook; a failed one has neither contacts nor price."""
    item: Json = {"id": sent.wamid, "status": status, "timestamp": str(int(now))}
    to_phone, guest = sent.recipient == sent.body.get("to"), sent.guest
    if guest.wa_id:
        item["recipient_id"] = guest.wa_id
    if guest.user_id and not (status == "failed" and to_phone):
        item["recipient_user_id"] = guest.user_id
    if sent.callback_data is not None:
        item["biz_opaque_callback_data"] = sent.callback_data
    if status == "failed":
        item["errors"] = [status_error(fail_code or 131000, text)]
        return {"statuses": [item]}
    if status in {"sent", "delivered"}:
        item["pricing"] = {"billable": True, "pricing_model": "PMP", "category": sent.category, "type": "regular"}
    ids = {"wa_id": guest.wa_id, "user_id": guest.user_id}
    contact: Json = {key: value for key, value in ids.items() if value}
    return {"contacts": [{"profile": {"name": guest.name}, **contact} if guest.name else contact], "statuses": [item]}


def _contacts(message: Json, guest: Guest, spec: Json) -> list[Json]:
    # Webhook reference, system messages: they come without contacts.
    if message["type"] == "system":
        return []
    profile = {"name": spec.get("name") or "Guest"}
    if spec.get("username"):
        profile["username"] = spec["username"]
    contact: Json = {"profile": profile}
    if guest.wa_id:
        contact["wa_id"] = guest.wa_id
    if guest.user_id:
        contact["user_id"] = guest.user_id
    if spec.get("parent_user_id"):
        contact["parent_user_id"] = spec["parent_user_id"]
    return [contact]
