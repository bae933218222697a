"""People who are not at the desk are told by e-mail too that a guest waits."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from channels_app.models import Outbound
from conversations import escalation
from conversations.models import Conversation, DeskSettings, Event, Handoff
from tests.mail.conftest import a_mail, look
from tests.mail.test_sending import again, opened

pytestmark = pytest.mark.django_db


def climb(talk, times):
    for _step in range(times):
        Conversation.objects.filter(pk=talk.pk).update(alert_at=timezone.now() - dt.timedelta(seconds=1))
        escalation.climb(talk.pk)


def waiting(post_office, work):
    post_office.receive(a_mail("Quiero hablar con una persona: no anda la calefacción"))
    look()
    work()
    return Conversation.objects.get(owner="waiting")


def test_duty_and_manager_are_written_to_in_their_turn(hotel, mailbox, post_office, work, settings):
    settings.PUBLIC_URL = "https://recepcion.hotel.example"
    DeskSettings.objects.create(hotel=hotel, duty_email="guardia@hotel.example", manager_email="jefa@hotel.example")
    talk = waiting(post_office, work)
    climb(talk, 3)
    for _number in range(3):
        again(work)
    calls = [opened(one) for one in post_office.sent if "hotel.example" in one["To"]]
    assert [one["To"] for one in calls] == ["guardia@hotel.example", "jefa@hotel.example"]
    words = calls[0].get_body(("plain",)).get_content()
    assert "calefacción" in words
    assert f"https://recepcion.hotel.example/console/{hotel.slug}/c/{talk.pk}/" in words
    assert calls[0]["Auto-Submitted"] == "auto-generated"
    told = [one.data.get("told", "") for one in Event.objects.filter(type="overdue").order_by("pk")]
    assert told == ["", "guardia@hotel.example", "jefa@hotel.example"]


def test_without_an_address_nobody_is_written_to(mailbox, post_office, work):
    talk = waiting(post_office, work)
    climb(talk, 3)
    assert not Outbound.objects.filter(dedupe_key__startswith="alarm-mail").exists()


def test_the_receptionist_does_not_answer_a_colleague(hotel, mailbox, post_office, work):
    DeskSettings.objects.create(hotel=hotel, duty_email="Guardia@hotel.example")
    post_office.receive(a_mail("ok, ya voy. ¿Qué habitación es?", sender="Luis <guardia@hotel.example>", subject="Re: espera"))
    look()
    work()
    assert post_office.sent == []
    assert Handoff.objects.get().reason == "mail_colleague"
