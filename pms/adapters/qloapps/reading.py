"""Reading a QloApps: its rows put together into bookings, offers, rooms that are taken."""

from __future__ import annotations

import re
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import structlog
from django.utils import timezone

from pms import cache
from pms.adapters.qloapps import people, rows
from pms.adapters.qloapps.api import Api, Json
from pms.adapters.qloapps.rows import LINE_FIELDS, ORDER_FIELDS, Line, Nonsense, Order, Rate
from pms.adapters.qloapps.setup import Kind, Setup, read_kinds, read_setup
from pms.errors import Rejected
from pms.models import Connection
from pms.terms import Broken, GuestDetails, Offer, Party, Price, Reservation, ReservationState, RestrictionKind, RoomLine, Stay

# Room details are asked for once an hour.
SETUP_S = 3600
# A price this many times the list price, or so small a part of it, is in another unit.
UNIT = 50
# Rows asked for by their numbers, so many in one request.
BATCH = 100
log = structlog.get_logger(__name__)
REFERENCE = re.compile(r"[A-Za-z0-9:._-]{1,80}")
Given = TypeVar("Given")
Made = TypeVar("Made")


class Reading:
    """One hotel of one QloApps. Everything raises Unavailable, AuthFailed; rates are kept as long as the object lives."""

    def __init__(self, api: Api, connection: Connection) -> None:
        self.api, self.connection = api, connection
        self._rates: dict[tuple[Stay, str], dict[str, Rate]] = {}

    def forget_rates(self) -> None:
        """Ask again."""
        self._rates.clear()

    def setup(self) -> Setup:
        found: Setup = self._kept("setup", lambda: self.sane(read_setup, self.api))
        return found

    def kinds(self) -> dict[str, Kind]:
        def ask() -> dict[str, Kind]:
            return self.sane(lambda setup: read_kinds(self.api, self.connection.property_id, setup), self.setup())

        found: dict[str, Kind] = self._kept("kinds", ask)
        return found

    def _kept(self, name: str, ask: Callable[[], Any]) -> Any:
        """For an hour, and for this very address: another process may have changed it."""
        key = f"qloapps.{name}:{self.connection.property_id}@{self.connection.base_url}"
        hotel = self.connection.hotel_id
        return cache.remembered(key, hotel, lambda: cache.kept(key, hotel, ask, seconds=SETUP_S))

    def kind(self, code: str) -> Kind:
        kind = self.kinds().get(code)
        if kind is None:
            raise Rejected(f"there is no room type {code}")
        return kind

    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.setup().zone)

    def is_out_of_time(self, stay: Stay) -> bool:
        """QloApps sells yesterday, and the day after the last one."""
        today, last = timezone.localtime(timezone.now(), self.zone()).date(), self.setup().last_day
        return stay.check_in < today or (last is not None and stay.check_out > last)

    def rates(self, stay: Stay, room_type: str = "") -> dict[str, Rate]:
        if self.is_out_of_time(stay):
            return {}
        known = self._rates.get((stay, "")) or self._rates.get((stay, room_type))
        if known is None:
            fields = [
                ("id_hotel", self.connection.property_id),
                ("date_from", stay.check_in.isoformat()),
                ("date_to", stay.check_out.isoformat()),
            ]
            found, problems = rows.rates(self.api.ari([*fields, *([("id_room_type", room_type)] if room_type else [])]))
            known = {code: rate for code, rate in found.items() if self._has_its_unit(code, rate, stay, problems)}
            if problems:
                log.error("the PMS tells prices that cannot be", hotel=self.connection.hotel_id, problems=problems[:10])
            if problems and not known:
                self.api.line.nonsense(f"hotel_ari: {problems[0]}")
            self._rates[stay, room_type] = known
        return known

    def _has_its_unit(self, code: str, rate: Rate, stay: Stay, problems: list[str]) -> bool:
        kind = self.kinds().get(code)
        usual = kind.night * stay.nights if kind else Decimal(0)
        if usual and not usual / UNIT < rate.net < usual * UNIT:
            problems.append(f"room type {code}: {rate.net} for {stay.nights} nights, usually {usual}")
            return False
        return True

    def offer(self, kind: Kind, stay: Stay, rate: Rate | None) -> Offer:
        broken = []
        if kind.min_nights > stay.nights:
            broken.append(Broken(RestrictionKind.MIN_STAY, kind.min_nights))
        if 0 < kind.max_nights < stay.nights:
            broken.append(Broken(RestrictionKind.MAX_STAY, kind.max_nights))
        price = Price(rate.gross, rate.gross - rate.net, self.setup().currency) if rate is not None and rate.gross else None
        return Offer(kind.info, len(rate.rooms) if rate is not None else 0, price, tuple(broken))

    def orders(self, where: dict[str, str]) -> list[Order]:
        found = self.api.rows("orders", show=ORDER_FIELDS, where=where)
        return sorted((self.sane(rows.order, row) for row in found), key=lambda one: one.id)

    def by_reference(self, reference: str) -> list[Order]:
        """Every order that carries our reference, and those that took its place, oldest first."""
        if not REFERENCE.fullmatch(reference):
            raise Rejected("a reference QloApps cannot search for")
        return [order for order in self.orders({"source": f"[{reference}]%"}) if base_of(order.source) == reference]

    def lines(self, where: dict[str, str]) -> list[Line]:
        """Rooms of this hotel; a shop may have several."""
        mine = {"id_hotel": f"[{self.connection.property_id}]", **where}
        found = self.api.rows("room_bookings", show=LINE_FIELDS, where=mine, under="bookings")
        lines = []
        for row in found:
            try:
                lines.append(rows.line(row))
            except Nonsense as error:  # one strange row of somebody's must not make the others unreadable
                log.error(
                    "the PMS tells a room that cannot be", hotel=self.connection.hotel_id, line=str(row.get("id"))[:20], why=str(error)
                )
        return sorted(lines, key=lambda one: one.id)

    def orders_of(self, lines: Iterable[Line]) -> list[Order]:
        return [order for numbers in batches({line.order for line in lines}) for order in self.orders({"id": numbers})]

    def of_lines(self, lines: Iterable[Line]) -> list[Reservation]:
        """The live bookings these rooms belong to."""
        told = self.reservations(self.orders_of(line for line in lines if line.is_held))
        return [one for one in told if one.state == ReservationState.CONFIRMED]

    def lines_of(self, orders: list[Order]) -> dict[int, list[Line]]:
        """Every room of these orders in this hotel, by the order's number."""
        lines: dict[int, list[Line]] = {order.id: [] for order in orders}
        for numbers in batches(lines):
            for line in self.lines({"id_order": numbers}):
                lines[line.order].append(line)
        return lines

    def reservations(self, orders: list[Order], *, named: bool = True) -> list[Reservation]:
        """With rooms and (when ``named``) guest; orders without a room in this hotel are left out."""
        lines = self.lines_of(orders)
        guests = self._guests({order.customer for order in orders} - {0}) if named else {}
        return [self.told(order, lines[order.id], guests.get(order.customer, GuestDetails(""))) for order in orders if lines[order.id]]

    def _guests(self, customers: set[int]) -> dict[int, GuestDetails]:
        found: dict[int, GuestDetails] = {}
        for numbers in batches(customers):
            for row in self.api.rows("customers", show="[id,firstname,lastname,email]", where={"id": numbers}):
                found[self.sane(_number, row)] = GuestDetails(name_of(row), str(row.get("email") or ""))
        return found

    def told(self, order: Order, lines: list[Line], guest: GuestDetails) -> Reservation:
        setup = self.setup()
        held = [line for line in lines if line.is_held]
        alive = order.state not in setup.cancelled and order.state not in setup.overbooked and bool(held)
        counted = held if alive else lines
        kinds = Counter((line.room_type, line.total, line.party) for line in counted)
        party = Party(
            sum(line.party.adults for line in counted), sum(line.party.children for line in counted),
            tuple(age for line in counted for age in line.party.child_ages),
        )  # fmt: skip
        return Reservation(
            pms_id=str(order.id),
            reference=base_of(order.source),
            state=ReservationState.CONFIRMED if alive else ReservationState.CANCELLED,
            stay=Stay(min(line.stay.check_in for line in counted), max(line.stay.check_out for line in counted)),
            party=party,
            guest=guest,
            lines=tuple(RoomLine(code, count, price, share if len(counted) > 1 else None) for (code, price, share), count in kinds.items()),
            total=order.total,
            currency=setup.currency,
            rooms=tuple(sorted(line.room_number for line in counted)),
            paid=order.paid,
        )

    def sane(self, make: Callable[[Given], Made], row: Given) -> Made:
        """What ``make`` makes of the row. Raises Unavailable for one that cannot be true."""
        try:
            return make(row)
        except Nonsense as error:
            self.api.line.nonsense(f"an answer that cannot be: {error}")


def base_of(source: str) -> str:
    """Our reference in a ``source``: an order that took another's place carries ".2", ".3" behind it."""
    return re.sub(r"\.\d+$", "", source)


def name_of(row: Json) -> str:
    first, last = str(row.get("firstname") or ""), str(row.get("lastname") or "")
    return f"{first} {'' if last == people.NO_NAME else last}".strip()


def _number(row: Json) -> int:
    return rows.whole(row, "id")


def batches(numbers: Iterable[int]) -> Iterator[str]:
    """Filters for rows by their numbers."""
    ordered = sorted(numbers)
    return (f"[{'|'.join(map(str, ordered[at : at + BATCH]))}]" for at in range(0, len(ordered), BATCH))
