"""Mail in: mailboxes are looked at when due, by IMAP or by Gmail's API. A look holds a lease on its mailbox; what becomes of the
mails is said in channels_app.keeping."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterable
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from imapclient import IMAPClient

from channels_app import gmail_folders, keeping, notices, outbox, settling
from channels_app.keeping import Fetched, Looked, LostError
from channels_app.models import Account, AccountNotice, Mailbox, MailFolder
from channels_app.transports.mail import gmail, imap, oauth, servers
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached, MailError
from hotelagent.ops import correlation, leases, queue
from hotelagent.ops.crypto import UndecryptableError

log = structlog.get_logger(__name__)

BATCH = 50
# A look ends here, and the mailbox is due again at once: other hotels wait too.
LOOK_S = 60.0
# Whoever asks is answered after so long, and a server that hangs is cut off then; reading ends a little before.
WHILE_ASKED_S, POLITE = 10.0, 0.8
FAILURES_TOLD = 5
# Google watches for seven days: asked again when a day of them is over.
WATCHED = dt.timedelta(days=6)
Role = MailFolder.Role
_held = leases.Held()


class PausedError(Exception):
    """The provider wants to be left alone until later; only what needs no look was done."""


def claim(limit: int, accounts: Iterable[int] | None = None) -> list[Mailbox]:
    """Mailboxes that are due (those of ``accounts``: now), each with its lease written and its next look set. Without their
    secrets: one that cannot be decrypted is nobody else's trouble."""
    now = timezone.now()
    rows = Mailbox.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), account__enabled=True)
    rows = rows.filter(account__state=Account.State.CONNECTED)
    if accounts is None:
        rows = rows.filter(next_look_at__lte=now, account__driver=Account.Driver.WORKER)
    else:
        rows = rows.filter(account__in=list(accounts))
    with transaction.atomic():
        locked = rows.select_for_update(skip_locked=True, of=("self",)).order_by("next_look_at")
        found = list(locked.only("pk", "account_id", "fence", "poll_s")[:limit])
        for box in found:
            box.lease_until, box.fence = now + leases.length(), box.fence + 1
            box.next_look_at = now + dt.timedelta(seconds=box.poll_s)
            box.save(update_fields=["lease_until", "fence", "next_look_at"])
    return found


def look(claimed: Mailbox, *, waited_for_s: float | None = None) -> Looked:
    """Everything that is to be done in one claimed mailbox, over one connection. Raises only when the database is away.
    ``waited_for_s``: somebody waits, and not longer than that."""
    told = Looked("")
    with _held.keep(claimed.pk, claimed.fence), correlation.bound(correlation.current() or correlation.new_id()):
        try:
            box = Mailbox.objects.select_related("account__hotel").get(pk=claimed.pk)
            box.fence = claimed.fence
            told.address = box.address
            if waited_for_s is not None:
                box.deadline = time.monotonic() + waited_for_s
            _look(box, told, LOOK_S if waited_for_s is None else waited_for_s * POLITE)
        except (LostError, PausedError) as error:  # tokens are kept fresh in a pause: mail goes out all the same
            told.trouble = str(error)
            Mailbox.objects.filter(pk=claimed.pk, fence=claimed.fence).update(lease_until=None)
        except UndecryptableError as error:
            told.trouble = str(error)
            _failed(claimed, AuthError(str(error)))
        except MailError as error:
            told.trouble = str(error)
            _failed(claimed, error)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # the edge: a fault of ours with one mail must not silence the mailbox
            log.exception("look failed", account=claimed.account_id)
            told.trouble = f"a fault of ours: {type(error).__name__}"
            _failed(claimed, ConnectionFailed(told.trouble))
        else:
            _looked(box)
    log.info("mailbox looked at", account=claimed.account_id, new=told.new, trouble=told.trouble)
    return told


def look_while_asked(accounts: Iterable[int]) -> list[Looked]:
    """Somebody waits for the answer: these mailboxes now, one after the other, as far as the time goes. Those that somebody
    else is looking at are left out."""
    until = time.monotonic() + WHILE_ASKED_S
    looked: list[Looked] = []
    for account in accounts:
        if (left := until - time.monotonic()) > 1.0:
            looked += [look(box, waited_for_s=left) for box in claim(1, [account])]
    return looked


def renew() -> None:
    _held.renew(Mailbox)


def _look(box: Mailbox, told: Looked, at_most_s: float) -> None:
    oauth.refresh(box)
    if box.paused_until is not None and box.paused_until > timezone.now():
        raise PausedError("the provider wants a pause")
    until = time.monotonic() + at_most_s
    try:
        _session(box, told, until)
    except AuthError:
        had_token = bool(box.access_token)
        is_new = oauth.refresh(box, force=True)
        if not is_new and not (had_token and box.consent_gone and box.password):
            raise
        _session(box, told, until)  # the token had died before its time, or the consent, and the app password is left


def _session(box: Mailbox, told: Looked, until: float) -> None:
    if box.by_api:
        due = gmail_folders.session(box, told, until)
    else:
        with imap.connected(servers.imap_of(box)) as client:
            settling.settle(box, lambda: _sent_mail(client), files_all=client.has_capability(imap.GMAIL) and box.sends_where_it_reads)
            due = _read(client, box, Role.INBOX, told, until)
            if not due:
                _mark_answered(client, box)
                _read_junk(client, box, told, until)
    _keep_watch(box)
    if due:
        Mailbox.objects.filter(pk=box.pk, fence=box.fence).update(next_look_at=timezone.now())


def _keep_watch(box: Mailbox) -> None:
    """Ask Google once a day to say when mail comes: it stops by itself after seven. Without it the looks go on all the same."""
    now = timezone.now()
    if not box.push_topic or not box.access_token or (box.push_until is not None and box.push_until - now > WATCHED):
        return
    refused = f"push:{box.account_id}:{now.date().isoformat()}"
    if AccountNotice.objects.filter(digest=refused).exists():
        return  # once a day
    try:
        until = gmail.watch(box)
    except MailError as error:
        notices.tell(box.account_id, "mail_push", f"Google does not say when mail comes: {error}", refused)
        return
    Mailbox.objects.filter(pk=box.pk, fence=box.fence).update(push_until=until)


def _looked(box: Mailbox) -> None:
    mine = Mailbox.objects.filter(pk=box.pk, fence=box.fence)
    mine.update(lease_until=None, looked_at=timezone.now(), failures=0, trouble="")


def _failed(box: Mailbox, error: MailError) -> None:
    """Later and later; who is not let in is not asked again until somebody mends it."""
    paused: dict[str, object] = {}
    if isinstance(error, AuthError):
        outbox.stop_account(box.account_id, str(error))
        delay = dt.timedelta(minutes=15)
    elif isinstance(error, LimitReached):
        pause = dt.timedelta(minutes=random.uniform(15, 30))  # noqa: S311 - jitter, not a secret
        paused["paused_until"] = timezone.now() + (dt.timedelta(seconds=error.wait_s) if error.wait_s is not None else pause)
        delay = dt.timedelta(seconds=min(300.0, error.wait_s or 300.0))
    else:
        delay = queue.backoff(box.failures + 1, first_s=float(box.poll_s), limit_s=900.0)
    mine = Mailbox.objects.filter(pk=box.pk, fence=box.fence)
    mine.update(lease_until=None, failures=F("failures") + 1, trouble=str(error)[:300], next_look_at=timezone.now() + delay, **paused)
    log.warning("mailbox not read", account=box.account_id, error=type(error).__name__, reason=str(error)[:200])
    if box.failures + 1 == FAILURES_TOLD:
        notices.tell(box.account_id, "mailbox_away", str(error), f"away:{box.account_id}:{timezone.now().timestamp()}")


# --- folders -------------------------------------------------------------------------------------------------------------


def _read(client: IMAPClient, box: Mailbox, role: str, told: Looked, until: float) -> bool:
    """Keep what is new in a folder; True when there is more than one look may take."""
    name = imap.folder_named(client, role)
    if name is None:
        return False
    folder, _made = MailFolder.objects.get_or_create(mailbox=box, role=role)
    validity, following = imap.opened(client, name)
    marked = validity == folder.uid_validity  # else the numbers we know mean nothing, and the mark stands still until the end
    historic = folder.is_new
    if marked:
        uids = imap.above(client, folder.last_uid)
    elif historic:  # a hotel does not answer ten years of mail; what it wants to see of them is only shown
        days = box.import_days if role == Role.INBOX else 0
        uids = imap.since(client, (timezone.now() - dt.timedelta(days=days)).date()) if days else []
    else:  # what came lately is looked at again, and known by its own id
        uids = imap.since(client, ((folder.looked_at or timezone.now()) - imap.AROUND).date())
    for start in range(0, len(uids), BATCH):
        for heading in imap.headings(client, uids[start : start + BATCH]):
            if marked and time.monotonic() > until:
                return True
            told.new += keeping.take(
                box, folder, heading.uid, f"gm-{heading.gmail_id:x}" if heading.gmail_id else "", partial(_fetched, client, heading),
                marks={"last_uid": heading.uid} if marked else {}, historic=historic, uid_validity=validity,
            )  # fmt: skip
            if marked:
                folder.last_uid = heading.uid
    if not marked:
        last = following - 1 if following else max(imap.above(client, 0), default=0)  # not every server says what comes next
        folder.uid_validity, folder.last_uid = validity, max([*uids, last])
    elif uids:  # mails that went between two questions
        folder.last_uid = uids[-1]
    folder.looked_at = timezone.now()
    keeping.move_marks(box, folder, "uid_validity", "last_uid")
    return False


def _fetched(client: IMAPClient, heading: imap.Heading) -> Fetched | None:
    raw = imap.fetch(client, heading)
    return Fetched(raw, heading.received_at, heading.too_large) if raw is not None else None


def _sent_mail(client: IMAPClient) -> Callable[[str], bool] | None:
    folder = imap.folder_named(client, "sent")
    if folder is None:
        return None
    imap.opened(client, folder)
    return partial(imap.holds, client)


def _read_junk(client: IMAPClient, box: Mailbox, told: Looked, until: float) -> None:
    """Once an hour, to be shown: what a server calls spam is never answered."""
    since = MailFolder.objects.filter(mailbox=box, role=Role.JUNK).values_list("looked_at", flat=True).first()
    if since is None or timezone.now() - since > keeping.JUNK_EVERY:
        _read(client, box, Role.JUNK, told, until)


def _mark_answered(client: IMAPClient, box: Mailbox) -> None:
    validity = MailFolder.objects.filter(mailbox=box, role=Role.INBOX).values_list("uid_validity", flat=True).first()
    keeping.mark_answered(box, validity, partial(imap.mark_seen, client, "INBOX"))
