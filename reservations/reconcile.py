"""Our bookings beside the PMS's: what was changed there is taken over, what cannot be true is reported.

The PMS is the ledger: when the desk moves or cancels a booking in it, that is how it is. A look at what changed takes such
things over within a minute; the nightly look at all coming bookings only reports, because whatever it finds was missed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

import structlog
from django.db import transaction
from django.utils import timezone

from hotelagent.hotels.models import Hotel
from pms import sync
from pms.errors import PmsError
from pms.gateway import Gateway, gateway
from pms.sync import Differs, Look
from pms.terms import Reservation, ReservationState
from reservations.booking import ALPHABET, REFERENCE_PREFIX, State, step
from reservations.models import Booking

log = structlog.get_logger(__name__)

OURS = re.compile(f"{REFERENCE_PREFIX}[{ALPHABET}]{{6}}")
# Looked back further than the last look: the PMS's clock is not ours.
OVERLAP = dt.timedelta(minutes=2)
# The first look back.
FIRST = dt.timedelta(days=1)
# A booking younger than this may still be on its way into a list.
YOUNG = dt.timedelta(minutes=2)
# Two amounts no further apart are the same: each room is taxed by itself.
ROUNDING = Decimal("0.05")
ACTOR = "sync"


def perform(run_id: int) -> None:
    """Do one claimed run. What goes wrong at the PMS stands in its row."""
    run = sync.Run.objects.select_related("hotel").get(pk=run_id)
    work: dict[str, Callable[[sync.Run], None]] = {
        sync.Kind.ROOMS: sync.rooms, sync.Kind.DOUBLES: sync.doubles, sync.Kind.CHANGES: changes, sync.Kind.RECONCILIATION: everything,
    }  # fmt: skip
    try:
        work[run.kind](run)
    except PmsError as error:
        log.warning("no look at the PMS", kind=run.kind, hotel=run.hotel.slug, error=type(error).__name__)


def changes(run: sync.Run) -> None:
    """Bookings of ours that somebody changed in the PMS since the last look: taken over."""
    asked = timezone.now()
    since = (sync.last_look(run) or asked - FIRST) - OVERLAP
    with sync.looking(run) as look:
        told = gateway(run.hotel).changed_since(since)
        look.seen = len(told)
        by_reference: dict[str, list[Reservation]] = defaultdict(list)
        for one in told:
            by_reference[one.reference].append(one)
        over = (State.CONFIRMED, State.CANCELLED, State.REJECTED)
        for row in Booking.objects.filter(hotel=run.hotel, reference__in=list(by_reference), state__in=over):
            _changed(look, row, by_reference[row.reference], asked)


def _moved_on(row: Booking, asked: dt.datetime) -> bool:
    """Something happened to the booking here after the PMS was asked: its answer is an old picture."""
    return row.steps.filter(at__gte=asked).exists()


def _changed(look: Look, row: Booking, told: list[Reservation], asked: dt.datetime) -> None:
    if _moved_on(row, asked):
        return
    live = [one for one in told if one.state == ReservationState.CONFIRMED]
    numbers = ", ".join(f"#{one.pms_id}" for one in live)
    if row.state != State.CONFIRMED:
        if live:  # it came when nobody waited for it any more
            look.differs(Differs.REVIVED, row.reference, [row.reference], ours=str(row.get_state_display()), theirs=numbers)
        return
    if len(live) > 1:
        look.differs(Differs.TWICE, row.reference, [row.reference], ours=f"#{row.pms_id}", theirs=numbers)
        return
    # A dead order says something only when it is the one we know: another may have taken its place.
    theirs = live[0] if live else next((one for one in told if one.pms_id == row.pms_id), None)
    if theirs is None:
        return
    differences = _differences(row, theirs)
    taken_over = bool(differences) and _take_over(row, theirs, asked)
    for kind, ours, other in differences:
        look.differs(kind, _mark(row, other), [row.reference], ours=ours, theirs=other, adopted=taken_over)


def everything(run: sync.Run) -> None:
    """All coming bookings of ours against the PMS, and everything there that says it is ours."""
    hotel, today = run.hotel, run.hotel.local_now().date()
    asked = timezone.now()
    with sync.looking(run) as look:
        pms, settled = gateway(hotel), asked - YOUNG
        rows = list(Booking.objects.filter(hotel=hotel, check_out__gt=today).exclude(state=State.DRAFT).order_by("pk"))
        live = [row for row in rows if row.state == State.CONFIRMED and (row.confirmed_at or settled) < settled]
        look.seen = len(live)
        known = {one.pms_id: one for one in pms.port.read([row.pms_id for row in live])}
        for row in live:
            _compare(pms, look, row, known.get(row.pms_id), asked)
        taken: dict[str, set[str]] = defaultdict(set)
        for one in pms.occupied(today, today + sync.HORIZON):
            taken[one.reference].add(one.pms_id)
        _rest(look, hotel, [row for row in rows if not _moved_on(row, asked)], taken)


def _compare(pms: Gateway, look: Look, row: Booking, theirs: Reservation | None, asked: dt.datetime) -> None:
    if theirs is None or theirs.state == ReservationState.CANCELLED:  # an order may have taken its place there
        theirs = pms.find_by_reference(row.reference)
    row.refresh_from_db()  # it may have been changed while we looked
    if row.state != State.CONFIRMED or _moved_on(row, asked):
        return
    if theirs is None:
        look.differs(Differs.MISSING, row.reference, [row.reference], ours=_told(row), theirs="")
        return
    for kind, ours, other in _differences(row, theirs):
        look.differs(kind, _mark(row, other), [row.reference], ours=ours, theirs=other)


def _rest(look: Look, hotel: Hotel, rows: list[Booking], taken: dict[str, set[str]]) -> None:
    """What is alive there and should not be, or is there twice, or is unknown here."""
    over = {row.reference: row for row in rows if row.state in {State.CANCELLED, State.REJECTED}}
    on_their_way = {row.reference for row in rows if row.state not in {State.CONFIRMED, State.CANCELLED, State.REJECTED}}
    ours = set(Booking.objects.filter(hotel=hotel, reference__in=list(taken)).values_list("reference", flat=True))
    for reference, numbers in taken.items():
        if reference in on_their_way:
            continue
        told = ", ".join(f"#{number}" for number in sorted(numbers))
        if reference in over:
            look.differs(Differs.REVIVED, reference, [reference], ours=str(over[reference].get_state_display()), theirs=told)
        elif reference in ours and len(numbers) > 1:
            look.differs(Differs.TWICE, reference, [reference], ours="1", theirs=told)
        elif reference not in ours and OURS.fullmatch(reference):
            look.differs(Differs.UNKNOWN, reference, [reference], ours="", theirs=told)


def _differences(row: Booking, theirs: Reservation) -> list[tuple[str, str, str]]:
    """(kind, ours, theirs) for everything a guest would notice."""
    if theirs.state == ReservationState.CANCELLED:
        return [(Differs.CANCELLED, _told(row), f"#{theirs.pms_id}")]
    found: list[tuple[str, str, str]] = []
    if (theirs.stay.check_in, theirs.stay.check_out) != (row.check_in, row.check_out):
        found.append((Differs.DATES, f"{row.check_in}–{row.check_out}", f"{theirs.stay.check_in}–{theirs.stay.check_out}"))
    ours = _kinds((line["room_type"], line["count"]) for line in row.lines)
    other = _kinds((line.room_type, line.count) for line in theirs.lines)
    if ours != other:
        found.append((Differs.ROOMS, _counted(ours), _counted(other)))
    if abs(theirs.total - row.total) > ROUNDING:
        found.append((Differs.PRICE, f"{row.total} {row.currency}", f"{theirs.total} {theirs.currency}"))
    return found


def _take_over(row: Booking, theirs: Reservation, asked: dt.datetime) -> bool:
    """Believe the PMS: it was changed there by people. The guest is not written to: whoever changed it told them."""
    with transaction.atomic():
        current = Booking.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if current.state != State.CONFIRMED or _moved_on(current, asked):
            return False
        if theirs.state == ReservationState.CANCELLED:
            step(current, State.CANCELLED, note="cancelled in the PMS", actor=ACTOR, cancelled_at=timezone.now())
            return True
        told = {
            "check_in": theirs.stay.check_in, "check_out": theirs.stay.check_out, "total": theirs.total, "pms_id": theirs.pms_id,
            "lines": [line.to_json() for line in theirs.lines],
        }  # fmt: skip
        if any(getattr(current, name) != value for name, value in told.items()):
            step(current, State.CONFIRMED, note="changed in the PMS", actor=ACTOR, **told)
        return True


def _mark(row: Booking, theirs: str) -> str:
    return f"{row.reference}:{theirs}"


def _told(row: Booking) -> str:
    return f"{row.check_in}–{row.check_out} {row.guest_name}"


def _kinds(lines: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for room_type, count in lines:
        found[room_type] += count
    return found


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} × {code}" for code, count in sorted(kinds.items()))
