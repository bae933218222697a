"""Hello, thank you, goodbye."""

from __future__ import annotations

from conversations.dialogue import phrasebook
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.understanding.normalise import fold

# A hello of its hour is answered by the same one.
HELLOS = {
    "greeting_morning": compiled(r"\W*(?:\w+\W+){0,3}?(?:buen(?:os)? dias?|bom dia|good morning)\b"),
    "greeting_afternoon": compiled(r"\W*(?:\w+\W+){0,3}?(?:buenas tardes|boa tarde|good afternoon)\b"),
    "greeting_evening": compiled(r"\W*(?:\w+\W+){0,3}?(?:buenas noches|boa noite|good evening)\b"),
    "greeting_short": compiled(""),
}


def hello(turn: Turn) -> str:
    text = fold(turn.message.text)
    return phrasebook.say(turn.language, next(key for key, pattern in HELLOS.items() if pattern.match(text)))


def greeting(turn: Turn, _intent: str) -> None:
    words, short = phrasebook.say(turn.language, "greeting", hotel=turn.hotel.name), phrasebook.say(turn.language, "greeting_short")
    words = hello(turn) + words.removeprefix(short) if words.startswith(short) else words
    if words not in turn.parts:
        turn.parts.append(words)
    turn.offer(("menu:availability", "availability"), ("menu:question", "question"))
    turn.change(greeted=True, awaiting="choice")


def thanks(turn: Turn, _intent: str) -> None:
    turn.say("thanks")


def goodbye(turn: Turn, _intent: str) -> None:
    turn.say("goodbye")


def repeat(turn: Turn, _intent: str) -> None:
    """Say again what was asked; without an open question, say what can be done."""
    if turn.state.goal or turn.state.proposal:
        return  # picking up the thread asks it again
    greeting(turn, "greeting")
