"""The web chat: guests in a browser or a terminal. Nothing leaves the house; the row itself is what the guest reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from channels_app.envelope import Content, ContentError, Outcome, Sent
from channels_app.transports.base import SendJob

if TYPE_CHECKING:
    from channels_app.models import Account, Outbound


class WebchatTransport:
    """See channels_app.transports.base.Transport."""

    window = None
    pace = None
    number_pace = None
    settles = dt.timedelta(0)

    def fit(self, content: Content) -> list[Content]:
        if content.kind == "file" and not content.text.strip():
            return [replace(content, text=content.file["name"])]
        if content.kind == "location":
            content = replace(content, kind="text", place={})
        if content.kind != "read" and not content.text.strip():
            raise ContentError("an empty message cannot be sent")
        return [content]

    def day_limit(self, account: Account) -> int | None:
        return None

    def prepare(self, row: Outbound) -> None:
        return None

    def send(self, job: SendJob) -> Outcome:
        return Sent(f"webchat-{job.callback}")
