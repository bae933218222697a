"""Back office of the live desk: how it works, its canned replies, tasks, and who turned the switch."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from conversations import alarms, escalation
from conversations.console.canned import VARIABLES
from conversations.models import CannedReply, DeskSettings, ModeChange, StaffPhone, Task
from conversations.relay import telling
from hotelagent.hotels.staff_admin import HotelAdmin, HotelFilter, Look, badge, when, words

TASK_LOOKS: dict[str, Look] = {
    Task.State.OPEN: ("wait", "hourglass_top"),
    Task.State.DOING: ("info", "person"),
    Task.State.DONE: ("ok", "task_alt"),
    Task.State.DROPPED: ("quiet", "block"),
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


@admin.register(ModeChange)
class ModeChangeAdmin(HotelAdmin):
    """Who switched the receptionist off and on. Facts only."""

    moment = when("at", _("at"))
    list_display = ["moment", "hotel", "user", "before", "after"]
    list_filter = [("hotel", HotelFilter)]
    list_select_related = ["hotel", "user"]
    fields = ["at", "hotel", "user", "before", "after"]


@admin.register(CannedReply)
class CannedReplyAdmin(HotelAdmin):
    """Variables are written {{guest.first_name}}; the desk sends nothing with one left open."""

    is_configuration = True
    list_display = ["shortcut", "language", "hotel", "beginning"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    word_fields = ("shortcut", "text")
    fields = ["hotel", "shortcut", "language", "text"]

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
