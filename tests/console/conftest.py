"""A hotel with staff at the live desk, and guests who write."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from channels_app.models import Inbound, Thread
from conversations import handoff
from conversations.models import Conversation, Guest, Identity, Message
from hotelagent.hotels.models import Membership
from reservations.models import Booking, Quote
from tests.conftest import make_account

_numbers = itertools.count(1)


@pytest.fixture
def account(hotel):
    return make_account(hotel)


def make_staff(hotel, name="eva", role="receptionist"):
    user = get_user_model().objects.create_user(username=name, first_name=name.title(), is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role=role)
    return user


def browser(user):
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def eva(hotel):
    return make_staff(hotel)


@pytest.fixture
def leo(hotel):
    return make_staff(hotel, "leo", "supervisor")


@pytest.fixture
def desk(eva):
    return browser(eva)


def make_talk(account, name="Ana Paz", *, language="es", heard=None):
    """A guest who wrote just now, answered by the receptionist."""
    number = next(_numbers)
    now = heard or timezone.now()
    phone = f"549115555{number:04d}"
    thread = Thread.objects.create(account=account, identity=f"54115555{number:04d}", address=phone, name=name, last_inbound_at=now)
    guest = Guest.objects.create(hotel=account.hotel, name=name, language=language)
    Identity.objects.create(hotel=account.hotel, guest=guest, kind="phone", value=thread.identity)
    return Conversation.objects.create(hotel=account.hotel, guest=guest, thread=thread, last_message_at=now)


def says(talk, text="hola", *, at=None, state="parked"):
    """The guest's words, as the sorter writes them."""
    now = at or timezone.now()
    letter = Inbound.objects.create(
        account=talk.thread.account, thread=talk.thread, provider_id=f"w{next(_numbers)}", kind="text", text=text, digest="d",
        provider_time=now, received_at=now, due_at=now, state=state, sender_phone=talk.thread.address,
    )  # fmt: skip
    return Message.objects.create(conversation=talk, author="guest", text=text, inbound=letter, at=now)


def waiting(account, name="Ana Paz", *, since=None, reason="asked", **more):
    """A guest who waits for a person."""
    talk = make_talk(account, name, heard=since, **more)
    says(talk, f"quiero hablar con alguien, soy {name}", at=since)
    handoff.request(talk, reason, "check_in: 2031-03-03 · adults: 2", since=since or timezone.now())
    return talk


def book(hotel, talk, check_in, *, nights=2, reference="", **values):
    """A confirmed booking of this guest."""
    now, check_out = timezone.now(), check_in + dt.timedelta(days=nights)
    lines = [{"room_type": "DBL", "count": 1, "price": "100000.00"}]
    told = {"check_in": check_in, "check_out": check_out, "adults": 2, "lines": lines, "total": Decimal(100000), "currency": "ARS"}
    quote = Quote.objects.create(hotel=hotel, guest_key=talk.guest.key, created_at=now, expires_at=now, **told)
    row = {"guest_key": talk.guest.key, "guest_name": talk.guest.name, "state": "confirmed", "confirmed_at": now, **values}
    code = reference or f"TS{next(_numbers):05d}"
    return Booking.objects.create(hotel=hotel, quote=quote, key=quote.key, reference=code, created_at=now, **told, **row)


def minutes(count):
    return dt.timedelta(minutes=count)


@pytest.fixture
def talk(account):
    return waiting(account)


class Desk:
    """One person's page: what it asks and posts."""

    def __init__(self, client, talk):
        self.client, self.talk = client, talk
        self.base = f"/console/{talk.hotel.slug}/"

    def post(self, action, **values):
        return self.client.post(f"{self.base}c/{self.talk.pk}/{action}/", values)

    def get(self, part, **values):
        return self.client.get(f"{self.base}c/{self.talk.pk}/{part}/", values)

    def send(self, text, *, key="k1", seen=None, **more):
        last = self.talk.messages.order_by("-pk").first()
        return self.post("send", text=text, key=key, seen=str(last.pk if last else 0) if seen is None else str(seen), **more)


@pytest.fixture
def page(desk, talk):
    return Desk(desk, talk)
