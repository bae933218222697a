"""What this web process hears of the desk's bells, and who looks at what; one LISTEN connection for all its open pages.

Presence (who looks, who types) is kept in memory only: every process hears of every page, and forgets who was not heard of for
a minute and a half.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol

import psycopg
import structlog
from django.conf import settings
from django.db import connection

from conversations import live

log = structlog.get_logger(__name__)

VIEWING_S, TYPING_S = 90.0, 6.0
RECONNECT_S = 1.0
SHARED_S, SHARED_LIMIT = 0.5, 100
# Pages are told that their queue changed all together, at once after a quiet while and then in rounds: what is read for one of
# them does for the others, and nobody reads faster.
ROUND_S = 0.8


class Page(Protocol):
    """An open page, as far as bells go."""

    def gather(self, told: dict[str, Any]) -> None: ...


class Hub:
    """The open sockets of this process, and who looks at what."""

    def __init__(self) -> None:
        self.sockets: dict[int, set[Page]] = defaultdict(set)
        self.listening = False
        # Another process, or this one started again, counts other bells.
        self.born = secrets.token_hex(4)
        # What was made for one page of a hotel since its last bell is as true for the next one.
        self.generation: dict[int, int] = defaultdict(int)
        self.made: dict[tuple[int, str], tuple[int, float, Any]] = {}
        self.rounds: dict[int, float] = {}  # when the next one is, or the last one was
        self.makers: dict[tuple[int, str], threading.Lock] = {}
        self.makers_lock = threading.Lock()
        # (hotel, conversation) → {(user, page): (name, viewing until, typing until)}
        self.present: dict[tuple[int, int], dict[tuple[int, str], tuple[str, float, float]]] = defaultdict(dict)

    def hear(self, payload: str) -> None:
        """One bell of PostgreSQL's."""
        told: dict[str, Any] = json.loads(payload)
        hotel = int(told.pop("hotel"))
        lists = not told.keys() & {"presence", "ticks"}  # whether it may change a queue
        if lists:
            self.generation[hotel] += 1
        if "presence" in told:
            self._mark(hotel, told["presence"])
        pages = list(self.sockets.get(hotel, ()))
        for page in pages:
            page.gather(told)
        if pages and lists:
            self._next_round(hotel)

    def _next_round(self, hotel: int) -> None:
        loop = asyncio.get_running_loop()
        now, last = loop.time(), self.rounds.get(hotel, 0.0)
        if last <= now:
            self.rounds[hotel] = max(now, last + ROUND_S)
            loop.call_at(self.rounds[hotel], self._round, hotel)

    def _round(self, hotel: int) -> None:
        for page in list(self.sockets.get(hotel, ())):
            page.gather({"listed": True})

    def heard(self, hotel: int) -> str:
        """How far a page that is told now has heard this hotel's bells: it gives it back when it reads (``shared``)."""
        return f"{self.born}.{self.generation[hotel]}"

    def shared(self, hotel: int, name: str, make: Callable[[], Any], heard: str = "") -> Any:
        """What ``make`` returned for another page of the hotel at most half a second ago, and since the last bell that this page
        was told of; since the last of all where the page cannot say (``heard``)."""
        if not self.listening:
            return make()
        now, generation = time.monotonic(), self.generation[hotel]  # read before anything is asked
        born, _dot, count = heard.partition(".")
        needed = min(int(count), generation) if born == self.born and count.isdecimal() and len(count) <= 18 else generation
        known = self.made.get((hotel, name))
        if known is not None and known[0] >= needed and known[1] > now:
            return known[2]
        with self._maker(hotel, name):  # pages that ask at the same moment wait for the first of them
            known = self.made.get((hotel, name))
            if known is not None and known[0] >= needed and known[1] > now:
                return known[2]
            generation = self.generation[hotel]
            value = make()
            if len(self.made) >= SHARED_LIMIT:
                self.made = {}
            self.made[hotel, name] = (generation, time.monotonic() + SHARED_S, value)
            return value

    def _maker(self, hotel: int, name: str) -> threading.Lock:
        with self.makers_lock:
            if len(self.makers) >= 10 * SHARED_LIMIT:
                self.makers = {key: lock for key, lock in self.makers.items() if lock.locked()}
            return self.makers.setdefault((hotel, name), threading.Lock())

    def _mark(self, hotel: int, who: dict[str, Any]) -> None:
        now, page = time.monotonic(), (int(who["user"]), str(who["page"]))
        for key, people in list(self.present.items()):
            if key[0] == hotel and people.pop(page, None) is not None and not people:
                del self.present[key]
        if who["at"]:
            typing = now + TYPING_S if who["typing"] else 0.0
            self.present[hotel, int(who["at"])][page] = (str(who["name"]), now + VIEWING_S, typing)

    def people(self, hotel: int, conversation: int, *, but: int) -> list[tuple[str, bool]]:
        """(name, types) of everybody else who looks at this conversation."""
        now = time.monotonic()
        known = self.present.get((hotel, conversation), {})
        found: dict[int, tuple[str, bool]] = {}
        for (user, _page), (name, viewing, typing) in list(known.items()):  # read on other threads too
            if user != but and viewing > now:
                found[user] = (name, typing > now or found.get(user, ("", False))[1])
        return sorted(found.values())

    def everybody(self, hotel: int, *, but: int) -> dict[int, list[tuple[str, bool]]]:
        """The same for every conversation of the hotel that somebody looks at."""
        talks = [talk for place, talk in list(self.present) if place == hotel]
        return {talk: people for talk in talks if (people := self.people(hotel, talk, but=but))}


HUB = Hub()


async def bridge() -> None:
    """Listen as long as the process lives; a database that went away is asked again every second."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(_conninfo(), autocommit=True) as listening:
                await listening.execute(f'LISTEN "{live.CHANNEL}"')
                HUB.listening = True
                for socket in [one for sockets in HUB.sockets.values() for one in sockets]:
                    socket.gather({"all": True})  # whatever rang meanwhile was not heard
                async for bell in listening.notifies():
                    try:
                        HUB.hear(bell.payload)
                    except (ValueError, KeyError, TypeError):
                        log.warning("a bell nobody understands", payload=bell.payload[:200])
        except (OSError, psycopg.Error) as error:
            log.warning("the live line is down", error=type(error).__name__)
        finally:
            HUB.listening = False
        await asyncio.sleep(RECONNECT_S)


def _conninfo() -> str:
    """Past any pooler: LISTEN needs a session of its own."""
    if settings.DATABASE_DIRECT_URL:
        return str(settings.DATABASE_DIRECT_URL)
    given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("host", "port", "user", "password", "dbname", "sslmode") if given.get(name)}
    return psycopg.conninfo.make_conninfo(**wanted)
