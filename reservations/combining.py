"""Several rooms for one party: who sleeps where, and which rooms together take everyone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import combinations_with_replacement, product

from pms.terms import Combination, Offer, Party

MAX_ROOMS = 6
# So many equal shares may sleep in rooms of several types; more are told in rooms of one.
MIXED = 3


def split(party: Party, rooms: int) -> list[Party]:
    """The party over so many rooms, as evenly as it goes, an adult in each, the fullest first; always the same way.

    Raises ValueError when there are fewer adults than rooms.
    """
    if not 1 <= rooms <= party.adults:
        raise ValueError("every room needs an adult")
    adults = [party.adults // rooms + (index < party.adults % rooms) for index in range(rooms)]
    ages: list[list[int | None]] = [[] for _ in range(rooms)]
    for index in range(party.children):
        emptiest = min(range(rooms), key=lambda room: (adults[room] + len(ages[room]), -room))
        ages[emptiest].append(party.child_ages[index] if index < len(party.child_ages) else None)
    shares = [Party(grown, len(own), tuple(age for age in own if age is not None)) for grown, own in zip(adults, ages, strict=True)]
    return sorted(shares, key=lambda share: (-share.guests, -share.adults, share.child_ages))


def combinations(party: Party, rooms: int, offers_for: Callable[[Party], list[Offer]]) -> list[Combination]:
    """What takes the party, cheapest first: in ``rooms`` rooms, or (0) in one, or else in the fewest that do.

    Bookable ones first; what is full or against a rule comes after them, so that it can be explained. ``offers_for`` answers
    with the room types that take a share of the party.
    """
    best: list[Combination] = []
    for count in [rooms] if rooms else range(1, MAX_ROOMS + 1):
        if count > party.adults or count > MAX_ROOMS:
            break
        if count == 1 and (found := [Combination((offer,)) for offer in offers_for(party)]):
            return found  # one room takes them, free or not: what is not free is explained, not worked around
        found = _of(split(party, count), offers_for)
        if any(one.bookable for one in found):
            return found
        best = best or found
    return best


def _of(shares: list[Party], offers_for: Callable[[Party], list[Offer]]) -> list[Combination]:
    """Each group of equal shares in rooms of one type (a few also in rooms of several), or, where that runs out, of the next
    cheapest. The same rooms in another order are told once."""
    groups = Counter(shares)
    asked = {share: offers_for(share) for share in groups}
    if not all(asked.values()):
        return []
    found: dict[str, Combination] = {}
    every = {offer.room_type.code: offer for offers in asked.values() for offer in offers}
    choices = (
        combinations_with_replacement(range(len(asked[share])), count)
        if count <= MIXED
        else [(index,) * count for index in range(len(asked[share]))]
        for share, count in groups.items()
    )
    for firsts in product(*choices):
        free = Counter({code: offer.free for code, offer in every.items()})
        rooms = Counter({code: offer.room_type.rooms for code, offer in every.items()})
        chosen: list[Offer] = []
        for share, wanted in zip(groups, firsts, strict=True):
            for first in wanted:
                order = [asked[share][first], *(offer for index, offer in enumerate(asked[share]) if index != first)]
                there = [one for one in order if rooms[one.room_type.code] > 0]
                if not there:
                    break
                offer = there[0]
                if not free[offer.room_type.code] > 0:
                    offer = next((one for one in there if free[one.room_type.code] > 0 and one.bookable), offer)
                free[offer.room_type.code] -= 1
                rooms[offer.room_type.code] -= 1
                chosen.append(offer)
        if len(chosen) == len(shares):  # else the house has not as many rooms
            one = Combination(tuple(chosen))
            same = "+".join(sorted(one.code.split("+")))
            found[same] = min(found.get(same, one), one, key=_cheapest_bookable)
    return sorted(found.values(), key=_cheapest_bookable)


def exactly(party: Party, kinds: list[str], offers_for: Callable[[Party], list[Offer]]) -> Combination | None:
    """Just these rooms, the largest for the fullest share, free or not; None when they do not take the party."""
    if not 1 <= len(kinds) <= min(party.adults, MAX_ROOMS):
        return None
    left, chosen = list(kinds), list[Offer]()
    for share in split(party, len(kinds)):
        there = {offer.room_type.code: offer for offer in offers_for(share) if offer.room_type.code in left}
        if not there:
            return None
        largest = max(there.values(), key=lambda offer: (offer.room_type.max_guests, offer.room_type.max_adults))
        left.remove(largest.room_type.code)
        chosen.append(largest)
    return Combination(tuple(chosen))


def _cheapest_bookable(one: Combination) -> tuple[bool, bool, Decimal]:
    return not one.bookable, one.price is None, one.price.total if one.price else Decimal(0)
