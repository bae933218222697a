"""Strangers' files as answers: a browser never runs one, whatever its bytes say."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

POLICY = "sandbox; default-src 'none'"


def shown(data: bytes, kind: str) -> HttpResponse:
    """A file of a type that may be looked at or played in the page."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Security-Policy"] = POLICY
    response["Cache-Control"] = "private, max-age=3600"
    return response


def download(data: bytes, name: str) -> HttpResponse:
    """Any file: saved under its name, never opened."""
    response = shown(data, "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
