"""The knowledge sections of a provisioning file."""

from __future__ import annotations

from conversations.dialogue.intents.facts import TOPICS
from conversations.models import Fact, Faq
from hotelagent.hotels.documents import Table
from hotelagent.hotels.models import Hotel, Language


def apply_knowledge(hotel: Hotel, document: Table) -> None:
    if "facts" in document:
        kept = []
        for item in document["facts"].items():
            table = item.table(required=("topic", "language", "text"))
            row, _created = Fact.objects.update_or_create(
                hotel=hotel,
                topic=table["topic"].choice(tuple(TOPICS)),
                language=table["language"].choice(tuple(Language.values)),
                defaults={"text": table["text"].text()},
            )
            kept.append(row.pk)
        Fact.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()
    if "faqs" in document:
        kept = []
        for item in document["faqs"].items():
            table = item.table(required=("language", "question", "answer"))
            question, _created = Faq.objects.update_or_create(
                hotel=hotel,
                language=table["language"].choice(tuple(Language.values)),
                question=table["question"].text(maximum=300),
                defaults={"answer": table["answer"].text()},
            )
            kept.append(question.pk)
        Faq.objects.filter(hotel=hotel).exclude(pk__in=kept).delete()
