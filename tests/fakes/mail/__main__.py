"""Command line: python -m tests.fakes.mail --imap-port 1143 --smtp-port 1587 --address A --password W"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .account import NAMES
from .client import MailDouble


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; prints the three ports as JSON once calls can be made. Returns 1 if the double itself broke."""
    args = _parser().parse_args(argv)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    double = MailDouble(
        args.address,
        args.password,
        imap_port=args.imap_port,
        smtp_port=args.smtp_port,
        api_port=args.api_port,
        token=args.token,
        tls=args.tls,
        locale=args.locale,
        daily_limit=args.daily_limit,
    ).start()
    for path in sorted(args.inbox.glob("**/*.eml")) if args.inbox else ():
        double.receive(path.read_bytes())
    ports = {"imap_port": double.imap_port, "smtp_port": double.smtp_port, "api_port": double.api_port}
    sys.stdout.write(json.dumps(ports | ({"ca_file": double.ca_file} if args.tls else {})) + "\n")
    sys.stdout.flush()
    if args.until_stdin_closes:
        threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
    stop.wait()
    double.stop()
    return 1 if double.broken else 0


def _watch_stdin(stop: threading.Event) -> None:
    # A test run that is killed cannot send a signal, but the kernel closes its end of the pipe.
    while os.read(0, 1024):
        pass
    stop.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.mail", description=__doc__)
    parser.add_argument("--imap-port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--api-port", type=int, default=0, help="the Gmail API, and the control calls under /_double/")
    parser.add_argument("--address", default="hotel@example.com")
    parser.add_argument("--password", default="abcdefghijklmnop", help="the app password")
    parser.add_argument("--token", default="ya29.first", help="the access token XOAUTH2 takes")
    parser.add_argument("--tls", action="store_true", help="TLS from the first byte, with a certificate made for 127.0.0.1")
    parser.add_argument("--locale", choices=sorted(NAMES), default="en", help="how the mailboxes are called")
    parser.add_argument("--daily-limit", type=int, default=500, help="recipients a day; 500, or 2000 at Workspace")
    parser.add_argument("--inbox", type=Path, help="folder of .eml files that lie in INBOX from the start")
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
