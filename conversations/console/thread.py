"""One conversation as staff read it: messages, notes, what happened, what is planned, in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_app import outbox
from channels_app.models import Outbound
from channels_app.transports import transport_of
from conversations.console import correspondence, files
from conversations.labels import EVENTS, REMEMBERED, author_word, intent_word, name_of, reason_word, sources_of, summary_words
from conversations.models import Conversation, Event, Handoff, Message, Note, PlannedReply, Seen

PAGE, SHOWN_LIMIT = 200, 1000
TICKS = {
    Outbound.State.QUEUED: ("clock", _("Queued")),
    Outbound.State.SENDING: ("clock", _("On its way")),
    Outbound.State.SENT: ("sent", _("Sent")),
    Outbound.State.DELIVERED: ("read", _("Delivered")),
    Outbound.State.READ: ("read", _("Read")),
    Outbound.State.PLAYED: ("read", _("Played")),
    Outbound.State.UNKNOWN: ("warning", _("Nobody knows whether it arrived")),
    Outbound.State.FAILED: ("warning", _("Not delivered")),
    Outbound.State.ABORTED: ("closed", _("Not sent")),
    Outbound.State.EXPIRED: ("warning", _("Not sent in time")),
}
# Events that only say what the owner's badge says already, or that belong to a machine's log.
QUIET = {"released"}
CLOSING = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Line:
    """``kind``: message, event, note, planned. ``order``: of what happened at the same moment."""

    kind: str
    at: dt.datetime
    order: tuple[int, int]
    row: Any
    data: dict[str, Any]


@dataclass(frozen=True)
class Window:
    """How long free words are taken. ``until`` None: always, the channel has no window."""

    open: bool
    until: dt.datetime | None
    closing: bool


def number(text: str) -> int | None:
    """A row's key as an address or a form tells it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def lines(conversation: Conversation, before: str = "", *, since: str = "") -> tuple[list[Line], int | None]:
    """The last lines in order, and the message before which there is more. ``since``: a message shown already, however old."""
    rows = conversation.messages.select_related("outbound", "user").order_by("-at", "-id")
    border = conversation.messages.filter(pk=number(before) or 0).first()
    if border is not None:
        rows = rows.filter(Q(at__lt=border.at) | Q(at=border.at, pk__lt=border.pk))
    oldest = conversation.messages.filter(pk=number(since) or 0).first()
    count = PAGE
    if oldest is not None:
        count = min(max(PAGE, rows.filter(at__gte=oldest.at).count()), SHOWN_LIMIT)
    page = list(rows[: count + 1])
    shown, more = page[:count][::-1], len(page) > count
    start = shown[0].at if more else None
    found = [*_messages(conversation, shown), *_others(conversation, start, border.at if border else None)]
    if border is None:
        waiting = conversation.planned.filter(state__in=[PlannedReply.State.WAITING, PlannedReply.State.REFUSED]).select_related("user")
        found += [Line("planned", row.due_at, (3, row.pk), row, {"who": name_of(row.user)}) for row in waiting]
    found.sort(key=lambda one: (one.at, one.order))
    return found, shown[0].pk if more else None


def _messages(conversation: Conversation, rows: list[Message]) -> list[Line]:
    sources = sources_of(conversation.hotel_id, rows)
    mails, sent = correspondence.of(conversation, rows), files.of(conversation, rows)
    return [
        Line("message", row.at, (1, row.pk), row, _bubble(row, sources) | {"mail": mails.get(row.pk), "file": sent.get(row.pk)})
        for row in rows
    ]


def _bubble(row: Message, sources: dict[str, tuple[str, str]]) -> dict[str, Any]:
    letter, understood = row.outbound, row.understanding or {}
    icon, word = TICKS[Outbound.State(letter.state)] if letter else ("", "")
    lost = letter is not None and letter.state in {"failed", "unknown", "expired"}
    return {
        "who": author_word(row),
        "icon": icon,
        "tick": word,
        "state": letter.state if letter else "",
        "lost": lost,
        "why_not": outbox.why(letter) if letter and letter.state in {"failed", "unknown", "aborted", "expired"} else "",
        "letter": letter.pk if lost and letter else None,
        "sources": [sources.get(name, (name, "")) for name in row.sources],
        "intents": [
            (intent_word(str(one.get("name", ""))), round(float(one.get("confidence", 0)) * 100)) for one in understood.get("intents", [])
        ],
        "slots": [(REMEMBERED.get(name, name.replace("_", " ")), value) for name, value in understood.get("slots", {}).items()],
    }


def _others(conversation: Conversation, since: dt.datetime | None, until: dt.datetime | None) -> list[Line]:
    span: dict[str, Any] = {**({"at__gte": since} if since else {}), **({"at__lt": until} if until else {})}
    events = conversation.events.filter(**span).exclude(type__in=QUIET).select_related("user").order_by("id")
    notes = conversation.notes.filter(**span).select_related("user").prefetch_related("mentions")
    return [
        *(Line("event", row.at, (0, row.pk), row, _event(row)) for row in events),
        *(Line("note", row.at, (2, row.pk), row, _note(row)) for row in notes),
    ]


def _event(row: Event) -> dict[str, Any]:
    _icon, word = EVENTS.get(row.type, ("info", row.type.replace("_", " ")))
    reason = row.data.get("reason", "")
    details = [
        row.data.get("reference", ""),
        reason_word(reason) if reason else "",
        row.data.get("told", ""),
        _pushed(row),
        name_of(row.user),
    ]
    return {"word": word, "details": " · ".join(str(one) for one in details if one)}


def _pushed(row: Event) -> str:
    count = row.data.get("pushed", 0)
    return ngettext("notified %(count)s browser", "notified %(count)s browsers", count) % {"count": count} if count else ""


def _note(row: Note) -> dict[str, Any]:
    return {"who": name_of(row.user), "mentions": [name_of(user) for user in row.mentions.all()]}


def window(conversation: Conversation, now: dt.datetime | None = None) -> Window:
    """The 24-hour window of this guest, already less its margin."""
    now, thread = now or timezone.now(), conversation.thread
    until = outbox.window_until(thread, transport_of(thread.account.kind))
    if until is None:
        return Window(True, None, False)
    return Window(now < until, until, now < until < now + CLOSING)


def open_handoff(conversation: Conversation) -> tuple[Handoff | None, str, str]:
    """The hand-off under way: the row, why, and what is known."""
    row = conversation.handoffs.filter(closed_at=None).select_related("taken_by").first()
    return row, reason_word(row.reason) if row else "", summary_words(row.summary) if row else ""


def last_of(conversation: Conversation) -> int:
    """The newest message's number, 0 when there is none."""
    return conversation.messages.order_by("-pk").values_list("pk", flat=True).first() or 0


def mark_seen(conversation: Conversation, user: AbstractBaseUser, up_to: int) -> None:
    """Read so far; never backwards."""
    row, made = Seen.objects.get_or_create(conversation=conversation, user_id=user.pk, defaults={"up_to": up_to})
    if not made:
        Seen.objects.filter(pk=row.pk, up_to__lt=up_to).update(up_to=up_to)


def seen_up_to(conversation: Conversation, user: AbstractBaseUser) -> int:
    return Seen.objects.filter(conversation=conversation, user=user.pk).values_list("up_to", flat=True).first() or 0
