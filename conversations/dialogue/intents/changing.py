"""Changing a booking of the guest's own: the booking is loaded as what is known, the guest corrects it, and says yes to the
new price."""

from __future__ import annotations

import re

from conversations.dialogue.intents import booking, own_bookings
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import OwnBooking, State
from conversations.dialogue.understanding import understand
from conversations.dialogue.understanding.normalise import fold
from conversations.dialogue.understanding.party import changes as party_changes

PARTS = {
    "dates": re.compile(r"\b(?:fechas?|dias?|dates?|days?|datas?|llegada|salida|arrival|departure|chegada|saida)\b"),
    "people": re.compile(r"\b(?:personas?|gente|huespedes|people|guests?|persons?|pessoas?|hospedes)\b"),
    "room": re.compile(r"\b(?:habitacion\w*|cuartos?|piezas?|rooms?|quartos?|tipo|type)\b"),
}
CLEARED = {"dates": ("check_in", "check_out", "nights"), "people": ("adults", "children", "child_ages"), "room": ("room_type", "rooms")}


def start(turn: Turn, _intent: str) -> None:
    """A booking that is only being made is corrected there; one that is made is found first."""
    if turn.state.goal == "book" and not (turn.understanding.slots.get("booking_code") or _means_another(turn)):
        booking.progress(turn)
        return
    if turn.state.goal == "change" and turn.state.slots.get("booking_code") and turn.state.slots.get("adults"):
        row = next((row for row in turn.desk.bookings() if row.reference == turn.state.slots["booking_code"]), None)
        if row is not None:
            _progress(turn, row)
            return
    turn.change(goal="change")
    row = own_bookings.chosen(turn, "change")
    if row is None:
        return
    if row.state != "confirmed":
        turn.say("change_not_now", reference=row.reference)
        booking.forget(turn)
        return
    _load(turn, row)
    _progress(turn, row)


def is_meant(turn: Turn) -> bool:
    """ "Mi suegra viene también", of somebody who has a booking: that one changes, no other stay is looked for."""
    if turn.state.goal or turn.understanding.slots.keys() - CLEARED["people"] or not party_changes.tells(fold(turn.message.text)):
        return False
    return any(row.state == "confirmed" for row in turn.desk.bookings())


def part(turn: Turn, name: str) -> None:
    """The guest told which part is to change, not yet into what."""
    turn.state = turn.state.with_slots(**dict.fromkeys(CLEARED[name]))
    turn.change(offered="")
    booking.progress(turn)


def _means_another(turn: Turn) -> bool:
    """ "Quiero cambiar mi reserva" while a room is being looked for, and nothing said that could correct it."""
    return bool(turn.desk.bookings()) and not turn.understanding.slots and not turn.understanding.clarify


def _load(turn: Turn, row: OwnBooking) -> None:
    """What is booked becomes what is known, and the message is read again in its light: "una noche más" needs the end, "se suma mi
    sobrina" those who are booked."""
    known = {
        "booking_code": row.reference, "check_in": row.check_in.isoformat(), "check_out": row.check_out.isoformat(),
        "nights": (row.check_out - row.check_in).days, "adults": row.adults, "children": row.children,
        "child_ages": list(row.child_ages), "room_type": row.room_type, "rooms": row.room_type.count("+") + 1,
    }  # fmt: skip
    turn.state = turn.state.with_slots(**known)
    turn.change(goal="change", offered="", awaiting=None)
    for text in dict.fromkeys((turn.state.wanted, turn.message.text)):
        if text:
            heard = State(slots=turn.state.slots, language=turn.language)
            turn.understanding = understand(text, hotel=turn.hotel, state=heard, now=turn.now)
            turn.understanding.slots.pop("name", None)
            turn.remember()
    turn.change(wanted="")


def _progress(turn: Turn, row: OwnBooking) -> None:
    slots = turn.state.slots
    stands = {"check_in": row.check_in.isoformat(), "check_out": row.check_out.isoformat(), "adults": row.adults, "children": row.children}
    same = all(slots.get(name) == value for name, value in stands.items()) and booking.code_of(turn) == row.room_type
    if not same or turn.understanding.clarify:
        booking.progress(turn)
        return
    told = fold(turn.message.text)
    named = [name for name, pattern in PARTS.items() if pattern.search(told)] if turn.state.awaiting == "change" else []
    if len(named) == 1:
        part(turn, named[0])
        return
    turn.say("ask_change", **booking.described(turn, row))
    turn.offer(("part:dates", "part_dates"), ("part:people", "part_people"), ("part:room", "part_room"))
    turn.change(awaiting="change")
