"""One correspondent of one account: the 24-hour window, the pace, and whether the bot may speak."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models.account import Account


class Thread(models.Model):
    """Its row lock is what a send and a take-over both need, so that one of them always comes first."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="threads", verbose_name=_("account"))
    identity = models.CharField(_("identity"), max_length=160, help_text=_("Canonical key to recognise the sender by"))
    address = models.CharField(_("address"), max_length=160, help_text=_("Exactly what we received; we send to this"))
    user_id = models.CharField(_("provider's user id"), max_length=160, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    last_inbound_at = models.DateTimeField(_("last letter in"), null=True, blank=True)
    # What the last mail that came back said; empty again when the guest writes.
    undeliverable = models.CharField(_("cannot be reached"), max_length=300, blank=True)
    bot_may_speak = models.BooleanField(_("bot may speak"), default=True)
    # Theoretical arrival time of the pace (GCRA): a send may start while it lies less than the burst ahead.
    pace_at = models.DateTimeField(_("pace"), null=True, blank=True)

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        constraints = [
            models.UniqueConstraint(fields=["account", "identity"], name="one_thread_per_identity"),
            models.UniqueConstraint(fields=["account", "user_id"], condition=~models.Q(user_id=""), name="one_thread_per_user_id"),
        ]

    def __str__(self) -> str:
        return self.name or self.address or self.user_id

    @classmethod
    def mark_undeliverable(cls, account_id: int, user_id: str, reason: str) -> None:
        """Nothing reaches this correspondent, until they write again."""
        cls.objects.filter(account=account_id, user_id=user_id).exclude(user_id="").update(undeliverable=reason[:300])
