"""Back office of files: what guests sent, with the pictures as the desk shows them, and what they were sent."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from channels_app import downloads, pictures
from channels_app.models import Attachment, Media
from hotelagent.hotels.staff_admin import BigTable, HotelAdmin, HotelFilter, Look, badge, when

LOOKS: dict[str, Look] = {
    Media.State.WAITING: ("wait", "hourglass_top"),
    Media.State.KEPT: ("ok", "done"),
    Media.State.FAILED: ("late", "error"),
}
RECEIVED = when("received_at", _("received"))


class FilesAdmin(BigTable, HotelAdmin):
    """Facts; a file is only ever a download, and a picture is shown as it was drawn anew."""

    ordering = ["-pk"]
    picture_of = ""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data")

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path("<int:pk>/picture/", self.admin_site.admin_view(self.picture_view), name=f"{name}_picture"),
            path("<int:pk>/file/", self.admin_site.admin_view(self.file_view), name=f"{name}_file"),
        ]
        return [*own, *super().get_urls()]

    def address(self, row: Any, part: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{part}", args=[row.pk])

    def shown_of(self, row: Any) -> bytes | None:
        """The picture a page may show."""
        raise NotImplementedError

    @admin.display(description=_("size"))
    def size(self, row: Any) -> str:
        return str(filesizeformat(row.size_bytes))

    def _row(self, request: HttpRequest, pk: int) -> Any:
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return row

    def picture_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        data = self.shown_of(self._row(request, pk))
        if data is None:
            raise Http404
        return downloads.shown(data, pictures.type_of(data))

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self._row(request, pk)
        if row.data is None:
            raise Http404
        return downloads.download(bytes(row.data), row.name or f"file-{row.pk}")


@admin.register(Media)
class MediaAdmin(FilesAdmin):
    hotel_path = "inbound__account__hotel"
    list_display = ["received", "who", "file_name", "state_label", "reason", "mime_type", "size"]
    list_display_links = ["received", "file_name"]
    list_filter = [("state", ChoicesDropdownFilter), ("inbound__account", HotelFilter)]
    list_select_related = ["inbound__account__hotel"]
    word_fields = ("name", "inbound__sender_name")
    phone_fields = ("inbound__sender_phone",)
    fields = ["inbound", "who", "received", "state_label", "reason", "attempts", "mime_type", "size", "seen", "download"]
    readonly_fields = ["who", "received", "state_label", "size", "seen", "download"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data", "shown")

    def shown_of(self, row: Media) -> bytes | None:
        return bytes(row.shown) if row.shown is not None else None

    @admin.display(description=_("received"), ordering="inbound__received_at")
    def received(self, row: Media) -> str:
        return RECEIVED(self, row.inbound)

    @admin.display(description=_("guest"), ordering="inbound__sender_name")
    def who(self, row: Media) -> str:
        return " · ".join(filter(None, (row.inbound.sender_name, row.inbound.sender_phone)))

    @admin.display(description=_("file name"), ordering="name")
    def file_name(self, row: Media) -> str:
        return row.name or row.inbound.kind

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, row: Media) -> str:
        return badge(LOOKS[row.state], row.get_state_display())

    @admin.display(description=_("picture"))
    def seen(self, row: Media) -> str:
        if row.state != Media.State.KEPT or not row.mime_type.startswith("image/"):
            return "–"
        return format_html('<img src="{}" alt="{}" class="hr-photo">', self.address(row, "picture"), _("Picture from a guest"))

    @admin.display(description=_("file"))
    def download(self, row: Media) -> str:
        if row.state != Media.State.KEPT:
            return "–"
        return format_html('<a href="{}" download>{}</a>', self.address(row, "file"), row.name or _("Download"))


@admin.register(Attachment)
class AttachmentAdmin(FilesAdmin):
    hotel_path = "thread__account__hotel"
    made = when("created_at", _("created"))
    list_display = ["made", "thread", "name", "mime_type"]
    list_display_links = ["made", "name"]
    list_filter = [("thread__account", HotelFilter)]
    list_select_related = ["thread__account__hotel"]
    word_fields = ("name", "thread__name")
    phone_fields = ("thread__address",)
    fields = ["thread", "name", "mime_type", "created_at", "seen", "download"]
    readonly_fields = ["seen", "download"]

    def shown_of(self, row: Attachment) -> bytes | None:
        return bytes(row.data) if row.is_picture else None

    @admin.display(description=_("picture"))
    def seen(self, row: Attachment) -> str:
        if not row.is_picture:
            return "–"
        return format_html('<img src="{}" alt="{}" class="hr-photo">', self.address(row, "picture"), row.name)

    @admin.display(description=_("file"))
    def download(self, row: Attachment) -> str:
        return format_html('<a href="{}" download>{}</a>', self.address(row, "file"), row.name)
