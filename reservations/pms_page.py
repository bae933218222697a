"""The page "PMS" of a hotel: is the connection good, what was looked at, what differs, what nobody is sure of."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel
from hotelagent.hotels.staff_admin import on_the_hotels_clock, reach
from hotelagent.ops import queue
from hotelagent.ops.steps import Step
from pms import checking, sync
from pms.line_admin import run_badge
from reservations import booking
from reservations.models import Booking

SHOWN = 10


def view(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """GET shows it; POST does what a button says (``do``): look, check, retry."""
    hotels = list(hotels_of(request.user))
    if not hotels:
        raise PermissionDenied
    hotel = next((one for one in hotels if one.slug == request.GET.get("hotel")), hotels[0])
    steps: list[Step] = []
    if request.method == "POST":
        if request.POST.get("do") == "check":
            steps = list(checking.steps(hotel))
        else:
            _do(request, hotel)
            return HttpResponseRedirect(f"{reverse('admin:pms_status')}?hotel={hotel.slug}")
    return on_the_hotels_clock(request, lambda: _page(request, site, hotels, hotel, steps))  # type: ignore[no-any-return]


def _do(request: HttpRequest, hotel: Hotel) -> None:
    wanted = request.POST.get("do", "")
    if wanted == "look":
        for kind in sync.Kind:
            sync.ask(hotel, kind, asked_by=request.user.get_username())
        queue.ring("slow")
        messages.success(request, _("Asked. What is found appears below."))
    elif wanted == "retry" and _configures(request, hotel):
        sync.try_again(hotel)
        messages.success(request, _("The PMS is asked again from now on."))
    else:
        raise PermissionDenied


def _page(request: HttpRequest, site: admin.AdminSite, hotels: list[Hotel], hotel: Hotel, steps: list[Step]) -> HttpResponse:
    open_bookings = Booking.objects.filter(hotel=hotel, state__in=booking.UNDER_WAY).order_by("created_at")
    overview = sync.overview(hotel, shown=SHOWN)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "PMS", "hotel": hotel, "hotels": hotels, "may_configure": _configures(request, hotel),
        "steps": steps, "steps_good": all(step.passes for step in steps),
        "overview": overview, "runs": [{"run": run, "badge": run_badge(run)} for run in overview["runs"]],
        "bookings": list(open_bookings[:SHOWN]), "bookings_count": open_bookings.count(),
    }  # fmt: skip
    return TemplateResponse(request, "admin/pms/status.html", context)


def _configures(request: HttpRequest, hotel: Hotel) -> bool:
    return reach(request).everything or hotel.pk in reach(request).configures
