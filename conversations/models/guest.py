"""Guests, and the addresses they are known by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel, Language


class Guest(models.Model):
    """A person who wrote to the hotel. Never merged by machine."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="guests", verbose_name=_("hotel"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    opted_out = models.BooleanField(_("wants no messages of ours"), default=False)
    is_vip = models.BooleanField(_("VIP"), default=False, help_text=_("Staff see a star at this guest's conversations"))
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    # The guest under whose row a person put this one: nothing is moved, so that it can be taken apart again.
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="linked", verbose_name=_("same guest as")
    )

    class Meta:
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"

    @property
    def key(self) -> str:
        """How the booking desk knows this guest."""
        return f"guest:{self.pk}"


class Identity(models.Model):
    """One address of a guest."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        USER_ID = "user_id", _("WhatsApp user id")
        WEBCHAT = "webchat", _("Web chat")
        EMAIL = "email", _("E-mail")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="identities", verbose_name=_("hotel"))
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="identities", verbose_name=_("guest"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=200)

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [models.UniqueConstraint(fields=["hotel", "kind", "value"], name="one_guest_per_identity")]

    def __str__(self) -> str:
        return self.value
