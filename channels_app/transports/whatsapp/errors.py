"""Meta's error codes: what each means for us and what staff read (facts: WHATSAPP, 8). Decided on the code, never on title
or HTTP status. Calls for several numbers of one kind are ranges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.envelope import Failed, Outcome, Retry


class Kind(StrEnum):
    """The class of an error, which decides what happens."""

    TRANSIENT = "transient"  # Meta's own trouble: again, ever later
    NUMBER_RATE = "number_rate"  # again, and the whole number slows down
    GUEST_RATE = "guest_rate"  # again after 4, 16, 64 s; only this guest's letters wait, in order
    MEDIA = "media"  # once more
    CHANNEL = "channel"  # nothing works until somebody mends the account: it stops, its letters wait
    WINDOW = "window"  # a template may be sent
    UNREACHABLE = "unreachable"
    OPTED_OUT = "opted_out"
    LIMITED = "limited"  # Meta holds it back for hours or days
    REQUEST = "request"  # our mistake
    TEMPLATE = "template"
    ODD = "odd"  # nobody knows: once more, then staff


@dataclass(frozen=True)
class Rule:
    """What a code means. ``words`` is a whole sentence for staff, in their language."""

    kind: Kind
    words: Any


_AGAIN = _("Meta had a problem of its own. It was tried again.")
_RECONNECT = _("The access token is not valid any more. Reconnect the number; waiting messages leave then.")
_PERMISSION = _("The access token may not do this. Give it the right permissions at Meta, then reconnect the number.")
_ACCOUNT = _("Meta has restricted this WhatsApp account. Look at the account's page at Meta.")
_REGISTER = _("The number is not ready at Meta: its name or its registration is missing.")
_PAYMENT = _("Meta could not charge the account: no message is delivered. Look at the payment method at Meta.")
_WRONG = _("Meta found our message wrong. This is a fault of the software: report it with the details.")
_TEMPLATE = _("The template is missing, paused, or does not fit. Synchronise the templates and look at it.")
_MEDIA = _("The file could not be handed to Meta.")

RULES: dict[int, Rule] = {
    **dict.fromkeys((1, 2, 131000, 131016, 133004), Rule(Kind.TRANSIENT, _AGAIN)),
    131057: Rule(Kind.TRANSIENT, _("Meta is working on this number. It was tried again.")),
    **dict.fromkeys((4, 80007, 130429), Rule(Kind.NUMBER_RATE, _("Too many messages from this number at once. It slowed down."))),
    131056: Rule(Kind.GUEST_RATE, _("Too many messages to this guest in a short time. It waited.")),
    131048: Rule(Kind.LIMITED, _("Meta limits this number because guests reported or blocked it. Write less for some hours.")),
    131049: Rule(Kind.LIMITED, _("Meta did not deliver this, to spare the guest. Try again tomorrow at the earliest.")),
    131064: Rule(Kind.LIMITED, _("The number has reached its limit of new conversations. Look at its messaging limit at Meta.")),
    130472: Rule(Kind.OPTED_OUT, _("Meta keeps this guest out of such messages by an experiment of its own.")),
    131050: Rule(Kind.OPTED_OUT, _("The guest does not want messages of this kind.")),
    **dict.fromkeys((0, 190), Rule(Kind.CHANNEL, _RECONNECT)),
    **dict.fromkeys((3, 10, 131005, *range(200, 300)), Rule(Kind.CHANNEL, _PERMISSION)),
    **dict.fromkeys((368, 131031), Rule(Kind.CHANNEL, _ACCOUNT)),
    130497: Rule(Kind.CHANNEL, _("Meta does not let this account write to this country.")),
    **dict.fromkeys((131037, 131045, 133010), Rule(Kind.CHANNEL, _REGISTER)),
    **dict.fromkeys((131042, 131044), Rule(Kind.CHANNEL, _PAYMENT)),
    133016: Rule(Kind.CHANNEL, _("The number was registered too often. Meta allows it again after 72 hours.")),
    **dict.fromkeys((100, 131008, 131009, 131051), Rule(Kind.REQUEST, _WRONG)),
    131021: Rule(Kind.REQUEST, _("The message was addressed to the hotel's own number.")),
    131062: Rule(Kind.REQUEST, _("This message needs the guest's phone number, and only the user id is known.")),
    137000: Rule(Kind.REQUEST, _("The guest's identity at WhatsApp has changed. Check with the guest before writing again.")),
    131026: Rule(Kind.UNREACHABLE, _("The guest cannot be reached on WhatsApp. Try e-mail or the phone.")),
    131030: Rule(Kind.UNREACHABLE, _("The app is in test mode and this number is not on its list (Argentina: with and without the 9).")),
    131047: Rule(Kind.WINDOW, _("More than 24 hours since the guest's last message: only a template may be sent.")),
    **dict.fromkeys((131052, 131053), Rule(Kind.MEDIA, _MEDIA)),
    **dict.fromkeys((132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018), Rule(Kind.TEMPLATE, _TEMPLATE)),
    **dict.fromkeys((132068, 132069), Rule(Kind.TEMPLATE, _("The form is blocked or slowed down at Meta."))),
}
ODD = Rule(Kind.ODD, _("Meta refused it with a code that is not known here. The details are Meta's own words."))


def rule_of(code: int | None) -> Rule:
    """What a code means; unknown ones are odd."""
    return RULES.get(code, ODD) if code is not None else ODD


def is_channel_dead(code: int | None) -> bool:
    """Does nothing on the account work with this error?"""
    return rule_of(code).kind == Kind.CHANNEL


def classify(error: dict[str, Any], *, retry_after_s: float | None = None) -> Outcome:
    """One ``error`` object of an answer. ``retry_after_s``: what the answer's header asked for."""
    try:
        code = int(error.get("code", -1))
    except (TypeError, ValueError):
        code = -1
    details = error.get("error_data")
    said = str((details.get("details") if isinstance(details, dict) else "") or error.get("message") or "")[:300]
    rule = rule_of(code)
    reason = f"{rule.kind} ({code}): {said}"
    if rule.kind == Kind.NUMBER_RATE:
        return Retry(reason, code, after_s=retry_after_s, whole_number=True)
    if rule.kind == Kind.GUEST_RATE:
        return Retry(reason, code, after_s=retry_after_s, per_guest=True)
    if rule.kind == Kind.TRANSIENT or error.get("is_transient") is True:
        return Retry(reason, code, after_s=retry_after_s)
    if rule.kind in {Kind.MEDIA, Kind.ODD}:
        return Retry(reason, code, after_s=retry_after_s, tries=2)
    return Failed(reason, code, channel_dead=rule.kind == Kind.CHANNEL)
