"""Plainly written dates: right, or asked; never silently wrong."""

import datetime as dt
import zoneinfo

import pytest

from conversations.dialogue.understanding import stays
from conversations.dialogue.understanding.normalise import fold

ZONE = zoneinfo.ZoneInfo("America/Argentina/Buenos_Aires")
WEDNESDAY = dt.datetime(2026, 11, 18, 10, 0, tzinfo=ZONE)


def read(text, now=WEDNESDAY, language="es", known=None, awaiting=None):
    return stays.read(fold(text), language=language, now=now, known=known or {}, awaiting=awaiting)


def dates(text, **more):
    reading = read(text, **more)
    return reading.slots.get("check_in"), reading.slots.get("check_out"), reading.clarify


D3, D5 = "2026-12-03", "2026-12-05"


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("del 3 al 5 de diciembre", "es", D3, D5),
        ("del 3 al 5 dic", "es", D3, D5),
        ("3-5 dic", "es", D3, D5),
        ("del 3 de diciembre al 5 de diciembre", "es", D3, D5),
        ("desde el jueves 3 de diciembre hasta el sábado 5 de diciembre", "es", D3, D5),
        ("3/12 al 5/12", "es", D3, D5),
        ("del 03/12/2026 al 05/12/2026", "es", D3, D5),
        ("03/12/26 - 05/12/26", "es", D3, D5),
        ("llego el 3 de diciembre por dos noches", "es", D3, D5),
        ("3 de diciembre, 2 noches", "es", D3, D5),
        ("2026-12-03 al 2026-12-05", "es", D3, D5),
        ("del 30 de diciembre al 2 de enero", "es", "2026-12-30", "2027-01-02"),
        ("del 29 al 3 de enero", "es", "2026-12-29", "2027-01-03"),
        ("una semana a partir del 10 de enero", "es", "2027-01-10", "2027-01-17"),
        ("hoy por una noche", "es", "2026-11-18", "2026-11-19"),
        ("mañana, dos noches", "es", "2026-11-19", "2026-11-21"),
        ("pasado mañana por 1 noche", "es", "2026-11-20", "2026-11-21"),
        ("este fin de semana", "es", "2026-11-20", "2026-11-22"),
        ("este finde", "es", "2026-11-20", "2026-11-22"),
        ("from December 3 to December 5", "en", D3, D5),
        ("december 3rd to 5th", "en", D3, D5),
        ("3rd to 5th of December", "en", D3, D5),
        ("Dec 3 - Dec 5", "en", D3, D5),
        ("Dec 3-5", "en", D3, D5),
        ("arriving 3 December for two nights", "en", D3, D5),
        ("from Dec 28th till Jan 2nd", "en", "2026-12-28", "2027-01-02"),
        ("tomorrow for 2 nights", "en", "2026-11-19", "2026-11-21"),
        ("tonight, one night", "en", "2026-11-18", "2026-11-19"),
        ("this weekend", "en", "2026-11-20", "2026-11-22"),
        ("12/25/2026 to 12/27/2026", "en", "2026-12-25", "2026-12-27"),
        ("de 3 a 5 de dezembro", "pt", D3, D5),
        ("do dia 3 ao dia 5 de dezembro", "pt", D3, D5),
        ("3 de dezembro até 5 de dezembro", "pt", D3, D5),
        ("amanhã por 2 noites", "pt", "2026-11-19", "2026-11-21"),
        ("3/12 a 5/12", "pt", D3, D5),
        ("este fim de semana", "pt", "2026-11-20", "2026-11-22"),
    ],
)
def test_a_whole_stay(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language", "doubt"),
    [
        ("del 30 de febrero al 2 de marzo", "es", "ambiguous"),
        ("31/11 al 2/12", "es", "ambiguous"),
        ("el próximo fin de semana", "es", "ambiguous"),
        ("el miércoles", "es", "ambiguous"),  # today is one
        ("from 3/12 to 5/12", "en", "ambiguous"),  # March or December?
        ("del 1 al 3 de noviembre", "es", "past"),
        ("2026-11-01 al 2026-11-05", "es", "past"),
        ("del 5 al 3 de diciembre", "es", "reversed"),
        ("2026-12-05 al 2026-12-03", "es", "reversed"),
        ("2026-12-03 al 2026-12-03", "es", "reversed"),
        ("del 1 de diciembre al 28 de febrero", "es", "too_long"),
        ("100 noches desde mañana", "es", "too_long"),
        ("del 3 al 5 de diciembre de 2029", "es", "too_far"),
        ("del 3 al 5 de diciembre o del 10 al 12 de diciembre", "es", "ambiguous"),
    ],
)
def test_doubt_is_said_and_no_date_is_guessed(text, language, doubt):
    assert dates(text, language=language) == (None, None, (doubt,))


@pytest.mark.parametrize(
    "text",
    [
        "somos 4",
        "mi hijo tiene 3 años",
        "para 2 adultos y un nene de 5 años",
        "sale 150.000 pesos?",
        "llegamos a las 15 hs",
        "a las 10:30",
        "mi reserva es RX345678",
        "¿el desayuno es por la mañana?",
        "café da manhã",
        "2 habitaciones",
        "necesito 3 camas",
        "$ 12.000",
        "tengo 31 años",
    ],
)
def test_what_only_looks_like_a_date_is_none(text):
    assert dates(text) == (None, None, ())


def test_the_29th_of_february_is_the_next_there_is():
    now = dt.datetime(2027, 12, 1, tzinfo=ZONE)

    assert dates("29 de febrero por una noche", now=now) == ("2028-02-29", "2028-03-01", ())
    assert dates("29 de febrero de 2027 por una noche", now=dt.datetime(2026, 11, 18, tzinfo=ZONE)) == (None, None, ("ambiguous",))


@pytest.mark.parametrize(("minute", "expected"), [((23, 59), "2026-11-19"), ((0, 1), "2026-11-19")])
def test_tomorrow_is_the_hotels_tomorrow(minute, expected):
    day = 18 if minute[0] == 23 else 18
    now = dt.datetime(2026, 11, day, *minute, tzinfo=ZONE)

    assert (
        read("mañana").slots["check_in"]
        == expected
        == stays.read("manana", language="es", now=now, known={}, awaiting=None).slots["check_in"]
    )


def test_nights_across_a_change_of_clocks_are_counted_as_nights():
    now = dt.datetime(2026, 10, 20, tzinfo=zoneinfo.ZoneInfo("Europe/Madrid"))

    assert read("del 24 al 26 de octubre", now=now).slots["nights"] == 2


KNOWN = {"check_in": D3, "check_out": D5, "nights": 2}


@pytest.mark.parametrize(
    ("text", "check_in", "check_out"),
    [
        ("no, mejor el 4", "2026-12-04", "2026-12-06"),
        ("hasta el 6", D3, "2026-12-06"),
        ("until the 7th", D3, "2026-12-07"),
        ("una noche más", D3, "2026-12-06"),
        ("que sean 3 noches", D3, "2026-12-06"),
        ("del 10 al 12 de enero", "2027-01-10", "2027-01-12"),
        ("sí pero del 4 al 6", "2026-12-04", "2026-12-06"),
    ],
)
def test_corrections_keep_the_rest(text, check_in, check_out):
    assert dates(text, known=KNOWN, awaiting="confirmation") == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "check_out"), [("el 5", D5), ("5 de diciembre", D5), ("2 noches", D5), ("dos noches", D5), ("5", D5), ("hasta el 5", D5)]
)
def test_a_bare_answer_is_read_in_the_light_of_the_question(text, check_out):
    known = {"check_in": D3}

    assert dates(text, known=known, awaiting="check_out") == (D3, check_out, ())


@pytest.mark.parametrize(
    ("text", "known", "check_in", "check_out"),
    [
        ("llego el 10 y me voy el 12 de enero", {}, "2027-01-10", "2027-01-12"),
        ("del 15 al 18/1", {}, "2027-01-15", "2027-01-18"),
        ("arriving the 10th, leaving january 12", {}, "2027-01-10", "2027-01-12"),
        ("mejor del 4 al 6", {"check_in": "2027-07-07", "check_out": "2027-07-09"}, "2027-07-04", "2027-07-06"),
        ("y del 10 al 12?", {"check_in": "2027-02-07", "check_out": "2027-02-09"}, "2027-02-10", "2027-02-12"),
        ("salgo el 10 en vez del 9", {"check_in": "2027-02-07", "check_out": "2027-02-09"}, "2027-02-07", "2027-02-10"),
        ("agregá una noche", {"check_in": "2027-02-07", "check_out": "2027-02-10"}, "2027-02-07", "2027-02-11"),
        ("una noche menos", {"check_in": "2027-02-07", "check_out": "2027-02-10"}, "2027-02-07", "2027-02-09"),
        ("add 2 nights", {"check_in": "2027-02-07", "check_out": "2027-02-10"}, "2027-02-07", "2027-02-12"),
        ("desde mañana hasta el viernes", {}, "2026-11-19", "2026-11-20"),
        ("llegamos el viernes y nos vamos el domingo", {}, "2026-11-20", "2026-11-22"),
    ],
)
def test_one_end_tells_about_the_other(text, known, check_in, check_out):
    assert dates(text, known=known, awaiting="confirmation" if known else None) == (check_in, check_out, ())


def test_a_number_that_answers_another_question_is_no_day():
    for awaiting in ("adults", "name", "room_type", "confirmation"):
        assert dates("2", known=KNOWN, awaiting=awaiting) == (None, None, ())


def test_the_price_of_a_night_is_no_length():
    assert dates("cuánto sale una noche?", known=KNOWN, awaiting="confirmation") == (None, None, ())
