"""The HTTP face of the double: reads a call, has it judged, writes the ledger, and only then answers."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
import traceback
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .control import answer_control
from .envelopes import envelope, status_value, to_bytes
from .faults import STATUS_PLANS, CallFacts, Fault, FaultPlan, Reply, spoil
from .graph import Call, Graph, Outcome, read_json
from .ledger import Acceptance, CallRow, Ledger
from .options import Options
from .webhooks import Courier, Delivery

CONTROL = "/_double/"
# RST instead of FIN: closing with a linger time of zero (socket(7), SO_LINGER).
LINGER_NONE = struct.pack("ii", 1, 0)


class Double:
    """Everything one running double is made of."""

    def __init__(self, options: Options, ledger_path: Path) -> None:
        self.options = options
        self.ledger = Ledger(ledger_path, options.now)
        self.graph = Graph(options, self.ledger)
        self.faults = FaultPlan()
        self.courier = Courier(options, self.ledger)
        self.broken = 0
        self.is_closing = False

    def close(self) -> None:
        """Stop posting, then close the ledger; calls cut off by this are no fault of the double."""
        self.is_closing = True
        self.courier.stop()
        self.ledger.close()


@dataclass(frozen=True)
class Settled:
    """A judged and recorded call: what to answer, and the statuses to post before or after the answer."""

    reply: Reply
    statuses: list[Delivery]
    statuses_first: bool


def settle(double: Double, call: Call) -> Settled:
    """Judge one Graph call, let the scripted faults spoil it, and commit it to the ledger."""
    facts = double.graph.facts(call)
    fault = double.faults.take_answer(facts)
    outcome = double.graph.judge(call) if fault is None or fault.accepts else None
    reply = outcome.reply if outcome else None
    if fault is not None:
        reply = spoil(fault, reply)
    accepted = outcome.accepted if outcome else None
    status_fault = double.faults.take_statuses(facts) if accepted else None
    if accepted and status_fault and status_fault.kind == "fail_status":
        accepted = replace(accepted, fail_code=int(status_fault.details.get("code", 131026)))
    if reply is None:
        raise RuntimeError("a call was neither judged nor spoiled")
    double.ledger.record_call(_row(call, facts, outcome, reply, fault, status_fault), accepted)
    statuses = _statuses(double, accepted, status_fault) if accepted else []
    first = status_fault is not None and status_fault.kind == "status_before_answer"
    return Settled(reply, statuses, first)


def _row(call: Call, facts: CallFacts, outcome: Outcome | None, reply: Reply, fault: Fault | None, later: Fault | None) -> CallRow:
    verdict = outcome.outcome if outcome else "fault"
    code = outcome.code if outcome else int((fault and fault.details.get("code")) or -1)
    is_text = facts.path != "media" and len(call.raw) <= 1_000_000
    body = call.raw.decode("utf-8", "replace") if is_text else f"{len(call.raw)} bytes"
    kinds = "+".join(one.kind for one in (fault, later) if one) or None
    status = 0 if reply.hang_up else reply.status
    return CallRow(
        call.method, call.target, facts.path, facts.phone_number_id, facts.to, facts.type, body, verdict, code, status,
        kinds,
    )  # fmt: skip


def _statuses(double: Double, sent: Acceptance, fault: Fault | None) -> list[Delivery]:
    options = double.options
    names = ["failed"] if sent.fail_code else ["sent", "delivered", *(["read"] if options.read else [])]
    if fault is not None:
        names = STATUS_PLANS[fault.kind](names)
    text = fault.details.get("text") if fault else None
    return [
        Delivery(
            "status",
            sent.wamid,
            name,
            to_bytes(
                envelope(
                    options,
                    sent.phone_number_id,
                    "messages",
                    status_value(name, sent, options.now(), sent.fail_code, text),
                )
            ),
        )
        for name in names
    ]


class Handler(BaseHTTPRequestHandler):
    """One connection; kept alive between calls as Meta's front does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: DoubleServer

    def do_GET(self) -> None:
        double = self.server.double
        try:
            raw = self._read()
            if raw is None:
                return
            if self.path.startswith(CONTROL):
                status, answer = answer_control(double, self.command, self.path, raw)
                self._write(Reply(status, json.dumps(answer).encode()))
            else:
                self._answer_graph(double, raw)
        except ConnectionError:
            # The caller hung up; what was accepted stays accepted.
            self.close_connection = True

    do_POST = do_DELETE = do_PUT = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the ledger is the log."""

    def _answer_graph(self, double: Double, raw: bytes) -> None:
        body = read_json(raw, self.headers.get("Content-Type", ""))
        origin = f"http://{self.headers.get('Host', '127.0.0.1')}"
        call = Call(self.command, self.path, self.headers, raw, body, origin)
        with double.courier.holding():
            settled = settle(double, call)
            if settled.statuses_first:
                for delivery in settled.statuses:
                    double.courier.post_now(delivery)
            if settled.reply.delay_s:
                time.sleep(settled.reply.delay_s)
            try:
                self._write(settled.reply)
            finally:
                if not settled.statuses_first:
                    double.courier.post_in_turn(settled.statuses)

    def _read(self) -> bytes | None:
        size = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") or not size.isdecimal():
            self.close_connection = True
            self._write(Reply(411, b"", "text/plain"))
            return None
        return self.rfile.read(int(size))

    def _write(self, reply: Reply) -> None:
        if reply.hang_up:
            if reply.hang_up == "rst":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
                # The descriptor lives until the buffered reader is closed too, which the base class does next.
                self.connection.close()
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)


class DoubleServer(ThreadingHTTPServer):
    """Listens on loopback only."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(self, port: int, double: Double) -> None:
        self.double = double
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A fault of the double itself must not pass for one of Meta's: it is shown, counted, and told at the end."""
        if self.double.is_closing or isinstance(sys.exception(), ConnectionError | TimeoutError):
            return
        self.double.broken += 1
        traceback.print_exc(file=sys.stderr)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


def serve_until(server: DoubleServer, stop: threading.Event) -> None:
    """Serve in the background until `stop` is set, then close everything in order."""
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    stop.wait()
    server.shutdown()
    server.server_close()
    server.double.close()
