"""Settings: typed, several names for one thing, a wrong value stops the start and names the variable."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FREE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}  # the settings load without touching a database


def load(tmp_path, expression="'ok'", **given):
    """Load the settings in a process of their own; returns (exit code, what it said)."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **FREE, **given}
    code = f"import os; os.environ['DJANGO_SETTINGS_MODULE']='hotelagent.settings'; from django.conf import settings; settings.DEBUG; print({expression})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    return result.returncode, (result.stdout + result.stderr.strip().rsplit("\n", 1)[-1]).strip()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"APP_ENV": "prod"}, "APP_ENV"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"PMS_TYPE": "opera"}, "PMS_TYPE"),
        ({"WHATSAPP_API_URL": "graph.facebook.com"}, "WHATSAPP_API_URL"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL"),
        ({"DATABASE_URL": "sqlite:///x.db"}, "DATABASE_URL"),
        ({"META_ACCESS_TOKEN": "a", "WHATSAPP_ACCESS_TOKEN": "b"}, "META_ACCESS_TOKEN"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(tmp_path, given, name):
    code, said = load(tmp_path, **given)

    assert (code, name in said) == (1, True), said


def test_two_names_with_one_value_are_fine(tmp_path):
    assert load(tmp_path, "settings.WHATSAPP['access_token']", META_ACCESS_TOKEN="same", WHATSAPP_ACCESS_TOKEN="same") == (0, "same")


@pytest.mark.parametrize(
    ("given", "expression", "value"),
    [
        ({"DATABASE_URL": "postgresql+asyncpg://u:p@h:5/n"}, "settings.DATABASES['default']['ENGINE']", "django.db.backends.postgresql"),
        ({"PMS_TYPE": "mock"}, "settings.PMS['type']", "embedded"),
        ({"REDIS_HOST": "cache", "REDIS_PASSWORD": "p/w"}, "settings.REDIS_URL", "redis://:p%2Fw@cache:6379/0"),
        ({"PHONE_NUMBER_ID": "77"}, "settings.WHATSAPP['phone_number_id']", "77"),
        ({"PROCESS_ROLE": "web"}, "settings.DATABASES['default']['OPTIONS']['pool']['max_size']", "16"),
        ({"PROCESS_ROLE": "worker"}, "'pool' in settings.DATABASES['default']['OPTIONS']", "False"),
    ],
)
def test_names_are_understood(tmp_path, given, expression, value):
    assert load(tmp_path, expression, **given) == (0, value)


STRONG = {
    "SECRET_KEY": "a-really-long-random-string-of-51-characters-for-sure",
    "ENCRYPTION_KEYS": "another-long-random-string",
    "ALLOWED_HOSTS": "h",
}


@pytest.mark.parametrize("dummy", ["", "short", "changeme", "password", "secret", "your-secret-key", "12345678"])
def test_production_refuses_dummy_secrets_by_name(tmp_path, dummy):
    code, said = load(tmp_path, APP_ENV="production", **(STRONG | {"SECRET_KEY": dummy}))

    assert (code, "SECRET_KEY" in said, "ENCRYPTION_KEYS" in said) == (1, True, False), said


def test_production_starts_with_real_ones_and_never_with_debug(tmp_path):
    assert load(tmp_path, APP_ENV="production", **STRONG) == (0, "ok")
    code, said = load(tmp_path, APP_ENV="production", DEBUG="1", **STRONG)
    assert (code, "DEBUG" in said) == (1, True)


def test_the_example_has_every_name_and_no_other():
    tree = ast.parse((ROOT / "hotelagent" / "settings.py").read_text())
    read = {
        argument.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "environment"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", argument.value)
    }
    example = re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert (sorted(example), len(example)) == (sorted(read), len(set(example)))


def test_local_secrets_are_made_once_and_only_ours_to_read(tmp_path):
    first = load(tmp_path, "settings.SECRET_KEY")
    second = load(tmp_path, "settings.SECRET_KEY")

    assert first == second
    assert oct((tmp_path / "secret_key").stat().st_mode & 0o777) == "0o600"
