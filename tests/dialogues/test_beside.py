"""What guests say beside a stay: heard as what it is, and answered from the hotel's own data or given to people."""

from __future__ import annotations

import pytest

from conversations.models import UnansweredQuestion
from reservations.models import Booking

BOOKED = {
    "es": ("una doble para 2 del 7 al 9 de abril a nombre de Ana Ledesma", "sí"),
    "en": ("double room for 2 adults, April 7 to 9, name Bob Dean", "yes"),
    "pt": ("quarto duplo de casal para 2 adultos, de 7 a 9 de abril, nome Ana Reis", "sim"),
}


def say(talk, text):
    told = talk.say({"text": text})
    return "\n\n".join(reply["text"] for reply in told["replies"]), told


def book(talk, language):
    for text in BOOKED[language]:
        said, _told = say(talk, text)
    assert "RX" in said


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("podemos dejar las valijas después del check out?", "te las guardamos sin cargo", "50%"),
        ("can i leave my bags there before check in?", "free of charge", "50%"),
        ("dá pra deixar as malas antes do check-in?", "sem custo", "50%"),
    ],
)
def test_luggage_is_no_hour_of_the_room(talk, text, said, unsaid):
    told, _all = say(talk, text)

    assert said in told and unsaid not in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aceptan perros? el nuestro pesa 25 kilos", "Con 25 kg no se puede: el límite es de 10 kg. Aceptamos"),
        ("do you take dogs? she's 28 kg", "Sorry, 28 kg is over our limit of 10 kg. We take"),
        ("aceitam cachorro? ele tem 18 quilos", "Com 18 kg não dá: o limite é de 10 kg. Aceitamos"),
        ("aceptan perros? es de 6 kilos", "Sí, aceptamos"),
    ],
)
def test_over_a_limit_the_no_comes_first(talk, text, said):
    assert said in say(talk, text)[0]


@pytest.mark.parametrize(
    "text", ["me olvidé de decirte, viajamos con un perrito", "esqueci de falar: temos um cachorro", "i forgot to mention we have a dog"]
)
def test_whoever_forgot_to_say_something_left_nothing_behind(talk, text):
    told, everything = say(talk, text)

    assert "$15.000" in told or "15,000" in told or "15.000" in told
    assert "lost_item" not in {source.split(":")[0] for reply in everything["replies"] for source in reply.get("sources", [])}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("our flight home is at 9pm, what time is checkout?", None),
        ("nuestro vuelo sale a las 9 de la noche, hasta qué hora podemos quedarnos?", None),
        ("we land at 22:40, so we'll be there around midnight", "00:00"),
        ("llegamos a las 22", "22:00"),
    ],
)
def test_a_flight_that_leaves_is_no_arrival(talk, text, hour):
    assert say(talk, text)[1]["state"]["slots"].get("arrival_time") == hour


@pytest.mark.parametrize(
    ("language", "stay", "text"),
    [
        ("es", "2 personas del 7 al 9 de abril", "cuál es la más barata?"),
        ("en", "2 people April 7 to 9", "which is the cheapest one?"),
        ("pt", "2 adultos de 7 a 9 de abril", "uai, qual sai mais barato?"),
    ],
)
def test_which_costs_least_is_told_and_a_yes_takes_it(talk, language, stay, text):
    offered = say(talk, stay)[1]["replies"][0]["choices"]

    told = say(talk, text)[1]["replies"][0]

    assert told["choices"] == offered[:1] and "250" in told["text"] and "356" not in told["text"]
    assert say(talk, "sí")[1]["state"]["slots"]["room_type"] == "DBL"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "me pasás el alias de nuevo?"),
        ("en", "how much was the deposit, and when is it due?"),
        ("pt", "qual o valor do sinal mesmo?"),
    ],
)
def test_what_is_to_be_paid_is_told_again(talk, language, text):
    book(talk, language)

    told, _all = say(talk, text)

    assert "DEMO.HOTEL.RECEPCION" in told and "125" in told


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "perdón, me equivoqué con el nombre, va a nombre de mi marido"),
        ("en", "I spelled my name wrong, it's Anne Leigh"),
        ("pt", "põe a reserva no nome do meu irmão"),
        ("es", "necesitamos cuna también"),
        ("es", "quiero reservar el transfer desde ezeiza"),
        ("en", "please arrange an airport transfer for us"),
    ],
)
def test_what_the_pms_has_already_is_put_right_by_people(talk, language, text):
    book(talk, language)

    assert say(talk, text)[1]["owner"] == "waiting"


@pytest.mark.parametrize(
    ("language", "text", "has"),
    [
        ("es", "al final somos 3", {"adults": 3, "check_in": "2027-04-07", "check_out": "2027-04-09"}),
        ("en", "hang on, I meant the twin, not the double", {"room_type": "TWN", "check_in": "2027-04-07", "adults": 2}),
        ("en", "we only need 1 night after all", {"check_in": "2027-04-07", "check_out": "2027-04-08"}),
        ("pt", "na verdade a gente fica até dia 10", {"check_in": "2027-04-07", "check_out": "2027-04-10"}),
        ("pt", "quero desistir de uma noite, sair dia 8", {"check_in": "2027-04-07", "check_out": "2027-04-08"}),
        ("es", "mejor llegamos un día antes, el 6", {"check_in": "2027-04-06", "check_out": "2027-04-09"}),
        ("es", "se suma mi cuñado con la nena de 5, entramos todos en una?", {"adults": 3, "children": 1, "check_in": "2027-04-07"}),
    ],
)
def test_what_corrects_the_booking_there_is_opens_its_change(talk, language, text, has):
    book(talk, language)

    _told, everything = say(talk, text)

    slots = everything["state"]["slots"]
    assert {name: slots.get(name) for name in has} == has and slots["booking_code"].startswith("RX")
    assert [choice["id"].split(":")[0] for choice in everything["replies"][0]["choices"]] == ["yes", "no"]


@pytest.mark.parametrize(
    ("language", "text", "noted"),
    [
        ("es", "puede ser una habitación tranquila en un piso alto?", "habitación tranquila y piso alto"),
        ("en", "could we have a quiet room on the ground floor", "quiet room and ground floor"),
        ("pt", "uso cadeira de rodas, pode ser o adaptado?", "quarto adaptado"),
    ],
)
def test_what_the_room_shall_be_like_reaches_the_property(talk, language, text, noted):
    open_, yes = BOOKED[language]
    while "RX" not in say(talk, open_)[0] and not talk._conversation().state.get("proposal"):
        open_ = yes

    told, _all = say(talk, text)

    assert noted in told
    say(talk, yes)
    assert Booking.objects.get().notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("antes de confirmar: la seña se devuelve?", "te devolvemos la seña completa"),
        ("and do we lose the deposit if plans change?", "we return your full deposit"),
        ("could we check in around 1pm?", "12:00"),
    ],
)
def test_asked_about_with_the_words_of_another_topic(talk, text, said):
    assert said in say(talk, text)[0]


def test_who_paid_before_there_is_a_booking_gets_a_person(talk):
    say(talk, BOOKED["es"][0])

    _told, everything = say(talk, "ya transferí la seña, te mando el comprobante ahora")

    assert everything["owner"] == "waiting" and not Booking.objects.filter(state="confirmed").exists()


def test_a_yes_goes_to_what_was_offered_first(talk):
    say(talk, BOOKED["es"][0])
    say(talk, "no")

    told, everything = say(talk, "sí")

    assert "¿Para qué fechas?" in told and everything["owner"] == "bot"


@pytest.mark.parametrize(
    ("language", "stay", "text", "yes"),
    [
        ("es", "2 personas del 7 al 9 de abril", "cuál tiene bañera?", "dale, esa"),
        ("en", "2 people April 7 to 9", "which of those has a bath tub?", "ok, that one"),
        ("pt", "2 adultos de 7 a 9 de abril", "qual deles tem banheira?", "pode ser esse"),
    ],
)
def test_which_room_has_what_is_asked_for(talk, language, stay, text, yes):
    say(talk, stay)

    told = say(talk, text)[1]["replies"][0]

    assert [choice["id"] for choice in told["choices"]] == ["room:FAM"] and "1,80" not in told["text"] and "1.80" not in told["text"]
    assert say(talk, yes)[1]["state"]["slots"]["room_type"] == "FAM"


def test_what_a_room_lacks_is_not_found_in_it(talk):
    told, _all = say(talk, "em qual quarto cabe um berço?")

    assert "twin" not in told or "suíte" in told.lower()


def test_the_price_of_a_night_before_it_is_known_how_many(talk):
    say(talk, "una doble para dos adultos, llegamos el 7 de abril")

    told, everything = say(talk, "cuánto sale la noche?")

    assert "$ 125.000" in told and "¿Hasta qué día" in told and "nights" not in everything["state"]["slots"]


def test_another_room_on_the_same_dates_is_a_booking_of_its_own(talk):
    book(talk, "es")

    slots = say(talk, "y otra doble para mis suegros las mismas fechas")[1]["state"]["slots"]

    assert (slots["check_in"], slots["check_out"], slots["room_type"]) == (
        "2027-04-07",
        "2027-04-09",
        "DBL",
    ) and "booking_code" not in slots


@pytest.mark.parametrize(
    ("language", "text", "adults", "children"),
    [
        ("es", "viene también mi hija de 6, hay lugar?", 2, 1),
        ("en", "my friend is coming too, is there room?", 3, 0),
        ("pt", "minha amiga vem também, agora somos 3, tem espaço?", 3, 0),
    ],
)
def test_one_more_guest_of_whom_it_is_asked_whether_there_is_room_changes_the_booking(talk, language, text, adults, children):
    book(talk, language)

    told, everything = say(talk, text)

    slots, proposal = everything["state"]["slots"], everything["state"]["proposal"]
    assert proposal["kind"] == "change" and Booking.objects.get().reference in told
    assert (slots["adults"], slots.get("children", 0), slots["check_in"]) == (adults, children, "2027-04-07")


@pytest.mark.parametrize("text", ["tienen lugar para el 20 de mayo?", "hay lugar para dos adultos más el 20 de mayo?"])
def test_control_availability_asked_anew_changes_no_booking(talk, text):
    book(talk, "es")

    slots = say(talk, text)[1]["state"]["slots"]

    assert slots["check_in"] == "2027-05-20" and "booking_code" not in slots


@pytest.mark.parametrize(
    ("language", "stay", "text"),
    [
        ("es", "del 6 al 10 de febrero, pareja y 2 nenes de 5 y 9", "la familiar, que es más barata que la suite"),
        ("en", "february 6 to 10, couple and 2 kids aged 5 and 9", "the family one, it's cheaper than the suite"),
        ("pt", "de 6 a 10 de fevereiro, casal + 2 meninos de 5 e 9 anos", "o família, que é mais em conta que a suíte né"),
    ],
)
def test_a_room_taken_because_it_is_cheaper_than_another_is_taken(talk, language, stay, text):
    say(talk, stay)

    state = say(talk, text)[1]["state"]

    assert (state["slots"]["room_type"], state["awaiting"]) == ("FAM", "name")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ficámos convosco em janeiro e falta-nos um casaco. o que fazem com os objetos esquecidos, guardam-nos?", "60 dias"),
        ("qué hacen con los objetos olvidados, los guardan?", "60 días"),
    ],
)
def test_what_was_forgotten_is_no_forgotten_word(talk, text, said):
    assert said in say(talk, text)[0]


CHANGES = {
    "es": ("puedo pasar a la twin?", "buenísimo, gracias", "dale, cambiala", "(antes lo mismo)"),
    "en": ("could we have the twin instead?", "lovely, thank you so much", "yes, change it", "(it was the same)"),
    "pt": ("dá pra trocar pelo twin?", "ótimo, obrigada", "sim, pode mudar", "(antes o mesmo)"),
}


@pytest.mark.parametrize("language", CHANGES)
def test_thanks_for_an_answer_change_no_booking_and_what_stays_is_not_told_again(talk, language):
    ask, thanks, yes, as_before = CHANGES[language]
    book(talk, language)
    before = Booking.objects.get()

    summed_up, _all = say(talk, ask)
    after_thanks, _all = say(talk, thanks)
    assert Booking.objects.get().lines == before.lines
    after_yes, _all = say(talk, yes)

    assert as_before in summed_up
    assert "RX" not in after_thanks and "?" in after_thanks
    assert [line["room_type"] for line in Booking.objects.get().lines] == ["TWN"]
    assert "DEMO.HOTEL" not in after_yes  # the deposit is what it was


@pytest.mark.parametrize(
    ("language", "cancel", "thanks"),
    [
        ("es", "se puede cancelar mi reserva? quiero cancelarla", "perfecto, gracias"),
        ("en", "i need to cancel my booking", "great, thanks"),
        ("pt", "quero cancelar a minha reserva", "ótimo, obrigado"),
    ],
)
def test_thanks_cancel_no_booking(talk, language, cancel, thanks):
    book(talk, language)

    summed_up, everything = say(talk, cancel)
    say(talk, thanks)

    assert everything["state"]["proposal"]["kind"] == "cancel", summed_up
    assert Booking.objects.get().state == Booking.State.CONFIRMED


@pytest.mark.parametrize(
    ("text", "question", "answer", "children", "ages"),
    [
        ("quarto de 10 a 12 de março para 2 adultos e as crianças", "Quantas crianças", "são duas", 2, None),
        ("del 10 al 12 de marzo para mi mujer, yo e hijos", "Cuántos chicos", "son 3 y 5", 2, [3, 5]),
        ("march 10 to 12 for my wife and me and our kids", "How many children", "they're 3 and 5", 2, [3, 5]),
        ("del 10 al 12 de marzo, 2 adultos y los chicos", "Cuántos chicos", "2, de 4 y 6", 2, [4, 6]),
        ("del 10 al 12 de marzo, 2 adultos y los chicos", "Cuántos chicos", "somos 4 en total", None, None),
        ("del 10 al 12 de marzo para mi mujer e hijos", "cuántos adultos y cuántos chicos", "2 adultos y 2 chicos de 4 y 6", 2, [4, 6]),
    ],
)
def test_children_nobody_counted_are_asked_for_and_counted(talk, text, question, answer, children, ages):
    asked, _all = say(talk, text)
    _told, after = say(talk, answer)

    assert question in asked
    assert (after["state"]["slots"].get("children"), after["state"]["slots"].get("child_ages")) == (children, ages)


@pytest.mark.parametrize("text", ["las habitaciones tienen frigobar?", "do the rooms have a minibar?", "os quartos têm frigobar?"])
def test_what_no_room_is_said_to_have_gets_no_list_of_rooms(talk, text):
    told, everything = say(talk, text)

    assert "•" not in told
    assert [choice["id"] for choice in everything["replies"][-1]["choices"]] == ["person"]
    assert UnansweredQuestion.objects.get().question == text


@pytest.mark.parametrize("text", ["qué habitaciones tienen balcón?", "which room has a bathtub?", "as habitaciones tienen escritorio?"])
def test_control_what_a_room_has_is_told(talk, text):
    assert "•" in say(talk, text)[0]


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("una con cama matrimonial y otra con dos camas, del 3 al 5 de marzo, somos 4 adultos", "DBL+TWN"),
        ("quero um quarto com cama de casal e outro com duas de solteiro, de 3 a 5 de março, 4 adultos", "DBL+TWN"),
        ("one room with a king bed and the other with two beds, march 3 to 5, 4 adults", "DBL+TWN"),
        ("dos con cama doble y una con dos camas separadas del 3 al 5 de marzo, 6 adultos", "DBL+DBL+TWN"),
        ("ocho con cama doble y una con dos camas del 3 al 5 de marzo", "+".join(["DBL"] * 8 + ["TWN"])),
        ("a double for single occupancy, march 3 to 5", "DBL"),
        ("quarto duplo uso simples, de 3 a 5 de março", "DBL"),
        ("una doble uso individual del 3 al 5 de marzo", "DBL"),
        ("una con cama matrimonial del 3 al 5 de marzo, somos 2", "DBL"),
    ],
)
def test_rooms_are_told_by_their_beds(talk, text, rooms):
    _told, after = say(talk, text)

    heard = after["understanding"]["slots"]
    assert heard["room_type"] == rooms
    assert "+" not in rooms or "bed" not in heard


@pytest.mark.parametrize(
    ("text", "hello"),
    [
        ("Buenas noches", "¡Buenas noches! Soy"),
        ("hola, buen día! a qué hora es el desayuno?", "¡Buen día!"),
        ("good evening, do you have parking?", "Good evening!"),
        ("boa tarde, vocês têm piscina?", "Boa tarde!"),
        ("hola, hay desayuno? mi idea es pasar dos buenas noches ahí", "¡Hola!"),
        ("buenas! tienen cochera?", "¡Hola!"),
    ],
)
def test_a_hello_of_its_hour_is_answered_by_the_same(talk, text, hello):
    said, _all = say(talk, text)

    assert said.startswith(hello)
    assert not say(talk, text)[0].startswith(hello.split("!")[0] + "!\n")  # once
