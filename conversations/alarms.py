"""Calling people who are not at the desk: a WhatsApp template to their phone, because nobody wrote to us from there today, and an
e-mail."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app import outbox, templates
from channels_app.envelope import ContentError
from channels_app.models import Account, Outbound, Template, Thread
from channels_app.phones import match_key, to_digits
from channels_app.transports.mail import posting
from conversations import mails
from conversations.labels import guest_word
from conversations.models import Conversation, RelayLine, StaffPhone
from hotelagent.hotels.hours import Hours
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

# A call this old is of no use: the next step of the ladder has been taken.
LIFE = dt.timedelta(hours=1)
# Reasons that wait for no opening hours.
AT_ONCE = frozenset({"emergency", "urgent"})


def may_ring(row: Conversation) -> bool:
    """May people who are elsewhere be called for this guest now? While the reception is closed only for what cannot wait."""
    if not Hours.of(row.hotel).is_closed_at(timezone.now()):
        return True
    return row.handoffs.filter(closed_at=None, reason__in=AT_ONCE).exists()


def call(conversation: Conversation, phone: str, template: str) -> str:
    """Tell this phone that a guest waits. Returns how it was told, "" when it could not be. Inside the caller's transaction."""
    hotel = conversation.hotel
    digits = to_digits(phone, hotel.country) if phone else ""
    letter = by_template(hotel, template, digits, _words(conversation), _key(conversation, "alarm")) if digits else None
    if letter is None:
        return ""
    colleague = StaffPhone.working().filter(hotel=hotel, key=match_key(digits)).first()
    if colleague is not None:  # who may answer from there
        last = conversation.messages.filter(author="guest").order_by("-pk").values_list("pk", flat=True).first() or 0
        RelayLine.objects.get_or_create(outbound=letter, conversation=conversation, defaults={"user": colleague.user, "up_to": last})
    return phone


def by_template(hotel: Hotel, template: str, digits: str, words: list[str], key: str) -> Outbound | None:
    """A letter to a phone that has not written today: who waits and why, in the hotel's approved template of that name. One that
    waits to leave tells of them all. None when there is no such template. Inside the caller's transaction."""
    approved = template_for(hotel, template)
    if approved is None:
        log.warning("no approved template to call a phone with", hotel=hotel.pk, template=template)
        return None
    thread, _made = Thread.objects.get_or_create(account=approved.account, identity=match_key(digits), defaults={"address": digits})
    Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)  # what waits may be claimed this moment
    queued = Outbound.objects.filter(thread=thread, author=Outbound.Author.SYSTEM, state=Outbound.State.QUEUED, content__kind="template")
    waiting = queued.order_by("-pk").first()
    who, why = words
    names = list(dict.fromkeys([*(waiting.content["template"].get("guests", []) if waiting else []), who]))
    try:
        values = [_counted(names), why]
        content = templates.content_of(approved, dict(zip(approved.variables, values, strict=False)))
    except ContentError as error:
        log.warning("the template for calls cannot be filled", hotel=hotel.pk, template=template, why=str(error))
        return None
    content = replace(content, template={**content.template, "guests": names})
    if waiting is not None:
        Outbound.objects.filter(pk=waiting.pk).update(content=content.to_json())
        return waiting
    return outbox.post(thread, content, dedupe_key=key, author=Outbound.Author.SYSTEM, expires_at=timezone.now() + LIFE)[0]


def template_for(hotel: Hotel, name: str) -> Template | None:
    """The approved template of that name, in the hotel's language if there is one."""
    accounts = Account.objects.filter(hotel=hotel, kind=Account.Kind.WHATSAPP, enabled=True, state=Account.State.CONNECTED)
    rows = [row for row in Template.objects.filter(name=name, account__in=accounts).select_related("account") if row.is_usable]
    return min(rows, key=lambda row: (row.language[:2] != hotel.main_language, row.pk), default=None)


def write(conversation: Conversation, address: str) -> str:
    """Tell this address that a guest waits. Returns how it was told, "" when it could not be. Inside the caller's transaction."""
    account = mails.account_of(conversation.hotel) if address else None
    if account is None:
        return ""
    link = f"{settings.PUBLIC_URL}{reverse('console:talk', args=[conversation.hotel.slug, conversation.pk])}"
    who, why = _words(conversation)
    content = mails.calling(who, why, link, conversation.hotel.main_language)
    try:
        thread = posting.thread_to(account, address, "")
        key = _key(conversation, "alarm-mail")
        outbox.post(thread, content, dedupe_key=key, author=Outbound.Author.SYSTEM, expires_at=timezone.now() + LIFE)
    except ContentError as error:
        log.warning("the address for calls cannot be written to", hotel=conversation.hotel_id, why=str(error))
        return ""
    return address


def _key(conversation: Conversation, kind: str) -> str:
    return f"{kind}:{conversation.pk}:{conversation.alert_level}:{timezone.now():%Y%m%d%H%M%S%f}"


def _counted(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} +{len(names) - 3}"


def _words(conversation: Conversation) -> list[str]:
    with override(conversation.hotel.main_language):
        last = conversation.messages.filter(author="guest").order_by("-at", "-id").values_list("text", flat=True).first()
        return [guest_word(conversation)[:60], (last or _("waits for an answer"))[:120]]
