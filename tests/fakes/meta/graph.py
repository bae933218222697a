"""The endpoints of the Graph API the product uses: sending, marking as read, media, the number, the templates."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import rules
from .envelopes import new_wamid
from .errors import LIMIT_CODES, GraphError, no_such_object
from .faults import CallFacts, Reply
from .ledger import Acceptance, Ledger
from .media import MediaStore
from .options import Options
from .pacing import Guest, Pacing, spellings, usual_wa_id, window_is_open
from .templates import Templates

# Any prefix may stand before the version: deployments put the double behind one.
PATH = re.compile(r"(?P<prefix>.*?)/(?P<version>v[0-9]+\.[0-9]+)/(?P<node>[^/]+)(?:/(?P<edge>[^/]+))?/?")
LOOKASIDE = "/_lookaside/"
PAGE_DEFAULT, PAGE_MAX = 25, 100
FIELD = re.compile(r"([a-z_]+)(?:\{[^}]*\})?")


@dataclass(frozen=True)
class Call:
    """One HTTP call, read but not yet judged. `body` is None unless the bytes were a JSON object."""

    method: str
    target: str
    headers: Mapping[str, str]
    raw: bytes
    body: dict[str, Any] | None
    origin: str

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.target).query))


@dataclass(frozen=True)
class Outcome:
    """The answer a call deserves, and the message it made Meta take, if any."""

    reply: Reply
    outcome: str
    code: int = 0
    accepted: Acceptance | None = None


def read_json(raw: bytes, content_type: str) -> dict[str, Any] | None:
    """The JSON object in a body. Graph ignores JSON that is broken or not declared, and then misses parameters."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        body = json.loads(raw)
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


class Graph:
    """Judges calls by Meta's rules. It answers nothing and records nothing itself: see server.py."""

    def __init__(self, options: Options, ledger: Ledger) -> None:
        self.options = options
        self.templates = Templates()
        self.media = MediaStore(options.now)
        self._ledger = ledger
        self._pacing = Pacing(options.throughput_per_s)

    def facts(self, call: Call) -> CallFacts:
        """What the call is, as far as faults and the ledger care; never fails."""
        match, body = PATH.fullmatch(call.path), call.body or {}
        node, edge = (match["node"], match["edge"]) if match else (None, None)
        kind = "other"
        if call.path.startswith(LOOKASIDE):
            kind = "download"
        elif edge == "messages" and call.method == "POST":
            kind = "read" if rules.is_read_receipt(body) else "messages"
        elif edge is None and node in self.options.numbers:
            kind = "number"
        elif edge is not None:
            kind = {"message_templates": "templates", "media": "media"}.get(edge, "other")
        elif node is not None:
            kind = "media"
        to = body.get("to") or body.get("recipient")
        wanted = rules.digits_of(to) or to if isinstance(to, str) else None
        type_ = body.get("type", "text") if kind == "messages" else None
        number = node if node in self.options.numbers else None
        return CallFacts(kind, number, wanted, type_ if isinstance(type_, str) else None)

    def judge(self, call: Call) -> Outcome:
        """Carry the call out by the rules. Every refusal comes back as an Outcome too."""
        try:
            self._authorise(call)
            if call.path.startswith(LOOKASIDE):
                return self._download(call)
            return self._route(call)
        except GraphError as error:
            status = self.options.limit_http_status if error.code in LIMIT_CODES else error.http_status
            return Outcome(_refusal(call, error, status), "refused", error.code)

    def rest(self) -> None:
        """Nobody has written for so long that every pace is forgotten."""
        self._pacing.forget()

    def note_inbound(self, phone_number_id: str) -> None:
        """Count a guest's message against the number's throughput."""
        self._pacing.note_inbound(phone_number_id, self.options.now())

    def _authorise(self, call: Call) -> None:
        scheme, _, given = call.headers.get("Authorization", "").partition(" ")
        token = given.strip() if scheme.lower() == "bearer" else call.query.get("access_token", "")
        if not hmac.compare_digest(token.encode(), self.options.token.encode()):
            raise GraphError(190)

    def _route(self, call: Call) -> Outcome:
        match = PATH.fullmatch(call.path)
        if match is None:
            raise GraphError(2500, message=f"Unknown path components: {call.path}")
        node, edge, method = match["node"], match["edge"], call.method
        is_number, is_account = node in self.options.numbers, node == self.options.waba_id
        if is_number and (method, edge) == ("POST", "messages"):
            return self._messages(call, node)
        if is_number and (method, edge) == ("POST", "media"):
            return _ok({"id": self.media.upload(call.headers.get("Content-Type", ""), call.raw)})
        if is_number and (method, edge) == ("GET", None):
            return _ok(self._number(node, call.query.get("fields")))
        if is_account and (method, edge) == ("GET", "message_templates"):
            return _ok(self._template_page(call))
        if is_account and (method, edge) == ("GET", "phone_numbers"):
            return _ok({"data": [self._number(number, None) for number in self.options.numbers]})
        if is_account and (method, edge) == ("POST", "subscribed_apps"):
            return _ok({"success": True})
        if edge is None and not is_number and method == "GET":
            return _ok(self.media.describe(node, call.origin + match["prefix"]))
        if edge is None and not is_number and method == "DELETE":
            self.media.delete(node)
            return _ok({"success": True})
        raise no_such_object(method, node)

    def _messages(self, call: Call, number: str) -> Outcome:
        body = call.body or {}
        if rules.is_read_receipt(body):
            message_id = rules.check_read_receipt(body)
            if not self._ledger.knows_inbound(number, message_id):
                raise GraphError(100, f"Message id {message_id} does not exist or was not received by this number.")
            return _ok({"success": True})
        request = rules.check_message(body, self.templates.check, self.media.is_known)
        if request.to == self.options.numbers[number]:
            raise GraphError(131021)
        taken = self._take(body, request, number)
        guest = {"wa_id": taken.guest.wa_id} if request.to is not None else {"user_id": request.recipient}
        answer = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": taken.recipient, **guest}],
            "messages": [{"id": taken.wamid}],
        }
        return Outcome(_json(answer), "accepted", 0, taken)

    def _take(self, body: dict[str, Any], request: rules.MessageRequest, number: str) -> Acceptance:
        guest, now = self._addressee(request), self.options.now()
        opened = window_is_open(self._ledger.last_inbound_at(number, guest), now)
        fail_code = self._fate(request, guest, opened)
        if fail_code == 131047 and self.options.window == "sync":
            raise GraphError(131047)
        self._pacing.admit(number, guest.key, now)
        return Acceptance(
            wamid=new_wamid(guest.key),
            phone_number_id=number,
            recipient=body["to"] if request.to is not None else body["recipient"],
            guest=guest,
            type=request.type,
            body=body,
            callback_data=request.callback_data,
            category=self.templates.category(request.content) if request.type == "template" else "service",
            window_open=opened,
            fail_code=fail_code,
        )

    def _addressee(self, request: rules.MessageRequest) -> Guest:
        if request.to is not None:
            known = self._ledger.find_guest(spellings(request.to), None)
            return known or Guest(usual_wa_id(request.to), None)
        return self._ledger.find_guest([], request.recipient) or Guest(None, request.recipient)

    def _fate(self, request: rules.MessageRequest, guest: Guest, opened: bool) -> int | None:
        """The code this message will fail with by webhook, or None if it will arrive."""
        if request.type != "template" and not opened:
            return 131047
        if request.type == "reaction" and not self._ledger.is_between(guest, request.content["message_id"]):
            return 131009
        if request.to is None and guest.wa_id is None and self._ledger.find_guest([], request.recipient) is None:
            return 131026
        return None

    def _number(self, number: str, fields: str | None) -> dict[str, Any]:
        facts = {
            "verified_name": "Hotel",
            "code_verification_status": "VERIFIED",
            "display_phone_number": "+" + self.options.numbers[number],
            "quality_rating": "GREEN",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "messaging_limit_tier": "TIER_1K",
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
            "name_status": "APPROVED",
            "status": "CONNECTED",
            "account_mode": "LIVE",
            "is_official_business_account": False,
            **self.options.number_facts.get(number, {}),
            "id": number,
        }
        usual = "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput"
        answer: dict[str, Any] = {}
        for name in FIELD.findall(fields or usual):
            if name not in facts:
                raise GraphError(
                    100,
                    message=f"(#100) Tried accessing nonexisting field ({name}) on node type (WhatsAppBusinessPhoneNumber)",
                )
            answer[name] = facts[name]
        return {**answer, "id": number}

    def _template_page(self, call: Call) -> dict[str, Any]:
        query = call.query
        try:
            start = int(base64.b64decode(query["after"], validate=True)) if query.get("after") else 0
            limit = int(query.get("limit", PAGE_DEFAULT))
        except (ValueError, binascii.Error):
            raise GraphError(100, "Invalid parameter") from None
        if limit < 1:
            raise GraphError(100, "Param limit must be at least 1.")
        found = self.templates.listed(query.get("name"), query.get("status"))
        stop = start + min(limit, PAGE_MAX)
        page = found[start:stop]
        if query.get("fields"):
            wanted = {*FIELD.findall(query["fields"]), "id"}
            page = [{key: value for key, value in template.items() if key in wanted} for template in page]
        if not page:
            return {"data": []}
        cursors = {"before": _cursor(start), "after": _cursor(stop)}
        paging: dict[str, Any] = {"cursors": cursors}
        if stop < len(found):
            # Graph puts the token into the next address as well.
            again = query | {"access_token": self.options.token, "after": cursors["after"]}
            paging["next"] = f"{call.origin}{call.path}?{urllib.parse.urlencode(again)}"
        return {"data": page, "paging": paging}

    def _download(self, call: Call) -> Outcome:
        file = self.media.download(call.query.get("mid", ""))
        if file is None:
            return Outcome(Reply(404, b"", "text/plain"), "refused", 100)
        return Outcome(Reply(200, file.data, file.mime_type), "ok")


def _cursor(position: int) -> str:
    return base64.b64encode(str(position).encode()).decode()


def _json(answer: dict[str, Any]) -> Reply:
    return Reply(200, json.dumps(answer).encode())


def _ok(answer: dict[str, Any]) -> Outcome:
    return Outcome(_json(answer), "ok")


def _refusal(call: Call, error: GraphError, status: int) -> Reply:
    # Graph labels an error text/javascript unless JSON was asked for by name.
    asked = "application/json" in call.headers.get("Accept", "")
    kind = "application/json" if asked else "text/javascript"
    headers = {"WWW-Authenticate": f'OAuth "Facebook Platform" "invalid_request" "{error.message}"'}
    return Reply(status, json.dumps(error.body()).encode(), f"{kind}; charset=UTF-8", headers)
