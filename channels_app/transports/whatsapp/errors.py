"""Meta's error codes: what each means for us (facts: WHATSAPP, 8). Decided on the code, never on title or HTTP status."""

from __future__ import annotations

from typing import Any

from channels_app.envelope import Failed, Outcome, Retry

TRANSIENT = frozenset({1, 2, 131000, 131016, 131057, 133004})
RATE_OF_NUMBER = frozenset({4, 80007, 130429})
RATE_OF_GUEST = 131056
CHANNEL_DEAD = frozenset({0, 190, 3, 10, 131005, 368, 131031, 130497, 131042, 131044, 131037, 131045, 133010})
WINDOW_CLOSED = 131047
WORDS = {
    0: "the access token is not valid: reconnect the number",
    190: "the access token expired or was revoked: reconnect the number",
    100: "Meta found our request wrong",
    131008: "Meta found our request wrong",
    131009: "Meta found our request wrong",
    131021: "the number is our own",
    131026: "this guest cannot be reached on WhatsApp",
    131030: "the number is not on the app's test list",
    131047: "more than 24 hours since the guest's last message: only a template may be sent",
    131048: "Meta limits this number because guests reported it",
    131049: "Meta did not deliver this to keep its users content",
    131050: "the guest stopped messages of this kind",
    131051: "Meta does not know this kind of message",
    131052: "the media could not be fetched",
    131053: "the media could not be uploaded",
    131056: "too many messages to this guest in a short time",
    130429: "too many messages from this number",
    130472: "Meta excluded this guest by an experiment",
}


def classify(error: dict[str, Any]) -> Outcome:
    """One ``error`` object of an answer."""
    try:
        code = int(error.get("code", -1))
    except (TypeError, ValueError):
        code = -1
    details = error.get("error_data")
    said = str((details.get("details") if isinstance(details, dict) else "") or error.get("message") or "")[:300]
    reason = f"{WORDS.get(code, 'Meta refused it')} ({code}: {said})"
    if code in RATE_OF_NUMBER:
        return Retry(reason, code, whole_number=True)
    if code == RATE_OF_GUEST:
        return Retry(reason, code, after_s=16.0)
    if code in TRANSIENT or error.get("is_transient") is True:
        return Retry(reason, code)
    return Failed(reason, code, channel_dead=code in CHANNEL_DEAD or 200 <= code <= 299)
