"""The demo data the shop starts with: "The Hotel Prime", as observed on QloApps 1.6.1."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = dict[str, Any]

BORN = "2026-11-20 22:55:34"
ZERO_TIME = "0000-00-00 00:00:00"
API_PAYMENT = "Order from API"
SERVICE_PER_NIGHT, SERVICE_PER_BOOKING = 2, 1
WITH_ROOM, INDEPENDENT = 1, 2
ROOM_ACTIVE, ROOM_INACTIVE, ROOM_OUT_OF_ORDER, ROOM_LENGTH_OF_STAY = 1, 2, 3, 4
ALLOTTED, CHECKED_IN, CHECKED_OUT = 1, 2, 3
AWAITING, PAID, CANCELED, REFUNDED, PARTIAL = 1, 2, 4, 5, 8

# The whole list a key with every permission gets (recording 08); most of them are not doubled.
RESOURCES: list[str] = (
    "addresses advance_payments booking_extra_demands bookings carriers cart_bookings cart_rules carts categories combinations "
    "configurations contacts content_management_system countries currencies customer_messages customer_threads customers "
    "customizations deliveries demand_advance_options employees extra_demands extra_services feature_prices groups guests hotel_ari "
    "hotel_features hotel_refund_rules hotel_room_types hotel_rooms hotels image_types images languages manufacturers order_carriers "
    "order_details order_discounts order_histories order_invoices order_payments order_slip order_states orders price_ranges "
    "product_customization_fields product_suppliers qlo room_bookings room_type_feature_values room_type_features "
    "room_type_option_values room_type_options room_types search services shop_groups shop_urls shops specific_price_rules "
    "specific_prices states stock_availables stock_movement_reasons stock_movements stocks stores suppliers supply_order_details "
    "supply_order_histories supply_order_receipt_histories supply_order_states supply_orders tags tax_rule_groups tax_rules taxes "
    "translated_configurations warehouse_product_locations warehouses weight_ranges zones"
).split()

ROOM_TYPES = [("General Rooms", "GR", 1000), ("Delux Rooms", "DR", 1500), ("Executive Rooms", "ER", 2000), ("Luxury Rooms", "LR", 2500)]

_STATES = [
    ("Awaiting payment", 0),
    ("Complete payment received", 1),
    ("Processing in progress", 0),
    ("Canceled", 0),
    ("Refunded", 0),
    ("Payment error", 0),
    ("Overbooking (Paid)", 1),
    ("Partial payment received", 0),
    ("Awaiting remote payment", 0),
    ("Remote payment accepted", 0),
    ("Overbooking (Not paid)", 0),
    ("Overbooking (Partial payment)", 0),
]


def tables(rooms_per_type: int, timezone: str, languages: int, tax_percent: Decimal) -> dict[str, list[Row]]:
    """The rows of every doubled resource, fresh, by resource name."""
    types = range(1, len(ROOM_TYPES) + 1)
    rooms = _rooms(rooms_per_type)
    return {
        "hotels": [_hotel()],
        "room_types": [
            {"id": number, "id_tax_rules_group": 1, "price": Decimal(price), "active": 1, "date_add": BORN, "date_upd": BORN, "name": name}
            for number, (name, _, price) in zip(types, ROOM_TYPES, strict=True)
        ],
        "hotel_room_types": [
            {"id": number, "id_product": number, "id_hotel": 1, "adults": 2, "children": 2, "max_adults": 2, "max_children": 2,
             "max_guests": 4, "min_los": 1, "max_los": 0, "date_add": BORN, "date_upd": BORN}
            for number in types
        ],
        "hotel_rooms": rooms,
        "services": [_service(5, "Room Maintenance Fees", SERVICE_PER_NIGHT, WITH_ROOM), _service(6, "Internet Handling Charges", SERVICE_PER_BOOKING, INDEPENDENT)],
        "order_states": [{"id": number, "paid": paid, "name": name} for number, (name, paid) in enumerate(_STATES, 1)],
        "configurations": _configurations(timezone),
        "currencies": [{"id": 1, "name": "Dollar", "iso_code": "USD", "iso_code_num": "840", "blank": 1, "sign": "$", "format": 1,
                        "decimals": 1, "conversion_rate": Decimal(1), "deleted": 0, "active": 1}],
        "languages": [
            {"id": number, "name": name, "iso_code": iso, "language_code": code, "active": 1, "is_rtl": 0,
             "date_format_lite": "m/d/Y", "date_format_full": "m/d/Y H:i:s"}
            for number, (name, iso, code) in enumerate([("English (English)", "en", "en-us"), ("Italiano (Italian)", "it", "it-it")][:languages], 1)
        ],
        "taxes": [{"id": 1, "rate": f"{tax_percent:.3f}", "active": 1, "deleted": 0, "name": f"USA - AL {tax_percent.normalize():f}%"}],
        "countries": [{"id": 21, "id_zone": 2, "id_currency": 0, "call_prefix": 1, "iso_code": "US", "active": 1, "contains_states": 1,
                       "need_zip_code": 1, "name": "United States"}],
        "states": [{"id": 1, "id_zone": 2, "id_country": 21, "iso_code": "AL", "name": "Alabama", "active": 1}],
        "customers": [_first_customer()],
        **{empty: [] for empty in (
            "orders", "room_bookings", "order_payments", "order_histories", "addresses", "hotel_refund_rules", "feature_prices", "extra_demands")},
    }  # fmt: skip


def customer(number: int, firstname: str, lastname: str, email: str, phone: str, when: str) -> Row:
    """One row of `customers` as a booking makes it. Secrets are fakes of the right length."""
    return {
        "id": number, "id_default_group": 3, "id_lang": 1, "newsletter_date_add": ZERO_TIME, "ip_registration_newsletter": "",
        "last_passwd_gen": when, "secure_key": f"{number:032x}", "deleted": 0, "passwd": f"{number + 7:032x}", "phone": phone,
        "lastname": lastname, "firstname": firstname, "email": email, "id_gender": 0, "birthday": "0000-00-00", "newsletter": 0,
        "optin": 0, "website": "", "company": "", "siret": "", "ape": "", "outstanding_allow_amount": Decimal(0),
        "show_public_prices": 0, "id_risk": 0, "max_payment_days": 0, "active": 1, "note": "", "is_guest": 0, "id_shop": 1,
        "id_shop_group": 1, "date_add": when, "date_upd": when,
    }  # fmt: skip


def _first_customer() -> Row:
    # The installer makes one, so the first guest of an API booking has id 2.
    return customer(1, "John", "DOE", "pub@qloapps.com", "", BORN)


def _rooms(rooms_per_type: int) -> list[Row]:
    rows: list[Row] = []
    for product, (_, prefix, _) in enumerate(ROOM_TYPES, 1):
        for number in range(1, rooms_per_type + 1):
            rows.append({
                "id": len(rows) + 1, "id_product": product, "id_hotel": 1, "room_num": f"{prefix}-{100 + number}", "id_status": ROOM_ACTIVE,
                "floor": "First", "comment": "", "date_add": BORN, "date_upd": BORN,
            })  # fmt: skip
    return rows


def _service(number: int, name: str, calculation: int, addition: int) -> Row:
    return {
        "id": number, "id_tax_rules_group": 1, "price_calculation_method": calculation, "price": Decimal(250), "auto_add_to_cart": 1,
        "price_addition_type": addition, "active": 1, "date_add": BORN, "date_upd": BORN, "name": name,
    }  # fmt: skip


def _configurations(timezone: str) -> list[Row]:
    values = {
        "PS_LANG_DEFAULT": "1", "PS_CURRENCY_DEFAULT": "1", "PS_TIMEZONE": timezone, "PS_ONE_PHONE_AT_LEAST": "1",
        "MAX_GLOBAL_BOOKING_DATE": f"{dt.datetime.now(tz=dt.UTC).year + 2}-11-20", "PS_OVERBOOKING_ORDER_ACTION": "1", "PS_OS_AWAITING_PAYMENT": str(AWAITING),
        "PS_OS_PAYMENT_ACCEPTED": str(PAID), "PS_OS_PROCESSING": "3", "PS_OS_CANCELED": str(CANCELED), "PS_OS_REFUND": str(REFUNDED),
        "PS_OS_ERROR": "6", "PS_OS_OVERBOOKING_PAID": "7", "PS_OS_PARTIAL_PAYMENT_ACCEPTED": str(PARTIAL),
        "PS_OS_REMOTE_AWAITING_PAYMENT": "9", "PS_OS_REMOTE_PAYMENT_ACCEPTED": "10", "PS_OS_OVERBOOKING_UNPAID": "11",
        "PS_OS_OVERBOOKING_PARTIAL_PAID": "12",
    }  # fmt: skip
    return [
        {"id": number, "value": value, "name": name, "id_shop_group": "", "id_shop": "", "date_add": BORN, "date_upd": BORN}
        for number, (name, value) in enumerate(values.items(), 1)
    ]


def _hotel() -> Row:
    recorded = json.loads((Path(__file__).parent / "recordings" / "13-hotel-1.json").read_text(encoding="utf-8"))
    row: Row = json.loads(recorded["response"]["body"])["hotel"]
    row["features"] = [feature["id"] for feature in row.pop("associations")["hotel_features"]]
    return row
