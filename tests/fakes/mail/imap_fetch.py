"""FETCH: what may be asked of a message and how Gmail writes the answer."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email.message import Message as Parsed

from .account import SYSTEM_LABELS, Account, Message
from .headers import name_of, parse, split
from .imap_search import MONTHS
from .imap_words import Bad, quote
from .imap_words import parse as parse_words

# Gmail answers in an order of its own, whatever order was asked for.
ORDER = ["X-GM-THRID", "X-GM-MSGID", "X-GM-LABELS", "UID", "RFC822.SIZE", "INTERNALDATE", "FLAGS", "BODYSTRUCTURE"]
MACROS = {"FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]}
BODY = re.compile(r"BODY(?P<peek>\.PEEK)?\[(?P<section>[^\]]*)\](?:<(?P<start>\d+)(?:\.(?P<length>\d+))?>)?", re.IGNORECASE)
RFC822 = {"RFC822": ("", False), "RFC822.HEADER": ("HEADER", True), "RFC822.TEXT": ("TEXT", False)}


@dataclass(frozen=True)
class Section:
    """A piece of the message's own octets. Without `peek` reading it marks the message as seen."""

    name: str
    section: str
    peek: bool
    start: int | None = None
    length: int | None = None


def parse_items(words: list, *, by_uid: bool) -> list[str | Section]:
    """What is asked for, UID added when the command was UID FETCH. Bad for anything unknown."""
    asked = words[0] if len(words) == 1 and isinstance(words[0], list) else words
    names = [name for word in asked for name in MACROS.get(str(word).upper(), [word])]
    items: list[str | Section] = [_item(name) for name in names]
    if not items:
        raise Bad("Could not parse command")
    return [*items, "UID"] if by_uid and "UID" not in items else items


def _item(word: object) -> str | Section:
    if not isinstance(word, str):
        raise Bad("Could not parse command")
    name = word.upper()
    if name in ORDER:
        return name
    if name in RFC822:
        return Section(name, RFC822[name][0], RFC822[name][1])
    match = BODY.fullmatch(word)
    if match is None:
        raise Bad("Could not parse command")
    section = match["section"].upper()
    if section not in {"", "HEADER", "TEXT"} and not re.fullmatch(r"HEADER\.FIELDS(?:\.NOT)? \(.+\)", section):
        raise Bad("Could not parse command")
    start = int(match["start"]) if match["start"] else None
    shown = f"BODY[{section}]" + (f"<{start}>" if start is not None else "")
    return Section(shown, section, bool(match["peek"]), start, int(match["length"]) if match["length"] else None)


def marks_seen(items: list[str | Section]) -> bool:
    return any(isinstance(item, Section) and not item.peek for item in items)


def render(account: Account, role: str, seq: int, uid: int, message: Message, items: list[str | Section], *, lie_by: int = 0) -> bytes:
    """One untagged FETCH response. `lie_by` is added to what the first literal says its size is."""
    plain = {
        "X-GM-THRID": str(message.thrid), "X-GM-MSGID": str(message.msgid), "X-GM-LABELS": labels(account, role, message),
        "UID": str(uid), "RFC822.SIZE": str(len(message.raw)), "INTERNALDATE": internaldate(message.received_at),
        "FLAGS": f"({' '.join(sorted(message.flags))})",
    }  # fmt: skip
    parts: list[bytes] = []
    for name in ORDER:
        if name in items:
            value = structure(parse(message.raw)) if name == "BODYSTRUCTURE" else plain[name]
            parts.append(f"{name} {value}".encode())
    for item in items:
        if isinstance(item, Section):
            data = octets(message.raw, item)
            parts.append(f"{item.name} {{{len(data) + lie_by}}}\r\n".encode() + data)
            lie_by = 0
    return b"* %d FETCH (" % seq + b" ".join(parts) + b")\r\n"


def octets(raw: bytes, item: Section) -> bytes:
    head, mark, body = raw.partition(b"\r\n\r\n")
    if item.section == "HEADER":
        data = head + b"\r\n\r\n"
    elif item.section == "TEXT":
        data = body
    elif item.section.startswith("HEADER.FIELDS"):
        wanted = {name.lower() for name in parse_words(item.section.partition(" ")[2].encode())[0]}
        keeps = not item.section.startswith("HEADER.FIELDS.NOT")
        data = b"".join(one for one in split(raw)[0] if (name_of(one) in wanted) == keeps) + b"\r\n"
    else:
        data = raw
    if item.start is None:
        return data
    return data[item.start : None if item.length is None else item.start + item.length]


def labels(account: Account, role: str, message: Message) -> str:
    """System labels as quoted words with a doubled backslash; the mailbox one looks through is left out."""
    system = [SYSTEM_LABELS[one] for one in account.shown_in(message) if one != role]
    return "(" + " ".join(quote(label) for label in [*system, *sorted(message.labels)]) + ")"


def internaldate(at: dt.datetime) -> str:
    return f'"{at.day:02d}-{MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} {at:%z}"'


def structure(part: Parsed) -> str:
    """BODYSTRUCTURE with the fields a client can lay hands on; envelopes of enclosed messages are left empty."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        children = "".join(structure(child) for child in part.get_payload())
        return f"({children} {quote(part.get_content_subtype().upper())} {_parameters(part)} NIL NIL)"
    data = _encoded(part)
    kind = f"{quote(part.get_content_maintype().upper())} {quote(part.get_content_subtype().upper())}"
    encoding = quote(str(part.get("Content-Transfer-Encoding", "7BIT")).strip().upper())
    content_id = quote(str(part["Content-ID"]).strip()) if part["Content-ID"] else "NIL"
    fields = f"{kind} {_parameters(part)} {content_id} NIL {encoding} {len(data)}"
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        fields += f" ({' '.join(['NIL'] * 10)}) {structure(part.get_payload(0))} {data.count(bytes([10]))}"
    elif part.get_content_maintype() == "text":
        fields += f" {data.count(bytes([10]))}"
    disposition = part.get_content_disposition()
    shown = f"({quote(disposition.upper())} {_parameters(part, 'content-disposition')})" if disposition else "NIL"
    return f"({fields} NIL {shown} NIL)"


def _encoded(part: Parsed) -> bytes:
    """The part's octets as they lie in the message. The parser hands 8-bit text out decoded, so that is asked for as octets."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0].as_bytes() if payload else b""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() in {"base64", "quoted-printable"}:
        return str(payload).encode("ascii", "surrogateescape")
    return part.get_payload(decode=True) or b""


def _parameters(part: Parsed, header: str = "content-type") -> str:
    found = (part.get_params(header=header) or [])[1:]
    texts = [(name, value if isinstance(value, str) else value[2]) for name, value in found]
    words = " ".join(f"{quote(name.upper())} {quote(re.sub(r'[^ -~]', '?', value))}" for name, value in texts)
    return f"({words})" if words else "NIL"
