"""The generator: sends prepared requests at fixed instants, whatever the answers do (open loop), in a process of its own.

A closed loop waits for a slow server and so never asks it while it is slow. Here every request has its instant, its
latency counts from that instant, and a connection is opened when none is free. What the generator itself was late by
(the lag) is measured; a run whose P99 of it is above 50 ms says nothing about the server and is INVALID.

    python -m tests.load.generator PLAN RESULT      (both pickles; see run)
"""

from __future__ import annotations

import asyncio
import gc
import math
import pickle
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAG_LIMIT_S = 0.05
IDLE_S = 2.5  # servers close idle connections after 5 s; never send on one that may be closing
CONNECTIONS = 1000
ANSWER_TIMEOUT_S = 30.0
LEAD_S = 0.3


@dataclass
class Plan:
    """Requests and when: offsets in seconds from the start, ascending; without offsets a closed loop."""

    port: int
    requests: list[bytes]
    offsets: list[float] | None = None
    connections: int = 16
    seconds: float = 0.0


@dataclass
class Result:
    """For every request that was sent: seconds and HTTP status (0: no whole answer)."""

    started_at: float = 0.0  # wall clock of offset 0
    took_s: float = 0.0
    cpu_s: float = 0.0
    lags: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return percentile(self.lags, 99) <= LAG_LIMIT_S

    def summary(self) -> dict[str, object]:
        """The generator about itself."""
        lag = {f"lag P{p} ms": round(percentile(self.lags, p) * 1000, 2) for p in (50, 99)}
        return lag | {"cpu_s": round(self.cpu_s, 2), "valid": self.valid}

    def by_status(self) -> dict[str, int]:
        return {str(status) if status else "no answer": count for status, count in sorted(Counter(self.statuses).items())}


def percentile(values: list[float], p: float) -> float:
    """By nearest rank; 0 of nothing."""
    return sorted(values)[max(1, math.ceil(len(values) * p / 100)) - 1] if values else 0.0


def run(plan: Plan) -> Result:
    """Carry a plan out in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-plan-") as directory:
        path, result = Path(directory) / "plan", Path(directory) / "result"
        path.write_bytes(pickle.dumps(plan))
        subprocess.run([sys.executable, "-m", "tests.load.generator", str(path), str(result)], cwd=ROOT, check=True)
        return pickle.loads(result.read_bytes())


class Line(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self, owner: Loop) -> None:
        self.owner = owner
        self.index = -1
        self.freed_at = 0.0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def connection_lost(self, _error: Exception | None) -> None:
        if self.index >= 0:
            self.owner.answered(self, 0)

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        head = data.find(b"\r\n\r\n")
        lowered = data[:head].lower() if head >= 0 else b""
        at = lowered.find(b"content-length:")
        length = int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if head < 0 or len(data) < head + 4 + length:
            self.buffer = data
            return
        self.buffer = b""
        if b"connection: close" in lowered:
            self.transport.close()
        if self.index >= 0:
            self.owner.answered(self, int(data[9:12]))


class Loop:
    """Both kinds of loop over one pool of connections."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = time.perf_counter
        count = len(plan.requests)
        self.due, self.lag, self.latency, self.status = [0.0] * count, [-1.0] * count, [-1.0] * count, [0] * count
        self.tasks: set[asyncio.Future[None]] = set()
        self.free: list[Line] = []
        self.open = self.sent = self.done = 0
        self.waiting: list[int] = []
        self.until: float | None = None

    async def connect(self) -> Line:
        self.open += 1
        _transport, line = await asyncio.get_running_loop().create_connection(lambda: Line(self), "127.0.0.1", self.plan.port)
        line.freed_at = self.clock()
        return line

    def answered(self, line: Line, status: int) -> None:
        index, line.index = line.index, -1
        now = self.clock()
        self.latency[index], self.status[index] = now - self.due[index], status
        self.done += 1
        gone = status == 0 or line.transport.is_closing()
        self.open -= gone
        line.freed_at = now
        if self.until is not None:
            self.spawn(self.again()) if gone else self.next_closed(line)
        elif self.waiting:
            index = self.waiting.pop(0)
            self.spawn(self.connect_and_send(index)) if gone else self.write(line, index)
        elif not gone:
            self.free.append(line)

    def write(self, line: Line, index: int) -> None:
        line.index = index
        line.transport.write(self.plan.requests[index])
        self.lag[index] = self.clock() - self.due[index]
        self.sent += 1

    # --- open loop -------------------------------------------------------------------------------------------------------

    async def run_open(self) -> Result:
        offsets = self.plan.offsets or []
        self.free = [await self.connect() for _ in range(min(self.plan.connections, len(offsets)))]
        start, started_at = self.clock() + LEAD_S, time.time() + LEAD_S
        self.due = [start + offset for offset in offsets]
        for index, due in enumerate(self.due):
            if (pause := due - self.clock()) > 0:
                await asyncio.sleep(pause)
            elif index % 64 == 63:
                await asyncio.sleep(0)  # late: let the answers in
            self.send(index)
        limit = self.clock() + ANSWER_TIMEOUT_S
        while self.done < len(offsets) and self.clock() < limit:
            await asyncio.sleep(0.005)
        for index, due in enumerate(self.due):  # what was never answered, or never sent, waited at least until now
            for seen in (self.lag, self.latency):
                seen[index] = seen[index] if seen[index] >= 0 else self.clock() - due
        return Result(started_at, self.clock() - start, 0.0, self.lag, self.latency, self.status)

    def send(self, index: int) -> None:
        while self.free:
            line = self.free.pop()
            if not line.transport.is_closing() and self.clock() - line.freed_at < IDLE_S:
                self.write(line, index)
                return
            line.transport.close()
            self.open -= 1
        if self.open < CONNECTIONS:
            self.spawn(self.connect_and_send(index))
        else:
            self.waiting.append(index)

    async def connect_and_send(self, index: int) -> None:
        try:
            line = await self.connect()
        except OSError:
            self.open -= 1
            self.lag[index], self.latency[index] = 0.0, self.clock() - self.due[index]  # refused: the server's doing
            self.done += 1
        else:
            self.write(line, index)

    # --- closed loop: for comparing two views of one server, never for latencies -----------------------------------------

    async def run_closed(self) -> Result:
        lines = [await self.connect() for _ in range(self.plan.connections)]
        start, started_at = self.clock(), time.time()
        self.until = start + self.plan.seconds
        for line in lines:
            self.next_closed(line)
        while self.done < self.sent or (self.clock() < self.until and self.sent < len(self.plan.requests)):
            await asyncio.sleep(0.002)
            if self.clock() > self.until + ANSWER_TIMEOUT_S:
                break
        took = self.clock() - start
        return Result(started_at, took, 0.0, self.lag[: self.sent], self.latency[: self.sent], self.status[: self.sent])

    def next_closed(self, line: Line) -> None:
        if self.sent < len(self.plan.requests) and self.until is not None and self.clock() < self.until:
            self.due[self.sent] = self.clock()
            self.write(line, self.sent)

    async def again(self) -> None:
        self.next_closed(await self.connect())

    def spawn(self, work) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def main(path: str, result_path: str) -> None:
    plan: Plan = pickle.loads(Path(path).read_bytes())
    gc.freeze()
    gc.disable()  # a collection would be a stall of ours
    loop = Loop(plan)
    before = time.process_time()
    result = asyncio.run(loop.run_closed() if plan.offsets is None else loop.run_open())
    result.cpu_s = time.process_time() - before
    Path(result_path).write_bytes(pickle.dumps(result))


if __name__ == "__main__":
    from tests.load import generator  # so that the pickles name this module and not __main__

    generator.main(*sys.argv[1:])
