"""Sorting: new letters find their thread, their line in the transcript and their conversation, which becomes due.

Many at once, because a statement a letter would be most of the work; one by one only when the many do not go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import structlog
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError, transaction
from django.db.models import Min
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from channels_app import inbox, outbox
from channels_app.envelope import Content
from channels_app.models import Account, Inbound, Outbound, Thread
from channels_app.transports.mail import ids
from conversations import escalation, live, mails
from conversations.models import Conversation, Guest, Identity, Message
from conversations.relay import telling
from hotelagent.ops import killpoints
from hotelagent.ops.bulk import update_rows

log = structlog.get_logger(__name__)

READ_EXPIRES = dt.timedelta(seconds=20)
Owner = Conversation.Owner
# Whoever writes is answered by the receptionist, unless a person has the talk or is called.
ANSWERED_BY_BOT = {Owner.BOT, Owner.CLOSED}


def sort(driver: str = Account.Driver.WORKER, *, sender: str | None = None, debounce_s: float | None = None) -> int:
    """Claim letters that belong nowhere yet, and sort them. Returns how many."""
    pks = inbox.claim_unsorted(driver, sender=sender)
    sort_these(pks, debounce_s=debounce_s)
    return len(pks)


def sort_these(pks: Sequence[int], *, debounce_s: float | None = None) -> None:
    """Sort letters that were claimed, in one transaction; should that break, one by one, so that a letter that cannot be
    sorted becomes a dead letter with a reason instead of everybody's problem."""
    if not pks:
        return
    wait = dt.timedelta(seconds=settings.DEBOUNCE_S if debounce_s is None else debounce_s)
    try:
        with transaction.atomic():
            sort_letters(inbox.lock_unsorted(pks), wait)
            killpoints.reached("sorting.sorted")
    except Exception as error:
        away = isinstance(error, OperationalError | InterfaceError) and not isinstance(error.__cause__, DeadlockDetected)
        if away:
            raise  # the database is away: the claim lapses
        if len(pks) > 1:
            for pk in pks:
                sort_these([pk], debounce_s=debounce_s)
        else:
            _failed(pks[0], error)


def _failed(pk: int, error: Exception) -> None:
    log.exception("letter not sorted", letter=pk)
    rows = Inbound.objects.filter(pk=pk, thread__isnull=True)
    attempts = rows.values_list("attempts", flat=True).first() or 0
    # What the database finds too long it finds too long always.
    if isinstance(error, DataError) or attempts >= inbox.MAX_ATTEMPTS:
        inbox.bury(rows, f"not sorted: {type(error).__name__}")
    else:
        rows.update(due_at=timezone.now() + inbox.retry_after(attempts))


def sort_letters(letters: list[Inbound], wait: dt.timedelta) -> None:
    """Inside a transaction, with the letters locked, in the order they came."""
    if not letters:
        return
    now = timezone.now()
    threads = inbox.assign(letters)
    if colleagues := telling.colleagues(threads):
        _set_aside([letter for letter in letters if letter.thread_id in colleagues], now)
        letters = [letter for letter in letters if letter.thread_id not in colleagues]
        threads = [thread for thread in threads if thread.pk not in colleagues]
    talks = _conversations(threads, letters)
    Message.objects.bulk_create(
        [
            Message(
                conversation=talks[letter.thread_id or 0], author=Message.Author.GUEST, kind=letter.kind, text=letter.text,
                at=letter.provider_time, inbound=letter,
            )
            for letter in letters
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    waiting = Inbound.objects.filter(thread__in=threads, state=Inbound.State.WAITING).order_by().values_list("thread")
    since: dict[int, dt.datetime] = dict(waiting.annotate(Min("received_at")))
    ticks: dict[int, outbox.Draft] = {}
    for letter in letters:
        thread, talk = letter.thread, talks[letter.thread_id or 0]
        assert thread is not None
        talk.last_message_at = now
        if letter.kind in inbox.SILENT_KINDS:
            letter.state, letter.reason = Inbound.State.IGNORED, f"{letter.kind} needs no answer"
        elif talk.owner in ANSWERED_BY_BOT:
            first = min(since.get(thread.pk, letter.received_at), letter.received_at)
            talk.due_at = min(now + wait, max(now, first + dt.timedelta(seconds=settings.DEBOUNCE_MAX_S)))
            talk.owner = Owner.BOT
            if thread.account.kind == Account.Kind.WHATSAPP:  # the last tick is for all before it
                tick = Content("read", reply_to=letter.provider_id)
                ticks[thread.pk] = outbox.Draft(thread, tick, f"read:{letter.pk}", Outbound.Author.BOT, now + READ_EXPIRES)
        else:
            letter.state = Inbound.State.PARKED
            if talk.owner == Owner.SNOOZED:
                talk.owner, talk.snoozed_until = Owner.WAITING, None
            escalation.begin(talk, now)
    update_rows(letters, ["thread", "attempts", "state", "reason"])
    update_rows(list(talks.values()), ["owner", "due_at", "last_message_at", "snoozed_until", *escalation.FIELDS])
    live.changed_ids([(talk.hotel_id, talk.pk) for talk in talks.values()])
    outbox.post_all(list(ticks.values()))


def _set_aside(letters: list[Inbound], now: dt.datetime) -> None:
    """A colleague's letters are no guest's: conversations.relay works on them."""
    for letter in letters:
        silent = letter.kind in inbox.SILENT_KINDS
        letter.state, letter.reason = (Inbound.State.IGNORED, f"{letter.kind} needs no answer") if silent else (Inbound.State.RELAY, "")
        letter.due_at = now
    update_rows(letters, ["thread", "attempts", "state", "reason", "due_at"])


def _conversations(threads: list[Thread], letters: list[Inbound]) -> dict[int, Conversation]:
    """Every thread's conversation, locked or new, by the thread's key."""
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("hotel")
    found = rows.filter(thread__in=threads).order_by("id")
    talks = {talk.thread_id: talk for talk in found}
    strangers = [thread for thread in threads if thread.pk not in talks]
    if strangers:
        names = {letter.thread_id: letter.sender_name for letter in reversed(letters)}
        guests = _guests(strangers, names, _proven(strangers, letters))
        new = [Conversation(thread=thread, hotel=thread.account.hotel, guest=guests[_identity(thread)]) for thread in strangers]
        talks |= {talk.thread_id: talk for talk in Conversation.objects.bulk_create(new)}
    return talks


IdentityKey = tuple[int, str, str]


def _proven(threads: list[Thread], letters: list[Inbound]) -> dict[IdentityKey, Guest]:
    """Guests of other channels who answer, from the address it was sent to, a mail that tells of their own booking."""
    found: dict[IdentityKey, Guest] = {}
    strangers = {thread.pk: thread for thread in threads if thread.account.kind == Account.Kind.EMAIL}
    for letter in letters:
        thread = strangers.get(letter.thread_id or 0)
        ours = ids.outbound_of(letter.reply_to) if thread is not None and letter.kind == "text" else None
        if thread is not None and ours is not None and (guest := mails.guest_of(ours, thread.pk)) is not None:
            found[_identity(thread)] = guest
    return found


def _guests(threads: list[Thread], names: dict[int | None, str], proven: dict[IdentityKey, Guest]) -> dict[IdentityKey, Guest]:
    """The guest behind every thread: known by an identity of the same hotel, proven to be one that is known, or new."""
    wanted = {_identity(thread): thread for thread in threads}
    hotels, values = {hotel for hotel, _kind, _value in wanted}, {value for _hotel, _kind, value in wanted}
    rows = Identity.objects.filter(hotel__in=hotels, value__in=values).select_related("guest")
    guests = {(row.hotel_id, row.kind, row.value): row.guest for row in rows}
    missing = {key: thread for key, thread in wanted.items() if key not in guests}
    if missing:
        unknown = {key: thread for key, thread in missing.items() if key not in proven}
        new = Guest.objects.bulk_create([Guest(hotel_id=key[0], name=names.get(thread.pk, "")) for key, thread in unknown.items()])
        made = {**dict(zip(unknown, new, strict=True)), **{key: guest for key, guest in proven.items() if key in missing}}
        identities = [Identity(hotel_id=key[0], kind=key[1], value=key[2], guest=guest) for key, guest in made.items()]
        Identity.objects.bulk_create(identities, ignore_conflicts=True)
        guests |= made
    return guests


def _identity(thread: Thread) -> IdentityKey:
    hotel = thread.account.hotel_id
    if thread.account.kind == Account.Kind.WEBCHAT:
        return hotel, Identity.Kind.WEBCHAT, f"{thread.account_id}:{thread.identity}"
    if thread.account.kind == Account.Kind.EMAIL:
        return hotel, Identity.Kind.EMAIL, thread.user_id
    if thread.identity.startswith("user:"):
        return hotel, Identity.Kind.USER_ID, thread.identity.removeprefix("user:")
    return hotel, Identity.Kind.PHONE, thread.identity
