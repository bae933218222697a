"""What the post office does when rung: thin, one verb each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone

from channels_app import delivery, expiry, outbox, receipts
from channels_app.models import Account, DeliveryReceipt, Inbound, Outbound
from hotelagent.ops.metrics import Gauge


def drain_deliveries(deadline: float) -> int:
    return delivery.drain(deadline)


def drain_receipts(deadline: float) -> int:
    return receipts.drain(deadline)


def due() -> dt.datetime | None:
    """When the next letter out or receipt is due."""
    queued = Outbound.objects.filter(
        state=Outbound.State.QUEUED, account__state=Account.State.CONNECTED, account__driver=Account.Driver.WORKER
    )
    waiting = DeliveryReceipt.objects.filter(state=DeliveryReceipt.State.WAITING)
    times = [rows.aggregate(at=Min("due_at"))["at"] for rows in (queued, waiting)]
    return min((at for at in times if at is not None), default=None)


def repair() -> None:
    outbox.lapsed()
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
