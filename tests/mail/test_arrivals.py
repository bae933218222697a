"""The mail before an arrival (NL12): once a booking and day, by the hotel's clock, and never into a person's talk (H6b)."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from channels_app import outbox
from channels_app.models import Account, Mailbox, Outbound, Thread
from channels_app.transports.mail import posting
from conversations import arrivals
from conversations.models import Conversation, DeskSettings, Guest, Identity
from reservations.models import Booking
from tests.console.conftest import book
from tests.mail.test_sending import opened
from tests.promises import promise

pytestmark = pytest.mark.django_db
ANA = "ana@guest.example"


@pytest.fixture
def day(hotel):
    """When Ana comes."""
    return hotel.local_now().date() + dt.timedelta(days=20)


@pytest.fixture
def at(hotel, day):
    """The hotel's wall clock says: so many days before Ana comes."""
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def go(days, hour=10):
            clock.move_to(dt.datetime.combine(day - dt.timedelta(days=days), dt.time(hour), hotel.zone))

        yield go


@pytest.fixture
def stay(hotel, mailbox, day):
    """Ana comes in twenty days; the hotel writes two days before, at ten."""
    Mailbox.objects.update(prearrival=True, next_arrivals_at=timezone.now())
    Thread.objects.create(account=mailbox.account, identity=f"user:{ANA}", user_id=ANA)
    guest = Guest.objects.create(hotel=hotel, name="Ana Pérez", language="es")
    Conversation.objects.create(hotel=hotel, guest=guest, thread=Thread.objects.get())
    return book(hotel, Conversation.objects.get(), day, guest_email=ANA, language="es")


def tell():
    """What the slow workers do."""
    Mailbox.objects.update(next_arrivals_at=timezone.now())
    for pk in arrivals.claim(10):
        arrivals.tell_due(pk)
    return Outbound.objects.filter(dedupe_key__startswith="arrival:").count()


def test_it_leaves_once_two_days_before_at_ten(stay, at, work, post_office, hotel):
    hotel.address = "Calle 1 & 2, Salta"
    hotel.save()
    for days, hour in ((3, 12), (2, 9), (2, 22)):
        at(days, hour)
        assert tell() == 0
    at(2)
    assert tell() == 1
    at(1)
    assert tell() == 1
    work()
    [mail] = [opened(one) for one in post_office.sent]
    assert (mail["To"], mail["Subject"]) == (ANA, f"Te esperamos en Hotel Prueba · {stay.reference}")
    plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for words in ("Hola Ana:", "¿A qué hora pensás llegar?", "desde las 15:00", "Dirección: Calle 1 & 2, Salta"):
        assert words in plain
    assert "https://www.google.com/maps/search/?api=1&query=Calle+1+%26+2%2C+Salta" in plain
    assert 'href="https://www.google.com/maps/search/?api=1&amp;query=Calle+1+%26+2%2C+Salta"' in page
    assert "calendar" not in {part.get_content_subtype() for part in mail.walk()}


def test_it_is_off_by_itself(stay, at):
    Mailbox.objects.update(prearrival=Mailbox._meta.get_field("prearrival").default)
    at(2)
    assert tell() == 0


def test_after_days_of_silence_who_has_come_gets_nothing(stay, at):
    at(0, 15)
    assert tell() == 0
    at(0, 14)
    assert tell() == 1


def test_another_day_of_arrival_is_told_anew(stay, at):
    at(2)
    tell()
    Booking.objects.update(check_in=stay.check_in + dt.timedelta(days=1), check_out=stay.check_out + dt.timedelta(days=1))
    assert tell() == 1
    at(1)
    assert tell() == 2
    assert set(Outbound.objects.values_list("dedupe_key", flat=True)) == {
        f"arrival:{stay.pk}:{stay.check_in + dt.timedelta(days=later)}" for later in (0, 1)
    }


@pytest.mark.parametrize(("days", "hour", "told"), [(2, 12, 1), (1, 14, 1), (1, 15, 0)])
def test_who_books_late_gets_it_a_day_ahead_or_not_at_all(stay, at, days, hour, told):
    at(days, hour)
    Booking.objects.update(created_at=timezone.now(), confirmed_at=timezone.now())
    at(0, 11)
    assert tell() == told


NOT_WRITTEN_TO = {
    "cancelled": lambda: Booking.objects.update(state="cancelled"),
    "changing": lambda: Booking.objects.update(state="changing"),
    "no address": lambda: Booking.objects.update(guest_email="ana@"),
    "bounced": lambda: Thread.objects.update(undeliverable="5.1.1 no such user"),
    "opted out": lambda: Guest.objects.update(opted_out=True),
    "opted out by mail": lambda: Identity.objects.create(
        hotel=Guest.objects.get().hotel,
        kind="email",
        value=ANA,
        guest=Guest.objects.create(hotel=Guest.objects.get().hotel, opted_out=True),
    ),
    "paused": lambda: DeskSettings.objects.create(hotel=Guest.objects.get().hotel, mode="paused"),
    "stopped": lambda: Account.objects.update(state="stopped"),
}


@pytest.mark.parametrize("why", NOT_WRITTEN_TO)
def test_who_is_not_written_to(stay, at, why):
    NOT_WRITTEN_TO[why]()
    at(2)
    assert tell() == 0


@promise("H6b")
@pytest.mark.parametrize(
    ("by", "owner"), [("guest", "waiting"), ("guest", "person"), ("guest", "snoozed"), ("conversation", "waiting"), ("address", "waiting")]
)
def test_nothing_while_a_person_has_to_do_with_the_guest(stay, at, by, owner, django_user_model):
    """However the talk is known to be theirs; and it leaves when the receptionist has it again."""
    talk = Conversation.objects.get()
    Booking.objects.update(
        guest_key=talk.guest.key if by == "guest" else "guest:0", conversation_ref=str(talk.pk) if by == "conversation" else ""
    )
    if by != "address":
        Thread.objects.update(user_id="x@guest.example", identity="user:x@guest.example")
    person = django_user_model.objects.create_user("eva") if owner == "person" else None
    Conversation.objects.update(owner=owner, person=person)
    at(2)
    assert tell() == 0
    Conversation.objects.update(owner="bot", person=None)
    assert tell() == 1


@promise("H6b")
@pytest.mark.parametrize(
    "change", [lambda: Conversation.objects.update(owner="waiting"), NOT_WRITTEN_TO["cancelled"], NOT_WRITTEN_TO["bounced"]]
)
def test_what_changes_while_it_waits_stops_it(stay, at, work, post_office, change):
    at(2)
    tell()
    change()
    work()
    assert Outbound.objects.get().state == "aborted"
    assert post_office.sent == []


def test_an_ordinary_letter_is_not_judged(stay, work, post_office):
    """The control: what else waits for the same guest leaves, whoever has the talk."""
    Conversation.objects.update(owner="waiting")
    thread = posting.thread_to(Account.objects.get(kind="email"), ANA, "Ana")
    outbox.post(thread, outbox.Content("text", "Hola"), dedupe_key="x", author="staff")
    work()
    assert len(post_office.sent) == 1
