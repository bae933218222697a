"""Inside the house: fifty hotels with a million old messages, a queue of 500 at the first. Prints one line of JSON."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - after setup
from django.contrib.auth.models import AbstractUser  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from channels_app.models import Account  # noqa: E402
from conversations.models import Conversation, Message  # noqa: E402
from hotelagent.hotels.models import Hotel, Membership  # noqa: E402

HOTELS, PER_TALK, WAITING, LONG = 50, 20, 500, 200
WORDS = "desayuno cochera pileta reserva habitación toallas llegada factura transfer ascensor wifi balcón mascota cuna vista".split()


def main(old: int) -> None:
    first = Account.objects.filter(kind="whatsapp").select_related("hotel").order_by("pk").first()
    assert first is not None
    accounts = [first.pk]
    for index in range(1, HOTELS):
        hotel = Hotel.objects.create(slug=f"crowd-{index}", name=f"Crowd {index}", timezone="UTC", country="AR", currency="ARS")
        accounts.append(Account.objects.create(hotel=hotel, kind="webchat", name="w", state="connected").pk)
    talks = max(old // PER_TALK // HOTELS, WAITING + 1)
    with connection.cursor() as cursor:
        for index, account in enumerate(accounts):
            fill(cursor, index, account, talks)
        cursor.execute("ANALYZE")
    hotel = first.hotel
    pks = list(Conversation.objects.filter(hotel=hotel).order_by("pk").values_list("pk", flat=True)[: WAITING + 1])
    waits = "owner = 'waiting', waiting_since = now() - interval '1 minute', deadline_at = now() + interval '30 minutes'"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE conversations_conversation SET {waits} WHERE id = ANY(%s)", [pks[:WAITING]])
    long = pks[WAITING]
    told = Message.objects.filter(conversation=long).latest("pk")
    Message.objects.bulk_create(Message(conversation_id=long, author="guest", text=f"línea {n}", at=told.at) for n in range(LONG))
    staff: AbstractUser = get_user_model().objects.create_user("bench", is_staff=True)
    Membership.objects.create(user=staff, hotel=hotel, role="supervisor")
    client = Client()
    client.force_login(staff)
    told_all = {
        "hotel": hotel.slug, "session": client.cookies["sessionid"].value, "waiting": pks[:WAITING], "long": long,
        "messages": Message.objects.count(), "conversations": Conversation.objects.count(),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told_all) + "\n")


def fill(cursor, index: int, account: int, talks: int) -> None:  # type: ignore[no-untyped-def]
    """So many conversations of this account's hotel, twenty old messages each."""
    hotel = Account.objects.get(pk=account).hotel_id
    base = 10_000_000 * (index + 1)
    cursor.execute(
        "INSERT INTO channels_app_thread (id, account_id, identity, address, user_id, name, bot_may_speak, last_inbound_at) "
        "SELECT %s + n, %s, '54115' || n, '549115' || n, '', 'Guest ' || n, true, now() FROM generate_series(1, %s) AS n",
        [base, account, talks],
    )
    cursor.execute(
        "INSERT INTO conversations_guest (id, hotel_id, name, language, opted_out, created_at) "
        "SELECT %s + n, %s, 'Guest ' || n || ' José', 'es', false, now() FROM generate_series(1, %s) AS n",
        [base, hotel, talks],
    )
    cursor.execute(
        "INSERT INTO conversations_conversation (id, hotel_id, guest_id, thread_id, owner, state, version, fence, alert_level, "
        "last_message_at, created_at) SELECT %s + n, %s, %s + n, %s + n, 'bot', '{}', 0, 0, 0, now() - n * interval '1 minute', now() "
        "FROM generate_series(1, %s) AS n",
        [base, hotel, base, base, talks],
    )
    cursor.execute(
        "INSERT INTO conversations_message (conversation_id, author, kind, text, choices, understanding, sources, at) "
        "SELECT %s + n, CASE WHEN m %% 2 = 0 THEN 'guest' ELSE 'bot' END, 'text', "
        "(%s::text[])[1 + (n + m) %% 15] || ' ' || (%s::text[])[1 + (n * 7 + m) %% 15] || ' ' || n, '[]', '{}', '[]', "
        "now() - (m + 1) * interval '1 hour' FROM generate_series(1, %s) AS n, generate_series(1, %s) AS m",
        [base, WORDS, WORDS, talks, PER_TALK],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
