"""Understanding one message: language, slots, intents."""

from __future__ import annotations

import datetime as dt

from conversations.dialogue.types import HotelView, State, Understanding
from conversations.dialogue.understanding import intents, language, party, slots, stays
from conversations.dialogue.understanding.normalise import fold


def understand(text: str, *, hotel: HotelView, state: State, now: dt.datetime) -> Understanding:
    """One message in the light of what was said and asked before. ``now`` is the hotel's wall clock."""
    folded = fold(text)
    spoken = language.detect(folded, previous=state.language, offered=hotel.languages)
    contacts, rest = slots.contacts(text, hotel.country)
    rest_folded = fold(rest)
    stay = stays.read(rest_folded, language=spoken, now=now, known=state.slots, awaiting=state.awaiting)
    found = contacts | stay.slots | party.read(stay.rest, awaiting=state.awaiting, known=state.slots)
    found |= slots.room_type(rest_folded, hotel.room_types)
    # "sí" or "¿hay pileta?" in answer to "your name?" is no name.
    says_something = bool(found or stay.clarify or intents.read(folded, spoken, has_slots=False))
    found |= slots.name(rest, awaiting=state.awaiting, understood=says_something)
    meant = intents.read(folded, spoken, has_slots=bool(found))
    return Understanding(language=spoken, intents=meant, slots=found, clarify=stay.clarify)
