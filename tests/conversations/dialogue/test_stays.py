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


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        # numbers and dates as they are written
        ("treinta y cinco noches desde el 1 de diciembre", "es", "2026-12-01", "2027-01-05"),
        ("vinte e duas noites a partir do dia 1 de dezembro", "pt", "2026-12-01", "2026-12-23"),
        ("first of December until the seventh", "en", "2026-12-01", "2026-12-07"),
        ("twentieth to the twenty-third of January", "en", "2027-01-20", "2027-01-23"),
        ("15.01 a 18.01.27", "es", "2027-01-15", "2027-01-18"),
        ("Nov 30/Dec 4", "en", "2026-11-30", "2026-12-04"),
        ("10 December x2 nights", "en", "2026-12-10", "2026-12-12"),
        ("del 28 de diciembre al 4 del mes siguiente", "es", "2026-12-28", "2027-01-04"),
        # nights told one by one, the last one, the next day
        ("las noches del 10 y del 11 de diciembre", "es", "2026-12-10", "2026-12-12"),
        ("sleeping there the 4th, 5th and 6th of December", "en", "2026-12-04", "2026-12-07"),
        ("primera noche 8 de enero, última noche 10 de enero", "es", "2027-01-08", "2027-01-11"),
        ("duas noites, 10 e 11 de dezembro", "pt", "2026-12-10", "2026-12-12"),
        ("dia 10 de dezembro e saio no dia seguinte", "pt", "2026-12-10", "2026-12-11"),
        ("January 7, we fly home ten days later", "en", "2027-01-07", "2027-01-17"),
        ("solo la noche del viernes", "es", "2026-11-20", "2026-11-21"),
        # days of a feast, days that are only stated, weeks
        ("jueves santo a domingo", "es", "2027-03-25", "2027-03-28"),
        ("good friday until easter monday", "en", "2027-03-26", "2027-03-29"),
        ("hoy es miércoles, llego mañana y el lunes me voy", "es", "2026-11-19", "2026-11-23"),
        ("semana que vem, de terça a quinta", "pt", "2026-11-24", "2026-11-26"),
        # whose days they are
        ("vacaciones del 8 al 22 de enero pero al hotel iríamos del 10 al 15", "es", "2027-01-10", "2027-01-15"),
        ("my ex is there 5-9 so put me down for 12-15 January", "en", "2027-01-12", "2027-01-15"),
        ("me cancelaron en otro hotel para el 30, necesito 30 y 31 de diciembre, dos noches", "es", "2026-12-30", "2027-01-01"),
        ("estaba del 10 al 12 y tiene que ser del 17 al 19 de diciembre", "es", "2026-12-17", "2026-12-19"),
        ("Arriving Saturday January 16, off on Monday 18 after lunch", "en", "2027-01-16", "2027-01-18"),
        ("me alojé con ustedes en 2019, vuelvo el 8 de enero, dos noches", "es", "2027-01-08", "2027-01-10"),
        ("ni el 24 ni el 31, más bien del 26 al 29 de diciembre", "es", "2026-12-26", "2026-12-29"),
        ("School trip, March 15, 4 nights", "en", "2027-03-15", "2027-03-19"),
    ],
)
def test_a_stay_among_other_words(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("del 20 de diciembre hasta después de navidad", "es"),
        ("from Dec 20 for a few days", "en"),
        ("desde el 20 hasta fin de mes", "es"),
        ("nessa sexta ou na outra", "pt"),
        ("el otro jueves", "es"),
        ("mañana no puedo, el viernes sí o el sábado", "es"),
        ("cualquier día menos el 10", "es"),
        ("the 2nd to 4th, I don't know which month yet", "en"),
        ("para agosto del 2028, del 5 al 9", "es"),
        ("December 10 and 11", "en"),
        ("hasta el 6 de diciembre inclusive", "es"),
        ("4th of July weekend", "en"),
        ("We want to come for Christmas!", "en"),
        ("15 días en enero", "es"),
        ("llego el 12, hablamos del 9 después", "es"),
    ],
)
def test_words_of_the_calendar_that_leave_a_doubt_are_asked_about(text, language):
    reading = read(text, language=language)

    assert reading.clarify and not reading.slots


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("flight BA245 comes in 8.45am", "en"),
        ("I'll be there in 10", "en"),
        ("floors 2 to 4 have lifts?", "en"),
        ("a segunda cama é extra?", "pt"),
        ("criança até 5 não paga?", "pt"),
        ("la promo es hasta el 30?", "es"),
        ("el 24 a la noche hay cena?", "es"),
        ("hablé el lunes con Carla", "es"),
        ("got tickets for the 14th, is the theatre close?", "en"),
    ],
)
def test_other_matters_have_days_and_numbers_of_their_own(text, language):
    assert dates(text, language=language) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("llego un día después", "es", "2026-12-04", "2026-12-06"),
        ("corréla una semana para adelante", "es", "2026-12-10", "2026-12-12"),
        ("dá pra antecipar a chegada em dois dias e manter a volta?", "pt", "2026-12-01", D5),
        ("arrival is on the 4th; departure remains unchanged", "en", "2026-12-04", D5),
        ("no, una menos", "es", D3, "2026-12-04"),
        ("agregá una noche antes", "es", "2026-12-02", D5),
        ("nos quedamos un día más", "es", D3, "2026-12-06"),
        ("mais duas", "pt", D3, "2026-12-07"),
        ("em vez de quinta, sexta", "pt", "2026-12-04", "2026-12-06"),
        ("de jueves a lunes mejor", "es", D3, "2026-12-07"),
        ("swap the 3rd for the 4th", "en", "2026-12-04", "2026-12-06"),
        ("no, en enero", "es", "2027-01-03", "2027-01-05"),
        ("a gente não sai dia 5, sai dia 6", "pt", D3, "2026-12-06"),
    ],
)
def test_a_known_stay_is_changed_as_it_is_told(text, language, check_in, check_out):
    assert dates(text, language=language, known=KNOWN) == (check_in, check_out, ())


@pytest.mark.parametrize("text", ["sumale el domingo", "el mismo día", "el 1"])
def test_a_change_that_says_too_little_is_asked_about(text):
    known, awaiting = (KNOWN, None) if "sumale" in text else ({"check_in": D3}, "check_out")

    assert read(text, known=known, awaiting=awaiting).clarify


def test_a_stay_that_crosses_months_knows_both():
    known = {"check_in": "2026-12-29", "check_out": "2027-01-03", "nights": 5}

    assert dates("mejor el 2", known=known) == ("2027-01-02", "2027-01-07", ())


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("es 4 en vez de 3, dos noches igual", "es", "2026-12-04", "2026-12-06"),
        ("nos vamos el domingo en vez del sábado", "es", D3, "2026-12-06"),
        ("swap Thursday for Friday and Saturday for Sunday", "en", "2026-12-04", "2026-12-06"),
        ("check out 6 e não 5", "pt", D3, "2026-12-06"),
        ("agregale la noche del 5", "es", D3, "2026-12-06"),
        ("una noche antes y una después", "es", "2026-12-02", "2026-12-06"),
        ("diciembre se complicó. Enero, 5 al 10", "es", "2027-01-05", "2027-01-10"),
        ("saída ok, mas só chegamos dia 4, uma noite a menos", "pt", "2026-12-04", D5),
        ("a full week later, both ends", "en", "2026-12-10", "2026-12-12"),
        ("corré todo un día", "es", "2026-12-04", "2026-12-06"),
        ("corta a última noite", "pt", D3, "2026-12-04"),
        ("borrá lo anterior: entro 16, salgo 19", "es", "2026-12-16", "2026-12-19"),
    ],
)
def test_a_day_of_a_known_stay_is_set_right(text, language, check_in, check_out):
    assert dates(text, language=language, known=KNOWN) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("mejor más adelante", "es"),
        ("we can't do those dates any more, will think of others", "en"),
        ("talvez a gente mude a data, aviso", "pt"),
        ("el viernes en vez del lunes", "es"),
    ],
)
def test_a_known_stay_that_no_longer_holds_is_asked_about(text, language):
    reading = read(text, language=language, known=KNOWN)

    assert reading.clarify and not reading.slots


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        (
            "Mi hermano se casa el 19 de diciembre. Nosotros dormiríamos ahí del 18 al 20. La seña la mando el 1 de diciembre cuando cobro.",
            "es",
            "2026-12-18",
            "2026-12-20",
        ),
        (
            "Estuvimos con ustedes del 3 al 10 de febrero del año pasado. Ahora queremos volver del 5 al 9 de enero. Mi cumpleaños es el 22.",
            "es",
            "2027-01-05",
            "2027-01-09",
        ),
        (
            "The pool opens on 15 December, I read. If so, book me in from 4 January for five nights. My sister arrives on the 8th but sorts herself out.",
            "en",
            "2027-01-04",
            "2027-01-09",
        ),
        (
            "Meu chefe se hospedou aí de 4 a 6 de novembro. Desta vez vamos os dois, de 10 a 13 de dezembro. O cartão dele vence 08/29.",
            "pt",
            "2026-12-10",
            "2026-12-13",
        ),
        (
            "Casamento: 20/02/2027. Os noivos ficam no hotel de 19 a 21/02/2027. Confirmação dos convidados até 10/01/2027.",
            "pt",
            "2027-02-19",
            "2027-02-21",
        ),
    ],
)
def test_in_a_letter_of_many_days_the_piece_about_the_stay_counts(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # two stays of which either could be meant, or a stay under a condition
        ("Queremos ir del 5 al 8 de enero. También nos gustaría del 20 al 22 de febrero. Avisen antes del 15.", "es"),
        ("Do dia 10 ao dia 20 de janeiro; se ficar caro, só até o 15. Pago dia 5.", "pt"),
    ],
)
def test_a_letter_with_two_stays_is_asked_about(text, language):
    reading = read(text, language=language)

    assert reading.clarify and not reading.slots


@pytest.mark.parametrize(
    ("text", "language", "doubt"),
    [
        ("3 días", "es", "incomplete"),
        ("una escapada de dos días", "es", "incomplete"),
        ("the whole winter", "en", "incomplete"),
        ("quando tiver vaga, tô flexível", "pt", "incomplete"),
        ("precisava pra ontem", "pt", "past"),
    ],
)
def test_a_time_without_a_day_is_asked_about(text, language, doubt):
    assert read(text, language=language).clarify == (doubt,)


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("me tengo que ir el 5 de diciembre", "es", None, D5),
        ("precisamos voltar dia 5 de dezembro", "pt", None, D5),
        ("5 december, checking out", "en", None, D5),
        ("salgo para allá el 3 de diciembre y me vuelvo el 5", "es", D3, D5),
        ("el jueves 3 de diciembre llegamos y el sábado ya nos volvemos", "es", D3, D5),
        ("chegando 3 de dezembro e voltando dia 5 no voo das 9h", "pt", D3, D5),
        ("dormimos ahí el 3 de diciembre y el 5 seguimos viaje", "es", D3, D5),
        ("3 Dec → 5 Dec", "en", D3, D5),
        ("03.12. - 05.12., two adults", "en", D3, D5),
        ("fecha de llegada: 3/12, fecha de salida: 5/12", "es", D3, D5),
        ("quiero volver el 3 de diciembre, 2 noches", "es", D3, D5),
        ("llego el jueves 3 tipo 4 de la tarde y me voy el sábado 5", "es", D3, D5),
    ],
)
def test_arriving_and_leaving_are_told_by_many_verbs(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language", "check_out"),
    [("nos volvemos el 5", "es", D5), ("dia 5 a gente vai embora", "pt", D5), ("we go on the 5th", "en", D5)],
)
def test_leaving_completes_a_known_arrival(text, language, check_out):
    assert dates(text, language=language, known={"check_in": D3}) == (D3, check_out, ())


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("12 días a partir del 3 de diciembre", "es", D3, "2026-12-15"),
        ("14 days starting December 3rd", "en", D3, "2026-12-17"),
        ("3, 4 e 5 de dezembro, saindo dia 6", "pt", D3, "2026-12-06"),
        ("del 3 al 6 de diciembre, el 5 es la fiesta de mi hermana", "es", D3, "2026-12-06"),
        ("a feira é dias 4 e 5 de dezembro, chego dia 3 e volto dia 6", "pt", D3, "2026-12-06"),
        ("in on thursday 3 december, museum on friday, leaving saturday 5", "en", D3, D5),
        ("después de reyes, del 11 al 13 de enero", "es", "2027-01-11", "2027-01-13"),
        ("chego dia 28, ainda em novembro, e saio dia 2", "pt", "2026-11-28", "2026-12-02"),
        ("my cousin stays 2-5 December, we need 3-5", "en", D3, D5),
        ("saturday week, two nights", "en", "2026-11-28", "2026-11-30"),
        ("a week today for one night", "en", "2026-11-25", "2026-11-26"),
    ],
)
def test_what_stands_beside_a_stay_does_not_disturb_it(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("4 días desde el 3 de diciembre", "es"),
        ("alguna semana entre el 5 y el 20 de enero", "es"),
        ("any weekend between 5 and 20 January", "en"),
        ("del 3 al 5 de diciembre o si no del 10 al 12", "es"),
        ("dia 3 de dezembro ou depois", "pt"),
        ("any day from December 3rd", "en"),
        ("a festa é dia 4 de dezembro, chegamos um dia antes e voltamos dia 5", "pt"),
        ("llegamos el viernes 4 de diciembre, mejor el sábado, y salimos el lunes 7", "es"),
    ],
)
def test_alternatives_and_open_spans_are_asked_about(text, language):
    reading = read(text, language=language)

    assert (reading.slots, bool(reading.clarify)) == ({}, True)


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("no son 2 noches, son 4", "es", D3, "2026-12-07"),
        ("not 2 nights but 3", "en", D3, "2026-12-06"),
        ("não precisa de 2 noites, 1 basta", "pt", D3, "2026-12-04"),
        ("solo la primera noche", "es", D3, "2026-12-04"),
        ("una semana más adelante", "es", "2026-12-10", "2026-12-12"),
        ("adianta tudo um dia", "pt", "2026-12-02", "2026-12-04"),
        ("puse diciembre pero es enero, del 8 al 10", "es", "2027-01-08", "2027-01-10"),
        ("nos vamos el domingo 6 en lugar del sábado", "es", D3, "2026-12-06"),
        ("come a day earlier, leave the same day", "en", "2026-12-02", D5),
        ("we get in a day later, on the 4th, rest stays", "en", "2026-12-04", D5),
        ("e se a gente ficasse até o dia 7?", "pt", D3, "2026-12-07"),
        ("what if we stayed till December 7th?", "en", D3, "2026-12-07"),
        ("cortémosla al viernes", "es", D3, "2026-12-04"),
        ("acortamos un día, nos vamos el 4", "es", D3, "2026-12-04"),
        ("hasta el domingo, o sea hasta el 6", "es", D3, "2026-12-06"),
    ],
)
def test_nights_and_months_of_a_known_stay_are_set_right(text, language, check_in, check_out):
    assert dates(text, language=language, known=KNOWN) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("corrámoslo unos días", "es"),
        ("otro mes, después te digo cuál", "es"),
        ("we need to change the dates, don't know to when yet", "en"),
    ],
)
def test_a_change_without_new_days_is_asked_about(text, language):
    assert dates(text, language=language, known=KNOWN) == (None, None, ("incomplete",))


@pytest.mark.parametrize(
    ("text", "language", "check_out"),
    [("me quedo hasta el domingo", "es", "2026-11-22"), ("one more night", "en", "2026-11-21"), ("estende até dia 23", "pt", "2026-11-23")],
)
def test_a_stay_that_has_begun_can_end_later(text, language, check_out):
    known = {"check_in": "2026-11-16", "check_out": "2026-11-20", "nights": 4}

    assert dates(text, language=language, known=known) == ("2026-11-16", check_out, ())


def test_a_stay_that_has_begun_cannot_have_ended():
    known = {"check_in": "2026-11-16", "check_out": "2026-11-20", "nights": 4}

    assert dates("me quedo hasta el 17", known=known)[2] == ("past",)


@pytest.mark.parametrize(
    ("text", "language", "nights", "clarify"),
    [
        ("4, porque el lunes trabajo", "es", 4, ()),
        ("três, meu filho tem 7", "pt", 3, ()),
        ("4, then we fly home", "en", 4, ()),
        ("entre tres y cinco", "es", None, ("incomplete",)),
        ("2, máximo 4", "es", None, ("incomplete",)),
        ("todavía no sé", "es", None, ("incomplete",)),
    ],
)
def test_so_many_nights_and_a_reason(text, language, nights, clarify):
    reading = read(text, language=language, known={"check_in": D3}, awaiting="nights")

    assert (reading.slots.get("nights"), reading.clarify) == (nights, clarify)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("dos noches, mañana te paso la fecha", "es"),
        ("two nights, I'll send you the dates tomorrow", "en"),
        ("2 noites, não sei que dia", "pt"),
    ],
)
def test_nights_are_kept_while_the_day_is_open(text, language):
    reading = read(text, language=language)

    assert (reading.slots, reading.clarify) == ({"nights": 2}, ())


def test_a_night_is_added_to_nights_without_days():
    assert read("sumale una noche", known={"nights": 2}).slots == {"nights": 3}


def test_tonight_in_answer_to_the_arrival_tells_no_length():
    assert dates("hoy a la noche", awaiting="check_in") == ("2026-11-18", None, ())


def test_a_question_about_one_day_of_a_known_stay_moves_nothing():
    reading = stays.read(
        fold("¿el 4 se puede hacer una cabalgata?"), language="es", now=WEDNESDAY, known=KNOWN, awaiting=None, about_a_stay=None
    )

    assert (reading.slots, reading.clarify) == ({}, ())


def test_but_in_portuguese_is_no_more():
    assert read("seriam 5 noites mas falta comprar a passagem", language="pt").slots == {"nights": 5}


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        # the arrival alone is set right: the departure stays
        ("entramos el viernes, no el jueves", "es", "2026-12-04", D5),
        ("not thursday, we get in on friday morning", "en", "2026-12-04", D5),
        ("quinta não, chegamos sexta", "pt", "2026-12-04", D5),
        ("no venimos el jueves sino el viernes", "es", "2026-12-04", D5),
        ("could it be wednesday instead of thursday?", "en", "2026-12-02", D5),
        ("chegamos dia 4, não dia 3", "pt", "2026-12-04", D5),
        # and the departure
        ("volvemos el domingo, no el sábado", "es", D3, "2026-12-06"),
        ("we check out on friday rather than saturday", "en", D3, "2026-12-04"),
        # "no sábado" denies nothing in Portuguese
        ("chego na sexta, no domingo volto", "pt", "2026-12-04", "2026-12-06"),
        # what holds already
        ("vengo el jueves, no el miércoles", "es", D3, D5),
    ],
)
def test_a_denied_day_is_the_one_that_goes(text, language, check_in, check_out):
    assert dates(text, language=language, known=KNOWN) == (check_in, check_out, ())


def test_a_denied_day_is_no_departure():
    assert dates("llegamos el sábado, no el viernes", language="es") == ("2026-11-21", None, ())
    assert dates("chegamos no sábado e não na sexta, saímos segunda", language="pt") == ("2026-11-21", "2026-11-23", ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("el 4 a la noche hay dónde comer?", "es"),
        ("what does the bar serve on the 4th?", "en"),
        ("no dia 4 a piscina fica aberta?", "pt"),
        ("el 4 limpian el cuarto?", "es"),
        ("any party on new year's eve?", "en"),
        # an hour of the last day
        ("podemos tener la pieza hasta las 3 de la tarde el sábado?", "es"),
        ("could he keep it until 4pm on saturday", "en"),
        ("dá pra ficar até as 14h no sábado?", "pt"),
        # the small hours after the first night has begun
        ("aterrizamos a las 2 de la madrugada del 4", "es"),
        ("our flight gets in at 1am on the 4th", "en"),
        ("vamos chegar lá pelas 3 da manhã de sexta", "pt"),
    ],
)
def test_an_hour_or_a_question_of_a_known_stay_moves_nothing(text, language):
    assert dates(text, language=language, known=KNOWN) == (None, None, ())


def test_leaving_late_on_another_day_is_asked_about():
    assert dates("could we keep the room until 4pm on friday?", language="en", known=KNOWN) == (None, None, ("ambiguous",))


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("nosotros dos y un chico de 8, 3 al 5 de diciembre", "es", D3, D5),
        ("two of us and girls of 2, 6 and 9, 3 to 5 december", "en", D3, D5),
        ("casal com menina de 4, 3 a 5/12", "pt", D3, D5),
        ("eu e meu filho de 3 a 5 de dezembro", "pt", D3, D5),
    ],
)
def test_an_age_before_a_range_is_none_of_its_days(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        # weekdays of a week or a feast that is named
        ("first week of March, Tuesday to Friday", "en", "2027-03-02", "2027-03-05"),
        ("la segunda semana de febrero, llegando el miércoles y saliendo el sábado", "es", "2027-02-10", "2027-02-13"),
        ("terceira semana de janeiro, de terça a quinta", "pt", "2027-01-19", "2027-01-21"),
        ("en pascuas, de miércoles a lunes", "es", "2027-03-24", "2027-03-29"),
        ("carnival, we get there on saturday and leave on wednesday", "en", "2027-02-06", "2027-02-10"),
        ("semana santa, vamos na quinta e voltamos na segunda", "pt", "2027-03-25", "2027-03-29"),
        ("este finde, de viernes a lunes", "es", "2026-11-20", "2026-11-23"),
        # both ends told from the day between them
        ("the wedding is on Saturday 13 February, arriving two days before and leaving the next day", "en", "2027-02-11", "2027-02-14"),
        ("el cumple es el 13 de febrero: llegamos el día anterior y volvemos al otro día", "es", "2027-02-12", "2027-02-14"),
        ("a festa é 13 de fevereiro, chegamos um dia antes e saímos um dia depois", "pt", "2027-02-12", "2027-02-14"),
        ("in on Friday 5 February and we depart the following Monday", "en", "2027-02-05", "2027-02-08"),
        # what is asked behind the stay that is told, and whom they come with
        ("del 3 al 5 de diciembre, ¿y si nos quedamos hasta el 7?", "es", D3, D5),
        ("3 to 5 december please, and what if we stay till the 7th?", "en", D3, D5),
        ("eu e duas colegas de trabalho, 3 a 5 de dezembro. Chegamos 22h30", "pt", D3, D5),
    ],
)
def test_days_are_told_from_what_is_named_beside_them(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # does the week of the 1st, a Friday or a Tuesday, count?
        ("second week of December, Monday to Thursday", "en"),
        ("última semana de diciembre, de lunes a viernes", "es"),
        ("do dia 3 ao dia 5 de dezembro ou se não do 10 ao 12?", "pt"),
    ],
)
def test_a_week_that_people_count_differently_is_asked_about(text, language):
    assert read(text, language=language).clarify == ("ambiguous",)


def test_weekdays_are_asked_about_where_another_month_was_spoken_of():
    reading = stays.read("de lunes a viernes", language="es", now=WEDNESDAY, known={}, awaiting=None, about_month=2)

    assert (reading.slots, reading.clarify) == ({}, ("ambiguous",))


def test_days_without_a_month_lie_around_the_new_year_that_was_spoken_of():
    reading = stays.read("del 30 al 2", language="es", now=WEDNESDAY, known={}, awaiting=None, about_month=stays.month_named("ano nuevo"))

    assert reading.slots == {"check_in": "2026-12-30", "check_out": "2027-01-02", "nights": 3}


@pytest.mark.parametrize(
    ("text", "language", "day", "check_in"),
    [
        ("el sábado q viene, una noche", "es", 17, "2026-11-21"),
        ("no fim de semana que vem", "pt", 16, "2026-11-20"),
        ("el próximo fin de semana", "es", 19, None),
        ("next saturday, one night", "en", 17, None),
    ],
)
def test_the_weekend_to_come_early_in_the_week(text, language, day, check_in):
    reading = read(text, language=language, now=WEDNESDAY.replace(day=day))

    assert (reading.slots.get("check_in"), bool(reading.clarify)) == (check_in, check_in is None)


@pytest.mark.parametrize(
    ("text", "language"),
    [("could we begin one day earlier and leave the same day?", "en"), ("y si arrancamos un día antes y la salida queda igual?", "es")],
)
def test_beginning_earlier_keeps_the_departure(text, language):
    assert dates(text, language=language, known=KNOWN) == ("2026-12-02", D5, ())


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("we can't make it on thursday, we'll come friday", "en", "2026-12-04", D5),
        ("não conseguimos chegar na quinta, só na sexta", "pt", "2026-12-04", D5),
        ("el jueves no podemos llegar, llegamos el viernes", "es", "2026-12-04", D5),
        ("hasta el 7, ¿tienen pileta?", "es", D3, "2026-12-07"),
    ],
)
def test_another_day_of_a_known_stay_among_other_words(text, language, check_in, check_out):
    assert dates(text, language=language, known=KNOWN) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("la boda es el sábado 13 de febrero, iríamos el jueves y volvemos el lunes", "es", "2027-02-11", "2027-02-15"),
        ("a formatura é dia 13 de fevereiro, chego na sexta e volto no domingo", "pt", "2027-02-12", "2027-02-14"),
        ("there's a wedding on 13 February, we'd arrive friday and leave sunday", "en", "2027-02-12", "2027-02-14"),
    ],
)
def test_weekdays_lie_around_the_event_they_come_for(text, language, check_in, check_out):
    assert dates(text, language=language) == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("el recital es el 13 de febrero, llego el miércoles y me voy el viernes", "es"),
        ("friday, or if not saturday", "en"),
        ("de sexta a domingo, não esta, a próxima", "pt"),
    ],
)
def test_weekdays_that_may_be_another_weeks_are_asked_about(text, language):
    assert read(text, language=language).clarify


# Thursday to Monday
LONGER = {"check_in": "2026-12-10", "check_out": "2026-12-14", "nights": 4}


@pytest.mark.parametrize(
    ("text", "language", "check_in", "check_out"),
    [
        ("entramos recién el 12", "es", "2026-12-12", "2026-12-14"),
        ("quisiera llegar un día después, el 11", "es", "2026-12-11", "2026-12-14"),
        ("can we check in on the 9th?", "en", "2026-12-09", "2026-12-14"),
        ("we'll get there a day late", "en", "2026-12-11", "2026-12-14"),
        ("a gente chega um dia antes", "pt", "2026-12-09", "2026-12-14"),
        ("no fim chegamos só a 12", "pt", "2026-12-12", "2026-12-14"),
        ("dá pra adiar a chegada em um dia?", "pt", "2026-12-11", "2026-12-14"),
        # the departure alone
        ("voltamos um dia depois", "pt", "2026-12-10", "2026-12-15"),
        ("we fly home a day earlier", "en", "2026-12-10", "2026-12-13"),
        # both, or neither
        ("llegar un día antes y volver un día antes", "es", "2026-12-09", "2026-12-13"),
        ("arrive and leave a day later", "en", "2026-12-11", "2026-12-15"),
        ("um dia antes", "pt", "2026-12-09", "2026-12-13"),
        # a night less, and which one
        ("sacale una noche, entramos el 11", "es", "2026-12-11", "2026-12-14"),
        ("quiero cancelar una noche, irnos el 13", "es", "2026-12-10", "2026-12-13"),
        ("vamos desistir de uma noite, saímos dia 13", "pt", "2026-12-10", "2026-12-13"),
        ("it's three nights only, we leave on the 13th", "en", "2026-12-10", "2026-12-13"),
        # one more
        ("nos quedaríamos también el lunes", "es", "2026-12-10", "2026-12-15"),
        ("could we stay on monday as well?", "en", "2026-12-10", "2026-12-15"),
        ("e se ficarmos na quarta também?", "pt", "2026-12-09", "2026-12-14"),
        # the day told before is set right
        ("no, al 15", "es", "2026-12-10", "2026-12-15"),
        ("sorry, the 16th", "en", "2026-12-10", "2026-12-16"),
        ("desculpa, dia 15", "pt", "2026-12-10", "2026-12-15"),
    ],
)
def test_only_the_end_that_is_named_moves(text, language, check_in, check_out):
    assert dates(text, language=language, known=LONGER, awaiting="confirmation") == (check_in, check_out, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("llegamos el 14", "es"),
        ("arriving on the 16th now", "en"),
        ("chegamos dia 20", "pt"),
        ("no, el 12", "es"),
        ("sorry, the 11th", "en"),
        ("can we stay saturday night too?", "en"),
        ("sacame una noche, llegamos el 12", "es"),
        ("can we have the room until 12?", "en"),
        ("mi hermana llega el 12", "es"),
    ],
)
def test_an_end_that_may_be_the_other_is_asked_about(text, language):
    reading = read(text, language=language, known=LONGER, awaiting="confirmation")

    assert reading.clarify and not reading.slots


@pytest.mark.parametrize(
    ("text", "language"),
    [
        # hours
        ("can we have the room till 5 on our last day?", "en"),
        ("el último día podemos usar la pieza hasta las 4?", "es"),
        ("posso ficar até as 3 no último dia?", "pt"),
        ("el 14 nos vamos más tarde, tipo 15hs", "es"),
        ("no dia 14 queremos sair cedo", "pt"),
        ("on the 14th we'd like to leave late", "en"),
        # somebody else's night
        ("could my brother sleep over one night?", "en"),
        ("he'd stay overnight on the 12th", "en"),
        ("mi hija se puede quedar una noche?", "es"),
        ("minha amiga dormiria aqui no dia 11", "pt"),
        ("pode dormir minha filha uma noite com a gente?", "pt"),
        # hours, heads and ages of who comes
        ("nosso voo chega às 9, dá pra entrar no quarto mais cedo?", "pt"),
        ("nosso voo chega 9 da manhã", "pt"),
        ("mi mujer llega a las 9", "es"),
        ("minha amiga vem também, agora somos 3", "pt"),
        ("mi amiga viene también, somos 3", "es"),
        ("our daughter comes too, she's 6", "en"),
    ],
)
def test_hours_and_nights_of_others_move_no_known_stay(text, language):
    assert dates(text, language=language, known=LONGER, awaiting="confirmation") == (None, None, ())


SUNDAY = dt.datetime(2026, 11, 22, 15, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "language", "now", "check_in", "check_out"),
    [
        ("something for this weekend, friday to sunday?", "en", SUNDAY, "2026-11-27", "2026-11-29"),
        ("este finde, de viernes a domingo", "es", SUNDAY, "2026-11-27", "2026-11-29"),
        ("tem quarto de sexta agora até segunda?", "pt", WEDNESDAY, "2026-11-20", "2026-11-23"),
        ("hay lugar el finde que viene?", "es", WEDNESDAY, "2026-11-20", "2026-11-22"),
        ("tem vaga no fim de semana que vem?", "pt", WEDNESDAY, "2026-11-20", "2026-11-22"),
        ("este viernes cuánto está la noche?", "es", WEDNESDAY, "2026-11-20", "2026-11-21"),
        ("how much would the night be this friday", "en", WEDNESDAY, "2026-11-20", "2026-11-21"),
        # nights that are listed, and when they leave
        ("jueves 3 y viernes 4 de diciembre, volvemos el sábado", "es", WEDNESDAY, D3, D5),
        ("thursday 3 and friday 4 december, leaving on saturday", "en", WEDNESDAY, D3, D5),
        ("quinta 3 e sexta 4 de dezembro, voltamos no sábado", "pt", WEDNESDAY, D3, D5),
        # so many days before an event, and for so long
        ("the conference is on 5 May, we'd arrive two days before and stay five nights", "en", WEDNESDAY, "2027-05-03", "2027-05-08"),
        ("el recital es el 5 de mayo, llego un día antes y me quedo tres noches", "es", WEDNESDAY, "2027-05-04", "2027-05-07"),
        ("o casamento é dia 5 de maio, chegamos um dia antes e ficamos duas noites", "pt", WEDNESDAY, "2027-05-04", "2027-05-06"),
        # a letter whose points are numbered
        ("1. Two singles, please.\n2. We arrive on 3 December and leave on 5 December.\n3. Our flight is BA 245.", "en", WEDNESDAY, D3, D5),
        ("1) Somos 3 adultos. 2) Llegamos el 3 de diciembre y salimos el 5 de diciembre. 3) Vuelo AR 1680.", "es", WEDNESDAY, D3, D5),
    ],
)
def test_stays_told_in_the_light_of_today_or_of_an_event(text, language, now, check_in, check_out):
    assert dates(text, language=language, now=now) == (check_in, check_out, ())


@pytest.mark.parametrize("awaiting", ["nights", "check_out"])
@pytest.mark.parametrize(("text", "language"), [("digamos que dos", "es"), ("let's say two", "en"), ("vamos de duas", "pt")])
def test_a_number_of_nights_that_is_settled_on(text, language, awaiting):
    assert dates(text, language=language, known={"check_in": D3}, awaiting=awaiting) == (D3, D5, ())


def test_people_are_no_nights():
    assert dates("vamos com duas crianças", language="pt", known={"check_in": D3}, awaiting="nights") == (None, None, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("me equivoqué de mes, era enero, el 3 de enero", "es"),
        ("wrong month, I meant the 3rd of January", "en"),
        ("confundi o mês, é dia 3 de janeiro", "pt"),
    ],
)
def test_a_wrong_month_keeps_the_length(text, language):
    assert dates(text, language=language, known=KNOWN) == ("2027-01-03", "2027-01-05", ())
