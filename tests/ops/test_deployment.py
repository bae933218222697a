"""Compose file and image are what they say."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_services_are_there_and_run_commands_that_exist():
    from django.core.management import get_commands

    services = compose()["services"]
    commands = {name: service["command"][2] for name, service in services.items() if service.get("command", [""])[0] == "python"}

    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "slow", "sweeper"}
    assert commands == {"migrate": "migrate", "web": "web", "worker": "qcluster", "slow": "qcluster", "sweeper": "sweep"}
    assert set(commands.values()) <= set(get_commands())


def test_each_process_knows_its_role_and_cluster():
    from django.conf import settings

    services = compose()["services"]
    roles = {name: services[name]["environment"].get("PROCESS_ROLE") for name in ("web", "worker", "slow", "sweeper")}

    assert roles == {"web": "web", "worker": "worker", "slow": "worker", "sweeper": "sweeper"}
    assert services["worker"]["environment"]["Q_CLUSTER_NAME"] == settings.Q_CLUSTER["name"]
    assert services["slow"]["environment"]["Q_CLUSTER_NAME"] in settings.Q_CLUSTER["ALT_CLUSTERS"]


def test_what_is_copied_from_the_example_does_not_reach_into_the_containers():
    """`.env` is meant for a start without containers too; what would break one inside is set here."""
    fixed = compose()["services"]["worker"]["environment"]

    assert (fixed["HOST"], fixed["PORT"], fixed["DATA_DIR"], fixed["STATIC_ROOT"]) == ("0.0.0.0", "8000", "/data", "/app/staticfiles")
    assert fixed["ALLOWED_HOSTS"].endswith(",127.0.0.1,web")
    assert (fixed["DATABASE_URL"], fixed["REDIS_URL"], fixed["POSTGRES_HOST"], fixed["REDIS_HOST"]) == ("", "", "postgres", "redis")


def test_no_secret_stands_in_the_file_and_nothing_listens_to_the_world():
    text = (ROOT / "docker-compose.yml").read_text()
    services = compose()["services"]

    assert "${POSTGRES_PASSWORD:?" in text
    assert [port for service in services.values() for port in service.get("ports", []) if not str(port).startswith("127.0.0.1:")] == []


def test_the_image_installs_by_hash_and_runs_as_nobody_special():
    text = (ROOT / "deploy" / "Dockerfile").read_text()

    assert "--require-hashes" in text and "USER receptionist" in text
