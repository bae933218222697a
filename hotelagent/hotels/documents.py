"""Reading a provisioning file: YAML whose every value knows its line, checked key by key; unknown keys are errors."""

from __future__ import annotations

import calendar
import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import yaml

Parsed = TypeVar("Parsed")
_RELATIVE = re.compile(r"today(?:\+(\d{1,4})([dm]))?")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class DocumentError(ValueError):
    """What is wrong in the file, with line and key, in a sentence for the person who wrote it."""

    def __init__(self, node: yaml.Node | None, path: str, problem: str) -> None:
        line = f"line {node.start_mark.line + 1}: " if node is not None else ""
        super().__init__(f"{line}{path}: {problem}" if path else f"{line}{problem}")


class Field:
    """One value of the document. ``today`` is the hotel's date, for relative dates such as ``today+24m``."""

    def __init__(self, node: yaml.Node, path: str, today: dt.date) -> None:
        self.node, self.path, self.today = node, path, today

    def error(self, problem: str) -> DocumentError:
        return DocumentError(self.node, self.path, problem)

    # --- containers ---
    def table(self, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Table:
        """A mapping with exactly these keys. Raises DocumentError for an unknown, doubled or missing one."""
        table = self.open_table()
        for key in table.fields:
            if key not in required and key not in optional:
                raise DocumentError(table.keys[key], f"{self.path}.{key}".lstrip("."), "unknown key")
        for key in required:
            if key not in table.fields:
                raise self.error(f"the key {key!r} is missing")
        return table

    def open_table(self) -> Table:
        """A mapping with any text keys."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error("must be a mapping (key: value)")
        fields: dict[str, Field] = {}
        keys: dict[str, yaml.Node] = {}
        for key, value in self.node.value:
            name = str(key.value)
            if name in fields:
                raise DocumentError(key, f"{self.path}.{name}".lstrip("."), "the key appears twice")
            fields[name], keys[name] = Field(value, f"{self.path}.{name}".lstrip("."), self.today), key
        return Table(self, fields, keys)

    def items(self) -> list[Field]:
        """A list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("must be a list")
        return [Field(node, f"{self.path}[{index}]", self.today) for index, node in enumerate(self.node.value)]

    # --- values ---
    def text(self, *, maximum: int = 4000) -> str:
        """A text, not empty. ``env:NAME`` is not resolved here; see secret()."""
        value = self._scalar().strip()
        if not value:
            raise self.error("must not be empty")
        if len(value) > maximum:
            raise self.error(f"is longer than {maximum} characters")
        return value

    def choice(self, options: tuple[str, ...]) -> str:
        value = self.text()
        if value not in options:
            raise self.error(f"must be one of {', '.join(options)}")
        return value

    def integer(self, *, minimum: int = 0, maximum: int = 10_000) -> int:
        return self._checked(int, f"must be a whole number from {minimum} to {maximum}", lambda n: minimum <= n <= maximum)

    def money(self) -> Decimal:
        """An amount ≥ 0, in the hotel's currency."""
        return self._checked(Decimal, "must be an amount, 0 or more", lambda n: n.is_finite() and n >= 0)

    def decimal(self) -> Decimal:
        return self._checked(Decimal, "must be a number", Decimal.is_finite)

    def boolean(self) -> bool:
        value = self._scalar().lower()
        if value not in {"true", "false", "yes", "no"}:
            raise self.error("must be true or false")
        return value in {"true", "yes"}

    def time(self) -> dt.time:
        """``"HH:MM"``."""
        match = _TIME.fullmatch(self._scalar())
        if match is None:
            raise self.error('must be a time such as "15:00"')
        return dt.time(int(match[1]), int(match[2]))

    def date(self) -> dt.date:
        """``YYYY-MM-DD``, or ``today``, ``today+30d``, ``today+24m`` on the hotel's calendar."""
        value = self._scalar()
        if match := _RELATIVE.fullmatch(value):
            return self._relative(int(match[1] or 0), match[2] or "d")
        return self._checked(dt.date.fromisoformat, "must be a date such as 2027-01-31 or today+24m", lambda _date: True)

    def secret(self) -> str:
        """Only ``env:NAME``: a secret never stands in the file. An unset variable is an empty secret."""
        value = self.text()
        if not value.startswith("env:"):
            raise self.error("a secret must be given as env:NAME, never in the file itself")
        return os.environ.get(value.removeprefix("env:"), "")

    def _relative(self, amount: int, unit: str) -> dt.date:
        if unit == "d":
            return self.today + dt.timedelta(days=amount)
        months = self.today.month - 1 + amount
        year, month = self.today.year + months // 12, months % 12 + 1
        return dt.date(year, month, min(self.today.day, calendar.monthrange(year, month)[1]))

    def _scalar(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.error("must be a single value")
        return str(self.node.value)

    def _checked(self, parse: Callable[[str], Parsed], problem: str, holds: Callable[[Parsed], bool]) -> Parsed:
        try:
            value = parse(self._scalar())
        except (ValueError, InvalidOperation) as error:
            raise self.error(problem) from error
        if not holds(value):
            raise self.error(problem)
        return value


class Table:
    """A checked mapping."""

    def __init__(self, field: Field, fields: dict[str, Field], keys: dict[str, yaml.Node]) -> None:
        self.field, self.fields, self.keys = field, fields, keys

    def __contains__(self, key: str) -> bool:
        return key in self.fields

    def __getitem__(self, key: str) -> Field:
        return self.fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def get(self, key: str, read: Callable[[Field], Parsed], default: Parsed) -> Parsed:
        """The value read by ``read``, or ``default`` when the key is absent."""
        return read(self.fields[key]) if key in self.fields else default


def parse(source: str, today: dt.date) -> Field:
    """The document's root. Raises DocumentError with the line when it is no YAML."""
    try:
        node: Any = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DocumentError(None, "", f"line {line}: not YAML: {error.problem}") from error
    if node is None:
        raise DocumentError(None, "", "the file is empty")
    return Field(node, "", today)
