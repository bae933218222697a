"""Part ``ratio``: the webhook against a view of the same server that does nothing, in turns, so that the machine's
mood meets both. Workers are stopped: only the request is measured."""

from __future__ import annotations

import argparse
import statistics
import time

from tests.load import generator, letters
from tests.load.generator import Plan
from tests.load.house import House, spent
from tests.load.letters import Text
from tests.load.report import Report, latencies, say

NUMBERS, GUESTS = 10, 3000
PREPARED_PER_S = 2500  # more than the server can take


def run(options: argparse.Namespace, report: Report) -> None:
    seconds = options.seconds or 10.0
    with House(hotels=NUMBERS, settings="tests.load.settings", statuses=options.statuses, data_dir=options.data_dir) as house:
        if options.profile:
            say(house.run("-m", "tests.load.inside", "profile-webhook", PROCESS_ROLE="web"))
            return
        report.add("house", house.facts() | {"connections": options.connections})
        closed(house, options, letters.PATH, 1.0)
        closed(house, options, "/noop/", 1.0)
        rows = []
        for number in range(options.rounds):
            before = house.cpu()
            webhook, ok = closed(house, options, letters.PATH, seconds)
            middle = house.cpu()
            noop, fine = closed(house, options, "/noop/", seconds)
            cost = {"webhook": spent(before, middle), "no-op": spent(middle, house.cpu())}
            rows.append(
                {
                    "round": number + 1,
                    "webhook/s": round(rate(webhook), 1),
                    "no-op/s": round(rate(noop), 1),
                    "ratio": round(rate(webhook) / rate(noop), 3),
                    "webhook P50 ms": latencies(webhook.latencies)["P50 ms"],
                    "no-op P50 ms": latencies(noop.latencies)["P50 ms"],
                    "webhook cpu ms": round(cost["webhook"]["web"] / len(webhook.statuses) * 1000, 2),
                    "no-op cpu ms": round(cost["no-op"]["web"] / len(noop.statuses) * 1000, 2),
                    "postgres cpu ms": round(cost["webhook"]["postgres"] / len(webhook.statuses) * 1000, 2),
                }
            )
            if not (ok and fine):
                report.fault(f"not everything was answered 200: {webhook.by_status()}, {noop.by_status()}")
        report.rows("closed loop", rows)
        report.add("median", {"ratio": statistics.median(row["ratio"] for row in rows)})


def closed(house: House, options: argparse.Namespace, path: str, seconds: float) -> tuple[generator.Result, bool]:
    """Signed, distinct texts to either view: the server reads the same bytes."""
    mark, now = letters.run_mark(), time.time()
    requests = []
    for index in range(int(seconds * PREPARED_PER_S)):
        guest = index % GUESTS
        line = house.lines[guest % NUMBERS]
        text = Text(letters.wamid(mark, index), line, letters.phone(guest), index % len(letters.QUESTIONS), now)
        requests.append(letters.request(house.port, letters.text_body(text), path))
    result = generator.run(Plan(house.port, requests, connections=options.connections, seconds=seconds))
    return result, set(result.statuses) == {200}


def rate(result: generator.Result) -> float:
    return sum(status == 200 for status in result.statuses) / result.took_s
