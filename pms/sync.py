"""Looks at what a PMS holds, each of them a row: when, how much was seen, what differs from what we believe.

Who looks when: ``due`` (claimed by a worker, one at a time for each hotel and kind), or a person who presses the button.
A difference stays open until a look of the same kind does not see it any more, or a person closes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import structlog
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from prometheus_client import Counter

from hotelagent.hotels.models import Hotel
from hotelagent.ops.metrics import Gauge
from pms import breaker, cache
from pms.gateway import Gateway, gateway
from pms.models import Connection, Difference, Exchange, PmsType, PropertyReservation, SyncRun
from pms.terms import Occupied

log = structlog.get_logger(__name__)

Run: TypeAlias = SyncRun
Kind, Differs = SyncRun.Kind, Difference.Kind
# Doubles are to be found within a minute; a worker looks every 15 s whether anything is due.
EVERY = {Kind.DOUBLES: dt.timedelta(seconds=40), Kind.CHANGES: dt.timedelta(seconds=60), Kind.ROOMS: dt.timedelta(hours=1)}
# The night's whole comparison, on the hotel's clock.
AT_NIGHT = dt.time(4, 0)
# A run without an end this old belonged to a process that died.
DEAD, DEAD_NIGHT = dt.timedelta(minutes=3), dt.timedelta(minutes=30)
# A night's comparison that failed is tried again after this.
AGAIN = dt.timedelta(minutes=15)
# How far back changes in the embedded property are noticed.
LATELY = dt.timedelta(hours=6)
# How far ahead bookings are looked at.
HORIZON = dt.timedelta(days=550)
# Kept for this long: runs (and what was asked) say nothing later.
KEPT = dt.timedelta(days=14)
# What a kind of look would see, and so may close when it does not.
SEES = {
    Kind.DOUBLES: {Differs.DOUBLE},
    Kind.RECONCILIATION: set(Differs) - {Differs.DOUBLE},
}

FOUND = Counter("pms_differences_total", "Differences between the PMS and us, when first seen", ["kind"])


@dataclass
class Look:
    """What a run finds, while it goes on."""

    seen: int = 0
    found: dict[tuple[str, str], tuple[list[str], str, str]] = field(default_factory=dict)
    adopted: set[tuple[str, str]] = field(default_factory=set)

    def differs(self, kind: str, mark: str, references: Iterable[str], *, ours: str = "", theirs: str = "", adopted: bool = False) -> None:
        """``mark`` says what makes it the same difference next time; ``adopted``: we believe the PMS from now on."""
        self.found[kind, mark[:200]] = (list(references), ours[:200], theirs[:200])
        if adopted:
            self.adopted.add((kind, mark[:200]))


def ask(hotel: Hotel, kind: str, *, asked_by: str) -> None:
    """A person wants to know now: the next worker looks. Nothing when somebody has asked already."""
    if not SyncRun.objects.filter(hotel=hotel, kind=kind, started_at__isnull=True).exists():
        SyncRun.objects.create(hotel=hotel, kind=kind, asked_by=asked_by[:80])


def due(limit: int) -> list[int]:
    """Claim looks that were asked for or are due: each is a run of its own, which nobody else starts. Run ids."""
    claimed: list[int] = []
    claimed += [run.pk for run in SyncRun.objects.filter(started_at__isnull=True).select_related("hotel")[:limit] if _begin(run)]
    outside = [(row.hotel, kind) for row in Connection.objects.exclude(type=PmsType.EMBEDDED).select_related("hotel") for kind in Kind]
    for hotel, kind in [*outside, *_changed_in_the_house()]:
        if len(claimed) >= limit:
            return claimed
        if _is_due(hotel, kind) and (run := claim(hotel, kind)) is not None:
            claimed.append(run.pk)
    return claimed


def _changed_in_the_house() -> list[tuple[Hotel, str]]:
    """Hotels in whose embedded property somebody changed a booking since the last look."""
    lately = PropertyReservation.objects.filter(changed_at__gt=timezone.now() - LATELY).values("hotel").annotate(at=Max("changed_at"))
    found = []
    for row in lately:
        seen = SyncRun.objects.filter(hotel=row["hotel"], kind=Kind.CHANGES, started_at__gt=row["at"])
        embedded = not Connection.objects.filter(hotel=row["hotel"]).exclude(type=PmsType.EMBEDDED).exists()
        if embedded and not seen.exists():
            found.append((Hotel.objects.get(pk=row["hotel"]), str(Kind.CHANGES)))
    return found


def claim(hotel: Hotel, kind: str, *, asked_by: str = "") -> SyncRun | None:
    """A new run; None while one of the same kind is under way."""
    with transaction.atomic():
        if _is_under_way(hotel, kind) or (not asked_by and not _is_due(hotel, kind)):
            return None
        return SyncRun.objects.create(hotel=hotel, kind=kind, started_at=timezone.now(), asked_by=asked_by)


def _begin(run: SyncRun) -> bool:
    """Start a run that was asked for; one of the same kind at a time."""
    with transaction.atomic():
        if _is_under_way(run.hotel, run.kind):
            return False
        return bool(SyncRun.objects.filter(pk=run.pk, started_at__isnull=True).update(started_at=timezone.now()))


def _is_under_way(hotel: Hotel, kind: str) -> bool:
    """Under the hotel's row lock, so that two workers do not both say no."""
    Hotel.objects.select_for_update(no_key=True).get(pk=hotel.pk)
    dead = timezone.now() - (DEAD_NIGHT if kind == Kind.RECONCILIATION else DEAD)
    return SyncRun.objects.filter(hotel=hotel, kind=kind, ended_at__isnull=True, started_at__gt=dead).exists()


def last_look(run: SyncRun) -> dt.datetime | None:
    """When the last run of this kind began that came to its end."""
    before = SyncRun.objects.filter(hotel=run.hotel, kind=run.kind, ended_at__isnull=False, error="").exclude(pk=run.pk)
    return before.values_list("started_at", flat=True).first()


@contextmanager
def looking(run: SyncRun) -> Iterator[Look]:
    """Around the work of a run: writes its end, its differences, or its error (which goes on)."""
    look = Look()
    try:
        yield look
        with transaction.atomic():
            _write(run, look)
            _end(run, look)
    except Exception as error:
        _end(run, look, error=f"{type(error).__name__}: {error}"[:300])
        raise


def doubles(run: SyncRun) -> None:
    """Rooms that two live bookings have for the same night, whoever made them."""
    pms, today = gateway(run.hotel), run.hotel.local_now().date()
    with looking(run) as look:
        taken = pms.occupied(today, today + HORIZON, named=False)
        look.seen = len(taken)
        clashes = list(_clashes(taken))
        names = _names(pms, {one.pms_id for clash in clashes for one in clash})
        for first, second in clashes:
            told = [names.get(one.pms_id) or f"#{one.pms_id}" for one in (first, second)]
            look.differs(
                Differs.DOUBLE, f"{first.room}:{first.pms_id}:{second.pms_id}", told,
                theirs=f"{first.room_number}: {_stay(first)} / {_stay(second)}",
            )  # fmt: skip


def rooms(run: SyncRun) -> None:
    """Room types and prices read anew."""
    cache.forget(run.hotel.pk)
    with looking(run) as look:
        look.seen = len(gateway(run.hotel).room_types())


def try_again(hotel: Hotel) -> None:
    """A person says that the PMS is there again."""
    breaker.reset(hotel.pk)
    cache.forget(hotel.pk)


def overview(hotel: Hotel, *, shown: int) -> dict[str, Any]:
    """What the page of the PMS tells; no secrets."""
    connection = Connection.objects.filter(hotel=hotel).defer("api_key").first()
    state, row = breaker.state(hotel.pk)
    differences = Difference.objects.filter(hotel=hotel, closed_at__isnull=True)
    runs = list(SyncRun.objects.filter(hotel=hotel)[:shown])
    lately = Exchange.objects.filter(hotel=hotel, at__gt=timezone.now() - dt.timedelta(hours=1))
    took = sorted(lately.values_list("took_ms", flat=True)[:1000])
    return {
        "connection": connection, "kind": str(connection.get_type_display() if connection else PmsType.EMBEDDED.label),
        "breaker": state, "breaker_row": row, "differences": list(differences[:shown]), "differences_count": differences.count(),
        "runs": runs, "under_way": any(run.ended_at is None and run.started_at is None for run in runs), "requests": len(took),
        "failed": lately.exclude(result="ok").count(), "median_ms": took[len(took) // 2] if took else 0,
        "exchanges": list(Exchange.objects.filter(hotel=hotel)[:shown]),
    }  # fmt: skip


def open_differences(hotels: Iterable[int]) -> int:
    """How many wait for a person."""
    return Difference.objects.filter(hotel__in=list(hotels), closed_at__isnull=True).count()


def clean_up() -> None:
    """Once a minute: what nobody will look at any more."""
    old = timezone.now() - KEPT
    Exchange.objects.filter(pk__in=Exchange.objects.filter(at__lt=old).values("pk")[:5000]).delete()
    SyncRun.objects.filter(pk__in=SyncRun.objects.filter(started_at__lt=old, differences__isnull=True).values("pk")[:1000]).delete()


def gauges() -> Iterable[Gauge]:
    """The breaker of each PMS outside the house (0 closed, 1 open, 2 half-open), and what differs there."""
    level = {"closed": 0, "open": 1, "half-open": 2}
    for row in Connection.objects.exclude(type=PmsType.EMBEDDED).select_related("hotel"):
        labels = {"hotel": row.hotel.slug}
        yield "pms_circuit_breaker_state", "0 closed, 1 open, 2 half-open", labels, level[breaker.state(row.hotel_id)[0]]
        yield "pms_differences_open", "Differences between the PMS and us", labels, open_differences([row.hotel_id])


def _is_due(hotel: Hotel, kind: str) -> bool:
    last = SyncRun.objects.filter(hotel=hotel, kind=kind, started_at__isnull=False).values_list("started_at", flat=True).first()
    if kind == Kind.RECONCILIATION:
        now = hotel.local_now()
        tonight = now.replace(hour=AT_NIGHT.hour, minute=AT_NIGHT.minute, second=0, microsecond=0)
        ended = SyncRun.objects.filter(hotel=hotel, kind=kind, started_at__gte=tonight, ended_at__isnull=False, error="").exists()
        return now >= tonight and not ended and (last is None or timezone.now() - last >= AGAIN)
    return last is None or timezone.now() - last >= EVERY[Kind(kind)]


def _clashes(taken: list[Occupied]) -> Iterator[tuple[Occupied, Occupied]]:
    """Every stay in a room with the one before it that lasts longest, when they overlap: a long stay under several short ones
    is told with each of them."""
    longest: dict[str, Occupied] = {}
    for one in sorted(taken, key=lambda one: (one.room, one.stay.check_in, one.stay.check_out, one.line)):
        other = longest.get(one.room)
        if other is not None and other.pms_id != one.pms_id and one.stay.check_in < other.stay.check_out:
            yield (other, one) if other.line < one.line else (one, other)
        if other is None or one.stay.check_out > other.stay.check_out:
            longest[one.room] = one


def _names(pms: Gateway, numbers: set[str]) -> dict[str, str]:
    found = pms.port.read(sorted(numbers)) if numbers else []
    return {one.pms_id: one.reference for one in found}


def _stay(one: Occupied) -> str:
    return f"{one.stay.check_in:%Y-%m-%d}–{one.stay.check_out:%Y-%m-%d}"


def _write(run: SyncRun, look: Look) -> None:
    now = timezone.now()
    known = {(row.kind, row.mark): row for row in Difference.objects.filter(hotel=run.hotel, closed_at__isnull=True).select_for_update()}
    for (kind, mark), (references, ours, theirs) in look.found.items():
        if (kind, mark) in known:
            Difference.objects.filter(pk=known[kind, mark].pk).update(last_seen_at=now, ours=ours, theirs=theirs)
            continue
        settled = {"closed_at": now, "closed_by": "adopted"} if (kind, mark) in look.adopted else {}
        Difference.objects.create(
            hotel=run.hotel, run=run, kind=kind, mark=mark, references=references, ours=ours, theirs=theirs, first_seen_at=now,
            last_seen_at=now, **settled,
        )  # fmt: skip
        FOUND.labels(kind).inc()
        log.error("the PMS differs", kind=kind, references=references, hotel=run.hotel.slug, adopted=bool(settled))
    gone = [row.pk for key, row in known.items() if key not in look.found and row.kind in SEES.get(Kind(run.kind), set())]
    Difference.objects.filter(pk__in=gone).update(closed_at=now, closed_by="not seen any more")


def _end(run: SyncRun, look: Look, *, error: str = "") -> None:
    run.ended_at, run.seen, run.found, run.error = timezone.now(), look.seen, len(look.found), error
    run.save(update_fields=["ended_at", "seen", "found", "error"])
