"""Staff answer from their own WhatsApp: whoever waits is told there, and words reach the guest they are for, or nobody."""

import datetime as dt
import random

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from channels_app import inbox, outbox
from channels_app.envelope import InboundMessage, Sender
from channels_app.models import Inbound, Outbound, Template, Thread
from conversations import escalation, handoff, sorting
from conversations.models import Attendance, Conversation, DeskSettings, Handoff, Message, RelayCode, RelayLine, StaffPhone
from conversations.relay import answering, commands, telling
from hotelagent.hotels.models import OpeningHours
from tests.conftest import envelope, make_account, new_wamid, text_message
from tests.console.conftest import make_staff, minutes, says, waiting
from tests.promises import promise

PHONE = "5491166660001"


@pytest.fixture
def phone(hotel, account, eva):
    return make_phone(eva, hotel, account)


def make_phone(user, hotel, account, number=PHONE, *, wrote=True):
    """Their phone, which wrote to the hotel a moment ago, so that free words may go there."""
    row = StaffPhone(hotel=hotel, user=user, number=f"+{number}")
    row.full_clean()
    row.save()
    if wrote:
        Thread.objects.create(account=account, identity=row.key, address=number, last_inbound_at=timezone.now())
    return row


def sent():
    """Everything that is queued leaves, and has an id at the provider."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_app_outbound SET state = 'sent', provider_id = 'wamid.out' || id, sent_at = now() WHERE state = 'queued'"
        )


def tell_all():
    while due := telling.due(100):
        for pk in due:
            telling.tell(pk)
    sent()


def letters(number=PHONE, after=0):
    """What the phone got: (kind, text)."""
    rows = Outbound.objects.filter(thread__address=number, pk__gt=after).order_by("pk")
    return [(row.content["kind"], row.content["text"]) for row in rows]


def heard(talk):
    """What people told this guest."""
    rows = Outbound.objects.filter(thread=talk.thread_id, author="staff").order_by("pk")
    return [row.content["text"] for row in rows]


def notice(talk, number=PHONE):
    """The newest letter to the phone that is about this guest."""
    return Outbound.objects.filter(relayed__conversation=talk, thread__address=number).latest("pk")


def writes(account, text, *, reply_to="", number=PHONE, choice="", kind="text"):
    """The colleague's letter comes in and is worked on. Returns what it led to."""
    name = new_wamid()
    item = InboundMessage(
        account.external_id, name, Sender(number, "", "Eva"), kind, timezone.now(), text=text, choice_id=choice, reply_to=reply_to
    )
    inbox.accept("whatsapp", [item], {account.external_id: account})
    sorting.sort(debounce_s=0)
    while claimed := answering.claim(10):
        for pk in claimed:
            answering.work(pk)
    sent()
    return Inbound.objects.get(provider_id=name)


def code(talk):
    return RelayCode.objects.get(conversation=talk).code


# --- told -----------------------------------------------------------------------------------------------------------------


def test_the_phone_is_told_who_waits_why_and_how_to_answer(account, phone):
    talk = waiting(account, "Carla Gómez")

    tell_all()

    [(kind, text)] = letters()
    assert kind == "text" and text.startswith(f"🔔 *{code(talk)}* Carla Gómez · pidió hablar con una persona · check-in: 2031-03-03")
    assert "«quiero hablar con alguien, soy Carla Gómez»" in text and text.endswith(f"empezá con {code(talk)}.")
    assert Conversation.objects.get().relay_at is None


def test_told_once_and_then_only_of_what_is_new(account, phone, eva):
    talk = waiting(account)
    tell_all()
    Conversation.objects.update(relay_at=timezone.now())
    tell_all()  # nothing new: nothing said
    assert len(letters()) == 1
    writes(account, "/tomar", reply_to=notice(talk).provider_id)
    before = Outbound.objects.latest("pk").pk
    says(talk, "y tienen cochera?")
    Conversation.objects.update(relay_at=timezone.now())

    tell_all()

    assert letters(after=before) == [("text", f"*{code(talk)}* Ana Paz\n«y tienen cochera?»")]


def test_in_a_closed_window_the_template_tells_and_its_answer_reaches_the_guest(account, hotel, eva):
    make_phone(eva, hotel, account, wrote=False)
    Template.objects.create(account=account, name="llamado", language="es", body="Espera {{1}}: {{2}}")
    DeskSettings.objects.create(hotel=hotel, alert_template="llamado")
    talk = waiting(account)

    tell_all()
    [(kind, text)] = letters()
    writes(account, "Hola Ana, ¿en qué te ayudo?", reply_to=notice(talk).provider_id)

    assert kind == "template" and text == f"Espera {code(talk)} Ana Paz: quiero hablar con alguien, soy Ana Paz"
    assert heard(talk) == ["Hola Ana, ¿en qué te ayudo?"]
    assert letters()[-1] == ("reaction", "✅")


def test_a_template_about_two_guests_is_answered_for_none_until_it_is_clear(account, hotel, eva):
    make_phone(eva, hotel, account, wrote=False)
    Template.objects.create(account=account, name="llamado", language="es", body="Espera {{1}}: {{2}}")
    DeskSettings.objects.create(hotel=hotel, alert_template="llamado")
    ana, leo = waiting(account, "Ana"), waiting(account, "Leo")
    for talk in (ana, leo):
        telling.tell(talk.pk)  # the first letter has not left: it tells of both
    sent()
    assert len(letters()) == 1

    letter = writes(account, "ya voy", reply_to=notice(ana).provider_id)

    row = Outbound.objects.filter(thread__address=PHONE).latest("pk")
    assert (heard(ana), heard(leo), letter.reason) == ([], [], "asked whom it is for")
    assert [choice["id"] for choice in row.content["choices"]] == [f"relay:{ana.pk}:{letter.pk}", f"relay:{leo.pk}:{letter.pk}"]


@pytest.mark.parametrize(
    ("state", "level", "told"), [(None, 0, True), ("away", 0, True), ("online", 0, False), ("online", 1, True), ("off", 1, False)]
)
def test_at_the_desk_it_sounds_first_and_whoever_is_off_is_left_alone(account, phone, eva, hotel, state, level, told):
    if state:
        Attendance.objects.create(hotel=hotel, user=eva, state=state, since=timezone.now())
    waiting(account)
    Conversation.objects.update(alert_level=level)

    tell_all()

    assert bool(letters()) is told


@pytest.mark.parametrize(("reason", "told"), [("asked", False), ("emergency", True), ("urgent", True)])
def test_while_the_reception_is_closed_only_an_emergency_rings(account, phone, hotel, reason, told):
    tomorrow = (hotel.local_now() + dt.timedelta(days=2)).weekday()
    OpeningHours.objects.create(hotel=hotel, weekday=tomorrow, opens=dt.time(8), closes=dt.time(9))
    waiting(account, reason=reason)

    tell_all()

    assert bool(letters()) is told


def test_nobody_at_the_desk_heard_it_so_their_phone_is_told_with_the_first_alert(account, phone, eva, hotel, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    Attendance.objects.create(hotel=hotel, user=eva, state="online", since=timezone.now())
    talk = waiting(account)
    tell_all()
    assert letters() == []

    time_machine.move_to(timezone.now() + minutes(2.1))
    escalation.climb(talk.pk)
    tell_all()

    assert len(letters()) == 1


# --- answered -------------------------------------------------------------------------------------------------------------


def test_a_reply_reaches_the_guest_as_the_colleagues_words_and_takes_the_conversation(account, phone, eva):
    talk = waiting(account)
    tell_all()

    letter = writes(account, "Sí, son 120.000 la noche", reply_to=notice(talk).provider_id)

    talk.refresh_from_db()
    row = Message.objects.get(author="staff")
    assert (talk.owner, talk.person, talk.waiting_since) == ("person", eva, None)
    assert (row.text, row.user, row.conversation) == ("Sí, son 120.000 la noche", eva, talk)
    assert (letter.state, letter.reason) == ("answered", f"conversation {talk.pk}")
    assert not Conversation.objects.exclude(pk=talk.pk).exists() and not Message.objects.filter(text__contains="120").exclude(pk=row.pk)


@pytest.mark.parametrize("form", ["{code} ya te confirmo", "#{code}: ya te confirmo", "{lower} - ya te confirmo"])
def test_a_code_in_front_names_the_guest_and_is_not_sent(account, phone, form):
    ana, leo = waiting(account, "Ana"), waiting(account, "Leo")
    tell_all()

    writes(account, form.format(code=code(leo), lower=code(leo).lower()))

    assert (heard(ana), heard(leo)) == ([], ["ya te confirmo"])


def test_words_for_nobody_are_kept_until_a_guest_is_tapped(account, phone):
    ana, leo = waiting(account, "Ana"), waiting(account, "Leo")
    tell_all()

    letter = writes(account, "ya te confirmo")
    asked = Outbound.objects.filter(thread__address=PHONE).latest("pk").content
    assert (heard(ana), heard(leo), asked["kind"]) == ([], [], "buttons")
    leos = asked["choices"][1]
    assert leos == {"id": f"relay:{leo.pk}:{letter.pk}", "title": f"{code(leo)} Leo", "description": ""}
    writes(account, leos["title"], choice=leos["id"], kind="interactive")
    writes(account, leos["title"], choice=leos["id"], kind="interactive")  # tapped twice
    writes(account, "Ana", choice=asked["choices"][0]["id"], kind="interactive")  # and then the other

    assert (heard(ana), heard(leo)) == ([], ["ya te confirmo"])
    assert "ya" in letters()[-1][1] and "Leo" in letters()[-1][1]


def test_the_only_guest_of_hours_needs_no_name_but_two_in_a_shift_do(account, phone, eva):
    ana = waiting(account, "Ana")
    tell_all()
    writes(account, "hola Ana")
    assert heard(ana) == ["hola Ana"]
    handoff.give_back(ana, eva)  # Ana is done; the words of this moment may still be meant for her
    leo = waiting(account, "Leo")
    tell_all()

    writes(account, "perfecto, queda reservado")

    assert (heard(ana), heard(leo)) == (["hola Ana"], [])


def test_a_reply_that_names_another_guest_is_asked_back(account, phone):
    ana, leo = waiting(account, "Ana"), waiting(account, "Leo")
    tell_all()

    letter = writes(account, f"{code(leo)} son 90.000", reply_to=notice(ana).provider_id)

    assert (heard(ana), heard(leo), letter.reason) == ([], [], "asked whom it is for")


@pytest.mark.parametrize("form", ["ZZ99 hola", "hola"])
def test_a_code_nobody_has_and_a_reply_to_nothing_we_know_reach_nobody(account, phone, form):
    ana = waiting(account, "Ana")
    waiting(account, "Leo")
    tell_all()

    letter = writes(account, form, reply_to="" if "99" in form else "wamid.unknown")

    assert heard(ana) == [] and letter.reason == "asked whom it is for"


def test_what_a_colleague_has_is_not_answered_from_elsewhere(account, phone, leo):
    talk = waiting(account)
    tell_all()
    handoff.take(talk, leo)

    letter = writes(account, "hola", reply_to=notice(talk).provider_id)

    assert heard(talk) == [] and letter.reason == "somebody else's"
    assert letters()[-1][1].startswith("leo tiene a Ana Paz")


def test_a_guest_silent_for_a_day_is_not_written_to_and_the_colleague_hears_why(account, phone):
    talk = waiting(account)
    tell_all()
    Thread.objects.filter(pk=talk.thread_id).update(last_inbound_at=timezone.now() - dt.timedelta(hours=25))

    writes(account, "hola", reply_to=notice(talk).provider_id)

    assert heard(talk) == [] and "24 horas" in letters()[-1][1]


def test_an_answer_that_does_not_arrive_is_told_to_its_writer(account, phone):
    talk = waiting(account)
    tell_all()
    writes(account, "hola", reply_to=notice(talk).provider_id)
    row = Outbound.objects.get(author="staff")
    Outbound.objects.filter(pk=row.pk).update(state="sending", lease_until=timezone.now(), fence=7)
    row.refresh_from_db()

    outbox.settle(row, outbox.Failed("no such number", code=131026))

    assert letters()[-1][1].startswith("Esto no le llegó a Ana Paz")


def test_pictures_are_not_passed_on_and_the_colleague_is_told(account, phone):
    talk = waiting(account)
    tell_all()

    writes(account, "", reply_to=notice(talk).provider_id, kind="image")

    assert heard(talk) == [] and "solo se pasan palabras" in letters()[-1][1]


# --- commands -------------------------------------------------------------------------------------------------------------


def test_taking_giving_back_and_done(account, phone, eva):
    talk = waiting(account)
    tell_all()
    owners = []
    for words in ("/take", "/soltar", "/tomar", "/listo"):
        writes(account, f"{words} {code(talk)}")
        talk.refresh_from_db()
        owners.append((talk.owner, talk.person))

    assert owners == [("person", eva), ("waiting", None), ("person", eva), ("bot", None)]
    assert heard(talk) == [] and "«quiero hablar con alguien, soy Ana Paz»" in letters()[1][1]


def test_the_list_names_who_waits_and_who_is_mine(account, phone, eva, leo):
    mine, free, other = waiting(account, "Ana"), waiting(account, "Bea"), waiting(account, "Ciro")
    handoff.take(mine, eva)
    handoff.take(other, leo)

    writes(account, "/lista")

    text = letters()[-1][1]
    assert f"*{code(mine)}* Ana · tuyo" in text and f"*{code(free)}* Bea · espera" in text and "Ciro" not in text


@pytest.mark.parametrize("words", ["/cerrar todo", "/done gracias, hasta luego", "/"])
def test_what_looks_like_a_command_never_reaches_a_guest(account, phone, words):
    talk = waiting(account)
    tell_all()

    writes(account, words, reply_to=notice(talk).provider_id)

    assert heard(talk) == [] and "/list" in letters()[-1][1]


def test_another_hotels_guest_is_out_of_reach(account, phone, other_hotel_talk):
    waiting(account)
    tell_all()
    foreign = telling.code_of(other_hotel_talk)

    letter = writes(account, f"{foreign} hola")
    writes(account, "x", choice=f"relay:{other_hotel_talk.pk}:{letter.pk}", kind="interactive")

    assert heard(other_hotel_talk) == []


@pytest.fixture
def other_hotel_talk(hotel):
    other = type(hotel).objects.create(slug="otro", name="Otro", timezone=hotel.timezone, country="AR", currency="ARS", languages=["es"])
    return waiting(make_account(other, "7007", app_name="other"), "Zoe")


# --- nothing is lost, doubled or mistaken ---------------------------------------------------------------------------------


def test_a_death_after_the_answer_was_queued_sends_nothing_twice(account, phone, monkeypatch):
    talk = waiting(account)
    tell_all()

    whole = answering._Letter.handle

    def die(letter):
        whole(letter)
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(answering._Letter, "handle", die)
        writes(account, "hola", reply_to=notice(talk).provider_id)
    assert heard(talk) == ["hola"]
    leo = waiting(account, "Leo")  # and meanwhile the world went on
    Inbound.objects.filter(state="relay").update(due_at=timezone.now())
    [pk] = answering.claim(10)
    answering.work(pk)

    assert (heard(talk), heard(leo)) == (["hola"], [])
    assert Inbound.objects.get(pk=pk).state == "answered" and letters()[-1] == ("reaction", "✅")


def test_letters_of_one_phone_are_worked_on_in_their_order(account, phone):
    waiting(account)
    tell_all()
    for words in ("uno", "dos"):
        item = InboundMessage(account.external_id, new_wamid(), Sender(PHONE), "text", timezone.now(), text=words)
        inbox.accept("whatsapp", [item], {account.external_id: account})
    sorting.sort(debounce_s=0)

    first = answering.claim(10)
    assert len(first) == 1 and answering.claim(10) == []
    answering.work(first[0])
    assert [Inbound.objects.get(pk=pk).text for pk in answering.claim(10)] == ["dos"]


@pytest.mark.parametrize("gone", ["phone", "role", "person"])
def test_a_phone_that_is_the_staffs_no_more_is_a_guests(account, phone, eva, gone):
    if gone == "phone":
        StaffPhone.objects.all().delete()
    elif gone == "role":
        eva.memberships.all().delete()
    else:
        type(eva).objects.update(is_active=False)
    letter = writes(account, "hola, tienen lugar?")
    assert letter.state == "waiting" and Conversation.objects.get().thread == letter.thread
    assert telling.colleagues([letter.thread]) == set()


def test_a_number_that_is_none_and_a_person_from_elsewhere_are_refused(hotel, eva, db):
    stranger = make_staff(hotel, "zoe")
    stranger.memberships.all().delete()
    for user, number, field in ((eva, "123", "number"), (stranger, "+5491166660001", "user")):
        with pytest.raises(ValidationError) as refused:
            StaffPhone(hotel=hotel, user=user, number=number).full_clean()
        assert list(refused.value.message_dict) == [field]


@promise("H7", small=30, full=500)
def test_answers_from_a_phone_reach_the_guest_they_are_for_or_nobody(account, phone, hotel, eva, leo, size, figures):
    """Guests come and go, a colleague takes some at the desk, replies come late, codes and plain words are mixed."""
    chance = random.Random(20260722)  # noqa: S311 - the same story every time
    guests = [waiting(account, f"G{number}") for number in range(6)]
    tell_all()
    notices = {talk.pk: [notice(talk).provider_id] for talk in guests}
    meant = refused = asked = 0
    for number in range(size):
        talk = chance.choice(guests)
        event = chance.random()
        if event < 0.15:
            handoff.give_back(Conversation.objects.get(pk=talk.pk), None)
            handoff.call_person(talk.pk, "asked")
        elif event < 0.3:
            handoff.release(Conversation.objects.get(pk=talk.pk), eva)
            handoff.take(Conversation.objects.get(pk=talk.pk), leo)
        says(talk, f"pregunta {number} de G{talk.guest.name}")
        Conversation.objects.filter(pk=talk.pk, owner__in=["waiting", "person"]).update(relay_at=timezone.now())
        tell_all()
        notices[talk.pk] = list(
            Outbound.objects.filter(relayed__conversation=talk, thread__address=PHONE).values_list("provider_id", flat=True)
        )
        target = chance.choice(guests)
        words = f"respuesta {number} para {target.guest.name}."
        way = chance.random()
        if way < 0.5:
            letter = writes(account, words, reply_to=chance.choice(notices[target.pk]))
        elif way < 0.8:
            letter = writes(account, f"{code(target)} {words}")
        else:
            letter = writes(account, words)
        if letter.reason == "asked whom it is for":
            asked += 1
            if chance.random() < 0.7:
                choices = Outbound.objects.filter(dedupe_key=f"relay-asked:{letter.pk}").get().content["choices"]
                mine = [choice for choice in choices if choice["id"].startswith(f"relay:{target.pk}:")]
                if mine:
                    writes(account, mine[0]["title"], choice=mine[0]["id"], kind="interactive")
        refused += letter.reason == "somebody else's"
        meant += 1
    wrong = [(talk.guest.name, words) for talk in guests for words in heard(talk) if f"para {talk.guest.name}." not in words]
    answers = sum(len(heard(talk)) for talk in guests)

    figures.update(answers=meant, reached=answers, asked=asked, refused=refused, wrong=len(wrong))
    assert wrong == []
    assert answers > meant / 4 and asked > 0 and refused > 0  # the desk has many of them by then
    assert Message.objects.filter(author="staff").count() == answers


# --- the whole way --------------------------------------------------------------------------------------------------------


def test_from_the_webhook_to_the_guest_through_a_closed_window(connected, double, post, work, hotel, eva):
    guest, colleague = "5491177770001", "5491177770002"
    make_phone(eva, hotel, connected, number=colleague, wrote=False)
    Template.objects.create(account=connected, name="llamado", language="es_AR", body="Espera {{1}}: {{2}}")
    DeskSettings.objects.create(hotel=hotel, alert_template="llamado")
    double.set_templates({"name": "llamado", "language": "es_AR", "body": "Espera {{1}}: {{2}}"}, append=True)
    double.guest(guest, type="text", text={"body": "(opens the window at the double)"}, deliver=False)
    post(envelope(text_message("quiero hablar con una persona por favor", sender=guest)))
    work()
    told = Outbound.objects.filter(thread__address=colleague).latest("pk")
    assert (told.state, told.content["kind"]) == ("sent", "template")
    assert double.messages(colleague)[-1]["body"]["type"] == "template"

    double.guest(colleague, type="text", text={"body": "(opens the window at the double)"}, deliver=False)
    post(envelope(text_message("Hola, soy Eva, contame", sender=colleague, context={"id": told.provider_id})))
    work()

    assert double.messages(guest)[-1]["body"]["text"]["body"] == "Hola, soy Eva, contame"
    assert double.messages(colleague)[-1]["body"]["reaction"]["emoji"] == "✅"
    assert Handoff.objects.get().taken_by == eva and RelayLine.objects.filter(inbound__isnull=False).count() == 1


def test_commands_are_read_in_three_languages():
    words = {
        "/take KD72": "take",
        "/TOMAR kd72": "take",
        "/Assumir": "take",
        "/soltar": "release",
        "/lista": "list",
        "/feito": "done",
        "/x": "help",
    }
    assert {line: commands.read(line).command for line in words} == words
    assert commands.read("KD72: son 90").text == "son 90" and commands.read("#kd72 hola").code == "KD72"
    assert commands.read("TV32pulgadas hay?") == commands.Read("", "", "TV32pulgadas hay?")
    assert commands.read("Kd7 hola").code == "" and commands.read("son las 10").code == ""
