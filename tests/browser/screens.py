"""python -m tests.browser.screens: the pictures of the desk in README and docs, taken from the demo hotel."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
import tempfile
import uuid
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
TALKS = [
    ("ana", "Hola! Tienen lugar del 12 al 15 de enero para 2 adultos y una nena de 6?"),
    ("john", "Hi, I left my black jacket in the restaurant yesterday. Can I talk to a person please?"),
    ("joana", "Oi! Não consigo abrir o cofre do quarto, preciso de ajuda de uma pessoa"),
    ("guest-4", "Aceptan perros?"),
]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotelagent.settings")
    import django

    django.setup()
    from tests.chaos.houses import Demo

    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o711)
        demo = Demo(Path(directory))
        with demo.run(), sync_playwright() as play:
            told = demo.ready()
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
            context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="es-AR")
            page = context.new_page()
            page.goto(told["simulator"])
            hotel = told["hotel"]
            token = next(cookie["value"] for cookie in context.cookies() if "csrf" in cookie["name"])
            for guest, text in TALKS:
                said = {"text": text, "key": uuid.uuid4().hex}
                context.request.post(
                    f"{told['site']}/simulator/{hotel}/{guest}/send/", data=json.dumps(said),
                    headers={"X-CSRFToken": token, "Referer": told["site"], "Content-Type": "application/json"},
                )  # fmt: skip
            take(page, f"{told['site']}/console/{hotel}/")
            browser.close()


def take(page: Page, desk: str) -> None:
    page.goto(f"{desk}?view=all")
    page.wait_for_function("document.querySelectorAll('#rows .row').length >= 4")
    page.goto(f"{desk}?view=waiting")
    page.wait_for_function("document.querySelectorAll('#rows .row').length >= 2")
    page.locator("#rows .row", has_text="John").click()
    page.wait_for_selector("#panel .card")
    page.fill("#composer-text", "Hi John, this is Eva at the front desk: I'm asking the restaurant right now.")
    page.press("#composer-text", "Enter")
    page.locator(".bubble.staff").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Lo vi en el perchero del salón, lo baja Leo.")
    page.keyboard.press("Enter")
    page.locator(".note").wait_for()
    page.click("#panel button:has(use[href='#i-calendar'])")
    day = dt.date.today() + dt.timedelta(days=45)  # noqa: DTZ011 - a picture
    page.fill("#stay-work [name=check_in]", day.isoformat())
    page.fill("#stay-work [name=check_out]", (day + dt.timedelta(days=2)).isoformat())
    page.click("#stay-work form button >> nth=0")
    page.locator(".offer").first.wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / "desk.png")
    page.set_viewport_size({"width": 360, "height": 720})
    page.evaluate("document.body.dataset.screen = 'thread'")
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / "desk-phone.png")
    sys.stdout.write(f"{PICTURES}/desk.png, desk-phone.png\n")


if __name__ == "__main__":
    main()
