"""The embedded PMS's bookings, and the nights they take: one row per room and night, which the database keeps unique."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel
from pms.models.property import OutOfOrder, Room


class PropertyReservation(models.Model):
    """A booking in the embedded PMS."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CANCELLED = "cancelled", _("Cancelled")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="property_reservations", verbose_name=_("hotel"))
    reference = models.CharField(_("reference"), max_length=80)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.CONFIRMED)
    check_in = models.DateField(_("check-in"))
    check_out = models.DateField(_("check-out"))
    adults = models.PositiveSmallIntegerField(_("adults"))
    children = models.PositiveSmallIntegerField(_("children"), default=0)
    child_ages = models.JSONField(_("children's ages"), default=list, blank=True)
    guest_name = models.CharField(_("guest"), max_length=120)
    guest_email = models.CharField(_("e-mail"), max_length=200, blank=True)
    guest_phone = models.CharField(_("phone"), max_length=40, blank=True)
    lines = models.JSONField(_("rooms"), default=list)  # [{"room_type", "count", "price"}]
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    arrived_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    left_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("booking in the PMS")
        verbose_name_plural = _("bookings in the PMS")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["hotel", "reference"], name="property_reference_per_hotel"),
            models.CheckConstraint(condition=Q(check_out__gt=F("check_in")), name="property_stay_not_empty"),
            models.CheckConstraint(condition=Q(adults__gte=1), name="property_has_an_adult"),
        ]
        indexes = [models.Index(fields=["hotel", "check_in"]), models.Index(fields=["hotel", "changed_at"])]

    def __str__(self) -> str:
        return self.reference


class RoomNight(models.Model):
    """A night of a room that is taken, by a booking or because the room is out of order."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="nights", verbose_name=_("room"))
    night = models.DateField(_("night"))
    reservation = models.ForeignKey(PropertyReservation, models.CASCADE, null=True, related_name="nights", verbose_name=_("booking"))
    out_of_order = models.ForeignKey(OutOfOrder, models.CASCADE, null=True, related_name="nights", verbose_name=_("out of order"))

    class Meta:
        verbose_name = _("room night")
        verbose_name_plural = _("room nights")
        constraints = [
            # The last wall: whatever the code above does, a room is never sold twice for a night.
            models.UniqueConstraint(fields=["room", "night"], name="one_taker_per_room_and_night"),
            models.CheckConstraint(
                condition=Q(reservation__isnull=False, out_of_order__isnull=True) | Q(reservation__isnull=True, out_of_order__isnull=False),
                name="room_night_has_one_reason",
            ),
        ]
        indexes = [models.Index(fields=["night"])]

    def __str__(self) -> str:
        return f"{self.room} {self.night}"
