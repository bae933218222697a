"""Two hotels with one row of everything, and people who log in."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from channels_app.models import (
    Account,
    AccountNotice,
    Attachment,
    DeliveryReceipt,
    Inbound,
    Mailbox,
    Media,
    MetaApp,
    Outbound,
    Template,
    Thread,
)
from conversations.models import (
    CannedReply,
    Conversation,
    DeskSettings,
    Detail,
    Event,
    Fact,
    Faq,
    Guest,
    Handoff,
    Identity,
    Message,
    ModeChange,
    Note,
    PlannedReply,
    PushMessage,
    PushSubscription,
    RoomPhoto,
    StaffPhone,
    Task,
    UnansweredQuestion,
    Wording,
)
from hotelagent.hotels.models import Hotel, Membership, OpeningHours
from pms import inventory
from pms.models import Connection, Difference, Exchange, OutOfOrder, PropertyReservation, Rate, Restriction, Room, RoomType, SyncRun, Tax
from pms.terms import Stay
from reservations.models import Booking, BookingStep, DepositTerms, Hold, Quote

FIRST = dt.date(2031, 3, 3)


def furnish(slug: str, mark: str) -> dict[type, object]:
    """A hotel with one row of everything; ``mark`` stands in every text a page could show."""
    now = timezone.now()
    hotel = Hotel.objects.create(slug=slug, name=f"Hotel {mark}", timezone="America/Argentina/Buenos_Aires", country="AR", currency="ARS")
    person = make_person(f"colleague {mark}", hotel)
    OpeningHours.objects.create(hotel=hotel, weekday=0, opens="08:00", closes="20:00")
    kind = RoomType.objects.create(hotel=hotel, code=f"D{mark}"[:20], names={"es": f"Doble {mark}"})
    room = Room.objects.create(hotel=hotel, room_type=kind, number=f"1{mark}")
    stay = {"check_in": FIRST, "check_out": FIRST + dt.timedelta(days=2)}
    money = {"total": Decimal("100.00"), "currency": "ARS"}
    lines = [{"room_type": kind.code, "count": 1, "price": "100.00"}]
    people = {"guest_name": f"Guest {mark}", "guest_phone": "+5491100000000"}
    reservation = PropertyReservation.objects.create(hotel=hotel, reference=f"P{mark}", adults=2, lines=lines, **stay, **money, **people)
    inventory.take(reservation, [room], Stay(**stay))
    closed = OutOfOrder.objects.create(
        room=room, first_night=FIRST + dt.timedelta(days=10), end=FIRST + dt.timedelta(days=12), reason=f"paint {mark}"
    )
    inventory.block(closed)
    app = MetaApp.objects.create(name=f"app {mark}", secret=f"signing-{mark}", verify_token=f"verify-{mark}")
    account = Account.objects.create(
        hotel=hotel,
        kind="whatsapp",
        name=f"WhatsApp {mark}",
        external_id=f"id-{mark}",
        app=app,
        access_token=f"token-{mark}",
        state="connected",
    )
    thread = Thread.objects.create(
        account=account, identity=f"549{mark}", address="5491100000000", name=f"Guest {mark}", last_inbound_at=now
    )
    inbound = Inbound.objects.create(
        account=account, thread=thread, provider_id=f"in-{mark}", kind="text", text=f"hola {mark}", sender_name=f"Guest {mark}",
        sender_phone="5491100000000", digest=mark, provider_time=now, received_at=now, due_at=now, state="answered",
    )  # fmt: skip
    outbound = Outbound.objects.create(
        account=account, thread=thread, dedupe_key=f"out-{mark}", author="bot", content={"kind": "text", "text": f"answer {mark}", "choices": []},
        state="sent", due_at=now, created_at=now,
    )  # fmt: skip
    guest = Guest.objects.create(hotel=hotel, name=f"Guest {mark}", language="es")
    Identity.objects.create(hotel=hotel, guest=guest, kind="phone", value=f"549{mark}")
    conversation = Conversation.objects.create(hotel=hotel, guest=guest, thread=thread, last_message_at=now)
    Message.objects.create(conversation=conversation, author="guest", text=f"hola {mark}", inbound=inbound, at=now)
    Message.objects.create(conversation=conversation, author="bot", text=f"answer {mark}", outbound=outbound, at=now)
    quote = Quote.objects.create(hotel=hotel, guest_key=guest.key, adults=2, lines=lines, created_at=now, expires_at=now, **stay, **money)
    booking = Booking.objects.create(
        hotel=hotel, reference=f"R{mark}"[:12], key=uuid.uuid4(), quote=quote, adults=2, lines=lines, guest_key=guest.key, state="confirmed",
        created_at=now, confirmed_at=now, **stay, **money, **people,
    )  # fmt: skip
    BookingStep.objects.create(booking=booking, at=now, to_state="confirmed", note=f"step {mark}")
    note = Note.objects.create(conversation=conversation, user=person, text=f"note {mark}", key="k", at=now)
    planned = PlannedReply.objects.create(
        conversation=conversation, user=person, text=f"later {mark}", key="k", due_at=now + dt.timedelta(days=1)
    )
    run = SyncRun.objects.create(hotel=hotel, kind="doubles", started_at=now, ended_at=now, seen=1, found=1, error=f"error {mark}")
    browser_ = PushSubscription.objects.create(hotel=hotel, user=person, endpoint=f"https://push.example/{mark}", browser=f"browser {mark}")
    rows = [
        run, note, planned,
        Mailbox.objects.create(account=account, password=f"password-{mark}", footer=f"footer {mark}", trouble=f"trouble {mark}"),
        Template.objects.create(account=account, name=f"hello_{mark.lower()}", language="es_AR", body=f"Hola {{{{1}}}} {mark}"),
        DeskSettings.objects.create(hotel=hotel, duty_phone=f"+5491{mark}"),
        ModeChange.objects.create(hotel=hotel, user=person, before="live", after="paused"),
        Media.objects.create(
            inbound=inbound, provider_id="1", name=f"{mark}.jpg", state="kept", due_at=now, mime_type="image/jpeg", size_bytes=9,
            data=f"\xff\xd8\xff {mark}".encode("latin-1"), shown=f"\xff\xd8\xff {mark}".encode("latin-1"),
        ),
        Attachment.objects.create(thread=thread, key="k", name=f"{mark}.pdf", mime_type="application/pdf", data=f"%PDF {mark}".encode()),
        browser_,
        PushMessage.objects.create(conversation=conversation, subscription=browser_, user=person, key=mark, due_at=now, created_at=now, state="sent"),
        CannedReply.objects.create(hotel=hotel, shortcut=f"wifi-{mark.lower()}", language="es", text=f"canned {mark}"),
        StaffPhone.objects.create(hotel=hotel, user=person, number="+5491166660009", key="541166660009"),
        Task.objects.create(hotel=hotel, conversation=conversation, text=f"task {mark}", room="204", created_by=person),
        Difference.objects.create(
            hotel=hotel, run=run, kind="double", mark=mark, references=[f"R{mark}"], ours=f"ours {mark}", first_seen_at=now, last_seen_at=now,
            closed_at=now, closed_by="test",
        ),
        Exchange.objects.create(hotel=hotel, at=now, method="GET", resource=f"api/{mark}", status=200, result="ok", took_ms=3),
        hotel, kind, room, reservation, closed, app, account, inbound, outbound, guest, conversation, quote, booking,
        Rate.objects.create(room_type=kind, first_night=FIRST, end=FIRST + dt.timedelta(days=90), price=100),
        Restriction.objects.create(hotel=hotel, room_type=kind, first_night=FIRST, end=FIRST + dt.timedelta(days=9), min_stay=2),
        DepositTerms.objects.create(hotel=hotel, percent=30, texts={"es": f"alias {mark}"}),
        Tax.objects.create(hotel=hotel, name=f"IVA {mark}", percent=21),
        Connection.objects.create(hotel=hotel, api_key=f"pms-key-{mark}"),
        DeliveryReceipt.objects.create(account=account, provider_id=f"rc-{mark}", status="sent", provider_time=now, received_at=now, due_at=now),
        AccountNotice.objects.create(account=account, kind=f"kind {mark}", digest=f"n-{mark}", received_at=now),
        Hold.objects.create(quote=quote, hotel=hotel, guest_key=guest.key, room_type=kind.code, expires_at=now, created_at=now, **stay),
        Handoff.objects.create(conversation=conversation, reason="asked", summary=f"wants {mark}", opened_at=now, taken_by=person),
        Event.objects.create(hotel=hotel, conversation=conversation, type="handed_off", data={"note": mark}, user=person, at=now),
        Fact.objects.create(hotel=hotel, topic="amenity_wifi", language="es", text=f"wifi {mark}"),
        Detail.objects.create(hotel=hotel, topic="amenity_pool", names={"es": f"la pileta {mark}"}, opens=dt.time(10), closes=dt.time(20)),
        Faq.objects.create(hotel=hotel, language="es", question=f"question {mark}", answer=f"answer {mark}"),
        RoomPhoto.objects.create(hotel=hotel, room_type=kind.code, data=b"x", mime_type="image/png"),
        Wording.objects.create(hotel=hotel, language="es", key="say.thanks", text=f"¡Gracias! {mark}", user=person),
        UnansweredQuestion.objects.create(hotel=hotel, language="es", question=f"asked {mark}", words=f"asked {mark}", last_at=now),
    ]  # fmt: skip
    return {type(row): row for row in rows}


@pytest.fixture
def alfa(db):
    return furnish("alfa", "ALFA")


@pytest.fixture
def bravo(db):
    return furnish("bravo", "BRAVO")


def make_person(name, hotel=None, role="receptionist", **values):
    person = get_user_model().objects.create_user(username=name, first_name=name.title(), is_staff=True, **values)
    if hotel is not None:
        Membership.objects.create(user=person, hotel=hotel, role=role)
    return person


def browser(person) -> Client:
    """Somebody's browser, in English."""
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def receptionist(alfa):
    return make_person("lucia", alfa[Hotel])


@pytest.fixture
def hotel_admin(alfa):
    return make_person("marina", alfa[Hotel], role="hotel_admin")


@pytest.fixture
def desk(receptionist):
    return browser(receptionist)


@pytest.fixture
def office(hotel_admin):
    return browser(hotel_admin)


@pytest.fixture
def platform(db):
    return browser(make_person("root", is_superuser=True))


def told(response) -> list[str]:
    """The messages on the page one is led to."""
    return [str(message) for message in response.context["messages"]]
