"""What guests ask about prices that no rate says: a discount, another currency, each one's share, the least number of nights."""

from __future__ import annotations

from dataclasses import replace

from conversations.dialogue import phrasebook
from conversations.dialogue.intents import booking
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Intent
from conversations.dialogue.understanding.normalise import fold

_DISCOUNT = compiled(
    r"\b(?:descuent\w*|descont\w*|rebaja\w*|bonificaci\w+|promos?\b|promoci\w+|promoc\w+|promoç\w+|discount\w*|promotions?|promo codes?"
    r"|coupons?|cupon\w*|cupom|cupons|(?:tarifa|precio|preco|valor|special|corporate|group|senior|student|military|weekly|monthly)"
    r" (?:especial|corporativ\w*|de grupo|rates?|prices?|deals?)|special (?:offers?|deals?)|ofertas? especia\w+)\b"
)
# A discount that is told of ("with the discount you gave me") is no question about one.
_GIVEN = compiled(r"\b(?:con el|with the|my|mi|meu|com o|ya con|el) (?:descuento|discount|desconto)\b")
_NO_MORE = compiled(
    r"\b(?:no (?:me |more|quiero|mand\w+)|nao (?:quero|me|mand\w+)|stop|basta|dej\w+ de|par\w+ de|unsubscribe|baja|sacame|remove)\b"
)
_OTHERS = {
    "USD": r"dolar(?:es)?|usd|u\$s|us\$|u\$d|(?:us |american )?dollars?|american money|bucks",
    "EUR": r"euros?|eur",
    "BRL": r"reais|reales|brl",
    "GBP": r"gbp|quid|sterling|libras?",
    "ARS": r"pesos(?: argentinos)?|ars",
    "CLP": r"pesos chilenos|clp",
    "UYU": r"pesos uruguayos|uyu",
}
_CURRENCIES = {code: compiled(rf"(?<!\w)(?:{words})(?!\w)") for code, words in _OTHERS.items()}
_EACH = compiled(
    r"\b(?:por (?:persona|cabeza|pax|pessoa|cabeca)|cada (?:uno|una|um|uma)|per (?:person|head|pax)|(?:a|per) person|each|apiece|p/?p)\b"
)
_LEAST = compiled(
    r"\b(?:(?:estadia|estancia|reserva|hospedagem|permanencia|estada|cantidad|noches|numero) (?:de noches )?minim[ao]s?"
    r"|minim[ao]s? de (?:noches|dias|noites|diarias|estadia|estancia|reserva)|minimum (?:stay|nights?|number of nights|length of stay"
    r"|booking)|(?:min|minimo|minima|minimum)\.? (?:stay|noches|noites|nights?|dias|diarias)|(?:least|fewest) (?:number of )?nights"
    r"|(?:solo|apenas|so|just|only) (?:por )?(?:una|uma|one|a single|1) (?:sola )?(?:noche|noite|night)"
    r"|(?:una|uma|one|1) (?:sola|unica|single|so) (?:noche|noite|night))\b"
)
_PRICE = compiled(r"\b(?:precos?|precios?|prices?|rates?|tarifas?|valor|cuanto|quanto|how much)\b")
_CHEAPEST = compiled(
    r"\b(?:cual|que|which|what|qual)\b.{0,25}\b(?:mas (?:barat|economic|conveniente)\w*|cheapest|least expensive|mais (?:barat"
    r"|em conta|economic)\w*)\b(?! (?:que|do que|than)\b)"
    r"|\b(?:la|el|lo|o|a|the) (?:mas barat\w+|mas economic\w+|cheapest|mais barat\w+|mais em conta)\b.{0,20}\?"
)
_ASKS = compiled(
    r"\?|\b(?:hay|tienen|tenes|tienes|existe|exige\w*|piden|pedis|pode|puedo|se puede"
    r"|have|is there|do you|can i|tem|cual|what|which)\b"
)
PRICES = ("price_quote", "check_availability")


def asks_for_the_cheapest(turn: Turn) -> bool:
    return _CHEAPEST.search(fold(turn.message.text)) is not None


def answered(turn: Turn) -> bool:
    """Says what there is to say; where the hotel has words of its own on it, those. Of the wish for a price is left what that did
    not answer."""
    text, days = fold(turn.message.text), {"check_in", "check_out", "nights"} & turn.understanding.slots.keys()
    discount, each, currency = _discount(turn), _each(turn, text), _currency(turn, text)
    if (discount and not days) or each or (currency and booking.has_stay(turn) and not days):
        left = tuple(intent for intent in turn.understanding.intents if intent.name not in PRICES)
        turn.understanding = replace(turn.understanding, intents=left)
    return any([discount, each, currency, _least(turn, text)])


def asks_for_less(turn: Turn) -> bool:
    """Is a discount or an offer asked for? (Who wants no more of them says so with other words.)"""
    text = fold(turn.message.text)
    asked = _ASKS.search(text) is not None or turn.understanding.has(*PRICES)
    return asked and _DISCOUNT.search(text) is not None and not _GIVEN.search(text) and not _NO_MORE.search(text)


def _is_told_by_the_hotel(turn: Turn) -> bool:
    """Tells the hotel's own answer to a question like this one, if it has one."""
    if (found := turn.desk.faq(turn.message.text, turn.language)) is not None:
        turn.tell(found)
    return found is not None


def _discount(turn: Turn) -> bool:
    if not asks_for_less(turn):
        return False
    if _is_told_by_the_hotel(turn):
        return True
    turn.desk.unanswered(turn.message.text, "", turn.language)
    turn.say("no_discounts")
    turn.offer(("person", "person"))
    return True


def _least(turn: Turn, text: str) -> bool:
    if _LEAST.search(text) is None or not _ASKS.search(text):
        return False
    if _is_told_by_the_hotel(turn):
        return True
    if {"check_in", "nights", "check_out"} & turn.understanding.slots.keys() and booking.has_stay(turn):
        return False  # what is offered for these days says it
    turn.say("least_nights")
    if not booking.has_stay(turn):  # then for which days is the next question
        wish = Intent("check_availability", 1.0)
        turn.understanding = replace(turn.understanding, intents=(*turn.understanding.intents, wish))
    return True


def _each(turn: Turn, text: str) -> bool:
    if _EACH.search(text) is None or not turn.understanding.has(*PRICES) or not booking.has_stay(turn):
        return False
    shares = booking.shares(turn)
    if shares:
        turn.parts.append("\n".join([phrasebook.say(turn.language, "by_room"), *shares]))
    return bool(shares)


def _currency(turn: Turn, text: str) -> bool:
    own = turn.hotel.currency
    others = [code for code, words in _CURRENCIES.items() if code != own and words.search(text)]
    if not others or not (turn.understanding.has(*PRICES) or _PRICE.search(text)):
        return False
    turn.say("other_currency", currency=own)
    return True
