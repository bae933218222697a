"""Plays scripted guests against the receptionist, through the same code as ``manage.py converse``, and tells what went wrong.

A script is a row of lines. A plain line is said in its turn; ``{to: slot, say: …}`` only when that was just asked; ``{tap: …}``
taps a button. ``ends`` tells what must be true afterwards; anything booked, changed or cancelled beyond it is a wrong action.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from conversations.dialogue.understanding.normalise import fold
from conversations.management.commands.converse import Talk
from conversations.management.terminal import moment
from conversations.models import Detail, Fact, Guest, Identity, Message
from hotelagent.hotels.models import Hotel
from pms.models import PropertyReservation, Room, RoomNight
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, quoting
from reservations.models import Booking

LIMIT = 40  # lines of one guest


@dataclass
class Played:
    """``problems`` is empty when everything ended as the script says; ``wrong`` counts actions nobody asked for."""

    problems: list[str] = field(default_factory=list)
    wrong: int = 0
    lines: int = 0
    repeats: int = 0  # questions asked although they were answered
    transcript: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each answer


def play(hotel: Hotel, script: dict[str, Any], guest: str = "guest") -> Played:
    """Play one script; nothing of it stays in the database."""
    with transaction.atomic():
        played = _play(hotel, script, guest)
        transaction.set_rollback(True)
    return played


def _play(hotel: Hotel, script: dict[str, Any], guest: str) -> Played:
    talk = Talk(hotel, guest, "", moment_of(script["now"], hotel))
    codes = prepare(hotel, script, talk)
    before = _state(codes)
    played, answer, used = Played(), None, set[int]()
    while len(used) < len(script["guest"]) and played.lines < LIMIT:
        index = _next(script["guest"], used, answer)
        if index is None:
            break
        used.add(index)
        answer = _say(talk, script["guest"][index], answer, codes, played, hotel)
    _check(hotel, script.get("ends") or {}, codes, before, answer, played)
    return played


def _next(lines: list[Any], used: set[int], answer: dict[str, Any] | None) -> int | None:
    """What is asked is answered first, from a line meant for it; else the next plain line comes."""
    asked = answer["state"]["awaiting"] if answer else None
    last = max(used, default=-1)
    until = next((index for index in range(last + 1, len(lines)) if not _to(lines[index])), len(lines))
    for index in [*range(last + 1, until), *range(last)]:
        if index not in used and asked and _to(lines[index]) == asked:
            return index
    return until if until < len(lines) else None


def _to(line: Any) -> str:
    return line.get("to", "") if isinstance(line, dict) else ""


def _say(talk: Talk, line: Any, answer: dict[str, Any] | None, codes: dict[str, str], played: Played, hotel: Hotel) -> dict[str, Any]:
    line = line if isinstance(line, dict) else {"say": line}
    said: dict[str, Any] = {}
    if line.get("now"):
        talk.now = moment_of(line["now"], hotel)
    if "tap" in line:
        said["choice"] = _choice(str(line["tap"]), answer)
    else:
        text = str(line["say"])
        for name, code in codes.items():
            text = text.replace("{" + name + "}", code)
        said["text"] = text
    played.transcript.append("> " + (said.get("text") or f"[{said['choice']}]"))
    known = set(answer["state"]["slots"]) if answer else set()
    asked = answer["state"]["awaiting"] if answer else None
    started = time.monotonic()
    told = talk.say(said)
    played.seconds.append(time.monotonic() - started)
    played.lines += 1
    for reply in told["replies"]:
        played.transcript.append(reply["text"] + "".join(f"\n   [{choice['title']}]" for choice in reply["choices"]))
    if not told["replies"] and told["owner"] == "bot":
        played.problems.append(f"no answer to {said!r}")
    slots = told["understanding"].get("slots", {})
    awaiting = told["state"]["awaiting"]
    if awaiting in known & {"name", "adults"} and asked != awaiting and awaiting not in slots and told["state"]["slots"].get(awaiting):
        played.repeats += 1
    return told


def _choice(tap: str, answer: dict[str, Any] | None) -> str:
    tap = {"True": "yes", "False": "no"}.get(tap, tap)
    choices = [choice["id"] for reply in (answer["replies"] if answer else []) for choice in reply["choices"]]
    return next((choice for choice in choices if choice == tap or choice.startswith(f"{tap}:")), tap)


def moment_of(told: Any, hotel: Hotel) -> dt.datetime:
    return moment(told.isoformat() if isinstance(told, dt.date) else str(told), hotel)


def prepare(hotel: Hotel, script: dict[str, Any], talk: Talk) -> dict[str, str]:
    """Rooms that are taken and bookings there are; codes by the names the script gives them."""
    for taken in script.get("full") or ():
        _fill(hotel, taken)
    row = Guest.objects.create(hotel=hotel)
    Identity.objects.create(hotel=hotel, guest=row, kind=Identity.Kind.WEBCHAT, value=f"{talk.account.pk}:{talk.guest}")
    return {has["as"]: book(hotel, has, "elsewhere" if has.get("elsewhere") else row.key) for has in script.get("has") or ()}


def _fill(hotel: Hotel, taken: dict[str, Any]) -> None:
    rooms = Room.objects.filter(hotel=hotel)
    if taken["room_type"] != "*":
        rooms = rooms.filter(room_type__code=taken["room_type"])
    nights = [taken["check_in"] + dt.timedelta(days=day) for day in range((taken["check_out"] - taken["check_in"]).days)]
    row = PropertyReservation.objects.create(
        hotel=hotel, reference=f"FULL{PropertyReservation.objects.count()}", check_in=taken["check_in"], check_out=taken["check_out"],
        adults=1, guest_name="x", total=0, currency=hotel.currency,
    )  # fmt: skip
    RoomNight.objects.bulk_create(
        (RoomNight(room=room, night=night, reservation=row) for room in rooms for night in nights), ignore_conflicts=True
    )


def book(hotel: Hotel, has: dict[str, Any], key: str) -> str:
    stay, party = Stay(has["check_in"], has["check_out"]), Party(has["adults"], has.get("children", 0), tuple(has.get("child_ages", ())))
    quote = quoting.quote(hotel, stay, party, has["room_type"], guest_key=key)
    row = booking.place(quote, booking.Booker(GuestDetails(has["name"]), key), now=timezone.now())
    assert row.state == Booking.State.CONFIRMED, (has, row.reason)
    return row.reference


def _state(codes: dict[str, str]) -> dict[str, dict[str, Any]]:
    rows = Booking.objects.filter(reference__in=codes.values())
    return {row.reference: described(row) for row in rows}


def described(row: Booking) -> dict[str, Any]:
    rooms: dict[str, int] = {}
    for line in row.lines:
        rooms[line["room_type"]] = rooms.get(line["room_type"], 0) + line["count"]
    return {
        "check_in": row.check_in, "check_out": row.check_out, "adults": row.adults, "children": row.children, "rooms": rooms,
        "name": fold(row.guest_name), "state": str(row.state),
    }  # fmt: skip


def _check(
    hotel: Hotel,
    ends: dict[str, Any],
    codes: dict[str, str],
    before: dict[str, dict[str, Any]],
    answer: dict[str, Any] | None,
    played: Played,
) -> None:
    made = [described(row) for row in Booking.objects.filter(hotel=hotel).exclude(reference__in=codes.values()).order_by("id")]
    made = [row for row in made if row["state"] != Booking.State.REJECTED]
    wanted = list(ends.get("booked") or ())
    for row in made:
        fits = next((one for one in wanted if all(_same(row[name], value) for name, value in one.items() if name in row)), None)
        if fits is None:
            played.wrong += 1
            played.problems.append(f"booked {row}")
        else:
            wanted.remove(fits)
    played.problems += [f"not booked: {one}" for one in wanted]
    after, changes = _state(codes), {codes[one["of"]]: one for one in ends.get("changed") or ()}
    gone = {codes[name] for name in ends.get("cancelled") or ()}
    for reference, row in after.items():
        if (row["state"] == Booking.State.CANCELLED) != (reference in gone):
            played.wrong += reference not in gone
            played.problems.append(f"{reference} is {row['state']}")
        change = changes.get(reference)
        if change and not all(_same(row[name], value) for name, value in change.items() if name != "of"):
            played.wrong += row != before[reference]
            played.problems.append(f"not changed to {change}: {row}")
        if not change and reference not in gone and row != before[reference]:
            played.wrong += 1
            played.problems.append(f"changed: {row}")
    _check_words(hotel, ends, answer, played)


def _check_words(hotel: Hotel, ends: dict[str, Any], answer: dict[str, Any] | None, played: Played) -> None:
    person = answer is not None and answer["owner"] != "bot"
    if person != bool(ends.get("person")):
        played.problems.append("handed over" if person else "not handed over")
    said = list(Message.objects.filter(conversation__hotel=hotel, author=Message.Author.BOT))
    told = fold("\n".join(message.text for message in said))
    played.problems += [f"not said: {text}" for text in ends.get("says") or () if fold(str(text)) not in told]
    sources = [source.split(":") for message in said for source in message.sources]
    topics = {
        topic
        for kind, model in (("fact", Fact), ("detail", Detail))
        for topic in model.objects.filter(pk__in=[one[1] for one in sources if one[0] == kind]).values_list("topic", flat=True)
    }
    played.problems += [f"not told: {topic}" for topic in ends.get("told") or () if topic not in topics]


def _same(value: Any, wanted: Any) -> bool:
    return fold(wanted) == value if isinstance(wanted, str) else value == wanted
