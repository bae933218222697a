"""The page of the PMS: what staff see of it, what they may do, and nothing of another hotel."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms import cache, pacing, sync
from pms.models import Breaker, Connection, Difference, SyncRun
from reservations import reconcile
from reservations.models import Booking
from tests.admin.conftest import told
from tests.fakes.qloapps import QloAppsDouble

PAGE = "admin:pms_status"


@pytest.fixture
def shop(monkeypatch):
    monkeypatch.setattr(pacing, "INTERVAL_S", 0.0)
    with QloAppsDouble() as double:
        yield double


@pytest.fixture
def connected(alfa, shop):
    Connection.objects.filter(hotel=alfa[Hotel]).update(
        type="qloapps", base_url=shop.base_url, base_url_trusted=True, api_key=shop.key, property_id="1"
    )
    Hotel.objects.filter(pk=alfa[Hotel].pk).update(email="alfa@hotel.example")
    cache.forget()
    return alfa[Hotel]


def page(client, hotel="alfa", **post):
    address = f"{reverse(PAGE)}?hotel={hotel}"
    return client.post(address, post, follow=True) if post else client.get(address)


def test_a_good_connection_is_told_step_by_step(connected, desk):
    response = page(desk, do="check")

    steps = response.context["steps"]
    assert [step.good for step in steps if not step.warning] == [True] * 7
    assert "The connection is good" in response.content.decode()
    assert any("General Rooms" in step.told for step in steps)


def test_what_is_doubtful_is_a_warning_and_stops_nothing(connected, desk):
    warnings = [step.told for step in page(desk, do="check").context["steps"] if step.warning]

    assert len(warnings) == 2  # http, and another currency and zone than the hotel's
    assert "http" in warnings[0] and "USD" in warnings[1]


@pytest.mark.parametrize(
    ("break_it", "word"),
    [
        (lambda shop: shop.rotate_key("N" * 32), "key"),
        (lambda shop: setattr(shop.webservice, "enabled", False), "switched off"),
        (lambda shop: shop.close(), "not connected"),
    ],
    ids=["another key", "switched off", "server down"],
)
def test_what_is_wrong_is_told_with_what_to_do(connected, desk, shop, break_it, word):
    break_it(shop)

    last = page(desk, do="check").context["steps"][-1]

    assert (last.good, last.warning) == (False, False) and word in last.told and last.advice


def test_an_address_typed_here_cannot_lead_into_the_house(connected, office):
    row = Connection.objects.get(hotel=connected)
    data = {
        "type": "qloapps", "base_url": "http://127.0.0.1:1", "api_key": "", "property_id": "1", "email_mode": "relay", "relay_address": "",
        "failures_allowed": 5, "pause_s": 30,
    }  # fmt: skip
    office.post(reverse("admin:pms_connection_change", args=[row.pk]), data)

    row.refresh_from_db()
    last = page(office, do="check").context["steps"][-1]

    assert (row.base_url, row.base_url_trusted) == ("http://127.0.0.1:1", False)
    assert not last.good and "https" in last.told


def test_the_key_of_one_pms_is_not_shown_to_another(connected, office):
    row = Connection.objects.get(hotel=connected)
    data = {
        "type": "qloapps", "base_url": "https://evil.example.com", "api_key": "", "property_id": "1", "email_mode": "relay",
        "relay_address": "", "failures_allowed": 5, "pause_s": 30,
    }  # fmt: skip
    office.post(reverse("admin:pms_connection_change", args=[row.pk]), data)

    row.refresh_from_db()
    assert (row.base_url, row.api_key) == ("https://evil.example.com", "")


def test_looks_are_asked_for_and_a_worker_does_them(connected, desk):
    assert told(page(desk, do="look")) == ["Asked. What is found appears below."]
    page(desk, do="look")  # impatient: still asked once each

    waiting = SyncRun.objects.filter(started_at__isnull=True, asked_by="lucia")
    assert waiting.count() == 4
    for pk in sync.due(10):
        reconcile.perform(pk)
    assert not SyncRun.objects.filter(hotel=connected, ended_at__isnull=True).exists()
    assert not SyncRun.objects.filter(hotel=connected, asked_by="lucia").exclude(error="").exists()


def test_a_double_is_shown_with_both_bookings(connected, desk, shop):
    start = connected.local_now().date() + dt.timedelta(days=30)
    for _ in range(2):
        shop.desk_books(1, start, start + dt.timedelta(days=2), rooms=5, force=True)
    page(desk, do="look")
    for pk in sync.due(10):
        reconcile.perform(pk)

    shown = page(desk).content.decode()

    assert Difference.objects.filter(kind="double", closed_at__isnull=True).count() == 5
    assert "One room, two bookings" in shown and "GR-101" in shown


def test_a_difference_is_closed_by_a_person(connected, desk):
    row = Difference.objects.create(
        hotel=connected, run=SyncRun.objects.filter(hotel=connected).first(), kind="price", mark="x", references=["RXALFA"],
        first_seen_at=timezone.now(), last_seen_at=timezone.now(),
    )  # fmt: skip
    desk.post(reverse("admin:pms_difference_changelist"), {"action": "close", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.closed_by == "lucia" and row.closed_at is not None


def test_trying_again_is_for_who_configures(connected, desk, office):
    Breaker.objects.create(hotel=connected, failures=5, open_until=timezone.now() + dt.timedelta(minutes=5), reason="down")

    refused = page(desk, do="retry").status_code
    still_open = Breaker.objects.get().open_until
    page(office, do="retry")

    assert (refused, still_open is None, Breaker.objects.get().open_until) == (403, False, None)


def test_nobody_sees_or_moves_another_hotels_pms(connected, bravo, desk):
    response = page(desk, "bravo", do="look")

    assert "BRAVO" not in response.content.decode()
    assert not SyncRun.objects.filter(hotel=bravo[Hotel], started_at__isnull=True).exists()


def test_the_key_is_on_no_page(connected, office, shop):
    for address in (f"{reverse(PAGE)}?hotel=alfa", reverse("admin:pms_connection_changelist"), reverse("admin:pms_exchange_changelist")):
        assert shop.key not in office.get(address).content.decode()


def test_a_booking_nobody_is_sure_of_is_settled_by_a_person(alfa, desk):
    row = Booking.objects.get(hotel=alfa[Hotel])
    Booking.objects.filter(pk=row.pk).update(state="unknown")

    desk.post(reverse("admin:reservations_booking_changelist"), {"action": "give_up", "_selected_action": [row.pk]})

    row.refresh_from_db()
    last = row.steps.last()
    assert (row.state, row.reason, last.actor) == ("rejected", "settled_by_staff", "lucia")


def test_a_confirmed_booking_is_not_given_up(alfa, desk):
    row = Booking.objects.get(hotel=alfa[Hotel])

    desk.post(reverse("admin:reservations_booking_changelist"), {"action": "give_up", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.state == "confirmed"


def test_a_look_up_is_due_now(alfa, desk):
    row = Booking.objects.get(hotel=alfa[Hotel])
    Booking.objects.filter(pk=row.pk).update(state="unknown", due_at=timezone.now() + dt.timedelta(minutes=9))

    desk.post(reverse("admin:reservations_booking_changelist"), {"action": "look_up", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.due_at <= timezone.now()
