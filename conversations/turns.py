"""One guest turn, start to end.

claim (a lease by compare-and-swap, every waiting letter collected) → compute (no transaction) → commit (still our
lease? nothing newer? still the bot's?). A turn that lost its lease leaves no trace; one that booked something is told
even when a newer letter came meanwhile.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import asdict, dataclass

import structlog
from django.db import transaction
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
from conversations.models import Conversation, Message
from hotelagent.ops import correlation, killpoints, leases
from reservations import booking

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = inbox.MAX_ATTEMPTS
# An answer this old is of no use to the guest, and staff are told; what was booked or settled is told however late.
ANSWER_LIFE = dt.timedelta(hours=1)
# Kinds whose text is a label, not words of the guest.
WORDLESS = frozenset({"location", "contacts", "sticker", "reaction", "order"})

HELD = leases.Held()
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
    killpoints.reached("turn.claimed")
    conversation, letters = claimed
    with HELD.keep(pk, conversation.fence), correlation.bound(letters[0].correlation_id), LATENCY.time():
        _one_turn(conversation, letters, Clock(conversation.hotel.zone, fixed_now))
    return True


def _one_turn(conversation: Conversation, letters: list[Inbound], clock: Clock) -> None:
    desk = HotelDesk(conversation, clock, phone=_phone(conversation.thread))
    started = time.monotonic()
    try:
        understanding, outcome = _compute(conversation, letters, desk, clock)
        killpoints.reached("turn.computed")
        committed = _commit(conversation, letters, desk, understanding, outcome)
    except Exception as error:  # noqa: BLE001 - the edge: one guest's poison must not stop the others; the rows tell
        desk.discard()
        _failed(conversation, letters, error)
        return
    killpoints.reached("turn.committed")
    if not committed:
        desk.discard()
        _leave_untold(conversation, desk)
    took_ms = round((time.monotonic() - started) * 1000)
    log.info("turn", conversation=conversation.pk, letters=len(letters), committed=committed, took_ms=took_ms)
    TURNS.labels(understanding.intents[0].name if understanding.intents else "none", "ok" if committed else "redone").inc()


def _claim(pk: int) -> tuple[Conversation, list[Inbound]] | None:
    """The lease, and every letter that waits, each with its try counted before anything is done about it."""
    now = timezone.now()
    with transaction.atomic():
        won = (
            Conversation.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now), pk=pk, owner=Conversation.Owner.BOT)
            .update(lease_until=now + leases.length(), fence=F("fence") + 1)
        )  # fmt: skip
        if not won:
            return None
        conversation = Conversation.objects.select_related("hotel", "guest", "thread__account").get(pk=pk)
        letters = _waiting(conversation)
        dead = [letter for letter in letters if letter.attempts >= MAX_ATTEMPTS]
        if dead:  # whoever tried them died each time
            _give_up(conversation, dead, "its worker died each time")
        if dead or not letters:
            Conversation.objects.filter(pk=pk).update(lease_until=None, due_at=None)
            return None
        for letter in letters:
            letter.attempts += 1
        Inbound.objects.filter(pk__in=[letter.pk for letter in letters]).update(attempts=F("attempts") + 1)
        # Should this process die, the next one waits for the lease, and longer after every death.
        attempts = max(letter.attempts for letter in letters)
        Conversation.objects.filter(pk=pk).update(due_at=now + (inbox.retry_after(attempts - 1) if attempts > 1 else leases.length()))
    return conversation, letters


def _waiting(conversation: Conversation) -> list[Inbound]:
    """In the provider's order; equal seconds in order of arrival."""
    rows = Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING)
    return list(rows.defer("raw", "media", "digest").order_by("provider_time", "id"))


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
        current = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        if current.fence != conversation.fence:
            return False  # the lease was lost: to another worker, or to a person who took over
        current.hotel, current.guest, current.thread = conversation.hotel, conversation.guest, conversation.thread  # as claimed
        current.lease_until = None
        mine = [letter.pk for letter in letters]
        newer = Inbound.objects.filter(thread_id=current.thread_id, state=Inbound.State.WAITING).exclude(pk__in=mine).exists()
        if newer and not desk.acted:
            current.due_at = timezone.now()
            current.save(update_fields=["lease_until", "due_at"])
            Inbound.objects.filter(pk__in=mine).update(attempts=0)  # not a failure
            return False
        current.state, current.version = outcome.state.to_json(), current.version + 1
        current.due_at = timezone.now() if newer else None
        Inbound.objects.filter(pk__in=mine, state=Inbound.State.WAITING).update(state=Inbound.State.ANSWERED)
        _note_understanding(letters[-1], understanding)
        if outcome.reply is not None:
            life = None if desk.acted or outcome.hand_off is not None else ANSWER_LIFE
            _post(current, outcome.reply, f"turn:{current.pk}:{current.version}", life=life)
        current.save(update_fields=["state", "version", "due_at", "lease_until", "last_message_at"])
        _record(current, desk)
        if outcome.hand_off is not None:
            handoff.request(current, outcome.hand_off.reason, handoff.summary_of(outcome.state))
        _learn(current, understanding)
    return True


def _leave_untold(conversation: Conversation, desk: HotelDesk) -> None:
    """What this turn booked while a person took over is on record with its words, for the person to tell."""
    if desk.booked and Conversation.objects.filter(pk=conversation.pk).exclude(owner=Conversation.Owner.BOT).exists():
        with transaction.atomic():
            for key in desk.booked:
                booking.leave_to_background(key=key)


def _post(conversation: Conversation, reply: Reply, key: str, *, life: dt.timedelta | None = None) -> None:
    """The letter and its line in the transcript; the conversation is saved by the caller."""
    content = Content(
        "text" if not reply.choices else "choices",
        reply.text,
        tuple(Choice(c.id, c.title, c.description) for c in reply.choices),
        reply.list_label,
    )
    now = timezone.now()
    expires_at = now + life if life is not None else None
    rows = outbox.post(conversation.thread, content, dedupe_key=key, author=Outbound.Author.BOT, expires_at=expires_at)
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
    conversation.last_message_at = now


def say(conversation: Conversation, text: str, key: str) -> None:
    """A line of the receptionist outside a turn (a booking that settled later). Call inside a transaction."""
    if not Outbound.objects.filter(dedupe_key=key).exists():
        _post(conversation, Reply(text), key)
        conversation.save(update_fields=["last_message_at"])


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
    known = (guest.language, guest.name, guest.opted_out)
    guest.language = understanding.language
    guest.name = understanding.slots.get("name") or guest.name
    guest.opted_out = guest.opted_out or understanding.has("opt_out")
    if known != (guest.language, guest.name, guest.opted_out):
        guest.save(update_fields=["language", "name", "opted_out"])


def _failed(conversation: Conversation, letters: list[Inbound], error: Exception) -> None:
    """Tried again after 60, 120 and 240 s, then dead letters with a reason, and a person: the guest is never just dropped."""
    log.exception("turn failed", conversation=conversation.pk, attempts=letters[0].attempts)
    TURNS.labels("none", "failed").inc()
    dead = [letter for letter in letters if letter.attempts >= MAX_ATTEMPTS]
    proposal = State.from_json(conversation.state).proposal
    with transaction.atomic():
        if dead and proposal is not None and proposal.kind == "book":
            booking.leave_to_background(key=proposal.key)  # bookings before conversations
        current = (
            Conversation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("hotel", "thread__account")
            .get(pk=conversation.pk)
        )
        if current.fence != conversation.fence:
            return
        if dead:
            _give_up(current, dead, f"{type(error).__name__} after {MAX_ATTEMPTS} tries")
        current.lease_until = None
        current.due_at = None if dead else timezone.now() + inbox.retry_after(max(letter.attempts for letter in letters))
        current.save(update_fields=["lease_until", "due_at"])


def _give_up(conversation: Conversation, letters: list[Inbound], reason: str) -> None:
    """Dead letters, a person, and a word to the guest. Inside the caller's transaction."""
    inbox.bury(Inbound.objects.filter(pk__in=[letter.pk for letter in letters]), reason)
    Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING).update(state=Inbound.State.PARKED)
    if conversation.owner == Conversation.Owner.BOT:
        state = State.from_json(conversation.state)
        handoff.request(conversation, "failure", handoff.summary_of(state))
        language = state.language or conversation.hotel.main_language
        when = phrasebook.say(language, "person_unknown")
        say(conversation, phrasebook.say(language, "person_coming", when=when), f"failed:{conversation.pk}:{letters[-1].pk}")


def _phone(thread: Thread) -> str:
    whatsapp = thread.account.kind == Account.Kind.WHATSAPP and not thread.identity.startswith("user:")
    return f"+{thread.address}" if whatsapp else ""
