"""What a file is by its bytes, and pictures drawn anew so that nothing but the picture is left."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# The largest picture that is decoded at all, and the longest side of one that is shown.
PIXELS, SIDE = 50_000_000, 1600
# What a person uploads, as large as a request may be.
UPLOAD_BYTES = 4 * 1000 * 1000
# Files a browser may play or show by itself, by their first bytes (offset, bytes, type).
_BEGINNINGS = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
)


def type_of(data: bytes) -> str:
    """The type its first bytes tell, "" for anything that is not on the list."""
    return next((kind for place, mark, kind in _BEGINNINGS if data[place : place + len(mark)] == mark), "")


def sendable(data: bytes, *, side: int) -> tuple[bytes, str] | None:
    """A file as it may be sent by every channel, and its type: a PDF as it is, a picture (JPEG, PNG) drawn anew. None for
    anything else, and for more than UPLOAD_BYTES."""
    kind = type_of(data)
    if len(data) > UPLOAD_BYTES or kind not in {"image/jpeg", "image/png", "application/pdf"}:
        return None
    drawn = data if kind == "application/pdf" else redrawn(data, side=side)
    return (drawn, type_of(drawn)) if drawn is not None else None


def redrawn(data: bytes, *, side: int = SIDE) -> bytes | None:
    """The picture as JPEG (PNG when it has holes), upright, at most ``side`` px long, without EXIF. None when it is none, or one
    that would need more memory than it is worth."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS:
                return None
            opened.draft("RGB", (side, side))
            picture = ImageOps.exif_transpose(opened)
            picture.thumbnail((side, side))
            holes = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
            made, out = picture.convert("RGBA" if holes else "RGB"), io.BytesIO()
            clean = Image.new(made.mode, made.size)  # only the pixels: no comment, profile or thumbnail comes along
            clean.paste(made)
            clean.save(out, "PNG" if holes else "JPEG", quality=85, optimize=not holes)
            return out.getvalue()
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return None
