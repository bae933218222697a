"""Answers of people that leave later. Until then they can be taken back; each leaves once."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from channels_app import outbox
from channels_app.envelope import ContentError
from channels_app.transports import transport_of
from conversations import handoff, live
from conversations.models import Conversation, PlannedReply

State = PlannedReply.State
DUE = ("SELECT min(due_at) FROM conversations_plannedreply WHERE state = 'waiting'",)


def plan(conversation: Conversation, user: AbstractBaseUser, text: str, *, key: str, due_at: dt.datetime) -> PlannedReply:
    """Keep it until then; the same key twice is one. Raises ContentError when the channel will not take free words then."""
    transport = transport_of(conversation.thread.account.kind)
    if not outbox.window_open(conversation.thread, transport, due_at):
        raise ContentError("the window will be closed at that time: a template is needed")
    with transaction.atomic():
        row, made = PlannedReply.objects.get_or_create(
            conversation=conversation, key=key, defaults={"user_id": user.pk, "text": text, "due_at": due_at}
        )
        if made:
            live.changed(conversation)
    return row


def withdraw(row: PlannedReply) -> bool:
    """Not after all. False when it has left."""
    with transaction.atomic():
        done = PlannedReply.objects.filter(pk=row.pk, state=State.WAITING).update(state=State.WITHDRAWN)
        live.changed(row.conversation)
    return bool(done)


def due(limit: int) -> list[int]:
    rows = PlannedReply.objects.filter(state=State.WAITING, due_at__lte=timezone.now())
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:limit])


def send(pk: int) -> None:
    """Its hour has come. What the channel or a new owner forbids is shown to whoever planned it."""
    row = PlannedReply.objects.select_related("conversation__thread__account", "conversation__hotel", "user").get(pk=pk)
    try:
        with transaction.atomic():
            # The row first: a withdrawal waits for us, or we find it withdrawn. The letter's key makes a second try harmless.
            if not PlannedReply.objects.filter(pk=pk, state=State.WAITING).update(state=State.SENT):
                return
        handoff.reply(row.conversation, row.user, row.text, key=f"planned{row.pk}")
    except (ContentError, handoff.NotYours) as error:
        reason = str(error) if isinstance(error, ContentError) else f"{error.owner} has the conversation"
        with transaction.atomic():
            PlannedReply.objects.filter(pk=pk).update(state=State.REFUSED, reason=reason[:300])
            live.changed(row.conversation)


def repair() -> None:
    """One that was marked as sent by a process that died before it was: the letter's key says whether it is there."""
    for row in PlannedReply.objects.filter(state=State.SENT, due_at__gt=timezone.now() - dt.timedelta(days=1)).select_related(
        "conversation"
    ):
        if not row.conversation.messages.filter(outbound__dedupe_key=f"staff:{row.conversation_id}:planned{row.pk}").exists():
            PlannedReply.objects.filter(pk=row.pk, state=State.SENT).update(state=State.WAITING)
