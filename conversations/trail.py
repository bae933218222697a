"""What happened in a conversation, append only; open pages hear of it."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from conversations import live
from conversations.models import Conversation, Event


def record(conversation: Conversation, type_: str, *, user: AbstractBaseUser | None = None, **data: object) -> Event:
    """Append an event."""
    live.changed(conversation)
    return Event.objects.create(
        hotel_id=conversation.hotel_id,
        conversation=conversation,
        type=type_,
        data=data,
        user_id=user.pk if user else None,
        at=timezone.now(),
    )
