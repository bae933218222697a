"""QloApps behind the port. See pms.port.Port for what is promised; here is what it takes to keep it.

A 200 does not mean a room: of two that ask for the last one in the same 20 ms both are told "booked". A 500, or
silence, does not mean no room. So after every POST the order is looked up by our reference in its ``source``, its rooms
are read back, and so is everybody else in those rooms: the lowest line wins, and who loses cancels their own order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import NoReturn

from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms.adapters.qloapps import people, reading, rows
from pms.adapters.qloapps.api import Api, Json
from pms.adapters.qloapps.reading import REFERENCE, Reading
from pms.adapters.qloapps.rows import ORDER_FIELDS, Line, Order, Rate
from pms.errors import AuthFailed, NotFound, OutcomeUnknown, PmsError, PriceChanged, Rejected, SoldOut, Unavailable
from pms.line import Line as Wire
from pms.models import Connection, EmailMode
from pms.terms import (
    GuestDetails,
    KnownGuest,
    NewReservation,
    Occupied,
    Offer,
    Party,
    Reservation,
    ReservationState,
    RoomTypeInfo,
    Stay,
)

# What may lie between the price we ask for and the one QloApps makes of it: it taxes each room by itself.
ROUNDING = Decimal("0.02")
# QloApps counts a child only with its age; this stands for one nobody told.
AGE_UNTOLD = 1


class QloApps:
    """See pms.port.Port. With ``replacing`` the booking's own rooms do not count as free: QloApps gives them to nobody, not
    even to their own booking, before that is cancelled."""

    settles_at_once = False

    def __init__(self, hotel: Hotel) -> None:
        self.hotel = hotel

    # Made when something is asked: most of what is wanted of a PMS is known already.
    @cached_property
    def connection(self) -> Connection:
        return Connection.objects.get(hotel=self.hotel)

    @cached_property
    def api(self) -> Api:
        return Api(Wire(self.connection), self.connection.api_key)

    @cached_property
    def reads(self) -> Reading:
        return Reading(self.api, self.connection)

    @property
    def before_write(self) -> Callable[[], None]:
        """Called by the line when a request that changes something is about to leave, after every wait."""
        return self.api.line.before_write

    @before_write.setter
    def before_write(self, check: Callable[[], None]) -> None:
        self.api.line.before_write = check

    @property
    def required_guest_fields(self) -> tuple[str, ...]:
        fields = ["name"]
        if self.connection.email_mode == EmailMode.GUEST:
            fields.append("email")
        if self.reads.setup().phone_needed:
            fields.append("phone")
        return tuple(fields)

    # --- reading ------------------------------------------------------------------------------------------------------

    def room_types(self) -> list[RoomTypeInfo]:
        return [kind.info for kind in self.reads.kinds().values()]

    def availability(self, stay: Stay, party: Party, *, replacing: str = "") -> list[Offer]:
        rates = self.reads.rates(stay)
        offers = [self.reads.offer(kind, stay, rates.get(code)) for code, kind in self.reads.kinds().items() if kind.info.fits(party)]
        return sorted(offers, key=lambda offer: (offer.price is None, offer.price.total if offer.price else Decimal(0)))

    def quote(self, stay: Stay, party: Party, room_type: str, *, replacing: str = "") -> Offer:
        kind = self.reads.kind(room_type)
        return self.reads.offer(kind, stay, self.reads.rates(stay, room_type).get(room_type))

    def read(self, pms_ids: Sequence[str]) -> list[Reservation]:
        numbers = {int(one) for one in pms_ids if one.isdecimal() and len(one) < 10}
        return self.reads.reservations([order for some in reading.batches(numbers) for order in self.reads.orders({"id": some})])

    def find_by_reference(self, reference: str) -> Reservation | None:
        found = self.reads.by_reference(reference)
        if not found:
            return None
        told = self.reads.reservations(found)
        alive = [one for one in told if one.state == ReservationState.CONFIRMED]
        return alive[0] if alive else told[-1] if told else None

    def changed_since(self, moment: dt.datetime) -> list[Reservation]:
        local = timezone.localtime(moment, self.reads.zone()).strftime("%Y-%m-%d %H:%M:%S")
        found = self.api.rows("orders", show=ORDER_FIELDS, where={"date_upd": f">[{local}]"})
        return self.reads.reservations([self.reads.sane(rows.order, row) for row in found])

    def arrivals(self, day: dt.date) -> list[Reservation]:
        return self.reads.of_lines(self.reads.lines({"date_from": f"[{day.isoformat()}]%"}))

    def departures(self, day: dt.date) -> list[Reservation]:
        return self.reads.of_lines(self.reads.lines({"date_to": f"[{day.isoformat()}]%"}))

    def occupied(self, first: dt.date, end: dt.date, *, named: bool = True) -> list[Occupied]:
        lines = self.reads.lines({"is_refunded": "[0]", **_touching(first, end)})
        held = [line for line in lines if line.is_held]
        sources = {order.id: order.source for order in self.reads.orders_of(held if named else ())}
        return [
            Occupied(
                room=str(one.room), room_number=one.room_number, room_type=one.room_type, stay=one.stay, pms_id=str(one.order),
                reference=reading.base_of(sources.get(one.order, "")), line=one.id,
            )
            for one in held
        ]  # fmt: skip

    def guest(self, email: str) -> KnownGuest | None:
        if not re.fullmatch(r"[^\s\[\]|,%<>]+@[^\s\[\]|,%<>]+", email):
            return None
        found = self.api.rows("customers", show="[id,firstname,lastname,email]", where={"email": f"[{email}]"})
        if not found:
            return None
        row = found[0]
        return KnownGuest(str(row.get("id")), reading.name_of(row), str(row.get("email")))

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, reservation: NewReservation) -> Reservation:
        known = self.reads.by_reference(reservation.reference)
        if known:
            return self._settled(reservation, known)
        return self._book(reservation, reservation.reference)

    def settle(self, reservation: NewReservation) -> Reservation | None:
        known = self.reads.by_reference(reservation.reference)
        return self._settled(reservation, known) if known else None

    def change(self, reservation: NewReservation) -> Reservation:
        """A new order takes the place of the old one, which is cancelled when the new one surely has its rooms: QloApps'
        own change deletes the old rooms first, and in a race the guest would have none."""
        known = self.reads.by_reference(reservation.reference)
        if not known:
            raise NotFound(f"no booking {reservation.reference}")
        alive = [order for order in known if order.state not in self.reads.setup().cancelled]
        if not alive:
            raise Rejected("the booking is cancelled")
        answer = self._changed_already(reservation, alive)
        if answer is None:
            if any(order.paid > 0 for order in alive):
                raise Rejected("money was paid for it: people must move it")
            answer = self._book(reservation, f"{reservation.reference}.{len(known) + 1}")
        return self._instead(alive, answer)

    def settle_change(self, reservation: NewReservation) -> Reservation | None:
        known = self.reads.by_reference(reservation.reference)
        alive = [order for order in known if order.state not in self.reads.setup().cancelled]
        answer = self._changed_already(reservation, alive)
        return self._instead(alive, answer) if answer is not None else None

    def _changed_already(self, reservation: NewReservation, alive: list[Order]) -> Reservation | None:
        """The order that is already what the booking is to become, made sure of."""
        told = {one.pms_id for one in self.reads.reservations(alive, named=False) if _is_what(one, reservation)}
        fitting = [order for order in alive if str(order.id) in told]
        return self._settled(reservation, fitting) if fitting else None

    def _instead(self, alive: list[Order], answer: Reservation) -> Reservation:
        """The other orders of the booking give their rooms back."""
        try:
            for order in alive:
                if str(order.id) != answer.pms_id:
                    self._cancel(order)
        except (Unavailable, AuthFailed) as error:
            raise OutcomeUnknown(f"the new rooms are booked, the old ones not yet free: {error}") from error
        return answer

    def cancel(self, reference: str) -> Reservation:
        known = self.reads.by_reference(reference)
        if not known:
            raise NotFound(f"no booking {reference}")
        setup = self.reads.setup()
        for order in known:
            if order.state not in setup.cancelled:
                self._cancel(order)
        lines = self.reads.lines_of(known)
        holding = [order for order in known if any(line.is_held for line in lines[order.id])]
        if holding:  # a state alone frees no room: say it once more
            for order in holding:
                self._cancel(order)
            lines = self.reads.lines_of(known)
        if any(line.is_held for some in lines.values() for line in some):
            raise OutcomeUnknown("cancelled, and its rooms are still held when read back")
        told = [self.reads.told(replace(one, state=setup.cancel_state), lines[one.id], GuestDetails("")) for one in known if lines[one.id]]
        if not told:
            raise NotFound(f"{reference} has no room in this hotel")
        return told[-1]

    # --- one booking --------------------------------------------------------------------------------------------------

    def _book(self, reservation: NewReservation, source: str) -> Reservation:
        body = self._body(reservation, source, self._checked(reservation))
        self.api.book(body)
        try:
            known = self.reads.by_reference(reservation.reference)
            mine = [order for order in known if order.source == source]
        except (Unavailable, AuthFailed) as error:
            raise OutcomeUnknown(f"booked or not, it could not be read back: {error}") from error
        if not mine:
            raise OutcomeUnknown("answered, and there is no such booking yet")
        return self._settled(reservation, mine)

    def _settled(self, reservation: NewReservation, known: list[Order]) -> Reservation:
        """Read back everything that makes a booking true; undo it when it is not. Raises SoldOut, PriceChanged, OutcomeUnknown."""
        try:
            return self._verified(reservation, known)
        except (Unavailable, AuthFailed) as error:
            raise OutcomeUnknown(f"it could not be read back: {error}") from error

    def _verified(self, reservation: NewReservation, known: list[Order]) -> Reservation:
        setup = self.reads.setup()
        alive = [order for order in known if order.state not in setup.cancelled]
        if not alive:
            told = self.reads.reservations(known, named=False)
            if not told:
                raise Rejected("the PMS holds it as cancelled, without a room")
            return told[-1]
        order, *doubles = sorted(alive, key=lambda one: one.id)
        for double in doubles:  # the same request arrived twice: the first one counts
            self._cancel(double)
        wanted = sum(line.count for line in reservation.lines)
        ours, others = self._in_the_rooms(order, reservation)
        if len(ours) < wanted and self._is_being_written(order, wanted):
            raise OutcomeUnknown(f"order {order.id} is still being written")
        if order.state in setup.overbooked or len(ours) < wanted:
            self._undo(order, SoldOut(f"order {order.id} has {len(ours)} of {wanted} rooms"))
        rival = _first_before(ours, others)
        if rival is not None:
            self._undo(order, SoldOut(f"order {order.id} shares room {rival.room} with order {rival.order}, which was first"))
        if abs(order.total - reservation.total) > ROUNDING * wanted:
            self._undo(order, PriceChanged(f"order {order.id} costs {order.total} instead of {reservation.total}"))
        return self.reads.told(order, ours, reservation.guest)

    def _is_being_written(self, order: Order, wanted: int) -> bool:
        """Rooms that are not there yet, other than rooms that were taken away: the PMS writes an order piece by piece."""
        lines = self.reads.lines_of([order])[order.id]
        return order.state == 0 or (len(lines) < wanted and all(line.is_held for line in lines))

    def _in_the_rooms(self, order: Order, reservation: NewReservation) -> tuple[list[Line], list[Line]]:
        """Who holds rooms of these types in these nights: our order, the others. One look at both, of one moment."""
        kinds = "|".join(sorted({line.room_type for line in reservation.lines}))
        where = {"id_product": f"[{kinds}]", "is_refunded": "[0]", **_touching(reservation.stay.check_in, reservation.stay.check_out)}
        held = [line for line in self.reads.lines(where) if line.is_held]
        ours = [line for line in held if line.order == order.id and line.stay == reservation.stay]
        return ours, [line for line in held if line.order != order.id]

    def _undo(self, order: Order, reason: Rejected) -> NoReturn:
        """Cancel our own order, surely, and say why. Raises ``reason``, or OutcomeUnknown while it may still be alive."""
        try:
            self._cancel(order)
        except PmsError as error:
            raise OutcomeUnknown(f"{reason}; cancelling it failed: {error}") from error
        raise reason

    def _cancel(self, order: Order) -> None:
        self.api.enter_state(order.id, self.reads.setup().cancel_state)

    def _checked(self, reservation: NewReservation) -> dict[str, Rate]:
        """What QloApps does not check itself. The rates of the stay, read now."""
        if not REFERENCE.fullmatch(reservation.reference):
            raise Rejected("a reference QloApps cannot search for")
        for name in self.required_guest_fields:
            if not getattr(reservation.guest, name):
                raise Rejected(f"the guest's {name} is missing")
        if reservation.party.adults < 1 or not reservation.lines:
            raise Rejected("a booking needs an adult and a room")
        if reservation.currency != self.reads.setup().currency:
            raise Rejected(f"the PMS sells in {self.reads.setup().currency}")
        if self.reads.is_out_of_time(reservation.stay):
            raise Rejected("the PMS sells no such nights")
        self.reads.forget_rates()
        only = {line.room_type for line in reservation.lines}
        rates = self.reads.rates(reservation.stay, next(iter(only)) if len(only) == 1 else "")
        needed = Counter[str]()
        for line in reservation.lines:
            offer = self.reads.offer(self.reads.kind(line.room_type), reservation.stay, rates.get(line.room_type))
            needed[line.room_type] += line.count
            if not offer.room_type.fits(line.party or reservation.party):
                raise Rejected("the party does not fit into the room")
            if offer.broken:
                raise Rejected(f"the stay breaks a restriction: {offer.broken[0].kind}")
            if offer.price is None or offer.free < needed[line.room_type]:
                raise SoldOut(f"{line.room_type} is sold out")
            if offer.price.total != line.price:
                raise PriceChanged("the price is no longer the quoted one")
        return rates

    def _body(self, reservation: NewReservation, source: str, rates: dict[str, Rate]) -> Json:
        first, last = people.names(reservation.guest.name)
        customer: Json = {"firstname": first, "lastname": last, "email": self._email(reservation.guest)}
        phone = people.phone(reservation.guest.phone)
        if phone:
            customer["phone"] = phone
        elif self.reads.setup().phone_needed:
            raise Rejected("the guest's phone is missing")
        kinds: list[Json] = []
        # One entry for each room type: two entries of the same type and dates are merged, whatever they say.
        for code in dict.fromkeys(line.room_type for line in reservation.lines):
            lines = [line for line in reservation.lines if line.room_type == code]
            rooms = [self._room(line.party or reservation.party, rates[code]) for line in lines for _ in range(line.count)]
            kinds.append(
                {
                    "id_room_type": int(code), "checkin_date": reservation.stay.check_in.isoformat(),
                    "checkout_date": reservation.stay.check_out.isoformat(), "number_of_rooms": len(rooms), "rooms": rooms,
                }
            )  # fmt: skip
        body: Json = {
            "id_property": int(self.connection.property_id), "currency": reservation.currency, "source": source,
            "associations": {"customer_detail": customer, "room_types": kinds},
        }  # fmt: skip
        language = next((number for number, code in self.reads.setup().languages.items() if code == reservation.guest.language), None)
        if language is not None:
            body["id_language"] = language
        if remark := people.text(reservation.notes):
            body["remark"] = remark
        return body

    def _room(self, party: Party, rate: Rate) -> Json:
        """``adult``, not ``adults``: QloApps ignores the latter, and children without ages."""
        room: Json = {"adult": party.adults, "child": party.children, "unit_price_without_tax": str(rate.net)}
        if party.children:
            room["child_ages"] = [*party.child_ages, *[AGE_UNTOLD] * party.children][: party.children]
        return room

    def _email(self, guest: GuestDetails) -> str:
        if self.connection.email_mode == EmailMode.GUEST:
            return people.email(guest.email)
        own = self.connection.relay_address or self.hotel.email
        return people.email(people.relay(own, f"{self.hotel.pk}:{guest.key or guest.phone or guest.email or guest.name}"))


def _first_before(ours: list[Line], others: list[Line]) -> Line | None:
    """Somebody else's line in one of our rooms that was there before ours."""
    for mine in ours:
        for other in others:
            if other.room == mine.room and other.id < mine.id and _overlap(mine, other):
                return other
    return None


def _touching(first: dt.date, end: dt.date) -> dict[str, str]:
    """Filters for lines that have some night of [first, end)."""
    return {"date_from": f"<[{end.isoformat()}]", "date_to": f">[{first.isoformat()}]"}


def _overlap(one: Line, other: Line) -> bool:
    return one.stay.check_in < other.stay.check_out and other.stay.check_in < one.stay.check_out


def _is_what(told: Reservation, wanted: NewReservation) -> bool:
    """Is the booking already what it is to become?"""
    count = Counter[str]()
    for line in wanted.lines:
        count[line.room_type] += line.count
    has = Counter[str]()
    for line in told.lines:
        has[line.room_type] += line.count
    same_party = (told.party.adults, told.party.children) == (wanted.party.adults, wanted.party.children)
    return told.stay == wanted.stay and has == count and same_party and abs(told.total - wanted.total) <= ROUNDING * sum(count.values())
