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
# Later than this is planned, sooner only waits to be taken back.
SOON = dt.timedelta(seconds=60)
DUE = ("SELECT min(due_at) FROM conversations_plannedreply WHERE state = 'waiting'",)


def plan(conversation: Conversation, user: AbstractBaseUser, text: str, *, key: str, due_at: dt.datetime) -> PlannedReply:
    """Keep it until then; the same key twice is one. Raises ContentError when the channel will not take free words then."""
    transport = transport_of(conversation.thread.account.kind)
    if not outbox.window_open(conversation.thread, transport, due_at):
        raise ContentError("the window will be closed at that time: a template is needed")
    with transaction.atomic():
        covers = conversation.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
        row, made = PlannedReply.objects.get_or_create(
            conversation=conversation, key=key, defaults={"user_id": user.pk, "text": text, "due_at": due_at, "covers": covers}
        )
        if row.text != text:
            raise handoff.KeyReused
        if made:
            live.changed(conversation)
    return row


def withdraw(row: PlannedReply) -> bool:
    """Not after all. False when it has left."""
    with transaction.atomic():
        done = PlannedReply.objects.filter(pk=row.pk, state__in=[State.WAITING, State.REFUSED]).update(state=State.WITHDRAWN)
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
        if row.conversation.owner == Conversation.Owner.BOT:  # the receptionist goes on after it
            handoff.tell(row.conversation, row.user, row.text, key=f"planned{row.pk}")
        else:
            handoff.reply(row.conversation, row.user, row.text, key=f"planned{row.pk}", covers=row.covers)
    except (ContentError, handoff.NotYours) as error:
        reason = str(error) if isinstance(error, ContentError) else f"{error.owner} has the conversation"
        _refuse(row, reason)


def settle(conversation: Conversation) -> None:
    """The conversation goes into other hands: what was to leave in a moment leaves now, what was planned for later does not,
    and says so in the thread."""
    soon = timezone.now() + SOON
    for row in PlannedReply.objects.filter(conversation=conversation, state=State.WAITING).select_related("conversation"):
        if row.due_at <= soon:
            send(row.pk)
        else:
            _refuse(row, "the conversation went into other hands")


def _refuse(row: PlannedReply, reason: str) -> None:
    with transaction.atomic():
        PlannedReply.objects.filter(pk=row.pk).exclude(state=State.WITHDRAWN).update(state=State.REFUSED, reason=reason[:300])
        live.changed(row.conversation)


def repair() -> None:
    """One that was marked as sent by a process that died before it was: the letter's key says whether it is there."""
    for row in PlannedReply.objects.filter(state=State.SENT, due_at__gt=timezone.now() - dt.timedelta(days=1)).select_related(
        "conversation"
    ):
        keys = [f"{kind}:{row.conversation_id}:planned{row.pk}" for kind in ("staff", "told")]
        if not row.conversation.messages.filter(outbound__dedupe_key__in=keys).exists():
            PlannedReply.objects.filter(pk=row.pk, state=State.SENT).update(state=State.WAITING)
