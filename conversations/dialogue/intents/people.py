"""When a person is needed."""

from __future__ import annotations

from conversations.dialogue.turn import Turn

# Published emergency numbers; 112 is answered by mobile networks in most of the world.
EMERGENCY = {"AR": "911", "UY": "911", "PY": "911", "BR": "190", "CL": "133", "BO": "110", "PE": "105", "MX": "911", "US": "911"}


def emergency(turn: Turn, _intent: str) -> None:
    turn.say("emergency", number=EMERGENCY.get(turn.hotel.country, "112"))
    turn.pass_on("emergency", announce=False)


def asked(turn: Turn, _intent: str) -> None:
    turn.pass_on("asked")


def complaint(turn: Turn, _intent: str) -> None:
    turn.say("complaint")
    turn.pass_on("complaint")


def opt_out(turn: Turn, _intent: str) -> None:
    turn.say("opt_out")


def table_or_treatment(turn: Turn, _intent: str) -> None:
    """Tables and treatments are booked by people."""
    turn.say("table_or_treatment")
    turn.pass_on("cannot_do")
