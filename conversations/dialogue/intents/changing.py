"""Changing a booking of the guest's own: the booking is loaded as what is known, the guest corrects it, and says yes to the
new price."""

from __future__ import annotations

from conversations.dialogue.intents import booking, own_bookings
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import OwnBooking, State
from conversations.dialogue.understanding import understand
from conversations.dialogue.understanding.normalise import fold
from conversations.dialogue.understanding.party import changes as party_changes

PARTS = {
    "dates": compiled(r"\b(?:fechas?|dias?|dates?|days?|datas?|llegada|salida|arrival|departure|chegada|saida)\b"),
    "people": compiled(r"\b(?:personas?|gente|huespedes|people|guests?|persons?|pessoas?|hospedes)\b"),
    "room": compiled(r"\b(?:habitacion\w*|cuartos?|piezas?|rooms?|quartos?|tipo|type)\b"),
}
# Said of what stands: an arrival or a departure that moves, nights more or fewer, another day, people or room instead.
_NUMBER = r"(?:un[oa]?|one|an?|uma?|dos|two|dois|duas|tres|three|\d)"
_CORRECTS = compiled(
    rf"\b{_NUMBER} (?:dia|day|noche|night|noite)s? (?:antes|despues|mas|menos|earlier|later|sooner|longer|more|less|extra|depois"
    rf"|a mais|a menos)\b"
    r"|\bse (?:me |nos )?(?:sum|baj|agreg)\w+\b"
    rf"|\b(?:otra|another|outra|mais uma|one more|an extra|una|uma) (?:noche|night|noite)(?: mas)?\b|\b{_NUMBER} (?:more|fewer"
    rf"|extra) nights?\b"
    r"|\b(?:only|just|solo|so|apenas) (?:need |want |queremos |necesitamos |precisamos (?:de )?)?\w+ (?:nights?|noches?|noites?)\b"
    rf"|\b{_NUMBER} (?:nights?|noches?|noites?) (?:is|are|es|son|alcanza\w*|basta\w*|chega\w*|sobra\w*|after all|instead|would be)\b"
    r"|\b(?:mejor|melhor|al final|no final|na verdade|actually|after all|in the end|rather|instead|en vez|en lugar|em vez|afinal"
    r"|i meant|quise decir|quis dizer|me equivoque|me enganei|make it|hang on|oops)\b"
    r"|\b(?:llegamos|llego|llegar\w*|entramos|arriv\w+|come|chegamos|chego|chegar\w*)\b.{0,20}\b(?:antes|despues|earlier|later|depois)\b"
    r"|\b(?:adelant|atras|postpon|prolong|extend|extiend|alarg|antecip|adi)(?:ar|amos|o|e|en)?\w*\b.{0,20}\b(?:estad|stay|reserva"
    r"|booking|llegada|salida|arrival|chegada|saida|noche|night|noite|dia|day)\w*"
    r"|\b(?:not|no|nao) (?:the |la |el |o |a )?(?:\d{1,2}(?:st|nd|rd|th)?|december|january|diciembre|enero|dezembro|janeiro|double"
    r"|twin|doble|duplo)\b"
)
# A room or a booking beside the one there is.
_ANEW = compiled(
    r"\b(?:otra|otro|another|outr[oa]|nueva|new|nova|second|segunda|additional|adicional|mais um|one more|mais uma|extra|tambien"
    r"|tambem|also)"
    r" (?:\w+ )?(?:reserva|booking|reservation|habitacion|cuarto|room|quarto|doble|double|duplo|twin|individual|single|suite|familiar"
    r"|family)\b"
    r"|\b(?:hay|tienen|tenes|tem|do you have|have you got|is there|are there|any)\b.{0,25}\b(?:lugar|habitacion\w*|disponib\w*|rooms?"
    r"|vagas?|availab\w*|quartos?)\b"
)
# Of one more guest this asks whether the room is large enough.
_PLACE = compiled(
    r"\b(?:hay|habra|tienen|tenes|tem|da|is there|have you got|do you have)\b.{0,12}"
    r"\b(?:lugar|espacio|espaco|space|room for\b|room(?=\W*$))"
)
CLEARED = {"dates": ("check_in", "check_out", "nights"), "people": ("adults", "children", "child_ages"), "room": ("room_type", "rooms")}


def start(turn: Turn, _intent: str) -> None:
    """A booking that is only being made is corrected there; one that is made is found first."""
    if turn.state.goal == "book" and not (turn.understanding.slots.get("booking_code") or _means_another(turn)):
        booking.progress(turn)
        return
    if turn.state.goal == "change" and turn.state.slots.get("booking_code") and turn.state.slots.get("adults"):
        row = turn.own_booking(turn.state.slots["booking_code"])
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
    """ "Mi suegra viene también", "mejor llegamos el 10", of somebody who has one booking: that one changes, no other stay is looked
    for."""
    text = fold(turn.message.text)
    people = party_changes.tells(text) and not turn.understanding.slots.keys() & {"check_in", "check_out"}
    if turn.state.goal or _ANEW.search(_PLACE.sub(" ", text) if people else text):
        return False
    if not people and not _CORRECTS.search(text):
        return False
    return [row.state for row in turn.desk.bookings()] == ["confirmed"]


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
