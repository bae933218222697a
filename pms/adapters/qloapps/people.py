"""Names, phones and e-mails as QloApps takes them. It crashes on others (an empty 500, or 200 with "Fatal error"), and
writes "????" for everything beyond the basic plane. What the guest really said stays with us.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from pms.errors import Rejected

LONGEST = 32
# Observed: digits and these end in an empty 500.
_NOT_IN_NAMES = re.compile(r"[0-9!<>,;?=+()@#\"°{}_$%:\\/\[\]|^~*\x00-\x1f\x7f]")
_NOT_IN_TEXTS = re.compile(r"[<>{}\x00-\x08\x0b-\x1f\x7f]")
PHONE = re.compile(r"\+?[\s\d.()-]*\d+")
# Stands where QloApps insists on a word and the guest gave none.
NO_NAME = "-"


def names(full: str) -> tuple[str, str]:
    """First name and surname, 32 characters each at most: the last word is the surname, two when there are four or more."""
    words = name(full).split()
    if len(words) < 2:
        return (words[0][:LONGEST] if words else NO_NAME), NO_NAME
    cut = -2 if len(words) > 3 else -1
    return _cut(words[:cut]), _cut(words[cut:])


def name(told: str) -> str:
    """The letters QloApps accepts: styled letters as plain ones, no digits, signs or emoji."""
    return " ".join(_NOT_IN_NAMES.sub(" ", _basic(unicodedata.normalize("NFKC", told))).split())


def phone(told: str) -> str:
    """Digits as QloApps accepts them, whatever digits they were; "" when there are none."""
    plain = "".join(str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in told.strip())
    digits = re.sub(r"\D", "", plain)[:15]
    found = ("+" if plain.startswith("+") else "") + digits
    return found if PHONE.fullmatch(found) else ""


def email(told: str) -> str:
    """Raises Rejected unless it is an address QloApps survives."""
    try:
        validate_email(told)
    except ValidationError as error:
        raise Rejected("the guest's email is not an address") from error
    if len(told) > 128 or not told.isascii():
        raise Rejected("the guest's email is not one the PMS accepts")
    return told


def relay(own: str, guest: str) -> str:
    """The hotel's own address with a mark of the guest: the PMS never merges two guests, and its mails come to the hotel.

    Raises Rejected when the hotel has no address.
    """
    local, at, domain = own.partition("@")
    if not at:
        raise Rejected("the hotel's email is missing")
    return f"{local.split('+')[0]}+{hashlib.sha256(guest.encode()).hexdigest()[:12]}@{domain}"


def text(told: str, limit: int = 500) -> str:
    """A remark without markup or anything beyond the basic plane."""
    return _NOT_IN_TEXTS.sub(" ", _basic(told))[:limit].strip()


def _basic(told: str) -> str:
    return "".join(sign for sign in told if ord(sign) <= 0xFFFF and not 0xD800 <= ord(sign) <= 0xDFFF)


def _cut(words: list[str]) -> str:
    return " ".join(words)[:LONGEST].strip()
