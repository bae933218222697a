"""The words of the ledger, as typed values. Dates are nights on the hotel's calendar: [check_in, check_out)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Stay:
    """Nights from ``check_in`` to ``check_out``, the latter exclusive. Raises ValueError unless at least one night."""

    check_in: dt.date
    check_out: dt.date

    def __post_init__(self) -> None:
        if self.check_out <= self.check_in:
            raise ValueError("a stay has at least one night")

    @property
    def nights(self) -> int:
        return (self.check_out - self.check_in).days

    def __iter__(self) -> Iterator[dt.date]:
        """Each night's date."""
        return (self.check_in + dt.timedelta(days=offset) for offset in range(self.nights))


@dataclass(frozen=True)
class Party:
    """Who comes. ``child_ages`` may be shorter than ``children`` while ages are unknown."""

    adults: int
    children: int = 0
    child_ages: tuple[int, ...] = ()

    @property
    def guests(self) -> int:
        return self.adults + self.children


@dataclass(frozen=True)
class RoomTypeInfo:
    """A kind of room as guests may be told about it; texts per language."""

    code: str
    names: dict[str, str]
    synonyms: dict[str, list[str]]
    descriptions: dict[str, str]
    max_adults: int
    max_children: int
    max_guests: int
    rooms: int

    def name(self, language: str) -> str:
        return self.names.get(language) or next(iter(self.names.values()), self.code)

    def fits(self, party: Party) -> bool:
        """Does the party fit into one such room?"""
        return party.adults <= self.max_adults and party.children <= self.max_children and party.guests <= self.max_guests


class RestrictionKind(StrEnum):
    MIN_STAY = "min_stay"
    MAX_STAY = "max_stay"
    CLOSED_TO_ARRIVAL = "closed_to_arrival"
    CLOSED_TO_DEPARTURE = "closed_to_departure"


@dataclass(frozen=True)
class Broken:
    """A rule of the hotel that the asked stay breaks; ``nights`` only with min_stay and max_stay."""

    kind: RestrictionKind
    nights: int | None = None


@dataclass(frozen=True)
class Price:
    """The price of one room for the whole stay. ``total`` includes every tax; ``taxes`` is the part of it that is tax."""

    total: Decimal
    taxes: Decimal
    currency: str
    nightly: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Offer:
    """What can be had of one room type for a stay. ``free`` rooms is 0 when sold out; ``price`` None without a rate."""

    room_type: RoomTypeInfo
    free: int
    price: Price | None
    broken: tuple[Broken, ...] = ()
    # Set when the PMS could not be asked: this is how it was then.
    as_of: dt.datetime | None = None

    @property
    def bookable(self) -> bool:
        return self.free > 0 and self.price is not None and not self.broken


@dataclass(frozen=True)
class Combination:
    """One room or several that together take a party. ``code`` names it: the room types' codes joined by "+", a room each."""

    offers: tuple[Offer, ...]

    @property
    def code(self) -> str:
        return "+".join(offer.room_type.code for offer in self.offers)

    @property
    def free(self) -> bool:
        wanted = Counter(offer.room_type.code for offer in self.offers)
        return all(offer.free >= wanted[offer.room_type.code] for offer in self.offers)

    @property
    def price(self) -> Price | None:
        """All rooms together; None when one has no rate."""
        prices = [offer.price for offer in self.offers if offer.price is not None]
        if len(prices) < len(self.offers):
            return None
        nightly = tuple(sum(night, Decimal(0)) for night in zip(*(one.nightly for one in prices), strict=False))
        total, taxes = sum((one.total for one in prices), Decimal(0)), sum((one.taxes for one in prices), Decimal(0))
        return Price(total, taxes, prices[0].currency, nightly)

    @property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(dict.fromkeys(rule for offer in self.offers for rule in offer.broken))

    @property
    def bookable(self) -> bool:
        return self.free and self.price is not None and not self.broken

    @property
    def as_of(self) -> dt.datetime | None:
        """Since when the oldest of it is known; None: now."""
        return min((offer.as_of for offer in self.offers if offer.as_of), default=None)


@dataclass(frozen=True)
class GuestDetails:
    """The guest as the PMS wants to know them; which fields it needs is ``Port.required_guest_fields``."""

    name: str
    email: str = ""
    phone: str = ""
    language: str = ""
    # Marks the guest among ours without naming them: two bookings with the same key are of the same person.
    key: str = ""


@dataclass(frozen=True)
class RoomLine:
    """So many rooms of one type; ``price`` is the quoted total of one of them, taxes included. ``party`` sleeps in each of
    them; None in a booking of one room: everyone. ``nightly`` are its rates as they were quoted, where that is known."""

    room_type: str
    count: int
    price: Decimal
    party: Party | None = None
    nightly: tuple[Decimal, ...] = field(default=(), compare=False)

    def share_of(self, nights: int) -> Decimal | None:
        """How much of the price is that of the first so many nights; None where the rates are not known."""
        rated = sum(self.nightly, Decimal(0))
        return sum(self.nightly[:nights], Decimal(0)) / rated if rated else None

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"room_type": self.room_type, "count": self.count, "price": str(self.price)}
        if self.party is not None:
            told |= {"adults": self.party.adults, "children": self.party.children, "child_ages": list(self.party.child_ages)}
        if self.nightly:
            told["nightly"] = list(map(str, self.nightly))
        return told

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> RoomLine:
        party = Party(told["adults"], told["children"], tuple(told["child_ages"])) if "adults" in told else None
        return cls(told["room_type"], told["count"], Decimal(told["price"]), party, tuple(map(Decimal, told.get("nightly", ()))))


@dataclass(frozen=True)
class NewReservation:
    """Everything needed to book. ``reference`` is ours and unique: the same reference twice is the same booking."""

    reference: str
    stay: Stay
    party: Party
    guest: GuestDetails
    lines: tuple[RoomLine, ...]
    currency: str
    notes: str = ""

    @property
    def total(self) -> Decimal:
        return sum((line.price * line.count for line in self.lines), Decimal(0))


class ReservationState(StrEnum):
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Reservation:
    """A booking as the PMS holds it."""

    pms_id: str
    reference: str
    state: ReservationState
    stay: Stay
    party: Party
    guest: GuestDetails
    lines: tuple[RoomLine, ...]
    total: Decimal
    currency: str
    rooms: tuple[str, ...] = field(default=())
    # What was paid already, as the PMS knows it.
    paid: Decimal = Decimal(0)


@dataclass(frozen=True)
class KnownGuest:
    """A guest the PMS has on file."""

    pms_id: str
    name: str
    email: str


@dataclass(frozen=True)
class Occupied:
    """A room that one booking has for a stay. ``line`` grows with every room sold: the lower one was first."""

    room: str
    room_number: str
    room_type: str
    stay: Stay
    pms_id: str
    reference: str
    line: int
