"""Reading the environment: typed, several names for one thing, and a start refused by the variable's own name."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]

env = environ.Env()
_DUMMIES = frozenset(
    [
        "changeme",
        "change-me",
        "change_me",
        "secret",
        "password",
        "admin",
        "test",
        "testing",
        "dummy",
        "example",
        "default",
        "12345678",
        "password123",
        "your-secret-key",
        "your_secret_key",
        "insecure",
        "placeholder",
        "xxxxxxxx",
        "todo",
    ]
)
MINIMUM_SECRET_LENGTH = 8


def load_dotenv() -> None:
    """Read ``.env`` beside manage.py when present; what the environment already says wins."""
    path = ROOT / ".env"
    if path.is_file():
        environ.Env.read_env(str(path), overwrite=False)


def text(*names: str, default: str = "") -> str:
    """The value of the first name that is set. Two names with different values: no start."""
    given = {name: env.str(name) for name in names if env.str(name, default="") != ""}
    if len(set(given.values())) > 1:
        raise ImproperlyConfigured(f"{' and '.join(given)} are two names of one setting and have different values")
    return next(iter(given.values()), default)


def number(*names: str, default: int, minimum: int = 0, maximum: int = 2**31) -> int:
    """As text(), but a whole number inside its bounds."""
    value = text(*names)
    if value == "":
        return default
    try:
        parsed = int(value)
    except ValueError:
        parsed = minimum - 1
    if not minimum <= parsed <= maximum:
        raise ImproperlyConfigured(f"{names[0]} must be a whole number from {minimum} to {maximum}, not {value!r}")
    return parsed


def flag(*names: str, default: bool) -> bool:
    """As text(), but yes or no."""
    value = text(*names).lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{names[0]} must be true or false, not {value!r}")


def choice(*names: str, options: tuple[str, ...], default: str) -> str:
    """As text(), but one of the options."""
    value = text(*names, default=default)
    if value not in options:
        raise ImproperlyConfigured(f"{names[0]} must be one of {', '.join(options)}, not {value!r}")
    return value


def words(*names: str, default: tuple[str, ...] = ()) -> list[str]:
    """As text(), but a comma-separated list."""
    value = text(*names)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def url(*names: str, schemes: tuple[str, ...], default: str = "") -> str:
    """As text(), but a URL of one of the schemes, without a trailing slash."""
    value = text(*names, default=default)
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{names[0]} must start with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return value.rstrip("/")


def key(*names: str, size_bytes: int) -> str:
    """As text(), but that many bytes in base64url without padding."""
    value = text(*names)
    try:
        fits = value == "" or len(base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)) == size_bytes
    except binascii.Error:
        fits = False
    if not fits:
        raise ImproperlyConfigured(f"{names[0]} must be {size_bytes} bytes in base64url")
    return value


def local_secret(path: Path) -> str:
    """A secret of this installation, made at first use and kept in a 0600 file; never used in production."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)  # atomic: of several first starts one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def refuse_weak(named: dict[str, str], *, required: tuple[str, ...]) -> None:
    """Production only: every missing, short or dummy secret is named at once. Raises ImproperlyConfigured."""
    weak = [
        name
        for name, value in named.items()
        if (value == "" and name in required) or (value != "" and (len(value) < MINIMUM_SECRET_LENGTH or value.lower() in _DUMMIES))
    ]
    if weak:
        raise ImproperlyConfigured(f"production needs real secrets; missing, short or dummy: {', '.join(sorted(weak))}")
