"""Two sweepers and two clusters of each kind by mistake: everything that is due is done once all the same."""

import datetime as dt

import pytest
from django.utils import timezone

from channels_app import outbox
from channels_app.envelope import Content
from channels_app.models import Thread
from channels_app.transports import transport_of
from reservations import holds
from reservations.models import Hold, Quote
from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.ledgers import Books, sends_doubled, unwatch, watch
from tests.conftest import NUMBER
from tests.knock import wait_for
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
WATCHED = ("reservations_hold", "channels_app_inbound")


@pytest.fixture
def watched(database_url):
    """PostgreSQL writes down every change of a hold's and a letter's state."""
    for table in WATCHED:
        watch(database_url, table)
    yield
    unwatch(database_url, *WATCHED)


def held(hotel, count, until):
    """Rooms kept for so many guests, all until the same moment."""
    now, today = timezone.now(), hotel.local_now().date()
    for index in range(count):
        quote = Quote.objects.create(
            hotel=hotel, guest_key=f"guest:{index}", check_in=today, check_out=today + dt.timedelta(days=1), adults=2, total=1,
            currency="ARS", created_at=now, expires_at=until,
        )  # fmt: skip
        Hold.objects.create(
            quote=quote, hotel=hotel, guest_key=quote.guest_key, room_type="DBL", check_in=quote.check_in, check_out=quote.check_out,
            expires_at=until, created_at=now,
        )  # fmt: skip


def changes(books, table):
    """(from, to) → how often each row took that step."""
    rows = books.ours("SELECT row_id, old, new, count(*) FROM watched WHERE tbl = %s GROUP BY 1, 2, 3", table)
    return {(row, old, new): times for row, old, new, times in rows}


@promise("E15", small=15, full=100)
def test_two_sweepers_and_two_clusters_do_everything_once(house, committed_hotel, watched, database_url, size, figures):
    """``size`` guests write at once, and as many holds end at one moment in the middle of it."""
    written = letters(size, guests=size)
    with house() as running:
        running.web()
        running.workers(2, sweepers=2)
        traffic.enter(running.ledger, written, NUMBER)
        held(committed_hotel, size, timezone.now() + dt.timedelta(seconds=3))
        with traffic.Traffic(running.ports) as meta:
            meta.send([packed(one) for one in written])
            meta.wait(60)
        meta.note(running.ledger)
        books = Books(running.ledger, database_url)
        wait_for(lambda: not books.ours("SELECT 1 FROM reservations_hold WHERE state = 'held'"), 60, "the end of the holds")
        running.rest(books, 90)
        differences, dead = books.differences(), running.dead()
        ended, answered = changes(books, "reservations_hold"), changes(books, "channels_app_inbound")

    answers = books.meta("SELECT count(*), count(DISTINCT wa_id) FROM accepted")[0]
    figures.update(guests=size, answers=answers[0], holds_ended=len(ended))
    assert (differences, dead) == ({}, [])
    assert answers == (size, size)
    assert [(len(ended), {(*step[1:], times) for step, times in ended.items()})] == [(size, {("held", "expired", 1)})]
    answered = {step: times for step, times in answered.items() if step[1] != step[2]}  # sorting writes the state as it was
    assert [(len(answered), {(*step[1:], times) for step, times in answered.items()})] == [(size, {("waiting", "answered", 1)})]


def test_control_an_end_that_does_not_ask_for_the_state_would_be_told_twice(committed_hotel, watched, database_url, tmp_path):
    held(committed_hotel, 1, timezone.now())

    for _sweeper in range(2):
        Hold.objects.filter(expires_at__lte=timezone.now()).update(state=Hold.State.EXPIRED)

    assert sorted(step[1:] for step in changes(Books(tmp_path, database_url), "reservations_hold")) == [
        ("expired", "expired"),
        ("held", "expired"),
    ]


def test_an_end_that_asks_for_the_state_is_told_once(committed_hotel, watched, database_url, tmp_path):
    held(committed_hotel, 1, timezone.now())

    assert [holds.expire(), holds.expire()] == [1, 0]
    assert [step[1:] for step in changes(Books(tmp_path, database_url), "reservations_hold")] == [("held", "expired")]


def test_control_a_claim_that_marks_nothing_would_be_sent_by_both(house, database_url, monkeypatch):
    """Two workers claim before either has sent; with the real claim the second gets nothing."""
    with house() as running:
        guest = traffic.phone(1)
        running.double.guest_says(guest, "hola", deliver=False)
        thread = Thread.objects.create(account=running.account, identity="x", address=guest, last_inbound_at=timezone.now())
        books = Books(running.ledger, database_url)

        def both_send(key):
            outbox.post(thread, Content("text", "De 7 a 10."), dedupe_key=key, author="bot")
            claims = [outbox.claim(8), outbox.claim(8)]
            for row, job in [one for claim in claims for one in claim]:
                outbox.settle(row, transport_of("whatsapp").send(job))
            return [len(claim) for claim in claims]

        real = both_send("a")
        found = [sends_doubled(books)]
        monkeypatch.setattr(outbox, "_mark_sending", lambda *_: None)
        broken = both_send("b")
        found.append(sends_doubled(books))

    assert (real, broken) == ([1, 0], [1, 1])
    assert [[times for _key, times in rows] for rows in found] == [[], [2]]
