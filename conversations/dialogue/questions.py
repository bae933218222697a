"""What a message asks about the hotel, answered in the order it was asked: topics, prices, the guest's account, frequent
questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conversations.dialogue import intents
from conversations.dialogue.intents import booking, cancelling, excerpts, facts, own_bookings, prices
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Understanding
from conversations.dialogue.understanding.normalise import fold

_PART = compiled(r"(?:(?! (?:y|e|and|ou|or) )[^.?!;,\n])+")
# Heard beside a question for the guest's account, and beside one for the least number of nights: no question of their own.
_OF_THE_ACCOUNT = frozenset({"policy_deposit", "payment_methods", "hotel_contact"})
_OF_A_NUMBER = frozenset({"hotel_contact"})


def answer(turn: Turn) -> bool:
    """Tell what was asked. False when nothing was."""
    asked = _topics(turn)
    told_of = set[frozenset[str]]()
    if facts.HOURS_OF_THE_ROOM & set(asked) and facts.tell_of_luggage(turn):
        told_of.add(facts.HOURS_OF_THE_ROOM)
    if own_bookings.asks_for_the_account(turn):
        told_of.add(_OF_THE_ACCOUNT)
    if prices.answered(turn):
        told_of.add(_OF_A_NUMBER)
    asked = [name for name in asked if not any(name in names for names in told_of)]
    told = frequent(turn, asked) if asked else set()
    asked = asked or _implied(turn)
    places = {intent.name: intent.at for intent in turn.understanding.intents}
    for name in asked:
        if not any(start <= places.get(name, 0) < end for start, end in told):
            intents.QUESTIONS[name](turn, name)
    turn.parts = excerpts.shorter(turn.parts) if len(turn.sources) > 1 else turn.parts
    if asked:
        _leave_the_stay(turn)
    return bool(asked or told_of)


def frequent(turn: Turn, topics: Sequence[str] = ()) -> set[tuple[int, int]]:
    """Parts of a message that are one of the hotel's frequent questions: their answers are nearer than the topic's."""
    folded, told = fold(turn.message.text), set[tuple[int, int]]()
    places = {intent.name: intent.at for intent in turn.understanding.intents if intent.name in topics}
    for part in _PART.finditer(folded):
        here = [topic for topic, at in places.items() if part.start() <= at < part.end()]
        found = turn.desk.faq(part[0], turn.language)
        if found is not None and all(facts.is_nearer(turn, found, topic, part[0]) for topic in here or topics):
            told.add(part.span())
            turn.tell(found)
    return told


def one_of_the_hotels(turn: Turn) -> bool:
    """The whole message is one of the hotel's frequent questions: its answer. False when it is none."""
    found = turn.desk.faq(turn.message.text, turn.language)
    if found is None:
        return False
    turn.tell(found)
    return True


def _topics(turn: Turn) -> list[str]:
    """The intents that ask, in their order, without those that only seem to."""
    meant = sorted(turn.understanding.intents, key=lambda intent: intent.at)
    asked = [intent.name for intent in meant if intent.name in intents.QUESTIONS]
    # "¿se puede cancelar gratis?" asks about the policy; it cancels nothing.
    if "policy_cancellation" in asked and not (cancelling.is_told(turn) and turn.desk.bookings()):
        turn.understanding = _without(turn.understanding, "cancel_reservation")
    # "cancelar mi reserva" is about one booking, not a wish to see them all.
    if turn.understanding.has("cancel_reservation", "modify_reservation"):
        asked = [name for name in asked if name != "reservation_status"]
    asked = list(dict.fromkeys(facts.meant(turn, name) for name in asked if not facts.is_misheard(turn, name)))
    seeming = set()
    if "early_checkin" in asked:
        seeming.add("check_in_time")
    if "late_checkout" in asked:
        seeming.add("check_out_time")
    if _is_about_the_room_that_is_booked(turn):
        seeming.add("room_info")
    return [name for name in asked if name not in seeming]


def _is_about_the_room_that_is_booked(turn: Turn) -> bool:
    """ "A quiet one on a high floor" asks for no list of rooms; "the twin, the one with two beds" chooses."""
    heard = turn.understanding.slots
    if turn.state.goal and set(booking.ROOM_WISHES) & heard.keys():
        return True
    return turn.state.awaiting == "room_type" and bool(heard.get("room_type")) and "?" not in turn.message.text


def _implied(turn: Turn) -> list[str]:
    """What is asked without naming a topic."""
    if turn.rooms_on_offer and "?" in turn.message.text and facts.with_what_is_asked(turn):
        return ["room_info"]
    if not turn.state.goal and set(turn.understanding.slots) == {"pets"}:
        return ["policy_pets"]  # "temos um cachorro" asks whether it may come
    return []


def _leave_the_stay(turn: Turn) -> None:
    """A question that was answered says nothing of the stay."""
    if "incomplete" in turn.understanding.clarify and turn.state.slots.get("check_out") and turn.state.goal:
        turn.understanding = replace(turn.understanding, clarify=())  # "keep the room on the last day?" opens no known dates
    if not turn.understanding.slots and not turn.state.goal:
        # "¿cuánto sale el desayuno?" asks about breakfast, not about a room
        turn.understanding = _without(turn.understanding, "price_quote", "check_availability")


def _without(understanding: Understanding, *names: str) -> Understanding:
    return replace(understanding, intents=tuple(intent for intent in understanding.intents if intent.name not in names))
