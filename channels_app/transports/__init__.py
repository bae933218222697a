"""Transports by channel. A new channel is one folder and one line here."""

from __future__ import annotations

from django.utils.module_loading import import_string

from channels_app.transports.base import Transport

TRANSPORTS = {
    "whatsapp": "channels_app.transports.whatsapp.WhatsAppTransport",
    "email": "channels_app.transports.mail.MailTransport",
    "webchat": "channels_app.transports.webchat.WebchatTransport",
}


def transport_of(kind: str) -> Transport:
    """The transport of an account's kind. Raises KeyError for an unknown kind."""
    transport: Transport = import_string(TRANSPORTS[kind])()
    return transport
