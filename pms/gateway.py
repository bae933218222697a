"""The one door to a hotel's PMS, whichever it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import Error
from django.utils.module_loading import import_string
from prometheus_client import Histogram

from hotelagent.hotels.models import Hotel
from pms import cache
from pms.adapters import ADAPTERS
from pms.errors import PmsError
from pms.models import Connection
from pms.port import Port
from pms.terms import NewReservation, Offer, Party, Reservation, RoomTypeInfo, Stay

log = structlog.get_logger(__name__)

LATENCY = Histogram("pms_api_latency_seconds", "Time one PMS call took", ["call", "result"])


class Gateway:
    """A hotel's PMS behind one face: measured and logged. Shapes and errors are those of pms.port.Port."""

    def __init__(self, hotel: Hotel, port: Port) -> None:
        self.hotel, self.port = hotel, port

    @property
    def required_guest_fields(self) -> tuple[str, ...]:
        return self.port.required_guest_fields

    @property
    def settles_at_once(self) -> bool:
        return self.port.settles_at_once

    def room_types(self) -> list[RoomTypeInfo]:
        """The catalogue, some seconds old at most (pms.cache)."""
        known: list[RoomTypeInfo] = cache.remembered("room_types", self.hotel.pk, self._room_types)
        return known

    def _room_types(self) -> list[RoomTypeInfo]:
        with self._measured("room_types"):
            return self.port.room_types()

    def availability(self, stay: Stay, party: Party, *, replacing: str = "") -> list[Offer]:
        with self._measured("availability"):
            return self.port.availability(stay, party, replacing=replacing)

    def quote(self, stay: Stay, party: Party, room_type: str, *, replacing: str = "") -> Offer:
        with self._measured("quote"):
            return self.port.quote(stay, party, room_type, replacing=replacing)

    def create(self, reservation: NewReservation) -> Reservation:
        with self._measured("create", reference=reservation.reference):
            return self.port.create(reservation)

    def find_by_reference(self, reference: str) -> Reservation | None:
        with self._measured("find_by_reference", reference=reference):
            return self.port.find_by_reference(reference)

    def change(self, reservation: NewReservation) -> Reservation:
        with self._measured("change", reference=reservation.reference):
            return self.port.change(reservation)

    def cancel(self, reference: str) -> Reservation:
        with self._measured("cancel", reference=reference):
            return self.port.cancel(reference)

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
