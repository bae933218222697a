"""Receipts applied to our letters: forwards only, whatever order they come in."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from channels_app import outbox
from channels_app.models import DeliveryReceipt, Outbound, Thread
from channels_app.signals import outbound_changed
from channels_app.transports.whatsapp import errors
from hotelagent.ops import correlation, killpoints, queue
from hotelagent.ops.bulk import update_rows

log = structlog.get_logger(__name__)

State = Outbound.State
RANK = {State.SENT: 1, State.DELIVERED: 2, State.READ: 3, State.PLAYED: 4}
STAMPS = {"sent": "sent_at", "delivered": "delivered_at", "read": "read_at", "played": "read_at"}
# Who complains of a mail got it.
MEANS = {"complained": "delivered"}
# A status can be here before our own POST returned; it waits that long for its letter, looked at ever more rarely: the
# send that it belongs to wakes it.
PARK = dt.timedelta(minutes=10)
BATCH = 200


def is_due() -> bool:
    """Does a receipt wait for its letter?"""
    return DeliveryReceipt.objects.filter(state=DeliveryReceipt.State.WAITING, due_at__lte=timezone.now()).exists()


def batch() -> int:
    """Apply up to 200 receipts in one transaction; the letters they are about are locked together, in one order."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            DeliveryReceipt.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=DeliveryReceipt.State.WAITING, due_at__lte=now)
            .order_by("id")[:BATCH]
        )
        if not rows:
            return 0
        by_provider_id, by_pk = _letters(rows)
        left: dict[str, list[DeliveryReceipt]] = {DeliveryReceipt.State.APPLIED: [], DeliveryReceipt.State.UNMATCHED: []}
        parked: list[DeliveryReceipt] = []
        for receipt in rows:
            outbound = by_provider_id.get((receipt.account_id, receipt.provider_id)) or by_pk.get((receipt.account_id, _our_id(receipt)))
            if outbound is None and now - receipt.received_at <= PARK:
                parked.append(receipt)
            elif outbound is None or receipt.provider_id in outbound.earlier_ids:
                left[DeliveryReceipt.State.UNMATCHED].append(receipt)
            else:
                left[_applied(outbound, receipt)].append(receipt)
        _close(left, parked, now)
        killpoints.reached("receipts.applied")
    return len(rows)


def _letters(rows: list[DeliveryReceipt]) -> tuple[dict[tuple[int, str], Outbound], dict[tuple[int, int], Outbound]]:
    """The letters the receipts speak of, by the provider's id and by our own, which settles a send whose answer was lost."""
    wanted = Q(provider_id__in={row.provider_id for row in rows}) | Q(pk__in={_our_id(row) for row in rows} - {0})
    found = Outbound.objects.select_for_update(no_key=True).filter(wanted, account__in={row.account_id for row in rows}).order_by("id")
    letters = list(found)
    return (
        {(row.account_id, row.provider_id): row for row in reversed(letters) if row.provider_id},
        {(row.account_id, row.pk): row for row in letters},
    )


def _our_id(receipt: DeliveryReceipt) -> int:
    callback = receipt.callback
    return int(callback) if callback.isdecimal() and callback.isascii() and len(callback) <= 18 else 0


def _applied(outbound: Outbound, receipt: DeliveryReceipt) -> str:
    """One that cannot be applied is put aside; the others go on."""
    try:
        with transaction.atomic(), correlation.bound(outbound.correlation_id):
            _merge(outbound, receipt)
            log.info("receipt", outbound=outbound.pk, status=receipt.status, state=outbound.state)
    except OperationalError:
        raise  # the database is away: for all of them
    except Exception:  # one receipt is set aside with its reason in the log, its neighbours are applied
        log.exception("receipt not applied", receipt=receipt.pk)
        return DeliveryReceipt.State.UNMATCHED
    return DeliveryReceipt.State.APPLIED


def _close(left: dict[str, list[DeliveryReceipt]], parked: list[DeliveryReceipt], now: dt.datetime) -> None:
    for state, rows in left.items():
        if rows:
            DeliveryReceipt.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, attempts=F("attempts") + 1)
    for attempts in {row.attempts for row in parked}:
        pks = [row.pk for row in parked if row.attempts == attempts]
        due = now + queue.backoff(attempts + 1, limit_s=300.0)
        DeliveryReceipt.objects.filter(pk__in=pks).update(attempts=attempts + 1, due_at=due)


def _merge(outbound: Outbound, receipt: DeliveryReceipt) -> None:
    previous, previous_id = outbound.state, outbound.provider_id
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
    if receipt.status == "complained":
        outbound.error_text = receipt.error_text
        changed.append("error_text")
    if state != previous:
        outbound.state, outbound.lease_until = state, None
        changed += ["state", "lease_until"]
        if state == State.FAILED:
            outbound.error_code, outbound.error_text, outbound.failed_at = receipt.error_code, receipt.error_text, receipt.provider_time
            changed += ["error_code", "error_text", "failed_at"]
    if len(changed) > 1 or not previous_id:
        update_rows([outbound], changed)
    if state == State.FAILED and state != previous and errors.is_channel_dead(receipt.error_code):
        outbox.stop_account(outbound.account_id, receipt.error_text)
    if state != previous:
        outbound_changed.send(sender=Outbound, outbound=outbound, previous=previous)


def _next_state(outbound: Outbound, receipt: DeliveryReceipt) -> str:
    """sent < delivered < read < played. "failed" ends what was only accepted; a delivery that comes after it wins
    (another of the guest's devices took it), and nothing ever takes back a delivery. But a mail that "bounced" came back after
    whatever server had taken it, and who complained of one got it."""
    current = outbound.state
    if receipt.status in {"failed", "bounced"}:
        open_ = {State.SENDING, State.SENT, State.UNKNOWN, State.QUEUED}
        return State.FAILED if current in open_ or (receipt.status == "bounced" and current == State.DELIVERED) else current
    wanted = next((state for state in RANK if state == MEANS.get(receipt.status, receipt.status)), None)
    if wanted is None:
        return current  # a status nobody knows yet: kept with the receipt
    if current in RANK:
        return wanted if RANK[wanted] > RANK[State(current)] else current
    if current == State.FAILED and outbound.error_code is None and receipt.provider_time <= (outbound.failed_at or receipt.provider_time):
        return current  # told late: it was delivered, and then came back
    if current == State.FAILED:
        return wanted if RANK[wanted] >= RANK[State.DELIVERED] else current
    return wanted if current in {State.SENDING, State.UNKNOWN} else current


def seen_in_webchat(thread: Thread) -> None:
    """The guest's page shows the thread: what was handed to it is read."""
    now = timezone.now()
    shown = Outbound.objects.filter(thread=thread, state__in=[State.SENT, State.DELIVERED])
    shown.update(state=State.READ, delivered_at=now, read_at=now)
