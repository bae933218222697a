"""Where a mailbox's servers are, how they let us in, and what may be reached at all."""

from __future__ import annotations

import ipaddress
import math
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

from channels_app.models import Mailbox

TIMEOUT_S = 30.0
# Addresses of the next version that mean one of the last, which may be inside the house, and site-local ones.
DISGUISES = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "2002::/16", "::/96", "fec0::/10", "2001::/32")]


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


def timeout_s(deadline: float, most_s: float) -> float:
    """How long one step may take, of ``most_s`` and what is left until a deadline (seconds; never none at all)."""
    return max(0.1, min(most_s, deadline - time.monotonic()))


def line(server: Server) -> socket.socket:
    """Connected to one of the addresses that were judged: the name is asked once, so nobody can give another answer in between.
    Raises ConnectionFailed and OSError."""
    error: OSError = OSError("no address")
    for address in addresses(server):
        try:
            made = socket.create_connection((address, server.port), timeout_s(server.deadline, TIMEOUT_S))
        except OSError as failure:
            error = failure
        else:
            if math.isfinite(server.deadline):
                _cut_at(server.deadline, made.dup())
            return made
    raise error


def _cut_at(deadline: float, line: socket.socket) -> None:
    """A server may hang in any of many steps, or trickle: then the line ends for whoever reads it. On a handle of its own, because
    TLS takes the first one over."""

    def cut() -> None:
        with line, suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(timeout_s(deadline, math.inf), cut)
    timer.daemon = True
    timer.start()


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
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectionFailed(f"there is no host {server.host}") from error
    known = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not server.trusted and not all(_is_outside(address.partition("%")[0]) for address in known):
        raise ConnectionFailed("a server inside the house has to be given by the operator (provisioning file or environment)")
    return known


def _is_outside(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return ip.is_global and not any(ip.version == net.version and ip in net for net in DISGUISES)


def words(said: object) -> str:
    """What a server said, on one line of at most 400 characters."""
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).split())[:400]


def context() -> ssl.SSLContext:
    """Certificates are checked, always."""
    return ssl.create_default_context()
