"""Requests that leave the house: one kind of session, and one judgement of what surely never left."""

from __future__ import annotations

import requests
from django.conf import settings


def session() -> requests.Session:
    """Named as the product; no proxy, netrc or certificate of the machine's environment gets our keys."""
    made = requests.Session()
    made.headers["User-Agent"] = f"hotel-receptionist/{settings.VERSION}"
    made.trust_env = False
    return made


def never_left(error: Exception) -> str:
    """Why surely no byte of the request was sent, or "": then it may have been, and nobody knows what became of it."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL)):
        return f"not connected: {type(error).__name__}"
    if isinstance(error, requests.exceptions.SSLError):
        # Only a certificate is looked at before anything is sent; any other trouble may have come afterwards.
        return "not connected: its certificate is not valid" if "CERTIFICATE_VERIFY_FAILED" in repr(error) else ""
    if isinstance(error, requests.exceptions.ConnectionError):
        refused = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
        return "not connected: refused" if refused else ""
    return ""
