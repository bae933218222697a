"""Security headers on every answer. /admin alone has a wider policy, which its theme needs (facts: PLATFORM, D)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
ADMIN_PREFIX = "/admin/"
ADMIN_CSP = {"script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"], "style-src": ["'self'", "'unsafe-inline'"]}

# A strange document: shown in a frame of our own pages, runs nothing, knows nobody, loads nothing.
DOCUMENT_CSP = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def as_document(markup: str, *, images: bool = False) -> HttpResponse:
    """HTML that others wrote, as a page of its own without rights. ``images``: also those that lie elsewhere."""
    response = HttpResponse(markup)
    response["Content-Security-Policy"] = f"{DOCUMENT_CSP}; img-src data:{' https:' if images else ''}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


class HeadersMiddleware:
    """What Django and django-csp do not set themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if settings.COEP_ENABLED:
            response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload")
        if request.path.startswith(ADMIN_PREFIX):
            response._csp_update = ADMIN_CSP  # type: ignore[attr-defined]
        return response
