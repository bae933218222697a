"""What staff are told about an account: a notice where they look, and a line in the log."""

from __future__ import annotations

import structlog
from django.utils import timezone

from channels_app.models import AccountNotice

log = structlog.get_logger(__name__)


def tell(account_id: int, kind: str, reason: str, digest: str) -> bool:
    """Once per ``digest`` (at most 64 characters), in the caller's transaction; True when it is news."""
    _notice, is_new = AccountNotice.objects.get_or_create(
        digest=digest, defaults={"account_id": account_id, "kind": kind, "reason": reason[:300], "received_at": timezone.now()}
    )
    if is_new:
        log.error("account needs a look", account=account_id, kind=kind, reason=reason[:300])
    return is_new
