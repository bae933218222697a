"""Mail in: nothing is lost, nothing comes twice, whatever the server and the line do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from channels_app import keeping, mailroom
from channels_app.models import Account, AccountNotice, Inbound, Mailbox, MailFolder, RawMail
from tests.mail.conftest import a_mail, look, make_mailbox
from tests.promises import promise

pytestmark = pytest.mark.django_db


def letters():
    return list(Inbound.objects.order_by("pk").values_list("text", flat=True))


def test_the_first_look_begins_at_now(hotel, post_office):
    post_office.receive(a_mail("de hace años", subject="Viejo"))
    make_mailbox(hotel, post_office)
    assert look()[0].new == 0
    post_office.receive(a_mail("de ahora", subject="Nuevo"))
    assert look()[0].new == 1
    assert letters() == ["Nuevo\n\nde ahora"]


def test_history_is_shown_and_never_answered(hotel, post_office, work):
    post_office.receive(a_mail("vieja pregunta: ¿hay pileta?", subject="Viejo"), received_at=timezone.now() - dt.timedelta(days=3))
    make_mailbox(hotel, post_office, import_days=7)
    assert look()[0].new == 1
    work()
    assert Inbound.objects.values_list("kind", "state").get() == ("history", "ignored")
    assert post_office.sent == []


def test_a_second_look_finds_nothing_twice(mailbox, post_office):
    for number in range(3):
        post_office.receive(a_mail(f"mail {number}", subject=f"Asunto {number}"))
    assert [look()[0].new, look()[0].new] == [3, 0]
    assert len(letters()) == RawMail.objects.count() == 3


def test_a_mail_read_on_a_phone_is_still_ours(mailbox, post_office):
    arrived = post_office.receive(a_mail("leído en el teléfono"))
    post_office.read_on_phone(arrived.uid)
    assert look()[0].new == 1


@promise("B7")
def test_nothing_is_marked_before_it_is_answered(mailbox, post_office, work):
    arrived = post_office.receive(a_mail("¿aceptan perros?"))
    look()
    assert post_office.seen_uids == []
    work()
    look()
    assert post_office.seen_uids == [arrived.uid]


def test_by_setting_nothing_is_marked_at_all(hotel, post_office, work):
    make_mailbox(hotel, post_office, mark_seen=False)
    look()
    post_office.receive(a_mail("¿aceptan perros?"))
    look()
    work()
    look()
    assert post_office.seen_uids == []


@promise("B7")
def test_a_folder_made_anew_brings_nothing_twice(mailbox, post_office):
    post_office.receive(a_mail("antes"))
    look()
    post_office.change_uidvalidity()
    post_office.receive(a_mail("después", subject="Otro"))
    assert look()[0].new == 1
    assert letters() == ["Consulta\n\nantes", "Otro\n\ndespués"]
    post_office.receive(a_mail("y más", subject="Más"))
    assert look()[0].new == 1


@promise("B7")
def test_the_same_mail_in_two_folders_is_one(mailbox, post_office):
    arrived = post_office.receive(a_mail("una vez"))
    look()
    back = post_office.move(arrived.uid, "INBOX", "[Gmail]/Trash")
    post_office.move(back, "[Gmail]/Trash", "INBOX")
    assert look()[0].new == 0


def test_without_gmails_numbers_the_content_tells_mails_apart(mailbox, post_office):
    raw = bytes(a_mail("hola, ¿hay lugar?", Message_ID="<same@guest.example>"))
    other = bytes(a_mail("hola, ¿y cochera?", Message_ID="<same@guest.example>"))
    now = timezone.now()
    assert [keeping.keep(mailbox, one, at=now) for one in (raw, raw, other)] == [True, False, True]


@promise("B7")
@pytest.mark.parametrize("fault", ["imap_bye_mid_fetch", "imap_cut_mid_literal", "imap_cut", "imap_uidvalidity"])
def test_a_line_that_breaks_in_the_middle_loses_nothing(mailbox, post_office, fault):
    for number in range(5):
        post_office.receive(a_mail(f"mail {number}", subject=f"Asunto {number}"))
    post_office.fault(fault, skip=0 if fault == "imap_uidvalidity" else 3, **({"at": "FETCH"} if fault == "imap_cut" else {}))
    look()
    Mailbox.objects.update(failures=0)
    look()
    assert sorted(letters()) == [f"Asunto {number}\n\nmail {number}" for number in range(5)]


def test_a_mail_that_always_breaks_the_line_is_told_and_passed_over(mailbox, post_office):
    post_office.receive(a_mail("antes", subject="Uno"))
    look()
    post_office.receive(a_mail("venenoso", subject="Dos"))
    post_office.receive(a_mail("después", subject="Tres"))
    # Each look asks for the headings, then for the mail: the second FETCH is the one that breaks.
    for _number in range(keeping.STUCK_LIMIT):
        post_office.fault("imap_cut", at="FETCH", skip=1)
        assert look()[0].trouble
        post_office.clear_faults()
    assert look()[0].new == 1
    assert letters() == ["Uno\n\nantes", "Tres\n\ndespués"]
    assert AccountNotice.objects.filter(kind="mail_unreadable").count() == 1
    assert look()[0].new == 0


def test_who_is_not_let_in_does_not_knock_again(mailbox, post_office):
    post_office.change_password("another")
    assert "AUTHENTICATIONFAILED" in look()[0].trouble.upper()
    account = Account.objects.get(pk=mailbox.account_id)
    assert account.state == Account.State.STOPPED
    assert AccountNotice.objects.filter(kind="channel_stopped").count() == 1
    tries = len(post_office.commands("imap"))
    assert look() == []
    assert len(post_office.commands("imap")) == tries


@pytest.mark.parametrize(("fault", "minutes"), [("imap_overquota", 14), ("imap_too_many", 14), ("imap_unavailable", 0)])
def test_a_server_that_wants_a_pause_gets_one(mailbox, post_office, fault, minutes):
    post_office.fault(fault)
    assert look()[0].trouble
    row = Mailbox.objects.get()
    assert row.next_look_at > timezone.now() + dt.timedelta(seconds=30)
    assert (row.paused_until is None) == (minutes == 0)
    if row.paused_until is not None:
        assert row.paused_until > timezone.now() + dt.timedelta(minutes=minutes)
        knocks = len(post_office.commands("imap"))
        assert "pause" in look()[0].trouble  # a push, or somebody with a token, does not shorten it
        assert len(post_office.commands("imap")) == knocks
    assert row.account.state == Account.State.CONNECTED
    assert row.lease_until is None


def test_a_server_that_is_away_is_told_after_a_while(mailbox, post_office):
    post_office.stop()
    for _number in range(mailroom.FAILURES_TOLD):
        assert look()[0].trouble
    assert AccountNotice.objects.filter(kind="mailbox_away").count() == 1
    post_office.start()
    post_office.receive(a_mail("por fin"))
    assert look()[0].new == 1
    assert Mailbox.objects.get().failures == 0


def test_a_look_that_lost_its_lease_keeps_nothing(mailbox, post_office):
    post_office.receive(a_mail("hola"))
    [mine] = mailroom.claim(1, [mailbox.account_id])
    Mailbox.objects.update(fence=mine.fence + 1)  # somebody else has it by now
    assert mailroom.look(mine).trouble == "another process looks at it"
    assert letters() == []
    assert MailFolder.objects.get(role="inbox").last_uid == 0
    Mailbox.objects.update(lease_until=None)
    assert look()[0].new == 1


def test_two_workers_never_look_at_one_mailbox(mailbox):
    assert len(mailroom.claim(5, [mailbox.account_id])) == 1
    assert mailroom.claim(5, [mailbox.account_id]) == []


def test_spam_is_kept_and_left_alone(mailbox, post_office, work):
    post_office.receive(a_mail("GANE DINERO", subject="!!!"), "[Gmail]/Spam")
    look()
    assert letters() == []  # an hour is not over
    MailFolder.objects.filter(role="junk").update(looked_at=timezone.now() - dt.timedelta(hours=2))
    post_office.receive(a_mail("¿hay lugar el 3 de marzo?", subject="Reserva", sender="eva@guest.example"), "[Gmail]/Spam")
    look()
    work()
    assert set(Inbound.objects.values_list("kind", "state", "thread")) == {("spam", "ignored", None)}
    assert (Inbound.objects.count(), post_office.sent) == (2, [])


def test_what_staff_take_out_of_the_spam_is_answered(mailbox, post_office, work):
    look()
    MailFolder.objects.filter(role="junk").update(looked_at=timezone.now() - dt.timedelta(hours=2))
    arrived = post_office.receive(a_mail("¿hay lugar del 3 al 5 de marzo para 2?", sender="eva@guest.example"), "[Gmail]/Spam")
    look()
    post_office.move(arrived.uid, "[Gmail]/Spam", "INBOX")
    look()
    work()
    assert Inbound.objects.values_list("kind", "state").get() == ("text", "answered")
    assert len(post_office.sent) == 1


@promise("F6")
def test_oauth_refreshes_its_token_and_asks_again_once_when_it_died(hotel, post_office):
    box = make_mailbox(
        hotel, post_office, password="", refresh_token=post_office.refresh_token, client_id="client-id", client_secret="client-secret"
    )
    assert look()[0].trouble == ""
    assert Mailbox.objects.get().access_token
    post_office.expire_tokens()
    post_office.receive(a_mail("hola"))
    assert (look()[0].new, look()[0].trouble) == (1, "")
    assert box.pk


def test_a_consent_that_is_gone_stops_the_account_and_asks_no_more(hotel, post_office):
    make_mailbox(
        hotel, post_office, password="", refresh_token=post_office.refresh_token, client_id="client-id", client_secret="client-secret"
    )
    look()
    post_office.change_password("new")
    Mailbox.objects.update(access_until=timezone.now())
    assert "invalid_grant" in look()[0].trouble
    assert Account.objects.get(kind="email").state == Account.State.STOPPED
    asked = len(post_office.commands("api"))
    assert look() == []
    assert len(post_office.commands("api")) == asked


@promise("F6")
def test_an_app_password_takes_over_when_the_consent_is_gone(hotel, post_office):
    make_mailbox(hotel, post_office, refresh_token="1//gone", client_id="client-id", client_secret="client-secret")
    assert look()[0].trouble == ""
    assert Account.objects.get(kind="email").state == Account.State.CONNECTED


def google_mailbox(hotel, post_office, **values):
    return make_mailbox(
        hotel, post_office, refresh_token=post_office.refresh_token, client_id="client-id", client_secret="client-secret",
        api_url=post_office.api_url, push_topic="projects/p/topics/gmail", **values,
    )  # fmt: skip


def asked_to_watch(post_office):
    return [one for one in post_office.commands("api") if "watch" in one]


@promise("F6")
def test_google_is_asked_once_a_day_to_say_when_mail_comes(hotel, post_office):
    google_mailbox(hotel, post_office)
    look()
    row = Mailbox.objects.get()
    assert row.push_until > timezone.now() + dt.timedelta(days=6, hours=23)
    look()
    assert len(asked_to_watch(post_office)) == 1
    Mailbox.objects.update(push_until=timezone.now() + dt.timedelta(days=5, hours=23))
    look()
    assert len(asked_to_watch(post_office)) == 2


@promise("F6")
@pytest.mark.parametrize("fault", ["api_403_policy", "api_429", "api_500"])
def test_without_googles_word_mail_comes_all_the_same(hotel, post_office, fault):
    google_mailbox(hotel, post_office)
    look()
    Mailbox.objects.update(push_until=None)
    post_office.fault(fault, times=3, at="watch")
    post_office.receive(a_mail("hola"))
    told = look()[0]
    assert (told.new, told.trouble) == (1, "")
    assert AccountNotice.objects.filter(kind="mail_push").count() == 1
    look()
    assert AccountNotice.objects.filter(kind="mail_push").count() == 1


@promise("F6")
def test_a_mailbox_is_looked_at_within_five_minutes_whatever_happened(mailbox, post_office):
    """Also when the look itself fails, push or no push; longest while the server is away, and then it is told."""
    assert {validator.limit_value for validator in Mailbox._meta.get_field("poll_s").validators} >= {300}
    Mailbox.objects.update(poll_s=300)
    [box] = mailroom.claim(1, [mailbox.account_id])
    assert box.next_look_at - timezone.now() <= dt.timedelta(seconds=300)
    mailroom.look(box)
    assert Mailbox.objects.get().next_look_at - timezone.now() <= dt.timedelta(seconds=300)
    post_office.fault("imap_busy")
    look()
    assert Mailbox.objects.get().next_look_at - timezone.now() <= dt.timedelta(seconds=300)
