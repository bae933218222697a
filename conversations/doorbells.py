"""What rings from below: a booking that settled after its turn was over, a letter that did not reach the guest."""

from __future__ import annotations

import datetime as dt
from typing import Any

from channels_app.models import Outbound
from channels_app.signals import outbound_changed
from channels_app.transports.whatsapp import errors
from conversations import handoff, turns
from conversations.desk import code_of, described, hotel_view, settled_key
from conversations.dialogue import phrasebook
from conversations.models import Conversation, Guest
from pms.terms import Party
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


def on_booking_settled(sender: type[Booking], booking: Booking, **_kwargs: Any) -> None:
    """Tell the guest, unless the turn that asked is still there to do it. Inside the booking's transaction."""
    if booking.told or not booking.conversation_ref.isdigit():
        return
    conversation = Conversation.objects.filter(hotel=booking.hotel, pk=int(booking.conversation_ref)).first()
    event = EVENTS.get(Booking.State(booking.state))
    if booking.state == Booking.State.CONFIRMED and booking.last_change_id:
        event = "booking_change_refused" if booking.reason else "booking_changed"
    if conversation is None or event is None or Outbound.objects.filter(dedupe_key=settled_key(booking)).exists():
        return
    handoff.record(conversation, event, **described(booking))
    if booking.state != Booking.State.UNKNOWN:  # the guest already heard "I'm checking"
        turns.say(conversation, _words(booking), settled_key(booking))


def on_outbound_changed(sender: type[Outbound], outbound: Outbound, previous: str, **_kwargs: Any) -> None:
    """Staff see every letter that did not reach the guest; one of the receptionist's calls a person. Inside the letter's
    transaction, with its thread or its own row locked."""
    if outbound.state not in LOST or outbound.content["kind"] == "read":
        return
    conversation = Conversation.objects.filter(thread=outbound.thread_id).first()
    if conversation is None:
        return
    handoff.record(
        conversation, "not_delivered", outbound=outbound.pk, state=str(outbound.state), code=outbound.error_code, reason=outbound.error_text
    )
    if errors.rule_of(outbound.error_code).kind == errors.Kind.OPTED_OUT:
        Guest.objects.filter(pk=conversation.guest_id).update(opted_out=True)
    # An unknown outcome may still be settled by a status; tasks.repair calls a person when it is not.
    if outbound.author != Outbound.Author.STAFF and outbound.state != Outbound.State.UNKNOWN:
        handoff.call_person(conversation.pk, "not_delivered")


def _words(booking: Booking) -> str:
    language = booking.language if booking.language in phrasebook.LANGUAGES else "es"
    if booking.state == Booking.State.CANCELLED:
        return phrasebook.say(language, "cancelled", reference=booking.reference)
    if booking.state == Booking.State.REJECTED:
        why = f"why_{booking.reason}" if booking.reason in {"sold_out", "price_changed"} else "why_other"
        return phrasebook.say(language, "rejected", reference=booking.reference, why=phrasebook.say(language, why))
    if booking.reason.startswith("change_"):
        return phrasebook.say(language, "change_refused", reference=booking.reference)
    today = booking.hotel.local_now().date()
    return phrasebook.say(
        language,
        "changed" if booking.last_change_id else "confirmed",
        party=phrasebook.party(language, Party(booking.adults, booking.children, tuple(booking.child_ages))),
        name=booking.guest_name,
        reference=booking.reference,
        room=_room(booking, language),
        check_in=phrasebook.date(language, booking.check_in, today=today),
        check_out=phrasebook.date(language, booking.check_out, today=today),
        nights=phrasebook.counted(language, (booking.check_out - booking.check_in) // dt.timedelta(days=1), "night"),
        total=phrasebook.money(language, booking.total, booking.currency),
    )


def _room(booking: Booking, language: str) -> str:
    return hotel_view(booking.hotel, booking.hotel.local_now()).rooms_name(code_of(booking), language)
