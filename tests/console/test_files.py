"""People send pictures and PDF files: by every channel, without where they were taken, once, and nothing else."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from channels_app.envelope import Content, ContentError
from channels_app.models import Account, Attachment, Outbound
from channels_app.transports.mail import writing
from channels_app.transports.mail.servers import Server
from channels_app.transports.whatsapp import content as whatsapp_content
from conversations.models import CannedReply, Message
from hotelagent.hotels.models import Hotel
from tests.channels_app.test_media import picture, with_place
from tests.console.conftest import Desk, waiting

PDF = b"%PDF-1.7 a map of the way"


def upload(data, name="mapa.pdf"):
    return SimpleUploadedFile(name, data, content_type="application/octet-stream")


@pytest.fixture
def page(desk, connected, double):
    talk = waiting(connected)
    double.guest(talk.thread.address, type="text", text={"body": "(opens the window at the double)"}, deliver=False)
    return Desk(desk, talk)


def test_a_picture_reaches_the_guest_with_its_words_and_without_its_place(page, double, work):
    assert page.send("Así es la habitación", file=upload(with_place(), "habitación.jpg")).status_code == 200
    work()

    body = double.messages(page.talk.thread.address)[-1]["body"]
    row = Attachment.objects.get()
    assert body["type"] == "image" and body["image"]["caption"] == "Así es la habitación" and body["image"]["id"].isdigit()
    assert b"SECRET-PLACE" not in bytes(row.data) and Image.open(io.BytesIO(row.data)).size == (20, 40)
    assert Message.objects.get(author="staff").kind == "image"
    own = f"{page.base}c/{page.talk.pk}/sent/{row.pk}/"
    assert f'<img src="{own}?picture"' in page.get("open").content.decode()
    shown, loaded = page.client.get(f"{own}?picture"), page.client.get(own)
    assert (shown.content, shown.headers["Content-Type"]) == (bytes(row.data), "image/jpeg")
    assert loaded.headers["Content-Disposition"].startswith("attachment") and loaded.headers["Content-Type"] == "application/octet-stream"


def test_a_pdf_goes_without_words_and_under_its_name(page, double, work):
    page.send("", file=upload(PDF, "../cómo llegar.pdf"))
    work()

    body = double.messages(page.talk.thread.address)[-1]["body"]
    assert body["type"] == "document" and body["document"]["filename"] == "cómo llegar.pdf" and "caption" not in body["document"]
    assert Outbound.objects.get(author="staff").state == "sent"


def test_a_file_meta_does_not_take_now_is_tried_again_and_never_doubled(page, double, work):
    double.fault("http", match={"path": "media"}, status=500, code=131000)
    page.send("mapa", file=upload(PDF))
    work()
    row = Outbound.objects.get(author="staff")
    assert (row.state, row.attempts) == ("queued", 1)

    Outbound.objects.update(due_at=row.created_at)
    work()

    got = [one for one in double.messages(page.talk.thread.address) if one["body"]["type"] == "document"]
    row.refresh_from_db()
    assert (row.state, row.attempts, len(got)) == ("sent", 2, 1)


@pytest.mark.parametrize("data", [b"<html><script>", b"MZ\x90 exe", b"GIF89a", b"", picture("PNG", (8000, 8000)), PDF + b"x" * 4_000_000])
def test_what_no_guest_should_get_is_refused_and_the_words_stay(page, data):
    answer = page.send("mirá", file=upload(data, "x.pdf"))

    assert answer.status_code == 422 and "4 MB" in answer.content.decode() or "nothing to send" in answer.content.decode()
    assert not Outbound.objects.filter(author="staff").exists() and not Attachment.objects.exists()


def test_the_same_click_is_one_file_and_another_file_is_another_letter(page):
    for _twice in range(2):
        assert page.send("mapa", file=upload(PDF), key="k9", seen=10**9).status_code == 200
    assert page.send("mapa", file=upload(PDF + b" of elsewhere"), key="k9", seen=10**9).status_code == 409
    assert (Attachment.objects.count(), Outbound.objects.filter(author="staff").count()) == (1, 1)


def test_a_note_has_no_file_and_a_later_hour_neither(page):
    assert page.send("", kind="note", file=upload(PDF)).status_code == 422
    assert page.send("mapa", at="2031-01-01T10:00", file=upload(PDF)).status_code == 422
    assert not Attachment.objects.exists()


def test_long_words_go_ahead_of_the_file():
    told = {"pk": 1, "name": "m.pdf", "mime_type": "application/pdf", "size_bytes": 10}
    pieces = whatsapp_content.fit(Content("file", "palabra " * 200, file=told))
    assert [piece.kind for piece in pieces] == ["text", "file"] and pieces[1].text == "" and pieces[1].file == told
    with pytest.raises(ContentError):
        whatsapp_content.fit(Content("file", "x", file=told | {"mime_type": "text/html"}))


def test_by_mail_it_is_a_part_of_the_mail():
    told = {"pk": 1, "name": "mapa.pdf", "mime_type": "application/pdf", "size_bytes": len(PDF)}
    about = writing.Prepared(
        server=Server("h", 25, "none", True, "u"), sender_name="Hotel", sender="h@hotel.example", reply_to="", recipient_name="Ana",
        recipient="ana@guest.example", message_id="m@hotel.example", subject="Mapa", in_reply_to="", references=(), automatic=False,
        language="es", look=writing.Look("Hotel", (), "#123456"), attached=PDF,
    )  # fmt: skip
    mail = writing.compose(Content("file", "El mapa", file=told), about)
    [part] = mail.iter_attachments()
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == ("mapa.pdf", "application/pdf", PDF)


def test_a_canned_reply_takes_its_file_with_it_by_the_account_of_each_guest(page, double, work):
    row = CannedReply.objects.create(
        hotel=page.talk.hotel, shortcut="mapa", language="es", text="Te paso el mapa", file=PDF, file_name="mapa.pdf", file_type="application/pdf"
    )  # fmt: skip
    offered = page.get("canned", q="map").content.decode()
    assert page.send("Te paso el mapa", canned=str(row.pk)).status_code == 200
    work()

    body = double.messages(page.talk.thread.address)[-1]["body"]
    assert f'data-canned="{row.pk}" data-file="mapa.pdf"' in offered
    assert body["document"]["filename"] == "mapa.pdf" and body["document"]["caption"] == "Te paso el mapa"
    assert bytes(Attachment.objects.get().data) == PDF

    by_mail = waiting(Account.objects.create(hotel=page.talk.hotel, kind="email", name="Mail", external_id="m@hotel.example"), "Bea")
    assert Desk(page.client, by_mail).send("El mapa", canned=str(row.pk)).status_code == 200
    content = Outbound.objects.get(thread=by_mail.thread, author="staff").content
    assert (content["kind"], content["file"]["name"], content["file"]["size_bytes"]) == ("file", "mapa.pdf", len(PDF))


def test_a_canned_file_of_another_hotel_or_none_leaves_with_nobody(page):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    foreign = CannedReply.objects.create(hotel=other, shortcut="m", language="es", text="x", file=PDF, file_name="m.pdf", file_type="x/y")
    bare = CannedReply.objects.create(hotel=page.talk.hotel, shortcut="m", language="es", text="x")

    for row in (foreign, bare):
        assert page.send("mapa", key=f"k{row.pk}", canned=str(row.pk)).status_code == 422
    assert not Attachment.objects.exists() and not Outbound.objects.filter(author="staff").exists()


def test_the_hotel_on_a_map_is_a_pin_where_there_are_pins_and_a_link_elsewhere(page, double, work):
    hotel = page.talk.hotel
    without = page.send("Estamos acá", key="none", canned="pin")
    Hotel.objects.filter(pk=hotel.pk).update(latitude="-34.620100", longitude="-58.371500", address="Pasaje 245")
    offered = page.get("canned", q="map").content.decode()
    assert page.send("Estamos acá", canned="pin").status_code == 200
    work()

    words, pin = (one["body"] for one in double.messages(page.talk.thread.address)[-2:])
    assert without.status_code == 422 and 'data-canned="pin"' in offered
    assert words["text"]["body"] == "Estamos acá"
    assert pin["location"] == {"latitude": -34.6201, "longitude": -58.3715, "name": hotel.name, "address": "Pasaje 245"}

    by_mail = waiting(Account.objects.create(hotel=hotel, kind="email", name="Mail", external_id="m@hotel.example"), "Bea")
    assert Desk(page.client, by_mail).send("", canned="pin").status_code == 200
    content = Outbound.objects.get(thread=by_mail.thread, author="staff").content
    assert content["kind"] == "text" and "query=-34.620100%2C-58.371500" in content["text"]
