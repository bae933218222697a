"""Nobody sees, reaches or writes a row of another hotel, on any page of the admin that exists."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from channels_app.models import Account, MetaApp
from conversations.models import Conversation, Fact
from hotelagent.hotels.models import ApiToken, Hotel, Membership
from hotelagent.ops.models import Heartbeat
from pms.models import Rate, Room, RoomType
from tests.admin.conftest import browser, furnish, make_person

# Rows of the whole platform; for these the rule is that only its administrators get in.
PLATFORM = {get_user_model(), OrmQ, Heartbeat, MetaApp}
# Rows of one person: tests/admin/test_api_tokens.py.
PERSONAL = {ApiToken}
SCOPED = sorted(set(admin.site._registry) - PLATFORM - PERSONAL, key=lambda model: model._meta.label)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def snapshot(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def outcome(response):
    return response.status_code, response.headers.get("Location")


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_own_rows_are_listed_and_open_without_a_word_of_the_other_hotel(model, alfa, bravo, desk):
    listed = desk.get(address(model, "changelist"))
    opened = desk.get(address(model, "change", alfa[model].pk))

    assert (listed.status_code, opened.status_code) == (200, 200)
    assert {row.pk for row in listed.context["cl"].queryset} == {alfa[model].pk}
    assert "BRAVO" not in listed.content.decode()
    assert "BRAVO" not in opened.content.decode()


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_foreign_row_looks_like_none(model, alfa, bravo):
    before = snapshot(bravo[model])

    for role in ("receptionist", "supervisor", "hotel_admin"):
        client = browser(make_person(f"somebody {role}", alfa[Hotel], role=role))
        for page in ("change", "delete", "history"):
            foreign, missing = address(model, page, bravo[model].pk), address(model, page, 999_999)
            assert outcome(client.get(foreign)) == outcome(client.get(missing)), role
            assert outcome(client.post(foreign, {"post": "yes"})) == outcome(client.post(missing, {"post": "yes"})), role

        shown = client.get(address(model, "change", bravo[model].pk), follow=True)
        assert shown.redirect_chain == [(reverse("admin:index"), 302)], role
        assert "BRAVO" not in shown.content.decode(), role
        assert snapshot(model._default_manager.get(pk=bravo[model].pk)) == before, role


@pytest.mark.parametrize("model", sorted(PLATFORM, key=lambda model: model._meta.label), ids=lambda model: model._meta.label)
def test_platform_rows_are_for_the_platform(model, alfa, office, platform):
    assert office.get(address(model, "changelist")).status_code == 403
    assert platform.get(address(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_receptionist_writes_no_configuration(model, alfa, desk):
    before = snapshot(alfa[model])

    assert desk.get(address(model, "add")).status_code == 403
    assert desk.post(address(model, "change", alfa[model].pk), {}).status_code == 403
    assert desk.post(address(model, "delete", alfa[model].pk), {"post": "yes"}).status_code == 403
    assert snapshot(model._default_manager.get(pk=alfa[model].pk)) == before


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_platform_sees_both_hotels(model, alfa, bravo, platform):
    response = platform.get(address(model, "changelist"))

    assert {row.pk for row in response.context["cl"].queryset} == {alfa[model].pk, bravo[model].pk}
    assert platform.get(address(model, "change", bravo[model].pk)).status_code == 200


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_list_asks_as_often_for_more_rows(model, alfa, platform):
    counts = []
    for more in ("CHARLIE", "DELTA", "ECHO"):
        furnish(more.lower(), more)
        with CaptureQueriesContext(connection) as queries:
            response = platform.get(address(model, "changelist"))
        counts.append((response.context["cl"].result_count, len(queries)))

    assert [rows for rows, _asked in counts] == [2, 3, 4]
    assert len({asked for _rows, asked in counts}) == 1, counts


def test_person_without_a_hotel_sees_nothing(alfa, bravo):
    stranger = browser(make_person("stranger"))

    assert stranger.get(address(Conversation, "changelist")).status_code == 403
    page = stranger.get(reverse("admin:index"))
    assert page.status_code == 200
    assert "ALFA" not in page.content.decode() and "BRAVO" not in page.content.decode()


def test_membership_without_staff_flag_opens_nothing(alfa):
    person = get_user_model().objects.create_user("guest")
    Membership.objects.create(user=person, hotel=alfa[Hotel], role="hotel_admin")

    assert browser(person).get(address(Conversation, "changelist")).status_code == 302


def test_first_page_counts_own_hotel_only(alfa, bravo, desk):
    Conversation.objects.update(owner="waiting")

    page = desk.get(reverse("admin:index"))

    assert [figure["value"] for figure in page.context["figures"]] == [0, 0, 1, "0 %"]
    assert [line["guest"] for line in page.context["waiting"]] == ["Guest ALFA"]
    assert [line["reference"] for line in page.context["arrivals"]] == ["RALFA"]
    assert "BRAVO" not in page.content.decode()


def test_search_finds_own_rows_only(alfa, bravo, desk):
    both = desk.get(address(Conversation, "changelist"), {"q": "hola"})
    theirs = desk.get(address(Conversation, "changelist"), {"q": "BRAVO"})

    assert [row.pk for row in both.context["cl"].queryset] == [alfa[Conversation].pk]
    assert list(theirs.context["cl"].queryset) == []


def test_nights_of_a_foreign_hotel_cannot_be_asked_for(alfa, bravo, desk):
    page = desk.get(reverse("admin:pms_room_nights"), {"hotel": "bravo", "from": "2031-03-01"})

    assert page.context["hotel"] == alfa[Hotel]
    assert "Guest ALFA" in page.content.decode() and "BRAVO" not in page.content.decode()


# --- writing: rows stay in hotels their editor configures ------------------------------------------------------------------


def test_choices_offer_own_hotel_only(alfa, bravo, office):
    form = office.get(address(Room, "add")).context["adminform"].form

    assert [hotel.pk for hotel in form.fields["hotel"].queryset] == [alfa[Hotel].pk]
    assert [kind.pk for kind in form.fields["room_type"].queryset] == [alfa[RoomType].pk]


def test_new_row_cannot_name_a_foreign_hotel(alfa, bravo, office):
    response = office.post(address(Fact, "add"), {"hotel": bravo[Hotel].pk, "topic": "amenity_pool", "language": "es", "text": "x"})

    assert list(response.context["adminform"].form.errors) == ["hotel"]
    assert Fact.objects.filter(topic="amenity_pool").count() == 0


def test_row_cannot_be_moved_to_a_foreign_hotel(alfa, bravo, office):
    office.post(
        address(Fact, "change", alfa[Fact].pk), {"hotel": bravo[Hotel].pk, "topic": "amenity_wifi", "language": "es", "text": "new"}
    )

    assert Fact.objects.get(pk=alfa[Fact].pk).hotel == alfa[Hotel]
    assert Fact.objects.get(pk=alfa[Fact].pk).text == "new"
    assert Fact.objects.get(pk=alfa[Fact].pk).version == 2


def test_administrator_of_two_hotels_cannot_mix_them(alfa, bravo, hotel_admin, office):
    Membership.objects.create(user=hotel_admin, hotel=bravo[Hotel], role="hotel_admin")

    response = office.post(address(Room, "add"), {"hotel": alfa[Hotel].pk, "number": "9", "room_type": bravo[RoomType].pk, "active": "on"})
    moved = office.post(
        address(Rate, "change", alfa[Rate].pk),
        {"room_type": bravo[RoomType].pk, "first_night": "2031-03-03", "end": "2031-03-09", "price": "1", "extra_adult": "0", "child": "0"},
    )

    for answer in (response, moved):
        assert answer.context["adminform"].form.non_field_errors() == ["These belong to different hotels."]
    assert Room.objects.filter(number="9").count() == 0
    assert Rate.objects.get(pk=alfa[Rate].pk).room_type == alfa[RoomType]


def test_administrator_here_receptionist_there_writes_only_here(alfa, bravo, hotel_admin, office):
    Membership.objects.create(user=hotel_admin, hotel=bravo[Hotel], role="receptionist")

    assert office.get(address(Fact, "change", bravo[Fact].pk)).status_code == 200
    assert office.post(address(Fact, "change", bravo[Fact].pk), {"text": "new"}).status_code == 403
    form = office.get(address(Fact, "add")).context["adminform"].form
    assert [hotel.pk for hotel in form.fields["hotel"].queryset] == [alfa[Hotel].pk]


def test_bulk_delete_spares_what_one_may_only_look_at(alfa, bravo, hotel_admin, office):
    Membership.objects.create(user=hotel_admin, hotel=bravo[Hotel], role="receptionist")

    chosen = {"action": "delete_selected", "index": "0", "_selected_action": [alfa[Fact].pk, bravo[Fact].pk], "post": "yes"}
    response = office.post(address(Fact, "changelist"), chosen)

    assert response.status_code == 403
    assert Fact.objects.filter(pk__in=[alfa[Fact].pk, bravo[Fact].pk]).count() == 2


def test_hotel_is_neither_made_nor_deleted_by_its_administrator(alfa, office, platform):
    assert office.get(address(Hotel, "add")).status_code == 403
    assert platform.get(address(Hotel, "add")).status_code == 200
    assert platform.post(address(Hotel, "delete", alfa[Hotel].pk), {"post": "yes"}).status_code == 403


def test_account_offers_no_foreign_app(alfa, bravo, office):
    form = office.get(address(Account, "change", alfa[Account].pk)).context["adminform"].form

    assert [app.pk for app in form.fields["app"].queryset] == [alfa[MetaApp].pk]
