"""Mail in: mailboxes are looked at when due, and every mail becomes a letter, a receipt, or nothing but a raw mail.

A look holds a lease on its mailbox. The folder's mark moves in the transaction that keeps the mail, so whoever dies between
two mails re-reads at most one, and its own id makes that harmless (facts: GMAIL, 3). A mail that cannot be fetched, look
after look, is told to staff and passed over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from imapclient import IMAPClient

from channels_app import inbox, notices, outbox
from channels_app.envelope import AccountEvent, InboundMessage, JsonObject, Parsed, Receipt, Sender
from channels_app.models import Account, AccountNotice, Inbound, Mailbox, MailFolder, Outbound, RawMail, Thread
from channels_app.transports import transport_of
from channels_app.transports.mail import ids, imap, judging, oauth, posting, reading, servers, watching
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached, MailError
from hotelagent.ops import correlation, killpoints, leases, queue
from hotelagent.ops.crypto import UndecryptableError

log = structlog.get_logger(__name__)

BATCH = 50
# A look ends here, and the mailbox is due again at once: other hotels wait too.
LOOK_S = 60.0
WHILE_ASKED_S = 10.0
TEXT_LIMIT = 8_000
JUNK_EVERY = dt.timedelta(hours=1)
# Programs and spammers nobody has written with get no conversation; their letters are kept and listed.
UNSORTED = frozenset({"automatic", "spam"})
STUCK_LIMIT, FAILURES_TOLD = 5, 5
# Nothing of ours shows in the sent folder any more after so long: then it never left.
SHOWN = dt.timedelta(seconds=60)
# Google watches for seven days: asked again when a day of them is over.
WATCHED = dt.timedelta(days=6)
Role = MailFolder.Role
_held = leases.Held()


class PausedError(Exception):
    """The provider wants to be left alone until later; only what needs no look was done."""


class LostError(Exception):
    """Another process has the mailbox now: what this one read is not kept."""


@dataclass
class Looked:
    """What one look did: how many mails were new, and what went wrong."""

    address: str
    new: int = 0
    trouble: str = ""


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


def look(claimed: Mailbox, *, at_most_s: float = LOOK_S) -> Looked:
    """Everything that is to be done in one claimed mailbox, over one connection. Raises only when the database is away."""
    told = Looked("")
    with _held.keep(claimed.pk, claimed.fence), correlation.bound(correlation.current() or correlation.new_id()):
        try:
            box = Mailbox.objects.select_related("account__hotel").get(pk=claimed.pk)
            box.fence = claimed.fence
            told.address = box.address
            _look(box, told, at_most_s)
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
            looked += [look(box, at_most_s=left) for box in claim(1, [account])]
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
        if not oauth.refresh(box, force=True):
            raise
        _session(box, told, until)  # the token had died before its time


def _session(box: Mailbox, told: Looked, until: float) -> None:
    with imap.connected(servers.imap_of(box)) as client:
        _settle_unknown(client, box)
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
        until = watching.watch(box)
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
        paused["paused_until"] = timezone.now() + dt.timedelta(minutes=random.uniform(15, 30))  # noqa: S311 - jitter, not a secret
        delay = dt.timedelta(seconds=300)
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
    historic = folder.uid_validity is None
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
            told.new += _take(client, box, folder, heading, validity, historic=historic)
            if marked:
                folder.last_uid = heading.uid
    if not marked:
        last = following - 1 if following else max(imap.above(client, 0), default=0)  # not every server says what comes next
        folder.uid_validity, folder.last_uid = validity, max([*uids, last])
    elif uids:  # mails that went between two questions
        folder.last_uid = uids[-1]
    folder.looked_at = timezone.now()
    with transaction.atomic():
        _still_ours(box)
        folder.save(update_fields=["uid_validity", "last_uid", "looked_at"])
    return False


def _still_ours(box: Mailbox) -> None:
    """Inside a transaction, until its end. Raises LostError."""
    if not Mailbox.objects.select_for_update(no_key=True).filter(pk=box.pk, fence=box.fence).exists():
        raise LostError("another process looks at it")


def _take(client: IMAPClient, box: Mailbox, folder: MailFolder, heading: imap.Heading, validity: int, *, historic: bool) -> bool:
    """Keep one mail; True for a new letter. One that breaks whoever takes it, look after look, is passed over in the end."""
    known = f"gm-{heading.gmail_id:x}" if heading.gmail_id else ""
    passed = folder.stuck_uid == heading.uid and folder.stuck >= STUCK_LIMIT
    try:
        raw: bytes | None = None
        if not passed and not (known and RawMail.objects.filter(account=box.account_id, provider_id=known).exists()):
            raw = imap.fetch(client, heading)
        with transaction.atomic():
            _still_ours(box)
            kept = raw is not None and keep(
                box, raw, at=heading.received_at, role=folder.role, historic=historic, provider_id=known, uid=heading.uid,
                uid_validity=validity, too_large=heading.too_large,
            )  # fmt: skip
            if raw is None and known and folder.role == Role.INBOX:
                _no_spam(Inbound.objects.filter(account=box.account_id, provider_id=known))
            if passed:
                reason = f"the mail with UID {heading.uid} cannot be taken: look for it with another program"
                notices.tell(box.account_id, "mail_unreadable", reason, f"unreadable:{box.account_id}:{validity}:{heading.uid}")
            if folder.uid_validity == validity:
                MailFolder.objects.filter(pk=folder.pk).update(last_uid=heading.uid, stuck=0)
            killpoints.reached("mailroom.stored")
    except (LostError, LimitReached, AuthError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        if _told_to_wait(error):
            raise
        folder.stuck = folder.stuck + 1 if folder.stuck_uid == heading.uid else 1
        folder.stuck_uid = heading.uid
        folder.save(update_fields=["stuck", "stuck_uid"])
        raise
    killpoints.reached("mailroom.kept")
    return kept


def _told_to_wait(error: Exception) -> bool:
    """The server's own words are only sorted when the line is closed (``imap.connected``): a pause is nothing wrong with a mail."""
    return isinstance(imap.told(error), LimitReached | AuthError)


def _read_junk(client: IMAPClient, box: Mailbox, told: Looked, until: float) -> None:
    """Once an hour, to be shown: what a server calls spam is never answered."""
    since = MailFolder.objects.filter(mailbox=box, role=Role.JUNK).values_list("looked_at", flat=True).first()
    if since is None or timezone.now() - since > JUNK_EVERY:
        _read(client, box, Role.JUNK, told, until)


def _no_spam(letters: QuerySet[Inbound]) -> None:
    """A mail that was seen among the spam lies in the inbox now: staff put it there, and it is a letter as it would have been."""
    for letter in letters.filter(kind="spam", state=Inbound.State.IGNORED):
        letter.kind = str(letter.raw.get("kind", "text"))
        letter.state, letter.reason, letter.attempts, letter.thread, letter.due_at = Inbound.State.WAITING, "", 0, None, timezone.now()
        letter.save(update_fields=["kind", "state", "reason", "attempts", "thread", "due_at"])
        queue.ring("default")


def _mark_answered(client: IMAPClient, box: Mailbox) -> None:
    """What was answered is read, for whoever looks with another program."""
    if not box.mark_seen:
        return
    validity = MailFolder.objects.filter(mailbox=box, role=Role.INBOX).values_list("uid_validity", flat=True).first()
    rows = RawMail.objects.filter(account=box.account_id, marked=False, uid__isnull=False, inbound__state=Inbound.State.ANSWERED)
    answered = dict(rows.filter(uid_validity=validity).order_by("uid").values_list("pk", "uid")[:500])
    if answered:
        imap.mark_seen(client, "INBOX", [uid for uid in answered.values() if uid is not None])
        RawMail.objects.filter(pk__in=list(answered)).update(marked=True)


# --- mails ---------------------------------------------------------------------------------------------------------------


def keep(
    box: Mailbox, raw: bytes, *, at: dt.datetime, role: str = Role.INBOX, historic: bool = False, provider_id: str = "",
    uid: int | None = None, uid_validity: int | None = None, too_large: bool = False,
) -> bool:  # fmt: skip
    """Store one mail for good, in the caller's transaction; True when it is a new letter. ``provider_id``: the provider's own
    number of it, when there is one that lasts."""
    content_id = _content_id(raw)
    before = RawMail.objects.filter(account=box.account_id, content_id=content_id).values_list("inbound", flat=True)
    if before:
        if role == Role.INBOX:
            _no_spam(Inbound.objects.filter(pk__in=[pk for pk in before if pk is not None]))
        return False
    mail = _readable(raw)
    provider_id = provider_id or f"mail-{content_id[:40]}"
    judged = judging.judge(mail, box.ours, box.address) if mail is not None else judging.Judgement("unreadable", "")
    items: list[Parsed] = []
    if mail is None:
        items.append(AccountEvent(box.address, "mail_unreadable", {"provider_id": provider_id}))
    elif mail.bounce is not None:
        items += _bounced(box, mail, mail.bounce, at)
    elif judged.kind != "own":
        kind = _kind(box, mail, judged, role, historic=historic, too_large=too_large)
        items.append(_letter(box, mail, judged, kind, provider_id, at))
    new = inbox.accept(Account.Kind.EMAIL, items, {box.address: box.account}) if items else 0
    letter = Inbound.objects.filter(account=box.account_id, provider_id=provider_id).values_list("pk", flat=True).first()
    if new and judged.sender and not Thread.objects.filter(account=box.account_id, user_id=judged.sender).exists():
        _leave_unsorted(letter, judged.why)
    RawMail.objects.bulk_create(
        [
            RawMail(
                account=box.account, inbound_id=letter, provider_id=provider_id, content_id=content_id, raw=raw,
                message_id=mail.message_id[:250] if mail is not None else "", references=list(mail.references) if mail is not None else [],
                subject=mail.subject if mail is not None else "", uid=uid if role == Role.INBOX else None, uid_validity=uid_validity,
                received_at=at,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return bool(new)


def _leave_unsorted(letter: int | None, why: str) -> None:
    """Of a stranger: a program's or a spammer's letter gets no conversation."""
    rows = Inbound.objects.filter(pk=letter or 0, kind__in=UNSORTED)
    rows.update(state=Inbound.State.IGNORED, reason=f"needs no answer: {why}"[:300])


def _readable(raw: bytes) -> reading.Mail | None:
    try:
        return reading.read(raw)
    except Exception:  # the edge to strangers: the raw mail is kept, staff are told, the next mail is read
        log.exception("mail not readable", size_bytes=len(raw))
        return None


def _kind(box: Mailbox, mail: reading.Mail, judged: judging.Judgement, role: str, *, historic: bool, too_large: bool) -> str:
    if role == Role.JUNK:
        return "spam"
    if judged.kind == "automatic":
        return "automatic"
    if historic:
        return "history"
    if too_large:
        return "too_large"
    if judged.kind in {"text", "document"} and _goes_on_elsewhere(box, mail, judged.sender):
        return "ongoing"
    return judged.kind


def _goes_on_elsewhere(box: Mailbox, mail: reading.Mail, sender: str) -> bool:
    """It answers something that we did not write, and we never wrote there: a person did, with another program."""
    if mail.answers or not (mail.in_reply_to or mail.references):
        return False
    return not Outbound.objects.filter(account=box.account_id, thread__user_id=sender).exists()


def _content_id(raw: bytes) -> str:
    """The same mail has the same one in another folder, after the folder was made anew, and at another provider; another mail
    under the same Message-ID has not. Of the octets alone, so that it stays when our reading changes."""
    head, _blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = re.findall(rb"^(?:message-id|from|date|subject)[ \t]*:.{0,500}", head, re.I | re.M)
    return hashlib.sha256(b"\n".join([*sorted(lines), body.strip()])).hexdigest()


def _letter(box: Mailbox, mail: reading.Mail, judged: judging.Judgement, kind: str, provider_id: str, at: dt.datetime) -> InboundMessage:
    words = mail.words.strip()  # never what is quoted: those are our own words, or anybody's
    if mail.subject and not reading.is_reply(mail.subject) and mail.subject.casefold() not in words.casefold():
        words = f"{mail.subject}\n\n{words}"
    files = [{"name": one.name, "mime_type": one.mime_type, "size_bytes": one.size_bytes, "place": one.place} for one in mail.attachments]
    raw: JsonObject = {"message_id": mail.message_id, "subject": mail.subject, "from": mail.sender, "to": list(mail.recipients)}
    return InboundMessage(
        account_key=box.address,
        provider_id=provider_id,
        sender=Sender(user_id=judged.sender, name=mail.sender_name if judged.sender == mail.sender else ""),
        kind=kind,
        provider_time=at,
        text=words[:TEXT_LIMIT].strip(),
        reply_to=(mail.answers or next(iter(mail.in_reply_to), ""))[:200],
        media={"files": files} if files else {},
        raw=raw | {"kind": judged.kind} | ({"judged": judged.why} if judged.why else {}),
    )


def _bounced(box: Mailbox, mail: reading.Mail, bounce: reading.Bounce, at: dt.datetime) -> list[Parsed]:
    """A report about a mail of ours: the letter failed, and its address cannot be reached. Of any other mail it is news."""
    known = ids.outbound_of(bounce.message_id)
    raw: JsonObject = {"recipient": bounce.recipient, "status": bounce.status, "reason": bounce.reason, "message_id": mail.message_id}
    if known is None or bounce.kind != "failed":
        return [AccountEvent(box.address, f"mail_{bounce.kind}", raw)]
    reason = f"{bounce.status} {bounce.reason}".strip() or "it came back"
    Thread.objects.filter(account=box.account_id, user_id=bounce.recipient).update(undeliverable=reason[:300])
    return [Receipt(box.address, bounce.message_id, "failed", at, callback=str(known), error_text=reason, raw=raw)]


# --- letters out whose outcome nobody knows ------------------------------------------------------------------------------


def _settle_unknown(client: IMAPClient, box: Mailbox) -> None:
    """The server files what it sent: what lies there left. Where it surely would lie and does not, it did not leave, and goes
    again under the same Message-ID."""
    rows = list(Outbound.objects.filter(account=box.account_id, state=Outbound.State.UNKNOWN).order_by("pk")[:50])
    if not rows:
        return
    folder = imap.folder_named(client, "sent")
    if folder is None:
        return
    files_all = client.has_capability(imap.GMAIL) and box.sends_where_it_reads
    settles = transport_of(Account.Kind.EMAIL).settles
    imap.opened(client, folder)
    for row in rows:
        message_id = posting.message_id(row, box)
        if imap.holds(client, message_id):
            outbox.found_out(row, message_id)
        elif files_all and row.attempts < outbox.MAX_ATTEMPTS and timezone.now() > row.due_at - settles + SHOWN:
            outbox.found_out(row, "")
