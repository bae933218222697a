"""Every adapter answers the whole contract."""

import datetime as dt
import traceback

import pytest

from pms.adapters import ADAPTERS
from tests.conftest import connect_pms
from tests.contracts.bench import Bench, NotApplicableError
from tests.contracts.questions import QUESTIONS
from tests.fakes.qloapps import QloAppsDouble

pytestmark = pytest.mark.django_db(transaction=True)
# Questions an adapter need not answer, with the reason it gives.
NOT_APPLICABLE = {"embedded": {"a_lost_answer_is_neither_lost_nor_doubled"}, "qloapps": set()}


def ask_everything(hotel):
    first = hotel.local_now().date() + dt.timedelta(days=200)
    bench = Bench(hotel, first, first + dt.timedelta(days=300))
    failed, skipped = {}, set()
    for question in QUESTIONS:
        try:
            question.ask(bench)
        except NotApplicableError:
            skipped.add(question.name)
        except BaseException as error:
            failed[question.name] = "".join(traceback.format_exception(error)[-3:])
        assert bench.sweep() == []
    return failed, skipped


def test_there_are_enough_questions():
    assert len(QUESTIONS) >= 40
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)


def test_every_adapter_is_asked():
    assert set(ADAPTERS) == set(NOT_APPLICABLE)


@pytest.mark.timeout(300)
def test_embedded(committed_hotel):
    failed, skipped = ask_everything(committed_hotel)

    assert (failed, skipped) == ({}, NOT_APPLICABLE["embedded"])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("options", [{}, {"php74": True, "languages": 2}, {"stock_errors": True}], ids=["php 8", "php 7", "stock errors"])
def test_qloapps(committed_hotel, unpaced, options):
    with QloAppsDouble(**options) as shop:
        connect_pms(committed_hotel, shop)
        failed, skipped = ask_everything(committed_hotel)

        assert (failed, skipped) == ({}, NOT_APPLICABLE["qloapps"])
        assert shop.double_booked() == []
