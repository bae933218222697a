"""Letters of earlier days, written by SQL: a house that has been open for a while."""

from __future__ import annotations

import time

import psycopg

from tests.load.house import House

# One thread's worth of rows for each n; guests are counted from %(first)s so that they meet, or never meet, the run's own.
THREADS = """
CREATE TEMP TABLE old AS
SELECT n, a.id AS account_id, a.hotel_id, '5411' || (20000000 + n) AS phone, '54911' || (20000000 + n) AS address,
    nextval(pg_get_serial_sequence('conversations_guest', 'id')) AS guest_id,
    nextval(pg_get_serial_sequence('channels_app_thread', 'id')) AS thread_id,
    nextval(pg_get_serial_sequence('conversations_conversation', 'id')) AS conversation_id
FROM generate_series(%(first)s::bigint, %(first)s::bigint + %(threads)s - 1) AS n
JOIN (SELECT id, hotel_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS accounts
      FROM channels_app_account WHERE kind = 'whatsapp') AS a ON a.place = n %% a.accounts;
INSERT INTO conversations_guest (id, hotel_id, name, language, opted_out, created_at)
SELECT guest_id, hotel_id, 'Guest ' || n, 'es', false, now() - interval '1 day' FROM old;
INSERT INTO conversations_identity (hotel_id, guest_id, kind, value) SELECT hotel_id, guest_id, 'phone', phone FROM old;
INSERT INTO channels_app_thread (id, account_id, identity, address, user_id, name, last_inbound_at, bot_may_speak)
SELECT thread_id, account_id, phone, address, '', 'Guest ' || n, now() - interval '1 hour', true FROM old;
INSERT INTO conversations_conversation
    (id, hotel_id, guest_id, thread_id, owner, state, version, attempts, fence, last_message_at, created_at)
SELECT conversation_id, hotel_id, guest_id, thread_id, 'bot', '{}', %(exchanges)s, 0, %(exchanges)s, now() - interval '1 hour',
    now() - interval '1 day' FROM old;
CREATE TEMP TABLE exchange AS
SELECT old.*, now() - interval '1 hour' * (%(exchanges)s - k + 1) AS at, 'wamid.HBgNold' || lpad(n || '.' || k, 40, '0') AS provider_id,
    nextval(pg_get_serial_sequence('channels_app_inbound', 'id')) AS inbound_id,
    nextval(pg_get_serial_sequence('channels_app_outbound', 'id')) AS outbound_id
FROM generate_series(1, %(exchanges)s) AS k CROSS JOIN old ORDER BY k, n;
INSERT INTO channels_app_inbound
    (id, account_id, provider_id, thread_id, kind, text, choice_id, reply_to, sender_phone, sender_user_id, sender_name, media, raw,
     digest, provider_time, received_at, state, reason, attempts, due_at, correlation_id)
SELECT inbound_id, account_id, provider_id || '.in', thread_id, 'text', 'a que hora es el desayuno?', '', '', address, '',
    'Guest ' || n, '{}', jsonb_build_object('id', provider_id, 'type', 'text', 'from', address, 'text',
    jsonb_build_object('body', 'a que hora es el desayuno?')), md5(provider_id) || md5(address), at, at, 'answered', '', 1, at,
    md5(provider_id) FROM exchange;
INSERT INTO channels_app_outbound
    (id, account_id, thread_id, dedupe_key, author, content, state, attempts, due_at, fence, provider_id, error_text, pricing,
     correlation_id, created_at, sent_at, delivered_at, read_at)
SELECT outbound_id, account_id, thread_id, 'old:' || outbound_id, 'bot', jsonb_build_object('kind', 'text', 'text', 'De 7 a 10.'),
    %(state)s, 1, at, 1, provider_id, '', '{}', md5(provider_id), at, at,
    CASE WHEN %(state)s = 'read' THEN at END, CASE WHEN %(state)s = 'read' THEN at END FROM exchange;
INSERT INTO conversations_message (conversation_id, author, kind, text, choices, inbound_id, outbound_id, understanding, sources, at)
SELECT conversation_id, 'guest', 'text', 'a que hora es el desayuno?', '[]'::jsonb, inbound_id, NULL::bigint, '{}'::jsonb, '[]'::jsonb, at FROM exchange
UNION ALL SELECT conversation_id, 'bot', 'text', 'De 7 a 10.', '[]', NULL, outbound_id, '{}', '[]', at FROM exchange;
"""
RECEIPTS = """
INSERT INTO channels_app_deliveryreceipt
    (account_id, provider_id, status, provider_time, callback, error_text, pricing, raw, state, attempts, received_at, due_at)
SELECT account_id, provider_id, status, at, outbound_id::text, '', '{}', jsonb_build_object('id', provider_id), 'applied', 1, at, at
FROM exchange CROSS JOIN (VALUES ('sent'), ('delivered'), ('read')) AS s (status);
"""


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
            connection.execute(THREADS + (RECEIPTS if state == "read" else ""), values)
            connection.execute("DROP TABLE old, exchange")
        connection.execute("VACUUM ANALYZE")
    return time.monotonic() - started


def sent_letters(house: House, count: int) -> list[tuple[str, str, str, str]]:
    """(our number, provider's id, our id, guest) of letters that wait for their statuses."""
    return house.sql(
        "SELECT a.external_id, o.provider_id, o.id::text, t.address FROM channels_app_outbound o "
        "JOIN channels_app_account a ON a.id = o.account_id JOIN channels_app_thread t ON t.id = o.thread_id "
        "WHERE o.state = 'sent' AND o.dedupe_key LIKE 'old:%%' ORDER BY o.id LIMIT %s",
        count,
    )
