"""Part ``pms``: what looking and booking cost, with a property full of history and with a QloApps over the wire."""

from __future__ import annotations

import argparse
import json
from typing import Any

from tests.load.house import House
from tests.load.report import Report


def run(options: argparse.Namespace, report: Report) -> None:
    with House(hotels=1, statuses=options.statuses, data_dir=options.data_dir) as house:
        told = house.run("-m", "tests.load.stock", str(options.old), PMS_TYPE="embedded", LOG_LEVEL="ERROR")
        figures: dict[str, Any] = json.loads(told.splitlines()[-1])
        for name, values in figures.items():
            report.add(name, values)
        if figures["200 confirms for the last room"]["confirmed"] != 1:
            report.fault("the last room was not sold exactly once")
