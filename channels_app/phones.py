"""Phone numbers as correspondents write them, and the one key to recognise a person by."""

from __future__ import annotations

import re

import phonenumbers


def digits(written: str) -> str:
    """Only the digits; a leading 00 (international prefix) goes."""
    bare = re.sub(r"\D", "", written)
    return bare.removeprefix("00") if written.strip().startswith("00") else bare


def match_key(phone: str) -> str:
    """The key under which spellings of one mobile number meet. Never an address to send to.

    Argentina drops the mobile 9 and Mexico the mobile 1, which the providers add or leave out as they please; Brazil
    gains the ninth digit of mobile numbers where it is missing (facts: WHATSAPP, 2).
    """
    key = digits(phone)
    if key.startswith("549") and len(key) == 13:
        return "54" + key[3:]
    if key.startswith("521") and len(key) == 13:
        return "52" + key[3:]
    if key.startswith("55") and len(key) == 12 and key[4] in "6789":
        return key[:4] + "9" + key[4:]
    return key


def to_digits(written: str, country: str) -> str:
    """A number in any usual spelling as international digits, "" when it is none. ``country``: two letters, for local spellings."""
    try:
        parsed = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
