"""Templates: read from Meta, filled, and made into letters."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.db import transaction
from django.utils import timezone

from channels_app.envelope import Content, ContentError
from channels_app.models import Account, Template, Thread
from channels_app.models.template import VARIABLE
from channels_app.transports.whatsapp import api

log = structlog.get_logger(__name__)

PAGES = 50
# Meta refuses these in a variable (facts of July 2026: 132018).
_BREAKS = re.compile(r"[\n\r\t]+| {4,}")


class SyncError(Exception):
    """The templates could not be read; the message is for staff."""


def usable(thread: Thread, language: str = "") -> list[Template]:
    """What may be sent to this guest, their language first."""
    rows = [row for row in Template.objects.filter(account=thread.account_id) if row.is_usable]
    return sorted(rows, key=lambda row: (row.language[:2] != language, row.name, row.language))


def content_of(template: Template, values: dict[str, str]) -> Content:
    """The letter. Raises ContentError for a template that may not be sent and for a variable nobody filled."""
    if not template.is_usable:
        raise ContentError(f"the template {template.name} cannot be sent: {template.get_status_display()}")
    filled = {name: _BREAKS.sub(" ", values.get(name, "")).strip() for name in template.variables}
    missing = [name for name, value in filled.items() if not value]
    if missing:
        raise ContentError(f"a variable is empty: {', '.join(missing)}")
    text = VARIABLE.sub(lambda match: filled[match[1]], template.body)
    parts = [part for part in (template.header, text, template.footer) if part]
    named = not all(name.isdigit() for name in filled)
    parameters = [{"type": "text", "text": value, **({"parameter_name": name} if named else {})} for name, value in filled.items()]
    sent = {"name": template.name, "language": template.language, "parameters": parameters}
    return Content("template", "\n\n".join(parts), template=sent)


def sync(account: Account) -> int:
    """Read every template of the account's business from Meta. Returns how many there are. Raises SyncError."""
    if not account.business_id:
        raise SyncError("the account has no business account id")
    rows: list[dict[str, Any]] = []
    base = f"{api.base_of(account.api_url, account.api_version)}/{account.business_id}/message_templates"
    query = "limit=100"
    for _page in range(PAGES):
        answer = api.get(account, f"{base}?{query}")
        if answer is None:
            raise SyncError("Meta did not answer, or did not let us in")
        rows += [row for row in answer.get("data", []) if isinstance(row, dict)]
        paging = answer.get("paging")
        following = paging.get("next") if isinstance(paging, dict) else None
        if not isinstance(following, str):
            break
        query = urlsplit(following).query  # never the host an answer names
    now = timezone.now()
    with transaction.atomic():
        for row in rows:
            _keep(account, row, now)
        Template.objects.filter(account=account, synced_at__isnull=False).exclude(synced_at=now).update(status=Template.Status.GONE)
    log.info("templates read", account=account.pk, count=len(rows))
    return len(rows)


def _keep(account: Account, row: dict[str, Any], now: Any) -> None:
    parts = {str(part.get("type", "")).upper(): part for part in row.get("components") or [] if isinstance(part, dict)}
    header, buttons = parts.get("HEADER", {}), parts.get("BUTTONS", {}).get("buttons") or []
    pictured = str(header.get("format") or "TEXT").upper() != "TEXT"
    asked = any(VARIABLE.search(str(button.get("url", ""))) for button in buttons if isinstance(button, dict))
    status = str(row.get("status", ""))
    Template.objects.update_or_create(
        account=account,
        name=str(row.get("name", ""))[:200],
        language=str(row.get("language", ""))[:15],
        defaults={
            "category": str(row.get("category", ""))[:30],
            "status": status if status in Template.Status.values else Template.Status.DISABLED,
            "header": "" if pictured else str(header.get("text", ""))[:200],
            "body": str(parts.get("BODY", {}).get("text", ""))[:1024],
            "footer": str(parts.get("FOOTER", {}).get("text", ""))[:200],
            "needs_more": pictured or asked,
            "synced_at": now,
        },
    )
