"""Who may open which page of the desk. A foreign hotel or conversation and one that does not exist look the same: 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from conversations.models import Conversation
from hotelagent.hotels.access import hotel_or_404
from hotelagent.hotels.models import Hotel

Rest = ParamSpec("Rest")


class DeskRequest(HttpRequest):
    """A request of a person who is logged in, for a hotel that person may see."""

    user: Any
    hotel: Hotel


def desk(view: Callable[Concatenate[Any, Rest], HttpResponse]) -> Callable[..., HttpResponse]:
    """``request.hotel`` is the hotel of the address. Never kept by a browser: the desk's machine is shared."""

    @wraps(view)
    def inner(request: Any, hotel: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        request.hotel = hotel_or_404(request.user, hotel)
        return view(request, *args, **kwargs)

    guarded = never_cache(staff_member_required(inner))

    @wraps(view)
    def outer(request: Any, hotel: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if "HX-Request" in request.headers and not (request.user.is_authenticated and request.user.is_staff):
            # A piece of the page cannot hold the login: the whole page goes there.
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("admin:login") + f"?next=/console/{hotel}/"})
        return guarded(request, hotel, *args, **kwargs)

    return outer


def talk_or_404(request: Any, pk: int) -> Conversation:
    """The conversation, if it is of the request's hotel."""
    rows = Conversation.objects.filter(hotel=request.hotel).select_related("guest", "thread__account", "person", "hotel")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def person(request: Any) -> AbstractBaseUser:
    user: AbstractBaseUser = request.user
    return user
