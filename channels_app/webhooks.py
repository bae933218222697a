"""Where the providers knock. The answer depends on the database alone."""

from __future__ import annotations

import hmac
import json
from typing import Any

import psycopg
import requests
import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from channels_app import inbox, mail_events, mailboxes, mailroom
from channels_app.envelope import AccountEvent, Parsed
from channels_app.models import Account, Mailbox, MetaApp
from channels_app.transports.mail import pushed
from channels_app.transports.whatsapp import parse, signature
from hotelagent.hotels.access import within
from hotelagent.hotels.api_tokens import TokenAuthentication
from hotelagent.ops.crypto import UndecryptableError, decrypt

log = structlog.get_logger(__name__)

CHALLENGE_LIMIT = 200


class RawView(APIView):
    """A DRF view on the raw bytes: no parser, no authenticator and no content negotiation in the way."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = ()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return (None, "")

    def finalize_response(self, request: Any, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        return response


class WhatsAppWebhook(RawView):
    """Meta's webhook (facts: WHATSAPP, 1). Every spelling of its path is this view."""

    def get(self, request: Request) -> HttpResponse:
        """The handshake: our verify token, then Meta's challenge back as plain text."""
        query = request.query_params
        mode, token, challenge = (query.getlist(f"hub.{name}") for name in ("mode", "verify_token", "challenge"))
        if mode != ["subscribe"] or len(token) != 1 or len(challenge) != 1:
            return _plain("", 403 if len(mode) == 1 and mode != ["subscribe"] else 400)
        if len(challenge[0]) > CHALLENGE_LIMIT:
            return _plain("", 400)
        known = MetaApp.objects.filter(enabled=True)
        matches = [hmac.compare_digest(app.verify_token.encode(), token[0].encode()) for app in known if app.verify_token]
        return _plain(challenge[0], 200) if any(matches) else _plain("", 403)

    def post(self, request: Request) -> HttpResponse:
        """401 when no app's secret signs the bytes, 503 when they could not be kept, else 200: also for what nobody
        understands, which would otherwise come back for seven days."""
        django_request: HttpRequest = request._request
        try:
            body = django_request.body
        except RequestDataTooBig:
            return _plain("", 413)
        try:
            apps = signature.fitting(body, django_request.headers.get("X-Hub-Signature-256", ""), _secrets())
            if not apps:
                log.warning("webhook refused: no app's secret signs it", size_bytes=len(body))
                return _plain("", 401)
            items = _read(body)
            inbox.accept(Account.Kind.WHATSAPP, items, _accounts(items, apps))
        except (DatabaseError, InterfaceError, psycopg.OperationalError, UndecryptableError) as error:
            log.error("webhook not kept: Meta will come again", error=type(error).__name__)
            return _plain("", 503)
        return _plain("", 200)


class GmailWebhook(RawView):
    """New mail is there: Google's signed push, or any other program with an API token. Every spelling of its path is this view."""

    authentication_classes = (TokenAuthentication,)  # type: ignore[assignment]

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, AuthenticationFailed):
            return _json({"status": "error", "detail": "this token is not known"}, 401)
        return super().handle_exception(exc)

    def post(self, request: Request) -> HttpResponse:
        """A push: 204 once the mailbox is due, 401 when Google did not sign it. With a token and ``{"notification":
        "new_message"}``: the mailboxes of the token's person are looked at now, and 200 tells what came."""
        header = request._request.headers.get("Authorization", "")
        try:
            told: Any = json.loads(request._request.body)
        except (RequestDataTooBig, ValueError, RecursionError):
            told = None
        if pushed.looks_like_one(header):
            try:
                address = pushed.verified(header, told)
            except pushed.NotGoogleError as error:
                log.warning("push refused", reason=str(error))
                return _json({"status": "error", "detail": "not Google"}, 401)
            mailboxes.make_due(Mailbox.objects.filter(account__kind=Account.Kind.EMAIL, account__external_id=address.strip().lower()))
            return HttpResponse(status=204)
        if request.auth is None:
            return _json({"status": "error", "detail": "an API token is needed"}, 401)
        if not isinstance(told, dict) or told.get("notification") != "new_message":
            return _json({"status": "error", "detail": 'the body must be {"notification": "new_message"}'}, 400)
        accounts = within(request.user, Account.objects.filter(kind=Account.Kind.EMAIL)).values_list("pk", flat=True)
        looked = mailroom.look_while_asked(accounts)
        results = [
            {"account": one.address, "messages": one.new, "status": "error" if one.trouble else "ok", "detail": one.trouble}
            for one in looked
        ]
        failed = [one for one in looked if one.trouble]
        status = "ok" if not failed else "error" if len(failed) == len(looked) else "partial"
        return _json({"status": status, "messages_processed": sum(one.new for one in looked), "results": results}, 200)


class MailWebhook(RawView):
    """What a provider of outgoing mail tells of it."""

    def post(self, request: Request, provider: str) -> HttpResponse:
        """404 for a provider nobody knows, 401 when no mailbox's secret fits, 503 when it could not be kept, else 200."""
        django_request: HttpRequest = request._request
        if provider not in mail_events.READERS:
            return _plain("", 404)
        try:
            _ = django_request.body
        except RequestDataTooBig:
            return _plain("", 413)
        try:
            mail_events.take(provider, django_request)
        except mail_events.StrangerError:
            log.warning("webhook refused: no mailbox's secret fits", provider=provider)
            answer = _plain("", 401)
            answer["WWW-Authenticate"] = 'Basic realm="mail"'  # Amazon sends its password only when asked for it
            return answer
        except (DatabaseError, InterfaceError, psycopg.OperationalError, requests.exceptions.RequestException) as error:
            log.error("webhook not kept: the provider will come again", error=type(error).__name__)
            return _plain("", 503)
        return _plain("", 200)


def _json(told: dict[str, Any], status: int) -> HttpResponse:
    return JsonResponse(told, status=status, headers={"WWW-Authenticate": "Bearer"} if status == 401 else {})


def _secrets() -> list[tuple[int, str]]:
    """Every enabled app's secret, and its previous one while it is being rotated. One app whose key is lost must not silence
    the others."""
    found = []
    with connection.cursor() as cursor:  # asked with every webhook: the statement is ready made
        cursor.execute("SELECT id, secret, previous_secret FROM channels_app_metaapp WHERE enabled")
        rows = cursor.fetchall()
    for pk, *secrets in rows:
        try:
            found += [(pk, decrypt(secret)) for secret in secrets if secret]
        except UndecryptableError:
            log.error("an app's secret cannot be decrypted: its webhooks are refused", app=pk)
    return found


def _read(body: bytes) -> list[Parsed]:
    try:
        return parse.parse(json.loads(body))
    except (ValueError, RecursionError) as error:
        text = body[:20_000].decode("utf-8", "replace").replace("\x00", "")
        return [AccountEvent("", f"unreadable:{type(error).__name__}", {"body": text})]


def _accounts(items: list[Parsed], apps: set[int]) -> dict[str, Account]:
    """The accounts of the apps that signed, with no more than their keys; a number of any other app does not exist here."""
    keys = {item.account_key for item in items if item.account_key}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, external_id FROM channels_app_account "
            "WHERE kind = 'whatsapp' AND enabled AND external_id = ANY(%s) AND app_id = ANY(%s)",
            [sorted(keys), sorted(apps)],
        )
        return {external_id: Account(pk=pk, external_id=external_id) for pk, external_id in cursor.fetchall()}


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
