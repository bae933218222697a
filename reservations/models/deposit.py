"""What a hotel asks for to keep a booking."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel


class DepositTerms(models.Model):
    """Part of the price, or its first so many nights, within so many hours. Without a row nothing is asked for."""

    hotel = models.OneToOneField(Hotel, models.CASCADE, related_name="deposit_terms", verbose_name=_("hotel"))
    percent = models.PositiveSmallIntegerField(
        _("percent of the total"), default=0, validators=[MaxValueValidator(100)], help_text=_("0: by nights")
    )
    nights = models.PositiveSmallIntegerField(
        _("or so many nights"), default=1, validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("From the first night on, by their rates"),
    )  # fmt: skip
    within_hours = models.PositiveSmallIntegerField(
        _("to be paid within (hours)"), default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    expires = models.BooleanField(_("cancel what is not paid in time"), default=False)
    # How to pay, by language: bank data, a link. The guest hears it word for word.
    texts = models.JSONField(_("how to pay"), default=dict, blank=True, help_text=_("By language: es, en, pt"))

    class Meta:
        verbose_name = _("deposit terms")
        verbose_name_plural = _("deposit terms")
        constraints = [models.CheckConstraint(condition=Q(percent__lte=100), name="deposit_percent_sane")]

    def __str__(self) -> str:
        return str(self.hotel)
