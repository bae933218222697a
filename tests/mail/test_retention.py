"""A mail as it came is kept as long as the hotel keeps texts, and does not come twice afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker

from channels_app.models import Inbound, RawMail
from conversations import retention
from conversations.models import Conversation
from reservations.models import Booking, Quote
from tests.mail.conftest import a_mail, look

pytestmark = pytest.mark.django_db


def kept():
    return RawMail.objects.exclude(raw=b"").count()


def test_what_is_older_than_the_hotel_wants_goes_and_does_not_come_again(mailbox, post_office, work, hotel, client, admin_user):
    post_office.receive(a_mail("¿aceptan perros?"))
    look()
    work()
    row, talk, now = RawMail.objects.get(), Conversation.objects.get(), timezone.now()
    late = now + dt.timedelta(days=hotel.retention_days, hours=1)
    assert (retention.purge(now), kept()) == (0, 1)
    client.force_login(admin_user)
    page = reverse("console:mail", args=[hotel.slug, talk.pk, row.pk])
    assert client.get(page).status_code == 200
    # A later word in the talk, and a stay to come, each keep it.
    Conversation.objects.update(last_message_at=late)
    assert retention.purge(late) == 0
    Conversation.objects.update(last_message_at=now)
    stay = {"hotel": hotel, "check_in": now.date(), "check_out": late.date()}
    booking = baker.make(Booking, guest_key=talk.guest.key, state="confirmed", quote=baker.make(Quote, **stay), **stay)
    assert retention.purge(late) == 0
    booking.delete()
    assert (retention.purge(late), retention.purge(late), kept()) == (1, 0, 0)
    assert (bytes(RawMail.objects.get().raw), RawMail.objects.get().subject) == (b"", "")
    assert client.get(page).status_code == 404
    post_office.change_uidvalidity()
    assert look()[0].new == 0
    assert (Inbound.objects.count(), len(post_office.sent)) == (1, 1)
