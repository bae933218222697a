"""What the commands that read guests' messages have in common."""

from __future__ import annotations

import datetime as dt

from django.core.management.base import CommandError

from hotelagent.hotels.models import Hotel


def hotel_of(slug: str) -> Hotel:
    """Raises CommandError (code 2) for a hotel that does not exist."""
    hotel = Hotel.objects.filter(slug=slug).first()
    if hotel is None:
        raise CommandError(f"there is no hotel {slug!r}", returncode=2)
    return hotel


def moment(text: str, hotel: Hotel) -> dt.datetime:
    """An ISO time in the hotel's zone; without an offset it is the hotel's. Raises ValueError."""
    told = dt.datetime.fromisoformat(text)
    return told.replace(tzinfo=hotel.zone) if told.tzinfo is None else told.astimezone(hotel.zone)


def now_option(text: str, hotel: Hotel) -> dt.datetime | None:
    """The ``--now`` option; None when it was not given. Raises CommandError (code 2)."""
    try:
        return moment(text, hotel) if text else None
    except ValueError as error:
        raise CommandError(f"--now: {text!r} is no ISO time", returncode=2) from error
