"""The web process on a real socket: chunked and large bodies, slow clients, headers that would be somebody else's."""

import contextlib
import gzip
import http.client
import json
import socket
import threading
import time
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from channels_app import webhooks
from channels_app.models import AccountNotice, Inbound
from tests.chaos import traffic
from tests.chaos.conftest import letters, packed
from tests.chaos.houses import process
from tests.conftest import DISPLAY, NUMBER, SECRET, envelope, make_account, signed, text_message
from tests.knock import free_port, get, wait_for
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
OURS = {"secret": SECRET, "number": NUMBER, "display": DISPLAY}


@pytest.fixture
def serving(committed_hotel, tmp_path):
    """A web process of an account's own: its port and its process."""
    make_account(committed_hotel)
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@127.0.0.1:{database['PORT']}/{database['NAME']}"
    keys = {"DATA_DIR": str(tmp_path), "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS)}

    @contextlib.contextmanager
    def serve(**environment):
        port = free_port()
        with process(
            "web", "--port", str(port), log=tmp_path / "log", DATABASE_URL=url, PROCESS_ROLE="web", **keys, **environment
        ) as child:
            wait_for(lambda: get(f"http://127.0.0.1:{port}/health/live")[0] == 200, 60, "the web process")
            yield port, child

    return serve


@pytest.fixture
def web(serving):
    with serving() as (port, _child):
        yield port


def send(port, body, headers, *, chunked=False):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    pieces = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    try:
        line.request(
            "POST", "/webhook", pieces if chunked else body, {"Content-Type": "application/json", **headers}, encode_chunked=chunked
        )
        return line.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413  # refused before we had said everything
    finally:
        line.close()


def test_bodies_of_every_size_and_manner(web):
    chunked = json.dumps(envelope(text_message("en pedazos", wamid="chunked"))).encode()
    large = json.dumps(envelope(*(text_message("y" * 3000, wamid=f"large{index}") for index in range(1000)))).encode()
    huge = json.dumps(envelope(text_message("z" * 5_000_000, wamid="huge"))).encode()

    assert len(large) > 3_000_000
    assert send(web, chunked, {**signed(chunked), "Transfer-Encoding": "chunked"}, chunked=True) == 200
    assert send(web, large, signed(large)) == 200
    assert send(web, huge, signed(huge)) == 413
    assert send(web, huge, {**signed(huge), "Transfer-Encoding": "chunked"}, chunked=True) == 413
    assert get(f"http://127.0.0.1:{web}/health/live")[0] == 200
    assert Inbound.objects.count() == 1001


def test_a_page_with_cookies_and_a_query_that_is_not_ascii(web):
    line = http.client.HTTPConnection("127.0.0.1", web, timeout=20)
    line.request("GET", "/admin/login/")
    page = line.getresponse()
    cookies = page.getheader("Set-Cookie", "")
    size_bytes = len(page.read())
    with socket.create_connection(("127.0.0.1", web)) as raw:
        raw.sendall(b"GET /health/live?x=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        refused = raw.recv(100).split(b"\r\n")[0]

    assert (page.status, cookies.startswith("csrftoken="), size_bytes > 1000) == (200, True, True)
    assert refused.startswith(b"HTTP/1.1 400")


def test_a_header_with_underscores_is_not_its_dashed_twin(web):
    body = json.dumps(envelope(text_message("hola"))).encode()
    twin = {"X_Hub_Signature_256": signed(body)["X-Hub-Signature-256"]}

    assert (send(web, body, twin), Inbound.objects.count()) == (401, 0)


def test_slow_clients_cost_the_others_nothing(web):
    slow = []
    for _ in range(40):  # more than there are threads
        line = socket.create_connection(("127.0.0.1", web))
        line.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        slow.append(line)
    body = json.dumps(envelope(text_message("hola", wamid="quick"))).encode()
    started = time.monotonic()

    status = send(web, body, signed(body))

    took = time.monotonic() - started
    for line in slow:
        line.close()
    assert (status, Inbound.objects.count()) == (200, 1)
    assert took < 5  # not one of the thirty seconds the slow ones are given


def drip(port, for_s):
    """A body of 1,000 bytes at one byte a second: (what the server said, when it cut the line), or ("", None) when it did not."""
    with socket.create_connection(("127.0.0.1", port), timeout=1.0) as line:
        line.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        started, said = time.monotonic(), b""
        while time.monotonic() - started < for_s:
            try:
                line.sendall(b"{")
                heard = line.recv(1000)  # waits the second
            except TimeoutError:
                continue
            except OSError:
                heard = b""
            if not heard:
                return said.split(b"\r\n", 1)[0].decode(), time.monotonic() - started
            said += heard
    return said.decode(), None


@promise("A6", small=3, full=30)
def test_a_body_that_drips_is_cut(serving, size, figures, request):
    """The real deadline is 30 s; the small run has one of three, set by the settings module beside this file."""
    shorter = {} if request.config.getoption("--full") else impatient(size)
    with serving(**shorter) as (port, _child):
        said, after_s = drip(port, size + 10)
        body = json.dumps(envelope(text_message("hola", wamid="after"))).encode()
        status = send(port, body, signed(body))

    figures.update(cut_after_s=after_s and round(after_s, 1))
    assert (said, status) == ("HTTP/1.1 408 Request Timeout", 200)
    assert size - 1 <= after_s
    assert list(Inbound.objects.values_list("provider_id", flat=True)) == ["after"]


def test_control_without_a_deadline_the_drip_goes_on(serving):
    with serving(**impatient(1000)) as (port, _child):
        assert drip(port, 5) == ("", None)


def impatient(deadline_s):
    return {"DJANGO_SETTINGS_MODULE": "tests.chaos.impatient", "BODY_DEADLINE_S": str(deadline_s)}


def peak_mib(child):
    """The most memory the process ever had."""
    line = next(line for line in Path(f"/proc/{child.pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def bomb(size_mib, wamid):
    """A letter and that many MiB of blanks behind it, compressed: small on the line, large and valid when blown up."""
    whole = zlib.compressobj(9, wbits=31)
    letter = json.dumps(envelope(text_message("hola", wamid=wamid))).encode()
    return whole.compress(letter) + b"".join(whole.compress(b" " * 2**20) for _ in range(size_mib)) + whole.flush()


@promise("A6", small=200, full=2000)
def test_a_compressed_body_is_never_blown_up(serving, size, figures):
    """``size`` MiB when blown up; the signature over the compressed bytes is right, so it is kept, as bytes nobody can read."""
    body = bomb(size, "bomb")
    with serving() as (port, child):
        before = peak_mib(child)
        status = send(port, body, {**signed(body), "Content-Encoding": "gzip"})
        forged = send(port, body, {"X-Hub-Signature-256": "sha256=" + "0" * 64, "Content-Encoding": "gzip"})
        grown = peak_mib(child) - before

    figures.update(compressed_kib=len(body) // 1024, blown_up_mib=size, grown_mib=round(grown))
    assert (status, forged, Inbound.objects.count()) == (200, 401, 0)
    assert list(AccountNotice.objects.values_list("kind", flat=True)) == ["unreadable:UnicodeDecodeError"]
    assert grown < 50


def test_control_a_webhook_that_unpacks_would_read_the_bomb(whatsapp, post, monkeypatch):
    read = webhooks._read
    monkeypatch.setattr(webhooks, "_read", lambda body: read(gzip.decompress(body)))

    post(bomb(1, "bomb"))

    assert list(Inbound.objects.values_list("provider_id", flat=True)) == ["bomb"]


@promise("A6", small=10_000, full=10_000)
def test_json_as_deep_as_a_well_is_kept_unread(web, size):
    body = json.dumps(envelope(text_message("hola", wamid="deep"))).replace('"type": "text"', f'"well": {"[" * size}{"]" * size}')
    after = json.dumps(envelope(text_message("hola", wamid="after"))).encode()

    assert send(web, body.encode(), signed(body.encode())) == 200
    assert send(web, after, signed(after)) == 200
    assert list(AccountNotice.objects.values_list("kind", flat=True)) == ["unreadable:RecursionError"]
    assert list(Inbound.objects.values_list("provider_id", flat=True)) == ["after"]


def test_control_a_reader_that_knows_no_limit_would_fall_into_the_well(whatsapp, post, client, monkeypatch):
    monkeypatch.setattr(webhooks, "_read", lambda body: webhooks.parse.parse(json.loads(body)))
    client.raise_request_exception = False

    assert post(b"[" * 10_000 + b"]" * 10_000).status_code == 500


@promise("A6", small=5, full=60)
def test_bodies_of_3_mb_beside_others(web, size, figures):
    """``size`` bodies of a thousand letters one after another; small letters go on at ten a second. How much slower those
    are is a figure."""
    large = [
        traffic.pack([traffic.Letter(f"l{one}.{index}", traffic.phone(index), "y" * 3000, time.time()) for index in range(1000)], **OURS)
        for one in range(size)
    ]
    small = [[packed(one) for one in letters(40 if name == "a" else 3000, guests=10, name=name)] for name in "ab"]
    assert len(large[0].body) > 3_000_000
    with traffic.Traffic([web]) as alone:
        alone.send(small[0], per_s=10)
        alone.wait(60)
    with traffic.Traffic([web]) as beside:
        beside.send(small[1], per_s=10)
        large_statuses = [traffic.post(web, one, 60) for one in large]
    wait_for(lambda: not [line for line in threading.enumerate() if line.name.startswith("meta-")], 30, "the last answers")
    apart_ms, beside_ms = ([one.took_s * 1000 for one in line.attempts] for line in (alone, beside))
    slower = {share: traffic.quantile(sorted(beside_ms), share) - traffic.quantile(sorted(apart_ms), share) for share in (0.5, 0.99)}
    figures.update(beside=len(beside_ms), slower_median_ms=round(slower[0.5], 1), slower_p99_ms=round(slower[0.99], 1))
    figures.update(aim="kept" if slower[0.99] <= 100 else "missed")
    assert large_statuses == [200] * size
    assert (alone.statuses(), beside.statuses()) == ({200: 40}, {200: len(beside_ms)})
    assert Inbound.objects.count() == 1000 * size + 40 + len(beside_ms)
