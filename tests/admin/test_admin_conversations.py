"""The page of a conversation: what it tells, and its three buttons."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels_app.models import Account, Inbound, Outbound, Thread
from conversations import handoff
from conversations.models import Conversation, Event, Fact, Guest, Handoff, Message
from hotelagent.hotels.models import Hotel
from tests.admin.conftest import browser, make_person, told
from tests.conftest import envelope, text_message

pytestmark = pytest.mark.django_db


def page(conversation):
    return reverse("admin:conversations_conversation_change", args=[conversation.pk])


def press(client, conversation, button, **data):
    return client.post(reverse(f"admin:conversations_conversation_{button}", args=[conversation.pk]), data, follow=True)


@pytest.fixture
def talk(alfa):
    return alfa[Conversation]


def test_transcript_tells_who_said_what_and_what_became_of_it(alfa, talk, desk):
    fact = alfa[Fact]
    Message.objects.filter(author="guest").update(
        understanding={"language": "es", "intents": [{"name": "amenity_wifi", "confidence": 0.93}], "slots": {"adults": 2}}
    )
    Message.objects.filter(author="bot").update(sources=[f"fact:{fact.pk}:v1", "fact:999:v1"])
    Outbound.objects.update(state="failed", error_text="number not on WhatsApp")

    html = desk.get(page(talk)).content.decode()

    assert [kind for kind in re.findall(r'class="hr-bubble hr-bubble-(\w+)"', html)] == ["guest", "bot"]
    assert "hola ALFA" in html and "answer ALFA" in html
    assert "Asks about Wi-Fi 93 %" in html
    assert f'href="{reverse("admin:conversations_fact_change", args=[fact.pk])}">Asks about Wi-Fi · v1</a>' in html
    assert "fact:999:v1" in html
    assert "number not on WhatsApp" in html and "Failed" in html
    assert reverse("admin:channels_app_outbound_change", args=[alfa[Outbound].pk]) in html


def test_guests_words_are_never_markup(alfa, talk, desk):
    Message.objects.filter(author="guest").update(text="<script>alert(1)</script>")

    html = desk.get(page(talk)).content.decode()

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_reason_summary_and_events_are_shown(alfa, talk, desk):
    html = desk.get(page(talk)).content.decode()

    assert "A person is needed: asked for a person" in " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "wants ALFA" in html
    assert "Passed on to a person" in html


def test_long_talk_is_shown_from_its_end_and_leafed_back(alfa, talk, desk, monkeypatch):
    monkeypatch.setattr("conversations.admin.TRANSCRIPT_PAGE", 1)

    last = desk.get(page(talk))
    earlier = desk.get(page(talk), {"before": last.context["earlier"]})

    assert [line["row"].author for line in last.context["lines"] if line["kind"] == "bubble"] == ["bot"]
    assert [line["row"].author for line in earlier.context["lines"] if line["kind"] == "bubble"] == ["guest"]
    assert earlier.context["earlier"] is None
    assert desk.get(page(talk), {"before": "9" * 40}).status_code == 200


def test_take_over_silences_the_receptionist(alfa, talk, desk, receptionist):
    Outbound.objects.update(state="queued")

    response = press(desk, talk, "take")

    talk.refresh_from_db()
    assert (talk.owner, talk.person) == ("person", receptionist)
    assert Outbound.objects.get().state == "aborted"
    assert told(response) == ["You have this conversation; the receptionist is silent."]
    assert Event.objects.filter(conversation=talk, type="taken", user=receptionist).count() == 1


def test_second_taker_is_told_who_has_it(alfa, talk, desk, receptionist):
    handoff.take(talk, receptionist)
    other = browser(make_person("tobias", alfa[Hotel], role="supervisor"))

    response = press(other, talk, "take")

    talk.refresh_from_db()
    assert talk.person == receptionist
    assert told(response) == ["lucia has this conversation."]


def test_reply_is_sent_once_and_takes_the_conversation(alfa, talk, desk, receptionist):
    for _twice in range(2):
        press(desk, talk, "reply", text="Hola, soy Lucía", key="one-key")

    talk.refresh_from_db()
    assert talk.person == receptionist
    assert list(Message.objects.filter(author="staff").values_list("text", "user__username")) == [("Hola, soy Lucía", "lucia")]
    assert list(Outbound.objects.filter(author="staff").values_list("content__text", "state")) == [("Hola, soy Lucía", "queued")]
    assert "Hola, soy Lucía" in desk.get(page(talk)).content.decode()


def test_every_page_carries_another_key(talk, desk):
    keys = {desk.get(page(talk)).context["reply_key"] for _page in range(3)}

    assert len(keys) == 3


def test_reply_to_a_colleagues_conversation_keeps_the_words(alfa, talk, receptionist):
    handoff.take(talk, receptionist)
    other = browser(make_person("tobias", alfa[Hotel]))

    response = press(other, talk, "reply", text="me adelanto", key="k")

    assert told(response) == ["lucia has this conversation."]
    assert Message.objects.filter(author="staff").count() == 0
    assert "me adelanto" in response.content.decode()


def test_empty_reply_is_nothing(talk, desk):
    response = press(desk, talk, "reply", text="  \x00 ", key="k")

    talk.refresh_from_db()
    assert told(response) == ["There was nothing to send."]
    assert (talk.owner, Message.objects.filter(author="staff").count()) == ("bot", 0)


def test_refused_content_is_told_and_kept(talk, desk, monkeypatch):
    from channels_app.envelope import ContentError

    def refuse(*_args, **_kwargs):
        raise ContentError("this channel takes no such text")

    monkeypatch.setattr(handoff.outbox, "post", refuse)

    response = press(desk, talk, "reply", text="palabras", key="k")

    assert told(response) == ["Not sent: this channel takes no such text"]
    assert response.context["draft"] == "palabras"


def test_give_back_hands_what_is_unanswered_to_the_receptionist(alfa, talk, desk, receptionist):
    handoff.take(talk, receptionist)
    Inbound.objects.update(state="parked")

    response = press(desk, talk, "give_back")

    talk.refresh_from_db()
    assert (talk.owner, talk.person) == ("bot", None)
    assert Inbound.objects.get().state == "waiting"
    assert Thread.objects.get().bot_may_speak is True
    assert Handoff.objects.filter(closed_at=None).count() == 0
    assert told(response) == ["The receptionist answers again."]


@pytest.mark.parametrize(("role", "owner"), [("receptionist", "person"), ("supervisor", "bot"), ("hotel_admin", "bot")])
def test_who_may_give_back_a_colleagues_conversation(role, owner, alfa, talk, receptionist):
    handoff.take(talk, receptionist)
    other = browser(make_person("tobias", alfa[Hotel], role=role))

    press(other, talk, "give_back")

    talk.refresh_from_db()
    assert talk.owner == owner


@pytest.mark.parametrize("button", ["take", "give_back", "reply"])
def test_buttons_do_not_reach_foreign_conversations(button, alfa, bravo, desk):
    response = press(desk, bravo[Conversation], button, text="hola", key="k")

    foreign = Conversation.objects.get(pk=bravo[Conversation].pk)
    assert (foreign.owner, foreign.messages.filter(author="staff").count()) == ("bot", 0)
    assert response.redirect_chain == [(reverse("admin:index"), 302)]


@pytest.mark.parametrize("button", ["take", "give_back", "reply"])
def test_buttons_want_a_post_with_its_token(button, talk, receptionist):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(receptionist)
    address = reverse(f"admin:conversations_conversation_{button}", args=[talk.pk])

    assert strict.get(address).status_code == 405
    assert strict.post(address, {"text": "x"}).status_code == 403
    assert Conversation.objects.get(pk=talk.pk).owner == "bot"


def test_closed_window_offers_no_reply_box(alfa, talk, desk):
    Thread.objects.update(last_inbound_at=None)

    response = desk.get(page(talk))

    assert response.context["window_open"] is False
    assert 'name="text"' not in response.content.decode()


def test_whole_way_from_webhook_to_reply(connected, post, work, platform):
    post(envelope(text_message("quiero hablar con una persona")))
    work()
    conversation = Conversation.objects.get()
    assert conversation.owner == "waiting"
    assert "asked for a person" in platform.get(page(conversation)).content.decode()

    press(platform, conversation, "reply", text="Buenas, ¿en qué ayudo?", key="k")
    work()

    letter = Outbound.objects.get(author="staff")
    assert (letter.state, letter.content["text"]) == ("sent", "Buenas, ¿en qué ayudo?")
    assert "Buenas, ¿en qué ayudo?" in platform.get(page(conversation)).content.decode()


@pytest.mark.parametrize(
    ("term", "found"),
    [("guest alf", True), ("HÓLA", True), ("answ", True), ("+54 9 1100", True), ("+54 9 2200", False), ("54911000", True), ("nada", False)],
)
def test_conversations_are_found_by_guest_phone_and_words(term, found, talk, desk):
    response = desk.get(reverse("admin:conversations_conversation_changelist"), {"q": term})

    assert list(response.context["cl"].queryset) == ([talk] if found else [])


def test_filters_tell_who_was_helped(alfa, talk, desk):
    address = reverse("admin:conversations_conversation_changelist")

    assert list(desk.get(address, {"answered": "helped"}).context["cl"].queryset) == [talk]
    assert list(desk.get(address, {"answered": "alone"}).context["cl"].queryset) == []
    Handoff.objects.all().delete()
    assert list(desk.get(address, {"answered": "alone"}).context["cl"].queryset) == [talk]
    assert list(desk.get(address, {"owner__exact": "waiting"}).context["cl"].queryset) == []


def add_conversation(alfa, number):
    account = alfa[Account]
    thread = Thread.objects.create(account=account, identity=f"more-{number}", address=f"54911{number}", name=f"More {number}")
    guest = Guest.objects.create(hotel=account.hotel, name=f"More {number}")
    person = make_person(f"colleague-{number}", account.hotel)
    conversation = Conversation.objects.create(
        hotel=account.hotel, guest=guest, thread=thread, owner="person", person=person, last_message_at=alfa[Inbound].received_at
    )
    Message.objects.create(conversation=conversation, author="guest", text="hola", at=alfa[Inbound].received_at)


def test_list_asks_as_often_for_three_rows_as_for_one(alfa, desk):
    address = reverse("admin:conversations_conversation_changelist")
    desk.get(address)
    counts = []
    for more in (0, 2):
        for number in range(more):
            add_conversation(alfa, number)
        with CaptureQueriesContext(connection) as queries:
            response = desk.get(address)
        counts.append((response.context["cl"].result_count, len(queries)))

    assert counts == [(1, QUERIES), (3, QUERIES)]


# session, user; hotels and roles; choices of the hotel filter; bounded count; side bar: who waits and five kinds of problems; rows
QUERIES = 14
