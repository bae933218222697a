"""The receptionist's phrases, one file a language, and dates, money and counts as the guest's language writes them."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from conversations.dialogue.types import Party, Stay

PHRASES = Path(__file__).with_name("phrases")
LANGUAGES = ("es", "en", "pt")
_SYMBOLS = {"ARS": "$", "USD": "US$", "BRL": "R$", "EUR": "€", "UYU": "$U", "CLP": "CLP$", "MXN": "MX$"}


@lru_cache(maxsize=8)
def book(language: str) -> dict[str, dict[str, Any]]:
    """A language's phrase book: sections say, choice, word, date, mail; topic, hours, price and measure for exact values."""
    return tomllib.loads((PHRASES / f"{language}.toml").read_text(encoding="utf-8"))


def phrase(language: str, section: str, key: str) -> str:
    """A phrase as it stands in the book. Raises KeyError for one that is missing."""
    text: str = book(language)[section][key]
    return text


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
            text += " " + phrase(language, "word", "of_ages").format(ages=", ".join(map(str, people.child_ages)))
    return text


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
