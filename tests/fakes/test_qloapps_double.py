"""The double of the QloApps webservice: the recorded exchanges replayed against it, its races, its faults."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.qloapps import QloAppsDouble
from tests.fakes.qloapps.replay import PLAYABLE, Heard, Json, Preparation, book, booking, call, get, played, recording, settled


@pytest.mark.parametrize("number", sorted(PLAYABLE))
def test_recorded_exchange_is_answered_as_it_was(number: int) -> None:
    prepare, options = PLAYABLE[number]
    recorded = recording(number)["response"]
    with QloAppsDouble(race_window_s=0, **options) as double:
        if prepare:
            prepare(double)

        heard = played(double, number)

        assert heard.status == recorded["status"]
        assert heard.header("Content-Type") == dict(recorded["headers"]).get("Content-Type")
        assert sorted(name for name, _ in heard.headers) == sorted(name for name, _ in recorded["headers"])
        for name in ("X-Powered-By", "PSWS-Version", "WWW-Authenticate", "Location"):
            assert heard.header(name) == dict(recorded["headers"]).get(name)
        got, expected = settled(double, heard.body), settled(double, recorded["body"])
        assert got == expected


# --- the race ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop() -> Iterator[QloAppsDouble]:
    with QloAppsDouble(race_window_s=0) as double:
        yield double


def last_room(double: QloAppsDouble) -> None:
    double.desk_books(3, "2027-05-01", "2027-05-03", rooms=4)


def rush(double: QloAppsDouble, rivals: int) -> list[Heard]:
    """So many guests for the last room of type 3, at once."""
    ready = threading.Barrier(rivals)

    def one(number: int) -> Heard:
        ready.wait()
        return book(double, 3, source=f"race-{number}", guest={"email": f"race{number}@example.com"})

    with ThreadPoolExecutor(rivals) as pool:
        return list(pool.map(one, range(rivals)))


def test_race_two_guests_are_told_the_last_room_is_theirs() -> None:
    both = 0
    for seed in range(20):
        with QloAppsDouble(seed=seed, race_window_s=0.05) as double:
            last_room(double)
            both += [heard.status for heard in rush(double, 2)] == [200, 200]

    assert both >= 10  # 11 of 12 on the real one


@pytest.mark.parametrize(("share", "flags"), [(0.0, (0, 0, 0)), (1.0, (1, 1, 1))])
def test_race_loser_is_double_booked_or_cancelled_while_its_order_looks_well(share: float, flags: tuple[int, int, int]) -> None:
    with QloAppsDouble(auto_cancel_share=share, race_window_s=0.2) as double:
        last_room(double)

        answers = rush(double, 2)

        assert [heard.status for heard in answers] == [200, 200]
        assert {heard.json["booking"]["associations"]["room_types"][0]["rooms"][0]["id_room"] for heard in answers} == {15}
        assert [order["current_state"] for order in double.orders[-2:]] == [1, 1]
        loser = double.lines[-1]
        assert (loser["is_back_order"], loser["is_cancelled"], loser["is_refunded"]) == flags
        assert len(double.double_booked()) == (1 if share == 0 else 0)
        assert len(double.active_lines(3, "2027-05-01", "2027-05-03")) == (6 if share == 0 else 5)


def test_race_of_ten_is_answered_in_the_recorded_words() -> None:
    def bare(body: str) -> str:
        return re.sub(r'"(id|id_customer|id_hotel_booking)":\d+', r'"\1":0', re.sub(r"race-?\d|202\d-11-\d\d [\d:]{8}", "", body))

    recorded = {bare(one["body"]) for one in recording(52)["responses"]}
    with QloAppsDouble(race_window_s=0.3) as double:
        last_room(double)

        answers = rush(double, 10)

        assert [heard.status for heard in answers] == [200] * 10
        assert {bare(heard.body) for heard in answers} == recorded
        flagged = [line["id"] for line in double.lines if line["is_back_order"]]
        assert len(double.active_lines(3)) + len(flagged) == 14
        assert (len(double.double_booked()) > 0) == (len(double.active_lines(3)) > 5)


def test_bookings_one_after_the_other_never_share_a_room(shop: QloAppsDouble) -> None:
    answers = [book(shop, 1).status for _ in range(6)]

    assert answers == [200] * 5 + [400]
    assert shop.double_booked() == []
    assert sorted(line["id_room"] for line in shop.lines) == [1, 2, 3, 4, 5]


def test_rival_between_check_and_insert_takes_the_room(shop: QloAppsDouble) -> None:
    shop.shop.rules.auto_cancel_share = 0.0
    last_room(shop)
    seen: list[str] = []

    def rival(request: Any) -> None:
        seen.append(json.loads(request.body)["booking"]["source"])
        shop.desk_books(3, "2027-05-02", "2027-05-04")

    shop.on("bookings.checked", rival)
    first, second = book(shop, 3, source="mine"), book(shop, 3, source="late")

    assert (first.status, second.status, seen) == (200, 400, ["mine"])
    assert [(one["id_order"], other["id_order"]) for one, other in shop.double_booked()] == [(2, 3)]


def test_rival_seen_in_time_gives_another_room_silently(shop: QloAppsDouble) -> None:
    shop.shop.rules.auto_cancel_share = 1.0
    shop.on("bookings.checked", lambda _: shop.desk_books(1, "2027-05-01", "2027-05-03"))

    heard = book(shop, 1, stay={"rooms": [{"id_room": 1}]})

    assert heard.json["booking"]["associations"]["room_types"][0]["rooms"][0]["id_room"] == 2
    assert shop.double_booked() == []


def test_inserted_is_told_before_the_answer(shop: QloAppsDouble) -> None:
    states: list[int] = []
    shop.on("bookings.inserted", lambda _: states.extend(line["id_order"] for line in shop.lines))

    assert book(shop).status == 200
    assert states == [1]


def test_desk_books_only_what_is_free_unless_forced(shop: QloAppsDouble) -> None:
    shop.desk_books(2, "2027-05-01", "2027-05-03", rooms=5)

    with pytest.raises(ValueError, match="only 0 rooms"):
        shop.desk_books(2, "2027-05-02", "2027-05-04")
    order = shop.desk_books(2, "2027-05-02", "2027-05-04", source="walk-in", force=True)

    assert [(one["id_room"], other["id_order"]) for one, other in shop.double_booked()] == [(6, order)]
    assert shop.orders[-1]["source"] == "walk-in"
    shop.desk_cancels(order)
    assert shop.double_booked() == []


# --- what a booking keeps, and what it refuses --------------------------------------------------------------------------------


def rooms_told(heard: Heard) -> list[tuple[int, int]]:
    assert heard.status == 200, heard.body
    return [(room["adults"], room["child"]) for kind in heard.json["booking"]["associations"]["room_types"] for room in kind["rooms"]]


@pytest.mark.parametrize(
    ("room", "stored"),
    [
        ({"adults": 1}, (2, 0)),
        ({"adult": 1}, (1, 0)),
        ({"adult": 1, "child": 2}, (1, 0)),
        ({"adult": 1, "child": 2, "child_ages": [4, 7]}, (1, 2)),
        ({"adult": 9}, (9, 0)),
    ],
)
def test_occupancy_is_read_from_adult_and_needs_ages(shop: QloAppsDouble, room: Json, stored: tuple[int, int]) -> None:
    assert rooms_told(book(shop, stay={"rooms": [room]})) == [stored]


def test_occupancy_without_rooms_is_the_base(shop: QloAppsDouble) -> None:
    assert rooms_told(book(shop)) == [(2, 2)]


def test_price_is_without_the_quoted_service_unless_it_is_sent(shop: QloAppsDouble) -> None:
    quote = ari(shop, "<id_room_type>1</id_room_type>")["room_types"][0]["total_price"]

    plain = book(shop).json["booking"]["associations"]["price_details"]
    priced = book(shop, stay={"rooms": [{"adult": 2, "unit_price_without_tax": quote}]}).json["booking"]["associations"]["price_details"]

    assert quote == 2500
    assert plain == {"total_paid": 0, "total_price_without_tax": 2000, "total_tax": 80}
    assert priced == {"total_paid": 0, "total_price_without_tax": 2500, "total_tax": 100}
    assert shop.orders[-1]["total_paid_tax_incl"] == Decimal(2600)


def test_same_source_twice_makes_two_bookings(shop: QloAppsDouble) -> None:
    book(shop, source="wa:same")
    book(shop, source="wa:same")

    found = get(shop, "orders?filter[source]=[wa:same]&display=[id,source]")

    assert found == {"orders": [{"id": 1, "source": "wa:same"}, {"id": 2, "source": "wa:same"}]}


def test_texts_lose_emoji_tags_and_what_is_too_long(shop: QloAppsDouble) -> None:
    heard = book(shop, source="<b>" + "x" * 300, remark="hi 😀 <i>you</i>", guest={"firstname": "Ana😀"})

    assert heard.json["booking"]["source"] == "x" * 255
    assert heard.json["booking"]["associations"]["remarks"] == ["hi ???? you"]
    assert shop.rows("customers")[-1]["firstname"] == "Ana????"


def test_guest_is_matched_by_email_and_overwritten(shop: QloAppsDouble) -> None:
    book(shop)
    book(shop, guest={"email": "ZOE@example.com", "firstname": "Eva", "phone": "111"})

    assert [(row["id"], row["firstname"], row["phone"]) for row in shop.rows("customers")[1:]] == [(2, "Eva", "111")]


def test_two_mails_go_to_the_guest_and_two_to_the_staff(shop: QloAppsDouble) -> None:
    book(shop)

    assert [(to, subject) for to, subject, _ in shop.mails[:2]] == [
        ("zoe@example.com", "Awaiting payment"),
        ("zoe@example.com", "Order confirmation"),
    ]
    assert len(shop.mails) == 4


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"guest": {"email": "a@b"}}, 200, "Fatal error"),
        ({"guest": {"lastname": "Müller 2"}}, 500, ""),
        ({"guest": {"firstname": "x" * 33}}, 500, ""),
        ({"guest": {"phone": "call me"}}, 500, ""),
        ({"guest": {"firstname": " "}}, 400, "Please provide a valid first name."),
        ({"guest": {"email": ""}}, 400, "Please provide a valid email."),
        ({"guest": {"id_customer": 99}}, 400, "Please provide a valid id_customer."),
        ({"guest": {"city": "Roma"}}, 400, "Address is required."),
        ({"id": 7}, 400, "id is forbidden when adding a new resource"),
        ({"id_property": 9}, 400, "Please provide a valid id_property."),
        ({"booking_status": 5}, 400, "Invalid booking status."),
        ({"payment_status": 4}, 400, "Invalid payment status."),
        ({"associations": {"payment_detail": {"payment_type": "cash"}}}, 400, "Invalid payment type."),
        ({"stay": {"id_room_type": 9}}, 400, "Invalid room type in the request"),
        ({"stay": {"checkin_date": "2027-02-30"}}, 400, "Invalid check in date in the request"),
        ({"stay": {"checkout_date": "2027-04-01"}}, 400, "Invalid check in and check out dates in the request"),
        ({"stay": {"checkout_date": "2027-05-01"}}, 400, "Requested room(s) not available."),
        ({"stay": {"number_of_rooms": 6}}, 400, "Requested room(s) not available."),
        ({"stay": {"rooms": [{"id_room": 6}]}}, 400, "Requested room(s) not available."),
        ({"stay": {"number_of_rooms": 2, "rooms": [{"adult": 1}]}}, 400, "Room count does not matches with the number of rooms"),
    ],
)
def test_refused_booking_books_nothing(shop: QloAppsDouble, changes: Json, status: int, words: str) -> None:
    heard = book(shop, **changes)

    assert heard.status == status
    assert (heard.json["errors"] == [{"code": 404, "message": words}]) if status == 400 else (heard.body == words)
    assert (shop.orders, shop.lines, shop.mails) == ([], [], [])


@pytest.mark.parametrize(
    "stay", [{"checkin_date": "2020-01-01"}, {"checkin_date": "2040-01-01", "checkout_date": "2040-01-02"}, {"number_of_rooms": 0}]
)
def test_foolish_booking_is_taken(shop: QloAppsDouble, stay: Json) -> None:
    assert book(shop, stay=stay).status == 200
    assert len(shop.active_lines()) == 1


def test_names_and_addresses_of_the_world_are_taken(shop: QloAppsDouble) -> None:
    heard = book(
        shop, guest={"firstname": "محمد O'Neil-Żuk & Co.", "lastname": "山田", "email": "Ana.B+x@exämple.com", "phone": "+39 (333) 12-34.5"}
    )

    assert heard.status == 200


@pytest.mark.parametrize(
    ("changes", "state", "paid", "payment"),
    [
        ({"payment_status": 1}, 2, 2080, ("Order from API", "")),
        ({"associations": {"price_details": {"total_paid": 2080}, "payment_detail": {"payment_method": "Stripe", "transaction_id": "t"}}}, 2, 2080, ("Order from API", "")),
        ({"associations": {"price_details": {"total_paid": 80}, "payment_detail": {"payment_method": "Stripe", "transaction_id": "t"}}}, 8, 80, ("Stripe", "t")),
    ],
)  # fmt: skip
def test_payment_sets_the_state_and_loses_its_details_when_full(
    shop: QloAppsDouble, changes: Json, state: int, paid: int, payment: tuple[str, str]
) -> None:
    book(shop, **changes)

    (order,) = shop.orders
    assert (order["current_state"], order["total_paid_real"]) == (state, Decimal(paid))
    assert [(row["payment_method"], row["transaction_id"]) for row in shop.rows("order_payments")] == [payment]


def test_cancelled_from_the_start_holds_nothing(shop: QloAppsDouble) -> None:
    book(shop, booking_status=3)

    assert shop.orders[0]["current_state"] == 4
    assert shop.active_lines() == []


# --- changes ------------------------------------------------------------------------------------------------------------------


def put(double: QloAppsDouble, order: int, body: str) -> Heard:
    sent = json.loads(body)
    sent["booking"]["id"] = order
    return call(double, "PUT", f"/api/bookings/{order}?output_format=JSON", json.dumps(sent))


def history(double: QloAppsDouble, order: int, state: int) -> Heard:
    body = f"<q><order_history><id_order>{order}</id_order><id_order_state>{state}</id_order_state></order_history></q>"
    return call(double, "POST", "/api/order_histories?output_format=JSON", body)


def test_put_replaces_everything_and_erases_the_phone(shop: QloAppsDouble) -> None:
    book(shop, stay={"number_of_rooms": 2, "rooms": [{"services": [{"id_service": 5}]}, {}]})
    assert shop.orders[0]["total_paid_tax_incl"] == Decimal(4680)

    heard = put(shop, 1, booking(guest={"phone": ""}))

    assert heard.status == 200
    assert [line["id"] for line in shop.lines] == [1]
    assert shop.orders[0]["total_paid_tax_incl"] == Decimal(2080)
    assert shop.rows("customers")[-1]["phone"] == ""


def test_put_refused_has_already_changed_the_guest(shop: QloAppsDouble) -> None:
    book(shop)
    shop.desk_books(1, "2027-05-01", "2027-05-03", rooms=4)

    heard = put(shop, 1, booking(end="2027-05-04", guest={"firstname": "Eva"}))

    assert (heard.status, heard.json["errors"][0]["message"]) == (400, "Requested room(s) not available")
    assert shop.rows("customers")[1]["firstname"] == "Eva"
    assert [line["date_to"] for line in shop.lines[:1]] == ["2027-05-03 00:00:00"]


def test_put_of_unknown_booking_is_refused(shop: QloAppsDouble) -> None:
    assert put(shop, 77, booking()).json == {"errors": [{"code": 404, "message": "Booking not found."}]}


def test_put_adds_a_deposit_as_a_new_sum(shop: QloAppsDouble) -> None:
    book(shop, associations={"price_details": {"total_paid": 80}})
    details = {"price_details": {"total_paid": 100}, "payment_details": {"payment_method": "Bank", "transaction_id": "b-1"}}

    put(shop, 1, booking(booking_status=1, payment_status=2, associations=details))

    assert [(row["amount"], row["payment_method"]) for row in shop.rows("order_payments")] == [
        (Decimal(80), "Order from API"),
        (Decimal(20), "Bank"),
    ]
    assert shop.orders[0]["total_paid_real"] == Decimal(100)


def test_cancelled_room_is_free_and_reopening_holds_none(shop: QloAppsDouble) -> None:
    book(shop)

    assert [history(shop, 1, state).status for state in (4, 4, 1)] == [201, 201, 201]
    assert shop.orders[0]["current_state"] == 1
    assert shop.active_lines() == []
    assert len(ari(shop, "<id_room_type>1</id_room_type>")["room_types"][0]["rooms"]["available"]) == 5
    assert [subject for to, subject, _ in shop.mails if to == "zoe@example.com"][2:4] == ["Canceled", "Canceled"]


def test_paid_state_pays_the_balance(shop: QloAppsDouble) -> None:
    book(shop)

    assert history(shop, 1, 2).status == 201
    assert [(row["amount"], row["payment_method"]) for row in shop.rows("order_payments")] == [(Decimal(2080), "Order from API")]
    assert (shop.orders[0]["valid"], shop.orders[0]["total_paid_real"]) == (1, Decimal(2080))
    assert history(shop, 1, 99).body == "Invalid new order status"


def test_early_check_out_frees_the_current_night(shop: QloAppsDouble) -> None:
    book(shop, 3, "2027-05-01", "2027-05-04", stay={"number_of_rooms": 1})
    whole = call(shop, "GET", "/api/room_bookings/1").body
    out = whole.replace("<id_status><![CDATA[1]]>", "<id_status><![CDATA[3]]>").replace(
        "<check_out><![CDATA[0000-00-00 00:00:00]]>", "<check_out><![CDATA[2027-05-02 09:00:00]]>"
    )

    assert call(shop, "PUT", "/api/room_bookings/1", out).status == 200
    assert 11 in shop.free_rooms(3, "2027-05-02", "2027-05-03")
    assert 11 not in shop.free_rooms(3, "2027-05-01", "2027-05-02")
    partial = call(shop, "PUT", "/api/room_bookings/1?output_format=JSON", "<q><booking><id>1</id><id_status>2</id_status></booking></q>")
    assert (partial.status, partial.json["errors"][0]["code"]) == (400, 41)


def test_deleted_order_leaves_its_room_blocked(shop: QloAppsDouble) -> None:
    book(shop)

    assert call(shop, "DELETE", "/api/orders/1").status == 200
    assert shop.orders == []
    assert 1 not in shop.free_rooms(1, "2027-05-01", "2027-05-03")


def test_customer_put_wipes_what_is_not_sent_and_hides_the_guest(shop: QloAppsDouble) -> None:
    book(shop)
    fields = "".join(f"<{name}>x</{name}>" for name in ("passwd", "phone", "lastname", "firstname")) + "<email>zoe@example.com</email>"

    assert call(shop, "PUT", "/api/customers/2", f"<q><customer><id>2</id>{fields}</customer></q>").status == 200
    assert get(shop, "customers?filter[email]=[zoe@example.com]&display=[id]") == []
    missing = call(shop, "POST", "/api/customers?output_format=JSON", "<q><customer><email>a@b.c</email></customer></q>")
    assert (missing.status, missing.json["errors"][0]["code"]) == (400, 41)


# --- availability -------------------------------------------------------------------------------------------------------------


def ari(double: QloAppsDouble, more: str = "", start: str = "2027-05-01", end: str = "2027-05-03") -> Json:
    heard = asks(double, more, start, end)
    assert heard.status == 200, heard.body
    return heard.json["hotel_ari"]


def asks(double: QloAppsDouble, more: str, start: str = "2027-05-01", end: str = "2027-05-03") -> Heard:
    body = f"<q><hotel_ari><id_hotel>1</id_hotel><date_from>{start}</date_from><date_to>{end}</date_to>{more}</hotel_ari></q>"
    return call(double, "POST", "/api/hotel_ari?output_format=JSON", body)


def test_ari_one_flag_switches_the_others_off(shop: QloAppsDouble) -> None:
    shop.desk_books(1, "2027-05-01", "2027-05-02")

    found = ari(shop, "<id_room_type>1</id_room_type><get_booked_rooms>1</get_booked_rooms>")

    assert {key for key in found if key.startswith("total_")} == {"total_rooms", "total_booked_rooms"}
    assert list(found["room_types"][0]["rooms"]) == ["booked"]
    assert list(found["room_types"][0]["rooms"]["booked"]) == ["1"]


def test_ari_shows_a_double_booking_as_two_details(shop: QloAppsDouble) -> None:
    shop.desk_books(1, "2027-05-01", "2027-05-03")
    shop.desk_books(1, "2027-05-01", "2027-05-03", force=True)

    found = ari(shop, "<id_room_type>1</id_room_type><get_booked_rooms>1</get_booked_rooms>")

    assert [one["id_htl_booking"] for one in found["room_types"][0]["rooms"]["booked"]["1"]["detail"]] == [1, 2]


@pytest.mark.parametrize("change", [lambda shop: shop.set_active(2, False), lambda shop: shop.tables["hotels"][0].update(active=0)])
def test_ari_of_something_inactive_says_nothing(shop: QloAppsDouble, change: Preparation) -> None:
    change(shop)

    assert ari(shop, "<id_room_type>2</id_room_type>") == {
        "id_hotel": "1",
        "date_from": "2027-05-01",
        "date_to": "2027-05-03",
        "currency": "USD",
    }
    assert book(shop, 2).status == 400


def test_ari_honours_closed_rooms_price_and_length_of_stay(shop: QloAppsDouble) -> None:
    shop.set_price(1, "99.90")
    shop.set_room_status(1, 3, "2027-05-02", "2027-05-09")
    shop.set_room_status(2, 2)
    shop.set_length_of_stay(2, most=1)

    found = {one["id_room_type"]: one for one in ari(shop)["room_types"]}

    assert list(found[1]["rooms"]["available"]) == ["3", "4", "5"]
    assert (found[1]["base_price"], found[1]["total_price_with_tax"]) == (349.9, 727.79)
    assert found[2]["rooms"]["available"] == []


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        (
            "<associations><room_occupancies><room_occupancy><adults>0</adults><children>0</children></room_occupancy></room_occupancies></associations>",
            400,
            85,
        ),
        ("<associations><room_occupancies><room_occupancy><adults>1</adults></room_occupancy></room_occupancies></associations>", 400, 85),
        ("<date_wise_breakdown>1</date_wise_breakdown><get_booked_rooms>1</get_booked_rooms>", 500, None),
    ],
)
def test_ari_refuses_or_dies(shop: QloAppsDouble, more: str, status: int, code: int | None) -> None:
    heard = asks(shop, more)

    assert heard.status == status
    assert (heard.json["errors"][0]["code"] if heard.body else None) == code
    assert call(shop, "GET", "/api/hotel_ari?output_format=JSON").json["errors"][0]["code"] == 23


# --- listing and keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[source]=[wa:1]", [1]),
        ("filter[source]=[WA:1]", [1]),
        ("filter[source]=[wa:1|wa:3]", [1, 3]),
        ("filter[source]=[wa:]%25", [1, 2, 3]),
        ("filter[source]=%25[:2]%25", [2]),
        ("filter[id]=![2]", [1, 3]),
        ("filter[id]=>[1]", [2, 3]),
        ("filter[id]=<[2]", [1]),
        ("filter[id]=[1,2]", [1, 2]),
        ("filter[source]=[wa:]%25&filter[id]=>[1]&sort=[id_DESC]", [3, 2]),
        ("sort=[id_DESC]&limit=1,1", [2]),
        ("limit=2", [1, 2]),
    ],
)
def test_listing_filters_sorts_and_limits(shop: QloAppsDouble, query: str, found: list[int]) -> None:
    for number in (1, 2, 3):
        shop.desk_books(number, "2027-05-01", "2027-05-02", source=f"wa:{number}")

    assert get(shop, f"orders?display=[id]&{query}") == {"orders": [{"id": number} for number in found]}


def test_listing_compares_days_with_midnight(shop: QloAppsDouble) -> None:
    shop.desk_books(1, "2027-05-01", "2027-05-03")
    shop.desk_books(1, "2027-05-03", "2027-05-05")

    def overlapping(start: str, end: str) -> list[int]:
        found = get(shop, f"room_bookings?filter[date_from]=<[{end}]&filter[date_to]=>[{start}]&display=[id]")
        return [one["id"] for one in found["bookings"]] if found else []

    assert [overlapping("2027-05-02", "2027-05-03"), overlapping("2027-05-02", "2027-05-04"), overlapping("2027-05-05", "2027-05-09")] == [
        [1],
        [1, 2],
        [],
    ]
    assert get(shop, "room_bookings?filter[date_from]=[2027-05-03]%25&display=[id]") == {"bookings": [{"id": 2}]}


@pytest.mark.parametrize(
    ("query", "code"),
    [("display=[nonsense]", 35), ("sort=[date_upd_ASC]", 38), ("filter[x]=[1]", 32), ("schema=x", 28), ("language=9", 81)],
)
def test_listing_refuses_with_the_code_of_the_mistake(shop: QloAppsDouble, query: str, code: int) -> None:
    heard = call(shop, "GET", f"/api/orders?output_format=JSON&{query}")

    assert (heard.status, heard.json["errors"][0]["code"]) == (400, code)


def test_configurations_tell_how_the_shop_is_set_up() -> None:
    with QloAppsDouble(timezone="America/Chicago") as double:
        found = get(double, "configurations?filter[name]=[PS_TIMEZONE|PS_OS_CANCELED]&display=[name,value]")

    assert found == {"configurations": [{"value": "America/Chicago", "name": "PS_TIMEZONE"}, {"value": "4", "name": "PS_OS_CANCELED"}]}


def test_format_is_chosen_by_header_or_query_and_is_case_sensitive(shop: QloAppsDouble) -> None:
    kinds = [call(shop, "GET", f"/api/hotels{query}").header("Content-Type") for query in ("", "?output_format=json", "?io_format=JSON")]

    assert kinds == ["text/xml;charset=utf-8", "text/xml;charset=utf-8", "application/json"]
    assert call(shop, "GET", "/webservice/dispatcher.php?url=hotels/1&output_format=JSON").json["hotel"]["hotel_name"] == "The Hotel Prime"


def test_rotated_key_is_the_only_one_known(shop: QloAppsDouble) -> None:
    old = shop.key
    shop.rotate_key("N" * 32)

    assert call(shop, "GET", "/api/hotels?output_format=JSON", key=old).status == 401
    assert call(shop, "GET", "/api/hotels?output_format=JSON").status == 200


def test_every_call_is_on_record(shop: QloAppsDouble) -> None:
    call(shop, "GET", "/api/hotels/9?output_format=JSON")
    book(shop, source="wa:1")

    first, second = shop.requests
    assert (first.method, first.path, first.query, first.status) == (
        "GET",
        "/api/hotels/9?output_format=JSON",
        {"output_format": "JSON"},
        404,
    )
    assert (second.method, json.loads(second.body)["booking"]["source"], second.status) == ("POST", "wa:1", 200)
    assert first.at <= second.at


# --- ways of being installed --------------------------------------------------------------------------------------------------


def test_php74_makes_every_number_a_string() -> None:
    def numbers(value: Any) -> list[Any]:
        if isinstance(value, (dict, list)):
            return [found for item in (value.values() if isinstance(value, dict) else value) for found in numbers(item)]
        return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []

    with QloAppsDouble(php74=True) as double:
        made = book(double).json
        answers = [
            made,
            ari(double),
            get(double, "orders?display=full"),
            get(double, "orders/1"),
            get(double, "bookings"),
            history(double, 1, 4).json,
        ]

    assert made["booking"]["id"] == "1"
    assert made["booking"]["associations"]["price_details"] == {"total_paid": "0", "total_price_without_tax": "2000", "total_tax": "80"}
    assert numbers(answers) == []


def test_stock_errors_hide_what_was_done() -> None:
    with QloAppsDouble(stock_errors=True) as double:
        heard = [
            book(double, source="wa:leak"),
            call(double, "GET", "/api/bookings/1?output_format=JSON"),
            put(double, 1, booking(end="2027-05-04")),
        ]

        assert [one.status for one in heard] == [500, 500, 500]
        assert {one.body for one in heard} == {recording(51)["response"]["body"]}
        assert get(double, "orders?filter[source]=[wa:leak]&display=[id]") == {"orders": [{"id": 1}]}
        assert [line["date_to"] for line in double.active_lines()] == ["2027-05-04 00:00:00"]
        assert book(double, stay={"number_of_rooms": 9}).status == 400


def test_process_serves_until_its_stdin_closes() -> None:
    command = [sys.executable, "-m", "tests.fakes.qloapps", "--key", "P" * 32, "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdin and process.stdout
        port = json.loads(process.stdout.readline())["port"]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/api/hotels?output_format=JSON&ws_key=" + "P" * 32)
        body = connection.getresponse().read()
        connection.close()
        process.stdin.close()
        code = process.wait(10)

    assert (body, code) == (b'{"hotels":[{"id":1}]}', 0)


# --- scripted faults ----------------------------------------------------------------------------------------------------------


def orders_made(double: QloAppsDouble) -> int:
    return len(double.orders)


@pytest.mark.parametrize(("commits", "made"), [(False, 0), (True, 1)])
def test_fault_status_answers_instead_or_after_the_work(shop: QloAppsDouble, commits: bool, made: int) -> None:
    shop.fault("status", method="POST", resource="bookings", status=502, body="bad gateway", content_type="text/plain", commits=commits)

    assert call(shop, "GET", "/api/bookings").status == 200
    heard = book(shop)

    assert (heard.status, heard.body, heard.header("Content-Type")) == (502, "bad gateway", "text/plain")
    assert orders_made(shop) == made
    assert book(shop).status == 200


@pytest.mark.parametrize(("commits", "made"), [(False, 0), (True, 1)])
def test_fault_hang_up_resets_without_an_answer(shop: QloAppsDouble, commits: bool, made: int) -> None:
    shop.fault("hang_up", commits=commits)

    with pytest.raises(ConnectionResetError):
        book(shop)
    assert orders_made(shop) == made
    assert [one.status for one in shop.requests] == [None]


def test_fault_hang_keeps_the_client_waiting(shop: QloAppsDouble) -> None:
    shop.fault("hang", commits=True)

    with pytest.raises(TimeoutError):
        call(shop, "POST", "/api/bookings", booking(), timeout=0.3)
    assert (orders_made(shop), shop.requests[0].status) == (1, None)


def test_fault_late_works_only_when_released(shop: QloAppsDouble) -> None:
    shop.fault("late", resource="bookings")

    with pytest.raises(ConnectionResetError):
        book(shop, source="wa:late")
    assert get(shop, "orders?filter[source]=[wa:late]") == []
    shop.release()
    assert get(shop, "orders?filter[source]=[wa:late]&display=[source]") == {"orders": [{"source": "wa:late"}]}


def test_fault_slow_answers_in_the_end(shop: QloAppsDouble) -> None:
    shop.fault("slow", seconds=0.2)
    began = time.monotonic()

    assert get(shop, "hotels") == {"hotels": [{"id": 1}]}
    assert time.monotonic() - began >= 0.2


def test_fault_truncated_breaks_off_or_lies_about_its_length(shop: QloAppsDouble) -> None:
    shop.fault("truncated")
    shop.fault("truncated", closed=False)

    with pytest.raises(http.client.IncompleteRead) as broken:
        book(shop)
    half = book(shop)

    assert broken.value.partial.startswith(b'{"booking":{"id":1,')
    assert broken.value.expected is not None
    assert half.header("Content-Length") == str(len(half.body))
    with pytest.raises(json.JSONDecodeError):
        json.loads(half.body)
    assert orders_made(shop) == 2


@pytest.mark.parametrize(
    ("kind", "details", "status", "content_type", "body"),
    [
        ("html", {"body": "<html>log in</html>"}, 200, "text/html; charset=utf-8", "<html>log in</html>"),
        ("redirect", {}, 302, "text/html; charset=utf-8", ""),
        ("empty", {}, 200, "application/json", ""),
        ("text", {"body": "Invalid new order status"}, 200, "text/html; charset=utf-8", "Invalid new order status"),
        ("flood", {"size_bytes": 200_001}, 200, "application/json", " " * 200_001),
    ],
)
def test_fault_answers_something_else(shop: QloAppsDouble, kind: str, details: Json, status: int, content_type: str, body: str) -> None:
    shop.fault(kind, **details)

    heard = book(shop)

    assert (heard.status, heard.header("Content-Type"), heard.body) == (status, content_type, body)
    assert heard.header("Location") == ("https://login.example.com/" if kind == "redirect" else None)
    assert orders_made(shop) == 0


def test_faults_are_skipped_repeated_and_cleared(shop: QloAppsDouble) -> None:
    shop.fault("status", skip=1, times=2, status=503)
    statuses = [call(shop, "GET", "/api/hotels").status for _ in range(4)]
    shop.fault("status", times=9, status=503)
    shop.clear_faults()

    assert statuses == [200, 503, 503, 200]
    assert call(shop, "GET", "/api/hotels").status == 200
    with pytest.raises(ValueError, match="no such fault"):
        shop.fault("typo")


def test_client_that_leaves_has_booked_all_the_same() -> None:
    with QloAppsDouble(race_window_s=0.1) as double:
        with pytest.raises(TimeoutError):
            call(double, "POST", "/api/bookings", booking(source="wa:gone"), timeout=0.02)
        waited = time.monotonic() + 5
        while not double.active_lines() and time.monotonic() < waited:
            time.sleep(0.01)

        assert [order["source"] for order in double.orders] == ["wa:gone"]
        assert len(double.active_lines()) == 1


def test_connection_is_kept_alive_and_ends_with_the_server() -> None:
    double = QloAppsDouble().start()
    connection = http.client.HTTPConnection("127.0.0.1", double.port, timeout=5)
    path = f"/api/hotels?output_format=JSON&ws_key={double.key}"
    for _ in range(2):
        connection.request("GET", path)
        assert connection.getresponse().read() == b'{"hotels":[{"id":1}]}'
    used = connection.sock.getsockname()
    connection.request("GET", path)
    assert connection.getresponse().read() and connection.sock.getsockname() == used

    double.close()

    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        connection.request("GET", path)
        connection.getresponse()
