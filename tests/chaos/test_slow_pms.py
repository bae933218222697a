"""A PMS that hangs holds up the guest who asked for a room, and nobody else."""

import pytest

from tests.chaos import traffic
from tests.conftest import connect_pms
from tests.knock import wait_for
from tests.promises import promise

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True), pytest.mark.timeout(0)]
OTHERS = 10


@promise("E2")
def test_a_pms_that_hangs_holds_up_only_its_own_guest(house, committed_hotel, shop, figures):
    connect_pms(committed_hotel, shop)
    day = committed_hotel.local_now().date().replace(day=10)
    with house(DEBOUNCE_S="0.1", WORKERS="2") as running:
        running.web()
        running.workers()
        waiting, others = traffic.phone(900), [traffic.phone(901 + index) for index in range(OTHERS)]
        running.double.guest_says(traffic.phone(899), "hola")  # whatever is read once an hour is read now
        running.double.messages(traffic.phone(899), at_least=1, timeout_s=40)
        shop.fault("hang", resource="hotel_ari", times=9)
        running.double.guest_says(waiting, f"hay lugar del {day.day}/3/{day.year + 1} al {day.day + 2}/3/{day.year + 1}? somos 2")
        wait_for(lambda: any("hotel_ari" in record.path for record in shop.requests), 40, "the question at the PMS")

        for guest in others:
            running.double.guest_says(guest, "a que hora es el desayuno?")
        answered = [running.double.messages(guest, at_least=1, timeout_s=50)[0]["body"] for guest in others]
        still_waiting = [body for body in running.double.messages(waiting) if body]
        shop.release()
        shop.clear_faults()
        told = running.double.messages(waiting, at_least=1, timeout_s=60)

    figures.update(others_answered_meanwhile=len(answered))
    assert all("7" in str(body) and "10" in str(body) for body in answered)
    assert still_waiting == [] and told
