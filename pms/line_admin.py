"""Back office of the way to a PMS: requests, looks at what it holds, differences. Facts; a person only closes or asks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from hotelagent.hotels.staff_admin import BigTable, HotelAdmin, HotelFilter, HotelInline, Look, badge, when
from pms.models import Difference, Exchange, SyncRun

RESULT_LOOKS: dict[str, Look] = {"ok": ("ok", "check_circle"), "Unavailable": ("late", "cloud_off"), "OutcomeUnknown": ("late", "help")}


class OpenFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Open")), ("no", _("Closed"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Difference]) -> QuerySet[Difference]:
        return rows.filter(closed_at__isnull=self.value() == "yes") if self.value() in {"yes", "no"} else rows


class DifferenceInline(HotelInline):
    model = Difference
    hotel_path = "hotel"
    fields = ["kind", "which", "ours", "theirs", "first_seen_at", "closed_by"]
    readonly_fields = ["which"]
    verbose_name_plural = _("Differences")

    @admin.display(description=_("bookings"))
    def which(self, row: Difference) -> str:
        return ", ".join(row.references)


@admin.register(SyncRun)
class SyncRunAdmin(BigTable, HotelAdmin):
    began, ended = when("started_at", _("started")), when("ended_at", _("ended"))
    list_display = ["began", "hotel", "kind", "ended", "seen", "found", "outcome", "asked_by"]
    list_filter = [("kind", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    fields = ["hotel", "kind", "started_at", "ended_at", "seen", "found", "error", "asked_by"]
    inlines = [DifferenceInline]

    @admin.display(description=_("outcome"))
    def outcome(self, run: SyncRun) -> str:
        return run_badge(run)


def run_badge(run: SyncRun) -> str:
    if run.error:
        return badge(("late", "error"), _("not possible"))
    if run.started_at is None:
        return badge(("wait", "hourglass_top"), _("asked for"))
    if run.ended_at is None:
        return badge(("wait", "sync"), _("under way"))
    return badge(("wait", "difference"), _("differences")) if run.found else badge(("ok", "check_circle"), _("all the same"))


@admin.register(Difference)
class DifferenceAdmin(BigTable, HotelAdmin):
    first_seen, last_seen = when("first_seen_at", _("first seen")), when("last_seen_at", _("last seen"))
    list_display = ["what", "hotel", "which", "ours", "theirs", "first_seen", "last_seen", "state_label"]
    list_filter = [OpenFilter, ("kind", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    code_fields = ("references__icontains",)
    fields = ["hotel", "kind", "which", "ours", "theirs", "first_seen_at", "last_seen_at", "closed_at", "closed_by", "run"]
    readonly_fields = ["which"]
    actions = ["close"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip().upper()
        return (queryset.filter(references__contains=[wanted]) if wanted else queryset), False

    @admin.display(description=_("what"), ordering="kind")
    def what(self, row: Difference) -> str:
        return row.get_kind_display()

    @admin.display(description=_("bookings"))
    def which(self, row: Difference) -> str:
        return ", ".join(row.references)

    @admin.display(description=_("state"))
    def state_label(self, row: Difference) -> str:
        return badge(("late", "error"), _("Open")) if row.closed_at is None else badge(("quiet", "task_alt"), _("Closed"))

    @admin.action(description=_("Close: it is settled"), permissions=["desk"])
    def close(self, request: HttpRequest, rows: QuerySet[Difference]) -> None:
        """It opens again when the next look still sees it."""
        count = Difference.objects.filter(pk__in=rows.values("pk"), closed_at__isnull=True).update(
            closed_at=timezone.now(), closed_by=request.user.get_username()[:80]
        )
        messages.success(request, ngettext("%(count)d difference closed.", "%(count)d differences closed.", count) % {"count": count})


@admin.register(Exchange)
class ExchangeAdmin(BigTable, HotelAdmin):
    asked = when("at", _("at"))
    list_display = ["asked", "hotel", "what", "reference", "status", "outcome", "note", "took_ms"]
    list_filter = ["result", ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    code_fields = ("reference", "correlation_id")
    fields = [
        "hotel", "at", "what", "reference", "status", "result", "note", "took_ms", "request_digest", "answer_digest", "answer_bytes",
        "correlation_id",
    ]  # fmt: skip
    readonly_fields = ["what"]

    @admin.display(description=_("request"))
    def what(self, row: Exchange) -> str:
        return f"{row.method} {row.resource}"

    @admin.display(description=_("result"), ordering="result")
    def outcome(self, row: Exchange) -> str:
        return badge(RESULT_LOOKS.get(row.result, ("wait", "info")), row.result)
