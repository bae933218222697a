"""The bell of the live pages: something about a conversation changed.

PostgreSQL carries it from whichever process committed the change to every web process (NOTIFY, delivered on commit); each
web process listens on one connection of its own and passes it to its open sockets. A bell carries ids, never words, and may
be lost: a page that was away reads everything again.
"""

from __future__ import annotations

import json

from django.db import connection

from conversations.models import Conversation

CHANNEL = "desk"
TICKED = """
SELECT pg_notify(%s, json_build_object('hotel', hotel_id, 'ticks', id)::text) FROM conversations_conversation WHERE thread_id = %s
"""


def changed(conversation: Conversation) -> None:
    """Ring with the caller's transaction."""
    changed_ids([(conversation.hotel_id, conversation.pk)])


def changed_ids(pairs: list[tuple[int, int]]) -> None:
    """As ``changed`` for many: (hotel, conversation)."""
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_notify(%s, told) FROM unnest(%s::text[]) AS told",
                [CHANNEL, [json.dumps({"hotel": hotel, "conversation": pk}) for hotel, pk in dict.fromkeys(pairs)]],
            )


def ticked(thread_id: int) -> None:
    """What became of a letter: seen in the thread's open conversation, nothing in the queue. Some of them for every letter, so one
    statement."""
    with connection.cursor() as cursor:
        cursor.execute(TICKED, [CHANNEL, thread_id])


def tell(hotel_id: int, **what: object) -> None:
    """Anything else every open page of the hotel shall know at once; at most some hundred bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"hotel": hotel_id, **what})])
