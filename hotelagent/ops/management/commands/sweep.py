"""``manage.py sweep``: the sweeper. Rings when a row becomes due; every minute repairs what a killed worker left."""

import signal
import time
from types import FrameType
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from hotelagent.ops import queue

log = structlog.get_logger(__name__)

TICK_S = 0.25
PULSE_S = 15.0
REPAIR_S = 60.0


class Command(BaseCommand):
    help = "Ring the workers when something is due"
    stopping = False

    def handle(self, *_args: Any, **_options: Any) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        pulse_at = repair_at = 0.0
        while not self.stopping:
            try:
                now = time.monotonic()
                if now >= pulse_at:
                    self.pulse()
                    pulse_at = now + PULSE_S
                if now >= repair_at:
                    for path in settings.REPAIRS:
                        import_string(path)()
                    repair_at = now + REPAIR_S
                self.ring_for_what_is_due()
            except (OperationalError, psycopg.OperationalError) as error:
                log.warning("the database is away", error=type(error).__name__)
                connection.close()
                close_old_connections()
                time.sleep(1.0)
            time.sleep(TICK_S)

    def stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def pulse(self) -> None:
        """A bell for every cluster, so that their sign of life is fresh even in a quiet night."""
        queue.beat("sweeper")
        for cluster in settings.DRAINS:
            queue.ring(cluster)

    def ring_for_what_is_due(self) -> None:
        for cluster in settings.DUE:
            due = queue.earliest_due(cluster)
            if due is not None and due <= timezone.now():
                queue.ring(cluster)
