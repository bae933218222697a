"""One guest with several addresses: put together by a person, shown together, taken apart again."""

import datetime as dt

import pytest

from channels_app.models import Account
from conversations import linking
from conversations.console import canned
from conversations.models import Event, Guest, Identity
from hotelagent.hotels.models import Hotel
from tests.console.conftest import Desk, book, make_talk


@pytest.fixture
def by_mail(account):
    """The same person by e-mail, whom nobody knows to be the same yet."""
    row = make_talk(Account.objects.create(hotel=account.hotel, kind="email", name="Mail", external_id="m@hotel.example"), "A. Paz")
    Identity.objects.filter(guest=row.guest).update(kind="email", value="ana.paz@guest.example")
    return row


@pytest.fixture
def page(desk, account):
    talk = make_talk(account, "Ana Paz")
    book(
        account.hotel,
        talk,
        account.hotel.local_now().date() + dt.timedelta(days=3),
        reference="ANA123",
        guest_email="Ana.Paz@guest.example",
    )
    return Desk(desk, talk)


def test_who_booked_with_that_mail_is_offered_and_then_shown_as_one_until_taken_apart(page, by_mail, desk, eva):
    other = Desk(desk, by_mail)
    offered = page.get("panel").content.decode()
    before = other.get("panel").content.decode()

    linked = page.post("same", guest=str(by_mail.guest_id)).content.decode()
    seen = other.get("panel").content.decode()
    by_mail.guest.refresh_from_db()
    filled = canned.values_for(by_mail, eva)["es"]["stay.reference"]
    parted = other.post("apart", guest=str(page.talk.guest_id)).content.decode()

    assert "Perhaps the same guest" in offered and "ana.paz@guest.example" in offered and "ANA123" not in before
    assert "Also writes as" in linked and "Perhaps" not in linked and f"/c/{by_mail.pk}/" in linked
    assert "ANA123" in seen and "Found by the phone" not in seen and filled == "ANA123"
    assert "Also writes as" not in parted and "ANA123" not in parted
    assert Guest.objects.exclude(same_as=None).count() == 0
    assert [row.type for row in Event.objects.filter(conversation=by_mail).order_by("pk")][-2:] == ["linked", "parted"]


def test_by_address_and_only_of_ones_own_hotel(page, by_mail):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    foreign = Guest.objects.create(hotel=other, name="Ana Paz")
    Identity.objects.create(hotel=other, guest=foreign, kind="email", value="foreign@guest.example")

    assert page.post("same", address="nobody@guest.example").status_code == 422
    assert page.post("same", address="foreign@guest.example").status_code == 422
    assert page.post("same", guest=str(foreign.pk)).status_code == 422
    assert page.post("same", address="ANA.paz@guest.example ").status_code == 200
    by_mail.guest.refresh_from_db()
    foreign.refresh_from_db()
    assert by_mail.guest.same_as == page.talk.guest and foreign.same_as is None
    assert "Ana Paz" not in "".join(str(one) for one in linking.candidates(page.talk.guest, linking.group(page.talk.guest)))


def test_three_are_one_and_whoever_goes_leaves_the_others_together(account, eva):
    one, two, three = (make_talk(account, name).guest for name in ("A", "B", "C"))

    linking.link(one, two, eva)
    three.refresh_from_db()
    two.refresh_from_db()
    linking.link(two, three, eva)
    linking.link(two, three, eva)
    together = [row.pk for row in linking.group(Guest.objects.get(pk=three.pk))]
    linking.part(Guest.objects.get(pk=one.pk), eva)

    assert together == [three.pk, one.pk, two.pk]
    assert {row.pk for row in linking.group(Guest.objects.get(pk=three.pk))} == {two.pk, three.pk}
    assert linking.group(Guest.objects.get(pk=one.pk)) == [one]
    assert Event.objects.filter(type="linked").count() == 4
