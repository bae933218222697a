"""The adapter against a QloApps that lies: what it believes, what it undoes, what it never sends."""

import datetime as dt
from dataclasses import replace

import pytest

from pms import sync
from pms.adapters.qloapps import adapter, people
from pms.adapters.qloapps.adapter import QloApps
from pms.errors import OutcomeUnknown, PriceChanged, Rejected, SoldOut, Unavailable
from pms.models import Connection, Difference
from pms.terms import GuestDetails, Stay
from tests.contracts.bench import Bench
from tests.fakes.qloapps import QloAppsDouble
from tests.promises import promise


@pytest.fixture
def bench(qlo_hotel):
    first = qlo_hotel.local_now().date() + dt.timedelta(days=40)
    return Bench(qlo_hotel, first, first + dt.timedelta(days=300))


def posts(shop):
    return sum(record.method == "POST" and "/api/bookings" in record.path for record in shop.requests)


def last_room(bench, shop):
    """Nights with one room left of the first type."""
    stay = bench.stay()
    shop.desk_books(int(bench.code), stay.check_in, stay.check_out, rooms=bench.free(stay) - 1)
    return stay


def ours(shop, wish):
    return [order for order in shop.orders if order["source"] == wish.reference]


class TestLostAnswers:
    @promise("D3b")
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "status", "status": 500, "body": "", "content_type": "text/html"},
            {
                "kind": "status",
                "status": 500,
                "body": '{"errors":[{"code":3,"message":"[PHP Warning]"}]}',
                "content_type": "application/json",
            },
            {"kind": "text", "body": "Notice: something"},
            {"kind": "empty"},
            {"kind": "status", "status": 200, "body": '{"booking":{}}', "content_type": "application/json"},
        ],
        ids=["500 without a word", "a leaked notice", "200 with text", "200 with nothing", "a booking without a number"],
    )
    def test_an_answer_that_says_nothing_and_a_booking_that_was_made(self, bench, shop, fault):
        stay = bench.stay()
        wish = bench.wish(stay)
        shop.fault(fault.pop("kind"), method="POST", resource="bookings", commits=True, **fault)

        told = bench.gateway.create(wish)

        assert (told.state, posts(shop), len(ours(shop, wish))) == ("confirmed", 1, 1)

    @promise("D3b")
    def test_a_line_that_was_cut_and_a_booking_that_was_made(self, bench, shop):
        wish = bench.wish(bench.stay())
        shop.fault("hang_up", method="POST", resource="bookings", commits=True)
        with pytest.raises(OutcomeUnknown):
            bench.gateway.create(wish)

        settled = bench.gateway.settle(wish)

        assert (settled.state, posts(shop), len(ours(shop, wish))) == ("confirmed", 1, 1)

    @promise("D3b")
    def test_a_booking_that_comes_late_is_found_then(self, bench, shop):
        wish = bench.wish(bench.stay())
        shop.fault("late", method="POST", resource="bookings")
        with pytest.raises(OutcomeUnknown):
            bench.gateway.create(wish)
        before = bench.gateway.settle(wish)
        shop.release()

        assert (before, bench.gateway.settle(wish).state, posts(shop)) == (None, "confirmed", 1)

    @promise("D3b")
    def test_the_same_request_arrived_twice_and_one_stays(self, bench, shop):
        stay = bench.stay()
        before, wish = bench.free(stay), bench.wish(stay)
        shop.fault("late", method="POST", resource="bookings")
        with pytest.raises(OutcomeUnknown):
            bench.gateway.create(wish)
        bench.gateway.create(wish)  # a repeat, too early: the first one is still on its way
        shop.release()
        twice = len(shop.active_lines(date_from=stay.check_in, date_to=stay.check_out))

        settled = bench.gateway.settle(wish)

        assert (twice, settled.state, bench.free(stay)) == (2, "confirmed", before - 1)

    def test_control_without_the_look_a_lost_answer_is_a_lost_booking(self, bench, shop, monkeypatch):
        monkeypatch.setattr(QloApps, "_settled", lambda *_: (_ for _ in ()).throw(OutcomeUnknown("nobody looked")))
        wish = bench.wish(bench.stay())
        shop.fault("empty", method="POST", resource="bookings", commits=True)

        with pytest.raises(OutcomeUnknown):
            bench.gateway.create(wish)

        assert len(ours(shop, wish)) == 1

    def test_a_request_that_was_refused_made_nothing(self, bench, shop):
        wish = bench.wish(bench.stay())
        shop.fault("status", status=400, body='{"errors":[{"code":404,"message":"Please provide a valid phone number."}]}',
                   content_type="application/json", method="POST", resource="bookings")  # fmt: skip

        with pytest.raises(Rejected, match="phone"):
            bench.gateway.create(wish)

    def test_the_read_back_fails_and_nobody_is_told_booked(self, bench, shop):
        wish = bench.wish(bench.stay())
        shop.on("bookings.inserted", lambda _request: shop.fault("html", method="GET", resource="orders"))

        with pytest.raises(OutcomeUnknown):
            bench.gateway.create(wish)
        assert bench.gateway.settle(wish).state == "confirmed"


class TestRivals:
    @promise("D3d", small=20, full=100)
    def test_the_desk_took_the_room_in_the_same_moment(self, bench, shop, size, figures):
        """The rival was first by a line: we lose and take our order back, and the guest is told before they hear "confirmed"."""
        sold_out = 0
        stay = last_room(bench, shop)
        for _trial in range(size):
            rival = []
            wish = bench.wish(stay)
            shop.on("bookings.checked", lambda _request, rival=rival: rival.append(shop.desk_books(1, stay.check_in, stay.check_out)))
            with pytest.raises(SoldOut):
                bench.gateway.create(wish)
            sold_out += 1
            assert rival and ours(shop, wish)[0]["current_state"] == 4
            assert not [line for line in shop.active_lines() if line["id_order"] == ours(shop, wish)[0]["id"]]
            assert shop.double_booked() == []
            shop.desk_cancels(rival[0])
        figures["told before they were confirmed"] = f"{sold_out} of {size}"

    def test_control_without_the_look_at_the_others_the_room_is_sold_twice(self, bench, monkeypatch):
        monkeypatch.setattr(adapter, "_first_before", lambda *_: None)
        shops = []
        for seed in range(12):
            with QloAppsDouble(seed=seed, auto_cancel_share=0.0) as shop:
                Connection.objects.update(base_url=shop.base_url)
                bench = replace(bench, made=[])
                stay = last_room(bench, shop)
                shop.on("bookings.checked", lambda _request, shop=shop, stay=stay: shop.desk_books(1, stay.check_in, stay.check_out))
                bench.gateway.create(bench.wish(stay))
                shops.append(len(shop.double_booked()))

        assert sum(shops) > 0

    @promise("D3d", small=20, full=100)
    def test_a_rival_that_comes_after_is_found_by_the_scan(self, bench, shop, size, figures):
        """The room is ours by a line, and somebody else has it too: staff hear of both bookings."""
        found = 0
        for _trial in range(size):
            stay = bench.stay(rooms=1)
            wish, _told = bench.book(stay)
            room = next(line for line in shop.active_lines(date_from=stay.check_in, date_to=stay.check_out))
            left = bench.free(stay)
            if left:
                shop.desk_books(1, stay.check_in, stay.check_out, rooms=left)
            other = shop.desk_books(room["id_product"], stay.check_in, stay.check_out, force=True)
            run = sync.claim(bench.hotel, sync.Kind.DOUBLES, asked_by="test")
            sync.doubles(run)
            rows = Difference.objects.filter(kind="double", closed_at__isnull=True)
            assert rows.count() == len(shop.double_booked()) == 1
            found += any(wish.reference in row.references for row in rows) or len(shop.double_booked())
            shop.desk_cancels(other)
            bench.sweep()
            sync.doubles(sync.claim(bench.hotel, sync.Kind.DOUBLES, asked_by="test"))
            assert not Difference.objects.filter(kind="double", closed_at__isnull=True).exists()
            bench._day = stay.check_out
        figures["found"] = f"{found} of {size}"
        assert found == size

    @promise("D6")
    def test_a_200_for_a_room_that_was_taken_away_again(self, bench, unpaced):
        with QloAppsDouble(auto_cancel_share=1.0) as shop:
            Connection.objects.update(base_url=shop.base_url)
            stay = last_room(bench, shop)
            wish = bench.wish(stay)
            shop.on("bookings.checked", lambda _request: shop.desk_books(1, stay.check_in, stay.check_out))

            with pytest.raises(SoldOut):
                bench.gateway.create(wish)

            lines = [line for line in shop.lines if line["id_order"] == ours(shop, wish)[0]["id"]]
            assert lines and all(line["is_cancelled"] for line in lines)
            assert [record.status for record in shop.requests if "/api/bookings" in record.path] == [200]

    @promise("D6")
    @pytest.mark.parametrize("state", [7, 11, 12])
    def test_an_order_that_stands_as_overbooked(self, bench, shop, state):
        wish = bench.wish(bench.stay())
        shop.on("bookings.inserted", lambda _request: shop.shop._change("orders", shop.orders[-1]["id"], current_state=state))

        with pytest.raises(SoldOut):
            bench.gateway.create(wish)

        assert not [line for line in shop.active_lines() if line["id_order"] == ours(shop, wish)[0]["id"]]

    @promise("D12b")
    def test_one_of_two_rooms_was_lost_and_both_are_given_back(self, bench, shop):
        stay = bench.stay(rooms=2)
        shop.desk_books(1, stay.check_in, stay.check_out, rooms=bench.free(stay) - 2)
        wish = bench.wish(stay, codes=["1", "1"])
        shop.on("bookings.checked", lambda _request: shop.desk_books(1, stay.check_in, stay.check_out))

        with pytest.raises(SoldOut):
            bench.gateway.create(wish)

        assert bench.free(stay) == 1
        assert not [line for line in shop.active_lines() if line["id_order"] == ours(shop, wish)[0]["id"]]

    def test_who_loses_and_cannot_cancel_is_unknown_and_settled_later(self, bench, shop):
        stay = last_room(bench, shop)
        wish = bench.wish(stay)
        shop.on("bookings.checked", lambda _request: shop.desk_books(1, stay.check_in, stay.check_out))
        shop.fault("status", status=500, body="", content_type="text/html", method="POST", resource="order_histories")
        shop.shop.rules.auto_cancel_share = 0.0

        with pytest.raises((OutcomeUnknown, SoldOut)) as told:
            bench.gateway.create(wish)
        if told.type is OutcomeUnknown:
            with pytest.raises(SoldOut):
                bench.gateway.settle(wish)

        assert shop.double_booked() == []


class TestPrices:
    @promise("D7")
    def test_the_price_moved_before_the_yes(self, bench, shop):
        stay = bench.stay()
        wish = bench.wish(stay)
        shop.set_price(int(bench.code), 1234)

        with pytest.raises(PriceChanged):
            bench.gateway.create(wish)

        assert posts(shop) == 0

    def test_the_price_moved_between_the_look_and_the_post(self, bench, shop):
        wish = bench.wish(bench.stay())
        shop.on("bookings.checked", lambda _request: shop.set_price(int(bench.code), 9999))

        assert abs(bench.gateway.create(wish).total - wish.total) <= people_rounding()

    def test_a_booking_at_another_price_is_undone(self, bench, shop, monkeypatch):
        wish = bench.wish(bench.stay())
        monkeypatch.setattr(QloApps, "_room", lambda self, party, rate: {"adult": party.adults, "child": 0})

        with pytest.raises(PriceChanged):
            bench.gateway.create(wish)

        assert shop.active_lines() == []


def people_rounding():
    return adapter.ROUNDING


class TestChanges:
    def test_money_was_paid_and_people_must_move_it(self, bench, shop):
        wish, told = bench.book(bench.stay())
        shop.shop._change("orders", int(told.pms_id), total_paid_real=told.total)

        with pytest.raises(Rejected, match="paid"):
            bench.gateway.change(_moved(bench, wish))

        assert bench.port.find_by_reference(wish.reference).stay == wish.stay

    def test_the_old_rooms_stay_when_the_new_ones_are_lost(self, bench, shop):
        wish, _told = bench.book(bench.stay())
        bench._day = wish.stay.check_out + dt.timedelta(days=2)
        stay = last_room(bench, shop)
        new = bench.wish(stay)
        shop.on("bookings.checked", lambda _request: shop.desk_books(1, stay.check_in, stay.check_out))

        with pytest.raises(SoldOut):
            bench.gateway.change(_with_reference(new, wish.reference))

        found = bench.port.find_by_reference(wish.reference)
        assert (found.state, found.stay) == ("confirmed", wish.stay)

    def test_a_lost_answer_to_a_change_is_neither_lost_nor_doubled(self, bench, shop):
        wish, _told = bench.book(bench.stay())
        bench._day = wish.stay.check_out + dt.timedelta(days=2)
        new = _with_reference(bench.wish(bench.stay()), wish.reference)
        shop.fault("hang_up", method="POST", resource="bookings", commits=True)
        with pytest.raises(OutcomeUnknown):
            bench.gateway.change(new)

        told = bench.gateway.change(new)

        live = shop.active_lines()
        assert (told.stay, [line["date_from"][:10] for line in live]) == (new.stay, [new.stay.check_in.isoformat()])

    def test_cancelling_the_old_one_failed_and_it_is_done_next_time(self, bench, shop):
        wish, _told = bench.book(bench.stay())
        bench._day = wish.stay.check_out + dt.timedelta(days=2)
        new = _with_reference(bench.wish(bench.stay()), wish.reference)
        shop.fault("hang_up", method="POST", resource="order_histories", commits=False)
        with pytest.raises(OutcomeUnknown):
            bench.gateway.change(new)

        bench.gateway.change(new)

        assert [line["date_from"][:10] for line in shop.active_lines()] == [new.stay.check_in.isoformat()]


def _with_reference(wish, reference):
    return replace(wish, reference=reference)


def _moved(bench, wish):
    bench._day = wish.stay.check_out + dt.timedelta(days=2)
    return _with_reference(bench.wish(bench.stay()), wish.reference)


class TestWhatIsSent:
    def test_the_hotels_own_address_with_a_mark_for_each_guest(self, bench, shop):
        for key in ("guest:1", "guest:1", "guest:2"):
            bench.book(bench.stay(), guest=GuestDetails("Ana Paz", "ana@example.com", "+541155551234", key=key))

        told = [mail[0] for mail in shop.mails]
        assert "ana@example.com" not in told
        guests = {address for address in told if "+" in address}
        assert len(guests) == 2 and all(address.startswith("recepcion+") and address.endswith("@prueba.example") for address in guests)

    def test_the_guests_own_address_when_the_hotel_says_so(self, bench, shop):
        Connection.objects.update(email_mode="guest")

        bench.book(bench.stay(), guest=GuestDetails("Ana Paz", "ana@example.com", "+541155551234"))

        assert "email" in bench.port.required_guest_fields
        assert "ana@example.com" in [mail[0] for mail in shop.mails]

    @pytest.mark.parametrize("email", ["nope", "a@b", "a b@example.com", "ána@example.com", "x" * 200 + "@example.com"])
    def test_an_address_that_would_crash_it_is_never_sent(self, bench, shop, email):
        Connection.objects.update(email_mode="guest")

        with pytest.raises(Rejected):
            bench.book(bench.stay(), guest=GuestDetails("Ana Paz", email, "+541155551234"))

        assert posts(shop) == 0

    def test_nothing_goes_there_that_it_would_sell_but_has_not(self, bench, shop):
        far = Stay(dt.date(2099, 1, 1), dt.date(2099, 1, 3))
        wish = bench.wish(bench.stay())

        with pytest.raises(Rejected):
            bench.gateway.create(_replaced(wish, stay=far))

        assert posts(shop) == 0

    def test_no_more_rights_than_it_needs(self, bench, unpaced):
        rights = {
            **dict.fromkeys(["hotels", "room_types", "hotel_room_types", "hotel_rooms", "services", "order_states", "configurations",
                             "currencies", "languages", "orders", "room_bookings", "order_payments", "customers"], {"GET"}),
            "bookings": {"GET", "POST", "PUT"}, "hotel_ari": {"POST"}, "order_histories": {"GET", "POST"},
        }  # fmt: skip
        with QloAppsDouble(permissions=rights) as shop:
            Connection.objects.update(base_url=shop.base_url)
            wish, _told = bench.book(bench.stay())
            bench.gateway.change(_moved(bench, wish))
            bench.gateway.cancel(wish.reference)
            bench.port.occupied(wish.stay.check_in, wish.stay.check_out)

            assert {record.status for record in shop.requests} <= {200, 201}


def _replaced(wish, **values):
    return replace(wish, **values)


class TestPeople:
    @pytest.mark.parametrize(
        ("told", "names"),
        [
            ("Ana Paz", ("Ana", "Paz")),
            ("María José Pérez Gómez", ("María José", "Pérez Gómez")),
            ("Ana María Paz", ("Ana María", "Paz")),
            ("Xul", ("Xul", "-")),
            ("𝓐𝓷𝓪 🌸 Pérez", ("Ana", "Pérez")),
            ("R2D2 <b>", ("R D", "b")),
            ("O'Connor-Díaz, Ana", ("O'Connor-Díaz", "Ana")),
            ("李 小龙", ("李", "小龙")),
            ("12345", ("-", "-")),
            ("", ("-", "-")),
        ],
    )
    def test_names(self, told, names):
        assert people.names(told) == names

    def test_names_are_never_longer_than_it_takes(self):
        assert all(len(part) <= 32 for part in people.names("Bartolomea " * 8))

    @pytest.mark.parametrize(
        ("told", "sent"),
        [
            ("+54 9 11 5555-1234", "+5491155551234"),
            ("(011) 4444.5555", "01144445555"),
            ("+٥٤ ١١", "+5411"),
            ("no tengo", ""),
            ("", ""),
            ("1" * 40, "1" * 15),
        ],
    )
    def test_phones(self, told, sent):
        assert people.phone(told) == sent

    def test_a_hotel_without_an_address_cannot_relay(self):
        with pytest.raises(Rejected):
            people.relay("", "guest:1")


def test_the_embedded_pms_knows_no_wire(hotel):
    from pms.gateway import gateway

    with pytest.raises(Connection.DoesNotExist):
        Connection.objects.all().delete()
        QloApps(hotel).room_types()
    assert gateway(hotel).settles_at_once


def test_a_long_stay_over_several_short_ones_is_told_with_each(bench, shop):
    start = bench.first
    day = lambda offset: start + dt.timedelta(days=offset)  # noqa: E731
    shop.desk_books(1, day(0), day(9), rooms=5)
    shop.desk_books(1, day(1), day(2), force=True)
    shop.desk_books(1, day(4), day(5), force=True)

    sync.doubles(sync.claim(bench.hotel, sync.Kind.DOUBLES, asked_by="test"))

    assert Difference.objects.filter(kind="double").count() == len(shop.double_booked()) == 2


def test_a_front_that_answers_404_is_no_empty_list(bench, shop):
    wish, _told = bench.book(bench.stay())
    shop.fault("status", status=404, body="", content_type="", resource="orders")

    with pytest.raises(Unavailable):
        bench.gateway.cancel(wish.reference)

    assert shop.active_lines()


def test_unavailable_is_what_a_broken_setup_is(bench, shop):
    shop.fault("status", status=200, body="[]", content_type="application/json", resource="configurations", times=2)

    with pytest.raises(Unavailable):
        bench.port.room_types()


def test_another_address_is_another_catalogue_in_every_process(bench, shop):
    before = [info.rooms for info in bench.port.room_types()]
    with QloAppsDouble(rooms_per_type=2) as other:
        Connection.objects.update(base_url=other.base_url)  # as another process would: nothing remembered here is forgotten
        after = [info.rooms for info in bench.port.room_types()]

    assert (before, after) == ([5] * 4, [2] * 4)
