"""The queue: who waits, in the order of what fails first, and the views on it with their counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.models import Account, Outbound
from conversations.console import stays
from conversations.labels import guest_word
from conversations.models import Conversation, DeskSettings, Event, Guest, Identity, Message, Seen, Task
from conversations.templatetags.desk import kind_word
from hotelagent.hotels.hours import Hours
from hotelagent.hotels.models import Hotel
from hotelagent.hotels.search import folded, phone_digits, word_query
from pms.gateway import gateway
from reservations.models import Booking

Owner = Conversation.Owner
PAGE = 50
FAILED_LATELY = dt.timedelta(days=7)
# Conversations whose changes a page can tell by ear.
SOUNDING = 300
ALERTED = dt.timedelta(hours=1)

VIEWS: dict[str, Any] = {
    "waiting": _("Waiting"),
    "mine": _("Mine"),
    "unassigned": _("Nobody's"),
    "overdue": _("Overdue"),
    "in_house": _("In house"),
    "arriving": _("Arriving today"),
    "departing": _("Departing today"),
    "failed": _("Not delivered"),
    "bot": _("With the receptionist"),
    "snoozed": _("Snoozed"),
    "closed": _("Closed"),
    "all": _("All"),
}


# What every open page asks again after every bell, by hand: the ORM takes longer to write it than PostgreSQL to answer.
# Guests' messages people have not seen, per person and conversation; its last one says whether there are any.
UNREAD = """
SELECT person, talk, (
    SELECT count(*) FROM conversations_message m WHERE m.conversation_id = talk AND m.author = 'guest' AND m.id > COALESCE(up_to, 0)
)
FROM unnest(%s::bigint[], %s::bigint[]) AS shown (talk, last) CROSS JOIN unnest(%s::bigint[]) AS people (person)
LEFT JOIN conversations_seen s ON s.conversation_id = talk AND s.user_id = person
WHERE last > COALESCE(up_to, 0)
"""
# People's own conversations (the view "mine") with the guest's last message.
MINE = """
SELECT person, c.id, COALESCE(
    (SELECT m.id FROM conversations_message m WHERE m.conversation_id = c.id AND m.author = 'guest' ORDER BY m.id DESC LIMIT 1), 0
)
FROM unnest(%s::bigint[]) AS people (person) CROSS JOIN LATERAL (
    SELECT id FROM conversations_conversation WHERE hotel_id = %s AND owner = 'person' AND person_id = person ORDER BY id LIMIT %s
) c
"""


@dataclass(frozen=True)
class Asked:
    """What of the queue is looked at. With words (``term``) those conversations of the whole hotel, else those of the view; of
    them perhaps only one channel's, and only what this person has not read."""

    view: str = "waiting"
    term: str = ""
    channel: str = ""
    unread: bool = False

    @classmethod
    def of(cls, told: QueryDict) -> Asked:
        view, channel = told.get("view", ""), told.get("channel", "")
        return cls(
            view if view in VIEWS else "waiting", told.get("q", "").replace("\x00", "").strip()[:100],
            channel if channel in Account.Kind.values else "", bool(told.get("unread")),
        )  # fmt: skip

    @property
    def is_plain(self) -> bool:
        """One of the desk's own views."""
        return not (self.term or self.channel or self.unread)

    @property
    def is_personal(self) -> bool:
        """Does it hold something else for everybody?"""
        return self.unread or (self.view == "mine" and not self.term)

    @property
    def query(self) -> str:
        told = {"view": self.view, "q": self.term, "channel": self.channel, "unread": "1" if self.unread else ""}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Row:
    """One line of the queue. ``tone``: "", "wait" from half of the time on, "late" when it is over."""

    conversation: Conversation
    who: str
    stay: stays.Stay | None
    last_text: str
    last_author: str
    unread: int
    tone: str
    last_guest: int


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    more: bool
    mode: str


def conversations(hotel: Hotel, user: AbstractBaseUser, asked: Asked) -> QuerySet[Conversation]:
    """Those that were asked for."""
    rows = Conversation.objects.filter(hotel=hotel)
    rows = rows.filter(_found(hotel, asked.term)) if asked.term else rows.filter(_of_view(hotel, user, asked.view))
    if asked.channel:
        rows = rows.filter(thread__account__kind=asked.channel)
    return rows.filter(_is_unread(user)) if asked.unread else rows


def _is_unread(user: AbstractBaseUser) -> Exists:
    seen = Seen.objects.filter(conversation=OuterRef("conversation"), user=user.pk).values("up_to")[:1]
    said = Message.objects.filter(conversation=OuterRef("pk"), author=Message.Author.GUEST)
    return Exists(said.filter(pk__gt=Coalesce(Subquery(seen), 0)))


def page(hotel: Hotel, user: AbstractBaseUser, asked: Asked, *, shown: int = PAGE) -> Page:
    """The first ``shown`` rows, as this person has read them."""
    found = shared_page(hotel, user, asked, shown=shown)
    return for_person(found, unread(found, [user.pk])[user.pk])


def shared_page(hotel: Hotel, user: AbstractBaseUser, asked: Asked, *, shown: int = PAGE) -> Page:
    """The same with everything unread: unless what was asked is personal it is the same for everybody."""
    rows = conversations(hotel, user, asked)
    last = Message.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-id")
    guest = Message.objects.filter(conversation=OuterRef("pk"), author=Message.Author.GUEST).order_by("-id")
    by_clock = (F("deadline_at").asc(nulls_last=True), F("waiting_since").asc(nulls_last=True))
    latest = (F("last_message_at").desc(nulls_last=True), "-pk")
    order = latest if asked.view in {"all", "closed", "bot"} or asked.term else (*by_clock, *latest)
    found = list(
        rows.select_related("guest", "thread__account", "person")
        .defer("state", "thread__account__access_token")
        .annotate(
            last_text=Subquery(last.values("text")[:1]), last_author=Subquery(last.values("author")[:1]),
            last_guest=Coalesce(Subquery(guest.values("pk")[:1]), 0),
            asked_text=Subquery(guest.values("text")[:1]), asked_kind=Subquery(guest.values("kind")[:1]),
        ).order_by(*order)[: shown + 1]
    )  # fmt: skip
    desk = DeskSettings.of(hotel)
    return Page(_rows(hotel, desk, found[:shown]), len(found) > shown, desk.mode)


def unread(page: Page, people: list[int]) -> dict[int, dict[int, int]]:
    """Of each of these people: the page's conversations with messages not seen yet, and how many. One query."""
    talks, lasts = [row.conversation.pk for row in page.rows], [row.last_guest for row in page.rows]
    return _by_person(people, UNREAD, [talks, lasts, people])


def for_person(page: Page, unread: dict[int, int]) -> Page:
    """With what one person has not read yet."""
    rows = [replace(row, unread=unread[row.conversation.pk]) if row.conversation.pk in unread else row for row in page.rows]
    return replace(page, rows=rows)


def _rows(hotel: Hotel, desk: DeskSettings, found: list[Any]) -> list[Row]:
    now, guests = timezone.now(), stays.current(hotel, [row.guest_id for row in found])
    hours = Hours.of(hotel)
    made = []
    for row in found:
        row.hotel = hotel
        text, author = row.last_text or "", row.last_author or ""
        if row.waiting_since is not None and row.asked_kind:  # what is owed an answer, not that somebody comes
            text, author = row.asked_text or kind_word(row.asked_kind), "guest"
        tone = tone_of(row, hours, desk, now)
        made.append(Row(row, guest_word(row), guests.get(row.guest_id), text, author, 0, tone, row.last_guest))
    # Of those whose time is up at the same moment, the ones in the house come first.
    made.sort(key=lambda one: _rank(one) if one.conversation.deadline_at else (1, dt.datetime.max.replace(tzinfo=dt.UTC), 0))
    return made


def _rank(row: Row) -> tuple[int, dt.datetime, int]:
    deadline = row.conversation.deadline_at
    assert deadline is not None
    return 0, deadline.replace(second=0, microsecond=0), stays.RANK[row.stay.when if row.stay else stays.NONE]


def tone_of(row: Conversation, hours: Hours, desk: DeskSettings, now: dt.datetime) -> str:
    """Amber from half of the time on, red when it is over, in open minutes."""
    if row.waiting_since is None or row.deadline_at is None:
        return ""
    if now >= row.deadline_at:
        return "late"
    return "wait" if now >= hours.add(row.waiting_since, desk.answer_min / 2) else "calm"


def _of_view(hotel: Hotel, user: AbstractBaseUser, view: str) -> Q:
    now = timezone.now()
    if view in {stays.IN_HOUSE, stays.ARRIVING, stays.DEPARTING}:
        return Q(guest__in=stays.guests_today(hotel)[view])
    wanted: dict[str, Q] = {
        "waiting": Q(owner=Owner.WAITING) | Q(owner=Owner.PERSON, waiting_since__isnull=False),
        "mine": Q(owner=Owner.PERSON, person=user.pk),
        "unassigned": Q(owner=Owner.WAITING),
        "overdue": Q(deadline_at__lte=now),
        "failed": Q(thread__in=failed_threads(hotel, now)),
        "bot": Q(owner=Owner.BOT),
        "snoozed": Q(owner=Owner.SNOOZED),
        "closed": Q(owner=Owner.CLOSED),
    }
    return wanted.get(view, Q())


def failed_threads(hotel: Hotel, now: dt.datetime) -> QuerySet[Outbound, int]:
    """Threads with a letter of the last days that did not reach the guest and was not sent again."""
    lost = [Outbound.State.FAILED, Outbound.State.UNKNOWN, Outbound.State.EXPIRED]
    rows = Outbound.objects.filter(account__in=Account.objects.filter(hotel=hotel), created_at__gte=now - FAILED_LATELY, state__in=lost)
    return rows.exclude(content__kind="read").values_list("thread", flat=True)


def mine(hotel: Hotel, people: list[int]) -> dict[int, dict[int, int]]:
    """These people's own conversations, each with the guest's last message: what its sound is about. One query."""
    return _by_person(people, MINE, [people, hotel.pk, SOUNDING])


def _by_person(people: list[int], statement: str, values: list[Any]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {person: {} for person in people}
    with connection.cursor() as cursor:
        for person, talk, value in cursor.execute(statement, values).fetchall():
            found[person][talk] = value
    return found


def counts(hotel: Hotel, user: AbstractBaseUser) -> dict[str, Any]:
    """How many conversations each view but "mine" has now, for everybody. Besides: who waits, and the last alert, for the sounds."""
    now, today = timezone.now(), stays.guests_today(hotel)
    rows = Conversation.objects.filter(hotel=hotel)
    counted = rows.aggregate(
        waiting=Count("pk", filter=_of_view(hotel, user, "waiting")),
        overdue=Count("pk", filter=Q(deadline_at__lte=now)),
        waiting_pks=ArrayAgg("pk", filter=Q(owner=Owner.WAITING), default=[]),
        unassigned=Count("pk", filter=Q(owner=Owner.WAITING)),
        bot=Count("pk", filter=Q(owner=Owner.BOT)),
        snoozed=Count("pk", filter=Q(owner=Owner.SNOOZED)),
        closed=Count("pk", filter=Q(owner=Owner.CLOSED)),
        failed=Count("pk", filter=Q(thread__in=failed_threads(hotel, now))),
        all=Count("pk"),
    )
    everybody = set().union(*today.values())
    here = rows.filter(guest__in=everybody) if everybody else rows.none()
    talks: dict[int, int] = dict(here.order_by().values_list("guest").annotate(Count("pk")))
    alert = Event.objects.filter(hotel=hotel, type="overdue", at__gte=now - ALERTED).order_by("-pk").values_list("pk", flat=True).first()
    return {
        **counted,
        "waiting_pks": " ".join(str(pk) for pk in counted["waiting_pks"][:SOUNDING]),
        "alert": alert or 0,
        **{name: sum(talks.get(guest, 0) for guest in guests) for name, guests in today.items()},
    }


def _found(hotel: Hotel, term: str) -> Q:
    """By name, phone, room, booking reference or words; accents and case do not count."""
    if digits := phone_digits(term):
        numbers = Identity.objects.filter(hotel=hotel, value__contains=digits).values("guest")
        rooms = Q(guest__in=_guests_in_room(hotel, term))
        return Q(guest__in=numbers) | rooms
    found = Q(guest__in=_guests_in_room(hotel, term)) | Q(guest__in=_guests_of(Booking.objects.filter(hotel=hotel, reference__iexact=term)))
    query = word_query(term)
    if query is not None:
        names = Guest.objects.filter(hotel=hotel).alias(said=folded("name")).filter(said=query)
        said = Message.objects.filter(conversation__hotel=hotel).alias(said=folded("text")).filter(said=query)
        found |= Q(guest__in=names.values("pk")) | Q(pk__in=said.values("conversation"))
        found |= Q(Exists(Task.objects.filter(conversation=OuterRef("pk"), room__iexact=term)))
    return found


def _guests_in_room(hotel: Hotel, number: str) -> list[int]:
    rooms = gateway(hotel).rooms_known(hotel.local_now().date())
    pms_ids = [pms_id for pms_id, numbers in rooms.items() if number.casefold() in {one.casefold() for one in numbers}]
    return _guests_of(Booking.objects.filter(hotel=hotel, pms_id__in=pms_ids)) if pms_ids else []


def _guests_of(rows: Iterable[Booking]) -> list[int]:
    return [int(row.guest_key.removeprefix("guest:")) for row in rows if row.guest_key.startswith("guest:")]
