"""Back office of the mailboxes: how they are reached, whether that works, and how the hotel's mails look."""

from __future__ import annotations

import re
import secrets
import smtplib
import uuid
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from channels_app import checking, mail_events, mailroom, outbox, provision, repairs
from channels_app.admin import ACCOUNT_LOOKS
from channels_app.envelope import Content, ContentError
from channels_app.models import Mailbox, Outbound
from channels_app.transports.mail import oauth, posting, servers, writing
from hotelagent.hotels.models import Language
from hotelagent.hotels.staff_admin import HotelAdmin, HotelForm, badge, when
from hotelagent.ops import reports
from hotelagent.ops.headers import as_document

SERVERS = ("imap_host", "imap_port", "imap_tls", "smtp_host", "smtp_port", "smtp_tls")
OTHER = ("smtp_username", "smtp_password")
PROVIDER = ("provider", "provider_key", "provider_domain", "webhook_secret", "webhook_address")
_DOMAIN = RegexValidator(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$", _("A domain is needed, as mail.example.com."))
GOOGLE = ("client_id", "client_secret", "refresh_token", "read_by", "push_topic")
CONSENT = "mailbox_consent"
TITLES = {
    "confirmed": _("Booking confirmed"), "changed": _("Booking changed"), "cancelled": _("Booking cancelled"),
    "arrival": _("Before the arrival"),
    "answer": _("Answer"), "calling": _("A guest waits"),
}  # fmt: skip
# Of the house, not of a hotel: only for who runs it.
REPORT = "report"
# What ties a mail to a booking or a talk: a test is of none.
TIES = {"arrival", "guest", "conversation"}


class MailboxForm(HotelForm):
    aliases = forms.CharField(
        label=_("other addresses"), required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Addresses whose mail arrives here too, one a line"),
    )  # fmt: skip
    logo_file = forms.FileField(
        label=_("logo"), required=False, widget=UnfoldAdminFileFieldWidget, help_text=_("PNG or JPEG, at most 200 KB")
    )
    without_logo = forms.BooleanField(label=_("remove the logo"), required=False, widget=UnfoldBooleanSwitchWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["aliases"] = "\n".join(self.instance.aliases or [])

    def clean_aliases(self) -> list[str]:
        found = [line.strip().lower() for line in str(self.cleaned_data["aliases"]).splitlines() if line.strip()]
        for one in found:
            validate_email(one)
        return list(dict.fromkeys(found))

    def clean_logo_file(self) -> bytes | None:
        """What it is, its bytes say, not its name."""
        given = self.cleaned_data["logo_file"]
        if given is None:
            return None
        data: bytes = given.read(writing.LOGO_LIMIT + 1)
        if len(data) > writing.LOGO_LIMIT or not data.startswith((writing.PNG, writing.JPEG)):
            raise ValidationError(_("A PNG or JPEG picture of at most 200 KB is needed."))
        return data

    def clean_read_by(self) -> str:
        way = str(self.cleaned_data["read_by"])
        if way == Mailbox.Way.GMAIL_API and not (self.cleaned_data.get("refresh_token") or self.instance.refresh_token):
            raise ValidationError(_("Gmail's API needs Google's consent: connect with Google first."))
        return way

    def clean_provider_domain(self) -> str:
        given = str(self.cleaned_data["provider_domain"]).strip().lower()
        if given:
            _DOMAIN(given)
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._has_its_keys(cleaned)
        if set(self.changed_data) & set(SERVERS):
            for name in ("imap", "smtp"):
                if cleaned.get(f"{name}_host") and cleaned.get(f"{name}_port"):
                    self._may_be_reached(name, cleaned)
        return cleaned

    def _has_its_keys(self, cleaned: dict[str, Any]) -> None:
        """An empty secret stays what it was (``HotelForm``)."""
        chosen, password = cleaned.get("provider", ""), cleaned.get("webhook_secret") or ""
        if chosen == Mailbox.Provider.AMAZON_SES and not cleaned.get("smtp_username"):
            self.add_error("smtp_username", _("Amazon SES needs its SMTP user and password, and its SMTP server above."))
        key = cleaned.get("provider_key", self.instance.provider_key)
        if chosen not in {"", Mailbox.Provider.AMAZON_SES} and not key:
            self.add_error("provider_key", _("The provider's API key is needed."))
        if password and (len(password) < 16 or not re.fullmatch(r"[\w.~-]+", password, re.ASCII)):
            self.add_error("webhook_secret", _("At least 16 letters and digits, because it stands in an address."))

    def _may_be_reached(self, name: str, cleaned: dict[str, Any]) -> None:
        host, port, tls = (cleaned.get(f"{name}_{part}") for part in ("host", "port", "tls"))
        try:
            servers.addresses(servers.Server(str(host), int(port or 0), str(tls), trusted=False, user=""))
        except servers.MailError as error:
            self.add_error(f"{name}_host", str(error))


@admin.register(Mailbox)
class MailboxAdmin(HotelAdmin):
    """Made with its account, and switched off with it."""

    hotel_path = "account__hotel"
    is_configuration = True
    form = MailboxForm
    looked = when("looked_at", _("last looked"))
    list_display = ["address", "hotel_name", "state_label", "looked", "failures", "trouble"]
    list_select_related = ["account__hotel"]
    readonly_fields = ["address", "state_label", "looked_at", "failures", "trouble", "push_until", "webhook_address"]
    actions = ["check_connection", "look_now", "send_test"]
    change_form_outer_before_template = "admin/channels_app/_mailbox.html"
    fieldsets = [
        (None, {"fields": ["address", "state_label", "looked_at", "failures", "trouble"]}),
        (_("Way in"), {"fields": ["username", "password"]}),
        (_("Google"), {"fields": [*GOOGLE, "push_until"]}),
        (_("Servers"), {"fields": [*SERVERS, *OTHER]}),
        (_("Another provider of outgoing mail"), {"fields": PROVIDER}),
        (_("Receiving mail"), {"fields": ["aliases", "poll_s", "mark_seen", "import_days"]}),
        (_("Sending mail"), {"fields": ["sender_name", "reply_to", "daily_limit"]}),
        (_("Before the arrival"), {"fields": ["prearrival", "prearrival_days", "prearrival_hour"]}),
        (_("How mails look"), {"fields": ["colour", "logo_file", "without_logo", "footer"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("account__hotel").defer("account__access_token", "logo", "access_token")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Mailbox, form: Any, change: bool) -> None:
        if set(form.changed_data) & set(SERVERS):
            obj.servers_trusted = False  # who configures a hotel cannot open the house's own network
        if form.cleaned_data.get("logo_file"):
            obj.logo = form.cleaned_data["logo_file"]
        elif form.cleaned_data.get("without_logo"):
            obj.logo = None
        before = Mailbox.objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        provision.changed(before, Mailbox.objects.get(pk=obj.pk), other_address=False)
        if not repairs.connect(obj.account):
            messages.warning(request, _("It is not connected: %(reason)s") % {"reason": obj.account.state_reason})

    # pages

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(self.preview), name="channels_app_mailbox_preview"),
            path("<int:pk>/preview/<slug:kind>/<slug:language>/", view(self.sample), name="channels_app_mailbox_sample"),
            path("<int:pk>/google/", view(self.to_google), name="channels_app_mailbox_google"),
            path("from-google/", view(self.from_google), name="channels_app_mailbox_from_google"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        box = self._visible(request, pk)
        language = request.GET.get("language", "")
        language = language if language in Language.values else box.account.hotel.main_language
        kinds = TITLES | ({REPORT: _("Error report")} if request.user.is_superuser else {})
        kind = request.GET.get("kind", "")
        kind = kind if kind in kinds else "confirmed"
        if request.method == "POST":
            if not self.has_change_permission(request, box):
                raise Http404
            self._send_sample(request, box, kind, language)
            return redirect(f"{request.path}?{urlencode({'kind': kind, 'language': language})}")
        context = {
            **self.admin_site.each_context(request), "title": _("How mails look"), "box": box, "kinds": kinds.items(), "kind": kind,
            "may_send": self.has_change_permission(request, box),
            "languages": Language.choices, "language": language, "opts": Mailbox._meta, "has_view_permission": True,
            "page": reverse("admin:channels_app_mailbox_sample", args=[pk, kind, language]),
        }  # fmt: skip
        return TemplateResponse(request, "admin/channels_app/preview.html", context)

    def sample(self, request: HttpRequest, pk: int, kind: str, language: str) -> HttpResponse:
        box = self._visible(request, pk)
        if kind == REPORT and request.user.is_superuser and language in Language.values:
            return as_document(str(reports.mail_of(reports.sample(), language, "").alternatives[0][0]))
        found = dict(_samples(box, language)).get(kind) if language in Language.values else None
        if found is None:
            raise Http404
        return as_document(writing.page(found, _about(box, found)))

    def to_google(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To the page where Google asks for the consent. Who comes back must be who went, in the same browser."""
        box = self._visible(request, pk)
        if not self.has_change_permission(request, box):
            raise Http404
        if not box.client_id or not box.client_secret:
            messages.error(request, _("First save the OAuth client id and secret of your project at Google."))
            return redirect("admin:channels_app_mailbox_change", pk)
        request.session[CONSENT] = state = f"{pk}.{secrets.token_urlsafe(24)}"
        return redirect(oauth.consent_address(box, self._back(request), state))

    def from_google(self, request: HttpRequest) -> HttpResponse:
        state, expected = request.GET.get("state", ""), request.session.pop(CONSENT, "")
        if not expected or not constant_time_compare(state, expected):
            raise Http404
        box = self._visible(request, int(expected.partition(".")[0]))
        if not self.has_change_permission(request, box):
            raise Http404
        back = redirect("admin:channels_app_mailbox_change", box.pk)
        if not request.GET.get("code"):
            messages.error(request, _("Google says: %(reason)s") % {"reason": request.GET.get("error", "")[:100]})
            return back
        try:
            box.refresh_token = oauth.accept_consent(box, request.GET["code"], self._back(request))
        except servers.MailError as error:
            messages.error(request, str(error))
            return back
        box.access_token, box.access_until, box.consent_gone = "", None, False
        box.save(update_fields=["refresh_token", "access_token", "access_until", "consent_gone"])
        repairs.connect(box.account)
        messages.success(request, _("The consent is here. Check the connection now."))
        return back

    def _back(self, request: HttpRequest) -> str:
        return request.build_absolute_uri(reverse("admin:channels_app_mailbox_from_google"))

    def _visible(self, request: HttpRequest, pk: int) -> Mailbox:
        box: Mailbox | None = Mailbox.objects.select_related("account__hotel").filter(pk=pk).first()
        if box is None or not self.has_view_permission(request, box):
            raise Http404
        return box

    # columns

    @admin.display(description=_("address"), ordering="account__external_id")
    def address(self, box: Mailbox) -> str:
        return box.address

    @admin.display(description=_("hotel"), ordering="account__hotel")
    def hotel_name(self, box: Mailbox) -> str:
        return box.account.hotel.name

    @admin.display(description=_("state"))
    def state_label(self, box: Mailbox) -> SafeString:
        return badge(ACCOUNT_LOOKS[box.account.state], box.account.get_state_display())

    @admin.display(description=_("it reports to"))
    def webhook_address(self, box: Mailbox) -> str:
        return mail_events.address_of(box, urlsplit(settings.PUBLIC_URL).netloc or "your.host") or "–"

    # actions

    @admin.action(description=_("Check the connection"), permissions=["change"])
    def check_connection(self, request: HttpRequest, boxes: QuerySet[Mailbox]) -> HttpResponse:
        found = [(box, list(checking.steps(box))) for box in self._whole(request, boxes)]
        context = {
            **self.admin_site.each_context(request), "title": _("Check the connection"), "opts": Mailbox._meta,
            "checked": [(box, steps, all(step.passes for step in steps)) for box, steps in found],
        }  # fmt: skip
        return TemplateResponse(request, "admin/channels_app/checked.html", context)

    @admin.action(description=_("Look now"), permissions=["change"])
    def look_now(self, request: HttpRequest, boxes: QuerySet[Mailbox]) -> None:
        for told in mailroom.look_while_asked(box.account_id for box in self._whole(request, boxes)):
            if told.trouble:
                messages.error(request, f"{told.address}: {told.trouble}")
            else:
                count = ngettext("%(count)d new mail.", "%(count)d new mails.", told.new) % {"count": told.new}
                messages.success(request, f"{told.address}: {count}")

    @admin.action(description=_("Send me a test"), permissions=["change"])
    def send_test(self, request: HttpRequest, boxes: QuerySet[Mailbox]) -> None:
        for box in self._whole(request, boxes):
            self._send_sample(request, box, "confirmed", box.account.hotel.main_language)

    def _send_sample(self, request: HttpRequest, box: Mailbox, kind: str, language: str) -> None:
        """To the person who asks, as guests, colleagues or the operator get it."""
        address = getattr(request.user, "email", "")
        try:
            thread = posting.thread_to(box.account, address, request.user.get_full_name())  # type: ignore[union-attr]
            if kind == REPORT:
                reports.mail_of(reports.sample(), language, address).send()
            else:
                content = dict(_samples(box, language))[kind]
                content = replace(content, mail={name: value for name, value in content.mail.items() if name not in TIES})
                outbox.post(thread, content, dedupe_key=f"test:{uuid.uuid4()}", author=Outbound.Author.SYSTEM)
        except ContentError:
            messages.error(request, _("Your own account has no e-mail address."))
        except (OSError, smtplib.SMTPException) as error:
            messages.error(request, _("It could not be sent: %(reason)s") % {"reason": type(error).__name__})
        else:
            messages.success(request, _("On its way to %(address)s.") % {"address": address})

    def _whole(self, request: HttpRequest, boxes: QuerySet[Mailbox]) -> list[Mailbox]:
        """With their secrets, those the person may change."""
        rows = Mailbox.objects.select_related("account__hotel").filter(pk__in=boxes.values("pk"))
        return [box for box in rows if self.has_change_permission(request, box)]


def _samples(box: Mailbox, language: str) -> list[tuple[str, Content]]:
    found: list[tuple[str, Content]] = import_string(settings.MAIL_SAMPLES)(box.account.hotel, language)
    return found


def _about(box: Mailbox, content: Content) -> writing.Prepared:
    return writing.Prepared(
        server=servers.smtp_of(box),
        sender_name="",
        sender=box.address,
        reply_to="",
        recipient_name="",
        recipient=box.address,
        message_id="",
        subject=str(content.mail.get("subject", "")),
        in_reply_to="",
        references=(),
        automatic=True,
        language=content.language,
        look=posting.look_of(box),
    )
