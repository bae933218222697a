"""A mailbox by Gmail's API: the same letters as by IMAP, nothing lost and nothing twice, and mail out by it too."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from channels_app import checking, settling
from channels_app.gmail_folders import is_mail_that_came
from channels_app.models import Account, Inbound, Mailbox, MailFolder, Outbound, RawMail
from channels_app.transports.mail import gmail
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached
from hotelagent.hotels.models import Membership
from tests.mail.conftest import a_mail, look, make_mailbox
from tests.mail.test_sending import QUESTION, again, ask, opened

pytestmark = pytest.mark.django_db


def make_box(hotel, double, **values):
    given = {
        "password": "", "client_id": "client-id", "client_secret": "client-secret", "refresh_token": double.refresh_token,
        "read_by": "gmail_api", "api_url": double.api_url, **values,
    }  # fmt: skip
    return make_mailbox(hotel, double, **given)


@pytest.fixture
def box(hotel, post_office):
    box = make_box(hotel, post_office)
    look()
    return box


def letters():
    return list(Inbound.objects.order_by("pk").values_list("text", flat=True))


def arrive(post_office, *subjects):
    return [post_office.receive(a_mail("hola", subject=subject)) for subject in subjects]


def asked(post_office, what):
    """The queries of every call to a method, in order."""
    urls = [urlsplit(command.partition(" ")[2]) for command in post_office.commands("api")]
    return [parse_qs(url.query) for url in urls if url.path.endswith(f"/me/{what}")]


def test_a_question_is_answered_without_imap_and_smtp(box, post_office, work):
    ask(post_office, work)
    look()
    mail = opened(post_office.sent[0])
    assert "Aceptamos perros de hasta 10 kg." in mail.get_body(("plain",)).get_content()
    row = Outbound.objects.get()
    assert (row.state, f"<{row.provider_id}>") == ("sent", mail["Message-ID"])
    question, answer = post_office.message(1), post_office.sent_mailbox[0]
    assert question.thrid == answer.thrid
    assert "\\Seen" in question.flags
    assert (post_office.commands("imap"), post_office.commands("smtp")) == ([], [])


def test_nothing_is_marked_before_it_is_answered_or_against_the_setting(box, post_office, work):
    Mailbox.objects.update(mark_seen=False)
    ask(post_office, work)
    look()
    assert post_office.seen_uids == []
    Mailbox.objects.update(mark_seen=True)
    look()
    assert post_office.seen_uids == [1]
    look()
    assert len(asked(post_office, "messages/batchModify")) == 1


def test_the_first_look_begins_at_now_and_shows_what_it_is_told_to(hotel, post_office, work):
    post_office.receive(a_mail("vieja", subject="Viejo"), received_at=timezone.now() - dt.timedelta(days=9))
    post_office.receive(a_mail("¿hay pileta?", subject="Nuevo"), received_at=timezone.now() - dt.timedelta(days=3))
    box = make_box(hotel, post_office, import_days=7)
    assert look()[0].new == 1
    work()
    assert Inbound.objects.values_list("kind", "state").get() == ("history", "ignored")
    Mailbox.objects.filter(pk=box.pk).update(import_days=0)
    MailFolder.objects.all().delete()
    RawMail.objects.all().delete()
    assert look()[0].new == 0


def test_pages_are_turned_and_order_is_kept(box, post_office, monkeypatch):
    monkeypatch.setattr(gmail, "PAGE", 2)
    subjects = [f"Asunto {number}" for number in range(5)]
    arrive(post_office, *subjects)
    assert [look()[0].new, look()[0].new] == [5, 0]
    assert letters() == [f"{subject}\n\nhola" for subject in subjects]


@pytest.mark.parametrize("fault", ["api_500", "api_401"])
def test_the_mark_stands_where_the_last_mail_was_kept(box, post_office, fault):
    """A look that breaks in the middle goes on behind what it has; a token that dies is renewed."""
    arrive(post_office, *"abcd")
    post_office.fault(fault, at="get", skip=2)
    first = look()[0]
    starts = [int(one["startHistoryId"][0]) for one in asked(post_office, "history")]
    if fault == "api_500":
        assert (first.new, first.trouble[:3], Mailbox.objects.get().failures) == (2, "500", 1)
        assert MailFolder.objects.get(role="inbox").history_id == post_office.message(2).history_id
        assert look()[0].new == 2
    else:
        assert first.new == 4
        assert starts[-1] == post_office.message(2).history_id
    assert len(letters()) == 4


def test_what_gmail_has_forgotten_is_looked_through_again(box, post_office):
    arrive(post_office, "antes")
    look()
    arrive(post_office, "entre")
    post_office.forget_history()
    assert [look()[0].new, look()[0].new] == [1, 0]
    assert letters() == ["antes\n\nhola", "entre\n\nhola"]


def test_a_mail_that_went_or_breaks_the_line_holds_up_nobody(box, post_office, monkeypatch):
    monkeypatch.setattr("channels_app.keeping.STUCK_LIMIT", 1)
    gone, _stays = arrive(post_office, "uno", "dos")
    post_office.delete(gone.uid)
    assert look()[0].new == 1
    arrive(post_office, "tres", "cuatro")
    post_office.fault("api_500", at="get")
    assert look()[0].new == 0
    assert look()[0].new == 1
    assert letters() == ["dos\n\nhola", "cuatro\n\nhola"]


def test_of_a_mail_that_is_too_large_the_head_is_kept(box, post_office, monkeypatch):
    monkeypatch.setattr(gmail, "MAIL_LIMIT", 3000)
    post_office.receive(a_mail("x" * 4000, subject="Grande"))
    assert look()[0].new == 1
    assert Inbound.objects.get().kind == "too_large"
    assert b"Grande" in bytes(RawMail.objects.get().raw)
    assert b"xxx" not in bytes(RawMail.objects.get().raw)


def test_spam_is_shown_hourly_and_a_letter_once_staff_move_it(box, post_office, work):
    arrived = post_office.receive(a_mail(QUESTION), mailbox="[Gmail]/Spam")
    assert look()[0].new == 0
    MailFolder.objects.filter(role="junk").update(looked_at=timezone.now() - dt.timedelta(minutes=61))
    assert look()[0].new == 1
    work()
    assert Inbound.objects.values_list("kind", "state").get() == ("spam", "ignored")
    post_office.move(arrived.uid, "[Gmail]/Spam", "INBOX")
    look()
    work()
    assert Inbound.objects.values_list("kind", "state").get() == ("text", "answered")
    assert len(post_office.sent) == 1


@pytest.mark.parametrize(
    ("labels", "came"),
    [
        ({"INBOX", "UNREAD"}, True),
        ({"IMPORTANT"}, True),
        ({"SENT"}, False),
        ({"SENT", "INBOX"}, True),
        ({"DRAFT"}, False),
        ({"CHAT"}, False),
        ({"TRASH"}, False),
    ],
)
def test_what_of_a_history_is_mail_that_came(labels, came):
    assert is_mail_that_came(frozenset(labels)) is came


@pytest.mark.parametrize(
    ("fault", "state", "pauses_s"),
    [("api_429", "connected", 60), ("api_403_rate", "connected", 60), ("api_403_policy", "stopped", None), ("api_500", "connected", None)],
)
def test_a_refusal_is_of_its_kind(box, post_office, fault, state, pauses_s):
    post_office.fault(fault, times=2)
    assert look()[0].trouble
    row = Mailbox.objects.select_related("account").get()
    assert (row.account.state, row.failures) == (state, 1)
    assert (row.paused_until is not None) == (pauses_s is not None)
    if pauses_s:
        assert 50 <= (row.paused_until - timezone.now()).total_seconds() <= pauses_s
        assert look()[0].trouble == "the provider wants a pause"


@pytest.mark.parametrize(
    ("status", "reason", "after", "kind", "wait_s"),
    [
        (429, "", "90", LimitReached, 90.0),
        (429, "", "-1", LimitReached, 60.0),
        (429, "", "999999", LimitReached, 3600.0),
        (403, "dailyLimitExceeded", "", LimitReached, None),
        (403, "insufficientPermissions", "", AuthError, ...),
        (401, "authError", "", AuthError, ...),
        (404, "notFound", "", gmail.GoneError, ...),
        (503, "", "", ConnectionFailed, ...),
    ],
)
def test_what_an_answer_means(status, reason, after, kind, wait_s):
    error = gmail.refusal(status, after, {"error": {"message": "m", "errors": [{"reason": reason}]}})
    assert type(error) is kind
    assert getattr(error, "wait_s", ...) == wait_s
    assert type(gmail.refusal(status, after, {"error": "text"})) is (AuthError if status == 403 else kind)


def test_a_cut_after_sending_is_settled_and_never_doubled(box, post_office, work):
    post_office.fault("api_cut_after_send")
    ask(post_office, work)
    assert Outbound.objects.get().state == "unknown"
    look()
    assert Outbound.objects.get().state == "sent"
    assert len(post_office.sent) == 1


def test_what_did_not_leave_goes_again_under_the_same_id(box, post_office, work):
    post_office.fault("api_500", at="send")
    ask(post_office, work)
    row = Outbound.objects.get()
    assert (row.state, post_office.sent) == ("unknown", [])
    look()
    assert Outbound.objects.get().state == "unknown"  # perhaps it only does not show yet
    Outbound.objects.update(due_at=row.due_at - settling.SHOWN)
    look()
    again(work)
    assert Outbound.objects.get().state == "sent"
    assert len(post_office.sent) == 1


@pytest.mark.parametrize(("fault", "state", "account"), [("api_429", "queued", "connected"), ("api_403_policy", "queued", "stopped")])
def test_what_surely_did_not_leave_waits(box, post_office, work, fault, state, account):
    post_office.fault(fault, at="send")
    ask(post_office, work)
    assert (Outbound.objects.get().state, Account.objects.get(kind="email").state) == (state, account)
    assert post_office.sent == []


def test_a_large_mail_is_uploaded_and_goes_on_with_its_talk(box, post_office, work, monkeypatch):
    monkeypatch.setattr(gmail, "SEND_LIMIT", 100)
    ask(post_office, work)
    assert opened(post_office.sent[0])["Message-ID"] == f"<{Outbound.objects.get().provider_id}>"
    assert post_office.message(1).thrid == post_office.sent_mailbox[0].thrid
    assert post_office.commands("api")[-1] == "POST /upload/gmail/v1/users/me/messages/send?uploadType=multipart"


def test_a_talk_that_staff_deleted_is_answered_all_the_same(box, post_office, work):
    post_office.receive(a_mail(QUESTION))
    look()
    post_office.delete(1)
    work()
    assert len(post_office.sent) == 1


def test_another_way_brings_nothing_twice_and_loses_nothing(hotel, post_office):
    """From IMAP to the API, and back to IMAP when the consent is gone and there is an app password."""
    make_box(hotel, post_office, read_by="imap", password=post_office.password)
    look()
    arrive(post_office, "por IMAP")
    look()
    arrive(post_office, "entre")
    Mailbox.objects.update(read_by="gmail_api")
    assert look()[0].new == 1
    arrive(post_office, "por la API")
    assert look()[0].new == 1
    post_office.account.refresh_token = None
    post_office.expire_tokens()
    arrive(post_office, "sin consentimiento")
    assert look()[0].new == 1
    assert Mailbox.objects.get().consent_gone
    assert len(letters()) == 4


def test_the_check_goes_by_the_api(box, post_office):
    steps = list(checking.steps(Mailbox.objects.select_related("account__hotel").get()))
    assert [step.passes for step in steps] == [True, True, True, True]
    assert post_office.commands("imap") == post_office.commands("smtp") == []
    Account.objects.filter(kind="email").update(external_id="otra@hotel.example")
    [wrong] = [step for step in checking.steps(Mailbox.objects.select_related("account__hotel").get()) if not step.passes]
    assert wrong.told == post_office.address


def test_without_googles_consent_the_page_does_not_take_it(hotel, post_office, client, django_user_model):
    from tests.mail.test_setup import form

    user = django_user_model.objects.create_user("jefa", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role="hotel_admin")
    client.force_login(user)
    box = make_mailbox(hotel, post_office)
    address = reverse("admin:channels_app_mailbox_change", args=[box.pk])
    assert "primero conectá con Google" in client.post(address, form(box, read_by="gmail_api")).content.decode()
    assert client.post(address, form(box, read_by="gmail_api", refresh_token="1//x")).status_code == 302
    assert Mailbox.objects.get().read_by == "gmail_api"
