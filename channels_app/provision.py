"""The ``channels`` section of a provisioning file, and the demo account made from the environment."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from django.conf import settings

from channels_app.models import Account, MetaApp
from hotelagent.hotels.documents import Field, Table
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

DEMO_ACCOUNT = "WhatsApp"


def apply_channels(hotel: Hotel, document: Table) -> None:
    if "channels" not in document:
        return
    for item in document["channels"].items():
        table = item.table(
            required=("kind", "name"),
            optional=(
                "phone_number_id", "business_account_id", "display_number", "api_url", "api_version", "access_token", "app_secret",
                "previous_app_secret", "verify_token", "app",
            ),
        )  # fmt: skip
        kind = table["kind"].choice(tuple(Account.Kind.values))
        account, _created = Account.objects.get_or_create(hotel=hotel, kind=kind, name=table["name"].text(maximum=80))
        if kind == Account.Kind.WEBCHAT:
            account.state = Account.State.CONNECTED
        else:
            _whatsapp(account, table)
        account.save()


def _whatsapp(account: Account, table: Table) -> None:
    account.external_id = table.get("phone_number_id", Field.text, account.external_id)
    account.business_id = table.get("business_account_id", Field.text, account.business_id)
    account.display_number = table.get("display_number", Field.text, account.display_number)
    account.api_version = table.get("api_version", Field.text, account.api_version)
    if "api_url" in table:
        account.api_url, account.api_url_trusted = _base(table["api_url"]), True
    account.access_token = table.get("access_token", Field.secret, account.access_token)
    app, _created = MetaApp.objects.get_or_create(name=table.get("app", Field.text, f"{account.hotel.slug} · {account.name}"))
    app.secret = table.get("app_secret", Field.secret, app.secret)
    app.previous_secret = table.get("previous_app_secret", Field.secret, app.previous_secret)
    app.verify_token = table.get("verify_token", Field.secret, app.verify_token)
    app.save()
    account.app = app
    judge(account)


def _base(field: Field) -> str:
    url = field.text().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise field.error("must be scheme://host[:port][/prefix][/vNN.N]")
    return url


def judge(account: Account) -> None:
    """Connected, or not and why: by what is filled in. The caller saves."""
    missing = [
        name
        for name, value in (
            ("phone number id", account.external_id),
            ("access token", account.access_token),
            ("app secret", account.app.secret if account.app else ""),
        )
        if not value
    ]
    if missing:
        account.state, account.state_reason = Account.State.NOT_CONNECTED, f"missing: {', '.join(missing)}"
    else:
        account.state, account.state_reason = Account.State.CONNECTED, ""


def account_from_environment(hotel_slug: str) -> None:
    """At every start the WhatsApp variables become the demo hotel's account; without them it says "not connected"."""
    hotel = Hotel.objects.filter(slug=hotel_slug).first()
    if hotel is None:
        return
    given = settings.WHATSAPP
    account, _created = Account.objects.get_or_create(hotel=hotel, kind=Account.Kind.WHATSAPP, name=DEMO_ACCOUNT)
    if not given["access_token"] and not given["phone_number_id"]:
        if not account.external_id:
            account.state, account.state_reason = Account.State.NOT_CONNECTED, "no WHATSAPP_* variables"
            account.save(update_fields=["state", "state_reason"])
        return
    app, _created = MetaApp.objects.get_or_create(name=f"{hotel.slug} · {DEMO_ACCOUNT}")
    app.secret, app.verify_token, app.enabled = given["app_secret"], given["verify_token"], True
    app.save()
    account.app = app
    account.external_id, account.access_token = given["phone_number_id"], given["access_token"]
    account.business_id, account.display_number = given["business_account_id"], given["display_number"]
    account.api_url, account.api_url_trusted = given["api_url"], True
    judge(account)
    account.save()
    log.info("WhatsApp account from the environment", account=account.pk, state=account.state)
