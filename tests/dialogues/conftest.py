"""The demo hotel, and somebody who writes to it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from conversations.management.commands.converse import Talk
from tests.factories.again import provisioned

HOTEL = Path(__file__).resolve().parents[2] / "demo" / "hotel.yaml"


@pytest.fixture
def demo(db):
    return provisioned(HOTEL)


@pytest.fixture
def talk(demo):
    return Talk(demo, "guest", "", dt.datetime(2026, 12, 2, 13, 15, tzinfo=demo.zone))
