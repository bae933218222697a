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
from tests.load import old as old_rows  # noqa: E402

HOTELS, PER_TALK, WAITING, LONG, PEOPLE = 50, 20, 500, 200, 20
WORDS = "desayuno cochera pileta reserva habitación toallas llegada factura transfer ascensor wifi balcón mascota cuna vista".split()


def main(old: int) -> None:
    given = list(Account.objects.filter(kind="whatsapp").select_related("hotel").order_by("pk"))
    first = given[0]
    accounts = [one.pk for one in given]
    for index in range(len(given), HOTELS):
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
    told_all = {
        "hotel": hotel.slug, "sessions": [session(hotel, f"bench{number}") for number in range(PEOPLE)], "waiting": pks[:WAITING], "long": long,
        "messages": Message.objects.count(), "conversations": Conversation.objects.count(),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told_all) + "\n")


def session(hotel: Hotel, name: str) -> str:
    """Of somebody who is logged in and at work there."""
    staff: AbstractUser = get_user_model().objects.create_user(name, is_staff=True)
    Membership.objects.create(user=staff, hotel=hotel, role="supervisor")
    client = Client()
    client.force_login(staff)
    return client.cookies["sessionid"].value


def fill(cursor, index: int, account: int, talks: int) -> None:  # type: ignore[no-untyped-def]
    """So many conversations of this account's hotel, twenty old messages each."""
    hotel = Account.objects.get(pk=account).hotel_id
    base = 10_000_000 * (index + 1)
    number, words = f"{base} + n", "ARRAY[" + ", ".join(f"'{word}'" for word in WORDS) + "]"
    rows: list[tuple[str, dict[str, str]]] = [
        ("channels_app_thread", {
            "id": number, "account_id": str(account), "identity": "'54115' || n", "address": "'549115' || n", "name": "'Guest ' || n",
            "bot_may_speak": "true", "last_inbound_at": "now()",
        }),
        ("conversations_guest", {"id": number, "hotel_id": str(hotel), "name": "'Guest ' || n || ' José'", "language": "'es'"}),
        ("conversations_conversation", {
            "id": number, "hotel_id": str(hotel), "guest_id": number, "thread_id": number, "owner": "'bot'",
            "last_message_at": "now() - n * interval '1 minute'",
        }),
        ("conversations_message", {
            "conversation_id": number, "author": "CASE WHEN m % 2 = 0 THEN 'guest' ELSE 'bot' END", "kind": "'text'",
            "text": f"({words})[1 + (n + m) % 15] || ' ' || ({words})[1 + (n * 7 + m) % 15] || ' ' || n", "choices": "'[]'::jsonb",
            "sources": "'[]'::jsonb", "at": "now() - (m + 1) * interval '1 hour'",
        }),
    ]  # fmt: skip
    for table, given in rows:
        columns = old_rows.columns_of(connection.connection, table, given)
        each = f"generate_series(1, {talks}) AS n" + (f", generate_series(1, {PER_TALK}) AS m" if table.endswith("message") else "")
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {each}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
