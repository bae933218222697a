"""Back office of the booking desk: bookings with every step they took, quotes, holds. All of it facts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from hotelagent.hotels.models import Hotel, Language
from hotelagent.hotels.staff_admin import BigTable, HotelAdmin, HotelFilter, HotelForm, HotelInline, Look, badge, reach, short_day, when
from reservations import booking, deposits, pms_page
from reservations.models import Booking, BookingStep, DepositTerms, Hold, Quote

BOOKING_LOOKS: dict[str, Look] = {
    Booking.State.DRAFT: ("quiet", "edit_note"),
    Booking.State.HOLDING: ("wait", "hourglass_top"),
    Booking.State.PLACING: ("wait", "sync"),
    Booking.State.CONFIRMED: ("ok", "check_circle"),
    Booking.State.REJECTED: ("quiet", "do_not_disturb_on"),
    Booking.State.UNKNOWN: ("late", "help"),
    Booking.State.CHANGING: ("wait", "sync"),
    Booking.State.CANCELLING: ("wait", "sync"),
    Booking.State.CANCELLED: ("quiet", "cancel"),
}
HOLD_LOOKS: dict[str, Look] = {
    Hold.State.HELD: ("wait", "lock_clock"),
    Hold.State.USED: ("ok", "check_circle"),
    Hold.State.RELEASED: ("quiet", "lock_open"),
    Hold.State.EXPIRED: ("quiet", "timer_off"),
}


def arriving(rows: QuerySet[Booking], hotels: list[Hotel]) -> QuerySet[Booking]:
    """Confirmed bookings that arrive today, each hotel by its own calendar."""
    return _today(rows, hotels, "check_in")


def departing(rows: QuerySet[Booking], hotels: list[Hotel]) -> QuerySet[Booking]:
    """Confirmed bookings that leave today."""
    return _today(rows, hotels, "check_out")


def in_house(rows: QuerySet[Booking], hotels: list[Hotel]) -> QuerySet[Booking]:
    """Confirmed bookings whose stay includes the coming night."""
    return _today(rows, hotels, "check_in__lte", "check_out__gt")


def to_come(rows: QuerySet[Booking], hotels: list[Hotel]) -> QuerySet[Booking]:
    """Confirmed bookings that have not arrived before today."""
    return _today(rows, hotels, "check_in__gte")


def made_lately(rows: QuerySet[Booking], hotels: list[Hotel]) -> QuerySet[Booking]:
    """Bookings confirmed today or on one of the six days before, whatever became of them."""
    wanted = Q(pk__in=[])
    for hotel in hotels:
        start = hotel.local_now().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=6)
        wanted |= Q(hotel=hotel, confirmed_at__gte=start)
    return rows.filter(wanted)


WHEN = {
    "arriving": (_("Arriving today"), arriving),
    "departing": (_("Departing today"), departing),
    "in_house": (_("In house tonight"), in_house),
    "to_come": (_("Still to come"), to_come),
    "made": (_("Made in the last 7 days"), made_lately),
}


def _today(rows: QuerySet[Booking], hotels: list[Hotel], *lookups: str) -> QuerySet[Booking]:
    wanted = Q(pk__in=[])
    for hotel in hotels:
        wanted |= Q(hotel=hotel, **dict.fromkeys(lookups, hotel.local_now().date()))
    return rows.filter(wanted, state=Booking.State.CONFIRMED)


class WhenFilter(DropdownFilter):  # type: ignore[misc]
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, title) for key, (title, _rows) in WHEN.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Booking]) -> QuerySet[Booking]:
        chosen = WHEN.get(self.value() or "")
        return chosen[1](rows, list(reach(request).hotels.values())) if chosen else rows


class DepositFilter(DropdownFilter):  # type: ignore[misc]
    title = _("deposit")
    parameter_name = "deposit"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("To be paid")), ("late", _("Too late")), ("paid", _("Paid"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Booking]) -> QuerySet[Booking]:
        owed = Q(state=Booking.State.CONFIRMED, deposit__gt=0, deposit_paid_at__isnull=True)
        chosen = {
            "open": owed, "late": owed & Q(deposit_due_at__lte=timezone.now()), "paid": Q(deposit_paid_at__isnull=False),
        }.get(self.value() or "")  # fmt: skip
        return rows.filter(chosen) if chosen is not None else rows


def stay_of(row: Booking | Quote | Hold) -> str:
    """The stay with its weekdays: a wrong date is seen there first."""
    nights = (row.check_out - row.check_in).days
    counted = ngettext("%(count)d night", "%(count)d nights", nights) % {"count": nights}
    return f"{short_day(row.check_in, weekday=True)} → {short_day(row.check_out, weekday=True)} · {counted}"


def party_of(row: Booking | Quote) -> str:
    told = ngettext("%(count)d adult", "%(count)d adults", row.adults) % {"count": row.adults}
    if not row.children:
        return told
    children = ngettext("%(count)d child", "%(count)d children", row.children) % {"count": row.children}
    ages = f" ({', '.join(str(age) for age in row.child_ages)})" if row.child_ages else ""
    return f"{told}, {children}{ages}"


def money_of(row: Booking | Quote) -> str:
    return f"{number_format(row.total, decimal_pos=2, force_grouping=True)} {row.currency}"


def rooms_of(row: Booking | Quote) -> str:
    return ", ".join(f"{line['count']} × {line['room_type']}" for line in row.lines)


class StaysAdmin(BigTable, HotelAdmin):
    """Columns that bookings and quotes share."""

    list_select_related = ["hotel"]

    @admin.display(description=_("stay"), ordering="check_in")
    def stay(self, row: Any) -> str:
        return stay_of(row)

    @admin.display(description=_("party"))
    def party(self, row: Any) -> str:
        return party_of(row)

    @admin.display(description=_("total"), ordering="total")
    def price(self, row: Any) -> str:
        return money_of(row)

    @admin.display(description=_("rooms"))
    def rooms(self, row: Any) -> str:
        return rooms_of(row)

    @admin.display(description=_("rooms"))
    def what(self, row: Any) -> str:
        return f"{rooms_of(row)} · {party_of(row)}"


class StepInline(HotelInline):
    model = BookingStep
    hotel_path = "booking__hotel"
    fields = ["at", "step", "note", "actor"]
    readonly_fields = ["step"]
    verbose_name_plural = _("What happened")
    hide_title = True

    @admin.display(description=_("step"))
    def step(self, row: BookingStep) -> str:
        state = Booking.State(row.to_state)
        return badge(BOOKING_LOOKS[state], state.label)


@admin.register(Booking)
class BookingAdmin(StaysAdmin):
    list_display = ["reference", "hotel", "guest_name", "stay", "what", "state_label", "price", "created"]
    created = when("created_at", _("created"))
    list_filter = [WhenFilter, ("state", ChoicesDropdownFilter), DepositFilter, ("hotel", HotelFilter)]
    word_fields = ("guest_name",)
    phone_fields = ("guest_phone",)
    code_fields = ("reference", "pms_id", "guest_email")
    search_help_text = _("Reference, name or phone")
    inlines = [StepInline]
    actions = ["look_up", "give_up", "paid"]
    readonly_fields = ["stay", "rooms", "party", "state_label", "price"]
    fieldsets = [
        (None, {"fields": ["reference", "hotel", "state_label", "reason", "stay", "rooms", "party", "price"]}),
        (_("Guest"), {"fields": ["guest_name", "guest_email", "guest_phone", "notes", "language", "channel"]}),
        (_("Deposit"), {"fields": ["deposit", "deposit_due_at", "deposit_paid_at"]}),
        (_("Times"), {"fields": ["created_at", "confirmed_at", "cancelled_at"]}),
        (
            _("On its way"),
            {
                "fields": ["pms_id", "attempts", "due_at", "lease_until", "told", "conversation_ref", "correlation_id"],
                "classes": ["collapse"],
            },
        ),
    ]

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, booking: Booking) -> str:
        return badge(BOOKING_LOOKS[booking.state], booking.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(lambda request: pms_page.view(request, self.admin_site))
        return [path("pms/", page, name="pms_status"), *super().get_urls()]

    @admin.action(description=_("Look it up in the PMS now"), permissions=["desk"])
    def look_up(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        count = sum(booking.hurry(row) for row in rows)
        if not count:
            messages.warning(request, _("Nothing done: only bookings that are on their way can be looked up."))
            return
        told = ngettext("%(count)d booking is looked up.", "%(count)d bookings are looked up.", count)
        messages.success(request, told % {"count": count})

    @admin.action(description=_("Mark the deposit as paid"), permissions=["desk"])
    def paid(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        count = sum(deposits.mark_paid(row, actor=request.user.get_username()) for row in rows)
        if not count:
            messages.warning(request, _("Nothing done: only confirmed bookings with an open deposit can be marked."))
            return
        told = ngettext("%(count)d deposit is marked as paid.", "%(count)d deposits are marked as paid.", count)
        messages.success(request, told % {"count": count})

    @admin.action(description=_("Settle as not booked"), permissions=["desk"])
    def give_up(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        count = sum(booking.give_up(row, actor=request.user.get_username()) for row in rows)
        if not count:
            messages.warning(request, _("Nothing done: only bookings nobody is sure of can be settled by a person."))
            return
        told = ngettext("%(count)d booking settled: the guest is told.", "%(count)d bookings settled: their guests are told.", count)
        messages.success(request, told % {"count": count})


@admin.register(Quote)
class QuoteAdmin(StaysAdmin):
    created, expires = when("created_at", _("created")), when("expires_at", _("valid until"))
    list_display = ["created", "hotel", "stay", "what", "price", "expires"]
    list_filter = [("hotel", HotelFilter)]
    fields = ["hotel", "guest_key", "stay", "rooms", "party", "price", "taxes", "created_at", "expires_at"]
    readonly_fields = ["stay", "rooms", "party", "price"]
    code_fields = ("guest_key",)


@admin.register(Hold)
class HoldAdmin(StaysAdmin):
    created, expires = when("created_at", _("created")), when("expires_at", _("until"))
    list_display = ["created", "hotel", "stay", "room_type", "count", "state_label", "expires"]
    list_filter = [("state", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    fields = ["hotel", "guest_key", "stay", "room_type", "count", "state_label", "created_at", "expires_at"]
    readonly_fields = ["stay", "state_label"]
    code_fields = ("room_type", "guest_key")

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, hold: Hold) -> str:
        return badge(HOLD_LOOKS[hold.state], hold.get_state_display())


class DepositTermsForm(HotelForm):
    """How to pay, one field for each language instead of JSON."""

    text_es, text_en, text_pt = (
        forms.CharField(label=_("how to pay"), required=False, max_length=1000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
        for _language in Language.values
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            self.fields[f"text_{language}"].initial = self.instance.texts.get(language, "")

    def save(self, commit: bool = True) -> Any:
        told = {language: self.cleaned_data[f"text_{language}"] for language in Language.values}
        self.instance.texts = {language: text for language, text in told.items() if text}
        return super().save(commit)


@admin.register(DepositTerms)
class DepositTermsAdmin(HotelAdmin):
    is_configuration = True
    form = DepositTermsForm
    list_display = ["hotel", "percent", "nights", "within_hours", "expires"]
    list_display_links = ["hotel", "percent"]
    list_select_related = ["hotel"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.list_display

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        terms = (None, {"fields": ["hotel", "percent", "nights", "within_hours", "expires"]})
        if obj is not None and not self.has_change_permission(request, obj):
            return [terms, (_("how to pay"), {"fields": ["all_texts"]})]
        return [terms, *((name, {"fields": [f"text_{code}"]}) for code, name in Language.choices)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["all_texts"] if obj is not None else [])]

    @admin.display(description=_("how to pay"))
    def all_texts(self, terms: DepositTerms) -> str:
        return " · ".join(f"{language}: {text}" for language, text in sorted(terms.texts.items()))
