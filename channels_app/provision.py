"""The ``channels`` section of a provisioning file, and the demo account made from the environment."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from channels_app.models import Account, Mailbox, MailFolder, MetaApp
from hotelagent.hotels.documents import Field, Table
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

DEMO_ACCOUNT, DEMO_MAILBOX = "WhatsApp", "E-mail"
MAILBOX_KEYS = (
    "address", "aliases", "sender_name", "reply_to", "username", "app_password", "client_id", "client_secret", "refresh_token",
    "read_by", "push_topic", "imap_host", "imap_port", "imap_tls", "smtp_host", "smtp_port", "smtp_tls", "smtp_username", "smtp_password",
    "provider", "provider_key", "provider_domain", "provider_url", "webhook_secret",
    "poll_seconds", "mark_seen", "import_days", "daily_limit", "prearrival", "prearrival_days",
    "prearrival_hour", "colour", "footer",
)  # fmt: skip
# Which mailbox it is, and what lets us in.
IS_WHICH = ("imap_host", "imap_port", "username")
LETS_IN = ("username", "password", "client_id", "client_secret", "refresh_token", "token_url")
TLS_PORTS, STARTTLS_PORTS = {465, 993}, {25, 143, 587}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def apply_channels(hotel: Hotel, document: Table) -> None:
    if "channels" not in document:
        return
    for item in document["channels"].items():
        table = item.table(
            required=("kind", "name"),
            optional=(
                "phone_number_id", "business_account_id", "display_number", "api_url", "api_version", "access_token", "app_secret",
                "previous_app_secret", "verify_token", "app", *MAILBOX_KEYS,
            ),
        )  # fmt: skip
        kind = table["kind"].choice(tuple(Account.Kind.values))
        account, _created = Account.objects.get_or_create(hotel=hotel, kind=kind, name=table["name"].text(maximum=80))
        if kind == Account.Kind.EMAIL:
            _email(account, table)
        elif kind == Account.Kind.WHATSAPP:
            _whatsapp(account, table)
        judge(account)
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


def _email(account: Account, table: Table) -> None:
    account.external_id = table.get("address", _address, account.external_id)
    box = _mailbox_of(account)
    box.aliases = [_address(one) for one in table["aliases"].items()] if "aliases" in table else box.aliases
    box.sender_name = table.get("sender_name", Field.text, box.sender_name)
    box.reply_to = table.get("reply_to", _address, box.reply_to)
    box.username = table.get("username", Field.text, box.username)
    box.password = table.get("app_password", Field.secret, box.password)
    box.client_id = table.get("client_id", Field.text, box.client_id)
    box.client_secret = table.get("client_secret", Field.secret, box.client_secret)
    box.refresh_token = table.get("refresh_token", Field.secret, box.refresh_token)
    box.read_by = table.get("read_by", lambda field: field.choice(tuple(Mailbox.Way.values)), box.read_by)
    box.push_topic = table.get("push_topic", Field.text, box.push_topic)
    for name in ("imap", "smtp"):
        host, port = f"{name}_host", f"{name}_port"
        if host in table or port in table:
            box.servers_trusted = True
        setattr(box, host, table.get(host, Field.text, getattr(box, host)))
        setattr(box, port, table.get(port, lambda field: field.integer(minimum=1, maximum=65535), getattr(box, port)))
        tls = usual_tls(getattr(box, host), getattr(box, port))
        setattr(box, f"{name}_tls", table.get(f"{name}_tls", lambda field: field.choice(tuple(Mailbox.Tls.values)), tls))
    box.smtp_username = table.get("smtp_username", Field.text, box.smtp_username)
    box.smtp_password = table.get("smtp_password", Field.secret, box.smtp_password)
    box.provider = table.get("provider", _provider, box.provider)
    box.provider_key = table.get("provider_key", Field.secret, box.provider_key)
    box.provider_domain = table.get("provider_domain", Field.text, box.provider_domain)
    box.provider_url = table.get("provider_url", _base, box.provider_url)
    box.webhook_secret = table.get("webhook_secret", Field.secret, box.webhook_secret)
    box.poll_s = table.get("poll_seconds", lambda field: field.integer(minimum=30, maximum=300), box.poll_s)
    box.mark_seen = table.get("mark_seen", Field.boolean, box.mark_seen)
    box.import_days = table.get("import_days", lambda field: field.integer(maximum=30), box.import_days)
    box.daily_limit = table.get("daily_limit", lambda field: field.integer(minimum=1, maximum=1_000_000), box.daily_limit)
    box.prearrival = table.get("prearrival", Field.boolean, box.prearrival)
    box.prearrival_days = table.get("prearrival_days", lambda field: field.integer(minimum=1, maximum=14), box.prearrival_days)
    box.prearrival_hour = table.get("prearrival_hour", lambda field: field.integer(minimum=6, maximum=20), box.prearrival_hour)
    box.colour = table.get("colour", _colour, box.colour)
    box.footer = table.get("footer", lambda field: field.text(maximum=500), box.footer)
    _save_mailbox(account, box)


def _mailbox_of(account: Account) -> Mailbox:
    found: Mailbox | None = getattr(account, "mailbox", None)
    return found or Mailbox(account=account)


def _save_mailbox(account: Account, box: Mailbox) -> None:
    """What was changed is tried at once; a token that is good stays."""
    before = Mailbox.objects.filter(pk=box.pk).select_related("account").first()
    box.trouble, box.failures, box.next_look_at = "", 0, timezone.now()
    box.save()
    if before is not None:
        changed(before, box, before.account.external_id != account.external_id)


def changed(before: Mailbox, after: Mailbox, other_address: bool) -> None:
    """What follows from new settings: another mailbox is read from its own beginning, and another way in is tried anew."""
    if other_address or any(getattr(before, name) != getattr(after, name) for name in IS_WHICH):
        MailFolder.objects.filter(mailbox=after).delete()
    if any(getattr(before, name) != getattr(after, name) for name in LETS_IN):
        after.access_token, after.access_until, after.consent_gone, after.paused_until = "", None, False, None
        after.save(update_fields=["access_token", "access_until", "consent_gone", "paused_until"])


def usual_tls(host: str, port: int) -> str:
    """What a port means. Only this very machine is spoken to in the clear, on a port that means nothing."""
    if port in STARTTLS_PORTS:
        return Mailbox.Tls.STARTTLS
    return Mailbox.Tls.NONE if host in LOOPBACK and port not in TLS_PORTS else Mailbox.Tls.TLS


def _address(field: Field) -> str:
    given = field.text(maximum=160).strip().lower()
    try:
        validate_email(given)
    except ValidationError as error:
        raise field.error("must be an e-mail address") from error
    return given


def _provider(field: Field) -> str:
    given = field.choice(("own", *filter(None, Mailbox.Provider.values)))
    return "" if given == "own" else given


def _colour(field: Field) -> str:
    given = field.text(maximum=7)
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", given):
        raise field.error("must be a colour as #1f5f8b")
    return given


def _base(field: Field) -> str:
    url = field.text().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise field.error("must be scheme://host[:port][/prefix][/vNN.N]")
    return url


def judge(account: Account) -> None:
    """Connected, or not and why: by what is filled in. The caller saves."""
    missing = [name for name, value in _needed(account).items() if not value]
    account.state = Account.State.NOT_CONNECTED if missing else Account.State.CONNECTED
    account.state_reason = f"missing: {', '.join(missing)}" if missing else ""


def _needed(account: Account) -> dict[str, str]:
    if account.kind == Account.Kind.WHATSAPP:
        secret = account.app.secret if account.app else ""
        return {"phone number id": account.external_id, "access token": account.access_token, "app secret": secret}
    if account.kind == Account.Kind.EMAIL:
        box = _mailbox_of(account)
        provider = {"API key of the provider": box.provider_key} if box.sends_by_provider else {}
        if box.read_by == Mailbox.Way.GMAIL_API:
            return {"address": account.external_id, "refresh token": box.refresh_token, **provider}
        return {
            "address": account.external_id, "app password or refresh token": box.password or box.refresh_token,
            "IMAP server": box.imap_host, "SMTP server": box.smtp_host, **provider,
        }  # fmt: skip
    return {}


def mailbox_from_environment(hotel_slug: str) -> None:
    """At every start the Gmail variables become the demo hotel's mailbox; without an address nothing is made."""
    hotel = Hotel.objects.filter(slug=hotel_slug).first()
    given: dict[str, Any] = settings.GMAIL
    if hotel is None or not given["address"]:
        return
    account, _created = Account.objects.get_or_create(hotel=hotel, kind=Account.Kind.EMAIL, name=DEMO_MAILBOX)
    account.external_id = given["address"].strip().lower()
    box = _mailbox_of(account)
    box.password, box.client_id, box.client_secret = given["app_password"], given["client_id"], given["client_secret"]
    box.refresh_token, box.token_url, box.api_url, box.servers_trusted = given["refresh_token"], given["token_url"], given["api_url"], True
    box.push_topic, box.read_by = given["push_topic"], given["read_by"]
    box.imap_host, box.imap_port, box.smtp_host, box.smtp_port = (
        given["imap_host"], given["imap_port"], given["smtp_host"], given["smtp_port"],
    )  # fmt: skip
    box.imap_tls = given["imap_tls"] or usual_tls(box.imap_host, box.imap_port)
    box.smtp_tls = given["smtp_tls"] or usual_tls(box.smtp_host, box.smtp_port)
    box.poll_s = given["poll_s"]
    _save_mailbox(account, box)
    judge(account)
    account.save()
    log.info("mailbox from the environment", account=account.pk, state=account.state)


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
