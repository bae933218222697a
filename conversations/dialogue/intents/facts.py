"""Questions answered in the hotel's own words."""

from __future__ import annotations

from conversations.dialogue import phrasebook
from conversations.dialogue.intents import excerpts
from conversations.dialogue.turn import Turn

TOPICS = [
    "amenity_pool",
    "amenity_gym",
    "amenity_spa",
    "amenity_wifi",
    "amenity_parking",
    "amenity_breakfast",
    "amenity_restaurant",
    "amenity_laundry",
    "accessibility",
    "policy_pets",
    "policy_children",
    "policy_cancellation",
    "policy_smoking",
    "policy_deposit",
    "check_in_time",
    "check_out_time",
    "early_checkin",
    "late_checkout",
    "location_directions",
    "airport_transfer",
    "payment_methods",
    "invoice",
    "hotel_contact",
    "housekeeping",
    "room_service",
    "lost_item",
    "maintenance",
]


def answer(turn: Turn, topic: str) -> None:
    """The hotel's text on the topic, one of its frequent questions, or an honest "I don't know" and the offer of a person."""
    found = turn.desk.answer(topic, turn.language) or turn.desk.faq(turn.message.text, turn.language)
    if found is None:
        turn.desk.unanswered(turn.message.text, topic, turn.language)
        turn.say("no_answer")
        turn.offer(("person", "person"))
        return
    turn.tell(found, excerpts.precise(found.text, turn.message.text, topic))


def rooms(turn: Turn, _intent: str) -> None:
    """The room types with their descriptions, or the one that was named."""
    wanted = turn.understanding.slots.get("room_type")
    kinds = [kind for kind in turn.hotel.room_types if kind.code == wanted] or list(turn.hotel.room_types)
    lines = [
        phrasebook.say(
            turn.language, "room_line", room=kind.name(turn.language), description=kind.descriptions.get(turn.language, "")
        ).rstrip(" :")
        for kind in kinds
    ]
    turn.parts.append("\n".join([phrasebook.say(turn.language, "rooms_intro"), *lines]))
