"""What all processes know together of the way to a hotel's PMS: its breaker, its pace, who writes, and what was said."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hotelagent.hotels.models import Hotel


class Breaker(models.Model):
    """Open while a PMS fails: nobody asks it. Written only by pms.breaker."""

    hotel = models.OneToOneField(Hotel, models.CASCADE, primary_key=True, related_name="pms_breaker", verbose_name=_("hotel"))
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    open_until = models.DateTimeField(_("left alone until"), null=True, blank=True)
    # Somebody tries whether it works again; the others wait for the outcome.
    probe_until = models.DateTimeField(_("being tried until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)

    class Meta:
        verbose_name = _("breaker")
        verbose_name_plural = _("breakers")

    def __str__(self) -> str:
        return f"{self.hotel_id}: {self.failures}"


class Pace(models.Model):
    """How fast a PMS may be asked; ``spent_until`` is the theoretical arrival time of the generic cell rate algorithm."""

    hotel = models.OneToOneField(Hotel, models.CASCADE, primary_key=True, related_name="pms_pace", verbose_name=_("hotel"))
    spent_until = models.DateTimeField()

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")

    def __str__(self) -> str:
        return f"{self.hotel_id}: {self.spent_until}"


class Writer(models.Model):
    """The one process that may write to a hotel's PMS now. Written only by pms.writing."""

    hotel = models.OneToOneField(Hotel, models.CASCADE, primary_key=True, related_name="pms_writer", verbose_name=_("hotel"))
    holder = models.CharField(_("for the booking"), max_length=80, blank=True)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    lease_until = models.DateTimeField(_("until"), null=True, blank=True)
    # What was read before the last of them may be untrue (pms.cache).
    writes = models.PositiveIntegerField(_("writes so far"), default=0)

    class Meta:
        verbose_name = _("writer")
        verbose_name_plural = _("writers")

    def __str__(self) -> str:
        return f"{self.hotel_id}: {self.holder}"


class Exchange(models.Model):
    """One request to a PMS and its answer, without a word of the guest: digests, times, outcome."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="pms_exchanges", verbose_name=_("hotel"))
    at = models.DateTimeField(_("at"))
    method = models.CharField(_("method"), max_length=8)
    resource = models.CharField(_("resource"), max_length=80)
    reference = models.CharField(_("booking"), max_length=80, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)
    took_ms = models.PositiveIntegerField(_("milliseconds"))
    request_digest = models.CharField(_("digest of the request"), max_length=16, blank=True)
    answer_digest = models.CharField(_("digest of the answer"), max_length=16, blank=True)
    answer_bytes = models.PositiveIntegerField(_("bytes answered"), default=0)
    correlation_id = models.CharField(_("correlation id"), max_length=48, blank=True)

    class Meta:
        verbose_name = _("request to the PMS")
        verbose_name_plural = _("requests to the PMS")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["hotel", "-id"], name="exchange_by_hotel"),
            models.Index(fields=["reference"], condition=~models.Q(reference=""), name="exchange_by_reference"),
            models.Index(fields=["at"], name="exchange_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.resource} {self.status or self.result}"


class SyncRun(models.Model):
    """One look at what the PMS holds: what was seen and what differs from what we believe."""

    class Kind(models.TextChoices):
        ROOMS = "rooms", _("Room types and prices")
        CHANGES = "changes", _("Bookings changed elsewhere")
        DOUBLES = "doubles", _("Rooms sold twice")
        RECONCILIATION = "reconciliation", _("All coming bookings")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="pms_sync_runs", verbose_name=_("hotel"))
    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    # Empty: a person asked for it, a worker will come.
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    seen = models.PositiveIntegerField(_("rows seen"), default=0)
    found = models.PositiveIntegerField(_("differences"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        ordering = ["-id"]
        indexes = [models.Index(fields=["hotel", "kind", "-id"], name="sync_run_by_hotel")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Difference(models.Model):
    """Something the PMS holds otherwise than we do; open until nobody sees it any more, or a person says it is settled."""

    class Kind(models.TextChoices):
        DOUBLE = "double", _("One room, two bookings")
        CANCELLED = "cancelled", _("Cancelled in the PMS")
        MISSING = "missing", _("Not in the PMS")
        REVIVED = "revived", _("Still alive in the PMS")
        DATES = "dates", _("Other dates in the PMS")
        ROOMS = "rooms", _("Other rooms in the PMS")
        PRICE = "price", _("Another price in the PMS")
        TWICE = "twice", _("Twice in the PMS")
        UNKNOWN = "unknown", _("A booking of ours that we do not know")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="pms_differences", verbose_name=_("hotel"))
    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="differences", verbose_name=_("sync run"))
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    # What makes it the same difference when it is seen again.
    mark = models.CharField(max_length=200)
    references = models.JSONField(_("bookings"), default=list)
    ours = models.CharField(_("with us"), max_length=200, blank=True)
    theirs = models.CharField(_("in the PMS"), max_length=200, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hotel", "kind", "mark"], condition=models.Q(closed_at__isnull=True), name="one_open_row_per_difference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {', '.join(self.references)}"
