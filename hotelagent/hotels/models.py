"""The tenant: a hotel, who works there in which role, and when its reception is open."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def validate_timezone(name: str) -> None:
    """Raises ValidationError unless the name is an IANA zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValidationError(_("%(name)s is not a time zone"), params={"name": name}) from error


class Language(models.TextChoices):
    ES = "es", _("Spanish")
    EN = "en", _("English")
    PT = "pt", _("Portuguese")


def default_languages() -> list[str]:
    return [Language.ES.value]


class Hotel(models.Model):
    """One hotel. Every other row of the product belongs to exactly one."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    timezone = models.CharField(_("time zone"), max_length=60, validators=[validate_timezone])
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters, e.g. AR"))
    currency = models.CharField(_("currency"), max_length=3, help_text=_("Three letters, e.g. ARS"))
    languages = ArrayField(models.CharField(max_length=2, choices=Language.choices), default=default_languages, verbose_name=_("languages"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    check_in_from = models.TimeField(_("check-in from"), default=dt.time(15, 0))
    check_out_until = models.TimeField(_("check-out until"), default=dt.time(11, 0))
    adult_from = models.PositiveSmallIntegerField(_("counts as an adult from age"), default=18)
    closed_days = ArrayField(
        models.DateField(), default=list, blank=True, verbose_name=_("closed on"),
        help_text=_("Days on which nobody is at reception in spite of the hours above, such as holidays"),
    )  # fmt: skip
    retention_days = models.PositiveSmallIntegerField(_("keep texts for (days)"), default=14)

    class Meta:
        verbose_name = _("hotel")
        verbose_name_plural = _("hotels")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The hotel's time zone; stays are dates in it."""
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def main_language(self) -> str:
        return self.languages[0] if self.languages else Language.ES.value

    @property
    def coordinates(self) -> tuple[Decimal, Decimal] | None:
        """Latitude and longitude in degrees (WGS 84); None when nobody has said where."""
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)

    @property
    def map_url(self) -> str:
        """A page with the hotel on a map: by its coordinates, else by its address; "" when neither is known."""
        place = ",".join(map(str, self.coordinates)) if self.coordinates else self.address
        return f"https://www.google.com/maps/search/?{urlencode({'api': 1, 'query': place})}" if place else ""

    def local_now(self) -> dt.datetime:
        """Now, on the hotel's wall clock (aware)."""
        return timezone.now().astimezone(self.zone)


class Role(models.TextChoices):
    RECEPTIONIST = "receptionist", _("Receptionist")
    SUPERVISOR = "supervisor", _("Supervisor")
    HOTEL_ADMIN = "hotel_admin", _("Hotel administrator")


class Membership(models.Model):
    """A person of the staff at one hotel."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="memberships", verbose_name=_("hotel"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.RECEPTIONIST)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints = [models.UniqueConstraint(fields=["user", "hotel"], name="one_role_per_hotel")]

    def __str__(self) -> str:
        return f"{self.user} · {self.hotel}"


class Weekday(models.IntegerChoices):
    MON = 0, _("Monday")
    TUE = 1, _("Tuesday")
    WED = 2, _("Wednesday")
    THU = 3, _("Thursday")
    FRI = 4, _("Friday")
    SAT = 5, _("Saturday")
    SUN = 6, _("Sunday")


class OpeningHours(models.Model):
    """One period in which people answer; several a day are usual (a siesta)."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="opening_hours", verbose_name=_("hotel"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [models.CheckConstraint(condition=models.Q(closes__gt=models.F("opens")), name="closes_after_opening")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class ApiToken(models.Model):
    """A key of another system. It sees what its person sees."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=80, help_text=_("Which system uses it"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_token_per_name")]

    def __str__(self) -> str:
        return self.name
