"""/metrics for Prometheus: all processes of this machine counted, gauges computed by SQL when somebody looks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe
from django_q.models import OrmQ
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# name, help, {label: value}, figure
Gauge = tuple[str, str, dict[str, str], float]


def wipe(directory: Path) -> None:
    """One directory per machine, emptied when the tree starts: files of the last run would be counted again."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)


def forget(pid: int) -> None:
    """A process of the tree is gone: its live gauges go, its counters stay."""
    if os.environ.get(VARIABLE):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def queue_gauges() -> Iterable[Gauge]:
    """Depth of the doorbell queue."""
    now = timezone.now()
    for row in OrmQ.objects.values("key").annotate(waiting=Count("id", filter=Q(lock__lte=now)), oldest=Min("lock")):
        yield "queue_depth", "Doorbells waiting to be heard", {"cluster": row["key"]}, row["waiting"]


class _SqlGauges(Collector):
    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        sources = [queue_gauges, *(import_string(path) for path in settings.GAUGES)]
        for name, description, labels, figure in (gauge for source in sources for gauge in source()):
            family = families.setdefault(name, GaugeMetricFamily(name, description, labels=list(labels)))
            family.add_metric(list(labels.values()), figure)
        yield from families.values()


@require_safe
def metrics(_request: HttpRequest) -> HttpResponse:
    """The scrape. Closed to the outside by the proxy; no personal data in any label."""
    registry = CollectorRegistry()
    if os.environ.get(VARIABLE):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(_SqlGauges())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    registry.register(_SqlGauges())
    return HttpResponse(generate_latest(REGISTRY) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
