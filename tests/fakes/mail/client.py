"""Starts the double in this process, and speaks of it in the words of a test."""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from collections.abc import Iterable
from email.message import EmailMessage
from email.message import Message as Parsed
from email.policy import SMTP
from pathlib import Path
from typing import Any, Self

from .account import Account, Arrival, Delivery, Message, Request
from .api_server import ApiServer
from .faults import Faults
from .gmail_api import GmailApi
from .headers import crlf, parse
from .imap import ImapSession
from .smtp import SmtpSession
from .wire import LineServer


class MailDouble:
    """A running mailbox: `with MailDouble() as mail`. All of it is on 127.0.0.1 and in memory.

    `token` is what XOAUTH2 and the API take at first. `tls` speaks TLS from the first byte on the IMAP and SMTP ports,
    and `ca_file` is then the certificate to trust. `locale` is the language of the mailbox names ("en", "es", "pt").
    """

    def __init__(
        self,
        address: str = "hotel@example.com",
        password: str = "abcdefghijklmnop",
        *,
        token: str = "ya29.first",
        imap_port: int = 0,
        smtp_port: int = 0,
        api_port: int = 0,
        tls: bool = False,
        locale: str = "en",
        aliases: Iterable[str] = (),
        daily_limit: int = 500,
        client_id: str = "client-id",
        client_secret: str = "client-secret",
    ) -> None:
        self.account = Account(address, password, token, locale=locale, aliases=aliases, daily_limit=daily_limit)
        self.token = token
        self.client_id = client_id
        self.client_secret = client_secret
        self.faults = Faults()
        self.api = GmailApi(self.account, self.faults, client_id=client_id, client_secret=client_secret)
        self._ports = (imap_port, smtp_port, api_port)
        self._tls = tls
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.ca_file = ""

    def start(self) -> Self:
        """Return once connections are taken. A later start after stop keeps the ports and the mailbox, as after an outage."""
        context = self._make_tls() if self._tls else None
        imap_port, smtp_port, api_port = self._ports
        self.imap_server = LineServer(imap_port, lambda wire: ImapSession(wire, self.account, self.faults).run(), context)
        self.smtp_server = LineServer(smtp_port, lambda wire: SmtpSession(wire, self.account, self.faults).run(), context)
        self.api_server = ApiServer(api_port, self)
        self._servers = (self.imap_server, self.smtp_server, self.api_server)
        for server in self._servers:
            server.start()
        self._ports = (self.imap_port, self.smtp_port, self.api_port)
        return self

    def _make_tls(self) -> ssl.SSLContext:
        from .tls import make_context  # the only part that needs more than the standard library

        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="mail-double-")
        context, public = make_context(Path(self._folder.name))
        self.ca_file = str(public)
        return context

    def stop(self) -> None:
        """Hang up on everybody and stop listening; what hangs is let go."""
        self.faults.clear()
        self.faults.release()
        for server in self._servers:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._folder is not None:
            self._folder.cleanup()
        if self.broken:
            raise RuntimeError("the mail double itself broke:\n" + "\n".join(self.broken))

    @property
    def broken(self) -> list[str]:
        """Tracebacks of faults that are the double's own; leaving the context raises if there are any."""
        return [text for server in self._servers for text in server.broken]

    # Where to connect.

    @property
    def host(self) -> str:
        return "127.0.0.1"

    @property
    def imap_port(self) -> int:
        return self.imap_server.port

    @property
    def smtp_port(self) -> int:
        return self.smtp_server.port

    @property
    def api_port(self) -> int:
        return self.api_server.port

    @property
    def api_url(self) -> str:
        """Instead of https://gmail.googleapis.com."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def token_url(self) -> str:
        """Instead of https://oauth2.googleapis.com/token."""
        return f"{self.api_url}/token"

    @property
    def address(self) -> str:
        return self.account.address

    @property
    def password(self) -> str:
        return self.account.password

    @property
    def refresh_token(self) -> str | None:
        return self.account.refresh_token

    # What guests, staff and Google do.

    def receive(
        self, message: bytes | EmailMessage, mailbox: str = "INBOX", thread: int | None = None, *,
        labels: Iterable[str] = (), received_at: dt.datetime | None = None,
    ) -> Arrival:  # fmt: skip
        """A mail arrives. `thread` puts it into that X-GM-THRID; otherwise references and subject decide, as at Gmail.

        Octets stay as they are but for line ends, which a transport makes CRLF. No header is added: a test that needs
        Return-Path or Authentication-Results writes them.
        """
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
        box = self.account.mailbox(mailbox)
        if box is None:
            raise ValueError(f"no such mailbox: {mailbox}")
        with self.account.lock:
            filed = self.account.file(crlf(raw), box.role, thread=thread, labels=labels, received_at=received_at)
            return Arrival(box.uid_of(filed) or 0, filed.msgid, filed.thrid, box.name)

    def message(self, uid: int, mailbox: str = "INBOX") -> Message:
        """What lies there under this UID. KeyError if nothing does."""
        box = self.account.mailbox(mailbox)
        if box is None:
            raise ValueError(f"no such mailbox: {mailbox}")
        return box.entries[uid]

    def read_on_phone(self, uid: int) -> None:
        """Staff read a mail in INBOX with another program."""
        self.message(uid).flags.add("\\Seen")

    def move(self, uid: int, source: str, target: str) -> int:
        """Staff move a mail; returns its UID in the target."""
        first, second = self.account.mailbox(source), self.account.mailbox(target)
        if first is None or second is None:
            raise ValueError(f"no such mailbox: {source} or {target}")
        return self.account.move(first.entries[uid], first.role, second.role)

    def delete(self, uid: int, mailbox: str = "INBOX") -> None:
        """Staff delete a mail for good."""
        self.account.forget(self.message(uid, mailbox))

    def change_uidvalidity(self, mailbox: str = "INBOX") -> None:
        """All messages get new UIDs now; sessions that have the mailbox open are sent away."""
        box = self.account.mailbox(mailbox)
        if box is None:
            raise ValueError(f"no such mailbox: {mailbox}")
        with self.account.changed:
            box.renumber()
            self.account.changed.notify_all()

    def change_password(self, password: str) -> None:
        """The account password is changed: the app password and the refresh token die with it."""
        self.account.password = password
        self.account.refresh_token = None
        self.account.access_tokens.clear()

    def consent(self, code: str, back: str, *, scope: str = "https://mail.google.com/") -> None:
        """The owner lets the client in on Google's page; the code is on its way to `back`."""
        self.account.consents[code] = (scope, back)

    def expire_tokens(self) -> None:
        """No access token given so far is good any more; the refresh token is."""
        self.account.access_tokens.clear()

    def forget_history(self) -> None:
        """history.list answers 404 to every id up to now."""
        self.account.oldest_history_id = self.account.history_id + 1
        self.account.history_id += 1

    def new_day(self) -> None:
        """The count of recipients against the daily limit starts again."""
        self.account.sent_today = 0

    def hang_up_all(self) -> None:
        """The network drops every open IMAP and SMTP connection."""
        self.imap_server.hang_up_all()
        self.smtp_server.hang_up_all()

    # Faults; the kinds are listed in `faults`.

    def fault(self, kind: str, times: int = 1, *, skip: int = 0, at: str | None = None, **details: Any) -> None:
        """Order a fault for the next `times` fitting moments after `skip` of them."""
        self.faults.add(kind, times=times, skip=skip, at=at, **details)

    def clear_faults(self) -> None:
        self.faults.clear()

    def release(self) -> None:
        """Let everything that hangs go on."""
        self.faults.release()

    # What happened.

    @property
    def sent(self) -> list[Parsed]:
        """What clients handed over and the double took, parsed as it was handed over, in order."""
        return [parse(one.handed) for one in self.delivered]

    @property
    def delivered(self) -> list[Delivery]:
        """The same with envelope, and as the recipients got it (From and Message-ID possibly rewritten, Bcc gone)."""
        with self.account.lock:
            return list(self.account.accepted)

    @property
    def refused(self) -> list[bytes]:
        """What was handed over by SMTP to the last octet and then refused."""
        with self.account.lock:
            return list(self.account.refused)

    @property
    def sent_mailbox(self) -> list[Message]:
        """What the mailbox \\Sent shows."""
        with self.account.lock:
            return list(self.account.mailboxes["sent"].entries.values())

    @property
    def seen_uids(self) -> list[int]:
        """The UIDs in INBOX that are marked \\Seen, ascending."""
        with self.account.lock:
            return [uid for uid, message in self.account.mailboxes["inbox"].entries.items() if "\\Seen" in message.flags]

    @property
    def requests(self) -> list[Request]:
        """Every command so far, in the order they came; passwords and tokens are left out."""
        with self.account.lock:
            return list(self.account.requests)

    def commands(self, protocol: str) -> list[str]:
        """The commands of one protocol: "imap", "smtp" or "api"."""
        return [one.command for one in self.requests if one.protocol == protocol]
