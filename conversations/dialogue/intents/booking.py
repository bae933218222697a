"""From "tenés lugar" to a booking: one question at a time, offers, a summary made by code, and a yes to it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from conversations.dialogue import phrasebook
from conversations.dialogue.turn import Turn
from conversations.dialogue.types import Choice, Offer, OwnBooking, Party, Proposal, Settled, Stay

TITLE_LIMIT = 24
STAY_SLOTS = ("check_in", "check_out", "nights", "room_type", "rooms")


def start(turn: Turn, _intent: str) -> None:
    turn.change(goal="book")
    progress(turn)


def progress(turn: Turn) -> None:
    """Whatever comes next: a doubt to clear, a question, offers, or the summary."""
    turn.change(goal="book")
    if turn.understanding.clarify:
        doubt = turn.understanding.clarify[0]
        turn.say(f"clarify_{doubt}")
        turn.change(awaiting="check_in")
        if doubt == "too_long":
            turn.offer(("person", "person"))
        return
    for slot, ready in (("check_in", _has_check_in), ("check_out", _has_check_out), ("adults", _has_adults)):
        if not ready(turn):
            _ask(turn, slot)
            return
    stay, party = stay_of(turn), party_of(turn)
    kind = turn.hotel.room_type(turn.state.slots.get("room_type", ""))
    if kind is not None and not kind.fits(party):
        turn.say("too_small", room=kind.name(turn.language), party=phrasebook.party(turn.language, party))
        turn.state = turn.state.with_slots(room_type=None)
    asks = turn.understanding.has("check_availability", "price_quote")
    if turn.state.slots.get("room_type") is None or (asks and not _offered(turn)) or _asks_about_another(turn):
        _offers(turn, stay, party)
        return
    if turn.state.slots.get("rooms", 1) > 1:
        turn.say("several_rooms")
        turn.state = turn.state.with_slots(rooms=None)
        turn.offer(("person", "person"))
        return
    offer = _chosen_offer(turn, stay, party)
    if offer is None:
        return
    if turn.understanding.has("price_quote"):  # the price of the room that is chosen already, before what is asked next
        turn.parts.append(_offer_line(turn, offer, stay))
    for field in turn.hotel.required_guest_fields:
        if not turn.state.slots.get(field):
            turn.say(f"ask_{field}")
            turn.change(awaiting=field)
            return
    propose(turn, stay, party)


def propose(turn: Turn, stay: Stay, party: Party) -> None:
    """Freeze, keep, and read everything back."""
    code = turn.state.slots["room_type"]
    release(turn)
    proposal = turn.desk.propose(stay, party, code)
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
    told(turn, turn.desk.confirm(proposal, {key: turn.state.slots.get(key, "") for key in ("name", "email", "phone")}))


def told(turn: Turn, settled: Settled) -> None:
    """Say what became of the yes, and go on from there."""
    row = settled.booking
    if settled.outcome == "confirmed" and row is not None:
        turn.say("confirmed", **described(turn, row))
        forget(turn)
    elif settled.outcome == "placing" and row is not None:
        turn.say("placing", reference=row.reference)
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
    rooms = tuple(choice for choice in turn.state.choices if choice.id.startswith("room:"))
    if turn.state.awaiting != "room_type" or not rooms or not _offered(turn):
        return False
    turn.say("ask_room_type" if len(rooms) > 1 else "ask_this_room")
    turn.choices = rooms
    return True


def drop(turn: Turn) -> None:
    """No to the proposal: the room is given back, what the guest said stays known."""
    release(turn)
    turn.say("not_confirmed")
    turn.change(awaiting=None, offered="", goal="book")
    turn.state = turn.state.with_slots(room_type=None)
    turn.offer(("menu:dates", "other_dates"), ("person", "person"))


def release(turn: Turn) -> None:
    if turn.state.proposal is not None and turn.state.proposal.kind == "book":
        turn.desk.release(turn.state.proposal)
        turn.change(proposal=None)


def forget(turn: Turn) -> None:
    """Booked: the stay is over as a topic; who the guest is stays known."""
    turn.state = turn.state.with_slots(**dict.fromkeys(STAY_SLOTS))
    turn.change(proposal=None, awaiting=None, goal="", offered="")


def remind(turn: Turn, proposal: Proposal) -> None:
    turn.say("need_clear_yes")
    turn.offer((f"yes:{proposal.key}", "yes"), (f"no:{proposal.key}", "no"))


def stay_of(turn: Turn) -> Stay:
    slots = turn.state.slots
    return Stay(dt.date.fromisoformat(slots["check_in"]), dt.date.fromisoformat(slots["check_out"]))


def party_of(turn: Turn) -> Party:
    slots = turn.state.slots
    return Party(slots["adults"], slots.get("children", 0), tuple(slots.get("child_ages", ())))


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


def _chosen_offer(turn: Turn, stay: Stay, party: Party) -> Offer | None:
    """The chosen room, when it is free and no rule is against it; else None, having said why and what there is."""
    code = turn.state.slots["room_type"]
    chosen = [offer for offer in turn.desk.offers(stay, party) if offer.room_type.code == code]
    for offer in chosen:
        if offer.bookable:
            return offer
        _rules(turn, offer)
        if not offer.free:
            turn.say("room_full", room=offer.room_type.name(turn.language))
    turn.state = turn.state.with_slots(room_type=None)
    _offers(turn, stay, party)
    return None


def _rules(turn: Turn, offer: Offer) -> None:
    for rule in offer.broken if offer.free else ():
        nights = phrasebook.counted(turn.language, rule.nights or 0, "night")
        turn.say(f"rule_{rule.kind}", room=offer.room_type.name(turn.language), nights=nights)


def _asks_about_another(turn: Turn) -> bool:
    """ "¿Cuánto sale la suite?" while another choice is open: its price is told before it is taken."""
    return turn.understanding.has("price_quote") and "room_type" in turn.understanding.slots and turn.state.awaiting == "room_type"


def _signature(turn: Turn) -> str:
    slots = turn.state.slots
    return f"{slots.get('check_in')}/{slots.get('check_out')}/{slots.get('adults')}/{slots.get('children', 0)}"


def _offered(turn: Turn) -> bool:
    return turn.state.offered == _signature(turn)


def _offers(turn: Turn, stay: Stay, party: Party) -> None:
    """What can be had, with prices and something to tap; or honestly nothing, and why."""
    offers = turn.desk.offers(stay, party)
    wanted = turn.state.slots.get("room_type")
    named = [offer for offer in offers if offer.room_type.code == wanted]
    shown = [offer for offer in named or offers if offer.bookable]
    if not shown and named:
        shown = [offer for offer in offers if offer.bookable]
    if not shown:
        _nothing(turn, stay, party, offers)
        return
    head = phrasebook.say(turn.language, "offers", **_asked(turn, stay, party))
    lines = [_offer_line(turn, offer, stay) for offer in shown]
    turn.parts.append("\n".join([head, *lines, phrasebook.say(turn.language, "offer_note")]))
    turn.say("ask_room_type" if len(shown) > 1 else "ask_this_room")
    titles = _titles(shown[:10], turn.language)
    turn.choices = tuple(
        Choice(
            f"room:{offer.room_type.code}",
            titles[offer.room_type.code],
            phrasebook.money(turn.language, offer.price.total, offer.price.currency),
        )
        for offer in shown[:10]
        if offer.price is not None
    )
    turn.change(awaiting="room_type", offered=_signature(turn))
    turn.state = turn.state.with_slots(room_type=None)


def _nothing(turn: Turn, stay: Stay, party: Party, offers: list[Offer]) -> None:
    turn.state = turn.state.with_slots(room_type=None)
    if not offers:
        turn.say("none_fit", party=phrasebook.party(turn.language, party))
        turn.offer(("person", "person"))
        turn.change(awaiting="adults")
        return
    for offer in offers:
        _rules(turn, offer)
    near = turn.desk.near(stay, party)
    turn.say("none_free_near" if near else "none_free", **_asked(turn, stay, party))
    if near:
        lines = [_near_line(turn, other, offer) for other, offer in near]
        turn.parts.append("\n".join([phrasebook.say(turn.language, "near"), *lines]))
    turn.offer(("menu:dates", "other_dates"), ("person", "person"))
    turn.choices = (*(_near_choice(turn, other, offer) for other, offer in near), *turn.choices)
    turn.change(awaiting="stay" if near else "check_in", offered="")


def _near_line(turn: Turn, stay: Stay, offer: Offer) -> str:
    assert offer.price is not None
    return phrasebook.say(
        turn.language,
        "near_line",
        stay=phrasebook.stay(turn.language, stay, turn.today),
        room=offer.room_type.name(turn.language),
        total=phrasebook.money(turn.language, offer.price.total, offer.price.currency),
    )


def _near_choice(turn: Turn, stay: Stay, offer: Offer) -> Choice:
    assert offer.price is not None
    title = f"{stay.check_in.day}/{stay.check_in.month} – {stay.check_out.day}/{stay.check_out.month}"
    return Choice(f"stay:{stay.check_in}/{stay.check_out}", title, phrasebook.money(turn.language, offer.price.total, offer.price.currency))


def _asked(turn: Turn, stay: Stay, party: Party) -> dict[str, str]:
    return {
        "stay": phrasebook.stay(turn.language, stay, turn.today),
        "nights": phrasebook.counted(turn.language, stay.nights, "night"),
        "party": phrasebook.party(turn.language, party),
    }


def _offer_line(turn: Turn, offer: Offer, stay: Stay) -> str:
    assert offer.price is not None
    nightly = (offer.price.total / stay.nights).quantize(offer.price.total)
    return phrasebook.say(
        turn.language,
        "offer_line",
        room=offer.room_type.name(turn.language),
        total=phrasebook.money(turn.language, offer.price.total, offer.price.currency),
        nightly=phrasebook.money(turn.language, nightly, offer.price.currency),
    )


def _titles(offers: list[Offer], language: str) -> dict[str, str]:
    """By room type code. A list row takes 24 characters: a longer name is cut at a word, two alike are numbered."""
    titles: dict[str, str] = {}
    for offer in offers:
        name = offer.room_type.name(language)
        title = name if len(name) <= TITLE_LIMIT else name[: TITLE_LIMIT - 1].rsplit(" ", 1)[0] + "…"
        number = 2
        while title in titles.values():
            title = f"{title.rstrip('…0123456789 ')[: TITLE_LIMIT - 3]} {number}"
            number += 1
        titles[offer.room_type.code] = title
    return titles


def summary(turn: Turn, proposal: Proposal) -> None:
    data, stay = proposal.data, stay_of(turn)
    kind = turn.hotel.room_type(data["room_type"])
    turn.say(
        "summary",
        room=kind.name(turn.language) if kind else data["room_type"],
        check_in=phrasebook.date(turn.language, stay.check_in, today=turn.today),
        check_out=phrasebook.date(turn.language, stay.check_out, today=turn.today),
        nights=phrasebook.counted(turn.language, stay.nights, "night"),
        party=phrasebook.party(turn.language, party_of(turn)),
        name=turn.state.slots.get("name", ""),
        total=phrasebook.money(turn.language, Decimal(data["total"]), data["currency"]),
        until=f"{proposal.expires_at.astimezone(turn.now.tzinfo):%H:%M}",
    )
    turn.offer((f"yes:{proposal.key}", "yes"), (f"no:{proposal.key}", "no"))


def described(turn: Turn, row: OwnBooking) -> dict[str, str]:
    """A booking's values for a phrase."""
    kind = turn.hotel.room_type(row.room_type)
    return {
        "name": row.guest_name,
        "reference": row.reference,
        "room": kind.name(turn.language) if kind else row.room_type,
        "check_in": phrasebook.date(turn.language, row.check_in, today=turn.today),
        "check_out": phrasebook.date(turn.language, row.check_out, today=turn.today),
        "nights": phrasebook.counted(turn.language, (row.check_out - row.check_in).days, "night"),
        "total": phrasebook.money(turn.language, row.total, row.currency),
    }
