"""Plain WSGI, for machines that serve webhooks only and no live pages."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
