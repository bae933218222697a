"""Our bookings beside the PMS's: what was changed there, what is missing, what is there twice."""

import datetime as dt

from django.utils import timezone

from pms import inventory, sync
from pms.adapters.embedded import EmbeddedPms
from pms.adapters.qloapps import QloApps
from pms.gateway import gateway
from pms.models import Difference, PropertyReservation, SyncRun
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, quoting, reconcile, tasks
from reservations.models import Booking
from tests.promises import promise


def confirmed(hotel, index=0, nights=2, code="1"):
    start = hotel.local_now().date() + dt.timedelta(days=40 + 3 * index)
    quote = quoting.quote(hotel, Stay(start, start + dt.timedelta(days=nights)), Party(2), code, guest_key=f"guest:{index}")
    row = booking.place(quote, booking.Booker(GuestDetails("Ana Paz", "ana@example.com", "+541155551234"), f"guest:{index}"))
    Booking.objects.filter(pk=row.pk).update(due_at=timezone.now())
    for pk in tasks.PLACING.claim(10):
        booking.advance(pk)
    row.refresh_from_db()
    assert row.state == "confirmed"
    Booking.objects.filter(pk=row.pk).update(confirmed_at=timezone.now() - dt.timedelta(hours=1))
    return row


def run(hotel, kind):
    claimed = sync.claim(hotel, kind, asked_by="test")
    reconcile.perform(claimed.pk)
    claimed.refresh_from_db()
    return claimed


def order_of(shop, row):
    return int(row.pms_id)


def found():
    return sorted((row.kind, *row.references) for row in Difference.objects.filter(closed_at__isnull=True))


class TestChangesElsewhere:
    def test_a_booking_cancelled_at_the_desk_is_cancelled_here(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)
        shop.desk_cancels(order_of(shop, row))

        told = run(qlo_hotel, "changes")

        row.refresh_from_db()
        assert (row.state, told.found, told.error) == ("cancelled", 1, "")
        assert [(step.to_state, step.actor) for step in row.steps.all()][-1] == ("cancelled", "sync")
        assert [(one.kind, one.closed_by) for one in Difference.objects.all()] == [("cancelled", "adopted")]

    def test_a_booking_moved_at_the_desk_is_moved_here(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)
        line = next(one for one in shop.lines if one["id_order"] == order_of(shop, row))
        new = (row.check_out + dt.timedelta(days=5)).isoformat()
        shop.shop._change("room_bookings", line["id"], date_from=f"{row.check_out.isoformat()} 00:00:00", date_to=f"{new} 00:00:00")
        shop.shop._change("orders", order_of(shop, row), date_upd=shop.shop.local_now())

        run(qlo_hotel, "changes")

        before = row.check_out
        row.refresh_from_db()
        assert (row.check_in, row.check_out.isoformat(), row.state) == (before, new, "confirmed")

    def test_what_nobody_changed_stays(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)

        told = run(qlo_hotel, "changes")

        assert (told.found, told.seen, row.steps.count()) == (0, 1, 3)

    def test_a_repeat_that_met_its_first_try_is_reported(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)
        shop.desk_books(1, row.check_in, row.check_out, source=row.reference)

        run(qlo_hotel, "changes")

        assert found() == [("twice", row.reference)]

    def test_a_booking_that_came_when_nobody_waited_is_reported(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)
        Booking.objects.filter(pk=row.pk).update(state="rejected")

        run(qlo_hotel, "changes")

        assert found() == [("revived", row.reference)]

    def test_an_old_picture_is_not_written_over_a_new_change(self, qlo_hotel, shop, monkeypatch):
        row = confirmed(qlo_hotel)
        real = QloApps.changed_since

        def meanwhile(self, moment):
            told = real(self, moment)
            later = Stay(row.check_in + dt.timedelta(days=9), row.check_out + dt.timedelta(days=9))
            quote = quoting.quote(qlo_hotel, later, Party(2), "1", guest_key="guest:0", replacing=row.reference)
            booking.change(row, quote, actor="guest")
            Booking.objects.update(due_at=timezone.now())
            booking.advance(row.pk)
            return told

        monkeypatch.setattr(QloApps, "changed_since", meanwhile)
        before = row.check_in
        run(qlo_hotel, "changes")
        monkeypatch.undo()
        run(qlo_hotel, "changes")

        row.refresh_from_db()
        assert (row.check_in, found()) == (before + dt.timedelta(days=9), [])

    def test_a_pms_that_is_away_is_an_error_in_the_row(self, qlo_hotel, shop):
        gateway(qlo_hotel).room_types()
        shop.fault("html", times=9)

        told = run(qlo_hotel, "changes")

        assert told.ended_at and told.error.startswith("Unavailable")


class TestReconciliation:
    def test_nothing_differs(self, qlo_hotel, shop):
        for index in range(3):
            confirmed(qlo_hotel, index)

        told = run(qlo_hotel, "reconciliation")

        assert (told.seen, told.found, found()) == (3, 0, [])

    @promise("D14")
    def test_twenty_planted_differences(self, qlo_hotel, shop, figures):
        rows = [confirmed(qlo_hotel, index) for index in range(26)]
        expected = []
        for row in rows[:5]:
            shop.desk_cancels(order_of(shop, row))
            expected.append(("cancelled", row.reference))
        for row in rows[5:9]:
            line = next(one for one in shop.lines if one["id_order"] == order_of(shop, row))
            shop.shop._change("room_bookings", line["id"], date_to=f"{(row.check_out + dt.timedelta(days=1)).isoformat()} 00:00:00")
            expected.append(("dates", row.reference))
        for row in rows[9:12]:
            shop.shop._change("orders", order_of(shop, row), total_paid_tax_incl=row.total + 100)
            expected.append(("price", row.reference))
        for row in rows[12:14]:
            line = next(one for one in shop.lines if one["id_order"] == order_of(shop, row))
            shop.shop._change("room_bookings", line["id"], id_product=2, id_room=6)
            expected.append(("rooms", row.reference))
        for row in rows[14:16]:
            Booking.objects.filter(pk=row.pk).update(reference=f"RXZZZ{row.pk % 10}{row.pk % 9}Z", pms_id="999999")
            row.refresh_from_db()
        for row in rows[16:18]:
            Booking.objects.filter(pk=row.pk).update(state="cancelled")
            expected.append(("revived", row.reference))
        for row in rows[18:20]:
            shop.desk_books(1, row.check_in, row.check_out, source=row.reference)
            expected.append(("twice", row.reference))

        told = run(qlo_hotel, "reconciliation")

        # A booking whose reference nobody knows is missing there, and unknown here.
        missing = [one for one in found() if one[0] == "missing"]
        unknown = [one for one in found() if one[0] == "unknown"]
        rest = [one for one in found() if one[0] not in {"missing", "unknown"}]
        figures |= {"planted": 20, "reported": len(rest) + len(missing), "false": len(set(rest) - set(expected))}
        assert (sorted(rest), len(missing), len(unknown)) == (sorted(expected), 2, 2)
        assert told.found == len(found())

    def test_a_difference_is_closed_when_it_is_gone_and_not_reported_twice(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)
        shop.shop._change("orders", order_of(shop, row), total_paid_tax_incl=row.total + 100)
        run(qlo_hotel, "reconciliation")
        run(qlo_hotel, "reconciliation")
        open_rows = list(Difference.objects.filter(closed_at__isnull=True))
        shop.shop._change("orders", order_of(shop, row), total_paid_tax_incl=row.total)

        run(qlo_hotel, "reconciliation")

        assert len(open_rows) == 1 and open_rows[0].last_seen_at > open_rows[0].first_seen_at
        assert Difference.objects.get().closed_by == "not seen any more"

    def test_a_booking_on_its_way_is_no_difference(self, qlo_hotel, shop):
        row = confirmed(qlo_hotel)
        Booking.objects.filter(pk=row.pk).update(state="placing")

        assert run(qlo_hotel, "reconciliation").found == 0

    def test_the_embedded_pms_is_compared_as_well(self, hotel):
        row = confirmed(hotel, code="DBL")
        theirs = PropertyReservation.objects.get(reference=row.reference)
        with inventory.locked(hotel):
            theirs.state = "cancelled"
            theirs.save()
            inventory.release(theirs)

        run(hotel, "reconciliation")

        assert found() == [("cancelled", row.reference)]


class TestSchedule:
    def test_each_look_is_due_in_its_time_and_claimed_once(self, qlo_hotel, shop):
        first, second = sync.due(10), sync.due(10)

        kinds = set(SyncRun.objects.filter(pk__in=first).values_list("kind", flat=True))
        assert {"rooms", "changes", "doubles"} <= kinds and second == []

    def test_doubles_are_looked_for_again_within_a_minute(self, qlo_hotel, shop):
        run(qlo_hotel, "doubles")
        SyncRun.objects.update(started_at=timezone.now() - dt.timedelta(seconds=41))

        assert "doubles" in set(SyncRun.objects.filter(pk__in=sync.due(10)).values_list("kind", flat=True))

    def test_the_night_comes_once_a_night(self, qlo_hotel, shop, time_machine):
        morning = qlo_hotel.local_now().replace(hour=5)
        time_machine.move_to(morning)
        run(qlo_hotel, "reconciliation")

        same_day = "reconciliation" in _claimed()
        time_machine.move_to(morning + dt.timedelta(days=1))

        assert (same_day, "reconciliation" in _claimed()) == (False, True)

    def test_a_night_that_failed_is_tried_again(self, qlo_hotel, shop, time_machine):
        time_machine.move_to(qlo_hotel.local_now().replace(hour=4, minute=1))
        gateway(qlo_hotel).room_types()
        shop.fault("html", times=9)
        run(qlo_hotel, "reconciliation")
        shop.clear_faults()
        at_once = "reconciliation" in _claimed()
        time_machine.move_to(qlo_hotel.local_now() + dt.timedelta(minutes=16))

        assert (at_once, "reconciliation" in _claimed()) == (False, True)

    def test_two_that_were_asked_for_do_not_run_together(self, qlo_hotel, shop):
        sync.ask(qlo_hotel, "doubles", asked_by="lucia")
        first = sync.claim(qlo_hotel, "doubles", asked_by="test")

        assert first.pk not in sync.due(10) and SyncRun.objects.filter(kind="doubles", started_at__isnull=True).count() == 1

    def test_a_run_that_died_does_not_stop_the_next_for_ever(self, qlo_hotel, shop):
        sync.claim(qlo_hotel, "doubles", asked_by="test")
        while_it_runs = sync.claim(qlo_hotel, "doubles", asked_by="test")
        SyncRun.objects.update(started_at=timezone.now() - dt.timedelta(minutes=4))

        assert while_it_runs is None and sync.claim(qlo_hotel, "doubles", asked_by="test") is not None

    def test_the_embedded_pms_is_looked_at_when_somebody_changed_something(self, hotel):
        before = sync.due(10)
        row = confirmed(hotel, code="DBL")
        EmbeddedPms(hotel).cancel(row.reference)  # the desk, in the back office
        for pk in sync.due(10):
            reconcile.perform(pk)

        row.refresh_from_db()
        assert (before, row.state, sync.due(10)) == ([], "cancelled", [])


def _claimed():
    return set(SyncRun.objects.filter(pk__in=sync.due(10)).values_list("kind", flat=True))
