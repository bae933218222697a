"""Mailboxes that are to be looked at next."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels_app.models import Mailbox
from hotelagent.ops import queue


def make_due(boxes: QuerySet[Mailbox], **values: object) -> bool:
    """Somebody has a reason to look: they are looked at now, with ``values`` set. False when there are none."""
    with transaction.atomic():
        found = bool(boxes.update(next_look_at=timezone.now(), **values))
        if found:
            queue.ring("slow")
    return found
