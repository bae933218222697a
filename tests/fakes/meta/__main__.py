"""Command line: python -m tests.fakes.meta --ledger FILE --webhook-url URL --app-secret S --token T ..."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import urllib.parse
from pathlib import Path

from .options import Options
from .server import Double, DoubleServer, serve_until

DISPLAY_FIRST = 5491150000000


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; prints {"port": N} once calls can be made. Returns 1 if the double itself broke."""
    args = _parser().parse_args(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    double = Double(_options(args), args.ledger)
    server = DoubleServer(args.port, double)
    sys.stdout.write(json.dumps({"port": server.port}) + "\n")
    sys.stdout.flush()
    if args.until_stdin_closes:
        threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
    serve_until(server, stop)
    return 1 if double.broken else 0


def _watch_stdin(stop: threading.Event) -> None:
    # A test run that is killed cannot send a signal, but the kernel closes its end of the pipe.
    while os.read(0, 1024):
        pass
    stop.set()


def _options(args: argparse.Namespace) -> Options:
    ids = args.phone_number_id or ["1001"]
    shown = [*args.display_number, *(str(DISPLAY_FIRST + index) for index in range(len(args.display_number), len(ids)))]
    return Options(
        webhook_url=args.webhook_url,
        app_secret=args.app_secret,
        token=args.token,
        numbers=dict(zip(ids, shown, strict=False)),
        verify_token=args.verify_token,
        waba_id=args.waba_id,
        window=args.window,
        read=args.read,
        status_gap_s=args.status_gap_s,
        throughput_per_s=args.throughput_per_s,
        limit_http_status=args.limit_http_status,
        webhook_timeout_s=args.webhook_timeout_s,
        retry_first_s=args.retry_first_s,
        retry_max_s=args.retry_max_s,
        workers=args.workers,
    )


def _loopback_http(text: str) -> str:
    url = urllib.parse.urlsplit(text)
    if url.scheme != "http" or url.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise argparse.ArgumentTypeError("the webhook address is http:// on this machine")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.meta", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file; kept and continued if it exists")
    parser.add_argument("--webhook-url", type=_loopback_http, required=True)
    parser.add_argument("--app-secret", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--phone-number-id", action="append", help="repeat for several numbers; default 1001")
    parser.add_argument("--display-number", action="append", default=[], help="in the order of the numbers")
    parser.add_argument("--verify-token", default="verify")
    parser.add_argument("--waba-id", default="2001")
    parser.add_argument("--window", choices=("async", "sync"), default="async", help="how a closed window is told")
    parser.add_argument("--read", action="store_true", help="guests have read receipts on")
    parser.add_argument("--status-gap-s", type=float, default=0.0, help="pause between the statuses of a message")
    parser.add_argument("--throughput-per-s", type=int, default=80, help="80, or 1000 for an upgraded number")
    parser.add_argument("--limit-http-status", type=int, choices=(400, 429), default=400)
    parser.add_argument("--webhook-timeout-s", type=float, default=10.0)
    parser.add_argument("--retry-first-s", type=float, default=0.5)
    parser.add_argument("--retry-max-s", type=float, default=30.0)
    parser.add_argument("--workers", type=int, default=8, help="webhooks posted at the same time")
    parser.add_argument("--until-stdin-closes", action="store_true", help="also stop when stdin ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
