"""Back office of the receptionist: conversations with their transcript and its buttons, hand-offs, guests, knowledge, events."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from channels_app import outbox
from channels_app.admin import OUTBOUND_LOOKS
from channels_app.envelope import ContentError
from channels_app.models import Account
from channels_app.transports import transport_of
from conversations import handoff, planned
from conversations.labels import EVENTS, REMEMBERED, author_word, guest_word, intent_word, name_of, reason_word, sources_of, summary_words
from conversations.models import Conversation, Event, Guest, Handoff, Identity, Message
from hotelagent.hotels.access import has_role
from hotelagent.hotels.models import Role
from hotelagent.hotels.search import folded, phone_digits
from hotelagent.hotels.staff_admin import (
    BigTable,
    HotelAdmin,
    HotelFilter,
    HotelInline,
    Look,
    badge,
    when,
    words,
)
from reservations.admin import BOOKING_LOOKS, stay_of
from reservations.models import Booking

OWNER_LOOKS: dict[str, Look] = {
    Conversation.Owner.BOT: ("bot", "smart_toy"),
    Conversation.Owner.WAITING: ("wait", "hourglass_top"),
    Conversation.Owner.PERSON: ("info", "person"),
    Conversation.Owner.SNOOZED: ("quiet", "snooze"),
    Conversation.Owner.CLOSED: ("quiet", "task_alt"),
}
CHANNEL_ICONS = {Account.Kind.WHATSAPP: "chat", Account.Kind.WEBCHAT: "language", Account.Kind.EMAIL: "mail"}
TRANSCRIPT_PAGE = 200
RECENT = dt.timedelta(days=7)


# --- conversations -------------------------------------------------------------------------------------------------------


def recent(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Conversations in which something was said in the last seven days."""
    return rows.filter(last_message_at__gte=timezone.now() - RECENT)


def helped() -> Exists:
    """Did a person have to step in within the last seven days?"""
    return Exists(Handoff.objects.filter(conversation=OuterRef("pk"), opened_at__gte=timezone.now() - RECENT))


class AnsweredByFilter(DropdownFilter):  # type: ignore[misc]
    title = _("last 7 days")
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("alone", _("The receptionist alone")), ("helped", _("With a person's help"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        if self.value() == "alone":
            return recent(rows).filter(~helped())
        return recent(rows).filter(helped()) if self.value() == "helped" else rows


@admin.register(Conversation)
class ConversationAdmin(BigTable, HotelAdmin):
    last_at = when("last_message_at", _("last message"))
    list_display = ["guest_name", "hotel", "channel", "owner_label", "last_words", "last_at"]
    list_filter = [("owner", ChoicesDropdownFilter), AnsweredByFilter, ("hotel", HotelFilter)]
    word_fields = ("guest__name", "thread__name")
    phone_fields = ("thread__address",)
    search_help_text = _("Guest, phone or words")
    change_form_template = "admin/conversations/conversation/change_form.html"
    fields = ["guest"]

    def get_queryset(self, request: HttpRequest) -> Any:
        last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-id")
        rows = super().get_queryset(request).select_related("guest", "thread__account", "hotel", "person")
        rows = rows.defer("thread__account__access_token", "state")
        return rows.annotate(last_text=Subquery(last.values("text")[:1]), last_author=Subquery(last.values("author")[:1]))

    def found_elsewhere(self, query: SearchQuery) -> Q:
        return Q(Exists(Message.objects.alias(said=folded("text")).filter(conversation=OuterRef("pk"), said=query)))

    @admin.display(description=_("guest"), ordering="guest__name")
    def guest_name(self, conversation: Conversation) -> str:
        return guest_word(conversation)

    @admin.display(description=_("channel"))
    def channel(self, conversation: Conversation) -> str:
        account = conversation.thread.account
        return badge(("plain", CHANNEL_ICONS.get(Account.Kind(account.kind), "chat")), account.get_kind_display())

    @admin.display(description=_("who answers"), ordering="owner")
    def owner_label(self, conversation: Conversation) -> str:
        return badge(OWNER_LOOKS[conversation.owner], name_of(conversation.person) or conversation.get_owner_display())

    @admin.display(description=_("last words"))
    def last_words(self, conversation: Any) -> str:
        return words(conversation.last_text or "", 70)

    # the page of one conversation

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/take/", view(self.take_view), name="conversations_conversation_take"),
            path("<int:pk>/give-back/", view(self.give_back_view), name="conversations_conversation_give_back"),
            path("<int:pk>/reply/", view(self.reply_view), name="conversations_conversation_reply"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        if obj is not None:
            context |= conversation_page(obj, request)
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return answer

    @method_decorator(require_POST)
    def take_view(self, request: HttpRequest, pk: int) -> Any:
        return self._act(request, pk, self._take)

    @method_decorator(require_POST)
    def give_back_view(self, request: HttpRequest, pk: int) -> Any:
        return self._act(request, pk, self._give_back)

    @method_decorator(require_POST)
    def reply_view(self, request: HttpRequest, pk: int) -> Any:
        return self._act(request, pk, self._reply)

    def _act(self, request: HttpRequest, pk: int, act: Any) -> Any:
        """One button of the page. A foreign conversation and one that does not exist look the same."""
        conversation = self.get_object(request, str(pk))
        if conversation is None or not self.has_desk_permission(request, conversation):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        try:
            act(request, conversation, cast(AbstractBaseUser, request.user))
        except handoff.KeyReused:
            messages.warning(request, _("This was sent already, with other words. Send these once more."))
        except handoff.NotYours as error:
            messages.warning(request, _("%(owner)s has this conversation.") % {"owner": error.owner})
        return redirect("admin:conversations_conversation_change", pk)

    def _take(self, request: HttpRequest, conversation: Conversation, user: AbstractBaseUser) -> None:
        if handoff.take(conversation, user):
            messages.success(request, _("You have this conversation; the receptionist is silent."))
        else:
            messages.warning(request, _("You have this conversation. One message of the receptionist was already on its way."))

    def _give_back(self, request: HttpRequest, conversation: Conversation, user: AbstractBaseUser) -> None:
        if conversation.owner != Conversation.Owner.BOT and not may_give_back(conversation, request):
            raise handoff.NotYours(str(conversation.person))
        planned.settle(conversation)
        handoff.give_back(conversation, user)
        messages.success(request, _("The receptionist answers again."))

    def _reply(self, request: HttpRequest, conversation: Conversation, user: AbstractBaseUser) -> None:
        text = request.POST.get("text", "").replace("\x00", "").strip()
        if not text:
            messages.warning(request, _("There was nothing to send."))
            return
        try:
            handoff.reply(conversation, user, text, key=request.POST.get("key", "")[:40])
        except ContentError as error:
            request.session[_draft_key(conversation)] = text
            messages.error(request, _("Not sent: %(reason)s") % {"reason": error})
        except handoff.NotYours:
            request.session[_draft_key(conversation)] = text
            raise


def may_give_back(conversation: Conversation, request: HttpRequest) -> bool:
    """Whoever has it, and whoever runs the shift, so that a talk is not lost with the one who went home."""
    if conversation.owner == Conversation.Owner.BOT:
        return False
    mine = conversation.person_id in {None, request.user.pk}
    return mine or has_role(request.user, conversation.hotel, Role.SUPERVISOR, Role.HOTEL_ADMIN)


def _draft_key(conversation: Conversation) -> str:
    return f"draft:{conversation.pk}"


def conversation_page(conversation: Conversation, request: HttpRequest) -> dict[str, Any]:
    """Everything the page of a conversation shows."""
    now = timezone.now()
    thread = conversation.thread
    lines, earlier = _transcript(conversation, request.GET.get("before", ""))
    mine = conversation.person_id == request.user.pk
    state = conversation.state
    open_handoff = conversation.handoffs.filter(closed_at=None).select_related("taken_by").first()
    return {
        "conversation": conversation,
        "owner_badge": _owner_badge(conversation, mine),
        "channel_icon": CHANNEL_ICONS.get(Account.Kind(thread.account.kind), "chat"),
        "handoff": open_handoff,
        "handoff_reason": reason_word(open_handoff.reason) if open_handoff else "",
        "handoff_summary": summary_words(open_handoff.summary) if open_handoff else "",
        "lines": lines,
        "earlier": earlier,
        "mine": mine,
        "may_write": mine or conversation.person_id is None,
        "may_give_back": may_give_back(conversation, request),
        "window_open": outbox.window_open(thread, transport_of(thread.account.kind), now),
        "reply_key": uuid.uuid4().hex,
        "draft": request.session.pop(_draft_key(conversation), ""),
        "remembered": [(label, state["slots"][name]) for name, label in REMEMBERED.items() if state.get("slots", {}).get(name)],
        "bookings": [
            {"row": row, "stay": stay_of(row), "badge": badge(BOOKING_LOOKS[row.state], row.get_state_display())}
            for row in Booking.objects.filter(hotel_id=conversation.hotel_id, guest_key=conversation.guest.key)[:8]
        ],
        "identities": list(conversation.guest.identities.all()),
    }


def _owner_badge(conversation: Conversation, mine: bool) -> str:
    word: Any = conversation.get_owner_display()
    if conversation.person is not None:
        word = _("You") if mine else name_of(conversation.person)
    return badge(OWNER_LOOKS[conversation.owner], word)


def _transcript(conversation: Conversation, before: str) -> tuple[list[dict[str, Any]], int | None]:
    """Bubbles, day dividers and events in order, and the message before which there is more, if there is."""
    rows = conversation.messages.select_related("outbound", "user").order_by("-at", "-id")
    border = conversation.messages.filter(pk=int(before)).first() if before.isdigit() and len(before) < 19 else None
    if border is not None:
        rows = rows.filter(Q(at__lt=border.at) | Q(at=border.at, pk__lt=border.pk))
    page = list(rows[: TRANSCRIPT_PAGE + 1])
    shown = page[:TRANSCRIPT_PAGE][::-1]
    events = conversation.events.select_related("user").order_by("at", "id")
    if len(page) > TRANSCRIPT_PAGE:
        events = events.filter(at__gte=shown[0].at)
    if border is not None:
        events = events.filter(at__lt=border.at)
    sources = sources_of(conversation.hotel_id, shown)
    lines = [bubble(row, sources) for row in shown] + [_event_line(event) for event in events]
    lines.sort(key=lambda line: (line["at"], line["order"]))
    day: dt.date | None = None
    zone = conversation.hotel.zone
    for line in lines:
        here = line["at"].astimezone(zone)
        line["time"], line["day"] = here.strftime("%H:%M"), here.date() if here.date() != day else None
        day = here.date()
    return lines, shown[0].pk if len(page) > TRANSCRIPT_PAGE else None


def bubble(row: Message, sources: dict[str, tuple[str, str]]) -> dict[str, Any]:
    letter = row.outbound
    understood = row.understanding or {}
    return {
        "kind": "bubble",
        "order": row.pk,
        "at": row.at,
        "row": row,
        "who": author_word(row),
        "tick": badge(OUTBOUND_LOOKS[letter.state], letter.get_state_display()) if letter else "",
        "failure": outbox.why(letter) if letter and letter.state in {"failed", "unknown", "aborted", "expired"} else "",
        "letter": letter.pk if letter and letter.state in {"failed", "unknown"} else None,
        "sources": [sources.get(name, (name, "")) for name in row.sources],
        "intents": [
            (intent_word(str(i.get("name", ""))), round(float(i.get("confidence", 0)) * 100)) for i in understood.get("intents", [])
        ],
        "slots": [(REMEMBERED.get(name, name.replace("_", " ")), value) for name, value in understood.get("slots", {}).items()],
        "language": understood.get("language", ""),
    }


def _event_line(event: Event) -> dict[str, Any]:
    icon, word = EVENTS.get(event.type, ("info", event.type.replace("_", " ")))
    reason = event.data.get("reason", "")
    details = [event.data.get("reference", ""), reason_word(reason) if reason else "", name_of(event.user)]
    return {"kind": "event", "order": 0, "at": event.at, "icon": icon, "word": word, "details": " · ".join(d for d in details if d)}


# --- hand-offs and events ------------------------------------------------------------------------------------------------


class OpenFilter(DropdownFilter):  # type: ignore[misc]
    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting")), ("taken", _("Taken")), ("closed", _("Given back"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Handoff]) -> QuerySet[Handoff]:
        chosen = {
            "waiting": Q(closed_at=None, taken_at=None),
            "taken": Q(closed_at=None, taken_at__isnull=False),
            "closed": Q(closed_at__isnull=False),
        }
        return rows.filter(chosen.get(self.value() or "", Q()))


@admin.register(Handoff)
class HandoffAdmin(BigTable, HotelAdmin):
    hotel_path = "conversation__hotel"
    opened, taken, closed = when("opened_at", _("since")), when("taken_at", _("taken")), when("closed_at", _("given back"))
    list_display = ["opened", "guest_name", "why", "state_label", "taken_by", "taken", "closed"]
    list_filter = [OpenFilter]
    word_fields = ("conversation__guest__name", "summary")
    fields = ["conversation", "why", "known", "state_label", "opened_at", "taken_at", "taken_by", "closed_at"]
    readonly_fields = ["why", "known", "state_label"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("conversation__guest", "conversation__thread__account", "taken_by")
        return rows.defer("conversation__thread__account__access_token", "conversation__state")

    @admin.display(description=_("guest"))
    def guest_name(self, row: Handoff) -> str:
        return guest_word(row.conversation)

    @admin.display(description=_("what is known"))
    def known(self, row: Handoff) -> str:
        return summary_words(row.summary)

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, row: Handoff) -> str:
        return reason_word(row.reason)

    @admin.display(description=_("state"))
    def state_label(self, row: Handoff) -> str:
        if row.closed_at:
            return badge(("quiet", "task_alt"), _("Given back"))
        return badge(("info", "person"), _("Taken")) if row.taken_at else badge(("wait", "hourglass_top"), _("Waiting"))


@admin.register(Event)
class EventAdmin(BigTable, HotelAdmin):
    moment = when("at", _("at"))
    list_display = ["moment", "hotel", "what", "conversation", "user"]
    fields = ["at", "hotel", "what", "type", "conversation", "user", "data"]
    readonly_fields = ["what"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("conversation__guest", "conversation__thread__account", "hotel", "user")
        return rows.defer("conversation__thread__account__access_token", "conversation__state")

    @admin.display(description=_("what"), ordering="type")
    def what(self, event: Event) -> str:
        icon, word = EVENTS.get(event.type, ("info", event.type.replace("_", " ")))
        return badge(("plain", icon), word)


# --- guests and knowledge ------------------------------------------------------------------------------------------------


class IdentityInline(HotelInline):
    model = Identity
    fields = ["kind", "value"]


@admin.register(Guest)
class GuestAdmin(BigTable, HotelAdmin):
    """Guests come by themselves; erasing one is another road than this page."""

    is_configuration = True
    created = when("created_at", _("since"))
    list_display = ["__str__", "hotel", "language", "addresses", "is_vip", "opted_out", "created"]
    list_filter = [("language", ChoicesDropdownFilter), "is_vip", "opted_out", ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    word_fields = ("name",)
    search_help_text = _("Name or phone")
    fields = ["hotel", "name", "language", "is_vip", "opted_out", "created_at"]
    readonly_fields = ["created_at"]
    inlines = [IdentityInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("identities")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        if digits := phone_digits(search_term):
            numbers = Identity.objects.filter(guest=OuterRef("pk"), value__contains=digits)
            return queryset.filter(Exists(numbers)), False
        return super().get_search_results(request, queryset, search_term)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("addresses"))
    def addresses(self, guest: Guest) -> str:
        return ", ".join(identity.value for identity in guest.identities.all())


# The rest of the back office, which uses what stands above.
from conversations import console_admin as console_admin  # noqa: E402 - as below
from conversations import knowledge_admin as knowledge_admin  # noqa: E402 - as below
from conversations import photo_admin as photo_admin  # noqa: E402 - as below
from conversations import wording_admin as wording_admin  # noqa: E402 - Django looks for a module of this name only
