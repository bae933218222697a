"""What the front desk does in the embedded property itself: walk-ins, moves to another room, arrivals and departures."""

from __future__ import annotations

import datetime as dt
import secrets

from django.utils import timezone

from pms import inventory
from pms.errors import NotFound, Rejected, SoldOut
from pms.models import PropertyReservation, Room, RoomNight

# Bookings the desk makes; guests' own begin otherwise.
REFERENCE_PREFIX = "D"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
State = PropertyReservation.State


def new_reference() -> str:
    """A code nobody else has, easy to read out."""
    return REFERENCE_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(6))


def rooms_to_move_to(row: PropertyReservation, room: Room) -> list[Room]:
    """Rooms free on all nights the booking has in ``room``, those of the same type first."""
    nights = _nights(row, room)
    taken = RoomNight.objects.filter(room__hotel=row.hotel, night__in=nights).values("room_id")
    free = Room.objects.filter(hotel=row.hotel, active=True).exclude(pk__in=taken).select_related("room_type").order_by("number")
    return sorted(free, key=lambda one: one.room_type_id != room.room_type_id)


def move(row: PropertyReservation, room: Room, target: Room) -> None:
    """The booking's nights in ``room`` are in ``target`` now. Its price and room type as sold stay.

    Raises NotFound, SoldOut (somebody has a night of it).
    """
    with inventory.locked(row.hotel):
        nights = _nights(row, room)
        if not nights:
            raise NotFound(f"{row.reference} has no nights in {room}")
        if target.hotel_id != row.hotel_id or not target.active:
            raise Rejected(f"{target} cannot be used")
        if RoomNight.objects.filter(room=target, night__in=nights).exists():
            raise SoldOut(f"{target} is taken on one of these nights")
        RoomNight.objects.filter(reservation=row, room=room).update(room=target)


def check_in(row: PropertyReservation) -> bool:
    """The guest has come. False when that was said already, or the booking is cancelled."""
    waiting = PropertyReservation.objects.filter(pk=row.pk, state=State.CONFIRMED, arrived_at__isnull=True)
    return bool(waiting.update(arrived_at=timezone.now(), changed_at=timezone.now()))


def check_out(row: PropertyReservation) -> bool:
    """The guest has left: nights still ahead are free again. False when nobody of it is in the house."""
    with inventory.locked(row.hotel):
        staying = PropertyReservation.objects.filter(pk=row.pk, state=State.CONFIRMED, arrived_at__isnull=False, left_at__isnull=True)
        if not staying.update(left_at=timezone.now(), changed_at=timezone.now()):
            return False
        RoomNight.objects.filter(reservation=row, night__gte=row.hotel.local_now().date()).delete()
    return True


def _nights(row: PropertyReservation, room: Room) -> list[dt.date]:
    return list(RoomNight.objects.filter(reservation=row, room=room).values_list("night", flat=True))
