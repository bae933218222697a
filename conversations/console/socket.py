"""The live line of an open page: one LISTEN connection per web process, and a socket per page.

What a page is told are ids; it reads the rest over HTTP, where rights are checked again. Presence (who looks, who types) is
kept in memory only: every process hears of every page, and forgets who was not heard of for a minute and a half.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import close_old_connections, connection

from conversations import live
from conversations.labels import name_of
from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

# How long changes are gathered before a page is told, so that a burst is one reading.
GATHER_S = 0.1
VIEWING_S, TYPING_S = 90.0, 6.0
# A page says that it is still there; then it is looked whether its person still may be.
CHECK_S = 60.0
# How often the others are told that nothing changed; well below VIEWING_S.
SAY_S = 30.0
RECONNECT_S = 1.0
SHARED_S, SHARED_LIMIT = 0.5, 20
MESSAGE_LIMIT = 2000


class Hub:
    """The open sockets of this process, and who looks at what."""

    def __init__(self) -> None:
        self.sockets: dict[int, set[Desk]] = defaultdict(set)
        # (hotel, conversation) → {(user, page): (name, viewing until, typing until)}
        self.listening = False
        # Another process, or this one started again, counts other bells.
        self.born = secrets.token_hex(4)
        # What was made for one page of a hotel since its last bell is as true for the next one.
        self.generation: dict[int, int] = defaultdict(int)
        self.made: dict[tuple[int, str], tuple[int, float, Any]] = {}
        self.makers: dict[tuple[int, str], threading.Lock] = {}
        self.makers_lock = threading.Lock()
        self.present: dict[tuple[int, int], dict[tuple[int, str], tuple[str, float, float]]] = defaultdict(dict)

    def hear(self, payload: str) -> None:
        """One bell of PostgreSQL's."""
        told: dict[str, Any] = json.loads(payload)
        hotel = int(told.pop("hotel"))
        if not told.keys() & {"presence", "ticks"}:
            self.generation[hotel] += 1
        if "presence" in told:
            self._mark(hotel, told["presence"])
        for socket in list(self.sockets.get(hotel, ())):
            socket.gather(told)

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
        for (user, _page), (name, viewing, typing) in known.items():
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


class Desk(AsyncWebsocketConsumer):  # type: ignore[misc]
    """The socket of one page of one hotel."""

    async def connect(self) -> None:
        self.hotel: Hotel | None = None
        self.waiting: set[int] = set()
        self.ticks: set[int] = set()
        self.extra: dict[str, Any] = {}
        self.flush: asyncio.Task[None] | None = None
        self.checked_at = time.monotonic()
        self.page = ""
        self.at = 0
        # What every process was told of this page last, and when.
        self.said: tuple[str, int, bool] = ("", 0, False)
        self.said_at = 0.0
        self.hotel = await self._hotel()
        if self.hotel is None:
            await self.close(code=4404)
            return
        HUB.sockets[self.hotel.pk].add(self)
        await self.accept()
        await self.send(text_data=json.dumps({"all": True}))

    async def disconnect(self, code: int) -> None:
        if self.hotel is not None:
            HUB.sockets[self.hotel.pk].discard(self)
            if self.page and self.at:
                await self._say(0, typing=False)
        if self.flush is not None:
            self.flush.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.hotel is None or not text_data or len(text_data) > MESSAGE_LIMIT:
            return
        try:
            told: Any = json.loads(text_data)
            page, at, typing = str(told["page"])[:40], int(told.get("at") or 0), bool(told.get("typing"))
            ping = int(told.get("ping") or 0)
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if time.monotonic() - self.checked_at > CHECK_S:
            self.checked_at = time.monotonic()
            if await self._hotel() is None:  # logged out, or no longer of this hotel's staff
                await self.close(code=4404)
                return
        now = time.monotonic()
        if typing or (page, at, False) != self.said or now - self.said_at > SAY_S:
            self.page, self.at, self.said, self.said_at = page, at, (page, at, typing), now
            await self._say(at, typing=typing)
        if ping:  # a line that carries nothing any more looks open to both ends; ``live``: whether bells are heard here
            with suppress(OSError, RuntimeError):  # it ended meanwhile: its end is still to be told to the others
                await self.send(text_data=json.dumps({"pong": ping, "live": HUB.listening}))

    def gather(self, told: dict[str, Any]) -> None:
        """To be told to the page in a moment, together with what else rings until then."""
        if "conversation" in told:
            self.waiting.add(int(told["conversation"]))
        elif "ticks" in told:
            self.ticks.add(int(told["ticks"]))
        elif "presence" not in told:
            self.extra |= told
        else:
            self.extra["presence"] = True
        if self.flush is None or self.flush.done():
            self.flush = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        await asyncio.sleep(GATHER_S)
        told = {**self.extra, "conversations": sorted(self.waiting), "ticks": sorted(self.ticks - self.waiting)}
        self.waiting, self.ticks, self.extra = set(), set(), {}
        if told.pop("presence", False) and self.hotel is not None:
            told["present"] = HUB.everybody(self.hotel.pk, but=self.scope["user"].pk)
        if self.hotel is not None:
            told["heard"] = HUB.heard(self.hotel.pk)
        await self.send(text_data=json.dumps(told))

    async def _say(self, at: int, *, typing: bool) -> None:
        """Tell every process; the conversation must be of this hotel, which the readers of ``present`` see to."""
        user = self.scope["user"]
        who = {"user": user.pk, "page": self.page, "name": name_of(user), "at": at, "typing": typing}
        assert self.hotel is not None
        await sync_to_async(_tell)(self.hotel.pk, who)

    @sync_to_async
    def _hotel(self) -> Hotel | None:
        close_old_connections()
        user = self.scope["user"]
        if not user.is_authenticated or not user.is_staff:
            return None
        if self.hotel is not None:  # once more: the session and the membership, as they are now
            session = self.scope["session"]
            if not session.exists(session.session_key):
                return None
            user = get_user_model().objects.filter(pk=user.pk, is_active=True, is_staff=True).first()
        slug = self.scope["url_route"]["kwargs"]["hotel"]
        return hotels_of(user).filter(slug=slug).first() if user is not None else None


def _tell(hotel: int, who: dict[str, Any]) -> None:
    close_old_connections()
    live.tell(hotel, presence=who)
