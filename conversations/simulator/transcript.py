"""A conversation as the simulator's page shows it: the bubbles, and beside them what the receptionist understood and did."""

from __future__ import annotations

from typing import Any

from channels_app import outbox
from conversations.models import Conversation, Event, Message

LIMIT = 200
TICKS = {"queued": "queued", "sending": "queued", "sent": "sent", "delivered": "delivered", "read": "read", "played": "read"}


def of(conversation: Conversation | None) -> dict[str, Any]:
    if conversation is None:
        return {"messages": [], "strip": {"owner": "bot"}, "events": []}
    rows = list(conversation.messages.select_related("outbound").order_by("-at", "-id")[:LIMIT])[::-1]
    events = list(conversation.events.order_by("-id")[:12])
    return {"messages": [_bubble(row) for row in rows], "strip": _strip(conversation, rows), "events": [_event(event) for event in events]}


def _bubble(row: Message) -> dict[str, Any]:
    return {
        "id": row.pk,
        "author": row.author,
        "text": row.text,
        "kind": row.kind,
        "choices": row.choices,
        "at": row.at.isoformat(),
        "tick": TICKS.get(row.outbound.state, row.outbound.state) if row.outbound else "",
        "reason": outbox.why(row.outbound) if row.outbound else "",
        "sources": row.sources,
    }


def _strip(conversation: Conversation, rows: list[Message]) -> dict[str, Any]:
    understood: dict[str, Any] = next((row.understanding for row in reversed(rows) if row.understanding), {})
    state = conversation.state
    return {
        "owner": conversation.owner,
        "language": state.get("language", ""),
        "intents": understood.get("intents", []),
        "heard": understood.get("slots", {}),
        "slots": state.get("slots", {}),
        "awaiting": state.get("awaiting"),
        "proposal": state.get("proposal"),
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "at": event.at.isoformat(),
        "reference": event.data.get("reference", ""),
        "reason": event.data.get("reason", ""),
    }
