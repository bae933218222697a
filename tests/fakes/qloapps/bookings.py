"""GET and POST of `bookings`: no lock between looking and writing, so the last room can be sold many times."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from . import ledger
from .asked import WantedRoom, WantedType, body_of, check_new, is_email, is_name, is_phone, price, whole
from .demo import API_PAYMENT, AWAITING, CANCELED, PAID, PARTIAL, REFUNDED, Row
from .ledger import Room
from .listing import collated
from .shapes import (
    JSON_TYPE,
    XML_HEAD,
    XML_TYPE,
    Answer,
    Refusal,
    Request,
    crash,
    errors,
    not_found,
    number,
    ok,
    php_json,
    stringified,
    text,
    xml_of,
)
from .shop import Shop, money, nights_between

_NOTICE = (
    "[PHP Warning #2] Undefined variable $useTax (/var/www/qloapps/classes/webservice/WebserviceSpecificManagementBookings.php, line {})"
)


def get(shop: Shop, request: Request) -> Answer:
    with shop.lock:
        if request.ident:
            order = shop.find("orders", request.ident)
            return not_found() if order is None else shown(shop, request, order)
        idents = [{"id": row["id"]} for row in shop.tables["orders"]]
    if request.is_json:
        listed = {"bookings": idents} if idents else []
        return ok(php_json(stringified(listed) if shop.php74 else listed), JSON_TYPE)
    url = f"{shop.public_url}/api/bookings/"
    items = "".join(f'<booking id="{one["id"]}" xlink:href="{url}{one["id"]}"/>\n' for one in idents)
    return ok(f"{XML_HEAD}<bookings>\n{items}</bookings>\n</qloapps>\n", XML_TYPE)


def post(shop: Shop, request: Request) -> Answer:
    asked = body_of(request)
    wanted = check_new(shop, request, asked)
    plan = planned(shop, wanted)
    shop.reached("bookings.checked", request)
    guest, id_cart = seat_guest(shop, asked["customer_detail"])
    shop.window()
    with shop.lock:
        order = ledger.add_order(
            shop, guest, asked.get("source"), id_cart=id_cart, language=_language(shop, asked), date_add=_booking_date(asked)
        )
        order["payment"] = (asked.get("payment_detail") or {}).get("payment_method") or API_PAYMENT
    # The order is there before its rooms: these are statements of their own, in no transaction.
    shop.window(0.25)
    with shop.lock:
        settle_conflicts(shop, plan)
        price_crash = _raise_price(shop, asked, plan) < 0
        ledger.add_lines(shop, order, plan)
        if remark := asked.get("remark"):
            shop.remarks_of[order["id"]].append(ledger.stored(ledger.without_tags(remark)))
        _settle_money(shop, asked, order)
        unpaid = order["current_state"] == AWAITING
        if price_crash and not unpaid:
            _voucher(shop, asked, order)
    shop.reached("bookings.inserted", request)
    if price_crash and unpaid:
        return crash()
    return shown(shop, request, order, cookie=True)


def planned(shop: Shop, wanted: list[WantedType]) -> list[Room]:
    """Which physical room each guest gets, chosen before anything is written."""
    plan: list[Room] = []
    for one in wanted:
        base = shop.occupancy(one.room_type)
        rooms: list[WantedRoom | None] = [*one.rooms] or [None] * one.count
        wishes = {room.id_room for room in one.rooms if room.id_room}
        free = [room for room in shop.free_rooms(one.room_type, one.date_from, one.date_to) if room not in wishes]
        free = [room for room in free if room not in {done.id_room for done in plan}]
        for room in rooms:
            chosen = (room.id_room if room and room.id_room else None) or (free.pop(0) if free else 0)
            net = room.net if room and room.net is not None else shop.rate(one.room_type) * nights_between(one.date_from, one.date_to)
            if room is None:
                plan.append(Room(one.room_type, one.date_from, one.date_to, chosen, net, base["adults"], base["children"]))
            else:
                more = (room.adults, room.children, room.child_ages, room.services)
                plan.append(Room(one.room_type, one.date_from, one.date_to, chosen, net, *more))
    return plan


def settle_conflicts(shop: Shop, plan: list[Room]) -> None:
    """A rival may have written meanwhile. Some of us see it: another room is given silently, or the line is cancelled at once.
    The others do not see it and stay, two guests in one room."""
    for room in plan:
        if room.id_room and not shop.takers(room.id_room, room.date_from, room.date_to):
            continue
        if room.id_room and shop.chance.random() >= shop.rules.auto_cancel_share:
            continue
        mine = {other.id_room for other in plan if other is not room}
        others = [one for one in shop.free_rooms(room.room_type, room.date_from, room.date_to) if one not in mine]
        if others:
            room.id_room = others[0]
            continue
        room.id_room = room.id_room or shop.rooms_of(room.room_type)[0]["id"]
        room.is_back_order = 1
        room.flags = int(shop.configured("PS_OVERBOOKING_ORDER_ACTION") == "1")


def seat_guest(shop: Shop, guest: Row, *, known_only: bool = False) -> tuple[Row, int]:
    """Find the customer by id or e-mail and overwrite it, or make a new one. What is invalid kills PHP half-way, as it does there."""
    email, phone = str(guest["email"]).strip(), str(guest.get("phone") or "").strip()
    if not is_email(email):
        raise Refusal(text("Fatal error"))
    with shop.lock:
        id_cart = shop.next_id("carts")
        names = {"firstname": str(guest["firstname"]), "lastname": str(guest["lastname"])}
        if not all(is_name(one) for one in names.values()):
            raise Refusal(crash())
        row = shop.find("customers", whole(guest["id_customer"])) if guest.get("id_customer") else by_email(shop, email)
        if row is None:
            row = ledger.add_customer(shop, names["firstname"], names["lastname"], email, "")
        if phone and not is_phone(phone):
            raise Refusal(crash())
        row.update(
            {key: ledger.stored(one) for key, one in names.items()}, email=ledger.stored(email), phone=phone, date_upd=shop.local_now()
        )
        if guest.get("country_code"):
            _address(shop, row, guest)
    return row, id_cart


def by_email(shop: Shop, email: str) -> Row | None:
    for row in shop.tables["customers"]:
        if collated(row["email"]) == collated(email) and not row["deleted"] and not row["is_guest"] and row["id_shop"]:
            return row
    return None


def _address(shop: Shop, row: Row, guest: Row) -> None:
    held = next((one for one in shop.tables["addresses"] if one["id_customer"] == row["id"]), None)
    when = shop.local_now()
    if held is None:
        held = {"id": shop.next_id("addresses"), "id_customer": row["id"], "alias": "Generated by bookings API", "company": "", "address2": "",
                "other": "", "phone_mobile": "", "deleted": 0, "date_add": when}  # fmt: skip
        shop.tables["addresses"].append(held)
    country = next(one for one in shop.tables["countries"] if one["iso_code"] == str(guest["country_code"]).upper())
    held.update(
        id_country=country["id"], id_state=1 if country["contains_states"] else 0, lastname=row["lastname"], firstname=row["firstname"],
        address1=ledger.stored(guest["address"]), postcode=str(guest.get("zip") or ""), city=ledger.stored(guest["city"]),
        phone=row["phone"], date_upd=when,
    )  # fmt: skip


def _language(shop: Shop, asked: Row) -> int:
    wanted = whole(asked.get("id_language", 1))
    return wanted if shop.find("languages", wanted) else 1


def _booking_date(asked: Row) -> str | None:
    try:
        return dt.datetime.fromisoformat(str(asked["booking_date"])).strftime("%Y-%m-%d %H:%M:%S")
    except (KeyError, ValueError):
        return None


def _computed(shop: Shop, plan: list[Room]) -> Decimal:
    return money(shop.taxed(sum((room.net + sum((one["net"] for one in room.services), Decimal(0)) for room in plan), Decimal(0))))


def _raise_price(shop: Shop, asked: Row, plan: list[Room]) -> Decimal:
    """A wish above the computed price raises the rooms' price; the difference is returned, negative for a wish below it."""
    wish = price((asked.get("price_details") or {}).get("total_price_with_tax") or "")
    if wish is None:
        return Decimal(0)
    more = wish - _computed(shop, plan)
    if more > 0:
        for room in plan:
            room.net += money(more * 100 / (100 + shop.rules.tax_percent) / len(plan))
    return more


def _voucher(shop: Shop, asked: Row, order: Row) -> None:
    cut = order["total_paid_tax_incl"] - Decimal(str(asked["price_details"]["total_price_with_tax"]))
    net = money(cut * 100 / (100 + shop.rules.tax_percent))
    order.update(total_discounts=cut, total_discounts_tax_incl=cut, total_discounts_tax_excl=net)
    ledger.total(shop, order)


def _settle_money(shop: Shop, asked: Row, order: Row) -> None:
    """State, payment and mails of a new order. `payment_status` 1 without an amount marks it fully paid."""
    total, paid = order["total_paid_tax_incl"], price((asked.get("price_details") or {}).get("total_paid") or "") or Decimal(0)
    status = whole(asked.get("booking_status") or 1)
    if status in (3, 4):
        state = CANCELED if status == 3 else REFUNDED
    elif status == 2:
        state = PARTIAL if 0 < paid < total else PAID
    elif paid > 0:
        state = PARTIAL if paid < total else PAID
    else:
        state = {1: PAID, 2: PARTIAL}.get(whole(asked.get("payment_status", 3)), AWAITING)
    sent = asked.get("payment_detail") or {}
    if state == PARTIAL and paid:
        ledger.add_payment(shop, order, paid, str(sent.get("payment_method") or API_PAYMENT), str(sent.get("transaction_id") or ""))
    elif state == PAID and paid:
        # A full payment loses its method and transaction.
        ledger.add_payment(shop, order, paid, API_PAYMENT, "")
    ledger.add_history(shop, order, state)
    ledger.mail(shop, order, "Order confirmation")
    for address in ledger.STAFF:
        ledger.mail(shop, order, "New order", address)


def shown(shop: Shop, request: Request, order: Row, *, cookie: bool = False) -> Answer:
    """The booking as POST, PUT and GET answer it; no sign of cancellation or overbooking. With stock_errors a 500, the work done."""
    with shop.lock:
        tree = _tree(shop, order)
    if request.is_json:
        tree = stringified(tree) if shop.php74 else tree
        answer = ok(php_json({"booking": tree}, escaped=True), JSON_TYPE, cookie=cookie)
    else:
        answer = ok(f"{XML_HEAD}{xml_of('booking', tree)}</qloapps>\n", XML_TYPE, cookie=cookie)
    if shop.rules.stock_errors:
        return errors(request, 500, [(3, _NOTICE.format(line)) for line in (3463, 3494)], cookie=cookie, sha1=answer.sha1)
    return answer


def _tree(shop: Shop, order: Row) -> Row:
    guest = shop.find("customers", order["id_customer"]) or {}
    grouped: dict[tuple[int, str, str], Row] = {}
    for line in ledger.lines_of(shop, order):
        tax = number(money(line["total_price_tax_incl"] - line["total_price_tax_excl"]))
        one = grouped.setdefault(
            (line["id_product"], line["date_from"], line["date_to"]),
            {"id_room_type": line["id_product"], "checkin_date": line["date_from"], "checkout_date": line["date_to"], "total_tax": 0,
             "number_of_rooms": 0, "name": line["room_type_name"], "rooms": []},
        )  # fmt: skip
        one["total_tax"] = number(one["total_tax"] + tax)
        one["number_of_rooms"] += 1
        room = {"id_room": line["id_room"], "id_hotel_booking": line["id"], "adults": line["adults"], "child": line["children"],
                "unit_price_without_tax": number(money(line["total_price_tax_excl"])), "total_tax": tax}  # fmt: skip
        if services := [_service(shop, each) for each in shop.services_of[order["id"]] if each["line"] == line["id"] and not each["auto"]]:
            room["services"] = services
        one["rooms"].append(room)
    net = order["total_paid_tax_excl"]
    return {
        "id": order["id"], "id_property": 1, "currency": "USD", "source": order["source"], "booking_date": order["date_add"],
        "id_language": order["id_lang"],
        "associations": {
            "customer_detail": {"id_customer": order["id_customer"], **{key: guest.get(key, "") for key in ("firstname", "lastname", "email", "phone")}},
            "price_details": {"total_paid": number(money(order["total_paid_real"])), "total_price_without_tax": number(money(net)),
                              "total_tax": number(money(order["total_paid_tax_incl"] - net))},
            "cart_rules": [], "remarks": list(shop.remarks_of[order["id"]]), "room_types": list(grouped.values()),
        },
    }  # fmt: skip


def _service(shop: Shop, one: Row) -> Row:
    tax = shop.taxed(one["net"]) - one["net"]
    return {"id_service": one["id_service"], "name": one["name"], "quantity": one["quantity"],
            "total_price_without_tax": number(money(one["net"])), "total_tax": number(money(tax))}  # fmt: skip
