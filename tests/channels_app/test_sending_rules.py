"""What the outbox promises under Meta's limits and faults: pace, order, one alarm, nothing of no use, nothing unknown again.

The clock is moved here and at the double together; nothing sleeps.
"""

import datetime as dt
import json

import pytest
import time_machine
from django.utils import timezone

from channels_app import delivery, outbox, repairs
from channels_app.envelope import Content
from channels_app.models import Account, AccountNotice, AccountPace, Inbound, Outbound, Thread
from conversations.models import Conversation, Guest
from hotelagent.ops import queue
from tests.conftest import FOREVER, TOKEN, envelope, make_account, text_message
from tests.promises import promise


class House:
    """Threads of one account at the double, and a clock for both."""

    def __init__(self, account, double, machine):
        self.account, self.double, self.machine = account, double, machine
        self.forward(0)

    def guest(self, number):
        address = f"54911{number:08d}"
        self.double.guest(address, type="text", text={"body": "hola"}, deliver=False)
        return Thread.objects.create(account=self.account, identity=address, address=address, last_inbound_at=timezone.now())

    def forward(self, seconds):
        self.machine.shift(dt.timedelta(seconds=seconds))
        self.double.stop_clock(timezone.now().timestamp())

    def said_to(self, thread):
        return [row["body"]["text"]["body"] for row in self.double.messages(thread.address)]


@pytest.fixture
def house(connected, double):
    with time_machine.travel(timezone.now(), tick=False) as machine:
        one = House(connected, double, machine)
        yield one
        one.forward(5)
        one.guest(99_999_999)  # the double forgets what it counted in seconds that are over, before its clock goes back
    double.set_clock(0)
    double.set_token(TOKEN)


def post(thread, text, **more):
    key = f"{thread.pk}:{text}"
    return outbox.post(thread, Content("text", text), dedupe_key=key, author=more.pop("author", "staff"), **more)[0]


def state(row):
    row.refresh_from_db()
    return row.state


@promise("C5")
class TestPace:
    def test_thirty_replies_to_one_guest_leave_at_metas_pace_and_in_order(self, house, figures):
        thread = house.guest(1)
        for index in range(30):
            post(thread, f"{index:02d}")
        per_minute = []
        for _second in range(150):
            delivery.drain(FOREVER)
            said = len(house.said_to(thread))
            per_minute.append(said)
            house.forward(1)

        refused = house.double.sql("select count(*) from calls where \"to\" = ? and outcome <> 'accepted'", thread.address)
        figures.update(burst=per_minute[2], after_60_s=per_minute[60], sent=per_minute[-1], refused=refused[0][0])
        assert house.said_to(thread) == [f"{index:02d}" for index in range(30)]
        assert (per_minute[2], per_minute[60], refused) == (10, 20, [(0,)])

    def test_one_guests_limit_holds_that_guests_queue_in_order_and_nobody_elses(self, house):
        slow, other = house.guest(2), house.guest(3)
        house.double.fault("http", status=400, code=131056, match={"to": slow.address})
        rows = [post(slow, text) for text in ("a", "b", "c")] + [post(other, "x")]

        delivery.drain(FOREVER)
        held = (house.said_to(slow), house.said_to(other), state(rows[0]))
        house.forward(3.9)
        delivery.drain(FOREVER)
        early = house.said_to(slow)
        house.forward(1.5)
        delivery.drain(FOREVER)

        assert (held, early, house.said_to(slow)) == (([], ["x"], "queued"), [], ["a", "b", "c"])

    def test_a_numbers_limit_slows_the_whole_number_and_other_numbers_not(self, house, hotel):
        rows = [post(house.guest(index), "hola") for index in range(10, 14)]
        other = make_account(hotel, number="1002", api_url=house.double.base_url)
        free = Thread.objects.create(account=other, identity="f", address="5491100000099", last_inbound_at=timezone.now())
        house.double.guest("5491100000099", type="text", text={"body": "hola"}, deliver=False, phone_number_id="1002")
        house.double.fault("http", status=429, code=130429, headers={"Retry-After": "7"}, match={"phone_number_id": "1001"}, times=4)

        delivery.drain(FOREVER)
        pace = AccountPace.objects.get(account=house.account)
        post(free, "libre")
        delivery.drain(FOREVER)
        held = [state(row) for row in rows]
        house.forward(6)
        delivery.drain(FOREVER)
        early = [state(row) for row in rows]
        house.forward(60)
        delivery.drain(FOREVER)

        assert (held, early, [state(row) for row in rows]) == (["queued"] * 4, ["queued"] * 4, ["sent"] * 4)
        assert (house.said_to(free), pace.strikes) == (["libre"], 1)

    @promise("C5", small=150, full=500)
    def test_many_guests_at_once_stay_below_the_numbers_limit(self, house, size, figures):
        known = _refusals(house.double, 130429)
        threads = [house.guest(1000 + index) for index in range(size)]
        for thread in threads:
            post(thread, "hola")
        per_second = []
        before = 0
        house.forward(1)
        for _tenth in range(150):
            delivery.drain(FOREVER)
            house.forward(0.1)
            now = Outbound.objects.filter(state="sent").count()
            per_second.append(now - before)
            before = now

        most = max(sum(per_second[start : start + 10]) for start in range(len(per_second)))
        refused = _refusals(house.double, 130429) - known
        figures.update(guests=size, most_in_a_second=most, refused=refused)
        assert (Outbound.objects.filter(state="sent").count(), refused) == (size, 0)
        assert 40 <= most <= 80

    def test_control_without_the_numbers_pace_meta_refuses(self, house, monkeypatch):
        from channels_app.transports.whatsapp import WhatsAppTransport

        monkeypatch.setattr(WhatsAppTransport, "number_pace", None)
        before = _refusals(house.double, 130429)
        for index in range(100):
            post(house.guest(2000 + index), "hola")

        house.forward(1)
        delivery.drain(FOREVER)

        assert _refusals(house.double, 130429) > before

    def test_control_without_the_guests_pace_meta_refuses(self, house, monkeypatch):
        from channels_app.transports.whatsapp import WhatsAppTransport

        monkeypatch.setattr(WhatsAppTransport, "pace", None)
        monkeypatch.setattr(WhatsAppTransport, "number_pace", None)
        before, thread = _refusals(house.double, 131056), house.guest(3000)
        for index in range(50):
            post(thread, f"{index}")

        house.forward(1)
        delivery.drain(FOREVER)

        assert _refusals(house.double, 131056) > before


def _refusals(double, code):
    return double.sql("select count(*) from calls where code = ?", code)[0][0]


@promise("C4")
class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "tries"),
        [
            ({"kind": "http", "status": 500, "code": 131000}, 5),
            ({"kind": "http", "status": 503, "code": 2, "is_transient": True}, 5),
            ({"kind": "http", "status": 429}, 5),
            ({"kind": "http", "status": 429, "code": 130429}, 5),
            ({"kind": "http", "status": 400, "code": 131056}, 5),
            ({"kind": "http", "status": 400, "code": 131053}, 2),
            ({"kind": "http", "status": 400, "code": 135000}, 2),
            ({"kind": "http", "status": 400, "code": 131026}, 1),
            ({"kind": "http", "status": 404}, 1),
        ],
    )
    def test_tries_end_and_say_why(self, house, fault, tries):
        row = post(house.guest(20), "hola")
        house.double.fault(fault.pop("kind"), times=50, **fault)
        before = house.double.sql("select count(*) from calls")[0][0]
        for _ in range(12):
            delivery.drain(FOREVER)
            house.forward(1200)

        # The window closes after a day; what is tried again is tried long before.
        assert (state(row), house.double.sql("select count(*) from calls")[0][0] - before) == ("failed", tries)
        assert row.error_text and outbox.why(row)

    @pytest.mark.parametrize("fault", ["lost_answer", "drop_before", "html", "no_id"])
    def test_an_unknown_outcome_is_never_sent_again_by_itself_and_a_person_sees_it(self, house, hotel, fault):
        from conversations import tasks

        thread = house.guest(21)
        talk = Conversation.objects.create(hotel=hotel, guest=Guest.objects.create(hotel=hotel), thread=thread)
        row = post(thread, "hola", author="bot")
        house.double.fault(fault)
        before = house.double.sql("select count(*) from calls")[0][0]
        owners = []
        for _ in range(4):
            delivery.drain(FOREVER)
            tasks.repair()
            talk.refresh_from_db()
            owners.append(talk.owner)
            house.forward(59 if len(owners) == 1 else 3)

        assert (state(row), house.double.sql("select count(*) from calls")[0][0] - before) == ("unknown", 1)
        assert (owners, talk.handoffs.get().reason) == (["bot", "bot", "waiting", "waiting"], "not_delivered")

    def test_backoff_grows_and_has_jitter(self, house):
        delays = []
        for number in range(8):
            row = post(house.guest(30 + number), "hola")
            house.double.fault("http", status=500, code=131000)
            delivery.drain(FOREVER)
            row.refresh_from_db()
            delays.append((row.due_at - timezone.now()).total_seconds())

        assert all(2.0 <= delay <= 2.6 for delay in delays) and len(set(delays)) > 1
        assert [queue.backoff(attempts).total_seconds() for attempts in (1, 2, 3, 4)] == [2, 4, 8, 16]


@promise("C7")
def test_a_resend_is_a_new_call_with_a_new_id_and_the_old_one_is_kept(house, post_status):
    row = post(house.guest(40), "hola")
    delivery.drain(FOREVER)
    row.refresh_from_db()
    first = row.provider_id
    post_status(row, first, "failed")
    failed = state(row)

    assert outbox.retry(row) is True
    delivery.drain(FOREVER)
    row.refresh_from_db()
    second = row.provider_id
    post_status(row, first, "failed", at=2)  # a late word about the old one

    assert failed == "failed"
    assert (state(row), row.earlier_ids, second != first and bool(second)) == ("sent", [first], True)
    assert outbox.retry(row) is False


@pytest.fixture
def post_status(client):
    from channels_app import receipts
    from tests.conftest import signed

    def go(row, wamid, name, at=1):
        failed = {"errors": [{"code": 131026, "title": "x"}]} if name == "failed" else {}
        status = {"id": wamid, "status": name, "timestamp": str(1_790_000_000 + at), "biz_opaque_callback_data": str(row.pk), **failed}
        body = json.dumps(envelope(statuses=[status])).encode()
        client.post("/webhooks/whatsapp/", body, content_type="application/json", headers=signed(body))
        receipts.batch()

    return go


@promise("C8")
def test_a_dead_token_stops_the_number_once_and_everything_leaves_in_order_later(house, client, figures):
    from tests.conftest import signed

    threads = [house.guest(50 + index) for index in range(5)]
    rows = [post(thread, f"{turn}") for turn in range(3) for thread in threads]
    house.double.set_token("another token")

    delivery.drain(FOREVER)
    delivery.drain(FOREVER)
    account = Account.objects.get(pk=house.account.pk)
    body = json.dumps(envelope(text_message("sigo acá", wamid="while-dead"))).encode()
    inbound = client.post("/webhooks/whatsapp/", body, content_type="application/json", headers=signed(body)).status_code
    dead = (account.state, {state(row) for row in rows}, AccountNotice.objects.filter(kind="channel_stopped").count())
    calls = house.double.sql("select count(*) from calls where code = 190")[0][0]
    account.access_token = "another token"
    account.save()
    connected = repairs.connect(account)
    for _ in range(3):
        house.forward(1)
        delivery.drain(FOREVER)

    figures.update(refused_calls=calls, letters=len(rows), alarms=dead[2])
    assert (dead, inbound, Inbound.objects.filter(provider_id="while-dead").count()) == (("stopped", {"queued"}, 1), 200, 1)
    assert connected is True and calls <= delivery.THREADS
    assert [house.said_to(thread)[-3:] for thread in threads] == [["0", "1", "2"]] * 5


def test_timeouts_alone_never_stop_a_number(house):
    house.double.fault("lost_answer", times=20)
    for index in range(20):
        post(house.guest(70 + index), "hola")

    delivery.drain(FOREVER)

    assert Account.objects.get(pk=house.account.pk).state == "connected"


@promise("C9", small=200, full=1000)
def test_letters_older_than_their_use_are_not_sent_and_staff_are_told(house, hotel, size, figures):
    threads = [Thread.objects.create(account=house.account, identity=f"o{i}", address=f"54911{i:08d}") for i in range(size)]
    talks = [Conversation.objects.create(hotel=hotel, guest=Guest.objects.create(hotel=hotel), thread=thread) for thread in threads]
    now = timezone.now()
    Thread.objects.update(last_inbound_at=now)
    for thread in threads:
        post(thread, "tu mesa está lista", author="bot", expires_at=now + dt.timedelta(hours=1))
    calls = house.double.sql("select count(*) from calls")[0][0]
    house.forward(3 * 3600)

    for _ in range(size // 16 + 2):
        delivery.drain(FOREVER)

    figures.update(letters=size, sent=house.double.sql("select count(*) from calls")[0][0] - calls)
    assert house.double.sql("select count(*) from calls")[0][0] == calls
    assert set(Outbound.objects.values_list("state", flat=True)) == {"expired"}
    assert Conversation.objects.filter(owner="waiting", handoffs__reason="not_delivered").count() == len(talks) == size


def test_control_without_the_expiry_a_stale_letter_leaves(house):
    thread = house.guest(90)
    row = post(thread, "tu mesa está lista")
    house.forward(3 * 3600)

    delivery.drain(FOREVER)

    assert (state(row), house.said_to(thread)) == ("sent", ["tu mesa está lista"])
