"""Pages of the simulator; staff only, and only for hotels they may see."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from channels_app import inbox, receipts
from channels_app.envelope import InboundMessage, Sender
from channels_app.models import Account, Outbound
from conversations.models import Conversation
from conversations.simulator import transcript
from hotelagent.hotels.access import hotel_or_404, hotels_of
from hotelagent.hotels.models import Hotel
from hotelagent.ops.tickets import login_ticket

TEXT_LIMIT = 4096
GUESTS = ("ana", "john", "joana", "guest-4")


@require_safe
@never_cache
def enter(request: HttpRequest, ticket: str) -> HttpResponse:
    """The link ``make demo`` prints: logs in once, from this machine only."""
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and "HTTP_X_FORWARDED_FOR" not in request.META
    pk, _dot, token = ticket.partition(".")
    user = get_user_model().objects.filter(pk=int(pk), is_active=True).first() if local and pk.isdigit() else None
    if user is None or not login_ticket.check_token(user, token):
        return redirect("admin:login")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("simulator:phone")


@staff_member_required
@require_safe
@never_cache
def phone(request: HttpRequest) -> HttpResponse:
    """The phone, for one of the guests; ``?hotel=`` and ``?guest=`` choose."""
    hotels = list(hotels_of(request.user))
    if not hotels:
        return render(request, "simulator/no_hotel.html", status=404)
    hotel = next((one for one in hotels if one.slug == request.GET.get("hotel")), hotels[0])
    guest = slugify(request.GET.get("guest", ""))[:40] or GUESTS[0]
    return render(
        request,
        "simulator/phone.html",
        {"hotel": hotel, "hotels": hotels, "guest": guest, "guests": _guests(hotel, guest), "fresh": f"guest-{secrets.token_hex(3)}"},
    )


@staff_member_required
@require_safe
@never_cache
def messages(request: HttpRequest, hotel: str, guest: str) -> HttpResponse:
    """Everything said so far, and what the receptionist understood, as JSON for the page."""
    row = hotel_or_404(request.user, hotel)
    conversation = _conversation(row, guest)
    if conversation is not None:
        receipts.seen_in_webchat(conversation.thread)
    return JsonResponse(transcript.of(conversation))


@staff_member_required
@require_POST
def send(request: HttpRequest, hotel: str, guest: str) -> HttpResponse:
    """The guest writes or taps: the letter goes through the same inbox as any other."""
    row = hotel_or_404(request.user, hotel)
    try:
        said: Any = json.loads(request.body)
        text, choice_id, key = (
            str(said.get("text", ""))[:TEXT_LIMIT].replace("\x00", ""),
            str(said.get("choice", ""))[:256],
            str(said["key"])[:64],
        )
    except (ValueError, KeyError, AttributeError):
        return JsonResponse({"error": "text or choice, and a key, are needed"}, status=400)
    if not text.strip() and not choice_id:
        return JsonResponse({"error": "nothing to send"}, status=400)
    account = Account.webchat(row, Account.Driver.WORKER, "Simulator")
    letter = InboundMessage(
        account_key=str(account.pk), provider_id=f"{guest}:{key}", sender=Sender(phone=guest, name=guest.replace("-", " ").title()),
        kind="interactive" if choice_id else "text", provider_time=timezone.now(), text=text, choice_id=choice_id,
    )  # fmt: skip
    inbox.accept(Account.Kind.WEBCHAT, [letter], {str(account.pk): account})
    return JsonResponse({"ok": True}, status=202)


def _conversation(hotel: Hotel, guest: str) -> Conversation | None:
    rows = Conversation.objects.filter(hotel=hotel, thread__identity=guest, thread__account__kind=Account.Kind.WEBCHAT)
    return rows.filter(thread__account__driver=Account.Driver.WORKER).select_related("thread__account", "guest").first()


def _guests(hotel: Hotel, current: str) -> list[str]:
    seen = Outbound.objects.filter(account__hotel=hotel, account__kind=Account.Kind.WEBCHAT, account__driver=Account.Driver.WORKER)
    names = list(seen.order_by("-id").values_list("thread__identity", flat=True)[:40])
    return list(dict.fromkeys([*GUESTS, *names, current]))[:12]
