"""What the receptionist would answer, tried out by staff: the real dialogue, and nothing of it stays."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from conversations import voices
from conversations.desk import HotelDesk, hotel_view
from conversations.dialogue import policy
from conversations.dialogue.types import Message, Outcome, State, Understanding
from conversations.models import Conversation, Guest
from hotelagent.hotels.models import Hotel

LONG = 2000  # characters of a question that are tried


@dataclass(frozen=True)
class Trial:
    """``known`` is False when the hotel's words had no answer to a part of it."""

    text: str
    understanding: Understanding
    outcome: Outcome
    known: bool


def try_out(hotel: Hotel, text: str) -> Trial:
    """As if a new guest wrote it now. Rooms are not kept and nothing is booked: what it writes is rolled back."""
    text = text.strip()[:LONG]
    now = hotel.local_now()
    view = hotel_view(hotel, now)  # may ask the PMS: not inside a transaction
    with transaction.atomic(), voices.speaking(hotel.pk):
        desk = HotelDesk(Conversation(hotel=hotel, guest=Guest(hotel=hotel)), hotel.local_now)
        understanding, outcome = policy.decide(Message(text), state=State(), hotel=view, desk=desk, now=now)
        transaction.set_rollback(True)
    return Trial(text, understanding, outcome, not desk.asked)
