"""The hotel's own page, its staff, its first page, and the landmarks every page has."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse
from django_q.models import Failure, Schedule, Success

from conversations.models import Conversation
from hotelagent.hotels.models import Hotel, Membership, OpeningHours
from pms.models import RoomType
from reservations.models import Booking, BookingStep
from tests.admin.conftest import browser, make_person


def hotel_form(alfa, *, staff=(), hours=()):
    hotel = alfa[Hotel]
    form = {
        "name": hotel.name, "languages": ["es"], "address": "", "country": "ar", "timezone": hotel.timezone, "currency": "ars", "phone": "",
        "email": "", "check_in_from": "15:00", "check_out_until": "11:00", "adult_from": "18", "retention_days": "14",
    }  # fmt: skip
    for prefix, rows in (("opening_hours", hours), ("memberships", staff)):
        form |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": sum("id" in row for row in rows)}
        for number, row in enumerate(rows):
            form |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return form


def save(client, alfa, **rows):
    return client.post(reverse("admin:hotels_hotel_change", args=[alfa[Hotel].pk]), hotel_form(alfa, **rows))


def test_holidays_are_written_one_a_line(alfa, office):
    page = reverse("admin:hotels_hotel_change", args=[alfa[Hotel].pk])
    office.post(page, hotel_form(alfa) | {"closed_days": "2027-01-01\n2026-12-25, 2027-01-01"})
    wrong = office.post(page, hotel_form(alfa) | {"closed_days": "Christmas"})

    assert Hotel.objects.get(pk=alfa[Hotel].pk).closed_days == [dt.date(2026, 12, 25), dt.date(2027, 1, 1)]
    assert wrong.context["adminform"].form.errors["closed_days"] == ["Christmas is not a day such as 2027-01-01"]
    assert "2026-12-25\n2027-01-01" in office.get(page).content.decode()


def test_new_staff_gets_a_login_without_a_password(alfa, office):
    save(office, alfa, staff=[{"email": "New@Hotel.example", "name": "Nora", "role": "supervisor"}])

    person = get_user_model().objects.get(username="new@hotel.example")
    assert (person.is_staff, person.is_superuser, person.has_usable_password(), person.first_name) == (True, False, False, "Nora")
    assert list(person.memberships.values_list("hotel__slug", "role")) == [("alfa", "supervisor")]


def test_known_person_keeps_name_and_password(alfa, bravo, office):
    known = make_person("known@hotel.example", bravo[Hotel], password="kept")

    save(office, alfa, staff=[{"email": "known@hotel.example", "name": "Somebody Else", "role": "receptionist"}])

    known.refresh_from_db()
    assert (known.first_name, known.check_password("kept")) == ("Known@Hotel.Example", True)
    assert sorted(known.memberships.values_list("hotel__slug", flat=True)) == ["alfa", "bravo"]


def test_role_is_changed_but_not_the_person(alfa, office, receptionist):
    row = Membership.objects.get(user=receptionist)

    save(office, alfa, staff=[{"id": row.pk, "hotel": alfa[Hotel].pk, "email": "other@x.example", "role": "supervisor"}])

    row.refresh_from_db()
    assert (row.user, row.role) == (receptionist, "supervisor")


@pytest.mark.parametrize("emails", [["marina"], ["twice@x.example", "twice@x.example"]])
def test_nobody_works_here_twice(emails, alfa, office, hotel_admin):
    hotel_admin.username = "marina@x.example"
    hotel_admin.save()
    staff = [{"email": email if "@" in email else f"{email}@x.example", "role": "receptionist"} for email in emails]

    before = Membership.objects.count()

    response = save(office, alfa, staff=staff)

    assert response.status_code == 200
    assert Membership.objects.count() == before


def test_hours_end_after_they_begin(alfa, office):
    response = save(office, alfa, hours=[{"weekday": "1", "opens": "22:00", "closes": "06:00"}])

    assert response.status_code == 200
    assert "Must be later than it opens; a night is two periods." in response.content.decode()
    assert OpeningHours.objects.filter(weekday=1).count() == 0


def test_country_and_currency_are_letters(alfa, office):
    save(office, alfa)
    refused = office.post(
        reverse("admin:hotels_hotel_change", args=[alfa[Hotel].pk]), hotel_form(alfa) | {"country": "A1", "currency": "$$$"}
    )

    hotel = Hotel.objects.get(pk=alfa[Hotel].pk)
    assert (hotel.country, hotel.currency) == ("AR", "ARS")
    assert sorted(refused.context["adminform"].form.errors) == ["country", "currency"]


def test_logins_and_queue_are_the_platforms_and_groups_are_nobodys():
    assert [model for model in (Group, Success, Failure, Schedule) if model in admin.site._registry] == []


def test_superusers_page_of_a_person_opens(alfa, platform, receptionist):
    assert platform.get(reverse("admin:auth_user_change", args=[receptionist.pk])).status_code == 200
    assert platform.get(reverse("admin:auth_user_add")).status_code == 200


# --- first page ------------------------------------------------------------------------------------------------------------


def figures(client):
    return {figure["label"]: figure for figure in client.get(reverse("admin:index")).context["figures"]}


@pytest.mark.parametrize(
    ("moment", "arrivals", "departures"),
    [
        ("2031-03-03T02:59:00Z", 0, 0),  # still the evening before in Buenos Aires
        ("2031-03-03T03:00:00Z", 1, 0),
        ("2031-03-05T12:00:00Z", 0, 1),
    ],
)
def test_today_is_the_hotels_today(moment, arrivals, departures, alfa, receptionist):
    with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
        desk = browser(receptionist)
        shown = figures(desk)
        for label, count in (("Arrivals today", arrivals), ("Departures today", departures)):
            assert shown[label]["value"] == count
            assert desk.get(shown[label]["link"]).context["cl"].queryset.count() == count


def test_every_figure_leads_to_the_rows_it_counts(alfa, desk):
    Conversation.objects.update(owner="waiting")
    shown = figures(desk)

    assert shown["Waiting for a person"]["value"] == 1
    assert desk.get(shown["Waiting for a person"]["link"]).context["cl"].queryset.count() == 1
    assert shown["Answered by the receptionist alone"]["note"] == "0 of 1 in 7 days"
    assert desk.get(shown["Answered by the receptionist alone"]["link"]).context["cl"].queryset.count() == 0


def test_chart_counts_bookings_of_the_last_seven_days(alfa, desk):
    page = desk.get(reverse("admin:index"))
    assert [count for _day, count in page.context["chart_table"]] == [0, 0, 0, 0, 0, 0, 1]

    Booking.objects.update(confirmed_at=alfa[Booking].confirmed_at - dt.timedelta(days=8))
    assert desk.get(reverse("admin:index")).context["made"] == 0


def test_booking_page_tells_its_steps(alfa, desk):
    html = desk.get(reverse("admin:reservations_booking_change", args=[alfa[Booking].pk])).content.decode()

    assert BookingStep.objects.get().note in html
    assert "Mon 3 Mar 2031 → Wed 5 Mar 2031 · 2 nights" in html


@pytest.mark.parametrize("term", ["ralfa", "guest al", "+5491100000000"])
def test_bookings_are_found_by_reference_name_and_phone(term, alfa, desk):
    response = desk.get(reverse("admin:reservations_booking_changelist"), {"q": term})

    assert list(response.context["cl"].queryset) == [alfa[Booking]]


def test_times_are_on_the_hotels_clock(alfa, desk):
    Booking.objects.update(created_at=dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC))

    html = desk.get(reverse("admin:reservations_booking_changelist")).content.decode()

    assert "2 Jan" in html and "00:04" in html


@pytest.mark.parametrize(
    "name", ["admin:index", "admin:conversations_conversation_changelist", "admin:pms_room_nights", "admin:hotels_hotel_changelist"]
)
def test_every_page_has_its_landmarks(name, alfa, desk):
    html = desk.get(reverse(name)).content.decode()

    assert html.count("<main") == 1 and html.count("<header") == 1
    assert 'class="hr-skip" href="#content"' in html and html.count('id="content"') == 1


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Esperan a una persona"), ("pt", "Aguardam uma pessoa"), ("en", "Waiting for a person")]
)
def test_staff_read_their_own_language(language, words, alfa, receptionist):
    client = browser(receptionist)
    client.cookies["django_language"] = language

    assert words in client.get(reverse("admin:index")).content.decode()


def test_side_bar_offers_only_what_opens(alfa, desk, platform):
    for client in (desk, platform):
        for group in client.get(reverse("admin:index")).context["sidebar_navigation"]:
            for item in group["items"]:
                assert client.get(item["link"], follow=True).status_code == 200, item["title"]


def test_who_may_only_look_reads_names_and_texts_in_plain_words(alfa, desk):
    hotel = desk.get(reverse("admin:hotels_hotel_change", args=[alfa[Hotel].pk])).content.decode()
    kind = desk.get(reverse("admin:pms_roomtype_change", args=[alfa[RoomType].pk])).content.decode()

    assert "Lucia" in hotel and "/admin/auth/user/" not in hotel
    assert "<strong>es</strong> Doble ALFA" in kind
