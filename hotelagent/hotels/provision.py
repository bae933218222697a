"""A hotel from a file: the database becomes equal to the file for what the file names. Bookings are never touched.

The sections below ``hotel`` are applied by the rooms that own the rows (``settings.PROVISION_SECTIONS``); the format
is documented in docs/provisioning.md.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from hotelagent.hotels import documents
from hotelagent.hotels.documents import DocumentError, Field, Table
from hotelagent.hotels.models import Hotel, Language, Membership, OpeningHours, Role, validate_timezone

SECTIONS = [
    "hotel",
    "staff",
    "opening_hours",
    "room_types",
    "rates",
    "restrictions",
    "out_of_order",
    "taxes",
    "facts",
    "details",
    "faqs",
    "phrases",
    "desk",
    "canned_replies",
    "channels",
    "pms",
    "deposit",
]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def provision(path: Path) -> Hotel:
    """Apply one file in one transaction. Raises DocumentError (line, key, problem); then nothing was changed."""
    source = path.read_text(encoding="utf-8")
    today = _today(source)
    document = documents.parse(source, today).table(required=("hotel",), optional=tuple(SECTIONS))
    slug = document["hotel"].open_table()
    with transaction.atomic():
        hotel = Hotel(slug=slug["slug"].text() if "slug" in slug else "")
        for dotted in settings.PROVISION_SECTIONS:
            hotel = import_string(dotted)(hotel, document) or hotel
    return hotel


def _today(source: str) -> dt.date:
    """The hotel's date, which relative dates count from; before its zone is known to be right, the server's."""
    probe = documents.parse(source, timezone.now().date()).open_table()
    if "hotel" in probe and "timezone" in (table := probe["hotel"].open_table()):
        try:
            return timezone.now().astimezone(zoneinfo.ZoneInfo(table["timezone"].text())).date()
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise table["timezone"].error("is not a time zone") from error
    return timezone.now().date()


def apply_hotel(_hotel: Hotel, document: Table) -> Hotel:
    table = document["hotel"].table(
        required=("slug", "name", "timezone", "country", "currency", "languages"),
        optional=(
            "phone",
            "email",
            "address",
            "location",
            "check_in_from",
            "check_out_until",
            "adult_from",
            "closed_days",
            "retention_days",
        ),
    )
    hotel, _created = Hotel.objects.get_or_create(slug=table["slug"].text(maximum=50))
    hotel.name = table["name"].text(maximum=120)
    hotel.timezone = _valid(table["timezone"], validate_timezone)
    hotel.country = table["country"].text(maximum=2).upper()
    hotel.currency = table["currency"].text(maximum=3).upper()
    hotel.languages = [item.choice(tuple(Language.values)) for item in table["languages"].items()]
    if not hotel.languages:
        raise table["languages"].error("names no language")
    hotel.phone = table.get("phone", lambda f: f.text(maximum=40), hotel.phone)
    hotel.email = table.get("email", lambda f: _valid(f, validate_email), hotel.email)
    hotel.address = table.get("address", lambda f: f.text(maximum=200), hotel.address)
    if "location" in table:
        location = table["location"].table(required=("lat", "lon"))
        hotel.latitude, hotel.longitude = location["lat"].decimal(), location["lon"].decimal()
    hotel.check_in_from = table.get("check_in_from", Field.time, hotel.check_in_from)
    hotel.check_out_until = table.get("check_out_until", Field.time, hotel.check_out_until)
    hotel.adult_from = table.get("adult_from", lambda f: f.integer(minimum=1, maximum=18), hotel.adult_from)
    if "closed_days" in table:
        hotel.closed_days = sorted({item.date() for item in table["closed_days"].items()})
    hotel.retention_days = table.get("retention_days", lambda f: f.integer(minimum=1, maximum=3650), hotel.retention_days)
    hotel.save()
    return hotel


def apply_staff(hotel: Hotel, document: Table) -> None:
    """Who is named gets a role and an account without a usable password; who is no longer named loses the role."""
    if "staff" not in document:
        return
    users = get_user_model()
    kept: list[int] = []
    for item in document["staff"].items():
        row = item.table(required=("email", "role"), optional=("name", "whatsapp"))
        email = _valid(row["email"], validate_email).lower()
        user, created = users.objects.get_or_create(username=email, defaults={"email": email})
        if created:
            user.set_unusable_password()
        user.is_staff = True
        user.first_name = row.get("name", lambda f: f.text(maximum=150), user.first_name)
        user.save()
        role = row["role"].choice(tuple(Role.values))
        membership, _created = Membership.objects.update_or_create(user=user, hotel=hotel, defaults={"role": role})
        kept.append(membership.pk)
    hotel.memberships.exclude(pk__in=kept).delete()


def apply_opening_hours(hotel: Hotel, document: Table) -> None:
    if "opening_hours" not in document:
        return
    table = document["opening_hours"].table(optional=DAYS)
    hotel.opening_hours.all().delete()
    for key in table:
        for item in table[key].items():
            opens, dash, closes = item.text().partition("-")
            try:
                period = OpeningHours(
                    hotel=hotel, weekday=DAYS.index(key), opens=dt.time.fromisoformat(opens), closes=dt.time.fromisoformat(closes)
                )
            except ValueError as error:
                raise item.error('must be a period such as "08:00-13:00"') from error
            if not dash or period.closes <= period.opens:
                raise item.error("must close after it opens, on the same day")
            period.save()


def _valid(field: Field, validator: object) -> str:
    value = field.text()
    try:
        validator(value)  # type: ignore[operator]
    except ValidationError as error:
        raise field.error(" ".join(error.messages)) from error
    return value


__all__ = ["DocumentError", "provision"]
