"""The way out to a PMS: breaker, pace, addresses, garbage, and what is kept of it. Always with the real client."""

import datetime as dt
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from pms import breaker, cache, line, pacing, sync
from pms.errors import AuthFailed, LeftAlone, OutcomeUnknown, Unavailable
from pms.gateway import gateway
from pms.models import Breaker, Connection, Exchange, Writer
from pms.terms import Party, Stay
from tests.promises import promise

COUPLE = Party(2)


@pytest.fixture
def stay(hotel):
    return in_forty_days(hotel)


def in_forty_days(hotel):
    start = hotel.local_now().date() + dt.timedelta(days=40)
    return Stay(start, start + dt.timedelta(days=2))


def later(stay, days):
    return Stay(stay.check_in + dt.timedelta(days=days), stay.check_out + dt.timedelta(days=days))


def known(hotel):
    """Everything that is read once an hour has been read."""
    gateway(hotel).room_types()


def asked(shop, resource="hotel_ari"):
    return sum(f"/api/{resource}" in record.path for record in shop.requests)


class TestBreaker:
    @promise("E1")
    def test_five_failures_open_it_and_one_look_closes_it(self, qlo_hotel, shop, stay, monkeypatch):
        known(qlo_hotel)
        monkeypatch.setattr(line, "RETRY_WITHIN_S", -1)
        shop.fault("status", status=500, body="", content_type="text/html", resource="hotel_ari", times=99)
        for _ in range(5):
            with pytest.raises(Unavailable):
                gateway(qlo_hotel).port.availability(stay, COUPLE)
        state_after, asked_after = breaker.state(qlo_hotel.pk)[0], asked(shop)

        with pytest.raises(LeftAlone):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert (state_after, asked_after, asked(shop)) == ("open", 5, 5)
        shop.clear_faults()
        Breaker.objects.update(open_until=timezone.now())
        assert breaker.state(qlo_hotel.pk)[0] == "half-open"
        assert gateway(qlo_hotel).port.availability(stay, COUPLE)
        assert breaker.state(qlo_hotel.pk)[0] == "closed"

    def test_four_failures_and_an_answer_begin_anew(self, qlo_hotel, shop, stay, monkeypatch):
        known(qlo_hotel)
        monkeypatch.setattr(line, "RETRY_WITHIN_S", -1)
        for _ in range(2):
            shop.fault("html", resource="hotel_ari", times=4)
            for _ in range(4):
                with pytest.raises(Unavailable):
                    gateway(qlo_hotel).port.availability(stay, COUPLE)
            assert gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert breaker.state(qlo_hotel.pk)[0] == "closed"

    def test_a_failed_look_opens_it_again(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        Breaker.objects.create(hotel=qlo_hotel, failures=5, open_until=timezone.now())
        shop.fault("empty", resource="hotel_ari", times=9)

        with pytest.raises(Unavailable):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert breaker.state(qlo_hotel.pk)[0] == "open"

    @pytest.mark.django_db(transaction=True)
    def test_half_open_lets_one_through_whoever_asks(self, committed_qlo_hotel, shop, monkeypatch):
        hotel = committed_qlo_hotel
        stay = in_forty_days(hotel)
        monkeypatch.setattr(line, "RETRY_WITHIN_S", -1)
        known(hotel)
        Breaker.objects.create(hotel=hotel, failures=5, open_until=timezone.now())
        shop.fault("hang", resource="hotel_ari", times=1)
        gate = threading.Barrier(8)

        def look(_index):
            gate.wait(10)
            try:
                gateway(hotel).port.availability(stay, COUPLE)
                return "answered"
            except (LeftAlone, Unavailable) as error:
                return type(error).__name__
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            looks = [pool.submit(look, index) for index in range(8)]
            left_alone = [one for one in looks if _result(one, 10) == "LeftAlone"]
            shop.release()
            told = sorted(one.result(30) for one in looks)

        # The line of the one that was let through is cut in the end.
        assert (len(left_alone), told, asked(shop)) == (7, [*["LeftAlone"] * 7, "Unavailable"], 1)

    @promise("E6")
    def test_a_refused_key_is_shown_once_a_minute(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        shop.rotate_key("N" * 32)

        with pytest.raises(AuthFailed):
            gateway(qlo_hotel).port.availability(stay, COUPLE)
        for _ in range(20):
            with pytest.raises(LeftAlone):
                gateway(qlo_hotel).port.availability(stay, COUPLE)

        row = Breaker.objects.get(hotel=qlo_hotel)
        assert asked(shop) == 1
        assert row.open_until - row.failed_at >= dt.timedelta(seconds=59)
        assert "key" in row.reason

    @promise("E1")
    def test_the_metric_tells_its_state(self, qlo_hotel, shop, stay):
        told = {}
        for name, values in {"closed": None, "open": timezone.now() + dt.timedelta(minutes=1), "half-open": timezone.now()}.items():
            Breaker.objects.update_or_create(hotel=qlo_hotel, defaults={"failures": 5, "open_until": values})
            told[name] = {gauge[0]: gauge[3] for gauge in sync.gauges()}["pms_circuit_breaker_state"]

        assert told == {"closed": 0, "open": 1, "half-open": 2}

    def test_another_hotels_pms_goes_on(self, qlo_hotel, shop, stay, db):
        from tests.contracts.bench import Hotel

        other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="USD", email="otro@example.com")
        Connection.objects.create(
            hotel=other, type="qloapps", base_url=shop.base_url, base_url_trusted=True, api_key=shop.key, property_id="1"
        )
        Breaker.objects.create(hotel=qlo_hotel, failures=5, open_until=timezone.now() + dt.timedelta(minutes=5))

        assert gateway(other).port.availability(stay, COUPLE)


def _result(future, timeout_s):
    try:
        return future.result(timeout_s if future.done() else 3)
    except TimeoutError:
        return "waiting"


class TestPace:
    @promise("E4", small=40, full=400)
    @pytest.mark.django_db(transaction=True)
    def test_no_window_holds_more_than_the_pace(self, committed_hotel, monkeypatch, size, figures):
        """A minute is a second here; whoever asks shares one row."""
        monkeypatch.setattr(pacing, "INTERVAL_S", 1 / (pacing.A_MINUTE - pacing.BURST))
        passed = []

        def ask(_index):
            try:
                for _ in range(size):
                    pacing.wait(committed_hotel.pk, patience_s=60)
                    passed.append(time.monotonic())
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(4)))

        ordered = sorted(passed)
        most = max(sum(start <= at < start + 1 for at in ordered) for start in ordered)
        figures |= {"requests": len(ordered), "most in one window": most}
        assert len(ordered) == 4 * size
        assert most <= pacing.A_MINUTE + 2  # a thread may be late out of its sleep

    def test_who_would_wait_too_long_is_told_at_once_and_takes_no_place(self, hotel, monkeypatch):
        for _ in range(pacing.BURST + 3):
            pacing.wait(hotel.pk, patience_s=30) if _ < pacing.BURST else None
        started = time.monotonic()
        with pytest.raises(Unavailable):
            pacing.wait(hotel.pk, patience_s=0.2)

        assert time.monotonic() - started < 0.2


class TestGarbage:
    """E3: whatever comes back, nobody is offered a room that is not there, and nothing crashes."""

    FAULTS = {
        "a login page": ("html", {}),
        "nothing": ("empty", {}),
        "text": ("text", {"body": "Fatal error"}),
        "half a body": ("truncated", {"closed": False}),
        "half a body and a cut": ("truncated", {}),
        "an error page of a proxy": ("status", {"status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"}),
        "too many requests": ("status", {"status": 429, "body": "slow down", "content_type": "text/plain"}),
        "a cut line": ("hang_up", {}),
        "a list": ("status", {"status": 200, "body": "[1, 2]", "content_type": "application/json"}),
        "a number": ("status", {"status": 200, "body": "7", "content_type": "application/json"}),
        "a deep nest": ("status", {"status": 200, "body": "[" * 100_000, "content_type": "application/json"}),
        "an XML bomb": (
            "status",
            {"status": 200, "body": "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><qloapps>&a;</qloapps>", "content_type": "text/xml"},
        ),
        "no latin letters": ("status", {"status": 200, "body": '{"hotel_ari": "\\ud800"}', "content_type": "application/json"}),
    }

    @promise("E3")
    @pytest.mark.parametrize("name", FAULTS)
    def test_no_answer_at_all(self, qlo_hotel, shop, stay, name):
        known(qlo_hotel)
        kind, details = self.FAULTS[name]
        shop.fault(kind, resource="hotel_ari", times=2, **details)

        with pytest.raises(Unavailable):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert Breaker.objects.get(hotel=qlo_hotel).failures >= 1

    @promise("E3")
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda row: row.update(total_price=-row["total_price"]),
            lambda row: row.update(total_price_with_tax=-1),
            lambda row: row.update(total_price=row["total_price"] * 100, total_price_with_tax=row["total_price_with_tax"] * 100),
            lambda row: row.update(total_price="NaN"),
            lambda row: row.update(total_price=None),
            lambda row: row.update(total_price_with_tax=row["total_price"] * 5),
            lambda row: row.update(id_room_type="<1>"),
            lambda row: row.update(id_room_type=2),
            lambda row: row.update(total_price=10**30, total_price_with_tax=10**30),
        ],
        ids=["negative", "negative with tax", "in cents", "not a number", "none", "tax beyond belief", "markup", "twice", "huge"],
    )
    def test_an_answer_that_cannot_be(self, qlo_hotel, shop, stay, spoil):
        known(qlo_hotel)
        true = gateway(qlo_hotel).port.api.ari(
            [("id_hotel", "1"), ("date_from", stay.check_in.isoformat()), ("date_to", stay.check_out.isoformat())]
        )
        spoil(true["room_types"][0])
        body = json.dumps({"hotel_ari": true})
        shop.fault("status", status=200, body=body, content_type="application/json", resource="hotel_ari", times=2)

        offered = {offer.room_type.code for offer in gateway(qlo_hotel).port.availability(stay, COUPLE) if offer.bookable}

        assert "1" not in offered and {"3", "4"} <= offered  # one strange row does not close the house

    @promise("E3")
    def test_a_flood_is_cut_off(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        shop.fault("flood", resource="hotel_ari", times=2, size_bytes=200 * 1024 * 1024)

        with pytest.raises(Unavailable):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert all(row.answer_bytes <= line.ANSWER_LIMIT for row in Exchange.objects.all())

    def test_nothing_but_nonsense_is_no_answer(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        body = json.dumps({"hotel_ari": {"room_types": [{"id_room_type": 1, "total_price": -5, "total_price_with_tax": -5}]}})
        shop.fault("status", status=200, body=body, content_type="application/json", resource="hotel_ari")

        with pytest.raises(Unavailable):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

    def test_an_unknown_hotel_has_nothing_to_offer(self, qlo_hotel, shop, stay):
        Connection.objects.update(property_id="77")
        cache.forget(qlo_hotel.pk)

        assert gateway(qlo_hotel).port.availability(stay, COUPLE) == []

    def test_a_shop_with_another_domain_is_a_matter_for_people(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        shop.fault("redirect", resource="hotel_ari")

        with pytest.raises(AuthFailed, match="shop domain"):
            gateway(qlo_hotel).port.availability(stay, COUPLE)


class TestSlow:
    def test_a_pms_that_does_not_answer_is_not_waited_for_for_ever(self, qlo_hotel, shop, stay, monkeypatch):
        known(qlo_hotel)
        monkeypatch.setattr(line, "READ_S", 0.3)
        shop.fault("hang", resource="hotel_ari", times=2)
        started = time.monotonic()

        with pytest.raises(Unavailable):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert time.monotonic() - started < 5
        shop.release()


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["http://hotel.example", "https://127.0.0.1", "https://10.1.2.3/", "https://[::1]/", "ftp://x", "https://"]
    )
    def test_nobody_is_sent_into_the_house_by_the_admin(self, url):
        with pytest.raises((AuthFailed, Unavailable)):
            line.check_address(url, trusted=False)

    def test_the_operator_may(self):
        line.check_address("http://127.0.0.1:8480", trusted=True)

    def test_an_address_typed_in_the_admin_is_not_trusted_and_nothing_is_sent(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        Connection.objects.update(base_url_trusted=False)
        before = len(shop.requests)

        with pytest.raises(AuthFailed):
            gateway(qlo_hotel).port.availability(stay, COUPLE)

        assert len(shop.requests) == before


class TestCache:
    @promise("E5")
    def test_an_answer_is_asked_for_once_and_a_write_of_ours_makes_it_old(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        first, second = gateway(qlo_hotel).availability(stay, COUPLE), gateway(qlo_hotel).availability(stay, COUPLE)
        asked_before = asked(shop)
        cache.outdate(qlo_hotel.pk)
        gateway(qlo_hotel).availability(stay, COUPLE)

        assert first == second and all(offer.as_of is None for offer in first)
        assert (asked_before, asked(shop)) == (1, 2)

    @promise("E5")
    def test_one_hotels_answer_is_never_anothers(self, qlo_hotel, shop, stay):
        keys = []
        from django.core.cache import cache as store

        real = store.set
        try:
            store.set = lambda key, *args, **kwargs: (keys.append(key), real(key, *args, **kwargs))
            gateway(qlo_hotel).availability(stay, COUPLE)
        finally:
            del store.set

        assert keys and all(key.startswith(f"pms:{qlo_hotel.pk}:") for key in keys)

    @promise("E5")
    def test_only_an_open_breaker_lets_an_old_answer_stand_in_and_it_says_so(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        fresh = gateway(qlo_hotel).availability(stay, COUPLE)
        cache.outdate(qlo_hotel.pk)
        shop.fault("html", resource="hotel_ari", times=2)
        with pytest.raises(Unavailable):
            gateway(qlo_hotel).availability(stay, COUPLE)
        Breaker.objects.update_or_create(
            hotel=qlo_hotel, defaults={"failures": 5, "open_until": timezone.now() + dt.timedelta(minutes=1), "reason": "down"}
        )

        old = gateway(qlo_hotel).availability(stay, COUPLE)

        assert [offer.price for offer in old] == [offer.price for offer in fresh]
        assert all(timezone.now() - offer.as_of < dt.timedelta(minutes=1) for offer in old)
        with pytest.raises(LeftAlone):
            gateway(qlo_hotel).availability(later(stay, 30), COUPLE)

    def test_what_is_booked_is_read_anew(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        before = {offer.room_type.code: offer.free for offer in gateway(qlo_hotel).availability(stay, COUPLE)}
        shop.desk_books(1, stay.check_in, stay.check_out)

        assert {offer.room_type.code: offer.free for offer in gateway(qlo_hotel).availability(stay, COUPLE)} == before
        assert gateway(qlo_hotel).quote(stay, COUPLE, "1").free == before["1"] - 1


class TestRecords:
    def test_every_request_is_a_row_without_a_word_of_the_guest(self, qlo_hotel, shop, stay):
        from tests.contracts.bench import Bench

        bench = Bench(qlo_hotel, stay.check_in, stay.check_in + dt.timedelta(days=30))
        wish, _told = bench.book(stay)

        rows = list(Exchange.objects.filter(hotel=qlo_hotel))
        told = " ".join(str(value) for row in rows for value in vars(row).values())
        assert len(rows) == len(shop.requests)
        assert {row.reference for row in rows} == {"", wish.reference}
        assert "Prueba" not in told and "example.com" not in told and shop.key not in told and "5555" not in told
        post = next(row for row in rows if row.method == "POST" and row.resource == "api/bookings")
        assert (post.status, post.result, len(post.request_digest), len(post.answer_digest)) == (200, "ok", 16, 16)

    def test_old_ones_are_thrown_away(self, qlo_hotel, shop, stay):
        known(qlo_hotel)
        Exchange.objects.update(at=timezone.now() - dt.timedelta(days=15))
        gateway(qlo_hotel).port.availability(stay, COUPLE)

        sync.clean_up()

        assert Exchange.objects.count() == 1


class TestWriter:
    def test_one_at_a_time(self, hotel):
        from pms import writing
        from pms.errors import Busy

        with writing.lease(hotel.pk, "RXONE"):
            with pytest.raises(Busy), writing.lease(hotel.pk, "RXTWO"):
                pass
        with writing.lease(hotel.pk, "RXTWO"):
            pass

    def test_whoever_lost_it_stops_before_the_request_leaves(self, qlo_hotel, shop, stay):
        from pms import writing
        from tests.contracts.bench import Bench

        bench = Bench(qlo_hotel, stay.check_in, stay.check_in + dt.timedelta(days=30))
        wish = bench.wish(stay)
        port = bench.port
        with writing.lease(qlo_hotel.pk, "RXSLEEPY") as check:
            Writer.objects.update(lease_until=timezone.now())  # it slept too long
            with writing.lease(qlo_hotel.pk, "RXAWAKE"):
                port.before_write = check
                with pytest.raises(writing.Busy):
                    port.create(wish)

        assert shop.orders == []

    def test_the_same_booking_taken_up_by_another_worker_takes_the_lease_along(self, hotel):
        from pms import writing

        with writing.lease(hotel.pk, "RXONE") as dead:
            with writing.lease(hotel.pk, "RXONE") as alive:
                alive()
                with pytest.raises(writing.Busy):
                    dead()

    def test_a_lease_lasts_180_seconds_and_is_renewed(self, hotel):
        from pms import writing

        with writing.lease(hotel.pk, "RXONE"):
            Writer.objects.update(lease_until=timezone.now() + dt.timedelta(seconds=20))
            writing.renew()
            left = Writer.objects.get().lease_until - timezone.now()

        assert dt.timedelta(seconds=170) < left <= dt.timedelta(seconds=180)


def test_a_write_without_an_answer_is_unknown_and_never_repeated(qlo_hotel, shop, stay, monkeypatch):
    from tests.contracts.bench import Bench

    bench = Bench(qlo_hotel, stay.check_in, stay.check_in + dt.timedelta(days=30))
    wish = bench.wish(stay)
    monkeypatch.setattr(line, "WRITE_S", 0.3)
    shop.fault("hang", method="POST", resource="bookings", commits=False)

    with pytest.raises(OutcomeUnknown):
        bench.gateway.create(wish)

    assert sum(record.method == "POST" and "/api/bookings" in record.path for record in shop.requests) == 1
    shop.release()
