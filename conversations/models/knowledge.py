"""What the hotel says of itself. A version counts every change, so that an answer can be traced to the words it used."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel, Language, Weekday


class Current(models.QuerySet["Any"]):
    """Rows that are told only until a day."""

    def on(self, day: dt.date) -> Self:
        """Those that hold on this day of the hotel's calendar."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day))


class Versioned(models.Model):
    """Saving changed words counts the version up."""

    WORDS: tuple[str, ...] = ()

    valid_until = models.DateField(
        _("holds until"), null=True, blank=True, help_text=_("The last day on which it is told; empty: for as long as it stands here")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = Current.as_manager()

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


def is_year_day(value: str) -> None:
    """Raises ValidationError unless it is a day of any year, "MM-DD"."""
    try:
        dt.date.fromisoformat(f"2024-{value}")
    except ValueError as error:
        raise ValidationError(_("A month and a day, such as 11-01")) from error


class Detail(Versioned):
    """One exact value about a topic, the same in every language: hours, a price, a distance or a limit. A question for just
    that is answered from it; the facts hold everything else. A row holds any of the three."""

    class Charge(models.TextChoices):
        INCLUDED = "included", _("Included in the rate")
        FREE = "free", _("Free of charge")
        EXTRA = "extra", _("Paid apart")

    class Per(models.TextChoices):
        NIGHT = "night", _("night")
        DAY = "day", _("day")
        DAY_24H = "24h", _("24 hours")
        HOUR = "hour", _("hour")
        STAY = "stay", _("stay")
        PERSON = "person", _("person")
        PERSON_NIGHT = "person_night", _("person and night")
        TRIP = "trip", _("trip")
        BAG = "bag", _("bag")
        UNIT = "unit", _("unit")

    class Measure(models.TextChoices):
        DISTANCE_M = "distance_m", _("distance in metres")
        DISTANCE_KM = "distance_km", _("distance in kilometres")
        WALK_MIN = "walk_min", _("minutes on foot")
        DRIVE_MIN = "drive_min", _("minutes by car")
        TAKES_MIN = "takes_min", _("minutes it takes")
        HEIGHT_M = "height_m", _("height at most, in metres")
        WEIGHT_KG = "weight_kg", _("weight at most, in kilograms")
        AGE_FROM = "age_from", _("age from")
        AGE_UNTIL = "age_until", _("age until")
        NOTICE_H = "notice_h", _("hours of notice")
        SPEED_MBPS = "speed_mbps", _("speed in Mbps")

    WORDS = (
        "names", "weekdays", "opens", "closes", "season_from", "season_until", "amount", "currency", "per", "charge", "measure", "number",
        "room_types",
    )  # fmt: skip

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="details", verbose_name=_("hotel"))
    topic = models.CharField(_("topic"), max_length=40)
    # What it is about when it is not the topic itself, by language and with its article: "el bar", "the transfer to Ezeiza".
    names = models.JSONField(_("what it is about"), default=dict, blank=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices), default=list, blank=True, verbose_name=_("on"),
        help_text=_("None: every day"),
    )  # fmt: skip
    opens = models.TimeField(_("from (hour)"), null=True, blank=True)
    closes = models.TimeField(_("until (hour)"), null=True, blank=True, help_text=_("00:00 to 23:59 is round the clock"))
    season_from = models.CharField(_("season from"), max_length=5, blank=True, validators=[is_year_day], help_text=_("Month-day: 11-01"))
    season_until = models.CharField(_("season until"), max_length=5, blank=True, validators=[is_year_day], help_text=_("Month-day: 03-31"))
    amount = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, validators=[RegexValidator(re.compile(r"[A-Z]{3}\Z"), _("Three letters, e.g. ARS"))],
        help_text=_("Empty: the hotel's"),
    )  # fmt: skip
    per = models.CharField(_("per"), max_length=12, choices=Per.choices, blank=True)
    charge = models.CharField(_("how it is paid"), max_length=8, choices=Charge.choices, blank=True)
    room_types = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("only in room types"),
        help_text=_("Codes parted by commas, for what only some rates include; none: in all"),
    )  # fmt: skip
    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices, blank=True)
    number = models.DecimalField(_("number"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("hours or price")
        verbose_name_plural = _("hours, prices and limits")
        ordering = ["topic", "id"]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"

    def clean(self) -> None:
        wrong: dict[str, Any] = {}
        if self.opens is None and self.closes is None:
            if self.weekdays:
                wrong["weekdays"] = _("Days without hours")
            if self.season_from or self.season_until:
                wrong["season_from"] = _("A season without hours")
        if self.opens is not None and self.opens == self.closes:
            wrong["closes"] = _("It closes when it opens; round the clock is 00:00 to 23:59.")
        if bool(self.season_from) != bool(self.season_until):
            wrong["season_until"] = _("A season has a first and a last day.")
        if self.amount is None:
            if self.per or self.currency:
                wrong["amount"] = _("The price is missing.")
        elif self.charge in {self.Charge.INCLUDED, self.Charge.FREE}:
            wrong["charge"] = _("What has a price is neither free nor included.")
        if self.room_types and self.charge != self.Charge.INCLUDED:
            wrong["room_types"] = _("Only for what is included in the rate.")
        if (self.number is None) != (not self.measure):
            wrong["number"] = _("A number and what it measures belong together.")
        if not isinstance(self.names, dict) or not set(self.names) <= set(Language.values):
            wrong["names"] = _("Words by language")
        if wrong:
            raise ValidationError(wrong)
        if self.opens is None and self.closes is None and self.amount is None and not self.charge and self.number is None:
            raise ValidationError(_("Hours, a price, or a number: something has to be told."))


class Faq(Versioned):
    """A question guests ask, and the hotel's answer."""

    WORDS = ("question", "answer")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="faqs", verbose_name=_("hotel"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    subject = models.SlugField(
        _("subject of the question"), max_length=60, blank=True, db_index=False,
        help_text=_("One word for the same question in every language, such as “luggage”: then a missing language is told"),
    )  # fmt: skip
    question = models.CharField(_("question"), max_length=300)
    answer = models.TextField(_("answer"))

    class Meta:
        verbose_name = _("frequent question")
        verbose_name_plural = _("frequent questions")
        ordering = ["language", "question"]
        constraints = [
            models.UniqueConstraint(fields=["hotel", "language", "question"], name="one_faq_per_question"),
            models.UniqueConstraint(
                fields=["hotel", "subject", "language"], condition=~Q(subject=""), name="one_faq_per_subject_and_language",
                violation_error_message=_("This subject has a question in this language already."),
            ),
        ]  # fmt: skip

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
