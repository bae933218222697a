"""Who answers: the receptionist, nobody yet, or one person. Every change is a compare-and-swap on the conversation."""

from __future__ import annotations

import time
import uuid

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels_app import outbox
from channels_app.envelope import Content
from channels_app.models import Inbound, Outbound, Thread
from conversations.dialogue.types import State
from conversations.models import Conversation, Event, Handoff, Message
from hotelagent.ops import killpoints, queue
from reservations import booking, holds
from reservations.models import Quote

log = structlog.get_logger(__name__)

Owner = Conversation.Owner
TAKE_WAIT_S = 3.0


class NotYours(Exception):
    """Somebody else has the conversation; ``owner`` names them."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


def request(conversation: Conversation, reason: str, summary: str) -> None:
    """A person is needed. Call inside the turn's transaction, with the conversation locked."""
    conversation.owner = Owner.WAITING
    conversation.save(update_fields=["owner"])
    Handoff.objects.get_or_create(
        conversation=conversation, closed_at=None, defaults={"reason": reason, "summary": summary, "opened_at": timezone.now()}
    )
    record(conversation, "handed_off", reason=reason)


def call_person(pk: int, reason: str) -> None:
    """A person is needed, for a reason outside of any turn. Nothing when one is there or called already."""
    with transaction.atomic():
        current = Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
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
            .update(owner=Owner.PERSON, person=user, fence=F("fence") + 1, lease_until=None, due_at=None)
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
            Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING).update(state=Inbound.State.PARKED)
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
        given = Conversation.objects.filter(pk=conversation.pk).exclude(owner=Owner.BOT).update(owner=Owner.BOT, person=None)
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
        # What was asked before the person came is over: an "ok" to the person must not book, and old misunderstandings
        # must not hand the guest over again.
        if proposal and proposal["kind"] != "cancel":
            for quote in Quote.objects.filter(hotel_id=conversation.hotel_id, key=proposal["key"]):
                holds.release(quote)
        state = Conversation.objects.get(pk=conversation.pk).state
        fresh = state | {"misunderstood": 0, "proposal": None, "awaiting": None, "choices": [], "offered": "", "tries": 0}
        Conversation.objects.filter(pk=conversation.pk).update(state=fresh)
        record(conversation, "given_back", user=user)
    conversation.refresh_from_db()
    return True


def reply(conversation: Conversation, user: AbstractBaseUser, text: str, *, key: str = "") -> Message:
    """A person writes; the same key twice is one message. Takes the conversation when it is free.

    Raises NotYours, and ContentError for what the channel does not take.
    """
    take(conversation, user)
    key = f"staff:{conversation.pk}:{key or uuid.uuid4().hex}"
    with transaction.atomic():
        existing = Message.objects.filter(conversation=conversation, outbound__dedupe_key=key).first()
        if existing is not None:
            return existing
        rows = outbox.post(conversation.thread, Content("text", text), dedupe_key=key, author=Outbound.Author.STAFF)
        now = timezone.now()
        message = Message.objects.create(
            conversation=conversation, author=Message.Author.STAFF, user_id=user.pk, text=text, outbound=rows[0], at=now
        )
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now)
        Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.PARKED).update(
            state=Inbound.State.ANSWERED, reason="answered by staff"
        )
    return message


def record(conversation: Conversation, type_: str, *, user: AbstractBaseUser | None = None, **data: object) -> Event:
    """Append an event."""
    return Event.objects.create(
        hotel_id=conversation.hotel_id,
        conversation=conversation,
        type=type_,
        data=data,
        user_id=user.pk if user else None,
        at=timezone.now(),
    )
