"""Mails that were fetched, by whatever way: each becomes a letter, a receipt, or nothing but a raw mail.

The mark of its folder moves in the transaction that keeps the mail, so whoever dies between two mails re-reads at most one, and
its own id makes that harmless (facts: GMAIL, 3). One that cannot be taken, look after look, is told to staff and passed over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels_app import inbox, notices
from channels_app.envelope import AccountEvent, InboundMessage, JsonObject, Parsed, Receipt, Sender
from channels_app.models import Account, Inbound, Mailbox, MailFolder, Outbound, RawMail, Thread
from channels_app.transports.mail import ids, imap, judging, reading
from channels_app.transports.mail.servers import AuthError, LimitReached
from hotelagent.ops import killpoints, queue

log = structlog.get_logger(__name__)

TEXT_LIMIT = 8_000
# Programs and spammers nobody has written with get no conversation; their letters are kept and listed.
UNSORTED = frozenset({"automatic", "spam"})
STUCK_LIMIT = 5
JUNK_EVERY = dt.timedelta(hours=1)
Role = MailFolder.Role


class LostError(Exception):
    """Another process has the mailbox now: what this one read is not kept."""


@dataclass
class Looked:
    """What one look did: how many mails were new, and what went wrong."""

    address: str
    new: int = 0
    trouble: str = ""


@dataclass(frozen=True)
class Fetched:
    """One mail as its server gave it. ``gmail_thread``: what Gmail's API wants to hear when it is answered."""

    raw: bytes
    received_at: dt.datetime
    too_large: bool = False
    gmail_thread: str = ""


def still_ours(box: Mailbox) -> None:
    """Inside a transaction, until its end. Raises LostError."""
    if not Mailbox.objects.select_for_update(no_key=True).filter(pk=box.pk, fence=box.fence).exists():
        raise LostError("another process looks at it")


def move_marks(box: Mailbox, folder: MailFolder, *marks: str) -> None:
    """A folder was read to its end. Raises LostError."""
    with transaction.atomic():
        still_ours(box)
        folder.save(update_fields=[*marks, "looked_at"])


def mark_answered(box: Mailbox, uid_validity: int | None, mark: Callable[[list[int]], None]) -> None:
    """What was answered is read, for whoever looks with another program: ``mark`` says so to the server, by the mails' numbers.
    ``uid_validity``: of the numbers that mean something there (None by Gmail's API)."""
    if not box.mark_seen:
        return
    rows = RawMail.objects.filter(account=box.account_id, marked=False, uid__isnull=False, uid_validity=uid_validity)
    answered = dict(rows.filter(inbound__state=Inbound.State.ANSWERED).order_by("uid").values_list("pk", "uid")[:500])
    if answered:
        mark([uid for uid in answered.values() if uid is not None])
        RawMail.objects.filter(pk__in=list(answered)).update(marked=True)


def take(
    box: Mailbox, folder: MailFolder, number: int, known: str, fetch: Callable[[], Fetched | None], *, marks: dict[str, int],
    historic: bool, uid_validity: int | None = None,
) -> bool:  # fmt: skip
    """Fetch and keep one mail, and move the folder's ``marks`` with it; True for a new letter. ``number``: its own in this folder;
    ``known``: its lasting id, when there is one. ``fetch`` tells None for a mail that went meanwhile."""
    passed = folder.stuck_uid == number and folder.stuck >= STUCK_LIMIT
    try:
        found: Fetched | None = None
        if not passed and not (known and RawMail.objects.filter(account=box.account_id, provider_id=known).exists()):
            found = fetch()
        with transaction.atomic():
            still_ours(box)
            kept = found is not None and keep(
                box, found.raw, at=found.received_at, role=folder.role, historic=historic, provider_id=known, uid=number,
                uid_validity=uid_validity, too_large=found.too_large, gmail_thread=found.gmail_thread,
            )  # fmt: skip
            if found is None and known and folder.role == Role.INBOX:
                no_spam(Inbound.objects.filter(account=box.account_id, provider_id=known))
            if passed:
                reason = f"the mail with UID {number} cannot be taken: look for it with another program"
                notices.tell(box.account_id, "mail_unreadable", reason, f"unreadable:{box.account_id}:{uid_validity}:{number}")
            if marks:
                MailFolder.objects.filter(pk=folder.pk).update(**marks, stuck=0)
            killpoints.reached("mailroom.stored")
    except (LostError, LimitReached, AuthError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        if _told_to_wait(error):
            raise
        folder.stuck = folder.stuck + 1 if folder.stuck_uid == number else 1
        folder.stuck_uid = number
        folder.save(update_fields=["stuck", "stuck_uid"])
        raise
    killpoints.reached("mailroom.kept")
    return kept


def _told_to_wait(error: Exception) -> bool:
    """The server's own words are only sorted when the line is closed (``imap.connected``): a pause is nothing wrong with a mail."""
    return isinstance(imap.told(error), LimitReached | AuthError)


def no_spam(letters: QuerySet[Inbound]) -> None:
    """A mail that was seen among the spam lies in the inbox now: staff put it there, and it is a letter as it would have been."""
    for letter in letters.filter(kind="spam", state=Inbound.State.IGNORED):
        letter.kind = str(letter.raw.get("kind", "text"))
        letter.state, letter.reason, letter.attempts, letter.thread, letter.due_at = Inbound.State.WAITING, "", 0, None, timezone.now()
        letter.save(update_fields=["kind", "state", "reason", "attempts", "thread", "due_at"])
        queue.ring("default")


def keep(
    box: Mailbox, raw: bytes, *, at: dt.datetime, role: str = Role.INBOX, historic: bool = False, provider_id: str = "",
    uid: int | None = None, uid_validity: int | None = None, too_large: bool = False, gmail_thread: str = "",
) -> bool:  # fmt: skip
    """Store one mail for good, in the caller's transaction; True when it is a new letter. ``provider_id``: the provider's own
    number of it, when there is one that lasts."""
    content_id = _content_id(raw)
    before = RawMail.objects.filter(account=box.account_id, content_id=content_id).values_list("inbound", flat=True)
    if before:
        if role == Role.INBOX:
            no_spam(Inbound.objects.filter(pk__in=[pk for pk in before if pk is not None]))
        return False
    mail = _readable(raw)
    provider_id = provider_id or f"mail-{content_id[:40]}"
    ours, address = frozenset(map(reading.canonical, box.ours)), reading.canonical(box.address)
    judged = judging.judge(mail, ours, address) if mail is not None else judging.Judgement("unreadable", "")
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
                received_at=at, gmail_thread=gmail_thread,
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
    Thread.mark_undeliverable(box.account_id, bounce.recipient, reason)
    return [Receipt(box.address, bounce.message_id, "bounced", at, callback=str(known), error_text=reason, raw=raw)]
