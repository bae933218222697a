"""Letters out: posted with the decision, claimed under the thread's row lock, settled on the same row.

Claim protocol. A send locks its thread's row, checks gate, window and pace, and sets queued → sending, all in one
transaction; a take-over shuts the gate and aborts the bot's queued rows under the same lock. So of the two one always
comes first, and a row that is still queued when the gate shuts never leaves. One letter of a thread is under way at a
time, in the order they were posted; the database refuses a second (``one_sending_per_thread``).
"""

from __future__ import annotations

import datetime as dt
import random

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.utils import timezone

from channels_app.envelope import Content, Failed, Outcome, Retry, Sent
from channels_app.models import Account, Outbound, Thread
from channels_app.signals import outbound_changed
from channels_app.transports import transport_of
from channels_app.transports.base import SendJob, Transport
from hotelagent.ops import correlation, queue

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=60)
MAX_ATTEMPTS = 5
State = Outbound.State


def post(
    thread: Thread,
    content: Content,
    *,
    dedupe_key: str,
    author: str,
    expires_at: dt.datetime | None = None,
) -> list[Outbound]:
    """Queue a letter in the caller's transaction and ring. The same key twice is the same letter.

    Returns its rows: several when the text is too long for one. Raises ContentError for what the channel never takes.
    """
    now = timezone.now()
    rows = [
        Outbound.objects.get_or_create(
            dedupe_key=dedupe_key if index == 0 else f"{dedupe_key}#{index}",
            defaults={
                "account": thread.account,
                "thread": thread,
                "author": author,
                "content": part.to_json(),
                "due_at": now,
                "expires_at": expires_at,
                "correlation_id": correlation.current(),
                "created_at": now,
            },
        )[0]
        for index, part in enumerate(transport_of(thread.account.kind).fit(content))
    ]
    queue.ring("default")
    return rows


def claim(limit: int, driver: str = Account.Driver.WORKER, *, account: Account | None = None) -> list[tuple[Outbound, SendJob]]:
    """Up to ``limit`` letters that may go now, one per thread, each already ``sending`` with its try counted."""
    now = timezone.now()
    claimed: list[tuple[Outbound, SendJob]] = []
    # Only threads whose first letter may go now: one that waits for its next try must not hide those behind it.
    head = Outbound.objects.filter(thread=OuterRef("pk"), state=State.QUEUED).order_by("id").values("due_at")[:1]
    sending = Outbound.objects.filter(thread=OuterRef("pk"), state=State.SENDING)
    queued = Outbound.objects.filter(state=State.QUEUED, due_at__lte=now).values("thread_id")
    threads = Thread.objects.filter(~Exists(sending), pk__in=queued, account__driver=driver, account__enabled=True)
    threads = threads.annotate(head_due_at=Subquery(head)).filter(head_due_at__lte=now)
    threads = threads.filter(account__state=Account.State.CONNECTED)
    if account is not None:
        threads = threads.filter(account=account)
    with transaction.atomic():
        locked = (
            threads.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("account").order_by("id")[: limit * 4]
        )
        for thread in locked:
            row = _claim_one(thread, now)
            if row is not None:
                claimed.append((row, job(row)))
                if len(claimed) == limit:
                    break
    return claimed


def _claim_one(thread: Thread, now: dt.datetime) -> Outbound | None:
    """The thread's next letter if it may go now. The caller holds the thread's row lock."""
    # Read after the lock: the candidate query may have seen an older state.
    if Outbound.objects.filter(thread=thread, state=State.SENDING).exists():
        return None
    transport = transport_of(thread.account.kind)
    for row in Outbound.objects.filter(thread=thread, state=State.QUEUED).order_by("id"):
        if row.author == Outbound.Author.BOT and not thread.bot_may_speak:
            _settle(row, State.ABORTED, error_text="a person has the conversation")
        elif row.expires_at is not None and row.expires_at <= now:
            _settle(row, State.EXPIRED, error_text="too late to be of use")
        elif row.due_at > now:
            return None  # order is kept: nothing overtakes a letter that waits for its next try
        elif row.content["kind"] != "read" and not window_open(thread, transport, now):
            _settle(
                row, State.FAILED, error_text="more than 24 hours since the guest's last message: a template is needed", error_code=131047
            )
        elif (wait_until := _pace(row, thread, transport, now)) is not None:
            Outbound.objects.filter(pk=row.pk).update(due_at=wait_until)
            return None
        else:
            row.state, row.attempts, row.fence, row.lease_until = State.SENDING, row.attempts + 1, row.fence + 1, now + LEASE
            row.save(update_fields=["state", "attempts", "fence", "lease_until"])
            row.thread = thread
            return row
    return None


def window_open(thread: Thread, transport: Transport, now: dt.datetime) -> bool:
    """May we write freely? By the guest's last letter, in the provider's time."""
    if transport.window is None:
        return True
    return thread.last_inbound_at is not None and now < thread.last_inbound_at + transport.window


def _pace(row: Outbound, thread: Thread, transport: Transport, now: dt.datetime) -> dt.datetime | None:
    """When to try again if it is too soon for this guest, else None, and the letter counts (GCRA)."""
    if transport.pace is None or row.content["kind"] == "read":
        return None
    arrival = max(thread.pace_at or now, now)
    earliest = arrival - transport.pace.interval * (transport.pace.burst - 1)
    if earliest > now:
        return earliest
    thread.pace_at = arrival + transport.pace.interval
    thread.save(update_fields=["pace_at"])
    return None


def job(row: Outbound) -> SendJob:
    """What the sending thread needs, free of the database."""
    account, thread = row.thread.account, row.thread
    return SendJob(
        account_id=account.pk,
        external_id=account.external_id,
        access_token=account.access_token,
        api_url=account.api_url,
        api_url_trusted=account.api_url_trusted,
        api_version=account.api_version,
        address=thread.address,
        user_id=thread.user_id,
        content=Content.from_json(row.content),
        callback=str(row.pk),
    )


def settle(row: Outbound, outcome: Outcome) -> None:
    """Write what became of a send, unless the lease was lost meanwhile (then the row already says unknown)."""
    now = timezone.now()
    with transaction.atomic():
        current = Outbound.objects.select_for_update(no_key=True).get(pk=row.pk)
        if isinstance(outcome, Sent) and current.state == State.UNKNOWN:
            # The repair was quicker than the answer; the answer still is the truth.
            _settle(current, State.SENT, provider_id=outcome.provider_id, sent_at=now, error_text="")
            return
        if current.state != State.SENDING or current.fence != row.fence:
            log.warning("a send settled after its lease", outbound=row.pk, state=current.state)
            return
        if isinstance(outcome, Sent):
            _settle(current, State.SENT, provider_id=outcome.provider_id, sent_at=now, error_text="", error_code=None)
        elif isinstance(outcome, Retry) and current.attempts < MAX_ATTEMPTS:
            _retry(current, outcome, now)
        elif isinstance(outcome, Retry):
            _settle(
                current,
                State.FAILED,
                error_text=f"gave up after {MAX_ATTEMPTS} tries: {outcome.reason}"[:500],
                error_code=outcome.code,
                failed_at=now,
            )
        elif isinstance(outcome, Failed):
            _settle(current, State.FAILED, error_text=outcome.reason[:500], error_code=outcome.code, failed_at=now)
        elif current.content["kind"] == "read":
            _settle(current, State.FAILED, error_text=outcome.reason[:500])  # a tick nobody misses
        else:
            _settle(current, State.UNKNOWN, error_text=outcome.reason[:500])
    if isinstance(outcome, Failed) and outcome.channel_dead:
        stop_account(row.account_id, outcome.reason)


def stop_account(account_id: int, reason: str) -> None:
    """Nothing more leaves this account until somebody mends it; letters stay queued in order."""
    stopped = Account.objects.filter(pk=account_id, state=Account.State.CONNECTED).update(
        state=Account.State.STOPPED, state_reason=reason[:300]
    )
    if stopped:
        log.error("channel stopped", account=account_id, reason=reason)


def abort_bot(thread: Thread) -> bool:
    """Shut the gate and abort what the bot has queued; True when nothing of the bot's is on its way any more."""
    with transaction.atomic():
        locked = Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
        locked.bot_may_speak = False
        locked.save(update_fields=["bot_may_speak"])
        for row in Outbound.objects.filter(thread=locked, author=Outbound.Author.BOT, state=State.QUEUED):
            _settle(row, State.ABORTED, error_text="a person took the conversation")
    return not Outbound.objects.filter(thread=thread, author=Outbound.Author.BOT, state=State.SENDING).exists()


def open_gate(thread: Thread) -> None:
    """The bot may speak again."""
    Thread.objects.filter(pk=thread.pk).update(bot_may_speak=True)


def retry(row: Outbound) -> bool:
    """A person's decision: try a failed or unknown letter again, as the same row. False when its state forbids it."""
    updated = Outbound.objects.filter(pk=row.pk, state__in=[State.FAILED, State.UNKNOWN, State.EXPIRED]).update(
        state=State.QUEUED, attempts=0, due_at=timezone.now(), expires_at=None, error_text="", error_code=None, fence=F("fence") + 1
    )
    if updated:
        queue.ring("default")
    return bool(updated)


def abort(row: Outbound) -> bool:
    """A person's decision: a queued or unknown letter is not sent. False when it is on its way or done."""
    with transaction.atomic():
        Thread.objects.select_for_update(no_key=True).get(pk=row.thread_id)
        current = Outbound.objects.get(pk=row.pk)
        if current.state not in {State.QUEUED, State.UNKNOWN}:
            return False
        _settle(current, State.ABORTED, error_text="stopped by staff")
    return True


def lapsed() -> int:
    """Sends whose worker died: nobody knows whether they left, so they are unknown, and never sent again by themselves."""
    count = 0
    for pk in Outbound.objects.filter(state=State.SENDING, lease_until__lt=timezone.now()).values_list("pk", flat=True):
        with transaction.atomic():
            row = Outbound.objects.select_for_update(no_key=True).get(pk=pk)
            if row.state == State.SENDING and row.lease_until is not None and row.lease_until < timezone.now():
                _settle(row, State.UNKNOWN, error_text="the sender died before it knew")
                count += 1
    return count


def _retry(row: Outbound, outcome: Retry, now: dt.datetime) -> None:
    delay = queue.backoff(row.attempts) if outcome.after_s is None else dt.timedelta(seconds=outcome.after_s * row.attempts)
    delay *= random.uniform(1.0, 1.3)  # noqa: S311 - jitter, not a secret
    _settle(row, State.QUEUED, due_at=now + delay, error_text=outcome.reason[:500], error_code=outcome.code)


def _settle(row: Outbound, state: str, **values: object) -> None:
    previous, row.state, row.lease_until = row.state, state, None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "lease_until", *values])
    outbound_changed.send(sender=Outbound, outbound=row, previous=previous)
