"""The recorded exchanges as a test plays them: the client, the state each one was made in, what may differ."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import QloAppsDouble

RECORDINGS = Path(__file__).parent / "recordings"
RECORDED_HOST = "127.0.0.1:8480"
Json = dict[str, Any]


@dataclass
class Heard:
    """An answer as it came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    double: QloAppsDouble,
    method: str,
    path: str,
    body: str | None = None,
    *,
    key: str | None = "own",
    host: str | None = None,
    timeout: float = 10,
) -> Heard:
    connection = http.client.HTTPConnection("127.0.0.1", double.port, timeout=timeout)
    connection.putrequest(method, path, skip_host=host is not None, skip_accept_encoding=True)
    if host is not None:
        connection.putheader("Host", host)
    if key is not None:
        known = double.key if key == "own" else key
        connection.putheader("Authorization", "Basic " + base64.b64encode(f"{known}:".encode()).decode())
    raw = None if body is None else body.encode()
    if raw is not None:
        connection.putheader("Content-Length", str(len(raw)))
    connection.endheaders(raw)
    answer = connection.getresponse()
    heard = Heard(answer.status, answer.getheaders(), answer.read().decode())
    connection.close()
    return heard


def get(double: QloAppsDouble, path: str) -> Any:
    heard = call(double, "GET", f"/api/{path}{'&' if '?' in path else '?'}output_format=JSON")
    assert heard.status == 200, heard.body
    return heard.json


def booking(room_type: int = 1, start: str = "2027-05-01", end: str = "2027-05-03", **changes: Any) -> str:
    guest = {"firstname": "Zoë", "lastname": "Müller", "email": "zoe@example.com", "phone": "+393331234567", **changes.pop("guest", {})}
    stay = {"id_room_type": room_type, "checkin_date": start, "checkout_date": end, "number_of_rooms": 1, **changes.pop("stay", {})}
    more = changes.pop("associations", {})
    return json.dumps(
        {
            "booking": {
                "id_property": 1,
                "currency": "USD",
                "associations": {"customer_detail": guest, "room_types": [stay], **more},
                **changes,
            }
        }
    )


def book(double: QloAppsDouble, *args: Any, **changes: Any) -> Heard:
    return call(double, "POST", "/api/bookings?output_format=JSON", booking(*args, **changes))


def recording(number: int) -> Json:
    (path,) = RECORDINGS.glob(f"{number:02d}-*.json")
    return json.loads(path.read_text())


def played(double: QloAppsDouble, number: int) -> Heard:
    """Send the recorded request."""
    request = recording(number)["request"]
    key = None if "Authorization" not in request["headers"] else "own"
    key = {2: "short", 3: "U" * 32}.get(number, key)
    path = request["path"].replace("<key>", double.key)
    return call(
        double,
        request["method"],
        path,
        request["body"],
        key=key,
        host=request["headers"].get("Host", RECORDED_HOST) if number == 72 else None,
    )


# --- the state each recording was made in ------------------------------------------------------------------------------------


def ids(double: QloAppsDouble, **last: int) -> None:
    """What was made between two recordings is not recorded; the ids it used up are."""
    double.counters.update(last)


def four_bookings(double: QloAppsDouble) -> None:
    for number in (34, 35, 36, 37):
        played(double, number)


def april(double: QloAppsDouble) -> None:
    """Type 2 in April as recordings 44 to 47 left it."""
    four_bookings(double)
    ids(double, orders=9, room_bookings=10, customers=11)
    played(double, 44)


def april_after_higher(double: QloAppsDouble) -> None:
    april(double)
    played(double, 46)


def april_three_taken(double: QloAppsDouble) -> None:
    april_after_higher(double)
    double.desk_books(2, "2027-04-01", "2027-04-03")
    ids(double, orders=13, room_bookings=14, customers=15)


def sixteen_orders(double: QloAppsDouble) -> None:
    ids(double, orders=13)
    for day in (1, 3, 5):
        double.desk_books(1, f"2027-07-0{day}", f"2027-07-0{day + 1}")


def cancelled(double: QloAppsDouble) -> None:
    four_bookings(double)
    double.desk_cancels(3)
    ids(double, order_histories=20)


def before_cancel(double: QloAppsDouble) -> None:
    four_bookings(double)
    ids(double, order_histories=18)


def before_move(double: QloAppsDouble) -> None:
    april_after_higher(double)
    ids(double, room_bookings=17)


def gone(double: QloAppsDouble) -> None:
    ids(double, orders=44)
    call(double, "POST", "/api/bookings", booking(4, "2027-08-10", "2027-08-11", source="wa:gone"))


def duplicate_once(double: QloAppsDouble) -> None:
    played(double, 48)


def duplicate_twice(double: QloAppsDouble) -> None:
    played(double, 48)
    played(double, 48)


def five_taken(double: QloAppsDouble) -> None:
    ids(double, orders=4)
    for number in range(5):
        book(double, 4, "2027-03-01", "2027-03-03", guest={"email": f"f{number}@example.com"})


def line_17(double: QloAppsDouble) -> None:
    ids(double, orders=15, room_bookings=16, customers=17, carts=18, order_details=16)
    book(double, 3, "2027-04-01", "2027-04-03")


def race_rows(double: QloAppsDouble) -> None:
    ids(double, orders=21, room_bookings=23)
    double.desk_books(3, "2027-05-01", "2027-05-03", 1)
    for _ in range(4):
        double.desk_books(3, "2027-05-01", "2027-05-03")
    double.desk_books(3, "2027-05-01", "2027-05-03", force=True)
    for line in double.tables["room_bookings"][-1:]:
        line["id_room"] = 15


def nineteenth_customer(double: QloAppsDouble) -> None:
    ids(double, customers=18)


def room_7_closed(double: QloAppsDouble) -> None:
    double.set_room_status(7, 3, "2027-09-01", "2027-09-02")


Preparation = Callable[[QloAppsDouble], None]
HOTELS_ONLY: Json = {"permissions": {"hotels": {"GET"}}}
PLAYABLE: dict[int, tuple[Preparation | None, Json]] = {
    **{number: (None, {}) for number in [*range(1, 4), *range(7, 30), 34, *range(39, 44), 51, 55, 57, 59, 65, 70, 71, 72, 74, 76, 77]},
    4: (None, HOTELS_ONLY),
    5: (None, HOTELS_ONLY),
    6: (None, {"enabled": False}),
    30: (four_bookings, {}),
    31: (four_bookings, {}),
    32: (None, {"min_los": {4: 3}}),
    33: (room_7_closed, {}),
    35: (lambda double: played(double, 34) and None, {}),
    36: (lambda double: [played(double, number) for number in (34, 35)] and None, {}),
    37: (lambda double: [played(double, number) for number in (34, 35, 36)] and None, {}),
    38: (four_bookings, {}),
    44: (None, {}),
    45: (april, {}),
    46: (april, {}),
    47: (april_three_taken, {}),
    48: (duplicate_once, {}),
    49: (duplicate_twice, {}),
    50: (gone, {}),
    51: (None, {"stock_errors": True}),
    53: (race_rows, {}),
    54: (four_bookings, {}),
    56: (four_bookings, {}),
    58: (four_bookings, {}),
    60: (sixteen_orders, {}),
    61: (four_bookings, {}),
    62: (four_bookings, {}),
    63: (four_bookings, {}),
    64: (before_cancel, {}),
    66: (cancelled, {}),
    67: (before_move, {}),
    68: (five_taken, {}),
    69: (line_17, {}),
    72: (None, {"domain": RECORDED_HOST}),
    73: (four_bookings, {}),
    75: (nineteenth_customer, {}),
    77: (None, {"languages": 2}),
}


def settled(double: QloAppsDouble, body: str) -> str:
    """The body with what must differ made equal: host, moments, references, secrets."""
    body = body.replace(double.address, RECORDED_HOST)
    body = re.sub(r"202\d-11-\d\d \d\d:\d\d:\d\d", "<moment>", body)
    body = re.sub(r'"reference":"[A-Z]{9}"', '"reference":"<reference>"', body)
    return re.sub(r'"(secure_key|passwd)":"[^"]*"', r'"\1":"<redacted>"', body)
