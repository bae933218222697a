"""The post office's rows: apps and accounts, threads, letters in and out, receipts, notices."""

from channels_app.models.account import Account, AccountPace, MetaApp
from channels_app.models.inbound import AccountNotice, DeliveryReceipt, Inbound
from channels_app.models.mailbox import Mailbox, MailFolder, RawMail
from channels_app.models.media import Attachment, Media
from channels_app.models.outbound import Outbound
from channels_app.models.template import Template
from channels_app.models.thread import Thread

__all__ = [
    "Account", "AccountNotice", "AccountPace", "Attachment", "DeliveryReceipt", "Inbound", "MailFolder", "Mailbox", "Media", "MetaApp",
    "Outbound", "RawMail", "Template", "Thread",
]  # fmt: skip
