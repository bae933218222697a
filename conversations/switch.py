"""The hotel-wide switch: the receptionist answers everybody, only guests with a booking, or nobody.

A turn holds the switch's row (FOR SHARE) while it commits, so whoever turns it off waits for turns that are being written,
and then stops what they queued: after that nothing of the receptionist's leaves.
"""

from __future__ import annotations

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from channels_app import outbox
from channels_app.models import Inbound, Outbound, Thread
from conversations import handoff, live
from conversations.dialogue.types import State
from conversations.models import Conversation, DeskSettings, ModeChange
from hotelagent.hotels.models import Hotel
from reservations.models import Booking

log = structlog.get_logger(__name__)

Mode = DeskSettings.Mode
STAYING = [Booking.State.CONFIRMED, Booking.State.CHANGING]


def may_answer(conversation: Conversation, *, hold: bool = False) -> bool:
    """May the receptionist answer this guest? ``hold``: keep the answer true until the transaction ends."""
    with connection.cursor() as cursor:
        asked = "SELECT mode FROM conversations_desksettings WHERE hotel_id = %s"
        cursor.execute(asked + " FOR SHARE" if hold else asked, [conversation.hotel_id])
        row = cursor.fetchone()
    mode = row[0] if row else Mode.LIVE
    if mode == Mode.CURRENT:
        return _has_a_stay(conversation)
    return bool(mode == Mode.LIVE)


def _has_a_stay(conversation: Conversation) -> bool:
    """A confirmed booking that is not over yet."""
    today = conversation.hotel.local_now().date()
    rows = Booking.objects.filter(hotel=conversation.hotel_id, guest_key=conversation.guest.key, state__in=STAYING)
    return rows.filter(check_out__gte=today).exists()


def pass_on(conversation: Conversation, letters: list[Inbound], reason: str) -> None:
    """The receptionist does not answer these letters: they wait for a person. Inside a transaction, with the conversation
    locked."""
    Inbound.objects.filter(pk__in=[letter.pk for letter in letters]).update(state=Inbound.State.PARKED)
    conversation.lease_until = conversation.due_at = None
    conversation.save(update_fields=["lease_until", "due_at"])
    summary = handoff.summary_of(State.from_json(conversation.state))
    handoff.request(conversation, reason, summary, since=min(letter.received_at for letter in letters))


def turn(hotel: Hotel, mode: str, user: AbstractBaseUser) -> None:
    """Set the switch, and on the way down stop what the receptionist has queued. Kept with who and when."""
    row, _made = DeskSettings.objects.get_or_create(hotel=hotel)
    with transaction.atomic():
        current = DeskSettings.objects.select_for_update().get(pk=row.pk)
        if current.mode == mode:
            return
        ModeChange.objects.create(hotel=hotel, user_id=user.pk, before=current.mode, after=mode)
        current.mode = mode
        current.save(update_fields=["mode"])
        live.tell(hotel.pk, mode=mode)
    log.warning("the receptionist was switched", hotel=hotel.pk, mode=mode)
    if mode == Mode.LIVE:
        return
    threads = Thread.objects.filter(
        account__hotel=hotel, outbound__state__in=[Outbound.State.QUEUED, Outbound.State.SENDING], outbound__author=Outbound.Author.BOT
    ).distinct()
    for thread in threads.select_related("conversation__guest", "conversation__hotel"):
        talk = getattr(thread, "conversation", None)
        if talk is not None and mode == Mode.CURRENT and _has_a_stay(talk):
            continue
        with transaction.atomic():
            outbox.shut_gate(thread)
            owner = Conversation.objects.filter(thread=thread).values_list("owner", flat=True).first()  # as it is under the lock
            if talk is not None and owner == Conversation.Owner.BOT:
                handoff.call_person(talk.pk, "switched_off")  # what it was to say is a person's to say now
