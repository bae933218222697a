"""A late check-out: asked, shown, granted once, told to housekeeping, and bound to its day."""

import datetime as dt
from decimal import Decimal

import pytest

from conversations.models import Event, Task
from pms.models import PropertyReservation, Room
from reservations import late
from reservations.models import Booking
from tests.console.conftest import Desk, book


@pytest.fixture
def row(hotel, talk):
    return book(hotel, talk, hotel.local_now().date() + dt.timedelta(days=3))


def ask(page, row, **values):
    return page.post(f"booking/{row.reference}/late", **{"until": "14:00", "fee": "20000", **values})


def test_it_is_shown_before_it_is_granted_and_then_everybody_knows(page, row, hotel, eva):
    form = page.get(f"booking/{row.reference}/late").content.decode()
    shown = ask(page, row).content.decode()
    row.refresh_from_db()
    assert 'value="14:00"' in form and "Grant it" in shown and "20.000" in shown and row.late_until is None

    for _twice in range(2):
        done = ask(page, row, sure="1").content.decode()

    row.refresh_from_db()
    here = row.late_until.astimezone(hotel.zone)
    assert (here.date(), here.time(), row.late_fee) == (row.check_out, dt.time(14), Decimal(20000))
    assert [step.note for step in row.steps.all()] == ["late check-out until 14:00, fee 20000 ARS"]
    assert "El late check-out cuesta $ 20.000" in done and "Write it to the guest" in done
    [task] = Task.objects.all()
    assert task.text == f"{row.reference}: late check-out hasta las 14:00 ({row.guest_name})" and task.kind == "housekeeping"
    assert Event.objects.filter(type="staff_late", user=eva).count() == 2
    assert "late check-out until 14:00" in page.get("stays").content.decode()


def test_another_hour_is_the_same_task_and_no_fee_is_not_named(page, row):
    ask(page, row, sure="1")
    done = ask(page, row, sure="1", until="16:30", fee="0").content.decode()
    assert [task.text.partition("(")[0] for task in Task.objects.all()] == [f"{row.reference}: late check-out hasta las 16:30 "]
    assert "hasta las 16:30" in done and "cuesta" not in done


@pytest.mark.parametrize("wrong", [{"until": "10:00"}, {"until": "25:00"}, {"fee": "-1"}, {"fee": "gratis"}, {"until": ""}])
def test_what_cannot_be_granted_says_why(page, row, wrong):
    answer = ask(page, row, sure="1", **wrong).content.decode()
    row.refresh_from_db()
    assert row.late_until is None and 'class="trouble"' in answer and not Task.objects.exists()


def test_a_booking_that_changed_meanwhile_keeps_its_hour(page, row, hotel):
    stale = Booking.objects.get(pk=row.pk)
    Booking.objects.filter(pk=row.pk).update(check_out=row.check_out + dt.timedelta(days=1))
    assert late.grant(stale, dt.time(14), Decimal(0), actor="staff:x") is False
    Booking.objects.filter(pk=row.pk).update(state="cancelled")
    fresh = Booking.objects.get(pk=row.pk)
    assert late.grant(fresh, dt.time(14), Decimal(0), actor="staff:x") is False and not fresh.steps.exists()


def test_other_dates_end_it(row, hotel):
    assert late.grant(row, dt.time(14), Decimal(0), actor="staff:x")
    assert late.until(row).hour == 14
    row.check_out += dt.timedelta(days=2)
    assert late.until(row) is None


def test_the_next_guest_may_need_the_room(page, row, hotel):
    assert "next guest" not in ask(page, row).content.decode()
    Room.objects.filter(hotel=hotel, room_type__code="DBL").update(active=False)
    assert not PropertyReservation.objects.exists()
    assert "next guest" in ask(page, row).content.decode()


def test_a_guests_booking_of_another_is_not_reached(desk, account, row, hotel):
    from tests.console.conftest import waiting  # noqa: PLC0415

    other = Desk(desk, waiting(account, "Leo"))
    assert "no such booking" in other.get(f"booking/{row.reference}/late").content.decode()
    assert "no such booking" in ask(other, row, sure="1").content.decode()
    row.refresh_from_db()
    assert row.late_until is None
