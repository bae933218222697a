"""Pages of the embedded property's front desk: a booking made here, a move, and rates from a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from hotelagent.hotels.access import hotels_of, within
from hotelagent.hotels.models import Hotel
from hotelagent.hotels.staff_admin import DayInput, reach
from pms import desk, rate_files
from pms.adapters.embedded import EmbeddedPms
from pms.errors import PmsError, Rejected, SoldOut
from pms.models import Connection, PmsType, PropertyReservation, Rate, Room
from pms.terms import GuestDetails, NewReservation, Offer, Party, RoomLine, Stay

LONGEST = 60


class StayForm(forms.Form):
    """Who comes when."""

    check_in = forms.DateField(label=gettext_lazy("check-in"), widget=DayInput)
    check_out = forms.DateField(label=gettext_lazy("check-out"), widget=DayInput)
    adults = forms.IntegerField(label=gettext_lazy("adults"), min_value=1, max_value=20, initial=2)
    children = forms.IntegerField(label=gettext_lazy("children"), min_value=0, max_value=20, initial=0, required=False)
    ages = forms.CharField(
        label=gettext_lazy("children's ages"), required=False, max_length=60, help_text=gettext_lazy("Separated by commas")
    )

    def __init__(self, hotel: Hotel, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hotel = hotel

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        check_in, check_out = given.get("check_in"), given.get("check_out")
        if check_in and check_out:
            if check_out <= check_in:
                self.add_error("check_out", _("Must be after the check-in."))
            elif (check_out - check_in).days > LONGEST:
                self.add_error("check_out", _("At most %(most)d nights.") % {"most": LONGEST})
            if check_in < self.hotel.local_now().date():
                self.add_error("check_in", _("These nights are over."))
        given["ages"] = self._ages(given.get("ages", ""), given.get("children") or 0)
        return given

    def _ages(self, text: str, children: int) -> tuple[int, ...]:
        words = text.replace(",", " ").split()
        if any(not word.isdecimal() or int(word) > 17 for word in words if len(word) < 4) or any(len(word) > 3 for word in words):
            self.add_error("ages", _("Ages are whole numbers below 18."))
            return ()
        if len(words) > children:
            self.add_error("ages", _("More ages than children."))
        return tuple(int(word) for word in words)

    @property
    def stay(self) -> Stay:
        return Stay(self.cleaned_data["check_in"], self.cleaned_data["check_out"])

    @property
    def party(self) -> Party:
        return Party(self.cleaned_data["adults"], self.cleaned_data["children"] or 0, self.cleaned_data["ages"])


class BookForm(StayForm):
    """And what they take, and who they are."""

    room_type = forms.CharField(max_length=20, widget=forms.HiddenInput)
    price = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)
    guest_name = forms.CharField(label=gettext_lazy("guest"), max_length=120)
    guest_phone = forms.CharField(label=gettext_lazy("phone"), max_length=40, required=False)
    guest_email = forms.EmailField(label=gettext_lazy("e-mail"), max_length=200, required=False)
    notes = forms.CharField(label=gettext_lazy("notes"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


def book_view(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """Look first, then book at the price shown: a price that moved meanwhile is shown again."""
    hotel = _hotel(request)
    pms = EmbeddedPms(hotel)
    offers: list[Offer] | None = None
    is_elsewhere = Connection.objects.filter(hotel=hotel).exclude(type=PmsType.EMBEDDED).exists()
    if is_elsewhere and request.method == "POST":
        raise PermissionDenied  # its rooms are sold in another PMS
    if request.method == "POST":
        form: StayForm = BookForm(hotel, request.POST)
        if form.is_valid():
            try:
                row = pms.create(_wanted(form, hotel))
            except PmsError as error:
                form.add_error(None, _refusal(error))
            else:
                messages.success(
                    request, _("Booked: %(reference)s, room %(rooms)s.") % {"reference": row.reference, "rooms": ", ".join(row.rooms)}
                )
                return HttpResponseRedirect(reverse("admin:pms_propertyreservation_change", args=[row.pms_id]))
        offers = _offers(pms, form)
    else:
        form = StayForm(hotel, request.GET if "check_in" in request.GET else None, initial=_proposed(request, hotel))
        if form.is_bound and form.is_valid():
            offers = _offers(pms, form)
            form = BookForm(hotel, initial={**form.cleaned_data, "ages": ", ".join(map(str, form.cleaned_data["ages"]))})
    language = get_language() or hotel.main_language
    context = {
        **site.each_context(request),
        "title": _("New booking"), "hotel": hotel, "hotels": list(hotels_of(request.user)), "form": form, "is_looked": offers is not None,
        "offers": [{"is": offer, "name": offer.room_type.name(language[:2]), "price": _money(offer)} for offer in offers or ()],
        "is_elsewhere": is_elsewhere,
    }  # fmt: skip
    return TemplateResponse(request, "admin/pms/desk/book.html", context)


def move_view(request: HttpRequest, site: admin.AdminSite, pk: int) -> HttpResponse:
    """Another room for one that the booking has."""
    row = within(request.user, PropertyReservation.objects.filter(pk=pk), "hotel").select_related("hotel").first()
    if row is None:
        raise Http404
    has = list(Room.objects.filter(nights__reservation=row).distinct().order_by("number"))
    if request.method == "POST":
        rooms = {str(room.pk): room for room in Room.objects.filter(hotel=row.hotel)}
        room, target = rooms.get(request.POST.get("room", "")), rooms.get(request.POST.get("target", ""))
        if room is None or target is None:
            raise Http404
        try:
            desk.move(row, room, target)
        except PmsError as error:
            messages.error(request, _refusal(error))
        else:
            messages.success(request, _("%(reference)s is in room %(room)s now.") % {"reference": row.reference, "room": target})
        return HttpResponseRedirect(reverse("admin:pms_propertyreservation_change", args=[row.pk]))
    context = {
        **site.each_context(request),
        "title": _("Another room for %(reference)s") % {"reference": row.reference}, "row": row,
        "moves": [{"room": room, "targets": desk.rooms_to_move_to(row, room)} for room in has],
    }  # fmt: skip
    return TemplateResponse(request, "admin/pms/desk/move.html", context)


class RateFileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("CSV file"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}))
    replace = forms.BooleanField(
        label=gettext_lazy("replace all rates of the room types in the file"), required=False,
        help_text=gettext_lazy("Otherwise they are added, and count before those there are."),
    )  # fmt: skip


def rates_view(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """Read a file, show what it says, write it when every line is understood."""
    hotel = _hotel(request)
    if not reach(request).everything and hotel.pk not in reach(request).configures:
        raise PermissionDenied
    form, reading = RateFileForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        reading = rate_files.read(hotel, form.cleaned_data["file"].read(rate_files.LARGEST_BYTES + 1))
        if not reading.problems:
            _write(hotel, reading, replace=form.cleaned_data["replace"])
            told = ngettext("%(count)d rate imported.", "%(count)d rates imported.", len(reading.rates))
            messages.success(request, told % {"count": len(reading.rates)})
            return HttpResponseRedirect(reverse("admin:pms_rate_changelist"))
    context = {
        **site.each_context(request),
        "title": _("Rates from a file"), "hotel": hotel, "hotels": list(hotels_of(request.user)), "form": form, "reading": reading,
        "shown": reading.problems[:50] if reading else [],
    }  # fmt: skip
    return TemplateResponse(request, "admin/pms/desk/rates.html", context)


def _write(hotel: Hotel, reading: rate_files.Reading, *, replace: bool) -> None:
    with transaction.atomic():
        if replace:
            Rate.objects.filter(room_type__hotel=hotel, room_type__in={rate.room_type_id for rate in reading.rates}).delete()
        Rate.objects.bulk_create(reading.rates)


def _hotel(request: HttpRequest) -> Hotel:
    hotels = list(hotels_of(request.user))
    if not hotels:
        raise PermissionDenied
    return next((one for one in hotels if one.slug == request.GET.get("hotel")), hotels[0])


def _proposed(request: HttpRequest, hotel: Hotel) -> dict[str, Any]:
    today = hotel.local_now().date()
    return {"check_in": today, "check_out": today + dt.timedelta(days=1), "adults": 2, "children": 0}


def _offers(pms: EmbeddedPms, form: StayForm) -> list[Offer]:
    try:
        return pms.availability(form.stay, form.party)
    except (KeyError, ValueError, ValidationError):
        return []


def _wanted(form: StayForm, hotel: Hotel) -> NewReservation:
    given = form.cleaned_data
    guest = GuestDetails(given["guest_name"], given["guest_email"], given["guest_phone"])
    line = RoomLine(given["room_type"], 1, given["price"])
    return NewReservation(desk.new_reference(), form.stay, form.party, guest, (line,), hotel.currency, given["notes"])


def _money(offer: Offer) -> str:
    if offer.price is None:
        return ""
    return f"{number_format(offer.price.total, decimal_pos=2, force_grouping=True)} {offer.price.currency}"


def _refusal(error: PmsError) -> str:
    if isinstance(error, SoldOut):
        return _("The room was taken a moment ago. Look at what is free now.")
    if isinstance(error, Rejected):
        return _("Not possible: %(why)s") % {"why": error}
    return str(error)
