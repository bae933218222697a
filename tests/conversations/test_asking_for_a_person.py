"""Who asks for a person gets one: a hundred wordings with slips and spoken ones, the button, and a hundred at once."""

import time

import pytest

from conversations import trial
from conversations.console import queue
from conversations.dialogue import policy
from conversations.dialogue.types import Message, State
from conversations.models import Conversation, Event, PushMessage, PushSubscription
from conversations.push import calls
from tests.conftest import envelope, text_message
from tests.console.conftest import make_staff
from tests.fakes.push import Browser, PushService
from tests.promises import promise

WORDINGS = {
    "es": [
        "quiero hablar con una persona", "me pasás con alguien?", "necesito un humano", "hay alguien de carne y hueso ahí?",
        "prefiero hablar con recepción", "pasame con el encargado por favor", "no quiero hablar con un robot",
        "me comunicás con la recepcionista?", "puede atenderme una persona real", "quisiera que me atienda alguien del hotel",
        "quiero ablar con una persona", "kiero hablar con alguien", "nesecito hablar con un humano", "pasame con un operador",
        "quiero un asesor", "hola eh sí quería ver si puedo hablar con alguien de recepción",
        "bueno mirá prefiero que me llame una persona", "dejame hablar con un ser humano", "sos un bot? quiero una persona",
        "me gustaría charlar con alguien del personal", "puedo hablar con el gerente?", "necesito que me conteste una persona",
        "derivame con un agente", "agente humano", "persona por favor", "HABLAR CON UNA PERSONA", "con quién puedo hablar?",
        "quiero hablar con el dueño", "necesito atención personal", "que me atienda un humano",
        "pueden llamarme? prefiero hablar con una persona", "quiero comunicarme con la recepción", "hablar con un representante",
        "por favor una persona que me ayude",
    ],
    "en": [
        "I want to talk to a person", "can I speak to a human?", "let me talk to someone at the front desk", "real person please",
        "I don't want to talk to a bot", "get me an agent", "could you connect me with reception", "I'd like to speak with the manager",
        "speak to a representative", "is there a human I can talk to", "I need a human", "human agent", "transfer me to a person",
        "can somebody from the hotel call me", "talk to a rael person", "i wnat to speak to a human", "may I speak to your staff",
        "put me through to reception", "um yeah hi could I maybe speak to somebody at reception", "are you a robot? give me a person",
        "I would rather deal with a human being", "can I talk to someone?", "please have someone contact me",
        "I need to speak with someone in charge", "connect me to an operator", "live agent", "customer service representative please",
        "I want a person not a machine", "can a person help me", "let me speak to your supervisor", "speak to human",
        "someone real please", "who can I talk to?",
    ],
    "pt": [
        "quero falar com uma pessoa", "posso falar com um atendente?", "me passa para um humano", "quero falar com alguém da recepção",
        "não quero falar com robô", "preciso de um atendente", "atendente humano", "tem alguém de verdade aí?",
        "quero falar com o gerente", "pode me transferir para a recepção?", "gostaria de ser atendido por uma pessoa",
        "falar com atendente", "qero falar com uma pesoa", "preciso fala com alguem", "vc é um robô? quero uma pessoa",
        "me conecta com um agente", "prefiro falar com um ser humano", "pode pedir pra alguém me ligar?", "com quem eu posso falar?",
        "quero atendimento humano", "é então eu queria falar com alguém do hotel", "chama alguém por favor", "me passa pra recepção",
        "quero falar com o responsável", "uma pessoa, por favor", "deixa eu falar com uma pessoa real",
        "preciso conversar com um funcionário", "quero suporte humano", "falar com humano", "posso falar com o dono?",
        "não quero máquina, quero gente", "alguém pode me atender?", "quero falar com a equipe",
    ],
}  # fmt: skip
# People are spoken of, and nobody is asked for.
NOBODY = [
    "somos dos personas",
    "¿cuántas personas entran en la suite?",
    "two people, two nights",
    "is breakfast per person?",
    "é para três pessoas",
]


@promise("H2")
def test_a_hundred_ways_to_ask_for_a_person_and_the_second_time_at_the_latest(hotel, figures):
    lines = [(language, line) for language, some in WORDINGS.items() for line in some]
    missed = [(language, line) for language, line in lines if trial.try_out(hotel, line).outcome.hand_off is None]
    again = [line for _language, line in missed if _second(hotel, line).hand_off is None]

    figures.update(wordings=len(lines), at_first=len(lines) - len(missed), after_second=len(lines) - len(again))
    assert len(lines) == 100 and len(missed) <= 2 and again == []


def _second(hotel, line):
    """Said once more, after whatever was answered."""
    first = trial.try_out(hotel, line).outcome
    now = hotel.local_now()
    return policy.decide(Message(line), state=first.state, hotel=trial.hotel_view(hotel, now), desk=None, now=now)[1]


@promise("H2")
def test_the_button_asks_for_a_person_too(hotel):
    now = hotel.local_now()
    view = trial.hotel_view(hotel, now)
    for state in (State(), State(language="pt")):
        told = policy.decide(Message("", choice_id="person", title="Hablar con una persona"), state=state, hotel=view, desk=None, now=now)[
            1
        ]
        assert told.hand_off is not None and told.hand_off.reason == "asked"


@pytest.mark.parametrize("line", NOBODY)
def test_the_control_people_are_spoken_of_and_nobody_comes(hotel, line):
    assert trial.try_out(hotel, line).outcome.hand_off is None


@promise("H3", small=12, full=100)
def test_a_hundred_hand_offs_at_once_are_a_hundred_in_the_queue_and_a_hundred_calls(connected, post, work, settings, size, figures):
    hotel, eva = connected.hotel, make_staff(connected.hotel)
    service = PushService(Browser())
    settings.WEB_PUSH = {"private_key": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "contact": "", "trusted": [service.origin]}
    PushSubscription.objects.create(hotel=hotel, user=eva, endpoint=service.origin + "/a", **service.browser.keys)
    started = time.monotonic()

    for index in range(size):
        post(envelope(text_message("quiero hablar con una persona", sender=f"54911555{index:05d}", id=f"wamid.H3{index}")))
    work()
    while pks := calls.claim(100):
        for pk in pks:
            calls.send(pk)

    took = time.monotonic() - started
    rows = queue.page(hotel, eva, queue.Asked("waiting"), shown=500).rows
    said = [talk.messages.filter(author="bot").count() for talk in Conversation.objects.all()]
    figures.update(guests=size, in_queue=len(rows), notifications=len(service.received), s_each=f"{took / size:.3f}")
    service.close()
    assert len(rows) == size == Event.objects.filter(type="handed_off").count()
    assert {told["tag"] for _path, _headers, told in service.received} == {f"guest{row.conversation.pk}" for row in rows}
    assert PushMessage.objects.filter(state="sent").count() == size == len(service.received)
    assert said == [1] * size  # that somebody comes is told once
