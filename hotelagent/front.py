"""The front page: what runs here, and where to go. JSON for machines."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def icon(_request: HttpRequest) -> HttpResponse:
    """Browsers ask for it on every page."""
    return redirect(static("ui/favicon.svg"))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    accepts = request.headers.get("Accept", "")
    if "application/json" in accepts and "text/html" not in accepts:
        return JsonResponse({"name": "hotel-receptionist", "version": settings.VERSION, "status": "ok"})
    return render(request, "index.html", {"version": settings.VERSION})
