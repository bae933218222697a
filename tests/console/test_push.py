"""Browsers whose desk is closed: who is told, what it says, what a service may do to us."""

import datetime as dt
import socket

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from conversations import escalation, handoff
from conversations.models import Attendance, DeskSettings, Event, PushMessage, PushSubscription
from conversations.push import calls, sealing, service
from conversations.relay import telling
from hotelagent.hotels.models import Hotel, Membership, OpeningHours
from hotelagent.ops import environment
from tests.console.conftest import browser, make_talk, minutes, says, waiting
from tests.fakes.push import push_service, unb64


@pytest.fixture
def push(settings):
    """A service the operator named, and a key."""
    with push_service(settings) as made:
        yield made


def subscribe(push, hotel, user, path="/a", **values):
    return PushSubscription.objects.create(hotel=hotel, user=user, endpoint=push.origin + path, **push.browser.keys, **values)


def run():
    """What the two drains do."""
    for pk in telling.due(100):
        telling.tell(pk)
    while pks := calls.claim(100):
        for pk in pks:
            calls.send(pk)


def states():
    return list(PushMessage.objects.order_by("pk").values_list("state", flat=True))


def test_what_the_standard_shows_as_its_example_is_what_leaves():
    """RFC 8291, appendix A."""
    ours = ec.derive_private_key(int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1())
    p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"

    made = sealing.sealed(
        b"When I grow up, I want to be a watermelon", p256dh, "BTBZMqHH6r4Tts7J_aSIgg", salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"), ours=ours
    )

    assert sealing.encoded(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
        "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_shared_browser_tells_nobody_of_what_a_colleague_wanted_to_hear(push, hotel, eva, leo):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    kept = subscribe(push, hotel, eva, "/her-own")
    subscribe(push, other, eva, "/shared")
    calls.turn_on(hotel, leo.pk, endpoint=push.origin + "/shared", language="es", browser="Chromium", **push.browser.keys)

    told = set(PushSubscription.objects.values_list("hotel", "user", "endpoint"))
    assert told == {(hotel.pk, eva.pk, kept.endpoint), (hotel.pk, leo.pk, push.origin + "/shared")}


def test_everybody_on_shift_is_told_and_with_every_step_again_until_somebody_comes(push, account, hotel, eva, leo, time_machine):
    start = timezone.now().replace(microsecond=0)
    time_machine.move_to(start, tick=False)
    off = Membership.objects.create(user=type(eva).objects.create_user("off", is_staff=True), hotel=hotel, role="receptionist").user
    gone = type(eva).objects.create_user("gone", is_staff=True)  # works there no more
    for path, user in (("/eva", eva), ("/leo", leo), ("/off", off), ("/gone", gone)):
        subscribe(push, hotel, user, path)
    Attendance.objects.create(hotel=hotel, user=off, state="off", since=start)
    talk = waiting(account, since=start, reason="complaint")
    says(talk, "¿hola?")
    telling.tell(talk.pk)

    run()
    at_once = [path for path, _headers, _told in push.received]
    time_machine.move_to(start + minutes(2.1), tick=False)
    escalation.climb(talk.pk)
    run()
    handoff.take(talk, eva)
    says(talk, "bueno")
    escalation.begin(talk, start)
    talk.save(update_fields=escalation.FIELDS)
    run()

    assert sorted(at_once) == ["/eva", "/leo"]
    assert sorted(path for path, _headers, _told in push.received[2:4]) == ["/eva", "/leo"]
    assert [path for path, _headers, _told in push.received[4:]] == ["/eva"]
    assert states() == ["sent"] * 5
    assert Event.objects.get(type="overdue").data["pushed"] == 2


def test_of_the_guest_it_says_nothing_unless_the_hotel_wants_it(push, account, hotel, eva):
    mine = subscribe(push, hotel, eva, language="en")
    talk = waiting(account, "Carla Gómez", reason="complaint")
    run()
    DeskSettings.objects.update_or_create(hotel=hotel, defaults={"push_words": True})

    quiet, open_ = push.received[0][2], calls.told(talk, mine)

    assert quiet == {
        "title": hotel.name, "body": "A guest waits for a person: complaint", "tag": f"guest{talk.pk}",
        "url": f"/console/{hotel.slug}/c/{talk.pk}/", "language": "en",
    }  # fmt: skip
    assert (open_["title"], open_["body"]) == ("Carla Gómez", "quiero hablar con alguien, soy Carla Gómez")


def test_a_service_gets_our_name_a_life_and_one_letter_a_guest(push, account, hotel, eva):
    subscribe(push, hotel, eva)
    talk = waiting(account)

    run()

    headers, claims = push.received[0][1], push.claims()
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("600", "high", f"guest{talk.pk}")
    assert claims["sub"] == "mailto:it@hotel.example"
    assert 0 < claims["exp"] - timezone.now().timestamp() < 24 * 3600
    assert PushSubscription.objects.get().problem == "" and PushSubscription.objects.get().told_at is not None


@pytest.mark.parametrize(
    ("status", "tries", "kept"),
    [(404, 1, False), (410, 1, False), (403, 1, True), (302, 1, True), (413, 1, True), (500, 3, True), (429, 3, True)],
)
def test_what_a_service_answers_is_kept_and_a_browser_that_is_gone_is_forgotten(
    push, account, hotel, eva, time_machine, status, tries, kept
):  # fmt: skip
    subscribe(push, hotel, eva)
    push.answers["/a"] = status
    waiting(account)

    for _turn in range(5):
        run()
        time_machine.move_to(timezone.now() + dt.timedelta(seconds=40))

    row = PushMessage.objects.get()
    assert [path for path, _headers, _told in push.received] == ["/a"] * tries
    assert (row.state, row.status, row.attempts) == ("failed", status, tries)
    assert PushSubscription.objects.filter(user=eva).exists() is kept
    assert not kept or PushSubscription.objects.get().problem


def test_nobody_is_told_of_who_does_not_wait_any_more(push, account, hotel, eva):
    subscribe(push, hotel, eva)
    talk = waiting(account)
    for pk in telling.due(100):
        telling.tell(pk)
    handoff.reply(talk, eva, "acá estoy")

    run()

    assert push.received == [] and states() == ["dropped"]


def test_while_the_reception_is_closed_only_what_cannot_wait_rings(push, account, hotel, eva):
    weekday = hotel.local_now().weekday()
    OpeningHours.objects.create(hotel=hotel, weekday=(weekday + 3) % 7, opens="08:00", closes="20:00")
    subscribe(push, hotel, eva)
    waiting(account, "Ana")
    urgent = waiting(account, "Bea", reason="emergency")

    run()

    assert [told["tag"] for _path, _headers, told in push.received] == [f"guest{urgent.pk}"]


def test_a_guest_of_the_receptionists_rings_nobody_and_without_a_key_nothing_is_queued(push, account, hotel, eva, settings):
    subscribe(push, hotel, eva)
    assert calls.call(make_talk(account), 0) == 0
    settings.WEB_PUSH = {**settings.WEB_PUSH, "private_key": ""}
    waiting(account)

    run()

    assert states() == [] and push.received == []


INSIDE = [
    "http://push.example/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://169.254.169.254/x", "https://10.0.0.7/x",
    "https://2130706433/x", "https://0x7f000001/x", "https://[64:ff9b::7f00:1]/x", "https://push.example:8443/x", "https://me@push.example/x",
    "file:///etc/passwd", "gopher://push.example/x", "https:///x", "https://push.example/" + "x" * 2000, "nonsense", "https://a b/",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", INSIDE)
def test_nothing_is_ever_sent_into_the_house(push, endpoint, monkeypatch):
    reached = []
    monkeypatch.setattr(socket, "create_connection", lambda *where, **_more: reached.append(where))

    with pytest.raises(service.Refused):
        service.post(endpoint, b"x", {})

    assert reached == []


def test_a_name_that_leads_into_the_house_is_judged_by_its_address_and_asked_once(push, monkeypatch):
    answers, reached = iter(["10.0.0.7", "8.8.8.8", "127.0.0.1"]), []

    def connect(where, *_args, **_more):
        reached.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", (next(answers), 443))])
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(service.Refused):
        service.post("https://push.example/x", b"x", {})
    outside = service.post("https://push.example/x", b"x", {})

    assert reached == [("8.8.8.8", 443)] and outside.status is None


def test_a_service_that_trickles_for_ever_is_left(push, monkeypatch):
    monkeypatch.setattr(service, "TIMEOUT_S", 0.3)
    push.trickles = True

    answer = service.post(push.origin + "/a", sealing.sealed(b"{}", **push.browser.keys), {})

    assert answer.status is None and answer.said.startswith("no whole answer")


def test_a_browser_is_turned_on_and_off_by_its_own_person(push, desk, hotel, eva, leo):
    told = {"endpoint": push.origin + "/a", **push.browser.keys}
    where = f"/console/{hotel.slug}/push/"

    on = [desk.post(where, told, headers={"User-Agent": "Firefox on the reception's phone"}).status_code for _twice in range(2)]
    row = PushSubscription.objects.get()
    browser(leo).post(where + "off/", told)
    kept = PushSubscription.objects.count()
    off = desk.post(where + "off/", told).status_code

    assert on == [204, 204] and (row.user, row.language, row.browser) == (eva, "en", "Firefox on the reception's phone")
    assert (kept, off, PushSubscription.objects.count()) == (1, 204, 0)


def test_what_is_no_browser_is_not_kept(push, desk, hotel, eva, settings):
    good = {"endpoint": push.origin + "/a", **push.browser.keys}
    where = f"/console/{hotel.slug}/push/"
    bad = [{"endpoint": "https://127.0.0.1:8000/"}, {"endpoint": ""}, {"p256dh": "AAAA"}, {"p256dh": "é"}, {"auth": "AA"}]

    answers = [desk.post(where, good | one).status_code for one in bad]
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(eva)
    forged = strict.post(where, good).status_code
    settings.WEB_PUSH = {**settings.WEB_PUSH, "private_key": ""}

    assert answers == [422] * len(bad) and forged == 403
    assert desk.post(where, good).status_code == 404 and "push-switch" not in desk.get(f"/console/{hotel.slug}/").content.decode()
    assert PushSubscription.objects.count() == 0


def test_the_worker_may_show_the_whole_desk_and_is_asked_for_anew(client, db):
    answer = client.get("/console/worker.js")

    assert answer.headers["Service-Worker-Allowed"] == "/console/" and answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "'unsafe" not in answer.headers["Content-Security-Policy"] and b"showNotification" in answer.content


def test_a_key_is_made_for_the_environment_and_a_wrong_one_stops_the_start(capsys, monkeypatch):
    call_command("web_push_keys")
    name, _equals, key = capsys.readouterr().out.strip().partition("=")

    monkeypatch.setenv("WEB_PUSH_PRIVATE_KEY", key)
    assert name == "WEB_PUSH_PRIVATE_KEY" and environment.key(name, size_bytes=32) == key
    monkeypatch.setenv("WEB_PUSH_PRIVATE_KEY", key[:-4])
    with pytest.raises(ImproperlyConfigured, match="WEB_PUSH_PRIVATE_KEY"):
        environment.key(name, size_bytes=32)
