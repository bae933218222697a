"""Back office of the embedded property: room types, rooms, prices, rules, rooms out of order, and the sheet of nights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel, Language, Weekday
from hotelagent.hotels.staff_admin import HotelAdmin, HotelFilter, HotelForm, Look, badge, when
from pms import cache, desk, desk_admin, inventory
from pms.adapters.embedded import EmbeddedPms
from pms.models import Connection, OutOfOrder, PropertyReservation, Rate, Restriction, Room, RoomNight, RoomType, Tax

SHEET_NIGHTS = 21
RESERVATION_LOOKS: dict[str, Look] = {
    PropertyReservation.State.CONFIRMED: ("ok", "check_circle"),
    PropertyReservation.State.CANCELLED: ("quiet", "cancel"),
}


def _texts(label: Any, *, long: bool = False, help_text: Any = "") -> Iterator[forms.CharField]:
    """One field for each language."""
    for _language in Language.values:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 3}) if long else UnfoldAdminTextInputWidget()
        yield forms.CharField(label=label, required=False, widget=widget, help_text=help_text, max_length=2000)


class RoomTypeForm(HotelForm):
    """The texts, one field for each language instead of JSON."""

    name_es, name_en, name_pt = _texts(_("name"))
    synonyms_es, synonyms_en, synonyms_pt = _texts(_("guests also say"), help_text=_("Separated by commas"))
    description_es, description_en, description_pt = _texts(_("description"), long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            self.fields[f"name_{language}"].initial = self.instance.names.get(language, "")
            self.fields[f"synonyms_{language}"].initial = ", ".join(self.instance.synonyms.get(language, []))
            self.fields[f"description_{language}"].initial = self.instance.descriptions.get(language, "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(cleaned.get(f"name_{language}") for language in Language.values):
            raise ValidationError(_("A room type needs a name in at least one language."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        given = self.cleaned_data
        self.instance.names = {one: given[f"name_{one}"] for one in Language.values if given[f"name_{one}"]}
        self.instance.descriptions = {one: given[f"description_{one}"] for one in Language.values if given[f"description_{one}"]}
        split = {one: [word.strip() for word in given[f"synonyms_{one}"].split(",") if word.strip()] for one in Language.values}
        self.instance.synonyms = {one: found for one, found in split.items() if found}
        return super().save(commit)


def _by_language(texts: dict[str, str]) -> str:
    return format_html_join("", "<p><strong>{}</strong> {}</p>", ((language, text) for language, text in sorted(texts.items()) if text))


@admin.register(RoomType)
class RoomTypeAdmin(HotelAdmin):
    is_configuration = True
    form = RoomTypeForm
    list_display = ["__str__", "hotel", "code", "room_count", "max_adults", "max_children", "max_guests", "active"]
    list_filter = ["active", ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    code_fields = ("code",)
    fieldsets = [
        (None, {"fields": ["hotel", "code", "active", "position"]}),
        (_("Who fits"), {"fields": ["max_adults", "max_children", "max_guests"]}),
        *((name, {"fields": [f"name_{code}", f"synonyms_{code}", f"description_{code}"]}) for code, name in Language.choices),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(rooms_in_service=Count("rooms", filter=Q(rooms__active=True)))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None or self.has_change_permission(request, obj):
            return list(super().get_fieldsets(request, obj))
        return [*super().get_fieldsets(request, obj)[:2], (_("Texts"), {"fields": ["all_names", "all_synonyms", "all_descriptions"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Quotes and bookings name the room type by its code.
        told = ["all_names", "all_synonyms", "all_descriptions"]
        return [*super().get_readonly_fields(request, obj), *(["code", *told] if obj is not None else [])]

    @admin.display(description=_("names"))
    def all_names(self, room_type: RoomType) -> str:
        return _by_language(room_type.names)

    @admin.display(description=_("synonyms"))
    def all_synonyms(self, room_type: RoomType) -> str:
        return _by_language({language: ", ".join(found) for language, found in room_type.synonyms.items()})

    @admin.display(description=_("descriptions"))
    def all_descriptions(self, room_type: RoomType) -> str:
        return _by_language(room_type.descriptions)

    @admin.display(description=_("rooms"), ordering="rooms_in_service")
    def room_count(self, room_type: Any) -> int:
        return int(room_type.rooms_in_service)


@admin.register(Room)
class RoomAdmin(HotelAdmin):
    is_configuration = True
    list_display = ["number", "hotel", "room_type", "active"]
    list_filter = ["active", ("room_type", HotelFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel", "room_type"]
    code_fields = ("number",)
    fields = ["hotel", "number", "room_type", "active"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not while a booking has a night of it: take the room out of service instead."""
        return (obj is None or not _is_booked(obj)) and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Room) -> None:
        with inventory.locked(obj.hotel):
            if _is_booked(obj):
                raise PermissionDenied
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        for room in queryset.select_related("hotel"):
            self.delete_model(request, room)

    def get_urls(self) -> list[URLPattern]:
        return [path("nights/", self.admin_site.admin_view(self.nights_view), name="pms_room_nights"), *super().get_urls()]

    def nights_view(self, request: HttpRequest) -> HttpResponse:
        """The sheet: rooms by nights, who has them. One query for the nights."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        hotels = list(hotels_of(request.user))
        hotel = next((one for one in hotels if one.slug == request.GET.get("hotel")), hotels[0] if hotels else None)
        sheet = nights_sheet(hotel, _first_night(request, hotel)) if hotel else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Nights"), "hotel": hotel, "hotels": hotels, "sheet": sheet, "is_fullwidth": True,
            "can_block": hotel is not None and OutOfOrderAdmin(OutOfOrder, self.admin_site).has_add_permission(request),
        }  # fmt: skip
        return TemplateResponse(request, "admin/pms/room/nights.html", context)


def _is_booked(room: Room) -> bool:
    return RoomNight.objects.filter(room=room, reservation__isnull=False).exists()


def _first_night(request: HttpRequest, hotel: Hotel) -> dt.date:
    try:
        asked = parse_date(request.GET.get("from", ""))
    except ValueError:
        asked = None
    today = hotel.local_now().date()
    # Beyond these nobody has bookings, and dates near the calendar's ends cannot be reckoned with.
    return asked if asked and dt.date(2000, 1, 1) <= asked <= dt.date(2200, 1, 1) else today


def nights_sheet(hotel: Hotel, first: dt.date) -> dict[str, Any]:
    """Rows of spans: a booking or a closure takes the width of its nights, every free night is a cell of its own."""
    nights = [first + dt.timedelta(days=offset) for offset in range(SHEET_NIGHTS)]
    end = nights[-1] + dt.timedelta(days=1)
    rooms = list(Room.objects.filter(hotel=hotel).select_related("room_type").order_by("room_type__position", "room_type__code", "number"))
    taken = RoomNight.objects.filter(room__hotel=hotel, night__gte=first, night__lt=end).select_related("reservation", "out_of_order")
    by_room: dict[int, dict[dt.date, RoomNight]] = {}
    for night in taken:
        by_room.setdefault(night.room_id, {})[night.night] = night
    today = hotel.local_now().date()
    in_service = [room for room in rooms if room.active]
    return {
        "nights": [
            {"date": night, "today": night == today, "weekend": night.weekday() >= Weekday.SAT,
             "free": sum(night not in by_room.get(room.pk, {}) for room in in_service)}
            for night in nights
        ],
        "rows": [{"room": room, "type": _name(room.room_type), "spans": _spans(nights, by_room.get(room.pk, {}), today)} for room in rooms],
        "first": first, "today": today, "last": nights[-1], "rooms": len(in_service),
        "earlier": first - dt.timedelta(days=SHEET_NIGHTS), "later": end,
    }  # fmt: skip


def _name(room_type: RoomType) -> str:
    """In the language of the page when the hotel has given it one."""
    return str(room_type.names.get((get_language() or "")[:2]) or room_type)


def _spans(nights: list[dt.date], taken: dict[dt.date, RoomNight], today: dt.date) -> list[dict[str, Any]]:
    spans: list[dict[str, Any]] = []
    for night in nights:
        row = taken.get(night)
        taker = (row.reservation_id, row.out_of_order_id) if row else None
        if taker is not None and spans and spans[-1]["taker"] == taker:
            spans[-1]["width"] += 1
            continue
        kind = "free" if row is None else "booked" if row.reservation_id else "closed"
        spans.append({"kind": kind, "taker": taker, "width": 1, "row": row, "night": night,
                      "today": night == today, "weekend": night.weekday() >= Weekday.SAT})  # fmt: skip
    return spans


class DatedForm(HotelForm):
    """``end`` is the first night that no longer counts."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("first_night") and cleaned.get("end") and cleaned["end"] <= cleaned["first_night"]:
            self.add_error("end", _("Must be after the first night: it is the first night that no longer counts."))
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "end" in self.errors:
            self.errors.pop("__all__", None)  # the database's own wording of the same


class RateForm(DatedForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("weekdays"), choices=Weekday.choices, coerce=int, empty_value=None, required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text=_("Empty: every day"),
    )  # fmt: skip


@admin.register(Rate)
class RateAdmin(HotelAdmin):
    """Of several rates that cover a night the last one wins, so the list stands in that order."""

    hotel_path = "room_type__hotel"
    is_configuration = True
    form = RateForm
    list_display = ["room_type", "first_night", "end", "days", "price", "extra_adult", "child"]
    list_filter = [("room_type", HotelFilter)]
    list_select_related = ["room_type"]
    fields = ["room_type", "first_night", "end", "weekdays", "price", "extra_adult", "child"]

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(lambda request: desk_admin.rates_view(request, self.admin_site))
        return [path("import/", page, name="pms_rate_import"), *super().get_urls()]

    @admin.display(description=_("weekdays"))
    def days(self, rate: Rate) -> str:
        return ", ".join(str(Weekday(day).label) for day in rate.weekdays) if rate.weekdays else str(_("every day"))


@admin.register(Restriction)
class RestrictionAdmin(HotelAdmin):
    is_configuration = True
    form = DatedForm
    list_display = ["first_night", "end", "hotel", "room_type", "min_stay", "max_stay", "closed_to_arrival", "closed_to_departure"]
    list_filter = [("room_type", HotelFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel", "room_type"]
    fields = ["hotel", "room_type", "first_night", "end", "min_stay", "max_stay", "closed_to_arrival", "closed_to_departure"]


class OutOfOrderForm(DatedForm):
    def clean(self) -> dict[str, Any]:
        """Looks under the inventory's lock, which lasts to the end of the page's transaction: what is free now stays free."""
        cleaned = super().clean()
        if self.errors or not {"room", "first_night", "end"} <= cleaned.keys():
            return cleaned
        with inventory.locked(cleaned["room"].hotel):
            taken = RoomNight.objects.filter(room=cleaned["room"], night__gte=cleaned["first_night"], night__lt=cleaned["end"])
            mine = Q(out_of_order=self.instance) if self.instance.pk else Q(pk__in=[])
            first = taken.filter(~mine).select_related("reservation").order_by("night").first()
        if first is not None:
            raise ValidationError(_taken_by(cleaned["room"], first))
        return cleaned


def _taken_by(room: Room, night: RoomNight) -> str:
    told = {"room": room.number, "night": date_format(night.night, "SHORT_DATE_FORMAT")}
    if night.reservation is not None:
        told |= {"reference": night.reservation.reference, "guest": night.reservation.guest_name}
        return str(
            _("Room %(room)s is booked on the night of %(night)s (%(reference)s, %(guest)s). Move or cancel that booking first.") % told
        )
    return str(_("Room %(room)s is already out of order on the night of %(night)s.") % told)


@admin.register(OutOfOrder)
class OutOfOrderAdmin(HotelAdmin):
    """A room out of order takes its nights like a booking does; deleting the row frees them."""

    hotel_path = "room__hotel"
    is_configuration = True
    form = OutOfOrderForm
    list_display = ["room", "first_night", "end", "reason"]
    list_filter = [("room", HotelFilter)]
    list_select_related = ["room"]
    word_fields = ("reason",)
    code_fields = ("room__number",)
    fields = ["room", "first_night", "end", "reason"]

    def save_model(self, request: HttpRequest, obj: OutOfOrder, form: Any, change: bool) -> None:
        with inventory.locked(obj.room.hotel):
            super().save_model(request, obj, form, change)
            if not inventory.block(obj):
                raise RuntimeError("a night was taken although the form held the inventory's lock")

    def delete_model(self, request: HttpRequest, obj: OutOfOrder) -> None:
        with inventory.locked(obj.room.hotel):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[OutOfOrder]) -> None:
        for row in queryset.select_related("room__hotel"):
            self.delete_model(request, row)


@admin.register(Tax)
class TaxAdmin(HotelAdmin):
    is_configuration = True
    list_display = ["name", "hotel", "percent", "included"]
    list_select_related = ["hotel"]
    fields = ["hotel", "name", "percent", "included"]


@admin.register(Connection)
class ConnectionAdmin(HotelAdmin):
    is_configuration = True
    list_display = ["hotel", "type", "base_url", "show_api_key"]
    list_display_links = ["hotel", "type"]
    list_select_related = ["hotel"]
    fieldsets = [
        (None, {"fields": ["hotel", "type"]}),
        (_("A PMS outside the house"), {"fields": ["base_url", "api_key", "property_id", "email_mode", "relay_address"]}),
        (_("When it fails"), {"fields": ["failures_allowed", "pause_s"]}),
    ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self.list_display

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        if "base_url" in form.changed_data:
            obj.base_url_trusted = False  # an address inside the house is the operator's to give
            if not form.cleaned_data.get("api_key") and obj.api_key:
                obj.api_key = ""  # the key of one PMS is not shown to another
                messages.warning(request, _("The address is another one: give the key of that PMS as well."))
        super().save_model(request, obj, form, change)
        cache.forget(obj.hotel_id)
        messages.info(request, _("Saved. Check the connection on the page of the PMS."))


@admin.register(PropertyReservation)
class PropertyReservationAdmin(HotelAdmin):
    list_display = ["reference", "hotel", "guest_name", "check_in", "check_out", "rooms", "state_label", "total_due", "created"]
    created = when("created_at", _("created"))
    list_filter = [("state", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    word_fields = ("guest_name",)
    phone_fields = ("guest_phone",)
    code_fields = ("reference",)
    fields = [
        "hotel", "reference", "state_label", "check_in", "check_out", "rooms", "adults", "children", "child_ages", "guest_name",
        "guest_email", "guest_phone", "lines", "total_due", "notes", "created_at", "arrived_at", "left_at", "cancelled_at", "moves",
    ]  # fmt: skip
    readonly_fields = ["state_label", "rooms", "total_due", "moves"]
    actions = ["check_in_guest", "check_out_guest", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("nights__room")

    def get_urls(self) -> list[URLPattern]:
        book = self.admin_site.admin_view(lambda request: desk_admin.book_view(request, self.admin_site))
        move = self.admin_site.admin_view(lambda request, pk: desk_admin.move_view(request, self.admin_site, pk))
        return [path("new/", book, name="pms_desk_book"), path("<int:pk>/move/", move, name="pms_desk_move"), *super().get_urls()]

    @admin.display(description=_("move"))
    def moves(self, reservation: PropertyReservation) -> str:
        if reservation.pk is None or reservation.state == PropertyReservation.State.CANCELLED:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("admin:pms_desk_move", args=[reservation.pk]), _("To another room"))

    @admin.action(description=_("Check in"), permissions=["desk"])
    def check_in_guest(self, request: HttpRequest, rows: QuerySet[PropertyReservation]) -> None:
        self._done(request, sum(desk.check_in(row) for row in rows), _("Nothing done: they are checked in already, or cancelled."))

    @admin.action(description=_("Check out (nights ahead are free again)"), permissions=["desk"])
    def check_out_guest(self, request: HttpRequest, rows: QuerySet[PropertyReservation]) -> None:
        self._done(
            request, sum(desk.check_out(row) for row in rows.select_related("hotel")), _("Nothing done: none of them is in the house.")
        )

    @admin.action(description=_("Cancel in the PMS (the rooms are free again)"), permissions=["desk"])
    def cancel(self, request: HttpRequest, rows: QuerySet[PropertyReservation]) -> None:
        live = rows.filter(state=PropertyReservation.State.CONFIRMED).select_related("hotel")
        references = [(row.hotel, row.reference) for row in live]
        for hotel, reference in references:
            EmbeddedPms(hotel).cancel(reference)
        self._done(request, len(references), _("Nothing done: they are cancelled already."))

    def _done(self, request: HttpRequest, count: int, nothing: Any) -> None:
        if not count:
            messages.warning(request, nothing)
            return
        messages.success(request, ngettext("%(count)d booking done.", "%(count)d bookings done.", count) % {"count": count})

    @admin.display(description=_("rooms"))
    def rooms(self, reservation: PropertyReservation) -> str:
        return ", ".join(sorted({night.room.number for night in reservation.nights.all()}))

    @admin.display(description=_("total"), ordering="total")
    def total_due(self, reservation: PropertyReservation) -> str:
        return f"{reservation.total} {reservation.currency}"

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, reservation: PropertyReservation) -> str:
        if reservation.state == PropertyReservation.State.CONFIRMED and reservation.arrived_at is not None:
            gone = reservation.left_at is not None
            return badge(("quiet", "logout"), _("checked out")) if gone else badge(("info", "hotel"), _("in the house"))
        return badge(RESERVATION_LOOKS[reservation.state], reservation.get_state_display())


from pms import line_admin as line_admin  # noqa: E402 - Django looks for a module of this name only
