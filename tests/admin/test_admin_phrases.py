"""The phrase books in the back office: seen as guests read them, reworded, put back, and who did it."""

import datetime as dt

import pytest
from django.urls import reverse

from conversations import voices
from conversations.dialogue import phrasebook
from conversations.models import Wording
from hotelagent.hotels.models import Hotel
from tests.admin.conftest import told

PAGE = reverse("admin:conversations_wording_phrases")


def phrase(key, language="es"):
    return reverse("admin:conversations_wording_phrase", args=[language, key])


@pytest.fixture
def house(alfa):
    Wording.objects.filter(hotel=alfa[Hotel]).delete()
    return alfa[Hotel]


@pytest.mark.parametrize("language", phrasebook.LANGUAGES)
def test_every_phrase_is_shown_filled(house, desk, language):
    page = desk.get(PAGE, {"language": language})

    shown = {one["key"]: one["shown"] for group in page.context["groups"] for one in group["phrases"]}
    written = {
        f"{section}.{key}" for section, keys in phrasebook.book(language).items() for key, text in keys.items() if isinstance(text, str)
    }
    texts = [text for keys in phrasebook.book(language).values() for text in keys.values() if isinstance(text, str)]
    assert set(shown) == written
    assert not [text for text in shown.values() if "{" in text or "|" in text]
    assert "Hotel ALFA" in shown["say.greeting"]
    assert {place for text in texts for place in phrasebook.places(text)} <= set(
        voices.samples(house, language, today=dt.date(2026, 12, 1))
    )


def test_reworded_previewed_put_back_and_on_record(house, office, hotel_admin):
    seen = office.post(phrase("say.greeting"), {"text": "Bienvenido a {hotel}.", "preview": "1"}).content.decode()
    assert "Bienvenido a Hotel ALFA." in seen
    assert not Wording.objects.filter(hotel=house).exists()

    office.post(phrase("say.greeting"), {"text": "Bienvenido a {hotel}."})
    with voices.speaking(house.pk):
        assert phrasebook.say("es", "greeting", hotel="X") == "Bienvenido a X."
    office.post(phrase("say.greeting"), {"revert": "1"})

    with voices.speaking(house.pk):
        assert phrasebook.say("es", "greeting", hotel="X").startswith("¡Hola! Soy la recepción virtual")
    assert list(Wording.objects.filter(hotel=house).values_list("key", "text", "user")) == [
        ("say.greeting", "", hotel_admin.pk), ("say.greeting", "Bienvenido a {hotel}.", hotel_admin.pk),
    ]  # fmt: skip
    page = office.get(phrase("say.greeting")).content.decode()
    assert "Bienvenido a {hotel}." in page and "Marina" in page


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("say.room_full", "No queda nada.", "These are missing: {room}"),
        ("say.thanks", "De nada, {hotel}", "This phrase does not know: {hotel}"),
        ("choice.yes", "Sí, confirmo mi reserva", "At most 20 characters"),
        ("word.night", "noches", "parted by one"),
        ("say.room_full", "{room.__class__}", "Braces hold a name"),
    ],
)
def test_what_could_not_be_said_is_told_and_not_kept(house, office, key, text, why):
    page = office.post(phrase(key), {"text": text}).content.decode().replace("&#x27;", "'")

    assert why in page
    assert not Wording.objects.filter(hotel=house).exists()


def test_how_guests_are_addressed(house, office):
    page = office.post(f"{PAGE}?language=es", {"register": "usted"}, follow=True)

    assert told(page) == ["From now on guests are addressed so."]
    assert "escríbame" in page.content.decode()
    assert office.post(f"{PAGE}?language=en", {"register": "usted"}).status_code == 404


def test_a_phrase_of_another_time_is_not_said(house):
    Wording.objects.create(hotel=house, language="es", key="say.thanks", text="Gracias, {old}")
    Wording.objects.create(hotel=house, language="es", key="say.gone", text="Nada")

    assert voices.of(house.pk).phrases == {}


def test_a_receptionist_looks_and_writes_nothing_and_nobody_reaches_another_hotel(house, bravo, desk, office):
    assert "<textarea" not in desk.get(phrase("say.thanks")).content.decode()
    assert desk.post(phrase("say.thanks"), {"text": "x"}).status_code == 403
    assert desk.post(f"{PAGE}?language=es", {"register": "usted"}).status_code == 403
    office.post(f"{phrase('say.thanks')}?hotel=bravo", {"text": "Nuestro."})

    assert list(Wording.objects.filter(text="Nuestro.").values_list("hotel", flat=True)) == [house.pk]
    assert "BRAVO" not in office.get(PAGE, {"hotel": "bravo"}).content.decode()


@pytest.mark.parametrize(
    "address", [("say.nothing", "es"), ("nothing", "es"), ("hours.days", "es"), ("say.thanks", "xx"), ("say.thanks", "..")]
)
def test_what_is_no_phrase_is_not_found(house, office, address):
    assert office.get(phrase(*address)).status_code == 404
