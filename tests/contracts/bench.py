"""What the questions of a contract are asked with: one hotel, its PMS, stays nobody else uses, and a broom."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace

from hotelagent.hotels.models import Hotel
from pms.adapters import ADAPTERS
from pms.errors import NotFound, PmsError
from pms.gateway import Gateway, gateway
from pms.port import Port
from pms.terms import GuestDetails, NewReservation, Offer, Party, Reservation, RoomLine, Stay

COUPLE = Party(2)
SPREAD = 3  # days between the first days of two stays


class NotApplicableError(Exception):
    """The question makes no sense for this PMS or this hotel; the text says why."""


@dataclass
class Bench:
    """``first`` is the first day stays may begin; ``mark`` begins every reference, so that nothing is left behind."""

    hotel: Hotel
    first: dt.date
    last: dt.date
    room_type: str = ""
    mark: str = "contract:"
    made: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._day, self._kept = self.first, self.port

    @property
    def gateway(self) -> Gateway:
        """A new one: nothing remembered in it."""
        return gateway(self.hotel)

    @property
    def port(self) -> Port:
        """Past the cache."""
        return self.gateway.port

    @property
    def _reader(self) -> Port:
        """One that never asks twice for what a guest is quoted: the price of nights stays, and what was booked is free again."""
        return self._kept

    @property
    def over_the_wire(self) -> bool:
        return not self.port.settles_at_once

    def stay(self, nights: int = 2, rooms: int = 2, *, room_type: str = "") -> Stay:
        """Nights no other stay of this question uses, with so many rooms of the type free."""
        code = room_type or self.code
        while self._day + dt.timedelta(days=nights) <= self.last:
            stay = Stay(self._day, self._day + dt.timedelta(days=nights))
            self._day = stay.check_out + dt.timedelta(days=SPREAD - nights if nights < SPREAD else 1)
            offer = self._reader.quote(stay, COUPLE, code)
            if offer.bookable and offer.free >= rooms:
                return stay
        raise NotApplicableError(f"no {rooms} free rooms of {code} until {self.last}")

    @property
    def code(self) -> str:
        """The room type the questions are asked about: the first that takes two people and has two rooms."""
        if not self.room_type:
            stay = Stay(self.first, self.first + dt.timedelta(days=2))
            found = [offer for offer in self.port.availability(stay, COUPLE) if offer.bookable and offer.free >= 2]
            if not found:
                raise NotApplicableError("no room type with two free rooms")
            self.room_type = found[0].room_type.code
        return self.room_type

    def other_code(self) -> str:
        """Another room type that takes two people."""
        for info in self.port.room_types():
            if info.code != self.code and info.fits(COUPLE):
                return info.code
        raise NotApplicableError("the hotel has one room type for two people")

    def offer(self, stay: Stay, code: str = "", party: Party = COUPLE) -> Offer:
        return self.port.quote(stay, party, code or self.code)

    def free(self, stay: Stay, code: str = "") -> int:
        return self.offer(stay, code).free

    def wish(self, stay: Stay, party: Party = COUPLE, codes: list[str] | None = None, **changes: object) -> NewReservation:
        """What a guest would book, at the price quoted now; ``codes`` a room each."""
        lines = []
        for code, count in Counter(codes or [self.code]).items():
            price = self._reader.quote(stay, party, code).price
            assert price is not None, f"no price for {code}"
            lines.append(RoomLine(code, count, price.total, party if len(codes or []) > 1 else None))
        reference = f"{self.mark}{uuid.uuid4()}"
        if "reference" not in changes:
            self.made.append(reference)
        guest = GuestDetails("María Prueba", "maria.prueba@example.com", "+54 9 11 5555-1234", "es", f"contract:{reference}")
        made = NewReservation(reference, stay, party, guest, tuple(lines), price.currency)
        return replace(made, **changes)  # type: ignore[arg-type]

    def book(
        self, stay: Stay, party: Party = COUPLE, codes: list[str] | None = None, **changes: object
    ) -> tuple[NewReservation, Reservation]:
        wish = self.wish(stay, party, codes, **changes)
        return wish, self.gateway.create(wish)

    def cancel(self, reference: str) -> Reservation:
        told = self.gateway.cancel(reference)
        self.made = [one for one in self.made if one != reference]
        return told

    def sweep(self) -> list[str]:
        """Cancel whatever is left. References that could not be cancelled."""
        left = []
        for reference in self.made:
            problem = ""
            for _try in range(3):
                try:
                    self.gateway.cancel(reference)
                    break
                except NotFound:
                    break
                except PmsError as error:
                    problem = f"{reference}: {type(error).__name__} {error}"
            else:
                left.append(problem)
        self.made.clear()
        self._day = self.first  # what was cancelled is free for the next question
        return left


assert ADAPTERS  # the questions are asked of every adapter registered
