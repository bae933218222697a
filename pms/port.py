"""The port: what every PMS can do for us. One adapter a PMS, all held to the same contract suite."""

from __future__ import annotations

from typing import Protocol

from pms.terms import NewReservation, Offer, Party, Reservation, RoomTypeInfo, Stay


class Port(Protocol):
    """One hotel's PMS.

    Every method may raise ``Unavailable`` (not reached, nothing changed) and ``AuthFailed``. Writes may also raise
    ``Rejected`` and its kinds, and ``OutcomeUnknown``, after which only ``find_by_reference`` tells what happened.
    Reads may be retried; writes never are without a look-up first.
    """

    # Fields of GuestDetails without which create() is refused.
    required_guest_fields: tuple[str, ...]
    # True when a write settles within milliseconds, so that it may run while the guest waits.
    settles_at_once: bool

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

    def find_by_reference(self, reference: str) -> Reservation | None:
        """The booking that carries our reference, cancelled ones too; None when the PMS has none."""
        ...

    def change(self, reservation: NewReservation) -> Reservation:
        """Turn the booking with this reference into what is told here (dates, party, rooms, price), all of it or nothing;
        the guest stays as they are. Changing into what it already is, is no error.

        Raises NotFound, SoldOut, PriceChanged, Rejected (a cancelled one too), OutcomeUnknown.
        """
        ...

    def cancel(self, reference: str) -> Reservation:
        """Cancel; cancelling a cancelled booking is no error. Raises NotFound, Rejected, OutcomeUnknown."""
        ...
