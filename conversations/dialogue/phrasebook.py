"""The receptionist's phrases, one file a language, and dates, money and counts as the guest's language writes them."""

from __future__ import annotations

import datetime as dt
import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from conversations.dialogue.types import Party, RoomTypeInfo, Stay

PHRASES = Path(__file__).with_name("phrases")
LANGUAGES = ("es", "en", "pt")
# How a guest is addressed, where a language has more than one way; the first is what its book has.
REGISTERS = {"es": ("voseo", "tuteo", "usted")}
# A button of WhatsApp takes so many characters; any other phrase twice its own length, and at least so many.
BUTTON, LEAST = 20, 200
_SYMBOLS = {"ARS": "$", "USD": "US$", "BRL": "R$", "EUR": "€", "UYU": "$U", "CLP": "CLP$", "MXN": "MX$"}


@lru_cache(maxsize=8)
def book(language: str) -> dict[str, dict[str, Any]]:
    """A language's phrase book: sections say, choice, word, date, mail; topic, hours, price and measure for exact values."""
    return tomllib.loads((PHRASES / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Voice:
    """How one hotel speaks: its register in each language that has several, and its own phrases by (language, "section.key")."""

    registers: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[tuple[str, str], str] = field(default_factory=dict)


# Phrases are read all over a turn, and a turn is one hotel's: so the voice goes with the turn and not with every call.
_AS_WRITTEN = Voice()
_voice: ContextVar[Voice] = ContextVar("voice", default=_AS_WRITTEN)


@contextmanager
def speaking(voice: Voice) -> Iterator[None]:
    """Phrases are this hotel's until the block ends."""
    token = _voice.set(voice)
    try:
        yield
    finally:
        _voice.reset(token)


@lru_cache(maxsize=8)
def variant(language: str, register: str) -> dict[str, dict[str, Any]]:
    """What reads otherwise in a register; empty for the one the book is written in."""
    if register not in REGISTERS.get(language, ())[1:]:
        return {}
    return tomllib.loads((PHRASES / f"{language}.{register}.toml").read_text(encoding="utf-8"))


def phrase(language: str, section: str, key: str) -> str:
    """A phrase in the words of the hotel that speaks, unfilled. Raises KeyError for one that is missing."""
    voice = _voice.get()
    own = voice.phrases.get((language, f"{section}.{key}")) if voice.phrases else None
    return own if own is not None else written(language, section, key, voice.registers.get(language, ""))


def written(language: str, section: str, key: str, register: str = "") -> str:
    """A phrase as the book has it in a register."""
    text: str = book(language)[section][key]
    found: str = variant(language, register).get(section, {}).get(key, text)
    return found


class PhraseProblem(ValueError):
    """A phrase that could not be said. ``kind``: empty, broken (its braces), unknown or missing (``names`` of places), forms
    (singular and plural) or long (``limit`` characters)."""

    def __init__(self, kind: str, *, names: Sequence[str] = (), limit: int = 0) -> None:
        super().__init__(kind)
        self.kind, self.names, self.limit = kind, tuple(names), limit


def check(language: str, section: str, key: str, text: str) -> None:
    """Could this be said instead? Raises PhraseProblem: the same places, as many forms, no longer than the channels take."""
    before = book(language)[section][key]
    if not text.strip():
        raise PhraseProblem("empty")
    if text.count("|") != before.count("|"):
        raise PhraseProblem("forms")
    if len(text) > (most := limit(language, section, key)):
        raise PhraseProblem("long", limit=most)
    has, wanted = places(text), places(before)
    if has - wanted:
        raise PhraseProblem("unknown", names=sorted(has - wanted))
    if wanted - has:
        raise PhraseProblem("missing", names=sorted(wanted - has))


def limit(language: str, section: str, key: str) -> int:
    """How many characters a phrase may have."""
    return BUTTON if section == "choice" else max(LEAST, 2 * len(book(language)[section][key]))


def places(text: str) -> set[str]:
    """What is filled into a phrase. Raises PhraseProblem for anything but plain {names}."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise PhraseProblem("broken") from error
    if any(name is not None and (not name.isidentifier() or form or conversion) for _text, name, form, conversion in parts):
        raise PhraseProblem("broken")  # "{hotel.name}" or "{0!r}" would read what no phrase is meant to
    return {name for _text, name, _form, _conversion in parts if name}


def say(language: str, key: str, **values: object) -> str:
    """One phrase, filled. Raises KeyError for a phrase or a value that is missing."""
    return phrase(language, "say", key).format(**values)


def mail(language: str, key: str, **values: object) -> str:
    """A phrase of an e-mail, filled. Raises KeyError as ``say`` does."""
    return phrase(language, "mail", key).format(**values)


def label(language: str, key: str) -> str:
    """The title of something to tap."""
    return phrase(language, "choice", key)


def counted(language: str, number: int, word: str) -> str:
    """ "2 noches" """
    one, _bar, many = phrase(language, "word", word).partition("|")
    return f"{number} {one if number == 1 else many}"


def listed(language: str, parts: Sequence[str]) -> str:
    """ "a, b y c" """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {phrase(language, 'word', 'and')} {parts[-1]}"


def date(language: str, day: dt.date, *, today: dt.date | None = None) -> str:
    """A day with its weekday; with the year when it is not this one's."""
    dates = book(language)["date"]
    form = dates["long"] if today is None or day.year == today.year else dates["with_year"]
    text: str = form.format(weekday=dates["weekdays"][day.weekday()], day=day.day, month=dates["months"][day.month - 1], year=day.year)
    return text


def day_of_year(language: str, day: str) -> str:
    """The "MM-DD" of every year: "1 de noviembre"."""
    month, _dash, number = day.partition("-")
    form = phrase(language, "date", "of_year")
    return form.format(day=int(number), month=book(language)["date"]["months"][int(month) - 1])


def stay(language: str, nights: Stay, today: dt.date) -> str:
    """From when to when, with weekdays."""
    form = phrase(language, "word", "from_to")
    return form.format(check_in=date(language, nights.check_in, today=today), check_out=date(language, nights.check_out, today=today))


def party(language: str, people: Party) -> str:
    """ "2 adultos y 1 chico (4 años)" """
    text = counted(language, people.adults, "adult")
    if people.children:
        text += f" {phrase(language, 'word', 'and')} {counted(language, people.children, 'child')}"
        if len(people.child_ages) == people.children:
            key = "of_ages" if people.child_ages not in {(0,), (1,)} else "of_age_one" if people.child_ages[0] else "of_no_age"
            text += " " + phrase(language, "word", key).format(ages=", ".join(map(str, people.child_ages)))
    return text


def rooms(language: str, kinds: Sequence[RoomTypeInfo]) -> list[str]:
    """A line each: what it is called, and what it is like."""
    described = [(kind.name(language), kind.descriptions.get(language, "")) for kind in kinds]
    return [say(language, "room_line", room=name, description=text).rstrip(" :") for name, text in described]


def money(language: str, amount: Decimal, currency: str) -> str:
    """An amount with its currency; cents only when there are any."""
    digits = _grouped(language, f"{amount:,.2f}" if amount != amount.to_integral_value() else f"{amount:,.0f}")
    return f"{currency if language == 'en' else _SYMBOLS.get(currency, currency)} {digits}"


def number(language: str, value: Decimal) -> str:
    """A number with no more decimals than it has: "1,5"."""
    return _grouped(language, f"{value.normalize():,f}")


def _grouped(language: str, digits: str) -> str:
    """Thousands and decimals parted as the language does."""
    return digits if language == "en" else digits.replace(",", " ").replace(".", ",").replace(" ", ".")
