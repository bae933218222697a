"""``manage.py understand --json``: how messages are understood, one JSON object in and one out for each line.

In: ``{"text", "language"?, "asked"?: a slot name or "confirmation", "known"?: slots, "now"?: ISO time}``. Out: ``{"language", "intents",
"candidates", "slots", "clarify", "decision"}`` (docs/understanding.md), or ``{"error"}`` for a line that is none.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from conversations.desk import hotel_view
from conversations.dialogue.types import HotelView, State
from conversations.dialogue.understanding import understand
from conversations.management.terminal import hotel_of, moment, now_option
from hotelagent.hotels.models import Hotel


class Command(BaseCommand):
    help = "How guests' messages are understood; reads them from standard input, one a line"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hotel", default="demo")
        parser.add_argument("--now", default="", help="ISO time; without offset it is the hotel's")
        parser.add_argument("--language", default="", choices=["", "es", "en", "pt"], help="spoken so far")
        parser.add_argument("--json", action="store_true", dest="as_json", help="lines are JSON objects, in and out")

    def handle(self, *_args: Any, **options: Any) -> None:
        hotel = hotel_of(options["hotel"])
        now = now_option(options["now"], hotel)
        view = hotel_view(hotel, now or timezone.now())
        for line in sys.stdin.buffer:
            text = line.decode("utf-8", "replace").strip("\r\n")
            if not text.strip():
                continue
            try:
                said = _said(text, hotel) if options["as_json"] else {"text": text}
                answer = understood({"language": options["language"], "now": now} | said, view, hotel)
            except ValueError as error:
                answer = {"error": str(error)}
            sys.stdout.write((json.dumps(answer, ensure_ascii=False) if options["as_json"] else _plain(answer)) + "\n")
            sys.stdout.flush()


def understood(said: dict[str, Any], view: HotelView, hotel: Hotel) -> dict[str, Any]:
    """One message, understood as a turn of a conversation would."""
    state = State(slots=said.get("known", {}), awaiting=said.get("asked"), language=said.get("language", ""))
    return understand(said["text"], hotel=view, state=state, now=said["now"] or hotel.local_now()).to_json()


def _said(line: str, hotel: Hotel) -> dict[str, Any]:
    """Raises ValueError with the words for whoever sent the line."""
    try:
        said = json.loads(line)
    except ValueError as error:
        raise ValueError(f"no JSON: {error}") from error
    if not isinstance(said, dict) or not isinstance(said.get("text"), str):
        raise ValueError('an object with a "text" is needed')
    if said.get("language", "") not in {"", "es", "en", "pt"}:
        raise ValueError(f"language: {said['language']!r} is none of es, en, pt")
    if not isinstance(said.get("asked", ""), str) or not isinstance(said.get("known", {}), dict):
        raise ValueError("asked is a slot's name, known an object")
    found = {key: said[key] for key in ("text", "asked", "known", "language") if said.get(key)}
    found.setdefault("text", "")
    if said.get("now"):
        try:
            found["now"] = moment(str(said["now"]), hotel)
        except ValueError as error:
            raise ValueError(f"now: {said['now']!r} is no ISO time") from error
    return found


def _plain(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"error: {answer['error']}"
    intents = ", ".join(f"{intent['name']} {intent['confidence']:.2f}" for intent in answer["intents"]) or "-"
    slots = ", ".join(f"{name}={value}" for name, value in answer["slots"].items()) or "-"
    doubts = f"  |  ask: {', '.join(answer['clarify'])}" if answer["clarify"] else ""
    return f"{answer['language']}  {answer['decision']:8} {intents}  |  {slots}{doubts}"
