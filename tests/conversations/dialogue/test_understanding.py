"""Language, party, contacts, intents: the plain cases of three languages."""

import datetime as dt
import tomllib
import zoneinfo

import pytest

from conversations.dialogue import phrasebook
from conversations.dialogue.types import HotelView, RoomTypeInfo, State
from conversations.dialogue.understanding import lexicon, understand
from conversations.dialogue.understanding.faq import best

NOW = dt.datetime(2026, 11, 18, 10, 0, tzinfo=zoneinfo.ZoneInfo("America/Argentina/Buenos_Aires"))
DOUBLE = RoomTypeInfo(
    "DBL", {"es": "Habitación doble", "en": "Double room"}, {"es": ["doble", "matrimonial"], "pt": ["casal"]}, {}, 2, 1, 3, 2
)
SUITE = RoomTypeInfo("SUI", {"es": "Suite"}, {"en": ["room with a balcony"]}, {}, 4, 2, 4, 1)
HOTEL = HotelView("H", "AR", "ARS", ("es", "en", "pt"), "", "", (DOUBLE, SUITE), ("name",))


def heard(text, **state):
    return understand(text, hotel=HOTEL, state=State(**state), now=NOW)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hola, tenés lugar?", "es"), ("do you have a room?", "en"), ("vocês têm quarto?", "pt"), ("hello", "en"), ("oi, bom dia", "pt"),
        ("buenas", "es"), ("¿cuánto sale?", "es"), ("quanto custa?", "pt"), ("how much is it?", "en"), ("obrigada", "pt"),
    ],
)  # fmt: skip
def test_language(text, language):
    assert heard(text).language == language


def test_an_undecided_message_stays_in_the_language_spoken_so_far():
    assert [heard(text, language="pt").language for text in ("ok", "2", "Ana Pérez", "3/12")] == ["pt"] * 4


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("para dos", {"adults": 2}),
        ("somos 3", {"adults": 3}),
        ("2 adultos y un nene de 4 años", {"adults": 2, "children": 1, "child_ages": [4]}),
        ("somos 2 y un nene de 4", {"adults": 2, "children": 1, "child_ages": [4]}),
        ("somos 4, dos son chicos", {"adults": 2, "children": 2}),
        ("una pareja con un bebé", {"adults": 2, "children": 1}),
        ("2 adults and 2 kids aged 5 and 8", {"adults": 2, "children": 2, "child_ages": [5, 8]}),
        ("a couple", {"adults": 2}),
        ("just me", {"adults": 1}),
        ("2 adultos e uma criança de 5 anos", {"adults": 2, "children": 1, "child_ages": [5]}),
        ("tres personas", {"adults": 3}),
        ("for 2 people", {"adults": 2}),
        ("0 adultos", {"adults": 0}),
        ("dos noches", {}),
        ("del 3 al 5", {}),
        ("double room 2 adults", {"adults": 2}),
        ("quarto duplo 2 pessoas", {"adults": 2}),
    ],
)
def test_party(text, party):
    slots = heard(text).slots
    assert {key: slots[key] for key in ("adults", "children", "child_ages") if key in slots} == party


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("mi mail es ana@ejemplo.com.ar", "email", "ana@ejemplo.com.ar"),
        ("mi tel es 11 5555-0100", "phone", "+541155550100"),
        ("reserva rx9a01k", "booking_code", "RX9A01K"),
        ("me llamo Ana Pérez", "name", "Ana Pérez"),
        ("my name is John O'Neill and we arrive late", "name", "John O'Neill"),
        ("la matrimonial", "room_type", "DBL"),
        ("quiero la suite", "room_type", "SUI"),
    ],
)
def test_slots(text, slot, value):
    assert heard(text).slots[slot] == value


def test_a_room_asked_for_may_be_named_by_a_word_that_is_its_own():
    assert heard("the one with the balcony please", awaiting="room_type").slots == {"room_type": "SUI"}
    assert "room_type" not in heard("a room with a view please", awaiting="room_type").slots


@pytest.mark.parametrize(
    ("text", "told"),
    [("casal, 2 adultos", {"adults": 2}), ("um quarto de casal para 2 adultos", {"adults": 2, "room_type": "DBL"})],
)
def test_a_couple_is_no_kind_of_room(text, told):
    slots = heard(text).slots
    assert {key: slots[key] for key in ("adults", "room_type") if key in slots} == told


def test_a_long_letter_that_asks_is_no_complaint():
    parts = [
        "Buenos días", "les escribo desde Rosario donde vivimos hace años", "viajamos mi marido y yo por un congreso de apicultura",
        "y por visitar a una prima", "queremos una habitación tranquila y nos gustaría saber qué precio tiene",
        "nuestra hija estudia allá y nos espera", "De paso les pregunto si hay pileta para que los chicos se refresquen",
        "saludos de toda la familia",
    ]  # fmt: skip
    letter = heard("\n".join(parts))
    assert letter.has("amenity_pool") and letter.has("price_quote") and not letter.has("complaint")


@pytest.mark.parametrize("text", ["soy alérgico al maní", "I'm looking for a room", "soy de Córdoba"])
def test_no_name_is_heard_where_none_was_said(text):
    assert "name" not in heard(text).slots


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dos noches desde el 4 de mayo para dos, Elena Rossi", "Elena Rossi"),
        ("twin for 2, 4 to 9 May. Oscar Flynn", "Oscar Flynn"),
        ("quisiera una suite para 2.\nSaludos cordiales,\nBruno Sosa", "Bruno Sosa"),
        ("Could I have a double? Many thanks, Edith Marlowe", "Edith Marlowe"),
        ("Gostaria de um quarto. Abraços, Célia Prado", "Célia Prado"),
        ("es a nombre de mi suegra: Nelly Ocampo", "Nelly Ocampo"),
        ("Em nome dela: Vera Lopes", "Vera Lopes"),
        ("a nombre de mi estudio, puede ser?", None),
        ("em nome de quem fica a reserva?", None),
        ("una doble para dos del 4 al 6 de mayo en Palermo, Buenos Aires", None),
        ("para dos del 4 al 6 de mayo con mi nena de 5, Lola Paz", None),
        ("two nights from 4 May. Sea View", None),
    ],
)
def test_a_name_that_is_signed_or_introduced(text, name):
    assert heard(text).slots.get("name") == name


@pytest.mark.parametrize(
    ("text", "awaiting", "name"),
    [
        ("Norman Fitch", "check_in", "Norman Fitch"),
        ("EDITH MARLOWE", "adults", "Edith Marlowe"),
        ("Celia Bermúdez", "nights", "Celia Bermúdez"),
        ("ok, Edith Marlowe", "confirmation", "Edith Marlowe"),
        ("Go ahead. Edith Marlowe", "confirmation", "Edith Marlowe"),
        ("Under Edith Marlowe", "name", "Edith Marlowe"),
        ("Perfecto. Hasta Luego", "confirmation", None),
        ("Muy Bien", "confirmation", None),
        ("Not Sure", "adults", None),
        ("Semana Santa", "check_in", None),
        ("Año Nuevo", "check_in", None),
        ("Buenos Aires", "check_in", None),
        ("Mi Marido", "adults", None),
        ("NECESITO AYUDA", "check_in", None),
    ],
)
def test_a_full_name_beside_the_question(text, awaiting, name):
    assert heard(text, awaiting=awaiting).slots.get("name") == name


def test_children_whom_nobody_counts_are_asked_for():
    doubted = heard("mi mujer, yo y los chicos", language="es")

    assert (doubted.slots, doubted.clarify) == ({"adults": 2}, ("party",))
    assert heard("son dos, de 7 y 4 años", language="es", awaiting="adults", slots={"adults": 2}).slots == {
        "children": 2,
        "child_ages": [7, 4],
    }


def test_a_bare_name_counts_only_when_it_was_asked_for():
    assert heard("Ana Pérez", awaiting="name").slots == {"name": "Ana Pérez"}
    assert heard("Ana Pérez").slots == {}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hola, tenés lugar?", {"greeting", "check_availability"}),
        ("quiero reservar", {"make_reservation"}),
        ("¿cuánto sale el desayuno?", {"amenity_breakfast"}),
        ("quiero cancelar mi reserva", {"cancel_reservation"}),
        ("aceptan perros?", {"policy_pets"}),
        ("quiero hablar con una persona", {"human_handoff"}),
        ("dale", {"affirm"}),
        ("no gracias", {"deny"}),
        ("is there parking and a pool?", {"amenity_parking", "amenity_pool"}),
        ("tem estacionamento?", {"amenity_parking"}),
        ("hay un incendio!", {"emergency"}),
    ],
)
def test_intents(text, wanted):
    assert wanted <= {intent.name for intent in heard(text).intents}


@pytest.mark.parametrize(
    "text", ["sí pero del 4 al 6 de diciembre", "no sí", "si tienen cochera", "ok y el desayuno?", "dale no", "sim mas com café"]
)
def test_a_yes_with_anything_else_agrees_to_nothing(text):
    assert not heard(text, awaiting="confirmation").agreed


@pytest.mark.parametrize("text", ["dale", "sí, confirmo", "ok 👍", "Yes please!", "pode confirmar", "quiero reservar", "go ahead, book it"])
def test_a_plain_yes_agrees(text):
    assert heard(text, awaiting="confirmation").agreed


def test_a_frequent_question_is_found_by_its_rare_words():
    questions = ["¿Puedo dejar las valijas antes del check-in?", "¿Tienen secador de pelo?", "¿Hay ascensor?"]

    nearest = {text: best(text, questions) for text in ("me guardan las valijas?", "puedo dejar las valijas", "hay secador?")}

    assert nearest["me guardan las valijas?"] is None or nearest["me guardan las valijas?"][0] == 0
    assert [nearest[text][0] for text in ("puedo dejar las valijas", "hay secador?")] == [0, 1]
    assert best("cuál es la capital de Francia", questions) is None


def test_every_phrase_exists_in_every_language_with_the_same_places():
    import string

    books = {language: phrasebook.book(language) for language in phrasebook.LANGUAGES}

    def places(value):
        return sorted(name for _, name, _, _ in string.Formatter().parse(value) if name) if isinstance(value, str) else len(value)

    shapes = {
        language: {f"{section}.{key}": places(value) for section, keys in book.items() for key, value in keys.items() if section != "date"}
        for language, book in books.items()
    }
    assert shapes["es"] == shapes["en"] == shapes["pt"]


def test_titles_fit_whatsapp_buttons():
    too_long = [
        (language, key, title)
        for language in phrasebook.LANGUAGES
        for key, title in phrasebook.book(language)["choice"].items()
        if len(title) > 20
    ]

    assert too_long == []


def test_every_lexicon_has_the_same_intents():
    keys = [set(tomllib.loads((lexicon.LEXICON / f"{language}.toml").read_text())) for language in ("es", "en", "pt")]

    assert keys[0] == keys[1] == keys[2]


@pytest.mark.parametrize(
    ("text", "adults"),
    [
        ("somos una familia de 4", 4),
        ("we are a family of 4", 4),
        ("somos dos parejas", 4),
        ("para mi esposa y para mí", 2),
        ("Adults: 2", 2),
    ],
)
def test_articles_count_nobody(text, adults):
    assert heard(text).slots["adults"] == adults


def test_a_minor_is_a_child_and_a_person_to_talk_to_is_no_guest():
    assert {k: heard("2 adultos y 1 menor de 10 años").slots[k] for k in ("adults", "children", "child_ages")} == {
        "adults": 2,
        "children": 1,
        "child_ages": [10],
    }
    assert "adults" not in heard("quiero que me llame una persona").slots


@pytest.mark.parametrize("text", ["la más barata", "te confirmo más tarde", "mi mail es ana.ruiz@example.com", "María"])
def test_one_foreign_word_is_no_change_of_language(text):
    assert heard(text, language="es").language == "es"


@pytest.mark.parametrize(
    "text", ["mañana te confirmo", "perdí mi cargador el viernes", "a qué hora abre la pileta mañana?", "hasta mañana"]
)
def test_days_in_small_talk_are_no_stay(text):
    assert not {"check_in", "check_out"} & heard(text).slots.keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("María del Carmen Ruiz", "María del Carmen Ruiz"),
        ("a nombre de mi marido, Pedro Gómez", "Pedro Gómez"),
        ("Domingo Sarmiento", "Domingo Sarmiento"),
        ("Ana Ruiz, DNI 30123456", "Ana Ruiz"),
    ],
)
def test_names_of_every_kind(text, name):
    assert heard(text, awaiting="name").slots == {"name": name}


@pytest.mark.parametrize("text", ["confirmar", "sí, confirmo la reserva", "acepto", "bueno dale", "yes, confirm it", "sim, aceito"])
def test_more_ways_to_say_yes(text):
    assert heard(text).has("affirm")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("do you have a nice double room", "check_availability"),
        ("quiero cambiar un poco la reserva", "modify_reservation"),
        ("a que hora puedo entrar", "check_in_time"),
    ],
)
def test_words_in_between_do_not_hide_an_intent(text, intent):
    assert heard(text).has(intent)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "unit",
    ["si ", "no ", "hola gracias ", "si si ", "10 al 12 ", "1-", "3/", "lunes ", "the ", "2 kids de 5 y ", "(4) y ", "dale", "mi suegra, "],
)
def test_a_guest_who_repeats_himself_keeps_no_worker_busy(unit):
    """A grammar that tries every way to split the message would need longer than the universe has."""
    known = {"adults": 2, "children": 1, "child_ages": [4], "check_in": "2026-12-10", "check_out": "2026-12-13", "nights": 3}
    for end, slots in (("", {}), ("x!", known), ("?", {})):
        assert heard((unit * 2000)[:3900] + end, slots=slots).language in {"es", "en", "pt"}


@pytest.mark.parametrize(
    ("text", "language", "asked", "party"),
    [
        # alone
        ("soy sola", "es", None, {"adults": 1}),
        ("viajo por trabajo, solo", "es", None, {"adults": 1}),
        ("nadie me acompaña", "es", None, {"adults": 1}),
        ("yo y mi bici", "es", None, {"adults": 1}),
        ("me, myself and I", "en", "adults", {"adults": 1}),
        ("apenas euzinho", "pt", "adults", {"adults": 1}),
        # somebody and I
        ("mi jermu y yo", "es", None, {"adults": 2}),
        ("somos dos con mi señora", "es", None, {"adults": 2}),
        ("yo y dos más", "es", "adults", {"adults": 3}),
        ("comigo são quatro", "pt", "adults", {"adults": 4}),
        ("Somos Ana, Beto, Caro y yo", "es", None, {"adults": 4}),
        ("mi mujer, mi cuñada, el marido de mi cuñada y yo", "es", None, {"adults": 4}),
        ("van mis padres solos, yo les reservo", "es", None, {"adults": 2}),
        # some of all
        ("40 guests, twelve of whom are under ten", "en", None, {"adults": 28, "children": 12}),
        ("cuatro, de los cuales uno tiene 2 años", "es", None, {"adults": 3, "children": 1, "child_ages": [2]}),
        ("para 3 pero la tercera es una beba", "es", None, {"adults": 2, "children": 1}),
        ("grupo de 8, metade criança", "pt", None, {"adults": 4, "children": 4}),
        ("éramos 6 pero se bajaron dos", "es", None, {"adults": 4}),
        ("5 o 6 personas", "es", None, {}),
        # children by their ages
        ("me and my girls, 14 and 17", "en", None, {"adults": 1, "children": 2, "child_ages": [14, 17]}),
        ("my partner, me, her boy who's 10 and mine who's 11", "en", None, {"adults": 2, "children": 2, "child_ages": [10, 11]}),
        ("matrimonio + hijo adolescente (16)", "es", None, {"adults": 2, "children": 1, "child_ages": [16]}),
        ("mi señora, yo y los tres demonios de 3, 5 y 8", "es", None, {"adults": 2, "children": 3, "child_ages": [3, 5, 8]}),
        ("Dad 61, mom 59, me 30 and my son 6", "en", None, {"adults": 3, "children": 1, "child_ages": [6]}),
        ("el nene de 3 duerme con nosotros dos", "es", None, {"adults": 2, "children": 1, "child_ages": [3]}),
        ("mis dos hijos mayores de edad", "es", None, {"adults": 2}),
        ("4 y 7", "es", "child_ages", {"child_ages": [4, 7]}),
        ("yes, one, she's 6", "en", "children", {"children": 1, "child_ages": [6]}),
        # rooms
        ("vengo con mi jefe, cada uno en su cuarto", "es", None, {"adults": 2, "rooms": 2}),
        ("una para los chicos y otra para nosotros dos", "es", None, {"adults": 2, "rooms": 2}),
        ("un cuarto para los cinco", "es", None, {"adults": 5, "rooms": 1}),
        ("en vez de dos habitaciones que sea una sola", "es", None, {"rooms": 1}),
        # counted in other ways
        ("dos matrimonios, cada uno con dos nenes", "es", None, {"adults": 4, "children": 4}),
        ("two rooms, two adults in each", "en", None, {"adults": 4, "rooms": 2}),
        ("os noivos e os pais dos dois lados", "pt", None, {"adults": 6}),
        ("mi mujer y yo con los nietos, Tomás de 12 y Lola de 10", "es", None, {"adults": 2, "children": 2, "child_ages": [12, 10]}),
        ("mi marido, mi hermana y yo. Mi cuñado viaja aparte", "es", None, {"adults": 3}),
        ("there's four of us, half of them kids", "en", None, {"adults": 2, "children": 2}),
        ("us, our baby, and my wife's parents as well", "en", None, {"adults": 4, "children": 1}),
        ("mi prima y yo, 5 en total", "es", None, {"adults": 5}),
        ("vamos a ser tres o cuatro", "es", None, {}),
        # told twice
        ("somos 3: mi vieja, mi hermano y yo", "es", None, {"adults": 3}),
        ("vamos em dois, eu e minha irmã", "pt", None, {"adults": 2}),
        ("four of us, me and my three girls aged 3, 5 and 8", "en", None, {"adults": 1, "children": 3, "child_ages": [3, 5, 8]}),
        ("mi prima y yo, las dos enfermeras", "es", None, {"adults": 2}),
        ("eu, ele e minha sogra; meu filho tem 7", "pt", None, {"adults": 3, "children": 1, "child_ages": [7]}),
        ("meus filhos têm 21 e 24, então 4 adultos no total", "pt", None, {"adults": 4, "children": 0}),
        ("la reserva dice 4 adultos y está mal, somos 3 adultos", "es", None, {"adults": 3}),
        # who does not come
        ("mi tío al final se baja, vamos mi primo, yo y la beba", "es", None, {"adults": 2, "children": 1}),
        ("my brother isn't joining, so it's my wife and me with the baby", "en", None, {"adults": 2, "children": 1}),
        ("viajo con mi mamá, visitamos a mi hermana que vive ahí", "es", None, {"adults": 2}),
        ("para mi hija de 27 y su novio, yo pago desde acá", "es", None, {"adults": 2, "children": 0}),
        ("my son, 25, and his girlfriend, I'm just paying", "en", None, {"adults": 2, "children": 0}),
        ("vai meu irmão com a esposa, eu só estou ajudando a reservar", "pt", None, {"adults": 2}),
        # ages of everybody, of some, of animals
        ("4 personas. edades: 45, 43, 17 y 12", "es", None, {"adults": 2, "children": 2, "child_ages": [17, 12]}),
        ("idades: 39, 36 e 8", "pt", None, {"adults": 2, "children": 1, "child_ages": [8]}),
        (
            "voy con mis tres sobrinas, la mayor tiene 20, las otras 15 y 11",
            "es",
            None,
            {"adults": 2, "children": 2, "child_ages": [15, 11]},
        ),
        ("somos seis, el más chico tiene 12", "es", None, {"adults": 5, "children": 1, "child_ages": [12]}),
        ("do kids pay? ours are 3 and 6 and there's the two of us", "en", None, {"adults": 2, "children": 2, "child_ages": [3, 6]}),
        ("seven of us: five adults, the other two are 15 and 17", "en", None, {"adults": 5, "children": 2, "child_ages": [15, 17]}),
        ("mi hermana y yo con nuestras hijas, las dos de 9", "es", None, {"adults": 2, "children": 2, "child_ages": [9, 9]}),
        ("mis dos hermanos con sus esposas y yo", "es", None, {"adults": 5}),
        ("mi nena de 3 paga? vamos mi marido y yo", "es", None, {"adults": 2, "children": 1, "child_ages": [3]}),
        ("2 adultos e meus dois bebês de quatro patas", "pt", None, {"adults": 2}),
        ("somos el contingente: 2 adultos, 1 niño 8a, 1 bebé 10m", "es", None, {"adults": 2, "children": 2, "child_ages": [8, 0]}),
        ("llevo a mi nena de 10 y a su amiga de 11", "es", None, {"adults": 1, "children": 2, "child_ages": [10, 11]}),
        ("mi tío se enfermó, voy solo con mi primo", "es", None, {"adults": 2}),
        ("mamá cumple años: vamos mi hermano, ella y yo", "es", None, {"adults": 3}),
        ("2 adultos, 1 adolescente de 14, 1 bebê", "pt", None, {"adults": 2, "children": 2}),
        # labels and short forms
        ("adultos 2, menores 2 (edades 4, 9)", "es", None, {"adults": 2, "children": 2, "child_ages": [4, 9]}),
        ("2ad 1me de 7", "es", None, {"adults": 2, "children": 1, "child_ages": [7]}),
        ("noches 2, personas 3", "es", None, {"adults": 3}),
        ("2 👶1", "es", None, {"children": 1}),
        ("eu (Rita), Paula e Bia", "pt", None, {"adults": 3}),
        ("solo uno, por trabajo", "es", "adults", {"adults": 1}),
        ("eu e mais um", "pt", "adults", {"adults": 2}),
        # one room, or so many
        ("necesito una habitación para mi señora y para mí", "es", None, {"adults": 2, "rooms": 1}),
        ("um quarto triplo, por favor", "pt", None, {"rooms": 1}),
        ("single room for me please", "en", None, {"adults": 1, "rooms": 1}),
        ("una para mis suegros, otra para mi marido y yo", "es", None, {"adults": 4, "rooms": 2}),
        ("dos parejas, cada pareja en su habitación", "es", None, {"adults": 4, "rooms": 2}),
        ("2 doubles or one triple? we are 3 adults", "en", None, {"adults": 3}),
        ("se cortó la luz en una habitación", "es", None, {}),
        # the writer asks for others, and does not come
        ("my parents turn 70 and I would like to give them a weekend", "en", None, {"adults": 2}),
        ("meus sogros fazem bodas e eu gostaria de reservar pra eles", "pt", None, {"adults": 2}),
        ("viajan mis dos hermanas y yo necesito saber el precio", "es", None, {"adults": 2}),
        ("manda pra mim o valor pra minha tia e minha avó", "pt", None, {"adults": 2}),
        ("my wife and I would like something quiet", "en", None, {"adults": 2}),
        # a relative named again, or who only told of the hotel
        ("es para mis suegros, mi suegra camina poco", "es", None, {"adults": 2}),
        ("my mum and dad are coming, my mum is vegetarian", "en", None, {"adults": 2}),
        ("vamos minha esposa e eu, minha esposa não come carne", "pt", None, {"adults": 2}),
        ("mi vecina nos comentó del hotel, somos mi marido y yo", "es", None, {"adults": 2}),
        ("me and my wife, got your number from my cousin", "en", None, {"adults": 2}),
        # part of them spoken of again
        ("3 parejas y un bebé, una de las parejas necesita cuna", "es", None, {"adults": 6, "children": 1}),
        ("we are 5, two of us arrive later", "en", None, {"adults": 5}),
        ("hen do: 7 girls plus the bride", "en", None, {"adults": 8}),
        ("mi marido, yo y nuestro hijo de 4, una camita para el peque", "es", None, {"adults": 2, "children": 1, "child_ages": [4]}),
        ("2 adults and a child of 5, a cot for the little one", "en", None, {"adults": 2, "children": 1, "child_ages": [5]}),
        # whose ages they are
        ("con mis dos hijas, la mayor 11 la otra 8", "es", None, {"adults": 1, "children": 2, "child_ages": [11, 8]}),
        ("eu e minha amiga, ela tem uma de 4 e eu tenho um de 7", "pt", None, {"adults": 2, "children": 2, "child_ages": [4, 7]}),
        ("three mums with two kids each", "en", None, {"adults": 3, "children": 6}),
        ("2 adultos y un nene de 3, perdón, son dos nenes, 3 y 5", "es", None, {"adults": 2, "children": 2, "child_ages": [3, 5]}),
        ("my wife and I with our son of 9, 4 to", "en", None, {"adults": 2, "children": 1, "child_ages": [9]}),
        # one room in two words, one in each room
        ("busco un departamento, viajo sola, una habitación tranquila", "es", None, {"adults": 1, "rooms": 1}),
        ("um quarto pra mim, um quarto pra minha mãe", "pt", None, {"adults": 2, "rooms": 2}),
        ("dos dobles uso individual", "es", None, {"adults": 2, "rooms": 2}),
        ("double for single use", "en", None, {"adults": 1}),
        # a pair told twice, everyone told one by one, so many apiece
        ("Somos una pareja, mi mujer es vegetariana", "es", None, {"adults": 2}),
        ("a room for a couple, my husband snores", "en", None, {"adults": 2}),
        ("quarto para dois. Me chamo Rita Leme, com minha irmã", "pt", None, {"adults": 2}),
        ("somos un matrimonio con otra pareja, mi marido es celíaco", "es", None, {"adults": 4}),
        ("4 adultos: mis padres, mi tía y yo", "es", None, {"adults": 4}),
        ("three adults, me, my mum and my gran", "en", None, {"adults": 3}),
        (
            "dos parejas, cada una con un nene (2 y 6 años), 4 adultos y 2 chicos",
            "es",
            None,
            {"adults": 4, "children": 2, "child_ages": [2, 6]},
        ),
        ("three couples and each couple has a baby", "en", None, {"adults": 6, "children": 3}),
        ("um casal e um amigo solteiro", "pt", None, {"adults": 3}),
        # how old the grown-ups are
        ("we're 66, 68 and 71", "en", "adults", {"adults": 3}),
        ("temos 70 e 72 anos", "pt", "adults", {"adults": 2}),
        ("single room, for me alone", "en", None, {"adults": 1}),
        ("para 3 del 5 al 8 de marzo", "es", None, {"adults": 3}),
        # who only thinks or visits, and what is measured
        ("my mother reckons two nights will do", "en", None, {}),
        ("mi hijo piensa que mejor el sábado", "es", None, {}),
        ("minha tia pode me visitar no quarto?", "pt", None, {}),
        ("it's 2.4m tall, does the van fit?", "en", None, {}),
        ("es chiquita, unos 5 kilos", "es", None, {}),
        # nobody's party
        ("hay 4 personas haciendo ruido en la 12", "es", None, {}),
        ("¿la suite es para 4 personas?", "es", None, {}),
        ("mi vuelo llega a las 3", "es", None, {}),
    ],
)
def test_who_comes_in_other_words(text, language, asked, party):
    slots = heard(text, language=language, awaiting=asked).slots
    assert {key: slots[key] for key in ("adults", "children", "child_ages", "rooms") if key in slots} == party


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("lavandería", "es"), ("jajaja", "es"), ("cancelá", "es"), ("horário?", "pt"), ("kkkk", "pt"), ("Mike Brown", "en"),
        ("ana.souza@exemplo.com.br", "pt"), ("j.watson@example.co.uk", "en"), ("12/13", "en"), ("O'Brien, Kate", "en"), ("fuego", "es"), ("malas", "pt"),
    ],
)  # fmt: skip
def test_language_of_a_few_letters(text, language):
    assert heard(text).language == language


def test_a_few_english_words_change_no_spanish_conversation():
    assert heard("late checkout?", language="es").language == "es"


@pytest.mark.parametrize("text", ["¿A qué hora es y cuánto sale el desayuno?", "what time is and how much is breakfast?"])
def test_two_questions_about_one_thing_share_it(text):
    assert {intent.name for intent in heard(text).intents} <= {"amenity_breakfast", "price_quote"}
