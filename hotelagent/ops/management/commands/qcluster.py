"""``manage.py qcluster``: the queue's cluster, which ends as a whole when one of its parts is killed.

A worker or monitor that is killed while it waits for the next task dies with the queue's lock in its hand; the ones
that the cluster puts in its place wait for that lock for ever, and nothing says so. A cluster that has ended is started
again by whoever supervises it, and the rows it did not work off are still there.
"""

import os
import time
from typing import Any

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from django_q import cluster, pusher
from django_q.management.commands.qcluster import Command as QueueCommand

log = structlog.get_logger(__name__)
PULL_AGAIN_S = 0.5
TIMED_OUT = 0  # the cluster's own mark on a worker whose task took too long: that one waits for no lock


def end_when_a_part_is_killed() -> None:
    """Teach the cluster's sentinel to end instead of going on deaf."""
    reincarnate = cluster.Sentinel.reincarnate

    def judged(sentinel: Any, process: Any) -> None:
        timed_out = process not in {sentinel.monitor, sentinel.pusher} and process.timer.value == TIMED_OUT
        if process is not sentinel.pusher and not timed_out and process.exitcode is not None and process.exitcode < 0:
            log.critical("a part of the cluster was killed: the whole cluster ends", part=process.name)
            for part in (*sentinel.pool, sentinel.monitor, sentinel.pusher):
                part.kill()
            os._exit(1)
        reincarnate(sentinel, process)

    cluster.Sentinel.reincarnate = judged


def listen_again_soon() -> None:
    """Teach the one who pulls tasks to come back quickly: after a failed pull he lies down for ten seconds, and all that
    time the cluster is deaf to a database that is there again."""
    pusher.sleep = lambda _seconds: time.sleep(PULL_AGAIN_S)


class Command(QueueCommand):  # type: ignore[misc]  # the package has no types
    """See the module."""

    def handle(self, *args: Any, **options: Any) -> None:
        end_when_a_part_is_killed()
        listen_again_soon()
        for path in settings.BEFORE_FORKING.get(os.environ.get("Q_CLUSTER_NAME", "default"), []):
            import_string(path)()
        super().handle(*args, **options)
