"""A hotel that many tests begin with: the product writes it once a process, afterwards its rows are put back under new ids.

That costs a tenth of reading the file and asking for every row; tests/hotels/test_provision.py compares the two.
"""

from __future__ import annotations

import copy
import itertools
import zoneinfo
from pathlib import Path

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from hotelagent.hotels.models import Hotel
from hotelagent.hotels.provision import provision

# Ids of rows that are put back keep clear of the sequences and, as those do, are never given twice: what a process remembers of
# a hotel is of one test alone.
STEP = 10_000
ZONE = zoneinfo.ZoneInfo("America/Argentina/Buenos_Aires")  # of the hotels that tests begin with
_turns = itertools.count(1)
_written: dict[object, list[models.Model]] = {}


def provisioned(path: Path) -> Hotel:
    """The hotel of this file, as ``provision`` would write it today into a database that does not know it."""
    key = (path, timezone.localdate(timezone=ZONE))  # the file's dates count from the hotel's today
    rows = _written.get(key)
    if rows is not None:
        return _put_back(rows)
    known = {model: set(model._base_manager.values_list("pk", flat=True)) for model in apps.get_models(include_auto_created=True)}
    hotel = provision(path)
    _written[key] = [row for model, pks in known.items() for row in model._base_manager.exclude(pk__in=pks)]
    return hotel


def _put_back(rows: list[models.Model]) -> Hotel:
    shift = next(_turns) * STEP
    ours = {(type(row), row.pk) for row in rows}
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        values = {field.attname: copy.deepcopy(getattr(row, field.attname)) for field in row._meta.concrete_fields}
        for field in row._meta.concrete_fields:
            to = field.related_model if field.is_relation else type(row) if field.primary_key else None
            if to is not None and (to, values[field.attname]) in ours:
                values[field.attname] += shift
        by_model.setdefault(type(row), []).append(type(row)(**values))
    with transaction.atomic():  # foreign keys are asked for at its end
        for model, made in by_model.items():
            model._base_manager.bulk_create(made)
    return by_model[Hotel][0]
