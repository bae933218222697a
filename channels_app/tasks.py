"""What the post office does when rung: thin, one verb each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone

from channels_app import delivery, expiry, receipts
from channels_app.models import Account, DeliveryReceipt, Inbound, Outbound
from hotelagent.ops import queue
from hotelagent.ops.metrics import Gauge

DELIVERY = delivery.drain_of()
# One batch at a time: two would wait for each other's letters.
RECEIPTS = queue.Drain("receipts", 1, lambda _limit: ["receipts"] if receipts.is_due() else [], lambda _job: receipts.batch())


def due() -> dt.datetime | None:
    """When the next letter out or receipt is due, or a send lapses."""
    queued = Outbound.objects.filter(
        state=Outbound.State.QUEUED, account__state=Account.State.CONNECTED, account__driver=Account.Driver.WORKER
    ).exclude(account__pace__hold_until__gt=timezone.now())
    waiting = DeliveryReceipt.objects.filter(state=DeliveryReceipt.State.WAITING)
    sending = Outbound.objects.filter(state=Outbound.State.SENDING)
    # The first of an index, whatever its length.
    times = [
        queued.order_by("due_at").values_list("due_at", flat=True).first(),
        waiting.order_by("due_at").values_list("due_at", flat=True).first(),
        sending.order_by("lease_until").values_list("lease_until", flat=True).first(),
    ]
    return min((at for at in times if at is not None), default=None)


def repair() -> None:
    expiry.warn()


def gauges() -> Iterable[Gauge]:
    """Letters by state that somebody waits for."""
    for row in (
        Inbound.objects.filter(state=Inbound.State.WAITING).values("account__kind").annotate(n=Count("id"), oldest=Min("received_at"))
    ):
        yield "inbox_waiting", "Letters in that wait", {"channel": row["account__kind"]}, row["n"]
        age = (timezone.now() - row["oldest"]).total_seconds()
        yield "inbox_oldest_seconds", "Age of the oldest waiting letter", {"channel": row["account__kind"]}, age
    stuck = [Outbound.State.QUEUED, Outbound.State.SENDING, Outbound.State.UNKNOWN]
    for open_ in Outbound.objects.filter(state__in=stuck).values("account__kind", "state").annotate(n=Count("id")):
        yield "outbox_open", "Letters out that are not settled", {"channel": open_["account__kind"], "state": open_["state"]}, open_["n"]
