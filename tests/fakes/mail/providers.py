"""Postmark's and Mailgun's sending APIs on loopback, as strict as they are; and what they and Amazon SES tell afterwards, as they
send it (Postmark "Bounce webhook", Mailgun "Webhooks", Amazon SES "Notification contents")."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

POSTMARK_TOKEN, MAILGUN_KEY, SIGNING_KEY = (
    "b3b2a1c0-0000-4000-8000-000000000001",
    "key-3ax6xnjp29jd6fds4gc373sgvjxteol0",
    "mailgun-signing-key",
)
INACTIVE = (
    422,
    {
        "ErrorCode": 406,
        "Message": "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: ana@guest.example. "
        "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression.",
    },
)


@dataclass(frozen=True)
class Taken:
    """One mail as the provider would send it. ``inline``: Content-ID → (type, bytes); ``files``: name → (type, bytes)."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    reply_to: str
    headers: dict[str, str]
    metadata: dict[str, str]
    inline: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        """The one it leaves with."""
        return self.headers.get("Message-ID", f"<{self.id}@mtasv.net>")


class ProviderDouble:
    """``fault``: the next answer instead of the true one, (status, JSON) or "cut" (taken, and the line breaks)."""

    def __init__(self, postmark_token: str = POSTMARK_TOKEN, mailgun_key: str = MAILGUN_KEY) -> None:
        self.postmark_token, self.mailgun_key = postmark_token, mailgun_key
        self.sent: list[Taken] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.faults: list[object] = []
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                double._post(self)

            def do_GET(self) -> None:
                double.asked.append((self.path, dict(self.headers.items())))
                _answer(self, 200, {})

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self) -> ProviderDouble:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fault(self, what: object) -> None:
        self.faults.append(what)

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.asked.append((request.path, dict(request.headers.items())))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, tuple):
            _answer(request, *fault)
            return
        status, told = self._mailgun(request, body) if urlsplit(request.path).path.endswith("/messages") else self._postmark(request, body)
        if fault == "cut":
            request.close_connection = True
            request.connection.close()
            return
        _answer(request, status, told)

    def _postmark(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, object]:
        if request.path != "/email":
            return 404, {"ErrorCode": 404, "Message": "Not found"}
        if request.headers.get("X-Postmark-Server-Token") != self.postmark_token:
            return 401, {
                "ErrorCode": 10,
                "Message": "The Server Token you provided in the X-Postmark-Server-Token request header was invalid.",
            }
        told = json.loads(body)
        if not told.get("From"):
            return 422, {"ErrorCode": 300, "Message": "Invalid 'From' address: ''."}
        if not told.get("To"):
            return 422, {"ErrorCode": 300, "Message": "Zero recipients specified"}
        headers = {one["Name"]: one["Value"] for one in told.get("Headers", [])}
        if headers.pop("X-PM-KeepID", "") != "true":
            headers.pop("Message-ID", None)
        inline, files = {}, {}
        for one in told.get("Attachments", []):
            data = (one["ContentType"].partition(";")[0], base64.b64decode(one["Content"]))
            if one.get("ContentID"):
                inline[one["ContentID"].removeprefix("cid:")] = data
            else:
                files[one["Name"]] = data
        key = str(uuid.uuid4())
        self.sent.append(
            Taken(
                key, told["From"], told["To"], told.get("Subject", ""), told.get("TextBody", ""), told.get("HtmlBody", ""),
                told.get("ReplyTo", ""), headers, {name: str(value) for name, value in told.get("Metadata", {}).items()}, inline, files,
            )
        )  # fmt: skip
        return 200, {
            "To": told["To"],
            "SubmittedAt": "2026-11-22T11:00:00.0000000-05:00",
            "MessageID": key,
            "ErrorCode": 0,
            "Message": "OK",
        }

    def _mailgun(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, object]:
        if request.headers.get("Authorization") != "Basic " + base64.b64encode(f"api:{self.mailgun_key}".encode()).decode():
            return 401, "Forbidden"
        if unquote(urlsplit(request.path).path) != "/v3/hotel.example/messages":
            return 404, {"message": "Domain not found: nowhere"}
        fields, inline, files = _form(request.headers.get("Content-Type", ""), body)
        if "from" not in fields:
            return 400, {"message": "from parameter is missing"}
        headers = {name[2:]: value for name, value in fields.items() if name.startswith("h:")}
        key = headers.setdefault("Message-ID", headers.pop("Message-Id", f"<{uuid.uuid4()}@hotel.example>"))
        metadata = {name[2:]: value for name, value in fields.items() if name.startswith("v:")}
        self.sent.append(
            Taken(
                key, fields["from"], fields["to"], fields.get("subject", ""), fields.get("text", ""), fields.get("html", ""),
                headers.get("Reply-To", ""), headers, metadata, inline, files,
            )
        )  # fmt: skip
        return 200, {"id": key, "message": "Queued. Thank you."}


def _form(kind: str, body: bytes) -> tuple[dict[str, str], dict[str, tuple[str, bytes]], dict[str, tuple[str, bytes]]]:
    if not kind.startswith("multipart/"):
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}, {}, {}
    fields: dict[str, str] = {}
    parts: dict[str, dict[str, tuple[str, bytes]]] = {"inline": {}, "attachment": {}}
    for part in email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload():
        name, data = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if part.get_filename():
            parts[name][part.get_filename()] = (part.get_content_type(), data)
        else:
            fields[name] = data.decode()
    return fields, parts["inline"], parts["attachment"]


def _answer(request: BaseHTTPRequestHandler, status: int, told: object) -> None:
    data = told.encode() if isinstance(told, str) else json.dumps(told).encode()
    request.send_response(status)
    request.send_header("Content-Type", "text/plain" if isinstance(told, str) else "application/json")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


# --- what they tell: (body, headers) --------------------------------------------------------------------------------------


def basic(user: object, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def postmark_says(kind: str, mail: str, recipient: str, letter: object, at: str = "2026-11-22T16:33:54.0Z") -> bytes:
    common = {"MessageID": mail, "Metadata": {"letter": str(letter)}, "MessageStream": "outbound", "ServerID": 23, "Tag": ""}
    bounce = {
        "ID": 4323372036854775807, "Type": kind, "TypeCode": 1, "Name": "Hard bounce", "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.", "Email": recipient, "From": "reservas@hotel.example",
        "BouncedAt": at, "DumpAvailable": True, "Inactive": True, "CanActivate": True, "Subject": "Reserva",
    }  # fmt: skip
    shapes = {
        "Delivery": {"RecordType": "Delivery", "Recipient": recipient, "DeliveredAt": at, "Details": "Test delivery webhook details"},
        "HardBounce": {"RecordType": "Bounce", **bounce},
        "SpamComplaint": {"RecordType": "SpamComplaint", **bounce, "Details": ""},
        "Open": {"RecordType": "Open", "Recipient": recipient, "ReceivedAt": at, "FirstOpen": True, "UserAgent": "Mozilla/5.0"},
    }
    return json.dumps(common | shapes[kind]).encode()


def mailgun_says(kind: str, mail: str, recipient: str, letter: object, *, key: str = SIGNING_KEY, at: float = 1795365234.0) -> bytes:
    token, stamp = uuid.uuid4().hex * 2, str(int(time.time()))
    event = {
        "id": "G9Bn5sl1TC6nu79C8C0bwg", "event": kind, "timestamp": at, "recipient": recipient, "recipient-domain": recipient.rpartition("@")[2],
        "user-variables": {"letter": str(letter)}, "tags": [], "log-level": "info",
        "message": {"headers": {"to": recipient, "message-id": mail.strip("<>"), "from": "reservas@hotel.example", "subject": "Reserva"}, "size": 111},
    }  # fmt: skip
    if kind == "failed":
        event |= {
            "severity": "permanent", "reason": "bounce", "log-level": "error",
            "delivery-status": {"attempt-no": 1, "message": "5.1.1 no such mailbox", "code": 550, "description": "", "session-seconds": 0.4},
        }  # fmt: skip
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return json.dumps({"signature": {"timestamp": stamp, "token": token, "signature": signature}, "event-data": event}).encode()


def amazon_says(
    kind: str, mail: str, recipient: str, letter: object = "", at: str = "2026-11-22T16:33:54.183Z"
) -> tuple[bytes, dict[str, str]]:
    """(body, headers): an SNS notification. ``letter`` "": the identity is set to leave the original headers out."""
    headers = (
        [{"name": "Subject", "value": "Reserva"}, {"name": "X-Metadata", "value": json.dumps({"letter": str(letter)})}] if letter else []
    )
    event = {
        "notificationType": kind,
        "mail": {
            "timestamp": "2026-11-22T16:33:50.000Z", "source": "reservas@hotel.example", "sourceArn": "arn:aws:ses:us-east-1:1:identity/hotel.example",
            "sendingAccountId": "123456789012", "messageId": mail, "destination": [recipient], "headersTruncated": False, "headers": headers,
        },
    }  # fmt: skip
    if kind == "Bounce":
        event["bounce"] = {
            "bounceType": "Permanent", "bounceSubType": "General", "timestamp": at, "feedbackId": "0100017c-0000", "reportingMTA": "dsn; a8-50",
            "bouncedRecipients": [
                {"emailAddress": recipient, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
            ],
        }  # fmt: skip
    elif kind == "Complaint":
        event["complaint"] = {"complainedRecipients": [{"emailAddress": recipient}], "timestamp": at, "complaintFeedbackType": "abuse"}
    else:
        event["delivery"] = {
            "timestamp": at,
            "recipients": [recipient],
            "smtpResponse": "250 ok: Message accepted",
            "processingTimeMillis": 546,
        }
    return notified("Notification", Message=json.dumps(event), Timestamp=at)


def notified(kind: str, **more: str) -> tuple[bytes, dict[str, str]]:
    key = str(uuid.uuid4())
    told = {
        "Type": kind, "MessageId": key, "TopicArn": "arn:aws:sns:us-east-1:123456789012:mail", "SignatureVersion": "1", "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem", "Timestamp": "2026-11-22T16:33:54.183Z", **more,
    }  # fmt: skip
    return json.dumps(told).encode(), {
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": key,
        "Content-Type": "text/plain; charset=UTF-8",
    }
