"""A letter as a mail: plain text and HTML of the same words, threaded, with the hotel's look and a calendar file."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from icalendar import Calendar, Event

from channels_app.envelope import Content, JsonObject
from channels_app.transports.mail import gmail, ids, providers
from channels_app.transports.mail.servers import Server

REFERENCES_LIMIT = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
LOGO_LIMIT = 200 * 1024


@dataclass(frozen=True)
class Look:
    """How every mail of a hotel looks."""

    hotel: str
    lines: tuple[str, ...]
    colour: str
    logo: bytes = field(default=b"", repr=False)

    @property
    def logo_type(self) -> str:
        """What kind of image the logo is, as MIME calls it."""
        return "png" if self.logo.startswith(PNG) else "jpeg"


@dataclass(frozen=True)
class Prepared:
    """What a mail needs of the database."""

    server: Server
    sender_name: str
    sender: str
    reply_to: str
    recipient_name: str
    recipient: str
    message_id: str
    subject: str
    in_reply_to: str
    references: tuple[str, ...]
    automatic: bool
    language: str
    look: Look
    # Bytes of the letter's file.
    attached: bytes = field(default=b"", repr=False)
    # By Gmail's API instead of the server, when it is given.
    api: gmail.Way | None = None
    gmail_thread: str = ""
    # By another provider's API.
    provider: providers.Way | None = None
    # Whoever carries it gives the mail a Message-ID of its own.
    is_renamed: bool = False


def compose(content: Content, about: Prepared) -> EmailMessage:
    """Raises ValueError for an address that cannot be written to."""
    message = EmailMessage()
    message["From"] = Address(_line(about.sender_name), addr_spec=about.sender)
    message["To"] = Address(_line(about.recipient_name), addr_spec=about.recipient)
    if about.reply_to and about.reply_to != about.sender:
        message["Reply-To"] = Address(addr_spec=about.reply_to)
    message["Subject"] = _line(about.subject)
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = f"<{about.message_id}>"
    chain = [*about.references, about.in_reply_to] if about.in_reply_to else []
    if about.in_reply_to:
        message["In-Reply-To"] = f"<{about.in_reply_to}>"
    if about.is_renamed:  # an answer names what its mail referred to: so it is known as an answer to ours all the same
        chain.append(about.message_id)
        message["X-Metadata"] = json.dumps({providers.LETTER: str(ids.outbound_of(about.message_id) or "")})
    if chain:
        message["References"] = " ".join(f"<{one}>" for one in list(dict.fromkeys(chain))[-REFERENCES_LIMIT:])
    if about.automatic:
        message["Auto-Submitted"] = "auto-replied" if about.in_reply_to else "auto-generated"
    context = _context(content, about, "cid:logo")
    message.set_content(re.sub(r"\n{3,}", "\n\n", render_to_string("mail/letter.txt", context)).strip() + "\n")
    message.add_alternative(render_to_string("mail/letter.html", context), subtype="html")
    if about.look.logo:
        page, kind = message.get_payload()[1], about.look.logo_type  # type: ignore[index]
        page.add_related(about.look.logo, "image", kind, cid="<logo>", disposition="inline", filename=f"logo.{kind}")  # type: ignore[union-attr]
    if content.file and about.attached:
        main, _slash, sub = content.file["mime_type"].partition("/")
        message.add_attachment(about.attached, maintype=main, subtype=sub, filename=_line(content.file["name"]))
    if event := content.mail.get("event"):
        # A bare file, not an invitation: nobody has to accept a stay.
        message.add_attachment(calendar(event), maintype="text", subtype="calendar", filename="reserva.ics")
    return message


def page(content: Content, about: Prepared) -> str:
    """The mail's HTML as a document by itself."""
    logo = f"data:image/{about.look.logo_type};base64,{base64.b64encode(about.look.logo).decode()}"
    return render_to_string("mail/letter.html", _context(content, about, logo))


def _context(content: Content, about: Prepared, logo: str) -> dict[str, Any]:
    numbered = any(choice.description for choice in content.choices)
    return {
        "language": about.language,
        "subject": _line(about.subject),
        "look": about.look,
        "logo": logo if about.look.logo else "",
        "words": content.mail,
        "paragraphs": [one.strip("\n") for one in re.split(r"\n\s*\n", content.text.strip()) if one.strip()],
        "numbered": content.choices if numbered else (),
        "named": () if numbered else content.choices,
    }


def calendar(event: JsonObject) -> bytes:
    """One stay as a calendar file. ``event``: uid, sequence, starts and ends (ISO, aware), summary, location, description,
    cancelled."""
    row = Event()
    row.add("uid", event["uid"])
    row.add("sequence", event["sequence"])
    row.add("dtstamp", timezone.now())
    row.add("dtstart", dt.datetime.fromisoformat(event["starts"]).astimezone(dt.UTC))
    row.add("dtend", dt.datetime.fromisoformat(event["ends"]).astimezone(dt.UTC))
    row.add("summary", event["summary"])
    row.add("location", event["location"])
    row.add("description", event["description"])
    row.add("status", "CANCELLED" if event["cancelled"] else "CONFIRMED")
    file = Calendar()
    file.add("prodid", "-//hotel-receptionist//stays//")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add_component(row)
    return bytes(file.to_ical())


def _line(given: str) -> str:
    """One line of a header, whatever was in it. An encoded word in it would be decoded on the way out, line breaks and all."""
    return _CONTROL.sub(" ", given).replace("=?", "= ?").strip()[:500]
