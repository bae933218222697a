"""What can be offered, and a price frozen for a while."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache

from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms.gateway import gateway
from pms.terms import Combination, Offer, Party, Price, RoomLine, Stay
from reservations import combining
from reservations.errors import NothingFree, StayNotPossible
from reservations.models import Hold, Quote

VALIDITY = dt.timedelta(minutes=15)


def offers(hotel: Hotel, stay: Stay, party: Party, *, guest_key: str, replacing: str = "", now: dt.datetime | None = None) -> list[Offer]:
    """Room types that fit the party, cheapest first; rooms kept for other guests do not count as free, those of the booking
    ``replacing`` do. Raises PmsError."""
    kept = kept_for_others(hotel, stay, guest_key, now or timezone.now())
    return _without(kept, gateway(hotel).availability(stay, party, replacing=replacing))


def combinations(
    hotel: Hotel, stay: Stay, party: Party, *, guest_key: str, rooms: int = 0, replacing: str = "", wanted: str = ""
) -> list[Combination]:
    """What takes the party, cheapest first, bookable or not: in so many rooms, or (0) in one, or in the fewest that do; and
    the rooms ``wanted`` names ("DBL+TWN"), when they do.

    Raises PmsError.
    """
    kept, pms = kept_for_others(hotel, stay, guest_key, timezone.now()), gateway(hotel)

    @cache
    def offers_for(share: Party) -> list[Offer]:
        return _without(kept, pms.availability(stay, share, replacing=replacing))

    found = combining.combinations(party, rooms, offers_for)
    kinds = wanted.split("+")
    if len(kinds) > 1 and all(sorted(one.code.split("+")) != sorted(kinds) for one in found):
        named = combining.exactly(party, kinds, offers_for)
        found += [named] if named is not None else []
    return found


def _without(kept: Counter[str], found: list[Offer]) -> list[Offer]:
    return [replace(offer, free=max(0, offer.free - kept[offer.room_type.code])) for offer in found]


def quote(
    hotel: Hotel, stay: Stay, party: Party, code: str, *, guest_key: str, replacing: str = "", now: dt.datetime | None = None
) -> Quote:
    """Freeze the price of the rooms named by ``code`` (a room type, or several joined by "+") for 15 minutes.

    Raises PmsError, NothingFree, StayNotPossible (a rule, no price, or somebody without a bed).
    """
    now = now or timezone.now()
    kinds = code.split("+")
    shares = combining.split(party, len(kinds)) if len(kinds) <= party.adults else []
    if not shares:
        raise StayNotPossible()
    pms, kept = gateway(hotel), kept_for_others(hotel, stay, guest_key, now)
    lines: list[RoomLine] = []
    price = Price(Decimal(0), Decimal(0), hotel.currency)
    for (kind, share), count in Counter(zip(kinds, shares, strict=True)).items():
        offer = pms.quote(stay, share, kind, replacing=replacing)
        if offer.broken or offer.price is None or not offer.room_type.fits(share):
            raise StayNotPossible(offer.broken)
        if offer.free - kept[kind] < kinds.count(kind):
            raise NothingFree(kind)
        lines.append(RoomLine(kind, count, offer.price.total, share if len(kinds) > 1 else None, offer.price.nightly))
        price = Price(price.total + offer.price.total * count, price.taxes + offer.price.taxes * count, offer.price.currency)
    return Quote.objects.create(
        hotel=hotel,
        guest_key=guest_key,
        check_in=stay.check_in,
        check_out=stay.check_out,
        adults=party.adults,
        children=party.children,
        child_ages=list(party.child_ages),
        lines=[line.to_json() for line in lines],
        total=price.total,
        taxes=price.taxes,
        currency=price.currency,
        created_at=now,
        expires_at=now + VALIDITY,
    )


def kept_for_others(hotel: Hotel, stay: Stay, guest_key: str, now: dt.datetime) -> Counter[str]:
    """Rooms that other guests hold on some night of the stay, by room type: the highest number of any night."""
    open_holds = Hold.objects.filter(
        hotel=hotel, state=Hold.State.HELD, expires_at__gt=now, check_in__lt=stay.check_out, check_out__gt=stay.check_in
    ).exclude(guest_key=guest_key)
    rows = list(open_holds.values_list("room_type", "count", "check_in", "check_out"))
    most: Counter[str] = Counter()
    for night in stay:
        tonight: Counter[str] = Counter()
        for room_type, count, check_in, check_out in rows:
            if check_in <= night < check_out:
                tonight[room_type] += count
        most |= tonight
    return most
