"""QloApps rows as typed values. Numbers come as integers or strings, whatever the server's PHP; an empty map is a list.

Everything here raises ``Nonsense`` for a row nobody can act on, never a KeyError.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pms.terms import Party, Stay

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 10


class Nonsense(ValueError):
    """A row that cannot be true."""


@dataclass(frozen=True)
class Order:
    """A booking as the flat view shows it."""

    id: int
    source: str
    state: int
    total: Decimal
    paid: Decimal
    customer: int
    number: str


@dataclass(frozen=True)
class Line:
    """One room of a booking for a stay."""

    id: int
    order: int
    room: int
    room_number: str
    room_type: str
    stay: Stay
    party: Party
    total: Decimal
    is_held: bool


@dataclass(frozen=True)
class Rate:
    """One room type for a stay: free rooms, and the price of one of them for all nights."""

    room_type: str
    rooms: tuple[int, ...]
    net: Decimal
    gross: Decimal


ORDER_FIELDS = "[id,reference,source,current_state,total_paid_tax_incl,total_paid_real,id_customer]"
LINE_FIELDS = (
    "[id,id_order,id_room,id_product,room_num,date_from,date_to,adults,children,child_ages,total_price_tax_incl,"
    "is_refunded,is_cancelled,is_back_order]"
)


def order(row: Mapping[str, Any]) -> Order:
    return Order(
        id=whole(row, "id"),
        source=str(row.get("source") or ""),
        state=whole(row, "current_state"),
        total=money(row, "total_paid_tax_incl"),
        paid=money(row, "total_paid_real", signed=True),
        customer=whole(row, "id_customer"),
        number=str(row.get("reference") or ""),
    )


def line(row: Mapping[str, Any]) -> Line:
    try:
        stay = Stay(day(row, "date_from"), day(row, "date_to"))
    except Nonsense:
        raise
    except ValueError as error:
        raise Nonsense("a stay without a night") from error
    ages = _ages(row.get("child_ages"))
    return Line(
        id=whole(row, "id"),
        order=whole(row, "id_order"),
        room=whole(row, "id_room"),
        room_number=str(row.get("room_num") or ""),
        room_type=str(whole(row, "id_product")),
        stay=stay,
        party=Party(max(1, whole(row, "adults")), whole(row, "children"), ages),
        total=money(row, "total_price_tax_incl"),
        is_held=not any(whole(row, flag) for flag in ("is_refunded", "is_cancelled", "is_back_order")),
    )


def rates(told: Mapping[str, Any]) -> tuple[dict[str, Rate], list[str]]:
    """The room types of a hotel_ari answer, and what is wrong with those that are left out: a price that cannot be, a type
    that is there twice. One strange row must not close the whole house."""
    listed = told.get("room_types", [])
    found: dict[str, Rate] = {}
    problems: list[str] = []
    twice: set[str] = set()
    for row in listed.values() if isinstance(listed, dict) else listed if isinstance(listed, list) else ():
        try:
            rate = _rate(row)
        except Nonsense as error:
            problems.append(str(error))
            continue
        if rate.room_type in found:
            twice.add(rate.room_type)
        found[rate.room_type] = rate
    for code in twice:
        problems.append(f"room type {code} is there twice")
        del found[code]
    return found, problems


def _rate(row: Any) -> Rate:
    if not isinstance(row, dict):
        raise Nonsense("a room type that is none")
    rooms = row.get("rooms")
    free = rooms.get("available") if isinstance(rooms, dict) else None
    rate = Rate(
        room_type=str(whole(row, "id_room_type")),
        rooms=tuple(sorted(int(key) for key in free if str(key).isdecimal())) if isinstance(free, dict) else (),
        net=money(row, "total_price"),
        gross=money(row, "total_price_with_tax"),
    )
    # Taxes beyond doubling the price, or below nothing, are no taxes.
    if rate.gross < rate.net or rate.gross > 2 * rate.net:
        raise Nonsense(f"room type {rate.room_type}: a price that does not fit its tax")
    return rate


def texts(value: Any, languages: Mapping[int, str], default: str) -> dict[str, str]:
    """A multi-language field: one string, or with two languages installed a list of id and value."""
    if isinstance(value, list):
        by_language = {languages.get(_int(one.get("id")), ""): str(one.get("value") or "") for one in value if isinstance(one, dict)}
        return {language: text for language, text in by_language.items() if language and text}
    return {default: str(value)} if value else {}


def whole(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    if isinstance(value, bool):
        return int(value)
    text = str(value if value is not None else "")
    if text == "" or not text.lstrip("-").isdecimal() or len(text) > 18:
        raise Nonsense(f"{key} is not a number")
    return int(text)


def money(row: Mapping[str, Any], key: str, *, signed: bool = False) -> Decimal:
    """Two decimals; negative only where money may have gone back."""
    value = row.get(key)
    try:
        amount = Decimal(str(value)) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation as error:
        raise Nonsense(f"{key} is not an amount") from error
    if not amount.is_finite() or (amount < 0 and not signed) or abs(amount) > LARGEST:
        raise Nonsense(f"{key} is not an amount")
    return amount.quantize(CENT)


def day(row: Mapping[str, Any], key: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(row.get(key))[:10])
    except ValueError as error:
        raise Nonsense(f"{key} is not a date") from error


def _int(value: Any) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _ages(value: Any) -> tuple[int, ...]:
    """A JSON list in a string, or a list."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ()
    return tuple(_int(age) for age in value) if isinstance(value, list) else ()
