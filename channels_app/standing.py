"""How Meta rates our numbers, asked a few times a day (facts: WHATSAPP)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels_app import notices
from channels_app.models import Account
from channels_app.transports.whatsapp import api

EVERY = dt.timedelta(hours=6)
DUE = (
    f"SELECT coalesce(looked_at + interval '{EVERY.total_seconds():.0f} seconds', 'epoch') FROM channels_app_account "  # noqa: S608 - our own number
    "WHERE kind = 'whatsapp' AND enabled AND state = 'connected' AND driver = 'worker' ORDER BY 1 LIMIT 1",
)


def claim(limit: int) -> list[int]:
    """Numbers that are due, as asked from now on: one that gives no answer is asked again the next time."""
    now = timezone.now()
    due = Q(looked_at=None) | Q(looked_at__lte=now - EVERY)
    with transaction.atomic():
        rows = Account.objects.select_for_update(skip_locked=True).filter(
            due, kind=Account.Kind.WHATSAPP, enabled=True, state=Account.State.CONNECTED, driver=Account.Driver.WORKER
        )  # fmt: skip
        pks = list(rows.values_list("pk", flat=True)[:limit])
        Account.objects.filter(pk__in=pks).update(looked_at=now)
    return pks


def look(pk: int) -> None:
    """Keep what Meta says of the number; a bad word is told to staff, once a day."""
    account = Account.objects.get(pk=pk)
    answer = api.get(account, f"{api.base_of(account.api_url, account.api_version)}/{account.external_id}?fields=quality_rating")
    rating = str((answer or {}).get("quality_rating", ""))
    if rating not in Account.Quality.values:
        return
    Account.objects.filter(pk=pk).update(quality=rating)
    if rating == Account.Quality.RED:
        notices.tell(pk, "quality", "Meta rates the messages of this number as bad", f"quality:{pk}:{timezone.now().date()}")
