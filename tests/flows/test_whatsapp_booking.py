"""A guest books on WhatsApp: signed webhooks in, letters at the double, a booking in the PMS. And what must not happen."""

import datetime as dt

import pytest
from django.utils import timezone

from channels_app.models import Attachment, Inbound, Outbound
from conversations.models import Conversation, Event, Message, RoomPhoto
from pms.models import PropertyReservation, Rate, RoomNight
from reservations.models import Booking, Hold
from tests.channels_app.test_media import picture
from tests.conftest import envelope, tap_message, text_message
from tests.promises import promise


class Guest:
    """Somebody with a phone."""

    def __init__(self, number, post, work, double):
        self.number, self.post, self.work, self.double = number, post, work, double
        double.guest(number, type="text", text={"body": "(opens the window at the double)"}, deliver=False)
        self.seen = len(double.messages(number))

    def says(self, text, **more):
        assert self.post(envelope(text_message(text, sender=self.number, **more))).status_code == 200
        self.work()
        return self.heard()

    def taps(self, choice, **more):
        assert self.post(envelope(tap_message(choice["id"], choice["title"], sender=self.number, **more))).status_code == 200
        self.work()
        return self.heard()

    def heard(self):
        """The bodies of what arrived on the phone since last time."""
        all_ = self.double.messages(self.number)
        new, self.seen = all_[self.seen :], len(all_)
        return [row["body"] for row in new]


def words(body):
    return body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"]


def buttons(body):
    action = body["interactive"]["action"]
    return [button["reply"] for button in action.get("buttons", [])] or action["sections"][0]["rows"]


@pytest.fixture
def ana(connected, post, work, double):
    return Guest(f"54911{int(timezone.now().timestamp() * 1000) % 10**8:08d}", post, work, double)


@pytest.fixture
def dates(hotel):
    start = hotel.local_now().date() + dt.timedelta(days=30)
    return start, start + dt.timedelta(days=2)


def ask(dates):
    start, end = dates
    return f"hola, tenés lugar del {start.day}/{start.month}/{start.year} al {end.day}/{end.month}/{end.year} para dos?"


def to_summary(guest, dates):
    guest.says(ask(dates))
    guest.says("la doble")
    [summary] = guest.says("Ana Pérez")
    return summary


def price(dates):
    """By the test hotel's rates, computed independently of the product."""
    return sum(120000 if night.weekday() in {4, 5} else 100000 for night in (dates[0], dates[0] + dt.timedelta(days=1)))


def test_from_hello_to_a_confirmed_booking(ana, dates, sql):
    [offers] = ana.says(ask(dates))
    [name] = ana.taps(buttons(offers)[0])
    [summary] = ana.says("Ana Pérez")
    before = Booking.objects.count(), RoomNight.objects.count()
    [confirmation] = ana.taps(buttons(summary)[0])

    booking = Booking.objects.get()
    assert "Habitación doble" in words(offers) and "Suite" in words(offers)
    assert words(name) == "¿A nombre de quién hago la reserva?"
    assert "2 adultos" in words(summary) and "Ana Pérez" in words(summary)
    assert before == (0, 0)  # nothing is booked before the yes
    assert booking.reference in words(confirmation)
    assert (booking.state, booking.guest_name, booking.check_in, booking.check_out, booking.adults) == ("confirmed", "Ana Pérez", *dates, 2)
    assert booking.guest_phone == f"+{ana.number}"
    assert [step.to_state for step in booking.steps.all()] == ["holding", "placing", "confirmed"]
    assert sql("select count(*) from pms_roomnight") == [(2,)]
    assert PropertyReservation.objects.get().reference == booking.reference
    assert Hold.objects.get().state == "used"
    types = list(Event.objects.values_list("type", flat=True))
    assert types == ["hold_created", "booking_placing", "booking_confirmed"]


def test_the_price_said_is_the_price_booked(ana, dates, hotel):
    summary = to_summary(ana, dates)
    ana.taps(buttons(summary)[0])

    booking = Booking.objects.get()
    expected = price(dates)
    assert booking.total == expected == PropertyReservation.objects.get().total
    assert f"$ {expected:,}".replace(",", ".") in words(summary)


def test_confirm_tapped_twice_is_one_booking(ana, dates):
    summary = to_summary(ana, dates)
    yes = buttons(summary)[0]

    ana.taps(yes)
    [again] = ana.taps(yes)

    assert (Booking.objects.count(), PropertyReservation.objects.count()) == (1, 1)
    assert "ya no vale" in words(again)


def test_confirm_tapped_twice_in_one_moment_is_one_booking(ana, dates, post, work):
    summary = to_summary(ana, dates)
    yes = buttons(summary)[0]

    post(envelope(tap_message(yes["id"], yes["title"], sender=ana.number), tap_message(yes["id"], yes["title"], sender=ana.number)))
    work()

    assert (Booking.objects.count(), PropertyReservation.objects.count(), len(ana.heard())) == (1, 1, 1)


def test_control_two_keys_for_one_yes_would_be_two_bookings(ana, dates, monkeypatch):
    import uuid

    from reservations import booking as saga

    summary = to_summary(ana, dates)
    real = saga._draft

    def forgetful(quote, booker, now):
        row = real(quote, booker, now)
        Booking.objects.filter(pk=row.pk).update(key=uuid.uuid4())
        return row

    monkeypatch.setattr(saga, "_draft", forgetful)
    conversation = Conversation.objects.get()
    state = conversation.state
    ana.taps(buttons(summary)[0])
    Conversation.objects.update(state=state)
    ana.taps(buttons(summary)[0])

    assert Booking.objects.count() == 2


@pytest.mark.parametrize("words_", ["sí", "dale", "Sí, confirmo", "ok 👍", "si por favor"])
def test_a_plain_yes_in_words_books(ana, dates, words_):
    to_summary(ana, dates)

    ana.says(words_)

    assert Booking.objects.get().state == "confirmed"


@pytest.mark.parametrize("words_", ["sí pero del 10 al 12 de enero", "no", "quizás", "sí, ¿aceptan perros?", "no sé", "hmm", "¿y si no?"])
def test_anything_but_a_plain_yes_books_nothing(ana, dates, words_):
    to_summary(ana, dates)

    ana.says(words_)

    assert Booking.objects.count() == 0


@promise("S19")
def test_a_yes_without_a_proposal_books_nothing(ana):
    ana.says("sí")

    assert (Booking.objects.count(), Hold.objects.count()) == (0, 0)


@promise("S19")
def test_a_made_up_button_confirms_nothing(ana, dates):
    to_summary(ana, dates)

    ana.taps({"id": "yes:00000000-0000-0000-0000-000000000000", "title": "Sí, confirmar"})

    assert Booking.objects.count() == 0


def test_price_moved_between_offer_and_yes_is_asked_again(ana, dates):
    summary = to_summary(ana, dates)
    Rate.objects.update(price=999000)

    [moved] = ana.taps(buttons(summary)[0])

    assert Booking.objects.get().state == "rejected"
    assert "El precio cambió" in words(moved) and "$ 1.998.000" in words(moved)
    ana.taps(buttons(moved)[0])
    assert [(row.state, int(row.total)) for row in Booking.objects.order_by("id")] == [("rejected", price(dates)), ("confirmed", 1998000)]


def test_control_without_the_price_check_the_old_price_would_be_booked(ana, dates, monkeypatch):
    from pms.adapters.embedded import EmbeddedPms

    summary = to_summary(ana, dates)
    Rate.objects.update(price=999000)
    monkeypatch.setattr(EmbeddedPms, "_check", lambda self, reservation: None)

    ana.taps(buttons(summary)[0])

    assert Booking.objects.get().state == "confirmed"


def test_sold_meanwhile_is_a_polite_no_with_alternatives(ana, dates, hotel):
    summary = to_summary(ana, dates)
    from pms.models import OutOfOrder, Room

    for room in Room.objects.filter(room_type__code="DBL"):
        block = OutOfOrder.objects.create(room=room, first_night=dates[0], end=dates[1], reason="desk")
        from pms import inventory

        assert inventory.block(block)

    [answer] = ana.taps(buttons(summary)[0])

    assert (Booking.objects.get().state, Booking.objects.get().reason) == ("rejected", "sold_out")
    assert "se acaba de ocupar" in words(answer) and "Suite" in words(answer)


def test_corrections_make_a_new_summary_and_free_the_old_room(ana, dates):
    to_summary(ana, dates)
    later = dates[1] + dt.timedelta(days=1)

    [summary] = ana.says(f"mejor hasta el {later.day}/{later.month}/{later.year}")

    assert "3 noches" in words(summary)
    assert sorted(Hold.objects.values_list("state", flat=True)) == ["held", "released"]
    ana.says("sí")
    assert Booking.objects.get().nights == 3


def test_a_person_wanted_makes_the_bot_silent_until_given_back(ana, dates, django_user_model):
    from conversations import handoff

    user = django_user_model.objects.create(username="lucia")
    [coming] = ana.says("quiero hablar con una persona")
    silence = ana.says("hola?")
    conversation = Conversation.objects.get()

    assert "Te paso con una persona" in words(coming)
    assert (silence, conversation.owner, Inbound.objects.order_by("id").last().state) == ([], "waiting", "parked")

    handoff.reply(conversation, user, "Hola, soy Lucía. ¿En qué te ayudo?")
    ana.work()
    assert [words(body) for body in ana.heard()] == ["Hola, soy Lucía. ¿En qué te ayudo?"]

    handoff.give_back(conversation, user)
    [answer] = ana.says("¿a qué hora es el desayuno?")
    assert words(answer) == "El desayuno es de 7 a 10."
    assert [event.type for event in Event.objects.all()] == ["handed_off", "taken", "given_back"]


def test_not_understood_once_gives_choices_twice_a_person(ana):
    [first] = ana.says("xyzzy plugh")
    [second] = ana.says("qwerty asdf")

    assert len(buttons(first)) == 3
    assert "Te paso con una persona" in words(second)
    assert Conversation.objects.get().owner == "waiting"


def test_facts_are_the_hotels_own_words_with_their_source(ana):
    [answer] = ana.says("a que hora es el desayuno y aceptan perros?")

    assert words(answer) == "El desayuno es de 7 a 10.\n\nAceptamos perros de hasta 10 kg."
    sources = Message.objects.filter(author="bot").last().sources
    assert [source.split(":")[0] + source[-3:] for source in sources] == ["fact:v1", "fact:v1"]


def test_what_the_hotel_has_not_said_is_not_invented(ana):
    [answer] = ana.says("¿tienen pileta?")

    assert "no lo tengo a mano" in words(answer)
    assert [button["title"] for button in buttons(answer)] == ["Hablar con alguien"]


def test_a_frequent_question_is_answered(ana):
    [answer] = ana.says("puedo dejar las valijas antes?")

    assert words(answer) == "Sí, las guardamos sin cargo."


@promise("S19")
def test_own_booking_can_be_cancelled_after_a_yes_another_guests_cannot(ana, dates, post, work, double):
    summary = to_summary(ana, dates)
    ana.taps(buttons(summary)[0])
    reference = Booking.objects.get().reference
    other = Guest("5491144443333", post, work, double)

    [asked] = other.says(f"quiero cancelar la reserva {reference}")
    assert "¿A nombre de qué apellido" in words(asked)
    [again] = other.says("Villalba")
    assert "No encuentro una reserva con ese código y ese apellido" in words(again)
    other.says(reference)
    [refused] = other.says("Montes de Oca")
    assert "te paso con una persona" in words(refused)
    assert Booking.objects.get().state == "confirmed"

    [question] = ana.says("quiero cancelar mi reserva")
    assert Booking.objects.get().state == "confirmed"
    [done] = ana.taps(buttons(question)[0])
    assert (Booking.objects.get().state, reference in words(done), RoomNight.objects.count()) == ("cancelled", True, 0)


def test_every_letter_marks_read_and_shows_typing(ana, double):
    known = double.guest(ana.number, type="text", text={"body": "hola"}, deliver=False)["id"]
    ana.says("hola", wamid=known)

    call = double.sql("select body from calls where kind = 'read' order by id desc limit 1")
    assert Outbound.objects.filter(content__kind="read", state="sent").count() == 1
    assert "typing_indicator" in str(call[0][0])


def test_a_voice_note_is_answered_honestly(ana, post, work):
    message = {
        "from": ana.number,
        "id": "wamid.voice",
        "timestamp": text_message("")["timestamp"],
        "type": "audio",
        "audio": {"id": "1", "mime_type": "audio/ogg", "voice": True},
    }
    post(envelope(message))
    work()

    [answer] = ana.heard()
    assert words(answer) == "Por acá solo puedo leer texto. ¿Me lo escribís?"


@promise("O10")
def test_one_id_follows_a_hundred_messages_from_webhook_to_status(connected, post, work, double, sql):
    missing = []
    for index in range(100):
        number = f"549116{index:07d}"
        double.guest(number, type="text", text={"body": "x"}, deliver=False)
        response = post(envelope(text_message("a que hora es el desayuno?", sender=number)))
        given = response["X-Correlation-Id"]
        work()
        out = Outbound.objects.filter(correlation_id=given).exclude(content__kind="read").first()
        inside = Inbound.objects.filter(correlation_id=given, state="answered").exists()
        if not inside or out is None or out.state != "sent":
            missing.append(given)

    assert missing == []


def test_a_bookings_steps_carry_the_id_of_the_yes(ana, dates, post, work):
    summary = to_summary(ana, dates)
    yes = buttons(summary)[0]

    given = post(envelope(tap_message(yes["id"], yes["title"], sender=ana.number)))["X-Correlation-Id"]
    work()

    assert Booking.objects.get().correlation_id == given


class TestDeathOfAWorker:
    """The worker dies at a line between the yes and its answer; the next one finishes the turn."""

    def again(self, work):
        """The dead worker's lease lapses."""
        Conversation.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1), due_at=timezone.now())
        Booking.objects.update(lease_until=None)
        work()

    @pytest.mark.parametrize("way", ["tap", "word"])
    def test_after_the_booking_before_the_commit(self, ana, dates, monkeypatch, post, work, way):
        from conversations import turns

        summary = to_summary(ana, dates)
        yes = buttons(summary)[0]
        with monkeypatch.context() as dying:
            dying.setattr(turns, "_commit", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
            with pytest.raises(SystemExit):
                ana.taps(yes) if way == "tap" else ana.says("dale")
        booked = Booking.objects.get().state

        self.again(work)

        [told] = ana.heard()
        assert (booked, Booking.objects.count(), PropertyReservation.objects.count()) == ("confirmed", 1, 1)
        assert Booking.objects.get().reference in words(told) and "ya no vale" not in words(told) and "Genial" not in words(told)

    def test_before_the_pms_was_asked_the_saga_goes_on_and_tells_once(self, ana, dates, monkeypatch, work):
        from reservations import booking as saga
        from reservations import tasks

        summary = to_summary(ana, dates)
        with monkeypatch.context() as dying:
            dying.setattr(saga, "advance", lambda _pk: (_ for _ in ()).throw(SystemExit(9)))
            with pytest.raises(SystemExit):
                ana.taps(buttons(summary)[0])
        state = Booking.objects.get().state
        Booking.objects.update(due_at=timezone.now())
        [saga.advance(pk) for pk in tasks.PLACING.claim(50)]

        self.again(work)

        told = ana.heard()
        assert (state, Booking.objects.get().state, PropertyReservation.objects.count()) == ("placing", "confirmed", 1)
        assert [Booking.objects.get().reference in words(body) for body in told] == [True]

    def test_a_newer_wish_waits_until_the_booking_was_told(self, ana, dates, monkeypatch, post, work):
        from conversations import turns

        to_summary(ana, dates)
        with monkeypatch.context() as dying:
            dying.setattr(turns, "_commit", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
            with pytest.raises(SystemExit):
                ana.says("dale")
        post(envelope(text_message("no, mejor del 4 al 6", sender=ana.number)))

        self.again(work)

        [told] = ana.heard()
        assert words(told).startswith("¡Listo, Ana Pérez!")
        assert [row.state for row in Booking.objects.all()] == ["confirmed"]


class TestOnlyAPlainYes:
    """What happened to be read as a yes, or outlived its question, before it was written down here."""

    def test_a_yes_tapped_together_with_other_words_is_none(self, ana, dates, post, work):
        yes = buttons(to_summary(ana, dates))[0]

        post(
            envelope(tap_message(yes["id"], yes["title"], sender=ana.number), text_message("no esperá, mejor otro día", sender=ana.number))
        )
        work()

        assert Booking.objects.count() == 0

    def test_an_ok_to_a_person_books_nothing_after_the_conversation_is_given_back(self, ana, dates, django_user_model):
        from conversations import handoff

        user = django_user_model.objects.create(username="lucia")
        to_summary(ana, dates)
        ana.says("quiero hablar con una persona")
        conversation = Conversation.objects.get()
        handoff.reply(conversation, user, "Te llamo en diez minutos, ¿te parece?")
        handoff.give_back(conversation, user)

        ana.says("ok")

        assert (Booking.objects.count(), Hold.objects.get().state) == (0, "released")

    def test_a_cancellation_expires_too(self, ana, dates, hotel, work, post):
        ana.taps(buttons(to_summary(ana, dates))[0])
        ana.says("quiero cancelar mi reserva")
        later = hotel.local_now() + dt.timedelta(days=3)

        post(envelope(text_message("ok", sender=ana.number)))
        work(later)

        assert Booking.objects.get().state == "confirmed"

    def test_a_yes_with_a_wish_is_none_and_the_wish_is_read_back(self, ana, dates):
        to_summary(ana, dates)

        [asked] = ana.says("si pero con cuna")

        assert "¿Confirmo la reserva?" in words(asked) and "recepción: cuna" in words(asked)
        assert (Booking.objects.count(), buttons(asked)[0]["id"][:4]) == (0, "yes:")

    @pytest.mark.parametrize("unclear", ["si pero más tarde veo", "lo de siempre jaja"])
    def test_after_something_unclear_the_question_is_asked_again(self, ana, dates, unclear):
        to_summary(ana, dates)

        [asked] = ana.says(unclear)

        assert "¿confirmo la reserva tal cual" in words(asked) and buttons(asked)[0]["id"].startswith("yes:")

    @pytest.mark.parametrize("chatter", ["mañana te confirmo", "hasta mañana!", "el domingo hay desayuno?"])
    def test_small_talk_moves_no_date(self, ana, dates, chatter):
        to_summary(ana, dates)

        ana.says(chatter)
        ana.says("dale")

        assert [(row.check_in, row.check_out) for row in Booking.objects.all()] == [dates]


def test_a_turn_that_never_works_ends_with_a_person_and_a_word_to_the_guest(ana, monkeypatch, work):
    from conversations.desk import HotelDesk

    monkeypatch.setattr(HotelDesk, "answer", lambda *_: 1 / 0)
    ana.says("a que hora es el desayuno?")
    for _ in range(3):
        Conversation.objects.update(due_at=timezone.now())
        work()

    assert (Conversation.objects.get().owner, Inbound.objects.get().state) == ("waiting", "failed")
    assert "Te paso con una persona" in words(ana.heard()[-1])


def test_one_bad_letter_or_receipt_stops_nobody(ana, post, work):
    post(
        envelope(
            text_message("hola") | {"from_user_id": "AR." + "9" * 300},
            statuses=[{"id": "w", "status": "sent", "timestamp": "1790000000", "biz_opaque_callback_data": "²"}],
        )
    )

    [answer] = ana.says("a que hora es el desayuno?")

    assert "desayuno" in words(answer)


class TestAPersonTakesOverWhileItIsBooked:
    """The booking was made for a yes; whoever tells the guest, the record says it, and nobody says it twice."""

    def test_taken_between_the_booking_and_its_answer(self, ana, dates, monkeypatch, django_user_model):
        from conversations import handoff, turns

        user = django_user_model.objects.create(username="lucia")
        summary = to_summary(ana, dates)
        commit = turns._commit

        def late(conversation, *rest):
            handoff.take(Conversation.objects.get(pk=conversation.pk), user)
            return commit(conversation, *rest)

        monkeypatch.setattr(turns, "_commit", late)
        told = ana.taps(buttons(summary)[0])

        assert (Booking.objects.get().state, told) == ("confirmed", [])  # the bot is silent
        assert Event.objects.filter(type="booking_confirmed").count() == 1
        assert Booking.objects.get().reference in Message.objects.filter(author="bot").last().text
        assert Outbound.objects.order_by("id").last().state == "aborted"

    def test_a_worker_died_then_a_person_came_and_gave_back(self, ana, dates, monkeypatch, work, django_user_model):
        from conversations import handoff, turns

        user = django_user_model.objects.create(username="lucia")
        summary = to_summary(ana, dates)
        with monkeypatch.context() as dying:
            dying.setattr(turns, "_commit", lambda *_: (_ for _ in ()).throw(SystemExit(9)))
            with pytest.raises(SystemExit):
                ana.taps(buttons(summary)[0])
        conversation = Conversation.objects.get()
        handoff.take(conversation, user)
        handoff.give_back(conversation, user)

        work()

        told = [words(body) for body in ana.heard()]
        assert sum(Booking.objects.get().reference in text for text in told) == 1
        assert Booking.objects.count() == 1


def test_who_asks_for_pictures_gets_the_rooms_and_who_asks_for_nothing_else_gets_none(ana, hotel):
    for position in (2, 1):
        RoomPhoto.objects.create(hotel=hotel, room_type="DBL", position=position, data=picture(), mime_type="image/png")

    [told] = ana.says("¿cómo es la doble?")
    answer, first, second = ana.says("¿me mandás fotos de la doble?")
    none = ana.says("¿y fotos de la suite?")
    RoomPhoto.objects.update(data=picture(size=(60, 20)))
    ana.says("¿me mandás fotos de la doble?")

    assert told["type"] == "text" and "Habitación doble" in words(answer)
    assert [first["type"], second["type"]] == ["image", "image"]
    names = Outbound.objects.filter(content__kind="file").order_by("id").values_list("content__file__name", flat=True)
    assert list(names) == 2 * [f"dbl-{pk}.png" for pk in RoomPhoto.objects.order_by("position").values_list("pk", flat=True)]
    assert len({bytes(one.data) for one in Attachment.objects.all()}) == 2  # the new picture, not the old one again
    assert list(Message.objects.filter(author="bot").order_by("id").values_list("kind", flat=True))[1:4] == ["text", "image", "image"]
    assert [body["type"] for body in none] == ["interactive"] and "no tengo fotos" in words(none[0])
