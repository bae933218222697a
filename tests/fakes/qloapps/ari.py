"""POST hotel_ari: availability and rates, with every lie of the real one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from .demo import ROOM_OUT_OF_ORDER, Row
from .listing import translated
from .shapes import (
    EMPTY_SHA1,
    JSON_TYPE,
    XML_HEAD,
    XML_TAIL,
    XML_TYPE,
    Answer,
    Refusal,
    Request,
    cdata,
    crash,
    number,
    ok,
    php_json,
    read_xml,
    refuse,
    stringified,
    xml_tree,
)
from .shop import Shop, money, nights_between

FLAGS = {
    "available": "get_available_rooms",
    "booked": "get_booked_rooms",
    "partially_available": "get_partial_available_rooms",
    "unavailable": "get_unavailable_rooms",
}
_DATE = re.compile(r"^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$")


def is_date(words: Any) -> bool:
    if not isinstance(words, str) or not _DATE.match(words):
        return False
    try:
        dt.datetime.fromisoformat(words)
    except ValueError:
        return False
    return True


def answer(shop: Shop, request: Request) -> Answer:
    asked = _read(request)
    rooms = _occupancies(request, asked)
    shown = {kind: asked.get(flag) not in ("", "0") for kind, flag in FLAGS.items() if flag in asked}
    # One flag present, even an empty one, switches the absent ones off; none at all means the available rooms.
    kinds = {kind: shown.get(kind, False) for kind in FLAGS} if shown else {kind: kind == "available" for kind in FLAGS}
    nightly = asked.get("date_wise_breakdown") not in (None, "", "0")
    if nightly and shown and not kinds["available"]:
        raise Refusal(crash())
    with shop.lock:
        if nightly:
            found = [_night(shop, asked, day, kinds, rooms) for day in _days(asked["date_from"], asked["date_to"])]
            value: Any = {"hotel_aris": found}
        else:
            found = [_range(shop, asked, kinds, rooms)]
            value = {"hotel_ari": found[0]}
    if request.is_json:
        return ok(php_json(stringified(value) if shop.php74 else value), JSON_TYPE)
    inner = "".join(_xml(shop, one) for one in found)
    return ok(XML_HEAD + (f"<hotel_aris>\n{inner}</hotel_aris>\n" if nightly else inner) + XML_TAIL, XML_TYPE)


def _invalid(request: Request, words: str, code: int = 85) -> Refusal:
    return refuse(request, 400, code, words, sha1=EMPTY_SHA1)


def _read(request: Request) -> Row:
    if not request.body:
        raise _invalid(request, "Validation error: ARI search parameters are missing.")
    root = read_xml(request.body)
    if root is None:
        raise _invalid(request, "Validation error: Invalid ARI search parameters found.")
    tree = xml_tree(root)
    asked = tree.get("hotel_ari") if isinstance(tree, dict) else None
    if not isinstance(asked, dict):
        raise _invalid(request, "Validation error: Invalid request XML")
    for name in ("id_hotel", "date_from", "date_to"):
        if name not in asked:
            raise _invalid(request, f'parameter "{name}" required', 41)
    for name in ("id_hotel", "id_room_type"):
        if asked.get(name, "") != "" and not re.fullmatch(r"\d+", asked[name]):
            raise _invalid(request, f'Validation error: "The {name} field is invalid."')
    for name in ("date_from", "date_to"):
        if not is_date(asked[name]):
            raise _invalid(request, f'Validation error: "The {name} field is invalid."')
    if asked["date_to"] <= asked["date_from"]:
        raise _invalid(request, 'Validation error: "Date to" must be after "date from"')
    return asked


def _occupancies(request: Request, asked: Row) -> int:
    """How many rooms the price is multiplied by. The guests in them are looked at here and nowhere else."""
    tree = asked.get("associations")
    held = tree.get("room_occupancies") if isinstance(tree, dict) else None
    found = held.get("room_occupancy") if isinstance(held, dict) else None
    if not found:
        return 1
    every = found if isinstance(found, list) else [found]
    for index, one in enumerate(every, 1):
        one = one if isinstance(one, dict) else {}
        for name, least in (("adults", 1), ("children", 0)):
            if name not in one:
                raise _invalid(request, f"Validation error: Missing information for {name} for Room-{index} occupancy.")
            if not re.fullmatch(r"\d+", one[name]) or int(one[name]) < least:
                more = "(value must be greater than 0)" if least else ""
                raise _invalid(request, f"Validation error: Invalid value for number of {name} for Room-{index} occupancy{more}.")
    return len(every)


def _days(date_from: str, date_to: str) -> list[str]:
    first = dt.date.fromisoformat(date_from[:10])
    return [(first + dt.timedelta(days=day)).isoformat() for day in range(nights_between(date_from, date_to))]


def _head(asked: Row, date_from: str, date_to: str) -> Row:
    return {"id_hotel": asked["id_hotel"], "date_from": date_from, "date_to": date_to, "currency": "USD"}


def _types(shop: Shop, asked: Row) -> list[Row]:
    """The types searched: none for an unknown or inactive hotel or type."""
    hotel = shop.find("hotels", asked["id_hotel"])
    if hotel is None or not hotel["active"]:
        return []
    wanted = asked.get("id_room_type")
    return [row for row in shop.tables["room_types"] if row["active"] and wanted in (None, "", str(row["id"]))]


def _price(shop: Shop, room_type: Row, nights: int, rooms: int) -> Row:
    net = shop.quoted(room_type["id"], nights)
    return {
        "id_room_type": room_type["id"],
        "base_price": number(money(net / nights)),
        "base_price_with_tax": number(money(shop.taxed(net / nights))),
        "total_price": number(money(net * rooms)),
        "total_price_with_tax": number(money(shop.taxed(net * rooms))),
        "name": room_type["name"],
    }


def _range(shop: Shop, asked: Row, kinds: dict[str, bool], rooms: int) -> Row:
    found = _head(asked, asked["date_from"], asked["date_to"])
    types = _types(shop, asked)
    if not types:
        return found
    first, last = asked["date_from"][:10], asked["date_to"][:10]
    if first == last:
        raise Refusal(crash())  # two hours of one day pass the check of dates and divide by no nights
    sorted_rooms = {row["id"]: _sorted(shop, row["id"], first, last) for row in types}
    found["total_rooms"] = sum(len(shop.rooms_of(row["id"])) for row in types)
    for kind, total in (
        ("available", "total_available_rooms"),
        ("unavailable", "total_unavailable_rooms"),
        ("partially_available", "total_partial_available_rooms"),
        ("booked", "total_booked_rooms"),
    ):
        if kinds[kind]:
            found[total] = sum(len(each[kind]) for each in sorted_rooms.values())
    found["room_types"] = []
    for row in types:
        shown: Any = {kind: each or [] for kind, each in sorted_rooms[row["id"]].items() if kinds[kind]}
        found["room_types"].append({**_price(shop, row, nights_between(first, last), rooms), "rooms": shown or []})
    return found


def _sorted(shop: Shop, room_type: int, date_from: str, date_to: str) -> dict[str, Row]:
    """Every room of the type under one heading, keyed by its id. A room free on some nights only is booked, not partial."""
    each: dict[str, Row] = {"unavailable": {}, "booked": {}, "available": {}, "partially_available": {}}
    rule = shop.occupancy(room_type)
    for room in shop.rooms_of(room_type):
        names = {"id_product": room_type, "id_room": room["id"], "id_hotel": room["id_hotel"], "room_num": room["room_num"]}
        closed, takers = shop.closed(room, date_from, date_to), shop.takers(room["id"], date_from, date_to)
        if closed is not None:
            each["unavailable"][str(room["id"])] = {**names, "detail": _closures(shop, room, closed)}
        elif takers:
            each["booked"][str(room["id"])] = {**names, "detail": [_taken(line) for line in takers]}
        else:
            each["available"][str(room["id"])] = {
                "id_room": room["id"], "id_product": room_type, "id_hotel": room["id_hotel"], "room_num": room["room_num"],
                "room_comment": room["comment"], "max_adult": rule["max_adults"], "max_children": rule["max_children"],
                "max_occupancy": rule["max_guests"],
            }  # fmt: skip
    return each


def _taken(line: Row) -> Row:
    return {
        "id_htl_booking": line["id"], "date_from": line["date_from"], "date_to": line["date_to"], "id_customer": line["id_customer"],
        "booking_type": line["booking_type"], "booking_status": line["id_status"], "comment": line["comment"],
    }  # fmt: skip


def _closures(shop: Shop, room: Row, status: int) -> list[Row]:
    spans: list[tuple[str | None, str | None]] = [(None, None)]
    if status == ROOM_OUT_OF_ORDER and shop.out_of_order.get(room["id"]):
        spans = list(shop.out_of_order[room["id"]])
    return [{"id_status": status, "room_comment": room["comment"], "date_from": start, "date_to": end} for start, end in spans]


def _night(shop: Shop, asked: Row, day: str, kinds: dict[str, bool], rooms: int) -> Row:
    """One night of the breakdown: rooms out of order are shown as available, and the counters repeat the available ones."""
    after = (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
    found = _head(asked, day, after)
    types = _types(shop, asked)
    if not types:
        return found
    found["total_rooms"] = sum(len(shop.rooms_of(row["id"])) for row in types)
    found["room_types"], free = [], 0
    for row in types:
        short = {str(room["id"]): {"id_room": room["id"], "room_num": room["room_num"]} for room in shop.rooms_of(row["id"])}
        booked = {key: one for key, one in short.items() if shop.takers(one["id_room"], day, after)}
        available = {key: one for key, one in short.items() if key not in booked}
        free += len(available)
        shown: Any = {"available": available or []} if kinds["available"] else {}
        shown |= {"booked": booked or []} if kinds["booked"] else {}
        shown |= {"unavailable": []} if kinds["unavailable"] else {}
        found["room_types"].append({**_price(shop, row, 1, rooms), "rooms": shown})
    for kind in ("available", "unavailable", "booked"):
        if kinds[kind]:
            found[f"total_{kind}_rooms"] = free
    return found


def _xml(shop: Shop, found: Row) -> str:
    url = f"{shop.public_url}/api/"
    lines = ["<hotel_ari>", f'<id_hotel xlink:href="{url}hotels/{found["id_hotel"]}">{cdata(found["id_hotel"])}</id_hotel>']
    lines += [f"<{key}>{cdata(value)}</{key}>" for key, value in found.items() if key not in ("id_hotel", "room_types")]
    if "room_types" in found:
        lines += ["<room_types>", *(part for row in found["room_types"] for part in _xml_type(shop, row, url)), "</room_types>"]
    return "\n".join([*lines, "</hotel_ari>\n"])


def _xml_type(shop: Shop, row: Row, url: str) -> list[str]:
    ident, link = row["id_room_type"], f'xlink:href="{url}room_types/{row["id_room_type"]}"'
    lines = [f'<room_type id="{ident}" {link}>', f"<id_room_type {link}>{cdata(ident)}</id_room_type>"]
    lines += [f"<{key}>{cdata(row[key])}</{key}>" for key in ("base_price", "base_price_with_tax", "total_price", "total_price_with_tax")]
    texts = "".join(
        f'<language id="{one["id"]}" xlink:href="{url}languages/{one["id"]}">{cdata(translated(row["name"], one["id"]))}</language>'
        for one in shop.tables["languages"]
    )
    lines += [f"<name>{texts}</name>", "<rooms>"]
    for kind, rooms in (row["rooms"] or {}).items():
        node = "partial_available" if kind == "partially_available" else kind
        lines.append(f"<{node}>")
        for room in rooms.values() if rooms else ():
            lines += [f'<room id="{room["id_room"]}">', f"<id_room>{cdata(room['id_room'])}</id_room>"]
            lines += [f"<room_number>{cdata(room['room_num'])}</room_number>", "</room>"]
        lines.append(f"</{node}>")
    return [*lines, "</rooms>", "</room_type>"]
