"""Understanding one message: language, slots, intents."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.types import HotelView, Intent, State, Understanding
from conversations.dialogue.understanding import intents, language, party, slots, stays, wishes
from conversations.dialogue.understanding.normalise import fold

# Characters of a letter that are read.
LONG = 4000
_BOOKING = frozenset({"check_availability", "make_reservation", "price_quote", "modify_reservation"})
_SERVICES = frozenset(
    [
        "restaurant_or_spa_booking",
        "airport_transfer",
        "amenity_restaurant",
        "amenity_breakfast",
        "amenity_spa",
        "amenity_pool",
        "amenity_gym",
        "room_service",
        "housekeeping",
        "location_directions",
    ]
)
# Of a service, not of a stay.
_TABLE = compiled(r"\b(?:reserv\w+|book\w*|tonight|salimos|salgo|leave|leaving|saio|saimos|semanas?|weeks?)\b")
# "¿hay tango el viernes?" asks for no room.
_SOMETHING = compiled(r"\b(?:hay|is there|are there|any|tem|hacen|abre\w*|open\w*|is it|more expensive|mas caro|mais caro|pessoa)\b")
_STRONG_CUE = compiled(
    r"\b(?:(?:to|till|until|hasta|al|ate|ao) (?:the |el |o |dia )?\d|a partir|lleg\w+|arriv\w+|cheg\w+|est[ei]nd\w+|exten\w+|extiend\w*|prolong\w+|alarg\w+|estir\w+|estic\w+|disponib\w+|reserv\w+|embora|out on|habitaci\w+|noches?|nights?|noites?|diarias?|semanas?|weeks?|"
    r"qued\w+|stay\w*|rooms?|book\w*|avail\w+|check ?-?in|check ?-?out|quarto\w*|vaga\w*|entr\w+|hosped\w*|aloj\w*|instead|rather|"
    r"(?:tienen|tenes|tendran|hay|habra|tem|teria|ha) (?:lugar|vaga)|go(?:ing)? home|(?:de|desde) (?:hoy|hoje|manana|amanha) (?:al?|ate|hasta)|(?:en|em) vez de|en lugar de|ao inves|change|cambi\w+|mud\w+|camas?|beds?|dormir|sleep|crash|fico|fica\w*|tonight|pernoct\w+|viaj\w+|finde|fin de semana|fim de semana|final de semana|weekend|"
    r"me vuelvo|nos volvemos|(?:bajo|bajamos|subo|subimos|estaria|estariamos) (?:el|este) (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|\d)|(?:be |get )?out by|(?:be|get) there (?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun|tomorrow|today)|off again|we come on|(?:come|go) (?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:tomorrow|today|tonight|manana|hoy|amanha|hoje|now|ahora|agora|(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunes|martes|miercoles|jueves|viernes|sabado|domingo) (?:to|till?|until|thru|through|al|hasta(?: el)?|ate(?: o)?) (?:the |el |o )?(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mie|jue|vie|sab|dom|seg|ter|qua|qui|sex)\w*|"
    r"caig\w*|caemos|aparec\w+|desembar\w+|aterriz\w+|land\w*|turn up|show up|prai|quer\w+ ir|quier\w+ ir|want to come|fly in|pouso|baixo ai|estou ai|(?:estaria|estoy|estamos|estaremos|estare) ahi|be with you|me voy|nos vamos|irnos|irme|be in|with you|con ustedes|com voces|sal[gi]\w+|leav\w+|sai\w*)\b"
)
_CUE = compiled(r"\b(?:para|desde|mejor|lugar|from|for|until|till|melhor|libre|free|livre|pode ser|puede ser|hasta|ate)\b")
# "mañana te confirmo" speaks of an answer, not of an arrival.
_LATER = compiled(
    r"\b(?:te|les|le|os|you|lhe|vos) (?:confirm\w*|avis\w+|escrib\w+|dig\w+|cuent\w+|llam\w+|fal\w+|know|tell)\b(?! que\b)|\blet you know\b|\b(?:i'll|ya|eu) confirm\w*\b|\bconfirmo (?:el|na|no|on|manana|amanha|la)\b|\baviso\b(?! que\b)"
)


_OF_A_STAY = frozenset({"check_in", "check_out", "nights", "room_type", "booking_code", "name"})
# "Lo charlo con mi marido y les aviso", "me llaman, después te confirmo": neither yes nor no.
_POSTPONED = compiled(
    r"\b(?:despues|luego|mas tarde|manana|en un rato|later|tomorrow|depois|amanha|mais tarde) (?:te|les|le|os|i'll|we'll|eu|a gente|vuelvo|volvemos|volto|voltamos|seguimos|continuo|continuamos|come back)\b|"
    r"\b(?:te|les|le|lhe|vos) (?:confirmo|confirmamos|aviso|avisamos|escribo|digo|retorno|falo)\b(?! (?:que si|que sim))|\b(?:i'?ll|we'?ll|i will|we will|will) (?:let you know|tell you|get back|confirm later|think about)|"
    r"\b(?:todavia|aun|por ahora|ainda|por enquanto) (?:no|nao) (?:reserv\w+|confirm\w+)|\b(?:no|nao|don'?t) (?:reserv\w+|confirm\w+|book) (?:nada |anything )?(?:todavia|aun|ainda|yet)\b|"
    r"\b(?:lo|la|vou|we have to|i have to|tengo que|tenemos que|preciso|deja que lo|dejame) (?:convers\w+|charl\w+|habl\w+|consult\w+|pens\w+|talk|ask|check|think|falar|ver)\b|\bhave to (?:ask|check with|talk to)\b|\b(?:voy|vamos|vou) a? ?(?:consultar|pensar|hablar|charlar|ver)lo\b"
)


def understand(text: str, *, hotel: HotelView, state: State, now: dt.datetime) -> Understanding:
    """One message in the light of what was said and asked before. ``now`` is the hotel's wall clock."""
    contacts, rest = slots.contacts(text[:LONG], hotel.country)
    # Every code reads as the same one: what a guest wants does not hang on its letters.
    folded, rest_folded = fold(text[:LONG].replace(contacts.get("booking_code", "\0"), "RX7K2M9")), fold(rest)
    spoken = language.detect(rest, rest_folded, previous=state.language, offered=hotel.languages, address=contacts.get("email", ""))
    said, _possible = intents.read(folded, spoken, has_slots=False, asked=state.awaiting)
    stay = stays.read(
        rest_folded,
        language=spoken,
        now=now,
        known=state.slots,
        awaiting=state.awaiting,
        about_a_stay=_about_a_stay(said, rest_folded, state, hotel, spoken),
        country=hotel.country,
        about_month=state.about_month,
    )
    people = party.read(stay.rest, language=spoken, awaiting=state.awaiting, known=state.slots)
    clarify = (*stay.clarify, *people.clarify)
    found = contacts | stay.slots | people.slots
    found |= slots.room_type(rest_folded, hotel.room_types, awaiting=state.awaiting) | wishes.read(rest_folded, awaiting=state.awaiting)
    if "+" in found.get("room_type", ""):
        found.pop("bed", None)  # the beds are what the rooms were told apart by
    # "sí" or "¿hay pileta?" in answer to "your name?" is no name.
    clear = any(intent.confidence >= intents.ACT and intent.name not in intents.LONE for intent in said)
    found |= slots.name(rest, awaiting=state.awaiting, understood=bool(found or clarify or clear), room_types=hotel.room_types)
    decided, possible = intents.read(folded, spoken, has_slots=bool(found or clarify), asked=state.awaiting)
    if "name" in found and state.awaiting in slots.NAME_MAY_ANSWER and slots.is_a_name(rest):
        decided = (Intent("inform", 1.0),)  # "Gonzalo Paredes" has no trouble with the walls
    if "transfer" in found and not _OF_A_STAY & found.keys():  # "quiero reservar el traslado" books no room
        decided = tuple(intent for intent in decided if intent.name not in _BOOKING) or (Intent("airport_transfer", intents.SURE),)
    kind = state.proposal.kind if state.proposal else ""
    if "adults" in found and state.awaiting == "adults":  # "one person" counts guests; it asks for nobody
        decided = tuple(intent for intent in decided if intent.name != "human_handoff")
    if party.tells_only_numbers(folded, found):  # "1 persona", "he's 4": nobody is called
        decided = tuple(intent for intent in decided if intent.name not in intents.FOR_PEOPLE) or (Intent("inform", intents.SURE),)
    return Understanding(
        language=spoken,
        intents=decided,
        candidates=possible,
        slots=found,
        clarify=clarify,
        decision=_decision(decided, clarify),
        postponed=clarify in {(), ("incomplete",)}
        and not _OF_A_STAY & found.keys()
        and "?" not in text
        and bool(_POSTPONED.search(folded)),
        agreed=_says_nothing_new(found, state) and not clarify and intents.is_plain_yes(folded, decided, kind=kind),
        about_month=0 if "check_in" in found else stays.month_named(rest_folded),
    )


def _says_nothing_new(found: dict[str, Any], state: State) -> bool:
    """ "Sí, del 4 al 8": what is known already, told again."""
    return all(state.slots.get(name) == value for name, value in found.items() if value)


def _decision(decided: tuple[Intent, ...], clarify: tuple[str, ...]) -> str:
    """What to do about it: a person when one is wanted, act when the message is clear, else ask."""
    if any(intent.name in intents.FOR_PEOPLE and intent.confidence >= intents.ACT for intent in decided):
        return "person"
    sure = [intent for intent in decided if intent.confidence >= intents.ACT]
    return "act" if sure and not clarify else "clarify"


def _about_a_stay(said: tuple[Intent, ...], folded: str, state: State, hotel: HotelView, spoken: str) -> bool | None:
    """Do "mañana" and "el viernes" speak of a stay here? When dates were asked for or the words around say so; not in a
    question about the hotel, not in answer to "your name?", and not in "mañana te confirmo". None: nothing tells."""
    names = {intent.name for intent in said}
    if state.awaiting in {"check_in", "check_out", "nights", "stay"}:
        return True
    if _LATER.search(folded) or (state.awaiting == "name" and not (_STRONG_CUE.search(folded) and re.search(r"\d", folded))):
        return False
    if names & _BOOKING or (state.awaiting is None and stays.is_only_days(folded)):
        return True
    if _STRONG_CUE.search(_TABLE.sub(" ", folded) if names & _SERVICES else folded):
        return True
    # "¿el desayuno es hasta las 11 los domingos?" is no stay.
    if any(intent.confidence >= intents.ACT and intent.name not in intents.LONE | intents.SMALL_TALK | intents.SHORT for intent in said):
        return False
    if _CUE.search(folded) or slots.room_type(folded, hotel.room_types) or party.read(folded, language=spoken, awaiting=None).slots:
        return True
    short = len(folded.split()) <= 5 and not _SOMETHING.search(folded) and not names - {"greeting", "thanks", "affirm", "deny"}
    return True if short and state.awaiting not in {"confirmation", "room_type"} else None
