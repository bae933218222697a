"""python -m tests.load [webhook|ratio|turns|endtoend|memory|pms|desk|mail|all]: see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.load import desk, endtoend, mail, memory, pms, ratio, turns, webhook
from tests.load.report import Report, say

PARTS: dict[str, Callable[[argparse.Namespace, Report], None]] = {
    "webhook": webhook.run,
    "turns": turns.run,
    "endtoend": endtoend.run,
    "ratio": ratio.run,
    "memory": memory.run,
    "pms": pms.run,
    "desk": desk.run,
    "mail": mail.run,
}
INVALID = 3


def main(argv: list[str]) -> int:
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: the house is taken down
    chosen = list(PARTS) if options.part == "all" else [options.part]
    code = 0
    for name in chosen:
        report = Report(name, f"python -m tests.load {shlex.join([name, *(word for word in argv if word != options.part)])}")
        PARTS[name](options, report)
        if report.faults:
            code = INVALID
        if options.save and not options.profile:
            report.save()
    say(f"\n{'some of it is INVALID' if code else 'done'}")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--seconds", type=float, help="webhook, endtoend: 60; a round of ratio: 10; desk: 90")
    parser.add_argument("--rate", type=float, help="requests a second; webhook: 500, endtoend: 10, desk: 50 beside the consoles (0: none)")
    parser.add_argument("--count", type=int, help="turns: waiting questions, 2000")
    parser.add_argument(
        "--old",
        type=int,
        default=1_000_000,
        help="turns: old messages in the second half; pms: past bookings; desk: old messages; 0 leaves it out",
    )
    parser.add_argument("--delays", type=_numbers, default=[0, 300], help="turns: ms that the Graph API takes, e.g. 0,300")
    parser.add_argument("--clusters", type=_numbers, default=[1, 2], help="worker clusters, e.g. 1,2; other parts take the first")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of a cluster")
    parser.add_argument("--debounce", type=float, default=0.0, help="DEBOUNCE_S of the house")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of what is compared: ratio, and turns with old messages")
    parser.add_argument("--connections", type=int, default=16, help="ratio: connections")
    parser.add_argument("--drain-limit", type=float, default=1800.0, help="webhook, turns: seconds of patience")
    parser.add_argument("--statuses", action=argparse.BooleanOptionalAction, help="the double's own statuses (off; endtoend: on)")
    parser.add_argument("--profile", action="store_true", help="ratio, turns: where the time goes, instead of figures")
    parser.add_argument("--data-dir", type=Path, help="where the house's data lies (default: the system's temporary directory)")
    parser.add_argument("--save", action=argparse.BooleanOptionalAction, default=True, help="JSON to docs/proof/")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
