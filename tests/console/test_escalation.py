"""Nobody came: who hears of it and when."""

import datetime as dt

import pytest
from django.utils import timezone

from channels_app.models import Outbound, Template
from conversations import escalation, handoff, tasks
from conversations.models import Attendance, Conversation, DeskSettings, Event
from hotelagent.hotels.models import OpeningHours
from tests.console.conftest import Desk, browser, minutes, says, waiting
from tests.promises import promise


@pytest.fixture
def ladder(hotel, account):
    """Duty phone, manager, and an approved template to call them with."""
    Template.objects.create(account=account, name="llamado", language="es", body="Espera {{1}}: {{2}}")
    return DeskSettings.objects.update_or_create(
        hotel=hotel, defaults={"duty_phone": "+54 9 11 4444-0001", "manager_phone": "+54 9 11 4444-0002", "alert_template": "llamado"}
    )[0]


def climb_at(moment, time_machine):
    """Everything that is due then."""
    time_machine.move_to(moment)
    count = 0
    while due := escalation.due(500):
        for pk in due:
            escalation.climb(pk)
            count += 1
    return count


def alarms():
    return list(Outbound.objects.filter(author="system").order_by("pk").values_list("thread__address", flat=True))


@promise("H4", small=40, full=100)
def test_a_hundred_who_wait_are_a_hundred_alerts_at_2_5_and_10_minutes(account, ladder, time_machine, size, figures):
    start = timezone.now().replace(microsecond=0)
    time_machine.move_to(start, tick=False)
    for index in range(size):
        waiting(account, f"Guest {index}", since=start)

    climbed = {seconds: climb_at(start + dt.timedelta(seconds=seconds), time_machine) for seconds in (119, 121, 299, 301, 599, 601, 3600)}

    told = [row.content["template"]["guests"] for row in Outbound.objects.filter(author="system").order_by("pk")]
    figures.update(guests=size, alerts=sum(climbed.values()), letters=len(told))
    assert climbed == {119: 0, 121: size, 299: 0, 301: size, 599: 0, 601: size, 3600: 0}
    # A phone takes a letter every six seconds: what has not left yet tells of everybody.
    assert alarms() == ["5491144440001", "5491144440002"] and [len(names) for names in told] == [size, size]
    assert Event.objects.filter(type="overdue").count() == 3 * size


def test_a_call_says_who_waits_and_their_last_words(account, ladder, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    waiting(account, "Carla Gómez", since=start)

    climb_at(start + minutes(6), time_machine)

    letter = Outbound.objects.get(author="system")
    assert letter.content["kind"] == "template"
    assert [one["text"] for one in letter.content["template"]["parameters"]] == [
        "Carla Gómez",
        "quiero hablar con alguien, soy Carla Gómez",
    ]


def test_an_owner_who_is_silent_loses_it_to_the_queue_when_the_duty_phone_rings(account, ladder, eva, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    talk = waiting(account, since=start)
    handoff.take(talk, eva)
    at_four = (climb_at(start + minutes(4), time_machine), Conversation.objects.get().owner)

    climb_at(start + minutes(5.1), time_machine)

    talk.refresh_from_db()
    assert at_four == (1, "person") and (talk.owner, talk.person) == ("waiting", None)
    assert Event.objects.filter(type="returned_silent").count() == 1
    assert not talk.thread.__class__.objects.get(pk=talk.thread_id).bot_may_speak


def test_an_answer_stops_the_clock_and_the_guests_next_word_starts_it_anew(account, ladder, eva, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    talk = waiting(account, since=start)
    handoff.reply(talk, eva, "Ya voy")
    quiet = climb_at(start + minutes(20), time_machine)
    talk.refresh_from_db()
    says(talk, "¿y?")
    escalation.begin(talk, timezone.now())
    talk.save(update_fields=escalation.FIELDS)

    late = climb_at(start + minutes(23), time_machine)

    assert (quiet, late) == (0, 1) and alarms() == []


def test_the_clock_stands_while_the_reception_is_closed(account, ladder, hotel, time_machine):
    for weekday in range(7):
        OpeningHours.objects.create(hotel=hotel, weekday=weekday, opens="08:00", closes="20:00")
    night = hotel.local_now().replace(hour=21, minute=0, second=0, microsecond=0)
    time_machine.move_to(night, tick=False)
    waiting(account, since=night)

    asleep = climb_at(night + dt.timedelta(hours=10, minutes=59), time_machine)
    morning = climb_at(night + dt.timedelta(hours=11, minutes=3), time_machine)

    assert (asleep, morning) == (0, 1)


def test_what_cannot_wait_calls_the_duty_phone_at_night_and_what_can_does_not(account, ladder, hotel, time_machine):
    for weekday in range(7):
        OpeningHours.objects.create(hotel=hotel, weekday=weekday, opens="08:00", closes="20:00")
    night = hotel.local_now().replace(hour=21, minute=0, second=0, microsecond=0)
    time_machine.move_to(night, tick=False)
    waiting(account, "Ana", since=night)
    waiting(account, "Carla", since=night, reason="urgent")

    assert climb_at(night, time_machine) == 1
    assert [row.content["template"]["guests"] for row in Outbound.objects.filter(author="system")] == [["Carla"]]


def test_without_a_phone_or_a_template_it_is_on_record_and_nothing_breaks(account, hotel, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    DeskSettings.objects.create(hotel=hotel, duty_phone="not a phone", manager_phone="+5491144440002", alert_template="missing")
    waiting(account, since=start)

    climb_at(start + minutes(11), time_machine)

    assert alarms() == [] and [event.data["level"] for event in Event.objects.filter(type="overdue")] == [1, 2, 3]


def test_the_sweeper_knows_when_the_next_alert_is_due(account, ladder, sql):
    talk = waiting(account)

    assert sql(tasks.DESK_DUE[0])[0][0] == talk.alert_at


@promise("H5")
def test_who_goes_off_shift_keeps_no_guest_waiting(account, eva, desk):
    talks = [waiting(account, f"Guest {index}") for index in range(5)]
    for talk in talks:
        handoff.take(talk, eva)
    answered = waiting(account, "Answered")
    handoff.reply(answered, eva, "listo")

    Desk(desk, talks[0]).client.post("/console/prueba/attend/", {"state": "off"})

    owners = {talk.guest.name: talk.owner for talk in Conversation.objects.select_related("guest")}
    assert owners == {**{f"Guest {index}": "waiting" for index in range(5)}, "Answered": "person"}
    assert Attendance.objects.get(user=eva).state == "off"


def test_settings_that_change_count_the_deadlines_again(account, hotel, leo):
    talk = waiting(account)
    DeskSettings.objects.update_or_create(hotel=hotel, defaults={"answer_min": 30, "alert_min": 10, "duty_min": 20, "manager_min": 40})

    escalation.restart(hotel)

    talk.refresh_from_db()
    assert talk.deadline_at - talk.waiting_since == minutes(30) and talk.alert_at - talk.waiting_since == minutes(10)
    assert browser(leo).get("/console/prueba/").status_code == 200


def test_whoever_comes_late_has_a_ladder_of_their_own(account, ladder, eva, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    talk = waiting(account, since=start)
    climb_at(start + minutes(10.5), time_machine)
    handoff.take(talk, eva)

    at_once = climb_at(start + minutes(11), time_machine)
    owner = Conversation.objects.get().owner
    climb_at(start + minutes(16), time_machine)

    assert (at_once, owner, Conversation.objects.get().owner) == (0, "person", "waiting")


def test_a_call_that_has_left_is_followed_by_another(account, ladder, time_machine):
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    waiting(account, "Ana", since=start)
    climb_at(start + minutes(5.1), time_machine)
    Outbound.objects.filter(author="system").update(state="sent")
    waiting(account, "Bea", since=start + minutes(1))

    climb_at(start + minutes(6.1), time_machine)

    assert [row.content["template"]["guests"] for row in Outbound.objects.filter(author="system").order_by("pk")] == [["Ana"], ["Bea"]]
