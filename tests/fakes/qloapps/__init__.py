"""A double of the QloApps 1.6.1 webservice: it answers, fails and lies as the real one was observed to."""

from __future__ import annotations

import threading
from typing import Any, Self

from .faults import Fault
from .server import QloAppsServer, Record, Webservice
from .shop import Rules, Shop

__all__ = ["QloAppsDouble", "Record"]


class QloAppsDouble:
    """The running double: `with QloAppsDouble(key="K" * 32) as shop`. Options are those of `Rules`, plus these:

    `permissions` maps a resource to its verbs (None: everything), `enabled` False switches the webservice off.
    What a test may ask of the shop itself (orders, lines, desk_books, …) is on the double too.
    """

    def __init__(
        self, key: str = "K" * 32, *, port: int = 0, permissions: dict[str, set[str]] | None = None, enabled: bool = True, **rules: Any
    ) -> None:
        self.shop = Shop(Rules(**rules))
        self.webservice = Webservice(self.shop, key, permissions, enabled=enabled)
        self.server = QloAppsServer(port, self.webservice)
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop listening; hanging answers are let go."""
        self.webservice.faults.clear()
        self.release()
        self.server.shutdown()
        self.server.server_close()
        self.server.hang_up_all()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is not here: the shop's own surface.
        if name.startswith("_") or name == "shop":
            raise AttributeError(name)
        return getattr(self.shop, name)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> str:
        return self.webservice.key

    def rotate_key(self, new: str) -> None:
        """From now on only the new key is known."""
        self.webservice.key = new

    @property
    def requests(self) -> list[Record]:
        """Every call so far, in the order they came."""
        return list(self.server.requests)

    def fault(
        self, kind: str, *, method: str | None = None, resource: str | None = None, times: int = 1, skip: int = 0, **details: Any
    ) -> None:
        """Script what happens to the next `times` matching calls after `skip` of them. Kinds and details: see `faults`."""
        self.webservice.faults.add(Fault(kind, method, resource, times, skip, details))

    def release(self) -> None:
        """Let "hang" go on, and do the work of "late" calls now, before returning."""
        self.webservice.faults.release()

    def clear_faults(self) -> None:
        self.webservice.faults.clear()
