"""Views of the queue that people keep under a name, with how many they hold now."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import IntegerField, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from conversations.console.queue import VIEWS, Asked, conversations
from conversations.models import SavedView
from hotelagent.hotels.models import Hotel, Role

# More is a list nobody reads, and each is counted with every look at the queue.
LIMIT = 12
# Further than this nobody counts.
COUNTED = 100
# How long a count by words is taken for true: it searches every message.
SEARCHED_S = 10.0
_searched: dict[tuple[int, int], tuple[float, int]] = {}


# People's own views and everybody's, and whether they run the shift: asked after every bell, so by hand (``queue``).
SHOWN = """
SELECT v.*, person,
    EXISTS (SELECT FROM hotels_membership m WHERE m.hotel_id = v.hotel_id AND m.user_id = person AND m.role = ANY(%s)) AS runs_shift
FROM conversations_savedview v JOIN unnest(%s::bigint[]) AS people (person) ON v.user_id = person OR v.user_id IS NULL
WHERE v.hotel_id = %s ORDER BY v.name, v.id
"""


class NotKept(Exception):
    """Why a view was not kept, in words for the page."""


@dataclass(frozen=True)
class Shown:
    """A view as the page lists it. ``count`` ends with "+" where nobody counted further."""

    row: SavedView
    asked: Asked
    count: str
    current: bool
    may_change: bool


class Counted(Subquery):
    """How many rows there are, counted no further than anybody reads."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def rows_of(hotel: Hotel, people: list[int]) -> list[Any]:
    """These people's own views and everybody's, once for each ``person`` who sees it. One query."""
    return list(SavedView.objects.raw(SHOWN, [[Role.SUPERVISOR, Role.HOTEL_ADMIN], people, hotel.pk]))


def of(hotel: Hotel, user: AbstractBaseUser, now: Asked, known: list[Any], *, anew: bool = True) -> list[Shown]:
    """What this person sees of ``rows_of``. One query for the counts; unless ``anew``, those by words may be older."""
    rows = [row for row in known if row.person == user.pk][:LIMIT]
    if not rows:
        return []
    asked = {row.pk: Asked(row.view if row.view in VIEWS else "waiting", row.term, row.channel, row.unread) for row in rows}
    counts = _counts(hotel, user, asked, anew)
    everything = bool(getattr(user, "is_superuser", False))
    return [
        Shown(row, asked[row.pk], _word(counts[row.pk]), asked[row.pk] == now, everything or row.runs_shift or row.user_id is not None)
        for row in rows
    ]


def _counts(hotel: Hotel, user: AbstractBaseUser, asked: dict[int, Asked], anew: bool) -> dict[int, int]:
    now = time.monotonic()
    places = {pk: (pk, user.pk if one.is_personal else 0) for pk, one in asked.items()}
    known = {pk: _searched[at][1] for pk, at in places.items() if at in _searched and (_searched[at][0] > now or not anew)}
    wanted = {pk: one for pk, one in asked.items() if pk not in known}
    if wanted:
        counters: dict[str, Any] = {
            f"saved_{pk}": Counted(conversations(hotel, user, one).order_by().values("pk")[: COUNTED + 1]) for pk, one in wanted.items()
        }
        found = Hotel.objects.filter(pk=hotel.pk).annotate(**counters).values(*counters).get()
        known |= {pk: found[f"saved_{pk}"] for pk in wanted}
        if len(_searched) > 1000:
            _searched.clear()
        _searched.update({places[pk]: (now + SEARCHED_S, known[pk]) for pk, one in wanted.items() if one.term})
    return known


def _word(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _mine(hotel: Hotel, user: AbstractBaseUser) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(user=user.pk) | Q(user=None), hotel=hotel)


def _may(hotel: Hotel, user: AbstractBaseUser, pk: int, *, everybodys: bool) -> QuerySet[SavedView]:
    """The view, if this person may change it: one's own, and everybody's for whoever runs the shift."""
    whose = Q(user=user.pk) | Q(user=None) if everybodys else Q(user=user.pk)
    return SavedView.objects.filter(whose, hotel=hotel, pk=pk)


def keep(hotel: Hotel, user: AbstractBaseUser, asked: Asked, name: str, *, for_all: bool) -> None:
    """Raises NotKept."""
    name = _name(name)
    if _mine(hotel, user).count() >= LIMIT:
        raise NotKept(_("There are %(count)s saved views already: delete one first.") % {"count": LIMIT})
    values = {"view": asked.view, "term": asked.term, "channel": asked.channel, "unread": asked.unread}
    try:
        with transaction.atomic():
            SavedView.objects.create(hotel=hotel, user_id=None if for_all else user.pk, name=name, **values)
    except IntegrityError as error:
        raise NotKept(_("There is a view of that name already.")) from error


def rename(hotel: Hotel, user: AbstractBaseUser, pk: int, name: str, *, everybodys: bool) -> None:
    """Raises NotKept."""
    name = _name(name)
    try:
        with transaction.atomic():
            changed = _may(hotel, user, pk, everybodys=everybodys).update(name=name)
    except IntegrityError as error:
        raise NotKept(_("There is a view of that name already.")) from error
    if not changed:
        raise NotKept(_("This view is not yours to change."))


def drop(hotel: Hotel, user: AbstractBaseUser, pk: int, *, everybodys: bool) -> None:
    """Raises NotKept."""
    if not _may(hotel, user, pk, everybodys=everybodys).delete()[0]:
        raise NotKept(_("This view is not yours to change."))


def _name(name: str) -> str:
    """Raises NotKept."""
    name = " ".join(name.replace("\x00", "").split())[:40]
    if not name:
        raise NotKept(_("Give the view a name."))
    return name
