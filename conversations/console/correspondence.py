"""E-mail at the desk: the whole of a mail, its HTML without any rights, its files as downloads."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import nh3
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from channels_app.models import Account, RawMail
from channels_app.transports.mail import reading
from conversations.console.doors import DeskRequest, desk, talk_or_404
from conversations.models import Conversation, Message
from hotelagent.ops.headers import as_document

# What a mail may look like; nh3's own list leaves out styles, without which many mails cannot be read.
ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    "*": {"style", "align", "valign", "width", "height", "bgcolor", "dir", "lang", "title", "cellpadding", "cellspacing", "border"},
    "font": {"color", "size", "face"},
}
TAGS = nh3.ALLOWED_TAGS | {"font", "center"}


def of(conversation: Conversation, rows: list[Message]) -> dict[int, dict[str, Any]]:
    """What belongs to each message that came by e-mail: the mail's key, subject and files. By the message's key."""
    if conversation.thread.account.kind != Account.Kind.EMAIL:
        return {}
    letters = {row.inbound_id: row.pk for row in rows if row.inbound_id}
    mails = RawMail.objects.filter(inbound__in=letters).exclude(raw=b"").values_list("inbound", "pk", "subject", "inbound__media")
    return {
        letters[inbound]: {"pk": pk, "subject": subject, "files": (media or {}).get("files", [])} for inbound, pk, subject, media in mails
    }


@desk
@require_safe
def whole(request: DeskRequest, pk: int, mail: int) -> HttpResponse:
    """All of one mail: who wrote to whom, the text with what was quoted, the HTML in a frame, the files."""
    talk = talk_or_404(request, pk)
    row = _mail(talk, mail)
    found = _read(row)
    context = {
        "talk": talk, "hotel": request.hotel, "mail": found, "row": row, "letter": row.inbound, "images": "images" in request.GET,
        "as_text": "text" in request.GET or not found.markup,
    }  # fmt: skip
    return render(request, "console/mail.html", context)


@desk
@require_safe
def markup(request: DeskRequest, pk: int, mail: int) -> HttpResponse:
    """The mail's HTML, made harmless twice: cleaned, and in a page that may do nothing. ``?images``: with remote ones."""
    found = _read(_mail(talk_or_404(request, pk), mail))
    images = "images" in request.GET
    clean = nh3.clean(
        found.markup, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel", "data"},
        attribute_filter=partial(_kept, images=images),
    )  # fmt: skip
    head = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><base target="_blank">'
    return as_document(
        f'{head}<body style="background:#fff;color:#111;font:15px sans-serif;overflow-wrap:anywhere">{clean}',
        images=images,
    )


def _kept(tag: str, name: str, value: str, *, images: bool) -> str | None:
    """Nothing is fetched from elsewhere, but for pictures that were asked for; no link is a document of its own, and none, nor a
    picture, is an address of this house."""
    if name == "style":
        return None if re.search(r"url|image|expression|@import|\\", value, re.I) else value
    if name not in {"src", "href", "cite"}:
        return value
    scheme = value.strip().partition(":")[0].lower()
    if tag == "img":
        return value if scheme == "data" or (images and scheme == "https") else None
    return value if scheme in {"http", "https", "mailto", "tel"} else None


@desk
@require_safe
def file(request: DeskRequest, pk: int, mail: int, place: int) -> HttpResponse:
    """One file of a mail: only ever a download, whatever it says it is."""
    row = _mail(talk_or_404(request, pk), mail)
    known = next((one for one in _read(row).attachments if one.place == place), None)
    if known is None:
        raise Http404
    response = HttpResponse(reading.part(bytes(row.raw), place), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, known.name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _mail(talk: Conversation, pk: int) -> RawMail:
    row = RawMail.objects.select_related("inbound").filter(pk=pk, inbound__thread=talk.thread_id).exclude(raw=b"").first()
    if row is None:
        raise Http404
    return row


def _read(row: RawMail) -> reading.Mail:
    return reading.read(bytes(row.raw))
