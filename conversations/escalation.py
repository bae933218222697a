"""How long a guest has waited for a person, and who is told when nobody comes.

The clock starts with the guest's first unanswered message, runs only while the reception is open, and stops when somebody
answers. When it runs too long: the desk hears it again, then the duty phone is called, then the manager. A person who has
the conversation and stays silent loses it to the queue when the duty phone is called. Every guest has a clock of their own:
a hundred at once are a hundred alerts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from conversations import alarms, trail
from conversations.models import Conversation, DeskSettings
from conversations.push import calls
from hotelagent.hotels.hours import Hours
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

Owner = Conversation.Owner
AGAIN, DUTY, MANAGER = 1, 2, 3
FIELDS = ["waiting_since", "deadline_at", "alert_at", "alert_level", "relay_at"]


def begin(conversation: Conversation, since: dt.datetime, reason: str = "") -> None:
    """A person's answer is owed since then; a clock that runs already goes on. Set on the object, the caller saves FIELDS."""
    conversation.relay_at = timezone.now()
    if conversation.waiting_since is not None:
        return
    hotel = conversation.hotel
    desk, hours = DeskSettings.of(hotel), Hours.of(hotel)
    conversation.waiting_since = since
    conversation.deadline_at = hours.add(since, desk.answer_min)
    conversation.alert_level = 0
    conversation.alert_at = hours.add(since, desk.alert_min)
    if reason in alarms.AT_ONCE and hours.is_closed_at(since):
        conversation.alert_level, conversation.alert_at = AGAIN, since


def taken(conversation: Conversation, now: dt.datetime) -> None:
    """Somebody came: the ladder begins anew with them. Set on the object, the caller saves FIELDS."""
    if conversation.waiting_since is not None:
        conversation.alert_level = 0
        conversation.alert_at = Hours.of(conversation.hotel).add(now, DeskSettings.of(conversation.hotel).alert_min)


def stop(conversation: Conversation) -> None:
    """Answered, or nobody's business any more. Set on the object, the caller saves FIELDS."""
    conversation.waiting_since = conversation.deadline_at = conversation.alert_at = None
    conversation.alert_level = 0


def due(limit: int) -> list[int]:
    """Conversations whose next alert is due, the longest wait first."""
    rows = Conversation.objects.filter(alert_at__lte=timezone.now())
    return list(rows.order_by("alert_at").values_list("pk", flat=True)[:limit])


# When the next alert is due, for the sweeper.
DUE = (
    "SELECT min(alert_at) FROM conversations_conversation WHERE alert_at IS NOT NULL",
    "SELECT min(snoozed_until) FROM conversations_conversation WHERE snoozed_until IS NOT NULL",
)


def climb(pk: int) -> None:
    """The next step of the ladder, once: what is done is on record with the step, in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        rows = Conversation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related(
            "hotel", "guest", "person", "thread__account"
        )
        row = rows.filter(pk=pk, alert_at__lte=now, waiting_since__isnull=False).first()
        if row is None or row.waiting_since is None:
            return
        desk = DeskSettings.of(row.hotel)
        row.alert_level += 1
        told = ""
        begun = _begun(row)
        if row.alert_level >= DUTY:
            duty = row.alert_level == DUTY
            phone = alarms.call(row, desk.duty_phone if duty else desk.manager_phone, desk.alert_template)
            address = alarms.write(row, desk.duty_email if duty else desk.manager_email)
            told = ", ".join(filter(None, (phone, address)))
            if row.owner == Owner.PERSON:  # who took it and is silent
                trail.record(row, "returned_silent", person=str(row.person))
                leave(row)
        pushed = calls.call(row, row.alert_level)
        after = {AGAIN: desk.duty_min, DUTY: desk.manager_min}.get(row.alert_level)
        row.alert_at = Hours.of(row.hotel).add(begun, after) if after is not None else None
        row.relay_at = now
        row.save(update_fields=["owner", "person", *FIELDS])
        data: dict[str, Any] = {"level": row.alert_level, **({"told": told} if told else {}), **({"pushed": pushed} if pushed else {})}
        trail.record(row, "overdue", **data)
    log.warning("a guest waits for a person", conversation=pk, level=row.alert_level)


def _begun(row: Conversation) -> dt.datetime:
    """What the steps are counted from: the guest's words, or the moment somebody took it after them."""
    assert row.waiting_since is not None
    taken_at = row.handoffs.filter(closed_at=None).values_list("taken_at", flat=True).first()
    return max(row.waiting_since, taken_at) if taken_at is not None and row.owner == Owner.PERSON else row.waiting_since


def leave(row: Conversation) -> None:
    """Who has it has it no more: it is everybody's again, and the gate stays shut. Set on the object, the caller holds its lock
    and saves owner and person."""
    row.owner, row.person = Owner.WAITING, None
    row.handoffs.filter(closed_at=None).update(taken_at=None, taken_by=None)


def restart(hotel: Hotel) -> None:
    """The hotel's minutes or hours changed: deadlines that are still to come are counted again."""
    for row in Conversation.objects.filter(hotel=hotel, waiting_since__isnull=False, alert_level=0):
        since, row.waiting_since = row.waiting_since, None
        assert since is not None
        begin(row, since)
        Conversation.objects.filter(pk=row.pk, waiting_since=since).update(**{name: getattr(row, name) for name in FIELDS})


def release_all_of(user: AbstractBaseUser, hotel: Hotel) -> int:
    """Somebody went off shift: their conversations in which a guest waits go back to the queue. Returns how many."""
    rows = Conversation.objects.filter(hotel=hotel, person=user.pk, owner=Owner.PERSON, waiting_since__isnull=False)
    count = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.select_for_update(no_key=True).filter(pk=pk).first()
            if row is None:
                continue
            leave(row)
            row.save(update_fields=["owner", "person"])
            trail.record(row, "returned_off", user=user)
            count += 1
    return count


def is_time_to_wake() -> bool:
    return Conversation.objects.filter(owner=Owner.SNOOZED, snoozed_until__lte=timezone.now()).exists()


def wake() -> int:
    """Snoozed conversations whose hour has come wait for a person again. Returns how many."""
    rows = Conversation.objects.filter(owner=Owner.SNOOZED, snoozed_until__lte=timezone.now())
    count = 0
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.select_for_update(no_key=True, of=("self",)).select_related("hotel").filter(pk=pk).first()
            if row is not None:
                back_to_queue(row, "snooze_over")
                count += 1
    return count


def back_to_queue(row: Conversation, why: str) -> None:
    """A person is needed again. The caller holds the row's lock."""
    row.owner, row.person, row.snoozed_until = Owner.WAITING, None, None
    begin(row, timezone.now())
    row.save(update_fields=["owner", "person", "snoozed_until", *FIELDS])
    trail.record(row, why)
