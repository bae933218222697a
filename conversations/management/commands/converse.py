"""``manage.py converse --hotel SLUG``: a guest in the terminal, through the same inbox, turns, saga and outbox.

The process drives its own conversation: its web chat account is marked ``driver=converse``, which workers and sweeper
leave alone. See docs/converse.md for the JSON shapes.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from channels_app import delivery, inbox
from channels_app.envelope import InboundMessage, Sender
from channels_app.models import Account, Inbound, Outbound, Thread
from conversations import sorting, turns
from conversations.dialogue.types import State
from conversations.dialogue.understanding.normalise import fold
from conversations.management.terminal import hotel_of, now_option
from conversations.models import Conversation, Event, Message
from hotelagent.hotels.models import Hotel
from reservations import booking
from reservations.models import Booking

LIMIT_S = 30.0
TOLD = frozenset(
    [
        "hold_created",
        "booking_placing",
        "booking_confirmed",
        "booking_rejected",
        "booking_unknown",
        "booking_changed",
        "booking_cancelled",
        "handed_off",
        "given_back",
    ]
)
OPEN = [Booking.State.HOLDING, Booking.State.PLACING, Booking.State.CHANGING, Booking.State.CANCELLING]


class Command(BaseCommand):
    help = "Talk to the receptionist in the terminal"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hotel", required=True)
        parser.add_argument("--now", default="", help="ISO time; without offset it is the hotel's; stays fixed")
        parser.add_argument("--language", default="", choices=["", "es", "en", "pt"])
        parser.add_argument("--guest", default="", help="continue this guest; default: a new one")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, **options: Any) -> None:
        hotel = hotel_of(options["hotel"])
        talk = Talk(hotel, options["guest"] or f"guest-{secrets.token_hex(4)}", options["language"], now_option(options["now"], hotel))
        for line in sys.stdin.buffer:
            text = line.decode("utf-8", "replace").strip("\r\n")
            if not text.strip():
                continue
            said = _said(text, hotel) if options["as_json"] else {"text": text}
            answer = talk.say(said)
            if options["as_json"]:
                sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            else:
                sys.stdout.write(_plain(answer))
            sys.stdout.flush()


class Talk:
    """One guest's conversation, driven in this process."""

    def __init__(self, hotel: Hotel, guest: str, language: str, now: dt.datetime | None) -> None:
        self.hotel, self.guest, self.language, self.now = hotel, guest[:40], language, now
        self.account = Account.webchat(hotel, Account.Driver.CONVERSE, "Terminal")

    def say(self, said: dict[str, Any]) -> dict[str, Any]:
        """One message in, everything it caused out."""
        now = said.get("now") or self.now
        sent_last = Outbound.objects.filter(account=self.account).order_by("-id").values_list("pk", flat=True).first() or 0
        event_last = Event.objects.order_by("-id").values_list("pk", flat=True).first() or 0
        text, choice = self._tapped(said)
        letter = InboundMessage(
            account_key=str(self.account.pk), provider_id=f"{self.guest}:{secrets.token_hex(8)}", sender=Sender(phone=self.guest),
            kind="interactive" if choice else "text", provider_time=timezone.now(), text=text, choice_id=choice,
        )  # fmt: skip
        inbox.accept(Account.Kind.WEBCHAT, [letter], {str(self.account.pk): self.account})
        self._work(now)
        return self._answer(sent_last, event_last)

    def _work(self, now: dt.datetime | None) -> None:
        """Drain turns, saga and outbox until nothing of this guest is open, for 30 s at most."""
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            sorting.sort(Account.Driver.CONVERSE, sender=self.guest, debounce_s=0)
            conversation = self._conversation()
            if conversation is None:
                return
            if self.language and not conversation.state.get("language"):
                conversation.state = conversation.state | {"language": self.language}
                conversation.save(update_fields=["state"])
            worked = turns.take(conversation.pk, fixed_now=now)
            for pk in self._bookings(conversation).filter(due_at__lte=timezone.now()).values_list("pk", flat=True):
                worked |= booking.advance(pk)
            worked |= bool(delivery.drain(deadline, Account.Driver.CONVERSE, account=self.account))
            if self._is_quiet(conversation):
                return
            if not worked:
                time.sleep(0.05)  # something of ours is leased elsewhere or due in a moment

    def _is_quiet(self, conversation: Conversation) -> bool:
        waiting = Inbound.objects.filter(thread_id=conversation.thread_id, state=Inbound.State.WAITING)
        queued = Outbound.objects.filter(thread_id=conversation.thread_id, state__in=[Outbound.State.QUEUED, Outbound.State.SENDING])
        owned = Conversation.objects.get(pk=conversation.pk).owner == Conversation.Owner.BOT
        return not ((owned and waiting.exists()) or queued.exists() or self._bookings(conversation).exists())

    def _bookings(self, conversation: Conversation) -> Any:
        return Booking.objects.filter(hotel=self.hotel, conversation_ref=str(conversation.pk), state__in=OPEN)

    def _conversation(self) -> Conversation | None:
        return (
            Conversation.objects.filter(thread__account=self.account, thread__identity=self.guest).select_related("thread", "guest").first()
        )

    def _tapped(self, said: dict[str, Any]) -> tuple[str, str]:
        """A line that equals a choice's title, id or number taps it."""
        wanted = str(said.get("choice") or said.get("text") or "")
        conversation = self._conversation()
        last = conversation.messages.filter(author=Message.Author.BOT).order_by("-at", "-id").first() if conversation else None
        for number, choice in enumerate(last.choices if last else [], start=1):
            if wanted == choice["id"] or fold(wanted) == fold(choice["title"]) or wanted.strip() == str(number):
                return choice["title"], choice["id"]
        return (wanted, wanted) if said.get("choice") else (wanted, "")

    def _answer(self, sent_last: int, event_last: int) -> dict[str, Any]:
        conversation = self._conversation()
        assert conversation is not None
        thread: Thread = conversation.thread
        sent = Outbound.objects.filter(thread=thread, pk__gt=sent_last).order_by("id")
        heard = conversation.messages.filter(author=Message.Author.GUEST).order_by("-id").first()
        state = State.from_json(conversation.state)
        proposal = {"kind": state.proposal.kind, **state.proposal.data} if state.proposal else None
        events = Event.objects.filter(conversation=conversation, pk__gt=event_last, type__in=TOLD).order_by("id")
        understanding = (heard.understanding if heard else None) or {"language": state.language, "intents": [], "slots": {}, "clarify": []}
        return {
            "guest": self.guest,
            "replies": [
                {"text": row.content["text"], "choices": [{"id": c["id"], "title": c["title"]} for c in row.content["choices"]]}
                for row in sent
                if row.content["kind"] != "read"
            ],
            "understanding": understanding,
            "state": {"slots": state.slots, "awaiting": state.awaiting, "proposal": proposal},
            "owner": conversation.owner,
            "events": [{"type": event.type, **event.data} for event in events],
        }


def _said(line: str, hotel: Hotel) -> dict[str, Any]:
    """A line of ``--json`` input: an object, or plain text."""
    if not line.lstrip().startswith("{"):
        return {"text": line}
    try:
        said = json.loads(line)
    except ValueError:
        return {"text": line}
    if not isinstance(said, dict) or not ({"text", "choice"} & said.keys()):
        return {"text": line}
    found: dict[str, Any] = {key: str(said[key]) for key in ("text", "choice") if said.get(key)}
    if said.get("now"):
        found["now"] = now_option(str(said["now"]), hotel)
    return found


def _plain(answer: dict[str, Any]) -> str:
    lines = []
    for reply in answer["replies"]:
        lines.append(reply["text"])
        lines += [f"  [{number}] {choice['title']}" for number, choice in enumerate(reply["choices"], start=1)]
    if answer["owner"] != "bot":
        lines.append(f"({answer['owner']})")
    return "\n".join(lines) + "\n\n"
