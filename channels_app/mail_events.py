"""What a provider of outgoing mail tells of it afterwards: it arrived, it came back, it was called spam. Read by django-anymail,
believed only with the mailbox's own secret."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from anymail.exceptions import AnymailError, AnymailInsecureWebhookWarning
from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from channels_app import inbox
from channels_app.envelope import AccountEvent, JsonObject, Parsed, Receipt
from channels_app.models import Account, Mailbox, Outbound, Thread
from channels_app.transports.mail import providers, reading
from hotelagent.ops import outgoing
from hotelagent.ops.crypto import UndecryptableError, decrypt

log = structlog.get_logger(__name__)

# What anymail calls an end without arrival; "deferred" is none.
ENDS = {"bounced", "rejected", "failed"}
# Who opened what, and when, is none of our business.
LOOKED_AT = {"opened", "clicked"}
COMPLAINED = _("A mail of ours was called spam.")
_CONFIRM = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/\?Action=ConfirmSubscription&[\w.~%&=:-]+")
Provider = Mailbox.Provider


class StrangerError(Exception):
    """No mailbox's secret fits."""


class _AmazonSes(AmazonSESTrackingWebhookView):  # type: ignore[misc]
    """Without Amazon's own library: it would only be needed to confirm a subscription."""

    def __init__(self, **kwargs: Any) -> None:
        self.auto_confirm_enabled = True
        super(AmazonSESBaseWebhookView, self).__init__(**kwargs)

    def auto_confirm_sns_subscription(self, sns_message: JsonObject) -> None:
        """Raises requests' errors, and AnymailError for an address that is not Amazon's."""
        address = str(sns_message.get("SubscribeURL", ""))
        if not _CONFIRM.fullmatch(address):
            raise AnymailError("not an address of Amazon's")
        with outgoing.bounded_session(64 * 1024, 10.0) as session:
            session.get(address, timeout=(3, 5)).raise_for_status()


@dataclass(frozen=True)
class Reader:
    """Who tells, in one form. ``view``: anymail's, made with the key and secret of one mailbox."""

    of: frozenset[str]
    view: Callable[[int, str], Any]


def _with_password(view: Callable[..., Any]) -> Callable[[int, str], Any]:
    """It knocks with the mailbox's number and password: https://7:password@our.host/…"""
    return lambda pk, secret: view(webhook_secret=f"{pk}:{secret}")


READERS = {
    "amazon_ses": Reader(frozenset({Provider.AMAZON_SES}), _with_password(_AmazonSes)),
    "mailgun": Reader(
        frozenset({Provider.MAILGUN, Provider.MAILGUN_EU}), lambda _pk, key: MailgunTrackingWebhookView(webhook_signing_key=key)
    ),
    "postmark": Reader(frozenset({Provider.POSTMARK}), _with_password(PostmarkTrackingWebhookView)),
}


def address_of(box: Mailbox, host: str) -> str:
    """What to tell the provider; "…" stands for the secret. Nothing when it tells nothing."""
    name = next((name for name, reader in READERS.items() if box.provider in reader.of), "")
    who = "" if name == "mailgun" else f"{box.pk}:…@"
    return f"https://{who}{host}/webhooks/mail/{name}/" if name else ""


def take(name: str, request: HttpRequest) -> None:
    """Keep what a provider tells. Raises StrangerError; requests' errors when a subscription could not be confirmed."""
    boxes, view = _knocking(READERS[name], request)
    box = boxes[0]
    try:
        events = [(_owner(boxes, event), event) for event in view.parse_events(request)]
        told = [(owner, item) for owner, event in events if owner is not None for item in _told(owner, event)]
    except requests.exceptions.RequestException as error:
        if not isinstance(error, AnymailError):
            raise
        told = [(box, _unreadable(box, name, error))]
    except (AnymailError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        told = [(box, _unreadable(box, name, error))]
    with transaction.atomic():
        for owner, item in told:
            _mark_address(owner, item)
        inbox.accept(Account.Kind.EMAIL, [item for _owner, item in told], {owner.address: owner.account for owner, _item in told})


def _owner(boxes: list[Mailbox], event: Any) -> Mailbox | None:
    """Whose mail it is about: hotels that share an account at the provider have one key, and each hears of its own alone."""
    if len(boxes) == 1:
        return boxes[0]
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    letter = str(metadata.get(providers.LETTER, ""))
    known = Outbound.objects.filter(pk=int(letter)).first() if letter.isascii() and letter.isdecimal() and len(letter) <= 18 else None
    return next((box for box in boxes if known is not None and box.account_id == known.account_id), None)


def _knocking(reader: Reader, request: HttpRequest) -> tuple[list[Mailbox], Any]:
    """The mailboxes whose secret fits, and anymail's view with it. One mailbox whose key is lost must not silence the others."""
    rows = Mailbox.objects.filter(provider__in=reader.of, account__enabled=True).exclude(webhook_secret="")
    fitting, found = list[int](), None
    for pk, cipher in rows.values_list("pk", Cast("webhook_secret", TextField())):
        try:
            view = _view(reader, pk, decrypt(cipher))
            view.run_validators(request)
        except UndecryptableError:
            log.error("a mailbox's secret cannot be decrypted: its provider is refused", mailbox=pk)
        except (AnymailError, ValueError, LookupError, TypeError, AttributeError):
            continue
        else:
            fitting, found = [*fitting, pk], view
    if found is None:
        raise StrangerError
    return list(Mailbox.objects.select_related("account").only("account__external_id").filter(pk__in=fitting).order_by("pk")), found


def _view(reader: Reader, pk: int, secret: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error", AnymailInsecureWebhookWarning)
        return reader.view(pk, secret)


def _unreadable(box: Mailbox, name: str, error: Exception) -> AccountEvent:
    """It would come again and again."""
    log.warning("what the provider tells cannot be read", mailbox=box.pk, provider=name, error=type(error).__name__)
    return AccountEvent(box.address, "mail_event", {"provider": name, "error": type(error).__name__})


def _told(box: Mailbox, event: Any) -> Iterable[Parsed]:
    kind = str(event.event_type)
    if kind in LOOKED_AT:
        return
    at = event.timestamp if isinstance(event.timestamp, dt.datetime) else timezone.now()
    at = at if at.tzinfo is not None else at.replace(tzinfo=dt.UTC)
    why = " ".join(str(event.mta_response or event.description or event.reject_reason or "").split())
    status = "bounced" if kind in ENDS else kind[:20]
    recipient = reading.canonical(str(event.recipient or ""))[:254]
    raw: JsonObject = {"recipient": recipient, "event": kind, "reason": why[:300]}
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    words = COMPLAINED if status == "complained" else why or "it came back" if status == "bounced" else ""
    yield Receipt(
        box.address, str(event.message_id or "").strip("<>")[:200], status, at, callback=str(metadata.get(providers.LETTER, ""))[:100],
        error_text=words[:500], raw=raw,
    )  # fmt: skip
    if status == "complained":
        yield AccountEvent(box.address, "mail_complaint", raw | {"at": at.isoformat()})


def _mark_address(box: Mailbox, item: Parsed) -> None:
    """Until its owner writes again."""
    if isinstance(item, Receipt) and item.status in {"bounced", "complained"}:
        Thread.mark_undeliverable(box.account_id, str(item.raw["recipient"]), item.error_text)
