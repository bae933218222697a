"""Mails as they came are kept as long as the hotel keeps texts: from the talk's last message, or the end of a stay the guest
booked, whichever is later. What is left of one are the ids by which it does not come, or get its answer, twice."""

from __future__ import annotations

import datetime as dt
import time

import structlog
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from channels_app.models import RawMail
from conversations.models import Conversation
from hotelagent.hotels.models import Hotel
from reservations.models import Booking

log = structlog.get_logger(__name__)

EVERY_S, BATCH = 3600.0, 500
_next_at = 0.0


def repair() -> None:
    """Once an hour."""
    global _next_at
    if time.monotonic() >= _next_at:
        _next_at = time.monotonic() + EVERY_S
        purge(timezone.now())


def purge(now: dt.datetime) -> int:
    """Empty the mails that are older than their hotel wants; returns how many."""
    count = 0
    for hotel, days in Hotel.objects.values_list("pk", "retention_days"):
        limit = now - dt.timedelta(days=days)
        guest = Concat(Value("guest:"), Cast(OuterRef("guest"), CharField()))
        stays = Exists(Booking.objects.filter(hotel=hotel, guest_key=guest, check_out__gt=limit.date()))
        talks = Conversation.objects.filter(thread=OuterRef("inbound__thread"))
        rows = RawMail.objects.filter(account__hotel=hotel, received_at__lt=limit).exclude(raw=b"")
        rows = rows.exclude(Exists(talks.filter(last_message_at__gte=limit))).exclude(Exists(talks.filter(stays)))
        while found := list(rows.values_list("pk", flat=True)[:BATCH]):
            count += RawMail.objects.filter(pk__in=found).update(raw=b"", subject="")
    if count:
        log.info("mails purged", count=count)
    return count
