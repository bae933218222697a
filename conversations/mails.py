"""E-mails: what stands around the receptionist's words, and the mails that tell of a booking, whatever channel made it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import structlog
from django.conf import settings
from django.db import DataError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from channels_app import outbox
from channels_app.envelope import Content, ContentError
from channels_app.models import Account, Outbound
from channels_app.transports.mail import posting
from conversations import voices
from conversations.desk import hotel_view, language_of, own, state_key
from conversations.dialogue import confirmation, phrasebook
from conversations.dialogue.intents import smalltalk
from conversations.models import Conversation, Guest
from hotelagent.hotels.models import Hotel
from reservations.models import Booking

log = structlog.get_logger(__name__)

_GREETS = re.compile(r"\W*(?:hola|buen[oa]?s?\b|hi\b|hello|good\b|dear|ol[aá]|oi\b|bo[am]\b|estimad)", re.I)
_NAME = re.compile(r"[^\W\d_][^\W\d_'’-]{1,30}", re.UNICODE)


def dressed(hotel: Hotel, name: str, text: str, language: str) -> tuple[str, dict[str, Any]]:
    """An answer to ``name`` as e-mail has it: the words themselves, and what stands around them (greeting, how to choose,
    closing)."""
    hello = next((said for key in smalltalk.HELLOS if text.startswith(said := phrasebook.say(language, key))), "")
    text = text.removeprefix(hello).lstrip() or text
    words = {
        "choose": phrasebook.mail(language, "choose"),
        "options": phrasebook.mail(language, "options"),
        "closing": phrasebook.mail(language, "closing", hotel=hotel.name),
    }
    return text, words if _GREETS.match(text) else {"greeting": greeting(language, name), **words}


def greeting(language: str, name: str) -> str:
    """By the first name, when it is one."""
    first = name.split()[0] if name.split() else ""
    if not _NAME.fullmatch(first):
        return phrasebook.mail(language, "greeting_nameless")
    return phrasebook.mail(language, "greeting", name=first if first[0].isupper() else first.title())


def tell_of(booking: Booking) -> None:
    """The mail that a booking's new state deserves, once; nothing when nobody can be written to. Inside the booking's
    transaction, which no mail can break."""
    what = _what(booking)
    if what is None or "@" not in booking.guest_email:
        return
    account = account_of(booking.hotel)
    if account is None:
        return
    try:
        with transaction.atomic():
            thread = posting.thread_to(account, booking.guest_email, booking.guest_name)
            content = _content(booking, what, sequence=booking.steps.count())
            outbox.post(thread, content, dedupe_key=f"mail:{state_key(booking)}", author=Outbound.Author.SYSTEM)
    except (ContentError, DataError) as error:
        log.warning("no mail about a booking", reference=booking.reference, reason=str(error))


def account_of(hotel: Hotel) -> Account | None:
    """The address a hotel writes from by itself; one that is stopped writes when it works again."""
    rows = Account.objects.filter(hotel=hotel, kind=Account.Kind.EMAIL, enabled=True, mailbox__isnull=False)
    return rows.filter(state__in=[Account.State.CONNECTED, Account.State.STOPPED]).order_by("pk").first()


def _what(booking: Booking) -> str | None:
    if booking.state == Booking.State.CANCELLED:
        return "cancelled"
    if booking.state != Booking.State.CONFIRMED or booking.reason:
        return None  # nothing changed for the guest, or what was asked was refused
    return "changed" if booking.last_change_id else "confirmed"


def before_arrival(booking: Booking) -> Content:
    """The mail some days before the guest comes; it asks when."""
    with voices.speaking(booking.hotel_id):
        return _before_arrival(booking)


def _before_arrival(booking: Booking) -> Content:
    hotel, language = booking.hotel, language_of(booking)
    content = _content(booking, "arrival", sequence=0)
    mail = content.mail | {"arrival": {"booking": booking.pk, "check_in": booking.check_in.isoformat()}}
    del mail["event"]  # they have it from the confirmation
    if hotel.address:
        mail["rows"] = [*mail["rows"], [phrasebook.mail(language, "row_address"), hotel.address]]
    if hotel.map_url:
        mail["link"] = [phrasebook.mail(language, "map"), hotel.map_url]
    return replace(content, mail=mail)


def _content(booking: Booking, what: str, *, sequence: int) -> Content:
    with voices.speaking(booking.hotel_id):
        return _in_words(booking, what, sequence)


def _in_words(booking: Booking, what: str, sequence: int) -> Content:
    hotel = booking.hotel
    language = language_of(booking)
    now = hotel.local_now()
    view, row = hotel_view(hotel, now), own(booking)
    values = confirmation.values(language, view, row, now.date())
    say = phrasebook.mail
    arrival, departure = values["check_in"], values["check_out"]
    if what != "cancelled":
        arrival = say(language, "from_hour", date=arrival, hour=f"{hotel.check_in_from:%H:%M}")
        departure = say(language, "until_hour", date=departure, hour=f"{hotel.check_out_until:%H:%M}")
    shown = {
        "reference": row.reference, "name": row.guest_name, "room": values["room"], "check_in": arrival, "check_out": departure,
        "nights": str((row.check_out - row.check_in).days), "party": values["party"], "total": values["total"],
    }  # fmt: skip
    if row.deposit and row.deposit_due is not None and what != "cancelled":
        when = f"{phrasebook.date(language, row.deposit_due.date(), today=now.date())} {row.deposit_due:%H:%M}"
        shown["deposit"] = say(language, "deposit", amount=phrasebook.money(language, row.deposit, row.currency), when=when)
    starts = dt.datetime.combine(row.check_in, hotel.check_in_from, hotel.zone)
    ends = dt.datetime.combine(row.check_out, hotel.check_out_until, hotel.zone)
    mail = {
        "subject": say(language, f"subject_{what}", reference=row.reference, hotel=hotel.name),
        "heading": say(language, f"heading_{what}"),
        "greeting": greeting(language, row.guest_name),
        "closing": say(language, "closing", hotel=hotel.name),
        "rows": [[say(language, f"row_{name}"), value] for name, value in shown.items()],
        "guest": booking.guest_key,
        "conversation": booking.conversation_ref,
        "event": {
            "uid": f"{row.reference}@{hotel.slug}",
            "sequence": sequence,
            "starts": starts.isoformat(),
            "ends": ends.isoformat(),
            "summary": say(language, "calendar", hotel=hotel.name, room=values["room"]),
            "location": hotel.address or hotel.name,
            "description": f"{say(language, 'row_reference')}: {row.reference}",
            "cancelled": what == "cancelled",
        },
    }
    return Content("text", say(language, f"text_{what}"), language=language, mail=mail)


def calling(guest: str, said: str, link: str, language: str) -> Content:
    """What a colleague who is not at the desk reads when a guest waits."""
    with override(language):
        mail = {
            "subject": _("A guest waits: %(guest)s") % {"guest": guest},
            "heading": _("A guest waits"),
            "rows": [[_("Guest"), guest], [_("Said"), said]],
            "link": [_("Answer here"), link],
        }
        return Content("text", _("Nobody has answered this guest in time."), language=language, mail=mail)


def conversation_of(outbound: Outbound) -> Conversation | None:
    """Where a booking was made that a mail tells of: whoever looks there shall see that it did not arrive."""
    ref = str(outbound.content.get("mail", {}).get("conversation", ""))
    return Conversation.objects.filter(pk=int(ref), hotel=outbound.account.hotel_id).first() if ref.isdecimal() else None


def samples(hotel: Hotel, language: str) -> list[tuple[str, Content]]:
    """Each kind of mail with made-up values, for whoever wants to see how they look; nothing is stored."""
    today = hotel.local_now().date()
    names = {"es": "Ana Ejemplo", "en": "Ann Example", "pt": "Ana Exemplo"}
    types = hotel_view(hotel, hotel.local_now()).room_types
    booking = Booking(
        hotel=hotel, reference="RX000000", check_in=today + dt.timedelta(days=30), check_out=today + dt.timedelta(days=33), adults=2,
        lines=[{"room_type": types[0].code if types else "", "count": 1}], total=Decimal(300), currency=hotel.currency,
        guest_name=names[language], language=language, state=Booking.State.CONFIRMED,
    )  # fmt: skip
    told = [(what, _content(booking, what, sequence=0)) for what in ("confirmed", "changed", "cancelled")]
    told.append(("arrival", before_arrival(booking)))
    with voices.speaking(hotel.pk):
        text, words = dressed(hotel, names[language], phrasebook.say(language, "thanks"), language)
        told.append(("answer", Content("text", text, language=language, mail=words)))
    with override(language):
        said = _("waits for an answer")
    link = f"{settings.PUBLIC_URL}{reverse('console:desk', args=[hotel.slug])}"
    return [*told, ("calling", calling(names[language], said, link, language))]


def guest_of(outbound: int, thread: int) -> Guest | None:
    """The guest a mail about a booking was written to, when it went to this thread: whoever answers it has read it there."""
    row = Outbound.objects.filter(pk=outbound, thread=thread).values_list("content", "account__hotel").first()
    key = str(row[0].get("mail", {}).get("guest", "")) if row is not None else ""
    kind, _colon, pk = key.partition(":")
    if row is None or kind != "guest" or not pk.isdecimal():
        return None
    return Guest.objects.filter(pk=int(pk), hotel=row[1]).first()
