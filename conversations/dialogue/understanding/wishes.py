"""What a guest says about the stay beside dates and people: hour of arrival, budget, pets, beds."""

from __future__ import annotations

import re
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers

_ARRIVES = r"(?:lleg\w+|arriv\w+|cheg\w+|aterriz\w+|land\w*|entr(?:ar\w*|amos|o)|check ?-?in|ingres\w+|caigo|caemos|vuelo|flight|voo|micro|bus|onibus|ferry|late arrival|turn up|be there|get (?:in|there))"
_HOUR = r"(?P<hour>2[0-4]|1\d|0?\d)(?!\d)(?:[:.h](?P<minute>[0-5]\d))?"
_DAY_PART = r"(?: ?(?P<half>[ap])\.? ?m\b\.?| ?(?:de|da|por) (?:la )?(?P<part>manana|tarde|noche|madrugada|manha|noite)|(?: ?(?:hs|hrs|h|horas|o'?clock)\b)?(?: (?:de|da) (?:la )?(?P<part2>manana|tarde|noche|madrugada|manha|noite))?)"
_MARKED = r"(?:a las|a la|tipo|as|at|around|about|after|a eso de las|sobre las|despues de las|antes de las|hacia las|cerca das|por volta das|depois das|umas|pelas|before|by|las)"
_ARRIVAL = compiled(rf"\b{_ARRIVES}\b[^.?!\n]{{0,40}}?\b(?:{_MARKED} {_HOUR}{_DAY_PART})")
_CLOCK = compiled(
    rf"\b{_ARRIVES}\b[^.?!\n]{{0,30}}?\b(?P<hour>2[0-4]|1\d|0?\d)(?!\d)(?::(?P<minute>[0-5]\d)|\.(?P<minute2>[0-5]\d)| ?(?:hs|hrs"
    rf"|h)\b(?P<minute3>[0-5]\d)?| ?(?P<half>[ap])\.?m\b)"
)
_BARE = compiled(rf"^(?:{_MARKED} |mas o menos |creo que )*{_HOUR}{_DAY_PART}[ .!]*$")
_LATER_PARTS = frozenset({"tarde", "noche", "noite"})

_CURRENCIES = {
    "USD": r"(?:usd|u\$s|us\$|u\$d|dolares?|dollars?|bucks)", "EUR": r"(?:eur|euros?|€)", "BRL": r"(?:brl|r\$|reais|real)", "GBP": r"(?:gbp|pounds|quid|£)",
    "ARS": r"(?:ars|pesos?|mangos|lucas|ar\$)",
}  # fmt: skip
_MONEY = (
    r"(?P<before>usd|u\$s|us\$|r\$|ar\$|€|£|\$)? ?(?P<amount>\d{1,3}(?:[.,]\d{3})+|\d{2,7}) ?(?P<thousand>k\b|mil\b"
    r"|lucas\b)? ?(?:de )?(?P<after>" + "|".join(_CURRENCIES.values()) + r")?"
)
_BUDGET = compiled(
    r"\b(?:presupuesto|budget|orcamento|hasta|maximo|max|tope|up to|no mas de|no more than|nao mais (?:de|que)|ate|under|less than"
    r"|menos de|limite|gastar|spend|pagar hasta)\b(?: (?:es|is|e|of|de|around|unos|about|of about|maximo|max|como|like|a|por noche"
    r"|per night|total))*:? " + _MONEY
)
_PER = compiled(r"(?:por|per|a|la|each|x) ?(?:noche|night|noite|persona|person)")

_ANIMAL = r"(?:perr[oa]s?|perrit[oa]s?|caniche\w*|dogs?|puppy|puppies|pup|cachorr[oa]s?|cachorrinh[oa]s?|caes|cao|gat[oa]s?|gatit[oa]s?|cats?|kitten|gatinh[oa]s?|mascotas?|pets?|bichinhos?|conejos?|rabbits?|coelhos?|loros?|parrots?|papagaios?|hamsters?)"
_PETS = compiled(
    rf"\b(?:con|with|com|mi|my|meu|minha|nuestr[oa]|our|noss[oa]|y|and|e|plus|mas|mais|tengo|tenemos|temos|tenho|have|llevo|llevamos"
    rf"|traigo|bring\w*|levo|levamos"
    rf"|somos .{{0,20}})\b (?:(?:mi|my|meu|minha|mis|nuestr[oa]s?|our|noss[oa]s?|el|la|the|a|o|small|little|pequen[oa]"
    rf"|otr[oa]) )*(?:({numbers.PATTERN}) )?(?:(?:small|little|pequen[oa]s?|tiny|old|viej[oa]) )?{_ANIMAL}\b"
)
_NO_PETS = compiled(rf"\b(?:sin|no|without|sem|nao) (?:llev\w+ |tra\w+ |lev\w+ )?{_ANIMAL}\b")
_QUESTION = compiled(r"\b(?:acept\w+|admit\w+|permit\w+|reciben?|allow\w*|accept\w*|aceitam?|pet.?friendly|pode\w* levar|se puede)\b")

_BEDS = {
    "twin": r"\b(?:cam(?:a|ita)s? separadas?|2 camas|dos camas|camas (?:individuales|simples)|twin beds?|two (?:separate |single )?beds|2 (?:separate |single )?beds|separate beds|single beds|camas? de solteiro|duas camas|camas de uma pessoa)\b",
    "king": r"\b(?:cama )?king(?:[ -]?size)?(?: bed)?\b",
    "queen": r"\b(?:cama )?queen(?:[ -]?size)?(?: bed)?\b",
    "double": r"\b(?:cama (?:matrimonial|doble|grande|de (?:dos|2) plazas|de casal)|(?:double|big|one large) bed|una sola cama|one bed|1 bed|uma cama so|matrimonial)\b",
}


_COT = compiled(r"\b(?:cun[ai]t?a?s?|practicuna|cots?|cribs?|bercos?|bercinho|baby beds?)\b")
_IS_THERE = compiled(
    r"\b(?:tien\w+|tenes|hay|tendran|have you|do you|is there|are there|tem|teria|cobran|cuanto|how much|quanto|sin|no|without|sem"
    r"|nao)\b[^.;!\n]{0,30}$"
)


# What the room shall be like; a wheelchair says it without asking.
_ROOM = {
    "adapted": compiled(
        r"\b(?:habitacion|doble|cuarto|quarto|duplo|room|double|la|el|ess[ea]|[oa]|one)(?: \w+)? (?:adaptad[oa]|accesible|acessivel)\b"
        r"|\b(?:adapted|accessible|wheelchair[ -]friendly|disabled|handicap\w*) (?:room|double|one)\b"
        r"|\b(?:silla de ruedas|wheel ?chair|cadeira de rodas|cadeirante)\b"
    ),
    "quiet": compiled(
        r"\b(?:habitacion|cuarto|quarto|room|algo|something|one|uno?a?|uma?|bien|mas|lo mas|mais|o mais|a)(?: \w+)? (?:tranquil[oa]s?"
        r"|silencios[oa]s?|quiet(?:er|est)?|sossegad[oa])\b"
        r"|\bquiet(?:er|est)? (?:room|side|one|floor)\b|\b(?:no hubiera|sin|without|away from|longe d[oe]"
        r"|lejos del?) (?:the )?(?:ruidos?|noise|barulho)\b"
    ),
    "high_floor": compiled(
        r"\b(?:high(?:er|est)?|upper|top) floors?\b|\b(?:piso|andar|planta)s? (?:mas |mais )?alt[oa]s?\b|\b(?:ultimo (?:piso|andar)"
        r"|planta alta)\b"
    ),
    "low_floor": compiled(
        r"\b(?:ground|low(?:er)?|first) floors?\b|\b(?:planta baja|piso bajo|andar baixo|terreo|primer piso|primeiro andar)\b"
    ),
    "together": compiled(
        r"\b(?:una al lado de la otra|juntas|contiguas|cerca una de (?:la )?otra|una cerca de la otra|adjoining|adjacent|next to each other"
        r"|side by side|connecting rooms|close to each other|near each other|um ao lado do outro|lado a lado|perto um do outro)\b"
    ),
}
# A car that is ordered, not asked about.
_CAR = r"(?:transfers?|traslados?|pick ?-?up|remis|translado|taxi|car from the airport)"
_TRANSFER = compiled(
    rf"\b(?:reserv\w+|book|arrange|organi[sz]e|order|agend\w+|marc(?:a|ar|ado|ame|aria)|ped\w+|contrat\w+|dej\w+|deix\w+|sum\w+"
    rf"|agreg\w+|add|include|inclui\w*|quiero|queremos|quero|queria|necesit\w+|precis\w+|need|want)\b(?: \w+){{0,3}}? {_CAR}\b"
)


def read(folded: str, *, awaiting: str | None) -> dict[str, Any]:
    """``arrival_time`` "HH:MM", ``budget`` {amount, currency?, per?}, ``pets`` how many, ``bed`` twin, double, queen or king,
    ``cot``, ``transfer`` and what the room shall be like (``adapted``, ``quiet``, ``high_floor``, ``low_floor``, ``together``) True when
    wanted."""
    found: dict[str, Any] = {}
    if hour := _arrival(folded, awaiting):
        found["arrival_time"] = hour
    if (match := _BUDGET.search(folded)) and (money := _money(match, folded)):
        found["budget"] = money
    if not _NO_PETS.search(folded) and (pet := _PETS.search(folded)) and not _QUESTION.search(folded[: pet.start()]):
        found["pets"] = numbers.value(pet[1]) if pet[1] else 1
    for bed, pattern in _BEDS.items():
        if re.search(pattern, folded):
            found["bed"] = bed
            break
    if (cot := _COT.search(folded)) and not _IS_THERE.search(folded[: cot.start()]):
        found["cot"] = True
    if _TRANSFER.search(folded):
        found["transfer"] = True
    for wish, told in _ROOM.items():
        if (match := told.search(folded)) and not _IS_THERE.search(folded[: match.start()]):
            found[wish] = True
    return found


# A flight that goes is no arrival here: "our flight home is at 9pm".
_GOES = compiled(
    r"\b(?:vuelo|flight|fly|voo|micro|bus|onibus|ferry|avion|plane|aviao)\b[^.?!\n]{0,25}?\b(?:sal[ei]\w*|salida|leav\w+|depart\w*"
    r"|home|out|back|(?:de )?(?:vuelta|regreso|volta)|sai\w*|parte)\b"
    r"|\b(?:sal[ei]\w*|leav\w+|depart\w*|sai|parte|fly)\b[^.?!\n]{0,15}?\b(?:vuelo|flight|voo|micro|bus|onibus|ferry|avion|plane|home"
    r"|back)\b"
)
_MIDNIGHT = compiled(r"\b(?:medianoche|midnight|meia[ -]noite)\b")


def _arrival(folded: str, awaiting: str | None) -> str:
    if _GOES.search(folded):
        return ""
    if _MIDNIGHT.search(folded) and re.search(rf"\b{_ARRIVES}\b", folded):
        return "00:00"
    match = _ARRIVAL.search(folded) or _CLOCK.search(folded) or (_BARE.match(folded) if awaiting == "arrival_time" else None)
    if match is None:
        return ""
    groups = match.groupdict()
    hour = int(groups["hour"]) % 24
    minute = int(next((groups[name] for name in ("minute", "minute2", "minute3") if groups.get(name)), "0"))
    part = groups.get("part") or groups.get("part2")
    if hour < 12 and (groups.get("half") == "p" or (part in _LATER_PARTS and not (part == "noche" and hour < 5))):
        hour += 12
    elif hour == 12 and (groups.get("half") == "a" or part in {"noche", "noite", "madrugada"}):
        hour = 0
    return f"{hour:02}:{minute:02}"


def _money(match: re.Match[str], folded: str) -> dict[str, Any]:
    currency = next(
        (code for code, words in _CURRENCIES.items() if any(re.fullmatch(words, match[name] or "") for name in ("before", "after"))), ""
    )
    thousand = bool(match["thousand"])
    if not currency and not match["before"] and not thousand and not re.match(r"presupuesto|budget|orcamento", match[0]):
        return {}  # "hasta 20" may be anything
    amount = int(re.sub(r"[.,]", "", match["amount"])) * (1000 if thousand else 1)
    found: dict[str, Any] = {"amount": amount} | ({"currency": currency or "ARS"} if currency or match["thousand"] == "lucas" else {})
    if per := _PER.match(folded[match.end() :].lstrip()):
        found["per"] = "person" if "person" in per[0] else "night"
    return found
