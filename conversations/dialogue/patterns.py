"""The patterns of the dialogue, each compiled when it is first used.

There are some seven hundred, and compiling them is a third of what a start costs: a command, a web process or a sweeper
needs few of them or none. Those who read what guests write compile all of them before they begin.
"""

from __future__ import annotations

import re
from typing import Any, cast

_all: list[_Pattern] = []


class _Pattern:
    """Becomes what ``re.compile`` gives at the first look at any of its methods."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern, self.flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """Asked only for what is not there yet: from now on the compiled pattern's own methods are."""
        ready = re.compile(self.pattern, self.flags)
        self.__dict__ |= {
            "search": ready.search,
            "match": ready.match,
            "fullmatch": ready.fullmatch,
            "finditer": ready.finditer,
            "findall": ready.findall,
            "split": ready.split,
            "sub": ready.sub,
            "subn": ready.subn,
        }
        return getattr(ready, name)


def compiled(source: str, flags: int = 0) -> re.Pattern[str]:
    """Like ``re.compile``, which runs at the first use; re.error is raised then."""
    made = _Pattern(source, flags)
    _all.append(made)
    return cast("re.Pattern[str]", made)


def compile_all() -> None:
    """Every pattern that was made so far, now; re.error for one that is none."""
    for one in _all:
        _ = one.search  # type: ignore[attr-defined]  # looked up by name
