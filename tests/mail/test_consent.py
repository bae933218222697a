"""Google's consent, given in the back office."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from channels_app.models import Mailbox
from channels_app.transports.mail import oauth
from channels_app.transports.mail.servers import ConnectionFailed
from hotelagent.hotels.models import Hotel, Membership
from tests.mail.conftest import look, make_mailbox

pytestmark = pytest.mark.django_db
BACK = "http://testserver/admin/channels_app/mailbox/from-google/"


@pytest.fixture
def box(hotel, post_office):
    return make_mailbox(hotel, post_office, password="", client_id="client-id", client_secret="client-secret")


@pytest.fixture
def boss(hotel, client, django_user_model):
    user = django_user_model.objects.create_user("jefa", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role="hotel_admin")
    client.force_login(user)
    return client


def sent_to_google(client, box):
    answer = client.get(reverse("admin:channels_app_mailbox_google", args=[box.pk]))
    return urlsplit(answer["Location"]), {name: value[0] for name, value in parse_qs(urlsplit(answer["Location"]).query).items()}


def test_a_consent_makes_the_mailbox_work(boss, box, post_office):
    address, asked = sent_to_google(boss, box)
    assert address.netloc == "accounts.google.com"
    assert (asked["access_type"], asked["prompt"], asked["scope"]) == ("offline", "consent", "https://mail.google.com/")
    assert (asked["redirect_uri"], asked["login_hint"]) == (BACK, box.address)
    post_office.consent("4/good", BACK)
    told = boss.get(BACK, {"state": asked["state"], "code": "4/good", "scope": asked["scope"]}, follow=True)
    assert told.redirect_chain[-1][0].endswith(f"/mailbox/{box.pk}/change/")
    row = Mailbox.objects.get()
    assert (row.refresh_token, row.account.state) == (post_office.refresh_token, "connected")
    assert look()[0].trouble == ""
    assert post_office.refresh_token not in told.content.decode()


@pytest.mark.parametrize(
    ("code", "scope", "words"),
    [("4/bad", "https://mail.google.com/", "invalid_grant"), ("4/good", "openid email", "leave its box ticked"), ("", "", "access_denied")],
)
def test_what_was_not_given_is_told(boss, box, post_office, code, scope, words):
    _address, asked = sent_to_google(boss, box)
    post_office.consent("4/good", BACK, scope=scope or "x")
    query = {"state": asked["state"], "code": code} if code else {"state": asked["state"], "error": "access_denied"}
    assert words in boss.get(BACK, query, follow=True).content.decode()
    assert Mailbox.objects.get().refresh_token == ""


def test_an_answer_of_another_service_is_no_token(box, post_office):
    box.refresh_token, box.token_url = "1//refresh", post_office.token_url.replace("/token", "/gmail/v1/users/me/profile")
    with pytest.raises(ConnectionFailed, match="HTTP 401"):
        oauth.refresh(box)


def test_only_who_went_comes_back(boss, box, post_office, django_user_model, client):
    _address, asked = sent_to_google(boss, box)
    post_office.consent("4/good", BACK)
    for state in ("", "x", f"{box.pk}.guess"):
        assert boss.get(BACK, {"state": state, "code": "4/good"}).status_code == 404
    # The state was used up by the first try, right or wrong.
    assert boss.get(BACK, {"state": asked["state"], "code": "4/good"}).status_code == 404
    assert Mailbox.objects.get().refresh_token == ""


def test_another_hotels_boss_cannot_begin(box, client, django_user_model):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    user = django_user_model.objects.create_user("ajena", is_staff=True)
    Membership.objects.create(user=user, hotel=other, role="hotel_admin")
    client.force_login(user)
    assert client.get(reverse("admin:channels_app_mailbox_google", args=[box.pk])).status_code == 404


def test_without_a_project_at_google_it_says_what_is_missing(boss, hotel, post_office):
    box = make_mailbox(hotel, post_office)
    answer = boss.get(reverse("admin:channels_app_mailbox_google", args=[box.pk]), follow=True)
    assert "OAuth" in answer.content.decode()
