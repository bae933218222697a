"""The booking desk's rows."""

from reservations.models.booking import Booking, BookingStep
from reservations.models.quote import Hold, Quote

__all__ = ["Booking", "BookingStep", "Hold", "Quote"]
