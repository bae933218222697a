"""When the receptionist leaves e-mail to people: mails whose sender nobody vouches for, and talks that look like two programs
answering each other (facts: GMAIL, 6)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q
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
    return "mail_brake" if _is_fast(conversation, state) or _is_the_same(conversation) else ""


def _answers_us(letter: Inbound) -> bool:
    """Anybody can write under a guest's address; only who reads its mail can answer one of ours, whose id nobody else can make."""
    ours = ids.outbound_of(letter.reply_to)
    return ours is not None and Outbound.objects.filter(pk=ours, thread=letter.thread_id).exists()


def _is_fast(conversation: Conversation, state: State) -> bool:
    now = timezone.now()
    sent = Outbound.objects.filter(thread=conversation.thread_id, author=Outbound.Author.BOT, created_at__gt=now - DAY)
    counted = sent.exclude(state=Outbound.State.ABORTED).aggregate(hour=Count("pk", filter=Q(created_at__gt=now - HOUR)), day=Count("pk"))
    hour, day = BOOKING_LIMITS if _is_booking(conversation, state) else LIMITS
    return bool(counted["hour"] >= hour or counted["day"] >= day)


def _is_booking(conversation: Conversation, state: State) -> bool:
    if state.goal or state.proposal is not None:
        return True
    # Whoever has booked here is somebody, and may have questions.
    return Booking.objects.filter(hotel=conversation.hotel_id, conversation_ref=str(conversation.pk), state__in=switch.STAYING).exists()


def _is_the_same(conversation: Conversation) -> bool:
    last = Inbound.objects.filter(thread=conversation.thread_id, received_at__gt=timezone.now() - DAY, kind="text")
    words = list(last.order_by("-provider_time", "-pk").values_list("text", flat=True)[:SAME])
    return len(words) == SAME and len(set(words)) == 1 and len(words[0]) > 20
