"""The one message shape, whatever the channel. Times are aware UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Who wrote. ``phone`` is digits exactly as the provider gave them; either may be missing, never both."""

    phone: str = ""
    user_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class InboundMessage:
    """One letter. ``account_key`` is the provider's id of our address (WhatsApp: phone_number_id)."""

    account_key: str
    provider_id: str
    sender: Sender
    kind: str
    provider_time: dt.datetime
    text: str = ""
    choice_id: str = ""
    reply_to: str = ""
    forwarded: bool = False
    media: JsonObject = field(default_factory=dict)
    referral: JsonObject = field(default_factory=dict)
    raw: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What became of a letter of ours. ``callback`` is the id we attached to it, when the provider echoes it."""

    account_key: str
    provider_id: str
    status: str
    provider_time: dt.datetime
    callback: str = ""
    error_code: int | None = None
    error_text: str = ""
    pricing: JsonObject = field(default_factory=dict)
    raw: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class AccountEvent:
    """Anything about the account itself, and everything nobody understood."""

    account_key: str
    kind: str
    raw: JsonObject = field(default_factory=dict)


Parsed = InboundMessage | Receipt | AccountEvent


@dataclass(frozen=True)
class Choice:
    """Something to tap; ``id`` comes back to us."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True)
class Content:
    """What to send. ``kind``: text, buttons, list, file (``text`` stands under it), location (``text`` tells it where there are no
    pins), template (``text`` is how it reads), reaction
    (``text`` is an emoji under ``reply_to``; WhatsApp only), or read (mark ``reply_to`` as read and show that we type)."""

    kind: str
    text: str = ""
    choices: tuple[Choice, ...] = ()
    list_label: str = ""
    reply_to: str = ""
    template: JsonObject = field(default_factory=dict)
    # A file: pk of its models.Attachment, name, mime_type, size_bytes.
    file: JsonObject = field(default_factory=dict)
    # A pin: latitude, longitude (degrees), name, address, and words that go ahead of it.
    place: JsonObject = field(default_factory=dict)
    # E-mail: the language of what stands around the words, and what kind of mail it is.
    language: str = ""
    mail: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        return {
            "kind": self.kind,
            "text": self.text,
            "choices": [{"id": c.id, "title": c.title, "description": c.description} for c in self.choices],
            "list_label": self.list_label,
            "reply_to": self.reply_to,
            **({"template": self.template} if self.template else {}),
            **({"file": self.file} if self.file else {}),
            **({"place": self.place} if self.place else {}),
            **({"language": self.language} if self.language else {}),
            **({"mail": self.mail} if self.mail else {}),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> Content:
        choices = tuple(Choice(c["id"], c["title"], c.get("description", "")) for c in data.get("choices", []))
        return cls(
            data["kind"],
            data.get("text", ""),
            choices,
            data.get("list_label", ""),
            data.get("reply_to", ""),
            data.get("template", {}),
            data.get("file", {}),
            data.get("place", {}),
            data.get("language", ""),
            data.get("mail", {}),
        )


class ContentError(ValueError):
    """The channel would refuse this; the message says why. Raised before anything reaches the network."""


@dataclass(frozen=True)
class Sent:
    """The provider took it under this id."""

    provider_id: str


@dataclass(frozen=True)
class Retry:
    """Not taken; worth another try, ``tries`` in all (0: as often as it takes).
    ``whole_number``: everything on this account should slow down;
    ``per_guest``: only this guest's letters. ``after_s``: not before, says the provider."""

    reason: str
    code: int | None = None
    after_s: float | None = None
    whole_number: bool = False
    per_guest: bool = False
    tries: int = 5


@dataclass(frozen=True)
class Failed:
    """Refused for good. ``channel_dead``: nothing on this account will work until somebody mends it."""

    reason: str
    code: int | None = None
    channel_dead: bool = False


@dataclass(frozen=True)
class Unknown:
    """Perhaps taken, perhaps not: never sent again by itself."""

    reason: str


Outcome = Sent | Retry | Failed | Unknown
