"""Talking to the QloApps webservice, and telling its answers apart. Observed on QloApps 1.6.1 (PSWS 1.6.1.23).

It answers JSON where asked to; only bookings understand JSON, every other resource wants XML in. Status alone means
nothing: 200 may be a crash (text/html), 500 may be a booking that was made.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from pms.errors import OutcomeUnknown, Rejected, SoldOut
from pms.line import Answer, Line

Json = dict[str, Any]
_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")
_PATHS = re.compile(r"\(?/[\w./-]+\.php[^)]*\)?")
KEY_PROBLEMS = {
    18: "the key is not 32 characters long",
    20: "the PMS does not know this key, or it is switched off",
    21: "the PMS does not know this key, or it is switched off",
    22: "the webservice of the PMS is switched off",
    25: "the key lacks the right for this",
    26: "the key lacks the right for this",
    132: "the key does not belong to this shop",
}


class Api:
    """One QloApps."""

    def __init__(self, line: Line, key: str) -> None:
        self.line = line
        self._login = "Basic " + base64.b64encode(f"{key}:".encode()).decode()

    def rows(self, resource: str, *, show: str = "full", where: Mapping[str, str] | None = None, under: str = "") -> list[Json]:
        """A listing. ``where`` gives the filters as QloApps writes them ("[4]", ">[2027-03-01]"); ``under`` is the key of the
        list when it is not the resource's own name. Raises Unavailable, AuthFailed, Rejected."""
        query = [("output_format", "JSON"), ("display", show)]
        query += [(f"filter[{name}]", value) for name, value in (where or {}).items()]
        if where and "date_upd" in where:  # or these filters are refused
            query += [("date", "1"), ("sort", "[date_upd_ASC]")]
        found = self._read("GET", resource, query)
        if found == []:  # nothing found is a bare list
            return []
        listed = found.get(under or resource) if isinstance(found, dict) else None
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            self.line.nonsense(f"{resource}: not a list")
        return listed

    def resources(self) -> set[str]:
        """Names of the resources the key may use in some way."""
        found = self._read("GET", "", [("output_format", "JSON")])
        if not isinstance(found, list):
            self.line.nonsense("api: not a list of resources")
        return {str(name) for name in found}

    def ari(self, fields: Sequence[tuple[str, str]]) -> Json:
        """Availability, rates and inventory (§ hotel_ari)."""
        found = self._read("POST", "hotel_ari", [("output_format", "JSON")], _xml("hotel_ari", fields))
        told = found.get("hotel_ari") if isinstance(found, dict) else None
        if not isinstance(told, dict):
            self.line.nonsense("hotel_ari: no answer in the answer")
        return told

    def book(self, booking: Json) -> int | None:
        """POST a booking once. Its order id; None when the answer does not tell whether it was made, and has come to its end:
        then a look-up does. Raises OutcomeUnknown when the server may still be at it, SoldOut, Rejected, AuthFailed, Unavailable.
        """
        body, headers = json.dumps({"booking": booking}).encode(), self._headers("application/json")
        answer = self.line.write("POST", "api/bookings", "output_format=JSON", body=body, headers=headers)
        self._let_in(answer)
        told = _parsed(answer)
        if answer.status == 400 and (errors := _errors(told)):
            self.line.makes_sense()
            text = "; ".join(message for _code, message in errors)
            raise SoldOut(text) if "not available" in text else Rejected(text)
        made = told.get("booking") if answer.status == 200 and isinstance(told, dict) else None
        number = str(made.get("id", "")) if isinstance(made, dict) else ""
        if number.isdecimal():
            self.line.makes_sense()
            return int(number)
        return None

    def enter_state(self, order_id: int, state_id: int) -> None:
        """Append a state to an order's history. Raises OutcomeUnknown, Rejected, AuthFailed, Unavailable."""
        body = _xml("order_history", [("id_order", str(order_id)), ("id_order_state", str(state_id))])
        answer = self.line.write("POST", "api/order_histories", "output_format=JSON", body=body, headers=self._headers("text/xml"))
        self._let_in(answer)
        if answer.status == 201:
            self.line.makes_sense()
            return
        if answer.status == 200 and b"Invalid new order status" in answer.body[:200]:
            raise Rejected("the PMS has no such order or state")
        if answer.status == 400:
            raise Rejected("; ".join(message for _code, message in _errors(_parsed(answer))) or "refused")
        raise OutcomeUnknown(f"HTTP {answer.status} to a change of state")

    def _read(self, method: str, resource: str, query: Sequence[tuple[str, str]], body: bytes = b"") -> Any:
        text = "&".join(f"{quote(name)}={quote(value)}" for name, value in query)
        answer = self.line.read(method, f"api/{resource}", text, body=body, headers=self._headers("text/xml" if body else ""))
        self._let_in(answer)
        told = _parsed(answer)
        if answer.status == 400 and (errors := _errors(told)):
            self.line.makes_sense()
            raise Rejected("; ".join(message for _code, message in errors))
        if answer.status != 200 or not isinstance(told, (dict, list)):
            self.line.nonsense(_what(answer, resource))
        if isinstance(told, dict) and "errors" in told:
            self.line.nonsense(_what(answer, resource))
        self.line.makes_sense()
        return told

    def _let_in(self, answer: Answer) -> None:
        """Raises AuthFailed when the PMS does not let us in."""
        if 300 <= answer.status < 400:
            self.line.refused(f"the PMS sends us elsewhere ({answer.location[:80]}): its shop domain is not the address given here")
        if answer.status not in {401, 403, 405, 503}:
            return
        codes = [code for code, _message in _errors(_parsed(answer))]
        if answer.status == 503 and 22 not in codes:
            return  # somebody in front of it, having a bad moment
        known = [KEY_PROBLEMS[code] for code in codes if code in KEY_PROBLEMS]
        self.line.refused(known[0] if known else f"the PMS refuses us (HTTP {answer.status})")

    def _headers(self, kind: str) -> dict[str, str]:
        return {"Authorization": self._login, **({"Content-Type": kind} if kind else {})}


def _xml(name: str, fields: Sequence[tuple[str, str]]) -> bytes:
    told = "".join(f"<{key}>{escape(_XML.sub('', value))}</{key}>" for key, value in fields)
    return f"<qloapps><{name}>{told}</{name}></qloapps>".encode()


def _parsed(answer: Answer) -> Any:
    """The JSON of an answer; None when it is none."""
    if answer.content_type not in {"application/json", "text/json"}:
        return None
    try:
        return json.loads(answer.body, parse_constant=lambda _word: None)
    except (ValueError, RecursionError):
        return None


def _errors(told: Any) -> list[tuple[int, str]]:
    listed = told.get("errors") if isinstance(told, dict) else None
    found = []
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict):
            code = str(error.get("code", ""))
            found.append((int(code) if code.isdecimal() and len(code) < 6 else 0, _PATHS.sub("", str(error.get("message", "")))[:150]))
    return found


def _what(answer: Answer, resource: str) -> str:
    """What was wrong with an answer, without a word of its contents but the PMS's own error texts."""
    told = "; ".join(message for _code, message in _errors(_parsed(answer)))
    seen = f"{resource or 'api'}: HTTP {answer.status}, {answer.content_type or 'no type'}, {len(answer.body)} bytes"
    return f"{seen}: {told}" if told else seen
