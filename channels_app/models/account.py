"""Who we are at the providers: the Meta app (secrets) and the accounts (addresses) of the hotels."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel
from hotelagent.ops.crypto import SecretField


class MetaApp(models.Model):
    """An app at Meta. Its secret signs every webhook of every number that belongs to it."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    secret = SecretField(_("app secret"), blank=True, default="")
    previous_secret = SecretField(_("previous app secret"), blank=True, default="", help_text=_("Accepted too while you rotate"))
    verify_token = SecretField(_("verify token"), blank=True, default="")
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("Meta app")
        verbose_name_plural = _("Meta apps")

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """One address of a hotel on one channel."""

    class Kind(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        WEBCHAT = "webchat", _("Web chat")
        EMAIL = "email", _("E-mail")

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        NOT_CONNECTED = "not_connected", _("Not connected")
        STOPPED = "stopped", _("Stopped")

    class Quality(models.TextChoices):
        """What Meta thinks of a number's messages."""

        GREEN = "GREEN", _("good")
        YELLOW = "YELLOW", _("getting worse")
        RED = "RED", _("bad")

    class Driver(models.TextChoices):
        WORKER = "worker", _("Workers")
        CONVERSE = "converse", _("Terminal")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="accounts", verbose_name=_("hotel"))
    kind = models.CharField(_("channel"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    external_id = models.CharField(
        _("provider's id"), max_length=160, blank=True, help_text=_("WhatsApp: phone number id; e-mail: the address")
    )
    business_id = models.CharField(_("business account id"), max_length=80, blank=True)
    display_number = models.CharField(_("number shown to guests"), max_length=40, blank=True)
    app = models.ForeignKey(MetaApp, models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name=_("Meta app"))
    access_token = SecretField(_("access token"), blank=True, default="")
    api_url = models.URLField(_("API address"), blank=True, default="https://graph.facebook.com")
    # Only a base from the environment or a provisioning file may be plain http or private.
    api_url_trusted = models.BooleanField(_("address given by the operator"), default=False, editable=False)
    api_version = models.CharField(_("API version"), max_length=12, blank=True, default="v26.0")
    token_expires_on = models.DateField(
        _("access token ends on"),
        null=True,
        blank=True,
        help_text=_("Empty: it does not end by itself. Warned of 90, 60, 30 and 7 days before"),
    )
    quality = models.CharField(_("quality, says Meta"), max_length=8, choices=Quality.choices, blank=True, editable=False)
    # When Meta was last asked for it.
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NOT_CONNECTED)
    state_reason = models.CharField(_("why"), max_length=300, blank=True)
    # Whose processes serve it: a terminal session drives its own conversations itself.
    driver = models.CharField(_("served by"), max_length=12, choices=Driver.choices, default=Driver.WORKER)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("channel account")
        verbose_name_plural = _("channel accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "external_id"], condition=~models.Q(external_id=""), name="one_account_per_provider_id"
            ),
            models.UniqueConstraint(fields=["hotel", "kind", "name"], name="account_name_per_hotel"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"

    @classmethod
    def webchat(cls, hotel: Hotel, driver: str, name: str) -> Account:
        """The hotel's first web chat served by ``driver``, made when there is none."""
        found = cls.objects.filter(hotel=hotel, kind=cls.Kind.WEBCHAT, driver=driver).order_by("pk").first()
        return (
            found
            or cls.objects.get_or_create(
                hotel=hotel, kind=cls.Kind.WEBCHAT, name=name, defaults={"driver": driver, "state": cls.State.CONNECTED}
            )[0]
        )


class AccountPace(models.Model):
    """How fast one address may write. Apart from the account, because every claim writes it."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="pace", verbose_name=_("account"))
    # Theoretical arrival time (GCRA), as in Thread.pace_at.
    next_at = models.DateTimeField(_("pace"), null=True, blank=True)
    # The provider said "slow down": nothing leaves before.
    hold_until = models.DateTimeField(_("held until"), null=True, blank=True)
    strikes = models.PositiveSmallIntegerField(_("refusals in a row"), default=0)
    # Letters of the day that began with the first of them; some providers count days.
    day_began_at = models.DateTimeField(_("day began"), null=True, blank=True)
    day_limit: int | None = None  # set by whoever claims
    day_count = models.PositiveIntegerField(_("letters that day"), default=0)

    class Meta:
        verbose_name = _("pace of an account")
        verbose_name_plural = _("paces of accounts")

    def __str__(self) -> str:
        return str(self.account)
