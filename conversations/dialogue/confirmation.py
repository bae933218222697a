"""A booking in a guest's words: the one place that makes them, for whoever tells (a turn, a letter afterwards, staff)."""

from __future__ import annotations

import datetime as dt

from conversations.dialogue import phrasebook
from conversations.dialogue.types import HotelView, OwnBooking
from pms.terms import Party


def values(language: str, hotel: HotelView, row: OwnBooking, today: dt.date) -> dict[str, str]:
    """A booking's values for a phrase."""
    return {
        "name": row.guest_name,
        "reference": row.reference,
        "room": hotel.rooms_name(row.room_type, language),
        "check_in": phrasebook.date(language, row.check_in, today=today),
        "check_out": phrasebook.date(language, row.check_out, today=today),
        "nights": phrasebook.counted(language, (row.check_out - row.check_in).days, "night"),
        "party": phrasebook.party(language, Party(row.adults, row.children, row.child_ages)),
        "total": phrasebook.money(language, row.total, row.currency),
    }


def confirmed(language: str, hotel: HotelView, row: OwnBooking, today: dt.date) -> list[str]:
    """It is booked; and what is to be paid, until when and how."""
    return [phrasebook.say(language, "confirmed", **values(language, hotel, row, today)), *deposit(language, row, today)]


def changed(language: str, hotel: HotelView, row: OwnBooking, today: dt.date, before: OwnBooking | None = None) -> list[str]:
    """It is what was asked for now; and what is still to be paid, unless that is as it was ``before``."""
    same = before is not None and (before.deposit, before.deposit_due) == (row.deposit, row.deposit_due)
    told = phrasebook.say(language, "changed", **values(language, hotel, row, today))
    return [told] if same else [told, *deposit(language, row, today)]


def deposit(language: str, row: OwnBooking, today: dt.date) -> list[str]:
    """What is still to be paid to keep it, until when and how; nothing where nothing is."""
    if not row.deposit or row.deposit_due is None:
        return []
    when = f"{phrasebook.date(language, row.deposit_due.date(), today=today)} {row.deposit_due:%H:%M}"
    amount = phrasebook.money(language, row.deposit, row.currency)
    return ["\n".join(filter(None, [phrasebook.say(language, "deposit_due", amount=amount, when=when), row.deposit_how]))]
