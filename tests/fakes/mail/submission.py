"""What Gmail does with a message handed to it for sending: checks, rewriting, filing into Sent, and bounces."""

from __future__ import annotations

import email.utils
import re
import secrets

from .account import Account, Delivery, Message
from .headers import crlf, field_of, name_of, parse, parse_headers, prepend, split, without

# 25 MB is what the help pages say; the number is the one smtp.gmail.com announces in EHLO, which counts the encoding.
MOST_OCTETS = 35_882_577
MOST_RECIPIENTS = 100
WELL_FORMED_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
ONCE = {"from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"}
HELP = "https://support.google.com/mail/?p="


class Rejected(Exception):
    """A refusal: the SMTP code, the enhanced code and the text."""

    def __init__(self, code: int, enhanced: str, *lines: str) -> None:
        super().__init__(f"{code} {enhanced} {' '.join(lines)}")
        self.code = code
        self.enhanced = enhanced
        self.lines = lines


def limit_reached() -> Rejected:
    return Rejected(
        550, "5.4.5", "Daily user sending limit exceeded. For more information on Gmail", "sending limits go to", HELP + "sentlimit"
    )


def too_large() -> Rejected:
    return Rejected(552, "5.2.3", "Your message exceeded Google's message size limits. Please visit", HELP + "MaxSizeError")


def check(raw: bytes) -> None:
    """Raise Rejected for what Gmail does not take."""
    if len(raw) > MOST_OCTETS:
        raise too_large()
    names = [name_of(one) for one in split(raw)[0]]
    if twice := sorted({name for name in names if name in ONCE and names.count(name) > 1}):
        raise Rejected(550, "5.7.1", "This message is not RFC 5322 compliant, the issue is:", f"duplicate headers: {', '.join(twice)}.")
    if not [address for _, address in email.utils.getaddresses([field_of(parse_headers(raw), "From")]) if "@" in address]:
        raise Rejected(550, "5.7.1", "Messages missing a valid address in From: header, or having", "no From: header, are not accepted.")


def submit(
    account: Account, recipients: list[str], raw: bytes, *, thread: int | None = None, late: bool = False
) -> tuple[bytes, Message | None]:
    """Send and file; returns the copy for Sent and the message filed there (None if it is `late`). Raises Rejected."""
    handed, raw = raw, crlf(raw)
    check(raw)
    with account.lock:
        if account.sent_today + len(recipients) > account.daily_limit:
            raise limit_reached()
        account.sent_today += len(recipients)
    copy = rewritten(account, raw)
    out = without(copy, "bcc")
    with account.lock:
        account.accepted.append(Delivery(account.address, tuple(recipients), handed, out, parse(out)))
    return copy, None if late else file_sent(account, recipients, copy, thread)


def file_sent(account: Account, recipients: list[str], copy: bytes, thread: int | None = None) -> Message:
    """Into Sent; a mail to oneself is one message with two labels, not two messages."""
    also = ("inbox",) if any(account.owns(address) for address in recipients) else ()
    return account.file(copy, "sent", thread=thread, flags={"\\Seen"}, also=also)


def rewritten(account: Account, raw: bytes) -> bytes:
    """From, Message-ID and Date as Gmail leaves them: our own id is kept only if it is well-formed."""
    headers = parse_headers(raw)
    name, address = email.utils.parseaddr(field_of(headers, "From"))
    if not account.owns(address):
        raw = prepend(
            without(raw, "from"), f"X-Google-Original-From: {address}", f"From: {email.utils.formataddr((name, account.address))}"
        )
    if not WELL_FORMED_ID.fullmatch(field_of(headers, "Message-ID")):
        raw = prepend(without(raw, "message-id"), f"Message-ID: <{secrets.token_hex(16)}@mx.google.com>")
    if not headers.get("Date"):
        raw = prepend(raw, f"Date: {email.utils.formatdate()}")
    received = (
        f"Received: from localhost ([127.0.0.1]) by smtp.gmail.com with ESMTPSA id {secrets.token_hex(8)}; {email.utils.formatdate()}"
    )
    return prepend(raw, f"Return-Path: <{account.address}>", received)


def bounce(account: Account, recipient: str, failed: Message) -> bytes:
    """The delivery failure Gmail files for an address nobody has, with the headers of what was sent."""
    mark = secrets.token_hex(12)
    head = failed.raw.partition(b"\r\n\r\n")[0] + b"\r\n"
    lines = [
        f"Delivered-To: {account.address}",
        "Return-Path: <>",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        f"To: {account.address}",
        "Auto-Submitted: auto-replied",
        "Subject: Delivery Status Notification (Failure)",
        f"X-Failed-Recipients: {recipient}",
        f"References: {failed.message_id}",
        f"In-Reply-To: {failed.message_id}",
        f"Message-ID: <{secrets.token_hex(8)}.GMR@mx.google.com>",
        f"Date: {email.utils.formatdate()}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; boundary="{mark}"; report-type=delivery-status',
        "",
        f"--{mark}",
        'Content-Type: text/plain; charset="UTF-8"',
        "",
        "** Address not found **",
        "",
        f"Your message wasn't delivered to {recipient} because the address couldn't be found, or is unable to receive mail.",
        "",
        f"--{mark}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; googlemail.com",
        f"Arrival-Date: {email.utils.formatdate()}",
        f"X-Original-Message-ID: {failed.message_id}",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.1.1",
        f"Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist: {recipient}",
        "",
        f"--{mark}",
        "Content-Type: message/rfc822",
        "",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + head + f"\r\n--{mark}--\r\n".encode()
