"""Which conversation a mail belongs to, whatever its program made of the headers (F2)."""

from __future__ import annotations

import itertools
import random

import pytest

from channels_app import mailroom
from channels_app.models import Inbound
from conversations.models import Conversation
from hotelagent.hotels.models import Hotel
from tests.fakes.mail import MailDouble
from tests.mail.conftest import a_mail, make_mailbox
from tests.mail.test_sending import again
from tests.promises import promise

pytestmark = pytest.mark.django_db

SUBJECTS = [
    "Re: Consulta",
    "RE: Consulta",
    "RV: Consulta",
    "Fwd: Consulta",
    "RES: Consulta",
    "ENC: Consulta",
    "Re: Re: AW: Consulta",
    "",
    "Otra cosa",
]
SHAPES = [
    lambda ours: {"In_Reply_To": ours, "References": ours},
    lambda ours: {"In_Reply_To": ours},
    lambda ours: {"References": f"<x@guest.example> {ours}"},
    lambda ours: {"In_Reply_To": f"Message of Tuesday {ours}"},
    lambda ours: {"References": " ".join(f"<r{number}@guest.example>" for number in range(60)) + f" {ours}"},
    lambda _ours: {"In_Reply_To": "<gone@guest.example>"},
    lambda _ours: {},
]
NAMES = ["Ana Pérez <{}>", "{}", '"Pérez, Ana" <{}>', "=?utf-8?q?Ana_P=C3=A9rez?= <{}>"]


@pytest.fixture
def houses(hotel):
    """Two hotels, a mailbox each; the second has an alias."""
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="America/Argentina/Buenos_Aires", country="AR", currency="ARS")
    with MailDouble("reservas@hotel.example") as first, MailDouble("reservas@otro.example") as second:
        make_mailbox(hotel, first)
        box = make_mailbox(other, second)
        box.aliases = ["info@otro.example"]
        box.save()
        for one in mailroom.claim(5, [row.account_id for row in type(box).objects.all()]):
            mailroom.look(one)
        yield [(hotel, first, "reservas@hotel.example"), (other, second, "reservas@otro.example"), (other, second, "info@otro.example")]


@promise("F2")
def test_two_hundred_mails_find_their_conversation(houses, work, figures):
    shuffle = random.Random(7)  # noqa: S311 - the same mails in every run
    guests = [f"guest{number}@guest.example" for number in range(10)]
    for (_hotel, office, address), guest in itertools.product(houses[:2], guests):
        office.receive(a_mail("Hola, ¿aceptan perros?", sender=guest, to=address))
    look_everywhere()
    work()
    for _number in range(6):
        again(work)
    ours = {
        (double.address, str(one["To"]).split("<")[-1].strip(">")): one["Message-ID"] for _h, double, _a in houses for one in double.sent
    }
    expected = []
    for number in range(200):
        hotel, office, address = houses[number % 3]
        guest = shuffle.choice(guests)
        shape = SHAPES[number % len(SHAPES)](ours.get((office.address, guest), "<none@x.example>"))
        sender = shuffle.choice(NAMES).format(guest if number % 4 else guest.upper())
        office.receive(
            a_mail(
                f"mensaje {number}",
                sender=sender,
                to=address,
                subject=SUBJECTS[number % len(SUBJECTS)],
                Message_ID=f"<t{number}@x.example>",
                **shape,
            )
        )
        expected.append((number, hotel.pk, guest))
    look_everywhere()
    work()
    found = {}
    for letter in Inbound.objects.filter(text__contains="mensaje").select_related("thread__conversation"):
        talk = letter.thread.conversation
        found[int(letter.text.split("mensaje ")[1])] = (talk.hotel_id, letter.thread.user_id, talk.pk)
    assert [(number, *found[number][:2]) for number, _hotel, _guest in expected] == expected
    assert Conversation.objects.count() == 20
    figures.update(
        mails=len(expected), right=sum(found[number][:2] == (hotel, guest) for number, hotel, guest in expected), conversations=20
    )


def look_everywhere():
    from channels_app.models import Mailbox

    for box in mailroom.claim(10, Mailbox.objects.values_list("account", flat=True)):
        assert mailroom.look(box).trouble == ""
