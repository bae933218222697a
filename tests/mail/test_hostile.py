"""What somebody could do to a hotel by mail, and cannot."""

from __future__ import annotations

import re
import time

import pytest
from cryptography.fernet import Fernet

from channels_app import keeping
from channels_app.models import Account, AccountNotice, Inbound, Mailbox, Outbound, RawMail, Thread
from channels_app.transports.mail import ids, reading
from conversations.models import Conversation, Handoff
from reservations.models import Booking
from tests.mail.conftest import a_mail, look, make_mailbox
from tests.mail.test_booking_mails import talk_by_mail
from tests.mail.test_sending import again, ask, opened

pytestmark = pytest.mark.django_db

SEALED = ids.message_id(7, 0, "x" * 190 + ".example")


@pytest.mark.parametrize(
    "poison",
    [
        {"In_Reply_To": f"<{SEALED}>"}, {"References": f"<{SEALED}> <{'y' * 240}@x.example>"}, {"In_Reply_To": "<" + "z" * 245 + ">"},
        {"sender": "Ana <ana\x00@guest.example>"}, {"sender": "Ana\x00 <ana@guest.example>"}, {"subject": "a\x00b" * 300},
    ],
)  # fmt: skip
def test_no_head_blocks_the_mailbox(mailbox, post_office, poison):
    raw = b"".join(
        f"{name}: {value}\r\n".encode()
        for name, value in {
            "From": poison.pop("sender", "Eva <eva@guest.example>"), "To": mailbox.address, "Subject": poison.pop("subject", "x"),
            "Message-ID": "<poison@x.example>", **{name.replace("_", "-"): value for name, value in poison.items()},
        }.items()
    )  # fmt: skip
    post_office.receive(raw + b"\r\nhola\r\n")
    post_office.receive(a_mail("soy la que sigue", subject="Dos"))
    told = look()[0]
    assert told.trouble == ""
    assert Inbound.objects.filter(text__contains="soy la que sigue").exists()


def test_what_cannot_be_kept_is_passed_over_and_told(mailbox, post_office, monkeypatch):
    """Whatever breaks in us over one mail, the next one comes."""
    real = reading.read

    def broken(raw):
        if b"veneno" in raw:
            raise RuntimeError("a fault of ours")
        return real(raw)

    monkeypatch.setattr("channels_app.keeping._readable", broken)
    post_office.receive(a_mail("veneno", subject="Uno"))
    post_office.receive(a_mail("detrás", subject="Dos"))
    for _number in range(keeping.STUCK_LIMIT):
        assert "a fault of ours" in look()[0].trouble
    assert look()[0].new == 1
    assert Inbound.objects.values_list("text", flat=True).get() == "Dos\n\ndetrás"
    assert AccountNotice.objects.filter(kind="mail_unreadable").count() == 1


def test_a_pause_of_the_provider_is_no_fault_of_a_mail(mailbox, post_office):
    post_office.receive(a_mail("hola"))
    for _number in range(keeping.STUCK_LIMIT + 1):
        post_office.fault("imap_overquota", at="FETCH", skip=1)
        look()
        post_office.clear_faults()
        Mailbox.objects.update(paused_until=None)
    assert look()[0].new == 1


HEAD = b"From: mailer-daemon@x.example\r\nTo: reservas@hotel.example\r\nSubject: Undeliverable: hola\r\n"
PLAIN = HEAD.replace(b"mailer-daemon", b"ana").replace(b"Undeliverable: ", b"")
SLOW = {
    "blank lines": HEAD + b"\r\n" + b"\r\n" * 200_000,
    "dashes": PLAIN + b"\r\n" + b"-" * 400_000,
    "dashes and more": PLAIN + b"\r\nEl " + b"- " * 200_000 + b"x",
    "blanks in pre": PLAIN + b"Content-Type: text/html\r\n\r\n<pre>" + b" " * 1_000_000 + b"x</pre>",
    "parameters": PLAIN + b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\r\n\r\nhola",
    "contact": PLAIN + b"\r\nGracias\r\nAna\r\n\r\n" + b"c" + b" " * 300_000 + b"x",
    "announcement": PLAIN + b"\r\nOn " + b"a " * 100_000 + b" wrote",
    "armour": PLAIN + b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\n" + b"a::::::::\n" * 55 + b"x",
    "logo": PLAIN + b"\r\n[image" + b" " * 90_000 + b"x",
    "enriched": PLAIN + b"Content-Type: text/enriched\r\n\r\n" + b"<param>" * 100_000,
    "boxes in boxes": PLAIN + b"Content-Type: text/html\r\n\r\n<div id=appendonsend></div>" + b"<font color=blue>" * 20_000 + b"abajo",
    "marked and not": PLAIN + b"\r\n" + b">a\n" * 15_000 + b"b\n" * 15_000,
    "non-words": PLAIN + b"\r\n" + b"*.;" * 100_000 + b"P.S",
}


@pytest.mark.parametrize("raw", SLOW.values(), ids=SLOW.keys())
def test_nobody_holds_us_up_with_a_mail(raw):
    began = time.process_time()
    reading.read(raw)
    assert time.process_time() - began < 5


def test_an_answer_wanted_elsewhere_moves_nobodys_booking(mailbox, post_office, work):
    talk_by_mail(post_office, work, "Quiero reservar la doble del 10 al 12 de marzo para 2 adultos, a nombre de Ana Pérez")
    assert Conversation.objects.get().state["proposal"] is not None
    post_office.receive(a_mail("Sí, confirmar", sender="Mal <mal@evil.example>", Reply_To="ana@guest.example"))
    look()
    work()
    assert Booking.objects.filter(state="confirmed").count() == 0
    assert Handoff.objects.get().reason == "mail_relayed"


def test_a_sender_that_is_only_claimed_moves_nobodys_booking(mailbox, post_office, work):
    """A plain forged From, at a provider that writes no Authentication-Results: the yes does not answer our own mail."""
    talk_by_mail(post_office, work, "Quiero reservar la doble del 10 al 12 de marzo para 2 adultos, a nombre de Ana Pérez")
    post_office.receive(a_mail("Sí, confirmar"))
    look()
    work()
    assert Booking.objects.filter(state="confirmed").count() == 0
    assert Handoff.objects.get().reason == "mail_unproven"


def test_our_own_words_are_never_read_as_the_guests(mailbox, post_office, work):
    talk_by_mail(post_office, work, "¿Hay lugar del 10 al 12 de marzo para 2 adultos?")
    before = Conversation.objects.get().state["slots"]
    ours = opened(post_office.sent[-1]).get_body(("plain",)).get_content()
    quoted = "El dom, 22 nov 2026 a las 5:09, Hotel Prueba (<reservas@hotel.example>) escribió:\n" + "".join(
        f"> {line}\n" for line in ours.splitlines()
    )
    for number, files in enumerate((False, True)):
        mail = a_mail(
            quoted, subject="Re: Consulta", In_Reply_To=post_office.sent[-1]["Message-ID"], Message_ID=f"<only{number}@x.example>"
        )
        if files:
            mail.add_attachment(b"\xff\xd8\xff", maintype="image", subtype="jpeg", filename="dni.jpg")
        post_office.receive(mail)
        look()
        assert Inbound.objects.latest("pk").text == ""
        work()
    assert Conversation.objects.get().state["slots"] == before


def test_who_answers_a_person_is_answered_by_one(mailbox, post_office, work):
    """A talk the receptionists have with another program goes on there."""
    post_office.receive(
        a_mail("Perfecto Carla, confirmo con el descuento que me dijiste", subject="Re: Presupuesto", In_Reply_To="<CAx1@mail.gmail.com>")
    )
    look()
    work()
    assert post_office.sent == []
    assert Handoff.objects.get().reason == "mail_ongoing"


def test_a_server_that_is_away_for_long_costs_no_letter(mailbox, post_office, work):
    port = Mailbox.objects.get().smtp_port
    Mailbox.objects.update(smtp_port=1)
    ask(post_office, work)
    for _number in range(12):
        again(work)
    assert Outbound.objects.get().state == "queued"
    Mailbox.objects.update(smtp_port=port)
    again(work)
    assert len(post_office.sent) == 1


def test_a_mailbox_without_a_token_just_now_loses_nothing(hotel, post_office, work):
    box = make_mailbox(
        hotel, post_office, password="", refresh_token=post_office.refresh_token, client_id="client-id", client_secret="client-secret"
    )
    look()
    post_office.receive(a_mail("¿aceptan perros?"))
    look()
    Mailbox.objects.update(access_token="", access_until=None)
    work()
    assert Outbound.objects.get().state == "queued"
    look()
    again(work)
    assert [one["To"] for one in post_office.sent] != []
    assert box.pk


def test_long_ids_are_not_folded_inside(mailbox, post_office, work):
    long = "<" + "A" * 75 + "PR10MB1234@SN6PR10MB1234.namprd10.prod.outlook.com>"
    ask(post_office, work, Message_ID=long)
    raw = post_office.delivered[0].handed.decode()
    assert f"In-Reply-To: {long}" in raw.replace("\r\n ", " ")
    assert "=?utf-8?q?=3C" not in raw


def test_what_is_given_up_after_days_has_failed(mailbox, post_office, work):
    ask(post_office, work)
    row = Outbound.objects.get()
    report = (
        "From: mailer-daemon@x.example\r\nTo: reservas@hotel.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ana@guest.example\r\nAction: failed\r\nStatus: 4.4.1\r\n\r\n--b\r\n"
        f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{row.provider_id}>\r\n\r\n--b--\r\n"
    )
    post_office.receive(report.encode())
    look()
    work()
    row.refresh_from_db()
    assert row.state == "failed"


def test_what_is_taken_out_of_the_spam_is_judged_as_ever(mailbox, post_office, work):
    look()
    mailbox.folders.filter(role="junk").update(looked_at=None)
    arrived = post_office.receive(a_mail("Estoy de vacaciones. ¿Aceptan perros?", Auto_Submitted="auto-replied"), "[Gmail]/Spam")
    look()
    post_office.move(arrived.uid, "[Gmail]/Spam", "INBOX")
    look()
    work()
    assert Inbound.objects.values_list("kind", "state").get() == ("automatic", "ignored")
    assert post_office.sent == []


@pytest.mark.parametrize(
    "headers",
    [
        {"sender": "Sitio <reservas@hotel.example>", "to": "reservas@hotel.example"}, {"sender": "Juan <juan@@x>"}, {"sender": "x"},
        {"List_Id": "<reservas.hotel.example>", "Precedence": "list"},
    ],
)  # fmt: skip
def test_an_enquiry_with_a_strange_head_waits_for_a_person(mailbox, post_office, work, headers):
    raw = a_mail(
        "¿Hay lugar del 3 al 5 de marzo? Soy Juan, tel 11 5555 1234", **{name: value for name, value in headers.items() if name != "sender"}
    )
    octets = bytes(raw)
    if "sender" in headers:
        octets = re.sub(rb"^From: .*$", f"From: {headers['sender']}".encode(), octets, flags=re.M)
    post_office.receive(octets)
    look()
    work()
    assert Conversation.objects.get().owner == "waiting"
    assert post_office.sent == []


def test_one_mailbox_that_cannot_be_opened_stops_no_other(mailbox, post_office, hotel, work, settings):
    other = Account.objects.create(hotel=hotel, kind="email", name="Otra", external_id="otra@hotel.example", state="connected")
    box = Mailbox.objects.create(account=other, password="x", imap_host="127.0.0.1", servers_trusted=True)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_app_mailbox SET password = %s WHERE id = %s",
            ["v1:" + Fernet(Fernet.generate_key()).encrypt(b"x").decode(), box.pk],
        )
    post_office.receive(a_mail("¿aceptan perros?"))
    told = look()
    assert sorted(one.new for one in told) == [0, 1]
    assert Account.objects.get(pk=other.pk).state == "stopped"
    work()
    assert len(post_office.sent) == 1


def test_another_address_is_another_mailbox(mailbox, client, admin_user):
    from django.urls import reverse

    client.force_login(admin_user)
    account = mailbox.account
    values = {"hotel": account.hotel_id, "name": account.name, "enabled": "on", "external_id": "otra@hotel.example"}
    assert client.post(reverse("admin:channels_app_account_change", args=[account.pk]), values).status_code == 302
    assert mailbox.folders.count() == 0


def test_the_same_mail_under_two_numbers_is_answered_once(mailbox, post_office, work):
    mail = a_mail("¿aceptan perros?")
    post_office.receive(mail)
    post_office.receive(mail)
    look()
    work()
    again(work)
    assert (Inbound.objects.count(), RawMail.objects.count(), len(post_office.sent)) == (1, 1, 1)


def test_an_address_too_long_for_a_thread_breaks_no_booking(connected, mailbox, post_office, post, work):
    from tests.mail.test_booking_mails import book_on_whatsapp

    row = book_on_whatsapp(post, work, address="a" * 60 + "@" + "b" * 60 + "." + "c" * 30 + ".example")
    assert row.state == "confirmed"
    assert not Thread.objects.filter(account__kind="email").exists() or len(row.guest_email) <= 150
