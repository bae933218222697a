"""Findings of a check that goes step by step, as a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """``advice`` says what to do when it is not good; a warning stops nothing."""

    name: str
    good: bool
    told: str = ""
    advice: str = ""
    warning: bool = False

    @property
    def passes(self) -> bool:
        return self.good or self.warning


def write(steps: Iterable[Step], line: Callable[[str], object]) -> bool:
    """A line or two for each, as they come; True when nothing but warnings is wrong."""
    good = True
    for step in steps:
        word = "ok  " if step.good else "!   " if step.warning else "FAIL"
        line(f"{word}  {step.name}{': ' + step.told if step.told else ''}")
        if not step.good:
            line(f"      → {step.advice}")
            good = good and step.passes
    return good
