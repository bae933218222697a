"""Who may be answered by a machine (facts: GMAIL, 6). A wrong no costs a person a look; a wrong yes starts a loop or tells a
stranger something."""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels_app.transports.mail import ids
from channels_app.transports.mail.reading import NO_REPLY, Mail

# Agencies that pass on a guest's words: what they want is in forms of their own.
_AGENCIES = re.compile(
    r"(?:^|\.)(?:booking|expedia|expediapartnercentral|airbnb|despegar|hotels|agoda|hostelworld|tripadvisor)\.(?:com|com\.\w\w)$"
)
# As long as a thread's user id.
ADDRESS_LIMIT = 160


@dataclass(frozen=True)
class Judgement:
    """``kind`` of the letter: text or files (answered), automatic (only shown), for people (relayed, unproven, unaddressed), own
    (nobody's letter). ``sender`` is where an answer would go, and who the guest is."""

    kind: str
    sender: str
    why: str = ""


def judge(mail: Mail, ours: frozenset[str]) -> Judgement:
    """``ours``: every address that is the hotel's own, small."""
    writes_as_us = mail.sender in ours
    elsewhere = mail.reply_to if mail.reply_to and mail.reply_to not in ours else ""
    sender = elsewhere or mail.sender
    if ids.outbound_of(mail.message_id) is not None or (writes_as_us and not elsewhere):
        return Judgement("own", sender, "our own")
    if len(sender) > ADDRESS_LIMIT:
        return Judgement("own", "", "an address nobody can have")
    if not sender:
        return Judgement("own", "", "no sender")
    domain = sender.rpartition("@")[2]
    machine = bool(NO_REPLY.match(sender.partition("@")[0]))
    if _AGENCIES.search(domain) and not machine:
        return Judgement("relayed", sender, "an agency passes it on")
    if mail.automatic and mail.automatic != "address that takes no answer":
        return Judgement("automatic", sender, mail.automatic)
    if machine:
        return Judgement("automatic", sender, "address that takes no answer")
    if NO_REPLY.match(mail.sender.partition("@")[0]):
        return Judgement("relayed", sender, "a program passes it on")
    if mail.suspicious:
        return Judgement("unproven", sender, mail.suspicious)
    if not ours.intersection(mail.recipients):
        return Judgement("unaddressed", sender, "not addressed to us")
    return Judgement("text" if mail.words.strip() or not mail.attachments else "document", sender)
