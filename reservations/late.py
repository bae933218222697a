"""Late check-out: a person grants it, until an hour and for a fee. The fee is paid at the desk; no PMS is asked to charge it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import structlog
from django.db import transaction
from django.utils import timezone

from reservations.models import Booking, BookingStep

log = structlog.get_logger(__name__)


def until(booking: Booking) -> dt.datetime | None:
    """When the guest leaves on the day of departure, on the hotel's wall clock; None for the usual hour. What was granted for
    another day is over when the booking changes."""
    if booking.late_until is None:
        return None
    local = booking.late_until.astimezone(booking.hotel.zone)
    return local if local.date() == booking.check_out else None


def grant(booking: Booking, hour: dt.time, fee: Decimal, *, actor: str) -> bool:
    """The same again is no second step. False when the booking is not confirmed any more, its day is over, or the hour is not
    later than the usual one."""
    hotel = booking.hotel
    moment = dt.datetime.combine(booking.check_out, hour, hotel.zone)
    if hour <= hotel.check_out_until or booking.check_out < hotel.local_now().date() or fee < 0:
        return False
    with transaction.atomic():
        row = Booking.objects.select_for_update(of=("self",), no_key=True).filter(pk=booking.pk, state=Booking.State.CONFIRMED).first()
        if row is None or row.check_out != booking.check_out:
            return False
        if (row.late_until, row.late_fee) != (moment, fee):
            Booking.objects.filter(pk=row.pk).update(late_until=moment, late_fee=fee)
            BookingStep.objects.create(
                booking=row, at=timezone.now(), from_state=row.state, to_state=row.state, actor=actor,
                note=f"late check-out until {hour:%H:%M}, fee {fee} {row.currency}",
            )  # fmt: skip
    log.info("late check-out", reference=booking.reference, until=moment.isoformat(), actor=actor)
    booking.refresh_from_db(fields=["late_until", "late_fee"])
    return True
