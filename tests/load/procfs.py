"""Processes as /proc tells: who belongs to whom, memory that counts shared pages once (PSS), processor seconds."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def parents() -> dict[int, int]:
    """pid → parent of every living process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) and fields[0] != "Z":
            found[int(entry.name)] = int(fields[1])
    return found


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    below: dict[int, list[int]] = {}
    known = parents()
    for pid, parent in known.items():
        below.setdefault(parent, []).append(pid)
    found, waiting = [], [root] if root in known else []
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += below.get(pid, [])
    return sorted(found)


def pss_mib(pid: int) -> float:
    """Proportional set size in MiB; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) / 1024


def cpu_s(root: int) -> float:
    """Processor seconds of a tree so far, with those of children that have ended."""
    return sum(sum(map(int, fields[11:15])) for pid in tree(root) if (fields := _stat(pid))) / TICKS


def command(pid: int) -> str:
    """The command line in one line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def filesystem(path: Path) -> str:
    """Type of the file system a path lies on: on a tmpfs a commit costs nothing."""
    best, kind = "", "?"
    for line in Path("/proc/mounts").read_text().splitlines():
        mount, this = line.split()[1:3]
        if path.resolve().is_relative_to(mount) and len(mount) > len(best):
            best, kind = mount, this
    return kind


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat after the name: state, parent, ..."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
