"""Requests read and answers written as the webservice does: JSON, XML, plain texts and empty crashes."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError

try:
    from defusedxml.ElementTree import fromstring
except ImportError:  # the double reads what our own tests send
    from xml.etree.ElementTree import fromstring

JSON_TYPE, XML_TYPE, HTML_TYPE = "application/json", "text/xml;charset=utf-8", "text/html; charset=utf-8"
XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<qloapps xmlns:xlink="http://www.w3.org/1999/xlink">\n'
XML_TAIL = "</qloapps>\n"
EMPTY_SHA1 = hashlib.sha1(b"").hexdigest()


@dataclass
class Request:
    """One call, parsed as far as every resource needs it. `path` is the raw request target."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    query: dict[str, str]
    resource: str = ""
    ident: str = ""
    is_json: bool = False


@dataclass
class Answer:
    """What goes out. `by_php` marks answers PHP gave without the webservice: other headers, no PSWS-Version."""

    status: int
    body: bytes = b""
    content_type: str | None = JSON_TYPE
    by_php: bool = False
    cookie: bool = False
    closes: bool = False
    sha1: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    version: str = "HTTP/1.1"


class Refusal(Exception):
    """The webservice says no; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def crash() -> Answer:
    """PHP died: 500, text/html, nothing in the body (recording 41)."""
    return Answer(500, b"", HTML_TYPE, by_php=True, cookie=True, closes=True)


def text(words: str) -> Answer:
    """PHP printed a sentence and stopped: 200, text/html (recordings 40 and 65)."""
    return Answer(200, words.encode(), HTML_TYPE, by_php=True, cookie=True)


def not_found() -> Answer:
    """An unknown id: 404 without body and without content type (recording 14)."""
    return Answer(404, b"", None, cookie=True)


def refuse(request: Request, status: int, code: int, message: str, **more: Any) -> Refusal:
    """The usual error body, to be raised."""
    return Refusal(errors(request, status, [(code, message)], **more))


def errors(request: Request, status: int, found: list[tuple[int, str]], **more: Any) -> Answer:
    # Connection: close was seen on every 400, 500 and 503 and on no 401 or 405.
    more.setdefault("closes", status in (400, 500, 503))
    if request.is_json:
        body = php_json({"errors": [{"code": code, "message": message} for code, message in found]})
        return Answer(status, body.encode(), JSON_TYPE, **more)
    items = "".join(f"<error>\n<code>{cdata(code)}</code>\n<message>{cdata(message)}</message>\n</error>\n" for code, message in found)
    return Answer(status, f"{XML_HEAD}<errors>\n{items}</errors>\n{XML_TAIL}".encode(), XML_TYPE, **more)


def ok(body: str, content_type: str, status: int = 200, *, cookie: bool = False) -> Answer:
    raw = body.encode()
    return Answer(status, raw, content_type, cookie=cookie, sha1=hashlib.sha1(raw).hexdigest())


def php_json(value: Any, *, escaped: bool = False) -> str:
    """json_encode: no spaces, slashes escaped; `bookings` also escapes what is not ASCII."""
    return json.dumps(value, ensure_ascii=escaped, separators=(",", ":"), default=_plain).replace("/", "\\/")


def stringified(value: Any) -> Any:
    """Every number a string, as PHP up to 7.4 fetches them."""
    if isinstance(value, dict):
        return {key: stringified(item) for key, item in value.items()}
    if isinstance(value, list):
        return [stringified(item) for item in value]
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return str(number(value))
    return value


def number(value: Any) -> int | float:
    """A JSON number of PHP: 2080.00 is 2080, 2080.50 is 2080.5."""
    rounded = float(value)
    return int(rounded) if rounded == int(rounded) else rounded


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    raise TypeError(type(value).__name__)


def cdata(value: Any) -> str:
    if value is None or value == "" or value is False:
        return ""
    return f"<![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]>"


def xml_of(node: str, value: Any) -> str:
    """The XML of `bookings`: nested tags, lists by singular names, an empty list as 0 (recording 36)."""
    if isinstance(value, dict):
        inner = "".join(xml_of(key, item) + ("\n" if not isinstance(item, (dict, list)) or not item else "") for key, item in value.items())
        return f"<{node}>{inner}</{node}>"
    if isinstance(value, list):
        if not value:
            return f"<{node}>{cdata('0')}</{node}>"
        return f"<{node}>" + "".join(xml_of(node.removesuffix("s"), item) for item in value) + f"</{node}>"
    return f"<{node}>{cdata(number(value) if isinstance(value, (Decimal, float)) else value)}</{node}>"


def read_xml(body: str) -> Element | None:
    """The root element, or None for anything that is not XML."""
    try:
        root: Element = fromstring(body.encode())
    except (ParseError, ValueError):
        return None
    return root


def xml_tree(element: Element) -> Any:
    """An element as PHP sees it through json_encode(SimpleXML): repeated tags are lists, empty ones are empty."""
    children = list(element)
    if not children:
        return (element.text or "").strip()
    tree: dict[str, Any] = {}
    for child in children:
        value = xml_tree(child)
        if child.tag in tree:
            held = tree[child.tag]
            tree[child.tag] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            tree[child.tag] = value
    return tree


def generic_body(request: Request) -> dict[str, str]:
    """The fields of a generic POST or PUT, whose body can only be XML. Anything else is refused with 127."""
    root = read_xml(request.body)
    if root is None:
        size = len(request.body)
        raise refuse(
            request, 500, 127, f"XML error : String could not be parsed as XML\nXML length : {size}\nOriginal XML : {request.body}"
        )
    if not len(root):
        raise Refusal(crash())
    return {child.tag: (child.text or "") for child in root[0] if child.tag != "associations"}


def http_date(when: float | None = None) -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(when))
