"""Tasks for the house, and the board one shift leaves to the next. Also: a transcript to keep, and an answer saved as a FAQ."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from conversations import handoff, live, trail, voices
from conversations.console import queue, stays, thread
from conversations.console.actions import told
from conversations.console.doors import DeskRequest, desk, person, talk_or_404
from conversations.dialogue import phrasebook
from conversations.labels import author_word, name_of
from conversations.models import Conversation, Faq, Message, ShiftAcceptance, Task
from hotelagent.hotels.access import has_role
from hotelagent.hotels.models import Role

OPEN = [Task.State.OPEN, Task.State.DOING]
DONE_SHOWN = dt.timedelta(hours=24)
LINES_EXPORTED = 20_000


class TaskForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Task
        fields = ["kind", "room", "text", "due_at", "owner", "next_step", "tell_guest"]
        widgets = {"due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}

    def __init__(self, *args: Any, request: DeskRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = get_user_model().objects.filter(memberships__hotel=request.hotel, is_active=True).distinct()
        owner.label_from_instance = name_of  # type: ignore[method-assign,assignment]
        owner.empty_label = str(gettext_lazy("nobody yet"))


@desk
def board(request: DeskRequest) -> HttpResponse:
    """What is open, for whoever comes next; a form for a task without a conversation."""
    with timezone.override(request.hotel.zone):
        asked = TaskForm(request.POST or None, request=request)
        if request.method == "POST" and asked.is_valid():
            _make(request, asked, None, None)
            return redirect("console:board", request.hotel.slug)
        now = timezone.now()
        tasks = Task.objects.filter(hotel=request.hotel)
        tasks = tasks.select_related("owner", "created_by", "conversation__guest", "conversation__thread")
        context = {
            "hotel": request.hotel,
            "tasks": list(tasks.filter(state__in=OPEN)),
            "done": list(tasks.filter(state=Task.State.DONE, done_at__gte=now - DONE_SHOWN).order_by("-done_at")[:50]),
            "waiting": queue.page(request.hotel, person(request), queue.Asked("waiting"), shown=100).rows,
            "snoozed": queue.page(request.hotel, person(request), queue.Asked("snoozed"), shown=100).rows,
            "taken": list(ShiftAcceptance.objects.filter(hotel=request.hotel).select_related("user")[:5]),
            "form": asked,
            "now": now,
        }
        return render(request, "console/board.html", context)


@desk
@require_POST
def accept(request: DeskRequest) -> HttpResponse:
    """I take the shift over: kept with what was open."""
    open_tasks = Task.objects.filter(hotel=request.hotel, state__in=OPEN).count()
    open_talks = queue.conversations(request.hotel, person(request), queue.Asked("waiting")).count()
    ShiftAcceptance.objects.create(
        hotel=request.hotel, user_id=person(request).pk, at=timezone.now(), open_tasks=open_tasks, open_conversations=open_talks,
        note=request.POST.get("note", "").replace("\x00", "")[:2000],
    )  # fmt: skip
    return redirect("console:board", request.hotel.slug)


@desk
@require_POST
def task_state(request: DeskRequest, task: int) -> HttpResponse:
    """Begun, done, dropped, or open again. A guest who was promised a word gets one when it is done."""
    wanted = request.POST.get("state", "")
    if wanted not in Task.State.values:
        return HttpResponse(status=422)
    with transaction.atomic():
        row = Task.objects.select_for_update(of=("self",)).filter(hotel=request.hotel, pk=task).first()
        if row is None:
            raise Http404
        was, row.state = row.state, wanted
        row.done_at = timezone.now() if wanted == Task.State.DONE else None
        row.save(update_fields=["state", "done_at"])
        live.tell(request.hotel.pk, all=True)
    if wanted == Task.State.DONE and was != wanted and row.conversation is not None:
        trail.record(row.conversation, "task_done", user=person(request), told=row.text)
        if row.tell_guest:
            _tell_done(request, row, row.conversation)
    return redirect("console:board", request.hotel.slug)


def _tell_done(request: DeskRequest, row: Task, talk: Conversation) -> None:
    """The promised word; whoever has the conversation keeps it, and what the guest waits for is still owed."""
    if thread.window(talk).open:
        with voices.speaking(talk.hotel_id):
            words = phrasebook.say(talk.language, "task_done")
        handoff.tell(talk, person(request), words, key=f"task{row.pk}:{row.done_at:%Y%m%d%H%M%S}")


@desk
def task_form(request: DeskRequest, pk: int) -> HttpResponse:
    """A task out of a conversation, or out of one message of it."""
    talk = talk_or_404(request, pk)
    wanted = request.GET.get("message") or request.POST.get("message") or ""
    message = talk.messages.filter(pk=thread.number(wanted) or 0).first()
    stay = stays.current(request.hotel, [talk.guest_id]).get(talk.guest_id)
    first = {"text": message.text[:300] if message else "", "room": ", ".join(stay.rooms)[:20] if stay else "", "tell_guest": True}
    with timezone.override(request.hotel.zone):
        asked = TaskForm(request.POST or None, request=request, initial=first)
        if request.method == "POST" and asked.is_valid():
            _make(request, asked, talk, message)
            return told(HttpResponse(""), _("Task made. It stands on the shift board."))
        return render(request, "console/_task.html", {"talk": talk, "hotel": request.hotel, "form": asked, "message": message})


def _make(request: DeskRequest, asked: TaskForm, talk: Conversation | None, message: Message | None) -> Task:
    row: Task = asked.save(commit=False)
    row.hotel, row.conversation, row.message, row.created_by = request.hotel, talk, message, request.user
    if talk is None:
        row.tell_guest = False
    row.save()
    if talk is not None:
        trail.record(talk, "task_made", user=person(request), told=row.text)
    live.tell(request.hotel.pk, all=True)
    return row


# --- a transcript to keep ------------------------------------------------------------------------------------------------


@desk
@require_safe
def transcript(request: DeskRequest, pk: int) -> HttpResponse:
    """One conversation as text, as a page to print, or one row a message as CSV. Notes are left out: they never leave."""
    talk, kind = talk_or_404(request, pk), request.GET.get("as", "txt")
    rows = talk.messages.select_related("user").order_by("at", "id")[:LINES_EXPORTED]
    lines = [(row.at.astimezone(request.hotel.zone), author_word(row), row.text) for row in rows]
    trail.record(talk, "exported", user=person(request), told=kind if kind in {"txt", "csv", "page"} else "txt")
    name = f"conversation-{talk.pk}"
    if kind == "page":
        return render(request, "console/transcript.html", {"talk": talk, "hotel": request.hotel, "lines": lines, "now": timezone.now()})
    if kind == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.write("\ufeff")
        written = csv.writer(response)
        written.writerow(["at", "who", "text"])
        written.writerows([at.isoformat(), harmless(who), harmless(text)] for at, who, text in lines)
    else:
        told_lines = [f"[{at:%Y-%m-%d %H:%M}] {who}: {text}" for at, who, text in lines]
        response = HttpResponse("\n".join([str(talk), *told_lines, ""]), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.{"csv" if kind == "csv" else "txt"}"'
    return response


def harmless(text: str) -> str:
    """A spreadsheet shall not take a guest's words for a formula."""
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


# --- what the desk teaches -----------------------------------------------------------------------------------------------


class FaqForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Faq
        fields = ["language", "question", "answer"]
        widgets = {"answer": forms.Textarea(attrs={"rows": 4})}


@desk
def save_faq(request: DeskRequest, pk: int) -> HttpResponse:
    """A person's answer becomes the receptionist's. Hotel administrators only: it speaks in the hotel's name from then on."""
    talk = talk_or_404(request, pk)
    if not has_role(person(request), request.hotel, Role.HOTEL_ADMIN):
        words = _("Only a hotel administrator changes what the receptionist says.")
        return HttpResponse(format_html('<p class="trouble">{}</p>', words))
    wanted = request.GET.get("message") or request.POST.get("message") or ""
    message = talk.messages.filter(pk=thread.number(wanted) or 0, author=Message.Author.STAFF).first()
    if message is None:
        raise Http404
    asked_by_guest = talk.messages.filter(author=Message.Author.GUEST, at__lte=message.at).order_by("-at").first()
    first = {
        "language": talk.language,
        "question": (asked_by_guest.text if asked_by_guest else "")[:300],
        "answer": message.text,
    }
    row = Faq(hotel=request.hotel)
    asked = FaqForm(request.POST or None, instance=row, initial=first)
    if request.method == "POST" and asked.is_valid():
        known = Faq.objects.filter(hotel=request.hotel, language=row.language, question=row.question).first()
        if known is None:
            row.save()
            return told(HttpResponse(""), _("Saved. The receptionist knows it from now on."))
        asked.add_error("question", _("There is an answer to this question already: %(answer)s") % {"answer": known.answer[:200]})
    return render(request, "console/_faq.html", {"talk": talk, "hotel": request.hotel, "form": asked, "message": message})
