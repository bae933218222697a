"""Sending one mail. Until the server is given the last dot nothing has left; after it, only its answer tells."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as WIRE

from channels_app.envelope import Failed, Outcome, Retry, Sent, Unknown
from channels_app.models import Mailbox
from channels_app.transports.mail import servers
from channels_app.transports.mail.servers import ConnectionFailed, Server

HOUR_S = 3600.0
# Servers are away for minutes, and grey lists want a quarter of an hour; nothing has left, so nothing is doubled.
AWAY_S = 90.0
# Ids of mails that are answered are longer than a line, and an id that is folded inside is none.
UNFOLDED = WIRE.clone(max_line_length=900)
# Amazon SES says under which id it goes on.
_NAMED = re.compile(r"Ok ([0-9a-zA-Z-]{16,100})", re.I)


class _Line(smtplib.SMTP):
    """To an address that was judged; the certificate has to be that of the name."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.host, server.port, timeout=servers.TIMEOUT_S)

    def _get_socket(self, host: str, _port: int, _timeout: float) -> socket.socket:
        return servers.secured(servers.line(self._server), self._server, host)


def opened(server: Server) -> smtplib.SMTP:
    """A line that let us in. Raises ConnectionFailed, smtplib's errors and OSError."""
    if not server.token and not server.password:
        raise ConnectionFailed("there is no way in just now")
    line = _Line(server)
    try:
        line.ehlo_or_helo_if_needed()
        if server.tls == Mailbox.Tls.STARTTLS:
            line.starttls(context=servers.context())
            line.ehlo()
        _log_in(line, server)
    except BaseException:
        line.close()
        raise
    return line


def _log_in(line: smtplib.SMTP, server: Server) -> None:
    """One try: smtplib's own ``login`` would knock once for every way the server offers."""

    def with_token(challenge: bytes | None = None) -> str:
        # A second question is the error in JSON: it wants an empty line before it says no (facts: GMAIL, 2).
        return f"user={server.user}\x01auth=Bearer {server.token}\x01\x01" if challenge is None else ""

    ways = {"XOAUTH2": with_token} if server.token else {"PLAIN": line.auth_plain, "LOGIN": line.auth_login}
    offered = line.esmtp_features.get("auth", "").upper().split()
    way = next((name for name in ways if name in offered), next(iter(ways)))
    line.user, line.password = server.user, server.password  # type: ignore[attr-defined]
    code, words = line.auth(way, ways[way])
    if code not in {235, 503}:
        raise smtplib.SMTPAuthenticationError(code, words)


def send(server: Server, message: EmailMessage, sender: str, recipient: str, *, is_renamed: bool = False) -> Outcome:
    """Never raises for what the server or the line does. ``Sent`` carries the mail's own Message-ID; the server's id when it
    ``is_renamed`` there and the server says how."""
    try:
        line = opened(server)
    except ConnectionFailed as error:
        return _later(str(error))
    except smtplib.SMTPAuthenticationError as error:
        told = f"the mail server does not let us in: {servers.words(error.smtp_error)}"
        if 400 <= error.smtp_code < 500:
            return _later(told, whole_number=True)
        # A token may have died a moment ago: whoever fetches makes a new one.
        return _later(told) if server.token else Failed(told, channel_dead=True)
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (OSError, ssl.SSLError, smtplib.SMTPException, ValueError) as error:
        return _later(f"not connected: {type(error).__name__}")
    try:
        outcome = _hand_over(line, message, sender, recipient)
    finally:
        with suppress(Exception):
            line.quit()
    if not isinstance(outcome, Sent):
        return outcome
    named = _NAMED.search(outcome.provider_id) if is_renamed else None
    return Sent(named[1] if named else str(message["Message-ID"]).strip("<>"))


def _hand_over(line: smtplib.SMTP, message: EmailMessage, sender: str, recipient: str) -> Outcome:
    """``Sent`` carries the server's words."""
    raw = message.as_bytes(policy=UNFOLDED)
    try:
        for code, answer in (line.mail(sender), line.rcpt(recipient)):
            if code not in {250, 251}:
                return _refused(code, answer)
        code, answer = line.docmd("DATA")
        if code != 354:
            return _refused(code, answer)
    except ValueError as error:  # an address the server's way of writing has no letters for
        return Failed(f"this address cannot be written to: {type(error).__name__}")
    except (OSError, smtplib.SMTPException) as error:
        return _later(f"the line was cut before the mail: {type(error).__name__}")
    try:
        line.send(smtplib._quote_periods(raw) + (b"" if raw.endswith(b"\r\n") else b"\r\n") + b".\r\n")  # type: ignore[attr-defined]
        code, answer = line.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Unknown(f"the line was cut after the mail: {type(error).__name__}")
    if code == 250:
        return Sent(servers.words(answer))
    if code == -1:
        return Unknown("the server's last answer cannot be read")
    return _refused(code, answer)


def _later(reason: str, *, whole_number: bool = False) -> Retry:
    return Retry(reason, whole_number=whole_number, tries=0, after_s=AWAY_S)


def _refused(code: int, said: bytes | str) -> Outcome:
    """What a code means (facts: GMAIL, 5). It stays in the words: ``error_code`` is for the codes of Meta."""
    told = f"{code} {servers.words(said)}"
    if code in {530, 534, 535}:
        return Failed(told, channel_dead=True)
    if code == 550 and "5.4.5" in told:  # the day's mails are spent: everything waits
        return Retry(told, after_s=HOUR_S, whole_number=True, tries=0)
    if 400 <= code < 500:
        return _later(told, whole_number=code in {421, 454})
    return Failed(told)
