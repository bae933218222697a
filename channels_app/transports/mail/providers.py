"""Mail out by another provider's API, through django-anymail: Postmark, Mailgun. What they tell afterwards: channels_app.mail_events.

A new provider is one line here, one in ``Mailbox.Provider``, and one in ``mail_events.READERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.mime.base import MIMEBase
from typing import Any

import requests
from anymail.backends import mailgun, postmark
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives

from channels_app.envelope import Failed, JsonObject, Outcome, Retry, Sent, Unknown
from channels_app.models import Mailbox
from channels_app.transports.mail import smtp
from channels_app.transports.mail.servers import AuthError, ConnectionFailed, LimitReached
from hotelagent.ops import outgoing

CONNECT_S, READ_S, WHOLE_S = 5.0, 30.0, 60.0
ANSWER_LIMIT = 256 * 1024
MINUTE_S, HOUR_S = 60.0, 3600.0
# A letter's own id goes with the mail, and comes back with what is told of it.
LETTER = "letter"
# Headers that the APIs have fields of their own for.
_FIELDS = {"from", "to", "subject", "reply-to", "date", "mime-version", "content-type", "content-transfer-encoding"}
# Postmark's own codes for what keeps every mail back: sender unknown or unconfirmed, nothing left to send with, not approved yet.
_CLOSED = {400, 401, 405, 412}
Provider = Mailbox.Provider


@dataclass(frozen=True)
class Way:
    """By whom, and our way in; free of the database. ``url``: another place of the API, given by the operator."""

    provider: str
    sender: str
    key: str = field(repr=False)
    domain: str = ""
    url: str = ""


@dataclass(frozen=True)
class _Api:
    backend: Callable[..., Any]
    options: Callable[[Way], dict[str, str]]
    headers: tuple[tuple[str, str], ...] = ()


def _of_mailgun(way: Way) -> dict[str, str]:
    return {"api_key": way.key, "sender_domain": way.domain or way.sender.rpartition("@")[2]}


APIS = {
    Provider.MAILGUN: _Api(mailgun.EmailBackend, _of_mailgun),
    Provider.MAILGUN_EU: _Api(mailgun.EmailBackend, lambda way: {"api_url": "https://api.eu.mailgun.net/v3"} | _of_mailgun(way)),
    # Else it puts a Message-ID of its own in the place of ours.
    Provider.POSTMARK: _Api(postmark.EmailBackend, lambda way: {"server_token": way.key}, (("X-PM-KeepID", "true"),)),
}


def way_of(box: Mailbox) -> Way:
    return Way(box.provider, box.address, box.provider_key, box.provider_domain, box.provider_url)


def send(way: Way, message: EmailMessage, letter: str) -> Outcome:
    """Never raises for what the network or the provider does. ``Sent`` carries the provider's id of the mail; ``letter`` is ours."""
    given = _translated(message, APIS[Provider(way.provider)].headers)
    given.metadata = {LETTER: letter}  # type: ignore[attr-defined]
    try:
        with outgoing.bounded_session(ANSWER_LIMIT, WHOLE_S) as session:
            _backend(way, session).send_messages([given])
    except AnymailRecipientsRefused as error:
        return Failed(f"this address is refused: {_words(error.response)}"[:300])
    except AnymailAPIError as error:
        return _outcome(error)
    except (AnymailError, ValueError) as error:  # before anything was asked
        return Failed(f"this mail cannot be handed over: {' '.join(str(error).split())}"[:300])
    told = given.anymail_status  # type: ignore[attr-defined]
    if not isinstance(told.message_id, str) or not told.status or not told.status <= {"sent", "queued"}:
        return Unknown("the provider's answer does not say what became of the mail")
    return Sent(told.message_id.strip("<>")[:200])


def check(way: Way) -> None:
    """Are we let in? An empty mail is offered, which nobody takes. Raises AuthError, LimitReached, ConnectionFailed."""
    try:
        with outgoing.bounded_session(ANSWER_LIMIT, WHOLE_S) as session:
            backend = _backend(way, session)
            payload = backend.build_message_payload(EmailMultiAlternatives("", "", way.sender, [way.sender]), {})
            asked = payload.get_request_params(backend.api_url) | {"files": None, "timeout": (CONNECT_S, READ_S)}
            answer = session.request(**asked | {"data": "{}" if isinstance(asked["data"], str) else {}})
    except (AnymailError, requests.exceptions.RequestException, ValueError) as error:
        raise ConnectionFailed(f"the provider does not answer: {type(error).__name__}") from error
    if answer.status_code in {401, 402, 403, 404}:
        raise AuthError(_words(answer))
    if answer.status_code == 429:
        raise LimitReached(_words(answer))
    if answer.status_code >= 500 or answer.status_code < 400:
        raise ConnectionFailed(_words(answer))


def _backend(way: Way, session: requests.Session) -> Any:
    api = APIS[Provider(way.provider)]
    options = api.options(way) | ({"api_url": way.url} if way.url else {})
    backend = api.backend(**options, timeout=(CONNECT_S, READ_S))
    backend.session = session
    return backend


def _translated(message: EmailMessage, more: tuple[tuple[str, str], ...]) -> EmailMultiAlternatives:
    """The same mail as Django has them: text, HTML, what lies inside the HTML, files."""
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    headers = {name: str(value) for name, value in message.items() if name.lower() not in _FIELDS} | dict(more)
    answers = [str(message["Reply-To"])] if message["Reply-To"] else []
    to = [str(message["To"])]
    given = EmailMultiAlternatives(
        str(message["Subject"]), plain.get_content() if plain else "", str(message["From"]), to, reply_to=answers, headers=headers
    )
    if page is not None:
        given.attach_alternative(page.get_content(), "text/html")
    for part in message.walk():
        if part["Content-ID"]:
            inline = MIMEBase(part.get_content_maintype(), part.get_content_subtype())
            inline.set_payload(part.get_payload())
            for name in ("Content-ID", "Content-Disposition", "Content-Transfer-Encoding"):
                inline[name] = str(part[name])
            given.attach(inline)
    for part in message.iter_attachments():
        data = part.get_payload(decode=True)
        given.attach(part.get_filename() or "", data if isinstance(data, bytes) else b"", part.get_content_type())
    return given


def _outcome(error: AnymailAPIError) -> Outcome:
    """What an answer that is no success means; nothing at all may be told of one that was cut."""
    status, told = error.status_code, _words(error.response)
    if status is None:
        cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
        if reason := outgoing.never_left(cause):
            return Retry(reason, tries=0, after_s=smtp.AWAY_S)
        return Unknown(f"the line was cut: {type(cause).__name__}")
    if status == 429:
        given = str(error.response.headers.get("Retry-After", ""))
        return Retry(told, after_s=min(max(float(given) if given.isdecimal() else 0.0, MINUTE_S), HOUR_S), whole_number=True, tries=0)
    if status in {401, 402, 403, 404} or (status == 422 and _answer(error.response).get("ErrorCode") in _CLOSED):
        return Failed(told, channel_dead=True)
    return Unknown(told) if status >= 500 or status < 400 else Failed(told)


def _words(response: requests.Response | None) -> str:
    """What the provider says, on one line."""
    if response is None:
        return "no answer"
    told = _answer(response)
    said = told.get("Message") or told.get("message") or response.reason or ""
    return " ".join(f"{response.status_code} {said}".split())[:300]


def _answer(response: requests.Response) -> JsonObject:
    try:
        told: Any = response.json()
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
