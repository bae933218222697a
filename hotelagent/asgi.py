"""What the web process serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.urls import path

from hotelagent.ops.hybrid import HybridApplication
from hotelagent.wsgi import application as wsgi_application

# Consumers need the apps that the line above loads.
from conversations.console.hub import bridge  # isort: skip
from conversations.console.socket import Desk  # isort: skip

sockets = URLRouter([path("console/<slug:hotel>/live", Desk.as_asgi())])
application = HybridApplication(
    wsgi_application,
    AllowedHostsOriginValidator(AuthMiddlewareStack(sockets)),
    body_limit=settings.MAX_BODY_BYTES,
    background=bridge,
)
