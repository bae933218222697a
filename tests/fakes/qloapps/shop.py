"""The shop: its rows, its rules of availability and price, and what a test may do to it behind the webservice's back."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from . import ledger
from .audit import double_booked, is_active
from .demo import (
    CHECKED_OUT,
    ROOM_ACTIVE,
    ROOM_INACTIVE,
    ROOM_LENGTH_OF_STAY,
    ROOM_OUT_OF_ORDER,
    SERVICE_PER_NIGHT,
    WITH_ROOM,
    Row,
    tables,
)
from .shapes import Request

CENT = Decimal("0.01")
Callback = Callable[[Request], object]


def money(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Rules:
    """What differs between installations. The defaults are the recorded demo."""

    rooms_per_type: int = 5
    timezone: str = "UTC"
    php74: bool = False
    stock_errors: bool = False
    languages: int = 1
    domain: str | None = None
    race_window_s: float = 0.02
    auto_cancel_share: float = 0.5
    seed: int = 1
    tax_percent: Decimal = Decimal(4)
    min_los: dict[int, int] = field(default_factory=dict)
    max_los: dict[int, int] = field(default_factory=dict)
    now: Callable[[], dt.datetime] | None = None


class Shop:
    """All rows behind one lock, which is a database's: it guards single statements, never a whole booking."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.php74 = rules.php74
        self.lock = threading.RLock()
        self.chance = random.Random(rules.seed)
        self.tables = tables(rules.rooms_per_type, rules.timezone, rules.languages, rules.tax_percent)
        self.counters: dict[str, int] = {name: max((row["id"] for row in rows), default=0) for name, rows in self.tables.items()}
        self.counters |= {"carts": 0, "order_details": 0, "invoices": 0}
        self.services_of: dict[int, list[Row]] = {}
        self.remarks_of: dict[int, list[str]] = {}
        self.out_of_order: dict[int, list[tuple[str, str]]] = {}
        self.mails: list[tuple[str, str, int]] = []
        self.address = "127.0.0.1"
        self._hooks: dict[str, list[Callback]] = {}
        for number, nights in rules.min_los.items():
            self.occupancy(number)["min_los"] = nights
        for number, nights in rules.max_los.items():
            self.occupancy(number)["max_los"] = nights

    # --- reading ---------------------------------------------------------------------------------------------------------

    @property
    def domain(self) -> str:
        return self.rules.domain or self.address

    @property
    def public_url(self) -> str:
        return f"http://{self.domain}"

    @property
    def orders(self) -> list[Row]:
        """Copies of the rows of `orders`."""
        return self.rows("orders")

    @property
    def lines(self) -> list[Row]:
        """Copies of the rows of `room_bookings`."""
        return self.rows("room_bookings")

    def rows(self, name: str) -> list[Row]:
        with self.lock:
            return [dict(row) for row in self.tables[name]]

    def local_now(self) -> str:
        """The hotel's wall clock, as MySQL writes it."""
        zone = ZoneInfo(self.rules.timezone)
        moment = self.rules.now() if self.rules.now else dt.datetime.now(zone)
        return (moment.astimezone(zone) if moment.tzinfo else moment).strftime("%Y-%m-%d %H:%M:%S")

    def find(self, name: str, ident: Any) -> Row | None:
        return next((row for row in self.tables[name] if str(row["id"]) == str(ident)), None)

    def next_id(self, name: str) -> int:
        with self.lock:
            self.counters[name] += 1
            return self.counters[name]

    def configured(self, name: str) -> str:
        return next((str(row["value"]) for row in self.tables["configurations"] if row["name"] == name), "")

    def occupancy(self, room_type: int) -> Row:
        return next(row for row in self.tables["hotel_room_types"] if row["id_product"] == room_type)

    def rooms_of(self, room_type: int) -> list[Row]:
        return [row for row in self.tables["hotel_rooms"] if row["id_product"] == room_type]

    def associations(self, name: str, row: Row) -> dict[str, tuple[str, list[Any]]]:
        """Linked ids as the generic resources show them: name → (node, ids)."""
        if name == "hotels":
            return {
                "room_types": ("room_type", [one["id"] for one in self.tables["room_types"]]),
                "hotel_features": ("hotel_feature", row["features"]),
            }
        if name == "hotel_room_types":
            return {"hotel_rooms": ("hotel_room", [one["id"] for one in self.rooms_of(row["id_product"])])}
        if name == "orders":
            return {"bookings": ("booking", [one["id"] for one in self.tables["room_bookings"] if one["id_order"] == row["id"]])}
        return {"booking_extra_demands": ("extra_demand", [])} if name == "room_bookings" else {}

    # --- availability and price ------------------------------------------------------------------------------------------

    def takers(self, room: int, date_from: str, date_to: str) -> list[Row]:
        """The lines that hold the room on any night of [date_from, date_to)."""
        return [line for line in self.tables["room_bookings"] if line["id_room"] == room and _holds(line, date_from, date_to)]

    def closed(self, room: Row, date_from: str, date_to: str) -> int | None:
        """Why the room cannot be sold at all: its status, or 4 for a length of stay the type refuses."""
        if room["id_status"] == ROOM_INACTIVE:
            return ROOM_INACTIVE
        if room["id_status"] == ROOM_OUT_OF_ORDER:
            spans = self.out_of_order.get(room["id"], [])
            if not spans or any(start < date_to and date_from < end for start, end in spans):
                return ROOM_OUT_OF_ORDER
        rule, nights = self.occupancy(room["id_product"]), nights_between(date_from, date_to)
        if nights < rule["min_los"] or (rule["max_los"] and nights > rule["max_los"]):
            return ROOM_LENGTH_OF_STAY
        return None

    def free_rooms(self, room_type: int, date_from: str, date_to: str) -> list[int]:
        """Ids of the rooms that can be sold for these nights, lowest first. An inactive type or hotel has none."""
        with self.lock:
            row = self.find("room_types", room_type)
            if row is None or not row["active"] or not self.tables["hotels"][0]["active"] or date_from >= date_to:
                return []
            return [
                room["id"]
                for room in self.rooms_of(room_type)
                if self.closed(room, date_from, date_to) is None and not self.takers(room["id"], date_from, date_to)
            ]

    def rate(self, room_type: int) -> Decimal:
        return Decimal(next(row["price"] for row in self.tables["room_types"] if row["id"] == room_type))

    def quoted(self, room_type: int, nights: int) -> Decimal:
        """Net price of one room for the stay as hotel_ari tells it: with the auto-add services that come with a room."""
        total = self.rate(room_type) * nights
        for service in self.tables["services"]:
            if service["auto_add_to_cart"] and service["price_addition_type"] == WITH_ROOM:
                total += service["price"] * (nights if service["price_calculation_method"] == SERVICE_PER_NIGHT else 1)
        return total

    def taxed(self, net: Decimal) -> Decimal:
        return net * (100 + self.rules.tax_percent) / 100

    # --- what tests do and ask -------------------------------------------------------------------------------------------

    def active_lines(self, room_type: int | None = None, date_from: str | None = None, date_to: str | None = None) -> list[Row]:
        """Lines with none of the three flags; with dates only those that share a night with [date_from, date_to)."""
        found = [line for line in self.lines if is_active(line) and room_type in (None, line["id_product"])]
        return [
            line
            for line in found
            if (date_to is None or line["date_from"][:10] < str(date_to)) and (date_from is None or line["date_to"][:10] > str(date_from))
        ]

    def double_booked(self) -> list[tuple[Row, Row]]:
        """Pairs of active lines that share a night of one room; found without the code that books."""
        return double_booked(self.lines)

    def desk_books(self, room_type: int, date_from: Any, date_to: Any, rooms: int = 1, source: str = "desk", *, force: bool = False) -> int:
        """A booking made by other means, at once. With `force` on rooms already taken if there are any. Returns the order's id."""
        start, end = str(date_from), str(date_to)
        with self.lock:
            free = self.free_rooms(room_type, start, end)
            every = [room["id"] for room in self.rooms_of(room_type)]
            chosen = [room for room in every if room not in free] + free if force else free
            if len(chosen) < rooms:
                raise ValueError(f"only {len(chosen)} rooms of type {room_type} are free from {start} to {end}")
            return ledger.desk_order(self, room_type, start, end, chosen[:rooms], source)

    def desk_cancels(self, order_id: int) -> None:
        with self.lock:
            ledger.cancel(self, ledger.order_of(self, order_id))

    def set_price(self, room_type: int, net: Any) -> None:
        """Net price of a night."""
        self._change("room_types", room_type, price=Decimal(str(net)))

    def set_length_of_stay(self, room_type: int, least: int = 1, most: int = 0) -> None:
        """Nights a stay must have; `most` 0 is no limit."""
        with self.lock:
            self.occupancy(room_type).update(min_los=least, max_los=most)

    def set_active(self, room_type: int, active: bool) -> None:
        self._change("room_types", room_type, active=int(active))

    def set_room_status(self, room_id: int, id_status: int, date_from: Any = None, date_to: Any = None) -> None:
        """1 active, 2 inactive, 3 out of order during [date_from, date_to)."""
        with self.lock:
            self._change("hotel_rooms", room_id, id_status=id_status)
            if id_status == ROOM_ACTIVE:
                self.out_of_order.pop(room_id, None)
            elif date_from is not None:
                self.out_of_order.setdefault(room_id, []).append((str(date_from), str(date_to)))

    def _change(self, name: str, ident: int, **values: Any) -> None:
        with self.lock:
            row = self.find(name, ident)
            if row is None:
                raise KeyError(f"{name} {ident}")
            row.update(values)

    # --- moments ---------------------------------------------------------------------------------------------------------

    def on(self, event: str, callback: Callback) -> None:
        """Call it once, by the thread that handles the next such request: "bookings.checked" or "bookings.inserted"."""
        if event not in ("bookings.checked", "bookings.inserted"):
            raise ValueError(event)
        with self.lock:
            self._hooks.setdefault(event, []).append(callback)

    def reached(self, event: str, request: Request) -> None:
        with self.lock:
            waiting = self._hooks.pop(event, [])
        for callback in waiting:
            callback(request)

    def window(self, share: float = 1.0) -> None:
        """The time PHP takes between two statements, in which rivals come between."""
        time.sleep(self.rules.race_window_s * share)


def nights_between(date_from: str, date_to: str) -> int:
    return (dt.date.fromisoformat(date_to[:10]) - dt.date.fromisoformat(date_from[:10])).days


def _holds(line: Row, date_from: str, date_to: str) -> bool:
    if line["is_refunded"] or line["is_back_order"]:
        return False
    end = line["date_to"][:10]
    if line["id_status"] == CHECKED_OUT and not line["check_out"].startswith("0000"):
        # An early check-out frees the room at once, the current night included.
        end = min(end, line["check_out"][:10])
    return bool(line["date_from"][:10] < date_to[:10] and date_from[:10] < end)
