"""Files of guests: fetched as soon as their letter is sorted, because the provider keeps them for days only.

Meta tells an address that is good for five minutes; only its own hosts get our token, whatever address a letter or an answer
names (facts: WHATSAPP, 6). What arrives is counted while it comes and compared with the digest of the signed webhook.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from prometheus_client import Counter

from channels_app import pictures
from channels_app.models import Account, Inbound, Media
from channels_app.signals import media_fetched
from channels_app.texts import clean
from channels_app.transports.whatsapp import api
from channels_app.transports.whatsapp.parse import MEDIA_KINDS
from hotelagent.ops import queue

log = structlog.get_logger(__name__)

State = Media.State
LEASE = dt.timedelta(minutes=3)
# Five seconds after the first try, then twice as long each time, an hour at most: about half a day in all.
TRIES, LONGEST_S = 20, 3600.0
DUE = ("SELECT min(due_at) FROM channels_app_media WHERE state = 'waiting'",)
DOWNLOADS = Counter("whatsapp_media_downloads_total", "Files of guests fetched", ["status"])


class NotNow(Exception):
    """Worth another try."""


class NotToBeHad(Exception):
    """No try will help; the message is for staff."""


def expect(letters: Sequence[Inbound]) -> None:
    """The letters' files are to be fetched. Inside the transaction that sorts them."""
    wanted = {letter.pk for letter in letters if letter.kind in MEDIA_KINDS and letter.account.kind == Account.Kind.WHATSAPP}
    if not wanted:
        return
    now, rows = timezone.now(), []
    for pk, told in Inbound.objects.filter(pk__in=wanted).values_list("pk", "media"):
        if isinstance(told.get("id"), str) and told["id"].isalnum() and len(told["id"]) <= 200:
            name = clean(str(told.get("filename") or ""))[:200]
            rows.append(Media(inbound_id=pk, provider_id=told["id"], name=name, sha256=_hex(told.get("sha256")), due_at=now))
    Media.objects.bulk_create(rows, ignore_conflicts=True)


def _hex(told: object) -> str:
    """A webhook's digest (base64) as Meta's other answers write it; "" when it is none."""
    try:
        raw = base64.b64decode(str(told), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def claim(limit: int) -> list[int]:
    """Files to fetch now, each with its try counted and due again should we die."""
    now = timezone.now()
    with transaction.atomic():
        rows = Media.objects.filter(state=State.WAITING, due_at__lte=now, inbound__account__enabled=True)
        found = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("due_at").values_list("pk", flat=True)[:limit])
        Media.objects.filter(pk__in=found).update(attempts=F("attempts") + 1, due_at=now + LEASE)
    return found


def fetch(pk: int) -> None:
    """One file, to its end or its next try."""
    row = Media.objects.select_related("inbound__account").defer("data", "shown").get(pk=pk)
    try:
        data = _bytes_of(row)
    except NotNow as error:
        if row.attempts < TRIES:
            Media.objects.filter(pk=pk, state=State.WAITING).update(
                due_at=timezone.now() + queue.backoff(row.attempts, first_s=5.0, limit_s=LONGEST_S), reason=str(error)[:300]
            )
            DOWNLOADS.labels("again").inc()
            return
        _settle(row, State.FAILED, reason=f"gave up after {row.attempts} tries: {error}"[:300])
    except NotToBeHad as error:
        _settle(row, State.FAILED, reason=str(error)[:300])
    else:
        kind = pictures.type_of(data)
        shown = pictures.redrawn(data) if kind.startswith("image/") else None
        _settle(row, State.KEPT, reason="", mime_type=kind, size_bytes=len(data), data=data, shown=shown)


def _settle(row: Media, state: str, **values: object) -> None:
    with transaction.atomic():
        if Media.objects.filter(pk=row.pk, state=State.WAITING).update(state=state, **values):
            media_fetched.send(sender=Media, media=row)
    DOWNLOADS.labels(state).inc()
    log.info("file of a guest", media=row.pk, state=state, reason=values.get("reason"))


def _bytes_of(row: Media) -> bytes:
    """Raises NotNow, NotToBeHad."""
    account = row.inbound.account
    described = api.get(account, f"{api.base_of(account.api_url, account.api_version)}/{row.provider_id}")
    if described is None:
        raise NotNow("Meta did not say where the file is")
    size, address = described.get("file_size"), described.get("url")
    if isinstance(size, int) and size > settings.MEDIA_LIMIT_BYTES:
        raise NotToBeHad(f"larger than {settings.MEDIA_LIMIT_BYTES // 2**20} MB")
    if not isinstance(address, str) or not is_metas(account, address):
        raise NotToBeHad("Meta named an address that is not its own")
    data = api.download(account, address, settings.MEDIA_LIMIT_BYTES)
    if data is None:
        raise NotNow("the file did not come")
    if len(data) > settings.MEDIA_LIMIT_BYTES:
        raise NotToBeHad(f"larger than {settings.MEDIA_LIMIT_BYTES // 2**20} MB")
    if row.sha256 and hashlib.sha256(data).hexdigest() != row.sha256:
        raise NotNow("another file came than the one that was sent")
    return data


def is_metas(account: Account, address: str) -> bool:
    """May our token go there? Meta's own hosts; else only the very server the operator gave as Meta's."""
    try:
        parts, own = urlsplit(address), urlsplit(account.api_url)
        if parts.username is not None or parts.password is not None or "\\" in address:
            return False
        if account.api_url_trusted and (parts.scheme, parts.hostname, parts.port) == (own.scheme, own.hostname, own.port):
            return True
        host = (parts.hostname or "").lower()
        return parts.scheme == "https" and parts.port in {None, 443} and (host == "graph.facebook.com" or host.endswith(".fbsbx.com"))
    except ValueError:
        return False
