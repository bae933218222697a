"""Phrase books: registers, a hotel's own phrases, and what could not be said."""

import re
import tomllib
from pathlib import Path

import pytest

from conversations.dialogue import phrasebook
from conversations.dialogue.phrasebook import PhraseProblem, Voice

VARIANTS = [(language, register) for language, registers in phrasebook.REGISTERS.items() for register in registers[1:]]


@pytest.mark.parametrize(("language", "register"), VARIANTS)
def test_a_register_says_the_same_things(language, register):
    book = tomllib.loads((phrasebook.PHRASES / f"{language}.{register}.toml").read_text(encoding="utf-8"))

    for section, phrases in book.items():
        for key, text in phrases.items():
            phrasebook.check(language, section, key, text)
            assert text != phrasebook.book(language)[section][key], f"{section}.{key} reads as in the book"


@pytest.mark.parametrize("register", ["tuteo", "usted"])
def test_nobody_is_addressed_with_vos_in_another_register(register):
    voseo = ("vos", "podés", "querés", "necesitás", "pasás", "contame", "escribime", "decime", "llamá", "respondé", "tenés", "confirmá")
    told = [
        f"{section}.{key}"
        for section, phrases in phrasebook.book("es").items()
        for key, text in phrases.items()
        if isinstance(text, str)
        and set(phrasebook.written("es", section, key, register).lower().replace(",", " ").replace(".", " ").split()) & set(voseo)
    ]

    assert told == []


def test_a_hotel_speaks_its_own_words_until_the_block_ends():
    own = Voice({"es": "usted"}, {("es", "say.thanks"): "Un placer."})

    with phrasebook.speaking(own):
        inside = [
            phrasebook.say("es", "thanks"),
            phrasebook.say("es", "fine"),
            phrasebook.say("en", "thanks"),
            phrasebook.label("es", "no"),
        ]

    assert inside == ["Un placer.", "De acuerdo. Si necesita algo, escríbame.", "You're welcome! Write any time.", "No"]
    assert phrasebook.say("es", "thanks") == "¡De nada! Cualquier cosa, escribime."


@pytest.mark.parametrize(
    ("section", "key", "text", "kind", "names"),
    [
        ("say", "thanks", "  ", "empty", ()),
        ("say", "goodbye", "¡Chau, {name}!", "unknown", ("name",)),
        ("say", "room_full", "No queda lugar.", "missing", ("room",)),
        ("say", "room_full", "No queda {room.name}.", "broken", ()),
        ("say", "room_full", "No queda {room!r}.", "broken", ()),
        ("say", "room_full", "No queda {room:>999999999}.", "broken", ()),
        ("say", "room_full", "No queda {room", "broken", ()),
        ("say", "room_full", "No queda {} {room}.", "broken", ()),
        ("word", "night", "noches", "forms", ()),
        ("choice", "yes", "Sí, confirmo mi reserva", "long", ()),
        ("say", "thanks", "a" * 201, "long", ()),
    ],
)
def test_what_could_not_be_said_is_refused(section, key, text, kind, names):
    with pytest.raises(PhraseProblem) as told:
        phrasebook.check("es", section, key, text)

    assert (told.value.kind, told.value.names) == (kind, names)


def test_whoever_says_something_says_it_in_a_hotels_voice():
    rooms = Path(phrasebook.__file__).parents[1]
    silent = [
        path.name
        for path in rooms.rglob("*.py")
        if "dialogue" not in path.parts and path.name != "voices.py" and re.search(r"phrasebook\.(?:say|mail|label)\(", path.read_text(encoding="utf-8"))
        and "voices.speaking(" not in path.read_text(encoding="utf-8")
    ]  # fmt: skip

    assert silent == []
