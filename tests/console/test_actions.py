"""What a person does in a conversation, and what stands in the way."""

import datetime as dt
import json
import random
import threading

import pytest
from django.db import connections
from django.utils import timezone

from channels_app import outbox, templates
from channels_app.models import Inbound, Outbound, Template, Thread
from conversations import escalation, handoff, planned, sorting, tasks
from conversations.console import thread
from conversations.models import CannedReply, Conversation, DeskSettings, Event, Guest, Note, PlannedReply
from tests.console.conftest import Desk, book, browser, make_staff, make_talk, minutes, says, waiting
from tests.promises import promise


def letters(talk, **more):
    return Outbound.objects.filter(thread=talk.thread, **more)


def texts(talk):
    return [row.content["text"] for row in letters(talk).order_by("pk")]


# --- who has it ----------------------------------------------------------------------------------------------------------


def test_take_shuts_the_receptionist_up_and_the_loser_is_told_who_won(page, leo, talk, eva):
    outbox.post(talk.thread, handoff.Content("text", "de la recepcionista"), dedupe_key="b1", author="bot")

    won, lost = page.post("take"), Desk(browser(leo), talk).post("take")

    talk.refresh_from_db()
    assert (won.status_code, lost.status_code) == (200, 409) and talk.person == eva
    assert "Eva" in lost.content.decode() or "eva" in lost.content.decode()
    assert lost.headers["HX-Retarget"] == "#held"
    assert [row.state for row in letters(talk)] == ["aborted"]


def test_whoever_has_it_gives_it_back_and_the_clock_stops(page, talk, leo):
    page.post("take")
    other = Desk(browser(make_staff(talk.hotel, "ivo")), talk)

    refused, given = other.post("give-back"), page.post("give-back")

    talk.refresh_from_db()
    assert (refused.status_code, given.status_code, talk.owner) == (409, 200, "bot")
    assert talk.waiting_since is None and talk.deadline_at is None and Thread.objects.get(pk=talk.thread_id).bot_may_speak


def test_a_supervisor_gives_back_what_a_colleague_left(page, talk, leo):
    page.post("take")

    Desk(browser(leo), talk).post("give-back")

    talk.refresh_from_db()
    assert talk.owner == "bot"


def test_released_it_waits_for_a_colleague_with_a_clock_of_its_own(page, talk):
    page.send("ahora te contesto")

    page.post("release")

    talk.refresh_from_db()
    assert talk.owner == "waiting" and talk.person is None and talk.deadline_at is not None
    assert talk.handoffs.get(closed_at=None).taken_by is None


def test_snoozed_is_nobodys_until_its_hour_or_the_guests_next_word(page, talk, account):
    page.post("take")
    page.post("snooze", until="hour")
    talk.refresh_from_db()
    asleep = (talk.owner, talk.waiting_since, talk.snoozed_until > timezone.now() + minutes(59))
    early = escalation.wake()
    Conversation.objects.filter(pk=talk.pk).update(snoozed_until=timezone.now() - minutes(1))

    woken = escalation.wake()

    talk.refresh_from_db()
    assert asleep == ("snoozed", None, True) and (early, woken) == (0, 1)
    assert talk.owner == "waiting" and talk.deadline_at is not None and talk.snoozed_until is None


def test_a_guest_who_writes_wakes_a_snoozed_conversation_for_people_not_for_the_bot(page, talk):
    page.post("take")
    page.post("snooze", until="morning")
    letter = Inbound.objects.create(
        account=talk.thread.account, provider_id="w-new", kind="text", text="sigo acá", digest="d", provider_time=timezone.now(),
        received_at=timezone.now(), due_at=timezone.now(), sender_phone=talk.thread.address,
    )  # fmt: skip
    Thread.objects.filter(pk=talk.thread_id).update(identity=sorting.inbox._keys(letter)[0] or talk.thread.identity)

    sorting.sort()

    talk.refresh_from_db()
    letter.refresh_from_db()
    assert (letter.thread_id, letter.state, talk.owner) == (talk.thread_id, "parked", "waiting")


def test_a_time_that_is_over_or_far_away_is_no_snooze(page, talk):
    for wanted in ("2020-01-01T10:00", "2090-01-01T10:00", "soon", ""):
        assert page.post("snooze", until_at=wanted).status_code == 422
    talk.refresh_from_db()
    assert talk.owner == "waiting"


def test_closed_is_the_receptionists_again_with_the_guests_next_word(page, talk):
    page.post("close")

    talk.refresh_from_db()
    assert (talk.owner, talk.person, talk.waiting_since) == ("closed", None, None)
    assert Thread.objects.get(pk=talk.thread_id).bot_may_speak
    assert not Inbound.objects.filter(thread=talk.thread, state="parked").exists()
    assert not talk.handoffs.filter(closed_at=None).exists()


# --- words ---------------------------------------------------------------------------------------------------------------


def test_an_answer_takes_the_conversation_stops_the_clock_and_leaves_once(page, talk, eva):
    first, again = page.send("Ya voy"), page.send("Ya voy")

    talk.refresh_from_db()
    assert (first.status_code, again.status_code) == (200, 200) and talk.person == eva
    assert texts(talk) == ["Ya voy"] and talk.waiting_since is None
    assert talk.messages.filter(author="staff").count() == 1


@promise("H9")
def test_a_stale_view_is_held_and_the_words_come_back(page, talk, leo):
    seen = talk.messages.latest("pk").pk
    newer = says(talk, "ah, y otra cosa")

    held = page.send("Respuesta vieja", seen=seen)
    anyway = page.send("Respuesta vieja", seen=newer.pk)

    body = held.content.decode()
    assert held.status_code == 409 and "ah, y otra cosa" in body and f'data-send-anyway="{newer.pk}"' in body
    assert held.headers["HX-Retarget"] == "#held"
    assert anyway.status_code == 200 and texts(talk) == ["Respuesta vieja"]


def test_the_control_of_the_stale_view_without_a_look_it_leaves(page, talk, eva):
    says(talk, "ah, y otra cosa")

    handoff.reply(talk, eva, "Respuesta vieja", key="x", seen=None)

    assert texts(talk) == ["Respuesta vieja"]


@promise("M10")
def test_a_colleagues_answer_holds_mine_too_but_my_own_do_not(page, talk, leo, eva):
    seen = talk.messages.latest("pk").pk
    page.send("uno", key="a", seen=seen)
    mine = page.send("dos", key="b", seen=seen)
    handoff.release(talk, eva)
    handoff.reply(talk, leo, "de Leo")
    handoff.release(talk, leo)

    held = page.send("tres", key="c", seen=seen)

    assert mine.status_code == 200 and held.status_code == 409 and "de Leo" in held.content.decode()
    assert texts(talk) == ["uno", "dos", "de Leo"]


@promise("C10", small=20, full=100)
@pytest.mark.django_db(transaction=True)
def test_a_lost_answer_repeated_with_its_key_is_one_message(committed_hotel, size, figures):
    from tests.conftest import make_account

    talk = waiting(make_account(committed_hotel))
    client = browser(make_staff(committed_hotel))
    page = Desk(client, talk)

    def twice(index):
        for _try in range(2):
            page.send(f"mensaje {index}", key=f"key-{index}", seen=10**9)
        connections.close_all()

    page.post("take")
    for index in range(size):
        pair = [threading.Thread(target=twice, args=(index,)) for _one in range(2)]
        for one in pair:
            one.start()
        for one in pair:
            one.join()

    figures.update(messages=size, tries=size * 4, letters=letters(talk).count())
    assert letters(talk).count() == talk.messages.filter(author="staff").count() == size


@promise("H10", small=70, full=1000)
def test_a_note_never_leaves(page, talk, size, figures):
    words = ["hola", "@eva", "/wifi", "{{guest.name}}", "reply", "<b>", "\u202e", "'; --", "kind=reply", "😀" * 3]
    chance = random.Random(3)
    for index in range(size):
        text = " ".join(chance.choices(words, k=chance.randrange(1, 9)))
        more = {"at": "2030-01-01T10:00"} if index % 7 == 0 else {}
        assert page.send(text, key=f"n{index}", kind="note", **more).status_code == 200

    figures.update(notes=Note.objects.count(), letters=Outbound.objects.count())
    assert Note.objects.filter(conversation=talk).count() == size
    assert Outbound.objects.count() == 0 and PlannedReply.objects.count() == 0
    assert not talk.messages.filter(author="staff").exists()


def test_a_note_tells_who_it_is_for_and_does_not_take_the_conversation(page, talk, leo):
    page.send("@leo fijate la 204", kind="note")

    talk.refresh_from_db()
    note = Note.objects.get()
    assert talk.owner == "waiting" and [user.pk for user in note.mentions.all()] == [leo.pk]
    assert "fijate la 204" in page.get("thread").content.decode()
    assert "fijate" not in page.get("transcript").content.decode()


def test_a_variable_nobody_filled_is_not_sent(page, talk):
    held = page.send("Hola {{guest.first_name}}, su llegada es el {{stay.check_in}}")

    assert held.status_code == 422 and "stay.check_in" in held.content.decode() and texts(talk) == []


def test_canned_replies_are_filled_in_the_guests_language(page, talk, hotel):
    book(hotel, talk, hotel.local_now().date() + dt.timedelta(days=3), reference="RK00001")
    for language, text in (("es", "Hola {{guest.first_name}}, {{stay.reference}} {{stay.room}}"), ("en", "Hi {{guest.first_name}}")):
        CannedReply.objects.create(hotel=hotel, shortcut="llegada", language=language, text=text)
    CannedReply.objects.create(hotel=hotel, shortcut="parking", language="es", text="Cochera")

    body = page.get("canned", q="lleg").content.decode()

    assert 'data-insert="Hola Ana, RK00001 {{stay.room}}"' in body and "stay.room" in body
    assert body.index("Hola Ana") < body.index("Hi Ana") and "Cochera" not in body


# --- the window, templates, ticks ----------------------------------------------------------------------------------------


def closed_window(talk):
    Thread.objects.filter(pk=talk.thread_id).update(last_inbound_at=timezone.now() - dt.timedelta(hours=24, seconds=1))
    talk.thread.refresh_from_db()


def test_once_the_window_is_closed_the_page_offers_templates_and_free_words_never_leave(page, talk, double):
    talk.thread.account.api_url = double.base_url
    talk.thread.account.save(update_fields=["api_url"])
    closed_window(talk)
    before = len(double.calls()) if hasattr(double, "calls") else 0

    body = page.get("open").content.decode()
    page.send("Ya voy", seen=10**9)
    from channels_app import delivery

    delivery.drain(float("inf"))

    row = letters(talk).get()
    assert "data-locked" in body and "/templates/" in body and "Free reply closed" in body
    assert (row.state, row.error_code) == ("failed", 131047)
    assert before == (len(double.calls()) if hasattr(double, "calls") else 0)


def test_the_meter_says_until_when(page, talk, hotel):
    until = (talk.thread.last_inbound_at + dt.timedelta(hours=23, minutes=55)).astimezone(hotel.zone)

    assert f"Free reply until {until:%H:%M}" in page.get("thread").content.decode()
    assert thread.window(talk).closing is False
    assert thread.window(talk, talk.thread.last_inbound_at + dt.timedelta(hours=22)).closing is True


@pytest.fixture
def template(talk):
    return Template.objects.create(
        account=talk.thread.account, name="volvemos", language="es_AR", body="Hola {{1}}, sobre {{2}}: seguimos acá."
    )


def test_a_template_leaves_with_its_variables_when_nothing_else_would(page, talk, template, double):
    account = talk.thread.account
    account.api_url = double.base_url
    account.save(update_fields=["api_url"])
    double.set_templates({"name": "volvemos", "language": "es_AR", "body": template.body})
    closed_window(talk)
    offered = page.get("templates").content.decode()

    empty = page.post("template", template=template.pk, key="t1", **{"value-1": "Ana", "value-2": " "})
    sent = page.post("template", template=template.pk, key="t1", **{"value-1": "Ana", "value-2": "la valija\nnegra"})
    from channels_app import delivery

    delivery.drain(float("inf"))

    row = letters(talk).get()
    assert 'name="value-1" value="Ana"' in offered
    assert empty.status_code == 422 and sent.status_code == 200
    assert row.state == "sent" and row.content["text"] == "Hola Ana, sobre la valija negra: seguimos acá."
    assert talk.messages.latest("pk").kind == "template"


def test_a_template_that_is_not_approved_or_anothers_is_not_offered_nor_sent(page, talk, template, hotel):
    Template.objects.filter(pk=template.pk).update(status="PAUSED")

    answer = page.post("template", template=template.pk, key="t1", **{"value-1": "a", "value-2": "b"})

    assert templates.usable(talk.thread) == [] and "no approved template" in page.get("templates").content.decode()
    assert answer.status_code == 422 and letters(talk).count() == 0


def test_templates_are_read_from_meta_page_by_page_and_what_is_gone_says_so(account, double):
    account.api_url, account.business_id = double.base_url, "2001"
    account.save(update_fields=["api_url", "business_id"])
    double.set_templates(*({"name": f"t{index}", "language": "es", "body": f"Hola {{{{1}}}} {index}"} for index in range(230)))
    first = templates.sync(account)
    double.set_templates({"name": "t0", "language": "es", "body": "Nuevo {{1}}", "status": "PAUSED"})

    second = templates.sync(account)

    kept = Template.objects.get(account=account, name="t0")
    assert (first, second) == (230, 1) and (kept.status, kept.body) == ("PAUSED", "Nuevo {{1}}")
    assert Template.objects.filter(status="GONE").count() == 229


def test_a_failed_letter_says_why_and_goes_again_as_a_new_send(page, talk):
    page.send("Ya voy")
    row = letters(talk).get()
    Outbound.objects.filter(pk=row.pk).update(state="failed", error_code=131026, provider_id="old", failed_at=timezone.now())
    shown = page.get("thread").content.decode()

    page.client.post(f"{page.base}c/{talk.pk}/resend/{row.pk}/")

    row.refresh_from_db()
    assert "Not delivered" in shown and f"/resend/{row.pk}/" in shown
    assert (row.state, row.provider_id, row.earlier_ids) == ("queued", "", ["old"])


def test_a_letter_of_another_conversation_is_not_sent_again_from_here(page, talk, account):
    other = make_talk(account, "Otra")
    row = outbox.post(other.thread, handoff.Content("text", "x"), dedupe_key="o", author="staff")[0]
    Outbound.objects.filter(pk=row.pk).update(state="failed")

    assert page.client.post(f"{page.base}c/{talk.pk}/resend/{row.pk}/").status_code == 404
    assert Outbound.objects.get(pk=row.pk).state == "failed"


# --- later ---------------------------------------------------------------------------------------------------------------


def test_a_planned_answer_leaves_at_its_hour_and_once(page, talk, hotel):
    at = (hotel.local_now() + minutes(90)).strftime("%Y-%m-%dT%H:%M")
    page.send("Buen día", at=at)
    waits = planned.due(10)
    row = PlannedReply.objects.get()
    PlannedReply.objects.update(due_at=timezone.now() - minutes(1))

    for _twice in range(2):
        for pk in planned.due(10) or [row.pk]:
            planned.send(pk)

    assert waits == [] and texts(talk) == ["Buen día"]
    assert PlannedReply.objects.get().state == "sent"


def test_a_planned_answer_beyond_the_window_is_refused_when_it_is_planned(page, talk, hotel):
    at = (hotel.local_now() + dt.timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")

    answer = page.send("Buen día", at=at)

    assert answer.status_code == 422 and "template" in answer.content.decode() and not PlannedReply.objects.exists()


def test_undo_takes_the_words_back_before_they_leave(page, talk, hotel):
    DeskSettings.objects.update_or_create(hotel=hotel, defaults={"undo_s": 10})
    sent = page.send("Uy, no")
    undo = json.loads(sent.headers["HX-Trigger"])["told"]["undo"]

    back = page.client.post(undo).json()
    late = page.client.post(undo).json()

    assert back == {"pk": talk.pk, "text": "Uy, no", "words": "Taken back."}
    assert late["text"] == "" and planned.due(10) == [] and texts(talk) == []


def test_what_waits_to_be_undone_leaves_before_the_conversation_changes_hands_and_what_is_planned_does_not(page, talk, hotel):
    DeskSettings.objects.update_or_create(hotel=hotel, defaults={"undo_s": 20})
    page.send("Ahora")
    page.send("Mañana", key="k2", at=(hotel.local_now() + minutes(90)).strftime("%Y-%m-%dT%H:%M"))

    page.post("give-back")

    talk.refresh_from_db()
    assert talk.owner == "bot" and texts(talk) == ["Ahora"]
    assert dict(PlannedReply.objects.values_list("text", "state")) == {"Ahora": "sent", "Mañana": "refused"}


def test_a_planned_answer_in_a_conversation_of_the_receptionist_leaves_it_there(account, desk, hotel):
    talk = make_talk(account)
    says(talk, "¿hay pileta?", state="answered")
    page = Desk(desk, talk)
    page.send("Feliz viaje", at=(hotel.local_now() + minutes(5)).strftime("%Y-%m-%dT%H:%M"))

    planned.send(PlannedReply.objects.get().pk)

    talk.refresh_from_db()
    assert talk.owner == "bot" and texts(talk) == ["Feliz viaje"] and talk.thread.bot_may_speak


def test_a_planned_answer_leaves_what_came_after_it_unanswered(page, talk, hotel):
    page.post("take")
    page.send("Buen día", at=(hotel.local_now() + minutes(5)).strftime("%Y-%m-%dT%H:%M"))
    newer = says(talk, "EMERGENCIA")

    planned.send(PlannedReply.objects.get().pk)

    talk.refresh_from_db()
    newer.inbound.refresh_from_db()
    assert texts(talk) == ["Buen día"] and newer.inbound.state == "parked"
    assert talk.deadline_at is not None and talk.alert_at is not None


def test_the_same_key_with_other_words_sends_nothing_and_says_so(page, talk):
    page.send("Ya voy")

    other = page.send("Otra cosa")
    note = page.send("nota", key="n", kind="note"), page.send("otra nota", key="n", kind="note")

    assert other.status_code == 409 and "data-fresh" in other.content.decode() and texts(talk) == ["Ya voy"]
    assert (note[0].status_code, note[1].status_code) == (200, 409)


def test_close_and_snooze_look_whether_something_was_said(page, talk):
    seen = talk.messages.latest("pk").pk
    says(talk, "mi madre está atrapada en el ascensor")

    held = page.post("close", seen=seen), page.post("snooze", seen=seen, until="hour")

    talk.refresh_from_db()
    assert [answer.status_code for answer in held] == [409, 409] and "ascensor" in held[0].content.decode()
    assert talk.owner == "waiting" and talk.deadline_at is not None


def test_a_task_that_is_done_tells_the_guest_and_answers_nothing_else(page, talk, hotel):
    page.post("task", kind="request", text="toallas", tell_guest="on")
    task = hotel.tasks.get()

    page.client.post(f"{page.base}tasks/{task.pk}/", {"state": "done"})
    page.client.post(f"{page.base}tasks/{task.pk}/", {"state": "done"})

    talk.refresh_from_db()
    assert texts(talk) == ["Ya está listo lo que nos pediste. ¿Necesitás algo más?"]
    assert talk.owner == "waiting" and talk.deadline_at is not None
    assert Inbound.objects.filter(thread=talk.thread, state="parked").count() == 1


def test_the_receptionists_letter_that_failed_goes_again_as_a_persons(page, talk):
    row = outbox.post(talk.thread, handoff.Content("text", "El desayuno es de 7 a 10."), dedupe_key="b", author="bot")[0]
    Outbound.objects.filter(pk=row.pk).update(state="failed")
    page.post("take")

    page.client.post(f"{page.base}c/{talk.pk}/resend/{row.pk}/")
    page.client.post(f"{page.base}c/{talk.pk}/resend/{row.pk}/")

    assert list(letters(talk).order_by("pk").values_list("author", "state")) == [("bot", "failed"), ("staff", "queued")]


def test_a_draft_comes_from_the_hotels_words_and_nothing_leaves(page, talk, hotel):
    says(talk, "¿a qué hora es el desayuno?")

    body = page.get("suggestion").content.decode()
    DeskSettings.objects.update_or_create(hotel=hotel, defaults={"suggest": False})
    off = page.get("suggestion").content.decode()

    assert "7 a 10" in body and "Asks about breakfast" in body and "data-draft" in body
    assert off.strip() == "" and Outbound.objects.count() == 0


@pytest.mark.parametrize("text", ["hola", "¿tenés lugar del 3 al 5 de marzo para 2?", "quiero cancelar mi reserva", "asdf qwer"])
def test_where_the_hotels_words_say_nothing_there_is_no_draft(page, talk, text):
    page.send("un momento")
    says(talk, text)

    assert page.get("suggestion").content.decode().strip() == ""


def test_a_template_with_numbers_out_of_order_fills_them_by_number(talk):
    row = Template(account=talk.thread.account, name="t", language="es", body="Su llegada {{2}}, {{1}}")

    content = templates.content_of(row, {"1": "Ana", "2": "lunes"})

    assert content.text == "Su llegada lunes, Ana" and [one["text"] for one in content.template["parameters"]] == ["Ana", "lunes"]


def test_odd_input_is_refused_and_breaks_nothing(page, talk):
    for values in ({"seen": "²"}, {"seen": "9" * 30}, {"key": "a\0b"}, {"at": "²"}, {"at": "0001-01-01T00:00"}):
        answer = page.client.post(f"{page.base}c/{talk.pk}/send/", {"text": "hola", "key": "z", **values})
        assert answer.status_code in {200, 409, 422}, values
    for path in ("seen/?x", "earlier/?before=²", f"thread/?since={'9' * 30}", "task/?message=²", "booking/offers/?check_in=²&ages=²"):
        assert page.client.get(f"{page.base}c/{talk.pk}/{path}").status_code in {200, 405}, path
    assert page.client.get(f"{page.base}queue/?shown=²&view=²&q=%00").status_code == 200


def test_a_planned_answer_of_somebody_who_lost_the_conversation_is_shown_not_sent(page, talk, hotel, leo, eva):
    page.send("Buen día", at=(hotel.local_now() + minutes(5)).strftime("%Y-%m-%dT%H:%M"))
    handoff.take(talk, leo)

    planned.send(PlannedReply.objects.get().pk)

    row = PlannedReply.objects.get()
    assert row.state == "refused" and "leo" in row.reason and texts(talk) == []
    assert "Not sent" in page.get("thread").content.decode()


def test_one_that_died_between_its_mark_and_its_letter_is_sent_by_the_repair(page, talk, hotel):
    page.send("Buen día", at=(hotel.local_now() + minutes(5)).strftime("%Y-%m-%dT%H:%M"))
    PlannedReply.objects.update(state="sent", due_at=timezone.now())

    tasks.repair()
    for pk in planned.due(10):
        planned.send(pk)
    tasks.repair()

    assert texts(talk) == ["Buen día"] and PlannedReply.objects.get().state == "sent"


# --- on record -----------------------------------------------------------------------------------------------------------


def test_every_step_stands_in_the_thread_with_who_did_it(page, talk):
    for action, more in (("take", {}), ("release", {}), ("snooze", {"until": "hour"}), ("close", {})):
        page.post(action, **more)

    body = page.get("thread").content.decode()
    assert list(Event.objects.filter(conversation=talk).order_by("pk").values_list("type", flat=True)) == [
        "handed_off", "taken", "released", "released_by", "taken", "snoozed", "taken", "closed",
    ]  # fmt: skip
    assert body.count("Eva") >= 5 and "Snoozed" in body and "asked for a person" in body


def test_why_a_person_is_needed_and_what_is_known_stand_on_top(page, talk):
    body = page.get("open").content.decode()

    assert body.index("asked for a person") < body.index('id="lines"') and "check-in: 2031-03-03 · adults: 2" in body


def test_an_answer_tells_the_rows_it_came_from(page, talk, hotel):
    fact = hotel.facts.get(topic="policy_pets")
    talk.messages.create(author="bot", text="Aceptamos perros", sources=[f"fact:{fact.pk}:v{fact.version}"], at=timezone.now())

    body = page.get("thread").content.decode()

    assert "Why it said that" in body and f"Asks about pets · v{fact.version}" in body


def test_what_a_guest_writes_is_never_markup(page, talk):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'{{constructor}}"
    says(talk, evil)
    page.send(evil, key="n", kind="note")

    body = page.get("thread").content.decode()

    assert "<script>alert" not in body and "<img src=x" not in body and body.count("&lt;script&gt;alert(1)") == 2


def test_a_guest_is_marked_as_vip_and_not_any_more(page):
    marked = page.post("vip", vip="1").content.decode()
    Guest.objects.get(pk=page.talk.guest_id, is_vip=True)
    taken = page.post("vip", vip="").content.decode()

    assert "★ VIP" in marked and "★ VIP" not in taken
    assert not Guest.objects.get(pk=page.talk.guest_id).is_vip
    assert set(page.talk.events.values_list("type", flat=True)) >= {"vip", "not_vip"}
