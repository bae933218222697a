"""A line-speaking server on loopback: one thread a connection, counted, and ended together."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import ssl
import sys
import threading
import traceback
from collections.abc import Callable

LONGEST_LINE = 1 << 20
IDLE_S = 300


class Gone(Exception):
    """The connection is over: the client left, or the double cut it."""


class Wire:
    """One connection, read by lines and octets."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._file = connection.makefile("rb")

    def readline(self) -> bytes:
        """A line without its CRLF. Gone at the end of the stream."""
        line = self.readline_raw()
        return line.removesuffix(b"\n").removesuffix(b"\r")

    def readline_raw(self) -> bytes:
        """A line as it came. Gone at the end of the stream, also in the middle of a line."""
        try:
            line = self._file.readline(LONGEST_LINE)
        except (OSError, ValueError) as error:
            raise Gone from error
        if not line.endswith(b"\n"):
            raise Gone
        return line

    def read(self, size: int) -> bytes:
        """Exactly this many octets."""
        try:
            data = self._file.read(size)
        except (OSError, ValueError) as error:
            raise Gone from error
        if len(data) < size:
            raise Gone
        return data

    def has_input(self, timeout_s: float) -> bool:
        """Whether the client has sent something (or left) within this time."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        try:
            return bool(select.select([self._socket], [], [], timeout_s)[0])
        except (OSError, ValueError) as error:
            raise Gone from error

    def write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Gone from error

    def cut(self) -> None:
        """End the connection now, without a word; raises Gone."""
        self.close()
        raise Gone

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._socket.close()


class LineServer(socketserver.ThreadingTCPServer):
    """Runs `session(wire)` for each connection; `broken` holds the tracebacks of faults that are the double's own."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, session: Callable[[Wire], None], tls: ssl.SSLContext | None = None) -> None:
        self._session = session
        self._tls = tls
        self._open: set[Wire] = set()
        self._open_lock = threading.Lock()
        self.broken: list[str] = []
        super().__init__(("127.0.0.1", port), socketserver.BaseRequestHandler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and hang up on everybody."""
        self.shutdown()
        self.server_close()
        self.hang_up_all()

    def hang_up_all(self) -> None:
        """End every open connection, as a network does."""
        with self._open_lock:
            wires = list(self._open)
        for wire in wires:
            wire.close()

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request.settimeout(IDLE_S)
        if self._tls is not None:
            # In the connection's own thread: a client that never shakes hands must not hold up the others.
            try:
                request = self._tls.wrap_socket(request, server_side=True)
            except OSError:
                return
        wire = Wire(request)
        with self._open_lock:
            self._open.add(wire)
        try:
            self._session(wire)
        except Gone:
            pass
        except Exception:
            # A fault of the double itself must not pass for one of the provider's: it is shown, and told at the end.
            self.broken.append(traceback.format_exc())
            traceback.print_exc(file=sys.stderr)
        finally:
            with self._open_lock:
                self._open.discard(wire)
            wire.close()
