"""WhatsApp Cloud API (facts: WHATSAPP)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from channels_app.envelope import Content, Outcome
from channels_app.models import Attachment
from channels_app.transports.base import Pace, SendJob
from channels_app.transports.whatsapp import content as whatsapp_content
from channels_app.transports.whatsapp.api import send

if TYPE_CHECKING:
    from channels_app.models import Account, Outbound


class WhatsAppTransport:
    """See channels_app.transports.base.Transport."""

    # 24 hours after the guest's last letter, less a margin for clocks and the way there.
    window = dt.timedelta(hours=24) - dt.timedelta(minutes=5)
    # Meta allows 45 at once and takes them back at one per 6 s; we stay far below.
    pace = Pace(interval=dt.timedelta(seconds=6), burst=10)
    # Meta allows 80 a second, letters in counted too; with the burst we make at most 60 in any second.
    number_pace = Pace(interval=dt.timedelta(seconds=1 / 50), burst=10)

    # A status with our id settles an unknown outcome within this time (facts: WHATSAPP, 8).
    settles = dt.timedelta(seconds=60)

    def fit(self, content: Content) -> list[Content]:
        return whatsapp_content.fit(content)

    def day_limit(self, account: Account) -> int | None:
        return None

    def prepare(self, row: Outbound) -> bytes | None:
        """The bytes of its file, if it has one."""
        return Attachment.bytes_of(row.thread_id, row.content)

    def send(self, job: SendJob) -> Outcome:
        return send(job)
