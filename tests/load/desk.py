"""Part ``desk``: twenty open consoles, 500 guests in the queue, a million old messages in fifty hotels."""

from __future__ import annotations

import argparse
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import requests
from websockets.sync.client import connect

from tests.load.house import House
from tests.load.report import Report, latencies

CONSOLES, TIMES, LETTERS, GAP_S = 20, 60, 60, 1.0
# A page reads its queue no more often than this (static/console/desk.js).
FIRST_S, BETWEEN_S = 0.12, 1.2
TERMS = ("guest 77 jose", "José 412", "cochera 55", "balcon toallas", "5491151")


def run(options: argparse.Namespace, report: Report) -> None:
    with House(hotels=1, statuses=options.statuses, data_dir=options.data_dir) as house:
        crowd: dict[str, Any] = json.loads(house.run("-m", "tests.load.crowd", str(options.old), LOG_LEVEL="ERROR").splitlines()[-1])
        report.add("stored", {name: crowd[name] for name in ("messages", "conversations")})
        desk = Desk(f"http://127.0.0.1:{house.port}", crowd)
        pages(desk, report)
        house.start_workers(1, options.workers)
        house.ready()
        alive(house, desk, report)


class Desk:
    """A person's browser, as far as the server sees it."""

    def __init__(self, site: str, crowd: dict[str, Any]) -> None:
        self.site, self.crowd, self.base = site, crowd, f"{site}/console/{crowd['hotel']}"
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cookies.set("sessionid", crowd["session"])
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


def timed(times: int, work: Callable[[int], Any]) -> dict[str, float]:
    took = []
    for index in range(times):
        started = time.perf_counter()
        work(index)
        took.append(time.perf_counter() - started)
    return latencies(took)


def pages(desk: Desk, report: Report) -> None:
    """What one person waits for."""
    waiting, long = desk.crowd["waiting"], desk.crowd["long"]
    first = desk.get("queue/?view=waiting&shown=500")
    if first.text.count("data-last-guest") != len(waiting):
        report.fault("the queue does not show its 500 rows")
    report.add("queue, 50 rows", timed(TIMES, lambda _n: desk.get("queue/?view=waiting")))
    report.add("queue, 500 rows", timed(TIMES // 3, lambda _n: desk.get("queue/?view=waiting&shown=500")))
    report.add("thread of 200 messages", timed(TIMES, lambda _n: desk.get(f"c/{long}/open/")))
    report.add("panel", timed(TIMES, lambda _n: desk.get(f"c/{long}/panel/")))
    for term in TERMS:
        report.add(f"search “{term}”", timed(6, lambda _n, term=term: desk.get(f"queue/?q={term}")))
    report.add("take", timed(TIMES, lambda n: desk.post(f"c/{waiting[n]}/take/")))
    report.add("send", timed(TIMES, lambda n: desk.post(f"c/{waiting[n]}/send/", text="Ya voy", key=uuid.uuid4().hex, seen=str(10**15))))
    report.add("note", timed(TIMES, lambda n: desk.post(f"c/{waiting[n]}/send/", text="ojo", key=uuid.uuid4().hex, kind="note")))


def alive(house: House, desk: Desk, report: Report) -> None:
    """From the webhook to every open console, which reads its queue again, as the page does."""
    shown: list[float] = []
    written: dict[str, float] = {}
    lock, stop = threading.Lock(), threading.Event()

    def console() -> None:
        mine = Desk(desk.site, desk.crowd)
        known: set[str] = set()
        read_at, due_at = 0.0, 0.0
        with connect(
            f"{desk.base}/live".replace("http://", "ws://"), additional_headers={"Cookie": f"sessionid={desk.crowd['session']}"},
            origin=desk.site, ping_interval=None,  # type: ignore[arg-type]
        ) as socket:  # fmt: skip
            while not stop.is_set():
                try:
                    told = json.loads(socket.recv(timeout=max(0.01, min(0.5, due_at - time.perf_counter() if due_at else 0.5))))
                    if told.get("conversations") and not due_at:
                        now = time.perf_counter()
                        due_at = max(now + FIRST_S, read_at + BETWEEN_S)
                except TimeoutError:
                    pass
                if not due_at or time.perf_counter() < due_at:
                    continue
                read_at, due_at = time.perf_counter(), 0.0
                page = mine.get("queue/?view=all").text
                seen = time.perf_counter()
                with lock:
                    for mark, at in written.items():
                        if mark not in known and mark in page:
                            known.add(mark)
                            shown.append(seen - at)

    threads = [threading.Thread(target=console) for _one in range(CONSOLES)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    for index in range(LETTERS):
        mark = f"marca{index:04d}x"
        with lock:
            written[mark] = time.perf_counter()
        house.double.guest_says(f"54911700{index:05d}", "hola", name=mark)
        time.sleep(GAP_S)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and len(shown) < LETTERS * CONSOLES:
        time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join(30)
    if len(shown) < LETTERS * CONSOLES:
        report.fault(f"{LETTERS * CONSOLES - len(shown)} of {LETTERS * CONSOLES} messages were not seen by a console")
    report.add(f"webhook → shown, {CONSOLES} consoles", latencies(shown))
