"""Mail out: threaded, once, within the day's limit, and told when it did not arrive."""

from __future__ import annotations

import datetime as dt
import email
from email.policy import default

import pytest
from django.utils import timezone

from channels_app import outbox
from channels_app.envelope import Content, ContentError
from channels_app.models import Account, AccountNotice, AccountPace, Mailbox, Outbound, Thread
from channels_app.transports.mail import MailTransport, ids, posting, reading, writing
from conversations import handoff
from conversations.models import Conversation, Event, Handoff
from tests.fakes.mail import MailDouble
from tests.mail.conftest import a_mail, look, make_mailbox
from tests.promises import promise

pytestmark = pytest.mark.django_db

QUESTION = "Hola, ¿aceptan perros?"


def ask(post_office, work, words=QUESTION, **headers):
    post_office.receive(a_mail(words, **headers))
    look()
    work()


def opened(sent):
    return email.message_from_bytes(sent.as_bytes(), policy=default)


def again(work):
    """A while later."""
    AccountPace.objects.update(next_at=None, hold_until=None)
    Thread.objects.update(pace_at=None)
    Outbound.objects.filter(state="queued").update(due_at=timezone.now())
    work()


def test_the_answer_goes_on_with_the_thread(mailbox, post_office, work):
    ask(post_office, work, "Hola, soy Ana. ¿Tienen cochera?")
    ask(post_office, work, Message_ID="<b@guest.example>", References="<a@guest.example>", subject="RE: RV: Perros")
    again(work)
    mail = opened(post_office.sent[1])
    assert mail["Subject"] == "Re: Perros"
    assert mail["In-Reply-To"] == "<b@guest.example>"
    assert mail["References"] == "<a@guest.example> <b@guest.example>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["From"] == "Hotel Prueba <reservas@hotel.example>"
    assert mail["To"] == "Ana Pérez <ana@guest.example>"
    assert {part.get_content_type() for part in mail.walk()} == {"multipart/alternative", "text/plain", "text/html"}
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for words in ("Hola Ana:", "Aceptamos perros de hasta 10 kg.", "Hotel Prueba"):
        assert words in plain
        assert words in html


def test_a_mail_greets_once_whatever_the_hello(mailbox, post_office, work):
    ask(post_office, work, "Buenas tardes, ¿aceptan perros?")
    plain = opened(post_office.sent[0]).get_body(("plain",)).get_content()
    assert "Hola Ana:" in plain and "Aceptamos perros" in plain and "uenas tardes" not in plain.split("aceptan perros")[0]


def test_a_person_writes_as_a_person(mailbox, post_office, work, admin_user):
    ask(post_office, work)
    talk = Conversation.objects.get()
    handoff.take(talk, admin_user)
    handoff.reply(talk, admin_user, "Claro, los esperamos. Firma: Eva", key="k1")
    again(work)
    mail = opened(post_office.sent[1])
    assert mail["Auto-Submitted"] is None
    assert mail["Subject"] == "Re: Consulta"
    assert "Recepción virtual" not in mail.get_body(("plain",)).get_content()


def test_reply_to_and_name_are_the_hotels_own(mailbox, post_office, work):
    Mailbox.objects.update(sender_name="Reservas · Hotel Ñandú", reply_to="atencion@hotel.example")
    ask(post_office, work)
    mail = opened(post_office.sent[0])
    assert (mail["From"].addresses[0].display_name, mail["Reply-To"]) == ("Reservas · Hotel Ñandú", "atencion@hotel.example")


def test_the_message_id_is_known_before_the_first_try_and_stays(mailbox, post_office, work):
    post_office.fault("smtp_421")
    ask(post_office, work)
    row = Outbound.objects.get()
    assert row.state == "queued"
    again(work)
    row.refresh_from_db()
    assert post_office.sent[0]["Message-ID"] == f"<{row.provider_id}>"
    assert ids.outbound_of(row.provider_id) == row.pk
    assert posting.message_id(row, mailbox) == row.provider_id


def test_nobody_else_can_make_one_of_our_ids():
    real = ids.message_id(7, 0, "hotel.example")
    assert ids.outbound_of(real) == 7
    assert ids.outbound_of(real.replace("r7.", "r8.")) is None
    assert ids.outbound_of("r7.0.00000000000000000000@hotel.example") is None


def test_a_line_cut_after_the_mail_is_settled_by_the_sent_folder(mailbox, post_office, work):
    post_office.fault("smtp_cut_after_data")
    ask(post_office, work)
    assert Outbound.objects.get().state == "unknown"
    look()
    row = Outbound.objects.get()
    assert (row.state, row.provider_id) == ("sent", posting.message_id(row, mailbox))
    again(work)
    assert len(post_office.sent) == 1


def test_what_is_not_in_the_sent_folder_goes_again_as_the_same_mail(mailbox, post_office, work):
    post_office.fault("smtp_cut_lost")
    ask(post_office, work)
    row = Outbound.objects.get()
    look()
    assert Outbound.objects.get().state == "unknown"  # the folder may be late
    Outbound.objects.update(due_at=row.due_at - dt.timedelta(seconds=61))
    look()
    again(work)
    assert [one["Message-ID"] for one in post_office.sent] == [f"<{posting.message_id(row, mailbox)}>"]
    assert Outbound.objects.get().state == "sent"


def test_a_server_that_does_not_file_what_it_sent_proves_nothing(mailbox, post_office, work, monkeypatch):
    monkeypatch.setattr("channels_app.transports.mail.imap.GMAIL", "X-NOT-GMAIL")
    post_office.fault("smtp_cut_lost")
    ask(post_office, work)
    Outbound.objects.update(due_at=timezone.now())
    look()
    again(work)
    assert Outbound.objects.get().state == "unknown"
    assert post_office.sent == []


def test_another_provider_of_outgoing_mail_has_its_own_way_in_and_proves_nothing(mailbox, post_office, work):
    with MailDouble("relay", "smtp-password") as relay:
        Mailbox.objects.update(smtp_port=relay.smtp_port, smtp_username="relay", smtp_password="smtp-password")
        ask(post_office, work)
        assert [opened(one)["To"] for one in relay.sent] == ["Ana Pérez <ana@guest.example>"]
        assert post_office.sent == []
        relay.fault("smtp_cut_after_data")
        ask(post_office, work, "¿A qué hora es el desayuno?", sender="eva@guest.example")
        again(work)
        Outbound.objects.filter(state="unknown").update(due_at=timezone.now())
        look()
        again(work)
        # It left, and the mailbox's own folder of sent mail knows nothing of it: sent again it would come twice.
        assert Outbound.objects.latest("pk").state == "unknown"
        assert len(relay.sent) == 2


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("smtp_450", "queued"), ("smtp_451", "queued"), ("smtp_454", "queued"), ("smtp_busy", "queued"), ("smtp_cut_before_data", "queued"),
        ("smtp_550_address", "failed"), ("smtp_550_policy", "failed"), ("smtp_552", "failed"), ("smtp_cut_lost", "unknown"),
    ],
)  # fmt: skip
def test_every_refusal_has_its_meaning(mailbox, post_office, work, fault, state):
    post_office.fault(fault)
    ask(post_office, work)
    assert Outbound.objects.get().state == state
    assert post_office.sent == []


def test_a_refused_password_stops_the_account_and_keeps_the_answer(mailbox, post_office, work):
    post_office.fault("smtp_auth")
    ask(post_office, work)
    assert Outbound.objects.get().state == "queued"
    assert Account.objects.get(kind="email").state == Account.State.STOPPED
    assert AccountNotice.objects.filter(kind="channel_stopped").count() == 1
    Account.objects.update(state="connected")
    again(work)
    assert len(post_office.sent) == 1


def test_a_spent_day_keeps_everything_waiting(mailbox, post_office, work):
    post_office.fault("smtp_550_limit")
    ask(post_office, work)
    row = Outbound.objects.get()
    assert (row.state, row.attempts) == ("queued", 0)
    assert AccountPace.objects.get().hold_until > timezone.now() + dt.timedelta(minutes=50)
    again(work)
    assert len(post_office.sent) == 1


@promise("F8", small=5, full=100)
def test_our_own_limit_of_a_day_holds_and_is_told_before(mailbox, post_office, work, size, figures):
    Mailbox.objects.update(daily_limit=size)
    for number in range(size + 3):
        post_office.receive(a_mail(QUESTION, sender=f"guest{number}@guest.example"))
    while look()[0].new:
        pass
    work()
    told_at = 0
    for _round in range(size + 5):
        again(work)
        told_at = told_at or (len(post_office.sent) if AccountNotice.objects.filter(kind="daily_limit").exists() else 0)
    assert (len(post_office.sent), told_at, Outbound.objects.filter(state="queued").count()) == (size, int(size * 0.8), 3)
    assert f"{told_at} of {size}" in AccountNotice.objects.get(kind="daily_limit").reason
    AccountPace.objects.update(day_began_at=timezone.now() - dt.timedelta(hours=25))
    for _number in range(4):
        again(work)
    assert len(post_office.sent) == size + 3
    figures.update(limit=size, sent=size, waited=3, told_at=f"{told_at / size:.0%}", lost=0)


@promise("F8")
def test_a_mailbox_hands_over_one_mail_a_second(mailbox, post_office, work):
    for number in range(3):
        post_office.receive(a_mail(QUESTION, sender=f"guest{number}@guest.example"))
    look()
    work()
    assert len(post_office.sent) == 1
    assert AccountPace.objects.get().next_at > timezone.now()
    Outbound.objects.filter(state="queued").update(due_at=timezone.now())
    work()
    assert len(post_office.sent) == 1  # it is the account that waits, not the letter
    again(work)
    assert len(post_office.sent) == 2


def test_one_guest_is_not_written_to_faster_than_the_pace(mailbox, post_office, work, monkeypatch):
    monkeypatch.setattr(MailTransport, "number_pace", None)
    ask(post_office, work)
    talk = Conversation.objects.get()
    for number in range(5):
        outbox.post(talk.thread, Content("text", f"nota {number}"), dedupe_key=f"n{number}", author="system")
    work()
    assert len(post_office.sent) == MailTransport.pace.burst


def test_what_comes_back_is_told_on_the_letter_and_the_address(mailbox, post_office, work, client, admin_user):
    post_office.fault("smtp_bounce")
    ask(post_office, work)
    assert Outbound.objects.get().state == "sent"
    look()
    work()
    row, thread = Outbound.objects.get(), Thread.objects.get()
    assert (row.state, row.error_text[:5]) == ("failed", "5.1.1")
    assert thread.undeliverable.startswith("5.1.1")
    client.force_login(admin_user)
    talk = Conversation.objects.get()
    assert "5.1.1" in client.get(f"/console/{talk.hotel.slug}/c/{talk.pk}/panel/").content.decode()
    assert Handoff.objects.values_list("reason", flat=True).get() == "not_delivered"
    assert Conversation.objects.count() == 1  # the daemon gets none
    ask(post_office, work)
    assert Thread.objects.get().undeliverable == ""


def test_a_letter_that_cannot_be_told_where_it_came_from_fails_nothing(mailbox, post_office):
    """Anybody can write a bounce: one that does not carry our own sealed id changes no letter."""
    talk_id = ids.message_id(1, 0, "hotel.example").replace("r1.", "r2.")
    report = (
        "From: mailer-daemon@evil.example\r\nTo: reservas@hotel.example\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ana@guest.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
        f"Content-Type: message/rfc822\r\n\r\nMessage-ID: <{talk_id}>\r\n\r\nx\r\n--b--\r\n"
    )
    thread = posting.thread_to(mailbox.account, "ana@guest.example", "Ana")
    post_office.receive(report.encode())
    look()
    thread.refresh_from_db()
    assert thread.undeliverable == ""
    assert AccountNotice.objects.filter(kind="mail_failed").count() == 1


@promise("F7")
@pytest.mark.parametrize("name", ["Ana\r\nBcc: todos@evil.example", "Ana\nX: y", 'Ana" <x@y>', "\u2028Ana", "=?utf-8?q?a=0d=0aBcc:_x?="])
def test_nothing_of_a_stranger_becomes_a_header(mailbox, post_office, work, name):
    thread = posting.thread_to(mailbox.account, "ana@guest.example", name)
    content = Content("text", "hola", mail={"subject": f"Reserva {name}"})
    outbox.post(thread, content, dedupe_key="x", author="system")
    work()
    [mail] = post_office.sent
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert [one.recipients for one in post_office.delivered] == [("ana@guest.example",)]


@pytest.mark.parametrize(
    "address", ["", "ana", "a@b@c", "ana@guest.example\r\nBcc: x@y", "ana perez@guest.example", "a" * 200 + "@b.example"]
)
def test_what_is_no_address_is_refused_before_the_network(mailbox, address):
    with pytest.raises(ContentError):
        posting.thread_to(mailbox.account, address, "Ana")


def test_a_logo_lies_inside_the_mail(mailbox, post_office, work):
    Mailbox.objects.update(logo=writing.PNG + b"rest")
    ask(post_office, work)
    parts = [part.get_content_type() for part in opened(post_office.sent[0]).walk()]
    assert parts == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert 'src="cid:logo"' in opened(post_office.sent[0]).get_body(("html",)).get_content()


def test_an_account_without_servers_of_the_operator_reaches_no_private_address(hotel, post_office):
    make_mailbox(hotel, post_office, servers_trusted=False)
    assert "given by the operator" in look()[0].trouble
    assert post_office.commands("imap") == []
    assert Event.objects.count() == 0


def test_a_domain_with_letters_of_its_own_is_one_correspondent(mailbox, post_office, work):
    """Written as people write it or as DNS has it (IDNA): answered to what every server takes."""
    for sender in ("ana@bücher.example", "Ana <ana@XN--BCHER-KVA.example>"):
        post_office.receive(f"From: {sender}\nTo: {mailbox.address}\nSubject: {sender}\n\n{QUESTION}\n".encode())
    look()
    work()
    assert Thread.objects.values_list("user_id", flat=True).get() == "ana@xn--bcher-kva.example"
    assert {one.recipients for one in post_office.delivered} == {("ana@xn--bcher-kva.example",)}


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (" Ana@Straße.Example ", "ana@xn--strae-oqa.example"),
        ("ana@guest.example", "ana@guest.example"),
        ("ana@\u2028.example", "ana@\u2028.example"),
        ("no-address", "no-address"),
    ],
)
def test_an_address_has_one_form(given, address):
    assert reading.canonical(given) == address
