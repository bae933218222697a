"""Which PMS a hotel uses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel
from hotelagent.ops.crypto import SecretField


class PmsType(models.TextChoices):
    EMBEDDED = "embedded", _("Embedded")


class Connection(models.Model):
    """One hotel's PMS."""

    hotel = models.OneToOneField(Hotel, models.CASCADE, related_name="pms_connection", verbose_name=_("hotel"))
    type = models.CharField(_("type"), max_length=20, choices=PmsType.choices, default=PmsType.EMBEDDED)
    base_url = models.URLField(_("address"), blank=True)
    api_key = SecretField(_("key"), blank=True, default="")

    class Meta:
        verbose_name = _("PMS connection")
        verbose_name_plural = _("PMS connections")

    def __str__(self) -> str:
        return f"{self.hotel} · {self.get_type_display()}"
