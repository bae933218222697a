"""Browsers that are told of who waits although the desk is closed in them, and what they were told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from hotelagent.hotels.models import Hotel, Language


class PushSubscription(models.Model):
    """One browser of one person, for one hotel; made and taken away at the desk, and when its service says that it is gone."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="push_subscriptions", verbose_name=_("hotel"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    endpoint = models.CharField(max_length=1000, editable=False)
    # The browser's public key and secret (RFC 8291), base64url.
    p256dh = models.CharField(max_length=100, editable=False)
    auth = models.CharField(max_length=40, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.ES)
    browser = models.CharField(_("browser"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    told_at = models.DateTimeField(_("last told"), null=True, blank=True)
    # Why the last one did not arrive; "" when it did.
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("browser that is told")
        verbose_name_plural = _("browsers that are told")
        constraints = [models.UniqueConstraint(fields=["hotel", "endpoint"], name="one_subscription_per_browser")]

    def __str__(self) -> str:
        return f"{self.user} · {self.browser[:60]}"

    @classmethod
    def working(cls) -> models.QuerySet[PushSubscription]:
        """Those of people who still may see the hotel's guests."""
        member = Q(user__memberships__hotel=F("hotel")) | Q(user__is_superuser=True)
        return cls.objects.filter(member, user__is_active=True, user__is_staff=True).distinct()


class PushMessage(models.Model):
    """What one browser is told of one guest. Its words are made when it leaves."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not needed any more")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="pushed", verbose_name=_("conversation"))
    subscription = models.ForeignKey(PushSubscription, models.SET_NULL, null=True, related_name="messages", verbose_name=_("browser"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    # What it tells of: the same twice is told once.
    key = models.CharField(max_length=100)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    created_at = models.DateTimeField(_("created"))
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["subscription", "key"], name="one_push_per_reason")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="queued"), name="push_due")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
