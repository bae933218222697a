"""How a hotel speaks: its register and its own phrases, for as long as something is said in its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser

from conversations.dialogue import phrasebook
from conversations.dialogue.phrasebook import Voice
from conversations.dialogue.types import Party, Stay
from conversations.models import Wording
from hotelagent.hotels.models import Hotel


def of(hotel: int) -> Voice:
    """The voice of a hotel, by its id; one query."""
    registers: dict[str, str] = {}
    phrases: dict[tuple[str, str], str] = {}
    last = Wording.objects.filter(hotel=hotel).order_by("language", "key", "-id").distinct("language", "key")
    for language, key, text in last.values_list("language", "key", "text"):
        if key == Wording.REGISTER:
            registers[language] = text
        elif text and fits(language, key, text):
            phrases[language, key] = text
    return Voice(registers, phrases)


def fits(language: str, key: str, text: str) -> bool:
    """Can it be said? What was written for a phrase that has other places by now cannot: the book's own is said."""
    section, _dot, name = key.partition(".")
    try:
        phrasebook.check(language, section, name, text)
    except (KeyError, phrasebook.PhraseProblem):
        return False
    return True


@contextmanager
def speaking(hotel: int) -> Iterator[None]:
    """Whatever is said inside is said as this hotel says it."""
    with phrasebook.speaking(of(hotel)):
        yield


def reword(hotel: Hotel, language: str, key: str, text: str, user: AbstractBaseUser | None) -> bool:
    """A phrase ("section.key") in the hotel's own words, or, with an empty text, in the book's again. Raises KeyError for no
    phrase and phrasebook.PhraseProblem for what could not be said. False when nothing changed."""
    section, _dot, name = key.partition(".")
    if not isinstance(phrasebook.book(language)[section][name], str):
        raise KeyError(key)
    text = text.replace("\r\n", "\n").strip()
    if text:
        phrasebook.check(language, section, name, text)
    return _keep(hotel, language, key, text, user)


def address(hotel: Hotel, language: str, register: str, user: AbstractBaseUser | None) -> bool:
    """How guests are addressed in a language. Raises KeyError for a register it does not have. False when nothing changed."""
    if register not in phrasebook.REGISTERS[language]:
        raise KeyError(register)
    return _keep(hotel, language, Wording.REGISTER, register, user)


def _keep(hotel: Hotel, language: str, key: str, text: str, user: AbstractBaseUser | None) -> bool:
    before = Wording.objects.filter(hotel=hotel, language=language, key=key).order_by("-id").values_list("text", flat=True).first()
    if (before or "") == text:
        return False
    Wording.objects.create(hotel=hotel, language=language, key=key, text=text, user_id=user.pk if user is not None else None)
    return True


def samples(hotel: Hotel, language: str, *, today: dt.date) -> dict[str, str]:
    """A value for every place there is in a phrase, as a guest of this hotel would read it; call it inside ``speaking``."""
    arrival = today + dt.timedelta(days=(4 - today.weekday()) % 7 + 14)
    stay, people = Stay(arrival, arrival + dt.timedelta(days=2)), Party(2, 1, (4,))
    price = phrasebook.money(language, Decimal(125000), hotel.currency)
    check_in, check_out = (phrasebook.date(language, day, today=today) for day in (stay.check_in, stay.check_out))
    hours = phrasebook.phrase(language, "hours", "range").format(opens="8:00", closes="11:00")
    includes = phrasebook.say(language, "includes", things=phrasebook.phrase(language, "topic", "amenity_breakfast"))
    names = {"es": ("Ana Ejemplo", "Habitación doble"), "en": ("Ann Example", "Double room"), "pt": ("Ana Exemplo", "Quarto duplo")}
    return {
        "hotel": hotel.name, "name": names[language][0], "room": names[language][1], "description": "…",
        "things": phrasebook.phrase(language, "topic", "amenity_breakfast"), "rule": f"\n• {includes}",
        "kept": phrasebook.say(language, "kept_until", time="10:15"),
        "stay": phrasebook.stay(language, stay, today), "check_in": check_in, "check_out": check_out, "date": check_in,
        "nights": phrasebook.counted(language, stay.nights, "night"), "party": phrasebook.party(language, people), "ages": "4, 7",
        "age": str(hotel.adult_from), "total": phrasebook.money(language, Decimal(250000), hotel.currency), "nightly": price,
        "amount": price, "price": price, "before": price, "fee": price, "number": "911", "phone": hotel.phone or "+54 11 5555 0100",
        "reference": "RX4K7P2M", "time": "10:15", "hour": "10:15", "opens": "8:00", "closes": "11:00", "hours": hours,
        "when": f"{check_in} 10:15", "why": phrasebook.phrase(language, "say", "why_other"), "contact": "",
        "state": phrasebook.phrase(language, "say", "state_confirmed"), "topic": phrasebook.phrase(language, "topic", "amenity_breakfast"),
        "n": "150", "currency": hotel.currency, "day": str(stay.check_in.day), "year": str(stay.check_in.year),
        "wishes": phrasebook.phrase(language, "word", "cot"), "month": phrasebook.book(language)["date"]["months"][stay.check_in.month - 1],
        "weekday": phrasebook.book(language)["date"]["weekdays"][stay.check_in.weekday()],
        "first": phrasebook.book(language)["hours"]["days"][0], "last": phrasebook.book(language)["hours"]["days"][4],
        "days": phrasebook.book(language)["hours"]["on"][6],
    }  # fmt: skip


def preview(text: str, values: dict[str, str]) -> str:
    """A phrase as it reads with these values; singular and plural both."""
    one, bar, many = text.format(**dict.fromkeys(phrasebook.places(text), "…") | values).partition("|")
    return f"1 {one}, 2 {many}" if bar else one
