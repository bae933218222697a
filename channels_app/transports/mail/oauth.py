"""Access tokens from a refresh token (facts: GMAIL, 2). A refusal for good is told once and not asked again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import requests
import structlog
from django.db import transaction
from django.utils import timezone

from channels_app.models import Mailbox
from channels_app.transports.mail.servers import AuthError, ConnectionFailed
from hotelagent.ops import outgoing

log = structlog.get_logger(__name__)

# Of a token's life; then there is a new one.
USED = 0.8
ANSWER_LIMIT = 64 * 1024
DEAD = {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"}


def refresh(box: Mailbox, *, force: bool = False) -> bool:
    """See that ``box.access_token`` is good, when the mailbox has OAuth; True when there is a new one.

    Raises AuthError when the consent is gone and there is no app password to fall back on, ConnectionFailed when nobody
    answers.
    """
    if not box.refresh_token:
        return False
    if not force and box.access_token and box.access_until is not None and box.access_until > timezone.now():
        return False
    with transaction.atomic():
        current = Mailbox.objects.select_for_update(no_key=True).get(pk=box.pk)
        if current.access_token == box.access_token:  # nobody was quicker
            try:
                current.access_token, current.access_until = _new(current)
            except AuthError:
                if not box.password:
                    raise
                log.error("the consent is gone: the app password is used", account=box.account_id)
                current.access_token, current.access_until = "", None
            current.save(update_fields=["access_token", "access_until"])
        box.access_token, box.access_until = current.access_token, current.access_until
    return True


def _new(box: Mailbox) -> tuple[str, dt.datetime]:
    asked = {
        "grant_type": "refresh_token", "refresh_token": box.refresh_token, "client_id": box.client_id, "client_secret": box.client_secret,
    }  # fmt: skip
    try:
        with outgoing.session() as session:
            response = session.post(box.token_url, data=asked, timeout=(5, 15), allow_redirects=False)
            told: Any = json.loads(response.content[:ANSWER_LIMIT])
    except (requests.exceptions.RequestException, ValueError, RecursionError) as error:
        raise ConnectionFailed(f"no access token: {type(error).__name__}") from error
    told = told if isinstance(told, dict) else {}
    if told.get("error") in DEAD:
        raise AuthError(f"{told['error']}: connect the mailbox again")
    token, life = told.get("access_token"), told.get("expires_in", 3600)
    if response.status_code != 200 or not isinstance(token, str) or not isinstance(life, int | float):
        raise ConnectionFailed(f"no access token: HTTP {response.status_code}")
    return token, timezone.now() + dt.timedelta(seconds=USED * float(life))
