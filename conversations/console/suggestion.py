"""A draft for the person who answers: what the receptionist would say, from the hotel's own words. It leaves only when somebody
takes it over and sends it. Nothing is asked of the PMS and nothing is kept or booked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from django.db import transaction

from conversations import voices
from conversations.desk import HotelDesk, hotel_view
from conversations.dialogue import policy
from conversations.dialogue.types import DeskProblem, State
from conversations.dialogue.types import Message as Heard
from conversations.labels import sources_of
from conversations.models import Conversation, DeskSettings, Guest, Message

LONG = 1000
ANSWERED_BY_PEOPLE = {Conversation.Owner.WAITING, Conversation.Owner.PERSON}


@dataclass(frozen=True)
class Suggestion:
    """``sources``: (words, address of the page) of the facts and questions it is made of."""

    text: str
    sources: tuple[tuple[str, str], ...]


class Words(HotelDesk):
    """A desk that answers from the hotel's words only."""

    def offers(self, *_args: Any, **_more: Any) -> NoReturn:
        raise DeskProblem("a draft asks no PMS")

    propose = confirm = near = bookings = open = offers


def of(talk: Conversation) -> Suggestion | None:
    """For what the guest wrote since somebody answered; None when the hotel's words say nothing to it."""
    if talk.owner not in ANSWERED_BY_PEOPLE or not DeskSettings.of(talk.hotel).suggest:
        return None
    answered = talk.messages.filter(author=Message.Author.STAFF).order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = talk.messages.filter(author=Message.Author.GUEST, pk__gt=answered).order_by("-pk").values_list("text", flat=True)[:3]
    said = [row[:LONG] for row in rows if row.strip()]
    # The last words first: what came before may be why a person was called.
    for text in dict.fromkeys([*said[:1], "\n".join(reversed(said))]):
        if draft := _draft(talk, text):
            return draft
    return None


def _draft(talk: Conversation, text: str) -> Suggestion | None:
    if not text.strip():
        return None
    now = talk.hotel.local_now()
    view = hotel_view(talk.hotel, now)
    with transaction.atomic(), voices.speaking(talk.hotel_id):
        desk = Words(Conversation(hotel=talk.hotel, guest=Guest(hotel=talk.hotel)), talk.hotel.local_now)
        try:
            _understood, outcome = policy.decide(Heard(text), state=State(language=talk.guest.language), hotel=view, desk=desk, now=now)
        except DeskProblem:
            return None
        finally:
            transaction.set_rollback(True)
    reply = outcome.reply
    if reply is None or not reply.sources or outcome.hand_off is not None or reply.choices:
        return None
    known = sources_of(talk.hotel_id, [Message(sources=list(reply.sources))])
    return Suggestion(reply.text, tuple(known.get(name, (name, "")) for name in reply.sources))
