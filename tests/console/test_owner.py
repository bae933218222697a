"""Every conversation has one owner, whatever happens to it in whatever order."""

import random

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app.models import Thread
from conversations import escalation, handoff
from conversations.models import Conversation, Handoff
from tests.console.conftest import make_staff, make_talk, minutes, says
from tests.promises import promise


def verdict(talk):
    """What must hold of the rows, by the rows alone; the words for what does not."""
    row = Conversation.objects.select_related("thread").get(pk=talk.pk)
    calls = Handoff.objects.filter(conversation=row, closed_at=None).count()
    wrong = {
        "a person without having it, or having it without a person": (row.owner == "person") != (row.person_id is not None),
        "two hand-offs at once": calls > 1,
        "the gate is open while people have it": row.owner in {"person", "snoozed"} and row.thread.bot_may_speak,
        "the gate is shut though the receptionist has it": row.owner == "bot" and not row.thread.bot_may_speak,
        "a clock runs for nobody": row.waiting_since is not None and row.owner in {"bot", "closed", "snoozed"},
        "snoozed without an hour": (row.owner == "snoozed") != (row.snoozed_until is not None),
    }
    return [words for words, is_wrong in wrong.items() if is_wrong]


@promise("M1", small=150, full=10_000)
def test_random_events_never_leave_two_owners_or_none(account, size, figures):
    chance, staff = random.Random(11), [make_staff(account.hotel, name) for name in ("eva", "leo", "ana")]
    talks = [make_talk(account, f"Guest {index}") for index in range(4)]
    refused = 0

    def guest_writes(talk, _user):
        says(talk, "¿hola?")
        if talk.owner in {"waiting", "person"}:
            escalation.begin(talk, timezone.now())
            talk.save(update_fields=escalation.FIELDS)

    def silent(talk, _user):
        Conversation.objects.filter(pk=talk.pk, alert_at__isnull=False).update(alert_at=timezone.now() - minutes(1))
        escalation.climb(talk.pk)

    def wakes(talk, _user):
        Conversation.objects.filter(pk=talk.pk, owner="snoozed").update(snoozed_until=timezone.now() - minutes(1))
        escalation.wake()

    steps = [
        guest_writes, silent, wakes, lambda talk, _user: handoff.call_person(talk.pk, "asked"), handoff.take, handoff.give_back,
        handoff.release, handoff.close, lambda talk, user: handoff.reply(talk, user, "ya voy", key=str(chance.random())),
        lambda talk, user: handoff.snooze(talk, user, timezone.now() + minutes(60)),
        lambda _talk, user: escalation.release_all_of(user, account.hotel),
    ]  # fmt: skip
    for _event in range(size):
        talk, step = chance.choice(talks), chance.choice(steps)
        talk.refresh_from_db()
        try:
            step(talk, chance.choice(staff))
        except (handoff.NotYours, handoff.Newer):
            refused += 1
        assert verdict(talk) == [], step

    figures.update(events=size, refused=refused)
    assert 0 < refused < size


def test_the_control_the_verdict_sees_two_who_may_speak_and_the_database_refuses_two_owners(account):
    talk, eva = make_talk(account), make_staff(account.hotel)
    with pytest.raises(IntegrityError, match="person_owns_by_name"), transaction.atomic():
        Conversation.objects.filter(pk=talk.pk).update(person=eva)
    handoff.take(talk, eva)

    Thread.objects.filter(pk=talk.thread_id).update(bot_may_speak=True)

    assert verdict(talk) == ["the gate is open while people have it"]
