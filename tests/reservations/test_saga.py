"""Quotes, holds and the saga's corners."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from pms.adapters.embedded import EmbeddedPms
from pms.errors import OutcomeUnknown, Unavailable
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, holds, quoting, tasks
from reservations.errors import KeyReused, NothingFree, TooManyHolds
from reservations.models import Booking, Hold, Quote
from tests.promises import promise


@pytest.fixture
def stay(hotel):
    start = hotel.local_now().date() + dt.timedelta(days=10)
    return Stay(start, start + dt.timedelta(days=2))


def quoted(hotel, stay, guest="guest:1", code="SUI", party=None):
    return quoting.quote(hotel, stay, party or Party(2), code, guest_key=guest)


def booker(guest="guest:1", name="Ana"):
    return booking.Booker(GuestDetails(name), guest)


def advance_due():
    for pk in tasks.PLACING.claim(50):
        booking.advance(pk)


class TestHolds:
    def test_a_held_room_is_not_offered_to_others_but_to_its_holder(self, hotel, stay):
        holds.hold(quoted(hotel, stay))

        free = {
            guest: {o.room_type.code: o.free for o in quoting.offers(hotel, stay, Party(2), guest_key=guest)}
            for guest in ("guest:1", "guest:2")
        }

        assert (free["guest:1"]["SUI"], free["guest:2"]["SUI"]) == (1, 0)

    @promise("D8")
    def test_before_and_after_its_end(self, hotel, stay):
        quote = quoted(hotel, stay)
        holds.hold(quote)
        at = quote.created_at

        assert holds.is_open(quote, now=at + dt.timedelta(minutes=14, seconds=59))
        assert not holds.is_open(quote, now=at + dt.timedelta(minutes=15, seconds=1))

    @promise("D8")
    def test_no_hold_outlives_its_end_even_if_nobody_was_there_to_close_it(self, hotel, stay):
        quote = quoted(hotel, stay)
        holds.hold(quote)
        late = quote.expires_at + dt.timedelta(seconds=1)

        offers = quoting.offers(hotel, stay, Party(2), guest_key="guest:2", now=late)
        closed = holds.expire(now=late)

        assert {o.room_type.code: o.free for o in offers}["SUI"] == 1
        assert (closed, Hold.objects.get().state) == (1, "expired")

    @promise("D8")
    def test_a_yes_after_the_hold_is_checked_again_and_books_when_the_room_is_free(self, hotel, stay):
        quote = quoted(hotel, stay)
        holds.hold(quote)
        holds.expire(now=quote.expires_at)

        row = booking.place(quote, booker())

        assert (row.state, Hold.objects.get().state) == ("confirmed", "used")

    @promise("D8")
    def test_a_yes_after_the_hold_loses_when_somebody_else_has_the_room(self, hotel, stay):
        quote = quoted(hotel, stay)
        holds.hold(quote)
        holds.expire(now=quote.expires_at)
        booking.place(quoted(hotel, stay, "guest:2"), booker("guest:2"))

        row = booking.place(quote, booker())

        assert (row.state, row.reason) == ("rejected", "sold_out")

    @promise("S19")
    def test_three_open_holds_a_guest_at_most(self, hotel, stay):
        for offset in range(3):
            later = Stay(stay.check_in + dt.timedelta(days=10 * offset), stay.check_out + dt.timedelta(days=10 * offset))
            holds.hold(quoted(hotel, later))

        with pytest.raises(TooManyHolds):
            holds.hold(quoted(hotel, Stay(stay.check_in + dt.timedelta(days=50), stay.check_out + dt.timedelta(days=50))))

    def test_the_last_room_held_by_another_is_not_quoted(self, hotel, stay):
        holds.hold(quoted(hotel, stay))

        with pytest.raises(NothingFree):
            quoted(hotel, stay, "guest:2")


class TestSaga:
    def test_the_same_yes_twice_is_one_booking(self, hotel, stay):
        quote = quoted(hotel, stay)

        first, second = booking.place(quote, booker()), booking.place(quote, booker())

        assert (first.pk, first.state, Booking.objects.count()) == (second.pk, "confirmed", 1)

    @promise("D9")
    def test_the_same_key_with_another_guest_is_refused(self, hotel, stay):
        quote = quoted(hotel, stay)
        booking.place(quote, booker())

        with pytest.raises(KeyReused):
            booking.place(quote, booker("guest:2"))

    @promise("D9")
    def test_the_same_key_with_other_dates_is_refused(self, hotel, stay):
        quote = quoted(hotel, stay)
        booking.place(quote, booker())
        other = quoted(hotel, Stay(stay.check_in + dt.timedelta(days=30), stay.check_out + dt.timedelta(days=30)))
        Quote.objects.filter(pk=quote.pk).update(key="00000000-0000-0000-0000-000000000001")
        other.key = quote.key

        with pytest.raises(KeyReused):
            booking.place(other, booker())

    def test_nothing_is_placed_without_a_name(self, hotel, stay):
        row = booking.place(quoted(hotel, stay), booker(name=""))

        assert (row.state, row.reason) == ("rejected", "refused")

    def test_a_lost_answer_is_unknown_and_settled_by_our_reference(self, hotel, stay, monkeypatch):
        real = EmbeddedPms.create

        def commits_then_hangs(self, reservation):
            real(self, reservation)
            raise OutcomeUnknown("no answer")

        monkeypatch.setattr(EmbeddedPms, "create", commits_then_hangs)
        row = booking.place(quoted(hotel, stay), booker())
        state_before = row.state
        Booking.objects.update(due_at=timezone.now())

        advance_due()

        row.refresh_from_db()
        assert (state_before, row.state) == ("unknown", "confirmed")
        assert [step.to_state for step in row.steps.all()] == ["holding", "placing", "unknown", "confirmed"]

    def test_a_request_that_never_arrived_is_rejected_after_the_last_look(self, hotel, stay, monkeypatch):
        def hangs(self, reservation):
            raise OutcomeUnknown("no answer")

        monkeypatch.setattr(EmbeddedPms, "create", hangs)
        row = booking.place(quoted(hotel, stay), booker())
        states = []
        for _ in range(9):
            Booking.objects.update(due_at=timezone.now())
            Booking.objects.filter(clean_since__isnull=False).update(clean_since=F("clean_since") - dt.timedelta(seconds=60))
            advance_due()
            states.append(Booking.objects.get().state)

        row.refresh_from_db()
        assert (row.state, row.reason, row.is_repeated) == ("rejected", "never_arrived", True)
        assert states.index("rejected") >= 6  # looks, the one repeat, looks again

    def test_a_yes_whose_worker_died_goes_on(self, hotel, stay):
        quote = quoted(hotel, stay)
        row = booking._draft(quote, booker(), timezone.now())
        Booking.objects.update(created_at=timezone.now() - dt.timedelta(minutes=2))

        tasks.repair()
        advance_due()

        row.refresh_from_db()
        assert row.state == "confirmed"

    def test_a_death_after_the_pms_committed_is_found_there(self, hotel, stay, monkeypatch):
        quote = quoted(hotel, stay)
        real = booking._confirm_or_reject
        monkeypatch.setattr(booking, "_confirm_or_reject", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
        with pytest.raises(SystemExit):
            booking.place(quote, booker())
        monkeypatch.setattr(booking, "_confirm_or_reject", real)
        Booking.objects.update(lease_until=None, due_at=timezone.now())

        advance_due()

        from pms.models import PropertyReservation

        assert (Booking.objects.get().state, PropertyReservation.objects.count()) == ("confirmed", 1)

    def test_a_pms_that_is_away_is_asked_again_and_then_given_up(self, hotel, stay, monkeypatch):
        def away(self, reservation):
            raise Unavailable("no route")

        monkeypatch.setattr(EmbeddedPms, "create", away)
        row = booking.place(quoted(hotel, stay), booker())
        first = row.state
        for _ in range(5):
            Booking.objects.update(due_at=timezone.now(), lease_until=None)
            advance_due()

        row.refresh_from_db()
        assert (first, row.state, row.reason) == ("placing", "rejected", "pms_unavailable")

    def test_cancelling_frees_the_nights_and_twice_is_once(self, hotel, stay, sql):
        row = booking.place(quoted(hotel, stay), booker())
        booking.cancel(row, actor="staff")
        booking.cancel(row, actor="staff")

        row.refresh_from_db()
        assert (row.state, sql("select count(*) from pms_roomnight")) == ("cancelled", [(0,)])
        assert [step.to_state for step in row.steps.all()] == ["holding", "placing", "confirmed", "cancelling", "cancelled"]
