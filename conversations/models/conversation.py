"""A conversation, its transcript, its hand-offs and its events."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models import Inbound, Outbound, Thread
from conversations.models.guest import Guest
from hotelagent.hotels.models import Hotel
from hotelagent.hotels.search import folded


class Conversation(models.Model):
    """The talk on one thread. Exactly one owner at any time; written only by conversations.turns and .handoff."""

    class Owner(models.TextChoices):
        BOT = "bot", _("Receptionist")
        WAITING = "waiting", _("Waiting for a person")
        PERSON = "person", _("With a person")
        SNOOZED = "snoozed", _("Snoozed")
        CLOSED = "closed", _("Closed")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="conversations", verbose_name=_("hotel"))
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="conversations", verbose_name=_("guest"))
    thread = models.OneToOneField(Thread, models.CASCADE, related_name="conversation", verbose_name=_("thread"))
    owner = models.CharField(_("who answers"), max_length=10, choices=Owner.choices, default=Owner.BOT)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person"))
    state = models.JSONField(_("what it remembers"), default=dict)
    version = models.PositiveIntegerField(_("turns"), default=0)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease"), null=True, blank=True)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    # The guest's first message no person has answered, and what follows from it (conversations.escalation).
    waiting_since = models.DateTimeField(_("waits since"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    alert_at = models.DateTimeField(_("next alert"), null=True, blank=True)
    alert_level = models.PositiveSmallIntegerField(_("alerts so far"), default=0)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    # Phones of the staff are to be told of what is new (conversations.relay).
    relay_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_message_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner="person", person__isnull=False) | (~Q(owner="person") & Q(person__isnull=True)),
                name="person_owns_by_name",
            ),
            models.CheckConstraint(
                condition=Q(owner__in=["waiting", "person"]) | Q(waiting_since__isnull=True), name="waits_only_for_people"
            ),
            models.CheckConstraint(condition=Q(owner="snoozed") | Q(snoozed_until__isnull=True), name="snoozed_until_a_time"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(owner="bot", due_at__isnull=False), name="conversation_due"),
            models.Index(fields=["hotel", "owner"], name="conversation_by_owner"),
            models.Index(fields=["hotel", "-last_message_at"], name="conversation_by_last"),
            models.Index(fields=["hotel", "deadline_at"], condition=Q(deadline_at__isnull=False), name="conversation_deadline"),
            models.Index(fields=["alert_at"], condition=Q(alert_at__isnull=False), name="conversation_alert"),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="conversation_snoozed"),
            models.Index(fields=["relay_at"], condition=Q(relay_at__isnull=False), name="conversation_relay"),
        ]

    def __str__(self) -> str:
        return f"{self.guest} · {self.thread.account}"

    @property
    def language(self) -> str:
        """What the guest is written to in: their own language, the hotel's first one until that is known."""
        return self.guest.language or self.hotel.main_language


class Message(models.Model):
    """One line of the transcript; the post office's letters may be purged, this stays as long as the hotel says."""

    class Author(models.TextChoices):
        GUEST = "guest", _("Guest")
        BOT = "bot", _("Receptionist")
        STAFF = "staff", _("Staff")
        SYSTEM = "system", _("System")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", verbose_name=_("conversation"))
    author = models.CharField(_("author"), max_length=8, choices=Author.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=30, default="text")
    text = models.TextField(_("text"), blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    inbound = models.OneToOneField(Inbound, models.SET_NULL, null=True, blank=True, related_name="message", verbose_name=_("letter in"))
    outbound = models.ForeignKey(Outbound, models.SET_NULL, null=True, blank=True, related_name="messages", verbose_name=_("letter out"))
    understanding = models.JSONField(_("understood as"), default=dict, blank=True)
    sources = models.JSONField(_("facts used"), default=list, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="message_in_order"),
            GinIndex(folded("text"), name="message_words"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Handoff(models.Model):
    """A stretch in which a person was needed."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handoffs", verbose_name=_("conversation"))
    reason = models.CharField(_("reason"), max_length=30)
    summary = models.TextField(_("what is known"), blank=True)
    opened_at = models.DateTimeField(_("since"))
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )
    closed_at = models.DateTimeField(_("given back"), null=True, blank=True)

    class Meta:
        verbose_name = _("hand-off")
        verbose_name_plural = _("hand-offs")
        ordering = ["-opened_at"]
        constraints = [models.UniqueConstraint(fields=["conversation"], condition=Q(closed_at__isnull=True), name="one_open_handoff")]

    def __str__(self) -> str:
        return self.reason


class Event(models.Model):
    """Something that happened in a conversation; append only, and what live pages are told about by its id."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="events", verbose_name=_("hotel"))
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="events", verbose_name=_("conversation"))
    type = models.CharField(_("type"), max_length=40)
    data = models.JSONField(_("data"), default=dict, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["conversation", "id"], name="event_in_order")]

    def __str__(self) -> str:
        return self.type
