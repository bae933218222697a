"""Letters out. A row is written with the decision, and is the only thing that is ever sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models.account import Account
from channels_app.models.thread import Thread


class Outbound(models.Model):
    """One letter out. Written only by channels_app.outbox (and receipts, forwards only)."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        PLAYED = "played", _("Played")
        UNKNOWN = "unknown", _("Outcome unknown")
        FAILED = "failed", _("Failed")
        ABORTED = "aborted", _("Aborted")
        EXPIRED = "expired", _("Expired")

    class Author(models.TextChoices):
        BOT = "bot", _("Receptionist")
        STAFF = "staff", _("Staff")
        SYSTEM = "system", _("System")

    account = models.ForeignKey(Account, models.CASCADE, related_name="outbound", verbose_name=_("account"))
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="outbound", verbose_name=_("thread"))
    dedupe_key = models.CharField(_("key"), max_length=120, unique=True)
    author = models.CharField(_("author"), max_length=8, choices=Author.choices)
    content = models.JSONField(_("content"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("worthless after"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease"), null=True, blank=True)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    provider_id = models.CharField(_("provider's id"), max_length=200, blank=True)
    # Ids of sends that failed and were sent again by a person: what is still said of those concerns this letter no more.
    earlier_ids = models.JSONField(_("provider's earlier ids"), default=list, blank=True)
    error_code = models.IntegerField(_("error code"), null=True, blank=True)
    error_text = models.CharField(_("reason"), max_length=500, blank=True)
    pricing = models.JSONField(_("pricing"), default=dict, blank=True)
    correlation_id = models.CharField(_("correlation id"), max_length=48, blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter out")
        verbose_name_plural = _("letters out")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="sending") | Q(lease_until__isnull=False), name="sending_has_a_lease"),
            models.UniqueConstraint(fields=["thread"], condition=Q(state="sending"), name="one_sending_per_thread"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="outbound_queued"),
            models.Index(fields=["thread", "id"], name="outbound_by_thread"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="outbound_by_provider_id"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="outbound_sending"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
