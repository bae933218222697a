"""Meta's payload into our message shape. Nothing is ever lost: what is not understood is kept whole.

Every entry, change and item is parsed on its own; a bad one becomes an AccountEvent beside its good siblings.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from channels_app.envelope import AccountEvent, InboundMessage, JsonObject, Parsed, Receipt, Sender
from channels_app.phones import digits
from channels_app.texts import clean

MEDIA_KINDS = frozenset({"image", "video", "document", "sticker", "audio"})
NAME_LIMIT, ID_LIMIT, TEXT_LIMIT = 200, 200, 16_384
# By ("phone" or "user", id): place in the list, name, user id.
People = dict[tuple[str, str], list[tuple[int, str, str]]]


def parse(payload: Any) -> list[Parsed]:
    """Everything in one webhook body, in its order."""
    found: list[Parsed] = []
    for entry in _list(payload, "entry"):
        changes = _list(entry, "changes")
        for change in changes:
            found += _change(_object(change))
        if not changes:
            found.append(AccountEvent("", "empty_entry", _raw(entry)))
    return found or [AccountEvent("", "empty", _raw(payload))]


def _change(change: JsonObject) -> Iterator[Parsed]:
    value = _object(change.get("value"))
    account_key = _text(_object(value.get("metadata")).get("phone_number_id"))
    field = _text(change.get("field")) or "messages"
    items = 0
    if field == "messages" and account_key:
        people = _people(value)
        for item in _list(value, "messages"):
            items += 1
            yield _guarded(_message, account_key, people, item)
        for item in _list(value, "statuses"):
            items += 1
            yield _guarded(_receipt, account_key, people, item)
    if not items:
        yield AccountEvent(account_key, field, _raw(change))


def _guarded(read: Any, account_key: str, people: People, item: Any) -> Parsed:
    try:
        parsed: Parsed = read(account_key, people, _object(item, strict=True))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        return AccountEvent(account_key, f"unreadable:{type(error).__name__}", _raw(item))
    return parsed


def _message(account_key: str, people: People, item: JsonObject) -> InboundMessage:
    kind = _text(item.get("type")) or "unknown"
    body = _object(item.get(kind))
    text, choice_id, media = _content(kind, body, item)
    sender = _sender(people, item)
    if not sender.phone and not sender.user_id:
        raise ValueError("a message from nobody")
    context = _object(item.get("context"))
    if item.get("group_id"):
        kind = "group"
    if kind == "interactive" and body.get("type") == "call_permission_reply":
        kind = "call_permission_reply"
    return InboundMessage(
        account_key=account_key,
        provider_id=_required(item, "id"),
        sender=sender,
        kind=kind[:30],
        provider_time=_time(item.get("timestamp")),
        text=text[:TEXT_LIMIT],
        choice_id=choice_id[:256],
        reply_to=_text(context.get("id"))[:ID_LIMIT],
        forwarded=bool(context.get("forwarded") or context.get("frequently_forwarded")),
        media=media,
        referral=_raw(item["referral"]) if item.get("referral") else {},
        raw=_raw(item),
    )


def _content(kind: str, body: JsonObject, item: JsonObject) -> tuple[str, str, JsonObject]:
    """Text, choice id and media of one message."""
    if kind == "text":
        return _text(body.get("body")), "", {}
    if kind == "button":
        return _text(body.get("text")), _text(body.get("payload")), {}
    if kind == "interactive":
        reply = _object(body.get(_text(body.get("type"))))
        return _text(reply.get("title")) or _text(reply.get("body")), _text(reply.get("id")), {}
    if kind in MEDIA_KINDS:
        return _text(body.get("caption")), "", _raw(body)
    if kind == "location":
        return " ".join(filter(None, (_text(body.get("name")), _text(body.get("address"))))), "", _raw(body)
    if kind == "reaction":
        return _text(body.get("emoji")), "", {}
    if kind == "order":
        return _text(body.get("text")), "", {}
    if kind == "contacts":
        names = [_text(_object(_object(contact).get("name")).get("formatted_name")) for contact in _list(item, "contacts")]
        return ", ".join(filter(None, names)), "", {}
    return "", "", {}


def _people(value: JsonObject) -> People:
    """The contacts by phone and by user id. Read once for all letters: a body may carry a thousand of either."""
    people: People = defaultdict(list)
    for place, contact in enumerate(map(_object, _list(value, "contacts"))):
        phone, user_id = digits(_text(contact.get("wa_id"))), _text(contact.get("user_id"))
        name = _text(_object(contact.get("profile")).get("name"))
        for key in (("phone", phone), ("user", user_id)):
            if key[1]:
                people[key].append((place, name, user_id))
    return people


def _sender(people: People, item: JsonObject) -> Sender:
    """A value may carry contacts of several people: matched by their ids, never by position; the last one counts."""
    phone, user_id = digits(_text(item.get("from"))), _text(item.get("from_user_id"))
    by_phone = people.get(("phone", phone), [])
    user_id = user_id or next((known for _place, _name, known in by_phone if known), "")
    same = by_phone + people.get(("user", user_id), [])
    return Sender(phone=phone[:40], user_id=user_id[:160], name=max(same)[1][:NAME_LIMIT] if same else "")


def _receipt(account_key: str, _people: People, item: JsonObject) -> Receipt:
    error = _object(next(iter(_list(item, "errors")), {}))
    code = error.get("code")
    details = _text(_object(error.get("error_data")).get("details")) or _text(error.get("message")) or _text(error.get("title"))
    return Receipt(
        account_key=account_key,
        provider_id=_required(item, "id"),
        status=_required(item, "status")[:20],
        provider_time=_time(item.get("timestamp")),
        callback=_text(item.get("biz_opaque_callback_data"))[:100],
        error_code=int(code) if code is not None else None,
        error_text=details[:500],
        pricing=_raw(item["pricing"]) if item.get("pricing") else {},
        raw=_raw(item),
    )


def digest(raw: JsonObject) -> str:
    """A fingerprint of one item, the same for the same content."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def _required(item: JsonObject, key: str) -> str:
    value = _text(item.get(key))
    if not value or len(value) > ID_LIMIT:
        raise ValueError(f"{key} is missing or too long")
    return value


def _time(value: Any) -> dt.datetime:
    seconds = int(value)
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    if not 2010 <= moment.year <= 2100:
        raise ValueError("a time that cannot be")
    return moment


def _text(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _object(value: Any, *, strict: bool = False) -> JsonObject:
    if isinstance(value, dict):
        return value
    if strict:
        raise TypeError("not an object")
    return {}


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _raw(value: Any) -> JsonObject:
    """As PostgreSQL can keep it: an object, without NUL characters at any depth."""
    cleaned = _cleaned(value)
    return cleaned if isinstance(cleaned, dict) else {"value": cleaned}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):  # 1e999 and NaN are no JSON
        return None
    return value
