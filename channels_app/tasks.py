"""What the post office does when rung: thin, one verb each."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone

from channels_app import delivery, expiry, mailroom, media, receipts, standing
from channels_app.models import Inbound, Outbound
from hotelagent.ops import queue
from hotelagent.ops.metrics import Gauge

DELIVERY = delivery.drain_of()
# One batch at a time: two would wait for each other's letters.
RECEIPTS = queue.Drain("receipts", 1, lambda _limit: ["receipts"] if receipts.is_due() else [], lambda _job: receipts.batch())

# A large file holds up only its own letter.
MEDIA = queue.Drain("media", 4, media.claim, media.fetch, look_s=queue.SELDOM_S)
STANDING = queue.Drain("standing", 1, standing.claim, standing.look)
# A mail server may take its time: hotels do not wait for each other.
MAILBOXES = queue.Drain("mailboxes", 4, mailroom.claim, mailroom.look, renew=mailroom.renew)

# When the next letter out or receipt is due, or a send lapses: each the first of an index, whatever its length.
DUE = (
    "SELECT o.due_at FROM channels_app_outbound o JOIN channels_app_account a ON a.id = o.account_id "
    "LEFT JOIN channels_app_accountpace p ON p.account_id = a.id WHERE o.state = 'queued' AND a.state = 'connected' "
    "AND a.driver = 'worker' AND a.enabled AND (p.hold_until IS NULL OR p.hold_until < now()) ORDER BY o.due_at LIMIT 1",
    "SELECT due_at FROM channels_app_deliveryreceipt WHERE state = 'waiting' ORDER BY due_at LIMIT 1",
    "SELECT lease_until FROM channels_app_outbound WHERE state = 'sending' ORDER BY lease_until LIMIT 1",
    *media.DUE,
)

DUE_MAILBOXES = (
    "SELECT m.next_look_at FROM channels_app_mailbox m JOIN channels_app_account a ON a.id = m.account_id "
    "WHERE a.state = 'connected' AND a.driver = 'worker' AND a.enabled ORDER BY m.next_look_at LIMIT 1",
    *standing.DUE,
)


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
