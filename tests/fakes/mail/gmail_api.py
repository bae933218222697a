"""The pieces of the Gmail API the product may call, and the token endpoint, over the same account as IMAP and SMTP."""

from __future__ import annotations

import base64
import binascii
import email.utils
import json
import re
import secrets
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any

from .account import Account, Message, bare_subject
from .faults import Faults
from .headers import field_of, parse_headers
from .submission import Rejected, submit

Json = dict[str, Any]
SCOPE = "https://mail.google.com/"
WATCH_S = 7 * 24 * 3600
TOKEN_S = 3599
# A JSON body above this has to go to the upload endpoint (fact base, section 4).
MOST_JSON_OCTETS = 5 * 1024 * 1024
LABELS = {"inbox": "INBOX", "sent": "SENT", "drafts": "DRAFT", "junk": "SPAM", "trash": "TRASH"}
USER = re.compile(r"(?P<upload>/upload)?/gmail/v1/users/(?P<user>[^/]+)/(?P<rest>.+)")
MOMENTS = {"messages": "list", "messages/batchModify": "modify", "history": "history", "watch": "watch", "profile": "profile"}
FAULTS = {
    "api_401": (401, "authError", "Invalid Credentials", "UNAUTHENTICATED"),
    "api_403_rate": (403, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries'", "PERMISSION_DENIED"),
    "api_403_policy": (403, "domainPolicy", "The domain administrators have disabled Gmail apps.", "PERMISSION_DENIED"),
    "api_429": (429, "userRateLimitExceeded", "User-rate limit exceeded.", "RESOURCE_EXHAUSTED"),
    "api_500": (500, "backendError", "Internal error encountered.", "INTERNAL"),
    "api_history_gone": (404, "notFound", "Requested entity was not found.", "NOT_FOUND"),
}
TOKEN_FAULTS = {
    "api_invalid_grant": (400, "invalid_grant", "Token has been expired or revoked."),
    "api_invalid_client": (401, "invalid_client", "The OAuth client was not found."),
    "api_token_500": (500, "internal_failure", "backend error"),
}


@dataclass(frozen=True)
class Call:
    """One request, taken apart."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    content_type: str
    token: str

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]


class ApiError(Exception):
    """A refusal in Google's shape."""

    def __init__(self, status: int, reason: str, message: str, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {
                "code": status,
                "message": message,
                "errors": [{"message": message, "domain": "global", "reason": reason}],
                "status": code,
            }
        }


class TokenError(Exception):
    """A refusal of the token endpoint (RFC 6749, 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


class HangUp(Exception):
    """Close without an answer."""


def not_found() -> ApiError:
    return ApiError(*FAULTS["api_history_gone"])


def bad_request(message: str) -> ApiError:
    return ApiError(400, "invalidArgument", message, "INVALID_ARGUMENT")


class GmailApi:
    """Judges calls against an account."""

    def __init__(self, account: Account, faults: Faults, *, client_id: str, client_secret: str) -> None:
        self.account = account
        self.faults = faults
        self.client = (client_id, client_secret)
        self.watches: list[Json] = []

    def answer(self, call: Call) -> Json | None:
        """The JSON of the answer, None for 204. Raises ApiError, TokenError or HangUp."""
        if call.path == "/token":
            return self.token(call)
        match = USER.fullmatch(call.path)
        if match is None:
            raise not_found()
        if call.token not in self.account.access_tokens:
            raise ApiError(*FAULTS["api_401"])
        if match["rest"] != "messages/send":
            self.strike(MOMENTS.get(match["rest"], "get"))
        if urllib.parse.unquote(match["user"]) not in {"me", self.account.address}:
            raise ApiError(403, "forbidden", f"Delegation denied for {self.account.address}", "PERMISSION_DENIED")
        if match["upload"] and (call.method, match["rest"]) != ("POST", "messages/send"):
            raise not_found()
        return self.route(call, match["rest"], is_upload=bool(match["upload"]))

    def strike(self, moment: str) -> bool:
        """Play the fault ordered for this moment; True if the answer is to be lost after the work."""
        fault = self.faults.take("api", moment)
        if fault is None:
            return False
        if fault.kind in FAULTS:
            raise ApiError(*FAULTS[fault.kind])
        if fault.kind == "api_hang":
            self.faults.wait(fault)
            raise HangUp
        return fault.kind == "api_cut_after_send"

    def route(self, call: Call, rest: str, *, is_upload: bool) -> Json | None:
        asked = (call.method, rest)
        if asked == ("POST", "messages/send"):
            return self.send(call, is_upload=is_upload)
        if asked == ("GET", "messages"):
            return self.list(call)
        if asked == ("GET", "history"):
            return self.history(call)
        if asked == ("GET", "profile"):
            return {
                "emailAddress": self.account.address,
                "historyId": str(self.account.history_id),
                "messagesTotal": len(list(self.account.everything())),
            }
        if asked == ("POST", "watch"):
            return self.watch(call)
        if asked == ("POST", "stop"):
            return None
        if asked == ("POST", "messages/batchModify"):
            return self.modify(call)
        if call.method == "GET" and rest.startswith("messages/"):
            return self.get(call, rest.removeprefix("messages/"))
        raise not_found()

    def token(self, call: Call) -> Json:
        form = {name: values[0] for name, values in urllib.parse.parse_qs(call.body.decode("utf-8", "replace")).items()}
        fault = self.faults.take("api", "token")
        if fault is not None and fault.kind in TOKEN_FAULTS:
            raise TokenError(*TOKEN_FAULTS[fault.kind])
        if call.method == "POST" and form.get("grant_type") == "authorization_code":
            return self._consented(form)
        if call.method != "POST" or form.get("grant_type") != "refresh_token":
            raise TokenError(400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            raise TokenError(*TOKEN_FAULTS["api_invalid_client"])
        if self.account.refresh_token is None or form.get("refresh_token") != self.account.refresh_token:
            raise TokenError(*TOKEN_FAULTS["api_invalid_grant"])
        token = "ya29." + secrets.token_urlsafe(24)
        self.account.access_tokens.add(token)
        return {"access_token": token, "expires_in": TOKEN_S, "scope": SCOPE, "token_type": "Bearer"}

    def _consented(self, form: Json) -> Json:
        """A code is good once, for the client and the address it was asked with."""
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            raise TokenError(*TOKEN_FAULTS["api_invalid_client"])
        scope, back = self.account.consents.pop(str(form.get("code")), ("", ""))
        if not scope or form.get("redirect_uri") != back:
            raise TokenError(*TOKEN_FAULTS["api_invalid_grant"])
        self.account.refresh_token = "1//" + secrets.token_urlsafe(24)
        token = "ya29." + secrets.token_urlsafe(24)
        self.account.access_tokens.add(token)
        return {"access_token": token, "expires_in": TOKEN_S, "scope": scope, "refresh_token": self.account.refresh_token}

    def send(self, call: Call, *, is_upload: bool) -> Json:
        thread_id = ""
        if is_upload:
            raw, thread_id = _uploaded(call)
        else:
            if len(call.body) > MOST_JSON_OCTETS:
                raise ApiError(413, "uploadTooLarge", "Request payload size exceeds the limit.", "INVALID_ARGUMENT")
            wanted = read_json(call.body)
            raw, thread_id = _from_base64url(wanted.get("raw")), str(wanted.get("threadId", ""))
        recipients = [address for _, address in email.utils.getaddresses(_recipient_fields(raw)) if "@" in address]
        if not recipients:
            raise bad_request("Recipient address required")
        thread = self._thread(raw, thread_id) if thread_id else None
        is_lost = self.strike("send")
        try:
            _, message = submit(self.account, recipients, raw, thread=thread)
        except Rejected as refusal:
            raise _as_api(refusal) from refusal
        if is_lost:
            raise HangUp
        return self._short(message)

    def _thread(self, raw: bytes, thread_id: str) -> int | None:
        """The thread asked for, if subject and references fit it as well; otherwise a new one."""
        members = [message for message in self.account.everything() if f"{message.thrid:x}" == thread_id]
        if not members:
            raise not_found()
        headers = parse_headers(raw)
        named = field_of(headers, "References") + field_of(headers, "In-Reply-To")
        fits = any(one.message_id and one.message_id in named and bare_subject(one.headers) == bare_subject(headers) for one in members)
        return members[0].thrid if fits else None

    def get(self, call: Call, id_: str) -> Json:
        message = next((one for one in self.account.everything() if f"{one.msgid:x}" == id_), None)
        if message is None:
            raise not_found()
        form = call.one("format", "full")
        if form not in {"raw", "minimal", "metadata"}:
            raise bad_request(f"the double gives format=raw, minimal and metadata only, not {form}")
        found = self._short(message) | {
            "historyId": str(message.history_id),
            "internalDate": str(int(message.received_at.timestamp() * 1000)),
            "sizeEstimate": len(message.raw),
        }
        if form == "metadata":
            return found | {"payload": {"headers": [{"name": name, "value": str(value)} for name, value in message.headers.items()]}}
        return found | ({"raw": base64.urlsafe_b64encode(message.raw).decode()} if form == "raw" else {})

    def list(self, call: Call) -> Json:
        match = re.fullmatch(r"(?:newer_than:(?P<days>\d+)d|after:(?P<after>\d+)|rfc822msgid:(?P<id>\S+))?", call.one("q"))
        if match is None:
            raise bad_request(f"the double does not know the query {call.one('q')}")
        oldest = time.time() - int(match["days"]) * 86400 if match["days"] else int(match["after"] or 0)
        wanted = set(call.query.get("labelIds", []))
        found = [one for one in reversed(list(self.account.everything())) if one.received_at.timestamp() >= oldest]
        found = [one for one in found if not match["id"] or one.message_id.strip("<>") == match["id"].strip("<>")]
        found = [one for one in found if wanted <= set(self._labels(one)) and (wanted or not {"SPAM", "TRASH"} & set(self._labels(one)))]
        page, rest = self._page(call, found)
        shown = [{"id": f"{one.msgid:x}", "threadId": f"{one.thrid:x}"} for one in page]
        return ({"messages": shown} if shown else {}) | {"resultSizeEstimate": len(found)} | rest

    def history(self, call: Call) -> Json:
        start = call.one("startHistoryId")
        if not start.isdecimal():
            raise bad_request("Missing or invalid startHistoryId")
        kinds = set(call.query.get("historyTypes", [])) or {"messageAdded", "labelAdded"}
        if kinds - {"messageAdded", "labelAdded"}:
            raise bad_request(f"the double does not know the history types {sorted(kinds)}")
        with self.account.lock:
            if int(start) < self.account.oldest_history_id:
                raise not_found()
            label = call.one("labelId")
            alive = set(map(id, self.account.everything()))
            happened: list[tuple[int, Message, str]] = []
            if "messageAdded" in kinds:
                happened += [(number, one, "") for number, one in self.account.history]
            if "labelAdded" in kinds:
                happened += [(number, one, LABELS[role]) for number, one, role in self.account.relabelled if role in LABELS]
            # What was deleted since is still told of; get answers 404 to it.
            happened = [one for one in happened if one[0] > int(start)]
            happened = [one for one in happened if not label or id(one[1]) not in alive or label in self._labels(one[1])]
            newest = str(self.account.history_id)
        page, rest = self._page(call, sorted(happened, key=lambda one: one[0]))
        records = [
            {"id": str(number), "messages": [{"id": f"{one.msgid:x}", "threadId": f"{one.thrid:x}"}]}
            | (
                {"labelsAdded": [{"message": self._short(one), "labelIds": [added]}]}
                if added
                else {"messagesAdded": [{"message": self._short(one)}]}
            )
            for number, one, added in page
        ]
        return ({"history": records} if records else {}) | {"historyId": newest} | rest

    def modify(self, call: Call) -> None:
        """Labels of many at once; ids nobody knows are passed over in silence, as Google does."""
        wanted = read_json(call.body)
        ids = wanted.get("ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 1000:
            raise bad_request("Invalid number of ids")
        if wanted.get("addLabelIds") or wanted.get("removeLabelIds") != ["UNREAD"]:
            raise bad_request("the double takes away UNREAD only")
        with self.account.changed:
            for message in self.account.everything():
                if f"{message.msgid:x}" in ids:
                    message.flags.add("\\Seen")
            self.account.changed.notify_all()

    def watch(self, call: Call) -> Json:
        wanted = read_json(call.body)
        if not re.fullmatch(r"projects/[^/]+/topics/[^/]+", str(wanted.get("topicName", ""))):
            raise bad_request("Invalid topicName")
        self.watches.append(wanted)
        return {"historyId": str(self.account.history_id), "expiration": str(int((time.time() + WATCH_S) * 1000))}

    def _page(self, call: Call, found: list) -> tuple[list, Json]:
        size, start = min(int(call.one("maxResults", "100")), 500), int(call.one("pageToken", "0"))
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return found[start : start + size], more

    def _labels(self, message: Message) -> list[str]:
        unread = [] if "\\Seen" in message.flags else ["UNREAD"]
        return unread + [LABELS[role] for role in self.account.shown_in(message)] + sorted(message.labels)

    def _short(self, message: Message) -> Json:
        return {"id": f"{message.msgid:x}", "threadId": f"{message.thrid:x}", "labelIds": self._labels(message)}


def read_json(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise bad_request("Invalid JSON payload received.") from error
    if not isinstance(value, dict):
        raise bad_request("Invalid JSON payload received.")
    return value


def _uploaded(call: Call) -> tuple[bytes, str]:
    """The mail and its thread from a simple or a multipart upload."""
    kind = call.one("uploadType")
    if kind == "media" and call.content_type == "message/rfc822":
        return call.body, ""
    mark = re.fullmatch(r'multipart/related; boundary="?([0-9A-Za-z]+)"?', call.content_type)
    if kind != "multipart" or mark is None:
        raise bad_request("Invalid upload")
    parts = call.body.split(b"--" + mark[1].encode())
    if len(parts) != 4 or parts[0].strip() or parts[3].strip() != b"--":
        raise bad_request("Invalid multipart request")
    (head, about), (other, raw) = (part.removeprefix(b"\r\n").removesuffix(b"\r\n").split(b"\r\n\r\n", 1) for part in parts[1:3])
    if b"application/json" not in head or b"message/rfc822" not in other:
        raise bad_request("Invalid multipart request")
    return raw, str(read_json(about).get("threadId", ""))


def _from_base64url(text: object) -> bytes:
    """The url-safe alphabet only: `+` and `/` are refused, as Google does; padding may be left out."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]+=*", text):
        raise bad_request("Invalid value for ByteString: raw")
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except binascii.Error as error:
        raise bad_request("Invalid value for ByteString: raw") from error


def _recipient_fields(raw: bytes) -> list[str]:
    headers = parse_headers(raw)
    return [str(value) for name in ("To", "Cc", "Bcc") for value in headers.get_all(name, [])]


def _as_api(refusal: Rejected) -> ApiError:
    text = " ".join(refusal.lines)
    if refusal.enhanced == "5.4.5":
        return ApiError(429, "rateLimitExceeded", f"User-rate limit exceeded. {text}", "RESOURCE_EXHAUSTED")
    return bad_request(text)
