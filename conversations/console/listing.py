"""The queue as markup: views with their counts, and the rows of one. Twenty open pages read the same fifty rows every second:
what looks as it did is not drawn again, and the database is asked once for all who ask together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from channels_app.models import Account
from conversations.console import health, queue, saved, thread
from conversations.console.hub import HUB
from conversations.console.queue import Row
from conversations.labels import name_of
from hotelagent.hotels.models import Hotel

SHOWN_LIMIT = 500
# Some screens of the busiest hotels; then all of it is drawn anew.
LIMIT = 5000
# A clock on the page runs by itself: what it begins with may be as old as this.
CLOCK_S = 5
_drawn: dict[tuple[Any, ...], SafeString] = {}


class Crowd:
    """People of one hotel whose queues are read together, and what the database tells of them. ``anew``: whether views by words
    are counted again, which takes its time."""

    def __init__(self, hotel: Hotel, people: Iterable[int], *, anew: bool = True) -> None:
        self.hotel, self.people, self.anew = hotel, sorted(people), anew
        self._unread: dict[int, tuple[queue.Page, dict[int, dict[int, int]]]] = {}

    @cached_property
    def mine(self) -> dict[int, dict[int, int]]:
        return queue.mine(self.hotel, self.people)

    @cached_property
    def saved(self) -> list[Any]:
        return saved.rows_of(self.hotel, self.people)

    def unread(self, page: queue.Page) -> dict[int, dict[int, int]]:
        if id(page) not in self._unread:  # the page is kept, so that its id stays its own
            self._unread[id(page)] = page, queue.unread(page, self.people)
        return self._unread[id(page)][1]


def markup(crowd: Crowd, user: AbstractBaseUser, told: QueryDict) -> str:
    """What stands in a page's queue. ``told``: what is looked at, as an address tells it, and how far the page has heard of bells
    (``heard``, see ``hub``), without which it is given nothing another page was given before."""
    return render_to_string("console/_queue.html", context(crowd, user, told) | {"refresh": True})


def _shown(told: QueryDict) -> int:
    return max(1, min(thread.number(told.get("shown", "")) or queue.PAGE, SHOWN_LIMIT))


def context(crowd: Crowd, user: AbstractBaseUser, told: QueryDict) -> dict[str, Any]:
    """What the queue's template needs; the arguments as those of ``markup``."""
    hotel, heard = crowd.hotel, told.get("heard", "")
    asked, shown = queue.Asked.of(told), _shown(told)
    counted = HUB.shared(hotel.pk, "counts", lambda: queue.counts(hotel, user), heard)
    mine = crowd.mine[user.pk]
    counted = counted | {"mine": len(mine)}
    name = repr((asked, shown, user.pk if asked.is_personal else None))
    made = HUB.shared(hotel.pk, name, lambda: queue.shared_page(hotel, user, asked, shown=shown), heard)
    unread = queue.unread(made, [user.pk]) if asked.is_personal else crowd.unread(made)
    found = queue.for_person(made, unread[user.pk])
    kept = saved.of(hotel, user, asked, crowd.saved, anew=crowd.anew)
    present, now = HUB.everybody(hotel.pk, but=user.pk), timezone.now()
    return {
        "hotel": hotel,
        "drawn": SafeString("".join(_rows(found.rows, user, hotel, present, now))),
        "asked": asked,
        "view_title": queue.VIEWS[asked.view],
        "saved": kept,
        "current_saved": next((one for one in kept if one.current), None),
        "channel_word": Account.Kind(asked.channel).label if asked.channel else "",
        "views": [(name, title, counted.get(name, 0)) for name, title in queue.VIEWS.items()],
        "counts": counted,
        "mine": mine,
        "queue": found,
        "next_shown": shown + queue.PAGE,
        "health": health.of(hotel),
        "mode": found.mode,
        "now": now,
    }


def _rows(rows: list[Row], user: AbstractBaseUser, hotel: Hotel, present: dict[int, Any], now: dt.datetime) -> list[SafeString]:
    """Each row as this person sees it. ``present``: by conversation who else looks at it, and whether they type."""
    template, language, me = get_template("console/_row.html"), get_language(), user.pk
    tick, today = int(now.timestamp()) // CLOCK_S, now.astimezone(hotel.zone).date()
    found = []
    for row in rows:
        talk, people = row.conversation, tuple(present.get(row.conversation.pk, ()))
        place = row.stay and (row.stay.when, row.stay.rooms)
        said = (row.last_text[:91], row.last_author, row.unread, row.last_guest)
        owner = (talk.owner, talk.person_id == me, name_of(talk.person))
        clocks = (talk.deadline_at, talk.waiting_since, talk.snoozed_until, talk.last_message_at, tick if talk.deadline_at else today)
        key = (
            language,
            hotel.slug,
            hotel.timezone,
            talk.pk,
            talk.thread.account.kind,
            row.who,
            talk.guest.is_vip,
            row.tone,
            people,
            place,
            said,
            owner,
            clocks,
        )
        known = _drawn.get(key)
        if known is None:
            if len(_drawn) >= LIMIT:
                _drawn.clear()
            context = {"row": row, "talk": talk, "hotel": hotel, "people": people, "now": now, "me": me}
            known = _drawn[key] = SafeString(template.render(context))
        found.append(known)
    return found
