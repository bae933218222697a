"""The double of a mail provider: it must refuse what Gmail refuses, and break where Gmail breaks, as Python's own clients see it."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import imaplib
import json
import re
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.mail import MailDouble

ROOT = Path(__file__).resolve().parents[2]
PLAIN = b"From: Ana <ana@example.com>\nTo: hotel@example.com\nSubject: Hola\nMessage-ID: <a1@example.com>\n\nUna consulta.\n"


@pytest.fixture
def mail() -> Iterator[MailDouble]:
    with MailDouble() as double:
        yield double


def imap(mail: MailDouble, *, box: str | None = "INBOX", readonly: bool = True, timeout: float = 5) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", mail.imap_port, timeout=timeout)
    client.login(mail.address, mail.password)
    if box is not None:
        assert client.select(f'"{box}"', readonly=readonly)[0] == "OK"
    return client


def smtp(mail: MailDouble, *, timeout: float = 5) -> smtplib.SMTP:
    client = smtplib.SMTP("127.0.0.1", mail.smtp_port, timeout=timeout)
    client.login(mail.address, mail.password)
    return client


def letter(subject: str = "Hola", *, id_: str = "<out-1@hotel.example>", to: str = "ana@example.com", **fields: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"From": "hotel@example.com", "To": to, "Subject": subject, "Message-ID": id_, **fields}.items():
        message[name.replace("_", "-")] = value
    message.set_content("Sí, hay lugar.\n.una línea con punto\n")
    return message


def xoauth2(user: str, token: str) -> bytes:
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def uids(client: imaplib.IMAP4, *keys: str) -> list[int]:
    kind, found = client.uid("SEARCH", *keys)
    assert kind == "OK"
    return [int(uid) for uid in found[0].split()]


# IMAP


def test_login_takes_the_app_password_and_nothing_else(mail: MailDouble) -> None:
    client = imaplib.IMAP4("127.0.0.1", mail.imap_port)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.login(mail.address, "wrong")

    kind, words = client.login(mail.address, mail.password)

    assert (kind, words) == ("OK", [b"hotel@example.com authenticated (Success)"])
    assert mail.commands("imap") == ["CAPABILITY", "LOGIN hotel@example.com", "LOGIN hotel@example.com"]


def test_xoauth2_takes_the_token(mail: MailDouble) -> None:
    client = imaplib.IMAP4("127.0.0.1", mail.imap_port)

    assert client.authenticate("XOAUTH2", lambda challenge: xoauth2(mail.address, mail.token))[0] == "OK"
    assert client.select()[0] == "OK"
    assert mail.token not in " ".join(mail.commands("imap"))


def test_xoauth2_refusal_comes_after_the_empty_line(mail: MailDouble) -> None:
    client, heard = imaplib.IMAP4("127.0.0.1", mail.imap_port), []

    def answer(challenge: bytes) -> bytes:
        heard.append(challenge)
        return b"" if challenge else xoauth2(mail.address, "expired")

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        client.authenticate("XOAUTH2", answer)

    assert json.loads(heard[1]) == {"status": "401", "schemes": "bearer mac", "scope": "https://mail.google.com/"}


def test_xoauth2_waits_for_ever_for_a_client_that_sends_no_empty_line(mail: MailDouble) -> None:
    with socket.create_connection(("127.0.0.1", mail.imap_port), timeout=0.3) as raw:
        raw.recv(1000)
        raw.sendall(b"a AUTHENTICATE XOAUTH2 " + base64.b64encode(xoauth2(mail.address, "expired")) + b"\r\n")
        assert raw.recv(1000).startswith(b"+ eyJ")
        with pytest.raises(TimeoutError):
            raw.recv(1000)


def test_capability_id_namespace_and_special_use(mail: MailDouble) -> None:
    client = imap(mail)

    listed = [line.decode() for line in client.list()[1]]

    assert b"X-GM-EXT-1" in client.capability()[1][0]
    assert client.xatom("ID", '("name" "receptionist")')[0] == "OK"
    assert client.namespace()[1] == [b'(("" "/")) NIL NIL']
    assert '(\\HasNoChildren) "/" "INBOX"' in listed
    assert '(\\Sent \\HasNoChildren) "/" "[Gmail]/Sent Mail"' in listed
    assert '(\\Junk \\HasNoChildren) "/" "[Gmail]/Spam"' in listed
    assert '(\\All \\HasNoChildren) "/" "[Gmail]/All Mail"' in listed


def test_mailbox_names_follow_the_language_of_the_account() -> None:
    with MailDouble(locale="es") as mail:
        client = imap(mail, box="[Gmail]/Enviados")
        kind, words = client.select('"[Gmail]/Sent Mail"')

    assert (kind, words) == ("NO", [b"[NONEXISTENT] Unknown Mailbox: [Gmail]/Sent Mail (Failure)"])


def test_select_tells_uidvalidity_uidnext_and_exists(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    mail.receive(PLAIN)

    client = imap(mail)

    assert client.response("UIDVALIDITY")[1] == [b"1"]
    assert client.response("UIDNEXT")[1] == [b"3"]
    assert client.response("EXISTS")[1] == [b"2"]


def test_search_from_a_uid_beyond_the_end_finds_the_highest(mail: MailDouble) -> None:
    assert uids(imap(mail), "UID 1:*") == []
    for _ in range(3):
        mail.receive(PLAIN)

    client = imap(mail)

    assert uids(client, "ALL") == [1, 2, 3]
    assert uids(client, "UID 2:*") == [2, 3]
    assert uids(client, "UID 4:*") == [3]


def test_search_by_date_header_and_gmail_query(mail: MailDouble) -> None:
    old = dt.datetime(2026, 11, 1, 23, 59, tzinfo=dt.UTC)
    mail.receive(PLAIN, received_at=old)
    mail.receive(PLAIN.replace(b"a1@", b"b2@"), received_at=old + dt.timedelta(minutes=1))
    client = imap(mail)

    assert uids(client, "SINCE 2-Nov-2026") == [2]
    assert uids(client, "BEFORE 2-Nov-2026") == [1]
    assert uids(client, 'HEADER Message-ID "<b2@example.com>"') == [2]
    assert uids(client, 'HEADER Message-ID "example.com"') == []
    assert uids(client, 'X-GM-RAW "rfc822msgid:a1@example.com"') == [1]
    assert uids(client, "UNSEEN NOT SUBJECT chau") == [1, 2]
    with pytest.raises(imaplib.IMAP4.error, match="Could not parse command"):
        client.uid("SEARCH", "NONSENSE")


def test_fetch_brings_octets_as_they_came_and_gmails_ids(mail: MailDouble) -> None:
    raw = PLAIN.replace(b"\n", b"\r\n") + bytes(range(128, 256)) + b") A1 OK {5}\r\n"
    arrived = mail.receive(raw, labels=["bot/handled"], received_at=dt.datetime(2026, 11, 3, 4, 5, 6, tzinfo=dt.UTC))
    client = imap(mail)

    _, found = client.uid("FETCH", "1", "(UID FLAGS INTERNALDATE RFC822.SIZE X-GM-MSGID X-GM-THRID X-GM-LABELS BODY.PEEK[])")

    head, body = found[0]
    assert body == raw
    assert (
        head
        == (
            f'1 (X-GM-THRID {arrived.thrid} X-GM-MSGID {arrived.msgid} X-GM-LABELS ("bot/handled") UID 1 RFC822.SIZE {len(raw)} '
            f'INTERNALDATE "03-Nov-2026 04:05:06 +0000" FLAGS () BODY[] {{{len(raw)}}}'
        ).encode()
    )
    assert mail.seen_uids == []


def test_header_text_fields_and_part_of_a_body(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    client = imap(mail)

    def ask(what: str) -> bytes:
        return client.uid("FETCH", "1", f"({what})")[1][0][1]

    assert ask("BODY.PEEK[HEADER]") == PLAIN.partition(b"Una")[0].replace(b"\n", b"\r\n")
    assert ask("BODY.PEEK[TEXT]") == b"Una consulta.\r\n"
    assert ask("BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]") == b"From: Ana <ana@example.com>\r\nSubject: Hola\r\n\r\n"
    assert ask("BODY.PEEK[TEXT]<4.8>") == b"consulta"


def test_bodystructure_names_the_parts(mail: MailDouble) -> None:
    message = letter()
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="pasaporte.pdf")
    mail.receive(message)

    _, found = imap(mail).uid("FETCH", "1", "(BODYSTRUCTURE)")

    assert b'("APPLICATION" "PDF" NIL NIL NIL "BASE64"' in found[0]
    assert b'("ATTACHMENT" ("FILENAME" "pasaporte.pdf"))' in found[0]


def test_body_without_peek_marks_seen_unless_examined(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    imap(mail, readonly=True).uid("FETCH", "1", "(BODY[])")
    assert mail.seen_uids == []

    imap(mail, readonly=False).uid("FETCH", "1", "(BODY[])")

    assert mail.seen_uids == [1]


def test_store_marks_seen_and_labels_but_not_after_examine(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    mail.receive(PLAIN)
    client = imap(mail, readonly=False)

    assert client.uid("STORE", "2", "+FLAGS", r"(\Seen)") == ("OK", [rb"2 (UID 2 FLAGS (\Seen))"])
    assert client.uid("STORE", "1", "+X-GM-LABELS", '("bot/handled")')[1] == [b'1 (X-GM-LABELS ("bot/handled") UID 1)']
    assert mail.seen_uids == [2]
    assert imap(mail, readonly=True).uid("STORE", "1", "+FLAGS", r"(\Seen)")[0] == "NO"
    assert mail.seen_uids == [2]


def test_a_session_learns_of_new_mail_at_noop_only(mail: MailDouble) -> None:
    client = imap(mail)
    mail.receive(PLAIN)
    assert uids(client, "ALL") == []

    client.noop()

    assert uids(client, "ALL") == [1]


def test_idle_tells_that_mail_came(mail: MailDouble) -> None:
    client = imap(mail)
    client.send(b"x1 IDLE\r\n")
    assert client.readline() == b"+ idling\r\n"

    mail.receive(PLAIN)

    assert client.readline() == b"* 1 EXISTS\r\n"
    client.send(b"DONE\r\n")
    assert client.readline() == b"x1 OK IDLE terminated (Success)\r\n"


def test_mail_moved_away_and_back_has_a_new_uid_and_the_old_id(mail: MailDouble) -> None:
    first = mail.receive(PLAIN)
    away = mail.move(first.uid, "INBOX", "[Gmail]/Spam")
    assert uids(imap(mail, box="[Gmail]/All Mail"), "ALL") == []

    back = mail.move(away, "[Gmail]/Spam", "INBOX")

    assert back == 2
    assert uids(imap(mail), f"X-GM-MSGID {first.msgid}") == [2]


def test_mail_deleted_after_the_search_cannot_be_fetched(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    client = imap(mail)
    mail.delete(1)

    assert client.uid("FETCH", "1", "(UID)") == ("NO", [b"Some messages could not be FETCHed (Failure)"])
    assert client.uid("FETCH", "99", "(UID)") == ("OK", [None])


def test_threads_need_reference_and_subject(mail: MailDouble) -> None:
    first = mail.receive(PLAIN)
    answer = mail.receive(letter("RE: Hola", id_="<x@y.z>", In_Reply_To="<a1@example.com>"))
    other = mail.receive(letter("Otra cosa", id_="<w@y.z>", In_Reply_To="<a1@example.com>"))
    forced = mail.receive(letter("Nada", id_="<v@y.z>"), thread=first.thrid)

    assert [answer.thrid == first.thrid, other.thrid == first.thrid, forced.thrid == first.thrid] == [True, False, True]


def test_append_files_a_copy(mail: MailDouble) -> None:
    client = imap(mail, box=None)

    kind, words = client.append('"[Gmail]/Sent Mail"', r"(\Seen)", '"03-Nov-2026 04:05:06 +0000"', PLAIN)

    assert (kind, words) == ("OK", [b"[APPENDUID 5 1] (Success)"])
    assert [one.message_id for one in mail.sent_mailbox] == ["<a1@example.com>"]
    assert client.append('"Nope"', None, None, PLAIN)[0] == "NO"


def test_a_sixteenth_connection_is_refused(mail: MailDouble) -> None:
    clients = [imap(mail, box=None) for _ in range(15)]
    with pytest.raises(imaplib.IMAP4.error, match="Too many simultaneous connections"):
        imap(mail)

    clients[0].logout()

    assert imap(mail).noop()[0] == "OK"


def test_a_new_uidvalidity_sends_open_sessions_away(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    mail.move(mail.receive(PLAIN).uid, "INBOX", "[Gmail]/Spam")
    client = imap(mail)
    mail.change_uidvalidity()

    with pytest.raises(imaplib.IMAP4.abort):
        client.uid("SEARCH", "ALL")

    again = imap(mail)
    assert again.response("UIDVALIDITY")[1] == [b"2"]
    assert again.response("UIDNEXT")[1] == [b"2"]


# Faults of IMAP


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("imap_auth", "AUTHENTICATIONFAILED"),
        ("imap_webalert", r"\[ALERT\] Please log in via your web browser"),
        ("imap_app_password", "Application-specific password required"),
        ("imap_too_many", "Too many simultaneous connections"),
    ],
)
def test_a_login_is_refused_as_often_as_ordered(mail: MailDouble, kind: str, words: str) -> None:
    mail.fault(kind, times=2)

    for _ in range(2):
        with pytest.raises(imaplib.IMAP4.error, match=words):
            imap(mail)

    assert imap(mail).noop()[0] == "OK"
    assert mail.faults.waiting() == []


def test_overquota_hits_any_command_or_the_one_named(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    client = imap(mail)
    mail.fault("imap_overquota", at="FETCH", skip=1)
    assert client.uid("FETCH", "1", "(UID)")[0] == "OK"
    assert client.uid("FETCH", "1", "(UID)") == ("NO", [b"[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"])

    mail.fault("imap_overquota")

    assert client.uid("SEARCH", "ALL")[0] == "NO"
    assert client.uid("SEARCH", "ALL")[0] == "OK"


def test_bye_in_the_middle_of_a_fetch(mail: MailDouble) -> None:
    for _ in range(4):
        mail.receive(PLAIN)
    client = imap(mail)
    mail.fault("imap_bye_mid_fetch")

    with pytest.raises(imaplib.IMAP4.abort):
        client.uid("FETCH", "1:4", "(BODY.PEEK[])")

    assert len(client.untagged_responses["FETCH"]) == 4  # two messages, each a literal and its closing bracket
    assert client.untagged_responses["BYE"] == [b"Session expired, please login again."]
    assert uids(imap(mail), "ALL") == [1, 2, 3, 4]


def test_a_literal_that_breaks_off(mail: MailDouble) -> None:
    mail.receive(PLAIN)
    client = imap(mail)
    mail.fault("imap_cut_mid_literal")

    with pytest.raises(imaplib.IMAP4.abort):
        client.uid("FETCH", "1", "(BODY.PEEK[])")


@pytest.mark.parametrize(("by", "error"), [(10, TimeoutError), (-10, imaplib.IMAP4.abort)])
def test_a_literal_that_lies_about_its_size(mail: MailDouble, by: int, error: type[Exception]) -> None:
    mail.receive(PLAIN)
    client = imap(mail, timeout=0.3)
    mail.fault("imap_literal_lies", by=by)

    with pytest.raises(error):
        client.uid("FETCH", "1", "(BODY.PEEK[])")


def test_a_hanging_command_runs_into_the_clients_timeout(mail: MailDouble) -> None:
    client = imap(mail, timeout=0.2)
    mail.fault("imap_hang")

    with pytest.raises(TimeoutError):
        client.noop()


def test_busy_greeting_cut_and_renumbering(mail: MailDouble) -> None:
    mail.fault("imap_busy")
    with pytest.raises(imaplib.IMAP4.error):
        imaplib.IMAP4("127.0.0.1", mail.imap_port)
    client = imap(mail)
    mail.fault("imap_cut")
    with pytest.raises(imaplib.IMAP4.abort):
        client.noop()

    mail.fault("imap_uidvalidity")

    assert [imap(mail).response("UIDVALIDITY")[1] for _ in range(2)] == [[b"2"], [b"2"]]


def test_unknown_faults_are_refused(mail: MailDouble) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        mail.fault("imap_flood")
    with pytest.raises(ValueError, match="unknown details"):
        mail.fault("imap_hang", secondes=3)


# SMTP


def test_accepted_mail_lies_in_sent_before_the_answer(mail: MailDouble) -> None:
    with smtp(mail) as client:
        client.send_message(letter())

        assert uids(imap(mail, box="[Gmail]/Sent Mail"), 'X-GM-RAW "rfc822msgid:<out-1@hotel.example>"') == [1]
    assert [one["Subject"] for one in mail.sent] == ["Hola"]
    assert mail.sent[0].get_payload(decode=True).decode() == "Sí, hay lugar.\r\n.una línea con punto\r\n"
    assert [(one.mail_from, one.recipients) for one in mail.delivered] == [("hotel@example.com", ("ana@example.com",))]
    assert mail.seen_uids == []


def test_ehlo_announces_what_there_is(mail: MailDouble) -> None:
    client = smtplib.SMTP("127.0.0.1", mail.smtp_port)
    client.ehlo()

    assert {name: client.esmtp_features[name].strip() for name in ("size", "8bitmime", "auth")} == {
        "size": "35882577",
        "8bitmime": "",
        "auth": "LOGIN PLAIN XOAUTH2",
    }


def test_smtp_wants_a_login_first(mail: MailDouble) -> None:
    client = smtplib.SMTP("127.0.0.1", mail.smtp_port)
    client.ehlo()

    assert client.mail("hotel@example.com")[0] == 530
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login(mail.address, "wrong")
    assert refused.value.smtp_code == 535
    assert mail.delivered == []


@pytest.mark.parametrize("way", ["auth_plain", "auth_login"])
def test_smtp_logs_in_by_plain_and_by_login(mail: MailDouble, way: str) -> None:
    client = smtplib.SMTP("127.0.0.1", mail.smtp_port)
    client.ehlo()
    client.user, client.password = mail.address, mail.password

    assert client.auth(way.removeprefix("auth_").upper(), getattr(client, way))[0] == 235


def test_smtp_xoauth2_refuses_after_the_empty_line(mail: MailDouble) -> None:
    client = smtplib.SMTP("127.0.0.1", mail.smtp_port)
    client.ehlo()

    code, challenge = client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(xoauth2(mail.address, "expired")).decode())
    assert (code, json.loads(base64.b64decode(challenge))["status"]) == (334, "401")
    assert client.docmd("")[0] == 535

    assert client.docmd("AUTH", "XOAUTH2 " + base64.b64encode(xoauth2(mail.address, mail.token)).decode())[0] == 235
    assert not [one for one in mail.commands("smtp") if mail.token in one]


def test_from_id_and_date_are_rewritten_as_gmail_does(mail: MailDouble) -> None:
    message = letter(id_="no brackets")
    message.replace_header("From", "Recepción <otro@example.net>")
    message["Bcc"] = "jefe@example.com"
    with smtp(mail) as client:
        client.sendmail(mail.address, ["ana@example.com", "jefe@example.com"], message.as_bytes())

    went = mail.delivered[0].message
    kept = BytesParser(policy=default).parsebytes(mail.sent_mailbox[0].raw)
    assert went["Message-ID"].endswith("@mx.google.com>")
    assert str(kept["From"]) == "Recepción <hotel@example.com>"
    assert (kept["X-Google-Original-From"], kept["Bcc"], went["Bcc"]) == ("otro@example.net", "jefe@example.com", None)
    assert went["Date"] and mail.sent[0]["Message-ID"] == "no brackets"


def test_mail_to_oneself_is_one_message_in_two_places(mail: MailDouble) -> None:
    with smtp(mail) as client:
        client.send_message(letter(to=mail.address))

    assert mail.sent_mailbox == [mail.message(1)]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"Subject: x\r\n\r\nhola\r\n", b"missing a valid address in From"),
        (b"From: a@b.c\r\nSubject: x\r\nSubject: y\r\n\r\nhola\r\n", b"duplicate headers: subject"),
    ],
)
def test_malformed_mail_is_refused_after_data(mail: MailDouble, raw: bytes, words: bytes) -> None:
    with smtp(mail) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(mail.address, ["ana@example.com"], raw)

    assert refused.value.smtp_code == 550 and words in refused.value.smtp_error
    assert (mail.sent, mail.refused) == ([], [raw])


def test_limits_of_size_recipients_and_day() -> None:
    with MailDouble(daily_limit=2) as mail, smtp(mail) as client:
        client.ehlo()
        assert client.mail(mail.address, ["SIZE=40000000"])[0] == 552
        client.mail(mail.address)
        assert {client.rcpt(f"g{n}@example.com")[0] for n in range(100)} == {250}
        assert client.rcpt("one.more@example.com")[0] == 452
        client.rset()
        client.sendmail(mail.address, ["a@example.com", "b@example.com"], letter().as_bytes())

        with pytest.raises(smtplib.SMTPDataError, match="Daily user sending limit exceeded"):
            client.send_message(letter())

        mail.new_day()
        client.send_message(letter())
        assert len(mail.sent) == 2


def test_bad_addresses_are_refused_one_by_one(mail: MailDouble) -> None:
    mail.fault("smtp_550_address", skip=1)
    with smtp(mail) as client:
        refused = client.sendmail(mail.address, ["a@example.com", "nobody@example.com"], letter().as_bytes())

    assert {address: code for address, (code, _) in refused.items()} == {"nobody@example.com": 550}
    assert mail.delivered[0].recipients == ("a@example.com",)


# Faults of SMTP


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("smtp_421", 421, "4.7.0 Try again later"),
        ("smtp_451", 451, "4.3.0"),
        ("smtp_550_limit", 550, "5.4.5 Daily user sending limit exceeded"),
        ("smtp_550_policy", 550, "5.7.1"),
        ("smtp_552", 552, "5.2.3 Your message exceeded"),
    ],
)
def test_a_mail_is_refused_as_often_as_ordered(mail: MailDouble, kind: str, code: int, words: str) -> None:
    mail.fault(kind)
    client = smtp(mail)

    with pytest.raises(smtplib.SMTPResponseException) as refused:
        client.send_message(letter())

    assert (refused.value.smtp_code, words in refused.value.smtp_error.decode()) == (code, True)
    assert (mail.sent, mail.sent_mailbox) == ([], [])
    smtp(mail).send_message(letter())
    assert len(mail.sent) == 1


@pytest.mark.parametrize(("kind", "code"), [("smtp_454", 454), ("smtp_auth", 535), ("smtp_app_password", 534)])
def test_a_login_by_smtp_is_refused(mail: MailDouble, kind: str, code: int) -> None:
    # smtplib tries PLAIN, then LOGIN: one order for each.
    mail.fault(kind, times=2)

    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        smtp(mail)

    assert refused.value.smtp_code == code
    assert smtp(mail).noop()[0] == 250


def test_cut_before_data_and_a_lost_one_leave_nothing(mail: MailDouble) -> None:
    for kind in ("smtp_cut_before_data", "smtp_cut_lost"):
        mail.fault(kind)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtp(mail).send_message(letter())

    assert (mail.sent, mail.sent_mailbox) == ([], [])


def test_cut_after_data_looks_the_same_but_the_mail_has_left(mail: MailDouble) -> None:
    mail.fault("smtp_cut_after_data")

    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp(mail).send_message(letter())

    assert len(mail.sent) == 1
    assert uids(imap(mail, box="[Gmail]/Sent Mail"), 'HEADER Message-ID "<out-1@hotel.example>"') == [1]


@pytest.mark.parametrize("commits", [True, False])
def test_a_hanging_end_of_data(mail: MailDouble, commits: bool) -> None:
    mail.fault("smtp_hang", commits=commits)
    client = smtp(mail, timeout=0.3)

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        client.send_message(letter())

    assert len(mail.sent) == int(commits)


def test_sent_may_show_a_mail_late(mail: MailDouble) -> None:
    mail.fault("smtp_sent_late")
    smtp(mail).send_message(letter())
    assert (len(mail.sent), mail.sent_mailbox) == (1, [])

    mail.release()

    deadline = time.monotonic() + 2
    while not mail.sent_mailbox and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [one.message_id for one in mail.sent_mailbox] == ["<out-1@hotel.example>"]


def test_a_bounce_comes_back(mail: MailDouble) -> None:
    mail.fault("smtp_bounce")
    smtp(mail).send_message(letter())

    report = BytesParser(policy=default).parsebytes(mail.message(1).raw)

    status = next(part for part in report.walk() if part.get_content_type() == "message/delivery-status")
    assert report.get_content_type() == "multipart/report" and report["X-Failed-Recipients"] == "ana@example.com"
    assert [group["Status"] for group in status.iter_parts()][1] == "5.1.1"
    assert "<out-1@hotel.example>" in str(list(report.iter_parts())[2])


def test_smtp_busy_greeting(mail: MailDouble) -> None:
    mail.fault("smtp_busy")

    with pytest.raises(smtplib.SMTPConnectError):
        smtplib.SMTP("127.0.0.1", mail.smtp_port)


# The Gmail API


def call(
    mail: MailDouble, method: str, path: str, body: Any = None, *, token: str | None = None, kind: str = "application/json"
) -> tuple[int, Any]:
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token or mail.token}", "Content-Type": kind}
    request = urllib.request.Request(mail.api_url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


ME = "/gmail/v1/users/me"


def refresh(mail: MailDouble, **changes: str) -> tuple[int, Any]:
    form = {
        "grant_type": "refresh_token",
        "client_id": mail.client_id,
        "client_secret": mail.client_secret,
        "refresh_token": "1//refresh",
        **changes,
    }
    return call(mail, "POST", "/token", urllib.parse.urlencode(form).encode(), kind="application/x-www-form-urlencoded")


def reason(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["errors"][0]["reason"]


def test_a_refreshed_token_opens_api_and_imap(mail: MailDouble) -> None:
    mail.expire_tokens()
    assert reason(call(mail, "GET", ME + "/profile")) == (401, "authError")

    status, answer = refresh(mail)

    assert (status, answer["expires_in"], answer["scope"]) == (200, 3599, "https://mail.google.com/")
    assert call(mail, "GET", ME + "/profile", token=answer["access_token"])[1]["emailAddress"] == mail.address
    client = imaplib.IMAP4("127.0.0.1", mail.imap_port)
    assert client.authenticate("XOAUTH2", lambda _: xoauth2(mail.address, answer["access_token"]))[0] == "OK"


def test_the_token_endpoint_refuses(mail: MailDouble) -> None:
    assert refresh(mail, refresh_token="other")[1]["error"] == "invalid_grant"
    assert refresh(mail, client_secret="other")[0] == 401
    mail.fault("api_token_500")
    assert refresh(mail)[0] == 500
    mail.fault("api_invalid_grant")
    assert [refresh(mail)[0] for _ in range(2)] == [400, 200]

    mail.change_password("ponmlkjihgfedcba")

    assert refresh(mail) == (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})


def test_history_tells_new_mail_and_get_brings_it_raw(mail: MailDouble) -> None:
    start = call(mail, "POST", ME + "/watch", {"topicName": "projects/p/topics/t", "labelIds": ["INBOX"]})[1]
    arrived = mail.receive(PLAIN)
    mail.receive(PLAIN, mailbox="[Gmail]/Spam")

    status, answer = call(mail, "GET", f"{ME}/history?startHistoryId={start['historyId']}&historyTypes=messageAdded&labelId=INBOX")

    added = [record["messagesAdded"][0]["message"] for record in answer["history"]]
    got = call(mail, "GET", f"{ME}/messages/{added[0]['id']}?format=raw")[1]
    assert (status, added) == (200, [{"id": f"{arrived.msgid:x}", "threadId": f"{arrived.thrid:x}", "labelIds": ["UNREAD", "INBOX"]}])
    assert base64.urlsafe_b64decode(got["raw"]) == PLAIN.replace(b"\n", b"\r\n")
    assert "history" not in call(mail, "GET", f"{ME}/history?startHistoryId={answer['historyId']}")[1]
    assert int(start["expiration"]) / 1000 - time.time() == pytest.approx(7 * 86400, abs=10)


def test_old_history_and_deleted_mail_are_404(mail: MailDouble) -> None:
    arrived = mail.receive(PLAIN)
    mail.delete(arrived.uid)
    assert reason(call(mail, "GET", f"{ME}/messages/{arrived.msgid:x}?format=raw")) == (404, "notFound")
    mail.forget_history()
    assert call(mail, "GET", f"{ME}/history?startHistoryId=1000")[0] == 404

    mail.fault("api_history_gone")

    now = call(mail, "GET", ME + "/profile")[1]["historyId"]
    assert [call(mail, "GET", f"{ME}/history?startHistoryId={now}")[0] for _ in range(2)] == [404, 200]


def test_list_pages_and_filters(mail: MailDouble) -> None:
    mail.receive(PLAIN, received_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=9))
    wanted = [f"{mail.receive(PLAIN).msgid:x}" for _ in range(3)]
    path = f"{ME}/messages?labelIds=INBOX&q=newer_than:7d&maxResults=2"

    first = call(mail, "GET", path)[1]
    second = call(mail, "GET", f"{path}&pageToken={first['nextPageToken']}")[1]

    assert [one["id"] for one in first["messages"] + second["messages"]] == wanted[::-1]
    assert "nextPageToken" not in second


def test_api_send_files_into_sent_and_threads_only_what_fits(mail: MailDouble) -> None:
    arrived = mail.receive(PLAIN)

    def send(message: EmailMessage, thread: str) -> tuple[int, Any]:
        return call(mail, "POST", ME + "/messages/send", {"raw": base64.urlsafe_b64encode(message.as_bytes()).decode(), "threadId": thread})

    status, fitting = send(letter("Re: Hola", In_Reply_To="<a1@example.com>", References="<a1@example.com>"), f"{arrived.thrid:x}")
    stray = send(letter("Re: Hola", id_="<out-2@hotel.example>"), f"{arrived.thrid:x}")[1]

    assert (status, fitting["labelIds"], fitting["threadId"]) == (200, ["SENT"], f"{arrived.thrid:x}")
    assert stray["threadId"] != f"{arrived.thrid:x}"
    assert send(letter(), "abc123")[0] == 404
    assert call(mail, "POST", ME + "/messages/send", {"raw": base64.b64encode(b"From: ?>?>?>").decode()})[0] == 400
    assert [one["Message-ID"] for one in mail.sent] == ["<out-1@hotel.example>", "<out-2@hotel.example>"]


def test_api_send_may_lose_its_answer(mail: MailDouble) -> None:
    mail.fault("api_cut_after_send")
    path = "/upload" + ME + "/messages/send?uploadType=media"
    with pytest.raises((ConnectionError, urllib.error.URLError)):
        call(mail, "POST", path, letter().as_bytes(), kind="message/rfc822")

    assert [one["Subject"] for one in mail.sent] == ["Hola"]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("api_401", (401, "authError")),
        ("api_403_rate", (403, "rateLimitExceeded")),
        ("api_403_policy", (403, "domainPolicy")),
        ("api_429", (429, "userRateLimitExceeded")),
        ("api_500", (500, "backendError")),
    ],
)
def test_api_refuses_as_often_as_ordered(mail: MailDouble, kind: str, answer: tuple[int, str]) -> None:
    mail.fault(kind)

    assert reason(call(mail, "GET", ME + "/messages")) == answer
    assert call(mail, "GET", ME + "/messages")[0] == 200


# The house around it


def test_tls_with_its_own_certificate() -> None:
    with MailDouble(tls=True) as mail:
        context = ssl.create_default_context(cafile=mail.ca_file)
        reader = imaplib.IMAP4_SSL("127.0.0.1", mail.imap_port, ssl_context=context, timeout=5)
        reader.login(mail.address, mail.password)
        with smtplib.SMTP_SSL("127.0.0.1", mail.smtp_port, context=context, timeout=5) as sender:
            sender.login(mail.address, mail.password)
            sender.send_message(letter())

        assert reader.select('"[Gmail]/Sent Mail"') == ("OK", [b"1"])
        with pytest.raises(ssl.SSLCertVerificationError):
            imaplib.IMAP4_SSL("127.0.0.1", mail.imap_port, ssl_context=ssl.create_default_context(), timeout=5)


def test_an_outage_keeps_ports_and_mailbox() -> None:
    with MailDouble() as mail:
        mail.receive(PLAIN)
        ports = (mail.imap_port, mail.smtp_port, mail.api_port)
        mail.stop()
        with pytest.raises(ConnectionRefusedError):
            imaplib.IMAP4("127.0.0.1", ports[0])

        mail.start()

        assert (mail.imap_port, mail.smtp_port, mail.api_port) == ports
        assert uids(imap(mail), "ALL") == [1]


def test_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.fakes.mail", "--address", "a@hotel.example", "--password", "pw", "--until-stdin-closes"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        ports = json.loads(process.stdout.readline())
        base = f"http://127.0.0.1:{ports['api_port']}/_double/"
        urllib.request.urlopen(base + "receive", PLAIN, timeout=5).close()
        urllib.request.urlopen(base + "fault", json.dumps({"kind": "smtp_451"}).encode(), timeout=5).close()
        reader = imaplib.IMAP4("127.0.0.1", ports["imap_port"], timeout=5)
        reader.login("a@hotel.example", "pw")
        exists = reader.select()
        sender = smtplib.SMTP("127.0.0.1", ports["smtp_port"], timeout=5)
        sender.login("a@hotel.example", "pw")
        with pytest.raises(smtplib.SMTPDataError):
            sender.send_message(letter())
        sender.send_message(letter())
        with urllib.request.urlopen(base + "sent", timeout=5) as response:
            sent = json.loads(response.read())
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    assert exists == ("OK", [b"1"])
    assert [(one["to"], one["subject"]) for one in sent] == [(["ana@example.com"], "Hola")]
    assert code == 0


def test_golden_mails_come_in_pairs_and_are_raw() -> None:
    folder = ROOT / "tests" / "golden" / "mails"
    mails = {path.stem: path for part in ("dev", "held") for path in folder.glob(f"{part}/*.eml")}
    words = {path.stem: path for part in ("dev", "held") for path in folder.glob(f"{part}/*.txt")}

    assert mails.keys() == words.keys() and len(mails) >= 80
    assert {name for name, path in mails.items() if path.parent.name == "dev"} == {
        name for name in mails if int(name[:3]) % 5 == 0 or int(name[:3]) >= 200
    }
    for name, path in mails.items():
        raw, text = path.read_bytes(), words[name].read_bytes().decode("utf-8")
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), f"{name} has a bare line end"
        assert text.endswith("\n") and not re.search(r"[ \t]\n|\r|\n\n\Z", text), f"{name} has loose white space"
