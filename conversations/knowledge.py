"""What guests ask and the hotel's words do not answer."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from conversations.dialogue.understanding.normalise import fold, words
from conversations.models import Conversation, UnansweredQuestion

# Questions kept for each hotel; when there are more, new ones are only counted with those known.
MOST = 2000


def note_unanswered(conversation: Conversation, text: str, topic: str, language: str) -> None:
    """One more time this question was asked. A dismissed one stays dismissed; an answered one that comes again is open again,
    because its answer was not found."""
    folded = " ".join(words(fold(text)))[:300]
    if not folded:
        return
    now, kept = timezone.now(), UnansweredQuestion.objects.filter(hotel=conversation.hotel_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO conversations_unansweredquestion AS known
                (hotel_id, language, question, words, topic, asked, first_at, last_at, conversation_id, state)
            SELECT %(hotel)s, %(language)s, %(question)s, %(words)s, %(topic)s, 1, %(now)s, %(now)s, %(conversation)s, 'open'
            WHERE %(room)s OR EXISTS (
                SELECT 1 FROM conversations_unansweredquestion
                WHERE hotel_id = %(hotel)s AND language = %(language)s AND words = %(words)s
            )
            ON CONFLICT (hotel_id, language, words) DO UPDATE
                SET asked = known.asked + 1, last_at = excluded.last_at, conversation_id = excluded.conversation_id,
                    state = CASE WHEN known.state = 'answered' THEN 'open' ELSE known.state END
            """,
            {"hotel": conversation.hotel_id, "language": language, "question": text.strip()[:300], "words": folded, "topic": topic,
             "now": now, "conversation": conversation.pk, "room": kept[:MOST].count() < MOST},
        )  # fmt: skip
