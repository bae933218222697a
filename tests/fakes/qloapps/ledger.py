"""Writing the rows of a booking: customers, orders, lines, payments, histories and mails."""

from __future__ import annotations

import datetime as dt
import re
import string
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .demo import ALLOTTED, API_PAYMENT, AWAITING, CANCELED, PAID, PARTIAL, REFUNDED, ZERO_TIME, Row, customer

if TYPE_CHECKING:
    from .shop import Shop

STAFF = ("admin@htl.com", "hotelprime@htl.com")


@dataclass
class Room:
    """One room of a booking to be written. `net` is the whole stay; `services` rows have id_service, name, quantity, net, auto."""

    room_type: int
    date_from: str
    date_to: str
    id_room: int
    net: Decimal
    adults: int
    children: int
    child_ages: str = "[]"
    services: list[Row] = field(default_factory=list)
    flags: int = 0
    is_back_order: int = 0


def stored(words: Any, limit: int | None = None) -> str:
    """Text as the 3-byte utf8 tables keep it: every emoji becomes four question marks; a long one is cut."""
    kept = "".join(one if ord(one) < 0x10000 else "????" for one in str(words))
    return kept if limit is None else kept[:limit]


def without_tags(words: Any) -> str:
    return re.sub(r"<[^>]*>", "", str(words))


def reference(shop: Shop) -> str:
    return "".join(shop.chance.choice(string.ascii_uppercase) for _ in range(9))


def mail(shop: Shop, order: Row, subject: str, to: str | None = None) -> None:
    guest = shop.find("customers", order["id_customer"])
    shop.mails.append((to or (guest["email"] if guest else ""), subject, order["id"]))


def order_of(shop: Shop, ident: Any) -> Row:
    row = shop.find("orders", ident)
    if row is None:
        raise KeyError(f"order {ident}")
    return row


def lines_of(shop: Shop, order: Row) -> list[Row]:
    return [line for line in shop.tables["room_bookings"] if line["id_order"] == order["id"]]


def add_customer(shop: Shop, firstname: str, lastname: str, email: str, phone: str) -> Row:
    row = customer(shop.next_id("customers"), stored(firstname), stored(lastname), stored(email), phone, shop.local_now())
    shop.tables["customers"].append(row)
    return row


def add_order(shop: Shop, guest: Row, source: str | None, *, id_cart: int, language: int = 1, date_add: str | None = None) -> Row:
    """The head of an order, unpaid and without any room: lines come in later statements."""
    when = shop.local_now()
    nothing = Decimal(0)
    order: Row = {
        "id": shop.next_id("orders"), "id_address_delivery": 0, "id_address_invoice": 0, "id_address_tax": 2, "id_cart": id_cart,
        "id_currency": 1, "id_lang": language, "id_customer": guest["id"], "current_state": AWAITING, "module": "wsorder",
        "invoice_number": 0, "invoice_date": ZERO_TIME, "valid": 0, "date_add": date_add or when, "date_upd": when,
        "transaction_id": None, "secure_key": guest["secure_key"], "payment": API_PAYMENT, "payment_type": 1, "total_discounts": nothing,
        "total_discounts_tax_incl": nothing, "total_discounts_tax_excl": nothing, "total_paid": nothing, "total_paid_tax_incl": nothing,
        "total_paid_tax_excl": nothing, "total_paid_real": nothing, "total_products": nothing, "total_products_wt": nothing,
        "conversion_rate": Decimal(1), "source": stored(without_tags(source or shop.domain), 255), "reference": reference(shop),
        "is_advance_payment": 0, "advance_paid_amount": nothing, "with_occupancy": 0,
    }  # fmt: skip
    shop.tables["orders"].append(order)
    shop.services_of[order["id"]] = []
    shop.remarks_of[order["id"]] = []
    return order


def add_lines(shop: Shop, order: Row, rooms: list[Room]) -> list[Row]:
    """One row of room_bookings per room. One order detail per type and stay, one more per service."""
    made, details = [], {}
    for room in rooms:
        key = (room.room_type, room.date_from, room.date_to)
        detail = details.setdefault(key, 0) or shop.next_id("order_details")
        details[key] = detail
        line = _line(shop, order, room, detail)
        shop.tables["room_bookings"].append(line)
        made.append(line)
        for service in room.services:
            shop.next_id("order_details")
            shop.services_of[order["id"]].append({**service, "line": line["id"]})
    total(shop, order)
    return made


def _line(shop: Shop, order: Row, room: Room, detail: int) -> Row:
    hotel = shop.tables["hotels"][0]
    kind = next(row for row in shop.tables["room_types"] if row["id"] == room.room_type)
    number = next(row["room_num"] for row in shop.tables["hotel_rooms"] if row["id"] == room.id_room)
    when, gross = shop.local_now(), shop.taxed(room.net)
    return {
        "id": shop.next_id("room_bookings"), "id_product": room.room_type, "id_hotel": hotel["id"], "id_order": order["id"],
        "id_order_detail": detail, "id_cart": order["id_cart"], "id_room": room.id_room, "id_customer": order["id_customer"],
        "booking_type": 1, "id_status": ALLOTTED, "comment": "", "check_in": ZERO_TIME, "check_out": ZERO_TIME,
        "date_from": f"{room.date_from} 00:00:00", "date_to": f"{room.date_to} 00:00:00", "total_price_tax_excl": room.net,
        "total_price_tax_incl": gross, "total_paid_amount": gross, "is_refunded": room.flags, "is_cancelled": room.flags,
        "is_back_order": room.is_back_order, "room_num": number, "room_type_name": kind["name"], "hotel_name": hotel["hotel_name"],
        "city": hotel["city"], "state": "Alabama", "country": "United States", "zipcode": hotel["zipcode"], "phone": hotel["phone"],
        "email": hotel["email"], "check_in_time": hotel["check_in"], "check_out_time": hotel["check_out"], "adults": room.adults,
        "children": room.children, "child_ages": room.child_ages, "date_add": when, "date_upd": when,
    }  # fmt: skip


def total(shop: Shop, order: Row) -> None:
    """Sum the order up from its lines and services. Cancelled lines count: the price stays."""
    net = sum((line["total_price_tax_excl"] for line in lines_of(shop, order)), Decimal(0))
    gross = sum((line["total_price_tax_incl"] for line in lines_of(shop, order)), Decimal(0))
    for service in shop.services_of[order["id"]]:
        net += service["net"]
        gross += shop.taxed(service["net"])
    cut = order["total_discounts_tax_incl"]
    order.update(
        total_products=net, total_products_wt=gross, total_paid=gross - cut, total_paid_tax_incl=gross - cut,
        total_paid_tax_excl=net - order["total_discounts_tax_excl"], advance_paid_amount=gross - cut, date_upd=shop.local_now(),
    )  # fmt: skip


def add_history(shop: Shop, order: Row, state: int, *, by_mail: bool = True) -> Row:
    """Change the state and do what comes with it: cancelling frees the rooms, "paid" pays the balance, re-opening holds nothing."""
    row = {
        "id": shop.next_id("order_histories"),
        "id_employee": 0,
        "id_order_state": state,
        "id_order": order["id"],
        "date_add": shop.local_now(),
    }
    shop.tables["order_histories"].append(row)
    order["current_state"] = state
    order["date_upd"] = row["date_add"]
    if state in (CANCELED, REFUNDED):
        for line in lines_of(shop, order):
            line.update(is_cancelled=int(state == CANCELED or line["is_cancelled"]), is_refunded=1, date_upd=row["date_add"])
    if state in (PAID, PARTIAL):
        _invoice(shop, order)
    if state == PAID and (balance := order["total_paid_tax_incl"] - order["total_paid_real"]) > 0:
        add_payment(shop, order, balance, API_PAYMENT, "")
    if by_mail:
        mail(shop, order, next(one["name"] for one in shop.tables["order_states"] if one["id"] == state))
    return row


def _invoice(shop: Shop, order: Row) -> None:
    if not order["invoice_number"]:
        order.update(invoice_number=shop.next_id("invoices"), invoice_date=shop.local_now())
    order["valid"] = int(order["current_state"] == PAID)


def add_payment(shop: Shop, order: Row, amount: Decimal, method: str, transaction: str) -> None:
    shop.tables["order_payments"].append({
        "id": shop.next_id("order_payments"), "order_reference": order["reference"], "id_currency": 1, "amount": amount,
        "payment_method": method, "conversion_rate": Decimal(1), "transaction_id": transaction, "card_number": "", "card_brand": "",
        "card_expiration": "", "card_holder": "", "date_add": shop.local_now(),
    })  # fmt: skip
    order["total_paid_real"] += amount


def cancel(shop: Shop, order: Row) -> None:
    add_history(shop, order, CANCELED)


def desk_order(shop: Shop, room_type: int, date_from: str, date_to: str, rooms: list[int], source: str) -> int:
    """A whole booking at once, as the front desk makes it; no mails."""
    base, nights = shop.occupancy(room_type), _nights(date_from, date_to)
    guest = next((row for row in shop.tables["customers"] if row["email"] == "desk@example.com"), None)
    guest = guest or add_customer(shop, "Front", "Desk", "desk@example.com", "0987654321")
    order = add_order(shop, guest, source, id_cart=shop.next_id("carts"))
    add_lines(
        shop, order,
        [Room(room_type, date_from, date_to, room, shop.rate(room_type) * nights, base["adults"], base["children"]) for room in rooms],
    )  # fmt: skip
    add_history(shop, order, AWAITING, by_mail=False)
    return int(order["id"])


def _nights(date_from: str, date_to: str) -> int:
    return (dt.date.fromisoformat(date_to) - dt.date.fromisoformat(date_from)).days
