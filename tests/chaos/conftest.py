"""What the tests of a whole house share."""

import time

import psycopg
import pytest
from django.db import connection

from channels_app import inbox
from tests.chaos import traffic
from tests.chaos.houses import House
from tests.conftest import DISPLAY, NUMBER, SECRET, make_account


@pytest.fixture
def database_url(transactional_db):
    """The test database, for processes and for SQL of our own."""
    database = connection.settings_dict
    return f"postgresql://{database['USER']}:{database['PASSWORD']}@127.0.0.1:{database['PORT']}/{database['NAME']}"


@pytest.fixture
def house(committed_hotel, database_url, tmp_path):
    """A house with one WhatsApp account at a double of its own; the pieces start when the test says so."""

    def build(**environment):
        return House(tmp_path, database_url, account=make_account(committed_hotel), **environment)

    return build


@pytest.fixture
def unguarded(database_url, monkeypatch):
    """The inbox without its guard: no unique constraint, and an insert that does not ask for it."""
    connections = inbox.connection  # each thread's own

    class Unguarded:
        def cursor(self):
            real = connections.cursor()
            execute = real.execute
            real.execute = lambda query, values: execute(query.replace("ON CONFLICT (account_id, provider_id) DO NOTHING", ""), values)
            return real

    monkeypatch.setattr(inbox, "connection", Unguarded())
    with psycopg.connect(database_url, autocommit=True) as rows:
        rows.execute("ALTER TABLE channels_app_inbound DROP CONSTRAINT one_letter_per_provider_id")
        try:
            yield
        finally:
            rows.execute("TRUNCATE channels_app_inbound CASCADE")
            rows.execute("ALTER TABLE channels_app_inbound ADD CONSTRAINT one_letter_per_provider_id UNIQUE (account_id, provider_id)")


QUESTIONS = ("a que hora es el desayuno?", "what time is breakfast?", "aceptan perros?")


def letters(count, *, guests, start=0, per_s=None, name="w"):
    """``count`` questions the hotel can answer, of so many guests in turn, written ``per_s`` a second from now on."""
    now = time.time()
    return [
        traffic.Letter(f"{name}{index}", traffic.phone(start + index % guests), QUESTIONS[index % 3], now + (index / per_s if per_s else 0))
        for index in range(count)
    ]


def packed(*some, statuses=()):
    """One webhook of our account."""
    return traffic.pack(some, secret=SECRET, number=NUMBER, display=DISPLAY, statuses=statuses)
