"""What one double is started with, what may be changed while it runs, and its clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

# Changeable through POST /_double/options. The limits of the provider are not among them: a test that could lift
# them would prove nothing.
CHANGEABLE: dict[str, type | tuple[type, ...]] = {
    "window": str,
    "read": bool,
    "status_gap_s": (int, float),
    "limit_http_status": int,
    "webhook_url": str,
    "webhook_timeout_s": (int, float),
    "app_secret": str,
    "verify_token": str,
    "waba_id": str,
}


@dataclass
class Options:
    """Settings of a running double. `numbers` maps phone_number_id to the display number."""

    webhook_url: str
    app_secret: str
    token: str
    numbers: dict[str, str]
    verify_token: str = "verify"
    waba_id: str = "2001"
    window: str = "async"
    read: bool = False
    status_gap_s: float = 0.0
    throughput_per_s: int = 80
    limit_http_status: int = 400
    webhook_timeout_s: float = 10.0
    retry_first_s: float = 0.5
    retry_max_s: float = 30.0
    workers: int = 8
    offset_s: float = 0.0
    stopped_at: float | None = None
    number_facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def now(self) -> float:
        """Unix seconds on the double's own clock, which a test may move."""
        return time.time() + self.offset_s if self.stopped_at is None else self.stopped_at

    def change(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Apply changes all or none; ValueError or TypeError names what cannot be. Returns the values now in force."""
        for name, value in wanted.items():
            kind = CHANGEABLE.get(name)
            if kind is None:
                raise ValueError(f"option {name!r} cannot be changed; these can: {sorted(CHANGEABLE)}")
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                raise TypeError(f"option {name!r} has the wrong type")
        if wanted.get("window", self.window) not in {"async", "sync"}:
            raise ValueError("option 'window' is 'async' or 'sync'")
        for name, value in wanted.items():
            setattr(self, name, value)
        return {name: getattr(self, name) for name in CHANGEABLE}
