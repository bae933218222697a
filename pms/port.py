"""The port: what every PMS can do for us. One adapter a PMS, all held to the same contract suite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol

from pms.terms import KnownGuest, NewReservation, Occupied, Offer, Party, Reservation, RoomTypeInfo, Stay


class Port(Protocol):
    """One hotel's PMS.

    Every method may raise ``Unavailable`` (not reached, nothing changed) and ``AuthFailed``. Writes may also raise
    ``Rejected`` and its kinds, and ``OutcomeUnknown``, after which only ``find_by_reference`` tells what happened.
    Reads may be retried; writes never are without a look-up first.
    """

    @property
    def required_guest_fields(self) -> tuple[str, ...]:
        """Fields of GuestDetails without which create() is refused."""
        ...

    # True when a write settles within milliseconds, so that it may run while the guest waits.
    settles_at_once: bool
    # Called right before every request that changes something; it raises Busy when this process may not write any more.
    before_write: Callable[[], None]

    def room_types(self) -> list[RoomTypeInfo]:
        """Active room types, in the hotel's order."""
        ...

    def availability(self, stay: Stay, party: Party, *, replacing: str = "") -> list[Offer]:
        """One offer for every active room type that fits the party in one room, bookable or not, cheapest first.

        The nights of the booking with the reference ``replacing`` count as free: it would move out of them."""
        ...

    def quote(self, stay: Stay, party: Party, room_type: str, *, replacing: str = "") -> Offer:
        """The offer of one room type, whether the party fits or not. Raises Rejected for an unknown type."""
        ...

    def create(self, reservation: NewReservation) -> Reservation:
        """Book, all rooms or none. Idempotent by reference.

        Raises SoldOut, PriceChanged (the quoted price is no longer right), Rejected, OutcomeUnknown.
        """
        ...

    def settle(self, reservation: NewReservation) -> Reservation | None:
        """After an unknown outcome: what became of ``reservation``, checked and made good as create() does; it never books.

        None when the PMS has no booking with this reference. Raises SoldOut, PriceChanged (and has undone it), OutcomeUnknown.
        """
        ...

    def read(self, pms_ids: Sequence[str]) -> list[Reservation]:
        """Bookings by the PMS's own numbers; those it does not have are left out."""
        ...

    def find_by_reference(self, reference: str) -> Reservation | None:
        """The booking that carries our reference, cancelled ones too; None when the PMS has none. Changes nothing."""
        ...

    def changed_since(self, moment: dt.datetime) -> list[Reservation]:
        """Bookings made or changed after ``moment`` (aware), whoever made them, oldest change first."""
        ...

    def arrivals(self, day: dt.date) -> list[Reservation]:
        """Live bookings that arrive on this day of the hotel's calendar."""
        ...

    def departures(self, day: dt.date) -> list[Reservation]:
        """Live bookings that leave on this day."""
        ...

    def occupied(self, first: dt.date, end: dt.date, *, named: bool = True) -> list[Occupied]:
        """Every room that is sold for some night of [first, end), with the booking that has it. Nothing keeps a PMS from
        telling one room twice: that is what this is for. Without ``named`` the references may be missing, and it costs less."""
        ...

    def guest(self, email: str) -> KnownGuest | None:
        """The guest on file with exactly this e-mail address."""
        ...

    def change(self, reservation: NewReservation) -> Reservation:
        """Turn the booking with this reference into what is told here (dates, party, rooms, price), all of it or nothing;
        the guest stays as they are. Changing into what it already is, is no error.

        Raises NotFound, SoldOut, PriceChanged, Rejected (a cancelled one too), OutcomeUnknown.
        """
        ...

    def settle_change(self, reservation: NewReservation) -> Reservation | None:
        """After the unknown outcome of a change: the booking when it is what ``reservation`` says (the old rooms given back),
        None when it is not; it never books. Raises SoldOut, PriceChanged (and has undone it), OutcomeUnknown.
        """
        ...

    def cancel(self, reference: str) -> Reservation:
        """Cancel; cancelling a cancelled booking is no error. Raises NotFound, Rejected, OutcomeUnknown."""
        ...
