"""Media of the double: upload, description with a short-lived url, download with the token, deletion."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import GraphError, no_such_object

MB = 1024 * 1024
INBOUND_LIFE_S = 7 * 24 * 3600
UPLOAD_LIFE_S = 30 * 24 * 3600
URL_LIFE_S = 5 * 60
# Largest upload by MIME type (Cloud API reference, supported media types).
LIMITS = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MB),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MB),
    **dict.fromkeys(("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), 16 * MB),
    "image/webp": 500 * 1024,
    **dict.fromkeys(
        (
            "application/pdf",
            "text/plain",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100 * MB,
    ),
}


@dataclass
class File:
    """One stored file; times are the double's clock."""

    data: bytes
    mime_type: str
    dies_at: float
    url_dies_at: float = 0.0


class MediaStore:
    """Files by media id, in memory: a test that restarts the double uploads again."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._ids = itertools.count(700001)
        self._files: dict[str, File] = {}

    def is_known(self, media_id: str) -> bool:
        """Whether this id can be sent or described now."""
        file = self._files.get(media_id)
        return file is not None and file.dies_at > self._now()

    def plant(self, data: bytes, mime_type: str) -> dict[str, str]:
        """A file a guest sent; returns the keys that describe it in a webhook (sha256 in base64 there)."""
        media_id = self._keep(File(data, mime_type, self._now() + INBOUND_LIFE_S))
        return {
            "id": media_id,
            "mime_type": mime_type,
            "sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        }

    def upload(self, content_type: str, body: bytes) -> str:
        """Take a multipart upload as POST /{phone_number_id}/media gets it; returns the media id."""
        head = b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n"
        form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        product = parts.get("messaging_product")
        if product is None or product.get_payload(decode=True).strip() != b"whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        file = parts.get("file")
        if file is None or not file.get_filename():
            raise GraphError(100, "The parameter file is required.")
        mime_type = file.get_content_type()
        if mime_type not in LIMITS:
            raise GraphError(100, f"Param file must be a file with one of the following types: {', '.join(LIMITS)}.")
        data = file.get_payload(decode=True)
        if not 0 < len(data) <= LIMITS[mime_type]:
            raise GraphError(131053, f"File size {len(data)} is not allowed for {mime_type}.")
        return self._keep(File(data, mime_type, self._now() + UPLOAD_LIFE_S))

    def describe(self, media_id: str, origin: str) -> dict[str, Any]:
        """The answer to GET /{media_id}: a url that lives five minutes (sha256 in hex here)."""
        if not self.is_known(media_id):
            raise no_such_object("GET", media_id)
        file = self._files[media_id]
        file.url_dies_at = self._now() + URL_LIFE_S
        return {
            "messaging_product": "whatsapp",
            "url": f"{origin}/_lookaside/?mid={media_id}",
            "mime_type": file.mime_type,
            "sha256": hashlib.sha256(file.data).hexdigest(),
            "file_size": len(file.data),
            "id": media_id,
        }

    def download(self, media_id: str) -> File | None:
        """The file behind a url that is still alive, else None (404)."""
        file = self._files.get(media_id)
        return file if file is not None and file.url_dies_at > self._now() else None

    def delete(self, media_id: str) -> None:
        """Forget a file; an unknown id is refused."""
        with self._lock:
            if self._files.pop(media_id, None) is None:
                raise no_such_object("DELETE", media_id)

    def _keep(self, file: File) -> str:
        with self._lock:
            media_id = str(next(self._ids))
            self._files[media_id] = file
            return media_id
