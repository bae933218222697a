"""Which PMS a hotel uses, and how it is reached."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel
from hotelagent.ops.crypto import SecretField


class PmsType(models.TextChoices):
    EMBEDDED = "embedded", _("Embedded")
    QLOAPPS = "qloapps", "QloApps"


class EmailMode(models.TextChoices):
    RELAY = "relay", _("The hotel's own address, tagged for each guest")
    GUEST = "guest", _("The guest's address")


class Connection(models.Model):
    """One hotel's PMS. Without a row it is the embedded one."""

    hotel = models.OneToOneField(Hotel, models.CASCADE, related_name="pms_connection", verbose_name=_("hotel"))
    type = models.CharField(_("type"), max_length=20, choices=PmsType.choices, default=PmsType.EMBEDDED)
    base_url = models.URLField(_("address"), blank=True, help_text=_("As guests open the shop, e.g. https://hotel.example"))
    # Plain http, or a host inside the house, are reached only when whoever installs the product gave the address.
    base_url_trusted = models.BooleanField(_("address given by the operator"), default=False, editable=False)
    api_key = SecretField(_("key"), blank=True, default="")
    property_id = models.CharField(_("hotel's number there"), max_length=20, blank=True)
    email_mode = models.CharField(
        _("e-mail told to the PMS"), max_length=10, choices=EmailMode.choices, default=EmailMode.RELAY,
        help_text=_("The PMS writes to this address by itself. With the hotel's own one the guest hears only the receptionist."),
    )  # fmt: skip
    relay_address = models.EmailField(_("own address for that"), blank=True, help_text=_("Empty: the hotel's e-mail"))
    failures_allowed = models.PositiveSmallIntegerField(
        _("failures until it is left alone"), default=5, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    pause_s = models.PositiveSmallIntegerField(
        _("left alone for (seconds)"), default=30, validators=[MinValueValidator(1), MaxValueValidator(3600)]
    )

    class Meta:
        verbose_name = _("PMS connection")
        verbose_name_plural = _("PMS connections")

    def __str__(self) -> str:
        return f"{self.hotel} · {self.get_type_display()}"
