"""E-mail, by IMAP and SMTP, by Gmail's API, or out by another provider (facts: GMAIL)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from channels_app import texts
from channels_app.envelope import Content, ContentError, Failed, Outcome
from channels_app.models import Account, Mailbox, Outbound
from channels_app.transports.base import Pace, SendJob
from channels_app.transports.mail import gmail, posting, providers, smtp, writing

TEXT_LIMIT = 60_000


class MailTransport:
    """See channels_app.transports.base.Transport."""

    window = None
    # Two programs that answer each other shall do it slowly.
    pace = Pace(interval=dt.timedelta(seconds=20), burst=3)
    number_pace = Pace(interval=dt.timedelta(seconds=1), burst=1)
    # The sent folder tells, at one of the next looks (channels_app.mailroom).
    settles = dt.timedelta(minutes=10)

    def fit(self, content: Content) -> list[Content]:
        if content.kind in {"read", "template", "reaction"}:
            raise ContentError("e-mail has no such thing")
        if content.kind == "location":
            content = replace(content, kind="text", place={})
        if content.kind == "file" and not content.text.strip():
            content = replace(content, text=content.file["name"])
        if not content.text.strip() or texts.units(content.text) > TEXT_LIMIT:
            raise ContentError("an empty mail cannot be sent, nor one of a whole book")
        return [content]

    def day_limit(self, account: Account) -> int | None:
        return Mailbox.objects.filter(account=account).values_list("daily_limit", flat=True).first()

    def prepare(self, row: Outbound) -> object:
        return posting.prepare(row)

    def send(self, job: SendJob) -> Outcome:
        about = job.prepared
        if not isinstance(about, writing.Prepared):
            return Failed("the account has no mailbox", channel_dead=True)
        try:
            message = writing.compose(job.content, about)
        except (ValueError, IndexError) as error:  # what the e-mail package finds wrong with an address
            return Failed(f"this address cannot be written to: {error}"[:300])
        if about.provider is not None:
            return providers.send(about.provider, message, job.callback)
        if about.api is not None:
            return gmail.send(about.api, message, about.gmail_thread)
        return smtp.send(about.server, message, about.sender, about.recipient, is_renamed=about.is_renamed)
