"""Phone numbers, identities and versions: who is who, and what runs out."""

import datetime as dt

import pytest
from django.utils import translation

from channels_app import expiry, phones, standing
from channels_app.models import Account, AccountNotice, Thread
from conversations.console import health
from tests.conftest import envelope, text_message


@pytest.mark.parametrize(
    ("written", "country", "digits"),
    [
        ("+54 9 11 5555-1234", "AR", "5491155551234"),
        ("011 15 5555-1234", "AR", "5491155551234"),
        ("11 5555 1234", "AR", "541155551234"),
        ("0054 9 11 5555 1234", "AR", "5491155551234"),
        ("+55 (11) 98765-4321", "AR", "5511987654321"),
        ("+1 415 555 2671", "AR", "14155552671"),
        ("hola", "AR", ""),
        ("12", "AR", ""),
        ("", "AR", ""),
    ],
)
def test_any_usual_spelling_becomes_digits(written, country, digits):
    assert phones.to_digits(written, country) == digits


@pytest.mark.parametrize(
    "spellings",
    [
        ("5491155551234", "541155551234", "+54 9 11 5555-1234"),
        ("5215512345678", "525512345678"),
        ("5511987654321", "551187654321"),
        ("14155552671", "+1 (415) 555-2671"),
    ],
)
def test_spellings_of_one_mobile_meet_in_one_key(spellings):
    assert len({phones.match_key(spelling) for spelling in spellings}) == 1


def test_a_brazilian_landline_gains_no_ninth_digit():
    assert phones.match_key("551133334444") == "551133334444"


def test_two_spellings_are_one_guest_and_the_answer_goes_to_exactly_what_was_received(whatsapp, post, work):
    post(envelope(text_message("hola", sender="5491155551234")))
    work()
    post(envelope(text_message("hola", sender="541155551234")))
    work()

    assert list(Thread.objects.values_list("address", flat=True)) == ["541155551234"]


def test_a_guest_without_phone_is_known_and_answered_by_user_id(connected, post, work, double):
    message = text_message("a que hora es el desayuno?")
    del message["from"]
    double.guest(None, user_id="AR.1349120865530274", type="text", text={"body": "x"}, deliver=False)

    post(envelope(message | {"from_user_id": "AR.1349120865530274"}))
    work()

    thread = Thread.objects.get()
    sent = double.sql("select body from accepted order by call_id desc limit 1")[0][0]
    assert (thread.identity, thread.address, thread.outbound.exclude(content__kind="read").get().state) == (
        "user:AR.1349120865530274",
        "",
        "sent",
    )
    assert '"recipient"' in sent and '"to"' not in sent


def test_a_phone_shown_later_joins_the_user_id_and_a_conflict_merges_nobody(whatsapp, post, work):
    without = {**text_message("uno"), "from_user_id": "AR.1"}
    del without["from"]
    post(envelope(without))
    work()
    post(envelope({**text_message("dos", sender="5491155551234"), "from_user_id": "AR.1"}))
    work()
    joined = list(Thread.objects.values_list("identity", "user_id"))
    post(envelope({**text_message("tres", sender="5491199998888"), "from_user_id": "AR.1"}))
    work()

    assert joined == [("541155551234", "AR.1")]
    assert sorted(Thread.objects.values_list("identity", "user_id")) == [("541155551234", "AR.1"), ("541199998888", "")]


@pytest.mark.parametrize(
    ("version", "today", "reason"),
    [
        ("v21.0", dt.date(2026, 10, 24), "Graph API v21.0 dies in 89 days"),
        ("v21.0", dt.date(2027, 1, 20), "Graph API v21.0 dies in 1 days"),
        ("v21.0", dt.date(2027, 2, 1), "Graph API v21.0 is dead"),
        ("v19.0", dt.date(2026, 11, 21), "Graph API v19.0 is dead"),
        ("v21.0", dt.date(2026, 10, 1), None),
        ("v26.0", dt.date(2030, 1, 1), None),
    ],
)
def test_a_version_that_dies_is_warned_of_once_per_threshold(whatsapp, version, today, reason):
    Account.objects.update(api_version=version)

    expiry.warn(today)
    expiry.warn(today)

    assert list(AccountNotice.objects.values_list("reason", flat=True)) == ([reason] if reason else [])


def test_a_token_that_ends_is_warned_of_once_per_threshold(whatsapp):
    Account.objects.filter(pk=whatsapp.pk).update(token_expires_on=dt.date(2027, 6, 30), api_version="v99.0")
    for day in (dt.date(2027, 3, 1), dt.date(2027, 5, 10), dt.date(2027, 5, 11), dt.date(2027, 6, 25), dt.date(2027, 7, 1)):
        expiry.warn(day)

    told = list(AccountNotice.objects.filter(kind="token").order_by("id").values_list("reason", flat=True))
    assert told == ["its access token ends in 51 days", "its access token ends in 5 days", "its access token has ended"]


def test_what_meta_thinks_of_a_number_is_asked_a_few_times_a_day_and_shown(connected, double):
    claimed, again = standing.claim(9), standing.claim(9)
    standing.look(connected.pk)
    asked = Account.objects.get(pk=connected.pk).quality
    Account.objects.filter(pk=connected.pk).update(quality="RED", looked_at=None, api_url="http://127.0.0.1:1")
    late = standing.claim(9)
    standing.look(connected.pk)  # no answer changes nothing

    assert (claimed, again, late, asked) == ([connected.pk], [], [connected.pk], "GREEN")
    with translation.override("en"):
        dot = health.of(connected.hotel)[0]
    assert (dot.tone, dot.words) == ("late", "Meta rates its messages: bad; connected")
