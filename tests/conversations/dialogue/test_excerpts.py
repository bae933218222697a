"""Of the hotel's own words, those that were asked for."""

import pytest

from conversations.dialogue.intents.excerpts import MOST, precise, shorter

BREAKFAST = (
    "El desayuno buffet está incluido en todas las tarifas. Se sirve en la planta baja, de lunes a viernes de 7:00 a 10:30 y sábados y "
    "domingos de 8:00 a 11:00. Hay café, té, medialunas y fruta."
)
HOURS = "Se sirve en la planta baja, de lunes a viernes de 7:00 a 10:30 y sábados y domingos de 8:00 a 11:00."


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("¿hasta qué hora es el desayuno?", HOURS),
        ("what time is breakfast?", HOURS),
        ("cuánto sale el desayuno?", "El desayuno buffet está incluido en todas las tarifas."),
        ("o café da manhã está incluído?", "El desayuno buffet está incluido en todas las tarifas."),
        ("cómo es el desayuno?", BREAKFAST),
        ("a qué hora es y cuánto sale?", BREAKFAST),
    ],
)
def test_the_hour_when_the_hour_was_asked(asked, told):
    assert precise(BREAKFAST, asked, "amenity_breakfast") == told


def test_a_rule_is_told_whole():
    rule = "Podés cancelar sin cargo hasta 48 horas antes. Si cancelás después, se cobra la primera noche."

    assert precise(rule, "¿es gratis cancelar?", "policy_cancellation") == rule


def test_a_text_without_the_hour_is_told_whole():
    assert precise("No tenemos pileta.", "a qué hora abre la pileta?", "amenity_pool") == "No tenemos pileta."


def test_several_answers_fit_into_one_message():
    long = " ".join(f"Esta es la oración número {number}." for number in range(30))

    short = shorter([long, "Sí, hay wifi.", long])

    assert sum(map(len, short)) <= MOST
    assert short[1] == "Sí, hay wifi."
    assert all(text.endswith(".") and long.startswith(text) for text in (short[0], short[2]))
