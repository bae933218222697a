"""The front desk of the embedded property: bookings made here, moves, arrivals and departures, rates from a file."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms import rate_files
from pms.models import Connection, PropertyReservation, Rate, Room, RoomNight, RoomType
from tests.admin.conftest import FIRST, told

BOOK, RATES = "admin:pms_desk_book", "admin:pms_rate_import"


def book(client, alfa, **changes):
    data = {
        "check_in": FIRST + dt.timedelta(days=20), "check_out": FIRST + dt.timedelta(days=22), "adults": 2, "children": 0, "ages": "",
        "room_type": alfa[RoomType].code, "price": "200.00", "guest_name": "Juan Walk-in", "guest_phone": "", "guest_email": "", "notes": "",
        **changes,
    }  # fmt: skip
    return client.post(f"{reverse(BOOK)}?hotel=alfa", data, follow=True)


class TestBooking:
    def test_look_then_book(self, alfa, desk):
        looked = desk.get(
            reverse(BOOK),
            {"hotel": "alfa", "check_in": FIRST + dt.timedelta(days=20), "check_out": FIRST + dt.timedelta(days=22), "adults": 2},
        )
        offer = looked.context["offers"][0]["is"]
        response = book(desk, alfa, price=str(offer.price.total))

        row = PropertyReservation.objects.get(guest_name="Juan Walk-in")
        assert (offer.free, offer.price.total) == (1, Decimal("200.00"))
        assert (row.state, row.total, row.nights.count()) == ("confirmed", Decimal("200.00"), 2)
        assert told(response) == [f"Booked: {row.reference}, room 1ALFA."]

    @pytest.mark.parametrize("language", ["es", "pt", "en"])
    def test_what_the_page_offers_can_be_booked_in_every_language(self, alfa, desk, language):
        Rate.objects.update(price=Decimal("1234567.89"))
        desk.cookies["django_language"] = language
        days = {"check_in": FIRST + dt.timedelta(days=20), "check_out": FIRST + dt.timedelta(days=22)}
        page = desk.get(reverse(BOOK), {"hotel": "alfa", "adults": 2, **days}).content.decode()
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.split("<details")[1]))

        desk.post(f"{reverse(BOOK)}?hotel=alfa", {**fields, "guest_name": "Juan Walk-in"})

        assert PropertyReservation.objects.get(guest_name="Juan Walk-in").total == Decimal("2469135.78")

    def test_a_hotel_whose_rooms_are_elsewhere_books_nothing_here(self, alfa, desk):
        Connection.objects.filter(hotel=alfa[Hotel]).update(type="qloapps")

        refused = book(desk, alfa).status_code

        assert (refused, PropertyReservation.objects.filter(guest_name="Juan Walk-in").exists()) == (403, False)
        assert "another PMS" in desk.get(reverse(BOOK)).content.decode()

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"price": "1.00"}, "price is no longer"),
            ({"check_in": FIRST, "check_out": FIRST + dt.timedelta(days=2)}, "taken a moment ago"),
            ({"adults": 9}, "does not fit"),
            ({"room_type": "NONE"}, "no room type"),
        ],
        ids=["another price", "taken", "too many", "unknown type"],
    )
    def test_what_is_refused_is_told_and_books_nothing(self, alfa, desk, changes, why):
        response = book(desk, alfa, **changes)

        assert why in " ".join(response.context["form"].non_field_errors())
        assert not PropertyReservation.objects.filter(guest_name="Juan Walk-in").exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"check_out": FIRST + dt.timedelta(days=20)}, "check_out"),
            ({"check_in": "2020-01-01", "check_out": "2020-01-03"}, "check_in"),
            ({"check_in": "<script>"}, "check_in"),
            ({"guest_name": ""}, "guest_name"),
            ({"children": 1, "ages": "abc"}, "ages"),
            ({"check_out": FIRST + dt.timedelta(days=200)}, "check_out"),
        ],
    )
    def test_what_makes_no_sense_is_told_at_its_field(self, alfa, desk, changes, field):
        response = book(desk, alfa, **changes)

        assert response.context["form"].errors[field]
        assert "<script>" not in response.content.decode().split('name="check_in"')[1][:80]

    def test_another_hotels_rooms_are_out_of_reach(self, alfa, bravo, desk):
        desk.post(f"{reverse(BOOK)}?hotel=bravo", {**{"room_type": bravo[RoomType].code}, "price": "200.00"})

        assert not PropertyReservation.objects.filter(hotel=bravo[Hotel]).exclude(reference="PBRAVO").exists()


class TestMoving:
    def test_to_a_free_room_and_not_to_a_taken_one(self, alfa, desk):
        row, room = alfa[PropertyReservation], alfa[Room]
        free = Room.objects.create(hotel=alfa[Hotel], room_type=alfa[RoomType], number="2ALFA")
        address = reverse("admin:pms_desk_move", args=[row.pk])
        desk.post(address, {"room": room.pk, "target": free.pk})
        moved = set(RoomNight.objects.filter(reservation=row).values_list("room__number", flat=True))
        RoomNight.objects.create(room=room, night=FIRST, out_of_order=alfa_closed(alfa))

        response = desk.post(address, {"room": free.pk, "target": room.pk}, follow=True)

        assert moved == {"2ALFA"}
        assert "taken a moment ago" in told(response)[-1]
        assert set(RoomNight.objects.filter(reservation=row).values_list("room__number", flat=True)) == {"2ALFA"}

    def test_another_hotels_booking_is_not_found(self, alfa, bravo, desk):
        assert desk.get(reverse("admin:pms_desk_move", args=[bravo[PropertyReservation].pk])).status_code == 404


def alfa_closed(alfa):
    from pms.models import OutOfOrder

    return alfa[OutOfOrder]


class TestComingAndGoing:
    def act(self, client, alfa, action):
        return client.post(
            reverse("admin:pms_propertyreservation_changelist"), {"action": action, "_selected_action": [alfa[PropertyReservation].pk]}
        )

    def test_in_and_out(self, alfa, desk):
        row = alfa[PropertyReservation]
        self.act(desk, alfa, "check_out_guest")
        row.refresh_from_db()
        too_early = row.left_at
        self.act(desk, alfa, "check_in_guest")
        self.act(desk, alfa, "check_out_guest")

        row.refresh_from_db()
        assert too_early is None and row.arrived_at and row.left_at >= row.arrived_at
        assert row.nights.count() == 0  # they left before their nights: these are free again

    def test_cancelled_here_is_free_again(self, alfa, desk):
        self.act(desk, alfa, "cancel")

        alfa[PropertyReservation].refresh_from_db()
        assert (alfa[PropertyReservation].state, RoomNight.objects.filter(reservation__isnull=False).count()) == ("cancelled", 0)


class TestRates:
    def send(self, client, text, **more):
        file = SimpleUploadedFile("rates.csv", text if isinstance(text, bytes) else text.encode(), content_type="text/csv")
        return client.post(f"{reverse(RATES)}?hotel=alfa", {"file": file, **more}, follow=True)

    def test_a_file_as_a_spreadsheet_writes_it(self, alfa, office):
        kind = alfa[RoomType]
        text = f"Tipo;Desde;Hasta;Precio;Días\r\n{kind.code};01/01/2032;01/02/2032;1.250,50;vie sáb\r\nDoble ALFA;2032-02-01;2032-03-01;900;\r\n"
        response = self.send(office, text.encode("cp1252"))

        rows = list(Rate.objects.filter(first_night__year=2032).order_by("first_night"))
        assert [(row.price, row.weekdays, row.end.month) for row in rows] == [(Decimal("1250.50"), [4, 5], 2), (Decimal(900), None, 3)]
        assert told(response) == ["2 rates imported."]

    def test_one_bad_line_and_nothing_is_written(self, alfa, office):
        code = alfa[RoomType].code
        lines = ["room_type,from,to,price", f"{code},2032-01-01,2032-02-01,100", "NOPE,2032-01-01,2032-02-01,100",
                 f"{code},2032-13-01,2032-02-01,100", f"{code},2032-02-01,2032-01-01,100", f"{code},2032-01-01,2032-02-01,-5"]  # fmt: skip
        response = self.send(office, "\n".join(lines))

        assert [line for line, _why in response.context["reading"].problems] == [3, 4, 5, 6]
        assert not Rate.objects.filter(first_night__year=2032).exists()

    def test_replacing_leaves_other_room_types_alone(self, alfa, office):
        other = RoomType.objects.create(hotel=alfa[Hotel], code="SUI", names={"es": "Suite"})
        kept = Rate.objects.create(room_type=other, first_night=FIRST, end=FIRST + dt.timedelta(days=9), price=5)

        self.send(office, f"room_type,from,to,price\n{alfa[RoomType].code},2032-01-01,2032-02-01,100", replace="on")

        assert list(Rate.objects.filter(room_type=alfa[RoomType]).values_list("price", flat=True)) == [Decimal(100)]
        assert Rate.objects.filter(pk=kept.pk).exists()

    @pytest.mark.parametrize(
        "raw", [b"", b"\x00\x01\x02", b"a,b\n1,2", b"=cmd|' /C calc'!A0", b"x" * (1024 * 1024 + 5), b'"' * 5000, "\ud7ff;".encode() * 99]
    )
    def test_whatever_is_in_the_file_is_told_and_never_crashes(self, alfa, raw):
        reading = rate_files.read(alfa[Hotel], raw)

        assert reading.problems and not reading.rates

    def test_only_who_configures_the_hotel(self, alfa, desk):
        assert self.send(desk, "room_type,from,to,price\n").status_code == 403

    def test_whoever_is_in_another_hotel_writes_here_not_there(self, alfa, bravo, office):
        text = f"room_type,from,to,price\n{bravo[RoomType].code},2032-01-01,2032-02-01,100"
        file = SimpleUploadedFile("rates.csv", text.encode(), content_type="text/csv")
        office.post(f"{reverse(RATES)}?hotel=bravo", {"file": file})

        assert not Rate.objects.filter(first_night__year=2032).exists()


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1250.50", "1250.50"), ("1.250,50", "1250.50"), ("1,250.50", "1250.50"), ("1.250", "1250.00"), ("$ 900", "900.00"), ("0,5", "0.50")],
)
def test_prices_as_people_write_them(text, amount):
    assert rate_files._money(text) == Decimal(amount)


def test_the_clock_of_the_test_is_before_its_nights():
    assert timezone.now().date() < FIRST
