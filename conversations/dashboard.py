"""The admin's first page and its side bar (hooks of the admin theme). Every number leads to the list it counts."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from channels_app.admin import problems, unconnected
from channels_app.models import Account, AccountNotice, Inbound, Outbound
from conversations.admin import helped, recent
from conversations.labels import guest_word, reason_word
from conversations.models import Conversation, Handoff
from hotelagent.hotels.access import within
from hotelagent.hotels.staff_admin import Reach, reach
from pms.sync import open_differences
from reservations.admin import arriving, departing, party_of, rooms_of, stay_of, to_come
from reservations.models import Booking

# Pages with a line of their own in the side bar, below the address of a list.
OWN_PAGES = ("admin:pms_room_nights", "admin:pms_desk_book", "admin:pms_rate_import", "admin:pms_status")
CHART_DAYS = 7
NEXT_ARRIVALS = 8
WAITING_SHOWN = 5
# Both are read as they stand by the chart; a middle grey is legible on the light and on the dark page.
BAR_COLOUR, LABEL_COLOUR = "#14948E", "#7A8794"


def _list(model: str, query: str = "") -> str:
    return reverse(f"admin:{model}_changelist") + (f"?{query}" if query else "")


# --- side bar ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Entry:
    """One line of the side bar: words, icon, the page (or a list's model), and a number that wants attention."""

    title: str
    icon: str
    model: str = ""
    link: str = ""
    badge: int = 0
    shown: bool = True

    def told(self, request: HttpRequest) -> dict[str, Any]:
        link = self.link or _list(self.model)
        active = (
            request.path == link
            if self.link
            else request.path.startswith(link) and not any(request.path.startswith(reverse(page)) for page in OWN_PAGES)
        )
        told: dict[str, Any] = {"title": self.title, "icon": self.icon, "link": link, "active": active}
        return told | ({"badge": str(self.badge), "badge_variant": "warning"} if self.badge else {})


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Grouped as the desk works; what somebody may not open is not offered."""
    mine = reach(request)
    platform = mine.everything
    staff = platform or bool(mine.hotels)
    waiting = _waiting(request).count() if staff else 0
    stuck = sum(problem.count for problem in open_problems(request)) if staff else 0
    groups: list[tuple[str, bool, list[_Entry]]] = [
        ("", True, [_Entry(_("Today"), "dashboard", link=reverse("admin:index"), badge=stuck)]),
        (
            _("Desk"), staff,
            [
                _Entry(_("Live desk"), "headset_mic", link=reverse("console:front")),
                _Entry(_("Tasks"), "assignment", "conversations_task"),
                _Entry(_("Canned replies"), "quickreply", "conversations_cannedreply"),
                _Entry(_("Phones of the staff"), "phone_iphone", "conversations_staffphone"),
                _Entry(_("Notified browsers"), "notifications_active", "conversations_pushsubscription"),
                _Entry(_("Desk settings"), "tune", "conversations_desksettings"),
                _Entry(_("Conversations"), "forum", "conversations_conversation", badge=waiting),
                _Entry(_("Hand-offs"), "support_agent", "conversations_handoff"),
                _Entry(_("Guests"), "group", "conversations_guest"),
                _Entry(_("Simulator"), "smartphone", link=reverse("simulator:phone")),
            ],
        ),
        (
            _("Reservations"), staff,
            [
                _Entry(_("Bookings"), "event_available", "reservations_booking"),
                _Entry(_("Holds"), "lock_clock", "reservations_hold"),
                _Entry(_("Quotes"), "request_quote", "reservations_quote"),
                _Entry(_("Deposit terms"), "payments", "reservations_depositterms"),
            ],
        ),
        (
            _("Property"), staff,
            [
                _Entry(_("Nights"), "calendar_view_week", link=reverse("admin:pms_room_nights")),
                _Entry(_("New booking"), "add_circle", link=reverse("admin:pms_desk_book")),
                _Entry(_("Room types"), "bedroom_parent", "pms_roomtype"),
                _Entry(_("Rooms"), "door_front", "pms_room"),
                _Entry(_("Rates"), "sell", "pms_rate"),
                _Entry(_("Rates from a file"), "upload", link=reverse("admin:pms_rate_import"), shown=platform or bool(mine.configures)),
                _Entry(_("Restrictions"), "rule", "pms_restriction"),
                _Entry(_("Out of order"), "build", "pms_outoforder"),
                _Entry(_("Taxes"), "percent", "pms_tax"),
                _Entry(_("Bookings in the PMS"), "menu_book", "pms_propertyreservation"),
                _Entry("PMS", "cable", link=reverse("admin:pms_status"), badge=_differing(request) if staff else 0),
                _Entry(_("PMS connection"), "settings_ethernet", "pms_connection"),
            ],
        ),
        (
            _("Knowledge"), staff,
            [_Entry(_("Facts"), "fact_check", "conversations_fact"),
             _Entry(_("Hours, prices and limits"), "schedule", "conversations_detail"),
             _Entry(_("Frequent questions"), "quiz", "conversations_faq"),
             _Entry(_("Unanswered questions"), "help", "conversations_unansweredquestion"),
             _Entry(_("Photos of rooms"), "photo_library", "conversations_roomphoto"),
             _Entry(_("Phrases"), "record_voice_over", link=reverse("admin:conversations_wording_phrases")),
             _Entry(_("Try a question"), "science", link=reverse("admin:conversations_faq_try"))],
        ),
        (
            _("Channels"), staff,
            [
                _Entry(_("Accounts"), "hub", "channels_app_account"),
                _Entry(_("Mailboxes"), "mail", "channels_app_mailbox"),
                _Entry(_("Meta apps"), "key", "channels_app_metaapp", shown=platform),
                _Entry(_("Templates"), "description", "channels_app_template"),
                _Entry(_("Letters in"), "inbox", "channels_app_inbound"),
                _Entry(_("Letters out"), "outbox", "channels_app_outbound"),
                _Entry(_("Files of guests"), "perm_media", "channels_app_media"),
                _Entry(_("Files for guests"), "attach_file", "channels_app_attachment"),
                _Entry(_("Receipts"), "done_all", "channels_app_deliveryreceipt"),
                _Entry(_("Notices"), "campaign", "channels_app_accountnotice"),
            ],
        ),
        (
            _("Hotel"), staff,
            [
                _Entry(_("Hotel, hours and staff"), "apartment", "hotels_hotel"),
                _Entry(_("Events"), "history", "conversations_event"),
                _Entry(_("Logins"), "badge", "auth_user", shown=platform),
                _Entry(_("Queue"), "reorder", "django_q_ormq", shown=platform),
                _Entry(_("Heartbeats"), "monitor_heart", "ops_heartbeat", shown=platform),
            ],
        ),
    ]  # fmt: skip
    return [
        {"title": title, "items": [entry.told(request) for entry in entries if entry.shown], "separator": False}
        for title, shown, entries in groups
        if shown
    ]


# --- first page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """Something somebody should look at, and where."""

    count: int
    words: str
    link: str
    icon: str


def open_problems(request: HttpRequest) -> list[Problem]:
    """What is stuck, worst first; only what there is. Asked once a request."""
    known: list[Problem] | None = getattr(request, "_problems", None)
    if known is None:
        known = request._problems = [problem for problem in _problems(request) if problem.count]  # type: ignore[attr-defined]
    return known


def _differing(request: HttpRequest) -> int:
    """Differences with the PMS that wait for a person. Asked once a request."""
    known: int | None = getattr(request, "_differences", None)
    if known is None:
        known = request._differences = open_differences(reach(request).hotels)  # type: ignore[attr-defined]
    return known


def _problems(request: HttpRequest) -> list[Problem]:
    user = request.user
    accounts = unconnected(within(user, Account.objects.all())).count()
    out = problems(within(user, Outbound.objects.all(), "account__hotel")).count()
    dead = within(user, Inbound.objects.filter(state=Inbound.State.FAILED), "account__hotel").count()
    unsure = within(user, Booking.objects.filter(state=Booking.State.UNKNOWN)).count()
    notices = within(user, AccountNotice.objects.filter(quarantined=True, seen=False), "account__hotel").count()
    differing = _differing(request)
    told = [
        (differing, ngettext("%(count)d difference with the PMS", "%(count)d differences with the PMS", differing)),
        (unsure, ngettext("%(count)d booking nobody is sure of", "%(count)d bookings nobody is sure of", unsure)),
        (accounts, ngettext("%(count)d channel is not connected", "%(count)d channels are not connected", accounts)),
        (out, ngettext("%(count)d letter did not arrive or may not have", "%(count)d letters did not arrive or may not have", out)),
        (dead, ngettext("%(count)d guest's letter failed", "%(count)d guests' letters failed", dead)),
        (notices, ngettext("%(count)d quarantined notice", "%(count)d quarantined notices", notices)),
    ]
    where = [
        ("difference", reverse("admin:pms_status")),
        ("help", _list("reservations_booking", "state__exact=unknown")),
        ("link_off", _list("channels_app_account", "unconnected=yes")),
        ("error", _list("channels_app_outbound", "content=problems")),
        ("mark_email_unread", _list("channels_app_inbound", "state__exact=failed")),
        ("gpp_maybe", _list("channels_app_accountnotice", "quarantined__exact=1&seen__exact=0")),
    ]
    return [Problem(count, words % {"count": count}, link, icon) for (count, words), (icon, link) in zip(told, where, strict=True)]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    mine = reach(request)
    hotels = list(mine.hotels.values())
    bookings = within(request.user, Booking.objects.all())
    waiting = _waiting(request)
    count = waiting.count()
    context |= {
        "title": _("Today"),
        "no_hotel": not hotels,
        "platform": mine.everything,
        "figures": [
            _figure(_("Arrivals today"), "login", arriving(bookings, hotels).count(), _list("reservations_booking", "when=arriving")),
            _figure(_("Departures today"), "logout", departing(bookings, hotels).count(), _list("reservations_booking", "when=departing")),
            _figure(
                _("Waiting for a person"), "hourglass_top", count, _list("conversations_conversation", "owner__exact=waiting"),
                tone="wait" if count else "",
            ),
            _bot_share(request),
        ],
        "problems": open_problems(request),
        "waiting": [_waiting_line(row) for row in _oldest_waiting(waiting)],
        "waiting_link": _list("conversations_conversation", "owner__exact=waiting"),
        "arrivals": [_arrival(row) for row in to_come(bookings, hotels).order_by("check_in", "pk")[:NEXT_ARRIVALS]],
        "arrivals_link": _list("reservations_booking", "when=to_come"),
        "chart_link": _list("reservations_booking", "when=made"),
        **_chart(bookings, mine),
    }  # fmt: skip
    return context


def _figure(label: str, icon: str, value: object, link: str, *, note: str = "", tone: str = "") -> dict[str, Any]:
    return {"label": label, "icon": icon, "value": value, "link": link, "note": note, "tone": tone}


def _bot_share(request: HttpRequest) -> dict[str, Any]:
    """Of the conversations of the last seven days, those in which no person had to step in."""
    rows = recent(within(request.user, Conversation.objects.all()))
    total, alone = rows.count(), rows.filter(~helped()).count()
    return _figure(
        _("Answered by the receptionist alone"), "smart_toy", f"{round(100 * alone / total)} %" if total else "—",
        _list("conversations_conversation", "answered=alone"),
        note=_("%(alone)d of %(total)d in 7 days") % {"alone": alone, "total": total},
    )  # fmt: skip


def _waiting(request: HttpRequest) -> QuerySet[Conversation]:
    return within(request.user, Conversation.objects.filter(owner=Conversation.Owner.WAITING))


def _oldest_waiting(waiting: QuerySet[Conversation]) -> QuerySet[Handoff]:
    rows = Handoff.objects.filter(closed_at=None, conversation__in=waiting)
    return (
        rows.select_related("conversation__guest", "conversation__thread")
        .defer("conversation__state")
        .order_by("opened_at")[:WAITING_SHOWN]
    )


def _waiting_line(row: Handoff) -> dict[str, Any]:
    return {
        "guest": guest_word(row.conversation),
        "reason": reason_word(row.reason),
        "since": row.opened_at,
        "link": reverse("admin:conversations_conversation_change", args=[row.conversation_id]),
    }


def _arrival(row: Booking) -> dict[str, Any]:
    return {
        "guest": row.guest_name,
        "reference": row.reference,
        "stay": stay_of(row),
        "what": f"{rooms_of(row)} · {party_of(row)}",
        "link": reverse("admin:reservations_booking_change", args=[row.pk]),
    }


def _chart(bookings: QuerySet[Booking], mine: Reach) -> dict[str, Any]:
    """Bookings confirmed on each of the last seven days, each counted on its own hotel's calendar."""
    made: Counter[dt.date] = Counter()
    wanted = Q(confirmed_at__gte=timezone.now() - dt.timedelta(days=CHART_DAYS + 1))
    for hotel_id, at in bookings.filter(wanted).values_list("hotel_id", "confirmed_at"):
        if at is not None:
            made[at.astimezone(mine.hotels[hotel_id].zone).date()] += 1
    today = timezone.now().astimezone(mine.zone).date()
    days = [today - dt.timedelta(days=ago) for ago in reversed(range(CHART_DAYS))]
    values = [made[day] for day in days]
    labels = [date_format(day, "D j") for day in days]
    data = {
        "labels": [label.split() for label in labels],
        "datasets": [{"label": _("Bookings"), "data": values, "backgroundColor": BAR_COLOUR, "borderRadius": 4}],
    }
    options = {
        "animation": False, "responsive": True, "maintainAspectRatio": False, "maxBarThickness": 36,
        "plugins": {"legend": {"display": False}},
        "scales": {
            "x": {"grid": {"display": False}, "ticks": {"color": LABEL_COLOUR, "maxRotation": 0}},
            "y": {
                "beginAtZero": True, "suggestedMax": 4, "border": {"display": False}, "grid": {"display": True},
                "ticks": {"precision": 0, "color": LABEL_COLOUR},
            },
        },
    }  # fmt: skip
    return {
        "chart": json.dumps(data),
        "chart_options": json.dumps(options),
        "chart_table": list(zip(labels, values, strict=True)),
        "made": sum(values),
    }
