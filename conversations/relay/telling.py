"""From guests to the phones of the staff: who waits, and what they write.

A conversation whose person owes an answer gets ``relay_at`` with the letter that made it so (conversations.escalation); the
drain here tells whoever is concerned, each of what they have not been told yet. In the 24 hours after a person wrote to us
freely, else by the hotel's template for calls.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app import outbox
from channels_app.envelope import Content, ContentError
from channels_app.models import Account, Outbound, Thread
from channels_app.transports import transport_of
from conversations import alarms
from conversations.labels import guest_word, reason_word, summary_words
from conversations.models import Attendance, Conversation, DeskSettings, Message, RelayCode, RelayLine, StaffPhone
from conversations.push import calls
from conversations.relay.commands import DIGITS, LETTERS
from conversations.templatetags.desk import kind_word

log = structlog.get_logger(__name__)

Owner = Conversation.Owner
DUE = ("SELECT min(relay_at) FROM conversations_conversation WHERE relay_at IS NOT NULL",)
# Of what a guest wrote a phone is told so much at once; the desk shows the rest.
LINES, LINE_LENGTH = 5, 600
SHORTLY = dt.timedelta(minutes=10)
# Told later than this it is of no use.
LIFE = dt.timedelta(hours=4)


def due(limit: int) -> list[int]:
    """Conversations of which somebody is to be told."""
    rows = Conversation.objects.filter(relay_at__lte=timezone.now())
    return list(rows.order_by("relay_at").values_list("pk", flat=True)[:limit])


def tell(pk: int) -> None:
    """Every phone and browser concerned, of what they do not know yet."""
    with transaction.atomic():
        talk = Conversation.objects.select_related("hotel", "guest", "person", "thread__account").get(pk=pk)
        seen = talk.relay_at
        for phone in _concerned(talk):
            _tell(talk, phone)
        calls.call(talk, talk.alert_level)
        Conversation.objects.filter(pk=pk, relay_at=seen).update(relay_at=None)


def _concerned(talk: Conversation) -> list[StaffPhone]:
    """While nobody has the guest everybody who is not off shift; those at the desk, where it sounds, when it sounded in vain.
    Then the one who has the guest, if they answer by phone. While the reception is closed only what cannot wait
    rings."""
    phones = StaffPhone.working().filter(hotel=talk.hotel_id).select_related("user", "hotel").order_by("pk")
    if talk.owner == Owner.PERSON:
        mine = phones.filter(user=talk.person_id)
        return list(mine) if _answers_by_phone(talk) else []
    if talk.owner != Owner.WAITING or talk.waiting_since is None:
        return []
    found = list(phones)
    if not found or not alarms.may_ring(talk):
        return []
    elsewhere = [Attendance.State.OFF] if talk.alert_level else [Attendance.State.OFF, Attendance.State.ONLINE]
    absent = set(Attendance.objects.filter(hotel=talk.hotel_id, state__in=elsewhere).values_list("user", flat=True))
    return [phone for phone in found if phone.user_id not in absent]


def _answers_by_phone(talk: Conversation) -> bool:
    """Did the person who has it ever answer from their phone in this hand-off?"""
    handoff = talk.handoffs.filter(closed_at=None).first()
    lines = RelayLine.objects.filter(conversation=talk, user=talk.person_id, inbound__isnull=False)
    return handoff is not None and lines.filter(at__gte=handoff.opened_at).exists()


def _tell(talk: Conversation, phone: StaffPhone) -> None:
    lines = RelayLine.objects.filter(conversation=talk, user=phone.user_id, outbound__isnull=False)
    told = lines.order_by("-up_to").values_list("up_to", flat=True).first() or 0
    first = talk.owner == Owner.WAITING and not lines.filter(at__gte=talk.waiting_since).exists()
    words = last_words(talk, 0 if first else told)
    if not words:
        return
    up_to = words[-1].pk
    key = f"relay:{talk.pk}:{phone.user_id}:{up_to}:{talk.waiting_since.timestamp() if first and talk.waiting_since else ''}"
    reached = reach(phone)
    if reached is None:
        log.warning("no WhatsApp account to tell a colleague by", hotel=talk.hotel_id)
        return
    code = code_of(talk)
    with override(talk.hotel.main_language):
        said = "\n".join(f"«{line_of(row)}»" for row in words)
        if not reached.free:
            who, why = f"{code} {guest_word(talk)}"[:60], line_of(words[-1])[:120]
            row = alarms.by_template(talk.hotel, DeskSettings.of(talk.hotel).alert_template, phone.digits, [who, why], key)
            link([row] if row is not None else [], talk, phone, up_to)
            return
        head = f"*{code}* {guest_word(talk)}"
        if talk.owner == Owner.WAITING:
            text = f"🔔 {head} · {_why(talk)}\n{said}\n\n" + _("Answer by replying to this message, or begin with %(code)s.") % {
                "code": code
            }
        else:
            text = f"{head}\n{said}"
    link(_post(reached.thread, Content("text", text), key), talk, phone, up_to)


def link(letters: list[Outbound], talk: Conversation, phone: StaffPhone, up_to: int) -> None:
    """These letters of ours tell this phone of this guest."""
    for row in letters:
        RelayLine.objects.update_or_create(outbound=row, conversation=talk, defaults={"user": phone.user, "up_to": up_to})


def last_words(talk: Conversation, after: int = 0) -> list[Message]:
    """What the guest wrote after that message, oldest first; from the beginning only the last, and what came shortly before it."""
    rows = list(talk.messages.filter(author=Message.Author.GUEST, pk__gt=after).order_by("-pk")[:LINES])
    return [row for row in reversed(rows) if after or row.at >= rows[0].at - SHORTLY]


def line_of(row: Message) -> str:
    """A guest's message in a line of a colleague's phone."""
    text = row.text or f"[{kind_word(row.kind)}]"
    return text if len(text) <= LINE_LENGTH else text[: LINE_LENGTH - 1] + "…"


def _why(talk: Conversation) -> str:
    row = talk.handoffs.filter(closed_at=None).first()
    if row is None:
        return _("waits for an answer")
    return " · ".join(filter(None, [reason_word(row.reason), summary_words(row.summary)]))


def _post(thread: Thread, content: Content, key: str) -> list[Outbound]:
    return outbox.post(thread, content, dedupe_key=key, author=Outbound.Author.SYSTEM, expires_at=timezone.now() + LIFE)


def say(thread: Thread, text: str, key: str, *, kind: str = "text", **content: Any) -> list[Outbound]:
    """Our own words to a colleague's phone; the same key twice is one letter."""
    try:
        return _post(thread, Content(kind, text, **content), key)
    except ContentError as error:  # names of guests are anybody's words
        log.warning("not told to a colleague", why=str(error), key=key)
        return []


@dataclass(frozen=True)
class Reached:
    """Where a colleague is written to; ``free``: they wrote in the last 24 hours, so any words may go."""

    thread: Thread
    free: bool


def reach(phone: StaffPhone, *, making: bool = True) -> Reached | None:
    """The thread with this phone, on the account it wrote to last if the hotel has several. None without any account, and
    without a thread when none is to be made."""
    accounts = Account.objects.filter(
        hotel=phone.hotel_id, kind=Account.Kind.WHATSAPP, enabled=True, driver=Account.Driver.WORKER, state=Account.State.CONNECTED
    )
    rows = Thread.objects.filter(account__in=accounts, identity=phone.key).select_related("account")
    thread = max(rows, key=lambda row: row.last_inbound_at or outbox.NEVER, default=None)
    account = accounts.order_by("pk").first()
    if thread is None and making and account is not None:
        thread, _made = Thread.objects.get_or_create(account=account, identity=phone.key, defaults={"address": phone.digits})
    if thread is None:
        return None
    return Reached(thread, outbox.window_open(thread, transport_of(Account.Kind.WHATSAPP), timezone.now()))


def code_of(talk: Conversation) -> str:
    """The guest's short code, given at the first time it is needed."""
    known = RelayCode.objects.filter(conversation=talk).values_list("code", flat=True).first()
    digits = 2
    while known is None:
        code = "".join(secrets.choice(LETTERS) for _n in range(2)) + "".join(secrets.choice(DIGITS) for _n in range(digits))
        try:
            with transaction.atomic():
                known = RelayCode.objects.get_or_create(conversation=talk, defaults={"hotel_id": talk.hotel_id, "code": code})[0].code
        except IntegrityError:  # another guest has it
            digits = min(digits + 1, 4)
    return known


def colleagues(threads: list[Thread]) -> set[int]:
    """Keys of those of the threads that are with phones of the staff."""
    asked = [thread for thread in threads if thread.account.kind == Account.Kind.WHATSAPP]
    if not asked:
        return set()
    rows = StaffPhone.working().filter(
        hotel__in={thread.account.hotel_id for thread in asked}, key__in={thread.identity for thread in asked}
    )
    known = set(rows.values_list("hotel", "key"))
    return {thread.pk for thread in asked if (thread.account.hotel_id, thread.identity) in known}
