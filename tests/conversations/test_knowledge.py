"""Questions nobody could answer, and what staff make of them."""

import io
import json
import sys

import pytest
from django.core.management import call_command
from django.urls import reverse

from conversations import knowledge
from conversations.models import Faq, Message, UnansweredQuestion

NOW = "2026-12-01T10:00"


@pytest.fixture
def converse(hotel, capsys, monkeypatch):
    def go(*lines):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(("\n".join(lines) + "\n").encode())))
        call_command("converse", hotel="prueba", as_json=True, now=NOW)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return go


def test_a_question_without_an_answer_lands_on_the_list_once(converse):
    answers = converse("¿tienen gimnasio?", "Tienen  gimnasio!!")

    assert answers[0]["replies"][0]["text"].startswith("Eso no lo tengo a mano")
    [row] = UnansweredQuestion.objects.all()
    assert (row.question, row.topic, row.language, row.asked, row.state) == ("¿tienen gimnasio?", "amenity_gym", "es", 2, "open")
    assert row.conversation is not None


def test_an_answered_question_is_not_listed(converse):
    converse("¿a qué hora es el desayuno?", "¿puedo dejar las valijas antes del check-in?")

    assert not UnansweredQuestion.objects.exists()


def test_a_dismissed_question_stays_dismissed_and_an_answered_one_comes_back(converse):
    converse("¿tienen gimnasio?", "¿tienen spa?")
    UnansweredQuestion.objects.filter(topic="amenity_gym").update(state="dismissed")
    UnansweredQuestion.objects.filter(topic="amenity_spa").update(state="answered")

    converse("¿tienen gimnasio?", "¿tienen spa?")

    assert dict(UnansweredQuestion.objects.values_list("topic", "state")) == {"amenity_gym": "dismissed", "amenity_spa": "open"}
    assert set(UnansweredQuestion.objects.values_list("asked", flat=True)) == {2}


def test_the_list_has_an_end(converse, monkeypatch):
    monkeypatch.setattr(knowledge, "MOST", 1)

    converse("¿tienen gimnasio?", "¿tienen spa?", "¿tienen gimnasio?")

    assert list(UnansweredQuestion.objects.values_list("topic", "asked")) == [("amenity_gym", 2)]


def test_made_a_faq_it_answers_the_next_guest(converse, admin_client):
    converse("¿tienen gimnasio con pesas?")
    row = UnansweredQuestion.objects.get()

    page = admin_client.get(reverse("admin:conversations_faq_add"), {"asked": row.pk})
    assert 'value="¿tienen gimnasio con pesas?"' in page.content.decode()
    admin_client.post(
        f"{reverse('admin:conversations_faq_add')}?asked={row.pk}",
        {"hotel": row.hotel_id, "language": "es", "question": row.question, "answer": "Sí, en la terraza."},
    )

    row.refresh_from_db()
    assert (row.state, row.faq) == ("answered", Faq.objects.get(question=row.question))
    assert converse("¿tienen gimnasio con pesas?")[0]["replies"][0]["text"] == "Sí, en la terraza."


def test_the_list_is_seen_and_worked_in_the_back_office(converse, admin_client):
    converse("¿tienen gimnasio?")
    row = UnansweredQuestion.objects.get()
    page = reverse("admin:conversations_unansweredquestion_changelist")

    html = admin_client.get(page).content.decode()
    assert "¿tienen gimnasio?" in html and "Hacerla pregunta frecuente" in html
    admin_client.post(page, {"action": "dismiss", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.state == "dismissed"
    admin_client.post(page, {"action": "reopen", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.state == "open"


def test_when_nothing_is_free_the_nearest_dates_are_offered_and_taken_by_their_number(converse):
    converse("lugar del 10 al 12 de diciembre para 4", "1", "Ana Pérez", "sí")  # the only suite

    offered, taken = converse("lugar del 10 al 12 de diciembre para 4", "2")

    choices = offered["replies"][0]["choices"]
    assert choices[0]["id"] == "room:DBL+DBL"  # two rooms instead of one come first
    assert [choice["id"] for choice in choices[1:4]] == [
        "stay:2026-12-08/2026-12-10",
        "stay:2026-12-12/2026-12-14",
        "stay:2026-12-13/2026-12-15",
    ]
    assert "Suite" in offered["replies"][0]["text"]
    assert {key: taken["state"]["slots"][key] for key in ("check_in", "check_out", "nights")} == {
        "check_in": "2026-12-08", "check_out": "2026-12-10", "nights": 2,
    }  # fmt: skip
    assert taken["state"]["awaiting"] == "room_type"


def test_what_is_no_matter_of_the_hotels_is_said_and_a_second_time_a_person_comes(converse):
    first, second = converse("contame un chiste de futbol", "quién ganó las elecciones?")

    assert first["replies"][0]["text"].startswith("Con eso no te puedo ayudar")
    assert (first["owner"], second["owner"]) == ("bot", "waiting")


def test_a_table_is_a_matter_for_people(converse):
    [answer] = converse("me reservás una mesa para cenar hoy a las 21?")

    assert (answer["owner"], "equipo del hotel" in answer["replies"][0]["text"]) == ("waiting", True)


def test_a_question_is_tried_in_the_back_office_and_nothing_stays(hotel, admin_client):
    from conversations.models import Conversation, Guest
    from reservations.models import Hold

    page = reverse("admin:conversations_faq_try")
    told = admin_client.get(page, {"text": "¿aceptan perros?"}).content.decode()
    unknown = admin_client.get(page, {"text": "¿tienen gimnasio?"}).content.decode()
    booking = admin_client.get(page, {"text": "quiero reservar la doble del 3 al 5 de marzo para 2, me llamo Ana Ruiz"}).content.decode()
    person = admin_client.get(page, {"text": "quiero hablar con una persona"}).content.decode()

    assert "Aceptamos perros de hasta 10 kg." in told and "/admin/conversations/fact/" in told
    assert "Las palabras del hotel no tienen respuesta" in unknown and "question=%C2%BFtienen+gimnasio" in unknown
    assert "Te resumo:" in booking and "Se llamaría a una persona" in person
    assert (Conversation.objects.count(), Guest.objects.count(), Hold.objects.count(), UnansweredQuestion.objects.count()) == (0, 0, 0, 0)


def test_another_hotels_words_are_not_tried(hotel, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("stranger", password="x", is_staff=True))

    assert client.get(reverse("admin:conversations_faq_try"), {"hotel": hotel.slug, "text": "¿aceptan perros?"}).status_code == 403


def test_the_rule_for_cancelling_is_told_before_the_yes(converse, hotel):
    from conversations.models import Fact

    fact = Fact.objects.create(hotel=hotel, topic="policy_cancellation", language="es", text="Sin cargo hasta 48 h antes de llegar.")

    answers = converse("lugar del 20 al 22 de diciembre para dos", "la doble", "Ana Pérez", "sí", "quiero cancelar mi reserva")

    text = answers[-1]["replies"][0]["text"]
    assert text.index("Sin cargo hasta 48 h") < text.index("¿Cancelo esta reserva?")
    assert Message.objects.order_by("-id").first().sources == [f"fact:{fact.pk}:v1"]


def test_what_is_over_is_told_no_more_and_lands_on_the_list(converse, hotel):
    from conversations.models import Detail, Fact

    over = {"hotel": hotel, "valid_until": "2026-11-30"}
    Fact.objects.create(topic="amenity_pool", language="es", text="La pileta abre a las 10:00.", **over)
    Detail.objects.create(topic="amenity_pool", opens="10:00", **over)
    Faq.objects.create(language="es", question="¿Hasta qué hora abre la pileta?", answer="Hasta las 20.", **over)

    [answer] = converse("¿a qué hora abre la pileta?")

    assert answer["replies"][0]["text"].startswith("Eso no lo tengo a mano")
    assert list(UnansweredQuestion.objects.values_list("topic", flat=True)) == ["amenity_pool"]
    Fact.objects.update(valid_until="2026-12-01")  # the last day still counts
    assert converse("¿a qué hora abre la pileta?")[0]["replies"][0]["text"] == "La pileta abre a las 10:00."


def test_an_exact_value_answers_with_its_row_and_version_and_is_tried_in_the_back_office(converse, hotel, admin_client):
    from conversations.models import Detail

    row = Detail.objects.create(hotel=hotel, topic="amenity_breakfast", opens="07:00", closes="10:00", charge="included")
    row.closes = "10:30"
    row.save()

    [answer] = converse("¿hasta qué hora es el desayuno?")

    assert answer["replies"][0]["text"] == "El desayuno es hasta las 10:30."
    assert Message.objects.get(author="bot").sources == [f"detail:{row.pk}:v2"]
    page = admin_client.get(reverse("admin:conversations_faq_try"), {"text": "is breakfast included?"}).content.decode()
    assert "Breakfast is included in the rate." in page and reverse("admin:conversations_detail_change", args=[row.pk]) in page


def test_guests_hear_the_hotels_own_words_and_register(converse, hotel, admin_client):
    from conversations import voices

    voices.address(hotel, "es", "usted", None)
    voices.reword(hotel, "es", "say.thanks", "Un placer.", None)

    answers = converse("gracias", "¿tienen gimnasio?", "thank you")

    told = [answer["replies"][0]["text"] for answer in answers]
    assert told[0] == "Un placer."
    assert told[1].endswith("¿Quiere que le responda una persona del hotel?")
    assert told[2] == "You're welcome! Write any time."
    tried = admin_client.get(reverse("admin:conversations_faq_try"), {"text": "gracias"}).content.decode()
    assert "Un placer." in tried


def test_offers_and_summary_say_what_the_rate_includes(converse, hotel):
    from conversations.models import Detail

    for weekdays in ([0, 1, 2, 3, 4], [5, 6]):
        Detail.objects.create(hotel=hotel, topic="amenity_breakfast", weekdays=weekdays, opens="07:00", charge="included")
    spa = Detail.objects.create(hotel=hotel, topic="amenity_spa", charge="included", room_types=["SUI"])

    offered, _chosen, summary = converse("lugar del 10 al 12 de diciembre para 2", "la suite", "Ana Pérez")

    lines = offered["replies"][0]["text"].split("\n")
    assert [line for line in lines if "Suite" in line][0].endswith("; incluye el spa")
    assert "spa" not in [line for line in lines if "doble" in line][0]
    assert "Incluye impuestos y el desayuno." in lines
    assert "• Incluye el desayuno y el spa." in summary["replies"][0]["text"]
    assert f"detail:{spa.pk}:v1" in Message.objects.filter(author="bot").order_by("id").first().sources


@pytest.fixture
def closed(hotel):
    """Reception is closed now, and somebody is on call."""
    from conversations.models import DeskSettings
    from hotelagent.hotels.models import OpeningHours

    for weekday in range(7):
        OpeningHours.objects.create(hotel=hotel, weekday=weekday, opens="08:00", closes="20:00")
    hotel.closed_days = ["2026-12-01"]
    hotel.save(update_fields=["closed_days"])
    return DeskSettings.objects.create(hotel=hotel, on_call_name="Marina", on_call_phone="+54 11 5555 0199")


@pytest.mark.parametrize(
    ("said", "told", "reason"),
    [
        ("es urgente, necesito hablar con alguien", "Si no puede esperar, llamá a Marina: +54 11 5555 0199.", "urgent"),
        ("nos quedamos afuera, nadie nos abre", "Si no puede esperar, llamá a Marina: +54 11 5555 0199.", "urgent"),
        ("my room key doesn't work and i am locked out", "If it can't wait, call Marina: +54 11 5555 0199.", "urgent"),
        ("hay un incendio, ayuda!!", "Si no puede esperar, llamá a Marina: +54 11 5555 0199.", "emergency"),
    ],
)
def test_what_cannot_wait_on_a_holiday_gets_who_is_on_call(converse, closed, said, told, reason):
    from conversations.models import Handoff

    [answer] = converse(said)

    assert answer["replies"][0]["text"].endswith(told)
    assert (answer["owner"], Handoff.objects.get().reason) == ("waiting", reason)


def test_nobody_is_called_for_what_can_wait_or_while_reception_is_open(converse, closed, hotel):
    assert "Marina" not in converse("quiero hablar con una persona")[0]["replies"][0]["text"]
    Message.objects.all().delete()
    hotel.closed_days = []
    hotel.save(update_fields=["closed_days"])

    [answer] = converse("quedamos encerrados, nos quedamos afuera")  # at ten in the morning

    assert (answer["owner"], "Marina" in answer["replies"][0]["text"] if answer["replies"] else False) == ("waiting", False)


@pytest.mark.parametrize(
    "said", ["necesito urgente una habitación para el 10 de diciembre", "we can't get in before 11 pm, what time is breakfast?"]
)
def test_an_urgent_wish_that_is_understood_is_met(converse, closed, said):
    [answer] = converse(said)

    assert answer["owner"] == "bot" and "Marina" not in answer["replies"][0]["text"]
