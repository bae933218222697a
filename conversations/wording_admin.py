"""Back office of the phrase books: every phrase as a guest reads it, the hotel's own words for it, and who changed what."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from conversations import voices
from conversations.dialogue import phrasebook
from conversations.dialogue.understanding.normalise import fold
from conversations.labels import name_of
from conversations.models import Wording
from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel, Language
from hotelagent.hotels.staff_admin import HotelAdmin, HotelFilter, reach, when, words

SECTIONS = {
    "say": _("What it says"), "choice": _("Buttons"), "mail": _("E-mail"), "price": _("Prices"), "hours_of": _("Hours of each thing"),
    "hours": _("How hours are told"), "measure": _("Distances and limits"), "topic": _("What things are called"), "word": _("Words"),
    "date": _("Dates"),
}  # fmt: skip
REGISTERS = {"voseo": _("vos (River Plate)"), "tuteo": _("tú"), "usted": _("usted (formal)")}
PROBLEMS = {
    "empty": _("Write something, or go back to the standard words."),
    "broken": _("Braces hold a name and nothing else."),
    "unknown": _("This phrase does not know: %(names)s"),
    "missing": _("These are missing: %(names)s"),
    "forms": _("One and many are parted by one “|”, as in: night|nights"),
    "long": _("At most %(limit)d characters"),
}
PAGE = "admin:conversations_wording_phrases"


@admin.register(Wording)
class WordingAdmin(HotelAdmin):
    """Every change of a phrase, newest first. Facts only; phrases are changed on their own page."""

    moment = when("at", _("at"))
    list_display = ["moment", "hotel", "language", "key", "beginning", "user"]
    list_filter = [("language", ChoicesDropdownFilter), ("hotel", HotelFilter)]
    list_select_related = ["hotel", "user"]
    code_fields = ("key",)
    word_fields = ("text",)
    fields = ["at", "hotel", "language", "key", "text", "user"]

    @admin.display(description=_("text"))
    def beginning(self, row: Wording) -> Any:
        return words(row.text, 90) or _("standard words again")

    def get_urls(self) -> list[URLPattern]:
        views = (("phrases/", self.phrases_view, "phrases"), ("phrases/<str:language>/<str:key>/", self.phrase_view, "phrase"))
        own = [path(route, self.admin_site.admin_view(view), name=f"conversations_wording_{name}") for route, view, name in views]
        return [*own, *super().get_urls()]

    def phrases_view(self, request: HttpRequest) -> HttpResponse:
        """A language's phrases as a guest reads them."""
        hotel, hotels = self._hotel(request)
        language = request.GET.get("language", "") if request.GET.get("language") in phrasebook.LANGUAGES else hotel.main_language
        if request.method == "POST":
            return self._address(request, hotel, language)
        asked = request.GET.get("q", "").strip()
        voice = voices.of(hotel.pk)
        with phrasebook.speaking(voice):
            values = voices.samples(hotel, language, today=hotel.local_now().date())
            groups: list[dict[str, Any]] = [
                {"title": title, "phrases": list(_phrases(hotel, language, section, values, voice))} for section, title in SECTIONS.items()
            ]
        for group in groups:
            group["phrases"] = [one for one in group["phrases"] if fold(asked) in fold(f"{one['key']} {one['shown']}")]
        known = phrasebook.REGISTERS.get(language, ())
        context = {
            **self.admin_site.each_context(request), "title": _("Phrases"), "hotel": hotel, "hotels": hotels, "language": language,
            "languages": [(code, label) for code, label in Language.choices if code in phrasebook.LANGUAGES], "q": asked,
            "groups": [group for group in groups if group["phrases"]], "may": self._may_write(request, hotel),
            "registers": [(code, REGISTERS[code]) for code in known], "register": voice.registers.get(language, known[0] if known else ""),
            "own": sum(1 for tongue, _key in voice.phrases if tongue == language),
        }  # fmt: skip
        return TemplateResponse(request, "admin/conversations/wording/phrases.html", context)

    def phrase_view(self, request: HttpRequest, language: str, key: str) -> HttpResponse:
        """One phrase: ours, the hotel's, how it reads, and who changed it."""
        hotel, _hotels = self._hotel(request)
        section, _dot, name = key.partition(".")
        voice = voices.of(hotel.pk)
        try:
            ours = phrasebook.written(language, section, name, voice.registers.get(language, ""))
        except (KeyError, FileNotFoundError) as error:
            raise Http404 from error
        if not isinstance(ours, str):
            raise Http404
        text, problem = voice.phrases.get((language, key), ours), ""
        if request.method == "POST":
            if not self._may_write(request, hotel):
                raise PermissionDenied
            text = "" if "revert" in request.POST else request.POST.get("text", "").replace("\r\n", "\n").strip()
            problem = _problem(language, section, name, text) if "revert" not in request.POST else ""
            if not problem and "preview" not in request.POST:
                changed = voices.reword(hotel, language, key, "" if text == ours else text, request.user)  # type: ignore[arg-type]
                messages.success(request, _("From now on it is said so.") if changed else _("Nothing changed."))
                return redirect(f"{reverse(PAGE)}?{urlencode({'hotel': hotel.slug, 'language': language})}#{key}")
        with phrasebook.speaking(voice):
            values = voices.samples(hotel, language, today=hotel.local_now().date())
        rows = Wording.objects.filter(hotel=hotel, language=language, key=key).select_related("user")[:20]
        context = {
            **self.admin_site.each_context(request), "title": _("Phrase"), "hotel": hotel, "language": language, "key": key,
            "own": (language, key) in voice.phrases, "language_name": Language(language).label, "ours": ours, "text": text,
            "problem": problem,
            "shown": voices.preview(text, values) if not problem else "", "ours_shown": voices.preview(ours, values),
            "places": [(f"{{{place}}}", values.get(place, "…")) for place in sorted(phrasebook.places(ours))],
            "limit": phrasebook.limit(language, section, name), "may": self._may_write(request, hotel),
            "rows": max(2, text.count("\n") + 2, len(text) // 60 + 1),
            "changes": [(f"{row.at.astimezone(hotel.zone):%d/%m/%Y %H:%M}", name_of(row.user), row.text) for row in rows],
            "back": f"{reverse(PAGE)}?{urlencode({'hotel': hotel.slug, 'language': language})}#{key}",
        }  # fmt: skip
        return TemplateResponse(request, "admin/conversations/wording/phrase.html", context)

    def _address(self, request: HttpRequest, hotel: Hotel, language: str) -> HttpResponse:
        if not self._may_write(request, hotel):
            raise PermissionDenied
        try:
            changed = voices.address(hotel, language, request.POST.get("register", ""), request.user)  # type: ignore[arg-type]
        except KeyError as error:
            raise Http404 from error
        messages.success(request, _("From now on guests are addressed so.") if changed else _("Nothing changed."))
        return redirect(f"{reverse(PAGE)}?{urlencode({'hotel': hotel.slug, 'language': language})}")

    def _hotel(self, request: HttpRequest) -> tuple[Hotel, list[Hotel]]:
        """The hotel that is named, or the first of the person's."""
        hotels = list(hotels_of(request.user))
        if not self.has_view_permission(request) or not hotels:
            raise PermissionDenied
        return next((one for one in hotels if one.slug == request.GET.get("hotel")), hotels[0]), hotels

    def _may_write(self, request: HttpRequest, hotel: Hotel) -> bool:
        return reach(request).everything or hotel.pk in reach(request).configures


def _phrases(hotel: Hotel, language: str, section: str, values: dict[str, str], voice: phrasebook.Voice) -> Any:
    for name, ours in phrasebook.book(language)[section].items():
        if isinstance(ours, str):
            key = f"{section}.{name}"
            link = reverse("admin:conversations_wording_phrase", args=[language, key])
            yield {
                "key": key, "shown": voices.preview(phrasebook.phrase(language, section, name), values),
                "own": (language, key) in voice.phrases, "link": f"{link}?{urlencode({'hotel': hotel.slug})}",
            }  # fmt: skip


def _problem(language: str, section: str, name: str, text: str) -> str:
    try:
        phrasebook.check(language, section, name, text)
    except phrasebook.PhraseProblem as error:
        told = {"names": ", ".join(f"{{{one}}}" for one in error.names), "limit": error.limit}
        return str(PROBLEMS[error.kind]) % told
    return ""
