"""Rooms from the thread: offers, a room kept, booked, changed, cancelled. Each step shows what will happen before it does, and
the price and the room are the PMS's at that moment. A quote's key is the booking's key: two clicks are one booking."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from conversations import linking, trail, voices
from conversations.console import stays
from conversations.console.doors import DeskRequest, desk, person, talk_or_404
from conversations.desk import DESK, HotelDesk, code_of, described, hotel_view, standing
from conversations.dialogue import phrasebook
from conversations.models import Conversation, Identity
from hotelagent.hotels.models import Hotel
from pms.errors import PmsError
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, holds, quoting
from reservations.errors import KeyReused, NothingFree, StayNotPossible, TooManyHolds
from reservations.models import Booking, Quote

LONGEST = 60
OFFERS_SHOWN = 6
# What keeps a room from being offered or kept.
TROUBLES: dict[type[Exception], Any] = {
    NothingFree: gettext_lazy("That room has just gone. Look again."),
    TooManyHolds: gettext_lazy("Three rooms are kept for this guest already."),
    StayNotPossible: gettext_lazy("A rule of the house forbids this stay."),
    PmsError: gettext_lazy("The PMS does not answer now. Nothing was booked; try again in a moment."),
}


def actor_of(request: DeskRequest) -> str:
    return f"staff:{person(request).get_username()}"[:80]


class StayForm(forms.Form):
    """When and who."""

    check_in = forms.DateField(label=gettext_lazy("Check-in"), widget=forms.DateInput(attrs={"type": "date"}))
    check_out = forms.DateField(label=gettext_lazy("Check-out"), widget=forms.DateInput(attrs={"type": "date"}))
    adults = forms.IntegerField(label=gettext_lazy("Adults"), min_value=1, max_value=40, initial=2)
    ages = forms.CharField(label=gettext_lazy("Children's ages"), required=False, max_length=60)
    replacing = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args: Any, hotel: Hotel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hotel = hotel

    def clean_ages(self) -> tuple[int, ...]:
        words = self.cleaned_data["ages"].replace(",", " ").replace(";", " ").split()
        if len(words) > 20 or any(not re.fullmatch(r"[0-9]|1[0-7]", word) for word in words):
            raise forms.ValidationError(_("Ages from 0 to 17, with commas between them."))
        return tuple(int(word) for word in words)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("check_in"), told.get("check_out")
        if first and last:
            if last <= first:
                self.add_error("check_out", _("Check-out comes after check-in."))
            elif (last - first).days > LONGEST:
                self.add_error("check_out", _("At most %(count)s nights.") % {"count": LONGEST})
            elif first < self.hotel.local_now().date():
                self.add_error("check_in", _("That day is over."))
        return told

    @property
    def stay(self) -> Stay:
        return Stay(self.cleaned_data["check_in"], self.cleaned_data["check_out"])

    @property
    def party(self) -> Party:
        ages = self.cleaned_data["ages"]
        return Party(self.cleaned_data["adults"], len(ages), ages)


class GuestForm(forms.Form):
    """Whose booking it is."""

    name = forms.CharField(label=gettext_lazy("Name and surname"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)


@desk
@require_safe
def form(request: DeskRequest, pk: int) -> HttpResponse:
    """The form, filled with what the guest told, or with the booking that is to change."""
    talk = talk_or_404(request, pk)
    row = _replaced(talk, request.GET)
    start = StayForm(hotel=request.hotel, initial=_known(talk, row))
    return show(request, talk, "form", form=start, row=row)


@desk
@require_safe
def offers(request: DeskRequest, pk: int) -> HttpResponse:
    """What is free, with prices, and why what fits is not."""
    talk = talk_or_404(request, pk)
    asked = StayForm(request.GET, hotel=request.hotel)
    row = _replaced(talk, request.GET)
    if not asked.is_valid():
        return show(request, talk, "form", form=asked, row=row)
    try:
        found = quoting.combinations(
            request.hotel, asked.stay, asked.party, guest_key=talk.guest.key, replacing=row.reference if row else ""
        )
    except PmsError as error:
        return show(request, talk, "form", form=asked, row=row, trouble=_trouble(error))
    view = hotel_view(request.hotel, request.hotel.local_now())
    told = [_offer(one, view, talk) for one in found[:OFFERS_SHOWN]]
    return show(request, talk, "offers", form=asked, row=row, offers=told)


@desk
@require_POST
def propose(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep the room for fifteen minutes, and say what will be booked."""
    talk = talk_or_404(request, pk)
    asked, code = StayForm(request.POST, hotel=request.hotel), request.POST.get("code", "")[:200]
    row = _replaced(talk, request.POST)
    if not asked.is_valid():
        return show(request, talk, "form", form=asked, row=row)
    replacing = row.reference if row else ""
    try:
        quote = quoting.quote(request.hotel, asked.stay, asked.party, code, guest_key=talk.guest.key, replacing=replacing)
        holds.hold(quote, replacing=replacing)
    except tuple(TROUBLES) as error:
        return show(request, talk, "form", form=asked, row=row, trouble=_trouble(error))
    guest = GuestForm(initial=_guest(talk, row))
    return show(request, talk, "proposal", quote=quote, row=row, guest=guest, **_priced(quote, talk))


@desk
@require_POST
def confirm(request: DeskRequest, pk: int) -> HttpResponse:
    """Book or change what was proposed. The same proposal twice is one booking."""
    talk = talk_or_404(request, pk)
    quote = _quote(talk, request.POST.get("quote", ""))
    if quote is None:
        return show(request, talk, "form", form=StayForm(hotel=request.hotel, initial=_known(talk, None)), trouble=_("Look again."))
    reference = request.POST.get("replacing", "")[:12]
    if reference:
        row = _booking(talk, reference)
        if row is None:
            return show(request, talk, "nothing")
        row = booking.change(row, quote, actor=actor_of(request))
        trail.record(talk, "staff_changed", user=person(request), **described(row))
        return _result(request, talk, row)
    guest = GuestForm(request.POST)
    if not guest.is_valid():
        return show(request, talk, "proposal", quote=quote, guest=guest, **_priced(quote, talk))
    told = guest.cleaned_data
    details = GuestDetails(told["name"], told["email"], told["phone"], talk.language)
    try:
        row = booking.place(quote, booking.Booker(details, talk.guest.key, DESK, str(talk.pk)))
    except KeyReused:
        return show(request, talk, "nothing")
    trail.record(talk, "staff_booked", user=person(request), **described(row))
    return _result(request, talk, row)


def on_booking(action: Callable[[DeskRequest, Conversation, Booking], HttpResponse]) -> Callable[[Any, int, str], HttpResponse]:
    """A page of one of the guest's bookings."""

    @wraps(action)
    def view(request: Any, pk: int, reference: str) -> HttpResponse:
        talk = talk_or_404(request, pk)
        row = _booking(talk, reference)
        return action(request, talk, row) if row is not None else show(request, talk, "nothing")

    return view


@desk
@require_safe
@on_booking
def cancelling(request: DeskRequest, talk: Conversation, row: Booking) -> HttpResponse:
    """What cancelling this booking means, before it is done."""
    return show(request, talk, "cancelling", row=row, policy=_policy(talk))


@desk
@require_POST
@on_booking
def cancel(request: DeskRequest, talk: Conversation, row: Booking) -> HttpResponse:
    row = booking.cancel(row, actor=actor_of(request))
    trail.record(talk, "staff_cancelled", user=person(request), **described(row))
    return _result(request, talk, row)


@desk
@require_safe
@on_booking
def result(request: DeskRequest, talk: Conversation, row: Booking) -> HttpResponse:
    """How it ended, or that it has not yet."""
    return _result(request, talk, row)


def _result(request: DeskRequest, talk: Conversation, row: Booking) -> HttpResponse:
    open_ = row.state in booking.OPEN
    response = show(request, talk, "result", row=row, is_open=open_, words="" if open_ else _words(talk, row))
    response["HX-Trigger"] = "stays"
    return response


def show(request: DeskRequest, talk: Conversation, part: str, **more: Any) -> HttpResponse:
    """The booking work beside the thread, at this step of it."""
    return render(request, "console/_booking.html", {"talk": talk, "hotel": request.hotel, "part": part, **more})


def _booking(talk: Conversation, reference: str) -> Booking | None:
    """One of the guest's own bookings, or one under the same phone: what the panel shows."""
    same = linking.group(talk.guest)
    phones = [one.value for row in same for one in row.identities.all() if one.kind == Identity.Kind.PHONE]
    known = {one.booking.reference: one.booking for one in stays.all_of(talk.hotel, [row.key for row in same], phones)}
    row = known.get(reference)
    return Booking.objects.select_related("hotel", "quote", "last_change").get(pk=row.pk) if row is not None else None


def _replaced(talk: Conversation, told: QueryDict) -> Booking | None:
    """The booking the form is to change, if it is to change one."""
    reference = told.get("replacing", "")[:12]
    return _booking(talk, reference) if reference else None


def _quote(talk: Conversation, key: str) -> Quote | None:
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    return Quote.objects.select_related("hotel").filter(hotel=talk.hotel_id, guest_key=talk.guest.key, key=wanted).first()


def _trouble(error: Exception) -> str:
    return str(next(words for kind, words in TROUBLES.items() if isinstance(error, kind)))


def _known(talk: Conversation, row: Booking | None) -> dict[str, Any]:
    if row is not None:
        ages = ", ".join(map(str, row.child_ages))
        return {
            "check_in": row.check_in, "check_out": row.check_out, "adults": row.adults, "ages": ages, "replacing": row.reference,
        }  # fmt: skip
    slots = talk.state.get("slots", {})
    told = {name: slots.get(name) for name in ("check_in", "check_out", "adults") if slots.get(name)}
    return {"adults": 2, **told, "ages": ", ".join(map(str, slots.get("child_ages") or []))}


def _guest(talk: Conversation, row: Booking | None) -> dict[str, Any]:
    if row is not None:
        return {"name": row.guest_name, "email": row.guest_email, "phone": row.guest_phone}
    slots, known = talk.state.get("slots", {}), talk.guest.identities.filter(kind=Identity.Kind.PHONE).first()
    phone = slots.get("phone") or (f"+{known.value}" if known else "")
    return {"name": talk.guest.name or talk.thread.name, "email": slots.get("email", ""), "phone": phone}


def _offer(one: Any, view: Any, talk: Conversation) -> dict[str, Any]:
    language = talk.language
    rules = [phrasebook.counted(language, rule.value, "night") if isinstance(rule.value, int) else "" for rule in one.broken]
    price = one.price
    return {
        "code": one.code,
        "name": view.rooms_name(one.code, language),
        "free": one.free,
        "total": phrasebook.money(language, price.total, price.currency) if price else "",
        "taxes": phrasebook.money(language, price.taxes, price.currency) if price and price.taxes else "",
        "rules": [rule for rule in rules if rule],
        "bookable": one.free and price is not None and not one.broken,
        "left": min((offer.free for offer in one.offers), default=0),
    }


def _priced(quote: Quote, talk: Conversation) -> dict[str, Any]:
    language, view = talk.language, hotel_view(talk.hotel, talk.hotel.local_now())
    today = talk.hotel.local_now().date()
    return {
        "room": view.rooms_name(code_of(quote), language),
        "days": [phrasebook.date(language, day, today=today) for day in (quote.check_in, quote.check_out)],
        "nights": phrasebook.counted(language, (quote.check_out - quote.check_in).days, "night"),
        "who": phrasebook.party(language, Party(quote.adults, quote.children, tuple(quote.child_ages))),
        "total": phrasebook.money(language, quote.total, quote.currency),
        "policy": _policy(talk),
    }


def _policy(talk: Conversation) -> str:
    answer = HotelDesk(talk, talk.hotel.local_now).answer("policy_cancellation", talk.language)
    return answer.text if answer else ""


def _words(talk: Conversation, row: Booking) -> str:
    """How the guest is told, for the composer: nothing is sent by itself here."""
    with voices.speaking(talk.hotel_id):
        if row.state == Booking.State.CANCELLED:
            return phrasebook.say(talk.language, "cancelled", reference=row.reference)
        return standing(row, talk.language) if row.state == Booking.State.CONFIRMED and not row.reason else ""
