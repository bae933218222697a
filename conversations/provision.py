"""The sections of a provisioning file that are the receptionist's: knowledge, and the desk."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from conversations import voices
from conversations.dialogue import phrasebook
from conversations.dialogue.intents.facts import TOPICS
from conversations.models import CannedReply, DeskSettings, Detail, Fact, Faq, StaffPhone
from hotelagent.hotels.documents import Field, Table
from hotelagent.hotels.models import Hotel, Language, Membership, Role
from hotelagent.hotels.provision import DAYS

log = structlog.get_logger(__name__)

NO_PHONE = "none"
MINUTES = ("answer_min", "alert_min", "duty_min", "manager_min")
DETAIL = (
    "names", "weekdays", "opens", "closes", "season", "price", "currency", "per", "charge", "room_types", "measure", "number",
    "valid_until",
)  # fmt: skip
WORDS = ("duty_phone", "manager_phone", "alert_template", "duty_email", "manager_email", "on_call_name", "on_call_phone")


def apply_knowledge(hotel: Hotel, document: Table) -> None:
    if "facts" in document:
        kept = []
        for item in document["facts"].items():
            table = item.table(required=("topic", "language", "text"), optional=("valid_until",))
            row, _created = Fact.objects.update_or_create(
                hotel=hotel,
                topic=table["topic"].choice(tuple(TOPICS)),
                language=table["language"].choice(tuple(Language.values)),
                defaults={"text": table["text"].text(), "valid_until": table.get("valid_until", Field.date, None)},
            )
            kept.append(row.pk)
        Fact.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()
    if "details" in document:
        _apply_details(hotel, document["details"])
    if "faqs" in document:
        _apply_faqs(hotel, document["faqs"])


def _apply_faqs(hotel: Hotel, section: Field) -> None:
    kept, subjects = [], set()
    Faq.objects.filter(hotel=hotel).update(subject="")  # a question may have come into other words
    for item in section.items():
        table = item.table(required=("language", "question", "answer"), optional=("valid_until", "subject"))
        language, subject = table["language"].choice(tuple(Language.values)), table.get("subject", lambda field: field.text(maximum=60), "")
        if slugify(subject) != subject:
            raise table["subject"].error("small letters, digits and dashes only")
        if subject and (language, subject) in subjects:
            raise table["subject"].error("this subject has a question in this language already")
        subjects.add((language, subject))
        question, _created = Faq.objects.update_or_create(
            hotel=hotel,
            language=language,
            question=table["question"].text(maximum=300),
            defaults={"answer": table["answer"].text(), "valid_until": table.get("valid_until", Field.date, None), "subject": subject},
        )
        kept.append(question.pk)
    Faq.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()


def _apply_details(hotel: Hotel, section: Field) -> None:
    """Exact values have no name: one that stands in the file unchanged keeps its row, any other is a new one."""
    before = list(Detail.objects.filter(hotel=hotel).order_by("id"))
    for item in section.items():
        row = _detail(hotel, item)
        known = next((one for one in before if all(getattr(one, name) == getattr(row, name) for name in ("topic", *Detail.WORDS))), None)
        if known is None:
            row.save()
            continue
        before.remove(known)
        if known.valid_until != row.valid_until:
            known.valid_until = row.valid_until
            known.save(update_fields=["valid_until", "updated_at"])
    Detail.objects.filter(pk__in=[row.pk for row in before]).delete()


def _detail(hotel: Hotel, item: Field) -> Detail:
    table = item.table(required=("topic",), optional=DETAIL)
    season = [one.text(maximum=5) for one in table["season"].items()] if "season" in table else ["", ""]
    if len(season) != 2:
        raise table["season"].error('names a first and a last day: ["11-01", "03-31"]')
    row = Detail(
        hotel=hotel, topic=table["topic"].choice(tuple(TOPICS)), season_from=season[0], season_until=season[1],
        names=_by_language(table["names"]) if "names" in table else {},
        weekdays=[DAYS.index(one.choice(DAYS)) for one in table["weekdays"].items()] if "weekdays" in table else [],
        opens=table.get("opens", Field.time, None), closes=table.get("closes", Field.time, None),
        amount=table.get("price", Field.money, None), currency=table.get("currency", lambda field: field.text(maximum=3), ""),
        per=table.get("per", lambda field: field.choice(tuple(Detail.Per.values)), ""),
        charge=table.get("charge", lambda field: field.choice(tuple(Detail.Charge.values)), ""),
        room_types=[one.text(maximum=40) for one in table["room_types"].items()] if "room_types" in table else [],
        measure=table.get("measure", lambda field: field.choice(tuple(Detail.Measure.values)), ""),
        number=table.get("number", Field.decimal, None), valid_until=table.get("valid_until", Field.date, None),
    )  # fmt: skip
    try:
        row.full_clean(exclude=["hotel"])
    except ValidationError as error:
        raise item.error(" ".join(error.messages)) from error
    return row


def _by_language(field: Field) -> dict[str, str]:
    table = field.table(optional=tuple(Language.values))
    return {language: table[language].text(maximum=80) for language in table}


def apply_phrases(hotel: Hotel, document: Table) -> None:
    """How guests are addressed, and phrases in the hotel's own words; what is not named is the book's again."""
    if "phrases" not in document:
        return
    table = document["phrases"].table(optional=("address", "own"))
    address = table["address"].table(optional=tuple(phrasebook.REGISTERS)) if "address" in table else None
    for language in address or ():
        assert address is not None
        voices.address(hotel, language, address[language].choice(phrasebook.REGISTERS[language]), None)
    if "own" not in table:
        return
    kept = set()
    for item in table["own"].items():
        row = item.table(required=("language", "key", "text"))
        language, key = row["language"].choice(phrasebook.LANGUAGES), row["key"].text(maximum=60)
        try:
            voices.reword(hotel, language, key, row["text"].text(), None)
        except KeyError as error:
            raise row["key"].error("there is no such phrase") from error
        except phrasebook.PhraseProblem as error:
            raise row["text"].error(f"cannot be said: {error.kind} {' '.join(error.names)}".strip()) from error
        kept.add((language, key))
    for language, key in voices.of(hotel.pk).phrases.keys() - kept:
        voices.reword(hotel, language, key, "", None)


def apply_desk(hotel: Hotel, document: Table) -> None:
    """How the live desk works, and its canned replies. The hotel-wide switch is nobody's file's to turn."""
    if "desk" in document:
        table = document["desk"].table(optional=(*MINUTES, *WORDS, "undo_s", "push_words"))
        row = DeskSettings.objects.filter(hotel=hotel).first() or DeskSettings(hotel=hotel)
        for name in MINUTES:
            setattr(row, name, table.get(name, lambda field: field.integer(minimum=1, maximum=1440), getattr(row, name)))
        for name in WORDS:
            setattr(row, name, table.get(name, lambda field: field.text(maximum=200), getattr(row, name)))
        row.push_words = table.get("push_words", lambda field: field.boolean(), row.push_words)
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
