"""What staff may do about a letter or an account that is stuck."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels_app import mailboxes, provision
from channels_app.models import Account, Inbound, Mailbox
from hotelagent.ops import queue
from hotelagent.ops.crypto import UndecryptableError

log = structlog.get_logger(__name__)


def replay(letters: QuerySet[Inbound]) -> int:
    """Dead letters wait again, as if they had just come. Returns how many; letters in any other state are left alone.

    They leave their thread and are sorted anew, because sorting is what makes a conversation due; their lines in the
    transcript stay the same ones.
    """
    now = timezone.now()
    with transaction.atomic():
        count = letters.filter(state=Inbound.State.FAILED).update(
            state=Inbound.State.WAITING, reason="", attempts=0, due_at=now, thread=None
        )
        if count:
            queue.ring("default")
    log.info("letters replayed", count=count)
    return count


def connect(account: Account) -> bool:
    """See whether the account has everything it needs, and start it again when it has. Letters that waited leave then.

    False when something is missing; ``state_reason`` says what.
    """
    try:
        provision.judge(account)
    except UndecryptableError as error:
        account.state, account.state_reason = Account.State.NOT_CONNECTED, str(error)
    with transaction.atomic():
        account.save(update_fields=["state", "state_reason"])
        mailboxes.make_due(Mailbox.objects.filter(account=account), failures=0, trouble="")
        queue.ring("default")
    return account.state == Account.State.CONNECTED
