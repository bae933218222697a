"""What every channel can do for us."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from channels_app.envelope import Content, Outcome

if TYPE_CHECKING:
    from channels_app.models import Account, Outbound


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
    # What ``Transport.prepare`` read.
    prepared: Any = None


class Transport(Protocol):
    """One channel."""

    # How long after a guest's letter we may write freely; None: always.
    window: dt.timedelta | None
    # How fast we may write to one guest; None: as fast as we like.
    pace: Pace | None
    # How fast one of our addresses may write in all; None: as fast as we like.
    number_pace: Pace | None
    # How long an unknown outcome may settle by itself before a person has to look.
    settles: dt.timedelta

    def fit(self, content: Content) -> list[Content]:
        """The same content as this channel takes it, in one or several letters. Raises ContentError for what it cannot."""
        ...

    def day_limit(self, account: Account) -> int | None:
        """How many letters the provider takes from this address in 24 hours; None: any number."""
        ...

    def prepare(self, row: Outbound) -> Any:
        """What else a send of this letter needs of the database; asked while it is claimed, on the claiming thread."""
        ...

    def send(self, job: SendJob) -> Outcome:
        """Hand it over. Never raises for what the network or the provider does: that is what the outcome says."""
        ...
