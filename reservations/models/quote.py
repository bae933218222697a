"""A frozen price, and a room kept for a while."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel


class Quote(models.Model):
    """What was offered, word for word; never changed. Its key is the key of the booking that may follow."""

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="quotes", verbose_name=_("hotel"))
    guest_key = models.CharField(_("guest"), max_length=80)
    check_in = models.DateField(_("check-in"))
    check_out = models.DateField(_("check-out"))
    adults = models.PositiveSmallIntegerField(_("adults"))
    children = models.PositiveSmallIntegerField(_("children"), default=0)
    child_ages = models.JSONField(_("children's ages"), default=list, blank=True)
    lines = models.JSONField(_("rooms"), default=list)  # pms.terms.RoomLine.to_json
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    taxes = models.DecimalField(_("of it taxes"), max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(check_out__gt=F("check_in")), name="quote_stay_not_empty")]

    def __str__(self) -> str:
        return f"{self.check_in}–{self.check_out} {self.total} {self.currency}"


class Hold(models.Model):
    """Rooms kept for one guest while they decide: nobody else here is offered them."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        USED = "used", _("Booked")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="holds", verbose_name=_("quote"))
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="holds", verbose_name=_("hotel"))
    guest_key = models.CharField(_("guest"), max_length=80)
    room_type = models.CharField(_("room type"), max_length=20)
    count = models.PositiveSmallIntegerField(_("rooms"), default=1)
    check_in = models.DateField(_("check-in"))
    check_out = models.DateField(_("check-out"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HELD)
    expires_at = models.DateTimeField(_("until"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(check_out__gt=F("check_in")), name="hold_stay_not_empty")]
        indexes = [
            models.Index(fields=["hotel", "room_type", "check_in"], condition=Q(state="held"), name="hold_open"),
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="hold_expiring"),
        ]

    def __str__(self) -> str:
        return f"{self.room_type} {self.check_in}–{self.check_out}"
