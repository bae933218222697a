"""Scripted faults: what a test may order, where each strikes by default, and the counting."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

ANY = "*"
LONGEST_HANG_S = 120.0
# kind -> the moment it strikes unless `at` says otherwise. The word before the first underscore is the protocol.
# IMAP moments are command names (UID FETCH is FETCH), CONNECT and AUTH (both ways of logging in); "*" is every command
# after the login. SMTP: CONNECT, EHLO, AUTH, MAIL, RCPT, DATA (before the 354) and END (after the final dot).
# API: token, send, get, list, history, modify, watch, profile, or "*".
MOMENTS = {
    "imap_busy": "CONNECT",  # * BYE instead of a greeting
    "imap_auth": "AUTH",  # NO [AUTHENTICATIONFAILED]
    "imap_webalert": "AUTH",  # NO [WEBALERT ...]: a person has to log in by browser first
    "imap_app_password": "AUTH",  # NO [ALERT] Application-specific password required
    "imap_too_many": "AUTH",  # NO [ALERT] Too many simultaneous connections
    "imap_overquota": ANY,  # NO [OVERQUOTA] Account exceeded command or bandwidth limits
    "imap_unavailable": ANY,  # NO [UNAVAILABLE]
    "imap_hang": ANY,  # no answer for `seconds`, or until release()
    "imap_cut": ANY,  # the connection ends without a word
    "imap_bye_mid_fetch": "FETCH",  # half of the messages, then * BYE
    "imap_cut_mid_literal": "FETCH",  # the first literal breaks off
    "imap_literal_lies": "FETCH",  # the first literal announces `by` octets more than come (default 10)
    "imap_uidvalidity": "SELECT",  # the mailbox is renumbered before it is opened
    "smtp_busy": "CONNECT",  # 421 instead of a greeting
    "smtp_auth": "AUTH",  # 535 5.7.8
    "smtp_app_password": "AUTH",  # 534 5.7.9
    "smtp_454": "AUTH",  # 454 4.7.0 Too many login attempts
    "smtp_421": "MAIL",  # 421 4.7.0 and the connection is closed
    "smtp_450": "RCPT",
    "smtp_451": "END",
    "smtp_550_address": "RCPT",  # 550 5.1.1
    "smtp_550_limit": "END",  # 550 5.4.5 Daily user sending limit exceeded
    "smtp_550_policy": "END",  # 550 5.7.1
    "smtp_552": "END",  # 552 5.2.3 too large
    "smtp_cut_before_data": "DATA",  # closed instead of the 354
    "smtp_cut_lost": "END",  # closed after the final dot; nothing has left
    "smtp_cut_after_data": "END",  # closed after the final dot; the mail HAS left and lies in Sent
    "smtp_hang": "END",  # no answer; with commits=True the mail has left
    "smtp_sent_late": "END",  # taken, but Sent does not show it for `seconds` (default: until release())
    "smtp_bounce": "END",  # taken, and a delivery failure comes back into INBOX
    "smtp_amazon": "END",  # taken as Amazon SES does: under an id of its own
    "api_401": ANY,
    "api_403_rate": ANY,
    "api_403_policy": ANY,
    "api_429": ANY,
    "api_500": ANY,
    "api_hang": ANY,
    "api_cut_after_send": "send",  # sent, and the connection is closed without an answer
    "api_history_gone": "history",  # 404
    "api_invalid_grant": "token",
    "api_invalid_client": "token",
    "api_token_500": "token",
}
DETAILS = {"by", "seconds", "commits"}


@dataclass
class Fault:
    """One script: `skip` fitting moments pass, then `times` of them are hit."""

    kind: str
    at: str
    times: int = 1
    skip: int = 0
    details: dict[str, Any] = field(default_factory=dict)

    def is_for(self, protocol: str, moment: str) -> bool:
        return self.kind.startswith(protocol + "_") and (
            self.at == moment or (self.at == ANY and moment not in {"CONNECT", "AUTH", "token"})
        )


class Faults:
    """The scripts of a test, first in first out; each moment uses at most one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: list[Fault] = []
        self._released = threading.Event()

    def add(self, kind: str, *, times: int = 1, skip: int = 0, at: str | None = None, **details: Any) -> None:
        """ValueError names an unknown kind or detail; `times` and `skip` count the moments this kind strikes at."""
        if kind not in MOMENTS:
            raise ValueError(f"no such fault: {kind}; these exist: {sorted(MOMENTS)}")
        if unknown := set(details) - DETAILS:
            raise ValueError(f"unknown details {sorted(unknown)}; a fault takes {sorted(DETAILS)}")
        if times < 1 or skip < 0:
            raise ValueError("times is at least 1, skip at least 0")
        with self._lock:
            self._released.clear()
            self._scripts.append(Fault(kind, at or MOMENTS[kind], times, skip, details))

    def take(self, protocol: str, moment: str) -> Fault | None:
        """The fault that strikes now, if any; it is used up by being taken."""
        with self._lock:
            for fault in self._scripts:
                if not fault.is_for(protocol, moment):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._scripts.remove(fault)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        """What is ordered and has not struck yet."""
        with self._lock:
            return [{"kind": f.kind, "at": f.at, "times": f.times, "skip": f.skip, **f.details} for f in self._scripts]

    def clear(self) -> None:
        with self._lock:
            self._scripts.clear()

    def wait(self, fault: Fault) -> None:
        """Hang for the fault's `seconds`, or until release()."""
        self._released.wait(fault.details.get("seconds", LONGEST_HANG_S))

    def release(self) -> None:
        """Let everything that hangs go on."""
        self._released.set()
