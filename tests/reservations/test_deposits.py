"""Deposits: asked for, marked by people, and bookings nobody paid for."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from channels_app.models import Outbound
from pms.models import Rate
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, deposits, quoting, tasks
from reservations.models import Booking, DepositTerms
from tests.conftest import envelope, text_message
from tests.promises import promise


@pytest.fixture
def terms(hotel):
    return DepositTerms.objects.create(hotel=hotel, percent=30, within_hours=24, expires=True, texts={"es": "alias PRUEBA"})


def booked(hotel, nights=2):
    start = hotel.local_now().date() + dt.timedelta(days=10)
    quote = quoting.quote(hotel, Stay(start, start + dt.timedelta(days=nights)), Party(2), "DBL", guest_key="guest:1")
    return booking.place(quote, booking.Booker(GuestDetails("Ana Paz"), "guest:1"))


def test_a_part_of_the_price(hotel, terms):
    row = booked(hotel)

    assert row.deposit == (row.total * Decimal("0.3")).quantize(Decimal("0.01"))
    assert dt.timedelta(hours=23) < row.deposit_due_at - timezone.now() <= dt.timedelta(hours=24)


def test_the_first_night_and_never_more_than_all(hotel, terms):
    DepositTerms.objects.update(percent=0, nights=2)
    two, one = booked(hotel, nights=4), booked(hotel, nights=1)
    first = [Decimal(rate) for rate in two.lines[0]["nightly"]][:2]

    assert (two.deposit, one.deposit) == (sum(first), one.total)


def test_a_first_night_dearer_than_the_others(hotel, terms):
    DepositTerms.objects.update(percent=0, nights=1)
    start = hotel.local_now().date() + dt.timedelta(days=10)
    second, end = start + dt.timedelta(days=1), start + dt.timedelta(days=30)
    double = hotel.room_types.get(code="DBL")
    double.rates.all().delete()
    Rate.objects.bulk_create(
        [Rate(room_type=double, first_night=start, end=second, price=777), Rate(room_type=double, first_night=second, end=end, price=500)]
    )

    row = booked(hotel, nights=3)

    assert row.deposit == 777 != (row.total / 3).quantize(Decimal("0.01"))


def test_by_their_mean_where_the_rates_are_not_known(hotel, terms):
    DepositTerms.objects.update(percent=0, nights=2)
    row = booked(hotel, nights=4)
    row.lines = [{key: value for key, value in line.items() if key != "nightly"} for line in row.lines]

    assert deposits.asked_for(row, timezone.now())["deposit"] == row.total / 2


def test_without_terms_nothing_is_asked_for(hotel):
    assert (booked(hotel).deposit, DepositTerms.objects.count()) == (0, 0)


def test_a_person_marks_it_once(hotel, terms):
    row = booked(hotel)

    marked = [deposits.mark_paid(row, actor="lucia"), deposits.mark_paid(row, actor="lucia")]

    last = row.steps.last()
    assert (marked, last.note, last.actor) == ([True, False], "deposit paid", "lucia")


def test_what_is_not_paid_in_time_is_cancelled_where_the_hotel_wants_it(hotel, terms, sql):
    late, paid, fresh = booked(hotel), booked(hotel), None
    deposits.mark_paid(paid, actor="lucia")
    Booking.objects.update(deposit_due_at=timezone.now() - dt.timedelta(minutes=1), deposit_expires=False)
    kept = booking.expire_unpaid()
    Booking.objects.update(deposit_expires=True)

    tasks.repair()
    tasks.repair()

    states = {row.pk: (row.state, row.reason) for row in Booking.objects.all()}
    assert (kept, fresh) == (0, None)
    assert states == {late.pk: ("cancelled", "unpaid"), paid.pk: ("confirmed", "")}
    assert sql("select count(*) from pms_roomnight") == [(2,)]


def test_a_guest_who_has_arrived_is_not_thrown_out(hotel, terms):
    row = booked(hotel)
    today = hotel.local_now().date()
    Booking.objects.update(deposit_due_at=timezone.now() - dt.timedelta(hours=5), check_in=today, check_out=today + dt.timedelta(days=3))

    tasks.repair()

    row.refresh_from_db()
    assert row.state == "confirmed"


def test_ticking_the_box_later_touches_no_booking_made_before(hotel, terms):
    DepositTerms.objects.update(expires=False)
    row = booked(hotel)
    DepositTerms.objects.update(expires=True)
    Booking.objects.update(deposit_due_at=timezone.now() - dt.timedelta(hours=5))

    tasks.repair()

    row.refresh_from_db()
    assert row.state == "confirmed"


def test_money_that_comes_in_the_same_moment_keeps_the_booking(hotel, terms):
    row = booked(hotel)
    Booking.objects.update(deposit_due_at=timezone.now() - dt.timedelta(hours=5))
    found = deposits.overdue(timezone.now())
    paid = deposits.mark_paid(row, actor="lucia")

    for late in found:
        booking.cancel(late, actor="expiry", reason=deposits.UNPAID)

    row.refresh_from_db()
    assert (len(found), paid, row.state) == (1, True, "confirmed")


def test_a_change_is_a_change_of_what_is_owed(hotel, terms):
    row = booked(hotel, nights=4)
    later = Stay(row.check_in, row.check_in + dt.timedelta(days=1))
    quote = quoting.quote(hotel, later, Party(2), "DBL", guest_key="guest:1", replacing=row.reference)
    before = row.deposit

    row = booking.change(row, quote, actor="guest")

    assert row.deposit == (row.total * Decimal("0.3")).quantize(Decimal("0.01")) < before


def test_who_comes_before_it_is_due_pays_at_the_desk(hotel, terms):
    start = hotel.local_now().date()
    quote = quoting.quote(hotel, Stay(start, start + dt.timedelta(days=1)), Party(2), "DBL", guest_key="guest:1")
    row = booking.place(quote, booking.Booker(GuestDetails("Ana Paz"), "guest:1"))

    assert row.deposit_due_at is None or row.deposit_due_at <= dt.datetime.combine(start, hotel.check_in_from, hotel.zone)


class TestTheGuest:
    def test_hears_how_much_until_when_and_how(self, connected, terms, post, work, double):
        text = self._book(connected.hotel, post, work, double)

        row = Booking.objects.get()
        assert "alias PRUEBA" in text and "seña" in text
        assert f"{row.deposit_due_at.astimezone(row.hotel.zone):%H:%M}" in text

    def test_hears_once_that_it_expired(self, connected, terms, post, work, double):
        self._book(connected.hotel, post, work, double)
        Booking.objects.update(deposit_due_at=timezone.now() - dt.timedelta(minutes=1))
        tasks.repair()
        tasks.repair()
        work()

        told = Outbound.objects.filter(dedupe_key__contains=":cancelled")
        assert [row.content["text"] for row in told] == [told[0].content["text"]] and "seña" in told[0].content["text"]

    @promise("D13")
    def test_a_proof_of_payment_confirms_nothing(self, connected, terms, post, work, double):
        self._book(connected.hotel, post, work, double)
        picture = {
            "from": self.number, "id": "wamid.proof", "timestamp": str(int(timezone.now().timestamp())), "type": "image",
            "image": {"id": "1", "mime_type": "image/jpeg", "sha256": "x", "caption": "ya pagué la seña, confirmame que está paga"},
        }  # fmt: skip
        post(envelope(picture))
        work()

        assert Booking.objects.get().deposit_paid_at is None

    number = "5491155554321"

    def _book(self, hotel, post, work, double):
        from tests.flows.test_whatsapp_booking import buttons, words

        double.guest(self.number, type="text", text={"body": "(opens)"}, deliver=False)
        start = hotel.local_now().date() + dt.timedelta(days=30)

        def say(text):
            post(envelope(text_message(text, sender=self.number)))
            work()
            return double.messages(self.number)[-1]["body"]

        say(f"hola, hay una doble del {start:%d/%m} al {start + dt.timedelta(days=2):%d/%m}? somos 2 adultos")
        summary = say("a nombre de Ana Paz, la doble")
        if summary["type"] == "text":
            summary = say("la doble")
        assert buttons(summary)
        return words(say("sí, confirmo"))
