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
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import format_lazy, slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from conversations import knowledge_review
from conversations.admin import bubble
from conversations.desk import detail
from conversations.dialogue import details
from conversations.dialogue.intents.facts import TOPICS
from conversations.dialogue.phrasebook import LANGUAGES
from conversations.labels import INTENTS, intent_word, reason_word, sources_of
from conversations.models import Detail, Fact, Faq, Message, UnansweredQuestion
from conversations.trial import Trial, try_out
from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel, Language, Weekday
from hotelagent.hotels.staff_admin import HotelAdmin, HotelFilter, HotelForm, Look, badge, reach, short_day, when, words

ASKED_LOOKS: dict[str, Look] = {
    UnansweredQuestion.State.OPEN: ("wait", "help"),
    UnansweredQuestion.State.ANSWERED: ("good", "task_alt"),
    UnansweredQuestion.State.DISMISSED: ("quiet", "visibility_off"),
}


FINDING_LOOKS: dict[str, Look] = {
    "contradiction": ("late", "error"), "over": ("late", "event_busy"), "soon": ("wait", "event_upcoming"),
    "language": ("info", "translate"),
}  # fmt: skip
FINDING_WORDS = {"contradiction": _("Contradiction"), "over": _("Over"), "soon": _("Ends soon"), "language": _("Language missing")}
# Platforms with more hotels than this look at one hotel's knowledge at a time.
REVIEWED, SHOWN = 20, 12


def _topic_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("topic"), choices=[(topic, INTENTS.get(topic, topic)) for topic in TOPICS], widget=UnfoldAdminSelectWidget
    )


class FactForm(HotelForm):
    topic = _topic_field()


class KnowledgeAdmin(HotelAdmin):
    """The hotel's own words. Their version counts every change. Above the list stands what to look at."""

    is_configuration = True
    changed = when("updated_at", _("changed"))
    list_select_related = ["hotel"]
    readonly_fields = ["version", "updated_at"]
    list_before_template = "admin/conversations/_findings.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        hotels = list(reach(request).hotels.values())[:REVIEWED]
        found = knowledge_review.findings(hotels)
        shown = [
            {
                "look": badge(FINDING_LOOKS[one.kind], FINDING_WORDS[one.kind]), "text": one.text, "row": one.row,
                "about": intent_word(one.topic) if one.topic else "",
                "link": reverse(f"admin:conversations_{one.row._meta.model_name}_change", args=[one.row.pk]),
            }
            for one in found
        ]  # fmt: skip
        context = {"findings": shown[:SHOWN], "more_findings": shown[SHOWN:]}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for one in knowledge_review.findings([obj.hotel]):
            if one.kind != "contradiction":
                continue
            if one.topic and one.topic == getattr(obj, "topic", ""):
                messages.warning(request, format_lazy("{about}: {text}", about=intent_word(one.topic), text=one.text))
            elif isinstance(one.row, Faq) and isinstance(obj, Faq) and (one.row.pk == obj.pk or one.row.subject == obj.subject != ""):
                messages.warning(request, str(one.text))

    @admin.display(description=_("told"), ordering="valid_until")
    def holds(self, row: Fact | Faq | Detail) -> str:
        """Is it told today, and until when."""
        today = timezone.localdate()
        if row.valid_until is None:
            return badge(("ok", "check_circle"), _("always"))
        if row.valid_until < today:
            return badge(FINDING_LOOKS["over"], _("over since %(day)s") % {"day": short_day(row.valid_until)})
        soon = row.valid_until <= today + knowledge_review.SOON
        return badge(FINDING_LOOKS["soon"] if soon else ("ok", "event"), _("until %(day)s") % {"day": short_day(row.valid_until)})

    @admin.display(description=_("version"), ordering="version")
    def version_label(self, row: Fact | Faq) -> str:
        return f"v{row.version}"


@admin.register(Fact)
class FactAdmin(KnowledgeAdmin):
    form = FactForm
    list_display = ["about", "hotel", "language", "beginning", "holds", "version_label", "changed"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    word_fields = ("text", "topic")
    fields = ["hotel", "topic", "language", "text", "valid_until", "version", "updated_at"]

    @admin.display(description=_("topic"), ordering="topic")
    def about(self, fact: Fact) -> str:
        return intent_word(fact.topic)

    @admin.display(description=_("text"))
    def beginning(self, fact: Fact) -> str:
        return words(fact.text, 80)


class DetailForm(HotelForm):
    """The names, one field for each language instead of JSON."""

    topic = _topic_field()
    name_es, name_en, name_pt = (
        forms.CharField(label=name, required=False, max_length=80, widget=UnfoldAdminTextInputWidget) for name in Language.labels
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("on"), choices=Weekday.choices, coerce=int, empty_value=None, required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text=_("None: every day"),
    )  # fmt: skip

    class Meta:
        widgets = {"room_types": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            self.fields[f"name_{language}"].initial = self.instance.names.get(language, "")

    def clean_weekdays(self) -> list[int]:
        return sorted(self.cleaned_data["weekdays"] or [])

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.instance.names = {one: cleaned[f"name_{one}"] for one in Language.values if cleaned.get(f"name_{one}")}
        return cleaned


@admin.register(Detail)
class DetailAdmin(KnowledgeAdmin):
    """Exact values: a question for an hour, a price or a limit is answered from them."""

    form = DetailForm
    list_display = ["about", "hotel", "as_told", "holds", "version_label", "changed"]
    list_filter = [("hotel", HotelFilter)]
    word_fields = ("topic",)
    fieldsets = [
        (None, {"fields": ["hotel", "topic", "valid_until"]}),
        (_("When"), {"fields": ["weekdays", ("opens", "closes"), ("season_from", "season_until")]}),
        (_("What it costs"), {"fields": [("amount", "currency"), "per", "charge", "room_types"]}),
        (_("Distances and limits"), {"fields": [("measure", "number")]}),
        (
            _("What it is about, when not the topic itself"),
            {
                "fields": ["name_es", "name_en", "name_pt"],
                "description": _("As inside a sentence, with its article: “el bar del patio”, “the transfer to the airport”."),
            },
        ),
        (None, {"fields": ["version", "updated_at"]}),
    ]

    @admin.display(description=_("topic"), ordering="topic")
    def about(self, row: Detail) -> str:
        return intent_word(row.topic)

    @admin.display(description=_("as guests are told"))
    def as_told(self, row: Detail) -> str:
        """In the language of whoever reads, when it is one of the guests'."""
        language = (get_language() or "")[:2]
        return details.everything([detail(row, row.hotel.currency)], language if language in LANGUAGES else row.hotel.main_language)[0]


@admin.register(Faq)
class FaqAdmin(KnowledgeAdmin):
    list_display = ["question", "hotel", "language", "beginning", "holds", "version_label", "changed"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    word_fields = ("question", "answer")
    fields = ["hotel", "subject", "language", "question", "answer", "valid_until", "version", "updated_at"]
    actions_detail = ["translate"]

    @action(description=_("Write it in another language"), icon="translate")  # type: ignore[untyped-decorator]
    def translate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The form of a new one with the same subject, in the first of the hotel's languages that lacks it."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_change_permission(request, row):
            return redirect("admin:conversations_faq_changelist")
        if not row.subject:
            row.subject = (slugify(row.question)[:50].strip("-") or "faq") + f"-{row.pk}"
            row.save(update_fields=["subject", "updated_at"])
        told = set(Faq.objects.filter(hotel=row.hotel, subject=row.subject).values_list("language", flat=True))
        language = next((one for one in row.hotel.languages if one not in told), "")
        if not language:
            messages.info(request, _("It stands in every language of the hotel."))
            return redirect("admin:conversations_faq_change", row.pk)
        given = {"hotel": row.hotel_id, "subject": row.subject, "language": language}
        return redirect(f"{reverse('admin:conversations_faq_add')}?{urlencode(given)}")

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
