"""The few questions every rule asks of a JSON value: is it there, is it of this kind, is it this long."""

from __future__ import annotations

from typing import Any

from .errors import GraphError

Json = dict[str, Any]


def length(text: str) -> int:
    """UTF-16 units: Meta does not say how it counts, and this count is never the smaller one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def need_object(value: object, where: str, allowed: set[str]) -> Json:
    """A JSON object holding nothing but `allowed` keys (Graph names an unexpected key, code 100)."""
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {where} must be a JSON object.")
    for key in value:
        if key not in allowed:
            raise GraphError(100, f'Unexpected key "{key}" on param {where}.')
    return value


def need_list(value: object, where: str, least: int, most: int) -> list[Any]:
    """A JSON array with `least` to `most` elements."""
    if not isinstance(value, list):
        raise GraphError(100, f"Param {where} must be an array.")
    if not least <= len(value) <= most:
        raise GraphError(131009, f"Invalid number of {where}. Min: {least}, Max: {most}, got {len(value)}.")
    return value


def need_text(value: object, where: str, most: int, *, code: int = 131009) -> str:
    """A string with at least one visible character and at most `most`; too long or blank answers with `code`."""
    if value is None:
        raise GraphError(100, f"The parameter {where} is required.")
    if not isinstance(value, str):
        raise GraphError(100, f"Param {where} must be a string.")
    if not value.strip():
        raise GraphError(code, f"{where} length invalid. Min length: 1, Max length: {most}")
    if length(value) > most:
        raise GraphError(code, f"{where} length invalid. Min length: 1, Max length: {most}, got {length(value)}")
    return value


def optional_text(value: object, where: str, most: int) -> str | None:
    """As need_text, for a field that may be left out but not left blank."""
    return None if value is None else need_text(value, where, most)


def need_id(value: object, where: str, most: int) -> str:
    """An id of ours: as need_text, and without blanks at either end."""
    text = need_text(value, where, most)
    if text != text.strip():
        raise GraphError(131009, f"{where} must not start or end with spaces.")
    return text


def need_unique(values: list[str], where: str) -> None:
    """Meta refuses repeated ids and repeated button titles."""
    if len(set(values)) != len(values):
        raise GraphError(131009, f"Duplicated {where}: each must be unique.")


def need_bool(value: object, where: str) -> None:
    """A flag that may be absent but not a word."""
    if value is not None and not isinstance(value, bool):
        raise GraphError(100, f"Param {where} must be a boolean.")
