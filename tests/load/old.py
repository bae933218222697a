"""Letters of earlier days, written by SQL: a house that has been open for a while."""

from __future__ import annotations

import time

import psycopg

from tests.load.house import House

QUESTION, ANSWER = "'a que hora es el desayuno?'", "'De 7 a 10.'"
# One row for each guest and thread, then one for each question with its answer.
OLD = """CREATE TEMP TABLE old AS
SELECT n, a.id AS account_id, a.hotel_id, '5411' || (20000000 + n) AS phone, '54911' || (20000000 + n) AS address,
    nextval(pg_get_serial_sequence('conversations_guest', 'id')) AS guest_id,
    nextval(pg_get_serial_sequence('channels_app_thread', 'id')) AS thread_id,
    nextval(pg_get_serial_sequence('conversations_conversation', 'id')) AS conversation_id
FROM generate_series(%(first)s::bigint, %(first)s::bigint + %(threads)s - 1) AS n
JOIN (SELECT id, hotel_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS accounts
      FROM channels_app_account WHERE kind = 'whatsapp') AS a ON a.place = n %% a.accounts"""
EXCHANGE = """CREATE TEMP TABLE exchange AS
SELECT old.*, now() - interval '1 hour' * (%(exchanges)s - k + 1) AS at, 'wamid.HBgNold' || lpad(n || '.' || k, 40, '0') AS provider_id,
    CASE WHEN %(state)s = 'read' THEN now() - interval '1 hour' * (%(exchanges)s - k + 1) END AS read_at, %(state)s AS state,
    nextval(pg_get_serial_sequence('channels_app_inbound', 'id')) AS inbound_id,
    nextval(pg_get_serial_sequence('channels_app_outbound', 'id')) AS outbound_id
FROM generate_series(1, %(exchanges)s) AS k CROSS JOIN old ORDER BY k, n"""
HOUR = "now() - interval '1 hour'"
# table, rows, column → expression. A column that is gone is left out, a new one gets the empty value of its type.
ROWS: list[tuple[str, str, dict[str, str]]] = [
    ("conversations_guest", "old", {"id": "guest_id", "hotel_id": "hotel_id", "name": "'Guest ' || n", "language": "'es'"}),
    ("conversations_identity", "old", {"hotel_id": "hotel_id", "guest_id": "guest_id", "kind": "'phone'", "value": "phone"}),
    ("channels_app_thread", "old", {
        "id": "thread_id", "account_id": "account_id", "identity": "phone", "address": "address", "name": "'Guest ' || n",
        "last_inbound_at": HOUR, "bot_may_speak": "true",
    }),
    ("conversations_conversation", "old", {
        "id": "conversation_id", "hotel_id": "hotel_id", "guest_id": "guest_id", "thread_id": "thread_id", "owner": "'bot'",
        "last_message_at": HOUR,
    }),
    ("channels_app_inbound", "exchange", {
        "id": "inbound_id", "account_id": "account_id", "provider_id": "provider_id || '.in'", "thread_id": "thread_id",
        "kind": "'text'", "text": QUESTION, "sender_phone": "address", "sender_name": "'Guest ' || n",
        "raw": f"jsonb_build_object('id', provider_id, 'type', 'text', 'from', address, 'text', jsonb_build_object('body', {QUESTION}))",
        "digest": "md5(provider_id) || md5(address)", "provider_time": "at", "received_at": "at", "state": "'answered'",
        "attempts": "1", "due_at": "at", "correlation_id": "md5(provider_id)",
    }),
    ("channels_app_outbound", "exchange", {
        "id": "outbound_id", "account_id": "account_id", "thread_id": "thread_id", "dedupe_key": "'old:' || outbound_id",
        "author": "'bot'", "content": f"jsonb_build_object('kind', 'text', 'text', {ANSWER})", "state": "state", "attempts": "1",
        "due_at": "at", "provider_id": "provider_id", "correlation_id": "md5(provider_id)", "created_at": "at", "sent_at": "at",
        "delivered_at": "read_at", "read_at": "read_at",
    }),
    ("conversations_message", "exchange", {
        "conversation_id": "conversation_id", "author": "'guest'", "kind": "'text'", "text": QUESTION, "choices": "'[]'::jsonb",
        "inbound_id": "inbound_id", "sources": "'[]'::jsonb", "at": "at",
    }),
    ("conversations_message", "exchange", {
        "conversation_id": "conversation_id", "author": "'bot'", "kind": "'text'", "text": ANSWER, "choices": "'[]'::jsonb",
        "outbound_id": "outbound_id", "sources": "'[]'::jsonb", "at": "at",
    }),
    *(("channels_app_deliveryreceipt", "exchange WHERE state = 'read'", {
        "account_id": "account_id", "provider_id": "provider_id", "status": f"'{status}'", "provider_time": "at",
        "callback": "outbound_id::text", "raw": "jsonb_build_object('id', provider_id)", "state": "'applied'", "attempts": "1",
        "received_at": "at", "due_at": "at",
    }) for status in ("sent", "delivered", "read")),
]  # fmt: skip
EMPTY = {"jsonb": "'{}'::jsonb", "boolean": "false", "timestamp with time zone": "now()", "character varying": "''", "text": "''"}


def seed(house: House, *, threads: int, exchanges: int, first: int, state: str = "read") -> float:
    """``threads`` guests from number ``first`` on, each with so many questions and answers; returns seconds.

    "read" letters have their receipts; "sent" ones still wait for them. Vacuumed and analysed at the end, as tables are
    that grew slowly.
    """
    started = time.monotonic()
    values = {"threads": threads, "exchanges": exchanges, "first": first, "state": state}
    with psycopg.connect(house.url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute("SET session_replication_role = replica")  # the rows fit each other; checking each key takes minutes
        with connection.transaction():
            connection.execute(OLD, values)
            connection.execute(EXCHANGE, values)
            for table, source, given in ROWS:
                columns = columns_of(connection, table, given)
                connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}")
            connection.execute("DROP TABLE old, exchange")
        connection.execute("VACUUM ANALYZE")
    return time.monotonic() - started


def columns_of(connection: psycopg.Connection, table: str, given: dict[str, str]) -> dict[str, str]:
    """What the table has today, so that a migration does not end the benchmark."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema() "
        "AND (column_name = ANY(%s) OR (is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'))",
        [table, list(given)],
    )
    return {name: given.get(name, EMPTY.get(kind, "0")) for name, kind in rows}


def sent_letters(house: House, count: int) -> list[tuple[str, str, str, str]]:
    """(our number, provider's id, our id, guest) of letters that wait for their statuses."""
    return house.sql(
        "SELECT a.external_id, o.provider_id, o.id::text, t.address FROM channels_app_outbound o "
        "JOIN channels_app_account a ON a.id = o.account_id JOIN channels_app_thread t ON t.id = o.thread_id "
        "WHERE o.state = 'sent' AND o.dedupe_key LIKE 'old:%%' ORDER BY o.id LIMIT %s",
        count,
    )
