"""Mails out whose outcome nobody knows: the provider files what it sent, and what lies there left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from channels_app import outbox
from channels_app.models import Account, Mailbox, Outbound
from channels_app.transports import transport_of
from channels_app.transports.mail import posting

# Nothing of ours shows in the sent folder any more after so long: then it never left.
SHOWN = dt.timedelta(seconds=60)


def settle(box: Mailbox, opened: Callable[[], Callable[[str], bool] | None], *, files_all: bool) -> None:
    """Look for each by its Message-ID with what ``opened`` gives, None where there is no folder of sent mail. ``files_all``: it
    surely would lie there; then what does not did not leave, and goes again under the same Message-ID."""
    rows = list(Outbound.objects.filter(account=box.account_id, state=Outbound.State.UNKNOWN).order_by("pk")[:50])
    holds = opened() if rows else None
    if holds is None:
        return
    settles = transport_of(Account.Kind.EMAIL).settles
    for row in rows:
        message_id = posting.message_id(row, box)
        if holds(message_id):
            outbox.found_out(row, message_id)
        elif files_all and row.attempts < outbox.MAX_ATTEMPTS and timezone.now() > row.due_at - settles + SHOWN:
            outbox.found_out(row, "")
