"""The sections of a provisioning file that describe the embedded PMS's property."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings

from hotelagent.hotels.documents import Field, Table
from hotelagent.hotels.models import Hotel
from hotelagent.hotels.provision import DAYS
from pms import cache, inventory
from pms.models import Connection, EmailMode, OutOfOrder, PmsType, Rate, Restriction, Room, RoomType, Tax

LANGUAGES = ("es", "en", "pt")


def apply_pms(hotel: Hotel, document: Table) -> None:
    if "pms" not in document:
        return
    table = document["pms"].table(
        required=("type",),
        optional=("base_url", "api_key", "hotel_id", "email", "relay_address", "failures_allowed", "pause_s"),
    )
    row, _created = Connection.objects.get_or_create(hotel=hotel)
    row.type = table["type"].choice(tuple(PmsType.values))
    if "base_url" in table:
        row.base_url, row.base_url_trusted = _address(table["base_url"]), True
    row.api_key = table.get("api_key", Field.secret, row.api_key)
    row.property_id = table.get("hotel_id", lambda field: str(field.integer(minimum=1, maximum=10**9)), row.property_id)
    row.email_mode = table.get("email", lambda field: field.choice(tuple(EmailMode.values)), row.email_mode)
    row.relay_address = table.get("relay_address", lambda field: field.text(maximum=200), row.relay_address)
    row.failures_allowed = table.get("failures_allowed", lambda field: field.integer(minimum=1, maximum=100), row.failures_allowed)
    row.pause_s = table.get("pause_s", lambda field: field.integer(minimum=1, maximum=3600), row.pause_s)
    if row.type == PmsType.QLOAPPS and not (row.base_url and row.property_id):
        raise document["pms"].error("a QloApps needs base_url, api_key and hotel_id")
    row.save()
    cache.forget(hotel.pk)


def connection_from_environment(hotel_slug: str) -> None:
    """At every start the PMS variables become the demo hotel's connection, when they name a PMS outside the house."""
    given = settings.PMS
    hotel = Hotel.objects.filter(slug=hotel_slug).first()
    if hotel is None or given["type"] == PmsType.EMBEDDED or not given["base_url"]:
        return
    Connection.objects.update_or_create(
        hotel=hotel,
        defaults={
            "type": given["type"], "base_url": given["base_url"], "base_url_trusted": True, "api_key": given["api_key"],
            "property_id": given["hotel_id"] or "1",
        },
    )  # fmt: skip
    cache.forget(hotel.pk)


def _address(field: Field) -> str:
    url = field.text(maximum=200).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise field.error("must be scheme://host[:port][/path]")
    return url


def apply_inventory(hotel: Hotel, document: Table) -> None:
    """Under the inventory lock: rooms that disappear from the file go out of service, their bookings stay."""
    with inventory.locked(hotel):
        if "room_types" in document:
            _room_types(hotel, document["room_types"])
        if "rates" in document:
            _rates(hotel, document["rates"])
        if "restrictions" in document:
            _restrictions(hotel, document["restrictions"])
        if "out_of_order" in document:
            _out_of_order(hotel, document["out_of_order"])
        if "taxes" in document:
            _taxes(hotel, document["taxes"])


def _room_types(hotel: Hotel, section: Field) -> None:
    kept_types: list[int] = []
    kept_rooms: list[int] = []
    for position, item in enumerate(section.items()):
        table = item.table(
            required=("code", "names", "max_adults", "rooms"), optional=("synonyms", "descriptions", "max_children", "max_guests")
        )
        adults, children = table["max_adults"].integer(minimum=1, maximum=20), table.get("max_children", Field.integer, 0)
        row, _created = RoomType.objects.update_or_create(
            hotel=hotel,
            code=table["code"].text(maximum=20),
            defaults={
                "names": _texts(table["names"]),
                "synonyms": table.get("synonyms", _word_lists, dict[str, list[str]]()),
                "descriptions": table.get("descriptions", _texts, dict[str, str]()),
                "max_adults": adults,
                "max_children": children,
                "max_guests": table.get("max_guests", lambda f: f.integer(minimum=1, maximum=40), adults + children),
                "active": True,
                "position": position,
            },
        )
        kept_types.append(row.pk)
        for number in table["rooms"].items():
            room, _created = Room.objects.update_or_create(
                hotel=hotel, number=number.text(maximum=20), defaults={"room_type": row, "active": True}
            )
            if room.pk in kept_rooms:
                raise number.error("this room number appears twice")
            kept_rooms.append(room.pk)
    Room.objects.filter(hotel=hotel).exclude(pk__in=kept_rooms).update(active=False)
    RoomType.objects.filter(hotel=hotel).exclude(pk__in=kept_types).update(active=False)


def _rates(hotel: Hotel, section: Field) -> None:
    Rate.objects.filter(room_type__hotel=hotel).delete()
    rows = []
    for item in section.items():
        table = item.table(required=("room_type", "from", "to", "price"), optional=("weekdays", "extra_adult", "child"))
        first, end = _range(table)
        rows.append(
            Rate(
                room_type=_room_type(hotel, table["room_type"]),
                first_night=first,
                end=end,
                weekdays=table.get("weekdays", lambda f: [DAYS.index(day.choice(DAYS)) for day in f.items()], None),
                price=table["price"].money(),
                extra_adult=table.get("extra_adult", Field.money, 0),  # type: ignore[arg-type]
                child=table.get("child", Field.money, 0),  # type: ignore[arg-type]
            )
        )
    Rate.objects.bulk_create(rows)


def _restrictions(hotel: Hotel, section: Field) -> None:
    Restriction.objects.filter(hotel=hotel).delete()
    for item in section.items():
        table = item.table(
            required=("from", "to"), optional=("room_type", "min_stay", "max_stay", "closed_to_arrival", "closed_to_departure")
        )
        first, end = _range(table)
        Restriction.objects.create(
            hotel=hotel,
            room_type=_room_type(hotel, table["room_type"]) if "room_type" in table else None,
            first_night=first,
            end=end,
            min_stay=table.get("min_stay", _nights, None),
            max_stay=table.get("max_stay", _nights, None),
            closed_to_arrival=table.get("closed_to_arrival", Field.boolean, False),
            closed_to_departure=table.get("closed_to_departure", Field.boolean, False),
        )


def _out_of_order(hotel: Hotel, section: Field) -> None:
    OutOfOrder.objects.filter(room__hotel=hotel).delete()
    for item in section.items():
        table = item.table(required=("room", "from", "to", "reason"))
        room = Room.objects.filter(hotel=hotel, number=table["room"].text()).first()
        if room is None:
            raise table["room"].error("there is no such room")
        first, end = _range(table)
        row = OutOfOrder.objects.create(room=room, first_night=first, end=end, reason=table["reason"].text(maximum=200))
        if not inventory.block(row):
            raise item.error(f"room {room.number} is booked on one of these nights")


def _taxes(hotel: Hotel, section: Field) -> None:
    Tax.objects.filter(hotel=hotel).delete()
    for item in section.items():
        table = item.table(required=("name", "percent"), optional=("included",))
        percent = table["percent"].decimal()
        if not 0 <= percent <= 100:
            raise table["percent"].error("must be from 0 to 100")
        Tax.objects.create(
            hotel=hotel, name=table["name"].text(maximum=60), percent=percent, included=table.get("included", Field.boolean, True)
        )


def _range(table: Table) -> tuple[dt.date, dt.date]:
    first, end = table["from"].date(), table["to"].date()
    if end <= first:
        raise table["to"].error("must come after 'from' (nights, 'to' exclusive)")
    return first, end


def _room_type(hotel: Hotel, field: Field) -> RoomType:
    row = RoomType.objects.filter(hotel=hotel, code=field.text()).first()
    if row is None:
        raise field.error("there is no room type with this code")
    return row


def _nights(field: Field) -> int | None:
    return field.integer(minimum=1, maximum=365)


def _texts(field: Field) -> dict[str, str]:
    table = field.table(optional=LANGUAGES)
    return {language: table[language].text() for language in table}


def _word_lists(field: Field) -> dict[str, list[str]]:
    table = field.table(optional=LANGUAGES)
    return {language: [word.text(maximum=60) for word in table[language].items()] for language in table}
