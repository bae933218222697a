"""The guest's own bookings: which one is meant, and how it stands.

Knowing a code is not enough. A booking is the guest's own when it was made on this very channel, or when code and surname
are told; two wrong ones, and a person goes on.
"""

from __future__ import annotations

import re

from conversations.dialogue import phrasebook
from conversations.dialogue.intents import booking
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Choice, OwnBooking
from conversations.dialogue.understanding.normalise import fold

ASKED = {"booking_code", "surname"}
MOST_TRIES = 2
# Booked elsewhere, or the code is lost: a person finds it.
_NO_CODE = re.compile(
    r"\b(?:no (?:lo |la |me )?(?:tengo|encuentro|acuerdo|llego|se)|sin|nao (?:tenho|acho|lembro|sei|chegou|recebi)|sem|(?:don'?t|do not"
    r"|didn'?t|haven'?t|can'?t) (?:have|got|find|remember|receive\w*)|without|no|perdi|lost|never got)"
    r"\b.{0,30}\b(?:codigo|code|numero de reserva|booking number|confirmaci?on|confirmation|confirmacao)\b"
    r"|\b(?:por|via|through|via|no|en|on|pelo|pela) (?:booking|expedia|despegar|decolar|airbnb|trivago|hotels\.com|agencia|la agencia"
    r"|an agency|otra pagina|outro site|another site)\b"
)
_PAID = re.compile(
    r"\b(?:(?:ya |acabo de |recien )?(?:transferi|deposite|pague|pagamos|gire)|(?:sent|made|done) (?:the |a |my )?(?:transfer|payment"
    r"|deposit)|(?:i|we)(?:'ve| have)? (?:paid|transferred)"
    r"|(?:fiz|mandei|fizemos) o pix|(?:ja )?(?:paguei|transferi|pagamos)|(?:mando|adjunto|envio|segue|attached|here is"
    r"|here'?s) (?:\w+ ){0,2}(?:comprobante|comprovante|receipt|proof))\b"
)
_SURNAME = re.compile(r"\b(?:apellido|surname|last name|family name|sobrenome|apelido)\W+(?:es |is |e )?(\w+)")


def status(turn: Turn, _intent: str) -> None:
    found = turn.desk.bookings()
    code = turn.understanding.slots.get("booking_code")
    if not found or (code and code not in {row.reference for row in found}):
        turn.change(goal="status")
        row = chosen(turn, "status")
        if row is None:
            return
        found = [row]
    forget(turn, "status")
    turn.parts.append("\n".join([phrasebook.say(turn.language, "bookings_intro"), *(line(turn, row) for row in found)]))


def chosen(turn: Turn, purpose: str) -> OwnBooking | None:
    """The booking that is meant; None when that has to be asked first, or a person was called."""
    if turn.state.awaiting not in ASKED:
        turn.change(wanted=turn.message.text[:500])
    own = turn.desk.bookings()
    code = turn.state.slots.get("booking_code")
    if code:
        return next((row for row in own if row.reference == code), None) or _opened(turn, code)
    if not own:
        if phrasebook.say(turn.language, "no_bookings") in turn.parts:
            return None  # asked for a moment ago, by this very answer
        if _NO_CODE.search(fold(turn.message.text)) or (turn.state.awaiting in ASKED and is_answer(turn)):
            turn.pass_on("cannot_do")  # nothing to find it by
            return None
        turn.say("no_bookings")
        turn.offer(("person", "person"))
        turn.change(awaiting="booking_code")
        return None
    if len(own) == 1:
        return own[0]
    turn.say(f"which_booking_{purpose}")
    turn.choices = tuple(
        Choice(f"{purpose}:{row.reference}", row.reference, phrasebook.date(turn.language, row.check_in, today=turn.today))
        for row in own[:9]
    )
    turn.change(awaiting="booking_code")
    return None


def tells_of_money(turn: Turn) -> bool:
    """ "I sent the transfer an hour ago, did it arrive?", of somebody whose booking asks for a deposit."""
    return _PAID.search(fold(turn.message.text)) is not None and any(row.deposit for row in turn.desk.bookings())


def is_answer(turn: Turn) -> bool:
    """Does the message try to answer what was asked about a booking?"""
    if turn.state.awaiting == "surname":
        return True
    about = {"deny", "affirm", "repeat", "inform", "reservation_status", "cancel_reservation", "modify_reservation"}
    return turn.state.awaiting == "booking_code" and turn.understanding.has(*about)


def _opened(turn: Turn, code: str) -> OwnBooking | None:
    told = _SURNAME.search(fold(turn.message.text))
    surname = (
        (told[1] if told else "")
        or turn.understanding.slots.get("name")
        or (turn.message.text if turn.state.awaiting == "surname" and not turn.understanding.slots.get("booking_code") else "")
    )
    if not surname:
        turn.say("ask_surname", reference=code)
        turn.change(awaiting="surname")
        return None
    turn.state = turn.state.with_slots(name=None)
    row = turn.desk.open(code, surname)
    if row is None:
        _wrong(turn)
        return None
    turn.change(opened=(*turn.state.opened, row.reference), tries=0)
    return row


def _wrong(turn: Turn) -> None:
    turn.change(tries=turn.state.tries + 1)
    if turn.state.tries >= MOST_TRIES:
        turn.say("booking_not_found_person")
        turn.state = turn.state.with_slots(booking_code=None)
        turn.change(awaiting=None, goal="", tries=0)
        turn.pass_on("cannot_do", announce=False)
        return
    turn.say("booking_not_found")
    turn.offer(("person", "person"))
    turn.change(awaiting="surname" if turn.state.slots.get("booking_code") else "booking_code")


def forget(turn: Turn, purpose: str) -> None:
    """The end of what was asked about a booking."""
    if turn.state.goal == purpose:
        turn.change(goal="", awaiting=None)
    turn.state = turn.state.with_slots(booking_code=None)


def line(turn: Turn, row: OwnBooking) -> str:
    return phrasebook.say(
        turn.language, "booking_line", **booking.described(turn, row), state=phrasebook.say(turn.language, f"state_{row.state}")
    )
