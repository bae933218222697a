"""The ledger's rows: which PMS a hotel uses, and the embedded PMS's own property."""

from pms.models.connection import Connection, EmailMode, PmsType
from pms.models.line import Breaker, Difference, Exchange, Pace, SyncRun, Writer
from pms.models.property import OutOfOrder, Rate, Restriction, Room, RoomType, Tax
from pms.models.reservation import PropertyReservation, RoomNight

__all__ = [
    "Breaker",
    "Connection",
    "Difference",
    "EmailMode",
    "Exchange",
    "OutOfOrder",
    "Pace",
    "PmsType",
    "PropertyReservation",
    "Rate",
    "Restriction",
    "Room",
    "RoomNight",
    "RoomType",
    "SyncRun",
    "Tax",
    "Writer",
]
