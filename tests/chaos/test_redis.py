"""Redis is wiped, killed and filled while guests write: nobody notices, because nothing that counts is kept there."""

import threading
import time

import pytest
import redis

from channels_app import inbox
from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.houses import Redis
from tests.chaos.ledgers import Books, letters_stored_twice
from tests.conftest import NUMBER, make_account
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.redis, pytest.mark.django_db(transaction=True)]
PER_S = 5


class Trouble(threading.Thread):
    """Wiped again and again; between two fifths and three of the time dead, between seven tenths and nine full."""

    def __init__(self, server: Redis, lasts_s: float, wipe_every_s: float) -> None:
        super().__init__(name="trouble", daemon=True)
        self.server, self.lasts_s, self.wipe_every_s = server, lasts_s, wipe_every_s
        self.wiped = self.refused = 0
        self.error: BaseException | None = None

    def run(self):
        self.begun = time.monotonic()
        try:
            self._wipe_until(0.4)
            self.server.kill()
            time.sleep(self.lasts_s * 0.2)
            self.server.start()
            self._wipe_until(0.7)
            self._fill()
            time.sleep(self.lasts_s * 0.2)
            self.server.client.config_set("maxmemory", "0")
            self._wipe_until(1.0)
        except BaseException as error:
            self.error = error

    def _wipe_until(self, share: float) -> None:
        end = self.begun + self.lasts_s * share
        while (left_s := end - time.monotonic()) > 0:
            self.server.client.flushall()
            self.wiped += 1
            time.sleep(min(self.wipe_every_s, left_s))

    def _fill(self) -> None:
        self.server.client.config_set("maxmemory", "1mb")
        self.server.client.config_set("maxmemory-policy", "noeviction")
        try:
            self.server.client.set("full", "x" * 1_000_000)
            self.server.client.set("more", "x")
        except redis.ResponseError:
            self.refused += 1


@promise("E7", small=30, full=600)
def test_redis_wiped_killed_and_full_while_guests_write(house, database_url, tmp_path, size, figures):
    """``size`` seconds of five questions a second; every guest writes two, a good while apart."""
    written = letters(size * PER_S, guests=size * PER_S // 2, per_s=PER_S)
    with Redis(tmp_path) as server, house(redis_url=server.url) as running:
        running.web()
        running.workers()
        traffic.enter(running.ledger, written, NUMBER)
        trouble = Trouble(server, size, min(30.0, size / 10))
        trouble.start()
        with traffic.Traffic(running.ports) as meta:
            meta.send([packed(one) for one in written], per_s=PER_S)
            meta.wait(size + 30)
        trouble.join(size + 30)
        meta.note(running.ledger)
        books = Books(running.ledger, database_url)
        running.rest(books, 60)
        differences, dead = books.differences(), running.dead()

    figures.update(letters=len(written), statuses=meta.statuses(), wiped=trouble.wiped, refused_when_full=trouble.refused)
    figures.update(
        answers=books.meta("SELECT count(*) FROM accepted")[0][0], median_ms=round(traffic.quantile(meta.latencies_ms(), 0.5), 1)
    )
    assert (trouble.error, trouble.refused, dead) == (None, 1, [])
    assert meta.statuses() == {200: len(written)}
    assert differences == {}


def test_control_repeats_known_by_redis_alone_would_be_kept_twice_after_a_wipe(
    committed_hotel, unguarded, client, database_url, tmp_path, monkeypatch
):
    """The guard is the unique constraint; a mark in Redis in its place forgets with Redis."""
    make_account(committed_hotel)
    insert, body, books = inbox._insert_letters, packed(*letters(1, guests=1)), Books(tmp_path, database_url)

    def deliver():
        client.post(traffic.PATH, body.body, content_type="application/json", headers={"X-Hub-Signature-256": body.signature})

    with Redis(tmp_path) as server:

        def marking(items, accounts, now):
            return insert([one for one in items if server.client.set(one.provider_id, 1, nx=True)], accounts, now)

        monkeypatch.setattr(inbox, "_insert_letters", marking)
        deliver()
        deliver()
        before = letters_stored_twice(books)
        server.client.flushall()
        deliver()

    assert (before, letters_stored_twice(books)) == ([], [("w0", 2)])
