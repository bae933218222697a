"""The one door to a hotel's PMS, whichever it is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog
from django.db import Error
from django.utils.module_loading import import_string
from prometheus_client import Histogram

from hotelagent.hotels.models import Hotel
from pms import cache, line, writing
from pms.adapters import ADAPTERS
from pms.errors import PmsError
from pms.models import Connection
from pms.port import Port
from pms.terms import KnownGuest, NewReservation, Occupied, Offer, Party, Reservation, RoomTypeInfo, Stay

ROOM_DETAILS_S = 3600
log = structlog.get_logger(__name__)

LATENCY = Histogram("pms_api_latency_seconds", "Time one PMS call took", ["call", "result"])


class Gateway:
    """A hotel's PMS behind one face: measured, logged, remembered, and written to by one process at a time.

    Shapes and errors are those of pms.port.Port.
    """

    def __init__(self, hotel: Hotel, port: Port) -> None:
        self.hotel, self.port = hotel, port
        # Looked for right before every request that changes something, together with the writer's lease: Busy without a row.
        self.guard: writing.Guard | None = None

    @property
    def required_guest_fields(self) -> tuple[str, ...]:
        return self.port.required_guest_fields

    @property
    def settles_at_once(self) -> bool:
        return self.port.settles_at_once

    def room_types(self) -> list[RoomTypeInfo]:
        """The catalogue, some seconds old at most (pms.cache); while the PMS is left alone, a day."""
        found: list[RoomTypeInfo] = cache.remembered("room_types", self.hotel.pk, self._room_types)
        return found

    def _room_types(self) -> list[RoomTypeInfo]:
        def ask() -> list[RoomTypeInfo]:
            with self._measured("room_types"):
                return self.port.room_types()

        if self.settles_at_once:
            return ask()
        found: list[RoomTypeInfo] = cache.answered("room_types", self.hotel.pk, (), ask, seconds=ROOM_DETAILS_S)[0]
        return found

    def availability(self, stay: Stay, party: Party, *, replacing: str = "") -> list[Offer]:
        """Offers up to five minutes old; while the PMS is left alone older ones, which say so (``Offer.as_of``)."""

        def ask() -> list[Offer]:
            with self._measured("availability"):
                return self.port.availability(stay, party, replacing=replacing)

        if self.settles_at_once:
            return ask()
        offers, as_of = cache.answered("availability", self.hotel.pk, (stay, party, replacing), ask, seconds=cache.AVAILABILITY_S)
        return [replace(offer, as_of=as_of) for offer in offers] if as_of else list(offers)

    def quote(self, stay: Stay, party: Party, room_type: str, *, replacing: str = "") -> Offer:
        """Read now, never remembered."""
        with self._measured("quote"):
            return self.port.quote(stay, party, room_type, replacing=replacing)

    def create(self, reservation: NewReservation) -> Reservation:
        with self._writing("create", reservation.reference):
            return self.port.create(reservation)

    def settle(self, reservation: NewReservation) -> Reservation | None:
        with self._writing("settle", reservation.reference):
            return self.port.settle(reservation)

    def change(self, reservation: NewReservation) -> Reservation:
        with self._writing("change", reservation.reference):
            return self.port.change(reservation)

    def settle_change(self, reservation: NewReservation) -> Reservation | None:
        with self._writing("settle_change", reservation.reference):
            return self.port.settle_change(reservation)

    def cancel(self, reference: str) -> Reservation:
        with self._writing("cancel", reference):
            return self.port.cancel(reference)

    def find_by_reference(self, reference: str) -> Reservation | None:
        with self._measured("find_by_reference", reference=reference), line.about(reference):
            return self.port.find_by_reference(reference)

    def read(self, pms_id: str) -> Reservation | None:
        """A booking as it was two minutes ago at most."""

        def ask() -> list[Reservation]:
            with self._measured("read"):
                return self.port.read([pms_id])

        found: list[Reservation] = cache.answered("booking", self.hotel.pk, (pms_id,), ask, seconds=cache.STATUS_S)[0]
        return found[0] if found else None

    def guest(self, email: str) -> KnownGuest | None:
        """A guest on file as half an hour ago at most."""

        def ask() -> KnownGuest | None:
            with self._measured("guest"):
                return self.port.guest(email)

        found: KnownGuest | None = cache.answered("guest", self.hotel.pk, (email,), ask, seconds=cache.GUEST_S)[0]
        return found

    def changed_since(self, moment: dt.datetime) -> list[Reservation]:
        with self._measured("changed_since"):
            return self.port.changed_since(moment)

    def arrivals(self, day: dt.date) -> list[Reservation]:
        with self._measured("arrivals"):
            return self.port.arrivals(day)

    def departures(self, day: dt.date) -> list[Reservation]:
        with self._measured("departures"):
            return self.port.departures(day)

    def occupied(self, first: dt.date, end: dt.date, *, named: bool = True) -> list[Occupied]:
        with self._measured("occupied"):
            return self.port.occupied(first, end, named=named)

    def rooms_tonight(self, day: dt.date) -> tuple[dict[str, list[str]], dt.datetime | None]:
        """Numbers of the rooms that are taken that night, by the PMS's number of the booking, as two minutes ago at most; with
        a time when the PMS is left alone and this is how it was then."""

        def ask() -> dict[str, list[str]]:
            rooms: dict[str, list[str]] = {}
            for one in self.occupied(day, day + dt.timedelta(days=1), named=False):
                rooms.setdefault(one.pms_id, []).append(one.room_number)
            return rooms

        return cache.answered("rooms_tonight", self.hotel.pk, (day,), ask, seconds=cache.STATUS_S)

    def rooms_known(self, day: dt.date) -> dict[str, list[str]]:
        """As ``rooms_tonight``, as far as it is known without asking."""
        return cache.known("rooms_tonight", self.hotel.pk, (day,)) or {}

    @contextmanager
    def _writing(self, call: str, reference: str) -> Iterator[None]:
        """Alone among our processes, unless the PMS itself sees to that. Raises Busy."""
        with self._measured(call, reference=reference), line.about(reference):
            if self.settles_at_once:
                yield
                return
            with writing.lease(self.hotel.pk, reference, self.guard) as check:
                self.port.before_write = check
                yield

    @contextmanager
    def _measured(self, call: str, **ids: str) -> Iterator[None]:
        started = time.monotonic()
        result = "ok"
        try:
            yield
        except PmsError as error:
            result = type(error).__name__
            raise
        finally:
            took = time.monotonic() - started
            LATENCY.labels(call, result).observe(took)
            log.info("pms call", call=call, result=result, took_ms=round(took * 1000), hotel=self.hotel.slug, **ids)


def gateway(hotel: Hotel) -> Gateway:
    """The hotel's PMS. A hotel without a connection row uses the embedded one."""
    return Gateway(hotel, import_string(ADAPTERS[cache.remembered("kind", hotel.pk, lambda: _kind(hotel))])(hotel))


def _kind(hotel: Hotel) -> str:
    return Connection.objects.filter(hotel=hotel).values_list("type", flat=True).first() or "embedded"


def health() -> str:
    """For /health/ready: a word when some hotel's PMS does not answer."""
    try:
        for hotel in Hotel.objects.all():
            gateway(hotel).port.room_types()
    except (PmsError, Error) as error:
        return f"not reachable ({type(error).__name__})"
    return ""
