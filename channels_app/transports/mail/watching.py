"""Gmail's API, as far as it is needed: "say when mail comes" (facts: GMAIL, 4). The mail itself comes by IMAP."""

from __future__ import annotations

import datetime as dt

from channels_app.models import Mailbox
from channels_app.transports.mail import oauth
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached


def watch(box: Mailbox) -> dt.datetime:
    """Ask Google to push to the mailbox's topic; returns until when it does. Raises AuthError, LimitReached, ConnectionFailed."""
    asked = {"topicName": box.push_topic, "labelIds": ["INBOX"], "labelFilterBehavior": "INCLUDE"}
    way_in = {"Authorization": f"Bearer {box.access_token}"}
    status, told = oauth.post(f"{box.api_url}/gmail/v1/users/me/watch", json=asked, headers=way_in)
    try:
        if status == 200:
            return dt.datetime.fromtimestamp(int(told["expiration"]) / 1000, dt.UTC)
        reason = str(told["error"]["message"])[:200]
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise ConnectionFailed(f"Gmail's API cannot be understood: {type(error).__name__}") from error
    kind = {401: AuthError, 403: AuthError, 429: LimitReached}.get(status, ConnectionFailed)
    raise kind(f"{status} {reason}")
