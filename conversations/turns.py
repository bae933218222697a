"""One guest turn, start to end.

claim (a lease by compare-and-swap, every waiting letter collected) → compute (no transaction) → commit (still our
lease? nothing newer? still the bot's?). A turn that lost its lease leaves no trace; one that booked something is told
even when a newer letter came meanwhile.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from prometheus_client import Counter, Histogram

from channels_app import inbox, outbox
from channels_app.envelope import Choice, Content
from channels_app.models import Account, Inbound, Outbound, Thread
from conversations import handoff
from conversations.desk import HotelDesk, hotel_view
from conversations.dialogue import phrasebook, policy
from conversations.dialogue.types import Message as Heard
from conversations.dialogue.types import Outcome, Reply, State, Understanding
from conversations.models import Conversation, Guest, Identity, Message
from hotelagent.ops import correlation
from reservations import booking

log = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 3
RETRY = (60, 120, 240)  # seconds before the next try of a turn that failed
# Kinds whose text is a label, not words of the guest.
WORDLESS = frozenset({"location", "contacts", "sticker", "reaction", "order"})
READ_EXPIRES = dt.timedelta(seconds=20)

TURNS = Counter("orchestrator_messages_total", "Turns", ["intent", "status"])
INTENTS = Counter("intents_detected_total", "Intents understood", ["intent", "confidence_level"])
LATENCY = Histogram("orchestrator_latency_seconds", "Time one turn took")


@dataclass(frozen=True)
class Clock:
    """The hotel's wall clock; fixed for terminal talks."""

    zone: dt.tzinfo
    fixed: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        return self.fixed or timezone.now().astimezone(self.zone)


# --- sorting: letters find their conversation ---------------------------------------------------------------------------


def sort(driver: str = Account.Driver.WORKER, *, sender: str | None = None, debounce_s: float | None = None) -> int:
    """Give every new letter its thread, its line in the transcript and its conversation, which becomes due."""
    wait = settings.DEBOUNCE_S if debounce_s is None else debounce_s
    pks = inbox.unsorted(driver, sender=sender)
    for pk in pks:
        _sorted_safely(pk, wait)
    return len(pks)


def _sorted_safely(pk: int, debounce_s: float) -> None:
    """One letter, one transaction: two sorters never wait for each other, and a letter that cannot be sorted is a dead
    letter with a reason instead of everybody's problem."""
    try:
        with transaction.atomic():
            letter = inbox.lock_unsorted(pk)
            if letter is not None:
                _sort_one(letter, debounce_s)
    except (DataError, IntegrityError, ValueError) as error:
        log.exception("letter not sorted", letter=pk)
        Inbound.objects.filter(pk=pk, thread__isnull=True).update(state=Inbound.State.FAILED, reason=f"not sorted: {type(error).__name__}")


def _sort_one(letter: Inbound, debounce_s: float) -> None:
    thread = inbox.assign(letter)
    conversation = _conversation(thread, letter)
    Message.objects.get_or_create(
        inbound=letter,
        defaults={
            "conversation": conversation,
            "author": Message.Author.GUEST,
            "kind": letter.kind,
            "text": letter.text,
            "at": letter.provider_time,
        },
    )
    now = timezone.now()
    changed: dict[str, Any] = {"last_message_at": now}
    if letter.kind in inbox.SILENT_KINDS:
        letter.state, letter.reason = Inbound.State.IGNORED, f"{letter.kind} needs no answer"
        letter.save(update_fields=["state", "reason"])
    elif conversation.owner in {Conversation.Owner.BOT, Conversation.Owner.SNOOZED, Conversation.Owner.CLOSED}:
        first = Inbound.objects.filter(thread=thread, state=Inbound.State.WAITING).order_by("received_at").first()
        waited_since = first.received_at if first else now
        due = min(now + dt.timedelta(seconds=debounce_s), waited_since + dt.timedelta(seconds=settings.DEBOUNCE_MAX_S))
        changed |= {"owner": Conversation.Owner.BOT, "due_at": due, "attempts": 0}
        if thread.account.kind == Account.Kind.WHATSAPP:
            outbox.post(
                thread,
                Content("read", reply_to=letter.provider_id),
                dedupe_key=f"read:{letter.pk}",
                author=Outbound.Author.BOT,
                expires_at=now + READ_EXPIRES,
            )
    else:
        letter.state = Inbound.State.PARKED
        letter.save(update_fields=["state"])
    Conversation.objects.filter(pk=conversation.pk).update(**changed)


def _conversation(thread: Thread, letter: Inbound) -> Conversation:
    found = Conversation.objects.select_for_update(no_key=True).filter(thread=thread).first()
    if found is not None:
        return found
    kind, value = _identity(thread)
    identity = Identity.objects.filter(hotel=thread.account.hotel, kind=kind, value=value).select_related("guest").first()
    guest = identity.guest if identity else Guest.objects.create(hotel=thread.account.hotel, name=letter.sender_name)
    if identity is None:
        Identity.objects.get_or_create(hotel=thread.account.hotel, kind=kind, value=value, defaults={"guest": guest})
    return Conversation.objects.get_or_create(thread=thread, defaults={"hotel": thread.account.hotel, "guest": guest})[0]


def _identity(thread: Thread) -> tuple[str, str]:
    if thread.account.kind == Account.Kind.WEBCHAT:
        return Identity.Kind.WEBCHAT, f"{thread.account_id}:{thread.identity}"
    if thread.identity.startswith("user:"):
        return Identity.Kind.USER_ID, thread.identity.removeprefix("user:")
    return Identity.Kind.PHONE, thread.identity


# --- turns ---------------------------------------------------------------------------------------------------------------


def due_conversations(driver: str = Account.Driver.WORKER, *, limit: int = 20) -> list[int]:
    """Conversations whose guest waits for the bot, longest wait first."""
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Conversation.objects.filter(free, owner=Conversation.Owner.BOT, due_at__lte=now, thread__account__driver=driver)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:limit])


def take(pk: int, *, fixed_now: dt.datetime | None = None) -> bool:
    """One turn of one conversation. False when somebody else has it or nobody waits."""
    claimed = _claim(pk)
    if claimed is None:
        return False
    conversation, letters = claimed
    with correlation.bound(letters[0].correlation_id), LATENCY.time():
        clock = Clock(conversation.hotel.zone, fixed_now)
        desk = HotelDesk(conversation, clock, phone=_phone(conversation.thread))
        started = time.monotonic()
        try:
            understanding, outcome = _compute(conversation, letters, desk, clock)
            committed = _commit(conversation, letters, desk, understanding, outcome)
        except Exception as error:  # noqa: BLE001 - the edge: one guest's poison must not stop the others; the rows tell
            desk.discard()
            _failed(conversation, letters, error)
            return True
        if not committed:
            desk.discard()
            _leave_untold(conversation, desk)
        log.info("turn", conversation=pk, letters=len(letters), committed=committed, took_ms=round((time.monotonic() - started) * 1000))
        TURNS.labels(understanding.intents[0].name if understanding.intents else "none", "ok" if committed else "redone").inc()
    return True


def _claim(pk: int) -> tuple[Conversation, list[Inbound]] | None:
    now = timezone.now()
    with transaction.atomic():
        won = (
            Conversation.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), pk=pk, owner=Conversation.Owner.BOT)
            .update(lease_until=now + LEASE, fence=F("fence") + 1, attempts=F("attempts") + 1)
        )  # fmt: skip
        if not won:
            return None
        conversation = Conversation.objects.select_related("hotel", "guest", "thread__account").get(pk=pk)
        letters = list(_waiting(conversation))
        if not letters:
            Conversation.objects.filter(pk=pk).update(lease_until=None, due_at=None, attempts=0)
            return None
        Inbound.objects.filter(pk__in=[letter.pk for letter in letters]).update(attempts=F("attempts") + 1)
    return conversation, letters


def _waiting(conversation: Conversation) -> Any:
    return Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING).order_by("provider_time", "id")


def _compute(conversation: Conversation, letters: list[Inbound], desk: HotelDesk, clock: Clock) -> tuple[Understanding, Outcome]:
    now = clock()
    state = State.from_json(conversation.state)
    return policy.decide(_heard(letters), state=state, hotel=hotel_view(conversation.hotel, now), desk=desk, now=now)


def _heard(letters: list[Inbound]) -> Heard:
    """What a guest wrote in several letters is one message; of several taps the last one counts, and what was written
    beside it stays apart from what stood on the button."""
    taps = [letter for letter in letters if letter.choice_id]
    words = [letter.text for letter in letters if letter.text and not letter.choice_id and letter.kind not in WORDLESS]
    readable = bool(taps or words) or any(letter.kind in policy.READABLE for letter in letters)
    last = taps[-1] if taps else None
    return Heard(
        text="\n".join(words),
        choice_id=last.choice_id if last else "",
        title=last.text if last else "",
        kind="text" if readable else letters[-1].kind,
    )


def _commit(conversation: Conversation, letters: list[Inbound], desk: HotelDesk, understanding: Understanding, outcome: Outcome) -> bool:
    """Write everything of the turn at once; False when it no longer counts."""
    with transaction.atomic():
        for key in desk.unsettled:  # bookings before conversations, as whoever settles them locks them
            booking.leave_to_background(key=key)
        current = (
            Conversation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("hotel", "guest", "thread__account")
            .get(pk=conversation.pk)
        )
        if current.fence != conversation.fence:
            return False  # the lease was lost: to another worker, or to a person who took over
        current.lease_until, current.attempts = None, 0
        newer = _waiting(current).exclude(pk__in=[letter.pk for letter in letters]).exists()
        if newer and not desk.acted:
            current.due_at = timezone.now()
            current.save(update_fields=["lease_until", "attempts", "due_at"])
            return False
        current.state, current.version = outcome.state.to_json(), current.version + 1
        current.due_at = timezone.now() if newer else None
        current.save(update_fields=["state", "version", "due_at", "lease_until", "attempts"])
        Inbound.objects.filter(pk__in=[letter.pk for letter in letters], state=Inbound.State.WAITING).update(state=Inbound.State.ANSWERED)
        _note_understanding(letters[-1], understanding)
        if outcome.reply is not None:
            _say(current, outcome.reply, f"turn:{current.pk}:{current.version}")
        _record(current, desk)
        if outcome.hand_off is not None:
            handoff.request(current, outcome.hand_off.reason, summary_of(outcome.state))
        _learn(current, understanding)
    return True


def _leave_untold(conversation: Conversation, desk: HotelDesk) -> None:
    """What this turn booked while a person took over is on record with its words, for the person to tell."""
    if desk.booked and Conversation.objects.filter(pk=conversation.pk).exclude(owner=Conversation.Owner.BOT).exists():
        with transaction.atomic():
            for key in desk.booked:
                booking.leave_to_background(key=key)


def _say(conversation: Conversation, reply: Reply, key: str) -> None:
    content = Content(
        "text" if not reply.choices else "choices",
        reply.text,
        tuple(Choice(c.id, c.title, c.description) for c in reply.choices),
        reply.list_label,
    )
    rows = outbox.post(conversation.thread, content, dedupe_key=key, author=Outbound.Author.BOT)
    now = timezone.now()
    choices = [asdict(choice) for choice in reply.choices]
    Message.objects.create(
        conversation=conversation,
        author=Message.Author.BOT,
        text=reply.text,
        choices=choices,
        outbound=rows[-1],
        sources=list(reply.sources),
        at=now,
    )
    Conversation.objects.filter(pk=conversation.pk).update(last_message_at=now)


def say(conversation: Conversation, text: str, key: str) -> None:
    """A line of the receptionist outside a turn (a booking that settled later). Call inside a transaction."""
    if not Outbound.objects.filter(dedupe_key=key).exists():
        _say(conversation, Reply(text), key)


def _record(conversation: Conversation, desk: HotelDesk) -> None:
    for type_, data in desk.events:
        handoff.record(conversation, type_, **data)


def _note_understanding(letter: Inbound, understanding: Understanding) -> None:
    told = {
        "language": understanding.language,
        "intents": [{"name": intent.name, "confidence": intent.confidence} for intent in understanding.intents],
        "slots": understanding.slots,
        "clarify": list(understanding.clarify),
    }
    Message.objects.filter(inbound=letter).update(understanding=told)
    for intent in understanding.intents:
        INTENTS.labels(intent.name, "high" if intent.confidence >= 0.8 else "low").inc()


def _learn(conversation: Conversation, understanding: Understanding) -> None:
    guest = conversation.guest
    guest.language = understanding.language
    guest.name = understanding.slots.get("name") or guest.name
    guest.opted_out = guest.opted_out or understanding.has("opt_out")
    guest.save(update_fields=["language", "name", "opted_out"])


def _failed(conversation: Conversation, letters: list[Inbound], error: Exception) -> None:
    """Three tries, then dead letters with a reason, and a person: the guest is never just dropped."""
    log.exception("turn failed", conversation=conversation.pk, attempts=conversation.attempts)
    TURNS.labels("none", "failed").inc()
    proposal = State.from_json(conversation.state).proposal
    with transaction.atomic():
        if conversation.attempts >= MAX_ATTEMPTS and proposal is not None and proposal.kind == "book":
            booking.leave_to_background(key=proposal.key)  # bookings before conversations
        current = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        if current.fence != conversation.fence:
            return
        current.lease_until = None
        if current.attempts < MAX_ATTEMPTS:
            current.due_at = timezone.now() + dt.timedelta(seconds=RETRY[min(current.attempts, len(RETRY)) - 1])
            current.save(update_fields=["lease_until", "due_at"])
            return
        current.due_at, current.attempts = None, 0
        current.save(update_fields=["lease_until", "due_at", "attempts"])
        reason = f"{type(error).__name__} after {MAX_ATTEMPTS} tries"
        Inbound.objects.filter(pk__in=[letter.pk for letter in letters]).update(state=Inbound.State.FAILED, reason=reason)
        if current.owner == Conversation.Owner.BOT:
            state = State.from_json(current.state)
            handoff.request(current, "failure", summary_of(state))
            language = state.language or current.hotel.main_language
            when = phrasebook.say(language, "person_unknown")
            say(current, phrasebook.say(language, "person_coming", when=when), f"failed:{current.pk}:{letters[-1].pk}")


def summary_of(state: State) -> str:
    """What is known, for the person who takes over."""
    return " · ".join(f"{name}: {value}" for name, value in state.slots.items() if value not in (None, "", [], 0))


def _phone(thread: Thread) -> str:
    whatsapp = thread.account.kind == Account.Kind.WHATSAPP and not thread.identity.startswith("user:")
    return f"+{thread.address}" if whatsapp else ""
