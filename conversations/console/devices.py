"""Notifications of this browser: turned on and off at the desk, and the worker that shows them."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conversations.console.doors import DeskRequest, desk, person
from conversations.push import calls, sealing, service
from hotelagent.hotels.models import Language

WORKER = "console/worker.js"


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that runs while the desk is closed. At one address for ever, because the browser asks there for its next
    version; it may show the whole desk."""
    found = finders.find(WORKER)
    if found is None:
        raise Http404
    response = HttpResponse(Path(str(found)).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/console/"
    response["Cache-Control"] = "no-cache"
    return response


@desk
@require_POST
def push_on(request: DeskRequest) -> HttpResponse:
    """Tell this browser of the hotel's guests who wait."""
    if not sealing.is_on():
        raise Http404
    told = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    language = get_language() or "es"
    try:
        calls.turn_on(
            request.hotel, person(request).pk, **told, language=language if language in Language.values else "es",
            browser=request.headers.get("User-Agent", ""),
        )  # fmt: skip
    except (service.Refused, sealing.BadKey):
        return HttpResponse(_("This browser cannot be reached."), status=422, content_type="text/plain")
    return HttpResponse(status=204)


@desk
@require_POST
def push_off(request: DeskRequest) -> HttpResponse:
    calls.turn_off(request.hotel, person(request).pk, request.POST.get("endpoint", ""))
    return HttpResponse(status=204)
