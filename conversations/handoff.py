"""Who answers: the receptionist, nobody yet, or one person. Every change is a compare-and-swap on the conversation."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from channels_app import outbox
from channels_app.envelope import Content
from channels_app.models import Inbound, Outbound, Thread
from conversations import escalation, live
from conversations.dialogue.types import State
from conversations.models import Conversation, Handoff, Message, Note
from conversations.trail import record
from hotelagent.ops import killpoints, queue
from reservations import booking, holds
from reservations.models import Quote

log = structlog.get_logger(__name__)

Owner = Conversation.Owner
TAKE_WAIT_S = 3.0
# A conversation no person owes an answer in.
NOBODY_WAITS: dict[str, Any] = {"waiting_since": None, "deadline_at": None, "alert_at": None, "alert_level": 0, "snoozed_until": None}


class NotYours(Exception):
    """Somebody else has the conversation; ``owner`` names them."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


class KeyReused(Exception):
    """This key was used for other words: nothing was sent now."""


class Newer(Exception):
    """Something was said since the writer last looked; ``messages`` are what they have not seen."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__(len(messages))
        self.messages = messages


def request(conversation: Conversation, reason: str, summary: str, *, since: dt.datetime | None = None) -> None:
    """A person is needed. Call inside the turn's transaction, with the conversation locked. ``since``: when the guest wrote."""
    conversation.owner = Owner.WAITING
    escalation.begin(conversation, since or timezone.now(), reason)
    conversation.save(update_fields=["owner", *escalation.FIELDS])
    Handoff.objects.get_or_create(
        conversation=conversation, closed_at=None, defaults={"reason": reason, "summary": summary, "opened_at": timezone.now()}
    )
    record(conversation, "handed_off", reason=reason)


def call_person(pk: int, reason: str) -> None:
    """A person is needed, for a reason outside of any turn. Nothing when one is there or called already."""
    with transaction.atomic():
        current = Conversation.objects.select_for_update(of=("self",), no_key=True).select_related("hotel").get(pk=pk)
        if current.owner == Owner.BOT:
            request(current, reason, summary_of(State.from_json(current.state)))


def summary_of(state: State) -> str:
    """What is known, for the person who takes over."""
    return " · ".join(f"{name}: {value}" for name, value in state.slots.items() if value not in (None, "", [], 0))


def take(conversation: Conversation, user: AbstractBaseUser) -> bool:
    """Make ``user`` the owner; the first one wins. Raises NotYours with the winner's name.

    On return the bot is silent: its gate is shut and its queued letters are aborted. False when one of its letters
    was already on its way and had not settled after 3 s.
    """
    with transaction.atomic():
        outbox.shut_gate(conversation.thread)  # first the thread, then the conversation, as everywhere
        # The fence makes a turn that is being thought worthless, even if the conversation is given back meanwhile.
        taken = (
            Conversation.objects.filter(pk=conversation.pk)
            .exclude(owner=Owner.PERSON)
            .update(owner=Owner.PERSON, person=user, fence=F("fence") + 1, lease_until=None, due_at=None, snoozed_until=None)
        )
        if not taken:
            current = Conversation.objects.select_related("person").get(pk=conversation.pk)
            if current.person_id != user.pk:
                raise NotYours(str(current.person))
        else:
            now = timezone.now()
            handoff, _created = Handoff.objects.get_or_create(
                conversation=conversation, closed_at=None, defaults={"reason": "taken", "opened_at": now}
            )
            handoff.taken_at, handoff.taken_by_id = now, user.pk
            handoff.save(update_fields=["taken_at", "taken_by"])
            parked = Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING)
            since = parked.aggregate(Min("received_at"))["received_at__min"]
            parked.update(state=Inbound.State.PARKED)
            conversation.refresh_from_db(fields=escalation.FIELDS)
            if since is not None:  # nobody has answered that: now the person owes it
                escalation.begin(conversation, since)
            escalation.taken(conversation, now)
            conversation.save(update_fields=escalation.FIELDS)
            record(conversation, "taken", user=user)
        killpoints.reached("handoff.taken")
    conversation.refresh_from_db()
    return _silence(conversation, user)


def _silence(conversation: Conversation, user: AbstractBaseUser) -> bool:
    """Wait until what the bot already had on its way has settled, 3 s at most; what takes longer is on record."""
    deadline = time.monotonic() + TAKE_WAIT_S
    while not outbox.is_silent(conversation.thread):
        if time.monotonic() >= deadline:
            record(conversation, "answer_on_its_way", user=user)
            return False
        time.sleep(0.05)
    return True


def give_back(conversation: Conversation, user: AbstractBaseUser | None) -> bool:
    """The receptionist answers again: what the guest wrote after the last answer, nothing older. False when it already did."""
    proposal = Conversation.objects.get(pk=conversation.pk).state.get("proposal")
    with transaction.atomic():
        if proposal and proposal["kind"] != "cancel":
            booking.leave_to_background(key=proposal["key"])  # a yes whose turn died before it could tell
        Thread.objects.select_for_update(no_key=True).get(pk=conversation.thread_id)  # first, as everywhere
        given = (
            Conversation.objects.filter(pk=conversation.pk).exclude(owner=Owner.BOT).update(owner=Owner.BOT, person=None, **NOBODY_WAITS)
        )
        if not given:
            return False
        now = timezone.now()
        Handoff.objects.filter(conversation=conversation, closed_at=None).update(closed_at=now)
        outbox.open_gate(conversation.thread)
        parked = Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.PARKED)
        last = conversation.messages.filter(author=Message.Author.STAFF).order_by("-at").first()
        answered = parked.filter(received_at__lte=last.at) if last is not None else parked.none()
        answered.update(state=Inbound.State.ANSWERED, reason="answered by staff")
        if parked.update(state=Inbound.State.WAITING, due_at=now, attempts=0):
            Conversation.objects.filter(pk=conversation.pk).update(due_at=now)
            queue.ring("default")
        _forget_open_questions(conversation)
        record(conversation, "given_back", user=user)
    conversation.refresh_from_db()
    return True


def reply(
    conversation: Conversation,
    user: AbstractBaseUser,
    text: str,
    *,
    key: str = "",
    seen: int | None = None,
    covers: int | None = None,
    content: Content | None = None,
) -> Message:
    """A person writes; the same key twice is one message. Takes the conversation when it is free. ``seen``: the last message
    the writer knows of. ``covers``: the last message these words answer, when they were written earlier; what came after
    it is still owed an answer. ``content``: a template, or words with a file, instead of words alone.

    Raises NotYours, KeyReused, Newer when something was said after ``seen``, and ContentError for what the channel does not take.
    """
    key = f"staff:{conversation.pk}:{key or uuid.uuid4().hex}"
    known = Message.objects.filter(conversation=conversation, outbound__dedupe_key=key).first()
    if known is not None:
        return _same(known, content.text if content else text)
    refuse_stale(conversation, user, seen)
    take(conversation, user)
    with transaction.atomic():
        current = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("person").get(pk=conversation.pk)
        if current.person_id != user.pk:
            raise NotYours(str(current.person or current.get_owner_display()))
        refuse_stale(conversation, user, seen)  # guests' letters are sorted under this lock
        rows = outbox.post(conversation.thread, content or Content("text", text), dedupe_key=key, author=Outbound.Author.STAFF)
        existing = Message.objects.filter(outbound=rows[0]).first()
        if existing is not None:  # the same click, twice at once
            return _same(existing, content.text if content else text)
        now = timezone.now()
        message = Message.objects.create(
            conversation=conversation, author=Message.Author.STAFF, user_id=user.pk, kind=_kind(content),
            text=content.text if content else text, outbound=rows[0], at=now,
        )  # fmt: skip
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now, **NOBODY_WAITS)
        parked = Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.PARKED)
        owed = parked.filter(message__pk__gt=covers) if covers is not None else parked.none()
        since = owed.aggregate(Min("received_at"))["received_at__min"]
        parked.exclude(pk__in=owed.values("pk")).update(state=Inbound.State.ANSWERED, reason="answered by staff")
        if since is not None:
            current.refresh_from_db(fields=escalation.FIELDS)
            escalation.begin(current, since)
            current.save(update_fields=escalation.FIELDS)
        live.changed(conversation)
    return message


def _kind(content: Content | None) -> str:
    """The kind of message staff read of."""
    if content is None or content.kind != "file":
        return content.kind if content is not None else "text"
    return "image" if content.file["mime_type"].startswith("image/") else "document"


def _same(known: Message, text: str) -> Message:
    if known.text != text:
        raise KeyReused
    return known


def tell(conversation: Conversation, user: AbstractBaseUser, text: str, *, key: str) -> None:
    """Something the guest was promised to hear, whoever has the conversation: nothing else changes, and what the guest waits
    for is still owed. The same key twice is one letter."""
    with transaction.atomic():
        rows = outbox.post(
            conversation.thread, Content("text", text), dedupe_key=f"told:{conversation.pk}:{key}", author=Outbound.Author.STAFF
        )
        if Message.objects.filter(outbound=rows[0]).exists():
            return
        now = timezone.now()
        Message.objects.create(conversation=conversation, author=Message.Author.STAFF, user_id=user.pk, text=text, outbound=rows[0], at=now)
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now)
        live.changed(conversation)


def refuse_stale(conversation: Conversation, user: AbstractBaseUser, seen: int | None) -> None:
    """Raises Newer when something was said after ``seen`` that the writer has not written."""
    if seen is None:
        return
    newer = conversation.messages.filter(pk__gt=seen).exclude(author=Message.Author.STAFF, user=user.pk)
    if found := list(newer.select_related("user").order_by("pk")[:20]):
        raise Newer(found)


def note(conversation: Conversation, user: AbstractBaseUser, text: str, *, key: str, mentions: list[int] | None = None) -> Note:
    """Words for colleagues; no channel ever reads them. The same key twice is one note."""
    with transaction.atomic():
        row, made = Note.objects.get_or_create(
            conversation=conversation, key=key, defaults={"user_id": user.pk, "text": text, "at": timezone.now()}
        )
        if row.text != text:
            raise KeyReused
        if made:
            row.mentions.set(mentions or [])
            live.changed(conversation)
    return row


def release(conversation: Conversation, user: AbstractBaseUser) -> bool:
    """Back to the queue, for a colleague. False when no person has it."""
    with transaction.atomic():
        row = _locked(conversation, Owner.PERSON)
        if row is None:
            return False
        escalation.leave(row)
        escalation.back_to_queue(row, "released")
        record(row, "released_by", user=user)
    conversation.refresh_from_db()
    return True


def snooze(conversation: Conversation, user: AbstractBaseUser, until: dt.datetime, *, seen: int | None = None) -> None:
    """Out of sight until then, or until the guest writes. Takes it first; the receptionist stays silent. Raises NotYours, Newer."""
    refuse_stale(conversation, user, seen)
    take(conversation, user)
    with transaction.atomic():
        row = _locked(conversation, Owner.PERSON)
        if row is None or row.person_id != user.pk:
            raise NotYours(str(row.person if row else ""))
        refuse_stale(row, user, seen)
        row.owner, row.person, row.snoozed_until = Owner.SNOOZED, None, until
        escalation.stop(row)
        row.save(update_fields=["owner", "person", "snoozed_until", *escalation.FIELDS])
        record(row, "snoozed", user=user, until=until.isoformat())
    conversation.refresh_from_db()


def close(conversation: Conversation, user: AbstractBaseUser, *, seen: int | None = None) -> None:
    """Done. What the guest writes next is the receptionist's again. Raises NotYours, Newer."""
    refuse_stale(conversation, user, seen)
    take(conversation, user)
    with transaction.atomic():
        Thread.objects.select_for_update(no_key=True).get(pk=conversation.thread_id)  # first, as everywhere
        row = _locked(conversation, Owner.PERSON)
        if row is None or row.person_id != user.pk:
            raise NotYours(str(row.person if row else ""))
        refuse_stale(row, user, seen)
        now = timezone.now()
        Conversation.objects.filter(pk=row.pk).update(owner=Owner.CLOSED, person=None, **NOBODY_WAITS)
        Handoff.objects.filter(conversation=row, closed_at=None).update(closed_at=now)
        Inbound.objects.filter(thread_id=row.thread_id, state__in=[Inbound.State.PARKED, Inbound.State.WAITING]).update(
            state=Inbound.State.ANSWERED, reason="closed by staff"
        )
        outbox.open_gate(conversation.thread)
        _forget_open_questions(row)
        record(row, "closed", user=user)
    conversation.refresh_from_db()


def _locked(conversation: Conversation, owner: str) -> Conversation | None:
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("hotel", "person")
    return rows.filter(pk=conversation.pk, owner=owner).first()


def _forget_open_questions(conversation: Conversation) -> None:
    """What was asked before the person came is over: an "ok" to the person must not book, and old misunderstandings must not
    hand the guest over again."""
    state = Conversation.objects.get(pk=conversation.pk).state
    proposal = state.get("proposal")
    if proposal and proposal["kind"] != "cancel":
        for quote in Quote.objects.filter(hotel_id=conversation.hotel_id, key=proposal["key"]):
            holds.release(quote)
    fresh = state | {"misunderstood": 0, "proposal": None, "awaiting": None, "choices": [], "offered": "", "tries": 0}
    Conversation.objects.filter(pk=conversation.pk).update(state=fresh)
