"""From "tenés lugar" to a booking: one question at a time, offers, a summary made by code, and a yes to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from conversations.dialogue import confirmation, details, phrasebook
from conversations.dialogue.patterns import compiled
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Choice, Combination, Detail, OwnBooking, Party, Proposal, Settled, Stay
from conversations.dialogue.understanding import slots as heard
from conversations.dialogue.understanding.normalise import fold

TITLE_LIMIT = 24
# Told beside a stay, and no part of what is offered.
ROOM_WISHES = ("adapted", "quiet", "high_floor", "low_floor", "together")
WISHES = frozenset({"arrival_time", "cot", "pets", "transfer", "email", "phone", *ROOM_WISHES})
STAY_SLOTS = ("check_in", "check_out", "nights", "room_type", "rooms")
# More than this is a group: rooms, terms and prices for one are made by people.
MOST_ROOMS, MOST_GUESTS, SHOWN = 6, 20, 5
# Longer than this nobody keeps a room.
PATIENT = dt.timedelta(hours=2)
MEAN_ROUNDED = 1000  # from here on a mean has no cents
_SAME_DATES = compiled(r"\b(?:mism[ao]s|same|mesm[ao]s) (?:fechas|dias|noches|dates|days|nights|datas|noites)\b")
_SENTENCE = compiled(r"[^.!?\n]+[.!?]*")
_HOW_MUCH = compiled(r"cu[aá]nto|how much|quanto|precio|price|pre[cç]o")


def start(turn: Turn, _intent: str) -> None:
    if turn.state.goal == "change":  # another booking than the one that was being changed
        release(turn)
        turn.state = turn.state.with_slots(**dict.fromkeys((*STAY_SLOTS, "adults", "children", "child_ages", "booking_code")))
        turn.change(offered="", awaiting=None, goal="book")
        turn.remember()
    if _SAME_DATES.search(fold(turn.message.text)) and not turn.state.slots.get("check_in"):
        made = [row for row in turn.desk.bookings() if row.state == "confirmed"]
        if len(made) == 1:  # those of the booking there is
            nights = (made[0].check_out - made[0].check_in).days
            days = {"check_in": made[0].check_in.isoformat(), "check_out": made[0].check_out.isoformat(), "nights": nights}
            turn.state = turn.state.with_slots(**days)
    progress(turn)


def progress(turn: Turn) -> None:
    """Whatever comes next: a doubt to clear, a question, offers, or the summary."""
    if turn.state.goal != "change":
        turn.change(goal="book")
    if turn.understanding.clarify and not _is_beside(turn):
        doubt = turn.understanding.clarify[0]
        if doubt == "party" and turn.understanding.slots.get("adults", 0) > 1 and not turn.state.slots.get("children"):
            doubt = "children"  # who else comes is known
        turn.say(f"clarify_{doubt}")
        turn.change(awaiting={"party": "adults", "children": "children"}.get(doubt, "check_in"))
        if doubt == "too_long":
            turn.offer(("person", "person"))
        return
    for slot, ready in (("check_in", _has_check_in), ("check_out", _has_check_out), ("adults", _has_adults)):
        if not ready(turn):
            if slot == "check_out" and turn.understanding.has("price_quote"):
                _tell_of_a_night(turn)
            _ask(turn, slot)
            return
    stay, party = stay_of(turn), party_of(turn)
    if party.adults > turn.state.slots["adults"] and "child_ages" in turn.understanding.slots:
        turn.say("adults_from", age=turn.hotel.adult_from)
    if rooms_of(turn) > MOST_ROOMS or party.guests > MOST_GUESTS:
        turn.say("group")
        turn.pass_on("cannot_do")
        return
    rooms = turn.rooms_on_offer
    other_days = {"check_in", "check_out", "nights"} & turn.understanding.slots.keys()
    if (
        turn.state.awaiting == "room_type"
        and len(rooms) == len(turn.state.choices) == 1
        and other_days
        and turn.state.slots.get("room_type") is None
    ):
        turn.state = turn.state.with_slots(room_type=rooms[0].id.removeprefix("room:"))  # the same room on other days
    kind = turn.hotel.room_type(turn.state.slots.get("room_type", ""))
    if kind is not None and rooms_of(turn) < 2 and not kind.fits(party):
        turn.say("too_small", room=kind.name(turn.language), party=phrasebook.party(turn.language, party))
        turn.state = turn.state.with_slots(room_type=None)
    asks = turn.understanding.has("check_availability", "price_quote")
    if turn.state.slots.get("room_type") is None or (asks and not _offered(turn)) or _asks_about_another(turn):
        _offers(turn, stay, party)
        return
    offer = _chosen_offer(turn, stay, party)
    if offer is None:
        return
    missing = (
        [field for field in turn.hotel.required_guest_fields if not turn.state.slots.get(field)] if turn.state.goal != "change" else []
    )
    if missing and not _offered(turn):  # a room named from the start: its price comes before what is asked next
        head = phrasebook.say(turn.language, "offers", **_asked(turn, stay, party))
        turn.parts.append("\n".join([head, _offer_line(turn, offer, stay), _note(turn, [offer])]))
        turn.change(offered=_signature(turn))
    elif turn.understanding.has("price_quote"):
        turn.parts.append(_offer_line(turn, offer, stay))
    if missing:
        turn.say(f"ask_{missing[0]}")
        turn.change(awaiting=missing[0])
        return
    propose(turn, stay, party)


def _tell_of_a_night(turn: Turn) -> None:
    """ "¿Cuánto sale la noche?", when only the arrival is known: what that night costs, before it is asked how many."""
    if not _has_adults(turn):
        return
    arrival = dt.date.fromisoformat(turn.state.slots["check_in"])
    stay, party = Stay(arrival, arrival + dt.timedelta(days=1)), party_of(turn)
    offers = [offer for offer in turn.desk.offers(stay, party, rooms_of(turn), replacing(turn), code_of(turn)) if offer.bookable]
    if offers:
        head = phrasebook.say(turn.language, "offers", **_asked(turn, stay, party))
        turn.parts.append("\n".join([head, *(_offer_line(turn, offer, stay) for offer in offers[:SHOWN])]))


def _is_beside(turn: Turn) -> bool:
    """ "My booking in July" names no new dates where the dates are known and something else is told."""
    return turn.understanding.clarify == ("incomplete",) and bool(turn.understanding.slots) and _has_check_in(turn) and _has_check_out(turn)


def propose(turn: Turn, stay: Stay, party: Party) -> None:
    """Freeze, keep, and read everything back."""
    release(turn)
    proposal = turn.desk.propose(stay, party, code_of(turn), replacing(turn))
    if isinstance(proposal, str):
        if proposal == "too_many":
            turn.say("too_many_holds")
        else:
            _gone(turn, stay, party)
        return
    turn.change(proposal=proposal, awaiting="confirmation")
    summary(turn, proposal)


def confirm(turn: Turn, proposal: Proposal) -> None:
    """The guest said yes to a live proposal."""
    if not proposal.is_live(turn.now):
        turn.say("summary_expired")
        release(turn)
        progress(turn)  # asks again for dates that have passed meanwhile
        return
    guest = {key: turn.state.slots.get(key, "") for key in ("name", "email", "phone")}
    before = _changed_by(turn, proposal)
    told(turn, turn.desk.confirm(proposal, guest | {"notes": ", ".join(_wishes(turn, turn.hotel.languages[0]))}), before)


def _changed_by(turn: Turn, proposal: Proposal) -> OwnBooking | None:
    """The guest's booking that the proposal would change, as it is now."""
    return turn.own_booking(proposal.data["reference"]) if proposal.kind == "change" else None


def told(turn: Turn, settled: Settled, before: OwnBooking | None = None) -> None:
    """Say what became of the yes, and go on from there; ``before``: what was changed, as it was."""
    row = settled.booking
    if settled.outcome == "confirmed" and row is not None:
        turn.parts += confirmation.confirmed(turn.language, turn.hotel, row, turn.today)
        forget(turn)
    elif settled.outcome == "placing" and row is not None:
        turn.say("placing", reference=row.reference)
        forget(turn)
    elif settled.outcome == "changed" and row is not None:
        turn.parts += confirmation.changed(turn.language, turn.hotel, row, turn.today, before)
        forget(turn)
    elif settled.outcome == "changing" and row is not None:
        turn.say("changing", reference=row.reference)
        forget(turn)
    elif settled.outcome == "price_changed":
        turn.say("summary_moved")
        turn.change(proposal=None)
        propose(turn, stay_of(turn), party_of(turn))
    elif settled.outcome == "sold_out":
        _gone(turn, stay_of(turn), party_of(turn))
    else:
        turn.say("refused_now")
        forget(turn)
        turn.pass_on("cannot_do", announce=False)


def _gone(turn: Turn, stay: Stay, party: Party) -> None:
    """Somebody was quicker: what else there is."""
    turn.say("sold_out_now")
    turn.state = turn.state.with_slots(room_type=None)
    turn.change(proposal=None, offered="")
    _offers(turn, stay, party)


def ask_again(turn: Turn) -> bool:
    """The open question once more, without the list the guest has just seen. False when there is none of that kind."""
    rooms = turn.rooms_on_offer
    if turn.state.awaiting != "room_type" or not rooms or not _offered(turn):
        return False
    turn.say("ask_room_type" if len(rooms) > 1 else "ask_this_room")
    turn.choices = rooms
    return True


def tell_apart(turn: Turn) -> bool:
    """Which of the rooms on the table would be best for them: what each is like, and the question again. The choice is theirs."""
    codes = list(dict.fromkeys(code for choice in turn.rooms_on_offer for code in choice.id.removeprefix("room:").split("+")))
    kinds = [kind for code in codes if (kind := turn.hotel.room_type(code)) is not None]
    if not kinds or not _offered(turn):
        return False
    turn.parts.append("\n".join([phrasebook.say(turn.language, "depends_on_you"), *phrasebook.rooms(turn.language, kinds)]))
    return ask_again(turn)


def tell_cheapest(turn: Turn) -> bool:
    """Which of the rooms on the table costs least, and whether it shall be that one. False when no price was told."""
    if not turn.rooms_on_offer or not _offered(turn):
        return False
    codes = {choice.id.removeprefix("room:") for choice in turn.rooms_on_offer}
    stay = stay_of(turn)
    offers = turn.desk.offers(stay, party_of(turn), rooms_of(turn), replacing(turn), code_of(turn))
    priced = [(offer.price.total, offer) for offer in offers if offer.bookable and offer.price is not None and offer.code in codes]
    if not priced:
        return False
    _total, cheapest = min(priced, key=lambda one: one[0])
    turn.parts.append(_offer_line(turn, cheapest, stay))
    turn.choices = tuple(choice for choice in turn.rooms_on_offer if choice.id == f"room:{cheapest.code}")
    turn.say("ask_this_room")
    return True


def drop(turn: Turn) -> None:
    """No to the proposal: the room is given back, what the guest said stays known."""
    release(turn)
    if turn.state.goal == "change":
        turn.say("cancel_kept")
        forget(turn)
        return
    turn.say("not_confirmed")
    turn.change(awaiting=None, offered="", goal="book")
    turn.state = turn.state.with_slots(room_type=None)
    turn.offer(("menu:dates", "other_dates"), ("person", "person"))


def release(turn: Turn) -> None:
    if turn.state.proposal is not None and turn.state.proposal.kind != "cancel":
        turn.desk.release(turn.state.proposal)
        turn.change(proposal=None)


def forget(turn: Turn) -> None:
    """Booked: the stay is over as a topic; who the guest is stays known."""
    turn.state = turn.state.with_slots(
        **dict.fromkeys((*STAY_SLOTS, "booking_code", "arrival_time", "cot", "bed", "transfer", *ROOM_WISHES))
    )
    turn.change(proposal=None, awaiting=None, goal="", offered="")


def remind(turn: Turn, proposal: Proposal) -> None:
    """The question on the table once more; one that has lapsed is looked at again first."""
    if not proposal.is_live(turn.now):
        turn.say("summary_expired")
        release(turn)
        progress(turn)
        return
    turn.say("need_clear_yes_change" if proposal.kind == "change" else "need_clear_yes")
    _offer_yes(turn, proposal)


def _offer_yes(turn: Turn, proposal: Proposal) -> None:
    yes, no = ("change_yes", "change_no") if proposal.kind == "change" else ("yes", "no")
    turn.offer((f"yes:{proposal.key}", yes), (f"no:{proposal.key}", no))


def stay_of(turn: Turn) -> Stay:
    slots = turn.state.slots
    return Stay(dt.date.fromisoformat(slots["check_in"]), dt.date.fromisoformat(slots["check_out"]))


def party_of(turn: Turn) -> Party:
    """Who comes, as the hotel counts: whoever has its adults' age is one."""
    slots = turn.state.slots
    ages = tuple(slots.get("child_ages", ()))
    grown = sum(age >= turn.hotel.adult_from for age in ages)
    return Party(slots["adults"] + grown, slots.get("children", 0) - grown, tuple(age for age in ages if age < turn.hotel.adult_from))


def rooms_of(turn: Turn) -> int:
    """How many rooms were asked for; 0 when that was left open."""
    wanted: int = turn.state.slots.get("rooms", 0)
    return wanted if wanted > 1 or "+" not in turn.state.slots.get("room_type", "") else 0


def code_of(turn: Turn) -> str:
    """The chosen rooms as a Combination's code; empty while nothing is chosen. "Dos dobles" is a type and a number."""
    code: str = turn.state.slots.get("room_type", "")
    return "+".join([code] * rooms_of(turn)) if code and "+" not in code and rooms_of(turn) > 1 else code


def _alike(code: str, other: str) -> bool:
    """The same rooms, in whatever order they were named."""
    return sorted(code.split("+")) == sorted(other.split("+"))


def replacing(turn: Turn) -> str:
    """The own booking that is being changed; empty when a new one is being made."""
    return turn.state.slots.get("booking_code", "") if turn.state.goal == "change" else ""


def _has_check_in(turn: Turn) -> bool:
    check_in: str = turn.state.slots.get("check_in", "")
    return bool(check_in) and dt.date.fromisoformat(check_in) >= turn.today


def _has_check_out(turn: Turn) -> bool:
    return bool(turn.state.slots.get("check_out"))


def _has_adults(turn: Turn) -> bool:
    return bool(turn.state.slots.get("adults"))


def _ask(turn: Turn, slot: str) -> None:
    if slot == "adults" and turn.state.slots.get("adults") == 0:
        turn.say("bad_adults")
    elif slot == "check_out":
        check_in = dt.date.fromisoformat(turn.state.slots["check_in"])
        turn.say("ask_check_out", check_in=phrasebook.date(turn.language, check_in, today=turn.today))
    else:
        turn.say(f"ask_{slot}")
    turn.change(awaiting=slot)


def _chosen_offer(turn: Turn, stay: Stay, party: Party) -> Combination | None:
    """The chosen rooms, when they are free and no rule is against it; else None, having said why and what there is."""
    code = code_of(turn)
    offers = turn.desk.offers(stay, party, code.count("+") + 1, replacing(turn), code)
    offer = next((offer for offer in offers if _alike(offer.code, code)), None)
    if offer is not None and offer.bookable:
        turn.state = turn.state.with_slots(room_type=offer.code)
        return offer
    if offer is None or not offer.free:
        turn.say("room_full", room=turn.hotel.rooms_name(code, turn.language))
    else:
        _rules(turn, offer)
    turn.state = turn.state.with_slots(room_type=None)
    _offers(turn, stay, party)
    return None


def _rules(turn: Turn, offer: Combination) -> None:
    for rule in offer.broken if offer.free else ():
        nights = phrasebook.counted(turn.language, rule.nights or 0, "night")
        turn.say(f"rule_{rule.kind}", room=turn.hotel.rooms_name(offer.code, turn.language), nights=nights)


def _asks_about_another(turn: Turn) -> bool:
    """ "¿Cuánto sale la suite?" while another choice is open: its price is told before it is taken."""
    if "room_type" not in turn.understanding.slots or turn.state.awaiting != "room_type":
        return False
    if turn.understanding.has("price_quote") and _HOW_MUCH.search(turn.message.text.lower()) is not None:
        return True
    # "Vale, la familiar. ¿Podemos entrar a las 9?" asks about something else.
    asked = [sentence for sentence in _SENTENCE.findall(turn.message.text) if "?" in sentence]
    return any(heard.room_type(fold(sentence), turn.hotel.room_types, awaiting="room_type") for sentence in asked)


def _signature(turn: Turn) -> str:
    slots = turn.state.slots
    return "/".join(str(slots.get(name)) for name in ("check_in", "check_out", "adults", "children", "rooms"))


def _offered(turn: Turn) -> bool:
    return turn.state.offered == _signature(turn)


def _offers(turn: Turn, stay: Stay, party: Party) -> None:
    """What can be had, with prices and something to tap; or honestly nothing, and why."""
    wanted = code_of(turn)
    offers = turn.desk.offers(stay, party, rooms_of(turn), replacing(turn), wanted)
    named = [offer for offer in offers if _alike(offer.code, wanted)]
    shown = [offer for offer in named or offers if offer.bookable]
    if not shown and named:
        shown = [offer for offer in offers if offer.bookable]
    if not shown:
        _nothing(turn, stay, party, offers)
        return
    if not rooms_of(turn) and "+" in shown[0].code:
        turn.say("together", party=phrasebook.party(turn.language, party))
    if turn.state.goal == "change" and len(shown) == 1:  # nothing to choose: what it would be is summed up, and asked
        turn.state = turn.state.with_slots(room_type=shown[0].code)
        propose(turn, stay, party)
        return
    _show(turn, stay, shown, phrasebook.say(turn.language, "offers", **_asked(turn, stay, party)))
    turn.say("ask_room_type" if len(shown) > 1 else "ask_this_room")
    turn.change(awaiting="room_type", offered=_signature(turn))
    turn.state = turn.state.with_slots(room_type=None)


def _show(turn: Turn, stay: Stay, offers: list[Combination], head: str) -> None:
    """A line and something to tap for each."""
    shown = offers[: SHOWN if "+" in offers[0].code else 10]
    lines = [_offer_line(turn, offer, stay) + _more(turn, offer, shown) for offer in shown]
    several = len(shown) > 1 and any("+" in offer.code for offer in shown)
    if several:  # their names are too long for a button: they are told by number
        lines = [f"{number}. {line.removeprefix('• ')}" for number, line in enumerate(lines, start=1)]
    turn.parts.append("\n".join([head, *lines, _note(turn, shown)]))
    titles = _titles(turn, shown)
    turn.choices = tuple(
        Choice(
            f"room:{offer.code}",
            f"{phrasebook.label(turn.language, 'option')} {number}" if several else titles[offer.code],
            phrasebook.money(turn.language, offer.price.total, offer.price.currency),
        )
        for number, offer in enumerate(shown, start=1)
        if offer.price is not None
    )


def _note(turn: Turn, shown: list[Combination]) -> str:
    """What all of them include; and since when it is known, when the PMS cannot be asked just now."""
    note = phrasebook.say(turn.language, "offer_note")
    if things := _things(turn, _in_all(turn, *(offer.code for offer in shown))):
        note = phrasebook.say(
            turn.language, "includes", things=phrasebook.listed(turn.language, [phrasebook.phrase(turn.language, "word", "taxes"), *things])
        )
    known = min((offer.as_of for offer in shown if offer.as_of), default=None)
    if known is None:
        return note
    there = known.astimezone(turn.now.tzinfo)
    when = f"{there:%H:%M}" if there.date() == turn.now.date() else f"{phrasebook.date(turn.language, there.date())} {there:%H:%M}"
    return f"{note} {phrasebook.say(turn.language, 'offer_as_of', when=when)}"


def _in_all(turn: Turn, *codes: str) -> list[Detail]:
    """What the rates of all these Combinations' codes include."""
    kinds = {kind for code in codes for kind in code.split("+")}
    return [one for one in turn.desk.included() if not one.room_types or kinds <= set(one.room_types)]


def _more(turn: Turn, offer: Combination, shown: Sequence[Combination]) -> str:
    """What this one includes and not all of them do."""
    common = {one.source for one in _in_all(turn, *(other.code for other in shown))}
    things = _things(turn, [one for one in _in_all(turn, offer.code) if one.source not in common])
    return phrasebook.say(turn.language, "offer_with", things=phrasebook.listed(turn.language, things)) if things else ""


def _things(turn: Turn, rows: Sequence[Detail]) -> list[str]:
    """Their names in the guest's language; the answer says which rows they come from."""
    turn.sources += [one.source for one in rows if one.source not in turn.sources]
    return list(dict.fromkeys(details.name_of(one, turn.language) for one in rows))


def _nothing(turn: Turn, stay: Stay, party: Party, offers: list[Combination]) -> None:
    """Nothing bookable: which rule is against it, two rooms instead of one, the nearest dates, or a person."""
    turn.state = turn.state.with_slots(room_type=None)
    if not offers:
        turn.say("none_fit", party=phrasebook.party(turn.language, party))
        turn.offer(("person", "person"))
        turn.change(awaiting="adults")
        return
    for offer in offers:
        _rules(turn, offer)
    pairs = turn.desk.offers(stay, party, 2, replacing(turn)) if not rooms_of(turn) and party.adults > 1 else []
    pairs = [pair for pair in pairs if pair.bookable][:SHOWN]
    near = turn.desk.near(stay, party, rooms_of(turn), replacing(turn))
    turn.say("none_free_near" if near or pairs else "none_free", **_asked(turn, stay, party))
    if pairs:
        _show(turn, stay, pairs, phrasebook.say(turn.language, "two_rooms"))
    rooms = turn.choices
    if near:
        lines = [_near_line(turn, other, offer) for other, offer in near]
        turn.parts.append("\n".join([phrasebook.say(turn.language, "near"), *lines]))
    turn.offer(("menu:dates", "other_dates"), ("person", "person"))
    turn.choices = (*rooms, *(_near_choice(turn, other, offer) for other, offer in near), *turn.choices)[:10]
    turn.change(awaiting="room_type" if pairs else "stay" if near else "check_in", offered="")


def _near_line(turn: Turn, stay: Stay, offer: Combination) -> str:
    assert offer.price is not None
    return phrasebook.say(
        turn.language,
        "near_line",
        stay=phrasebook.stay(turn.language, stay, turn.today),
        room=turn.hotel.rooms_name(offer.code, turn.language),
        total=phrasebook.money(turn.language, offer.price.total, offer.price.currency),
    )


def _near_choice(turn: Turn, stay: Stay, offer: Combination) -> Choice:
    assert offer.price is not None
    title = f"{stay.check_in.day}/{stay.check_in.month} – {stay.check_out.day}/{stay.check_out.month}"
    return Choice(f"stay:{stay.check_in}/{stay.check_out}", title, phrasebook.money(turn.language, offer.price.total, offer.price.currency))


def _asked(turn: Turn, stay: Stay, party: Party) -> dict[str, str]:
    return {
        "stay": phrasebook.stay(turn.language, stay, turn.today),
        "nights": phrasebook.counted(turn.language, stay.nights, "night"),
        "party": phrasebook.party(turn.language, party),
    }


def _offer_line(turn: Turn, offer: Combination, stay: Stay) -> str:
    assert offer.price is not None
    # Nights of one price are told as they are; of several, their mean, to the unit.
    mean = offer.price.total / stay.nights
    same = len(set(offer.price.nightly)) <= 1 and mean == mean.to_integral_value()
    return phrasebook.say(
        turn.language,
        "offer_line" if same else "offer_line_mean",
        room=turn.hotel.rooms_name(offer.code, turn.language),
        total=phrasebook.money(turn.language, offer.price.total, offer.price.currency),
        nightly=phrasebook.money(turn.language, _rounded(mean), offer.price.currency),
    )


def _titles(turn: Turn, offers: list[Combination]) -> dict[str, str]:
    """By code. A list row takes 24 characters: a longer name is cut at a word, two alike are numbered."""
    titles: dict[str, str] = {}
    for offer in offers:
        name = turn.hotel.rooms_name(offer.code, turn.language)
        title = name if len(name) <= TITLE_LIMIT else name[: TITLE_LIMIT - 1].rsplit(" ", 1)[0] + "…"
        number = 2
        while title in titles.values():
            title = f"{title.rstrip('…0123456789 ')[: TITLE_LIMIT - 3]} {number}"
            number += 1
        titles[offer.code] = title
    return titles


def has_stay(turn: Turn) -> bool:
    """Is it known when and for how many?"""
    return _has_check_in(turn) and _has_check_out(turn) and _has_adults(turn)


def shares(turn: Turn) -> list[str]:
    """Each person's part of the prices on the table, a line a room; none where no price was told, or for one person."""
    stay, party, proposal = stay_of(turn), party_of(turn), turn.state.proposal
    if party.guests < 2 or not (_offered(turn) or proposal):
        return []
    if proposal is not None and "total" in proposal.data:
        priced = [(proposal.data["room_type"], Decimal(proposal.data["total"]), proposal.data["currency"])]
    else:
        code = code_of(turn)
        codes = [code] if code else [choice.id.removeprefix("room:") for choice in turn.rooms_on_offer]
        offers = turn.desk.offers(stay, party, rooms_of(turn), replacing(turn), code)
        told = [offer for offer in offers if any(_alike(offer.code, one) for one in codes)]
        priced = [(offer.code, offer.price.total, offer.price.currency) for offer in told if offer.price is not None]
    return [
        phrasebook.say(
            turn.language,
            "share_line",
            room=turn.hotel.rooms_name(code, turn.language),
            total=phrasebook.money(turn.language, total, currency),
            amount=phrasebook.money(turn.language, _rounded(total / party.guests), currency),
            n=party.guests,
        )
        for code, total, currency in priced
    ]


def _rounded(mean: Decimal) -> Decimal:
    return mean.quantize(Decimal(1) if mean >= MEAN_ROUNDED else Decimal("0.01"))


def summary(turn: Turn, proposal: Proposal) -> None:
    """Everything a yes would do, in words made by code."""
    data, stay = proposal.data, stay_of(turn)
    rule = turn.desk.answer("policy_cancellation", turn.language) if proposal.kind == "book" else None
    if rule is not None:
        turn.sources.append(rule.source)
    things = phrasebook.listed(turn.language, _things(turn, _in_all(turn, data["room_type"]))) if proposal.kind == "book" else ""
    included = f"\n• {phrasebook.say(turn.language, 'includes', things=things)}" if things else ""
    noted = _noted(turn) if proposal.kind == "book" else ""
    turn.say(
        "summary_change" if proposal.kind == "change" else "summary",
        reference=data.get("reference", ""),
        before=_before(turn, _changed_by(turn, proposal), Decimal(data["total"])),
        room=turn.hotel.rooms_name(data["room_type"], turn.language),
        check_in=phrasebook.date(turn.language, stay.check_in, today=turn.today),
        check_out=phrasebook.date(turn.language, stay.check_out, today=turn.today),
        nights=phrasebook.counted(turn.language, stay.nights, "night"),
        party=phrasebook.party(turn.language, party_of(turn)),
        name=turn.state.slots.get("name", ""),
        total=phrasebook.money(turn.language, Decimal(data["total"]), data["currency"]),
        rule=included + (f"\n• {noted}" if noted else "") + _pet_fee(turn) + (f"\n• {rule.text}" if rule is not None else ""),
        kept=_kept(turn, proposal),
    )
    _offer_yes(turn, proposal)


def _before(turn: Turn, row: OwnBooking | None, total: Decimal) -> str:
    """What it has cost so far."""
    if row is not None and row.total == total:
        return phrasebook.phrase(turn.language, "word", "as_now")
    return phrasebook.money(turn.language, row.total, row.currency) if row is not None else ""


def note(turn: Turn) -> None:
    """What they would like beside the room was heard, and is not forgotten."""
    if noted := _noted(turn):
        turn.parts.insert(0, noted)


def _pet_fee(turn: Turn) -> str:
    """What an animal costs, which is no part of the room's price."""
    if not turn.state.slots.get("pets"):
        return ""
    text, rows = details.prices(turn.desk.details("policy_pets"), turn.language)
    turn.sources += [row.source for row in rows if row.source not in turn.sources]
    return f"\n• {text}" if text else ""


def _noted(turn: Turn) -> str:
    wishes = _wishes(turn, turn.language)
    return phrasebook.say(turn.language, "wishes", wishes=phrasebook.listed(turn.language, wishes)) if wishes else ""


def _wishes(turn: Turn, language: str) -> list[str]:
    """What the guest said beside the stay, for whoever prepares the room: told, not promised."""
    slots = turn.state.slots
    found = []
    if hour := slots.get("arrival_time"):
        found.append(phrasebook.phrase(language, "word", "arrival_at").format(time=hour))
    if slots.get("cot"):
        found.append(phrasebook.phrase(language, "word", "cot"))
    if slots.get("transfer"):
        found.append(phrasebook.phrase(language, "word", "transfer"))
    found += [phrasebook.phrase(language, "word", wish) for wish in ROOM_WISHES if slots.get(wish)]
    if bed := slots.get("bed"):
        found.append(phrasebook.phrase(language, "word", f"bed_{bed}"))
    if pets := slots.get("pets"):
        found.append(phrasebook.counted(language, pets, "pet"))
    return found


def _kept(turn: Turn, proposal: Proposal) -> str:
    """How long the room is kept; where answers take long, only how long one is waited for."""
    until = proposal.expires_at.astimezone(turn.now.tzinfo)
    day = phrasebook.date(turn.language, until.date(), today=turn.today)
    return phrasebook.say(turn.language, "open_until" if until - turn.now > PATIENT else "kept_until", date=day, time=f"{until:%H:%M}")


def described(turn: Turn, row: OwnBooking) -> dict[str, str]:
    """A booking's values for a phrase."""
    return confirmation.values(turn.language, turn.hotel, row, turn.today)
