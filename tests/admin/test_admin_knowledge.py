"""The hotel's own words in the back office: exact values, ends, and what to look at."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from conversations import knowledge_review
from conversations.models import Detail, Fact, Faq, RoomPhoto
from hotelagent.hotels.models import Hotel
from tests.admin.conftest import told
from tests.channels_app.test_media import with_place

ADD, LIST = reverse("admin:conversations_detail_add"), reverse("admin:conversations_detail_changelist")


@pytest.fixture
def house(alfa):
    """The hotel with nothing said yet."""
    for model in (Fact, Faq, Detail):
        model.objects.filter(hotel=alfa[Hotel]).delete()
    Hotel.objects.filter(pk=alfa[Hotel].pk).update(languages=["es", "en"])
    return Hotel.objects.get(pk=alfa[Hotel].pk)


def found(hotel):
    with translation.override("en"):
        return [(one.kind, one.topic, str(one.text)) for one in knowledge_review.findings([hotel])]


def fact(hotel, topic, language, text, **values):
    return Fact.objects.create(hotel=hotel, topic=topic, language=language, text=text, **values)


class TestForm:
    def test_an_exact_value_is_written_and_shown_as_guests_are_told(self, house, office):
        office.post(
            ADD,
            {"hotel": house.pk, "topic": "amenity_breakfast", "weekdays": ["6", "5"], "opens": "08:00", "closes": "11:00",
             "charge": "included", "name_en": "", "name_es": "", "name_pt": ""},
        )  # fmt: skip

        row = Detail.objects.get()
        assert (row.weekdays, row.opens, row.charge, row.names, row.version) == ([5, 6], dt.time(8), "included", {}, 1)
        page = office.get(LIST).content.decode()
        assert "Breakfast is served from 8:00 to 11:00 on Saturdays and Sundays. Breakfast is included in the rate." in page

    @pytest.mark.parametrize(
        ("values", "field", "why"),
        [
            ({}, "__all__", "something has to be told"),
            ({"weekdays": ["1"]}, "weekdays", "Days without hours"),
            ({"opens": "10:00", "closes": "10:00"}, "closes", "It closes when it opens"),
            ({"opens": "10:00", "season_from": "13-40", "season_until": "03-31"}, "season_from", "A month and a day"),
            ({"opens": "10:00", "season_from": "11-01"}, "season_until", "a first and a last day"),
            ({"charge": "extra", "per": "night"}, "amount", "The price is missing"),
            ({"amount": "10", "charge": "free"}, "charge", "neither free nor included"),
            ({"amount": "-1"}, "amount", "greater than or equal to 0"),
            ({"amount": "10", "currency": "pesos"}, "currency", "at most 3 characters"),
            ({"number": "5"}, "number", "belong together"),
            ({"charge": "free", "room_types": "DALFA"}, "room_types", "Only for what is included"),
        ],
        ids=["nothing", "days", "no time", "no day", "half a season", "per nothing", "free at a price", "negative", "currency", "number",
             "room types"],
    )  # fmt: skip
    def test_what_cannot_be_so_is_told_at_its_field(self, house, office, values, field, why):
        page = office.post(ADD, {"hotel": house.pk, "topic": "amenity_pool", **values})

        assert why in str(page.context["adminform"].form.errors[field])
        assert not Detail.objects.exists()

    def test_a_contradiction_is_told_when_it_is_saved(self, house, office):
        fact(house, "amenity_parking", "es", "La cochera sale $ 20.000 por día.")

        page = office.post(ADD, {"hotel": house.pk, "topic": "amenity_parking", "amount": "25000", "per": "day"}, follow=True)

        assert "Asks about parking: The exact value 25000 does not stand in the text in Spanish" in told(page)


class TestReview:
    def test_other_hours_and_prices_in_another_language(self, house):
        fact(house, "amenity_pool", "es", "Abre de 10:00 a 20:00 y sale $ 9.000.")
        fact(house, "amenity_pool", "en", "Open 10 am to 9 pm, ARS 9,000.")

        assert found(house) == [("contradiction", "amenity_pool", "Spanish says 20:00, English says 21:00")]

    @pytest.mark.parametrize(
        ("spanish", "english"),
        [
            ("De 7:00 a 22:30, $ 9.000,50.", "7 am to 10:30 pm, ARS 9,000.50."),
            ("Abre todos los días.", "Open every day from 10:00."),
            ("El pase sale $9.000 y dura 24 horas.", "A pass is 9,000 pesos and lasts 24 hours."),
        ],
    )
    def test_the_same_said_otherwise_is_no_contradiction(self, house, spanish, english):
        fact(house, "amenity_pool", "es", spanish)
        fact(house, "amenity_pool", "en", english)

        assert found(house) == []

    def test_what_stands_otherwise_in_the_settings(self, house):
        fact(house, "check_in_time", "es", "Desde las 14:00.")
        fact(house, "check_in_time", "en", "From 2 pm.")
        Detail.objects.create(hotel=house, topic="check_out_time", closes="10:00")

        assert [(kind, text) for kind, _topic, text in found(house)] == [
            ("contradiction", "14:00 here, 15:00 in the hotel's settings"),
            ("contradiction", "14:00 here, 15:00 in the hotel's settings"),
            ("contradiction", "10:00 here, 11:00 in the hotel's settings"),
        ]

    def test_two_values_of_one_thing(self, house):
        Detail.objects.create(hotel=house, topic="amenity_pool", opens="10:00", closes="14:00")
        Detail.objects.create(hotel=house, topic="amenity_pool", opens="16:00", closes="20:00")  # a siesta is none
        assert found(house) == []

        Detail.objects.create(hotel=house, topic="amenity_pool", weekdays=[6], opens="12:00", closes="18:00")

        assert {(kind, text) for kind, _topic, text in found(house)} == {("contradiction", "Two exact values of the same thing differ")}

    def test_languages_that_are_missing(self, house):
        fact(house, "amenity_pool", "es", "Sí, tenemos.")
        Faq.objects.create(hotel=house, language="es", question="¿Hay plancha?", answer="Sí.")
        Detail.objects.create(hotel=house, topic="amenity_restaurant", names={"es": "el bar"}, opens="10:00")

        assert found(house) == [
            ("language", "amenity_pool", "Not told in English"),
            ("language", "amenity_restaurant", "Not told in English"),
            ("language", "", "No frequent question at all in English"),
        ]

    def test_a_question_with_a_subject_is_one_in_every_language(self, house, office):
        row = Faq.objects.create(hotel=house, language="es", question="¿A qué hora cierra el bar?", answer="A las 22:00.")
        form = office.get(reverse("admin:conversations_faq_translate", args=[row.pk]), follow=True)
        row.refresh_from_db()
        lacking = found(house)
        initial = form.context["adminform"].form.initial
        written = {
            "hotel": house.pk,
            "subject": row.subject,
            "language": "en",
            "question": "When does the bar close?",
            "answer": "At 11:00 pm.",
        }
        told = office.post(reverse("admin:conversations_faq_add"), written, follow=True).content.decode()
        twice = office.post(reverse("admin:conversations_faq_add"), written | {"question": "Until when is it open?"}).content.decode()

        assert row.subject.startswith("a-que-hora-cierra-el-bar") and initial["subject"] == row.subject
        assert (initial["language"], str(initial["hotel"])) == ("en", str(house.pk))
        assert ("language", "", "¿A qué hora cierra el bar? Not told in English") in lacking
        assert found(house) == [("contradiction", "", "When does the bar close? Spanish says 22:00, English says 23:00")]
        assert "Spanish says 22:00, English says 23:00" in told
        assert "This subject has a question in this language already." in twice and Faq.objects.count() == 2

    def test_ends_are_told_a_week_before_and_afterwards(self, house):
        today = house.local_now().date()
        for days, topic in ((-1, "amenity_gym"), (7, "amenity_pool"), (8, "amenity_spa")):
            Detail.objects.create(hotel=house, topic=topic, charge="free", valid_until=today + dt.timedelta(days=days))

        assert [(kind, topic) for kind, topic, _text in found(house)] == [("over", "amenity_gym"), ("soon", "amenity_pool")]

    def test_the_list_says_so_and_leads_there_and_asks_as_often_for_two_hotels(self, house, bravo, office, django_assert_num_queries):
        row = fact(house, "amenity_pool", "es", "Sí.", valid_until=timezone.localdate() - dt.timedelta(days=3))
        page = office.get(reverse("admin:conversations_fact_changelist")).content.decode()

        assert "No longer told since" in page and reverse("admin:conversations_fact_change", args=[row.pk]) in page
        assert "BRAVO" not in page
        with django_assert_num_queries(3):
            knowledge_review.findings([house, bravo[Hotel]])


class TestPhotos:
    PAGE = reverse("admin:conversations_roomphoto_add")

    def test_a_picture_is_drawn_anew_shown_and_of_ones_own_hotel(self, alfa, bravo, office):
        file = SimpleUploadedFile("room.jpg", with_place(), content_type="image/jpeg")
        office.post(self.PAGE, {"hotel": alfa[Hotel].pk, "room_type": "DALFA", "position": "0", "picture": file})

        row = RoomPhoto.objects.get(mime_type="image/jpeg")
        assert b"SECRET-PLACE" not in bytes(row.data)
        shown = office.get(reverse("admin:conversations_roomphoto_picture", args=[row.pk]))
        assert (shown.content, shown.headers["Content-Type"]) == (bytes(row.data), "image/jpeg")
        assert office.get(reverse("admin:conversations_roomphoto_picture", args=[bravo[RoomPhoto].pk])).status_code == 404

    def test_what_is_no_picture_is_refused(self, alfa, office):
        file = SimpleUploadedFile("room.jpg", b"%PDF-1.7", content_type="image/jpeg")
        for given, why in (({"picture": file}, "Pictures (JPEG, PNG) up to 4 MB can be sent."), ({}, "Choose a picture.")):
            page = office.post(self.PAGE, {"hotel": alfa[Hotel].pk, "room_type": "DALFA", "position": "0", **given})
            assert page.context["adminform"].form.errors["picture"] == [why]
