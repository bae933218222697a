"""The embedded PMS's property: room types, rooms, rates by night, restrictions, taxes. Ranges of nights are [from, to)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel, Weekday


class RoomType(models.Model):
    """A kind of room that is sold."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="room_types", verbose_name=_("hotel"))
    code = models.CharField(_("code"), max_length=20)
    names = models.JSONField(_("names"), default=dict, help_text=_("By language: es, en, pt"))
    synonyms = models.JSONField(_("synonyms"), default=dict, blank=True)
    descriptions = models.JSONField(_("descriptions"), default=dict, blank=True)
    max_adults = models.PositiveSmallIntegerField(_("adults at most"), default=2)
    max_children = models.PositiveSmallIntegerField(_("children at most"), default=0)
    max_guests = models.PositiveSmallIntegerField(_("guests at most"), default=2)
    active = models.BooleanField(_("sold"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("room type")
        verbose_name_plural = _("room types")
        ordering = ["position", "code"]
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="room_type_code_per_hotel")]

    def __str__(self) -> str:
        return str(self.names.get("es") or next(iter(self.names.values()), self.code))


class Room(models.Model):
    """One physical room."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="rooms", verbose_name=_("hotel"))
    room_type = models.ForeignKey(RoomType, models.PROTECT, related_name="rooms", verbose_name=_("room type"))
    number = models.CharField(_("number"), max_length=20)
    active = models.BooleanField(_("in service"), default=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["hotel", "number"], name="room_number_per_hotel")]

    def __str__(self) -> str:
        return self.number


class Dated(models.Model):
    """Something that holds for a range of nights."""

    first_night = models.DateField(_("from (night)"))
    end = models.DateField(_("to (exclusive)"))

    class Meta:
        abstract = True


class Rate(Dated):
    """The price of a night. Of several that cover a night the last row wins, so that exceptions follow the rule."""

    room_type = models.ForeignKey(RoomType, models.CASCADE, related_name="rates", verbose_name=_("room type"))
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday.choices), null=True, blank=True, verbose_name=_("weekdays"),
        help_text=_("Empty: every day"),
    )  # fmt: skip
    price = models.DecimalField(_("price per night"), max_digits=12, decimal_places=2)
    # Included guests are the room type's two adults (or fewer); these are added per night for each beyond.
    extra_adult = models.DecimalField(_("extra adult"), max_digits=12, decimal_places=2, default=0)
    child = models.DecimalField(_("child"), max_digits=12, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["room_type", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("first_night")), name="rate_range_not_empty"),
            models.CheckConstraint(condition=Q(price__gte=0, extra_adult__gte=0, child__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.room_type} {self.first_night}–{self.end}: {self.price}"


class Restriction(Dated):
    """A rule about stays; without a room type it holds for all."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="restrictions", verbose_name=_("hotel"))
    room_type = models.ForeignKey(RoomType, models.CASCADE, null=True, blank=True, related_name="restrictions", verbose_name=_("room type"))
    min_stay = models.PositiveSmallIntegerField(_("nights at least"), null=True, blank=True)
    max_stay = models.PositiveSmallIntegerField(_("nights at most"), null=True, blank=True)
    closed_to_arrival = models.BooleanField(_("no arrivals"), default=False)
    closed_to_departure = models.BooleanField(_("no departures"), default=False)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("first_night")), name="restriction_range_not_empty")]

    def __str__(self) -> str:
        return f"{self.first_night}–{self.end}"


class OutOfOrder(Dated):
    """A room that cannot be sold for some nights. Its nights stand in RoomNight too, where nothing else can take them."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="out_of_order", verbose_name=_("room"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("room out of order")
        verbose_name_plural = _("rooms out of order")
        constraints = [models.CheckConstraint(condition=Q(end__gt=F("first_night")), name="out_of_order_range_not_empty")]

    def __str__(self) -> str:
        return f"{self.room} {self.first_night}–{self.end}"


class Tax(models.Model):
    """A tax on the price of the room, either inside the rate or on top of it."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="taxes", verbose_name=_("hotel"))
    name = models.CharField(_("name"), max_length=60)
    percent = models.DecimalField(_("percent"), max_digits=6, decimal_places=3)
    included = models.BooleanField(_("included in the rate"), default=True)

    class Meta:
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        constraints = [
            models.UniqueConstraint(fields=["hotel", "name"], name="tax_name_per_hotel"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="tax_percent_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.percent} %"
