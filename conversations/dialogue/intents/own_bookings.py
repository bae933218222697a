"""The guest's own bookings: which one is meant, and how it stands.

Knowing a code is not enough. A booking is the guest's own when it was made on this very channel, or when code and surname
are told; two wrong ones, and a person goes on.
"""

from __future__ import annotations

from conversations.dialogue import confirmation, phrasebook
from conversations.dialogue.intents import booking
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Choice, OwnBooking
from conversations.dialogue.understanding.normalise import fold

ASKED = {"booking_code", "surname"}
MOST_TRIES = 2
# Booked elsewhere, or the code is lost: a person finds it.
_NO_CODE = compiled(
    r"\b(?:no (?:lo |la |me )?(?:tengo|encuentro|acuerdo|llego|se)|sin|nao (?:tenho|acho|lembro|sei|chegou|recebi)|sem|(?:don'?t|do not"
    r"|didn'?t|haven'?t|can'?t) (?:have|got|find|remember|receive\w*)|without|no|perdi|lost|never got)"
    r"\b.{0,30}\b(?:codigo|code|numero de reserva|booking number|confirmaci?on|confirmation|confirmacao)\b"
    r"|\b(?:por|via|through|via|no|en|on|pelo|pela) (?:booking|expedia|despegar|decolar|airbnb|trivago|hotels\.com|agencia|la agencia"
    r"|an agency|otra pagina|outro site|another site)\b"
)
_PAID = compiled(
    r"\b(?:(?:ya |acabo de |recien )?(?:transferi|deposite|pague|pagamos|gire)|(?:sent|made|done) (?:the |a |my )?(?:transfer|payment"
    r"|deposit)|(?:i|we)(?:'ve| have)? (?:paid|transferred)"
    r"|(?:fiz|mandei|fizemos) o pix|(?:ja )?(?:paguei|transferi|pagamos)|(?:mando|adjunto|envio|segue|attached|here is"
    r"|here'?s) (?:\w+ ){0,2}(?:comprobante|comprovante|receipt|proof))\b"
)
_OTHER_NAME = compiled(
    r"\b(?:wrong|mal|mistake|misspel\w+|spel\w+|equivoqu?e\w*|errei|errad\w+|correg\w+|corrig\w+|cambi\w+|change|troc\w+|mud\w+|put)\b"
    r".{0,25}\b(?:nombre|apellido|surname|last name|name|nome|sobrenome)\b(?! of the hotel)"
    r"|\b(?:nombre|apellido|surname|last name|name|nome|sobrenome)\b.{0,20}\b(?:wrong|mal|misspelt|misspelled|errad\w+|con [a-z]"
    r"|with an? [a-z]|com [a-z])\b"
    r"|\b(?:va|vaya|pon\w*|dej\w+|seria|coloc\w+|poe|bota|put it|make it)\b.{0,20}\b(?:a nombre de|no nome d[aeo]|em nome d[aeo]"
    r"|in (?:the|my) name|under the name)\b"
)
_ACCOUNT = compiled(
    r"\b(?:alias|cbu|cvu|iban|swift|(?:datos|dados) (?:bancarios|de la cuenta|da conta|para (?:transferir|la transferencia"
    r"|a transferencia))"
    r"|(?:bank|account) (?:details|number|data)|(?:chave|clave) (?:pix|do pix)"
    r"|(?:cuanto|quanto|how much|valor|monto|what)\b.{0,25}\b(?:sena|sinal|deposit\w*)|(?:sena|sinal|deposit)\b.{0,25}\b(?:cuanto"
    r"|quanto|how much|hasta cuando|ate quando|until when|when)"
    r"|(?:donde|adonde|onde|where)\b.{0,12}\b(?:transfier\w*|transfer\w*|deposit\w*|pago|pay|pagar))\b"
)
_BY_NUMBER = compiled(r"\b(?:cbu|cvu|iban|swift)\b")
_SURNAME = compiled(r"\b(?:apellido|surname|last name|family name|sobrenome|apelido)\W+(?:es |is |e )?(\w+)")


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
    code = turn.state.slots.get("booking_code")
    if code:
        return turn.own_booking(code) or _opened(turn, code)
    own = turn.desk.bookings()
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
    return is_paid(turn) and (any(row.deposit for row in turn.desk.bookings()) or not turn.state.goal)


def is_paid(turn: Turn) -> bool:
    return _PAID.search(fold(turn.message.text)) is not None


def names_another(turn: Turn) -> bool:
    """ "I spelled my name wrong", "va a nombre de mi marido", of somebody whose booking is made."""
    if turn.state.goal or turn.state.proposal or not _OTHER_NAME.search(fold(turn.message.text)):
        return False
    return any(row.state == "confirmed" for row in turn.desk.bookings())


def adds_a_wish(turn: Turn) -> bool:
    """A cot, an animal or a car, told once the booking is made: the PMS has its notes already, so people see to it."""
    wishes = {"cot", "pets", "transfer", *booking.ROOM_WISHES} & turn.understanding.slots.keys()
    if not wishes or turn.state.goal or {"check_in", "check_out", "nights"} & turn.understanding.slots.keys():
        return False
    return any(row.state == "confirmed" for row in turn.desk.bookings())


def asks_for_the_account(turn: Turn) -> bool:
    """How much is to be paid, until when and where to, told again of the booking there is."""
    if turn.state.goal == "book" or not _ACCOUNT.search(fold(turn.message.text)):
        return False
    told = [line for row in turn.desk.bookings() for line in confirmation.deposit(turn.language, row, turn.today)]
    if not told:
        return False
    turn.parts += told
    if (number := _BY_NUMBER.search(fold(turn.message.text))) and number[0] not in fold(" ".join(told)):
        turn.say("no_answer")  # "¿y el CBU?"
        turn.offer(("person", "person"))
    return True


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
