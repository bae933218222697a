"""One turn while it is being thought: what was understood, what is remembered, and the answer as it grows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from conversations.dialogue import phrasebook
from conversations.dialogue.patterns import compiled
from conversations.dialogue.types import Answer, Choice, Desk, HandOff, HotelView, Message, Outcome, OwnBooking, Reply, State, Understanding
from conversations.dialogue.understanding.normalise import fold
from conversations.dialogue.understanding.party import changes

# What was asked when a person who is only spoken of ("my colleague snores") changes nothing; a number does.
ELSEWHERE = frozenset({"room_type", "name", "confirmation", "booking_code", "surname", "stay"})
DATES = ("check_in", "check_out", "nights")
# "Deixa como estava", "keep the original dates".
_AS_BEFORE = compiled(
    r"\b(?:como (?:estaba|estava|al principio|antes|era|no comeco|no inicio)|as (?:it was|before|originally)|(?:original|first|previous"
    r"|primeras?|primeiras?|anteriores"
    r"|originais|originales) (?:dates?|fechas?|datas?|plan|one)|(?:fechas?|datas?) (?:originales|originais|anteriores|de antes"
    r"|do comeco|del principio)"
    r"|back to (?:how|what) it was)\b"
)
_COUNTS = compiled(
    r"\d|\b(?:dos|tres|cuatro|cinco|seis|two|three|four|five|six|dois|duas|quatro|somos|vamos a ser|we are|we're"
    r"|we'll be|seremos|adult\w*|personas?|people|pessoas|guests?|con (?:mi|un)|with (?:my|a)|com (?:meu|minha))\b"
)


def _tells_of_people(folded: str) -> bool:
    return bool(_COUNTS.search(folded)) or changes.tells(folded)


@dataclass
class Turn:
    """Handlers read it and add to it; nothing outside the turn changes until its outcome is committed."""

    message: Message
    understanding: Understanding
    state: State
    hotel: HotelView
    desk: Desk
    now: dt.datetime
    parts: list[str] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    sources: list[str] = field(default_factory=list)
    hand_off: HandOff | None = None
    photos: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        return self.understanding.language

    @property
    def today(self) -> dt.date:
        return self.now.date()

    @property
    def rooms_on_offer(self) -> tuple[Choice, ...]:
        """The rooms among what can be tapped now; each choice's id is "room:" and a Combination's code."""
        return tuple(choice for choice in self.state.choices if choice.id.startswith("room:"))

    def own_booking(self, reference: str) -> OwnBooking | None:
        """The guest's own booking of this reference."""
        return next((row for row in self.desk.bookings() if row.reference == reference), None)

    def say(self, key: str, **values: object) -> None:
        """Add a phrase, once."""
        text = phrasebook.say(self.language, key, **values)
        if text not in self.parts:
            self.parts.append(text)

    def tell(self, found: Answer, text: str = "") -> None:
        """Add the hotel's own words, or the part of them that is given, with where they stand; once."""
        if found.source not in self.sources:
            self.parts.append(text or found.text)
            self.sources.append(found.source)

    def tell_exactly(self, text: str, sources: list[str]) -> None:
        """Add sentences made of the hotel's exact values, with where they stand."""
        if text and text not in self.parts:
            self.parts.append(text)
            self.sources += [source for source in sources if source not in self.sources]

    def offer(self, *choices: tuple[str, str]) -> None:
        """What can be tapped: (id, phrase-book label)."""
        self.choices = tuple(Choice(id_, phrasebook.label(self.language, key)) for id_, key in choices)

    def change(self, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type]

    def remember(self) -> bool:
        """Merge what the message says into what is known; True when something of it is new."""
        slots, before = dict(self.understanding.slots), self.state.slots
        if self.state.awaiting != "name" and " " not in slots.get("name", " "):
            told = slots.pop("name")  # a first name said in passing is not what a room is booked under
            if before.get("name") and fold(told) not in fold(before["name"]).split():
                slots["name"] = None  # somebody else writes now: for whom, is asked again
        if before.get("adults") and self.state.awaiting in ELSEWHERE and not _tells_of_people(fold(self.message.text)):
            for name in ("adults", "children", "child_ages"):
                slots.pop(name, None)
        if "adults" in slots and "children" not in slots and "children" in before:
            slots["children"] = before["children"]
        if _AS_BEFORE.search(fold(self.message.text)) and self.state.before and not self.understanding.slots.keys() & set(DATES):
            slots |= self.state.before
            heard = tuple(intent for intent in self.understanding.intents if intent.name != "deny")
            self.understanding = replace(self.understanding, slots=self.understanding.slots | self.state.before, intents=heard)
        changed = any(before.get(key) != value for key, value in slots.items())
        self.change(about_month=self.understanding.about_month or (0 if "check_in" in slots else self.state.about_month))
        if "check_in" in slots and "check_out" not in slots:
            slots |= {"check_out": None, "nights": None}  # a new arrival without an end: the old end no longer holds
        if "children" in slots and slots["children"] != before.get("children"):
            slots.setdefault("child_ages", None)  # other children than before: the old ages no longer hold
        if "rooms" in slots and "room_type" not in slots and before.get("room_type", "").count("+") not in {0, slots["rooms"] - 1}:
            slots["room_type"] = None  # another number of rooms than was chosen
        self.state = self.state.with_slots(**slots)
        if before.get("check_out") and any(slots.get(name) not in {None, before.get(name)} for name in DATES):
            self.change(before={name: before[name] for name in DATES if name in before})
        if slots.get("nights") and "check_out" not in slots and self.state.slots.get("check_in"):
            check_in = dt.date.fromisoformat(self.state.slots["check_in"])
            self.state = self.state.with_slots(check_out=(check_in + dt.timedelta(days=slots["nights"])).isoformat())
        return changed

    def pass_on(self, reason: str, *, announce: bool = True) -> None:
        """A person takes over; said once, honestly."""
        if self.hand_off is None:
            self.hand_off = HandOff(reason)
            if announce:
                self.say("person_coming", when=self._when())
        self.choices = ()

    def outcome(self) -> Outcome:
        state = replace(self.state, language=self.language, choices=self.choices)
        if not self.parts:
            return Outcome(state, None, self.hand_off)
        label = phrasebook.label(self.language, "list_label")
        return Outcome(state, Reply("\n\n".join(self.parts), self.choices, label, tuple(self.sources), self.photos), self.hand_off)

    def _when(self) -> str:
        if self.hotel.people_until:
            return phrasebook.say(self.language, "person_now")
        if self.hotel.people_from:
            return phrasebook.say(self.language, "person_later", time=self.hotel.people_from)
        return phrasebook.say(self.language, "person_unknown")
