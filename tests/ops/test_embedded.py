"""The embedded server: shared by whoever comes, stopped when the last one has gone, back after any death."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from hotelagent.ops import embedded
from tests.knock import ROOT, wait_for

JOIN = """
import sys; from pathlib import Path; from hotelagent.ops import embedded
print(embedded.join(Path(sys.argv[1]), explicit=True), flush=True); sys.stdin.read()
"""
pytestmark = pytest.mark.process


class User:
    """A process that uses the server until it is let go, or killed."""

    def __init__(self, data_dir):
        self.process = subprocess.Popen(
            [sys.executable, "-c", JOIN, str(data_dir)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def url(self):
        return self.process.stdout.readline().strip()

    def leave(self, signum=None):
        if signum is not None:
            self.process.send_signal(signum)
        self.process.communicate(timeout=20)


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


def base(data_dir):
    return embedded.cluster_home(data_dir, explicit=True)


def postmaster(data_dir):
    try:
        return int((base(data_dir) / "data" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def keepers(data_dir):
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if "keeper.py" in command and str(base(data_dir)) in command:
            found.append(int(entry.parent.name))
    return found


def is_gone(data_dir):
    return not keepers(data_dir) and postmaster(data_dir) is None


def test_several_users_share_one_server_and_the_last_one_stops_it(data_dir):
    users = [User(data_dir) for _ in range(5)]
    urls = {user.url() for user in users}
    pid = postmaster(data_dir)
    for user in users[:-1]:
        user.leave(signal.SIGKILL)

    assert (len(urls), postmaster(data_dir)) == (1, pid)
    assert psycopg.connect(urls.pop()).execute("select 1").fetchone() == (1,)

    users[-1].leave()
    wait_for(lambda: is_gone(data_dir), 20, "the end of the server")


def test_a_server_that_is_killed_comes_back_with_everything_committed(data_dir):
    user = User(data_dir)
    url = user.url()
    with psycopg.connect(url, autocommit=True) as rows:
        rows.execute("create table kept (id int)")
        rows.execute("insert into kept select generate_series(1, 500)")
    os.kill(postmaster(data_dir), signal.SIGKILL)

    def count():
        try:
            return psycopg.connect(url, connect_timeout=2).execute("select count(*) from kept").fetchone()[0]
        except psycopg.OperationalError:
            return None

    assert wait_for(count, 30, "the server's return") == 500
    user.leave()
    wait_for(lambda: is_gone(data_dir), 20, "the end of the server")


def test_a_killed_keeper_is_replaced_by_the_next_user_and_still_stops_the_server(data_dir):
    first = User(data_dir)
    url = first.url()
    [keeper] = keepers(data_dir)
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: not keepers(data_dir), 10, "the keeper's end")

    second = User(data_dir)

    assert second.url() == url  # the same server, adopted
    first.leave()
    second.leave()
    wait_for(lambda: is_gone(data_dir), 20, "the end of the server")


def test_only_we_can_read_the_password_and_only_loopback_is_listened_on(data_dir):
    user = User(data_dir)
    url = user.url()
    mode = oct((base(data_dir) / "server.json").stat().st_mode & 0o777)
    listening = psycopg.connect(url).execute("select current_setting('listen_addresses'), current_setting('fsync')").fetchone()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace(url.split(":")[2].split("@")[0], "wrong"))

    assert (mode, listening) == ("0o600", ("127.0.0.1", "on"))
    user.leave()
    wait_for(lambda: is_gone(data_dir), 20, "the end of the server")
