"""Back office: hotels with their opening hours and staff; for the platform's administrators also logins and the queue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, PaginationInlineFormSet, UserChangeForm, UserCreationForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from hotelagent.hotels import api_tokens
from hotelagent.hotels.models import ApiToken, Hotel, Language, Membership, OpeningHours
from hotelagent.hotels.staff_admin import HotelAdmin, HotelForm, HotelInline, PlatformOnly, reach
from hotelagent.ops.models import Heartbeat

Person = get_user_model()


class HotelDetailsForm(HotelForm):
    languages = forms.MultipleChoiceField(
        label=_("languages"),
        choices=Language.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("In which the receptionist answers; the first is the hotel's own"),
    )
    retention_days = forms.IntegerField(label=_("keep texts for (days)"), min_value=1, max_value=3650, widget=UnfoldAdminIntegerFieldWidget)

    closed_days = forms.CharField(
        label=_("closed on"), required=False, max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Holidays on which nobody is at reception in spite of the hours below. One a line: 2027-01-01"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["closed_days"] = "\n".join(day.isoformat() for day in sorted(self.instance.closed_days))

    def clean_closed_days(self) -> list[dt.date]:
        found = set()
        for word in self.cleaned_data["closed_days"].replace(",", " ").split():
            try:
                found.add(dt.date.fromisoformat(word))
            except ValueError as error:
                raise ValidationError(_("%(word)s is not a day such as 2027-01-01"), params={"word": word}) from error
        return sorted(found)

    def clean_country(self) -> str:
        return _letters(self.cleaned_data["country"], 2)

    def clean_currency(self) -> str:
        return _letters(self.cleaned_data["currency"], 3)

    def clean_languages(self) -> list[str]:
        """The order they had stays: the first is the hotel's own."""
        chosen = self.cleaned_data["languages"]
        before = [language for language in self.instance.languages if language in chosen]
        return before + [language for language in chosen if language not in before]


def _letters(value: str, count: int) -> str:
    if len(value) != count or not value.isascii() or not value.isalpha():
        raise ValidationError(_("%(count)d letters"), params={"count": count})
    return value.upper()


class OpeningHoursForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("opens") and cleaned.get("closes") and cleaned["closes"] <= cleaned["opens"]:
            raise ValidationError({"closes": _("Must be later than it opens; a night is two periods.")})
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "closes" in self.errors:
            self.errors.pop("__all__", None)  # the database's own wording of the same


class OpeningHoursInline(HotelInline):
    model = OpeningHours
    form = OpeningHoursForm
    hotel_path = "hotel"
    is_configuration = True
    fields = ["weekday", "opens", "closes"]


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody is named by the e-mail address they log in with. Nobody can leaf through the people of other hotels."""

    email = forms.EmailField(label=_("e-mail"), max_length=150, widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(label=_("name"), max_length=150, required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Membership
        fields = ["role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            person = self.instance.user
            self.fields["email"] = forms.CharField(label=_("e-mail"), widget=UnfoldAdminTextInputWidget, disabled=True)
            self.fields["email"].initial = person.email or person.get_username()
            self.fields["name"].initial, self.fields["name"].disabled = person.get_full_name(), True
        for name in ("email", "name"):
            self.fields[name].widget.attrs["aria-label"] = str(self.fields[name].label)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        hotel = self.instance.hotel_id
        if not self.instance.pk and hotel and Membership.objects.filter(hotel=hotel, user__username=email).exists():
            raise ValidationError(_("Already works here."))
        return email

    def save(self, commit: bool = True) -> Membership:
        """Makes the login when it is new: without a usable password, until somebody sets one."""
        if not self.instance.pk:
            email = self.cleaned_data["email"]
            person, created = Person.objects.get_or_create(
                username=email, defaults={"email": email, "first_name": self.cleaned_data["name"]}
            )
            if created:
                person.set_unusable_password()
            person.is_staff = True
            person.save()
            self.instance.user = person
        membership: Membership = super().save(commit)
        return membership


class StaffFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    def clean(self) -> None:
        super().clean()
        emails = [form.cleaned_data.get("email") for form in self.forms if getattr(form, "cleaned_data", None) and not form.instance.pk]
        if len(emails) != len(set(emails)):
            raise ValidationError(_("The same person twice."))


class StaffInline(HotelInline):
    model = Membership
    form = MembershipForm
    formset = StaffFormSet
    hotel_path = "hotel"
    is_configuration = True
    fields = ["email", "name", "role"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["email", "name", "role"] if self.has_change_permission(request, obj) else ["who", "role"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if self.has_change_permission(request, obj) else ["who", "role"]

    @admin.display(description=_("person"))
    def who(self, membership: Membership) -> str:
        return membership.user.get_full_name() or membership.user.get_username()


@admin.register(Hotel)
class HotelsAdmin(HotelAdmin):
    """Hotels are made by the platform and never deleted here: everything hangs on them."""

    hotel_path = ""
    is_configuration = True
    form = HotelDetailsForm
    list_display = ["name", "slug", "address", "timezone", "currency", "staff_count"]
    word_fields = ("name", "address")
    code_fields = ("slug",)
    inlines = [OpeningHoursInline, StaffInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "languages"]}),
        (_("Where"), {"fields": ["address", "country", "timezone", "currency", "latitude", "longitude"]}),
        (_("How to reach people"), {"fields": ["phone", "email"]}),
        (_("Stays"), {"fields": ["check_in_from", "check_out_until", "adult_from"]}),
        (_("Guests' data"), {"fields": ["retention_days"]}),
        (_("Holidays"), {"fields": ["closed_days"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return reach(request).everything

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj is not None else []  # addresses and files name the hotel by it

    @admin.display(description=_("staff"))
    def staff_count(self, hotel: Hotel) -> int:
        return len(hotel.memberships.all())


# --- the platform's own --------------------------------------------------------------------------------------------------

for model in (Person, Group, Success, Failure, Schedule, OrmQ):
    admin.site.unregister(model)


class MembershipInline(PlatformOnly, TabularInline):  # type: ignore[misc]
    model = Membership
    extra = 0


@admin.register(Person)
class PeopleAdmin(PlatformOnly, UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "first_name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser", "memberships__role"]
    inlines = [MembershipInline]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("Rights"),
            {"fields": ("is_active", "is_staff", "is_superuser"), "description": _("What somebody may do at a hotel is their role there.")},
        ),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):  # type: ignore[misc]
    """Everybody of the staff makes tokens of their own; the platform's administrators see all of them."""

    list_display = ["name", "user", "enabled", "created_at", "last_used_at"]
    fields = ["name", "enabled"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        mine = obj is None or obj.user_id == request.user.pk or request.user.is_superuser
        return self.has_module_permission(request) and bool(mine)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("user")
        return rows if request.user.is_superuser else rows.filter(user=request.user)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        token = api_tokens.new()
        obj.user_id, obj.digest = request.user.pk or 0, api_tokens.digest(token)
        super().save_model(request, obj, form, change)
        messages.warning(request, _("Copy the token now, it is never shown again: %(token)s") % {"token": token})


class ReadOnly(PlatformOnly):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OrmQ)
class QueueAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Doorbells on their way to a worker. They carry nothing; what is due stands in the rows themselves."""

    list_display = ["id", "key", "func", "lock"]
    fields = ["key", "func", "args", "lock"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    list_display = ["name", "at"]
