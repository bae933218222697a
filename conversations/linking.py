"""One guest who writes from several addresses: put together by a person, and taken apart again. No row moves: each keeps its own
conversations and bookings, and the desk shows them together."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from channels_app.phones import match_key, to_digits
from conversations import trail
from conversations.models import Conversation, Guest, Identity
from hotelagent.hotels.search import folded, word_query
from reservations.models import Booking

OFFERED = 3


class NotFound(Exception):
    """Nobody of the hotel's guests has this address."""


def group(guest: Guest) -> list[Guest]:
    """This guest and whoever is known to be the same, this one first."""
    root = guest.same_as_id or guest.pk
    rows = Guest.objects.filter(Q(pk=root) | Q(same_as=root), hotel=guest.hotel_id).prefetch_related("identities")
    return sorted(rows, key=lambda row: (row.pk != guest.pk, row.pk))


def candidates(guest: Guest, known: list[Guest]) -> list[Guest]:
    """Who may be the same: with the mail or the phone of this guest's bookings, with bookings under this guest's, of the same name."""
    rows = Guest.objects.filter(hotel=guest.hotel_id).exclude(pk__in=[one.pk for one in known]).prefetch_related("identities")
    booked = Booking.objects.filter(hotel=guest.hotel_id)
    mine = booked.filter(guest_key__in=[one.key for one in known]).order_by("-pk").values_list("guest_email", "guest_phone")[:20]
    told = {mail.strip().casefold() for mail, _phone in mine if mail} | {match_key(phone) for _mail, phone in mine if phone}
    mails = [one.value for row in known for one in row.identities.all() if one.kind == Identity.Kind.EMAIL]
    keys = booked.filter(guest_email__in=mails).values_list("guest_key", flat=True) if mails else []
    pks = [int(key.removeprefix("guest:")) for key in keys if key.startswith("guest:")]
    found = Q(pk__in=pks)
    if told:
        found |= Q(identities__value__in=told)
    if len(guest.name.split()) > 1 and (query := word_query(guest.name)) is not None:
        rows, found = rows.alias(said=folded("name")), found | Q(said=query)
    return list(rows.filter(found).distinct().order_by("-pk")[:OFFERED])


def with_address(guest: Guest, address: str) -> Guest:
    """The guest of the same hotel who has this phone or mail address. Raises NotFound."""
    address = address.strip()
    digits = to_digits(address, guest.hotel.country) if address else ""
    values = [address.casefold(), *([match_key(digits)] if digits else [])]
    row = Identity.objects.filter(hotel=guest.hotel_id, value__in=values).select_related("guest").first() if address else None
    if row is None:
        raise NotFound
    return row.guest


def link(guest: Guest, other: Guest, user: AbstractBaseUser) -> None:
    """From now on shown as one. Both of one hotel."""
    with transaction.atomic():
        guest, other = _locked(guest, other)
        ours, theirs = group(guest), group(other)
        root = guest.same_as_id or guest.pk
        moved = [row.pk for row in theirs if row.pk != root]
        Guest.objects.filter(pk__in=moved).update(same_as=root)
        if moved and {row.pk for row in ours} != {row.pk for row in theirs}:
            _record("linked", [guest, other], user)


def part(other: Guest, user: AbstractBaseUser) -> None:
    """Not the same guest after all."""
    with transaction.atomic():
        [other] = _locked(other)
        rest = [row for row in group(other) if row.pk != other.pk]
        Guest.objects.filter(pk=other.pk).update(same_as=None)
        if other.same_as_id is None and rest:  # the others were put under this one
            Guest.objects.filter(pk__in=[row.pk for row in rest[1:]]).update(same_as=rest[0].pk)
            Guest.objects.filter(pk=rest[0].pk).update(same_as=None)
        if rest:
            _record("parted", [other, *rest], user)


def _locked(*guests: Guest) -> list[Guest]:
    """As they are now, in the order given."""
    rows = {row.pk: row for row in Guest.objects.select_for_update().filter(pk__in=[one.pk for one in guests]).order_by("pk")}
    return [rows[one.pk] for one in guests]


def _record(what: str, guests: list[Guest], user: AbstractBaseUser) -> None:
    names = " · ".join(str(guest) for guest in guests)
    for talk in Conversation.objects.filter(guest__in=guests):
        trail.record(talk, what, user=user, told=names)
