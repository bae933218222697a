"""The double's own record in SQLite: what came in, what was accepted, what guests wrote, what was posted out.

Verdicts are made from this file by SQL, with no product code. `at` is the wall clock, `clock_at` the double's clock
(they differ by the offset a test has set); both are unix seconds.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .pacing import NOT_OPENING, Guest

SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, clock_at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    kind TEXT NOT NULL, phone_number_id TEXT, recipient TEXT, type TEXT, body TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'ok', 'refused', 'fault')),
    code INTEGER NOT NULL, http_status INTEGER NOT NULL, fault TEXT);
CREATE TABLE IF NOT EXISTS accepted (
    wamid TEXT PRIMARY KEY, call_id INTEGER NOT NULL REFERENCES calls, at REAL NOT NULL, clock_at REAL NOT NULL,
    phone_number_id TEXT NOT NULL, recipient TEXT NOT NULL, wa_id TEXT, user_id TEXT, type TEXT NOT NULL,
    body TEXT NOT NULL, callback_data TEXT, window_open INTEGER NOT NULL, fail_code INTEGER);
CREATE INDEX IF NOT EXISTS accepted_wa_id ON accepted (wa_id);
CREATE INDEX IF NOT EXISTS accepted_user_id ON accepted (user_id);
CREATE TABLE IF NOT EXISTS inbound (
    phone_number_id TEXT NOT NULL, id TEXT NOT NULL, at REAL NOT NULL, clock_at REAL NOT NULL,
    timestamp REAL NOT NULL, wa_id TEXT, user_id TEXT, name TEXT, type TEXT NOT NULL,
    opens_window INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (phone_number_id, id));
CREATE INDEX IF NOT EXISTS inbound_wa_id ON inbound (wa_id);
CREATE INDEX IF NOT EXISTS inbound_user_id ON inbound (user_id);
CREATE TABLE IF NOT EXISTS webhooks (
    id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, kind TEXT NOT NULL, item_id TEXT, detail TEXT,
    attempt INTEGER NOT NULL, at REAL NOT NULL, took_ms REAL NOT NULL, http_status INTEGER, error TEXT,
    signature TEXT, body BLOB);
"""
TABLES = {
    "calls": "SELECT * FROM calls ORDER BY id",
    "accepted": "SELECT * FROM accepted ORDER BY call_id",
    "inbound": "SELECT * FROM inbound ORDER BY rowid",
    "webhooks": "SELECT * FROM webhooks ORDER BY id",
}


@dataclass(frozen=True)
class CallRow:
    """One HTTP call as the ledger keeps it. `http_status` is 0 when the connection was closed without an answer."""

    method: str
    path: str
    kind: str
    phone_number_id: str | None
    recipient: str | None
    type: str | None
    body: str
    outcome: str
    code: int
    http_status: int
    fault: str | None


@dataclass(frozen=True)
class Acceptance:
    """A message Meta has taken. `fail_code` is set when it will end as `failed`."""

    wamid: str
    phone_number_id: str
    recipient: str
    guest: Guest
    type: str
    body: dict[str, Any]
    callback_data: str | None
    category: str
    window_open: bool
    fail_code: int | None


@dataclass(frozen=True)
class InboundRow:
    """One item a guest sent."""

    phone_number_id: str
    id: str
    timestamp: float
    guest: Guest
    type: str
    body: dict[str, Any]


class Ledger:
    """One connection behind one lock; every write is committed before the method returns."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self.changed = threading.Condition(self._lock)
        self._is_open = True
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        row = self._db.execute("SELECT COALESCE(MAX(delivery), 0) FROM webhooks").fetchone()
        self._deliveries = int(row[0])

    def close(self) -> None:
        """Close the file; an attempt that ends later is not recorded any more."""
        with self._lock:
            self._is_open = False
            self._db.close()

    def record_call(self, call: CallRow, accepted: Acceptance | None) -> None:
        """Write the call and, if it was a send that Meta took, the message: both or neither."""
        when = {"at": time.time(), "clock_at": self._now()}
        with self.changed:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                call_id = self._insert("calls", when | vars(call))
                if accepted is not None:
                    self._insert("accepted", when | {"call_id": call_id} | _columns(accepted))
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self.changed.notify_all()

    def record_inbound(self, row: InboundRow) -> None:
        """Write what a guest sent; the same id on the same number is kept once, as at Meta."""
        columns = {
            "phone_number_id": row.phone_number_id,
            "id": row.id,
            "at": time.time(),
            "clock_at": self._now(),
            "timestamp": row.timestamp,
            "wa_id": row.guest.wa_id,
            "user_id": row.guest.user_id,
            "name": row.guest.name,
            "type": row.type,
            "opens_window": int(row.type not in NOT_OPENING),
            "body": json.dumps(row.body),
        }
        with self.changed:
            self._insert("inbound", columns, verb="INSERT OR IGNORE INTO")
            self.changed.notify_all()

    def record_attempt(self, **columns: Any) -> None:
        """Write one attempt to post a webhook."""
        with self.changed:
            if not self._is_open:
                return
            self._insert("webhooks", columns)
            self.changed.notify_all()

    def next_delivery(self) -> int:
        """A number that groups the attempts of one webhook."""
        with self._lock:
            self._deliveries += 1
            return self._deliveries

    def find_guest(self, wa_ids: list[str], user_id: str | None) -> Guest | None:
        """The person who has written under one of these ids, with every id they have used since.

        A guest may write with a phone today and without one tomorrow; both must count as one person.
        """
        first, second = [*wa_ids, None, None][:2]
        seen = self.select(
            "SELECT wa_id, user_id FROM inbound WHERE wa_id IN (?1, ?2) OR user_id = ?3 ORDER BY rowid DESC LIMIT 1",
            first,
            second,
            user_id,
        )
        if not seen:
            return None
        rows = self.select(
            "SELECT wa_id, user_id, name FROM inbound WHERE wa_id = ? OR user_id = ? ORDER BY rowid DESC",
            seen[0]["wa_id"],
            seen[0]["user_id"],
        )
        latest = {key: next((row[key] for row in rows if row[key]), None) for key in ("wa_id", "user_id", "name")}
        return Guest(**latest)

    def last_inbound_at(self, phone_number_id: str, guest: Guest) -> float | None:
        """Timestamp of the guest's last window-opening message to this number, on their own clock."""
        rows = self.select(
            "SELECT MAX(timestamp) AS last FROM inbound WHERE phone_number_id = ? AND opens_window AND (wa_id = ? OR user_id = ?)",
            phone_number_id,
            guest.wa_id,
            guest.user_id,
        )
        return rows[0]["last"]

    def knows_inbound(self, phone_number_id: str, message_id: str) -> bool:
        """Whether a guest sent this message to this number."""
        sql = "SELECT 1 FROM inbound WHERE phone_number_id = ? AND id = ?"
        return bool(self.select(sql, phone_number_id, message_id))

    def is_between(self, guest: Guest, message_id: str) -> bool:
        """Whether this message belongs to the conversation with this guest, from either side."""
        who = (message_id, guest.wa_id, guest.user_id)
        return bool(
            self.select("SELECT 1 FROM inbound WHERE id = ? AND (wa_id = ? OR user_id = ?)", *who)
            or self.select("SELECT 1 FROM accepted WHERE wamid = ? AND (wa_id = ? OR user_id = ?)", *who)
        )

    def messages(self, to: str | None = None, type_: str | None = None) -> list[dict[str, Any]]:
        """Accepted messages in order of acceptance; `to` is any id of the guest."""
        rows = self.select(
            "SELECT wamid, phone_number_id, recipient AS 'to', wa_id, user_id, type, body, callback_data, at, clock_at,"
            " window_open, fail_code FROM accepted WHERE (?1 IS NULL OR ?1 IN (recipient, wa_id, user_id)) "
            "AND (?2 IS NULL OR type = ?2) ORDER BY call_id",
            to,
            type_,
        )
        return [{**row, "body": json.loads(row["body"])} for row in rows]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All tables as JSON, without the webhook bytes."""
        tables = {name: self.select(sql) for name, sql in TABLES.items()}
        for row in tables["webhooks"]:
            row.pop("body")
        return tables

    def select(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows as dictionaries."""
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, values)]

    def _insert(self, table: str, columns: Mapping[str, Any], *, verb: str = "INSERT INTO") -> int:
        marks = ", ".join("?" * len(columns))
        sql = " ".join((verb, table, "(", ", ".join(columns), ") VALUES (", marks, ")"))
        return int(self._db.execute(sql, tuple(columns.values())).lastrowid or 0)


def _columns(taken: Acceptance) -> dict[str, Any]:
    return {
        "wamid": taken.wamid,
        "phone_number_id": taken.phone_number_id,
        "recipient": taken.recipient,
        "wa_id": taken.guest.wa_id,
        "user_id": taken.guest.user_id,
        "type": taken.type,
        "body": json.dumps(taken.body),
        "callback_data": taken.callback_data,
        "window_open": int(taken.window_open),
        "fail_code": taken.fail_code,
    }
