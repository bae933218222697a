"""When the receptionist leaves e-mail to people: mails whose sender nobody vouches for, and talks that look like two programs
answering each other (facts: GMAIL, 6)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from channels_app import inbox
from channels_app.models import Account, Inbound, Outbound
from channels_app.transports.mail import ids
from conversations import switch
from conversations.dialogue.types import State
from conversations.models import Conversation, DeskSettings
from reservations.models import Booking

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# Answers to one address in an hour and in a day; more while a booking is being made, which takes questions, but not for ever:
# "I am away from the 3rd to the 8th" looks like the beginning of one.
LIMITS, BOOKING_LIMITS = (5, 12), (20, 40)
# Answers by one mailbox to what one address sent in others' names, as the form of a site does: many guests use it, and whoever fills
# it in with strangers' addresses has us write to them.
NAMED_LIMITS = (20, 60)
# Somebody who writes the same so many times is no person, or needs one.
SAME = 3


def reason(conversation: Conversation, letters: list[Inbound]) -> str:
    """Why a person has to answer these letters, or nothing."""
    if conversation.thread.account.kind != Account.Kind.EMAIL:
        return ""
    writer = conversation.thread.user_id
    if DeskSettings.objects.filter(Q(duty_email__iexact=writer) | Q(manager_email__iexact=writer), hotel=conversation.hotel_id).exists():
        return "mail_colleague"
    for letter in letters:
        if letter.kind in inbox.FOR_PEOPLE:
            return f"mail_{letter.kind}"
    state = State.from_json(conversation.state)
    # A word decides here: a booking is on the table, or one was opened.
    if (state.proposal is not None or state.opened) and not all(_answers_us(letter) for letter in letters):
        return "mail_unproven"
    is_braked = _is_fast(conversation, state) or _is_the_same(conversation) or any(_is_flooded(conversation, one) for one in letters)
    return "mail_brake" if is_braked else ""


def _answers_us(letter: Inbound) -> bool:
    """Anybody can write under a guest's address; only who reads its mail can answer one of ours, whose id nobody else can make."""
    ours = ids.outbound_of(letter.reply_to)
    return ours is not None and Outbound.objects.filter(pk=ours, thread=letter.thread_id).exists()


def _is_fast(conversation: Conversation, state: State) -> bool:
    limits = BOOKING_LIMITS if _is_booking(conversation, state) else LIMITS
    return _are_many(Outbound.objects.filter(thread=conversation.thread_id), limits)


def _is_flooded(conversation: Conversation, letter: Inbound) -> bool:
    """Has this mailbox answered too much of what the address the letter is from sent for others?"""
    sender = str(letter.raw.get("from", ""))
    if sender in {"", conversation.thread.user_id}:
        return False  # the writer's own, counted with the thread
    named = Inbound.objects.filter(thread=OuterRef("thread"), raw__from=sender, received_at__gt=timezone.now() - DAY)
    return _are_many(Outbound.objects.filter(Exists(named), account=conversation.thread.account_id), NAMED_LIMITS)


def _are_many(sent: QuerySet[Outbound], limits: tuple[int, int]) -> bool:
    """Answers of the receptionist's, in an hour or in a day."""
    now = timezone.now()
    mine = sent.filter(author=Outbound.Author.BOT, created_at__gt=now - DAY).exclude(state=Outbound.State.ABORTED)
    counted = mine.aggregate(hour=Count("pk", filter=Q(created_at__gt=now - HOUR)), day=Count("pk"))
    return bool(counted["hour"] >= limits[0] or counted["day"] >= limits[1])


def _is_booking(conversation: Conversation, state: State) -> bool:
    if state.goal or state.proposal is not None:
        return True
    # Whoever has booked here is somebody, and may have questions.
    return Booking.objects.filter(hotel=conversation.hotel_id, conversation_ref=str(conversation.pk), state__in=switch.STAYING).exists()


def _is_the_same(conversation: Conversation) -> bool:
    last = Inbound.objects.filter(thread=conversation.thread_id, received_at__gt=timezone.now() - DAY, kind="text")
    words = list(last.order_by("-provider_time", "-pk").values_list("text", flat=True)[:SAME])
    return len(words) == SAME and len(set(words)) == 1 and len(words[0]) > 20
