"""What a hotel says in its own words instead of the phrase books', and every change of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel, Language


class Wording(models.Model):
    """One change of one phrase. Rows are only added: the last one of a phrase counts, an empty text is the book's own again."""

    # The key of a change of how guests are addressed; its text is one of phrasebook.REGISTERS.
    REGISTER = "register"

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="wordings", verbose_name=_("hotel"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    key = models.CharField(_("phrase"), max_length=60)
    text = models.TextField(_("text"), blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of a phrase")
        verbose_name_plural = _("changes of phrases")
        ordering = ["-id"]
        indexes = [models.Index(fields=["hotel", "language", "key", "-id"], name="wording_last_of_phrase")]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"
