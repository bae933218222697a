"""Message-IDs of ours: fixed before the first try, the same for every try, and recognised when they come back."""

from __future__ import annotations

import re

from django.utils.crypto import constant_time_compare, salted_hmac

# As long as a letter's provider id.
LONGEST = 200
_OURS = re.compile(r"r(\d{1,18})\.(\d{1,4})\.([0-9a-f]{20})@[^@\s]+", re.ASCII)


def message_id(outbound: int, resends: int, domain: str) -> str:
    """Without brackets. ``resends``: how often a person had the letter sent once more, each of which is a mail of its own."""
    return f"r{outbound}.{resends}.{_seal(outbound, resends)}@{domain}"


def outbound_of(given: str) -> int | None:
    """The letter a Message-ID belongs to, or None when it is not ours: others cannot make one."""
    found = _OURS.fullmatch(given) if len(given) <= LONGEST else None
    if found is None or not constant_time_compare(found[3], _seal(int(found[1]), int(found[2]))):
        return None
    return int(found[1])


def _seal(outbound: int, resends: int) -> str:
    return salted_hmac("channels_app.mail", f"{outbound}.{resends}").hexdigest()[:20]
