"""One turn while it is being thought: what was understood, what is remembered, and the answer as it grows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from conversations.dialogue import phrasebook
from conversations.dialogue.types import Choice, Desk, HandOff, HotelView, Message, Outcome, Reply, State, Understanding


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

    @property
    def language(self) -> str:
        return self.understanding.language

    @property
    def today(self) -> dt.date:
        return self.now.date()

    def say(self, key: str, **values: object) -> None:
        """Add a phrase, once."""
        text = phrasebook.say(self.language, key, **values)
        if text not in self.parts:
            self.parts.append(text)

    def offer(self, *choices: tuple[str, str]) -> None:
        """What can be tapped: (id, phrase-book label)."""
        self.choices = tuple(Choice(id_, phrasebook.label(self.language, key)) for id_, key in choices)

    def change(self, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type]

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
        return Outcome(state, Reply("\n\n".join(self.parts), self.choices, label, tuple(self.sources)), self.hand_off)

    def _when(self) -> str:
        if self.hotel.people_until:
            return phrasebook.say(self.language, "person_now")
        if self.hotel.people_from:
            return phrasebook.say(self.language, "person_later", time=self.hotel.people_from)
        return phrasebook.say(self.language, "person_unknown")
