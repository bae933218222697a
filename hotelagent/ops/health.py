"""Is it alive, is it ready. No secret and no address in any answer.

Written here because the known package runs its checks on threads with connections of their own and answers 500,
which proxies read as a fault of this request and not as "send no traffic".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hotelagent.ops.models import Heartbeat

log = structlog.get_logger(__name__)

HEARTBEAT_LIMIT = timedelta(seconds=60)
PARTS = ("default", "slow", "sweeper")


@require_safe
@never_cache
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers. Depends on nothing."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """Everything a guest's message needs is there: 200, else 503. The parts are named, their addresses are not."""
    checks: dict[str, Callable[[], str]] = {"database": _database, "workers": _workers}
    if settings.REDIS_URL:
        checks["redis"] = _redis
    if settings.CHECK_PMS_IN_READINESS:
        checks["pms"] = import_string(settings.PMS_HEALTH)
    problems = {name: check() for name, check in checks.items()}
    body = {name: problem or "ok" for name, problem in problems.items()}
    status = 503 if any(problems.values()) else 200
    response = JsonResponse({"status": "ok" if status == 200 else "not ready", **body}, status=status)
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would log an error for every look at a starting house
    return response


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log.warning("database not ready", error=type(error).__name__)
        return "not reachable"
    return ""


def _workers() -> str:
    try:
        seen = dict(Heartbeat.objects.values_list("name", "at"))
    except Error:
        return "unknown"
    now = timezone.now()
    missing = [name for name in PARTS if name not in seen or now - seen[name] > HEARTBEAT_LIMIT]
    return f"no sign of life: {', '.join(missing)}" if missing else ""


def _redis() -> str:
    # Failures are swallowed by the cache on purpose (it may be lost), so ask for the value back.
    cache.set("health", "ok", 10)
    return "" if cache.get("health") == "ok" else "not reachable"
