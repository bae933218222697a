"""The hotel-wide switch: live, current guests only, paused."""

import datetime as dt

import pytest
from django.utils import timezone

from channels_app.models import Inbound, Outbound
from conversations import switch, turns
from conversations.models import Conversation, DeskSettings, Handoff, Message, ModeChange
from tests.conftest import envelope, text_message
from tests.console.conftest import Desk, book, browser, make_talk


@pytest.fixture
def asked(post, work, whatsapp):
    def go(sender="5491155551234"):
        post(envelope(text_message("¿a qué hora es el desayuno?", sender=sender)))
        work(timezone.now() + dt.timedelta(seconds=5))
        return Conversation.objects.get(thread__address=sender)

    return go


def said_by_bot():
    return Message.objects.filter(author="bot").count(), Outbound.objects.filter(author="bot").exclude(content__kind="read").count()


def test_live_it_answers_paused_it_is_silent_and_the_guest_waits_for_a_person(asked, hotel, leo):
    answered = asked()
    spoken = said_by_bot()
    switch.turn(hotel, "paused", leo)

    waits = asked("5491155559999")

    assert answered.owner == "bot" and spoken[0] == 1
    assert said_by_bot() == spoken
    assert waits.owner == "waiting" and waits.deadline_at is not None
    assert Handoff.objects.get(conversation=waits).reason == "switched_off"
    assert Inbound.objects.get(thread=waits.thread).state == "parked"


def test_current_guests_only_means_a_booking_that_is_not_over(asked, hotel, leo, post, work):
    first = asked()
    today = hotel.local_now().date()
    book(hotel, first, today + dt.timedelta(days=10))
    switch.turn(hotel, "current", leo)

    again, stranger = asked(), asked("5491155559999")

    assert (again.owner, stranger.owner) == ("bot", "waiting") and said_by_bot()[0] == 2


def test_what_is_queued_when_the_switch_is_turned_never_leaves(account, hotel, leo):
    talk = make_talk(account)
    turns._post(talk, turns.Reply("El desayuno es de 7 a 10."), "t1")

    switch.turn(hotel, "paused", leo)

    talk.refresh_from_db()
    assert [row.state for row in Outbound.objects.all()] == ["aborted"]
    assert talk.owner == "waiting" and talk.deadline_at is not None  # what it was to say is a person's to say now


def test_a_turn_that_is_being_thought_says_nothing_once_the_switch_is_turned(asked, hotel, leo, monkeypatch):
    real = turns._compute

    def slow(*args):
        found = real(*args)
        switch.turn(hotel, "paused", leo)
        return found

    monkeypatch.setattr(turns, "_compute", slow)

    talk = asked()

    assert talk.owner == "waiting" and said_by_bot() == (0, 0)


def test_the_control_of_the_switch_without_the_look_at_commit_it_speaks(asked, hotel, leo, monkeypatch):
    real = turns._compute

    def slow(*args):
        found = real(*args)
        switch.turn(hotel, "paused", leo)
        return found

    monkeypatch.setattr(turns, "_compute", slow)
    monkeypatch.setattr(switch, "may_answer", lambda *_args, **_more: True)

    asked()

    assert said_by_bot()[0] == 1


def test_only_who_runs_the_shift_turns_it_and_it_is_on_record(account, hotel, eva, leo):
    talk = make_talk(account)
    receptionist, supervisor = Desk(browser(eva), talk).client, Desk(browser(leo), talk).client

    refused = receptionist.post("/console/prueba/mode/", {"mode": "paused"})
    done = supervisor.post("/console/prueba/mode/", {"mode": "paused"})
    nonsense = supervisor.post("/console/prueba/mode/", {"mode": "asleep"})

    assert (refused.status_code, done.status_code, nonsense.status_code) == (403, 204, 422)
    assert DeskSettings.objects.get(hotel=hotel).mode == "paused"
    assert list(ModeChange.objects.values_list("user__username", "before", "after")) == [("leo", "live", "paused")]
    assert "paused for the whole hotel" in receptionist.get("/console/prueba/").content.decode()
