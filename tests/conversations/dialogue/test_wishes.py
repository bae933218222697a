"""Hour of arrival, budget, pets and beds, from whole messages."""

import pytest

from conversations.dialogue.understanding import wishes
from conversations.dialogue.understanding.normalise import fold


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("llegamos tipo 23:50 con mi perro", {"arrival_time": "23:50", "pets": 1}),
        ("late arrival around 10pm ok?", {"arrival_time": "22:00"}),
        ("chegamos umas 22h", {"arrival_time": "22:00"}),
        ("mi micro llega 23.50", {"arrival_time": "23:50"}),
        ("del 3 al 5, llego a las 3 de la tarde", {"arrival_time": "15:00"}),
        ("aterrizamos a la 1 de la madrugada", {"arrival_time": "01:00"}),
        ("tengo hasta 80 mil pesos por noche", {"budget": {"amount": 80000, "currency": "ARS", "per": "night"}}),
        ("our budget is 100 usd a night", {"budget": {"amount": 100, "currency": "USD", "per": "night"}}),
        ("no máximo R$ 1.300", {"budget": {"amount": 1300, "currency": "BRL"}}),
        ("max R$ 1.300", {"budget": {"amount": 1300, "currency": "BRL"}}),
        ("hasta el 20 de enero", {}),
        ("viajo con mis 2 perros y camas separadas por favor", {"pets": 2, "bed": "twin"}),
        ("¿aceptan perros?", {}),
        ("sin mascotas, cama matrimonial", {"bed": "double"}),
        ("we'd like a king size bed", {"bed": "king"}),
        ("¿a qué hora abre la pileta?", {}),
    ],
)
def test_wishes(text, found):
    assert wishes.read(fold(text), awaiting=None) == found


@pytest.mark.parametrize(
    ("text", "hour"), [("22:30", "22:30"), ("a las 10 de la noche", "22:00"), ("10 pm", "22:00"), ("las 12 de la noche", "00:00")]
)
def test_a_bare_hour_answers_the_question_for_it(text, hour):
    assert wishes.read(fold(text), awaiting="arrival_time") == {"arrival_time": hour}
    assert wishes.read(fold(text), awaiting="adults") == {}
