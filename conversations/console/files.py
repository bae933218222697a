"""Files at the desk. Of guests: pictures drawn anew, voices and films played, everything else only downloaded. For guests:
pictures and PDF files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from channels_app import downloads, pictures
from channels_app.models import Attachment, Media
from channels_app.texts import clean
from conversations import handoff
from conversations.console.doors import DeskRequest, desk, talk_or_404
from conversations.models import CannedReply, Conversation, Message

# What a browser may play by itself, by the file's own bytes.
PLAYED = {"audio/ogg", "audio/mpeg", "audio/aac", "audio/mp4", "audio/amr", "video/mp4"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "application/pdf": ".pdf"}
# The longest side of a picture that a person sends, in pixels.
SENT_SIDE = 2048
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")


@dataclass(frozen=True)
class Shown:
    """A file as a bubble shows it: the addresses of the file and of its picture (""), and what plays it (audio, video or "")."""

    state: str
    name: str
    size_bytes: int
    reason: str
    original: str
    picture: str
    plays: str


def of(talk: Conversation, messages: list[Message]) -> dict[int, Shown]:
    """Files by the key of the message they came or went with."""
    base = [talk.hotel.slug, talk.pk]
    letters = {row.inbound_id: row.pk for row in messages if row.inbound_id and row.kind != "text"}
    shown: dict[int, Shown] = {}
    for row in messages:
        told = row.outbound.content.get("file") if row.outbound is not None else None
        if told:
            original = reverse("console:sent-file", args=[*base, told["pk"]])
            picture_ = f"{original}?picture" if told["mime_type"].startswith("image/") else ""
            shown[row.pk] = Shown(Media.State.KEPT, told["name"], told["size_bytes"], "", original, picture_, "")
    if not letters:
        return shown
    drawn = ExpressionWrapper(Q(shown__isnull=False), output_field=BooleanField())
    rows = Media.objects.filter(inbound__in=letters).annotate(drawn=drawn)
    for inbound, pk, state, name, size, reason, kind, is_drawn in rows.values_list(
        "inbound", "pk", "state", "name", "size_bytes", "reason", "mime_type", "drawn"
    ):
        original = reverse("console:file", args=[*base, pk])
        picture_ = reverse("console:picture", args=[*base, pk]) if is_drawn else ""
        plays = kind.partition("/")[0] if kind in PLAYED else ""
        shown[letters[inbound]] = Shown(state, name, size, reason, original, picture_, plays)
    return shown


def sendable(upload: UploadedFile[bytes]) -> tuple[bytes, str, str] | None:
    """A file as guests can be sent it: (bytes, type, name). None for what they cannot."""
    made = pictures.sendable(upload.read(pictures.UPLOAD_BYTES + 1), side=SENT_SIDE)
    if made is None:
        return None
    data, kind = made
    name = clean((upload.name or "").replace("/", " ").replace("\\", " ")).strip(". ")[-100:] or f"file{ENDINGS[kind]}"
    return data, kind, name


def keep(talk: Conversation, key: str, upload: UploadedFile[bytes]) -> Attachment | None:
    """A file a person wants to send; pictures without where they were taken. None for what guests cannot be sent. The same key
    twice is the same file; raises KeyReused when it is another one."""
    found = sendable(upload)
    if found is None:
        return None
    data, kind, name = found
    values = {"name": name, "mime_type": kind, "data": data}
    row, made = Attachment.objects.get_or_create(thread_id=talk.thread_id, key=key, defaults=values)
    if not made and bytes(row.data) != data:
        raise handoff.KeyReused
    return row


def keep_canned(talk: Conversation, key: str, pk: int) -> Attachment | None:
    """The file of a canned reply of the hotel, as ``keep``. None when there is none any more."""
    row = CannedReply.objects.filter(hotel=talk.hotel_id, pk=pk).exclude(file=None).first()
    if row is None or row.file is None:
        return None
    values = {"name": row.file_name, "mime_type": row.file_type, "data": bytes(row.file)}
    found, made = Attachment.objects.get_or_create(thread_id=talk.thread_id, key=key, defaults=values)
    if not made and bytes(found.data) != values["data"]:
        raise handoff.KeyReused
    return found


@desk
@require_safe
def picture(request: DeskRequest, pk: int, media: int) -> HttpResponse:
    """The picture as it was drawn anew."""
    row = _row(request, pk, media)
    if row.shown is None:
        raise Http404
    data = bytes(row.shown)
    return downloads.shown(data, pictures.type_of(data))


@desk
@require_safe
def file(request: DeskRequest, pk: int, media: int) -> HttpResponse:
    """The file as it came: a download, or with ``?play`` what a player asks for, in parts."""
    row = _row(request, pk, media)
    data = bytes(row.data or b"")
    if "play" in request.GET and row.mime_type in PLAYED:
        return _part(request, data, row.mime_type)
    return downloads.download(data, row.name or f"{row.inbound.kind}-{row.pk}{ENDINGS.get(row.mime_type, '')}")


@desk
@require_safe
def sent_file(request: DeskRequest, pk: int, attachment: int) -> HttpResponse:
    """A file that a person sent: a download, or with ``?picture`` the picture."""
    talk = talk_or_404(request, pk)
    row = Attachment.objects.filter(pk=attachment, thread=talk.thread_id).first()
    if row is None:
        raise Http404
    if "picture" in request.GET and row.is_picture:
        return downloads.shown(bytes(row.data), row.mime_type)
    return downloads.download(bytes(row.data), row.name)


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
        response = downloads.shown(data, kind)
    else:
        first = int(wanted[1])
        last = min(int(wanted[2] or len(data) - 1), len(data) - 1)
        if first > last:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{len(data)}"
            return response
        response = downloads.shown(data[first : last + 1], kind)
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    response["Accept-Ranges"] = "bytes"
    return response
