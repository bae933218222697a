"""Strangers' mails in front of a receptionist, in a real browser."""

import datetime as dt
import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from channels_app import keeping
from channels_app.models import Account, Inbound, Mailbox, RawMail
from conversations.models import Conversation
from tests.browser.test_desk import CORES, SHELLS
from tests.knock import wait_for
from tests.mail.conftest import a_mail
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
ADDRESS = "reservas@hotel.example"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def hostile(number, payload):
    """The payload in everything of a mail that is ever shown: whose name, subject, words, HTML, a file's name."""
    name = payload.replace('"', "'").replace("\\", "")
    mail = a_mail(
        f"hola {number} {payload}", subject=f"{number} {payload}"[:200], sender="x <ana@guest.example>",
        html=f"<p>hola {number}</p><img src={PIXEL}><img src='https://never.invalid/{number}.png'>{payload}<p title=\"{payload}\">chau</p>",
    )  # fmt: skip
    mail.replace_header("From", f'"{name[:80]}" <ana@guest.example>'.replace("\n", " "))
    mail.add_attachment(b"x", maintype="text", subtype="html", filename=f"{payload[:100]}.html")
    return bytes(mail)


@promise("S3", small=10, full=200)
def test_what_strangers_mail_never_runs_in_a_page_of_the_staff(front, staff, size, figures):
    payloads = [shell.replace("{}", core) for core in CORES for shell in SHELLS][:: max(1, 200 // size)][:size]
    account = Account.objects.create(
        hotel=front.hotel, kind="email", name="E-mail", external_id=ADDRESS, state="connected", driver="worker"
    )
    box = Mailbox.objects.create(account=account, next_look_at=timezone.now() + dt.timedelta(days=1))
    keeping.keep(box, bytes(a_mail("Quiero hablar con una persona")), at=timezone.now())
    wait_for(lambda: Conversation.objects.filter(thread__account=account, owner="waiting").exists(), 30, "the hand-off")
    talk = Conversation.objects.get(thread__account=account)
    for number, payload in enumerate(payloads):
        keeping.keep(box, hostile(number, payload), at=timezone.now())
    wait_for(lambda: not Inbound.objects.filter(account=account, state="waiting").exists(), 120, "the mails")
    assert talk.messages.filter(author="guest").count() == size + 1
    eva, began = staff("eva", "hotel_admin"), time.monotonic()
    desk, pages = f"{front.site}/console/{front.hotel.slug}", 0
    # Who asks for pictures gets those from elsewhere; here nobody is there to give them.
    eva.page.route("https://never.invalid/**", lambda route: route.fulfill(status=200, content_type="image/png", body=b""))

    for path in (
        f"{desk}/c/{talk.pk}/", f"{desk}/?view=all&q={payloads[1 % size][:40]}", f"{desk}/c/{talk.pk}/transcript/?as=page",
        f"{front.site}/admin/channels_app/inbound/", f"{front.site}/admin/conversations/conversation/{talk.pk}/change/",
        f"{front.site}/admin/channels_app/inbound/{Inbound.objects.latest('pk').pk}/change/",
    ):  # fmt: skip
        eva.page.goto(path)
        pages += 1
        if path.endswith(f"/c/{talk.pk}/"):
            expect(eva.page.locator(".bubble.guest")).to_have_count(min(size + 1, 200))  # the desk shows so many at once
    for row in RawMail.objects.filter(inbound__thread=talk.thread_id).order_by("pk")[1:]:
        eva.page.goto(f"{desk}/c/{talk.pk}/mail/{row.pk}/")
        letter = eva.page.frame_locator("iframe.letter")
        expect(letter.locator("p").first).to_contain_text("hola")
        assert letter.locator("img[src^=https]").count() == 0
        eva.page.get_by_text("Show pictures from elsewhere").click()
        expect(letter.locator("img[src^=https]").first).to_be_attached()
        eva.page.goto(f"{desk}/c/{talk.pk}/mail/{row.pk}/?text")
        pages += 3

    figures.update(payloads=size, pages=pages, ran=len(eva.asked), complaints=len(eva.complaints), seconds=round(time.monotonic() - began))
    assert eva.asked == [] and eva.complaints == []
