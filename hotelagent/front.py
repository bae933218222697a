"""The front page: what runs here, and where to go. JSON for machines."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    accepts = request.headers.get("Accept", "")
    if "application/json" in accepts and "text/html" not in accepts:
        return JsonResponse({"name": "hotel-receptionist", "version": settings.VERSION, "status": "ok"})
    return render(request, "index.html", {"version": settings.VERSION})
