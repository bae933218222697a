"""Work inside a drain: on threads, each drain apart from the others, and nothing forgotten when the database goes away."""

import threading
import time

import pytest
from django.db import OperationalError
from django.utils import timezone

from channels_app.models import Outbound, Thread
from hotelagent.ops import leases, queue
from tests.conftest import FOREVER, make_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_threads_left():
    yield
    queue.dismiss()


class Rows:
    """Something that is due until it is claimed."""

    def __init__(self, *jobs):
        self.due = list(jobs)

    def __call__(self, limit):
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken


def test_a_slow_job_holds_up_only_itself():
    release, done = threading.Event(), []

    def work(job):
        if job == "slow":
            assert release.wait(20)
        done.append(job)
        if len(done) == 6:
            release.set()  # only when everything else, of both drains, was worked off beside it

    queue.work_off([queue.Drain("a", 2, Rows("slow", 1, 2, 3), work), queue.Drain("b", 1, Rows(4, 5, 6), work)], time.monotonic() + 30)

    assert (done[-1], sorted(done[:-1])) == ("slow", [1, 2, 3, 4, 5, 6])


def test_control_on_one_thread_the_slow_one_holds_up_everybody():
    release, done = threading.Event(), []

    def work(job):
        if job == "slow":
            release.wait(0.3)
        done.append(job)

    queue.work_off([queue.Drain("one", 1, Rows("slow", 1, 2, 3), work)], time.monotonic() + 30)

    assert done[0] == "slow"


def test_work_that_breaks_does_not_keep_the_others_from_theirs():
    done = []

    def broken_claim(_limit):
        raise ZeroDivisionError

    def work(job):
        if job == "poison":
            raise ZeroDivisionError
        done.append(job)

    queue.work_off(
        [queue.Drain("broken", 1, broken_claim, work), queue.Drain("whole", 2, Rows("poison", 1, 2), work)], time.monotonic() + 30
    )

    assert sorted(done) == [1, 2]


def test_claiming_stops_in_time_and_says_so():
    def endless(_limit):
        return ["job"]

    assert queue.work_off([queue.Drain("endless", 1, endless, lambda _job: time.sleep(0.01))], time.monotonic() + 0.2) is True


def test_an_outcome_is_kept_while_the_database_is_away():
    tries, settled = [], []

    def settle(job, future):
        tries.append(job)
        if len(tries) == 1:
            raise OperationalError("gone")
        settled.append((job, future.result()))

    queue.work_off([queue.Drain("sends", 1, Rows("letter"), lambda job: f"{job} sent", settle)], time.monotonic() + 30)

    assert (tries, settled) == (["letter", "letter"], [("letter", "letter sent")])


class TestLeases:
    @pytest.fixture
    def row(self, committed_hotel):
        thread = Thread.objects.create(account=make_account(committed_hotel), identity="1", address="1")
        now = timezone.now()
        return Outbound.objects.create(
            account=thread.account, thread=thread, dedupe_key="k", author="bot", content={"kind": "text", "text": "x"}, state="sending",
            due_at=now, created_at=now, lease_until=now, fence=3,
        )  # fmt: skip

    def test_a_lease_is_renewed_while_the_work_goes_on(self, row, settings):
        held = leases.Held()
        before = row.lease_until

        with held.keep(row.pk, row.fence):
            held.renew(Outbound)

        row.refresh_from_db()
        assert row.lease_until > before

    def test_a_lease_that_was_given_away_is_not_renewed(self, row):
        held, before = leases.Held(), row.lease_until

        with held.keep(row.pk, row.fence - 1):
            held.renew(Outbound)

        row.refresh_from_db()
        assert row.lease_until == before

    def test_work_that_hangs_loses_its_lease(self, row, monkeypatch):
        held, before = leases.Held(), row.lease_until
        monkeypatch.setattr(leases, "RENEWED_S", 0.0)

        with held.keep(row.pk, row.fence):
            held.renew(Outbound)

        row.refresh_from_db()
        assert row.lease_until == before


def test_delivery_outlives_its_first_call(committed_hotel, double):
    """The threads stay, and their outcomes are written on the worker's own connection."""
    from channels_app import delivery, outbox
    from channels_app.envelope import Content

    thread = Thread.objects.create(
        account=make_account(committed_hotel, api_url=double.base_url), identity="541155557777", address="5491155557777",
        last_inbound_at=timezone.now(),
    )  # fmt: skip
    double.guest("5491155557777", type="text", text={"body": "hola"}, deliver=False)
    for index in range(2):
        outbox.post(thread, Content("text", f"{index}"), dedupe_key=f"k{index}", author="bot")
        assert delivery.drain(FOREVER) == 1

    assert list(Outbound.objects.values_list("state", flat=True)) == ["sent", "sent"]
