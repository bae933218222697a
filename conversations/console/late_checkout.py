"""Late check-out from the thread: until when and for how much, what it means, then it is granted and housekeeping knows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from conversations import live, trail, voices
from conversations.console.desk_booking import actor_of, on_booking, show
from conversations.console.doors import DeskRequest, desk, person
from conversations.dialogue import phrasebook
from conversations.models import Conversation, Task
from pms.errors import PmsError
from pms.gateway import gateway
from pms.terms import Party, Stay
from reservations import late
from reservations.models import Booking


class LateForm(forms.Form):
    """Until when, and what it costs."""

    until = forms.TimeField(label=gettext_lazy("Until"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    fee = forms.DecimalField(label=gettext_lazy("Fee"), min_value=0, max_digits=12, decimal_places=2)

    def __init__(self, *args: Any, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.booking = booking
        self.fields["fee"].label = f"{_('Fee')} ({booking.currency})"

    def clean_until(self) -> dt.time:
        told: dt.time = self.cleaned_data["until"]
        usual = self.booking.hotel.check_out_until
        if told <= usual:
            raise forms.ValidationError(_("Guests may stay until %(hour)s anyway.") % {"hour": f"{usual:%H:%M}"})
        return told


@desk
@require_http_methods(["GET", "POST"])
@on_booking
def late_checkout(request: DeskRequest, talk: Conversation, row: Booking) -> HttpResponse:
    """The form, then what it means, then it is done."""
    now = late.until(row)
    form = LateForm(request.POST or None, booking=row, initial={"until": now.time() if now else "14:00", "fee": _usual_fee(row)})
    if request.method != "POST" or not form.is_valid():
        return show(request, talk, "late", row=row, form=form)
    told = form.cleaned_data
    if request.POST.get("sure") != "1":
        return show(request, talk, "late_sure", row=row, form=form, fee=_money(talk, row, told["fee"]), needed=_is_needed(row))
    if not late.grant(row, told["until"], told["fee"], actor=actor_of(request)):
        return show(request, talk, "late", row=row, form=form, trouble=_("It cannot be granted: the booking has changed. Look again."))
    _tell_the_house(request, talk, row)
    trail.record(talk, "staff_late", user=person(request), reference=row.reference, until=f"{told['until']:%H:%M}", fee=str(told["fee"]))
    response = show(request, talk, "result", row=row, is_open=False, words=_words(talk, row))
    response["HX-Trigger"] = "stays"
    return response


def _usual_fee(row: Booking) -> object:
    """What it cost the last time."""
    if row.late_until is not None:
        return row.late_fee
    rows = Booking.objects.filter(hotel=row.hotel_id, currency=row.currency, late_until__isnull=False).order_by("-late_until")
    return rows.values_list("late_fee", flat=True).first() or 0


def _is_needed(row: Booking) -> bool:
    """Is every room of these types taken that night? Then the next guest may wait for this one."""
    try:
        offers = gateway(row.hotel).availability(Stay(row.check_out, row.check_out + dt.timedelta(days=1)), Party(1))
    except PmsError:
        return False
    free = {offer.room_type.code: offer.free for offer in offers}
    return any(free.get(line["room_type"], 1) == 0 for line in row.lines)


def _tell_the_house(request: DeskRequest, talk: Conversation, row: Booking) -> None:
    """One task for housekeeping, however often the hour changes."""
    until = late.until(row)
    assert until is not None
    with override(row.hotel.main_language):
        words = _("%(reference)s: late check-out until %(hour)s (%(guest)s)")
        text = words % {"reference": row.reference, "hour": f"{until:%H:%M}", "guest": row.guest_name}
    usual = dt.datetime.combine(row.check_out, row.hotel.check_out_until, row.hotel.zone)
    open_ = Task.objects.filter(hotel=row.hotel, kind=Task.Kind.HOUSEKEEPING, text__startswith=f"{row.reference}: ", state=Task.State.OPEN)
    if not open_.update(text=text[:300], due_at=usual):
        Task.objects.create(
            hotel=row.hotel, conversation=talk, kind=Task.Kind.HOUSEKEEPING, text=text[:300], due_at=max(usual, timezone.now()),
            created_by_id=person(request).pk,
        )  # fmt: skip
    live.tell(row.hotel_id, all=True)


def _money(talk: Conversation, row: Booking, fee: Any) -> str:
    return phrasebook.money(talk.language, fee, row.currency) if fee else ""


def _words(talk: Conversation, row: Booking) -> str:
    """How the guest is told, for the composer."""
    until, fee = late.until(row), _money(talk, row, row.late_fee)
    assert until is not None
    day = phrasebook.date(talk.language, until.date(), today=row.hotel.local_now().date())
    key = "late_granted_fee" if fee else "late_granted"
    with voices.speaking(talk.hotel_id):
        return phrasebook.say(talk.language, key, day=day, hour=f"{until:%H:%M}", fee=fee)
