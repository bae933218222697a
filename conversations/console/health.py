"""Is everything the desk lives on well? One dot each for channels, PMS and workers, with words."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from channels_app.models import Account, Inbound
from hotelagent.hotels.models import Hotel
from hotelagent.ops.models import Heartbeat
from pms import breaker

KEPT_S = 5.0
_known: dict[int, tuple[float, str, list[Any]]] = {}
SILENT = dt.timedelta(seconds=60)
BEHIND = dt.timedelta(minutes=1)
# Days before the end of a token that the desk begins to show it.
TOKEN_DAYS = 14


@dataclass(frozen=True)
class Dot:
    """``tone``: ok, wait, late."""

    name: str
    tone: str
    words: str


def of(hotel: Hotel) -> list[Dot]:
    """What a receptionist can see at a glance, as five seconds ago at most: every open page asks."""
    known = _known.get(hotel.pk)
    language = get_language() or ""
    if known is None or known[0] < time.monotonic() or known[1] != language:
        known = _known[hotel.pk] = (time.monotonic() + KEPT_S, language, [*_channels(hotel), _pms(hotel), _workers()])
    return known[2]


def _channels(hotel: Hotel) -> list[Dot]:
    accounts = list(Account.objects.filter(hotel=hotel, enabled=True).exclude(kind=Account.Kind.WEBCHAT).defer("access_token"))
    heard: dict[int, Any] = dict(
        Inbound.objects.filter(account__in=accounts, received_at__gte=timezone.now() - dt.timedelta(days=2))
        .order_by().values_list("account").annotate(Max("received_at"))
    )  # fmt: skip
    dots = []
    for account in accounts:
        if account.state == Account.State.CONNECTED:
            last = heard.get(account.pk)
            tone, trouble = _trouble(account, hotel.local_now().date())
            dots.append(Dot(account.name, tone, "; ".join([*trouble, _last(last) if last else _("connected")])))
        else:
            dots.append(Dot(account.name, "late", account.state_reason or str(account.get_state_display())))
    return dots


def _trouble(account: Account, today: dt.date) -> tuple[str, list[str]]:
    """What will stop this number: Meta's opinion of it, and the end of its token."""
    tone, words = "ok", []
    if account.quality in {Account.Quality.YELLOW, Account.Quality.RED}:
        tone = "late" if account.quality == Account.Quality.RED else "wait"
        words.append(_("Meta rates its messages: %(rating)s") % {"rating": account.get_quality_display()})
    days = (account.token_expires_on - today).days if account.token_expires_on else None
    if days is not None and days <= TOKEN_DAYS:
        tone = "late" if days < 0 or tone == "late" else "wait"
        words.append(_("its access token ends on %(day)s") % {"day": f"{account.token_expires_on:%d/%m/%Y}"})
    return tone, words


def _last(moment: dt.datetime) -> str:
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    return _("last message %(minutes)s min ago") % {"minutes": minutes}


def _pms(hotel: Hotel) -> Dot:
    closed = breaker.state(hotel.pk)[0] == "closed"
    return Dot("PMS", "ok" if closed else "late", _("answers") if closed else _("does not answer, and is left alone for a while"))


def _workers() -> Dot:
    now = timezone.now()
    seen = Heartbeat.objects.filter(name="default").values_list("at", flat=True).first()
    oldest = Inbound.objects.filter(state=Inbound.State.WAITING, due_at__lt=now - BEHIND).exists()
    if seen is None or now - seen > SILENT:
        return Dot(_("Workers"), "late", _("no sign of life: nothing is sent"))
    return Dot(_("Workers"), "wait" if oldest else "ok", _("behind") if oldest else _("at work"))
