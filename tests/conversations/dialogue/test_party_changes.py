"""A known party that changes: added up, taken off, or asked about; never guessed."""

import pytest

from conversations.dialogue.understanding import party
from conversations.dialogue.understanding.normalise import fold

FAMILY = {"adults": 2, "children": 2, "child_ages": [4, 9]}


def changed(text, language, known, asked=None):
    reading = party.read(fold(text), language=language, awaiting=asked, known=known)
    return reading.slots | ({"clarify": reading.clarify} if reading.clarify else {})


@pytest.mark.parametrize(
    ("text", "language", "known", "slots"),
    [
        # somebody is added
        ("se suma un nene de 3", "es", {"adults": 2}, {"children": 1, "child_ages": [3]}),
        ("al final viene mi suegra", "es", {"adults": 2}, {"adults": 3}),
        ("se suman mi hermana y su novio", "es", FAMILY, {"adults": 4}),
        ("mi suegra, mi cuñado y el nene se suman", "es", {"adults": 2}, {"adults": 4, "children": 1}),
        ("sumá un bebé más a los dos chicos", "es", {"adults": 2, "children": 2}, {"children": 3}),
        ("my parents have decided to come too", "en", FAMILY, {"adults": 4}),
        ("please add a child aged 3", "en", {"adults": 2, "children": 1, "child_ages": [4]}, {"children": 2, "child_ages": [4, 3]}),
        ("one more adult", "en", {"adults": 4}, {"adults": 5}),
        ("entra mais uma criança", "pt", {"adults": 2, "children": 2}, {"children": 3}),
        ("minha irmã também vai", "pt", {"adults": 1}, {"adults": 2}),
        # somebody does not come
        ("los chicos no vienen", "es", FAMILY, {"children": 0}),
        ("mi mujer no, pero sí mi hermano", "es", {"adults": 2}, {}),
        ("el nene de 4 no viene", "es", FAMILY, {"children": 1, "child_ages": [9]}),
        ("la mayor se queda con la abuela", "es", FAMILY, {"children": 1, "child_ages": [4]}),
        ("mi hijo no puede venir", "es", {"adults": 3}, {"adults": 2}),
        ("my sister can't make it", "en", {"adults": 3}, {"adults": 2}),
        ("the kids are staying with their gran after all", "en", FAMILY, {"children": 0}),
        ("as crianças vão ficar com a avó", "pt", FAMILY, {"children": 0}),
        ("minha sogra desistiu", "pt", {"adults": 3}, {"adults": 2}),
        # somebody with a child of an age nobody had; one of two children who are alike
        ("se suma mi cuñada con el nene de 2", "es", {"adults": 2}, {"adults": 3, "children": 1, "child_ages": [2]}),
        ("my cousin is joining us with her son, 6", "en", {"adults": 2}, {"adults": 3, "children": 1, "child_ages": [6]}),
        ("minha filha não vem", "pt", {"adults": 2, "children": 2, "child_ages": [5, 5]}, {"children": 1, "child_ages": [5]}),
        ("mi hermana dice que también viene", "es", {"adults": 2}, {"adults": 3}),
        # how old the children are who are known, and nothing else
        ("11 e 13", "pt", {"adults": 1, "children": 2}, {"child_ages": [11, 13]}),
        ("4 y 7 añitos", "es", {"adults": 3, "children": 2}, {"child_ages": [4, 7]}),
        ("3 and 5", "en", {"adults": 2, "children": 3}, {}),
        # who is put to bed was known
        ("los dos chicos duermen con nosotros", "es", FAMILY, {}),
        ("the little one can sleep with us", "en", FAMILY, {}),
        ("as crianças dormem juntas", "pt", FAMILY, {}),
        # one room that is only spoken of takes none away
        ("¿tienen una habitación con bañera?", "es", {"adults": 4, "rooms": 2}, {}),
        ("com um quarto só já chega", "pt", {"adults": 4, "rooms": 2}, {"rooms": 1}),
        # one for the other, and the whole party told beside it
        ("viene mi cuñada en vez de mi suegra", "es", {"adults": 3}, {}),
        ("my brother is bringing his girlfriend, so four instead of three", "en", {"adults": 3}, {"adults": 4}),
        ("mi suegra no viene, quedamos tres", "es", {"adults": 4}, {"adults": 3}),
        ("perdón, el nene tiene 5, no 4", "es", FAMILY, {"child_ages": [5, 9]}),
        ("la mayor ya cumplió 18, cuenta como grande", "es", FAMILY, {"adults": 3, "children": 1, "child_ages": [4]}),
        ("agregame una habitación más", "es", {"adults": 4, "rooms": 2}, {"rooms": 3}),
        ("voy sola con los chicos", "es", FAMILY, {"adults": 1}),
        ("traemos a la abuela", "es", {"adults": 2}, {"adults": 3}),
        ("uma desistiu", "pt", {"adults": 4}, {"adults": 3}),
        ("two of us can't make it", "en", {"adults": 4}, {"adults": 2}),
        # some of them are spoken of, and who sleeps where
        ("could three of us share a room?", "en", {"adults": 9}, {}),
        ("dos de nosotros pueden dormir juntos", "es", {"adults": 4}, {}),
        ("cada casal num quarto, a criança fica com os pais", "pt", {"adults": 6, "children": 1, "child_ages": [5]}, {}),
        # nobody is added who is only spoken of
        ("mi marido llega más tarde", "es", {"adults": 2}, {}),
        ("mi esposa es celíaca", "es", {"adults": 3}, {}),
        ("mi señora no come carne", "es", {"adults": 2}, {}),
        ("my wife can't walk far", "en", {"adults": 2}, {}),
    ],
)
def test_what_changes(text, language, known, slots):
    told = changed(text, language, known)

    assert {name: value for name, value in told.items() if known.get(name) != value} == slots


@pytest.mark.parametrize(
    ("text", "language", "known"),
    [
        ("mi suegra no viene", "es", {"adults": 1}),
        ("los chicos no vienen", "es", {"adults": 2}),
        ("un nene de 7 no viene", "es", FAMILY),
        ("meu filho não vai mais", "pt", FAMILY),
        ("my daughter isn't coming", "en", FAMILY),
        ("al final somos cinco", "es", FAMILY),
        ("capaz se suma mi hermana", "es", {"adults": 2}),
        ("se suma mi hermana, somos seis", "es", {"adults": 2}),
        ("my sister is joining, six of us in all", "en", {"adults": 2}),
        ("um a menos", "pt", FAMILY),
    ],
)
def test_what_does_not_add_up_is_asked(text, language, known):
    assert changed(text, language, known).get("clarify") == ("party",)


@pytest.mark.parametrize(
    ("text", "language", "asked", "known", "slots"),
    [
        ("los gemelos ocho, el bebé un año", "es", "child_ages", {"children": 3}, {"child_ages": [8, 8, 1]}),
        ("tiene año y medio", "es", "child_ages", {"children": 1}, {"child_ages": [1]}),
        ("cumple 6 en marzo", "es", "child_ages", {"children": 1}, {"child_ages": [5]}),
        ("both are twelve", "en", "child_ages", {"children": 2}, {"child_ages": [12, 12]}),
        ("ainda não completou um ano, coloca 0", "pt", "child_ages", {"children": 1}, {"child_ages": [0]}),
        ("none this time", "en", "children", {"adults": 2}, {"children": 0}),
        ("una para cada uno", "es", "rooms", {"adults": 4}, {"rooms": 4}),
        ("two please, one per couple", "en", "rooms", {"adults": 4}, {"rooms": 2}),
        ("todo mundo junto no mesmo", "pt", "rooms", {"adults": 4}, {"rooms": 1}),
    ],
)
def test_bare_answers_are_read_with_who_is_known(text, language, asked, known, slots):
    assert changed(text, language, known, asked) == slots
