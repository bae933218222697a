"""A hotel with a mailbox at a double of a mail provider, and guests who write to it."""

from __future__ import annotations

import itertools
from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from django.utils import timezone

from channels_app import mailroom
from channels_app.models import Account, Mailbox
from tests.fakes.mail import MailDouble

ADDRESS = "reservas@hotel.example"
_ids = itertools.count(1)


def make_mailbox(hotel, double, **values):
    account = Account.objects.create(hotel=hotel, kind="email", name="E-mail", external_id=double.address, state=Account.State.CONNECTED)
    return Mailbox.objects.create(
        account=account, imap_host=double.host, imap_port=double.imap_port, imap_tls="none", smtp_host=double.host,
        smtp_port=double.smtp_port, smtp_tls="none",
        **{"servers_trusted": True, "password": double.password, "token_url": double.token_url, **values},
    )  # fmt: skip


def a_mail(body, *, subject="Consulta", sender="Ana Pérez <ana@guest.example>", to=ADDRESS, html="", **headers):
    """A mail as a person's program writes it; header names with "_" for "-"."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = headers.pop("Message_ID", f"<m{next(_ids)}@guest.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


@pytest.fixture
def post_office():
    with MailDouble(ADDRESS) as double:
        yield double


@pytest.fixture
def mailbox(hotel, post_office):
    box = make_mailbox(hotel, post_office)
    look()  # the first look only finds where to begin
    return box


def look():
    """What the slow workers do: look at every mailbox, now."""
    return [mailroom.look(box) for box in mailroom.claim(10, Account.objects.filter(kind="email").values_list("pk", flat=True))]
