"""Gmail's API, as far as it is needed: "say when mail comes" (facts: GMAIL, 4). The mail itself comes by IMAP."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import requests

from channels_app.models import Mailbox
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached
from hotelagent.ops import outgoing

ANSWER_LIMIT = 64 * 1024


def watch(box: Mailbox) -> dt.datetime:
    """Ask Google to push to the mailbox's topic; returns until when it does. Raises AuthError, LimitReached, ConnectionFailed."""
    asked = {"topicName": box.push_topic, "labelIds": ["INBOX"], "labelFilterBehavior": "INCLUDE"}
    try:
        with outgoing.session() as session:
            response = session.post(
                f"{box.api_url}/gmail/v1/users/me/watch", json=asked, headers={"Authorization": f"Bearer {box.access_token}"},
                timeout=(5, 15), allow_redirects=False,
            )  # fmt: skip
            told: Any = json.loads(response.content[:ANSWER_LIMIT])
        if response.status_code == 200:
            return dt.datetime.fromtimestamp(int(told["expiration"]) / 1000, dt.UTC)
        reason = str(told["error"]["message"])[:200]
    except (requests.exceptions.RequestException, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ConnectionFailed(f"Gmail's API cannot be understood: {type(error).__name__}") from error
    kind = {401: AuthError, 403: AuthError, 429: LimitReached}.get(response.status_code, ConnectionFailed)
    raise kind(f"{response.status_code} {reason}")
