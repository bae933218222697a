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


class UnansweredQuestion(models.Model):
    """A question the hotel's words have no answer to; asked again in the same words it is counted, not listed twice."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        DISMISSED = "dismissed", _("dismissed")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="unanswered", verbose_name=_("hotel"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    question = models.CharField(_("question"), max_length=300)
    # Folded words: how "¿Tienen secador?" and "tienen secador" are one question.
    words = models.CharField(max_length=300)
    topic = models.CharField(_("topic"), max_length=40, blank=True)
    asked = models.PositiveIntegerField(_("times asked"), default=1)
    first_at = models.DateTimeField(_("first asked"), auto_now_add=True)
    last_at = models.DateTimeField(_("last asked"))
    conversation = models.ForeignKey("conversations.Conversation", models.SET_NULL, null=True, verbose_name=_("last conversation"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    faq = models.ForeignKey(Faq, models.SET_NULL, null=True, blank=True, verbose_name=_("frequent question"))

    class Meta:
        verbose_name = _("unanswered question")
        verbose_name_plural = _("unanswered questions")
        ordering = ["-last_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["hotel", "language", "words"], name="one_unanswered_per_words")]
        indexes = [models.Index(fields=["hotel", "state", "-last_at"], name="unanswered_by_state")]

    def __str__(self) -> str:
        return self.question
