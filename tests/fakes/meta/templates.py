"""The template catalogue of one business account, and the checks of a template message against it."""

from __future__ import annotations

import itertools
import re
from typing import Any

from .errors import GraphError
from .shapes import Json, length, need_list, need_object, need_text

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
SPACES = re.compile(r"[\n\r\t]| {4}")
BODY_MAX = 1024
PAYLOAD_MAX = 128
HELLO = {"name": "hello_world", "language": "en_US", "category": "UTILITY", "body": "Welcome and congratulations!"}
UNUSABLE = {"PAUSED": 132015, "DISABLED": 132016}


class Templates:
    """Templates by (name, language). Reads and replacements are of whole lists, so no lock is needed."""

    def __init__(self) -> None:
        self._ids = itertools.count(900001)
        self._all: list[Json] = []
        self.replace([HELLO])

    def replace(self, wanted: list[Json], *, append: bool = False) -> list[Json]:
        """Set the catalogue. A template needs name and language; `body` is short for one BODY component."""
        made = [self._complete(template) for template in wanted]
        self._all = [*(self._all if append else []), *made]
        return self._all

    def listed(self, name: str | None, status: str | None) -> list[Json]:
        """The catalogue in order, narrowed the way the edge's own parameters do."""
        return [template for template in self._all if name in {None, template["name"]} and status in {None, template["status"]}]

    def category(self, content: Json) -> str:
        """The price category of a template message that passed `check`."""
        return str(self._find(content["name"], content["language"]["code"])["category"]).lower()

    def check(self, content: object, to_bsuid: bool) -> None:
        """Raise GraphError unless this `template` object may be sent, as the catalogue stands now."""
        sent = need_object(content, "template", {"name", "language", "components"})
        name = need_text(sent.get("name"), "template['name']", 512, code=100)
        language = need_object(sent.get("language"), "template['language']", {"code", "policy"})
        code = need_text(language.get("code"), "template['language']['code']", 15, code=100)
        template = self._find(name, code)
        if template["status"] != "APPROVED":
            raise GraphError(UNUSABLE.get(template["status"], 132001), f"template {name} is {template['status']}")
        if to_bsuid and template["category"] == "AUTHENTICATION":
            raise GraphError(131062, "Authentication templates need a phone number.")
        parts = need_list(sent.get("components", []), "template['components']", 0, 20)
        _check_parts(template, [_frame(part) for part in parts])

    def _find(self, name: str, language: str) -> Json:
        for template in self._all:
            if (template["name"], template["language"]) == (name, language):
                return template
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")

    def _complete(self, wanted: Json) -> Json:
        for key in ("name", "language"):
            if not isinstance(wanted.get(key), str):
                raise TypeError(f"a template needs {key!r}")
        template = {"status": "APPROVED", "category": "UTILITY", "parameter_format": "POSITIONAL", **wanted}
        if "body" in template:
            template.setdefault("components", [{"type": "BODY", "text": template.pop("body")}])
        template.setdefault("components", [])
        template.setdefault("id", str(next(self._ids)))
        return template


def _frame(value: object) -> Json:
    part = need_object(value, "template['components'][]", {"type", "sub_type", "index", "parameters"})
    kind = part.get("type")
    if not isinstance(kind, str) or kind.lower() not in {"header", "body", "button"}:
        raise GraphError(100, "Param template['components'][]['type'] must be one of {HEADER, BODY, BUTTON}.")
    for parameter in need_list(part.get("parameters", []), "template['components'][]['parameters']", 0, 50):
        if not isinstance(parameter, dict) or not isinstance(parameter.get("type"), str):
            raise GraphError(100, "Every template parameter needs a type.")
    return part


def _check_parts(template: Json, parts: list[Json]) -> None:
    for kind in ("header", "body"):
        sent = [part for part in parts if part["type"].lower() == kind]
        if len(sent) > 1:
            raise GraphError(131009, f"Only one {kind} component is allowed.")
        parameters = sent[0].get("parameters", []) if sent else []
        component: Json = next((part for part in template["components"] if part["type"].lower() == kind), {})
        if component.get("format", "TEXT").upper() in {"IMAGE", "VIDEO", "DOCUMENT", "LOCATION"}:
            wanted = component["format"].lower()
            if [parameter["type"] for parameter in parameters] != [wanted]:
                raise GraphError(132012, f"{kind}: expected one parameter of type {wanted}")
        else:
            _check_texts(kind, component.get("text", ""), parameters)
    _check_buttons(template, [part for part in parts if part["type"].lower() == "button"])


def _check_texts(where: str, text: str, parameters: list[Json]) -> None:
    names = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    if len(names) != len(parameters):
        raise GraphError(
            132000,
            f"{where}: number of localizable_params ({len(parameters)}) does not match the expected number of params ({len(names)})",
        )
    values = [_parameter_text(parameter, where) for parameter in parameters]
    named = [name for name in names if not name.isdigit()]
    if named and sorted(str(parameter.get("parameter_name")) for parameter in parameters) != sorted(names):
        raise GraphError(100, f"{where}: parameter_name must be one of {names}")
    if length(PLACEHOLDER.sub("", text)) + sum(map(length, values)) > BODY_MAX:
        raise GraphError(132005, f"{where}: translated text is longer than {BODY_MAX} characters")


def _parameter_text(parameter: Json, where: str) -> str:
    if parameter["type"] != "text":
        value: Any = parameter.get(parameter["type"])
        if not isinstance(value, dict):
            raise GraphError(132012, f"{where}: parameter of type {parameter['type']} holds no value")
        return str(value.get("fallback_value", ""))
    text = parameter.get("text")
    if not isinstance(text, str) or not text.strip():
        raise GraphError(131008, "Parameter of type text is missing text value")
    if SPACES.search(text):
        raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    return text


def _check_buttons(template: Json, sent: list[Json]) -> None:
    buttons: list[Json] = next((part["buttons"] for part in template["components"] if part["type"].lower() == "buttons"), [])
    indexes = [part.get("index") for part in sent]
    for part, index in zip(sent, indexes, strict=True):
        if not isinstance(index, str) or not re.fullmatch(r"[0-9]", index) or indexes.count(index) > 1:
            raise GraphError(131009, 'Button index must be "0" to "9", each once.')
        kind = buttons[int(index)]["type"].lower() if int(index) < len(buttons) else None
        if kind is None or str(part.get("sub_type")).lower() != kind:
            raise GraphError(132012, f"There is no button of sub_type {part.get('sub_type')!r} at index {index}")
        for parameter in part.get("parameters", []):
            value = parameter.get("payload", parameter.get("text"))
            need_text(value, "Button payload", PAYLOAD_MAX if kind == "quick_reply" else 2000, code=131008)
    for index, button in enumerate(buttons):
        if button["type"].upper() == "URL" and PLACEHOLDER.search(button.get("url", "")):
            filled = [part for part in sent if part["index"] == str(index) and part.get("parameters")]
            if not filled:
                raise GraphError(131008, f"Button at index {index} of type Url requires a parameter")
