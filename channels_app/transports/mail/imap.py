"""Fetching: one connection a look, folders read by UID above their mark, nothing marked while reading.

Facts: GMAIL, 3. UNSEEN is never the queue: somebody may read the mail on a phone. ``n:*`` always names the last mail.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from channels_app.models import Mailbox
from channels_app.transports.mail import servers
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached, MailError, Server

SIZE_LIMIT = 25 * 1024 * 1024
AROUND = dt.timedelta(days=2)
GMAIL = "X-GM-EXT-1"
SPECIAL = {"junk": rb"\Junk", "sent": rb"\Sent"}


@dataclass(frozen=True)
class Heading:
    """What the server says of a mail before it is fetched. ``gmail_id`` is Gmail's own number, 0 elsewhere."""

    uid: int
    received_at: dt.datetime
    size_bytes: int
    gmail_id: int

    @property
    def too_large(self) -> bool:
        return self.size_bytes > SIZE_LIMIT


class _Line(imaplib.IMAP4):
    """To an address that was judged; the certificate has to be that of the name."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return servers.secured(servers.line(self._server), self._server, self.host)


class _Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    def __init__(self, server: Server) -> None:
        self._server = server
        timeout_s = servers.timeout_s(server.deadline, servers.TIMEOUT_S)
        super().__init__(server.host, server.port, use_uid=True, ssl=server.tls == Mailbox.Tls.TLS, timeout=timeout_s)

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _Line(self._server)


@contextmanager
def connected(server: Server) -> Iterator[IMAPClient]:
    """Logged in. Raises AuthError, ConnectionFailed, LimitReached, also for what happens inside."""
    client: IMAPClient | None = None
    try:
        client = _Client(server)
        if server.tls == Mailbox.Tls.STARTTLS:
            client.starttls(servers.context())
        if server.token:
            client.oauth2_login(server.user, server.token)
        else:
            client.login(server.user, server.password)
        client.normalise_times = False
        yield client
    except MailError:
        raise
    except LoginError as error:
        raise told(error, auth=True) from error
    except (IMAPClientError, imaplib.IMAP4.error) as error:
        raise told(error) from error
    except ssl.SSLCertVerificationError as error:
        raise ConnectionFailed(f"the mail server's certificate is not valid: {error.verify_message}") from error
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise ConnectionFailed(f"the mail server does not answer: {type(error).__name__}") from error
    finally:
        if client is not None:
            with suppress(Exception):
                client.logout()


def told(error: Exception, *, auth: bool = False) -> MailError:
    """What a server's refusal means."""
    words = servers.words(error.args[0] if error.args else "").removeprefix("b'").removesuffix("'")
    upper = words.upper()
    if any(mark in upper for mark in ("OVERQUOTA", "[LIMIT]", "BANDWIDTH", "TOO MANY SIMULTANEOUS")):
        return LimitReached(words)
    if any(mark in upper for mark in ("UNAVAILABLE", "INUSE", "TRY AGAIN", "TEMPORARY")) or isinstance(error, imaplib.IMAP4.abort):
        return ConnectionFailed(words)
    if auth or any(mark in upper for mark in ("AUTHENTICATIONFAILED", "WEBALERT", "WEB LOGIN", "APPLICATION-SPECIFIC")):
        return AuthError(words)
    return ConnectionFailed(words)


def folder_named(client: IMAPClient, role: str) -> str | None:
    """A folder by what it is for, whatever the account's language calls it."""
    if role == "inbox":
        return "INBOX"
    return next((name for flags, _delimiter, name in client.list_folders() if SPECIAL[role] in flags), None)


def opened(client: IMAPClient, folder: str) -> tuple[int, int]:
    """(UIDVALIDITY, the UID the next mail will have); read only."""
    told = client.select_folder(folder, readonly=True)
    return int(told[b"UIDVALIDITY"]), int(told.get(b"UIDNEXT", 0) or 0)


def above(client: IMAPClient, last_uid: int) -> list[int]:
    """UIDs above a mark, ascending."""
    return sorted(uid for uid in client.search(["UID", f"{last_uid + 1}:*"]) if uid > last_uid)


def since(client: IMAPClient, day: dt.date) -> list[int]:
    """UIDs of what came on that day or later, ascending."""
    return sorted(client.search(["SINCE", day]))


def headings(client: IMAPClient, uids: Sequence[int]) -> list[Heading]:
    """In order; mails that went meanwhile are missing."""
    extra = [b"X-GM-MSGID"] if client.has_capability(GMAIL) else []
    answer = client.fetch(list(uids), [b"INTERNALDATE", b"RFC822.SIZE", *extra])
    found = []
    for uid in sorted(uid for uid in answer if uid in set(uids)):
        received = answer[uid].get(b"INTERNALDATE") or dt.datetime.now(tz=dt.UTC)
        aware = received if received.tzinfo is not None else received.replace(tzinfo=dt.UTC)
        found.append(
            Heading(uid, aware.astimezone(dt.UTC), int(answer[uid].get(b"RFC822.SIZE", 0)), int(answer[uid].get(b"X-GM-MSGID", 0) or 0))
        )
    return found


def fetch(client: IMAPClient, heading: Heading) -> bytes | None:
    """The mail without marking it, only its headers when it is too large; None when it went meanwhile."""
    part, key = (b"BODY.PEEK[HEADER]", b"BODY[HEADER]") if heading.too_large else (b"BODY.PEEK[]", b"BODY[]")
    body = client.fetch([heading.uid], [part]).get(heading.uid)
    return bytes(body[key] or b"") if body is not None and key in body else None


def mark_seen(client: IMAPClient, folder: str, uids: Sequence[int]) -> None:
    client.select_folder(folder)
    client.add_flags(list(uids), [rb"\Seen"])


def holds(client: IMAPClient, message_id: str) -> bool:
    """Is a mail with this Message-ID in the folder that is opened?"""
    return bool(client.search(["HEADER", "Message-ID", message_id]))
