"""The embedded PMS: a small property in our own database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms import inventory
from pms.errors import NotFound, PriceChanged, Rejected, SoldOut
from pms.models import PropertyReservation, Room, RoomNight, RoomType
from pms.terms import (
    GuestDetails,
    KnownGuest,
    NewReservation,
    Occupied,
    Offer,
    Party,
    Reservation,
    ReservationState,
    RoomLine,
    RoomTypeInfo,
    Stay,
)


class EmbeddedPms:
    """See pms.port.Port. Writes settle within one short transaction."""

    settles_at_once = True

    def __init__(self, hotel: Hotel) -> None:
        self.hotel = hotel
        self.before_write: Callable[[], None] = lambda: None  # the database sees to it

    @property
    def required_guest_fields(self) -> tuple[str, ...]:
        return ("name",)

    def room_types(self) -> list[RoomTypeInfo]:
        rows = self._types().annotate(in_service=Count("rooms", filter=Q(rooms__active=True)))
        return [inventory.info(row, row.in_service) for row in rows]

    def availability(self, stay: Stay, party: Party, *, replacing: str = "") -> list[Offer]:
        offers = [offer for offer in self._offers(stay, party, replacing) if offer.room_type.fits(party)]
        return sorted(offers, key=lambda offer: (offer.price is None, offer.price.total if offer.price else Decimal(0)))

    def quote(self, stay: Stay, party: Party, room_type: str, *, replacing: str = "") -> Offer:
        offers = self._offers(stay, party, replacing, code=room_type)
        if not offers:
            raise Rejected(f"there is no room type {room_type}")
        return offers[0]

    def create(self, reservation: NewReservation) -> Reservation:
        with inventory.locked(self.hotel):
            existing = self._row(reservation.reference)
            if existing is not None:
                return _told(existing)
            self._check(reservation)
            rooms = self._rooms(reservation)
            row = PropertyReservation.objects.create(
                hotel=self.hotel,
                reference=reservation.reference,
                check_in=reservation.stay.check_in,
                check_out=reservation.stay.check_out,
                adults=reservation.party.adults,
                children=reservation.party.children,
                child_ages=list(reservation.party.child_ages),
                guest_name=reservation.guest.name,
                guest_email=reservation.guest.email,
                guest_phone=reservation.guest.phone,
                lines=[line.to_json() for line in reservation.lines],
                total=reservation.total,
                currency=reservation.currency,
                notes=reservation.notes,
            )
            inventory.take(row, rooms, reservation.stay)
        return _told(row)

    def settle(self, reservation: NewReservation) -> Reservation | None:
        return self.find_by_reference(reservation.reference)  # whatever is there was written in one transaction

    def read(self, pms_ids: Sequence[str]) -> list[Reservation]:
        numbers = [int(one) for one in pms_ids if one.isdecimal() and len(one) < 19]
        return [_told(row) for row in self._reservations().filter(pk__in=numbers).order_by("pk")]

    def changed_since(self, moment: dt.datetime) -> list[Reservation]:
        return [_told(row) for row in self._reservations().filter(changed_at__gt=moment).order_by("changed_at", "pk")]

    def arrivals(self, day: dt.date) -> list[Reservation]:
        return [_told(row) for row in self._live().filter(check_in=day).order_by("pk")]

    def departures(self, day: dt.date) -> list[Reservation]:
        return [_told(row) for row in self._live().filter(check_out=day).order_by("pk")]

    def occupied(self, first: dt.date, end: dt.date, *, named: bool = True) -> list[Occupied]:
        nights = RoomNight.objects.filter(room__hotel=self.hotel, night__gte=first, night__lt=end, reservation__isnull=False)
        taken = nights.values("room", "reservation", "room__number", "room__room_type__code", "reservation__reference").annotate(
            since=Min("night"), until=Max("night"), line=Min("pk")
        )
        return [
            Occupied(
                room=str(row["room"]), room_number=row["room__number"], room_type=row["room__room_type__code"],
                stay=Stay(row["since"], row["until"] + dt.timedelta(days=1)), pms_id=str(row["reservation"]),
                reference=row["reservation__reference"], line=row["line"],
            )
            for row in taken.order_by("line")
        ]  # fmt: skip

    def guest(self, email: str) -> KnownGuest | None:
        row = self._reservations().filter(guest_email__iexact=email).order_by("-pk").first() if email else None
        return KnownGuest(row.guest_email, row.guest_name, row.guest_email) if row is not None else None

    def find_by_reference(self, reference: str) -> Reservation | None:
        row = self._row(reference)
        return _told(row) if row is not None else None

    def change(self, reservation: NewReservation) -> Reservation:
        with inventory.locked(self.hotel):
            row = self._row(reservation.reference)
            if row is None:
                raise NotFound(f"no booking {reservation.reference}")
            if row.state == PropertyReservation.State.CANCELLED:
                raise Rejected("the booking is cancelled")
            wanted = _wanted(reservation)
            if all(getattr(row, name) == value for name, value in wanted.items()):
                return _told(row)
            self._check(reservation)
            rooms = self._rooms(reservation, replacing=row)
            for name, value in wanted.items():
                setattr(row, name, value)
            row.save(update_fields=[*wanted, "changed_at"])
            inventory.release(row)
            inventory.take(row, rooms, reservation.stay)
        return _told(row)

    def settle_change(self, reservation: NewReservation) -> Reservation | None:
        row = self._row(reservation.reference)
        return _told(row) if row is not None and all(getattr(row, name) == value for name, value in _wanted(reservation).items()) else None

    def cancel(self, reference: str) -> Reservation:
        with inventory.locked(self.hotel):
            row = self._row(reference)
            if row is None:
                raise NotFound(f"no booking {reference}")
            if row.state != PropertyReservation.State.CANCELLED:
                row.state = PropertyReservation.State.CANCELLED
                row.cancelled_at = timezone.now()
                row.save(update_fields=["state", "cancelled_at", "changed_at"])
                inventory.release(row)
        return _told(row)

    def _types(self) -> QuerySet[RoomType]:
        return RoomType.objects.filter(hotel=self.hotel, active=True)

    def _reservations(self) -> QuerySet[PropertyReservation]:
        return PropertyReservation.objects.filter(hotel=self.hotel)

    def _live(self) -> QuerySet[PropertyReservation]:
        return self._reservations().filter(state=PropertyReservation.State.CONFIRMED)

    def _row(self, reference: str) -> PropertyReservation | None:
        return self._reservations().filter(reference=reference).first()

    def _offers(self, stay: Stay, party: Party, replacing: str, *, code: str | None = None) -> list[Offer]:
        sold = inventory.sold(self.hotel, stay, code=code, replacing=replacing)
        prices = inventory.prices(self.hotel, stay, party, [row for row, _rooms, _free in sold])
        broken = inventory.broken_rules(self.hotel, stay)
        for_all = broken.get(None, ())
        return [Offer(inventory.info(row, rooms), free, prices.get(row.pk), for_all + broken.get(row.pk, ())) for row, rooms, free in sold]

    def _check(self, reservation: NewReservation) -> None:
        for name in self.required_guest_fields:
            if not getattr(reservation.guest, name):
                raise Rejected(f"the guest's {name} is missing")
        if reservation.party.adults < 1 or not reservation.lines:
            raise Rejected("a booking needs an adult and a room")
        if reservation.currency != self.hotel.currency:
            raise Rejected(f"the hotel sells in {self.hotel.currency}")
        if reservation.stay.check_in < self.hotel.local_now().date():
            raise Rejected("these nights are over")
        for line in reservation.lines:
            party = line.party or reservation.party
            offer = self.quote(reservation.stay, party, line.room_type)
            if not offer.room_type.fits(party):
                raise Rejected("the party does not fit into the room")
            if offer.broken:
                raise Rejected(f"the stay breaks a restriction: {offer.broken[0].kind}")
            if offer.price is None or offer.price.total != line.price:
                raise PriceChanged("the price is no longer the quoted one")

    def _rooms(self, reservation: NewReservation, replacing: PropertyReservation | None = None) -> list[Room]:
        """Free rooms for every line; whoever stays in a kind of room stays in the very room."""
        wanted = {line.room_type for line in reservation.lines}
        kinds = [row.pk for row in self._types() if row.code in wanted]
        free = inventory.free_rooms(self.hotel, reservation.stay, kinds, replacing=replacing.reference if replacing else "")
        had = set(replacing.nights.values_list("room_id", flat=True)) if replacing else set()
        for available in free.values():
            available.sort(key=lambda room: room.pk not in had)
        by_code = {row.code: row.pk for row in self._types()}
        rooms: list[Room] = []
        for line in reservation.lines:
            available = free.get(by_code[line.room_type], [])
            if len(available) < line.count:
                raise SoldOut(f"{line.room_type} is sold out")
            rooms += available[: line.count]
            del available[: line.count]
        return rooms


def _wanted(reservation: NewReservation) -> dict[str, Any]:
    """What a change makes of a row."""
    stay, party = reservation.stay, reservation.party
    return {
        "check_in": stay.check_in, "check_out": stay.check_out, "adults": party.adults, "children": party.children,
        "child_ages": list(party.child_ages), "lines": [line.to_json() for line in reservation.lines], "total": reservation.total,
    }  # fmt: skip


def _told(row: PropertyReservation) -> Reservation:
    return Reservation(
        pms_id=str(row.pk),
        reference=row.reference,
        state=ReservationState(row.state),
        stay=Stay(row.check_in, row.check_out),
        party=Party(row.adults, row.children, tuple(row.child_ages)),
        guest=GuestDetails(row.guest_name, row.guest_email, row.guest_phone),
        lines=tuple(map(RoomLine.from_json, row.lines)),
        total=row.total,
        currency=row.currency,
        rooms=tuple(sorted(set(row.nights.values_list("room__number", flat=True)))),
    )
