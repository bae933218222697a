"""What to do with one message: understanding in, decision out. The model of the talk is here and in intents/."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from conversations.dialogue import intents, phrasebook, questions
from conversations.dialogue.intents import booking, cancelling, changing, own_bookings, people, prices, smalltalk
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Desk, DeskProblem, HotelView, Message, Outcome, Proposal, State, Understanding
from conversations.dialogue.understanding import understand
from conversations.dialogue.understanding.intents import ACT, named_in_a_yes
from conversations.dialogue.understanding.normalise import fold

READABLE = frozenset({"text", "button", "interactive"})
# When choices may be typed as their numbers: a number answers nothing else then.
NUMBERED = {"room_type", "choice", "booking_code", "stay", "change"}
MISUNDERSTOOD_LIMIT = 2
ASIDE = 0.75
# "No, never mind that, let's finish the booking": the no is about something else.
_GOES_ON = compiled(
    r"\b(?:finish\w*|continu\w+|carry on|go (?:on|ahead)|get on|proceed|complet\w+|segu\w+|sig(?:amos|o|ue)|avan[cz]\w+|termin\w+|cerr\w+"
    r"|fech\w+)\b.{0,20}\b(?:booking|reserv\w+)\b"
)
# Offers stand cheapest first. "Dale, vamos con la opción más barata entonces", "I'll take option 2".
_FILLING = (
    r"(?:la|el|lo|the|a|o|quiero|queremos|quero|prefiero|prefiro|esa|esta|mejor|ok|dale|bueno|buenisimo|perfecto|bien|listo|vamos con"
    r"|vamos por|go with|let'?s go with"
    r"|(?:i|we)(?:'ll| will| would)? ?(?:take|like|want|prefer|have)|take|me quedo con|nos quedamos con|fico com|ficamos com|fica"
    r"|pode ser|seria|seja|ta bom|vai|entonces|then|entao"
    r"|please|por favor|porfa|gracias|thanks|obrigad[ao]|de todas|of (?:them|all)|one|opcion|option|opcao|numero|number|nro|es|is|yes"
    r"|si|sim|reservame|reserva|book|so|de una|uma|una|um|un)"
)
_ORDINAL = compiled(
    rf"(?:{_FILLING}[ ,.]+)*"
    r"(?:(primer[ao]?|first|primeira|mas barat[ao]|mas economic[ao]|cheapest|mais barat[ao]|menor preco)"
    r"|(segund[ao]|second)|(tercer[ao]?|third|terceir[ao])|(cuart[ao]|fourth)|(quint[ao]|fifth))"
    rf"(?:[ ,.]+{_FILLING})*"
)
_BY_NUMBER = compiled(rf"(?:{_FILLING}[ ,.]+)*(?:la |el |the |a |o |opcion |option |opcao |numero |number |nro )(\d)(?:[ ,.]+{_FILLING})*")
_RECOMMENDS = compiled(
    r"\b(?:recom+end\w*|recomiend\w*|aconsej\w+|suger\w+|sugier\w+|suggest\w*|conviene|which (?:one )?is (?:better|best)"
    r"|qual (?:e )?(?:a |o )?melhor|cual es (?:la )?mejor|diferenci?as?|differences?|differs?)\b"
)


def decide(message: Message, *, state: State, hotel: HotelView, desk: Desk, now: dt.datetime) -> tuple[Understanding, Outcome]:
    """One turn. ``now`` is the hotel's wall clock. Never raises DeskProblem: then a person is called."""
    understanding = understand(message.text or message.title, hotel=hotel, state=state, now=now)
    if message.choice_id and not message.text and state.language:
        understanding = replace(understanding, language=state.language)  # the words of a button are ours
    turn = Turn(message, understanding, state, hotel, desk, now)
    try:
        _decide(turn)
    except DeskProblem:
        # Nothing is invented: the hotel's contact and a person.
        contact = phrasebook.say(turn.language, "pms_contact", phone=hotel.phone) if hotel.phone else ""
        turn.parts = [phrasebook.say(turn.language, "pms_down", contact=contact)]
        turn.pass_on("pms_down", announce=False)
    return understanding, turn.outcome()


def _decide(turn: Turn) -> None:
    _answer(turn)
    if turn.hand_off is not None:
        people.hasten(turn, turn.hand_off)


def _answer(turn: Turn) -> None:
    if _was_agreed(turn) or _postponed(turn):
        return
    for name, handler in intents.FIRST.items():
        if (
            turn.understanding.has(name)
            and not (name == "complaint" and _is_aside(turn))
            and not (name == "opt_out" and prices.asks_for_less(turn))
            and not (turn.message.choice_id and not turn.message.text)
        ):
            handler(turn, name)
            return
    if people.is_stranded(turn):
        people.urgent(turn)
        return
    if turn.message.choice_id and not _speaks_against(turn):
        if turn.message.text:
            turn.remember()
        if _tap(turn, turn.message.choice_id):
            return
    if turn.message.kind not in READABLE and not turn.message.text.strip():
        turn.say("not_text")
        return
    typed = _typed_choice(turn)
    if typed and _tap(turn, typed):
        return
    changed = turn.remember()
    answered = _confirmation(turn, changed) if turn.state.proposal else _talk(turn)
    if not answered and people.is_urgent(turn):
        people.urgent(turn)
    elif not answered and people.is_in_house(turn):
        turn.pass_on("cannot_do")  # whoever writes from a room of the house is not asked twice
    elif not answered:
        _not_understood(turn)
    elif turn.hand_off is None:
        turn.change(misunderstood=0)
    _greet(turn)


def _is_aside(turn: Turn) -> bool:
    """ "My Spanish is terrible, is there breakfast?": less sure than the question beside it."""
    sure = {intent.name: intent.confidence for intent in turn.understanding.intents}
    asked = max((confidence for name, confidence in sure.items() if name in intents.QUESTIONS), default=0.0)
    goes_on = bool(turn.understanding.slots) and bool(turn.state.goal)
    less = "?" in turn.message.text and sure["complaint"] < asked
    return sure["complaint"] < ASIDE and (less or goes_on)


def _postponed(turn: Turn) -> bool:
    """The guest needs time: nothing is booked, nothing is asked again, and what is known stays known."""
    under_way = turn.state.goal or turn.state.proposal
    serious = any(
        intent.name in intents.FIRST and intent.confidence >= 0.8 and intent.name != "human_handoff"
        for intent in turn.understanding.intents
    )
    if not (turn.understanding.postponed and under_way and turn.message.text) or serious or turn.understanding.agreed:
        return False
    turn.say("take_your_time")
    if turn.state.proposal is not None:
        turn.choices = turn.state.choices
    turn.change(misunderstood=0)
    return True


def _was_agreed(turn: Turn) -> bool:
    """A yes that was carried out by a turn which never came to its end is told now, whatever else was said since.

    True when this message is that yes, so that it is not read as anything more.
    """
    proposal = turn.state.proposal
    if proposal is None or proposal.kind == "cancel":
        return False
    settled = turn.desk.executed(proposal)
    if settled is None or settled.outcome not in {"confirmed", "placing", "changed", "changing", "told"}:
        return False
    if settled.outcome == "told":
        booking.forget(turn)
    else:
        booking.told(turn, settled)
    return turn.message.choice_id == f"yes:{proposal.key}" or turn.understanding.agreed


def _confirmation(turn: Turn, changed: bool) -> bool:
    """A summary is on the table. Only a plain yes agrees to it."""
    proposal = turn.state.proposal
    assert proposal is not None
    if own_bookings.is_paid(turn) and not turn.understanding.has("affirm"):
        turn.pass_on("cannot_do")  # before there is anything to pay for
        return True
    if turn.understanding.agreed or (proposal.kind == "cancel" and not changed and _agrees_by_name(turn, proposal)):
        _agree(turn, proposal)
        return True
    if turn.understanding.has("deny") and not changed and not (proposal.kind == "cancel" and cancelling.is_in_part(turn)):
        _decline(turn, proposal)
        return True
    if changed or turn.understanding.clarify:
        if proposal.kind == "cancel":
            turn.change(proposal=None, goal="")
            return _talk(turn)
        questions.answer(turn)
        booking.release(turn)
        booking.progress(turn)
        return True
    if proposal.kind == "cancel" and cancelling.is_in_part(turn):
        turn.change(proposal=None, goal="")
        turn.pass_on("cannot_do")
        return True
    if proposal.kind == "cancel" and cancelling.is_kept(turn):
        _decline(turn, proposal)
        return True
    answered = questions.answer(turn)
    goals = [name for name in intents.GOALS if turn.understanding.has(name)]
    if goals and (goals[0] == "cancel_reservation" or (goals[0] == "modify_reservation" and proposal.kind == "cancel")):
        intents.GOALS[goals[0]](turn, goals[0])
        return True
    if proposal.kind != "cancel" and not answered and turn.understanding.has("repeat", "price_quote", "check_availability"):
        booking.summary(turn, proposal)  # the same once more; nothing is asked of the hotel, nothing changes
        return True
    if (turn.hand_off is None and (answered or goals or turn.understanding.intents)) or questions.one_of_the_hotels(turn):
        _carry_on(turn)
        return True
    return answered


def _talk(turn: Turn) -> bool:
    """No summary on the table: questions first, then the goal, then small talk."""
    if turn.state.awaiting == "room_type" and _RECOMMENDS.search(fold(turn.message.text)) and booking.tell_apart(turn):
        return True
    if own_bookings.tells_of_money(turn) or own_bookings.names_another(turn):
        turn.pass_on("cannot_do")  # what came in is seen by people, and what the PMS has of the guest is put right by them
        return True
    if turn.state.awaiting == "room_type" and prices.asks_for_the_cheapest(turn) and booking.tell_cheapest(turn):
        return True
    answered = questions.answer(turn)
    if own_bookings.adds_a_wish(turn):
        turn.pass_on("cannot_do")
        return True
    goals = [name for name in intents.GOALS if turn.understanding.has(name)]
    if set(goals) <= {"check_availability", "price_quote", "make_reservation"} and changing.is_meant(turn):
        goals = ["modify_reservation"]
    if goals and turn.hand_off is None:
        if goals[0] == "make_reservation" and not turn.state.goal and people.is_in_house(turn):
            turn.pass_on("cannot_do")  # somebody in room 305 wants a massage or a table rather than another room
        else:
            intents.GOALS[goals[0]](turn, goals[0])
        return True
    if turn.hand_off is None and _picks_up(turn, answered):
        return True
    if not answered and turn.understanding.has("affirm") and turn.state.choices and turn.state.choices[0].id in {"person", "menu:dates"}:
        return _tap(turn, turn.state.choices[0].id)  # yes to what was offered first
    if not answered and turn.understanding.has("deny") and not turn.state.goal:
        turn.say("fine")
        turn.change(awaiting=None)
        return True
    if not answered and turn.understanding.has("affirm") and not turn.state.goal:
        turn.say("nothing_to_confirm")
        turn.offer(("menu:availability", "availability"), ("menu:question", "question"))
        return True
    if not answered:
        answered = questions.one_of_the_hotels(turn) or bool(questions.frequent(turn))
    for name, handler in intents.SMALL_TALK.items() if not _asks_something(turn) else ():
        if not answered and turn.understanding.has(name):
            handler(turn, name)
            answered = True
    return answered


def _asks_something(turn: Turn) -> bool:
    """A question that nothing answered is no small talk, with however many hellos it begins."""
    return turn.understanding.has("out_of_scope") or ("?" in turn.message.text and len(turn.message.text.split()) > 5)


def _picks_up(turn: Turn, answered: bool) -> bool:
    """The thread goes on when the message said something about it, or once a question in between is answered."""
    said = bool(turn.understanding.slots) or bool(turn.understanding.clarify)
    if turn.state.goal == "change" and turn.state.awaiting == "room_type" and not said and turn.understanding.has("affirm", "deny"):
        _ask_again(turn)
        return True
    if turn.state.goal in intents.OWN and (said or answered or own_bookings.is_answer(turn)):
        intents.OWN[turn.state.goal](turn, "")
        return True
    about_a_stay = {"check_in", "check_out", "nights", "adults"} & turn.understanding.slots.keys()
    # A month in passing ("we stayed in January and left a coat") opens no talk about a new stay.
    vague = turn.understanding.clarify and not answered and not turn.understanding.has("out_of_scope")
    beside = set(turn.understanding.slots) - {"name"} <= booking.WISHES and said and not turn.understanding.clarify
    if turn.state.awaiting == "room_type" and beside and not turn.understanding.has(*prices.PRICES):
        if "name" in turn.understanding.slots:
            _ask_again_for(turn)
            return True
        if booking.ask_again(turn):
            booking.note(turn)
            return True
    if turn.state.goal == "book" or about_a_stay or vague:
        if answered and not said and booking.ask_again(turn):
            return True
        if said or (answered and turn.state.awaiting) or (turn.understanding.has("repeat") and turn.state.goal):
            booking.progress(turn)
            return True
        if turn.understanding.has("affirm", "deny") and turn.state.awaiting:
            _ask_again(turn)
            return True
    return False


def _ask_again_for(turn: Turn) -> None:
    """Whoever tells a name in answer to an offer wants it: the only room is taken, of several one is asked for."""
    rooms = turn.rooms_on_offer
    if len(rooms) == 1:
        _tap(turn, rooms[0].id)
    elif not booking.ask_again(turn):
        booking.progress(turn)


def _ask_again(turn: Turn) -> None:
    """Yes or no to a question that wants something else: a single offer is taken, anything else is asked again."""
    rooms = turn.rooms_on_offer
    if turn.understanding.has("affirm") and turn.state.awaiting == "room_type" and len(rooms) == 1:
        _tap(turn, rooms[0].id)
    elif turn.understanding.has("deny") and not _GOES_ON.search(fold(turn.message.text)):
        booking.drop(turn)
    else:
        turn.change(offered="")
        booking.progress(turn)


def _tap(turn: Turn, choice_id: str) -> bool:
    """Something was tapped. False when the id says nothing to us: then its title is read as words."""
    kind, _colon, value = choice_id.partition(":")
    proposal = turn.state.proposal
    if kind in {"yes", "no"}:
        if proposal is None or proposal.key != value:
            turn.say("old_button")
            _carry_on(turn)
        elif kind == "yes":
            _agree(turn, proposal)
        else:
            _decline(turn, proposal)
        return True
    if choice_id == "person":  # never too late, on whatever button
        turn.pass_on("asked")
        return True
    if choice_id not in {choice.id for choice in turn.state.choices}:
        return False  # ids are no secret: one that is not on offer now is only words
    turn.change(misunderstood=0)
    if kind == "room":
        turn.state = turn.state.with_slots(room_type=value)
        booking.progress(turn)
    elif kind == "stay":
        check_in, _slash, check_out = value.partition("/")
        nights = (dt.date.fromisoformat(check_out) - dt.date.fromisoformat(check_in)).days
        turn.state = turn.state.with_slots(check_in=check_in, check_out=check_out, nights=nights)
        booking.progress(turn)
    elif kind in intents.OWN:
        turn.state = turn.state.with_slots(booking_code=value)
        intents.OWN[kind](turn, "")
    elif kind == "part":
        changing.part(turn, value)
    elif choice_id == "menu:question":
        turn.say("ask_question")
        turn.change(awaiting=None)
    else:
        if choice_id == "menu:dates":
            turn.state = turn.state.with_slots(check_in=None, check_out=None, nights=None)
        booking.start(turn, "check_availability")
    return True


def _typed_choice(turn: Turn) -> str:
    """A choice typed as its number or title, for channels and guests that do not tap."""
    if not turn.state.choices:
        return ""
    typed = fold(turn.message.text).strip(" .!)«»\"'")
    rooms = [choice.id for choice in turn.rooms_on_offer]
    if turn.state.awaiting == "room_type" and (match := _ORDINAL.fullmatch(typed)):
        index = next(number for number, words in enumerate(match.groups()) if words is not None)
        return rooms[index] if index < len(rooms) else ""
    if turn.state.awaiting == "room_type" and (match := _BY_NUMBER.fullmatch(typed)) and 0 < int(match[1]) <= len(rooms):
        return rooms[int(match[1]) - 1]
    for number, choice in enumerate(turn.state.choices, start=1):
        if typed == fold(choice.title).strip(" .!)") or (
            re.fullmatch(r"\d{1,2}", typed) and int(typed) == number and turn.state.awaiting in NUMBERED
        ):
            return choice.id
    return ""


def _speaks_against(turn: Turn) -> bool:
    """A yes was tapped, and words came with it that are no plain yes: then it is none."""
    tapped_yes = turn.message.choice_id.startswith("yes:")
    plain = {intent.name for intent in turn.understanding.intents} <= {"affirm", "thanks", "greeting"} and turn.understanding.intents
    return tapped_yes and bool(turn.message.text.strip()) and not plain


def _agree(turn: Turn, proposal: Proposal) -> None:
    if not proposal.is_live(turn.now) and proposal.kind == "cancel":
        turn.say("summary_expired")
        turn.change(proposal=None)
        cancelling.start(turn, "cancel_reservation")
        return
    (cancelling if proposal.kind == "cancel" else booking).confirm(turn, proposal)


def _agrees_by_name(turn: Turn, proposal: Proposal) -> bool:
    """A yes that names the very booking it is about: "sí, la de marzo", "yes, just RX4K2M9". Every month, day and code in it is
    the booking's, and nothing is asked."""
    if turn.understanding.has("deny"):
        return False
    code = fold(str(proposal.data["reference"]))
    ends = [dt.date.fromisoformat(str(proposal.data[name])) for name in ("check_in", "check_out")]
    named = named_in_a_yes(fold(turn.message.text), code=code)
    return named is not None and named.months <= {end.month for end in ends} and named.days <= {end.day for end in ends}


def _decline(turn: Turn, proposal: Proposal) -> None:
    if proposal.kind == "cancel":
        cancelling.keep(turn)
    else:
        booking.drop(turn)


def _carry_on(turn: Turn) -> None:
    """Where the talk stands: the question on the table, with its buttons."""
    if turn.state.proposal is not None:
        (cancelling if turn.state.proposal.kind == "cancel" else booking).remind(turn, turn.state.proposal)


def _not_understood(turn: Turn) -> None:
    misses = turn.state.misunderstood + 1
    turn.change(misunderstood=misses)
    if misses >= MISUNDERSTOOD_LIMIT:
        turn.pass_on("not_understood")
        return
    turn.desk.unanswered(turn.message.text, "", turn.language)
    if turn.state.proposal is not None:  # the buttons on the table stay the ones that count
        _carry_on(turn)
        return
    outside = any(intent.name == "out_of_scope" and intent.confidence >= ACT for intent in turn.understanding.intents)
    turn.say("out_of_scope" if outside else "not_understood")
    turn.offer(("menu:availability", "availability"), ("menu:question", "question"), ("person", "person"))
    if turn.state.awaiting is None:
        turn.change(awaiting="choice")


def _greet(turn: Turn) -> None:
    """A hello is answered once, in front of whatever the answer is."""
    if turn.understanding.has("greeting") and not turn.state.greeted and turn.parts:
        hello = smalltalk.hello(turn)
        if not turn.parts[0].startswith(hello):
            turn.parts.insert(0, hello)
    turn.change(greeted=True)
