"""``make demo``: everything as one supervised tree in the foreground, with the demo hotel.

web, both queue clusters and the sweeper are children of this process, each in a session of its own. A child that dies
is started again; when this process ends, however it ends, they end too (see ops.lifeline).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.utils.module_loading import import_string

from hotelagent.ops import embedded, lifeline, metrics
from hotelagent.ops.models import Heartbeat
from hotelagent.ops.tickets import login_ticket

STOP_S = 8.0
READY_S = 60.0
USER = "demo"


class Child:
    """One process of the tree and how to start it."""

    def __init__(self, name: str, arguments: list[str], **environment: str) -> None:
        self.name, self.environment = name, environment
        self.command = (
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments] if arguments[0] != "-m" else [sys.executable, *arguments]
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.delay_s = 0.0

    def start(self, descriptor: int) -> None:
        environment = {**os.environ, lifeline.VARIABLE: str(descriptor), **self.environment}
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if self.process else "wb") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=environment,
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started_at = time.monotonic()

    @property
    def log(self) -> Path:
        """Its lines, from this start of the demo on."""
        return Path(settings.DATA_DIR / "logs" / f"{self.name}.log")

    def last_words(self) -> str:
        """The end of its log, for the terminal."""
        lines = self.log.read_text(errors="replace").splitlines()[-3:] if self.log.exists() else []
        return "".join(f"\n    {line[:300]}" for line in lines)

    def signal_all(self, signum: int) -> None:
        """The child and everything it forked: they share its session's process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signum)


class Command(BaseCommand):
    help = "Run everything with the demo hotel, in the foreground"
    stopping = False
    ticket = ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._port_must_be_free()
        metrics_dir = settings.DATA_DIR / "metrics"
        metrics.wipe(metrics_dir)
        os.environ[metrics.VARIABLE] = str(metrics_dir)
        told = self._prepared()
        reading, self.writing = os.pipe()  # the children read; only we hold the end that is never written
        os.set_inheritable(self.writing, False)
        children = self._children()
        try:
            for child in children:
                child.start(reading)
            if self._wait_until_ready(children, reading):
                self._tell(told)
            while not self.stopping:
                self._restart_the_dead(children, reading)
                embedded.watch()
                time.sleep(0.2)
        finally:
            self._end(children)

    def _children(self) -> list[Child]:
        children = [
            Child("web", ["web"], PROCESS_ROLE="web"),
            Child("worker", ["qcluster"], PROCESS_ROLE="worker", Q_CLUSTER_NAME="default"),
            Child("slow", ["qcluster"], PROCESS_ROLE="worker", Q_CLUSTER_NAME="slow"),
            Child("sweeper", ["sweep"], PROCESS_ROLE="sweeper"),
        ]
        if settings.DEMO_META:
            children.append(Child("meta", self._meta()))
        return children

    def _meta(self) -> list[str]:
        """The double of Meta, so that the whole way can be walked without an account there."""
        given = settings.WHATSAPP
        return [
            "-m", "tests.fakes.meta", "--port", str(settings.DEMO_META_PORT), "--ledger", str(settings.DATA_DIR / "meta.sqlite3"),
            "--webhook-url", f"http://127.0.0.1:{settings.PORT}/webhooks/whatsapp/", "--read",
            # With "=", for a secret may begin with a dash.
            f"--app-secret={given['app_secret']}", f"--token={given['access_token']}", f"--phone-number-id={given['phone_number_id']}",
            f"--verify-token={given['verify_token']}", f"--display-number={given['display_number']}",
        ]  # fmt: skip

    def _prepared(self) -> dict[str, Any]:
        """As _prepare, through a restart of the database: it may be killed like everything else."""
        deadline = time.monotonic() + READY_S
        while True:
            try:
                return self._prepare()
            except OperationalError:
                if time.monotonic() > deadline or self.stopping:
                    raise
                connections.close_all()
                embedded.watch()
                time.sleep(0.5)

    def _prepare(self) -> dict[str, Any]:
        """Database, hotel, account, login; returns what demo.json tells."""
        call_command("migrate", verbosity=0, interactive=False)
        call_command("provision_hotel", str(settings.BASE_DIR / "demo" / "hotel.yaml"), stdout=io.StringIO())
        Heartbeat.objects.all().delete()
        told = self._login()
        connections.close_all()
        return told

    def _login(self) -> dict[str, Any]:
        """The password is made at the first run and kept in demo.json, which only we can read."""
        path = self._path()
        try:
            kept = json.loads(path.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            kept = {}
        password = kept.get("login", {}).get("password") or secrets.token_urlsafe(9)
        token = kept.get("api_token") or secrets.token_urlsafe(24)
        user, _created = get_user_model().objects.get_or_create(username=USER, defaults={"email": "demo@hotel-demo.example"})
        user.is_staff = user.is_superuser = True
        if not user.check_password(password):
            user.set_password(password)
        user.save()
        self.ticket = f"{user.pk}.{login_ticket.make_token(user)}"
        import_string(settings.DEMO_KEY)(user, "demo.json", token)
        site = f"http://127.0.0.1:{settings.PORT}"
        return {
            "site": f"{site}/",
            "simulator": f"{site}/simulator/",
            "admin": f"{site}/admin/",
            "console": f"{site}/console/",
            "webhook": f"{site}/webhooks/whatsapp/",
            "login": {"user": USER, "password": password},
            "api_token": token,
            "hotel": "demo",
        }

    def _tell(self, told: dict[str, Any]) -> None:
        path = self._path()
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(told, indent=2) + "\n")
        fresh.rename(path)
        # A link that logs in once, for whoever sits at this machine.
        link = f"{told['simulator']}enter/{self.ticket}/" if settings.HOST in {"127.0.0.1", "localhost", "::1"} else told["simulator"]
        lines = [
            "",
            "  The receptionist is up.",
            "",
            f"  Site       {told['site']}",
            f"  Simulator  {link}",
            f"  Admin      {told['admin']}   user {USER}, password {told['login']['password']}",
            f"  Webhook    {told['webhook']}",
            *(
                [f"  Meta       http://127.0.0.1:{settings.DEMO_META_PORT}/ (a double; see docs/meta-double.md)"]
                if settings.DEMO_META
                else []
            ),
            "",
            f"  Also in {path}; logs in {settings.DATA_DIR / 'logs'}.",
            "  Ctrl-C stops everything; your data stays.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _path(self) -> Path:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        return Path(settings.DATA_DIR / "demo.json")

    def _port_must_be_free(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"port {settings.PORT} is taken: stop what uses it, or choose another with PORT=8001 make demo"
                ) from error

    def _wait_until_ready(self, children: list[Child], reading: int) -> bool:
        deadline = time.monotonic() + READY_S
        host = "127.0.0.1" if settings.HOST == "0.0.0.0" else settings.HOST  # noqa: S104 - only compared
        while not self.stopping:
            try:
                with urllib.request.urlopen(f"http://{host}:{settings.PORT}/health/ready", timeout=2):
                    return True
            except (urllib.error.URLError, OSError):
                pass
            if time.monotonic() > deadline:
                words = "".join(f"\n  {child.name}:{child.last_words()}" for child in children)
                raise CommandError(f"not ready after {READY_S:.0f} s; the logs in {settings.DATA_DIR / 'logs'} say why{words}")
            self._restart_the_dead(children, reading)
            time.sleep(0.05)
        return False

    def _restart_the_dead(self, children: list[Child], reading: int) -> None:
        for child in children:
            if child.process is None or child.process.poll() is None:
                continue
            child.signal_all(signal.SIGKILL)  # what the dead one forked
            metrics.forget(child.process.pid)
            # At once the first time, then slower, so that a child that cannot live does not burn the machine.
            child.delay_s = min(5.0, child.delay_s * 2 + 0.1) if time.monotonic() - child.started_at < 10.0 else 0.0
            time.sleep(child.delay_s)
            if not self.stopping:
                code = child.process.returncode
                self.stderr.write(f"{child.name} ended with {code}; starting it again{child.last_words()}")
                child.start(reading)

    def _end(self, children: list[Child]) -> None:
        for child in children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_S
        while time.monotonic() < deadline and any(child.process is not None and child.process.poll() is None for child in children):
            time.sleep(0.05)
        for child in children:
            child.signal_all(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        self.stdout.write("stopped")

    def _stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.stopping = True
