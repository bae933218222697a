"""Letters out: order, window, pace, gate, what Meta would refuse, and what happens after an error."""

import datetime as dt

import pytest
from django.utils import timezone

from channels_app import delivery, outbox
from channels_app.envelope import Choice, Content, ContentError
from channels_app.models import Account, Outbound, Thread
from channels_app.transports.whatsapp import WhatsAppTransport, content
from tests.conftest import FOREVER


@pytest.fixture
def thread(connected):
    return Thread.objects.create(account=connected, identity="541155551234", address="5491155551234", last_inbound_at=timezone.now())


def open_at_the_double(double, sender="5491155551234"):
    double.guest(sender, type="text", text={"body": "hola"}, deliver=False)


def post(thread, text="hola", key="k", **more):
    return outbox.post(thread, Content("text", text), dedupe_key=key, author=more.pop("author", "bot"), **more)[0]


class TestLimits:
    def test_a_long_text_is_split_in_order_and_nothing_is_lost(self):
        text = "\n\n".join(f"Párrafo {index}: " + "palabra " * 60 for index in range(30))

        parts = content.fit(Content("text", text))

        assert len(parts) > 1
        assert max(len(part.text.encode("utf-16-le")) // 2 for part in parts) <= 4096
        assert " ".join(" ".join(part.text for part in parts).split()) == " ".join(text.split())

    def test_a_text_is_never_cut_inside_a_character(self):
        family = "👨‍👩‍👧‍👦"

        parts = content.fit(Content("text", family * 600))

        assert "".join(part.text for part in parts) == family * 600
        assert all(len(part.text) % len(family) == 0 for part in parts)

    def test_three_short_choices_are_buttons_more_are_a_list(self):
        few = tuple(Choice(f"c{index}", f"Opción {index}") for index in range(3))
        many = tuple(Choice(f"c{index}", f"Opción {index}") for index in range(10))

        assert content.fit(Content("choices", "¿Cuál?", few))[0].kind == "buttons"
        assert content.fit(Content("choices", "¿Cuál?", many))[0].kind == "list"
        assert content.fit(Content("choices", "¿Cuál?", (Choice("a", "x" * 24),)))[0].kind == "list"

    @pytest.mark.parametrize(
        "bad",
        [
            Content("text", "  "),
            Content("choices", "¿Cuál?", tuple(Choice(str(i), str(i)) for i in range(11))),
            Content("choices", "¿Cuál?", (Choice("a", "x" * 25),)),
            Content("choices", "¿Cuál?", (Choice("a", " "),)),
            Content("choices", "¿Cuál?", (Choice("a", "igual"), Choice("b", "igual"))),
            Content("choices", "¿Cuál?", (Choice("a", "uno"), Choice("a", "dos"))),
            Content("choices", "", (Choice("a", "uno"),)),
        ],
    )
    def test_what_meta_would_refuse_never_leaves(self, thread, bad):
        with pytest.raises(ContentError):
            outbox.post(thread, bad, dedupe_key="k", author="bot")

        assert Outbound.objects.count() == 0

    def test_meta_takes_everything_that_was_made_to_fit(self, thread, double):
        open_at_the_double(double)
        outbox.post(thread, Content("text", "x" * 9000), dedupe_key="long", author="bot")
        outbox.post(
            thread,
            Content("choices", "y" * 2000, tuple(Choice(f"c{i}", f"Opción {i}", "z" * 90) for i in range(10))),
            dedupe_key="list",
            author="bot",
        )

        delivery.drain(FOREVER)

        assert set(Outbound.objects.values_list("state", flat=True)) == {"sent"}


class TestWindow:
    @pytest.mark.parametrize(
        ("age", "is_open"),
        [("23:54:59", True), ("23:55:01", False), ("24:00:01", False)],
    )
    def test_no_free_text_after_closing(self, thread, double, age, is_open):
        open_at_the_double(double)
        hours, minutes, seconds = map(int, age.split(":"))
        before = len(double.messages())
        now = timezone.now()
        thread.last_inbound_at = now - dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)

        assert outbox.window_open(thread, WhatsAppTransport(), now) is is_open

        thread.save()
        row = post(thread)
        if not is_open:
            delivery.drain(FOREVER)
            row.refresh_from_db()
            assert (row.state, row.error_code, len(double.messages())) == ("failed", 131047, before)

    def test_the_window_is_looked_at_again_when_it_is_sent(self, thread, double):
        row = post(thread)
        Thread.objects.update(last_inbound_at=timezone.now() - dt.timedelta(hours=25))
        before = len(double.messages())

        delivery.drain(FOREVER)

        row.refresh_from_db()
        assert (row.state, "template" in row.error_text, len(double.messages())) == ("failed", True, before)

    def test_control_without_the_check_it_reaches_meta(self, thread, double, monkeypatch):
        monkeypatch.setattr(outbox, "window_open", lambda *_: True)
        Thread.objects.update(last_inbound_at=timezone.now() - dt.timedelta(hours=25))
        before = len(double.sql("select 1 from accepted"))
        post(thread)

        delivery.drain(FOREVER)

        assert len(double.sql("select 1 from accepted")) == before + 1


class TestSending:
    def test_letters_of_one_guest_leave_in_order_one_at_a_time(self, thread, double):
        open_at_the_double(double)
        start = len(double.messages())
        for index in range(5):
            post(thread, f"mensaje {index}", key=f"k{index}")

        delivery.drain(FOREVER)

        assert [row["body"]["text"]["body"] for row in double.messages()[start:]] == [f"mensaje {index}" for index in range(5)]

    def test_the_same_key_is_one_letter(self, thread):
        first, second = post(thread, key="same"), post(thread, key="same")

        assert (first.pk, Outbound.objects.count()) == (second.pk, 1)

    def test_our_id_travels_with_the_letter_and_metas_comes_back(self, thread, double):
        open_at_the_double(double)
        row = post(thread)

        delivery.drain(FOREVER)

        row.refresh_from_db()
        accepted = double.sql("select wamid, callback_data from accepted order by call_id desc limit 1")[0]
        assert (row.state, row.provider_id, str(row.pk)) == ("sent", *tuple(accepted))

    def test_nothing_is_sent_while_a_person_has_the_thread(self, thread, double):
        before = len(double.messages())
        row = post(thread)
        outbox.shut_gate(thread)
        later = post(thread, key="later")

        delivery.drain(FOREVER)

        row.refresh_from_db()
        later.refresh_from_db()
        assert ([row.state, later.state], len(double.messages())) == (["aborted", "aborted"], before)

    def test_staff_may_write_while_the_gate_is_shut(self, thread, double):
        open_at_the_double(double)
        outbox.shut_gate(thread)
        row = post(thread, author="staff")

        delivery.drain(FOREVER)

        row.refresh_from_db()
        assert row.state == "sent"

    @pytest.mark.parametrize(
        ("fault", "state"),
        [
            ({"kind": "http", "status": 500, "code": 131000}, "queued"),
            ({"kind": "http", "status": 400, "code": 131056}, "queued"),
            ({"kind": "http", "status": 400, "code": 131026}, "failed"),
            ({"kind": "http", "status": 400, "code": 131047}, "failed"),
            ({"kind": "html"}, "unknown"),
            ({"kind": "lost_answer"}, "unknown"),
            ({"kind": "drop_before"}, "unknown"),
            ({"kind": "no_id"}, "unknown"),
        ],
    )
    def test_every_kind_of_failure_has_its_state(self, thread, double, fault, state):
        open_at_the_double(double)
        row = post(thread)
        double.fault(fault.pop("kind"), **fault)

        delivery.drain(FOREVER)

        row.refresh_from_db()
        assert (row.state, bool(row.error_text)) == (state, True)

    def test_an_unknown_outcome_is_never_sent_again_by_itself(self, thread, double):
        open_at_the_double(double)
        before = len(double.sql("select 1 from accepted"))
        row = post(thread)
        double.fault("lost_answer")
        for _ in range(3):
            delivery.drain(FOREVER)
            outbox.lapsed()

        row.refresh_from_db()
        assert (row.state, row.attempts, len(double.sql("select 1 from accepted")) - before) == ("unknown", 1, 1)

    def test_a_sender_that_died_leaves_an_unknown_outcome(self, thread):
        row = post(thread)
        outbox.claim(1)
        Outbound.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))

        assert (outbox.lapsed(), Outbound.objects.get(pk=row.pk).state) == (1, "unknown")

    def test_a_dead_token_stops_the_channel_and_keeps_the_queue(self, thread, double):
        open_at_the_double(double)
        row, waiting = post(thread), post(thread, key="waiting")
        double.fault("http", status=401, code=190)

        delivery.drain(FOREVER)

        row.refresh_from_db()
        waiting.refresh_from_db()
        account = Account.objects.get(pk=thread.account_id)
        assert (row.state, waiting.state, account.state) == ("queued", "queued", "stopped")

    def test_our_bearer_goes_to_no_address_that_only_an_administrator_typed(self, thread, double):
        open_at_the_double(double)
        Account.objects.update(api_url_trusted=False)
        calls = len(double.sql("select 1 from calls"))
        row = post(thread)

        delivery.drain(FOREVER)

        row.refresh_from_db()
        account = Account.objects.get(pk=thread.account_id)
        assert (row.state, account.state, len(double.sql("select 1 from calls"))) == ("queued", "stopped", calls)

    @pytest.mark.parametrize(
        ("base", "version", "url"),
        [
            ("https://graph.facebook.com", "", "https://graph.facebook.com/v26.0/1/messages"),
            ("https://graph.facebook.com/", "v25.0", "https://graph.facebook.com/v25.0/1/messages"),
            ("http://127.0.0.1:9/meta/v24.0", "v25.0", "http://127.0.0.1:9/meta/v24.0/1/messages"),
            ("http://127.0.0.1:9/v24.0/", "", "http://127.0.0.1:9/v24.0/1/messages"),
        ],
    )
    def test_the_address_of_a_send(self, base, version, url):
        from channels_app.transports.whatsapp.api import endpoint

        assert endpoint(base, version, "1") == url

    def test_a_guest_is_not_flooded(self, thread, double):
        open_at_the_double(double)
        for index in range(12):
            post(thread, str(index), key=f"k{index}")

        delivery.drain(FOREVER)

        assert Outbound.objects.filter(state="sent").count() == 10
        waiting = Outbound.objects.filter(state="queued").order_by("id").first()
        assert dt.timedelta(seconds=3) < waiting.due_at - timezone.now() <= dt.timedelta(seconds=6)

    def test_a_letter_that_lost_its_use_is_not_sent(self, thread):
        row = post(thread, expires_at=timezone.now() - dt.timedelta(seconds=1))

        delivery.drain(FOREVER)

        row.refresh_from_db()
        assert row.state == "expired"
