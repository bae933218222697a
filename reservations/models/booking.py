"""A booking and every step it took."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel
from reservations.models.quote import Quote


class Booking(models.Model):
    """One booking on its way through the saga. The guest stands here as a snapshot: it stays true whatever becomes of
    the guest's own record. Written only by reservations.booking and reservations.reconcile."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        HOLDING = "holding", _("Holding")
        PLACING = "placing", _("Being placed")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Not possible")
        UNKNOWN = "unknown", _("Being checked")
        CHANGING = "changing", _("Being changed")
        CANCELLING = "cancelling", _("Being cancelled")
        CANCELLED = "cancelled", _("Cancelled")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="bookings", verbose_name=_("hotel"))
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    key = models.UUIDField(_("key"), unique=True, editable=False)
    quote = models.ForeignKey(Quote, models.PROTECT, related_name="bookings", verbose_name=_("quote"))
    # The last change that was said yes to: what the booking is turned into while it is changing, what it was turned into after.
    last_change = models.ForeignKey(
        Quote, models.PROTECT, related_name="changed_bookings", null=True, blank=True, verbose_name=_("last change")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    check_in = models.DateField(_("check-in"))
    check_out = models.DateField(_("check-out"))
    adults = models.PositiveSmallIntegerField(_("adults"))
    children = models.PositiveSmallIntegerField(_("children"), default=0)
    child_ages = models.JSONField(_("children's ages"), default=list, blank=True)
    lines = models.JSONField(_("rooms"), default=list)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    guest_name = models.CharField(_("guest"), max_length=120)
    guest_email = models.CharField(_("e-mail"), max_length=200, blank=True)
    guest_phone = models.CharField(_("phone"), max_length=40, blank=True)
    notes = models.CharField(_("wishes"), max_length=500, blank=True, default="")
    guest_key = models.CharField(_("guest key"), max_length=80)
    language = models.CharField(_("language"), max_length=2, default="es")
    channel = models.CharField(_("channel"), max_length=12, blank=True)
    conversation_ref = models.CharField(_("conversation"), max_length=40, blank=True)
    correlation_id = models.CharField(_("correlation id"), max_length=48, blank=True)
    pms_id = models.CharField(_("number in the PMS"), max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease"), null=True, blank=True)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    # Set before the PMS is asked to create it: a process that dies after this leaves an unknown outcome.
    asked_at = models.DateTimeField(_("asked of the PMS"), null=True, blank=True)
    # The first look of several in a row that found nothing there; one repeat at most may follow.
    clean_since = models.DateTimeField(_("not there since"), null=True, blank=True)
    is_repeated = models.BooleanField(_("asked a second time"), default=False)
    # False once nobody waits for the outcome any more: the guest was told within the turn.
    told = models.BooleanField(_("guest was told"), default=False)
    deposit = models.DecimalField(_("deposit"), max_digits=12, decimal_places=2, default=0)
    deposit_due_at = models.DateTimeField(_("deposit due"), null=True, blank=True)
    deposit_expires = models.BooleanField(_("cancelled when not paid in time"), default=False)
    # Only a person says so (reservations.deposits).
    deposit_paid_at = models.DateTimeField(_("deposit paid"), null=True, blank=True)
    # A person granted it (reservations.late); counts for the day of departure it was granted for.
    late_until = models.DateTimeField(_("late check-out until"), null=True, blank=True)
    late_fee = models.DecimalField(_("fee for the late check-out"), max_digits=12, decimal_places=2, default=0)
    created_at = models.DateTimeField(_("created"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(check_out__gt=F("check_in")), name="booking_stay_not_empty"),
            models.CheckConstraint(condition=Q(adults__gte=1), name="booking_has_an_adult"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["holding", "placing", "unknown", "changing", "cancelling"]), name="booking_open"
            ),
            models.Index(fields=["hotel", "check_in"], name="booking_by_arrival"),
            models.Index(
                fields=["deposit_due_at"],
                name="booking_unpaid",
                condition=Q(state="confirmed", deposit__gt=0, deposit_paid_at__isnull=True),
            ),
            models.Index(fields=["hotel", "guest_key"], name="booking_by_guest"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def nights(self) -> int:
        return (self.check_out - self.check_in).days


class BookingStep(models.Model):
    """One step of the saga; kept for good."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="steps", verbose_name=_("booking"))
    at = models.DateTimeField(_("at"))
    from_state = models.CharField(_("from"), max_length=12, blank=True)
    to_state = models.CharField(_("to"), max_length=12)
    note = models.CharField(_("note"), max_length=300, blank=True)
    actor = models.CharField(_("by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
