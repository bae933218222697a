"""Part ``mail``: a thousand mails that wait, a mailbox with nothing new, and questions until their answers are handed over."""

from __future__ import annotations

import argparse
import json
import random
import time
from email.message import EmailMessage

import requests

from tests.fakes.mail import MailDouble
from tests.knock import wait_for
from tests.load.house import House
from tests.load.report import Report, latencies

ADDRESS = "reservas@bench.example"
WAITING, EMPTY, ASKED, POLL_S, GAP_S = 1000, 20, 30, 5, 2.5
SETUP = """
import json
from channels_app.models import Account, Mailbox
from django.contrib.auth import get_user_model
from hotelagent.hotels import api_tokens
from hotelagent.hotels.models import Hotel
given = json.loads({given!r})
account = Account.objects.create(hotel=Hotel.objects.first(), kind="email", name="E-mail", external_id=given["address"], state="connected")
Mailbox.objects.create(account=account, imap_host="127.0.0.1", smtp_host="127.0.0.1", imap_tls="none", smtp_tls="none",
    servers_trusted=True, daily_limit=100000, mark_seen=False, **given["mailbox"])
user = get_user_model().objects.create_superuser("bench")
api_tokens.keep(user, "bench", given["token"])
"""


def run(options: argparse.Namespace, report: Report) -> None:
    with House(hotels=1, data_dir=options.data_dir) as house, MailDouble(ADDRESS) as office:
        ports = {"imap_port": office.imap_port, "smtp_port": office.smtp_port, "password": office.password}
        given = json.dumps({"address": ADDRESS, "mailbox": ports, "token": "bench-token"})
        house.run("manage.py", "shell", "-v", "0", "-c", SETUP.format(given=given))
        waiting(house, office, report)
        nothing_new(house, report)
        answers(house, office, report, options)


def mail(number: int, subject: str = "Consulta") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Guest {number} <guest{number}@guest.example>", ADDRESS, subject
    made["Message-ID"] = f"<{subject}{number}@guest.example>"
    made.set_content("Hola,\n\n¿a qué hora es el desayuno?\n\nGracias\nGuest\n\n-- \nTel. +54 11 5555 1234\n")
    made.add_alternative("<p>Hola,</p><p>¿a qué hora es el desayuno?</p><p>Gracias<br>Guest</p>", subtype="html")
    return made


def ask(house: House) -> requests.Response:
    return requests.post(
        f"http://127.0.0.1:{house.port}/webhooks/gmail/", json={"notification": "new_message"},
        headers={"Authorization": "Bearer bench-token"}, timeout=60,
    )  # fmt: skip


def waiting(house: House, office: MailDouble, report: Report) -> None:
    """Only who fetches is at work: what is measured is how fast mail comes in."""
    ask(house).raise_for_status()  # the first look, which begins at now
    for number in range(WAITING):
        office.receive(mail(number, "espera"))
    house.start("slow", "qcluster", PROCESS_ROLE="worker", Q_CLUSTER_NAME="slow")
    house.start("sweeper", "sweep", PROCESS_ROLE="sweeper")
    wait_for(lambda: house.sql("SELECT 1 FROM ops_heartbeat WHERE name = 'slow'"), 60, "the slow cluster")
    began = time.perf_counter()
    house.sql("UPDATE channels_app_mailbox SET next_look_at = now() RETURNING 1")
    wait_for(lambda: _stored(house) >= WAITING, 180, "the mails")
    took = time.perf_counter() - began
    report.add("mails that wait", {"mails": WAITING, "seconds": round(took, 1), "a second": round(WAITING / took)})
    if _stored(house) != WAITING:
        report.fault(f"{_stored(house)} letters of {WAITING} mails")
    house.sql("UPDATE channels_app_inbound SET state = 'ignored' RETURNING 1")
    house.stop("slow", "sweeper")


def _stored(house: House) -> int:
    return int(house.sql("SELECT count(*) FROM channels_app_inbound")[0][0])


def nothing_new(house: House, report: Report) -> None:
    """The whole of a look: connecting, logging in, reading, good-bye; asked for by the webhook."""
    took = []
    for _number in range(EMPTY):
        began = time.perf_counter()
        told = ask(house).json()
        took.append(time.perf_counter() - began)
        if (told["status"], told["messages_processed"]) != ("ok", 0):
            report.fault(f"a look found {told}")
    report.add("a look at nothing new", {"looks": EMPTY, **latencies(took)})


def answers(house: House, office: MailDouble, report: Report, options: argparse.Namespace) -> None:
    house.sql(f"UPDATE channels_app_mailbox SET poll_s = {POLL_S}, next_look_at = now() RETURNING 1")
    house.start_workers(1, options.workers)
    house.ready()
    asked: dict[str, float] = {}
    took: dict[str, float] = {}

    def collect() -> None:
        for one in office.sent:
            guest = str(one["To"]).split("<")[-1].strip(">")
            if guest in asked and guest not in took:
                took[guest] = time.perf_counter() - asked[guest]

    shuffle = random.Random(7)
    for number in range(ASKED):
        guest = f"guest{WAITING + number}@guest.example"
        asked[guest] = time.perf_counter()
        office.receive(mail(WAITING + number))
        until = time.perf_counter() + GAP_S * (0.5 + shuffle.random())
        while time.perf_counter() < until:
            collect()
            time.sleep(0.01)
    end = time.monotonic() + 60
    while len(took) < ASKED and time.monotonic() < end:
        collect()
        time.sleep(0.01)
    if len(took) != ASKED or len(office.sent) != ASKED:
        report.fault(f"{len(took)} guests of {ASKED} answered, by {len(office.sent)} mails")
    report.add(
        "a question until its answer is handed over", {"mails": ASKED, "looked at every s": POLL_S, **latencies(list(took.values()))}
    )
