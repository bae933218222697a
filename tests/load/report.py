"""What a part measured: a table for people, JSON in docs/proof/ for later."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from tests.load.generator import percentile
from tests.promises import PROOF, commit, machine


class Report:
    """The figures of one part. A part that proves nothing is invalid, and says why."""

    def __init__(self, part: str, command: str) -> None:
        self.part, self.command, self.started = part, command, time.gmtime()
        self.figures: dict[str, Any] = {}
        self.faults: list[str] = []
        self.load = os.getloadavg()[0]  # what others did on this machine
        say(f"\n== {part} · {machine()} · load before {self.load:.1f} · commit {commit()}")

    def add(self, name: str, figures: dict[str, Any]) -> None:
        """Figures with a name of their own, shown as lines."""
        self.figures[name] = figures
        table(name, [(key, shown(value)) for key, value in figures.items()])

    def rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Several of one kind, shown as a table."""
        self.figures[name] = rows
        if rows:
            table(name, [tuple(rows[0]), *(tuple(shown(value) for value in row.values()) for row in rows)])

    def fault(self, reason: str) -> None:
        """The measurement does not count, for this reason."""
        self.faults.append(reason)
        say(f"INVALID: {reason}")

    def save(self) -> None:
        PROOF.mkdir(parents=True, exist_ok=True)
        path = PROOF / f"bench-{self.part}-{time.strftime('%Y%m%d-%H%M', self.started)}.json"
        told = {
            "part": self.part,
            "date (UTC)": time.strftime("%Y-%m-%d %H:%M", self.started),
            "command": self.command,
            "commit": commit(),
            "machine": machine(),
            "load before": self.load,
            "valid": not self.faults,
            "invalid because": self.faults,
            "figures": self.figures,
        }
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        say(f"saved {path.relative_to(PROOF.parents[1])}")


def latencies(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at the usual places."""
    told = {f"P{p} ms": round(percentile(seconds, p) * 1000, 1) for p in (50, 95, 99)}
    return {"n": len(seconds), **told, "max ms": round(max(seconds, default=0.0) * 1000, 1)}


def table(title: str, rows: Sequence[tuple[Any, ...]]) -> None:
    say(f"\n{title}")
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))] if rows else []
    for row in rows:
        say("  " + "  ".join(str(value).ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


def shown(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{key} {shown(one)}" for key, one in value.items())
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
