"""Every place where a process may die, one after the other, and then at random: nothing lost, nothing twice."""

import os
import random
import re
import signal
import time
from pathlib import Path

import pytest
from django.utils import timezone

from channels_app import outbox
from channels_app.envelope import Content
from channels_app.models import Outbound, Thread
from hotelagent.ops import killpoints
from tests.chaos import test_mail_kill_points, traffic
from tests.chaos.ledgers import Books, letters_lost, letters_stored_twice, sends_doubled, sends_invented, sends_not_at_one_row
from tests.conftest import connect_pms
from tests.knock import wait_for
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True), pytest.mark.timeout(0)]
ASKING = [point for point in killpoints.POINTS if point.split(".")[0] in {"inbox", "sorting", "turn", "outbox", "receipts"}]
BOOKING = [point for point in killpoints.POINTS if point.split(".")[0] in {"booking", "hold"}]
# Who dies between "I mark it as sending" and the answer leaves an outcome that nobody knows, if no status tells.
UNKNOWABLE = {"outbox.claimed"}
CHECKS = [letters_lost, letters_stored_twice, sends_doubled, sends_not_at_one_row, sends_invented]


@pytest.fixture
def dying(house, tmp_path):
    """A house whose processes die where the file says."""
    return house(KILL_POINT=f"@{tmp_path / 'kill'}", LEASE_S="2", DEBOUNCE_S="0.1", WORKERS="2")


class Killer:
    """Arms a point and sees to it that what died comes back."""

    def __init__(self, house, books):
        self.house, self.books, self.file = house, books, house.home / "kill"

    def arm(self, point):
        self.file.write_text(point)

    def fired(self):
        self.house.revive()
        return not self.file.exists()

    def quiet(self):
        self.house.revive()
        return not self.books.waiting() and not self.books.ours(
            "SELECT 1 FROM reservations_booking WHERE state NOT IN ('confirmed', 'rejected', 'cancelled')"
        )

    def differences(self):
        return {check.__name__: rows for check in CHECKS if (rows := check(self.books))}


def asks(house, index, text="a que hora es el desayuno?"):
    guest = traffic.phone(index)
    house.double.guest_says(guest, text)
    return guest


@promise("D5")
def test_a_question_survives_a_death_at_every_point(dying, database_url, figures):
    """One guest a point; each hears the answer once, or staff see a letter whose outcome nobody knows."""
    told, missed = {}, []
    with dying as running:
        running.web()
        running.workers()
        killer = Killer(running, Books(running.ledger, database_url))
        for index, point in enumerate(sorted(ASKING, key=UNKNOWABLE.__contains__)):  # what may stay unknown comes last
            killer.arm(point)
            guest = asks(running, index)
            wait_for(killer.fired, 40, f"a death at {point}")
            wait_for(
                lambda guest=guest: killer.quiet() and (_told(killer.books, guest) or _unknown(killer.books)), 60, f"quiet after {point}"
            )
            told[point] = _told(killer.books, guest)
            missed += [point] if told[point] == 0 else []
        differences = killer.differences()
        unknown = _unknown(killer.books)

    figures.update(points=len(ASKING), answered=sum(told.values()), unknown=unknown)
    assert differences == {}
    assert set(missed) <= UNKNOWABLE
    assert (max(told.values()), unknown) == (1, len(missed))


def _told(books, guest):
    return books.meta("SELECT count(*) FROM accepted WHERE wa_id = ? AND type = 'text'", guest)[0][0]


def _unknown(books):
    return books.ours("SELECT count(*) FROM channels_app_outbound WHERE state = 'unknown'")[0][0]


class Talk:
    """A guest who books, at the double of Meta."""

    def __init__(self, house, index):
        self.double, self.guest, self.known = house.double, traffic.phone(index), 0

    def says(self, text):
        self.double.guest_says(self.guest, text)
        return self._heard()

    def taps(self, choice_id, wait=True):
        self.double.guest_taps(self.guest, choice_id, kind="button_reply" if choice_id.startswith("yes") else "list_reply")
        return self._heard() if wait else None

    def _heard(self):
        rows = self.double.messages(self.guest, at_least=self.known + 1, timeout_s=40)
        self.known = len(rows)
        return rows[-1]["body"]

    def to_the_summary(self, day):
        offers = self.says(f"tenés lugar del {day.day}/{day.month}/{day.year} por una noche para dos?")
        room = re.search(r"room:\w+", str(offers))[0]
        self.taps(room)
        return self.says("Ana Pérez")["interactive"]["action"]["buttons"][0]["reply"]["id"]


@promise("D5")
def test_a_booking_survives_a_death_at_every_point(dying, committed_hotel, database_url, figures):
    """One guest and one day a point: exactly one booking here and in the PMS, told once."""
    today = committed_hotel.local_now().date()
    wrong = {}
    with dying as running:
        running.web()
        running.workers()
        killer = Killer(running, Books(running.ledger, database_url))
        for index, point in enumerate(BOOKING):
            talk = Talk(running, 100 + index)
            day = today.fromordinal(today.toordinal() + 10 + index)
            if point == "hold.made":
                killer.arm(point)
            yes = talk.to_the_summary(day)
            if point != "hold.made":
                killer.arm(point if point != "booking.cancelled" else "booking.settled")
            talk.taps(yes, wait=False)
            wait_for(killer.fired, 40, f"a death at {point}")
            # A booking whose outcome is looked up later is told later: quiet is not yet the end.
            wait_for(lambda talk=talk, day=day: killer.quiet() and verdict(killer.books, talk.guest, day)[2], 60, f"word after {point}")
            if point == "booking.cancelled":
                talk.known = len(running.double.messages(talk.guest))
                no = talk.says("quiero cancelar mi reserva")
                killer.arm(point)
                talk.taps(no["interactive"]["action"]["buttons"][0]["reply"]["id"], wait=False)
                wait_for(killer.fired, 40, f"a death at {point}")
                wait_for(killer.quiet, 60, f"quiet after {point}")
            found = verdict(killer.books, talk.guest, day)
            if found != (expected := (1, 1 if point != "booking.cancelled" else 0, 1)):
                wrong[point] = (found, expected)
        differences = killer.differences()

    figures.update(points=len(BOOKING))
    assert (wrong, differences) == ({}, {})


ELSEWHERE = ("booking.placing", "booking.created", "booking.settled")


@promise("D5")
def test_a_booking_in_a_qloapps_survives_a_death_at_every_point(dying, committed_hotel, database_url, shop, figures):
    """The same with the rooms in a PMS over the wire: one order alive there, told once, within a minute."""
    connect_pms(committed_hotel, shop)
    today = committed_hotel.local_now().date()
    told = {}
    with dying as running:
        running.web()
        running.workers()
        killer = Killer(running, Books(running.ledger, database_url))
        for index, point in enumerate(ELSEWHERE):
            talk = Talk(running, 200 + index)
            day = today.fromordinal(today.toordinal() + 40 + 3 * index)
            yes = talk.to_the_summary(day)
            killer.arm(point)
            talk.taps(yes, wait=False)
            wait_for(killer.fired, 60, f"a death at {point}")
            wait_for(lambda talk=talk, day=day: killer.quiet() and verdict(killer.books, talk.guest, day)[2], 60, f"word after {point}")
            alive = [
                line for line in shop.active_lines(date_from=day.isoformat(), date_to=today.fromordinal(day.toordinal() + 1).isoformat())
            ]
            told[point] = (verdict(killer.books, talk.guest, day)[0], len(alive), verdict(killer.books, talk.guest, day)[2])
        differences = killer.differences()

    figures.update(points=len(ELSEWHERE))
    assert (told, differences, shop.double_booked()) == (dict.fromkeys(ELSEWHERE, (1, 1, 1)), {}, [])


def verdict(books, guest, day):
    """(bookings on record, nights taken, how often the guest was told the reference of a confirmation), by SQL alone."""
    rows = books.ours("SELECT reference FROM reservations_booking WHERE check_in = %s AND state IN ('confirmed', 'cancelled')", day)
    nights = books.ours("SELECT count(*) FROM pms_roomnight WHERE night = %s", day)[0][0]
    told = books.meta("SELECT body FROM accepted WHERE wa_id = ? AND body LIKE '%RX______%' AND body LIKE '%onfirmad%'", guest)
    return len(rows), nights, len(told)


def test_every_point_is_in_the_code_and_dies_in_a_test():
    root = Path(killpoints.__file__).parents[2]
    code = "\n".join(
        path.read_text() for room in ("channels_app", "conversations", "reservations", "pms") for path in (root / room).rglob("*.py")
    )

    assert sorted(set(re.findall(r'killpoints\.reached\("([\w.]+)"\)', code))) == sorted(killpoints.POINTS)
    by_mail = [point for point in killpoints.POINTS if point.startswith("mailroom.")]
    assert set(by_mail) <= set(test_mail_kill_points.OWN)
    assert sorted([*ASKING, *BOOKING, *by_mail, "handoff.taken"]) == sorted(killpoints.POINTS)


@promise("B6", small=10, full=100)
def test_a_web_process_that_dies_after_keeping_a_letter_keeps_it_once(dying, database_url, size, figures):
    """Killed between the commit and the 200, ``size`` times; Meta comes again each time."""
    with dying as running:
        running.web()
        killer = Killer(running, Books(running.ledger, database_url))
        for index in range(size):
            killer.arm("inbox.kept")
            asks(running, index)
            wait_for(killer.fired, 40, "a death")
        wait_for(lambda: running.revive() == [] and _acknowledged(killer.books) == size, 60, "every letter's 200")

    figures.update(kills=size, letters=size)
    assert killer.books.ours("SELECT count(*), count(DISTINCT provider_id) FROM channels_app_inbound") == [(size, size)]
    assert (letters_lost(killer.books), letters_stored_twice(killer.books)) == ([], [])


def _acknowledged(books):
    return books.meta("SELECT count(DISTINCT item_id) FROM webhooks WHERE kind = 'message' AND http_status = 200")[0][0]


@promise("C3", small=500, full=5000)
def test_senders_killed_at_random_lose_nothing_and_send_nothing_twice(dying, database_url, size, figures):
    """One kill -9 of a random worker for every 50 (small) or 100 (full) of ``size`` letters, five to a guest."""
    kills = 10 if size < 1000 else 50
    with dying as running:
        running.web()
        books = Books(running.ledger, database_url)
        for index in range(size // 5):
            guest = traffic.phone(index)
            running.double.guest_says(guest, "hola", deliver=False)
            thread = Thread.objects.create(account=running.account, identity=guest, address=guest, last_inbound_at=timezone.now())
            for number in range(5):
                outbox.post(thread, Content("text", f"{index}.{number}"), dedupe_key=f"k{index}.{number}", author="staff")
        running.workers()
        killed = _kill_workers(running, books, kills, size)
        wait_for(lambda: running.revive() == [] and not books.waiting(), 120 + size / 20, "the end of the queue")
        running.double.wait_idle(30)
        unknown = "SELECT count(*) FROM channels_app_outbound WHERE state = 'unknown'"
        wait_for(lambda: not books.waiting(), 60, "the statuses")
        left = books.ours(unknown)[0][0]
        differences = {check.__name__: rows for check in (sends_doubled, sends_not_at_one_row, sends_invented) if (rows := check(books))}
        states = dict(books.ours("SELECT state, count(*) FROM channels_app_outbound GROUP BY state"))
        order = _out_of_order(books)

    accepted = books.meta("SELECT count(*), count(DISTINCT callback_data) FROM accepted")[0]
    figures.update(letters=size, kills=killed, at_meta=accepted[0], twice=accepted[0] - accepted[1], unknown=left, states=states)
    assert (differences, order) == ({}, [])
    assert accepted[0] == accepted[1]
    # Nothing lost: every letter is at Meta, or staff see that nobody knows.
    assert accepted[1] + left == size
    assert killed == kills


def _kill_workers(house, books, kills, size):
    """One at a time, spread over the time the letters take."""
    killed = 0
    deadline = time.monotonic() + 60 + size / 5
    while killed < kills and time.monotonic() < deadline:
        house.revive()
        done = books.meta("SELECT count(*) FROM accepted")[0][0]
        if done < (killed + 0.5) * size / (kills + 1):
            time.sleep(0.02)
            continue
        victims = _descendants(house.running["default 0"].pid)
        if victims:
            os.kill(random.choice(victims), signal.SIGKILL)
            killed += 1
    return killed


def _descendants(pid):
    """The cluster's own processes: workers, and the parts that keep them."""
    found, parents = [], {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    todo = [pid]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _out_of_order(books):
    """Guests who got a later letter before an earlier one."""
    rows = books.meta("SELECT wa_id, CAST(callback_data AS INTEGER) FROM accepted ORDER BY rowid")
    last, wrong = {}, []
    for guest, number in rows:
        if number < last.get(guest, 0):
            wrong.append((guest, number))
        last[guest] = number
    return wrong


def test_control_a_sender_that_sends_unknown_letters_again_sends_twice(house, database_url, monkeypatch):
    """What C3 forbids: the lease lapses, the letter is queued again."""
    with house() as running:
        guest = traffic.phone(1)
        running.double.guest_says(guest, "hola", deliver=False)
        thread = Thread.objects.create(account=running.account, identity="x", address=guest, last_inbound_at=timezone.now())
        outbox.post(thread, Content("text", "De 7 a 10."), dedupe_key="k", author="bot")
        from channels_app import delivery

        for _life in range(2):
            [(row, job)] = outbox.claim(1)
            delivery._send((row, job))  # and dies before it settles
            Outbound.objects.update(state="queued", lease_until=None)

        assert [times for _key, times in sends_doubled(Books(running.ledger, database_url))] == [2]


def test_a_take_over_that_dies_half_way_leaves_the_bot_in_charge_or_silent(house, committed_hotel, database_url, tmp_path):
    """The person's name and the shut gate come together or not at all."""
    from django.contrib.auth import get_user_model

    from conversations.models import Conversation, Guest
    from tests.chaos.houses import process

    user = get_user_model().objects.create(username="eva")
    with house(KILL_POINT="handoff.taken") as running:
        thread = Thread.objects.create(account=running.account, identity="x", address="5491100000001", last_inbound_at=timezone.now())
        talk = Conversation.objects.create(hotel=committed_hotel, guest=Guest.objects.create(hotel=committed_hotel), thread=thread)
        code = (
            "from conversations import handoff; from conversations.models import Conversation; from django.contrib.auth import get_user_model; "
            f"handoff.take(Conversation.objects.get(pk={talk.pk}), get_user_model().objects.get(pk={user.pk}))"
        )
        with process("shell", "-c", code, log=running.log, **running.environment) as taking:
            status = taking.wait(60)

    talk.refresh_from_db()
    thread.refresh_from_db()
    assert (status, talk.owner, thread.bot_may_speak) == (9, "bot", True)


def test_production_refuses_to_start_with_a_kill_point(tmp_path):
    from tests.ops.test_settings import load

    given = {"SECRET_KEY": "k" * 60, "ENCRYPTION_KEYS": "mTmsuI1tYWqJl2yf2T5PyP9nxfVfmzWm3pOPpVQf9a0=", "APP_ENV": "production"}
    code, said = load(tmp_path, KILL_POINT="turn.claimed", **given)

    assert (code, "KILL_POINT" in said) == (1, True)
