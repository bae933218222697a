"""Pages of the desk and the pieces they are refreshed with. Everything here only reads, but for what was seen."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from channels_app import templates
from channels_app.models import Account
from conversations.console import canned, listing, panel, queue, saved, suggestion, thread
from conversations.console.doors import DeskRequest, desk, person, talk_or_404
from conversations.console.hub import HUB
from conversations.labels import name_of
from conversations.models import Attendance, Conversation, DeskSettings
from conversations.push import sealing
from hotelagent.hotels.access import has_role, hotels_of
from hotelagent.hotels.models import Membership, Role

LAST = "desk_hotel"


@staff_member_required
@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """To the hotel this browser was at last, else the first."""
    hotels = list(hotels_of(request.user))
    if not hotels:
        return render(request, "console/no_hotel.html", status=404)
    last = request.session.get(LAST)
    chosen = next((one for one in hotels if one.slug == last), hotels[0])
    return redirect("console:desk", chosen.slug)


@desk
@require_safe
def page(request: DeskRequest, pk: int | None = None) -> HttpResponse:
    """The whole page, with a conversation open or without."""
    request.session[LAST] = request.hotel.slug
    context = _shell(request) | listing.context(_alone(request), person(request), request.GET)
    if pk is not None:
        context |= conversation_context(request, talk_or_404(request, pk))
    return render(request, "console/desk.html", context)


@desk
@require_safe
def queue_part(request: DeskRequest) -> HttpResponse:
    """Views with their counts, and the rows of one."""
    return queue_part_of(request)


def queue_part_of(request: DeskRequest) -> HttpResponse:
    told = request.GET if request.method in {"GET", "HEAD"} else request.POST
    return HttpResponse(listing.markup(_alone(request), person(request), told))


@desk
@require_POST
def save_view(request: DeskRequest) -> HttpResponse:
    """Keep what is looked at under a name, give a kept one another name, or drop it; answers with the queue."""
    told, user = request.POST, person(request)
    try:
        if told.get("drop"):
            saved.drop(request.hotel, user, thread.number(told.get("pk", "")) or 0, everybodys=is_supervisor(request))
        else:
            for_all = bool(told.get("everybody")) and is_supervisor(request)
            kept, name = thread.number(told.get("pk", "")), told.get("name", "")
            if kept is not None:
                saved.rename(request.hotel, user, kept, name, everybodys=is_supervisor(request))
            else:
                saved.keep(request.hotel, user, queue.Asked.of(told), name, for_all=for_all)
    except saved.NotKept as error:
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps({"told": {"words": str(error), "tone": "late"}})
        return response
    return queue_part_of(request)


@desk
@require_safe
def conversation_part(request: DeskRequest, pk: int) -> HttpResponse:
    """A conversation to be put into the page."""
    return render(request, "console/_conversation.html", conversation_context(request, talk_or_404(request, pk)))


@desk
@require_safe
def thread_part(request: DeskRequest, pk: int) -> HttpResponse:
    """Head, transcript and state of the composer of an open conversation."""
    return refreshed(request, talk_or_404(request, pk))


@desk
@require_safe
def earlier_part(request: DeskRequest, pk: int) -> HttpResponse:
    """Lines before those shown."""
    return render(request, "console/_lines.html", _thread(request, talk_or_404(request, pk), request.GET.get("before", "")))


@desk
@require_safe
def panel_part(request: DeskRequest, pk: int) -> HttpResponse:
    """What is known of the guest; asks the PMS which rooms are taken, so it comes by itself."""
    return panel_of(request, talk_or_404(request, pk))


def panel_of(request: DeskRequest, talk: Conversation) -> HttpResponse:
    talk.guest.refresh_from_db(fields=["same_as"])
    return render(request, "console/_panel.html", {"talk": talk, "hotel": request.hotel, **panel.of(talk)})


@desk
@require_safe
def stays_part(request: DeskRequest, pk: int) -> HttpResponse:
    """The guest's bookings, read again when one was made or changed here."""
    talk = talk_or_404(request, pk)
    return render(request, "console/_stays.html", {"talk": talk, "hotel": request.hotel, **panel.stays_of(talk)})


@desk
@require_safe
def suggestion_part(request: DeskRequest, pk: int) -> HttpResponse:
    """What the receptionist would answer, for a person to use or not."""
    talk = talk_or_404(request, pk)
    return render(request, "console/_suggestion.html", {"draft": suggestion.of(talk), "talk": talk, "hotel": request.hotel})


@desk
@require_safe
def canned_part(request: DeskRequest, pk: int) -> HttpResponse:
    """Canned replies and quick facts for what was typed after the slash."""
    talk = talk_or_404(request, pk)
    term = request.GET.get("q", "")
    found = canned.find(talk, person(request), term)
    facts, pin = panel.quick_facts(talk, term), panel.pin_offered(talk, term)
    context = {"found": found, "facts": facts, "pin": pin, "talk": talk, "hotel": request.hotel}
    return render(request, "console/_canned.html", context)


@desk
@require_safe
def templates_part(request: DeskRequest, pk: int) -> HttpResponse:
    """Approved templates, the guest's language first, each with its variables filled as far as the stay tells."""
    talk = talk_or_404(request, pk)
    usable = templates.usable(talk.thread, talk.guest.language)
    values = canned.values_for(talk, person(request))
    offered = [{"row": row, "fields": _fields(row.variables, values.get(row.language[:2], values["es"]))} for row in usable]
    context = {"talk": talk, "hotel": request.hotel, "offered": offered, "key": uuid.uuid4().hex}
    return render(request, "console/_templates.html", context)


def _fields(variables: list[str], values: dict[str, str]) -> list[tuple[str, str]]:
    """The first variable of nearly every template is the guest's name; the others are the writer's."""
    return [(name, values["guest.first_name"] if index == 0 else "") for index, name in enumerate(variables)]


@desk
@require_POST
def seen(request: DeskRequest, pk: int) -> HttpResponse:
    """The page was visible with these messages in it."""
    up_to = thread.number(request.POST.get("up_to", ""))
    if up_to is not None:
        thread.mark_seen(talk_or_404(request, pk), person(request), up_to)
    return HttpResponse(status=204)


@desk
@require_safe
def colleagues(request: DeskRequest) -> JsonResponse:
    """Who may be mentioned in a note."""
    staff = Membership.objects.filter(hotel=request.hotel, user__is_active=True).select_related("user")
    return JsonResponse({"people": [{"name": row.user.get_username(), "full": name_of(row.user)} for row in staff]})


def conversation_context(request: DeskRequest, talk: Conversation) -> dict[str, Any]:
    """Everything one open conversation shows but the panel."""
    return {"key": uuid.uuid4().hex, **_thread(request, talk)}


def refreshed(request: DeskRequest, talk: Conversation, *, sent: bool = False) -> HttpResponse:
    """The answer to an action and to a bell: the conversation as it is now; the composer's words are the page's. ``sent``: what
    held them back is over."""
    return render(request, "console/_refreshed.html", _thread(request, talk) | {"sent": sent})


def _thread(request: DeskRequest, talk: Conversation, before: str = "") -> dict[str, Any]:
    user = person(request)
    found, earlier = thread.lines(talk, before, since=request.GET.get("since", ""))
    handoff, reason, summary = thread.open_handoff(talk)
    mine = talk.person_id == user.pk
    return {
        "talk": talk,
        "hotel": request.hotel,
        "lines": found,
        "earlier": earlier,
        "last": thread.last_of(talk),
        "seen": thread.seen_up_to(talk, user),
        "handoff": handoff,
        "reason": reason,
        "summary": summary,
        "mine": mine,
        "me": user.pk,
        "may_write": mine or talk.person_id is None,
        "may_give_back": talk.owner != Conversation.Owner.BOT and (mine or talk.person_id is None or is_supervisor(request)),
        "owner_name": name_of(talk.person),
        "window": thread.window(talk),
        "now": timezone.now(),
        "people": HUB.people(talk.hotel_id, talk.pk, but=user.pk),
    }


def is_supervisor(request: DeskRequest) -> bool:
    return has_role(person(request), request.hotel, Role.SUPERVISOR, Role.HOTEL_ADMIN)


def _shell(request: DeskRequest) -> dict[str, Any]:
    attendance = Attendance.objects.filter(hotel=request.hotel, user=person(request).pk).first()
    kinds = Account.objects.filter(hotel=request.hotel).order_by("kind").distinct("kind")
    return {
        "hotel": request.hotel,
        "hotels": list(hotels_of(request.user)),
        "settings": DeskSettings.of(request.hotel),
        "modes": DeskSettings.Mode.choices,
        "attendance": attendance.state if attendance else Attendance.State.ONLINE,
        "attendances": Attendance.State.choices,
        "is_supervisor": is_supervisor(request),
        "push_key": sealing.public_key(),
        "channels": [(kind, Account.Kind(kind).label) for kind in kinds.values_list("kind", flat=True)],
        "live_url": reverse("console:desk", args=[request.hotel.slug]) + "live",
    }


def _alone(request: DeskRequest) -> listing.Crowd:
    return listing.Crowd(request.hotel, [person(request).pk])
