"""A look into a mailbox by Gmail's API: what happened since the mark, in order (facts: GMAIL, 4)."""

from __future__ import annotations

import datetime as dt
import time
from functools import partial

from django.utils import timezone

from channels_app import keeping, settling
from channels_app.keeping import Fetched, Looked
from channels_app.models import Mailbox, MailFolder
from channels_app.transports.mail import gmail, imap

# How much is looked through again when Gmail has forgotten what happened since the mark.
AGAIN = dt.timedelta(days=7)
# Not mail that came.
ELSEWHERE = frozenset({"DRAFT", "CHAT", "SPAM", "TRASH"})
Role = MailFolder.Role


def session(box: Mailbox, told: Looked, until: float) -> bool:
    """Everything there is to do; True when there is more than one look may take. Raises what ``gmail.Api`` does."""
    with gmail.Api(gmail.way_of(box)) as api:
        settling.settle(box, lambda: api.holds, files_all=box.sends_where_it_reads)
        folder, _made = MailFolder.objects.get_or_create(mailbox=box, role=Role.INBOX)
        if _read_inbox(api, box, folder, told, until):
            return True
        keeping.mark_answered(box, None, lambda numbers: api.mark_read([f"{number:x}" for number in numbers]))
        _read_junk(api, box, told)
    return False


def _read_inbox(api: gmail.Api, box: Mailbox, folder: MailFolder, told: Looked, until: float) -> bool:
    if folder.history_id is None:
        newest = _read_whole(api, box, folder, told)
    else:
        try:
            newest, changes = api.changes(folder.history_id)
        except gmail.GoneError:
            newest, changes = _read_whole(api, box, folder, told), []
        for place, change in enumerate(changes):
            if time.monotonic() > until:
                return True
            # The mark moves with the last mail of what happened at once.
            is_last = place + 1 == len(changes) or changes[place + 1].number > change.number
            if is_mail_that_came(change.labels):
                told.new += _take(api, box, folder, change.mail, mark=change.number if is_last else None)
    folder.history_id, folder.looked_at = newest, timezone.now()
    keeping.move_marks(box, folder, "history_id")
    return False


def is_mail_that_came(labels: frozenset[str]) -> bool:
    """No draft, and nothing of ours alone: what was sent to the mailbox itself, as forms do, came too."""
    return not labels & ELSEWHERE and ("SENT" not in labels or "INBOX" in labels)


def _read_whole(api: gmail.Api, box: Mailbox, folder: MailFolder, told: Looked) -> int:
    """The first look, or one after Gmail has forgotten: what came lately, each known by its own id. Returns the mark, of before."""
    _address, newest = api.profile()
    now = timezone.now()
    if folder.is_new:
        since = now - dt.timedelta(days=box.import_days) if box.import_days else None
    else:
        since = min((folder.looked_at or now) - imap.AROUND, now - AGAIN if folder.history_id is not None else now)
    for mail in api.listed("INBOX", since) if since is not None else []:
        told.new += _take(api, box, folder, mail, historic=folder.is_new)
    return newest


def _take(api: gmail.Api, box: Mailbox, folder: MailFolder, mail: str, *, mark: int | None = None, historic: bool = False) -> bool:
    number = int(mail, 16)
    marks = {"history_id": mark} if mark is not None else {}
    return keeping.take(box, folder, number, f"gm-{number:x}", partial(_fetched, api, mail), marks=marks, historic=historic)


def _fetched(api: gmail.Api, mail: str) -> Fetched | None:
    try:
        given = api.mail(mail)
    except gmail.GoneError:
        return None
    return Fetched(given.raw, given.received_at, given.too_large, given.thread)


def _read_junk(api: gmail.Api, box: Mailbox, told: Looked) -> None:
    """Once an hour, to be shown: what Gmail calls spam is never answered. Shown from the second look on, as by IMAP."""
    folder, _made = MailFolder.objects.get_or_create(mailbox=box, role=Role.JUNK)
    now = timezone.now()
    if folder.looked_at is not None:
        if now - folder.looked_at <= keeping.JUNK_EVERY:
            return
        for mail in api.listed("SPAM", folder.looked_at - keeping.JUNK_EVERY):
            told.new += _take(api, box, folder, mail)
    folder.looked_at = now
    keeping.move_marks(box, folder)
