"""Questions answered in the hotel's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from conversations.dialogue import details, phrasebook
from conversations.dialogue.intents import excerpts, people
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Answer, Detail, RoomTypeInfo
from conversations.dialogue.understanding import faq as faq_matching
from conversations.dialogue.understanding.normalise import fold

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


# Exact values answer what is asked in just their words; a frequent question has to be very much the same.
SURE, NEARLY_THE_SAME = 0.58, 0.7
# Topics that hold many things, of which a frequent question may be one.
POINTED = ("amenity_", "policy_", "room_info", "accessibility")
# A guest who asks for pictures gets no more than this at once.
MOST_PHOTOS = 4
# "¿Nos suben dos toallas?", "could we have another pillow": wanted now, by somebody who stays here.
_BRING = compiled(
    r"\b(?:sub\w+|tra[ei]\w*|mand\w+|alcan\w+|env[ií]\w+|bring|send|(?:get|have|need)(?: \w+)?|(?:only|just) (?:one|two)|pued\w+|pod\w+"
    r"|necesit\w+|precis\w+|falta\w*|sin|no hay|ran out)\b"
    r".{0,30}\b(?:toall\w*|towels?|toalhas?|almohadas?|pillows?|travesseiros?|mantas?|frazadas?|blankets?|cobertor\w*|sabanas?|sheets?"
    r"|lencol\w*|jabon\w*|soap"
    r"|sabonetes?|papel|toilet paper|shampoo|champu|perchas?|hangers?|cabides?|secador|hair ?dryer)\b"
)
# "I forgot to tell you", "esqueci, minha mãe vai também": nothing was left behind.
_FORGOT_TO_SAY = compiled(
    r"\b(?:me )?(?:olvid(?!ad[oa]s?\b)\w+|esquec(?!id[oa]s?\b)\w+|forgot)\b(?: (?:de|to))?"
    r"(?: (?:decir|contar|avisar|comentar|mencionar|preguntar|falar|dizer"
    r"|perguntar|say|mention|tell|add|ask)\w*\b|,)"
)
HOURS_OF_THE_ROOM = frozenset({"early_checkin", "late_checkout", "check_in_time", "check_out_time"})
# Another day, not another hour.
_DAYS_MOVED = compiled(
    r"\b(?:dia|day|noche|night|noite)s? (?:antes|despues|earlier|later|sooner|before|mas|more|extra|longer|depois|a mais)\b"
    r"|\b(?:otra|another|outra|mais uma|one more) (?:noche|night|noite)\b"
)
_LUGGAGE = compiled(
    r"\b(?:dej\w+|guard\w+|leave|store|keep|drop|deix\w+|larg\w+)\b.{0,25}\b(?:valijas?|equipaje|bolsos?|maletas?|mochilas?|luggage"
    r"|bags?|suitcases?|malas?|bagage\w+|mala)\b"
    r"|\b(?:valijas?|equipaje|bolsos?|maletas?|mochilas?|luggage|bags?|suitcases?|malas?|bagage\w+)\b.{0,25}\b(?:dej\w+|guard\w+"
    r"|leave|store|keep|deix\w+)\b"
)
# "¿La seña se devuelve?", "do I lose the deposit?"
_GIVEN_BACK = compiled(
    r"\b(?:sena|deposit\w*|sinal|anticipo|adelanto|plata|dinero|money|dinheiro)\b.{0,25}\b(?:devuel\w+|devol\w+|reintegr\w+"
    r"|reembols\w+|refund\w*|back|pierd\w+|perd\w+|lose|lost)\b"
    r"|\b(?:devuel\w+|devol\w+|reintegr\w+|reembols\w+|refund\w*|pierd\w+|perd\w+|perco|lose|get back)\b.{0,20}\b(?:sena|deposit\w*"
    r"|sinal|anticipo|plata|dinero|money|dinheiro)\b"
)
_AMOUNTS = {
    "weight_kg": compiled(r"\b(\d{1,3}(?:[.,]\d)?) ?(?:kg|kgs|kilos?|quilos?)\b"),
    "height_m": compiled(r"\b(\d(?:[.,]\d{1,2})?) ?(?:m|mts?|metros?|met(?:er|re)s?)\b"),
}
_YES_FIRST = compiled(r"^(?:S[ií]|Yes|Sim), (\w)")
LONG_WORD, STEM = 5, 6
# Words of a room's description that ask for none of them.
_OF_ANY_ROOM = frozenset(
    [
        "acomoda",
        "adult",
        "adulto",
        "adultos",
        "adults",
        "banheiro",
        "bathroom",
        "cabem",
        "camas",
        "chico",
        "chicos",
        "child",
        "children",
        "crianca",
        "criancas",
        "cuarto",
        "cuartos",
        "entran",
        "espaco",
        "estadia",
        "estas",
        "estos",
        "gente",
        "guest",
        "guests",
        "habitacion",
        "habitaciones",
        "lugar",
        "minima",
        "minimum",
        "nights",
        "noches",
        "people",
        "person",
        "persona",
        "personas",
        "pessoa",
        "pessoas",
        "place",
        "plaza",
        "plazas",
        "privada",
        "privado",
        "private",
        "privativo",
        "quarto",
        "quartos",
        "rooms",
        "sleeps",
        "space",
        "tener",
        "there",
        "these",
        "theyre",
        "those",
        "tiene",
        "tienen",
        "travel",
        "travelling",
        "viajan",
        "viajarem",
    ]
)
# "Não há espaço para berço"; a Portuguese "no" is a place.
_LACKS = {
    "es": compiled(r"\b(?:no|sin)\b[^.;:]*"),
    "en": compiled(r"\b(?:no|not|without)\b[^.;:]*"),
    "pt": compiled(r"\b(?:nao|sem)\b[^.;:]*"),
}
# What a room may have, beside what it is.
_IN_A_ROOM = compiled(
    r"\b(frigobar|mini ?bar|helader\w+|nevera|refrigerador\w*|geladeira|fridge|plancha|ferro de passar|iron(?:ing board)?|caja fuerte|cofre"
    r"|safe|balcon\w*|varanda|balcony|terraza|terraco|terrace|baner[ao]|banheira|bath ?tub|tina|jacuzzi|hidromas\w+|hot tub|tv|tele\w*"
    r"|netflix|aire(?: acondicionado)?|ar condicionado|air ?con\w*|calefacc\w+|heat(?:ing|er)|aquecim\w+|aquecedor|estufa|ventilador"
    r"|fan|pava|kettle|chaleira|cafeter\w+|coffee (?:machine|maker)|cafeteira|microondas|micro-ondas|microwave|kitchen\w*|cocin\w+"
    r"|cozinha|escritorio|desk|escrivaninha|vista|view|ventanas?|windows?|janelas?|secador\w*|hair ?dryer|flores|flowers|globos"
    r"|balloons|baloes|champagne|decora\w+|enchufes?|plugs?|adapt[ae]d?or\w*|tomadas?|mosquiter\w+|black ?out"
    r"|bidet?|ducha|shower|chuveiro)\b"
)
_PHOTOS = compiled(r"\b(?:fotos?|fotografias?|imagen(?:es)?|imagem|imagens|pictures?|pics?|photos?|images?)\b")


def is_misheard(turn: Turn, topic: str) -> bool:
    """Is the topic only heard because of another matter's words?"""
    text = fold(turn.message.text)
    if topic == "lost_item":
        forgot = _FORGOT_TO_SAY.search(text)
        return forgot is not None and "?" not in text[: forgot.start()]
    return topic in {"early_checkin", "late_checkout"} and _DAYS_MOVED.search(text) is not None


def tell_of_luggage(turn: Turn) -> bool:
    """ "Can I leave my bags before check-in?" is about the bags. False when it is not, or the hotel has no answer to that."""
    match = _LUGGAGE.search(fold(turn.message.text))
    found = match and (turn.desk.faq(turn.message.text, turn.language) or turn.desk.faq(match[0], turn.language))
    if found:
        turn.tell(found)
    return bool(found)


def meant(turn: Turn, topic: str) -> str:
    """The topic that was asked about with another one's words."""
    text = fold(turn.message.text)
    if topic in {"policy_deposit", "payment_methods"} and _GIVEN_BACK.search(text):
        return "policy_cancellation"
    opens = next((row.opens for row in turn.desk.details("check_in_time") if row.opens is not None), None)
    hour = turn.understanding.slots.get("arrival_time", "")
    if topic == "check_in_time" and opens is not None and "06:00" <= hour < f"{opens:%H:%M}":
        return "early_checkin"
    return topic


def _over_the_limit(turn: Turn, exact: Sequence[Detail], asked: str) -> str:
    """What is too heavy or too high for the hotel: that comes before how much it may be."""
    for row in exact:
        pattern = _AMOUNTS.get(row.measure)
        told = [Decimal(match[1].replace(",", ".")) for match in pattern.finditer(asked)] if pattern and row.number is not None else []
        if row.number is not None and told and max(told) > row.number:
            unit = "kg" if row.measure == "weight_kg" else "m"
            amount, limit = (phrasebook.number(turn.language, value) for value in (max(told), row.number))
            return phrasebook.say(turn.language, "over_the_limit", n=f"{amount} {unit}", amount=f"{limit} {unit}")
    return ""


def answer(turn: Turn, topic: str) -> None:
    """The hotel's exact values when just they were asked for, its text on the topic, one of its frequent questions, or an honest
    "I don't know" and the offer of a person."""
    exact, asked = turn.desk.details(topic), _asked(turn, topic)
    if topic in {"housekeeping", "room_service"} and _BRING.search(fold(turn.message.text)):
        turn.pass_on("cannot_do")  # somebody has to carry it up
        return
    # "¿cuánto sale, y aceptan perros?" of a stay: the price asked for is that of the room
    of_the_stay = turn.understanding.has("price_quote") and bool({"check_in", "nights"} & turn.understanding.slots.keys())
    if (answer := None if of_the_stay else details.told(exact, asked, turn.language)) is not None:
        turn.tell_exactly(*answer)
        return
    found = turn.desk.answer(topic, turn.language) or turn.desk.faq(turn.message.text, turn.language)
    if found is None and exact:
        turn.tell_exactly(*details.everything(exact, turn.language))
        return
    if found is None and people.is_in_house(turn):
        turn.say("sorry_for_the_trouble")
        turn.pass_on("cannot_do")
        return
    if found is None:
        turn.desk.unanswered(turn.message.text, topic, turn.language)
        turn.say("no_answer")
        turn.offer(("person", "person"))
        return
    words = excerpts.precise(found.text, asked, topic)
    if over := _over_the_limit(turn, exact, fold(turn.message.text)):
        words = f"{over} {_YES_FIRST.sub(lambda match: match[1].upper(), words, count=1)}"
    turn.tell(found, words)


def is_nearer(turn: Turn, found: Answer, topic: str, part: str) -> bool:
    """Is this frequent question nearer to what was asked than the hotel's words on the topic? When it is nearly the same
    question; not so nearly, when it has a word that those words lack, and they have none that it lacks."""
    if found.nearness >= NEARLY_THE_SAME:
        return True
    if details.told(turn.desk.details(topic), part, turn.language) is not None:
        return False
    if found.nearness >= SURE:
        return True
    own = turn.desk.answer(topic, turn.language)
    return topic.startswith(POINTED) and faq_matching.points_past(part, found.question, own.text if own else "")


def _asked(turn: Turn, topic: str) -> str:
    """The part of the message that asks about the topic: the hour of one thing is not the price of the next."""
    folded = fold(turn.message.text)
    places = {intent.name: intent.at for intent in turn.understanding.intents if intent.name in TOPICS}
    start = places.get(topic, 0)
    rest = [at for at in places.values() if at > start]
    return folded[start if len(set(places.values())) > 1 else 0 : min(rest, default=len(folded))]


def with_what_is_asked(turn: Turn) -> list[RoomTypeInfo]:
    """ "Which of those has a bathtub?": those whose description has a word of the question that not all have."""
    words = re.findall(r"[a-z]{3,}", fold(turn.message.text))
    asked = {word for word in words if len(word) >= LONG_WORD} | {first + second for first, second in pairwise(words)}
    lacks = _LACKS[turn.language]
    descriptions = {kind.code: lacks.sub(" ", fold(kind.descriptions.get(turn.language, ""))) for kind in turn.hotel.room_types}
    said = {code: set(re.findall(r"[a-z]+", text)) for code, text in descriptions.items()}
    telling = {word for word in asked - _OF_ANY_ROOM if 0 < sum(word in has for has in said.values()) < len(said)}
    return [kind for kind in turn.hotel.room_types if telling & said[kind.code]]


def _is_nowhere(turn: Turn) -> bool:
    """ "¿Tienen frigobar?", where no room's description has a word of it: a list of rooms would be no answer."""
    asked = [match[1].split()[0] for match in _IN_A_ROOM.finditer(fold(turn.message.text))] if "?" in turn.message.text else []
    described = " ".join(fold(kind.descriptions.get(turn.language, "")) for kind in turn.hotel.room_types)
    return bool(asked) and not any(re.search(rf"\b{word[:STEM]}", described) for word in asked)


def rooms(turn: Turn, _intent: str) -> None:
    """The room types with their descriptions, or the one that was named."""
    wanted = turn.understanding.slots.get("room_type")
    narrowed = [] if wanted else with_what_is_asked(turn)
    if not wanted and not narrowed and _is_nowhere(turn):
        turn.desk.unanswered(turn.message.text, "room_info", turn.language)
        turn.say("no_answer")
        turn.offer(("person", "person"))
        return
    kinds = [kind for kind in turn.hotel.room_types if kind.code == wanted] or narrowed or list(turn.hotel.room_types)
    if left := [choice for choice in turn.rooms_on_offer if choice.id.removeprefix("room:") in {kind.code for kind in narrowed}]:
        turn.change(choices=tuple(left))  # "that one" is one of these now
    turn.parts.append("\n".join([phrasebook.say(turn.language, "rooms_intro"), *phrasebook.rooms(turn.language, kinds)]))
    if _PHOTOS.search(fold(turn.message.text)):
        each = [turn.desk.photos(kind.code) for kind in kinds]
        # Of one room all of them, of several the first of each.
        turn.photos = tuple(photo for photos in each for photo in (photos if len(kinds) == 1 else photos[:1]))[:MOST_PHOTOS]
        if not turn.photos:
            turn.say("no_photos")
            turn.offer(("person", "person"))
