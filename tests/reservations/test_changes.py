"""A booking turned into another: all of it or nothing, once."""

import datetime as dt

import pytest

from pms.adapters.embedded import EmbeddedPms
from pms.errors import OutcomeUnknown
from pms.models import PropertyReservation, RoomNight
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, holds, quoting, tasks
from reservations.models import Booking, Hold
from reservations.signals import booking_settled

State = Booking.State


@pytest.fixture
def stay(hotel):
    start = hotel.local_now().date() + dt.timedelta(days=10)
    return Stay(start, start + dt.timedelta(days=2))


@pytest.fixture
def longer(stay):
    return Stay(stay.check_in, stay.check_out + dt.timedelta(days=2))


def booked(hotel, stay, code="SUI", party=None, guest="guest:1"):
    quote = quoting.quote(hotel, stay, party or Party(2), code, guest_key=guest)
    return booking.place(quote, booking.Booker(GuestDetails("Ana Ruiz"), guest))


def wanted(hotel, row, stay, code="SUI", party=None):
    quote = quoting.quote(hotel, stay, party or Party(2), code, guest_key=row.guest_key, replacing=row.reference)
    holds.hold(quote, replacing=row.reference)
    return quote


def nights(row):
    return sorted(RoomNight.objects.filter(reservation__reference=row.reference).values_list("night", "room__number"))


def test_the_only_suite_is_kept_two_nights_longer(hotel, stay, longer):
    row = booked(hotel, stay)
    [room] = {number for _night, number in nights(row)}

    changed = booking.change(row, wanted(hotel, row, longer), actor="guest")

    assert (changed.state, changed.check_out, changed.nights, changed.reason) == (State.CONFIRMED, longer.check_out, 4, "")
    assert nights(row) == [(night, room) for night in longer]
    assert PropertyReservation.objects.get().total == changed.total == changed.last_change.total
    assert set(Hold.objects.values_list("state", flat=True)) == {"used"}
    assert [step.to_state for step in changed.steps.all()][-2:] == ["changing", "confirmed"]


def test_the_old_nights_are_free_again(hotel, stay):
    row = booked(hotel, stay)
    later = Stay(stay.check_in + dt.timedelta(days=5), stay.check_out + dt.timedelta(days=5))

    booking.change(row, wanted(hotel, row, later), actor="guest")

    free = {offer.room_type.code: offer.free for offer in quoting.offers(hotel, stay, Party(2), guest_key="guest:2")}
    taken = {offer.room_type.code: offer.free for offer in quoting.offers(hotel, later, Party(2), guest_key="guest:2")}
    assert (free["SUI"], taken["SUI"]) == (1, 0)


def test_the_same_yes_twice_is_one_change(hotel, stay, longer):
    row = booked(hotel, stay)
    quote = wanted(hotel, row, longer)

    booking.change(row, quote, actor="guest")
    again = booking.change(row, quote, actor="guest")

    assert (again.state, [step.to_state for step in again.steps.all()].count("changing")) == (State.CONFIRMED, 1)


def test_when_somebody_else_has_the_room_the_booking_stays_as_it_was(hotel, stay, longer):
    row = booked(hotel, stay)
    quote = wanted(hotel, row, longer)
    holds.release(quote)
    booked(hotel, Stay(stay.check_out, longer.check_out), guest="guest:2")
    before = nights(row)

    refused = booking.change(row, quote, actor="guest")

    assert (refused.state, refused.reason, refused.check_out) == (State.CONFIRMED, "change_sold_out", stay.check_out)
    assert nights(row) == before


def test_a_lost_answer_is_asked_again_and_told_once(hotel, stay, longer, monkeypatch):
    row = booked(hotel, stay)
    quote = wanted(hotel, row, longer)
    change, told = EmbeddedPms.change, []

    def loses_the_answer(self, reservation):
        change(self, reservation)
        raise OutcomeUnknown("cut off")

    monkeypatch.setattr(EmbeddedPms, "change", loses_the_answer)
    booking_settled.connect(lambda booking, **_: told.append((str(booking.state), booking.check_out)), weak=False, dispatch_uid="test")
    waiting = booking.change(row, quote, actor="guest")
    monkeypatch.setattr(EmbeddedPms, "change", change)
    Booking.objects.filter(pk=row.pk).update(due_at=row.created_at)
    for pk in tasks.PLACING.claim(5):
        booking.advance(pk)
    booking_settled.disconnect(dispatch_uid="test")

    assert waiting.state == State.CHANGING
    assert told == [("confirmed", longer.check_out)]
    assert len(nights(row)) == 4


def test_two_rooms_are_booked_and_held_together(hotel, stay):
    quote = quoting.quote(hotel, stay, Party(3), "DBL+SUI", guest_key="guest:1")
    held = holds.hold(quote)
    others = {offer.room_type.code: offer.free for offer in quoting.offers(hotel, stay, Party(1), guest_key="guest:2")}
    row = booking.place(quote, booking.Booker(GuestDetails("Ana Ruiz"), "guest:1"))

    assert {one.room_type for one in held} == {"DBL", "SUI"}
    assert others["SUI"] == 0
    assert (row.state, [line["adults"] for line in row.lines], len(nights(row))) == (State.CONFIRMED, [2, 1], 4)
    assert sum(float(line["price"]) for line in row.lines) == float(row.total)
