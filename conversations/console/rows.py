"""Rows of the queue as markup. Twenty open pages read the same fifty rows every second: what looks as it did is not drawn again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from conversations.console.queue import Row
from conversations.labels import name_of
from hotelagent.hotels.models import Hotel

# Some screens of the busiest hotels; then all of it is drawn anew.
LIMIT = 5000
# A clock on the page runs by itself: what it begins with may be as old as this.
CLOCK_S = 5
_drawn: dict[tuple[Any, ...], SafeString] = {}


def drawn(rows: list[Row], request: HttpRequest, hotel: Hotel, present: dict[int, Any], now: dt.datetime) -> list[SafeString]:
    """Each row as this person sees it. ``present``: by conversation who else looks at it, and whether they type."""
    template, language, me = get_template("console/_row.html"), get_language(), request.user.pk
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
            context = {"row": row, "talk": talk, "hotel": hotel, "people": people, "now": now, "request": request}
            known = _drawn[key] = SafeString(template.render(context))
        found.append(known)
    return found
