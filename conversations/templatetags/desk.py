"""Words and clocks of the desk's pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import labels
from conversations.models import Conversation

register = template.Library()

WHEN = {
    "in_house": gettext_lazy("in house"),
    "arriving": gettext_lazy("arrives today"),
    "departing": gettext_lazy("leaves today"),
    "coming": gettext_lazy("comes later"),
}
KINDS = {
    "image": gettext_lazy("Picture"), "audio": gettext_lazy("Voice message"), "voice": gettext_lazy("Voice message"),
    "video": gettext_lazy("Video"), "document": gettext_lazy("Document"), "sticker": gettext_lazy("Sticker"),
    "automatic": gettext_lazy("Automatic answer"), "spam": gettext_lazy("Taken for spam"), "history": gettext_lazy("From before"),
    "relayed": gettext_lazy("Passed on by an agency or a program"), "unproven": gettext_lazy("Perhaps not from who it says"),
    "unaddressed": gettext_lazy("Not addressed to the hotel"), "too_large": gettext_lazy("Too large to be read"),
    "anonymous": gettext_lazy("Nobody can tell who wrote it"), "wordless": gettext_lazy("Nothing but what it answers"),
    "ongoing": gettext_lazy("Goes on with e-mails written elsewhere"),
    "location": gettext_lazy("Location"), "contacts": gettext_lazy("Contact"), "unsupported": gettext_lazy("Something this channel hides"),
}  # fmt: skip


@register.filter
def guest(talk: Conversation) -> str:
    return labels.guest_word(talk)


@register.filter
def name_of(user: Any) -> str:
    return labels.name_of(user)


@register.filter
def when_word(stay: Any) -> str:
    return str(WHEN.get(stay.when, ""))


@register.filter
def is_media(kind: str) -> bool:
    return kind in KINDS


@register.filter
def kind_word(kind: str) -> str:
    return str(KINDS.get(kind, kind))


@register.filter
def variable(name: str) -> str:
    return _("Variable %(name)s") % {"name": name}


@register.filter
def at(people: dict[int, Any], pk: int) -> Any:
    return people.get(pk, ())


@register.filter
def clock(talk: Conversation, now: dt.datetime) -> str:
    """ "04:10" left, "−02:12" overdue; hours when there are any. The page goes on counting."""
    assert talk.deadline_at is not None
    seconds = int((talk.deadline_at - now).total_seconds())
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    if seconds >= 86_400:
        return f"{sign}{seconds // 86_400} d"
    if seconds >= 3600:
        return f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02d} h"
    return f"{sign}{seconds // 60:02d}:{seconds % 60:02d}"


@register.filter
def last_at(talk: Conversation, now: dt.datetime) -> str:
    """The time today, else the day."""
    if talk.last_message_at is None:
        return ""
    here, today = talk.last_message_at.astimezone(talk.hotel.zone), now.astimezone(talk.hotel.zone).date()
    return f"{here:%H:%M}" if here.date() == today else f"{here:%d/%m}"
