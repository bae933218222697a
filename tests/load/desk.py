"""Part ``desk``: twenty open consoles, 500 guests in the queue, a million old messages in fifty hotels, and beside them what Meta
posts: fifty signed requests a second to ten of the hotels."""

from __future__ import annotations

import argparse
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import requests
from websockets.sync.client import connect

from tests.load import generator, letters, old, watch, webhook
from tests.load.generator import Plan, Result
from tests.load.house import House, spent
from tests.load.report import Report, latencies, say

CONSOLES, TIMES, LETTERS, GAP_S = 20, 60, 60, 1.0
# A page reads its queue no more often than this (static/console/desk.js).
FIRST_S, BETWEEN_S, PATIENCE, MOST_S = 0.05, 0.5, 2, 4.0
# What twenty people do beside it, each something every five seconds.
BESIDE_TIMES, BESIDE_S = 30, 0.25
TERMS = ("guest 77 jose", "José 412", "cochera 55", "balcon toallas", "5491151")


def run(options: argparse.Namespace, report: Report) -> None:
    seconds, rate = options.seconds or LETTERS * GAP_S + 30, 50.0 if options.rate is None else options.rate
    with House(hotels=webhook.NUMBERS, statuses=options.statuses, data_dir=options.data_dir) as house:
        crowd: dict[str, Any] = json.loads(house.run("-m", "tests.load.crowd", str(options.old), LOG_LEVEL="ERROR").splitlines()[-1])
        report.add("stored", {name: crowd[name] for name in ("messages", "conversations")})
        desk = Desk(f"http://127.0.0.1:{house.port}", crowd)
        report.add("house", house.facts())
        pages(desk, report, "", 0)
        house.start_workers(1, options.workers)
        house.ready()
        alive(house, desk, report, "")
        if rate:
            beside(house, desk, report, rate, seconds)


def beside(house: House, desk: Desk, report: Report, rate: float, seconds: float) -> None:
    """All of it once more while Meta posts to ten hotels, this one among them."""
    count, guests = int(rate * seconds), 300
    letters_out = int(count * webhook.SHARES["status"]) // len(webhook.STATUSES) + 1
    old.seed(house, threads=guests, exchanges=-(-letters_out // guests), first=0, state="sent")
    kinds, bodies, texts = webhook.mix(house, count, guests, letters_out, rate)
    watch.introduce(house, texts)
    plan = Plan(house.port, [letters.request(house.port, body) for body in bodies], [index / rate for index in range(count)], 64)
    say(f"\n  {count:,} requests, {rate:g} a second, go on beside ...")
    found: list[Result] = []
    posting = threading.Thread(target=lambda: found.append(generator.run(plan)))
    before, mine = house.cpu(), time.process_time()
    posting.start()
    time.sleep(3)
    person = threading.Thread(target=pages, args=(desk, report, f"{rate:g}/s beside: ", 100, BESIDE_TIMES, BESIDE_S))
    person.start()
    alive(house, desk, report, f"{rate:g}/s beside: ")
    person.join()
    posting.join()
    report.add("processor seconds meanwhile", spent(before, house.cpu()) | {"harness": round(time.process_time() - mine, 2)})
    webhook.tell(report, house, found[0], kinds, rate)
    webhook.check(report, house, found[0], texts, kinds)


class Desk:
    """A person's browser, as far as the server sees it."""

    def __init__(self, site: str, crowd: dict[str, Any], person: int = 0) -> None:
        self.site, self.crowd, self.base = site, crowd, f"{site}/console/{crowd['hotel']}"
        self.session = crowd["sessions"][person % len(crowd["sessions"])]
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cookies.set("sessionid", self.session)
        self.http.get(f"{self.base}/", timeout=60)
        self.http.headers.update({"X-CSRFToken": self.http.cookies["csrftoken"], "Referer": site})

    def get(self, path: str) -> requests.Response:
        answer = self.http.get(f"{self.base}/{path}", timeout=60)
        answer.raise_for_status()
        return answer

    def post(self, path: str, **values: str) -> requests.Response:
        answer = self.http.post(f"{self.base}/{path}", data=values, timeout=60)
        answer.raise_for_status()
        return answer


def timed(times: int, work: Callable[[int], Any], pause_s: float) -> dict[str, float]:
    took = []
    for index in range(times):
        time.sleep(pause_s)
        started = time.perf_counter()
        work(index)
        took.append(time.perf_counter() - started)
    return latencies(took)


def pages(desk: Desk, report: Report, when: str, first: int, times: int = TIMES, pause_s: float = 0.0) -> None:
    """What one person waits for. ``first``: which of those who wait is taken first; ``pause_s``: before each look."""
    waiting, long = desk.crowd["waiting"], desk.crowd["long"]
    if not when and desk.get("queue/?view=waiting&shown=500").text.count("data-last-guest") != len(waiting):
        report.fault("the queue does not show its 500 rows")
    waiting = waiting[first:]
    looks: list[tuple[str, int, Callable[[int], Any]]] = [
        ("queue, 50 rows", times, lambda _n: desk.get("queue/?view=waiting")),
        ("queue, 500 rows", times // 3, lambda _n: desk.get("queue/?view=waiting&shown=500")),
        ("thread of 200 messages", times, lambda _n: desk.get(f"c/{long}/open/")),
        ("panel", times, lambda _n: desk.get(f"c/{long}/panel/")),
        *((f"search “{term}”", 6, lambda _n, term=term: desk.get(f"queue/?q={term}")) for term in TERMS),
        ("take", times, lambda n: desk.post(f"c/{waiting[n]}/take/")),
        ("send", times, lambda n: desk.post(f"c/{waiting[n]}/send/", text="Ya voy", key=uuid.uuid4().hex, seen=str(10**15))),
        ("note", times, lambda n: desk.post(f"c/{waiting[n]}/send/", text="ojo", key=uuid.uuid4().hex, kind="note")),
    ]
    for what, count, look in looks:
        report.add(when + what, timed(count, look, pause_s))


def alive(house: House, desk: Desk, report: Report, when: str) -> None:
    """From the webhook to every open console, each another person's, which reads its queue again over its line, as the page does."""
    shown: list[float] = []
    refused: list[int] = []
    written: dict[str, float] = {}
    lock, stop = threading.Lock(), threading.Event()

    def console(number: int) -> None:
        mine = Desk(desk.site, desk.crowd, number)
        known: set[str] = set()
        read_at, due_at, took, heard, nth, asked = 0.0, 0.0, 0.0, "", 0, False
        with connect(
            f"{desk.base}/live".replace("http://", "ws://"), additional_headers={"Cookie": f"sessionid={mine.session}"},
            origin=desk.site, ping_interval=None,  # type: ignore[arg-type]
        ) as socket:  # fmt: skip
            socket.send(json.dumps({"page": "p", "at": 0, "open": 0, "ping": 1}))
            while not stop.is_set():
                now = time.perf_counter()
                if due_at and now >= due_at and not asked:
                    nth, read_at, due_at, asked = nth + 1, now, 0.0, True
                    socket.send(json.dumps({"page": "p", "read": f"view=all&shown=50&heard={heard}", "language": "en", "nth": nth}))
                try:
                    told = json.loads(socket.recv(timeout=max(0.001, min(0.5, due_at - now)) if due_at and not asked else 0.5))
                except TimeoutError:
                    continue
                now, page = time.perf_counter(), told.get("queue", "")
                heard = told.get("heard") or heard
                if "queue" in told:
                    asked, took = False, now - read_at
                    if page is None:
                        refused.append(nth)
                        continue
                elif (told.get("listed") or told.get("all")) and not due_at:
                    due_at = max(now + FIRST_S, read_at + min(max(BETWEEN_S, PATIENCE * took), MOST_S))
                with lock:
                    for mark, at in written.items():
                        if mark not in known and mark in page:
                            known.add(mark)
                            shown.append(now - at)

    bells: dict[int, float] = {}

    def listen() -> None:
        with psycopg.connect(house.url, autocommit=True) as line:
            line.execute("LISTEN desk")
            while not stop.is_set():
                for bell in line.notifies(timeout=0.5):
                    bells.setdefault(json.loads(bell.payload).get("conversation"), time.perf_counter())

    threads = [threading.Thread(target=console, args=(number,)) for number in range(CONSOLES)]
    threads.append(threading.Thread(target=listen))
    for thread in threads:
        thread.start()
    time.sleep(2)
    for index in range(LETTERS):
        mark = f"marca{'b' if when else 'a'}{index:04d}x"
        with lock:
            written[mark] = time.perf_counter()
        house.double.guest_says(f"5491170{int(bool(when))}{index:05d}", "hola", name=mark)
        time.sleep(GAP_S)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(shown) < LETTERS * CONSOLES:
        time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join(30)
    if refused:
        report.fault(f"{len(refused)} readings of a console were refused")
    if len(shown) < LETTERS * CONSOLES:
        report.fault(f"{LETTERS * CONSOLES - len(shown)} of {LETTERS * CONSOLES} messages were not seen by a console")
    named = "SELECT g.name, c.id FROM conversations_conversation c JOIN conversations_guest g ON g.id = c.guest_id WHERE g.name = ANY(%s)"
    talks = dict(house.sql(named, list(written)))
    report.add(f"{when}webhook → bell", latencies([bells[talks[mark]] - at for mark, at in written.items() if talks.get(mark) in bells]))
    report.add(f"{when}webhook → shown, {CONSOLES} consoles", latencies(shown))
