"""Back office of the live desk: how it works, its canned replies, tasks, and who turned the switch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from conversations import alarms, escalation
from conversations.console import files
from conversations.console.canned import VARIABLES
from conversations.models import CannedReply, DeskSettings, ModeChange, PushMessage, PushSubscription, StaffPhone, Task
from conversations.relay import telling
from hotelagent.hotels.staff_admin import BigTable, HotelAdmin, HotelFilter, HotelForm, Look, badge, reach, when, words

TASK_LOOKS: dict[str, Look] = {
    Task.State.OPEN: ("wait", "hourglass_top"),
    Task.State.DOING: ("info", "person"),
    Task.State.DONE: ("ok", "task_alt"),
    Task.State.DROPPED: ("quiet", "block"),
}

PUSH_LOOKS: dict[str, Look] = {
    PushMessage.State.QUEUED: ("wait", "schedule"),
    PushMessage.State.SENT: ("ok", "done"),
    PushMessage.State.FAILED: ("late", "error"),
    PushMessage.State.DROPPED: ("quiet", "block"),
}


@admin.register(DeskSettings)
class DeskSettingsAdmin(HotelAdmin):
    """One a hotel. Minutes that change are counted again for whoever waits now."""

    is_configuration = True
    list_display = ["hotel", "mode", "answer_min", "duty_phone", "manager_phone"]
    fieldsets = [
        (None, {"fields": ["hotel", "mode"]}),
        (_("When a guest waits"), {"fields": ["answer_min", "alert_min", "duty_min", "manager_min"]}),
        (_("Who is called"), {"fields": ["duty_phone", "manager_phone", "alert_template", "duty_email", "manager_email"]}),
        (_("When reception is closed"), {"fields": ["on_call_name", "on_call_phone"]}),
        (_("Writing"), {"fields": ["suggest", "undo_s"]}),
        (_("Notifications of browsers"), {"fields": ["push_words"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    readonly_fields = ["mode"]  # turned at the desk, where it is seen by everybody at once

    def save_model(self, request: HttpRequest, obj: DeskSettings, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)
        escalation.restart(obj.hotel)


@admin.register(StaffPhone)
class StaffPhoneAdmin(HotelAdmin):
    """Who answers guests from their own WhatsApp."""

    is_configuration = True
    list_display = ["user", "number", "hotel"]
    list_filter = [("hotel", HotelFilter)]
    list_select_related = ["hotel", "user"]
    fields = ["hotel", "user", "number", "reachable"]
    readonly_fields = ["reachable"]

    @admin.display(description=_("reachable"))
    def reachable(self, row: StaffPhone) -> str:
        """Freely, by the template for calls, or not at all."""
        if row.pk is None:
            return "–"
        reached = telling.reach(row, making=False)
        if reached is not None and reached.free:
            return badge(("ok", "check_circle"), _("freely, since they wrote today"))
        if alarms.template_for(row.hotel, DeskSettings.of(row.hotel).alert_template) is not None:
            return badge(("info", "mail"), _("by the template for calls"))
        return badge(("wait", "error"), _("only after they wrote to the hotel: there is no template for calls"))


@admin.register(PushSubscription)
class PushSubscriptionAdmin(HotelAdmin):
    """Turned on by each person at the desk; here it is seen whether they arrive, and taken away."""

    since, told = when("created_at", _("since")), when("told_at", _("last told"))
    list_display = ["user", "hotel", "browser", "since", "told", "problem"]
    list_filter = [("hotel", HotelFilter)]
    list_select_related = ["hotel", "user"]
    fields = ["hotel", "user", "browser", "language", "created_at", "told_at", "problem"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, set(reach(request).configures))


@admin.register(PushMessage)
class PushMessageAdmin(BigTable, HotelAdmin):
    """What browsers were told and what became of it. Facts only."""

    hotel_path = "conversation__hotel"
    moment = when("created_at", _("at"))
    list_display = ["moment", "user", "conversation", "state_label", "status", "reason"]
    list_filter = [("state", ChoicesDropdownFilter)]
    list_select_related = ["conversation__guest", "conversation__thread__account", "user"]
    fields = ["created_at", "user", "conversation", "subscription", "state", "attempts", "status", "reason"]
    ordering = ["-pk"]

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, row: PushMessage) -> str:
        return badge(PUSH_LOOKS[row.state], row.get_state_display())


@admin.register(ModeChange)
class ModeChangeAdmin(HotelAdmin):
    """Who switched the receptionist off and on. Facts only."""

    moment = when("at", _("at"))
    list_display = ["moment", "hotel", "user", "before", "after"]
    list_filter = [("hotel", HotelFilter)]
    list_select_related = ["hotel", "user"]
    fields = ["at", "hotel", "user", "before", "after"]


class CannedReplyForm(HotelForm):
    upload = forms.FileField(
        label=_("file"), required=False, widget=UnfoldAdminFileFieldWidget, help_text=_("A picture (JPEG, PNG) or a PDF, up to 4 MB")
    )
    without = forms.BooleanField(label=_("without a file"), required=False, widget=UnfoldBooleanWidget)

    def clean_upload(self) -> tuple[bytes, str, str] | None:
        """What guests can be sent: (bytes, type, name)."""
        upload: UploadedFile[bytes] | None = self.cleaned_data.get("upload")
        if upload is None:
            return None
        made = files.sendable(upload)
        if made is None:
            raise ValidationError(_("Pictures (JPEG, PNG) and PDF files up to 4 MB can be sent."))
        return made

    def save(self, commit: bool = True) -> Any:
        row, made = self.instance, self.cleaned_data.get("upload")
        if made is not None:
            row.file, row.file_type, row.file_name = made
        elif self.cleaned_data.get("without"):
            row.file, row.file_type, row.file_name = None, "", ""
        return super().save(commit)


@admin.register(CannedReply)
class CannedReplyAdmin(HotelAdmin):
    """Variables are written {{guest.first_name}}; the desk sends nothing with one left open."""

    is_configuration = True
    form = CannedReplyForm
    list_display = ["shortcut", "language", "hotel", "beginning", "file_name"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    word_fields = ("shortcut", "text")
    fields = ["hotel", "shortcut", "language", "text", "file_name", "upload", "without"]
    readonly_fields = ["file_name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("file")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may = self.has_change_permission(request, obj) if obj is not None else True
        return [name for name in super().get_fields(request, obj) if may or name not in {"upload", "without"}]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text" and field is not None:
            field.help_text = _("Variables: %(names)s") % {"names": ", ".join("{{" + name + "}}" for name in VARIABLES)}
        return field

    @admin.display(description=_("text"))
    def beginning(self, row: CannedReply) -> str:
        return words(row.text, 90)


@admin.register(Task)
class TaskAdmin(HotelAdmin):
    """What the house has to do; the shift board shows what is open."""

    due, done = when("due_at", _("due")), when("done_at", _("done"))
    list_display = ["text", "room", "hotel", "kind", "owner", "due", "state_label", "done"]
    list_filter = [("state", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel", "owner"]
    word_fields = ("text", "room")
    fields = ["hotel", "kind", "room", "text", "next_step", "owner", "due_at", "state", "tell_guest", "created_by", "created_at", "done_at"]

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, row: Task) -> str:
        return badge(TASK_LOOKS[row.state], row.get_state_display())
