"""The embedded property in the back office: closures under the inventory's lock, and the sheet of nights."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hotelagent.hotels.models import Hotel
from pms.models import OutOfOrder, PropertyReservation, Rate, Room, RoomNight, RoomType
from tests.admin.conftest import FIRST

ADD = "admin:pms_outoforder_add"


def closure(alfa, first, end, **values):
    return {"room": alfa[Room].pk, "first_night": first.isoformat(), "end": end.isoformat(), "reason": "leak"} | values


def day(offset):
    return FIRST + dt.timedelta(days=offset)


def nights_of(row):
    return list(RoomNight.objects.filter(out_of_order=row).order_by("night").values_list("night", flat=True))


def test_closing_a_free_room_takes_its_nights(alfa, office):
    response = office.post(reverse(ADD), closure(alfa, day(4), day(7)))

    row = OutOfOrder.objects.get(reason="leak")
    assert response.status_code == 302
    assert nights_of(row) == [day(4), day(5), day(6)]


def test_booked_night_refuses_the_closure_and_names_the_booking(alfa, office):
    response = office.post(reverse(ADD), closure(alfa, day(1), day(5)))

    assert response.context["adminform"].form.non_field_errors() == [
        "Room 1ALFA is booked on the night of 03/04/2031 (PALFA, Guest ALFA). Move or cancel that booking first."
    ]
    assert OutOfOrder.objects.filter(reason="leak").count() == 0
    assert RoomNight.objects.filter(out_of_order__isnull=True).count() == 2


def test_overlap_with_another_closure_is_refused(alfa, office):
    response = office.post(reverse(ADD), closure(alfa, day(11), day(14)))

    assert response.context["adminform"].form.non_field_errors() == ["Room 1ALFA is already out of order on the night of 03/14/2031."]
    assert OutOfOrder.objects.count() == 1


def test_empty_range_is_told_once_in_plain_words(alfa, office):
    form = office.post(reverse(ADD), closure(alfa, day(5), day(5))).context["adminform"].form

    assert dict(form.errors) == {"end": ["Must be after the first night: it is the first night that no longer counts."]}


def test_changed_closure_moves_its_nights(alfa, office):
    row = alfa[OutOfOrder]

    office.post(reverse("admin:pms_outoforder_change", args=[row.pk]), closure(alfa, day(11), day(13)))

    assert nights_of(row) == [day(11), day(12)]


@pytest.mark.parametrize("way", ["page", "action"])
def test_deleted_closure_frees_its_nights(way, alfa, office):
    row = alfa[OutOfOrder]
    if way == "page":
        office.post(reverse("admin:pms_outoforder_delete", args=[row.pk]), {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": [row.pk], "index": "0", "post": "yes"}
        office.post(reverse("admin:pms_outoforder_changelist"), data)

    assert OutOfOrder.objects.count() == 0
    assert RoomNight.objects.filter(out_of_order__isnull=False).count() == 0
    assert RoomNight.objects.filter(reservation__isnull=False).count() == 2


def test_room_with_a_booking_is_not_deleted(alfa, office):
    response = office.post(reverse("admin:pms_room_delete", args=[alfa[Room].pk]), {"post": "yes"})

    assert response.status_code == 403
    assert Room.objects.filter(pk=alfa[Room].pk).exists()
    assert RoomNight.objects.filter(reservation__isnull=False).count() == 2


def test_room_type_is_edited_by_language(alfa, office):
    kind = alfa[RoomType]
    form = {
        "position": "0", "max_adults": "2", "max_children": "1", "max_guests": "3", "active": "on", "name_es": "Doble", "name_pt": "Duplo",
        "synonyms_es": "matrimonial, para dos , ", "description_pt": "Com varanda",
    }  # fmt: skip

    response = office.post(reverse("admin:pms_roomtype_change", args=[kind.pk]), form)

    kind.refresh_from_db()
    assert response.status_code == 302
    assert (kind.names, kind.synonyms, kind.descriptions) == (
        {"es": "Doble", "pt": "Duplo"},
        {"es": ["matrimonial", "para dos"]},
        {"pt": "Com varanda"},
    )
    assert kind.code == "DALFA"


def test_room_type_needs_a_name(alfa, office):
    form = {"position": "0", "max_adults": "2", "max_children": "1", "max_guests": "3"}

    response = office.post(reverse("admin:pms_roomtype_change", args=[alfa[RoomType].pk]), form)

    assert response.context["adminform"].form.non_field_errors() == ["A room type needs a name in at least one language."]


def test_rate_keeps_its_weekdays(alfa, office):
    form = {
        "room_type": alfa[RoomType].pk,
        "first_night": "2031-03-03",
        "end": "2031-04-01",
        "price": "120.50",
        "extra_adult": "0",
        "child": "0",
    }

    office.post(reverse("admin:pms_rate_add"), form | {"weekdays": ["4", "5"]})
    office.post(reverse("admin:pms_rate_add"), form)

    assert list(Rate.objects.order_by("-pk").values_list("weekdays", flat=True)[:2]) == [None, [4, 5]]


# --- the sheet -----------------------------------------------------------------------------------------------------------


def sheet(client, **query):
    return client.get(reverse("admin:pms_room_nights"), query).context["sheet"]


def test_sheet_shows_who_has_the_nights(alfa, desk):
    (row,) = sheet(desk, **{"from": FIRST.isoformat()})["rows"]

    assert [(span["kind"], span["width"]) for span in row["spans"]] == [
        ("booked", 2), *[("free", 1)] * 8, ("closed", 2), *[("free", 1)] * 9,
    ]  # fmt: skip
    assert row["spans"][0]["row"].reservation == alfa[PropertyReservation]


def test_sheet_counts_free_rooms(alfa, desk):
    Room.objects.create(hotel=alfa[Hotel], room_type=alfa[RoomType], number="2")
    Room.objects.create(hotel=alfa[Hotel], room_type=alfa[RoomType], number="3", active=False)

    nights = sheet(desk, **{"from": FIRST.isoformat()})["nights"]

    assert [night["free"] for night in nights[:4]] == [1, 1, 2, 2]


def test_sheet_pages_by_its_width(alfa, desk):
    shown = sheet(desk, **{"from": "2031-03-03"})

    assert (shown["earlier"], shown["last"], shown["later"]) == (dt.date(2031, 2, 10), dt.date(2031, 3, 23), dt.date(2031, 3, 24))


@pytest.mark.parametrize("asked", ["", "yesterday", "2031-02-30", "9999-12-31", "0001-01-01"])
def test_nonsense_date_is_today(asked, alfa, desk):
    assert sheet(desk, **{"from": asked})["first"] == alfa[Hotel].local_now().date()


def test_sheet_asks_once_for_all_nights(alfa, desk):
    for number in range(5):
        room = Room.objects.create(hotel=alfa[Hotel], room_type=alfa[RoomType], number=f"9{number}")
        RoomNight.objects.create(room=room, night=FIRST, reservation=alfa[PropertyReservation])

    with CaptureQueriesContext(connection) as queries:
        sheet(desk, **{"from": FIRST.isoformat()})

    assert len([query for query in queries if "pms_roomnight" in query["sql"]]) == 1
