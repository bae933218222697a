"""Money that keeps a booking: how much, until when, and what becomes of a booking nobody pays for.

People say that it is paid; a guest's word or photo never does.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from pms.terms import RoomLine
from reservations.models import Booking, BookingStep, DepositTerms

log = structlog.get_logger(__name__)

CENT = Decimal("0.01")
UNPAID = "unpaid"


def asked_for(booking: Booking, now: dt.datetime) -> dict[str, Any]:
    """The deposit of a booking that is being confirmed: ``deposit`` and ``deposit_due_at``; nothing without terms."""
    terms = _terms(booking)
    if terms is None:
        return {}
    amount = (booking.total * Decimal(terms.percent) / 100 if terms.percent else _first_nights(booking, terms.nights)).quantize(
        CENT, ROUND_HALF_UP
    )
    # Whoever has arrived pays at the desk.
    arrival = dt.datetime.combine(booking.check_in, booking.hotel.check_in_from, booking.hotel.zone)
    due = min(now + dt.timedelta(hours=terms.within_hours), arrival)
    if due <= timezone.now() or not amount:
        return {"deposit": 0, "deposit_due_at": None, "deposit_expires": False}
    return {"deposit": amount, "deposit_due_at": due, "deposit_expires": terms.expires}


def _first_nights(booking: Booking, nights: int) -> Decimal:
    """By the rates of those nights; by their mean where a PMS tells only the whole."""
    mean = min(Decimal(1), Decimal(nights) / booking.nights)
    parts = [(line.price * line.count, line.share_of(nights)) for line in map(RoomLine.from_json, booking.lines)]
    return sum((whole * (mean if share is None else share) for whole, share in parts), Decimal(0))


def how_to_pay(booking: Booking, language: str) -> str:
    """The hotel's words for it, in this language or its main one."""
    terms = _terms(booking)
    texts: dict[str, str] = terms.texts if terms is not None else {}
    return texts.get(language) or texts.get(booking.hotel.main_language) or ""


def mark_paid(booking: Booking, *, actor: str) -> bool:
    """A person has seen the money. False when there is nothing to pay, or it is paid."""
    with transaction.atomic():
        now = timezone.now()
        open_ = Booking.objects.filter(pk=booking.pk, state=Booking.State.CONFIRMED, deposit__gt=0, deposit_paid_at__isnull=True)
        if not open_.update(deposit_paid_at=now):
            return False
        BookingStep.objects.create(
            booking=booking, at=now, from_state=Booking.State.CONFIRMED, to_state=Booking.State.CONFIRMED, note="deposit paid", actor=actor
        )
    log.info("deposit paid", reference=booking.reference, actor=actor)
    return True


def is_overdue(booking: Booking, now: dt.datetime) -> bool:
    """To be cancelled: not paid in time, at a hotel that wanted it so when it was booked, and the guest has not come."""
    return bool(
        booking.state == Booking.State.CONFIRMED and booking.deposit > 0 and booking.deposit_expires and booking.deposit_paid_at is None
        and booking.deposit_due_at is not None and booking.deposit_due_at <= now
        and booking.check_in > now.astimezone(booking.hotel.zone).date() and booking.reason != "cancel_refused"
    )  # fmt: skip


def overdue(now: dt.datetime) -> list[Booking]:
    """Some of the bookings that are."""
    rows = Booking.objects.filter(
        state=Booking.State.CONFIRMED, deposit__gt=0, deposit_expires=True, deposit_paid_at__isnull=True, deposit_due_at__lte=now,
        check_in__gte=now.date() - dt.timedelta(days=1),
    )  # fmt: skip
    return [row for row in rows.exclude(reason="cancel_refused").select_related("hotel")[:100] if is_overdue(row, now)]


def _terms(booking: Booking) -> DepositTerms | None:
    try:
        return booking.hotel.deposit_terms
    except DepositTerms.DoesNotExist:
        return None
