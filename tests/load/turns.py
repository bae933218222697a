"""Part ``turns``: a full letter box. 2,000 questions wait, then the workers start: how long until every guest has the
right answer at the double, with a quick and with a slow Graph API, with one cluster and with two, and in old tables."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import psycopg

from tests.load import generator, letters, old, watch
from tests.load.generator import Plan
from tests.load.house import House, spent
from tests.load.letters import Text
from tests.load.report import Report, say

NUMBERS, COUNT = 40, 2000
EXCHANGES = 10  # of an old thread: 20 lines of transcript


def run(options: argparse.Namespace, report: Report) -> None:
    count = options.count or COUNT
    with _house(options) as house:
        report.add("house", house.facts() | {"questions": count})
        if options.profile:
            say(house.run("-m", "tests.load.inside", "profile-turns", PROCESS_ROLE="worker"))
            return
        guest = 0
        rows = []
        for delay_ms in options.delays:
            for clusters in options.clusters:
                rows.append(once(house, options, report, clusters=clusters, delay_ms=delay_ms, guests=range(guest, guest + count)))
                guest += count
        report.rows(f"{count:,} waiting questions", rows)
        report.rows("SQL statements", statements(house))
        if options.old:
            with _house(options) as late:
                aged(house, late, options, report, guest, count)


def aged(house: House, late: House, options: argparse.Namespace, report: Report, guest: int, count: int) -> None:
    """Beside a second house full of old rows, in turns, so that the machine's mood meets both."""
    threads = max(1, options.old // (2 * EXCHANGES))
    took = old.seed(late, threads=threads, exchanges=EXCHANGES, first=10_000_000)
    say(f"  {threads * EXCHANGES * 2:,} old messages in {threads:,} conversations, written in {took:.0f} s")
    rows = []
    for number in range(options.rounds):
        for messages, one in ((0, house), (options.old, late)):
            row = once(one, options, report, clusters=options.clusters[0], delay_ms=options.delays[0], guests=range(guest, guest + count))
            rows.append({"round": number + 1, "old messages": messages, **row})
        guest += count
    report.rows("with old messages and without", rows)
    report.rows("SQL statements with old messages", statements(late))
    ratios = [full["took s"] / empty["took s"] for empty, full in zip(rows[::2], rows[1::2], strict=True)]
    told = {"by round": " ".join(f"{ratio:.2f}" for ratio in ratios), "median": round(statistics.median(ratios), 2), "aim": "at most 1.2"}
    report.add("growth of the time", told)


def _house(options: argparse.Namespace) -> House:
    return House(hotels=NUMBERS, debounce_s=options.debounce, statuses=options.statuses, data_dir=options.data_dir)


def once(house: House, options: argparse.Namespace, report: Report, *, clusters: int, delay_ms: int, guests: range) -> dict[str, Any]:
    """Post, start the workers, wait for the last reply, stop them."""
    mark, now = letters.run_mark(), time.time()
    texts = [
        Text(letters.wamid(mark, guest), house.lines[guest % NUMBERS], letters.phone(guest), guest // NUMBERS % len(letters.QUESTIONS), now)
        for guest in guests
    ]
    watch.introduce(house, texts)
    house.reset_faults(delay_ms / 1000)
    posted = generator.run(Plan(house.port, [letters.request(house.port, letters.text_body(text)) for text in texts], seconds=600.0))
    if posted.by_status() != {"200": len(texts)}:
        report.fault(f"the questions were not all taken: {posted.by_status()}")
    replies = watch.Replies(house)
    transactions, before = commits(house), house.cpu()
    at = house.start_workers(clusters, options.workers)
    began = begun(house, len(texts), options.drain_limit)
    replies.wait(len(texts), options.drain_limit)
    cpu = spent(before, house.cpu())
    drain = watch.drained(house, time.time(), 60.0)
    time.sleep(1.1)  # statistics of the database come up to a second late
    transactions = commits(house) - transactions
    house.stop_workers()
    judged = replies.judge(texts)
    if not judged.clean or not drain.done:
        report.fault(f"{judged.told()}; left: {drain.left}")
    instants = sorted(judged.right.values()) or [began]
    took = instants[-1] - began
    row = {
        "clusters": clusters,
        "workers each": options.workers,
        "Graph ms": delay_ms,
        "turns/s": round(len(instants) / took, 1) if took else 0.0,
        "took s": round(took, 1),
        "first reply s": round(instants[0] - began, 1),
        "start-up s": round(began - at, 1),
        "transactions each": round(transactions / len(texts), 1),
        "cpu ms each": per_turn(cpu, len(texts)),
        "right": len(judged.right),
    }
    say(f"  {clusters} × {options.workers}, Graph {delay_ms} ms: {row['turns/s']} turns/s; {judged.told()}")
    return row


def begun(house: House, count: int, limit_s: float) -> float:
    """When the first letter was taken up (wall clock): what came before is the start of processes."""
    deadline = time.monotonic() + limit_s
    with psycopg.connect(house.url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("SELECT count(*) FROM channels_app_inbound WHERE thread_id IS NULL AND state = 'waiting'").fetchone()
            if row is None or row[0] < count:
                break
            time.sleep(0.02)
    return time.time()


def per_turn(cpu: dict[str, float], count: int) -> dict[str, float]:
    """Processor milliseconds of a turn by part; clusters together, start-up included."""
    parts: dict[str, float] = {}
    for name, seconds in cpu.items():
        part = "workers" if name.startswith("worker") else name
        parts[part] = parts.get(part, 0.0) + seconds
    return {name: round(seconds * 1000 / count, 1) for name, seconds in parts.items() if seconds * 1000 / count >= 0.5}


def commits(house: House) -> int:
    """Transactions of the database so far."""
    return int(house.sql("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")[0][0])


def statements(house: House) -> list[dict[str, Any]]:
    """SQL statements of each drain, counted inside a process that works as a worker does."""
    return json.loads(house.run("-m", "tests.load.inside", "statements", PROCESS_ROLE="worker"))
