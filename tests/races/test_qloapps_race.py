"""The last room of a QloApps, asked for by ten of our guests at once: it would sell it to all of them."""

import datetime as dt
import threading
from contextlib import nullcontext

import pytest
from django.db import connections
from django.utils import timezone

from pms import writing
from pms.adapters.qloapps import adapter
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, quoting
from reservations.models import Booking, Quote
from tests.promises import promise
from tests.races.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)
SETTLED = {"confirmed", "rejected"}
GUESTS = 10


def settle(row):
    """What the workers do until this booking has come to its end."""
    for _ in range(2000):
        row.refresh_from_db()
        if row.state in SETTLED:
            return row.state, row.reason
        Booking.objects.filter(pk=row.pk, lease_until__isnull=True).update(due_at=timezone.now())
        if not booking.advance(row.pk) or row.state == "placing":
            threading.Event().wait(0.01)
    return row.state, "never settled"


def ten_yeses(hotel, stay):
    """Ten guests with a quote each: none of them holds the room, as if it were the moment before."""
    price = quoting.offers(hotel, stay, Party(2), guest_key="nobody")[0].price

    def yes(index):
        now = timezone.now()
        quote = Quote.objects.create(
            hotel=hotel, guest_key=f"guest:{index}", check_in=stay.check_in, check_out=stay.check_out, adults=2,
            lines=[{"room_type": "1", "count": 1, "price": str(price.total)}], total=price.total, currency=price.currency,
            created_at=now, expires_at=now + quoting.VALIDITY,
        )  # fmt: skip
        guest = GuestDetails(f"Guest {'abcdefghij'[index]}", "", "+541155551234")
        try:
            return settle(booking.place(quote, booking.Booker(guest, f"guest:{index}")))
        finally:
            connections.close_all()

    return together(GUESTS, yes, workers=GUESTS)


def one_left(hotel, shop, trial):
    start = hotel.local_now().date() + dt.timedelta(days=40 + 2 * (trial % 150))
    stay = Stay(start, start + dt.timedelta(days=2))
    shop.desk_books(1, stay.check_in, stay.check_out, rooms=4)
    return stay


@promise("D3c", small=4, full=100)
@pytest.mark.timeout(0)
def test_ten_of_our_guests_confirm_the_last_room(committed_qlo_hotel, shop, size, figures):
    active, taken_away, doubles = [], 0, 0
    for trial in range(size):
        stay = one_left(committed_qlo_hotel, shop, trial)
        outcomes = ten_yeses(committed_qlo_hotel, stay)
        lines = [line for line in shop.lines if line["date_from"][:10] == stay.check_in.isoformat()]
        ours = [line for line in lines if shop.shop.find("orders", line["id_order"])["source"] != "desk"]
        active.append(sum(not line["is_cancelled"] for line in ours))
        taken_away += sum(bool(line["is_cancelled"]) for line in ours)
        doubles += len(shop.double_booked())
        assert sorted(outcomes) == [("confirmed", ""), *[("rejected", "sold_out")] * 9]

    figures |= {"trials": size, "exactly one": active.count(1), "taken away again": taken_away, "doubles": doubles}
    assert (active, taken_away, doubles) == ([1] * size, 0, 0)


def test_control_without_the_writers_lease_and_the_look_at_the_others_it_is_sold_again_and_again(committed_qlo_hotel, shop, monkeypatch):
    monkeypatch.setattr(writing, "lease", lambda *_: nullcontext(lambda: None))
    monkeypatch.setattr(adapter, "_first_before", lambda *_: None)
    shop.shop.rules.auto_cancel_share = 0.0
    shop.shop.rules.race_window_s = 1.0  # wide enough for ten that share a busy machine

    stay = one_left(committed_qlo_hotel, shop, 0)
    outcomes = ten_yeses(committed_qlo_hotel, stay)

    assert outcomes.count(("confirmed", "")) > 1 and shop.double_booked()


def test_without_the_lease_the_look_at_the_others_still_leaves_no_double(committed_qlo_hotel, shop, monkeypatch):
    """The second wall alone: losers find out and go, whatever it costs."""
    monkeypatch.setattr(writing, "lease", lambda *_: nullcontext(lambda: None))
    shop.shop.rules.race_window_s = 0.1

    stay = one_left(committed_qlo_hotel, shop, 0)
    outcomes = ten_yeses(committed_qlo_hotel, stay)

    assert outcomes.count(("confirmed", "")) <= 1 and shop.double_booked() == []
