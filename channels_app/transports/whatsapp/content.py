"""What Meta takes, and making it so before the network (facts: WHATSAPP, 6). Limits are kept 5 % short."""

from __future__ import annotations

from typing import Any

from channels_app import texts
from channels_app.envelope import Choice, Content, ContentError, JsonObject

TEXT_LIMIT = 3_890
BODY_LIMIT = 970
BUTTON_TITLE, ROW_TITLE, ROW_DESCRIPTION, LIST_LABEL = 20, 24, 68, 20
BUTTONS, ROWS = 3, 10
FILE_LIMITS = {"image/jpeg": 5 * 2**20, "image/png": 5 * 2**20, "application/pdf": 100 * 2**20}
BUTTON_ID, ROW_ID = 240, 190


def fit(content: Content) -> list[Content]:
    """One or several letters Meta accepts. Raises ContentError for an empty text, doubled or oversized choices."""
    if content.kind == "read":
        if not content.reply_to:
            raise ContentError("which message was read is missing")
        return [content]
    if content.kind == "reaction":
        if not content.reply_to or not content.text:
            raise ContentError("a reaction needs a message and an emoji")
        return [content]
    if content.kind == "template":
        return [content]  # filled and checked by channels_app.templates
    if content.kind == "file":
        return _with_file(content)
    if content.kind == "location":
        words = texts.split(content.place["words"], TEXT_LIMIT) if content.place.get("words", "").strip() else []
        return [*(Content("text", piece) for piece in words), content]
    if not content.text.strip():
        raise ContentError("an empty message cannot be sent")
    if not content.choices:
        return [Content("text", piece, reply_to=content.reply_to) for piece in texts.split(content.text, TEXT_LIMIT)]
    _check(content.choices)
    pieces = texts.split(content.text, BODY_LIMIT)
    # A long text goes ahead as plain letters; the last piece carries what can be tapped.
    ahead = [Content("text", piece) for piece in pieces[:-1]]
    titles = [texts.units(choice.title) for choice in content.choices]
    has_descriptions = any(choice.description for choice in content.choices)
    kind = "buttons" if len(titles) <= BUTTONS and max(titles) <= BUTTON_TITLE and not has_descriptions else "list"
    return [*ahead, Content(kind, pieces[-1], content.choices, content.list_label, content.reply_to)]


def _with_file(content: Content) -> list[Content]:
    """Raises ContentError for what Meta does not take; words too long to stand under a file go ahead."""
    kind, size = content.file["mime_type"], content.file["size_bytes"]
    if kind not in FILE_LIMITS or not 0 < size <= FILE_LIMITS[kind]:
        raise ContentError("WhatsApp takes pictures (JPEG, PNG) up to 5 MB and PDF files up to 100 MB")
    if texts.units(content.text) <= BODY_LIMIT:
        return [content]
    ahead = [Content("text", piece, reply_to=content.reply_to) for piece in texts.split(content.text, TEXT_LIMIT)]
    return [*ahead, Content("file", file=content.file)]


def _check(choices: tuple[Choice, ...]) -> None:
    if len(choices) > ROWS:
        raise ContentError(f"more than {ROWS} choices")
    if len({choice.id for choice in choices}) < len(choices) or len({choice.title for choice in choices}) < len(choices):
        raise ContentError("two choices with the same id or title")
    for choice in choices:
        if not choice.id or texts.units(choice.id) > ROW_ID:
            raise ContentError("a choice without id, or with one that is too long")
        if not choice.title.strip() or texts.units(choice.title) > ROW_TITLE:
            raise ContentError(f"a choice's title must have 1 to {ROW_TITLE} characters")


def body(content: Content, *, callback: str, to: str, recipient: str, media_id: str = "") -> JsonObject:
    """The JSON of one send. ``media_id``: what the upload of the content's file was given."""
    if content.kind == "read":
        return {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": content.reply_to,
            "typing_indicator": {"type": "text"},
        }
    message: JsonObject = {"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": callback}
    # If both were given `to` would win; a phone number is what we know is never blocked.
    message.update({"to": to} if to else {"recipient": recipient})
    if content.kind == "reaction":
        return message | {"type": "reaction", "reaction": {"message_id": content.reply_to, "emoji": content.text}}
    if content.reply_to:
        message["context"] = {"message_id": content.reply_to}
    if content.kind == "template":
        sent = content.template
        components = [{"type": "body", "parameters": sent["parameters"]}] if sent["parameters"] else []
        wanted = {"name": sent["name"], "language": {"code": sent["language"]}, "components": components}
        message.update({"type": "template", "template": wanted})
    elif content.kind == "file":
        caption = {"caption": content.text} if content.text else {}
        if content.file["mime_type"].startswith("image/"):
            message.update({"type": "image", "image": {"id": media_id, **caption}})
        else:
            message.update({"type": "document", "document": {"id": media_id, "filename": content.file["name"], **caption}})
    elif content.kind == "location":
        told = {name: content.place[name] for name in ("latitude", "longitude", "name", "address") if content.place.get(name)}
        message.update({"type": "location", "location": told})
    elif content.kind == "text":
        message.update({"type": "text", "text": {"body": content.text, "preview_url": False}})
    else:
        message.update({"type": "interactive", "interactive": _interactive(content)})
    return message


def _interactive(content: Content) -> dict[str, Any]:
    if content.kind == "buttons":
        buttons = [{"type": "reply", "reply": {"id": c.id, "title": c.title}} for c in content.choices]
        return {"type": "button", "body": {"text": content.text}, "action": {"buttons": buttons}}
    rows = [
        {"id": c.id, "title": c.title} | ({"description": texts.shorten(c.description, ROW_DESCRIPTION)} if c.description else {})
        for c in content.choices
    ]
    label = texts.shorten(content.list_label or "☰", LIST_LABEL)
    return {"type": "list", "body": {"text": content.text}, "action": {"button": label, "sections": [{"rows": rows}]}}
