"""The demo as a newcomer starts it: a guest books through the double of Meta, and pieces that die come back."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest

from hotelagent.ops import embedded
from tests.chaos.houses import Demo, process
from tests.knock import ROOT, get, wait_for

pytestmark = pytest.mark.process
GUEST = "5491155551234"


@pytest.fixture
def demo(tmp_path):
    made = Demo(tmp_path / "data")
    for name in ("double_secret", "double_token"):  # as one in sixty-four is made: it must not be taken for an option
        (made.data_dir / name).touch(mode=0o600)
        (made.data_dir / name).write_text("-begins-with-a-dash")
    return made


def database(demo):
    """A connection of our own to the demo's embedded server, which must be running."""
    base = embedded.cluster_home(demo.data_dir, explicit=True)
    return psycopg.connect(embedded.server_url(base), autocommit=True)


def children(pid):
    """Processes below this one, by name of their command."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes().decode().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found[command.rsplit("manage.py ", 1)[-1].split()[0] if "manage.py" in command else command.strip()[-40:]] = int(
                stat.parent.name
            )
    return found


def says(demo, text, known):
    """The guest writes; returns the new letters that arrived on the phone."""
    demo.double("guest", {"from": GUEST, "name": "Ana", "type": "text", "text": {"body": text}})
    return heard(demo, known)


def taps(demo, choice_id, known):
    demo.double("guest", {"from": GUEST, "tap": {"id": choice_id, "kind": "button_reply" if choice_id.startswith("yes") else "list_reply"}})
    return heard(demo, known)


def heard(demo, known):
    rows = demo.double(f"messages?to={GUEST}&at_least={known + 1}&timeout_s=30")["messages"]
    assert len(rows) == known + 1, rows
    return rows[-1]["body"]


def test_a_guest_books_through_meta_and_in_the_simulator_the_house_heals_and_stops_cleanly(demo):
    with demo.run() as supervisor:
        told = demo.ready()
        assert set(told) == {"site", "simulator", "admin", "console", "webhook", "login", "api_token", "hotel"}
        assert oct((demo.data_dir / "demo.json").stat().st_mode & 0o777) == "0o600"

        offers = says(demo, "hola, tenés lugar en 30 días?", 0)
        assert offers["type"] in {"text", "interactive"}
        with database(demo) as rows:
            day = rows.execute("select current_date + 40").fetchone()[0]
            until = rows.execute("select current_date + 42").fetchone()[0]
        offers = says(demo, f"del {day.day}/{day.month}/{day.year} al {until.day}/{until.month}/{until.year} para dos", 1)
        room = offers["interactive"]["action"]["sections"][0]["rows"][0]["id"]
        taps(demo, room, 2)
        summary = says(demo, "Ana Pérez", 3)
        yes = summary["interactive"]["action"]["buttons"][0]["reply"]["id"]
        confirmation = taps(demo, yes, 4)
        reference = re.search(r"RX[A-Z0-9]{6}", confirmation["text"]["body"])[0]

        with database(demo) as rows:
            booked = rows.execute("select state, guest_name from reservations_booking where reference = %s", [reference]).fetchone()
            assert booked == ("confirmed", "Ana Pérez")
            wait_for(
                lambda: rows.execute("select count(*) from channels_app_outbound where state <> 'read'").fetchone()[0] <= 5, 30, "statuses"
            )
            texts = "select count(*) from channels_app_outbound where content->>'kind' <> 'read' and state = 'read'"
            wait_for(lambda: rows.execute(texts).fetchone()[0] == 5, 30, "every letter read")

        _simulates(demo, told)
        _heals(demo, supervisor)

        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(12) == 0
    assert get(f"http://127.0.0.1:{demo.port}/health/live") == (0, "")
    assert not leftovers(demo)


def _simulates(demo, told):
    """The link lets in once, and a guest is answered there."""
    link = wait_for(lambda: re.search(r"http://\S+/simulator/enter/\S+/", demo.log.read_text()), 10, "the link")[0]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = opener.open(link, timeout=10)
    stranger = urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(link, timeout=10)
    cookies = {cookie.name: cookie.value for handler in opener.handlers if hasattr(handler, "cookiejar") for cookie in handler.cookiejar}

    assert page.url == told["simulator"] and "/admin/login/" in stranger.url

    request = urllib.request.Request(
        f"{told['simulator']}demo/ana/send/",
        json.dumps({"text": "hola", "key": "k1"}).encode(),
        {"Content-Type": "application/json", "X-CSRFToken": cookies.get("csrftoken", "")},
    )
    assert opener.open(request, timeout=10).status == 202
    assert opener.open(request, timeout=10).status == 202  # the same key again

    def transcript():
        return json.loads(opener.open(f"{told['simulator']}demo/ana/messages/", timeout=10).read())["messages"]

    answered = wait_for(lambda: len(transcript()) >= 2 and transcript(), 30, "the answer")
    assert [message["author"] for message in answered] == ["guest", "bot"]


def _heals(demo, supervisor):
    """Kill each piece; the house is ready again and answers the guest."""
    for name in ("web", "sweep", "qcluster"):
        before = children(supervisor.pid)
        os.kill(before[name], signal.SIGKILL)
        wait_for(lambda before=before, name=name: children(supervisor.pid).get(name) not in {None, before[name]}, 30, f"a new {name}")
    _heals_from_inside_the_queue(supervisor)
    demo.ready()
    known = len(demo.double(f"messages?to={GUEST}")["messages"])
    assert "10:30" in says(demo, "a que hora es el desayuno?", known)["text"]["body"]


def _heals_from_inside_the_queue(supervisor):
    """A worker killed while it waits takes the queue's lock with it: the whole cluster must be replaced, not go deaf."""
    main = children(supervisor.pid)["qcluster"]
    wait_for(lambda: any(all_children(child) for child in all_children(main)), 30, "workers of the new cluster")
    [sentinel] = all_children(main)
    victim = min(all_children(sentinel))  # the workers are made first
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: main not in all_children(supervisor.pid), 30, "a new cluster")


def all_children(pid):
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def leftovers(demo):
    """Processes that still belong to this data directory a moment after the end."""
    base = embedded.cluster_home(demo.data_dir, explicit=True)

    def mine():
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                text = (entry / "cmdline").read_bytes().decode(errors="replace") + (entry / "environ").read_bytes().decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if (str(demo.data_dir) in text or str(base) in text) and int(entry.name) != os.getpid():
                found.append(text[:80])
        return found

    try:
        wait_for(lambda: not mine(), 10, "the end of every process")
    except AssertionError:
        return mine()
    return []


def test_a_taken_port_is_one_sentence_and_one(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert (result.returncode, result.stderr.strip().count("\n")) == (1, 0), result.stderr
    assert f"port {port} is taken" in result.stderr


def test_redis_paths_with_a_real_redis(tmp_path, redis_server):
    code = (
        "import django; django.setup(); from django.core.cache import cache; cache.set('k', 'v', 30); "
        "from django_redis import get_redis_connection as c; print(cache.get('k'), c('default').info()['redis_version'][0])"
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "hotelagent.settings", "REDIS_URL": redis_server}
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert re.fullmatch(r"v [67]\n", result.stdout), result.stderr


def test_every_command_works_without_any_set_up(tmp_path):
    log = tmp_path / "log"
    with process("check", log=log, DATA_DIR=str(tmp_path / "data")) as child:
        assert child.wait(90) == 0, log.read_text()
