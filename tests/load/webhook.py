"""Part ``webhook``: what Meta would post, at Meta's pace. Latency by kind, errors, and when the house is done with it."""

from __future__ import annotations

import argparse
import random
import time

from tests.load import generator, letters, old, watch
from tests.load.generator import Plan, Result
from tests.load.house import House, spent
from tests.load.letters import Text
from tests.load.report import Report, latencies, say

NUMBERS, GUESTS = 10, 3000
STATUSES = ("sent", "delivered", "read")
SHARES = {"status": 0.6, "text": 0.3, "repeat": 0.1}


def run(options: argparse.Namespace, report: Report) -> None:
    rate, seconds = options.rate or 500.0, options.seconds or 60.0
    count = int(rate * seconds)
    guests = min(GUESTS, max(1, count // 10))
    with House(hotels=NUMBERS, debounce_s=options.debounce, statuses=options.statuses, data_dir=options.data_dir) as house:
        letters_out = int(count * SHARES["status"]) // len(STATUSES) + 1
        old.seed(house, threads=guests, exchanges=-(-letters_out // guests), first=0, state="sent")
        house.start_workers(options.clusters[0], options.workers)
        house.ready()
        warm_up(house)
        kinds, bodies, texts = mix(house, count, guests, letters_out, rate)
        watch.introduce(house, texts)
        replies = watch.Replies(house)
        plan = Plan(house.port, [letters.request(house.port, body) for body in bodies], [index / rate for index in range(count)], 64)
        say(f"  {count:,} requests are signed; {rate:g} a second for {seconds:g} s, then until nothing waits ...")
        before = house.cpu()
        result = generator.run(plan)
        after = house.cpu()
        ended = result.started_at + result.took_s
        drain = watch.drained(house, ended, options.drain_limit)
        tell(report, house, result, kinds, rate)
        report.add("processor seconds while it was sent", spent(before, after) | {"generator": round(result.cpu_s, 2)})
        report.add("until no letter waits and nothing is queued", {"took": drain.told(), "took_s": round(drain.took_s, 1)})
        check(report, house, result, texts, kinds)
        report.add("replies", {"text replies at the double": replies.count(), "guests who wrote": len({text.sender for text in texts})})
        if not drain.done:
            report.fault(f"the house was not done {drain.took_s:.0f} s after the end")


def warm_up(house: House, count: int = 40) -> None:
    """First requests load modules and open connections; they are not what is measured."""
    mark = letters.run_mark()
    bodies = [
        letters.status_body(house.lines[0], letters.wamid(mark, 0), "", letters.phone(0), f"warm-{index}", time.time())
        for index in range(count)
    ]
    generator.run(Plan(house.port, [letters.request(house.port, body) for body in bodies], seconds=10.0, connections=4))
    house.sql("DELETE FROM channels_app_deliveryreceipt WHERE provider_id = %s RETURNING 1", letters.wamid(mark, 0))


def mix(house: House, count: int, guests: int, letters_out: int, rate: float) -> tuple[list[str], list[bytes], list[Text]]:
    """Kind and body of every request, and the text each text request (or repeat) carries."""
    chance, mark, now = random.Random(7), letters.run_mark(), time.time()
    known = old.sent_letters(house, letters_out)
    of_number = {line.number: line for line in house.lines}
    kinds = [kind for kind, share in SHARES.items() for _ in range(int(count * share))]
    kinds += ["status"] * (count - len(kinds))
    chance.shuffle(kinds)
    kinds[0] = "text"  # so that there is something to repeat
    bodies: list[bytes] = []
    texts: list[Text] = []
    statuses = 0
    for index, kind in enumerate(kinds):
        at = now + index / rate
        if kind == "status":
            number, provider_id, pk, guest = known[statuses % len(known)]
            name = STATUSES[statuses // len(known) % len(STATUSES)]
            bodies.append(letters.status_body(of_number[number], provider_id, pk, guest, name, at))
            statuses += 1
        elif kind == "text":
            guest = chance.randrange(guests)
            line = house.lines[guest % len(house.lines)]
            question = chance.randrange(len(letters.QUESTIONS))
            texts.append(Text(letters.wamid(mark, index), line, letters.phone(guest), question, at))
            bodies.append(letters.text_body(texts[-1]))
        else:
            bodies.append(letters.text_body(chance.choice(texts)))
    return kinds, bodies, texts


def tell(report: Report, house: House, result: Result, kinds: list[str], rate: float) -> None:
    report.add("house", house.facts())
    report.add("generator", result.summary())
    good = sum(status == 200 for status in result.statuses)
    report.add(
        "rate",
        {
            "offered per s": rate,
            "answered 200 per s": round(good / result.took_s, 1),
            "sent": len(result.statuses),
            "by status": result.by_status(),
            "errors": len(result.statuses) - good,
        },
    )
    of_kind = {"all": result.latencies} | {
        kind: [seconds for seconds, this in zip(result.latencies, kinds, strict=True) if this == kind] for kind in SHARES
    }
    report.rows("latency from the scheduled instant", [{"requests": kind, **latencies(seconds)} for kind, seconds in of_kind.items()])
    if not result.valid:
        report.fault("the generator's own lag P99 is above 50 ms")


def check(report: Report, house: House, result: Result, texts: list[Text], kinds: list[str]) -> None:
    """Every text that was answered 200 is in the table, once."""
    answered = [status == 200 for status, kind in zip(result.statuses, kinds, strict=True) if kind == "text"]
    wanted = {text.id for text, good in zip(texts, answered, strict=True) if good}
    rows = [row[0] for row in house.sql("SELECT provider_id FROM channels_app_inbound WHERE provider_id = ANY(%s)", [t.id for t in texts])]
    lost, twice = len(wanted - set(rows)), len(rows) - len(set(rows))
    seen = dict(house.sql("SELECT state, count(*) FROM channels_app_deliveryreceipt GROUP BY state"))
    told = {"distinct texts answered 200": len(wanted), "in the table": len(rows), "lost": lost, "twice": twice, "receipts by state": seen}
    report.add("counts", told)
    if lost or twice:
        report.fault(f"{lost} texts lost, {twice} kept twice")
