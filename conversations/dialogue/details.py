"""A question for an hour, a price, a distance or a limit, answered from the hotel's exact values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from conversations.dialogue import phrasebook
from conversations.dialogue.patterns import compiled
from conversations.dialogue.types import Detail
from conversations.dialogue.understanding.normalise import fold, words

ASKS_HOUR = compiled(
    r"\b(?:(?:hasta|desde|a|ate|de) que horas?|que horas?|que horario\w*|horarios?|what time\w*|until when|how late|how early"
    r"|when (?:is|does|do|are)|opening hours|hours|ate quando|hasta cuando)\b"
)
ASKS_PRICE = compiled(
    r"\b(?:cuanto (?:sale|cuesta|cobran|vale|es|esta|cuestan)|que precio|precio|costo|tarifa|how much|price|cost|fee|charge"
    r"|quanto (?:custa|fica|e|sai|cobram|ta)|preco|valor|tiene costo|hay que pagar|pago aparte"
    r"|inclu\w*|gratis|de graca|paga"
    r"|(?<!-)(?<!gluten )(?<!dairy )(?<!lactose )(?<!sugar )(?<!smoke )(?<!feel )free(?! of| rooms?| dates?| nights?| spots?| places?))\b"
)
_UNTIL = compiled(
    r"\b(?:hasta (?:que hora|cuando)|cierra\w*|until|how late|close\w*|ate (?:que horas?|quando)|fecha\w*|termina\w*|ends?)\b"
)
_FROM = compiled(r"\b(?:(?:desde|a partir de) que horas?|abren?|empieza\w*|how early|from what time|opens?|starts?|comeca\w*)\b")
_MEASURES = {
    "distance": compiled(
        r"\b(?:a que distancia|que tan (?:lejos|cerca)|queda (?:lejos|cerca)|a cuant[ao]s? (?:cuadras?|metros|km|kilometros|minutos)"
        r"|a cuanto (?:queda|esta)|how (?:far|close)|a que distancia|fica (?:longe|perto)|quao (?:longe|perto)"
        r"|quantos (?:metros|km|minutos))\b"
    ),
    "takes_min": compiled(
        r"\b(?:cuanto (?:tiempo |se )*(?:tarda|demora|lleva|dura)\w*|how long (?:does|do|is|will)|quanto (?:tempo )?(?:demora|leva|dura))\b"
    ),
    "height_m": compiled(r"\b(?:altura|altos?|how (?:high|tall)|height|clearance)\b"),
    "weight_kg": compiled(
        r"\b(?:peso|pesa\w*|cuantos (?:kg|kilos)|how heavy|weighs?|weight|how many (?:kg|kilos)|quantos (?:kg|quilos))\b"
    ),
    "age": compiled(r"\b(?:edad\w*|cuantos anos|how old|ages?|idades?|quantos anos)\b"),
    "notice_h": compiled(
        r"\b(?:con (?:cuant[ao]|que) (?:tiempo|anticipacion|antelacion)|how (?:far|long) (?:in advance|ahead|before)|how much notice"
        r"|quanta antecedencia|cuant[ao]s horas antes|how many hours before|quantas horas antes)\b"
    ),
    "speed_mbps": compiled(r"\b(?:velocidad|rapido|mbps|megas|speed|how fast|velocidade|rapid[ao])\b"),
}
_TOLD = compiled(r"\b\d+(?:[.,]\d+)? ?(?:kg|kgs|kilos?|quilos?|lbs?|pounds?|anos?|anitos|years?|meses|months?)\b")
_OF = {"distance": {"distance_m", "distance_km", "walk_min", "drive_min"}, "age": {"age_from", "age_until"}}
_DAYS = (
    compiled(r"\b(?:lunes|mondays?|segundas?)\b"),
    compiled(r"\b(?:martes|tuesdays?|tercas?)\b"),
    compiled(r"\b(?:miercoles|wednesdays?|quartas?)\b"),
    compiled(r"\b(?:jueves|thursdays?|quintas?)\b"),
    compiled(r"\b(?:viernes|fridays?|sextas?)\b"),
    compiled(r"\b(?:sabados?|saturdays?|fin(?:es)? de semana|fi(?:m|ns) de semana|weekends?)\b"),
    compiled(r"\b(?:domingos?|sundays?|fin(?:es)? de semana|fi(?:m|ns) de semana|weekends?)\b"),
)
LONG = 4  # letters of a word that tells one thing from another


def told(details: Sequence[Detail], asked: str, language: str) -> tuple[str, list[str]] | None:
    """Sentences that answer just what was asked for, and the sources of the values in them; None when something else was asked
    too, or nothing so narrow, or a value is missing."""
    folded = fold(asked)
    meant = _named(details, folded, language)
    answers: list[tuple[str, list[Detail]]] = []
    measures = [name for name, pattern in _MEASURES.items() if pattern.search(folded)]
    if _TOLD.search(folded):  # "she weighs 6 kilos": told, not asked
        measures = [name for name in measures if name not in {"weight_kg", "age"}]
    # "¿Con cuánta anticipación?" and "how much notice" name neither an hour nor a price.
    if not measures and ASKS_HOUR.search(folded):
        edge = "until" if _UNTIL.search(folded) and not _FROM.search(folded) else ""
        edge = "from" if _FROM.search(folded) and not _UNTIL.search(folded) else edge
        answers.append(hours(_on_days(meant, folded), language, edge))
    if not measures and ASKS_PRICE.search(folded):
        answers.append(prices(meant, language))
    for name in measures:
        kinds = _OF.get(name, {name})
        answers.append(measured([one for one in meant if one.measure in kinds], language))
    if not answers or not all(text for text, _rows in answers):
        return None
    return " ".join(text for text, _rows in answers), _sources(row for _text, rows in answers for row in rows)


def everything(details: Sequence[Detail], language: str) -> tuple[str, list[str]]:
    """All the values in sentences, for a topic the hotel has no other words about."""
    parts = [hours(details, language), prices(details, language), measured(details, language)]
    return " ".join(text for text, _rows in parts if text), _sources(row for _text, rows in parts for row in rows)


def hours(details: Sequence[Detail], language: str, edge: str = "") -> tuple[str, list[Detail]]:
    """When it is; ``edge``: only the "until" or the "from", where every row has one."""
    rows = [one for one in details if one.opens is not None or one.closes is not None]
    if edge and not all((one.closes if edge == "until" else one.opens) for one in rows):
        edge = ""
    sentences = []
    for name, same in _by_name(rows, language).items():
        spans = phrasebook.listed(language, [_span(one, language, edge) for one in same])
        own = same[0].topic if same[0].topic in phrasebook.book(language)["hours_of"] else "other"
        sentences.append(phrasebook.phrase(language, "hours_of", own).format(topic=_subject(name, same[0], language), hours=spans))
    return _sentences(sentences), rows


def prices(details: Sequence[Detail], language: str) -> tuple[str, list[Detail]]:
    """What it costs, or that it costs nothing."""
    rows = [one for one in details if one.amount is not None or one.charge]
    sentences = []
    for name, same in _by_name(rows, language).items():
        topic = _subject(name, same[0], language)
        amounts = [price(one, language) for one in same if one.amount is not None]
        if amounts:
            sentences.append(phrasebook.phrase(language, "price", "costs").format(topic=topic, price=phrasebook.listed(language, amounts)))
        for charge in dict.fromkeys(one.charge for one in same if one.amount is None):
            sentences.append(phrasebook.phrase(language, "price", charge).format(topic=topic))
    return _sentences(sentences), rows


def measured(details: Sequence[Detail], language: str) -> tuple[str, list[Detail]]:
    """How far, how heavy, how old: each number in its sentence."""
    rows = [one for one in details if one.number is not None]
    sentences = []
    for one in rows:
        topic = _subject(str(one.names.get(language, "")), one, language)
        assert one.number is not None
        sentences.append(phrasebook.phrase(language, "measure", one.measure).format(topic=topic, n=phrasebook.number(language, one.number)))
    return _sentences(sentences), rows


def price(one: Detail, language: str) -> str:
    """ "$ 20.000 cada 24 horas" """
    assert one.amount is not None
    amount = phrasebook.money(language, one.amount, one.currency)
    return f"{amount} {phrasebook.phrase(language, 'price', f'per_{one.per}')}" if one.per else amount


def name_of(one: Detail, language: str) -> str:
    """What the value is about, inside a sentence: "el desayuno"."""
    return str(one.names.get(language, "")) or phrasebook.phrase(
        language, "topic", one.topic if one.topic in phrasebook.book(language)["topic"] else "other"
    )


def _subject(name: str, one: Detail, language: str) -> str:
    return name or name_of(one, language)


def _named(details: Sequence[Detail], asked: str, language: str) -> list[Detail]:
    """Of those with a name the ones that a word of the question tells from the others ("Ezeiza"); all, when none does."""
    names = {id(one): _long_words(str(one.names[language])) for one in details if one.names.get(language)}
    shared = set.intersection(*names.values()) if len(names) > 1 else set()
    said = _long_words(asked) - shared
    if not any(own & said for own in names.values()):
        return list(details)
    return [one for one in details if names.get(id(one), said) & said]


def _by_name(rows: Iterable[Detail], language: str) -> dict[str, list[Detail]]:
    """By what they are about; "" is the topic itself."""
    found: dict[str, list[Detail]] = {}
    for one in rows:
        found.setdefault(str(one.names.get(language, "")), []).append(one)
    return found


def _long_words(text: str) -> set[str]:
    return {word for word in words(fold(text)) if len(word) >= LONG}


def _on_days(details: Sequence[Detail], asked: str) -> list[Detail]:
    """Those of the weekdays that are named; all, when none is or nothing is known of them."""
    days = {number for number, pattern in enumerate(_DAYS) if pattern.search(asked)}
    return [one for one in details if not one.weekdays or days & set(one.weekdays)] if days else list(details)


def _span(one: Detail, language: str, edge: str) -> str:
    def clock(time: dt.time | None) -> str:
        return f"{time.hour}:{time.minute:02}" if time is not None else ""

    if one.opens == dt.time(0) and one.closes is not None and one.closes >= dt.time(23, 59):
        text = phrasebook.phrase(language, "hours", "all_day")
    else:
        key = edge or ("range" if one.opens is not None and one.closes is not None else "from" if one.opens is not None else "until")
        text = phrasebook.phrase(language, "hours", key).format(opens=clock(one.opens), closes=clock(one.closes))
        for wrong, right in phrasebook.book(language)["date"]["one_o_clock"]:
            text = re.sub(rf"\b{wrong} (?=1:)", f"{right} ", text)
    if one.weekdays:
        text = phrasebook.phrase(language, "hours", "on_days").format(days=_days(one.weekdays, language), hours=text)
    if one.season is not None:
        first, last = (phrasebook.day_of_year(language, day) for day in one.season)
        text = phrasebook.phrase(language, "hours", "season").format(hours=text, first=first, last=last)
    return text


def _days(days: Sequence[int], language: str) -> str:
    """ "de lunes a viernes", "los sábados y domingos", "todos los días" """
    book = phrasebook.book(language)["hours"]
    if len(days) == 7:
        return phrasebook.phrase(language, "hours", "every_day")
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return phrasebook.phrase(language, "hours", "day_range").format(first=book["days"][days[0]], last=book["days"][days[-1]])
    return phrasebook.phrase(language, "hours", "day_list").format(days=phrasebook.listed(language, [book["on"][day] for day in days]))


def _sentences(parts: Iterable[str]) -> str:
    return " ".join(part[0].upper() + part[1:] for part in parts if part)


def _sources(rows: Iterable[Detail]) -> list[str]:
    return list(dict.fromkeys(row.source for row in rows))
