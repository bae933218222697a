"""What runs out: warned of in time, once per threshold, where staff look."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from channels_app import notices
from channels_app.models import Account
from channels_app.transports.whatsapp import api, versions


def warn(today: dt.date | None = None) -> int:
    """A notice for every WhatsApp account whose API version or access token ends in 90, 60, 30 or 7 days. Returns how many are new."""
    today = today or timezone.now().date()
    new = 0
    for account in Account.objects.filter(kind=Account.Kind.WHATSAPP, enabled=True, state=Account.State.CONNECTED):
        new += _token(account, today)
        version = api.version_of(account.api_url, account.api_version)
        days = versions.days_left(version, today)
        limit = versions.threshold(days) if days is not None else None
        if days is None or limit is None:
            continue
        reason = f"Graph API {version} dies in {days} days" if days >= 0 else f"Graph API {version} is dead"
        new += notices.tell(account.pk, "api_version", reason, f"version:{account.pk}:{version}:{limit if days >= 0 else 'dead'}")
    return new


def _token(account: Account, today: dt.date) -> bool:
    days = (account.token_expires_on - today).days if account.token_expires_on else None
    limit = versions.threshold(days) if days is not None else None
    if days is None or limit is None:
        return False
    reason = f"its access token ends in {days} days" if days >= 0 else "its access token has ended"
    return notices.tell(account.pk, "token", reason, f"token:{account.pk}:{account.token_expires_on}:{limit if days >= 0 else 'over'}")
