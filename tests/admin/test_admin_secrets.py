"""Secrets go in and never come out; what is left empty stays as it is."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from channels_app.models import Account, MetaApp
from hotelagent.hotels.models import Hotel
from hotelagent.ops import crypto
from pms.models import Connection
from tests.admin.conftest import browser, make_person, told

SECRETS = ["signing-ALFA", "verify-ALFA", "token-ALFA", "pms-key-ALFA"]
PAGES = [(MetaApp, "channels_app_metaapp"), (Account, "channels_app_account"), (Connection, "pms_connection")]


def account_form(alfa, **values):
    account = alfa[Account]
    form = {
        "name": account.name, "enabled": "on", "display_number": "", "external_id": account.external_id, "business_id": "",
        "app": account.app_id, "access_token": "", "api_url": account.api_url, "api_version": account.api_version,
    }  # fmt: skip
    return form | values


@pytest.mark.parametrize("who", ["platform", "hotel_admin", "supervisor", "receptionist"])
def test_secrets_are_on_no_page(who, alfa):
    client = browser(make_person("somebody", alfa[Hotel], role=who) if who != "platform" else make_person("root", is_superuser=True))

    for model, name in PAGES:
        for page in (reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_change", args=[alfa[model].pk])):
            html = client.get(page).content.decode()
            assert [secret for secret in SECRETS if secret in html] == []


def test_page_tells_that_a_secret_is_set(alfa, office, desk):
    written = office.get(reverse("admin:channels_app_account_change", args=[alfa[Account].pk])).content.decode()
    read = desk.get(reverse("admin:channels_app_account_change", args=[alfa[Account].pk])).content.decode()

    assert 'type="password" name="access_token"' in written and "is set" in written
    assert 'name="access_token"' not in read and "is set" in read


def test_empty_input_keeps_the_secret(alfa, office):
    address = reverse("admin:channels_app_account_change", args=[alfa[Account].pk])

    response = office.post(address, account_form(alfa, name="New name"))

    row = Account.objects.get(pk=alfa[Account].pk)
    assert response.status_code == 302
    assert (row.name, row.access_token) == ("New name", "token-ALFA")
    assert "token" not in LogEntry.objects.get().get_change_message().lower()


def test_new_secret_is_taken_and_stored_encrypted(alfa, office, sql):
    address = reverse("admin:channels_app_account_change", args=[alfa[Account].pk])

    office.post(address, account_form(alfa, access_token=" fresh-token\n"))

    ((stored,),) = sql("SELECT access_token FROM channels_app_account WHERE id = %s", alfa[Account].pk)
    assert Account.objects.get(pk=alfa[Account].pk).access_token == "fresh-token"
    assert "fresh-token" not in stored and crypto.decrypt(stored) == "fresh-token"
    assert "fresh-token" not in LogEntry.objects.get().change_message


def test_secret_is_removed_only_when_asked(alfa, platform):
    address = reverse("admin:channels_app_metaapp_change", args=[alfa[MetaApp].pk])
    form = {"name": "app", "enabled": "on", "secret": "", "previous_secret": "", "verify_token": "", "verify_token-clear": "1"}

    platform.post(address, form)

    row = MetaApp.objects.get(pk=alfa[MetaApp].pk)
    assert (row.secret, row.verify_token) == ("signing-ALFA", "")


def test_refused_form_does_not_echo_the_secret(alfa, office):
    address = reverse("admin:channels_app_account_change", args=[alfa[Account].pk])

    response = office.post(address, account_form(alfa, name="", access_token="typed-token"))

    assert response.status_code == 200
    assert "typed-token" not in response.content.decode()
    assert Account.objects.get(pk=alfa[Account].pk).access_token == "token-ALFA"


def test_lost_key_breaks_no_page(alfa, office, settings):
    settings.ENCRYPTION_KEYS = ["another key, long enough"]

    for page in (reverse("admin:channels_app_account_changelist"), reverse("admin:channels_app_account_change", args=[alfa[Account].pk])):
        assert office.get(page).status_code == 200
    office.post(reverse("admin:channels_app_account_change", args=[alfa[Account].pk]), account_form(alfa))

    row = Account.objects.defer("access_token").get(pk=alfa[Account].pk)
    assert row.state == Account.State.NOT_CONNECTED
    assert row.state_reason == "this secret was encrypted with a key that is not in ENCRYPTION_KEYS"


def test_token_goes_nowhere_but_to_meta(alfa, office):
    address = reverse("admin:channels_app_account_change", args=[alfa[Account].pk])

    response = office.post(address, account_form(alfa, api_url="https://collector.example"))

    assert list(response.context["adminform"].form.errors) == ["api_url"]
    assert Account.objects.get(pk=alfa[Account].pk).api_url == "https://graph.facebook.com"


def test_operators_address_is_kept_until_it_is_changed(alfa, office):
    Account.objects.filter(pk=alfa[Account].pk).update(api_url="http://127.0.0.1:9", api_url_trusted=True)
    address = reverse("admin:channels_app_account_change", args=[alfa[Account].pk])

    office.post(address, account_form(alfa, api_url="http://127.0.0.1:9"))
    assert Account.objects.get(pk=alfa[Account].pk).api_url_trusted is True

    office.post(address, account_form(alfa, api_url="https://graph.facebook.com"))
    assert Account.objects.get(pk=alfa[Account].pk).api_url_trusted is False


def test_saving_tells_what_is_missing(alfa, office):
    address = reverse("admin:channels_app_account_change", args=[alfa[Account].pk])

    response = office.post(address, account_form(alfa, external_id=""), follow=True)

    row = Account.objects.get(pk=alfa[Account].pk)
    assert (row.state, row.state_reason) == ("not_connected", "missing: phone number id")
    assert f"{row.name} is not connected: missing: phone number id" in told(response)
