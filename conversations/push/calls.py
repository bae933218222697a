"""Who is told of a guest who waits, by which browsers, and what became of it.

Everybody who is not off shift, as soon as a guest waits and with every step of the ladder; once somebody has the guest, that
person, of every new word. Like every other call it rings for nobody while the reception is closed, but for what cannot wait.
What is told is a row before anything is sent, and its outcome stays on the row.
"""

from __future__ import annotations

import datetime as dt
import json

import structlog
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from conversations import alarms
from conversations.labels import guest_word, reason_word
from conversations.models import Attendance, Conversation, DeskSettings, PushMessage, PushSubscription
from conversations.push import sealing, service
from conversations.templatetags.desk import kind_word
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

Owner, State = Conversation.Owner, PushMessage.State
DUE = ("SELECT min(due_at) FROM conversations_pushmessage WHERE state = 'queued'",)
# Later it is of no use: the next step of the ladder has been taken.
LIFE = dt.timedelta(minutes=10)
# A worker that died with one under way is noticed after it; longer than a request may take.
LEASE = dt.timedelta(seconds=30)
AGAIN_AFTER_S = (5, 30)
GONE = frozenset({404, 410})
# Kept so long for whoever asks what was told.
KEPT = dt.timedelta(days=7)
WORDS_LENGTH = 160


def call(talk: Conversation, level: int) -> int:
    """Queue what the browsers concerned are not told yet of this step. Returns to how many. Inside the caller's transaction."""
    if not sealing.is_on() or talk.waiting_since is None:
        return 0
    now = timezone.now()
    key = f"{talk.pk}:{talk.waiting_since.timestamp():.0f}:{level}"
    if talk.owner == Owner.PERSON:
        last = talk.messages.filter(author="guest").order_by("-pk").values_list("pk", flat=True).first() or 0
        key = f"{talk.pk}:m{last}:{level}"
    values = {"conversation": talk, "key": key, "due_at": now, "created_at": now}
    rows = [PushMessage(subscription=one, user_id=one.user_id, **values) for one in _concerned(talk)]
    before = PushMessage.objects.filter(conversation=talk, key=key).count() if rows else 0
    PushMessage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def _concerned(talk: Conversation) -> list[PushSubscription]:
    found = PushSubscription.working().filter(hotel=talk.hotel_id)
    if talk.owner == Owner.PERSON:
        found = found.filter(user=talk.person_id)
    elif talk.owner != Owner.WAITING:
        return []
    off = Attendance.objects.filter(hotel=talk.hotel_id, state=Attendance.State.OFF).values("user")
    browsers = list(found.exclude(user__in=off))
    return browsers if browsers and alarms.may_ring(talk) else []


def claim(limit: int) -> list[int]:
    """Those that are due, for this worker for a while."""
    now = timezone.now()
    with transaction.atomic():
        rows = PushMessage.objects.select_for_update(skip_locked=True).filter(state=State.QUEUED, due_at__lte=now)
        pks = list(rows.order_by("due_at").values_list("pk", flat=True)[:limit])
        PushMessage.objects.filter(pk__in=pks).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    return pks


def send(pk: int) -> None:
    """To the browser's service, unless nobody waits any more."""
    rows = PushMessage.objects.select_related("conversation__hotel", "conversation__guest", "conversation__thread", "subscription")
    row = rows.get(pk=pk)
    browser, now = row.subscription, timezone.now()
    if row.state != State.QUEUED:
        return
    if browser is None or row.conversation.waiting_since is None or now - row.created_at > LIFE:
        _settle(row, State.DROPPED, None, "")
        return
    try:
        body = sealing.sealed(json.dumps(told(row.conversation, browser)).encode(), browser.p256dh, browser.auth)
        answer = service.post(browser.endpoint, body, _headers(row, browser))
    except (service.Refused, sealing.BadKey) as error:
        _settle(row, State.FAILED, None, str(error))
        return
    status = answer.status
    if status is not None and 200 <= status < 300:
        _settle(row, State.SENT, status, "")
    elif status in GONE:
        _settle(row, State.FAILED, status, "the browser takes none any more")
        browser.delete()
    elif (status is None or status == 429 or status >= 500) and row.attempts <= len(AGAIN_AFTER_S):
        wait_s = max(AGAIN_AFTER_S[row.attempts - 1], answer.wait_s)
        PushMessage.objects.filter(pk=pk).update(due_at=now + dt.timedelta(seconds=wait_s), status=status, reason=answer.said[:300])
    else:
        _settle(row, State.FAILED, status, answer.said)


def _headers(row: PushMessage, browser: PushSubscription) -> dict[str, str]:
    return {
        "Authorization": sealing.signature(browser.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(LIFE.total_seconds())),
        "Urgency": "high",
        "Topic": f"guest{row.conversation_id}",  # of one guest a browser that was away hears the last word only
    }


def told(talk: Conversation, browser: PushSubscription) -> dict[str, str]:
    """What the browser shows. Of the guest and their words it says nothing unless the hotel wants it: a locked phone shows it."""
    open_words = DeskSettings.of(talk.hotel).push_words
    with override(browser.language):
        title, body = (guest_word(talk), _last_words(talk)) if open_words else (talk.hotel.name, _why(talk))
    path = reverse("console:talk", args=[talk.hotel.slug, talk.pk])
    return {"title": title, "body": body, "tag": f"guest{talk.pk}", "url": path, "language": browser.language}


def _why(talk: Conversation) -> str:
    reason = talk.handoffs.filter(closed_at=None).values_list("reason", flat=True).first()
    if talk.owner == Owner.PERSON:
        return _("A guest of yours has written.") if not talk.alert_level else _("A guest of yours waits for an answer.")
    waits = _("A guest waits for a person") if not talk.alert_level else _("A guest still waits for a person")
    return f"{waits}: {reason_word(reason)}" if reason else f"{waits}."


def _last_words(talk: Conversation) -> str:
    last = talk.messages.filter(author="guest").order_by("-at", "-id").first()
    if last is None:
        return _("waits for an answer")
    return (last.text or f"[{kind_word(last.kind)}]")[:WORDS_LENGTH]


def _settle(row: PushMessage, state: str, status: int | None, reason: str) -> None:
    with transaction.atomic():
        PushMessage.objects.filter(pk=row.pk).update(state=state, status=status, reason=reason[:300])
        if row.subscription_id and state != State.DROPPED:
            problem = reason[:300] or (str(status) if state == State.FAILED else "")
            values = {"told_at": timezone.now()} if state == State.SENT else {}
            PushSubscription.objects.filter(pk=row.subscription_id).update(problem=problem, **values)
    if state == State.FAILED:
        log.warning("a browser was not told", push=row.pk, status=status, why=reason)


def forget() -> None:
    """Rows nobody asks about any more."""
    PushMessage.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def turn_on(hotel: Hotel, user_id: int, *, endpoint: str, p256dh: str, auth: str, language: str, browser: str) -> None:
    """Tell this browser from now on; it is the person's who asked last. Raises Refused and BadKey."""
    service.check(endpoint)
    sealing.key_of(p256dh)
    sealing.secret_of(auth)
    # At a shared computer it tells nobody of what a colleague wanted to hear, whichever hotel's that was.
    PushSubscription.objects.filter(endpoint=endpoint).exclude(user=user_id).delete()
    values = {"user_id": user_id, "p256dh": p256dh, "auth": auth, "language": language, "browser": browser[:200]}
    PushSubscription.objects.update_or_create(hotel=hotel, endpoint=endpoint, defaults=values)


def turn_off(hotel: Hotel, user_id: int, endpoint: str) -> None:
    PushSubscription.objects.filter(hotel=hotel, user=user_id, endpoint=endpoint).delete()
