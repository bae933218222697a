"""Receipts applied to our letters: forwards only, whatever order they come in."""

from __future__ import annotations

import datetime as dt
import time

import structlog
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from channels_app.models import DeliveryReceipt, Outbound, Thread
from channels_app.signals import outbound_changed
from hotelagent.ops import correlation

log = structlog.get_logger(__name__)

State = Outbound.State
RANK = {State.SENT: 1, State.DELIVERED: 2, State.READ: 3, State.PLAYED: 4}
STAMPS = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at", "played": "read_at"}
# A status can be here before our own POST returned; it waits that long for its letter.
PARK = dt.timedelta(minutes=10)
PARK_STEP = dt.timedelta(seconds=2)
BATCH = 200


def drain(deadline: float) -> int:
    """Apply waiting receipts, oldest first. Returns how many were looked at."""
    worked = 0
    while time.monotonic() < deadline:
        with transaction.atomic():
            rows = list(
                DeliveryReceipt.objects.select_for_update(skip_locked=True)
                .filter(state=DeliveryReceipt.State.WAITING, due_at__lte=timezone.now())
                .order_by("id")[:BATCH]
            )
            for row in rows:
                _applied_safely(row)
        worked += len(rows)
        if len(rows) < BATCH:
            break
    return worked


def _applied_safely(receipt: DeliveryReceipt) -> None:
    """One that cannot be applied is put aside; the others go on."""
    try:
        with transaction.atomic():
            _apply(receipt)
    except (DataError, IntegrityError, ValueError):
        log.exception("receipt not applied", receipt=receipt.pk)
        DeliveryReceipt.objects.filter(pk=receipt.pk).update(state=DeliveryReceipt.State.UNMATCHED)


def _apply(receipt: DeliveryReceipt) -> None:
    """Inside the caller's transaction; the receipt's row is locked."""
    outbound = _letter(receipt)
    now = timezone.now()
    receipt.attempts += 1
    if outbound is not None:
        with correlation.bound(outbound.correlation_id):
            _merge(outbound, receipt)
            log.info("receipt", outbound=outbound.pk, status=receipt.status, state=outbound.state)
        receipt.state = DeliveryReceipt.State.APPLIED
    elif now - receipt.received_at > PARK:
        receipt.state = DeliveryReceipt.State.UNMATCHED
    else:
        receipt.due_at = now + PARK_STEP * receipt.attempts
    receipt.save(update_fields=["state", "attempts", "due_at"])


def _letter(receipt: DeliveryReceipt) -> Outbound | None:
    wanted = Q(provider_id=receipt.provider_id)
    if receipt.callback.isdecimal() and receipt.callback.isascii() and len(receipt.callback) <= 18:
        wanted |= Q(pk=int(receipt.callback))  # settles a send whose answer was lost
    rows = Outbound.objects.select_for_update(no_key=True).filter(wanted, account_id=receipt.account_id)
    return rows.order_by("id").first()


def _merge(outbound: Outbound, receipt: DeliveryReceipt) -> None:
    previous = outbound.state
    changed = ["provider_id"]
    outbound.provider_id = outbound.provider_id or receipt.provider_id
    stamp = STAMPS.get(receipt.status)
    if stamp is not None and getattr(outbound, stamp) is None:
        setattr(outbound, stamp, receipt.provider_time)
        changed.append(stamp)
    if receipt.pricing:
        outbound.pricing = receipt.pricing
        changed.append("pricing")
    state = _next_state(outbound, receipt)
    if state != previous:
        outbound.state, outbound.lease_until = state, None
        changed += ["state", "lease_until"]
        if state == State.FAILED:
            outbound.error_code, outbound.error_text, outbound.failed_at = receipt.error_code, receipt.error_text, receipt.provider_time
            changed += ["error_code", "error_text", "failed_at"]
    outbound.save(update_fields=changed)
    if state != previous:
        outbound_changed.send(sender=Outbound, outbound=outbound, previous=previous)


def _next_state(outbound: Outbound, receipt: DeliveryReceipt) -> str:
    """sent < delivered < read < played. "failed" ends what was only accepted; a delivery that comes after it wins
    (another of the guest's devices took it), and nothing ever takes back a delivery."""
    current = outbound.state
    if receipt.status == "failed":
        return State.FAILED if current in {State.SENDING, State.SENT, State.UNKNOWN, State.QUEUED} else current
    wanted = next((state for state in RANK if state == receipt.status), None)
    if wanted is None:
        return current  # a status nobody knows yet: kept with the receipt
    if current in RANK:
        return wanted if RANK[wanted] > RANK[State(current)] else current
    if current == State.FAILED:
        return wanted if RANK[wanted] >= RANK[State.DELIVERED] else current
    return wanted if current in {State.SENDING, State.UNKNOWN} else current


def seen_in_webchat(thread: Thread) -> None:
    """The guest's page shows the thread: what was handed to it is read."""
    now = timezone.now()
    shown = Outbound.objects.filter(thread=thread, state__in=[State.SENT, State.DELIVERED])
    shown.update(state=State.READ, delivered_at=now, read_at=now)
