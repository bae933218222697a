"""Approved message templates: the only words WhatsApp takes once a guest has been silent for a day."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models.account import Account

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


class Template(models.Model):
    """One template in one language, as Meta has it. Entered by hand or read from Meta."""

    class Status(models.TextChoices):
        APPROVED = "APPROVED", _("Approved")
        PENDING = "PENDING", _("Pending")
        REJECTED = "REJECTED", _("Rejected")
        PAUSED = "PAUSED", _("Paused")
        DISABLED = "DISABLED", _("Disabled")
        GONE = "GONE", _("Not there any more")

    account = models.ForeignKey(Account, models.CASCADE, related_name="templates", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=15, help_text=_("As Meta writes it, e.g. es_AR"))
    category = models.CharField(_("category"), max_length=30, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.APPROVED)
    header = models.CharField(_("header"), max_length=200, blank=True)
    body = models.TextField(_("body"), max_length=1024, help_text=_("With its variables, e.g. Hello {{1}}"))
    footer = models.CharField(_("footer"), max_length=200, blank=True)
    # What the picker cannot fill: a header with a picture, buttons with variables.
    needs_more = models.BooleanField(_("needs more than words"), default=False, editable=False)
    synced_at = models.DateTimeField(_("read from Meta"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["account", "name", "language"], name="one_template_per_language")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def variables(self) -> list[str]:
        """Names of the body's variables, each once: numbers in their order, as Meta counts them, names as they appear."""
        found = list(dict.fromkeys(VARIABLE.findall(self.body)))
        return sorted(found, key=int) if all(name.isascii() and name.isdecimal() for name in found) else found

    @property
    def header_variables(self) -> list[str]:
        return list(dict.fromkeys(VARIABLE.findall(self.header)))

    @property
    def is_usable(self) -> bool:
        return self.status == self.Status.APPROVED and not self.needs_more and not self.header_variables
