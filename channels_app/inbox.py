"""Letters in: kept durably with the webhook's answer, sorted to their threads by a worker."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from prometheus_client import Counter

from channels_app import media
from channels_app.envelope import AccountEvent, InboundMessage, Parsed, Receipt
from channels_app.models import Account, AccountNotice, DeliveryReceipt, Inbound, Thread
from channels_app.phones import match_key
from channels_app.texts import clean
from channels_app.transports.whatsapp.parse import digest
from hotelagent.ops import correlation, killpoints, leases, queue
from hotelagent.ops.bulk import update_rows

log = structlog.get_logger(__name__)

RECEIVED = Counter("messages_by_channel_total", "Letters received", ["channel"])
QUARANTINED = Counter("letters_quarantined_total", "Letters kept back because they belong to nobody here", ["reason"])
DEAD = Counter("dead_letters_total", "Letters nobody could deal with")
SORTING_LOCK = 0x534F5254
# The first try and three more, after so many seconds; then it is a dead letter.
RETRY = (60, 120, 240)
MAX_ATTEMPTS = 1 + len(RETRY)
# Kinds that are no words of the guest: kept and shown, never answered, and they open no window.
SILENT_KINDS = frozenset(
    {"reaction", "system", "group", "edit", "revoke", "request_welcome", "call_permission_reply", "automatic", "spam", "history"}
)
# Kinds a person has to look at first: nobody knows that the sender is who they seem, or what the mail holds.
FOR_PEOPLE = frozenset({"relayed", "unproven", "unaddressed", "anonymous", "wordless", "ongoing", "too_large"})


def accept(channel: str, items: Sequence[Parsed], accounts: dict[str, Account], *, quarantine: str = "no such account") -> int:
    """Store everything of one webhook and ring, in one transaction; returns how many letters were new.

    ``accounts`` maps the provider's ids of our addresses to accounts; an item for any other id is quarantined. Only
    inserts, in one order, so that two webhooks never wait for each other longer than for the same letter.
    """
    now = timezone.now()
    letters = [item for item in items if isinstance(item, InboundMessage) and item.account_key in accounts]
    receipts = [item for item in items if isinstance(item, Receipt) and item.account_key in accounts]
    notices = [item for item in items if isinstance(item, AccountEvent) or item.account_key not in accounts]
    with transaction.atomic():
        new = _insert_letters(letters, accounts, now)
        _insert_receipts(receipts, accounts, now)
        _insert_notices(notices, accounts, now, quarantine)
        if new:
            import_string(settings.INBOUND_TASK)()
        elif receipts:
            queue.ring("default")
        killpoints.reached("inbox.stored")
    killpoints.reached("inbox.kept")
    if new:
        RECEIVED.labels(channel).inc(new)
    log.info("webhook accepted", channel=channel, letters=len(letters), new=new, receipts=len(receipts), notices=len(notices))
    return new


def claim_unsorted(driver: str = Account.Driver.WORKER, *, sender: str | None = None, limit: int = 100) -> list[int]:
    """Letters that belong to no thread yet, oldest first, each with its try counted and due again when the lease is over.

    A guest's letter waits while an earlier one of theirs is with another process or waits for its next try: sorted first,
    the later one could be answered first. Committed on return when called outside a transaction. A letter that was tried
    too often is a dead letter.
    """
    now = timezone.now()
    unsorted = Inbound.objects.filter(thread__isnull=True, state=Inbound.State.WAITING)
    earlier = unsorted.filter(
        account=OuterRef("account"), sender_phone=OuterRef("sender_phone"), sender_user_id=OuterRef("sender_user_id"),
        id__lt=OuterRef("id"), due_at__gt=now,
    )  # fmt: skip
    rows = unsorted.filter(~Exists(earlier), account__driver=driver, due_at__lte=now)
    if sender is not None:
        rows = rows.filter(sender_phone=sender)
    with transaction.atomic():
        with connection.cursor() as cursor:  # one claim at a time: two could not see which guests the other is taking
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SORTING_LOCK])
        found = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "id").values_list("pk", "attempts")[:limit])
        dead = [pk for pk, attempts in found if attempts >= MAX_ATTEMPTS]
        alive = sorted(pk for pk, attempts in found if attempts < MAX_ATTEMPTS)
        if dead:
            bury(Inbound.objects.filter(pk__in=dead), "whoever sorted it died")
        Inbound.objects.filter(pk__in=alive).update(attempts=F("attempts") + 1, due_at=now + leases.length())
    killpoints.reached("sorting.claimed")
    return alive


def lock_unsorted(pks: Sequence[int]) -> list[Inbound]:
    """Those of the letters that nobody has sorted or is sorting, locked until the transaction ends, in order of arrival."""
    rows = Inbound.objects.filter(pk__in=pks, thread__isnull=True, state=Inbound.State.WAITING).defer("raw", "media")
    return list(rows.select_for_update(skip_locked=True, of=("self",)).select_related("account__hotel").order_by("id"))


def retry_after(attempts: int) -> dt.timedelta:
    """When a letter or a turn that failed ``attempts`` times is tried again."""
    return dt.timedelta(seconds=RETRY[min(attempts, len(RETRY)) - 1])


def bury(letters: QuerySet[Inbound], reason: str) -> int:
    """Dead letters: nobody tries them again by themselves; staff are told and can replay them."""
    count = letters.update(state=Inbound.State.FAILED, reason=reason[:300])
    if count:
        DEAD.inc(count)
        log.error("dead letters", count=count, reason=reason)
    return count


def assign(letters: Sequence[Inbound]) -> list[Thread]:
    """Give every letter its thread, made when the sender is new; returns the threads. The letters are saved by the caller.

    Inside a transaction, with the letters locked and in order of arrival. A sender is known by the phone's canonical key,
    else by the user id. When both are known and disagree, the letter goes by phone and the threads stay two: people are
    never merged by machine (facts: WHATSAPP, 2).
    """
    keys = [_keys(letter) for letter in letters]
    users = {letter.sender_user_id for letter in letters} - {""}
    wanted = Q(identity__in={identity for identity, _phone in keys}) | Q(user_id__in=users)
    rows = Thread.objects.select_for_update(no_key=True).filter(wanted, account__in={letter.account_id for letter in letters})
    by_identity: dict[tuple[int, str], Thread] = {}
    by_user: dict[tuple[int, str], Thread] = {}
    for row in rows.order_by("id"):
        by_identity[row.account_id, row.identity] = row
        if row.user_id:
            by_user[row.account_id, row.user_id] = row
    threads: dict[int, Thread] = {}
    for letter, (identity, phone_key) in zip(letters, keys, strict=True):
        user = by_user.get((letter.account_id, letter.sender_user_id))
        found = by_identity.get((letter.account_id, identity))
        thread = found or (user if not phone_key or user is None or user.identity.startswith("user:") else None)
        if thread is None:
            user_id = "" if user else letter.sender_user_id
            thread = Thread(
                account=letter.account, identity=identity, address=letter.sender_phone, user_id=user_id, name=letter.sender_name
            )
        thread.account = letter.account
        _learn(thread, letter, phone_key, user)
        by_identity[letter.account_id, thread.identity] = threads[id(thread)] = thread
        if thread.user_id:
            by_user[letter.account_id, thread.user_id] = thread
        letter.thread, letter.attempts = thread, 0  # tries of now on are those of its turn
    Thread.objects.bulk_create([thread for thread in threads.values() if thread.pk is None])
    update_rows(list(threads.values()), ["identity", "address", "user_id", "name", "last_inbound_at", "undeliverable"])
    for letter in letters:
        letter.thread_id = letter.thread.pk if letter.thread is not None else None
    media.expect(letters)
    return list(threads.values())


def _keys(letter: Inbound) -> tuple[str, str]:
    """(identity, the phone's canonical key or nothing)."""
    phone_key = match_key(letter.sender_phone) if letter.account.kind == Account.Kind.WHATSAPP else letter.sender_phone
    return (phone_key or f"user:{letter.sender_user_id}")[:160], phone_key


def _learn(thread: Thread, letter: Inbound, phone_key: str, by_user: Thread | None) -> None:
    if phone_key and thread.identity.startswith("user:"):
        thread.identity = phone_key  # a guest known by user id only has shown a number
    if letter.sender_phone:
        thread.address = letter.sender_phone  # sent to exactly what was received
    if letter.sender_user_id and not thread.user_id and by_user is None:
        thread.user_id = letter.sender_user_id
    if by_user is not None and by_user.pk != thread.pk:
        log.warning("phone and user id belong to two threads", thread=thread.pk, other=by_user.pk, letter=letter.pk)
    thread.name = letter.sender_name or thread.name
    thread.undeliverable = ""
    if letter.kind not in SILENT_KINDS and (thread.last_inbound_at is None or letter.provider_time > thread.last_inbound_at):
        thread.last_inbound_at = letter.provider_time


_LETTER_COLUMNS = [
    "account_id",
    "provider_id",
    "kind",
    "text",
    "choice_id",
    "reply_to",
    "sender_phone",
    "sender_user_id",
    "sender_name",
    "media",
    "raw",
    "digest",
    "provider_time",
    "received_at",
    "state",
    "reason",
    "attempts",
    "due_at",
    "correlation_id",
]


def _insert_letters(letters: Iterable[InboundMessage], accounts: dict[str, Account], now: dt.datetime) -> int:
    rows: dict[tuple[int, str], list[Any]] = {}
    base = correlation.current() or correlation.new_id()
    for number, item in enumerate(letters):
        account = accounts[item.account_key]
        raw = item.raw | ({"_forwarded": True} if item.forwarded else {})
        rows.setdefault(
            (account.pk, item.provider_id),
            [
                account.pk, item.provider_id, item.kind, clean(item.text), clean(item.choice_id), item.reply_to, item.sender.phone,
                item.sender.user_id, clean(item.sender.name), json.dumps(item.media), json.dumps(raw), digest(item.raw),
                item.provider_time, now, Inbound.State.WAITING.value, "", 0, now, f"{base}.{number}" if number else base,
            ],
        )  # fmt: skip
    if not rows:
        return 0
    ordered = [rows[key] for key in sorted(rows)]
    with connection.cursor() as cursor:
        rest = "ON CONFLICT (account_id, provider_id) DO NOTHING RETURNING account_id, provider_id"
        _insert(cursor, "channels_app_inbound", _LETTER_COLUMNS, ordered, rest)
        new = {(row[0], row[1]) for row in cursor.fetchall()}
    _log_differences({key: str(rows[key][11]) for key in rows if key not in new})
    return len(new)


def _log_differences(repeated: dict[tuple[int, str], str]) -> None:
    """The same id with another body: the first one counts, and somebody should know."""
    if not repeated:
        return
    wanted = Q()
    for account_id, provider_id in repeated:
        wanted |= Q(account_id=account_id, provider_id=provider_id)
    for row in Inbound.objects.filter(wanted).only("id", "account_id", "provider_id", "digest"):
        if row.digest != repeated[row.account_id, row.provider_id]:
            log.warning("same id, different body: the first one counts", letter=row.pk)


_RECEIPT_COLUMNS = [
    "account_id", "provider_id", "status", "provider_time", "callback", "error_code", "error_text", "pricing", "raw", "state", "attempts",
    "received_at", "due_at",
]  # fmt: skip


def _insert_receipts(receipts: Iterable[Receipt], accounts: dict[str, Account], now: dt.datetime) -> None:
    rows = [
        [
            accounts[item.account_key].pk, item.provider_id, item.status, item.provider_time, item.callback, item.error_code,
            item.error_text, json.dumps(item.pricing), json.dumps(item.raw), DeliveryReceipt.State.WAITING.value, 0, now, now,
        ]
        for item in sorted(receipts, key=lambda item: (item.provider_id, item.status, item.provider_time))
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            _insert(cursor, "channels_app_deliveryreceipt", _RECEIPT_COLUMNS, rows, "ON CONFLICT DO NOTHING")


def _insert(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], rest: str) -> None:
    """One statement for all; the names are our own."""
    values = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(rows))
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values} {rest}",  # noqa: S608 - our own column names
        [value for row in rows for value in row],
    )


def _insert_notices(items: Iterable[Parsed], accounts: dict[str, Account], now: dt.datetime, quarantine: str) -> None:
    rows: dict[str, AccountNotice] = {}
    for item in items:
        account = accounts.get(item.account_key)
        foreign = account is None and (not isinstance(item, AccountEvent) or item.account_key != "")
        kind = item.kind if isinstance(item, AccountEvent) else type(item).__name__.lower()
        raw = item.raw if not foreign else item.raw | {"_account_key": item.account_key}
        row = AccountNotice(
            account=account,
            kind=kind[:60],
            reason=quarantine if foreign else "",
            raw=raw,
            digest=digest(raw),
            quarantined=foreign,
            received_at=now,
        )
        rows[row.digest] = row
        if foreign:
            QUARANTINED.labels(quarantine).inc()
            log.error("quarantined: this letter belongs to no account here", reason=quarantine, kind=kind)
    if not rows:
        return
    AccountNotice.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)
