"""The guest's own bookings."""

from __future__ import annotations

from conversations.dialogue import phrasebook
from conversations.dialogue.intents import booking
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import OwnBooking


def status(turn: Turn, _intent: str) -> None:
    found = turn.desk.bookings()
    if not found:
        turn.say("no_bookings")
        turn.offer(("person", "person"))
        return
    turn.parts.append("\n".join([phrasebook.say(turn.language, "bookings_intro"), *(line(turn, row) for row in found)]))


def modify(turn: Turn, _intent: str) -> None:
    """A booking being made is changed here; one that is made, by a person."""
    if turn.state.goal == "book":
        booking.progress(turn)
        return
    turn.say("change_person")
    turn.pass_on("cannot_do", announce=False)


def line(turn: Turn, row: OwnBooking) -> str:
    return phrasebook.say(
        turn.language, "booking_line", **booking.described(turn, row), state=phrasebook.say(turn.language, f"state_{row.state}")
    )
