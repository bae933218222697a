"""The booking desk's rows."""

from reservations.models.booking import Booking, BookingStep
from reservations.models.deposit import DepositTerms
from reservations.models.quote import Hold, Quote

__all__ = ["Booking", "BookingStep", "DepositTerms", "Hold", "Quote"]
