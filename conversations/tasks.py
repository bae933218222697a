"""What the receptionist does when rung: thin, one verb each."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from channels_app import inbox
from channels_app.models import Inbound, Outbound
from conversations import arrivals, escalation, handoff, planned, retention, sorting, turns
from conversations.models import Conversation, Handoff
from conversations.push import calls
from conversations.relay import answering, telling
from hotelagent.ops import queue

FORGOTTEN = dt.timedelta(seconds=30)


def letters_arrived() -> None:
    """``settings.INBOUND_TASK``: called in the webhook's transaction."""
    queue.ring("default")


def _sorting(_limit: int) -> list[list[int]]:
    pks = inbox.claim_unsorted()
    return [pks] if pks else []


# One sorter a process: letters of one guest find their conversation one after the other anyway.
SORTING = queue.Drain("sorting", 1, _sorting, sorting.sort_these, feeds=("turns", "delivery", "answering", "telling", "media"))
# A turn waits on the PMS: a slow one holds up only its own guest.
TURNS = queue.Drain(
    "turns",
    4,
    lambda limit: turns.claim(turns.due_conversations(limit=limit)),
    turns.work,
    renew=lambda: turns.HELD.renew(Conversation),
    ahead=8,
    feeds=("delivery", "placing", "telling"),
)


# What waits for people and for the clock: alerts, snoozed conversations, planned answers.
ALERTS = queue.Drain("alerts", 1, escalation.due, escalation.climb, feeds=("delivery", "pushing"), look_s=queue.SELDOM_S)
PLANNED = queue.Drain("planned", 1, planned.due, planned.send, feeds=("delivery",), look_s=queue.SELDOM_S)
SNOOZED = queue.Drain(
    "snoozed", 1, lambda _limit: [None] if escalation.is_time_to_wake() else [], lambda _job: escalation.wake(), look_s=queue.SELDOM_S
)
# Phones of the staff: told of who waits, and what they answer.
TELLING = queue.Drain("telling", 1, telling.due, telling.tell, feeds=("delivery", "pushing"), look_s=queue.SELDOM_S)
ANSWERING = queue.Drain("answering", 2, answering.claim, answering.work, feeds=("delivery", "telling"), look_s=queue.SELDOM_S)
# Browsers whose desk is closed: a service that hangs holds up its own letter.
PUSHING = queue.Drain("pushing", 4, calls.claim, calls.send, look_s=queue.SELDOM_S)
# Guests who arrive soon: not urgent, and their words may ask the PMS.
ARRIVALS = queue.Drain("arrivals", 1, arrivals.claim, arrivals.tell_due)
DESK_DUE = (*escalation.DUE, *planned.DUE, *telling.DUE, *answering.DUE, *calls.DUE)

# When the next conversation or unsorted letter is due.
DUE = (
    "SELECT c.due_at FROM conversations_conversation c JOIN channels_app_thread t ON t.id = c.thread_id "
    "JOIN channels_app_account a ON a.id = t.account_id WHERE c.owner = 'bot' AND c.due_at IS NOT NULL AND a.driver = 'worker' "
    "ORDER BY c.due_at LIMIT 1",
    "SELECT i.due_at FROM channels_app_inbound i JOIN channels_app_account a ON a.id = i.account_id "
    "WHERE i.thread_id IS NULL AND i.state = 'waiting' AND a.driver = 'worker' ORDER BY i.due_at LIMIT 1",
)


def repair() -> None:
    """A letter that waits although its conversation is not due (a lost step somewhere) makes it due again."""
    limit = timezone.now() - FORGOTTEN
    stuck = Inbound.objects.filter(state=Inbound.State.WAITING, thread__isnull=False, received_at__lt=limit).values("thread_id")
    Conversation.objects.filter(owner=Conversation.Owner.BOT, due_at__isnull=True, thread_id__in=stuck).update(due_at=timezone.now())
    silent = [Conversation.Owner.WAITING, Conversation.Owner.PERSON]
    held = Conversation.objects.filter(owner__in=silent, thread_id__in=stuck).values("thread_id")
    Inbound.objects.filter(state=Inbound.State.WAITING, thread_id__in=held, received_at__lt=limit).update(state=Inbound.State.PARKED)
    _show_unknown()
    planned.repair()
    calls.forget()
    retention.repair()


def _show_unknown() -> None:
    """A letter whose outcome no status has settled in time is a person's to judge: it is never sent again by itself."""
    rows = Outbound.objects.filter(
        state=Outbound.State.UNKNOWN, due_at__lt=timezone.now(), thread__conversation__owner=Conversation.Owner.BOT
    )
    for row in rows.select_related("thread__conversation"):
        seen = Handoff.objects.filter(conversation=row.thread.conversation, opened_at__gte=row.due_at)
        if not seen.exists():
            handoff.call_person(row.thread.conversation.pk, "not_delivered")
