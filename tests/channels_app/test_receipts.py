"""Delivery statuses: whatever order they come in, the truth at the end."""

import datetime as dt
import itertools

import pytest
from django.utils import timezone

from channels_app import outbox, receipts
from channels_app.envelope import Content
from channels_app.models import Outbound, Thread
from tests.conftest import envelope
from tests.promises import promise

AT = 1_790_000_000
EXPECTED_RANK = ["sent", "delivered", "read", "played"]


@pytest.fixture
def outbound(whatsapp):
    thread = Thread.objects.create(account=whatsapp, identity="541155551234", address="5491155551234", last_inbound_at=timezone.now())
    row = outbox.post(thread, Content("text", "hola"), dedupe_key="k", author="bot")[0]
    Outbound.objects.filter(pk=row.pk).update(state="sent", provider_id="wamid.out")
    row.refresh_from_db()
    return row


def status(name, at=AT, **more):
    errors = {"errors": [{"code": 131026, "title": "Undeliverable", "error_data": {"details": "no WhatsApp"}}]} if name == "failed" else {}
    return {"id": "wamid.out", "status": name, "timestamp": str(at), "recipient_id": "5491155551234", **errors, **more}


def expected(order):
    """By the rule, independently written: deliveries only climb; a failure ends only what nobody has."""
    state = "sent"
    for name in order:
        if name == "failed":
            state = "failed" if state == "sent" else state
        elif state == "failed":
            state = name if name != "sent" else state
        elif EXPECTED_RANK.index(name) > EXPECTED_RANK.index(state):
            state = name
    return state


ORDERS = [order for count in range(1, 6) for order in itertools.permutations(["sent", "delivered", "read", "played", "failed"], count)]


@promise("C2")
def test_every_order_of_statuses_ends_in_the_right_state(outbound, post):
    """One letter for every order, all orders at once; every status comes twice."""
    thread = outbound.thread
    letters = []
    for index, order in enumerate(ORDERS):
        row = outbox.post(thread, Content("text", "hola"), dedupe_key=f"order{index}", author="bot")[0]
        letters.append((row.pk, f"wamid.order{index}", order))
        Outbound.objects.filter(pk=row.pk).update(state="sent", provider_id=f"wamid.order{index}")
    for step in range(5):
        due = [status(order[step]) | {"id": wamid} for _pk, wamid, order in letters if step < len(order)]
        for _twice in range(2):
            post(envelope(statuses=due))
            receipts.batch()

    states = dict(Outbound.objects.values_list("pk", "state"))
    assert [(order, states[pk]) for pk, _wamid, order in letters if states[pk] != expected(order)] == []


def test_never_backward(outbound, post):
    for name in ("read", "delivered", "sent", "failed"):
        post(envelope(statuses=[status(name)]))
        receipts.batch()
        outbound.refresh_from_db()
        assert outbound.state == "read"


def test_control_without_the_rank_the_state_would_go_back(outbound, post, monkeypatch):
    monkeypatch.setattr(receipts, "_next_state", lambda row, receipt: receipt.status)
    for name in ("read", "delivered"):
        post(envelope(statuses=[status(name)]))
        receipts.batch()

    outbound.refresh_from_db()

    assert outbound.state == "delivered"


def test_a_status_before_our_own_post_returned_finds_its_letter_by_our_id(outbound, post):
    Outbound.objects.filter(pk=outbound.pk).update(state="sending", provider_id="", lease_until=timezone.now() + dt.timedelta(minutes=1))

    post(envelope(statuses=[status("delivered", biz_opaque_callback_data=str(outbound.pk))]))
    receipts.batch()

    outbound.refresh_from_db()
    assert (outbound.state, outbound.provider_id) == ("delivered", "wamid.out")


def test_a_status_for_an_unknown_letter_is_parked_and_applied_later(outbound, post):
    Outbound.objects.filter(pk=outbound.pk).update(provider_id="")
    post(envelope(statuses=[status("delivered")]))
    receipts.batch()
    Outbound.objects.filter(pk=outbound.pk).update(provider_id="wamid.out")
    receipts.DeliveryReceipt.objects.update(due_at=timezone.now())

    receipts.batch()

    outbound.refresh_from_db()
    assert (outbound.state, receipts.DeliveryReceipt.objects.get().state) == ("delivered", "applied")


def test_a_status_of_another_account_changes_nothing(outbound, hotel, post):
    from tests.conftest import make_account

    make_account(hotel, number="1002")

    post(envelope(statuses=[status("read", biz_opaque_callback_data=str(outbound.pk))], number="1002"))
    receipts.batch()

    outbound.refresh_from_db()
    assert outbound.state == "sent"


def test_failed_tells_code_and_words(outbound, post):
    post(envelope(statuses=[status("failed")]))
    receipts.batch()

    outbound.refresh_from_db()
    assert (outbound.state, outbound.error_code, outbound.error_text) == ("failed", 131026, "no WhatsApp")
