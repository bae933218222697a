"""The saga with a PMS that takes its time, loses answers and comes late: never two bookings, never a wrong word."""

import datetime as dt
import random

import pytest
from django.db.models import F
from django.utils import timezone

from pms import writing
from pms.adapters.qloapps import QloApps
from pms.adapters.qloapps.reading import Reading
from pms.gateway import gateway
from pms.models import Breaker
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, quoting, tasks
from reservations.models import Booking
from tests.promises import promise

PHONE = "+541155551234"


@pytest.fixture
def stay(qlo_hotel):
    start = qlo_hotel.local_now().date() + dt.timedelta(days=40)
    return Stay(start, start + dt.timedelta(days=2))


def yes(hotel, stay, guest="guest:1", code="1"):
    quote = quoting.quote(hotel, stay, Party(2), code, guest_key=guest)
    return booking.place(quote, booking.Booker(GuestDetails("Ana Paz", "ana@example.com", PHONE), guest))


def look(row):
    """One look by a worker, as if it were due."""
    Booking.objects.filter(pk=row.pk).update(due_at=timezone.now(), lease_until=None)
    for pk in tasks.PLACING.claim(10):
        booking.advance(pk)
    row.refresh_from_db()
    return row.state


def let_pass(row, seconds):
    row.refresh_from_db()
    if row.clean_since is not None:
        Booking.objects.filter(pk=row.pk).update(clean_since=row.clean_since - dt.timedelta(seconds=seconds))


def posts(shop):
    return sum(record.method == "POST" and "/api/bookings" in record.path for record in shop.requests)


def alive(shop, row):
    return [order for order in shop.orders if order["source"] == row.reference and order["current_state"] != 4]


def test_the_turn_does_not_wait_and_the_worker_books(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    before = (row.state, posts(shop))

    state = look(row)

    assert (before, state, row.pms_id) == (("placing", 0), "confirmed", str(alive(shop, row)[0]["id"]))
    assert [step.to_state for step in row.steps.all()] == ["holding", "placing", "confirmed"]


@promise("D3")
def test_a_commit_that_comes_after_ninety_seconds_is_found(qlo_hotel, shop, stay):
    shop.fault("late", method="POST", resource="bookings")
    row = yes(qlo_hotel, stay)
    states = [look(row), look(row), look(row)]  # placed; 5 s; 30 s
    let_pass(row, 40)
    shop.release()  # 90 s

    states.append(look(row))  # 2 min

    assert states == ["unknown", "unknown", "unknown", "confirmed"]
    assert (posts(shop), len(alive(shop, row)), row.is_repeated) == (1, 1, False)


@promise("D4")
def test_what_never_arrived_is_asked_for_once_more(qlo_hotel, shop, stay):
    shop.fault("hang_up", method="POST", resource="bookings", commits=False)
    row = yes(qlo_hotel, stay)
    states = [look(row), look(row), look(row)]
    asked_early = posts(shop)
    let_pass(row, 91)

    states.append(look(row))

    assert states == ["unknown", "unknown", "unknown", "confirmed"]
    assert (asked_early, posts(shop), len(alive(shop, row))) == (1, 2, 1)


@promise("D4")
def test_and_never_a_third_time(qlo_hotel, shop, stay):
    shop.fault("hang_up", method="POST", resource="bookings", commits=False, times=5)
    row = yes(qlo_hotel, stay)
    for _ in range(9):
        look(row)
        let_pass(row, 200)

    assert (row.state, row.reason, posts(shop)) == ("rejected", "never_arrived", 2)


def test_control_without_the_ninety_seconds_the_late_one_and_the_repeat_are_two(qlo_hotel, shop, stay, monkeypatch):
    monkeypatch.setattr(booking, "CLEAN", dt.timedelta(0))
    shop.fault("late", method="POST", resource="bookings")
    row = yes(qlo_hotel, stay)
    look(row), look(row), look(row)
    shop.release()

    assert len(alive(shop, row)) == 2


def test_a_worker_that_died_while_asking_leaves_an_unknown_not_a_second_booking(qlo_hotel, shop, stay, monkeypatch):
    row = yes(qlo_hotel, stay)
    real = QloApps.create

    def dies(self, reservation):
        real(self, reservation)
        raise SystemExit(9)

    monkeypatch.setattr(QloApps, "create", dies)
    with pytest.raises(SystemExit):
        look(row)
    monkeypatch.setattr(QloApps, "create", real)

    states = [look(row), look(row)]

    assert (states, posts(shop), len(alive(shop, row))) == (["unknown", "confirmed"], 1, 1)


def test_what_another_took_over_while_it_was_read_for_is_not_sent(qlo_hotel, shop, stay, monkeypatch):
    row = yes(qlo_hotel, stay)
    real = Reading.rates

    def slowly(self, *arguments):
        Booking.objects.filter(pk=row.pk).update(fence=F("fence") + 1, state="rejected")
        return real(self, *arguments)

    monkeypatch.setattr(Reading, "rates", slowly)

    assert (look(row), posts(shop), shop.orders) == ("rejected", 0, [])


def test_another_writer_first_and_no_try_is_lost(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    with writing.lease(qlo_hotel.pk, "RXOTHER"):
        waited = [look(row) for _ in range(9)]
        row.refresh_from_db()
        attempts = row.attempts

    assert (set(waited), attempts, posts(shop), look(row)) == ({"placing"}, 0, 0, "confirmed")


def test_a_pms_that_is_away_is_not_a_refusal_until_it_stays_away(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    Breaker.objects.update_or_create(hotel=qlo_hotel, defaults={"failures": 5, "open_until": timezone.now() + dt.timedelta(hours=1)})
    states = [look(row) for _ in range(5)]

    assert states == [*["placing"] * 4, "rejected"] and row.reason == "pms_unavailable"
    assert (posts(shop), row.asked_at) == (0, None)


def test_a_change_that_the_pms_never_heard_of_is_given_up_and_the_booking_stands(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    look(row)
    later = Stay(stay.check_in + dt.timedelta(days=10), stay.check_out + dt.timedelta(days=10))
    quote = quoting.quote(qlo_hotel, later, Party(2), "1", guest_key="guest:1", replacing=row.reference)
    booking.change(row, quote, actor="guest")
    Breaker.objects.update_or_create(hotel=qlo_hotel, defaults={"failures": 5, "open_until": timezone.now() + dt.timedelta(hours=1)})
    for _ in range(5):
        look(row)

    assert (row.state, row.reason, row.check_in) == ("confirmed", "change_pms_unavailable", stay.check_in)


def test_a_change_goes_through_the_saga(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    look(row)
    later = Stay(stay.check_in + dt.timedelta(days=10), stay.check_out + dt.timedelta(days=10))
    quote = quoting.quote(qlo_hotel, later, Party(2), "1", guest_key="guest:1", replacing=row.reference)
    changing = booking.change(row, quote, actor="guest").state

    state = look(row)

    assert (changing, state, row.check_in, row.reason) == ("changing", "confirmed", later.check_in, "")
    assert [line["date_from"][:10] for line in shop.active_lines()] == [later.check_in.isoformat()]


def changing(hotel, stay, row):
    later = Stay(stay.check_in + dt.timedelta(days=10), stay.check_out + dt.timedelta(days=10))
    quote = quoting.quote(hotel, later, Party(2), "1", guest_key="guest:1", replacing=row.reference)
    booking.change(row, quote, actor="guest")
    return later


def living(shop, reference):
    return [order for order in shop.orders if order["source"].startswith(reference) and order["current_state"] != 4]


def test_a_worker_that_dies_while_changing_changes_once(qlo_hotel, shop, stay, monkeypatch):
    row = yes(qlo_hotel, stay)
    look(row)
    later = changing(qlo_hotel, stay, row)
    shop.fault("late", method="POST", resource="bookings")
    monkeypatch.setattr(booking, "_settled_again", lambda *_, **__: (_ for _ in ()).throw(SystemExit(9)))
    with pytest.raises(SystemExit):
        look(row)
    monkeypatch.undo()
    before = [look(row), look(row)]
    shop.release()

    state = look(row)

    assert (before, state, row.check_in, row.reason) == (["changing", "changing"], "confirmed", later.check_in, "")
    assert (posts(shop), len(living(shop, row.reference))) == (2, 1)


def test_a_change_that_is_never_heard_of_is_asked_twice_and_no_more(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    look(row)
    changing(qlo_hotel, stay, row)
    shop.fault("hang_up", method="POST", resource="bookings", commits=False, times=99)
    for _ in range(14):
        look(row)
        let_pass(row, 60)

    assert (row.state, row.reason, row.check_in) == ("confirmed", "change_never_arrived", stay.check_in)
    assert (posts(shop), len(living(shop, row.reference))) == (1 + 2, 1)


def test_pressing_look_now_does_not_make_the_time_pass(qlo_hotel, shop, stay):
    shop.fault("late", method="POST", resource="bookings")
    row = yes(qlo_hotel, stay)
    look(row)
    for _ in range(8):
        assert booking.hurry(row)
        look(row)
    pressed = row.state
    shop.release()

    assert (pressed, look(row), posts(shop)) == ("unknown", "confirmed", 1)


def test_a_worker_that_slept_writes_nothing_over_what_others_settled(qlo_hotel, shop, stay, monkeypatch):
    shop.fault("hang_up", method="POST", resource="bookings", commits=False)
    row = yes(qlo_hotel, stay)
    look(row), look(row)
    let_pass(row, 200)
    real = QloApps.settle

    def sleeps(self, reservation):
        found = real(self, reservation)
        monkeypatch.setattr(QloApps, "settle", real)
        assert booking.give_up(Booking.objects.get(), actor="lucia") is False  # it is just being looked at
        Booking.objects.update(lease_until=None)
        assert booking.give_up(Booking.objects.get(), actor="lucia")
        return found

    monkeypatch.setattr(QloApps, "settle", sleeps)
    look(row)

    assert (row.state, row.reason, posts(shop)) == ("rejected", "settled_by_staff", 1)


def test_an_order_that_is_still_being_written_is_not_sold_out(qlo_hotel, shop, stay, monkeypatch):
    row = yes(qlo_hotel, stay)
    monkeypatch.setattr(Reading, "lines", lambda *_: [])  # the order is there, its rooms are not yet
    meanwhile = [look(row), look(row)]
    monkeypatch.undo()

    assert (meanwhile, look(row), posts(shop)) == (["unknown", "unknown"], "confirmed", 1)


def test_a_cancellation_is_tried_until_the_pms_has_it(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    look(row)
    booking.cancel(row, actor="guest")
    shop.fault("hang_up", method="POST", resource="order_histories", commits=False, times=7)
    states = [look(row) for _ in range(8)]

    assert states == [*["cancelling"] * 7, "cancelled"] and shop.active_lines() == []


FAULTS = [
    ("hang_up", {"commits": True}),
    ("hang_up", {"commits": False}),
    ("late", {}),
    ("empty", {"commits": True}),
    ("empty", {"commits": False}),
    ("status", {"status": 500, "body": "", "content_type": "text/html", "commits": True}),
    ("status", {"status": 500, "body": "", "content_type": "text/html", "commits": False}),
    ("text", {"body": "Invalid new order status", "commits": False}),
    ("html", {"commits": True}),
]


@promise("D3", small=20, full=500)
@pytest.mark.timeout(0)
def test_lost_answers_of_every_kind(qlo_hotel, shop, stay, size, figures):
    """Each booking loses its answer in another way, and perhaps the first look as well: one booking each, or none."""
    chance = random.Random(7)
    doubles, wrong, states = 0, 0, {}
    for index in range(size):
        nights = Stay(stay.check_in + dt.timedelta(days=index % 120), stay.check_out + dt.timedelta(days=index % 120))
        row = yes(qlo_hotel, nights, f"guest:{index}")
        kind, details = chance.choice(FAULTS)
        shop.fault(kind, method="POST", resource="bookings", **details)
        look(row)
        # The server is at it for a minute and a half at most; looks are 40 s apart here.
        release_at = chance.randint(0, 2) if kind == "late" else None
        for turn in range(12):
            if row.state in {"confirmed", "rejected"}:
                break
            if turn == release_at:
                shop.release()
            if chance.random() < 0.2:
                shop.fault(chance.choice(["hang_up", "html", "empty"]), method="GET", resource="orders")
            look(row)
            let_pass(row, 40)
            Breaker.objects.all().delete()  # the breaker has tests of its own
        shop.release()
        states[row.state] = states.get(row.state, 0) + 1
        doubles += len(alive(shop, row)) > 1
        wrong += (row.state == "confirmed") != bool(alive(shop, row))
        shop.clear_faults()
        for order in alive(shop, row):
            shop.desk_cancels(order["id"])

    figures |= {"bookings": size, **states, "doubled": doubles, "otherwise than we say": wrong, "room doubles": len(shop.double_booked())}
    assert (doubles, wrong, shop.double_booked()) == (0, 0, [])


def test_the_guest_is_told_of_a_price_that_moved(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    shop.set_price(1, 1234)

    assert (look(row), row.reason) == ("rejected", "price_changed")


def test_an_overnight_key_change_is_no_refusal_of_the_guest(qlo_hotel, shop, stay):
    row = yes(qlo_hotel, stay)
    gateway(qlo_hotel).room_types()
    shop.rotate_key("N" * 32)

    assert (look(row), row.reason) == ("placing", "")
