"""The mailbox both sides speak about: messages, the folders that show them, who may log in, and what happened when."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message as Parsed

from .headers import field_of, parse_headers

# Mailbox names are in the language of the account; only the attribute in LIST tells which is which (fact base, section 3).
NAMES = {
    "en": {"all": "All Mail", "drafts": "Drafts", "junk": "Spam", "sent": "Sent Mail", "trash": "Trash"},
    "es": {"all": "Todos", "drafts": "Borradores", "junk": "Spam", "sent": "Enviados", "trash": "Papelera"},
    "pt": {"all": "Todos os e-mails", "drafts": "Rascunhos", "junk": "Spam", "sent": "E-mails enviados", "trash": "Lixeira"},
}
SPECIAL = {"all": "\\All", "drafts": "\\Drafts", "junk": "\\Junk", "sent": "\\Sent", "trash": "\\Trash"}
SYSTEM_LABELS = {"inbox": "\\Inbox", "sent": "\\Sent", "drafts": "\\Draft", "junk": "\\Junk", "trash": "\\Trash"}
HIDDEN_FROM_ALL = {"junk", "trash"}
MOST_CONNECTIONS = 15
PREFIXES = re.compile(r"^\s*(?:(?:re|rv|fwd?|aw|antw|res|enc|rif)\s*:\s*)+", re.IGNORECASE)


@dataclass(eq=False)
class Message:
    """One message; every mailbox that shows it shares its flags and labels, as at Gmail."""

    msgid: int
    thrid: int
    raw: bytes
    received_at: dt.datetime
    flags: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    history_id: int = 0

    def __post_init__(self) -> None:
        self.headers: Parsed = parse_headers(self.raw)

    @property
    def message_id(self) -> str:
        return field_of(self.headers, "Message-ID")


class Mailbox:
    """A numbered view of messages. UIDs only grow, until `renumber` gives the mailbox a new UIDVALIDITY."""

    def __init__(self, role: str, name: str, uidvalidity: int) -> None:
        self.role = role
        self.name = name
        self.uidvalidity = uidvalidity
        self.uidnext = 1
        self.entries: dict[int, Message] = {}

    def add(self, message: Message) -> int:
        uid, self.uidnext = self.uidnext, self.uidnext + 1
        self.entries[uid] = message
        return uid

    def renumber(self) -> None:
        """What clients fear: same messages, other UIDs, and a new UIDVALIDITY to tell them."""
        messages, self.entries = list(self.entries.values()), {}
        self.uidvalidity += 1
        self.uidnext = 1
        for message in messages:
            self.add(message)

    def uid_of(self, message: Message) -> int | None:
        return next((uid for uid, entry in self.entries.items() if entry is message), None)


@dataclass(frozen=True)
class Arrival:
    """Where a message was filed."""

    uid: int
    msgid: int
    thrid: int
    mailbox: str


@dataclass(frozen=True)
class Delivery:
    """A message that left: the envelope, the octets the client handed over, and those the recipients got."""

    mail_from: str
    recipients: tuple[str, ...]
    handed: bytes
    raw: bytes
    message: Parsed


@dataclass(frozen=True)
class Request:
    """One command as it was received, without passwords and tokens."""

    protocol: str
    command: str
    at: float


class Account:
    """All that is known of one account. Hold `lock` while reading mailboxes; `changed` is rung after each change."""

    def __init__(self, address: str, password: str, token: str, *, locale: str, aliases: Iterable[str], daily_limit: int) -> None:
        self.address = address
        self.password = password
        self.access_tokens = {token}
        self.refresh_token: str | None = "1//refresh"
        self.consents: dict[str, tuple[str, str]] = {}  # code -> scope and redirect address
        self.aliases = {alias.lower() for alias in aliases}
        self.daily_limit = daily_limit
        self.sent_today = 0
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.connections = 0
        names = {"inbox": "INBOX"} | {role: f"[Gmail]/{name}" for role, name in NAMES[locale].items()}
        self.mailboxes = {role: Mailbox(role, name, index) for index, (role, name) in enumerate(names.items(), 1)}
        self.history: list[tuple[int, Message]] = []
        self.relabelled: list[tuple[int, Message, str]] = []  # the role of the mailbox that shows it from then on
        self.history_id = 1000
        self.oldest_history_id = 1000
        self.accepted: list[Delivery] = []
        self.refused: list[bytes] = []
        self.requests: list[Request] = []
        self._msgid = 1_850_000_000_000_000_000 + secrets.randbelow(1_000_000)

    def note(self, protocol: str, command: str) -> None:
        with self.lock:
            self.requests.append(Request(protocol, command, time.time()))

    def mailbox(self, name: str) -> Mailbox | None:
        """By name; INBOX in any case, the others exactly (RFC 3501, 5.1)."""
        wanted = "INBOX" if name.upper() == "INBOX" else name
        return next((box for box in self.mailboxes.values() if box.name == wanted), None)

    def owns(self, address: str) -> bool:
        return address.lower() in {self.address.lower(), *self.aliases}

    def file(
        self, raw: bytes, role: str, *, thread: int | None = None, labels: Iterable[str] = (), received_at: dt.datetime | None = None,
        flags: Iterable[str] = (), also: Iterable[str] = (),
    ) -> Message:  # fmt: skip
        """Put a message into a mailbox (and All Mail, where it belongs there)."""
        with self.changed:
            self._msgid += 1 + secrets.randbelow(1000)
            message = Message(self._msgid, 0, raw, received_at or dt.datetime.now(dt.UTC), set(flags), set(labels))
            message.thrid = thread if thread is not None else self._thread_of(message)
            for one in dict.fromkeys((role, *also)):
                self.mailboxes[one].add(message)
            if role not in HIDDEN_FROM_ALL and role != "all":
                self.mailboxes["all"].add(message)
            self.history_id += 1 + secrets.randbelow(20)
            message.history_id = self.history_id
            self.history.append((self.history_id, message))
            self.changed.notify_all()
            return message

    def _thread_of(self, message: Message) -> int:
        # Gmail joins a thread only if a known id is referred to and the subject is the same but for its prefixes.
        named = set(re.findall(r"<[^<>\s]+>", field_of(message.headers, "References") + field_of(message.headers, "In-Reply-To")))
        subject = bare_subject(message.headers)
        for other in reversed(list(self.everything())):
            if other.message_id in named and bare_subject(other.headers) == subject:
                return other.thrid
        return message.msgid

    def everything(self) -> Iterable[Message]:
        """Every message once, in the order they came."""
        with self.lock:
            found = {id(entry): entry for box in self.mailboxes.values() for entry in box.entries.values()}
            return sorted(found.values(), key=lambda entry: entry.msgid)

    def shown_in(self, message: Message) -> list[str]:
        """The roles of the mailboxes that show it, All Mail left out."""
        return [role for role, box in self.mailboxes.items() if role != "all" and box.uid_of(message) is not None]

    def move(self, message: Message, source: str, target: str) -> int:
        """Take it out of one mailbox and put it into another, where it gets a new UID."""
        with self.changed:
            uid = self.mailboxes[source].uid_of(message)
            if uid is not None:
                del self.mailboxes[source].entries[uid]
            everywhere = self.mailboxes["all"]
            shown = everywhere.uid_of(message)
            if target in HIDDEN_FROM_ALL and shown is not None:
                del everywhere.entries[shown]
            elif target not in HIDDEN_FROM_ALL and shown is None and target != "all":
                everywhere.add(message)
            self.history_id += 1 + secrets.randbelow(20)
            message.history_id = self.history_id
            self.relabelled.append((self.history_id, message, target))
            new = self.mailboxes[target].add(message) if target != "all" else everywhere.uid_of(message) or everywhere.add(message)
            self.changed.notify_all()
            return new

    def forget(self, message: Message) -> None:
        """Delete it for good."""
        with self.changed:
            for box in self.mailboxes.values():
                uid = box.uid_of(message)
                if uid is not None:
                    del box.entries[uid]
            self.changed.notify_all()


def bare_subject(headers: Parsed) -> str:
    """The subject without Re:, RV:, Fwd: and their kin."""
    return " ".join(PREFIXES.sub("", field_of(headers, "Subject")).split()).lower()
