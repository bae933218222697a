"""Files guests sent (fetched from the provider, checked, kept) and files people send to them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models.inbound import Inbound
from channels_app.models.thread import Thread


class Media(models.Model):
    """The file of one letter. What the provider says of it is believed of nothing but its name."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being fetched")
        KEPT = "kept", _("Fetched")
        FAILED = "failed", _("Not to be had")

    inbound = models.OneToOneField(Inbound, models.CASCADE, related_name="file", verbose_name=_("letter"))
    provider_id = models.CharField(_("provider's id"), max_length=200)
    name = models.CharField(_("file name"), max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    # By its first bytes; "" for what we do not know, which is only ever a download.
    mime_type = models.CharField(_("type"), max_length=40, blank=True)
    size_bytes = models.PositiveIntegerField(_("size"), default=0)
    data = models.BinaryField(null=True)
    # A picture as pages show it: drawn anew, without what its file said of the place it was taken at.
    shown = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("file of a guest")
        verbose_name_plural = _("files of guests")
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="media_waiting")]

    def __str__(self) -> str:
        return self.name or f"{self.mime_type} {self.pk}"


class Attachment(models.Model):
    """A file a person sends to a guest; its letter names it (``Content.file``)."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="attachments", verbose_name=_("thread"))
    # The key of the click that sent it: the same click twice is one file.
    key = models.CharField(max_length=64)
    name = models.CharField(_("file name"), max_length=200)
    mime_type = models.CharField(_("type"), max_length=40)
    data = models.BinaryField()
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("file for a guest")
        verbose_name_plural = _("files for guests")
        constraints = [models.UniqueConstraint(fields=["thread", "key"], name="one_file_per_click")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.mime_type.startswith("image/")

    @classmethod
    def bytes_of(cls, thread: int, content: dict[str, Any]) -> bytes | None:
        """The bytes of the file a letter of this thread names; None when it names none, or the file is gone."""
        told = content.get("file")
        data = cls.objects.filter(pk=told["pk"], thread=thread).values_list("data", flat=True).first() if told else None
        return bytes(data) if data is not None else None

    def told(self) -> dict[str, object]:
        """How a letter names it."""
        return {"pk": self.pk, "name": self.name, "mime_type": self.mime_type, "size_bytes": len(self.data)}
