"""How fast the webhook answers at twenty deliveries a second, with everything well and with everything else broken.

The figures are figures, not assertions: a slow computer breaks no promise of keeping letters.
"""

import time

import pytest
import redis
from django.utils import timezone

from channels_app import delivery, inbox, outbox
from channels_app.envelope import Content
from channels_app.models import Outbound, Thread
from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.houses import Redis
from tests.chaos.ledgers import Books, letters_invented, letters_lost, letters_stored_twice
from tests.conftest import NUMBER
from tests.knock import free_port, wait_for
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
PER_S = 20
MEDIAN_MS, P99_MS = 50.0, 250.0
LAG_P99_MS = 50.0  # above it the generator was the slow one, and the run says nothing


def told(account, count=10):
    """Letters of ours that Meta can send statuses about."""
    thread, now = Thread.objects.create(account=account, identity="told", address=traffic.phone(0)), timezone.now()
    for index in range(count):
        Outbound.objects.create(
            account=account, thread=thread, dedupe_key=f"told:{index}", author="system", content={"kind": "text", "text": "Hola"},
            state="sent", provider_id=f"wamid.told{index}", due_at=now, created_at=now,
        )  # fmt: skip
    return [f"wamid.told{index}" for index in range(count)]


def mixed(seconds, about, *, name):
    """Of ten deliveries six are statuses, three letters of guests and one the repeat of a letter."""
    written = letters(seconds * PER_S * 3 // 10, guests=seconds * PER_S * 3 // 20, name=name)
    now, posts, statuses, fresh = int(time.time()), [], set(), iter(written)
    for index in range(seconds * PER_S):
        if index % 10 in {1, 4, 7}:
            last = next(fresh)
            posts.append(packed(last))
        elif index % 10 == 9:
            posts.append(packed(last))
        else:
            status = (about[index % len(about)], "delivered", now - index)
            statuses.add(status)
            posts.append(
                packed(statuses=[{"id": status[0], "status": status[1], "timestamp": str(status[2]), "recipient_id": traffic.phone(0)}])
            )
    return written, statuses, posts


def measured(running, seconds, about, *, name):
    """(latencies in ms, P99 of the generator's lag, statuses given, what was sent)."""
    written, statuses, posts = mixed(seconds, about, name=name)
    traffic.enter(running.ledger, written, NUMBER)
    with traffic.Traffic(running.ports, threads=24) as meta:
        meta.send(posts, per_s=PER_S)
        meta.wait(seconds + 60)
    meta.note(running.ledger)
    lag_ms = traffic.quantile(sorted(one.lag_s * 1000 for one in meta.attempts), 0.99)
    return sorted(one.took_s * 1000 for one in meta.attempts), lag_ms, meta.statuses(), (written, statuses)


def verdict(took_ms, lag_p99_ms=0.0):
    """What the figures say about the aim."""
    if lag_p99_ms > LAG_P99_MS:
        return "invalid: the generator lagged"
    return "kept" if traffic.quantile(took_ms, 0.5) <= MEDIAN_MS and traffic.quantile(took_ms, 0.99) <= P99_MS else "missed"


def in_words(took_ms, lag_ms):
    median, p99 = (round(traffic.quantile(took_ms, share), 1) for share in (0.5, 0.99))
    return f"median {median} ms, P99 {p99} ms, lag P99 {lag_ms:.1f} ms, aim {verdict(took_ms, lag_ms)}"


def kept(books):
    """(letters, receipts) as the database has them."""
    receipts = books.ours(
        "SELECT provider_id, status, extract(epoch FROM provider_time)::bigint FROM channels_app_deliveryreceipt "
        "WHERE provider_id LIKE 'wamid.told%%'"
    )
    return sorted(row[0] for row in books.ours("SELECT provider_id FROM channels_app_inbound")), sorted(receipts)


def faults(books):
    return [letters_lost(books), letters_stored_twice(books), letters_invented(books)]


def hanging(double):
    return double.sql("SELECT count(*) FROM calls WHERE fault = 'delay'")[0][0]


@promise("A7", small=20, full=300)
def test_twenty_deliveries_a_second(house, database_url, size, figures):
    """``size`` seconds with the whole house at work."""
    with house() as running:
        about = told(running.account)
        running.web()
        running.workers()
        took_ms, lag_ms, given, (written, statuses) = measured(running, size, about, name="a")
        books = Books(running.ledger, database_url)
        rows, found = kept(books), faults(books)

    figures.update(deliveries=len(took_ms), healthy=in_words(took_ms, lag_ms))
    assert given == {200: size * PER_S}
    assert found == [[], [], []]
    assert rows == (sorted(one.wamid for one in written), sorted(statuses))


@promise("A8", small=5, full=300)
def test_the_answer_depends_on_the_database_alone(house, database_url, tmp_path, size, figures):
    """``size`` seconds with everything well, then as many with Redis dead and the Graph API hanging."""
    with Redis(tmp_path) as server, house(redis_url=server.url) as running:
        about = told(running.account)
        running.web()
        running.workers()
        well_ms, well_lag_ms, well, first = measured(running, size, about, name="a")
        server.kill()
        running.double.fault("delay", times=100_000, seconds=8.0, match={"path": "any"})
        asking = letters(8, guests=8, start=500, name="h")
        traffic.enter(running.ledger, asking, NUMBER)
        assert [traffic.post(running.ports[0], packed(one)) for one in asking] == [200] * 8
        wait_for(lambda: hanging(running.double), 60, "a call that hangs")
        broken_ms, broken_lag_ms, broken, second = measured(running, size, about, name="b")
        hung = hanging(running.double)
        books = Books(running.ledger, database_url)
        rows, found = kept(books), faults(books)

    ratios = [round(traffic.quantile(broken_ms, share) / traffic.quantile(well_ms, share), 2) for share in (0.5, 0.99)]
    figures.update(
        deliveries=len(well_ms) + len(broken_ms), healthy=in_words(well_ms, well_lag_ms), broken=in_words(broken_ms, broken_lag_ms)
    )
    figures.update(ratio_of_medians=ratios[0], ratio_of_p99=ratios[1], hung_calls=hung)
    assert (well, broken) == ({200: size * PER_S}, {200: size * PER_S})
    assert found == [[], [], []]
    assert rows == (sorted(one.wamid for one in first[0] + asking + second[0]), sorted(first[1] | second[1]))


def test_control_a_webhook_that_asks_redis_would_answer_no_more_200_without_it(house, client, monkeypatch):
    accept, gone = inbox.accept, redis.Redis(port=free_port())
    monkeypatch.setattr(inbox, "accept", lambda *given, **more: gone.incr("letters") and accept(*given, **more))
    client.raise_request_exception = False
    house()
    body = packed(*letters(1, guests=1))

    status = client.post(
        traffic.PATH, body.body, content_type="application/json", headers={"X-Hub-Signature-256": body.signature}
    ).status_code

    assert status == 500


def test_control_a_webhook_that_sends_by_itself_would_miss_the_aim_when_meta_hangs(house, client, monkeypatch):
    accept = inbox.accept
    monkeypatch.setattr(inbox, "accept", lambda *given, **more: (accept(*given, **more), delivery.drain(float("inf"))))
    with house() as running:
        running.double.guest_says(traffic.phone(1), "hola", deliver=False)
        thread = Thread.objects.create(account=running.account, identity="x", address=traffic.phone(1), last_inbound_at=timezone.now())
        outbox.post(thread, Content("text", "De 7 a 10."), dedupe_key="k", author="bot")
        running.double.fault("delay", seconds=0.5)
        body, started = packed(*letters(1, guests=1)), time.monotonic()
        client.post(traffic.PATH, body.body, content_type="application/json", headers={"X-Hub-Signature-256": body.signature})
        took_ms = (time.monotonic() - started) * 1000

    assert verdict([took_ms]) == "missed"


@pytest.mark.parametrize(
    "took_ms, lag_ms, said",
    [
        ([10.0] * 100, 1.0, "kept"),
        ([10.0] * 98 + [300.0] * 2, 1.0, "missed"),
        ([60.0] * 100, 1.0, "missed"),
        ([10.0] * 100, 60.0, "invalid: the generator lagged"),
    ],
)
def test_verdicts(took_ms, lag_ms, said):
    assert verdict(took_ms, lag_ms) == said
