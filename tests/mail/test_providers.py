"""Mail out by another provider's API, and what providers tell of it afterwards."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from channels_app import checking, envelope, mail_events, outbox
from channels_app.models import Account, AccountNotice, DeliveryReceipt, Mailbox, Outbound, Thread
from channels_app.transports.mail import ids, posting, providers, reading, writing
from conversations import mails
from conversations.models import Conversation, Handoff
from hotelagent.hotels.models import Hotel
from tests.fakes.mail import providers as fake
from tests.fakes.mail.providers import INACTIVE, ProviderDouble, amazon_says, basic, mailgun_says, notified, postmark_says
from tests.mail.conftest import a_mail, look
from tests.mail.test_sending import again, ask
from tests.mail.test_setup import boss, form, page  # noqa: F401 - a fixture
from tests.promises import promise

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password-of-the-hotel"
KEYS = {"postmark": fake.POSTMARK_TOKEN, "mailgun": fake.MAILGUN_KEY}
SECRETS = {"postmark": PASSWORD, "mailgun": fake.SIGNING_KEY, "amazon_ses": PASSWORD}


@pytest.fixture
def provider():
    with ProviderDouble() as double:
        yield double


@pytest.fixture
def by(mailbox, provider):
    """The hotel's mail goes out by this one from now on."""

    def go(name="postmark", **values):
        url = provider.url + ("/v3" if name == "mailgun" else "")
        mailbox.provider, mailbox.provider_key, mailbox.provider_url = name, KEYS.get(name, ""), url
        mailbox.webhook_secret = SECRETS[name]
        for field, value in values.items():
            setattr(mailbox, field, value)
        mailbox.save()
        return mailbox

    return go


@pytest.mark.parametrize("name", KEYS)
def test_an_answer_keeps_its_id_its_thread_and_both_its_forms(by, provider, post_office, work, name):
    by(name, reply_to="atencion@hotel.example")
    ask(post_office, work, "Hola, soy Ana. ¿Tienen cochera?")
    ask(post_office, work, Message_ID="<b@guest.example>", References="<a@guest.example>", subject="RE: Perros & más")
    again(work)
    mail, row = provider.sent[1], Outbound.objects.latest("pk")
    assert post_office.sent == []
    assert (row.state, row.provider_id) == ("sent", mail.id.strip("<>"))
    assert ids.outbound_of(mail.message_id.strip("<>")) == row.pk
    assert mail.headers["In-Reply-To"] == "<b@guest.example>"
    assert mail.headers["References"] == "<a@guest.example> <b@guest.example>"
    assert mail.headers["Auto-Submitted"] == "auto-replied"
    assert (mail.subject, mail.metadata) == ("Re: Perros & más", {"letter": str(row.pk)})
    assert "reservas@hotel.example" in mail.sender and "Hotel Prueba" in mail.sender
    assert "ana@guest.example" in mail.to and "atencion@hotel.example" in mail.reply_to
    assert "Aceptamos perros de hasta 10 kg." in mail.text and "Aceptamos perros de hasta 10 kg." in mail.html


@pytest.mark.parametrize("name", KEYS)
def test_calendar_and_logo_go_with_the_mail(by, provider, work, hotel, name):
    box = by(name, logo=writing.PNG + b"rest")
    content = dict(mails.samples(hotel, "es"))["confirmed"]
    outbox.post(posting.thread_to(box.account, "ana@guest.example", "Ana"), content, dedupe_key="x", author="system")
    work()
    [mail] = provider.sent
    assert mail.inline == {"logo": ("image/png", writing.PNG + b"rest")}
    assert 'src="cid:logo"' in mail.html
    [(file, (kind, data))] = mail.files.items()
    assert (file, kind, data[:15]) == ("reserva.ics", "text/calendar", b"BEGIN:VCALENDAR")


# What the provider does, what that means for the letter, and for the others of the account.
REFUSALS = [
    ((401, {"ErrorCode": 10, "Message": "bad token"}), envelope.Failed, "channel_dead"),
    ((422, {"ErrorCode": 405, "Message": "no credits"}), envelope.Failed, "channel_dead"), (INACTIVE, envelope.Failed, ""),
    ((422, {"ErrorCode": 300, "Message": "Invalid 'Subject'"}), envelope.Failed, ""), ((429, {"Message": "slow"}), envelope.Retry, "whole_number"),
    ((500, {"ErrorCode": 500, "Message": "oops"}), envelope.Unknown, ""), ((302, {}), envelope.Unknown, ""), ((200, "<html>"), envelope.Unknown, ""),
    ((200, {"x": "y" * 300_000}), envelope.Unknown, ""), ("cut", envelope.Unknown, ""),
]  # fmt: skip


def test_every_refusal_has_its_meaning(provider):
    way = providers.Way("postmark", "reservas@hotel.example", fake.POSTMARK_TOKEN, url=provider.url)
    mail = a_mail("hola", to="ana@guest.example", html="<p>hola</p>")
    for fault, kind, also in REFUSALS:
        provider.fault(fault)
        outcome = providers.send(way, mail, "1")
        assert type(outcome) is kind, fault
        assert [name for name in ("channel_dead", "whole_number") if getattr(outcome, name, False)] == [also] * bool(also), fault
        assert fake.POSTMARK_TOKEN not in outcome.reason
    assert type(providers.send(way, mail, "1")) is envelope.Sent


def test_a_provider_that_is_away_costs_no_letter(by, provider, post_office, work):
    box = by()
    Mailbox.objects.update(provider_url="http://127.0.0.1:1")
    ask(post_office, work)
    assert Outbound.objects.get().state == "queued"
    Mailbox.objects.update(provider_url=box.provider_url)
    again(work)
    assert len(provider.sent) == 1


# --- what is told afterwards ------------------------------------------------------------------------------------------------


@pytest.fixture
def tell(client):
    def go(name, body, headers=None, path=None):
        given = {"Content-Type": "application/json"} | (headers or {})
        kind = given.pop("Content-Type")
        return client.post(path or f"/webhooks/mail/{name}/", body, content_type=kind, headers=given).status_code

    return go


def said(name, what, row, box, *, recipient="ana@guest.example", password=PASSWORD):
    """(body, headers) of "delivered", "bounced" or "complained" about a letter, as this provider says it."""
    if name == "mailgun":
        kind = {"delivered": "delivered", "bounced": "failed", "complained": "complained"}[what]
        at = {"delivered": 1795365234.0}.get(what, 1795365239.5)
        return mailgun_says(kind, row.provider_id, recipient, row.pk, at=at), {}
    if name == "postmark":
        kind = {"delivered": "Delivery", "bounced": "HardBounce", "complained": "SpamComplaint"}[what]
        at = "2026-11-22T16:33:50Z" if what == "delivered" else "2026-11-22T16:33:54Z"
        return postmark_says(kind, row.provider_id, recipient, row.pk, at), basic(box.pk, password)
    kind = {"delivered": "Delivery", "bounced": "Bounce", "complained": "Complaint"}[what]
    body, headers = amazon_says(kind, row.provider_id, recipient, at=f"2026-11-22T16:33:5{0 if what == 'delivered' else 4}Z")
    return body, headers | basic(box.pk, password)


def a_letter_left(by, post_office, work, name):
    if name == "amazon_ses":  # by its SMTP server, which gives the mail another id
        box = by(name)
        post_office.fault("smtp_amazon")
    else:
        box = by(name)
    ask(post_office, work)
    return box, Outbound.objects.get()


def test_hotels_that_share_a_key_hear_of_their_own_letters_alone(by, post_office, work, tell):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    account = Account.objects.create(hotel=other, kind="email", name="Mail", external_id="otro@hotel.example", state="connected")
    Mailbox.objects.create(account=account, provider="mailgun", provider_key="k", webhook_secret=SECRETS["mailgun"])  # found first
    box, row = a_letter_left(by, post_office, work, "mailgun")

    assert tell("mailgun", *said("mailgun", "bounced", row, box)) == 200
    assert tell("mailgun", mailgun_says("complained", "nobody", "ana@guest.example", 10**9, at=1795365239.5), {}) == 200

    assert list(DeliveryReceipt.objects.values_list("account", flat=True)) == [row.account_id]


@pytest.mark.parametrize("name", SECRETS)
def test_what_comes_back_is_told_on_the_letter_and_the_address(by, post_office, work, tell, name):
    box, row = a_letter_left(by, post_office, work, name)
    assert row.state == "sent"
    for _twice in range(2):
        assert tell(name, *said(name, "bounced", row, box)) == 200
    work()
    row.refresh_from_db()
    assert (row.state, "5.1.1" in row.error_text, "5.1.1" in Thread.objects.get().undeliverable) == ("failed", True, True)
    assert Handoff.objects.values_list("reason", flat=True).get() == "not_delivered"
    assert Conversation.objects.count() == 1
    assert DeliveryReceipt.objects.filter(state="applied").count() == DeliveryReceipt.objects.count() == 1
    ask(post_office, work)
    assert Thread.objects.get().undeliverable == ""


@pytest.mark.parametrize(("name", "order"), [("postmark", ("delivered", "bounced")), ("mailgun", ("bounced", "delivered"))])
def test_a_mail_that_was_delivered_and_then_came_back_came_back(by, post_office, work, tell, name, order):
    box, row = a_letter_left(by, post_office, work, name)
    for what in order:
        assert tell(name, *said(name, what, row, box)) == 200
        work()
    assert Outbound.objects.get().state == "failed"


@pytest.mark.parametrize("name", SECRETS)
def test_a_complaint_is_told_and_the_address_left_alone(by, post_office, work, tell, name):
    box, row = a_letter_left(by, post_office, work, name)
    assert tell(name, *said(name, "complained", row, box)) == 200
    work()
    row.refresh_from_db()
    assert (row.state, row.error_text, Thread.objects.get().undeliverable) == ("delivered", mail_events.COMPLAINED, mail_events.COMPLAINED)
    assert AccountNotice.objects.filter(kind="mail_complaint").count() == 1


def test_an_unknown_outcome_is_settled_by_what_is_told(by, provider, post_office, work, tell):
    box = by()
    provider.fault("cut")
    ask(post_office, work)
    look()
    row = Outbound.objects.get()
    assert (row.state, len(provider.sent)) == ("unknown", 1)
    row.provider_id = provider.sent[0].id
    assert tell("postmark", *said("postmark", "delivered", row, box)) == 200
    work()
    row.refresh_from_db()
    assert (row.state, row.provider_id, len(provider.sent)) == ("delivered", provider.sent[0].id, 1)


@promise("S1")
@pytest.mark.parametrize("name", SECRETS)
def test_nobody_else_tells_us_anything(by, post_office, work, tell, name):
    """Forged in every way there is: nothing is kept. The control is the last line."""
    box, row = a_letter_left(by, post_office, work, name)
    body, headers = said(name, "bounced", row, box)
    naked = {key: value for key, value in headers.items() if key != "Authorization"}
    forged = [
        (body, headers | basic(box.pk, "x" * 30)),
        (body, headers | basic(box.pk + 1, PASSWORD)),
        (body, naked),
        (b"", {}),
        (b"{}", {}),
    ]
    if name == "mailgun":
        forged = [(mailgun_says("failed", row.provider_id, "ana@guest.example", row.pk, key=key), {}) for key in ("", "other")]
        forged += [
            (body.replace(b'"token": "', b'"token": "0'), {}),
            (b'{"signature": {}, "event-data": {}}', {}),
            (b"\xff", {}),
            (b"[]", {}),
        ]
    assert [tell(name, *one) for one in forged] == [401] * len(forged)
    Mailbox.objects.update(webhook_secret="")
    assert tell(name, body, headers) == 401
    Mailbox.objects.update(webhook_secret=box.webhook_secret)
    for other in {"amazon_ses", "mailgun", "postmark"} - {name}:
        assert tell(other, body, headers) == 401  # nobody's mail goes out by that one
    assert tell("nobody", body, headers) == 404
    Account.objects.update(enabled=False)
    assert tell(name, body, headers) == 401
    Account.objects.update(enabled=True)
    assert (DeliveryReceipt.objects.count(), AccountNotice.objects.count()) == (0, 0)
    assert tell(name, body, headers) == 200
    assert DeliveryReceipt.objects.count() == 1


def test_one_hotels_provider_says_nothing_of_anothers_letters(by, post_office, work, tell):

    _box, row = a_letter_left(by, post_office, work, "postmark")
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    account = Account.objects.create(hotel=other, kind="email", name="E-mail", external_id="r@otro.example", state="connected")
    theirs = Mailbox.objects.create(account=account, provider="postmark", provider_key="k", webhook_secret="another-password-0123")
    assert tell("postmark", *said("postmark", "bounced", row, theirs, password="another-password-0123")) == 200
    work()
    assert Outbound.objects.get().state == "sent"
    assert Thread.objects.get().undeliverable == ""


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"7", b"not json", b'{"RecordType": "Bounce", "BouncedAt": 7}', b'{"Metadata": 1, "BouncedAt": "x"}']
)
def test_what_nobody_understands_is_kept_and_does_not_come_again(by, tell, body):
    box = by()
    assert tell("postmark", body, basic(box.pk, PASSWORD)) == 200
    assert DeliveryReceipt.objects.count() + AccountNotice.objects.filter(kind="mail_event").count() == 1


def test_who_looked_at_a_mail_is_not_kept(by, tell):
    box = by()
    assert tell("postmark", postmark_says("Open", "id", "ana@guest.example", 1), basic(box.pk, PASSWORD)) == 200
    assert (DeliveryReceipt.objects.count(), AccountNotice.objects.count()) == (0, 0)


def test_amazons_subscription_is_confirmed_at_amazon_alone(by, provider, tell, monkeypatch):
    box = by("amazon_ses")
    body, headers = notified("SubscriptionConfirmation", SubscribeURL=f"{provider.url}/?Action=ConfirmSubscription&Token=t", Token="t")
    assert tell("amazon_ses", body, headers | basic(box.pk, PASSWORD)) == 200
    assert provider.asked == []
    assert AccountNotice.objects.filter(kind="mail_event").count() == 1
    monkeypatch.setattr(mail_events, "_CONFIRM", mail_events.re.compile(r"http://127\.0\.0\.1:\d+/\?Action=ConfirmSubscription&.*"))
    assert tell("amazon_ses", body, headers) == 401
    assert tell("amazon_ses", body, headers | basic(box.pk, PASSWORD)) == 200
    assert [path for path, _headers in provider.asked] == ["/?Action=ConfirmSubscription&Token=t"]


@pytest.mark.parametrize(
    ("address", "amazons"),
    [
        ("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:1:m&Token=2336412f37", True),
        ("https://sns.us-east-1.amazonaws.com.evil.example/?Action=ConfirmSubscription&Token=1", False),
        ("https://sns.evil.example/.amazonaws.com/?Action=ConfirmSubscription&Token=1", False),
        ("http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=1", False),
        ("https://sns.us-east-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&Token=1", False),
    ],
)  # fmt: skip
def test_only_amazons_own_address_confirms(address, amazons):
    assert (mail_events._CONFIRM.fullmatch(address) is not None) == amazons


def test_an_answer_to_a_renamed_mail_is_known_as_an_answer_to_ours(by, post_office, work):
    """Amazon SES puts an id of its own in the place of ours: guests answer that one, and refer to what the mail referred to."""
    _box, row = a_letter_left(by, post_office, work, "amazon_ses")
    [sent] = post_office.sent
    assert row.provider_id == "010001995f2c7e3a-1b2c-4d5e-8f90-a1b2c3d4e5f6-000000"
    assert ids.outbound_of(sent["References"].split()[-1].strip("<>")) == row.pk
    answer = a_mail("sí", In_Reply_To=f"<{row.provider_id}@email.amazonses.com>", References=f"{sent['References']} <{row.provider_id}@x>")
    assert ids.outbound_of(reading.read(bytes(answer)).answers) == row.pk


# --- settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KEYS)
def test_the_check_knows_whether_the_provider_lets_us_in(by, provider, name):
    box = by(name)
    told = {step.name: step for step in checking.steps(box)}
    [step] = [step for step_name, step in told.items() if box.get_provider_display() in step_name]
    assert step.passes and provider.sent == []
    box.provider_key = "wrong"
    [step] = [step for step in checking.steps(box) if box.get_provider_display() in step.name]
    assert not step.passes
    box.webhook_secret = ""
    with override("en"):
        assert [step.warning for step in checking.steps(box) if step.name == "What comes back"] == [True]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"provider": "postmark"}, "API key is needed"), ({"provider": "amazon_ses"}, "SMTP user and password"),
        ({"provider": "mailgun", "provider_key": "k", "provider_domain": "http://x/y"}, "A domain is needed"),
        ({"provider": "postmark", "provider_key": "k", "webhook_secret": "short"}, "At least 16"),
        ({"provider": "postmark", "provider_key": "k", "webhook_secret": "with@strange/letters"}, "At least 16"),
    ],
)  # fmt: skip
def test_half_a_provider_is_not_saved(boss, mailbox, given, told):  # noqa: F811
    assert told in boss.post(page(mailbox), form(mailbox) | given).content.decode()
    assert Mailbox.objects.get().provider == ""


def test_the_page_keeps_the_keys_and_tells_where_to_report(boss, mailbox):  # noqa: F811
    given = {"provider": "postmark", "provider_key": "the-key-of-the-provider", "webhook_secret": PASSWORD}
    assert boss.post(page(mailbox), form(mailbox) | given).status_code == 302
    assert boss.post(page(mailbox), form(mailbox) | {"provider": "postmark"}).status_code == 302
    shown = boss.get(page(mailbox)).content.decode()
    assert (Mailbox.objects.get().provider_key, Mailbox.objects.get().webhook_secret) == ("the-key-of-the-provider", PASSWORD)
    assert "the-key-of-the-provider" not in shown and PASSWORD not in shown
    assert f"{mailbox.pk}:…@" in shown and "/webhooks/mail/postmark/" in shown
