"""GET of lists and single rows: display, filters, date=1, sort, limit, languages."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from .demo import Row
from .fields import Resource
from .shapes import (
    JSON_TYPE,
    XML_HEAD,
    XML_TAIL,
    XML_TYPE,
    Answer,
    Refusal,
    Request,
    cdata,
    crash,
    not_found,
    ok,
    php_json,
    refuse,
    stringified,
)

_BRACKETS = re.compile(r"^(.*)\[(.*)\](.*)$", re.DOTALL)
_BETWEEN = re.compile(r"^([\d.:\-\s]+),([\d.:\-\s]+)$")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def closest(word: str, words: list[str]) -> str:
    """The "Did you mean": the last of the nearest by Levenshtein, as the webservice chooses it."""
    best, shortest = words[-1], -1
    for candidate in words:
        distance = _levenshtein(word, candidate)
        if distance <= shortest or shortest < 0:
            best, shortest = candidate, distance
    return best


def _levenshtein(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for index, one in enumerate(left, 1):
        previous, row[0] = row[0], index
        for place, other in enumerate(right, 1):
            previous, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, previous + (one != other))
    return row[-1]


class Listing:
    """Renders rows of one resource for one request. `associations` is a callable row → {name: (node, [ids])}."""

    def __init__(self, shop: Any, resource: Resource, request: Request) -> None:
        self.shop, self.resource, self.request = shop, resource, request

    def answer(self, rows: list[Row]) -> Answer:
        """The list, or the one row when the path names an id."""
        language = self.request.query.get("language")
        if language is not None and language not in {str(row["id"]) for row in self.shop.tables["languages"]}:
            raise refuse(self.request, 400, 81, f"The language id {language} is not available")
        single = self.request.ident != ""
        if single:
            rows = [row for row in rows if str(row["id"]) == self.request.ident]
            if not rows:
                return not_found()
        displayed = self._displayed(single)
        if not single:
            rows = self._limited(self._sorted(self._filtered(rows)))
        wrapped = not single or "display" in self.request.query
        return self.render(rows, displayed, wrapped=wrapped)

    def render(self, rows: list[Row], displayed: list[str] | None, *, wrapped: bool, status: int = 200) -> Answer:
        """`displayed` None is the whole row with its associations."""
        if self.request.is_json:
            return ok(self._json(rows, displayed, wrapped), JSON_TYPE, status)
        return ok(self._xml(rows, displayed, wrapped), XML_TYPE, status)

    def _displayed(self, single: bool) -> list[str] | None:
        display = self.request.query.get("display")
        if display == "full" or (single and display in (None, "", "minimum")):
            return None
        if display in (None, "", "minimum"):
            return ["id"]
        match = re.match(r"^\[(.*)\]$", display)
        if match is None:
            raise refuse(self.request, 400, 36, "The 'display' syntax is wrong. You can set 'full' or '[field_1,field_2,field_3,...]'.")
        wanted = [name.strip() for name in match.group(1).split(",")]
        for name in wanted:
            if name not in self.resource.fields:
                known = ", ".join(self.resource.fields)
                raise refuse(self.request, 400, 35, f'Unable to display this field "{name}". However, these are available: {known}')
        return [name for name in self.resource.fields if name in wanted]

    def _allowed(self) -> list[str]:
        return list(self.resource.fields) if self.request.query.get("date") == "1" else self.resource.searchable

    def _filtered(self, rows: list[Row]) -> list[Row]:
        for key, wanted in self.request.query.items():
            match = re.match(r"^filter\[(.*)\]$", key)
            if match is None:
                continue
            name = match.group(1)
            allowed = self._allowed()
            if name not in allowed:
                listed = ", ".join(f'"{word}"' for word in allowed)
                words = f'This filter does not exist. Did you mean: "{closest(name, allowed)}"? The full list is: {listed}'
                raise refuse(self.request, 400, 32, words)
            if name in self.resource.uncolumned:
                raise Refusal(crash())
            rows = [row for row in rows if matches(row[name], wanted)]
        return rows

    def _sorted(self, rows: list[Row]) -> list[Row]:
        sort = self.request.query.get("sort")
        if not sort:
            return rows
        for part in reversed(sort.strip("[]").split(",")):
            name, _, way = part.strip().rpartition("_")
            if way not in ("ASC", "DESC"):
                raise refuse(
                    self.request, 400, 37, 'The "sort" value has to be formed as this example: "field_ASC" or "[field_1_DESC,field_2_ASC]"'
                )
            if name not in self._allowed():
                known = ", ".join(self._allowed())
                raise refuse(self.request, 400, 38, f"Unable to filter by this field. However, these are available: {known}")
            if name in self.resource.uncolumned:
                raise Refusal(crash())
            rows = sorted(rows, key=lambda row, name=name: _sort_key(row[name]))  # type: ignore[misc]
            if way == "DESC":
                rows.reverse()
        return rows

    def _limited(self, rows: list[Row]) -> list[Row]:
        limit = self.request.query.get("limit")
        if not limit:
            return rows
        parts = limit.split(",")
        if len(parts) > 2 or not all(part.strip().isdigit() for part in parts):
            raise refuse(self.request, 400, 39, 'The "limit" value has to be formed as this example: "5,25" or "10"')
        start = int(parts[0]) if len(parts) == 2 else 0
        return rows[start : start + int(parts[-1])]

    def _value(self, row: Row, name: str) -> Any:
        value = row[name]
        if isinstance(value, Decimal):
            return f"{value:.6f}"
        if name in self.resource.languages:
            names = [{"id": lang["id"], "value": translated(value, lang["id"])} for lang in self.shop.tables["languages"]]
            if (wanted := self.request.query.get("language")) is not None:
                return next(item["value"] for item in names if str(item["id"]) == wanted)
            return value if len(names) == 1 else names
        return value

    def _json(self, rows: list[Row], displayed: list[str] | None, wrapped: bool) -> str:
        if wrapped and not rows:
            return "[]"
        items = []
        for row in rows:
            item = {name: self._value(row, name) for name in displayed or self.resource.fields}
            linked = {} if displayed is not None else self.shop.associations(self.resource.name, row)
            if filled := {name: [{"id": ident} for ident in ids] for name, (_, ids) in linked.items() if ids}:
                item["associations"] = filled
            items.append(item)
        value: Any = {self.resource.wrapper: items} if wrapped else {self.resource.node: items[0]}
        return php_json(stringified(value) if self.shop.php74 else value)

    def _xml(self, rows: list[Row], displayed: list[str] | None, wrapped: bool) -> str:
        url = f"{self.shop.public_url}/api/"
        if wrapped and displayed == ["id"] and "display" not in self.request.query:
            items = "".join(
                f'<{self.resource.node} id="{row["id"]}" xlink:href="{url}{self.resource.name}/{row["id"]}"/>\n' for row in rows
            )
        else:
            items = "".join(self._xml_row(row, displayed, url) for row in rows)
        return (
            f"{XML_HEAD}<{self.resource.wrapper}>\n{items}</{self.resource.wrapper}>\n{XML_TAIL}"
            if wrapped
            else XML_HEAD + items + XML_TAIL
        )

    def _xml_row(self, row: Row, displayed: list[str] | None, url: str) -> str:
        lines = [f"<{self.resource.node}>"]
        for name in displayed or self.resource.fields:
            value = self._value(row, name)
            if name in self.resource.languages:
                texts = value if isinstance(value, list) else [{"id": 1, "value": value}]
                inner = "".join(
                    f'<language id="{one["id"]}" xlink:href="{url}languages/{one["id"]}">{cdata(one["value"])}</language>' for one in texts
                )
                lines.append(f"\t<{name}>{inner}</{name}>")
                continue
            link = self.resource.links.get(name)
            href = f' xlink:href="{url}{link}/{value}"' if link and value not in (None, "", 0) else ""
            lines.append(f"\t<{name}{href}>{cdata(value)}</{name}>")
        if displayed is None and (linked := self.shop.associations(self.resource.name, row)):
            lines.append("<associations>")
            for name, (node, ids) in linked.items():
                inner = "".join(f"\n\t<{node}>\n\t<id>{cdata(ident)}</id>\n\t</{node}>" for ident in ids)
                head = f'<{name} nodeType="{node}" api="{name}"'
                lines.append(f"{head}>{inner}\n</{name}>" if ids else f"{head}/>")
            lines.append("</associations>")
        return "\n".join([*lines, f"</{self.resource.node}>\n"])


def translated(value: Any, language: int) -> Any:
    """The demo's second language is marked so that a test can tell it (recording 77)."""
    return value if language == 1 else f"{value} (it)"


def matches(value: Any, wanted: str) -> bool:
    """One filter against one value. Text compares as MariaDB's general_ci does: case, accents and trailing blanks do not count."""
    match = _BRACKETS.match(wanted)
    if match is None:
        return _compare(value, wanted) == 0
    before, inner, after = match.groups()
    if before == "%" or after == "%":
        return _like(value, before + inner + after)
    if before == "" and after == "":
        if inner.find("|") > 0:
            return any(_compare(value, one) == 0 for one in inner.split("|"))
        if between := _BETWEEN.match(inner):
            low, high = sorted(between.groups())
            return _compare(value, low) >= 0 and _compare(value, high) <= 0
        return _compare(value, inner) == 0
    if before == ">":
        return _compare(value, inner) > 0
    if before == "<":
        return _compare(value, inner) < 0
    if before == "!":
        return _compare(value, inner) != 0
    return True


def collated(value: str) -> str:
    bare = "".join(one for one in unicodedata.normalize("NFKD", value) if not unicodedata.combining(one))
    return bare.casefold().rstrip(" ")


def _compare(value: Any, wanted: str) -> int:
    left: Any
    right: Any
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        left, right = Decimal(value), _leading_number(wanted)
    else:
        left, right = collated(str(value if value is not None else "")), collated(wanted)
        if _DAY.match(right) and len(left) == 19 and _DAY.match(left[:10]):
            right += " 00:00:00"
    return (left > right) - (left < right)


def _leading_number(words: str) -> Decimal:
    found = re.match(r"\s*-?\d+(\.\d+)?", words)
    try:
        return Decimal(found.group(0)) if found else Decimal(0)
    except InvalidOperation:
        return Decimal(0)


def _like(value: Any, pattern: str) -> bool:
    shown = f"{value:.6f}" if isinstance(value, Decimal) else str(value)
    parts = [".*" if one == "%" else "." if one == "_" else re.escape(one) for one in collated(pattern)]
    return re.fullmatch("".join(parts), collated(shown), re.DOTALL) is not None


def _sort_key(value: Any) -> tuple[int, Any]:
    return (1, Decimal(value)) if isinstance(value, (int, Decimal)) else (0, collated(str(value)))
