"""The dialogue's values. Dates are the hotel's calendar; ``now`` is aware and in the hotel's zone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

from pms.terms import Combination as Combination
from pms.terms import Party as Party
from pms.terms import RoomTypeInfo as RoomTypeInfo
from pms.terms import Stay as Stay

JsonObject = dict[str, Any]
SLOT_NAMES = [
    "check_in",
    "check_out",
    "nights",
    "adults",
    "children",
    "child_ages",
    "rooms",
    "room_type",
    "name",
    "email",
    "phone",
    "booking_code",
    "arrival_time",
    "budget",
    "pets",
    "bed",
    "cot",
    "topic",
]
MAX_NIGHTS, MAX_DAYS_AHEAD = 60, 500


@dataclass(frozen=True)
class HotelView:
    """What the dialogue needs to know of the hotel."""

    name: str
    country: str
    currency: str
    languages: tuple[str, ...]
    phone: str
    email: str
    room_types: tuple[RoomTypeInfo, ...]
    required_guest_fields: tuple[str, ...]
    people_until: str = ""  # "21:00" when people answer now; empty when the desk is closed
    people_from: str = ""  # when they answer again
    # Whom a guest may call when it cannot wait: name (or "") and phone; only set while nobody is at reception.
    on_call: tuple[str, str] | None = None
    adult_from: int = 18  # the age from which the hotel counts a guest as an adult

    def room_type(self, code: str) -> RoomTypeInfo | None:
        return next((room_type for room_type in self.room_types if room_type.code == code), None)

    def rooms_name(self, code: str, language: str) -> str:
        """What a Combination's code is called: "Twin", "2 × Double + Family room"."""
        known = {kind.code: kind.name(language) for kind in self.room_types}
        counted = Counter(code.split("+")).items()
        return " + ".join(f"{number} × {known.get(one, one)}" if number > 1 else known.get(one, one) for one, number in counted)


@dataclass(frozen=True)
class Intent:
    """``at`` is where in the text it was found, so that questions are answered in their order."""

    name: str
    confidence: float
    at: int = 0


@dataclass(frozen=True)
class Understanding:
    """One message understood. ``slots`` holds only what this message says; ``clarify`` why a stay is in doubt;
    ``candidates`` what else it may have meant; ``decision`` is act, clarify or person; ``agreed``: it is nothing but a yes."""

    language: str
    intents: tuple[Intent, ...] = ()
    candidates: tuple[Intent, ...] = ()
    slots: JsonObject = field(default_factory=dict)
    clarify: tuple[str, ...] = ()
    decision: str = "act"
    agreed: bool = False
    postponed: bool = False  # neither yes nor no yet
    about_month: int = 0  # the month that a doubtful stay names ("algo en enero"); the next answer's days are in it

    def has(self, *names: str) -> bool:
        return any(intent.name in names for intent in self.intents)

    def to_json(self) -> JsonObject:
        def told(intents: tuple[Intent, ...]) -> list[JsonObject]:
            return [{"name": intent.name, "confidence": intent.confidence} for intent in intents]

        return {
            "language": self.language,
            "intents": told(self.intents),
            "candidates": told(self.candidates),
            "slots": self.slots,
            "clarify": list(self.clarify),
            "decision": self.decision,
        }

    def of(self, names: frozenset[str]) -> list[str]:
        return [intent.name for intent in self.intents if intent.name in names]


@dataclass(frozen=True)
class Choice:
    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Reply:
    """One message to the guest. ``sources`` names the rows and versions its facts come from."""

    text: str
    choices: tuple[Choice, ...] = ()
    list_label: str = ""
    sources: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()  # pictures that go after it, named as Desk.photos names them


@dataclass(frozen=True)
class Proposal:
    """What the guest is asked to say yes to; only a live one can be agreed to."""

    kind: str  # book | change | cancel
    key: str
    expires_at: dt.datetime
    data: JsonObject

    def is_live(self, now: dt.datetime) -> bool:
        return now < self.expires_at

    def to_json(self) -> JsonObject:
        return {"kind": self.kind, "key": self.key, "expires_at": self.expires_at.isoformat(), **self.data}

    @classmethod
    def from_json(cls, data: JsonObject | None) -> Proposal | None:
        if not data:
            return None
        rest = {key: value for key, value in data.items() if key not in {"kind", "key", "expires_at"}}
        return cls(data["kind"], data["key"], dt.datetime.fromisoformat(data["expires_at"]), rest)


@dataclass(frozen=True)
class State:
    """What a conversation remembers between turns."""

    slots: JsonObject = field(default_factory=dict)
    goal: str = ""  # book | change | cancel | status | "" (nothing under way)
    awaiting: str | None = None
    choices: tuple[Choice, ...] = ()
    proposal: Proposal | None = None
    misunderstood: int = 0
    language: str = ""
    greeted: bool = False
    offered: str = ""  # for which dates and people offers were shown, so that they are not shown twice
    opened: tuple[str, ...] = ()  # bookings made elsewhere that the guest told code and surname of
    tries: int = 0  # wrong codes and surnames
    about_month: int = 0  # 1 to 12: where days without a month belong
    wanted: str = ""  # what the guest wrote when a booking had to be found first
    before: JsonObject = field(default_factory=dict)  # the stay before its last change, for whoever wants it back

    def with_slots(self, **slots: Any) -> State:
        return replace(self, slots={key: value for key, value in (self.slots | slots).items() if value is not None})

    def to_json(self) -> JsonObject:
        return {
            "slots": self.slots,
            "goal": self.goal,
            "awaiting": self.awaiting,
            "choices": [{"id": c.id, "title": c.title, "description": c.description} for c in self.choices],
            "proposal": self.proposal.to_json() if self.proposal else None,
            "misunderstood": self.misunderstood,
            "language": self.language,
            "greeted": self.greeted,
            "offered": self.offered,
            "opened": list(self.opened),
            "tries": self.tries,
            "about_month": self.about_month,
            "wanted": self.wanted,
            "before": self.before,
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> State:
        return cls(
            slots=data.get("slots", {}),
            goal=data.get("goal", ""),
            awaiting=data.get("awaiting"),
            choices=tuple(Choice(c["id"], c["title"], c.get("description", "")) for c in data.get("choices", [])),
            proposal=Proposal.from_json(data.get("proposal")),
            misunderstood=data.get("misunderstood", 0),
            language=data.get("language", ""),
            greeted=data.get("greeted", False),
            offered=data.get("offered", ""),
            before=data.get("before", {}),
            opened=tuple(data.get("opened", ())),
            tries=data.get("tries", 0),
            about_month=data.get("about_month", 0),
            wanted=data.get("wanted", ""),
        )


@dataclass(frozen=True)
class Message:
    """What arrived in this turn: the guest's words, a tap (``title`` is what stood on it), or something that is no text."""

    text: str = ""
    choice_id: str = ""
    title: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class HandOff:
    """A person is needed; the reason is one of a fixed list (types.REASONS)."""

    reason: str


REASONS = ("asked", "not_understood", "complaint", "emergency", "pms_down", "cannot_do", "urgent")


@dataclass(frozen=True)
class Outcome:
    """What the turn decided."""

    state: State
    reply: Reply | None = None
    hand_off: HandOff | None = None


@dataclass(frozen=True)
class Answer:
    """A fact of the hotel, word for word, and where it stands; of a frequent question also the question, and how near (0 to 1)
    it is to what was asked."""

    text: str
    source: str
    question: str = ""
    nearness: float = 0.0


@dataclass(frozen=True)
class Detail:
    """An exact value of the hotel's about one topic, the same in every language. ``names``: what it is about, by language, when
    not the topic itself; ``weekdays``: 0 is Monday, none is every day; ``season``: first and last day, "MM-DD"; ``charge``:
    included, free, extra or "" ; ``per`` and ``measure``: as conversations.models.Detail has them; ``room_types``: codes of those
    whose rate includes it, none: all."""

    source: str
    topic: str = ""
    names: JsonObject = field(default_factory=dict)
    weekdays: tuple[int, ...] = ()
    opens: dt.time | None = None
    closes: dt.time | None = None
    season: tuple[str, str] | None = None
    amount: Decimal | None = None
    currency: str = ""
    per: str = ""
    charge: str = ""
    measure: str = ""
    number: Decimal | None = None
    room_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnBooking:
    """A booking of this very guest. ``room_type`` is the code of its rooms, joined by "+" when there are several."""

    reference: str
    state: str
    check_in: dt.date
    check_out: dt.date
    room_type: str
    adults: int
    children: int
    total: Decimal
    currency: str
    guest_name: str
    child_ages: tuple[int, ...] = ()
    # What is still to be paid to keep it, until when (the hotel's clock), and the hotel's words for how.
    deposit: Decimal = Decimal(0)
    deposit_due: dt.datetime | None = None
    deposit_how: str = ""


@dataclass(frozen=True)
class Settled:
    """What became of a yes. ``outcome``: confirmed, placing, changed, changing, cancelled, cancelling; sold_out, price_changed
    or refused, when nothing was done; told, when the guest has heard of it already."""

    outcome: str
    booking: OwnBooking | None = None


class DeskProblem(Exception):
    """The desk cannot answer now (its PMS does not); nothing may be invented."""


class Desk(Protocol):
    """What the dialogue may ask of the hotel. Every method may raise DeskProblem."""

    def offers(self, stay: Stay, party: Party, rooms: int = 0, replacing: str = "", wanted: str = "") -> list[Combination]:
        """What takes the party in so many rooms, or (0) in one, or in the fewest that do; cheapest first, bookable or not;
        and the rooms ``wanted`` names ("DBL+TWN"), when they do. The nights of the own booking ``replacing`` count as free."""
        ...

    def propose(self, stay: Stay, party: Party, code: str, replacing: str = "") -> Proposal | str:
        """Freeze the price and keep the rooms, for a new booking or to change ``replacing`` into; else why not: "gone",
        "rules", "too_many" (rooms kept already)."""
        ...

    def confirm(self, proposal: Proposal, guest: JsonObject) -> Settled:
        """The guest said yes. The same proposal twice is the same booking."""
        ...

    def executed(self, proposal: Proposal) -> Settled | None:
        """What became of this proposal if somebody already said yes to it."""
        ...

    def release(self, proposal: Proposal) -> None:
        """The guest decided otherwise."""
        ...

    def bookings(self) -> list[OwnBooking]:
        """This guest's own bookings that are not over, next first: made on this very channel, or opened by ``open``."""
        ...

    def open(self, code: str, surname: str) -> OwnBooking | None:
        """A booking made elsewhere, by its code and the surname it is made under; from then on it is one of ``bookings``."""
        ...

    def propose_cancel(self, booking: OwnBooking) -> Proposal: ...

    def answer(self, topic: str, language: str) -> Answer | None:
        """The hotel's own words on a topic."""
        ...

    def details(self, topic: str) -> tuple[Detail, ...]:
        """The hotel's exact values on a topic, in the order in which they are told."""
        ...

    def photos(self, room_type: str) -> tuple[str, ...]:
        """Pictures of a room type that can be sent to this guest, best first; none where the channel takes none."""
        ...

    def included(self) -> tuple[Detail, ...]:
        """What the hotel's rates include: the exact values whose charge says so."""
        ...

    def near(self, stay: Stay, party: Party, rooms: int = 0, replacing: str = "") -> list[tuple[Stay, Combination]]:
        """The nearest stays of the same length with something free, and the cheapest offer of each; at most three."""
        ...

    def unanswered(self, text: str, topic: str, language: str) -> None:
        """The hotel's words have no answer to this; staff will see it."""
        ...

    def faq(self, text: str, language: str) -> Answer | None:
        """The hotel's answer to a question like this one."""
        ...
