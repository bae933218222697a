"""One guest turn, start to end.

claim (a lease by compare-and-swap, every waiting letter collected) → compute (no transaction) → commit (still our
lease? nothing newer? still the bot's?). A turn that lost its lease leaves no trace; one that booked something is told
even when a newer letter came meanwhile.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import mimetypes
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import structlog
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify
from prometheus_client import Counter, Histogram

from channels_app import inbox, outbox
from channels_app.envelope import Choice, Content, JsonObject
from channels_app.models import Account, Attachment, Inbound, Outbound, Thread
from conversations import handoff, knowledge, live, mails, restraint, switch, trail, voices
from conversations.desk import HotelDesk, hotel_view
from conversations.dialogue import patterns, phrasebook, policy
from conversations.dialogue.types import Message as Heard
from conversations.dialogue.types import Outcome, Reply, State, Understanding
from conversations.dialogue.understanding.language import detect
from conversations.dialogue.understanding.model import Model
from conversations.dialogue.understanding.normalise import fold
from conversations.models import Conversation, Message, RoomPhoto
from hotelagent.ops import correlation, killpoints, leases
from hotelagent.ops.bulk import update_rows
from reservations import booking

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = inbox.MAX_ATTEMPTS
# An answer this old is of no use to the guest, and staff are told; what was booked or settled is told however late.
ANSWER_LIFE = dt.timedelta(hours=1)
# Kinds whose text is a label, not words of the guest.
WORDLESS = frozenset({"location", "contacts", "sticker", "reaction", "order"})

# A turn that waited this long for a thread looks whether it is still its own.
FRESH_S = 0.2

HELD = leases.Held()
TURNS = Counter("orchestrator_messages_total", "Turns", ["intent", "status"])
INTENTS = Counter("intents_detected_total", "Intents understood", ["intent", "confidence_level"])
LATENCY = Histogram("orchestrator_latency_seconds", "Time one turn took")


def prepare() -> None:
    """What a process needs before it reads the first letter: ``settings.BEFORE_FORKING``."""
    patterns.compile_all()
    Model.load()


@dataclass(frozen=True)
class Clock:
    """The hotel's wall clock; fixed for terminal talks."""

    zone: dt.tzinfo
    fixed: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        return self.fixed or timezone.now().astimezone(self.zone)


@dataclass(frozen=True, eq=False)
class Claimed:
    """A turn that is ours: the lease is written, the letters' tries are counted."""

    conversation: Conversation = field(repr=False)
    letters: list[Inbound] = field(repr=False)
    pk: int
    at: float  # monotonic


def due_conversations(driver: str = Account.Driver.WORKER, *, limit: int = 20) -> list[int]:
    """Conversations whose guest waits for the bot, longest wait first."""
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = Conversation.objects.filter(free, owner=Conversation.Owner.BOT, due_at__lte=now, thread__account__driver=driver)
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:limit])


def take(pk: int, *, fixed_now: dt.datetime | None = None) -> bool:
    """One turn of one conversation. False when somebody else has it or nobody waits."""
    claimed = claim([pk])
    for one in claimed:
        work(one, fixed_now=fixed_now)
    return bool(claimed)


def work(claimed: Claimed, *, fixed_now: dt.datetime | None = None) -> None:
    """The turn of a claim, unless it was lost while it waited for a thread."""
    conversation, letters = claimed.conversation, claimed.letters
    if time.monotonic() - claimed.at > FRESH_S and not _still_ours(conversation):
        return
    held, bound = HELD.keep(conversation.pk, conversation.fence), correlation.bound(letters[0].correlation_id)
    with held, bound, LATENCY.time(), voices.speaking(conversation.hotel_id):
        _one_turn(conversation, letters, Clock(conversation.hotel.zone, fixed_now))


def _still_ours(conversation: Conversation) -> bool:
    now = timezone.now()
    mine = Conversation.objects.filter(pk=conversation.pk, fence=conversation.fence, lease_until__gt=now)
    return bool(mine.update(lease_until=now + leases.length()))


def _one_turn(conversation: Conversation, letters: list[Inbound], clock: Clock) -> None:
    reason = "" if switch.may_answer(conversation) else "switched_off"
    if reason := reason or restraint.reason(conversation, letters):
        with transaction.atomic():
            if _locked(conversation):
                switch.pass_on(conversation, letters, reason)
        return
    desk = HotelDesk(conversation, clock, phone=_phone(conversation.thread), email=_email(conversation.thread))
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


def claim(pks: Sequence[int]) -> list[Claimed]:
    """The leases of those that are free, and every letter that waits in them, each with its try counted before anything is
    done about it. Letters that were tried before are claimed one conversation at a time: what killed a worker shall not
    cost others their tries."""
    if not pks:
        return []
    now = timezone.now()
    with transaction.atomic():
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        talks = list(
            Conversation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            .filter(free, pk__in=pks, owner=Conversation.Owner.BOT)
            .select_related("hotel", "guest", "thread__account").order_by("id")
        )  # fmt: skip
        waiting = _waiting(talks)
        ready: list[Claimed] = []
        for talk in _fresh_or_one(talks, waiting):
            letters = waiting[talk.thread_id]
            dead = [letter for letter in letters if letter.attempts >= MAX_ATTEMPTS]
            if dead:  # whoever tried them died each time
                _give_up(talk, dead, "its worker died each time")
            if dead or not letters:
                Conversation.objects.filter(pk=talk.pk).update(lease_until=None, due_at=None)
                continue
            for letter in letters:
                letter.attempts += 1
            # Should this process die, the next one waits for the lease, and longer after every death.
            attempts = max(letter.attempts for letter in letters)
            talk.lease_until, talk.fence = now + leases.length(), talk.fence + 1
            talk.due_at = now + (inbox.retry_after(attempts - 1) if attempts > 1 else leases.length())
            ready.append(Claimed(talk, letters, talk.pk, time.monotonic()))
        tried = [letter.pk for one in ready for letter in one.letters]
        if tried:
            Inbound.objects.filter(pk__in=tried).update(attempts=F("attempts") + 1)
        update_rows([one.conversation for one in ready], ["lease_until", "fence", "due_at"])
    if ready:
        killpoints.reached("turn.claimed")
    return ready


def _fresh_or_one(talks: list[Conversation], waiting: dict[int, list[Inbound]]) -> list[Conversation]:
    fresh = [talk for talk in talks if not any(letter.attempts for letter in waiting[talk.thread_id])]
    return fresh or talks[:1]


def _waiting(talks: Sequence[Conversation]) -> dict[int, list[Inbound]]:
    """Of every thread, in the provider's order; equal seconds in order of arrival."""
    found: dict[int, list[Inbound]] = {talk.thread_id: [] for talk in talks}
    if found:
        rows = Inbound.objects.filter(thread_id__in=list(found), state=Inbound.State.WAITING)
        for letter in rows.defer("raw", "media", "digest").order_by("provider_time", "id"):
            found[letter.thread_id or 0].append(letter)
    return found


def _compute(conversation: Conversation, letters: list[Inbound], desk: HotelDesk, clock: Clock) -> tuple[Understanding, Outcome]:
    now = clock()
    state = State.from_json(conversation.state)
    return policy.decide(
        _heard(letters), state=state, hotel=hotel_view(conversation.hotel, now, phone=desk.phone, email=desk.email), desk=desk, now=now
    )


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
        if not _locked(conversation):
            return False  # the lease was lost: to another worker, or to a person who took over
        if not desk.acted and not switch.may_answer(conversation, hold=True):
            switch.pass_on(conversation, letters, "switched_off")
            return False
        conversation.lease_until = None
        newer = _has_newer(conversation.thread_id, letters)
        if newer and not desk.acted:
            conversation.due_at = timezone.now()
            conversation.save(update_fields=["lease_until", "due_at"])
            Inbound.objects.filter(pk__in=[letter.pk for letter in letters]).update(attempts=0)  # not a failure
            return False
        conversation.state, conversation.version = outcome.state.to_json(), conversation.version + 1
        conversation.due_at = timezone.now() if newer else None
        _answered(letters, understanding)
        if outcome.reply is not None:
            life = None if desk.acted or outcome.hand_off is not None else ANSWER_LIFE
            _post(conversation, outcome.reply, f"turn:{conversation.pk}:{conversation.version}", life=life)
        update_rows([conversation], ["state", "version", "due_at", "lease_until", "last_message_at"])
        _record(conversation, desk)
        if outcome.hand_off is not None:
            since = min(letter.received_at for letter in letters)
            handoff.request(conversation, outcome.hand_off.reason, handoff.summary_of(outcome.state), since=since)
        _learn(conversation, understanding)
        live.changed(conversation)
    return True


# Asked in every turn, so ready made: Django spends longer on making these statements than PostgreSQL on doing them.


def _locked(conversation: Conversation) -> bool:
    """The conversation's row, locked until the transaction ends; False when its lease is somebody else's by now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fence FROM conversations_conversation WHERE id = %s FOR NO KEY UPDATE", [conversation.pk])
        row = cursor.fetchone()
    return row is not None and row[0] == conversation.fence


def _has_newer(thread: int, letters: list[Inbound]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM channels_app_inbound WHERE thread_id = %s AND state = 'waiting' AND id <> ALL(%s) LIMIT 1",
            [thread, [letter.pk for letter in letters]],
        )
        return cursor.fetchone() is not None


def _answered(letters: list[Inbound], understanding: Understanding) -> None:
    """The letters are answered, and the last one's line in the transcript says how they were understood."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH answered AS (UPDATE channels_app_inbound SET state = 'answered' WHERE id = ANY(%s) AND state = 'waiting') "
            "UPDATE conversations_message SET understanding = %s::jsonb WHERE inbound_id = %s",
            [[letter.pk for letter in letters], json.dumps(understanding.to_json()), letters[-1].pk],
        )
    for intent in understanding.intents:
        INTENTS.labels(intent.name, "high" if intent.confidence >= 0.8 else "low").inc()


def _leave_untold(conversation: Conversation, desk: HotelDesk) -> None:
    """What this turn booked while a person took over is on record with its words, for the person to tell."""
    if desk.booked and Conversation.objects.filter(pk=conversation.pk).exclude(owner=Conversation.Owner.BOT).exists():
        with transaction.atomic():
            for key in desk.booked:
                booking.leave_to_background(key=key)


def _post(conversation: Conversation, reply: Reply, key: str, *, life: dt.timedelta | None = None) -> None:
    """The letter and its line in the transcript; the conversation is saved by the caller."""
    text, language = reply.text, ""
    around: JsonObject = {}
    if conversation.thread.account.kind == Account.Kind.EMAIL:
        language = State.from_json(conversation.state).language or conversation.hotel.main_language
        text, around = mails.dressed(conversation.hotel, conversation.guest.name, text, language)
    content = Content(
        "text" if not reply.choices else "choices",
        text,
        tuple(Choice(c.id, c.title, c.description) for c in reply.choices),
        reply.list_label,
        language=language,
        mail=around,
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
    for photo in reply.photos:
        _send_photo(conversation, photo, f"{key}:{photo}", now, expires_at)
    conversation.last_message_at = now


def _send_photo(conversation: Conversation, name: str, key: str, now: dt.datetime, expires_at: dt.datetime | None) -> None:
    """A picture of a room after the words; nothing when it was taken away meanwhile."""
    photo = RoomPhoto.objects.filter(hotel=conversation.hotel_id, pk=int(name.removeprefix("photo:"))).first()
    if photo is None:
        return
    values = {"name": f"{slugify(photo.room_type)}-{photo.pk}{mimetypes.guess_extension(photo.mime_type)}", "mime_type": photo.mime_type}
    shown = f"{name}:{hashlib.sha256(photo.data).hexdigest()[:16]}"  # another picture in the same place is another file
    file, _made = Attachment.objects.get_or_create(thread_id=conversation.thread_id, key=shown, defaults={**values, "data": photo.data})
    content = Content("file", file=file.told())
    rows = outbox.post(conversation.thread, content, dedupe_key=key, author=Outbound.Author.BOT, expires_at=expires_at)
    Message.objects.create(conversation=conversation, author=Message.Author.BOT, kind="image", text="", outbound=rows[-1], at=now)


def say(conversation: Conversation, text: str, key: str) -> None:
    """A line of the receptionist outside a turn (a booking that settled later). Call inside a transaction."""
    if not switch.may_answer(conversation, hold=True):
        handoff.call_person(conversation.pk, "switched_off")
        return
    if not Outbound.objects.filter(dedupe_key=key).exists():
        _post(conversation, Reply(text), key)
        conversation.save(update_fields=["last_message_at"])
        live.changed(conversation)


def _record(conversation: Conversation, desk: HotelDesk) -> None:
    for type_, data in desk.events:
        trail.record(conversation, type_, **data)
    for text, topic, language in desk.asked:
        knowledge.note_unanswered(conversation, text, topic, language)


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
        if dead and proposal is not None and proposal.kind != "cancel":
            booking.leave_to_background(key=proposal.key)  # bookings before conversations
        current = (
            Conversation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("hotel", "thread__account")
            .get(pk=conversation.pk)
        )
        if current.fence != conversation.fence:
            return
        if dead:
            _give_up(current, dead, f"{type(error).__name__} after {MAX_ATTEMPTS} tries", _spoken(current, dead))
        current.lease_until = None
        current.due_at = None if dead else timezone.now() + inbox.retry_after(max(letter.attempts for letter in letters))
        current.save(update_fields=["lease_until", "due_at"])


def _spoken(conversation: Conversation, letters: list[Inbound]) -> str:
    """The language of letters that no turn could take; "" when that breaks as well."""
    text = "\n".join(letter.text for letter in letters)[:500]
    with suppress(Exception):
        return detect(text, fold(text), previous="", offered=tuple(conversation.hotel.languages))
    return ""


def _give_up(conversation: Conversation, letters: list[Inbound], reason: str, language: str = "") -> None:
    """Dead letters, a person, and a word to the guest, whose language may be known from the letters alone (they are not looked at
    where they killed their worker). Inside the caller's transaction."""
    inbox.bury(Inbound.objects.filter(pk__in=[letter.pk for letter in letters]), reason)
    Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING).update(state=Inbound.State.PARKED)
    if conversation.owner == Conversation.Owner.BOT:
        state = State.from_json(conversation.state)
        handoff.request(conversation, "failure", handoff.summary_of(state), since=min(letter.received_at for letter in letters))
        language = state.language or language or conversation.hotel.main_language
        with voices.speaking(conversation.hotel_id):  # outside of a turn too
            when = phrasebook.say(language, "person_unknown")
            say(conversation, phrasebook.say(language, "person_coming", when=when), f"failed:{conversation.pk}:{letters[-1].pk}")


def _email(thread: Thread) -> str:
    return thread.user_id if thread.account.kind == Account.Kind.EMAIL else ""


def _phone(thread: Thread) -> str:
    whatsapp = thread.account.kind == Account.Kind.WHATSAPP and not thread.identity.startswith("user:")
    return f"+{thread.address}" if whatsapp else ""
