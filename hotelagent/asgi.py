"""What the web process serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")

from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from hotelagent.ops.hybrid import HybridApplication
from hotelagent.wsgi import application as wsgi_application

application = HybridApplication(
    wsgi_application,
    AllowedHostsOriginValidator(URLRouter([])),
    body_limit=settings.MAX_BODY_BYTES,
)
