"""What is known of a guest, beside the conversation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from channels_app.envelope import Content
from conversations import linking
from conversations.console import stays
from conversations.dialogue import phrasebook
from conversations.dialogue.understanding.normalise import fold
from conversations.labels import REMEMBERED, intent_word
from conversations.models import Conversation, Fact, Identity, Task
from hotelagent.hotels.models import Hotel
from reservations import late
from reservations.admin import money_of, party_of, rooms_of, stay_of

PAST_SHOWN = 5
FACTS_SHOWN = 8
# What people type after the slash when they want the map.
PIN_WORDS = ("mapa", "map", "pin", "ubicacion", "localizacao", "location")


def of(talk: Conversation) -> dict[str, Any]:
    """Identities, stays, what the guest has told, open requests."""
    guest, slots = talk.guest, talk.state.get("slots", {})
    same = linking.group(guest)
    others = Conversation.objects.filter(guest__in=same).exclude(pk=talk.pk).select_related("thread__account", "guest")
    return {
        "guest": guest,
        "identities": list(guest.identities.all()),
        "same": same[1:],
        "perhaps": linking.candidates(guest, same),
        "remembered": [(label, slots[name]) for name, label in REMEMBERED.items() if slots.get(name)],
        "tasks": list(talk.tasks.exclude(state__in=[Task.State.DONE, Task.State.DROPPED]).select_related("owner")),
        "other_talks": list(others.defer("thread__account__access_token").order_by("-last_message_at")[:5]),
        **stays_of(talk),
    }


def stays_of(talk: Conversation) -> dict[str, Any]:
    """The guest's bookings, and others under the same phone. ``as_of``: the PMS is away, room numbers are of then."""
    hotel, guest = talk.hotel, talk.guest
    as_of = stays.refresh_rooms(hotel)
    same = linking.group(guest)
    phones = [one.value for row in same for one in row.identities.all() if one.kind == Identity.Kind.PHONE]
    keys = [row.key for row in same]
    found, today = stays.all_of(hotel, keys, phones), hotel.local_now().date()
    ahead = [one for one in found if one.booking.check_out >= today and one.booking.state in stays.OPEN]
    past = [one for one in found if one not in ahead]
    return {
        "as_of": as_of,
        "ahead": [_told(one, keys) for one in ahead],
        "past": [_told(one, keys) for one in past[:PAST_SHOWN]],
        "past_count": len(past),
        "several": len(ahead) > 1,
    }


def _told(one: stays.Stay, guest_keys: list[str]) -> dict[str, Any]:
    row = one.booking
    until = late.until(row)
    owed = row.deposit if row.deposit and row.deposit_paid_at is None else None
    return {
        "row": row,
        "when": one.when,
        "rooms": ", ".join(one.rooms),
        "stay": stay_of(row),
        "what": f"{rooms_of(row)} · {party_of(row)}",
        "money": money_of(row),
        "owed": owed,
        "by_phone": row.guest_key not in guest_keys,
        "alive": row.state == "confirmed",
        "late": f"{until:%H:%M}" if until is not None else "",
        "late_fee": phrasebook.money(get_language() or "es", row.late_fee, row.currency) if row.late_fee else "",
    }


def map_pin(hotel: Hotel, words: str = "") -> Content | None:
    """Where the hotel is, as a pin (words and a link where there are none). None when nobody has said where."""
    if hotel.coordinates is None:
        return None
    latitude, longitude = map(float, hotel.coordinates)
    place = {"latitude": latitude, "longitude": longitude, "name": hotel.name, "address": hotel.address}
    label = ", ".join(filter(None, [hotel.name, hotel.address]))
    told = f"📍 {label}\n{hotel.map_url}"
    return Content("location", "\n\n".join(filter(None, [words, told])), place=place | {"words": words})


def pin_offered(talk: Conversation, term: str) -> bool:
    """Does what was typed after the slash mean the map?"""
    wanted = fold(term.strip().lstrip("/"))
    return talk.hotel.coordinates is not None and any(one.startswith(wanted) for one in PIN_WORDS)


def quick_facts(talk: Conversation, term: str = "") -> list[tuple[str, str]]:
    """The hotel's facts in the guest's language as (title, text), for insertion."""
    rows = Fact.objects.on(talk.hotel.local_now().date()).filter(hotel=talk.hotel_id, language=talk.language)
    wanted = fold(term.strip().lstrip("/"))
    told = [(intent_word(row.topic), row.text) for row in rows]
    return [one for one in told if wanted in fold(one[0]) or wanted in fold(one[1])][:FACTS_SHOWN]
