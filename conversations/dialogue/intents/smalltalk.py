"""Hello, thank you, goodbye."""

from __future__ import annotations

from conversations.dialogue.turn import Turn


def greeting(turn: Turn, _intent: str) -> None:
    turn.say("greeting", hotel=turn.hotel.name)
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
