"""Repeats by the thousand on two web processes at once: every letter is kept once, every guest is answered once."""

import random
import threading
import time

import pytest
from django.db import connection
from django.test import Client

from channels_app import inbox
from channels_app.models import Account, Inbound
from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.ledgers import Books, letters_stored_twice
from tests.conftest import DISPLAY, NUMBER, SECRET, make_account
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
UNWORKED = "1002"
IN_ONE_BODY = 10
LINES = 50


def deliveries(written, count, number, chance):
    """These letters and repeats of them up to ``count`` in all, ten to a body, in an order of their own."""
    both = written + chance.choices(written, k=count - len(written))
    chance.shuffle(both)
    bodies = [both[start : start + IN_ONE_BODY] for start in range(0, len(both), IN_ONE_BODY)]
    return [traffic.pack(body, secret=SECRET, number=number, display=DISPLAY) for body in bodies]


@promise("B1", small=10_000, full=100_000)
def test_a_third_of_all_deliveries_are_repeats_and_nothing_is_lost_or_doubled(house, committed_hotel, database_url, size, figures):
    """``size`` letters delivered, three in ten of them repeats, ten to a body as Meta does under load, on fifty lines at
    once to two web processes; repeats come in other bodies than the first time, often at the same moment.

    One letter in sixty is to a number that the workers answer, from guests who write five each, so that the answers
    stay within the pace; the others are to a number that nobody works, so that the run is about keeping them and not
    about how many letters a second two cores can answer.
    """
    chance, worked = random.Random(size), size // 60
    asked = letters(worked * 7 // 10, guests=worked * 7 // 50)
    kept = letters(size * 7 // 10 - len(asked), guests=3000, name="v")
    make_account(committed_hotel, number=UNWORKED, driver=Account.Driver.CONVERSE)
    with house() as running:
        running.web(2)
        for number, some in ((NUMBER, asked), (UNWORKED, kept)):
            traffic.enter(running.ledger, some, number)
        posts = deliveries(asked, worked, NUMBER, chance) + deliveries(kept, size - worked, UNWORKED, chance)
        chance.shuffle(posts)
        began = time.monotonic()
        with traffic.Traffic(running.ports, threads=LINES) as meta:
            meta.send(posts)
            meta.wait(60 + size / 50)
        took_s = time.monotonic() - began
        meta.note(running.ledger)
        running.workers()
        books = Books(running.ledger, database_url, unworked=[UNWORKED])
        running.rest(books, 120 + size / 50)
        differences, dead = books.differences(), running.dead()

    stored = dict(
        books.ours("SELECT external_id, count(*) FROM channels_app_inbound JOIN channels_app_account a ON a.id = account_id GROUP BY 1")
    )
    answers = books.meta("SELECT count(*) FROM accepted")[0][0]
    figures.update(
        deliveries=sum(len(one.items) for one in posts), bodies=len(posts), distinct=len(asked) + len(kept), statuses=meta.statuses()
    )
    figures.update(
        deliveries_per_s=round(size / took_s), p95_ms=round(traffic.quantile(sorted(one.took_s * 1000 for one in meta.attempts), 0.95))
    )
    figures.update(answered_letters=len(asked), answers=answers)
    assert (differences, dead) == ({}, [])
    assert stored == {NUMBER: len(asked), UNWORKED: len(kept)}
    assert meta.statuses() == {200: len(posts)}


def test_control_looking_before_storing_would_keep_repeats_twice(committed_hotel, unguarded, database_url, tmp_path, monkeypatch):
    """The guard is the unique constraint: a look in its place lets two deliveries of one moment both see nothing."""
    make_account(committed_hotel)
    both_looked, insert = threading.Barrier(2), inbox._insert_letters

    def looking(items, accounts, now):
        fresh = [one for one in items if not Inbound.objects.filter(provider_id=one.provider_id).exists()]
        both_looked.wait(10)
        return insert(fresh, accounts, now)

    monkeypatch.setattr(inbox, "_insert_letters", looking)
    body = packed(*letters(1, guests=1))

    def deliver():
        Client().post(traffic.PATH, body.body, content_type="application/json", headers={"X-Hub-Signature-256": body.signature})
        connection.close()

    lines = [threading.Thread(target=deliver) for _ in range(2)]
    for line in lines:
        line.start()
    for line in lines:
        line.join(20)

    assert letters_stored_twice(Books(tmp_path, database_url)) == [("w0", 2)]
