"""Cancelling a booking of the guest's own, after a yes."""

from __future__ import annotations

from conversations.dialogue import phrasebook
from conversations.dialogue.intents import booking
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Choice, OwnBooking, Proposal


def start(turn: Turn, _intent: str) -> None:
    """Which booking, then a summary to say yes to. Knowing a code is not enough: it must be this guest's own."""
    if turn.state.proposal is not None and turn.state.proposal.kind == "book":
        booking.drop(turn)  # "cancelá" about something that is not booked yet
        return
    if turn.state.goal == "book" and not turn.desk.bookings():
        booking.drop(turn)  # nothing is booked yet: what is under way is dropped
        return
    turn.change(goal="cancel")
    own = [row for row in turn.desk.bookings() if row.state == "confirmed"]
    code = turn.state.slots.get("booking_code")
    if code:
        chosen = [row for row in own if row.reference == code]
        if not chosen:
            turn.say("cancel_not_yours")
            forget(turn)
            turn.pass_on("cannot_do", announce=False)
            return
        propose(turn, chosen[0])
    elif not own:
        turn.say("no_bookings")
        turn.change(goal="")
        turn.offer(("person", "person"))
    elif len(own) == 1:
        propose(turn, own[0])
    else:
        turn.say("which_booking")
        turn.choices = tuple(
            Choice(f"cancel:{row.reference}", row.reference, phrasebook.date(turn.language, row.check_in, today=turn.today))
            for row in own[:9]
        )
        turn.change(awaiting="booking_code")


def propose(turn: Turn, row: OwnBooking) -> None:
    proposal = turn.desk.propose_cancel(row)
    rule = turn.desk.answer("policy_cancellation", turn.language)
    if rule is not None and rule.source not in turn.sources:  # what it costs is known before the yes
        turn.parts.append(rule.text)
        turn.sources.append(rule.source)
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
