"""Part ``endtoend``: from the instant a guest's question is due at the webhook to the instant Meta has taken the answer."""

from __future__ import annotations

import argparse
import time

from tests.load import generator, letters, watch
from tests.load.generator import Plan
from tests.load.house import House, spent
from tests.load.letters import Text
from tests.load.report import Report, latencies, say

NUMBERS, WARM_UP = 10, 20
# Where the time goes, by the house's own rows: kept → answer written → answer settled.
STAGES = """SELECT i.provider_id, extract(epoch FROM i.received_at)::float8, extract(epoch FROM o.created_at)::float8
    FROM channels_app_inbound i JOIN conversations_message g ON g.inbound_id = i.id
    JOIN conversations_message b ON b.conversation_id = g.conversation_id AND b.author = 'bot'
    JOIN channels_app_outbound o ON o.id = b.outbound_id WHERE i.provider_id = ANY(%s)"""


def run(options: argparse.Namespace, report: Report) -> None:
    rate, seconds = options.rate or 10.0, options.seconds or 60.0
    with House(hotels=NUMBERS, debounce_s=options.debounce, statuses=options.statuses is not False, data_dir=options.data_dir) as house:
        house.start_workers(options.clusters[0], options.workers)
        house.ready()
        asked(house, range(WARM_UP), 10.0)
        watch.drained(house, time.time(), 30.0)
        count = int(rate * seconds)
        say(f"  {count} new guests, {rate:g} a second ...")
        before = house.cpu()
        result, texts, judged = asked(house, range(WARM_UP, WARM_UP + count), rate)
        report.add("house", house.facts() | {"clusters": options.clusters[0], "workers each": options.workers})
        report.add("generator", result.summary() | {"answers of the webhook": result.by_status()})
        report.add("processor seconds", spent(before, house.cpu()))
        due = {text.id: result.started_at + index / rate for index, text in enumerate(texts)}
        kept = {row[0]: row[1:] for row in house.sql(STAGES, list(due))}
        right = {id_: at for id_, at in judged.right.items() if id_ in kept}
        report.rows(
            "from the question's scheduled instant",
            [
                {"until": "the webhook answered", **latencies(result.latencies)},
                {"until": "the answer was written", **latencies([kept[id_][1] - due[id_] for id_ in right])},
                {"until": "Meta had taken it", **latencies([at - due[id_] for id_, at in judged.right.items()])},
            ],
        )
        report.add("replies", {"judged": judged.told()})
        if not judged.clean:
            report.fault(judged.told())
        if not result.valid:
            report.fault("the generator's own lag P99 is above 50 ms")


def asked(house: House, guests: range, rate: float) -> tuple[generator.Result, list[Text], watch.Judged]:
    """Every guest asks once, at a fixed pace; returns when all were answered or patience ended."""
    mark, now = letters.run_mark(), time.time()
    texts = [
        Text(letters.wamid(mark, guest), house.lines[guest % NUMBERS], letters.phone(guest), guest // NUMBERS % len(letters.QUESTIONS), now)
        for guest in guests
    ]
    watch.introduce(house, texts)
    replies = watch.Replies(house)
    requests = [letters.request(house.port, letters.text_body(text)) for text in texts]
    result = generator.run(Plan(house.port, requests, [index / rate for index in range(len(requests))]))
    replies.wait(len(texts), 60.0)
    return result, texts, replies.judge(texts)
