"""What every channel can do for us."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from channels_app.envelope import Content, Outcome


@dataclass(frozen=True)
class Pace:
    """One letter per ``interval``, with ``burst`` of them at once."""

    interval: dt.timedelta
    burst: int


@dataclass(frozen=True)
class SendJob:
    """Everything a send needs, so that it runs on a thread without the database. ``callback`` is our own id."""

    account_id: int
    external_id: str
    access_token: str
    api_url: str
    api_url_trusted: bool
    api_version: str
    address: str
    user_id: str
    content: Content
    callback: str


class Transport(Protocol):
    """One channel."""

    # How long after a guest's letter we may write freely; None: always.
    window: dt.timedelta | None
    # How fast we may write to one guest; None: as fast as we like.
    pace: Pace | None
    # How fast one of our addresses may write in all; None: as fast as we like.
    number_pace: Pace | None

    def fit(self, content: Content) -> list[Content]:
        """The same content as this channel takes it, in one or several letters. Raises ContentError for what it cannot."""
        ...

    def send(self, job: SendJob) -> Outcome:
        """Hand it over. Never raises for what the network or the provider does: that is what the outcome says."""
        ...
