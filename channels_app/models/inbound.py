"""Letters in, receipts for letters out, and notices about accounts. Written by webhooks as inserts only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models.account import Account
from channels_app.models.thread import Thread


class Inbound(models.Model):
    """One letter. Its id at the provider is unique per account for ever: that is what makes repeats harmless."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERED = "answered", _("Answered")
        PARKED = "parked", _("With a person")
        IGNORED = "ignored", _("Ignored")
        RELAY = "relay", _("From a phone of the staff")
        FAILED = "failed", _("Failed")

    account = models.ForeignKey(Account, models.CASCADE, related_name="inbound", verbose_name=_("account"))
    provider_id = models.CharField(_("provider's id"), max_length=200)
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, blank=True, related_name="inbound", verbose_name=_("thread"))
    kind = models.CharField(_("kind"), max_length=30)
    text = models.TextField(_("text"), blank=True)
    choice_id = models.CharField(_("choice"), max_length=256, blank=True)
    reply_to = models.CharField(_("in reply to"), max_length=200, blank=True)
    sender_phone = models.CharField(_("phone"), max_length=40, blank=True)
    sender_user_id = models.CharField(_("user id"), max_length=160, blank=True)
    sender_name = models.CharField(_("name"), max_length=200, blank=True)
    media = models.JSONField(_("media"), default=dict, blank=True)
    raw = models.JSONField(_("as received"), default=dict)
    digest = models.CharField(_("digest"), max_length=64)
    provider_time = models.DateTimeField(_("sent"))
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    correlation_id = models.CharField(_("correlation id"), max_length=48, blank=True)

    class Meta:
        verbose_name = _("letter in")
        verbose_name_plural = _("letters in")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "provider_id"], name="one_letter_per_provider_id")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="inbound_waiting"),
            models.Index(fields=["account"], condition=Q(thread__isnull=True, state="waiting"), name="inbound_unsorted"),
            models.Index(fields=["thread", "provider_time"], name="inbound_by_thread"),
            models.Index(fields=["due_at"], condition=Q(state="relay"), name="inbound_relay"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DeliveryReceipt(models.Model):
    """What the provider says became of a letter of ours. Applied to it by a worker; kept for a while when unmatched."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPLIED = "applied", _("Applied")
        UNMATCHED = "unmatched", _("No such letter")

    account = models.ForeignKey(Account, models.CASCADE, related_name="receipts", verbose_name=_("account"))
    provider_id = models.CharField(_("provider's id"), max_length=200)
    status = models.CharField(_("status"), max_length=20)
    provider_time = models.DateTimeField(_("at"))
    callback = models.CharField(_("our id"), max_length=100, blank=True)
    error_code = models.IntegerField(_("error code"), null=True, blank=True)
    error_text = models.CharField(_("error"), max_length=500, blank=True)
    pricing = models.JSONField(_("pricing"), default=dict, blank=True)
    raw = models.JSONField(_("as received"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("due"))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "provider_id", "status", "provider_time"], name="one_receipt_per_status")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="receipt_waiting")]

    def __str__(self) -> str:
        return f"{self.status} {self.provider_id}"


class AccountNotice(models.Model):
    """Something about an account, or something nobody understood, or somebody else's letter (quarantined)."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    raw = models.JSONField(_("as received"), default=dict)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    quarantined = models.BooleanField(_("quarantined"), default=False)
    seen = models.BooleanField(_("seen by staff"), default=False)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.kind
