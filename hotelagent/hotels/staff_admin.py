"""What every page of the back office shares: only rows of one's own hotels, rights by role, secrets that are never shown."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import (
    BooleanField,
    DateField,
    ExpressionWrapper,
    Field,
    ForeignKey,
    Model,
    Q,
    QuerySet,
    TimeField,
    URLField,
)
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.views import ChangeList
from unfold.widgets import INPUT_CLASSES, UnfoldAdminPasswordWidget

from hotelagent.hotels.access import hotels_of, within
from hotelagent.hotels.models import Hotel, Membership, Role
from hotelagent.hotels.search import folded, phone_digits, word_query
from hotelagent.ops.crypto import SecretField

# --- who may what --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """The hotels a person sees, and the ids of those whose configuration they may write."""

    hotels: dict[int, Hotel]
    configures: frozenset[int]
    everything: bool

    @property
    def zone(self) -> dt.tzinfo:
        """The wall clock of the person's hotels; UTC when they live by several."""
        zones = {hotel.timezone for hotel in self.hotels.values()}
        return zoneinfo.ZoneInfo(zones.pop()) if len(zones) == 1 else dt.UTC


def reach(request: HttpRequest) -> Reach:
    """Asked once a request, however many permissions a page checks."""
    known: Reach | None = getattr(request, "_reach", None)
    if known is None:
        user = cast(AbstractBaseUser, request.user)
        hotels = {hotel.pk: hotel for hotel in hotels_of(user)}
        everything = bool(request.user.is_active and request.user.is_superuser)
        if everything:
            configures = frozenset(hotels)
        else:
            roles = Membership.objects.filter(user_id=user.pk, hotel__in=hotels, role=Role.HOTEL_ADMIN)
            configures = frozenset(roles.values_list("hotel_id", flat=True)) if hotels else frozenset()
        known = Reach(hotels, configures, everything)
        request._reach = known  # type: ignore[attr-defined]
    return known


def hotel_id_of(row: Model, path: str | None) -> int | None:
    """The hotel a row belongs to, following ``path``; None when a link on the way is empty."""
    if path is None:
        return None
    if not path:
        return int(row.pk) if row.pk else None
    *steps, last = path.split("__")
    step: Any = row
    for name in steps:
        step = getattr(step, name, None)
        if step is None:
            return None
    found: int | None = getattr(step, f"{last}_id")
    return found


# --- how things look -----------------------------------------------------------------------------------------------------

# The look of a state: tone (templates/admin/_style.html) and icon. A state is always word, icon and colour.
Look = tuple[str, str]


def badge(look: Look, word: object) -> SafeString:
    return format_html(
        '<span class="tone tone-{}"><span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</span>', look[0], look[1], word
    )


def when(field: str, label: Any, *, states: frozenset[Any] = frozenset()) -> Callable[[Any, Any], str]:
    """A column for a moment, as short as it can be: the time today, else the day too. ``states``: only in these it counts."""

    @admin.display(description=label, ordering=field)
    def show(_page: Any, row: Any) -> str:
        value: dt.datetime | None = getattr(row, field)
        if value is None or (states and row.state not in states):
            return "–"
        here = timezone.localtime(value)
        return f"{here:%H:%M}" if here.date() == timezone.localtime().date() else f"{short_day(here.date())} {here:%H:%M}"

    return show


def short_day(day: dt.date, *, weekday: bool = False) -> str:
    """The day and its month, with the year when it is not this one; months begin small except in English."""
    told = date_format(day, ("D " if weekday else "") + ("j M" if day.year == timezone.localdate().year else "j M Y"))
    return told if (get_language() or "en").startswith("en") else told.lower()


def words(text: str, limit: int = 60) -> str:
    """The first words of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


# --- secrets -------------------------------------------------------------------------------------------------------------


def secrets_of(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if isinstance(field, SecretField)]


class SecretInput(UnfoldAdminPasswordWidget):  # type: ignore[misc]
    """Takes a new value, never shows the stored one. Nothing typed means: keep it."""

    is_set = False

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        field = super().render(name, None, {**(attrs or {}), "autocomplete": "new-password", "spellcheck": "false"}, renderer)
        return render_to_string("admin/_secret.html", {"field": field, "name": name, "is_set": self.is_set})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        typed = str(data.get(name, "")).strip()
        return typed or ("" if data.get(f"{name}-clear") else None)


class SecretFormField(forms.Field):
    """``None``: keep, ``""``: remove, anything else is the new secret."""

    widget = SecretInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not None


class HotelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row stays in one hotel that its editor may configure, and secrets are kept unless a new one is given."""

    admin: Any = None  # set for each request by the page that makes the form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        model: type[Model] = self._meta.model  # type: ignore[assignment]
        self.secrets = secrets_of(model)
        hidden = [name for name in self.secrets if instance is not None and name in instance.get_deferred_fields()]
        for name in hidden:  # so that building the form does not fetch and decrypt them
            instance.__dict__[name] = ""
        super().__init__(*args, **kwargs)
        for name in hidden:
            del instance.__dict__[name]
        for name in self.secrets:
            if name in self.fields:
                self.fields[name].widget.is_set = bool(getattr(self.instance, f"{name}_is_set", False))  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.label = capfirst(str(field.label)) if field.label else field.label
        self.hotel_before = hotel_id_of(self.instance, self.admin.hotel_path) if self.instance.pk and self.admin else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.secrets:
            if cleaned.get(name, "") is None:
                del cleaned[name]
        hotels = self.admin.hotels_named(cleaned) if self.admin else set()
        if self.hotel_before is not None:
            hotels.add(self.hotel_before)
        if len(hotels) > 1:
            raise ValidationError(_("These belong to different hotels."))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), *self.secrets}  # type: ignore[misc]


# --- dates and times: the browser's own pickers, which phones know ---------------------------------------------------------


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": " ".join(INPUT_CLASSES), **(attrs or {})}, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": " ".join(INPUT_CLASSES), **(attrs or {})}, format="%H:%M")


# --- the pages -----------------------------------------------------------------------------------------------------------


class Scoped:
    """What lists, forms and inlines have in common."""

    # The lookup from a row to its hotel; "" for the hotel itself, None for rows of the whole platform.
    hotel_path: str | None = "hotel"
    formfield_overrides = {DateField: {"widget": DayInput}, TimeField: {"widget": ClockInput}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        if self.hotel_path is None:
            return rows if reach(request).everything else rows.none()
        return within(request.user, rows, self.hotel_path)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        page = self.admin_site._registry.get(db_field.related_model)  # type: ignore[attr-defined]
        if isinstance(page, HotelAdmin) and page.hotel_path is not None and not reach(request).everything:
            rows = kwargs.get("queryset")
            rows = db_field.related_model._default_manager.all() if rows is None else rows
            kwargs["queryset"] = rows.filter(**{f"{page.hotel_path or 'pk'}__in": reach(request).configures})
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.related_model is Hotel and len(reach(request).configures) == 1:
            field.initial, field.empty_label = next(iter(reach(request).configures)), None
        return field

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, SecretField):
            return SecretFormField(label=capfirst(str(db_field.verbose_name)), required=False, help_text=db_field.help_text)
        if isinstance(db_field, URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class HotelAdmin(Scoped, ModelAdmin):  # type: ignore[misc]
    """Rows of the person's own hotels. Who works at a hotel sees its rows; its administrators also write its configuration.

    A foreign row and one that does not exist look the same. Facts (``is_configuration`` False) nobody writes here.
    """

    is_configuration = False
    # Texts searched by the beginnings of their words; columns searched by a phone's digits; codes searched as they are.
    word_fields: tuple[Any, ...] = ()
    phone_fields: tuple[str, ...] = ()
    code_fields: tuple[str, ...] = ()
    form = HotelForm
    list_filter_submit = False
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    change_form_show_cancel_button = True

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        self.secrets = secrets_of(model)
        for name in self.secrets:
            setattr(self, f"show_{name}", _shown_as_set(model, name))
        super().__init__(model, admin_site)

    # rights

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(reach(request).hotels) or reach(request).everything

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, obj, set(reach(request).hotels))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.is_configuration and self._may(request, None, set(reach(request).configures))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_configuration and self._may(request, obj, set(reach(request).configures))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_configuration and self._may(request, obj, set(reach(request).configures))

    def has_desk_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """May the person act at the desk: take a conversation over, repair a letter? Whoever works at the hotel."""
        return self._may(request, obj, set(reach(request).hotels))

    def _may(self, request: HttpRequest, obj: Model | None, hotels: set[int]) -> bool:
        if not request.user.is_active or not request.user.is_staff:
            return False
        if reach(request).everything:
            return True
        return bool(hotels) if obj is None else hotel_id_of(obj, self.hotel_path) in hotels

    def hotels_named(self, values: dict[str, Any]) -> set[int]:
        """The hotels that the rows among ``values`` belong to."""
        found: set[int | None] = set()
        for value in values.values():
            page = self.admin_site._registry.get(type(value))
            if isinstance(page, HotelAdmin):
                found.add(hotel_id_of(value, page.hotel_path))
        return {pk for pk in found if pk is not None}

    # lists

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if self.secrets:
            is_set = {f"{name}_is_set": ExpressionWrapper(~Q(**{name: ""}), BooleanField()) for name in self.secrets}
            rows = rows.defer(*self.secrets).annotate(**is_set)
        return rows

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = list(super().get_list_display(request))
        return [name for name in columns if name != "hotel" or len(reach(request).hotels) > 1]

    def get_search_fields(self, request: HttpRequest) -> list[Any]:
        return [*self.word_fields, *self.phone_fields, *self.code_fields]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = Q()
        for name in self.code_fields:
            found |= Q(**{f"{name}__iexact": search_term.strip()})
        if digits := phone_digits(search_term):
            for name in self.phone_fields:
                found |= Q(**{f"{name}__contains": digits})
        if (query := word_query(search_term)) is not None:
            for number, name in enumerate(self.word_fields):
                queryset = queryset.alias(**{f"_words_{number}": folded(name)})
                found |= Q(**{f"_words_{number}": query})
            found |= self.found_elsewhere(query)
        return (queryset.filter(found) if found else queryset.none()), False

    def found_elsewhere(self, query: SearchQuery) -> Q:
        """Rows found by words in rows of theirs."""
        return Q()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Rows]:
        return Rows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return on_the_hotels_clock(request, lambda: super(HotelAdmin, self).changelist_view(request, extra_context))

    # forms

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.admin = self
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))
        if self.secrets and obj is not None and not self.has_change_permission(request, obj):
            fieldsets = [(title, {**options, "fields": self._told(options["fields"])}) for title, options in fieldsets]
        return fieldsets

    def _told(self, fields: Any) -> list[Any]:
        """Fields for who may only look: instead of a secret, whether there is one."""
        return [f"show_{name}" if name in self.secrets else name for name in fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fields = [*super().get_readonly_fields(request, obj), *(f"show_{name}" for name in self.secrets)]
        if obj is not None and self.hotel_path == "hotel":
            fields.append("hotel")  # a row never moves to another hotel
        return fields

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        view = super().changeform_view
        return on_the_hotels_clock(request, lambda: view(request, object_id, form_url, extra_context))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        view = super().history_view
        return on_the_hotels_clock(request, lambda: view(request, object_id, extra_context))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The last wall: whatever the form let through, no row ends in a hotel its editor does not configure."""
        if self.hotel_path and not reach(request).everything and hotel_id_of(obj, self.hotel_path) not in reach(request).configures:
            raise PermissionDenied
        super().save_model(request, obj, form, change)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody leafs."""

    LIMIT = 5000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.LIMIT].count())


class BigTable:
    """For tables that grow for ever."""

    paginator = BoundedPaginator


class Rows(ChangeList):  # type: ignore[misc]
    """A list that tells how many it found only when something was looked for; all rows are never counted."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count


class HotelInline(Scoped, TabularInline):  # type: ignore[misc]
    """Rows inside the page of another; who may do what there may do it here."""

    extra = 0
    hide_title = True
    is_configuration = False

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:  # a cell has no label of its own beside it
            field.widget.attrs.setdefault("aria-label", str(field.label))
        return field

    def _page(self) -> Any:
        return self.admin_site._registry[self.parent_model]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self._page().has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_configuration and bool(self._page().has_change_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_configuration and bool(self._page().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.is_configuration and bool(self._page().has_change_permission(request, obj))


class PlatformOnly:
    """Only for the platform's own administrators."""

    def _is_platform(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    has_view_permission = has_change_permission = has_delete_permission = has_add_permission = has_module_permission = _is_platform


class HotelFilter(RelatedDropdownFilter):  # type: ignore[misc]
    """A filter by a related row that offers only rows of the person's hotels, and never reads their secrets."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        model = field.related_model
        page = model_admin.admin_site._registry[model]
        rows = within(request.user, model._default_manager.all(), page.hotel_path)
        return [(row.pk, str(row)) for row in rows.defer(*secrets_of(model))[:200]]


def _shown_as_set(model: type[Model], name: str) -> Callable[[Any], SafeString]:
    def show(row: Any) -> SafeString:
        return badge(("ok", "key"), _("is set")) if getattr(row, f"{name}_is_set", False) else badge(("quiet", "key_off"), _("not set"))

    show.short_description = model._meta.get_field(name).verbose_name  # type: ignore[attr-defined, union-attr]
    return show


def on_the_hotels_clock(request: HttpRequest, view: Callable[[], Any]) -> Any:
    """Answer with every time on the wall clock of the person's hotels: rendered here, while that clock is in force."""
    with timezone.override(reach(request).zone):
        response = view()
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
    return response
