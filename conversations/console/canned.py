"""Canned replies: found by their shortcut, filled with what is known of the guest and the stay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import date as date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from conversations import linking
from conversations.console import stays
from conversations.models import CannedReply, Conversation

VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")
# What may stand in a reply, with what it means.
VARIABLES: dict[str, Any] = {
    "guest.name": _("the guest's name"),
    "guest.first_name": _("the guest's first name"),
    "stay.check_in": _("arrival"),
    "stay.check_out": _("departure"),
    "stay.reference": _("booking reference"),
    "stay.room": _("room number"),
    "hotel.name": _("the hotel's name"),
    "hotel.phone": _("the hotel's phone"),
    "hotel.check_in_from": _("check-in from"),
    "hotel.check_out_until": _("check-out until"),
    "staff.first_name": _("your first name"),
}


@dataclass(frozen=True)
class Filled:
    row: CannedReply
    text: str
    missing: tuple[str, ...]


def unresolved(text: str) -> list[str]:
    """Variables that still stand in a text: it must not be sent so."""
    return VARIABLE.findall(text)


def find(conversation: Conversation, user: Any, term: str, *, limit: int = 8) -> list[Filled]:
    """Replies whose shortcut or text contains the term, the guest's language first; each filled as far as possible."""
    rows = CannedReply.objects.filter(hotel=conversation.hotel_id).defer("file")
    term = term.strip().lstrip("/").casefold()
    found = [row for row in rows if term in row.shortcut.casefold() or term in row.text.casefold()]
    found.sort(key=lambda row: (row.language != conversation.language, not row.shortcut.startswith(term), row.shortcut))
    values = values_for(conversation, user)
    return [fill(row, values.get(row.language, {})) for row in found[:limit]]


def fill(row: CannedReply, values: dict[str, str]) -> Filled:
    missing = tuple(name for name in VARIABLE.findall(row.text) if not values.get(name))
    return Filled(row, VARIABLE.sub(lambda match: values.get(match[1]) or match[0], row.text), missing)


def values_for(conversation: Conversation, user: Any) -> dict[str, dict[str, str]]:
    """What each variable stands for, per language: days are written as the guest reads them."""
    return {language: _values(conversation, user, language) for language in ("es", "en", "pt")}


def _values(conversation: Conversation, user: Any, language: str) -> dict[str, str]:
    hotel, guest = conversation.hotel, conversation.guest
    found = stays.current(hotel, [row.pk for row in linking.group(guest)])
    stay = found.get(guest.pk) or next(iter(found.values()), None)
    name = guest.name or conversation.thread.name
    with override(language):
        day = {name: _day(getattr(stay.booking, name), language) if stay else "" for name in ("check_in", "check_out")}
    return {
        "guest.name": name,
        "guest.first_name": name.split()[0] if name.split() else "",
        "stay.check_in": day["check_in"],
        "stay.check_out": day["check_out"],
        "stay.reference": stay.booking.reference if stay else "",
        "stay.room": ", ".join(stay.rooms) if stay else "",
        "hotel.name": hotel.name,
        "hotel.phone": hotel.phone,
        "hotel.check_in_from": f"{hotel.check_in_from:%H:%M}",
        "hotel.check_out_until": f"{hotel.check_out_until:%H:%M}",
        "staff.first_name": user.first_name or user.get_username(),
    }


def _day(day: Any, language: str) -> str:
    told = date_format(day, "l j F" if language == "en" else r"l j \d\e F")
    return told if language == "en" else told.lower()
