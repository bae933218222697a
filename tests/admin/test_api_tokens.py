"""Tokens of other systems: everybody of the staff makes their own, and sees no one else's."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hotelagent.hotels import api_tokens
from hotelagent.hotels.models import ApiToken, Hotel
from tests.admin.conftest import browser, make_person

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:hotels_apitoken_changelist"), reverse("admin:hotels_apitoken_add")


@pytest.fixture
def hotel():
    return Hotel.objects.create(slug="alfa", name="Alfa", timezone="UTC", country="AR", currency="ARS")


def test_a_token_is_shown_once_and_works(hotel):
    client = browser(make_person("eva", hotel))
    told = client.post(ADD, {"name": "PMS", "enabled": "on"}, follow=True).content.decode()
    row = ApiToken.objects.get()
    shown = re.search(r"never shown again: ([\w-]{30,})|nunca más: ([\w-]{30,})", told)
    assert shown is not None
    assert row.digest == api_tokens.digest(shown[1] or shown[2])
    assert row.user.username == "eva"
    again = client.get(reverse("admin:hotels_apitoken_change", args=[row.pk])).content.decode()
    assert (shown[1] or shown[2]) not in again
    assert row.digest not in again


def test_nobody_sees_or_moves_anothers(hotel):
    theirs = api_tokens.keep(make_person("luz", hotel), "secreto de Luz", api_tokens.new())
    client = browser(make_person("eva", hotel))
    assert "secreto de Luz" not in client.get(LIST).content.decode()
    for page in ("change", "delete"):
        address = reverse(f"admin:hotels_apitoken_{page}", args=[theirs.pk])
        assert "secreto de Luz" not in client.get(address, follow=True).content.decode()
        client.post(address, {"post": "yes", "name": "mío"})
    theirs.refresh_from_db()
    assert (theirs.name, theirs.enabled) == ("secreto de Luz", True)


def test_a_changed_name_keeps_the_token(hotel):
    client = browser(make_person("eva", hotel))
    client.post(ADD, {"name": "PMS", "enabled": "on"})
    before = ApiToken.objects.get()
    client.post(reverse("admin:hotels_apitoken_change", args=[before.pk]), {"name": "Otro"})
    after = ApiToken.objects.get()
    assert (after.name, after.enabled, after.digest) == ("Otro", False, before.digest)


def test_guests_of_the_site_get_none(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("nobody"))
    client.post(ADD, {"name": "PMS", "enabled": "on"})
    assert ApiToken.objects.count() == 0
