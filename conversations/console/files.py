"""Files of guests at the desk: pictures drawn anew, voices and films played, everything else only downloaded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from channels_app import pictures
from channels_app.models import Media
from conversations.console.doors import DeskRequest, desk, talk_or_404
from conversations.models import Message

# What a browser may play by itself, by the file's own bytes.
PLAYED = {"audio/ogg", "audio/mpeg", "audio/aac", "audio/mp4", "audio/amr", "video/mp4"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "application/pdf": ".pdf"}
POLICY = "sandbox; default-src 'none'"
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


@dataclass(frozen=True)
class Shown:
    """A file as a bubble shows it. ``plays``: audio, video or ""."""

    pk: int
    state: str
    name: str
    size_bytes: int
    reason: str
    is_picture: bool
    plays: str


def of(messages: list[Message]) -> dict[int, Shown]:
    """Files by the key of the message they came with."""
    letters = {row.inbound_id: row.pk for row in messages if row.inbound_id and row.kind != "text"}
    if not letters:
        return {}
    drawn = ExpressionWrapper(Q(shown__isnull=False), output_field=BooleanField())
    rows = Media.objects.filter(inbound__in=letters).annotate(drawn=drawn)
    found = rows.values_list("inbound", "pk", "state", "name", "size_bytes", "reason", "mime_type", "drawn")
    return {
        letters[inbound]: Shown(pk, state, name, size, reason, picture, kind.partition("/")[0] if kind in PLAYED else "")
        for inbound, pk, state, name, size, reason, kind, picture in found
    }


@desk
@require_safe
def picture(request: DeskRequest, pk: int, media: int) -> HttpResponse:
    """The picture as it was drawn anew."""
    row = _row(request, pk, media)
    if row.shown is None:
        raise Http404
    data = bytes(row.shown)
    return _answer(data, pictures.type_of(data))


@desk
@require_safe
def file(request: DeskRequest, pk: int, media: int) -> HttpResponse:
    """The file as it came: a download, or with ``?play`` what a player asks for, in parts."""
    row = _row(request, pk, media)
    data = bytes(row.data or b"")
    if "play" in request.GET and row.mime_type in PLAYED:
        return _part(request, data, row.mime_type)
    response = _answer(data, "application/octet-stream")
    name = row.name or f"{row.inbound.kind}-{row.pk}{ENDINGS.get(row.mime_type, '')}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _row(request: DeskRequest, pk: int, media: int) -> Media:
    talk = talk_or_404(request, pk)
    row = Media.objects.select_related("inbound").filter(pk=media, inbound__thread=talk.thread_id, state=Media.State.KEPT).first()
    if row is None:
        raise Http404
    return row


def _part(request: DeskRequest, data: bytes, kind: str) -> HttpResponse:
    """Players that move to a place ask for the bytes from there (RFC 9110, 14)."""
    wanted = _RANGE.fullmatch(request.headers.get("Range", ""))
    if wanted is None:
        response = _answer(data, kind)
    else:
        first = int(wanted[1])
        last = min(int(wanted[2] or len(data) - 1), len(data) - 1)
        if first > last:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{len(data)}"
            return response
        response = _answer(data[first : last + 1], kind)
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    response["Accept-Ranges"] = "bytes"
    return response


def _answer(data: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, max-age=3600"
    return response
