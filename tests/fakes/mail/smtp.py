"""Submission by SMTP as smtp.gmail.com does it; what is accepted lies in Sent before the 250 is written."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable

from . import sasl
from .account import Account, Message
from .faults import Fault, Faults
from .submission import HELP, MOST_OCTETS, MOST_RECIPIENTS, Rejected, bounce, file_sent, limit_reached, submit, too_large
from .wire import Wire

PATH = re.compile(r"(FROM|TO):\s*<([^<>\s]*)>(?:\s+(.*))?", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>.]+(?:\.[^\s@<>.]+)*")
REFUSALS: dict[str, Callable[[], Rejected]] = {
    "smtp_auth": lambda: Rejected(535, "5.7.8", "Username and Password not accepted. For more information, go to", HELP + "BadCredentials"),
    "smtp_app_password": lambda: Rejected(534, "5.7.9", "Application-specific password required. For more information, go to", HELP + "InvalidSecondFactor"),
    "smtp_454": lambda: Rejected(454, "4.7.0", "Too many login attempts, please try again later."),
    "smtp_421": lambda: Rejected(421, "4.7.0", "Try again later, closing connection."),
    "smtp_450": lambda: Rejected(450, "4.2.1", "The user you are trying to contact is receiving mail too quickly."),
    "smtp_451": lambda: Rejected(451, "4.3.0", "Mail server temporarily rejected message."),
    "smtp_550_address": lambda: Rejected(550, "5.1.1", "The email account that you tried to reach does not exist."),
    "smtp_550_limit": limit_reached,
    "smtp_550_policy": lambda: Rejected(550, "5.7.1", "Our system has detected that this message is likely", "unsolicited mail."),
    "smtp_552": too_large,
}  # fmt: skip
SECRET = re.compile(r"^(AUTH\s+\S+)\s+.*", re.IGNORECASE)


class SmtpSession:
    """One connection from the greeting to the end."""

    def __init__(self, wire: Wire, account: Account, faults: Faults) -> None:
        self.wire = wire
        self.account = account
        self.faults = faults
        self.greeted = False
        self.authenticated = False
        self.sender: str | None = None
        self.recipients: list[str] = []

    def run(self) -> None:
        if self.faults.take("smtp", "CONNECT"):
            self.reply(421, "4.3.0", "Temporary System Problem. Try again later.")
            return
        self.wire.write(f"220 smtp.gmail.com ESMTP {secrets.token_hex(6)} - gsmtp\r\n".encode())
        while True:
            line = self.wire.readline().decode("utf-8", "replace")
            self.account.note("smtp", SECRET.sub(r"\1 ****", line))
            verb, _, rest = line.partition(" ")
            verb = verb.upper()
            try:
                if verb == "QUIT":
                    self.reply(221, "2.0.0", "closing connection")
                    return
                self.obey(verb, rest.strip())
            except Rejected as refusal:
                self.reply(refusal.code, refusal.enhanced, *refusal.lines)
                if refusal.code == 421:
                    return

    def reply(self, code: int, enhanced: str, *lines: str) -> None:
        for index, text in enumerate(lines):
            dash = " " if index == len(lines) - 1 else "-"
            tail = f" {secrets.token_hex(6)} - gsmtp" if dash == " " else ""
            self.wire.write(f"{code}{dash}{enhanced} {text}{tail}\r\n".encode())

    def obey(self, verb: str, rest: str) -> None:
        commands = {
            "EHLO": self.ehlo, "HELO": self.helo, "AUTH": self.auth, "MAIL": self.mail, "RCPT": self.rcpt, "DATA": self.data,
            "RSET": self.rset, "NOOP": self.noop,
        }  # fmt: skip
        if verb not in commands:
            raise Rejected(502, "5.5.1", "Unrecognized command.")
        if verb in {"AUTH", "MAIL", "RCPT", "DATA"}:
            if not self.greeted:
                raise Rejected(503, "5.5.1", "EHLO/HELO first.")
            if verb != "AUTH" and not self.authenticated:
                raise Rejected(530, "5.7.0", "Authentication Required. For more information, go to", HELP + "WantAuthError")
        commands[verb](rest)

    def strike(self, moment: str) -> Fault | None:
        """Play the fault ordered for this moment; returned are those that only change how a message is taken."""
        fault = self.faults.take("smtp", moment)
        if fault is None:
            return None
        if fault.kind in REFUSALS:
            raise REFUSALS[fault.kind]()
        if fault.kind == "smtp_hang" and not fault.details.get("commits"):
            self.faults.wait(fault)
            self.wire.cut()
        if fault.kind in {"smtp_cut_before_data", "smtp_cut_lost"}:
            self.wire.cut()
        return fault

    def ehlo(self, rest: str) -> None:
        self.strike("EHLO")
        self.greeted = True
        self.forget()
        lines = [
            "smtp.gmail.com at your service, [127.0.0.1]",
            f"SIZE {MOST_OCTETS}",
            "8BITMIME",
            "AUTH LOGIN PLAIN XOAUTH2",
            "ENHANCEDSTATUSCODES",
            "PIPELINING",
            "SMTPUTF8",
        ]
        marks = ["-"] * (len(lines) - 1) + [" "]
        self.wire.write("".join(f"250{mark}{text}\r\n" for mark, text in zip(marks, lines, strict=True)).encode())

    def helo(self, rest: str) -> None:
        self.greeted = True
        self.forget()
        self.wire.write(b"250 smtp.gmail.com at your service\r\n")

    def auth(self, rest: str) -> None:
        if self.authenticated:
            raise Rejected(503, "5.5.1", "Already authenticated.")
        mechanism, _, initial = rest.partition(" ")
        ways = {"PLAIN": self.auth_plain, "LOGIN": self.auth_login, "XOAUTH2": self.auth_xoauth2}
        if mechanism.upper() not in ways:
            raise Rejected(504, "5.7.4", "Unrecognized Authentication Type")
        is_right = ways[mechanism.upper()](initial.strip())
        self.strike("AUTH")
        if not is_right:
            raise REFUSALS["smtp_auth"]()
        self.authenticated = True
        self.reply(235, "2.7.0", "Accepted")

    def ask(self, prompt: bytes) -> bytes:
        self.wire.write(b"334 " + prompt + b"\r\n")
        return self.wire.readline()

    def auth_plain(self, initial: str) -> bool:
        answer = sasl.decode(initial.encode() if initial else self.ask(b""))
        return answer is not None and sasl.takes_plain(self.account, answer)

    def auth_login(self, initial: str) -> bool:
        user = sasl.decode(initial.encode() if initial else self.ask(b"VXNlcm5hbWU6"))
        password = sasl.decode(self.ask(b"UGFzc3dvcmQ6"))
        return (
            user is not None
            and password is not None
            and sasl.is_known(self.account, user.decode(errors="replace"), password.decode(errors="replace"))
        )

    def auth_xoauth2(self, initial: str) -> bool:
        answer = sasl.decode(initial.encode() if initial else self.ask(b""))
        if answer is not None and sasl.takes_xoauth2(self.account, answer):
            return True
        # Google waits for an empty line before it says no; a client that does not send one waits for ever.
        self.ask(sasl.CHALLENGE)
        return False

    def mail(self, rest: str) -> None:
        match = PATH.fullmatch(rest)
        if match is None or match[1].upper() != "FROM":
            raise Rejected(555, "5.5.2", "Syntax error, goodbye.")
        if self.sender is not None:
            raise Rejected(503, "5.5.1", "Nested MAIL command.")
        size = re.search(r"\bSIZE=(\d+)", match[3] or "", re.IGNORECASE)
        if size and int(size[1]) > MOST_OCTETS:
            raise too_large()
        self.strike("MAIL")
        self.sender = match[2]
        self.reply(250, "2.1.0", "OK")

    def rcpt(self, rest: str) -> None:
        match = PATH.fullmatch(rest)
        if self.sender is None:
            raise Rejected(503, "5.5.1", "MAIL first.")
        if match is None or match[1].upper() != "TO":
            raise Rejected(555, "5.5.2", "Syntax error, goodbye.")
        if not ADDRESS.fullmatch(match[2]):
            raise Rejected(553, "5.1.3", f"The recipient address <{match[2]}> is not a valid", "RFC 5321 address.")
        if len(self.recipients) >= MOST_RECIPIENTS:
            raise Rejected(452, "4.5.3", "Your message has too many recipients.")
        self.strike("RCPT")
        self.recipients.append(match[2])
        self.reply(250, "2.1.5", "OK")

    def data(self, rest: str) -> None:
        if self.sender is None or not self.recipients:
            raise Rejected(503, "5.5.1", "RCPT first." if self.sender is not None else "MAIL first.")
        self.strike("DATA")
        self.wire.write(b"354  Go ahead - gsmtp\r\n")
        raw = self.read_data()
        recipients = self.recipients
        self.forget()
        try:
            fault = self.strike("END")
            kind = fault.kind if fault is not None else ""
            copy, message = submit(self.account, recipients, raw, late=kind == "smtp_sent_late")
        except Rejected:
            with self.account.lock:
                self.account.refused.append(raw)
            raise
        if fault is not None:
            self.after(fault, recipients, copy, message)
            if fault.kind == "smtp_amazon":
                self.reply(250, "Ok", "010001995f2c7e3a-1b2c-4d5e-8f90-a1b2c3d4e5f6-000000")
                return
        self.reply(250, "2.0.0", "OK")

    def after(self, fault: Fault, recipients: list[str], copy: bytes, message: Message | None) -> None:
        """What goes wrong only once the mail has left."""
        if fault.kind == "smtp_cut_after_data":
            self.wire.cut()
        if fault.kind == "smtp_hang":
            self.faults.wait(fault)
            self.wire.cut()
        if fault.kind == "smtp_sent_late":
            threading.Thread(target=lambda: (self.faults.wait(fault), file_sent(self.account, recipients, copy)), daemon=True).start()
        if fault.kind == "smtp_bounce" and message is not None:
            self.account.file(bounce(self.account, recipients[0], message), "inbox")

    def read_data(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.wire.readline_raw()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def rset(self, rest: str) -> None:
        self.forget()
        self.reply(250, "2.1.5", "Flushed")

    def noop(self, rest: str) -> None:
        self.reply(250, "2.0.0", "OK")

    def forget(self) -> None:
        self.sender, self.recipients = None, []
