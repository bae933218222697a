"""What staff read: words for the codes the receptionist and its rows use, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation, Detail, Fact, Faq, Message

# Why the receptionist passed a guest on; the codes are those of conversations.dialogue and conversations.turns.
REASONS = {
    "asked": _("asked for a person"),
    "not_understood": _("not understood twice"),
    "complaint": _("complaint"),
    "emergency": _("emergency"),
    "urgent": _("cannot wait"),
    "cannot_do": _("beyond the receptionist"),
    "pms_down": _("the PMS does not answer"),
    "failure": _("a fault of ours"),
    "not_delivered": _("an answer did not reach the guest"),
    "taken": _("taken over by staff"),
    "switched_off": _("the receptionist is switched off"),
    "mail_brake": _("many answers by e-mail in a short time: perhaps a program writes"),
    "mail_relayed": _("passed on by an agency or a program"),
    "mail_unproven": _("the sender is perhaps not who it claims to be"),
    "mail_unaddressed": _("the e-mail was not addressed to the hotel"),
    "mail_colleague": _("a colleague writes"),
    "mail_anonymous": _("nobody can tell who wrote the e-mail"),
    "mail_wordless": _("the e-mail holds nothing but what it answers"),
    "mail_ongoing": _("goes on with e-mails the hotel wrote elsewhere"),
    "mail_too_large": _("the e-mail is too large to be read"),
}
EVENTS: dict[str, tuple[str, Any]] = {
    "handed_off": ("support_agent", _("Passed on to a person")),
    "taken": ("person", _("Taken over")),
    "given_back": ("smart_toy", _("Given back to the receptionist")),
    "staff_booked": ("event_available", _("Booked at the desk")),
    "staff_changed": ("edit_calendar", _("Changed at the desk")),
    "staff_cancelled": ("event_busy", _("Cancelled at the desk")),
    "staff_late": ("schedule", _("Late check-out granted")),
    "sent_again": ("send", _("Sent once more")),
    "task_made": ("task_alt", _("Task made")),
    "task_done": ("task_alt", _("Task done")),
    "exported": ("download", _("Exported")),
    "linked": ("link", _("Known to be the same guest")),
    "vip": ("star", _("Marked as VIP")),
    "not_vip": ("star", _("No VIP any more")),
    "parted": ("link_off", _("Not the same guest")),
    "overdue": ("alarm", _("Nobody answered in time")),
    "returned_silent": ("undo", _("Back to the queue: the person was silent")),
    "returned_off": ("undo", _("Back to the queue: the person went off shift")),
    "released": ("undo", _("Back to the queue")),
    "released_by": ("undo", _("Put back by a person")),
    "snoozed": ("snooze", _("Snoozed")),
    "snooze_over": ("alarm", _("Snooze is over")),
    "closed": ("task_alt", _("Closed")),
    "not_delivered": ("sms_failed", _("A message did not reach the guest")),
    "answer_on_its_way": ("schedule_send", _("One answer was already on its way")),
    "hold_created": ("lock_clock", _("Room kept")),
    "booking_placing": ("sync", _("Booking under way")),
    "booking_confirmed": ("event_available", _("Booking confirmed")),
    "booking_rejected": ("event_busy", _("Booking not possible")),
    "booking_unknown": ("help", _("Booking being checked")),
    "booking_changed": ("edit_calendar", _("Booking changed")),
    "booking_change_refused": ("event_busy", _("Change not possible")),
    "booking_cancelled": ("event_busy", _("Booking cancelled")),
}
# What the talk remembers, as labels beside the transcript.
REMEMBERED = {
    "check_in": _("check-in"), "check_out": _("check-out"), "nights": _("nights"), "adults": _("adults"), "children": _("children"),
    "child_ages": _("children's ages"), "room_type": _("room type"), "rooms": _("rooms"),
    "booking_code": _("booking"), "name": _("name"), "email": _("e-mail"), "phone": _("phone"),
}  # fmt: skip
# What a guest may mean; the codes are those of conversations.dialogue, and of the facts that answer them.
INTENTS = {
    "inform": _("Gives details"), "affirm": _("Agrees"), "deny": _("Declines"), "greeting": _("Greets"), "thanks": _("Thanks"),
    "goodbye": _("Says goodbye"), "repeat": _("Asks to repeat"), "check_availability": _("Asks for a free room"),
    "make_reservation": _("Wants to book"), "price_quote": _("Asks the price"), "cancel_reservation": _("Wants to cancel"),
    "modify_reservation": _("Wants to change a booking"), "reservation_status": _("Asks about a booking"),
    "room_info": _("Asks about the rooms"), "amenity_pool": _("Asks about the pool"), "amenity_gym": _("Asks about the gym"),
    "amenity_spa": _("Asks about the spa"), "amenity_wifi": _("Asks about Wi-Fi"), "amenity_parking": _("Asks about parking"),
    "amenity_breakfast": _("Asks about breakfast"), "amenity_restaurant": _("Asks about the restaurant"),
    "amenity_laundry": _("Asks about laundry"), "accessibility": _("Asks about access"), "policy_pets": _("Asks about pets"),
    "policy_children": _("Asks about children"), "policy_cancellation": _("Asks about cancelling"),
    "policy_smoking": _("Asks about smoking"), "policy_deposit": _("Asks about a deposit"),
    "check_in_time": _("Asks the check-in time"), "check_out_time": _("Asks the check-out time"),
    "early_checkin": _("Wants to arrive early"), "late_checkout": _("Wants to leave late"), "location_directions": _("Asks the way"),
    "airport_transfer": _("Asks for a transfer"), "payment_methods": _("Asks how to pay"), "invoice": _("Asks for an invoice"),
    "hotel_contact": _("Asks for the hotel's contact"), "housekeeping": _("Asks for housekeeping"),
    "maintenance": _("Something is broken"), "room_service": _("Asks for room service"), "lost_item": _("Lost something"),
    "complaint": _("Complains"), "human_handoff": _("Asks for a person"), "opt_out": _("Wants no more messages"),
    "emergency": _("Emergency"),
}  # fmt: skip


def reason_word(code: str) -> str:
    return str(REASONS.get(code, code.replace("_", " ")))


def intent_word(code: str) -> str:
    return str(INTENTS.get(code, code.replace("_", " ")))


def summary_words(summary: str) -> str:
    """The summary of a hand-off ("name: value · …") with its names in the reader's language."""
    parts = [part.partition(": ") for part in summary.split(" · ")]
    return " · ".join(
        f"{REMEMBERED[name]}: {value}" if name in REMEMBERED and colon else name + colon + value for name, colon, value in parts
    )


def guest_word(conversation: Conversation) -> str:
    """Who writes, as well as we know it."""
    return conversation.guest.name or conversation.thread.name or conversation.thread.address


def name_of(user: Any) -> str:
    """How colleagues know a person; "" for nobody."""
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def author_word(row: Message) -> str:
    """Who said it: a colleague by name, everybody else by what they are."""
    return name_of(row.user) if row.user else row.get_author_display()


_SOURCE = re.compile(r"(fact|faq|detail):(\d+):v(\d+)")


def sources_of(hotel: int, rows: list[Message]) -> dict[str, tuple[str, str]]:
    """Facts, exact values and frequent questions by the name an answer keeps: (words, address of their page)."""
    named = {name: match for row in rows for name in row.sources if (match := _SOURCE.fullmatch(name))}
    found: dict[str, tuple[str, str]] = {}
    for kind, model in (("fact", Fact), ("faq", Faq), ("detail", Detail)):
        keys = {int(match[2]) for match in named.values() if match[1] == kind}
        known = {row.pk: row for row in model.objects.filter(hotel_id=hotel, pk__in=keys)} if keys else {}
        for name, match in named.items():
            row = known.get(int(match[2]))
            if match[1] == kind and row is not None:
                found[name] = (f"{_source_word(row)} · v{match[3]}", reverse(f"admin:conversations_{kind}_change", args=[row.pk]))
    return found


def _source_word(row: Any) -> str:
    return intent_word(row.topic) if isinstance(row, Fact | Detail) else str(row)
