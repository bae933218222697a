"""Who is shown, in which order, found by what, and what it costs the database."""

import datetime as dt
import random
import re
import time
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels_app.models import Account, Outbound
from conversations import handoff
from conversations.console import health, queue, saved
from conversations.models import Conversation, Message, SavedView, Seen
from hotelagent.hotels.models import Hotel, OpeningHours
from reservations.models import Booking
from tests.console.conftest import book, browser, make_talk, minutes, says, waiting
from tests.promises import promise


@promise("M5")
def test_what_fails_first_stands_first(account, eva):
    now = timezone.now()
    ages = random.Random(7).sample(range(1, 400), 50)
    talks = {age: waiting(account, f"Guest {age}", since=now - minutes(age)) for age in ages}

    rows = queue.page(account.hotel, eva, queue.Asked("waiting")).rows

    assert [row.conversation.pk for row in rows] == [talks[age].pk for age in sorted(ages, reverse=True)]
    assert [row.tone for row in rows if row.conversation.waiting_since < now - minutes(5)] == ["late"] * sum(age > 5 for age in ages)


def test_of_those_due_at_the_same_minute_the_guest_in_the_house_comes_first(account, eva):
    today = account.hotel.local_now().date()
    moment = (timezone.now() - minutes(3)).replace(second=10, microsecond=0)
    nobody, coming, here = (waiting(account, name, since=moment + dt.timedelta(seconds=index)) for index, name in enumerate("ABC"))
    book(account.hotel, coming, today)
    book(account.hotel, here, today - dt.timedelta(days=1))

    rows = queue.page(account.hotel, eva, queue.Asked("waiting")).rows

    assert [row.conversation.pk for row in rows] == [here.pk, coming.pk, nobody.pk]
    assert [row.stay.when if row.stay else "none" for row in rows] == ["in_house", "arriving", "none"]


def test_the_clock_is_amber_from_half_of_the_time_and_stands_while_the_house_is_closed(account, eva):
    hotel = account.hotel
    now = hotel.local_now().replace(hour=12, minute=0, second=0, microsecond=0)
    for weekday in range(7):
        OpeningHours.objects.create(hotel=hotel, weekday=weekday, opens="08:00", closes="20:00")
    fresh, half, over = (waiting(account, since=now - dt.timedelta(seconds=seconds)) for seconds in (60, 160, 301))
    asleep = waiting(account, since=now - dt.timedelta(hours=5))  # asked at 07:00

    for talk in (fresh, half, over, asleep):
        talk.refresh_from_db()
    hours, desk = queue.Hours.of(hotel), queue.DeskSettings.of(hotel)

    assert [queue.tone_of(talk, hours, desk, now) for talk in (fresh, half, over)] == ["calm", "wait", "late"]
    assert asleep.deadline_at == now.replace(hour=8, minute=5)


def test_views_hold_what_their_names_say_and_count_it(account, eva, leo):
    hotel, today = account.hotel, account.hotel.local_now().date()
    talks = {name: make_talk(account, name) for name in ("bot", "closed", "failed", "in_house", "arriving", "departing")}
    talks["waiting"], talks["mine"], talks["his"], talks["snoozed"] = (waiting(account, name) for name in ("W", "M", "H", "S"))
    talks["overdue"] = waiting(account, "O", since=timezone.now() - minutes(30))
    handoff.take(talks["mine"], eva)
    handoff.reply(talks["mine"], eva, "hola")
    handoff.take(talks["his"], leo)
    handoff.snooze(talks["snoozed"], eva, timezone.now() + minutes(60))
    handoff.close(talks["closed"], eva)
    Outbound.objects.create(
        account=account, thread=talks["failed"].thread, dedupe_key="f", author="bot", content={"kind": "text", "text": "x"}, state="failed",
        due_at=timezone.now(), created_at=timezone.now(),
    )  # fmt: skip
    for name, start in (("in_house", -1), ("arriving", 0), ("departing", -2)):
        book(hotel, talks[name], today + dt.timedelta(days=start))
    wanted = {
        "waiting": {"waiting", "his", "overdue"}, "mine": {"mine"}, "unassigned": {"waiting", "overdue"}, "overdue": {"overdue"},
        "in_house": {"in_house", "arriving"}, "arriving": {"arriving"}, "departing": {"departing"}, "failed": {"failed"},
        "bot": {"bot", "failed", "in_house", "arriving", "departing"}, "snoozed": {"snoozed"}, "closed": {"closed"}, "all": set(talks),
    }  # fmt: skip

    counts = queue.counts(hotel, eva) | {"mine": len(queue.mine(hotel, [eva.pk])[eva.pk])}

    names = {talk.pk: name for name, talk in talks.items()}
    assert set(wanted) == set(queue.VIEWS)
    for view, expected in wanted.items():
        assert {names[row.conversation.pk] for row in queue.page(hotel, eva, queue.Asked(view)).rows} == expected, view
        assert counts[view] == len(expected), view


def test_unread_is_each_persons_own_and_goes_when_it_was_seen(desk, account, eva, leo):
    talk = waiting(account)
    second = says(talk, "¿hay alguien?")

    before = {user: queue.page(account.hotel, user, queue.Asked("waiting")).rows[0].unread for user in (eva, leo)}
    answer = desk.post(f"/console/prueba/c/{talk.pk}/seen/", {"up_to": str(second.pk)})
    desk.post(f"/console/prueba/c/{talk.pk}/seen/", {"up_to": "1"})  # never backwards

    assert answer.status_code == 204 and before == {eva: 2, leo: 2}
    assert {user: queue.page(account.hotel, user, queue.Asked("waiting")).rows[0].unread for user in (eva, leo)} == {eva: 0, leo: 2}
    assert Seen.objects.get(user=eva).up_to == second.pk


@pytest.mark.parametrize("term", ["jose", "JOSÉ", "Muñoz", "munoz", "valija", "la VALIJA negra", "5555", "ZK12345"])
def test_search_finds_by_name_phone_booking_and_words_without_accents(account, eva, term):
    hotel = account.hotel
    talk = make_talk(account, "José Muñoz")
    says(talk, "Perdí la valija negra")
    book(hotel, talk, hotel.local_now().date() - dt.timedelta(days=90), reference="ZK12345")
    handoff.close(talk, eva)
    other = make_talk(account, "Otra Persona")
    other.guest.identities.update(value="34600111222")

    found = [row.conversation.pk for row in queue.page(hotel, eva, queue.Asked("waiting", term)).rows]

    assert found == [talk.pk]


def test_the_queue_costs_the_same_whether_it_is_long_or_short(desk, account, monkeypatch):
    monkeypatch.setattr(health, "KEPT_S", 600)  # however slow the machine is

    def asked():
        with CaptureQueriesContext(connection) as seen:
            answer = desk.get("/console/prueba/queue/?view=waiting&shown=500")
        assert answer.status_code == 200
        return len(seen), answer.content.decode().count("data-last-guest")

    for index in range(3):
        waiting(account, f"Guest {index}")
    asked()
    few = asked()
    for index in range(60):
        waiting(account, f"Guest {index}")
    many = asked()

    assert (few[1], many[1]) == (3, 63)
    assert few[0] == many[0] <= 15, (few, many)  # three of them let the person in: twelve are the queue


def test_rows_carry_who_waits_since_when_and_the_last_words(desk, account):
    talk = waiting(account, "Ana <b>Paz</b>")
    says(talk, "no hay <i>agua</i>")
    Message.objects.create(conversation=talk, author="bot", text="Te paso con una persona", at=timezone.now())

    body = desk.get("/console/prueba/queue/").content.decode()

    assert "Ana &lt;b&gt;Paz&lt;/b&gt;" in body and "no hay &lt;i&gt;agua&lt;/i&gt;" in body and "Te paso" not in body
    assert 'data-owner="waiting"' in body and "no stay" in body and "data-deadline" in body
    assert Booking.objects.count() == 0 and Conversation.objects.count() == 1


def test_a_row_is_drawn_anew_when_its_guest_becomes_a_vip(desk, account):
    talk = waiting(account)
    before = desk.get("/console/prueba/queue/").content.decode()
    type(talk.guest).objects.filter(pk=talk.guest_id).update(is_vip=True)
    after = desk.get("/console/prueba/queue/").content.decode()
    assert ("★" in before, "★" in after) == (False, True)


def test_a_filter_holds_what_is_unread_or_came_by_one_channel(desk, account, eva):
    fresh, known = waiting(account, "Fresh"), waiting(account, "Known")
    by_mail = make_talk(Account.objects.create(hotel=account.hotel, kind="email", name="Mail", external_id="m@hotel.example"), "Mail")
    Seen.objects.create(conversation=known, user=eva, up_to=known.messages.last().pk)

    def found(**told):
        return {row.conversation.pk for row in queue.page(account.hotel, eva, queue.Asked(**told)).rows}

    assert found(view="all") == {fresh.pk, known.pk, by_mail.pk}
    assert found(view="all", unread=True) == {fresh.pk} == found(view="waiting", unread=True)
    assert found(view="all", channel="email") == {by_mail.pk} and found(view="all", channel="email", unread=True) == set()
    assert found(view="closed", term="Known") == {known.pk} and found(term="Known", unread=True) == set()
    page = desk.get(f"/console/prueba/queue/?view=all&unread=1&channel=whatsapp&q={'x' * 300}")
    assert page.status_code == 200 and "Save this view" in page.content.decode()


class Views:
    """The saved views as one person's page lists them."""

    def __init__(self, client):
        self.client = client

    def post(self, **told):
        return self.client.post("/console/prueba/views/", told)

    def listed(self):
        body = self.client.get("/console/prueba/queue/").content.decode()
        return re.findall(r'id="saved-\d+".*?<bdi>(.*?)</bdi></span><b>(.*?)</b>', body)


def test_a_view_is_kept_under_a_name_with_its_count_renamed_and_dropped(desk, account, eva, leo):
    mine, his = Views(desk), Views(browser(leo))
    waiting(account, "José Muñoz")
    waiting(account, "Ana")

    kept = mine.post(name=" De   José ", q="jose", view="waiting").content.decode()
    mine.post(name="Sin leer", view="waiting", unread="1", everybody="1")  # not hers to make for everybody
    his.post(name="Todo", view="all", channel="whatsapp", everybody="1")

    assert "Found for “jose”" in kept and "Rename or delete" in kept
    assert mine.listed() == [("De José", "1"), ("Sin leer", "2"), ("Todo", "2")]
    assert his.listed() == [("Todo", "2")]
    assert "no such" not in mine.post(name="", q="ana").headers.get("HX-Trigger", "no such")  # a name is needed, and the page is told so
    assert "already" in mine.post(name="De José", q="otra").headers["HX-Trigger"]

    row = SavedView.objects.get(name="De José")
    his.post(pk=row.pk, name="Mine now")
    mine.post(pk=SavedView.objects.get(name="Todo").pk, drop="1")
    mine.post(pk=row.pk, name="Muñoz")
    assert mine.listed() == [("Muñoz", "1"), ("Sin leer", "2"), ("Todo", "2")]
    mine.post(pk=row.pk, drop="1")
    his.post(pk=SavedView.objects.get(name="Todo").pk, drop="1")
    assert mine.listed() == [("Sin leer", "2")]


def test_a_view_of_another_hotel_is_nobodys_to_see_or_change(desk, account, eva):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    row = SavedView.objects.create(hotel=other, name="Suyo", view="all")
    views = Views(desk)

    views.post(pk=row.pk, name="Mío")
    views.post(pk=row.pk, drop="1")

    row.refresh_from_db()
    assert row.name == "Suyo" and views.listed() == []


def test_many_saved_views_cost_two_questions_and_no_more_are_kept(desk, account, eva, monkeypatch):
    monkeypatch.setattr(health, "KEPT_S", 600)  # however slow the machine is
    waiting(account)

    def asked():
        with CaptureQueriesContext(connection) as seen:
            desk.get("/console/prueba/queue/")
        return len(seen)

    asked()
    none = asked()
    for index in range(saved.LIMIT + 1):
        Views(desk).post(name=f"v{index:02}", view="waiting", unread="1")

    assert SavedView.objects.count() == saved.LIMIT and asked() == none + 1


def test_views_by_words_are_not_counted_anew_for_every_bell(hotel, account, eva, leo, monkeypatch):
    """Over the line an older count will do; over HTTP it is counted again after a while. One count serves everybody."""
    SavedView.objects.create(hotel=hotel, name="Agua", view="waiting", term="agua")
    asked = queue.Asked("waiting", "")

    def count(user, **more):
        return [one.count for one in saved.of(hotel, user, asked, saved.rows_of(hotel, [user.pk]), **more)]

    says(waiting(account), "no hay agua")
    assert (count(eva, anew=False), count(leo, anew=False)) == (["1"], ["1"])
    says(waiting(account, "Leo"), "agua fría")
    assert count(eva) == count(leo) == ["1"]
    monkeypatch.setattr(saved, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + saved.SEARCHED_S + 1))
    assert count(eva, anew=False) == ["1"]
    assert count(leo) == ["2"] and count(eva, anew=False) == ["2"]
