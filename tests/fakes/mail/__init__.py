"""A double of a Gmail mailbox over real sockets: IMAP with Google's extensions, SMTP submission, and the Gmail API."""

from .client import MailDouble

__all__ = ["MailDouble"]
