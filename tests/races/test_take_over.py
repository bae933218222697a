"""Who speaks: after a person has taken over, the receptionist is silent; given back, it remembers."""

import datetime as dt
import random
import threading
import time

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.utils import timezone

from channels_app import inbox, outbox
from channels_app.envelope import Content, InboundMessage, Sender
from channels_app.models import Outbound, Thread
from conversations import handoff, sorting
from conversations.models import Conversation
from tests.conftest import NUMBER, make_account
from tests.drains import at_work
from tests.knock import wait_for
from tests.promises import promise

pytestmark = pytest.mark.django_db(transaction=True)
SPREAD_S = 0.5


@pytest.fixture
def worker(settings):
    """The product's own drains at work on a thread, without debounce."""
    settings.DEBOUNCE_S = 0.0
    with at_work(1):
        yield


@pytest.fixture
def account(committed_hotel, double):
    return make_account(committed_hotel, api_url=double.base_url)


def writes(account, double, guest, text="a que hora es el desayuno?"):
    wamid = double.guest(guest, type="text", text={"body": text}, deliver=False)["id"]
    letter = InboundMessage(NUMBER, wamid, Sender(guest, name="Ana"), "text", timezone.now(), text=text)
    inbox.accept("whatsapp", [letter], {NUMBER: account})


def talk_of(guest):
    return Conversation.objects.filter(thread__address=guest).select_related("thread").first()


def races(account, double, size):
    """Every guest writes, and a person presses Take within half a second of it; (late, on their way, talks).

    Late are texts of the bot that Meta took after Take had returned; on their way those Take itself told of.
    """
    user = get_user_model().objects.create(username="eva")
    first = random.randrange(10_000_000, 60_000_000)
    guests = [f"54911{first + index:08d}" for index in range(size)]
    for guest in guests:  # every conversation exists before its race
        Thread.objects.create(account=account, identity=f"i{guest}", address=guest, last_inbound_at=timezone.now())
    returned, told = {}, {}

    def one(guest):
        try:
            time.sleep(random.uniform(0, SPREAD_S))
            writes(account, double, guest)
            talk = wait_for(lambda: talk_of(guest), 30, "the conversation")
            time.sleep(random.uniform(0, SPREAD_S))
            told[guest] = handoff.take(talk, user)
            returned[guest] = time.time()
        finally:
            connections.close_all()

    for start in range(0, size, 10):
        threads = [threading.Thread(target=one, args=(guest,)) for guest in guests[start : start + 10]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    wait_for(lambda: not Outbound.objects.filter(state__in=["queued", "sending"]).exists(), 30, "the end of the queue")
    rows = double.sql("SELECT wa_id, at FROM accepted WHERE wa_id BETWEEN ? AND ?", guests[0], guests[-1])
    late = [guest for guest, at in rows if at > returned[guest]]
    answered = len({guest for guest, _at in rows})
    return late, [guest for guest, silent in told.items() if not silent], answered


@promise("H1", small=100, full=1000)
def test_after_take_returned_the_bot_says_nothing(account, double, worker, size, figures):
    late, on_their_way, answered = races(account, double, size)

    figures.update(races=size, answered_before=answered, late=len(late), on_their_way=len(on_their_way))
    assert (late, on_their_way) == ([], [])
    # The races were races: some answers were quicker than the person, some were not.
    assert 0 < answered < size
    assert Conversation.objects.filter(owner="person").count() == size


def test_control_a_claim_that_does_not_look_at_the_gate_speaks_over_the_person(account, double, monkeypatch):
    """Take has returned; a turn that was still thinking posts its answer."""
    writes(account, double, "5491166600001")
    user = get_user_model().objects.create(username="eva")
    from conversations import sorting

    sorting.sort(debounce_s=0)
    talk = talk_of("5491166600001")
    handoff.take(talk, user)
    outbox.post(talk.thread, Content("text", "De 7 a 10."), dedupe_key="late", author="bot")
    silent = len(outbox.claim(8))
    Outbound.objects.filter(dedupe_key="late").update(state="queued")
    Thread.objects.update(bot_may_speak=True)  # as a claim that never asks

    assert (silent, len(outbox.claim(8))) == (0, 1)


def test_one_answer_that_hangs_on_its_way_is_told_and_counted_apart(account, double, monkeypatch):
    writes(account, double, "5491166600002")
    user = get_user_model().objects.create(username="eva")
    from conversations import sorting

    sorting.sort(debounce_s=0)
    talk = talk_of("5491166600002")
    Outbound.objects.all().delete()
    outbox.post(talk.thread, Content("text", "De 7 a 10."), dedupe_key="k", author="bot")
    assert len(outbox.claim(8)) == 1  # and the line to Meta hangs
    monkeypatch.setattr(handoff, "TAKE_WAIT_S", 0.1)

    assert handoff.take(talk, user) is False
    assert talk.events.filter(type="answer_on_its_way").count() == 1


@promise("H6")
class TestGivenBack:
    @pytest.fixture
    def talk(self, account, double):
        from conversations import turns

        self.user = get_user_model().objects.create(username="eva")
        self.account, self.double = account, double
        writes(account, double, "5491166600003", "tenés lugar del 3 al 5 de diciembre para dos?")
        self.work(turns)
        return talk_of("5491166600003")

    def work(self, turns):
        sorting.sort(debounce_s=0)
        for pk in turns.due_conversations():
            turns.take(pk)

    def heard(self, talk):
        rows = Outbound.objects.filter(thread=talk.thread, author="bot").exclude(content__kind="read").order_by("id")
        return [row.content["text"] for row in rows]

    def test_what_staff_answered_is_not_answered_again_and_what_is_known_stays(self, talk, figures):
        from conversations import turns

        before, known = self.heard(talk), Conversation.objects.get(pk=talk.pk).state["slots"]
        handoff.take(talk, self.user)
        writes(self.account, self.double, "5491166600003", "aceptan perros?")
        self.work(turns)
        handoff.reply(talk, self.user, "Sí, hasta 10 kg.")
        handoff.give_back(talk, self.user)
        self.work(turns)
        silent = self.heard(talk)[len(before) :]
        writes(self.account, self.double, "5491166600003", "a que hora es el desayuno?")
        self.work(turns)

        after = Conversation.objects.get(pk=talk.pk)
        figures.update(answers_to_older_letters=len(silent), hand_offs=talk.handoffs.count())
        assert silent == []
        assert [("desayuno" in text.lower(), "perro" in text.lower()) for text in self.heard(talk)[len(before) :]] == [(True, False)]
        assert (after.state["slots"]["check_in"], after.state["slots"]["adults"]) == (known["check_in"], known["adults"])
        assert (after.owner, talk.handoffs.count()) == ("bot", 1)

    def test_control_without_the_memory_the_bot_would_answer_what_the_person_answered(self, talk):
        from channels_app.models import Inbound
        from conversations import turns

        before = len(self.heard(talk))
        handoff.take(talk, self.user)
        writes(self.account, self.double, "5491166600003", "aceptan perros?")
        self.work(turns)
        handoff.reply(talk, self.user, "Sí, hasta 10 kg.")
        # As if the reply had settled nothing, and nobody compared the times.
        Inbound.objects.filter(text="aceptan perros?").update(state="parked", received_at=timezone.now() + dt.timedelta(seconds=9))
        handoff.give_back(talk, self.user)
        self.work(turns)

        assert len(self.heard(talk)) == before + 1
