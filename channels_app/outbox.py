"""Letters out: posted with the decision, claimed under the thread's row lock, settled on the same row.

Claim protocol. A send locks its thread's row, checks gate, window and pace, and sets queued → sending, all in one
transaction; a take-over shuts the gate and aborts the bot's queued rows under the same lock. So of the two one always
comes first, and a row that is still queued when the gate shuts never leaves. One letter of a thread is under way at a
time, in the order they were posted; the database refuses a second (``one_sending_per_thread``).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from channels_app import notices
from channels_app.envelope import Content, Failed, Outcome, Retry, Sent, Unknown
from channels_app.models import Account, AccountPace, Outbound, Thread
from channels_app.signals import outbound_changed
from channels_app.transports import transport_of
from channels_app.transports.base import Pace, SendJob, Transport
from channels_app.transports.whatsapp.errors import rule_of
from hotelagent.ops import correlation, killpoints, leases, queue
from hotelagent.ops.bulk import update_rows

log = structlog.get_logger(__name__)

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
MAX_ATTEMPTS = 5
# A number that was not refused for this long begins anew.
FORGIVEN = dt.timedelta(minutes=2)
# A number whose pace lies further ahead than its burst has nothing to send now.
NUMBER_AHEAD = dt.timedelta(seconds=0.15)
DAY = dt.timedelta(hours=24)
# What could not leave for so long is given up, whatever stood in its way.
WORTHLESS = dt.timedelta(hours=48)
# Of a day's letters; then staff are told.
ALARMING = 0.8
State = Outbound.State


@dataclass(frozen=True)
class Draft:
    """A letter to be posted. ``dedupe_key``: the same key twice is the same letter."""

    thread: Thread
    content: Content
    dedupe_key: str
    author: str
    expires_at: dt.datetime | None = None


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
    return post_all([Draft(thread, content, dedupe_key, author, expires_at)])


def post_all(drafts: Sequence[Draft]) -> list[Outbound]:
    """As ``post``, many in one statement."""
    now = timezone.now()
    rows = [
        Outbound(
            dedupe_key=draft.dedupe_key if index == 0 else f"{draft.dedupe_key}#{index}",
            account_id=draft.thread.account_id,
            thread=draft.thread,
            author=draft.author,
            content=part.to_json(),
            due_at=now,
            expires_at=draft.expires_at,
            correlation_id=correlation.current(),
            created_at=now,
        )
        for draft in drafts
        for index, part in enumerate(transport_of(draft.thread.account.kind).fit(draft.content))
    ]
    if rows:
        # The key's own row keeps everything it had, and tells its id.
        Outbound.objects.bulk_create(rows, update_conflicts=True, unique_fields=["dedupe_key"], update_fields=["dedupe_key"])
        queue.ring("default")
    return rows


def claim(limit: int, driver: str = Account.Driver.WORKER, *, account: Account | None = None) -> list[tuple[Outbound, SendJob]]:
    """Up to ``limit`` letters that may go now, one per thread, each already ``sending`` with its try counted."""
    now = timezone.now()
    threads = _candidates(limit, driver, account, now)
    if not threads:
        return []
    with transaction.atomic():
        locked = list(
            Thread.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .filter(pk__in=threads).select_related("account").order_by("id")
        )  # fmt: skip
        paces = _locked_paces({thread.account_id for thread in locked if transport_of(thread.account.kind).number_pace is not None})
        accounts = {thread.account_id: thread.account for thread in locked}
        for pk, pace in paces.items():
            pace.day_limit = transport_of(accounts[pk].kind).day_limit(accounts[pk])
        # Read after the locks: the candidates may be of an older moment.
        open_rows: dict[int, list[Outbound]] = {thread.pk: [] for thread in locked}
        waiting = Outbound.objects.filter(thread__in=locked, state__in=[State.QUEUED, State.SENDING]).order_by("id")
        for row in waiting:
            open_rows[row.thread_id].append(row)
        claimed: list[Outbound] = []
        for thread in locked:
            if len(claimed) == limit:
                break
            letter = _next(thread, open_rows[thread.pk], paces.get(thread.account_id), now)
            if letter is not None:
                letter.thread = thread
                claimed.append(letter)
        _mark_sending(claimed, list(paces.values()), now)
        jobs = [(row, job(row)) for row in claimed]
    killpoints.reached("outbox.claimed")
    return jobs


def _candidates(limit: int, driver: str, account: Account | None, now: dt.datetime) -> list[int]:
    """Threads with a letter that is due, longest due first, on accounts that may send now."""
    rows = Outbound.objects.filter(state=State.QUEUED, due_at__lte=now, account__driver=driver, account__enabled=True)
    rows = rows.filter(account__state=Account.State.CONNECTED)
    held = Q(account__pace__hold_until__gt=now) | Q(account__pace__next_at__gt=now + NUMBER_AHEAD)
    rows = rows.exclude(held) if account is None else rows.filter(account=account)
    return list(dict.fromkeys(rows.order_by("due_at").values_list("thread_id", flat=True)[: limit * 4]))


def _locked_paces(accounts: set[int]) -> dict[int, AccountPace]:
    """The accounts' paces, locked in one order; after the threads, and by nobody who waits for a thread."""
    rows = {row.account_id: row for row in AccountPace.objects.select_for_update().filter(account__in=accounts).order_by("account")}
    for row in rows.values():
        if row.strikes and row.hold_until is not None and row.hold_until < timezone.now() - FORGIVEN:
            row.strikes = 0
    if missing := accounts - rows.keys():
        AccountPace.objects.bulk_create([AccountPace(account_id=pk) for pk in sorted(missing)], ignore_conflicts=True)
        return _locked_paces(accounts)
    return rows


def _next(thread: Thread, rows: list[Outbound], pace: AccountPace | None, now: dt.datetime) -> Outbound | None:
    """The thread's next letter if it may go now; its pace is counted. The caller holds the row locks."""
    transport = transport_of(thread.account.kind)
    if any(row.state == State.SENDING for row in rows):
        return None
    for row in rows:
        if row.author == Outbound.Author.BOT and not thread.bot_may_speak:
            _settle(row, State.ABORTED, error_text=_("A person has the conversation."))
        elif row.expires_at is not None and row.expires_at <= now:
            _settle(row, State.EXPIRED, error_text=_("It waited so long that it was of no use any more."))
        elif row.due_at > now:
            _wait(thread, row.due_at)
            return None
        elif row.content["kind"] not in {"read", "template"} and not window_open(thread, transport, now):
            _settle(
                row, State.FAILED, error_text="more than 24 hours since the guest's last message: a template is needed", error_code=131047
            )
        elif reason := _must_not_leave(row):
            _settle(row, State.ABORTED, error_text=reason)
        elif (wait_until := _pace(row, thread, transport, pace, now)) is not None:
            _wait(thread, wait_until)
            return None
        else:
            return row
    return None


def _must_not_leave(row: Outbound) -> str:
    """What a letter by the clock was about may have changed while it waited; the rooms above know."""
    judge: Callable[[Outbound], str] = import_string(settings.MAY_LEAVE)
    return judge(row)


def _wait(thread: Thread, until: dt.datetime) -> None:
    """Order is kept: nothing overtakes a letter that waits, and none behind it is looked at before."""
    Outbound.objects.filter(thread=thread, state=State.QUEUED, due_at__lt=until).update(due_at=until)


def _mark_sending(rows: list[Outbound], paces: list[AccountPace], now: dt.datetime) -> None:
    if not rows:
        return
    until = now + leases.length()
    Outbound.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.SENDING, attempts=F("attempts") + 1, fence=F("fence") + 1, lease_until=until
    )
    for row in rows:
        row.state, row.attempts, row.fence, row.lease_until = State.SENDING, row.attempts + 1, row.fence + 1, until
    update_rows([row.thread for row in rows], ["pace_at"])
    update_rows(paces, ["next_at", "strikes", "day_began_at", "day_count"])


def window_until(thread: Thread, transport: Transport) -> dt.datetime | None:
    """Until when we may write freely, by the guest's last letter, in the provider's time: None for ever, NEVER when the guest
    has not written."""
    if transport.window is None:
        return None
    return thread.last_inbound_at + transport.window if thread.last_inbound_at is not None else NEVER


def window_open(thread: Thread, transport: Transport, now: dt.datetime) -> bool:
    """May we write freely?"""
    until = window_until(thread, transport)
    return until is None or now < until


def _pace(row: Outbound, thread: Thread, transport: Transport, number: AccountPace | None, now: dt.datetime) -> dt.datetime | None:
    """When to try again if it is too soon for this guest or this number, else None, and the letter counts for both (GCRA)."""
    if number is not None and number.hold_until is not None and number.hold_until > now:
        return number.hold_until
    counted = transport.pace if row.content["kind"] != "read" else None  # a tick is no message to the guest
    if counted is not None and (earliest := _earliest(thread.pace_at, counted, now)) > now:
        return earliest
    if number is not None and counted is not None and (earliest := _day_has_room(number, now)) > now:
        return earliest
    if number is not None and transport.number_pace is not None:
        if (earliest := _earliest(number.next_at, transport.number_pace, now)) > now:
            return earliest
        number.next_at = max(number.next_at or now, now) + transport.number_pace.interval
    if number is not None and counted is not None and number.day_limit is not None:
        _count(number)
    if counted is not None:
        thread.pace_at = max(thread.pace_at or now, now) + counted.interval
    return None


def _day_has_room(number: AccountPace, now: dt.datetime) -> dt.datetime:
    """When the provider takes another letter of this address; a day begins with its first letter."""
    if number.day_limit is None:
        return now
    if number.day_began_at is None or now >= number.day_began_at + DAY:
        number.day_began_at, number.day_count = now, 0
    return now if number.day_count < number.day_limit else number.day_began_at + DAY


def _count(number: AccountPace) -> None:
    number.day_count += 1
    assert number.day_limit is not None
    assert number.day_began_at is not None
    if number.day_count == max(1, int(number.day_limit * ALARMING)):
        reason = f"{number.day_count} of {number.day_limit} letters of the day are sent"
        notices.tell(number.account_id, "daily_limit", reason, f"day:{number.account_id}:{number.day_began_at.timestamp()}")


def _earliest(arrival: dt.datetime | None, pace: Pace, now: dt.datetime) -> dt.datetime:
    return max(arrival or now, now) - pace.interval * (pace.burst - 1)


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
        prepared=transport_of(account.kind).prepare(row),
    )


def settle(row: Outbound, outcome: Outcome) -> None:
    """Write what became of a send, unless the lease was lost meanwhile (then the row already says unknown)."""
    killpoints.reached("outbox.answered")
    if isinstance(outcome, Sent):
        _left(row, outcome)
    else:
        _did_not_leave(row, outcome)
    killpoints.reached("outbox.settled")


def _left(row: Outbound, outcome: Sent) -> None:
    now = timezone.now()
    values: dict[str, object] = {
        "provider_id": outcome.provider_id, "sent_at": now, "error_text": "", "error_code": None, "lease_until": None,
    }  # fmt: skip
    with transaction.atomic():
        if _is_sent(row, outcome.provider_id, now):  # the usual end
            for name, value in {"state": State.SENT, **values}.items():
                setattr(row, name, value)
            outbound_changed.send(sender=Outbound, outbound=row, previous=State.SENDING)
            return
        current = Outbound.objects.select_for_update(no_key=True).get(pk=row.pk)
        if current.state == State.UNKNOWN:
            # The repair was quicker than the answer; the answer still is the truth.
            _settle(current, State.SENT, **values)
        else:  # a status was quicker than the answer
            if not current.provider_id:
                Outbound.objects.filter(pk=current.pk).update(provider_id=outcome.provider_id)
            log.info("a send settled after somebody else did", outbound=row.pk, state=current.state)


def _is_sent(row: Outbound, provider_id: str, now: dt.datetime) -> bool:
    """The end of nearly every letter, so its statement is ready made. False when somebody settled the letter before us."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_app_outbound SET state = 'sent', provider_id = %s, sent_at = %s, error_text = '', error_code = NULL, "
            "lease_until = NULL WHERE id = %s AND state = 'sending' AND fence = %s",
            [provider_id, now, row.pk, row.fence],
        )
        return bool(cursor.rowcount)


def _did_not_leave(row: Outbound, outcome: Retry | Failed | Unknown) -> None:
    now = timezone.now()
    told: dict[str, object] = {"error_text": outcome.reason[:500]}
    if not isinstance(outcome, Unknown):
        told["error_code"] = outcome.code
    with transaction.atomic():
        current = Outbound.objects.select_for_update(no_key=True).get(pk=row.pk)
        if current.state != State.SENDING or current.fence != row.fence:
            log.info("a send settled after somebody else did", outbound=row.pk, state=current.state)
        elif isinstance(outcome, Retry) and outcome.tries == 0 and now - current.created_at < WORTHLESS:
            _settle(current, State.QUEUED, due_at=now + _delay(current, outcome), attempts=current.attempts - 1, **told)
        elif isinstance(outcome, Retry) and current.attempts < min(MAX_ATTEMPTS, outcome.tries):
            _settle(current, State.QUEUED, due_at=now + _delay(current, outcome), **told)
        elif isinstance(outcome, Retry):
            told["error_text"] = f"gave up after {current.attempts} tries: {outcome.reason}"[:500]
            _settle(current, State.FAILED, failed_at=now, **told)
        elif isinstance(outcome, Failed) and outcome.channel_dead:
            # It was not taken, and nothing is wrong with it: it leaves, in its turn, when the channel works again.
            stop_account(current.account_id, outcome.reason)
            _settle(current, State.QUEUED, due_at=now, attempts=current.attempts - 1, **told)
        elif isinstance(outcome, Failed):
            _settle(current, State.FAILED, failed_at=now, **told)
        else:
            _nobody_knows(current, now, outcome.reason[:500])
    if isinstance(outcome, Retry) and outcome.whole_number:
        _hold_number(row.account_id, outcome, now)


def _nobody_knows(row: Outbound, now: dt.datetime, reason: str) -> None:
    """The row is locked. A tick is no letter: nobody misses it."""
    if row.content["kind"] == "read":
        _settle(row, State.FAILED, error_text=reason)
    else:
        _settle(row, State.UNKNOWN, error_text=reason, due_at=now + transport_of(row.account.kind).settles)


def _hold_number(account_id: int, outcome: Retry, now: dt.datetime) -> None:
    """The provider wants the whole number to slow down: nothing leaves it for a while, longer with every refusal in a row.

    Letters that were under way together and are refused together are one refusal.
    """
    with transaction.atomic():
        pace = _locked_paces({account_id})[account_id]
        if pace.hold_until is not None and pace.hold_until > now:
            return
        pace.strikes = min(pace.strikes + 1, 20)
        delay = queue.backoff(pace.strikes, first_s=1.0, limit_s=60.0) * random.uniform(1.0, 1.3)  # noqa: S311 - jitter, not a secret
        if outcome.after_s is not None:
            delay = max(delay, dt.timedelta(seconds=outcome.after_s))
        pace.hold_until = now + delay
        pace.save(update_fields=["hold_until", "strikes"])
    log.warning("number slowed down", account=account_id, seconds=round(delay.total_seconds(), 1), reason=outcome.reason)


def stop_account(account_id: int, reason: str) -> None:
    """Nothing more leaves this account until somebody mends it; letters stay queued in order."""
    stopped = Account.objects.filter(pk=account_id, state=Account.State.CONNECTED).update(
        state=Account.State.STOPPED, state_reason=reason[:300]
    )
    if stopped:
        notices.tell(account_id, "channel_stopped", reason, f"stopped:{account_id}:{timezone.now().timestamp()}")


def shut_gate(thread: Thread) -> None:
    """The bot may not speak, and what it has queued is aborted. Call inside a transaction, before any conversation is locked."""
    locked = Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
    locked.bot_may_speak = False
    locked.save(update_fields=["bot_may_speak"])
    for row in Outbound.objects.filter(thread=locked, author=Outbound.Author.BOT, state=State.QUEUED):
        _settle(row, State.ABORTED, error_text=_("A person has the conversation."))


def is_silent(thread: Thread) -> bool:
    """Nothing of the bot's is on its way to this guest."""
    return not Outbound.objects.filter(thread=thread, author=Outbound.Author.BOT, state=State.SENDING).exists()


def open_gate(thread: Thread) -> None:
    """The bot may speak again."""
    Thread.objects.filter(pk=thread.pk).update(bot_may_speak=True)


def found_out(row: Outbound, provider_id: str) -> bool:
    """An unknown outcome is known after all: ``provider_id`` says that it left, "" that it did not, and it goes again under the
    same id. False when somebody settled it meanwhile."""
    with transaction.atomic():
        current = Outbound.objects.select_for_update(no_key=True).get(pk=row.pk)
        if current.state != State.UNKNOWN or current.fence != row.fence:
            return False
        now = timezone.now()
        if provider_id:
            _settle(current, State.SENT, provider_id=provider_id, sent_at=now, error_text="", error_code=None)
        else:
            _settle(current, State.QUEUED, due_at=now, error_text=_("It had not left, and is sent again."))
        queue.ring("default")
    return True


def retry(row: Outbound) -> bool:
    """A person's decision: try a failed or unknown letter again, as the same row, with a new id of the provider's. False when
    its state forbids it."""
    with transaction.atomic():
        current = Outbound.objects.select_for_update(no_key=True).get(pk=row.pk)
        if current.state not in {State.FAILED, State.UNKNOWN, State.EXPIRED}:
            return False
        values: dict[str, object] = {"attempts": 0, "due_at": timezone.now(), "expires_at": None, "error_text": "", "error_code": None}
        values |= {"fence": current.fence + 1, "failed_at": None, "sent_at": None}
        if current.provider_id:
            values |= {"earlier_ids": [*current.earlier_ids, current.provider_id], "provider_id": ""}
        _settle(current, State.QUEUED, **values)
        queue.ring("default")
    return True


def why(row: Outbound) -> str:
    """What staff read about a letter that did not arrive: by the provider's code when there is one, else our own reason."""
    if row.error_code is not None:
        return str(rule_of(row.error_code).words)
    return gettext(row.error_text) if row.error_text else ""


def abort(row: Outbound) -> bool:
    """A person's decision: a queued or unknown letter is not sent. False when it is on its way or done."""
    with transaction.atomic():
        Thread.objects.select_for_update(no_key=True).get(pk=row.thread_id)
        current = Outbound.objects.get(pk=row.pk)
        if current.state not in {State.QUEUED, State.UNKNOWN}:
            return False
        _settle(current, State.ABORTED, error_text=_("Stopped by staff."))
    return True


def lapsed() -> int:
    """Sends whose worker died: nobody knows whether they left, so they are unknown, and never sent again by themselves."""
    count = 0
    for pk in Outbound.objects.filter(state=State.SENDING, lease_until__lt=timezone.now()).values_list("pk", flat=True):
        with transaction.atomic():
            row = Outbound.objects.select_for_update(no_key=True).get(pk=pk)
            if row.state == State.SENDING and row.lease_until is not None and row.lease_until < timezone.now():
                _nobody_knows(row, timezone.now(), _("Nobody knows whether it left: the process that sent it died."))
                count += 1
    return count


def _delay(row: Outbound, outcome: Retry) -> dt.timedelta:
    # For one guest's limit Meta has a rule of its own (facts: WHATSAPP, 8).
    delay = dt.timedelta(seconds=4.0**row.attempts) if outcome.per_guest else queue.backoff(row.attempts)
    if outcome.after_s is not None:
        delay = max(delay, dt.timedelta(seconds=outcome.after_s))
    return delay * random.uniform(1.0, 1.3)  # noqa: S311 - jitter, not a secret


def _settle(row: Outbound, state: str, **values: object) -> None:
    previous, row.state, row.lease_until = row.state, state, None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "lease_until", *values])
    outbound_changed.send(sender=Outbound, outbound=row, previous=previous)
