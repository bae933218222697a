"""Who may be answered by a machine (facts: GMAIL, 6). A wrong no costs a person a look; a wrong yes starts a loop or tells a
stranger something."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from channels_app.transports.mail import ids
from channels_app.transports.mail.reading import NO_REPLY, Mail, is_address

# Agencies that pass on a guest's words: what they want is in forms of their own.
_AGENCIES = re.compile(
    r"(?:^|\.)(?:booking|expedia|expediapartnercentral|airbnb|despegar|hotels|agoda|hostelworld|tripadvisor)\.(?:com|com\.\w\w)$"
)
_LISTS = {"mailing list", "bulk"}


@dataclass(frozen=True)
class Judgement:
    """``kind`` of the letter: text or document (answered), automatic (only shown), own (nobody's letter), and those for people:
    relayed, unproven, unaddressed, anonymous, wordless. ``sender`` is where an answer would go, and who the guest is."""

    kind: str
    sender: str
    why: str = ""


def judge(mail: Mail, ours: frozenset[str], address: str) -> Judgement:
    """``ours``: every address that is the hotel's own, small; ``address``: the one whose mailbox this is."""
    writes_as_us = _box(mail.sender, ours) in ours
    recipients, delivered_to = ({_box(one, ours) for one in told} for told in (mail.recipients, mail.delivered_to))
    elsewhere = mail.reply_to if mail.reply_to and _box(mail.reply_to, ours) not in ours and mail.reply_to != mail.sender else ""
    if ids.outbound_of(mail.message_id) is not None or (writes_as_us and not elsewhere and recipients - ours):
        return Judgement("own", mail.sender, "our own")
    sender = elsewhere or ("" if writes_as_us else mail.sender)
    if not is_address(sender):
        # A form of the hotel's own site, or a head nobody can read: perhaps a guest, for a person to see.
        known = hashlib.sha256(f"{mail.message_id}{mail.subject}".encode("utf-8", "replace")).hexdigest()[:16]
        return Judgement("anonymous", f"{known}@unknown.invalid", "nobody can tell who wrote it")
    domain = sender.rpartition("@")[2]
    machine = bool(NO_REPLY.match(sender.partition("@")[0]))
    if _AGENCIES.search(domain) and not machine:
        return Judgement("relayed", sender, "an agency passes it on")
    if mail.automatic in _LISTS and _is_our_list(mail, ours):
        return Judgement("relayed", sender, "a list of the hotel's own")
    if mail.automatic and mail.automatic != "address that takes no answer":
        return Judgement("automatic", sender, mail.automatic)
    if machine:
        return Judgement("automatic", sender, "address that takes no answer")
    if elsewhere and not writes_as_us:
        # The answer would go to somebody who did not write it, and be about whoever they are.
        return Judgement("relayed", sender, "the answer is wanted at another address")
    if mail.suspicious:
        return Judgement("unproven", sender, mail.suspicious)
    if not ours & recipients and not (ours - {address}) & delivered_to:
        return Judgement("unaddressed", sender, "not addressed to us")
    if mail.words.strip() or not (mail.attachments or mail.text.strip()):
        return Judgement("text", sender)
    return Judgement("document", sender) if mail.attachments else Judgement("wordless", sender, "nothing but what it answers")


def _box(address: str, ours: frozenset[str]) -> str:
    """Whose mailbox it is: ana+booking@ is ana@, unless the hotel's own address has the plus."""
    if address in ours:
        return address
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _is_our_list(mail: Mail, ours: frozenset[str]) -> bool:
    """Guests write to an address of ours that is a list at the provider."""
    domains = {one.rpartition("@")[2] for one in ours}
    return bool(ours & {_box(one, ours) for one in mail.recipients}) and any(
        mail.list_id.endswith(f".{one}") or mail.list_id == one for one in domains
    )
