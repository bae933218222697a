"""Understanding one message: language, slots, intents."""

from __future__ import annotations

import datetime as dt
import re

from conversations.dialogue.types import HotelView, Intent, State, Understanding
from conversations.dialogue.understanding import intents, language, party, slots, stays
from conversations.dialogue.understanding.normalise import fold

# Characters of a letter that are read.
LONG = 4000
_BOOKING = frozenset({"check_availability", "make_reservation", "price_quote", "modify_reservation"})
_CUE = re.compile(
    r"\b(?:para|desde|a partir|lleg\w+|arriv\w+|cheg\w+|mejor|lugar|disponib\w+|reserv\w+|habitaci\w+|noches?|nights?|noites?|semanas?|weeks?|"
    r"qued\w+|from|for|until|till|stay\w*|rooms?|book\w*|avail\w+|check ?-?in|check ?-?out|quarto\w*|vaga\w*|entr\w+|instead|rather|melhor|"
    r"change|cambi\w+|mud\w+|camas?|beds?|dormir|sleep|crash|fico|fica\w*|noite|noche|tonight|pernoct\w+|viaj\w+|libre|free|livre|finde|fin de semana|fim de semana|weekend|hasta|ate|sal[gi]\w+|leav\w+|sai\w*)\b"
)
# "mañana te confirmo" speaks of an answer, not of an arrival.
_LATER = re.compile(
    r"\b(?:te|les|le|os|you|lhe|vos) (?:confirm\w*|avis\w+|escrib\w+|dig\w+|cuent\w+|llam\w+|fal\w+|know|tell)\b|\blet you know\b|\baviso\b"
)


def understand(text: str, *, hotel: HotelView, state: State, now: dt.datetime) -> Understanding:
    """One message in the light of what was said and asked before. ``now`` is the hotel's wall clock."""
    contacts, rest = slots.contacts(text[:LONG], hotel.country)
    folded, rest_folded = fold(text[:LONG]), fold(rest)
    spoken = language.detect(rest, rest_folded, previous=state.language, offered=hotel.languages)
    said, _possible = intents.read(folded, spoken, has_slots=False, asked=state.awaiting)
    stay = stays.read(
        rest_folded,
        language=spoken,
        now=now,
        known=state.slots,
        awaiting=state.awaiting,
        about_a_stay=_about_a_stay(said, rest_folded, state),
        country=hotel.country,
    )
    found = contacts | stay.slots | party.read(stay.rest, awaiting=state.awaiting, known=state.slots)
    found |= slots.room_type(rest_folded, hotel.room_types)
    # "sí" or "¿hay pileta?" in answer to "your name?" is no name.
    clear = any(intent.confidence >= intents.ACT and intent.name not in intents.LONE for intent in said)
    found |= slots.name(rest, awaiting=state.awaiting, understood=bool(found or stay.clarify or clear))
    decided, possible = intents.read(folded, spoken, has_slots=bool(found or stay.clarify), asked=state.awaiting)
    return Understanding(
        language=spoken,
        intents=decided,
        candidates=possible,
        slots=found,
        clarify=stay.clarify,
        decision=_decision(decided, stay.clarify),
        agreed=not found and not stay.clarify and intents.is_plain_yes(folded, decided),
    )


def _decision(decided: tuple[Intent, ...], clarify: tuple[str, ...]) -> str:
    """What to do about it: a person when one is wanted, act when the message is clear, else ask."""
    if any(intent.name in intents.FOR_PEOPLE and intent.confidence >= intents.ACT for intent in decided):
        return "person"
    sure = [intent for intent in decided if intent.confidence >= intents.ACT]
    return "act" if sure and not clarify else "clarify"


def _about_a_stay(said: tuple[Intent, ...], folded: str, state: State) -> bool:
    """Do "mañana" and "el viernes" speak of a stay here? When dates were asked for or the words around say so; not in a
    question about the hotel, not in answer to "your name?", and not in "mañana te confirmo"."""
    names = {intent.name for intent in said}
    if state.awaiting in {"check_in", "check_out", "nights"} or names & _BOOKING:
        return True
    if _LATER.search(folded) or state.awaiting == "name":
        return False
    if _CUE.search(folded):
        return True
    return (
        len(folded.split()) <= 3
        and not names - {"greeting", "thanks", "affirm", "deny"}
        and state.awaiting not in {"confirmation", "room_type"}
    )
