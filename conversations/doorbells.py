"""What rings from below: a booking that settled after its turn was over, a letter that did not reach the guest."""

from __future__ import annotations

from typing import Any

from channels_app.models import Media, Outbound
from channels_app.signals import media_fetched, outbound_changed
from channels_app.transports.whatsapp import errors
from conversations import handoff, live, mails, trail, turns, voices
from conversations.desk import described, is_by_staff, language_of, settled_key, standing
from conversations.dialogue import phrasebook
from conversations.models import Conversation, Guest
from conversations.relay import answering, telling
from reservations.deposits import UNPAID
from reservations.models import Booking
from reservations.signals import booking_settled

LOST = {Outbound.State.FAILED, Outbound.State.EXPIRED, Outbound.State.UNKNOWN}
EVENTS = {
    Booking.State.CONFIRMED: "booking_confirmed",
    Booking.State.REJECTED: "booking_rejected",
    Booking.State.UNKNOWN: "booking_unknown",
    Booking.State.CANCELLED: "booking_cancelled",
}


def connect() -> None:
    booking_settled.connect(on_booking_settled, dispatch_uid="conversations.doorbells")
    outbound_changed.connect(on_outbound_changed, dispatch_uid="conversations.doorbells")
    media_fetched.connect(on_media_fetched, dispatch_uid="conversations.doorbells")


def on_booking_settled(sender: type[Booking], booking: Booking, **_kwargs: Any) -> None:
    """Tell the guest, unless the turn that asked is still there to do it. Inside the booking's transaction."""
    mails.tell_of(booking)
    if booking.told or not booking.conversation_ref.isdigit():
        return
    conversation = Conversation.objects.filter(hotel=booking.hotel, pk=int(booking.conversation_ref)).first()
    event = EVENTS.get(Booking.State(booking.state))
    if booking.state == Booking.State.CONFIRMED and booking.last_change_id:
        event = "booking_change_refused" if booking.reason else "booking_changed"
    if booking.reason == "cancel_refused":
        event = "booking_cancel_refused"
    if conversation is None or event is None or Outbound.objects.filter(dedupe_key=settled_key(booking)).exists():
        return
    trail.record(conversation, event, **described(booking))
    if is_by_staff(booking):
        return
    if booking.state != Booking.State.UNKNOWN:  # the guest already heard "I'm checking"
        with voices.speaking(booking.hotel_id):
            turns.say(conversation, _words(booking), settled_key(booking))
    if event in {"booking_cancel_refused", "booking_change_refused"}:
        handoff.call_person(conversation.pk, "cannot_do")


def on_outbound_changed(sender: type[Outbound], outbound: Outbound, previous: str, **_kwargs: Any) -> None:
    """Staff see every letter that did not reach the guest; one of the receptionist's calls a person. Inside the letter's
    transaction, with its thread or its own row locked."""
    if outbound.content["kind"] == "read":
        return
    if outbound.state not in LOST and previous not in LOST:  # nearly all: nothing is loaded for them
        live.ticked(outbound.thread_id)
        return
    talks = Conversation.objects.filter(thread=outbound.thread_id)
    if outbound.state not in LOST:  # what was lost stood in a view of its own
        live.changed_ids(list(talks.values_list("hotel_id", "pk")))
        return
    conversation = talks.first() or mails.conversation_of(outbound)
    if conversation is None or telling.colleagues([outbound.thread]):
        return
    trail.record(
        conversation, "not_delivered", outbound=outbound.pk, state=str(outbound.state), code=outbound.error_code, reason=outbound.error_text
    )
    if errors.rule_of(outbound.error_code).kind == errors.Kind.OPTED_OUT:
        Guest.objects.filter(pk=conversation.guest_id).update(opted_out=True)
    if outbound.author == Outbound.Author.STAFF:
        answering.lost(outbound)
    # An unknown outcome may still be settled by a status; tasks.repair calls a person when it is not.
    if outbound.author != Outbound.Author.STAFF and outbound.state != Outbound.State.UNKNOWN:
        handoff.call_person(conversation.pk, "not_delivered")


def on_media_fetched(sender: type[Media], media: Media, **_kwargs: Any) -> None:
    """Open pages show it. Inside the file's transaction."""
    live.changed_ids(list(Conversation.objects.filter(thread=media.inbound.thread_id).values_list("hotel_id", "pk")))


def _words(booking: Booking) -> str:
    language = language_of(booking)
    if booking.state == Booking.State.CANCELLED:
        return phrasebook.say(language, "cancelled_unpaid" if booking.reason == UNPAID else "cancelled", reference=booking.reference)
    if booking.state == Booking.State.REJECTED:
        why = f"why_{booking.reason}" if booking.reason in {"sold_out", "price_changed"} else "why_other"
        return phrasebook.say(language, "rejected", reference=booking.reference, why=phrasebook.say(language, why))
    if booking.reason == "cancel_refused":
        return phrasebook.say(language, "cancel_refused", reference=booking.reference)
    if booking.reason.startswith("change_"):
        return phrasebook.say(language, "change_refused", reference=booking.reference)
    return standing(booking, language)
