"""Run inside the house's environment, with its workers stopped: SQL statements of a turn, and profiles.

    python -m tests.load.inside statements|profile-turns|profile-webhook

The drains are those of ``settings.DRAINS``, but their work is done here on one thread, one job after the other: so every
statement and every millisecond belongs to a drain. A worker at work looks for jobs more often than this.
"""

from __future__ import annotations

import contextlib
import cProfile
import io
import itertools
import json
import math
import os
import pstats
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.load import letters

ROOT = Path(__file__).resolve().parents[2]
OURS = ("hotelagent", "channels_app", "conversations", "reservations", "pms")
LINES = 25
_guests = itertools.count(5_000_000 + os.getpid() * 10_000)


class Statements:
    """Counts what Django sends, on every thread and connection (CaptureQueriesContext sees one connection only)."""

    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.Lock()

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        from django.db.backends.utils import CursorWrapper

        execute, executemany = CursorWrapper._execute, CursorWrapper._executemany

        def counted(original: Callable[..., Any]) -> Callable[..., Any]:
            def go(*args: Any, **kwargs: Any) -> Any:
                with self.lock:
                    self.count += 1
                return original(*args, **kwargs)

            return go

        CursorWrapper._execute, CursorWrapper._executemany = counted(execute), counted(executemany)  # type: ignore[method-assign]
        try:
            yield
        finally:
            CursorWrapper._execute, CursorWrapper._executemany = execute, executemany  # type: ignore[method-assign]


def drains() -> list[Any]:
    from django.conf import settings
    from django.utils.module_loading import import_string

    return [import_string(path) for path in settings.DRAINS["default"]]


def work_off(drain: Any) -> int:
    """What the drain has to do now (see hotelagent.ops.queue.Drain); returns how many jobs that was."""
    jobs = drain.claim(drain.threads + drain.ahead)
    for job in jobs:
        future: Future[Any] = Future()
        try:
            future.set_result(drain.work(job))
        except Exception as error:
            future.set_exception(error)
        if drain.settle is not None:
            drain.settle(job, future)
        future.result()
    return len(jobs)


def texts(count: int) -> list[bytes]:
    """Bodies of new guests, spread over the house's numbers."""
    from channels_app.models import Account

    numbers = list(Account.objects.filter(kind="whatsapp").order_by("id").values_list("external_id", "hotel__slug", "display_number"))
    mark, made = letters.run_mark(), []
    for index in range(count):
        number, hotel, display = numbers[index % len(numbers)]
        line = letters.Line(number, hotel, display)
        text = letters.Text(letters.wamid(mark, index), line, letters.phone(next(_guests)), index % len(letters.QUESTIONS), time.time())
        made.append(letters.text_body(text))
    return made


def post(bodies: list[bytes], path: str = letters.PATH) -> None:
    """Through the whole WSGI application, as the server calls it."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    for body in bodies:
        head, _, _ = letters.request(0, body).partition(b"\r\n\r\n")
        signature = head.decode().rsplit("X-Hub-Signature-256: ", 1)[1]
        environ = {
            "REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "127.0.0.1", "HTTP_X_HUB_SIGNATURE_256": signature, "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        seen: list[str] = []
        answer = application(environ, lambda status, headers, seen=seen: seen.append(status))
        list(answer)
        getattr(answer, "close", lambda: None)()
        if not seen[0].startswith("200"):
            raise RuntimeError(f"the webhook said {seen[0]}")


def drain_all(each: Callable[[Any], int] = work_off) -> None:
    """Every drain in turn until none has work."""
    for _round in range(2000):
        if not sum(each(drain) for drain in drains()):
            return
    raise RuntimeError("the work does not end")


def statements() -> list[dict[str, Any]]:
    rows = []
    for count in (0, 1, 50):
        post(texts(count))
        counter, of = Statements(), {drain.name: 0 for drain in drains()}

        def each(drain: Any, counter: Statements = counter, of: dict[str, int] = of) -> int:
            before = counter.count
            worked = work_off(drain)
            of[drain.name] += counter.count - before
            return worked

        with counter.counting():
            drain_all(each)
        per_letter = round(counter.count / count, 1) if count else ""
        rows.append({"letters waiting": count, "statements": counter.count, "per letter": per_letter, **of})
    return rows


def profiled(work: Callable[[], None], count: int, what: str) -> str:
    """By processor time of this thread: a busy machine does not show, and neither does waiting for the database."""
    profile = cProfile.Profile(time.thread_time)
    profile.enable()
    work()
    profile.disable()
    out = [f"{count} {what}"]
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    rows = [(cumulative, own, calls, place(key), key[0]) for key, (_, calls, own, cumulative, _) in stats.items()]
    ours = [row for row in rows if any(f"{ROOT}/{package}/" in row[4] for package in OURS)]
    for title, chosen in (
        ("our packages, by cumulative time", sorted(ours, reverse=True)[:LINES]),
        ("everybody, by own time", sorted(rows, key=lambda row: -row[1])[:LINES]),
    ):
        out += ["", f"{title}: processor ms each, own ms each, calls each (the profiler doubles them or more)"]
        out += [f"  {c / count * 1000:8.3f} {o / count * 1000:8.3f} {n / count:8.1f}  {name}" for c, o, n, name, _ in chosen]
    return "\n".join(out)


def clocked(works: dict[str, Callable[[], None]], count: int, before: Callable[[], None] = lambda: None) -> str:
    """Without the profiler, which makes everything slower; in turns, and the best of four, so that neighbours count little."""
    best: dict[str, float] = {}
    for _round in range(4):
        for what, work in works.items():
            before()
            cpu = time.thread_time()
            work()
            best[what] = min(best.get(what, math.inf), (time.thread_time() - cpu) / count * 1000)
    return "\n".join(f"{what}: {each:.2f} processor ms each" for what, each in best.items())


def place(key: tuple[str, int, str]) -> str:
    path = key[0].replace(f"{ROOT}/", "")
    return f"{path.rsplit('site-packages/', 1)[-1]}:{key[1]} {key[2]}" if key[1] else key[2]


def main(what: str) -> None:
    import django

    django.setup()
    post(texts(20))
    drain_all()  # warm, and nothing left
    if what == "statements":
        print(json.dumps(statements()))
    elif what == "profile-webhook":
        count = 200
        works = {path: lambda path=path: post(texts(count), path) for path in (letters.PATH, "/noop/")}
        print(clocked(works, count))
        bodies = texts(count)
        print(profiled(lambda: post(bodies), count, "webhooks"))
    else:
        count = 50
        print(clocked({"turns": drain_all}, count, before=lambda: post(texts(count))))
        post(texts(count))
        print(profiled(drain_all, count, "turns"))


if __name__ == "__main__":
    main(sys.argv[1])
