"""The booking desk's one doorbell upwards."""

from django.dispatch import Signal

# Sent when a booking that was being placed or cancelled in the background has come to an end: booking=Booking.
booking_settled = Signal()
