"""Letters pile up while no worker runs; then the workers come, and guests keep writing."""

import time

import pytest

from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.ledgers import Books, unwatch, watch
from tests.conftest import DISPLAY, NUMBER, SECRET
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
ARRIVAL_PER_S = 10


@pytest.fixture
def watched(database_url):
    watch(database_url, "channels_app_inbound")
    yield
    unwatch(database_url, "channels_app_inbound")


def out_of_order(books):
    """Letters answered in a transaction after one that had answered a later letter of the same guest."""
    steps = books.ours(
        "SELECT i.thread_id, w.txn, i.provider_id, i.provider_time FROM watched w JOIN channels_app_inbound i ON i.id = w.row_id "
        "WHERE w.tbl = 'channels_app_inbound' AND w.new = 'answered' ORDER BY w.id"
    )
    latest, found = {}, []
    for thread, txn, wamid, at in steps:
        earlier = [seen for other, seen in latest.get(thread, {}).items() if other != txn]
        if earlier and at < max(earlier):
            found.append(wamid)
        mine = latest.setdefault(thread, {})
        mine[txn] = max(at, mine.get(txn, at))
    return found


@promise("E14", small=80, full=18_000)
def test_a_backlog_is_worked_off_oldest_first_and_the_webhook_feels_nothing(house, watched, database_url, size, figures):
    """``size`` letters of guests who write four each, ten to a body; Meta's repeats go on at ten a second meanwhile."""
    written = [
        traffic.Letter(one.wamid, one.guest, one.text, one.at - size + index) for index, one in enumerate(letters(size, guests=size // 4))
    ]
    with house() as running:
        running.web()
        traffic.enter(running.ledger, written, NUMBER)
        with traffic.Traffic(running.ports) as before:
            before.send(
                [traffic.pack(written[at : at + 10], secret=SECRET, number=NUMBER, display=DISPLAY) for at in range(0, size, 10)],
                per_s=100,
            )
            before.wait(60 + size / 50)
        before.note(running.ledger)
        books = Books(running.ledger, database_url)
        waiting = books.waiting()
        with traffic.Traffic(running.ports) as meanwhile:
            began = time.time()
            meanwhile.send([packed(written[index % size]) for index in range(max(1200, size * 2))], per_s=ARRIVAL_PER_S)
            running.workers()
            running.rest(books, 120 + size / 5)
        answered_s = books.meta("SELECT max(at) FROM accepted")[0][0] - began
        differences, dead, disorder = books.differences(), running.dead(), out_of_order(books)

    rate = size / answered_s
    took_ms = sorted(one.took_s * 1000 for one in meanwhile.attempts)
    figures.update(letters=size, answers=books.meta("SELECT count(*) FROM accepted")[0][0], drained_per_s=round(rate, 1))
    figures.update(times_arrival=round(rate / ARRIVAL_PER_S, 1), aim="kept" if rate >= 5 * ARRIVAL_PER_S else "missed")
    figures.update(
        webhooks_meanwhile=len(took_ms),
        median_ms=round(traffic.quantile(took_ms, 0.5), 1),
        p99_ms=round(traffic.quantile(took_ms, 0.99), 1),
    )
    assert waiting == {"letters in": size}
    assert (before.statuses(), set(meanwhile.statuses())) == ({200: size // 10}, {200})
    assert (differences, disorder, dead) == ({}, [], [])


def test_control_an_answer_out_of_order_is_found(house, watched, client, database_url, work, tmp_path):
    """The newest first, by hand; and the real turn, which takes both at once, in order."""
    house()
    earlier, later = (
        traffic.Letter(f"w{index}", traffic.phone(1), "a que hora es el desayuno?", time.time() - 60 + index * 30) for index in (0, 1)
    )
    books, body = Books(tmp_path, database_url), packed(later, earlier)
    client.post(traffic.PATH, body.body, content_type="application/json", headers={"X-Hub-Signature-256": body.signature})
    work()
    real = out_of_order(books)
    books.ours("UPDATE channels_app_inbound SET state = 'waiting' RETURNING id")
    books.ours("DELETE FROM watched RETURNING id")
    for wamid in ("w1", "w0"):
        books.ours("UPDATE channels_app_inbound SET state = 'answered' WHERE provider_id = %s RETURNING id", wamid)

    assert (real, out_of_order(books)) == ([], ["w0"])
