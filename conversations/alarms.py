"""Calling people who are not at the desk: a WhatsApp template to their phone, because nobody wrote to us from there today."""

from __future__ import annotations

import structlog
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app import outbox, templates
from channels_app.envelope import ContentError
from channels_app.models import Account, Outbound, Template, Thread
from channels_app.phones import match_key, to_digits
from conversations.models import Conversation

log = structlog.get_logger(__name__)


def call(conversation: Conversation, phone: str, template: str) -> str:
    """Tell this phone that a guest waits. Returns how it was told, "" when it could not be. Inside the caller's transaction."""
    hotel = conversation.hotel
    digits = to_digits(phone, hotel.country) if phone else ""
    if not digits:
        return ""
    accounts = Account.objects.filter(hotel=hotel, kind=Account.Kind.WHATSAPP, enabled=True, state=Account.State.CONNECTED)
    rows = [row for row in Template.objects.filter(name=template, account__in=accounts).select_related("account") if row.is_usable]
    rows.sort(key=lambda row: row.language[:2] != hotel.main_language)
    if not rows:
        log.warning("no approved template to call a phone with", hotel=hotel.pk, template=template)
        return ""
    thread, _made = Thread.objects.get_or_create(account=rows[0].account, identity=match_key(digits), defaults={"address": digits})
    try:
        content = templates.content_of(rows[0], dict(zip(rows[0].variables, _words(conversation), strict=False)))
    except ContentError as error:
        log.warning("the template for calls cannot be filled", hotel=hotel.pk, template=template, why=str(error))
        return ""
    key = f"alarm:{conversation.pk}:{conversation.alert_level}:{conversation.waiting_since:%Y%m%d%H%M%S}"
    outbox.post(thread, content, dedupe_key=key, author=Outbound.Author.SYSTEM)
    return phone


def _words(conversation: Conversation) -> list[str]:
    guest = conversation.guest.name or conversation.thread.name or conversation.thread.address
    with override(conversation.hotel.main_language):
        last = conversation.messages.filter(author="guest").order_by("-at", "-id").values_list("text", flat=True).first()
        return [guest[:60], (last or _("waits for an answer"))[:120]]
