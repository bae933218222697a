"""POST and PUT of the resources that are not bookings: state changes, check-in, guests. Bodies are XML only."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from . import ledger
from .asked import whole
from .demo import Row
from .fields import CUSTOMER_READ_ONLY, CUSTOMER_REQUIRED, LINE_REQUIRED, Resource
from .listing import Listing
from .shapes import JSON_TYPE, Answer, Refusal, Request, cdata, generic_body, not_found, ok, php_json, refuse, stringified, text

from .shapes import XML_HEAD, XML_TAIL, XML_TYPE  # isort: skip
from .shop import Shop

_WRONG_STATUS = "Invalid new order status"


def required(request: Request, fields: dict[str, str], names: list[str]) -> None:
    for name in names:
        if fields.get(name, "") == "":
            raise refuse(request, 400, 41, f'parameter "{name}" required')


def post_history(shop: Shop, request: Request) -> Answer:
    """A state change. Re-opening a cancelled order says "Awaiting payment" and holds no room."""
    fields = generic_body(request)
    if "id" in fields:
        raise refuse(request, 400, 91, "id is forbidden when adding a new resource")
    required(request, fields, ["id_order_state", "id_order"])
    with shop.lock:
        order = shop.find("orders", whole(fields["id_order"]))
        state = shop.find("order_states", whole(fields["id_order_state"]))
        if order is None or state is None:
            raise Refusal(text(_WRONG_STATUS))
        row = ledger.add_history(shop, order, state["id"])
    if request.is_json:
        # Fields that were sent come back as strings, the others as they were set.
        value: Any = {"id": str(row["id"]), "id_employee": "", "id_order_state": row["id_order_state"],
                      "id_order": fields["id_order"], "date_add": row["date_add"]}  # fmt: skip
        value = {"order_history": value}
        return ok(php_json(stringified(value) if shop.php74 else value), JSON_TYPE, 201)
    url = f"{shop.public_url}/api/"
    lines = [
        "<order_history>", f"\t<id>{cdata(row['id'])}</id>", "\t<id_employee></id_employee>",
        f'\t<id_order_state xlink:href="{url}order_states/{state["id"]}">{cdata(state["id"])}</id_order_state>',
        f'\t<id_order xlink:href="{url}orders/{order["id"]}">{cdata(order["id"])}</id_order>',
        f"\t<date_add>{cdata(row['date_add'])}</date_add>", "</order_history>\n",
    ]  # fmt: skip
    return ok(XML_HEAD + "\n".join(lines) + XML_TAIL, XML_TYPE, 201)


def delete_order(shop: Shop, request: Request) -> Answer:
    """The trap: the order is gone, its lines keep blocking their rooms."""
    with shop.lock:
        order = shop.find("orders", request.ident)
        if order is None:
            return not_found()
        shop.tables["orders"].remove(order)
    return Answer(200, b"", None)


def put_line(shop: Shop, request: Request, resource: Resource) -> Answer:
    """The whole object, as it was read. Flags free the room; the order's total stays."""
    fields = generic_body(request)
    if "id" not in fields:
        raise refuse(request, 400, 90, "id is required when modifying a resource")
    with shop.lock:
        row = shop.find("room_bookings", whole(fields["id"]))
        if row is None or request.ident not in ("", str(row["id"])):
            return not_found()
        required(request, fields, LINE_REQUIRED)
        for name in resource.fields:
            if name not in ("id", "date_add", "date_upd"):
                row[name] = _typed(row[name], fields.get(name, ""))
        row["date_upd"] = shop.local_now()
        return Listing(shop, resource, request).render([row], None, wrapped=False)


def _typed(held: Any, sent: str) -> Any:
    """A field not sent is wiped: zero for a number, empty for a text."""
    if isinstance(held, Decimal):
        try:
            return Decimal(sent or 0)
        except InvalidOperation:
            return Decimal(0)
    return whole(sent) if isinstance(held, int) and not isinstance(held, bool) else ledger.stored(sent)


def post_customer(shop: Shop, request: Request, resource: Resource) -> Answer:
    """A new guest. Nothing keeps two of them from having one e-mail; `active` stays empty unless sent."""
    fields = generic_body(request)
    if "id" in fields:
        raise refuse(request, 400, 91, "id is forbidden when adding a new resource")
    _writable(request, fields)
    required(request, fields, CUSTOMER_REQUIRED)
    with shop.lock:
        when = shop.local_now()
        row = ledger.add_customer(shop, fields["firstname"], fields["lastname"], fields["email"], fields["phone"])
        row["active"] = 0
        for name in resource.fields:
            if name in fields and name not in ("id", "date_add", "date_upd", "passwd"):
                row[name] = _typed(row[name], fields[name])
        answer: Row = {name: fields.get(name) for name in resource.fields}
        answer |= {"id": str(row["id"]), "id_lang": 1, "last_passwd_gen": when, "secure_key": row["secure_key"], "passwd": row["passwd"],
                   "id_shop": 1, "id_shop_group": 1, "date_add": when, "date_upd": when}  # fmt: skip
        for name in ("id_default_group", "id_gender", "id_risk"):
            answer[name] = fields.get(name, "")
        if not request.is_json:
            return Listing(shop, resource, request).render([row], None, wrapped=False, status=201)
    return ok(php_json({"customer": stringified(answer) if shop.php74 else answer}), JSON_TYPE, 201)


def put_customer(shop: Shop, request: Request, resource: Resource) -> Answer:
    """Fields not sent are wiped; without `id_shop` the guest is in no later search."""
    fields = generic_body(request)
    if "id" not in fields:
        raise refuse(request, 400, 90, "id is required when modifying a resource")
    _writable(request, fields)
    with shop.lock:
        row = shop.find("customers", whole(fields["id"]))
        if row is None:
            return not_found()
        required(request, fields, CUSTOMER_REQUIRED)
        for name in resource.fields:
            if name not in ("id", "date_add", "date_upd", "passwd", *CUSTOMER_READ_ONLY):
                row[name] = _typed(row[name], fields.get(name, ""))
        row["date_upd"] = shop.local_now()
        return Listing(shop, resource, request).render([row], None, wrapped=False)


def _writable(request: Request, fields: dict[str, str]) -> None:
    for name in CUSTOMER_READ_ONLY:
        if name in fields:
            raise refuse(request, 400, 93, f'parameter "{name}" not writable. Please remove this attribute of this XML')
