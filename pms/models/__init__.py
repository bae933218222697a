"""The ledger's rows: which PMS a hotel uses, and the embedded PMS's own property."""

from pms.models.connection import Connection
from pms.models.property import OutOfOrder, Rate, Restriction, Room, RoomType, Tax
from pms.models.reservation import PropertyReservation, RoomNight

__all__ = [
    "Connection",
    "OutOfOrder",
    "PropertyReservation",
    "Rate",
    "Restriction",
    "Room",
    "RoomNight",
    "RoomType",
    "Tax",
]
