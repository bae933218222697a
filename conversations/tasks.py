"""What the receptionist does when rung: thin, one verb each."""

from __future__ import annotations

import datetime as dt
import time

from django.db.models import Min
from django.utils import timezone

from channels_app.models import Account, Inbound
from conversations import turns
from conversations.models import Conversation
from hotelagent.ops import queue

FORGOTTEN = dt.timedelta(seconds=30)


def letters_arrived() -> None:
    """``settings.INBOUND_TASK``: called in the webhook's transaction."""
    queue.ring("default")


def drain_turns(deadline: float) -> int:
    """Sort new letters, then answer who waits. Returns how much was done."""
    worked = turns.sort()
    for pk in turns.due_conversations():
        if time.monotonic() >= deadline:
            break
        worked += turns.take(pk)
    return worked


def due() -> dt.datetime | None:
    """When the next conversation or unsorted letter is due."""
    workers = Account.Driver.WORKER
    waiting = Conversation.objects.filter(owner=Conversation.Owner.BOT, due_at__isnull=False, thread__account__driver=workers)
    unsorted = Inbound.objects.filter(thread__isnull=True, state=Inbound.State.WAITING, account__driver=workers)
    times = [rows.aggregate(at=Min("due_at"))["at"] for rows in (waiting, unsorted)]
    return min((at for at in times if at is not None), default=None)


def repair() -> None:
    """A letter that waits although its conversation is not due (a lost step somewhere) makes it due again."""
    limit = timezone.now() - FORGOTTEN
    stuck = Inbound.objects.filter(state=Inbound.State.WAITING, thread__isnull=False, received_at__lt=limit).values("thread_id")
    Conversation.objects.filter(owner=Conversation.Owner.BOT, due_at__isnull=True, thread_id__in=stuck).update(due_at=timezone.now())
    silent = [Conversation.Owner.WAITING, Conversation.Owner.PERSON]
    held = Conversation.objects.filter(owner__in=silent, thread_id__in=stuck).values("thread_id")
    Inbound.objects.filter(state=Inbound.State.WAITING, thread_id__in=held, received_at__lt=limit).update(state=Inbound.State.PARKED)
