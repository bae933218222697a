"""Pictures of a hotel's room types, for guests who ask to see them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel


class RoomPhoto(models.Model):
    """One picture of a room type, named by its code in whatever PMS the hotel has."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="room_photos", verbose_name=_("hotel"))
    room_type = models.CharField(_("room type"), max_length=40, help_text=_("Its code"))
    position = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("The smallest is sent first"))
    data = models.BinaryField()
    mime_type = models.CharField(_("type"), max_length=40, editable=False)

    class Meta:
        verbose_name = _("photo of a room type")
        verbose_name_plural = _("photos of room types")
        ordering = ["room_type", "position", "id"]

    def __str__(self) -> str:
        return f"{self.room_type} {self.position}"
