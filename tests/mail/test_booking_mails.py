"""A booking is told of by e-mail too, once, whatever channel made it; and who answers that mail is known."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from icalendar import Calendar

from channels_app.models import Account, Inbound, Outbound, Thread
from conversations import mails
from conversations.models import Conversation, Event, Guest, Handoff, Identity
from reservations import booking
from reservations.models import Booking
from tests.conftest import envelope, tap_message, text_message
from tests.mail.conftest import a_mail, look
from tests.mail.test_sending import again, opened
from tests.promises import promise

pytestmark = pytest.mark.django_db


def book_on_whatsapp(post, work, address="ana@guest.example"):
    """Dates, party, room, name; the PMS of the tests wants no e-mail, so it is said in passing."""
    for words in (
        "hola, quiero reservar una doble del 10 al 12 de marzo para 2 adultos", "Ana Pérez", f"mi correo es {address}",
    ):  # fmt: skip
        post(envelope(text_message(words)))
        work()
    talk = Conversation.objects.get(thread__account__kind="whatsapp")
    proposal = talk.state["proposal"]
    post(envelope(tap_message(f"yes:{proposal['key']}", "Sí, confirmar")))
    work()
    return Booking.objects.get()


def calendar_of(mail):
    [file] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert file.get_filename() == "reserva.ics"
    [event] = Calendar.from_ical(file.get_payload(decode=True)).events
    return event


@promise("D12")
def test_a_booking_made_on_whatsapp_is_confirmed_by_mail_once(connected, mailbox, post_office, post, work, hotel):
    row = book_on_whatsapp(post, work)
    assert (row.state, row.guest_email) == ("confirmed", "ana@guest.example")
    again(work)
    [mail] = [opened(one) for one in post_office.sent]
    assert mail["Subject"] == f"Reserva confirmada {row.reference} · Hotel Prueba"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain = mail.get_body(("plain",)).get_content()
    for words in (row.reference, "Ana Pérez", "Habitación doble", "$ 200.000", "miércoles 10 de marzo", "desde las 15:00"):
        assert words in plain
    event = calendar_of(mail)
    assert str(event["uid"]) == f"{row.reference}@prueba"
    assert event["dtstart"].dt.astimezone(hotel.zone).isoformat() == "2027-03-10T15:00:00-03:00"
    assert event["dtend"].dt.astimezone(hotel.zone).isoformat() == "2027-03-12T11:00:00-03:00"
    assert str(event["status"]) == "CONFIRMED"
    # Told again by the background (a turn that died): nothing new is sent.
    booking.leave_to_background(key=row.key)
    again(work)
    assert len(post_office.sent) == 1


def test_a_cancellation_takes_the_stay_out_of_the_calendar(connected, mailbox, post_office, post, work):
    row = book_on_whatsapp(post, work)
    first = Outbound.objects.get(dedupe_key=f"mail:{row.pk}:confirmed").content["mail"]["event"]
    booking.cancel(row, actor="guest")
    again(work)
    again(work)
    mail = opened(post_office.sent[-1])
    assert mail["Subject"].startswith("Reserva cancelada")
    event = calendar_of(mail)
    assert (str(event["status"]), str(event["uid"])) == ("CANCELLED", first["uid"])
    assert event["sequence"] > first["sequence"]


def test_a_refused_cancellation_tells_no_lie(connected, mailbox, post_office, post, work):
    row = book_on_whatsapp(post, work)
    row.reason = "cancel_refused"
    mails.tell_of(row)
    assert Outbound.objects.filter(account__kind="email").count() == 1


def test_without_an_address_or_a_mailbox_there_is_no_mail(connected, post, work, hotel):
    row = book_on_whatsapp(post, work)
    assert row.state == "confirmed"
    assert not Outbound.objects.filter(dedupe_key__startswith="mail:").exists()


@promise("D12")
def test_a_mail_that_fails_leaves_the_booking_and_staff_see_it(connected, mailbox, post_office, post, work):
    post_office.fault("smtp_550_address")
    row = book_on_whatsapp(post, work)
    again(work)
    row.refresh_from_db()
    talk = Conversation.objects.get(thread__account__kind="whatsapp")
    assert row.state == "confirmed"
    assert Outbound.objects.get(dedupe_key__startswith="mail:").state == "failed"
    assert Event.objects.filter(conversation=talk, type="not_delivered").exists()
    assert Handoff.objects.get(conversation=talk).reason == "not_delivered"


def test_an_address_that_is_none_leaves_the_booking(connected, mailbox, post_office, post, work):
    with mock.patch("conversations.mails.posting.thread_to", side_effect=mails.ContentError("no address")):
        row = book_on_whatsapp(post, work)
    assert row.state == "confirmed"


def test_a_stopped_account_keeps_the_mail_for_later(connected, mailbox, post_office, post, work):
    Account.objects.filter(kind="email").update(state="stopped")
    book_on_whatsapp(post, work)
    assert post_office.sent == []
    Account.objects.filter(kind="email").update(state="connected")
    again(work)
    assert len(post_office.sent) == 1


def test_who_answers_the_confirmation_is_the_guest_of_the_chat(connected, mailbox, post_office, post, work):
    book_on_whatsapp(post, work)
    again(work)
    sent = post_office.sent[0]
    post_office.receive(a_mail("¿Aceptan perros?", subject="Re: x", In_Reply_To=sent["Message-ID"]))
    look()
    work()
    assert Guest.objects.count() == 1
    assert set(Identity.objects.values_list("kind", flat=True)) == {"phone", "email"}
    assert Conversation.objects.filter(guest=Guest.objects.get()).count() == 2


def test_the_same_address_alone_proves_nothing(connected, mailbox, post_office, post, work):
    """The control: somebody who only knows the address, or answers from another one, is a new guest."""
    book_on_whatsapp(post, work)
    again(work)
    sent = post_office.sent[0]
    post_office.receive(a_mail("¿Aceptan perros?"))
    post_office.receive(a_mail("¿Aceptan gatos?", subject="Re: x", sender="otro@guest.example", In_Reply_To=sent["Message-ID"]))
    look()
    work()
    assert Guest.objects.count() == 3
    assert Conversation.objects.values("guest").distinct().count() == 3


def test_a_stranger_on_the_thread_learns_nothing_of_the_booking(connected, mailbox, post_office, post, work):
    row = book_on_whatsapp(post, work)
    again(work)
    sent = post_office.sent[0]
    post_office.receive(a_mail("Quiero cancelar mi reserva", subject="Re: x", sender="otro@guest.example", In_Reply_To=sent["Message-ID"]))
    look()
    work()
    again(work)
    words = opened(post_office.sent[-1]).get_body(("plain",)).get_content()
    assert row.reference not in words
    assert "10 de marzo" not in words
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_a_linked_guest_still_needs_code_and_surname_by_mail(connected, mailbox, post_office, post, work):
    row = book_on_whatsapp(post, work)
    again(work)
    sent = post_office.sent[0]
    post_office.receive(a_mail("Quiero cancelar mi reserva", subject="Re: x", In_Reply_To=sent["Message-ID"]))
    look()
    work()
    again(work)
    assert row.reference not in opened(post_office.sent[-1]).get_body(("plain",)).get_content()
    row.refresh_from_db()
    assert row.state == "confirmed"


def talk_by_mail(post_office, work, words):
    last = post_office.sent[-1] if post_office.sent else None
    headers = {"subject": last["Subject"], "In_Reply_To": last["Message-ID"]} if last else {}
    post_office.receive(a_mail(words, **headers))
    look()
    work()
    again(work)
    return opened(post_office.sent[-1]).get_body(("plain",)).get_content()


def test_a_whole_booking_by_mail(mailbox, post_office, work):
    said = talk_by_mail(post_office, work, "Buenas tardes,\n\nQuisiera una habitación para dos adultos del 10 al 12 de marzo.\n\nAna Pérez")
    assert "Respondé a este correo con el número de la opción" in said
    assert "1. Habitación doble – $ 200.000" in said
    said = talk_by_mail(
        post_office, work, "1\n\nEl mié, 3 mar 2027 a las 10:22, Hotel Prueba (<reservas@hotel.example>) escribió:\n> Hola Ana:\n> …"
    )
    assert "A nombre de Ana Pérez" in said  # who signed the letter
    assert "Podés responder: «Sí, confirmar», «No»" in said
    assert "el lugar y el precio se confirman en ese momento" in said
    talk_by_mail(post_office, work, "«Sí, confirmar»\n\nAna")
    row = Booking.objects.get()
    assert (row.state, row.guest_email, row.channel) == ("confirmed", "ana@guest.example", "email")
    again(work)
    subjects = [one["Subject"] for one in map(opened, post_office.sent)]
    assert [one for one in subjects if row.reference in one] == [f"Reserva confirmada {row.reference} · Hotel Prueba"]


def test_by_mail_a_summary_is_good_for_a_day(mailbox, post_office, work):
    talk_by_mail(post_office, work, "Quiero reservar la doble del 10 al 12 de marzo para 2 adultos, a nombre de Ana Pérez")
    talk = Conversation.objects.get()
    expires = dt.datetime.fromisoformat(talk.state["proposal"]["expires_at"])
    assert dt.timedelta(hours=23) < expires - talk.last_message_at < dt.timedelta(hours=25)


def test_samples_of_every_mail_can_be_made(hotel):
    before = (Booking.objects.count(), Outbound.objects.count(), Thread.objects.count(), Inbound.objects.count())
    for language in ("es", "en", "pt"):
        found = dict(mails.samples(hotel, language))
        assert set(found) == {"confirmed", "changed", "cancelled", "arrival", "answer", "calling"}
        assert all(content.text and content.language == language for content in found.values())
    assert before == (Booking.objects.count(), Outbound.objects.count(), Thread.objects.count(), Inbound.objects.count())
