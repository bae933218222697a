"""Cancelling a booking of the guest's own, after a yes."""

from __future__ import annotations

from conversations.dialogue.intents import booking, changing, own_bookings
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import OwnBooking, Proposal
from conversations.dialogue.understanding.normalise import fold

# A part of what is booked: people see to it, because a whole booking cancelled for one night cannot be taken back.
_IN_PART = compiled(
    r"\b(?:only|just|one of|solo|solamente|nomas|apenas|somente|so|una de|uno de|un[ao]? d[aeo]s?|um d[eo]s"
    r"|uma das)\b.{0,30}\b(?:nights?|noches?|noites?|rooms?|habitacion\w*|quartos?|them|ellas|elas|eles)\b"
    r"|\b(?:cancel|anul)\w*\b(?:(?!cobr|charg|pag|pay)[^.?!]){0,25}\b(?:last|first|ultima|primera|primeira) (?:night|noche|noite)\b"
    r"|\bonly one\b|\bsolo una\b|\bso um[a]?\b"
)
_A_NIGHT = compiled(
    r"\b(?:cancel\w*|desist\w*|anul\w*|quit\w*|sac\w*|drop|remove|tir\w*)(?: (?:de|me|nos|only|just|solo|so))* (?:una|uma|one|an?"
    r"|a single) (?:night|noche|noite)\b"
)
_KEEP_IT = compiled(
    r"\b(?:no|nao|don'?t|do not) (?:\w+ ){0,2}?(?:cancel\w*|anul\w*)\b|\b(?:dejal[ao]|mantenel[ao]|manten[ge]l[ao]|keep it|leave it"
    r"|deixa (?:assim|como esta)|mantem)\b"
)
# What is cancelled, not what cancelling costs.
_CANCEL_THAT = compiled(
    r"\b(?:cancel (?:it|my|the|this|our)|(?:have|need|want|must|going) to cancel|(?:necesito|quiero|queremos|tengo que|tenemos que"
    r"|hay que) cancelar(?:la)?"
    r"|cancel(?:ala|ame\w*|alo|enla)|cancela (?:la|mi|a|minha|isso|essa)|(?:preciso|quero|queremos|tenho que|vou ter que"
    r"|temos que) cancelar)\b"
)


def start(turn: Turn, _intent: str) -> None:
    """Which booking, then a summary to say yes to."""
    if turn.state.proposal is not None and turn.state.proposal.kind == "book" and not turn.understanding.slots.get("booking_code"):
        booking.drop(turn)  # "cancelá" about something that is not booked yet
        return
    if turn.state.goal == "book" and not turn.desk.bookings():
        booking.drop(turn)  # nothing is booked yet: what is under way is dropped
        return
    if is_in_part(turn) and turn.desk.bookings():
        turn.pass_on("cannot_do")
        return
    if _A_NIGHT.search(fold(turn.message.text)) and turn.desk.bookings():
        changing.start(turn, "modify_reservation")  # "cancel one night, we leave on the 6th"
        return
    turn.change(goal="cancel")
    row = own_bookings.chosen(turn, "cancel")
    if row is not None:
        propose(turn, row)


def is_in_part(turn: Turn) -> bool:
    """Is it a night or a room of several that is to go?"""
    return _IN_PART.search(fold(turn.message.text)) is not None


def is_kept(turn: Turn) -> bool:
    """ "No, no la canceles": said with the word, meant against it."""
    return _KEEP_IT.search(fold(turn.message.text)) is not None


def is_told(turn: Turn) -> bool:
    """ "Cancel it. Do I get the deposit back?" asks what it costs, and wants it all the same."""
    return _CANCEL_THAT.search(fold(turn.message.text)) is not None


def propose(turn: Turn, row: OwnBooking) -> None:
    proposal = turn.desk.propose_cancel(row)
    rule = turn.desk.answer("policy_cancellation", turn.language)
    if rule is not None:
        turn.tell(rule)  # what it costs is known before the yes
    turn.say("cancel_summary", **booking.described(turn, row))
    turn.change(proposal=proposal, awaiting="confirmation", goal="cancel")
    turn.offer((f"yes:{proposal.key}", "cancel_yes"), (f"no:{proposal.key}", "cancel_no"))


def confirm(turn: Turn, proposal: Proposal) -> None:
    settled = turn.desk.confirm(proposal, {})
    turn.say("cancelled" if settled.outcome == "cancelled" else "cancelling", reference=proposal.data["reference"])
    forget(turn)


def keep(turn: Turn) -> None:
    turn.say("cancel_kept")
    forget(turn)


def remind(turn: Turn, proposal: Proposal) -> None:
    turn.say("need_clear_yes_cancel", reference=proposal.data["reference"])
    turn.offer((f"yes:{proposal.key}", "cancel_yes"), (f"no:{proposal.key}", "cancel_no"))


def forget(turn: Turn) -> None:
    turn.change(proposal=None, awaiting=None, goal="")
    turn.state = turn.state.with_slots(booking_code=None)
