"""Back office of the pictures of room types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from channels_app import pictures
from conversations.models import RoomPhoto
from hotelagent.hotels.staff_admin import HotelAdmin, HotelFilter, HotelForm


class RoomPhotoForm(HotelForm):
    picture = forms.FileField(
        label=_("picture"), required=False, widget=UnfoldAdminFileFieldWidget, help_text=_("JPEG or PNG, up to 4 MB; it is made smaller")
    )

    def clean_picture(self) -> tuple[bytes, str] | None:
        """The picture drawn anew: nothing but what is to be seen comes along."""
        upload: UploadedFile[bytes] | None = self.cleaned_data.get("picture")
        if upload is None:
            if self.instance.pk is None:
                raise ValidationError(_("Choose a picture."))
            return None
        made = pictures.sendable(upload.read(pictures.UPLOAD_BYTES + 1), side=pictures.SIDE)
        if made is None or not made[1].startswith("image/"):
            raise ValidationError(_("Pictures (JPEG, PNG) up to 4 MB can be sent."))
        return made

    def save(self, commit: bool = True) -> Any:
        if (made := self.cleaned_data.get("picture")) is not None:
            self.instance.data, self.instance.mime_type = made
        return super().save(commit)


@admin.register(RoomPhoto)
class RoomPhotoAdmin(HotelAdmin):
    """Sent on WhatsApp to a guest who asks for pictures."""

    is_configuration = True
    form = RoomPhotoForm
    list_display = ["room_type", "hotel", "seen", "position"]
    list_filter = [("hotel", HotelFilter)]
    list_select_related = ["hotel"]
    code_fields = ("room_type",)
    fields = ["hotel", "room_type", "position", "picture", "seen"]
    readonly_fields = ["seen"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may = self.has_change_permission(request, obj) if obj is not None else True
        return [name for name in super().get_fields(request, obj) if name != "picture" or may]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.picture_view)
        return [path("<int:pk>/picture/", view, name="conversations_roomphoto_picture"), *super().get_urls()]

    @admin.display(description=_("picture"))
    def seen(self, row: RoomPhoto) -> str:
        if row.pk is None:
            return "–"
        return format_html('<img src="{}" alt="{}" class="hr-photo">', reverse("admin:conversations_roomphoto_picture", args=[row.pk]), row)

    def picture_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        response = HttpResponse(bytes(row.data), content_type=row.mime_type)
        response["Cache-Control"] = "private, max-age=3600"
        return response
