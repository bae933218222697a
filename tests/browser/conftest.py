"""Debian's Chromium in front of a real web process. Guests write through the double of Meta; the drains run in this process."""

from __future__ import annotations

import os
import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from channels_app.tasks import RECEIPTS
from conversations.models import Conversation
from conversations.tasks import PUSHING, TELLING
from hotelagent.hotels.models import Membership
from tests.chaos.conftest import database_url, house  # noqa: F401 - fixtures
from tests.drains import at_work
from tests.fakes import push
from tests.knock import wait_for

# Playwright runs an event loop on this thread; the tests ask the database between its steps, never within.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def chromium():
    """Closed again with the module: its event loop must not run under the tests of others."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: apt-get install chromium")
        pytest.skip("THE DESK IS NOT TESTED: no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
        )
        yield browser
        browser.close()


class Staff:
    """One person's browser at the desk. ``complaints``: what a page must never say in the console."""

    def __init__(self, browser, site, hotel, name, role="receptionist", *, viewport=None, **more):
        user = get_user_model().objects.create_user(name, first_name=name.title(), is_staff=True)
        Membership.objects.create(user=user, hotel=hotel, role=role)
        client = Client()
        client.force_login(user)
        self.user, self.site, self.hotel = user, site, hotel
        self.context = browser.new_context(viewport=viewport or WIDE, locale=more.pop("locale", "en-US"), **more)
        self.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._complain)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.asked: list[str] = []

    def _complain(self, message):
        held = "409 (Conflict)" in message.text or "422 (Unprocessable" in message.text  # what the page shows as a refusal
        if message.type in {"error", "warning"} and not held:
            self.complaints.append(message.text)

    def _dialog(self, dialog):
        self.asked.append(dialog.message)
        dialog.accept()

    def open(self, path=""):
        self.page.goto(f"{self.site}/console/{self.hotel.slug}/{path}")
        return self.page

    def row(self, name):
        return self.page.locator("#rows .row", has_text=name)

    def choose(self, name):
        self.row(name).click()
        expect(self.page.locator("#conversation")).to_be_visible()
        expect(self.page.locator("#panel .card").first).to_be_visible()

    def say(self, text):
        self.page.fill("#composer-text", text)
        self.page.press("#composer-text", "Enter")

    def accessible(self):
        """Nothing serious or critical that a screen reader's user would meet."""
        found = Axe().run(self.page).response["violations"]
        return [(one["id"], one["impact"], one["nodes"][0]["html"][:160]) for one in found if one["impact"] in {"serious", "critical"}]


@pytest.fixture
def push_service(settings):
    """Where browsers that are told are reached."""
    with push.push_service(settings) as made:
        yield made


@pytest.fixture
def front(house, push_service):  # noqa: F811 - the fixture
    """The web process of a house whose guests really write."""
    told = {"SECRET_KEY": settings.SECRET_KEY, "WEB_PUSH_PRIVATE_KEY": push.KEY, "WEB_PUSH_TRUSTED_SERVICES": push_service.origin}
    with house(DEBOUNCE_S="0.1", **told) as running, at_work(1, also=[RECEIPTS, TELLING, PUSHING]):
        running.web()
        running.site = f"http://127.0.0.1:{running.ports[0]}"
        running.hotel = running.account.hotel
        yield running


@pytest.fixture
def staff(front, chromium):
    """Opens browsers, and closes them again."""
    opened = []

    def go(name, role="receptionist", **more):
        opened.append(Staff(chromium, front.site, front.hotel, name, role, **more))
        return opened[-1]

    yield go
    for one in opened:
        one.context.close()


def asks_for_a_person(front, phone, text="quiero hablar con una persona", name="Carla Gómez"):
    """A guest writes; back when the hotel waits for a person to answer."""
    front.double.guest_says(phone, text, name=name)
    wait_for(lambda: Conversation.objects.filter(thread__address=phone, owner="waiting").exists(), 20, "the hand-off")
    return Conversation.objects.get(thread__address=phone)


def plain(text):
    return re.sub(r"\s+", " ", text).strip()
