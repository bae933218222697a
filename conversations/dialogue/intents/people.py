"""When a person is needed."""

from __future__ import annotations

from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import HandOff
from conversations.dialogue.understanding.normalise import fold

# Published emergency numbers; 112 is answered by mobile networks in most of the world.
EMERGENCY = {"AR": "911", "UY": "911", "PY": "911", "BR": "190", "CL": "133", "BO": "110", "PE": "105", "MX": "911", "US": "911"}


_URGENT = compiled(
    r"\b(?:urgen\w+|no puede esperar|cuanto antes|lo antes posible|asap|as soon as possible|can'?t wait|cannot wait|right now|immediately"
    r"|agora mesmo|nao pode esperar|o quanto antes|ya mismo|ahora mismo)\b"
)
# A guest outside a closed door waits for nobody's opening hours.
_STRANDED = compiled(
    r"\b(?:(?:me|nos) (?:quede|quedamos|deje|dejamos|dejaron) (?:afuera|encerrad\w+|en la calle)"
    r"|no (?:puedo|podemos) entrar (?:al? |en )(?:la |el |mi |nuestra )?(?:hotel|habitacion|edificio|cuarto|pieza)"
    r"|nadie (?:nos |me )?(?:abre|atiende (?:la puerta|el timbre))|(?:estoy|estamos) (?:en la puerta|afuera) y (?:no|nadie)"
    r"|locked (?:out|myself out|ourselves out)|can'?t get (?:inside|into (?:the |my |our )?(?:hotel|room|building))"
    r"|nobody (?:is )?(?:open\w*|answer\w*) the (?:door|bell)"
    r"|trancad\w+ (?:do lado de )?fora|fi(?:quei|camos) (?:pra|para|do lado de) fora"
    r"|nao consig\w+ entrar (?:no|na|em|nosso|nossa) ?(?:meu|minha)? ?(?:hotel|quarto|predio)|ninguem (?:abre|atende a))"
)


# Nobody sleeps, and nobody is at reception.
_DISTURBED = compiled(
    r"\b(?:noise|nois[ey]\w*|loud|blasting|party|shout\w*|scream\w*|moving furniture|barking|can'?t sleep|couldn'?t sleep|ruidos?"
    r"|barulh\w*|som alto|musica|fiesta|festa"
    r"|gritos?|gritan\w*|gritando|ladra\w*|no (?:puedo|podemos|se puede) dormir|nao (?:consigo|conseguimos|da para|da pra) dormir)\b"
)
_IN_ROOM = compiled(
    r"\b(?:(?:(?:i'?m|i am|we'?re|we are) |checked )?in(?:to| to)? (?:room )?|(?:card|key|door|tarjeta|llave|chave|cartao)s? (?:for|of"
    r"|to|de|del|da|do) (?:la |el |room )?|(?:estoy|estamos) en (?:la |el )?(?:habitacion |cuarto |pieza )?"
    r"|(?:estou|to|estamos) (?:no |na |em )?(?:quarto |suite )?|(?:habitacion|cuarto|pieza|room|quarto) )[1-9]\d{2}\b(?! ?(?:usd|dol\w+"
    r"|pesos?|reais|euros?|people|guests|person\w*|pessoas?|nights?|meters|metros))"
    r"|\b(?:just checked in|we'?re staying (?:with you|here) now|staying with you now|estamos (?:alojad|hospedad)[oa]s|estoy (?:alojad"
    r"|hospedad)[oa]|(?:estamos|estou) hospedad[oa]s?)\b"
)


def is_in_house(turn: Turn) -> bool:
    """Does somebody write from a room of the house, and not about nights?"""
    return _IN_ROOM.search(fold(turn.message.text)) is not None and not turn.understanding.slots.keys() & {"nights", "check_out"}


def is_stranded(turn: Turn) -> bool:
    return _STRANDED.search(fold(turn.message.text)) is not None


def is_urgent(turn: Turn) -> bool:
    return is_stranded(turn) or _URGENT.search(fold(turn.message.text)) is not None


def urgent(turn: Turn) -> None:
    """It cannot wait: a person, and while nobody is at reception somebody to call."""
    turn.pass_on("urgent")


def hasten(turn: Turn, hand_off: HandOff) -> None:
    """A hand-off that cannot wait says so, and while reception is closed whom to call."""
    if hand_off.reason != "emergency":
        if not is_urgent(turn) and (turn.hotel.people_until or not _DISTURBED.search(fold(turn.message.text))):
            return
        if is_stranded(turn) or hand_off.reason in {"asked", "not_understood"}:
            turn.hand_off = HandOff("urgent")
    if turn.hotel.on_call is not None:
        name, phone = turn.hotel.on_call
        turn.say("on_call_named" if name else "on_call", **({"name": name} if name else {}), phone=phone)


def emergency(turn: Turn, _intent: str) -> None:
    turn.say("emergency", number=EMERGENCY.get(turn.hotel.country, "112"))
    turn.pass_on("emergency", announce=False)


def asked(turn: Turn, _intent: str) -> None:
    turn.pass_on("asked")


def complaint(turn: Turn, _intent: str) -> None:
    turn.say("complaint")
    turn.pass_on("complaint")


def opt_out(turn: Turn, _intent: str) -> None:
    turn.say("opt_out")


def table_or_treatment(turn: Turn, _intent: str) -> None:
    """Tables and treatments are booked by people."""
    turn.say("table_or_treatment")
    turn.pass_on("cannot_do")
