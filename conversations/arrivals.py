"""The mail some days before a guest arrives: once a booking and day of arrival, and never into a talk a person has.

Nothing waits in a queue of its own: each minute the bookings that are due are looked for, so days of downtime cost lateness and
no flood. What was posted and could not leave at once is judged again at the moment it leaves (``settings.MAY_LEAVE``).
"""

from __future__ import annotations

import datetime as dt
from itertools import islice

import structlog
from django.db import DataError, transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from channels_app import outbox
from channels_app.envelope import ContentError
from channels_app.models import Account, Mailbox, Outbound, Thread
from channels_app.transports.mail import posting, reading
from conversations import mails
from conversations.models import Conversation, DeskSettings, Guest
from reservations.models import Booking

log = structlog.get_logger(__name__)

# Of one hotel, each time: the day's limit of mails is not spent in one go after a pause.
BATCH = 50
EVERY = dt.timedelta(seconds=60)
# Nobody wants it at night, however late it is.
LATEST_HOUR = 22
# Whoever books or moves the stay when the mail would have left already gets it only with so much time left to read it.
LATE = dt.timedelta(hours=24)
Owner = Conversation.Owner
WITH_PEOPLE = [Owner.WAITING, Owner.PERSON, Owner.SNOOZED]


def claim(limit: int) -> list[int]:
    """Mailboxes whose hotels' arrivals are to be looked through, each with its next time set."""
    now = timezone.now()
    rows = Mailbox.objects.filter(prearrival=True, next_arrivals_at__lte=now)
    with transaction.atomic():
        found = list(rows.select_for_update(skip_locked=True).order_by("next_arrivals_at").values_list("pk", flat=True)[:limit])
        Mailbox.objects.filter(pk__in=found).update(next_arrivals_at=now + EVERY)
    return found


def tell_due(mailbox: int) -> None:
    """Post what is due at the mailbox's hotel."""
    connected = Mailbox.objects.filter(account__enabled=True, account__state=Account.State.CONNECTED).select_related("account__hotel")
    box = connected.only("account__hotel", "account__kind", "prearrival_days", "prearrival_hour").filter(pk=mailbox).first()
    if box is not None and mails.account_of(box.account.hotel) == box.account:
        for pk in _due(box):
            _tell(pk, box)


def may_leave(row: Outbound) -> str:
    """Of a letter that is leaving: why it must not, or nothing. For all but these mails: nothing."""
    told = row.content.get("mail", {}).get("arrival")
    if not isinstance(told, dict):
        return ""
    booking = Booking.objects.select_related("hotel").filter(pk=told["booking"], check_in=told["check_in"]).first()
    return "" if booking is not None and _is_wanted(booking, row.account_id, timezone.now()) else _("The booking or the talk has changed.")


def _due(box: Mailbox) -> list[int]:
    hotel, now = box.account.hotel, timezone.now()
    local = now.astimezone(hotel.zone)
    if not box.prearrival_hour <= local.hour < LATEST_HOUR:
        return []
    last = local.date() + dt.timedelta(days=box.prearrival_days)
    rows = Booking.objects.filter(hotel=hotel, state=Booking.State.CONFIRMED, check_in__range=(local.date(), last))
    rows = _untold(rows.filter(guest_email__contains="@")).select_related("hotel", "last_change").order_by("check_in", "pk")
    wanted = (row.pk for row in rows if not _is_late(row, box) and _is_wanted(row, box.account_id, now))
    return list(islice(wanted, BATCH))


def _untold(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    key = Concat(Value("arrival:"), Cast(OuterRef("pk"), CharField()), Value(":"), Cast(OuterRef("check_in"), CharField()))
    return rows.filter(~Exists(Outbound.objects.filter(dedupe_key=key)))


def _is_late(row: Booking, box: Mailbox) -> bool:
    """Was it made, or moved, after the mail would have left and less than a day before the arrival?"""
    first = dt.datetime.combine(row.check_in - dt.timedelta(days=box.prearrival_days), dt.time(box.prearrival_hour), row.hotel.zone)
    since = max(filter(None, (row.created_at, row.confirmed_at, row.last_change.created_at if row.last_change else None)))
    return since > first and _arrival(row) - since <= LATE


def _arrival(row: Booking) -> dt.datetime:
    return dt.datetime.combine(row.check_in, row.hotel.check_in_from, row.hotel.zone)


def _is_wanted(row: Booking, account: int, now: dt.datetime) -> bool:
    """The stay stands and is ahead, the address can be reached and wants to be, and no person has to do with this guest."""
    address = reading.canonical(row.guest_email)
    if row.state != Booking.State.CONFIRMED or now >= _arrival(row) or not reading.is_address(address):
        return False
    if DeskSettings.objects.filter(hotel=row.hotel_id, mode=DeskSettings.Mode.PAUSED).exists():
        return False  # it says nothing to anybody
    if Thread.objects.filter(account=account, user_id=address).exclude(undeliverable="").exists():
        return False
    kind, _colon, guest = row.guest_key.partition(":")
    pk = int(guest) if kind == "guest" and guest.isdecimal() else 0
    if Guest.objects.filter(Q(pk=pk) | Q(identities__kind="email", identities__value=address), hotel=row.hotel_id, opted_out=True).exists():
        return False
    talk = int(row.conversation_ref) if row.conversation_ref.isdecimal() else 0
    theirs = Q(pk=talk) | Q(guest=pk) | Q(thread__account=account, thread__user_id=address)
    return not Conversation.objects.filter(theirs, hotel=row.hotel_id, owner__in=WITH_PEOPLE).exists()


def _tell(pk: int, box: Mailbox) -> None:
    """The words first, which may ask the PMS; then, under the booking's lock, only if they still are true. A cancellation comes
    before that, or finds the letter (see ``may_leave``)."""
    row = Booking.objects.select_related("hotel").get(pk=pk)
    try:
        content = mails.before_arrival(row)
        with transaction.atomic():
            current = Booking.objects.select_for_update(no_key=True, of=("self",)).select_related("hotel").get(pk=pk)
            if (current.check_in, current.last_change_id) != (row.check_in, row.last_change_id):
                return  # next time
            if _is_wanted(current, box.account_id, timezone.now()):
                thread = posting.thread_to(box.account, row.guest_email, row.guest_name)
                key = f"arrival:{row.pk}:{row.check_in.isoformat()}"
                outbox.post(thread, content, dedupe_key=key, author=Outbound.Author.SYSTEM)
    except (ContentError, DataError) as error:
        log.warning("no mail before an arrival", booking=pk, reason=str(error))
