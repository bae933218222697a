"""Who sleeps where, and which rooms together take everyone."""

from decimal import Decimal

import pytest

from pms.terms import Offer, Party, Price, RoomTypeInfo
from reservations.combining import combinations, exactly, split

KINDS = {"SGL": (1, 0, 1, 60), "DBL": (2, 1, 3, 100), "FAM": (3, 2, 4, 170)}


def house(**free):
    """What a hotel with so many free rooms of each kind offers for a share of a party, cheapest first."""

    def offers_for(share):
        return [
            Offer(
                RoomTypeInfo(code, {"es": code}, {}, {}, adults, children, guests, free[code]),
                free[code],
                Price(Decimal(price), Decimal(0), "ARS"),
            )
            for code, (adults, children, guests, price) in KINDS.items()
            if code in free and share.adults <= adults and share.children <= children and share.guests <= guests
        ]

    return offers_for


@pytest.mark.parametrize(
    ("party", "rooms", "shares"),
    [
        (Party(4), 2, [Party(2), Party(2)]),
        (Party(5), 2, [Party(3), Party(2)]),
        (Party(2, 3, (9, 4, 1)), 2, [Party(1, 2, (9, 1)), Party(1, 1, (4,))]),
        (Party(3, 1), 2, [Party(2), Party(1, 1)]),
    ],
)
def test_everyone_is_spread_evenly_with_an_adult_in_each_room(party, rooms, shares):
    assert split(party, rooms) == shares


def test_children_alone_in_a_room_are_refused():
    with pytest.raises(ValueError, match="every room needs an adult"):
        split(Party(1, 3), 2)


@pytest.mark.parametrize(
    ("party", "rooms", "free", "codes"),
    [
        (Party(2), 0, {"DBL": 3, "FAM": 1}, ["DBL", "FAM"]),
        (Party(4), 0, {"SGL": 3, "DBL": 3}, ["DBL+DBL"]),
        (Party(5), 0, {"DBL": 3, "FAM": 2}, ["FAM+DBL", "FAM+FAM"]),
        (Party(3), 2, {"SGL": 1, "DBL": 2}, ["DBL+SGL", "DBL+DBL"]),
        (Party(4), 2, {"DBL": 1, "FAM": 1}, ["DBL+FAM"]),  # one kind runs out, the next helps; the same in another order is no other offer
        (Party(9), 0, {"DBL": 2}, []),  # the house has not so many beds
        (Party(1, 1), 2, {"DBL": 2}, []),
    ],
)
def test_what_takes_the_party_cheapest_first(party, rooms, free, codes):
    assert [one.code for one in combinations(party, rooms, house(**free))] == codes


def test_a_full_kind_is_told_as_full_and_not_worked_around():
    found = combinations(Party(2), 0, house(DBL=0, FAM=1))

    assert [(one.code, one.bookable) for one in found] == [("DBL", False), ("FAM", True)]


def test_the_price_is_that_of_all_rooms():
    [both] = combinations(Party(4), 2, house(DBL=2))

    assert (both.code, both.price.total, both.bookable) == ("DBL+DBL", Decimal(200), True)


def test_a_few_equal_shares_are_also_offered_in_rooms_of_several_kinds():
    found = combinations(Party(4), 2, house(DBL=3, FAM=3))

    assert [one.code for one in found] == ["DBL+DBL", "DBL+FAM", "FAM+FAM"]


@pytest.mark.parametrize(
    ("party", "kinds", "code"),
    [
        (Party(9), ["DBL", "DBL", "DBL", "FAM"], "FAM+DBL+DBL+DBL"),  # the fullest share in the largest room
        (Party(4), ["SGL", "SGL"], None),
        (Party(2), ["DBL", "DBL", "DBL"], None),
    ],
)
def test_rooms_that_were_named_one_by_one(party, kinds, code):
    found = exactly(party, kinds, house(SGL=5, DBL=5, FAM=5))

    assert (found.code if found else None) == code
