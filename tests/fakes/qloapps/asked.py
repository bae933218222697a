"""What a client asked of `bookings`: the body in JSON or XML, brought to one shape and checked as the webservice checks it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .ari import is_date
from .demo import SERVICE_PER_NIGHT, Row
from .shapes import Refusal, Request, crash, read_xml, refuse, xml_tree
from .shop import Shop, nights_between

UNAVAILABLE = "Requested room(s) not available."
# Characters the names of PrestaShop refuse; 32 is the column.
_NAME = re.compile(r"""^[^0-9!<>,;?=+()@#"°{}_$%:]{0,32}$""")
_PHONE = re.compile(r"^\+?[\s\d.()-]*\d+$")
_ATOM = r"(?:[^\W_]|[!#$%&'*+/=?^`{}|~_.-])"
_EMAIL = re.compile(rf"^(?!\.){_ATOM}+@[^\W_]+(?:\.?(?:[^\W_]|[_-]))*\.[^\W_]+$")


@dataclass
class WantedRoom:
    """One entry of rooms[]. `adults` and `children` are what will be stored, not what was meant."""

    id_room: int | None
    adults: int
    children: int
    child_ages: str
    net: Decimal | None
    services: list[Row]


@dataclass
class WantedType:
    room_type: int
    date_from: str
    date_to: str
    count: int
    rooms: list[WantedRoom] = field(default_factory=list)

    @property
    def key(self) -> tuple[int, str, str]:
        return self.room_type, self.date_from, self.date_to


def body_of(request: Request) -> Row:
    """The `booking` with its associations merged in, as the webservice does. Anything unreadable kills PHP."""
    try:
        found: Any = json.loads(request.body)
    except ValueError:
        root = read_xml(request.body) if request.body else None
        found = xml_tree(root) if root is not None else None
    booking = found.get("booking") if isinstance(found, dict) else None
    if not isinstance(booking, dict):
        raise Refusal(crash())
    merged = {key: value for key, value in booking.items() if key != "associations"}
    extra = booking.get("associations")
    return merged | (extra if isinstance(extra, dict) else {})


def listed(value: Any, node: str) -> list[Any]:
    """A list in any of the accepted spellings: JSON list, {node: [...]}, {node: one}."""
    if isinstance(value, dict):
        value = value.get(node, [])
        return value if isinstance(value, list) else [value]
    return value if isinstance(value, list) else []


def invalid(request: Request, words: str, *, cookie: bool = False) -> Refusal:
    return refuse(request, 400, 404, words, cookie=cookie)


def whole(value: Any) -> int:
    """PHP's (int)."""
    found = re.match(r"\s*-?\d+", str(value))
    return int(found.group(0)) if found else 0


def price(value: Any) -> Decimal | None:
    """A price as isPrice takes it; None for anything else."""
    words = str(value).strip()
    return Decimal(words) if re.fullmatch(r"\d{1,10}(\.\d{1,9})?", words) else None


def check_new(shop: Shop, request: Request, asked: Row) -> list[WantedType]:
    """The checks of POST in their order; raises the first refusal. Returns the room types wanted."""
    if "id" in asked:
        raise invalid(request, "id is forbidden when adding a new resource")
    check_currency(shop, request, asked)
    guest = asked.get("customer_detail")
    if not isinstance(guest, dict) or not guest:
        raise invalid(request, "Customer details not found.")
    if shop.find("hotels", whole(asked.get("id_property"))) is None:
        raise invalid(request, "Please provide a valid id_property.")
    check_guest(shop, request, guest, needs_phone=shop.configured("PS_ONE_PHONE_AT_LEAST") == "1")
    check_prices(request, asked)
    check_address(shop, request, guest)
    wanted = wanted_types(shop, request, asked)
    if not wanted or not all(_is_available(shop, one) for one in wanted):
        raise invalid(request, UNAVAILABLE)
    check_statuses(request, asked)
    return wanted


def check_currency(shop: Shop, request: Request, asked: Row) -> None:
    known = {row["iso_code"] for row in shop.tables["currencies"]}
    if str(asked.get("currency", "")).upper() not in known:
        raise invalid(request, "Please provide valid currency.")


def check_guest(shop: Shop, request: Request, guest: Row, *, needs_phone: bool) -> None:
    if guest.get("id_customer") and shop.find("customers", whole(guest["id_customer"])) is None:
        raise invalid(request, "Please provide a valid id_customer.")
    named = [("firstname", "first name"), ("lastname", "last name"), ("email", "email")]
    for key, words in [*named, *([("phone", "phone number")] if needs_phone else [])]:
        if not str(guest.get(key) or "").strip():
            raise invalid(request, f"Please provide a valid {words}.")


def check_prices(request: Request, asked: Row) -> None:
    details = asked.get("price_details") or {}
    for key, words in (("total_paid", "total paid"), ("total_price_with_tax", "total amount with tax")):
        if details.get(key) and price(details[key]) is None:
            raise invalid(request, f"Invalid value for {words}.")


def check_address(shop: Shop, request: Request, guest: Row) -> None:
    """All or nothing: one field of an address asks for the others."""
    if not any(key in guest for key in ("address", "city", "country_code", "state_code", "zip")):
        return
    for key, words in (("address", "Address"), ("city", "City"), ("country_code", "Country code")):
        if not guest.get(key):
            raise invalid(request, f"{words} is required.")
    country = next((row for row in shop.tables["countries"] if row["iso_code"] == str(guest["country_code"]).upper()), None)
    if country is None:
        raise invalid(request, "Invalid country code.")
    if country["contains_states"]:
        if not guest.get("state_code"):
            raise invalid(request, "State code is required for the given country.")
        if str(guest["state_code"]).upper() not in {row["iso_code"] for row in shop.tables["states"] if row["id_country"] == country["id"]}:
            raise invalid(request, "Invalid state code.")
    if country["need_zip_code"] and not guest.get("zip"):
        raise invalid(request, "Zip code is required.")


def check_statuses(request: Request, asked: Row) -> None:
    kind = (asked.get("payment_detail") or {}).get("payment_type")
    if kind is not None and kind not in ("online", "remote", "pay at hotel"):
        raise invalid(request, "Invalid payment type.")
    for key, words, most in (("booking_status", "booking", 4), ("payment_status", "payment", 3)):
        if key in asked and not 1 <= whole(asked[key]) <= most:
            raise invalid(request, f"Invalid {words} status.")


def wanted_types(shop: Shop, request: Request, asked: Row) -> list[WantedType]:
    """room_types[] checked one by one; entries of one type and stay are merged, and the last one's rooms win."""
    merged: dict[tuple[int, str, str], WantedType] = {}
    for entry in listed(asked.get("room_types"), "room_type"):
        entry = entry if isinstance(entry, dict) else {}
        one = _wanted_type(shop, request, entry)
        if one.key in merged:
            merged[one.key].count += one.count
            merged[one.key].rooms = one.rooms or merged[one.key].rooms
        else:
            merged[one.key] = one
    for one in merged.values():
        if one.rooms and len(one.rooms) != one.count:
            raise invalid(request, "Room count does not matches with the number of rooms")
    return list(merged.values())


def _wanted_type(shop: Shop, request: Request, entry: Row) -> WantedType:
    if "id_room_type" not in entry:
        raise invalid(request, "Id room type is missing")
    for key, words in (("checkin_date", "in"), ("checkout_date", "out")):
        if not is_date(entry.get(key)):
            raise invalid(request, f"Invalid check {words} date in the request")
    if "number_of_rooms" not in entry:
        raise invalid(request, "number of rooms is missing")
    room_type = whole(entry["id_room_type"])
    if shop.find("room_types", room_type) is None:
        raise invalid(request, "Invalid room type in the request")
    start, end = entry["checkin_date"][:10], entry["checkout_date"][:10]
    if start > end:
        raise invalid(request, "Invalid check in and check out dates in the request")
    nights = nights_between(start, end)
    rooms = [_wanted_room(shop, request, room_type, nights, one) for one in listed(entry.get("rooms"), "room") if isinstance(one, dict)]
    # Zero rooms are booked as one.
    return WantedType(room_type, start, end, max(1, whole(entry["number_of_rooms"])), rooms)


def _wanted_room(shop: Shop, request: Request, room_type: int, nights: int, room: Row) -> WantedRoom:
    base = shop.occupancy(room_type)
    ages = room.get("child_ages")
    ages = listed(ages, "child_age") if isinstance(ages, (list, dict)) else [ages] if ages else []
    # The number is read from `adult`; `adults`, which the schema names, is ignored. Children without ages are no children.
    adults = whole(room["adult"]) if "adult" in room else base["adults"]
    children = (whole(room["child"]) if "child" in room else base["children"]) if ages else 0
    net = room.get("unit_price_without_tax")
    return WantedRoom(
        id_room=whole(room["id_room"]) if room.get("id_room") else None,
        adults=adults,
        children=children,
        child_ages=json.dumps(ages if children else []),
        net=price(net) if net not in (None, "") else None,
        services=[_service(shop, request, nights, one) for one in listed(room.get("services"), "service")],
    )


def _service(shop: Shop, request: Request, nights: int, sent: Row) -> Row:
    row = shop.find("services", whole(sent.get("id_service")))
    if row is None:
        raise invalid(request, "Service product not found.")
    quantity = whole(sent.get("quantity", 1)) or 1
    times = quantity * (nights if row["price_calculation_method"] == SERVICE_PER_NIGHT else 1)
    unit = price(sent["unit_price_without_tax"]) if sent.get("unit_price_without_tax") else None
    return {
        "id_service": row["id"],
        "name": row["name"],
        "quantity": quantity,
        "net": (row["price"] if unit is None else unit) * times,
        "auto": row["auto_add_to_cart"],
    }


def _is_available(shop: Shop, one: WantedType) -> bool:
    free = shop.free_rooms(one.room_type, one.date_from, one.date_to)
    return len(free) >= one.count and all(room.id_room is None or room.id_room in free for room in one.rooms)


def is_email(words: str) -> bool:
    return _EMAIL.match(words) is not None


def is_name(words: str) -> bool:
    return _NAME.match(words) is not None


def is_phone(words: str) -> bool:
    return len(words) <= 32 and _PHONE.match(words) is not None
