"""Controls of the comparison itself: books that agree, and every way of disagreeing, planted."""

import sqlite3
import threading
import time

import psycopg
import pytest
from django.utils import timezone

from channels_app.models import DeliveryReceipt, Inbound, Outbound, Thread
from conversations.models import Conversation, Guest
from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.ledgers import CHECKS, Books, unwatch, watch
from tests.conftest import NUMBER, make_account
from tests.fakes.meta.ledger import SCHEMA

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def books(committed_hotel, database_url, tmp_path):
    """One guest, one question, one answer, in both books."""
    account, now = make_account(committed_hotel), timezone.now()
    (letter,) = letters(1, guests=1)
    thread = Thread.objects.create(account=account, identity="x", address=letter.guest, last_inbound_at=now)
    Conversation.objects.create(hotel=committed_hotel, guest=Guest.objects.create(hotel=committed_hotel), thread=thread, version=1)
    Inbound.objects.create(
        account=account, provider_id=letter.wamid, thread=thread, kind="text", text=letter.text, provider_time=now, received_at=now,
        due_at=now, state="answered",
    )  # fmt: skip
    Outbound.objects.create(
        pk=7, account=account, thread=thread, dedupe_key="turn:1:1", author="bot", content={"kind": "text", "text": "De 7 a 10."},
        state="read", provider_id="wamid.a", due_at=now, created_at=now,
    )  # fmt: skip
    ledger = tmp_path / "ledger.sqlite3"
    with sqlite3.connect(ledger) as book:
        book.executescript(SCHEMA)
        book.execute(
            "INSERT INTO calls VALUES (1, 0, 0, 'POST', '/', 'messages', ?, ?, 'text', '{}', 'accepted', 0, 200, NULL)",
            (NUMBER, letter.guest),
        )
        book.execute(
            "INSERT INTO accepted VALUES ('wamid.a', 1, ?, 0, ?, ?, ?, NULL, 'text', '{}', '7', 1, NULL)",
            (time.time() + 1, NUMBER, letter.guest, letter.guest),
        )
    traffic.enter(ledger, [letter], NUMBER)
    meta = traffic.Traffic([1], threads=0)
    meta._deliveries.append(packed(letter))
    meta.attempts.append(traffic.Attempt(0, time.time(), 0.01, 0.0, 200, 1))
    meta.note(ledger)
    return Books(ledger, database_url)


def at_metas(books, statement, *values):
    with sqlite3.connect(books.ledger) as book:
        book.execute(statement, values)


def at_ours(books, statement):
    with psycopg.connect(books.database_url, autocommit=True) as rows:
        rows.execute(statement)


def test_books_that_agree_have_no_difference(books):
    assert books.differences() == {}


AGAIN = "INSERT INTO accepted SELECT 'wamid.b', call_id, at, clock_at, phone_number_id, recipient, wa_id, user_id, type, body, {}, window_open, NULL FROM accepted"
PLANTED = {
    "letters_lost": ("ours", "DELETE FROM channels_app_inbound", {"letters_lost"}),
    "letters_invented": ("ours", "UPDATE channels_app_inbound SET provider_id = 'w9'", {"letters_invented", "letters_lost"}),
    "letters_unanswered": ("ours", "UPDATE channels_app_inbound SET state = 'failed'", {"letters_unanswered"}),
    "guests_without_the_last_word": ("meta", "UPDATE accepted SET at = at - 60", {"guests_without_the_last_word"}),
    "turns_not_told_once": ("ours", "UPDATE conversations_conversation SET version = 2", {"turns_not_told_once"}),
    "sends_doubled": ("meta", AGAIN.format("callback_data"), {"sends_doubled", "sends_not_at_one_row", "turns_not_told_once"}),
    "sends_doubled without our id": ("meta", "UPDATE accepted SET callback_data = NULL", {"sends_doubled", "sends_not_at_one_row"}),
    "sends_not_at_one_row": ("ours", "UPDATE channels_app_outbound SET id = 8", {"sends_not_at_one_row"}),
    "sends_invented": ("ours", "UPDATE channels_app_outbound SET provider_id = ''", {"sends_invented", "sends_not_at_one_row"}),
    "texts_not_delivered": ("ours", "UPDATE channels_app_outbound SET state = 'unknown'", {"texts_not_delivered"}),
    "unsettled": ("ours", "UPDATE conversations_conversation SET due_at = now()", {"unsettled"}),
    "unsettled letters": ("ours", "UPDATE channels_app_inbound SET state = 'waiting'", {"unsettled", "letters_unanswered"}),
    "unsettled sends": ("ours", "UPDATE channels_app_outbound SET state = 'queued'", {"unsettled", "texts_not_delivered"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_control_a_planted_difference_is_found(books, name):
    side, statement, names = PLANTED[name]

    (at_ours if side == "ours" else at_metas)(books, statement)

    assert set(books.differences()) == names


def test_control_a_letter_stored_twice_is_found(books):
    """Only without the constraint, of course."""
    at_ours(books, "ALTER TABLE channels_app_inbound DROP CONSTRAINT one_letter_per_provider_id")
    try:
        row = Inbound.objects.get()
        row.pk = None
        row.save(force_insert=True)
        found = set(books.differences())
    finally:
        at_ours(books, "TRUNCATE channels_app_inbound CASCADE")
        at_ours(books, "ALTER TABLE channels_app_inbound ADD CONSTRAINT one_letter_per_provider_id UNIQUE (account_id, provider_id)")

    assert found == {"letters_stored_twice"}


def test_control_a_waiting_receipt_is_found(books):
    letter = Outbound.objects.get()
    DeliveryReceipt.objects.create(
        account=letter.account,
        provider_id="wamid.a",
        status="read",
        provider_time=timezone.now(),
        received_at=timezone.now(),
        due_at=timezone.now(),
    )

    assert books.differences() == {"unsettled": [("receipts", 1)]}


def test_every_check_has_a_planted_difference():
    planted = {name for _side, _statement, names in PLANTED.values() for name in names} | {"letters_stored_twice"}

    assert planted == {check.__name__ for check in CHECKS}


def test_a_watched_column_tells_every_change(books):
    watch(books.database_url, "channels_app_inbound")
    try:
        at_ours(books, "UPDATE channels_app_inbound SET state = 'waiting'")
        at_ours(books, "UPDATE channels_app_inbound SET state = 'answered'")
        told = books.ours("SELECT tbl, old, new FROM watched ORDER BY id")
    finally:
        unwatch(books.database_url, "channels_app_inbound")

    assert told == [("channels_app_inbound", "answered", "waiting"), ("channels_app_inbound", "waiting", "answered")]


class Answers:
    """A webhook that answers as told: 503, a broken line, then 200."""

    def __init__(self, monkeypatch, statuses):
        self.given = iter(statuses)
        monkeypatch.setattr(traffic, "post", lambda *_: next(self.given))


def test_a_delivery_comes_again_until_its_200_and_no_more(monkeypatch):
    Answers(monkeypatch, [503, 0, 200, 200])
    with traffic.Traffic([1], threads=1, retry_s=0.01) as meta:
        meta.send([packed(*letters(1, guests=1))])
        meta.wait(5)

    assert [(one.status, one.tries) for one in meta.attempts] == [(503, 1), (0, 2), (200, 3)]
    assert meta.statuses() == {0: 1, 200: 1, 503: 1}


def test_a_slow_answer_holds_up_no_other_departure(monkeypatch):
    """Eight lines that answer only once all eight are there: one after another they would wait for ever."""
    together = threading.Barrier(8)
    monkeypatch.setattr(traffic, "post", lambda *_: together.wait(10) is not None and 200)
    with traffic.Traffic([1], threads=8) as meta:
        meta.send([packed(one) for one in letters(8, guests=1)], per_s=100)
        meta.wait(10)

    assert meta.statuses() == {200: 8}


@pytest.mark.parametrize("share, value", [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_quantiles(share, value):
    assert traffic.quantile(list(range(1, 101)), share) == value
