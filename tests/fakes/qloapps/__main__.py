"""Command line: python -m tests.fakes.qloapps --port 8480 --key KKKK…"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading

from . import QloAppsDouble


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; prints {"port": N} once calls can be made."""
    args = _parser().parse_args(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rules = {
        name: getattr(args, name)
        for name in ("rooms_per_type", "timezone", "languages", "domain", "race_window_s", "auto_cancel_share", "seed")
    }
    with QloAppsDouble(key=args.key, port=args.port, php74=args.php74, stock_errors=args.stock_errors, **rules) as double:
        sys.stdout.write(json.dumps({"port": double.port}) + "\n")
        sys.stdout.flush()
        if args.until_stdin_closes:
            threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
        stop.wait()
    return 0


def _watch_stdin(stop: threading.Event) -> None:
    # A test run that is killed cannot send a signal, but the kernel closes its end of the pipe.
    while os.read(0, 1024):
        pass
    stop.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.qloapps", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--key", default="K" * 32)
    parser.add_argument("--rooms-per-type", type=int, default=5)
    parser.add_argument("--timezone", default="UTC")
    parser.add_argument("--languages", type=int, default=1)
    parser.add_argument("--domain")
    parser.add_argument("--race-window-s", type=float, default=0.02)
    parser.add_argument("--auto-cancel-share", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--php74", action="store_true", help="every number is a string")
    parser.add_argument("--stock-errors", action="store_true", help="bookings answer 500 although the work is done")
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
