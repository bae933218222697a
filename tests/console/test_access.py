"""Every address of the desk, from the URL map: nobody reads or writes another hotel's, and nobody in without a login."""

import asyncio
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import OperationalError, connections
from django.test import Client
from django.urls import path, reverse

from channels_app import outbox
from channels_app.envelope import Content
from channels_app.models import Attachment, Media, RawMail
from conversations.console import hub as bells
from conversations.console import queue, socket, urls
from conversations.models import Event, PlannedReply, Task
from hotelagent.hotels.models import Hotel, Membership
from tests.admin.conftest import furnish
from tests.console.conftest import browser, make_staff
from tests.promises import promise


@pytest.fixture
def two(db):
    return furnish("alfa", "ALFA"), furnish("bravo", "BRAVO")


def parts(rows):
    """Keys of one hotel's own rows for every converter in the URL map."""
    talk = next(row for kind, row in rows.items() if kind.__name__ == "Conversation")
    letter = outbox.post(talk.thread, Content("text", "x"), dedupe_key=f"probe{talk.pk}", author="staff")[0]
    planned = PlannedReply.objects.get(conversation=talk)
    return {
        "hotel": talk.hotel.slug, "pk": talk.pk, "letter": letter.pk, "row": planned.pk, "task": Task.objects.get(hotel=talk.hotel).pk,
        "mail": letter_of(talk).pk, "place": 1, "media": file_of(talk).pk, "attachment": sent_to(talk).pk,
        "reference": next(row for kind, row in rows.items() if kind.__name__ == "Booking").reference,
    }  # fmt: skip


def letter_of(talk):
    """A mail with a file, as if the guest's letter had come by e-mail."""
    mark = talk.hotel.name.split()[-1]
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "ana@guest.example", f"subject {mark}"
    mail.set_content(f"words {mark}")
    mail.add_attachment(f"file {mark}".encode(), maintype="application", subtype="pdf", filename=f"{mark}.pdf")
    inbound = talk.messages.exclude(inbound=None).first().inbound
    values = {"raw": mail.as_bytes(), "received_at": inbound.received_at, "subject": f"subject {mark}"}
    row, _made = RawMail.objects.get_or_create(account=talk.thread.account, provider_id="m", inbound=inbound, defaults=values)
    return row


def file_of(talk):
    """A picture the guest sent."""
    mark = talk.hotel.name.split()[-1]
    inbound = talk.messages.exclude(inbound=None).first().inbound
    data = f"\xff\xd8\xff {mark}".encode("latin-1")
    values = {"provider_id": "1", "name": f"{mark}.jpg", "state": "kept", "due_at": inbound.due_at, "data": data, "shown": data}
    return Media.objects.get_or_create(inbound=inbound, defaults=values)[0]


def sent_to(talk):
    """A map somebody sent to the guest."""
    mark = talk.hotel.name.split()[-1]
    values = {"name": f"{mark}.pdf", "mime_type": "application/pdf", "data": f"%PDF {mark}".encode()}
    return Attachment.objects.get_or_create(thread=talk.thread, key="k", defaults=values)[0]


# Addresses of no hotel: the way to one's own, and the worker's script.
HOTELLESS = {"front", "worker"}


def addresses(keys):
    for pattern in urls.urlpatterns:
        wanted = {name: keys[name] for name in pattern.pattern.converters}
        yield pattern.name, reverse(f"console:{pattern.name}", kwargs=wanted)


def state_of(rows):
    """Everything of a hotel that an action could have changed."""
    talk = next(row for kind, row in rows.items() if kind.__name__ == "Conversation")
    talk.refresh_from_db()
    return (
        talk.owner, talk.person_id, talk.messages.count(), talk.notes.count(), Event.objects.filter(hotel=talk.hotel).count(),
        Task.objects.get(hotel=talk.hotel).state, PlannedReply.objects.get(conversation=talk).state,
        Hotel.objects.get(pk=talk.hotel_id).shifts.count(), Hotel.objects.get(pk=talk.hotel_id).attendance.count(),
        talk.hotel.bookings.get().state, talk.hotel.desk.mode,
    )  # fmt: skip


POSTED = {
    "text": "hola", "key": "k", "state": "done", "mode": "paused", "until": "hour", "template": "1", "up_to": "1", "code": "DALFA",
    "check_in": "2031-03-03", "check_out": "2031-03-05", "adults": "2", "kind": "reply", "seen": "999999",
}  # fmt: skip


@promise("S4")
@pytest.mark.parametrize("role", ["receptionist", "supervisor", "hotel_admin"])
def test_another_hotels_addresses_look_like_none(two, role, figures):
    alfa, bravo = two
    client = browser(make_staff(alfa[Hotel], "lucia", role))
    foreign = parts(bravo)
    before, asked = state_of(bravo), 0

    for name, address in addresses(foreign):
        if name in HOTELLESS:
            continue
        for answer in (client.get(address), client.post(address, POSTED)):
            assert answer.status_code in {404, 405}, (name, answer.status_code)
            assert b"BRAVO" not in answer.content, name
            asked += 1

    figures.update(role=role, addresses=asked)
    assert state_of(bravo) == before


@promise("S4")
@pytest.mark.parametrize("name", ["pk", "row", "letter", "task", "reference", "mail", "media", "attachment"])
def test_another_hotels_rows_are_not_reached_through_ones_own_address(two, name):
    alfa, bravo = two
    client = browser(make_staff(alfa[Hotel], "lucia", "hotel_admin"))
    mixed = {**parts(alfa), name: parts(bravo)[name]}
    before = state_of(bravo)

    for view, address in addresses(mixed):
        if name not in next(one for one in urls.urlpatterns if one.name == view).pattern.converters:
            continue
        for answer in (client.get(address), client.post(address, POSTED)):
            assert answer.status_code in {404, 405} or (name == "reference" and "no such booking" in answer.content.decode()), view
            assert "BRAVO" not in answer.content.decode(), view

    assert state_of(bravo) == before


def test_the_control_ones_own_addresses_open(two):
    alfa, _bravo = two
    client = browser(make_staff(alfa[Hotel], "lucia", "hotel_admin"))

    opened = {name: client.get(address).status_code for name, address in addresses(parts(alfa)) if name != "faq"}  # wants a message

    assert {code for code in opened.values()} == {200, 302, 405}
    assert [name for name, code in opened.items() if code == 302] == ["front"]
    assert {name for name, code in opened.items() if code == 405} == {
        "mode", "attend", "seen", "take", "give-back", "release", "close", "snooze", "send", "template", "withdraw", "resend", "accept",
        "task-state", "propose", "confirm", "cancel", "save-view", "push-on", "push-off", "same", "apart", "vip",
    }  # fmt: skip


def test_without_a_login_every_address_leads_to_it(two):
    alfa, _bravo = two
    outsider = Client()
    guest = Client()
    guest.force_login(get_user_model().objects.create_user("nobody"))

    for client in (outsider, guest):
        for name, address in addresses(parts(alfa)):
            if name == "worker":  # what runs while nobody looks is asked for by the browser, and tells nothing
                continue
            for answer in (client.get(address), client.post(address, POSTED)):
                assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/admin/login/"), name


def test_pages_of_the_desk_are_kept_by_no_browser(two):
    alfa, _bravo = two
    client = browser(make_staff(alfa[Hotel]))

    for name, address in addresses(parts(alfa)):
        if name not in HOTELLESS:
            assert "no-store" in client.get(address).headers.get("Cache-Control", ""), name


# --- the socket ----------------------------------------------------------------------------------------------------------

application = AuthMiddlewareStack(URLRouter([path("console/<slug:hotel>/live", socket.Desk.as_asgi())]))


def knock(client, slug, then=None):
    """What a socket with this browser's cookies is answered."""

    async def go():
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        scope = {
            "type": "websocket", "path": f"/console/{slug}/live", "query_string": b"", "subprotocols": [],
            "headers": [(b"cookie", cookies.encode())],
        }  # fmt: skip
        talk = ApplicationCommunicator(application, scope)
        await talk.send_input({"type": "websocket.connect"})
        accepted = (await talk.receive_output(5))["type"] == "websocket.accept"
        told = json.loads((await talk.receive_output(5))["text"]) if accepted else None
        if accepted and then is not None:
            told = await then(talk)
        await talk.send_input({"type": "websocket.disconnect", "code": 1000})
        await talk.wait(5)
        return accepted, told

    with ThreadPoolExecutor(1) as alone:  # a browser of another test may have a loop on this thread
        answered = alone.submit(lambda: asyncio.run(go())).result()
    socket.READER.pool.submit(connections.close_all).result()
    return answered


@promise("S4")
@pytest.mark.django_db(transaction=True)
def test_a_socket_opens_only_for_ones_own_hotel():
    alfa, _bravo = furnish("alfa", "ALFA"), furnish("bravo", "BRAVO")
    mine = browser(make_staff(alfa[Hotel]))

    assert knock(mine, "alfa") == (True, {"all": True})
    assert knock(mine, "bravo") == knock(mine, "missing") == knock(Client(), "alfa") == (False, None)


@pytest.mark.django_db(transaction=True)
def test_a_socket_that_is_asked_answers_and_tells_whether_bells_are_heard():
    alfa = furnish("alfa", "ALFA")
    client = browser(make_staff(alfa[Hotel], "eva"))

    async def asked(talk):
        heard = []
        for told in ({"ping": 7}, {"ping": "x"}, {}):
            await talk.send_input({"type": "websocket.receive", "text": json.dumps({"page": "p", "at": 0, **told})})
        heard.append(json.loads((await talk.receive_output(5))["text"]))
        return heard, await talk.receive_nothing(0.05)

    assert knock(client, "alfa", asked) == (True, ([{"pong": 7, "live": False}], True))


@pytest.mark.django_db(transaction=True)
def test_a_page_that_ends_while_it_is_answered_is_told_to_the_others(monkeypatch):
    alfa = furnish("alfa", "ALFA")
    client, told, send = browser(make_staff(alfa[Hotel], "eva")), [], socket.Desk.send
    monkeypatch.setattr(socket, "_tell", lambda _hotel, who: told.append(who["at"]))

    async def sent(self, text_data=None, **more):
        if "pong" in text_data:
            raise OSError("the browser is gone")
        await send(self, text_data=text_data, **more)

    async def looks(talk):
        await talk.send_input({"type": "websocket.receive", "text": json.dumps({"page": "p", "at": 5, "ping": 1})})
        return await talk.receive_nothing(0.05)

    monkeypatch.setattr(socket.Desk, "send", sent)
    assert knock(client, "alfa", looks) == (True, True)
    assert told == [5, 0]


@promise("M9")
@pytest.mark.django_db(transaction=True)
def test_who_looks_and_types_is_told_to_the_others_of_the_hotel_only(monkeypatch):
    alfa, bravo = furnish("alfa", "ALFA"), furnish("bravo", "BRAVO")
    eva, leo = make_staff(alfa[Hotel], "eva"), make_staff(alfa[Hotel], "leo")
    talk = alfa[next(kind for kind in alfa if kind.__name__ == "Conversation")]
    hub = bells.HUB
    told = {"hotel": talk.hotel_id, "presence": {"user": eva.pk, "page": "p1", "name": "Eva", "at": talk.pk, "typing": True}}

    hub.hear(json.dumps(told))

    assert hub.people(talk.hotel_id, talk.pk, but=leo.pk) == [("Eva", True)]
    assert hub.people(talk.hotel_id, talk.pk, but=eva.pk) == [] and hub.everybody(bravo[Hotel].pk, but=0) == {}
    hub.hear(json.dumps({**told, "presence": {**told["presence"], "at": 0, "typing": False}}))
    assert hub.everybody(talk.hotel_id, but=leo.pk) == {}
    hub.hear(json.dumps(told))
    monkeypatch.setattr(bells, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + bells.VIEWING_S))
    assert hub.everybody(talk.hotel_id, but=leo.pk) == {} and bells.VIEWING_S <= 120  # of a page that ended without a word


def test_a_page_shares_what_another_read_after_the_bell_it_was_told_of_and_nothing_older(monkeypatch):
    hub, made = bells.Hub(), []
    hub.listening = True

    def read(heard=""):
        return hub.shared(1, "rows", lambda: made.append(len(made)) or made[-1], heard)

    def bell():
        hub.hear(json.dumps({"hotel": 1, "conversation": 5}))
        return hub.heard(1)

    first = bell()
    assert (read(first), read(first), read()) == (0, 0, 0)
    second = bell()
    assert read(first) == 0  # whoever was told of the first bell only may have what was read after it
    assert read(second) == 1 and read(first) == 1
    bell()
    assert read(bells.Hub().heard(1)) == 2  # told by another process: as if it could not say
    bell()
    assert read("") == 3
    bell()
    assert [read(strange) for strange in (f"{hub.born}.", f"{hub.born}.-1", f"{hub.born}.{'9' * 99}")] == [4, 4, 4]
    assert read(f"{hub.born}.{'9' * 18}") == 4  # more than was ever rung
    monkeypatch.setattr(bells, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + bells.SHARED_S))
    assert read(first) == 5  # and nothing for longer than half a second


@pytest.mark.django_db(transaction=True)
def test_somebody_who_is_no_longer_staff_is_put_out(monkeypatch):
    alfa = furnish("alfa", "ALFA")
    eva = make_staff(alfa[Hotel])
    client = browser(eva)
    monkeypatch.setattr(socket, "CHECK_S", 0.0)

    async def fired(talk):
        await database_sync_to_async(Membership.objects.filter(user=eva).delete)()
        await talk.send_input({"type": "websocket.receive", "text": json.dumps({"page": "p", "at": 1, "typing": False})})
        closed = await talk.receive_output(5)
        return closed["type"], closed["code"]

    assert knock(client, "alfa", fired) == (True, ("websocket.close", 4404))


def asks(**told):
    return {
        "type": "websocket.receive",
        "text": json.dumps({"page": "p", "read": "view=all", "language": "es", "nth": 4, **told}),
    }


async def answer_of(talk):
    """What comes next on a line but bells."""
    while "text" in (sent := await talk.receive_output(5)):
        told = json.loads(sent["text"])
        if "queue" in told:
            return told
    return sent


@promise("S4")
@pytest.mark.django_db(transaction=True)
def test_a_queue_read_over_the_line_is_that_of_ones_own_hotel_in_ones_own_language():
    alfa, _bravo = furnish("alfa", "ALFA"), furnish("bravo", "BRAVO")
    client = browser(make_staff(alfa[Hotel]))

    async def read(talk):
        answers = []
        for told in ({}, {"language": "en"}, {"read": "view=all&hotel=bravo"}, {"read": "view=all&q=ALFA"}, {"language": "xx"}):
            await talk.send_input(asks(**told))
            answers.append(await answer_of(talk))
        await talk.send_input(asks(nth="x"))  # nobody understands it: nothing comes, and the line lives
        await talk.send_input(asks(nth=9))
        return [*answers, await answer_of(talk)]

    _accepted, (spanish, english, other, words, strange, last) = knock(client, "alfa", read)
    over_http = client.get("/console/alfa/queue/?view=all").content.decode()

    assert spanish["nth"] == 4 and "Vistas" in spanish["queue"] and "ALFA" in spanish["queue"]
    assert re.sub(r"<time.*?</time>", "", english["queue"]) == re.sub(r"<time.*?</time>", "", over_http)
    assert "BRAVO" not in other["queue"] and "ALFA" in other["queue"]
    assert (words["queue"], strange["queue"], last["nth"]) == (None, None, 9)  # those are asked for over HTTP


@promise("S4")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loss", ["membership", "session", "password", "person"])
def test_whoever_may_no_longer_see_the_hotel_reads_nothing_more_over_the_line(monkeypatch, loss):
    alfa = furnish("alfa", "ALFA")
    eva = make_staff(alfa[Hotel])
    client = browser(eva)
    monkeypatch.setattr(socket, "READ_CHECK_S", 0.0)

    def lose():
        if loss == "membership":
            Membership.objects.filter(user=eva).delete()
        elif loss == "session":
            Session.objects.all().delete()
        elif loss == "password":
            eva.set_password("another one 77")
            eva.save()
        else:
            type(eva).objects.filter(pk=eva.pk).update(is_active=False)

    async def read(talk):
        await talk.send_input(asks())
        before = await answer_of(talk)
        await database_sync_to_async(lose)()
        await talk.send_input(asks())
        return before, await answer_of(talk)

    _accepted, (before, after) = knock(client, "alfa", read)
    assert "ALFA" in before["queue"] and (after["type"], after["code"]) == ("websocket.close", 4404)


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_cannot_be_read_is_told_as_that_and_the_line_lives(monkeypatch):
    alfa = furnish("alfa", "ALFA")
    client, counts = browser(make_staff(alfa[Hotel])), queue.counts

    def broken(*_given):
        monkeypatch.setattr(queue, "counts", counts)
        raise OperationalError

    monkeypatch.setattr(queue, "counts", broken)

    async def read(talk):
        await talk.send_input(asks())
        first = await answer_of(talk)
        await talk.send_input(asks())
        return first, await answer_of(talk)

    _accepted, (first, second) = knock(client, "alfa", read)
    assert first["queue"] is None and "ALFA" in second["queue"]


def test_pages_are_told_to_read_their_queue_together_and_in_rounds(monkeypatch):
    monkeypatch.setattr(bells, "ROUND_S", 0.2)
    hub, told = bells.Hub(), []

    class Page:
        def __init__(self, name):
            self.name = name

        def gather(self, what):
            if "listed" in what:
                told.append((self.name, asyncio.get_running_loop().time()))

    def bell(**what):
        hub.hear(json.dumps({"hotel": 1, **what}))

    async def go():
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        hub.sockets[1] = {Page("a"), Page("b")}
        bell(ticks=3)
        bell(presence={"user": 1, "page": "p", "name": "x", "at": 1, "typing": False})
        for _time in range(5):
            bell(conversation=7)
        loop.call_later(0.05, lambda: (bell(conversation=7), bell(conversation=8)))
        loop.call_later(0.5, ended.set)
        await ended.wait()

    with ThreadPoolExecutor(1) as alone:
        alone.submit(lambda: asyncio.run(go())).result()
    at = [moment for _name, moment in sorted(told, key=lambda one: one[1])]
    assert sorted(name for name, _moment in told) == ["a", "a", "b", "b"]  # twice: at once, and once for all that came within the round
    assert at[1] - at[0] < 0.05 and at[3] - at[2] < 0.05 and at[2] - at[0] >= 0.19


@promise("S4")
@pytest.mark.django_db(transaction=True)
def test_a_line_that_was_put_out_or_broke_is_told_nothing_more(monkeypatch):
    """Two questions wait when the membership goes: the second finds the line closed."""
    alfa = furnish("alfa", "ALFA")
    hotel, eva = alfa[Hotel], make_staff(alfa[Hotel])
    client = browser(eva)
    monkeypatch.setattr(socket, "READ_CHECK_S", 0.0)

    async def read(talk):
        assert len(bells.HUB.sockets[hotel.pk]) == 1
        await database_sync_to_async(Membership.objects.filter(user=eva).delete)()
        for _time in range(2):
            await talk.send_input(asks())
        sent = await answer_of(talk)
        return sent["code"], await talk.receive_nothing(0.1)

    assert knock(client, "alfa", read) == (True, (4404, True))
    assert not bells.HUB.sockets[hotel.pk]

    Membership.objects.create(user=eva, hotel=hotel, role="receptionist")
    monkeypatch.setattr(socket, "_tell", lambda *_given: 1 / 0)

    async def breaks(talk):
        await talk.send_input({"type": "websocket.receive", "text": json.dumps({"page": "p", "at": 5})})
        with pytest.raises(ZeroDivisionError):
            await talk.receive_output(5)

    with pytest.raises(ZeroDivisionError):
        knock(client, "alfa", breaks)
    assert not bells.HUB.sockets[hotel.pk]


@pytest.mark.django_db(transaction=True)
def test_a_page_is_told_at_once_of_what_is_open_there_and_of_the_rest_with_the_round(monkeypatch):
    alfa = furnish("alfa", "ALFA")
    client, number = browser(make_staff(alfa[Hotel])), alfa[Hotel].pk
    monkeypatch.setattr(bells, "ROUND_S", 0.4)

    async def told(talk):
        def bell(**what):
            bells.HUB.hear(json.dumps({"hotel": number, **what}))

        async def next_told():
            return {name: value for name, value in json.loads((await talk.receive_output(5))["text"]).items() if name != "heard"}

        def opens(pk):
            return {"type": "websocket.receive", "text": json.dumps({"page": "p", "at": 0, "open": pk, "ping": 1})}

        await talk.send_input(opens(5))
        await next_told()
        bell(conversation=6)  # the first round is at once
        first = await next_told()
        bell(conversation=7)
        bell(ticks=7)
        bell(conversation=5)
        bell(ticks=5)
        at_once, rest = await next_told(), await next_told()
        await talk.send_input(opens(7))
        await next_told()
        return first, at_once, rest, await next_told()

    first, at_once, rest, opened = knock(client, "alfa", told)[1]
    assert first == {"listed": True, "conversations": [6], "ticks": []}
    assert at_once == {"conversations": [5, 7], "ticks": []}
    assert rest == {"listed": True, "conversations": [], "ticks": []}
    assert opened == {"conversations": [], "ticks": [7]}  # its ticks were not told while it was not open
