"""The booking saga: draft → holding → placing → confirmed, rejected or unknown; changed, and out again by cancelling.

Every step is committed before the next one starts, and the PMS is called between transactions, never inside one. The
quote's key is the booking's key: the same yes twice finds the same booking. Our reference travels to the PMS, so that
whatever was interrupted can be looked up there before anything is asked again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from prometheus_client import Counter

from hotelagent.ops import correlation, killpoints, leases, queue
from pms.errors import AuthFailed, Busy, NotFound, OutcomeUnknown, PmsError, PriceChanged, Rejected, SoldOut, Unavailable
from pms.gateway import Gateway, gateway
from pms.line import SOON
from pms.terms import GuestDetails, NewReservation, Party, Reservation, ReservationState, RoomLine, Stay
from reservations import deposits, holds
from reservations.errors import KeyReused
from reservations.models import Booking, BookingStep, Quote
from reservations.signals import booking_settled

log = structlog.get_logger(__name__)

State = Booking.State
# The PMS still has to take, answer for, change or give back.
UNDER_WAY = [State.PLACING, State.UNKNOWN, State.CHANGING, State.CANCELLING]
OPEN = [*UNDER_WAY, State.HOLDING]
HELD = leases.Held()
RETRY, LONGEST_WAIT = dt.timedelta(seconds=5), dt.timedelta(minutes=5)
# How long a booking that settles at once is left to the process that places it.
OWN = dt.timedelta(seconds=15)
# How long after the yes a forgotten booking may still be placed.
TAKE_UP_LIMIT = dt.timedelta(hours=1)
MAX_ATTEMPTS = 5
# When to look an unknown booking up, in seconds after the outcome got lost. A server may be at it for more than a minute
# after its caller is gone: two clean looks at least 90 s apart come before the one repeat.
LOOKS = (5, 30, 120, 600)
CLEAN = dt.timedelta(seconds=90)
# Another of our guests is being booked at this hotel: their turn first.
TURN = dt.timedelta(seconds=1)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that reads like something else
REFERENCE_PREFIX = "RX"
# Without a wait for the disk: a commit that does wait comes before a PMS is asked to book, and takes this one along. If the
# database loses its power in between, whoever claimed loses the connection, and stops.
CLAIM = f"""
    UPDATE reservations_booking
    SET attempts = attempts + 1, fence = fence + 1, lease_until = %(until)s, due_at = %(until)s FROM {SOON}
    WHERE id = %(pk)s AND state = ANY(%(open)s) AND (lease_until IS NULL OR lease_until <= %(now)s)
"""  # noqa: S608 - our own words

# No row when another worker, or a person, has taken the booking over.
OURS = "id = %s AND fence = %s AND state = %s"
GUARD = f"SELECT 1 FROM reservations_booking WHERE {OURS}"  # noqa: S608 - our own words

FIELDS = {field.name: field for field in Booking._meta.concrete_fields}

ATTEMPTS = Counter("reservation_attempts_total", "Bookings asked of a PMS", ["outcome"])
CREATED = Counter("reservations_created_total", "Bookings confirmed", ["channel"])


@dataclass(frozen=True)
class Booker:
    """Who books, as a snapshot, and where the talk is; ``notes`` is what they asked for beside the room, in the hotel's language."""

    guest: GuestDetails
    guest_key: str
    channel: str = ""
    conversation_ref: str = ""
    notes: str = ""


def place(quote: Quote, booker: Booker, *, now: dt.datetime | None = None) -> Booking:
    """The guest said yes to ``quote``. Idempotent by the quote's key.

    On return the booking is confirmed or rejected when the PMS settles at once, else placing, with its bell rung.
    Raises KeyReused when the key exists with another guest.
    """
    booking = _draft(quote, booker, now or timezone.now())
    if booking.state not in {State.DRAFT, State.HOLDING, State.PLACING}:
        return booking
    killpoints.reached("booking.drafted")
    at_once = gateway(quote.hotel).settles_at_once
    with transaction.atomic():
        if booking.state == State.DRAFT:
            step(booking, State.HOLDING, note="held" if holds.is_open(quote) else "no open hold: the PMS decides")
        killpoints.reached("booking.holding")
        if booking.state == State.HOLDING and at_once:
            # Ours to finish, and the caller's to tell; others take it up only if we die.
            step(booking, State.PLACING, due_at=timezone.now() + OWN, told=True)
        elif booking.state == State.HOLDING:
            step(booking, State.PLACING, due_at=timezone.now())
            queue.ring("default")
    if at_once:
        advance(booking.pk)
        booking.refresh_from_db()
    return booking


def change(booking: Booking, quote: Quote, *, actor: str) -> Booking:
    """Turn a confirmed booking into what ``quote`` says: the guest said yes to it. Idempotent by the quote.

    On return confirmed (``reason`` tells when the PMS refused: then it is as it was), or changing when the PMS takes its time.
    """
    with transaction.atomic():
        current = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
        if current.state == State.CONFIRMED and current.last_change_id != quote.pk:
            fresh: dict[str, Any] = {"attempts": 0, "asked_at": None, "clean_since": None, "is_repeated": False, "reason": ""}
            step(current, State.CHANGING, actor=actor, due_at=timezone.now(), last_change=quote, **fresh)
            queue.ring("default")
    if gateway(booking.hotel).settles_at_once:
        advance(booking.pk)
    booking.refresh_from_db()
    return booking


def expire_unpaid() -> int:
    """Cancel what nobody paid for in time, where the hotel wants that; the guest is told. How many."""
    rows = deposits.overdue(timezone.now())
    return sum(cancel(row, actor="expiry", reason=deposits.UNPAID).state in {State.CANCELLING, State.CANCELLED} for row in rows)


def cancel(booking: Booking, *, actor: str, reason: str = "") -> Booking:
    """Cancel a confirmed booking. On return cancelled when the PMS settles at once, else cancelling. With a ``reason`` it is
    nobody's turn that tells the guest."""
    with transaction.atomic():
        current = Booking.objects.select_for_update(of=("self",)).select_related("hotel").get(pk=booking.pk)
        if reason == deposits.UNPAID and not deposits.is_overdue(current, timezone.now()):
            return current  # the money came in this very moment
        if current.state == State.CONFIRMED:
            values: dict[str, Any] = {"reason": reason, "told": False} if reason else {"reason": ""}
            step(current, State.CANCELLING, actor=actor, due_at=timezone.now(), attempts=0, **values)
            queue.ring("default")
    if gateway(booking.hotel).settles_at_once:
        advance(booking.pk)
    booking.refresh_from_db()
    return booking


def hurry(booking: Booking) -> bool:
    """A person wants to know: the next step is due now. False when there is none."""
    waiting = Booking.objects.filter(pk=booking.pk, state__in=UNDER_WAY)
    waiting = waiting.exclude(state=State.CHANGING, asked_at__isnull=False)  # it waits for the PMS to come to its end
    found = bool(waiting.filter(lease_until__isnull=True).update(due_at=timezone.now()))
    if found:
        queue.ring("default")
    return found


def give_up(booking: Booking, *, actor: str) -> bool:
    """A person has looked in the PMS: this booking is not there and will not be. The guest is told. False when it is not
    a booking nobody is sure of, or just being looked at."""
    with transaction.atomic():
        current = Booking.objects.select_for_update(of=("self",)).select_related("hotel", "quote").get(pk=booking.pk)
        if current.state != State.UNKNOWN or (current.lease_until is not None and current.lease_until > timezone.now()):
            return False
        ended: dict[str, Any] = {"reason": "settled_by_staff", "due_at": None, "told": False, "fence": current.fence + 1}
        step(current, State.REJECTED, note="settled by a person", actor=actor, **ended)
        holds.release(current.quote)
        booking_settled.send(sender=Booking, booking=current)
    return True


def leave_to_background(*, key: str) -> None:
    """Whoever asked cannot wait for the end of this booking: it will be told by ``booking_settled``, now if it has come
    to its end already. Call inside a transaction, before other rows are locked."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("hotel", "quote").filter(key=key).first()
    if booking is None:
        return
    booking.told = False
    booking.save(update_fields=["told"])
    if booking.state in {State.CONFIRMED, State.REJECTED, State.CANCELLED}:
        booking_settled.send(sender=Booking, booking=booking)


def advance(pk: int) -> bool:
    """Take the next step of one booking that is placing, changing, cancelling or unknown. False when somebody else has it."""
    booking = _claim(pk)
    if booking is None:
        return False
    killpoints.reached("booking.placing")
    with HELD.keep(booking.pk, booking.fence), correlation.bound(booking.correlation_id or correlation.new_id()):
        pms = gateway(booking.hotel)
        pms.guard = GUARD, (booking.pk, booking.fence, booking.state)
        try:
            if booking.state == State.CHANGING:
                _changing(booking, pms)
            elif booking.state == State.CANCELLING:
                _cancelling(booking, pms)
            elif booking.state == State.UNKNOWN:
                _look_up(booking, pms)
            else:
                _placing(booking, pms)
        except Busy:
            _put_off(booking, TURN, counts=False)
        except (Unavailable, AuthFailed) as error:
            _later(booking, f"PMS not available: {type(error).__name__}")
    return True


def take_up(pk: int) -> None:
    """Go on with a yes whose worker died before it was placed; one older than its quote is not a yes any more."""
    with transaction.atomic():
        booking = Booking.objects.select_for_update(of=("self",)).select_related("quote").get(pk=pk)
        if booking.state not in {State.DRAFT, State.HOLDING}:
            return
        if timezone.now() > booking.created_at + TAKE_UP_LIMIT:
            step(booking, State.REJECTED, note="found too late", reason="too_late", due_at=None)
        else:
            step(booking, State.PLACING, note="taken up again", due_at=timezone.now())


def step(booking: Booking, state: str, *, note: str = "", actor: str = "", **values: object) -> None:
    """One step: the state, what came with it, and the row that tells of it. Inside the caller's transaction or alone."""
    previous, booking.state = booking.state, state
    for name, value in values.items():
        setattr(booking, name, value)
    columns, moved = _assigned({name: getattr(booking, FIELDS[name].attname) for name in ("state", *values)})
    statement = (
        f"WITH moved AS (UPDATE reservations_booking SET {columns} WHERE id = %s RETURNING id) "  # noqa: S608 - columns of our own model
        "INSERT INTO reservations_bookingstep (booking_id, at, from_state, to_state, note, actor) "
        "SELECT id, %s, %s, %s, %s, %s FROM moved"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*moved, booking.pk, timezone.now(), previous, state, note[:300], actor])
        if not cursor.rowcount:
            raise Booking.DoesNotExist(booking.pk)
    log.info("booking step", reference=booking.reference, previous=previous, state=state)


def _assigned(values: Mapping[str, object]) -> tuple[str, list[Any]]:
    """What an UPDATE of a booking sets, and the values for it."""
    fields = [FIELDS[name] for name in values]
    columns = ", ".join(f"{field.column} = %s" for field in fields)
    return columns, [field.get_db_prep_save(value, connection) for field, value in zip(fields, values.values(), strict=True)]


def _draft(quote: Quote, booker: Booker, now: dt.datetime) -> Booking:
    booking, created = Booking.objects.get_or_create(
        key=quote.key,
        defaults={
            "hotel": quote.hotel, "quote": quote, "reference": _reference(), "check_in": quote.check_in, "check_out": quote.check_out,
            "adults": quote.adults, "children": quote.children, "child_ages": quote.child_ages, "lines": quote.lines,
            "total": quote.total, "currency": quote.currency, "guest_name": booker.guest.name, "guest_email": booker.guest.email,
            "guest_phone": booker.guest.phone, "guest_key": booker.guest_key, "language": booker.guest.language or "es",
            "channel": booker.channel, "conversation_ref": booker.conversation_ref, "correlation_id": correlation.current(),
            "notes": booker.notes[:500], "created_at": now,
        },
    )  # fmt: skip
    if not created and (booking.guest_key != booker.guest_key or booking.quote_id != quote.pk):
        raise KeyReused(str(quote.key))
    return booking


def _reference() -> str:
    return REFERENCE_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(6))


def _claim(pk: int) -> Booking | None:
    """A lease by compare-and-swap; the try is counted before anything is done."""
    now = timezone.now()
    until = now + leases.length()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"pk": pk, "open": [str(state) for state in OPEN], "now": now, "until": until})
        if not cursor.rowcount:
            return None
    return Booking.objects.select_related("hotel__deposit_terms").get(pk=pk)


def _placing(booking: Booking, pms: Gateway) -> None:
    if booking.attempts > 1 and pms.settles_at_once and (found := pms.find_by_reference(booking.reference)) is not None:
        _confirm_or_reject(booking, found)
        return
    if booking.asked_at is not None and not pms.settles_at_once:
        # Whoever asked died before the answer. One clean look is not enough: the PMS may still be at it.
        _settled(booking, State.UNKNOWN, note="asked before, no answer on record", due_at=_in(LOOKS[0]), attempts=0)
        return
    _create(booking, pms)


def _create(booking: Booking, pms: Gateway) -> None:
    if not pms.settles_at_once and not _fenced(booking, asked_at=timezone.now()):
        return
    try:
        answer = pms.create(_order(booking, booking))
    except OutcomeUnknown as error:
        _settled(booking, State.UNKNOWN, note=str(error), due_at=_in(LOOKS[0]), attempts=0, clean_since=None)
    except Rejected as error:
        _reject(booking, error)
    else:
        killpoints.reached("booking.created")
        _confirm_or_reject(booking, answer)


def _look_up(booking: Booking, pms: Gateway) -> None:
    try:
        found = pms.settle(_order(booking, booking))
    except OutcomeUnknown as error:  # there, but it could not be made sure of: no clean look
        _again(booking, note=str(error), clean_since=None)
        return
    except Rejected as error:
        _reject(booking, error)
        return
    if found is not None:
        _confirm_or_reject(booking, found)
    elif _may_repeat(booking):
        _once_more(booking, lambda: _create(booking, pms))
    elif not _wait_for_the_next_look(booking):
        _settled(booking, State.REJECTED, reason="never_arrived", note="the PMS has no such booking, however often it was looked for")


def _may_repeat(booking: Booking) -> bool:
    """Not there for so long that it is not on its way any more, and not asked a second time yet."""
    since = booking.clean_since
    return not booking.is_repeated and since is not None and timezone.now() - since >= CLEAN


def _once_more(booking: Booking, ask: Callable[[], None]) -> None:
    """The one repeat, on record before it is sent."""
    if not _fenced(booking, is_repeated=True):
        return
    BookingStep.objects.create(
        booking=booking, at=timezone.now(), from_state=booking.state, to_state=booking.state,
        note="not there, and not on its way any more: asked once more",
    )  # fmt: skip
    try:
        ask()
    except (Unavailable, AuthFailed):  # surely not sent
        _fenced(booking, is_repeated=False)
        raise


def _wait_for_the_next_look(booking: Booking) -> bool:
    """A clean look that found nothing. False when there were enough of them: looks a person asked for count, but they do not
    make the time pass."""
    now = timezone.now()
    clean_since = booking.clean_since or now
    if booking.attempts >= len(LOOKS) and now - clean_since >= CLEAN:
        return False
    last = min(booking.attempts, len(LOOKS) - 1)
    wait = dt.timedelta(seconds=max(LOOKS[0], LOOKS[last] - LOOKS[last - 1]))
    _fenced(booking, clean_since=clean_since, lease_until=None, due_at=now + wait)
    return True


def _reject(booking: Booking, error: Rejected) -> None:
    _settled(booking, State.REJECTED, reason=_why(error), note=str(error))


def _why(error: Rejected) -> str:
    return {SoldOut: "sold_out", PriceChanged: "price_changed", NotFound: "not_found"}.get(type(error), "refused")


def _changing(booking: Booking, pms: Gateway) -> None:
    assert booking.last_change is not None  # what is being changed into
    if booking.asked_at is None or pms.settles_at_once:  # there, changing into what it already is, is no error
        _ask_change(booking, pms)
        return
    try:
        found = pms.settle_change(_order(booking, booking.last_change))
    except OutcomeUnknown as error:
        _again(booking, note=str(error), clean_since=None)
    except Rejected as error:
        _change_refused(booking, error)
    else:
        if found is not None:
            _changed(booking, found)
        elif _may_repeat(booking):
            _once_more(booking, lambda: _ask_change(booking, pms))
        elif not _wait_for_the_next_look(booking):
            _settled(booking, State.CONFIRMED, reason="change_never_arrived", note="the PMS never took the change")


def _ask_change(booking: Booking, pms: Gateway) -> None:
    quote = booking.last_change
    assert quote is not None
    if not pms.settles_at_once and not _fenced(booking, asked_at=timezone.now()):
        return
    try:
        answer = pms.change(_order(booking, quote))
    except OutcomeUnknown as error:
        _settled_again(booking, note=f"changing: {error}")
    except Rejected as error:
        _change_refused(booking, error)
    else:
        _changed(booking, answer)


def _settled_again(booking: Booking, *, note: str) -> None:
    """A change whose outcome got lost: only looked for from now on."""
    log.warning("the outcome of a change is not known", reference=booking.reference, note=note)
    _fenced(booking, attempts=0, clean_since=None, lease_until=None, due_at=_in(LOOKS[0]))


def _change_refused(booking: Booking, error: Rejected) -> None:
    _settled(booking, State.CONFIRMED, reason=f"change_{_why(error)}", note=str(error))


def _changed(booking: Booking, answer: Reservation) -> None:
    quote = booking.last_change
    told = {name: getattr(quote, name) for name in ("check_in", "check_out", "adults", "children", "child_ages", "lines", "total")}
    for name, value in told.items():  # the deposit is a part of what it costs now
        setattr(booking, name, value)
    owed = {} if booking.deposit_paid_at else deposits.asked_for(booking, booking.confirmed_at or timezone.now())
    _settled(booking, State.CONFIRMED, note=f"changed, PMS {answer.pms_id}", pms_id=answer.pms_id, **told, **owed)


def _cancelling(booking: Booking, pms: Gateway) -> None:
    try:
        pms.cancel(booking.reference)
    except NotFound:
        _settled(booking, State.CANCELLED, note="the PMS has no such booking", cancelled_at=timezone.now())
    except Rejected as error:
        _settled(booking, State.CONFIRMED, reason="cancel_refused", note=str(error))
    except OutcomeUnknown as error:
        _again(booking, note=f"cancelling: {error}")
    else:
        killpoints.reached("booking.cancelled")
        _settled(booking, State.CANCELLED, cancelled_at=timezone.now())


def _confirm_or_reject(booking: Booking, answer: Reservation) -> None:
    if answer.state == ReservationState.CANCELLED:
        _settled(booking, State.REJECTED, reason="cancelled_in_pms", note="the PMS holds it as cancelled")
        return
    now = timezone.now()
    values = {"pms_id": answer.pms_id, "confirmed_at": now, **deposits.asked_for(booking, now)}
    _settled(booking, State.CONFIRMED, note=f"PMS {answer.pms_id}", **values)


def _settled(booking: Booking, state: str, *, note: str = "", **values: object) -> None:
    """The end of a step, if the lease is still ours."""
    _warm(booking)
    with transaction.atomic():
        current = Booking.objects.select_for_update().get(pk=booking.pk)
        current.hotel = booking.hotel
        if current.fence != booking.fence:
            log.warning("a booking settled after its lease", reference=booking.reference)
            return
        ended: dict[str, Any] = {"lease_until": None, "due_at": None, **values}
        step(current, state, note=note, **ended)
        if booking.state == State.CHANGING and current.last_change is not None:
            (holds.release if current.reason else holds.use)(current.last_change)
        elif state == State.CONFIRMED and current.cancelled_at is None:
            holds.use(current.quote_id)
        elif state == State.REJECTED:
            holds.release(current.quote_id)
        booking_settled.send(sender=Booking, booking=current)
    killpoints.reached("booking.settled")
    if booking.state in {State.CHANGING, State.CANCELLING}:
        return
    if state in {State.CONFIRMED, State.REJECTED, State.UNKNOWN}:
        ATTEMPTS.labels(state).inc()
    if state == State.CONFIRMED:
        CREATED.labels(booking.channel or "other").inc()


def _warm(booking: Booking) -> None:
    """Whoever tells the guest needs the names of the rooms: asked for now, outside of any transaction."""
    with contextlib.suppress(PmsError):  # then they are called by their codes
        gateway(booking.hotel).room_types()


def _later(booking: Booking, note: str) -> None:
    """Not reached, so nothing was changed: try again a few times, then a person has to look. What the guest was told is
    cancelled is tried for as long as it takes."""
    given_up = booking.attempts >= MAX_ATTEMPTS and booking.asked_at is None
    if given_up and booking.state == State.PLACING:
        _settled(booking, State.REJECTED, reason="pms_unavailable", note=note, asked_at=None)
        return
    if given_up and booking.state == State.CHANGING:
        _settled(booking, State.CONFIRMED, reason="change_pms_unavailable", note=note)
        return
    # No answer is no clean look: it does not count.
    _put_off(booking, min(RETRY * max(1, booking.attempts), LONGEST_WAIT), counts=not _is_looked_for(booking))


def _is_looked_for(booking: Booking) -> bool:
    """Was the PMS asked before this try, so that this one only looks what became of it?"""
    return booking.state == State.UNKNOWN or (booking.state == State.CHANGING and booking.asked_at is not None)


def _put_off(booking: Booking, wait: dt.timedelta, *, counts: bool) -> None:
    """Once more after ``wait``. Nothing was sent: what was on record as asked in this try is not."""
    values: dict[str, Any] = {} if counts else {"attempts": max(0, booking.attempts - 1)}
    if booking.state in {State.PLACING, State.CHANGING} and not _is_looked_for(booking):
        values["asked_at"] = None
    _fenced(booking, lease_until=None, due_at=timezone.now() + wait, **values)


def _again(booking: Booking, *, note: str, **values: object) -> None:
    """Something is there that cannot be made sure of yet: looked at again, less and less often."""
    log.warning("a booking is tried again", reference=booking.reference, state=booking.state, note=note)
    _fenced(booking, lease_until=None, due_at=timezone.now() + min(RETRY * max(1, booking.attempts), LONGEST_WAIT), **values)


def _fenced(booking: Booking, **values: object) -> bool:
    """Write it while the row is still ours. False when another worker, or a person, has taken it over."""
    columns, put = _assigned(values)
    statement = f"UPDATE reservations_booking SET {columns} WHERE {OURS}"  # noqa: S608 - columns of our own model
    with connection.cursor() as cursor:
        cursor.execute(statement, [*put, booking.pk, booking.fence, booking.state])
        return bool(cursor.rowcount)


def _in(seconds: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=seconds)


def _order(booking: Booking, wanted: Booking | Quote) -> NewReservation:
    return NewReservation(
        reference=booking.reference,
        stay=Stay(wanted.check_in, wanted.check_out),
        party=Party(wanted.adults, wanted.children, tuple(wanted.child_ages)),
        guest=GuestDetails(booking.guest_name, booking.guest_email, booking.guest_phone, booking.language, booking.guest_key),
        lines=tuple(map(RoomLine.from_json, wanted.lines)),
        currency=booking.currency,
        notes=booking.notes,
    )
