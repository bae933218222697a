"""Files of guests: fetched from Meta's own hosts only, checked, and shown at the desk without any power."""

import base64
import hashlib
import io
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from django.utils import timezone
from PIL import Image

from channels_app import media, pictures
from channels_app.models import Account, Inbound, Media
from conversations.models import Conversation
from tests.conftest import envelope, make_account, new_wamid
from tests.console.conftest import browser, make_staff

GUEST = "5491155559876"


def picture(kind="JPEG", size=(40, 20), **values):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **values)
    return out.getvalue()


def with_place():
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    exif[0x0112] = 6  # lies on its side
    return picture(exif=exif)


def message(kind, told, **more):
    body = {key: value for key, value in {**told, **more}.items() if value is not None}
    return {"from": GUEST, "id": new_wamid(), "timestamp": str(int(timezone.now().timestamp())), "type": kind, kind: body}


@pytest.fixture
def sends(connected, double, post, work):
    """A guest sends a file; returns its row when everything was done."""

    def go(data, kind="image", mime_type="image/jpeg", **more):
        post(envelope(message(kind, double.plant_media(data, mime_type), **more)))
        work()
        return Media.objects.latest("pk")

    return go


@pytest.fixture
def eva(hotel):
    return browser(make_staff(hotel))


def address(row, part=""):
    talk = Conversation.objects.get(thread=row.inbound.thread_id)
    return f"/console/{talk.hotel.slug}/c/{talk.pk}/file/{row.pk}/{part}"


# --- fetched --------------------------------------------------------------------------------------------------------------


def test_a_picture_comes_is_kept_as_it_was_and_shown_without_where_it_was_taken(sends, eva):
    data = with_place()

    row = sends(data, caption="el comprobante")

    assert (row.state, row.mime_type, row.size_bytes, bytes(row.data)) == ("kept", "image/jpeg", len(data), data)
    shown = eva.get(address(row, "picture/"))
    drawn = Image.open(io.BytesIO(shown.content))
    assert drawn.size == (20, 40) and b"SECRET-PLACE" not in shown.content and b"SECRET-PLACE" in data
    assert shown.headers["Content-Type"] == "image/jpeg" and shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    page = eva.get(address(row).partition("file/")[0] + "open/").content.decode()
    assert f'<img src="{address(row, "picture/")}"' in page and "el comprobante" in page


def test_a_file_whose_digest_is_not_the_signed_one_is_never_shown(connected, double, post, work):
    told = double.plant_media(picture(), "image/jpeg")
    told["sha256"] = base64.b64encode(hashlib.sha256(b"another").digest()).decode()
    post(envelope(message("image", told)))
    work()

    row = Media.objects.get()
    assert (row.state, row.data, row.attempts) == ("waiting", None, 1) and "another file" in row.reason and row.due_at > timezone.now()


def test_a_file_that_is_too_large_is_not_fetched_and_says_so(sends, settings):
    settings.MEDIA_LIMIT_BYTES = 100
    row = sends(picture())
    assert (row.state, row.reason, row.data) == ("failed", "larger than 0 MB", None)


def test_a_file_meta_does_not_know_is_tried_for_half_a_day_and_then_said_to_be_lost(connected, post, work):
    post(envelope(message("image", {"id": "999999", "mime_type": "image/jpeg"})))
    work()
    row = Media.objects.get()
    first = (row.state, row.attempts)
    Media.objects.update(attempts=media.TRIES - 1, due_at=timezone.now())

    [pk] = media.claim(10)
    media.fetch(pk)

    row.refresh_from_db()
    assert first == ("waiting", 1) and row.state == "failed" and row.reason.startswith(f"gave up after {media.TRIES} tries")


def test_two_workers_never_fetch_one_file_at_once(connected, post, double, work):
    post(envelope(message("image", double.plant_media(picture(), "image/jpeg"))))
    from conversations import sorting  # noqa: PLC0415

    sorting.sort(debounce_s=0)
    assert (len(media.claim(10)), media.claim(10)) == (1, [])


class Trap(BaseHTTPRequestHandler):
    heard: list[str] = []

    def do_GET(self):
        Trap.heard.append(str(self.headers.get("Authorization")))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def trap():
    Trap.heard = []
    with socketserver.TCPServer(("127.0.0.1", 0), Trap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_our_token_goes_to_nobody_an_answer_names(sends, trap, monkeypatch):
    """Control: without the check the trap hears our token."""
    monkeypatch.setattr(media.api, "get", lambda _account, _url: {"url": trap, "file_size": 3})
    row = sends(picture())
    assert (row.state, Trap.heard) == ("failed", [])

    with monkeypatch.context() as open_:
        open_.setattr(media, "is_metas", lambda _account, _address: True)
        Media.objects.update(state="waiting", due_at=timezone.now())
        media.fetch(media.claim(1)[0])
    assert [word.startswith("Bearer ") for word in Trap.heard] == [True]


@pytest.mark.parametrize(
    ("url", "metas"),
    [
        ("https://lookaside.fbsbx.com/whatsapp?mid=1", True), ("https://graph.facebook.com/v26.0/1", True),
        ("http://lookaside.fbsbx.com/", False), ("https://fbsbx.com.evil.example/", False), ("https://evilfbsbx.com/", False),
        ("https://x@lookaside.fbsbx.com/", False), ("https://lookaside.fbsbx.com:8443/", False), ("https://169.254.169.254/", False),
        ("file:///etc/passwd", False), ("https://evil.example\\.fbsbx.com/", False), ("http://127.0.0.1:1/x", False),
        ("https://[::1", False),
    ],
)  # fmt: skip
def test_whose_address_it_is(url, metas):
    assert media.is_metas(Account(api_url="https://graph.facebook.com"), url) is metas


# --- shown ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<html><script>alert(1)</script>", "factura.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.svg"),
        (b"MZ\x90\x00 an exe", "../../etc/\u202egpj.exe"),
        (b"GIF89a/*<script>alert(1)</script>", "polyglot.gif"),
        (b"\xff\xd8\xff not a picture at all", "x.jpg"),
    ],
)
def test_what_is_no_picture_is_only_ever_a_download(sends, eva, data, name):
    row = sends(data, "document", "application/pdf", filename=name)

    answer = eva.get(address(row))
    played = eva.get(address(row) + "?play")
    assert row.state == "kept" and eva.get(address(row, "picture/")).status_code == 404
    for one in (answer, played):
        assert one.headers["Content-Type"] == "application/octet-stream" and one.headers["Content-Disposition"].startswith("attachment")
        assert one.headers["X-Content-Type-Options"] == "nosniff" and one.content == data
    page = eva.get(address(row).partition("file/")[0] + "open/").content.decode()
    assert "<img" not in page.partition('id="composer"')[0] and "<script>alert" not in page


def test_a_picture_that_would_eat_the_memory_is_not_decoded():
    bomb = picture("PNG", (8000, 8000))
    assert len(bomb) < 1_000_000 and pictures.type_of(bomb) == "image/png" and pictures.redrawn(bomb) is None
    assert pictures.redrawn(picture("PNG", (3000, 10))) is not None


def test_a_picture_with_holes_keeps_them_and_a_large_one_is_made_smaller():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert pictures.type_of(pictures.redrawn(out.getvalue())) == "image/png"
    assert Image.open(io.BytesIO(pictures.redrawn(picture(size=(3000, 1500))))).size == (1600, 800)


def test_a_voice_is_played_in_parts(sends, eva):
    row = sends(b"OggS" + bytes(range(100)), "audio", "audio/ogg", voice=True)

    part = eva.get(address(row) + "?play", headers={"Range": "bytes=4-9"})
    beyond = eva.get(address(row) + "?play", headers={"Range": "bytes=900-"})

    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, bytes(range(6)), "bytes 4-9/104")
    assert part.headers["Content-Type"] == "audio/ogg" and (beyond.status_code, beyond.content) == (416, b"")
    page = eva.get(address(row).partition("file/")[0] + "open/").content.decode()
    assert f'<audio class="file" controls preload="none" src="{address(row)}?play"' in page


def test_another_conversation_or_hotel_never_sees_it(sends, eva, hotel):
    row = sends(picture())
    other = type(hotel).objects.create(slug="otro", name="Otro", timezone=hotel.timezone, country="AR", currency="ARS", languages=["es"])
    make_account(other, "7007", app_name="other")
    stranger = browser(make_staff(other, "zoe"))
    elsewhere = Conversation.objects.get()
    second = Inbound.objects.get()
    assert stranger.get(address(row)).status_code == 404 and stranger.get(address(row, "picture/")).status_code == 404
    assert eva.get(address(row).replace(f"/file/{row.pk}/", f"/file/{row.pk + 1}/")).status_code == 404
    assert eva.get(address(row)).status_code == 200 and elsewhere.thread_id == second.thread_id
