"""IMAP4rev1 as imap.gmail.com speaks it: the extensions X-GM-EXT-1, XOAUTH2, and its ways of refusing.

A session sees what was there at SELECT; what comes or goes later shows after NOOP, CHECK, IDLE or a new SELECT only
(RFC 3501 lets a server tell earlier, but a client must not count on it).
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Callable

from . import sasl
from .account import MOST_CONNECTIONS, SPECIAL, Account, Mailbox, Message
from .faults import Fault, Faults
from .headers import crlf
from .imap_fetch import marks_seen, parse_items, render
from .imap_search import Candidate, compile_search
from .imap_words import Bad, No, Octets, numbers, quote, read_command
from .wire import Wire

BEFORE_LOGIN = "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN"
AFTER_LOGIN = "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 UIDPLUS SPECIAL-USE APPENDLIMIT=35651584"
FLAGS = "\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotPhishing $Phishing"
FAILED = "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"
WEB_LOGIN = "https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=AKgnsbs"
REFUSALS = {
    "imap_auth": FAILED,
    "imap_webalert": "[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)",
    "imap_app_password": "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)",
    "imap_too_many": "[ALERT] Too many simultaneous connections. (Failure)",
    "imap_overquota": "[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)",
    "imap_unavailable": "[UNAVAILABLE] Temporary System Error (Failure)",
}
IDLE_TICK_S = 0.05


class ImapSession:
    """One connection from the greeting to the end."""

    def __init__(self, wire: Wire, account: Account, faults: Faults) -> None:
        self.wire = wire
        self.account = account
        self.faults = faults
        self.authenticated = False
        self.selected: Mailbox | None = None
        self.read_only = False
        self.uidvalidity = 0
        self.view: dict[int, Message] = {}
        self.over = False
        self.commands: dict[str, Callable[[list], str]] = {
            "CAPABILITY": self.capability, "NOOP": self.noop, "CHECK": self.noop, "LOGOUT": self.logout, "ID": self.id, "LOGIN": self.login,
            "AUTHENTICATE": self.authenticate, "SELECT": self.select, "EXAMINE": self.examine, "LIST": self.folders, "LSUB": self.folders,
            "STATUS": self.status, "NAMESPACE": self.namespace, "APPEND": self.append, "CLOSE": self.unselect, "UNSELECT": self.unselect,
            "FETCH": self.fetch, "STORE": self.store, "SEARCH": self.search, "UID": self.uid, "IDLE": self.idle,
        }  # fmt: skip

    def run(self) -> None:
        if self.faults.take("imap", "CONNECT"):
            self.say("* BYE Temporary System Error")
            return
        self.say("* OK Gimap ready for requests from 127.0.0.1")
        try:
            while not self.over:
                self.turn()
        finally:
            self.leave()

    def leave(self) -> None:
        """Counted once, and before a logout is answered: whoever read the answer may log in."""
        if self.authenticated:
            self.authenticated = False
            with self.account.lock:
                self.account.connections -= 1

    def say(self, text: str) -> None:
        self.wire.write(text.encode("utf-8", "surrogateescape") + b"\r\n")

    def turn(self) -> None:
        """Read one command, carry it out, and answer with its tag."""
        tag = "*"
        try:
            tag, words = read_command(self.wire.readline, self.wire.read, lambda: self.say("+ go ahead"))
            if not words or not isinstance(words[0], str):
                raise Bad("Could not parse command")
            self.note(words)
            self.say(f"{tag} OK {self.obey(words[0].upper(), words[1:])}")
        except No as refusal:
            self.say(f"{tag} NO {refusal}")
        except Bad as error:
            where = error.args[0] if len(error.args) > 1 else tag
            self.say(f"{where} BAD {error.args[-1]}")

    def note(self, words: list) -> None:
        verb = words[0].upper()
        shown = words[:2] if verb in {"LOGIN", "AUTHENTICATE"} else words[:2] if verb == "APPEND" else words
        self.account.note("imap", " ".join(_plain(word) for word in shown))

    def obey(self, verb: str, words: list) -> str:
        if verb not in self.commands:
            raise Bad("Unknown command")
        if not self.authenticated and verb not in {"CAPABILITY", "NOOP", "LOGOUT", "ID", "LOGIN", "AUTHENTICATE"}:
            raise Bad("Command not valid in this state")
        if self.authenticated and verb in {"LOGIN", "AUTHENTICATE"}:
            raise Bad("Already authenticated")
        if self.selected is None and verb in {"FETCH", "STORE", "SEARCH", "UID", "CLOSE", "UNSELECT", "CHECK", "IDLE"}:
            raise Bad("No mailbox selected")
        if self.selected is not None and self.selected.uidvalidity != self.uidvalidity and verb not in {"SELECT", "EXAMINE", "LOGOUT"}:
            # The numbers this session knows are no longer true; a server can only send the client away.
            self.say("* BYE Mailbox was renumbered")
            self.wire.cut()
        if self.authenticated and verb not in {"LOGOUT", "CAPABILITY", "UID", "FETCH", "SELECT", "EXAMINE"}:
            self.strike(verb)
        return self.commands[verb](words)

    def strike(self, moment: str) -> Fault | None:
        """Play the fault ordered for this moment; returned are those that only spoil an answer."""
        fault = self.faults.take("imap", moment)
        if fault is None:
            return None
        if fault.kind == "imap_webalert":
            self.say(f"* NO [WEBALERT {WEB_LOGIN}] Web login required.")
        if fault.kind in REFUSALS:
            raise No(REFUSALS[fault.kind])
        if fault.kind == "imap_hang":
            self.faults.wait(fault)
            self.wire.cut()
        if fault.kind == "imap_cut":
            self.wire.cut()
        return fault

    # Before and around the login.

    def capability(self, words: list) -> str:
        self.say(f"* CAPABILITY {AFTER_LOGIN if self.authenticated else BEFORE_LOGIN}")
        return "Thats all she wrote!"

    def id(self, words: list) -> str:
        if len(words) != 1:
            raise Bad("Could not parse command")
        self.say('* ID ("name" "GImap" "vendor" "Google, Inc." "support-url" "https://support.google.com/mail/" "remote-host" "127.0.0.1")')
        return "Success"

    def logout(self, words: list) -> str:
        self.over = True
        self.leave()
        self.say("* BYE LOGOUT Requested")
        return "73 good day (Success)"

    def login(self, words: list) -> str:
        if len(words) != 2 or not all(isinstance(word, str) for word in words):
            raise Bad("Could not parse command")
        return self.enter(sasl.is_known(self.account, words[0], words[1]))

    def authenticate(self, words: list) -> str:
        mechanism = words[0].upper() if words and isinstance(words[0], str) else ""
        if mechanism not in {"XOAUTH2", "PLAIN"}:
            raise Bad("Unsupported SASL mechanism")
        answer = words[1].encode() if len(words) > 1 else self.ask(b"")
        decoded = b"" if answer == b"=" else sasl.decode(answer)
        if decoded is None:
            raise Bad("Invalid SASL argument")
        if mechanism == "PLAIN":
            return self.enter(sasl.takes_plain(self.account, decoded))
        is_right = sasl.takes_xoauth2(self.account, decoded)
        if not is_right:
            # Google waits for an empty line before it says no; a client that does not send one waits for ever.
            self.ask(sasl.CHALLENGE)
        return self.enter(is_right)

    def ask(self, challenge: bytes) -> bytes:
        self.wire.write(b"+ " + challenge + b"\r\n")
        answer = self.wire.readline()
        if answer == b"*":
            raise Bad("Authentication cancelled")
        return answer

    def enter(self, is_right: bool) -> str:
        self.strike("AUTH")
        if not is_right:
            raise No(FAILED)
        with self.account.lock:
            if self.account.connections >= MOST_CONNECTIONS:
                raise No(REFUSALS["imap_too_many"])
            self.account.connections += 1
        self.authenticated = True
        self.say(f"* CAPABILITY {AFTER_LOGIN}")
        return f"{self.account.address} authenticated (Success)"

    # Mailboxes.

    def folders(self, words: list) -> str:
        if len(words) != 2:
            raise Bad("Could not parse command")
        pattern = "".join(".*" if sign == "*" else "[^/]*" if sign == "%" else re.escape(sign) for sign in words[0] + words[1])
        shown = [("INBOX", "\\HasNoChildren"), ("[Gmail]", "\\HasChildren \\Noselect")]
        shown += [(box.name, f"{SPECIAL[role]} \\HasNoChildren") for role, box in self.account.mailboxes.items() if role in SPECIAL]
        for name, attributes in shown:
            if re.fullmatch(pattern, name):
                self.say(f'* LIST ({attributes}) "/" {quote(name)}')
        return "Success"

    def namespace(self, words: list) -> str:
        self.say('* NAMESPACE (("" "/")) NIL NIL')
        return "Success"

    def status(self, words: list) -> str:
        if len(words) != 2 or not isinstance(words[1], list):
            raise Bad("Could not parse command")
        box = self.find(words[0])
        with self.account.lock:
            unseen = sum("\\Seen" not in message.flags for message in box.entries.values())
            counts = {
                "MESSAGES": len(box.entries), "UIDNEXT": box.uidnext, "UIDVALIDITY": box.uidvalidity, "UNSEEN": unseen, "RECENT": 0,
            }  # fmt: skip
        if unknown := [word for word in words[1] if word.upper() not in counts]:
            raise Bad(f"Could not parse command: {unknown}")
        self.say(f"* STATUS {quote(box.name)} ({' '.join(f'{word.upper()} {counts[word.upper()]}' for word in words[1])})")
        return "Success"

    def find(self, name: object) -> Mailbox:
        box = self.account.mailbox(name) if isinstance(name, str) else None
        if box is None:
            raise No(f"[NONEXISTENT] Unknown Mailbox: {name} (Failure)")
        return box

    def select(self, words: list) -> str:
        return self.open(words, read_only=False)

    def examine(self, words: list) -> str:
        return self.open(words, read_only=True)

    def open(self, words: list, *, read_only: bool) -> str:
        self.selected, self.view = None, {}
        if len(words) != 1:
            raise Bad("Could not parse command")
        box = self.find(words[0])
        fault = self.strike("SELECT")
        with self.account.changed:
            if fault is not None and fault.kind == "imap_uidvalidity":
                box.renumber()
                self.account.changed.notify_all()
            self.selected, self.read_only, self.uidvalidity, self.view = box, read_only, box.uidvalidity, dict(box.entries)
            uidnext = box.uidnext
        self.say(f"* FLAGS ({FLAGS})")
        self.say(f"* OK [PERMANENTFLAGS ({'' if read_only else FLAGS + ' ' + chr(92) + '*'})] Flags permitted.")
        self.say(f"* OK [UIDVALIDITY {self.uidvalidity}] UIDs valid.")
        self.say(f"* {len(self.view)} EXISTS")
        self.say("* 0 RECENT")
        self.say(f"* OK [UIDNEXT {uidnext}] Predicted next UID.")
        return f"[{'READ-ONLY' if read_only else 'READ-WRITE'}] {box.name} selected. (Success)"

    def unselect(self, words: list) -> str:
        self.selected, self.view = None, {}
        return "Returned to authenticated state. (Success)"

    def append(self, words: list) -> str:
        if len(words) < 2 or not isinstance(words[-1], Octets):
            raise Bad("Could not parse command")
        box = self.account.mailbox(words[0])
        if box is None:
            raise No(f"[TRYCREATE] Unknown Mailbox: {words[0]} (Failure)")
        flags = next((word for word in words[1:-1] if isinstance(word, list)), [])
        date = next((word for word in words[1:-1] if isinstance(word, str)), "")
        message = self.account.file(crlf(words[-1].raw), box.role, flags=flags, received_at=_when(date))
        return f"[APPENDUID {box.uidvalidity} {box.uid_of(message)}] (Success)"

    # What is selected.

    def noop(self, words: list) -> str:
        self.catch_up()
        return "Success"

    def catch_up(self) -> None:
        """Tell what came and went since the session last looked."""
        if self.selected is None:
            return
        with self.account.lock:
            now = dict(self.selected.entries)
        before = list(self.view)
        for uid in reversed(before):
            if uid not in now:
                self.say(f"* {before.index(uid) + 1} EXPUNGE")
        if set(now) - set(before):
            self.say(f"* {len(now)} EXISTS")
        self.view = now

    def idle(self, words: list) -> str:
        self.say("+ idling")
        while not self.wire.has_input(IDLE_TICK_S):
            self.catch_up()
        if self.wire.readline().upper() != b"DONE":
            raise Bad("Expected DONE")
        return "IDLE terminated (Success)"

    def uid(self, words: list) -> str:
        kinds = {"FETCH": self.fetch, "STORE": self.store, "SEARCH": self.search}
        name = words[0].upper() if words and isinstance(words[0], str) else ""
        if name not in kinds:
            raise Bad("Unknown command")
        if name != "FETCH":
            self.strike(name)
        return kinds[name](words[1:], by_uid=True)

    def candidates(self, text: object = None, *, by_uid: bool = False) -> list[Candidate]:
        found = [Candidate(seq, uid, message) for seq, (uid, message) in enumerate(self.view.items(), 1)]
        if text is None or not found:
            return found
        if not isinstance(text, str):
            raise Bad("Could not parse command")
        within = numbers(text, found[-1].uid if by_uid else found[-1].seq)
        return [one for one in found if within(one.uid if by_uid else one.seq)]

    def search(self, words: list, *, by_uid: bool = False) -> str:
        found = self.candidates()
        test = compile_search(words, len(found), found[-1].uid if found else 0)
        with self.account.lock:
            hits = [one.uid if by_uid else one.seq for one in found if test(one)]
        self.say("* SEARCH" + "".join(f" {hit}" for hit in hits))
        return "SEARCH completed (Success)"

    def fetch(self, words: list, *, by_uid: bool = False) -> str:
        if len(words) < 2:
            raise Bad("Could not parse command")
        items = parse_items(words[1:], by_uid=by_uid)
        found = self.candidates(words[0], by_uid=by_uid)
        fault = self.strike("FETCH")
        with self.account.lock:
            there = [one for one in found if one.uid in self.selected.entries]
        for index, one in enumerate(there):
            if fault is not None and fault.kind == "imap_bye_mid_fetch" and index == len(there) // 2:
                self.say("* BYE Session expired, please login again.")
                self.wire.cut()
            self.fetch_one(one, items, fault if index == 0 else None)
        if len(there) < len(found):
            raise No("Some messages could not be FETCHed (Failure)")
        return "Success"

    def fetch_one(self, one: Candidate, items: list, fault: Fault | None) -> None:
        lie_by = int(fault.details.get("by", 10)) if fault is not None and fault.kind == "imap_literal_lies" else 0
        with self.account.lock:
            if marks_seen(items) and not self.read_only and "\\Seen" not in one.message.flags:
                one.message.flags.add("\\Seen")
                items = [*items, "FLAGS"] if "FLAGS" not in items else items
            data = render(self.account, self.selected.role, one.seq, one.uid, one.message, items, lie_by=lie_by)
        if fault is not None and fault.kind == "imap_cut_mid_literal":
            self.wire.write(data[: len(data) // 2])
            self.wire.cut()
        self.wire.write(data)

    def store(self, words: list, *, by_uid: bool = False) -> str:
        if len(words) < 3:
            raise Bad("Could not parse command")
        match = re.fullmatch(r"([+-]?)(FLAGS|X-GM-LABELS)(\.SILENT)?", str(words[1]).upper())
        if match is None:
            raise Bad("Could not parse command")
        if self.read_only:
            raise No("[READ-ONLY] The mailbox was opened by EXAMINE (Failure)")
        values = {str(word) for word in (words[2] if isinstance(words[2], list) else words[2:])}
        for one in self.candidates(words[0], by_uid=by_uid):
            with self.account.lock:
                kept = one.message.flags if match[2] == "FLAGS" else one.message.labels
                changed = kept | values if match[1] == "+" else kept - values if match[1] == "-" else values
                kept.clear()
                kept.update(changed)
                asked = [match[2], "UID"] if by_uid else [match[2]]
                data = render(self.account, self.selected.role, one.seq, one.uid, one.message, asked)
            if not match[3]:
                self.wire.write(data)
        return "Success"


def _plain(word: object) -> str:
    return f"({' '.join(_plain(one) for one in word)})" if isinstance(word, list) else str(word)


def _when(text: str) -> dt.datetime | None:
    """The date of an APPEND, dd-Mon-yyyy hh:mm:ss +zzzz."""
    try:
        return email.utils.parsedate_to_datetime(text.replace("-", " ", 2).strip()) if text else None
    except ValueError as error:
        raise Bad("Could not parse command") from error
