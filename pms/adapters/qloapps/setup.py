"""What a QloApps tells of itself, so that nobody has to type it in: zone, currency, states, room types."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal

from pms.adapters.qloapps import rows
from pms.adapters.qloapps.api import Api
from pms.terms import RoomTypeInfo

# States by the name of the setting that says their number in this installation, and the number they have when it does not.
STATES = {
    "PS_OS_AWAITING_PAYMENT": 1,
    "PS_OS_PAYMENT_ACCEPTED": 2,
    "PS_OS_CANCELED": 4,
    "PS_OS_REFUND": 5,
    "PS_OS_OVERBOOKING_PAID": 7,
    "PS_OS_OVERBOOKING_UNPAID": 11,
    "PS_OS_OVERBOOKING_PARTIAL_PAID": 12,
}
SETTINGS = ("PS_TIMEZONE", "PS_ONE_PHONE_AT_LEAST", "MAX_GLOBAL_BOOKING_DATE", "PS_CURRENCY_DEFAULT", "PS_LANG_DEFAULT", *STATES)


@dataclass(frozen=True)
class Setup:
    """Fixed for hours. ``languages`` by their number there; ``last_day`` is the last day that may be booked."""

    zone: str
    currency: str
    phone_needed: bool
    last_day: dt.date | None
    cancelled: frozenset[int]
    cancel_state: int
    overbooked: frozenset[int]
    languages: dict[int, str]
    language: str


@dataclass(frozen=True)
class Kind:
    """A room type with what QloApps does not check itself. ``night`` is its list price, net."""

    info: RoomTypeInfo
    min_nights: int
    max_nights: int
    night: Decimal


def read_setup(api: Api) -> Setup:
    """Raises Unavailable, AuthFailed."""
    told = api.rows("configurations", show="[name,value]", where={"name": f"[{'|'.join(SETTINGS)}]"})
    settings = {str(row.get("name")): str(row.get("value") or "") for row in told}
    number = {name: int(settings[name]) if settings.get(name, "").isdecimal() else usual for name, usual in STATES.items()}
    languages = {rows.whole(row, "id"): str(row.get("iso_code") or "").lower()[:2] for row in api.rows("languages", show="[id,iso_code]")}
    main = languages.get(int(settings["PS_LANG_DEFAULT"]) if settings.get("PS_LANG_DEFAULT", "").isdecimal() else 1, "en")
    currencies = {str(row.get("id")): str(row.get("iso_code") or "").upper() for row in api.rows("currencies", show="[id,iso_code]")}
    currency = currencies.get(settings.get("PS_CURRENCY_DEFAULT", ""), next(iter(currencies.values()), ""))
    zone = settings.get("PS_TIMEZONE", "")
    if not currency or zone not in zoneinfo.available_timezones():
        api.line.nonsense("configurations: no currency or no time zone")
    return Setup(
        zone=zone,
        currency=currency,
        phone_needed=settings.get("PS_ONE_PHONE_AT_LEAST", "1") != "0",
        last_day=_day(settings.get("MAX_GLOBAL_BOOKING_DATE", "")),
        cancelled=frozenset({number["PS_OS_CANCELED"], number["PS_OS_REFUND"]}),
        cancel_state=number["PS_OS_CANCELED"],
        overbooked=frozenset(number[name] for name in number if "OVERBOOKING" in name),
        languages=languages,
        language=main,
    )


def read_kinds(api: Api, property_id: str, setup: Setup) -> dict[str, Kind]:
    """Active room types by code, in the shop's order. Raises Unavailable, AuthFailed."""
    products = {rows.whole(row, "id"): row for row in api.rows("room_types", show="[id,name,price,active]") if rows.whole(row, "active")}
    kinds: dict[str, Kind] = {}
    for row in api.rows("hotel_room_types", where={"id_hotel": f"[{property_id}]"}):
        number = rows.whole(row, "id_product")
        if number not in products:
            continue
        associated = row.get("associations")
        rooms = associated.get("hotel_rooms", []) if isinstance(associated, dict) else []
        info = RoomTypeInfo(
            code=str(number),
            names=rows.texts(products[number].get("name"), setup.languages, setup.language) or {setup.language: f"#{number}"},
            synonyms={},
            descriptions={},
            max_adults=rows.whole(row, "max_adults"),
            max_children=rows.whole(row, "max_children"),
            max_guests=rows.whole(row, "max_guests"),
            rooms=len(rooms) if isinstance(rooms, list) else 0,
        )
        kinds[info.code] = Kind(info, rows.whole(row, "min_los"), rows.whole(row, "max_los"), rows.money(products[number], "price"))
    return kinds


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10]) if text and not text.startswith("0000") else None
    except ValueError:
        return None
