"""A letter that breaks every turn, letters that come out of order, and letters that come again much later."""

import datetime as dt
import json
import random
import threading
import time

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone

from channels_app import repairs
from channels_app.models import Inbound, Outbound
from conversations import sorting, turns
from conversations.dialogue import policy
from conversations.models import Conversation, Message
from tests.conftest import envelope, make_account, signed, text_message
from tests.drains import at_work
from tests.knock import wait_for
from tests.promises import promise

POISONED, OTHER = "5491155550001", "5491155550002"


@pytest.fixture
def poison(monkeypatch):
    """Every turn that hears the word breaks, and says when."""
    tries, real = [], policy.decide

    def decide(message, **more):
        if "veneno" in message.text:
            tries.append(timezone.now())
            raise ZeroDivisionError
        return real(message, **more)

    monkeypatch.setattr(policy, "decide", decide)
    return tries


@promise("E13")
def test_a_poison_letter_is_tried_four_times_and_becomes_a_dead_letter_that_can_be_replayed(whatsapp, post, poison, monkeypatch, figures):
    """Retried after 60, 120 and 240 s by the clock; the other guest waits for nothing."""
    with time_machine.travel(timezone.now(), tick=False) as machine:
        start, waits = timezone.now(), []
        post(envelope(text_message("veneno", sender=POISONED)))
        for second in range(0, 481, 5):
            post(envelope(text_message("a que hora es el desayuno?", sender=OTHER, at=time.time())))
            before = timezone.now()
            run()
            waits += [(timezone.now() - before).total_seconds()]
            assert Inbound.objects.filter(sender_phone=OTHER).exclude(state="answered").count() == 0, second
            machine.shift(dt.timedelta(seconds=5))
        tried = [round((moment - start).total_seconds()) for moment in poison]
        dead = Inbound.objects.get(sender_phone=POISONED)
        owner = Conversation.objects.get(thread__address=POISONED).owner
        told = Outbound.objects.filter(thread__address=POISONED, author="bot").exclude(content__kind="read").count()
        monkeypatch.setattr(policy, "decide", lambda *_a, **_m: (_ for _ in ()).throw(AssertionError("not while a person has it")))
        replayed = repairs.replay(Inbound.objects.filter(pk=dead.pk))
        run()

    figures.update(tries_at_s=tried, other_guest_waited_s=max(waits))
    assert tried == [0, 60, 180, 420]
    assert (dead.state, "ZeroDivisionError" in dead.reason, owner, told) == ("failed", True, "waiting", 1)
    assert (max(waits), replayed, Inbound.objects.get(pk=dead.pk).state) == (0, 1, "parked")


def run():
    sorting.sort(debounce_s=0)
    for pk in turns.due_conversations():
        turns.take(pk)


@pytest.mark.parametrize("breaks", [False, True])
def test_whoever_wrote_it_is_told_in_the_language_it_was_written_in(whatsapp, post, poison, monkeypatch, breaks):
    if breaks:
        monkeypatch.setattr(turns, "detect", lambda *_a, **_m: 1 / 0)
    with time_machine.travel(timezone.now(), tick=False) as machine:
        post(envelope(text_message("hello, what is veneno in this room? is there breakfast?", sender=POISONED)))
        for _try in range(5):
            run()
            machine.shift(dt.timedelta(minutes=5))

    told = Outbound.objects.filter(thread__address=POISONED, author="bot").exclude(content__kind="read").get().content["text"]
    assert ("passing you on" in told) is not breaks, told


def test_control_without_counting_the_tries_poison_is_tried_for_ever(whatsapp, post, poison, monkeypatch):
    monkeypatch.setattr(turns, "MAX_ATTEMPTS", 10**6)
    with time_machine.travel(timezone.now(), tick=False) as machine:
        post(envelope(text_message("veneno", sender=POISONED)))
        for _minute in range(20):
            run()
            machine.shift(dt.timedelta(minutes=5))

    assert (len(poison), Inbound.objects.get().state) == (20, "waiting")


def test_a_letter_that_kills_its_worker_is_tried_as_often_and_no_more(whatsapp, post):
    """The try is counted before the work: a worker that dies each time leaves a dead letter, too."""
    with time_machine.travel(timezone.now(), tick=False) as machine:
        post(envelope(text_message("mata", sender=POISONED)))
        sorting.sort(debounce_s=0)
        pk, claims = Conversation.objects.get().pk, 0
        for _try in range(120):
            if pk in turns.due_conversations():
                claims += len(turns.claim([pk]))  # and the process is gone
            machine.shift(dt.timedelta(seconds=5))

    assert (claims, Inbound.objects.get().state, Conversation.objects.get().owner) == (4, "failed", "waiting")


def test_a_letter_that_cannot_be_sorted_stops_nobody_and_ends_as_a_dead_letter(whatsapp, post, monkeypatch):
    real = sorting.sort_letters

    def breaks(letters, wait):
        if any(letter.sender_phone == POISONED for letter in letters):
            raise ZeroDivisionError
        real(letters, wait)

    monkeypatch.setattr(sorting, "sort_letters", breaks)
    with time_machine.travel(timezone.now(), tick=False) as machine:
        post(envelope(text_message("veneno", sender=POISONED)))
        post(envelope(text_message("hola", sender=OTHER)))
        sorting.sort()
        first = dict(Inbound.objects.values_list("sender_phone", "thread__address"))
        for _try in range(60):
            machine.shift(dt.timedelta(seconds=10))
            sorting.sort()

    row = Inbound.objects.get(sender_phone=POISONED)
    assert first == {POISONED: None, OTHER: OTHER}
    assert (row.state, row.attempts, row.reason) == ("failed", 4, "not sorted: ZeroDivisionError")


@promise("B3")
def test_a_repeat_has_no_second_effect_however_late(whatsapp, post, work, figures):
    """After 1 s, 10 min, 23 h, 7 days, and a captured body after 29 days: the signature carries no time."""
    with time_machine.travel(timezone.now(), tick=False):
        payload = envelope(text_message("a que hora es el desayuno?", wamid="again"))
        post(payload)
        run()
        before = (Inbound.objects.count(), Message.objects.count(), Outbound.objects.count())
        effects = {}
        for name, later in {"1 s": 1, "10 min": 600, "23 h": 82_800, "7 d": 604_800, "29 d": 2_505_600}.items():
            with time_machine.travel(timezone.now() + dt.timedelta(seconds=later), tick=False):
                status = post(payload).status_code
                run()
                effects[name] = (status, (Inbound.objects.count(), Message.objects.count(), Outbound.objects.count()) == before)

    figures.update(second_effects=sum(not same for _status, same in effects.values()))
    assert effects == dict.fromkeys(effects, (200, True))


@pytest.mark.django_db(transaction=True)
class TestOrder:
    @pytest.fixture
    def workers(self, settings):
        """Two workers' drains at once, on threads."""
        settings.DEBOUNCE_S = 0.0
        with at_work(2):
            yield

    @pytest.fixture
    def watched(self, monkeypatch):
        """(conversation, letters in the order they were heard, began, ended) of every turn."""
        seen, real = [], turns._compute

        def compute(conversation, letters, desk, clock):
            began = time.monotonic()
            time.sleep(0.002)
            try:
                return real(conversation, letters, desk, clock)
            finally:
                seen.append((conversation.pk, [letter.text for letter in letters], began, time.monotonic()))

        monkeypatch.setattr(turns, "_compute", compute)
        return seen

    @promise("C1", small=50, full=200)
    def test_letters_in_any_order_are_shown_in_metas_and_handled_one_turn_at_a_time(
        self, committed_hotel, double, workers, watched, size, figures
    ):
        """20 letters of each of ``size`` guests, a second apart by Meta's clock, delivered shuffled from 8 lines."""
        make_account(committed_hotel, api_url=double.base_url)
        base = int(time.time()) - 100
        letters = [(f"54911{guest:08d}", number) for guest in range(size) for number in range(20)]
        random.shuffle(letters)

        def deliver(part):
            client = Client()
            for start in range(0, len(part), 5):  # as Meta batches, of several guests
                some = [
                    text_message(f"n {number:02d}", sender=guest, wamid=f"{guest}.{number}", at=base + number)
                    for guest, number in part[start : start + 5]
                ]
                body = json.dumps(envelope(*some)).encode()
                assert client.post("/webhook", body, content_type="application/json", headers=signed(body)).status_code == 200
            connections.close_all()

        lines = [threading.Thread(target=deliver, args=(letters[index::8],)) for index in range(8)]
        for line in lines:
            line.start()
        for line in lines:
            line.join(200)
        wait_for(lambda: not Inbound.objects.filter(state="waiting").exists(), 120, "every letter's turn")

        shown = {}
        for guest, text in Message.objects.filter(author="guest").values_list("conversation__thread__address", "text"):
            shown.setdefault(guest, []).append(text)
        overlaps = _overlaps(watched)
        figures.update(guests=size, letters=len(letters), turns=len(watched), overlaps=len(overlaps))
        assert len(shown) == size
        assert {tuple(texts) for texts in shown.values()} == {tuple(f"n {number:02d}" for number in range(20))}
        assert overlaps == []
        assert all(texts == sorted(texts) for _pk, texts, _began, _ended in watched)

    def test_control_without_the_lease_turns_of_one_guest_overlap(self, committed_hotel, double, watched, monkeypatch):
        make_account(committed_hotel, api_url=double.base_url)
        body = json.dumps(envelope(text_message("hola"))).encode()
        Client().post("/webhook", body, content_type="application/json", headers=signed(body))
        sorting.sort(debounce_s=0)
        talk = Conversation.objects.select_related("hotel", "guest", "thread__account").get()
        monkeypatch.setattr(turns, "claim", lambda _pks: [turns.Claimed(talk, list(Inbound.objects.all()), talk.pk, time.monotonic())])
        both_think, real = threading.Barrier(2), policy.decide

        def decide(*args, **more):
            both_think.wait(10)
            return real(*args, **more)

        monkeypatch.setattr(policy, "decide", decide)

        def take():
            turns.take(talk.pk)
            connections.close_all()

        both = [threading.Thread(target=take) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join(30)

        assert len(_overlaps(watched)) == 1


def _overlaps(watched):
    """Turns of one conversation that began before the one before had ended."""
    by_talk = {}
    for pk, _texts, began, ended in watched:
        by_talk.setdefault(pk, []).append((began, ended))
    pairs = [(first, second) for turns_ in by_talk.values() for first, second in zip(sorted(turns_), sorted(turns_)[1:], strict=False)]
    return [(first, second) for first, second in pairs if second[0] < first[1]]
