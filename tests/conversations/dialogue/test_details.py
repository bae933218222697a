"""A question for an hour, a price or a distance, answered from exact values and no more than was asked."""

import datetime as dt
from decimal import Decimal

import pytest

from conversations.dialogue import details, phrasebook
from conversations.dialogue.intents.facts import TOPICS
from conversations.dialogue.types import Detail
from conversations.models import Detail as DetailRow

WEEK, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
BREAKFAST = (
    Detail("detail:1:v1", "amenity_breakfast", weekdays=WEEK, opens=dt.time(7), closes=dt.time(10, 30), charge="included"),
    Detail("detail:2:v3", "amenity_breakfast", weekdays=WEEKEND, opens=dt.time(8), closes=dt.time(11), charge="included"),
)
PARKING = (
    Detail("detail:3:v1", "amenity_parking", opens=dt.time(0), closes=dt.time(23, 59), amount=Decimal(20000), currency="ARS", per="24h"),
    Detail("detail:4:v1", "amenity_parking", measure="distance_m", number=Decimal("150.00")),
)
TRANSFER = tuple(
    Detail(f"detail:{number}:v1", "airport_transfer", names={"es": f"el traslado a {place}"}, amount=Decimal(price), currency="ARS", per="trip")
    for number, place, price in ((5, "Ezeiza", 65000), (6, "Aeroparque", 35000))
)  # fmt: skip
POOL = (Detail("detail:7:v1", "amenity_pool", opens=dt.time(10), closes=dt.time(20), season=("11-01", "03-31"), charge="free"),)
BAR = (Detail("detail:8:v1", "amenity_restaurant", names={"es": "el bar"}, opens=dt.time(19), closes=dt.time(1)),)


@pytest.mark.parametrize(
    ("rows", "asked", "language", "told"),
    [
        (BREAKFAST, "¿hasta qué hora es el desayuno?", "es",
         "El desayuno es de lunes a viernes hasta las 10:30 y los sábados y domingos hasta las 11:00."),
        (BREAKFAST, "a qué hora es el desayuno los domingos?", "es", "El desayuno es los sábados y domingos de 8:00 a 11:00."),
        (BREAKFAST, "until what time is breakfast on Mondays?", "en", "Breakfast is served until 10:30 Monday to Friday."),
        (BREAKFAST, "o café da manhã está incluso?", "pt", "O café da manhã já está na tarifa, sem pagar à parte."),
        (BREAKFAST, "¿a qué hora es y cuánto sale?", "es",
         "El desayuno es de lunes a viernes de 7:00 a 10:30 y los sábados y domingos de 8:00 a 11:00. "
         "El desayuno no se paga aparte: va con la tarifa."),
        (PARKING, "cuanto sale la cochera?", "es", "La cochera sale $ 20.000 cada 24 horas."),
        (PARKING, "how much is parking?", "en", "Parking costs ARS 20,000 per 24 hours."),
        (PARKING, "a que hora cierra la cochera", "es", "La cochera funciona las 24 horas."),
        (PARKING, "how far is the garage?", "en", "Parking is 150 metres away."),
        (TRANSFER, "cuanto sale el traslado a Ezeiza?", "es", "El traslado a Ezeiza sale $ 65.000 por viaje."),
        (TRANSFER, "cuanto sale el traslado?", "es",
         "El traslado a Ezeiza sale $ 65.000 por viaje. El traslado a Aeroparque sale $ 35.000 por viaje."),
        (POOL, "até que horas funciona a piscina?", "pt", "A piscina funciona até as 20:00, de 1 de novembro a 31 de março."),
        (BAR, "hasta que hora abre el bar?", "es", "El bar atiende de 19:00 a 1:00."),
        (BAR, "hasta que hora esta el bar?", "es", "El bar atiende hasta la 1:00."),
    ],
)  # fmt: skip
def test_just_what_was_asked_is_told(rows, asked, language, told):
    found = details.told(rows, asked, language)

    assert found is not None and found[0] == told


def test_the_rows_that_were_told_are_named_and_no_other():
    assert details.told(BREAKFAST, "hasta qué hora es el desayuno los sábados?", "es")[1] == ["detail:2:v3"]
    assert details.told(PARKING, "how far is the garage?", "en")[1] == ["detail:4:v1"]


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (BREAKFAST, "¿cómo es el desayuno?"),  # nothing so narrow
        (BREAKFAST, "do you have gluten free things at breakfast?"),
        (PARKING, "¿qué altura máxima tiene?"),  # a value that is not there
        (POOL, "a qué hora abre y a cuánto queda?"),  # one of the two is not there
        ((), "hasta qué hora es el desayuno?"),
    ],
)
def test_the_hotels_text_answers_what_no_value_does(rows, asked):
    assert details.told(rows, asked, "es") is None


def test_everything_known_makes_an_answer_where_there_is_no_text():
    text, sources = details.everything(PARKING, "en")

    assert text == "Parking is open around the clock. Parking costs ARS 20,000 per 24 hours. Parking is 150 metres away."
    assert sources == ["detail:3:v1", "detail:4:v1"]


@pytest.mark.parametrize("language", phrasebook.LANGUAGES)
def test_every_value_has_words(language):
    book = phrasebook.book(language)

    assert {f"per_{per}" for per in DetailRow.Per.values} | set(DetailRow.Charge.values) | {"costs"} == set(book["price"])
    assert set(book["measure"]) == set(DetailRow.Measure.values)
    assert set(book["topic"]) | set(book["hours_of"]) <= {*TOPICS, "other"}
