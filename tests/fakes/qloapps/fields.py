"""The fields of every doubled resource, in the order the webservice lists them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from .demo import Row, tables


@dataclass(frozen=True)
class Resource:
    """How one resource is listed. `wrapper` and `node` differ from the name for some (hotel_rooms, room_bookings)."""

    name: str
    wrapper: str
    node: str
    fields: tuple[str, ...]
    languages: frozenset[str] = frozenset()
    links: dict[str, str] = field(default_factory=dict)
    uncolumned: frozenset[str] = frozenset()  # filtering or sorting by one of these kills PHP

    @property
    def searchable(self) -> list[str]:
        """What may be filtered and sorted without date=1."""
        return [name for name in self.fields if name not in ("date_add", "date_upd")]


ORDER = (
    "id id_address_delivery id_address_invoice id_address_tax id_cart id_currency id_lang id_customer current_state module invoice_number "
    "invoice_date valid date_add date_upd transaction_id secure_key payment payment_type total_discounts total_discounts_tax_incl "
    "total_discounts_tax_excl total_paid total_paid_tax_incl total_paid_tax_excl total_paid_real total_products total_products_wt "
    "conversion_rate source reference is_advance_payment advance_paid_amount with_occupancy"
)
LINE = (
    "id id_product id_hotel id_order id_order_detail id_cart id_room id_customer booking_type id_status comment check_in check_out "
    "date_from date_to total_price_tax_excl total_price_tax_incl total_paid_amount is_refunded is_cancelled is_back_order room_num "
    "room_type_name hotel_name city state country zipcode phone email check_in_time check_out_time adults children child_ages date_add "
    "date_upd"
)
LINE_REQUIRED = (
    "id_product id_hotel id_order id_order_detail id_cart id_room id_customer booking_type id_status date_from date_to "
    "total_price_tax_excl total_price_tax_incl total_paid_amount room_num room_type_name hotel_name city country phone email check_in_time "
    "check_out_time adults"
).split()
CUSTOMER_REQUIRED = ["passwd", "phone", "lastname", "firstname", "email"]
CUSTOMER_READ_ONLY = ("last_passwd_gen", "secure_key")

_EXPLICIT = {
    "orders": ORDER,
    "room_bookings": LINE,
    "order_payments": "id order_reference id_currency amount payment_method conversion_rate transaction_id card_number card_brand "
    "card_expiration card_holder date_add",
    "order_histories": "id id_employee id_order_state id_order date_add",
    "addresses": "id id_customer id_country id_state alias company lastname firstname address1 address2 postcode city other phone "
    "phone_mobile deleted date_add date_upd",
    "hotel_refund_rules": "id payment_type deduction_value_full_pay deduction_value_adv_pay days date_add date_upd name description",
    "feature_prices": "id id_product date_selection_type date_from date_to is_special_days_exists special_days impact_way impact_type "
    "impact_value active date_add date_upd feature_price_name",
    "extra_demands": "id price price_calc_method id_tax_rules_group date_add date_upd name",
}
_LANGUAGES = {
    "hotels": {"policies", "hotel_name", "description", "short_description"},
    **{name: {"name"} for name in ("room_types", "services", "order_states", "taxes", "countries", "extra_demands")},
}
_LINKS = {
    "id_hotel": "hotels", "id_product": "products", "id_order": "orders", "id_customer": "customers", "id_order_state": "order_states",
    "id_currency": "currencies", "id_lang": "languages", "id_country": "countries", "id_state": "states", "id_zone": "zones",
}  # fmt: skip
_NODES = {
    "hotel_rooms": ("rooms", "room"), "room_bookings": ("bookings", "booking"), "countries": ("countries", "country"),
    "currencies": ("currencies", "currency"), "taxes": ("taxes", "tax"), "addresses": ("addresses", "address"),
    "order_histories": ("order_histories", "order_history"),
}  # fmt: skip


def _resource(name: str, rows: list[Row]) -> Resource:
    wrapper, node = _NODES.get(name, (name, name.removesuffix("s")))
    fields = tuple(_EXPLICIT[name].split()) if name in _EXPLICIT else tuple(key for key in rows[0] if key != "features")
    # A line of room_bookings does not link its guest (recording 69).
    links = {key: to for key, to in _LINKS.items() if key in fields and (name, key) != ("room_bookings", "id_customer")}
    uncolumned = frozenset({"phone"} if name == "customers" else ())
    return Resource(name, wrapper, node, fields, frozenset(_LANGUAGES.get(name, ())), links, uncolumned)


def resources() -> dict[str, Resource]:
    """Every listable resource by name."""
    return {name: _resource(name, rows) for name, rows in tables(1, "UTC", 1, Decimal(4)).items()}
