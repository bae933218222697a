"""What the hotel says of itself. A version counts every change, so that an answer can be traced to the words it used."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel, Language


class Versioned(models.Model):
    """Saving changed words counts the version up."""

    WORDS: tuple[str, ...] = ()

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            before = type(self)._default_manager.filter(pk=self.pk).values(*self.WORDS).first()
            if before is not None and any(before[name] != getattr(self, name) for name in self.WORDS):
                type(self)._default_manager.filter(pk=self.pk).update(version=F("version") + 1)
                self.version += 1
        super().save(*args, **kwargs)


class Fact(Versioned):
    """The answer to one topic in one language."""

    WORDS = ("text",)

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="facts", verbose_name=_("hotel"))
    topic = models.CharField(_("topic"), max_length=40)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["topic", "language"]
        constraints = [models.UniqueConstraint(fields=["hotel", "topic", "language"], name="one_fact_per_topic_and_language")]

    def __str__(self) -> str:
        return f"{self.topic} ({self.language})"


class Faq(Versioned):
    """A question guests ask, and the hotel's answer."""

    WORDS = ("question", "answer")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="faqs", verbose_name=_("hotel"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    question = models.CharField(_("question"), max_length=300)
    answer = models.TextField(_("answer"))

    class Meta:
        verbose_name = _("frequent question")
        verbose_name_plural = _("frequent questions")
        ordering = ["language", "question"]
        constraints = [models.UniqueConstraint(fields=["hotel", "language", "question"], name="one_faq_per_question")]

    def __str__(self) -> str:
        return self.question
