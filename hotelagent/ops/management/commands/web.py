"""``manage.py web``: the web process (HTTP and websockets) on HOST:PORT."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Serve HTTP and websockets"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=None)
        parser.add_argument("--port", type=int, default=None)

    def handle(self, *_args: Any, **options: Any) -> None:
        import uvicorn  # noqa: PLC0415 - only this command needs the server
        from django.conf import settings  # noqa: PLC0415 - as above

        for path in settings.FROM_ENVIRONMENT:
            import_string(path)("demo")
        uvicorn.run(
            "hotelagent.asgi:application",
            host=options["host"] or settings.HOST,
            port=options["port"] or settings.PORT,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.PRODUCTION,
            forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
            timeout_graceful_shutdown=5,
            ws_max_size=256 * 1024,
        )
