"""What staff do in a conversation. Every action answers with the conversation as it is then; a refusal says who or what stood
in the way, and the words typed stay where they were typed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channels_app import outbox, templates
from channels_app.envelope import Content, ContentError
from channels_app.models import Outbound, Template
from conversations import escalation, handoff, linking, planned, switch, trail
from conversations.console import canned, files, panel, stays, thread
from conversations.console.doors import DeskRequest, desk, person, talk_or_404
from conversations.console.views import is_supervisor, panel_of, refreshed
from conversations.labels import author_word, name_of
from conversations.models import Attendance, Conversation, DeskSettings, Guest, PlannedReply
from hotelagent.hotels.models import Membership

TEXT_LIMIT = 20_000
FARTHEST = dt.timedelta(days=60)


class NoSuchTime(Exception):
    """No time, one that is over, or one too far away."""


def told(response: HttpResponse, words: str, *, tone: str = "ok", undo: str = "") -> HttpResponse:
    """With a line that the page shows for a moment; ``undo``: where a click takes it back."""
    response["HX-Trigger"] = json.dumps({"told": {"words": words, "tone": tone, "undo": undo}})
    return response


def refused(request: DeskRequest, words: str, *, status: int = 422, fresh: bool = False) -> HttpResponse:
    """Nothing was done; the words appear above the composer, and what was typed stays. ``fresh``: the next try is a new one."""
    return _above_composer(request, {"words": words, "fresh": fresh}, status)


def on_talk(action: Callable[[DeskRequest, Conversation], HttpResponse]) -> Callable[..., HttpResponse]:
    """An action on one conversation of the request's hotel."""

    def view(request: DeskRequest, pk: int) -> HttpResponse:
        talk = talk_or_404(request, pk)
        try:
            return action(request, talk)
        except handoff.NotYours as error:
            return refused(request, _("%(owner)s has this conversation.") % {"owner": error.owner}, status=409)
        except handoff.Newer as error:
            return _held(request, talk, error)
        except handoff.KeyReused:
            return refused(request, _("This was sent already, with other words. Send these once more."), status=409, fresh=True)
        except NoSuchTime:
            return refused(request, _("Choose a time in the next 60 days."))
        except ContentError as error:
            return refused(request, _("Not sent: %(reason)s") % {"reason": error})

    return desk(require_POST(view))


def _held(request: DeskRequest, talk: Conversation, error: handoff.Newer) -> HttpResponse:
    newer = [{"row": row, "who": author_word(row)} for row in error.messages]
    context = {"talk": talk, "hotel": request.hotel, "newer": newer, "last": thread.last_of(talk)}
    return _above_composer(request, context, 409)


def _above_composer(request: DeskRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "console/_held.html", context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#held", "innerHTML"
    return response


def _text(request: DeskRequest) -> str:
    return str(request.POST.get("text", "")).replace("\x00", "").strip()[:TEXT_LIMIT]


def _key(request: DeskRequest) -> str:
    return str(request.POST.get("key", "")).replace("\x00", "")[:40]


def _seen(request: DeskRequest) -> int | None:
    """The last message the page showed when the button was drawn."""
    return thread.number(request.POST.get("seen", ""))


# --- who has it ----------------------------------------------------------------------------------------------------------


@on_talk
def take(request: DeskRequest, talk: Conversation) -> HttpResponse:
    if handoff.take(talk, person(request)):
        return told(refreshed(request, talk), _("You have this conversation; the receptionist is silent."))
    words = _("You have this conversation. One message of the receptionist was already on its way.")
    return told(refreshed(request, talk), words, tone="wait")


@on_talk
def give_back(request: DeskRequest, talk: Conversation) -> HttpResponse:
    _only_mine(request, talk)
    planned.settle(talk)
    handoff.give_back(talk, person(request))
    return told(refreshed(request, talk), _("The receptionist answers again."))


@on_talk
def release(request: DeskRequest, talk: Conversation) -> HttpResponse:
    _only_mine(request, talk)
    planned.settle(talk)
    handoff.release(talk, person(request))
    return told(refreshed(request, talk), _("Back in the queue for a colleague."))


@on_talk
def close(request: DeskRequest, talk: Conversation) -> HttpResponse:
    handoff.refuse_stale(talk, person(request), _seen(request))
    planned.settle(talk)
    handoff.close(talk, person(request), seen=_seen(request))
    return told(refreshed(request, talk), _("Closed. When the guest writes again, the receptionist answers."))


@on_talk
def snooze(request: DeskRequest, talk: Conversation) -> HttpResponse:
    until = _ahead(_snoozed_until(request, talk))
    handoff.snooze(talk, person(request), until, seen=_seen(request))
    here = until.astimezone(request.hotel.zone)
    return told(refreshed(request, talk), _("Snoozed until %(when)s, or until the guest writes.") % {"when": f"{here:%d/%m %H:%M}"})


def _snoozed_until(request: DeskRequest, talk: Conversation) -> dt.datetime | None:
    wanted, now = request.POST.get("until") or request.POST.get("until_at", ""), request.hotel.local_now()
    if wanted == "hour":
        return now + dt.timedelta(hours=1)
    if wanted == "morning":
        eight = now.replace(hour=8, minute=0, second=0, microsecond=0)
        return eight if eight > now else eight + dt.timedelta(days=1)
    if wanted == "check_in":
        return _after_check_in(talk)
    return _local(request, wanted)


def _after_check_in(talk: Conversation) -> dt.datetime | None:
    stay = stays.current(talk.hotel, [talk.guest_id]).get(talk.guest_id)
    if stay is None:
        return None
    opens = dt.datetime.combine(stay.booking.check_in, talk.hotel.check_in_from, tzinfo=talk.hotel.zone)
    return opens + dt.timedelta(hours=1)


def _local(request: DeskRequest, wanted: str) -> dt.datetime | None:
    """What a datetime-local field holds, on the hotel's clock."""
    try:
        found = parse_datetime(wanted)
    except ValueError:
        return None
    return found.replace(tzinfo=request.hotel.zone) if found is not None and found.tzinfo is None else found


def _ahead(moment: dt.datetime | None) -> dt.datetime:
    """Raises NoSuchTime."""
    if moment is None or not timezone.now() < moment < timezone.now() + FARTHEST:
        raise NoSuchTime
    return moment


def _only_mine(request: DeskRequest, talk: Conversation) -> None:
    """Whoever has it, or whoever runs the shift. Raises NotYours."""
    if talk.person_id not in {None, person(request).pk} and not is_supervisor(request):
        raise handoff.NotYours(name_of(talk.person))


# --- words ---------------------------------------------------------------------------------------------------------------


@on_talk
def send(request: DeskRequest, talk: Conversation) -> HttpResponse:
    """An answer to the guest, now, in some seconds, or at an hour; or a note, which is a road of its own."""
    text, key, user = _text(request), _key(request), person(request)
    upload, prepared = request.FILES.get("file"), thread.number(request.POST.get("canned", ""))
    wants_pin = request.POST.get("canned") == "pin"
    if not (text or upload or prepared or wants_pin) or not key:
        return refused(request, _("There was nothing to send."))
    if request.POST.get("kind") == "note":
        return _note(request, talk, text, key) if text else refused(request, _("A note has no files."))
    if names := canned.unresolved(text):
        return refused(request, _("Fill in first: %(names)s") % {"names": ", ".join(names)})
    seen = _seen(request)
    if wants_pin:
        return _with_pin(request, talk, text, key, seen)
    if upload is not None or prepared is not None:
        return _with_file(request, talk, text, key, seen)
    if request.POST.get("at"):
        return _plan(request, talk, text, key)
    undo_s = DeskSettings.of(request.hotel).undo_s
    if undo_s:
        handoff.refuse_stale(talk, user, seen)
        handoff.take(talk, user)
        row = planned.plan(talk, user, text, key=key, due_at=timezone.now() + dt.timedelta(seconds=undo_s))
        response = told(refreshed(request, talk, sent=True), _("Sent in %(seconds)s s.") % {"seconds": undo_s}, undo=_undo(request, row))
        return response
    return _now(request, talk, text, key, seen)


def _now(request: DeskRequest, talk: Conversation, text: str, key: str, seen: int | None, content: Content | None = None) -> HttpResponse:
    handoff.reply(talk, person(request), text, key=key, seen=seen, content=content)
    talk.refresh_from_db()
    return refreshed(request, talk, sent=True)


def _with_file(request: DeskRequest, talk: Conversation, text: str, key: str, seen: int | None) -> HttpResponse:
    """Words and a file leave together, at once: one that was chosen, or that of a canned reply."""
    if request.POST.get("at"):
        return refused(request, _("A file is sent at once: take the hour away, or the file."))
    handoff.refuse_stale(talk, person(request), seen)
    if (upload := request.FILES.get("file")) is not None:
        attachment = files.keep(talk, key, upload)
    else:
        attachment = files.keep_canned(talk, key, thread.number(request.POST.get("canned", "")) or 0)
        if attachment is None:
            return refused(request, _("The file of this canned reply is not there any more."))
    if attachment is None:
        return refused(request, _("Pictures (JPEG, PNG) and PDF files up to 4 MB can be sent."))
    return _now(request, talk, text, key, seen, Content("file", text, file=attachment.told()))


def _with_pin(request: DeskRequest, talk: Conversation, text: str, key: str, seen: int | None) -> HttpResponse:
    """Where the hotel is, on the guest's map."""
    pin = panel.map_pin(request.hotel, text)
    if pin is None:
        return refused(request, _("The hotel's page has no latitude and longitude."))
    if request.POST.get("at"):
        return refused(request, _("A map pin is sent at once: take the hour away, or the pin."))
    return _now(request, talk, text, key, seen, pin)


def _undo(request: DeskRequest, row: PlannedReply) -> str:
    return reverse("console:withdraw", args=[request.hotel.slug, row.conversation_id, row.pk])


def _plan(request: DeskRequest, talk: Conversation, text: str, key: str) -> HttpResponse:
    due_at = _ahead(_local(request, request.POST["at"]))
    planned.plan(talk, person(request), text, key=key, due_at=due_at)
    here = due_at.astimezone(request.hotel.zone)
    return told(refreshed(request, talk, sent=True), _("Will be sent on %(when)s.") % {"when": f"{here:%d/%m %H:%M}"})


def _note(request: DeskRequest, talk: Conversation, text: str, key: str) -> HttpResponse:
    named = {word.strip(".,;:!?").lstrip("@").casefold() for word in text.split() if word.startswith("@")}
    staff = Membership.objects.filter(hotel=request.hotel).select_related("user") if named else []
    mentions = [row.user_id for row in staff if row.user.get_username().casefold() in named]
    handoff.note(talk, person(request), text, key=key, mentions=mentions)
    return refreshed(request, talk, sent=True)


@desk
@require_POST
def withdraw(request: DeskRequest, pk: int, row: int) -> HttpResponse:
    """Not after all: the words come back to the writer. In the body, because they may be longer than a header holds."""
    talk = talk_or_404(request, pk)
    planned_row = PlannedReply.objects.filter(conversation=talk, pk=row).select_related("conversation").first()
    if planned_row is None:
        raise Http404
    if not planned.withdraw(planned_row):
        return JsonResponse({"pk": talk.pk, "text": "", "words": _("It has left already.")})
    return JsonResponse({"pk": talk.pk, "text": planned_row.text, "words": _("Taken back.")})


@on_talk
def send_template(request: DeskRequest, talk: Conversation) -> HttpResponse:
    """An approved template with its variables; the channel refuses nothing else once the window is closed."""
    row = Template.objects.filter(account=talk.thread.account_id, pk=thread.number(request.POST.get("template", "")) or 0).first()
    if row is None or not _key(request):
        return refused(request, _("Choose a template."))
    content = templates.content_of(row, {name: request.POST.get(f"value-{name}", "").replace("\x00", "")[:500] for name in row.variables})
    handoff.reply(talk, person(request), content.text, key=_key(request), content=content, covers=thread.last_of(talk))
    talk.refresh_from_db()
    return told(refreshed(request, talk), _("Template sent."))


@desk
@require_POST
def resend(request: DeskRequest, pk: int, letter: int) -> HttpResponse:
    """The same words once more, as a new send with an id of its own."""
    talk = talk_or_404(request, pk)
    row = Outbound.objects.filter(thread=talk.thread_id, pk=letter).first()
    if row is None:
        raise Http404
    if not thread.window(talk).open and row.content["kind"] != "template":
        return refused(request, _("The 24-hour window is closed: send a template."))
    if row.author == Outbound.Author.BOT and talk.owner != Conversation.Owner.BOT:
        # The receptionist is silent here: its words leave as the person's who presses the button.
        handoff.reply(talk, person(request), str(row.content["text"]), key=f"again{row.pk}", covers=thread.last_of(talk))
        talk.refresh_from_db()
        return told(refreshed(request, talk), _("Sent once more."))
    if not outbox.retry(row):
        return told(refreshed(request, talk), _("It is on its way already."), tone="wait")
    trail.record(talk, "sent_again", user=person(request), outbound=row.pk)
    return told(refreshed(request, talk), _("Sent once more."))


# --- who it is -----------------------------------------------------------------------------------------------------------


@on_talk
def vip(request: DeskRequest, talk: Conversation) -> HttpResponse:
    """A star at this guest, or none any more; answers with the panel."""
    wanted = request.POST.get("vip") == "1"
    if Guest.objects.filter(pk=talk.guest_id).exclude(is_vip=wanted).update(is_vip=wanted):
        trail.record(talk, "vip" if wanted else "not_vip", user=person(request))
    talk.guest.is_vip = wanted
    return panel_of(request, talk)


@on_talk
def same_guest(request: DeskRequest, talk: Conversation) -> HttpResponse:
    """This guest is somebody we know under another address; answers with the panel."""
    try:
        other = _other_guest(request, talk) or linking.with_address(talk.guest, request.POST.get("address", "").replace("\x00", ""))
    except linking.NotFound:
        return refused(request, _("No guest of this hotel has this phone or e-mail address."))
    if other.pk != talk.guest_id:
        linking.link(talk.guest, other, person(request))
    return panel_of(request, talk)


@on_talk
def not_same_guest(request: DeskRequest, talk: Conversation) -> HttpResponse:
    """It was somebody else; answers with the panel."""
    other = _other_guest(request, talk)
    if other is not None and other in linking.group(talk.guest):
        linking.part(other, person(request))
    return panel_of(request, talk)


def _other_guest(request: DeskRequest, talk: Conversation) -> Guest | None:
    return Guest.objects.filter(hotel=request.hotel, pk=thread.number(request.POST.get("guest", "")) or 0).first()


# --- the hotel -----------------------------------------------------------------------------------------------------------


@desk
@require_POST
def mode(request: DeskRequest) -> HttpResponse:
    """The hotel-wide switch; whoever runs the shift."""
    wanted = request.POST.get("mode", "")
    if not is_supervisor(request):
        return HttpResponse(_("Only a supervisor switches the receptionist off or on."), status=403, content_type="text/plain")
    if wanted not in DeskSettings.Mode.values:
        return HttpResponse(status=422)
    switch.turn(request.hotel, wanted, person(request))
    words = {
        "live": _("The receptionist answers everybody."),
        "current": _("The receptionist answers guests with a booking; everybody else waits for you."),
        "paused": _("The receptionist is silent; every message waits for you."),
    }
    response = HttpResponse(status=204)
    return told(response, words[wanted], tone="ok" if wanted == "live" else "wait")


@desk
@require_POST
def attend(request: DeskRequest) -> HttpResponse:
    """At the desk, away, or off; who goes off gives back what waits for an answer."""
    wanted = request.POST.get("state", "")
    if wanted not in Attendance.State.values:
        return HttpResponse(status=422)
    user = person(request)
    Attendance.objects.update_or_create(hotel=request.hotel, user_id=user.pk, defaults={"state": wanted, "since": timezone.now()})
    response = HttpResponse(status=204)
    if wanted != Attendance.State.OFF:
        return response
    count = escalation.release_all_of(user, request.hotel)
    return told(response, _("You are off. Conversations back in the queue: %(count)s") % {"count": count})
