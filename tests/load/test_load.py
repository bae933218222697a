"""The measuring tool measured: it keeps its schedule while the server stalls, and the stall is in the latencies."""

import asyncio
import threading
import time
from contextlib import contextmanager

import pytest

from tests.load import generator, letters
from tests.load.generator import Plan

STALL_AT_S, STALL_S = 0.5, 0.6
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@contextmanager
def server(answer=ANSWER, *, stall=False):
    """A tiny HTTP server on one thread: while it stalls it reads and answers nothing. Yields (port, arrivals)."""
    loop, arrivals, started = asyncio.new_event_loop(), [], threading.Event()

    async def serve(reader, writer):
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
            except asyncio.IncompleteReadError:
                return writer.close()
            arrivals.append(time.perf_counter())
            if stall and len(arrivals) == 1:
                loop.call_later(STALL_AT_S, time.sleep, STALL_S)
            writer.write(answer)

    async def start():
        return await asyncio.start_server(serve, "127.0.0.1", 0)

    listening = loop.run_until_complete(start())
    thread = threading.Thread(target=lambda: (loop.call_soon(started.set), loop.run_forever()), daemon=True)
    thread.start()
    started.wait(5)
    try:
        yield listening.sockets[0].getsockname()[1], arrivals
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def plan(port, rate, seconds):
    body = letters.request(port, b"{}")
    return Plan(port, [body] * int(rate * seconds), [index / rate for index in range(int(rate * seconds))], connections=4)


def test_a_stall_of_the_server_is_in_the_latency_of_everything_that_was_due_meanwhile():
    with server(stall=True) as (port, arrivals):
        result = generator.run(plan(port, rate=100, seconds=1.6))

    assert result.by_status() == {"200": 160} and len(arrivals) == 160
    # Sent at its instant all the same: a closed loop of four connections would have held back some sixty requests.
    assert generator.percentile(result.lags, 90) < STALL_S / 4, result.summary()
    # A request that was due t into the stall waited for the rest of it, and the queue behind it.
    waited = [seconds for seconds in result.latencies if seconds > STALL_S / 4]
    assert len(waited) >= 0.6 * STALL_S * 100, sorted(result.latencies)[-60:]
    assert max(result.latencies) > STALL_S * 0.8
    assert generator.percentile(result.latencies, 50) < STALL_S / 4  # the rest of the run was quick


def test_a_lag_of_its_own_makes_a_run_invalid():
    late = generator.Result(lags=[0.001] * 97 + [0.2] * 3)

    assert not late.valid and generator.Result(lags=[0.001] * 995 + [0.2] * 5).valid
    assert late.summary()["lag P99 ms"] == 200.0


def test_a_server_that_refuses_or_hangs_up_is_an_error_and_not_a_gap():
    with server(b"HTTP/1.1 503 Busy\r\nConnection: close\r\ncontent-length: 0\r\n\r\n") as (port, _arrivals):
        refused = generator.run(plan(port, rate=50, seconds=0.4))
    nobody = generator.run(Plan(port, [b"x"] * 5, [0.0] * 5, connections=0))

    assert refused.by_status() == {"503": 20}
    assert nobody.by_status() == {"no answer": 5}


def test_the_closed_loop_counts_what_was_answered():
    with server() as (port, arrivals):
        result = generator.run(Plan(port, [letters.request(port, b"{}")] * 50, connections=4, seconds=5.0))

    assert result.by_status() == {"200": 50} and len(arrivals) == 50
    assert result.took_s < 5


@pytest.mark.parametrize(("p", "expected"), [(50, 50), (95, 95), (99, 99), (100, 100)])
def test_percentiles_are_by_nearest_rank(p, expected):
    assert generator.percentile(list(range(100, 0, -1)), p) == expected
