"""The double's book against the product's tables, by SQL alone: nothing here imports what it judges.

Every check is a question to which the right answer is "nothing"; ``differences`` names those that found something.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psycopg

# Of our letters, those that are no text to the guest but a tick.
TEXTS = "content->>'kind' <> 'read'"
LEFT = "('sent', 'delivered', 'read', 'played')"


class Books:
    """The two books, opened for reading. Of numbers nobody works (``unworked``) letters are kept and not answered."""

    def __init__(self, ledger: Path, database_url: str, *, unworked: Sequence[str] = ()) -> None:
        self.ledger, self.database_url, self.unworked = ledger, database_url, list(unworked)

    def meta(self, query: str, *values) -> list[tuple]:
        """Ask the double's book."""
        book = sqlite3.connect(self.ledger, timeout=20)
        try:
            return book.execute(query, values).fetchall()
        finally:
            book.close()

    def ours(self, query: str, *values) -> list[tuple]:
        """Ask the product's tables."""
        with psycopg.connect(self.database_url, autocommit=True) as rows:
            return rows.execute(query, values).fetchall()

    def differences(self) -> dict[str, list]:
        """Everything that is not as promised, by name; empty when the books agree."""
        found = {check.__name__.strip("_"): check(self) for check in CHECKS}
        return {name: rows[:20] for name, rows in found.items() if rows}

    def waiting(self) -> dict[str, int]:
        """What is not settled yet, by table: letters in, letters out, receipts, conversations."""
        rows = self.ours(
            "SELECT 'letters in', count(*) FROM channels_app_inbound JOIN channels_app_account a ON a.id = account_id "
            "WHERE channels_app_inbound.state = 'waiting' AND a.external_id <> ALL(%s) "
            "UNION ALL SELECT 'letters out', count(*) FROM channels_app_outbound WHERE state IN ('queued', 'sending') "
            "UNION ALL SELECT 'receipts', count(*) FROM channels_app_deliveryreceipt WHERE state = 'waiting' "
            "UNION ALL SELECT 'conversations', count(*) FROM conversations_conversation WHERE due_at IS NOT NULL OR lease_until IS NOT NULL",
            self.unworked,
        )
        return {name: count for name, count in rows if count}


def letters_lost(books: Books) -> list:
    """Answered 200, and not there."""
    acknowledged = books.meta(
        "SELECT DISTINCT inbound.phone_number_id, item_id FROM webhooks JOIN inbound ON inbound.id = item_id "
        "WHERE kind = 'message' AND http_status = 200"
    )
    stored = set(books.ours("SELECT external_id, provider_id FROM channels_app_inbound JOIN channels_app_account a ON a.id = account_id"))
    return sorted(set(acknowledged) - stored)


def letters_stored_twice(books: Books) -> list:
    return books.ours("SELECT provider_id, count(*) FROM channels_app_inbound GROUP BY account_id, provider_id HAVING count(*) > 1")


def letters_invented(books: Books) -> list:
    """There, and no guest wrote them."""
    written = {row[0] for row in books.meta("SELECT id FROM inbound")}
    return sorted(row[0] for row in books.ours("SELECT provider_id FROM channels_app_inbound") if row[0] not in written)


def letters_unanswered(books: Books) -> list:
    """A guest's words that no turn took."""
    return books.ours(
        "SELECT provider_id, i.state, reason FROM channels_app_inbound i JOIN channels_app_account a ON a.id = account_id "
        "WHERE i.kind = 'text' AND i.state <> 'answered' AND a.external_id <> ALL(%s)",
        books.unworked,
    )


def guests_without_the_last_word(books: Books) -> list:
    """Guests who had no text from us after their last letter was first delivered; the double's book alone says so."""
    spoke = books.meta(
        "SELECT phone_number_id, wa_id, max(first) FROM (SELECT phone_number_id, wa_id, min(webhooks.at) AS first FROM inbound "
        "JOIN webhooks ON item_id = inbound.id GROUP BY phone_number_id, inbound.id HAVING sum(http_status = 200)) "
        "GROUP BY phone_number_id, wa_id"
    )
    heard = {(number, guest): at for number, guest, at in books.meta("SELECT phone_number_id, wa_id, max(at) FROM accepted GROUP BY 1, 2")}
    worked = [row for row in spoke if row[0] not in books.unworked]
    return sorted((guest, at) for number, guest, at in worked if heard.get((number, guest), 0) < at)


def turns_not_told_once(books: Books) -> list:
    """Turns of a conversation for which the guest did not get exactly one text."""
    told = dict(books.meta("SELECT wa_id, count(*) FROM accepted GROUP BY wa_id"))
    turns = books.ours(
        "SELECT t.address, c.version, (SELECT count(*) FROM channels_app_outbound o WHERE o.thread_id = t.id "
        "AND o.dedupe_key LIKE 'turn:%%' AND o.dedupe_key NOT LIKE '%%#%%') FROM conversations_conversation c "
        "JOIN channels_app_thread t ON t.id = c.thread_id"
    )
    return sorted((who, version, rows, told.get(who, 0)) for who, version, rows in turns if not version == rows == told.get(who, 0))


def sends_doubled(books: Books) -> list:
    """One letter of ours that Meta took more than once, or took without our id."""
    return books.meta("SELECT callback_data, count(*) FROM accepted GROUP BY callback_data HAVING count(*) > 1 OR callback_data IS NULL")


def sends_not_at_one_row(books: Books) -> list:
    """What Meta took and does not stand at exactly the row whose id it carried."""
    rows: dict[str, list[str]] = {}
    for wamid, pk in books.ours("SELECT provider_id, id::text FROM channels_app_outbound WHERE provider_id <> ''"):
        rows.setdefault(wamid, []).append(pk)
    taken = books.meta("SELECT wamid, callback_data FROM accepted")
    return sorted((wamid, callback, rows.get(wamid, [])) for wamid, callback in taken if rows.get(wamid) != [callback])


def sends_invented(books: Books) -> list:
    """Said to have left, and Meta never took them."""
    taken = {row[0] for row in books.meta("SELECT wamid FROM accepted")}
    left = books.ours(f"SELECT id, provider_id, state FROM channels_app_outbound WHERE {TEXTS} AND state IN {LEFT}")
    return sorted(row for row in left if row[1] not in taken)


def texts_not_delivered(books: Books) -> list:
    """Texts that ended any other way than with the guest."""
    return books.ours(f"SELECT id, dedupe_key, state, error_text FROM channels_app_outbound WHERE {TEXTS} AND state NOT IN {LEFT}")


def unsettled(books: Books) -> list:
    return sorted(books.waiting().items())


CHECKS = [
    letters_lost,
    letters_stored_twice,
    letters_invented,
    letters_unanswered,
    guests_without_the_last_word,
    turns_not_told_once,
    sends_doubled,
    sends_not_at_one_row,
    sends_invented,
    texts_not_delivered,
    unsettled,
]


def watch(database_url: str, table: str, column: str = "state") -> None:
    """From now on PostgreSQL itself writes every change of the column down, in ``watched`` (dropped by ``unwatch``)."""
    with psycopg.connect(database_url, autocommit=True) as rows:
        rows.execute(
            "CREATE TABLE IF NOT EXISTS watched (id bigserial, tbl text, row_id bigint, old text, new text, "
            "at timestamptz DEFAULT clock_timestamp(), txn text DEFAULT pg_current_xact_id()::text)"
        )
        rows.execute(
            f"CREATE OR REPLACE FUNCTION watch_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO watched (tbl, row_id, old, new) VALUES ('{table}', NEW.id, OLD.{column}::text, NEW.{column}::text); "
            "RETURN NULL; END $$"
        )
        rows.execute(f"CREATE TRIGGER watch AFTER UPDATE OF {column} ON {table} FOR EACH ROW EXECUTE FUNCTION watch_{table}()")


def unwatch(database_url: str, *tables: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as rows:
        for table in tables:
            rows.execute(f"DROP TRIGGER IF EXISTS watch ON {table}")
            rows.execute(f"DROP FUNCTION IF EXISTS watch_{table}()")
        rows.execute("DROP TABLE IF EXISTS watched")
