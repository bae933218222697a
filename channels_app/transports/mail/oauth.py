"""Access tokens from a refresh token (facts: GMAIL, 2). A refusal for good is told once and not asked again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import urlencode

import requests
from django.utils import timezone

from channels_app import notices
from channels_app.models import Mailbox
from channels_app.transports.mail import servers
from channels_app.transports.mail.servers import AuthError, ConnectionFailed
from hotelagent.ops import outgoing

SCOPE = "https://mail.google.com/"
CONSENT_URL = "https://accounts.google.com/o/oauth2/v2/auth"
# Of a token's life; then there is a new one.
USED = 0.8
ANSWER_LIMIT = 64 * 1024
DEAD = {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"}


def refresh(box: Mailbox, *, force: bool = False) -> bool:
    """See that ``box.access_token`` is good, when the mailbox has OAuth; True when there is a new one. Holds no lock while Google
    is asked: two that ask at once both get a good one.

    Raises AuthError when the consent is gone and there is no app password to fall back on, ConnectionFailed when nobody
    answers.
    """
    if not box.refresh_token or box.consent_gone:
        return False
    if not force and box.access_token and box.access_until is not None and box.access_until > timezone.now():
        return False
    mine = Mailbox.objects.filter(pk=box.pk)
    try:
        box.access_token, box.access_until = _new(box)
    except AuthError as error:
        box.access_token, box.access_until, box.consent_gone = "", None, True
        mine.update(access_token="", access_until=None, consent_gone=True)
        if not box.password:
            raise
        notices.tell(box.account_id, "consent_gone", str(error), f"consent:{box.account_id}:{timezone.now().timestamp()}")
        return False
    mine.update(access_token=box.access_token, access_until=box.access_until)
    return True


def consent_address(box: Mailbox, back: str, state: str) -> str:
    """Where a person lets us in at Google; they come back to ``back`` with our ``state``."""
    asked = {
        "client_id": box.client_id, "redirect_uri": back, "response_type": "code", "scope": SCOPE, "access_type": "offline",
        "prompt": "consent", "login_hint": box.address, "state": state,
    }  # fmt: skip
    return f"{CONSENT_URL}?{urlencode(asked)}"


def accept_consent(box: Mailbox, code: str, back: str) -> str:
    """The refresh token for what Google sent back. Raises AuthError when the person left something out, ConnectionFailed."""
    told = _asked(box, {"grant_type": "authorization_code", "code": code, "redirect_uri": back})
    if SCOPE not in str(told.get("scope", SCOPE)).split():
        raise AuthError("the permission for mail was not given: leave its box ticked")
    token = told.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise AuthError("Google gave no lasting permission: take it back at myaccount.google.com/permissions and try again")
    return token


def _new(box: Mailbox) -> tuple[str, dt.datetime]:
    told = _asked(box, {"grant_type": "refresh_token", "refresh_token": box.refresh_token})
    token, life = told.get("access_token"), told.get("expires_in", 3600)
    if not isinstance(token, str) or not isinstance(life, int | float):
        raise ConnectionFailed("no access token in the answer")
    return token, timezone.now() + dt.timedelta(seconds=USED * float(life))


def _asked(box: Mailbox, asked: dict[str, str]) -> dict[str, Any]:
    asked |= {"client_id": box.client_id, "client_secret": box.client_secret}
    status, told = post(box.token_url, asked, box.deadline)
    error = str(told.get("error", ""))  # an object, when it was another of their services that answered
    if error in DEAD:
        raise AuthError(f"{error}: connect the mailbox again")
    if status != 200:
        raise ConnectionFailed(f"no access token: HTTP {status}")
    return told


def post(url: str, asked: dict[str, str], deadline: float) -> tuple[int, dict[str, Any]]:
    """Ask Google: the status and the JSON object it tells, empty when it tells another thing. Raises ConnectionFailed."""
    timeout = (servers.timeout_s(deadline, 5.0), servers.timeout_s(deadline, 15.0))
    try:
        with outgoing.session() as session:
            response = session.post(url, data=asked, timeout=timeout, allow_redirects=False)
            told: Any = json.loads(response.content[:ANSWER_LIMIT])
    except (requests.exceptions.RequestException, ValueError, RecursionError) as error:
        raise ConnectionFailed(f"Google does not answer: {type(error).__name__}") from error
    return response.status_code, told if isinstance(told, dict) else {}
