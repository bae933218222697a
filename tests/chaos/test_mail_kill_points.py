"""Every place where a process may die on a mail's way in and out, one after the other: no mail lost, no answer twice (F5)."""

import datetime as dt

import pytest
from django.utils import timezone

from channels_app.models import AccountPace, Inbound, Mailbox, Outbound, RawMail, Thread
from hotelagent.ops import killpoints
from tests.fakes.mail import MailDouble
from tests.knock import wait_for
from tests.mail.conftest import ADDRESS, a_mail, make_mailbox
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True), pytest.mark.timeout(0)]
# First what is the mail's own; the rest is tried with WhatsApp in every run, and here at full size.
OWN = ["mailroom.stored", "mailroom.kept", "outbox.answered", "outbox.claimed"]
POINTS = OWN + [point for point in killpoints.POINTS if point.split(".")[0] in {"inbox", "sorting", "turn", "outbox"} and point not in OWN]


@pytest.fixture
def post_office():
    with MailDouble(ADDRESS) as double:
        yield double


def hurry():
    """The clock of paces, of looks, and of the sent folder's patience, moved on: what is tested here is not how long they are."""
    Mailbox.objects.update(poll_s=1, next_look_at=timezone.now())
    AccountPace.objects.update(next_at=None)
    Thread.objects.update(pace_at=None)
    Outbound.objects.filter(state="unknown", due_at__gt=timezone.now() + dt.timedelta(minutes=8)).update(
        due_at=timezone.now() + dt.timedelta(minutes=8)
    )


@promise("F5", small=3, full=len(POINTS))
def test_a_mail_survives_a_death_at_every_point(house, post_office, committed_hotel, tmp_path, size, figures):
    make_mailbox(committed_hotel, post_office)
    died = []
    with house(KILL_POINT=f"@{tmp_path / 'kill'}", LEASE_S="2", DEBOUNCE_S="0.1", WORKERS="2") as running:
        running.web()
        running.workers()
        wait_for(lambda: Mailbox.objects.filter(looked_at__isnull=False).exists(), 60, "the first look")
        for index, point in enumerate(POINTS[:size]):
            (tmp_path / "kill").write_text(point)
            post_office.receive(a_mail("¿a qué hora es el desayuno?", sender=f"guest{index}@guest.example"))

            def fired():
                hurry()
                running.revive()
                return not (tmp_path / "kill").exists()

            wait_for(fired, 40, f"a death at {point}")
            died.append(point)

            def answered(index=index):
                hurry()
                running.revive()
                return any(one["To"].endswith(f"guest{index}@guest.example") for one in post_office.sent)

            wait_for(answered, 90, f"the answer after {point}")

        def settled():
            hurry()
            running.revive()
            return not Outbound.objects.exclude(state="sent").exists() and not Inbound.objects.exclude(state="answered").exists()

        wait_for(settled, 90, "everything to be settled")
        to = sorted(str(one["To"]).split("@")[0].split("<")[-1] for one in post_office.sent)
    assert to == sorted(f"guest{index}" for index in range(size))
    assert Inbound.objects.count() == RawMail.objects.count() == size
    figures.update(deaths=len(died), mails=size, answers=len(to), lost=0, doubled=0)
