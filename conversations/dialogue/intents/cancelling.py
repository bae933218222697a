"""Cancelling a booking of the guest's own, after a yes."""

from __future__ import annotations

from conversations.dialogue.intents import booking, own_bookings
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import OwnBooking, Proposal


def start(turn: Turn, _intent: str) -> None:
    """Which booking, then a summary to say yes to."""
    if turn.state.proposal is not None and turn.state.proposal.kind == "book" and not turn.understanding.slots.get("booking_code"):
        booking.drop(turn)  # "cancelá" about something that is not booked yet
        return
    if turn.state.goal == "book" and not turn.desk.bookings():
        booking.drop(turn)  # nothing is booked yet: what is under way is dropped
        return
    turn.change(goal="cancel")
    row = own_bookings.chosen(turn, "cancel")
    if row is not None:
        propose(turn, row)


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
