"""PUT of `bookings`: a full replace, in no transaction; what is not repeated is gone, and the own room counts as taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import ledger
from .asked import (
    UNAVAILABLE,
    WantedType,
    body_of,
    check_currency,
    check_prices,
    check_statuses,
    invalid,
    listed,
    price,
    wanted_types,
    whole,
)
from .bookings import by_email, planned, seat_guest, settle_conflicts, shown
from .demo import API_PAYMENT, AWAITING, CANCELED, PAID, PARTIAL, REFUNDED, Row
from .shapes import Answer, Request
from .shop import Shop

_STATES = {1: AWAITING, 2: PAID, 3: CANCELED, 4: REFUNDED}


def put(shop: Shop, request: Request) -> Answer:
    asked = body_of(request)
    order, wanted = _checked(shop, request, asked)
    guest = asked["customer_detail"]
    if "booking_status" in asked and _STATES[whole(asked["booking_status"])] != order["current_state"]:
        with shop.lock:
            _change_state(shop, asked, order)
    if str(asked.get("remark") or "").strip():
        shop.remarks_of[order["id"]].append(ledger.stored(ledger.without_tags(asked["remark"])))
    row, _ = seat_guest(shop, guest)
    order["id_customer"] = row["id"]
    kept, removed, added = _sorted_out(shop, order, wanted)
    # Only now is it found out that there is no room: the state and the guest are already changed.
    for one in added:
        if len(shop.free_rooms(one.room_type, one.date_from, one.date_to)) < one.count:
            raise invalid(request, UNAVAILABLE.rstrip("."), cookie=True)
    plan = planned(shop, added)
    shop.reached("bookings.checked", request)
    shop.window()
    with shop.lock:
        settle_conflicts(shop, plan)
        gone = {line["id"] for line in removed}
        shop.tables["room_bookings"][:] = [line for line in shop.tables["room_bookings"] if line["id"] not in gone]
        shop.services_of[order["id"]] = []
        for line, room in kept:
            _update_line(shop, order, line, room)
        ledger.add_lines(shop, order, plan)
        _settle(shop, asked, order)
    shop.reached("bookings.inserted", request)
    return shown(shop, request, order, cookie=True)


def _checked(shop: Shop, request: Request, asked: Row) -> tuple[Row, list[WantedType]]:
    order = shop.find("orders", whole(asked.get("id") or request.ident))
    if order is None:
        raise invalid(request, "Booking not found.")
    if not listed(asked.get("room_types"), "room_type"):
        raise invalid(request, "Rooms not found in the request.")
    if shop.find("hotels", whole(asked.get("id_property"))) is None:
        raise invalid(request, "Please provide a valid id_property.")
    if "currency" in asked:
        check_currency(shop, request, asked)
    guest = asked.get("customer_detail")
    if not isinstance(guest, dict) or not str(guest.get("email") or "").strip():
        raise invalid(request, "Please provide a valid email.")
    held = by_email(shop, str(guest["email"]))
    if held is None:
        raise invalid(request, "Customer not found.")
    guest.setdefault("firstname", held["firstname"])
    guest.setdefault("lastname", held["lastname"])
    check_prices(request, asked)
    check_statuses(request, asked)
    return order, wanted_types(shop, request, asked)


def _change_state(shop: Shop, asked: Row, order: Row) -> None:
    state = _STATES[whole(asked["booking_status"])]
    if state == AWAITING and price((asked.get("price_details") or {}).get("total_paid") or ""):
        return
    ledger.add_history(shop, order, state)


def _sorted_out(shop: Shop, order: Row, wanted: list[WantedType]) -> tuple[list[tuple[Row, Any]], list[Row], list[WantedType]]:
    """Lines matched by type and dates → (kept with the room sent for it, removed, still to be booked)."""
    left = {one.key: WantedType(*one.key, one.count, list(one.rooms)) for one in wanted}
    kept: list[tuple[Row, Any]] = []
    removed: list[Row] = []
    for line in ledger.lines_of(shop, order):
        one = left.get((line["id_product"], line["date_from"][:10], line["date_to"][:10]))
        if one is None or one.count == 0:
            removed.append(line)
            continue
        one.count -= 1
        sent = next((room for room in one.rooms if room.id_room == line["id_room"]), None)
        sent = sent or next((room for room in one.rooms if room.id_room is None), None)
        if sent is not None:
            one.rooms.remove(sent)
        kept.append((line, sent))
    return kept, removed, [one for one in left.values() if one.count]


def _update_line(shop: Shop, order: Row, line: Row, room: Any) -> None:
    line["date_upd"] = shop.local_now()
    line["id_customer"] = order["id_customer"]
    if room is None:
        return
    line.update(adults=room.adults, children=room.children, child_ages=room.child_ages)
    if room.net is not None:
        gross = shop.taxed(room.net)
        line.update(total_price_tax_excl=room.net, total_price_tax_incl=gross, total_paid_amount=gross)
    shop.services_of[order["id"]] += [{**service, "line": line["id"]} for service in room.services]


def _settle(shop: Shop, asked: Row, order: Row) -> None:
    """`total_paid` is the new absolute sum; the method survives only in the misspelt `payment_details`."""
    paid = price((asked.get("price_details") or {}).get("total_paid") or "") or Decimal(0)
    more = paid - order["total_paid_real"]
    if more <= 0 or whole(asked.get("booking_status") or 1) != 1:
        return
    sent = asked.get("payment_details") or {}
    ledger.add_payment(shop, order, more, str(sent.get("payment_method") or API_PAYMENT), str(sent.get("transaction_id") or ""))
    ledger.add_history(shop, order, PARTIAL if order["total_paid_real"] < order["total_paid_tax_incl"] else PAID)
