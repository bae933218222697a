"""What the dialogue may ask of the hotel, answered by the booking desk and the hotel's own rows."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from channels_app.models import Account, Outbound
from conversations.dialogue import confirmation, phrasebook
from conversations.dialogue.types import Answer, DeskProblem, Detail, HotelView, OwnBooking, Proposal, Settled
from conversations.dialogue.understanding import faq as faq_matching
from conversations.dialogue.understanding.normalise import fold
from conversations.models import Conversation, DeskSettings, Fact, Faq, RoomPhoto
from conversations.models import Detail as DetailRow
from hotelagent.hotels.hours import Hours
from hotelagent.hotels.models import Hotel
from pms.errors import PmsError, Rejected
from pms.gateway import gateway
from pms.terms import Combination, GuestDetails, Party, RoomTypeInfo, Stay
from reservations import booking, deposits, holds, quoting
from reservations.errors import NothingFree, StayNotPossible, TooManyHolds
from reservations.models import Booking, Quote

Clock = Callable[[], dt.datetime]
# How far the nearest free dates are looked for, nearest first, and how many are told.
NEAR_DAYS, NEAR_LIMIT = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 7, -7), 3
LIVE = [Booking.State.CONFIRMED, Booking.State.CHANGING, Booking.State.PLACING, Booking.State.UNKNOWN, Booking.State.HOLDING]


def hotel_view(hotel: Hotel, now: dt.datetime, *, phone: str = "", email: str = "") -> HotelView:
    """What the dialogue needs to know of the hotel; ``now`` decides whether people answer. A guest whose ``phone`` or
    ``email`` the channel tells is not asked for it."""
    room_types: tuple[RoomTypeInfo, ...] = ()
    required: tuple[str, ...] = ("name",)
    try:
        pms = gateway(hotel)
        room_types = tuple(pms.room_types())
        told = {"phone": phone, "email": email}
        required = tuple(field for field in pms.required_guest_fields if not told.get(field))
    except PmsError:
        pass  # the talk goes on without room names; whoever needs the PMS will say that it is away
    hours = Hours.of(hotel)
    until, opens = _people(hotel, hours, now)
    return HotelView(
        name=hotel.name, country=hotel.country, currency=hotel.currency, languages=tuple(hotel.languages), phone=hotel.phone,
        email=hotel.email, room_types=room_types, required_guest_fields=required, people_until=until, people_from=opens,
        on_call=_on_call(hotel) if hours.is_closed_at(now) else None, adult_from=hotel.adult_from,
    )  # fmt: skip


# The channel of bookings made by staff: whoever made them tells the guest.
DESK = "desk"
# Channels whose identity a stranger cannot take on: WhatsApp vouches for the number, web chat for the session.
PROVEN = frozenset({Account.Kind.WHATSAPP, Account.Kind.WEBCHAT})

# Mails are answered hours later. The room is kept no longer than for anybody; the PMS decides when the yes comes.
MAIL_PATIENCE = dt.timedelta(hours=24)


class HotelDesk:
    """See conversations.dialogue.types.Desk. ``events`` collects what happened, to be written with the turn."""

    def __init__(self, conversation: Conversation, clock: Clock, *, phone: str = "", email: str = "") -> None:
        self.conversation, self.hotel, self.guest = conversation, conversation.hotel, conversation.guest
        self.clock, self.phone, self.email = clock, phone, email
        by_mail = conversation.thread_id is not None and conversation.thread.account.kind == Account.Kind.EMAIL
        self.patience = MAIL_PATIENCE if by_mail else quoting.VALIDITY
        self.opened: set[str] = set(conversation.state.get("opened", ()))
        self._faqs: dict[str, list[Faq]] = {}
        self._included: tuple[Detail, ...] | None = None
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.made: list[Proposal] = []
        self.asked: list[tuple[str, str, str]] = []  # questions without an answer: words, topic, language
        self.booked: list[str] = []  # keys of bookings this turn was to tell of
        self.unsettled: list[str] = []  # keys of bookings whose end the turn does not see
        self.acted = False  # something was booked or cancelled: the turn must be told, whatever else arrived

    def offers(self, stay: Stay, party: Party, rooms: int = 0, replacing: str = "", wanted: str = "") -> list[Combination]:
        with _problems():
            return quoting.combinations(self.hotel, stay, party, guest_key=self.guest.key, rooms=rooms, replacing=replacing, wanted=wanted)

    def propose(self, stay: Stay, party: Party, code: str, replacing: str = "") -> Proposal | str:
        if stay.check_in < self.clock().date():
            return "rules"
        with _problems():
            try:
                quote = quoting.quote(self.hotel, stay, party, code, guest_key=self.guest.key, replacing=replacing)
                holds.hold(quote, replacing=replacing)
            except TooManyHolds:
                return "too_many"
            except (StayNotPossible, Rejected):
                return "rules"
            except NothingFree:
                return "gone"
        data = {
            "check_in": stay.check_in.isoformat(), "check_out": stay.check_out.isoformat(), "nights": stay.nights,
            "rooms": [{"room_type": kind, "count": count} for kind, count in Counter(code.split("+")).items()], "room_type": code,
            "adults": party.adults,
            "children": party.children, "child_ages": list(party.child_ages), "total": str(quote.total), "currency": quote.currency,
        }  # fmt: skip
        if replacing:
            data["reference"] = replacing
        proposal = Proposal("change" if replacing else "book", str(quote.key), self.clock() + self.patience, data)
        self.made.append(proposal)
        self.events.append(("hold_created", {**data, "expires_at": quote.expires_at.isoformat()}))
        return proposal

    def confirm(self, proposal: Proposal, guest: dict[str, Any]) -> Settled:
        with _problems():
            self.acted = True
            if proposal.kind == "cancel":
                return self._cancel(proposal)
            quote = Quote.objects.select_related("hotel").get(hotel=self.hotel, key=proposal.key)
            if proposal.kind == "change":
                return self._changed(booking.change(self._own(proposal.data["reference"]), quote, actor="guest"))
            details = GuestDetails(
                guest.get("name", ""), guest.get("email", "") or self.email, guest.get("phone", "") or self.phone, self.guest.language
            )
            row = booking.place(
                quote,
                booking.Booker(
                    details, self.guest.key, self.conversation.thread.account.kind, str(self.conversation.pk), guest.get("notes", "")
                ),
            )
        self.events.append(("booking_placing", described(row)))
        return self._settled(row)

    def executed(self, proposal: Proposal) -> Settled | None:
        mine = Q(last_change__key=proposal.key) if proposal.kind == "change" else Q(key=proposal.key)
        row = Booking.objects.filter(mine, hotel=self.hotel).first()
        if row is None or row.state == Booking.State.DRAFT:
            return None
        self.acted = True
        if Outbound.objects.filter(dedupe_key=settled_key(row)).exists():
            return Settled("told", own(row))  # it settled in the background, which told the guest
        return self._changed(row) if proposal.kind == "change" else self._settled(row)

    def release(self, proposal: Proposal) -> None:
        quote = Quote.objects.filter(hotel=self.hotel, key=proposal.key).first()
        if quote is not None:
            holds.release(quote)

    def discard(self) -> None:
        """The turn is not committed: nobody will ever say yes to what it proposed."""
        for proposal in self.made:
            self.release(proposal)

    def bookings(self) -> list[OwnBooking]:
        rows = self._mine().filter(state__in=LIVE, check_out__gte=self.clock().date())
        return [own(row) for row in rows.order_by("check_in", "id")]

    def open(self, code: str, surname: str) -> OwnBooking | None:
        rows = Booking.objects.filter(hotel=self.hotel, reference=code, state__in=LIVE, check_out__gte=self.clock().date())
        row = rows.first()
        if row is None or not _is_surname(surname, row.guest_name):
            return None
        self.opened.add(row.reference)
        return own(row)

    def _mine(self) -> QuerySet[Booking]:
        """Bookings this guest may see and touch. An e-mail address proves nothing: there code and surname are needed."""
        mine = Q(reference__in=self.opened)
        if self.conversation.thread_id and self.conversation.thread.account.kind in PROVEN:
            mine |= Q(guest_key=self.guest.key)
        return Booking.objects.filter(mine, hotel=self.hotel)

    def _own(self, reference: str) -> Booking:
        return self._mine().get(reference=reference)

    def propose_cancel(self, row: OwnBooking) -> Proposal:
        data = {"reference": row.reference, "check_in": row.check_in.isoformat(), "check_out": row.check_out.isoformat()}
        return Proposal("cancel", f"cancel-{row.reference}-{self.conversation.version}", self.clock() + self.patience, data)

    def answer(self, topic: str, language: str) -> Answer | None:
        for tongue in dict.fromkeys((language, self.hotel.main_language)):
            rows = Fact.objects.on(self.clock().date()).filter(hotel=self.hotel, topic=topic, language=tongue)
            row = rows.values_list("text", "pk", "version").first()
            if row is not None:
                text, pk, version = row
                return Answer(text, f"fact:{pk}:v{version}")
        return None

    def faq(self, text: str, language: str) -> Answer | None:
        if language not in self._faqs:  # a message of several questions is looked at part by part
            self._faqs[language] = list(Faq.objects.on(self.clock().date()).filter(hotel=self.hotel, language=language))
        rows = self._faqs[language]
        found = faq_matching.best(text, [row.question for row in rows])
        if found is None:
            return None
        row = rows[found[0]]
        return Answer(row.answer, f"faq:{row.pk}:v{row.version}", row.question, found[1])

    def details(self, topic: str) -> tuple[Detail, ...]:
        return self._details(topic=topic)

    def photos(self, room_type: str) -> tuple[str, ...]:
        if not self.conversation.thread_id or self.conversation.thread.account.kind != Account.Kind.WHATSAPP:
            return ()
        rows = RoomPhoto.objects.filter(hotel=self.hotel, room_type=room_type).order_by("position", "id")
        return tuple(f"photo:{pk}" for pk in rows.values_list("pk", flat=True))

    def included(self) -> tuple[Detail, ...]:
        if self._included is None:  # asked for every offer of a turn
            self._included = self._details(charge=DetailRow.Charge.INCLUDED)
        return self._included

    def _details(self, **wanted: str) -> tuple[Detail, ...]:
        rows = DetailRow.objects.on(self.clock().date()).filter(hotel=self.hotel, **wanted).order_by("id")
        return tuple(detail(row, self.hotel.currency) for row in rows)

    def unanswered(self, text: str, topic: str, language: str) -> None:
        self.asked.append((text, topic, language))

    def near(self, stay: Stay, party: Party, rooms: int = 0, replacing: str = "") -> list[tuple[Stay, Combination]]:
        today, found = self.clock().date(), list[tuple[Stay, Combination]]()
        with _problems():
            for days in NEAR_DAYS:
                moved = Stay(stay.check_in + dt.timedelta(days=days), stay.check_out + dt.timedelta(days=days))
                if moved.check_in < today:
                    continue
                free = [offer for offer in self.offers(moved, party, rooms, replacing) if offer.bookable]
                if free:
                    found.append((moved, free[0]))
                if len(found) == NEAR_LIMIT:
                    break
        return sorted(found, key=lambda pair: pair[0].check_in)

    def _cancel(self, proposal: Proposal) -> Settled:
        row = booking.cancel(self._own(proposal.data["reference"]), actor="guest")
        if row.state == Booking.State.CANCELLED:
            self.events.append(("booking_cancelled", described(row)))
        else:
            self.unsettled.append(str(row.key))
        return Settled("cancelled" if row.state == Booking.State.CANCELLED else "cancelling", own(row))

    def _changed(self, row: Booking) -> Settled:
        self.booked.append(str(row.key))
        if row.state == Booking.State.CHANGING:
            self.unsettled.append(str(row.key))
            return Settled("changing", own(row))
        if row.reason.startswith("change_"):
            why = row.reason.removeprefix("change_")
            return Settled(why if why in {"sold_out", "price_changed"} else "refused", own(row))
        self.events.append(("booking_changed", described(row)))
        return Settled("changed", own(row))

    def _settled(self, row: Booking) -> Settled:
        self.booked.append(str(row.key))
        if row.state == Booking.State.CONFIRMED:
            self.events.append(("booking_confirmed", described(row)))
            return Settled("confirmed", own(row))
        if row.state == Booking.State.REJECTED:
            self.events.append(("booking_rejected", {**described(row), "reason": row.reason}))
            return Settled(row.reason if row.reason in {"sold_out", "price_changed"} else "refused", own(row))
        if row.state == Booking.State.UNKNOWN:
            self.events.append(("booking_unknown", described(row)))
        self.unsettled.append(str(row.key))
        return Settled("placing", own(row))


def detail(row: DetailRow, currency: str) -> Detail:
    """An exact value as the dialogue tells it; ``currency`` is the hotel's."""
    return Detail(
        source=f"detail:{row.pk}:v{row.version}", topic=row.topic, names=row.names, weekdays=tuple(sorted(row.weekdays)),
        opens=row.opens, closes=row.closes, season=(row.season_from, row.season_until) if row.season_from else None, amount=row.amount,
        currency=row.currency or currency, per=row.per, charge=row.charge, measure=row.measure, number=row.number,
        room_types=tuple(row.room_types),
    )  # fmt: skip


def standing(row: Booking, language: str) -> str:
    """How the guest is told what is booked, or what it was changed into."""
    now = row.hotel.local_now()
    tell = confirmation.changed if row.last_change_id else confirmation.confirmed
    return "\n\n".join(tell(language, hotel_view(row.hotel, now), own(row), now.date()))


def language_of(row: Booking) -> str:
    """What the guest is told about it in."""
    return row.language if row.language in phrasebook.LANGUAGES else row.hotel.main_language


def state_key(row: Booking) -> str:
    """What it came to: another state and another change are another key."""
    return f"{row.pk}:{row.state}" + (f":{row.last_change_id}" if row.last_change_id else "")


def settled_key(row: Booking) -> str:
    """The key of the letter that tells of a booking which settled in the background."""
    key = f"booking:{state_key(row)}"
    return f"{key}:kept:{row.fence}" if row.reason == "cancel_refused" else key


def described(row: Booking) -> dict[str, Any]:
    """A booking as events tell of it; ``total`` includes taxes."""
    return {
        "reference": row.reference, "check_in": row.check_in.isoformat(), "check_out": row.check_out.isoformat(), "nights": row.nights,
        "rooms": [{"room_type": line["room_type"], "count": line["count"]} for line in row.lines], "adults": row.adults,
        "children": row.children, "child_ages": row.child_ages, "guest_name": row.guest_name, "total": str(row.total),
        "currency": row.currency,
    }  # fmt: skip


def code_of(row: Booking | Quote) -> str:
    """Its rooms as a Combination's code."""
    return "+".join(line["room_type"] for line in row.lines for _ in range(line["count"]))


def _is_surname(told: str, guest_name: str) -> bool:
    """Is one of the words told a surname of the guest? Accents and case do not count; the first name alone is not enough."""
    names = fold(guest_name).split()
    surnames = {name for name in names[1:] or names if len(name) > 2}
    return bool(surnames & set(re.findall(r"\w+", fold(told))))


def own(row: Booking) -> OwnBooking:
    states = {Booking.State.CONFIRMED: "confirmed", Booking.State.CHANGING: "changing", Booking.State.CANCELLED: "cancelled"}
    state = states.get(Booking.State(row.state), "placing")
    return OwnBooking(
        reference=row.reference, state=state, check_in=row.check_in, check_out=row.check_out, room_type=code_of(row),
        adults=row.adults, children=row.children, total=Decimal(row.total), currency=row.currency, guest_name=row.guest_name,
        child_ages=tuple(row.child_ages), **_owed(row),
    )  # fmt: skip


def _owed(row: Booking) -> dict[str, Any]:
    """What is still to be paid to keep the booking."""
    if row.state != Booking.State.CONFIRMED or not row.deposit or row.deposit_paid_at is not None or row.deposit_due_at is None:
        return {}
    return {
        "deposit": Decimal(row.deposit), "deposit_due": row.deposit_due_at.astimezone(row.hotel.zone),
        "deposit_how": deposits.how_to_pay(row, row.language),
    }  # fmt: skip


def _on_call(hotel: Hotel) -> tuple[str, str] | None:
    settings = DeskSettings.of(hotel)
    return (settings.on_call_name, settings.on_call_phone) if settings.on_call_phone else None


def _people(hotel: Hotel, hours: Hours, now: dt.datetime) -> tuple[str, str]:
    """("21:00", "") when people answer now, ("", "08:00") when they answer again later today or tomorrow."""
    if closes := hours.closes_at(now):
        return f"{closes.astimezone(hotel.zone):%H:%M}", ""
    opens = hours.opens_at(now)
    if opens is None or opens.astimezone(hotel.zone).date() > now.date() + dt.timedelta(days=1):
        return "", ""
    return "", f"{opens.astimezone(hotel.zone):%H:%M}"


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except PmsError as error:
        raise DeskProblem(str(error)) from error


def is_by_staff(row: Booking) -> bool:
    """Was the last wish about this booking a person's at the desk? Then that person tells the guest."""
    last = row.steps.exclude(actor="").order_by("-pk").values_list("actor", flat=True).first()
    return last.startswith("staff:") if last else row.channel == DESK
