"""When Graph API versions die (facts: WHATSAPP, 0). After that day Meta serves an older app's calls as it likes, or not."""

from __future__ import annotations

import datetime as dt
import re

DIES = {
    "v20.0": dt.date(2026, 9, 24),
    "v21.0": dt.date(2027, 1, 21),
    "v22.0": dt.date(2027, 5, 20),
    "v23.0": dt.date(2027, 10, 8),
    "v24.0": dt.date(2028, 2, 18),
    "v25.0": dt.date(2028, 7, 29),
}
# Days before the end at which staff are told, once each.
THRESHOLDS = (90, 60, 30, 7)


def days_left(version: str, today: dt.date) -> int | None:
    """Days until the version dies, negative when it has; None when no date is known. Older ones than the table are dead."""
    if version in DIES:
        return (DIES[version] - today).days
    match = re.fullmatch(r"v(\d+)\.\d+", version)
    return -1 if match and int(match[1]) < 20 else None


def threshold(days: int) -> int | None:
    """The warning that is due with so many days left: the smallest threshold not above which we are."""
    return next((limit for limit in sorted(THRESHOLDS) if days <= limit), None)
