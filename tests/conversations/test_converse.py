"""The guest in the terminal: one JSON object a message, nothing else on standard output."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from conversations.models import Conversation
from reservations.models import Booking
from tests.promises import promise

KEYS = {"guest", "replies", "understanding", "state", "owner", "events"}
NOW = "2026-12-01T10:00"


class Stdin:
    def __init__(self, text):
        self.buffer = io.BytesIO(text.encode())


@pytest.fixture
def converse(hotel, capsys, monkeypatch):
    def go(*lines, **options):
        monkeypatch.setattr(sys, "stdin", Stdin("\n".join(lines) + "\n"))
        call_command("converse", hotel="prueba", as_json=True, now=options.pop("now", NOW), **options)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return go


def test_a_whole_booking(converse):
    answers = converse("hola, tenés lugar del 10 al 12 de diciembre para dos?", "", "1", "Ana Pérez", "sí")

    assert [set(answer) for answer in answers] == [KEYS] * 4
    assert [choice["id"] for choice in answers[0]["replies"][0]["choices"]] == ["room:DBL", "room:SUI"]
    assert answers[0]["understanding"]["slots"] == {
        "check_in": "2026-12-10",
        "check_out": "2026-12-12",
        "nights": 2,
        "adults": 2,
    }
    assert [answer["state"]["awaiting"] for answer in answers] == ["room_type", "name", "confirmation", None]
    assert [event["type"] for event in answers[2]["events"]] == ["hold_created"]
    assert (answers[2]["state"]["proposal"]["kind"], answers[2]["state"]["proposal"]["total"]) == ("book", "220000.00")
    assert [event["type"] for event in answers[3]["events"]] == ["booking_placing", "booking_confirmed"]
    booked = answers[3]["events"][1]
    row = Booking.objects.get()
    assert booked | {"type": ""} == {
        "type": "", "reference": row.reference, "check_in": "2026-12-10", "check_out": "2026-12-12", "nights": 2,
        "rooms": [{"room_type": "DBL", "count": 1}], "adults": 2, "children": 0, "child_ages": [], "guest_name": "Ana Pérez",
        "total": "220000.00", "currency": "ARS",
    }  # fmt: skip
    assert (row.state, row.channel) == ("confirmed", "webchat")


@pytest.mark.parametrize("tap", ['{"choice": "room:SUI"}', "Suite", "suite", "2", '{"choice": "2"}', '{"text": "2"}'])
def test_a_choice_is_tapped_by_id_title_or_number(converse, tap):
    answers = converse("lugar del 10 al 12 de diciembre para dos", tap)

    assert answers[1]["state"]["slots"]["room_type"] == "SUI"


def test_a_guest_is_continued_and_a_new_one_knows_nothing(converse):
    first = converse("lugar del 10 al 12 de diciembre para dos", guest="zoe")
    again = converse("la suite", guest="zoe")
    other = converse("la suite")

    assert (first[0]["guest"], again[0]["state"]["awaiting"]) == ("zoe", "name")
    assert other[0]["state"]["slots"].get("check_in") is None


@promise("D10")
def test_the_clock_is_the_one_given_and_can_move_within_a_talk(converse):
    answers = converse(
        '{"text": "mañana por una noche", "now": "2026-12-05T23:59"}', '{"text": "hoy por una noche", "now": "2026-12-06T00:01"}'
    )

    assert [answer["understanding"]["slots"]["check_in"] for answer in answers] == ["2026-12-06", "2026-12-06"]


@promise("D8")
def test_a_yes_after_the_quarter_of_an_hour_is_asked_again(converse):
    answers = converse(
        "lugar del 10 al 12 de diciembre para dos",
        "la doble",
        "Ana",
        '{"text": "sí", "now": "2026-12-01T10:14:59"}',
        now="2026-12-01T10:00",
    )
    late = converse(
        "lugar del 13 al 15 de diciembre para dos",
        "la doble",
        "Ana",
        '{"text": "sí", "now": "2026-12-01T10:15:01"}',
        now="2026-12-01T10:00",
    )

    assert [event["type"] for event in answers[3]["events"]] == ["booking_placing", "booking_confirmed"]
    assert [event["type"] for event in late[3]["events"]] == ["hold_created"]
    assert "venció" in late[3]["replies"][0]["text"] and late[3]["state"]["awaiting"] == "confirmation"


@promise("D10")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tenés lugar del 3 al 5 de diciembre para 0 adultos?", "al menos una persona adulta"),
        ("lugar del 5 al 3 de diciembre para dos", "antes de la llegada"),
        ("lugar del 1 de diciembre al 28 de febrero para dos", "hasta 60 noches"),
        ("lugar del 3 al 5 de noviembre para dos", "ya pasó"),
        ("lugar del 30 de febrero al 2 de marzo para dos", "No me quedó clara la fecha"),
        ("lugar del 29 de febrero de 2027 al 2 de marzo para dos", "No me quedó clara la fecha"),
        ("lugar del 3 al 5 de diciembre para 9 personas", "No tengo una habitación"),
    ],
)
def test_what_cannot_be_is_asked_about_and_nothing_is_held(converse, text, says):
    [answer] = converse(text)

    assert says in answer["replies"][0]["text"], answer["replies"]
    assert (answer["events"], answer["state"]["proposal"]) == ([], None)


@promise("D10")
def test_an_unknown_room_type_is_never_a_default_room(converse):
    answers = converse("lugar del 10 al 12 de diciembre para dos", "la presidencial con helipuerto", "sí")

    assert Booking.objects.count() == 0
    assert all(answer["state"]["proposal"] is None for answer in answers)


def test_english_and_portuguese(converse):
    english = converse("hi, do you have a room from December 10 to December 12 for two people?", "the double", "John Smith", "yes please")
    portuguese = converse("oi, tem quarto de 14 a 16 de dezembro para duas pessoas?", "o duplo", "João Silva", "pode confirmar")

    assert "Your booking is confirmed" in english[3]["replies"][0]["text"]
    assert "Sua reserva está confirmada" in portuguese[3]["replies"][0]["text"]
    assert [answer["understanding"]["language"] for answer in (*english, *portuguese)] == ["en"] * 4 + ["pt"] * 4


def test_a_person_wanted(converse):
    answers = converse("quiero hablar con una persona", "hola?")

    assert (answers[0]["owner"], answers[0]["events"]) == ("waiting", [{"type": "handed_off", "reason": "asked"}])
    assert (answers[1]["owner"], answers[1]["replies"]) == ("waiting", [])


@pytest.mark.parametrize(
    "line",
    [
        "\x00\x01",
        "{not json",
        '{"text": 5}',
        "[1,2]",
        "🏨" * 500,
        "a" * 20_000,
        "'; DROP TABLE guests; --",
        "{{7*7}}",
        "null",
        '{"now":"x"}',
    ],
)
def test_silly_and_hostile_lines_get_an_answer(converse, line):
    answers = converse(line)

    assert len(answers) == 1 and set(answers[0]) == KEYS


def test_unknown_hotel_and_bad_time_end_with_two(hotel):
    with pytest.raises(CommandError) as unknown:
        call_command("converse", hotel="nowhere")
    with pytest.raises(CommandError) as bad:
        call_command("converse", hotel="prueba", now="yesterday")

    assert (unknown.value.returncode, bad.value.returncode) == (2, 2)


def test_workers_leave_a_terminal_talk_alone(converse, work):
    from channels_app.models import Account, Inbound

    converse("hola")
    account = Account.objects.get(driver="converse")
    Inbound.objects.filter(account=account).update(thread=None, state="waiting")
    Conversation.objects.all().delete()

    work()

    assert Inbound.objects.get().state == "waiting"


@pytest.mark.parametrize("more", ["somos 3 adultos y un nene", "mejor somos 5 personas"])
def test_a_room_is_never_proposed_to_a_party_that_does_not_fit(converse, more):
    answers = converse("lugar del 10 al 12 de diciembre para dos", "la doble", "Ana", more)

    assert answers[3]["state"]["proposal"] is None
    assert "no entran" in answers[3]["replies"][0]["text"]


def test_yes_and_questions_are_no_names(converse):
    answers = converse("lugar del 10 al 12 de diciembre para dos", "la doble", "sí", "¿aceptan perros?", "la más barata", "Ana Pérez")

    assert [answer["state"]["awaiting"] for answer in answers] == ["room_type", "name", "name", "name", "name", "confirmation"]
    assert answers[3]["replies"][0]["text"].startswith("Aceptamos perros de hasta 10 kg.")
    assert answers[5]["state"]["slots"]["name"] == "Ana Pérez"


def test_a_question_in_between_does_not_repeat_the_offers(converse):
    answers = converse("lugar del 10 al 12 de diciembre para dos", "¿aceptan perros?", "1")

    assert answers[1]["replies"][0]["text"] == "Aceptamos perros de hasta 10 kg.\n\n¿Cuál te reservo?"
    assert answers[2]["state"]["slots"]["room_type"] == "DBL"


def test_a_couple_with_a_child_keeps_the_childs_age(converse):
    answers = converse("precios del 10 al 12 de diciembre, somos una pareja con un nene de 5 años", "la doble")

    assert {key: answers[1]["state"]["slots"][key] for key in ("adults", "children", "child_ages")} == {
        "adults": 2,
        "children": 1,
        "child_ages": [5],
    }


def test_no_does_not_change_the_language(converse):
    answers = converse("hola, lugar del 10 al 12 de diciembre para dos", "la doble", "Ana", "no")

    assert (answers[3]["understanding"]["language"], answers[3]["state"]["proposal"]) == ("es", None)


def test_the_summary_is_shown_again_when_it_is_asked_for(converse):
    answers = converse(
        "lugar del 10 al 12 de diciembre para dos", "la doble", "Ana", "cuánto sería en total?", "me pasás el resumen de nuevo?", "dale"
    )

    assert answers[3]["replies"][0]["text"] == answers[4]["replies"][0]["text"] == answers[2]["replies"][0]["text"]
    assert [event["type"] for answer in answers[3:5] for event in answer["events"]] == []
    assert Booking.objects.get().state == "confirmed"


def test_a_room_named_in_the_question_is_offered_with_its_price(converse):
    [answer] = converse("hi, do you have a double room from December 10 to December 12 for 2 adults?")

    assert "Double room" in answer["replies"][0]["text"] and "Suite" not in answer["replies"][0]["text"]
    assert answer["state"]["awaiting"] == "room_type"


def test_questions_are_answered_in_their_order(converse):
    answers = converse("¿aceptan perros y a qué hora es el desayuno?", "¿a qué hora es el desayuno y aceptan perros?")

    pets, breakfast = "Aceptamos perros de hasta 10 kg.", "El desayuno es de 7 a 10."
    assert [answer["replies"][0]["text"] for answer in answers] == [f"{pets}\n\n{breakfast}", f"{breakfast}\n\n{pets}"]


@pytest.mark.parametrize(
    ("words", "cancelled"),
    [
        ("sí, la de diciembre", True),
        ("sí, dejá la de diciembre", False),
        ("claro, la de diciembre la quiero mantener", False),
        ("dale, la de diciembre la dejo", False),
        ("ok keep the december one", False),
        ("ok, december stays", False),
        ("sim, a de dezembro eu mantenho", False),
        ("yes, cancel the 5th and keep the rest", False),
    ],
)
def test_a_yes_that_names_the_booking_cancels_it_and_one_that_keeps_it_does_not(converse, words, cancelled):
    converse("lugar del 10 al 12 de diciembre para dos", "la doble", "Ana Pérez", "sí", guest="ana")
    converse("quiero cancelar mi reserva", words, guest="ana")

    assert Booking.objects.get().state == ("cancelled" if cancelled else "confirmed")


@pytest.mark.parametrize(
    "words",
    [
        "my husband can't come to the phone",
        "mi esposa no puede ir al spa",
        "sacame la cuna del bebe",
        "my mother is joining us for dinner",
        "massage on the 11th instead of the 10th",
        "la cena del 11 en vez del 10",
        "te pago el viernes, no el miércoles",
        "I'll pay next week",
        "el vuelo es a las 20 y no 15",
    ],
)
def test_what_is_said_of_other_matters_changes_neither_party_nor_dates(converse, words):
    answers = converse("lugar del 10 al 12 de diciembre para dos", "la doble", "Ana Pérez", words)

    known = {"check_in": "2026-12-10", "check_out": "2026-12-12", "adults": 2}
    assert {name: answers[-1]["state"]["slots"].get(name) for name in known} == known


@pytest.mark.parametrize("words", ["del 30 de febrero hasta el domingo", "from 30 february until sunday"])
def test_a_day_that_is_none_is_asked_about_whatever_follows(converse, words):
    [answer] = converse(words)

    assert answer["owner"] == "bot" and answer["understanding"]["slots"].get("check_in") is None


@pytest.mark.parametrize("words", ["viernes " + "da " * 40 + "xyz", "segunda-feira " * 30 + "xyz", "da feira " * 40 + "tomorrow x"])
def test_words_of_the_calendar_without_end_keep_no_worker_busy(converse, words):
    assert len(converse(words)) == 1
