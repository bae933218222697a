"""The sections of a provisioning file that are the receptionist's: knowledge, and the desk."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from conversations.dialogue.intents.facts import TOPICS
from conversations.models import CannedReply, DeskSettings, Fact, Faq, StaffPhone
from hotelagent.hotels.documents import Table
from hotelagent.hotels.models import Hotel, Language, Membership, Role

log = structlog.get_logger(__name__)

NO_PHONE = "none"
MINUTES = ("answer_min", "alert_min", "duty_min", "manager_min")
WORDS = ("duty_phone", "manager_phone", "alert_template", "duty_email", "manager_email")


def apply_knowledge(hotel: Hotel, document: Table) -> None:
    if "facts" in document:
        kept = []
        for item in document["facts"].items():
            table = item.table(required=("topic", "language", "text"))
            row, _created = Fact.objects.update_or_create(
                hotel=hotel,
                topic=table["topic"].choice(tuple(TOPICS)),
                language=table["language"].choice(tuple(Language.values)),
                defaults={"text": table["text"].text()},
            )
            kept.append(row.pk)
        Fact.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()
    if "faqs" in document:
        kept = []
        for item in document["faqs"].items():
            table = item.table(required=("language", "question", "answer"))
            question, _created = Faq.objects.update_or_create(
                hotel=hotel,
                language=table["language"].choice(tuple(Language.values)),
                question=table["question"].text(maximum=300),
                defaults={"answer": table["answer"].text()},
            )
            kept.append(question.pk)
        Faq.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()


def apply_desk(hotel: Hotel, document: Table) -> None:
    """How the live desk works, and its canned replies. The hotel-wide switch is nobody's file's to turn."""
    if "desk" in document:
        table = document["desk"].table(optional=(*MINUTES, *WORDS, "undo_s"))
        row = DeskSettings.objects.filter(hotel=hotel).first() or DeskSettings(hotel=hotel)
        for name in MINUTES:
            setattr(row, name, table.get(name, lambda field: field.integer(minimum=1, maximum=1440), getattr(row, name)))
        for name in WORDS:
            setattr(row, name, table.get(name, lambda field: field.text(maximum=200), getattr(row, name)))
        row.undo_s = table.get("undo_s", lambda field: field.integer(maximum=30), row.undo_s)
        if not row.alert_min <= row.duty_min <= row.manager_min:
            raise document["desk"].error("alert_min, duty_min and manager_min come one after the other")
        row.save()
    if "canned_replies" in document:
        kept = []
        for item in document["canned_replies"].items():
            table = item.table(required=("shortcut", "language", "text"))
            shortcut = table["shortcut"].text(maximum=40)
            if slugify(shortcut) != shortcut:
                raise table["shortcut"].error("small letters, digits and dashes only")
            reply, _created = CannedReply.objects.update_or_create(
                hotel=hotel, shortcut=shortcut, language=table["language"].choice(tuple(Language.values)),
                defaults={"text": table["text"].text()},
            )  # fmt: skip
            kept.append(reply.pk)
        CannedReply.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()


def apply_phones(hotel: Hotel, document: Table) -> None:
    """Phones of the staff: ``whatsapp`` of a person; ``none`` takes it away, a person without the key keeps theirs."""
    for item in document["staff"].items() if "staff" in document else []:
        row = item.open_table()
        if "whatsapp" not in row:
            continue
        number = row["whatsapp"].text(maximum=40)
        user = hotel.memberships.get(user__username=row["email"].text().lower()).user
        if number == NO_PHONE:
            StaffPhone.objects.filter(hotel=hotel, user=user).delete()
            continue
        try:
            _keep_phone(hotel, user, number)
        except ValidationError as error:
            raise row["whatsapp"].error("; ".join(error.messages)) from error


def phone_from_environment(hotel_slug: str) -> None:
    """At every start AGENT_WHATSAPP_NUMBER becomes the phone of the demo hotel's first administrator."""
    first = Membership.objects.filter(hotel__slug=hotel_slug, role=Role.HOTEL_ADMIN).select_related("hotel", "user").order_by("pk").first()
    if not settings.AGENT_WHATSAPP_NUMBER or first is None:
        return
    try:
        _keep_phone(first.hotel, first.user, settings.AGENT_WHATSAPP_NUMBER)
    except ValidationError as error:
        log.error("AGENT_WHATSAPP_NUMBER is not used", why="; ".join(error.messages))


def _keep_phone(hotel: Hotel, user: Any, number: str) -> None:
    """Raises ValidationError."""
    row = StaffPhone.objects.filter(hotel=hotel, user=user).first() or StaffPhone(hotel=hotel, user=user)
    row.number = number
    row.full_clean()
    row.save()
