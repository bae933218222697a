"""Reading and changing header fields as octets, so that nothing but the meant field is touched."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32


def crlf(raw: bytes) -> bytes:
    """Every line ends in CRLF, as after a transport by SMTP."""
    return re.sub(rb"\r?\n|\r(?!\n)", b"\r\n", raw)


def parse_headers(raw: bytes) -> Message:
    """Headers only, by the forgiving parser."""
    return BytesHeaderParser(policy=compat32).parsebytes(raw)


def parse(raw: bytes) -> Message:
    """The whole message, by the forgiving parser."""
    return BytesParser(policy=compat32).parsebytes(raw)


def field_of(headers: Message, name: str) -> str:
    """The field unfolded and decoded; the empty text if it is absent or cannot be decoded."""
    value = headers.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(value)))
    except (LookupError, UnicodeError, ValueError):
        text = str(value)
    return re.sub(r"\r?\n", "", text).strip()


def split(raw: bytes) -> tuple[list[bytes], bytes]:
    """The fields, each with its continuation lines and line ends, and the rest from the empty line on."""
    head, mark, body = raw.partition(b"\r\n\r\n")
    if raw.startswith(b"\r\n"):
        return [], raw
    fields = re.findall(rb"(?:[^\r\n]|\r(?!\n)|\n)*\r\n(?:[ \t][^\r\n]*\r\n)*", head + b"\r\n")
    return fields, (b"\r\n" + body) if mark else b""


def name_of(one: bytes) -> str:
    return one.partition(b":")[0].decode("ascii", "replace").strip().lower()


def without(raw: bytes, name: str) -> bytes:
    """The message less every field of this name."""
    fields, rest = split(raw)
    return b"".join(one for one in fields if name_of(one) != name.lower()) + rest


def prepend(raw: bytes, *lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8") + raw
