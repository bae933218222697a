"""Back office of the post office: accounts, letters in and out, receipts, notices. Letters are facts; repairs are actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from channels_app import outbox, provision, repairs, templates
from channels_app.models import Account, AccountNotice, DeliveryReceipt, Inbound, Mailbox, Media, MetaApp, Outbound, Template
from channels_app.transports.whatsapp.api import is_private
from hotelagent.hotels.staff_admin import (
    BigTable,
    HotelAdmin,
    HotelFilter,
    HotelForm,
    Look,
    PlatformOnly,
    badge,
    reach,
    secrets_of,
    when,
    words,
)

ACCOUNT_LOOKS: dict[str, Look] = {
    Account.State.CONNECTED: ("ok", "check_circle"),
    Account.State.NOT_CONNECTED: ("wait", "link_off"),
    Account.State.STOPPED: ("late", "error"),
}
INBOUND_LOOKS: dict[str, Look] = {
    Inbound.State.WAITING: ("wait", "hourglass_top"),
    Inbound.State.ANSWERED: ("ok", "check_circle"),
    Inbound.State.PARKED: ("info", "person"),
    Inbound.State.IGNORED: ("quiet", "do_not_disturb_on"),
    Inbound.State.RELAY: ("info", "phone_iphone"),
    Inbound.State.FAILED: ("late", "error"),
}
OUTBOUND_LOOKS: dict[str, Look] = {
    Outbound.State.QUEUED: ("wait", "schedule"),
    Outbound.State.SENDING: ("wait", "send"),
    Outbound.State.SENT: ("info", "check"),
    Outbound.State.DELIVERED: ("ok", "done_all"),
    Outbound.State.READ: ("ok", "visibility"),
    Outbound.State.PLAYED: ("ok", "play_circle"),
    Outbound.State.UNKNOWN: ("late", "help"),
    Outbound.State.FAILED: ("late", "error"),
    Outbound.State.ABORTED: ("quiet", "block"),
    Outbound.State.EXPIRED: ("quiet", "timer_off"),
}
RECEIPT_LOOKS: dict[str, Look] = {
    DeliveryReceipt.State.WAITING: ("wait", "hourglass_top"),
    DeliveryReceipt.State.APPLIED: ("ok", "check_circle"),
    DeliveryReceipt.State.UNMATCHED: ("quiet", "help"),
}
AUTHOR_LOOKS: dict[str, Look] = {
    Outbound.Author.BOT: ("bot", "smart_toy"),
    Outbound.Author.STAFF: ("info", "person"),
    Outbound.Author.SYSTEM: ("quiet", "settings"),
}


# --- accounts ------------------------------------------------------------------------------------------------------------


@admin.register(MetaApp)
class MetaAppAdmin(PlatformOnly, HotelAdmin):
    """Belongs to the platform: its one secret signs for the numbers of every hotel that uses it."""

    hotel_path = None
    is_configuration = True
    list_display = ["name", "enabled", "show_secret", "show_verify_token"]
    fields = ["name", "enabled", "secret", "previous_secret", "verify_token"]


class UnconnectedFilter(DropdownFilter):  # type: ignore[misc]
    title = _("works")
    parameter_name = "unconnected"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("In use but not connected"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Account]) -> QuerySet[Account]:
        return unconnected(rows) if self.value() == "yes" else rows


def unconnected(rows: QuerySet[Account]) -> QuerySet[Account]:
    """Accounts that should work and do not."""
    return rows.filter(enabled=True).exclude(state=Account.State.CONNECTED)


class AccountForm(HotelForm):
    def clean_api_url(self) -> str:
        """Where the token goes: anything but Meta's own address is the operator's to give, in a file or the environment."""
        url = str(self.cleaned_data["api_url"] or "")
        if url and url != self.instance.api_url and is_private(url):
            raise ValidationError(_("Only https://graph.facebook.com can be set here; other addresses come from the operator's settings."))
        return url


@admin.register(Account)
class AccountAdmin(HotelAdmin):
    """Accounts are switched off, never deleted: their letters hang on them."""

    is_configuration = True
    form = AccountForm
    list_display = ["name", "hotel", "kind", "display_number", "enabled", "state_label", "state_reason", "show_access_token"]
    list_filter = [UnconnectedFilter, ("state", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter)]
    list_select_related = ["hotel"]
    word_fields = ("name",)
    phone_fields = ("display_number",)
    readonly_fields = ["state_label", "state_reason", "driver", "quality"]
    actions = ["connect", "read_templates"]
    fieldsets = [
        (None, {"fields": ["hotel", "kind", "name", "enabled"]}),
        (_("State"), {"fields": ["state_label", "state_reason", "driver"]}),
        (
            "WhatsApp",
            {
                "fields": [
                    "display_number",
                    "external_id",
                    "business_id",
                    "app",
                    "access_token",
                    "token_expires_on",
                    "quality",
                    "api_url",
                    "api_version",
                ]
            },
        ),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["kind"] if obj is not None else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.kind == Account.Kind.WHATSAPP:
            return fieldsets
        return [*fieldsets[:2], (_("E-mail"), {"fields": ["external_id"]})] if obj.kind == Account.Kind.EMAIL else fieldsets[:2]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "app":  # only apps that numbers of one's own use already
            rows = MetaApp.objects.defer(*secrets_of(MetaApp))
            mine = Q() if reach(request).everything else Q(accounts__hotel__in=reach(request).configures)
            kwargs["queryset"] = rows.filter(mine).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        if "api_url" in form.changed_data:
            obj.api_url_trusted = False
        if obj.kind == Account.Kind.EMAIL:
            obj.external_id = obj.external_id.strip().lower()
        super().save_model(request, obj, form, change)
        if obj.kind == Account.Kind.EMAIL:
            box, _made = Mailbox.objects.get_or_create(account=obj)
            provision.changed(box, box, other_address="external_id" in form.changed_data)
        if not repairs.connect(obj):
            messages.warning(request, _("%(account)s is not connected: %(reason)s") % {"account": obj.name, "reason": obj.state_reason})

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, account: Account) -> str:
        return badge(ACCOUNT_LOOKS[account.state], account.get_state_display()) if account.state else ""

    @admin.action(description=_("Connect again"), permissions=["change"])
    def connect(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        for account in accounts:
            if not self.has_change_permission(request, account):
                continue
            if repairs.connect(account):
                messages.success(request, _("%(account)s is connected.") % {"account": account.name})
            else:
                messages.warning(
                    request, _("%(account)s is not connected: %(reason)s") % {"account": account.name, "reason": account.state_reason}
                )

    @admin.action(description=_("Read templates from Meta"), permissions=["change"])
    def read_templates(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        for account in accounts:
            if account.kind != Account.Kind.WHATSAPP or not self.has_change_permission(request, account):
                continue
            try:
                count = templates.sync(account)
            except templates.SyncError as error:
                messages.error(request, _("%(account)s: %(reason)s") % {"account": account.name, "reason": error})
            else:
                messages.success(request, ngettext("%(count)d template read.", "%(count)d templates read.", count) % {"count": count})


TEMPLATE_LOOKS: dict[str, Look] = {
    Template.Status.APPROVED: ("ok", "task_alt"),
    Template.Status.PENDING: ("wait", "hourglass_top"),
    Template.Status.REJECTED: ("late", "block"),
    Template.Status.PAUSED: ("wait", "pause_circle"),
    Template.Status.DISABLED: ("late", "block"),
    Template.Status.GONE: ("quiet", "delete"),
}


@admin.register(Template)
class TemplateAdmin(HotelAdmin):
    """Read from Meta, or entered by hand as Meta approved them."""

    is_configuration = True
    hotel_path = "account__hotel"
    list_display = ["name", "language", "account", "status_label", "beginning"]
    list_filter = [("status", ChoicesDropdownFilter), ("account", HotelFilter)]
    list_select_related = ["account"]
    word_fields = ("name", "body")
    fields = ["account", "name", "language", "status", "header", "body", "footer", "synced_at"]
    readonly_fields = ["synced_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account").defer("account__access_token")

    @admin.display(description=_("state"), ordering="status")
    def status_label(self, row: Template) -> str:
        return badge(TEMPLATE_LOOKS[row.status], row.get_status_display())

    @admin.display(description=_("text"))
    def beginning(self, row: Template) -> str:
        return words(row.body, 80)


# --- letters -------------------------------------------------------------------------------------------------------------


class LettersAdmin(BigTable, HotelAdmin):
    """Facts of one account."""

    hotel_path = "account__hotel"
    list_filter: list[Any] = [("state", ChoicesDropdownFilter), ("account", HotelFilter)]
    change_form_outer_before_template = "admin/channels_app/_repairs.html"
    # What the page of one row offers, as (action, whether its state allows it).
    repairs_by_state: dict[str, frozenset[str]] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account").defer("account__access_token")

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        offered = [
            (name, description)
            for _function, name, description in self.get_actions(request).values()
            if row is not None and getattr(row, "state", "") in self.repairs_by_state.get(name, ())
        ]
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), "repairs": offered})


@admin.register(Inbound)
class InboundAdmin(LettersAdmin):
    received, due = when("received_at", _("received")), when("due_at", _("due"), states=frozenset({Inbound.State.WAITING}))
    list_display = ["received", "account", "who", "said", "state_label", "reason", "attempts", "due"]
    list_display_links = ["received", "said"]
    word_fields = ("text", "sender_name")
    phone_fields = ("sender_phone",)
    code_fields = ("provider_id", "correlation_id")
    actions = ["replay"]
    repairs_by_state = {"replay": frozenset({Inbound.State.FAILED})}
    fieldsets = [
        (None, {"fields": ["account", "who", "kind", "text", "file_link", "choice_id", "state_label", "reason", "attempts", "due_at"]}),
        (_("Times"), {"fields": ["provider_time", "received_at"]}),
        (_("As received"), {"fields": ["provider_id", "reply_to", "media", "raw", "correlation_id"], "classes": ["collapse"]}),
    ]
    readonly_fields = ["who", "file_link", "state_label"]

    @admin.display(description=_("file"))
    def file_link(self, letter: Inbound) -> str:
        row = Media.objects.filter(inbound=letter).defer("data", "shown").first()
        if row is None:
            return "–"
        page = reverse("admin:channels_app_media_change", args=[row.pk])
        return format_html('<a href="{}">{} · {}</a>', page, row.name or row.mime_type or letter.kind, row.get_state_display())

    @admin.display(description=_("guest"), ordering="sender_phone")
    def who(self, letter: Inbound) -> str:
        return " · ".join(part for part in (letter.sender_name, letter.sender_phone or letter.sender_user_id) if part)

    @admin.display(description=_("words"))
    def said(self, letter: Inbound) -> str:
        return words(letter.text) or letter.kind

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, letter: Inbound) -> str:
        return badge(INBOUND_LOOKS[letter.state], letter.get_state_display())

    @admin.action(description=_("Replay"), permissions=["desk"])
    def replay(self, request: HttpRequest, letters: QuerySet[Inbound]) -> None:
        count = repairs.replay(Inbound.objects.filter(pk__in=letters.values("pk")))
        if not count:
            messages.warning(request, _("Nothing done: only failed letters can be replayed."))
            return
        messages.success(
            request,
            ngettext("%(count)d letter waits for an answer again.", "%(count)d letters wait for an answer again.", count)
            % {"count": count},
        )


class ContentFilter(DropdownFilter):  # type: ignore[misc]
    """Read marks are letters too, but nobody looks for them."""

    title = _("content")
    parameter_name = "content"
    all_option = ["", _("Letters")]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("problems", _("Letters with problems")), ("read", _("Read marks")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Outbound]) -> QuerySet[Outbound]:
        if self.value() == "all":
            return rows
        if self.value() == "problems":
            return problems(rows)
        marks = Q(content__kind="read")
        return rows.filter(marks if self.value() == "read" else ~marks)


def problems(rows: QuerySet[Outbound]) -> QuerySet[Outbound]:
    """Letters out that somebody should look at: nobody knows whether they arrived, or they did not."""
    return rows.filter(state__in=[Outbound.State.UNKNOWN, Outbound.State.FAILED]).exclude(content__kind="read")


@admin.register(Outbound)
class OutboundAdmin(LettersAdmin):
    created, due = when("created_at", _("created")), when("due_at", _("due"), states=frozenset({Outbound.State.QUEUED}))
    list_display = ["created", "account", "to_whom", "says", "author_label", "state_label", "why", "attempts", "due"]
    list_display_links = ["created", "says"]
    list_filter = [("state", ChoicesDropdownFilter), ContentFilter, ("author", ChoicesDropdownFilter), ("account", HotelFilter)]
    word_fields = (KT("content__text"), "thread__name")
    phone_fields = ("thread__address",)
    code_fields = ("provider_id", "correlation_id")
    actions = ["try_again", "abort"]
    repairs_by_state = {
        "try_again": frozenset({Outbound.State.FAILED, Outbound.State.UNKNOWN, Outbound.State.EXPIRED}),
        "abort": frozenset({Outbound.State.QUEUED, Outbound.State.UNKNOWN}),
    }
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "account",
                    "to_whom",
                    "author_label",
                    "text",
                    "state_label",
                    "why",
                    "error_text",
                    "error_code",
                    "attempts",
                    "due_at",
                ]
            },
        ),
        (_("Times"), {"fields": ["created_at", "sent_at", "delivered_at", "read_at", "failed_at", "expires_at"]}),
        (
            _("As sent"),
            {"fields": ["provider_id", "earlier_ids", "dedupe_key", "content", "pricing", "correlation_id"], "classes": ["collapse"]},
        ),
    ]
    readonly_fields = ["to_whom", "author_label", "text", "state_label", "why"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("thread")

    @admin.display(description=_("what happened"))
    def why(self, letter: Outbound) -> str:
        return outbox.why(letter)

    @admin.display(description=_("guest"))
    def to_whom(self, letter: Outbound) -> str:
        return " · ".join(dict.fromkeys(part for part in (letter.thread.name, letter.thread.address) if part))

    @admin.display(description=_("words"))
    def says(self, letter: Outbound) -> str:
        return words(letter.content.get("text", "")) or letter.content.get("kind", "")

    @admin.display(description=_("text"))
    def text(self, letter: Outbound) -> str:
        return str(letter.content.get("text", ""))

    @admin.display(description=_("author"), ordering="author")
    def author_label(self, letter: Outbound) -> str:
        return badge(AUTHOR_LOOKS[letter.author], letter.get_author_display())

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, letter: Outbound) -> str:
        return badge(OUTBOUND_LOOKS[letter.state], letter.get_state_display())

    @admin.action(description=_("Try again"), permissions=["desk"])
    def try_again(self, request: HttpRequest, letters: QuerySet[Outbound]) -> None:
        count = sum(outbox.retry(letter) for letter in letters)
        if count:
            messages.success(
                request,
                ngettext("%(count)d letter is on its way again.", "%(count)d letters are on their way again.", count) % {"count": count},
            )
        else:
            messages.warning(request, _("Nothing done: only letters that failed, expired or whose outcome is unknown can be tried again."))

    @admin.action(description=_("Abort"), permissions=["desk"])
    def abort(self, request: HttpRequest, letters: QuerySet[Outbound]) -> None:
        count = sum(outbox.abort(letter) for letter in letters)
        if count:
            messages.success(
                request, ngettext("%(count)d letter will not be sent.", "%(count)d letters will not be sent.", count) % {"count": count}
            )
        else:
            messages.warning(request, _("Nothing done: only letters that are queued or whose outcome is unknown can be aborted."))


@admin.register(DeliveryReceipt)
class DeliveryReceiptAdmin(LettersAdmin):
    received, due = when("received_at", _("received")), when("due_at", _("due"), states=frozenset({DeliveryReceipt.State.WAITING}))
    list_display = ["received", "account", "status", "provider_id", "state_label", "error_text", "attempts", "due"]
    code_fields = ("provider_id", "callback")
    fields = [
        "account", "provider_id", "status", "provider_time", "callback", "error_code", "error_text", "state_label", "attempts",
        "received_at", "due_at", "pricing", "raw",
    ]  # fmt: skip
    readonly_fields = ["state_label"]

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, receipt: DeliveryReceipt) -> str:
        return badge(RECEIPT_LOOKS[receipt.state], receipt.get_state_display())


@admin.register(AccountNotice)
class AccountNoticeAdmin(LettersAdmin):
    """A quarantined notice belongs to no account, so only the platform's administrators see it."""

    received = when("received_at", _("received"))
    list_display = ["received", "account", "kind", "state_label", "reason"]
    list_filter = ["seen", "quarantined", ("account", HotelFilter)]
    code_fields = ("kind",)
    actions = ["mark_seen"]
    fields = ["account", "kind", "state_label", "reason", "received_at", "raw"]
    readonly_fields = ["state_label"]

    @admin.display(description=_("state"), ordering="seen")
    def state_label(self, notice: AccountNotice) -> str:
        if notice.seen:
            return badge(("quiet", "visibility"), _("Seen"))
        return badge(("late", "gpp_maybe"), _("Quarantined")) if notice.quarantined else badge(("wait", "mark_email_unread"), _("New"))

    @admin.action(description=_("Mark as seen"), permissions=["desk"])
    def mark_seen(self, request: HttpRequest, notices: QuerySet[AccountNotice]) -> None:
        count = AccountNotice.objects.filter(pk__in=notices.values("pk")).update(seen=True)
        messages.success(request, ngettext("%(count)d notice seen.", "%(count)d notices seen.", count) % {"count": count})


from channels_app import mail_admin as mail_admin  # noqa: E402 - Django looks for a module of this name only
from channels_app import media_admin as media_admin  # noqa: E402 - as above
