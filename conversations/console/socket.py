"""The live line of an open page: what changed, who looks, and the queue read again.

What a page is told are ids. It asks for its queue here too (over HTTP where there are words to search for), and with every
reading its rights are looked at again, unless that was a moment ago.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractUser
from django.db import close_old_connections
from django.http import QueryDict
from django.utils import translation

from conversations import live
from conversations.console import listing
from conversations.console.hub import HUB
from conversations.labels import name_of
from hotelagent.hotels.access import hotels_of
from hotelagent.hotels.models import Hotel

log = structlog.get_logger(__name__)

# How long changes are gathered before a page is told, so that a burst is one reading.
GATHER_S = 0.1
# How old what is known of a person's rights may be: for who only listens, and for who reads.
CHECK_S, READ_CHECK_S = 60.0, 5.0
# How often the others are told that nothing changed; well below the hub's VIEWING_S.
SAY_S = 30.0
MESSAGE_LIMIT = 2000
Session = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True, eq=False)
class Question:
    """A page that asks for its queue, in a language."""

    page: Desk
    told: QueryDict
    language: str


class Reader:
    """Reads queues on a thread of its own, all that were asked for meanwhile together."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="queues")
        self.asked: list[tuple[Question, asyncio.Future[str | None]]] = []
        self.lock, self.works = threading.Lock(), False

    async def read(self, question: Question) -> str | None:
        """The queue as markup; None where words are looked for, which would hold up the others. Raises PermissionError."""
        future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        with self.lock:
            self.asked.append((question, future))
            idle, self.works = not self.works, True
        if idle:
            self.pool.submit(self._work)
        return await future

    def _work(self) -> None:
        while True:
            with self.lock:
                together, self.asked = self.asked, []
                self.works = bool(together)
            if not together:
                return
            close_old_connections()
            admitted = [(question, future, self._admitted(question, future)) for question, future in together]
            people: dict[Hotel, set[int]] = defaultdict(set)
            for _question, _future, found in admitted:
                if found is not None:
                    people[found[1]].add(found[0].pk)
            crowds = {hotel.pk: listing.Crowd(hotel, pks, anew=False) for hotel, pks in people.items()}
            for question, future, found in admitted:
                if found is not None:
                    self._answer(question, future, found[0], crowds[found[1].pk])

    def _admitted(self, question: Question, future: asyncio.Future[str | None]) -> tuple[AbstractUser, Hotel] | None:
        try:
            return question.page.admitted()
        except Exception as error:  # noqa: BLE001 - it is the asker's
            _settle(future, None, error)
            return None

    def _answer(self, question: Question, future: asyncio.Future[str | None], user: AbstractUser, crowd: listing.Crowd) -> None:
        answer, failed = None, None
        try:
            if not question.told.get("q") and question.language in dict(settings.LANGUAGES):
                with translation.override(question.language):
                    answer = listing.markup(crowd, user, question.told)
        except Exception as error:  # noqa: BLE001 - it is the asker's
            failed = error
        _settle(future, answer, failed)


def _settle(future: asyncio.Future[str | None], answer: str | None, error: Exception | None) -> None:
    """From another thread than the future's."""

    def settle() -> None:
        if future.done():  # the page ended meanwhile
            return
        if error is None:
            future.set_result(answer)
        else:
            future.set_exception(error)

    with suppress(RuntimeError):  # the page's loop has ended
        future.get_loop().call_soon_threadsafe(settle)


READER = Reader()


class Desk(AsyncWebsocketConsumer):  # type: ignore[misc]
    """The socket of one page of one hotel."""

    hotel: Hotel | None = None
    flush: asyncio.Task[None] | None = None

    async def __call__(self, *given: Any) -> None:
        try:
            await super().__call__(*given)
        finally:  # however it ended: nothing is told to it any more
            if self.hotel is not None:
                HUB.sockets[self.hotel.pk].discard(self)
            if self.flush is not None:
                self.flush.cancel()

    async def connect(self) -> None:
        self.waiting: set[int] = set()
        self.ticks: set[int] = set()
        self.extra: dict[str, Any] = {}
        self.user: AbstractUser | None = None
        self.checked_at, self.is_out = 0.0, False
        self.page = ""
        self.at = 0
        # The conversation that is open there: of others it need not hear at once. None: it did not say.
        self.open: int | None = None
        # What every process was told of this page last, and when.
        self.said: tuple[str, int, bool] = ("", 0, False)
        self.said_at = 0.0
        if not await self._is_admitted() or self.hotel is None:
            await self.close(code=4404)
            return
        HUB.sockets[self.hotel.pk].add(self)
        await self.accept()
        await self.send(text_data=json.dumps({"all": True}))

    async def disconnect(self, code: int) -> None:
        if self.hotel is not None and self.page and self.at:
            await self._say(0, typing=False)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.hotel is None or self.is_out or not text_data or len(text_data) > MESSAGE_LIMIT:
            return
        try:
            told: Any = json.loads(text_data)
            reads = (str(told["read"]), str(told["language"]), int(told["nth"])) if "read" in told else None
            page, at, typing = str(told["page"])[:40], int(told.get("at") or 0), bool(told.get("typing"))
            opened = int(told.get("open") or 0) if "open" in told else self.open
            ping = int(told.get("ping") or 0)
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        if reads is not None:
            await self._read(*reads)
            return
        known, self.open = self.open, opened
        if opened and known not in {None, opened}:
            self.gather({"ticks": opened})  # what became of its letters while it was being opened was not told
        if time.monotonic() - self.checked_at > CHECK_S and not await self._is_admitted():
            await self._put_out()
            return
        now = time.monotonic()
        if typing or (page, at, False) != self.said or now - self.said_at > SAY_S:
            self.page, self.at, self.said, self.said_at = page, at, (page, at, typing), now
            await self._say(at, typing=typing)
        if ping:  # a line that carries nothing any more looks open to both ends; ``live``: whether bells are heard here
            with suppress(OSError, RuntimeError):  # it ended meanwhile: its end is still to be told to the others
                await self.send(text_data=json.dumps({"pong": ping, "live": HUB.listening}))

    async def _read(self, query: str, language: str, nth: int) -> None:
        """The queue as markup; None where the page had better ask over HTTP."""
        try:
            markup = await READER.read(Question(self, QueryDict(query), language))
        except PermissionError:
            await self._put_out()
            return
        except Exception:  # the page asks over HTTP, and the line goes on
            log.exception("the queue could not be read")
            markup = None
        with suppress(OSError, RuntimeError):  # the page ended meanwhile
            await self.send(text_data=json.dumps({"queue": markup, "nth": nth}))

    async def _put_out(self) -> None:
        """Logged out, or no longer of this hotel's staff."""
        self.is_out = True
        with suppress(OSError, RuntimeError):
            await self.close(code=4404)

    def admitted(self) -> tuple[AbstractUser, Hotel]:
        """The person and the hotel, as they were a moment ago at most. Raises PermissionError."""
        if self.user is None or self.hotel is None or time.monotonic() - self.checked_at > READ_CHECK_S:
            return self._admitted()
        return self.user, self.hotel

    def gather(self, told: dict[str, Any]) -> None:
        """To be told to the page in a moment, together with what else rings until then."""
        if "conversation" in told:
            self.waiting.add(int(told["conversation"]))
            if self.open is not None and int(told["conversation"]) != self.open:
                return  # with the next round (``hub``)
        elif "ticks" in told:
            if self.open is not None and int(told["ticks"]) != self.open:
                return
            self.ticks.add(int(told["ticks"]))
        elif "presence" not in told:
            self.extra |= told
        else:
            self.extra["presence"] = True
        if self.flush is None or self.flush.done():
            self.flush = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        await asyncio.sleep(GATHER_S)
        while self.waiting or self.ticks or self.extra:  # some of it may have come while the rest was sent
            told = {**self.extra, "conversations": sorted(self.waiting), "ticks": sorted(self.ticks - self.waiting)}
            self.waiting, self.ticks, self.extra = set(), set(), {}
            if self.hotel is not None:
                if told.pop("presence", False):
                    told["present"] = HUB.everybody(self.hotel.pk, but=self.scope["user"].pk)
                told["heard"] = HUB.heard(self.hotel.pk)
            await self.send(text_data=json.dumps(told))

    async def _say(self, at: int, *, typing: bool) -> None:
        """Tell every process; the conversation must be of this hotel, which the readers of ``present`` see to."""
        user = self.scope["user"]
        who = {"user": user.pk, "page": self.page, "name": name_of(user), "at": at, "typing": typing}
        assert self.hotel is not None
        await sync_to_async(_tell)(self.hotel.pk, who)

    @sync_to_async
    def _is_admitted(self) -> bool:
        close_old_connections()
        with suppress(PermissionError):
            return bool(self._admitted())
        return False

    def _admitted(self) -> tuple[AbstractUser, Hotel]:
        """The session, its person and the membership as they are now. Raises PermissionError."""
        user = get_user(SimpleNamespace(session=Session(self.scope["session"].session_key)))  # type: ignore[arg-type]
        hotel = hotels_of(user).filter(slug=self.scope["url_route"]["kwargs"]["hotel"]).first()
        if not isinstance(user, AbstractUser) or not user.is_staff or hotel is None:
            raise PermissionError
        self.user, self.hotel, self.checked_at = user, hotel, time.monotonic()
        return user, hotel


def _tell(hotel: int, who: dict[str, Any]) -> None:
    close_old_connections()
    live.tell(hotel, presence=who)
