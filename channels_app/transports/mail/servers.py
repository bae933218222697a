"""Where a mailbox's servers are, how they let us in, and what may be reached at all."""

from __future__ import annotations

import math
import socket
import ssl
from dataclasses import dataclass, field, replace

from channels_app.models import Mailbox
from hotelagent.ops import outgoing
from hotelagent.ops.outgoing import timeout_s as timeout_s

TIMEOUT_S = 30.0


class MailError(Exception):
    """Base; the message is for staff."""


class AuthError(MailError):
    """We are not let in: asking again would only lock the account."""


class ConnectionFailed(MailError):
    """The server is not there, hangs up, or says what nobody understands."""


class LimitReached(MailError):
    """The server wants to be left alone for a while: ``wait_s`` seconds when it is known for how long."""

    def __init__(self, words: str, wait_s: float | None = None) -> None:
        super().__init__(words)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Server:
    """One server and our way in, free of the database. ``token`` (OAuth) goes before ``password``."""

    host: str
    port: int
    tls: str
    trusted: bool
    user: str
    password: str = field(repr=False, default="")
    token: str = field(repr=False, default="")
    # Somebody waits until then, by the monotonic clock.
    deadline: float = math.inf


def imap_of(box: Mailbox) -> Server:
    return Server(
        box.imap_host, box.imap_port, box.imap_tls, box.servers_trusted, box.user, box.password, box.access_token, box.deadline
    )  # fmt: skip


def smtp_of(box: Mailbox) -> Server:
    own = replace(imap_of(box), host=box.smtp_host, port=box.smtp_port, tls=box.smtp_tls)
    return replace(own, user=box.smtp_username, password=box.smtp_password, token="") if box.smtp_username else own


def line(server: Server) -> socket.socket:
    """Connected to one of the addresses that were judged. Raises ConnectionFailed and OSError."""
    return outgoing.line(addresses(server), server.port, deadline=server.deadline, most_s=TIMEOUT_S)


def secured(plain: socket.socket, server: Server, host: str) -> socket.socket:
    """With TLS from the first byte where the server speaks that."""
    if server.tls != Mailbox.Tls.TLS:
        return plain
    try:
        return context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def addresses(server: Server) -> list[str]:
    """Where it is. Without TLS, or inside the house, only where the operator gave the server: else raises ConnectionFailed, as for
    a name nobody knows."""
    if server.tls == Mailbox.Tls.NONE and not server.trusted:
        raise ConnectionFailed("a server without TLS has to be given by the operator (provisioning file or environment)")
    try:
        return outgoing.addresses(server.host, server.port, trusted=server.trusted)
    except outgoing.Inside as error:
        raise ConnectionFailed("a server inside the house has to be given by the operator (provisioning file or environment)") from error
    except OSError as error:
        raise ConnectionFailed(f"there is no host {server.host}") from error


def words(said: object) -> str:
    """What a server said, on one line of at most 400 characters."""
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).split())[:400]


def context() -> ssl.SSLContext:
    """Certificates are checked, always."""
    return ssl.create_default_context()
