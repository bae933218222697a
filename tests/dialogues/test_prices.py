"""What guests ask about prices that no rate says: nothing is promised, and the talk goes on."""

from __future__ import annotations

import pytest

from conversations.models import Faq, UnansweredQuestion

STAY = {"es": "del 7 al 9 de abril, 2 personas", "en": "April 7 to 9, 2 people", "pt": "de 7 a 9 de abril, 2 pessoas"}


def words(talk, text):
    return "\n\n".join(reply["text"] for reply in talk.say({"text": text})["replies"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hola, hacen algún descuento a jubilados?", "Sobre descuentos o promociones no tengo nada cargado"),
        ("tienen promos para grupos?", "Sobre descuentos o promociones no tengo nada cargado"),
        ("do you do a senior discount?", "I have no discounts or offers on file"),
        ("any special offers at the moment?", "I have no discounts or offers on file"),
        ("vocês têm desconto pra quem fica mais dias?", "Sobre descontos ou promoções não tenho nada registrado"),
    ],
)
def test_a_discount_is_not_promised_and_a_person_is_offered(talk, text, said):
    answer = talk.say({"text": text})["replies"][0]

    assert said in answer["text"] and answer["text"].count("?") == 0 and [one["id"] for one in answer["choices"]] == ["person"]
    assert UnansweredQuestion.objects.filter(question=text).count() == 1


def test_the_hotels_own_words_on_discounts_go_before(talk):
    Faq.objects.create(hotel=talk.hotel, language="es", question="¿Hacen descuento a jubilados?", answer="Sí, 10 % de lunes a jueves.")

    assert "Sí, 10 % de lunes a jueves." in words(talk, "hacen descuento a jubilados?") and not UnansweredQuestion.objects.exists()


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("es", "cuánto es por persona?", "$ 250.000 en total, $ 125.000 cada uno (2 personas)"),
        ("en", "how much is it each?", "ARS 250,000 in total, ARS 125,000 each (2 people)"),
        ("pt", "quanto fica pra cada um?", "$ 250.000 no total, $ 125.000 cada um (2 pessoas)"),
    ],
)
def test_each_ones_share_is_that_of_the_prices_on_the_table(talk, language, text, said):
    offers = talk.say({"text": STAY[language]})["replies"][0]["choices"]

    told = talk.say({"text": text})["replies"][0]

    assert said in told["text"] and told["choices"] == offers
    talk.say({"text": offers[0]["title"]})
    assert told["text"].split("\n")[1] in words(talk, text)  # a room is chosen: that one's


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("es", "y cuánto sale en dólares?", "Los precios los tengo en ARS"),
        ("en", "how much is that in euros?", "My prices are in ARS"),
        ("pt", "qual o preço em reais?", "Os preços que tenho são em ARS"),
    ],
)
def test_no_other_currency_is_reckoned(talk, language, text, said):
    words(talk, STAY[language])

    told = words(talk, text)

    assert said in told and "250" not in told


@pytest.mark.parametrize(
    ("text", "said", "asks"),
    [
        ("cuál es la estadía mínima?", "depende de las fechas", "¿Para qué fechas?"),
        ("se puede reservar una sola noche?", "depende de las fechas", "¿Para qué fechas?"),
        ("is there a minimum number of nights?", "depends on the dates", "Which dates"),
        ("tem mínimo de noites?", "depende das datas", "Para quais datas"),
    ],
)
def test_the_least_number_of_nights_goes_with_the_dates(talk, text, said, asks):
    told = words(talk, text)

    assert said in told and asks in told


def test_of_known_dates_the_offers_say_it(talk):
    assert "2 noches" in words(talk, "del 7 al 9 de abril para 2, o piden estadía mínima?")
