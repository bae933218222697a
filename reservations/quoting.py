"""What can be offered, and a price frozen for a while."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms.gateway import gateway
from pms.terms import Offer, Party, Stay
from reservations.errors import NothingFree, StayNotPossible
from reservations.models import Hold, Quote

VALIDITY = dt.timedelta(minutes=15)


def offers(hotel: Hotel, stay: Stay, party: Party, *, guest_key: str, now: dt.datetime | None = None) -> list[Offer]:
    """Room types that fit the party, cheapest first; rooms kept for other guests do not count as free. Raises PmsError."""
    found = gateway(hotel).availability(stay, party)
    kept = kept_for_others(hotel, stay, guest_key, now or timezone.now())
    return [replace(offer, free=max(0, offer.free - kept[offer.room_type.code])) for offer in found]


def quote(hotel: Hotel, stay: Stay, party: Party, room_type: str, *, guest_key: str, now: dt.datetime | None = None) -> Quote:
    """Freeze the price of one room for 15 minutes. Raises PmsError, NothingFree, StayNotPossible."""
    now = now or timezone.now()
    offer = gateway(hotel).quote(stay, party, room_type)
    if offer.broken or offer.price is None:
        raise StayNotPossible(offer.broken)
    if offer.free - kept_for_others(hotel, stay, guest_key, now)[room_type] < 1:
        raise NothingFree(room_type)
    return Quote.objects.create(
        hotel=hotel,
        guest_key=guest_key,
        check_in=stay.check_in,
        check_out=stay.check_out,
        adults=party.adults,
        children=party.children,
        child_ages=list(party.child_ages),
        lines=[{"room_type": room_type, "count": 1, "price": str(offer.price.total)}],
        total=offer.price.total,
        taxes=offer.price.taxes,
        currency=offer.price.currency,
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
