"""``make pictures``: the screens of README and docs, taken of the demo hotel with guests who write to a double of Meta.

Playwright on the machine's Chromium; everything runs on loopback in a directory of its own and is gone afterwards.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.fakes.meta.client import MetaDouble

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
WAIT_S = 120
PAULA, BRUNO, JULIA = "5491155550201", "5511955550202", "447700900203"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="pictures") as data, demo(Path(data)) as (told, double), sync_playwright() as tool:
        guests(double)
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        browser = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        desk(browser, told)
        office(browser, told)
        simulator(browser, told)
        browser.close()
    for path in sorted(PICTURES.glob("*.png")):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KiB")
    return 0


@contextlib.contextmanager
def demo(data: Path) -> Iterator[tuple[dict[str, Any], MetaDouble]]:
    """``make demo`` in a directory and on ports of its own; what demo.json tells, and the double of Meta."""
    port, meta = free_port(), free_port()
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(data), "DEMO_META": "1", "DEMO_META_PORT": str(meta)}
    process = subprocess.Popen([sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: (data / "demo.json").exists() and is_there(f"http://127.0.0.1:{port}/health/ready"))
        double = MetaDouble(data / "meta.sqlite3", "", port=meta)
        yield json.loads((data / "demo.json").read_text()), double
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def guests(double: MetaDouble) -> None:
    """Three who write: one waits with a picture, one has asked for rooms, one asks in English."""
    double.guest_says(BRUNO, "oi! vocês têm quarto de casal de 12 a 15 de março? somos 2", name="Bruno Alves")
    double.guest_says(JULIA, "hi, is breakfast included and until what time?", name="Julia Reed")
    double.guest_says(PAULA, "hola, quiero hablar con una persona: hice la transferencia", name="Paula Ríos")
    wait_until(lambda: all(double.messages(number) for number in (PAULA, BRUNO, JULIA)))
    double.guest(PAULA, type="image", image={**double.plant_media(receipt(), "image/png"), "caption": "acá está"}, name="Paula Ríos")
    time.sleep(5)


def receipt() -> bytes:
    """A bank's slip, drawn here."""
    picture, out = Image.new("RGB", (420, 300), "#f4f6f8"), io.BytesIO()
    pen = ImageDraw.Draw(picture)
    for line, text in enumerate(("BANCO EJEMPLO", "Transferencia realizada", "Importe: $ 89.000,00", "Destino: Hotel Zaguan del Jazmin")):
        pen.text((30, 40 + 50 * line), text, fill="#1d3a4a", font_size=22)
    picture.save(out, "PNG")
    return out.getvalue()


def desk(browser: Browser, told: dict[str, Any]) -> None:
    for name, width, height, scheme in (("desk", 1280, 800, "light"), ("desk-phone", 390, 780, "dark")):
        page = entered(browser, told, f"{told['console']}demo/?view=all", width, height, scheme)
        page.click('#rows .row:has-text("Paula")')
        page.wait_for_selector(".file img")
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.context.close()


def office(browser: Browser, told: dict[str, Any]) -> None:
    page = entered(browser, told, told["admin"], 1280, 800, "light")
    page.wait_for_timeout(1500)
    page.screenshot(path=PICTURES / "admin-dashboard.png")
    page.goto(f"{told['admin']}conversations/conversation/")
    page.click('th a:has-text("Bruno"), td a:has-text("Bruno")')
    page.wait_for_timeout(1000)
    page.screenshot(path=PICTURES / "admin-conversation.png")
    page.context.close()


def simulator(browser: Browser, told: dict[str, Any]) -> None:
    for name, width, height in (("simulator", 1280, 800), ("simulator-phone", 390, 780)):
        page = entered(browser, told, told["simulator"], width, height, "light")
        page.fill("textarea, input[name=text]", "hola! tenés algo del 10 al 12 de abril para dos? y aceptan perros?")
        page.keyboard.press("Enter")
        page.wait_for_timeout(6000)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.context.close()


def entered(browser: Browser, told: dict[str, Any], address: str, width: int, height: int, scheme: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-AR", color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{told['admin']}login/?next=/admin/")
    page.fill("#id_username", told["login"]["user"])
    page.fill("#id_password", told["login"]["password"])
    page.click("button[type=submit]")
    page.goto(address)
    return page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_there(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(reached: Any) -> None:
    until = time.monotonic() + WAIT_S
    while not reached():
        if time.monotonic() > until:
            raise TimeoutError("the demo did not come up")
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
