"""What POST /messages accepts: the common frame, and the limits of every free-form type."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import GraphError
from .interactive import check_interactive
from .shapes import Json, length, need_bool, need_list, need_object, need_text, optional_text

TEXT_MAX = 4096
CAPTION_MAX = 1024
CALLBACK_MAX = 512
EMOJI_MAX = 32
FILENAME_MAX = 240
FRAME = {"messaging_product", "recipient_type", "to", "recipient", "type", "context", "biz_opaque_callback_data"}
READ_FRAME = {"messaging_product", "status", "message_id", "typing_indicator"}
MEDIA_KEYS = {
    "image": {"id", "link", "caption"},
    "video": {"id", "link", "caption"},
    "document": {"id", "link", "caption", "filename"},
    "audio": {"id", "link", "voice"},
    "sticker": {"id", "link"},
}
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
PHONE = re.compile(r"\+?[0-9 ().-]+")

CheckTemplate = Callable[[object, bool], None]
MediaIsKnown = Callable[[str], bool]


@dataclass(frozen=True)
class MessageRequest:
    """A send Meta would take. Exactly one of `to` (digits only) and `recipient` (BSUID) is set."""

    type: str
    to: str | None
    recipient: str | None
    content: Any
    callback_data: str | None


def is_read_receipt(body: Json) -> bool:
    """Mark-as-read and typing share the path of sends; `status` tells them apart."""
    return "status" in body or "typing_indicator" in body


def check_read_receipt(body: Json) -> str:
    """Return the message id a well-formed mark-as-read names, else raise GraphError."""
    _check_product(body)
    need_object(body, "message", READ_FRAME)
    if body.get("status") != "read":
        raise GraphError(100, "Param status must be one of {READ}.")
    if "typing_indicator" in body:
        typing = need_object(body["typing_indicator"], "typing_indicator", {"type"})
        if typing.get("type") != "text":
            raise GraphError(100, "Param typing_indicator['type'] must be one of {TEXT}.")
    return need_text(body.get("message_id"), "message_id", 512, code=100)


def check_message(body: Json, check_template: CheckTemplate, media_is_known: MediaIsKnown) -> MessageRequest:
    """Return the request if Meta would take it, else raise GraphError (100 or 131009, template codes 132xxx)."""
    _check_product(body)
    kind = body.get("type", "text")
    types = {"text", "interactive", "reaction", "location", "contacts", "template", *MEDIA_KEYS}
    if not isinstance(kind, str) or kind not in types:
        raise GraphError(100, f"Param type must be one of {{{', '.join(sorted(types)).upper()}}} - got {kind!r}.")
    need_object(body, "message", FRAME | {kind})
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(100, "Param recipient_type must be one of {INDIVIDUAL}.")
    to, recipient = _check_addressee(body)
    if "context" in body:
        context = need_object(body["context"], "context", {"message_id"})
        need_text(context.get("message_id"), "context['message_id']", 512, code=100)
    callback = body.get("biz_opaque_callback_data")
    if callback is not None and (not isinstance(callback, str) or length(callback) > CALLBACK_MAX):
        raise GraphError(100, f"Param biz_opaque_callback_data must be at most {CALLBACK_MAX} characters long.")
    if kind not in body:
        raise GraphError(100, f"The parameter {kind} is required.")
    _check_content(kind, body[kind], recipient is not None, check_template, media_is_known)
    return MessageRequest(kind, to, recipient, body[kind], callback)


def digits_of(phone: object) -> str | None:
    """The digits of a phone number as Meta reads it, or None if it is no international number."""
    if not isinstance(phone, str) or not PHONE.fullmatch(phone):
        return None
    digits = re.sub(r"[^0-9]", "", phone)
    return digits if 8 <= len(digits) <= 15 and digits[0] != "0" else None


def _check_product(body: Json) -> None:
    if body.get("messaging_product") is None:
        raise GraphError(100, "The parameter messaging_product is required.")
    if body["messaging_product"] != "whatsapp":
        raise GraphError(100, "Param messaging_product must be one of {WHATSAPP}.")


def _check_addressee(body: Json) -> tuple[str | None, str | None]:
    # If both are given, `to` wins (business-scoped user ids, sending).
    if body.get("to") is not None:
        digits = digits_of(body["to"])
        if digits is None:
            raise GraphError(131009, "Param to is not a valid phone number.")
        return digits, None
    recipient = body.get("recipient")
    if recipient is None:
        raise GraphError(100, "The parameter to is required.")
    if not isinstance(recipient, str) or not BSUID.fullmatch(recipient):
        raise GraphError(131009, "Param recipient is not a valid business-scoped user id.")
    return None, recipient


def _check_content(kind: str, content: Any, to_bsuid: bool, check_template: CheckTemplate, media_is_known: MediaIsKnown) -> None:
    def check_media(value: object, where: str, media_kind: str) -> None:
        _check_media(value, where, media_kind, media_is_known)

    if kind == "template":
        check_template(content, to_bsuid)
    elif kind == "interactive":
        check_interactive(content, check_media)
    elif kind in MEDIA_KEYS:
        check_media(content, kind, kind)
    else:
        {"text": _check_text, "reaction": _check_reaction, "location": _check_location, "contacts": _check_contacts}[kind](content)


def _check_text(content: object) -> None:
    text = need_object(content, "text", {"body", "preview_url"})
    need_text(text.get("body"), "text['body']", TEXT_MAX, code=100)
    need_bool(text.get("preview_url"), "text['preview_url']")


def _check_reaction(content: object) -> None:
    reaction = need_object(content, "reaction", {"message_id", "emoji"})
    need_text(reaction.get("message_id"), "reaction['message_id']", 512, code=100)
    emoji = reaction.get("emoji")
    if not isinstance(emoji, str):
        raise GraphError(100, "The parameter reaction['emoji'] is required.")
    # The empty string takes a reaction back; anything else is one emoji, not a word.
    if length(emoji) > EMOJI_MAX or (emoji.isascii() and emoji):
        raise GraphError(131009, "Param reaction['emoji'] is not a valid emoji.")


def _check_location(content: object) -> None:
    location = need_object(content, "location", {"latitude", "longitude", "name", "address"})
    for name, most in (("latitude", 90), ("longitude", 180)):
        if name not in location:
            raise GraphError(100, f"The parameter location['{name}'] is required.")
        value = location[name]
        try:
            degrees = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            degrees = None
        if degrees is None or not -most <= degrees <= most:
            raise GraphError(131009, f"Param location['{name}'] is not valid.")
    optional_text(location.get("name"), "location['name']", 1000)
    optional_text(location.get("address"), "location['address']", 1000)


def _check_contacts(content: object) -> None:
    for contact in need_list(content, "contacts", 1, 257):
        name = contact.get("name") if isinstance(contact, dict) else None
        if not isinstance(name, dict) or len(name) < 2:
            raise GraphError(131009, "contacts[]['name'] needs formatted_name and at least one other part.")
        need_text(name.get("formatted_name"), "contacts[]['name']['formatted_name']", 1024)


def _check_media(value: object, where: str, kind: str, media_is_known: MediaIsKnown) -> None:
    media = need_object(value, where, MEDIA_KEYS[kind])
    if ("id" in media) == ("link" in media):
        raise GraphError(100, f"Param {where} must hold either 'id' or 'link', and not both.")
    if "id" in media:
        media_id = need_text(media["id"], f"{where}['id']", 128, code=100)
        if not media_is_known(media_id):
            raise GraphError(100, f"{where}['id'] is not a valid whatsapp business account media attachment ID.")
    elif not need_text(media["link"], f"{where}['link']", 2048).startswith("https://"):
        raise GraphError(131009, f"{where}['link'] must be a public https URL.")
    optional_text(media.get("caption"), f"{where}['caption']", CAPTION_MAX)
    optional_text(media.get("filename"), f"{where}['filename']", FILENAME_MAX)
    need_bool(media.get("voice"), f"{where}['voice']")
