"""What each intent does. A new intent is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from conversations.dialogue.intents import booking, cancelling, changing, facts, own_bookings, people, smalltalk
from conversations.dialogue.turn import Turn

Handler = Callable[[Turn, str], None]

# Nothing else of the message is looked at once one of these ran.
FIRST: dict[str, Handler] = {
    "emergency": people.emergency,
    "human_handoff": people.asked,
    "complaint": people.complaint,
    "opt_out": people.opt_out,
}
# Answered one after the other, as they were asked; the thread of the talk is picked up afterwards.
QUESTIONS: dict[str, Handler] = {
    **dict.fromkeys(facts.TOPICS, facts.answer),
    "room_info": facts.rooms,
    "reservation_status": own_bookings.status,
    "restaurant_or_spa_booking": people.table_or_treatment,
}
# What a talk can be about; the first that fits is followed.
GOALS: dict[str, Handler] = {
    "cancel_reservation": cancelling.start,
    "modify_reservation": changing.start,
    "make_reservation": booking.start,
    "check_availability": booking.start,
    "price_quote": booking.start,
}
# Goals about bookings that are made.
OWN: dict[str, Handler] = {"cancel": cancelling.start, "change": changing.start, "status": own_bookings.status}
SMALL_TALK: dict[str, Handler] = {
    "greeting": smalltalk.greeting,
    "thanks": smalltalk.thanks,
    "goodbye": smalltalk.goodbye,
    "repeat": smalltalk.repeat,
}
