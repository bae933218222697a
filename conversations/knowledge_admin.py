"""Back office of what the hotel says of itself: facts, frequent questions, and what guests asked that neither answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from conversations.admin import bubble
from conversations.dialogue.intents.facts import TOPICS
from conversations.labels import INTENTS, intent_word, reason_word, sources_of
from conversations.models import Fact, Faq, Message, UnansweredQuestion
from conversations.trial import Trial, try_out
from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel
from hotelagent.hotels.staff_admin import HotelAdmin, HotelFilter, HotelForm, Look, badge, when, words

ASKED_LOOKS: dict[str, Look] = {
    UnansweredQuestion.State.OPEN: ("wait", "help"),
    UnansweredQuestion.State.ANSWERED: ("good", "task_alt"),
    UnansweredQuestion.State.DISMISSED: ("quiet", "visibility_off"),
}


class FactForm(HotelForm):
    topic = forms.ChoiceField(
        label=_("topic"), choices=[(topic, INTENTS.get(topic, topic)) for topic in TOPICS], widget=UnfoldAdminSelectWidget
    )


class KnowledgeAdmin(HotelAdmin):
    """The hotel's own words. Their version counts every change."""

    is_configuration = True
    changed = when("updated_at", _("changed"))
    list_select_related = ["hotel"]
    readonly_fields = ["version", "updated_at"]

    @admin.display(description=_("version"), ordering="version")
    def version_label(self, row: Fact | Faq) -> str:
        return f"v{row.version}"


@admin.register(Fact)
class FactAdmin(KnowledgeAdmin):
    form = FactForm
    list_display = ["about", "hotel", "language", "beginning", "version_label", "changed"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    word_fields = ("text", "topic")
    fields = ["hotel", "topic", "language", "text", "version", "updated_at"]

    @admin.display(description=_("topic"), ordering="topic")
    def about(self, fact: Fact) -> str:
        return intent_word(fact.topic)

    @admin.display(description=_("text"))
    def beginning(self, fact: Fact) -> str:
        return words(fact.text, 80)


@admin.register(Faq)
class FaqAdmin(KnowledgeAdmin):
    list_display = ["question", "hotel", "language", "beginning", "version_label", "changed"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    word_fields = ("question", "answer")
    fields = ["hotel", "language", "question", "answer", "version", "updated_at"]

    @admin.display(description=_("answer"))
    def beginning(self, faq: Faq) -> str:
        return words(faq.answer, 80)

    def get_urls(self) -> list[URLPattern]:
        return [path("try/", self.admin_site.admin_view(self.try_view), name="conversations_faq_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """What the receptionist would answer to a question now, and why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        hotels = list(hotels_of(request.user))
        hotel = next((one for one in hotels if one.slug == request.GET.get("hotel")), hotels[0] if hotels else None)
        text = request.GET.get("text", "").strip()
        trial = try_out(hotel, text) if hotel is not None and text else None
        context = {
            **self.admin_site.each_context(request), "title": _("Try a question"), "hotel": hotel, "hotels": hotels, "text": text,
        }  # fmt: skip
        if trial is not None and hotel is not None:
            hand_off, language = trial.outcome.hand_off, trial.understanding.language
            context |= {
                "trial": trial,
                "lines": _as_told(trial, hotel),
                "reason": reason_word(hand_off.reason) if hand_off else "",
                "prefilled": urlencode({"hotel": str(hotel.pk), "language": language, "question": text[:300]}),
            }
        return TemplateResponse(request, "admin/conversations/faq/try.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The question a guest asked, when "make it a FAQ" led here."""
        asked = _asked(request)
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return given | ({"hotel": asked.hotel_id, "language": asked.language, "question": asked.question} if asked else {})

    def save_model(self, request: HttpRequest, obj: Faq, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            asked = _asked(request)
            if asked is not None and asked.hotel_id == obj.hotel_id:
                asked.state, asked.faq = UnansweredQuestion.State.ANSWERED, obj
                asked.save(update_fields=["state", "faq"])


def _as_told(trial: Trial, hotel: Hotel) -> list[dict[str, Any]]:
    """The question and its answer as lines of a transcript."""
    now = hotel.local_now()
    said = Message(author=Message.Author.GUEST, text=trial.text, at=now, understanding=trial.understanding.to_json())
    rows = [said]
    if reply := trial.outcome.reply:
        choices = [{"id": choice.id, "title": choice.title} for choice in reply.choices]
        rows.append(Message(author=Message.Author.BOT, text=reply.text, at=now, choices=choices, sources=list(reply.sources)))
    sources = sources_of(hotel.pk, rows)
    return [bubble(row, sources) | {"time": f"{now:%H:%M}"} for row in rows]


def _asked(request: HttpRequest) -> UnansweredQuestion | None:
    key = request.GET.get("asked", "")
    page = admin.site._registry[UnansweredQuestion]
    return page.get_queryset(request).filter(pk=key).first() if key.isdigit() else None


@admin.register(UnansweredQuestion)
class UnansweredQuestionAdmin(HotelAdmin):
    """What to write next: the questions nobody could answer, most recent first."""

    list_display = ["question", "hotel", "language", "about", "asked", "look", "last"]
    list_filter = [("state", ChoicesDropdownFilter), ("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    word_fields = ("question",)
    fields = ["question", "hotel", "language", "about", "asked", "look", "faq", "conversation", "first_at", "last_at"]
    readonly_fields = fields
    actions = ["dismiss", "reopen"]
    actions_row = ["make_faq"]
    actions_detail = ["make_faq"]
    last = when("last_at", _("last asked"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("topic"), ordering="topic")
    def about(self, row: UnansweredQuestion) -> str:
        return intent_word(row.topic) if row.topic else "–"

    @admin.display(description=_("state"), ordering="state")
    def look(self, row: UnansweredQuestion) -> str:
        return badge(ASKED_LOOKS[row.state], row.get_state_display())

    @action(description=_("Make it a frequent question"), icon="add_comment")  # type: ignore[untyped-decorator]
    def make_faq(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return redirect("admin:conversations_unansweredquestion_changelist")
        return redirect(f"{reverse('admin:conversations_faq_add')}?{urlencode({'asked': row.pk})}")

    @admin.action(description=_("Dismiss"))
    def dismiss(self, request: HttpRequest, rows: QuerySet[UnansweredQuestion]) -> None:
        self._move(request, rows, UnansweredQuestion.State.OPEN, UnansweredQuestion.State.DISMISSED)

    @admin.action(description=_("Put back on the list"))
    def reopen(self, request: HttpRequest, rows: QuerySet[UnansweredQuestion]) -> None:
        self._move(request, rows, UnansweredQuestion.State.DISMISSED, UnansweredQuestion.State.OPEN)

    def _move(self, request: HttpRequest, rows: QuerySet[UnansweredQuestion], before: str, after: str) -> None:
        moved = rows.filter(state=before).update(state=after)
        messages.success(request, ngettext("%(n)d question changed.", "%(n)d questions changed.", moved) % {"n": moved})
