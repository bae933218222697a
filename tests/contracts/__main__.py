"""The contract asked of a live PMS: ``make test-pms PMS_BASE_URL=… PMS_API_KEY=… PMS_HOTEL_ID=…``.

Prints ``ok|FAIL|n/a  name  ms`` for every question and writes test-pms.json. Whatever is booked carries
``source=contract:<uuid>`` and is cancelled again, on Ctrl-C too. PMS_ROOM_TYPE and PMS_FROM choose room type and first day.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import django

REPORT = Path("test-pms.json")
FIRST, LAST = 200, 400  # days ahead


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    given = {name: os.environ.get(name, "").strip() for name in ("PMS_BASE_URL", "PMS_API_KEY", "PMS_HOTEL_ID")}
    missing = [name for name, value in given.items() if not value]
    if missing:
        sys.stderr.write(f"give {', '.join(missing)}\n")
        return 2
    os.environ["PMS_TYPE"] = "embedded"  # this PMS is asked here, not made the demo hotel's
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return ask(given)
    finally:
        teardown_databases(databases, verbosity=0)


def ask(given: dict[str, str]) -> int:
    from hotelagent.hotels.models import Hotel
    from pms.errors import PmsError
    from pms.models import Connection
    from tests.contracts.bench import Bench
    from tests.contracts.questions import QUESTIONS

    hotel = Hotel.objects.create(
        slug="contract", name="Contract", timezone="UTC", country="AR", currency="USD", languages=["es"], email="contract@hotel.example"
    )
    row = Connection.objects.create(
        hotel=hotel, type="qloapps", base_url=given["PMS_BASE_URL"], base_url_trusted=True, api_key=given["PMS_API_KEY"],
        property_id=given["PMS_HOTEL_ID"],
    )  # fmt: skip
    today = dt.datetime.now(tz=dt.UTC).date()
    first = dt.date.fromisoformat(os.environ["PMS_FROM"]) if os.environ.get("PMS_FROM") else today + dt.timedelta(days=FIRST)
    bench = Bench(hotel, first, first + dt.timedelta(days=LAST - FIRST), room_type=os.environ.get("PMS_ROOM_TYPE", ""))
    answers: list[dict[str, object]] = []
    interrupted = False
    started = time.monotonic()
    try:
        Hotel.objects.filter(pk=hotel.pk).update(timezone=bench.port.reads.setup().zone)  # type: ignore[attr-defined]
        for question in QUESTIONS:
            answers.append(one(bench, question))
    except KeyboardInterrupt:
        interrupted = True
    except PmsError as error:
        answers.append(told("reaching_the_pms", "FAIL", 0.0, f"{type(error).__name__}: {error}"))
    finally:
        left = bench.sweep()
    for problem in left:
        answers.append(told("everything_is_cancelled_again", "FAIL", 0.0, problem))
    return report(row.base_url, answers, interrupted=interrupted, took_s=time.monotonic() - started)


def one(bench, question):  # type: ignore[no-untyped-def]
    from tests.contracts.bench import NotApplicableError

    started = time.monotonic()
    verdict, why = "ok", ""
    try:
        question.ask(bench)
    except NotApplicableError as reason:
        verdict, why = "n/a", str(reason)
    except (Exception, AssertionError) as error:
        verdict, why = "FAIL", f"{type(error).__name__}: {error}"[:500] + "\n" + "".join(traceback.format_tb(error.__traceback__)[-2:])
    except BaseException as error:  # pytest's own "did not raise"
        if isinstance(error, KeyboardInterrupt):
            raise
        verdict, why = "FAIL", str(error)[:500]
    took_ms = (time.monotonic() - started) * 1000
    left = bench.sweep()
    if left and verdict == "ok":
        verdict, why = "FAIL", "; ".join(left)
    return told(question.name, verdict, took_ms, why)


def told(name: str, verdict: str, took_ms: float, why: str) -> dict[str, object]:
    sys.stdout.write(f"{verdict:<4}  {name}  {took_ms:.0f}{'  (' + why.splitlines()[0] + ')' if why else ''}\n")
    sys.stdout.flush()
    return {"question": name, "verdict": verdict, "ms": round(took_ms), "why": why}


def report(base_url: str, answers: list[dict[str, object]], *, interrupted: bool, took_s: float) -> int:
    counts = {verdict: sum(answer["verdict"] == verdict for answer in answers) for verdict in ("ok", "FAIL", "n/a")}
    REPORT.write_text(
        json.dumps({"pms": base_url, "took_s": round(took_s), "interrupted": interrupted, **counts, "questions": answers}, indent=1)
    )
    sys.stdout.write(f"{counts['ok']} ok, {counts['FAIL']} FAIL, {counts['n/a']} n/a in {took_s:.0f} s; {REPORT}\n")
    return 1 if counts["FAIL"] or interrupted else 0


if __name__ == "__main__":
    sys.exit(main())
