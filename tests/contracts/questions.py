"""The contract of pms.port.Port, as questions. Every adapter answers all of them; so does a live server."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from pms.errors import Busy, NotFound, OutcomeUnknown, PriceChanged, Rejected, SoldOut
from pms.terms import GuestDetails, Party, ReservationState, RoomLine, Stay
from tests.contracts.bench import COUPLE, Bench, NotApplicableError
from tests.contracts.cutter import Cutter


@dataclass(frozen=True)
class Question:
    name: str
    ask: Callable[[Bench], None]


QUESTIONS: list[Question] = []


def question(ask: Callable[[Bench], None]) -> Callable[[Bench], None]:
    QUESTIONS.append(Question(ask.__name__, ask))
    return ask


# --- the catalogue and what is free --------------------------------------------------------------------------------------


@question
def room_types_have_a_code_a_name_and_beds(bench: Bench) -> None:
    for info in bench.port.room_types():
        assert info.code and info.name("es").strip()
        assert info.max_adults >= 1 and info.max_guests >= info.max_adults


@question
def room_type_codes_are_unique(bench: Bench) -> None:
    codes = [info.code for info in bench.port.room_types()]
    assert codes and len(codes) == len(set(codes))


@question
def every_room_type_that_fits_is_offered(bench: Bench) -> None:
    stay = bench.stay()
    offered = {offer.room_type.code for offer in bench.port.availability(stay, COUPLE)}
    assert offered == {info.code for info in bench.port.room_types() if info.fits(COUPLE)}


@question
def offers_come_cheapest_first(bench: Bench) -> None:
    prices = [offer.price.total for offer in bench.port.availability(bench.stay(), COUPLE) if offer.price]
    assert prices == sorted(prices)


@question
def a_price_is_money(bench: Bench) -> None:
    for offer in bench.port.availability(bench.stay(), COUPLE):
        assert offer.price is not None
        assert offer.price.total > 0 and offer.price.total == offer.price.total.quantize(Decimal("0.01"))
        assert Decimal(0) <= offer.price.taxes < offer.price.total
        assert len(offer.price.currency) == 3 and offer.price.currency.isupper()


@question
def free_rooms_are_no_more_than_there_are(bench: Bench) -> None:
    for offer in bench.port.availability(bench.stay(), COUPLE):
        assert 0 <= offer.free <= offer.room_type.rooms


@question
def a_party_too_large_for_every_room_gets_no_offer(bench: Bench) -> None:
    assert bench.port.availability(bench.stay(), Party(40)) == []


@question
def yesterday_is_not_sold(bench: Bench) -> None:
    today = bench.hotel.local_now().date()
    offers = bench.port.availability(Stay(today - dt.timedelta(days=3), today - dt.timedelta(days=1)), COUPLE)
    wish = replace(bench.wish(bench.stay()), stay=Stay(today - dt.timedelta(days=3), today - dt.timedelta(days=1)))
    with pytest.raises(Rejected):
        bench.gateway.create(wish)
    assert bench.port.find_by_reference(wish.reference) is None
    if bench.over_the_wire:
        assert not any(offer.bookable for offer in offers)


@question
def more_nights_cost_more(bench: Bench) -> None:
    stay = bench.stay(nights=3)
    one = bench.offer(Stay(stay.check_in, stay.check_in + dt.timedelta(days=1)))
    three = bench.offer(stay)
    if one.broken:
        raise NotApplicableError("one night is not sold")
    assert one.price and three.price and three.price.total > one.price.total


@question
def a_quote_is_what_was_offered(bench: Bench) -> None:
    stay = bench.stay()
    offered = {offer.room_type.code: offer for offer in bench.port.availability(stay, COUPLE)}[bench.code]
    quoted = bench.offer(stay)
    assert (quoted.price, quoted.free) == (offered.price, offered.free)


@question
def a_quote_of_an_unknown_room_type_is_refused(bench: Bench) -> None:
    with pytest.raises(Rejected):
        bench.port.quote(bench.stay(), COUPLE, "987654")


# --- what is not there ---------------------------------------------------------------------------------------------------


@question
def an_unknown_reference_finds_nothing(bench: Bench) -> None:
    assert bench.port.find_by_reference(f"{bench.mark}nobody") is None


@question
def settling_what_never_was_finds_nothing_and_books_nothing(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    assert bench.gateway.settle(bench.wish(stay)) is None
    assert bench.free(stay) == before


@question
def an_unknown_number_reads_nothing(bench: Bench) -> None:
    assert bench.port.read(["99999999", "no number", ""]) == []


@question
def an_unknown_guest_is_nobody(bench: Bench) -> None:
    assert bench.port.guest("nobody.at.all@example.com") is None
    assert bench.port.guest("") is None


@question
def a_hostile_address_is_nobody(bench: Bench) -> None:
    for told in ("%", "[%]%", "a@b|c@d", "' OR 1=1 --", "x" * 500 + "@example.com"):
        assert bench.port.guest(told) is None


# --- booking -------------------------------------------------------------------------------------------------------------


@question
def a_booking_is_confirmed_as_wished(bench: Bench) -> None:
    wish, told = bench.book(bench.stay())
    assert (told.state, told.reference, told.stay) == (ReservationState.CONFIRMED, wish.reference, wish.stay)
    assert told.pms_id and len(told.rooms) == 1


@question
def the_price_booked_is_the_price_quoted(bench: Bench) -> None:
    wish, told = bench.book(bench.stay())
    assert abs(told.total - wish.total) <= Decimal("0.02")
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and abs(found.total - wish.total) <= Decimal("0.02") and found.currency == wish.currency


@question
def a_booking_takes_one_room(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    bench.book(stay)
    assert bench.free(stay) == before - 1


@question
def a_booking_is_found_by_our_reference(bench: Bench) -> None:
    wish, told = bench.book(bench.stay())
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None
    assert (found.pms_id, found.state, found.stay, found.rooms) == (told.pms_id, told.state, told.stay, told.rooms)


@question
def a_booking_is_read_by_its_number(bench: Bench) -> None:
    wish, told = bench.book(bench.stay())
    assert [(one.reference, one.stay) for one in bench.port.read([told.pms_id])] == [(wish.reference, wish.stay)]


@question
def the_same_reference_twice_is_one_booking(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    wish, first = bench.book(stay)
    second = bench.gateway.create(wish)
    assert (second.pms_id, bench.free(stay)) == (first.pms_id, before - 1)


@question
def settling_a_booking_that_was_made_finds_it(bench: Bench) -> None:
    wish, told = bench.book(bench.stay())
    settled = bench.gateway.settle(wish)
    assert settled is not None and (settled.pms_id, settled.state) == (told.pms_id, ReservationState.CONFIRMED)


@question
def the_party_is_kept(bench: Bench) -> None:
    party = Party(1, 1, (6,))
    if not any(info.code == bench.code and info.fits(party) for info in bench.port.room_types()):
        raise NotApplicableError("the room takes no children")
    wish, _told = bench.book(bench.stay(), party)
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and (found.party.adults, found.party.children, found.party.child_ages) == (1, 1, (6,))


@question
def a_name_with_accents_is_kept(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay(), guest=GuestDetails("José Ñandú O'Connor", "jose@example.com", "+541155551234"))
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and found.guest.name == "José Ñandú O'Connor"


@question
def a_name_with_signs_and_emoji_is_booked(bench: Bench) -> None:
    _wish, told = bench.book(bench.stay(), guest=GuestDetails("𝓐𝓷𝓪 🌸 Pérez <b>2</b> @ana_99", "ana@example.com", "+541155551234"))
    assert told.state == ReservationState.CONFIRMED


@question
def a_name_of_one_word_is_booked(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay(), guest=GuestDetails("Xul", "xul@example.com", "+541155551234"))
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and found.guest.name == "Xul"


@question
def a_very_long_name_is_booked(bench: Bench) -> None:
    _wish, told = bench.book(
        bench.stay(), guest=GuestDetails("Ana " + "María " * 12 + "de los Ángeles " * 3, "am@example.com", "+541155551234")
    )
    assert told.state == ReservationState.CONFIRMED


@question
def a_phone_as_people_write_it_is_booked(bench: Bench) -> None:
    _wish, told = bench.book(bench.stay(), guest=GuestDetails("Ana Paz", "ana@example.com", "+54 (011) 15-5555.1234 int"))
    assert told.state == ReservationState.CONFIRMED


@question
def a_note_with_markup_does_no_harm(bench: Bench) -> None:
    _wish, told = bench.book(bench.stay(), notes='<script>x</script> llega 23:30 ☕ 🛬 {"a": 1}')
    assert told.state == ReservationState.CONFIRMED


@question
def a_booking_without_a_name_is_refused(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    with pytest.raises(Rejected):
        bench.book(stay, guest=GuestDetails("", "a@example.com", "+541155551234"))
    assert bench.free(stay) == before


@question
def every_field_it_needs_is_asked_for(bench: Bench) -> None:
    assert "name" in bench.port.required_guest_fields
    for name in bench.port.required_guest_fields:
        complete = GuestDetails("Ana Paz", "ana@example.com", "+541155551234")
        with pytest.raises(Rejected):
            bench.book(bench.stay(), guest=replace(complete, **{name: ""}))


@question
def a_price_below_the_quote_is_refused(bench: Bench) -> None:
    _refused_price(bench, Decimal("0.5"))


@question
def a_price_above_the_quote_is_refused(bench: Bench) -> None:
    _refused_price(bench, Decimal(2))


def _refused_price(bench: Bench, factor: Decimal) -> None:
    stay = bench.stay()
    before, wish = bench.free(stay), bench.wish(stay)
    line = replace(wish.lines[0], price=(wish.lines[0].price * factor).quantize(Decimal("0.01")))
    with pytest.raises(PriceChanged):
        bench.gateway.create(replace(wish, lines=(line,)))
    assert (bench.free(stay), bench.port.find_by_reference(wish.reference)) == (before, None)


@question
def a_party_that_does_not_fit_is_refused(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    with pytest.raises(Rejected):
        bench.gateway.create(replace(bench.wish(stay), party=Party(9)))
    assert bench.free(stay) == before


@question
def an_unknown_room_type_is_refused(bench: Bench) -> None:
    wish = bench.wish(bench.stay())
    with pytest.raises(Rejected):
        bench.gateway.create(replace(wish, lines=(RoomLine("987654", 1, wish.total),)))
    assert bench.port.find_by_reference(wish.reference) is None


@question
def another_currency_is_refused(bench: Bench) -> None:
    wish = bench.wish(bench.stay())
    with pytest.raises(Rejected):
        bench.gateway.create(replace(wish, currency="XTS"))
    assert bench.port.find_by_reference(wish.reference) is None


@question
def a_booking_without_rooms_is_refused(bench: Bench) -> None:
    with pytest.raises(Rejected):
        bench.gateway.create(replace(bench.wish(bench.stay()), lines=()))


@question
def the_day_somebody_leaves_is_free_for_who_arrives(bench: Bench) -> None:
    stay = bench.stay(nights=4)
    middle = stay.check_in + dt.timedelta(days=2)
    later = Stay(middle, stay.check_out)
    before = bench.free(later)
    bench.book(Stay(stay.check_in, middle))
    assert bench.free(later) == before


# --- several rooms -------------------------------------------------------------------------------------------------------


@question
def two_rooms_are_one_booking(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    wish, told = bench.book(stay, codes=[bench.code, bench.code])
    found = bench.port.find_by_reference(wish.reference)
    assert len(told.rooms) == 2 and found is not None and found.pms_id == told.pms_id and len(found.rooms) == 2
    assert abs(found.total - wish.total) <= Decimal("0.04")
    assert bench.free(stay) == before - 2


@question
def rooms_of_two_types_are_one_booking(bench: Bench) -> None:
    other = bench.other_code()
    stay = bench.stay()
    if not bench.offer(stay, other).bookable:
        raise NotApplicableError("the other room type is not free")
    before = bench.free(stay), bench.free(stay, other)
    _wish, told = bench.book(stay, codes=[bench.code, other])
    assert len(told.rooms) == 2
    assert (bench.free(stay), bench.free(stay, other)) == (before[0] - 1, before[1] - 1)


@question
def more_rooms_than_are_free_is_sold_out_and_takes_none(bench: Bench) -> None:
    stay = bench.stay()
    before, wish = bench.free(stay), bench.wish(stay)
    with pytest.raises(SoldOut):
        bench.gateway.create(replace(wish, lines=(replace(wish.lines[0], count=before + 1, party=COUPLE),)))
    assert (bench.free(stay), bench.port.find_by_reference(wish.reference)) == (before, None)


# --- cancelling ----------------------------------------------------------------------------------------------------------


@question
def cancelling_frees_the_room(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    wish, _told = bench.book(stay)
    told = bench.cancel(wish.reference)
    assert (told.state, bench.free(stay)) == (ReservationState.CANCELLED, before)


@question
def cancelling_twice_is_once(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay())
    bench.cancel(wish.reference)
    assert bench.cancel(wish.reference).state == ReservationState.CANCELLED


@question
def cancelling_the_unknown_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.gateway.cancel(f"{bench.mark}nobody")


@question
def a_cancelled_booking_is_found_as_cancelled(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay())
    bench.cancel(wish.reference)
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and found.state == ReservationState.CANCELLED


@question
def a_cancelled_booking_does_not_rise_again(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    wish, _told = bench.book(stay)
    bench.cancel(wish.reference)
    assert (bench.gateway.create(wish).state, bench.free(stay)) == (ReservationState.CANCELLED, before)


@question
def cancelling_two_rooms_frees_both(bench: Bench) -> None:
    stay = bench.stay()
    before = bench.free(stay)
    wish, _told = bench.book(stay, codes=[bench.code, bench.code])
    bench.cancel(wish.reference)
    assert bench.free(stay) == before


# --- changing ------------------------------------------------------------------------------------------------------------


@question
def changing_the_dates_moves_the_booking(bench: Bench) -> None:
    old, new = bench.stay(), bench.stay()
    before = bench.free(old), bench.free(new)
    wish, _told = bench.book(old)
    told = bench.gateway.change(bench.wish(new, reference=wish.reference))
    found = bench.port.find_by_reference(wish.reference)
    assert (told.state, told.stay) == (ReservationState.CONFIRMED, new)
    assert found is not None and (found.state, found.stay, found.pms_id) == (ReservationState.CONFIRMED, new, told.pms_id)
    assert (bench.free(old), bench.free(new)) == (before[0], before[1] - 1)


@question
def changing_to_nights_that_overlap_the_old_ones(bench: Bench) -> None:
    long = bench.stay(nights=3)
    short = Stay(long.check_in, long.check_in + dt.timedelta(days=2))
    wish, _told = bench.book(short)
    told = bench.gateway.change(bench.wish(long, reference=wish.reference))
    assert (told.stay, len(told.rooms)) == (long, 1)


@question
def the_same_change_twice_is_once(bench: Bench) -> None:
    old, new = bench.stay(), bench.stay()
    before = bench.free(new)
    wish, _told = bench.book(old)
    changed = bench.wish(new, reference=wish.reference)
    first, second = bench.gateway.change(changed), bench.gateway.change(changed)
    assert (second.pms_id, bench.free(new)) == (first.pms_id, before - 1)


@question
def changing_the_party(bench: Bench) -> None:
    stay = bench.stay()
    wish, _told = bench.book(stay)
    bench.gateway.change(bench.wish(stay, Party(1), reference=wish.reference))
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and (found.party.adults, found.stay) == (1, stay)


@question
def changing_the_room_type(bench: Bench) -> None:
    other = bench.other_code()
    stay = bench.stay()
    if not bench.offer(stay, other).bookable:
        raise NotApplicableError("the other room type is not free")
    before = bench.free(stay)
    wish, _told = bench.book(stay)
    bench.gateway.change(bench.wish(stay, codes=[other], reference=wish.reference))
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and [line.room_type for line in found.lines] == [other]
    assert bench.free(stay) == before


@question
def a_change_to_what_is_sold_out_leaves_all_as_it_was(bench: Bench) -> None:
    old, new = bench.stay(), bench.stay()
    wish, told = bench.book(old)
    wanted = bench.wish(new)
    too_many = replace(wanted, reference=wish.reference, lines=(replace(wanted.lines[0], count=bench.free(new) + 1, party=COUPLE),))
    with pytest.raises(SoldOut):
        bench.gateway.change(too_many)
    found = bench.port.find_by_reference(wish.reference)
    assert found is not None and (found.state, found.stay, found.rooms) == (ReservationState.CONFIRMED, old, told.rooms)


@question
def changing_the_unknown_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.gateway.change(bench.wish(bench.stay()))


@question
def a_cancelled_booking_is_not_changed(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay())
    bench.cancel(wish.reference)
    with pytest.raises(Rejected):
        bench.gateway.change(bench.wish(bench.stay(), reference=wish.reference))


@question
def a_changed_booking_is_cancelled_whole(bench: Bench) -> None:
    old, new = bench.stay(), bench.stay()
    before = bench.free(old), bench.free(new)
    wish, _told = bench.book(old)
    bench.gateway.change(bench.wish(new, reference=wish.reference))
    bench.cancel(wish.reference)
    assert (bench.free(old), bench.free(new)) == before


# --- lists ---------------------------------------------------------------------------------------------------------------


@question
def who_arrives_is_listed_on_that_day_alone(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay())
    assert wish.reference in {one.reference for one in bench.port.arrivals(wish.stay.check_in)}
    assert wish.reference not in {one.reference for one in bench.port.arrivals(wish.stay.check_in + dt.timedelta(days=1))}


@question
def who_leaves_is_listed_on_that_day_alone(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay())
    assert wish.reference in {one.reference for one in bench.port.departures(wish.stay.check_out)}
    assert wish.reference not in {one.reference for one in bench.port.departures(wish.stay.check_in)}


@question
def a_room_that_is_sold_is_occupied_on_its_nights(bench: Bench) -> None:
    wish, told = bench.book(bench.stay())
    stay = wish.stay
    during = [one for one in bench.port.occupied(stay.check_in, stay.check_out) if one.reference == wish.reference]
    after = [one for one in bench.port.occupied(stay.check_out, stay.check_out + dt.timedelta(days=1)) if one.reference == wish.reference]
    assert [(one.room_number, one.pms_id) for one in during] == [(told.rooms[0], told.pms_id)]
    assert after == []


@question
def a_cancelled_booking_is_on_no_list(bench: Bench) -> None:
    wish, _told = bench.book(bench.stay())
    bench.cancel(wish.reference)
    stay = wish.stay
    assert wish.reference not in {one.reference for one in bench.port.arrivals(stay.check_in)}
    assert wish.reference not in {one.reference for one in bench.port.occupied(stay.check_in, stay.check_out)}


@question
def what_changed_is_listed(bench: Bench) -> None:
    since = timezone.now() - dt.timedelta(minutes=5)
    wish, _told = bench.book(bench.stay())
    bench.cancel(wish.reference)
    told = {one.reference: one.state for one in bench.port.changed_since(since)}
    assert told.get(wish.reference) == ReservationState.CANCELLED
    assert wish.reference not in {one.reference for one in bench.port.changed_since(timezone.now() + dt.timedelta(days=1))}


# --- what must never happen ----------------------------------------------------------------------------------------------


@question
def five_at_once_for_the_last_room_and_one_has_it(bench: Bench) -> None:
    stay = bench.stay()
    free = bench.free(stay)
    if free > 8:
        raise NotApplicableError(f"{free} rooms would have to be filled")
    if free > 1:
        bench.book(stay, codes=[bench.code] * (free - 1))
    wishes = [bench.wish(stay) for _ in range(5)]
    outcomes: list[str] = []
    start = threading.Barrier(len(wishes))

    def confirm(index: int) -> None:
        start.wait()
        try:
            for _try in range(600):
                try:
                    bench.gateway.create(wishes[index])
                    outcomes.append("confirmed")
                    return
                except Busy:
                    threading.Event().wait(0.1)
                except SoldOut:
                    outcomes.append("sold out")
                    return
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=(index,)) for index in range(len(wishes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed", *["sold out"] * 4]
    live = [one for one in (bench.port.find_by_reference(wish.reference) for wish in wishes) if one and one.state == "confirmed"]
    assert (len(live), bench.free(stay)) == (1, 0)
    _no_room_twice(bench, stay)


@question
def a_lost_answer_is_neither_lost_nor_doubled(bench: Bench) -> None:
    if not bench.over_the_wire:
        raise NotApplicableError("nothing goes over a wire")
    stay = bench.stay()
    before, wish = bench.free(stay), bench.wish(stay)
    with Cutter.before(bench.hotel) as cutter:
        with pytest.raises(OutcomeUnknown):
            bench.gateway.create(wish)
        assert cutter.cut == 1
    for _try in range(40):
        settled = bench.gateway.settle(wish)
        if settled is not None:
            break
        threading.Event().wait(0.5)
    assert settled is not None and settled.state == ReservationState.CONFIRMED
    assert bench.free(stay) == before - 1


def _no_room_twice(bench: Bench, stay: Stay) -> None:
    rooms = [one.room for one in bench.port.occupied(stay.check_in, stay.check_out)]
    assert len(rooms) == len(set(rooms))
